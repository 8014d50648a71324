//! Signing in, staying in, being thrown out.

use crate::harness::{PASSWORD, each};
use serde_json::{Value, json};

#[test]
fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let officer = house.person("BDI", "LHHN", "officer");
        let login = json!({ "username": officer.username, "password": PASSWORD });
        let post = |path: &str, body: serde_json::Value| house.send("POST", path, &[("content-type", "application/json")], Some(body.to_string().as_bytes()));
        let first = post("/api/v1/auth/login", login).expect(200);
        assert_eq!(first["me"]["province_code"], "BDI");
        assert_eq!(first["me"]["role_groups"], json!(["lien_hiep"]));
        assert_eq!(first["me"]["position"], "officer");
        assert_eq!(first.headers["cache-control"], "no-store");
        let old = json!({ "refresh_token": first["refresh_token"] });
        let second = post("/api/v1/auth/refresh", old.clone()).expect(200);
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        // A lost answer is no theft: within 30 seconds the old one still gives a successor.
        house.wait(29);
        post("/api/v1/auth/refresh", old.clone()).expect(200);
        // Later it betrays a second holder, and the whole family ends.
        house.wait(60);
        post("/api/v1/auth/refresh", old).expect(401);
        post("/api/v1/auth/refresh", json!({ "refresh_token": second["refresh_token"] })).expect(401);
        let bearer = format!("Bearer {}", second["access_token"].as_str().expect("a token"));
        house.send("GET", "/api/v1/auth/me", &[("authorization", &bearer)], None).expect(401);
    });
}

#[test]
fn wrong_passwords_close_the_door_for_longer_and_longer() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let officer = house.person("BDI", "SNGV", "officer");
        let try_with = |password: &str| {
            let body = json!({ "username": officer.username, "password": password }).to_string();
            house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(body.as_bytes()))
        };
        for _ in 0..5 {
            let refused = try_with("khong dung dau").expect(401);
            assert_eq!(refused.code(), "bad_credentials");
        }
        // The right password does not open a closed door: 60 seconds after the fifth failure.
        let locked = try_with(PASSWORD).expect(429);
        assert_eq!(locked.headers["retry-after"], "60");
        house.wait(61);
        try_with(PASSWORD).expect(200);
        // Nobody by that name is refused in the same words.
        let body = json!({ "username": "khong.co.ai", "password": PASSWORD }).to_string();
        let unknown = house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(body.as_bytes())).expect(401);
        assert_eq!(unknown.code(), "bad_credentials");
    });
}

#[test]
fn signing_out_everywhere_ends_every_session_at_once() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let officer = house.person("BDI", "LHHN", "officer");
        let login = json!({ "username": officer.username, "password": PASSWORD }).to_string();
        let token = || {
            let reply = house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(login.as_bytes())).expect(200);
            format!("Bearer {}", reply["access_token"].as_str().expect("a token"))
        };
        let (phone, desk) = (token(), token());
        house.send("GET", "/api/v1/auth/me", &[("authorization", &phone)], None).expect(200);
        let out = |bearer: &str, body: &str| {
            house.send("POST", "/api/v1/auth/logout", &[("authorization", bearer), ("content-type", "application/json")], Some(body.as_bytes()))
        };
        out(&desk, r#"{"everywhere":true}"#).expect(204);
        house.send("GET", "/api/v1/auth/me", &[("authorization", &phone)], None).expect(401);
        house.send("GET", "/api/v1/auth/me", &[("authorization", &desk)], None).expect(401);
    });
}

