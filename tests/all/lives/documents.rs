//! Documents: written, signed, numbered, sent, received, passed on, made known; and what must never come in.

use crate::harness::{House, Person, Reply, each};
use diesel::prelude::*;
use nhipcau::schema;
use serde_json::{Value, json};

fn group(person: &Person<'_>, code: &str) -> String {
    let found = person.get(&format!("/organization-groups?code={code}")).expect(200);
    found.items()[0]["id"].as_str().expect("a group").to_owned()
}

fn plan(symbol: &str, summary: &str) -> Value {
    json!({ "kind": "plan", "symbol": symbol, "summary": summary, "signer": { "name": "Nguyễn Thí Dụ", "position": "Chủ tịch", "authority_lines": ["TM. ỦY BAN NHÂN DÂN"] } })
}

fn with(mut body: Value, more: Value) -> Value {
    let members = body.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    body
}

#[test]
fn what_the_source_leaves_blank_stays_blank_until_the_clerk_fills_it_in_once() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let (clerk, officer) = (house.person("BDI", "UBND", "clerk"), house.person("BDI", "UBND", "officer"));
        let blank = with(plan("KH-UBND", "Triển khai thực hiện Chỉ thị số 38-CT/TW"), json!({ "year": 2021, "place": "Bình Định" }));
        let made = clerk.post("/documents", blank.clone()).expect(201);
        let path = format!("/documents/{}", made.id());
        for shown in [made, clerk.get(&path).expect(200)] {
            assert_eq!((&shown["number"], &shown["issued_on"], &shown["year"]), (&Value::Null, &Value::Null, &json!(2021)));
            assert_eq!((shown["notation_text"].as_str(), shown["date_precision"].as_str()), (Some("/KH-UBND"), Some("year")));
            assert_eq!(shown["state"], "issued");
        }
        // A blank number is no identity: there may be another.
        let other = clerk.post("/documents", blank).expect(201);
        assert_ne!(other["code"], clerk.get(&path)["code"]);
        // What is issued is not rewritten, and not by an officer.
        let now = clerk.get(&path);
        assert_eq!(clerk.patch(&path, &now, json!({ "summary": "Khác" })).expect(422).fault("/summary"), Some("only_blanks"));
        assert_eq!(officer.patch(&path, &now, json!({ "summary": "Khác" })).expect(409).code(), "not_editable");
        let filled = clerk.patch(&path, &now, json!({ "number": "05", "issued_on": "2021-05-20" })).expect(200);
        assert_eq!(
            (filled["notation_text"].as_str(), filled["issued_on"].as_str(), filled["number"].as_str()),
            (Some("05/KH-UBND"), Some("2021-05-20"), Some("05"))
        );
        assert_eq!(clerk.patch(&path, &filled, json!({ "number": "6" })).expect(422).fault("/number"), Some("not_blank"));
        // 05 equals 5, whoever writes it.
        let twin = with(plan("KH-UBND", "Văn bản khác"), json!({ "number": "5", "issued_on": "2021-03-01" }));
        assert_eq!(clerk.post("/documents", twin.clone()).expect(409).code(), "duplicate_identity");
        clerk.post("/documents", with(twin, json!({ "issued_on": "2020-03-01" }))).expect(201);
        for text in ["5/KH-UBND", "005 /kh-ubnd", "S%E1%BB%91: 05/KH-UBND"] {
            let found = clerk.get(&format!("/documents?notation_text={text}&year=2021").replace(' ', "%20")).expect(200);
            assert_eq!(found.items().len(), 1, "{text}: {}", found.json);
        }
    });
}

