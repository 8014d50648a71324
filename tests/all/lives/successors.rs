//! What goes on under the successors after the merger of 1/7/2025: reports owed and consolidated, tasks, obstacles.

use super::{
    mergers::asked,
    reporting,
    statistics::{org, read, seal},
};
use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

/// Bình Định and Gia Lai become one; people sign in anew after it.
fn merge(house: &House) {
    house.at("2025-07-01T08:00");
    house.administrator().post("/mergers", asked(house)).expect(201);
    house.wait(601);
}

/// The year 2025 in Bình Định: 14 departments and mass organisations and 4 districts owe the union a report, the union UBND.
struct Year<'a> {
    house: &'a House,
    regime: String,
    period: String,
}

impl<'a> Year<'a> {
    fn opened(house: &'a House) -> Self {
        house.load("binh_dinh");
        house.load("gia_lai");
        let regime = house.person("BDI", "UBND", "officer").post("/reporting-regimes", reporting::regime(house)).expect(201).id();
        let opening = json!({ "regime_id": regime, "period": "2025" });
        let period = house.person("BDI", "LHHN", "leader").post("/reporting-periods", opening).expect(201).id();
        Year { house, regime, period }
    }
    fn owed(&self, person: &Person<'_>, narrowed: &str) -> Vec<Value> {
        person.get(&format!("/reporting-obligations?period_id={}&{narrowed}", self.period)).expect(200).items().to_vec()
    }
    fn of(&self, code: &str) -> Value {
        let all = self.owed(&self.house.person("BDI", "LHHN", "viewer"), &format!("sender_id={}", org(self.house, "BDI", code)));
        assert_eq!(all.len(), 1, "{code}");
        all[0].clone()
    }
    /// The officer drafts: two delegations.
    fn draft(&self, code: &str) -> String {
        let draft = json!({
            "obligation_id": self.of(code)["id"],
            "narratives": [{ "section": "ket_qua", "text": "Đã tổ chức hai hội nghị." }],
            "figures": [{ "indicator": "delegations_in", "value": "2" }, { "indicator": "visitors", "value": "31" },
                        { "indicator": "aid_value_usd", "value": "100" }, { "indicator": "associations", "value": "0" }]
        });
        self.house.person("BDI", code, "officer").post("/report-submissions", draft).expect(201).id()
    }
    fn hand_in(&self, code: &str) -> String {
        let path = format!("/report-submissions/{}", self.draft(code));
        self.house.person("BDI", code, "leader").step(&path, json!({ "action": "submit" })).expect(200);
        path
    }
    fn ask_for_time(&self, code: &str) {
        let path = format!("/reporting-obligations/{}/extensions", id(&self.of(code)));
        let asked = json!({ "due_on": "2025-11-28", "reason": "Chờ số liệu" });
        self.house.person("BDI", code, "officer").post(&path, asked).expect(201);
    }
    fn rates(&self, person: &Person<'_>) -> Reply {
        read(person, &format!("/reports/reporting-rates?regime_id={}&as_of=2025-06-30", self.regime))
    }
}

fn id(record: &Value) -> &str {
    record["id"].as_str().expect("an id")
}

