//! Small histories with every figure worked out by hand: a document on its way down the tree, and half-yearly reports of
//! four departments over a year.

use super::{
    report_formats::same_in_tables,
    statistics::{org, read, row},
};
use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

fn shown(row: &Value, members: &[&str]) -> Value {
    Value::Array(members.iter().map(|m| row[*m].clone()).collect())
}

const SPREAD: [&str; 12] = [
    "receiver_code",
    "depth",
    "state",
    "sent_on",
    "delivered_on",
    "acknowledged_on",
    "days_to_acknowledge",
    "is_answered",
    "days_waiting",
    "disseminated_on",
    "days_to_disseminate",
    "people_count",
];

/// UBND sends a plan to three departments on 1/11/2021. Sở Y tế registers it on 2/11, acknowledges on 3/11 and passes it on
/// to its hospital on 4/11, which acknowledges on 8/11 and makes it known to 45 people on 10/11; Sở Du lịch acknowledges on
/// 5/11 and makes it known to 20 people on 9/11; nothing is heard of Sở Văn hóa.
fn distributed(house: &House) -> String {
    house.load_agencies("binh_dinh");
    let person = |code: &str, position: &str| house.person("BDI", code, position);
    let admin = house.administrator();
    let province = house.organization("BDI", "SYT").province_id;
    let unit = json!({ "province_id": province, "parent_id": org(house, "BDI", "SYT"), "code": "BV", "name": "Bệnh viện", "kind": "subordinate_unit", "level": "unit" });
    admin.post("/organizations", unit).expect(201);
    house.at("2021-11-01T08:00");
    let to = |code: &str| json!({ "organization_id": org(house, "BDI", code), "purpose": "carry_out" });
    let plan = json!({ "kind": "plan", "symbol": "KH-UBND", "summary": "Kế hoạch đối ngoại nhân dân", "text": "Kế hoạch",
        "signer": { "name": "Nguyễn Thí Dụ", "position": "Chủ tịch" }, "recipients": [to("SYT"), to("SDL"), to("SVHTT")] });
    let document = person("UBND", "officer").post("/documents", plan).expect(201).id();
    let path = format!("/documents/{document}");
    person("UBND", "leader").step(&path, json!({ "action": "sign" })).expect(200);
    person("UBND", "clerk").step(&path, json!({ "action": "issue" })).expect(200);
    let own = |code: &str| {
        let found = person(code, "clerk").get(&format!("/deliveries?box=received&document_id={document}")).expect(200);
        format!("/deliveries/{}", found.items()[0]["id"].as_str().expect("an id"))
    };
    let step = |at: &str, code: &str, body: Value| {
        house.at(at);
        person(code, "clerk").step(&own(code), body).expect(200);
    };
    step("2021-11-02T09:00", "SYT", json!({ "action": "deliver" }));
    step("2021-11-03T09:00", "SYT", json!({ "action": "acknowledge" }));
    house.at("2021-11-04T09:00");
    person("SYT", "clerk").post(&format!("{}/forwardings", own("SYT")), json!({ "recipients": [to("BV")], "instruction": "Quán triệt" })).expect(201);
    let spread = |people: i64| json!({ "action": "disseminate", "dissemination": { "form": "Hội nghị", "people_count": people } });
    step("2021-11-05T09:00", "SDL", json!({ "action": "acknowledge" }));
    step("2021-11-08T09:00", "BV", json!({ "action": "acknowledge" }));
    step("2021-11-09T09:00", "SDL", spread(20));
    step("2021-11-10T09:00", "BV", spread(45));
    house.at("2021-11-12T08:00");
    document
}

