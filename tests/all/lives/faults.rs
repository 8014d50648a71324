//! All faults of a body are told at once: one for each member that is wrong, and none for the others.

use crate::harness::{House, Person, Reply, each};
use nhipcau::id::Id;
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

/// The answer is 422 with a fault at each of these places, and at no other.
#[track_caller]
fn exactly(reply: Reply, pointers: &[&str]) {
    let reply = reply.expect(422);
    let mut found: Vec<&str> = reply["errors"].as_array().expect("errors").iter().filter_map(|e| e["pointer"].as_str()).collect();
    let mut wanted = pointers.to_vec();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{}: {}", reply.asked, reply.json);
}

fn changed(person: &Person<'_>, path: &str, body: Value) -> Reply {
    person.patch(path, &person.get(path).expect(200), body)
}

#[test]
fn every_fault_of_a_new_or_changed_record_is_told_at_once() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        let (foreign, unknown) = (json!(house.organization("GLA", "UBND").id), json!(Id::fresh()));
        let at = |code: &str, position: &str| house.person("BDI", code, position);
        let admin = house.administrator();

        // Plans, in draft and in force.
        let (officer, leader) = (at("SDL", "officer"), at("SDL", "leader"));
        let wrong = json!({ "title": "  ", "owner_id": foreign, "document_id": unknown });
        exactly(officer.post("/plans", wrong.clone()), &["/title", "/owner_id", "/document_id"]);
        let path = format!("/plans/{}", officer.post("/plans", json!({ "title": "Kế hoạch" })).expect(201).id());
        exactly(changed(&officer, &path, wrong.clone()), &["/title", "/owner_id", "/document_id"]);
        let give = json!([{ "organization_id": org(house, "SYT"), "role": "lead" }]);
        let plan = officer.get(&path).id();
        let task = json!({ "plan_id": plan, "content": "Việc", "form": "assign", "due_on": "2021-12-31", "assignees": give });
        let task = format!("/tasks/{}", officer.post("/tasks", task).expect(201).id());
        leader.step(&path, json!({ "action": "activate" })).expect(200);
        exactly(changed(&officer, &path, wrong), &["/title", "/owner_id", "/document_id"]);
        let wrong = json!({ "content": " ", "form": "request", "approver_id": foreign, "assignees": [{ "role": "lead" }] });
        exactly(changed(&officer, &task, wrong), &["/content", "/form", "/approver_id", "/assignees"]);

        // Organisations.
        let new = |more: Value| {
            let mut body = json!({ "code": "SAI", "name": "  ", "aliases": ["Sở", " "], "parent_id": unknown, "kind": "department", "level": "province" });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            body
        };
        let home = house.organization("BDI", "SYT").province_id;
        let other = house.organization("GLA", "UBND").province_id;
        exactly(admin.post("/organizations", new(json!({ "province_id": home }))), &["/name", "/aliases/1", "/parent_id"]);
        // Whose unit it may be cannot be said while its province is not known.
        exactly(admin.post("/organizations", new(json!({}))), &["/province_id", "/name", "/aliases/1"]);
        exactly(admin.post("/organizations", new(json!({ "province_id": unknown }))), &["/province_id", "/name", "/aliases/1"]);
        let proposer = at("UBND", "officer");
        exactly(proposer.post("/organizations", new(json!({ "province_id": other }))), &["/province_id", "/name", "/aliases/1", "/parent_id"]);
        let made = json!({ "province_id": home, "code": "DUNG", "name": "Ban", "kind": "department", "level": "province" });
        let made = format!("/organizations/{}", admin.post("/organizations", made).expect(201).id());
        let wrong = json!({ "name": " ", "aliases": [" "], "parent_id": foreign });
        exactly(changed(&admin, &made, wrong), &["/name", "/aliases/0", "/parent_id"]);

        // Documents: recipients with all the rest.
        let lines = json!([{ "text": "Như trên", "purpose": "inform" }, { "organization_id": foreign, "purpose": "carry_out" }]);
        let relations = json!([{ "kind": "forwards", "document_id": unknown }]);
        let wrong = json!({ "kind": "plan", "summary": " ", "number": "1", "relations": relations, "recipients": lines });
        let places = ["/summary", "/number", "/relations/0/document_id", "/recipients/1/organization_id"];
        exactly(officer.post("/documents", wrong.clone()), &places);
        let mut others = wrong.clone();
        others["issuer_id"] = org(house, "SYT");
        exactly(officer.post("/documents", others), &[places.as_slice(), &["/issuer_id"]].concat());
        let draft = format!("/documents/{}", officer.post("/documents", json!({ "kind": "plan", "summary": "Dự thảo" })).expect(201).id());
        exactly(changed(&officer, &draft, json!({ "number": "1", "relations": relations, "recipients": lines })), &places[1..]);

        // Reporting regimes.
        let step = |receiver: &Value| json!({ "step_no": 1, "senders": [{ "organization_id": org(house, "SYT"), "resolution": "text" }], "receiver_id": receiver, "report_of": "consolidator", "resolution": "text" });
        let section = json!({ "key": "ket_qua", "title": "Kết quả", "in_text": true });
        let wrong = json!({ "name": "Báo cáo", "frequency": "year", "plan_id": unknown, "focal_point_id": foreign, "final_recipient_id": foreign,
            "steps": [step(&foreign)], "sections": [section, section], "indicators": [] });
        let places = ["/plan_id", "/focal_point_id", "/final_recipient_id", "/steps/0/receiver_id", "/sections/1/key"];
        exactly(proposer.post("/reporting-regimes", wrong), &places);
        // A focal point that is not its own is told once, be it known or not.
        house
            .administrator()
            .post("/organization-functions", json!({ "organization_id": org(house, "SDL"), "function": "focal_point", "plan_id": plan }))
            .expect(201);
        let wrong = json!({ "name": "Báo cáo", "frequency": "year", "plan_id": plan, "focal_point_id": foreign, "final_recipient_id": foreign, "steps": [step(&foreign)] });
        exactly(officer.post("/reporting-regimes", wrong), &["/focal_point_id", "/final_recipient_id", "/steps/0/receiver_id"]);
        let right = json!({ "name": "Báo cáo", "frequency": "year", "steps": [step(&org(house, "UBND"))] });
        let regime = format!("/reporting-regimes/{}", proposer.post("/reporting-regimes", right).expect(201).id());
        let wrong = json!({ "plan_id": unknown, "focal_point_id": foreign, "steps": [step(&foreign)], "sections": [section, section] });
        exactly(changed(&proposer, &regime, wrong), &["/plan_id", "/focal_point_id", "/steps/0/receiver_id", "/sections/1/key"]);

        // Recommendations.
        let raiser = at("SYT", "officer");
        let wrong = json!({ "kind": "obstacle", "title": " ", "content": " ", "period_id": unknown, "plan_id": unknown, "task_id": unknown, "send": true });
        exactly(raiser.post("/recommendations", wrong), &["/title", "/content", "/period_id", "/plan_id", "/task_id", "/send"]);
        let draft = json!({ "kind": "obstacle", "title": "Khó khăn", "content": "Thiếu kinh phí" });
        let draft = format!("/recommendations/{}", raiser.post("/recommendations", draft).expect(201).id());
        let wrong = json!({ "title": " ", "content": " ", "period_id": unknown, "plan_id": unknown, "task_id": unknown });
        exactly(changed(&raiser, &draft, wrong), &["/title", "/content", "/period_id", "/plan_id", "/task_id"]);
        at("SYT", "leader").step(&draft, json!({ "action": "send" })).expect(200);
        let ubnd = at("UBND", "leader");
        exactly(ubnd.step(&draft, json!({ "action": "answer", "document_id": unknown })), &["/text", "/document_id"]);
        exactly(ubnd.step(&draft, json!({ "action": "answer", "text": " ", "document_id": unknown })), &["/text", "/document_id"]);
    });
}