#[test]
fn an_administrator_of_an_organisation_manages_its_people_and_no_others() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let ours = house.organization("BDI", "LHHN");
        let theirs = house.organization("BDI", "SNGV");
        let keeper = house.person("BDI", "LHHN", "org_admin");
        let stranger = house.person("BDI", "SNGV", "officer");
        let new = |organization: &str, name: &str| json!({ "username": name, "full_name": "Đỗ Thí Dụ", "organization_id": organization, "position": "clerk" });
        let made = keeper.post("/users", new(&ours.id.to_string(), "van.thu.moi")).expect(201);
        assert!(made["initial_password"].is_string());
        // The password was shown once.
        let again = keeper.get(&format!("/users/{}", made.id())).expect(200);
        assert!(again["initial_password"].is_null());
        // It is null in a rehearsal and in a repetition, and nobody keeps a copy of either.
        let other = new(&ours.id.to_string(), "van.thu.hai");
        let rehearsed = keeper.post("/users?validate_only=true", other.clone()).expect(200);
        let first = keeper.send("POST", "/users", &[("idempotency-key", "them-2")], Some(&other)).expect(201);
        let repeated = keeper.send("POST", "/users", &[("idempotency-key", "them-2")], Some(&other)).expect(201);
        assert!(first["initial_password"].is_string());
        assert_eq!((repeated.id(), repeated.headers["idempotent-replayed"].as_str()), (first.id(), "true"));
        for told in [&rehearsed, &repeated] {
            assert_eq!((told.json.get("initial_password"), told.headers["cache-control"].as_str()), (Some(&Value::Null), "no-store"));
        }
        let reset = json!({ "action": "reset_password" });
        let rehearsed =
            keeper.send("POST", &format!("/users/{}/transitions?validate_only=true", first.id()), &[("if-match", &first.etag())], Some(&reset)).expect(200);
        assert_eq!((rehearsed.json.get("initial_password"), rehearsed.headers["cache-control"].as_str()), (Some(&Value::Null), "no-store"));
        keeper.post("/users", new(&theirs.id.to_string(), "van.thu.khac")).expect(422);
        // A colleague sees the user, a stranger is told that there is none.
        house.person("BDI", "LHHN", "officer").get(&format!("/users/{}", made.id())).expect(200);
        stranger.get(&format!("/users/{}", made.id())).expect(404);
        let listed = stranger.get("/users?limit=200").expect(200);
        assert!(listed.items().iter().all(|u| u["id"] != made["id"]));
        // Disabling ends the sessions; enabling lets in again.
        keeper.take(&format!("/users/{}", made.id()), &again, json!({ "action": "disable" })).expect(200);
        let body = json!({ "username": "van.thu.moi", "password": made["initial_password"] }).to_string();
        house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(body.as_bytes())).expect(401);
    });
}

#[test]
fn signing_keys_are_rotated_without_signing_anyone_out() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use nhipcau::http::token::{self, Claims, Source, Tokens};
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let old = house.person("BDI", "LHHN", "officer").token();
        let source =
            if house.postgres { Source::Sealed("bi mat chi dung cho kiem thu, du dai".into()) } else { Source::File(house.data.join("signing-keys.json")) };
        let keys = || house.send("GET", "/.well-known/jwks.json", &[], None).expect(200)["keys"].as_array().expect("keys").len();
        assert_eq!(keys(), 1);
        house.wait(1);
        let kid = token::add(&house.db, &source, house.now()).expect("a second key");
        // Another replica signs with the new key; this one has not heard of it yet.
        let replica = Tokens::open(&house.db, source, house.now()).expect("the keys open");
        let payload = URL_SAFE_NO_PAD.decode(old.split('.').nth(1).expect("a payload")).expect("base64");
        let claims: Claims = serde_json::from_slice(&payload).expect("claims");
        let fresh = replica.issue(claims, house.now()).expect("a token");
        for token in [&fresh, &old] {
            house.send("GET", "/api/v1/auth/me", &[("authorization", &format!("Bearer {token}"))], None).expect(200);
        }
        assert_eq!(keys(), 2);
        let told = house.send("GET", "/.well-known/jwks.json", &[], None).expect(200);
        assert!(told["keys"].as_array().expect("keys").iter().any(|k| k["kid"] == json!(kid)));
    });
}

