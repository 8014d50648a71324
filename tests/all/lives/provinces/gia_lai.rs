//! Gia Lai, 2019–2020: a directive of the Party, its arrival at a department, and a yearly report without a day.

use crate::harness::{House, Person, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("GLA", code).id.to_string())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

#[test]
fn the_partys_directive_and_the_one_that_it_implements_stay_two() {
    each("2020-01-06T08:00", |house| {
        house.load("gia_lai");
        // The stamp says 6488 on 12/12/2019; the text was issued three days before, by the Party and not by the department.
        let stamped = house.person("GLA", "STTTT", "viewer").get("/arrivals").expect(200);
        assert_eq!(stamped.items().len(), 1);
        let stamped = &stamped.items()[0];
        assert_eq!((&stamped["number"], &stamped["arrived_on"], &stamped["year"]), (&json!(6488), &json!("2019-12-12"), &json!(2019)));
        assert_eq!((&stamped["issued_on"], &stamped["notation_text"]), (&json!("2019-12-09"), &json!("38-CT/TU")));
        assert_eq!((&stamped["receiver_id"], &stamped["issuer_id"]), (&org(house, "STTTT"), &org(house, "BTVTU")));

        // The province's own is found under its own symbol alone, written either way, and says which one it implements: a
        // record of the Secretariat's, which works outside the system and sent it to nobody here.
        let issuer = house.person("GLA", "BTVTU", "viewer");
        let found = |person: &Person<'_>, notation: &str| person.get(&format!("/documents?notation_text={notation}")).expect(200);
        assert_eq!((found(&issuer, "38-CT/TU").items().len(), found(&issuer, "38-CT/TW").items().len()), (1, 0));
        let ours = found(&issuer, "38/CT-TU").items()[0].clone();
        assert_eq!((&ours["issuer_id"], &ours["issued_on"], &ours["notation"]), (&org(house, "BTVTU"), &json!("2019-12-09"), &json!("party")));
        assert_eq!(ours["signer"]["name"], Value::Null);
        let implements = &ours["relations"][0];
        assert_eq!((&implements["kind"], &implements["citation"]["number"]), (&json!("implements"), &json!("38-CT/TW")));
        assert_eq!((&implements["citation"]["date"], &implements["citation"]["issuer_organization_id"]), (&json!("2019-09-19"), &org(house, "BBT")));
        assert_ne!(implements["document_id"], ours["id"]);
        issuer.get(&format!("/documents/{}", text(&implements["document_id"]))).expect(404);

        // The department's clerk registers the central one, which came on paper: it collides with nothing.
        let clerk = house.person("GLA", "STTTT", "clerk");
        let central = json!({ "kind": "directive", "notation": "party", "issuer_id": org(house, "BBT"), "number": "38", "symbol": "CT/TW",
            "issued_on": "2019-09-19", "summary": "về tiếp tục đổi mới Liên hiệp các tổ chức hữu nghị Việt Nam" });
        let arrival = clerk.post("/arrivals", json!({ "arrived_on": "2020-01-06", "document": central })).expect(201);
        // A new year's register begins at 1.
        assert_eq!((&arrival["number"], &arrival["notation_text"]), (&json!(1), &json!("38-CT/TW")));
        let (tu, tw) = (found(&clerk, "38-CT/TU"), found(&clerk, "38-CT/TW"));
        assert_eq!((tu.items().len(), tw.items().len()), (1, 1));
        assert_eq!((&tu.items()[0]["id"], &tw.items()[0]["id"]), (&ours["id"], &arrival["document_id"]));
        // The province's own was sent to it through the system, and is not to be entered a second time.
        let sent = json!({ "kind": "directive", "notation": "party", "issuer_id": org(house, "BTVTU"), "number": "38", "symbol": "CT/TU",
            "issued_on": "2019-12-09", "summary": "triển khai Chỉ thị số 38-CT/TW" });
        assert_eq!(clerk.post("/arrivals", json!({ "arrived_on": "2020-01-06", "document": sent })).expect(409).code(), "was_sent");
    });
}

