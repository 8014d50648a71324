//! Saving reports, asking for runs, looking at them.

use super::{
    model::{
        Job, JobAction, JobState, JobTransition, KIND, NewReportJob, Pin, RUN, ReportFormat, ReportJob, ReportJobAction as Act, ReportJobPatch,
        ReportJobState as State, ReportJobTransition, ReportJobView, ReportRunView, Run, faults, stored, typed,
    },
    policy::RULES,
    schedule::Schedule,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well},
    filters::By,
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    page::{NewestFirst, Page, Paging, Sort},
    statistics::{
        model::{ReportFilter, ReportKind},
        store::Sight,
        workflow::sight,
    },
    time::Stamp,
};

pub mod making;
pub mod planning;
pub mod running;
pub mod succession;
pub mod verifying;

pub use planning::planned;

/// The life of a saved report.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Active, Act::Pause, State::Paused),
    (State::Paused, Act::Resume, State::Active),
    (State::Active, Act::Archive, State::Archived),
    (State::Paused, Act::Archive, State::Archived),
]);

fn standing(conn: &mut Conn, ask: &Ask, job: &ReportJob) -> Result<Standing> {
    authz::standing(conn, &ask.actor, KIND, job.id, job.province_id, job.audience)
}

fn view(ask: &Ask, job: ReportJob, standing: Standing) -> Result<ReportJobView> {
    let open = job.state != State::Archived;
    let beside: &[Act] = if open { &[Act::Edit, Act::Run] } else { &[] };
    Ok(ReportJobView {
        allowed_actions: beside.iter().copied().chain(FLOW.actions(job.state)).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
        filter: typed(&job.filter)?,
        schedule: job.schedule.as_ref().map(typed).transpose()?,
        next_run_at: job.next_run_at.filter(|_| !job.waiting),
        id: job.id,
        owner_id: job.owner_id,
        title: job.title,
        report: job.report,
        window: job.report_window,
        format: job.format,
        whole_province: job.whole_province,
        state: job.state,
        version: job.version,
        created_at: job.created_at,
        created_by: job.created_by,
        updated_at: job.updated_at,
        updated_by: job.updated_by,
    })
}

fn change<'a>(job: &ReportJob, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: job.id, version: Some(job.version), owner: Some(job.owner_id), province: Some(job.province_id), action, reason }
}

fn check(title: &str, mut found: Vec<Fault>) -> Result<()> {
    if title.trim().is_empty() {
        found.push(Fault::at("/title", "blank", "Hãy ghi tên.", "Name it."));
    }
    all_well(found)
}

/// Saves a report.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewReportJob>) -> Result<ReportJobView> {
    if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    check(&new.title, faults(new.report, &new.filter, new.window, new.format, new.schedule.as_ref()))?;
    let (owner, province) = (ask.actor.organization()?, ask.actor.province()?);
    let (next_run_at, waiting) = planned(conn, new.schedule.as_ref(), ask.now)?;
    let job = ReportJob {
        id: Id::fresh(),
        province_id: province,
        audience: Audience::Related as i32,
        owner_id: owner,
        title: new.title,
        report: new.report,
        filter: stored(&new.filter)?,
        report_window: new.window,
        format: new.format,
        schedule: new.schedule.as_ref().map(stored).transpose()?,
        whole_province: matches!(sight(conn, &ask.actor)?, Sight::Provinces(_)),
        state: State::Active,
        next_run_at,
        waiting,
        version: 1,
        created_at: ask.now,
        created_by: ask.actor.user,
        updated_at: ask.now,
        updated_by: ask.actor.user,
    };
    store::insert(conn, &job)?;
    authz::relate(conn, KIND, job.id, owner, Relations::OWNER)?;
    let shown = view(ask, job.clone(), Standing { relations: Relations::OWNER, ..Standing::NEW })?;
    journal::record(conn, ask, change(&job, "create", None), NOTHING, Some(&shown))?;
    Ok(shown)
}

