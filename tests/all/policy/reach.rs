//! Every position of every organisation against records in many states: who reads, who writes, on items and lists alike.

use super::world::{ORGANIZATIONS, POSITIONS, World};
use crate::harness::{Person, each};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Who reads: written by hand from PRODUCT's table and RULES 1 to 5. Every position of these organisations reads the
/// record; nobody else does. `ubnd` is UBND and its Office. Users are also read by system administrators.
const READS: &str = "
    organization             | all
    group                    | all
    grant                    | all
    province                 | all
    regime                   | all
    period                   | all
    user                     | SYT
    document:draft           | SVHTT
    document:issued          | SVHTT SYT SDL BV ubnd SNGV
    document:limited         | SVHTT SDL
    document:party           | TTTU LHHN BDVTU
    document:copy            | SYT
    attachment               | SVHTT SYT SDL BV ubnd SNGV
    delivery                 | SVHTT SYT
    delivery:passed_on       | SVHTT SYT BV
    arrival:handed           | SYT BV
    arrival:outside          | SYT
    plan:draft               | SDL
    plan:active              | SDL SYT SVHTT BV HND SNV ubnd SNGV LHHN STC TTTU
    task:draft               | SDL
    task:shared              | SDL SYT SVHTT SNV ubnd SNGV LHHN STC TTTU
    task:unit                | SDL BV SYT ubnd SNGV LHHN STC TTTU
    part:lead                | SDL SYT SVHTT SNV ubnd SNGV LHHN STC TTTU
    part:coordinator         | SDL SYT SVHTT SNV ubnd SNGV LHHN STC TTTU
    occurrence               | SDL SYT SVHTT SNV ubnd SNGV LHHN STC TTTU
    progress                 | SDL SYT SVHTT SNV ubnd SNGV LHHN STC TTTU
    extension                | SDL SYT SVHTT SNV ubnd SNGV LHHN STC TTTU
    urging                   | SDL SYT ubnd SNGV LHHN STC
    recommendation:draft     | SDL
    recommendation:raised    | SDL LHHN ubnd
    recommendation:forwarded | SDL LHHN ubnd
    obligation:agency        | SYT LHHN STTTT ubnd
    obligation:union         | LHHN TTTU STTTT ubnd
    submission:draft         | SDL
    submission:submitted     | HND LHHN STC TTTU ubnd
    submission:accepted      | SYT LHHN STC TTTU ubnd
    report_job               | SYT
    report_run               | SYT
    reading                  | SYT
    reading_proposal         | SYT
    consolidated:draft       | LHHN
    consolidated:issued      | LHHN STC TTTU SYT ubnd
";

