//! What the receiver enters for an agency that sent it outside the system (RULES 4): the day in the arrival register counts.

use super::{
    plans::{led, org, part_of, plan},
    reporting::{accepted, content, obligation, opened},
};
use crate::harness::{House, each};
use serde_json::{Value, json};

/// A letter of an agency in the arrival register of another one.
fn registered(house: &House, receiver: &str, issuer: &str, number: &str, on: &str) -> Value {
    let letter = json!({ "kind": "official_letter", "issuer_id": org(house, issuer), "number": number, "symbol": "BC-VP", "issued_on": "2021-11-15", "summary": "Báo cáo kết quả" });
    let arrival = house.person("BDI", receiver, "clerk").post("/arrivals", json!({ "arrived_on": on, "document": letter })).expect(201);
    arrival["document_id"].clone()
}

#[test]
fn the_result_of_a_part_is_entered_confirmed_and_corrected() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, ids) = plan(house, &[led(house, &["SNV"])]);
        let path = format!("/tasks/{}", ids[0]);
        let (ubnd, owner) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "UBND", "officer"));
        let shown = ubnd.get(&path).expect(200);
        let part = |code: &str| format!("/task-parts/{}", part_of(&shown, &org(house, code)));
        house.at("2021-11-22T08:00");
        let paper = registered(house, "UBND", "SNV", "31", "2021-11-18");
        let enter = |day: Option<&str>| json!({ "action": "enter", "result": "Đã rà soát nhân sự", "document_id": paper, "received_on": day });
        // Neither the agency itself nor who leads the task enters it, and not without the letter.
        house.person("BDI", "SVHTT", "officer").step(&part("SNV"), enter(None)).expect(403);
        let bare = owner.step(&part("SNV"), json!({ "action": "enter" })).expect(422);
        assert_eq!((bare.fault("/result"), bare.fault("/document_id")), (Some("required"), Some("required")));
        // The register says 18/11; nobody types another day.
        assert_eq!(owner.step(&part("SNV"), enter(Some("2021-11-17"))).expect(422).fault("/received_on"), Some("not_as_registered"));
        let entered = owner.step(&part("SNV"), enter(None)).expect(200);
        assert_eq!((&entered["state"], &entered["done_on"], &entered["entered_by"]), (&json!("done"), &json!("2021-11-18"), &org(house, "UBND")));
        assert_eq!((&entered["organization_id"], &entered["document_id"], &entered["confirmed_at"]), (&org(house, "SNV"), &paper, &Value::Null));
        // The agency corrects it when it confirms, once.
        let own = house.person("BDI", "SNV", "officer");
        assert_eq!(own.get(&part("SNV")).expect(200)["allowed_actions"], json!(["confirm"]));
        owner.step(&part("SNV"), json!({ "action": "confirm" })).expect(403);
        let confirmed = own.step(&part("SNV"), json!({ "action": "confirm", "result": "Đã rà soát và bổ sung" })).expect(200);
        assert!(confirmed["confirmed_at"].is_string());
        assert_eq!((&confirmed["result"], &confirmed["done_on"]), (&json!("Đã rà soát và bổ sung"), &json!("2021-11-18")));
        assert_eq!(own.step(&part("SNV"), json!({ "action": "confirm" })).expect(409).code(), "nothing_to_confirm");

        // A letter that is in no register: the typed day counts, but it did not arrive before it was written.
        let loose = json!({ "kind": "official_letter", "number": "9", "symbol": "CV-UBND", "issued_on": "2021-11-19", "summary": "Ghi nhận kết quả" });
        let loose = house.person("BDI", "UBND", "clerk").post("/documents", loose).expect(201).id();
        let lead = |day: &str| json!({ "action": "enter", "result": "Đã tổ chức", "document_id": loose, "received_on": day });
        assert_eq!(owner.step(&part("SVHTT"), lead("2021-11-18")).expect(422).fault("/received_on"), Some("too_early"));
        assert_eq!(owner.step(&part("SVHTT"), lead("2021-11-23")).expect(422).fault("/received_on"), Some("in_future"));
        owner.step(&part("SVHTT"), lead("2021-11-19")).expect(200);
        // The lead's letter is its proposal, on the day of arrival: both were in time.
        let proposed = ubnd.get(&path).expect(200);
        assert_eq!((&proposed["state"], &proposed["occurrence"]["proposed_on"]), (&json!("completion_proposed"), &json!("2021-11-19")));
        let end = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        assert_eq!(end["occurrence"]["on_time"], true);
        assert_eq!((&owner.get(&part("SNV"))["on_time"], &owner.get(&part("SVHTT"))["on_time"]), (&json!(true), &json!(true)));
    });
}