#[test]
fn every_day_of_a_documents_way_is_counted() {
    each("2021-10-01T08:00", |house| {
        let document = distributed(house);
        let path = format!("/reports/document-distribution?document_id={document}");
        let seen = |code: &str, more: &str| {
            let report = read(&house.person("BDI", code, "viewer"), &format!("{path}{more}"));
            report.items().iter().map(|r| shown(r, &SPREAD)).collect::<Vec<_>>()
        };
        let sdl = json!(["SDL", 1, "disseminated", "2021-11-01", "2021-11-05", "2021-11-05", 4, true, null, "2021-11-09", 8, 20]);
        let svhtt = json!(["SVHTT", 1, "sent", "2021-11-01", null, null, null, false, 11, null, null, null]);
        let syt = json!(["SYT", 1, "acknowledged", "2021-11-01", "2021-11-02", "2021-11-03", 2, true, null, null, null, null]);
        let hospital = |depth: i64| json!(["BV", depth, "disseminated", "2021-11-04", "2021-11-08", "2021-11-08", 4, true, null, "2021-11-10", 6, 45]);
        // What is acknowledged has come by that day. The issuer sees the whole tree, each below the one that passed it on.
        assert_eq!(seen("UBND", ""), [sdl.clone(), svhtt.clone(), syt.clone(), hospital(2)]);
        let report = read(&house.person("BDI", "UBND", "viewer"), &path);
        let (own, below) = (row(&report, "receiver_code", "SYT"), row(&report, "receiver_code", "BV"));
        assert_eq!(
            shown(below, &["parent_id", "sender_id", "purpose", "dissemination_form"]),
            json!([own["delivery_id"], own["receiver_id"], "carry_out", "Hội nghị"])
        );
        // A receiver sees its own line and those below it; the hospital stands at the top of what it sees.
        assert_eq!(seen("SYT", ""), [syt.clone(), hospital(2)]);
        assert_eq!(seen("BV", ""), [hospital(1)]);
        for more in ["", "&as_of=2021-11-04"] {
            let viewer = house.person("BDI", "UBND", "viewer");
            let report = read(&viewer, &format!("{path}{more}"));
            same_in_tables(&viewer, &format!("{path}{more}&"), &report["snapshot"], report.items());
        }
        assert_eq!(seen("SDL", ""), [sdl]);
        let stranger = house.person("BDI", "SNV", "viewer");
        stranger.get(&path).expect(404);

        // As the days went by.
        let then = |code: &str, day: &str| seen("UBND", &format!("&as_of={day}")).into_iter().find(|r| r[0] == code);
        assert_eq!(then("SYT", "2021-11-02"), Some(json!(["SYT", 1, "delivered", "2021-11-01", "2021-11-02", null, null, false, 1, null, null, null])));
        assert_eq!(then("SDL", "2021-11-04"), Some(json!(["SDL", 1, "sent", "2021-11-01", null, null, null, false, 3, null, null, null])));
        assert_eq!(
            then("SDL", "2021-11-05"),
            Some(json!(["SDL", 1, "acknowledged", "2021-11-01", "2021-11-05", "2021-11-05", 4, true, null, null, null, null]))
        );
        assert_eq!(then("BV", "2021-11-03"), None);
        assert_eq!(then("BV", "2021-11-04"), Some(json!(["BV", 2, "sent", "2021-11-04", null, null, null, false, 0, null, null, null])));
        assert_eq!(then("BV", "2021-11-09").map(|r| r[2].clone()), Some(json!("acknowledged")));
        assert_eq!(then("SVHTT", "2021-11-11").map(|r| r[8].clone()), Some(json!(10)));
        assert_eq!(seen("UBND", "&as_of=2021-10-31").len(), 0);
        // The issuer's register counts what the reader sees of the deliveries: all three, the own one, none.
        let register = |code: &str| {
            let path = format!("/reports/outgoing-documents?organization_id={}", org(house, "BDI", "UBND"));
            let report = read(&house.person("BDI", code, "viewer"), &path);
            shown(row(&report, "document_id", &document), &["sent", "acknowledged"])
        };
        for (code, counts) in [("UBND", [3, 2]), ("SYT", [1, 1]), ("SVHTT", [1, 0]), ("SNGV", [0, 0])] {
            assert_eq!(register(code), json!(counts), "{code}");
        }
        // Of one receiver; and as a file, in the same order.
        assert_eq!(seen("UBND", &format!("&organization_id={}", org(house, "BDI", "SVHTT"))), [svhtt]);
        let csv = house.person("BDI", "UBND", "viewer").get(&format!("{path}&format=csv&fields=receiver_code,depth,people_count")).expect(200);
        assert_eq!(String::from_utf8(csv.bytes).expect("UTF-8"), "depth,receiver_code,people_count\r\n1,SDL,20\r\n1,SVHTT,\r\n1,SYT,\r\n2,BV,45\r\n");

        // Told on 12/11, Sở Văn hóa acknowledged on 10/11: that is so from now on, and was not known on the 11th.
        let (known, clerk) = (seen("UBND", "&as_of=2021-11-11"), house.person("BDI", "SVHTT", "clerk"));
        let own = clerk.get(&format!("/deliveries?box=received&document_id={document}")).expect(200).items()[0]["id"].clone();
        let told = json!({ "action": "acknowledge", "on": "2021-11-10" });
        clerk.step(&format!("/deliveries/{}", own.as_str().expect("an id")), told).expect(200);
        assert_eq!(seen("UBND", "&as_of=2021-11-11"), known);
        let now = json!(["SVHTT", 1, "acknowledged", "2021-11-01", "2021-11-10", "2021-11-10", 9, true, null, null, null, null]);
        assert!(seen("UBND", "").contains(&now), "{:?}", seen("UBND", ""));
    });
}

