//! Whose share in a task changes: it is declined, a group's members go and come back, an agency joins late.

use super::plans::{done, led, org, part_of, plan};
use crate::harness::{House, each};
use nhipcau::plans;
use serde_json::{Value, json};

fn acts(record: &Value) -> Vec<&str> {
    record["allowed_actions"].as_array().expect("actions").iter().filter_map(Value::as_str).collect()
}

/// Sets who belongs to a group of Bình Định, and has the plan's groups determined anew.
fn re_expand(house: &House, plan: &str, group: &Value, members: &[Value]) {
    let (admin, path) = (house.administrator(), format!("/organization-groups/{}", group["id"].as_str().expect("an id")));
    admin.patch(&path, &admin.get(&path).expect(200), json!({ "members": members })).expect(200);
    house.person("BDI", "UBND", "leader").step(&format!("/plans/{plan}"), json!({ "action": "re_expand" })).expect(200);
}

#[test]
fn whoever_declined_a_task_leads_it_no_more() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &["STC"])]);
        let path = format!("/tasks/{}", ids[0]);
        let (ubnd, old, old_officer) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SVHTT", "leader"), house.person("BDI", "SVHTT", "officer"));
        let declined = json!({ "action": "decline", "reason": "Không thuộc chức năng" });
        old.step(&path, declined.clone()).expect(200);
        // Not to a body that has ended; to one that has coordinated so far, which has one part, and leads.
        let to = |code: &str| json!({ "action": "reassign", "organization_id": org(house, code) });
        let ended = format!("/organizations/{}", house.organization("BDI", "SYT").id);
        house.administrator().step(&ended, json!({ "action": "archive" })).expect(200);
        assert_eq!(ubnd.step(&path, to("SYT")).expect(422).fault("/organization_id"), Some("ended"));
        let shown = ubnd.step(&path, to("STC")).expect(200);
        let given: Vec<&Value> = shown["assignees"].as_array().expect("assignees").iter().filter(|a| a["organization_id"] == org(house, "STC")).collect();
        assert_eq!((given.len(), &given[0]["role"]), (1, &json!("lead")));
        let part = ubnd.get(&format!("/task-parts/{}", part_of(&shown, &org(house, "STC")))).expect(200);
        assert_eq!((&part["role"], &part["state"]), (&json!("lead"), &json!("assigned")));

        // The one that declined reads on, and has no say.
        let read = old.get(&path).expect(200);
        assert!(acts(&read.json).iter().all(|act| !["start", "decline", "propose_completion", "progress"].contains(act)), "{read:?}");
        old.step(&path, declined).expect(403);
        old_officer.step(&path, json!({ "action": "start" })).expect(403);
        let new = house.person("BDI", "STC", "officer");
        new.step(&path, json!({ "action": "start" })).expect(200);
        let propose = json!({ "action": "propose_completion", "result": "Đã tổ chức", "reason": "Đủ" });
        old_officer.step(&path, propose.clone()).expect(403);
        new.step(&path, propose).expect(200);
        assert_eq!(house.db.read_now(plans::verify_access).expect("a comparison"), vec![]);
    });
}

/// A yearly task of which one occurrence was declined: who has to finish the other goes on leading that one alone.
#[test]
fn whoever_declined_one_occurrence_finishes_the_other() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let mut task = led(house, &[]);
        task["cadence"] = json!("on_occasion");
        let (_, ids) = plan(house, &[task]);
        let (ubnd, old, officer) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SVHTT", "leader"), house.person("BDI", "SVHTT", "officer"));
        let open =
            |title: &str| format!("/task-occurrences/{}", ubnd.post(&format!("/tasks/{}/occurrences", ids[0]), json!({ "title": title })).expect(201).id());
        let (kept, given_away) = (open("Đoàn đầu"), open("Đoàn sau"));
        officer.step(&kept, json!({ "action": "start" })).expect(200);
        old.step(&given_away, json!({ "action": "decline", "reason": "Không đủ người" })).expect(200);
        ubnd.step(&given_away, json!({ "action": "reassign", "organization_id": org(house, "STC") })).expect(200);
        let shown = ubnd.get(&format!("/tasks/{}/occurrences", ids[0])).expect(200);
        assert_eq!(shown.items().len(), 2);
        let buttons = |path: &str| acts(&old.get(path).expect(200).json).iter().filter(|a| ["start", "decline", "propose_completion"].contains(a)).count();
        let listed = old.get(&format!("/tasks/{}/occurrences", ids[0])).expect(200);
        let listed: Vec<usize> =
            listed.items().iter().map(|o| acts(o).iter().filter(|a| ["start", "decline", "propose_completion"].contains(a)).count()).collect();
        // Newest first: the one that was given away, the one that is kept and under way.
        assert_eq!((buttons(&given_away), buttons(&kept), listed), (0, 1, vec![0, 1]));
        // That it has no say comes before what is missing.
        old.step(&given_away, json!({ "action": "decline" })).expect(403);
        officer.step(&given_away, json!({ "action": "start" })).expect(403);
        house.person("BDI", "STC", "officer").step(&given_away, json!({ "action": "start" })).expect(200);
        officer.step(&given_away, json!({ "action": "propose_completion", "result": "Xong", "reason": "Xong" })).expect(403);
        officer.step(&kept, json!({ "action": "propose_completion", "result": "Xong" })).expect(200);
    });
}