/// Who writes: record, request (`{}` is the item), body, and who may. Others who read get 403, others 404. `readers` may
/// all, `drafters` are leader and officer, `handlers` leader and clerk.
const WRITES: &str = r#"
    organization         | PATCH {}                    | {"short_name":"Khác"}                           |
    group                | PATCH {}                    | {"name":"Khác"}                                 |
    province             | PATCH {}                    | {"name":"Khác"}                                 |
    user                 | PATCH {}                    | {"full_name":"Khác"}                            | SYT:org_admin
    user                 | POST {}/transitions         | {"action":"disable"}                            | SYT:org_admin
    document:draft       | PATCH {}                    | {"summary":"Khác"}                              | SVHTT:drafters
    document:draft       | DELETE {}                   |                                                 | SVHTT:drafters
    document:draft       | POST {}/transitions         | {"action":"sign"}                               | SVHTT:leader
    document:draft       | POST {}/transitions         | {"action":"issue"}                              | SVHTT:clerk
    document:issued      | POST {}/transitions         | {"action":"recall","reason":"Sai"}              | SVHTT:leader
    document:party       | PATCH {}                    | {"summary":"Khác"}                              | TTTU:drafters,clerk
    document:copy        | PATCH {}                    | {"summary":"Khác"}                              | SYT:clerk
    delivery             | POST {}/transitions         | {"action":"acknowledge"}                        | SYT:clerk
    delivery:passed_on   | POST {}/transitions         | {"action":"acknowledge"}                        | BV:clerk
    delivery             | POST {}/forwardings         | {"recipients":[{"text":"Khoa","purpose":"carry_out"}]} | SYT:handlers
    arrival:handed       | PATCH {}                    | {"instruction":"Khác"}                          | SYT:handlers
    plan:draft           | PATCH {}                    | {"title":"Khác"}                                | SDL:drafters
    plan:draft           | DELETE {}                   |                                                 | SDL:drafters
    plan:draft           | POST {}/transitions         | {"action":"activate"}                           | SDL:leader
    plan:active          | POST {}/transitions         | {"action":"close","reason":"Xong"}              | SDL:leader
    plan:active          | GET {}/progress             |                                                 | SDL,UBND,VPUBND,SNGV,LHHN,STC,TTTU:readers
    task:shared          | PATCH {}                    | {"product":"Khác"}                              | SDL:drafters
    task:unit            | POST {}/transitions         | {"action":"start"}                              | BV:drafters
    task:unit            | POST {}/transitions         | {"action":"decline","reason":"Không thuộc"}     | BV:leader
    task:shared          | POST {}/transitions         | {"action":"propose_completion"}                 | SYT:drafters
    task:shared          | POST {}/transitions         | {"action":"accept"}                             | SDL,STC,VPUBND:leader
    task:shared          | POST {}/transitions         | {"action":"cancel","reason":"Thôi"}             | SDL:leader
    task:shared          | POST {}/progress            | {"text":"Thêm"}                                 | SYT,SDL:drafters
    extension            | POST {}/transitions         | {"action":"grant"}                              | SDL,STC,VPUBND:leader
    extension            | POST {}/transitions         | {"action":"withdraw"}                           | SYT:drafters
    urging               | POST {}/transitions         | {"action":"acknowledge"}                        | SYT,SDL:clerk
    urging               | POST {}/transitions         | {"action":"answer","answer":"Sẽ làm"}           | SYT,SDL:drafters
    part:lead            | POST {}/transitions         | {"action":"handle","instruction":"Làm"}         | SYT:handlers
    part:coordinator     | POST {}/transitions         | {"action":"done","result":"Xong"}               | SVHTT:drafters
    part:coordinator     | POST {}/transitions         | {"action":"waive","reason":"Thôi"}              | SYT,SDL:leader
    part:coordinator     | POST {}/transitions         | {"action":"enter","result":"Xong"}              | SDL:drafters
    report_job           | PATCH {}                    | {"title":"Khác"}                                | SYT:drafters
    report_job           | POST {}/transitions         | {"action":"pause"}                              | SYT:drafters
    reading              | POST {}/transitions         | {"action":"accept","confidence":"sure"}         | SYT:leader,officer,clerk
    reading              | POST {}/transitions         | {"action":"apply"}                              | SYT:drafters
    reading              | POST {}/transitions         | {"action":"discard","reason":"Thôi"}            | SYT:leader,officer,clerk
    reading              | DELETE {}                   |                                                 | SYT:leader,officer,clerk
    reading_proposal     | PATCH {}                    | {"value":{"text":"Khác"}}                       | SYT:leader,officer,clerk
    reading_proposal     | POST {}/transitions         | {"action":"accept"}                             | SYT:leader,officer,clerk
    recommendation:draft | PATCH {}                    | {"title":"Khác"}                                | SDL:drafters
    recommendation:draft | DELETE {}                   |                                                 | SDL:drafters
    recommendation:draft | POST {}/transitions         | {"action":"send"}                               | SDL:leader
    recommendation:raised | POST {}/transitions        | {"action":"forward","text":"Trình"}             | LHHN:leader
    recommendation:raised | POST {}/transitions        | {"action":"answer","text":"Đồng ý"}             | LHHN,UBND,VPUBND:leader
    recommendation:forwarded | POST {}/transitions     | {"action":"answer","text":"Đồng ý"}             | UBND,VPUBND:leader
    recommendation:raised | POST {}/transitions        | {"action":"close"}                              | SDL:leader
    regime               | PATCH {}                    | {"name":"Khác"}                                 | UBND,VPUBND,STTTT:drafters
    regime               | POST {}/transitions         | {"action":"archive"}                            | UBND,VPUBND,STTTT:leader
    period               | POST {}/transitions         | {"action":"close"}                              | LHHN,TTTU,STTTT:leader
    obligation:agency    | PATCH {}                    | {"instruction":"Làm"}                           | SYT:handlers
    obligation:agency    | POST {}/extensions          | {}                                              | SYT:drafters
    obligation:agency    | POST {}/urgings             | {}                                              | LHHN,STTTT,UBND,VPUBND:leader
    obligation:agency    | POST {}/sending             | {}                                              | SYT:handlers
    submission:draft     | PATCH {}                    | {"narratives":[]}                               | SDL:drafters
    submission:draft     | DELETE {}                   |                                                 | SDL:drafters
    submission:draft     | POST {}/transitions         | {"action":"submit"}                             | SDL:leader
    submission:submitted | POST {}/transitions         | {"action":"accept"}                             | LHHN:leader
    submission:submitted | POST {}/transitions         | {"action":"return","reason":"Thiếu"}            | LHHN:leader
    consolidated:draft   | PATCH {}                    | {"title":"Khác"}                                | LHHN:drafters
    consolidated:draft   | POST {}/transitions         | {"action":"refresh"}                            | LHHN:drafters
    consolidated:draft   | POST {}/transitions         | {"action":"hand_over"}                          | LHHN:leader
    consolidated:issued  | POST {}/transitions         | {"action":"appraise"}                           | STC:leader
    consolidated:issued  | POST {}/versions            | {"reason":"Sai"}                                | LHHN:drafters
