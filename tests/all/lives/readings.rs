//! A text is read, people decide on what it proposes, and the records are made of it.

use crate::{
    harness::{House, Person, Reply, each},
    policy::world::form,
};
use diesel::prelude::*;
use nhipcau::schema::journal;
use serde_json::{Value, json};
use std::{collections::BTreeSet, io::Write};

mod cited;
mod mends;

const BINH_DINH: &str = include_str!("../../plans/binh_dinh_2021.txt");
const DONG_NAI: &str = include_str!("../../plans/dong_nai_2020.txt");

pub fn upload(person: &Person<'_>, name: &str, bytes: &[u8]) -> Reply {
    let (media, body) = form(name, bytes);
    let bearer = format!("Bearer {}", person.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", media.as_str())];
    person.house.send("POST", "/api/v1/readings", &headers, Some(&body))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The proposals of a kind.
fn of<'a>(reading: &'a Reply, kind: &str) -> Vec<&'a Value> {
    list(&reading["proposals"]).iter().filter(|p| p["kind"] == kind).collect()
}

fn one<'a>(reading: &'a Reply, kind: &str) -> &'a Value {
    let all = of(reading, kind);
    assert_eq!(all.len(), 1, "one {kind}: {all:?}");
    all[0]
}

fn path(proposal: &Value) -> String {
    format!("/reading-proposals/{}", proposal["id"].as_str().expect("an id"))
}

fn duty<'a>(reading: &'a Reply, place: &str, word: &str) -> &'a Value {
    let found = of(reading, "duty")
        .into_iter()
        .find(|p| p["value"]["duty"]["place"] == place && p["value"]["duty"]["role_word"].as_str().is_some_and(|w| w.to_lowercase() == word));
    found.unwrap_or_else(|| panic!("no duty {place} {word}"))
}

/// Where the records of a kind are that were made of a proposal.
fn made(proposal: &Value, kind: &str) -> Vec<String> {
    list(&proposal["made"]).iter().filter(|m| m["kind"] == kind).map(|m| m["link"].as_str().expect("a link").to_owned()).collect()
}

/// Uploads a text and accepts all that it proposes.
fn accepted(person: &Person<'_>, name: &str, text: &str) -> (Reply, String) {
    let read = upload(person, name, text.as_bytes()).expect(201);
    let at = format!("/readings/{}", read.id());
    person.take(&at, &read, json!({ "action": "accept" })).expect(200);
    (read, at)
}

fn id(house: &House, province: &str, code: &str) -> Value {
    json!(house.organization(province, code).id)
}

/// Records of the caller's that a list shows.
fn count(person: &Person<'_>, list: &str) -> usize {
    person.get(&format!("{list}?limit=200")).expect(200).items().len()
}

fn files(house: &House) -> usize {
    let of = |dir: std::path::PathBuf| std::fs::read_dir(dir).map_or(0, |all| all.filter(|e| e.as_ref().is_ok_and(|e| e.path().is_file())).count());
    of(house.data.join("files")) + of(house.data.join("files").join("incoming"))
}

