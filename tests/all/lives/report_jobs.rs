//! Saved reports: on working days, once however many processes run, with the rights of their owner, made again exactly.

use super::statistics::{Year, org, read, seal};
use crate::harness::{House, Person, Reply, each};
use nhipcau::{error::Error, statistics::jobs};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Barrier;

pub fn pass(house: &House) -> usize {
    seal(house);
    jobs::pass(&house.db, &house.data, house.now()).expect("a pass")
}

pub fn save(person: &Person<'_>, report: &str, filter: Value, schedule: Value) -> Reply {
    person.post("/report-jobs", json!({ "title": "Báo cáo định kỳ", "report": report, "filter": filter, "format": "json", "schedule": schedule }))
}

fn runs(person: &Person<'_>, job: &str) -> Vec<Value> {
    person.get(&format!("/report-jobs/{job}/runs?limit=200")).expect(200).items().to_vec()
}

/// Asks for a run, has it made, and answers the run.
pub fn run_now(person: &Person<'_>, job: &str) -> Reply {
    let asked = person.send("POST", &format!("/report-jobs/{job}/runs"), &[], None).expect(202);
    let location = asked.headers["location"].clone();
    assert_eq!((&location, &asked["state"], &asked["progress"]), (&format!("/api/v1/jobs/{}", asked.id()), &json!("queued"), &json!(0)));
    assert_eq!(pass(person.house), 1);
    let done = person.get(&location).expect(200);
    assert_eq!(
        (&done["progress"], done["state"].as_str().is_some_and(|s| s == "succeeded" || s == "failed")),
        (&json!(if done["state"] == "failed" { 10 } else { 100 }), true)
    );
    person.get(&format!("/report-job-runs/{}", asked.id())).expect(200)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn a_saved_report_runs_on_working_days_and_once() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let officer = year.person("VPUBND", "officer");
        // Wed 1/12/2021, 08:00.
        let job = save(&officer, "reporting_rates", json!({ "period": "2021" }), json!({ "kind": "working_day", "at": "07:30" })).expect(201);
        assert_eq!((&job["next_run_at"], &job["whole_province"], &job["state"]), (&json!("2021-12-02T00:30:00Z"), &json!(true), &json!("active")));
        let job = job.id();
        for (at, made) in [("2021-12-02T07:29", 0), ("2021-12-02T07:30", 1), ("2021-12-02T07:31", 0)] {
            assert_eq!(pass(house.at(at)), made, "{at}");
        }
        // Two processes at one moment: one run.
        house.at("2021-12-03T07:30");
        seal(house);
        let (db, data, now) = (&house.db, &house.data, house.now());
        let made: usize = std::thread::scope(|scope| {
            let all: Vec<_> = (0..2).map(|_| scope.spawn(move || jobs::pass(db, data, now).expect("a pass"))).collect();
            all.into_iter().map(|t| t.join().expect("it ends")).sum()
        });
        // Each may find the other in its way; the run then waits for the next look.
        assert_eq!(made + pass(house), 1);
        // Nothing on Saturday and Sunday; then four days away, made up for once.
        for (at, made) in [("2021-12-05T12:00", 0), ("2021-12-06T07:30", 1), ("2021-12-10T09:00", 1), ("2021-12-10T09:01", 0)] {
            assert_eq!(pass(house.at(at)), made, "{at}");
        }
        let planned: Vec<Value> = runs(&officer, &job).iter().rev().map(|r| r["planned_for"].clone()).collect();
        assert_eq!(planned, ["2021-12-02T00:30:00Z", "2021-12-03T00:30:00Z", "2021-12-06T00:30:00Z", "2021-12-07T00:30:00Z"].map(|t| json!(t)));
        assert!(runs(&officer, &job).iter().all(|r| r["state"] == "succeeded"));
        // Friday 10/12, past the time of day: Monday.
        let path = format!("/report-jobs/{job}");
        assert_eq!(officer.get(&path).expect(200)["next_run_at"], "2021-12-13T00:30:00Z");
        officer.step(&path, json!({ "action": "pause" })).expect(200);
        assert_eq!(pass(house.at("2021-12-14T09:00")), 0);
        let again = officer.step(&path, json!({ "action": "resume" })).expect(200);
        assert_eq!(again["next_run_at"], "2021-12-15T00:30:00Z");
        let weekly = officer.patch(&path, &again, json!({ "schedule": { "kind": "weekly", "weekday": 5, "at": "16:00" } })).expect(200);
        assert_eq!(weekly["next_run_at"], "2021-12-17T09:00:00Z");

        // It is its organisation's own.
        for (code, position) in [("UBND", "leader"), ("LHHN", "leader"), ("SYT", "officer")] {
            let other = year.person(code, position);
            other.get(&path).expect(404);
            other.get(&format!("/report-job-runs/{}", runs(&officer, &job)[0]["id"].as_str().expect("an id"))).expect(404);
            assert!(other.get("/report-jobs").expect(200).items().is_empty());
        }
        year.person("VPUBND", "viewer").get(&path).expect(200);
        year.person("VPUBND", "viewer").send("POST", &format!("{path}/runs"), &[], None).expect(403);
        officer.step(&path, json!({ "action": "archive" })).expect(200);
        assert_eq!(officer.send("POST", &format!("{path}/runs"), &[], None).expect(409).code(), "archived");
    });
}