#[test]
fn both_notations_are_resolved_and_the_partys_documents_stay_with_their_recipients() {
    each("2019-12-01T08:00", |house| {
        // Loaded before the directive of the file was issued: here it is entered by hand.
        house.load("gia_lai");
        house.at("2020-01-15T08:00");
        let party = house.person("GLA", "BTVTU", "clerk");
        let directive = json!({
            "kind": "directive", "notation": "party", "number": "38", "symbol": "CT/TU", "issued_on": "2019-12-09", "place": "Gia Lai",
            "summary": "triển khai Chỉ thị số 38-CT/TW",
            "relations": [{ "kind": "implements", "citation": { "kind_vi": "Chỉ thị", "number": "38-CT/TW", "date": "2019-09-19" } }],
            "recipients": [{ "organization_id": house.organization("GLA", "LHHN").id, "purpose": "carry_out" }]
        });
        let made = party.post("/documents", directive).expect(201);
        assert_eq!(made["notation_text"], "38-CT/TU");
        let state = with(plan("KH-UBND", "Kế hoạch công khai"), json!({ "number": "38", "issued_on": "2019-12-20" }));
        house.person("GLA", "UBND", "clerk").post("/documents", state).expect(201);
        let union = house.person("GLA", "LHHN", "viewer");
        assert_eq!(union.get("/documents?notation_text=38-CT/TU").expect(200).items().len(), 1);
        assert_eq!(union.get("/documents?notation_text=38-CT/TW").expect(200).items().len(), 0);
        assert_eq!(union.get("/documents?notation_text=38/KH-UBND").expect(200).items().len(), 0, "not sent to it");
        // Sở Ngoại vụ reads every issued state document, the Party's only as a recipient.
        let affairs = house.person("GLA", "SNGV", "officer");
        assert_eq!(affairs.get("/documents?notation_text=38/KH-UBND").expect(200).items().len(), 1);
        assert_eq!(affairs.get("/documents?notation_text=38-CT/TU").expect(200).items().len(), 0);
        affairs.get(&format!("/documents/{}", made.id())).expect(404);
        affairs.get("/documents?notation_text=%20").expect(422);
    });
}

fn signed(house: &House, summary: &str) -> String {
    let made = house.person("DNA", "UBND", "officer").post("/documents", plan("KH-UBND", summary)).expect(201);
    let path = format!("/documents/{}", made.id());
    house.person("DNA", "UBND", "leader").step(&path, json!({ "action": "sign" })).expect(200);
    path
}

#[test]
fn numbers_are_gapless_and_a_voided_one_stays() {
    each("2020-02-10T08:00", |house| {
        house.load("dong_nai");
        let (clerk, leader, officer) = (house.person("DNA", "UBND", "clerk"), house.person("DNA", "UBND", "leader"), house.person("DNA", "UBND", "officer"));
        let early = with(plan("KH-UBND", "Một"), json!({ "number": "1" }));
        assert_eq!(officer.post("/documents", early).expect(422).fault("/number"), Some("given_too_early"));
        let draft = officer.post("/documents", plan("KH-UBND", "Bản nháp")).expect(201);
        let draft_path = format!("/documents/{}", draft.id());
        assert_eq!(draft["allowed_actions"], json!(["edit", "attach", "delete"]));
        assert_eq!(clerk.step(&draft_path, json!({ "action": "issue" })).expect(409)["allowed_actions"], json!(["sign"]));
        clerk.step(&draft_path, json!({ "action": "sign" })).expect(403);
        officer.step(&draft_path, json!({ "action": "sign" })).expect(403);
        // Nobody else sees a draft, and it can go.
        house.person("DNA", "SNGV", "leader").get(&draft_path).expect(404);
        officer.delete(&draft_path, &draft).expect(204);
        officer.get(&draft_path).expect(404);

        let paths: Vec<String> = ["Một", "Hai", "Ba"].iter().map(|s| signed(house, s)).collect();
        let issue = |path: &str| clerk.step(path, json!({ "action": "issue" }));
        assert_eq!(issue(&paths[0]).expect(200)["notation_text"], "01/KH-UBND");
        let second = issue(&paths[1]).expect(200);
        assert_eq!((second["notation_text"].as_str(), second["issued_on"].as_str()), (Some("02/KH-UBND"), Some("2020-02-10")));
        // What is rehearsed takes no number.
        let now = clerk.get(&paths[2]);
        let rehearse =
            clerk.send("POST", &format!("{}/transitions?validate_only=true", paths[2]), &[("if-match", &now.etag())], Some(&json!({ "action": "issue" })));
        assert_eq!(rehearse.expect(200)["number"], "03");
        assert_eq!(leader.step(&paths[1], json!({ "action": "recall" })).expect(422).fault("/reason"), Some("required"));
        leader.step(&paths[1], json!({ "action": "recall", "reason": "Sai thẩm quyền" })).expect(200);
        assert_eq!(issue(&paths[2]).expect(200)["notation_text"], "03/KH-UBND");
        let register = clerk.get("/document-numbers?series=plan&period=2020").expect(200);
        let lines: Vec<(i64, &str)> = register.items().iter().map(|n| (n["number"].as_i64().unwrap_or(0), n["state"].as_str().unwrap_or(""))).collect();
        assert_eq!(lines, [(1, "used"), (2, "voided"), (3, "used")]);
        assert_eq!(register.items()[1]["reason"], "Sai thẩm quyền");
        // Each has its entries: given, and the second voided.
        for (line, acts) in register.items().iter().zip([&["give"][..], &["void", "give"], &["give"]]) {
            let told = leader.get(&format!("/audit-events?kind=document_number&record_id={}", line["id"].as_str().expect("an id"))).expect(200);
            assert_eq!(told.items().iter().map(|e| e["action"].as_str().expect("an act")).collect::<Vec<_>>(), acts);
            assert_eq!((&told.items()[0]["record_version"], &told.items()[0]["after"]["state"]), (&line["version"], &line["state"]));
        }
        // A new year, a new count; the recalled number is never given again.
        house.at("2021-01-04T08:00");
        assert_eq!(issue(&signed(house, "Năm mới")).expect(200)["notation_text"], "01/KH-UBND");
    });
}

