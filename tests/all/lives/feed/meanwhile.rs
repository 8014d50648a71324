//! What happens while others pull: a merger, and old changes that are folded into newer ones.

use super::{
    ALL_SCOPES, Stopping, asked, program,
    puller::{Caller, Puller, beat},
};
use crate::{
    harness::{House, Reply, each},
    policy::world::World,
};
use diesel::prelude::*;
use nhipcau::{exchange::KINDS, feed, schema::changes};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// A request of another thread than that of the house.
fn send(base: &str, path: &str, bearer: &str, body: &Value) -> u16 {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let request = agent.post(format!("{base}/api/v1{path}")).header("authorization", bearer).header("content-type", "application/json");
    request.send(body.to_string()).expect("an answer").status().as_u16()
}

/// A program of an agency of a province that the merger leaves alone.
fn untouched(house: &House) -> Caller<'_> {
    let made = house.person("CTH", "LHHN", "org_admin").post("/service-accounts", json!({ "name": "Bảng điều hành", "scopes": ALL_SCOPES })).expect(201);
    Caller::Program(house, made["key"].as_str().expect("a key").to_owned())
}

/// Two provinces become one while programs pull, are killed and go on, and others write there and elsewhere all the while.
#[test]
fn a_merger_takes_place_while_programs_pull() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        house.load("can_tho");
        house.at("2021-11-20T08:00");
        let mut request = asked(house);
        request["effective_on"] = json!("2021-11-20");
        let mut pullers = vec![
            // Its session ends with its organisation; it signs in anew for the successor.
            Puller::new("a person of a merged agency", Caller::Person(world.at("SYT", "viewer")), 11),
            Puller::new("a program of a merged agency", program(house, "SDL", &ALL_SCOPES), 12),
            Puller::new("a program of the merged union", program(house, "LHHN", &ALL_SCOPES), 13),
            Puller::new("a program of another province", untouched(house), 14),
        ];
        let now = house.now();
        let (stop, merged) = (AtomicBool::new(false), AtomicBool::new(false));
        let written = AtomicU32::new(0);
        let bearer = |person: &crate::harness::Person<'_>| format!("Bearer {}", person.token());
        let (inside, outside) = (bearer(&world.at("SVHTT", "leader")), bearer(&house.person("CTH", "LHHN", "leader")));
        let admin = bearer(&house.administrator());
        std::thread::scope(|scope| {
            let _stopping = Stopping(&stop);
            let (db, base) = (house.db.clone(), house.base.clone());
            let (stop, merged, written) = (&stop, &merged, &written);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    beat(&db, now);
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            });
            for (who, bearer) in [("inside", inside), ("outside", outside)] {
                let base = base.clone();
                scope.spawn(move || {
                    for n in 0..2_000 {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        let body = json!({ "kind": "obstacle", "title": format!("Vướng mắc {n}"), "content": "Chờ", "send": n % 2 == 0 });
                        match (who, send(&base, "/recommendations", &bearer, &body)) {
                            (_, 201) => drop(written.fetch_add(1, Ordering::Relaxed)),
                            // The session ends with the organisation.
                            ("inside", 401) => return,
                            // The merger has the database; whoever waits too long is asked to come again.
                            (_, 503) => {}
                            (who, status) => panic!("{who}: {status}"),
                        }
                    }
                });
            }
            for _ in 0..2 {
                pullers.iter_mut().for_each(Puller::pull_some);
            }
            let merging = scope.spawn({
                let base = base.clone();
                move || {
                    let mut status = 503;
                    while status == 503 && !stop.load(Ordering::Relaxed) {
                        status = send(&base, "/mergers", &admin, &request);
                    }
                    merged.store(true, Ordering::Relaxed);
                    status
                }
            });
            while !merged.load(Ordering::Relaxed) {
                pullers.iter_mut().for_each(Puller::pull_some);
            }
            assert_eq!(merging.join().expect("the merger"), 201);
            for _ in 0..3 {
                pullers.iter_mut().for_each(Puller::pull_some);
            }
        });
        assert!(written.load(Ordering::Relaxed) > 0);
        assert!(pullers[0].ended && pullers[1..].iter().all(|p| !p.ended), "the person's session has ended, no key has");
        // The person signs in anew and goes on with its cursor; the programs never noticed.
        house.wait(601);
        pullers[0].ended = false;
        for _ in 0..2 {
            beat(&house.db, house.now());
            for puller in &mut pullers {
                puller.pull_all();
                assert!(!puller.ended, "{}", puller.name);
                puller.compare();
                assert!(puller.killed > 0);
            }
            let body = json!({ "kind": "obstacle", "title": "Sau sáp nhập", "content": "Chờ", "send": true });
            world.at("SVHTT", "leader").post("/recommendations", body.clone()).expect(201);
            house.person("CTH", "LHHN", "leader").post("/recommendations", body).expect(201);
        }
        // What the two see is of the new province, what the third sees of its own alone.
        let provinces = |puller: &Puller<'_>| {
            let mut all: Vec<String> = puller.lists["/organizations"].rows.values().map(|o| o["province_id"].as_str().expect("an id").to_owned()).collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        assert_eq!(pullers.iter().map(provinces).collect::<Vec<_>>(), [3, 3, 3, 1]);
    });
}

