//! Plans and tasks: assigned, carried out, returned, extended, urged, counted.

use crate::harness::{House, Person, Reply, each};
use nhipcau::plans;
use serde_json::{Value, json};

/// A plan of UBND with these tasks, in force; answers it and the tasks' ids.
pub(super) fn plan(house: &House, tasks: &[Value]) -> (String, Vec<String>) {
    let ubnd = house.person("BDI", "UBND", "leader");
    let plan = ubnd.post("/plans", json!({ "title": "Triển khai Chỉ thị 38-CT/TW" })).expect(201).id();
    // The text makes the Union the focal point of this plan.
    let focal = json!({ "organization_id": org(house, "LHHN"), "function": "focal_point", "plan_id": plan });
    house.administrator().post("/organization-functions", focal).expect(201);
    let ids = tasks
        .iter()
        .map(|task| {
            let mut task = task.clone();
            task["plan_id"] = json!(plan);
            ubnd.post("/tasks", task).expect(201).id()
        })
        .collect();
    let active = ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
    assert_eq!(active["state"], "active");
    (plan, ids)
}

pub(super) fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

pub(super) fn assignee(house: &House, code: &str, role: &str) -> Value {
    json!({ "organization_id": org(house, code), "role": role })
}

/// Led by the department of culture, due on Friday 19/11/2021.
pub(super) fn led(house: &House, coordinators: &[&str]) -> Value {
    let mut all = vec![assignee(house, "SVHTT", "lead")];
    all.extend(coordinators.iter().map(|c| assignee(house, c, "coordinate")));
    json!({ "content": "Tổ chức giao lưu văn hóa", "form": "assign", "place": "III.4", "due_on": "2021-11-19", "assignees": all })
}

pub(super) fn part_of(task: &Reply, organization: &Value) -> String {
    let part = task["parts"].as_array().expect("parts").iter().find(|p| p["organization_id"] == *organization).expect("such a part");
    part["id"].as_str().expect("an id").to_owned()
}

pub(super) fn done(person: &Person<'_>, task: &str, organization: &Value) -> Reply {
    let part = part_of(&person.get(&format!("/tasks/{task}")).expect(200), organization);
    person.step(&format!("/task-parts/{part}"), json!({ "action": "done", "result": "Đã phối hợp" }))
}

#[test]
fn completion_waits_for_three_coordinators_unless_it_says_why() {
    each("2021-11-01T08:00", |house| {
        house.load("binh_dinh");
        let coordinators = ["SKHDT", "STC", "SNV"];
        let (_, ids) = plan(house, &[led(house, &coordinators), led(house, &coordinators)]);
        let path = format!("/tasks/{}", ids[0]);
        let lead = house.person("BDI", "SVHTT", "officer");
        let shown = lead.get(&path).expect(200);
        assert_eq!(shown["state"], "assigned");
        assert!(shown["code"].as_str().expect("a code").starts_with("NV-"));
        assert_eq!(shown["deadline"]["last_day"], "2021-11-19");
        assert_eq!(shown["parts"].as_array().expect("parts").len(), 4);
        // A step that the state does not allow names the ones that it does.
        let early = lead.step(&path, json!({ "action": "propose_completion" })).expect(409);
        assert_eq!(early.code(), "wrong_state");
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.post(&format!("{path}/progress"), json!({ "percent": 40, "text": "Đã có kế hoạch cụ thể" })).expect(201);
        assert_eq!(lead.get(&path)["occurrence"]["percent"], 40);
        let blocked = lead.step(&path, json!({ "action": "propose_completion" })).expect(409);
        assert_eq!((blocked.code(), blocked["errors"].as_array().expect("a list").len()), ("parts_missing", 3));
        // One does its part, the lead's leader waives another: one is missing.
        done(&house.person("BDI", "SKHDT", "officer"), &ids[0], &org(house, "SKHDT")).expect(200);
        let stc = part_of(&shown, &org(house, "STC"));
        lead.step(&format!("/task-parts/{stc}"), json!({ "action": "waive", "reason": "Không cần kinh phí" })).expect(403);
        house.person("BDI", "SVHTT", "leader").step(&format!("/task-parts/{stc}"), json!({ "action": "waive", "reason": "Không cần kinh phí" })).expect(200);
        let blocked = lead.step(&path, json!({ "action": "propose_completion" })).expect(409);
        assert_eq!(blocked["errors"].as_array().expect("a list").len(), 1);
        done(&house.person("BDI", "SNV", "officer"), &ids[0], &org(house, "SNV")).expect(200);
        let proposed = lead.step(&path, json!({ "action": "propose_completion", "result": "Đã tổ chức" })).expect(200);
        assert_eq!((&proposed["state"], &proposed["occurrence"]["on_time"]), (&json!("completion_proposed"), &Value::Null));
        // The lead does not accept its own work; the monitoring office does, weeks later, and nobody is late for that.
        lead.step(&path, json!({ "action": "accept" })).expect(403);
        house.at("2021-12-20T08:00");
        assert_eq!(lead.get(&path)["overdue"], false);
        let accepted = house.person("BDI", "VPUBND", "leader").step(&path, json!({ "action": "accept" })).expect(200);
        assert_eq!((&accepted["state"], &accepted["occurrence"]["on_time"]), (&json!("completed"), &json!(true)));
        assert_eq!(accepted["occurrence"]["decision"]["rule"], "due_date");
        // The other task goes with a reason, and is overdue until then: 20/12 is after 19/11.
        let other = format!("/tasks/{}", ids[1]);
        assert_eq!(lead.get(&other)["overdue"], true);
        lead.step(&other, json!({ "action": "start" })).expect(200);
        let late = lead.step(&other, json!({ "action": "propose_completion", "reason": "Các sở chưa gửi, sự kiện đã xong" })).expect(200);
        assert_eq!((&late["occurrence"]["late"], &late["overdue"]), (&json!(true), &json!(false)));
    });
}

