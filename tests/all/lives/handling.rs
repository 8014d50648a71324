//! A unit and an officer named to handle what an agency owes (RULES 3): it waits with them, and the unit reads it.

use crate::harness::{House, Person, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

/// A unit below the department of health.
fn unit(house: &House, code: &str) {
    let above = house.organization("BDI", "SYT");
    let new = json!({ "province_id": above.province_id, "parent_id": above.id, "code": code, "name": format!("Đơn vị {code}"),
        "kind": "subordinate_unit", "level": "unit" });
    house.administrator().post("/organizations", new).expect(201);
}

fn at<'a>(house: &'a House, code: &str, position: &str) -> Person<'a> {
    house.person("BDI", code, position)
}

fn user(person: &Person<'_>) -> Value {
    person.get("/auth/me").expect(200)["user_id"].clone()
}

/// What the inbox says: kind, record, whether it waits for this person, and what is to be done.
fn said(person: &Person<'_>) -> Vec<Value> {
    let inbox = person.get("/notifications").expect(200);
    inbox.items().iter().map(|n| json!([n["kind"], n["record_id"], n["waits_for_me"], n["allowed_actions"]])).collect()
}

#[test]
fn a_part_waits_with_the_unit_that_handles_it() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        unit(house, "BV");
        unit(house, "TTYT");
        let ubnd = at(house, "UBND", "leader");
        let plan = ubnd.post("/plans", json!({ "title": "Triển khai Chỉ thị 38-CT/TW" })).expect(201).id();
        let task = |content: &str| {
            let lead = json!([{ "organization_id": org(house, "SYT"), "role": "lead" }]);
            ubnd.post("/tasks", json!({ "plan_id": plan, "content": content, "form": "assign", "due_on": "2021-11-05", "assignees": lead })).expect(201).id()
        };
        let (first, second) = (task("Khám bệnh cho khách quốc tế"), task("Mời đoàn y tế"));
        let plan = format!("/plans/{plan}");
        ubnd.step(&plan, json!({ "action": "activate" })).expect(200);
        let part = |task: &str| ubnd.get(&format!("/tasks/{task}")).expect(200)["parts"][0]["id"].as_str().expect("a part").to_owned();
        let (one, other) = (part(&first), part(&second));
        let (path, first, second) = (format!("/task-parts/{one}"), format!("/tasks/{first}"), format!("/tasks/{second}"));
        let acts = json!(["record_progress", "propose_completion", "ask_extension"]);
        let (desk, hospital) = (at(house, "SYT", "officer"), at(house, "BV", "officer"));
        let handle = |part: &str, members: Value| {
            let mut body = json!({ "action": "handle", "instruction": "Tham mưu" });
            body.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
            at(house, "SYT", "clerk").step(&format!("/task-parts/{part}"), body).expect(200);
        };
        assert_eq!(said(&desk).len(), 2);
        hospital.get(&path).expect(404);
        assert!(said(&hospital).is_empty());

        // Given to the hospital: it reads part, task and plan, the other task not; it is the agency that reports.
        handle(&one, json!({ "unit_id": org(house, "BV") }));
        [&path, &first, &plan].iter().for_each(|path| drop(hospital.get(path).expect(200)));
        hospital.get(&second).expect(404);
        let listed = |person: &Person<'_>| ["/plans", "/tasks", "/task-parts"].map(|list| person.get(list).expect(200).items().len());
        assert_eq!(listed(&hospital), [1, 1, 1]);
        assert_eq!(said(&hospital), [json!(["task_due", one, true, []])]);
        assert_eq!(said(&desk), [json!(["task_due", other, true, acts])]);
        assert!(said(&at(house, "BV", "leader")).is_empty());
        hospital.step(&path, json!({ "action": "done", "result": "Đã làm" })).expect(403);

        // To one person there: to nobody else of it.
        handle(&one, json!({ "unit_id": org(house, "BV"), "officer_id": user(&at(house, "BV", "clerk")) }));
        assert!(said(&hospital).is_empty());
        assert_eq!(said(&at(house, "BV", "clerk")), [json!(["task_due", one, true, []])]);
        // To one of the agency's own, beside the unit.
        handle(&one, json!({ "unit_id": org(house, "BV"), "officer_id": user(&desk) }));
        assert!(said(&hospital).is_empty());
        assert_eq!(said(&desk).len(), 2);

        // The other part too, then the first to another unit: the plan stays for what is left.
        handle(&other, json!({ "unit_id": org(house, "BV") }));
        handle(&one, json!({ "unit_id": org(house, "TTYT") }));
        [&path, &first].iter().for_each(|path| drop(hospital.get(path).expect(404)));
        [&second, &plan].iter().for_each(|path| drop(hospital.get(path).expect(200)));
        let centre = at(house, "TTYT", "officer");
        assert_eq!((listed(&hospital), listed(&centre)), ([1, 1, 1], [1, 1, 1]));
        assert_eq!((said(&hospital), said(&centre)), (vec![json!(["task_due", other, true, []])], vec![json!(["task_due", one, true, []])]));
        // Back with the agency's officer: the unit sees nothing of it any more.
        handle(&one, json!({ "officer_id": user(&desk) }));
        [&path, &first, &plan].iter().for_each(|path| drop(centre.get(path).expect(404)));
        assert_eq!((listed(&centre), said(&centre)), ([0, 0, 0], vec![]));
        assert_eq!(said(&desk), [json!(["task_due", one, true, acts])]);
    });
}

