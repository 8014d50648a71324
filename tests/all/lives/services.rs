//! Programs that call: made by their organisation's administrator, held to their scopes, rotated, revoked.

use crate::harness::{House, PASSWORD, Reply, each};
use nhipcau::authz::scopes::ServiceScope;
use serde_json::{Value, json};

fn as_program(house: &House, key: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
    let bearer = format!("Bearer {key}");
    let mut headers = vec![("authorization", bearer.as_str())];
    if body.is_some() {
        headers.push(("content-type", "application/json"));
    }
    let bytes = body.map(|b| b.to_string().into_bytes());
    house.send(method, &format!("/api/v1{path}"), &headers, bytes.as_deref())
}

fn key_of(reply: &Reply) -> String {
    reply["key"].as_str().expect("a key").to_owned()
}

#[test]
fn a_program_acts_as_viewer_within_its_scopes() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let keeper = house.person("BDI", "LHHN", "org_admin");
        let made = keeper.post("/service-accounts", json!({ "name": "Bảng điều hành", "scopes": ["plans:read", "organizations:read"] })).expect(201);
        assert_eq!((&made["state"], &made["expires_on"], &made["keys"].as_array().expect("keys").len()), (&json!("active"), &json!("2022-06-01"), &1));
        assert_eq!(made.headers["cache-control"], "no-store");
        let key = key_of(&made);
        assert!(key.starts_with("nhipcau_key_") && key.len() == 109, "{key}");
        // Shown once.
        assert!(keeper.get(&format!("/service-accounts/{}", made.id())).expect(200)["key"].is_null());

        let me = as_program(house, &key, "GET", "/auth/me", None).expect(200);
        assert_eq!((&me["user_id"], &me["position"], &me["organization_id"]), (&made["id"], &json!("viewer"), &made["organization_id"]));
        assert_eq!((&me["scopes"], &me["role_groups"]), (&json!(["organizations:read", "plans:read"]), &json!(["lien_hiep"])));
        // It sees what a viewer of its organisation sees, row for row.
        let viewer = house.person("BDI", "LHHN", "viewer");
        for path in ["/plans?limit=200", "/tasks?limit=200", "/organizations?limit=200", "/meta/enums", "/urgings"] {
            let (its, theirs) = (as_program(house, &key, "GET", path, None).expect(200), viewer.get(path).expect(200));
            assert_eq!(its.json, theirs.json, "{path}");
        }
        // Outside its scopes it is told which one is missing; what is for people stays so.
        let refused = as_program(house, &key, "GET", "/report-submissions", None).expect(403);
        assert_eq!(refused.code(), "scope_missing");
        assert!(refused["detail"].as_str().expect("a text").contains("reports:read"));
        let body = json!({ "kind": "plan", "summary": "Việc" });
        assert_eq!(as_program(house, &key, "POST", "/documents", Some(&body)).expect(403).code(), "scope_missing");
        for path in ["/notifications", "/audit-events", "/users", "/service-accounts"] {
            assert_eq!(as_program(house, &key, "GET", path, None).expect(403).code(), "persons_only", "{path}");
        }
        assert_eq!(as_program(house, &key, "POST", "/plans", Some(&json!({ "title": "Việc" }))).expect(403).code(), "persons_only");
        // Its use is noted, and not with each request.
        let last_use = || keeper.get(&format!("/service-accounts/{}", made.id())).expect(200)["last_used_at"].clone();
        // It is noted beside the answer, so a moment may pass.
        let becomes = |expected: &str| {
            for _ in 0..500 {
                if last_use() == json!(expected) {
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            panic!("the last use is {}, not {expected}", last_use());
        };
        becomes("2021-06-01T01:00:00Z");
        house.wait(200);
        as_program(house, &key, "GET", "/auth/me", None).expect(200);
        assert_eq!(last_use(), json!("2021-06-01T01:00:00Z"));
        house.wait(101);
        as_program(house, &key, "GET", "/auth/me", None).expect(200);
        becomes("2021-06-01T01:05:01Z");
        // A read of it costs as many statements as a person's.
        let count = |ask: &dyn Fn()| {
            let before = house.statements();
            ask();
            house.statements() - before
        };
        viewer.token();
        let theirs = count(&|| drop(viewer.get("/plans?limit=1").expect(200)));
        assert_eq!(count(&|| drop(as_program(house, &key, "GET", "/plans?limit=1", None).expect(200))), theirs);
    });
}

