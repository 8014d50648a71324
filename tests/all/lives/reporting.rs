//! The yearly report of Bình Định: agencies report to the union before 20/11, which consolidates for UBND.

use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn group(person: &Person<'_>, code: &str) -> Value {
    person.get(&format!("/organization-groups?code={code}")).expect(200).items()[0]["id"].clone()
}

pub(super) fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id.to_string())
}

/// The regime as the text has it: "trước 20/11 hằng năm", Liên hiệp tỉnh consolidates, no day for the second step.
pub fn regime(house: &House) -> Value {
    let ubnd = house.person("BDI", "UBND", "officer");
    let group_sender = |code: &str, words: &str| json!({ "group_id": group(&ubnd, code), "words": words, "resolution": "text" });
    json!({
        "name": "Báo cáo hằng năm kết quả thực hiện Kế hoạch triển khai Chỉ thị 38-CT/TW",
        "legal_basis": "Kế hoạch triển khai Chỉ thị 38-CT/TW", "legal_clause": "kết",
        "focal_point_id": org(house, "LHHN"), "frequency": "year", "cadence_words": "hằng năm", "final_recipient_id": org(house, "UBND"),
        "tracked_from": "2021-01-01",
        "steps": [
            { "step_no": 1, "receiver_id": org(house, "LHHN"), "receiver_words": "Liên hiệp tỉnh", "report_of": "consolidator", "resolution": "text",
              "senders": [group_sender("so_ban_nganh_doan_the", "Các sở, ban, ngành, đoàn thể tỉnh"), group_sender("ubnd_huyen", "UBND các huyện, thị xã, thành phố"),
                          group_sender("co_quan_lien_quan", "các cơ quan liên quan")],
              "due_rule": { "kind": "yearly", "month": 11, "day": 20, "inclusive": false, "roll": "none", "phrase": "trước 20/11 hằng năm" } },
            { "step_no": 2, "receiver_id": org(house, "UBND"), "receiver_words": "UBND tỉnh Bình Định", "consolidates": true, "report_of": "consolidator",
              "resolution": "text", "senders": [{ "organization_id": org(house, "LHHN"), "words": "Liên hiệp tỉnh", "resolution": "text" }] }
        ],
        "sections": [{ "key": "ket_qua", "title": "Kết quả thực hiện", "in_text": false }],
        "indicators": [
            { "code": "delegations_in", "name": "Số đoàn vào", "unit": "đoàn", "type": "integer", "across_agencies": "sum", "over_time": "sum", "source": "typed", "in_text": false },
            { "code": "visitors", "name": "Số lượt khách", "type": "integer", "across_agencies": "sum", "over_time": "sum", "source": "typed", "in_text": false },
            { "code": "aid_value_usd", "name": "Giá trị viện trợ", "unit": "USD", "type": "decimal", "across_agencies": "sum", "over_time": "sum", "source": "typed", "in_text": false },
            { "code": "associations", "name": "Số hội hữu nghị", "type": "integer", "across_agencies": "max", "over_time": "last", "source": "computed",
              "query": "organizations.associations", "in_text": false }
        ],
        "checks": [{ "left": ["visitors"], "is": "ge", "right": ["delegations_in"], "message": "Số khách không thể ít hơn số đoàn." }]
    })
}

/// The regime is drawn up on 1/10 and its period 2021 opened by the receiver's leader on 20/10/2021.
pub(super) fn opened(house: &House) -> (Reply, Reply) {
    house.load("binh_dinh");
    let regime = house.person("BDI", "UBND", "officer").post("/reporting-regimes", regime(house)).expect(201);
    house.at("2021-10-20T08:00");
    let period = house.person("BDI", "LHHN", "leader").post("/reporting-periods", json!({ "regime_id": regime.id(), "period": "2021" })).expect(201);
    (regime, period)
}

pub(super) fn obligation(house: &House, period: &Reply, code: &str) -> Value {
    let lhhn = house.person("BDI", "LHHN", "officer");
    let path = format!("/reporting-obligations?period_id={}&sender_id={}", period.id(), org(house, code).as_str().expect("an id"));
    lhhn.get(&path).expect(200).items()[0].clone()
}

pub(super) fn content(house: &House, period: &Reply, code: &str) -> Value {
    json!({
        "obligation_id": obligation(house, period, code)["id"],
        "narratives": [{ "section": "ket_qua", "text": "Đã tổ chức hai hội nghị phổ biến Chỉ thị." }],
        "figures": [{ "indicator": "delegations_in", "value": "2" }, { "indicator": "visitors", "value": "31" },
                    { "indicator": "aid_value_usd", "value": "12500.50" }, { "indicator": "associations", "value": "0" }]
    })
}

