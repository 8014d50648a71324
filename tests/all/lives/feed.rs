//! Programs that pull: the event feed, lists since a cursor, and a puller that is killed again and again while others write.

mod gone;
mod made_of;
mod meanwhile;
mod of_tasks;
mod own;
mod puller;
mod units;

use super::mergers::asked;
use crate::{
    harness::{House, each},
    policy::world::World,
};
use nhipcau::exchange::KINDS;
use puller::{Caller, Puller, beat};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};

/// Sets the flag when it goes out of scope.
struct Stopping<'a>(&'a AtomicBool);
impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

const ALL_SCOPES: [&str; 6] = ["organizations:read", "documents:read", "plans:read", "reports:read", "recommendations:read", "events:read"];

fn program<'a>(house: &'a House, code: &str, scopes: &[&str]) -> Caller<'a> {
    let made = house.person("BDI", code, "org_admin").post("/service-accounts", json!({ "name": "Bảng điều hành", "scopes": scopes })).expect(201);
    Caller::Program(house, made["key"].as_str().expect("a key").to_owned())
}

/// Pulls until a row is there; the other beat may be at work on it while this one finds the claim taken.
fn comes_to(db: &nhipcau::db::Db, now: nhipcau::time::Stamp, puller: &mut Puller<'_>, list: &str, id: &str) {
    for _ in 0..500 {
        beat(db, now);
        puller.pull_all();
        if puller.lists[list].rows.contains_key(id) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{list}/{id} never comes");
}

#[test]
fn a_puller_that_is_killed_at_random_ends_with_exactly_the_rows_that_it_may_see() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let person = |code: &str| Caller::Person(world.at(code, "viewer"));
        let mut pullers = vec![
            Puller::new("an ordinary agency", person("SYT"), 1),
            Puller::new("its hospital", person("BV"), 2),
            Puller::new("UBND", person("UBND"), 3),
            Puller::new("a program of the union", program(house, "LHHN", &ALL_SCOPES), 4),
            Puller::new("who loses a function", person("SNGV"), 5),
            Puller::new("who gains it", person("SNV"), 6),
            Puller::new("a program of an agency", program(house, "SDL", &ALL_SCOPES), 7),
            Puller::new("who writes", person("SVHTT"), 8),
        ];
        let stop = AtomicBool::new(false);
        let writer_token = format!("Bearer {}", world.at("SVHTT", "leader").token());
        let now = house.now();
        let written = std::thread::scope(|scope| {
            // Others write all the while, and the worker numbers what they write.
            let (db, base, stop, bearer) = (house.db.clone(), house.base.clone(), &stop, writer_token);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    beat(&db, now);
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            });
            let writing = scope.spawn(move || {
                let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
                let mut written = 0;
                while !stop.load(Ordering::Relaxed) && written < 400 {
                    let body = json!({ "kind": "obstacle", "title": format!("Vướng mắc {written}"), "content": "Chờ", "send": written % 2 == 0 }).to_string();
                    let sent = agent.post(format!("{base}/api/v1/recommendations")).header("authorization", &bearer).header("content-type", "application/json");
                    assert_eq!(sent.send(body).expect("an answer").status().as_u16(), 201);
                    written += 1;
                }
                written
            });
            // Also where an assertion fails, the others are to stop.
            let _stopping = Stopping(stop);
            let pull = |pullers: &mut Vec<Puller<'_>>| pullers.iter_mut().for_each(Puller::pull_some);
            pull(&mut pullers);

            // A document comes to Sở Y tế and is passed on to its hospital.
            let org = |code: &str| json!(house.organization("BDI", code).id);
            let signer = json!({ "name": "Nguyễn Thí Dụ", "position": "Giám đốc", "authority_lines": [] });
            let body = json!({ "kind": "plan", "symbol": "KH-SVHTT", "summary": "Kế hoạch thứ hai", "text": "Kế hoạch", "signer": signer, "recipients": [{ "organization_id": org("SYT"), "purpose": "carry_out" }] });
            let made = world.at("SVHTT", "officer").post("/documents", body).expect(201);
            let path = format!("/documents/{}", made.id());
            world.at("SVHTT", "leader").step(&path, json!({ "action": "sign" })).expect(200);
            pull(&mut pullers);
            world.at("SVHTT", "clerk").step(&path, json!({ "action": "issue" })).expect(200);
            pull(&mut pullers);
            let sent = world.at("SYT", "clerk").get(&format!("{path}/deliveries")).expect(200).items()[0]["id"].as_str().expect("an id").to_owned();
            let on = json!({ "recipients": [{ "organization_id": org("BV"), "purpose": "carry_out" }], "instruction": "quán triệt" });
            world.at("SYT", "clerk").post(&format!("/deliveries/{sent}/forwardings"), on).expect(201);
            pull(&mut pullers);

            // Drafts come and go; a task is given to another; a plan is entrusted.
            let officer = world.at("SYT", "officer");
            let draft = officer.post("/documents", json!({ "kind": "plan", "symbol": "KH-SYT", "summary": "Dự thảo" })).expect(201);
            comes_to(&house.db, now, &mut pullers[0], "/documents", &draft.id());
            officer.delete(&format!("/documents/{}", draft.id()), &draft).expect(204);
            let shared = format!("/tasks/{}", world.record("task:shared").id);
            world.at("SYT", "officer").post(&format!("{shared}/progress"), json!({ "text": "đã xong gần hết", "percent": 90 })).expect(201);
            pull(&mut pullers);

            // The function that lets Sở Ngoại vụ see the province moves to Sở Nội vụ.
            let followed = world.record("task:shared").id.clone();
            comes_to(&house.db, now, &mut pullers[4], "/tasks", &followed);
            let admin = house.administrator();
            let grants = admin.get("/organization-functions?function=foreign_affairs&limit=200").expect(200);
            let grant = grants.items().iter().find(|g| g["organization_id"] == org("SNGV")).expect("a grant")["id"].as_str().expect("an id").to_owned();
            let grant = admin.get(&format!("/organization-functions/{grant}")).expect(200);
            admin.patch(&format!("/organization-functions/{}", grant.id()), &grant, json!({ "valid_to": "2021-11-09" })).expect(200);
            let moved = json!({ "organization_id": org("SNV"), "function": "foreign_affairs", "valid_from": "2021-11-10" });
            admin.post("/organization-functions", moved).expect(201);
            for _ in 0..3 {
                pull(&mut pullers);
            }
            beat(&house.db, now);
            let loser = &mut pullers[4];
            loser.pull_all();
            assert!(loser.tombstones > 0 && !loser.lists["/tasks"].rows.contains_key(&followed));
            pull(&mut pullers);

            stop.store(true, Ordering::Relaxed);
            writing.join().expect("the writer")
        });
        beat(&house.db, house.now());
        for puller in &mut pullers {
            puller.pull_all();
            puller.compare();
            assert!(puller.killed > 0);
        }
        // Each of what was written meanwhile has been raised, and every second one sent: whoever wrote it has heard it all.
        assert!(written > 0 && pullers[7].has_heard_all("recommendation") >= written, "{written}");

        // The two provinces become one; people sign in anew for the successors, programs keep their keys (those in force).
        house.at("2021-11-20T08:00");
        let mut request = asked(house);
        request["effective_on"] = json!("2021-11-20");
        house.administrator().post("/mergers", request).expect(201);
        house.wait(601);
        pullers.iter_mut().for_each(Puller::pull_some);
        beat(&house.db, house.now());
        for puller in &mut pullers {
            puller.pull_all();
            puller.compare();
        }
        // Work goes on in the new province.
        let body = json!({ "kind": "obstacle", "title": "Sau sáp nhập", "content": "Chờ", "send": true });
        world.at("SVHTT", "leader").post("/recommendations", body).expect(201);
        beat(&house.db, house.now());
        for puller in &mut pullers {
            puller.pull_all();
            puller.compare();
        }
    });
}

