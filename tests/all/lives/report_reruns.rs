//! What a run counted is counted again exactly: also of days that lay ahead, and beside what was still being written.

use super::{
    report_jobs::run_now,
    statistics::{Year, org, row},
};
use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

/// A plan of UBND whose tasks Một and Hai are led by SYT; answers it and their paths.
fn plan(house: &House) -> (String, Vec<String>) {
    let ubnd = house.person("BDI", "UBND", "leader");
    let plan = ubnd.post("/plans", json!({ "title": "Việc cuối năm" })).expect(201).id();
    let tasks = ["Một", "Hai"].iter().map(|content| format!("/tasks/{}", ubnd.post("/tasks", task(house, &plan, content)).expect(201).id())).collect();
    ubnd.step(&format!("/plans/{plan}"), json!({ "action": "activate" })).expect(200);
    (plan, tasks)
}

fn task(house: &House, plan: &str, content: &str) -> Value {
    let lead = json!([{ "organization_id": org(house, "BDI", "SYT"), "role": "lead" }]);
    json!({ "plan_id": plan, "content": content, "form": "assign", "due_on": "2021-12-10", "assignees": lead })
}

/// SYT does it, UBND accepts it.
fn complete(house: &House, task: &str) {
    let syt = house.person("BDI", "SYT", "officer");
    syt.step(task, json!({ "action": "start" })).expect(200);
    syt.step(task, json!({ "action": "propose_completion", "result": "Đã làm" })).expect(200);
    house.person("BDI", "UBND", "leader").step(task, json!({ "action": "accept" })).expect(200);
}

fn saved(person: &Person<'_>, filter: Value) -> String {
    person.post("/report-jobs", json!({ "title": "Tiến độ", "report": "task_progress", "filter": filter, "format": "json" })).expect(201).id()
}

/// What a run counted of SYT, and its verification.
fn counted(person: &Person<'_>, run: &Reply) -> (Value, Value, String) {
    let content = person.get(run["content"].as_str().expect("a file")).expect(200);
    let syt = row(&content, "organization_code", "SYT");
    (syt["assigned"].clone(), syt["running"].clone(), format!("/report-job-runs/{}/verification", run.id()))
}

/// On 29/11/2021 a run is asked for of 2022, for which one task is still open and one was accepted that very morning.
#[test]
fn days_that_lie_ahead_are_counted_as_they_were_known() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (_, tasks) = plan(house);
        let officer = house.person("BDI", "VPUBND", "officer");
        house.at("2021-11-29T08:00");
        complete(house, &tasks[1]);
        house.at("2021-11-29T09:00");
        let runs: Vec<Reply> =
            [json!({ "period": "2022" }), json!({ "from": "2021-12-15" })].into_iter().map(|filter| run_now(&officer, &saved(&officer, filter))).collect();
        house.at("2021-11-30T08:00");
        complete(house, &tasks[0]);
        for run in &runs {
            let (assigned, running, again) = counted(&officer, run);
            assert_eq!((assigned, running), (json!(1), json!(1)));
            let proof = officer.send("POST", &again, &[], None).expect(200);
            assert_eq!((&proof["identical"], &proof["recomputed_sha256"]), (&json!(true), &run["sha256"]), "{}", proof.json);
        }
        // Of 2022 as it is known now nothing is open any more.
        let next = run_now(&officer, &saved(&officer, json!({ "period": "2022" })));
        assert_eq!(officer.get(next["content"].as_str().expect("a file")).expect(200).items().len(), 0);
    });
}

/// An act that began at 09:59 is committed after the run of 10:00: it is not in the run, nor in the run made again.
#[test]
fn what_was_still_being_written_is_not_in_the_run() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (plan, _) = plan(house);
        let officer = house.person("BDI", "VPUBND", "officer");
        house.at("2021-11-29T10:00");
        let run = run_now(&officer, &saved(&officer, json!({ "plan_id": plan })));
        house.at("2021-11-29T09:59");
        house.person("BDI", "UBND", "leader").post("/tasks", task(house, &plan, "Ba")).expect(201);
        house.at("2021-11-29T10:01");
        let (assigned, running, again) = counted(&officer, &run);
        assert_eq!((assigned, running), (json!(2), json!(2)));
        let proof = officer.send("POST", &again, &[], None).expect(200);
        assert_eq!((&proof["identical"], &proof["recomputed_sha256"]), (&json!(true), &run["sha256"]), "{}", proof.json);
        let next = run_now(&officer, &saved(&officer, json!({ "plan_id": plan })));
        assert_eq!(counted(&officer, &next).0, json!(3));
    });
}

/// Every report in each of its formats is saved, run, lost and made again: the same bytes. Registers, obstacles, distribution
/// and the brief show present rows, which have not changed here.
#[test]
fn every_report_is_made_again_in_each_of_its_formats() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let letter = json!({ "kind": "official_letter", "number": "12", "symbol": "UBND-VX", "issued_on": "2021-11-25", "summary": "Về việc đón đoàn",
            "recipients": [{ "organization_id": org(house, "BDI", "SDL"), "purpose": "carry_out" }] });
        let letter = year.person("UBND", "clerk").post("/documents", letter).expect(201).id();
        let obstacle = json!({ "kind": "obstacle", "title": "Thiếu kinh phí", "content": "Chờ", "send": true });
        year.person("SDL", "leader").post("/recommendations", obstacle).expect(201);
        let officer = year.person("UBND", "officer");
        let (all, figures) = (json!({}), json!({ "period": "2021" }));
        let mut runs = Vec::new();
        for (report, filter, formats) in [
            ("task_progress", &all, &["json", "csv", "xlsx"][..]),
            ("reporting_rates", &figures, &["json", "csv", "xlsx"]),
            ("incoming_documents", &all, &["json", "csv", "xlsx"]),
            ("outgoing_documents", &all, &["json", "csv", "xlsx"]),
            ("document_distribution", &json!({ "document_id": letter }), &["json", "csv", "xlsx"]),
            ("open_obstacles", &all, &["json", "csv", "xlsx"]),
            ("leaders_brief", &all, &["json", "csv", "xlsx", "docx"]),
        ] {
            for format in formats {
                let job = json!({ "title": "Báo cáo định kỳ", "report": report, "filter": filter, "format": format });
                let job = officer.post("/report-jobs", job).expect(201).id();
                let run = run_now(&officer, &job);
                assert_eq!(run["state"], "succeeded", "{report} {format}: {}", run.json);
                runs.push((format!("{report} {format}"), run));
            }
        }
        assert_eq!(runs.len(), 22);
        house.wait(600);
        for (what, run) in runs {
            let stored = house.data.join("files").join(run["sha256"].as_str().expect("a hash"));
            std::fs::remove_file(stored).unwrap_or_else(|e| panic!("{what}: {e}"));
            let proof = officer.send("POST", &format!("/report-job-runs/{}/verification", run.id()), &[], None).expect(200);
            assert_eq!((&proof["identical"], &proof["restored"], &proof["recomputed_sha256"]), (&json!(true), &json!(true), &run["sha256"]), "{what}");
        }
    });
}
