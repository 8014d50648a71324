//! Issued consolidated reports among the reports: the same figures in every format, saved and made again exactly.

use super::{
    report_formats::same_in_tables,
    report_jobs::run_now,
    statistics::{Year, org, read},
};
use crate::harness::each;
use serde_json::{Value, json};

/// The union consolidates what was accepted of 2021 and issues it.
fn issued(year: &Year<'_>) -> Value {
    let union = year.person("LHHN", "leader");
    let report = union.post("/consolidated-reports", json!({ "period_id": year.period, "step": 2 })).expect(201).id();
    union.step(&format!("/consolidated-reports/{report}"), json!({ "action": "issue" })).expect(200).json
}

#[test]
fn an_issued_report_is_read_as_rows_and_as_paper() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let (ubnd, path) = (year.person("UBND", "viewer"), "/reports/consolidated-report");
        assert!(read(&ubnd, path).items().is_empty());
        let report = issued(&year);
        // Until its entry is sealed it is not in the snapshot.
        assert!(ubnd.get(path).expect(200).items().is_empty());
        let found = read(&ubnd, path);
        let figures = report["figures"].as_array().expect("figures");
        assert_eq!(found.items().len(), figures.len());
        for (row, figure) in found.items().iter().zip(figures) {
            let total = if figure["adjusted_total"].is_null() { &figure["total"] } else { &figure["adjusted_total"] };
            for (shown, said) in [("indicator", &figure["indicator"]), ("value", total), ("reporting", &figure["reporting"]), ("expected", &figure["expected"])]
            {
                assert_eq!(&row[shown], said, "{shown}");
            }
        }
        // STC, SDL and SYT received two delegations each; 3 of 18 report.
        let received = found.items().iter().find(|r| r["indicator"] == "delegations_in").expect("a figure");
        assert_eq!((&received["value"], &received["reporting"], &received["expected"]), (&json!("6"), &json!(3), &json!(18)));
        let mut contributors: Vec<&str> = received["contributors"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        contributors.sort_unstable();
        assert_eq!(contributors, ["SDL", "STC", "SYT"]);
        assert_eq!(
            (&received["report_id"], &received["organization_code"], &received["period"], &received["sha256"]),
            (&report["id"], &json!("LHHN"), &json!("2021"), &report["sha256"])
        );
        same_in_tables(&ubnd, &format!("{path}?period=2021&"), &found["snapshot"], found.items());
        // The one that the filter finds is a paper, the same as at its own address.
        let sheet = ubnd.get(&format!("{path}?period=2021&format=docx")).expect(200);
        let own = ubnd.get(&format!("/consolidated-reports/{}?format=docx", report["id"].as_str().expect("an id"))).expect(200);
        assert_eq!((&sheet.bytes, &json!(sheet.headers["x-snapshot"])), (&own.bytes, &found["snapshot"]));
        for none in ["period=2020", "to=2021-12-30", "from=2022-01-01"] {
            assert!(read(&ubnd, &format!("{path}?{none}")).items().is_empty(), "{none}");
            assert_eq!(ubnd.get(&format!("{path}?{none}&format=docx")).expect(422).code(), "not_one_report");
        }
        for one in [
            "from=2021-12-31&to=2021-12-31".to_owned(),
            format!("regime_id={}", report["regime_id"].as_str().expect("an id")),
            format!("organization_id={}", org(house, "BDI", "LHHN")),
        ] {
            assert_eq!(read(&ubnd, &format!("{path}?{one}")).items().len(), figures.len(), "{one}");
        }
        assert!(read(&ubnd, &format!("{path}?organization_id={}", org(house, "BDI", "SYT"))).items().is_empty());
        // Who reported reads it, who did not does not, as with the report itself.
        assert_eq!(read(&year.person("SYT", "viewer"), path).items().len(), figures.len());
        assert!(read(&year.person("SVHTT", "viewer"), path).items().is_empty());
        house.administrator().get(path).expect(403);

        // A correction is a version of its own; a past day still shows the first.
        house.at("2021-12-10T08:00");
        let late = year.hand_in("SVHTT", "2021-12-10T09:00");
        year.accept(&late);
        let union = year.person("LHHN", "leader");
        let versions = format!("/consolidated-reports/{}/versions", report["id"].as_str().expect("an id"));
        let next = union.post(&versions, json!({ "reason": "Bổ sung báo cáo nộp muộn" })).expect(201).id();
        union.step(&format!("/consolidated-reports/{next}"), json!({ "action": "refresh" })).expect(200);
        union.step(&format!("/consolidated-reports/{next}"), json!({ "action": "issue" })).expect(200);
        let value = |more: &str| {
            let found = read(&ubnd, &format!("{path}?period=2021{more}"));
            let row = found.items().iter().find(|r| r["indicator"] == "delegations_in").expect("a figure").clone();
            (row["version_no"].clone(), row["value"].clone())
        };
        assert_eq!((value(""), value("&as_of=2021-12-09")), ((json!(2), json!("8")), (json!(1), json!("6"))));
    });
}