fn permitted(conn: &mut Conn, ask: &Ask, id: Id, act: Act) -> Result<(ReportJob, Standing)> {
    let job = store::find(conn, id)?;
    let standing = standing(conn, ask, &job)?;
    authz::permit(RULES, &ask.actor, Act::View, act, standing)?;
    Ok((job, standing))
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<ReportJobView> {
    let (job, standing) = permitted(conn, ask, id, Act::View)?;
    view(ask, job, standing)
}

/// The page that this caller may see: two statements.
pub fn list(conn: &mut Conn, ask: &Ask, by: &By<ReportJobView>, sort: &Sort<NewestFirst>, paging: &Paging) -> Result<Page<ReportJobView>> {
    let scope = authz::scope(RULES, &ask.actor, Act::View)?;
    let page = store::list(conn, &scope, by, sort, paging)?;
    let (next, total) = (page.next, page.total);
    let items = page.items.into_iter().map(|job| {
        let relations = if ask.actor.organization == Some(job.owner_id) { Relations::OWNER } else { Relations::PREDECESSOR };
        view(ask, job, Standing { relations, ..Standing::NEW })
    });
    Ok(Page { items: items.collect::<Result<_>>()?, next, total })
}

fn save(conn: &mut Conn, ask: &Ask, before: &ReportJob, mut after: ReportJob, standing: Standing, action: &str, reason: Option<&str>) -> Result<ReportJobView> {
    let was = view(ask, before.clone(), standing)?;
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = ask.actor.user;
    store::update(conn, before, &after)?;
    let is = view(ask, after.clone(), standing)?;
    journal::record(conn, ask, change(&after, action, reason), Some(&was), Some(&is))?;
    Ok(is)
}

/// Changes a saved report; what has run stays as it was made.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ReportJobPatch>) -> Result<ReportJobView> {
    let (before, standing) = permitted(conn, ask, id, Act::Edit)?;
    ask.proceed(conn, Some(before.version))?;
    must_be_open(&before)?;
    let patch = body.open()?;
    let mut after = before.clone();
    after.title = patch.title.unwrap_or(after.title);
    let filter: ReportFilter = body.merged("filter", Some(typed::<ReportFilter>(&before.filter)?))?.unwrap_or_default();
    after.report_window = patch.window.unwrap_or(after.report_window);
    after.format = patch.format.unwrap_or(after.format);
    let schedule: Option<Schedule> = match patch.schedule {
        Some(schedule) => schedule,
        None => before.schedule.as_ref().map(typed).transpose()?,
    };
    check(&after.title, faults(after.report, &filter, after.report_window, after.format, schedule.as_ref()))?;
    after.filter = stored(&filter)?;
    after.schedule = schedule.as_ref().map(stored).transpose()?;
    after.whole_province = matches!(sight(conn, &ask.actor)?, Sight::Provinces(_));
    (after.next_run_at, after.waiting) = if after.state == State::Active { planned(conn, schedule.as_ref(), ask.now)? } else { (None, false) };
    save(conn, ask, &before, after, standing, Act::Edit.word(), None)
}

fn must_be_open(job: &ReportJob) -> Result<()> {
    if job.state != State::Archived {
        return Ok(());
    }
    Err(Error::conflict("archived", "Báo cáo định kỳ này đã lưu trữ.", "This saved report is archived."))
}

/// Pauses, resumes or archives.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ReportJobTransition>) -> Result<ReportJobView> {
    let (before, standing) = permitted(conn, ask, id, Act::Edit)?;
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    let mut after = before.clone();
    after.state = FLOW.next(before.state, step.action)?;
    let schedule: Option<Schedule> = before.schedule.as_ref().map(typed).transpose()?;
    (after.next_run_at, after.waiting) = if after.state == State::Active { planned(conn, schedule.as_ref(), ask.now)? } else { (None, false) };
    save(conn, ask, &before, after, standing, step.action.word(), step.reason.as_deref())
}

/// Whether a report can be made again exactly, whatever has changed since: the journal tells all that it rests on, or it
/// pins it. A paper rests on more than that: the organisation above the issuer, the document that it was issued as.
pub fn repeatable(report: ReportKind, format: ReportFormat) -> bool {
    format != ReportFormat::Docx && matches!(report, ReportKind::TaskProgress | ReportKind::ReportingRates | ReportKind::ConsolidatedReport)
}

/// A run as the caller sees it.
pub fn run_view(ask: &Ask, run: &Run, standing: Standing) -> Result<ReportRunView> {
    let acts: &[Act] = match run.state {
        JobState::Queued | JobState::Running => &[Act::Cancel],
        JobState::Succeeded => &[Act::Verify],
        JobState::Failed | JobState::Cancelled => &[],
    };
    Ok(ReportRunView {
        allowed_actions: acts.iter().copied().filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
        id: run.id,
        job_id: run.job_id,
        owner_id: run.owner_id,
        report: run.report,
        filter: typed(&run.filter)?,
        format: run.format,
        state: run.state,
        planned_for: run.planned_for,
        asked_by: run.asked_by,
        started_at: run.started_at,
        finished_at: run.finished_at,
        snapshot: run.snapshot.clone(),
        sha256: run.sha256.clone(),
        size: run.size,
        content: run.sha256.as_ref().map(|_| format!("/api/v1/report-job-runs/{}/content", run.id)),
        repeatable: repeatable(run.report, run.format),
        failure: run.failure.as_ref().map(typed).transpose()?,
        version: run.version,
        created_at: run.created_at,
        updated_at: run.updated_at,
    })
}

