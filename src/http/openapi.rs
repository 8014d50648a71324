//! Finishes the document that the handlers began: what every operation shares is said here once.

use crate::{authz::scopes, export::Format};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Control characters other than tab and newline are refused everywhere (RULES 26).
const TEXT_PATTERN: &str = "^[^\\u0000-\\u0008\\u000B-\\u001F]*$";
/// The same for long texts. Programs fold `maxLength` into the other one, and no engine takes a class repeated 400,000 times.
const LONG_TEXT_PATTERN: &str = "^(|[^\\u0000-\\u0008\\u000B-\\u001F]+)$";
/// Characters of a text that is a long one.
const LONG: u64 = 20_000;
/// Name of the security scheme of service accounts.
pub const SERVICE_KEY: &str = "service_key";
/// Bound of a text that says none of its own.
const TEXT_LENGTH: u64 = 20_000;
/// Bound of a list that says none of its own.
const LIST_LENGTH: u64 = 1_000;
/// Bound of a word (a text with a pattern of its own) or of a parameter: a whole address takes 4 KiB.
const WORD_LENGTH: u64 = 200;

/// How the path of a workflow step ends: it is meant for the version that the caller has seen.
const STEPS: [&str; 2] = ["/transitions", "/sending"];

const STATUSES: &[(&str, &str)] = &[
    ("400", "Malformed: syntax, an unknown or repeated parameter, a bad header"),
    ("401", "Not signed in"),
    ("403", "May be read, but not changed that way by this caller"),
    ("404", "Unknown, or not to be seen by this caller"),
    ("405", "Method not allowed"),
    ("406", "No such format"),
    ("408", "The request took longer than 30 seconds"),
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
pub fn finish(mut document: Value, pulled: &[&str]) -> Value {
    for operation in operations(&mut document) {
        // `security(())` is written as one empty requirement; no requirement at all says the same.
        if operation.get("security") == Some(&json!([{}])) {
            operation["security"] = json!([]);
        }
    }
    patches(&mut document);
    pages(&mut document);
    pulls(&mut document, pulled);
    included(&mut document);
    close_requests(&mut document);
    let mut components = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    components.values_mut().for_each(|schema| bound(schema, TEXT_LENGTH));
    if let Some(slot) = document.pointer_mut("/components/schemas") {
        *slot = Value::Object(components.clone());
    }
    let headers = json!({
        "ETag": header("Strong entity tag: \"<version>.<digest>\""),
        "Location": always("Where the new record is"),
        "Content-Disposition": header("The file's name, of every format but JSON (RFC 6266, RFC 8187)"),
        "X-Snapshot": header("Which state of the data a report shows, where the format has no place for it"),
        "Link": header("rel=\"next\" and rel=\"first\""),
        "X-Request-Id": always("Id of this request"),
        "WWW-Authenticate": always("Bearer"),
        "Retry-After": { "description": "Seconds to wait", "required": true, "schema": { "type": "integer", "minimum": 0 } },
        "Allow": always("The methods that there are"),
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
    super::links::add(&mut document);
    document
}

/// One that every answer bears that names it.
fn always(description: &str) -> Value {
    json!({ "description": description, "required": true, "schema": { "type": "string" } })
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

/// A patch takes null only where that clears a member (RULES 24). utoipa writes every `Option` as a null, but in a patch an
/// `Option` means that the member may be left out, and what is `clearable` is written as its value alone: so null goes from
/// the former and comes to the latter. What has to be there cannot be cleared.
fn patches(document: &mut Value) {
    let mut bodies = BTreeSet::new();
    for operation in operations(document) {
        let schema = operation.pointer("/requestBody/content/application~1merge-patch+json/schema/$ref").and_then(Value::as_str);
        bodies.extend(schema.and_then(|r| r.rsplit('/').next()).map(str::to_owned));
    }
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    for body in &bodies {
        let Some(schema) = schemas.get_mut(body) else { continue };
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (name, member) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            if !unnull(member) && !required.iter().any(|r| r == name) {
                nullable(member);
            }
        }
    }
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
                    "snapshot": { "type": "string", "description": "Which state of the data a report shows" },
                    "as_of": { "type": "string", "format": "date", "description": "The day that a report looks from" }
                }
            }),
        ));
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.extend(made);
    }
}