/// The agency's officer drafts at once, its leader hands in at `at`.
pub(super) fn handed_in(house: &House, period: &Reply, code: &str, at: &str) -> String {
    let draft = house.person("BDI", code, "officer").post("/report-submissions", content(house, period, code)).expect(201);
    house.at(at);
    let path = format!("/report-submissions/{}", draft.id());
    house.person("BDI", code, "leader").step(&path, json!({ "action": "submit" })).expect(200);
    path
}

pub(super) fn accepted(house: &House, path: &str, at: &str) -> Reply {
    house.at(at);
    house.person("BDI", "LHHN", "leader").step(path, json!({ "action": "accept" })).expect(200)
}

#[test]
fn opening_a_period_gives_every_sender_one_obligation_and_says_what_opened_nothing() {
    each("2021-10-01T08:00", |house| {
        let (regime, period) = opened(house);
        assert_eq!(regime["code"], "CDBC-BDI-0002");
        assert_eq!(period["code"], "KBC-BDI-2021-0001");
        assert_eq!(period["state"], "open");
        // Due before the books close on 14/12 (Decree 09/2019 Art. 12): figures are estimates.
        assert_eq!((&period["data_from"], &period["data_to"], &period["estimated_figures"]), (&json!("2020-12-15"), &json!("2021-12-14"), &json!(true)));
        assert!(regime["warnings"].as_array().expect("warnings").iter().any(|w| w["code"] == "estimated_figures" && w["step_no"] == 1));
        // "Các cơ quan liên quan" stays text and owes nothing (RULES 10).
        let unresolved = period["unresolved"].as_array().expect("a list");
        assert_eq!(unresolved.len(), 1);
        assert_eq!((&unresolved[0]["code"], &unresolved[0]["words"]), (&json!("open_group"), &json!("các cơ quan liên quan")));
        // 14 departments and mass organisations, 4 districts, and the union's own: 19.
        let ubnd = house.person("BDI", "UBND", "viewer");
        let all = ubnd.get(&format!("/reporting-obligations?period_id={}&count=exact", period.id())).expect(200);
        assert_eq!(all["total"], 19);
        // "Trước 20/11", not inclusive: the last day is 19/11/2021, with rule and calendar beside it.
        let syt = obligation(house, &period, "SYT");
        assert_eq!((&syt["due_on"], &syt["state"], &syt["overdue"]), (&json!("2021-11-19"), &json!("not_submitted"), &json!(false)));
        assert_eq!(syt["due_rule"]["phrase"], "trước 20/11 hằng năm");
        assert!(syt["calendar_version"].is_string());
        // Each agency sees its own, Sở Ngoại vụ too; who is outside sees none.
        for code in ["SYT", "SNGV"] {
            let own = house.person("BDI", code, "officer").get(&format!("/reporting-obligations?period_id={}", period.id())).expect(200);
            assert_eq!(own.items().len(), 1, "{code}");
            assert_eq!(own.items()[0]["sender_id"], org(house, code));
        }
        assert_eq!(house.person("BDI", "VPUBND", "officer").get("/reporting-obligations").expect(200).items().len(), 19);
        house.administrator().get("/reporting-obligations").expect(403);
        house.administrator().get("/reporting-regimes").expect(403);
        // Once only; by the receiver's leader only.
        let again = json!({ "regime_id": regime.id(), "period": "2021" });
        assert_eq!(house.person("BDI", "LHHN", "leader").post("/reporting-periods", again.clone()).expect(409).code(), "duplicate");
        house.person("BDI", "LHHN", "officer").post("/reporting-periods", again.clone()).expect(403);
        house.person("BDI", "SYT", "leader").post("/reporting-periods", again).expect(403);
        let quarter = json!({ "regime_id": regime.id(), "period": "2021-Q1" });
        assert_eq!(house.person("BDI", "LHHN", "leader").post("/reporting-periods", quarter).expect(422).fault("/period"), Some("not_of_regime"));
        // The union received step 1, so it reports by issuing the consolidated report.
        let own = obligation(house, &period, "LHHN");
        assert_eq!((&own["step_no"], &own["consolidates"], &own["due_on"]), (&json!(2), &json!(true), &Value::Null));
        let refused = house.person("BDI", "LHHN", "officer").post("/report-submissions", json!({ "obligation_id": own["id"] })).expect(409);
        assert_eq!(refused.code(), "by_consolidated_report");
    });
}