#[test]
fn an_entered_report_came_on_the_day_in_the_register() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let clerk = house.person("BDI", "LHHN", "clerk");
        house.at("2021-11-23T08:00");
        // Due on Friday 19/11; the letter came on Monday 22/11, as the register says.
        let paper = registered(house, "LHHN", "UBND-QNH", "215", "2021-11-22");
        let mut body = content(house, &period, "UBND-QNH");
        body["paper"] = json!({ "arrived_on": "2021-11-18", "document_id": paper });
        assert_eq!(clerk.post("/report-submissions", body.clone()).expect(422).fault("/paper/arrived_on"), Some("not_as_registered"));
        // In words it cannot be dated back either.
        body["paper"] = json!({ "arrived_on": "2021-11-18", "document_words": "Số: 215/BC-VP" });
        assert_eq!(clerk.post("/report-submissions", body.clone()).expect(422).fault("/paper/document_id"), Some("registered"));
        body["paper"] = json!({ "arrived_on": "2021-11-22", "document_id": paper });
        let entered = clerk.post("/report-submissions", body).expect(201);
        let path = format!("/report-submissions/{}", entered.id());
        clerk.step(&path, json!({ "action": "submit" })).expect(200);
        let end = accepted(house, &path, "2021-11-24T08:00");
        let judgement = &end["judgement"];
        assert_eq!((&end["on_time"], &judgement["submitted_on"], &judgement["working_days_late"]), (&json!(false), &json!("2021-11-22"), &json!(1)));
        // The same number of another agency, and what is in no register here, go in words with the day that is typed.
        let mut other = content(house, &period, "SNV");
        other["paper"] = json!({ "arrived_on": "2021-11-18", "document_words": "215/BC-VP" });
        clerk.post("/report-submissions", other).expect(201);
        assert_eq!(obligation(house, &period, "SNV")["state"], "not_submitted");
    });
}

#[test]
fn what_is_registered_after_the_draft_counts_when_it_is_handed_in() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let (sender, clerk) = (house.person("BDI", "SYT", "clerk"), house.person("BDI", "LHHN", "clerk"));
        // Sent within the system on 17/11, not in the register of the union yet.
        house.at("2021-11-17T08:00");
        let letter = json!({ "kind": "official_letter", "number": "77", "symbol": "SYT-VP", "issued_on": "2021-11-17", "summary": "Báo cáo năm",
            "recipients": [{ "organization_id": org(house, "LHHN"), "purpose": "carry_out" }] });
        let letter = sender.post("/documents", letter).expect(201).id();
        let deliveries = clerk.get("/deliveries").expect(200);
        let delivery = deliveries.items().iter().find(|d| d["document_id"] == letter.as_str()).expect("a delivery")["id"].clone();
        house.at("2021-11-22T08:00");
        let mut body = content(house, &period, "SYT");
        body["paper"] = json!({ "arrived_on": "2021-11-18", "document_id": letter });
        let entered = clerk.post("/report-submissions", body).expect(201);
        clerk.post("/arrivals", json!({ "arrived_on": "2021-11-22", "delivery_id": delivery })).expect(201);
        let path = format!("/report-submissions/{}", entered.id());
        let handed_in = clerk.step(&path, json!({ "action": "submit" })).expect(200);
        assert_eq!((&handed_in["submitted_on"], &handed_in["paper"]["arrived_on"]), (&json!("2021-11-22"), &json!("2021-11-22")));
    });
}
