//! Bà Rịa – Vũng Tàu: Sở Ngoại vụ is the focal point, reports twice a year and takes difficulties to UBND.

use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BRV", code).id)
}

fn person<'a>(house: &'a House, code: &str, position: &str) -> Person<'a> {
    house.person("BRV", code, position)
}

fn issued(house: &House, period: &str, step: i32, text: &str) -> Reply {
    let (officer, leader) = (person(house, "SNGV", "officer"), person(house, "SNGV", "leader"));
    let report = officer.post("/consolidated-reports", json!({ "period_id": period, "step": step })).expect(201);
    let path = format!("/consolidated-reports/{}", report.id());
    let written = officer.patch(&path, &report, json!({ "narratives": [{ "section": "ket_qua", "text": text }] })).expect(200);
    person(house, "UBND", "leader").get(&path).expect(404);
    leader.take(&path, &written, json!({ "action": "issue" })).expect(200)
}

#[test]
fn so_ngoai_vu_reports_for_six_months_and_for_the_year() {
    each("2020-01-06T08:00", |house| {
        house.load("ba_ria_vung_tau");
        let (focal, ubnd, union) = (person(house, "SNGV", "leader"), person(house, "UBND", "leader"), person(house, "LHHN", "leader"));
        // It leads the tasks of a focal point (III.1, IV.2), and the union those of the activities (III.2).
        let led = |code: &str| {
            let page = ubnd.get(&format!("/tasks?limit=200&role=lead&organization_id={}", org(house, code).as_str().expect("an id"))).expect(200);
            let mut places: Vec<String> = page.items().iter().map(|t| t["place"].as_str().expect("a place").to_owned()).collect();
            places.sort_unstable();
            places
        };
        assert_eq!(
            (led("SNGV"), led("LHHN")),
            (["III.1.gạch 1", "III.1.gạch 4", "IV.2"].map(str::to_owned).to_vec(), ["III.2.gạch 1", "III.2.gạch 2"].map(str::to_owned).to_vec())
        );

        let regime = focal.get("/reporting-regimes").expect(200).items()[0].clone();
        assert_eq!((&regime["frequency"], &regime["cadence_words"]), (&json!("half_year_and_year"), &json!("6 tháng và cuối năm")));
        let open = || house.db.write_now(|conn| nhipcau::reporting::periods::open_due(conn, house.now())).expect("it opens");
        let periods = || {
            let all = focal.get("/reporting-periods").expect(200);
            let mut named: Vec<(String, String)> =
                all.items().iter().map(|p| (p["period"].as_str().expect("a period").to_owned(), p["id"].as_str().expect("an id").to_owned())).collect();
            named.sort_unstable();
            named
        };
        // No step has a day, so periods open 30 days before their figures close (Decree 09/2019 Art. 12: 14/6 and 14/12):
        // 14/6 - 30 days = 15/5; 14/12 - 30 days = 14/11.
        for (at, opened) in [("2020-05-14T23:59", 0), ("2020-05-15T00:05", 1), ("2020-07-01T00:05", 0)] {
            house.at(at);
            assert_eq!(open(), opened, "{at}");
        }
        assert_eq!(periods().iter().map(|p| p.0.as_str()).collect::<Vec<_>>(), ["2020-H1"]);
        let half = periods()[0].1.clone();
        // For six months only Sở Ngoại vụ reports (step 2); the union reports "hàng năm".
        let owed = |period: &str| {
            let page = ubnd.get(&format!("/reporting-obligations?period_id={period}")).expect(200);
            let mut all: Vec<(i64, Value, Value)> =
                page.items().iter().map(|o| (o["step_no"].as_i64().expect("a number"), o["sender_id"].clone(), o["due_on"].clone())).collect();
            all.sort_by_key(|o| o.0);
            all
        };
        assert_eq!(owed(&half), [(2, org(house, "SNGV"), Value::Null)]);
        let report = issued(house, &half, 2, "Sáu tháng đầu năm: đón hai đoàn.");
        assert_eq!(ubnd.get(&format!("/consolidated-reports/{}", report.id())).expect(200)["state"], "issued");
        assert_eq!(focal.get(&format!("/reporting-periods/{half}")).expect(200)["state"], "closed");

        for (at, opened) in [("2020-11-13T23:59", 0), ("2020-11-14T00:05", 1)] {
            house.at(at);
            assert_eq!(open(), opened, "{at}");
        }
        assert_eq!(periods().iter().map(|p| p.0.as_str()).collect::<Vec<_>>(), ["2020", "2020-H1"]);
        let year = periods()[0].1.clone();
        assert_eq!(owed(&year), [(1, org(house, "LHHN"), Value::Null), (2, org(house, "SNGV"), Value::Null), (3, org(house, "SNGV"), Value::Null)]);
        // After the books are closed the union's figures are no estimates.
        house.at("2020-12-16T08:00");
        let own = union.get(&format!("/reporting-obligations?period_id={year}")).expect(200).items()[0]["id"].clone();
        let draft = json!({ "obligation_id": own, "narratives": [{ "section": "ket_qua", "text": "Cả năm: đón năm đoàn." }],
            "figures": [{ "indicator": "delegations_in", "value": "5" }, { "indicator": "visitors", "value": "73" }] });
        let draft = union.post("/report-submissions", draft).expect(201);
        let path = format!("/report-submissions/{}", draft.id());
        let sent = union.step(&path, json!({ "action": "submit" })).expect(200);
        assert!(sent["figures"].as_array().expect("figures").iter().all(|f| f["estimated"] == false), "{}", sent["figures"]);
        let accepted = focal.step(&path, json!({ "action": "accept" })).expect(200);
        // The text names no day: nobody is on time or late.
        assert_eq!(accepted["on_time"], Value::Null);
        let report = issued(house, &year, 2, "Cả năm: toàn tỉnh đón năm đoàn.");
        let figure = report["figures"].as_array().expect("figures").iter().find(|f| f["indicator"] == "delegations_in").expect("a figure").clone();
        assert_eq!((&figure["total"], &figure["reporting"], &figure["expected"], &figure["estimated"]), (&json!("5"), &json!(1), &json!(1), &json!(false)));
        // The yearly assessment (IV.2) is a report of its own: the year stays open until it is issued.
        assert_eq!(focal.get(&format!("/reporting-periods/{year}")).expect(200)["state"], "open");
        issued(house, &year, 3, "Đánh giá kết quả năm, đề xuất điều chỉnh nhiệm vụ.");
        assert_eq!(focal.get(&format!("/reporting-periods/{year}")).expect(200)["state"], "closed");
    });
}