#[test]
fn on_time_is_decided_once_for_the_accepted_version() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let lhhn = house.person("BDI", "LHHN", "leader");
        // Sở Tài chính hands in on Wed 17/11 and gets it back on Mon 22/11: it lay Thu 18, Fri 19, Mon 22 = 3 working days.
        let stc = handed_in(house, &period, "STC", "2021-11-17T10:00");
        // Sở Y tế hands in on the last day, Fri 19/11, late in the evening.
        let syt = handed_in(house, &period, "SYT", "2021-11-19T23:30");
        house.at("2021-11-22T09:00");
        assert_eq!(lhhn.step(&stc, json!({ "action": "return" })).expect(422).fault("/reason"), Some("required"));
        lhhn.step(&stc, json!({ "action": "return", "reason": "Thiếu số liệu viện trợ" })).expect(200);
        // 19/11 + 3 working days = Wed 24/11; at least 3 working days after the return = Thu 25/11, which is later.
        let owed = obligation(house, &period, "STC");
        assert_eq!((&owed["state"], &owed["due_on"], &owed["effective_due_on"]), (&json!("returned"), &json!("2021-11-19"), &json!("2021-11-25")));
        assert_eq!(owed["overdue"], false);
        // Sở Du lịch hands in on Wed 24/11: Mon 22, Tue 23, Wed 24 = 3 working days late.
        assert_eq!(obligation(house, &period, "SDL")["overdue"], true);
        let sdl = handed_in(house, &period, "SDL", "2021-11-24T08:00");
        // The next version begins with what the last one said.
        house.at("2021-11-25T14:00");
        let second = house.person("BDI", "STC", "officer").post("/report-submissions", json!({ "obligation_id": owed["id"] })).expect(201);
        assert_eq!((&second["version_no"], &second["figures"][1]["value"]), (&json!(2), &json!("31")));
        let second = format!("/report-submissions/{}", second.id());
        house.person("BDI", "STC", "leader").step(&second, json!({ "action": "submit" })).expect(200);
        // UBND Quy Nhơn sent paper that arrived on Thu 18/11; the union's clerk enters it on 26/11.
        house.at("2021-11-26T08:00");
        let clerk = house.person("BDI", "LHHN", "clerk");
        let mut paper = content(house, &period, "UBND-QNH");
        paper["paper"] = json!({ "arrived_on": "2021-11-27" });
        let refused = clerk.post("/report-submissions", paper.clone()).expect(422);
        assert_eq!((refused.fault("/paper/arrived_on"), refused.fault("/paper/document_id")), (Some("future"), Some("required")));
        paper["paper"] = json!({ "arrived_on": "2021-11-18", "document_words": "215/BC-UBND" });
        let entered = clerk.post("/report-submissions", paper).expect(201);
        assert_eq!(entered["author_id"], org(house, "UBND-QNH"));
        assert_eq!(entered["paper"]["entered_by_organization_id"], org(house, "LHHN"));
        let entered = format!("/report-submissions/{}", entered.id());
        house.person("BDI", "UBND-QNH", "leader").step(&entered, json!({ "action": "submit" })).expect(403);
        clerk.step(&entered, json!({ "action": "submit" })).expect(200);
        // Accepted much later: waiting makes nobody late.
        for (path, on_time, submitted, effective, late, rule) in [
            (&syt, true, "2021-11-19", "2021-11-19", 0, "due_date"),
            (&sdl, false, "2021-11-24", "2021-11-19", 3, "due_date"),
            (&second, true, "2021-11-25", "2021-11-25", 0, "three_working_days_after_return"),
            (&entered, true, "2021-11-18", "2021-11-19", 0, "due_date"),
        ] {
            let done = accepted(house, path, "2021-12-01T08:00");
            let judgement = &done["judgement"];
            assert_eq!(done["on_time"], on_time, "{path}");
            assert_eq!(
                (&judgement["submitted_on"], &judgement["effective_due"], &judgement["working_days_late"], &judgement["rule"]),
                (&json!(submitted), &json!(effective), &json!(late), &json!(rule))
            );
        }
        let own = house.person("BDI", "UBND-QNH", "leader").step(&entered, json!({ "action": "confirm" })).expect(200);
        assert!(own["paper"]["confirmed_at"].is_string());

        // 19 expected, 4 in: 4/19 = 21.05… %; 18 have a due date, 3 on time: 16.66… %.
        let rates = lhhn.get(&format!("/reporting-periods/{}/rates", period.id())).expect(200);
        let total = &rates["total"];
        assert_eq!((&total["expected"], &total["actual"], &total["accepted"], &total["overdue"]), (&json!(19), &json!(4), &json!(4), &json!(14)));
        assert_eq!((&total["with_deadline"], &total["on_time"], &total["late"]), (&json!(18), &json!(3), &json!(1)));
        assert_eq!((&total["completeness"], &total["timeliness"]), (&json!("21.1"), &json!("16.7")));
        let late = rates["late"].as_array().expect("a list");
        assert_eq!(late.len(), 15);
        let of = |code: &str| late.iter().find(|l| l["organization_id"] == org(house, code)).expect("late");
        assert_eq!((&of("SDL")["working_days_late"], &of("SDL")["submitted_on"]), (&json!(3), &json!("2021-11-24")));
        // Overdue on Wed 1/12: 22, 23, 24, 25, 26, 29, 30/11 and 1/12 = 8 working days.
        assert_eq!((&of("SNGV")["working_days_late"], &of("SNGV")["submitted_on"]), (&json!(8), &Value::Null));
        // An agency reads its own rate.
        let own = house.person("BDI", "SDL", "viewer").get(&format!("/reporting-periods/{}/rates", period.id())).expect(200);
        assert_eq!((&own["total"]["expected"], &own["agencies"][0]["rate"]["late"]), (&json!(1), &json!(1)));

        // A correction stands beside the accepted version and changes nothing of the judgement.
        let officer = house.person("BDI", "SYT", "officer");
        let frozen = obligation(house, &period, "SYT");
        let refused = officer.post("/report-submissions", json!({ "obligation_id": frozen["id"] })).expect(422);
        assert_eq!(refused.fault("/correction_reason"), Some("required"));
        let next = officer.post("/report-submissions", json!({ "obligation_id": frozen["id"], "correction_reason": "Đếm sót một đoàn" })).expect(201);
        let next = format!("/report-submissions/{}", next.id());
        house.person("BDI", "SYT", "leader").step(&next, json!({ "action": "submit" })).expect(200);
        let corrected = accepted(house, &next, "2021-12-10T08:00");
        assert_eq!((&corrected["version_no"], &corrected["on_time"]), (&json!(2), &Value::Null));
        assert_eq!(obligation(house, &period, "SYT"), frozen);
        assert_eq!(officer.get(&syt).expect(200)["state"], "accepted");
    });
}

