//! Functions that are given and taken while a plan is in force (RULES 1).

use crate::harness::{House, each};
use nhipcau::mandates;
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

/// A plan of UBND in force with one task led by the department of culture; answers both.
fn plan(house: &House) -> (String, String) {
    let ubnd = house.person("BDI", "UBND", "leader");
    let plan = ubnd.post("/plans", json!({ "title": "Triển khai Chỉ thị 38-CT/TW" })).expect(201).id();
    let lead = json!([{ "organization_id": org(house, "SVHTT"), "role": "lead" }]);
    let task = json!({ "plan_id": plan, "content": "Tổ chức giao lưu", "form": "assign", "due_on": "2021-12-31", "assignees": lead });
    let task = ubnd.post("/tasks", task).expect(201).id();
    ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
    (plan, task)
}

fn grant(house: &House, code: &str, function: &str, more: Value) -> String {
    let mut body = json!({ "organization_id": org(house, code), "function": function });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    house.administrator().post("/organization-functions", body).expect(201).id()
}

fn end(house: &House, grant: &str, day: &str) {
    let (admin, path) = (house.administrator(), format!("/organization-functions/{grant}"));
    admin.patch(&path, &admin.get(&path).expect(200), json!({ "valid_to": day })).expect(200);
}

fn work(house: &House) -> usize {
    house
        .db
        .write_now({
            let now = house.now();
            move |conn| mandates::follow_due(conn, now)
        })
        .expect("the worker's round")
}

#[test]
fn a_function_given_for_a_plan_in_force_is_followed_at_once_and_so_is_its_end() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (plan, task) = plan(house);
        let (plan_path, task_path) = (format!("/plans/{plan}"), format!("/tasks/{task}"));
        let (ubnd, lead) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SVHTT", "officer"));
        let part = ubnd.get(&task_path).expect(200)["parts"][0]["id"].as_str().expect("a part").to_owned();
        let urging =
            json!({ "target_kind": "task", "target_id": task, "organization_id": org(house, "SVHTT"), "level": "urging", "text": "Đề nghị khẩn trương" });
        let urging = ubnd.post("/urgings", urging).expect(201).id();
        lead.step(&task_path, json!({ "action": "start" })).expect(200);
        lead.step(&task_path, json!({ "action": "propose_completion" })).expect(200);

        // Finance monitors nothing yet; from the grant on it sees plan, task, part and urging, and accepts.
        let finance = house.person("BDI", "STC", "leader");
        let paths = [plan_path.clone(), task_path.clone(), format!("/task-parts/{part}"), format!("/urgings/{urging}")];
        let see = |person: &crate::harness::Person<'_>, status: u16| paths.iter().for_each(|path| drop(person.get(path).expect(status)));
        see(&finance, 404);
        let monitors = grant(house, "STC", "monitoring_office", json!({ "plan_id": plan, "basis": "Công văn 12/UBND-VX" }));
        see(&finance, 200);
        assert_eq!(finance.get("/tasks").expect(200).items().len(), 1);
        assert!(finance.get(&task_path)["allowed_actions"].to_string().contains("accept"));
        // It is one act: the grant, and what follows from it for the plan.
        let events = ubnd.get(&format!("/audit-events?record_id={plan}&action=follow")).expect(200);
        assert_eq!(events.items().len(), 1);
        let event = &events.items()[0];
        let follows = |code: &str| {
            let followers = event["after"]["followers"].as_array().expect("followers");
            followers.iter().find(|f| f["organization_id"] == org(house, code)).map(|f| f["follows"].clone())
        };
        // A plan with a monitor of its own is not the province's monitor's any more.
        assert_eq!((follows("STC"), follows("VPUBND")), (Some(json!(true)), Some(json!(false))));
        let act = ubnd.get(&format!("/audit-events?act_id={}", event["act_id"].as_str().expect("an act"))).expect(200);
        assert!(act.items().iter().any(|e| e["record_id"] == json!(monitors)), "{}", act.json);
        // A rehearsal gives nothing.
        let admin = house.administrator();
        admin
            .post("/organization-functions?validate_only=true", json!({ "organization_id": org(house, "SNV"), "function": "overseer", "plan_id": plan }))
            .expect(200);
        see(&house.person("BDI", "SNV", "viewer"), 404);

        // Monitoring is over: it sees nothing any more, and what the lead holds is untouched.
        house.at("2021-11-10T08:00");
        end(house, &monitors, "2021-11-09");
        see(&finance, 404);
        assert!(finance.get("/tasks").expect(200).items().is_empty());
        lead.get(&task_path).expect(200);
        // An overseer of the whole province, and a focal point of the plan.
        let oversees = grant(house, "TTTU", "overseer", json!({}));
        house.person("BDI", "TTTU", "viewer").get(&task_path).expect(200);
        end(house, &oversees, "2021-11-09");
        house.person("BDI", "TTTU", "viewer").get(&task_path).expect(404);
        grant(house, "HND", "focal_point", json!({ "plan_id": plan }));
        let focal = house.person("BDI", "HND", "leader").get(&task_path).expect(200);
        assert_eq!(focal["id"], json!(task));
    });
}

