//! Due dates of tasks: own ones, extensions, later documents, returns; each day is worked out by hand.
//!
//! 19/11/2021 is a Friday; there is no holiday in November and December 2021.

use super::plans::{assignee, done, led, org, part_of, plan};
use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

fn ask(who: &Person<'_>, task: &str, part: Option<&str>, due: &str) -> String {
    let extension = who.post("/extensions", json!({ "task_id": task, "part_id": part, "due_on": due, "reason": "Đối tác hoãn chuyến thăm" })).expect(201);
    format!("/extensions/{}", extension.id())
}

fn grant(who: &Person<'_>, extension: &str) -> Reply {
    who.step(extension, json!({ "action": "grant" }))
}

fn part(house: &House, task: &str, code: &str) -> Reply {
    let owner = house.person("BDI", "UBND", "leader");
    let id = part_of(&owner.get(&format!("/tasks/{task}")).expect(200), &org(house, code));
    owner.get(&format!("/task-parts/{id}")).expect(200)
}

#[test]
fn an_extension_never_takes_time_away() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let joint = json!({ "content": "Tuyên truyền", "form": "assign", "due_on": "2021-11-19",
            "assignees": [assignee(house, "SYT", "joint"), assignee(house, "STC", "joint")] });
        let (_, ids) = plan(house, &[joint, led(house, &["STC"])]);
        let (ubnd, syt, stc) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SYT", "officer"), house.person("BDI", "STC", "officer"));
        // Two agencies ask for the task that they do together; the longer time is granted first.
        let (long, short) = (ask(&syt, &ids[0], None, "2021-12-30"), ask(&stc, &ids[0], None, "2021-12-10"));
        grant(&ubnd, &long).expect(200);
        assert_eq!(grant(&ubnd, &short).expect(409).code(), "due_date_moved");
        let same = json!({ "action": "grant", "due_on": "2021-12-30" });
        assert_eq!(ubnd.step(&short, same).expect(409).code(), "due_date_moved");
        assert_eq!(ubnd.step(&short, json!({ "action": "grant", "due_on": "2021-11-19" })).expect(422).fault("/due_on"), Some("not_later"));
        let task = ubnd.get(&format!("/tasks/{}", ids[0])).expect(200);
        assert_eq!((&task["due_on"], task["occurrence"]["due_history"].as_array().map(Vec::len)), (&json!("2021-12-30"), Some(1)));
        assert_eq!(stc.get(&short)["state"], "asked");
        // A later day may still be given.
        ubnd.step(&short, json!({ "action": "grant", "due_on": "2021-12-31" })).expect(200);
        assert_eq!(ubnd.get(&format!("/tasks/{}", ids[0]))["due_on"], "2021-12-31");

        // A coordinator asked for its own part; meanwhile the lead got more for the whole.
        let own = part(house, &ids[1], "STC").id();
        let short = ask(&stc, &ids[1], Some(&own), "2021-12-10");
        let long = ask(&house.person("BDI", "SVHTT", "officer"), &ids[1], None, "2021-12-30");
        grant(&ubnd, &long).expect(200);
        assert_eq!(grant(&ubnd, &short).expect(409).code(), "due_date_moved");
        house.at("2021-12-15T08:00");
        let shown = part(house, &ids[1], "STC");
        assert_eq!((&shown["due_on"], &shown["overdue"]), (&Value::Null, &json!(false)));
    });
}

#[test]
fn an_extension_is_refused_with_a_reason_and_withdrawn_by_who_asked() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &[])]);
        let (lead, ubnd) = (house.person("BDI", "SVHTT", "officer"), house.person("BDI", "UBND", "leader"));
        let first = ask(&lead, &ids[0], None, "2021-11-30");
        assert_eq!(ubnd.step(&first, json!({ "action": "refuse" })).expect(422).fault("/reason"), Some("required"));
        assert_eq!(lead.get(&first)["state"], "asked");
        let refused = ubnd.step(&first, json!({ "action": "refuse", "reason": "Đã chốt lịch với đối tác" })).expect(200);
        assert_eq!((&refused["state"], &refused["answer"], &refused["due_granted"]), (&json!("refused"), &json!("Đã chốt lịch với đối tác"), &Value::Null));
        let second = ask(&lead, &ids[0], None, "2021-11-26");
        ubnd.step(&second, json!({ "action": "withdraw" })).expect(403);
        let withdrawn = lead.step(&second, json!({ "action": "withdraw" })).expect(200);
        assert_eq!((&withdrawn["state"], &withdrawn["allowed_actions"]), (&json!("withdrawn"), &json!([])));
        assert_eq!(grant(&ubnd, &second).expect(409).code(), "wrong_state");
        // Neither moved anything, and nothing is waiting: a further one may be asked.
        let task = lead.get(&format!("/tasks/{}", ids[0])).expect(200);
        assert_eq!((&task["due_on"], &task["occurrence"]["due_history"]), (&json!("2021-11-19"), &json!([])));
        ask(&lead, &ids[0], None, "2021-11-25");
    });
}