fn rows(house: &House) -> (i64, i64, i64) {
    let count = house.db.read_now(|conn| {
        let documents: i64 = schema::documents::table.count().get_result(conn)?;
        let attachments: i64 = schema::attachments::table.count().get_result(conn)?;
        let journal: i64 =
            schema::journal::table.filter(schema::journal::kind.eq_any(["document", "attachment", "arrival", "delivery"])).count().get_result(conn)?;
        Ok((documents, attachments, journal))
    });
    count.expect("a read")
}

fn upload(person: &Person<'_>, path: &str, name: &str, bytes: &[u8], key: Option<&str>) -> Reply {
    let boundary = "----nhipcau";
    let mut body =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let (bearer, media) = (format!("Bearer {}", person.token()), format!("multipart/form-data; boundary={boundary}"));
    let mut headers = vec![("authorization", bearer.as_str()), ("content-type", media.as_str())];
    headers.extend(key.map(|k| ("idempotency-key", k)));
    person.house.send("POST", &format!("/api/v1{path}"), &headers, Some(&body))
}

#[test]
fn secrets_are_refused_and_nothing_of_them_is_kept() {
    each("2026-06-01T08:00", |house| {
        house.load("can_tho");
        let officer = house.person("CTH", "UBND", "officer");
        let before = rows(house);
        let marked = |more: Value| officer.post("/documents", with(plan("KH-UBND", "Kế hoạch đón đoàn"), more)).expect(422);
        for body in [
            json!({ "text": "ỦY BAN NHÂN DÂN\nTỐI MẬT\nKế hoạch đón đoàn khach-dac-biet" }),
            json!({ "summary": "Độ mật: Mật" }),
            json!({ "secrecy_level": "Tuyệt mật" }),
            json!({ "recipients": [{ "text": "[MẬT]", "purpose": "inform" }] }),
            json!({ "signer": { "name": "MẬT" } }),
        ] {
            let refused = marked(body);
            assert_eq!(refused.code(), "state_secret");
            assert!(!refused.json.to_string().contains("khach-dac-biet"));
        }
        assert_eq!(rows(house), before, "nothing kept, nothing in the journal");
        // The file's own plan took the first code, the refused ones took none. "giữ gìn bí mật quốc gia" is no level; the custom sign -m is a warning.
        let clear = officer.post("/documents", with(plan("KH-UBND", "Giữ gìn bí mật quốc gia"), json!({ "secrecy_level": "thường" }))).expect(201);
        assert_eq!((&clear["warnings"], clear["code"].as_str()), (&json!([]), Some("VB-CTH-2026-0002")));
        let warned = officer.post("/documents", plan("BNG-CNV-m", "Kế hoạch đón đoàn")).expect(201);
        assert_eq!(warned["warnings"], json!(["secrecy_symbol_suffix"]));
        let path = format!("/documents/{}", clear.id());
        assert_eq!(officer.patch(&path, &clear, json!({ "text": "A\nMẬT\nB" })).expect(422).code(), "state_secret");

        // The same holds for files.
        let kept = rows(house);
        let files = format!("{path}/attachments");
        assert_eq!(upload(&officer, &files, "de-an.txt", "Đề án\nTUYỆT MẬT\n".as_bytes(), None).expect(422).code(), "state_secret");
        assert_eq!(rows(house), kept);
        let on_disk = || std::fs::read_dir(house.data.join("files")).map_or(0, |all| all.filter(|e| e.as_ref().is_ok_and(|e| e.path().is_file())).count());
        let waiting = || std::fs::read_dir(house.data.join("files/incoming")).map_or(0, Iterator::count);
        assert_eq!((on_disk(), waiting()), (0, 0));
        let text = "Kế hoạch đối ngoại nhân dân\n".as_bytes();
        let first = upload(&officer, &files, "Kế hoạch.txt", text, Some("tep-1")).expect(201);
        assert_eq!((first["size"].as_u64(), first["text_layer"].as_str()), (Some(text.len() as u64), Some("read")));
        let again = upload(&officer, &files, "Kế hoạch.txt", text, Some("tep-1")).expect(201);
        assert_eq!((again.headers["idempotent-replayed"].as_str(), again.id()), ("true", first.id()));
        assert_eq!((on_disk(), waiting()), (1, 0));
        assert_eq!(upload(&officer, &files, "Bản hai.txt", text, None).expect(409).code(), "attached");
        assert_eq!(officer.get(&files).expect(200).items().len(), 1);
        let content = format!("/attachments/{}/content", first.id());
        let got = officer.get(&content).expect(200);
        assert_eq!(got.bytes, text);
        assert_eq!(got.etag(), format!("\"{}\"", first["sha256"].as_str().unwrap_or_default()));
        assert!(got.headers["content-disposition"].ends_with("filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.txt"), "{}", got.headers["content-disposition"]);
        officer.send("GET", &content, &[("if-none-match", &got.etag())], None).expect(304);
        let stranger = house.person("CTH", "LHHN", "officer");
        stranger.get(&content).expect(404);
        upload(&stranger, &files, "x.txt", b"x", None).expect(404);
        upload(&house.person("CTH", "UBND", "viewer"), &files, "x.txt", b"x", None).expect(403);
    });
}