#[test]
fn the_feed_tells_each_what_it_may_see_and_no_content() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        beat(&house.db, house.now());
        let everything = |caller: &Caller<'_>| {
            let (mut all, mut after) = (Vec::new(), "0".to_owned());
            loop {
                let page = caller.get(&format!("/events?after={after}&limit=200")).expect(200);
                all.extend(page.items().to_vec());
                after = page["cursor"].as_str().expect("a cursor").to_owned();
                if page["more"] == false {
                    return (all, after);
                }
            }
        };
        let lead = Caller::Person(world.at("SYT", "viewer"));
        let (events, end) = everything(&lead);
        let of = |id: &str| -> Vec<String> { events.iter().filter(|e| e["record_id"] == id).map(|e| e["type"].as_str().expect("a type").to_owned()).collect() };
        let task = world.record("task:shared");
        let told = of(&task.id);
        assert!(told.contains(&"task.create".to_owned()) && told.contains(&"task.access_gained".to_owned()), "{told:?}");
        let created = events.iter().find(|e| e["record_id"] == task.id.as_str() && e["type"] == "task.create").expect("its making");
        let shown = lead.get(&task.path).expect(200);
        assert_eq!((&created["code"], &created["link"]), (&shown["code"], &json!(format!("/api/v1{}", task.path))));
        // Neither another's draft, nor anything about its content, nor people.
        for hidden in ["task:draft", "document:draft", "recommendation:draft", "document:limited"] {
            assert!(of(&world.record(hidden).id).is_empty(), "{hidden}");
        }
        assert!(events.iter().all(|e| e["kind"] != "user" && e.get("before").is_none() && e.get("after").is_none()));
        assert!(!json!(events).to_string().contains(crate::policy::world::MARK));
        // Nothing new: an empty stretch, and a cursor to go on from.
        let empty = lead.get(&format!("/events?after={end}")).expect(200);
        assert!(empty.items().is_empty() && empty["cursor"].is_string() && empty["more"] == false);
        let latest = lead.get("/events?after=latest").expect(200);
        assert!(latest.items().is_empty());
        // Whoever has no part in anything hears of the province's own records alone.
        let (stranger, _) = everything(&Caller::Person(world.at("BAO", "viewer")));
        let common = ["organization", "group", "grant", "province", "regime", "period"];
        let ours: Vec<&str> = world.records.iter().filter(|r| !common.contains(&r.name)).map(|r| r.id.as_str()).collect();
        let strange: Vec<_> = stranger.iter().filter(|e| ours.iter().any(|id| e["record_id"] == *id)).collect();
        assert!(strange.is_empty(), "{strange:?}");
        assert!(stranger.iter().any(|e| e["record_id"] == world.record("regime").id.as_str()));
        // A program hears of the kinds that its scopes open.
        let (narrow, _) = everything(&program(house, "SYT", &["events:read", "plans:read"]));
        assert!(
            !narrow.is_empty()
                && narrow
                    .iter()
                    .all(|e| ["plan", "task", "task_part", "task_occurrence", "task_progress", "extension", "urging"].iter().any(|k| e["kind"] == *k))
        );
        assert_eq!(program(house, "SYT", &["plans:read"]).get("/events").expect(403).code(), "scope_missing");
        // Until the worker has numbered it, nothing is told.
        world.at("SYT", "leader").post("/recommendations", json!({ "kind": "obstacle", "title": "Mới", "content": "Chờ", "send": true })).expect(201);
        assert!(lead.get(&format!("/events?after={end}")).expect(200).items().is_empty());
        beat(&house.db, house.now());
        let fresh = lead.get(&format!("/events?after={end}")).expect(200);
        assert!(fresh.items().iter().any(|e| e["kind"] == "recommendation"));
        // As many statements for a long stretch as for a short one.
        let count = |path: &str| {
            lead.get(path).expect(200);
            let before = house.statements();
            lead.get(path).expect(200);
            house.statements() - before
        };
        assert!(count("/events?after=0&limit=200") <= 25);
        assert!(house.administrator().get("/events").expect(403).items().is_empty());
    });
}

