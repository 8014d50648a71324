//! Duties and reporting lines compared.

use super::{Names, Score, folded, items, list, loosely, text};
use crate::reading::model::{self, Agency, Document};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn duties(score: &mut Score, facts: &Value, read: Option<&Document>, name: &str, names: &Names<'_>) {
    let mut expected = BTreeSet::new();
    let (mut partners, mut cadences, mut deadlines) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let places: BTreeSet<String> = items(&facts["assignments"]).iter().flat_map(|a| items(&a["duties"])).filter_map(|d| text(&d["place"])).collect();
    // What was read, by place and role.
    let mut own: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let place_of = |duty: &model::Duty| match &duty.place_alt {
        Some(alt) if !places.contains(&duty.place) && places.contains(alt) => alt.clone(),
        _ => duty.place.clone(),
    };
    let (mut own_partners, mut own_cadences, mut own_deadlines) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for duty in read.iter().flat_map(|r| &r.assignments).map(|d| &d.value) {
        let place = place_of(duty);
        own.entry((place.clone(), duty.role.clone())).or_default().extend(names.of(&duty.agencies));
        for partner in names.of(&duty.partners) {
            own_partners.insert(format!("{place} + {partner}"));
        }
        if let Some(cadence) = &duty.cadence {
            own_cadences.insert(format!("{place} {} {}", duty.role, cadence_key(&cadence.value)));
        }
        if let Some(deadline) = &duty.deadline
            && let Ok(value) = serde_json::to_value(&deadline.value)
            && let Some(parts) = parts_of(&value)
        {
            own_deadlines.insert(format!("{place} {} {parts}", duty.role));
        }
    }
    for assignment in items(&facts["assignments"]) {
        let orgs: BTreeSet<String> = list(&assignment["orgs"]).iter().flat_map(|o| names.atoms(o)).collect();
        let raw: BTreeSet<String> = text(&assignment["org_raw"]).map(|r| names.atoms(&r)).unwrap_or_default();
        for duty in items(&assignment["duties"]) {
            let Some(place) = text(&duty["place"]) else { continue };
            let role = text(&duty["role"]).unwrap_or_default();
            let alternatives = match &duty["role_alt"] {
                Value::String(one) => vec![one.clone()],
                other => list(other),
            };
            // Another reading of the role that counts as right is taken for it.
            for alt in &alternatives {
                let here = own.get(&(place.clone(), role.clone())).is_some_and(|a| orgs.is_subset(a));
                if !here && let Some(atoms) = own.get(&(place.clone(), alt.clone())).cloned().filter(|a| orgs.is_subset(a)) {
                    own.remove(&(place.clone(), alt.clone()));
                    own.entry((place.clone(), role.clone())).or_default().extend(atoms);
                }
            }
            let read_here = own.get(&(place.clone(), role.clone()));
            let wanted = match read_here {
                Some(read) if !orgs.is_subset(read) && !raw.is_empty() && raw.is_subset(read) => &raw,
                _ => &orgs,
            };
            for org in wanted {
                expected.insert(format!("{place} | {org} | {role}"));
            }
            for partner in list(&duty["partners"]).iter().flat_map(|p| names.atoms(p)) {
                partners.insert(format!("{place} + {partner}"));
            }
            if let Some(cadence) = text(&duty["cadence"]) {
                cadences.insert(format!("{place} {role} {}", cadence_key(&cadence)));
            }
            if let Some(parts) = parts_of(&duty["deadline"]) {
                deadlines.insert(format!("{place} {role} {parts}"));
            }
        }
    }
    let own: BTreeSet<String> = own.iter().flat_map(|((place, role), orgs)| orgs.iter().map(move |org| format!("{place} | {org} | {role}"))).collect();
    score.sets("duties", name, &expected, &own);
    score.sets("partners", name, &partners, &own_partners);
    score.sets("cadence", name, &cadences, &own_cadences);
    score.sets("deadline", name, &deadlines, &own_deadlines);
}

fn parts_of(deadline: &Value) -> Option<String> {
    let kind = text(&deadline["kind"])?;
    if kind == "none" {
        return None;
    }
    let mut parts = vec![kind];
    for key in ["date", "month", "quarter", "year", "month_day", "day", "from", "to", "days", "working_days"] {
        let value = text(&deadline[key]).or_else(|| deadline[key].as_i64().map(|n| n.to_string()));
        if let Some(value) = value {
            parts.push(format!("{key} {value}"));
        }
    }
    let many = text(&deadline["month_days"]).map(|s| s.split(',').map(str::to_owned).collect()).unwrap_or_else(|| list(&deadline["month_days"]));
    parts.extend(many);
    Some(parts.join(" "))
}

pub(super) fn reporting(score: &mut Score, facts: &Value, read: Option<&Document>, name: &str, names: &Names<'_>) {
    let r = &facts["reporting"];
    let own = read.map(|d| d.reporting.clone()).unwrap_or_default();
    let same = |a: &str, b: &str| names.atoms(a) == names.atoms(b) || loosely(a, b);
    let agency = |p: &Option<model::Proposal<Agency>>| p.as_ref().map(|p| p.value.name.clone());
    let joined = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(", ");
    let mut lines = BTreeSet::new();
    for step in items(&r["chain"]) {
        let from: BTreeSet<String> = list(&step["from"]).iter().flat_map(|f| names.atoms(f)).collect();
        let to = text(&step["to"]).map(|t| joined(names.atoms(&t))).unwrap_or_default();
        let day = text(&step["month_day"]).unwrap_or_default();
        for one in from {
            lines.insert(format!("{one} → {to} {day}").trim().to_owned());
        }
    }
    let mut read_lines = BTreeSet::new();
    for line in own.chain.iter().map(|l| &l.value) {
        let to = joined(names.atoms(&line.to.name));
        let day = line.deadline.as_ref().and_then(|d| d.parts.get("month_day")).cloned().unwrap_or_default();
        for one in names.of(&line.from) {
            read_lines.insert(format!("{one} → {to} {day}").trim().to_owned());
        }
    }
    score.sets("reporting", name, &lines, &read_lines);
    score.value("reporting", "consolidator", name, text(&r["consolidator"]), agency(&own.consolidator), same);
    score.value("reporting", "final recipient", name, text(&r["final_recipient"]), agency(&own.final_recipient), same);
    score.value("reporting", "cadence", name, text(&r["cadence"]), own.cadence.as_ref().map(|c| c.value.clone()), |a, b| cadence_key(a) == cadence_key(b));
    score.value("reporting", "embedded in", name, text(&r["embedded_in"]), own.embedded_in.as_ref().map(|c| c.value.clone()), loosely);
    let issue = &facts["issue_channel"];
    let channel = read.and_then(|d| d.issue_channel.as_ref()).map(|c| &c.value);
    let end = |key: &str| text(&issue[key]);
    score.value("reporting", "obstacles via", name, end("via"), channel.and_then(|c| c.via.as_ref()).map(|a| a.name.clone()), same);
    score.value("reporting", "obstacles to", name, end("to"), channel.and_then(|c| c.to.as_ref()).map(|a| a.name.clone()), same);
    let from: BTreeSet<String> = list(&issue["from"]).iter().flat_map(|f| names.atoms(f)).collect();
    let own_from: BTreeSet<String> = channel.map(|c| names.of(&c.from)).unwrap_or_default();
    score.sets("reporting", &format!("{name} obstacles from"), &from, &own_from);
}

fn cadence_key(text: &str) -> String {
    folded(text).replace("định kỳ ", "").replace("theo từng", "từng")
}