"#;

/// Who may begin something: collection, body, and in which positions, whatever the organisation.
const CREATES: &str = r#"
    /documents            | {"kind":"plan"}  | all:leader,officer,clerk
    /arrivals             | {}               | all:clerk
    /plans                | {}               | all:drafters
    /recommendations      | {}               | all:drafters
    /organizations        | {}               | UBND,VPUBND:drafters
    /organization-groups  | {}               |
    /organization-functions | {}             |
    /provinces            | {}               |
    /reporting-regimes    | {}               | UBND,VPUBND,LHHN:drafters
    /users                | {}               | all:org_admin
"#;

/// Lists in which whatever is shown can be opened, and nothing else can.
const LISTS: [&str; 21] = [
    "/provinces",
    "/organizations",
    "/organization-groups",
    "/organization-functions",
    "/users",
    "/documents",
    "/deliveries",
    "/arrivals",
    "/plans",
    "/tasks",
    "/task-parts",
    "/extensions",
    "/urgings",
    "/recommendations",
    "/reporting-regimes",
    "/reporting-periods",
    "/reporting-obligations",
    "/report-submissions",
    "/consolidated-reports",
    "/audit-events",
    "/access-events",
];

fn columns(line: &str) -> Vec<String> {
    line.split(" | ").map(|c| c.trim().trim_end_matches(" |").trim().to_owned()).collect()
}

fn lines(table: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    table.lines().filter(|l| !l.trim().is_empty()).map(|l| columns(&format!("{l} ")))
}

fn organizations(word: &str) -> Vec<&str> {
    match word {
        "all" => ORGANIZATIONS.to_vec(),
        "ubnd" => vec!["UBND", "VPUBND"],
        one => {
            assert!(ORGANIZATIONS.contains(&one), "{one}");
            vec![one]
        }
    }
}

fn positions(word: &str) -> Vec<&str> {
    match word {
        "readers" => POSITIONS.to_vec(),
        "drafters" => vec!["leader", "officer"],
        "handlers" => vec!["leader", "clerk"],
        one => vec![one],
    }
}

/// `SYT,SDL:drafters` as pairs of organisation and position.
fn people(words: &str) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for word in words.split_whitespace() {
        let (at, who) = word.split_once(':').expect("organisation:position");
        for organization in at.split(',').flat_map(organizations) {
            for position in who.split(',').flat_map(positions) {
                all.insert((organization.to_owned(), position.to_owned()));
            }
        }
    }
    all
}