/// Tết 2026 is Mon 16/2 to Fri 20/2; Saturday 22/8/2026 is worked for Monday 31/8, before 1 and 2 September.
#[test]
fn schedules_know_tet_and_swapped_days() {
    each("2026-02-13T08:00", |house| {
        house.load_agencies("binh_dinh");
        for (at, schedule, next) in [
            ("2026-02-13T08:00", json!({ "kind": "working_day", "at": "07:30" }), "2026-02-23T00:30:00Z"),
            ("2026-02-13T08:00", json!({ "kind": "weekly", "weekday": 3, "at": "07:30" }), "2026-02-18T00:30:00Z"),
            ("2026-02-13T08:00", json!({ "kind": "weekly", "weekday": 3, "roll": "next", "at": "07:30" }), "2026-02-23T00:30:00Z"),
            ("2026-02-13T08:00", json!({ "kind": "weekly", "weekday": 3, "roll": "previous", "at": "09:00" }), "2026-02-13T02:00:00Z"),
            ("2026-02-13T08:00", json!({ "kind": "last_working_day", "at": "07:30" }), "2026-02-27T00:30:00Z"),
            // 2–6, 9–13 and 23/2 are worked: the eleventh is 23/2.
            ("2026-02-13T08:00", json!({ "kind": "monthly_working_day", "nth": 11, "at": "07:30" }), "2026-02-23T00:30:00Z"),
            ("2026-08-21T08:00", json!({ "kind": "working_day", "at": "07:30" }), "2026-08-22T00:30:00Z"),
            // Fri 28/8; 31/8 is swapped away, so it is August's last.
            ("2026-08-24T08:00", json!({ "kind": "last_working_day", "at": "07:30" }), "2026-08-28T00:30:00Z"),
        ] {
            let officer = house.at(at).person("BDI", "UBND", "officer");
            let job = save(&officer, "task_progress", json!({}), schedule.clone()).expect(201);
            assert_eq!(job["next_run_at"], next, "{at} {schedule}");
        }
        // The calendar ends with 2026: no day is guessed.
        let officer = house.at("2026-12-31T10:00").person("BDI", "UBND", "officer");
        let job = save(&officer, "task_progress", json!({}), json!({ "kind": "working_day", "at": "07:30" })).expect(201);
        assert_eq!(job["next_run_at"], Value::Null);
    });
}

