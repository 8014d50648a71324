//! A unit with another organisation above it: who reads its work changes in lists, items and feeds alike.

use super::puller::{Caller, Puller, beat};
use crate::harness::{House, Person, each};
use nhipcau::{
    authz::{self, Relations},
    id::Id,
    plans,
};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

/// A unit below an agency; answers its address.
fn unit(house: &House, code: &str, parent: &str) -> String {
    let above = house.organization("BDI", parent);
    let new = json!({ "province_id": above.province_id, "parent_id": above.id, "code": code, "name": format!("Đơn vị {code}"),
        "kind": "subordinate_unit", "level": "unit" });
    format!("/organizations/{}", house.administrator().post("/organizations", new).expect(201).id())
}

/// How many plans, tasks, parts and urgings somebody's lists hold.
fn seen(person: &Person<'_>) -> [usize; 4] {
    ["/plans", "/tasks", "/task-parts", "/urgings"].map(|list| person.get(list).expect(200).items().len())
}

#[test]
fn a_unit_that_moves_takes_along_who_reads_its_work() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let hospital = unit(house, "BV", "SYT");
        unit(house, "TTYT", "SYT");
        let (admin, ubnd) = (house.administrator(), house.person("BDI", "UBND", "leader"));
        let plan = ubnd.post("/plans", json!({ "title": "Triển khai Chỉ thị 38-CT/TW" })).expect(201).id();
        let give = |code: &str, role: &str| json!({ "organization_id": org(house, code), "role": role });
        let task = |content: &str, assignees: Value| {
            let body = json!({ "plan_id": plan, "content": content, "form": "assign", "due_on": "2021-12-31", "assignees": assignees });
            ubnd.post("/tasks", body).expect(201).id()
        };
        let own = task("Khám bệnh cho khách quốc tế", json!([give("BV", "lead")]));
        let shared = task("Tập huấn cán bộ y tế", json!([give("BV", "lead"), give("TTYT", "coordinate")]));
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let urge = |task: &str| json!({ "target_kind": "task", "target_id": task, "organization_id": org(house, "BV"), "level": "urging", "text": "Đề nghị khẩn trương" });
        let urging = ubnd.post("/urgings", urge(&own)).expect(201).id();
        let part = ubnd.get(&format!("/tasks/{own}")).expect(200)["parts"][0]["id"].as_str().expect("a part").to_owned();

        // The other unit has a share in one task of two, and so in the plan; nobody has urged it.
        let (former, next) = (house.person("BDI", "SYT", "leader"), house.person("BDI", "SVHTT", "leader"));
        assert_eq!((seen(&former), seen(&next)), ([1, 2, 3, 1], [0; 4]));
        let alone = [format!("/tasks/{own}"), format!("/task-parts/{part}"), format!("/urgings/{urging}")];
        let both = [format!("/plans/{plan}"), format!("/tasks/{shared}")];
        let mut pullers = [Puller::new("who was above it", Caller::Person(former.clone()), 1), Puller::new("who is", Caller::Person(next.clone()), 2)];
        beat(&house.db, house.now());
        pullers.iter_mut().for_each(Puller::pull_all);
        let latest = |person: &Person<'_>| person.get("/events?after=latest").expect(200)["cursor"].as_str().expect("a cursor").to_owned();
        let cursors = [latest(&former), latest(&next)];

        // A rehearsal moves nothing.
        let to = json!({ "parent_id": org(house, "SVHTT") });
        admin.patch(&format!("{hospital}?validate_only=true"), &admin.get(&hospital).expect(200), to.clone()).expect(200);
        assert_eq!((seen(&former), seen(&next)), ([1, 2, 3, 1], [0; 4]));
        admin.patch(&hospital, &admin.get(&hospital).expect(200), to).expect(200);
        assert_eq!((seen(&former), seen(&next)), ([1, 1, 2, 0], [1, 2, 3, 1]));
        alone.iter().for_each(|path| drop((former.get(path).expect(404), next.get(path).expect(200))));
        both.iter().for_each(|path| drop((former.get(path).expect(200), next.get(path).expect(200))));

        // Their copies follow, and each is told what of its own access has changed.
        beat(&house.db, house.now());
        for puller in &mut pullers {
            puller.pull_all();
            puller.compare();
        }
        assert_eq!((pullers[0].lists["/tasks"].rows.len(), pullers[1].lists["/tasks"].rows.len()), (1, 2));
        assert!(pullers[0].tombstones >= 2);
        let told = |person: &Person<'_>, cursor: &str| {
            let page = person.get(&format!("/events?after={cursor}&limit=200")).expect(200);
            let text = |e: &Value, member: &str| e[member].as_str().expect("a text").to_owned();
            let mut all: Vec<(String, String)> =
                page.items().iter().map(|e| (text(e, "type"), text(e, "record_id"))).filter(|(t, _)| t.contains(".access_")).collect();
            all.sort();
            all
        };
        let of = |what: &str, id: &str| (what.to_owned(), id.to_owned());
        assert_eq!(told(&former, &cursors[0]), [of("task.access_lost", &own), of("urging.access_lost", &urging)]);
        let mut tasks = [of("task.access_gained", &own), of("task.access_gained", &shared)];
        tasks.sort();
        let [one, other] = tasks;
        assert_eq!(told(&next, &cursors[1]), [of("plan.access_gained", &plan), one, other, of("urging.access_gained", &urging)]);

        // It is the next one's to urge, and not the former's any more.
        assert_eq!(former.post("/urgings", urge(&own)).expect(422).fault("/target_id"), Some("unknown_reference"));
        former.post("/urgings", urge(&shared)).expect(403);
        next.post("/urgings", urge(&own)).expect(201);
        // Below nobody: what the next one sent itself stays its own.
        admin.patch(&hospital, &admin.get(&hospital).expect(200), json!({ "parent_id": null })).expect(200);
        assert_eq!((seen(&former), seen(&next)), ([1, 1, 2, 0], [0, 0, 0, 1]));
    });
}

