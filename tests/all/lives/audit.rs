//! The audit trail: every write is in it once, each reader sees what is theirs, and tampering shows.

use crate::harness::{House, each};
use diesel::RunQueryDsl;
use nhipcau::{
    authz::{self, Relations},
    id::Id,
    journal::{self, Change, NOTHING},
    sequencer, terminal,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn seal(house: &House) -> i64 {
    while house.db.write_now(|conn| sequencer::sequence(conn, 100)).expect("a batch") > 0 {}
    house.db.read_now(sequencer::head).expect("a look").map_or(0, |(seq, _)| seq)
}

#[test]
fn a_change_is_one_act_with_before_and_after_and_is_seen_at_once() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let (admin, leader) = (house.administrator(), house.person("BDI", "UBND", "leader"));
        let id = house.organization("BDI", "SDL").id;
        seal(house);
        let path = format!("/organizations/{id}");
        let was = admin.get(&path).expect(200);
        admin.send("PATCH", &path, &[("if-match", &was.etag()), ("x-request-id", "doi-ten-so-du-lich")], Some(&json!({ "short_name": "Sở DL" }))).expect(200);
        // Refusals and rehearsals leave no trace.
        admin.patch(&path, &was, json!({ "short_name": "Sở Du" })).expect(412);
        let is = admin.get(&path).expect(200);
        admin.patch(&format!("{path}?validate_only=true"), &is, json!({ "short_name": "Sở Du" })).expect(200);

        let found = leader.get(&format!("/audit-events?record_id={id}&action=edit&count=exact")).expect(200);
        assert_eq!(found["total"], 1);
        let event = &found.items()[0];
        assert_eq!(event["seq"], json!(null));
        assert_eq!((&event["kind"], &event["record_version"]), (&json!("organization"), &json!(2)));
        assert_eq!((&event["before"]["short_name"], &event["after"]["short_name"]), (&was["short_name"], &json!("Sở DL")));
        assert_eq!(event["request_id"], "doi-ten-so-du-lich");
        assert_eq!(found.headers["cache-control"], "no-store");
        seal(house);
        let one = leader.get(&format!("/audit-events/{}", event["id"].as_str().expect("an id"))).expect(200);
        assert!(one["seq"].is_i64() && one["hash"].as_str().expect("a hash").len() == 64);
        let by_act = leader.get(&format!("/audit-events?act_id={}", event["act_id"].as_str().expect("an act"))).expect(200);
        assert_eq!(by_act.items().len(), 1);
        assert!(leader.get("/audit-events?at[gte]=2021-06-01T01:00:01Z").expect(200).items().is_empty());
        assert!(!leader.get("/audit-events?at[lte]=2021-06-01T01:00:00Z").expect(200).items().is_empty());
        leader.get("/audit-events?seq=1").expect(400);
    });
}

#[test]
fn each_reader_sees_what_is_theirs() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        house.load("can_tho");
        let (owner, partner) = (house.organization("BDI", "LHHN"), house.organization("BDI", "SVHTT"));
        let task = Id::fresh();
        let ask = terminal::ask(house.now());
        house
            .db
            .write_now(|conn| {
                authz::relate(conn, "task", task, owner.id, Relations::OWNER)?;
                authz::relate(conn, "task", task, partner.id, Relations::COORDINATOR)?;
                let change = Change {
                    kind: "task",
                    id: task,
                    version: Some(1),
                    owner: Some(owner.id),
                    province: Some(owner.province_id),
                    action: "create",
                    reason: Some("theo chỉ thị"),
                };
                journal::record(conn, &ask, change, NOTHING, Some(&json!({ "title": "Giao lưu hữu nghị" })))
            })
            .expect("an entry");
        let history = format!("/audit-events?record_id={task}");
        let content = |province: &str, code: &str, position: &str| {
            let found = house.person(province, code, position).get(&history).expect(200);
            found.items().first().map(|e| (e["content"].clone(), e["after"]["title"].clone(), e["reason"].clone()))
        };
        let all = Some((json!("shown"), json!("Giao lưu hữu nghị"), json!("theo chỉ thị")));
        let outline = Some((json!("withheld"), json!(null), json!(null)));
        assert_eq!(content("BDI", "UBND", "leader"), all);
        assert_eq!(content("BDI", "VPUBND", "leader"), all);
        // Only a leader of UBND sees the whole province.
        assert_eq!(content("BDI", "UBND", "officer"), None);
        // The owner sees all of it, who takes part that it happened, a stranger and another province nothing.
        assert_eq!(content("BDI", "LHHN", "viewer"), all);
        assert_eq!(content("BDI", "SVHTT", "officer"), outline);
        assert_eq!(content("BDI", "SYT", "leader"), None);
        assert_eq!(content("CTH", "UBND", "leader"), None);
        let seen = house.administrator().get(&history).expect(200);
        let event = &seen.items()[0];
        assert_eq!((&event["content"], &event["kind"], &event["after"]), (&json!("withheld"), &json!("task"), &json!(null)));
        // An item that is not theirs does not exist.
        let item = format!("/audit-events/{}", event["id"].as_str().expect("an id"));
        house.person("BDI", "SYT", "leader").get(&item).expect(404);
        assert_eq!(house.person("BDI", "SVHTT", "officer").get(&item).expect(200)["content"], "withheld");
        // Pages of what two reasons make visible hold everything once.
        let clerk = house.person("BDI", "LHHN", "clerk");
        let total = clerk.get("/audit-events?count=exact&limit=200").expect(200);
        let (mut next, mut ids) = (String::new(), Vec::new());
        loop {
            let page = clerk.get(&format!("/audit-events?limit=2{next}")).expect(200);
            ids.extend(page.items().iter().map(|e| e["id"].as_str().expect("an id").to_owned()));
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(total["total"], json!(ids.len()));
        assert!(ids.is_sorted_by(|a, b| a > b), "newest first, each once");
        // The task was none: nothing of it stays behind.
        let gone = house.db.write_now(|conn| {
            authz::unrelate(conn, "task", task, owner.id, Relations::OWNER)?;
            authz::unrelate(conn, "task", task, partner.id, Relations::COORDINATOR)
        });
        gone.expect("taken away");
    });
}

