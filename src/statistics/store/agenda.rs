//! What leaders have to know today: duties that are owed, and what waits for a decision.

use super::{Narrow, Sight, seen};
use crate::{
    db::{Conn, MultiBackend},
    error::Result,
    id::Id,
    schema::{
        plans, reporting_obligations as obligations, reporting_periods as periods, reporting_regimes as regimes, task_occurrences as occurrences,
        task_parts as parts, tasks,
    },
    statistics::model::DutyKind,
};
use chrono::NaiveDate;
use diesel::prelude::*;

mod decisions;

pub use decisions::waiting;

/// A duty that is owed, before names are added.
#[derive(Debug, Clone)]
pub struct Duty {
    pub kind: DutyKind,
    pub record: Id,
    pub code: String,
    pub title: String,
    pub organization: Id,
    pub due_on: NaiveDate,
}

/// Which days a duty's last day lies in.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

macro_rules! owed_parts {
    ($sight:expr, $narrow:expr, $due:expr) => {{
        let query = parts::table
            .inner_join(occurrences::table.on(occurrences::id.eq(parts::occurrence_id)))
            .inner_join(tasks::table.on(tasks::id.eq(parts::task_id)))
            .inner_join(plans::table.on(plans::id.eq(parts::plan_id)))
            .filter(parts::state.eq("assigned"))
            // What was requested stays out of every ranking (RULES 9).
            .filter(parts::form.ne("request"))
            .filter(occurrences::state.eq_any(["assigned", "in_progress", "returned"]))
            .filter(plans::state.eq("active"))
            .filter(parts::due_sort.ge($due.from))
            .filter(parts::due_sort.le($due.to))
            .into_boxed::<MultiBackend>();
        let query = seen!(query, $sight, $narrow, parts::province_id, parts::organization_id, |plans: &[Id], _: &[Id]| parts::plan_id.eq_any(plans.to_vec()));
        match $narrow.plan {
            Some(plan) => query.filter(parts::plan_id.eq(plan)),
            None => query,
        }
    }};
}

macro_rules! owed_reports {
    ($sight:expr, $narrow:expr, $due:expr) => {{
        let query = obligations::table
            .inner_join(periods::table)
            .inner_join(regimes::table.on(regimes::id.eq(obligations::regime_id)))
            .filter(obligations::state.eq_any(["not_submitted", "returned"]))
            .filter(obligations::effective_due_on.ge($due.from))
            .filter(obligations::effective_due_on.le($due.to))
            .into_boxed::<MultiBackend>();
        let query = seen!(query, $sight, $narrow, obligations::province_id, obligations::sender_id, |_: &[Id], regimes: &[Id]| obligations::regime_id
            .eq_any(regimes.to_vec()));
        match $narrow.plan {
            Some(plan) => query.filter(regimes::plan_id.eq(plan)),
            None => query,
        }
    }};
}

/// How many duties are owed: two statements.
pub fn count(conn: &mut Conn, sight: &Sight, narrow: &Narrow, due: Due) -> Result<i64> {
    let tasks: i64 = owed_parts!(sight, narrow, due).count().get_result(conn)?;
    let reports: i64 = owed_reports!(sight, narrow, due).count().get_result(conn)?;
    Ok(tasks + reports)
}

/// Duties that are owed, the earliest last day first: two statements.
pub fn duties(conn: &mut Conn, sight: &Sight, narrow: &Narrow, due: Due, limit: i64) -> Result<Vec<Duty>> {
    let of_tasks: Vec<(Id, String, String, Id, NaiveDate)> = owed_parts!(sight, narrow, due)
        .order((parts::due_sort, parts::id))
        .limit(limit)
        .select((parts::id, tasks::code, tasks::content, parts::organization_id, parts::due_sort))
        .load(conn)?;
    type Report = (Id, String, Option<String>, String, Id, Option<NaiveDate>);
    // By the day that counts, not by the legal one: a return has moved it on, and only the first of these are shown.
    let of_reports: Vec<Report> = owed_reports!(sight, narrow, due)
        .order((obligations::effective_due_on, obligations::id))
        .limit(limit)
        .select((obligations::id, periods::code, periods::title, regimes::name, obligations::sender_id, obligations::effective_due_on))
        .load(conn)?;
    let mut all: Vec<Duty> = of_tasks
        .into_iter()
        .map(|(record, code, title, organization, due_on)| Duty { kind: DutyKind::Task, record, code, title, organization, due_on })
        .collect();
    all.extend(of_reports.into_iter().filter_map(|(record, code, title, regime, organization, due_on)| {
        Some(Duty { kind: DutyKind::Report, record, code, title: title.unwrap_or(regime), organization, due_on: due_on? })
    }));
    all.sort_by_key(|a| (a.due_on, a.record));
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}
