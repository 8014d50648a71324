//! From the agencies' reports to the province's: sums worked out by hand, appraisal, issue, correction, proof.

use crate::harness::{House, Person, Reply, each};
use chrono::NaiveDate;
use diesel::RunQueryDsl;
use nhipcau::{
    db::{Conn, Json},
    id::Id,
    reporting::{periods, submissions::model::Submission},
    schema::report_submissions,
    terminal,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn organization(house: &House, province: &str, code: &str) -> String {
    house.organization(province, code).id.to_string()
}

fn sender(house: &House, province: &str, code: &str) -> Value {
    json!({ "organization_id": organization(house, province, code), "resolution": "text" })
}

fn indicator(code: &str, across: &str) -> Value {
    json!({ "code": code, "name": code, "type": "integer", "across_agencies": across, "over_time": "sum", "source": "typed", "in_text": false })
}

/// Đồng Nai: four agencies report to Sở Ngoại vụ, whose report the Office appraises and which goes on to UBND.
fn dong_nai(house: &House) -> String {
    house.load("dong_nai");
    let org = |code: &str| organization(house, "DNA", code);
    let agencies = ["SYT", "STC", "SNV", "SGDDT"].map(|c| sender(house, "DNA", c));
    let mut ratio = indicator("visitors_each", "ratio");
    ratio["type"] = json!("decimal");
    ratio["numerator"] = json!("visitors");
    ratio["denominator"] = json!("delegations_in");
    let regime = json!({
        "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org("SNGV"), "final_recipient_id": org("UBND"), "tracked_from": "2020-01-01",
        "steps": [
            { "step_no": 1, "senders": agencies, "receiver_id": org("SNGV"), "report_of": "consolidator", "resolution": "text",
              "due_rule": { "kind": "yearly", "month": 11, "day": 15, "inclusive": false, "roll": "none" } },
            { "step_no": 2, "senders": [sender(house, "DNA", "SNGV")], "receiver_id": org("VPUBND"), "consolidates": true, "appraiser_id": org("VPUBND"), "report_of": "consolidator", "resolution": "text" },
            { "step_no": 3, "senders": [sender(house, "DNA", "SNGV")], "receiver_id": org("UBND"), "consolidates": true, "same_report_as": 2, "report_of": "consolidator", "resolution": "text" },
        ],
        "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }, { "key": "kien_nghi", "title": "Kiến nghị", "in_text": false }],
        "indicators": [indicator("delegations_in", "sum"), indicator("visitors", "sum"), indicator("associations", "max"), ratio],
    });
    let regime = house.person("DNA", "VPUBND", "officer").post("/reporting-regimes", regime).expect(201);
    let period = house.person("DNA", "SNGV", "leader").post("/reporting-periods", json!({ "regime_id": regime.id(), "period": "2020" })).expect(201);
    assert_eq!(period["state"], "open", "{}", period.json);
    period.id()
}

/// What an agency handed in, as it stands once it is accepted or returned.
#[allow(clippy::too_many_arguments)] // a table of facts reads best in one line
fn hand_in(house: &House, period: &str, code: &str, version_no: i32, state: &str, on: &str, figures: Value, text: &str) -> String {
    let author = house.organization("DNA", code).id;
    let on: NaiveDate = on.parse().expect("a day");
    let narratives = json!([{ "section": "ket_qua", "text": text }]);
    let snapshot = serde_json_canonicalizer::to_string(&json!({ "author_id": author, "version_no": version_no, "figures": figures, "narratives": narratives }))
        .expect("text");
    let sha256: String = Sha256::digest(snapshot.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    let period = Id::parse(period).expect("an id");
    house
        .db
        .write_now(|conn| {
            let ask = terminal::ask(house.now());
            let obligation = periods::obligations_of(conn, period)?.into_iter().find(|o| o.sender_id == author && o.step_no == 1).expect("an obligation");
            let submission = Submission {
                id: Id::fresh(),
                province_id: obligation.province_id,
                audience: 0,
                obligation_id: obligation.id,
                period_id: period,
                author_id: author,
                receiver_id: obligation.receiver_id,
                version_no,
                state: serde_json::from_value(json!(state)).expect("a state"),
                narratives: Json(narratives.clone()),
                figures: Json(figures.clone()),
                attachments: Json(json!([])),
                correction_reason: None,
                paper: None,
                submitted_at: Some(ask.now),
                submitted_by: None,
                submitted_on: Some(on),
                snapshot: Some(snapshot.clone()),
                sha256: Some(sha256.clone()),
                decided_at: Some(ask.now),
                decided_by: None,
                decided_on: Some(ask.today),
                decision_reason: None,
                on_time: None,
                judgement: None,
                seed_key: None,
                version: 1,
                created_at: ask.now,
                created_by: None,
                updated_at: ask.now,
                updated_by: None,
            };
            diesel::insert_into(report_submissions::table).values(&submission).execute(conn)?;
            match state {
                "accepted" => drop(periods::fulfil(conn, &ask, &obligation, ("report_submission", submission.id), on, &[])?),
                "returned" => drop(periods::returned(conn, &ask, &obligation, &[], "thiếu số liệu")?),
                _ => drop(periods::handed_in(conn, &ask, &obligation, submission.id, on)?),
            }
            Ok(sha256.clone())
        })
        .expect("handed in")
}

fn figure(code: &str, value: Option<&str>, estimated: bool) -> Value {
    json!({ "indicator": code, "value": value, "estimated": estimated })
}

fn of<'a>(report: &'a Reply, code: &str) -> &'a Value {
    report["figures"].as_array().expect("figures").iter().find(|f| f["indicator"] == code).unwrap_or_else(|| panic!("no {code}"))
}

