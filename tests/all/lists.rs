//! What every list offers beside filters: orders, the records that its rows name, and calendars of what falls due.

use crate::{
    harness::{House, Person, Reply, each},
    policy::world::World,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Which members of the rows of a list name which records: written by hand, compared with the document.
const NAMED: &[(&str, &str, &[&str])] = &[
    ("/tasks", "plans", &["plan_id"]),
    ("/tasks", "organizations", &["owner_id", "approver_id", "through_id", "assignees.organization_id"]),
    ("/plans", "documents", &["document_id"]),
    ("/plans", "organizations", &["owner_id", "issuer_id"]),
    ("/task-parts", "tasks", &["task_id"]),
    ("/task-parts", "plans", &["plan_id"]),
    ("/task-parts", "organizations", &["organization_id", "unit_id"]),
    ("/extensions", "tasks", &["task_id"]),
    ("/extensions", "organizations", &["organization_id"]),
    ("/organizations", "organizations", &["parent_id", "predecessors", "successors"]),
    ("/organization-functions", "organizations", &["organization_id"]),
    ("/document-numbers", "documents", &["document_id"]),
    ("/document-numbers", "organizations", &["organization_id"]),
    ("/reporting-regimes", "plans", &["plan_id"]),
    (
        "/reporting-regimes",
        "organizations",
        &["focal_point_id", "final_recipient_id", "steps.receiver_id", "steps.appraiser_id", "steps.senders.organization_id"],
    ),
    ("/urgings", "plans", &["plan_id"]),
    ("/urgings", "organizations", &["organization_id", "sender_id"]),
    ("/documents", "documents", &["original_id", "superseded_by", "relations.document_id"]),
    ("/documents", "organizations", &["issuer_id", "receiver_id", "recipients.organization_id"]),
    ("/deliveries", "documents", &["document_id", "by_document_id"]),
    ("/deliveries", "organizations", &["sender_id", "receiver_id"]),
    ("/arrivals", "documents", &["document_id"]),
    ("/arrivals", "organizations", &["issuer_id", "receiver_id", "handling_unit_id"]),
    ("/recommendations", "plans", &["plan_id"]),
    ("/recommendations", "tasks", &["task_id"]),
    ("/recommendations", "organizations", &["raiser_id", "focal_id", "addressed_id"]),
    ("/reporting-periods", "reporting_regimes", &["regime_id"]),
    ("/reporting-obligations", "reporting_periods", &["period_id"]),
    ("/reporting-obligations", "reporting_regimes", &["regime_id"]),
    ("/reporting-obligations", "organizations", &["sender_id", "receiver_id", "appraiser_id", "handling_unit_id"]),
    ("/report-submissions", "reporting_periods", &["period_id"]),
    ("/report-submissions", "reporting_obligations", &["obligation_id"]),
    ("/report-submissions", "organizations", &["author_id", "receiver_id"]),
    ("/consolidated-reports", "reporting_periods", &["period_id"]),
    ("/consolidated-reports", "reporting_regimes", &["regime_id"]),
    ("/consolidated-reports", "documents", &["document_id"]),
    ("/consolidated-reports", "organizations", &["consolidator_id", "receiver_id", "appraiser_id"]),
];

/// Values of a parameter of a list that names one of a few words.
fn words(document: &Value, parameter: &str) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let given = item["get"]["parameters"].as_array().into_iter().flatten();
        let Some(found) = given.filter(|p| p["in"] == "query").find(|p| p["name"] == parameter).filter(|_| !path.contains('{')) else { continue };
        let schema = if found["schema"]["type"] == "array" { &found["schema"]["items"] } else { &found["schema"] };
        let words = schema["enum"].as_array().expect("words").iter().map(|w| w.as_str().expect("a word").to_owned()).collect();
        all.insert(path.trim_start_matches("/api/v1").to_owned(), words);
    }
    all
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|r| r["id"].as_str().expect("an id").to_owned()).collect()
}

