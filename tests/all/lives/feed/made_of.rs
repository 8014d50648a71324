//! Rows that are made of several tables: what is written to any of them is a change of the row.

use super::puller::{Caller, Puller, beat};
use crate::{harness::each, policy::world::World};
use serde_json::{Value, json};

/// A document behind its arrival, requests for more time, the name of a regime, a newer version behind a consolidated
/// report: none of these writes touches the row that shows it.
#[test]
fn a_row_changes_with_everything_that_it_is_made_of() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        beat(&house.db, house.now());
        let mut pullers: Vec<Puller<'_>> = ["SYT", "SDL", "LHHN", "UBND"]
            .into_iter()
            .zip(60..)
            .map(|(code, seed)| Puller::new(code, Caller::Person(world.at(code, "viewer")), seed))
            .collect();
        pullers.iter_mut().for_each(Puller::pull_all);
        // What is kept of a record by those who see it, once they have pulled its list.
        let mut kept = |list: &'static str, id: &str, member: &str| -> Vec<(&'static str, Value)> {
            beat(&house.db, house.now());
            for puller in &mut pullers {
                while puller.pull_page(list, 50) {}
            }
            pullers.iter().filter_map(|p| Some((p.name, p.lists[list].rows.get(id)?[member].clone()))).collect()
        };

        // The clerk corrects what the copy says; the arrival shows it.
        let (clerk, copy) = (world.at("SYT", "clerk"), format!("/documents/{}", world.record("document:copy").id));
        clerk.patch(&copy, &clerk.get(&copy).expect(200), json!({ "summary": "Mời dự hội nghị" })).expect(200);
        assert_eq!(kept("/arrivals", &world.record("arrival:outside").id, "summary"), [("SYT", json!("Mời dự hội nghị"))]);

        // Sở Du lịch asks for more time and is refused; its obligation stays as it was. The period of 2021 is closed, so that
        // it is the next one's.
        let officer = world.at("SDL", "officer");
        let next = json!({ "regime_id": world.record("regime").id, "period": "2022" });
        let next = world.at("LHHN", "leader").post("/reporting-periods", next).expect(201).id();
        let owed = officer.get(&format!("/reporting-obligations?period_id={next}")).expect(200);
        let owed = owed.items()[0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/reporting-obligations/{owed}/extensions");
        let asked = officer.post(&path, json!({ "due_on": "2022-11-26", "reason": "Chờ số liệu" })).expect(201);
        let states = |all: Vec<(&'static str, Value)>| -> Vec<(&'static str, Value)> {
            all.into_iter().map(|(who, extensions)| (who, extensions[0]["state"].clone())).collect()
        };
        let told = states(kept("/reporting-obligations", &owed, "extensions"));
        assert_eq!(told, ["SDL", "LHHN", "UBND"].map(|who| (who, json!("asked"))));
        let refused = json!({ "action": "refuse_extension", "reason": "Còn đủ thời gian" });
        world.at("LHHN", "leader").step(&format!("{path}/{}", asked.id()), refused).expect(200);
        let told = states(kept("/reporting-obligations", &owed, "extensions"));
        assert_eq!(told, ["SDL", "LHHN", "UBND"].map(|who| (who, json!("refused"))));

        // The regime gets another name, which its periods bear.
        let (ubnd, regime) = (world.at("UBND", "officer"), format!("/reporting-regimes/{}", world.record("regime").id));
        ubnd.patch(&regime, &ubnd.get(&regime).expect(200), json!({ "name": "Báo cáo đối ngoại năm" })).expect(200);
        let told = kept("/reporting-periods", &world.record("period").id, "regime_name");
        assert_eq!(told, ["SYT", "SDL", "LHHN", "UBND"].map(|who| (who, json!("Báo cáo đối ngoại năm"))));

        // Sở Y tế corrects what the issued report rests on: stale from acceptance on, not before.
        let report = world.record("consolidated:issued").id.clone();
        let stale = |all: Vec<(&'static str, Value)>| all.into_iter().map(|(_, stale)| stale == true).collect::<Vec<bool>>();
        let correction = json!({ "obligation_id": world.record("obligation:agency").id, "correction_reason": "Đếm sót một đoàn" });
        let next = world.at("SYT", "officer").post("/report-submissions", correction).expect(201);
        let next = format!("/report-submissions/{}", next.id());
        world.at("SYT", "leader").step(&next, json!({ "action": "submit" })).expect(200);
        let before = stale(kept("/consolidated-reports", &report, "stale"));
        assert!(before.len() >= 3 && !before.contains(&true), "{before:?}");
        world.at("LHHN", "leader").step(&next, json!({ "action": "accept" })).expect(200);
        let after = stale(kept("/consolidated-reports", &report, "stale"));
        assert!(after.len() == before.len() && !after.contains(&false), "{after:?}");

        for puller in &mut pullers {
            puller.pull_all();
            puller.compare();
        }
    });
}