#[test]
fn every_fault_of_a_step_is_told_at_once() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        let (foreign, unknown) = (json!(house.organization("GLA", "UBND").id), json!(Id::fresh()));
        let at = |code: &str, position: &str| house.person("BDI", code, position);
        let (leader, officer, lead) = (at("SDL", "leader"), at("SDL", "officer"), at("SYT", "officer"));
        let plan = officer.post("/plans", json!({ "title": "Kế hoạch" })).expect(201).id();
        let give = |code: &str, role: &str| json!({ "organization_id": org(house, code), "role": role });
        let task = |content: &str| {
            let body = json!({ "plan_id": plan, "content": content, "form": "assign", "due_on": "2021-12-31", "assignees": [give("SYT", "lead"), give("SVHTT", "coordinate")] });
            format!("/tasks/{}", officer.post("/tasks", body).expect(201).id())
        };
        let (first, second) = (task("Một"), task("Hai"));
        leader.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let links = json!([{ "kind": "plan", "id": unknown }]);

        exactly(leader.step(&first, json!({ "action": "redate", "links": links })), &["/reason", "/due_on", "/document_id", "/links/0/id"]);
        exactly(
            leader.step(&first, json!({ "action": "redate", "document_id": unknown, "links": links })),
            &["/reason", "/due_on", "/document_id", "/links/0/id"],
        );
        exactly(leader.step(&first, json!({ "action": "cancel", "links": links })), &["/reason", "/links/0/id"]);
        at("SYT", "leader").step(&second, json!({ "action": "decline", "reason": "Không thuộc chức năng" })).expect(200);
        exactly(leader.step(&second, json!({ "action": "reassign", "links": links })), &["/organization_id", "/links/0/id"]);
        exactly(leader.step(&second, json!({ "action": "reassign", "organization_id": foreign, "links": links })), &["/organization_id", "/links/0/id"]);
        let started = lead.step(&first, json!({ "action": "start" })).expect(200);

        let part = started["parts"].as_array().expect("parts").iter().find(|p| p["organization_id"] == org(house, "SVHTT")).expect("a part").clone();
        let part = format!("/task-parts/{}", part["id"].as_str().expect("an id"));
        exactly(at("SVHTT", "officer").step(&part, json!({ "action": "done", "links": links })), &["/result", "/links/0/id"]);
        exactly(
            at("SVHTT", "leader").step(&part, json!({ "action": "handle", "unit_id": foreign, "officer_id": unknown, "links": links })),
            &["/unit_id", "/officer_id", "/links/0/id"],
        );
        exactly(
            officer.step(&part, json!({ "action": "enter", "received_on": "2021-12-24", "links": links })),
            &["/result", "/document_id", "/received_on", "/links/0/id"],
        );
        let new = json!({ "task_id": first.trim_start_matches("/tasks/"), "organization_id": foreign, "group_id": unknown, "role": "coordinate" });
        exactly(leader.post("/task-parts", new), &["/organization_id", "/group_id"]);

        lead.step(&first, json!({ "action": "propose_completion", "result": "Xong", "reason": "Phần phối hợp không còn cần" })).expect(200);
        exactly(leader.step(&first, json!({ "action": "return", "part_ids": [unknown], "links": links })), &["/reason", "/part_ids", "/links/0/id"]);
    });
}

