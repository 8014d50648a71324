//! The merger of 1/7/2025: Bình Định and Gia Lai become one province (RULES 18).

use super::{
    report_jobs::{pass, run_now, save},
    statistics::{Year, org},
};
use crate::harness::{House, each};
use nhipcau::organizations::{self, Organization, provinces};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn all_of(house: &House, code: &str) -> Vec<Organization> {
    house
        .db
        .read_now(|conn| {
            let province = provinces::by_code(conn, code)?.expect("the province");
            organizations::of_province(conn, province.id)
        })
        .expect("a read")
}

/// The new province's organisations: one for each seed key of the old ones; Sở Kế hoạch và Đầu tư goes to Sở Tài chính.
pub fn asked(house: &House) -> Value {
    let old: Vec<Organization> = ["BDI", "GLA"].iter().flat_map(|code| all_of(house, code)).collect();
    let own_key = |o: &Organization| o.seed_key.clone().unwrap_or_else(|| o.code.to_lowercase());
    let key = |o: &Organization| match own_key(o).as_str() {
        "skhdt" => "stc".to_owned(),
        other => other.to_owned(),
    };
    let mut made: BTreeMap<String, Value> = BTreeMap::new();
    for o in &old {
        let entry = made.entry(key(o)).or_insert_with(|| {
            let own = old.iter().find(|x| own_key(x) == key(o)).expect("one that gives its name");
            let parent = own.parent_id.and_then(|p| old.iter().find(|x| x.id == p)).map(&key);
            json!({ "key": key(o), "code": own.code, "name": own.name.replace("Bình Định", "Gia Lai"), "kind": own.kind, "level": own.level,
                "parent": parent, "has_users": own.has_users, "predecessors": [] })
        });
        entry["predecessors"].as_array_mut().expect("a list").push(json!(o.id));
    }
    let provinces: Vec<Value> = ["BDI", "GLA"].iter().map(|code| json!(all_of(house, code)[0].province_id)).collect();
    json!({
        "predecessors": provinces,
        "province": { "code": "GLM", "name": "Tỉnh Gia Lai", "short_name": "Gia Lai", "kind": "province" },
        "effective_on": "2025-07-01",
        "basis": "Nghị quyết về sắp xếp đơn vị hành chính cấp tỉnh",
        "organizations": made.into_values().collect::<Vec<_>>(),
    })
}

/// A province alone becomes a new one, each of its organisations too.
pub fn renamed(house: &House, from: &str, to: &str, on: &str) -> Value {
    let old = all_of(house, from);
    let key = |o: &Organization| o.seed_key.clone().expect("a key");
    let organizations = old.iter().map(|o| {
        let parent = o.parent_id.and_then(|p| old.iter().find(|x| x.id == p)).map(key);
        json!({ "key": key(o), "code": o.code, "name": o.name, "kind": o.kind, "level": o.level, "parent": parent, "has_users": o.has_users,
            "predecessors": [o.id] })
    });
    json!({
        "predecessors": [old[0].province_id],
        "province": { "code": to, "name": "Tỉnh Tây Nguyên", "short_name": "Tây Nguyên", "kind": "province" },
        "effective_on": on,
        "basis": "Nghị quyết về sắp xếp đơn vị hành chính cấp tỉnh",
        "organizations": organizations.collect::<Vec<_>>(),
    })
}

