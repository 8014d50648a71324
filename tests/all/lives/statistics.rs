//! Figures worked out by hand against the reports: one agency late, one missing and urged twice, one returned.

use super::report_formats::same_in_tables;
use crate::harness::{House, Person, Reply, each};
use nhipcau::sequencer;
use serde_json::{Value, json};

pub fn org(house: &House, province: &str, code: &str) -> String {
    house.organization(province, code).id.to_string()
}

/// Seals everything, as the worker does within a second.
pub fn seal(house: &House) {
    while house.db.write_now(|conn| sequencer::sequence(conn, 500)).expect("a batch") > 0 {}
}

/// A GET after everything is sealed.
pub fn read(person: &Person<'_>, path: &str) -> Reply {
    seal(person.house);
    person.get(path).expect(200)
}

pub fn row<'a>(reply: &'a Reply, member: &str, value: &str) -> &'a Value {
    let found: Vec<&Value> = reply.items().iter().filter(|r| r[member] == value).collect();
    assert_eq!(found.len(), 1, "{member} = {value}: {}", reply.json);
    found[0]
}

/// The numbers of a row, in this order.
fn numbers(row: &Value, members: &[&str]) -> Vec<i64> {
    members.iter().map(|m| row[*m].as_i64().unwrap_or_else(|| panic!("{m}: {row}"))).collect()
}

/// 2021 in Bình Định, until the reports of 30/11 are accepted: STC on the last day, SDL three working days late, SYT returned
/// once, SVHTT missing and urged on 22/11 and 29/11; the other fourteen agencies are missing too, LHHN's own step has no day.
pub struct Year<'a> {
    pub house: &'a House,
    pub period: String,
}

impl<'a> Year<'a> {
    pub fn person(&self, code: &str, position: &str) -> Person<'a> {
        self.house.person("BDI", code, position)
    }
    pub fn obligation(&self, code: &str) -> Value {
        let path = format!("/reporting-obligations?period_id={}&sender_id={}", self.period, org(self.house, "BDI", code));
        self.person("LHHN", "viewer").get(&path).expect(200).items()[0].clone()
    }
    pub fn hand_in(&self, code: &str, at: &str) -> String {
        self.house.at(at);
        let draft = json!({ "obligation_id": self.obligation(code)["id"], "narratives": [{ "section": "ket_qua", "text": "Đã quán triệt." }],
            "figures": [{ "indicator": "delegations_in", "value": "2" }] });
        let path = format!("/report-submissions/{}", self.person(code, "officer").post("/report-submissions", draft).expect(201).id());
        self.person(code, "leader").step(&path, json!({ "action": "submit" })).expect(200);
        path
    }
    fn urge(&self, at: &str, level: &str) {
        self.house.at(at);
        let path = format!("/reporting-obligations/{}/urgings", self.obligation("SVHTT")["id"].as_str().expect("an id"));
        self.person("LHHN", "leader").post(&path, json!({ "level": level, "text": "Đề nghị gửi báo cáo." })).expect(201);
    }
    pub fn accept(&self, path: &str) {
        self.person("LHHN", "leader").step(path, json!({ "action": "accept" })).expect(200);
    }
    pub fn live(house: &'a House) -> Self {
        house.load("binh_dinh");
        house.at("2021-10-20T08:00");
        let union = house.person("BDI", "LHHN", "leader");
        let regime = union.get("/reporting-regimes").expect(200).items()[0]["id"].clone();
        let period = union.post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id();
        let year = Year { house, period };
        let returned = year.hand_in("SYT", "2021-11-15T10:00");
        house.at("2021-11-18T15:00");
        union.step(&returned, json!({ "action": "return", "reason": "Thiếu một đoàn" })).expect(200);
        let first = year.hand_in("STC", "2021-11-19T22:00");
        year.urge("2021-11-22T09:00", "urging");
        let late = year.hand_in("SDL", "2021-11-24T09:00");
        let again = year.hand_in("SYT", "2021-11-24T16:30");
        year.urge("2021-11-29T09:00", "escalated");
        house.at("2021-11-30T08:00");
        for path in [first, late, again] {
            year.accept(&path);
        }
        house.at("2021-12-01T08:00");
        year
    }
}

const COUNTS: [&str; 12] =
    ["expected", "actual", "accepted", "awaiting", "missing", "not_due", "with_deadline", "on_time", "late", "returned", "urged", "working_days_late"];

#[test]
fn reports_are_counted_as_they_stood_on_a_day() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let ubnd = year.person("UBND", "viewer");
        let path = "/reports/reporting-rates?period=2021";
        let report = read(&ubnd, path);
        // 14 departments and mass organisations, 4 districts, and the union with its own step.
        assert_eq!((report.items().len(), &report["as_of"], &report["filter"]), (19, &json!("2021-12-01"), &json!({ "period": "2021" })));
        let counted = |report: &Reply, code: &str| numbers(row(report, "organization_code", code), &COUNTS);
        for (code, expected, completeness, timeliness) in [
            ("STC", [1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0], "100.0", json!("100.0")),
            // Mon 22, Tue 23, Wed 24.
            ("SDL", [1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 3], "100.0", json!("0.0")),
            ("SYT", [1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0], "100.0", json!("100.0")),
            // 22–26/11 = 5, 29/11, 30/11, 1/12 = 3.
            ("SVHTT", [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 2, 8], "0.0", json!("0.0")),
            ("SNV", [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 8], "0.0", json!("0.0")),
            ("LHHN", [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], "0.0", Value::Null),
        ] {
            assert_eq!(counted(&report, code), expected, "{code}");
            let row = row(&report, "organization_code", code);
            assert_eq!((&row["completeness"], &row["timeliness"]), (&json!(completeness), &timeliness), "{code}");
        }
        assert_eq!(row(&report, "organization_code", "SDL")["organization_name"], house.organization("BDI", "SDL").name);
        assert_eq!((&report.items()[0]["period"], &report.items()[0]["period_state"]), (&json!("2021"), &json!("open")));

        // As the days went by. 18/11 evening: returned; 19/11: STC has handed in, nobody is missing.
        for (day, stc, syt, sdl, svhtt) in [
            ("2021-11-17", [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]),
            ("2021-11-18", [0, 0, 1, 0], [0, 0, 1, 1], [0, 0, 1, 0], [0, 0, 1, 0]),
            ("2021-11-19", [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0], [0, 0, 1, 0]),
            ("2021-11-20", [1, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 0], [0, 1, 0, 0]),
            ("2021-11-24", [1, 0, 0, 0], [1, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]),
        ] {
            let then = read(&ubnd, &format!("{path}&as_of={day}"));
            let of = |code: &str| numbers(row(&then, "organization_code", code), &["awaiting", "missing", "not_due", "returned"]);
            assert_eq!((of("STC"), of("SYT"), of("SDL"), of("SVHTT")), (stc.into(), syt.into(), sdl.into(), svhtt.into()), "{day}");
        }
        // 22, 23, 24, 25/11 = 4; urged once by then.
        let then = read(&ubnd, &format!("{path}&as_of=2021-11-25"));
        assert_eq!(counted(&then, "SVHTT"), [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 4]);
        // Before the period was opened nobody owed anything.
        assert_eq!(read(&ubnd, &format!("{path}&as_of=2021-10-19")).items().len(), 0);

        // What happens later changes the figures of now, never those of then.
        let last = year.hand_in("SVHTT", "2021-12-10T09:00");
        year.accept(&last);
        let again = read(&ubnd, &format!("{path}&as_of=2021-11-25"));
        assert_eq!((&again["snapshot"], &again.bytes), (&then["snapshot"], &then.bytes));
        // 22–26/11, 29/11–3/12, 6–10/12.
        assert_eq!(counted(&read(&ubnd, path), "SVHTT"), [1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 2, 15]);
        // What has no place in the feed yet is not in the snapshot.
        let before = read(&ubnd, path);
        year.hand_in("SNV", "2021-12-10T10:00");
        assert_eq!(ubnd.get(path).expect(200)["items"], before["items"]);
        assert_eq!(counted(&read(&ubnd, path), "SNV"), [1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(ubnd.get(&format!("{path}&as_of=2021-12-11")).expect(422).fault("as_of"), Some("future"));
        ubnd.get("/reports/reporting-rates?period=2021&from=2021-01-01").expect(422);
        assert_eq!(read(&ubnd, "/reports/reporting-rates?period=2020").items().len(), 0);
    });
}

