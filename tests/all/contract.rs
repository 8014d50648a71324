//! The contract (API.md) on every operation there is: the list is taken from the app's own document.

use crate::harness::{House, each};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

fn operations() -> Vec<(String, String, Value)> {
    let document = nhipcau::document().expect("a document");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

fn filled(path: &str) -> String {
    let mut out = String::new();
    for part in path.split('/').skip(1) {
        out.push('/');
        out.push_str(if part.starts_with('{') { "01990000-0000-7000-8000-000000000000" } else { part });
    }
    out
}

fn is_public(operation: &Value) -> bool {
    operation["security"].as_array().is_some_and(Vec::is_empty)
}

fn is_problem(reply: &crate::harness::Reply) {
    assert_eq!(
        reply.headers.get("content-type").map(String::as_str),
        Some("application/problem+json"),
        "{}: {}",
        reply.asked,
        String::from_utf8_lossy(&reply.bytes)
    );
    for member in ["type", "title", "detail", "instance", "code", "trace_id"] {
        assert!(reply[member].is_string(), "{} has no {member}: {}", reply.asked, reply.json);
    }
    assert_eq!(reply["status"], json!(reply.status));
    assert_eq!(reply["trace_id"].as_str(), reply.headers.get("x-request-id").map(String::as_str));
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json")).expect("openapi/openapi.json");
    let served = serde_json::to_string_pretty(&nhipcau::document().expect("a document")).expect("JSON") + "\n";
    assert!(committed == served, "openapi/openapi.json is out of date: run `cargo run -- openapi > openapi/openapi.json`");
}

#[test]
fn every_operation_without_a_token_is_401_and_says_how_to_sign_in() {
    each("2021-06-01T08:00", |house| {
        for (method, path, operation) in operations().iter().filter(|(_, _, o)| !is_public(o)) {
            let _ = operation;
            let reply = house.send(method, &filled(path), &[], None).expect(401);
            is_problem(&reply);
            assert!(reply.headers["www-authenticate"].starts_with("Bearer"));
            let reply = house.send(method, &filled(path), &[("authorization", "Bearer abc.def.ghi")], None).expect(401);
            is_problem(&reply);
        }
    });
}

#[test]
fn a_token_that_has_expired_is_401() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let bearer = format!("Bearer {}", house.person("BDI", "LHHN", "leader").token());
        house.send("GET", "/api/v1/auth/me", &[("authorization", &bearer)], None).expect(200);
        house.wait(15 * 60 + 1);
        house.send("GET", "/api/v1/auth/me", &[("authorization", &bearer)], None).expect(401);
    });
}

#[test]
fn unknown_routes_wrong_methods_and_options_are_answered_by_rule() {
    each("2021-06-01T08:00", |house| {
        // Where nobody need sign in, a method that is not there says so to anybody.
        for method in ["TRACE", "DELETE"] {
            let reply = house.send(method, "/api/v1/auth/login", &[], None).expect(405);
            assert_eq!(reply.headers["allow"], "OPTIONS, POST");
        }
        house.load("binh_dinh");
        let leader = house.person("BDI", "LHHN", "leader");
        is_problem(&leader.get("/no-such-thing").expect(404));
        is_problem(&house.send("GET", "/api/v1/no-such-thing", &[], None).expect(401));
        for method in ["PUT", "TRACE", "FOO"] {
            let reply = leader.send(method, "/organizations", &[], None).expect(405);
            is_problem(&reply);
            assert_eq!(reply.headers["allow"], "GET, HEAD, OPTIONS, POST");
        }
        let options = leader.send("OPTIONS", "/organizations", &[], None).expect(204);
        assert_eq!(options.headers["allow"], "GET, HEAD, OPTIONS, POST");
        let (get, head) = (leader.get("/organizations?limit=3").expect(200), leader.send("HEAD", "/organizations?limit=3", &[], None).expect(200));
        assert_eq!(get.etag(), head.etag());
        assert!(head.bytes.is_empty());
    });
}

#[test]
fn parameters_are_checked_and_never_ignored() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let leader = house.person("BDI", "LHHN", "leader");
        for bad in
            ["limit=201", "limit=0", "limit=x", "no_such=1", "limit=2&limit=3", "kind=no_such", "sort=no_such", "fields=no_such", "count=some", "province_id=7"]
        {
            let reply = leader.get(&format!("/organizations?{bad}")).expect(400);
            is_problem(&reply);
            assert!(!reply["errors"].as_array().expect("faults").is_empty(), "{bad}: {}", reply.json);
        }
        // A cursor that does not decode is data that the schema allows: 422 (RULES 19).
        is_problem(&leader.get("/organizations?cursor=abc").expect(422));
        let english = leader.send("GET", "/organizations?limit=0", &[("accept-language", "en")], None).expect(400);
        assert_eq!(english["detail"], "Some parameters are wrong; see errors.");
        let narrow = leader.get("/organizations?fields=id,name&limit=1").expect(200);
        assert_eq!(narrow.items()[0].as_object().expect("a record").len(), 2);
    });
}