#[test]
fn a_plan_is_read_looked_through_and_made_into_records() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let (leader, clerk, viewer) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "UBND", "clerk"), house.person("BDI", "UBND", "viewer"));
        assert_eq!(upload(&viewer, "kh.txt", BINH_DINH.as_bytes()).status, 403);
        let read = upload(&officer, "Kế hoạch 2021.txt", BINH_DINH.as_bytes()).expect(201);
        let at = format!("/readings/{}", read.id());
        assert_eq!(read.headers["location"], format!("/api/v1{at}"));
        assert_eq!((&read["state"], &read["owner_id"], &read["version"]), (&json!("open"), &id(house, "BDI", "UBND"), &json!(1)));

        // The header is as the text has it; number, day and month are blank there.
        for (kind, member, value) in [
            ("symbol", "text", json!("KH-UBND")),
            ("place", "text", json!("Bình Định")),
            ("document_kind", "document_kind", json!("plan")),
            ("signer", "text", json!("Lâm Hải Giang")),
            ("date", "date", json!({ "year": 2021, "month": null, "day": null })),
        ] {
            assert_eq!(one(&read, kind)["value"][member], value, "{kind}");
        }
        assert_eq!(one(&read, "issuer")["value"]["agency"]["organization_id"], id(house, "BDI", "UBND"));
        assert!(of(&read, "number").is_empty());
        assert_eq!((of(&read, "recipient").len(), of(&read, "legal_basis").len()), (11, 3));
        assert!(list(&read["documents"][0]["warnings"]).iter().any(|w| w["code"] == "no_number"));
        assert!(list(&read["documents"][0]["structure"]).iter().any(|s| s["place"] == "III.2.a" && s["depth"] == 2));
        // Every place of the facts has its duty.
        let facts: Value = serde_json::from_str(include_str!("../../plans/facts.json")).expect("facts");
        let known = list(&facts["documents"]).iter().find(|d| d["doc_key"] == "000-binh-dinh").expect("the plan");
        let places = |all: Vec<&Value>| all.into_iter().map(|v| v.as_str().expect("a place").to_owned()).collect::<BTreeSet<_>>();
        let expected = places(list(&known["assignments"]).iter().flat_map(|a| list(&a["duties"])).map(|d| &d["place"]).collect());
        assert_eq!(places(of(&read, "duty").iter().map(|d| &d["value"]["duty"]["place"]).collect()), expected);
        // Spans count the characters of the text.
        let text = viewer.get(&format!("{at}/text")).expect(200);
        let text: Vec<char> = text["text"].as_str().expect("a text").chars().collect();
        let span = &one(&read, "signer")["spans"][0];
        let (start, end) = (span["start"].as_u64().expect("a start") as usize, span["end"].as_u64().expect("an end") as usize);
        assert_eq!((text[start..end].iter().collect::<String>(), &read["characters"]), ("Lâm Hải Giang".into(), &json!(text.len())));

        // It is the organisation's own.
        assert_eq!(count(&viewer, "/readings"), 1);
        for stranger in [house.person("BDI", "VPUBND", "leader"), house.person("BDI", "SNGV", "leader"), house.person("BDI", "LHHN", "officer")] {
            stranger.get(&at).expect(404);
            stranger.get(&format!("{at}/text")).expect(404);
            stranger.get(&path(one(&read, "symbol"))).expect(404);
            assert_eq!(count(&stranger, "/readings"), 0);
        }
        house.administrator().get(&at).expect(404);
        house.administrator().get("/readings").expect(403);
        viewer.send("GET", &at, &[("if-none-match", &viewer.get(&at).etag())], None).expect(304);
        let page = viewer.get(&format!("{at}/proposals?kind=duty&limit=2&count=exact")).expect(200);
        assert_eq!((page.items().len(), &page["total"]), (2, &json!(of(&read, "duty").len())));
        let next = viewer.get(&format!("{at}/proposals?kind=duty&limit=2&cursor={}", page["next_cursor"].as_str().expect("more"))).expect(200);
        assert!(next.items()[0]["place"].as_i64() > page.items()[1]["place"].as_i64());
        let csv = viewer.get(&format!("{at}/proposals?format=csv")).expect(200);
        assert_eq!(String::from_utf8_lossy(&csv.bytes).lines().next().map(|head| head.starts_with("id,reading_id,place")), Some(true));

        decide(house, &read, &at);
        let before = officer.get(&at).expect(200);
        assert_eq!((count(&officer, "/documents"), count(&officer, "/plans"), count(&officer, "/reporting-regimes")), (0, 0, 0));
        // A rehearsal shows what would be made and keeps nothing.
        let rehearsed =
            officer.send("POST", &format!("{at}/transitions?validate_only=true"), &[("if-match", &before.etag())], Some(&json!({ "action": "apply" })));
        assert_eq!(made(one(&rehearsed.expect(200), "symbol"), "document").len(), 1);
        assert_eq!((count(&officer, "/documents"), &officer.get(&at).expect(200)["version"]), (0, &before["version"]));
        clerk.take(&at, &before, json!({ "action": "apply" })).expect(403);
        let applied = officer.take(&at, &before, json!({ "action": "apply" })).expect(200);
        records(house, &applied);

        // Once is enough, and nothing of it changes any more.
        assert_eq!(officer.step(&at, json!({ "action": "apply" })).expect(409).code(), "wrong_state");
        assert_eq!(officer.delete(&at, &officer.get(&at)).expect(409).code(), "reading_ended");
        let symbol = path(one(&applied, "symbol"));
        assert_eq!(officer.patch(&symbol, &officer.get(&symbol), json!({ "value": { "text": "KH" } })).expect(409).code(), "reading_ended");
        // One act made it all.
        let entries = leader.get(&format!("/audit-events?record_id={}&limit=200", read.id())).expect(200);
        let act = entries.items().iter().find(|e| e["action"] == "apply").expect("applied")["act_id"].clone();
        let document = made(one(&applied, "symbol"), "document")[0].rsplit('/').next().expect("an id").to_owned();
        let entries = leader.get(&format!("/audit-events?record_id={document}")).expect(200);
        assert_eq!((entries.items().len(), &entries.items()[0]["act_id"]), (1, &act));

        // The story goes on: the document is signed and numbered, the plan put in force, the first period opened.
        let plan = made(one(&applied, "summary"), "plan")[0].clone();
        leader.step(&plan, json!({ "action": "activate" })).expect(200);
        assert!(house.person("BDI", "STC", "officer").get("/tasks").expect(200).items().iter().any(|t| t["place"] == "III.5"));
        leader.step(&format!("/documents/{document}"), json!({ "action": "sign" })).expect(200);
        let issued = clerk.step(&format!("/documents/{document}"), json!({ "action": "issue" })).expect(200);
        assert_eq!(issued["notation_text"], "01/KH-UBND");
        house.at("2021-10-20T08:00");
        let union = house.person("BDI", "LHHN", "leader");
        let regime = made(of(&applied, "reporting_line")[0], "reporting_regime")[0].rsplit('/').next().expect("an id").to_owned();
        let opened = union.post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" }));
        assert!(matches!(opened.status, 201 | 409), "{}", opened.json);
        let owed = house.person("BDI", "STC", "officer").get("/reporting-obligations").expect(200);
        assert_eq!(owed.items()[0]["due_on"], "2021-11-19");
    });
}