/// Accepted before the merger: SYT. Handed in and waiting: SDL. STC and SKHDT, which become one, have drafts and have asked
/// for more time; all others owe what they owed.
#[test]
fn a_period_that_is_open_at_a_merger_is_reported_consolidated_and_issued_by_the_successors() {
    each("2025-05-05T08:00", |house| {
        let year = Year::opened(house);
        let accepted = year.hand_in("SYT");
        house.person("BDI", "LHHN", "leader").step(&accepted, json!({ "action": "accept" })).expect(200);
        house.at("2025-06-20T08:00");
        let waiting = year.hand_in("SDL");
        let drafts = [("STC", year.draft("STC")), ("SKHDT", year.draft("SKHDT"))];
        for code in ["STC", "SKHDT"] {
            year.ask_for_time(code);
        }
        house.at("2025-06-30T20:00");
        let before = year.rates(&house.person("BDI", "UBND", "viewer"));
        // 14 + 4 agencies and the union.
        assert_eq!(before.items().len(), 19);
        let old = ["STC", "SKHDT"].map(|code| json!(org(house, "BDI", code)));

        merge(house);
        let (union, officer) = (house.person("GLM", "LHHN", "leader"), house.person("GLM", "LHHN", "officer"));
        // Sở Tài chính of the new province owes one report for both; the other obligation stays, and nothing can be done with it.
        let finance = org(house, "GLM", "STC");
        let owed = year.owed(&union, &format!("sender_id={finance}"));
        assert_eq!(owed.len(), 1);
        let both = owed[0]["also_for"].as_array().expect("a list");
        assert!(both.len() == 2 && old.iter().all(|o| both.contains(o)), "{both:?}");
        assert_eq!(owed[0]["extensions"][0]["state"], "asked");
        let merged = year.owed(&union, "state=merged");
        assert_eq!((merged.len(), &merged[0]["allowed_actions"]), (1, &json!([])));
        assert!(old.contains(&merged[0]["sender_id"]));
        assert_eq!(merged[0]["extensions"][0]["state"], "withdrawn");
        let (left, taken): (Vec<_>, Vec<_>) = drafts.iter().partition(|(code, _)| merged[0]["sender_id"] == org(house, "BDI", code).as_str());
        let (clerk, head) = (house.person("GLM", "STC", "officer"), house.person("GLM", "STC", "leader"));
        let theirs = clerk.get(&format!("/report-submissions/{}", left[0].1)).expect(200);
        assert_eq!((&theirs["state"], &theirs["allowed_actions"]), (&json!("draft"), &json!([])));
        // 18 agencies of which two became one, and the union.
        let rates = union.get(&format!("/reporting-periods/{}/rates", year.period)).expect(200);
        assert_eq!((&rates["total"]["expected"], &rates["total"]["actual"], &rates["total"]["accepted"]), (&json!(18), &json!(2), &json!(1)));
        // A day before the merger reads as it did on that day.
        let ubnd = house.person("GLM", "UBND", "viewer");
        let then = year.rates(&ubnd);
        assert_eq!(then["items"], before["items"]);
        let now = read(&ubnd, &format!("/reports/reporting-rates?regime_id={}", year.regime));
        assert_eq!(now.items().iter().map(|r| r["expected"].as_i64().expect("a number")).sum::<i64>(), 18);

        house.at("2025-11-10T08:00");
        let own = format!("/report-submissions/{}", taken[0].1);
        head.step(&own, json!({ "action": "submit" })).expect(200);
        for path in [&waiting, &own] {
            union.step(path, json!({ "action": "accept" })).expect(200);
        }
        // 17 owe the union a report; SYT's of before the merger, SDL's and Sở Tài chính's are in, with two delegations each.
        let report = officer.post("/consolidated-reports", json!({ "period_id": year.period, "step": 2 })).expect(201);
        assert_eq!((&report["reporting"], &report["expected"]), (&json!(3), &json!(17)));
        let total = report["figures"].as_array().expect("figures").iter().find(|f| f["indicator"] == "delegations_in").expect("a total");
        assert_eq!(total["total"], "6");
        assert_eq!(report["missing"].as_array().map(Vec::len), Some(14));
        let path = format!("/consolidated-reports/{}", report.id());
        let issued = union.step(&path, json!({ "action": "issue" })).expect(200);
        assert_eq!(issued["state"], "issued");
        let document = union.get(&format!("/documents/{}", issued["document_id"].as_str().expect("a document"))).expect(200);
        assert_eq!((&document["state"], &document["issuer_id"], &document["place"]), (&json!("issued"), &json!(org(house, "GLM", "LHHN")), &json!("Gia Lai")));
        assert!(!document["number"].is_null() && document["code"].as_str().is_some_and(|c| c.starts_with("VB-GLM-2025-")), "{}", document.json);
        let mut named: Vec<&str> = document["recipients"].as_array().expect("lines").iter().filter_map(|l| l["organization_id"].as_str()).collect();
        let mut expected = ["UBND", "SYT", "SDL", "STC"].map(|code| org(house, "GLM", code));
        named.sort_unstable();
        expected.sort();
        assert_eq!(named, expected);
        // Who reported before the merger reads the result under its new name; the period is over.
        house.person("GLM", "SYT", "viewer").get(&path).expect(200);
        assert_eq!(union.get(&format!("/reporting-periods/{}", year.period)).expect(200)["state"], "closed");
    });
}