#[test]
fn a_member_that_comes_back_owes_its_part_again_and_one_that_leaves_is_not_waited_for() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let ubnd = house.person("BDI", "UBND", "leader");
        let group = ubnd.get("/organization-groups?code=doan_the").expect(200).items()[0].clone();
        let joint = json!({ "content": "Tuyên truyền", "form": "assign", "due_on": "2021-11-19", "assignees": [{ "group_id": group["id"], "role": "joint" }] });
        let (plan, ids) = plan(house, &[joint.clone(), joint]);
        let all = group["members"].as_array().expect("members");
        let last = org(house, "HND");
        let others: Vec<Value> = all.iter().filter(|m| **m != last).cloned().collect();
        let task = |at: usize| ubnd.get(&format!("/tasks/{}", ids[at])).expect(200);
        let part = |at: usize| {
            let shown = ubnd.get(&format!("/task-parts/{}", part_of(&task(at), &last))).expect(200);
            (shown.id(), shown["state"].as_str().expect("a state").to_owned())
        };
        let first = [part(0), part(1)];
        assert_eq!((all.len(), others.len(), first[0].1.as_str()), (4, 3, "assigned"));

        // It goes, which begins nothing, and comes back.
        re_expand(house, &plan, &group, &others);
        assert_eq!((part(0).1.as_str(), &task(0)["state"]), ("waived", &json!("assigned")));
        re_expand(house, &plan, &group, all);
        assert_eq!(part(0), first[0]);
        // The others have done theirs when it goes for good: nobody is waited for.
        for code in ["HLHPN", "TDOAN", "LDLD"] {
            done(&house.person("BDI", code, "officer"), &ids[0], &org(house, code)).expect(200);
        }
        assert_eq!(task(0)["state"], "in_progress");
        house.at("2021-11-08T08:00");
        re_expand(house, &plan, &group, &others);
        let proposed = task(0);
        // Proposed on the day when the last of them was done.
        assert_eq!((&proposed["state"], &proposed["occurrence"]["proposed_on"]), (&json!("completion_proposed"), &json!("2021-11-01")));
        // What a member has done before it leaves stays done.
        let done_by_one = json!({ "task_id": ids[0], "organization_id": org(house, "LDLD"), "role": "joint" });
        re_expand(house, &plan, &group, &others[1..].iter().filter(|m| **m != org(house, "LDLD")).cloned().collect::<Vec<_>>());
        assert_eq!(ubnd.post("/task-parts", done_by_one).expect(409).code(), "duplicate");
        re_expand(house, &plan, &group, &others);
        // To the other task the owner adds it by name: it owes the part that it had.
        assert_eq!(part(1), (first[1].0.clone(), "waived".to_owned()));
        let again = ubnd.post("/task-parts", json!({ "task_id": ids[1], "organization_id": last, "role": "joint" })).expect(201);
        assert_eq!((again.id(), again["state"].as_str()), (first[1].0.clone(), Some("assigned")));
        done(&house.person("BDI", "HND", "officer"), &ids[1], &last).expect(200);
        assert_eq!(house.db.read_now(plans::verify_access).expect("a comparison"), vec![]);
    });
}