/// What is sure is accepted together, the rest one by one.
fn decide(house: &House, read: &Reply, at: &str) {
    let (officer, clerk, viewer) = (house.person("BDI", "UBND", "officer"), house.person("BDI", "UBND", "clerk"), house.person("BDI", "UBND", "viewer"));
    let all = json!({ "action": "accept", "confidence": "sure" });
    officer.send("POST", &format!("{at}/transitions"), &[], Some(&all)).expect(428);
    viewer.take(at, read, all.clone()).expect(403);
    let sure = list(&read["proposals"]).iter().filter(|p| p["confidence"] == "sure").count();
    let accepted = officer.take(at, read, all.clone()).expect(200);
    assert_eq!((&accepted["counts"]["accepted"], &accepted["version"]), (&json!(sure), &json!(2)));
    assert_eq!(accepted["counts"]["to_check"], accepted["counts"]["proposed"]);
    officer.take(at, read, all).expect(412);
    // Its issuer is a judgement: the clerk agrees.
    let issuer = path(one(read, "issuer"));
    assert_eq!(clerk.step(&issuer, json!({ "action": "accept" })).expect(200)["state"], "accepted");
    viewer.step(&issuer, json!({ "action": "reject" })).expect(403);
    assert_eq!(clerk.step(&issuer, json!({ "action": "accept" })).expect(409).code(), "wrong_state");
    // Who the standing committee of the Union is, has to be said.
    let strange = one(read, "agency");
    assert_eq!((&strange["value"]["agency"]["name"], &strange["confidence"]), (&json!("Ban Thường vụ Liên hiệp tỉnh"), &json!("check")));
    let refused = officer.step(at, json!({ "action": "apply" })).expect(422);
    assert_eq!(refused.fault(&path(strange)), Some("unresolved_agency"), "{}", refused.json);
    let patch = |value: Value| officer.patch(&path(strange), &officer.get(&path(strange)), json!({ "value": value }));
    assert_eq!(patch(json!({ "text": "Liên hiệp" })).expect(422).fault("/value/text"), Some("not_applicable"));
    assert_eq!(patch(json!({ "agency": { "organization_id": nhipcau::id::Id::fresh() } })).expect(422).fault("/value"), Some("unknown_reference"));
    let edited = patch(json!({ "agency": { "organization_id": id(house, "BDI", "LHHN") } })).expect(200);
    assert_eq!((&edited["state"], &edited["value"]["agency"]["name"]), (&json!("edited"), &strange["value"]["agency"]["name"]));
    assert_eq!(edited["value_as_read"]["agency"]["organization_id"], Value::Null);
    // What is put back is as it was read; a level of secrecy does not come in by the back door.
    let summary = path(one(read, "summary"));
    let secret = json!({ "value": { "text": "TỐI MẬT\nTrích yếu" } });
    assert_eq!(officer.patch(&summary, &officer.get(&summary), secret).expect(422).code(), "state_secret");
    officer.patch(&summary, &officer.get(&summary), json!({ "value": { "text": "Khác" } })).expect(200);
    let back = officer.step(&summary, json!({ "action": "reopen" })).expect(200);
    assert_eq!((&back["value"], &back["state"]), (&one(read, "summary")["value"], &json!("proposed")));
    officer.step(&summary, json!({ "action": "accept" })).expect(200);
    // A patch says what changes, and a decision may say why.
    let now = officer.get(&summary);
    assert_eq!(officer.patch(&summary, &now, json!({})).expect(422).fault(""), Some("empty"));
    assert_eq!(officer.patch(&summary, &now, json!({ "value": null })).expect(422).fault("/value"), Some("wrong_type"));
    let why = officer.step(&summary, json!({ "action": "reopen", "reason": "Xem lại trích yếu" })).expect(200);
    let told = house.db.read_now(|conn| {
        let entries = journal::table.filter(journal::action.eq("reopen")).filter(journal::reason.eq("Xem lại trích yếu"));
        Ok(entries.select(journal::record_id).load::<nhipcau::id::Id>(conn)?)
    });
    assert_eq!(told.expect("a read").iter().map(ToString::to_string).collect::<Vec<_>>(), [why.id()]);
    officer.step(&summary, json!({ "action": "accept" })).expect(200);
    // One duty is not wanted.
    let unwanted = duty(read, "III.7", "phối hợp");
    let some = json!({ "action": "reject", "proposal_ids": [unwanted["id"]] });
    // It was accepted with the others: together only what is open is decided on.
    assert_eq!(officer.step(at, some).expect(200)["counts"]["rejected"], 0);
    officer.step(&path(unwanted), json!({ "action": "reject" })).expect(200);
    assert_eq!(officer.step(at, json!({ "action": "apply", "kind": "duty" })).expect(422).fault("/kind"), Some("not_applicable"));
}