#[test]
fn two_provinces_become_one_and_what_is_open_goes_on() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        house.load("gia_lai");
        let planner = house.person("BDI", "skhdt", "leader");
        let task = planner.get("/tasks?q=vien%20tro").expect(200).items().iter().find(|t| t["place"] == "III.3").cloned().expect("the duty III.3 of the plan");
        let before = planner.get("/auth/me").expect(200);
        let document = house.person("BDI", "ubnd", "leader").get("/documents?kind=plan").expect(200).items()[0].clone();

        house.at("2025-07-01T08:00");
        let planner_token = format!("Bearer {}", planner.token());
        let admin = house.administrator();
        let request = asked(house);

        // What has no successor is told, all of it at once, and nothing is kept.
        let mut short = request.clone();
        let dropped = short["organizations"].as_array_mut().expect("a list").pop().expect("an organisation");
        let refused = admin.post("/mergers", short).expect(422);
        assert_eq!(refused["errors"].as_array().expect("faults").len(), dropped["predecessors"].as_array().expect("a list").len());
        assert_eq!(refused["errors"][0]["code"], "successor_missing");

        // An organisation with two successors needs a choice for each open item.
        let mut split = request.clone();
        let skhdt = house.organization("BDI", "skhdt");
        let office = split["organizations"].as_array_mut().expect("a list").iter_mut().find(|o| o["key"] == "vpubnd").expect("the Office");
        office["predecessors"].as_array_mut().expect("a list").push(json!(skhdt.id));
        let refused = admin.post("/mergers", split).expect(422);
        assert!(refused["errors"].as_array().expect("faults").iter().all(|e| e["code"] == "choice_missing"), "{}", refused.json);

        // The preview shows the whole and keeps nothing.
        let preview = admin.post("/mergers?validate_only=true", request.clone()).expect(200);
        assert!(preview["moved"]["functions"].as_i64().expect("a number") > 0);
        assert!(admin.get("/mergers").expect(200).items().is_empty());

        let merger = admin.post("/mergers", request).expect(201);
        let new_province = merger["province_id"].as_str().expect("an id").to_owned();
        assert_eq!(admin.get(&format!("/mergers/{}", merger.id())).expect(200)["province_id"], new_province);
        for code in ["BDI", "GLA"] {
            let old = house.db.read_now(|conn| provinces::by_code(conn, code)).expect("a read").expect("the province");
            assert_eq!((old.state.word(), old.valid_to.expect("an end").to_string()), ("merged", "2025-06-30".into()));
            assert_eq!(old.successor_id.expect("a successor").to_string(), new_province);
        }

        // People sign in anew and act for the successor; the old session has ended.
        house.send("GET", "/api/v1/auth/me", &[("authorization", &planner_token)], None).expect(401);
        house.wait(601);
        let me = planner.get("/auth/me").expect(200);
        let finance = house.organization("GLM", "stc");
        assert_eq!(me["organization_id"], json!(finance.id));
        assert_ne!(me["organization_id"], before["organization_id"]);

        // The function moved on the day.
        let held = planner.get("/organization-functions?function=aid_appraiser").expect(200);
        let ended = held.items().iter().find(|f| f["organization_id"] == json!(skhdt.id)).expect("the old grant");
        assert_eq!(ended["valid_to"], "2025-06-30");
        let fresh = held.items().iter().find(|f| f["organization_id"] == json!(finance.id)).expect("the new grant");
        assert_eq!(fresh["valid_from"], "2025-07-01");

        // The open duty is the successor's now, and it may work on it.
        let now = planner.get(&format!("/tasks/{}", task["id"].as_str().expect("an id"))).expect(200);
        assert_eq!(now["code"], task["code"]);
        assert!(now["assignees"].to_string().contains(&finance.id.to_string()), "{}", now.json);
        assert!(
            now["allowed_actions"].to_string().contains("propose_completion") || now["allowed_actions"].to_string().contains("start"),
            "{}",
            now["allowed_actions"]
        );

        // The text of an earlier year still reads under the old name.
        let leader = house.person("GLM", "ubnd", "leader");
        let read = leader.get(&format!("/documents/{}", document["id"].as_str().expect("an id"))).expect(200);
        let issuer = leader.get(&format!("/organizations/{}", read["issuer_id"].as_str().expect("an issuer"))).expect(200);
        assert_eq!(issuer["name"], "Ủy ban nhân dân tỉnh Bình Định");
        assert_eq!(issuer["state"], "merged");
        assert_eq!(read["code"], document["code"]);
    });
}