/// The lists of the document, each at an address of the world, with its orders: also those below a record.
fn orders(world: &World<'_>) -> Vec<(String, Vec<String>)> {
    let document = nhipcau::document().expect("a document");
    let mut known: BTreeSet<String> = world.records.iter().map(|r| r.list.clone()).collect();
    known.insert(format!("{}/deliveries", world.record("document:issued").path));
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let given = || item["get"]["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query");
        let template = path.trim_start_matches("/api/v1");
        // A feed in its own order, and reports in that of a register.
        if !given().any(|p| p["name"] == "limit") || template == "/events" || template.starts_with("/reports/") {
            continue;
        }
        let sort = given().find(|p| p["name"] == "sort").unwrap_or_else(|| panic!("{path} has no order"));
        let words = sort["schema"]["enum"].as_array().expect("words").iter().map(|w| w.as_str().expect("a word").to_owned()).collect();
        let fits = |address: &str| {
            let (address, template): (Vec<&str>, Vec<&str>) = (address.split('/').collect(), template.split('/').collect());
            address.len() == template.len() && template.iter().zip(&address).all(|(t, a)| t == a || *t == "{id}")
        };
        let address = if template.contains('{') { known.iter().find(|k| fits(k)).cloned() } else { Some(template.to_owned()) };
        all.push((address.unwrap_or_else(|| panic!("the world has nothing at {path}")), words));
    }
    all
}

/// Every row of a list from page to page; none where this caller may not read it.
fn walked(person: &Person<'_>, path: &str, limit: usize) -> Option<Vec<String>> {
    let (mut joined, mut next) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("{path}limit={limit}{next}"));
        if matches!(page.status, 403 | 404) {
            return None;
        }
        let page = page.expect(200);
        joined.extend(ids(page.items()));
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return Some(joined),
        }
    }
}

#[test]
fn every_list_has_orders_that_join_their_pages_and_have_no_gap() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let at = |code: &str, position: &str| world.at(code, position);
        let people = [at("UBND", "leader"), at("SYT", "officer"), at("SVHTT", "clerk"), at("SYT", "org_admin"), house.administrator()];
        // Signing in is in the journal, which is a list, too.
        people.iter().for_each(|person| drop(person.token()));
        let all = orders(&world);
        assert!(all.len() >= 34, "{all:?}");
        for (list, orders) in &all {
            // The same backwards, of whatever comes first.
            assert!(orders.len() >= 2, "{list}");
            let mut read = 0;
            for person in &people {
                let Some(usual) = walked(person, &format!("{list}?"), 200) else { continue };
                read += 1;
                let once: BTreeSet<&String> = usual.iter().collect();
                assert_eq!(once.len(), usual.len(), "{list}");
                // Few rows a page, but not a thousand pages of the journal.
                let limit = if usual.len() > 60 { 50 } else { 3 };
                let mut told: BTreeMap<&str, Vec<String>> = BTreeMap::new();
                for order in orders {
                    let joined = walked(person, &format!("{list}?sort={order}&"), limit).expect("as before");
                    assert_eq!(joined.len(), usual.len(), "{list} {order}");
                    assert_eq!(joined.iter().collect::<BTreeSet<_>>(), once, "{list} {order}");
                    told.insert(order, joined);
                }
                assert!(told.values().any(|rows| *rows == usual), "{list}: the usual order is none of those that there are");
                for (order, rows) in &told {
                    if let Some(back) = told.get(format!("-{order}").as_str()) {
                        assert!(rows.iter().eq(back.iter().rev()), "{list}: {order} is not -{order} backwards");
                    }
                }
            }
            assert!(read > 0, "nobody reads {list}");
            people[0].get(&format!("{list}?sort=no_such")).expect(400);
        }
        let days: Vec<Value> = people[0].get("/tasks?sort=-due_on").expect(200).items().iter().map(|t| t["due_on"].clone()).filter(|d| !d.is_null()).collect();
        assert!(days.len() > 2 && days.windows(2).all(|w| w[0].as_str() >= w[1].as_str()), "{days:?}");
        let codes =
            |order: &str| -> Vec<Value> { people[4].get(&format!("/provinces?sort={order}")).expect(200).items().iter().map(|p| p["code"].clone()).collect() };
        assert_eq!((codes("code"), codes("-code")), (vec![json!("BDI"), json!("GLA")], vec![json!("GLA"), json!("BDI")]));
        // A cursor is one of its order alone.
        let page = people[4].get("/provinces?limit=1&sort=-code").expect(200);
        let cursor = page["next_cursor"].as_str().expect("a cursor");
        assert_eq!(people[4].get(&format!("/provinces?limit=1&cursor={cursor}")).expect(422).fault("cursor"), Some("bad_cursor"));
    });
}