#[test]
fn a_return_gives_back_the_days_that_it_lay_and_three_working_days() {
    // Due Fri 19/11/2021, proposed Wed 17/11, returned Mon 22/11: it lay Thu, Fri, Mon, so 19/11 moves to Wed 24/11; three
    // working days after the return are Thu 25/11.
    for (again, on_time) in [("2021-11-25T16:00", true), ("2021-11-26T08:00", false)] {
        each("2021-11-01T08:00", |house| {
            house.load("binh_dinh");
            let (plan, ids) = plan(house, &[led(house, &[])]);
            let path = format!("/tasks/{}", ids[0]);
            let (lead, ubnd) = (house.person("BDI", "SVHTT", "officer"), house.person("BDI", "UBND", "leader"));
            lead.step(&path, json!({ "action": "start" })).expect(200);
            house.at("2021-11-17T16:00");
            lead.step(&path, json!({ "action": "propose_completion" })).expect(200);
            house.at("2021-11-22T09:00");
            assert_eq!(ubnd.step(&path, json!({ "action": "return" })).expect(422).fault("/reason"), Some("required"));
            let back = ubnd.step(&path, json!({ "action": "return", "reason": "Thiếu số liệu" })).expect(200);
            assert_eq!((&back["state"], &back["due_on"], &back["overdue"]), (&json!("returned"), &json!("2021-11-19"), &json!(false)));
            assert_eq!(back["deadline"]["effective_day"], "2021-11-25");
            house.at(again);
            lead.step(&path, json!({ "action": "start" })).expect(200);
            lead.step(&path, json!({ "action": "propose_completion" })).expect(200);
            house.at("2021-12-01T09:00");
            let end = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
            let decision = &end["occurrence"]["decision"];
            assert_eq!(end["occurrence"]["on_time"], on_time, "{decision}");
            assert_eq!((&decision["due"], &decision["effective_due"]), (&json!("2021-11-19"), &json!("2021-11-25")));
            assert_eq!((&decision["returns"], &decision["receiver_days"]), (&json!(1), &json!(3)));
            let rows = ubnd.get(&format!("/plans/{plan}/progress")).expect(200);
            let row = rows.items().iter().find(|r| r["organization_id"] == org(house, "SVHTT")).expect("a row").clone();
            assert_eq!((&row["assigned"], &row["on_time"], &row["late"]), (&json!(1), &json!(i32::from(on_time)), &json!(i32::from(!on_time))));
        });
    }
}

