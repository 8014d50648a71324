//! Faults of a regime that the schema cannot tell; all at once.

use super::super::model::{AcrossAgencies, Check, Indicator, IndicatorSource, Section, Step, ValueType};
use crate::{
    db::Conn,
    error::{Fault, Result, all_well},
    id::Id,
    organizations::{self, groups},
    plans,
};

/// Named queries that an indicator may be computed by; `submissions::prefill` runs them.
pub const QUERIES: &[&str] = &[
    "organizations.associations",
    "tasks.assigned",
    "tasks.done",
    "tasks.on_time",
    "tasks.late",
    "tasks.overdue",
    "documents.received",
    "documents.disseminated",
    "documents.people_reached",
];

/// 422 unless the plan is of the province.
pub fn check_plan(conn: &mut Conn, province: Id, plan: Option<Id>) -> Result<()> {
    let Some(id) = plan else { return Ok(()) };
    if plans::find_many(conn, &[id])?.iter().any(|p| p.province_id == province) {
        return Ok(());
    }
    Err(crate::error::Error::fault("/plan_id", "unknown_reference", "Không có kế hoạch này trong tỉnh.", "The province has no such plan."))
}

/// Whether the chain, indicators, outline and checks hold together and name only what the province has.
pub fn check(
    conn: &mut Conn,
    province: Id,
    named: &[Option<Id>],
    steps: &[Step],
    indicators: &[Indicator],
    sections: &[Section],
    checks: &[Check],
) -> Result<()> {
    let mut faults = Vec::new();
    references(conn, province, named, steps, &mut faults)?;
    chain(steps, &mut faults);
    figures(indicators, checks, &mut faults);
    for (at, section) in sections.iter().enumerate() {
        if sections[..at].iter().any(|s| s.key == section.key) {
            faults.push(twice(format!("/sections/{at}/key")));
        }
    }
    all_well(faults)
}

fn twice(at: String) -> Fault {
    Fault::at(at, "duplicate", "Trùng với mục trước.", "The same as an earlier one.")
}

/// Organisations and groups are of the province; outside bodies stand in it as organisations without users.
fn references(conn: &mut Conn, province: Id, named: &[Option<Id>], steps: &[Step], faults: &mut Vec<Fault>) -> Result<()> {
    let unknown =
        |at: String| Fault::at(at, "unknown_reference", "Không có cơ quan hoặc nhóm này trong tỉnh.", "The province has no such organisation or group.");
    let mut wanted: Vec<(String, Id)> =
        ["/focal_point_id", "/final_recipient_id"].iter().zip(named).filter_map(|(at, id)| Some(((*at).to_owned(), (*id)?))).collect();
    let mut wanted_groups = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        wanted.extend(step.receiver_id.map(|id| (format!("/steps/{at}/receiver_id"), id)));
        wanted.extend(step.appraiser_id.map(|id| (format!("/steps/{at}/appraiser_id"), id)));
        for (nth, sender) in step.senders.iter().enumerate() {
            wanted.extend(sender.organization_id.map(|id| (format!("/steps/{at}/senders/{nth}/organization_id"), id)));
            wanted_groups.extend(sender.group_id.map(|id| (format!("/steps/{at}/senders/{nth}/group_id"), id)));
            wanted.extend(sender.exclude.iter().map(|id| (format!("/steps/{at}/senders/{nth}/exclude"), *id)));
        }
    }
    let ids: Vec<Id> = wanted.iter().map(|(_, id)| *id).collect();
    let known = organizations::find_many(conn, &ids)?;
    faults.extend(wanted.into_iter().filter(|(_, id)| !known.iter().any(|o| o.id == *id && o.province_id == province)).map(|(at, _)| unknown(at)));
    let homes = groups::provinces_of(conn, &wanted_groups.iter().map(|(_, id)| *id).collect::<Vec<_>>())?;
    faults.extend(wanted_groups.into_iter().filter(|(_, id)| homes.get(id) != Some(&province)).map(|(at, _)| unknown(at)));
    Ok(())
}