#[test]
fn what_is_read_of_units_is_compared_with_the_tree_and_put_right() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        unit(house, "BV", "SYT");
        let ubnd = house.person("BDI", "UBND", "leader");
        let plan = ubnd.post("/plans", json!({ "title": "Triển khai Chỉ thị 38-CT/TW" })).expect(201).id();
        let lead = json!([{ "organization_id": org(house, "BV"), "role": "lead" }]);
        let task = ubnd.post("/tasks", json!({ "plan_id": plan, "content": "Khám bệnh", "form": "assign", "assignees": lead })).expect(201).id();
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let (plan, task) = (Id::parse(&plan).expect("an id"), Id::parse(&task).expect("an id"));
        let (above, stranger) = (house.organization("BDI", "SYT").id, house.organization("BDI", "SVHTT").id);
        let found = || {
            let mut all: Vec<(&str, Option<Id>)> =
                house.db.read_now(plans::verify_access).expect("a comparison").iter().map(|d| (d.kind, d.organization)).collect();
            all.sort();
            all
        };
        assert_eq!(found(), []);
        house
            .db
            .write_now(|conn| {
                authz::relate(conn, "task", task, stranger, Relations::PARENT)?;
                authz::unrelate(conn, "task", task, above, Relations::PARENT)?;
                authz::relate(conn, "plan", plan, stranger, Relations::PARENT)
            })
            .expect("planted");
        let mut expected = [("plan", Some(stranger)), ("task", Some(above)), ("task", Some(stranger))];
        expected.sort();
        assert_eq!(found(), expected);
        assert_eq!(house.db.write_now(plans::rebuild_access).expect("a rebuilding"), 3);
        assert_eq!(found(), []);
        let path = format!("/tasks/{task}");
        house.person("BDI", "SYT", "viewer").get(&path).expect(200);
        house.person("BDI", "SVHTT", "viewer").get(&path).expect(404);
        assert!(house.person("BDI", "SVHTT", "viewer").get("/plans").expect(200).items().is_empty());
    });
}
