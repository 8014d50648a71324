//! Bình Định with records in many states, made through HTTP by those whose work it is, and Gia Lai beside it.

use crate::harness::{House, PASSWORD, Person, Reply};
use nhipcau::people;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A word that stands in every text of the world: whoever may not see a record must not see it.
pub const MARK: &str = "RIENGCUATA";

pub const POSITIONS: [&str; 5] = ["leader", "officer", "clerk", "viewer", "org_admin"];

/// Organisations of Bình Định from which everything is tried. `BV` is a hospital below Sở Y tế; `BAO` has no part in anything.
pub const ORGANIZATIONS: [&str; 15] = ["UBND", "VPUBND", "SNGV", "LHHN", "SYT", "BV", "SVHTT", "SDL", "SNV", "STC", "STTTT", "TTTU", "BDVTU", "HND", "BAO"];

/// A record of the world and where it is found.
pub struct Record {
    pub name: &'static str,
    pub id: String,
    /// The item under `/api/v1`.
    pub path: String,
    /// The list that it stands in.
    pub list: String,
}

pub struct World<'a> {
    pub house: &'a House,
    pub records: Vec<Record>,
}

fn text(what: &str) -> String {
    format!("{MARK} {what}")
}

impl<'a> World<'a> {
    /// Somebody of Bình Định.
    pub fn at(&self, code: &str, position: &str) -> Person<'a> {
        self.house.person("BDI", code, position)
    }
    fn org(&self, code: &str) -> Value {
        json!(self.house.organization("BDI", code).id.to_string())
    }
    fn keep(&mut self, name: &'static str, collection: &str, id: &str) -> String {
        let path = format!("{collection}/{id}");
        self.keep_at(name, path.clone(), collection.to_owned(), id);
        path
    }
    fn keep_at(&mut self, name: &'static str, path: String, list: String, id: &str) {
        self.records.push(Record { name, id: id.to_owned(), path, list });
    }
    pub fn record(&self, name: &str) -> &Record {
        self.records.iter().find(|r| r.name == name).unwrap_or_else(|| panic!("no record {name}"))
    }
    /// Ids of the records by name.
    pub fn ids(&self) -> HashMap<&'static str, String> {
        self.records.iter().map(|r| (r.name, r.id.clone())).collect()
    }

    /// Everything that the tables speak of.
    pub fn build(house: &'a House) -> Self {
        let mut world = World { house, records: vec![] };
        house.load("binh_dinh");
        house.load("gia_lai");
        world.offices();
        world.documents();
        world.plans();
        world.recommendations();
        world.reports();
        world.report_jobs();
        world.readings();
        house.at("2021-11-10T08:00");
        world
    }

    /// A unit below a department, and functions at agencies that have no other claim to read.
    fn offices(&mut self) {
        let (house, admin) = (self.house, self.house.administrator());
        let province = house.organization("BDI", "SYT").province_id.to_string();
        let unit = json!({ "province_id": province, "parent_id": self.org("SYT"), "code": "BV", "name": text("Bệnh viện"), "kind": "subordinate_unit", "level": "unit" });
        let unit = admin.post("/organizations", unit).expect(201);
        self.keep("organization", "/organizations", &unit.id());
        for (code, function) in [("LHHN", "focal_point"), ("STC", "monitoring_office"), ("TTTU", "overseer")] {
            let grant = admin.post("/organization-functions", json!({ "organization_id": self.org(code), "function": function })).expect(201);
            if function == "overseer" {
                self.keep("grant", "/organization-functions", &grant.id());
            }
        }
        let group = self.at("BAO", "viewer").get("/organization-groups?code=doan_the").expect(200).items()[0]["id"].as_str().expect("a group").to_owned();
        self.keep("group", "/organization-groups", &group);
        self.keep("province", "/provinces", &province);
        let user = self.at("SYT", "officer").username;
        let user = house.db.read_now(|conn| people::by_username(conn, &user)).expect("a read").expect("a user");
        self.keep("user", "/users", &user.id.to_string());
    }

    fn documents(&mut self) {
        let (officer, leader, clerk) = (self.at("SVHTT", "officer"), self.at("SVHTT", "leader"), self.at("SVHTT", "clerk"));
        let signer = json!({ "name": "Nguyễn Thí Dụ", "position": "Giám đốc", "authority_lines": [] });
        let to = |code: &str| json!({ "organization_id": self.org(code), "purpose": "carry_out" });
        let plan = |what: &str, to: Vec<Value>| json!({ "kind": "plan", "symbol": "KH-SVHTT", "summary": text(what), "text": text(what), "signer": signer, "recipients": to });
        let draft = officer.post("/documents", plan("dự thảo", vec![to("SYT")])).expect(201);
        let issue = |body: Value| {
            let made = officer.post("/documents", body).expect(201);
            let path = format!("/documents/{}", made.id());
            leader.step(&path, json!({ "action": "sign" })).expect(200);
            clerk.step(&path, json!({ "action": "issue" })).expect(200)
        };
        let issued = issue(plan("ban hành", vec![to("SYT"), to("SDL")]));
        let mut limited = plan("lưu hành nội bộ", vec![to("SDL")]);
        limited["is_limited"] = json!(true);
        let limited = issue(limited);
        let party = json!({
            "kind": "directive", "notation": "party", "number": "38", "symbol": "CT/TU", "issued_on": "2021-05-05", "summary": text("chỉ thị"),
            "recipients": [to("LHHN"), to("BDVTU")]
        });
        let party = self.at("TTTU", "clerk").post("/documents", party).expect(201);
        let file = attach(&clerk, &issued.id());

        // Sở Y tế passes the plan on to its hospital, which also handles its arrival.
        let hospital = json!({ "organization_id": self.org("BV"), "purpose": "carry_out" });
        let desk = self.at("SYT", "clerk");
        let deliveries = desk.get(&format!("/documents/{}/deliveries", issued.id())).expect(200);
        let delivery = deliveries.items()[0]["id"].as_str().expect("an id").to_owned();
        let passed =
            desk.post(&format!("/deliveries/{delivery}/forwardings"), json!({ "recipients": [hospital], "instruction": text("quán triệt") })).expect(201);
        let passed = passed["deliveries"][0]["id"].as_str().expect("an id").to_owned();
        let arrival = json!({ "delivery_id": delivery, "arrived_on": "2021-06-01", "assignment": { "handling_unit_id": self.org("BV"), "instruction": text("tham mưu") } });
        let arrival = desk.post("/arrivals", arrival).expect(201);
        let outside = json!({ "document": { "kind": "official_letter", "issuer_text": "Bộ Thí dụ", "symbol": "BTD", "summary": text("từ ngoài") }, "arrived_on": "2021-06-01" });
        let outside = desk.post("/arrivals", outside).expect(201);
        let copy = outside["document_id"].as_str().expect("a document").to_owned();

        self.keep("document:draft", "/documents", &draft.id());
        self.keep("document:issued", "/documents", &issued.id());
        self.keep("document:limited", "/documents", &limited.id());
        self.keep("document:party", "/documents", &party.id());
        self.keep("document:copy", "/documents", &copy);
        self.keep_at("attachment", format!("/attachments/{file}"), format!("/documents/{}/attachments", issued.id()), &file);
        self.keep("delivery", "/deliveries", &delivery);
        self.keep("delivery:passed_on", "/deliveries", &passed);
        self.keep("arrival:handed", "/arrivals", &arrival.id());
        self.keep("arrival:outside", "/arrivals", &outside.id());
    }

    /// Sở Du lịch owns a plan: Sở Y tế leads a task with Sở Văn hóa beside it, the hospital another, the farmers a third.
    fn plans(&mut self) {
        let (officer, leader) = (self.at("SDL", "officer"), self.at("SDL", "leader"));
        let task = |plan: &str, what: &str, assignees: Value| json!({ "plan_id": plan, "content": text(what), "form": "assign", "cadence": "once", "due_on": "2021-12-31", "approver_id": self.org("SNV"), "assignees": assignees });
        let give = |code: &str, role: &str| json!({ "organization_id": self.org(code), "role": role });
        let draft = officer.post("/plans", json!({ "title": text("kế hoạch dự thảo") })).expect(201);
        let planned = officer.post("/tasks", task(&draft.id(), "việc dự thảo", json!([give("SYT", "lead")]))).expect(201);
        let plan = officer.post("/plans", json!({ "title": text("kế hoạch") })).expect(201);
        let shared = officer.post("/tasks", task(&plan.id(), "việc chung", json!([give("SYT", "lead"), give("SVHTT", "coordinate")]))).expect(201);
        let mut other = task(&plan.id(), "việc của bệnh viện", json!([give("BV", "lead")]));
        other["approver_id"] = Value::Null;
        let below = officer.post("/tasks", other.clone()).expect(201);
        other["assignees"] = json!([give("HND", "lead")]);
        officer.post("/tasks", other).expect(201);
        leader.step(&format!("/plans/{}", plan.id()), json!({ "action": "activate" })).expect(200);

        let (lead, path) = (self.at("SYT", "officer"), format!("/tasks/{}", shared.id()));
        let started = lead.step(&path, json!({ "action": "start" })).expect(200);
        let part = |code: &str| {
            let found = started["parts"].as_array().expect("parts").iter().find(|p| p["organization_id"] == self.org(code));
            found.expect("a part")["id"].as_str().expect("an id").to_owned()
        };
        let (own, partner) = (part("SYT"), part("SVHTT"));
        let occurrence = started["occurrence"]["id"].as_str().expect("an occurrence").to_owned();
        let progress = lead.post(&format!("{path}/progress"), json!({ "text": text("đã làm một nửa"), "percent": 50 })).expect(201);
        let extension = json!({ "task_id": shared.id(), "due_on": "2022-01-31", "reason": text("đối tác hoãn") });
        let extension = lead.post("/extensions", extension).expect(201);
        let urging = json!({ "target_kind": "task", "target_id": shared.id(), "organization_id": self.org("SYT"), "level": "urging", "text": text("đôn đốc") });
        let urging = leader.post("/urgings", urging).expect(201);

        self.keep("plan:draft", "/plans", &draft.id());
        self.keep("plan:active", "/plans", &plan.id());
        self.keep("task:draft", "/tasks", &planned.id());
        self.keep("task:shared", "/tasks", &shared.id());
        self.keep("task:unit", "/tasks", &below.id());
        self.keep("part:lead", "/task-parts", &own);
        self.keep("part:coordinator", "/task-parts", &partner);
        self.keep_at("occurrence", format!("/task-occurrences/{occurrence}"), format!("{path}/occurrences"), &occurrence);
        self.keep_at("progress", format!("/task-progress/{}", progress.id()), format!("{path}/progress"), &progress.id());
        self.keep("extension", "/extensions", &extension.id());
        self.keep("urging", "/urgings", &urging.id());
    }

    fn recommendations(&mut self) {
        let body = |what: &str, send: bool| json!({ "kind": "obstacle", "title": text(what), "content": text(what), "send": send });
        let draft = self.at("SDL", "officer").post("/recommendations", body("vướng mắc dự thảo", false)).expect(201);
        let leader = self.at("SDL", "leader");
        let raised = leader.post("/recommendations", body("vướng mắc", true)).expect(201);
        let forwarded = leader.post("/recommendations", body("vượt thẩm quyền", true)).expect(201);
        let path = format!("/recommendations/{}", forwarded.id());
        self.at("LHHN", "leader").step(&path, json!({ "action": "forward", "text": text("trình") })).expect(200);
        self.keep("recommendation:draft", "/recommendations", &draft.id());
        self.keep("recommendation:raised", "/recommendations", &raised.id());
        self.keep("recommendation:forwarded", "/recommendations", &forwarded.id());
    }

    /// Sở Y tế has saved a report and asked for a run.
    fn report_jobs(&mut self) {
        let officer = self.at("SYT", "officer");
        let saved = officer.post("/report-jobs", json!({ "title": text("báo cáo định kỳ"), "report": "reporting_rates", "format": "json" })).expect(201);
        let run = officer.send("POST", &format!("/report-jobs/{}/runs", saved.id()), &[], None).expect(202);
        self.keep("report_job", "/report-jobs", &saved.id());
        self.keep_at("report_run", format!("/report-job-runs/{}", run.id()), format!("/report-jobs/{}/runs", saved.id()), &run.id());
    }

    /// Sở Y tế has had a text read.
    fn readings(&mut self) {
        let (media, body) = form("van-ban.txt", format!("KẾ HOẠCH\n{}\n\n1. Sở Y tế chủ trì {}.\n", text("đọc"), text("việc đọc")).as_bytes());
        let bearer = format!("Bearer {}", self.at("SYT", "officer").token());
        let headers = [("authorization", bearer.as_str()), ("content-type", media.as_str())];
        let read = self.house.send("POST", "/api/v1/readings", &headers, Some(&body)).expect(201);
        let proposal = read["proposals"][0]["id"].as_str().expect("a proposal").to_owned();
        self.keep("reading", "/readings", &read.id());
        self.keep_at("reading_proposal", format!("/reading-proposals/{proposal}"), format!("/readings/{}/proposals", read.id()), &proposal);
    }

    /// Three agencies report to the union, Sở Tài chính appraises what it makes of that, the Party committee receives it;
    /// Sở Thông tin is focal point of this regime.
    fn reports(&mut self) {
        let sender = |code: &str| json!({ "organization_id": self.org(code), "resolution": "text" });
        let due = json!({ "kind": "yearly", "month": 11, "day": 20, "inclusive": false, "roll": "none" });
        let regime = json!({
            "name": text("chế độ báo cáo"), "frequency": "year", "focal_point_id": self.org("STTTT"), "final_recipient_id": self.org("TTTU"), "tracked_from": "2021-01-01",
            "steps": [
                { "step_no": 1, "senders": [sender("SYT"), sender("SDL"), sender("HND")], "receiver_id": self.org("LHHN"), "report_of": "consolidator", "resolution": "text", "due_rule": due },
                { "step_no": 2, "senders": [sender("LHHN")], "receiver_id": self.org("TTTU"), "consolidates": true, "appraiser_id": self.org("STC"), "report_of": "consolidator", "resolution": "text" },
            ],
            "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }],
            "indicators": [{ "code": "visitors", "name": "Số khách", "type": "integer", "across_agencies": "sum", "over_time": "sum", "source": "typed", "in_text": false }]
        });
        let regime = self.at("UBND", "officer").post("/reporting-regimes", regime).expect(201);
        self.house.at("2021-10-20T08:00");
        let union = self.at("LHHN", "leader");
        let period = union.post("/reporting-periods", json!({ "regime_id": regime.id(), "period": "2021" })).expect(201);
        let owed = |code: &str| {
            let found = union.get(&format!("/reporting-obligations?period_id={}&limit=200", period.id())).expect(200);
            found.items().iter().find(|o| o["sender_id"] == self.org(code)).expect("an obligation")["id"].as_str().expect("an id").to_owned()
        };
        let write = |code: &str| -> Reply {
            let content = json!({ "obligation_id": owed(code), "narratives": [{ "section": "ket_qua", "text": text("kết quả") }], "figures": [{ "indicator": "visitors", "value": "7" }] });
            self.at(code, "officer").post("/report-submissions", content).expect(201)
        };
        let hand_in = |code: &str| -> String {
            let path = format!("/report-submissions/{}", write(code).id());
            self.at(code, "leader").step(&path, json!({ "action": "submit" })).expect(200).id()
        };
        let (accepted, draft, submitted) = (hand_in("SYT"), write("SDL").id(), hand_in("HND"));
        union.step(&format!("/report-submissions/{accepted}"), json!({ "action": "accept" })).expect(200);
        let (own, above) = (owed("SYT"), owed("LHHN"));

        let first =
            self.at("LHHN", "officer").post("/consolidated-reports", json!({ "period_id": period.id(), "step": 2, "title": text("tổng hợp") })).expect(201);
        let path = format!("/consolidated-reports/{}", first.id());
        let appraiser = self.at("STC", "leader");
        let see = |code: &str, status: u16| drop(self.at(code, "leader").get(&path).expect(status));
        // Until it is issued: the consolidator alone, the appraiser from hand-over.
        ["STC", "TTTU", "UBND", "SYT"].iter().for_each(|code| see(code, 404));
        union.step(&path, json!({ "action": "hand_over" })).expect(200);
        see("STC", 200);
        ["TTTU", "UBND", "SYT"].iter().for_each(|code| see(code, 404));
        appraiser.step(&path, json!({ "action": "appraise", "reason": text("đồng ý") })).expect(200);
        union.step(&path, json!({ "action": "issue" })).expect(200);
        let next = self.at("LHHN", "officer").post(&format!("{path}/versions"), json!({ "reason": text("đính chính") })).expect(201);

        self.keep("regime", "/reporting-regimes", &regime.id());
        self.keep("period", "/reporting-periods", &period.id());
        self.keep("obligation:agency", "/reporting-obligations", &own);
        self.keep("obligation:union", "/reporting-obligations", &above);
        self.keep("submission:accepted", "/report-submissions", &accepted);
        self.keep("submission:draft", "/report-submissions", &draft);
        self.keep("submission:submitted", "/report-submissions", &submitted);
        self.keep("consolidated:issued", "/consolidated-reports", &first.id());
        self.keep("consolidated:draft", "/consolidated-reports", &next.id());
    }
}

