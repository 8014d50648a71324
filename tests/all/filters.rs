//! Every filter that the document declares, tried on every list there is: its result is compared with what the test finds
//! in the unfiltered list by itself, so that a filter that is ignored, or compares wrongly, is noticed.

use crate::{
    harness::{Person, each},
    policy::world::World,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// What every list takes beside its filters.
const COMMON: [&str; 10] = ["limit", "cursor", "count", "format", "bom", "fields", "sort", "updated_after", "include", "as_of"];

/// Filters that are no plain comparison with a member of the row; their slices' own stories try them.
const OTHERS: &[(&str, &str)] = &[
    ("/arrivals", "is_assigned"),
    ("/deliveries", "box"),
    ("/documents", "box"),
    ("/documents", "notation_text"),
    ("/documents", "related_to"),
    ("/notifications", "unread"),
    ("/organization-functions", "valid_on"),
    ("/organizations", "valid_on"),
    ("/tasks", "organization_id"),
    ("/tasks", "role"),
    ("/users", "organization_id"),
    ("/users", "position"),
];

/// A feed in its own order, and reports: no lists of records.
const NO_LISTS: [&str; 3] = ["/events", "/reports/incoming-documents", "/reports/outgoing-documents"];

/// A list with its parameters.
struct List {
    /// Under `/api/v1`, as the document has it.
    template: String,
    /// The members of a row.
    members: BTreeSet<String>,
    /// Filters: name and schema.
    filters: Vec<(String, Value)>,
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(target) => resolved(document, document.pointer(&target[1..]).expect("a component")),
        None => schema,
    }
}

fn members(document: &Value, schema: &Value, found: &mut BTreeSet<String>) {
    let schema = resolved(document, schema);
    schema["allOf"].as_array().into_iter().flatten().for_each(|part| members(document, part, found));
    found.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
}

fn lists(document: &Value) -> Vec<List> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let get = &item["get"];
        let given: Vec<&Value> = get["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query").collect();
        let template = path.trim_start_matches("/api/v1").to_owned();
        if !given.iter().any(|p| p["name"] == "limit") || NO_LISTS.contains(&template.as_str()) {
            continue;
        }
        let page = resolved(document, &get["responses"]["200"]["content"]["application/json"]["schema"]);
        let mut shown = BTreeSet::new();
        members(document, &page["properties"]["items"]["items"], &mut shown);
        let named = given.iter().map(|p| (p["name"].as_str().expect("a name").to_owned(), p["schema"].clone()));
        let filters = named.filter(|(name, _)| !COMMON.contains(&name.as_str()) && name != "q").collect();
        all.push(List { template, members: shown, filters });
    }
    all
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() || b == b'-' { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// All rows, or none where this caller may not read the list.
fn rows(person: &Person, path: &str, query: &str) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("{path}?limit=200{query}{next}"));
        if page.status == 403 {
            return all;
        }
        let page = page.expect(200);
        all.extend(page.items().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return all,
        }
    }
}

