//! Every operation of the document, tried by those who have no business with our records: without a token, with one that has
//! grown old, from another province, by a stranger of our own. Nothing of ours is in what they are told.

use super::world::{MARK, World, token, upload};
use crate::harness::{House, Person, Reply, each};
use serde_json::Value;
use std::collections::HashMap;

/// Operations that everybody may call, or that concern the caller alone.
const OPEN: [&str; 11] = [
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
    "/api/v1/auth/me",
    "/api/v1/auth/switch",
    "/api/v1/auth/password",
    "/api/v1/openapi.json",
    "/api/v1/meta/enums",
    "/api/v1/meta/version",
    "/api/v1/calendar",
    "/api/v1/calendars",
];

/// Which record of the world stands for the first id of a path.
fn stands_for(path: &str) -> Option<&'static str> {
    let collection = path.trim_start_matches("/api/v1/").split('/').next()?;
    Some(match collection {
        "provinces" => "province",
        "organizations" => "organization",
        "organization-groups" => "group",
        "organization-functions" => "grant",
        "users" => "user",
        "service-accounts" => "service_account",
        "calendar-feeds" => "calendar_feed",
        "documents" => "document:issued",
        "attachments" => "attachment",
        "deliveries" => "delivery",
        "arrivals" => "arrival:handed",
        "plans" => "plan:active",
        "tasks" => "task:shared",
        "task-occurrences" => "occurrence",
        "task-parts" => "part:coordinator",
        "task-progress" => "progress",
        "extensions" => "extension",
        "urgings" => "urging",
        "recommendations" => "recommendation:raised",
        "reporting-regimes" => "regime",
        "reporting-periods" => "period",
        "reporting-obligations" => "obligation:agency",
        "report-submissions" => "submission:submitted",
        "consolidated-reports" => "consolidated:issued",
        "audit-events" => "audit_event",
        "notifications" => "notice",
        "readings" => "reading",
        "reading-proposals" => "reading_proposal",
        "mergers" => "merger",
        "report-jobs" => "report_job",
        "report-job-runs" | "jobs" => "report_run",
        _ => return None,
    })
}

/// What everyone in the province reads: there a stranger of our own is none.
fn common(path: &str) -> bool {
    matches!(stands_for(path), Some("province" | "organization" | "group" | "grant" | "regime" | "period"))
}

struct Operation {
    method: String,
    path: String,
    media: Option<String>,
    lists: Vec<String>,
}

fn operations(house: &House) -> Vec<Operation> {
    let document = house.send("GET", "/api/v1/openapi.json", &[], None).expect(200);
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let media = operation["requestBody"]["content"].as_object().and_then(|c| c.keys().next().cloned());
            let answers = operation["responses"]["200"]["content"].as_object().map(|c| c.keys().cloned().collect()).unwrap_or_default();
            all.push(Operation { method: method.to_uppercase(), path: path.clone(), media, lists: answers });
        }
    }
    all
}

fn send(person: &Person<'_>, operation: &Operation, path: &str) -> Reply {
    let bearer = format!("Bearer {}", person.token());
    let (form, file) = upload();
    let (media, body): (&str, Option<Vec<u8>>) = match operation.media.as_deref() {
        Some(m) if m.starts_with("multipart") => (form, Some(file)),
        Some(m) => (m, Some(b"{}".to_vec())),
        None => ("", (operation.method == "POST").then(Vec::new)),
    };
    let mut headers = vec![("authorization", bearer.as_str()), ("if-match", "\"1.00\"")];
    if !media.is_empty() {
        headers.push(("content-type", media));
    }
    person.house.send(&operation.method, path, &headers, body.as_deref())
}

/// Whatever is ours is not in the answer, beside what the caller has asked with. A stranger of our own province knows what
/// everybody there does.
fn tells_nothing(world: &World<'_>, person: &Person<'_>, reply: &Reply, asked: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&reply.bytes).into_owned();
    let foreign = person.username.starts_with("gla");
    let secret = |name: &str| foreign || !matches!(name, "province" | "organization" | "group" | "grant" | "regime" | "period");
    let found = world.records.iter().filter(|r| secret(r.name) && !asked.contains(&r.id) && text.contains(&r.id));
    let mut telling: Vec<String> = found.map(|r| r.name.to_owned()).collect();
    if text.contains(MARK) || (foreign && text.contains("Bình Định")) {
        telling.push("our words".into());
    }
    (!telling.is_empty()).then(|| format!("{}: {} answers {} and tells {}", person.username, reply.asked, reply.status, telling.join(", ")))
}