#[test]
fn a_leader_of_ubnd_sees_no_less_of_the_trail_than_the_people_beside_it() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("can_tho");
        let (admin, ubnd) = (house.administrator(), house.organization("BDI", "UBND"));
        let (leader, officer) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "UBND", "officer"));
        // What a system administrator does with a person or a program is of the organisation's province.
        let user = |code: &str| house.person("BDI", code, "viewer").get("/auth/me").expect(200)["user_id"].as_str().expect("an id").to_owned();
        let program = |code: &str| {
            let new = json!({ "name": "Bảng điều hành", "scopes": ["plans:read"], "organization_id": house.organization("BDI", code).id });
            admin.post("/service-accounts", new).expect(201).id()
        };
        let reset = |id: &str| drop(admin.step(&format!("/users/{id}"), json!({ "action": "reset_password" })).expect(200));
        let (own, other, own_program, other_program) = (user("UBND"), user("SYT"), program("UBND"), program("SYT"));
        [&own, &other].into_iter().for_each(|id| reset(id));
        let told = |person: &crate::harness::Person<'_>, id: &str, action: &str| {
            let found = person.get(&format!("/audit-events?record_id={id}&action={action}&count=exact")).expect(200);
            assert_eq!(found["total"], json!(found.items().len()));
            found.items().iter().for_each(|e| drop(person.get(&format!("/audit-events/{}", e["id"].as_str().expect("an id"))).expect(200)));
            found.items().iter().map(|e| (e["province_id"].clone(), e["content"].clone())).collect::<Vec<_>>()
        };
        let shown = vec![(json!(ubnd.province_id), json!("shown"))];
        for (id, action) in [(&own, "reset_password"), (&other, "reset_password"), (&own_program, "create"), (&other_program, "create")] {
            assert_eq!(told(&leader, id, action), shown, "{action}");
        }
        assert_eq!((told(&officer, &own, "reset_password"), told(&officer, &other, "reset_password")), (shown, vec![]));
        assert!(told(&house.person("CTH", "UBND", "leader"), &own, "reset_password").is_empty());

        // Entries of no province, and of another one: the organisation's own, and one of a record that it received.
        let (mine, sent) = (Id::fresh(), Id::fresh());
        let (there, ask) = (house.organization("CTH", "UBND"), terminal::ask(house.now()));
        let write = |owner: Id, province: Option<Id>, id: Id| {
            house
                .db
                .write_now(|conn| {
                    let change = Change { kind: "document", id, version: Some(1), owner: Some(owner), province, action: "create", reason: None };
                    journal::record(conn, &ask, change, NOTHING, Some(&json!({ "summary": "Thư mời" })))
                })
                .expect("an entry");
        };
        house.db.write_now(|conn| authz::relate(conn, "document", sent, ubnd.id, Relations::RECIPIENT)).expect("a right");
        write(ubnd.id, None, mine);
        write(there.id, Some(there.province_id), sent);
        for person in [&leader, &officer] {
            assert_eq!(told(person, &mine.to_string(), "create"), [(Value::Null, json!("shown"))]);
            assert_eq!(told(person, &sent.to_string(), "create"), [(json!(there.province_id), json!("withheld"))]);
        }
        // Each entry once, however many reasons there are to see it.
        let total = leader.get("/audit-events?count=exact&limit=200").expect(200)["total"].clone();
        let (mut next, mut ids) = (String::new(), Vec::new());
        loop {
            let page = leader.get(&format!("/audit-events?limit=50{next}")).expect(200);
            ids.extend(page.items().iter().map(|e| e["id"].as_str().expect("an id").to_owned()));
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(total, json!(ids.len()));
        assert!(ids.is_sorted_by(|a, b| a > b), "newest first, each once");
        house.db.write_now(|conn| authz::unrelate(conn, "document", sent, ubnd.id, Relations::RECIPIENT)).expect("taken away");
    });
}

