//! Due dates of reports: extensions, a stay with the appraiser, a period that closes; each day is worked out by hand.
//!
//! 19/11/2021 is a Friday; there is no holiday in November and December 2021.

use super::reporting::{accepted, content, handed_in, obligation, opened};
use crate::harness::{House, Reply, each};
use serde_json::{Value, json};

fn path(house: &House, period: &Reply, code: &str) -> String {
    format!("/reporting-obligations/{}", obligation(house, period, code)["id"].as_str().expect("an id"))
}

fn ask(house: &House, period: &Reply, code: &str, due: &str) -> String {
    let path = format!("{}/extensions", path(house, period, code));
    let asked = house.person("BDI", code, "officer").post(&path, json!({ "due_on": due, "reason": "Chờ số liệu" })).expect(201);
    format!("{path}/{}", asked.id())
}

#[test]
fn more_time_is_granted_until_acceptance_and_what_lay_is_not_forgotten() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let lhhn = house.person("BDI", "LHHN", "leader");
        let grant = json!({ "action": "grant_extension" });
        house.at("2021-11-10T08:00");
        let (of_skhdt, of_syt) = (ask(house, &period, "SKHDT", "2021-11-26"), ask(house, &period, "SYT", "2021-11-26"));
        // Sở Tài chính hands in on Wed 17/11; returned on Mon 22/11 it lay Thu, Fri, Mon: it has until Thu 25/11.
        let first = handed_in(house, &period, "SKHDT", "2021-11-15T08:00");
        let second = handed_in(house, &period, "STC", "2021-11-17T08:00");
        // Accepted on Thu 18/11: the judgement is frozen, more time is not given any more, and may be refused.
        accepted(house, &first, "2021-11-18T08:00");
        let frozen = obligation(house, &period, "SKHDT");
        let may =
            |code: &str, act: &str| lhhn.get(&path(house, &period, code)).expect(200)["allowed_actions"].as_array().expect("a list").contains(&json!(act));
        assert_eq!((may("SKHDT", "grant_extension"), may("SKHDT", "refuse_extension"), may("SYT", "grant_extension")), (false, true, true));
        assert_eq!(lhhn.step(&of_skhdt, grant.clone()).expect(409).code(), "fulfilled");
        assert_eq!(obligation(house, &period, "SKHDT"), frozen);
        lhhn.step(&of_skhdt, json!({ "action": "refuse_extension", "reason": "Đã nhận báo cáo" })).expect(200);
        // Handed in after its day, on Mon 22/11, but not accepted: more time still counts.
        let third = handed_in(house, &period, "SYT", "2021-11-22T08:00");
        lhhn.step(&of_syt, grant.clone()).expect(200);
        let done = accepted(house, &third, "2021-11-22T09:00");
        assert_eq!((&done["on_time"], &done["judgement"]["due"]), (&json!(true), &json!("2021-11-26")));
        lhhn.step(&second, json!({ "action": "return", "reason": "Thiếu số liệu" })).expect(200);
        assert_eq!(obligation(house, &period, "STC")["effective_due_on"], "2021-11-25");
        // Asked on Wed 24/11, after the legal date and before the last day in force; on Thu 25/11 it would be too late.
        house.at("2021-11-24T08:00");
        let of_stc = ask(house, &period, "STC", "2021-11-26");
        lhhn.step(&of_stc, grant).expect(200);
        // Fri 26/11 and the three days: Mon 29, Tue 30/11, Wed 1/12.
        let owed = obligation(house, &period, "STC");
        assert_eq!((&owed["due_on"], &owed["effective_due_on"]), (&json!("2021-11-26"), &json!("2021-12-01")));
        house.at("2021-12-01T08:00");
        assert_eq!(obligation(house, &period, "STC")["overdue"], false);
        let next = house.person("BDI", "STC", "officer").post("/report-submissions", json!({ "obligation_id": owed["id"] })).expect(201);
        let next = format!("/report-submissions/{}", next.id());
        house.person("BDI", "STC", "leader").step(&next, json!({ "action": "submit" })).expect(200);
        let done = accepted(house, &next, "2021-12-08T08:00");
        assert_eq!((&done["on_time"], &done["judgement"]["effective_due"]), (&json!(true), &json!("2021-12-01")));
    });
}