#[test]
fn a_snapshot_is_immutable_and_its_hash_can_be_computed_by_anybody() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let path = handed_in(house, &period, "STC", "2021-11-18T10:00");
        let leader = house.person("BDI", "STC", "leader");
        let sent = leader.get(&path).expect(200);
        // What is not handed in has no hash yet.
        let draft = house.person("BDI", "SYT", "officer");
        let begun = draft.post("/report-submissions", json!({ "obligation_id": obligation(house, &period, "SYT")["id"] })).expect(201);
        assert_eq!(draft.get(&format!("/report-submissions/{}/verify", begun.id())).expect(409).code(), "draft");
        // Handed in before the books close on 14/12: every figure is marked an estimate.
        assert!(sent["figures"].as_array().expect("figures").iter().all(|f| f["estimated"] == true));
        let proof = leader.get(&format!("{path}/verify")).expect(200);
        assert_eq!(proof["matches"], true);
        let snapshot = proof["snapshot"].as_str().expect("a text");
        let hash: String = Sha256::digest(snapshot.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!((&json!(hash), &proof["sha256"]), (&sent["sha256"], &sent["sha256"]));
        // RFC 8785: sorted members, no blanks; the author's words are in it.
        assert!(snapshot.starts_with("{\"arrived_on\":null,\"attachments\":[],\"author_id\":"));
        assert!(snapshot.contains("\"text\":\"Đã tổ chức hai hội nghị phổ biến Chỉ thị.\""));
        let officer = house.person("BDI", "STC", "officer");
        assert_eq!(officer.patch(&path, &sent, json!({ "narratives": [] })).expect(409).code(), "immutable");
        assert_eq!(officer.delete(&path, &sent).expect(409).code(), "immutable");
        // Accepting changes the record, not the snapshot.
        accepted(house, &path, "2021-11-19T08:00");
        assert_eq!(leader.get(&format!("{path}/verify")).expect(200)["matches"], true);
    });
}