#[test]
fn a_part_may_get_more_time_than_its_task() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &["STC"])]);
        let path = format!("/tasks/{}", ids[0]);
        let (lead, stc, ubnd) = (house.person("BDI", "SVHTT", "officer"), house.person("BDI", "STC", "officer"), house.person("BDI", "UBND", "leader"));
        let own = part(house, &ids[0], "STC").id();
        // Of one's own part only.
        let others = json!({ "task_id": ids[0], "part_id": own, "due_on": "2021-11-30", "reason": "…" });
        lead.post("/extensions", others).expect(403);
        let extension = ask(&stc, &ids[0], Some(&own), "2021-11-30");
        let granted = grant(&ubnd, &extension).expect(200);
        assert_eq!((&granted["part_id"], &granted["due_granted"]), (&json!(own), &json!("2021-11-30")));
        let shown = part(house, &ids[0], "STC");
        let old = &shown["due_history"][0];
        assert_eq!((&shown["due_on"], &old["due_on"], &old["extension_id"]), (&json!("2021-11-30"), &json!("2021-11-19"), &granted["id"]));
        assert_eq!(ubnd.get(&path)["due_on"], "2021-11-19");
        // On Monday 22/11 the task and its lead are late, the part is not.
        house.at("2021-11-22T08:00");
        assert_eq!(ubnd.get(&path)["overdue"], true);
        let late = ubnd.get("/task-parts?overdue=true").expect(200);
        assert_eq!((late.items().len(), &late.items()[0]["organization_id"]), (1, &org(house, "SVHTT")));
        house.at("2021-11-30T16:00");
        done(&stc, &ids[0], &org(house, "STC")).expect(200);
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.step(&path, json!({ "action": "propose_completion", "result": "Đã tổ chức" })).expect(200);
        house.at("2021-12-02T08:00");
        let end = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        assert_eq!(end["occurrence"]["on_time"], false);
        assert_eq!((&part(house, &ids[0], "STC")["on_time"], &part(house, &ids[0], "SVHTT")["on_time"]), (&json!(true), &json!(false)));
    });
}

#[test]
fn an_extension_after_a_return_keeps_the_days_that_it_lay() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &["STC"])]);
        let path = format!("/tasks/{}", ids[0]);
        let (lead, stc, ubnd) = (house.person("BDI", "SVHTT", "officer"), house.person("BDI", "STC", "officer"), house.person("BDI", "UBND", "leader"));
        lead.step(&path, json!({ "action": "start" })).expect(200);
        house.at("2021-11-17T16:00");
        done(&stc, &ids[0], &org(house, "STC")).expect(200);
        lead.step(&path, json!({ "action": "propose_completion", "result": "Đã tổ chức" })).expect(200);
        // It lay Thu 18, Fri 19, Mon 22: 19/11 moves to Wed 24/11, three days after the return are Thu 25/11.
        house.at("2021-11-22T09:00");
        let own = part(house, &ids[0], "STC").id();
        ubnd.step(&path, json!({ "action": "return", "reason": "Thiếu số liệu", "part_ids": [own] })).expect(200);
        // On Tue 23/11 the part gets until Fri 26/11, and its three days: Mon 29, Tue 30/11, Wed 1/12.
        house.at("2021-11-23T08:00");
        let extension = ask(&stc, &ids[0], Some(&own), "2021-11-26");
        grant(&ubnd, &extension).expect(200);
        house.at("2021-12-01T08:00");
        let shown = part(house, &ids[0], "STC");
        assert_eq!((&shown["due_on"], &shown["overdue"]), (&json!("2021-11-26"), &json!(false)));
        assert_eq!(part(house, &ids[0], "SVHTT")["overdue"], true);
        done(&stc, &ids[0], &org(house, "STC")).expect(200);
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.step(&path, json!({ "action": "propose_completion" })).expect(200);
        house.at("2021-12-03T08:00");
        ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        assert_eq!((&part(house, &ids[0], "STC")["on_time"], &part(house, &ids[0], "SVHTT")["on_time"]), (&json!(true), &json!(false)));
    });
}