#[test]
fn a_closed_period_is_made_again_byte_for_byte() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let officer = year.person("VPUBND", "officer");
        // The union issues its report, the period closes.
        let union = year.person("LHHN", "leader");
        let report = union.post("/consolidated-reports", json!({ "period_id": year.period, "step": 2 })).expect(201).id();
        union.step(&format!("/consolidated-reports/{report}"), json!({ "action": "issue" })).expect(200);
        let job = save(&officer, "reporting_rates", json!({ "period": "2021" }), Value::Null).expect(201).id();
        house.at("2021-12-02T09:00");
        let run = run_now(&officer, &job);
        let content = officer.get(run["content"].as_str().expect("a file")).expect(200);
        assert_eq!((&json!(hash(&content.bytes)), &json!(content.bytes.len()), &run["repeatable"]), (&run["sha256"], &run["size"], &json!(true)));
        // The same figures as anybody sees at this snapshot.
        let shown = read(&officer, "/reports/reporting-rates?period=2021");
        // A kept result is named by its run: the sweep of files that nothing names leaves it.
        assert_eq!(super::attachments::sweep_before(house, std::time::SystemTime::now() + std::time::Duration::from_secs(3600)), 0);
        officer.get(run["content"].as_str().expect("a file")).expect(200);
        assert_eq!((&content.json["items"], &content.json["snapshot"]), (&shown["items"], &run["snapshot"]));
        assert_eq!(content.json["items"][0]["period_state"], "closed");

        // Later SVHTT reports, SYT corrects nothing but is renamed, SNV is urged: the closed period of then stays as it was.
        let last = year.hand_in("SVHTT", "2021-12-10T09:00");
        year.accept(&last);
        let admin = house.administrator();
        let syt = format!("/organizations/{}", org(house, "BDI", "SYT"));
        let before = admin.get(&syt).expect(200);
        admin.patch(&syt, &before, json!({ "name": "Sở Y tế và Dân số" })).expect(200);
        seal(house);
        assert_ne!(read(&officer, "/reports/reporting-rates?period=2021")["items"], shown["items"]);
        let stored = house.data.join("files").join(run["sha256"].as_str().expect("a hash"));
        std::fs::remove_file(&stored).expect("the stored file goes");
        assert_eq!(officer.get(run["content"].as_str().expect("a file")).expect(410).code(), "file_gone");
        let again = format!("/report-job-runs/{}/verification", run.id());
        let proof = officer.send("POST", &again, &[], None).expect(200);
        assert_eq!((&proof["identical"], &proof["restored"], &proof["recomputed_sha256"]), (&json!(true), &json!(true), &run["sha256"]), "{}", proof.json);
        assert_eq!(officer.get(run["content"].as_str().expect("a file")).expect(200).bytes, content.bytes);
        year.person("VPUBND", "viewer").send("POST", &again, &[], None).expect(403);
        // And it is worked out, not handed out: a frozen fact that was tampered with shows.
        house
            .db
            .write_now(|conn| {
                use diesel::prelude::*;
                use nhipcau::schema::reporting_obligations as o;
                let touched = diesel::update(o::table.filter(o::on_time.eq(false))).set(o::on_time.eq(true)).execute(conn)?;
                assert!(touched > 0);
                Ok(())
            })
            .expect("tampered");
        let proof = officer.send("POST", &again, &[], None).expect(200);
        assert_eq!((&proof["identical"], &proof["restored"]), (&json!(false), &json!(false)));
    });
}

