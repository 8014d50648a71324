//! Bình Định, 2021: agencies report to the union before 20/11, the union consolidates for the People's Committee.

use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id.to_string())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}

/// What one agency counted: delegations in, visitors, aid in USD, friendship associations.
type Counted = [Option<&'static str>; 4];
const INDICATORS: [&str; 4] = ["delegations_in", "visitors", "aid_value_usd", "associations"];

/// The accepted versions, by hand.
const REPORTED: [(&str, Counted); 4] = [
    ("STC", [Some("2"), Some("31"), Some("12500.50"), Some("0")]),
    ("SYT", [Some("4"), Some("44"), Some("0.25"), Some("2")]),
    ("SDL", [Some("7"), Some("1250"), None, Some("1")]),
    ("UBND-QNH", [Some("1"), None, Some("1000.00"), Some("3")]),
];

/// Their sums: 2 + 4 + 7 + 1 = 14; 31 + 44 + 1250 = 1325, one blank; 12500.50 + 0.25 + 1000.00 = 13500.75, one blank;
/// associations are not added up, the largest number counts: 3. All of 18 agencies asked.
const TOTALS: [(&str, i32); 4] = [("14", 4), ("1325", 3), ("13500.75", 3), ("3", 4)];

fn figures(counted: Counted) -> Value {
    INDICATORS.iter().zip(counted).map(|(code, value)| json!({ "indicator": code, "value": value })).collect()
}

struct Year<'a> {
    house: &'a House,
    period: String,
}

impl Year<'_> {
    fn person(&self, code: &str, position: &str) -> Person<'_> {
        self.house.person("BDI", code, position)
    }
    fn obligation(&self, code: &str) -> Value {
        let path = format!("/reporting-obligations?period_id={}&sender_id={}", self.period, text(&org(self.house, code)));
        self.person("LHHN", "viewer").get(&path).expect(200).items()[0].clone()
    }
    /// The officer drafts, the leader hands in.
    fn hand_in(&self, code: &str, at: &str, counted: Counted) -> String {
        self.house.at(at);
        let draft = json!({
            "obligation_id": self.obligation(code)["id"],
            "narratives": [{ "section": "ket_qua", "text": format!("{code}: đã quán triệt Chỉ thị.") }],
            "figures": figures(counted),
        });
        let path = format!("/report-submissions/{}", self.person(code, "officer").post("/report-submissions", draft).expect(201).id());
        self.person(code, "leader").step(&path, json!({ "action": "submit" })).expect(200);
        path
    }
    fn accept(&self, path: &str, at: &str) -> Reply {
        self.house.at(at);
        self.person("LHHN", "leader").step(path, json!({ "action": "accept" })).expect(200)
    }
}

fn of<'a>(report: &'a Reply, code: &str) -> &'a Value {
    list(&report["figures"]).iter().find(|f| f["indicator"] == code).unwrap_or_else(|| panic!("no {code}"))
}

/// The text as it is: number and day are blank there and here; the union leads.
fn the_plan_is_as_its_source_is(house: &House) {
    let found = house.person("BDI", "UBND", "viewer").get("/documents?kind=plan&box=issued").expect(200);
    assert_eq!(found.items().len(), 1);
    let plan = &found.items()[0];
    assert_eq!((&plan["number"], &plan["issued_on"], &plan["year"]), (&Value::Null, &Value::Null, &json!(2021)));
    assert_eq!((&plan["date_precision"], &plan["notation_text"]), (&json!("year"), &json!("/KH-UBND")));
    assert_eq!(plan["signer"]["name"], "Lâm Hải Giang");
    assert_eq!(house.person("BDI", "LHHN", "viewer").get("/documents?box=received&kind=plan").expect(200).items()[0]["id"], plan["id"]);
    let union = house.person("BDI", "LHHN", "viewer");
    let follow_up = union.get("/plans").expect(200);
    assert_eq!((&follow_up.items()[0]["document_id"], &follow_up.items()[0]["state"]), (&plan["id"], &json!("active")));
    let tasks = union.get(&format!("/tasks?plan_id={}&limit=200", text(&follow_up.items()[0]["id"]))).expect(200);
    assert_eq!(tasks.items().len(), 17);
    // III.1.a "Liên hiệp tỉnh chủ trì": the only lead in the text.
    let led: Vec<(&Value, &Value)> = tasks
        .items()
        .iter()
        .flat_map(|t| list(&t["assignees"]).iter().filter(|a| a["role"] == "lead").map(move |a| (&t["place"], &a["organization_id"])))
        .collect();
    assert!(led.contains(&(&json!("III.1.a"), &org(house, "LHHN"))), "{led:?}");
}

