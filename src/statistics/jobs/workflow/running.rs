//! The background worker's part: plans runs whose moment has come, and makes one after the other. However many processes
//! do so, each moment gives one run and each run is made once: planning and taking are claimed, and what was taken by a
//! process that has died is taken again.

use super::{
    making::{self, Wanted},
    planning, queue, run_change, run_view,
};
use crate::{
    ask::Ask,
    authz::{Relations, Standing},
    calendars,
    db::{Conn, Db, claim},
    error::{Error, Result},
    journal, people,
    statistics::{
        jobs::{
            files,
            model::{JobState, Pin, ReportJob, Run, RunFailure, stored, typed},
            schedule::Schedule,
            store,
        },
        model::ReportFilter,
        rewind,
        store::Sight,
        workflow::{calendar, sight},
    },
    time::{Clock, Stamp},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::sync::watch;

/// Serialises the planners of replicas.
const PLANNER_LOCK: i64 = 0x6e68_6970_6361_7511;
/// Serialises taking a run.
const TAKER_LOCK: i64 = 0x6e68_6970_6361_7512;
/// Between two looks.
const BEAT: Duration = Duration::from_millis(500);
/// How long it is left alone after a failure.
const REST: Duration = Duration::from_secs(5);
/// How long a run is tried again while the database or its connections are short; what lasts longer is a failure.
const PATIENCE_SECONDS: i64 = 24 * 3600;
/// Runs that are made in one pass.
const STRETCH: usize = 20;
/// Who sees a run that nobody looks at yet: the journal.
const OWN: Standing = Standing { relations: Relations::OWNER, ..Standing::NEW };

/// Plans and makes what is due, until `stop` says true.
pub async fn run(db: Db, clock: Clock, data: PathBuf, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let (db, data, now) = (db.clone(), data.clone(), clock.now());
        let outcome = actix_web::web::block(move || pass(&db, &data, now)).await.map_err(Error::internal).and_then(|done| done);
        let pause = match outcome {
            Ok(_) => BEAT,
            Err(e) => {
                // A database that is away for the moment is no failure of ours.
                let level = if matches!(e, Error::Unavailable(_) | Error::Clash) { log::Level::Warn } else { log::Level::Error };
                log::log!(level, "saved reports: {e}");
                REST
            }
        };
        if let Ok(told) = tokio::time::timeout(pause, stop.changed()).await
            && told.is_err()
        {
            return;
        }
    }
}

/// Plans what is due and makes what waits; says how many runs have ended. A run that met a shortage waits on, and the pass
/// ends with the error, so that whoever calls it rests before the next.
pub fn pass(db: &Db, data: &Path, now: Stamp) -> Result<usize> {
    if !db.read_now(|conn| store::anything_due(conn, now))? {
        return Ok(0);
    }
    db.write_now(|conn| plan(conn, now))?;
    let mut done = 0;
    while done < STRETCH {
        let Some(run) = db.write_now(|conn| take(conn, now))? else { break };
        let outcome = db.export_now(|conn| made(conn, &run, data, now));
        let outcome = outcome.and_then(|made| match made {
            Ok((pin, filter, bytes)) => {
                let sha256 = files::sha256(&bytes);
                files::keep(data, &sha256, &bytes)?;
                Ok(Ok((pin, filter, sha256, i64::try_from(bytes.len()).map_err(Error::internal)?)))
            }
            Err(failure) => Ok(Err(failure)),
        });
        let outcome = match outcome {
            Err(e @ (Error::Unavailable(_) | Error::Clash)) if now < run.created_at.plus_seconds(PATIENCE_SECONDS) => {
                db.write_now(|conn| put_back(conn, &run, now))?;
                return Err(e);
            }
            outcome => outcome,
        };
        let outcome = outcome.unwrap_or_else(|e| {
            log::error!("run {} of a saved report: {e}", run.id);
            Err(told(&e))
        });
        db.write_now(|conn| end(conn, &run, &outcome, now))?;
        done += 1;
    }
    Ok(done)
}

/// Queues the runs whose moment has come. A moment that was missed is made up for once.
fn plan(conn: &mut Conn, now: Stamp) -> Result<usize> {
    if !claim(conn, PLANNER_LOCK)? {
        return Ok(0);
    }
    let ask = Ask::internal(people::system_actor(), now);
    let due = store::due(conn, now)?;
    let calendar = calendars::current(conn)?;
    for job in &due {
        let Some(schedule) = job.schedule.as_ref().map(typed::<Schedule>).transpose()? else {
            store::plan_next(conn, &[job.id], None, false)?;
            continue;
        };
        let mut next = planning::next(&schedule, now, now, &calendar);
        if let Some(planned) = job.next_run_at.filter(|_| !job.waiting) {
            // The calendar of then may have been another: the moment is the one that the calendar of now gives.
            match planning::next(&schedule, planned.plus_seconds(-1), now, &calendar) {
                (Some(moment), false) if moment <= now => drop(queue(conn, &ask, job, Some(moment), OWN)?),
                moved => next = moved,
            }
        }
        store::plan_next(conn, &[job.id], next.0, next.1)?;
    }
    Ok(due.len())
}

