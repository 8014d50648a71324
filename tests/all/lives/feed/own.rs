//! What events say of each record: its code, whatever the entry tells; and records with which an organisation works for itself.

use super::{
    program,
    puller::{Caller, beat},
};
use crate::{harness::each, policy::world::World};
use serde_json::{Value, json};

/// What a caller hears of acts on a record: type and code.
fn of(caller: &Caller<'_>, record: &str) -> Vec<(String, Value)> {
    let acts = caller.events().into_iter().filter(|e| e["record_id"] == record && !e["act_id"].is_null());
    acts.map(|e| (e["type"].as_str().expect("a type").to_owned(), e["code"].clone())).collect()
}

#[test]
fn an_event_has_the_code_of_its_record_whatever_the_entry_tells() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        // An edit tells what can be edited, a deletion what there was.
        let union = world.at("LHHN", "officer");
        let report = format!("/consolidated-reports/{}", world.record("consolidated:draft").id);
        let before = union.get(&report).expect(200);
        union.patch(&report, &before, json!({ "title": "Báo cáo tổng hợp, bản đính chính" })).expect(200);
        let (drafter, plan) = (world.at("SDL", "officer"), format!("/plans/{}", world.record("plan:draft").id));
        let (of_plan, of_task) = (drafter.get(&plan).expect(200), drafter.get(&format!("/tasks/{}", world.record("task:draft").id)).expect(200));
        drafter.delete(&plan, &of_plan).expect(204);
        let (writer, document) = (world.at("SVHTT", "officer"), format!("/documents/{}", world.record("document:draft").id));
        let of_document = writer.get(&document).expect(200);
        writer.delete(&document, &of_document).expect(204);
        beat(&house.db, house.now());
        for (code, record, event, cited) in [
            ("LHHN", before.id(), "consolidated_report.edit", &before["code"]),
            ("SDL", of_plan.id(), "plan.delete", &of_plan["code"]),
            ("SDL", of_task.id(), "task.delete", &of_task["code"]),
            ("SVHTT", of_document.id(), "document.delete", &of_document["code"]),
        ] {
            let told = of(&Caller::Person(world.at(code, "viewer")), &record);
            assert!(cited.is_string(), "{event}");
            assert_eq!(told.iter().filter(|(what, _)| what == event).map(|(_, code)| code).collect::<Vec<_>>(), [cited], "{told:?}");
        }
    });
}

#[test]
fn an_organisation_hears_of_its_saved_reports_and_readings() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let officer = world.at("SYT", "officer");
        officer.step(&format!("/reading-proposals/{}", world.record("reading_proposal").id), json!({ "action": "accept" })).expect(200);
        beat(&house.db, house.now());
        let kinds = ["report_job", "report_run", "reading", "reading_proposal"];
        let heard = |caller: &Caller<'_>| kinds.map(|kind| of(caller, &world.record(kind).id).into_iter().map(|(what, _)| what).collect::<Vec<String>>());
        let word = |what: &str| vec![what.to_owned()];
        let (saved, run) = (word("report_job.create"), word("report_run.create"));
        let all = [saved.clone(), run.clone(), word("reading.create"), word("reading_proposal.accept")];
        assert_eq!(heard(&Caller::Person(world.at("SYT", "viewer"))), all);
        // Nobody else; of programs those that read reports, and none of what is read: that is for people.
        let nothing: [Vec<String>; 4] = Default::default();
        for stranger in ["SDL", "UBND", "LHHN"] {
            assert_eq!(heard(&Caller::Person(world.at(stranger, "viewer"))), nothing, "{stranger}");
        }
        assert_eq!(heard(&program(house, "SYT", &["events:read", "reports:read"])), [saved, run, vec![], vec![]]);
        assert_eq!(heard(&program(house, "SYT", &["events:read", "plans:read", "documents:read"])), nothing);
        // Where each is read.
        let events = Caller::Person(world.at("SYT", "viewer")).events();
        for record in kinds.map(|kind| world.record(kind)) {
            let told = events.iter().find(|e| e["record_id"] == record.id.as_str()).expect("an event");
            assert_eq!(told["link"], json!(format!("/api/v1{}", record.path)), "{}", record.name);
        }
    });
}