/// Total, n, N, estimated.
fn told(report: &Reply, code: &str) -> Value {
    let f = of(report, code);
    json!([f["total"], f["reporting"], f["expected"], f["estimated"]])
}

fn execute(house: &House, sql: &str) {
    house
        .db
        .write_now(|conn| {
            let done = match conn {
                Conn::Postgres(c) => diesel::sql_query(sql).execute(c),
                Conn::Sqlite(c) => diesel::sql_query(sql).execute(c),
            };
            assert!(done.expect("a statement") > 0, "{sql} changed nothing");
            Ok(())
        })
        .expect("a write");
}

fn start(house: &House, period: &str) -> Reply {
    house.person("DNA", "SNGV", "officer").post("/consolidated-reports", json!({ "period_id": period, "step": 2 })).expect(201)
}

#[test]
fn totals_missing_and_late_are_as_worked_out_by_hand() {
    each("2020-11-02T08:00", |house| {
        let period = dong_nai(house);
        let sha = hand_in(
            house,
            &period,
            "SYT",
            1,
            "accepted",
            "2020-11-02",
            json!([figure("delegations_in", Some("3"), false), figure("visitors", Some("40"), false), figure("associations", Some("5"), false)]),
            "Y tế: ba đoàn vào.",
        );
        // Due before 15/11: Sở Tài chính comes on the 16th, with an estimate and a blank.
        house.at("2020-11-16T08:00");
        let late = json!([figure("delegations_in", Some("4"), true), figure("visitors", None, false), figure("associations", Some("7"), false)]);
        hand_in(house, &period, "STC", 1, "accepted", "2020-11-16", late, "Tài chính: bốn đoàn vào.");
        hand_in(house, &period, "SNV", 1, "returned", "2020-11-10", json!([figure("delegations_in", Some("100"), false)]), "Nội vụ");

        let officer = house.person("DNA", "SNGV", "officer");
        let asked = |step: i32| json!({ "period_id": period, "step": step });
        house.person("DNA", "SNGV", "viewer").post("/consolidated-reports", asked(2)).expect(403);
        house.person("DNA", "SYT", "officer").post("/consolidated-reports", asked(2)).expect(403);
        assert_eq!(officer.post("/consolidated-reports", asked(3)).expect(422).fault("/step"), Some("same_report"));
        assert_eq!(officer.post("/consolidated-reports", asked(9)).expect(422).fault("/step"), Some("unknown_step"));
        let report = officer.post("/consolidated-reports", asked(2)).expect(201);
        assert_eq!(report["code"], "BCTH-DNA-2020-0001");
        assert_eq!(officer.post("/consolidated-reports", asked(2)).expect(409).code(), "already_consolidated");
        // 3 + 4, the 4 an estimate; 40 and a blank; the larger of 5 and 7; 40 / 7 = 5.7142857…, both given by one agency.
        assert_eq!(told(&report, "delegations_in"), json!(["7", 2, 4, true]));
        assert_eq!(told(&report, "visitors"), json!(["40", 1, 4, false]));
        assert_eq!(told(&report, "associations"), json!(["7", 2, 4, false]));
        assert_eq!(told(&report, "visitors_each"), json!(["5.7143", 1, 4, true]));
        assert_eq!((&report["reporting"], &report["expected"], &report["stale"]), (&json!(2), &json!(4), &json!(false)));
        let why = |code: &str| {
            let id = organization(house, "DNA", code);
            report["missing"].as_array().expect("a list").iter().find(|m| m["organization_id"] == id.as_str()).map(|m| m["why"].clone())
        };
        assert_eq!((why("SNV"), why("SGDDT"), why("SYT")), (Some(json!("returned")), Some(json!("not_submitted")), None));
        let how = |code: &str| {
            let id = organization(house, "DNA", code);
            report["late"].as_array().expect("a list").iter().find(|m| m["organization_id"] == id.as_str()).map(|m| m["how"].clone())
        };
        assert_eq!((how("STC"), how("SGDDT"), how("SYT")), (Some(json!("late")), Some(json!("overdue")), None));
        let texts: Vec<&Value> = report["sections"][0]["contributions"].as_array().expect("a list").iter().map(|c| &c["text"]).collect();
        assert_eq!(texts.len(), 2);

        // Each figure says from which version it came.
        let path = format!("/consolidated-reports/{}", report.id());
        let lineage = officer.get(&format!("{path}/lineage?indicator=delegations_in")).expect(200);
        let lines = lineage["figures"][0]["lines"].as_array().expect("lines");
        let ours = lines.iter().find(|l| l["organization_id"] == organization(house, "DNA", "SYT").as_str()).expect("a line");
        assert_eq!((&ours["value"], &ours["sha256"], &ours["version_no"], &ours["estimated"]), (&json!("3"), &json!(sha), &json!(1), &json!(false)));
        assert_eq!(lines.len(), 2);
        officer.get(&format!("{path}/lineage?indicator=no_such")).expect(422);
        let narrow = officer.get(&format!("{path}?fields=code,figures")).expect(200);
        assert_eq!(narrow.json.as_object().map(serde_json::Map::len), Some(2));
        assert_eq!(officer.get(&format!("{path}/verify")).expect(200)["ok"], true);
    });
}