#[test]
fn the_first_and_last_day_of_a_function_are_noticed_by_the_worker() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, task) = plan(house);
        let path = format!("/tasks/{task}");
        let finance = house.person("BDI", "STC", "viewer");
        grant(house, "STC", "monitoring_office", json!({ "valid_from": "2021-11-15", "valid_to": "2021-11-30" }));
        work(house);
        finance.get(&path).expect(404);
        house.at("2021-11-15T00:10");
        assert_eq!(work(house), 1);
        finance.get(&path).expect(200);
        assert_eq!(work(house), 0);
        house.at("2021-11-30T23:50");
        assert_eq!(work(house), 0);
        finance.get(&path).expect(200);
        house.at("2021-12-01T00:10");
        assert_eq!(work(house), 1);
        finance.get(&path).expect(404);
    });
}

#[test]
fn another_focal_point_of_a_regime_keeps_its_periods_and_obligations() {
    each("2021-10-20T08:00", |house| {
        house.load_agencies("binh_dinh");
        let sender = json!({ "organization_id": org(house, "SYT"), "resolution": "text" });
        let step = json!({ "step_no": 1, "senders": [sender], "receiver_id": org(house, "LHHN"), "report_of": "consolidator", "resolution": "text",
            "due_rule": { "kind": "yearly", "month": 11, "day": 20, "inclusive": false, "roll": "none" } });
        let ubnd = house.person("BDI", "UBND", "officer");
        let regime = ubnd
            .post(
                "/reporting-regimes",
                json!({ "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org(house, "STTTT"), "tracked_from": "2021-01-01", "steps": [step] }),
            )
            .expect(201)
            .id();
        let period = house.person("BDI", "LHHN", "leader").post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id();
        let owed = |code: &str| house.person("BDI", code, "leader").get(&format!("/reporting-obligations?period_id={period}")).expect(200).items().len();
        assert_eq!((owed("STTTT"), owed("STC")), (1, 0));
        let path = format!("/reporting-regimes/{regime}");
        house.person("BDI", "STTTT", "officer").patch(&path, &ubnd.get(&path), json!({ "focal_point_id": org(house, "STC") })).expect(200);
        assert_eq!((owed("STTTT"), owed("STC")), (0, 1));
        // The function for the regime names it too.
        let grant = grant(house, "SNV", "focal_point", json!({ "regime_id": regime }));
        assert_eq!(ubnd.get(&path)["focal_point_id"], org(house, "SNV"));
        assert_eq!((owed("STC"), owed("SNV")), (0, 1));
        house.at("2021-10-25T08:00");
        end(house, &grant, "2021-10-24");
        assert_eq!((owed("SNV"), &ubnd.get(&path)["focal_point_id"]), (0, &Value::Null));
    });
}

#[test]
fn the_verdict_on_a_part_is_a_change_of_that_part() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (plan, task) = plan(house);
        let path = format!("/tasks/{task}");
        let (ubnd, lead) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SVHTT", "officer"));
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.step(&path, json!({ "action": "propose_completion" })).expect(200);
        let part = format!("/task-parts/{}", ubnd.get(&path).expect(200)["parts"][0]["id"].as_str().expect("a part"));
        let before = lead.get(&part).expect(200);
        assert_eq!((&before["state"], &before["on_time"]), (&json!("done"), &Value::Null));
        ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        let after = lead.get(&part).expect(200);
        assert_eq!(after["on_time"], true);
        assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|v| v + 1));
        assert_ne!(after.etag(), before.etag());
        let id = after["id"].as_str().expect("an id");
        let events = ubnd.get(&format!("/audit-events?record_id={id}&action=accept")).expect(200);
        assert_eq!(events.items().len(), 1);
        let event = &events.items()[0];
        assert_eq!((&event["before"]["on_time"], &event["after"]["on_time"], &event["record_version"]), (&Value::Null, &json!(true), &after["version"]));
        // What is cancelled with its plan says so part by part, too.
        let second =
            json!({ "plan_id": plan, "content": "Việc thứ hai", "form": "assign", "assignees": [{ "organization_id": org(house, "SYT"), "role": "lead" }] });
        let second = ubnd.post("/tasks", second).expect(201).id();
        let owed = ubnd.get(&format!("/tasks/{second}")).expect(200);
        if owed["parts"].as_array().is_none_or(Vec::is_empty) {
            ubnd.step(&format!("/tasks/{second}"), json!({ "action": "assign" })).expect(200);
        }
        let owed = ubnd.get(&format!("/tasks/{second}")).expect(200)["parts"][0]["id"].as_str().expect("a part").to_owned();
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "close", "reason": "Hết thời gian" })).expect(200);
        let waived = ubnd.get(&format!("/audit-events?record_id={owed}&action=waive")).expect(200);
        assert_eq!((waived.items().len(), &waived.items()[0]["after"]["state"]), (1, &json!("waived")));
    });
}

