//! Signing in, staying in, being thrown out.

use crate::harness::{PASSWORD, each};
use serde_json::json;

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
