//! Đồng Nai: Kế hoạch 3935/KH-UBND goes down to the units of Sở Y tế by 2076/SYT-VP; what was to be done in April 2020 is done once;
//! reports go to Sở Ngoại vụ before 15/11, the Office of UBND appraises what it makes of them.

use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("DNA", code).id)
}

fn person<'a>(house: &'a House, code: &str, position: &str) -> Person<'a> {
    house.person("DNA", code, position)
}

fn first_id(page: &Reply) -> String {
    page.items()[0]["id"].as_str().unwrap_or_else(|| panic!("{} is empty", page.asked)).to_owned()
}

fn acknowledge(who: &Person<'_>, document: &str, on: &str) -> String {
    let delivery = format!("/deliveries/{}", first_id(&who.get(&format!("/deliveries?box=received&document_id={document}")).expect(200)));
    who.step(&delivery, json!({ "action": "acknowledge", "on": on })).expect(200);
    delivery
}

#[test]
fn the_plan_goes_down_to_the_units_of_so_y_te_and_the_answers_come_back() {
    each("2020-04-09T08:00", |house| {
        house.load("dong_nai");
        let committee = person(house, "UBND", "clerk");
        let plan = first_id(&committee.get("/documents?notation_text=3935/KH-UBND").expect(200));
        // The letter of 20/4 is not there yet on 9/4.
        assert_eq!(person(house, "SYT", "clerk").get("/documents?box=issued").expect(200).items().len(), 0);
        let tree = |who: &Person<'_>, more: &str| who.get(&format!("/documents/{plan}/deliveries?limit=200&count=exact{more}")).expect(200);
        // Thường trực Tỉnh ủy, Thường trực HĐND, MTTQ, the national union = 4; 14 departments and mass organisations, the province's
        // union among them; 4 districts; the radio and the newspaper = 2. UBND does not send to itself: 4 + 14 + 4 + 2 = 24.
        assert_eq!((&tree(&committee, "")["total"], &tree(&committee, "&is_answered=false")["total"]), (&json!(24), &json!(24)));

        house.at("2020-04-13T09:00");
        let health = person(house, "SYT", "clerk");
        let delivery = first_id(&health.get(&format!("/deliveries?box=received&document_id={plan}")).expect(200));
        let arrival = health.post("/arrivals", json!({ "delivery_id": delivery, "arrived_on": "2020-04-13" })).expect(201);
        assert_eq!(arrival["notation_text"], "3935/KH-UBND");
        assert_eq!(acknowledge(&health, &plan, "2020-04-13"), format!("/deliveries/{delivery}"));
        let hospital = person(house, "SYT-BVDK", "clerk");
        hospital.get(&format!("/documents/{plan}")).expect(404);

        house.at("2020-04-20T09:00");
        let letter = json!({ "kind": "official_letter", "number": "2076", "symbol": "SYT-VP", "issued_on": "2020-04-20",
            "summary": "V/v triển khai Kế hoạch số 3935/KH-UBND ngày 08/4/2020 của UBND tỉnh", "relations": [{ "kind": "forwards", "document_id": plan }] });
        let letter = health.post("/documents", letter).expect(201);
        let units = first_id(&health.get("/organization-groups?code=don_vi_truc_thuoc_syt").expect(200));
        let passed = json!({ "recipients": [{ "group_id": units, "purpose": "carry_out" }], "by_document_id": letter.id(),
            "instruction": "Phổ biến đến toàn thể cán bộ, công chức, viên chức" });
        let passed = health.post(&format!("/deliveries/{delivery}/forwardings"), passed).expect(201);
        assert_eq!(passed["deliveries"].as_array().map(Vec::len), Some(3));

        // Two of the three units make it known, each in its own way; the centre of Biên Hòa says nothing.
        house.at("2020-04-24T16:00");
        let known = |who: &Person<'_>, on: &str, form: &str, people: i64| {
            let delivery = acknowledge(who, &plan, on);
            let said = json!({ "action": "disseminate", "on": on, "dissemination": { "form": form, "people_count": people } });
            let told = who.step(&delivery, said).expect(200);
            assert_eq!((&told["state"], &told["disseminated_on"]), (&json!("disseminated"), &json!(on)));
            assert_eq!((&told["dissemination"]["form"], &told["dissemination"]["people_count"]), (&json!(form), &json!(people)));
        };
        known(&hospital, "2020-04-22", "Hội nghị toàn viện", 640);
        known(&person(house, "SYT-KSBT", "clerk"), "2020-04-23", "Niêm yết và gửi thư điện tử", 85);

        // 24 + 3 in all; Sở Y tế and two units have answered, 24 have not. The department sees its branch: itself and 3 units.
        assert_eq!((&tree(&committee, "")["total"], &tree(&committee, "&is_answered=false")["total"]), (&json!(27), &json!(24)));
        let branch = tree(&health, "&is_answered=false");
        assert_eq!((&tree(&health, "")["total"], branch.items().len()), (&json!(4), 1));
        assert_eq!((&branch.items()[0]["receiver_id"], &branch.items()[0]["parent_id"]), (&org(house, "SYT-TTBH"), &json!(delivery)));
        let below = tree(&committee, "");
        let told: i64 = below.items().iter().filter_map(|d| d["dissemination"]["people_count"].as_i64()).sum();
        assert_eq!(told, 640 + 85);
    });
}