fn readers() -> BTreeMap<String, BTreeSet<String>> {
    lines(READS).map(|c| (c[0].clone(), c[1].split_whitespace().flat_map(organizations).map(str::to_owned).collect())).collect()
}

/// Every caller: organisation, position, and the person; then those who read nothing here.
fn callers<'a>(world: &World<'a>) -> Vec<(String, String, Person<'a>)> {
    let mut all = Vec::new();
    for organization in ORGANIZATIONS {
        for position in POSITIONS {
            all.push((organization.to_owned(), position.to_owned(), world.at(organization, position)));
        }
    }
    for (organization, position) in [("UBND", "leader"), ("SNGV", "leader"), ("LHHN", "officer"), ("SYT", "clerk"), ("BTVTU", "leader"), ("SYT", "org_admin")] {
        all.push((format!("GLA/{organization}"), position.to_owned(), world.house.person("GLA", organization, position)));
    }
    all.push(("system".into(), "system_admin".into(), world.house.administrator()));
    all
}

/// The ids that a page shows, and whether it is the whole list.
type Listed = (BTreeSet<String>, bool);

/// What a list shows; the total that it counts must agree.
fn listed(person: &Person<'_>, list: &str) -> Option<Listed> {
    let sign = if list.contains('?') { '&' } else { '?' };
    let page = person.get(&format!("{list}{sign}limit=200&count=exact"));
    if matches!(page.status, 403 | 404) {
        return None;
    }
    let page = page.expect(200);
    let ids: BTreeSet<String> = page.items().iter().filter_map(|i| i["id"].as_str().map(str::to_owned)).collect();
    let whole = page.json.get("next_cursor").is_none();
    assert!(!whole || page["total"] == ids.len(), "{} {list}: {} counted, {} shown", person.username, page["total"], ids.len());
    Some((ids, whole))
}

/// What a system administrator reads: its own business, never a record of work.
fn administered(name: &str) -> bool {
    matches!(name, "organization" | "group" | "grant" | "province" | "user")
}