/// A plan whose tasks SYT leads; one is requested of MTTQ.
pub fn plan(house: &House) -> String {
    house.at("2021-11-01T08:00");
    let (ubnd, syt) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SYT", "officer"));
    let plan = ubnd.post("/plans", json!({ "title": "Việc cuối năm" })).expect(201).id();
    let add = |content: &str, due: Option<&str>, form: &str, code: &str| {
        let task = json!({ "plan_id": plan, "content": content, "form": form, "due_on": due,
            "assignees": [{ "organization_id": org(house, "BDI", code), "role": "lead" }] });
        format!("/tasks/{}", ubnd.post("/tasks", task).expect(201).id())
    };
    let on_time = add("Một", Some("2021-11-10"), "assign", "SYT");
    let late = add("Hai", Some("2021-11-10"), "assign", "SYT");
    let never = add("Ba", Some("2021-11-10"), "assign", "SYT");
    let no_day = add("Bốn", None, "assign", "SYT");
    add("Năm", Some("2021-12-10"), "assign", "SYT");
    let awaiting = add("Sáu", Some("2021-11-20"), "assign", "SYT");
    add("Bảy", Some("2021-11-10"), "request", "MTTQ");
    ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
    let propose = |path: &str, at: &str| {
        house.at(at);
        syt.step(path, json!({ "action": "start" })).expect(200);
        syt.step(path, json!({ "action": "propose_completion", "result": "Đã làm" })).expect(200);
    };
    let accept = |path: &str, at: &str| {
        house.at(at);
        ubnd.step(path, json!({ "action": "accept" })).expect(200);
    };
    propose(&on_time, "2021-11-08T08:00");
    propose(&no_day, "2021-11-08T08:30");
    accept(&on_time, "2021-11-09T08:00");
    accept(&no_day, "2021-11-09T08:30");
    propose(&late, "2021-11-12T08:00");
    accept(&late, "2021-11-15T08:00");
    propose(&awaiting, "2021-11-18T08:00");
    for day in ["2021-11-22T08:00", "2021-11-29T08:00"] {
        house.at(day);
        let letter = json!({ "target_kind": "task", "target_id": never.trim_start_matches("/tasks/"), "organization_id": org(house, "BDI", "SYT"),
            "level": "urging", "text": "Đề nghị khẩn trương." });
        ubnd.post("/urgings", letter).expect(201);
    }
    house.at("2021-12-01T08:00");
    plan
}

const PARTS: [&str; 12] =
    ["assigned", "on_time", "late", "no_deadline", "awaiting", "running", "overdue", "waived", "leading", "requested", "requested_done", "urged"];

#[test]
fn tasks_are_counted_as_they_stood_on_a_day() {
    each("2021-10-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let plan = plan(house);
        let ubnd = house.person("BDI", "UBND", "viewer");
        let path = format!("/reports/task-progress?plan_id={plan}");
        let report = read(&ubnd, &path);
        let counted = |report: &Reply, code: &str| numbers(row(report, "organization_code", code), &PARTS);
        // One each on time, late, without a day, awaiting, running (10/12) and overdue (10/11); urged twice.
        assert_eq!(counted(&report, "SYT"), [6, 1, 1, 1, 1, 1, 1, 0, 6, 0, 0, 2]);
        let syt = row(&report, "organization_code", "SYT");
        assert_eq!((&syt["on_time_rate"], &syt["below_target"], &syt["plan_id"]), (&json!("50.0"), &json!(true), &json!(plan)));
        // What was requested stands in no ranking, though its day has passed.
        assert_eq!(counted(&report, "MTTQ"), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
        let mttq = row(&report, "organization_code", "MTTQ");
        assert_eq!((&mttq["on_time_rate"], &mttq["below_target"]), (&Value::Null, &Value::Null));
        assert_eq!(report.items().len(), 2);
        for (day, expected, rate) in [
            // Handed in, not accepted: two.
            ("2021-11-08", [6, 0, 0, 0, 2, 4, 0, 0, 6, 0, 0, 0], Value::Null),
            ("2021-11-11", [6, 1, 0, 1, 0, 2, 2, 0, 6, 0, 0, 0], json!("100.0")),
            ("2021-11-12", [6, 1, 0, 1, 1, 2, 1, 0, 6, 0, 0, 0], json!("100.0")),
            ("2021-11-15", [6, 1, 1, 1, 0, 2, 1, 0, 6, 0, 0, 0], json!("50.0")),
            ("2021-11-22", [6, 1, 1, 1, 1, 1, 1, 0, 6, 0, 0, 1], json!("50.0")),
        ] {
            let then = read(&ubnd, &format!("{path}&as_of={day}"));
            assert_eq!(counted(&then, "SYT"), expected, "{day}");
            assert_eq!(row(&then, "organization_code", "SYT")["on_time_rate"], rate, "{day}");
        }
        // Open in December: what was accepted in November is not in it.
        assert_eq!(counted(&read(&ubnd, &format!("{path}&from=2021-12-01")), "SYT"), [3, 0, 0, 0, 1, 1, 1, 0, 3, 0, 0, 0]);

        // Cancelling waives, returning owes again, a later date takes back: none of it touches the past.
        let then = read(&ubnd, &format!("{path}&as_of=2021-11-30"));
        let tasks = house.person("BDI", "UBND", "leader").get(&format!("/tasks?plan_id={plan}&limit=200")).expect(200);
        let task = |content: &str| format!("/tasks/{}", tasks.items().iter().find(|t| t["content"] == content).expect("a task")["id"].as_str().expect("an id"));
        let leader = house.person("BDI", "UBND", "leader");
        let more = json!({ "task_id": task("Năm").trim_start_matches("/tasks/"), "due_on": "2021-12-24", "reason": "Chờ đoàn" });
        let more = house.person("BDI", "SYT", "leader").post("/extensions", more).expect(201).id();
        leader.step(&format!("/extensions/{more}"), json!({ "action": "grant" })).expect(200);
        leader.step(&task("Ba"), json!({ "action": "cancel", "reason": "Thôi" })).expect(200);
        leader.step(&task("Sáu"), json!({ "action": "return", "reason": "Chưa đủ" })).expect(200);
        // Sáu is owed again, three working days from today; Năm until 24/12; Ba waived.
        assert_eq!(counted(&read(&ubnd, &path), "SYT"), [6, 1, 1, 1, 0, 2, 0, 1, 6, 0, 0, 2]);
        let again = read(&ubnd, &format!("{path}&as_of=2021-11-30"));
        assert_eq!((&again["snapshot"], &again.bytes), (&then["snapshot"], &then.bytes));
    });
}

