//! What only shows at the edges: whose stamp, whose regime, whose duty, how many documents, which are there already.

use super::{BINH_DINH, DONG_NAI, accepted, count, duty, files, id, list, made, of, one, path, upload};
use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

const GIA_LAI: &str = include_str!("../../../plans/gia_lai_2019.txt");

fn edit(person: &Person<'_>, proposal: &Value, value: Value) {
    let at = path(proposal);
    person.patch(&at, &person.get(&at), json!({ "value": value })).expect(200);
}

/// The arrival that an organisation makes of Gia Lai's directive, with another name in the stamp: number and day.
fn arrival(house: &House, code: &str, stamped: Option<&str>, more: Value) -> (Value, Value) {
    let officer = house.person("GLA", code, "officer");
    let read = upload(&officer, "38.txt", GIA_LAI.as_bytes()).expect(201);
    let at = format!("/readings/{}", read.id());
    let stamp = one(&read, "arrival_stamp");
    assert_eq!((&stamp["value"]["arrival"]["number"], &stamp["value"]["arrival"]["arrived_on"]), (&json!("6488"), &json!("2019-12-12")));
    if let Some(name) = stamped {
        edit(&officer, stamp, json!({ "arrival": { "organization": name } }));
    }
    officer.step(&at, json!({ "action": "reject", "kind": "duty" })).expect(200);
    officer.step(&at, json!({ "action": "accept" })).expect(200);
    let mut body = json!({ "action": "apply" });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let applied = officer.step(&at, body).expect(200);
    let arrival = officer.get(&made(one(&applied, "arrival_stamp"), "arrival")[0]).expect(200);
    assert_eq!(arrival["receiver_id"], id(house, "GLA", code));
    (arrival["number"].clone(), arrival["arrived_on"].clone())
}

#[test]
fn a_stamp_counts_in_the_register_of_its_own_organisation_and_year() {
    each("2019-12-20T08:00", |house| {
        house.load_agencies("gia_lai");
        assert_eq!(arrival(house, "STTTT", None, json!({})), (json!(6488), json!("2019-12-12")));
        // Another's stamp: the own register's next number, today. One name being part of the other makes them no one.
        assert_eq!(arrival(house, "LHHN", None, json!({})), (json!(1), json!("2019-12-20")));
        assert_eq!(arrival(house, "UBND", Some("Văn phòng UBND tỉnh"), json!({})), (json!(1), json!("2019-12-20")));
        assert_eq!(arrival(house, "VPUBND", Some("UBND tỉnh Gia Lai"), json!({})), (json!(1), json!("2019-12-20")));
        // Its own, under its short name.
        assert_eq!(arrival(house, "STC", Some("Sở Tài chính"), json!({})), (json!(6488), json!("2019-12-12")));
        // A stamp of 2019 has no number for the register of 2020, which would go on from there.
        house.at("2020-01-10T08:00");
        assert_eq!(arrival(house, "SNGV", Some("SỞ NGOẠI VỤ TỈNH GIA LAI"), json!({ "arrived_on": "2020-01-06" })), (json!(1), json!("2020-01-06")));
        let next = json!({ "arrived_on": "2020-01-08", "document": { "kind": "plan", "symbol": "KH-UBND", "issuer_id": id(house, "GLA", "UBND"), "summary": "Sau đó" } });
        assert_eq!(house.person("GLA", "SNGV", "clerk").post("/arrivals", next).expect(201)["number"], 2);
    });
}

/// A plan that an organisation issues in words of UBND's: its reading with everything accepted but duties.
fn own(house: &House, code: &str) -> (Reply, String) {
    let officer = house.person("BDI", code, "officer");
    let read = upload(&officer, "kh.txt", BINH_DINH.as_bytes()).expect(201);
    let at = format!("/readings/{}", read.id());
    edit(&officer, one(&read, "issuer"), json!({ "agency": { "organization_id": id(house, "BDI", code) } }));
    officer.step(&at, json!({ "action": "reject", "kind": "duty" })).expect(200);
    officer.step(&at, json!({ "action": "reject", "kind": "agency" })).expect(200);
    officer.step(&at, json!({ "action": "accept" })).expect(200);
    (read, at)
}