/// Four departments of Bà Rịa – Vũng Tàu report to Sở Ngoại vụ by 15/6 and 15/12, which reports to UBND without a day.
struct Halves<'a> {
    house: &'a House,
    regime: String,
}

impl<'a> Halves<'a> {
    fn person(&self, code: &str, position: &str) -> Person<'a> {
        self.house.person("BRV", code, position)
    }
    fn begin(house: &'a House) -> Self {
        house.load_agencies("ba_ria_vung_tau");
        let sender = |code: &str| json!({ "organization_id": org(house, "BRV", code), "resolution": "text" });
        let departments = ["SDL", "SGDDT", "SVHTT", "SYT"].map(sender);
        let due = json!({ "kind": "half_yearly", "month": 6, "day": 15, "second_month": 12, "second_day": 15, "inclusive": true, "roll": "none" });
        let regime = json!({
            "name": "Báo cáo 6 tháng và cuối năm", "focal_point_id": org(house, "BRV", "SNGV"), "frequency": "half_year_and_year", "tracked_from": "2020-01-01",
            "final_recipient_id": org(house, "BRV", "UBND"),
            "steps": [
                { "step_no": 1, "receiver_id": org(house, "BRV", "SNGV"), "report_of": "consolidator", "resolution": "text", "due_rule": due,
                  "senders": departments },
                { "step_no": 2, "receiver_id": org(house, "BRV", "UBND"), "report_of": "consolidator", "resolution": "text", "consolidates": true,
                  "senders": [sender("SNGV")] }
            ],
            "sections": [{ "key": "ket_qua", "title": "Kết quả thực hiện", "in_text": false }], "indicators": [], "checks": []
        });
        let regime = house.person("BRV", "UBND", "officer").post("/reporting-regimes", regime).expect(201).id();
        Self { house, regime }
    }
    fn open(&self, at: &str, period: &str) -> String {
        self.house.at(at);
        self.person("SNGV", "leader").post("/reporting-periods", json!({ "regime_id": self.regime, "period": period })).expect(201).id()
    }
    fn hand_in(&self, at: &str, period: &str, code: &str) -> String {
        self.house.at(at);
        let owed = format!("/reporting-obligations?period_id={period}&sender_id={}", org(self.house, "BRV", code));
        let owed = self.person(code, "officer").get(&owed).expect(200).items()[0]["id"].clone();
        let draft = json!({ "obligation_id": owed, "narratives": [{ "section": "ket_qua", "text": "Đã thực hiện." }] });
        let path = format!("/report-submissions/{}", self.person(code, "officer").post("/report-submissions", draft).expect(201).id());
        self.person(code, "leader").step(&path, json!({ "action": "submit" })).expect(200);
        path
    }
    fn decide(&self, at: &str, path: &str, action: &str) {
        self.house.at(at);
        let body = if action == "return" { json!({ "action": action, "reason": "Thiếu số liệu" }) } else { json!({ "action": action }) };
        self.person("SNGV", "leader").step(path, body).expect(200);
    }
    fn read(&self, more: &str) -> Reply {
        read(&self.person("UBND", "viewer"), &format!("/reports/reporting-rates?regime_id={}{more}", self.regime))
    }
}

const COUNTS: [&str; 13] = [
    "period",
    "organization_code",
    "due_on",
    "expected",
    "actual",
    "missing",
    "not_due",
    "with_deadline",
    "on_time",
    "late",
    "returned",
    "working_days_late",
    "timeliness",
];