#[test]
fn what_cannot_be_taken_back_says_so() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let officer = year.person("UBND", "officer");
        let job = save(&officer, "open_obstacles", json!({}), Value::Null).expect(201).id();
        let raise = |title: &str| {
            let new = json!({ "kind": "obstacle", "title": title, "content": "Chưa có kinh phí." });
            year.person("SDL", "leader").post("/recommendations", new).expect(201);
        };
        raise("Thiếu kinh phí");
        let run = run_now(&officer, &job);
        assert_eq!((&run["state"], &run["repeatable"]), (&json!("succeeded"), &json!(false)));
        let again = format!("/report-job-runs/{}/verification", run.id());
        assert_eq!(officer.send("POST", &again, &[], None).expect(200)["identical"], true);
        // What is raised later was not there then.
        raise("Thiếu người");
        assert_eq!(officer.send("POST", &again, &[], None).expect(200)["identical"], true);
        // The brief shows present rows: once SVHTT has reported, it owes nothing any more.
        let brief = save(&officer, "leaders_brief", json!({}), Value::Null).expect(201).id();
        let again = format!("/report-job-runs/{}/verification", run_now(&officer, &brief).id());
        assert_eq!(officer.send("POST", &again, &[], None).expect(200)["identical"], true);
        year.hand_in("SVHTT", "2021-12-01T09:00");
        assert_eq!(officer.send("POST", &again, &[], None).expect(409).code(), "not_repeatable");

        // Cancelled before it runs: it never does.
        let asked = officer.send("POST", &format!("/report-jobs/{job}/runs"), &[], None).expect(202);
        let path = format!("/jobs/{}", asked.id());
        assert_eq!(officer.step(&path, json!({ "action": "cancel" })).expect(200)["state"], "cancelled");
        assert_eq!(pass(house), 0);
        let ended = officer.step(&path, json!({ "action": "cancel" })).expect(409);
        assert_eq!((ended.code(), &ended["allowed_actions"]), ("ended", &json!([])));
        assert_eq!(officer.get(&format!("/report-job-runs/{}/content", asked.id())).expect(409).code(), "no_content");
    });
}

#[test]
fn a_run_has_the_rights_that_its_owner_has_then() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let officer = year.person("SNGV", "officer");
        let job = save(&officer, "reporting_rates", json!({ "period": "2021" }), Value::Null).expect(201).id();
        assert_eq!(run_now(&officer, &job)["state"], "succeeded");
        let admin = house.administrator();
        let grants = admin.get(&format!("/organization-functions?organization_id={}&function=foreign_affairs", org(house, "BDI", "SNGV"))).expect(200);
        let grant = format!("/organization-functions/{}", grants.items()[0]["id"].as_str().expect("an id"));
        let before = admin.get(&grant).expect(200);
        admin.patch(&grant, &before, json!({ "valid_to": "2021-12-01" })).expect(200);
        house.at("2021-12-02T08:00");
        let failed = run_now(&officer, &job);
        assert_eq!((&failed["state"], &failed["failure"]["code"], &failed["sha256"]), (&json!("failed"), &json!("right_lost"), &Value::Null));
        // Saved again it runs with what is left.
        let path = format!("/report-jobs/{job}");
        let before = officer.get(&path).expect(200);
        let saved = officer.patch(&path, &before, json!({ "title": "Của mình" })).expect(200);
        assert_eq!(saved["whole_province"], false);
        let own = run_now(&officer, &job);
        let items = officer.get(own["content"].as_str().expect("a file")).expect(200).json["items"].clone();
        assert!(items.as_array().expect("a list").iter().all(|r| r["organization_code"] == "SNGV"), "{items}");
    });
}