#[test]
fn a_later_document_moves_a_due_date() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &["STC"])]);
        let path = format!("/tasks/{}", ids[0]);
        let (lead, ubnd) = (house.person("BDI", "SVHTT", "officer"), house.person("BDI", "UBND", "leader"));
        let paper = ubnd.post("/documents", json!({ "kind": "official_letter", "summary": "Lùi thời hạn" })).expect(201).id();
        lead.step(&path, json!({ "action": "start" })).expect(200);
        house.at("2021-11-17T16:00");
        lead.step(&path, json!({ "action": "propose_completion", "reason": "Sở Tài chính làm sau" })).expect(200);
        house.at("2021-11-22T09:00");
        ubnd.step(&path, json!({ "action": "return", "reason": "Thiếu số liệu" })).expect(200);
        let bare = ubnd.step(&path, json!({ "action": "redate" })).expect(422);
        assert_eq!((bare.fault("/reason"), bare.fault("/due_on"), bare.fault("/document_id")), (Some("required"), Some("required"), Some("required")));
        let redate = json!({ "action": "redate", "reason": "Công văn lùi hạn", "due_on": "2021-11-30", "document_id": paper });
        house.person("BDI", "SVHTT", "leader").step(&path, redate.clone()).expect(403);
        let moved = ubnd.step(&path, redate).expect(200);
        let old = &moved["occurrence"]["due_history"][0];
        assert_eq!((&moved["due_on"], &old["due_on"], &old["document_id"]), (&json!("2021-11-30"), &json!("2021-11-19"), &json!(paper)));
        assert_eq!(old["extension_id"], Value::Null);
        // Tue 30/11 and the three working days that it lay (Thu 18, Fri 19, Mon 22): Wed 1, Thu 2, Fri 3/12.
        assert_eq!(moved["deadline"]["effective_day"], "2021-12-03");
        // The lead's part came back with it; Sở Tài chính's never lay anywhere, so that its last day is 30/11.
        house.at("2021-12-01T08:00");
        assert_eq!((&part(house, &ids[0], "SVHTT")["overdue"], &part(house, &ids[0], "STC")["overdue"]), (&json!(false), &json!(true)));
        house.at("2021-12-03T16:00");
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.step(&path, json!({ "action": "propose_completion", "reason": "Sở Tài chính làm sau" })).expect(200);
        house.at("2021-12-10T08:00");
        let end = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        let decision = &end["occurrence"]["decision"];
        assert_eq!((&decision["due"], &decision["effective_due"], &decision["on_time"]), (&json!("2021-11-30"), &json!("2021-12-03"), &json!(true)));
    });
}

#[test]
fn an_agency_with_a_due_date_of_its_own_is_judged_by_it() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let mut task = led(house, &["STC", "SNV"]);
        task["assignees"][1]["due_on"] = json!("2021-11-12");
        let (_, ids) = plan(house, &[task]);
        let path = format!("/tasks/{}", ids[0]);
        let (lead, ubnd) = (house.person("BDI", "SVHTT", "officer"), house.person("BDI", "UBND", "leader"));
        assert_eq!((&part(house, &ids[0], "STC")["due_on"], &part(house, &ids[0], "SNV")["due_on"]), (&json!("2021-11-12"), &Value::Null));
        house.at("2021-11-15T08:00");
        let late = ubnd.get("/task-parts?overdue=true").expect(200);
        assert_eq!((late.items().len(), &late.items()[0]["organization_id"]), (1, &org(house, "STC")));
        assert_eq!(ubnd.get(&path)["overdue"], false);
        for code in ["STC", "SNV"] {
            done(&house.person("BDI", code, "officer"), &ids[0], &org(house, code)).expect(200);
        }
        house.at("2021-11-19T16:00");
        lead.step(&path, json!({ "action": "start" })).expect(200);
        lead.step(&path, json!({ "action": "propose_completion", "result": "Đã tổ chức" })).expect(200);
        let end = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        assert_eq!(end["occurrence"]["on_time"], true);
        // Monday 15/11 is after Friday 12/11, and before 19/11.
        let judged = ["STC", "SNV", "SVHTT"].map(|code| part(house, &ids[0], code)["on_time"].clone());
        assert_eq!(judged, [json!(false), json!(true), json!(true)]);
    });
}