#[test]
fn what_was_to_be_done_in_april_2020_is_done_once() {
    each("2020-04-09T08:00", |house| {
        house.load("dong_nai");
        let ubnd = person(house, "UBND", "leader");
        let tasks = ubnd.get("/tasks?limit=200").expect(200);
        let find = |place: &str, content: &str| tasks.items().iter().find(|t| t["place"] == place && t["content"] == content).expect("a task").clone();
        let april = find("kết", "Triển khai thực hiện nhiệm vụ của đơn vị");
        assert_eq!((&april["due_on"], &april["recurring"], &april["cadence"]), (&json!("2020-04-30"), &json!(false), &Value::Null));
        assert_eq!(april["deadline"]["rule"], "trong tháng 4/2020");
        let path = format!("/tasks/{}", april["id"].as_str().expect("an id"));
        // 14 departments and mass organisations and 4 districts owe a part each; "các đơn vị liên quan" nobody has named.
        let shown = ubnd.get(&path).expect(200);
        let parts = shown["parts"].as_array().expect("parts");
        assert_eq!((parts.len(), parts.iter().all(|p| p["role"] == "joint")), (18, true));
        let done = |code: &str| {
            let officer = person(house, code, "officer");
            let part = officer.get(&path).expect(200)["parts"].as_array().expect("parts").iter().find(|p| p["organization_id"] == org(house, code)).cloned();
            let part = format!("/task-parts/{}", part.expect("a part")["id"].as_str().expect("an id"));
            officer.step(&part, json!({ "action": "done", "result": "Đã triển khai tại đơn vị" })).expect(200)
        };
        person(house, "SYT", "officer").step(&path, json!({ "action": "start" })).expect(200);
        house.at("2020-04-28T10:00");
        assert_eq!(done("SYT")["done_on"], "2020-04-28");
        // The 30th is a holiday, and still the last day: "trong tháng 4" is not rolled.
        house.at("2020-04-30T20:00");
        assert_eq!(ubnd.get(&path)["overdue"], false);
        house.at("2020-05-01T00:10");
        assert_eq!(ubnd.get(&path)["overdue"], true);
        // A year later nothing of it has come again, while the yearly report (trước 15/11) has.
        house.at("2021-04-09T08:00");
        house.db.write_now(|conn| nhipcau::plans::open_due(conn, house.now())).expect("it opens");
        assert_eq!(ubnd.get(&format!("{path}/occurrences")).expect(200).items().len(), 1);
        let yearly = find("kết", "Báo cáo lồng ghép, gửi Sở Ngoại vụ");
        let yearly = ubnd.get(&format!("/tasks/{}/occurrences", yearly["id"].as_str().expect("an id"))).expect(200);
        let mut due: Vec<&str> = yearly.items().iter().filter_map(|o| o["due_on"].as_str()).collect();
        due.sort_unstable();
        assert_eq!(due, ["2020-11-14", "2021-11-14"]);
    });
}