/// Two agencies accepted: delegations 3 and 4, and a draft that rests on them.
fn draft(house: &House) -> (String, Reply) {
    let period = dong_nai(house);
    let three = json!([figure("delegations_in", Some("3"), false), figure("visitors", Some("40"), false)]);
    hand_in(house, &period, "SYT", 1, "accepted", "2020-11-02", three, "Y tế");
    hand_in(house, &period, "STC", 1, "accepted", "2020-11-02", json!([figure("delegations_in", Some("4"), true)]), "Tài chính");
    let report = start(house, &period);
    (period, report)
}

fn source_of(house: &House, report: &Reply, code: &str) -> Value {
    let id = organization(house, "DNA", code);
    report["sources"].as_array().expect("sources").iter().find(|s| s["organization_id"] == id.as_str()).expect("a source")["source_id"].clone()
}

#[test]
fn a_newer_accepted_version_makes_it_stale_until_it_is_gathered_again() {
    each("2020-11-02T08:00", |house| {
        let (period, report) = draft(house);
        let path = format!("/consolidated-reports/{}", report.id());
        let officer = house.person("DNA", "SNGV", "officer");
        hand_in(house, &period, "STC", 2, "accepted", "2020-11-03", json!([figure("delegations_in", Some("6"), false)]), "Tài chính, đính chính");
        hand_in(house, &period, "SNV", 1, "accepted", "2020-11-03", json!([figure("delegations_in", Some("1"), false)]), "Nội vụ");
        let stale = officer.get(&path).expect(200);
        assert_eq!((&stale["stale"], &told(&stale, "delegations_in")), (&json!(true), &json!(["7", 2, 4, true])));
        assert_eq!(stale["arrived_since"], json!([organization(house, "DNA", "SNV")]));
        assert_eq!(officer.get("/consolidated-reports").expect(200).items()[0]["stale"], true);
        let fresh = officer.take(&path, &stale, json!({ "action": "refresh" })).expect(200);
        assert_eq!((&fresh["stale"], &told(&fresh, "delegations_in")), (&json!(false), &json!(["10", 3, 4, false])));
        assert_eq!(officer.get(&format!("{path}/verify")).expect(200)["ok"], true);
    });
}

