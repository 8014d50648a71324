//! Work in the background: a list of jobs, each run again and again in a unit of work of its own.
//!
//! A job must be safe to run in several processes at once: it claims its work ([`crate::db::claim`]) or is a change that
//! can be made twice. A job that fails is logged and tried again later; nothing ends the loop but the signal to stop.

use crate::{
    db::{Conn, Db},
    error::{Error, Result},
    feed, sequencer,
    time::{Clock, Stamp},
};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Between two looks at the list. An entry of the journal is sealed within 1 s (RULES 22).
const BEAT: Duration = Duration::from_millis(300);
/// How long a job that failed is left alone.
const REST: Duration = Duration::from_secs(5);
/// How often a job that found its batch full may go on at once.
const STRETCH: usize = 20;
/// Answers kept for idempotent calls that one run takes away.
const STALE_ANSWERS: i64 = 1_000;

/// One job.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// What the log calls it.
    pub name: &'static str,
    /// How often it runs.
    pub every: Duration,
    /// Whether there is anything to do: one cheap look, so that an idle service does not write.
    pub due: Option<fn(&mut Conn, Stamp) -> Result<bool>>,
    /// Does some of it; says how much. Called again at once while it says [`Job::batch`] or more.
    pub run: fn(&mut Conn, Stamp) -> Result<usize>,
    /// A full batch; 0 for a job that does everything in one run.
    pub batch: usize,
}

/// The jobs that the service cannot do without; the slices' own come beside them.
pub fn standing_jobs() -> Vec<Job> {
    vec![
        Job {
            name: "sequence",
            every: BEAT,
            due: Some(|conn, _| sequencer::waiting(conn)),
            run: |conn, _| sequencer::sequence(conn, sequencer::BATCH),
            batch: usize::try_from(sequencer::BATCH).unwrap_or(usize::MAX),
        },
        Job {
            name: "feed",
            every: BEAT,
            due: Some(|conn, _| feed::waiting(conn)),
            run: feed::number,
            batch: usize::try_from(feed::BATCH).unwrap_or(usize::MAX),
        },
        Job { name: "fold_feed", every: Duration::from_secs(3600), due: None, run: feed::fold, batch: usize::try_from(feed::BATCH).unwrap_or(usize::MAX) },
        Job {
            name: "forget_answers",
            every: Duration::from_secs(600),
            due: Some(|conn, now| crate::ask::stale_answers(conn, now, 1).map(|keys| !keys.is_empty())),
            run: |conn, now| {
                let keys = crate::ask::stale_answers(conn, now, STALE_ANSWERS)?;
                crate::ask::forget_answers(conn, &keys)
            },
            batch: usize::try_from(STALE_ANSWERS).unwrap_or(usize::MAX),
        },
    ]
}

/// Runs every job once, whether or not its time has come; for stories, and for the last beat before the end.
pub async fn tick(db: &Db, jobs: &[Job], now: Stamp) -> Result<()> {
    for job in jobs {
        work(db, *job, now).await?;
    }
    Ok(())
}

/// Runs the jobs until `stop` says true (or its sender is gone).
pub async fn run(db: Db, clock: Clock, jobs: Vec<Job>, mut stop: watch::Receiver<bool>) {
    let mut next: Vec<Instant> = vec![Instant::now(); jobs.len()];
    loop {
        for (job, next) in jobs.iter().zip(&mut next) {
            if *stop.borrow() {
                return;
            }
            if Instant::now() < *next {
                continue;
            }
            *next = Instant::now() + job.every;
            if let Err(e) = work(&db, *job, clock.now()).await {
                // A database that is away for the moment is no failure of ours; the job is done when it is back.
                let level = if matches!(e, Error::Unavailable(_) | Error::Clash) { log::Level::Warn } else { log::Level::Error };
                log::log!(level, "job {}: {e}", job.name);
                *next = Instant::now() + REST.max(job.every);
            }
        }
        if let Ok(told) = tokio::time::timeout(BEAT, stop.changed()).await
            && (told.is_err() || *stop.borrow())
        {
            return;
        }
    }
}

async fn work(db: &Db, job: Job, now: Stamp) -> Result<()> {
    if let Some(due) = job.due
        && !db.read(move |conn| due(conn, now)).await?
    {
        return Ok(());
    }
    for _ in 0..STRETCH {
        let done = db.write(move |conn| (job.run)(conn, now)).await?;
        if done > 0 {
            log::debug!("job {}: {done}", job.name);
        }
        if job.batch == 0 || done < job.batch {
            break;
        }
    }
    Ok(())
}