#[test]
fn what_comes_after_the_period_has_closed_is_late() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let (lhhn, ubnd) = (house.person("BDI", "LHHN", "leader"), house.person("BDI", "UBND", "viewer"));
        let before = handed_in(house, &period, "SYT", "2021-11-10T08:00");
        let returned = handed_in(house, &period, "SDL", "2021-11-10T09:00");
        let more_time = ask(house, &period, "SKHDT", "2021-11-26");
        // The union issues on Fri 12/11, a week before the agencies' day.
        house.at("2021-11-12T08:00");
        let report = lhhn.post("/consolidated-reports", json!({ "period_id": period.id(), "step": 2 })).expect(201);
        lhhn.step(&format!("/consolidated-reports/{}", report.id()), json!({ "action": "issue" })).expect(200);
        let closed = lhhn.get(&format!("/reporting-periods/{}", period.id())).expect(200);
        assert_eq!((&closed["state"], &closed["closed_on"]), (&json!("closed"), &json!("2021-11-12")));
        let owed = obligation(house, &period, "STC");
        assert_eq!((&owed["due_on"], &owed["effective_due_on"], &owed["overdue"]), (&json!("2021-11-19"), &json!("2021-11-12"), &json!(false)));
        // What waits for the union keeps its day.
        assert_eq!(obligation(house, &period, "SYT")["effective_due_on"], "2021-11-19");
        // On Mon 15/11 sixteen of eighteen agencies are one working day late; the union's own report has no day.
        house.at("2021-11-15T08:00");
        let rates = ubnd.get(&format!("/reporting-periods/{}/rates", period.id())).expect(200);
        assert_eq!((&rates["total"]["overdue"], &rates["total"]["with_deadline"]), (&json!(16), &json!(18)));
        assert_eq!(rates["late"][0]["working_days_late"], 1);
        let listed = ubnd.get(&format!("/reporting-obligations?period_id={}&overdue=true&count=exact", period.id())).expect(200);
        assert_eq!(listed["total"], 16);
        let late = format!("{}/extensions", path(house, &period, "STC"));
        let asked = json!({ "due_on": "2021-11-26", "reason": "…" });
        assert_eq!(house.person("BDI", "STC", "officer").post(&late, asked).expect(409).code(), "past_due");
        assert_eq!(lhhn.step(&more_time, json!({ "action": "grant_extension" })).expect(409).code(), "period_closed");
        let after = handed_in(house, &period, "STC", "2021-11-15T09:00");
        // Returned on Tue 16/11 it lay Thu 11, Fri 12, Mon 15, Tue 16: 12/11 moves to Thu 18/11, three days after the
        // return are Fri 19/11.
        house.at("2021-11-16T08:00");
        lhhn.step(&returned, json!({ "action": "return", "reason": "Thiếu số liệu" })).expect(200);
        let owed = obligation(house, &period, "SDL");
        assert_eq!(owed["effective_due_on"], "2021-11-19");
        let again = house.person("BDI", "SDL", "officer").post("/report-submissions", json!({ "obligation_id": owed["id"] })).expect(201);
        let again = format!("/report-submissions/{}", again.id());
        house.at("2021-11-19T08:00");
        house.person("BDI", "SDL", "leader").step(&again, json!({ "action": "submit" })).expect(200);
        // A paper that had arrived by then is in time, although it is entered afterwards.
        let mut paper = content(house, &period, "SNV");
        paper["paper"] = json!({ "arrived_on": "2021-11-12", "document_words": "88/BC-SNV" });
        let clerk = house.person("BDI", "LHHN", "clerk");
        let entered = format!("/report-submissions/{}", clerk.post("/report-submissions", paper).expect(201).id());
        clerk.step(&entered, json!({ "action": "submit" })).expect(200);
        for (version, on_time, closed_on, effective, days, rule) in [
            (&before, true, Value::Null, "2021-11-19", 0, "due_date"),
            (&after, false, json!("2021-11-12"), "2021-11-12", 1, "period_closed"),
            (&again, true, json!("2021-11-12"), "2021-11-19", 0, "three_working_days_after_return"),
            (&entered, true, Value::Null, "2021-11-19", 0, "due_date"),
        ] {
            let done = accepted(house, version, "2021-11-22T08:00");
            let judgement = &done["judgement"];
            assert_eq!((&done["on_time"], &judgement["closed_on"], &judgement["due"]), (&json!(on_time), &closed_on, &json!("2021-11-19")), "{judgement}");
            assert_eq!(
                (&judgement["effective_due"], &judgement["working_days_late"], &judgement["rule"]),
                (&json!(effective), &json!(days), &json!(rule)),
                "{judgement}"
            );
        }
    });
}