#[test]
fn adjusted_totals_and_what_is_left_out_need_a_reason_and_stay_visible() {
    each("2020-11-02T08:00", |house| {
        let (_, report) = draft(house);
        let path = format!("/consolidated-reports/{}", report.id());
        let (officer, leader) = (house.person("DNA", "SNGV", "officer"), house.person("DNA", "SNGV", "leader"));
        let adjust = |total: &str| json!([{ "indicator": "delegations_in", "total": total, "reason": "Một đoàn do hai sở cùng tiếp" }]);
        let bad = json!({ "adjustments": [{ "indicator": "no_such", "total": "1", "reason": "x" }, { "indicator": "visitors", "total": "1.5", "reason": " " }], "narratives": [{ "section": "no_such", "text": "x" }] });
        let refused = officer.patch(&path, &report, bad).expect(422);
        assert_eq!(refused.fault("/adjustments/0/indicator"), Some("unknown_indicator"));
        assert_eq!(refused.fault("/adjustments/1/total"), Some("not_whole"));
        assert_eq!(refused.fault("/adjustments/1/reason"), Some("blank"));
        assert_eq!(refused.fault("/narratives/0/section"), Some("unknown_section"));

        let edited = officer
            .patch(&path, &report, json!({ "adjustments": adjust("6"), "narratives": [{ "section": "ket_qua", "text": "Toàn tỉnh đón sáu đoàn." }] }))
            .expect(200);
        let figure = of(&edited, "delegations_in");
        assert_eq!((&figure["total"], &figure["adjusted_total"]), (&json!("7"), &json!("6")));
        assert_eq!(figure["adjustment_reason"], "Một đoàn do hai sở cùng tiếp");
        // 40 visitors of 6 delegations.
        assert_eq!(of(&edited, "visitors_each")["total"], "6.6667");
        assert_eq!(edited["sections"][0]["text"], "Toàn tỉnh đón sáu đoàn.");
        // As a table: a row for each indicator, with the submissions that its total is made of.
        let table = officer.get(&format!("{path}?format=csv")).expect(200);
        assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8; header=present");
        let rows: Vec<std::collections::HashMap<String, String>> =
            csv::Reader::from_reader(table.bytes.as_slice()).deserialize().map(|row| row.expect("a row")).collect();
        let indicators: Vec<&str> = rows.iter().map(|r| r["indicator"].as_str()).collect();
        assert_eq!(indicators, ["delegations_in", "visitors", "associations", "visitors_each"]);
        let cells = |at: usize, names: [&str; 7]| names.map(|name| rows[at][name].clone());
        let names = ["value", "total", "reporting", "expected", "estimated", "adjusted", "adjustment_reason"];
        assert_eq!(cells(0, names), ["6", "7", "2", "4", "true", "true", "Một đoàn do hai sở cùng tiếp"]);
        assert_eq!(cells(1, names), ["40", "40", "1", "4", "false", "false", ""]);
        assert_eq!(cells(2, names), ["", "", "0", "4", "false", "false", ""]);
        let listed = |at: usize, name: &str| {
            let mut all: Vec<String> = rows[at][name].split("; ").map(str::to_owned).collect();
            all.sort();
            all
        };
        assert_eq!((listed(0, "contributors"), listed(1, "contributors")), (vec!["STC".to_owned(), "SYT".into()], vec!["SYT".to_owned()]));
        assert_eq!(rows[1]["contributions"], source_of(house, &edited, "SYT").as_str().expect("an id"));
        let book = officer.get(&format!("{path}?format=xlsx")).expect(200);
        house.wait(5);
        // Made again later it is the same file.
        assert!(book.bytes.starts_with(b"PK") && officer.get(&format!("{path}?format=xlsx")).expect(200).bytes == book.bytes);
        assert_eq!(officer.get(&format!("{path}?format=csv&fields=code")).expect(422).fault("fields"), Some("not_in_this_format"));

        // Without Sở Tài chính the sum is 3: the adjustment was made for 7 and stands in the way.
        let source = source_of(house, &edited, "STC");
        let less = officer.patch(&path, &edited, json!({ "left_out": [{ "source_id": source, "reason": "Đã nằm trong số của Sở Y tế" }] })).expect(200);
        assert_eq!(told(&less, "delegations_in"), json!(["3", 1, 4, false]));
        assert_eq!((&less["outdated_adjustments"], &less["reporting"]), (&json!(["delegations_in"]), &json!(1)));
        assert_eq!(less["sections"][0]["contributions"].as_array().map(Vec::len), Some(1));
        let blocked = leader.take(&path, &less, json!({ "action": "hand_over" })).expect(409);
        assert_eq!((blocked.code(), blocked.fault("/adjustments/delegations_in")), ("adjustment_outdated", Some("adjustment_outdated")));
        let lineage = officer.get(&format!("{path}/lineage?indicator=delegations_in")).expect(200);
        let counted: Vec<&Value> =
            lineage["figures"][0]["lines"].as_array().expect("lines").iter().filter(|l| l["counted"] == true).map(|l| &l["value"]).collect();
        assert_eq!(counted, [&json!("3")]);
        let settled = officer.patch(&path, &less, json!({ "adjustments": [] })).expect(200);
        leader.take(&path, &settled, json!({ "action": "hand_over" })).expect(200);
    });
}

/// Hands over, appraises and issues.
fn issue(house: &House, path: &str) -> Reply {
    let (leader, office) = (house.person("DNA", "SNGV", "leader"), house.person("DNA", "VPUBND", "leader"));
    leader.step(path, json!({ "action": "hand_over" })).expect(200);
    office.step(path, json!({ "action": "appraise", "reason": "Đồng ý" })).expect(200);
    leader.step(path, json!({ "action": "issue" })).expect(200)
}