#[test]
fn the_yearly_report_without_a_day_rests_on_tasks_alone() {
    each("2020-01-06T08:00", |house| {
        house.load("gia_lai");
        let committee = house.person("GLA", "BCSD", "leader");
        // The directive entrusts following it to Ban cán sự đảng, not to its issuer (RULES 1).
        let plan = committee.get("/plans").expect(200).items()[0].clone();
        assert_eq!((&plan["owner_id"], &plan["state"]), (&org(house, "BCSD"), &json!("active")));
        let tasks = committee.get(&format!("/tasks?plan_id={}&limit=200", text(&plan["id"]))).expect(200);
        assert_eq!(tasks.items().len(), 19);
        assert!(tasks.items().iter().all(|t| t["due_on"].is_null() && t["overdue"] == false), "the text names no day at all");
        let through = tasks.items().iter().filter(|t| t["through_id"] == org(house, "BCSD")).count();
        // Eight duties of section 2.1, three of 2.2, two of 2.3 are given through it.
        assert_eq!(through, 13);

        // Ban Tuyên giáo (point 4) does its part; accepted, without a deadline.
        let task = tasks.items().iter().find(|t| t["place"] == "4").expect("point 4");
        let path = format!("/tasks/{}", text(&task["id"]));
        house.at("2020-06-15T08:00");
        let officer = house.person("GLA", "BTGTU", "officer");
        officer.step(&path, json!({ "action": "start" })).expect(200);
        let part = officer.get(&path).expect(200)["parts"][0]["id"].clone();
        officer.step(&format!("/task-parts/{}", text(&part)), json!({ "action": "done", "result": "Đã phát 12 chuyên mục đối ngoại nhân dân" })).expect(200);
        house.at("2020-06-22T08:00");
        let end = house.person("GLA", "BCSD", "leader").step(&path, json!({ "action": "accept" })).expect(200);
        assert_eq!((&end["state"], &end["occurrence"]["on_time"]), (&json!("completed"), &Value::Null));
        let rows = house.person("GLA", "BCSD", "leader").get(&format!("/plans/{}/progress", text(&plan["id"]))).expect(200);
        let row = rows.items().iter().find(|r| r["organization_id"] == org(house, "BTGTU")).expect("a row");
        assert_eq!((&row["assigned"], &row["no_deadline"], &row["on_time"], &row["on_time_percent"]), (&json!(1), &json!(1), &json!(0), &Value::Null));

        // "Định kỳ hàng năm báo cáo Ban Thường vụ Tỉnh ủy": one obligation, no day.
        house.at("2020-12-01T08:00");
        let committee = house.person("GLA", "BCSD", "leader");
        let regime = committee.get("/reporting-regimes").expect(200).items()[0].clone();
        assert_eq!((&regime["focal_point_id"], &regime["final_recipient_id"]), (&org(house, "BCSD"), &org(house, "BTVTU")));
        let opened = committee.post("/reporting-periods", json!({ "regime_id": regime["id"], "period": "2020" }));
        let period = match opened.status {
            201 => opened.id(),
            // The service was quicker.
            _ => text(&committee.get("/reporting-periods?period=2020").expect(200).items()[0]["id"]).to_owned(),
        };
        let owed = || committee.get(&format!("/reporting-obligations?period_id={period}")).expect(200);
        assert_eq!(owed().items().len(), 1);
        let one = owed().items()[0].clone();
        assert_eq!((&one["sender_id"], &one["receiver_id"], &one["consolidates"]), (&org(house, "BCSD"), &org(house, "BTVTU"), &json!(true)));
        assert_eq!((&one["due_on"], &one["due_rule"], &one["on_time"], &one["overdue"]), (&Value::Null, &Value::Null, &Value::Null, &json!(false)));
        committee.post("/report-submissions", json!({ "obligation_id": one["id"] })).expect(409);

        let report = committee.post("/consolidated-reports", json!({ "period_id": period, "step": 1 })).expect(201);
        assert_eq!((&report["reporting"], &report["expected"], &report["sources"]), (&json!(0), &json!(0), &json!([])));
        assert!(report["figures"].as_array().expect("figures").iter().all(|f| f["total"].is_null()));
        assert_eq!((&report["missing"], &report["late"]), (&json!([]), &json!([])));
        let path = format!("/consolidated-reports/{}", report.id());
        let says = json!({ "narratives": [{ "section": "ket_qua", "text": "Ban Tuyên giáo Tỉnh ủy đã hoàn thành nhiệm vụ tại điểm 4." }] });
        let written = committee.patch(&path, &report, says).expect(200);
        let above = house.person("GLA", "BTVTU", "viewer");
        above.get(&path).expect(404);
        // A year later nobody would be late: nothing was due. It is issued on 21/12/2020.
        house.at("2020-12-21T08:00");
        let issued = committee.take(&path, &written, json!({ "action": "issue" })).expect(200);
        assert_eq!(above.get(&path).expect(200)["state"], "issued");
        let proof = above.get(&format!("{path}/verify")).expect(200);
        assert_eq!((&proof["ok"], &proof["sources_checked"]), (&json!(true), &json!(0)));
        let done = owed().items()[0].clone();
        assert_eq!((&done["state"], &done["fulfilled_on"], &done["on_time"]), (&json!("accepted"), &json!("2020-12-21"), &Value::Null));
        assert_eq!((&done["judgement"]["rule"], &done["judgement"]["working_days_late"]), (&json!("no_deadline"), &Value::Null));
        // Complete, and outside every rate of timeliness.
        let total = committee.get(&format!("/reporting-periods/{period}/rates")).expect(200)["total"].clone();
        assert_eq!((&total["expected"], &total["accepted"], &total["with_deadline"]), (&json!(1), &json!(1), &json!(0)));
        assert_eq!((&total["completeness"], &total["timeliness"]), (&json!("100.0"), &Value::Null));

        // The Party's hand: `01-BC/BCSD`, read by its recipient, not by UBND, which reads the issued report itself.
        let document = format!("/documents/{}", text(&issued["document_id"]));
        let letter = above.get(&document).expect(200);
        assert_eq!((&letter["notation"], &letter["notation_text"], &letter["issued_on"]), (&json!("party"), &json!("01-BC/BCSD"), &json!("2020-12-21")));
        assert_eq!((&letter["recipients"][0]["organization_id"], &letter["recipients"][0]["purpose"]), (&org(house, "BTVTU"), &json!("report")));
        let state = house.person("GLA", "UBND", "viewer");
        state.get(&document).expect(404);
        state.get(&path).expect(200);
    });
}