#[test]
fn a_saved_report_is_checked_when_it_is_saved() {
    each("2021-10-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        for (report, filter, schedule, fault) in [
            ("reporting_rates", json!({ "as_of": "2021-09-01" }), Value::Null, "/filter/as_of"),
            ("reporting_rates", json!({ "period": "2021", "from": "2021-01-01" }), Value::Null, "/filter/period"),
            ("task_progress", json!({ "regime_id": "01990000-0000-7000-8000-000000000000" }), Value::Null, "/filter/regime_id"),
            ("document_distribution", json!({}), Value::Null, "/filter/document_id"),
            ("task_progress", json!({}), json!({ "kind": "weekly", "at": "07:30" }), "/schedule/weekday"),
            ("task_progress", json!({}), json!({ "kind": "working_day", "roll": "next", "at": "07:30" }), "/schedule/roll"),
            ("task_progress", json!({}), json!({ "kind": "working_day", "at": "7h30" }), "/schedule/at"),
        ] {
            let refused = save(&officer, report, filter.clone(), schedule.clone()).expect(422);
            assert!(refused.fault(fault).is_some(), "{report} {filter} {schedule}: {}", refused.json);
        }
        house.person("BDI", "UBND", "clerk").post("/report-jobs", json!({})).expect(403);
        // Last month moves with the day of the run.
        let new = json!({ "title": "Tháng trước", "report": "task_progress", "window": "last_month", "format": "json" });
        let job = officer.post("/report-jobs", new).expect(201).id();
        house.at("2022-01-05T08:00");
        assert_eq!(run_now(&officer, &job)["filter"], json!({ "period": "2021-12" }));
    });
}

/// The calendar of the beginning knows no holidays: it has Thu 2/9/2021 worked. The last working days of September and October
/// are then Thu 30/9 and Fri 29/10.
#[test]
fn schedules_follow_a_calendar_that_comes_later() {
    each("2021-08-25T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (administrator, officer) = (house.administrator(), house.person("BDI", "UBND", "officer"));
        let install = |version: &str, off: &[&str]| {
            let day = |date: &&str| json!({ "date": date, "kind": "public_holiday", "name_vi": "Nghỉ", "name_en": "Off", "unconfirmed": false });
            let days: Vec<Value> = off.iter().map(day).collect();
            administrator.post("/calendars", json!({ "calendar_version": version, "years": [2021], "days_off": days, "extra_working_days": [] })).expect(201);
        };
        install("vn-2021/2", &[]);
        let at = |schedule: Value| save(&officer, "task_progress", json!({}), schedule).expect(201).id();
        let daily = at(json!({ "kind": "working_day", "at": "07:30" }));
        let next = |job: &str| officer.get(&format!("/report-jobs/{job}")).expect(200)["next_run_at"].clone();
        for (day, made) in [("2021-08-26", 1), ("2021-08-27", 1), ("2021-08-30", 1), ("2021-08-31", 1), ("2021-09-01", 1)] {
            assert_eq!(pass(house.at(&format!("{day}T07:30"))), made, "{day}");
        }
        assert_eq!(next(&daily), "2021-09-02T00:30:00Z");
        house.at("2021-09-01T09:00");
        let monthly = at(json!({ "kind": "last_working_day", "at": "17:00" }));
        assert_eq!(next(&monthly), "2021-09-30T10:00:00Z");
        // 2/9 is off, and so is Thu 30/9: Fri 3/9, and Wed 29/9.
        install("vn-2021/3", &["2021-09-02", "2021-09-30"]);
        assert_eq!((next(&daily), next(&monthly)), (json!("2021-09-03T00:30:00Z"), json!("2021-09-29T10:00:00Z")));
        assert_eq!(pass(house.at("2021-09-02T07:30")), 0);
        assert_eq!(pass(house.at("2021-09-03T07:30")), 1);
        assert_eq!(runs(&officer, &daily)[0]["planned_for"], "2021-09-03T00:30:00Z");
        officer.step(&format!("/report-jobs/{daily}"), json!({ "action": "pause" })).expect(200);
        assert_eq!(pass(house.at("2021-09-29T17:00")), 1);
        assert_eq!(next(&monthly), "2021-10-29T10:00:00Z");
        // On the morning of 29/10 it turns out that this day is off: the moment was on 28/10, and is made up for at once.
        house.at("2021-10-29T08:00");
        install("vn-2021/4", &["2021-09-02", "2021-09-30", "2021-10-29"]);
        assert_eq!(pass(house.at("2021-10-29T08:01")), 1);
        assert_eq!(runs(&officer, &monthly)[0]["planned_for"], "2021-10-28T10:00:00Z");
        assert_eq!(next(&monthly), "2021-11-30T10:00:00Z");
    });
}

