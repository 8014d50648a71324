//! What a body names must be there for the caller: what may not be seen reads the same as what is unknown.

use crate::harness::{House, Person, Reply, each};
use nhipcau::id::Id;
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

/// Asks with an id that nobody knows and with one that the caller may not see: both are the same fault at the same place.
#[track_caller]
fn hidden(pointer: &str, secret: &str, ask: impl Fn(&str) -> Reply) {
    let unknown = ask(&Id::fresh().to_string()).expect(422);
    let unseen = ask(secret).expect(422);
    assert_eq!(unseen.fault(pointer), Some("unknown_reference"), "{}", unseen.json);
    assert_eq!(unknown["errors"], unseen["errors"]);
    assert_eq!(unknown["detail"], unseen["detail"]);
}

fn user(person: &Person<'_>) -> String {
    let me = person.get("/auth/me").expect(200);
    ["id", "user_id"].iter().find_map(|m| me[*m].as_str()).expect("an id").to_owned()
}

#[test]
fn what_may_not_be_seen_reads_the_same_as_what_is_unknown() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let at = |code: &str, position: &str| house.person("BDI", code, position);
        let (leader, officer) = (at("SDL", "leader"), at("SDL", "officer"));
        // Of others, and nobody else's to see: a draft document, a draft plan with its task.
        let secret = at("STC", "officer").post("/documents", json!({ "kind": "plan", "summary": "Dự thảo" })).expect(201).id();
        let others_plan = at("STC", "officer").post("/plans", json!({ "title": "Kế hoạch dự thảo" })).expect(201).id();
        let give = |code: &str, role: &str| json!({ "organization_id": org(house, code), "role": role });
        let task = |plan: &str| json!({ "plan_id": plan, "content": "Việc", "form": "assign", "due_on": "2021-12-31", "assignees": [give("SYT", "lead"), give("SVHTT", "coordinate")] });
        let others_task = at("STC", "officer").post("/tasks", task(&others_plan)).expect(201).id();
        let own = officer.post("/documents", json!({ "kind": "plan", "summary": "Của mình" })).expect(201).id();

        hidden("/document_id", &secret, |id| officer.post("/plans", json!({ "title": "Kế hoạch", "document_id": id })));
        let plan = officer.post("/plans", json!({ "title": "Kế hoạch", "document_id": own })).expect(201).id();
        let plan_path = format!("/plans/{plan}");
        hidden("/document_id", &secret, |id| officer.patch(&plan_path, &officer.get(&plan_path), json!({ "document_id": id })));
        let task = officer.post("/tasks", task(&plan)).expect(201).id();
        leader.step(&plan_path, json!({ "action": "activate" })).expect(200);
        hidden("/superseded_by", &others_plan, |id| leader.step(&plan_path, json!({ "action": "supersede", "superseded_by": id, "reason": "Thay thế" })));

        let lead = at("SYT", "officer");
        let path = format!("/tasks/{task}");
        let shown = lead.step(&path, json!({ "action": "start" })).expect(200);
        let progress = |more: Value| {
            let mut body = json!({ "text": "Đã làm" });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            lead.post(&format!("{path}/progress"), body)
        };
        hidden("/evidence/0", &secret, |id| progress(json!({ "evidence": [id] })));
        hidden("/links/0/id", &secret, |id| progress(json!({ "links": [{ "kind": "document", "id": id }] })));
        hidden("/links/0/id", &others_plan, |id| progress(json!({ "links": [{ "kind": "plan", "id": id }] })));
        hidden("/links/0/id", &others_task, |id| progress(json!({ "links": [{ "kind": "task", "id": id }] })));
        assert_eq!(progress(json!({ "links": [{ "kind": "no_such_kind", "id": task }] })).expect(422).fault("/links/0/kind"), Some("unknown_kind"));
        progress(json!({ "links": [{ "kind": "task", "id": task }] })).expect(201);
        hidden("/document_id", &secret, |id| leader.step(&path, json!({ "action": "redate", "due_on": "2022-01-31", "reason": "Hoãn", "document_id": id })));

        let part = |code: &str| {
            let found = shown["parts"].as_array().expect("parts").iter().find(|p| p["organization_id"] == org(house, code)).expect("a part");
            format!("/task-parts/{}", found["id"].as_str().expect("an id"))
        };
        let partner = part("SVHTT");
        hidden("/links/0/id", &secret, |id| {
            at("SVHTT", "officer").step(&partner, json!({ "action": "done", "result": "Xong", "links": [{ "kind": "document", "id": id }] }))
        });
        hidden("/officer_id", &user(&at("STC", "officer")), |id| at("SVHTT", "leader").step(&partner, json!({ "action": "handle", "officer_id": id })));
        at("SVHTT", "leader").step(&partner, json!({ "action": "handle", "officer_id": user(&at("SVHTT", "officer")) })).expect(200);

        let urging = |id: &str| json!({ "target_kind": "task", "target_id": task, "organization_id": org(house, "SYT"), "level": "urging", "text": "Đề nghị", "document_id": id });
        hidden("/document_id", &secret, |id| leader.post("/urgings", urging(id)));
        let urging = leader.post("/urgings", urging(&own)).expect(201).id();
        at("SYT", "clerk").step(&format!("/urgings/{urging}"), json!({ "action": "acknowledge" })).expect(200);
        hidden("/document_id", &secret, |id| lead.step(&format!("/urgings/{urging}"), json!({ "action": "answer", "answer": "Sẽ làm", "document_id": id })));

        let recommend =
            |member: &str, id: &str| lead.post("/recommendations", json!({ "kind": "obstacle", "title": "Khó khăn", "content": "Thiếu kinh phí", member: id }));
        hidden("/plan_id", &others_plan, |id| recommend("plan_id", id));
        hidden("/task_id", &others_task, |id| recommend("task_id", id));
        recommend("task_id", &task).expect(201);
        let step = json!({ "step_no": 1, "senders": [{ "organization_id": org(house, "SYT"), "resolution": "text" }], "receiver_id": org(house, "UBND"), "report_of": "consolidator", "resolution": "text" });
        let regime = |id: &str| json!({ "name": "Báo cáo", "frequency": "year", "plan_id": id, "steps": [step], "sections": [], "indicators": [] });
        hidden("/plan_id", &others_plan, |id| at("UBND", "officer").post("/reporting-regimes", regime(id)));
        // A system administrator names what exists, and reads none of it.
        let grant = |id: &str| {
            house.administrator().post("/organization-functions", json!({ "organization_id": org(house, "SNV"), "function": "overseer", "plan_id": id }))
        };
        assert_eq!(grant(&Id::fresh().to_string()).expect(422).fault("/plan_id"), Some("unknown_reference"));
        grant(&plan).expect(201);
    });
}
