//! Finishes the document that the handlers began: what every operation shares is said here once.

use serde_json::{Map, Value, json};

/// Control characters other than tab and newline are refused everywhere (RULES 26).
const TEXT_PATTERN: &str = "^[^\\u0000-\\u0008\\u000B-\\u001F]*$";
/// Bound of a text that says none of its own.
const TEXT_LENGTH: u64 = 20_000;
/// Bound of a list that says none of its own.
const LIST_LENGTH: u64 = 1_000;

const STATUSES: &[(&str, &str)] = &[
    ("400", "Malformed: syntax, an unknown or repeated parameter, a bad header"),
    ("401", "Not signed in"),
    ("403", "May be read, but not changed that way by this caller"),
    ("404", "Unknown, or not to be seen by this caller"),
    ("405", "Method not allowed"),
    ("406", "No such format"),
    ("409", "The state does not allow it, or a duplicate"),
    ("412", "The record has changed; the answer carries the current ETag"),
    ("413", "Body too large"),
    ("414", "Address too long"),
    ("415", "Media type not accepted"),
    ("422", "A rule is broken; every fault is listed"),
    ("428", "If-Match is missing"),
    ("429", "Too many requests"),
    ("431", "Header too large"),
    ("500", "A failure of ours"),
    ("503", "Temporarily unavailable"),
];

/// Adds what is common, bounds every input, and gives every operation an example.
pub fn finish(mut document: Value) -> Value {
    for operation in operations(&mut document) {
        // `security(())` is written as one empty requirement; no requirement at all says the same.
        if operation.get("security") == Some(&json!([{}])) {
            operation["security"] = json!([]);
        }
    }
    pages(&mut document);
    close_requests(&mut document);
    let mut components = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    components.values_mut().for_each(bound);
    if let Some(slot) = document.pointer_mut("/components/schemas") {
        *slot = Value::Object(components.clone());
    }
    let headers = json!({
        "ETag": header("Strong entity tag: \"<version>.<digest>\""),
        "Location": header("Where the new record is"),
        "Link": header("rel=\"next\" and rel=\"first\""),
        "X-Request-Id": header("Id of this request"),
        "WWW-Authenticate": header("Bearer"),
        "Retry-After": { "description": "Seconds to wait", "schema": { "type": "integer", "minimum": 0 } },
        "Allow": header("The methods that there are"),
        "Idempotent-Replayed": { "description": "true where the first answer is given again", "schema": { "type": "boolean" } },
    });
    if let Some(all) = document.get_mut("components").and_then(Value::as_object_mut) {
        all.insert("headers".into(), headers);
        let responses: Map<String, Value> = STATUSES.iter().map(|(status, text)| (format!("Problem{status}"), problem(status, text))).collect();
        all.insert("responses".into(), Value::Object(responses));
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths.iter_mut() {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                complete(path, method, operation, &components);
            }
        }
    }
    document
}

fn header(description: &str) -> Value {
    json!({ "description": description, "schema": { "type": "string" } })
}

fn problem(status: &str, text: &str) -> Value {
    let code = status.parse::<u16>().unwrap_or(400);
    let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
    let extra = match code {
        401 => Some("WWW-Authenticate"),
        405 => Some("Allow"),
        412 => Some("ETag"),
        429 | 503 => Some("Retry-After"),
        _ => None,
    };
    if let Some(name) = extra {
        headers[name] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
    json!({
        "description": text,
        "headers": headers,
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
            "example": { "type": "urn:nhipcau:problem:example", "title": text, "status": code, "detail": text, "instance": "/api/v1", "code": "example",
                "trace_id": "01990000-0000-7000-8000-000000000000", "errors": [] }
        } }
    })
}

/// A handler that lists says `Vec<Row>`; on the wire that is a page of rows.
fn pages(document: &mut Value) {
    let mut made = Vec::new();
    for operation in operations(document) {
        let Some(schema) = operation.pointer_mut("/responses/200/content/application~1json/schema") else { continue };
        if schema.get("type").and_then(Value::as_str) != Some("array") {
            continue;
        }
        let row = schema.get("items").cloned().unwrap_or(json!({}));
        let name = row.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()).unwrap_or("Value").to_owned() + "Page";
        *schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        made.push((
            name,
            json!({
                "type": "object",
                "description": "One page of a list",
                "required": ["items"],
                "properties": {
                    "items": { "type": "array", "items": row, "maxItems": 1000 },
                    "next_cursor": { "type": "string", "description": "Where the next page begins; absent on the last" },
                    "total": { "type": "integer", "format": "int64", "minimum": 0, "description": "All rows, with count=exact" },
                    "snapshot": { "type": "string", "description": "Which state of the data a report shows" }
                }
            }),
        ));
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.extend(made);
    }
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .flat_map(|item| item.as_object_mut().into_iter().flat_map(|o| o.values_mut()))
}