/// The agency's officer writes, its leader hands in.
fn hand_in(house: &House, period: &str, code: &str, figures: Value, text: &str, correction: Option<&str>) -> String {
    let officer = person(house, code, "officer");
    let path = format!("/reporting-obligations?period_id={period}&sender_id={}", org(house, code).as_str().expect("an id"));
    let owed = first_id(&officer.get(&path).expect(200));
    let mut body = json!({ "obligation_id": owed, "narratives": [{ "section": "ket_qua", "text": text }], "figures": figures });
    if let Some(reason) = correction {
        body["correction_reason"] = json!(reason);
    }
    let draft = officer.post("/report-submissions", body).expect(201);
    let path = format!("/report-submissions/{}", draft.id());
    person(house, code, "leader").step(&path, json!({ "action": "submit" })).expect(200);
    path
}

fn told(report: &Reply, code: &str) -> Value {
    let figure = report["figures"].as_array().expect("figures").iter().find(|f| f["indicator"] == code).expect("an indicator");
    json!([figure["total"], figure["reporting"], figure["expected"], figure["estimated"]])
}

#[test]
fn the_yearly_report_is_appraised_sent_back_issued_and_corrected_beside() {
    each("2020-04-21T08:00", |house| {
        house.load("dong_nai");
        let (focal, officer) = (person(house, "SNGV", "leader"), person(house, "SNGV", "officer"));
        let regime = first_id(&focal.get("/reporting-regimes").expect(200));
        // The last day is 14/11/2020; 30 days before it is 15/10/2020.
        let open = || house.db.write_now(|conn| nhipcau::reporting::periods::open_due(conn, house.now())).expect("it opens");
        house.at("2020-10-14T23:59");
        assert_eq!(open(), 0);
        house.at("2020-10-15T00:05");
        assert_eq!(open(), 1);
        let period = first_id(&focal.get(&format!("/reporting-periods?regime_id={regime}")).expect(200));
        let ubnd = person(house, "UBND", "leader");
        let owed = ubnd.get(&format!("/reporting-obligations?period_id={period}&limit=200")).expect(200);
        // 14 departments and mass organisations without Sở Ngoại vụ itself = 13, and 4 districts = 17, before 15/11: the 14th, a
        // Saturday, not rolled. Then Sở Ngoại vụ to the Office and to UBND, and the union to the national union: 20.
        let first: Vec<&Value> = owed.items().iter().filter(|o| o["step_no"] == 1).collect();
        assert_eq!((first.len(), owed.items().len()), (17, 20));
        assert!(first.iter().all(|o| o["due_on"] == "2020-11-14" && o["receiver_id"] == org(house, "SNGV")));

        // In November the year's figures are not closed (14/12, Decree 09/2019 Art. 12): each is marked an estimate.
        house.at("2020-11-10T08:00");
        let figures = |delegations: &str, visitors: Value| json!([{ "indicator": "delegations_in", "value": delegations }, { "indicator": "visitors", "value": visitors }]);
        let health = hand_in(house, &period, "SYT", figures("3", json!("40")), "Ngành y tế đón ba đoàn.", None);
        let finance = hand_in(house, &period, "STC", figures("4", Value::Null), "Ngành tài chính đón bốn đoàn.", None);
        house.at("2020-11-16T08:00");
        let late = hand_in(house, &period, "UBND-BHO", figures("1", json!("12")), "Thành phố đón một đoàn.", None);
        let sent = focal.get(&health).expect(200);
        assert!(sent["figures"].as_array().expect("figures").iter().filter(|f| f["value"].is_string()).all(|f| f["estimated"] == true), "{}", sent["figures"]);
        for (path, on_time) in [(&health, true), (&finance, true), (&late, false)] {
            let accepted = focal.step(path, json!({ "action": "accept" })).expect(200);
            assert_eq!(accepted["on_time"], on_time, "{path}");
        }

        // 3 + 4 + 1 = 8 delegations of 3 of 17; 40 + 12 = 52 visitors, of whom Sở Tài chính says nothing: 2 of 17.
        let report = officer.post("/consolidated-reports", json!({ "period_id": period, "step": 2 })).expect(201);
        assert_eq!((told(&report, "delegations_in"), told(&report, "visitors")), (json!(["8", 3, 17, true]), json!(["52", 2, 17, true])));
        assert_eq!(report["missing"].as_array().map(Vec::len), Some(17 - 3));
        let path = format!("/consolidated-reports/{}", report.id());
        let office = person(house, "VPUBND", "leader");
        focal.step(&path, json!({ "action": "hand_over" })).expect(200);
        ubnd.get(&path).expect(404);
        let back = office.step(&path, json!({ "action": "send_back", "reason": "Chưa nêu kiến nghị" })).expect(200);
        assert_eq!(back["state"], "sent_back");
        let now = officer.get(&path).expect(200);
        officer.patch(&path, &now, json!({ "narratives": [{ "section": "kien_nghi", "text": "Bố trí thêm kinh phí đoàn ra." }] })).expect(200);
        focal.step(&path, json!({ "action": "hand_over" })).expect(200);
        office.step(&path, json!({ "action": "appraise", "reason": "Đồng ý" })).expect(200);
        let issued = focal.step(&path, json!({ "action": "issue" })).expect(200);
        assert_eq!((&issued["state"], &issued["version_no"], issued["appraisals"].as_array().map(Vec::len)), (&json!("issued"), &json!(1), Some(2)));
        assert_eq!(officer.patch(&path, &issued, json!({ "title": "Khác" })).expect(409).code(), "not_editable");
        assert_eq!(ubnd.get(&format!("{path}/verify")).expect(200)["ok"], true);

        // Sở Y tế has counted again; the estimate becomes a figure, 3 becomes 5, and the second version stands beside the first.
        house.at("2020-12-18T08:00");
        let again = hand_in(house, &period, "SYT", figures("5", json!("61")), "Ngành y tế đón năm đoàn.", Some("Số chính thức sau ngày 14/12"));
        focal.step(&again, json!({ "action": "accept" })).expect(200);
        assert_eq!(officer.get(&path)["stale"], true);
        let second = officer.post(&format!("{path}/versions"), json!({ "reason": "Sở Y tế đính chính số liệu" })).expect(201);
        // 5 + 4 + 1 = 10; the other two are estimates still. 61 + 12 = 73.
        assert_eq!((told(&second, "delegations_in"), told(&second, "visitors")), (json!(["10", 3, 17, true]), json!(["73", 2, 17, true])));
        let second_path = format!("/consolidated-reports/{}", second.id());
        focal.step(&second_path, json!({ "action": "hand_over" })).expect(200);
        office.step(&second_path, json!({ "action": "appraise", "reason": "Đồng ý" })).expect(200);
        focal.step(&second_path, json!({ "action": "issue" })).expect(200);
        let (one, two) = (ubnd.get(&path).expect(200), ubnd.get(&second_path).expect(200));
        assert_eq!((&one["version_no"], &two["version_no"], &one["code"]), (&json!(1), &json!(2), &two["code"]));
        assert_eq!((&one["sha256"], told(&one, "delegations_in")), (&issued["sha256"], json!(["8", 3, 17, true])));
        assert_ne!(one["sha256"], two["sha256"]);
        for path in [&path, &second_path] {
            assert_eq!(ubnd.get(&format!("{path}/verify")).expect(200)["ok"], true, "{path}");
        }
    });
}