#[test]
fn pages_join_without_gap_or_overlap() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let leader = house.person("BDI", "UBND", "leader");
        for sort in ["name", "-created_at"] {
            let whole: Vec<Value> = leader.get(&format!("/organizations?limit=200&sort={sort}")).expect(200).items().iter().map(|o| o["id"].clone()).collect();
            let mut joined = Vec::new();
            let mut path = format!("/organizations?limit=7&sort={sort}&count=exact");
            loop {
                let page = leader.get(&path).expect(200);
                assert_eq!(page["total"], json!(whole.len()));
                joined.extend(page.items().iter().map(|o| o["id"].clone()));
                let Some(next) = page["next_cursor"].as_str() else {
                    assert!(page.json.get("next_cursor").is_none());
                    break;
                };
                let link = &page.headers["link"];
                assert!(link.contains("rel=\"next\"") && link.contains(next), "{link}");
                path = format!("/organizations?limit=7&sort={sort}&count=exact&cursor={next}");
            }
            assert_eq!(joined, whole);
        }
    });
}

#[test]
fn bodies_are_read_strictly_and_every_fault_is_told_at_once() {
    each("2021-06-01T08:00", |house| {
        let admin = house.administrator();
        let bearer = format!("Bearer {}", admin.token());
        let raw =
            |body: &str| house.send("POST", "/api/v1/provinces", &[("authorization", &bearer), ("content-type", "application/json")], Some(body.as_bytes()));
        for malformed in ["{", "", "{\"code\":\"ABC\",\"code\":\"ABD\"}", "{\"code\":}", "\u{0}", &format!("{}1{}", "[".repeat(40), "]".repeat(40))] {
            is_problem(&raw(malformed).expect(400));
        }
        // What is wrong is said in the language asked for, and in our own words.
        let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
        for (malformed, vi, en) in [
            (
                "{\"code\":\"ABC\",\"code\":\"ABD\"}",
                "Có trường đứng hai lần trong cùng một đối tượng (trước dòng 1, cột ",
                "A member stands twice in one object",
            ),
            (deep.as_str(), "JSON lồng nhau quá 32 tầng (dòng 1, cột ", "The JSON is nested deeper than 32 levels"),
            ("{\"code\":}", "JSON không đọc được ở dòng 1, cột ", "The JSON cannot be read: expected value"),
            ("{\"code\":", "JSON dừng giữa chừng ở dòng 1, cột ", "The JSON ends in the middle"),
        ] {
            let told = raw(malformed).expect(400);
            assert!(told["detail"].as_str().is_some_and(|d| d.starts_with(vi) && !d.contains("line")), "{}", told.json);
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("accept-language", "en")];
            let told = house.send("POST", "/api/v1/provinces", &headers, Some(malformed.as_bytes())).expect(400);
            assert!(told["detail"].as_str().is_some_and(|d| d.starts_with(en)), "{}", told.json);
        }
        let faults = raw(r#"{"code":"abc","name":"","kind":"no_such","more":1}"#).expect(422);
        for (pointer, code) in
            [("/code", "bad_pattern"), ("/name", "too_short"), ("/kind", "not_listed"), ("/more", "unknown_member"), ("/short_name", "required")]
        {
            assert_eq!(faults.fault(pointer), Some(code), "{}", faults.json);
        }
        is_problem(&raw("{\"code\":\"ABC\",\"name\":\"T\\u0001nh\",\"short_name\":\"T\",\"kind\":\"province\"}").expect(422));
        is_problem(&house.send("POST", "/api/v1/provinces", &[("authorization", &bearer), ("content-type", "text/plain")], Some(b"x")).expect(415));
        let big = format!("{{\"name\":\"{}\"}}", "x".repeat(1 << 20));
        is_problem(&raw(&big).expect(413));
        // NFD comes back as NFC (RULES 26).
        let made = raw("{\"code\":\"ABC\",\"name\":\"Ti\\u0309nh Thu\\u031b\\u0309\",\"short_name\":\"T\",\"kind\":\"province\"}").expect(201);
        assert_eq!(made["name"], "Tỉnh Thử");
    });
}