#[test]
fn of_a_secret_document_only_a_stub_is_registered() {
    each("2026-06-01T08:00", |house| {
        house.load("can_tho");
        let clerk = house.person("CTH", "SNGV", "clerk");
        let stub = json!({ "arrived_on": "2026-05-29", "secret_stub": { "issuer_text": "Bộ Ngoại giao", "handling_text": "Phòng Lễ tân" } });
        let refused = clerk.post("/arrivals", with(stub.clone(), json!({ "assignment": { "instruction": "Đọc" } }))).expect(422);
        assert_eq!(refused.fault("/assignment"), Some("stub_holds_nothing_else"));
        let made = clerk.post("/arrivals", stub).expect(201);
        assert_eq!((made["register"].as_str(), made["number"].as_i64(), made["year"].as_i64()), (Some("secret"), Some(1), Some(2026)));
        for member in ["document_id", "delivery_id", "notation_text", "issued_on", "summary", "instruction", "due_on", "officer_id"] {
            assert!(made[member].is_null(), "{member}");
        }
        let path = format!("/arrivals/{}", made.id());
        clerk.patch(&path, &made, json!({ "instruction": "Đọc" })).expect(422);
        clerk.patch(&path, &made, json!({ "handling_text": "Văn phòng" })).expect(200);
        // The open register counts by itself.
        let letter = json!({ "arrived_on": "2026-05-29", "document": { "kind": "official_letter", "issuer_text": "Bộ Ngoại giao", "number": "12", "symbol": "BNG-CNV", "issued_on": "2026-05-20", "summary": "Về việc đón đoàn" } });
        assert_eq!(clerk.post("/arrivals", letter).expect(201)["number"], 1);
    });
}