#[test]
fn a_report_waits_with_the_unit_that_handles_it() {
    each("2021-10-20T08:00", |house| {
        house.load_agencies("binh_dinh");
        unit(house, "BV");
        let sender = json!({ "organization_id": org(house, "SYT"), "resolution": "text" });
        let due = json!({ "kind": "yearly", "month": 11, "day": 20, "inclusive": true, "roll": "none" });
        let step =
            json!({ "step_no": 1, "senders": [sender], "receiver_id": org(house, "LHHN"), "report_of": "consolidator", "resolution": "text", "due_rule": due });
        let regime = json!({ "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org(house, "LHHN"), "tracked_from": "2021-01-01", "steps": [step] });
        let regime = at(house, "UBND", "officer").post("/reporting-regimes", regime).expect(201).id();
        at(house, "LHHN", "leader").post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201);
        let (desk, hospital) = (at(house, "SYT", "officer"), at(house, "BV", "officer"));
        let owed = desk.get("/reporting-obligations").expect(200).items()[0]["id"].clone();
        let path = format!("/reporting-obligations/{}", owed.as_str().expect("an id"));
        let name = |members: Value| at(house, "SYT", "leader").patch(&path, &desk.get(&path).expect(200), members).expect(200);
        let listed = |person: &Person<'_>| person.get("/reporting-obligations").expect(200).items().len();

        // 20/11 less 21 days, the regime's first reminder day.
        house.at("2021-10-30T08:00");
        assert_eq!(said(&desk), [json!(["report_due", owed, true, ["submit", "ask_extension"]])]);
        hospital.get(&path).expect(404);
        name(json!({ "handling_unit_id": org(house, "BV"), "handling_user_id": user(&hospital) }));
        assert_eq!(hospital.get(&path).expect(200)["allowed_actions"], json!([]));
        assert_eq!((listed(&hospital), said(&hospital)), (1, vec![json!(["report_due", owed, true, []])]));
        assert!(said(&desk).is_empty());
        hospital.patch(&path, &hospital.get(&path), json!({ "handling_instruction": "Làm" })).expect(403);
        // Without a person it is all its officers'.
        name(json!({ "handling_user_id": user(&at(house, "BV", "clerk")) }));
        assert!(said(&hospital).is_empty());
        name(json!({ "handling_user_id": null }));
        assert_eq!(said(&hospital), [json!(["report_due", owed, true, []])]);
        // Cleared, it is the agency's own again.
        name(json!({ "handling_unit_id": null }));
        hospital.get(&path).expect(404);
        assert_eq!((listed(&hospital), said(&hospital)), (0, vec![]));
        assert_eq!(said(&desk), [json!(["report_due", owed, true, ["submit", "ask_extension"]])]);
    });
}
