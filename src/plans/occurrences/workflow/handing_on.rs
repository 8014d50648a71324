//! A task that is declined, goes to another agency, or gets another due date.

use super::{
    deciding::{follow, in_force},
    save_part,
};
use crate::{
    ask::Ask,
    authz::{self, Relations},
    calendars,
    db::Conn,
    error::{Error, Result},
    id::Id,
    journal,
    organizations::named::Named,
    plans::{
        model::{from_json, to_json},
        occurrences::{
            model::{Occurrence, TaskTransition, lays},
            opening, store,
        },
        parts::{
            self,
            model::{OldDue, Part, PartState, TaskRole},
        },
        store::Grants,
        tasks::{
            self,
            assignees::{self, Assignee, Share},
            model::{KIND as TASK, Task},
        },
    },
};
use chrono::NaiveDate;

pub(super) fn decline(conn: &mut Conn, task: &Task, after: &mut Occurrence, step: &TaskTransition) -> Result<()> {
    let owed = parts::store::of_occurrence(conn, after.id)?;
    let leads = assignees::has_lead(&task.assignees()?);
    if owed.iter().filter(|p| p.state != PartState::Waived && (!leads || p.role == TaskRole::Lead)).count() > 1 {
        return Err(Error::conflict(
            "not_alone",
            "Nhiều cơ quan cùng thực hiện: một cơ quan không từ chối thay cả nhiệm vụ; hãy đề nghị cơ quan giao miễn phần của mình.",
            "Several agencies do this task: none declines it for all; ask the owner to waive your part.",
        ));
    }
    after.reason = step.reason.clone();
    Ok(())
}

/// Who is to lead in the place of the one that declined.
pub(super) fn receiver(conn: &mut Conn, ask: &Ask, task: &Task, next: Id) -> Result<Id> {
    let named = Named::read(conn, ask, task.province_id, &[next])?;
    named.fault("/organization_id", next).map_or(Ok(next), |fault| Err(Error::invalid(vec![fault])))
}

/// Back with the owner, the task goes to another lead; the one that declined is waived.
pub(super) fn reassign(conn: &mut Conn, ask: &Ask, task: &mut Task, after: &Occurrence, next: Id) -> Result<()> {
    let owed = parts::store::of_occurrence(conn, after.id)?;
    let mut given = task.assignees()?;
    let leads = assignees::has_lead(&given);
    let Some(old) = owed.iter().find(|p| p.is_open() && (!leads || p.role == TaskRole::Lead)) else { return Ok(()) };
    if old.organization_id == next {
        return Ok(());
    }
    let waived = Part { state: PartState::Waived, reason: after.reason.clone(), required: false, ..old.clone() };
    save_part(conn, ask, task, old, waived, "waive", after.reason.as_deref())?;
    let share = Share { organization: next, group: None, role: old.role, required: old.required, due_on: old.due_on };
    match owed.iter().find(|p| p.organization_id == next) {
        Some(held) => save_part(conn, ask, task, held, opening::again(task, held, &share), "reassign", None)?,
        None => {
            let part = opening::part(ask, task, after, &share);
            parts::store::insert(conn, &part)?;
            journal::record_all(conn, &opening::told(ask, task.owner_id, &[], &[part])?)?;
        }
    }
    let mut is_named = false;
    for assignee in &mut given {
        if assignee.organization_id == Some(old.organization_id) {
            assignee.organization_id = Some(next);
            is_named = true;
        }
        if assignee.members.contains(&old.organization_id) {
            // Of its group it is the one that is not meant, also when the members are determined anew.
            assignee.members.retain(|m| *m != old.organization_id);
            assignee.exclude.push(old.organization_id);
        }
    }
    if !is_named {
        given.push(Assignee::named(&share));
    }
    assignees::once(&mut given);
    task.assignees = to_json(&given)?;
    let mut grants = Grants::default();
    opening::relate_shares(conn, task, &[share], leads, &mut grants)?;
    grants.write(conn)?;
    step_back(conn, task, after.id, old.organization_id, leads)
}

/// Whoever declined goes on reading; it leads no more, unless it leads another occurrence that goes on.
fn step_back(conn: &mut Conn, task: &Task, occurrence: Id, organization: Id, has_lead: bool) -> Result<()> {
    let others: Vec<Id> = store::unended_of(conn, &[task.id])?.into_iter().map(|o| o.id).filter(|id| *id != occurrence).collect();
    let leads = |p: &Part| p.organization_id == organization && p.state != PartState::Waived && opening::relation(p.role, has_lead) == Relations::LEAD;
    if tasks::store::parts_of_occurrences(conn, &others)?.iter().any(leads) {
        return Ok(());
    }
    authz::relate(conn, TASK, task.id, organization, Relations::COORDINATOR)?;
    authz::unrelate(conn, TASK, task.id, organization, Relations::LEAD)
}

pub(super) fn redate(conn: &mut Conn, ask: &Ask, task: &Task, after: &mut Occurrence, step: &TaskTransition) -> Result<()> {
    let old = OldDue { due_on: after.due_on, moved_on: ask.today, extension_id: None, document_id: step.document_id, reason: step.reason.clone() };
    move_due(conn, ask, task, after, step.due_on, old)
}

/// Moves a due date; the old one stays visible.
pub fn move_due(conn: &mut Conn, ask: &Ask, task: &Task, after: &mut Occurrence, due: Option<NaiveDate>, old: OldDue) -> Result<()> {
    let calendar = calendars::current(conn)?;
    let mut history: Vec<OldDue> = from_json(&after.due_history)?;
    let reason = old.reason.clone();
    history.push(old);
    after.due_history = to_json(&history)?;
    after.due_on = due;
    let due = due.filter(|_| !task.is_timeless());
    after.due_sort = in_force(due, &after.lays()?, &calendar)?;
    follow(conn, ask, task, after.id, due, &calendar, reason.as_deref())
}

/// The part with a due date of its own from now on; the old one stays visible, and the days that it lay stay given back.
pub fn moved_part(conn: &mut Conn, before: &Part, due: NaiveDate, old: OldDue) -> Result<Part> {
    let calendar = calendars::current(conn)?;
    let mut after = before.clone();
    let mut history: Vec<OldDue> = from_json(&before.due_history)?;
    history.push(old);
    after.due_history = to_json(&history)?;
    after.due_on = Some(due);
    after.due_sort = in_force(Some(due), &lays(&before.lays)?, &calendar)?;
    Ok(after)
}
