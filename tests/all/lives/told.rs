//! What comes into being or changes has its own entry in the journal, once an act, whoever's hand it came from.

use super::{
    readings::upload,
    statistics::{org, seal},
};
use crate::harness::{House, Person, Reply, each};
use nhipcau::plans;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Entries of a kind, newest first.
fn entries(house: &House, more: &str) -> Vec<Value> {
    let page = house.person("BDI", "UBND", "leader").get(&format!("/audit-events?limit=200&{more}")).expect(200);
    assert_eq!(page["next_cursor"], Value::Null);
    page.items().to_vec()
}

/// The records of a kind that the journal has seen come into being.
fn begun(house: &House, kind: &str, action: &str) -> Vec<String> {
    let made = entries(house, &format!("kind={kind}")).into_iter().filter(|e| e["before"].is_null());
    let ids = made.map(|e| {
        assert_eq!((&e["action"], &e["record_version"], &e["after"]["id"]), (&json!(action), &json!(1), &e["record_id"]), "{e}");
        e["record_id"].as_str().expect("an id").to_owned()
    });
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids
}

fn ids(list: &Reply) -> BTreeSet<String> {
    assert_eq!(list["next_cursor"], Value::Null);
    list.items().iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// Parts that a plan opens when it is put in force count from its entry; every later one has its own: of a new member of a
/// group, of a task that is added, opened by hand or by the worker, of the agency to which a declined task goes.
#[test]
fn every_part_of_a_plan_in_force_is_told_when_it_comes_into_being() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let ubnd = house.person("BDI", "UBND", "leader");
        let give = |code: &str, role: &str| json!({ "organization_id": org(house, "BDI", code), "role": role });
        let group = ubnd.get("/organization-groups?code=doan_the").expect(200).items()[0].clone();
        let plan = ubnd.post("/plans", json!({ "title": "Việc trong năm" })).expect(201).id();
        let add = |mut task: Value| {
            task["plan_id"] = json!(plan);
            task["form"] = json!("assign");
            format!("/tasks/{}", ubnd.post("/tasks", task).expect(201).id())
        };
        add(json!({ "content": "Một", "assignees": [{ "group_id": group["id"], "role": "joint" }] }));
        let declined = add(json!({ "content": "Hai", "due_on": "2021-11-19", "assignees": [give("SVHTT", "lead")] }));
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        // Four mass organisations and the department of culture, told by the plan's entry alone.
        let first = ids(&ubnd.get("/task-parts?limit=200").expect(200));
        assert_eq!((first.len(), begun(house, "task_part", "assign").len(), begun(house, "task_occurrence", "open_occurrence").len()), (5, 0, 0));

        // One member more.
        let mut members = group["members"].as_array().expect("members").clone();
        members.push(json!(org(house, "BDI", "TTTU")));
        let (admin, of_group) = (house.administrator(), format!("/organization-groups/{}", group["id"].as_str().expect("an id")));
        admin.patch(&of_group, &admin.get(&of_group).expect(200), json!({ "members": members })).expect(200);
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "re_expand" })).expect(200);
        assert_eq!(begun(house, "task_part", "assign").len(), 1);
        // Two agencies of a task that is added; one that is opened by hand; one of a year, which opens at once and in January.
        let added = add(json!({ "content": "Ba", "due_on": "2021-12-31", "assignees": [give("SYT", "lead"), give("STC", "coordinate")] }));
        let by_hand = add(json!({ "content": "Bốn", "cadence": "on_occasion", "assignees": [give("SNV", "lead")] }));
        ubnd.post(&format!("{by_hand}/occurrences"), json!({ "title": "Đoàn đầu tiên" })).expect(201);
        let yearly = add(json!({ "content": "Năm", "cadence": "yearly", "assignees": [give("SYT", "joint")] }));
        assert_eq!((begun(house, "task_part", "assign").len(), begun(house, "task_occurrence", "open_occurrence").len()), (5, 3));
        // SVHTT declines, and the task goes to SDL.
        house.person("BDI", "SVHTT", "leader").step(&declined, json!({ "action": "decline", "reason": "Không thuộc chức năng" })).expect(200);
        ubnd.step(&declined, json!({ "action": "reassign", "organization_id": org(house, "BDI", "SDL") })).expect(200);
        house.at("2022-01-03T08:00");
        assert_eq!(house.db.write_now(|conn| plans::open_due(conn, house.now())).expect("it opens"), 1);

        let now = ids(&house.person("BDI", "UBND", "leader").get("/task-parts?limit=200").expect(200));
        let later: Vec<String> = now.difference(&first).cloned().collect();
        assert_eq!((later.len(), begun(house, "task_part", "assign")), (7, later));
        let opened = [added, by_hand, yearly].iter().flat_map(|task| ids(&ubnd.get(&format!("{task}/occurrences")).expect(200))).collect::<BTreeSet<String>>();
        assert_eq!((opened.len(), begun(house, "task_occurrence", "open_occurrence")), (4, opened.into_iter().collect()));
        // One entry for each record that an act changes.
        let all = ["task", "task_part", "task_occurrence"].map(|kind| entries(house, &format!("kind={kind}"))).concat();
        let once: BTreeSet<String> = all.iter().map(|e| format!("{} {}", e["act_id"], e["record_id"])).collect();
        assert_eq!(once.len(), all.len());

        // Whose part it is hears of it.
        seal(house);
        while house.db.write_now(|conn| nhipcau::feed::number(conn, house.now())).expect("numbers") > 0 {}
        let newcomer = house.person("BDI", "TTTU", "viewer");
        let own = newcomer.get(&format!("/task-parts?organization_id={}", org(house, "BDI", "TTTU"))).expect(200).items()[0].clone();
        let (mut told, mut after) = (Vec::new(), "0".to_owned());
        loop {
            let page = newcomer.get(&format!("/events?after={after}&limit=200")).expect(200);
            told.extend(page.items().iter().filter(|e| e["record_id"] == own["id"]).map(|e| e["type"].clone()));
            after = page["cursor"].as_str().expect("a cursor").to_owned();
            if page["more"] == false {
                break;
            }
        }
        assert_eq!(told, ["task_part.assign"]);
    });
}

