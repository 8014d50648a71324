//! What leaders have to know today: duties that are owed, and what waits for a decision.

use super::{Narrow, Sight, seen};
use crate::{
    db::{Conn, MultiBackend},
    error::Result,
    id::Id,
    schema::{
        consolidated_reports as consolidated, extensions, plans, recommendations, report_submissions as submissions, reporting_extensions,
        reporting_obligations as obligations, reporting_periods as periods, reporting_regimes as regimes, task_occurrences as occurrences, task_parts as parts,
        tasks,
    },
    statistics::model::{DecisionKind, DutyKind},
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;

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

/// Something that waits for a decision, before names are added.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub kind: DecisionKind,
    pub record: Id,
    pub code: String,
    pub title: String,
    pub organization: Option<Id>,
    pub decider: Id,
    pub since: NaiveDate,
    pub due_on: Option<NaiveDate>,
}

/// What waits for a decision of these organisations, longest first: six statements. An organisation narrows it to what it
/// asked for or wrote.
pub fn waiting(conn: &mut Conn, deciders: &[Id], narrow: &Narrow, limit: i64) -> Result<Vec<Waiting>> {
    let deciders = deciders.to_vec();
    let some: Vec<Option<Id>> = deciders.iter().copied().map(Some).collect();
    let mut all = Vec::new();

    type Proposed = (Id, String, String, Id, Option<NaiveDate>, Stamp, Option<NaiveDate>);
    let mut query = occurrences::table
        .inner_join(tasks::table)
        .filter(occurrences::state.eq("completion_proposed"))
        .filter(tasks::owner_id.eq_any(deciders.clone()))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(tasks::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        // Whoever leads proposes; where nobody leads, those who do it together.
        let answers = parts::table
            .filter(parts::organization_id.eq(organization))
            .filter(parts::role.ne("coordinate"))
            .filter(parts::state.ne("waived"))
            .select(parts::occurrence_id);
        query = query.filter(occurrences::id.eq_any(answers));
    }
    let proposed: Vec<Proposed> = query
        .order((occurrences::proposed_on, occurrences::id))
        .limit(limit)
        .select((occurrences::id, tasks::code, tasks::content, tasks::owner_id, occurrences::proposed_on, occurrences::updated_at, occurrences::due_on))
        .load(conn)?;
    all.extend(proposed.into_iter().map(|(record, code, title, decider, on, moved, due_on)| Waiting {
        kind: DecisionKind::Completion,
        record,
        code,
        title,
        organization: None,
        decider,
        since: on.unwrap_or(moved.day()),
        due_on,
    }));

    type Asked = (Id, String, String, Id, Id, NaiveDate, NaiveDate);
    let mut query = extensions::table
        .inner_join(tasks::table)
        .filter(extensions::state.eq("asked"))
        .filter(tasks::owner_id.eq_any(deciders.clone()))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(tasks::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(extensions::organization_id.eq(organization));
    }
    let asked: Vec<Asked> = query
        .order((extensions::asked_on, extensions::id))
        .limit(limit)
        .select((extensions::id, tasks::code, tasks::content, extensions::organization_id, tasks::owner_id, extensions::asked_on, extensions::due_before))
        .load(conn)?;
    all.extend(asked.into_iter().map(|(record, code, title, organization, decider, since, due)| Waiting {
        kind: DecisionKind::TaskExtension,
        record,
        code,
        title,
        organization: Some(organization),
        decider,
        since,
        due_on: Some(due),
    }));

    type More = (Id, String, Option<String>, String, Id, Option<Id>, NaiveDate, NaiveDate);
    let mut query = reporting_extensions::table
        .inner_join(obligations::table)
        .inner_join(periods::table.on(periods::id.eq(obligations::period_id)))
        .inner_join(regimes::table.on(regimes::id.eq(obligations::regime_id)))
        .filter(reporting_extensions::state.eq("asked"))
        .filter(obligations::receiver_id.eq_any(some.clone()))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(regimes::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(obligations::sender_id.eq(organization));
    }
    let more: Vec<More> = query
        .order((reporting_extensions::asked_on, reporting_extensions::id))
        .limit(limit)
        .select((
            obligations::id,
            periods::code,
            periods::title,
            regimes::name,
            obligations::sender_id,
            obligations::receiver_id,
            reporting_extensions::asked_on,
            reporting_extensions::old_due_on,
        ))
        .load(conn)?;
    all.extend(more.into_iter().filter_map(|(record, code, title, regime, organization, decider, since, due)| {
        Some(Waiting {
            kind: DecisionKind::ReportExtension,
            record,
            code,
            title: title.unwrap_or(regime),
            organization: Some(organization),
            decider: decider?,
            since,
            due_on: Some(due),
        })
    }));

    type Handed = (Id, String, Option<String>, String, Id, Option<Id>, Option<NaiveDate>, Stamp);
    let mut query = submissions::table
        .inner_join(periods::table.on(periods::id.eq(submissions::period_id)))
        .inner_join(regimes::table.on(regimes::id.eq(periods::regime_id)))
        .filter(submissions::state.eq("submitted"))
        .filter(submissions::receiver_id.eq_any(some.clone()))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(regimes::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(submissions::author_id.eq(organization));
    }
    let handed: Vec<Handed> = query
        .order((submissions::submitted_on, submissions::id))
        .limit(limit)
        .select((
            submissions::id,
            periods::code,
            periods::title,
            regimes::name,
            submissions::author_id,
            submissions::receiver_id,
            submissions::submitted_on,
            submissions::updated_at,
        ))
        .load(conn)?;
    all.extend(handed.into_iter().filter_map(|(record, code, title, regime, organization, decider, on, moved)| {
        Some(Waiting {
            kind: DecisionKind::Submission,
            record,
            code,
            title: title.unwrap_or(regime),
            organization: Some(organization),
            decider: decider?,
            since: on.unwrap_or(moved.day()),
            due_on: None,
        })
    }));

    // The consolidator's own unfinished work is nobody else's business (RULES 1): only who acts next sees it.
    let appraise = consolidated::appraiser_id.eq_any(some.clone()).assume_not_null().and(consolidated::state.eq("in_appraisal"));
    let issue = consolidated::consolidator_id.eq_any(deciders.clone()).and(consolidated::state.eq("appraised"));
    type Consolidated = (Id, String, String, Id, Option<Id>, String, Stamp);
    let mut query = consolidated::table.filter(appraise.or(issue)).into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(consolidated::regime_id.eq_any(regimes::table.filter(regimes::plan_id.eq(plan)).select(regimes::id)));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(consolidated::consolidator_id.eq(organization));
    }
    let reports: Vec<Consolidated> = query
        .order((consolidated::updated_at, consolidated::id))
        .limit(limit)
        .select((
            consolidated::id,
            consolidated::code,
            consolidated::title,
            consolidated::consolidator_id,
            consolidated::appraiser_id,
            consolidated::state,
            consolidated::updated_at,
        ))
        .load(conn)?;
    all.extend(reports.into_iter().map(|(record, code, title, consolidator, appraiser, state, since)| {
        let appraises = state == "in_appraisal";
        Waiting {
            kind: if appraises { DecisionKind::Appraisal } else { DecisionKind::Issue },
            record,
            code,
            title,
            organization: Some(consolidator),
            decider: appraiser.filter(|_| appraises).unwrap_or(consolidator),
            since: since.day(),
            due_on: None,
        }
    }));

    type Raised = (Id, String, String, Id, Option<Id>, Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>, Stamp);
    let mut query = recommendations::table
        .filter(recommendations::state.eq_any(["raised", "forwarded"]))
        .filter(recommendations::addressed_id.eq_any(some))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(recommendations::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(recommendations::raiser_id.eq(organization));
    }
    let raised: Vec<Raised> = query
        .order((recommendations::raised_on, recommendations::id))
        .limit(limit)
        .select((
            recommendations::id,
            recommendations::code,
            recommendations::title,
            recommendations::raiser_id,
            recommendations::addressed_id,
            recommendations::raised_on,
            recommendations::forwarded_on,
            recommendations::respond_by,
            recommendations::updated_at,
        ))
        .load(conn)?;
    all.extend(raised.into_iter().filter_map(|(record, code, title, organization, decider, raised, forwarded, due_on, moved)| {
        Some(Waiting {
            kind: DecisionKind::Recommendation,
            record,
            code,
            title,
            organization: Some(organization),
            decider: decider?,
            since: forwarded.or(raised).unwrap_or(moved.day()),
            due_on,
        })
    }));

    all.sort_by_key(|a| (a.since, a.record));
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}