#[test]
fn groups_and_arrivals_are_found_by_words() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let province = house.organization("BDI", "SNGV").province_id;
        for (code, name) in [("hoi_dac_thu", "Các hội quần chúng đặc thù"), ("hoi_khac", "Các hội nghề nghiệp")] {
            let group = json!({ "province_id": province, "code": code, "name": name, "resolution": "text" });
            house.administrator().post("/organization-groups", group).expect(201);
        }
        let clerk = house.person("BDI", "SNGV", "clerk");
        let found = |path: &str, member: &str| -> Vec<Value> { clerk.get(path).expect(200).items().iter().map(|row| row[member].clone()).collect() };
        assert_eq!(found("/organization-groups?q=dac%20thu", "code"), [json!("hoi_dac_thu")]);
        assert_eq!(found("/organization-groups?q=hoi%20nghe", "code"), [json!("hoi_khac")]);
        for (number, summary) in [("11", "Cử cán bộ tập huấn"), ("12", "Đón đoàn công tác của Attapeu"), ("13", "Tập huấn đón đoàn")] {
            let document = json!({ "kind": "official_letter", "issuer_id": house.organization("BDI", "SYT").id, "number": number, "symbol": "SYT-VP", "issued_on": "2021-05-31", "summary": summary });
            clerk.post("/arrivals", json!({ "arrived_on": "2021-06-01", "document": document })).expect(201);
        }
        let stub = json!({ "arrived_on": "2021-06-01", "secret_stub": { "issuer_text": "Bộ Tập huấn" } });
        clerk.post("/arrivals", stub).expect(201);
        assert_eq!(found("/arrivals?q=tap%20huan&sort=arrived_on", "notation_text"), [json!("11/SYT-VP"), json!("13/SYT-VP")]);
        assert_eq!(found("/arrivals?q=DOAN%20attapeu", "notation_text"), [json!("12/SYT-VP")]);
        assert_eq!(clerk.get("/arrivals?q=tap%20huan&count=exact&limit=1").expect(200)["total"], json!(2));
        // Another receiver's register is not found by words either.
        assert_eq!(house.person("BDI", "SDL", "clerk").get("/arrivals?q=tap%20huan").expect(200).items().len(), 0);
    });
}

