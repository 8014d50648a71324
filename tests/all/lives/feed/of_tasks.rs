//! Parts of tasks and requests for more time: pulled by whoever is related to their task, and gone with that relation.

use super::{
    ALL_SCOPES, program,
    puller::{Caller, Puller, beat},
};
use crate::{harness::each, policy::world::World};
use serde_json::json;

const PARTS: &str = "/task-parts";
const EXTENSIONS: &str = "/extensions";

/// The approver of a task changes, though nothing is written to its parts; a new agency joins it; more time is granted.
#[test]
fn parts_and_requests_come_and_go_with_the_relation_to_their_task() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        beat(&house.db, house.now());
        let person = |code: &str| Caller::Person(world.at(code, "viewer"));
        let mut pullers = vec![
            Puller::new("who approves", person("SNV"), 81),
            Puller::new("who will approve", person("SKHDT"), 82),
            Puller::new("who leads", person("SYT"), 83),
            Puller::new("a program of the owner", program(house, "SDL", &ALL_SCOPES), 84),
            Puller::new("who oversees", person("UBND"), 85),
            Puller::new("who will join", person("STTTT"), 86),
        ];
        let (lead, other, extension) =
            (world.record("part:lead").id.clone(), world.record("part:coordinator").id.clone(), world.record("extension").id.clone());
        let held = |pullers: &[Puller<'_>]| -> Vec<bool> {
            let whole = |p: &Puller<'_>| {
                let parts = [&lead, &other].map(|id| p.lists[PARTS].rows.contains_key(id));
                let all = [parts[0], parts[1], p.lists[EXTENSIONS].rows.contains_key(&extension)];
                assert!(all.iter().all(|there| *there == all[0]), "{} {all:?}", p.name);
                all[0]
            };
            pullers.iter().map(whole).collect()
        };
        let pull = |pullers: &mut Vec<Puller<'_>>| {
            beat(&house.db, house.now());
            for puller in pullers.iter_mut() {
                puller.pull_all();
                puller.compare();
            }
        };
        pull(&mut pullers);
        assert_eq!(held(&pullers), [true, false, true, true, true, false]);

        // Sở Kế hoạch approves instead of Sở Nội vụ: pulled one row at a time, each once.
        let (owner, task) = (world.at("SDL", "officer"), format!("/tasks/{}", world.record("task:shared").id));
        owner.patch(&task, &owner.get(&task).expect(200), json!({ "approver_id": house.organization("BDI", "SKHDT").id })).expect(200);
        beat(&house.db, house.now());
        let cursor = pullers[1].lists[PARTS].cursor.clone();
        let (mut after, mut seen) = (cursor, Vec::new());
        loop {
            let page = pullers[1].caller.get(&format!("{PARTS}?updated_after={after}&limit=1")).expect(200);
            assert!(page.items().len() <= 1 && page["tombstones"] == json!([]));
            seen.extend(page.items().iter().map(|p| p["id"].as_str().expect("an id").to_owned()));
            after = page["cursor"].as_str().expect("a cursor").to_owned();
            if page["more"] == false {
                break;
            }
        }
        let mut both = vec![lead.clone(), other.clone()];
        both.sort();
        assert_eq!(seen, both);
        let gone = pullers[0].tombstones;
        pull(&mut pullers);
        assert_eq!(held(&pullers), [false, true, true, true, true, false]);
        // Two parts and a request; the task itself and its plan as well.
        assert!(pullers[0].tombstones >= gone + 5, "{}", pullers[0].tombstones - gone);
        // The events tell of the task, with which its parts go, and of the plan, of which it approves nothing else.
        let events = pullers[0].caller.events();
        let lost = events.iter().filter(|e| e["type"].as_str().is_some_and(|t| t.ends_with(".access_lost")));
        let mut lost: Vec<&str> = lost.filter_map(|e| e["kind"].as_str()).collect();
        lost.sort_unstable();
        assert_eq!(lost, ["plan", "task"]);

        // Sở Thông tin gets a part: it sees the others' with its own.
        let part = json!({ "task_id": world.record("task:shared").id, "organization_id": house.organization("BDI", "STTTT").id, "role": "coordinate" });
        let part = world.at("SDL", "leader").post(PARTS, part).expect(201).id();
        pull(&mut pullers);
        assert_eq!(held(&pullers), [false, true, true, true, true, true]);
        let with_it: Vec<bool> = pullers.iter().map(|p| p.lists[PARTS].rows.contains_key(&part)).collect();
        assert_eq!(with_it, [false, true, true, true, true, true]);

        // Who may never read the list is told so before what is wrong with the call.
        for list in [PARTS, EXTENSIONS] {
            house.administrator().get(&format!("{list}?updated_after=0&count=exact")).expect(403);
            assert_eq!(
                world.at("SDL", "viewer").get(&format!("{list}?updated_after=0&count=exact")).expect(422).fault("count"),
                Some("not_with_updated_after")
            );
        }
        // More time is granted; a part is waived: rows of all who see them.
        world.at("SDL", "leader").step(&format!("{EXTENSIONS}/{extension}"), json!({ "action": "grant" })).expect(200);
        world.at("SYT", "leader").step(&format!("{PARTS}/{other}"), json!({ "action": "waive", "reason": "Không cần" })).expect(200);
        pull(&mut pullers);
        for puller in &pullers[1..] {
            let (request, waived) = (&puller.lists[EXTENSIONS].rows[&extension], &puller.lists[PARTS].rows[&other]);
            assert_eq!((&request["state"], &waived["state"]), (&json!("granted"), &json!("waived")), "{}", puller.name);
        }
    });
}