#[test]
fn a_due_date_moves_only_by_an_extension_and_the_old_one_stays() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &["STC"])]);
        let path = format!("/tasks/{}", ids[0]);
        let (lead, ubnd) = (house.person("BDI", "SVHTT", "officer"), house.person("BDI", "UBND", "leader"));
        let fixed = ubnd.patch(&path, &ubnd.get(&path), json!({ "due_rule": { "kind": "fixed", "date": "2022-01-01", "inclusive": true, "roll": "none" } }));
        assert_eq!(fixed.expect(422).fault("/due_rule"), Some("in_force"));
        let request = |due: &str| json!({ "task_id": ids[0], "due_on": due, "reason": "Đối tác hoãn chuyến thăm" });
        house.person("BDI", "STC", "officer").post("/extensions", request("2021-11-30")).expect(403);
        assert_eq!(lead.post("/extensions", request("2021-11-19")).expect(422).fault("/due_on"), Some("not_later"));
        let asked = lead.post("/extensions", request("2021-11-30")).expect(201).id();
        let extension = format!("/extensions/{asked}");
        lead.step(&extension, json!({ "action": "grant" })).expect(403);
        let granted = ubnd.step(&extension, json!({ "action": "grant", "reason": "Đồng ý" })).expect(200);
        assert_eq!((&granted["state"], &granted["due_before"], &granted["due_granted"]), (&json!("granted"), &json!("2021-11-19"), &json!("2021-11-30")));
        let now = lead.get(&path).expect(200);
        assert_eq!(now["due_on"], "2021-11-30");
        let old = &now["occurrence"]["due_history"][0];
        assert_eq!((&old["due_on"], &old["extension_id"]), (&json!("2021-11-19"), &json!(asked)));
        house.at("2021-11-29T08:00");
        let soon = lead.get(&path).expect(200);
        assert_eq!((&soon["overdue"], &soon["due_soon"]), (&json!(false), &json!(true)));
        // On the day itself it is too late to ask.
        house.at("2021-11-30T08:00");
        assert_eq!(lead.post("/extensions", request("2021-12-15")).expect(409).code(), "too_late");
        house.at("2021-12-01T08:00");
        assert_eq!(lead.get(&path)["overdue"], true);
        assert_eq!(ubnd.get("/tasks?overdue=true").expect(200).items().len(), 1);
    });
}

#[test]
fn what_is_requested_is_never_urged_and_urgings_are_numbered() {
    each("2021-11-01T08:00", |house| {
        house.load("binh_dinh");
        let request = json!({ "content": "Chỉ đạo tuyên truyền", "form": "request", "due_on": "2021-11-19", "assignees": [assignee(house, "MTTQ", "joint")] });
        let (plan, ids) = plan(house, &[led(house, &[]), request]);
        let ubnd = house.person("BDI", "UBND", "leader");
        let urge = |task: &str, code: &str| json!({ "target_kind": "task", "target_id": task, "organization_id": org(house, code), "level": "urging", "text": "Đề nghị khẩn trương", "respond_by": "2021-11-12" });
        house.person("BDI", "UBND", "officer").post("/urgings", urge(&ids[0], "SVHTT")).expect(403);
        assert_eq!(ubnd.post("/urgings", urge(&ids[1], "MTTQ")).expect(409).code(), "requested_not_urged");
        // An agency that is not concerned sees no such task; one that leads does not urge itself.
        assert_eq!(house.person("BDI", "STC", "leader").post("/urgings", urge(&ids[0], "SVHTT")).expect(422).fault("/target_id"), Some("unknown_reference"));
        house.person("BDI", "SVHTT", "leader").post("/urgings", urge(&ids[0], "SVHTT")).expect(403);
        let first = ubnd.post("/urgings", urge(&ids[0], "SVHTT")).expect(201);
        let second = house.person("BDI", "LHHN", "leader").post("/urgings", urge(&ids[0], "SVHTT")).expect(201);
        assert_eq!((&first["number"], &second["number"], &second["counted_in"]), (&json!(1), &json!(2), &json!("2021")));
        let path = format!("/urgings/{}", first.id());
        let clerk = house.person("BDI", "SVHTT", "clerk");
        clerk.step(&path, json!({ "action": "answer", "answer": "Đã làm" })).expect(403);
        clerk.step(&path, json!({ "action": "acknowledge" })).expect(200);
        house.at("2021-11-15T08:00");
        assert_eq!(clerk.get(&path)["overdue"], true);
        let answered = house.person("BDI", "SVHTT", "officer").step(&path, json!({ "action": "answer", "answer": "Sẽ xong trước 19/11" })).expect(200);
        assert_eq!((&answered["state"], &answered["overdue"]), (&json!("answered"), &json!(false)));
        // The requested part stands apart in the figures.
        let rows = ubnd.get(&format!("/plans/{plan}/progress")).expect(200);
        let row = |code: &str| rows.items().iter().find(|r| r["organization_id"] == org(house, code)).expect("a row").clone();
        assert_eq!((&row("MTTQ")["assigned"], &row("MTTQ")["requested"]), (&json!(0), &json!(1)));
        assert_eq!((&row("SVHTT")["assigned"], &row("SVHTT")["urged"]), (&json!(1), &json!(2)));
    });
}