fn letter(level: &str, by: &str) -> Value {
    json!({ "level": level, "text": "Đề nghị quý Sở khẩn trương gửi báo cáo năm 2021.", "respond_by": by })
}

/// On Mon 22/11 the union's leader urges Sở Văn hóa và Thể thao, and nobody else may.
fn who_is_missing_is_urged(year: &Year<'_>) {
    year.house.at("2021-11-22T09:00");
    let urged = format!("/reporting-obligations/{}/urgings", text(&year.obligation("SVHTT")["id"]));
    year.person("LHHN", "officer").post(&urged, letter("urging", "2021-11-24")).expect(403);
    year.person("SNV", "leader").post(&urged, letter("urging", "2021-11-24")).expect(404);
    year.person("SVHTT", "leader").post(&urged, letter("urging", "2021-11-24")).expect(403);
    let union = year.person("LHHN", "leader");
    assert_eq!(union.post(&urged, letter("urging", "2021-11-19")).expect(422).fault("/respond_by"), Some("in_past"));
    // A refused urging takes no number; the basis is the text's own place.
    let first = union.post(&urged, letter("urging", "2021-11-24")).expect(201);
    assert_eq!(
        (&first["number"], &first["counted_in"], &first["target_kind"], &first["basis"]),
        (&json!(1), &json!("2021"), &json!("obligation"), &json!("kết"))
    );
    assert_eq!((&first["due_on"], &first["organization_id"]), (&json!("2021-11-19"), &org(year.house, "SVHTT")));
    // Who has handed in is not urged.
    let stc = format!("/reporting-obligations/{}/urgings", text(&year.obligation("STC")["id"]));
    assert_eq!(union.post(&stc, letter("urging", "2021-12-01")).expect(409).code(), "not_owed");
}

/// A week later the second one goes up as well; the department acknowledges and still does not report.
fn who_is_missing_is_urged_again(year: &Year<'_>) {
    year.house.at("2021-11-29T09:00");
    let urged = format!("/reporting-obligations/{}/urgings", text(&year.obligation("SVHTT")["id"]));
    let second = year.person("LHHN", "leader").post(&urged, letter("escalated", "2021-12-01")).expect(201);
    assert_eq!((&second["number"], &second["counted_in"]), (&json!(2), &json!("2021")));
    year.person("SVHTT", "clerk").step(&format!("/urgings/{}", second.id()), json!({ "action": "acknowledge" })).expect(200);
    let all = year.person("UBND", "viewer").get("/urgings?counted_in=2021&target_kind=obligation").expect(200);
    assert_eq!(all.items().len(), 2);
}

/// UBND thành phố Quy Nhơn sent paper: the union's clerk registers it and enters what it says (RULES 4).
fn entered_from_paper(year: &Year<'_>) -> String {
    year.house.at("2021-11-26T08:00");
    let clerk = year.person("LHHN", "clerk");
    let document = json!({ "kind": "report", "issuer_id": org(year.house, "UBND-QNH"), "number": "215", "symbol": "BC-UBND",
        "issued_on": "2021-11-17", "summary": "Báo cáo kết quả thực hiện Kế hoạch năm 2021" });
    let arrival = clerk.post("/arrivals", json!({ "arrived_on": "2021-11-18", "document": document })).expect(201);
    let draft = json!({
        "obligation_id": year.obligation("UBND-QNH")["id"],
        "figures": figures(REPORTED[3].1),
        "paper": { "arrived_on": "2021-11-18", "document_id": arrival["document_id"] },
    });
    let entered = clerk.post("/report-submissions", draft).expect(201);
    assert_eq!((&entered["author_id"], &entered["paper"]["document_id"]), (&org(year.house, "UBND-QNH"), &arrival["document_id"]));
    assert_eq!(entered["paper"]["entered_by_organization_id"], org(year.house, "LHHN"));
    let path = format!("/report-submissions/{}", entered.id());
    clerk.step(&path, json!({ "action": "submit" })).expect(200);
    path
}