#[test]
fn a_body_where_none_is_taken_is_refused_as_the_document_says() {
    for (method, path, operation) in operations() {
        for status in ["413", "415"] {
            assert!(operation["responses"][status].is_object(), "{method} {path} does not declare {status}");
        }
    }
    each("2021-06-01T08:00", |house| {
        let token = house.administrator().token();
        // By hand: the test's client sends no body with GET.
        for (length, status) in [(2, "415"), ((1 << 20) + 1, "413")] {
            let mut line = TcpStream::connect(house.base.trim_start_matches("http://")).expect("a connection");
            let head = format!(
                "GET /api/v1/provinces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{{}}"
            );
            line.write_all(head.as_bytes()).expect("sent");
            let mut answer = [0; 12];
            line.read_exact(&mut answer).expect("an answer");
            assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"));
        }
    });
}

#[test]
fn conditional_requests_keep_everybodys_update() {
    each("2021-06-01T08:00", |house| {
        let admin = house.administrator();
        let made = admin.post("/provinces", json!({ "code": "ABC", "name": "Tỉnh Thử", "short_name": "Thử", "kind": "province" })).expect(201);
        let path = format!("/provinces/{}", made.id());
        assert_eq!(made.headers["location"], format!("/api/v1{path}"));
        let read = admin.get(&path).expect(200);
        admin.send("GET", &path, &[("if-none-match", &read.etag())], None).expect(304);
        let body = json!({ "name": "Tỉnh Mới" });
        is_problem(&admin.send("PATCH", &path, &[], Some(&body)).expect(428));
        for bad in ["*", "W/\"1.aa\"", "\"1.aa\", \"2.bb\"", "1", "\"x\""] {
            is_problem(&admin.send("PATCH", &path, &[("if-match", bad)], Some(&body)).expect(400));
        }
        let changed = admin.patch(&path, &read, body.clone()).expect(200);
        assert_eq!(changed["version"], 2);
        let stale = admin.patch(&path, &read, body).expect(412);
        is_problem(&stale);
        // What it is told is what GET says now, in the caller's language.
        assert_eq!(stale.etag(), admin.get(&path).etag());
        assert!(stale.etag().starts_with("\"2."), "{}", stale.etag());
        let late = [("if-match", read.etag()), ("accept-language", "en".to_owned())];
        let late: Vec<(&str, &str)> = late.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let late = admin.send("PATCH", &path, &late, Some(&json!({ "name": "Tỉnh Mới" }))).expect(412);
        assert_eq!(late.etag(), admin.send("GET", &path, &[("accept-language", "en")], None).etag());
        // The English answer is another answer, and so is a narrower one.
        let english = admin.send("GET", &path, &[("accept-language", "en")], None).expect(200);
        assert_ne!(english.etag(), changed.etag());
        // Nothing is kept of a rehearsal.
        let rehearsed =
            admin.send("PATCH", &format!("{path}?validate_only=true"), &[("if-match", &changed.etag())], Some(&json!({ "name": "Tỉnh Khác" }))).expect(200);
        assert_eq!(rehearsed["name"], "Tỉnh Khác");
        assert_eq!(admin.get(&path)["name"], "Tỉnh Mới");
    });
}

#[test]
fn an_idempotency_key_makes_a_call_happen_once() {
    each("2021-06-01T08:00", |house| {
        let admin = house.administrator();
        let body = json!({ "code": "ABC", "name": "Tỉnh Thử", "short_name": "Thử", "kind": "province" });
        let call = |key: &str, body: &Value| admin.send("POST", "/provinces", &[("idempotency-key", key)], Some(body));
        let first = call("khoa-1", &body).expect(201);
        let again = call("khoa-1", &body).expect(201);
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!((&first.json, first.etag(), &first.headers["location"]), (&again.json, again.etag(), &again.headers["location"]));
        let mut other = body.clone();
        other["name"] = json!("Tỉnh Khác");
        assert_eq!(call("khoa-1", &other).expect(422).code(), "invalid");
        // A refusal leaves the key free.
        call("khoa-2", &json!({ "code": "x" })).expect(422);
        other["code"] = json!("ABD");
        call("khoa-2", &other).expect(201);
        is_problem(&call("co dau cach", &body).expect(400));
        // It is kept for a day, whatever is swept meanwhile; then the key is free again, and the province itself a duplicate.
        house.wait(24 * 3600 - 60);
        let swept = house.db.write_now(|conn| {
            let old = nhipcau::ask::stale_answers(conn, house.now(), 100)?;
            nhipcau::ask::forget_answers(conn, &old)
        });
        assert_eq!(swept.expect("swept"), 0);
        assert_eq!(call("khoa-1", &body).expect(201).headers["idempotent-replayed"], "true");
        house.wait(61);
        assert_eq!(call("khoa-1", &body).expect(409).code(), "duplicate");
    });
}