#[test]
fn it_is_appraised_sent_back_once_issued_and_frozen() {
    each("2020-11-16T08:00", |house| {
        let (period, report) = draft(house);
        let path = format!("/consolidated-reports/{}", report.id());
        let (officer, leader, office) =
            (house.person("DNA", "SNGV", "officer"), house.person("DNA", "SNGV", "leader"), house.person("DNA", "VPUBND", "leader"));
        let reads = |who: &Person<'_>, status: u16| drop(who.get(&path).expect(status));
        let (agency, other, ubnd) = (house.person("DNA", "SYT", "viewer"), house.person("DNA", "SNV", "leader"), house.person("DNA", "UBND", "leader"));
        for who in [&office, &agency, &ubnd] {
            reads(who, 404);
        }
        officer.take(&path, &report, json!({ "action": "hand_over" })).expect(403);
        assert_eq!(leader.take(&path, &report, json!({ "action": "issue" })).expect(409)["allowed_actions"], json!(["refresh", "hand_over"]));
        let handed = leader.take(&path, &report, json!({ "action": "hand_over" })).expect(200);
        reads(&office, 200);
        reads(&ubnd, 404);
        assert_eq!(officer.patch(&path, &handed, json!({ "title": "Khác" })).expect(409).code(), "not_editable");
        assert_eq!(office.step(&path, json!({ "action": "send_back" })).expect(422).fault("/reason"), Some("required"));
        house.at("2020-11-18T08:00");
        let back = office.step(&path, json!({ "action": "send_back", "reason": "Thiếu kiến nghị" })).expect(200);
        assert_eq!((&back["state"], &back["appraisals"][0]["opinion"]), (&json!("sent_back"), &json!("Thiếu kiến nghị")));
        assert_eq!(back["allowed_actions"], json!([]));
        let now = officer.get(&path).expect(200);
        officer.patch(&path, &now, json!({ "narratives": [{ "section": "kien_nghi", "text": "Bố trí thêm kinh phí." }] })).expect(200);
        let issued = issue(house, &path);
        assert_eq!((&issued["state"], &issued["issued_on"]), (&json!("issued"), &json!("2020-11-18")));
        assert_eq!(issued["sha256"].as_str().map(str::len), Some(64));
        assert_eq!(issued["appraisals"].as_array().map(Vec::len), Some(2));
        // From now on: receiver, UBND and whoever reported; not who did not.
        for who in [&office, &agency, &ubnd] {
            reads(who, 200);
        }
        reads(&other, 404);
        assert_eq!(officer.patch(&path, &issued, json!({ "title": "Khác" })).expect(409).code(), "not_editable");
        officer.delete(&path, &issued).expect(409);
        leader.take(&path, &issued, json!({ "action": "refresh" })).expect(409);
        let listed = agency.get("/consolidated-reports?state=issued&q=bao%20cao%20nam").expect(200);
        assert_eq!(listed.items().len(), 1);
        assert_eq!(other.get("/consolidated-reports").expect(200).items().len(), 0);

        // The consolidator's own obligations are fulfilled, and the period is closed.
        let owed = leader.get(&format!("/reporting-obligations?period_id={period}")).expect(200);
        let own: Vec<&Value> = owed.items().iter().filter(|o| o["consolidates"] == true).collect();
        assert_eq!(own.len(), 2);
        for obligation in own {
            assert_eq!((&obligation["state"], &obligation["fulfilled_by_id"]), (&json!("accepted"), &json!(report.id())));
            assert_eq!((&obligation["fulfilled_on"], &obligation["on_time"]), (&json!("2020-11-18"), &json!(null)), "no deadline in the text");
        }
        assert_eq!(leader.get(&format!("/reporting-periods/{period}")).expect(200)["state"], "closed");
    });
}