#[test]
fn every_fault_of_a_report_is_told_and_a_difference_must_be_explained() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let officer = house.person("BDI", "STC", "officer");
        let mut body = content(house, &period, "STC");
        body["figures"] = json!([{ "indicator": "delegations_in", "value": "1.5" }, { "indicator": "visitors", "value": "01" }, { "indicator": "no_such", "value": "1" },
            { "indicator": "aid_value_usd", "value": "1e3" }, { "indicator": "associations", "value": "2" }, { "indicator": "visitors", "value": "3" }]);
        body["narratives"] = json!([{ "section": "no_such", "text": "…" }]);
        let refused = officer.post("/report-submissions", body.clone()).expect(422);
        for (pointer, code) in [
            ("/narratives/0/section", "unknown_section"),
            ("/figures/0/value", "not_whole"),
            ("/figures/1/value", "not_whole"),
            ("/figures/2/indicator", "unknown_indicator"),
            ("/figures/3/value", "not_a_number"),
            ("/figures/4/reason_if_differs", "differs"),
            ("/figures/5/indicator", "duplicate"),
        ] {
            assert_eq!(refused.fault(pointer), Some(code), "{pointer}: {}", refused.json);
        }
        // More delegations than visitors: a draft may say so, handing it in may not.
        body["narratives"] = json!([]);
        body["figures"] = json!([{ "indicator": "delegations_in", "value": "5" }, { "indicator": "visitors", "value": "4" },
            { "indicator": "associations", "value": "2", "reason_if_differs": "Hai hội chưa đăng ký trong hệ thống" }]);
        let draft = officer.post("/report-submissions", body.clone()).expect(201);
        assert_eq!(officer.post("/report-submissions", body).expect(409).code(), "draft_exists");
        let path = format!("/report-submissions/{}", draft.id());
        let leader = house.person("BDI", "STC", "leader");
        officer.step(&path, json!({ "action": "submit" })).expect(403);
        assert_eq!(leader.step(&path, json!({ "action": "submit" })).expect(422).fault("/figures"), Some("check_failed"));
        let fixed = json!({ "figures": [{ "indicator": "delegations_in", "value": "5" }, { "indicator": "visitors", "value": null }, { "indicator": "associations", "value": "0" }] });
        let current = officer.get(&path);
        officer.patch(&path, &current, fixed).expect(200);
        // A blank is not 0 and is not checked.
        leader.step(&path, json!({ "action": "submit" })).expect(200);
        assert_eq!(leader.step(&path, json!({ "action": "submit" })).expect(409).json["allowed_actions"], json!(["accept", "return", "confirm"]));
        // What is known before writing: nothing of last year, and what the service counts.
        let prefill = officer.get(&format!("/reporting-obligations/{}/prefill", obligation(house, &period, "STC")["id"].as_str().expect("an id"))).expect(200);
        assert_eq!(prefill["previous_period"], Value::Null);
        assert_eq!((&prefill["figures"][3]["computed"], &prefill["figures"][0]["computed"]), (&json!("0"), &Value::Null));
    });
}

#[test]
fn who_reads_a_submission_follows_the_chain() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let draft = house.person("BDI", "STC", "officer").post("/report-submissions", content(house, &period, "STC")).expect(201);
        let path = format!("/report-submissions/{}", draft.id());
        let reads = |code: &str, position: &str| house.person("BDI", code, position).get(&path).status;
        // A draft is the author's alone.
        for (code, status) in [("STC", 200), ("LHHN", 404), ("UBND", 404), ("VPUBND", 404), ("SNGV", 404), ("SYT", 404)] {
            assert_eq!(reads(code, "viewer"), status, "draft, {code}");
        }
        house.person("BDI", "SYT", "officer").post("/report-submissions", json!({ "obligation_id": draft["obligation_id"] })).expect(422);
        house.person("BDI", "STC", "viewer").post("/report-submissions", json!({ "obligation_id": draft["obligation_id"] })).expect(403);
        house.at("2021-11-18T08:00");
        house.person("BDI", "STC", "leader").step(&path, json!({ "action": "submit" })).expect(200);
        // From submission on the receiver and UBND; Sở Ngoại vụ is neither.
        for (code, status) in [("STC", 200), ("LHHN", 200), ("UBND", 200), ("VPUBND", 200), ("SNGV", 404), ("SYT", 404)] {
            assert_eq!(reads(code, "viewer"), status, "submitted, {code}");
            let listed = house.person("BDI", code, "viewer").get("/report-submissions").expect(200).items().len();
            assert_eq!(listed, usize::from(status == 200), "submitted, list of {code}");
        }
        house.administrator().get(&path).expect(404);
        house.administrator().get("/report-submissions").expect(403);
        for code in ["UBND", "STC"] {
            house.person("BDI", code, "leader").step(&path, json!({ "action": "accept" })).expect(403);
        }
        let actions = |code: &str, position: &str| house.person("BDI", code, position).get(&path).expect(200)["allowed_actions"].clone();
        assert_eq!((actions("LHHN", "leader"), actions("LHHN", "officer"), actions("UBND", "leader")), (json!(["accept", "return"]), json!([]), json!([])));
    });
}