#[test]
fn in_dong_nai_the_plan_goes_down_the_tree_and_its_issuer_sees_who_has_not_answered() {
    each("2020-04-07T08:00", |house| {
        house.load("dong_nai");
        house.at("2020-04-08T08:00");
        let committee = house.person("DNA", "UBND", "clerk");
        let body = with(
            plan("KH-UBND", "Triển khai thực hiện Chỉ thị số 38-CT/TW ngày 19/9/2019 của Ban Bí thư"),
            json!({ "number": "3935", "issued_on": "2020-04-08", "recipients": [
                { "organization_id": house.organization("DNA", "VUFO").id, "purpose": "report" },
                { "organization_id": house.organization("DNA", "UBND").id, "text": "Chủ tịch, các Phó Chủ tịch UBND tỉnh", "purpose": "inform" },
                { "group_id": group(&committee, "so_ban_nganh_doan_the"), "text": "Các sở, ban, ngành, đoàn thể cấp tỉnh", "purpose": "carry_out" },
                { "group_id": group(&committee, "ubnd_huyen"), "purpose": "carry_out" },
                { "text": "Lưu: VT, THNC", "purpose": "archive", "archive_units": ["VT", "THNC"] }
            ] }),
        );
        let made = committee.post("/documents", body).expect(201);
        assert_eq!(made["recipients"][2]["members"].as_array().map(Vec::len), Some(14));
        let path = format!("/documents/{}", made.id());
        let tree = |person: &Person<'_>, filter: &str| person.get(&format!("{path}/deliveries?limit=200&count=exact{filter}")).expect(200);
        // 14 departments and mass organisations, 4 districts, the national union; not the committee itself.
        assert_eq!(tree(&committee, "")["total"], 19);
        assert_eq!(tree(&committee, "&is_answered=false")["total"], 19);

        house.at("2020-04-10T09:00");
        let health = house.person("DNA", "SYT", "clerk");
        let inbox = health.get("/deliveries?box=received&state=sent").expect(200);
        assert_eq!(inbox.items().len(), 1);
        let delivery = inbox.items()[0]["id"].as_str().expect("an id").to_owned();
        let hospital = house.person("DNA", "SYT-BVDK", "clerk");
        hospital.get(&path).expect(404);
        let officer = house.person("DNA", "SYT", "officer");
        let officer_id = officer.get("/auth/me").expect(200)["user_id"].clone();
        let arrival = health.post("/arrivals", json!({ "delivery_id": delivery, "arrived_on": "2020-04-10" })).expect(201);
        assert_eq!((arrival["number"].as_i64(), arrival["notation_text"].as_str()), (Some(1), Some("3935/KH-UBND")));
        assert_eq!(health.post("/arrivals", json!({ "delivery_id": delivery, "arrived_on": "2020-04-10" })).expect(409).code(), "registered");
        if officer_id.is_string() {
            let note =
                json!({ "officer_id": officer_id, "handling_text": "Văn phòng Sở", "instruction": "Tham mưu công văn triển khai", "due_on": "2020-04-20" });
            let leader = house.person("DNA", "SYT", "leader");
            let handled = leader.patch(&format!("/arrivals/{}", arrival.id()), &arrival, note).expect(200);
            assert_eq!(handled["handling_text"], "Văn phòng Sở");
            assert_eq!(leader.get("/arrivals?is_assigned=true").expect(200).items().len(), 1);
        }
        let delivery_path = format!("/deliveries/{delivery}");
        assert_eq!(health.get(&delivery_path)["state"], "delivered");
        health.step(&delivery_path, json!({ "action": "acknowledge" })).expect(200);

        // 2076/SYT-VP passes it on to the department's own units.
        house.at("2020-04-20T10:00");
        let letter = json!({
            "kind": "official_letter", "number": "2076", "symbol": "SYT-VP", "issued_on": "2020-04-20", "summary": "V/v triển khai Kế hoạch số 3935/KH-UBND",
            "relations": [{ "kind": "forwards", "document_id": made.id() }]
        });
        let letter = health.post("/documents", letter).expect(201);
        assert_eq!(letter["notation_text"], "2076/SYT-VP");
        let pass = |recipients: Value| {
            health.post(
                &format!("{delivery_path}/forwardings"),
                json!({ "recipients": recipients, "by_document_id": letter.id(), "instruction": "Quán triệt và báo cáo" }),
            )
        };
        let education = house.organization("DNA", "SGDDT");
        let refused = pass(json!([{ "organization_id": education.id, "purpose": "carry_out" }])).expect(422);
        assert_eq!(refused.fault("/recipients/0"), Some("not_own_unit"));
        let passed = pass(json!([{ "group_id": group(&health, "don_vi_truc_thuoc_syt"), "purpose": "carry_out" }])).expect(201);
        assert_eq!(passed["deliveries"].as_array().map(Vec::len), Some(3));
        let again = pass(json!([{ "group_id": group(&health, "don_vi_truc_thuoc_syt"), "purpose": "carry_out" }])).expect(201);
        assert_eq!((again["deliveries"].as_array().map(Vec::len), again["already_sent"].as_array().map(Vec::len)), (Some(0), Some(3)));

        // The hospital now reads both, and answers.
        hospital.get(&path).expect(200);
        hospital.get(&format!("/documents/{}", letter.id())).expect(200);
        let own = hospital.get("/deliveries?box=received").expect(200);
        assert_eq!(own.items().len(), 1);
        let own = format!("/deliveries/{}", own.items()[0]["id"].as_str().expect("an id"));
        hospital.step(&own, json!({ "action": "disseminate", "dissemination": { "form": "Hội nghị" } })).expect(409);
        hospital.step(&own, json!({ "action": "acknowledge" })).expect(200);
        assert_eq!(hospital.step(&own, json!({ "action": "disseminate" })).expect(422).fault("/dissemination/form"), Some("required"));
        let told = json!({ "action": "disseminate", "on": "2020-04-20", "dissemination": { "form": "Hội nghị toàn đơn vị", "people_count": 120, "evidence": "Biên bản" } });
        let told = hospital.step(&own, told).expect(200);
        assert_eq!((told["state"].as_str(), told["dissemination"]["people_count"].as_i64()), (Some("disseminated"), Some(120)));

        // The issuer sees the whole tree, the department its branch, others themselves alone.
        assert_eq!(tree(&committee, "")["total"], 22);
        assert_eq!(tree(&committee, "&is_answered=false")["total"], 20);
        assert_eq!(tree(&health, "")["total"], 4);
        assert_eq!(tree(&house.person("DNA", "SGDDT", "viewer"), "")["total"], 1);
        assert_eq!(tree(&hospital, "")["total"], 1);
        // Sở Ngoại vụ reads the plan, but the answers of others are not its business.
        assert_eq!(tree(&house.person("DNA", "SNGV", "leader"), "&is_answered=true")["total"], 0);

        // The national union has no users: the issuer's clerk enters its answer from the letter that came (RULES 4).
        let union = tree(&committee, &format!("&receiver_id={}", house.organization("DNA", "VUFO").id));
        let union = format!("/deliveries/{}", union.items()[0]["id"].as_str().expect("an id"));
        assert_eq!(committee.step(&union, json!({ "action": "acknowledge" })).expect(422).fault("/evidence_document_id"), Some("required"));
        let answer = json!({ "arrived_on": "2020-04-20", "document": { "kind": "official_letter", "issuer_id": house.organization("DNA", "VUFO").id, "number": "77", "symbol": "LHHNVN", "issued_on": "2020-04-15", "summary": "Phúc đáp" } });
        let answer = committee.post("/arrivals", answer).expect(201);
        let entered = committee.step(&union, json!({ "action": "acknowledge", "on": "2020-04-15", "evidence_document_id": answer["document_id"] })).expect(200);
        assert_eq!(entered["entered_by_id"], json!(house.organization("DNA", "UBND").id));
        // For one that has users nobody else answers.
        let school = tree(&committee, &format!("&receiver_id={}", education.id));
        committee.step(&format!("/deliveries/{}", school.items()[0]["id"].as_str().expect("an id")), json!({ "action": "acknowledge" })).expect(403);
    });
}