/// A run as long work.
pub fn job_view(ask: &Ask, run: &Run, standing: Standing) -> Result<Job> {
    let open = matches!(run.state, JobState::Queued | JobState::Running);
    Ok(Job {
        id: run.id,
        kind: RUN.to_owned(),
        state: run.state,
        progress: run.progress,
        result: (run.state == JobState::Succeeded).then(|| format!("/api/v1/report-job-runs/{}", run.id)),
        failure: run.failure.as_ref().map(typed).transpose()?,
        version: run.version,
        created_at: run.created_at,
        updated_at: run.updated_at,
        allowed_actions: if open && authz::may(RULES, &ask.actor, Act::Cancel, standing) { vec![JobAction::Cancel] } else { vec![] },
    })
}

fn run_change<'a>(run: &Run, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: RUN, id: run.id, version: Some(run.version), owner: Some(run.owner_id), province: Some(run.province_id), action, reason }
}

/// Queues a run.
pub fn queue(conn: &mut Conn, ask: &Ask, job: &ReportJob, planned_for: Option<Stamp>, standing: Standing) -> Result<Run> {
    let run = Run {
        id: Id::fresh(),
        province_id: job.province_id,
        job_id: job.id,
        owner_id: job.owner_id,
        report: job.report,
        filter: job.filter.clone(),
        format: job.format,
        state: JobState::Queued,
        planned_for,
        asked_by: Some(ask.actor.user).filter(|_| planned_for.is_none()),
        progress: 0,
        started_at: None,
        finished_at: None,
        snapshot: None,
        pin: None,
        sha256: None,
        size: None,
        failure: None,
        version: 1,
        created_at: ask.now,
        updated_at: ask.now,
    };
    store::insert_run(conn, &run)?;
    journal::record(conn, ask, run_change(&run, "create", None), NOTHING, Some(&run_view(ask, &run, standing)?))?;
    Ok(run)
}

/// Somebody asks for a run now.
pub fn ask_for_run(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Job> {
    let (job, standing) = permitted(conn, ask, id, Act::Run)?;
    ask.proceed(conn, None)?;
    must_be_open(&job)?;
    let run = queue(conn, ask, &job, None, standing)?;
    job_view(ask, &run, standing)
}

/// A run with how the caller stands to it, which is how they stand to the saved report.
fn seen_run(conn: &mut Conn, ask: &Ask, id: Id, act: Act) -> Result<(Run, Standing)> {
    let run = store::find_run(conn, id)?;
    let (_, standing) = permitted(conn, ask, run.job_id, act)?;
    Ok((run, standing))
}

/// One run.
pub fn show_run(conn: &mut Conn, ask: &Ask, id: Id) -> Result<ReportRunView> {
    let (run, standing) = seen_run(conn, ask, id, Act::View)?;
    run_view(ask, &run, standing)
}

/// The runs of a saved report.
pub fn list_runs(conn: &mut Conn, ask: &Ask, id: Id, by: &By<ReportRunView>, sort: &Sort<NewestFirst>, paging: &Paging) -> Result<Page<ReportRunView>> {
    let (_, standing) = permitted(conn, ask, id, Act::View)?;
    let page = store::runs(conn, id, by, sort, paging)?;
    let (next, total) = (page.next, page.total);
    Ok(Page { items: page.items.iter().map(|run| run_view(ask, run, standing)).collect::<Result<_>>()?, next, total })
}

/// A run as long work.
pub fn show_job(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Job> {
    let (run, standing) = seen_run(conn, ask, id, Act::View)?;
    job_view(ask, &run, standing)
}

/// Cancels a run that has not ended.
pub fn cancel(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<JobTransition>) -> Result<Job> {
    let (before, standing) = seen_run(conn, ask, id, Act::Cancel)?;
    ask.proceed(conn, Some(before.version))?;
    if !matches!(before.state, JobState::Queued | JobState::Running) {
        return Err(Error::conflict("ended", "Lần chạy này đã kết thúc.", "This run has ended.").allowing(vec![]));
    }
    let step = body.open()?;
    let after = Run { state: JobState::Cancelled, finished_at: Some(ask.now), version: before.version + 1, updated_at: ask.now, ..before.clone() };
    if !store::update_run(conn, &before, &after)? {
        return Err(Error::Clash);
    }
    let (was, is) = (run_view(ask, &before, standing)?, run_view(ask, &after, standing)?);
    journal::record(conn, ask, run_change(&after, "cancel", step.reason.as_deref()), Some(&was), Some(&is))?;
    job_view(ask, &after, standing)
}

/// Where the file of a run is: its hash, size and format, for those who may look.
pub fn content(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Run> {
    let (run, _) = seen_run(conn, ask, id, Act::View)?;
    if run.sha256.is_none() {
        return Err(Error::conflict("no_content", "Lần chạy này chưa có kết quả.", "This run has no result."));
    }
    Ok(run)
}

/// What a run rested on.
fn pin(run: &Run) -> Result<Pin> {
    run.pin.as_ref().map(typed).transpose()?.ok_or_else(|| Error::conflict("no_content", "Lần chạy này chưa có kết quả.", "This run has no result."))
}
