//! What client generators break on stays out of the document, and its names are written in one way.

use serde_json::Value;

/// Calls `look` for every object in the document outside examples, with its place.
fn walk(value: &Value, place: &str, look: &mut dyn FnMut(&str, &serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            look(place, members);
            for (name, member) in members.iter().filter(|(name, _)| !matches!(name.as_str(), "example" | "examples" | "default" | "enum" | "const")) {
                walk(member, &format!("{place}/{name}"), look);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| walk(item, &format!("{place}/{at}"), look)),
        _ => {}
    }
}

/// Lower case, digits, and one sign between words.
fn is_written(name: &str, between: char) -> bool {
    let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.split(between).all(is_plain)
}

#[test]
fn schemas_are_of_the_forms_that_generators_read_and_names_are_written_in_one_way() {
    let document = nhipcau::document().expect("a document");
    let (mut schemas, mut unions) = (0, 0);
    walk(&document, "", &mut |place, object| {
        assert!(!object.contains_key("nullable") || place.ends_with("/properties"), "{place}: nullable");
        assert!(!object.contains_key("anyOf"), "{place}: anyOf");
        if let Some(Value::Array(forms)) = object.get("oneOf") {
            unions += 1;
            let is_reference = |form: &Value| form.get("$ref").is_some();
            let is_or_null = forms.len() == 2 && forms.iter().any(is_reference) && forms.iter().any(|form| form["type"] == "null");
            assert!(is_or_null || object.contains_key("discriminator"), "{place}: oneOf");
        }
        if let Some(Value::Object(members)) = object.get("properties") {
            schemas += 1;
            // A merge of codes keyed by what a user chose is no schema of ours; every member of one is.
            for name in members.keys() {
                assert!(is_written(name, '_'), "{place}: {name}");
            }
        }
    });
    assert!(schemas > 200 && unions > 20, "{schemas} {unions}");
    let mut known = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let rest = path.strip_prefix("/api/v1/").unwrap_or_else(|| panic!("{path} is not under /api/v1"));
        for part in rest.split('/').filter(|part| !part.starts_with('{')) {
            assert!(is_written(part, '-') || part == "openapi.json", "{path}: {part}");
        }
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId"));
            assert!(is_written(id, '_') && known.insert(id.to_owned()), "{method} {path}: {id}");
            let successes: Vec<&Value> =
                operation["responses"].as_object().expect("answers").values().filter_map(|r| r.pointer("/content/application~1json/schema")).collect();
            assert!(successes.windows(2).all(|pair| pair[0] == pair[1]), "{method} {path}: one schema of success");
        }
    }
    assert!(known.len() >= 181, "{}", known.len());
}

/// One set of filters for all reports: each takes those that its rows can be narrowed by, under the same names and forms.
#[test]
fn reports_take_the_same_filters() {
    let document = nhipcau::document().expect("a document");
    let (days, who, kept) = (["period", "from", "to"], ["organization_id"], ["as_of"]);
    let (plan, regime, text) = (["plan_id"], ["regime_id"], ["document_id"]);
    let wanted: [(&str, Vec<&[&str]>); 8] = [
        ("consolidated-report", vec![&days, &who, &kept, &plan, &regime]),
        ("reporting-rates", vec![&days, &who, &kept, &plan, &regime]),
        ("task-progress", vec![&days, &who, &kept, &plan]),
        ("open-obstacles", vec![&days, &who, &kept, &plan]),
        ("leaders-brief", vec![&days, &who, &plan]),
        ("incoming-documents", vec![&days, &who]),
        ("outgoing-documents", vec![&days, &who]),
        ("document-distribution", vec![&text, &who, &kept]),
    ];
    let mut schemas = std::collections::BTreeMap::new();
    for (report, filters) in wanted {
        let mut filters = filters.concat();
        let parameters = document["paths"][format!("/api/v1/reports/{report}")]["get"]["parameters"].as_array().expect("parameters");
        let filtering = |name: &str| !name.contains('[') && !["limit", "cursor", "count", "format", "bom", "fields"].contains(&name);
        let mut taken = Vec::new();
        for parameter in parameters.iter().filter(|p| p["in"] == "query" && filtering(p["name"].as_str().unwrap_or_default())) {
            let name = parameter["name"].as_str().expect("a name");
            taken.push(name);
            let known = schemas.entry(name.to_owned()).or_insert_with(|| parameter["schema"].clone());
            assert_eq!(known, &parameter["schema"], "{report}: {name}");
        }
        filters.sort_unstable();
        taken.sort_unstable();
        assert_eq!(taken, filters, "{report}");
    }
}