/// Keys, the secrets of calendars and tokens are kept as hashes only.
#[test]
fn no_secret_is_kept_as_it_stands() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let keeper = house.person("BDI", "LHHN", "org_admin");
        let post = |path: &str, body: Value| keeper.send("POST", path, &[("idempotency-key", "mot-lan")], Some(&body)).expect(201);
        let made = post("/service-accounts", json!({ "name": "Bảng điều hành chung", "scopes": ["plans:read"] }));
        let key = key_of(&made);
        as_program(house, &key, "GET", "/plans", None).expect(200);
        let feed = post("/calendar-feeds", json!({ "kind": "person" }));
        let address = feed["address"].as_str().expect("an address").to_owned();
        house.send("GET", &address, &[], None).expect(200);
        let secret = address.rsplit('/').next().and_then(|file| file.strip_suffix(".ics")).expect("a secret").to_owned();
        let body = json!({ "username": keeper.username, "password": PASSWORD }).to_string();
        let session = house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(body.as_bytes())).expect(200);
        let member = |name: &str| session[name].as_str().expect("a token").to_owned();
        // The search finds what is kept.
        assert!(house.keeps("Bảng điều hành chung") && house.keeps(&made.id()));
        let tail = |token: &str| token.rsplit('_').next().expect("a part").to_owned();
        for secret in [tail(&key), tail(&secret), key, secret, member("refresh_token"), member("access_token"), PASSWORD.to_owned()] {
            assert!(secret.len() >= 16 && !house.keeps(&secret), "{secret} is kept");
        }
    });
}

#[test]
fn a_program_that_exchanges_documents_does_what_a_clerk_does_and_no_more() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let keeper = house.person("BDI", "SYT", "org_admin");
        let made = keeper.post("/service-accounts", json!({ "name": "Trục liên thông", "scopes": ["documents:exchange"] })).expect(201);
        let key = key_of(&made);
        let arrival =
            json!({ "document": { "kind": "official_letter", "issuer_text": "Bộ Thí dụ", "symbol": "BTD", "summary": "Mời họp" }, "arrived_on": "2021-06-01" });
        let registered = as_program(house, &key, "POST", "/arrivals", Some(&arrival)).expect(201);
        let mine = house.person("BDI", "SYT", "clerk").get(&format!("/arrivals/{}", registered.id())).expect(200);
        assert_eq!(mine["number"], registered["number"]);
        as_program(house, &key, "GET", "/documents", None).expect(200);
        assert_eq!(as_program(house, &key, "GET", "/tasks", None).expect(403).code(), "scope_missing");
        // The journal names the account as who did it.
        let acts = house.person("BDI", "UBND", "leader").get(&format!("/audit-events?record_id={}", registered.id())).expect(200);
        assert_eq!(acts.items()[0]["user_id"], made["id"]);
        // A repeated call happens once.
        let again = |idempotency: &str| {
            let headers =
                [("authorization", format!("Bearer {key}")), ("content-type", "application/json".into()), ("idempotency-key", idempotency.to_owned())];
            let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let mut other = arrival.clone();
            other["document"]["symbol"] = json!("BTD2");
            house.send("POST", "/api/v1/arrivals", &headers, Some(other.to_string().as_bytes())).expect(201).id()
        };
        assert_eq!(again("khoa-1"), again("khoa-1"));
        // A clerk does not sign, and neither does it.
        let draft = house.person("BDI", "SYT", "officer").post("/documents", json!({ "kind": "plan", "symbol": "KH-SYT", "summary": "Kế hoạch" })).expect(201);
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("if-match", &draft.etag())];
        house.send("POST", &format!("/api/v1/documents/{}/transitions", draft.id()), &headers, Some(br#"{"action":"sign"}"#)).expect(403);
    });
}