/// The last working day of April 2026 is Wed 29/4, before two holidays and a weekend; the service is back on Mon 4/5.
#[test]
fn a_moment_that_was_missed_reports_its_own_month() {
    each("2026-04-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let new = json!({ "title": "Tiến độ tháng", "report": "task_progress", "window": "this_month", "format": "json",
            "schedule": { "kind": "last_working_day", "at": "17:00" } });
        let job = officer.post("/report-jobs", new).expect(201);
        assert_eq!(job["next_run_at"], "2026-04-29T10:00:00Z");
        assert_eq!(pass(house.at("2026-05-04T08:00")), 1);
        let made = runs(&officer, &job.id());
        assert_eq!(
            (made.len(), &made[0]["state"], &made[0]["planned_for"], &made[0]["filter"]),
            (1, &json!("succeeded"), &json!("2026-04-29T10:00:00Z"), &json!({ "period": "2026-04" }))
        );
        // As of the day on which it was made; the next one is planned for the end of May.
        assert!(made[0]["snapshot"].as_str().is_some_and(|s| s.ends_with("@2026-05-04")), "{}", made[0]);
        assert_eq!(officer.get(&format!("/report-jobs/{}", job.id())).expect(200)["next_run_at"], "2026-05-29T10:00:00Z");
    });
}

/// Two downloads hold both connections for files: the run waits with them, and is made once they are through.
#[test]
fn a_run_that_meets_a_shortage_waits_again() {
    each("2026-04-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let job = save(&officer, "task_progress", json!({}), Value::Null).expect(201).id();
        let run = officer.send("POST", &format!("/report-jobs/{job}/runs"), &[], None).expect(202).id();
        seal(house);
        let (db, data, now) = (&house.db, &house.data, house.now());
        let (full, free) = (Barrier::new(3), Barrier::new(3));
        let met = std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    db.export_now(|_| {
                        full.wait();
                        free.wait();
                        Ok(())
                    })
                });
            }
            full.wait();
            let met = jobs::pass(db, data, now);
            free.wait();
            met
        });
        assert!(matches!(met, Err(Error::Unavailable(_))), "{met:?}");
        let path = format!("/jobs/{run}");
        let waits = officer.get(&path).expect(200);
        assert_eq!((&waits["state"], &waits["progress"], &waits["failure"]), (&json!("queued"), &json!(0), &Value::Null));
        assert_eq!(pass(house), 1);
        assert_eq!(officer.get(&path).expect(200)["state"], "succeeded");
    });
}

/// The file of a run is the one that anybody gets at that snapshot, and it is made again exactly.
#[test]
fn tables_are_made_again_byte_for_byte() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let officer = year.person("VPUBND", "officer");
        for format in ["csv", "xlsx"] {
            let new = json!({ "title": "Bảng", "report": "reporting_rates", "filter": { "period": "2021" }, "format": format });
            let job = officer.post("/report-jobs", new).expect(201).id();
            let run = run_now(&officer, &job);
            let content = officer.get(run["content"].as_str().expect("a file")).expect(200);
            let shown = officer.get(&format!("/reports/reporting-rates?period=2021&as_of=2021-12-01&format={format}")).expect(200);
            assert_eq!(content.bytes, shown.bytes, "{format}");
            std::fs::remove_file(house.data.join("files").join(run["sha256"].as_str().expect("a hash"))).expect("the stored file goes");
            house.wait(3600);
            let proof = officer.send("POST", &format!("/report-job-runs/{}/verification", run.id()), &[], None).expect(200);
            assert_eq!((&proof["identical"], &proof["restored"]), (&json!(true), &json!(true)), "{format}: {}", proof.json);
        }
    });
}