/// Takes the run that has waited longest.
fn take(conn: &mut Conn, now: Stamp) -> Result<Option<Run>> {
    if !claim(conn, TAKER_LOCK)? {
        return Ok(None);
    }
    let Some(before) = store::next_run(conn, now)? else { return Ok(None) };
    let after = Run { state: JobState::Running, progress: 10, started_at: Some(now), updated_at: now, ..before.clone() };
    Ok(store::update_run(conn, &before, &after)?.then_some(after))
}

/// Lets a run that was taken wait again, unless it was cancelled meanwhile. Like taking, it is no change that anybody has made.
fn put_back(conn: &mut Conn, taken: &Run, now: Stamp) -> Result<bool> {
    let after = Run { state: JobState::Queued, progress: 0, started_at: None, updated_at: now, ..taken.clone() };
    store::update_run(conn, taken, &after)
}

/// What a run gave: what it rested on, its filter, its bytes.
type Made = (Pin, ReportFilter, Vec<u8>);

/// How a run ended: what it rested on, its filter, its file's hash and size.
type Outcome = Result<(Pin, ReportFilter, String, i64), RunFailure>;

/// Makes a run with the rights that its owner has now.
fn made(conn: &mut Conn, run: &Run, data: &Path, now: Stamp) -> Result<Result<Made, RunFailure>> {
    let job: ReportJob = store::find(conn, run.job_id)?;
    let Some(actor) = making::owner(conn, run.owner_id, now)? else {
        return Ok(Err(failure("owner_ended", "Cơ quan của báo cáo định kỳ này đã kết thúc hoạt động.", "The organisation of this saved report has ended.")));
    };
    let sight = sight(conn, &actor)?;
    if job.whole_province && !matches!(sight, Sight::Provinces(_)) {
        return Ok(Err(failure(
            "right_lost",
            "Cơ quan không còn được xem số liệu toàn tỉnh; hãy lưu lại báo cáo định kỳ với quyền hiện có.",
            "The organisation no longer sees the figures of the province; save the report again with the rights that it has.",
        )));
    }
    let ask = Ask::internal(actor, now);
    let mut filter: ReportFilter = typed(&run.filter)?;
    if let Some(window) = job.report_window {
        // A moment that was missed is made up for with the figures that it was to show.
        filter.period = window.on(run.planned_for.unwrap_or(run.created_at).day());
    }
    let cut = rewind::cut(conn, now, None)?;
    let (cut, calendar) = if run.report.shows_present_rows() { (cut.present(), calendars::current(conn)?) } else { (cut, calendar(conn, &cut)?) };
    let wanted = Wanted { report: run.report, filter: &filter, format: run.format };
    let pinned = making::versions(conn, &ask, &wanted, &cut).and_then(|versions| {
        let pin = Pin { cut, sight, calendar_version: calendar.version().to_owned(), versions };
        let bytes = making::bytes(conn, &ask, &wanted, &pin, &calendar, data)?;
        Ok((pin, bytes))
    });
    match pinned {
        Ok((pin, bytes)) => Ok(Ok((pin, filter, bytes))),
        // What the owner may not see (any more) is an answer, not a breakdown.
        Err(e @ Error::Refused(_)) => Ok(Err(told(&e))),
        Err(e) => Err(e),
    }
}

fn failure(code: &str, vi: &str, en: &str) -> RunFailure {
    RunFailure { code: code.to_owned(), message: vi.to_owned(), message_en: en.to_owned() }
}

/// What the caller of a request would be told.
fn told(e: &Error) -> RunFailure {
    let refusal = e.refusal();
    failure(refusal.code, &refusal.vi, &refusal.en)
}

/// Writes down how a run ended, unless it was cancelled meanwhile.
fn end(conn: &mut Conn, before: &Run, outcome: &Outcome, now: Stamp) -> Result<()> {
    let mut after = Run { finished_at: Some(now), version: before.version + 1, updated_at: now, ..before.clone() };
    let action = match outcome {
        Ok((pin, filter, sha256, size)) => {
            after.state = JobState::Succeeded;
            after.progress = 100;
            after.snapshot = Some(pin.cut.to_string());
            after.filter = stored(filter)?;
            after.pin = Some(stored(pin)?);
            after.sha256 = Some(sha256.clone());
            after.size = Some(*size);
            "succeed"
        }
        Err(why) => {
            after.state = JobState::Failed;
            after.failure = Some(stored(why)?);
            "fail"
        }
    };
    if !store::update_run(conn, before, &after)? {
        return Ok(());
    }
    let ask = Ask::internal(people::system_actor(), now);
    let (was, is) = (run_view(&ask, before, OWN)?, run_view(&ask, &after, OWN)?);
    journal::record(conn, &ask, run_change(&after, action, None), Some(&was), Some(&is))
}