#[test]
fn only_the_parts_that_are_named_come_back() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let joint = json!({ "content": "Tuyên truyền", "form": "assign", "due_on": "2021-11-19",
            "assignees": [assignee(house, "SYT", "joint"), assignee(house, "STC", "joint")] });
        let (_, ids) = plan(house, &[joint]);
        let path = format!("/tasks/{}", ids[0]);
        let (ubnd, syt) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SYT", "officer"));
        syt.step(&path, json!({ "action": "start" })).expect(200);
        house.at("2021-11-16T08:00");
        done(&syt, &ids[0], &org(house, "SYT")).expect(200);
        house.at("2021-11-17T08:00");
        done(&house.person("BDI", "STC", "officer"), &ids[0], &org(house, "STC")).expect(200);
        let (own, others) = (part(house, &ids[0], "SYT").id(), part(house, &ids[0], "STC").id());
        house.at("2021-11-18T08:00");
        let back = |parts: Value| ubnd.step(&path, json!({ "action": "return", "reason": "Thiếu ảnh", "part_ids": parts }));
        assert_eq!(back(json!([own, ids[0]])).expect(422).fault("/part_ids"), Some("unknown_reference"));
        assert_eq!(back(json!([own])).expect(200)["state"], "returned");
        let (mine, kept) = (part(house, &ids[0], "SYT"), part(house, &ids[0], "STC"));
        assert_eq!((&mine["id"], &mine["state"], &mine["done_on"], &mine["reason"]), (&json!(own), &json!("assigned"), &Value::Null, &json!("Thiếu ảnh")));
        assert_eq!((&kept["id"], &kept["state"], &kept["done_on"]), (&json!(others), &json!("done"), &json!("2021-11-17")));
        // Done again on Tue 23/11, it is the last part. SYT's lay Wed 17, Thu 18 = 2 days: 19/11 moves to Tue 23/11; three
        // days after Thu 18/11 are Tue 23/11 as well. The task lay from Wed 17 to Thu 18 = 1 day.
        house.at("2021-11-23T08:00");
        assert_eq!((&part(house, &ids[0], "SYT")["overdue"], &ubnd.get(&path)["overdue"]), (&json!(false), &json!(false)));
        done(&syt, &ids[0], &org(house, "SYT")).expect(200);
        let proposed = ubnd.get(&path).expect(200);
        assert_eq!((&proposed["state"], &proposed["occurrence"]["proposed_on"]), (&json!("completion_proposed"), &json!("2021-11-23")));
        house.at("2021-11-29T08:00");
        let end = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        let decision = &end["occurrence"]["decision"];
        assert_eq!((&decision["receiver_days"], &decision["effective_due"], &decision["on_time"]), (&json!(1), &json!("2021-11-23"), &json!(true)));
        assert_eq!((&part(house, &ids[0], "SYT")["on_time"], &part(house, &ids[0], "STC")["on_time"]), (&json!(true), &json!(true)));
    });
}

#[test]
fn of_two_leads_the_first_proposes_when_the_other_is_done() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let both = json!({ "content": "Hội nghị", "form": "assign", "due_on": "2021-11-19",
            "assignees": [assignee(house, "SVHTT", "lead"), assignee(house, "SDL", "lead")] });
        let (_, ids) = plan(house, &[both]);
        let path = format!("/tasks/{}", ids[0]);
        let first = house.person("BDI", "SVHTT", "officer");
        let alone = house.person("BDI", "SDL", "leader").step(&path, json!({ "action": "decline", "reason": "Không thuộc chức năng" }));
        assert_eq!(alone.expect(409).code(), "not_alone");
        first.step(&path, json!({ "action": "start" })).expect(200);
        let waits = first.step(&path, json!({ "action": "propose_completion", "result": "Phần một" })).expect(409);
        let other = part(house, &ids[0], "SDL").id();
        assert_eq!((waits.code(), waits.fault(&format!("/parts/{other}"))), ("parts_missing", Some("part_missing")));
        assert_eq!(waits["errors"].as_array().map(Vec::len), Some(1));
        done(&house.person("BDI", "SDL", "officer"), &ids[0], &org(house, "SDL")).expect(200);
        assert_eq!(first.get(&path)["state"], "in_progress");
        house.at("2021-11-19T16:00");
        first.step(&path, json!({ "action": "propose_completion", "result": "Phần một" })).expect(200);
        let end = house.person("BDI", "UBND", "leader").step(&path, json!({ "action": "accept" })).expect(200);
        assert_eq!((&end["state"], &end["occurrence"]["on_time"]), (&json!("completed"), &json!(true)));
        assert_eq!((&part(house, &ids[0], "SDL")["state"], &part(house, &ids[0], "SVHTT")["result"]), (&json!("done"), &json!("Phần một")));
    });
}