#[test]
fn reports_of_six_months_and_of_the_year_make_a_matrix() {
    each("2020-01-06T08:00", |house| {
        let halves = Halves::begin(house);
        let first = halves.open("2020-05-18T08:00", "2020-H1");
        // Mon 15/6 is the last day. SDL hands in on Wed 10/6, is returned on Wed 17/6 and hands in again on Mon 22/6: it lay five
        // working days (11, 12, 15, 16, 17), so its last day is 15/6 and five more (16, 17, 18, 19, 22). SYT 12/6, SGDDT Thu 18/6.
        let returned = halves.hand_in("2020-06-10T09:00", &first, "SDL");
        let syt = halves.hand_in("2020-06-12T09:00", &first, "SYT");
        halves.decide("2020-06-16T09:00", &syt, "accept");
        halves.decide("2020-06-17T09:00", &returned, "return");
        let late = halves.hand_in("2020-06-18T09:00", &first, "SGDDT");
        halves.decide("2020-06-19T09:00", &late, "accept");
        let again = halves.hand_in("2020-06-22T09:00", &first, "SDL");
        halves.decide("2020-06-23T09:00", &again, "accept");
        // The year: SGDDT on 14/12, SVHTT on the last day itself, SYT a day late; nothing is heard of SDL.
        let second = halves.open("2020-11-16T08:00", "2020");
        for (at, code) in [("2020-12-14T09:00", "SGDDT"), ("2020-12-15T22:00", "SVHTT"), ("2020-12-16T08:00", "SYT")] {
            let path = halves.hand_in(at, &second, code);
            halves.decide(at, &path, "accept");
        }

        let lines = |report: &Reply| report.items().iter().map(|r| shown(r, &COUNTS)).collect::<Vec<_>>();
        let line = |period: &str, code: &str, due: Value, counts: [i64; 9], timeliness: Value| {
            let mut all = vec![json!(period), json!(code), due];
            all.extend(counts.map(|n| json!(n)));
            all.push(timeliness);
            Value::Array(all)
        };
        let (june, december) = (json!("2020-06-15"), json!("2020-12-15"));
        house.at("2020-12-31T17:00");
        // On time, late, missing, returned, working days late; SNGV's own step has no day. Of SVHTT's first report: 16/6 to 31/12/2020
        // is counted below; of SDL's second: 16–18, 21–25, 28–31/12 = 12.
        let now = halves.read("&period=2020");
        let july_on = now.items().iter().find(|r| r["period"] == "2020-H1" && r["organization_code"] == "SVHTT").expect("a row")["working_days_late"].clone();
        assert_eq!(
            lines(&now),
            [
                line("2020-H1", "SDL", june.clone(), [1, 1, 0, 0, 1, 1, 0, 1, 0], json!("100.0")),
                // Tue 16, Wed 17, Thu 18/6.
                line("2020-H1", "SGDDT", june.clone(), [1, 1, 0, 0, 1, 0, 1, 0, 3], json!("0.0")),
                line("2020-H1", "SNGV", Value::Null, [1, 0, 0, 1, 0, 0, 0, 0, 0], Value::Null),
                line("2020-H1", "SVHTT", june.clone(), [1, 0, 1, 0, 1, 0, 0, 0, july_on.as_i64().expect("a number")], json!("0.0")),
                line("2020-H1", "SYT", june.clone(), [1, 1, 0, 0, 1, 1, 0, 0, 0], json!("100.0")),
                line("2020", "SDL", december.clone(), [1, 0, 1, 0, 1, 0, 0, 0, 12], json!("0.0")),
                line("2020", "SGDDT", december.clone(), [1, 1, 0, 0, 1, 1, 0, 0, 0], json!("100.0")),
                line("2020", "SNGV", Value::Null, [1, 0, 0, 1, 0, 0, 0, 0, 0], Value::Null),
                line("2020", "SVHTT", december.clone(), [1, 1, 0, 0, 1, 1, 0, 0, 0], json!("100.0")),
                line("2020", "SYT", december, [1, 1, 0, 0, 1, 0, 1, 0, 1], json!("0.0")),
            ]
        );
        // 16–30/6: 11; July 23, August 21, September 22 less 2/9 = 21, October 22, November 21, December 23.
        assert_eq!(july_on, json!(11 + 23 + 21 + 21 + 22 + 21 + 23));
        // Of the first half alone, as it stood on its last day: 16–19, 22–26, 29, 30/6 = 11.
        let then = halves.read("&period=2020-H1&as_of=2020-06-30");
        assert_eq!(then.items().len(), 5);
        assert_eq!(lines(&then)[3], line("2020-H1", "SVHTT", june.clone(), [1, 0, 1, 0, 1, 0, 0, 0, 11], json!("0.0")));
        // On 17/6 SDL's lay returned with days to come, SGDDT and SVHTT were two days late (16, 17).
        let then = lines(&halves.read("&period=2020-H1&as_of=2020-06-17"));
        assert_eq!(then[0], line("2020-H1", "SDL", june.clone(), [1, 0, 0, 1, 1, 0, 0, 1, 0], json!("0.0")));
        assert_eq!(then[1], line("2020-H1", "SGDDT", june.clone(), [1, 0, 1, 0, 1, 0, 0, 0, 2], json!("0.0")));
        // Expected, actual and on time of both periods: 5 and 5, 3 and 3, 2 and 2.
        let sum = |period: &str, member: &str| now.items().iter().filter(|r| r["period"] == period).map(|r| r[member].as_i64().expect("a number")).sum::<i64>();
        for period in ["2020-H1", "2020"] {
            assert_eq!(["expected", "actual", "on_time", "late", "missing"].map(|m| sum(period, m)), [5, 3, 2, 1, 1], "{period}");
        }
        // An agency sees its own line of each period, and no other.
        let own = read(&halves.person("SDL", "viewer"), &format!("/reports/reporting-rates?regime_id={}&period=2020", halves.regime));
        assert_eq!(lines(&own), [lines(&now)[0].clone(), lines(&now)[5].clone()]);
    });
}