fn ordered(a: &Value, b: &Value) -> Option<Ordering> {
    let moment = |v: &Value| v.as_str().filter(|t| t.contains('T')).and_then(|t| t.parse::<DateTime<Utc>>().ok());
    match (moment(a), moment(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => match (a, b) {
            (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
            (Value::Number(a), Value::Number(b)) => a.as_i64().zip(b.as_i64()).map(|(a, b)| a.cmp(&b)),
            _ => None,
        },
    }
}

/// Whether a member is what was asked for: the contract's words, written down once more.
fn fits(member: &Value, operator: &str, wanted: &[Value]) -> bool {
    let first = &wanted[0];
    let order = ordered(member, first);
    match operator {
        "" => member == first,
        "ne" => member != first,
        "in" => wanted.contains(member),
        "gt" => order == Some(Ordering::Greater),
        "gte" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        "lt" => order == Some(Ordering::Less),
        "lte" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        "contains" => member.as_str().is_some_and(|text| text.contains(first.as_str().expect("text"))),
        _ => panic!("no such operator: {operator}"),
    }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value that no row need have.
fn made_up(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    let schema = if schema["type"] == "array" { resolved(document, &schema["items"]) } else { schema };
    match (schema["type"].as_str(), schema["format"].as_str()) {
        _ if schema["enum"].is_array() => schema["enum"][0].clone(),
        (Some("integer"), _) => json!(7),
        (Some("boolean"), _) => json!(true),
        (_, Some("uuid")) => json!("01990000-0000-7000-8000-000000000000"),
        (_, Some("date")) => json!("2021-06-01"),
        (_, Some("date-time")) => json!("2021-06-01T00:00:00Z"),
        _ if schema["pattern"].as_str().is_some_and(|p| p.contains("Q[1-4]")) => json!("2021"),
        _ => json!("khong-co"),
    }
}

/// What to ask one filter for: values of the first and last row that has one, and one of its own.
fn values(document: &Value, schema: &Value, member: &str, operator: &str, rows: &[Value]) -> Vec<Vec<Value>> {
    let fit = |v: &&Value| !v.is_null() && v.as_str().is_none_or(|t| t.chars().count() <= 200 && !(operator == "in" && t.contains(',')) && !t.contains('\n'));
    let mut shown: Vec<&Value> = rows.iter().map(|r| &r[member]).filter(fit).collect();
    shown.dedup();
    let (first, last) = (shown.first().copied().cloned(), shown.last().copied().cloned());
    let mut all: Vec<Vec<Value>> = match operator {
        "in" => first.into_iter().zip(last).map(|(a, b)| if a == b { vec![a] } else { vec![a, b] }).collect(),
        "contains" => {
            let part = |v: &Value| json!(v.as_str().expect("text").chars().skip(1).take(5).collect::<String>());
            shown.first().map(|v| part(v)).filter(|p| p != "").into_iter().map(|p| vec![p]).collect()
        }
        _ => [first, last].into_iter().flatten().map(|v| vec![v]).collect(),
    };
    all.dedup();
    if all.is_empty() {
        all.push(vec![made_up(document, schema)]);
    }
    all
}

#[test]
fn every_declared_filter_narrows_every_list_as_it_says() {
    let document = nhipcau::document().expect("a document");
    let lists = lists(&document);
    assert!(lists.len() >= 32, "{} lists", lists.len());
    for list in &lists {
        assert!(list.filters.iter().any(|(name, _)| name.ends_with("[ne]")), "{} has no filters with operators", list.template);
    }
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let at = |code: &str, position: &str| world.at(code, position);
        let admin = house.administrator();
        at("UBND", "leader").get("/audit-events?limit=1").expect(200);
        admin
            .post(
                "/service-accounts",
                json!({ "organization_id": house.organization("BDI", "SYT").id.to_string(), "name": "Bảng", "scopes": ["reports:read"] }),
            )
            .expect(201);
        at("SYT", "officer").post("/calendar-feeds", json!({ "kind": "person" })).expect(201);
        let people = [at("UBND", "leader"), at("SYT", "officer"), at("LHHN", "leader"), at("SVHTT", "clerk"), at("SYT", "clerk"), at("SDL", "leader"), admin];
        let mut tried: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for list in &lists {
            let of = |name: &str| world.record(name).id.clone();
            let path = match list.template.split('{').next() {
                Some("/documents/") => list.template.replace("{id}", &of("document:issued")),
                Some("/tasks/") => list.template.replace("{id}", &of("task:shared")),
                Some("/readings/") => list.template.replace("{id}", &of("reading")),
                Some("/report-jobs/") => list.template.replace("{id}", &of("report_job")),
                _ => list.template.clone(),
            };
            let read = |person: &Person| if person.get(&path).status == 404 { vec![] } else { rows(person, &path, "") };
            let (person, all) = people.iter().map(|p| (p, read(p))).max_by_key(|(_, rows)| rows.len()).expect("somebody");
            let id = |row: &Value| row["id"].as_str().unwrap_or_else(|| panic!("{path} has no id")).to_owned();
            for (name, schema) in &list.filters {
                let (member, operator) = name.strip_suffix(']').and_then(|n| n.split_once('[')).unwrap_or((name, ""));
                let other = OTHERS.contains(&(list.template.trim_start_matches("/documents/{id}"), member));
                if other || (list.template.ends_with("/deliveries") && member == "box") {
                    continue;
                }
                assert!(list.members.contains(member), "{path}: {name} is no member of a row and no known exception");
                for wanted in values(&document, schema, member, operator, &all) {
                    let asked = wanted.iter().map(|v| encoded(&written(v))).collect::<Vec<_>>().join(",");
                    let query = format!("&fields=id&{}={asked}", encoded(name));
                    let found: BTreeSet<String> = rows(person, &path, &query).iter().map(id).collect();
                    let expected: BTreeSet<String> = all.iter().filter(|row| fits(&row[member], operator, &wanted)).map(id).collect();
                    assert_eq!(found, expected, "{} {path} {name}={wanted:?}", person.username);
                    let count = tried.entry(&list.template).or_default();
                    *count = (count.0 + 1, count.1 + usize::from(found.len() < all.len()));
                }
            }
            // Nothing is ever ignored.
            let (name, _) = &list.filters[0];
            let member = name.split('[').next().expect("a name");
            for bad in [format!("{member}[like]=1"), format!("{member}[]=1"), "no_such[ne]=1".to_owned()] {
                assert_eq!(
                    person.get(&format!("{path}?{}", bad.replace('[', "%5B").replace(']', "%5D"))).expect(400).fault(bad.split('=').next().expect("a name")),
                    Some("unknown_parameter")
                );
            }
        }
        let told: Vec<String> = tried.iter().map(|(list, (all, telling))| format!("{list} {telling}/{all}")).collect();
        let telling: usize = tried.values().map(|(_, telling)| telling).sum();
        println!("{} lists, filters that left rows out: {telling}: {}", tried.len(), told.join(", "));
        // No merger has taken place in this world; in every other list an ignored filter would have been seen.
        for (list, (_, telling)) in tried.iter().filter(|(list, _)| **list != "/mergers") {
            assert!(*telling >= 5, "{list}: {telling}");
        }
        assert!(telling >= 600, "{telling}");
    });
}

#[test]
fn filters_go_together_with_pages_counts_files_and_search() {
    each("2021-05-20T08:00", |house| {
        house.load("binh_dinh");
        let leader = house.person("BDI", "UBND", "leader");
        let all = rows(&leader, "/tasks", "");
        let some: Vec<&Value> = all.iter().filter(|t| t["place"].as_str().is_some_and(|p| p.contains("III.")) && t["form"] != "request").collect();
        assert!(some.len() > 2 && some.len() < all.len(), "{} of {}", some.len(), all.len());
        let query = "place[contains]=III.&form[ne]=request&sort=due_on";
        let (mut joined, mut path) = (Vec::new(), format!("/tasks?{query}&limit=2&count=exact"));
        loop {
            let page = leader.get(&path).expect(200);
            assert_eq!(page["total"], json!(some.len()));
            joined.extend(page.items().iter().map(|t| t["id"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("/tasks?{query}&limit=2&count=exact&cursor={next}");
        }
        let mut expected: Vec<&&Value> = some.iter().collect();
        // Without a day last.
        expected.sort_by_key(|t| (t["due_on"].as_str().unwrap_or("9"), t["id"].as_str()));
        assert_eq!(joined, expected.iter().map(|t| t["id"].clone()).collect::<Vec<_>>());
        let file = leader.get(&format!("/tasks?{query}&format=ndjson")).expect(200);
        assert_eq!(String::from_utf8(file.bytes).expect("UTF-8").lines().count(), some.len());
        // As many statements with many filters as with none.
        // The worker beats beside: of some tries the least is the request's own.
        let statements = |path: &str| {
            let once = |_| {
                let before = house.statements();
                leader.get(path).expect(200);
                house.statements() - before
            };
            (0..5).map(once).min()
        };
        assert_eq!(statements("/tasks"), statements("/tasks?due_on[gte]=2021-01-01&state[in]=assigned,in_progress&content[contains]=c&form[ne]=request"));
        // Composed or not, a text is the same text; case and diacritics count.
        let content = all[0]["content"].as_str().expect("a text").chars().take(12).collect::<String>();
        let taken_apart = unicode_normalization::UnicodeNormalization::nfd(content.as_str()).collect::<String>();
        let found =
            |text: &str| leader.get(&format!("/tasks?content[contains]={}&count=exact", encoded(text))).expect(200)["total"].as_i64().expect("a number");
        assert!(found(&content) > 0);
        assert_eq!(found(&content), found(&taken_apart));
        assert_eq!(found("%"), i64::try_from(all.iter().filter(|t| t["content"].as_str().is_some_and(|c| c.contains('%'))).count()).expect("a few"));
        // Refused: wrong types, words that there are not, a list where one value is meant, and together with a pull.
        for (bad, code) in [
            ("due_on[gte]=soon", "bad_format"),
            ("state[in]=draft,nothing", "not_listed"),
            ("plan_id[in]=", "bad_format"),
            ("created_at[gt]=2021-01-01", "bad_format"),
            ("due_on[in]=2021-01-01", "unknown_parameter"),
            ("content[contains]=", "too_short"),
        ] {
            assert_eq!(leader.get(&format!("/tasks?{bad}")).expect(400).fault(bad.split('=').next().expect("a name")), Some(code), "{bad}");
        }
        leader.get("/tasks?state[ne]=assigned&state[ne]=completed").expect(400);
        assert_eq!(leader.get("/tasks?updated_after=0&state[ne]=assigned").expect(422).fault("state[ne]"), Some("not_with_updated_after"));
    });
}

/// A comma parts the values of a list: a text that holds one cannot be said there, so the document must not promise it.
#[test]
fn no_value_of_a_list_may_hold_a_comma() {
    let document = nhipcau::document().expect("a document");
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.values().flat_map(|item| item.as_object().expect("operations").values());
    let lists = operations.flat_map(|o| o["parameters"].as_array().into_iter().flatten()).filter(|p| p["schema"]["type"] == "array");
    let texts: Vec<_> = lists.filter(|p| p["schema"]["items"]["type"] == "string" && p["schema"]["items"]["enum"].is_null()).collect();
    assert!(!texts.is_empty());
    for parameter in texts {
        let pattern = parameter["schema"]["items"]["pattern"].as_str().unwrap_or_default();
        assert!(pattern.starts_with("^[^") && pattern.contains(','), "{} takes {pattern:?}", parameter["name"]);
    }
}