/// Each total against the values of the submissions that it names, read one by one.
fn every_sum_is_traced(year: &Year<'_>, path: &str) {
    let union = year.person("LHHN", "viewer");
    let lineage = union.get(&format!("{path}/lineage")).expect(200);
    for (at, code) in INDICATORS.iter().enumerate() {
        let figure = list(&lineage["figures"]).iter().find(|f| f["indicator"] == *code).expect("a figure");
        assert_eq!(figure["total"], TOTALS[at].0, "{code}");
        let lines = list(&figure["lines"]);
        assert_eq!(lines.len(), REPORTED.len());
        for (agency, counted) in REPORTED {
            let line = lines.iter().find(|l| l["organization_id"] == org(year.house, agency)).expect("a line");
            assert_eq!((&line["value"], &line["counted"]), (&json!(counted[at]), &json!(counted[at].is_some())), "{agency}, {code}");
            let source = union.get(&format!("/report-submissions/{}", text(&line["source_id"]))).expect(200);
            assert_eq!((&source["sha256"], &source["version_no"], &source["author_id"]), (&line["sha256"], &line["version_no"], &org(year.house, agency)));
            let given = list(&source["figures"]).iter().find(|f| f["indicator"] == *code).expect("a value");
            assert_eq!((&given["value"], &source["state"]), (&line["value"], &json!("accepted")), "{agency}, {code}");
        }
    }
    // Nobody gave the others: nothing, which is not 0.
    assert_eq!(list(&lineage["figures"]).len(), 12);
    assert!(list(&lineage["figures"]).iter().filter(|f| !INDICATORS.contains(&text(&f["indicator"]))).all(|f| f["total"].is_null()));
}