/// What was lost before a merger, and not pulled by then, is told to who pulls for the successor: also where it got its
/// number after the successor's first pull.
#[test]
fn losses_from_before_a_merger_reach_the_successors_program() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        house.load("gia_lai");
        let mut puller = Puller::new("a program of a merged agency", program(house, "SYT", &ALL_SCOPES), 71);
        let officer = house.person("BDI", "SYT", "officer");
        let drafts: Vec<Reply> = ["một", "hai", "ba"]
            .into_iter()
            .map(|which| officer.post("/documents", json!({ "kind": "plan", "symbol": "KH-SYT", "summary": format!("Dự thảo {which}") })).expect(201))
            .collect();
        let holds = |puller: &Puller<'_>| drafts.iter().map(|d| puller.lists["/documents"].rows.contains_key(&d.id())).collect::<Vec<bool>>();
        let delete = |draft: &Reply| drop(officer.delete(&format!("/documents/{}", draft.id()), draft).expect(204));
        beat(&house.db, house.now());
        puller.pull_all();
        assert_eq!(holds(&puller), [true, true, true]);

        // The first goes and gets its number, the second goes; then the two provinces become one.
        delete(&drafts[0]);
        beat(&house.db, house.now());
        house.at("2021-11-20T08:00");
        delete(&drafts[1]);
        let mut request = asked(house);
        request["effective_on"] = json!("2021-11-20");
        house.administrator().post("/mergers", request).expect(201);
        puller.pull_all();
        assert!(!holds(&puller)[0]);
        beat(&house.db, house.now());
        puller.pull_all();
        puller.compare();
        // The third is still there to be read, as a predecessor's.
        assert_eq!(holds(&puller), [false, false, true]);
        assert!(!puller.ended && puller.tombstones > 1);

        // From here on the successor's own changes count alone.
        let cursor = puller.lists["/documents"].cursor.clone();
        let page = puller.caller.get(&format!("/documents?updated_after={cursor}")).expect(200);
        assert!(page.items().is_empty() && page["tombstones"] == json!([]) && page["more"] == false);
    });
}

type Told = (String, i64);

/// Everything that the event feed tells from the beginning.
fn told(caller: &Caller<'_>) -> Vec<Told> {
    let mut puller = Puller::new("events", caller.clone(), 1);
    while puller.pull_events(200) {}
    puller.events.1
}

