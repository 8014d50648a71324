//! Reminder days of a regime in the inbox, and what is known before a report is written.

use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

/// A regime of the year 2021 with health as only sender to the union, due on 20/11/2021, and its open obligation.
fn owed(house: &House, more: Value) -> String {
    let sender = json!({ "organization_id": org(house, "SYT"), "resolution": "text" });
    let due = json!({ "kind": "yearly", "month": 11, "day": 20, "inclusive": true, "roll": "none" });
    let step =
        json!({ "step_no": 1, "senders": [sender], "receiver_id": org(house, "LHHN"), "report_of": "consolidator", "resolution": "text", "due_rule": due });
    let mut regime = json!({ "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org(house, "LHHN"), "tracked_from": "2021-01-01", "steps": [step] });
    regime.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let regime = house.person("BDI", "UBND", "officer").post("/reporting-regimes", regime).expect(201).id();
    house.person("BDI", "LHHN", "leader").post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201);
    let mine = house.person("BDI", "SYT", "officer").get("/reporting-obligations").expect(200);
    mine.items()[0]["id"].as_str().expect("an obligation").to_owned()
}

/// Marks a notice as read; the call takes no body.
fn read(person: &Person<'_>, id: &str) -> Reply {
    let bearer = format!("Bearer {}", person.token());
    person.house.send("POST", &format!("/api/v1/notifications/{id}/read"), &[("authorization", &bearer)], Some(b""))
}

fn due(person: &Person<'_>) -> Vec<Value> {
    person.get("/notifications?kind=report_due").expect(200).items().to_vec()
}

#[test]
fn an_agency_is_reminded_on_the_days_of_its_regime() {
    each("2021-10-20T08:00", |house| {
        house.load_agencies("binh_dinh");
        let obligation = owed(house, json!({}));
        let officer = house.person("BDI", "SYT", "officer");
        // 20/11 less 21 days is 30/10; less 14 is 6/11, less 7 is 13/11, less 1 is 19/11; 21/11, 23/11 and 27/11 after it.
        house.at("2021-10-29T23:00");
        assert!(due(&officer).is_empty());
        let mut ids = Vec::new();
        let days = ["2021-10-30", "2021-11-06", "2021-11-13", "2021-11-19", "2021-11-21", "2021-11-23", "2021-11-27"];
        for day in days {
            house.at(&format!("{day}T00:30"));
            let all = due(&officer);
            assert_eq!((all.len(), &all[0]["reminded_on"], &all[0]["record_id"]), (1, &json!(day), &json!(obligation)), "{day}");
            assert_eq!((&all[0]["read_at"], &all[0]["waits_for_me"]), (&Value::Null, &json!(true)), "{day}");
            let id = all[0]["id"].as_str().expect("an id").to_owned();
            assert!(!ids.contains(&id), "{day}");
            read(&officer, &id).expect(200);
            // Until the next reminder day it stays read.
            house.wait(86_400);
            assert_ne!(due(&officer)[0]["read_at"], Value::Null, "{day}");
            ids.push(id);
        }
        assert_eq!(due(&house.person("BDI", "SYT", "leader")).len(), 1);
        // Given to one officer, it is that officer's.
        let second = house.administrator();
        let new = json!({ "username": "syt.thu-hai", "full_name": "Người Thí Dụ", "organization_id": org(house, "SYT"), "position": "officer" });
        let made = second.post("/users", new).expect(201);
        let user = made["user"]["id"].as_str().or(made["id"].as_str()).expect("an id").to_owned();
        let path = format!("/reporting-obligations/{obligation}");
        house.person("BDI", "SYT", "leader").patch(&path, &officer.get(&path), json!({ "handling_user_id": user })).expect(200);
        assert!(due(&officer).is_empty());
    });
}

#[test]
fn a_regime_says_its_own_reminder_days() {
    each("2021-10-20T08:00", |house| {
        house.load_agencies("binh_dinh");
        owed(house, json!({ "reminders": { "before": [3], "after": [] } }));
        let officer = house.person("BDI", "SYT", "officer");
        house.at("2021-11-16T08:00");
        assert!(due(&officer).is_empty());
        house.at("2021-11-17T08:00");
        assert_eq!(due(&officer)[0]["reminded_on"], "2021-11-17");
        house.at("2021-12-01T08:00");
        assert_eq!((&due(&officer)[0]["reminded_on"], &due(&officer)[0]["level"]), (&json!("2021-11-17"), &json!("overdue")));
    });
}

#[test]
fn a_report_begins_with_what_the_records_say() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (ubnd, health) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SYT", "officer"));
        // Two tasks under a plan: one done in time on 3/6, one half done and due on 30/9; a third of another plan.
        let plan = |title: &str| ubnd.post("/plans", json!({ "title": title })).expect(201).id();
        let task = |plan: &str, place: &str, content: &str, due: &str| {
            let lead = json!([{ "organization_id": org(house, "SYT"), "role": "lead" }]);
            let body = json!({ "plan_id": plan, "place": place, "content": content, "form": "assign", "due_on": due, "assignees": lead });
            ubnd.post("/tasks", body).expect(201)
        };
        let (first, second) = (plan("Kế hoạch một"), plan("Kế hoạch hai"));
        let (done, half) = (task(&first, "III.1", "Tập huấn cán bộ y tế", "2021-06-30"), task(&first, "III.2", "Mời đoàn y tế", "2021-09-30"));
        task(&second, "II", "Việc khác", "2021-09-30");
        for plan in [&first, &second] {
            ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        }
        house.at("2021-06-03T08:00");
        let path = format!("/tasks/{}", done.id());
        health.step(&path, json!({ "action": "start" })).expect(200);
        health.step(&path, json!({ "action": "propose_completion", "result": "Đã tập huấn 40 người" })).expect(200);
        ubnd.step(&path, json!({ "action": "accept" })).expect(200);
        let path = format!("/tasks/{}", half.id());
        health.step(&path, json!({ "action": "start" })).expect(200);
        health.post(&format!("{path}/progress"), json!({ "text": "Đã gửi thư mời", "percent": 60 })).expect(201);
        // A document was made known to 120 people; one obstacle and one proposal were raised.
        let office = |position: &str| house.person("BDI", "VPUBND", position);
        let letter = json!({ "kind": "official_letter", "symbol": "VPUBND-VX", "summary": "Triển khai Chỉ thị 38", "signer": { "name": "Nguyễn Thí Dụ", "position": "Chánh Văn phòng" },
            "recipients": [{ "organization_id": org(house, "SYT"), "purpose": "carry_out" }] });
        let letter = office("officer").post("/documents", letter).expect(201).id();
        office("leader").step(&format!("/documents/{letter}"), json!({ "action": "sign" })).expect(200);
        office("clerk").step(&format!("/documents/{letter}"), json!({ "action": "issue" })).expect(200);
        let clerk = house.person("BDI", "SYT", "clerk");
        let delivery = clerk.get("/deliveries").expect(200).items()[0]["id"].as_str().expect("an id").to_owned();
        clerk.step(&format!("/deliveries/{delivery}"), json!({ "action": "acknowledge" })).expect(200);
        let spread = json!({ "action": "disseminate", "dissemination": { "form": "Hội nghị", "people_count": 120 } });
        clerk.step(&format!("/deliveries/{delivery}"), spread).expect(200);
        let leader = house.person("BDI", "SYT", "leader");
        let raise =
            |kind: &str, title: &str| leader.post("/recommendations", json!({ "kind": kind, "title": title, "content": "Nội dung", "send": true })).expect(201);
        let (obstacle, proposal) = (raise("obstacle", "Thiếu phiên dịch"), raise("proposal", "Cấp thêm kinh phí"));

        house.at("2021-10-20T08:00");
        let indicator = |code: &str, query: &str| json!({ "code": code, "name": code, "type": "integer", "across_agencies": "sum", "over_time": "sum", "source": "computed", "query": query, "in_text": false });
        let section = |key: &str, from: Value| json!({ "key": key, "title": key, "in_text": false, "filled_from": from });
        let obligation = owed(
            house,
            json!({ "plan_id": first,
                "indicators": [indicator("giao", "tasks.assigned"), indicator("xong", "tasks.done"), indicator("qua_han", "tasks.overdue"), indicator("nguoi", "documents.people_reached")],
                "sections": [section("ket_qua", json!(["tasks", "documents"])), section("kho_khan", json!(["obstacles"])), section("kien_nghi", json!(["proposals"])), section("khac", json!([]))] }),
        );
        let path = format!("/reporting-obligations/{obligation}/prefill");
        let known = health.get(&path).expect(200);
        let figure = |code: &str| known["figures"].as_array().expect("figures").iter().find(|f| f["indicator"] == code).expect("a figure").clone();
        assert_eq!(["giao", "xong", "qua_han", "nguoi"].map(|code| figure(code)["computed"].clone()), ["2", "1", "1", "120"].map(|v| json!(v)));
        let sources = |code: &str| figure(code)["sources"].as_array().expect("sources").iter().map(|s| s["code"].clone()).collect::<Vec<_>>();
        assert_eq!(sources("giao"), [done["code"].clone(), half["code"].clone()]);
        assert_eq!((sources("xong"), sources("qua_han")), (vec![done["code"].clone()], vec![half["code"].clone()]));
        assert_eq!(figure("nguoi")["sources"][0]["id"], json!(delivery));
        let begun = |section: &str| known["narratives"].as_array().expect("sections").iter().find(|n| n["section"] == section).expect("a section").clone();
        let results = begun("ket_qua")["suggested"].as_str().expect("a beginning").to_owned();
        assert_eq!(
            results.lines().take(3).collect::<Vec<_>>(),
            [
                "Được giao 2 nhiệm vụ: 1 hoàn thành đúng hạn, 1 quá hạn.",
                "- III.1. Tập huấn cán bộ y tế: đã làm ngày 03/06/2021, đúng hạn. Đã tập huấn 40 người",
                "- III.2. Mời đoàn y tế: quá hạn từ ngày 30/09/2021.",
            ]
        );
        assert!(results.contains("đã quán triệt 1 văn bản") && results.contains("120 người"), "{results}");
        assert_eq!(begun("ket_qua")["sources"].as_array().expect("sources").len(), 3);
        assert_eq!((&begun("kho_khan")["sources"][0]["id"], &begun("kien_nghi")["sources"][0]["id"]), (&json!(obstacle.id()), &json!(proposal.id())));
        assert_eq!((&begun("khac")["suggested"], &begun("khac")["previous"]), (&Value::Null, &Value::Null));

        // Another figure than the computed one must say why, also for what tasks say.
        let content =
            |value: &str, why: Value| json!({ "obligation_id": obligation, "figures": [{ "indicator": "giao", "value": value, "reason_if_differs": why }] });
        assert_eq!(health.post("/report-submissions", content("3", Value::Null)).expect(422).fault("/figures/0/reason_if_differs"), Some("differs"));
        health.post("/report-submissions", content("3", json!("Một việc giao miệng"))).expect(201);
        // The receiver may enter a paper report, and sees no more of the agency's records than before.
        let union = house.person("BDI", "LHHN", "officer").get(&path).expect(200);
        assert!(union["narratives"].as_array().expect("sections").iter().all(|n| n["suggested"].is_null()), "{}", union.json);
        house.person("BDI", "STC", "officer").get(&path).expect(404);
    });
}