#[test]
fn every_fault_of_an_arrival_of_passing_on_and_of_superseding_is_told_at_once() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        let (foreign, unknown) = (json!(house.organization("GLA", "UBND").id), json!(Id::fresh()));
        let (clerk, sender) = (house.person("BDI", "SYT", "clerk"), house.person("BDI", "SDL", "clerk"));
        let arrival = |more: Value| {
            let mut body = json!({ "arrived_on": "2021-12-01", "assignment": { "handling_unit_id": foreign, "officer_id": unknown } });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            clerk.post("/arrivals", body)
        };
        let places = ["/arrived_on", "/assignment/handling_unit_id", "/assignment/officer_id"];
        let with = |more: &[&'static str]| [places.as_slice(), more].concat();
        // What was issued by the receiver itself, or by nobody, has not arrived; what is wrong with the text lies below it.
        let text = json!({ "kind": "official_letter", "summary": " ", "relations": [{ "kind": "forwards", "document_id": unknown }] });
        let mut own = text.clone();
        own["issuer_id"] = org(house, "SYT");
        let below = ["/document/issuer_id", "/document/summary", "/document/relations/0/document_id"];
        exactly(arrival(json!({ "document": text })), &with(&below));
        exactly(arrival(json!({ "document": own })), &with(&below));
        let mut others = text.clone();
        others["issuer_id"] = org(house, "SDL");
        exactly(arrival(json!({ "document": others })), &with(&below[1..]));
        exactly(arrival(json!({})), &with(&[""]));
        exactly(arrival(json!({ "delivery_id": unknown, "document_id": unknown })), &with(&[""]));
        exactly(arrival(json!({ "delivery_id": unknown })), &with(&["/delivery_id"]));
        exactly(arrival(json!({ "document_id": unknown })), &with(&["/document_id"]));
        let stub = json!({ "secret_stub": { "issuer_id": foreign, "handling_unit_id": foreign } });
        exactly(arrival(stub.clone()), &with(&["/assignment", "/secret_stub/issuer_id", "/secret_stub/handling_unit_id"]));

        // Nothing of all that was kept, not even a number. A stub takes no instruction later either.
        let body = json!({ "arrived_on": "2021-10-29", "secret_stub": { "issuer_text": "Bộ Ngoại giao" } });
        let made = clerk.post("/arrivals", body).expect(201);
        assert_eq!(made["number"], 1);
        let wrong = json!({ "handling_unit_id": foreign, "officer_id": unknown, "instruction": "Đọc", "due_on": "2021-11-05" });
        exactly(changed(&clerk, &format!("/arrivals/{}", made.id()), wrong), &["/handling_unit_id", "/officer_id", "/instruction", "/due_on"]);

        // A number that is free in the secret register alone; a text that is older than its arrival; a level stands alone.
        let early = json!({ "kind": "official_letter", "issuer_text": "Bộ Ngoại giao", "issued_on": "2021-10-25", "summary": " " });
        let of_its_own = json!({ "arrived_on": "2021-10-29", "number": 7, "document": { "kind": "official_letter", "issuer_text": "Bộ Ngoại giao" } });
        clerk.post("/arrivals", of_its_own).expect(201);
        exactly(
            clerk.post("/arrivals", json!({ "arrived_on": "2021-10-29", "number": 3, "secret_stub": { "issuer_id": foreign } })),
            &["/secret_stub/issuer_id"],
        );
        exactly(clerk.post("/arrivals", json!({ "arrived_on": "2021-10-20", "document": early })), &["/arrived_on", "/document/summary"]);
        let level = json!({ "kind": "official_letter", "issuer_text": "Bộ Ngoại giao", "summary": " ", "secrecy_level": "A" });
        assert_eq!(clerk.post("/arrivals", json!({ "arrived_on": "2021-12-01", "document": level })).expect(422).code(), "state_secret");

        let letter = json!({ "kind": "official_letter", "number": "12", "symbol": "SDL-VP", "issued_on": "2021-10-25", "summary": "Về việc đón đoàn",
            "recipients": [{ "organization_id": org(house, "SYT"), "purpose": "carry_out" }] });
        let letter = sender.post("/documents", letter).expect(201);
        let delivery = clerk.get("/deliveries?box=received&state=sent").expect(200).items()[0]["id"].clone();
        let early = json!({ "arrived_on": "2021-10-24", "delivery_id": delivery, "assignment": { "officer_id": unknown } });
        exactly(clerk.post("/arrivals", early), &["/arrived_on", "/assignment/officer_id"]);
        let wrong = json!({ "by_document_id": unknown, "recipients": [
            { "organization_id": foreign, "purpose": "carry_out" }, { "organization_id": org(house, "SVHTT"), "purpose": "carry_out" },
            { "group_id": unknown, "purpose": "carry_out" }, { "purpose": "carry_out" }
        ] });
        exactly(
            clerk.post(&format!("/deliveries/{}/forwardings", delivery.as_str().expect("an id")), wrong),
            &["/by_document_id", "/recipients/0/organization_id", "/recipients/1", "/recipients/2/group_id", "/recipients/3"],
        );

        let step = json!({ "action": "supersede", "by_document_id": unknown });
        let leader = house.person("BDI", "SDL", "leader");
        exactly(leader.step(&format!("/documents/{}", letter.id()), step), &["/reason", "/by_document_id"]);
    });
}