#[test]
fn more_time_is_asked_before_the_due_date_and_old_dates_stay_visible() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let owed = obligation(house, &period, "SKHDT");
        let path = format!("/reporting-obligations/{}", owed["id"].as_str().expect("an id"));
        let (officer, lhhn) = (house.person("BDI", "SKHDT", "officer"), house.person("BDI", "LHHN", "leader"));
        // Due Friday 19/11/2021: the day before is the last on which more time is asked for.
        house.at("2021-11-18T16:00");
        let asked = json!({ "due_on": "2021-11-26", "reason": "Chờ số liệu của các chủ dự án" });
        let may = |code: &str| {
            let path = format!("/reporting-obligations/{}", obligation(house, &period, code)["id"].as_str().expect("an id"));
            let actions = house.person("BDI", code, "officer").get(&path).expect(200)["allowed_actions"].clone();
            actions.as_array().expect("actions").contains(&json!("ask_extension"))
        };
        assert!(may("SKHDT") && may("SYT"));
        assert_eq!(
            officer.post(&format!("{path}/extensions"), json!({ "due_on": "2021-11-19", "reason": "…" })).expect(422).fault("/due_on"),
            Some("not_later")
        );
        let request = officer.post(&format!("{path}/extensions"), asked.clone()).expect(201);
        assert_eq!(officer.post(&format!("{path}/extensions"), asked.clone()).expect(409).code(), "already_asked");
        let extension = format!("{path}/extensions/{}", request.id());
        officer.step(&extension, json!({ "action": "grant_extension" })).expect(403);
        // On the day itself and after it an agency asks no more, as for tasks.
        let late = format!("/reporting-obligations/{}/extensions", obligation(house, &period, "SYT")["id"].as_str().expect("an id"));
        house.at("2021-11-19T08:00");
        assert_eq!(house.person("BDI", "SYT", "officer").post(&late, asked.clone()).expect(409).code(), "past_due");
        assert!(!may("SYT"));
        house.at("2021-11-22T08:00");
        lhhn.step(&extension, json!({ "action": "grant_extension" })).expect(200);
        let moved = lhhn.get(&path).expect(200);
        assert_eq!((&moved["due_on"], &moved["extensions"][0]["old_due_on"], &moved["overdue"]), (&json!("2021-11-26"), &json!("2021-11-19"), &json!(false)));
        assert_eq!(house.person("BDI", "SYT", "officer").post(&late, asked).expect(409).code(), "past_due");
        // The leader names who handles it, of the own house only.
        let leader = house.person("BDI", "SKHDT", "leader");
        let me = officer.get("/auth/me").expect(200);
        let current = leader.get(&path).expect(200);
        let user = me["user"]["id"].as_str().or(me["id"].as_str()).or(me["user_id"].as_str()).expect("an id").to_owned();
        let named = leader.patch(&path, &current, json!({ "handling_user_id": user, "handling_instruction": "Trình tôi trước 24/11" })).expect(200);
        assert_eq!(named["handling_instruction"], "Trình tôi trước 24/11");
        let stranger = house.person("BDI", "SYT", "officer").get("/auth/me").expect(200);
        let stranger = stranger["user"]["id"].as_str().or(stranger["id"].as_str()).or(stranger["user_id"].as_str()).expect("an id").to_owned();
        assert_eq!(leader.patch(&path, &named, json!({ "handling_user_id": stranger })).expect(422).fault("/handling_user_id"), Some("not_of_organization"));
    });
}

#[test]
fn a_period_opens_by_itself_thirty_days_before_its_first_due_date() {
    each("2021-10-01T08:00", |house| {
        // The regime that comes with the province's file.
        house.load("binh_dinh");
        let open = || house.db.write_now(|conn| nhipcau::reporting::periods::open_due(conn, house.now())).expect("it opens");
        // 19/11 minus 30 days is 20/10/2021.
        house.at("2021-10-19T23:59");
        assert_eq!(open(), 0);
        house.at("2021-10-20T00:00");
        assert_eq!((open(), open()), (1, 0));
        let periods = house.person("BDI", "SYT", "viewer").get("/reporting-periods").expect(200);
        assert_eq!((&periods.items()[0]["period"], &periods.items()[0]["opened_on"]), (&json!("2021"), &json!("2021-10-20")));
    });
}

