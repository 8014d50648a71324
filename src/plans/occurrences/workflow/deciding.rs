//! Completion is proposed, accepted or sent back; on time is decided here, once (RULES 12).

use super::{missing, save_part};
use crate::{
    ask::Ask,
    calendar::Calendar,
    calendars,
    db::Conn,
    error::{Error, Result},
    id::Id,
    journal::{self, Change},
    ontime,
    plans::{
        model::{NEVER, calendar_error, from_json, to_json},
        occurrences::model::{Decision, Occurrence, TaskTransition, lays},
        parts::{
            self,
            model::{LayView, Part, PartEntry, PartState, TaskRole},
        },
        tasks::{
            assignees,
            model::{Task, TaskAction as Act},
        },
    },
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

pub(super) fn propose(conn: &mut Conn, ask: &Ask, task: &Task, after: &mut Occurrence, step: &TaskTransition) -> Result<()> {
    let owed = parts::store::of_occurrence(conn, after.id)?;
    if !assignees::has_lead(&task.assignees()?) {
        return Err(Error::conflict(
            "no_lead",
            "Nhiệm vụ không có cơ quan chủ trì: mỗi cơ quan báo phần của mình, đủ phần thì nhiệm vụ tự chuyển chờ chấp nhận.",
            "Nobody leads this task: each agency reports its own part, and with the last one completion is proposed.",
        ));
    }
    let own = owed.iter().find(|p| Some(p.organization_id) == ask.actor.organization && p.role == TaskRole::Lead).ok_or_else(Error::forbidden)?;
    missing(&owed, Some(own.id), step.reason.as_deref())?;
    if own.is_open() {
        let mut done = own.clone();
        done.state = PartState::Done;
        done.done_on = Some(ask.today);
        done.result = step.result.clone().or(done.result);
        if let Some(links) = &step.links {
            done.links = to_json(links)?;
        }
        save_part(conn, ask, task, own, done, "done", step.reason.as_deref())?;
    }
    after.proposed_on = Some(ask.today);
    after.proposal_reason = step.reason.clone();
    Ok(())
}

/// Whether an organisation answers for an occurrence, of whose parts it is told ([`parts::store::deciding`]): it leads, or
/// does it with others where nobody leads. A lead whose part was waived does only where nobody else leads.
pub(super) fn answers<'a>(owed: impl Iterator<Item = &'a Part> + Clone, has_lead: bool, organization: Option<Id>) -> bool {
    let is_waived = |p: &Part| p.state == PartState::Waived;
    let mut leading = owed.filter(|p| !has_lead || p.role == TaskRole::Lead);
    let all_waived = has_lead && leading.clone().all(is_waived);
    leading.any(|p| Some(p.organization_id) == organization && (all_waived || !is_waived(p)))
}

/// Decides on time, once, and freezes it with all that explains it (RULES 12); each part by the day it was done.
pub(super) fn accept(conn: &mut Conn, ask: &Ask, task: &Task, after: &mut Occurrence) -> Result<()> {
    let calendar = calendars::current(conn)?;
    // Continuous tasks and those on occasion have no deadline, whatever day the text names.
    let due = after.due_on.filter(|_| after.due_sort < NEVER);
    let submitted = after.proposed_on.unwrap_or(ask.today);
    let made = ontime::decide(due, &after.lays()?, submitted, &calendar).map_err(calendar_error)?;
    after.on_time = made.on_time;
    after.decision = Some(to_json(&Decision {
        on_time: made.on_time,
        due: made.due,
        effective_due: made.effective_due,
        submitted_on: made.submitted_on,
        returns: made.returns,
        receiver_days: made.receiver_days,
        working_days_late: made.working_days_late,
        rule: made.rule.to_owned(),
        calendar_version: made.calendar_version,
    })?);
    after.ended_on = Some(ask.today);
    let (mut well, mut late, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts::store::of_occurrence(conn, after.id)? {
        let (PartState::Done, Some(done_on)) = (part.state, part.done_on) else { continue };
        let due = part.due_on.or(due).filter(|_| part.due_sort < NEVER);
        let Some(on_time) = ontime::decide(due, &lays(&part.lays)?, done_on, &calendar).map_err(calendar_error)?.on_time else { continue };
        if on_time {
            well.push(part.id)
        } else {
            late.push(part.id)
        }
        entries.push(decided(ask, task.owner_id, &part, Part { on_time: Some(on_time), ..part.clone() }, Act::Accept.word(), None)?);
    }
    parts::store::freeze(conn, &well, true, ask.now, ask.actor.user)?;
    parts::store::freeze(conn, &late, false, ask.now, ask.actor.user)?;
    journal::record_all(conn, &entries)
}

/// What the journal says of a part that is changed with others.
fn decided(ask: &Ask, owner: Id, before: &Part, mut after: Part, action: &str, reason: Option<&str>) -> Result<journal::Entry> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    let change =
        Change { kind: parts::model::KIND, id: after.id, version: Some(after.version), owner: Some(owner), province: Some(after.province_id), action, reason };
    journal::entry(ask, change, Some(&PartEntry::of(before, ask.today)?), Some(&PartEntry::of(&after, ask.today)?))
}