#[test]
fn nobody_is_managed_by_one_of_two_organisations() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let admin = house.administrator();
        let keeper = house.person("BDI", "LHHN", "org_admin");
        let colleague = house.person("BDI", "LHHN", "viewer");
        house.person("BDI", "UBND", "leader");
        let id = |name: &str| {
            admin.get(&format!("/users?limit=200&q=leader&organization_id={}", house.organization("BDI", name).id)).expect(200).items()[0]["id"].clone()
        };
        let path = format!("/users/{}", id("UBND").as_str().expect("an id"));
        keeper.get(&path).expect(404);
        // The leader of UBND also leads the Union: its administrator sees the colleague, and that is all.
        let union = house.organization("BDI", "LHHN").id.to_string();
        let post = |valid_to: Option<&str>| json!({ "organization_id": union, "position": "leader", "valid_to": valid_to });
        admin.post(&format!("{path}/posts"), post(None)).expect(201);
        let seen = keeper.get(&path).expect(200);
        assert_eq!(seen["allowed_actions"], json!([]));
        for action in ["disable", "reset_password", "unlock"] {
            keeper.take(&path, &seen, json!({ "action": action })).expect(403);
        }
        keeper.patch(&path, &seen, json!({ "full_name": "Tên Khác" })).expect(403);
        keeper.post(&format!("{path}/posts"), post(None)).expect(403);
        colleague.take(&path, &seen, json!({ "action": "disable" })).expect(403);
        admin.take(&path, &seen, json!({ "action": "disable" })).expect(200);
        // Nor is somebody whose post here is over, or who administers the system.
        house.person("BDI", "SNGV", "leader");
        let gone = format!("/users/{}", id("SNGV").as_str().expect("an id"));
        admin.post(&format!("{gone}/posts"), post(Some("2021-05-31"))).expect(201);
        let seen = keeper.get(&gone).expect(200);
        keeper.take(&gone, &seen, json!({ "action": "reset_password" })).expect(403);
        let own = admin.get("/auth/me").expect(200)["user_id"].clone();
        let own = format!("/users/{}", own.as_str().expect("an id"));
        admin.post(&format!("{own}/posts"), post(None)).expect(201);
        let seen = keeper.get(&own).expect(200);
        keeper.take(&own, &seen, json!({ "action": "reset_password" })).expect(403);
        // A post elsewhere that has ended leaves the user to the one that is left.
        let clerk = json!({ "username": "van.thu.cu", "full_name": "Đỗ Thí Dụ", "organization_id": union, "position": "clerk" });
        let made = keeper.post("/users", clerk).expect(201);
        let elsewhere = json!({ "organization_id": house.organization("BDI", "SYT").id.to_string(), "position": "clerk", "valid_to": "2021-06-01" });
        let ours = format!("/users/{}", made.id());
        admin.post(&format!("{ours}/posts"), elsewhere).expect(201);
        keeper.step(&ours, json!({ "action": "reset_password" })).expect(403);
        house.at("2021-06-02T08:00");
        assert!(keeper.step(&ours, json!({ "action": "reset_password" })).expect(200)["initial_password"].is_string());
    });
}

#[test]
fn a_name_that_nobody_has_meets_the_same_closed_door() {
    each("2021-06-01T08:00", |house| {
        let enter = || {
            let body = json!({ "username": "khong.co.ai", "password": PASSWORD }).to_string();
            house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(body.as_bytes()))
        };
        for _ in 0..5 {
            assert_eq!(enter().expect(401).code(), "bad_credentials");
        }
        let closed = enter().expect(429);
        assert_eq!((closed.code(), closed.headers["retry-after"].as_str()), ("locked", "60"));
        house.wait(61);
        enter().expect(401);
    });
}

#[test]
fn nobody_calls_for_an_archived_organisation() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let admin = house.administrator();
        let organization = house.organization("BDI", "SYT").id.to_string();
        let officer = house.person("BDI", "SYT", "officer");
        let keeper = house.person("BDI", "SYT", "org_admin");
        let made = keeper.post("/service-accounts", json!({ "name": "Bảng", "scopes": ["plans:read"] })).expect(201);
        let key = format!("Bearer {}", made["key"].as_str().expect("a key"));
        let feed = officer.post("/calendar-feeds", json!({ "kind": "organization" })).expect(201);
        let address = feed["address"].as_str().expect("an address").to_owned();
        let address = address[address.find("/api/").expect("a path")..].to_owned();
        house.send("GET", &address, &[], None).expect(200);
        let token = format!("Bearer {}", officer.token());
        let read = |bearer: &str| house.send("GET", "/api/v1/plans", &[("authorization", bearer)], None);
        read(&key).expect(200);
        read(&token).expect(200);
        admin.step(&format!("/organizations/{organization}"), json!({ "action": "archive" })).expect(200);
        read(&key).expect(401);
        read(&token).expect(401);
        house.send("GET", &address, &[], None).expect(410);
        let login = json!({ "username": officer.username, "password": PASSWORD }).to_string();
        let refused = house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(login.as_bytes())).expect(422);
        assert_eq!(refused.fault("/organization_id"), Some("no_post"));
        // A program cannot be made for it either.
        let body = json!({ "organization_id": organization, "name": "Bảng", "scopes": ["plans:read"] });
        assert_eq!(admin.post("/service-accounts", body).expect(422).fault("/organization_id"), Some("unknown_reference"));
    });
}