#[test]
fn a_key_is_rotated_with_grace_expires_and_is_revoked() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let keeper = house.person("BDI", "LHHN", "org_admin");
        let body = json!({ "name": "Bảng điều hành", "scopes": ["plans:read"], "expires_on": "2021-08-01" });
        let made = keeper.send("POST", "/service-accounts", &[("idempotency-key", "tao-1")], Some(&body)).expect(201);
        let replayed = keeper.send("POST", "/service-accounts", &[("idempotency-key", "tao-1")], Some(&body)).expect(201);
        assert_eq!((replayed.id(), &replayed["key"]), (made.id(), &Value::Null));
        assert_eq!(replayed.headers["cache-control"], "no-store");
        // A rehearsal shows no key that never will be one.
        let rehearsed = keeper.post("/service-accounts?validate_only=true", body.clone()).expect(200);
        assert_eq!((rehearsed.json.get("key"), rehearsed.headers["cache-control"].as_str()), (Some(&Value::Null), "no-store"));
        let path = format!("/service-accounts/{}", made.id());
        let first = key_of(&made);
        let works = |key: &str| as_program(house, key, "GET", "/plans", None).status;
        let rotated = keeper.take(&path, &made, json!({ "action": "rotate", "grace_hours": 2 })).expect(200);
        let second = key_of(&rotated);
        assert_eq!((works(&first), works(&second), rotated["keys"].as_array().expect("keys").len()), (200, 200, 2));
        house.wait(2 * 3600);
        assert_eq!((works(&first), works(&second)), (401, 200));
        // Narrower scopes count at once.
        let narrowed = keeper.patch(&path, &rotated, json!({ "scopes": ["events:read"] })).expect(200);
        assert_eq!(works(&second), 403);
        let widened = keeper.patch(&path, &narrowed, json!({ "scopes": ["plans:read"] })).expect(200);
        assert_eq!(works(&second), 200);
        keeper.patch(&path, &widened, json!({ "expires_on": "2024-01-01" })).expect(422);
        // Good through its last day.
        house.at("2021-08-01T23:59");
        assert_eq!(works(&second), 200);
        house.at("2021-08-02T00:00");
        assert_eq!(works(&second), 401);
        let expired = keeper.get(&path).expect(200);
        assert_eq!((&expired["state"], &expired["allowed_actions"]), (&json!("expired"), &json!(["edit", "revoke"])));
        keeper.take(&path, &expired, json!({ "action": "rotate" })).expect(409);
        let longer = keeper.patch(&path, &expired, json!({ "expires_on": "2021-12-31" })).expect(200);
        assert_eq!(works(&second), 200);
        let revoked = keeper.take(&path, &longer, json!({ "action": "revoke", "reason": "lộ khóa" })).expect(200);
        assert_eq!((&revoked["state"], works(&second)), (&json!("revoked"), 401));
        keeper.take(&path, &revoked, json!({ "action": "rotate" })).expect(409);
        // The journal knows all of it and no key.
        let acts = house.person("BDI", "UBND", "leader").get(&format!("/audit-events?record_id={}&limit=50", made.id())).expect(200);
        assert_eq!(acts.items().len(), 6);
        let text = acts.json.to_string();
        assert!(!text.contains(&first[45..]) && !text.contains(&second[45..]));
    });
}