/// All due on 10/11. Một is accepted on 9/11 without SDL, with a reason, and without STC, which was not required; Hai is
/// declined on 8/11; of Ba, which is cancelled on 9/11, STC has done its part.
#[test]
fn nobody_waits_for_parts_of_what_is_over() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let person = |code: &str, position: &str| house.person("BDI", code, position);
        let ubnd = person("UBND", "leader");
        let plan = ubnd.post("/plans", json!({ "title": "Việc đã qua" })).expect(201).id();
        let agency = |code: &str, role: &str, required: bool| json!({ "organization_id": org(house, "BDI", code), "role": role, "required": required });
        let add = |content: &str, assignees: Value| {
            let task = json!({ "plan_id": plan, "content": content, "form": "assign", "due_on": "2021-11-10", "assignees": assignees });
            format!("/tasks/{}", ubnd.post("/tasks", task).expect(201).id())
        };
        let one = add("Một", json!([agency("SYT", "lead", true), agency("STC", "coordinate", false), agency("SDL", "coordinate", true)]));
        let two = add("Hai", json!([agency("SVHTT", "lead", true)]));
        let three = add("Ba", json!([agency("SYT", "lead", true), agency("STC", "coordinate", true)]));
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        house.at("2021-11-08T08:00");
        let syt = person("SYT", "officer");
        syt.step(&one, json!({ "action": "start" })).expect(200);
        syt.step(&one, json!({ "action": "propose_completion", "reason": "Sở Du lịch chưa gửi" })).expect(200);
        person("SVHTT", "leader").step(&two, json!({ "action": "decline", "reason": "Không thuộc chức năng" })).expect(200);
        let shown = person("STC", "officer").get(&three).expect(200);
        let parts = shown["parts"].as_array().expect("parts");
        let part = parts.iter().find(|p| p["organization_id"] == org(house, "BDI", "STC").as_str()).expect("a part")["id"].clone();
        let done = json!({ "action": "done", "result": "Đã góp ý" });
        person("STC", "officer").step(&format!("/task-parts/{}", part.as_str().expect("an id")), done).expect(200);
        house.at("2021-11-09T08:00");
        ubnd.step(&one, json!({ "action": "accept" })).expect(200);
        ubnd.step(&three, json!({ "action": "cancel", "reason": "Thôi" })).expect(200);

        house.at("2021-12-01T08:00");
        let path = format!("/reports/task-progress?plan_id={plan}");
        for (day, syt, stc, sdl, svhtt) in [
            // Awaiting and running; running and awaiting; running; declined already.
            (
                "2021-11-08",
                [2, 0, 0, 0, 1, 1, 0, 0, 2, 0, 0, 0],
                [2, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0],
                [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
                [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0],
            ),
            // Three weeks after the day that all had, nobody is overdue.
            (
                "2021-12-01",
                [2, 1, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0],
                [2, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0],
                [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
                [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0],
            ),
        ] {
            let then = read(&ubnd, &format!("{path}&as_of={day}"));
            for (code, counts) in [("SYT", syt), ("STC", stc), ("SDL", sdl), ("SVHTT", svhtt)] {
                assert_eq!(numbers(row(&then, "organization_code", code), &PARTS), counts, "{day} {code}");
            }
        }
        assert_eq!(read(&ubnd, &format!("/reports/leaders-brief?plan_id={plan}"))["overdue_count"], json!(0));
        // The plan's own survey, of that day and of today.
        let surveyed = |more: &str, code: &str| {
            let rows = ubnd.get(&format!("/plans/{plan}/progress{more}")).expect(200);
            numbers(row(&rows, "organization_id", &org(house, "BDI", code)), &["awaiting", "running", "overdue", "waived"])
        };
        assert_eq!((surveyed("?to=2021-11-08", "STC"), surveyed("", "STC")), (vec![1, 1, 0, 0], vec![0, 0, 0, 2]));
        assert_eq!((surveyed("?to=2021-11-08", "SDL"), surveyed("", "SDL")), (vec![0, 1, 0, 0], vec![0, 0, 0, 1]));
        // Until it was declined it was owed.
        assert_eq!((surveyed("?to=2021-11-07", "SVHTT"), surveyed("?to=2021-11-08", "SVHTT")), (vec![0, 1, 0, 0], vec![0, 0, 0, 1]));
        // Given to another agency, the declined task is owed again, by that one.
        let snv = json!({ "action": "reassign", "organization_id": org(house, "BDI", "SNV") });
        ubnd.step(&two, snv).expect(200);
        assert_eq!(numbers(row(&read(&ubnd, &path), "organization_code", "SNV"), &["assigned", "overdue", "waived"]), [1, 1, 0]);
        assert_eq!(numbers(row(&read(&ubnd, &path), "organization_code", "SVHTT"), &["assigned", "overdue", "waived"]), [1, 0, 1]);
    });
}