/// Whatever names and titles rows have, the cursor of a page leads on; what anybody writes into one is no fault of ours.
#[test]
fn a_cursor_of_long_names_leads_on_and_a_written_one_is_refused() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let walk = |person: &Person<'_>, path: &str| -> Vec<String> {
            let (mut joined, mut next) = (Vec::new(), String::new());
            loop {
                let page = person.get(&format!("{path}&limit=1{next}")).expect(200);
                joined.extend(ids(page.items()));
                match page["next_cursor"].as_str() {
                    Some(cursor) => next = format!("&cursor={cursor}"),
                    None => return joined,
                }
            }
        };
        // Titles of 2,000 characters: the first two differ in their last one alone, which is beyond what orders them.
        let officer = house.person("BDI", "SYT", "officer");
        let plan = |title: String| officer.post("/plans", json!({ "title": title })).expect(201).id();
        let plans = [plan(format!("{}2", "Ă".repeat(1_999))), plan(format!("{}1", "Ă".repeat(1_999))), plan("Ж".repeat(2_000))];
        assert_eq!(walk(&officer, "/plans?sort=title"), plans);
        // A title is found by what stands beyond its beginning.
        assert_eq!(officer.get("/plans?q=a1").expect(200).items().len(), 1);
        // Letters that come apart when they are folded, into three of three bytes each.
        let admin = house.administrator();
        let province = house.organization("BDI", "SYT").province_id;
        let add = |code: &str| {
            let new = json!({ "province_id": province, "code": code, "name": "한".repeat(300), "kind": "department", "level": "province" });
            admin.post("/organizations", new).expect(201).id()
        };
        let named = [add("HAN1"), add("HAN2")];
        let all = walk(&officer, "/organizations?sort=name");
        assert_eq!(all[all.len() - 2..], named);

        let place = |sort: &str, key: &str| URL_SAFE_NO_PAD.encode(format!(r#"{{"s":"{sort}","k":"{key}","i":"01990000-0000-7000-8000-000000000000"}}"#));
        let (zero, ancient, far) = (r"\u0000", "-20000-01-01", "+20000-01-01");
        for (list, sort, key) in [
            ("/organizations", "name", zero),
            ("/plans", "title", zero),
            ("/plans", "code", zero),
            ("/documents", "issued_on", ancient),
            ("/documents", "issued_on", far),
            ("/documents", "-created_at", "-20000-01-01T00:00:00Z"),
        ] {
            let refused = officer.get(&format!("{list}?sort={sort}&cursor={}", place(sort, key))).expect(422);
            assert_eq!(refused.fault("cursor"), Some("bad_cursor"), "{list} {sort} {key}");
        }
        // A key that no row has is a place like any other.
        officer.get(&format!("/plans?sort=title&cursor={}", place("title", "khong co"))).expect(200);
    });
}

/// Ids at a path through records and lists.
fn at(row: &Value, path: &str) -> Vec<String> {
    if let Some(all) = row.as_array() {
        return all.iter().flat_map(|one| at(one, path)).collect();
    }
    match path.split_once('.') {
        Some((member, rest)) => at(&row[member], rest),
        None => match &row[path] {
            Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            one => one.as_str().map(str::to_owned).into_iter().collect(),
        },
    }
}

fn item(collection: &str, id: &str) -> String {
    format!("/{}/{id}", collection.replace('_', "-"))
}

#[test]
fn what_rows_name_stands_beside_them_as_far_as_the_caller_may_see_it() {
    let declared: BTreeSet<(String, String)> = words(&nhipcau::document().expect("a document"), "include")
        .into_iter()
        .flat_map(|(list, names)| names.into_iter().map(move |name| (list.clone(), name)))
        .filter(|(_, name)| name != "attachments")
        .collect();
    assert_eq!(declared, NAMED.iter().map(|(list, name, _)| ((*list).to_owned(), (*name).to_owned())).collect());
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let people = [world.at("UBND", "leader"), world.at("SYT", "officer"), world.at("LHHN", "leader"), world.at("BV", "viewer"), world.at("TTTU", "leader")];
        let (mut shown, mut hidden) = (0, 0);
        for person in &people {
            let mut known: BTreeMap<String, bool> = BTreeMap::new();
            for (list, name, members) in NAMED {
                let page = person.get(&format!("{list}?limit=200&include={name}")).expect(200);
                let named: BTreeSet<String> = page.items().iter().flat_map(|row| members.iter().flat_map(|m| at(row, m)).collect::<Vec<_>>()).collect();
                let mut visible = BTreeSet::new();
                for id in named {
                    let path = item(name, &id);
                    if *known.entry(path.clone()).or_insert_with(|| person.get(&path).status == 200) {
                        visible.insert(id);
                    } else {
                        hidden += 1;
                    }
                }
                shown += visible.len();
                let beside = ids(page["included"][name].as_array().expect("a list"));
                assert_eq!(beside.len(), visible.len(), "{list} {name} as {}", person.username);
                assert_eq!(beside.into_iter().collect::<BTreeSet<_>>(), visible, "{list} {name} as {}", person.username);
            }
        }
        assert!(shown > 100 && hidden > 0, "{shown} shown, {hidden} hidden");
        one_record(&world, house);
        services(&world, house);
    });
}