#[test]
fn only_administrators_of_the_organisation_manage_its_programs() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let keeper = house.person("BDI", "LHHN", "org_admin");
        let made = keeper.post("/service-accounts", json!({ "name": "Bảng điều hành", "scopes": ["plans:read"] })).expect(201);
        let path = format!("/service-accounts/{}", made.id());
        for (code, position, list) in [("LHHN", "leader", 403), ("SNGV", "leader", 403), ("SNGV", "org_admin", 200)] {
            let other = house.person("BDI", code, position);
            assert!(other.get("/service-accounts").expect(list).items().is_empty());
            other.get(&path).expect(404);
            other.take(&path, &made, json!({ "action": "revoke" })).expect(404);
        }
        let theirs = house.organization("BDI", "SNGV").id.to_string();
        let foreign = json!({ "organization_id": theirs, "name": "Lạ", "scopes": ["plans:read"] });
        assert_eq!(keeper.post("/service-accounts", foreign.clone()).expect(422).fault("/organization_id"), Some("other_organization"));
        let admin = house.administrator();
        let given = admin.post("/service-accounts", foreign).expect(201);
        assert_eq!(given["organization_id"], theirs);
        assert_eq!(admin.get("/service-accounts").expect(200).items().len(), 2);
        admin.take(&path, &made, json!({ "action": "revoke" })).expect(200);
    });
}

#[test]
fn who_guesses_keys_has_to_wait() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let made = house.person("BDI", "LHHN", "org_admin").post("/service-accounts", json!({ "name": "Bảng", "scopes": ["plans:read"] })).expect(201);
        let key = key_of(&made);
        // The right id with another secret, and an id that nobody has.
        let wrong = format!("{}{}", &key[..45], "0".repeat(64));
        let nobody = format!("nhipcau_key_{}_{}", "0".repeat(32), "0".repeat(64));
        for guess in [&wrong, &nobody].repeat(10) {
            assert_eq!(as_program(house, guess, "GET", "/plans", None).expect(401).code(), "unauthenticated");
        }
        let told = as_program(house, &key, "GET", "/plans", None).expect(429);
        assert_eq!(told.headers["retry-after"], "60");
        house.wait(60);
        as_program(house, &key, "GET", "/plans", None).expect(200);
        // People who sign in are not held up by it.
        house.person("BDI", "LHHN", "viewer").get("/plans").expect(200);
    });
}

#[test]
fn the_document_says_which_scopes_each_operation_takes() {
    let document = nhipcau::document().expect("a document");
    let scopes = |path: &str, method: &str| -> Vec<String> {
        let security = document["paths"][path][method]["security"].as_array().expect("security").clone();
        security
            .iter()
            .filter_map(|s| s.get("service_key"))
            .flat_map(|s| s.as_array().expect("scopes").clone())
            .map(|s| s.as_str().expect("a scope").into())
            .collect()
    };
    assert_eq!(scopes("/api/v1/documents", "get"), ["documents:read", "documents:exchange"]);
    assert_eq!(scopes("/api/v1/documents", "post"), ["documents:exchange"]);
    assert_eq!(scopes("/api/v1/deliveries/{id}/transitions", "post"), ["documents:exchange"]);
    assert_eq!(scopes("/api/v1/consolidated-reports", "get"), ["reports:read"]);
    assert_eq!(document["paths"]["/api/v1/plans"]["post"]["security"], json!([{ "bearer": [] }]));
    assert_eq!(document["components"]["securitySchemes"]["service_key"]["scheme"], "bearer");
    // Nothing but documents is written by programs, and every scope opens something.
    let mut opened: Vec<String> = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let public = operation["security"].as_array().is_some_and(Vec::is_empty);
            if public {
                continue;
            }
            let taken = scopes(path, method);
            assert!(method == "get" || taken.is_empty() || taken == ["documents:exchange"], "{method} {path}: {taken:?}");
            opened.extend(taken);
        }
    }
    let idle: Vec<&str> = ServiceScope::ALL.iter().map(|s| s.word()).filter(|s| !opened.iter().any(|o| o == s)).collect();
    assert!(idle.iter().all(|s| *s == "events:read"), "{idle:?}");
}