/// Seen on 16/11. Một (30/11): SYT has declined it. Hai (10/11): SVHTT's proposal of 9/11 was returned on 15/11, so that it has
/// until 18/11, three working days after; SNV and SDL, who need not be waited for, still owe theirs since 10/11. Ba (30/11): SYT
/// leads, STC's part was waived on 3/11.
#[test]
fn nothing_that_happens_later_touches_a_past_day() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let person = |code: &str, position: &str| house.person("BDI", code, position);
        let ubnd = person("UBND", "leader");
        let plan = ubnd.post("/plans", json!({ "title": "Việc sẽ đổi" })).expect(201).id();
        let agency = |code: &str, role: &str, required: bool| json!({ "organization_id": org(house, "BDI", code), "role": role, "required": required });
        let add = |plan: &str, content: &str, due: &str, assignees: Value| {
            let task = json!({ "plan_id": plan, "content": content, "form": "assign", "due_on": due, "assignees": assignees });
            ubnd.post("/tasks", task).expect(201).id()
        };
        let one = add(&plan, "Một", "2021-11-30", json!([agency("SYT", "lead", true), agency("STC", "coordinate", true)]));
        let coordinators = json!([agency("SVHTT", "lead", true), agency("SNV", "coordinate", false), agency("SDL", "coordinate", false)]);
        let two = add(&plan, "Hai", "2021-11-10", coordinators);
        let three = add(&plan, "Ba", "2021-11-30", json!([agency("SYT", "lead", true), agency("STC", "coordinate", true)]));
        let at = |task: &str| format!("/tasks/{task}");
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let part = |task: &str, code: &str| {
            let shown = ubnd.get(&at(task)).expect(200);
            let all = shown["parts"].as_array().expect("parts");
            let own = all.iter().find(|p| p["organization_id"] == org(house, "BDI", code).as_str()).expect("a part");
            format!("/task-parts/{}", own["id"].as_str().expect("an id"))
        };
        house.at("2021-11-03T08:00");
        person("SYT", "leader").step(&part(&three, "STC"), json!({ "action": "waive", "reason": "Không cần kinh phí" })).expect(200);
        house.at("2021-11-08T08:00");
        person("SYT", "leader").step(&at(&one), json!({ "action": "decline", "reason": "Không thuộc chức năng" })).expect(200);
        house.at("2021-11-09T08:00");
        let svhtt = person("SVHTT", "leader");
        svhtt.step(&at(&two), json!({ "action": "start" })).expect(200);
        svhtt.step(&at(&two), json!({ "action": "propose_completion" })).expect(200);
        house.at("2021-11-15T08:00");
        ubnd.step(&at(&two), json!({ "action": "return", "reason": "Thiếu số liệu" })).expect(200);

        house.at("2021-11-17T08:00");
        let path = format!("/reports/task-progress?plan_id={plan}");
        let then = read(&ubnd, &format!("{path}&as_of=2021-11-16"));
        for (code, counts) in [
            ("SYT", [2, 0, 0, 0, 0, 1, 0, 1, 2, 0, 0, 0]),
            ("STC", [2, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]),
            ("SVHTT", [1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0]),
            ("SNV", [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]),
            ("SDL", [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]),
        ] {
            assert_eq!(numbers(row(&then, "organization_code", code), &PARTS), counts, "{code}");
        }
        let same = |what: &str| {
            let again = read(&ubnd, &format!("{path}&as_of=2021-11-16"));
            assert_eq!((&again["snapshot"], again.json.to_string()), (&then["snapshot"], then.json.to_string()), "{what}");
        };
        ubnd.step(&at(&one), json!({ "action": "reassign", "organization_id": org(house, "BDI", "STC") })).expect(200);
        same("a part that coordinated leads");
        svhtt.step(&at(&two), json!({ "action": "start" })).expect(200);
        same("begun again, with the open parts of others");
        let done = json!({ "action": "done", "result": "Đã góp ý" });
        person("SNV", "officer").step(&part(&two, "SNV"), done).expect(200);
        same("an open part is done");
        let more = json!({ "task_id": two, "due_on": "2021-12-31", "reason": "Chờ đoàn" });
        let more = svhtt.post("/extensions", more).expect(201).id();
        ubnd.step(&format!("/extensions/{more}"), json!({ "action": "grant" })).expect(200);
        same("the last day of all has moved");
        ubnd.step(&at(&three), json!({ "action": "cancel", "reason": "Thôi" })).expect(200);
        same("cancelled, with a part that was waived before");
        let focal = json!({ "organization_id": org(house, "BDI", "LHHN"), "function": "focal_point", "plan_id": plan });
        house.administrator().post("/organization-functions", focal).expect(201);
        same("followed by another");
        let own = format!("/plans/{plan}");
        ubnd.patch(&own, &ubnd.get(&own).expect(200), json!({ "title": "Việc đã đổi" })).expect(200);
        ubnd.step(&own, json!({ "action": "close", "reason": "Hết năm" })).expect(200);
        same("retitled and closed");

        // What is put in force has no place in the feed yet: neither the plan nor its parts are in the snapshot.
        house.at("2021-11-18T08:00");
        let next = ubnd.post("/plans", json!({ "title": "Việc mới" })).expect(201).id();
        add(&next, "Bốn", "2021-11-30", json!([agency("SYT", "lead", true)]));
        seal(house);
        ubnd.step(&format!("/plans/{next}"), json!({ "action": "activate" })).expect(200);
        let path = format!("/reports/task-progress?plan_id={next}");
        assert!(ubnd.get(&path).expect(200).items().is_empty());
        assert_eq!(read(&ubnd, &path).items().len(), 1);
    });
}

#[test]
fn reports_owed_belong_to_the_plan_that_their_regime_named() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let officer = year.person("UBND", "officer");
        let regime = officer.get("/reporting-regimes").expect(200).items()[0].clone();
        let path = format!("/reports/reporting-rates?period=2021&plan_id={}", regime["plan_id"].as_str().expect("a plan"));
        let then = read(&officer, &format!("{path}&as_of=2021-11-25"));
        assert_eq!(then.items().len(), 19);
        house.at("2021-12-02T08:00");
        let own = format!("/reporting-regimes/{}", regime["id"].as_str().expect("an id"));
        officer.patch(&own, &officer.get(&own).expect(200), json!({ "plan_id": null })).expect(200);
        let again = read(&officer, &format!("{path}&as_of=2021-11-25"));
        assert_eq!((&again["snapshot"], &again.bytes), (&then["snapshot"], &then.bytes));
        assert!(read(&officer, &path).items().is_empty());
    });
}

#[test]
fn everybody_sees_the_figures_that_are_theirs() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let plan = plan(house);
        let codes = |person: &Person<'_>, path: &str| {
            let mut all: Vec<String> = read(person, path).items().iter().map(|r| r["organization_code"].as_str().expect("a code").to_owned()).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (rates, tasks) = ("/reports/reporting-rates", format!("/reports/task-progress?plan_id={plan}"));
        for code in ["UBND", "VPUBND", "SNGV"] {
            assert_eq!(codes(&year.person(code, "viewer"), rates).len(), 19, "{code}");
            assert_eq!(codes(&year.person(code, "viewer"), &tasks), ["MTTQ", "SYT"], "{code}");
        }
        // The union is focal point of the regime and of its plan, not of the province.
        let union = year.person("LHHN", "viewer");
        assert_eq!(codes(&union, rates).len(), 19);
        assert_eq!(numbers(row(&read(&union, rates), "organization_code", "SVHTT"), &["missing", "urged", "working_days_late"]), [1, 2, 8]);
        assert!(codes(&union, &tasks).is_empty());
        assert!(codes(&union, "/reports/task-progress").len() > 10);
        for position in ["leader", "clerk", "org_admin"] {
            assert_eq!(codes(&year.person("SYT", position), rates), ["SYT"]);
            assert_eq!(codes(&year.person("SYT", position), &tasks), ["SYT"]);
        }
        let sdl = org(house, "BDI", "SDL");
        assert!(codes(&year.person("SYT", "leader"), &format!("{rates}?organization_id={sdl}")).is_empty());
        assert_eq!(codes(&year.person("UBND", "viewer"), &format!("{rates}?organization_id={sdl}")), ["SDL"]);
        assert!(codes(&year.person("SNV", "leader"), &tasks).is_empty());
        // Another province's.
        house.load_agencies("gia_lai");
        assert!(codes(&house.person("GLA", "UBND", "leader"), rates).is_empty());
        assert!(codes(&house.person("GLA", "UBND", "leader"), &tasks).is_empty());
        let administrator = house.administrator();
        for path in [rates, "/reports/task-progress", "/reports/open-obstacles", "/reports/incoming-documents", "/reports/leaders-brief"] {
            administrator.get(path).expect(403);
        }
    });
}