/// Unknown members of a request are faults, so the schemas that a request uses are closed.
fn close_requests(document: &mut Value) {
    let mut wanted: Vec<String> = Vec::new();
    for operation in operations(document) {
        for content in operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut).into_iter().flat_map(|c| c.values_mut()) {
            references(content, &mut wanted);
        }
    }
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let mut at = 0;
    while at < wanted.len() {
        if let Some(schema) = schemas.get_mut(&wanted[at]) {
            if schema.get("properties").is_some()
                && let Some(members) = schema.as_object_mut()
            {
                members.entry("additionalProperties").or_insert(json!(false));
            }
            references(schema, &mut wanted);
        }
        at += 1;
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next())
                && !found.iter().any(|f| f == name)
            {
                found.push(name.to_owned());
            }
            members.values().for_each(|v| references(v, found));
        }
        Value::Array(all) => all.iter().for_each(|v| references(v, found)),
        _ => {}
    }
}

/// Every text, list and number has bounds.
fn bound(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    for key in ["properties", "patternProperties"] {
        if let Some(properties) = members.get_mut(key).and_then(Value::as_object_mut) {
            properties.values_mut().for_each(bound);
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = members.get_mut(key) {
            bound(inner);
        }
    }
    for key in ["oneOf", "allOf", "anyOf"] {
        if let Some(all) = members.get_mut(key).and_then(Value::as_array_mut) {
            all.iter_mut().for_each(bound);
        }
    }
    let is = |word: &str| match members.get("type") {
        Some(Value::String(t)) => t == word,
        Some(Value::Array(all)) => all.iter().any(|t| t == word),
        _ => false,
    };
    if is("string") && !members.contains_key("enum") && !members.contains_key("format") {
        members.entry("pattern").or_insert(json!(TEXT_PATTERN));
        members.entry("maxLength").or_insert(json!(TEXT_LENGTH));
    } else if is("array") {
        members.entry("maxItems").or_insert(json!(LIST_LENGTH));
    } else if is("integer") {
        let (low, high) = match members.get("format").and_then(Value::as_str) {
            Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
            // JSON numbers beyond 2^53 do not survive most readers.
            _ => (-9_007_199_254_740_991, 9_007_199_254_740_991),
        };
        members.entry("minimum").or_insert(json!(low));
        members.entry("maximum").or_insert(json!(high));
    }
}

fn complete(path: &str, method: &str, operation: &mut Value, components: &Map<String, Value>) {
    let method = method.to_uppercase();
    let public = operation.get("security").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let is_auth = path.starts_with("/api/v1/auth/");
    let is_page = operation.pointer("/responses/200/content/application~1json/schema/$ref").and_then(Value::as_str).is_some_and(|r| r.ends_with("Page"));
    let has_body = operation.get("requestBody").is_some();
    let needs_match = matches!(method.as_str(), "PATCH" | "DELETE") || (method == "POST" && path.ends_with("/transitions"));
    let mut parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    for parameter in &mut parameters {
        if let Some(schema) = parameter.get_mut("schema") {
            unnull(schema);
            bound(schema);
        }
        if parameter.pointer("/schema/type").and_then(Value::as_str) == Some("array") {
            parameter["style"] = json!("form");
            parameter["explode"] = json!(false);
        }
    }
    let mut add = |name: &str, place: &str, required: bool, description: &str, schema: Value| {
        if !parameters.iter().any(|p| p["name"] == name) {
            parameters.push(json!({ "name": name, "in": place, "required": required, "description": description, "schema": schema }));
        }
    };
    add("Accept-Language", "header", false, "vi (default) or en", json!({ "type": "string", "maxLength": 200 }));
    if method == "GET" && !public {
        add("If-None-Match", "header", false, "Entity tag of the copy that the caller has", json!({ "type": "string", "maxLength": 2000 }));
        add("fields", "query", false, "Members to answer, separated by commas", json!({ "type": "string", "minLength": 1, "maxLength": 1000 }));
        add("format", "query", false, "Format of the answer", json!({ "type": "string", "enum": ["json"] }));
    }
    if needs_match {
        add(
            "If-Match",
            "header",
            true,
            "Entity tag of the version that the change is meant for",
            json!({ "type": "string", "pattern": "^\"[0-9]{1,9}(\\.[0-9a-f]{1,64})?\"$" }),
        );
    }
    if matches!(method.as_str(), "POST" | "PATCH" | "DELETE" | "PUT") && !is_auth {
        if method == "POST" {
            add(
                "Idempotency-Key",
                "header",
                false,
                "Makes a repeated call answer as the first one did",
                json!({ "type": "string", "pattern": "^[!-~]{1,128}$" }),
            );
        }
        add("validate_only", "query", false, "Run every rule and commit nothing", json!({ "type": "boolean" }));
    }
    operation["parameters"] = Value::Array(parameters);

    let mut statuses = vec!["400", "405", "406", "414", "429", "431", "500", "503"];
    if !public {
        statuses.extend(["401", "403", "404"]);
    }
    if public && is_auth {
        statuses.push("401");
    }
    if method != "GET" {
        statuses.extend(["409", "413", "415", "422"]);
    } else {
        statuses.push("422");
    }
    if needs_match {
        statuses.extend(["412", "428"]);
    }
    for status in statuses {
        if operation["responses"].get(status).is_none() {
            operation["responses"][status] = json!({ "$ref": format!("#/components/responses/Problem{status}") });
        }
    }
    if method == "GET" && !public {
        operation["responses"]["304"] = json!({ "description": "The caller's copy is current" });
    }
    let successes: Vec<String> = operation["responses"].as_object().into_iter().flatten().map(|(s, _)| s.clone()).filter(|s| s.starts_with('2')).collect();
    for status in successes {
        let response = &mut operation["responses"][&status];
        response["headers"]["X-Request-Id"] = json!({ "$ref": "#/components/headers/X-Request-Id" });
        if is_page {
            response["headers"]["Link"] = json!({ "$ref": "#/components/headers/Link" });
        } else if status != "204" && !public {
            response["headers"]["ETag"] = json!({ "$ref": "#/components/headers/ETag" });
        }
        if status == "201" {
            response["headers"]["Location"] = json!({ "$ref": "#/components/headers/Location" });
        }
        if method == "POST" && !is_auth {
            response["headers"]["Idempotent-Replayed"] = json!({ "$ref": "#/components/headers/Idempotent-Replayed" });
        }
        if let Some(content) = response.pointer_mut("/content/application~1json")
            && content.get("example").is_none()
        {
            let schema = content.get("schema").cloned().unwrap_or_default();
            content["example"] = example(&schema, components, 0);
        }
    }
    if has_body {
        for content in operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut).into_iter().flat_map(|c| c.values_mut()) {
            if content.get("example").is_none() && content.pointer("/schema/$ref").is_some() {
                let schema = content.get("schema").cloned().unwrap_or_default();
                content["example"] = example(&schema, components, 0);
            }
        }
        // A 200 beside 201 is the answer to validate_only.
        if operation["responses"].get("201").is_some() && operation["responses"].get("200").is_none() && !is_auth {
            let mut rehearsed = operation["responses"]["201"].clone();
            rehearsed["description"] = json!("With validate_only=true: the record as it would be; nothing is kept");
            if let Some(headers) = rehearsed["headers"].as_object_mut() {
                headers.remove("Location");
            }
            operation["responses"]["200"] = rehearsed;
        }
    }
}