#[test]
fn an_obstacle_from_before_a_merger_goes_to_the_bodies_of_the_new_province() {
    each("2025-05-05T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        let new = |title: &str, send: bool| json!({ "kind": "obstacle", "title": title, "content": "Chưa bố trí kinh phí.", "send": send });
        let leader = house.person("BDI", "SYT", "leader");
        let raised = leader.post("/recommendations", new("Kinh phí", true)).expect(201);
        let focal = leader.get(&format!("/organizations/{}", raised["focal_id"].as_str().expect("a focal point"))).expect(200);
        let focal = focal["code"].as_str().expect("a code").to_owned();
        let raised = format!("/recommendations/{}", raised.id());
        let draft = format!("/recommendations/{}", leader.post("/recommendations", new("Nhân sự", false)).expect(201).id());

        merge(house);
        // The focal point's successor goes on, and the new UBND approves.
        let heir = org(house, "GLM", &focal);
        let forwarded = house.person("GLM", &focal, "leader").step(&raised, json!({ "action": "forward", "text": "Vượt thẩm quyền." })).expect(200);
        assert_eq!((&forwarded["focal_id"], &forwarded["addressed_id"]), (&json!(heir), &json!(org(house, "GLM", "UBND"))));
        house.person("GLM", "UBND", "leader").step(&raised, json!({ "action": "answer", "text": "Giao Sở Tài chính." })).expect(200);
        let sent = house.person("GLM", "SYT", "leader").step(&draft, json!({ "action": "send" })).expect(200);
        assert_eq!((&sent["state"], &sent["focal_id"]), (&json!("raised"), &json!(heir)));
    });
}

#[test]
fn a_plan_that_has_moved_takes_tasks_for_the_new_agencies_alone() {
    each("2025-05-05T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        let ubnd = house.person("BDI", "UBND", "leader");
        let task = |plan: &str, to: &str| json!({ "plan_id": plan, "content": "Quán triệt", "form": "assign", "assignees": [{ "organization_id": to, "role": "joint" }] });
        let plan = |title: &str| ubnd.post("/plans", json!({ "title": title })).expect(201).id();
        let (active, draft) = (plan("Kế hoạch"), plan("Dự thảo"));
        let (old, other) = (org(house, "BDI", "SYT"), org(house, "BDI", "SDL"));
        let running = ubnd.post("/tasks", task(&active, &other)).expect(201).id();
        let written = ubnd.post("/tasks", task(&draft, &old)).expect(201).id();
        ubnd.step(&format!("/plans/{active}"), json!({ "action": "activate" })).expect(200);

        merge(house);
        let (leader, new) = (house.person("GLM", "UBND", "leader"), org(house, "GLM", "SYT"));
        assert_eq!(leader.post("/tasks", task(&active, &old)).expect(422).fault("/assignees/0"), Some("ended"));
        let mut approved = task(&active, &new);
        approved["approver_id"] = json!(org(house, "BDI", "UBND"));
        assert_eq!(leader.post("/tasks", approved.clone()).expect(422).fault("/approver_id"), Some("ended"));
        approved["approver_id"] = json!(org(house, "GLM", "UBND"));
        let made = leader.post("/tasks", approved).expect(201);
        assert_eq!(made["parts"][0]["organization_id"], json!(new));
        let part = |to: &str| json!({ "task_id": running, "organization_id": to, "role": "joint" });
        assert_eq!(leader.post("/task-parts", part(&old)).expect(422).fault("/organization_id"), Some("ended"));
        leader.post("/task-parts", part(&new)).expect(201);

        // What a draft still names has to be named anew before it is in force.
        let path = format!("/plans/{draft}");
        let refused = leader.step(&path, json!({ "action": "activate" })).expect(409);
        assert_eq!((refused.code(), refused.fault(&format!("/tasks/{written}"))), ("body_ended", Some("ended")));
        let duty = format!("/tasks/{written}");
        let assignees = |to: &str| json!({ "assignees": [{ "organization_id": to, "role": "joint" }] });
        assert_eq!(leader.patch(&duty, &leader.get(&duty), assignees(&other)).expect(422).fault("/assignees/0"), Some("ended"));
        leader.patch(&duty, &leader.get(&duty), assignees(&new)).expect(200);
        assert_eq!(leader.patch(&path, &leader.get(&path), json!({ "owner_id": old })).expect(422).fault("/owner_id"), Some("ended"));
        leader.step(&path, json!({ "action": "activate" })).expect(200);
        assert_eq!(leader.get(&duty).expect(200)["parts"][0]["organization_id"], json!(new));
    });
}