#[test]
fn leaders_see_the_worst_the_next_and_what_waits() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let of_the_plan = plan(house);
        // Asked for on 1/12: an extension and a completion wait for UBND, SDL's report was late.
        let syt = year.person("SYT", "leader");
        let tasks = syt.get("/tasks?limit=200&q=nam").expect(200);
        let due = tasks.items().iter().find(|t| t["content"] == "Năm").expect("a task").clone();
        let more = json!({ "task_id": due["id"], "due_on": "2021-12-24", "reason": "Chờ đoàn" });
        syt.post("/extensions", more).expect(201);
        let brief = read(&year.person("VPUBND", "leader"), "/reports/leaders-brief");
        assert_eq!((&brief["whole_province"], &brief["as_of"], &brief["filter"]), (&json!(true), &json!("2021-12-01"), &json!({ "period": "2021" })));
        // The task of 10/11 before all that was due on 19/11.
        let worst = &brief["overdue"][0];
        assert_eq!((&worst["kind"], &worst["title"], &worst["due_on"], &worst["days_left"]), (&json!("task"), &json!("Ba"), &json!("2021-11-10"), &json!(-21)));
        // 11, 12, 15–19, 22–26, 29, 30, 1/12.
        assert_eq!((&worst["organization_code"], &worst["working_days_late"]), (&json!("SYT"), &json!(15)));
        // 15 reports, and the parts that the list of parts shows as overdue, but for the one that was requested.
        let parts = |person: &Person<'_>| person.get("/task-parts?overdue=true&count=exact&limit=1").expect(200)["total"].as_i64().expect("a number");
        assert_eq!(
            (brief["overdue_count"].as_i64(), brief["overdue"].as_array().map(Vec::len)),
            (Some(15 + parts(&year.person("UBND", "viewer")) - 1), Some(20))
        );
        let one = read(&year.person("UBND", "leader"), &format!("/reports/leaders-brief?plan_id={of_the_plan}"));
        assert_eq!((&one["overdue_count"], one["overdue"].as_array().map(Vec::len), &one["overdue"][0]["title"]), (&json!(1), Some(1), &json!("Ba")));
        // MTTQ's was requested: it is nowhere.
        assert!(!brief["overdue"].as_array().expect("a list").iter().any(|d| d["title"] == "Bảy"));
        let below: Vec<(&Value, &Value, &Value)> =
            brief["below_target"].as_array().expect("a list").iter().map(|a| (&a["organization_code"], &a["tasks_rate"], &a["reports_rate"])).collect();
        assert_eq!(below, [(&json!("SDL"), &Value::Null, &json!("0.0")), (&json!("SYT"), &json!("50.0"), &json!("100.0"))]);
        let coming: Vec<(&Value, &Value)> = brief["upcoming"].as_array().expect("a list").iter().map(|d| (&d["title"], &d["days_left"])).collect();
        assert!(coming.contains(&(&json!("Năm"), &json!(9))), "{coming:?}");
        let waits: Vec<(&Value, &Value, &Value)> =
            brief["decisions"].as_array().expect("a list").iter().map(|d| (&d["kind"], &d["title"], &d["days_waiting"])).collect();
        assert_eq!(waits, [(&json!("completion"), &json!("Sáu"), &json!(13)), (&json!("task_extension"), &json!("Năm"), &json!(0))]);
        // An agency's own brief knows of nobody else.
        let own = read(&year.person("SYT", "leader"), "/reports/leaders-brief");
        let mine = year.person("SYT", "viewer").get(&format!("/task-parts?overdue=true&count=exact&organization_id={}", org(house, "BDI", "SYT"))).expect(200);
        assert_eq!((&own["whole_province"], &own["overdue_count"]), (&json!(false), &mine["total"]));
        assert!(!String::from_utf8_lossy(&own.bytes).contains("SDL"));
        assert_eq!(own["decisions"], json!([]));
    });
}

/// Beside the plan whose Sáu SYT has proposed as done since 18/11, STC asks for more time in another plan, and SNV's report
/// lies with the union.
#[test]
fn a_brief_is_narrowed_in_every_list() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let first = plan(house);
        let (ubnd, stc) = (year.person("UBND", "leader"), year.person("STC", "leader"));
        let second = ubnd.post("/plans", json!({ "title": "Việc khác" })).expect(201).id();
        let task = json!({ "plan_id": second, "content": "Tám", "form": "assign", "due_on": "2021-12-20",
            "assignees": [{ "organization_id": org(house, "BDI", "STC"), "role": "lead" }] });
        let task = ubnd.post("/tasks", task).expect(201).id();
        ubnd.step(&format!("/plans/{second}"), json!({ "action": "activate" })).expect(200);
        stc.post("/extensions", json!({ "task_id": task, "due_on": "2021-12-27", "reason": "Chờ kinh phí" })).expect(201);
        year.hand_in("SNV", "2021-12-01T09:00");

        let waits = |person: &Person<'_>, narrowed: &str| {
            let brief = read(person, &format!("/reports/leaders-brief?period=2021{narrowed}"));
            let mut all: Vec<String> = brief["decisions"].as_array().expect("a list").iter().map(|d| d["kind"].as_str().expect("a kind").to_owned()).collect();
            all.sort_unstable();
            all
        };
        let agency = |code: &str| format!("&organization_id={}", org(house, "BDI", code));
        for (narrowed, kinds) in [
            (String::new(), vec!["completion", "task_extension"]),
            (format!("&plan_id={first}"), vec!["completion"]),
            (format!("&plan_id={second}"), vec!["task_extension"]),
            (agency("SYT"), vec!["completion"]),
            (agency("STC"), vec!["task_extension"]),
            (agency("SDL"), vec![]),
            (format!("&plan_id={first}{}", agency("STC")), vec![]),
        ] {
            assert_eq!(waits(&ubnd, &narrowed), kinds, "{narrowed}");
        }
        let union = year.person("LHHN", "leader");
        let own = union.get("/reporting-regimes").expect(200).items()[0]["plan_id"].as_str().expect("a plan").to_owned();
        for (narrowed, kinds) in [
            (String::new(), vec!["submission"]),
            (format!("&plan_id={own}"), vec!["submission"]),
            (format!("&plan_id={first}"), vec![]),
            (agency("SNV"), vec!["submission"]),
            (agency("SYT"), vec![]),
        ] {
            assert_eq!(waits(&union, &narrowed), kinds, "{narrowed}");
        }
    });
}

