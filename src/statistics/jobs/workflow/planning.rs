//! When saved reports run next, by the calendar in force.

use crate::{
    calendar::Calendar,
    calendars,
    db::Conn,
    error::Result,
    id::Id,
    statistics::jobs::{model::typed, schedule::Schedule, store},
    time::Stamp,
};
use std::collections::BTreeMap;

/// Seconds after which a schedule is tried again that the calendar has no year for.
const LATER: i64 = 24 * 3600;

/// When it runs next; where the calendar lacks the year, when to look again.
pub fn planned(conn: &mut Conn, schedule: Option<&Schedule>, now: Stamp) -> Result<(Option<Stamp>, bool)> {
    let Some(schedule) = schedule else { return Ok((None, false)) };
    Ok(next(schedule, now, now, &calendars::current(conn)?))
}

/// The first moment after another; where the calendar lacks the year, when to look again.
pub fn next(schedule: &Schedule, after: Stamp, now: Stamp, calendar: &Calendar) -> (Option<Stamp>, bool) {
    match schedule.next_after(after, calendar) {
        Ok(moment) => (Some(moment), false),
        // A year without holidays is not guessed; the report waits for the calendar.
        Err(e) => {
            log::warn!("a saved report waits for the calendar: {e}");
            (Some(now.plus_seconds(LATER)), true)
        }
    }
}

/// Plans anew what lies ahead, once another calendar is in force; says how many saved reports run at another moment now. Each
/// is counted on from its last moment, so that a day which the new calendar puts into the past is made up for.
pub fn replan(conn: &mut Conn, now: Stamp) -> Result<usize> {
    let calendar = calendars::current(conn)?;
    let last = store::last_planned(conn, now)?;
    let mut moves: BTreeMap<(Option<Stamp>, bool), Vec<Id>> = BTreeMap::new();
    for job in store::ahead(conn, now)? {
        let Some(schedule) = job.schedule.as_ref().map(typed::<Schedule>).transpose()? else { continue };
        // What waits for its year has missed nothing.
        let from = if job.waiting { now } else { last.get(&job.id).copied().map_or(job.updated_at, |last| last.max(job.updated_at)) };
        let planned = next(&schedule, from, now, &calendar);
        if planned != (job.next_run_at, job.waiting) {
            moves.entry(planned).or_default().push(job.id);
        }
    }
    let count = moves.values().map(Vec::len).sum();
    for ((moment, waiting), jobs) in moves {
        store::plan_next(conn, &jobs, moment, waiting)?;
    }
    Ok(count)
}
