use super::model::{JobState, KIND, ReportJob, ReportJobState, ReportJobView, ReportRunView, Run};
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    id::Id,
    page::{NewestFirst, Page, Paging, Sort},
    schema::{provinces, report_jobs as jobs, report_runs as runs},
    sorted,
    time::Stamp,
    visible,
};
use diesel::prelude::*;
use std::collections::HashMap;

/// How long a run may take before it is taken for one whose process has died.
const LEASE_SECONDS: i64 = 15 * 60;
/// How long ago the last moment of a schedule may lie: all of them have one within 75 days.
const RECENT_SECONDS: i64 = 80 * 24 * 3600;
/// Saved reports that are planned in one transaction.
const BATCH: i64 = 100;

pub fn find(conn: &mut Conn, id: Id) -> Result<ReportJob> {
    jobs::table.find(id).select(ReportJob::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn find_run(conn: &mut Conn, id: Id) -> Result<Run> {
    runs::table.find(id).select(Run::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, by: &By<ReportJobView>, sort: &Sort<NewestFirst>, paging: &Paging) -> Result<Page<ReportJob>> {
    let query = || by.narrow(jobs::table.filter(visible!(report_jobs, scope, KIND)).into_boxed::<MultiBackend>());
    let page = sorted!(conn, query().select(ReportJob::as_select()), paging, sort, jobs::id => Id, jobs::id, |j: &ReportJob| (j.id, j.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

/// The runs of a saved report.
pub fn runs(conn: &mut Conn, job: Id, by: &By<ReportRunView>, sort: &Sort<NewestFirst>, paging: &Paging) -> Result<Page<Run>> {
    let query = || by.narrow(runs::table.filter(runs::job_id.eq(job)).into_boxed::<MultiBackend>());
    let page = sorted!(conn, query().select(Run::as_select()), paging, sort, runs::id => Id, runs::id, |r: &Run| (r.id, r.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

/// Whether a kept result is this file.
pub fn names_file(conn: &mut Conn, sha256: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(runs::table.filter(runs::sha256.eq(sha256)))).get_result(conn)?)
}

pub fn insert(conn: &mut Conn, job: &ReportJob) -> Result<()> {
    diesel::insert_into(jobs::table).values(job).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &ReportJob, after: &ReportJob) -> Result<()> {
    let moved = diesel::update(jobs::table.find(before.id).filter(jobs::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

pub fn insert_run(conn: &mut Conn, run: &Run) -> Result<()> {
    diesel::insert_into(runs::table).values(run).execute(conn)?;
    Ok(())
}

/// Writes the run back if it is still in the state that it was read in; says whether it was.
pub fn update_run(conn: &mut Conn, before: &Run, after: &Run) -> Result<bool> {
    let run = runs::table.find(before.id).filter(runs::version.eq(before.version)).filter(runs::state.eq(before.state));
    Ok(diesel::update(run).set(after).execute(conn)? == 1)
}

/// Saved reports whose moment has come.
pub fn due(conn: &mut Conn, now: Stamp) -> Result<Vec<ReportJob>> {
    Ok(jobs::table
        .filter(jobs::state.eq(ReportJobState::Active))
        .filter(jobs::next_run_at.le(now))
        .order((jobs::next_run_at, jobs::id))
        .limit(BATCH)
        .select(ReportJob::as_select())
        .load(conn)?)
}

/// When saved reports run next; not a change that anybody has made, so their versions stay.
pub fn plan_next(conn: &mut Conn, all: &[Id], next: Option<Stamp>, waiting: bool) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq_any(all.to_vec()))).set((jobs::next_run_at.eq(next), jobs::waiting.eq(waiting))).execute(conn)?;
    Ok(())
}

/// Saved reports whose moment is still to come.
pub fn ahead(conn: &mut Conn, now: Stamp) -> Result<Vec<ReportJob>> {
    Ok(jobs::table
        .filter(jobs::state.eq(ReportJobState::Active))
        .filter(jobs::next_run_at.gt(now))
        .order(jobs::id)
        .select(ReportJob::as_select())
        .load(conn)?)
}

/// The last moment for which each of them had a run, where that is not longer ago than a schedule looks ahead.
pub fn last_planned(conn: &mut Conn, now: Stamp) -> Result<HashMap<Id, Stamp>> {
    let since = now.plus_seconds(-RECENT_SECONDS);
    let ahead = jobs::table.filter(jobs::state.eq(ReportJobState::Active)).filter(jobs::next_run_at.gt(now)).select(jobs::id);
    let rows: Vec<(Id, Stamp)> = runs::table
        .filter(runs::job_id.eq_any(ahead))
        .filter(runs::planned_for.ge(since).assume_not_null())
        .order(runs::planned_for)
        .select((runs::job_id, runs::planned_for.assume_not_null()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Saved reports of an organisation that are not archived.
pub fn open_of(conn: &mut Conn, organization: Id) -> Result<Vec<ReportJob>> {
    Ok(jobs::table
        .filter(jobs::owner_id.eq(organization))
        .filter(jobs::state.ne(ReportJobState::Archived))
        .order(jobs::id)
        .select(ReportJob::as_select())
        .load(conn)?)
}

/// Runs of these saved reports that have not ended.
pub fn open_runs(conn: &mut Conn, of: &[Id]) -> Result<Vec<Run>> {
    Ok(runs::table
        .filter(runs::job_id.eq_any(of.to_vec()))
        .filter(runs::state.eq_any([JobState::Queued, JobState::Running]))
        .order(runs::id)
        .select(Run::as_select())
        .load(conn)?)
}

/// The run that has waited longest since it was last touched, be it one whose process has died: one that was put back lets others by.
pub fn next_run(conn: &mut Conn, now: Stamp) -> Result<Option<Run>> {
    let died = runs::state.eq(JobState::Running).and(runs::started_at.le(now.plus_seconds(-LEASE_SECONDS)).assume_not_null());
    Ok(runs::table.filter(runs::state.eq(JobState::Queued).or(died)).order((runs::updated_at, runs::id)).select(Run::as_select()).first(conn).optional()?)
}

/// Whether there is anything to plan or to run.
pub fn anything_due(conn: &mut Conn, now: Stamp) -> Result<bool> {
    let planned: Option<Id> =
        jobs::table.filter(jobs::state.eq(ReportJobState::Active)).filter(jobs::next_run_at.le(now)).select(jobs::id).first(conn).optional()?;
    Ok(planned.is_some() || next_run(conn, now)?.is_some())
}

/// A province and those that it succeeded.
pub fn provinces_of(conn: &mut Conn, province: Id) -> Result<Vec<Id>> {
    let mut all = vec![province];
    all.extend(provinces::table.filter(provinces::successor_id.eq(province)).order(provinces::id).select(provinces::id).load::<Id>(conn)?);
    Ok(all)
}