/// The document, the plan with its tasks, and the regime, as the text has them.
fn records(house: &House, applied: &Reply) {
    let officer = house.person("BDI", "UBND", "officer");
    assert_eq!(applied["state"], "applied");
    let document = officer.get(&made(one(applied, "symbol"), "document")[0]).expect(200);
    assert_eq!((&document["state"], &document["kind"], &document["symbol"]), (&json!("draft"), &json!("plan"), &json!("KH-UBND")));
    assert_eq!((&document["number"], &document["issued_on"], &document["issuer_id"]), (&Value::Null, &Value::Null, &id(house, "BDI", "UBND")));
    assert_eq!((list(&document["recipients"]).len(), list(&document["relations"]).len()), (11, 3));
    assert_eq!((&document["relations"][0]["kind"], &document["relations"][0]["citation"]["number"]), (&json!("implements"), &json!("38-CT/TW")));
    assert!(document["text"].as_str().is_some_and(|t| t.contains("TỔ CHỨC THỰC HIỆN")), "{}", document["text"]);
    let file = officer.get(&made(one(applied, "issuer"), "attachment")[0]).expect(200);
    assert_eq!((&file["file_name"], &file["document_id"]), (&json!("Kế hoạch 2021.txt"), &document["id"]));
    let content = officer.get(&format!("/attachments/{}/content", file.id())).expect(200);
    assert_eq!(content.bytes, BINH_DINH.as_bytes());

    let plan = officer.get(&made(one(applied, "summary"), "plan")[0]).expect(200);
    assert_eq!((&plan["state"], &plan["owner_id"], &plan["document_id"]), (&json!("draft"), &id(house, "BDI", "UBND"), &document["id"]));
    let tasks = officer.get(&format!("/tasks?plan_id={}&limit=200", plan.id())).expect(200);
    let wanted: Vec<&Value> = of(applied, "duty").into_iter().filter(|d| d["state"] != "rejected").collect();
    assert_eq!(tasks.items().len(), wanted.len());
    assert!(made(duty(applied, "III.7", "phối hợp"), "task").is_empty());
    for proposal in wanted {
        let task = officer.get(&made(proposal, "task")[0]).expect(200);
        assert_eq!((&task["place"], &task["content"]), (&proposal["value"]["duty"]["place"], &proposal["value"]["duty"]["content"]));
        assert_eq!((&task["source"]["reading"]["proposal_id"], &task["source"]["reading"]["spans"]), (&proposal["id"], &proposal["spans"]));
    }
    let task = |place: &str, word: &str| officer.get(&made(duty(applied, place, word), "task")[0]).expect(200);
    let lead = task("III.1.b", "chủ trì");
    assert_eq!((&lead["assignees"][0]["organization_id"], &lead["assignees"][0]["role"]), (&id(house, "BDI", "LHHN"), &json!("lead")));
    assert_eq!((&lead["cadence"], &lead["approver_id"], &lead["form"]), (&json!("yearly"), &id(house, "BDI", "UBND"), &json!("assign")));
    // "Phối hợp với": its own part, and no lead is made up (RULES 9).
    let joint = task("III.5", "phối hợp");
    assert_eq!((list(&joint["assignees"]).len(), &joint["assignees"][0]["role"]), (1, &json!("joint")));
    assert_eq!((&joint["assignees"][0]["organization_id"], &joint["source"]["partners_raw"]), (&id(house, "BDI", "STC"), &json!(["Liên hiệp tỉnh"])));
    let report = task("kết", "báo cáo");
    assert_eq!(report["assignees"][0]["organization_id"], id(house, "BDI", "LHHN"));
    let due = &report["due_rule"];
    assert_eq!((&due["kind"], &due["month"], &due["day"], &due["inclusive"]), (&json!("yearly"), &json!(11), &json!(20), &json!(false)));

    let regime = officer.get(&made(of(applied, "reporting_line")[0], "reporting_regime")[0]).expect(200);
    assert_eq!((&regime["frequency"], &regime["focal_point_id"], &regime["plan_id"]), (&json!("year"), &id(house, "BDI", "LHHN"), &plan["id"]));
    let steps = list(&regime["steps"]);
    assert_eq!(steps.len(), 2);
    assert_eq!((&steps[0]["receiver_id"], &steps[0]["consolidates"], list(&steps[0]["senders"]).len()), (&id(house, "BDI", "LHHN"), &json!(false), 3));
    assert_eq!((&steps[0]["due_rule"]["month"], &steps[0]["due_rule"]["inclusive"]), (&json!(11), &json!(false)));
    assert_eq!((&steps[1]["senders"][0]["organization_id"], &steps[1]["receiver_id"]), (&id(house, "BDI", "LHHN"), &id(house, "BDI", "UBND")));
    assert_eq!((&steps[1]["consolidates"], &steps[1]["due_rule"]), (&json!(true), &Value::Null));
}