/// Answers that take `include` have a member for what it asks for.
fn included(document: &mut Value) {
    let mut wanted = Vec::new();
    for operation in operations(document) {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
        let rows = parameters.filter(|p| p["name"] == "include").find_map(|p| p.as_object_mut()?.remove("x-rows"));
        let Some(Value::Object(rows)) = rows else { continue };
        let answer = operation.pointer("/responses/200/content/application~1json/schema/$ref").and_then(Value::as_str);
        let Some(name) = answer.and_then(|r| r.rsplit('/').next()).map(str::to_owned) else { continue };
        let list = |(name, row): (String, Value)| {
            let row = format!("#/components/schemas/{}", row.as_str().unwrap_or_default());
            (name, json!({ "type": "array", "items": { "$ref": row } }))
        };
        let lists: Map<String, Value> = rows.into_iter().map(list).collect();
        wanted.push((name, json!({ "type": "object", "description": "With include: the records named, as the caller may see them", "properties": lists })));
    }
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    for (name, member) in wanted {
        let Some(schema) = schemas.get_mut(&name) else { continue };
        match schema.get_mut("allOf").and_then(Value::as_array_mut) {
            Some(parts) => parts.push(json!({ "type": "object", "properties": { "included": member } })),
            None => schema["properties"]["included"] = member,
        }
    }
}