#[test]
fn arrival_numbers_carry_a_running_register_on() {
    each("2019-12-08T14:00", |house| {
        house.load("gia_lai");
        house.at("2019-12-12T14:00");
        let clerk = house.person("GLA", "STTTT", "clerk");
        let party = house.person("GLA", "BTVTU", "clerk");
        let directive = json!({
            "kind": "directive", "notation": "party", "number": "38", "symbol": "CT/TU", "issued_on": "2019-12-09", "summary": "triển khai Chỉ thị số 38-CT/TW",
            "recipients": [{ "group_id": group(&party, "so_ban_nganh_mttq_doan_the"), "purpose": "carry_out" }]
        });
        let directive = party.post("/documents", directive).expect(201);
        let delivery = clerk.get("/deliveries?box=received").expect(200).items()[0]["id"].clone();
        let arrival = clerk.post("/arrivals", json!({ "delivery_id": delivery, "number": 6488, "arrived_on": "2019-12-12" })).expect(201);
        assert_eq!(
            (arrival["number"].as_i64(), arrival["arrived_on"].as_str(), arrival["notation_text"].as_str()),
            (Some(6488), Some("2019-12-12"), Some("38-CT/TU"))
        );
        let outside = |number: &str, more: Value| {
            let document = json!({ "kind": "official_letter", "issuer_text": "Bộ Ngoại giao", "number": number, "symbol": "BNG-CNV", "issued_on": "2019-12-02", "summary": "Về việc đón đoàn" });
            clerk.post("/arrivals", with(json!({ "arrived_on": "2019-12-12", "document": document }), more))
        };
        assert_eq!(outside("10", json!({})).expect(201)["number"], 6489);
        assert_eq!(outside("11", json!({ "number": 6488 })).expect(409).code(), "number_used");
        assert_eq!(outside("11", json!({ "arrived_on": "2019-12-13" })).expect(422).fault("/arrived_on"), Some("in_future"));
        assert_eq!(outside("11", json!({})).expect(201)["number"], 6490, "a refused registration takes no number");
        house.at("2020-01-02T08:00");
        assert_eq!(outside("12", json!({ "arrived_on": "2020-01-02" })).expect(201)["number"], 1);
        assert_eq!(clerk.get("/arrivals?year=2019&count=exact").expect(200)["total"], 3);
        // Another organisation's register is its own.
        let other = house.person("GLA", "SYT", "clerk");
        other.get(&format!("/arrivals/{}", arrival.id())).expect(404);
        assert_eq!(other.get("/arrivals").expect(200).items().len(), 0);
        other.get(&format!("/documents/{}", directive.id())).expect(200);
        house.person("GLA", "STTTT", "officer").post("/arrivals", json!({ "delivery_id": delivery, "arrived_on": "2019-12-12" })).expect(403);
    });
}