#[test]
fn whoever_looks_at_the_trail_is_in_the_access_log_and_not_in_the_journal() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let (leader, officer) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "SNGV", "officer"));
        officer.token();
        leader.token();
        let before = seal(house);
        let id = house.organization("BDI", "SNGV").id;
        officer.send("GET", &format!("/audit-events?record_id={id}"), &[("x-request-id", "xem-lich-su-so")], None).expect(200);
        assert_eq!(seal(house), before);
        let reads = leader.get(&format!("/access-events?record_id={id}")).expect(200);
        assert_eq!(reads.items().len(), 1);
        assert_eq!((&reads.items()[0]["what"], &reads.items()[0]["request_id"]), (&json!("list_audit_events"), &json!("xem-lich-su-so")));
        assert_eq!(reads.items()[0]["organization_id"], json!(id));
        officer.get("/access-events").expect(403);
        assert_eq!(house.administrator().get("/access-events").expect(200).items().len(), 1);
    });
}

#[test]
fn a_tampered_row_is_found() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let (admin, leader) = (house.administrator(), house.person("BDI", "UBND", "leader"));
        house.person("BDI", "SNGV", "leader").get("/audit-events/verification").expect(403);
        let head = seal(house);
        let sound = leader.get("/audit-events/verification").expect(200);
        assert_eq!((&sound["verified"], &sound["checked"], &sound["head_seq"], &sound["to"]), (&json!(true), &json!(head), &json!(head), &json!(head)));
        assert_eq!(sound["hash"], sound["head_hash"]);
        house
            .db
            .write_now(|conn| Ok(diesel::sql_query("UPDATE journal SET action = 'archive' WHERE seq = 7").execute(conn)?))
            .expect("somebody at the database");
        let broken = admin.get("/audit-events/verification").expect(200);
        assert_eq!((&broken["verified"], &broken["broken_at"], &broken["checked"]), (&json!(false), &json!(7), &json!(6)));
        assert_eq!(admin.get("/audit-events/verification?from=8").expect(200)["verified"], json!(true));
        assert_eq!(admin.get("/audit-events/verification?from=1&to=6").expect(200)["verified"], json!(true));
        admin.get(&format!("/audit-events/verification?to={}", head + 1)).expect(422);
        admin.get("/audit-events/verification?from=9&to=8").expect(422);
    });
}

#[test]
fn the_words_of_the_field_have_labels_and_a_tag() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let viewer = house.person("BDI", "SYT", "viewer");
        let enums = viewer.get("/meta/enums").expect(200);
        let position = enums["enums"].as_array().expect("a list").iter().find(|e| e["name"] == "Position").expect("positions");
        assert_eq!(position["values"][0], json!({ "value": "leader", "vi": "Lãnh đạo", "en": "Leader: signs, approves" }));
        viewer.send("GET", "/meta/enums", &[("if-none-match", &enums.etag())], None).expect(304);
        assert_eq!(viewer.get("/meta/version").expect(200)["api"], "v1");

        let document = viewer.get("/openapi.json").expect(200);
        let told: BTreeMap<&str, Vec<&Value>> = enums["enums"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|e| (e["name"].as_str().expect("a name"), e["values"].as_array().expect("values").iter().map(|v| &v["value"]).collect()))
            .collect();
        for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
            // A sort order is no word of the field.
            if let Some(values) = schema["enum"].as_array().filter(|_| !name.ends_with("Sort") && name != "Count") {
                assert_eq!(told.get(name.as_str()), Some(&values.iter().collect()), "{name}: its labels are in meta/vocabulary.rs");
            }
        }
    });
}