/// A parameter is there or not; it is never null.
fn unnull(schema: &mut Value) {
    if let Some(all) = schema.get("oneOf").and_then(Value::as_array)
        && let Some(other) = all.iter().find(|s| s.get("type").and_then(Value::as_str) != Some("null"))
    {
        *schema = other.clone();
    }
    if let Some(Value::Array(types)) = schema.get("type") {
        let left: Vec<Value> = types.iter().filter(|t| *t != "null").cloned().collect();
        if let [only] = left.as_slice() {
            schema["type"] = only.clone();
        }
    }
}

/// An example made from the schema: required members, and those that carry an example of their own.
fn example(schema: &Value, components: &Map<String, Value>, depth: usize) -> Value {
    if let Some(own) = schema.get("example") {
        return own.clone();
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()) {
        return components.get(name).filter(|_| depth < 12).map_or(Value::Null, |s| example(s, components, depth + 1));
    }
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|all| all.first()) {
        return first.clone();
    }
    if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
        let mut members = Map::new();
        for part in all {
            if let Value::Object(more) = example(part, components, depth + 1) {
                members.extend(more);
            }
        }
        return Value::Object(members);
    }
    if let Some(all) = schema.get("oneOf").and_then(Value::as_array) {
        let some = all.iter().find(|s| s.get("type").and_then(Value::as_str) != Some("null"));
        return some.map_or(Value::Null, |s| example(s, components, depth + 1));
    }
    let word = match schema.get("type") {
        Some(Value::String(word)) => word.as_str(),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).find(|t| *t != "null").unwrap_or("null"),
        _ => return json!({}),
    };
    match word {
        "string" => match schema.get("format").and_then(Value::as_str) {
            Some("uuid") => json!("01990000-0000-7000-8000-000000000000"),
            Some("date") => json!("2026-11-20"),
            Some("date-time") => json!("2026-11-20T08:00:00Z"),
            Some("email") => json!("van.thu@vidu.invalid"),
            _ => {
                let least = usize::try_from(schema.get("minLength").and_then(Value::as_u64).unwrap_or(0)).unwrap_or(0);
                json!("công tác đối ngoại nhân dân ".repeat(1 + least / 27).trim_end())
            }
        },
        "integer" | "number" => json!(schema.get("minimum").and_then(Value::as_i64).map_or(1, |m| m.max(1))),
        "boolean" => json!(false),
        "array" => {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
            let one = schema.get("items").map(|items| example(items, components, depth + 1));
            match one {
                Some(one) if depth < 6 || least > 0 => json!([one]),
                _ => json!([]),
            }
        }
        "object" => {
            let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            let minimum = schema.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
            let mut members = Map::new();
            for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if required.contains(&name.as_str()) || property.get("example").is_some() || u64::try_from(members.len()).unwrap_or(0) < minimum {
                    members.insert(name.clone(), example(property, components, depth + 1));
                }
            }
            Value::Object(members)
        }
        _ => Value::Null,
    }
}