#[test]
fn a_year_in_binh_dinh() {
    each("2021-10-01T08:00", |house| {
        house.load("binh_dinh");
        the_plan_is_as_its_source_is(house);
        // The period opens on 20/10, 30 days before its last day; the union may do it by hand.
        house.at("2021-10-20T08:00");
        let union = house.person("BDI", "LHHN", "leader");
        let regime = union.get("/reporting-regimes").expect(200).items()[0].clone();
        assert_eq!((&regime["focal_point_id"], &regime["final_recipient_id"]), (&org(house, "LHHN"), &org(house, "UBND")));
        let opened = union.post("/reporting-periods", json!({ "regime_id": regime["id"], "period": "2021" }));
        let period = match opened.status {
            201 => opened.id(),
            // The service was quicker.
            _ => text(&union.get("/reporting-periods?period=2021").expect(200).items()[0]["id"]).to_owned(),
        };
        let year = Year { house, period };
        // "Trước 20/11" leaves Friday 19/11/2021 as the last day; the union's own step has none.
        assert_eq!(year.obligation("STC")["due_on"], "2021-11-19");
        assert_eq!((&year.obligation("LHHN")["due_on"], &year.obligation("LHHN")["consolidates"]), (&Value::Null, &json!(true)));

        // Sở Y tế hands in on Mon 15/11 and gets it back on Thu 18/11: it lay Tue 16, Wed 17, Thu 18 = 3 working days.
        // 19/11 + 3 = Wed 24/11; three working days after the return (Fri 19, Mon 22, Tue 23) come before that.
        let returned = year.hand_in("SYT", "2021-11-15T10:00", [Some("3"), Some("40"), Some("0.25"), Some("2")]);
        house.at("2021-11-18T15:00");
        year.person("LHHN", "leader").step(&returned, json!({ "action": "return", "reason": "Thiếu một đoàn của Bệnh viện tỉnh" })).expect(200);
        assert_eq!(year.obligation("SYT")["effective_due_on"], "2021-11-24");
        // Sở Tài chính on the last day, late in the evening.
        let on_time = year.hand_in("STC", "2021-11-19T22:00", REPORTED[0].1);
        who_is_missing_is_urged(&year);
        let late = year.hand_in("SDL", "2021-11-24T09:00", REPORTED[2].1);
        let again = year.hand_in("SYT", "2021-11-24T16:30", REPORTED[1].1);
        let paper = entered_from_paper(&year);
        who_is_missing_is_urged_again(&year);
        for (path, on_time, day, effective, late, returns, rule) in [
            (&on_time, true, "2021-11-19", "2021-11-19", 0, 0, "due_date"),
            // Mon 22, Tue 23, Wed 24 = 3 working days.
            (&late, false, "2021-11-24", "2021-11-19", 3, 0, "due_date"),
            (&again, true, "2021-11-24", "2021-11-24", 0, 1, "moved_on_by_receiver_days"),
            (&paper, true, "2021-11-18", "2021-11-19", 0, 0, "due_date"),
        ] {
            let done = year.accept(path, "2021-11-30T08:00");
            let j = &done["judgement"];
            assert_eq!((&done["on_time"], &j["submitted_on"], &j["effective_due"]), (&json!(on_time), &json!(day), &json!(effective)), "{path}");
            assert_eq!((&j["working_days_late"], &j["returns"], &j["rule"]), (&json!(late), &json!(returns), &json!(rule)), "{path}");
        }
        year.person("UBND-QNH", "leader").step(&paper, json!({ "action": "confirm" })).expect(200);

        // 4 of 18 agencies (14 departments and mass organisations, 4 districts); all before the books close on 14/12.
        house.at("2021-12-01T08:00");
        let officer = year.person("LHHN", "officer");
        let report = officer.post("/consolidated-reports", json!({ "period_id": year.period, "step": 2 })).expect(201);
        let path = format!("/consolidated-reports/{}", report.id());
        assert_eq!((&report["reporting"], &report["expected"]), (&json!(4), &json!(18)));
        for (code, (total, reporting)) in INDICATORS.iter().zip(TOTALS) {
            let f = of(&report, code);
            assert_eq!((&f["total"], &f["reporting"], &f["expected"], &f["estimated"]), (&json!(total), &json!(reporting), &json!(18), &json!(true)), "{code}");
        }
        assert_eq!((&of(&report, "delegations_out")["total"], &of(&report, "delegations_out")["reporting"]), (&Value::Null, &json!(0)));
        let missing = list(&report["missing"]);
        assert_eq!(missing.len(), 14);
        let svhtt = missing.iter().find(|m| m["organization_id"] == org(house, "SVHTT")).expect("missing");
        assert_eq!((&svhtt["why"], &svhtt["due_on"]), (&json!("not_submitted"), &json!("2021-11-19")));
        // One late, and the 14 that are overdue.
        let how = |what: &str| list(&report["late"]).iter().filter(|l| l["how"] == what).count();
        assert_eq!((how("late"), how("overdue")), (1, 14));
        // Two departments received one delegation together: both numbers stay visible.
        let says = json!({
            "narratives": [{ "section": "ket_qua", "text": "Toàn tỉnh đón 13 đoàn vào." }],
            "adjustments": [{ "indicator": "delegations_in", "total": "13", "reason": "Một đoàn do Sở Y tế và Sở Du lịch cùng tiếp" }],
        });
        let edited = officer.patch(&path, &report, says).expect(200);
        assert_eq!((&of(&edited, "delegations_in")["total"], &of(&edited, "delegations_in")["adjusted_total"]), (&json!("14"), &json!("13")));
        year.person("UBND", "viewer").get(&path).expect(404);
        officer.step(&path, json!({ "action": "issue" })).expect(403);
        let issued = year.person("LHHN", "leader").step(&path, json!({ "action": "issue" })).expect(200);

        // Issued as the union's document number 01 of 2021, to UBND to report to, to the four agencies to know.
        let reader = year.person("UBND", "viewer");
        assert_eq!(reader.get(&path).expect(200)["state"], "issued");
        let document = format!("/documents/{}", text(&issued["document_id"]));
        let letter = reader.get(&document).expect(200);
        assert_eq!((&letter["notation_text"], &letter["issued_on"], &letter["state"]), (&json!("01/BC-LHHN"), &json!("2021-12-01"), &json!("issued")));
        assert_eq!((&letter["issuer_id"], &letter["kind"], &letter["place"]), (&org(house, "LHHN"), &json!("report"), &json!("Bình Định")));
        let purposes: Vec<(&Value, &Value)> = list(&letter["recipients"]).iter().map(|r| (&r["organization_id"], &r["purpose"])).collect();
        assert_eq!(purposes.len(), 5);
        assert!(purposes.contains(&(&org(house, "UBND"), &json!("report"))));
        for (code, _) in REPORTED {
            assert!(purposes.contains(&(&org(house, code), &json!("inform"))), "{code}");
            year.person(code, "viewer").get(&document).expect(200);
        }
        year.person("SVHTT", "viewer").get(&document).expect(404);
        let received = reader.get("/deliveries?box=received").expect(200);
        assert!(received.items().iter().any(|d| format!("/documents/{}", text(&d["document_id"])) == document), "{}", received.json);

        every_sum_is_traced(&year, &path);
        let proof = reader.get(&format!("{path}/verify")).expect(200);
        assert_eq!((&proof["ok"], &proof["sources_checked"], &proof["figures_checked"]), (&json!(true), &json!(4), &json!(12)), "{}", proof.json);
        // The union's step had no day: fulfilled, outside every rate. The period closes with it.
        let own = year.obligation("LHHN");
        assert_eq!((&own["state"], &own["on_time"], &own["judgement"]["rule"]), (&json!("accepted"), &Value::Null, &json!("no_deadline")));
        assert_eq!(reader.get(&format!("/reporting-periods/{}", year.period)).expect(200)["state"], "closed");

        // Sở Văn hóa và Thể thao comes at last, on Fri 10/12: 22–26/11, 29/11–3/12, 6–10/12 = 15 working days late.
        let last = year.hand_in("SVHTT", "2021-12-10T09:00", [Some("5"), None, None, None]);
        let done = year.accept(&last, "2021-12-13T08:00");
        assert_eq!((&done["on_time"], &done["judgement"]["working_days_late"]), (&json!(false), &json!(15)));
        let leader = year.person("LHHN", "leader");
        assert_eq!(leader.get(&path).expect(200)["arrived_since"], json!([org(house, "SVHTT")]));
        let next = leader.post(&format!("{path}/versions"), json!({ "reason": "Sở Văn hóa và Thể thao nộp sau" })).expect(201);
        // 14 + 5; the adjustment was made for 14 and does not go along.
        let f = of(&next, "delegations_in");
        assert_eq!((&f["total"], &f["adjusted_total"], &f["reporting"]), (&json!("19"), &Value::Null, &json!(5)));
        let next = leader.take(&format!("/consolidated-reports/{}", next.id()), &next, json!({ "action": "issue" })).expect(200);
        let second = leader.get(&format!("/documents/{}", text(&next["document_id"]))).expect(200);
        assert_eq!((&second["notation_text"], &second["issued_on"]), (&json!("02/BC-LHHN"), &json!("2021-12-13")));
        assert_eq!((&second["relations"][0]["kind"], &second["relations"][0]["document_id"]), (&json!("replaces"), &issued["document_id"]));
        // The first version stays as it was issued.
        assert_eq!(leader.get(&format!("{path}/verify")).expect(200)["ok"], true);
    });
}
