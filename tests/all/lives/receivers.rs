//! A report that is the receiver's (RULES 7): the union writes it, UBND signs it, UBND's Office numbers and sends it.

use crate::harness::{House, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

#[test]
fn what_the_receiver_is_to_sign_goes_through_its_own_documents() {
    each("2021-10-20T08:00", |house| {
        house.load_agencies("binh_dinh");
        let at = |code: &str, position: &str| house.person("BDI", code, position);
        let sender = |code: &str| json!({ "organization_id": org(house, code), "resolution": "text" });
        let due = json!({ "kind": "yearly", "month": 11, "day": 20, "inclusive": false, "roll": "none" });
        let regime = json!({
            "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org(house, "LHHN"), "final_recipient_id": org(house, "TTTU"), "tracked_from": "2021-01-01",
            "steps": [
                { "step_no": 1, "senders": [sender("SYT"), sender("STC")], "receiver_id": org(house, "LHHN"), "report_of": "consolidator", "resolution": "text", "due_rule": due },
                { "step_no": 2, "senders": [sender("LHHN")], "receiver_id": org(house, "UBND"), "consolidates": true, "report_of": "receiver", "resolution": "text", "due_rule": due },
            ],
            "sections": [{ "key": "ket_qua", "title": "Kết quả thực hiện", "in_text": false }],
            "indicators": [{ "code": "doan_vao", "name": "Số đoàn vào", "unit": "đoàn", "type": "integer", "across_agencies": "sum", "over_time": "sum", "source": "typed", "in_text": false }],
        });
        let regime = at("UBND", "officer").post("/reporting-regimes", regime).expect(201).id();
        let period = at("LHHN", "leader").post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id();

        // The Office urges for what UBND is owed, as UBND may; an agency that has no part in it may not.
        let owed = |person: &crate::harness::Person<'_>, code: &str| {
            let list = person.get(&format!("/reporting-obligations?period_id={period}&sender_id={}", org(house, code).as_str().expect("an id"))).expect(200);
            list.items()[0]["id"].as_str().expect("an obligation").to_owned()
        };
        let office = at("VPUBND", "leader");
        let union_owes = owed(&office, "LHHN");
        let urging = json!({ "level": "urging", "text": "Đề nghị gửi báo cáo năm" });
        office.post(&format!("/reporting-obligations/{union_owes}/urgings"), urging.clone()).expect(201);
        at("UBND", "officer").post(&format!("/reporting-obligations/{union_owes}/urgings"), urging.clone()).expect(403);
        at("SNV", "leader").post(&format!("/reporting-obligations/{union_owes}/urgings"), urging).expect(404);

        let leader = at("SYT", "leader");
        let draft = json!({ "obligation_id": owed(&leader, "SYT"), "narratives": [{ "section": "ket_qua", "text": "Đón hai đoàn." }], "figures": [{ "indicator": "doan_vao", "value": "2" }] });
        let path = format!("/report-submissions/{}", leader.post("/report-submissions", draft).expect(201).id());
        leader.step(&path, json!({ "action": "submit" })).expect(200);
        let union = at("LHHN", "leader");
        union.step(&path, json!({ "action": "accept" })).expect(200);
        let report = union.post("/consolidated-reports", json!({ "period_id": period, "step": 2, "title": "Báo cáo năm 2021" })).expect(201);
        let path = format!("/consolidated-reports/{}", report.id());
        union.patch(&path, &report, json!({ "narratives": [{ "section": "ket_qua", "text": "Nhìn chung đạt kế hoạch." }] })).expect(200);
        let issued = union.step(&path, json!({ "action": "issue" })).expect(200);

        // It lies before UBND as a draft: not the union's, not the Office's yet.
        let document = format!("/documents/{}", issued["document_id"].as_str().expect("a document"));
        let ubnd = at("UBND", "leader");
        let lies = ubnd.get(&document).expect(200);
        assert_eq!((&lies["state"], &lies["issuer_id"], &lies["symbol"]), (&json!("draft"), &org(house, "UBND"), &json!("BC-UBND")));
        union.get(&document).expect(404);
        at("VPUBND", "clerk").get(&document).expect(404);
        let text = lies["text"].as_str().expect("a text").to_owned();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "Báo cáo năm 2021");
        assert!(lines.contains(&"Số cơ quan có báo cáo: 1/2."), "{text}");
        assert!(lines.contains(&"I. Kết quả thực hiện") && lines.contains(&"Nhìn chung đạt kế hoạch."), "{text}");
        assert!(lines.contains(&"- Sở Y tế tỉnh Bình Định: Đón hai đoàn.") || text.contains(": Đón hai đoàn."), "{text}");
        assert!(lines.contains(&"- Số đoàn vào: 2 đoàn (1/2 cơ quan; số ước tính)"), "{text}");
        assert!(text.contains("Cơ quan chưa có báo cáo") && text.contains("Sở Tài chính"), "{text}");

        // UBND's leader signs; the clerk of its Office, and no other clerk, numbers and sends.
        let waits = |person: &crate::harness::Person<'_>, kind: &str| person.get(&format!("/notifications?kind={kind}")).expect(200).items().len();
        assert_eq!((waits(&ubnd, "document_to_sign"), waits(&at("VPUBND", "clerk"), "document_to_issue")), (1, 0));
        let signer = json!({ "name": "Nguyễn Thí Dụ", "position": "Chủ tịch", "authority_lines": ["TM. ỦY BAN NHÂN DÂN"] });
        ubnd.step(&document, json!({ "action": "sign", "signer": signer })).expect(200);
        let clerk = at("VPUBND", "clerk");
        assert_eq!(waits(&clerk, "document_to_issue"), 1);
        at("VPUBND", "officer").step(&document, json!({ "action": "issue" })).expect(403);
        at("SYT", "clerk").get(&document).expect(404);
        let out = clerk.step(&document, json!({ "action": "issue" })).expect(200);
        assert_eq!((&out["notation_text"], &out["state"]), (&json!("01/BC-UBND"), &json!("issued")));
        assert_eq!(waits(&clerk, "document_to_issue"), 0);
        // It has reached the union, the agency that reported, and the final recipient.
        for code in ["LHHN", "SYT", "TTTU"] {
            at(code, "clerk").get(&document).expect(200);
        }
        assert_eq!(ubnd.get("/document-numbers").expect(200).items().len(), 1);
        // The next one that UBND itself numbers carries the series on.
        let own = json!({ "kind": "report", "symbol": "BC-UBND", "summary": "Báo cáo khác", "signer": signer });
        let own = at("UBND", "officer").post("/documents", own).expect(201).id();
        ubnd.step(&format!("/documents/{own}"), json!({ "action": "sign" })).expect(200);
        assert_eq!(at("UBND", "clerk").step(&format!("/documents/{own}"), json!({ "action": "issue" })).expect(200)["notation_text"], "02/BC-UBND");
    });
}

