//! The inbox: what waits for whom, and for whom it does not.

use crate::harness::{Person, Reply, each};
use serde_json::json;

/// Marks a notice as read: a POST without a body.
fn read(person: &Person<'_>, id: &str) -> Reply {
    let bearer = format!("Bearer {}", person.token());
    person.house.send("POST", &format!("/api/v1/notifications/{id}/read"), &[("authorization", &bearer)], Some(b""))
}

#[test]
fn every_desk_has_an_inbox_and_an_administrator_has_no_desk() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        for position in ["leader", "officer", "clerk", "viewer", "org_admin"] {
            let person = house.person("BDI", "STTTT", position);
            let inbox = person.get("/notifications?count=exact").expect(200);
            assert_eq!((inbox.items().len(), &inbox["total"]), (0, &json!(0)), "{position}");
            assert_eq!(person.get("/notifications/counts").expect(200)["unread"], json!(0));
            read(&person, "01990000-0000-7000-8000-000000000000").expect(404);
        }
        house.administrator().get("/notifications").expect(403);
        house.person("BDI", "STTTT", "leader").get("/notifications?level=late").expect(400);
    });
}

/// What the inbox says: kind, level and whether it waits for this person.
fn said(person: &Person<'_>) -> Vec<(String, String, bool)> {
    let text = |v: &serde_json::Value| v.as_str().expect("text").to_owned();
    let inbox = person.get("/notifications").expect(200);
    inbox.items().iter().map(|n| (text(&n["kind"]), text(&n["level"]), n["waits_for_me"] == json!(true))).collect()
}

fn waits(kind: &str, level: &str) -> Vec<(String, String, bool)> {
    vec![(kind.to_owned(), level.to_owned(), true)]
}

#[test]
fn a_letter_waits_for_the_leader_then_the_clerk_then_those_who_receive_it() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let receiver = house.organization("BDI", "STTTT");
        let at = |position: &str| house.person("BDI", "HND", position);
        let there = |position: &str| house.person("BDI", "STTTT", position);
        let draft = at("officer")
            .post(
                "/documents",
                json!({ "kind": "official_letter", "symbol": "HND-VP", "summary": "Mời dự giao lưu hữu nghị", "place": "Bình Định",
                    "signer": { "name": "Đỗ Thí Dụ", "position": "Chủ tịch" },
                    "recipients": [{ "organization_id": receiver.id, "purpose": "carry_out" }] }),
            )
            .expect(201);
        let path = format!("/documents/{}", draft.id());
        assert_eq!(said(&at("leader")), waits("document_to_sign", "info"));
        assert_eq!(said(&at("officer")), []);
        assert_eq!(said(&at("clerk")), []);
        let notice = at("leader").get("/notifications").expect(200).items()[0].clone();
        assert_eq!((&notice["title"], &notice["record_id"]), (&json!("Mời dự giao lưu hữu nghị"), &json!(draft.id())));
        assert_eq!((&notice["since"], &notice["allowed_actions"]), (&json!("2021-06-01"), &json!(["sign"])));

        // Read is said once and for this person; the notice stays while the matter does.
        let id = notice["id"].as_str().expect("an id");
        assert_eq!(at("leader").get("/notifications/counts").expect(200)["unread"], 1);
        let marked = read(&at("leader"), id).expect(200);
        assert_eq!(marked["read_at"], json!("2021-06-01T01:00:00Z"));
        assert_eq!(read(&at("leader"), id).expect(200)["read_at"], marked["read_at"]);
        read(&at("officer"), id).expect(404);
        assert!(at("leader").get("/notifications?unread=true").expect(200).items().is_empty());
        assert_eq!(at("leader").get("/notifications?unread=false").expect(200).items().len(), 1);

        at("leader").step(&path, json!({ "action": "sign" })).expect(200);
        assert_eq!((said(&at("leader")), said(&at("clerk"))), (vec![], waits("document_to_issue", "info")));
        at("clerk").step(&path, json!({ "action": "issue" })).expect(200);
        assert_eq!(said(&at("clerk")), []);
        assert_eq!(said(&there("clerk")), waits("delivery_to_acknowledge", "info"));
        assert_eq!(said(&there("leader")), []);

        // The clerk registers it and the leader gives it to one of two officers, with a day.
        let delivery = there("clerk").get("/notifications").expect(200).items()[0]["record_id"].clone();
        let arrival = there("clerk").post("/arrivals", json!({ "delivery_id": delivery, "arrived_on": "2021-06-01" })).expect(201);
        let officer = there("officer").get("/auth/me").expect(200);
        let user = ["id", "user_id"].iter().find_map(|m| officer[*m].as_str()).expect("an id").to_owned();
        let given = json!({ "officer_id": user, "instruction": "Tham mưu cử người dự", "due_on": "2021-06-11" });
        there("leader").patch(&format!("/arrivals/{}", arrival.id()), &there("leader").get(&format!("/arrivals/{}", arrival.id())), given).expect(200);
        assert_eq!(said(&there("officer")), waits("arrival_to_handle", "info"));
        // Seven days before it is near, on the day itself it still is, the day after it is late, and a new notice each time.
        let first = there("officer").get("/notifications").expect(200).items()[0]["id"].clone();
        house.at("2021-06-04T08:00");
        assert_eq!(said(&there("officer")), waits("arrival_to_handle", "due_soon"));
        assert_ne!(there("officer").get("/notifications").expect(200).items()[0]["id"], first);
        house.at("2021-06-11T23:00");
        assert_eq!(said(&there("officer")), waits("arrival_to_handle", "due_soon"));
        house.at("2021-06-12T00:30");
        assert_eq!(said(&there("officer")), waits("arrival_to_handle", "overdue"));
        assert_eq!(there("officer").get("/notifications").expect(200).items()[0]["days_left"], -1);
    });
}

#[test]
fn the_inbox_pages_and_costs_the_same_however_full_it_is() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let (officer, leader) = (house.person("BDI", "HND", "officer"), house.person("BDI", "HND", "leader"));
        let draft = |n: usize| {
            officer.post("/documents", json!({ "kind": "official_letter", "symbol": "HND-VP", "summary": format!("Thư số {n}") })).expect(201);
        };
        let cost = || {
            leader.token();
            let before = house.statements();
            leader.get("/notifications?limit=200").expect(200);
            house.statements() - before
        };
        draft(0);
        let one = cost();
        (1..7).for_each(draft);
        assert_eq!(cost(), one);
        let (mut next, mut titles) = (String::new(), Vec::new());
        loop {
            let page = leader.get(&format!("/notifications?limit=3{next}")).expect(200);
            titles.extend(page.items().iter().map(|n| n["title"].as_str().expect("a title").to_owned()));
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        titles.sort();
        assert_eq!(titles, (0..7).map(|n| format!("Thư số {n}")).collect::<Vec<_>>());
    });
}