fn attach(clerk: &Person<'_>, document: &str) -> String {
    let (media, body) = upload();
    let bearer = format!("Bearer {}", clerk.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", media)];
    clerk.house.send("POST", &format!("/api/v1/documents/{document}/attachments"), &headers, Some(&body)).expect(201).id()
}

/// A file as a form sends it.
pub fn form(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut body = format!("--nhipcau\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n").into_bytes();
    body.extend_from_slice(b"Content-Type: application/octet-stream\r\n\r\n");
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--nhipcau--\r\n");
    ("multipart/form-data; boundary=nhipcau".into(), body)
}

/// A small file as a form sends it.
pub fn upload() -> (&'static str, Vec<u8>) {
    let name = format!("{MARK}.txt");
    let head = format!("--nhipcau\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n");
    ("multipart/form-data; boundary=nhipcau", format!("{head}Phụ lục\r\n--nhipcau--\r\n").into_bytes())
}

/// A token of somebody that is still good as it stands, for use when it has grown old.
pub fn token(house: &House, person: &Person<'_>) -> String {
    let body = json!({ "username": person.username, "password": PASSWORD }).to_string();
    let reply = house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(body.as_bytes())).expect(200);
    format!("Bearer {}", reply["access_token"].as_str().expect("a token"))
}