fn one_record(world: &World<'_>, house: &House) {
    let leader = world.at("UBND", "leader");
    let path = &world.record("task:shared").path;
    let (plain, with) = (leader.get(path).expect(200), leader.get(&format!("{path}?include=plans,organizations")).expect(200));
    assert!(plain.json.get("included").is_none());
    assert_eq!(with["included"]["plans"][0]["id"], with["plan_id"]);
    assert_ne!(plain.etag(), with.etag());
    assert_eq!(plain.etag().split('.').next(), with.etag().split('.').next());
    leader.send("GET", &format!("{path}?include=plans,organizations"), &[("if-none-match", &with.etag())], None).expect(304);
    // The parts of one task name agencies, too.
    let parts: BTreeSet<&str> = with["parts"].as_array().expect("parts").iter().filter_map(|p| p["organization_id"].as_str()).collect();
    let beside = ids(with["included"]["organizations"].as_array().expect("a list"));
    assert!(parts.iter().all(|id| beside.iter().any(|b| b == id)));
    let narrow = leader.get(&format!("{path}?include=plans&fields=id")).expect(200);
    assert_eq!(narrow.json.as_object().expect("a record").keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["id", "included"]));
    // Files of documents, and nothing of a document that is not seen.
    let clerk = world.at("SVHTT", "clerk");
    let files = clerk.get("/documents?include=attachments&limit=200").expect(200);
    assert_eq!(ids(files["included"]["attachments"].as_array().expect("a list")), [world.record("attachment").id.clone()]);
    let stranger = world.at("BAO", "viewer").get("/documents?include=attachments").expect(200);
    assert_eq!(stranger["included"]["attachments"], json!([]));
    // As many statements for many rows as for few.
    let statements = |path: &str| {
        let before = house.statements();
        leader.get(path).expect(200);
        house.statements() - before
    };
    assert_eq!(statements("/tasks?include=plans,organizations&limit=2"), statements("/tasks?include=plans,organizations&limit=200"));
    // What there is not, twice the same, in a file, with a pull.
    assert_eq!(leader.get("/tasks?include=users").expect(400).fault("include"), Some("not_listed"));
    leader.get("/tasks?include=plans,plans").expect(400);
    leader.get("/provinces?include=organizations").expect(400);
    assert_eq!(leader.get("/tasks?include=plans&format=csv").expect(422).fault("include"), Some("not_in_this_format"));
    leader.get("/tasks?include=plans&updated_after=0").expect(422);
}

/// A service account reads beside an answer what its scopes open, and nothing else.
fn services(world: &World<'_>, house: &House) {
    let body = json!({ "name": "Bảng điều hành", "scopes": ["plans:read"] });
    let key = world.at("SYT", "org_admin").post("/service-accounts", body).expect(201)["key"].as_str().expect("a key").to_owned();
    let get = |path: &str| house.send("GET", &format!("/api/v1{path}"), &[("authorization", &format!("Bearer {key}"))], None);
    assert!(!get("/tasks?include=plans").expect(200)["included"]["plans"].as_array().expect("a list").is_empty());
    assert_eq!(get("/tasks?include=organizations").expect(403).code(), "scope_missing");
}