#[test]
fn a_receivers_own_copy_reveals_nothing_and_meets_its_original_later() {
    each("2020-03-10T08:00", |house| {
        house.load("dong_nai");
        let (home, finance, committee) = (house.person("DNA", "SNV", "clerk"), house.person("DNA", "STC", "clerk"), house.person("DNA", "UBND", "clerk"));
        let issuer = house.organization("DNA", "UBND").id;
        let arrival = |person: &Person<'_>| {
            let document =
                json!({ "kind": "plan", "issuer_id": issuer, "number": "0100", "symbol": "KH-UBND", "issued_on": "2020-03-01", "summary": "Kế hoạch giấy" });
            person.post("/arrivals", json!({ "arrived_on": "2020-03-05", "document": document }))
        };
        let (a, b) = (arrival(&home).expect(201), arrival(&finance).expect(201));
        assert_ne!(a["document_id"], b["document_id"]);
        assert_eq!(arrival(&home).expect(409).code(), "duplicate_identity");
        let path = |reply: &Reply| format!("/documents/{}", reply["document_id"].as_str().expect("an id"));
        home.get(&path(&b)).expect(404);
        committee.get(&path(&a)).expect(404);
        for person in [&home, &finance] {
            assert_eq!(person.get("/documents?notation_text=100/KH-UBND&box=received").expect(200).items().len(), 1);
        }
        assert_eq!(committee.get("/documents?notation_text=100/KH-UBND").expect(200).items().len(), 0);
        // The copy's holder may correct it and pass it on, but not recall it.
        let copy = home.get(&path(&a)).expect(200);
        assert_eq!(copy["allowed_actions"], json!(["edit", "attach"]));
        home.patch(&path(&a), &copy, json!({ "summary": "Kế hoạch giấy, bản sửa" })).expect(200);

        // The issuer registers its text; only the one that it names is linked.
        let original = with(
            plan("KH-UBND", "Kế hoạch chính"),
            json!({ "number": "100", "issued_on": "2020-03-01", "recipients": [
            { "organization_id": house.organization("DNA", "SNV").id, "purpose": "carry_out" },
            { "organization_id": house.organization("DNA", "SYT").id, "purpose": "carry_out" }
        ] }),
        );
        let original = committee.post("/documents", original).expect(201);
        assert_eq!(home.get(&path(&a))["original_id"], json!(original.id()));
        assert_eq!(finance.get(&path(&b))["original_id"], Value::Null);
        home.get(&format!("/documents/{}", original.id())).expect(200);
        finance.get(&format!("/documents/{}", original.id())).expect(404);
        let tree = committee.get(&format!("/documents/{}/deliveries", original.id())).expect(200);
        let mut states: Vec<(&str, &str)> =
            tree.items().iter().map(|d| (d["state"].as_str().unwrap_or(""), d["delivered_on"].as_str().unwrap_or(""))).collect();
        states.sort_unstable();
        assert_eq!(states, [("delivered", "2020-03-05"), ("sent", "")]);
        assert!(tree.items().iter().all(|d| d["sender_id"] == json!(issuer)));
        // What was sent through the system is registered as such, not as a copy.
        let health = house.person("DNA", "SYT", "clerk");
        assert_eq!(arrival(&health).expect(409).code(), "was_sent");
    });
}