#[test]
fn a_regime_is_drawn_up_for_oneself_unless_by_ubnd() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        // The Union is the province's focal point, and yet draws up no regime for another one.
        let focal = json!({ "organization_id": id(house, "BDI", "LHHN"), "function": "focal_point", "valid_from": "2021-01-01" });
        house.administrator().post("/organization-functions", focal).expect(201);
        let union = house.person("BDI", "LHHN", "officer");
        let (read, at) = own(house, "LHHN");
        let consolidator = one(&read, "consolidator");
        edit(&union, consolidator, json!({ "agency": { "organization_id": id(house, "BDI", "SNGV") } }));
        let refused = union.step(&at, json!({ "action": "apply" })).expect(422);
        assert_eq!(refused.fault(&path(consolidator)), Some("not_own"), "{}", refused.json);
        assert_eq!((count(&union, "/documents"), count(&union, "/reporting-regimes")), (0, 0));
        edit(&union, consolidator, json!({ "agency": { "organization_id": id(house, "BDI", "LHHN") } }));
        union.step(&at, json!({ "action": "apply" })).expect(200);
        let regimes = union.get("/reporting-regimes").expect(200);
        assert_eq!((regimes.items().len(), &regimes.items()[0]["focal_point_id"]), (1, &id(house, "BDI", "LHHN")));

        // UBND draws one up for whom it wants.
        let ubnd = house.person("BDI", "UBND", "officer");
        let (read, at) = own(house, "UBND");
        edit(&ubnd, one(&read, "consolidator"), json!({ "agency": { "organization_id": id(house, "BDI", "SNGV") } }));
        let applied = ubnd.step(&at, json!({ "action": "apply" })).expect(200);
        let regime = ubnd.get(&made(one(&applied, "consolidator"), "reporting_regime")[0]).expect(200);
        assert_eq!(regime["focal_point_id"], id(house, "BDI", "SNGV"));

        // A department draws up none: its lines are to be rejected.
        let health = house.person("BDI", "SYT", "officer");
        let (read, at) = own(house, "SYT");
        let refused = health.step(&at, json!({ "action": "apply" })).expect(422);
        for line in of(&read, "reporting_line") {
            assert_eq!(refused.fault(&path(line)), Some("not_allowed"), "{}", refused.json);
            health.step(&path(line), json!({ "action": "reject" })).expect(200);
        }
        health.step(&at, json!({ "action": "apply" })).expect(200);
        assert_eq!((count(&health, "/documents"), count(&health, "/reporting-regimes")), (1, 2));
    });
}

/// The tasks of the plan that a receiver makes of a text, in their order.
fn tasks(officer: &Person<'_>, applied: &Reply) -> Vec<Value> {
    let plan = officer.get(&made(one(applied, "summary"), "plan")[0]).expect(200);
    officer.get(&format!("/tasks?plan_id={}&sort=code&limit=200", plan.id())).expect(200).items().to_vec()
}

#[test]
fn in_a_receivers_own_plan_other_bodies_stay_words() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        // Nobody has said who "Ban Thường vụ Liên hiệp tỉnh" is: that is the issuer's to know, and hinders no receiver.
        let finance = house.person("BDI", "STC", "officer");
        let (read, at) = accepted(&finance, "kh.txt", BINH_DINH);
        assert_eq!(one(&read, "agency")["value"]["agency"]["name"], "Ban Thường vụ Liên hiệp tỉnh");
        let applied = finance.step(&at, json!({ "action": "apply" })).expect(200);
        let own = tasks(&finance, &applied);
        let places: Vec<&Value> = own.iter().map(|t| &t["place"]).collect();
        assert_eq!(places, ["II.1.a", "III.5", "kết", "kết"]);
        for task in &own {
            let who: Vec<&Value> = list(&task["assignees"]).iter().map(|a| &a["organization_id"]).collect();
            assert_eq!(who, [&id(house, "BDI", "STC")], "{task}");
        }
        let budget = finance.get(&made(duty(&applied, "III.5", "phối hợp"), "task")[0]).expect(200);
        assert_eq!((&budget["source"]["partners_raw"], count(&finance, "/reporting-regimes")), (&json!(["Liên hiệp tỉnh"]), 0));
        // UBND approves the Union's programme: a word in the Union's plan, of which UBND sees nothing.
        let union = house.person("BDI", "LHHN", "officer");
        let (_, at) = accepted(&union, "kh.txt", BINH_DINH);
        let applied = union.step(&at, json!({ "action": "apply" })).expect(200);
        let programme = union.get(&made(duty(&applied, "III.1.b", "chủ trì"), "task")[0]).expect(200);
        assert_eq!((&programme["approver_id"], &programme["source"]["approver_raw"]), (&Value::Null, &json!("UBND tỉnh")));
        let ubnd = house.person("BDI", "UBND", "leader");
        assert_eq!((count(&ubnd, "/documents"), count(&ubnd, "/plans"), count(&ubnd, "/tasks")), (0, 0, 0));
    });
    // What goes through another body to the receiver is, in the receiver's plan, given.
    each("2019-12-20T08:00", |house| {
        house.load_agencies("gia_lai");
        let affairs = house.person("GLA", "SNGV", "officer");
        let (read, at) = accepted(&affairs, "38.txt", GIA_LAI);
        let through = |d: &&&Value| d["value"]["duty"]["place"] == "2.gạch 3";
        let read = of(&read, "duty");
        let given: Vec<&&Value> = read.iter().filter(through).collect();
        assert_eq!(given.len(), 2);
        assert!(given.iter().all(|d| d["value"]["duty"]["form"] == "through"), "{given:?}");
        let applied = affairs.step(&at, json!({ "action": "apply" })).expect(200);
        for proposal in of(&applied, "duty").iter().filter(through) {
            let task = affairs.get(&made(proposal, "task")[0]).expect(200);
            assert_eq!((&task["form"], &task["through_id"]), (&json!("assign"), &Value::Null));
            assert_eq!(task["source"]["through_raw"], proposal["value"]["duty"]["through"]["name"]);
            assert!(task["source"]["through_raw"].is_string(), "{}", task.json);
        }
    });
}