/// The events of a calendar, each as its properties; fails where the file is not as RFC 5545 writes it.
fn events(reply: &Reply) -> Vec<BTreeMap<String, String>> {
    assert_eq!(reply.headers["content-type"], "text/calendar; charset=utf-8");
    let text = String::from_utf8(reply.bytes.clone()).expect("UTF-8");
    assert!(text.ends_with("END:VCALENDAR\r\n") && text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), "{text}");
    for line in text.trim_end_matches("\r\n").split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
    }
    let (mut all, mut inside) = (Vec::new(), vec![]);
    for line in text.replace("\r\n ", "").split("\r\n").filter(|l| !l.is_empty()) {
        let (name, value) = line.split_once(':').expect("a property");
        match name {
            "BEGIN" => {
                inside.push(value.to_owned());
                if value == "VEVENT" {
                    all.push(BTreeMap::new());
                }
            }
            "END" => assert_eq!(inside.pop().as_deref(), Some(value)),
            _ if inside.last().is_some_and(|i| i == "VEVENT") => {
                let event = all.last_mut().expect("an event");
                assert!(event.insert(name.split(';').next().expect("a name").to_owned(), value.to_owned()).is_none(), "{name} twice");
            }
            _ => {}
        }
    }
    assert!(inside.is_empty());
    all
}

/// Days of a list by record, as its rows tell them, and as its calendar does.
fn agree(person: &Person, list: &str, query: &str, record: &str, day: &str) -> usize {
    let told: BTreeSet<(String, String)> = person
        .get(&format!("{list}?limit=200{query}"))
        .expect(200)
        .items()
        .iter()
        .filter_map(|row| Some((row[record].as_str()?.to_owned(), row[day].as_str()?.replace('-', ""))))
        .collect();
    let calendar = person.get(&format!("{list}?format=ics{query}")).expect(200);
    assert!(calendar.headers["content-disposition"].contains(".ics"));
    let found: Vec<(String, String)> = events(&calendar)
        .iter()
        .map(|e| {
            let uid = e["UID"].split_once('-').expect("a kind").1.trim_end_matches("@nhipcau").to_owned();
            assert!(e["URL"].starts_with(&person.house.base) && e["URL"].ends_with(&uid), "{}", e["URL"]);
            assert_eq!(e["DTSTAMP"].len(), 16);
            assert!(e["SUMMARY"].len() > 5 && e["DTEND"] > e["DTSTART"]);
            (uid, e["DTSTART"].clone())
        })
        .collect();
    assert_eq!(found.len(), told.len(), "{list} {query}");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), told, "{list} {query}");
    told.len()
}

#[test]
fn what_falls_due_goes_into_a_calendar() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let leader = world.at("UBND", "leader");
        assert!(agree(&leader, "/tasks", "", "id", "due_on") > 2);
        assert!(agree(&leader, "/tasks", "&due_on[gte]=2021-12-01&state[ne]=completed", "id", "due_on") > 0);
        assert!(agree(&leader, "/reporting-obligations", "", "id", "due_on") > 2);
        assert!(agree(&world.at("SDL", "officer"), "/notifications", "", "record_id", "due_on") > 0);
        agree(&leader, "/recommendations", "", "id", "respond_by");
        // By what Accept says, a page at a time with an entity tag, and not where nothing falls due.
        let page = leader.send("GET", "/tasks?limit=1&sort=due_on", &[("accept", "text/calendar")], None).expect(200);
        assert_eq!(events(&page).len(), 1);
        assert!(!page.etag().is_empty() && page.headers["link"].contains("rel=\"next\""));
        let english = leader.send("GET", "/tasks?format=ics&limit=1&sort=due_on", &[("accept-language", "en")], None).expect(200);
        assert!(String::from_utf8(english.bytes).expect("UTF-8").contains("SUMMARY;LANGUAGE=en:Task due "));
        leader.get("/plans?format=ics").expect(406);
        assert_eq!(leader.get("/tasks?format=ics&count=exact").expect(422).fault("count"), Some("not_in_this_format"));
        assert_eq!(world.at("BAO", "org_admin").get("/tasks?format=ics").expect(200).status, 200);
    });
}
