//! The reporting regimes of a province file.

use super::load::{Keys, due, named};
use crate::{
    ask::Ask,
    db::Conn,
    error::{Error, Result},
    id::Id,
    organizations::groups::{self, Resolution},
    reporting::regimes::{
        self,
        model::{
            AcrossAgencies, FillSource, Indicator, IndicatorSource, NewRegime, OverTime, PeriodKind, ReportFrequency, ReportOf, Section, Sender, Step,
            ValueType,
        },
    },
};
use chrono::NaiveDate;
use serde::Deserialize;

/// A regime of the file.
#[derive(Debug, Deserialize)]
pub struct Regime {
    key: String,
    name: String,
    plan: Option<String>,
    legal_basis: Option<String>,
    frequency: ReportFrequency,
    cadence_vi: Option<String>,
    focal_point: Option<String>,
    embedded_in: Option<String>,
    final_recipient: Option<String>,
    #[serde(default)]
    copy_to: Vec<String>,
    steps: Vec<RegimeStep>,
    #[serde(default)]
    sections: Vec<Outline>,
    #[serde(default)]
    indicators: Vec<Counted>,
}

#[derive(Debug, Deserialize)]
struct RegimeStep {
    step: i32,
    senders: Vec<From>,
    receiver: Option<String>,
    receiver_raw: Option<String>,
    consolidates: bool,
    appraiser: Option<String>,
    due: Option<serde_json::Value>,
    embedded_in: Option<String>,
    report_of: ReportOf,
    applies_to: Option<Vec<PeriodKind>>,
    parallel: bool,
    same_report_as: Option<i32>,
    resolution: Resolution,
    note: Option<String>,
    comment: Option<String>,
}

#[derive(Debug, Deserialize)]
struct From {
    raw: Option<String>,
    organization: Option<String>,
    group: Option<String>,
    resolution: Resolution,
    #[serde(default)]
    exclude: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Outline {
    key: String,
    title: String,
    title_en: Option<String>,
    source: Option<String>,
    #[serde(default)]
    filled_from: Vec<FillSource>,
}

#[derive(Debug, Deserialize)]
struct Counted {
    code: String,
    name: String,
    name_en: Option<String>,
    unit: Option<String>,
    #[serde(rename = "type")]
    value_type: ValueType,
    across_agencies: AcrossAgencies,
    over_time: OverTime,
    source: Option<String>,
}

/// Loads the regimes; what is there already stays as it is. A regime of a plan that is not loaded yet waits for it.
pub fn load(conn: &mut Conn, ask: &Ask, province: Id, keys: &Keys, tracked_from: Option<NaiveDate>, plans: &Keys, all: &[Regime]) -> Result<usize> {
    for r in all {
        if regimes::by_seed_key(conn, province, &r.key)?.is_some() || r.plan.as_ref().is_some_and(|key| !plans.contains_key(key)) {
            continue;
        }
        let find = |key: &Option<String>| key.as_deref().map(|key| named(keys, key)).transpose();
        let mut steps = Vec::new();
        for step in &r.steps {
            steps.push(self::step(conn, province, keys, step)?);
        }
        let new = NewRegime {
            name: r.name.clone(),
            name_en: None,
            plan_id: r.plan.as_ref().and_then(|key| plans.get(key)).copied(),
            legal_basis: None,
            legal_clause: r.legal_basis.clone(),
            focal_point_id: find(&r.focal_point)?,
            frequency: r.frequency,
            cadence_words: r.cadence_vi.clone(),
            embedded_in: r.embedded_in.clone(),
            final_recipient_id: find(&r.final_recipient)?,
            copy_to: r.copy_to.clone(),
            cut_off: None,
            reminders: None,
            open_days_before: None,
            tracked_from,
            steps,
            sections: r
                .sections
                .iter()
                .map(|s| Section {
                    key: s.key.clone(),
                    title: s.title.clone(),
                    title_en: s.title_en.clone(),
                    in_text: s.source.as_deref() != Some("demo"),
                    filled_from: s.filled_from.clone(),
                })
                .collect(),
            indicators: r.indicators.iter().map(indicator).collect(),
            checks: vec![],
        };
        regimes::add(conn, ask, province, new, Some(&r.key))?;
    }
    Ok(all.len())
}

fn indicator(i: &Counted) -> Indicator {
    Indicator {
        code: i.code.clone(),
        name: i.name.clone(),
        name_en: i.name_en.clone(),
        unit: i.unit.clone(),
        value_type: i.value_type,
        across_agencies: i.across_agencies,
        numerator: None,
        denominator: None,
        over_time: i.over_time,
        source: IndicatorSource::Typed,
        query: None,
        in_text: i.source.as_deref() != Some("not_in_source"),
    }
}

fn step(conn: &mut Conn, province: Id, keys: &Keys, s: &RegimeStep) -> Result<Step> {
    let find = |key: &Option<String>| key.as_deref().map(|key| named(keys, key)).transpose();
    let mut senders = Vec::new();
    for from in &s.senders {
        let group = match &from.group {
            Some(code) => {
                let group = groups::by_code(conn, province, code)?;
                Some(group.ok_or_else(|| Error::internal(format!("the province file names an unknown group: {code}")))?.id)
            }
            None => None,
        };
        senders.push(Sender {
            organization_id: find(&from.organization)?,
            group_id: group,
            words: from.raw.clone(),
            resolution: from.resolution,
            exclude: from.exclude.iter().map(|key| named(keys, key)).collect::<Result<_>>()?,
        });
    }
    Ok(Step {
        step_no: s.step,
        senders,
        receiver_id: find(&s.receiver)?,
        receiver_words: s.receiver_raw.clone(),
        consolidates: s.consolidates,
        appraiser_id: find(&s.appraiser)?,
        due_rule: s.due.clone().map(due).transpose()?,
        embedded_in: s.embedded_in.clone(),
        report_of: s.report_of,
        resolution: s.resolution,
        applies_to: s.applies_to.clone(),
        parallel: s.parallel,
        same_report_as: s.same_report_as,
        note: s.note.clone(),
        remark: s.comment.clone(),
    })
}