#[test]
fn whoever_approves_a_task_reads_its_plan_for_as_long_as_it_approves_one() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let ubnd = house.person("BDI", "UBND", "leader");
        let plan = ubnd.post("/plans", json!({ "title": "Triển khai Chỉ thị 38-CT/TW" })).expect(201).id();
        let lead = json!([{ "organization_id": org(house, "SVHTT"), "role": "lead" }]);
        let task = |content: &str, approver: Value| {
            let body = json!({ "plan_id": plan, "content": content, "form": "assign", "approver_id": approver, "assignees": lead });
            format!("/tasks/{}", ubnd.post("/tasks", body).expect(201).id())
        };
        let (first, second) = (task("Việc một", org(house, "SNV")), task("Việc hai", Value::Null));
        let plan = format!("/plans/{plan}");
        ubnd.step(&plan, json!({ "action": "activate" })).expect(200);
        let approve = |task: &str, by: Value| drop(ubnd.patch(task, &ubnd.get(task).expect(200), json!({ "approver_id": by })).expect(200));
        // Statuses of plan, first and second task.
        let reads = |code: &str| [&plan, &first, &second].map(|path| house.person("BDI", code, "viewer").get(path).status);
        let (nothing, the_first, the_second) = ([404; 3], [200, 200, 404], [200, 404, 200]);
        assert_eq!((reads("SNV"), reads("STC")), (the_first, nothing));
        // Another one: it reads the plan too, the former one does not any more.
        approve(&first, org(house, "STC"));
        assert_eq!((reads("SNV"), reads("STC")), (nothing, the_first));
        assert_eq!(house.person("BDI", "STC", "viewer").get("/plans").expect(200).items().len(), 1);
        // Of two tasks, the plan stays with the second.
        approve(&second, org(house, "STC"));
        approve(&first, Value::Null);
        assert_eq!(reads("STC"), the_second);
        approve(&second, Value::Null);
        assert_eq!(reads("STC"), nothing);
    });
}