#[test]
fn a_correction_is_a_next_version_beside_the_first() {
    each("2020-11-16T08:00", |house| {
        let (period, report) = draft(house);
        let path = format!("/consolidated-reports/{}", report.id());
        let officer = house.person("DNA", "SNGV", "officer");
        officer.post(&format!("{path}/versions"), json!({ "reason": "x" })).expect(409);
        let first = issue(house, &path);
        hand_in(house, &period, "STC", 2, "accepted", "2020-11-17", json!([figure("delegations_in", Some("6"), false)]), "Tài chính, đính chính");
        let agency = house.person("DNA", "SYT", "officer");
        assert_eq!(officer.get(&path).expect(200)["stale"], true);
        agency.post(&format!("{path}/versions"), json!({ "reason": "x" })).expect(403);
        let second = officer.post(&format!("{path}/versions"), json!({ "reason": "Sở Tài chính đính chính" })).expect(201);
        assert_eq!((&second["version_no"], &second["code"], &second["state"]), (&json!(2), &first["code"], &json!("draft")));
        assert_eq!(told(&second, "delegations_in"), json!(["9", 2, 4, false]));
        assert_eq!(officer.post(&format!("{path}/versions"), json!({ "reason": "x" })).expect(409).code(), "not_the_last_version");
        let second_path = format!("/consolidated-reports/{}", second.id());
        agency.get(&second_path).expect(404);
        assert_eq!(agency.get(&path).expect(200)["versions"].as_array().map(Vec::len), Some(1));
        let issued = issue(house, &second_path);
        assert_ne!(issued["sha256"], first["sha256"]);
        // Both can be read, and the first is as it was.
        let old = agency.get(&path).expect(200);
        assert_eq!((&old["sha256"], &told(&old, "delegations_in")), (&first["sha256"], &json!(["7", 2, 4, true])));
        assert_eq!(old["versions"].as_array().map(Vec::len), Some(2));
        agency.get(&second_path).expect(200);
        for path in [&path, &second_path] {
            let proof = officer.get(&format!("{path}/verify")).expect(200);
            assert_eq!((&proof["ok"], &proof["sha256"]), (&json!(true), &proof["recomputed_sha256"]), "{}", proof.json);
        }
    });
}

#[test]
fn what_was_touched_in_the_database_does_not_verify() {
    each("2020-11-16T08:00", |house| {
        let (_, report) = draft(house);
        let path = format!("/consolidated-reports/{}", report.id());
        issue(house, &path);
        let office = house.person("DNA", "VPUBND", "viewer");
        let differs = || {
            let proof = office.get(&format!("{path}/verify")).expect(200);
            let mut what: Vec<String> =
                proof["differences"].as_array().expect("a list").iter().map(|d| d["what"].as_str().expect("a word").to_owned()).collect();
            what.dedup();
            assert_eq!(proof["ok"], what.is_empty());
            what
        };
        assert!(differs().is_empty());
        execute(house, "UPDATE consolidated_lineage SET value = '5' WHERE indicator = 'delegations_in' AND value = '4'");
        assert_eq!(differs(), ["lineage"]);
        execute(house, "UPDATE consolidated_lineage SET value = '4' WHERE indicator = 'delegations_in' AND value = '5'");
        assert!(differs().is_empty());
        // A total, as it is shown.
        let (old, new) = if house.postgres { ("\"total\": \"7\"", "\"total\": \"8\"") } else { ("\"total\":\"7\"", "\"total\":\"8\"") };
        let cast = if house.postgres { ("::text", "::jsonb") } else { ("", "") };
        let swap = |from: &str, to: &str| format!("UPDATE consolidated_contents SET figures = replace(figures{}, '{from}', '{to}'){}", cast.0, cast.1);
        execute(house, &swap(old, new));
        assert_eq!(differs(), ["content", "figure"]);
        execute(house, &swap(new, old));
        assert!(differs().is_empty());
        execute(house, "UPDATE consolidated_contents SET snapshot = replace(snapshot, '\"total\":\"7\"', '\"total\":\"8\"')");
        assert_eq!(differs(), ["snapshot", "content"]);
        execute(house, "UPDATE consolidated_contents SET snapshot = replace(snapshot, '\"total\":\"8\"', '\"total\":\"7\"')");
        // A submission, behind its agency's back.
        execute(house, "UPDATE report_submissions SET snapshot = replace(snapshot, '\"value\":\"4\"', '\"value\":\"5\"')");
        assert_eq!(differs(), ["source", "lineage", "figure"]);
    });
}