#[test]
fn two_writers_with_one_etag_make_one_change() {
    each("2021-06-01T08:00", |house: &House| {
        let admin = house.administrator();
        let made = admin.post("/provinces", json!({ "code": "ABC", "name": "Tỉnh Thử", "short_name": "Thử", "kind": "province" })).expect(201);
        let url = format!("{}/api/v1/provinces/{}", house.base, made.id());
        let bearer = format!("Bearer {}", admin.token());
        let mut etag = made.etag();
        for round in 0..20 {
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let writers: Vec<_> = (0..2)
                    .map(|writer| {
                        let (url, bearer, etag) = (&url, &bearer, &etag);
                        scope.spawn(move || {
                            let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
                            let sent = agent
                                .patch(url)
                                .header("authorization", bearer)
                                .header("if-match", etag)
                                .header("content-type", "application/merge-patch+json")
                                .send(format!("{{\"name\":\"Tên {round} {writer}\"}}"));
                            sent.expect("an answer").status().as_u16()
                        })
                    })
                    .collect();
                writers.into_iter().map(|w| w.join().expect("a writer")).collect()
            });
            let mut sorted = statuses.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [200, 412], "round {round}");
            etag = admin.get(&format!("/provinces/{}", made.id())).etag();
        }
    });
}

/// Each operation shows at least once what it looks like: in its body, its answer, or its parameters.
#[test]
fn every_operation_has_an_example() {
    let mut without = Vec::new();
    for (method, path, operation) in operations() {
        let empty = serde_json::Map::new();
        let contents = |at: &Value| at["content"].as_object().unwrap_or(&empty).values().any(|c| !c["example"].is_null());
        let mut answers = operation["responses"].as_object().expect("answers").iter().filter(|(status, _)| status.starts_with('2'));
        let shows = answers.any(|(_, r)| contents(r))
            || contents(&operation["requestBody"])
            || operation["parameters"].as_array().is_some_and(|all| all.iter().any(|p| p["in"] != "header" && !p["example"].is_null()));
        if !shows {
            without.push(format!("{method} {path}"));
        }
    }
    assert!(without.is_empty(), "{without:?}");
}

/// A house with settings of its own, on each database there is.
fn each_with(settings: &[(&str, &str)], test: impl Fn(&House)) {
    test(&House::start_with("2021-06-01T08:00", false, settings));
    if std::env::var("NHIPCAU_TEST_POSTGRES_URL").is_ok() {
        test(&House::start_with("2021-06-01T08:00", true, settings));
    }
}