#[test]
fn a_consolidators_own_report_has_a_text_and_a_signer_with_a_position() {
    each("2021-10-20T08:00", |house| {
        house.load_agencies("binh_dinh");
        let sender = |code: &str| json!({ "organization_id": org(house, code), "resolution": "text" });
        let regime = json!({ "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org(house, "LHHN"), "tracked_from": "2021-01-01",
            "steps": [{ "step_no": 1, "senders": [sender("LHHN")], "receiver_id": org(house, "UBND"), "consolidates": true, "report_of": "consolidator", "resolution": "text" }],
            "sections": [{ "key": "ket_qua", "title": "Kết quả thực hiện", "in_text": false }], "indicators": [] });
        let regime = house.person("BDI", "UBND", "officer").post("/reporting-regimes", regime).expect(201).id();
        let union = house.person("BDI", "LHHN", "leader");
        let issue = |year: &str, step: Value| {
            let period = union.post("/reporting-periods", json!({ "regime_id": regime, "period": year })).expect(201).id();
            let report = union.post("/consolidated-reports", json!({ "period_id": period, "step": 1, "title": "Báo cáo năm" })).expect(201);
            let path = format!("/consolidated-reports/{}", report.id());
            union.patch(&path, &report, json!({ "narratives": [{ "section": "ket_qua", "text": "Đã tổ chức ba sự kiện." }] })).expect(200);
            let issued = union.step(&path, step).expect(200);
            union.get(&format!("/documents/{}", issued["document_id"].as_str().expect("a document"))).expect(200)
        };
        let first = issue("2021", json!({ "action": "issue" }));
        assert!(first["text"].as_str().is_some_and(|t| t.contains("Đã tổ chức ba sự kiện.")), "{}", first.json);
        assert_eq!(first["signer"]["name"], "Người Thí Dụ leader");
        assert!(first["signer"]["position"].as_str().is_some_and(|p| p.starts_with("Lãnh đạo ")), "{}", first["signer"]);
        let signer = json!({ "name": "Trần Thí Dụ", "position": "Phó Chủ tịch", "authority_lines": ["KT. CHỦ TỊCH"] });
        let second = issue("2022", json!({ "action": "issue", "signer": signer }));
        assert_eq!((&second["signer"]["position"], &second["signer"]["authority_lines"]), (&json!("Phó Chủ tịch"), &json!(["KT. CHỦ TỊCH"])));
    });
}