/// Bình Định, all through HTTP: what the agencies hand in is what the union's report rests on.
#[test]
fn the_union_consolidates_what_agencies_handed_in_for_ubnd() {
    each("2021-10-20T08:00", |house| {
        house.load("binh_dinh");
        let org = |code: &str| organization(house, "BDI", code);
        let person = |code: &str, position: &str| house.person("BDI", code, position);
        let mut money = indicator("aid_value_usd", "sum");
        money["type"] = json!("decimal");
        let senders = ["SYT", "STC", "SDL", "SNV"].map(|c| sender(house, "BDI", c));
        let regime = json!({
            "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org("LHHN"), "final_recipient_id": org("UBND"), "tracked_from": "2021-01-01",
            "steps": [
                { "step_no": 1, "senders": senders, "receiver_id": org("LHHN"), "report_of": "consolidator", "resolution": "text",
                  "due_rule": { "kind": "yearly", "month": 11, "day": 20, "inclusive": false, "roll": "none" } },
                { "step_no": 2, "senders": [sender(house, "BDI", "LHHN")], "receiver_id": org("UBND"), "consolidates": true, "report_of": "consolidator", "resolution": "text" },
            ],
            "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }],
            "indicators": [indicator("delegations_in", "sum"), money],
        });
        let regime = person("UBND", "officer").post("/reporting-regimes", regime).expect(201);
        let period = person("LHHN", "leader").post("/reporting-periods", json!({ "regime_id": regime.id(), "period": "2021" })).expect(201);
        let submit = |code: &str, delegations: Value, money: &str| {
            let leader = person(code, "leader");
            let owed = leader.get(&format!("/reporting-obligations?period_id={}&sender_id={}", period.id(), org(code))).expect(200);
            let draft = json!({
                "obligation_id": owed.items()[0]["id"],
                "narratives": [{ "section": "ket_qua", "text": "Đã quán triệt." }],
                "figures": [{ "indicator": "delegations_in", "value": delegations }, { "indicator": "aid_value_usd", "value": money }],
            });
            let draft = leader.post("/report-submissions", draft).expect(201);
            let path = format!("/report-submissions/{}", draft.id());
            leader.step(&path, json!({ "action": "submit" })).expect(200);
            path
        };
        let (first, second, third) = (submit("SYT", json!("2"), "12500.50"), submit("STC", json!(null), "0.75"), submit("SNV", json!("9"), "1"));
        // A zero with more decimals than the others is a number as they are.
        let nothing = submit("SDL", json!(null), "0.000");
        let union = person("LHHN", "leader");
        let accepted = union.step(&first, json!({ "action": "accept" })).expect(200);
        for path in [second, nothing] {
            union.step(&path, json!({ "action": "accept" })).expect(200);
        }
        let report = union.post("/consolidated-reports", json!({ "period_id": period.id(), "step": 2 })).expect(201);
        // 12500.50 + 0.75 + 0.000; blanks beside the 2; Sở Nội vụ handed in, but nobody has accepted it yet.
        assert_eq!((&of(&report, "aid_value_usd")["total"], &of(&report, "aid_value_usd")["reporting"]), (&json!("12501.250"), &json!(3)));
        assert_eq!((&of(&report, "delegations_in")["total"], &of(&report, "delegations_in")["reporting"]), (&json!("2"), &json!(1)));
        assert_eq!(report["missing"][0]["why"], "not_accepted");
        let path = format!("/consolidated-reports/{}", report.id());
        let lineage = union.get(&format!("{path}/lineage?indicator=aid_value_usd")).expect(200);
        let lines = lineage["figures"][0]["lines"].as_array().expect("lines");
        let ours = lines.iter().find(|l| l["source_id"] == accepted["id"]).expect("a line");
        assert_eq!((&ours["sha256"], &ours["value"]), (&accepted["sha256"], &json!("12500.50")));
        union.step(&third, json!({ "action": "accept" })).expect(200);
        let now = union.get(&path).expect(200);
        assert_eq!((&now["stale"], &now["arrived_since"]), (&json!(false), &json!([org("SNV")])));
        let fresh = union.take(&path, &now, json!({ "action": "refresh" })).expect(200);
        assert_eq!((&of(&fresh, "delegations_in")["total"], &of(&fresh, "aid_value_usd")["total"]), (&json!("11"), &json!("12502.250")));
        // Nobody appraises in Bình Định.
        union.take(&path, &fresh, json!({ "action": "hand_over" })).expect(409);
        union.take(&path, &fresh, json!({ "action": "issue" })).expect(200);
        let proof = person("SYT", "viewer").get(&format!("{path}/verify")).expect(200);
        assert_eq!((&proof["ok"], &proof["sources_checked"]), (&json!(true), &json!(4)), "{}", proof.json);
        person("UBND", "viewer").get(&path).expect(200);
        assert_eq!(union.get(&format!("/reporting-periods/{}", period.id())).expect(200)["state"], "closed");
    });
}

