//! Every answer that a test sees is held against the OpenAPI document: status, media type, schema. What was answered
//! 2xx is appended to the file that NHIPCAU_ANSWERED names.

use super::harness::Reply;
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    io::Write,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

const ROOT: &str = "urn:nhipcau:document";

struct Document {
    value: Value,
    /// Path templates, fixed ones first.
    paths: Vec<(Vec<String>, String)>,
    registry: Registry<'static>,
}

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let value = nhipcau::document().expect("a document");
    let mut paths: Vec<_> = value["paths"].as_object().expect("paths").keys().map(|p| (p.split('/').map(str::to_owned).collect(), p.clone())).collect();
    paths.sort_by_key(|(_, template)| template.matches('{').count());
    let registry = Registry::new().add(ROOT, value.clone()).expect("a resource").prepare().expect("a registry");
    Document { value, paths, registry }
});
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
static ANSWERED: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D")
}

fn validator(pointer: &str) -> Arc<Validator> {
    let mut all = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let build = || {
        let schema = json!({ "$ref": format!("{ROOT}#{pointer}") });
        let built = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
        Arc::new(built.with_registry(&DOCUMENT.registry).build(&schema).unwrap_or_else(|e| panic!("{pointer}: {e}")))
    };
    all.entry(pointer.to_owned()).or_insert_with(build).clone()
}

/// Holds an answer under `/api` against the document.
pub fn hold(method: &str, address: &str, reply: &Reply) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    if !path.starts_with("/api/") {
        return;
    }
    // A browser's preliminary question is answered before all that.
    if method != "OPTIONS" || reply.status != 200 {
        guarded(reply);
    }
    let asked: Vec<&str> = path.split('/').collect();
    // A parameter stands for a segment, or for all of it before an ending such as `.ics`.
    let stands = |segment: &str, asked: &str| {
        segment.starts_with('{') && segment.split_once('}').is_some_and(|(_, end)| asked.len() > end.len() && asked.ends_with(end))
    };
    let fits = |segments: &[String]| segments.len() == asked.len() && segments.iter().zip(&asked).all(|(s, a)| s == a || stands(s, a));
    let fitting = DOCUMENT.paths.iter().filter(|(segments, _)| fits(segments));
    let template = fitting.max_by_key(|(_, template)| !template.ends_with('}')).map(|(_, template)| template.as_str());
    let asked_method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    let operation = template.and_then(|t| DOCUMENT.value["paths"][t].get(&asked_method));
    let media = reply.headers.get("content-type").map(|t| t.split(';').next().unwrap_or_default().to_owned());
    let told = || format!("{} is answered {} {}", reply.asked, reply.status, String::from_utf8_lossy(&reply.bytes).chars().take(2000).collect::<String>());

    let (Some(template), Some(operation)) = (template, operation) else {
        // A browser's preliminary question is of no operation.
        let is_preflight = method == "OPTIONS" && matches!(reply.status, 200 | 400);
        assert!(is_preflight || matches!(reply.status, 204 | 401 | 404 | 405 | 413 | 414 | 431), "no such operation: {}", told());
        if reply.status >= 400 && method != "HEAD" {
            conforms("/components/schemas/Problem", reply, &told);
        }
        return;
    };
    let is_rehearsal = query.split('&').any(|p| p == "validate_only=true");
    if (200..300).contains(&reply.status) && method != "HEAD" && !is_rehearsal {
        answered(method, operation["operationId"].as_str().unwrap_or_default());
    }
    let response = operation["responses"].get(reply.status.to_string());
    let response = response.unwrap_or_else(|| panic!("a status that the document does not name: {}", told()));
    let (response, base) = match response["$ref"].as_str() {
        Some(target) => (DOCUMENT.value.pointer(&target[1..]).expect("a component"), target[1..].to_owned()),
        None => (response, format!("/paths/{}/{asked_method}/responses/{}", escaped(template), reply.status)),
    };
    for header in response["headers"].as_object().into_iter().flatten() {
        let declared = header.1["$ref"].as_str().and_then(|target| DOCUMENT.value.pointer(&target[1..])).unwrap_or(header.1);
        let is_there = reply.headers.contains_key(&header.0.to_lowercase());
        assert!(is_there || declared["required"] != true, "no {}: {}", header.0, told());
    }
    if method == "HEAD" || reply.status == 304 || reply.status == 204 {
        assert!(reply.bytes.is_empty(), "a body where there is none: {}", told());
        return;
    }
    let media = media.unwrap_or_else(|| panic!("no media type: {}", told()));
    assert!(response["content"].get(&media).is_some(), "a media type that the document does not name, {media}: {}", told());
    // `fields` leaves out what is otherwise required.
    let narrowed = query.split('&').any(|p| p.starts_with("fields="));
    let is_json = media == "application/json" || media.ends_with("+json");
    if is_json && !(narrowed && reply.status == 200) {
        conforms(&format!("{base}/content/{}/schema", escaped(&media)), reply, &told);
    }
}

/// What every answer of the API bears, whatever it says.
fn guarded(reply: &Reply) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(reply.headers.get(name).map(String::as_str), Some(value), "{name} of {} {}", reply.asked, reply.status);
    }
    for name in ["x-request-id", "vary", "cache-control"] {
        assert!(reply.headers.get(name).is_some_and(|value| !value.is_empty()), "no {name}: {} {}", reply.asked, reply.status);
    }
}

fn conforms(pointer: &str, reply: &Reply, told: &dyn Fn() -> String) {
    let faults: Vec<String> = validator(pointer).iter_errors(&reply.json).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "not as the document says ({}): {}", faults.join("; "), told());
}

fn answered(method: &str, operation: &str) {
    let Ok(file) = std::env::var("NHIPCAU_ANSWERED") else { return };
    let line = format!("{method} {operation}\n");
    if ANSWERED.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone()) {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&file).expect("the list of what was answered");
        file.write_all(line.as_bytes()).expect("a line");
    }
}