/// Neither the edit nor the issue has a place in the feed yet.
#[test]
fn a_report_edited_and_issued_at_once_is_not_in_the_snapshot_yet() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let (ubnd, union) = (year.person("UBND", "viewer"), year.person("LHHN", "leader"));
        let draft = union.post("/consolidated-reports", json!({ "period_id": year.period, "step": 2 })).expect(201);
        assert!(read(&ubnd, "/reports/consolidated-report").items().is_empty());
        let path = format!("/consolidated-reports/{}", draft.id());
        let edited = union.patch(&path, &draft, json!({ "title": "Báo cáo năm 2021" })).expect(200);
        union.take(&path, &edited, json!({ "action": "issue" })).expect(200);
        assert!(ubnd.get("/reports/consolidated-report").expect(200).items().is_empty());
        assert_eq!(read(&ubnd, "/reports/consolidated-report").items()[0]["title"], "Báo cáo năm 2021");
    });
}

#[test]
fn a_saved_consolidated_report_is_made_again_byte_for_byte() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let report = issued(&year);
        let officer = year.person("VPUBND", "officer");
        let saved = |format: &str| {
            let new = json!({ "title": "Báo cáo tổng hợp năm", "report": "consolidated_report", "filter": { "period": "2021" }, "format": format });
            let job = officer.post("/report-jobs", new).expect(201).id();
            let run = run_now(&officer, &job);
            assert_eq!(run["state"], "succeeded", "{format}: {}", run.json);
            let content = officer.get(run["content"].as_str().expect("a file")).expect(200).bytes;
            (run, content)
        };
        let runs = ["json", "csv", "xlsx", "docx"].map(|format| (format, saved(format)));
        for (format, (_, content)) in &runs {
            let shown = officer.get(&format!("/reports/consolidated-report?period=2021&format={format}")).expect(200);
            if *format != "json" {
                assert_eq!(content, &shown.bytes, "{format}");
            }
        }
        // A correction, an agency's new name and many other documents later, from the records alone.
        house.at("2021-12-10T08:00");
        let late = year.hand_in("SVHTT", "2021-12-10T09:00");
        year.accept(&late);
        let union = year.person("LHHN", "leader");
        let next =
            union.post(&format!("/consolidated-reports/{}/versions", report["id"].as_str().expect("an id")), json!({ "reason": "Bổ sung" })).expect(201).id();
        union.step(&format!("/consolidated-reports/{next}"), json!({ "action": "refresh" })).expect(200);
        union.step(&format!("/consolidated-reports/{next}"), json!({ "action": "issue" })).expect(200);
        let admin = house.administrator();
        let syt = format!("/organizations/{}", org(house, "BDI", "SYT"));
        admin.patch(&syt, &admin.get(&syt).expect(200), json!({ "name": "Sở Y tế và Dân số" })).expect(200);
        for (format, (run, content)) in &runs {
            std::fs::remove_file(house.data.join("files").join(run["sha256"].as_str().expect("a hash"))).expect("the stored file goes");
            let proof = officer.send("POST", &format!("/report-job-runs/{}/verification", run.id()), &[], None).expect(200);
            assert_eq!((&proof["identical"], &proof["restored"]), (&json!(true), &json!(true)), "{format}: {}", proof.json);
            assert_eq!(&officer.get(run["content"].as_str().expect("a file")).expect(200).bytes, content, "{format}");
            assert_eq!(run["repeatable"], json!(*format != "docx"), "{format}");
        }
        // Worked out from the pinned versions: where one of them is tampered with, it shows; nothing is taken from the totals.
        house
            .db
            .write_now(|conn| {
                use diesel::prelude::*;
                use nhipcau::schema::report_submissions as s;
                let all: Vec<(nhipcau::id::Id, Option<String>)> = s::table.filter(s::snapshot.is_not_null()).select((s::id, s::snapshot)).load(conn)?;
                for (id, snapshot) in all {
                    let text = snapshot.unwrap_or_default().replace("\"value\":\"2\"", "\"value\":\"3\"");
                    diesel::update(s::table.find(id)).set(s::snapshot.eq(text)).execute(conn)?;
                }
                Ok(())
            })
            .expect("tampered");
        let proof = officer.send("POST", &format!("/report-job-runs/{}/verification", runs[1].1.0.id()), &[], None).expect(200);
        assert_eq!(proof["identical"], false);

        // Papers are of reports that have one.
        let new = json!({ "title": "Bảng", "report": "reporting_rates", "format": "docx" });
        assert_eq!(officer.post("/report-jobs", new).expect(422).fault("/format"), Some("not_applicable"));
        let none = json!({ "title": "Năm trước", "report": "consolidated_report", "filter": { "period": "2020" }, "format": "docx" });
        let failed = run_now(&officer, &officer.post("/report-jobs", none).expect(201).id());
        assert_eq!((&failed["state"], &failed["failure"]["code"]), (&json!("failed"), &json!("not_one_report")));
        // The brief can be saved in every format, and be made again while nothing has happened.
        for format in ["json", "csv", "xlsx", "docx"] {
            let new = json!({ "title": "Báo cáo nhanh", "report": "leaders_brief", "format": format });
            let run = run_now(&officer, &officer.post("/report-jobs", new).expect(201).id());
            let proof = officer.send("POST", &format!("/report-job-runs/{}/verification", run.id()), &[], None).expect(200);
            assert_eq!(proof["identical"], true, "{format}: {}", proof.json);
        }
    });
}