/// A group of one declines and another does it: determined anew, the group does not owe it again.
#[test]
fn a_member_that_declined_is_not_meant_by_its_group_any_more() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let ubnd = house.person("BDI", "UBND", "leader");
        let group = ubnd.get("/organization-groups?code=doan_the").expect(200).items()[0].clone();
        let (admin, path) = (house.administrator(), format!("/organization-groups/{}", group["id"].as_str().expect("an id")));
        admin.patch(&path, &admin.get(&path).expect(200), json!({ "members": [org(house, "HND")] })).expect(200);
        let task = json!({ "content": "Tuyên truyền", "form": "assign", "assignees": [{ "group_id": group["id"], "role": "joint" }] });
        let (plan, ids) = plan(house, &[task]);
        let path = format!("/tasks/{}", ids[0]);
        house.person("BDI", "HND", "leader").step(&path, json!({ "action": "decline", "reason": "Không thuộc chức năng" })).expect(200);
        ubnd.step(&path, json!({ "action": "reassign", "organization_id": org(house, "STC") })).expect(200);
        re_expand(house, &plan, &group, &[org(house, "HND"), org(house, "HLHPN")]);
        let shown = ubnd.get(&path).expect(200);
        let state = |code: &str| ubnd.get(&format!("/task-parts/{}", part_of(&shown, &org(house, code)))).expect(200)["state"].clone();
        assert_eq!([state("HND"), state("STC"), state("HLHPN")], [json!("waived"), json!("assigned"), json!("assigned")]);
        let again = json!({ "task_id": ids[0], "organization_id": org(house, "STC"), "role": "joint" });
        assert_eq!(ubnd.post("/task-parts", again).expect(409).code(), "duplicate");
        house.person("BDI", "HND", "officer").step(&path, json!({ "action": "start" })).expect(403);
        house.person("BDI", "STC", "officer").step(&path, json!({ "action": "start" })).expect(200);
    });
}

/// Due on Friday 19/11, proposed on Wednesday, given back on Monday 22/11: the lead has until Thursday 25/11. Whoever joins on
/// Tuesday without a day of its own is judged by the 19th, and shown so.
#[test]
fn a_part_that_is_added_after_a_return_is_shown_as_it_will_be_judged() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &[])]);
        let path = format!("/tasks/{}", ids[0]);
        let lead = house.person("BDI", "SVHTT", "officer");
        let propose = json!({ "action": "propose_completion", "result": "Đã tổ chức" });
        house.at("2021-11-17T08:00");
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.step(&path, propose.clone()).expect(200);
        house.at("2021-11-22T08:00");
        house.person("BDI", "UBND", "leader").step(&path, json!({ "action": "return", "reason": "Bổ sung" })).expect(200);
        house.at("2021-11-23T08:00");
        let ubnd = house.person("BDI", "UBND", "leader");
        let add = |code: &str, due: Option<&str>| {
            let added = json!({ "task_id": ids[0], "organization_id": org(house, code), "role": "coordinate", "due_on": due });
            ubnd.post("/task-parts", added).expect(201)
        };
        let (without, with) = (add("STC", None), add("SNV", Some("2021-11-30")));
        assert_eq!((&without["overdue"], &with["overdue"]), (&json!(true), &json!(false)));
        let own = part_of(&ubnd.get(&path), &org(house, "SVHTT"));
        assert_eq!(ubnd.get(&format!("/task-parts/{own}"))["overdue"], false);
        for code in ["STC", "SNV"] {
            done(&house.person("BDI", code, "officer"), &ids[0], &org(house, code)).expect(200);
        }
        let lead = house.person("BDI", "SVHTT", "officer");
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.step(&path, propose).expect(200);
        ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        let on_time = |id: &str| ubnd.get(&format!("/task-parts/{id}"))["on_time"].clone();
        assert_eq!([on_time(&without.id()), on_time(&with.id()), on_time(&own)], [json!(false), json!(true), json!(true)]);
    });
}

/// A request that waits when its task ends waits no more: nothing is left to be decided.
#[test]
fn a_request_for_more_time_ends_with_its_task() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (plan, ids) = plan(house, &[led(house, &[]), led(house, &[])]);
        let (ubnd, lead) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SVHTT", "officer"));
        let ask = |task: &str, due: &str| lead.post("/extensions", json!({ "task_id": task, "due_on": due, "reason": "Đối tác hoãn" }));
        let asked: Vec<String> = ids.iter().map(|task| format!("/extensions/{}", ask(task, "2021-12-10").expect(201).id())).collect();
        // That another waits is told before what is wrong with the day.
        assert_eq!(ask(&ids[0], "2021-11-10").expect(409).code(), "pending");
        let path = format!("/tasks/{}", ids[0]);
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.step(&path, json!({ "action": "propose_completion", "result": "Đã tổ chức" })).expect(200);
        let waits = ubnd.get(&asked[0]).expect(200);
        assert_eq!((waits["state"].as_str(), acts(&waits.json).contains(&"grant")), (Some("asked"), true));
        ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "close", "reason": "Hết năm" })).expect(200);
        for extension in &asked {
            let ended = ubnd.get(extension).expect(200);
            assert_eq!((ended["state"].as_str(), ended["version"].as_i64(), acts(&ended.json)), (Some("withdrawn"), Some(2), vec![]));
            let told = ubnd.get(&format!("/audit-events?kind=extension&action=withdraw&record_id={}", ended.id())).expect(200);
            assert_eq!(told.items().len(), 1);
        }
    });
}