/// SDL's own plan, which VPUBND monitors as every plan of the province. On 10/11 SYT proposes Một as done and asks for more time
/// for Hai. Of the drafts, VPUBND's letter waits for its own leader, SYT's report of 2021 (due on 19/11) for SYT's.
#[test]
fn a_brief_knows_all_that_its_leader_is_to_decide() {
    each("2021-10-01T08:00", |house| {
        house.load("binh_dinh");
        house.at("2021-10-20T08:00");
        let person = |code: &str, position: &str| house.person("BDI", code, position);
        let union = person("LHHN", "leader");
        let regime = union.get("/reporting-regimes").expect(200).items()[0]["id"].clone();
        let period = union.post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id();
        let year = Year { house, period };
        let (owner, syt) = (person("SDL", "leader"), person("SYT", "leader"));
        let plan = owner.post("/plans", json!({ "title": "Việc của Sở Du lịch" })).expect(201).id();
        let add = |content: &str| {
            let task = json!({ "plan_id": plan, "content": content, "form": "assign", "due_on": "2021-12-10",
                "assignees": [{ "organization_id": org(house, "BDI", "SYT"), "role": "lead" }] });
            owner.post("/tasks", task).expect(201).id()
        };
        let (one, two) = (add("Một"), add("Hai"));
        owner.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        house.at("2021-11-10T08:00");
        let path = format!("/tasks/{one}");
        syt.step(&path, json!({ "action": "start" })).expect(200);
        syt.step(&path, json!({ "action": "propose_completion", "result": "Đã làm" })).expect(200);
        syt.post("/extensions", json!({ "task_id": two, "due_on": "2021-12-24", "reason": "Chờ đoàn" })).expect(201);
        let letter = json!({ "kind": "official_letter", "symbol": "VPUBND-VX", "summary": "V/v báo cáo năm", "signer": { "name": "Nguyễn Thí Dụ", "position": "Chánh Văn phòng" } });
        let letter = person("VPUBND", "officer").post("/documents", letter).expect(201).id();
        let report = json!({ "obligation_id": year.obligation("SYT")["id"], "narratives": [{ "section": "ket_qua", "text": "Đã quán triệt." }] });
        let report = person("SYT", "officer").post("/report-submissions", report).expect(201).id();

        house.at("2021-11-12T08:00");
        let waits = |code: &str, more: &str| -> Vec<(String, Value, Value)> {
            let brief = read(&person(code, "leader"), &format!("/reports/leaders-brief?period=2021{more}"));
            let decisions = brief["decisions"].as_array().expect("a list").clone();
            let mut all: Vec<_> =
                decisions.iter().map(|d| (d["kind"].as_str().expect("a kind").to_owned(), d["decider_id"].clone(), d["days_waiting"].clone())).collect();
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all
        };
        let decides = |kind: &str, code: &str| (kind.to_owned(), json!(org(house, "BDI", code)), json!(2));
        // UBND sees what its Office is to decide; the Office's draft is the Office's alone.
        assert_eq!(waits("VPUBND", ""), [decides("completion", "VPUBND"), decides("draft_document", "VPUBND"), decides("task_extension", "VPUBND")]);
        assert_eq!(waits("UBND", ""), [decides("completion", "VPUBND"), decides("task_extension", "VPUBND")]);
        assert_eq!(waits("SDL", ""), [decides("completion", "SDL"), decides("task_extension", "SDL")]);
        assert_eq!(waits("VPUBND", &format!("&plan_id={plan}")), [decides("completion", "VPUBND"), decides("task_extension", "VPUBND")]);
        assert_eq!(waits("SYT", ""), [decides("draft_report", "SYT")]);
        assert!(waits("SYT", &format!("&plan_id={plan}")).is_empty());
        let brief = read(&person("SYT", "leader"), "/reports/leaders-brief?period=2021");
        let draft = &brief["decisions"][0];
        assert_eq!((&draft["record_id"], &draft["due_on"], &draft["since"]), (&json!(report), &json!("2021-11-19"), &json!("2021-11-10")));
        // All of it is in the inbox as well, with what may be done.
        let inbox = person("VPUBND", "leader").get("/notifications?limit=200").expect(200);
        let acts = |kind: &str| row(&inbox, "kind", kind)["allowed_actions"][0].clone();
        assert_eq!((acts("completion_to_accept"), acts("document_to_sign")), (json!("accept"), json!("sign")));

        // Decided by the Office, it waits for nobody.
        person("VPUBND", "leader").step(&path, json!({ "action": "accept" })).expect(200);
        person("VPUBND", "leader").step(&format!("/documents/{letter}"), json!({ "action": "sign" })).expect(200);
        assert_eq!(waits("VPUBND", ""), [decides("task_extension", "VPUBND")]);
        assert_eq!(waits("SDL", ""), [decides("task_extension", "SDL")]);
    });
}

/// SVHTT's report was due on Fri 19/11/2021. A calendar installed on Mon 6/12 has Tue 23/11 off.
#[test]
fn a_calendar_that_comes_later_touches_no_past_day() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        house.at("2021-12-06T08:00");
        let ubnd = year.person("UBND", "viewer");
        let (now, past) = ("/reports/reporting-rates?period=2021", "/reports/reporting-rates?period=2021&as_of=2021-11-25");
        let late = |report: &Reply| row(report, "organization_code", "SVHTT")["working_days_late"].clone();
        let then = read(&ubnd, past);
        // 22–25/11 = 4; 22–26/11, 29/11–3/12 and 6/12 = 11.
        assert_eq!((late(&then), late(&read(&ubnd, now))), (json!(4), json!(11)));
        let new = |version: &str, off: &str| {
            let day = json!({ "date": off, "kind": "public_holiday", "name_vi": "Nghỉ", "name_en": "Off", "unconfirmed": false });
            json!({ "calendar_version": version, "years": [2021], "days_off": [day], "extra_working_days": [] })
        };
        let administrator = house.administrator();
        let install = |version: &str, off: &str| administrator.post("/calendars", new(version, off)).expect(201);
        install("vn-2021/2", "2021-11-23");
        let again = read(&ubnd, past);
        assert_eq!((&again["snapshot"], &again.bytes), (&then["snapshot"], &then.bytes));
        assert_eq!(late(&read(&ubnd, now)), json!(10));
        // A day later 22–24/11 are off in another one, then the first is put in force again: each day keeps its own.
        house.at("2021-12-07T08:00");
        install("vn-2021/3", "2021-11-22");
        let third = read(&ubnd, now);
        // 7/12 as well.
        assert_eq!(late(&third), json!(11));
        house.at("2021-12-08T08:00");
        install("vn-2021/2", "2021-11-23");
        for (day, count) in [("2021-11-25", 4), ("2021-12-06", 10), ("2021-12-07", 11)] {
            assert_eq!(late(&read(&ubnd, &format!("{now}&as_of={day}"))), json!(count), "{day}");
        }
        assert_eq!(late(&read(&ubnd, now)), json!(12));
    });
}