fn chain(steps: &[Step], faults: &mut Vec<Fault>) {
    for (at, step) in steps.iter().enumerate() {
        if steps[..at].iter().any(|s| s.step_no == step.step_no) {
            faults.push(twice(format!("/steps/{at}/step_no")));
        }
        if step.receiver_id.is_none() && step.receiver_words.is_none() {
            faults.push(Fault::at(
                format!("/steps/{at}/receiver_id"),
                "required",
                "Nêu cơ quan nhận, hoặc ghi lời văn.",
                "Name the receiver, or give the text's words.",
            ));
        }
        if let Some(same) = step.same_report_as
            && !steps.iter().any(|s| s.step_no == same && s.step_no < step.step_no)
        {
            faults.push(Fault::at(
                format!("/steps/{at}/same_report_as"),
                "unknown_step",
                "Không có bước trước đó mang số này.",
                "There is no earlier step of that number.",
            ));
        }
        for (nth, sender) in step.senders.iter().enumerate() {
            if sender.organization_id.is_some() && sender.group_id.is_some() {
                faults.push(Fault::at(
                    format!("/steps/{at}/senders/{nth}"),
                    "one_of",
                    "Chọn cơ quan hoặc nhóm, không cả hai.",
                    "An organisation or a group, not both.",
                ));
            }
            if sender.organization_id.is_none() && sender.group_id.is_none() && sender.words.is_none() {
                faults.push(Fault::at(
                    format!("/steps/{at}/senders/{nth}"),
                    "required",
                    "Nêu cơ quan, nhóm, hoặc lời văn.",
                    "Name an organisation, a group, or the text's words.",
                ));
            }
        }
        for (pointer, code) in step.due_rule.iter().flat_map(|r| r.validate()) {
            faults.push(Fault::at(format!("/steps/{at}/due_rule{pointer}"), code, "Quy tắc hạn không đúng.", "The due rule is at fault."));
        }
    }
}

fn figures(indicators: &[Indicator], checks: &[Check], faults: &mut Vec<Fault>) {
    let known = |code: &str| indicators.iter().find(|i| i.code == code);
    let counts = |code: &str| known(code).is_some_and(|i| i.value_type != ValueType::Text);
    for (at, i) in indicators.iter().enumerate() {
        if indicators[..at].iter().any(|other| other.code == i.code) {
            faults.push(twice(format!("/indicators/{at}/code")));
        }
        let ratio = i.across_agencies == AcrossAgencies::Ratio;
        for (name, part) in [("numerator", &i.numerator), ("denominator", &i.denominator)] {
            let here = format!("/indicators/{at}/{name}");
            match part {
                None if ratio => faults.push(Fault::at(here, "required", "Tỷ lệ cần hai chỉ tiêu.", "A ratio needs two indicators.")),
                Some(_) if !ratio => faults.push(Fault::at(here, "not_applicable", "Chỉ dùng cho tỷ lệ.", "Only for a ratio.")),
                Some(code) if !counts(code) || *code == i.code => {
                    faults.push(Fault::at(here, "unknown_indicator", "Không có chỉ tiêu số này.", "There is no such numeric indicator."));
                }
                _ => {}
            }
        }
        if i.value_type == ValueType::Text && i.across_agencies != AcrossAgencies::None {
            faults.push(Fault::at(
                format!("/indicators/{at}/across_agencies"),
                "text_not_aggregated",
                "Chỉ tiêu chữ không gộp được.",
                "Text is not aggregated.",
            ));
        }
        let here = format!("/indicators/{at}/query");
        match (i.source, &i.query) {
            (IndicatorSource::Computed, None) => faults.push(Fault::at(here, "required", "Nêu truy vấn để tính.", "Name the query that computes it.")),
            (IndicatorSource::Typed, Some(_)) => {
                faults.push(Fault::at(here, "not_applicable", "Chỉ tiêu nhập tay không có truy vấn.", "A typed indicator has no query."))
            }
            (IndicatorSource::Computed, Some(query)) if !QUERIES.contains(&query.as_str()) => {
                let all = QUERIES.join(", ");
                faults.push(Fault::at(
                    here,
                    "unknown_query",
                    format!("Không có truy vấn này; hiện có: {all}."),
                    format!("There is no such query; there are: {all}."),
                ));
            }
            _ => {}
        }
    }
    for (at, check) in checks.iter().enumerate() {
        for (side, codes) in [("left", &check.left), ("right", &check.right)] {
            for (nth, code) in codes.iter().enumerate().filter(|(_, code)| !counts(code)) {
                faults.push(Fault::at(
                    format!("/checks/{at}/{side}/{nth}"),
                    "unknown_indicator",
                    format!("Không có chỉ tiêu số '{code}'."),
                    format!("There is no numeric indicator '{code}'."),
                ));
            }
        }
    }
}
