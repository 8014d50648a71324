//! What a text cites and what is on record already.

use super::{BINH_DINH, DONG_NAI, accepted, id, list, made, of, one, path, upload};
use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

/// A text of the Party that exists: its issuer's own record, or the copy of whoever received it.
fn registered(clerk: &Person<'_>, number: &str, symbol: &str, day: &str, more: Value) -> Value {
    let kind = if symbol.starts_with("TB") { "announcement" } else { "directive" };
    let mut body = json!({ "kind": kind, "notation": "party", "number": number, "symbol": symbol, "issued_on": day, "summary": "Văn bản đã có" });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!(clerk.post("/documents", body).expect(201).id())
}

/// The draft that UBND makes of its plan.
fn drafted(house: &House) -> Reply {
    let officer = house.person("BDI", "UBND", "officer");
    let (read, at) = accepted(&officer, "kh.txt", BINH_DINH);
    officer.step(&path(one(&read, "agency")), json!({ "action": "reject" })).expect(200);
    let applied = officer.step(&at, json!({ "action": "apply" })).expect(200);
    officer.get(&made(one(&applied, "symbol"), "document")[0]).expect(200)
}

/// The records that its three citations link to, which keep their words.
fn links(document: &Reply) -> Vec<Value> {
    let relations = list(&document["relations"]);
    let cited: Vec<&Value> = relations.iter().map(|r| &r["citation"]["raw"]).collect();
    assert_eq!(cited, ["Chỉ thị số 38-CT/TW ngày 19/9/2019", "Thông báo số 117-TB/TU ngày 12/3/2021", "Chỉ thị số 04-CT/TW ngày 06/7/2011"]);
    let kinds: Vec<&Value> = relations.iter().map(|r| &r["kind"]).collect();
    assert_eq!(kinds, ["implements", "implements", "cites"]);
    relations.iter().map(|r| r["document_id"].clone()).collect()
}

#[test]
fn a_citation_links_to_the_one_record_that_the_caller_sees() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (leader, clerk) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "UBND", "clerk"));
        let (affairs, party) = (house.person("BDI", "SNGV", "clerk"), house.person("BDI", "TTTU", "clerk"));
        let (secretariat, committee) = (json!({ "issuer_id": id(house, "BDI", "BBT") }), json!({ "issuer_id": id(house, "BDI", "TTTU") }));
        assert_eq!(links(&drafted(house)), [Value::Null, Value::Null, Value::Null]);

        // Sent to UBND by its issuer.
        let to_ubnd = json!({ "recipients": [{ "organization_id": id(house, "BDI", "UBND"), "purpose": "carry_out" }] });
        let notice = registered(&party, "117", "TB/TU", "2021-03-12", to_ubnd);
        // A copy of another department's is not UBND's to see; another symbol, and another day, are other documents.
        let theirs = registered(&affairs, "38", "CT/TW", "2019-09-19", secretariat.clone());
        clerk.get(&format!("/documents/{}", theirs.as_str().expect("an id"))).expect(404);
        registered(&clerk, "38", "CT/TU", "2019-09-19", committee);
        registered(&clerk, "04", "CT/TW", "2010-07-06", secretariat.clone());
        assert_eq!(links(&drafted(house)), [Value::Null, notice.clone(), Value::Null]);

        // UBND's own copies, 4 being 04.
        let directive = registered(&clerk, "38", "CT/TW", "2019-09-19", secretariat.clone());
        let earlier = registered(&clerk, "4", "CT/TW", "2011-07-06", secretariat);
        let plan = drafted(house);
        assert_eq!(links(&plan), [directive.clone(), notice.clone(), earlier.clone()]);
        let found = clerk.get(&format!("/documents?related_to={}", notice.as_str().expect("an id"))).expect(200);
        assert_eq!(found.items().len(), 2);

        // Whoever receives the plan reads its words, and nothing of records that are not its to see.
        let path = format!("/documents/{}", plan.id());
        leader.step(&path, json!({ "action": "sign" })).expect(200);
        clerk.step(&path, json!({ "action": "issue" })).expect(200);
        let received = affairs.get(&format!("{path}?include=documents")).expect(200);
        assert_eq!((links(&received)[0].clone(), &received["included"]["documents"]), (directive.clone(), &json!([])));
        affairs.get(&format!("/documents/{}", directive.as_str().expect("an id"))).expect(404);

        // Under another name of the same issuer it is there twice: which one is meant nobody can say.
        registered(&clerk, "38", "CT/TW", "2019-09-19", json!({ "issuer_text": "Ban Bí thư" }));
        assert_eq!(links(&drafted(house)), [Value::Null, notice, earlier]);
    });
}

#[test]
fn a_letter_links_to_the_plan_behind_it_in_the_same_file() {
    each("2020-04-20T08:00", |house| {
        house.load_agencies("dong_nai");
        let officer = house.person("DNA", "SYT", "officer");
        let read = upload(&officer, "2076.txt", DONG_NAI.as_bytes()).expect(201);
        let at = format!("/readings/{}", read.id());
        officer.step(&at, json!({ "action": "reject", "kind": "agency" })).expect(200);
        officer.step(&at, json!({ "action": "accept" })).expect(200);
        let applied = officer.step(&at, json!({ "action": "apply", "arrived_on": "2020-04-13" })).expect(200);
        let document = |number: u32| {
            let proposal = of(&applied, "number").into_iter().find(|p| p["document"] == number).expect("a number");
            officer.get(&made(proposal, "document")[0]).expect(200)
        };
        let (letter, plan) = (document(1), document(2));
        assert_eq!((&letter["symbol"], &plan["notation_text"]), (&json!("SYT-VP"), &json!("3935/KH-UBND")));
        // Every mention of 3935/KH-UBND is the plan; the directives of the Party are no records here.
        let (plans, others): (Vec<&Value>, Vec<&Value>) = list(&letter["relations"]).iter().partition(|r| r["citation"]["number"] == "3935/KH-UBND");
        assert!(!plans.is_empty() && plans.iter().all(|r| r["document_id"] == plan["id"]), "{}", letter["relations"]);
        assert!(!others.is_empty() && others.iter().all(|r| r["document_id"] == Value::Null), "{}", letter["relations"]);
        // Whoever looks from the plan finds the letter.
        let found = officer.get(&format!("/documents?related_to={}", plan.id())).expect(200);
        assert_eq!(found.items().iter().map(|d| &d["id"]).collect::<Vec<_>>(), [&letter["id"]]);
    });
}