#[test]
fn groups_become_their_members_of_the_day_and_nobody_leads_a_joint_task() {
    each("2021-11-01T08:00", |house| {
        house.load("binh_dinh");
        let ubnd = house.person("BDI", "UBND", "leader");
        let group = |code: &str| ubnd.get(&format!("/organization-groups?code={code}")).expect(200).items()[0].clone();
        let (masses, open) = (group("doan_the"), group("co_quan_lien_quan"));
        let members = masses["members"].as_array().expect("members").len();
        assert_eq!((members, &open["named"]), (4, &json!(false)));
        let task = json!({ "content": "Quán triệt Chỉ thị 38", "form": "assign", "assignees": [
            { "group_id": masses["id"], "role": "joint", "raw": "các đoàn thể" },
            { "group_id": open["id"], "role": "coordinate", "raw": "các cơ quan liên quan" } ] });
        let (plan, ids) = plan(house, &[task]);
        let path = format!("/tasks/{}", ids[0]);
        let shown = ubnd.get(&path).expect(200);
        assert_eq!(shown["parts"].as_array().expect("parts").len(), 4);
        let given = shown["assignees"].as_array().expect("assignees");
        assert_eq!((&given[0]["expanded_on"], given[0]["members"].as_array().expect("members").len()), (&json!("2021-11-01"), 4));
        assert_eq!(given[1]["expanded_on"], Value::Null);
        assert!(given.iter().all(|a| a["role"] != "lead"));
        // A later member comes only by the owner's explicit step.
        let mut more: Vec<Value> = masses["members"].as_array().expect("members").clone();
        more.push(org(house, "TTTU"));
        let admin = house.administrator();
        let group_path = format!("/organization-groups/{}", masses["id"].as_str().expect("an id"));
        admin.patch(&group_path, &admin.get(&group_path), json!({ "members": more })).expect(200);
        assert_eq!(ubnd.get(&path)["parts"].as_array().expect("parts").len(), 4);
        let newcomer = house.person("BDI", "TTTU", "officer");
        newcomer.get(&path).expect(404);
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "re_expand" })).expect(200);
        assert_eq!(newcomer.get(&path).expect(200)["parts"].as_array().expect("parts").len(), 5);
        // Each does it itself: begun with the first part, proposed with the last, accepted by the owner.
        let all = ["HLHPN", "TDOAN", "LDLD", "HND", "TTTU"];
        house.person("BDI", all[0], "officer").step(&path, json!({ "action": "start" })).expect(200);
        assert_eq!(house.person("BDI", all[0], "officer").step(&path, json!({ "action": "propose_completion" })).expect(409).code(), "no_lead");
        for (at, code) in all.iter().enumerate() {
            assert_eq!(ubnd.get(&path)["state"], "in_progress", "{at}");
            done(&house.person("BDI", code, "officer"), &ids[0], &org(house, code)).expect(200);
        }
        assert_eq!(ubnd.get(&path)["state"], "completion_proposed");
        let end = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        // Nothing was due on a day: no deadline, outside every rate.
        assert_eq!((&end["state"], &end["occurrence"]["on_time"]), (&json!("completed"), &Value::Null));
    });
}