/// A draft that is entrusted to another: each of its tasks has a new owner, a new version, and an entry that says so.
#[test]
fn tasks_of_a_draft_that_is_handed_over_say_so() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let ubnd = house.person("BDI", "UBND", "leader");
        let plan = ubnd.post("/plans", json!({ "title": "Kế hoạch" })).expect(201);
        let lead = json!([{ "organization_id": org(house, "BDI", "SYT"), "role": "lead" }]);
        let add =
            |content: &str| ubnd.post("/tasks", json!({ "plan_id": plan.id(), "content": content, "form": "assign", "assignees": lead })).expect(201).id();
        let tasks = [add("Một"), add("Hai")];
        let path = format!("/plans/{}", plan.id());
        ubnd.patch(&path, &ubnd.get(&path).expect(200), json!({ "owner_id": org(house, "BDI", "SDL") })).expect(200);
        let act = entries(house, &format!("record_id={}&action=edit", plan.id()))[0]["act_id"].clone();
        for task in tasks {
            let told = entries(house, &format!("record_id={task}&action=edit"));
            assert_eq!((told.len(), &told[0]["act_id"]), (1, &act));
            assert_eq!((&told[0]["before"]["owner_id"], &told[0]["after"]["owner_id"]), (&json!(org(house, "BDI", "UBND")), &json!(org(house, "BDI", "SDL"))));
            let now = ubnd.get(&format!("/tasks/{task}")).expect(200);
            assert_eq!((&told[0]["record_version"], &now["version"], &now["owner_id"]), (&json!(2), &json!(2), &told[0]["after"]["owner_id"]));
        }
    });
}

/// A text with one duty, read and accepted.
fn accepted(officer: &Person<'_>) -> (String, Reply) {
    let text = "ỦY BAN NHÂN DÂN\nTỈNH BÌNH ĐỊNH\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\nSố:      /KH-UBND\n\n\
        Bình Định, ngày    tháng 5 năm 2021\n\nKẾ HOẠCH\nTriển khai công tác đối ngoại\n\n1. Sở Y tế chủ trì tổ chức giao lưu hữu nghị.\n\n\
        Nơi nhận:\n- Lưu: VT.\n\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n\nNguyễn Thí Dụ\n";
    let read = upload(officer, "ke-hoach.txt", text.as_bytes()).expect(201);
    let path = format!("/readings/{}", read.id());
    let all = officer.step(&path, json!({ "action": "accept" })).expect(200);
    (path, all)
}

/// What was made of a proposal is written on it: another version, another entity tag, an entry.
#[test]
fn a_proposal_that_became_a_record_says_so() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let (path, before) = accepted(&officer);
        let applied = officer.step(&path, json!({ "action": "apply" })).expect(200);
        let of = |reading: &Reply, id: &Value| reading["proposals"].as_array().expect("a list").iter().find(|p| p["id"] == *id).expect("a proposal").clone();
        let mut made = 0;
        for p in applied["proposals"].as_array().expect("a list") {
            let told = entries(house, &format!("record_id={}&action=apply", p["id"].as_str().expect("an id")));
            let was = of(&before, &p["id"])["version"].as_i64().expect("a version");
            if p["made"] == json!([]) {
                assert_eq!((told.len(), &p["version"]), (0, &json!(was)));
                continue;
            }
            made += 1;
            assert_eq!((told.len(), &p["version"], &told[0]["record_version"]), (1, &json!(was + 1), &json!(was + 1)));
            assert_eq!((&told[0]["before"]["made"], &told[0]["after"]["made"]), (&json!([]), &p["made"]));
            assert_eq!(officer.get(&format!("/reading-proposals/{}", p["id"].as_str().expect("an id"))).expect(200)["version"], json!(was + 1));
        }
        assert!(made > 0, "{}", applied.json);
    });
}