/// Sở Tài chính and Sở Kế hoạch share two tasks, each leading one; both pass on to the new Sở Tài chính, which leads both.
#[test]
fn a_task_whose_agencies_become_one_is_led_by_it() {
    each("2025-05-05T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        let ubnd = house.person("BDI", "UBND", "leader");
        let plan = ubnd.post("/plans", json!({ "title": "Kế hoạch" })).expect(201).id();
        let give = |code: &str, role: &str| json!({ "organization_id": org(house, "BDI", code), "role": role });
        let tasks = [("STC", "SKHDT"), ("SKHDT", "STC")].map(|(lead, other)| {
            let assignees = [give(lead, "lead"), give(other, "coordinate")];
            let task = json!({ "plan_id": plan, "content": "Rà soát viện trợ", "form": "assign", "due_on": "2025-12-31", "assignees": assignees });
            format!("/tasks/{}", ubnd.post("/tasks", task).expect(201).id())
        });
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);

        merge(house);
        let (new, officer, leader) = (org(house, "GLM", "STC"), house.person("GLM", "STC", "officer"), house.person("GLM", "UBND", "leader"));
        for task in &tasks {
            let shown = officer.get(task).expect(200);
            let owed: Vec<&Value> = shown["parts"].as_array().expect("parts").iter().filter(|p| p["state"] == "assigned").collect();
            assert_eq!((owed.len(), &owed[0]["role"], &owed[0]["organization_id"]), (1, &json!("lead"), &json!(new)));
            let given = shown["assignees"].as_array().expect("assignees");
            assert_eq!((given.len(), &given[0]["role"]), (1, &json!("lead")));
            officer.step(task, json!({ "action": "start" })).expect(200);
            officer.step(task, json!({ "action": "propose_completion", "result": "Đã rà soát" })).expect(200);
            leader.step(task, json!({ "action": "accept" })).expect(200);
        }
    });
}

/// A province that was merged merges again: what it had succeeded is succeeded by the newest, and says so.
#[test]
fn a_second_merger_changes_the_provinces_of_the_first() {
    each("2025-05-05T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        merge(house);
        let admin = house.administrator();
        let province = |code: &str| {
            let all = admin.get(&format!("/provinces?code={code}")).expect(200);
            all.items()[0].clone()
        };
        let first = province("BDI");
        assert_eq!(first["successor_id"], province("GLM")["id"]);
        let earlier = admin.get(&format!("/provinces/{}", id(&first))).expect(200);

        house.at("2026-03-02T08:00");
        let second = super::mergers::renamed(house, "GLM", "TNG", "2026-03-02");
        admin.post("/mergers", second).expect(201);
        let later = admin.get(&format!("/provinces/{}", id(&first))).expect(200);
        assert_eq!(later["successor_id"], province("TNG")["id"]);
        assert_eq!(later["version"].as_i64(), earlier["version"].as_i64().map(|v| v + 1));
        assert_ne!(later.etag(), earlier.etag());
        admin.patch(&format!("/provinces/{}", id(&first)), &earlier, json!({ "name": "Tỉnh Bình Định cũ" })).expect(412);
        seal(house);
        let told = admin.get(&format!("/audit-events?record_id={}", id(&first))).expect(200);
        let entry = told.items().iter().find(|e| e["action"] == "reassign").expect("an entry");
        assert_eq!(entry["record_version"], later["version"]);
    });
}