/// A file of letters, one behind the other.
fn letters(count: usize) -> String {
    let letter = |number: usize| {
        format!(
            "ỦY BAN NHÂN DÂN\nTỈNH BÌNH ĐỊNH\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\nSố: {number}/UBND-TH\n\n\
             Bình Định, ngày 10 tháng 3 năm 2021\n\nV/v báo cáo kết quả\n\nKính gửi: Sở Y tế\n\nỦy ban nhân dân tỉnh đề nghị Sở Y tế báo cáo kết quả.\n\n\
             Nơi nhận:\n- Như trên;\n- Lưu: VT.\n\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n\nNguyễn Thí Dụ\n\n"
        )
    };
    (1..=count).map(letter).collect()
}

#[test]
fn a_file_holds_fifty_documents_at_most() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let read = upload(&officer, "50.txt", letters(50).as_bytes()).expect(201);
        assert_eq!(list(&read["documents"]).len(), 50);
        let refused = upload(&officer, "51.txt", letters(51).as_bytes()).expect(422);
        assert_eq!(refused.fault("/file"), Some("too_many_documents"), "{}", refused.json);
        assert_eq!((count(&officer, "/readings"), files(house)), (1, 1));
    });
}

#[test]
fn a_document_that_is_a_record_already_is_made_no_second_time() {
    each("2020-04-20T08:00", |house| {
        house.load_agencies("dong_nai");
        let body = json!({
            "kind": "plan", "number": "3935", "symbol": "KH-UBND", "issued_on": "2020-04-08", "summary": "Triển khai Chỉ thị số 38-CT/TW",
            "recipients": [{ "organization_id": id(house, "DNA", "SYT"), "purpose": "carry_out" }]
        });
        let plan = house.person("DNA", "UBND", "clerk").post("/documents", body).expect(201);
        let (officer, clerk) = (house.person("DNA", "SYT", "officer"), house.person("DNA", "SYT", "clerk"));
        assert_eq!(count(&officer, "/documents"), 1);
        let (read, at) = accepted(&officer, "2076.txt", DONG_NAI);
        for strange in of(&read, "agency") {
            officer.step(&path(strange), json!({ "action": "reject" })).expect(200);
        }
        let known = |document: i32, id: Value| json!({ "action": "apply", "known": [{ "document": document, "document_id": id }] });
        let refused = officer.step(&at, known(3, json!(plan.id()))).expect(422);
        assert_eq!(refused.fault("/known/0/document"), Some("unknown_reference"));
        // What is not there, and what is not the caller's to see, read the same.
        let draft = json!({ "kind": "plan", "symbol": "KH-UBND", "summary": "Dự thảo" });
        let draft = house.person("DNA", "UBND", "officer").post("/documents", draft).expect(201);
        for unseen in [json!(nhipcau::id::Id::fresh()), json!(draft.id())] {
            assert_eq!(officer.step(&at, known(2, unseen)).expect(422).fault("/known/0/document_id"), Some("unknown_reference"));
        }
        let applied = officer.step(&at, known(2, json!(plan.id()))).expect(200);
        // The letter is new, and is linked to what it passes on; of the plan there is no second record, nor an arrival.
        assert_eq!((count(&officer, "/documents"), count(&clerk, "/arrivals")), (2, 0));
        let of_document = |kind: &str, document: i32| of(&applied, kind).into_iter().find(|p| p["document"] == document).expect("a proposal").clone();
        let letter = officer.get(&made(&of_document("symbol", 1), "document")[0]).expect(200);
        let cited = list(&letter["relations"]).iter().find(|r| r["citation"]["number"] == "3935/KH-UBND").expect("cited");
        assert_eq!((&cited["document_id"], &letter["state"]), (&json!(plan.id()), &json!("draft")));
        for kind in ["number", "symbol", "issuer"] {
            assert_eq!(of_document(kind, 2)["made"], json!([]), "{kind}");
        }
        let own = officer.get(&made(&of_document("summary", 2), "plan")[0]).expect(200);
        assert_eq!((&own["document_id"], &own["owner_id"]), (&json!(plan.id()), &id(house, "DNA", "SYT")));
    });
}