#[test]
fn recurring_tasks_open_with_their_periods_and_are_not_back_filled() {
    each("2021-11-22T08:00", |house| {
        house.load("binh_dinh");
        let yearly = json!({ "content": "Báo cáo năm", "form": "assign", "cadence": "yearly", "assignees": [assignee(house, "SYT", "joint")],
            "due_rule": { "kind": "yearly", "month": 11, "day": 20, "inclusive": false, "roll": "none", "phrase": "trước ngày 20/11 hằng năm" } });
        let halves =
            json!({ "content": "Báo cáo 6 tháng và năm", "form": "assign", "cadence": "half_year_and_year", "assignees": [assignee(house, "SYT", "joint")] });
        let (_, ids) = plan(house, &[yearly, halves]);
        let periods = |id: &str| -> Vec<String> {
            let page = house.person("BDI", "SYT", "viewer").get(&format!("/tasks/{id}/occurrences")).expect(200);
            page.items().iter().rev().map(|o| o["period"].as_str().expect("a period").to_owned()).collect()
        };
        let open = || house.db.write_now(|conn| plans::open_due(conn, house.now())).expect("it opens");
        // 19/11/2021 had passed when the plan came into force; the year itself had not.
        assert_eq!((periods(&ids[0]), periods(&ids[1])), (vec![], vec!["2021".to_owned()]));
        let shown = house.person("BDI", "SYT", "viewer").get(&format!("/tasks/{}", ids[0])).expect(200);
        assert_eq!((&shown["state"], &shown["recurring"]), (&Value::Null, &json!(true)));
        assert_eq!(open(), 0);
        house.at("2022-01-01T00:10");
        open();
        assert_eq!(open(), 0);
        assert_eq!((periods(&ids[0]), periods(&ids[1])), (vec!["2022".to_owned()], vec!["2021".to_owned(), "2022-H1".to_owned()]));
        house.at("2022-07-01T00:10");
        open();
        assert_eq!(periods(&ids[1]), ["2021", "2022-H1", "2022"]);
        let task = house.person("BDI", "SYT", "viewer").get(&format!("/tasks/{}", ids[0])).expect(200);
        assert_eq!((&task["due_on"], &task["deadline"]["rule"]), (&json!("2022-11-19"), &json!("trước ngày 20/11 hằng năm")));
        // A recurring task has no state of its own.
        let officer = house.person("BDI", "SYT", "officer");
        assert_eq!(officer.step(&format!("/tasks/{}", ids[0]), json!({ "action": "start" })).expect(409).code(), "recurring");
        let occurrence = format!("/task-occurrences/{}", task["occurrence_id"].as_str().expect("an id"));
        officer.step(&occurrence, json!({ "action": "start" })).expect(200);
        house.at("2022-11-20T08:00");
        assert_eq!((&officer.get(&occurrence)["overdue"], &officer.get(&format!("/tasks/{}", ids[0]))["overdue"]), (&json!(true), &json!(true)));
    });
}

#[test]
fn the_list_and_the_item_agree_for_every_caller_in_few_statements() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let mut tasks: Vec<Value> = (0..12).map(|_| led(house, &["STC", "SNV"])).collect();
        tasks.push(json!({ "content": "Đào tạo cán bộ", "form": "assign", "assignees": [assignee(house, "SYT", "joint")] }));
        let (plan_id, mut ids) = plan(house, &tasks);
        let ubnd = house.person("BDI", "UBND", "leader");
        let draft = ubnd.post("/plans", json!({ "title": "Kế hoạch sau" })).expect(201).id();
        ids.push(
            ubnd.post("/tasks", json!({ "plan_id": draft, "content": "Việc dự thảo", "form": "assign", "assignees": [assignee(house, "SYT", "lead")] }))
                .expect(201)
                .id(),
        );
        // (organisation, position, tasks in the list): in force 13, and one draft that only its owner sees.
        for (code, position, count) in [
            ("UBND", "leader", 14),
            ("UBND", "viewer", 14),
            ("VPUBND", "leader", 13),
            ("SNGV", "officer", 13),
            ("LHHN", "leader", 13),
            ("SVHTT", "leader", 12),
            ("STC", "officer", 12),
            ("SYT", "officer", 1),
            ("SDL", "leader", 0),
        ] {
            let caller = house.person("BDI", code, position);
            for sort in ["-created_at", "due_on", "code"] {
                let listed = caller.get(&format!("/tasks?limit=200&sort={sort}&count=exact")).expect(200);
                assert_eq!((listed.items().len(), &listed["total"]), (count, &json!(count)), "{code} {sort}");
                let mut joined = Vec::new();
                let mut path = format!("/tasks?limit=5&sort={sort}");
                loop {
                    let page = caller.get(&path).expect(200);
                    joined.extend(page.items().to_vec());
                    let Some(next) = page["next_cursor"].as_str() else { break };
                    path = format!("/tasks?limit=5&sort={sort}&cursor={next}");
                }
                assert_eq!(joined, listed.items(), "{code} {sort}");
            }
            let listed = caller.get("/tasks?limit=200").expect(200);
            for id in &ids {
                let item = caller.get(&format!("/tasks/{id}"));
                match listed.items().iter().find(|t| t["id"] == *id) {
                    Some(row) => {
                        let item = item.expect(200);
                        for member in row.as_object().expect("a record").keys() {
                            assert_eq!(item[member.as_str()], row[member], "{code} {member}");
                        }
                    }
                    None => drop(item.expect(404)),
                }
            }
            let seen = caller.get("/plans").expect(200).items().iter().any(|p| p["id"] == *plan_id);
            assert_eq!(seen, caller.get(&format!("/plans/{plan_id}")).status == 200, "{code}");
        }
        for code in ["UBND", "SVHTT"] {
            let caller = house.person("BDI", code, "leader");
            caller.get("/tasks?limit=20").expect(200);
            let counted = |path: &str| {
                // The sequencer works beside us: the fewest of several tries is ours alone.
                let tries = (0..5).map(|_| {
                    let before = house.statements();
                    caller.get(path).expect(200);
                    house.statements() - before
                });
                tries.min().expect("tries")
            };
            assert!(counted("/tasks?limit=20&sort=due_on&state=assigned") <= 2, "{code}: the list");
            assert!(counted(&format!("/tasks/{}", ids[0])) <= 3, "{code}: the item");
        }
        // Filters read the same for those who read the tasks and for those who read the access table.
        for (code, open, done) in [("UBND", 12, 1), ("SVHTT", 11, 1), ("STC", 11, 1)] {
            if code == "UBND" {
                let lead = house.person("BDI", "SVHTT", "officer");
                lead.step(&format!("/tasks/{}", ids[3]), json!({ "action": "start" })).expect(200);
            }
            let caller = house.person("BDI", code, "officer");
            let count = |query: &str| caller.get(&format!("/tasks?{query}&count=exact")).expect(200)["total"].clone();
            assert_eq!((count("state=assigned"), count("state=in_progress")), (json!(open), json!(done)), "{code}");
            assert_eq!(caller.get("/tasks?state=in_progress&sort=due_on").expect(200).items()[0]["id"], json!(ids[3]), "{code}");
            house.at("2021-11-20T08:00");
            assert_eq!(caller.get("/tasks?overdue=true&sort=due_on&limit=200").expect(200).items().len(), 12, "{code}");
            house.at("2021-11-01T08:00");
        }
        house.person("BDI", "SDL", "leader").post("/tasks", json!({ "plan_id": plan_id, "content": "x", "form": "assign" })).expect(422);
        house.person("BDI", "SVHTT", "leader").post("/tasks", json!({ "plan_id": plan_id, "content": "x", "form": "assign" })).expect(403);
    });
}