#[test]
fn who_received_a_plan_gets_its_own_duties_and_nobody_else_s() {
    each("2020-04-20T08:00", |house| {
        house.load_agencies("dong_nai");
        let officer = house.person("DNA", "SYT", "officer");
        let read = upload(&officer, "2076.txt", DONG_NAI.as_bytes()).expect(201);
        let at = format!("/readings/{}", read.id());
        // A letter of the department's own, and the plan of UBND that it passes on.
        let issuers: Vec<&Value> = of(&read, "issuer").iter().map(|p| &p["value"]["agency"]["organization_id"]).collect();
        assert_eq!(issuers, [&id(house, "DNA", "SYT"), &id(house, "DNA", "UBND")]);
        officer.take(&at, &read, json!({ "action": "accept", "document": 2 })).expect(200);
        let body = json!({ "action": "apply", "arrived_on": "2020-04-13" });
        let applied = officer.step(&at, body).expect(200);
        let second = |kind: &str| of(&applied, kind).into_iter().find(|p| p["document"] == 2).expect("a proposal");
        let copy = officer.get(&made(second("number"), "document")[0]).expect(200);
        assert_eq!((&copy["notation_text"], &copy["issued_on"], &copy["state"]), (&json!("3935/KH-UBND"), &json!("2020-04-08"), &json!("issued")));
        assert_eq!((&copy["issuer_id"], &copy["receiver_id"]), (&id(house, "DNA", "UBND"), &id(house, "DNA", "SYT")));
        assert!(copy["text"].as_str().is_some_and(|t| t.starts_with("**ỦY BAN NHÂN DÂN") && t.contains("3935") && !t.contains("2076")), "{}", copy["text"]);
        let arrival = officer.get(&made(second("issuer"), "arrival")[0]).expect(200);
        assert_eq!((&arrival["number"], &arrival["arrived_on"], &arrival["document_id"]), (&json!(1), &json!("2020-04-13"), &copy["id"]));
        // It stands for "các sở, ban, ngành …": twice in II.1, twice at the end. The duties of others are no task of its plan.
        let plan = officer.get(&made(second("summary"), "plan")[0]).expect(200);
        assert_eq!((&plan["owner_id"], &plan["document_id"]), (&id(house, "DNA", "SYT"), &copy["id"]));
        let tasks = officer.get(&format!("/tasks?plan_id={}&sort=code", plan.id())).expect(200);
        let places: Vec<&Value> = tasks.items().iter().map(|t| &t["place"]).collect();
        assert_eq!(places, [&json!("II.1"), &json!("II.1"), &json!("kết"), &json!("kết")]);
        for task in tasks.items() {
            let who: Vec<&Value> = list(&task["assignees"]).iter().map(|a| &a["organization_id"]).collect();
            assert_eq!((who, &task["assignees"][0]["group_id"]), (vec![&id(house, "DNA", "SYT")], &Value::Null), "{task}");
        }
        let others = of(&applied, "duty").into_iter().filter(|d| d["document"] == 2 && made(d, "task").is_empty()).count();
        assert_eq!(others + 4, of(&applied, "duty").into_iter().filter(|d| d["document"] == 2).count());
        // Reporting is the issuer's to order; and UBND sees nothing of a copy or a draft that is not its own.
        assert_eq!(count(&officer, "/reporting-regimes"), 0);
        assert!(made(second("reporting_line"), "reporting_regime").is_empty());
        let ubnd = house.person("DNA", "UBND", "leader");
        assert_eq!((count(&ubnd, "/documents"), count(&ubnd, "/plans"), count(&ubnd, "/readings")), (0, 0, 0));
        assert!(of(&applied, "number").iter().any(|p| p["document"] == 1 && list(&p["made"]).is_empty()));
        let leader = house.person("DNA", "SYT", "leader");
        leader.step(&format!("/plans/{}", plan.id()), json!({ "action": "activate" })).expect(200);
    });
}

