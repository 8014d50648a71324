//! What is gone is told to whose it was, with an entry in the journal for each record, also for those that went with another.

use super::{
    program,
    puller::{Caller, beat},
};
use crate::{harness::each, policy::world::upload};
use serde_json::{Value, json};

#[test]
fn every_record_that_goes_is_told_to_whose_it_was() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "SDL", "officer");
        let plan = officer.post("/plans", json!({ "title": "Kế hoạch dự thảo" })).expect(201);
        let lead = json!([{ "organization_id": house.organization("BDI", "SYT").id, "role": "lead" }]);
        let task = |content: &str| officer.post("/tasks", json!({ "plan_id": plan.id(), "content": content, "form": "assign", "assignees": lead })).expect(201);
        // The first is put below the second: neither order of the ids is one in which they could go one by one.
        let (first, second, third) = (task("Việc một"), task("Việc hai"), task("Việc ba"));
        officer.patch(&format!("/tasks/{}", first.id()), &first, json!({ "parent_id": second.id() })).expect(200);
        officer.patch(&format!("/tasks/{}", third.id()), &third, json!({ "parent_id": first.id() })).expect(200);
        let document = officer.post("/documents", json!({ "kind": "plan", "symbol": "KH-SDL", "summary": "Dự thảo" })).expect(201);
        let (media, body) = upload();
        let bearer = format!("Bearer {}", officer.token());
        let headers = [("authorization", bearer.as_str()), ("content-type", media)];
        let file = house.send("POST", &format!("/api/v1/documents/{}/attachments", document.id()), &headers, Some(&body)).expect(201).id();
        beat(&house.db, house.now());

        let viewer = Caller::Person(house.person("BDI", "SDL", "viewer"));
        let (planning, filing) = (program(house, "SDL", &["events:read", "plans:read"]), program(house, "SDL", &["events:read", "documents:read"]));
        let stranger = Caller::Person(house.person("BDI", "SYT", "viewer"));
        beat(&house.db, house.now());
        let cursor = viewer.get("/events?after=latest").expect(200)["cursor"].as_str().expect("a cursor").to_owned();
        let path = format!("/attachments/{file}");
        officer.delete(&path, &officer.get(&path).expect(200)).expect(204);
        let path = format!("/plans/{}", plan.id());
        officer.delete(&path, &officer.get(&path).expect(200)).expect(204);
        beat(&house.db, house.now());

        let ends = |caller: &Caller<'_>| -> Vec<(String, String)> {
            let page = caller.get(&format!("/events?after={cursor}&limit=200")).expect(200);
            let is_end = |e: &&Value| e["type"].as_str().is_some_and(|t| t.ends_with(".delete") || t.ends_with(".detach"));
            let text = |e: &Value, member: &str| e[member].as_str().expect("a text").to_owned();
            let mut all: Vec<(String, String)> = page.items().iter().filter(is_end).map(|e| (text(e, "type"), text(e, "record_id"))).collect();
            // Nothing is to be read at the place where it was.
            assert!(page.items().iter().filter(is_end).all(|e| e["link"].is_null()));
            all.sort();
            all
        };
        let of = |what: &str, id: String| (what.to_owned(), id);
        let detached = of("attachment.detach", file);
        let mut deleted = vec![of("plan.delete", plan.id()), of("task.delete", first.id()), of("task.delete", second.id()), of("task.delete", third.id())];
        deleted.sort();
        assert_eq!(ends(&viewer), [vec![detached.clone()], deleted.clone()].concat());
        // A program hears of the kinds that its scopes open, and of what belongs to them.
        assert_eq!(ends(&planning), deleted);
        assert_eq!(ends(&filing), [detached]);
        assert!(ends(&stranger).is_empty());

        // Each has its entry, all of one act, with what it was.
        let leader = house.person("BDI", "UBND", "leader");
        let entry = |id: &str| leader.get(&format!("/audit-events?record_id={id}&action=delete")).expect(200).items().to_vec();
        let of_plan = entry(&plan.id());
        for (task, content) in [(&first, "Việc một"), (&second, "Việc hai"), (&third, "Việc ba")] {
            let told = entry(&task.id());
            assert_eq!(told.len(), 1, "{content}");
            assert_eq!((&told[0]["act_id"], &told[0]["before"]["content"], &told[0]["after"]), (&of_plan[0]["act_id"], &json!(content), &Value::Null));
        }
    });
}