/// Four of the five texts hold a regime (Cần Thơ's excerpt has none), each with its own chain.
#[test]
fn the_chains_of_the_other_provinces_are_data() {
    each("2020-10-01T08:00", |house| {
        for province in ["can_tho", "gia_lai", "ba_ria_vung_tau", "dong_nai"] {
            house.load(province);
        }
        let provinces = |seed: &str| house.load(seed);
        let regimes = |code: &str, who: &str| house.person(code, who, "leader").get("/reporting-regimes").expect(200);
        // Đồng Nai: "trước 15/11" is 14/11/2020, a Saturday, not rolled (RULES 13); the Office appraises step 2; step 3 is the
        // same report; beside the chain the union reports to the national union, which has no users here.
        let code = provinces("dong_nai");
        let regime = regimes(&code, "sngv").items()[0].clone();
        let period = house.person(&code, "sngv", "leader").post("/reporting-periods", json!({ "regime_id": regime["id"], "period": "2020" })).expect(201);
        let owed = |who: &str, step: i32| {
            let path = format!("/reporting-obligations?period_id={}&step_no={step}&limit=200", period.id());
            house.person(&code, who, "leader").get(&path).expect(200).items().to_vec()
        };
        assert!(owed("ubnd", 1).iter().all(|o| o["due_on"] == "2020-11-14"));
        // Sở Ngoại vụ does not report to itself.
        let sngv = json!(house.organization(&code, "sngv").id.to_string());
        assert!(owed("ubnd", 1).iter().all(|o| o["sender_id"] != sngv));
        let office = json!(house.organization(&code, "vpubnd").id.to_string());
        assert_eq!((&owed("ubnd", 2)[0]["appraiser_id"], &owed("ubnd", 2)[0]["consolidates"]), (&office, &json!(true)));
        assert_eq!(owed("ubnd", 3)[0]["sender_id"], sngv);
        let own = owed("lhhn", 4)[0].clone();
        assert_eq!((&own["parallel"], &own["due_on"], &own["due_rule"]["kind"]), (&json!(true), &Value::Null, &json!("as_regulated")));
        let actions = own["allowed_actions"].as_array().expect("actions");
        assert!(actions.contains(&json!("record_sending")) && !actions.contains(&json!("submit")), "{actions:?}");
        let path = format!("/reporting-obligations/{}", own["id"].as_str().expect("an id"));
        let union = house.person(&code, "lhhn", "leader");
        assert_eq!(union.post("/report-submissions", json!({ "obligation_id": own["id"] })).expect(409).code(), "receiver_without_users");
        // A step like any other: it is meant for the version that was seen.
        let owing = union.get(&path).expect(200);
        let send = |tag: &str, body: Value| union.send("POST", &format!("{path}/sending"), &[("if-match", tag)], Some(&body));
        let unknown = json!({ "document_id": own["id"], "sent_on": "2020-10-02" });
        assert_eq!(union.post(&format!("{path}/sending"), unknown.clone()).expect(428).code(), "if_match_required");
        assert_eq!(send("\"99\"", unknown.clone()).expect(412).etag(), owing.etag());
        let refused = send(&owing.etag(), unknown.clone()).expect(422);
        assert_eq!((refused.fault("/document_id"), refused.fault("/sent_on")), (Some("unknown_reference"), Some("future")));
        let sent = union.post("/documents", json!({ "kind": "report", "summary": "Báo cáo gửi Liên hiệp trung ương" })).expect(201);
        let told = send(&owing.etag(), json!({ "document_id": sent.id(), "sent_on": "2020-09-30" })).expect(200);
        assert_eq!(told["state"], "accepted");
        let again = send(&told.etag(), unknown).expect(409);
        assert_eq!((again.code(), &again["allowed_actions"]), ("fulfilled", &json!([])));

        // Bà Rịa – Vũng Tàu: 6 months and the year; the union reports for the year only, Sở Ngoại vụ for both.
        let code = provinces("ba_ria_vung_tau");
        let regime = regimes(&code, "sngv").items()[0].clone();
        let leader = house.person(&code, "sngv", "leader");
        for (period, steps) in [("2020-H1", vec![2]), ("2020", vec![1, 2, 3])] {
            let period = leader.post("/reporting-periods", json!({ "regime_id": regime["id"], "period": period })).expect(201);
            let chain: Vec<i64> = period["chain"].as_array().expect("steps").iter().filter_map(|s| s["step_no"].as_i64()).collect();
            assert_eq!(chain, steps);
        }
        assert_eq!(
            leader.post("/reporting-periods", json!({ "regime_id": regime["id"], "period": "2020-H2" })).expect(422).fault("/period"),
            Some("not_of_regime")
        );
        // "Khi được yêu cầu": the receiver opens a titled period of step 1.
        let asked = json!({ "regime_id": regime["id"], "title": "Báo cáo chuyên đề viện trợ", "steps": [1], "due_on": "2020-10-20" });
        let titled = leader.post("/reporting-periods", asked).expect(201);
        let own = house.person(&code, "lhhn", "officer").get(&format!("/reporting-obligations?period_id={}", titled.id())).expect(200);
        assert_eq!((own.items().len(), &own.items()[0]["due_on"]), (1, &json!("2020-10-20")));

        // Gia Lai: the Party committee receives; no day is named, so the step stays outside the on-time rate.
        let code = provinces("gia_lai");
        let regime = regimes(&code, "bcsd").items()[0].clone();
        assert!(regime["warnings"].as_array().expect("warnings").iter().any(|w| w["code"] == "no_due_date"));
        let period = house.person(&code, "bcsd", "leader").post("/reporting-periods", json!({ "regime_id": regime["id"], "period": "2020" })).expect(201);
        let rates = house.person(&code, "bcsd", "leader").get(&format!("/reporting-periods/{}/rates", period.id())).expect(200);
        assert_eq!((&rates["total"]["expected"], &rates["total"]["with_deadline"], &rates["total"]["timeliness"]), (&json!(1), &json!(0), &Value::Null));
        let code = provinces("can_tho");
        assert!(regimes(&code, "sngv").items().is_empty());
    });
}