/// RULES 1: an overseer of the regime, one of its plan, and who entrusted the plan to another body.
#[test]
fn whoever_oversees_regime_or_plan_receives_the_issued_report() {
    each("2021-10-20T08:00", |house| {
        house.load_agencies("binh_dinh");
        let above = house.organization("BDI", "SYT");
        let unit =
            json!({ "province_id": above.province_id, "parent_id": above.id, "code": "BV", "name": "Bệnh viện", "kind": "subordinate_unit", "level": "unit" });
        house.administrator().post("/organizations", unit).expect(201);
        // Health entrusts a plan to its hospital, to which tourism reports on it, and which reports to UBND.
        let at = |code: &str, position: &str| house.person("BDI", code, position);
        let plan = at("SYT", "leader").post("/plans", json!({ "title": "Kế hoạch y tế", "owner_id": org(house, "BV") })).expect(201).id();
        let lead = json!([{ "organization_id": org(house, "SDL"), "role": "lead" }]);
        at("BV", "leader").post("/tasks", json!({ "plan_id": plan, "content": "Giới thiệu dịch vụ", "form": "assign", "assignees": lead })).expect(201);
        at("BV", "leader").step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let sender = |code: &str| json!({ "organization_id": org(house, code), "resolution": "text" });
        let due = json!({ "kind": "yearly", "month": 11, "day": 20, "inclusive": false, "roll": "none" });
        let regime = json!({
            "name": "Báo cáo y tế", "frequency": "year", "plan_id": plan, "tracked_from": "2021-01-01",
            "steps": [
                { "step_no": 1, "senders": [sender("SDL")], "receiver_id": org(house, "BV"), "report_of": "consolidator", "resolution": "text", "due_rule": due },
                { "step_no": 2, "senders": [sender("BV")], "receiver_id": org(house, "UBND"), "consolidates": true, "report_of": "consolidator", "resolution": "text" },
            ],
            "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }],
            "indicators": [{ "code": "visitors", "name": "Số khách", "type": "integer", "across_agencies": "sum", "over_time": "sum", "source": "typed", "in_text": false }]
        });
        let regime = at("UBND", "officer").post("/reporting-regimes", regime).expect(201).id();
        let of_regime = grant(house, "STC", "overseer", json!({ "regime_id": regime }));
        grant(house, "SNV", "overseer", json!({ "plan_id": plan }));
        grant(house, "TTTU", "overseer", json!({}));
        let period = at("BV", "leader").post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id();
        let owed = at("SDL", "officer").get("/reporting-obligations").expect(200).items()[0]["id"].clone();
        let content = json!({ "obligation_id": owed, "narratives": [{ "section": "ket_qua", "text": "Đã làm" }], "figures": [{ "indicator": "visitors", "value": "7" }] });
        let draft = at("SDL", "officer").post("/report-submissions", content).expect(201).id();
        at("SDL", "leader").step(&format!("/report-submissions/{draft}"), json!({ "action": "submit" })).expect(200);
        at("BV", "leader").step(&format!("/report-submissions/{draft}"), json!({ "action": "accept" })).expect(200);

        // Whose step it is not is told so before what is wrong with the body (RULES 19).
        let begin = |title: Value| json!({ "period_id": period, "step": 2, "title": title });
        at("SDL", "officer").post("/consolidated-reports", begin(json!(7))).expect(403);
        at("BV", "officer").post("/consolidated-reports", begin(json!(7))).expect(422);
        let report = at("BV", "officer").post("/consolidated-reports", begin(json!("Tổng hợp"))).expect(201).id();
        let path = format!("/consolidated-reports/{report}");
        let reads = |codes: [&str; 5]| codes.map(|code| at(code, "viewer").get(&path).status);
        let all = ["SYT", "STC", "SNV", "TTTU", "HND"];
        assert_eq!(reads(all), [404; 5]);
        at("BV", "leader").step(&path, json!({ "action": "issue" })).expect(200);
        // The province's overseer does not follow what has overseers of its own (RULES 1); a stranger reads nothing.
        assert_eq!(reads(all), [200, 200, 200, 404, 404]);

        // Who is no overseer any more does not read it, one that is named later does, and the others are as they were.
        house.at("2021-10-25T08:00");
        end(house, &of_regime, "2021-10-24");
        assert_eq!(reads(all), [200, 404, 200, 404, 404]);
        let health = grant(house, "SYT", "overseer", json!({ "regime_id": regime }));
        grant(house, "HND", "overseer", json!({ "regime_id": regime }));
        assert_eq!(reads(all), [200, 404, 200, 404, 200]);
        house.at("2021-10-28T08:00");
        end(house, &health, "2021-10-27");
        assert_eq!(reads(all), [200, 404, 200, 404, 200]);
    });
}