#[test]
fn the_five_provinces_documents_are_loaded_as_their_sources_are() {
    each("2026-06-01T08:00", |house| {
        let find = |person: &Person<'_>, filter: &str| person.get(&format!("/documents?{filter}")).expect(200);
        house.load("binh_dinh");
        house.load("gia_lai");
        house.load("dong_nai");
        house.load("can_tho");
        house.load("ba_ria_vung_tau");
        // Loading again changes nothing.
        let before = rows(house);
        house.load("dong_nai");
        assert_eq!(rows(house), before);

        let plan = find(&house.person("BDI", "UBND", "viewer"), "kind=plan&box=issued");
        let plan = &plan.items()[0];
        assert_eq!(
            (&plan["number"], &plan["issued_on"], plan["year"].as_i64(), plan["notation_text"].as_str()),
            (&Value::Null, &Value::Null, Some(2021), Some("/KH-UBND"))
        );
        assert_eq!(plan["source"]["number_as_written"], "Số: /KH-UBND");
        assert_eq!(plan["recipients"].as_array().map(Vec::len), Some(11));
        assert_eq!(plan["warnings"], json!([]));
        assert_eq!(find(&house.person("BDI", "LHHN", "viewer"), "box=received").items().len(), 1);

        let stamped = house.person("GLA", "STTTT", "viewer").get("/arrivals").expect(200);
        let stamped = &stamped.items()[0];
        assert_eq!(
            (stamped["number"].as_i64(), stamped["arrived_on"].as_str(), stamped["notation_text"].as_str()),
            (Some(6488), Some("2019-12-12"), Some("38-CT/TU"))
        );
        assert_eq!(find(&house.person("GLA", "BTVTU", "viewer"), "notation_text=38-CT/TU").items().len(), 1);

        assert_eq!(find(&house.person("CTH", "SNGV", "viewer"), "notation_text=217/KH-UBND").items()[0]["issued_on"], "2022-10-21");
        let code = serde_json::from_str::<Value>(include_str!("../../../src/seed/ba_ria_vung_tau.json")).expect("JSON")["province"]["code"]
            .as_str()
            .map(str::to_owned);
        assert_eq!(find(&house.person(&code.expect("a code"), "UBND", "viewer"), "notation_text=164/KH-UBND").items()[0]["issued_on"], "2019-11-25");

        // Đồng Nai: the committee sees its plan go down to the department's three units by 2076/SYT-VP.
        let committee = house.person("DNA", "UBND", "viewer");
        let plan = find(&committee, "notation_text=3935/KH-UBND").items()[0]["id"].as_str().expect("an id").to_owned();
        let tree = committee.get(&format!("/documents/{plan}/deliveries?limit=200")).expect(200);
        let below: Vec<&Value> = tree.items().iter().filter(|d| d["parent_id"].is_string()).collect();
        assert_eq!(below.len(), 3);
        assert!(below.iter().all(|d| d["sent_on"] == "2020-04-20" && d["by_document_id"].is_string()));
        assert_eq!(find(&house.person("DNA", "SYT-KSBT", "viewer"), "box=received").items().len(), 2);
    });
}
