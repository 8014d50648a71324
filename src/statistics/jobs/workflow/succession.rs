//! What becomes of saved reports when their organisation ends (RULES 18).

use super::{change, planned, run_change, run_view, view};
use crate::{
    ask::Ask,
    authz::{self, Relations, Standing},
    db::{Conn, Json},
    error::{Error, Result},
    id::Id,
    journal, organizations,
    statistics::{
        jobs::{
            model::{JobState, KIND, ReportJob, ReportJobAction as Act, ReportJobState as State, Run, stored, typed},
            schedule::Schedule,
            store,
        },
        model::{Cut, ReportFilter},
    },
};
use chrono::NaiveDate;
use std::collections::HashMap;

/// A filter that names an organisation which ends names its only successor from now on.
fn narrowed(filter: &Json, heirs: &HashMap<Id, Id>) -> Result<Json> {
    let filter: ReportFilter = typed(filter)?;
    let organization_id = filter.organization_id.map(|id| heirs.get(&id).copied().unwrap_or(id));
    stored(&ReportFilter { organization_id, ..filter })
}

/// Saved reports pass to an only successor and go on there from its first day, with the runs that wait; a moment that was
/// missed is made up for. Runs that have ended keep whose they were: with these eyes they are made again. What was archived
/// stays, and the successor looks at it. Says how many there were.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id, heirs: &HashMap<Id, Id>, eve: NaiveDate) -> Result<usize> {
    let all = store::open_of(conn, from)?;
    if all.is_empty() {
        return Ok(0);
    }
    let province = organizations::find(conn, to)?.province_id;
    let begin = Cut::end_of(eve);
    for before in &all {
        let mut after = ReportJob { owner_id: to, province_id: province, filter: narrowed(&before.filter, heirs)?, ..before.clone() };
        if begin > ask.now && before.next_run_at.is_some_and(|at| at < begin) {
            let schedule: Option<Schedule> = before.schedule.as_ref().map(typed).transpose()?;
            (after.next_run_at, after.waiting) = planned(conn, schedule.as_ref(), begin.plus_seconds(-1))?;
        }
        save(conn, ask, before, after, "reassign", None)?;
        authz::relate(conn, KIND, before.id, to, Relations::OWNER)?;
    }
    for before in store::open_runs(conn, &all.iter().map(|job| job.id).collect::<Vec<_>>())? {
        let filter = narrowed(&before.filter, heirs)?;
        // What a process is making with the rights of before is made again, and its result is not taken.
        let after = Run { owner_id: to, province_id: province, filter, state: JobState::Queued, progress: 0, started_at: None, ..before.clone() };
        save_run(conn, ask, &before, after, "reassign", None)?;
    }
    Ok(all.len())
}

/// Saved reports of an organisation with several successors end: with whose rights they would go on, nobody has said. Each
/// successor looks at them and at their runs.
pub fn end(conn: &mut Conn, ask: &Ask, from: Id) -> Result<()> {
    let reason = Some("Sáp nhập: cơ quan có nhiều cơ quan kế thừa");
    let all = store::open_of(conn, from)?;
    for before in &all {
        let after = ReportJob { state: State::Archived, next_run_at: None, waiting: false, ..before.clone() };
        save(conn, ask, before, after, Act::Archive.word(), reason)?;
    }
    for before in store::open_runs(conn, &all.iter().map(|job| job.id).collect::<Vec<_>>())? {
        let after = Run { state: JobState::Cancelled, finished_at: Some(ask.now), ..before.clone() };
        save_run(conn, ask, &before, after, Act::Cancel.word(), reason)?;
    }
    Ok(())
}

fn save(conn: &mut Conn, ask: &Ask, before: &ReportJob, mut after: ReportJob, action: &str, reason: Option<&str>) -> Result<()> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = ask.actor.user;
    store::update(conn, before, &after)?;
    let (was, is) = (view(ask, before.clone(), Standing::NEW)?, view(ask, after.clone(), Standing::NEW)?);
    journal::record(conn, ask, change(&after, action, reason), Some(&was), Some(&is))
}

fn save_run(conn: &mut Conn, ask: &Ask, before: &Run, mut after: Run, action: &str, reason: Option<&str>) -> Result<()> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    if !store::update_run(conn, before, &after)? {
        return Err(Error::Clash);
    }
    let (was, is) = (run_view(ask, before, Standing::NEW)?, run_view(ask, &after, Standing::NEW)?);
    journal::record(conn, ask, run_change(&after, action, reason), Some(&was), Some(&is))
}