#[test]
fn strangers_are_told_nothing() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let all = operations(house);
        let mut ids: HashMap<&str, String> = world.ids();
        // Nothing has been merged here: a merger would end the world that the others are tried on.
        ids.insert("merger", "01990000-0000-7000-8000-000000000000".into());
        let first = |path: &str| world.at("SVHTT", "leader").get(path).expect(200).items()[0]["id"].as_str().expect("an id").to_owned();
        ids.insert("notice", first("/notifications"));
        ids.insert("audit_event", first(&format!("/audit-events?record_id={}", ids["document:issued"])));
        let program = serde_json::json!({ "name": MARK, "scopes": ["plans:read"] });
        ids.insert("service_account", world.at("SYT", "org_admin").post("/service-accounts", program).expect(201).id());
        ids.insert("calendar_feed", world.at("SYT", "officer").post("/calendar-feeds", serde_json::json!({ "kind": "person", "name": MARK })).expect(201).id());
        let mut faults: Vec<String> = Vec::new();
        let foreign: Vec<Person<'_>> = [("UBND", "leader"), ("SNGV", "leader"), ("LHHN", "leader"), ("SYT", "clerk"), ("SYT", "org_admin")]
            .iter()
            .map(|(o, p)| house.person("GLA", o, p))
            .collect();
        let ours: Vec<Person<'_>> = ["leader", "clerk", "org_admin"].iter().map(|p| world.at("BAO", p)).collect();
        for operation in all.iter().filter(|o| !OPEN.contains(&o.path.as_str())) {
            assert!(!operation.path.contains('{') || stands_for(&operation.path).is_some(), "say which record stands for {}", operation.path);
            let Some(named) = stands_for(&operation.path).filter(|_| operation.path.contains('{')) else {
                // A collection: nothing of ours in it, whatever the format.
                if operation.method == "GET" && !operation.path.contains('{') {
                    for person in foreign.iter().chain(if common(&operation.path) { &[][..] } else { &ours[..] }) {
                        for media in &operation.lists {
                            let bearer = format!("Bearer {}", person.token());
                            let reply = house.send("GET", &operation.path, &[("authorization", &bearer), ("accept", media)], None);
                            faults.extend(tells_nothing(&world, person, &reply, ""));
                        }
                    }
                }
                continue;
            };
            let mut path = operation.path.replacen("{id}", &ids[named], 1);
            while let Some((head, rest)) = path.split_once('{') {
                let (_, tail) = rest.split_once('}').expect("a parameter");
                path = format!("{head}{}{tail}", ids["extension"]);
            }
            for person in foreign.iter().chain(if common(&operation.path) { &[][..] } else { &ours[..] }) {
                let reply = send(person, operation, &path);
                if reply.status != 404 {
                    faults.push(format!("{} {}: {} instead of 404", person.username, reply.asked, reply.status));
                }
                faults.extend(tells_nothing(&world, person, &reply, &path));
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));

        // Lists filtered by our ids, and searched for our words, are empty or refused.
        let document = house.send("GET", "/api/v1/openapi.json", &[], None).expect(200);
        for (path, item) in document["paths"].as_object().expect("paths").iter().filter(|(p, _)| !p.contains('{')) {
            let parameters = item["get"]["parameters"].as_array().cloned().unwrap_or_default();
            for name in parameters.iter().filter(|p| p["in"] == "query").filter_map(|p| p["name"].as_str()) {
                let values: Vec<&String> = match name {
                    "q" => vec![],
                    _ if name.ends_with("_id") || name == "related_to" => ids.values().collect(),
                    _ => continue,
                };
                let mark = MARK.to_owned();
                for value in values.into_iter().chain((name == "q").then_some(&mark)) {
                    let reply = foreign[0].get(&format!("{path}?{name}={value}&count=exact"));
                    let empty = match reply.status {
                        200 => reply.items().is_empty() && reply["total"] == 0,
                        status => matches!(status, 403 | 404 | 422),
                    };
                    let alone = reply.status == 400 && !parameters.iter().any(|p| p["name"] == "count");
                    if !empty && !alone {
                        faults.push(format!("{}: {} {}", reply.asked, reply.status, reply.json));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));

        // What names a record of ours in a body is refused in words that do not say whether there is one.
        let (ours, nobody) = (&ids, nhipcau::id::Id::fresh().to_string());
        for (path, position, body) in [
            ("/tasks", "officer", r#"{"plan_id":"plan:active","content":"Việc","form":"assign"}"#),
            ("/task-parts", "leader", r#"{"task_id":"task:shared","organization_id":"organization","role":"coordinate"}"#),
            ("/urgings", "leader", r#"{"target_kind":"task","target_id":"task:shared","organization_id":"organization","level":"urging","text":"Nhanh"}"#),
            ("/urgings", "leader", r#"{"target_kind":"part","target_id":"part:lead","level":"urging","text":"Nhanh"}"#),
            ("/extensions", "officer", r#"{"task_id":"task:shared","due_on":"2022-02-28","reason":"Chậm"}"#),
            ("/arrivals", "clerk", r#"{"delivery_id":"delivery","arrived_on":"2021-11-01"}"#),
            ("/arrivals", "clerk", r#"{"document_id":"document:copy","arrived_on":"2021-11-01"}"#),
            ("/documents", "officer", r#"{"kind":"plan","summary":"Việc","relations":[{"kind":"implements","document_id":"document:issued"}]}"#),
            ("/report-submissions", "officer", r#"{"obligation_id":"obligation:agency"}"#),
            ("/consolidated-reports", "officer", r#"{"period_id":"period","step":2}"#),
            ("/reporting-periods", "leader", r#"{"regime_id":"regime","period":"2021"}"#),
            ("/users", "org_admin", r#"{"username":"nguoi.la","full_name":"Người Lạ","organization_id":"organization","position":"clerk"}"#),
        ] {
            let with = |known: bool| -> Value {
                let mut text = body.to_owned();
                for (name, id) in ours {
                    text = text.replace(&format!(":\"{name}\""), &format!(":\"{}\"", if known { id } else { &nobody }));
                }
                serde_json::from_str(&text).expect("JSON")
            };
            for person in [house.person("GLA", "LHHN", position), world.at("BAO", position)] {
                // An organisation, a regime and a period of the own province are known to everybody.
                let known_here = person.username.starts_with("bdi") && matches!(path, "/users" | "/reporting-periods" | "/consolidated-reports");
                let (there, not) = (person.post(path, with(true)), person.post(path, with(false)));
                let same = there.status == not.status && there["errors"] == not["errors"] && there["detail"] == not["detail"];
                if !(same || known_here) || !matches!(there.status, 403 | 404 | 422) {
                    faults.push(format!("{} POST {path} {body}: {} {} but {} {}", person.username, there.status, there.json, not.status, not.json));
                }
                faults.extend(tells_nothing(&world, &person, &there, &with(true).to_string()));
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));

        // No token, a broken one, and one that has grown old.
        let old = token(house, &world.at("SVHTT", "leader"));
        house.wait(16 * 60);
        for operation in all.iter().filter(|o| !OPEN[..3].contains(&o.path.as_str()) && !o.path.ends_with(".ics") && o.path != "/api/v1/openapi.json") {
            let path = stands_for(&operation.path).map_or(operation.path.clone(), |named| operation.path.replacen("{id}", &ids[named], 1));
            for header in [&[][..], &[("authorization", "Bearer x.y.z")][..], &[("authorization", old.as_str())][..]] {
                let reply = house.send(&operation.method, &path, header, None);
                if reply.status != 401 || !reply.headers.contains_key("www-authenticate") {
                    faults.push(format!("{} with {} headers: {}", reply.asked, header.len(), reply.status));
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    });
}