/// Changes that say no more than later ones go after thirty days; whoever begins anew, and whoever stood in the midst of
/// them, ends with exactly its rows, and the events are those that they were.
#[test]
fn old_changes_are_folded_and_nobody_misses_a_row() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        beat(&house.db, house.now());
        let callers = || {
            [("SYT", "an ordinary agency"), ("UBND", "who sees the province"), ("BV", "a unit"), ("SDL", "an owner")]
                .map(|(code, name)| (name, Caller::Person(world.at(code, "viewer"))))
        };
        // Some stand at the beginning of what is to be folded, with half of it pulled.
        let mut old: Vec<Puller<'_>> = callers().into_iter().enumerate().map(|(at, (name, caller))| Puller::new(name, caller, 20 + at as u64)).collect();
        old.iter_mut().for_each(Puller::pull_some);
        // Records change again and again, one is deleted, another's access is lost.
        let (officer, ubnd) = (world.at("SYT", "officer"), world.at("UBND", "officer"));
        let draft = officer.post("/documents", json!({ "kind": "plan", "symbol": "KH-SYT", "summary": "Dự thảo" })).expect(201);
        let (path, regime) = (format!("/documents/{}", draft.id()), format!("/reporting-regimes/{}", world.record("regime").id));
        beat(&house.db, house.now());
        old[0].pull_all();
        for n in 0..10 {
            officer.patch(&path, &officer.get(&path).expect(200), json!({ "summary": format!("Dự thảo {n}") })).expect(200);
            ubnd.patch(&regime, &ubnd.get(&regime).expect(200), json!({ "name_en": format!("Report {n}") })).expect(200);
            beat(&house.db, house.now());
        }
        let draft = officer.get(&path).expect(200);
        officer.delete(&path, &draft).expect(204);
        beat(&house.db, house.now());
        let events: Vec<Vec<Told>> = callers().iter().map(|(_, caller)| told(caller)).collect();
        let count = || -> (i64, i64) {
            let counted = |conn: &mut nhipcau::db::Conn| {
                let all = changes::table.count().get_result(conn)?;
                Ok((all, changes::table.filter(changes::what.eq_any(["touched", "altered"])).count().get_result(conn)?))
            };
            house.db.read_now(counted).expect("a count")
        };
        let before = count();
        // Nothing is old enough yet.
        assert_eq!(house.db.write_now(|conn| feed::fold(conn, house.now())).expect("a pass"), 0);
        house.at("2021-12-20T08:00");
        assert!(house.db.write_now(|conn| feed::fold(conn, house.now())).expect("a pass") > 0);
        let after = count();
        let folded = before.0 - after.0;
        // Eleven times the draft was touched before it was deleted, ten times the regime before the last.
        assert!(folded >= 21, "{folded}");
        // Only what says no more than a later change; the last place stays, so numbers go on from there.
        assert_eq!(after.1, before.1 - folded);
        // Each is looked at once.
        assert_eq!(house.db.write_now(|conn| feed::fold(conn, house.now())).expect("a pass"), 0);
        let twice: Vec<(String, nhipcau::id::Id, Option<nhipcau::id::Id>, i64)> = house
            .db
            .read_now(|conn| {
                let groups = changes::table.filter(changes::what.eq_any(["touched", "altered"])).filter(changes::seq.is_not_null());
                let groups = groups.group_by((changes::kind, changes::record_id, changes::organization_id));
                let counted = (changes::kind, changes::record_id, changes::organization_id, diesel::dsl::count_star());
                Ok(groups.select(counted).load(conn)?)
            })
            .expect("groups");
        assert!(twice.iter().all(|t| t.3 == 1), "{twice:?}");

        for ((_, caller), events) in callers().iter().zip(&events) {
            assert_eq!(&told(caller), events, "the events are those that they were");
        }
        let mut fresh: Vec<Puller<'_>> = callers().into_iter().enumerate().map(|(at, (name, caller))| Puller::new(name, caller, 40 + at as u64)).collect();
        for puller in old.iter_mut().chain(&mut fresh) {
            puller.pull_all();
            puller.compare();
        }
        assert!(!old[0].lists["/documents"].rows.contains_key(&draft.id()));
        // And it goes on.
        ubnd.patch(&regime, &ubnd.get(&regime).expect(200), json!({ "name_en": "Report" })).expect(200);
        beat(&house.db, house.now());
        for puller in old.iter_mut().chain(&mut fresh) {
            puller.pull_all();
            puller.compare();
        }
        assert_eq!(KINDS.len(), old[0].lists.len());
    });
}

/// Saving a regime anew tells those who keep their access nothing of it; another focal point gains and loses it.
#[test]
fn an_edited_regime_tells_of_changed_access_alone() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        beat(&house.db, house.now());
        let officer = house.person("BDI", "UBND", "officer");
        let id = officer.get("/reporting-regimes").expect(200).items()[0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/reporting-regimes/{id}");
        let callers = ["LHHN", "UBND", "SNGV"].map(|code| Caller::Person(house.person("BDI", code, "viewer")));
        let change = |body: Value| -> Vec<Vec<String>> {
            let cursors: Vec<String> =
                callers.iter().map(|c| c.get("/events?after=latest").expect(200)["cursor"].as_str().expect("a cursor").to_owned()).collect();
            officer.patch(&path, &officer.get(&path).expect(200), body).expect(200);
            beat(&house.db, house.now());
            let told = |(caller, cursor): (&Caller<'_>, &String)| {
                let page = caller.get(&format!("/events?after={cursor}&limit=200")).expect(200);
                page.items().iter().filter(|e| e["record_id"] == id.as_str()).map(|e| e["type"].as_str().expect("a type").to_owned()).collect()
            };
            callers.iter().zip(&cursors).map(told).collect()
        };
        let edited = || vec!["reporting_regime.edit".to_owned()];
        // The union keeps it and receives, UBND receives: both as before.
        assert_eq!(change(json!({ "name_en": "Yearly report" })), [edited(), edited(), edited()]);
        // The union still receives; Sở Ngoại vụ is new.
        let moved = change(json!({ "focal_point_id": house.organization("BDI", "SNGV").id }));
        let sorted = |mut all: Vec<String>| {
            all.sort_unstable();
            all
        };
        let gained = vec!["reporting_regime.access_gained".to_owned(), "reporting_regime.edit".to_owned()];
        assert_eq!(moved.into_iter().map(sorted).collect::<Vec<_>>(), [edited(), edited(), gained]);
        let back = change(json!({ "focal_point_id": house.organization("BDI", "LHHN").id }));
        let lost = vec!["reporting_regime.access_lost".to_owned(), "reporting_regime.edit".to_owned()];
        assert_eq!(back.into_iter().map(sorted).collect::<Vec<_>>(), [edited(), edited(), lost]);
    });
}
