//! What takes another's place: documents and plans.

use super::plans::{led, org, part_of, plan};
use crate::harness::each;
use serde_json::{Value, json};

#[test]
fn an_issued_document_takes_anothers_place() {
    each("2021-03-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (clerk, officer, leader) = (house.person("BDI", "UBND", "clerk"), house.person("BDI", "UBND", "officer"), house.person("BDI", "UBND", "leader"));
        let issued = |number: &str| {
            let text = json!({ "kind": "plan", "symbol": "KH-UBND", "number": number, "issued_on": "2021-03-01", "summary": "Kế hoạch đối ngoại nhân dân" });
            clerk.post("/documents", text).expect(201).id()
        };
        let (old, new) = (issued("1"), issued("2"));
        let draft = officer.post("/documents", json!({ "kind": "plan", "symbol": "KH-UBND", "summary": "Dự thảo" })).expect(201).id();
        let path = format!("/documents/{old}");
        let supersede = |by: &Value, reason: Option<&str>| json!({ "action": "supersede", "by_document_id": by, "reason": reason });
        officer.step(&path, supersede(&json!(new), Some("Ban hành lại"))).expect(403);
        assert_eq!(leader.step(&path, supersede(&json!(new), None)).expect(422).fault("/reason"), Some("required"));
        // Neither by itself, by nothing, nor by what is not issued yet.
        for by in [json!(old), Value::Null, json!(draft)] {
            assert_eq!(leader.step(&path, supersede(&by, Some("Ban hành lại"))).expect(422).fault("/by_document_id"), Some("unknown_reference"), "{by}");
        }
        let done = leader.step(&path, supersede(&json!(new), Some("Ban hành lại"))).expect(200);
        assert_eq!((&done["state"], &done["superseded_by"], &done["ended_reason"]), (&json!("superseded"), &json!(new), &json!("Ban hành lại")));
        assert_eq!(leader.step(&path, json!({ "action": "recall", "reason": "…" })).expect(409).code(), "wrong_state");
        // It stays readable, with its number, and the other is as it was.
        let reader = house.person("BDI", "SNGV", "viewer");
        assert_eq!((&reader.get(&path).expect(200)["number"], &reader.get(&format!("/documents/{new}")).expect(200)["state"]), (&json!("1"), &json!("issued")));
        assert_eq!(reader.get("/documents?state=superseded").expect(200).items().len(), 1);
    });
}

#[test]
fn a_plan_takes_anothers_place_and_what_was_open_is_cancelled() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (old, tasks) = plan(house, &[led(house, &["STC"])]);
        let (new, _) = plan(house, &[led(house, &[])]);
        let (ubnd, path) = (house.person("BDI", "UBND", "leader"), format!("/plans/{old}"));
        let supersede = |by: &Value, reason: Option<&str>| json!({ "action": "supersede", "superseded_by": by, "reason": reason });
        house.person("BDI", "SVHTT", "leader").step(&path, supersede(&json!(new), Some("Thay thế"))).expect(403);
        for by in [json!(old), Value::Null] {
            assert_eq!(ubnd.step(&path, supersede(&by, Some("Thay thế"))).expect(422).fault("/superseded_by"), Some("unknown_reference"), "{by}");
        }
        let blocked = ubnd.step(&path, supersede(&json!(new), None)).expect(409);
        assert_eq!((blocked.code(), blocked["errors"].as_array().map(Vec::len)), ("tasks_open", Some(1)));
        house.at("2021-11-15T08:00");
        let done = ubnd.step(&path, supersede(&json!(new), Some("Kế hoạch mới thay thế"))).expect(200);
        assert_eq!((&done["state"], &done["superseded_by"], &done["ended_on"]), (&json!("superseded"), &json!(new), &json!("2021-11-15")));
        // Nobody owes anything of it any more; what the other plan gives is untouched.
        let task = ubnd.get(&format!("/tasks/{}", tasks[0])).expect(200);
        assert_eq!((&task["state"], &task["occurrence"]["reason"]), (&json!("cancelled"), &json!("Kế hoạch mới thay thế")));
        let own = house.person("BDI", "STC", "officer").get(&format!("/task-parts/{}", part_of(&task, &org(house, "STC")))).expect(200);
        assert_eq!((&own["state"], &own["reason"]), (&json!("waived"), &json!("Kế hoạch mới thay thế")));
        house.at("2021-12-01T08:00");
        assert_eq!(ubnd.get("/tasks?overdue=true").expect(200).items().len(), 1);
        assert_eq!(ubnd.get(&format!("/plans/{new}")).expect(200)["state"], "active");
    });
}
