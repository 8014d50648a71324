//! Reports expected, received and on time, by agency and period.

use super::{narrow, rate};
use crate::{
    calendar::Calendar,
    db::{Conn, Json},
    error::Result,
    id::Id,
    reporting::periods::{ObligationState as State, PeriodState, model::Judgement},
    statistics::{
        model::{Cut, RatesReport, RatesRow, ReportFilter},
        rewind::{Rewind, Was},
        store::{self, Names, OwedRow, Sight},
    },
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// Records that these figures rest on, as the journal names them.
pub const KINDS: &[&str] = &["reporting_obligation", "report_submission", "urging", "reporting_period", "reporting_regime", "organization"];

/// An obligation as the journal shows it.
#[derive(Debug, Deserialize)]
struct OwedThen {
    sender_id: Id,
    state: State,
    due_on: Option<NaiveDate>,
    effective_due_on: Option<NaiveDate>,
    on_time: Option<bool>,
    judgement: Option<Json>,
}
#[derive(Debug, Deserialize)]
struct StateThen {
    state: String,
}
#[derive(Debug, Deserialize)]
struct PeriodThen {
    title: Option<String>,
    state: PeriodState,
}
#[derive(Debug, Deserialize)]
struct RegimeThen {
    plan_id: Option<Id>,
    code: String,
    name: String,
}

fn then(mut row: OwedRow, rewind: &Rewind) -> Result<Option<OwedRow>> {
    match rewind.of::<OwedThen>("reporting_obligation", row.obligation)? {
        Was::Nothing => return Ok(None),
        Was::Same => {}
        Was::Changed(was) => {
            row.organization = was.sender_id;
            (row.state, row.due_on, row.effective_due_on) = (was.state, was.due_on, was.effective_due_on);
            (row.on_time, row.judgement) = (was.on_time, was.judgement);
        }
    }
    if let Was::Changed(was) = rewind.of::<PeriodThen>("reporting_period", row.period.id)? {
        (row.period.title, row.period.state) = (was.title, was.state);
    }
    if let Was::Changed(was) = rewind.of::<RegimeThen>("reporting_regime", row.regime.0)? {
        (row.regime.1, row.regime.2, row.regime.3) = (was.code, was.name, was.plan_id);
    }
    Ok(Some(row))
}

/// Working days after the last day: of what came late as it was frozen, of what is missing as it stands.
fn days_late(row: &OwedRow, is_missing: bool, cut: &Cut, calendar: &Calendar) -> Result<Option<i64>> {
    if let (Some(false), Some(judgement)) = (row.on_time, &row.judgement) {
        let judgement: Judgement = serde_json::from_value(judgement.0.clone())?;
        return Ok(judgement.working_days_late);
    }
    match row.effective_due_on.filter(|_| is_missing) {
        // A year that the calendar lacks leaves the count out; that it is missing needs no calendar.
        Some(due) => Ok(calendar.working_days_between(due, cut.as_of).map_or(None, |days| Some(i64::from(days)))),
        None => Ok(Some(0)),
    }
}

/// Rows by period and agency, without names and percentages yet: four statements.
pub fn rows(
    conn: &mut Conn,
    sight: &Sight,
    filter: &ReportFilter,
    cut: &Cut,
    rewind: &Rewind,
    calendar: &Calendar,
) -> Result<BTreeMap<(NaiveDate, Id, Id), RatesRow>> {
    let narrow = narrow(filter)?;
    let owed = store::owed(conn, sight, &narrow)?;
    let mut returned: HashMap<Id, i64> = HashMap::new();
    for (version, obligation) in store::returned(conn, sight, &narrow)? {
        let was = match rewind.of::<StateThen>("report_submission", version)? {
            Was::Same => true,
            Was::Nothing => false,
            Was::Changed(was) => was.state == "returned",
        };
        *returned.entry(obligation).or_default() += i64::from(was);
    }
    let mut urged: HashMap<Id, i64> = HashMap::new();
    for (urging, obligation) in store::urged_for_reports(conn, sight, &narrow, cut.as_of)? {
        *urged.entry(obligation).or_default() += i64::from(rewind.existed("urging", urging));
    }
    let mut all: BTreeMap<(NaiveDate, Id, Id), RatesRow> = BTreeMap::new();
    for row in owed {
        let Some(row) = then(row, rewind)?.filter(|row| narrow.plan.is_none() || row.regime.3 == narrow.plan) else { continue };
        // What a successor's obligation stands for is counted with that one from then on.
        if row.state == State::Merged {
            continue;
        }
        let key = (row.period.sort_day, row.period.id, row.organization);
        let into = all.entry(key).or_insert_with(|| RatesRow {
            organization_id: row.organization,
            organization_code: String::new(),
            organization_name: String::new(),
            regime_id: row.regime.0,
            regime_code: row.regime.1.clone(),
            regime_name: row.regime.2.clone(),
            period_id: row.period.id,
            period_code: row.period.code.clone(),
            period: row.period.period.clone(),
            period_title: row.period.title.clone(),
            period_state: row.period.state,
            due_on: None,
            expected: 0,
            actual: 0,
            accepted: 0,
            awaiting: 0,
            missing: 0,
            not_due: 0,
            with_deadline: 0,
            on_time: 0,
            late: 0,
            returned: 0,
            urged: 0,
            working_days_late: Some(0),
            completeness: None,
            timeliness: None,
        });
        let is_missing = matches!(row.state, State::NotSubmitted | State::Returned) && row.effective_due_on.is_some_and(|due| due < cut.as_of);
        match row.state {
            State::Accepted => into.accepted += 1,
            State::Submitted => into.awaiting += 1,
            State::NotSubmitted | State::Returned if is_missing => into.missing += 1,
            State::NotSubmitted | State::Returned | State::Merged => into.not_due += 1,
        }
        into.expected += 1;
        into.actual = into.accepted + into.awaiting;
        into.due_on = into.due_on.into_iter().chain(row.due_on).min();
        into.with_deadline += i64::from(row.due_on.is_some());
        into.on_time += i64::from(row.on_time == Some(true));
        into.late += i64::from(row.on_time == Some(false));
        into.returned += returned.get(&row.obligation).copied().unwrap_or_default();
        into.urged += urged.get(&row.obligation).copied().unwrap_or_default();
        into.working_days_late = into.working_days_late.zip(days_late(&row, is_missing, cut, calendar)?).map(|(a, b)| a + b);
    }
    Ok(all)
}

/// The report: a row for each agency and period, by the period's last day and the agency's code.
pub fn report(conn: &mut Conn, sight: &Sight, provinces: &[Id], filter: &ReportFilter, cut: &Cut, calendar: &Calendar) -> Result<RatesReport> {
    let rewind = Rewind::read(conn, provinces, KINDS, cut.seq)?;
    let all = rows(conn, sight, filter, cut, &rewind, calendar)?;
    let names = Names::read(conn, all.values().map(|r| r.organization_id), &rewind)?;
    let mut items = Vec::with_capacity(all.len());
    for ((day, ..), mut row) in all {
        let called = names.of(row.organization_id);
        (row.organization_code, row.organization_name) = (called.code, called.name);
        row.completeness = rate(row.actual, row.expected)?;
        row.timeliness = rate(row.on_time, row.with_deadline)?;
        items.push((day, row));
    }
    items.sort_by(|(a_day, a), (b_day, b)| {
        (a_day, &a.period_code, &a.organization_code, a.organization_id).cmp(&(b_day, &b.period_code, &b.organization_code, b.organization_id))
    });
    Ok(RatesReport::new(cut, filter, items.into_iter().map(|(_, row)| row).collect()))
}