/// Sở Ngoại vụ's own report to UBND, due on Tuesday 30/11/2021 and appraised by the Office.
fn appraised(house: &House) -> (String, String) {
    house.load_agencies("dong_nai");
    let org = |code: &str| house.organization("DNA", code).id;
    let regime = json!({
        "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org("SNGV"), "final_recipient_id": org("UBND"), "tracked_from": "2021-01-01",
        "steps": [{ "step_no": 1, "senders": [{ "organization_id": org("SNGV"), "resolution": "text" }], "receiver_id": org("UBND"), "consolidates": true,
            "appraiser_id": org("VPUBND"), "report_of": "consolidator", "resolution": "text",
            "due_rule": { "kind": "yearly", "month": 11, "day": 30, "inclusive": true, "roll": "none" } }],
        "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }],
        "indicators": [],
    });
    let regime = house.person("DNA", "VPUBND", "officer").post("/reporting-regimes", regime).expect(201);
    let leader = house.person("DNA", "SNGV", "leader");
    let period = leader.post("/reporting-periods", json!({ "regime_id": regime.id(), "period": "2021" })).expect(201).id();
    let report = leader.post("/consolidated-reports", json!({ "period_id": period, "step": 1 })).expect(201);
    (period, format!("/consolidated-reports/{}", report.id()))
}

#[test]
fn the_appraisers_days_are_given_back_and_three_days_only_after_it_sent_the_report_back() {
    // Stays (handed over, ended, how), day of issue; on time, last day, working days late, returns, days given back, rule.
    type Case<'a> = (&'a [(&'a str, &'a str, &'a str)], &'a str, (bool, &'a str, i64, i64, i64, &'a str));
    let cases: [Case<'_>; 5] = [
        // Handed over late. Tue 7 … Fri 10 is 4, Mon 13 is 1: 30/11 + 5 = Tue 7/12; Wed 8, Thu 9, Fri 10, Mon 13, Tue 14 late.
        (&[("12-06", "12-13", "appraise")], "12-14", (false, "2021-12-07", 5, 0, 5, "moved_on_by_receiver_days")),
        // Handed over in time. Tue 30, Wed 1, Thu 2, Fri 3, Mon 6 … Fri 10, Mon 13 are 10 days: 30/11 + 10 = Tue 14/12.
        (&[("11-29", "12-13", "appraise")], "12-14", (true, "2021-12-14", 0, 0, 10, "moved_on_by_receiver_days")),
        (&[("11-29", "12-13", "appraise")], "12-15", (false, "2021-12-14", 1, 0, 10, "moved_on_by_receiver_days")),
        // Sent back after Tue 30, Wed 1 = 2 days, agreed to on the day of the next stay: 30/11 + 2 = Thu 2/12; three days after
        // Wed 1/12 are Mon 6/12.
        (&[("11-29", "12-01", "send_back"), ("12-03", "12-03", "appraise")], "12-06", (true, "2021-12-06", 0, 1, 2, "three_working_days_after_return")),
        // Agreed to on the day of issue, nothing lay a working day: the due date stands.
        (&[("12-01", "12-01", "appraise")], "12-01", (false, "2021-11-30", 1, 0, 0, "due_date")),
    ];
    for (stays, issued, expected) in cases {
        each("2021-11-01T08:00", |house| {
            let (period, report) = appraised(house);
            let (leader, office) = (house.person("DNA", "SNGV", "leader"), house.person("DNA", "VPUBND", "leader"));
            for (from, to, how) in stays {
                house.at(&format!("2021-{from}T08:00"));
                leader.step(&report, json!({ "action": "hand_over" })).expect(200);
                house.at(&format!("2021-{to}T16:00"));
                office.step(&report, json!({ "action": how, "reason": "Ý kiến thẩm định" })).expect(200);
            }
            house.at(&format!("2021-{issued}T17:00"));
            leader.step(&report, json!({ "action": "issue" })).expect(200);
            let owed = leader.get(&format!("/reporting-obligations?period_id={period}")).expect(200).items()[0].clone();
            let judgement = &owed["judgement"];
            let (on_time, last, late, returns, days, rule) = expected;
            assert_eq!((&owed["due_on"], &owed["on_time"], &owed["effective_due_on"]), (&json!("2021-11-30"), &json!(on_time), &json!(last)), "{judgement}");
            assert_eq!((&judgement["working_days_late"], &judgement["rule"]), (&json!(late), &json!(rule)), "{judgement}");
            assert_eq!((&judgement["returns"], &judgement["receiver_days"]), (&json!(returns), &json!(days)), "{judgement}");
        });
    }
}