#[test]
fn a_minute_is_counted_for_whom_a_request_is_shown_to_come_from() {
    each_with(&[("NHIPCAU_RATE_PER_MINUTE", "5")], |house| {
        let keys = |secret: char| format!("Bearer nhipcau_key_{}_{}", "0".repeat(31) + &secret.to_string(), secret.to_string().repeat(64));
        let login = |bearer: &str| {
            let headers = [("content-type", "application/json"), ("authorization", bearer)];
            house.send("POST", "/api/v1/auth/login", &headers, Some(br#"{"username":"a","password":"b"}"#)).status
        };
        // A key that is not looked up gives no minute of its own, and neither does a token that nobody signed.
        let tries: Vec<u16> = ('1'..='4').map(|c| login(&keys(c))).collect();
        assert!(tries.iter().all(|status| *status == 401 || *status == 422), "{tries:?}");
        house.send("GET", "/api/v1/plans", &[("authorization", "Bearer abc.def.ghi")], None).expect(401);
        let told = house.send("GET", "/api/v1/plans", &[("authorization", "Bearer abc.def.ghi")], None).expect(429);
        is_problem(&told);
        assert_eq!((login(&keys('5')), told.headers["retry-after"].as_str()), (429, "60"));
        house.wait(60);
        house.load_agencies("binh_dinh");
        // A session has a minute of its own.
        let viewer = house.person("BDI", "LHHN", "viewer");
        viewer.token();
        (0..5).for_each(|_| drop(viewer.get("/plans").expect(200)));
        viewer.get("/plans").expect(429);
        house.send("GET", "/api/v1/plans", &[], None).expect(401);
    });
}

#[test]
fn only_proxies_of_ours_say_where_a_request_comes_from() {
    let addresses = |house: &House| -> Vec<Value> {
        house.load_agencies("binh_dinh");
        let leader = house.person("BDI", "UBND", "leader");
        let login = json!({ "username": leader.username, "password": crate::harness::PASSWORD }).to_string();
        for hops in ["203.0.113.9, 198.51.100.7", "198.51.100.7, 127.0.0.1", "198.51.100.8, nobody"] {
            let headers = [("content-type", "application/json"), ("x-forwarded-for", hops)];
            house.send("POST", "/api/v1/auth/login", &headers, Some(login.as_bytes())).expect(200);
            house.wait(1);
        }
        while house.db.write_now(|conn| nhipcau::sequencer::sequence(conn, 500)).expect("a batch") > 0 {}
        let told = leader.get("/audit-events?limit=200&action=sign_in").expect(200);
        let mut all: Vec<Value> = told.items().iter().map(|e| e["address"].clone()).collect();
        all.sort_by_key(ToString::to_string);
        all
    };
    // The person's own sign-in, made without a header, is the fourth.
    each_with(&[], |house| assert_eq!(addresses(house), vec![json!("127.0.0.1"); 4]));
    each_with(&[("NHIPCAU_TRUSTED_PROXIES", "10.0.0.5, 127.0.0.0/8")], |house| {
        assert_eq!(addresses(house), ["127.0.0.1", "127.0.0.1", "198.51.100.7", "198.51.100.7"].map(|a| json!(a)));
    });
    let given = [("NHIPCAU_TRUSTED_PROXIES".to_owned(), "10.0.0.0/99".to_owned())].into();
    assert!(nhipcau::config::Settings::from(&given).expect_err("refused").contains("NHIPCAU_TRUSTED_PROXIES=10.0.0.0/99"));
}

#[test]
fn what_is_refused_before_the_gate_is_a_problem_too() {
    each("2021-06-01T08:00", |house| {
        let asking = [("origin", "https://la.example"), ("access-control-request-method", "GET"), ("accept-language", "en")];
        let reply = house.send("OPTIONS", "/api/v1/tasks", &asking, None).expect(400);
        is_problem(&reply);
        assert_eq!((reply.code(), reply.headers["x-content-type-options"].as_str()), ("cors_refused", "nosniff"));
        assert!(reply["detail"].as_str().expect("a text").starts_with("A browser"));
        // A disguised address leads past nothing.
        is_problem(&house.send("GET", "/%61pi/v1/users", &[], None).expect(401));
    });
    each_with(&[("NHIPCAU_CORS_ORIGINS", "https://la.example")], |house| {
        let asking = [("origin", "https://la.example"), ("access-control-request-method", "GET")];
        let reply = house.send("OPTIONS", "/api/v1/tasks", &asking, None).expect(200);
        assert_eq!(reply.headers["access-control-allow-origin"], "https://la.example");
        // A page may read every header that the document promises, the state that a file shows among them.
        let reply = house.send("GET", "/api/v1/openapi.json", &[("origin", "https://la.example")], None).expect(200);
        let exposed: Vec<&str> = reply.headers["access-control-expose-headers"].split(',').map(str::trim).collect();
        let promised: Vec<String> = reply["components"]["headers"].as_object().expect("headers").keys().map(|name| name.to_lowercase()).collect();
        assert!(promised.contains(&"x-snapshot".to_owned()));
        let hidden: Vec<&String> = promised.iter().filter(|name| !exposed.contains(&name.as_str())).collect();
        assert!(hidden.is_empty(), "{hidden:?} of {exposed:?}");
    });
}

#[test]
fn a_code_of_others_says_nothing_by_the_order_of_refusals() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let officer = house.person("BDI", "SNGV", "officer");
        let draft = officer.post("/documents", json!({ "kind": "official_letter", "symbol": "SNGV-VP", "summary": "Công văn" })).expect(201);
        let code = draft["code"].as_str().expect("a code");
        let stranger = house.person("BDI", "SYT", "clerk");
        let step = |code: &str| {
            let bearer = format!("Bearer {}", stranger.token());
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("if-match", "\"1.aa\"")];
            house.send("POST", &format!("/api/v1/documents/{code}/transitions"), &headers, Some(b"{")).status
        };
        let nobody = format!("{}9999", &code[..code.len() - 4]);
        assert_eq!((step(code), step(&nobody), step("01990000-0000-7000-8000-000000000000")), (400, 400, 400));
        stranger.get(&format!("/documents/{nobody}")).expect(404);
        officer.get(&format!("/documents/{code}")).expect(200);
    });
}