/// A successor takes over what three predecessors owe: one obligation naming all (RULES 18). SDL and SVHTT have drafts, STC
/// has handed in; what is owed once stays on record three times.
#[test]
fn a_merger_moves_what_is_owed() {
    each("2021-10-01T08:00", |house| {
        let (_, period) = opened(house);
        let own = |code: &str| format!("/reporting-obligations/{}", obligation(house, &period, code)["id"].as_str().expect("an id"));
        let (sdl_path, svhtt_path, stc_path) = (own("SDL"), own("SVHTT"), own("STC"));
        let draft = house.person("BDI", "SDL", "officer").post("/report-submissions", content(house, &period, "SDL")).expect(201);
        let left = house.person("BDI", "SVHTT", "officer").post("/report-submissions", content(house, &period, "SVHTT")).expect(201);
        let asked = json!({ "due_on": "2021-11-26", "reason": "Chờ số liệu" });
        let request = house.person("BDI", "SVHTT", "officer").post(&format!("{svhtt_path}/extensions"), asked.clone()).expect(201);
        let handed_in = handed_in(house, &period, "STC", "2021-10-25T08:00");
        let (sdl, svhtt, stc) = (house.organization("BDI", "SDL"), house.organization("BDI", "SVHTT"), house.organization("BDI", "STC"));
        let heir = house.organization("BDI", "VPUBND");
        for from in [&sdl, &svhtt, &stc] {
            house
                .db
                .write_now(|conn| {
                    let ask = nhipcau::terminal::ask(house.now());
                    nhipcau::reporting::reassign(conn, &ask, from.id, heir.id, None)
                })
                .expect("it moves");
        }
        let owed = obligation(house, &period, "VPUBND");
        assert_eq!((&owed["step_no"], &owed["state"]), (&json!(1), &json!("not_submitted")));
        let all = owed["also_for"].as_array().expect("a list");
        assert!(all.len() == 3 && [&sdl, &svhtt, &stc].iter().all(|o| all.contains(&json!(o.id.to_string()))), "{all:?}");
        let moved = house.person("BDI", "VPUBND", "officer").get(&format!("/report-submissions/{}", draft.id())).expect(200);
        assert_eq!(moved["author_id"], json!(heir.id.to_string()));
        assert_eq!(house.person("BDI", "LHHN", "viewer").get(&sdl_path).expect(200)["sender_id"], json!(heir.id.to_string()));
        // All 19 are still there; 18 are expected now, and STC's report of before may be accepted.
        let lhhn = house.person("BDI", "LHHN", "leader");
        let listed = |narrowed: &str| lhhn.get(&format!("/reporting-obligations?period_id={}&count=exact{narrowed}", period.id())).expect(200);
        assert_eq!((&listed("")["total"], &listed("&state=merged")["total"], &listed("&state=submitted")["total"]), (&json!(19), &json!(1), &json!(1)));
        let expected = || lhhn.get(&format!("/reporting-periods/{}/rates", period.id())).expect(200)["total"]["expected"].clone();
        assert_eq!(expected(), 18);

        // Nothing can be done with what was merged: not by its people, nor by the receiver, who is asked for nothing either.
        let (officer, leader) = (house.person("BDI", "SVHTT", "officer"), house.person("BDI", "SVHTT", "leader"));
        let merged = leader.get(&svhtt_path).expect(200);
        assert_eq!((&merged["state"], &merged["allowed_actions"], &merged["overdue"]), (&json!("merged"), &json!([]), &json!(false)));
        assert_eq!(merged["extensions"][0]["state"], "withdrawn");
        assert_eq!(lhhn.get(&svhtt_path).expect(200)["allowed_actions"], json!([]));
        lhhn.step(&format!("{svhtt_path}/extensions/{}", request.id()), json!({ "action": "grant_extension" })).expect(409);
        let version = format!("/report-submissions/{}", left.id());
        let shown = leader.get(&version).expect(200);
        assert_eq!(shown["allowed_actions"], json!(["delete"]));
        for refused in [
            officer.patch(&version, &shown, json!({ "narratives": [] })),
            leader.take(&version, &shown, json!({ "action": "submit" })),
            officer.post("/report-submissions", json!({ "obligation_id": merged["id"] })),
            officer.post(&format!("{svhtt_path}/extensions"), asked),
            leader.patch(&svhtt_path, &merged, json!({ "handling_instruction": "Làm gấp" })),
            lhhn.post(&format!("{svhtt_path}/urgings"), json!({ "level": "urging", "text": "Đề nghị gửi báo cáo." })),
        ] {
            assert_eq!(refused.expect(409).code(), "merged");
        }

        // What came from STC is returned: the successor owes it already, so it is merged too instead of owed for ever.
        lhhn.step(&handed_in, json!({ "action": "return", "reason": "Thiếu số liệu" })).expect(200);
        assert_eq!(lhhn.get(&stc_path).expect(200)["state"], "merged");
        assert_eq!(expected(), 17);
    });
}