#[test]
fn each_reads_and_writes_what_the_table_says_and_lists_agree_with_items() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let callers = callers(&world);
        let mut faults: Vec<String> = Vec::new();

        // Items and their lists.
        let readers = readers();
        let named: BTreeSet<&str> = world.records.iter().map(|r| r.name).collect();
        assert_eq!(named, readers.keys().map(String::as_str).collect(), "every record of the world has a line and every line a record");
        for (organization, position, person) in &callers {
            let mut lists: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
            for record in &world.records {
                let expected = readers[record.name].contains(organization) || (position == "system_admin" && administered(record.name));
                let item = person.get(&record.path);
                let wanted = if expected { 200 } else { 404 };
                if item.status != wanted {
                    faults.push(format!("{organization}:{position} GET {} ({}): {} instead of {wanted}", record.name, record.path, item.status));
                }
                let list = lists.entry(record.list.clone()).or_insert_with(|| listed(person, &record.list).map(|(ids, _)| ids));
                let found = match list {
                    Some(ids) => ids.contains(&record.id),
                    None => false,
                };
                // Organisations are more than one page; those of the world are asked for by name.
                let found =
                    found || (record.name == "organization" && listed(person, "/organizations?q=RIENGCUATA").is_some_and(|(ids, _)| ids.contains(&record.id)));
                if found != expected {
                    faults.push(format!("{organization}:{position} list {} shows {}: {found} instead of {expected}", record.list, record.name));
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));

        // Writes: nothing is kept of them.
        for line in lines(WRITES) {
            let [name, request, body, who] = line.as_slice() else { panic!("four columns: {line:?}") };
            let record = world.record(name);
            let may = people(who);
            let (method, path) = request.split_once(' ').expect("a method");
            let path = path.replace("{}", &record.path);
            let path = if method == "GET" { path } else { format!("{path}?validate_only=true") };
            let body: Option<Value> = (!body.is_empty()).then(|| serde_json::from_str(body).expect("JSON"));
            let owner = readers[name.as_str()].iter().next().expect("a reader");
            let etag = world.at(owner, "leader").get(&record.path).expect(200).etag();
            for (organization, position, person) in &callers {
                let reads = readers[name.as_str()].contains(organization);
                // Who cannot see it is turned away in every position alike: two of them are tried.
                if !reads && !matches!(position.as_str(), "leader" | "clerk" | "system_admin") {
                    continue;
                }
                let admin = position == "system_admin" && administered(name);
                let writes = admin || may.contains(&(organization.clone(), position.clone()));
                let reply = person.send(method, &path, &[("if-match", &etag)], body.as_ref());
                let right = match (writes, reads) {
                    (true, _) => matches!(reply.status, 200 | 201 | 204 | 409 | 422),
                    (false, true) => reply.status == 403,
                    (false, false) => reply.status == 404,
                };
                if !right {
                    let said = format!("writes {writes}, reads {reads}");
                    faults.push(format!("{organization}:{position} {name} {request} {}: {} but {said}", body.clone().unwrap_or_default(), reply.status));
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));

        for line in lines(CREATES) {
            let [path, body, who] = line.as_slice() else { panic!("three columns: {line:?}") };
            let may = people(who);
            let body: Value = serde_json::from_str(body).expect("JSON");
            let administers = matches!(path.as_str(), "/organizations" | "/organization-groups" | "/organization-functions" | "/provinces" | "/users");
            for (organization, position, person) in callers.iter().filter(|c| !c.0.starts_with("GLA")) {
                let writes = may.contains(&(organization.clone(), position.clone())) || (administers && position == "system_admin");
                let reply = person.send("POST", &format!("{path}?validate_only=true"), &[], Some(&body));
                let right = if writes { matches!(reply.status, 200 | 422) } else { reply.status == 403 };
                if !right {
                    faults.push(format!("{organization}:{position} POST {path}: {} but may {writes}", reply.status));
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));

        // An inbox speaks of what its owner may open, and of steps that its owner may take.
        for (organization, position, person) in callers.iter().filter(|c| c.1 != "system_admin") {
            for notice in person.get("/notifications?limit=200").expect(200).items() {
                let record = person.get(&about(notice));
                let takes = |act: &Value| record["allowed_actions"].as_array().is_some_and(|all| all.contains(act));
                let idle: Vec<&Value> = notice["allowed_actions"].as_array().expect("a list").iter().filter(|act| !takes(act)).collect();
                if record.status != 200 || !idle.is_empty() {
                    faults.push(format!("{organization}:{position} {} {}: {} without {idle:?}", notice["kind"], about(notice), record.status));
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));

        // Whatever else there is: what a list shows can be opened, and what it does not show cannot.
        for list in LISTS {
            let own: Vec<(&Person<'_>, Option<Listed>)> =
                callers.iter().filter(|c| matches!(c.1.as_str(), "leader" | "system_admin")).map(|c| (&c.2, listed(&c.2, list))).collect();
            let all: BTreeSet<String> = own.iter().flat_map(|(_, l)| l.iter().flat_map(|(ids, _)| ids.clone())).collect();
            let every = (all.len() / 12).max(1);
            for (person, shown) in &own {
                for id in all.iter().step_by(every) {
                    let Some(path) = item_path(list, id) else { continue };
                    let status = person.get(&path).status;
                    let (inside, whole) = shown.as_ref().map_or((false, true), |(ids, whole)| (ids.contains(id), *whole));
                    let right = if inside { status == 200 } else { status == 404 || !whole };
                    if !right {
                        faults.push(format!("{} {path}: {status}, in the list {inside}", person.username));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    });
}

/// Where the record that a notice is about is found.
fn about(notice: &Value) -> String {
    let kind = notice["record_kind"].as_str().expect("a kind");
    let collection = match kind {
        "delivery" => "deliveries".to_owned(),
        other => format!("{}s", other.replace('_', "-")),
    };
    format!("/{collection}/{}", notice["record_id"].as_str().expect("an id"))
}

/// The access log has no items.
fn item_path(list: &str, id: &str) -> Option<String> {
    (list != "/access-events").then(|| format!("{list}/{id}"))
}
