//! An obstacle on its way: an agency raises it, Sở Ngoại vụ forwards it, UBND answers (Bà Rịa – Vũng Tàu, IV.1).

use crate::harness::each;
use serde_json::json;

#[test]
fn an_obstacle_goes_from_an_agency_over_the_focal_point_to_ubnd_and_back() {
    each("2020-03-02T08:00", |house| {
        house.load("ba_ria_vung_tau");
        let person = |code: &str, position: &str| house.person("BRV", code, position);
        let (officer, leader) = (person("SYT", "officer"), person("SYT", "leader"));
        let (focal, ubnd, stranger) = (person("SNGV", "leader"), person("UBND", "leader"), person("STC", "leader"));
        let new = json!({ "kind": "obstacle", "title": "Chưa có kinh phí đoàn ra", "content": "Kế hoạch năm chưa bố trí kinh phí cho đoàn ra.", "respond_by": "2020-03-20" });

        person("SYT", "viewer").post("/recommendations", new.clone()).expect(403);
        let draft = officer.post("/recommendations", new.clone()).expect(201);
        assert_eq!(draft["code"], "KN-BRV-2020-0001");
        assert_eq!((&draft["state"], &draft["focal_id"]), (&json!("draft"), &json!(null)));
        assert_eq!(draft["allowed_actions"], json!(["edit", "delete"]));
        let path = format!("/recommendations/{}", draft.id());
        // A draft is its agency's own business.
        for other in [&focal, &ubnd, &stranger] {
            other.get(&path).expect(404);
        }
        let edited = officer.patch(&path, &draft, json!({ "kind": "difficulty", "respond_by": null })).expect(200);
        assert_eq!((&edited["kind"], &edited["respond_by"]), (&json!("difficulty"), &json!(null)));
        let stale = officer.patch(&path, &draft, json!({ "kind": "obstacle" })).expect(412);
        assert_eq!(stale.etag(), officer.get(&path).etag());
        // The same for a step, and where the path says the code.
        let stale = leader.take("/recommendations/KN-BRV-2020-0001", &draft, json!({ "action": "send" })).expect(412);
        assert_eq!(stale.etag(), leader.get(&path).etag());
        let edited = officer.patch(&path, &edited, json!({ "respond_by": "2020-03-20" })).expect(200);
        officer.take(&path, &edited, json!({ "action": "send" })).expect(403);

        let raised = leader.take(&path, &edited, json!({ "action": "send" })).expect(200);
        let (sngv, committee) = (house.organization("BRV", "SNGV").id.to_string(), house.organization("BRV", "UBND").id.to_string());
        assert_eq!((&raised["state"], &raised["focal_id"], &raised["addressed_id"]), (&json!("raised"), &json!(sngv), &json!(sngv)));
        assert_eq!(raised["raised_on"], "2020-03-02");
        stranger.get(&path).expect(404);
        let seen = focal.get(&path).expect(200);
        assert_eq!(seen["allowed_actions"], json!(["forward", "answer"]));
        // What was sent is not changed any more.
        assert_eq!(officer.patch(&path, &raised, json!({ "title": "Khác" })).expect(409).code(), "not_a_draft");
        let wrong = leader.take(&path, &raised, json!({ "action": "close" })).expect(409);
        assert_eq!(wrong["allowed_actions"], json!(["forward", "answer"]));

        assert_eq!(focal.take(&path, &seen, json!({ "action": "answer" })).expect(422).fault("/text"), Some("required"));
        let forwarded = focal.take(&path, &seen, json!({ "action": "forward", "text": "Vượt thẩm quyền Sở." })).expect(200);
        assert_eq!((&forwarded["state"], &forwarded["addressed_id"]), (&json!("forwarded"), &json!(committee)));
        assert_eq!(forwarded["forward_note"], "Vượt thẩm quyền Sở.");
        // Having put it before UBND, Sở Ngoại vụ no longer answers itself.
        focal.take(&path, &forwarded, json!({ "action": "answer", "text": "…" })).expect(403);

        house.at("2020-03-23T08:00");
        assert_eq!(ubnd.get(&path).expect(200)["overdue"], true);
        assert_eq!(focal.get("/recommendations?overdue=true").expect(200).items().len(), 1);
        assert_eq!(focal.get("/recommendations?overdue=false").expect(200).items().len(), 0);
        let answered = ubnd.step(&path, json!({ "action": "answer", "text": "Giao Sở Tài chính bố trí bổ sung." })).expect(200);
        assert_eq!((&answered["state"], &answered["overdue"]), (&json!("answered"), &json!(false)));
        assert_eq!(answered["answers"][0]["organization_id"], json!(committee));
        assert_eq!(answered["answers"][0]["text"], "Giao Sở Tài chính bố trí bổ sung.");
        focal.step(&path, json!({ "action": "close" })).expect(403);
        let closed = leader.step(&path, json!({ "action": "close" })).expect(200);
        assert_eq!((&closed["state"], &closed["closed_on"], &closed["allowed_actions"]), (&json!("closed"), &json!("2020-03-23"), &json!([])));

        // A leader raises at once; drafts can be thrown away, what was sent cannot.
        let second = leader.post("/recommendations", new.clone()).expect(201);
        assert_eq!((&second["state"], &second["code"]), (&json!("raised"), &json!("KN-BRV-2020-0002")));
        leader.delete(&format!("/recommendations/{}", second.id()), &second).expect(409);
        let mut kept = new.clone();
        kept["send"] = json!(false);
        let third = leader.post("/recommendations", kept).expect(201);
        let third_path = format!("/recommendations/{}", third.id());
        leader.delete(&third_path, &third).expect(204);
        leader.get(&third_path).expect(404);
        let mut sent = new;
        sent["send"] = json!(true);
        assert_eq!(officer.post("/recommendations", sent).expect(422).fault("/send"), Some("leader_sends"));

        // Found without diacritics; nobody finds what is not theirs.
        assert_eq!(officer.get("/recommendations?q=kinh%20phi%20doan%20ra&sort=code&count=exact").expect(200)["total"], 2);
        assert_eq!(stranger.get("/recommendations").expect(200).items().len(), 0);
        let open = house.db.read_now(|conn| nhipcau::recommendations::open_of(conn, house.organization("BRV", "SYT").province_id, None, None));
        assert_eq!(open.expect("a read").len(), 1);
    });
}

#[test]
fn a_merger_passes_on_what_is_not_closed() {
    each("2020-03-02T08:00", |house| {
        house.load("ba_ria_vung_tau");
        let leader = house.person("BRV", "SYT", "leader");
        let new = json!({ "kind": "proposal", "title": "Kiến nghị", "content": "Đề nghị hướng dẫn." });
        let raised = leader.post("/recommendations", new).expect(201);
        let (from, to) = (house.organization("BRV", "SYT").id, house.organization("BRV", "STC").id);
        let moved = house.db.write_now(|conn| nhipcau::recommendations::reassign(conn, &nhipcau::terminal::ask(house.now()), from, to, None));
        assert_eq!(moved.expect("moved"), 1);
        let path = format!("/recommendations/{}", raised.id());
        let now = house.person("BRV", "STC", "leader").get(&path).expect(200);
        assert_eq!((&now["raiser_id"], &now["code"]), (&json!(to.to_string()), &raised["code"]));
    });
}