/// Twelve agencies owe two reports, by 19/11 and by 26/11. SYT's first was returned on 30/11, so that it has until 3/12:
/// three working days after the return.
#[test]
fn the_longest_overdue_come_first_by_the_day_that_counts() {
    each("2021-10-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let codes = ["BAO", "CAT", "HND", "MTTQ", "SDL", "SGDDT", "SKHDT", "SNV", "STC", "STTTT", "SVHTT", "SYT"];
        let sender = |code: &str| json!({ "organization_id": org(house, "BDI", code), "resolution": "text" });
        let (officer, union) = (house.person("BDI", "UBND", "officer"), house.person("BDI", "LHHN", "leader"));
        house.at("2021-11-01T08:00");
        let opened = |name: &str, day: i32| {
            let regime = json!({
                "name": name, "frequency": "year", "focal_point_id": org(house, "BDI", "LHHN"), "final_recipient_id": org(house, "BDI", "UBND"),
                "tracked_from": "2021-01-01",
                "steps": [
                    { "step_no": 1, "senders": codes.map(sender), "receiver_id": org(house, "BDI", "LHHN"), "report_of": "consolidator", "resolution": "text",
                      "due_rule": { "kind": "yearly", "month": 11, "day": day, "inclusive": true, "roll": "none" } },
                    { "step_no": 2, "senders": [sender("LHHN")], "receiver_id": org(house, "BDI", "UBND"), "consolidates": true,
                      "report_of": "consolidator", "resolution": "text" },
                ],
                "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }], "indicators": [],
            });
            let regime = officer.post("/reporting-regimes", regime).expect(201).id();
            union.post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id()
        };
        let (first, _) = (opened("Báo cáo năm", 19), opened("Báo cáo kinh phí", 26));
        let year = Year { house, period: first };
        house.at("2021-11-18T09:00");
        let draft = json!({ "obligation_id": year.obligation("SYT")["id"], "narratives": [{ "section": "ket_qua", "text": "Đã làm." }] });
        let path = format!("/report-submissions/{}", year.person("SYT", "officer").post("/report-submissions", draft).expect(201).id());
        year.person("SYT", "leader").step(&path, json!({ "action": "submit" })).expect(200);
        house.at("2021-11-30T09:00");
        union.step(&path, json!({ "action": "return", "reason": "Thiếu số liệu" })).expect(200);
        house.at("2021-12-10T08:00");
        let brief = read(&house.person("BDI", "UBND", "leader"), "/reports/leaders-brief");
        let days: Vec<&str> = brief["overdue"].as_array().expect("a list").iter().filter_map(|d| d["due_on"].as_str()).collect();
        // Twenty of twenty-four: the eleven of 19/11, then nine of 26/11; what has been owed since 3/12 is not among the worst.
        assert_eq!(brief["overdue_count"], json!(24));
        assert_eq!(days, [["2021-11-19"; 11].as_slice(), ["2021-11-26"; 9].as_slice()].concat());
    });
}

#[test]
fn a_document_is_followed_down_its_tree() {
    each("2020-05-04T08:00", |house| {
        house.load("dong_nai");
        let ubnd = house.person("DNA", "UBND", "viewer");
        let found = ubnd.get("/deliveries?box=sent&limit=200").expect(200);
        let document = found.items()[0]["document_id"].as_str().expect("a document").to_owned();
        let tree = read(&ubnd, &format!("/reports/document-distribution?document_id={document}"));
        let deliveries: Vec<&Value> = found.items().iter().filter(|d| d["document_id"] == document).collect();
        assert!(tree.items().len() >= deliveries.len() && !deliveries.is_empty(), "{}", tree.json);
        let first = row(&tree, "delivery_id", deliveries[0]["id"].as_str().expect("an id"));
        assert_eq!((&first["depth"], &first["receiver_id"], &first["sent_on"]), (&json!(1), &deliveries[0]["receiver_id"], &deliveries[0]["sent_on"]));
        house.person("DNA", "SYT-BVDK", "viewer").get("/reports/document-distribution").expect(400);
    });
}

