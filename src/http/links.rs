//! Where an answer leads: from a record or the first row of a page to what can be done with it, its entity tag in hand.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One operation on a single record: `/api/v1/tasks/{id}` or below.
struct Step {
    id: String,
    /// The template up to `{id}`.
    record: String,
    /// Nothing but the record itself.
    is_record: bool,
    method: String,
    needs_match: bool,
}

/// Adds `links` to the document. They are told once among the components, and every answer refers to them.
pub fn add(document: &mut Value) {
    let steps = steps(document);
    // Which records there are, by the schema of the record: a creation elsewhere answers with the same.
    let schema_of = |operation: &Value, status: &str| operation.pointer(&format!("/responses/{status}/content/application~1json/schema/$ref")).cloned();
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        if let Some(Value::String(schema)) = item.get("get").filter(|_| path.ends_with("/{id}")).and_then(|get| schema_of(get, "200")) {
            homes.insert(schema, path.clone());
        }
    }
    let mut used: Map<String, Value> = Map::new();
    for (path, item) in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let from_page = method == "get" && !path.contains('{');
            let record = ["200", "201"].iter().find_map(|status| schema_of(operation, status)).and_then(|s| s.as_str().and_then(|s| homes.get(s)).cloned());
            let record = if from_page { Some(format!("{path}/{{id}}")) } else { record };
            let Some(record) = record else { continue };
            let own = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
            let status = if operation.pointer("/responses/201").is_some() { "201" } else { "200" };
            let mut links = Map::new();
            for step in steps.iter().filter(|s| s.record == record && s.id != own) {
                let (name, link) = if from_page {
                    if !step.is_record || step.method != "get" {
                        continue;
                    }
                    (format!("{}_of_row", step.id), json!({ "operationId": step.id, "parameters": { "id": "$response.body#/items/0/id" } }))
                } else {
                    let mut link = json!({ "operationId": step.id, "parameters": { "id": "$response.body#/id" } });
                    if step.needs_match {
                        link["parameters"]["If-Match"] = json!("$response.header.ETag");
                    }
                    (step.id.clone(), link)
                };
                links.insert(name.clone(), json!({ "$ref": format!("#/components/links/{name}") }));
                used.insert(name, link);
            }
            if !links.is_empty()
                && let Some(response) = operation.pointer_mut(&format!("/responses/{status}")).and_then(Value::as_object_mut)
            {
                response.insert("links".into(), Value::Object(links));
            }
        }
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("links".into(), Value::Object(used));
    }
}

fn steps(document: &Value) -> Vec<Step> {
    let mut found = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        // One record: a second parameter would be unknown here.
        let Some((before, after)) = path.split_once("/{id}").filter(|(_, after)| !after.contains('{')) else { continue };
        for (method, operation) in item.as_object().into_iter().flatten() {
            let needs_match =
                operation.get("parameters").and_then(Value::as_array).into_iter().flatten().any(|p| p["name"] == "If-Match" && p["required"] == true);
            found.push(Step {
                id: operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned(),
                record: format!("{before}/{{id}}"),
                is_record: after.is_empty(),
                method: method.clone(),
                needs_match,
            });
        }
    }
    found
}
