//! A secrecy level as a mark is refused in whatever text of whatever body it stands, and nothing of the body is kept
//! (RULES 8).

use super::world::World;
use crate::harness::{House, Person, each};
use diesel::prelude::*;
use nhipcau::schema;
use serde_json::{Value, json};

/// What stands in the place of `§` below.
const MARKED: &str = "TỐI MẬT\nđón đoàn khach-dac-biet";

/// Who writes what, with a mark at which place: record, request (`{}` is the record), body, place.
const BODIES: &str = r#"
    -                    | POST /provinces             | {"code":"ABC","name":"§","short_name":"T","kind":"province"} | /name                  | admin
    organization         | PATCH {}                    | {"name":"§"}                                    | /name                               | admin
    organization         | POST {}/transitions         | {"action":"archive","reason":"§"}               | /reason                             | admin
    -                    | POST /organization-groups   | {"province_id":"province","code":"moi","name":"Mới","aliases":["A","§"]} | /aliases/1 | admin
    -                    | POST /organization-functions | {"organization_id":"organization","function":"§"} | /function                        | admin
    -                    | POST /calendars             | {"calendar_version":"vn/9","years":[2021],"days_off":[{"date":"2021-01-01","name":"§"}],"extra_working_days":[]} | /days_off/0/name | admin
    -                    | POST /mergers               | {"predecessors":[],"effective_on":"2025-07-01","basis":"§"} | /basis                  | admin
    -                    | POST /users                 | {"username":"moi","full_name":"§","organization_id":"organization","position":"clerk"} | /full_name | SYT:org_admin
    user                 | PATCH {}                    | {"full_name":"§"}                               | /full_name                          | SYT:org_admin
    user                 | POST {}/transitions         | {"action":"disable","reason":"§"}               | /reason                             | SYT:org_admin
    -                    | POST /service-accounts      | {"name":"Máy","scopes":["plans:read"],"description":"§"} | /description               | SYT:org_admin
    -                    | POST /documents             | {"kind":"plan","symbol":"KH-SVHTT","text":"§"}  | /text                               | SVHTT:officer
    document:draft       | PATCH {}                    | {"signer":{"note":"§"}}                         | /signer/note                        | SVHTT:officer
    document:draft       | POST {}/transitions         | {"action":"sign","reason":"§"}                  | /reason                             | SVHTT:leader
    delivery             | POST {}/transitions         | {"action":"acknowledge","reason":"§"}           | /reason                             | SYT:clerk
    delivery             | POST {}/forwardings         | {"recipients":[{"text":"§","purpose":"inform"}]} | /recipients/0/text                 | SYT:clerk
    -                    | POST /arrivals              | {"arrived_on":"2021-11-09","secret_stub":{"issuer_text":"Bộ Thí dụ","handling_text":"§"}} | /secret_stub/handling_text | SYT:clerk
    arrival:handed       | PATCH {}                    | {"instruction":"§"}                             | /instruction                        | SYT:clerk
    -                    | POST /plans                 | {"title":"§"}                                   | /title                              | SDL:officer
    plan:draft           | PATCH {}                    | {"title":"§"}                                   | /title                              | SDL:officer
    plan:active          | POST {}/transitions         | {"action":"close","reason":"§"}                 | /reason                             | SDL:leader
    -                    | POST /tasks                 | {"plan_id":"plan:draft","content":"§","form":"assign","cadence":"once","assignees":[]} | /content | SDL:officer
    task:draft           | PATCH {}                    | {"source_text":"§"}                             | /source_text                        | SDL:officer
    task:shared          | POST {}/transitions         | {"action":"propose_completion","result":"§"}    | /result                             | SYT:officer
    task:shared          | POST {}/progress            | {"text":"§"}                                    | /text                               | SYT:officer
    part:coordinator     | POST {}/transitions         | {"action":"done","result":"§"}                  | /result                             | SVHTT:officer
    -                    | POST /extensions            | {"task_id":"task:unit","due_on":"2022-01-31","reason":"§"} | /reason                  | BV:officer
    extension            | POST {}/transitions         | {"action":"refuse","reason":"§"}                | /reason                             | SDL:leader
    -                    | POST /urgings               | {"target_kind":"task","target_id":"task:unit","organization_id":"organization","level":"urging","text":"§"} | /text | SDL:leader
    urging               | POST {}/transitions         | {"action":"answer","answer":"§"}                | /answer                             | SYT:officer
    -                    | POST /recommendations       | {"kind":"obstacle","title":"Vướng","content":"§"} | /content                          | SDL:officer
    recommendation:raised | POST {}/transitions        | {"action":"close","reason":"§"}                 | /reason                             | SDL:leader
    -                    | POST /reporting-regimes     | {"name":"§"}                                    | /name                               | UBND:officer
    regime               | POST {}/transitions         | {"action":"archive","reason":"§"}               | /reason                             | UBND:leader
    period               | POST {}/transitions         | {"action":"close","reason":"§"}                 | /reason                             | LHHN:leader
    obligation           | PATCH {}                    | {"handling_instruction":"§"}                    | /handling_instruction               | SDL:leader
    obligation           | POST {}/extensions          | {"reason":"§"}                                  | /reason                             | SDL:officer
    obligation           | POST {}/urgings             | {"text":"§"}                                    | /text                               | LHHN:leader
    submission:draft     | PATCH {}                    | {"narratives":[{"section":"ket_qua","text":"§"}]} | /narratives/0/text                | SDL:officer
    submission:submitted | POST {}/transitions         | {"action":"return","reason":"§"}                | /reason                             | LHHN:leader
    consolidated:draft   | PATCH {}                    | {"narratives":[{"section":"ket_qua","text":"§"}]} | /narratives/0/text                | LHHN:officer
    consolidated:draft   | POST {}/transitions         | {"action":"refresh","reason":"§"}               | /reason                             | LHHN:officer
    -                    | POST /report-jobs           | {"title":"§","report":"reporting_rates","format":"json"} | /title                     | SYT:officer
    job                  | POST {}/transitions         | {"action":"cancel","reason":"§"}                | /reason                             | SYT:officer
    reading              | POST {}/transitions         | {"action":"discard","reason":"§"}               | /reason                             | SYT:officer
    reading_proposal     | PATCH {}                    | {"value":{"text":"§"}}                          | /value/text                         | SYT:officer
    reading_proposal     | POST {}/transitions         | {"action":"accept","reason":"§"}                | /reason                             | SYT:officer
    -                    | POST /calendar-feeds        | {"kind":"own","name":"§"}                       | /name                               | SYT:officer