/// Lists that are pulled take a cursor of the feed, and then show tombstones and where to go on.
fn pulls(document: &mut Value, lists: &[&str]) {
    for list in lists {
        let Some(operation) = document.get_mut("paths").and_then(|p| p.get_mut(format!("/api/v1{list}"))).and_then(|p| p.get_mut("get")) else { continue };
        let parameter = json!({
            "name": "updated_after", "in": "query", "required": false,
            "description": "A cursor of the feed (from `GET /events` or an earlier pull; 0 for the beginning): only rows that have changed or been gained since, in the order of the feed, with `tombstones` for those that are gone, and the `cursor` to go on from. Goes with limit, fields and format alone",
            "schema": { "type": "string", "minLength": 1, "maxLength": 2048 }
        });
        if let Some(all) = operation.as_object_mut().map(|o| o.entry("parameters").or_insert(json!([]))).and_then(Value::as_array_mut) {
            all.push(parameter);
        }
        let schema = operation.pointer("/responses/200/content/application~1json/schema/$ref").and_then(Value::as_str);
        let Some(name) = schema.and_then(|r| r.rsplit('/').next()).map(str::to_owned) else { continue };
        if let Some(properties) = document.pointer_mut(&format!("/components/schemas/{name}/properties")).and_then(Value::as_object_mut) {
            let tombstone = json!({ "$ref": "#/components/schemas/Tombstone" });
            properties.insert("tombstones".into(), json!({ "type": "array", "items": tombstone, "description": "With updated_after: rows to take away" }));
            properties.insert("cursor".into(), json!({ "type": "string", "description": "With updated_after: where to go on" }));
            properties.insert("more".into(), json!({ "type": "boolean", "description": "With updated_after: whether there is more to pull now" }));
        }
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
fn bound(schema: &mut Value, longest: u64) {
    let Some(members) = schema.as_object_mut() else { return };
    for key in ["properties", "patternProperties"] {
        if let Some(properties) = members.get_mut(key).and_then(Value::as_object_mut) {
            properties.values_mut().for_each(|schema| bound(schema, longest));
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = members.get_mut(key) {
            bound(inner, longest);
        }
    }
    for key in ["oneOf", "allOf", "anyOf"] {
        if let Some(all) = members.get_mut(key).and_then(Value::as_array_mut) {
            all.iter_mut().for_each(|schema| bound(schema, longest));
        }
    }
    let is = |word: &str| match members.get("type") {
        Some(Value::String(t)) => t == word,
        Some(Value::Array(all)) => all.iter().any(|t| t == word),
        _ => false,
    };
    if is("string") && !members.contains_key("enum") && !members.contains_key("format") {
        let longest = if members.contains_key("pattern") { WORD_LENGTH } else { longest };
        let longest = members.entry("maxLength").or_insert(json!(longest)).as_u64().unwrap_or(longest);
        members.entry("pattern").or_insert(json!(if longest > LONG { LONG_TEXT_PATTERN } else { TEXT_PATTERN }));
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
    if !public {
        // Each alternative names one scope that suffices; without one the operation is for people alone.
        let mut security = vec![json!({ "bearer": [] })];
        let tag = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default();
        match scopes::needed(tag, &method.to_lowercase()) {
            Some([]) => security.push(json!({ SERVICE_KEY: [] })),
            Some(one_of) => security.extend(one_of.iter().map(|scope| json!({ SERVICE_KEY: [scope.word()] }))),
            None => {}
        }
        operation["security"] = Value::Array(security);
    }
    let is_auth = path.starts_with("/api/v1/auth/");
    let answer = operation.pointer("/responses/200/content/application~1json/schema/$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next());
    let is_page = answer.is_some_and(|name| name.ends_with("Page"));
    // A register is a report, and is read page by page like a list.
    let leads_on = is_page || answer.and_then(|name| components.get(name)).is_some_and(|schema| schema.pointer("/properties/next_cursor").is_some());
    let has_body = operation.get("requestBody").is_some();
    let needs_match = matches!(method.as_str(), "PATCH" | "DELETE") || (method == "POST" && STEPS.iter().any(|step| path.ends_with(step)));
    if operation.get("description").is_none() {
        operation["description"] = json!(described(path, &method, public, is_page, needs_match));
    }
    let narrowing = if method == "GET" && !public { narrowing(operation, components) } else { None };
    let mut parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    for parameter in &mut parameters {
        if let Some(schema) = parameter.get_mut("schema") {
            unnull(schema);
            bound(schema, WORD_LENGTH);
        }
    }
    let mut add = |name: &str, place: &str, required: bool, description: &str, schema: Value| {
        if !parameters.iter().any(|p| p["name"] == name) {
            parameters.push(json!({ "name": name, "in": place, "required": required, "description": description, "schema": schema }));
        }
    };
    add("Accept-Language", "header", false, "vi (default) or en", json!({ "type": "string" }));
    if method == "GET" && !public {
        add("If-None-Match", "header", false, "Entity tag of the copy that the caller has", json!({ "type": "string" }));
    }
    let formats = formats(operation, is_page);
    if method == "GET" && formats.contains(&Format::Json) {
        let words: Vec<&str> = formats.iter().map(|f| f.word()).collect();
        add("format", "query", false, "Format of the answer, before what Accept says", json!({ "type": "string", "enum": words }));
    }
    if formats.contains(&Format::Csv) {
        add("bom", "query", false, "A byte order mark before CSV, for Excel", json!({ "type": "boolean" }));
    }
    if let Some(members) = narrowing {
        add("fields", "query", false, "Members to answer, separated by commas; of a page or report, those of its rows, and the columns of a table", members);
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
    for parameter in &mut parameters {
        if parameter.pointer("/schema/type").and_then(Value::as_str) == Some("array") {
            parameter["style"] = json!("form");
            parameter["explode"] = json!(false);
        }
        let shown = match (parameter["name"].as_str(), parameter["in"].as_str()) {
            (Some("If-Match"), _) => json!("\"3.0a1b2c\""),
            (_, Some("path")) => parameter.get("schema").map(|schema| example(schema, components, 0)).unwrap_or_default(),
            _ => continue,
        };
        parameter["example"] = shown;
    }
    operation["parameters"] = Value::Array(parameters);

    // A body is refused also where none is taken: as such (415), or for its length before that (413).
    let mut statuses = vec!["400", "405", "406", "408", "413", "414", "415", "422", "429", "431", "500", "503"];
    if !public {
        statuses.extend(["401", "403", "404"]);
    }
    if public && is_auth {
        statuses.push("401");
    }
    if method != "GET" {
        statuses.push("409");
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
        if method == "GET" && formats.len() > 1 {
            response["headers"]["Content-Disposition"] = json!({ "$ref": "#/components/headers/Content-Disposition" });
        }
        if path.starts_with("/api/v1/reports/") {
            response["headers"]["X-Snapshot"] = json!({ "$ref": "#/components/headers/X-Snapshot" });
        }
        if leads_on {
            response["headers"]["Link"] = json!({ "$ref": "#/components/headers/Link" });
        }
        if !is_page && status != "204" && !public {
            response["headers"]["ETag"] = json!({ "$ref": "#/components/headers/ETag" });
        }
        if matches!(status.as_str(), "201" | "202") {
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
        if let Some(bytes) = response.pointer_mut("/content/application~1octet-stream") {
            bytes["example"] = json!("%PDF-1.7 …");
        }
    }
    if has_body {
        for content in operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut).into_iter().flat_map(|c| c.values_mut()) {
            if content.get("example").is_none() && content.pointer("/schema/$ref").is_some() {
                let schema = content.get("schema").cloned().unwrap_or_default();
                content["example"] = example(&schema, components, 0);
            }
        }
    }
    // A 200 beside 201 or 202 is the answer to validate_only.
    let made = ["201", "202"].into_iter().find(|status| operation["responses"].get(*status).is_some());
    if let Some(made) = made.filter(|_| method != "GET" && !is_auth)
        && operation["responses"].get("200").is_none()
    {
        let mut rehearsed = operation["responses"][made].clone();
        rehearsed["description"] = json!("With validate_only=true: the record as it would be; nothing is kept");
        if let Some(headers) = rehearsed["headers"].as_object_mut() {
            headers.remove("Location");
        }
        operation["responses"]["200"] = rehearsed;
    }
}

/// What an operation that says no more than its summary has in common with those like it.
fn described(path: &str, method: &str, public: bool, is_page: bool, needs_match: bool) -> String {
    let mut said = Vec::new();
    if public {
        said.push("Needs no token.");
    } else if is_page {
        said.push(
            "Holds what the caller may see, page by page: `Link` and `next_cursor` lead on. A parameter that is unknown, repeated or not of its form is 400.",
        );
    } else if path.contains('{') {
        said.push("What the caller may not see is 404, what may be seen but not done is 403.");
    } else {
        said.push("For whoever is signed in; what this caller may not do is 403.");
    }
    match method {
        "GET" if !public => said.push("`If-None-Match` with the current `ETag` gives 304."),
        "PATCH" => said.push("A merge patch (RFC 7396): what is left out stays, null clears where the schema takes it."),
        "POST" if !path.starts_with("/api/v1/auth/") => {
            said.push("`Idempotency-Key` makes a repetition safe; `validate_only=true` runs every rule and keeps nothing.")
        }
        _ => {}
    }
    if needs_match {
        said.push("Needs `If-Match`: 428 without it, 412 where the record has changed.");
    }
    said.join(" ")
}

/// The formats of the answer; a list or report has the tables too, which the handler need not say.
fn formats(operation: &mut Value, is_page: bool) -> Vec<Format> {
    if is_page && let Some(content) = operation.pointer_mut("/responses/200/content").and_then(Value::as_object_mut) {
        for format in Format::TABLES {
            let schema = if format.is_packed() { json!({ "type": "string", "format": "binary" }) } else { json!({ "type": "string" }) };
            content.entry(format.media()).or_insert(json!({ "schema": schema }));
        }
    }
    let content = operation.pointer("/responses/200/content").and_then(Value::as_object);
    Format::ALL.iter().copied().filter(|f| content.is_some_and(|c| c.contains_key(f.media()))).collect()
}

/// Which members `fields` may name: those of the record, or of the rows of a page or report. None where the answer is no
/// record.
fn narrowing(operation: &Value, components: &Map<String, Value>) -> Option<Value> {
    let answer = operation.pointer("/responses/200/content/application~1json/schema")?;
    let mut members = Vec::new();
    match rows(answer, components) {
        Some(row) => members_of(row, components, &mut members),
        None => members_of(answer, components, &mut members),
    }
    let longest = members.len();
    (longest > 0).then(|| json!({ "type": "array", "minItems": 1, "maxItems": longest, "items": { "type": "string", "enum": members } }))
}

fn rows<'a>(answer: &Value, components: &'a Map<String, Value>) -> Option<&'a Value> {
    named(answer, components)?.pointer("/properties/items/items")
}

fn named<'a>(schema: &Value, components: &'a Map<String, Value>) -> Option<&'a Value> {
    components.get(schema.get("$ref")?.as_str()?.rsplit('/').next()?)
}

/// The members of a record that may be put together from several schemas.
fn members_of(schema: &Value, components: &Map<String, Value>, found: &mut Vec<String>) {
    if let Some(target) = named(schema, components) {
        return members_of(target, components, found);
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        members_of(part, components, found);
    }
    for name in schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name) {
        // What stands beside is asked for by `include`.
        if name != "included" && !found.contains(name) {
            found.push(name.clone());
        }
    }
}

/// Takes null away: a parameter, say, is there or not. Answers whether it was allowed.
fn unnull(schema: &mut Value) -> bool {
    let is_null = |s: &Value| s.get("type").and_then(Value::as_str) == Some("null");
    if let Some(all) = schema.get("oneOf").and_then(Value::as_array)
        && all.iter().any(is_null)
        && let Some(other) = all.iter().find(|s| !is_null(s))
    {
        *schema = other.clone();
        return true;
    }
    if let Some(Value::Array(types)) = schema.get("type") {
        let left: Vec<Value> = types.iter().filter(|t| *t != "null").cloned().collect();
        if let [only] = left.as_slice() {
            schema["type"] = only.clone();
            return true;
        }
    }
    false
}

/// Allows null beside what a schema allows.
fn nullable(schema: &mut Value) {
    match schema.get("type").cloned() {
        Some(word) => schema["type"] = json!([word, "null"]),
        None => *schema = json!({ "oneOf": [schema.take(), { "type": "null" }] }),
    }
}

/// An example made from the schema: required members, and those that carry an example of their own.
fn example(schema: &Value, components: &Map<String, Value>, depth: usize) -> Value {
    if let Some(own) = schema.get("example").or_else(|| schema.pointer("/examples/0")) {
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
