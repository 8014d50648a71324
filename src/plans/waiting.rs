//! What waits for somebody of an organisation: the face that the inbox reads, so that states are named here alone.

use super::{
    extensions::ExtensionState,
    model::PlanState,
    occurrences::model::TaskState,
    parts::model::{PartState, TaskForm, TaskRole},
    tasks::model::KIND as TASK,
    urgings::model::UrgingState,
};
use crate::{
    authz::{Relations, holds},
    db::Conn,
    error::Result,
    id::Id,
    schema::{access, extensions, plans, task_occurrences, task_parts, tasks, urgings},
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;

/// Who accepts what the lead proposes, and decides on more time.
pub const ACCEPTS: Relations = Relations::OWNER.and(Relations::MONITOR);

/// A part that an agency owes.
#[derive(Debug, Clone, Queryable)]
pub struct Owed {
    pub part_id: Id,
    pub due_sort: NaiveDate,
    pub officer_id: Option<Id>,
    pub form: TaskForm,
    pub role: TaskRole,
    pub created_at: Stamp,
    pub of_occurrence: TaskState,
    pub occurrence_updated_at: Stamp,
    pub task_code: String,
    pub content: String,
    pub organization_id: Id,
    pub unit_id: Option<Id>,
}

impl Owed {
    /// It waits with this organisation: the unit that was named to handle it, else the agency that owes it (RULES 3).
    pub fn is_with(&self, organization: Id) -> bool {
        self.unit_id.unwrap_or(self.organization_id) == organization
    }
    /// Given back to be done again.
    pub fn is_returned(&self) -> bool {
        self.of_occurrence == TaskState::Returned
    }
    /// The last day in force; none where nothing is due.
    pub fn last_day(&self) -> Option<NaiveDate> {
        Some(self.due_sort).filter(|day| *day < super::model::NEVER)
    }
}

/// Parts that an organisation owes or handles for the agency above it, by a day, or of tasks that were returned, the most
/// pressing first. Two ranges, because no index holds both.
pub fn owed_by(conn: &mut Conn, organization: Id, by: NaiveDate, limit: i64) -> Result<Vec<Owed>> {
    let open = || {
        task_parts::table
            .inner_join(task_occurrences::table)
            .inner_join(tasks::table)
            .inner_join(plans::table.on(plans::id.eq(task_parts::plan_id)))
            .filter(task_parts::state.eq(PartState::Assigned))
            .filter(task_occurrences::state.eq_any(TaskState::OPEN))
            .filter(plans::state.eq(PlanState::Active))
            .filter(task_parts::due_sort.le(by).or(task_occurrences::state.eq(TaskState::Returned)))
            .order((task_parts::due_sort, task_parts::id))
            .limit(limit)
            .select((
                task_parts::id,
                task_parts::due_sort,
                task_parts::officer_id,
                task_parts::form,
                task_parts::role,
                task_parts::created_at,
                task_occurrences::state,
                task_occurrences::updated_at,
                tasks::code,
                tasks::content,
                task_parts::organization_id,
                task_parts::unit_id,
            ))
    };
    let mut all: Vec<Owed> = open().filter(task_parts::organization_id.eq(organization)).load(conn)?;
    all.extend(open().filter(task_parts::unit_id.eq(organization)).load::<Owed>(conn)?);
    all.sort_by_key(|owed| (owed.due_sort, owed.part_id));
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}

/// A completion that waits to be accepted.
#[derive(Debug, Clone)]
pub struct Proposed {
    pub occurrence_id: Id,
    pub since: NaiveDate,
    pub task_code: String,
    pub content: String,
}

/// Completions that wait for those who own or monitor the task, oldest first.
pub fn to_accept(conn: &mut Conn, organization: Id, limit: i64) -> Result<Vec<Proposed>> {
    let rows: Vec<(Id, Option<NaiveDate>, Stamp, String, String)> = access::table
        .inner_join(tasks::table.on(tasks::id.eq(access::record_id)))
        .inner_join(task_occurrences::table.on(task_occurrences::task_id.eq(tasks::id)))
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(TASK))
        .filter(holds(ACCEPTS))
        .filter(task_occurrences::state.eq(TaskState::CompletionProposed))
        .order((task_occurrences::proposed_on, task_occurrences::id))
        .limit(limit)
        .select((task_occurrences::id, task_occurrences::proposed_on, task_occurrences::updated_at, tasks::code, tasks::content))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(occurrence_id, proposed, moved, task_code, content)| Proposed { occurrence_id, since: proposed.unwrap_or(moved.day()), task_code, content })
        .collect())
}

/// A request for more time that waits for a decision.
#[derive(Debug, Clone)]
pub struct Asked {
    pub extension_id: Id,
    pub asked_on: NaiveDate,
    pub due_before: NaiveDate,
    pub task_code: String,
    pub content: String,
}

/// Requests for more time that wait for those who own or monitor the task, the most pressing first.
pub fn to_decide(conn: &mut Conn, organization: Id, limit: i64) -> Result<Vec<Asked>> {
    let rows: Vec<(Id, NaiveDate, NaiveDate, String, String)> = extensions::table
        .inner_join(tasks::table)
        .inner_join(access::table.on(access::record_id.eq(tasks::id)))
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(TASK))
        .filter(holds(ACCEPTS))
        .filter(extensions::state.eq(ExtensionState::Asked))
        .order((extensions::due_before, extensions::id))
        .limit(limit)
        .select((extensions::id, extensions::asked_on, extensions::due_before, tasks::code, tasks::content))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(extension_id, asked_on, due_before, task_code, content)| Asked { extension_id, asked_on, due_before, task_code, content })
        .collect())
}

/// An urging that waits for an answer.
#[derive(Debug, Clone, Queryable)]
pub struct Urged {
    pub urging_id: Id,
    pub number: i64,
    pub text: String,
    pub respond_by: Option<NaiveDate>,
    pub state: UrgingState,
    pub sent_on: NaiveDate,
}

/// Urgings that an agency has not answered, or not even acknowledged, oldest first.
pub fn urged(conn: &mut Conn, organization: Id, only_new: bool, limit: i64) -> Result<Vec<Urged>> {
    let states: &[UrgingState] = if only_new { &[UrgingState::Sent] } else { &[UrgingState::Sent, UrgingState::Acknowledged] };
    Ok(urgings::table
        .filter(urgings::organization_id.eq(organization))
        .filter(urgings::state.eq_any(states.to_vec()))
        .order((urgings::sent_on, urgings::id))
        .limit(limit)
        .select((urgings::id, urgings::number, urgings::text, urgings::respond_by, urgings::state, urgings::sent_on))
        .load(conn)?)
}