#[test]
fn what_access_rows_repeat_is_compared_and_rebuilt() {
    use diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};
    use nhipcau::{
        id::Id,
        schema::{access, tasks},
    };
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &["STC"]), led(house, &[])]);
        let ids: Vec<Id> = ids.iter().map(|id| Id::parse(id).expect("an id")).collect();
        let of = |code: &str| house.organization("BDI", code).id;
        let found = || house.db.read_now(plans::verify_access).expect("a comparison");
        assert_eq!(found(), vec![]);
        house
            .db
            .write_now(|conn| {
                // A row that says another state, one that is missing, one without a task, and a task that shows another day.
                let row = |organization: Id, task: Id| access::table.find((organization, "task", task));
                diesel::update(row(of("SVHTT"), ids[0])).set(access::state.eq("completed")).execute(conn)?;
                diesel::delete(row(of("STC"), ids[0])).execute(conn)?;
                nhipcau::authz::relate(conn, "task", Id::fresh(), of("SYT"), nhipcau::authz::Relations::LEAD)?;
                let day = chrono::NaiveDate::from_ymd_opt(2021, 12, 1).expect("a day");
                diesel::update(tasks::table.find(ids[1])).set(tasks::due_sort.eq(day)).execute(conn)?;
                Ok(())
            })
            .expect("planted");
        let mut told: Vec<(Option<Id>, &str)> = found().iter().map(|d| (d.organization, d.what)).collect();
        told.sort_by_key(|(_, what)| *what);
        assert_eq!(told, vec![(Some(of("STC")), "relation"), (Some(of("SVHTT")), "repeated"), (None, "shown"), (Some(of("SYT")), "stray")]);
        assert_eq!(house.db.write_now(plans::rebuild_access).expect("a rebuilding"), 4);
        assert_eq!(found(), vec![]);
        let lead = house.person("BDI", "SVHTT", "officer");
        assert_eq!(lead.get("/tasks?state=assigned&sort=due_on").expect(200).items().len(), 2);
        assert_eq!(house.person("BDI", "STC", "officer").get("/tasks").expect(200).items().len(), 1);
    });
}