#[test]
fn groups_of_a_plan_are_those_of_the_province_that_took_over() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        let ubnd = house.person("BDI", "ubnd", "leader");
        let group = ubnd.get("/organization-groups?code=doan_the").expect(200).items()[0].clone();
        let (members, left_out) = (group["members"].as_array().expect("members").len(), group["members"][0].clone());
        assert_eq!(members, 4);
        let plan = ubnd.post("/plans", json!({ "title": "Kế hoạch" })).expect(201).id();
        let task = json!({ "plan_id": plan, "content": "Quán triệt", "form": "assign", "assignees": [{ "group_id": group["id"], "role": "joint", "exclude": [left_out] }] });
        let task = ubnd.post("/tasks", task).expect(201).id();
        ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
        let owed = |province: &str| house.person(province, "ubnd", "leader").get(&format!("/tasks/{task}")).expect(200);
        assert_eq!(owed("BDI")["parts"].as_array().expect("parts").len(), 3);

        house.at("2025-07-01T08:00");
        let admin = house.administrator();
        admin.post("/mergers", asked(house)).expect(201);
        house.wait(601);
        let leader = house.person("GLM", "ubnd", "leader");
        let fresh = leader
            .get("/organization-groups?code=doan_the")
            .expect(200)
            .items()
            .iter()
            .find(|g| g["province_id"] == json!(house.organization("GLM", "ubnd").province_id))
            .cloned()
            .expect("the new group");
        let mut all = fresh["members"].as_array().expect("members").clone();
        // The successor's group takes in another body, and the plan is expanded again: nobody of it is waived, one is new,
        // and who was left out stays out under its new name.
        all.push(json!(house.organization("GLM", "tttu").id));
        let path = format!("/organization-groups/{}", fresh["id"].as_str().expect("an id"));
        admin.patch(&path, &admin.get(&path), json!({ "members": all })).expect(200);
        leader.step(&format!("/plans/{plan}"), json!({ "action": "re_expand" })).expect(200);
        let parts = owed("GLM")["parts"].as_array().expect("parts").clone();
        assert!(parts.iter().all(|p| p["state"] == "assigned"), "{parts:?}");
        let mut holders: Vec<String> = parts.iter().map(|p| p["organization_id"].as_str().expect("an id").to_owned()).collect();
        holders.sort();
        let mut expected: Vec<String> = all.iter().map(|m| m.as_str().expect("an id").to_owned()).collect();
        let first = leader.get(&format!("/organizations/{}", left_out.as_str().expect("an id"))).expect(200)["successors"][0].clone();
        expected.retain(|id| json!(id) != first);
        expected.sort();
        assert_eq!(holders, expected);
    });
}

/// VPUBND's figures of 2021 and SYT's own were made on 2/12/2021, when the union's period had closed with agencies missing.
/// On Tue 1/7/2025, before the moment of 07:30, the provinces merge.
#[test]
fn saved_reports_go_on_with_the_successor_and_old_runs_are_made_again() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        house.load_agencies("gia_lai");
        let union = year.person("LHHN", "leader");
        let report = union.post("/consolidated-reports", json!({ "period_id": year.period, "step": 2 })).expect(201).id();
        union.step(&format!("/consolidated-reports/{report}"), json!({ "action": "issue" })).expect(200);
        house.at("2021-12-02T09:00");
        let (office, agency) = (year.person("VPUBND", "officer"), year.person("SYT", "officer"));
        let of_all = save(&office, "reporting_rates", json!({ "period": "2021" }), Value::Null).expect(201).id();
        let own = json!({ "period": "2021", "organization_id": org(house, "BDI", "SYT") });
        let of_one = save(&agency, "reporting_rates", own, Value::Null).expect(201).id();
        let (first, second) = (run_now(&office, &of_all), run_now(&agency, &of_one));
        let before = office.get(first["content"].as_str().expect("a file")).expect(200);
        assert_eq!(before["items"].as_array().map(Vec::len), Some(19));
        house.at("2025-06-30T08:00");
        let daily = save(&office, "task_progress", json!({}), json!({ "kind": "working_day", "at": "07:30" })).expect(201);
        assert_eq!(daily["next_run_at"], "2025-07-01T00:30:00Z");
        let daily = daily.id();
        let waits = agency.send("POST", &format!("/report-jobs/{of_one}/runs"), &[], None).expect(202).id();

        house.at("2025-07-01T06:00");
        let merger = house.administrator().post("/mergers", asked(house)).expect(201);
        assert_eq!(merger["moved"]["report_jobs"], 3);
        // The schedule goes on where it was, and what waits is made with the successor's rights.
        assert_eq!(pass(house.at("2025-07-01T07:30")), 2);
        let (office, agency) = (house.person("GLM", "VPUBND", "officer"), house.person("GLM", "SYT", "officer"));
        let shown = office.get(&format!("/report-jobs/{daily}")).expect(200);
        assert_eq!((&shown["owner_id"], &shown["state"]), (&json!(org(house, "GLM", "VPUBND")), &json!("active")));
        assert_eq!(shown["next_run_at"], "2025-07-02T00:30:00Z");
        let runs = office.get(&format!("/report-jobs/{daily}/runs")).expect(200);
        assert_eq!(
            (runs.items().len(), &runs.items()[0]["state"], &runs.items()[0]["planned_for"], &runs.items()[0]["owner_id"]),
            (1, &json!("succeeded"), &json!("2025-07-01T00:30:00Z"), &json!(org(house, "GLM", "VPUBND")))
        );
        let late = agency.get(&format!("/report-job-runs/{waits}")).expect(200);
        assert_eq!(
            (&late["state"], &late["owner_id"], &late["filter"]["organization_id"]),
            (&json!("succeeded"), &json!(org(house, "GLM", "SYT")), &json!(org(house, "GLM", "SYT")))
        );

        // What SVHTT and others had not handed in has passed to successors; the runs of then show it as it was.
        for (officer, run, owner) in [(&office, &first, "VPUBND"), (&agency, &second, "SYT")] {
            let path = format!("/report-job-runs/{}", run.id());
            assert_eq!(officer.get(&path).expect(200)["owner_id"], json!(org(house, "BDI", owner)));
            std::fs::remove_file(house.data.join("files").join(run["sha256"].as_str().expect("a hash"))).expect("the stored file goes");
            let proof = officer.send("POST", &format!("{path}/verification"), &[], None).expect(200);
            assert_eq!((&proof["identical"], &proof["restored"]), (&json!(true), &json!(true)), "{owner}: {}", proof.json);
        }
        assert_eq!(office.get(first["content"].as_str().expect("a file")).expect(200).bytes, before.bytes);
        office.step(&format!("/report-jobs/{daily}"), json!({ "action": "pause" })).expect(200);
    });
}