#[test]
fn what_cannot_be_made_leaves_nothing_and_says_which_proposal() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let read = upload(&officer, "kh.txt", BINH_DINH.as_bytes()).expect(201);
        let at = format!("/readings/{}", read.id());
        let refused = officer.step(&at, json!({ "action": "apply" })).expect(422);
        assert_eq!(refused.fault(""), Some("nothing_accepted"));
        officer.step(&at, json!({ "action": "reject", "kind": "agency" })).expect(200);
        officer.step(&at, json!({ "action": "accept", "kind": "duty" })).expect(200);
        let refused = officer.step(&at, json!({ "action": "apply" })).expect(422);
        assert_eq!(refused.fault(&path(one(&read, "issuer"))), Some("issuer_required"));
        officer.step(&at, json!({ "action": "accept" })).expect(200);
        // The last duty has a yearly day and does not recur: found when document, plan and other tasks are made already.
        let last = path(duty(&read, "kết", "báo cáo"));
        officer.patch(&last, &officer.get(&last), json!({ "value": { "duty": { "cadence": null } } })).expect(200);
        let now = officer.get(&at).expect(200);
        let refused = officer.take(&at, &now, json!({ "action": "apply" })).expect(422);
        assert_eq!(refused.fault(&format!("{last}/due_rule")), Some("rule_does_not_fit"), "{}", refused.json);
        assert_eq!((count(&officer, "/documents"), count(&officer, "/plans"), count(&officer, "/tasks")), (0, 0, 0));
        assert_eq!(officer.get(&at).expect(200).etag(), now.etag());
        officer.patch(&last, &officer.get(&last), json!({ "value": { "duty": { "cadence": "yearly" } } })).expect(200);
        let applied = officer.step(&at, json!({ "action": "apply" })).expect(200);
        // Whom nobody knows stays in the words of the text.
        let task = officer.get(&made(duty(&applied, "kết", "báo cáo"), "task")[0]).expect(200);
        assert_eq!((&task["assignees"][0]["raw"], &task["assignees"][0]["organization_id"]), (&json!("Ban Thường vụ Liên hiệp tỉnh"), &Value::Null));

        // Another reading of the same file: discarded with a reason, or deleted.
        let again = upload(&officer, "kh.txt", BINH_DINH.as_bytes()).expect(201);
        let path = format!("/readings/{}", again.id());
        assert_eq!(officer.step(&path, json!({ "action": "discard" })).expect(422).fault("/reason"), Some("required"));
        assert_eq!(officer.step(&path, json!({ "action": "discard", "reason": "Đã đọc" })).expect(200)["state"], "discarded");
        let third = upload(&officer, "kh.txt", BINH_DINH.as_bytes()).expect(201);
        let path = format!("/readings/{}", third.id());
        officer.delete(&path, &third).expect(204);
        officer.get(&path).expect(404);
        assert_eq!(count(&officer, "/readings"), 2);
    });
}