/// 100 agencies with 60 indicators each; prints how long it takes (`cargo test --release -- --ignored --nocapture`).
#[test]
#[ignore = "a measurement, meaningful in release builds only"]
fn a_hundred_agencies_are_consolidated_at_once() {
    each("2020-11-02T08:00", |house| {
        house.load("dong_nai");
        let org = |code: &str| organization(house, "DNA", code);
        let admin = house.administrator();
        let province = house.organization("DNA", "SNGV").province_id.to_string();
        let agencies: Vec<String> = (0..100)
            .map(|n| {
                let new =
                    json!({ "province_id": province, "code": format!("A{n:03}"), "name": format!("Cơ quan {n}"), "kind": "department", "level": "province" });
                admin.post("/organizations", new).expect(201).id()
            })
            .collect();
        let senders: Vec<Value> = agencies.iter().map(|a| json!({ "organization_id": a, "resolution": "text" })).collect();
        let codes: Vec<String> = (0..60).map(|n| format!("i{n}")).collect();
        let regime = json!({
            "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org("SNGV"), "tracked_from": "2020-01-01",
            "steps": [
                { "step_no": 1, "senders": senders, "receiver_id": org("SNGV"), "report_of": "consolidator", "resolution": "text" },
                { "step_no": 2, "senders": [sender(house, "DNA", "SNGV")], "receiver_id": org("UBND"), "consolidates": true, "report_of": "consolidator", "resolution": "text" },
            ],
            "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }],
            "indicators": codes.iter().map(|c| indicator(c, "sum")).collect::<Vec<_>>(),
        });
        let regime = house.person("DNA", "VPUBND", "officer").post("/reporting-regimes", regime).expect(201);
        let period = house.person("DNA", "SNGV", "leader").post("/reporting-periods", json!({ "regime_id": regime.id(), "period": "2020" })).expect(201).id();
        for n in 0..100 {
            let figures: Vec<Value> = codes.iter().map(|c| figure(c, Some(&(n + 1).to_string()), false)).collect();
            hand_in(house, &period, &format!("A{n:03}"), 1, "accepted", "2020-11-02", json!(figures), "Một đoạn văn.");
        }
        let clock = std::time::Instant::now();
        let report = start(house, &period);
        let created = clock.elapsed();
        // 1 + 2 + … + 100
        assert_eq!(told(&report, "i59"), json!(["5050", 100, 100, false]));
        let path = format!("/consolidated-reports/{}", report.id());
        let leader = house.person("DNA", "SNGV", "leader");
        leader.token();
        let clock = std::time::Instant::now();
        let refreshed = leader.take(&path, &report, json!({ "action": "refresh" })).expect(200);
        let again = clock.elapsed();
        let clock = std::time::Instant::now();
        leader.take(&path, &refreshed, json!({ "action": "issue" })).expect(200);
        let issued = clock.elapsed();
        let clock = std::time::Instant::now();
        assert_eq!(leader.get(&format!("{path}/verify")).expect(200)["ok"], true);
        println!("postgres {}: create {created:?}, refresh {again:?}, issue {issued:?}, verify {:?}", house.postgres, clock.elapsed());
    });
}

/// Gia Lai: nobody is told to report to Ban cán sự đảng, which reports to the Standing Committee on what it followed.
#[test]
fn a_report_may_rest_on_tasks_alone_and_is_set_beside_last_years() {
    each("2020-12-01T08:00", |house| {
        house.load("gia_lai");
        let org = |code: &str| organization(house, "GLA", code);
        let regime = json!({
            "name": "Báo cáo năm Ban Thường vụ", "frequency": "year", "focal_point_id": org("BCSD"), "final_recipient_id": org("BTVTU"), "tracked_from": "2020-01-01",
            "steps": [{ "step_no": 1, "senders": [sender(house, "GLA", "BCSD")], "receiver_id": org("BTVTU"), "consolidates": true, "report_of": "consolidator", "resolution": "text" }],
            "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }],
            "indicators": [indicator("delegations_in", "sum")],
        });
        let regime = house.person("GLA", "VPUBND", "officer").post("/reporting-regimes", regime).expect(201);
        let (leader, above) = (house.person("GLA", "BCSD", "leader"), house.person("GLA", "BTVTU", "leader"));
        let year = |year: &str, total: &str| {
            let period = leader.post("/reporting-periods", json!({ "regime_id": regime.id(), "period": year })).expect(201);
            let report = leader.post("/consolidated-reports", json!({ "period_id": period.id(), "step": 1 })).expect(201);
            assert_eq!(told(&report, "delegations_in"), json!([null, 0, 0, false]));
            let path = format!("/consolidated-reports/{}", report.id());
            let typed = json!({
                "narratives": [{ "section": "ket_qua", "text": "Đã quán triệt trong toàn tỉnh." }],
                "adjustments": [{ "indicator": "delegations_in", "total": total, "reason": "Theo dõi của Ban cán sự" }],
            });
            let typed = leader.patch(&path, &report, typed).expect(200);
            above.get(&path).expect(404);
            leader.take(&path, &typed, json!({ "action": "issue" })).expect(200);
            above.get(&path).expect(200)
        };
        let first = year("2020", "8");
        assert_eq!(of(&first, "delegations_in")["previous"], json!(null));
        house.at("2021-12-01T08:00");
        let second = year("2021", "9");
        // 9 against 8: one more, 12.5 %.
        let beside = json!({ "period": "2020", "total": "8", "difference": "1", "percent": "12.5" });
        assert_eq!((&of(&second, "delegations_in")["previous"], &of(&second, "delegations_in")["same_period_last_year"]), (&beside, &beside));
    });
}
