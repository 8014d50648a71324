//! The last day on which a report that is owed is on time, and the judgement of one that was handed in (RULES 12, 14).

use super::obligations::views;
use crate::{
    ask::Ask,
    calendar::Calendar,
    calendars,
    db::Conn,
    error::Result,
    id::Id,
    journal::{self, Change},
    ontime::{self, Lay, OnTime},
    reporting::periods::{
        model::{NO_DUE_DATE, OBLIGATION, Obligation, ObligationState as State, ReportingPeriod},
        store,
    },
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The day that ends what is owed in the period. What is parallel to the chain does not close with it.
fn closed_on(obligation: &Obligation, period: &ReportingPeriod) -> Option<NaiveDate> {
    period.closed_on.filter(|_| !obligation.parallel)
}

/// Whether the version handed in on this day is on time, over all versions (RULES 12); what came after the period had
/// closed is late (RULES 14).
pub fn judge(conn: &mut Conn, obligation: &Obligation, period: &ReportingPeriod, versions: &[Lay], handed_in_on: NaiveDate) -> Result<OnTime> {
    let calendar = calendars::current(conn)?;
    let closed = closed_on(obligation, period);
    ontime::decide_in(obligation.due_on, closed, versions, handed_in_on, &calendar).map_err(|e| calendars::refused("", e))
}

/// The last day for what is still to be handed in, so whenever that will be: a closed period has ended for it.
pub fn last_day(obligation: &Obligation, period: &ReportingPeriod, versions: &[Lay], calendar: &Calendar) -> Result<Option<NaiveDate>> {
    let made = ontime::decide_in(obligation.due_on, closed_on(obligation, period), versions, NO_DUE_DATE, calendar);
    Ok(made.map_err(|e| calendars::refused("", e))?.effective_due)
}

/// The period has closed: what is still owed of its chain has had its last day, but for the days that a return gives back.
/// A fixed number of statements, however many owe something.
pub fn cut_off(conn: &mut Conn, ask: &Ask, period: &ReportingPeriod) -> Result<()> {
    let calendar = calendars::current(conn)?;
    let mut owed = store::obligations_of(conn, period.id)?;
    owed.retain(|o| matches!(o.state, State::NotSubmitted | State::Returned));
    let lays = store::returned_versions(conn, &owed.iter().map(|o| o.id).collect::<Vec<_>>())?;
    let (mut before, mut after, mut moved) = (Vec::new(), Vec::new(), BTreeMap::<NaiveDate, Vec<Id>>::new());
    for obligation in owed {
        let last = last_day(&obligation, period, lays.get(&obligation.id).map_or(&[], Vec::as_slice), &calendar)?;
        let Some(day) = last.filter(|_| last != obligation.effective_due_on) else { continue };
        moved.entry(day).or_default().push(obligation.id);
        after.push(Obligation { effective_due_on: last, version: obligation.version + 1, updated_at: ask.now, ..obligation.clone() });
        before.push(obligation);
    }
    if before.is_empty() {
        return Ok(());
    }
    // One day for all that never came back; further ones only for what was returned.
    for (day, ids) in moved {
        store::move_last_day(conn, &ids, day, ask.now)?;
    }
    let mut entries = Vec::new();
    for (was, is) in views(conn, ask, &before)?.iter().zip(&views(conn, ask, &after)?) {
        let change = Change {
            kind: OBLIGATION,
            id: is.id,
            version: Some(is.version),
            owner: Some(is.sender_id),
            province: Some(is.province_id),
            action: "close",
            reason: None,
        };
        entries.push(journal::entry(ask, change, Some(was), Some(is))?);
    }
    journal::record_all(conn, &entries)
}