/// SYT goes to the new Sở Y tế and to Sở Tài chính: its one officer passes to the former, its saved report to nobody.
#[test]
fn saved_reports_of_an_organisation_with_several_successors_end() {
    each("2025-06-27T08:00", |house| {
        house.load_agencies("binh_dinh");
        house.load_agencies("gia_lai");
        let old = house.person("BDI", "SYT", "officer");
        let job = save(&old, "task_progress", json!({}), json!({ "kind": "working_day", "at": "07:30" })).expect(201).id();
        let run = run_now(&old, &job);
        assert_eq!(run["state"], "succeeded");
        let waits = old.send("POST", &format!("/report-jobs/{job}/runs"), &[], None).expect(202).id();
        let (syt, user) = (org(house, "BDI", "SYT"), old.get("/auth/me").expect(200)["user_id"].clone());

        house.at("2025-07-01T06:00");
        let mut request = asked(house);
        let finance = request["organizations"].as_array_mut().expect("a list").iter_mut().find(|o| o["key"] == "stc").expect("the department of finance");
        finance["predecessors"].as_array_mut().expect("a list").push(json!(syt));
        request["choices"] = json!([{ "organization_id": syt, "kind": "user", "item_id": user, "successor": "syt" }]);
        let merger = house.administrator().post("/mergers", request).expect(201);
        assert_eq!(merger["moved"]["report_jobs"], 0);
        assert_eq!(pass(house.at("2025-07-01T07:30")), 0);
        for code in ["SYT", "STC"] {
            let (officer, path) = (house.person("GLM", code, "officer"), format!("/report-jobs/{job}"));
            let ended = officer.get(&path).expect(200);
            assert_eq!((&ended["state"], &ended["next_run_at"], &ended["owner_id"]), (&json!("archived"), &Value::Null, &json!(syt)), "{code}");
            assert_eq!(officer.get(&format!("/jobs/{waits}")).expect(200)["state"], "cancelled");
            officer.send("POST", &format!("{path}/runs"), &[], None).expect(403);
            let own = officer.get(&format!("/report-job-runs/{}", run.id())).expect(200);
            assert_eq!(own["allowed_actions"], json!(["verify"]));
            let again = format!("/report-job-runs/{}/verification", run.id());
            assert_eq!(officer.send("POST", &again, &[], None).expect(200)["identical"], true, "{code}");
            house.person("GLM", code, "viewer").send("POST", &again, &[], None).expect(403);
        }
    });
}