#[test]
fn registers_and_obstacles_show_what_the_records_policies_allow() {
    each("2020-03-02T08:00", |house| {
        house.load("ba_ria_vung_tau");
        let clerk = house.person("BRV", "SNGV", "clerk");
        for (number, day) in [("11", "2020-03-02"), ("12", "2020-03-03"), ("13", "2020-03-03")] {
            house.at(&format!("{day}T09:00"));
            let document = json!({ "kind": "official_letter", "issuer_id": org(house, "BRV", "SYT"), "number": number, "symbol": "SYT-VP", "issued_on": "2020-03-01",
                "summary": "Cử cán bộ tập huấn" });
            clerk.post("/arrivals", json!({ "arrived_on": day, "document": document, "assignment": { "handling_text": "Phòng Hợp tác quốc tế" } })).expect(201);
        }
        let viewer = house.person("BRV", "SNGV", "viewer");
        let all = read(&viewer, "/reports/incoming-documents?from=2020-03-02&to=2020-03-03");
        same_in_tables(&viewer, "/reports/incoming-documents?from=2020-03-02&to=2020-03-03&", &all["snapshot"], all.items());
        let lines: Vec<(i64, &Value, &Value)> =
            all.items().iter().map(|r| (r["number"].as_i64().expect("a number"), &r["arrived_on"], &r["notation_text"])).collect();
        let last = lines.len() - 3;
        assert_eq!(
            lines[last..].iter().map(|l| (l.1, l.2)).collect::<Vec<_>>(),
            [("2020-03-02", "11/SYT-VP"), ("2020-03-03", "12/SYT-VP"), ("2020-03-03", "13/SYT-VP")]
                .map(|(a, b)| (json!(a), json!(b)))
                .iter()
                .map(|(a, b)| (a, b))
                .collect::<Vec<_>>()
        );
        let line = &all.items()[last];
        assert_eq!((&line["issuer"], &line["handling_unit"]), (&json!(house.organization("BRV", "SYT").name), &json!("Phòng Hợp tác quốc tế")));
        // Pages join.
        let one = read(&viewer, "/reports/incoming-documents?from=2020-03-03&limit=1");
        let next = one["next_cursor"].as_str().expect("a next page");
        let two = read(&viewer, &format!("/reports/incoming-documents?from=2020-03-03&limit=1&cursor={next}"));
        assert_eq!((&one.items()[0]["notation_text"], &two.items()[0]["notation_text"]), (&json!("12/SYT-VP"), &json!("13/SYT-VP")));
        assert!(two["next_cursor"].is_null());
        // UBND reads no other organisation's arrival register; what state bodies issued it does.
        let sngv = org(house, "BRV", "SNGV");
        assert!(read(&house.person("BRV", "UBND", "viewer"), &format!("/reports/incoming-documents?organization_id={sngv}")).items().is_empty());
        let issued = read(&house.person("BRV", "UBND", "viewer"), "/reports/outgoing-documents");
        assert!(issued.items().iter().any(|d| d["notation_text"] == "164/KH-UBND"), "{}", issued.json);
        assert!(read(&house.person("BRV", "UBND-BRI", "viewer"), &format!("/reports/outgoing-documents?organization_id={sngv}")).items().is_empty());

        // Raised on 9/3 with an answer hoped for by 17/3, forwarded on 12/3, answered on 19/3.
        house.at("2020-03-09T10:00");
        let (district, focal, ubnd) = (house.person("BRV", "UBND-VTA", "leader"), house.person("BRV", "SNGV", "leader"), house.person("BRV", "UBND", "leader"));
        let new = json!({ "kind": "obstacle", "title": "Chưa có báo cáo viên", "content": "Chưa có.", "respond_by": "2020-03-17" });
        let path = format!("/recommendations/{}", district.post("/recommendations", new).expect(201).id());
        house.at("2020-03-12T08:00");
        focal.step(&path, json!({ "action": "forward", "text": "Vượt thẩm quyền." })).expect(200);
        house.at("2020-03-19T08:00");
        let now = read(&ubnd, "/reports/open-obstacles");
        let shown = |r: &Value| ["lies_with_code", "age_days", "overdue", "days_overdue", "state"].map(|m| r[m].clone());
        assert_eq!(shown(&now.items()[0]), [json!("UBND"), json!(10), json!(true), json!(2), json!("forwarded")]);
        let then = read(&ubnd, "/reports/open-obstacles?as_of=2020-03-11");
        assert_eq!(shown(&then.items()[0]), [json!("SNGV"), json!(2), json!(false), json!(0), json!("raised")]);
        same_in_tables(&ubnd, "/reports/open-obstacles?", &now["snapshot"], now.items());
        same_in_tables(&ubnd, "/reports/open-obstacles?as_of=2020-03-11&", &then["snapshot"], then.items());
        assert!(read(&house.person("BRV", "UBND-BRI", "leader"), "/reports/open-obstacles").items().is_empty());
        ubnd.step(&path, json!({ "action": "answer", "text": "Giao Sở Ngoại vụ." })).expect(200);
        assert!(read(&ubnd, "/reports/open-obstacles").items().is_empty());
        assert_eq!(read(&ubnd, "/reports/open-obstacles?as_of=2020-03-18").items().len(), 1);
    });
}

/// Raised on 2/3 with an answer hoped for by 4/3; on 6/3 the focal point forwards it and gives until 20/3.
#[test]
fn obstacles_of_a_past_day_stay_as_they_were() {
    each("2020-03-02T08:00", |house| {
        house.load("ba_ria_vung_tau");
        let (district, focal, ubnd) = (house.person("BRV", "UBND-VTA", "leader"), house.person("BRV", "SNGV", "leader"), house.person("BRV", "UBND", "leader"));
        house.at("2020-03-02T10:00");
        let new = |title: &str| json!({ "kind": "obstacle", "title": title, "content": "Chưa có.", "respond_by": "2020-03-20" });
        let mut first = new("Chưa có báo cáo viên");
        first["respond_by"] = json!("2020-03-04");
        let path = format!("/recommendations/{}", district.post("/recommendations", first).expect(201).id());
        house.at("2020-03-06T08:00");
        let past = "/reports/open-obstacles?as_of=2020-03-05";
        let shown = |r: &Value| ["lies_with_code", "age_days", "overdue", "days_overdue", "respond_by", "state"].map(|m| r[m].clone());
        let then = read(&ubnd, past);
        assert_eq!(shown(&then.items()[0]), [json!("SNGV"), json!(3), json!(true), json!(1), json!("2020-03-04"), json!("raised")]);
        focal.step(&path, json!({ "action": "forward", "text": "Vượt thẩm quyền.", "respond_by": "2020-03-20" })).expect(200);
        let again = read(&ubnd, past);
        assert_eq!((&again["snapshot"], &again.bytes), (&then["snapshot"], &then.bytes));
        let now = read(&ubnd, "/reports/open-obstacles");
        assert_eq!(shown(&now.items()[0]), [json!("UBND"), json!(4), json!(false), json!(0), json!("2020-03-20"), json!("forwarded")]);
        // One snapshot shows one thing: what has no place in the feed yet is not there, what has ended since still is.
        district.post("/recommendations", new("Chưa có kinh phí")).expect(201);
        ubnd.step(&path, json!({ "action": "answer", "text": "Giao Sở Ngoại vụ." })).expect(200);
        let meanwhile = ubnd.get("/reports/open-obstacles").expect(200);
        assert_eq!((&meanwhile["snapshot"], &meanwhile.bytes), (&now["snapshot"], &now.bytes));
        let titles: Vec<Value> = read(&ubnd, "/reports/open-obstacles").items().iter().map(|r| r["title"].clone()).collect();
        assert_eq!(titles, [json!("Chưa có kinh phí")]);
    });
}

/// However many agencies, periods and tasks there are.
#[test]
fn a_report_takes_the_same_number_of_statements() {
    each("2021-10-01T08:00", |house| {
        house.load("binh_dinh");
        let paths = [
            "/reports/reporting-rates",
            "/reports/task-progress",
            "/reports/open-obstacles",
            "/reports/leaders-brief",
            "/reports/incoming-documents",
            "/reports/outgoing-documents",
            "/reports/reporting-rates?as_of=2021-10-01",
            "/reports/task-progress?as_of=2021-10-01",
        ];
        let people = [house.person("BDI", "UBND", "leader"), house.person("BDI", "SYT", "leader")];
        let count = || -> Vec<u64> {
            let each = people.iter().flat_map(|person| {
                paths.iter().map(move |path| {
                    read(person, path);
                    let before = house.statements();
                    person.get(path).expect(200);
                    house.statements() - before
                })
            });
            each.collect()
        };
        house.at("2021-10-02T08:00");
        let few = count();
        house.at("2021-10-20T08:00");
        let union = house.person("BDI", "LHHN", "leader");
        let regime = union.get("/reporting-regimes").expect(200).items()[0]["id"].clone();
        union.post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201);
        plan(house);
        let many = count();
        assert_eq!(few, many);
        assert!(many.iter().all(|n| *n <= 32), "{many:?}");
    });
}