/// Waives what is still owed of occurrences that come to nothing; each part's own entry says so.
pub fn waive_open(conn: &mut Conn, ask: &Ask, owner: Id, occurrences: &[Id], reason: Option<&str>) -> Result<()> {
    let mut entries = Vec::new();
    for part in parts::store::open_in(conn, occurrences)? {
        let after = Part { state: PartState::Waived, reason: Some(reason.unwrap_or_default().to_owned()), ..part.clone() };
        entries.push(decided(ask, owner, &part, after, "waive", reason)?);
    }
    parts::store::waive_open(conn, occurrences, reason.unwrap_or_default(), ask.now, ask.actor.user)?;
    journal::record_all(conn, &entries)
}

/// Moves the last day in force of the parts that have no due date of their own, each with the days that it lay; each
/// part's own entry says so.
pub(super) fn follow(conn: &mut Conn, ask: &Ask, task: &Task, occurrence: Id, due: Option<NaiveDate>, calendar: &Calendar, reason: Option<&str>) -> Result<()> {
    let mut entries = Vec::new();
    let mut moved: BTreeMap<NaiveDate, Vec<Id>> = BTreeMap::new();
    for part in parts::store::of_occurrence(conn, occurrence)?.iter().filter(|p| p.due_on.is_none()) {
        let due_sort = in_force(due, &lays(&part.lays)?, calendar)?;
        if part.due_sort != due_sort {
            moved.entry(due_sort).or_default().push(part.id);
            entries.push(decided(ask, task.owner_id, part, Part { due_sort, ..part.clone() }, Act::Redate.word(), reason)?);
        }
    }
    // Most parts never came back, so that nearly always this is one statement.
    for (due_sort, ids) in moved {
        parts::store::follow(conn, &ids, due_sort, ask.now, ask.actor.user)?;
    }
    journal::record_all(conn, &entries)
}

/// The last day in force once versions have been returned: moved on by the days they lay, at least three working days.
pub(super) fn in_force(due: Option<NaiveDate>, returned: &[ontime::Lay], calendar: &Calendar) -> Result<NaiveDate> {
    let Some(due) = due else { return Ok(NEVER) };
    let until = returned.iter().filter_map(|l| l.returned_on).max().unwrap_or(due);
    Ok(ontime::decide(Some(due), returned, until, calendar).map_err(calendar_error)?.effective_due.unwrap_or(due))
}

/// 422 where a part to be done again is not of this occurrence, or not done.
pub(super) fn must_be_done(conn: &mut Conn, occurrence: Id, ids: &[Id]) -> Result<()> {
    let owed = parts::store::of_occurrence(conn, occurrence)?;
    let Some(unknown) = ids.iter().find(|id| !owed.iter().any(|p| p.id == **id && p.state == PartState::Done)) else { return Ok(()) };
    Err(Error::fault(
        "/part_ids",
        "unknown_reference",
        format!("Phần việc {unknown} không thuộc lần này hoặc chưa xong."),
        format!("Part {unknown} is not of this occurrence, or not done."),
    ))
}

pub(super) fn give_back(conn: &mut Conn, ask: &Ask, task: &Task, after: &mut Occurrence, step: &TaskTransition) -> Result<()> {
    let calendar = calendars::current(conn)?;
    let mut returns: Vec<LayView> = from_json(&after.lays)?;
    returns.push(LayView { submitted_on: after.proposed_on.unwrap_or(ask.today), returned_on: ask.today, reason: step.reason.clone() });
    after.lays = to_json(&returns)?;
    after.proposed_on = None;
    after.proposal_reason = None;
    after.reason = step.reason.clone();
    let timeless = after.due_sort == NEVER;
    if !timeless {
        after.due_sort = in_force(after.due_on, &after.lays()?, &calendar)?;
    }
    let owed = parts::store::of_occurrence(conn, after.id)?;
    let has_lead = owed.iter().any(|p| p.role == TaskRole::Lead);
    for part in &owed {
        let named = step.part_ids.as_ref().map(|ids| ids.contains(&part.id));
        // Unless said, a lead does its own part again; where nobody leads, everybody who reported does.
        let again = part.state == PartState::Done && (named.unwrap_or(!has_lead) || (has_lead && part.role == TaskRole::Lead));
        if !again {
            continue;
        }
        let mut open = part.clone();
        let mut lay: Vec<LayView> = from_json(&part.lays)?;
        lay.push(LayView { submitted_on: part.done_on.unwrap_or(ask.today), returned_on: ask.today, reason: step.reason.clone() });
        open.lays = to_json(&lay)?;
        open.state = PartState::Assigned;
        open.done_on = None;
        open.reason = step.reason.clone();
        if !timeless {
            open.due_sort = in_force(part.due_on.or(after.due_on), &lays(&open.lays)?, &calendar)?;
        }
        save_part(conn, ask, task, part, open, "return", step.reason.as_deref())?;
    }
    Ok(())
}
