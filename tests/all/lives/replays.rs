//! Calls that are made again, and bodies that name the record on which the right hangs: who may comes first (RULES 19, 21).

use crate::harness::{House, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

#[test]
fn a_call_that_was_allowed_is_not_answered_again_once_it_is_not() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (ubnd, owner) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SDL", "officer"));
        let plan = ubnd.post("/plans", json!({ "title": "Kế hoạch du lịch", "owner_id": org(house, "SDL") })).expect(201);
        let path = format!("/plans/{}", plan.id());
        let body = json!({ "plan_id": plan.id(), "content": "Quảng bá du lịch", "form": "assign" });
        let call = || owner.send("POST", "/tasks", &[("idempotency-key", "viec-1")], Some(&body));
        let first = call().expect(201);
        assert_eq!(call().expect(201).id(), first.id());
        ubnd.patch(&path, &ubnd.get(&path).expect(200), json!({ "owner_id": org(house, "SVHTT") })).expect(200);
        assert_eq!(call().expect(422).fault("/plan_id"), Some("unknown_reference"));
        // Its own again: the first answer is still that of the call.
        ubnd.patch(&path, &ubnd.get(&path).expect(200), json!({ "owner_id": org(house, "SDL") })).expect(200);
        assert_eq!(call().expect(201).id(), first.id());
    });
}

#[test]
fn who_may_not_is_told_so_before_what_is_wrong_with_the_body() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let at = |code: &str| house.person("BDI", code, "leader");
        let plan = at("UBND").post("/plans", json!({ "title": "Triển khai Chỉ thị 38-CT/TW" })).expect(201).id();
        let give = |code: &str, role: &str| json!({ "organization_id": org(house, code), "role": role });
        let assignees = json!([give("SVHTT", "lead"), give("STC", "coordinate")]);
        let task = json!({ "plan_id": plan, "content": "Tổ chức giao lưu", "form": "assign", "due_on": "2021-12-31", "assignees": assignees });
        let task = at("UBND").post("/tasks", task).expect(201).id();
        at("UBND").step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let shown = at("UBND").get(&format!("/tasks/{task}")).expect(200);
        let parts = shown["parts"].as_array().expect("parts");
        let leads = parts.iter().find(|p| p["organization_id"] == org(house, "SVHTT")).expect("a part")["id"].clone();

        // Each body says whose record it is about and nothing else: the owner or lead is told what is missing (422), who only
        // takes part may not (403), and a stranger learns as little as of a record that is not there (422).
        for (list, body, may, may_not) in [
            ("/tasks", json!({ "plan_id": plan }), "UBND", "STC"),
            ("/task-parts", json!({ "task_id": task }), "UBND", "STC"),
            ("/task-parts", json!({ "task_id": task }), "UBND", "SVHTT"),
            ("/extensions", json!({ "task_id": task }), "SVHTT", "STC"),
            ("/extensions", json!({ "task_id": task, "part_id": leads }), "SVHTT", "STC"),
            ("/urgings", json!({ "target_kind": "task", "target_id": task }), "UBND", "STC"),
            ("/urgings", json!({ "target_kind": "part", "target_id": leads }), "UBND", "STC"),
        ] {
            at(may).post(list, body.clone()).expect(422);
            at(may_not).post(list, body.clone()).expect(403);
            at("SYT").post(list, body).expect(422);
        }
    });
}

/// A step is answered again with its key, as it was answered first, however far the record has gone since.
#[test]
fn a_step_is_answered_again_when_the_record_has_moved_on() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (ubnd, lead) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SVHTT", "officer"));
        let plan = ubnd.post("/plans", json!({ "title": "Kế hoạch" })).expect(201).id();
        let task =
            json!({ "plan_id": plan, "content": "Giao lưu", "form": "assign", "assignees": [{ "organization_id": org(house, "SVHTT"), "role": "lead" }] });
        let path = format!("/tasks/{}", ubnd.post("/tasks", task).expect(201).id());
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let (etag, body) = (lead.get(&path).expect(200).etag(), json!({ "action": "start" }));
        let start = |etag: &str, key: &str| lead.send("POST", &format!("{path}/transitions"), &[("if-match", etag), ("idempotency-key", key)], Some(&body));
        let first = start(&etag, "bat-dau").expect(200);
        lead.step(&path, json!({ "action": "propose_completion", "result": "Xong" })).expect(200);
        ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        let again = start(&etag, "bat-dau").expect(200);
        assert_eq!((again.headers["idempotent-replayed"].as_str(), &again.json, again.etag()), ("true", &first.json, first.etag()));
        assert_eq!(again["state"], "in_progress");
        // Under another key it is a call of its own, which comes too late; and so is the same key with another version.
        assert_eq!(start(&etag, "bat-dau-2").expect(412).code(), "stale");
        start(&lead.get(&path).expect(200).etag(), "bat-dau").expect(422);
    });
}
