//! Completeness and timeliness of a period, per agency and in all.

use super::standing;
use crate::{
    ask::Ask,
    authz,
    calendar::Calendar,
    calendars,
    db::Conn,
    error::Result,
    id::Id,
    reporting::{
        periods::{
            model::{AgencyRate, Judgement, LateReport, Obligation, ObligationAction, ObligationState as State, PeriodAction, PeriodRates, Rate},
            policy::{OBLIGATION_RULES, RULES},
            store,
        },
        regimes::model::typed,
    },
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The rates over the obligations that the caller may read.
pub fn rates(conn: &mut Conn, ask: &Ask, id: Id) -> Result<PeriodRates> {
    let period = store::find(conn, id)?;
    let standing = standing(conn, ask, &period)?;
    authz::permit(RULES, &ask.actor, PeriodAction::View, PeriodAction::View, standing)?;
    let scope = authz::scope(OBLIGATION_RULES, &ask.actor, ObligationAction::View)?;
    let owed = store::visible_obligations(conn, &scope, id)?;
    let calendar = calendars::current(conn)?;
    of(id, &owed, ask.today, &calendar)
}

/// The rates of some obligations of a period, as of a day.
pub fn of(period: Id, owed: &[Obligation], today: NaiveDate, calendar: &Calendar) -> Result<PeriodRates> {
    let mut agencies: BTreeMap<Id, Rate> = BTreeMap::new();
    let mut late = Vec::new();
    // What a successor's obligation stands for is counted with that one.
    for o in owed.iter().filter(|o| o.state != State::Merged) {
        let rate = agencies.entry(o.sender_id).or_default();
        rate.add(&counted(o, today));
        if o.on_time == Some(false) || o.is_overdue(today) {
            late.push(late_report(o, today, calendar)?);
        }
    }
    let mut total = Rate::default();
    agencies.values().for_each(|rate| total.add(rate));
    let agencies = agencies.into_iter().map(|(organization_id, rate)| AgencyRate { organization_id, rate: rate.worked_out() }).collect();
    Ok(PeriodRates { period_id: period, as_of: today, total: total.worked_out(), agencies, late })
}

fn counted(o: &Obligation, today: NaiveDate) -> Rate {
    let (accepted, awaiting) = (o.state == State::Accepted, o.state == State::Submitted);
    Rate {
        expected: 1,
        actual: u32::from(accepted || awaiting),
        accepted: u32::from(accepted),
        awaiting: u32::from(awaiting),
        overdue: u32::from(o.is_overdue(today)),
        with_deadline: u32::from(o.due_on.is_some()),
        on_time: u32::from(o.on_time == Some(true)),
        late: u32::from(o.on_time == Some(false)),
        ..Rate::default()
    }
}

fn late_report(o: &Obligation, today: NaiveDate, calendar: &Calendar) -> Result<LateReport> {
    let judgement: Option<Judgement> = o.judgement.as_ref().map(typed).transpose()?;
    let working_days_late = match (&judgement, o.effective_due_on) {
        (Some(judgement), _) => judgement.working_days_late,
        // A year that the calendar lacks leaves the count out; that it is overdue needs no calendar.
        (None, Some(due)) => calendar.working_days_between(due, today).map_or(None, |days| Some(i64::from(days))),
        (None, None) => None,
    };
    Ok(LateReport {
        obligation_id: o.id,
        organization_id: o.sender_id,
        step_no: o.step_no,
        due_on: o.due_on,
        effective_due_on: o.effective_due_on,
        submitted_on: judgement.map(|j| j.submitted_on),
        working_days_late,
    })
}