#[test]
fn an_obstacle_of_a_district_reaches_ubnd_and_is_answered() {
    each("2020-03-02T08:00", |house| {
        house.load("ba_ria_vung_tau");
        let (district, focal, ubnd) = (person(house, "UBND-VTA", "leader"), person(house, "SNGV", "leader"), person(house, "UBND", "leader"));
        let task = district.get("/tasks?limit=200").expect(200).items().iter().find(|t| t["place"] == "III.7.gạch 1").expect("its task")["id"].clone();
        let new = json!({ "kind": "obstacle", "title": "Chưa có báo cáo viên", "content": "Thành phố chưa có báo cáo viên về đối ngoại nhân dân.",
            "task_id": task, "respond_by": "2020-03-31" });
        let raised = district.post("/recommendations", new).expect(201);
        assert_eq!((&raised["state"], &raised["focal_id"], &raised["addressed_id"]), (&json!("raised"), &org(house, "SNGV"), &org(house, "SNGV")));
        let path = format!("/recommendations/{}", raised.id());
        // It is put to Sở Ngoại vụ; UBND may look at what was raised, another district may not.
        person(house, "UBND-BRI", "leader").get(&path).expect(404);
        assert_eq!(ubnd.get(&path).expect(200)["addressed_id"], org(house, "SNGV"));
        house.at("2020-03-05T08:00");
        let forwarded = focal.step(&path, json!({ "action": "forward", "text": "Vượt thẩm quyền Sở Ngoại vụ." })).expect(200);
        assert_eq!(
            (&forwarded["state"], &forwarded["addressed_id"], &forwarded["forwarded_on"]),
            (&json!("forwarded"), &org(house, "UBND"), &json!("2020-03-05"))
        );
        house.at("2020-03-12T08:00");
        let answered = ubnd.step(&path, json!({ "action": "answer", "text": "Giao Sở Ngoại vụ cử báo cáo viên trong quý II." })).expect(200);
        assert_eq!((&answered["state"], &answered["answered_on"], &answered["overdue"]), (&json!("answered"), &json!("2020-03-12"), &json!(false)));
        let seen = district.get(&path).expect(200);
        assert_eq!((&seen["answers"][0]["organization_id"], seen["answers"].as_array().map(Vec::len)), (&org(house, "UBND"), Some(1)));
        assert_eq!(district.step(&path, json!({ "action": "close" })).expect(200)["state"], "closed");
    });
}

/// III.1: Sở Ngoại vụ leads a training; three departments each have a part in it.
#[test]
fn a_task_of_three_coordinators_waits_for_the_last_of_them() {
    each("2020-03-02T08:00", |house| {
        house.load("ba_ria_vung_tau");
        let (ubnd, lead) = (person(house, "UBND", "leader"), person(house, "SNGV", "officer"));
        let plan = ubnd.post("/plans", json!({ "title": "Tập huấn kiến thức, kỹ năng đối ngoại nhân dân năm 2020" })).expect(201).id();
        let coordinators = ["SLDTBXH", "SGDDT", "SYT"];
        let mut assignees = vec![json!({ "organization_id": org(house, "SNGV"), "role": "lead" })];
        assignees.extend(coordinators.map(|c| json!({ "organization_id": org(house, c), "role": "coordinate" })));
        let task = json!({ "plan_id": plan, "content": "Tổ chức lớp tập huấn", "form": "assign", "due_on": "2020-05-29", "assignees": assignees });
        let task = ubnd.post("/tasks", task).expect(201).id();
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let path = format!("/tasks/{task}");
        lead.step(&path, json!({ "action": "start" })).expect(200);
        house.at("2020-05-25T08:00");
        for (at, code) in coordinators.iter().enumerate() {
            // 3, then 2, then 1 part is missing.
            let blocked = lead.step(&path, json!({ "action": "propose_completion", "result": "Đã tổ chức" })).expect(409);
            assert_eq!((blocked.code(), blocked["errors"].as_array().map(Vec::len)), ("parts_missing", Some(3 - at)));
            let officer = person(house, code, "officer");
            let shown = officer.get(&path).expect(200);
            let part = shown["parts"].as_array().expect("parts").iter().find(|p| p["organization_id"] == org(house, code)).expect("a part").clone();
            let part = format!("/task-parts/{}", part["id"].as_str().expect("an id"));
            officer.step(&part, json!({ "action": "done", "result": "Đã cử học viên" })).expect(200);
        }
        assert_eq!(ubnd.get(&path)["state"], "in_progress");
        lead.step(&path, json!({ "action": "propose_completion", "result": "Đã tổ chức" })).expect(200);
        let accepted = ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        // Proposed on 25/5, due on 29/5.
        assert_eq!((&accepted["state"], &accepted["occurrence"]["on_time"]), (&json!("completed"), &json!(true)));
    });
}