"#;

/// Entries of the journal and kept answers.
fn kept(house: &House) -> (i64, i64) {
    let count =
        house.db.read_now(|conn| Ok((schema::journal::table.count().get_result::<i64>(conn)?, schema::idempotency::table.count().get_result::<i64>(conn)?)));
    count.expect("a read")
}

/// A body of the table: names of records become their ids, `§` becomes the text with the mark.
fn filled(world: &World<'_>, value: &mut Value) {
    match value {
        Value::String(text) if text == "§" => *text = MARKED.to_owned(),
        Value::Array(all) => all.iter_mut().for_each(|one| filled(world, one)),
        Value::Object(members) => {
            for (name, value) in members {
                if name.ends_with("_id") {
                    *value = json!(world.record(value.as_str().expect("a record's name")).id);
                }
                filled(world, value);
            }
        }
        _ => {}
    }
}

#[test]
fn a_secrecy_level_is_refused_in_every_text_of_every_body_and_nothing_is_kept() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let owed = world.at("SDL", "leader").get("/reporting-obligations?limit=200").expect(200);
        let sdl = json!(house.organization("BDI", "SDL").id.to_string());
        let owed = owed.items().iter().find(|o| o["sender_id"] == sdl).expect("an obligation")["id"].as_str().expect("an id").to_owned();
        let item = |name: &str| match name {
            "obligation" => format!("/reporting-obligations/{owed}"),
            "job" => format!("/jobs/{}", world.record("report_run").id),
            _ => world.record(name).path.clone(),
        };
        for line in BODIES.lines().filter(|l| !l.trim().is_empty()) {
            let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
            let [name, request, body, place, who] = columns.as_slice() else { panic!("five columns: {line}") };
            let person = match who.split_once(':') {
                Some((organization, position)) => world.at(organization, position),
                None => house.administrator(),
            };
            let (method, path) = request.split_once(' ').expect("a method");
            let mut body: Value = serde_json::from_str(body).expect("JSON");
            filled(&world, &mut body);
            let record = (*name != "-").then(|| item(name));
            let path = path.replace("{}", record.as_deref().unwrap_or_default());
            // What would show it: the record, or the list that a new one would stand in.
            let shown = |person: &Person<'_>| match &record {
                Some(record) => person.get(record).expect(200).json,
                None => person.get(&format!("{path}?limit=200"))["items"].clone(),
            };
            let (before, rows) = (shown(&person), kept(house));
            let tag = record.as_ref().map(|record| person.get(record).etag()).unwrap_or_default();
            let mut headers = vec![("idempotency-key", "khoa-mat")];
            if record.is_some() {
                headers.push(("if-match", tag.as_str()));
            }
            let refused = person.send(method, &path, &headers, Some(&body)).expect(422);
            assert_eq!((refused.code(), refused.fault(place)), ("state_secret", Some("state_secret")), "{line}: {}", refused.json);
            assert!(!refused.json.to_string().contains("khach-dac-biet"), "{line}");
            assert_eq!((shown(&person), kept(house)), (before, rows), "{line}");
        }

        // Permission and state come first (RULES 19).
        let marked = json!({ "title": MARKED });
        world.at("SDL", "viewer").post("/plans", marked.clone()).expect(403);
        let draft = world.record("plan:draft").path.clone();
        let officer = world.at("SDL", "officer");
        world.at("BAO", "officer").send("PATCH", &draft, &[("if-match", "\"1\"")], Some(&marked)).expect(404);
        officer.send("PATCH", &draft, &[("if-match", "\"999\"")], Some(&marked)).expect(412);
        // What else is wrong is told with it, but no name that bears a mark is repeated.
        let both = officer.post("/plans", json!({ "title": MARKED, "no_such": 1 })).expect(422);
        assert_eq!((both.code(), both.fault("/title"), both.fault("/no_such")), ("state_secret", Some("state_secret"), Some("unknown_member")));
        let name = officer.post("/plans", json!({ "title": "Kế hoạch", "[TUYỆT MẬT]": 1 })).expect(422);
        assert_eq!((name.code(), name.fault("")), ("state_secret", Some("state_secret")));
        assert!(!name.json.to_string().contains("TUYỆT"), "{}", name.json);
        let english = officer.send("POST", "/plans", &[("accept-language", "en")], Some(&marked)).expect(422);
        assert!(english["detail"].as_str().is_some_and(|d| d.starts_with("The content bears a secrecy level")), "{}", english.json);
        // The key stays free, and words beside "mật" are no mark.
        let clear = json!({ "title": "Giữ gìn bí mật quốc gia" });
        officer.send("POST", "/plans", &[("idempotency-key", "khoa-mat")], Some(&clear)).expect(201);
        // A password may be any word.
        let sign_in = json!({ "username": "bdi.sdl.officer", "password": "TUYỆT MẬT" }).to_string();
        house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(sign_in.as_bytes())).expect(401);
    });
}
