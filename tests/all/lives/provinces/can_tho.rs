//! Cần Thơ: the text that there is ends with III.2.b; what it gives is carried out, and what was cut off is said to be cut off.

use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

fn person<'a>(house: &'a House, code: &str, position: &str) -> Person<'a> {
    house.person("CTH", code, position)
}

fn task_at(tasks: &Reply, place: &str) -> Value {
    let mut at = tasks.items().iter().filter(|t| t["place"] == place);
    at.next().unwrap_or_else(|| panic!("no task at {place}")).clone()
}

#[test]
fn the_tasks_of_the_excerpt_are_carried_out() {
    each("2022-10-24T08:00", |house| {
        house.load("can_tho");
        let (ubnd, union, affairs) = (person(house, "UBND", "leader"), person(house, "LHHN", "officer"), person(house, "SNGV", "officer"));
        // Seven of the union (III.1.a to d), two of Sở Ngoại vụ (III.2.a, b); Sở Nội vụ is a partner in words alone and owes nothing.
        let tasks = ubnd.get("/tasks?limit=200&count=exact").expect(200);
        let owed = |code: &str| {
            let page = ubnd.get(&format!("/tasks?limit=200&organization_id={}", house.organization("CTH", code).id)).expect(200);
            page.items().len()
        };
        assert_eq!((&tasks["total"], owed("LHHN"), owed("SNGV"), owed("SNV")), (&json!(9), 7, 2, 0));

        // III.1.a: the union leads, UBND approves.
        let led = task_at(&tasks, "III.1.a");
        let led = if led["role_word"] == "chủ trì" { led } else { tasks.items().iter().find(|t| t["role_word"] == "chủ trì").expect("a lead").clone() };
        assert_eq!((&led["approver_id"], &led["due_on"]), (&json!(house.organization("CTH", "UBND").id), &Value::Null));
        let path = format!("/tasks/{}", led["id"].as_str().expect("an id"));
        union.step(&path, json!({ "action": "start" })).expect(200);
        union.post(&format!("{path}/progress"), json!({ "percent": 60, "text": "Đã trình dự thảo chương trình" })).expect(201);
        house.at("2022-12-12T08:00");
        union.step(&path, json!({ "action": "propose_completion", "result": "UBND thành phố đã ban hành chương trình" })).expect(200);
        union.step(&path, json!({ "action": "accept" })).expect(403);
        let end = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        // The text names no day: done, and neither on time nor late.
        assert_eq!((&end["state"], &end["overdue"], &end["occurrence"]["on_time"]), (&json!("completed"), &json!(false), &Value::Null));

        // III.2.a: "tham mưu" is no lead; Sở Ngoại vụ does its part, and with that the task is proposed.
        let advise = format!("/tasks/{}", task_at(&tasks, "III.2.a")["id"].as_str().expect("an id"));
        affairs.step(&advise, json!({ "action": "start" })).expect(200);
        assert_eq!(affairs.step(&advise, json!({ "action": "propose_completion" })).expect(409).code(), "no_lead");
        let part = affairs.get(&advise)["parts"][0]["id"].as_str().expect("an id").to_owned();
        affairs.step(&format!("/task-parts/{part}"), json!({ "action": "done", "result": "Đã tham mưu" })).expect(200);
        assert_eq!(ubnd.get(&advise)["state"], "completion_proposed");
        assert_eq!(ubnd.step(&advise, json!({ "action": "accept" })).expect(200)["state"], "completed");

        // III.2.b: "hàng năm": one occurrence for 2022 and, after New Year, one for 2023.
        let yearly = format!("/tasks/{}/occurrences", task_at(&tasks, "III.2.b")["id"].as_str().expect("an id"));
        let periods = || {
            let page = affairs.get(&yearly).expect(200);
            let mut all: Vec<String> = page.items().iter().map(|o| o["period"].as_str().expect("a period").to_owned()).collect();
            all.sort_unstable();
            all
        };
        assert_eq!(periods(), ["2022"]);
        house.at("2023-01-01T00:10");
        house.db.write_now(|conn| nhipcau::plans::open_due(conn, house.now())).expect("it opens");
        assert_eq!(periods(), ["2022", "2023"]);
    });
}

#[test]
fn what_was_cut_off_is_said_and_nothing_is_put_in_its_place() {
    each("2022-10-24T08:00", |house| {
        house.load("can_tho");
        let ubnd = person(house, "UBND", "leader");
        let found = ubnd.get("/documents?notation_text=217/KH-UBND").expect(200);
        let document = ubnd.get(&format!("/documents/{}", found.items()[0]["id"].as_str().expect("an id"))).expect(200);
        let source = &document["source"];
        assert_eq!(
            (&source["completeness"], &source["truncation_marker"], &source["truncated_after"]),
            (&json!("truncated"), &json!("[...]"), &json!("III.2.b"))
        );
        assert_eq!((&source["recipients_status"], &document["recipients"]), (&json!("missing_truncated"), &json!([])));
        // The signature block is cut off too: the name stands on the page around the text only.
        let signer = &document["signer"];
        assert_eq!((&signer["name"], &signer["position"], &signer["source"]), (&json!("Trần Việt Trường"), &Value::Null, &json!("page_metadata_only")));
        let plan = ubnd.get("/plans").expect(200).items()[0].clone();
        assert_eq!((&plan["source"]["cut_assignments"][0]["ref"], &plan["source"]["mentioned_without_section"][0]), (&json!("III.3+"), &json!("Sở Nội vụ")));
        // Who got it is not known, so nobody was sent it.
        assert_eq!(ubnd.get(&format!("/documents/{}/deliveries", document.id())).expect(200).items().len(), 0);
        // No regime: no period opens, this year or next.
        for at in ["2022-10-24T08:00", "2022-11-20T08:00", "2023-06-01T08:00", "2023-12-20T08:00"] {
            house.at(at);
            assert_eq!(house.db.write_now(|conn| nhipcau::reporting::periods::open_due(conn, house.now())).expect("it opens"), 0, "{at}");
        }
        for code in ["UBND", "SNGV", "LHHN"] {
            let leader = person(house, code, "leader");
            for path in ["/reporting-regimes", "/reporting-periods", "/reporting-obligations"] {
                assert_eq!(leader.get(path).expect(200).items().len(), 0, "{code} {path}");
            }
        }
    });
}