#[test]
fn a_cursor_is_ours_or_refused_and_a_pull_goes_alone() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let viewer = house.person("BDI", "UBND", "viewer");
        beat(&house.db, house.now());
        let first = viewer.get("/tasks?updated_after=0&limit=3").expect(200);
        assert_eq!((first.items().len(), &first["more"]), (3, &json!(true)));
        let cursor = first["cursor"].as_str().expect("a cursor").to_owned();
        viewer.get(&format!("/tasks?updated_after={cursor}")).expect(200);
        // A cursor of the event feed serves as well.
        let of_feed = viewer.get("/events?after=latest").expect(200);
        let since = viewer.get(&format!("/tasks?updated_after={}", of_feed["cursor"].as_str().expect("a cursor"))).expect(200);
        assert!(since.items().is_empty() && since["more"] == false);
        // Nobody writes a cursor.
        let mut forged = cursor.clone();
        forged.replace_range(4..5, if &cursor[4..5] == "A" { "B" } else { "A" });
        for bad in [forged.as_str(), "x", "12", "a.b"] {
            assert_eq!(viewer.get(&format!("/tasks?updated_after={bad}")).expect(422).fault("updated_after"), Some("bad_cursor"), "{bad}");
            assert_eq!(viewer.get(&format!("/events?after={bad}")).expect(422).fault("after"), Some("bad_cursor"), "{bad}");
        }
        viewer.get(&format!("/tasks?updated_after={cursor}&state=assigned")).expect(422);
        viewer.get("/tasks?only=x").expect(400);
        viewer.get(&format!("/users?updated_after={cursor}")).expect(400);
        let narrow = viewer.get("/tasks?updated_after=0&limit=2&fields=id,code").expect(200);
        assert_eq!(narrow.items()[0].as_object().expect("a row").len(), 2);
        // Every list that is pulled says so in the document, and no other does.
        let document = nhipcau::document().expect("a document");
        let said = document["paths"]
            .as_object()
            .expect("paths")
            .iter()
            .filter(|(_, item)| item["get"]["parameters"].as_array().is_some_and(|all| all.iter().any(|p| p["name"] == "updated_after")));
        assert_eq!(said.count(), KINDS.len());
    });
}