#[test]
fn what_is_secret_or_no_text_is_refused_and_nothing_of_it_is_kept() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let marked = BINH_DINH.replacen("KẾ HOẠCH", "TỐI MẬT\n\nKẾ HOẠCH", 1);
        let refused = upload(&officer, "kh.txt", marked.as_bytes()).expect(422);
        assert_eq!(refused.code(), "state_secret");
        assert!(!refused.json.to_string().contains("38-CT/TW"));
        for (bytes, code) in [
            (b"%PDF-1.4\nkhong phai PDF".to_vec(), "unreadable"),
            (b"PK\x03\x04hong".to_vec(), "unreadable"),
            (b"\x00\x01\x02nhi phan".to_vec(), "unsupported_file"),
            (b"\xff\xfe khong phai UTF-8".to_vec(), "unsupported_file"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".to_vec(), "unsupported_file"),
            (b"  \n ".to_vec(), "no_text"),
            (bomb(), "unfolds_too_far"),
        ] {
            let refused = upload(&officer, "tep.bin", &bytes).expect(422);
            let fault = &refused.json["errors"][0];
            assert_eq!((fault["pointer"].as_str(), fault["code"].as_str()), (Some("/file"), Some(code)), "{}", refused.json);
        }
        assert_eq!(upload(&officer, "tep.bin", &vec![b'a'; (20 << 20) + 1]).expect(413).code(), "too_large");
        assert_eq!((count(&officer, "/readings"), files(house)), (0, 0));
        let head = house.person("BDI", "UBND", "leader");
        let told = head.get("/audit-events?limit=200").expect(200);
        assert!(!told.items().iter().any(|e| e["kind"] == "reading"));
        // A repeated call with a key is answered as the first was.
        let (media, body) = form("kh.txt", BINH_DINH.as_bytes());
        let bearer = format!("Bearer {}", officer.token());
        let headers = [("authorization", bearer.as_str()), ("content-type", media.as_str()), ("idempotency-key", "doc-mot-lan")];
        let first = house.send("POST", "/api/v1/readings", &headers, Some(&body)).expect(201);
        let again = house.send("POST", "/api/v1/readings", &headers, Some(&body)).expect(201);
        assert_eq!((first.id(), again.headers["idempotent-replayed"].as_str()), (again.id(), "true"));
        assert_eq!((count(&officer, "/readings"), files(house)), (1, 1));
    });
}

/// A DOCX of a few kilobytes that unfolds to 65 MiB.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    let piece = vec![b' '; 1 << 20];
    (0..65).for_each(|_| archive.write_all(&piece).expect("written"));
    archive.finish().expect("an archive").into_inner()
}

/// A level may stand in a part behind one that is broken: what cannot be searched to its end is not kept.
#[test]
fn a_docx_that_cannot_be_searched_is_refused_and_a_deleted_reading_leaves_no_right() {
    use diesel::prelude::*;
    use nhipcau::schema::access;
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let paragraph = |text: &str| {
            format!(
                "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
            )
        };
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in [
            ("customXml/item1.xml", "<a><b></a>".to_owned()),
            ("word/header1.xml", paragraph("TUYỆT MẬT")),
            ("word/document.xml", paragraph("KẾ HOẠCH công tác đối ngoại nhân dân")),
        ] {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
            archive.write_all(content.as_bytes()).expect("written");
        }
        let kept = files(house);
        upload(&officer, "kh.docx", &archive.finish().expect("an archive").into_inner()).expect(422);
        assert_eq!((files(house), count(&officer, "/readings")), (kept, 0));

        let rights = || house.db.read_now(|conn| Ok(access::table.filter(access::kind.eq("reading")).count().get_result::<i64>(conn)?)).expect("a count");
        let read = upload(&officer, "kh.txt", BINH_DINH.as_bytes()).expect(201);
        assert_eq!(rights(), 1);
        let path = format!("/readings/{}", read.id());
        officer.delete(&path, &officer.get(&path).expect(200)).expect(204);
        assert_eq!(rights(), 0);
    });
}
