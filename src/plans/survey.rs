//! How each agency stands with its parts: the figures of follow-up and of report prefill.

use super::{
    occurrences::model::TaskState,
    parts::model::{PartState, TaskForm, TaskRole},
};
use crate::{
    db::{Conn, MultiBackend},
    error::Result,
    id::Id,
    schema::{task_occurrences as occurrences, task_parts as parts, urgings},
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// The days that the figures are about.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SurveyFilter {
    /// The first day; without it, from the beginning.
    pub from: Option<NaiveDate>,
    /// The last day; today unless said.
    pub to: Option<NaiveDate>,
}

/// One agency's parts in a plan or a province. Parts in form `request` stand apart: they belong in no ranking (RULES 9).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgencyProgress {
    pub organization_id: Option<Id>,
    /// Parts that it was given (requested ones aside): the sum of the seven that follow.
    pub assigned: i64,
    /// Accepted, and handed in on time.
    pub on_time: i64,
    /// Accepted, and handed in late.
    pub late: i64,
    /// Accepted, and nothing was due on a day.
    pub no_deadline: i64,
    /// Handed in, not accepted yet.
    pub awaiting: i64,
    /// Owed, and the last day has not passed.
    pub running: i64,
    /// Owed, and the last day has passed.
    pub overdue: i64,
    /// Waived, or not asked for any more: its task was accepted without it, declined or cancelled.
    pub waived: i64,
    /// Of those, how many it leads.
    pub leading: i64,
    /// Parts that it was requested to do.
    pub requested: i64,
    /// Of those, done.
    pub requested_done: i64,
    /// How often it was urged.
    pub urged: i64,
    /// On time of all that had a deadline and were accepted, in whole percent; null where there were none.
    pub on_time_percent: Option<i64>,
}

type Row = (Id, TaskRole, TaskForm, PartState, NaiveDate, Option<NaiveDate>, Option<bool>, (TaskState, Option<NaiveDate>, Stamp));

/// What the figures need to know of one part.
#[derive(Debug, Clone, Copy)]
pub struct PartFacts {
    pub role: TaskRole,
    pub form: TaskForm,
    pub state: PartState,
    /// The last day in force.
    pub due: NaiveDate,
    pub done_on: Option<NaiveDate>,
    pub on_time: Option<bool>,
    pub of_occurrence: TaskState,
    /// The day on which its occurrence ended; none where it has not, and where the state is that of the day looked at.
    pub ended_on: Option<NaiveDate>,
}

/// Whether nothing more is asked for, and nothing was accepted: the part was waived, or its occurrence was accepted without
/// it, declined or cancelled by that day.
pub fn is_gone(part: PartState, of_occurrence: TaskState, ended_on: Option<NaiveDate>, day: NaiveDate) -> bool {
    use TaskState::{Cancelled, Completed, Declined};
    let over = matches!((part, of_occurrence), (PartState::Assigned, Completed | Declined | Cancelled) | (PartState::Done, Cancelled));
    part == PartState::Waived || (over && ended_on.is_none_or(|ended| ended <= day))
}

/// The day on which an occurrence ended or was declined: a declined one lies with its owner and has not ended, and nothing
/// but its owner's next step changes it.
pub fn over_on(state: TaskState, ended_on: Option<NaiveDate>, changed: Stamp) -> Option<NaiveDate> {
    if state == TaskState::Declined { Some(changed.day()) } else { ended_on }
}

impl AgencyProgress {
    /// Counts a part, seen from a day: what happened after it has not happened yet.
    pub fn count(&mut self, part: &PartFacts, day: NaiveDate) {
        let done = part.state == PartState::Done && part.done_on.is_some_and(|on| on <= day);
        if part.form == TaskForm::Request {
            self.requested += 1;
            self.requested_done += i64::from(done);
            return;
        }
        self.assigned += 1;
        self.leading += i64::from(part.role == TaskRole::Lead);
        let slot = match (part.state, part.of_occurrence, part.on_time) {
            _ if is_gone(part.state, part.of_occurrence, part.ended_on, day) => &mut self.waived,
            (PartState::Done, TaskState::Completed, Some(true)) if done => &mut self.on_time,
            (PartState::Done, TaskState::Completed, Some(false)) if done => &mut self.late,
            (PartState::Done, TaskState::Completed, None) if done => &mut self.no_deadline,
            (PartState::Done, ..) if done => &mut self.awaiting,
            _ if part.due < day => &mut self.overdue,
            _ => &mut self.running,
        };
        *slot += 1;
    }
}

/// Figures per agency over parts that were open in `from..=to`: two statements. `plan` absent means the whole province;
/// `organizations` absent means everyone who has a part.
pub fn progress_of(
    conn: &mut Conn,
    plan: Option<Id>,
    province: Id,
    organizations: Option<&[Id]>,
    from: Option<NaiveDate>,
    to: NaiveDate,
) -> Result<Vec<AgencyProgress>> {
    let mut query = parts::table
        .inner_join(occurrences::table.on(occurrences::id.eq(parts::occurrence_id)))
        .filter(occurrences::opened_on.le(to))
        .into_boxed::<MultiBackend>();
    let mut urged = urgings::table.filter(urgings::sent_on.le(to)).into_boxed::<MultiBackend>();
    if let Some(plan) = plan {
        query = query.filter(parts::plan_id.eq(plan));
        urged = urged.filter(urgings::plan_id.eq(plan));
    } else {
        query = query.filter(parts::province_id.eq(province));
        urged = urged.filter(urgings::province_id.eq(province)).filter(urgings::plan_id.is_not_null());
    }
    if let Some(from) = from {
        query = query.filter(occurrences::ended_on.is_null().or(occurrences::ended_on.ge(from).assume_not_null()));
        urged = urged.filter(urgings::sent_on.ge(from));
    }
    if let Some(organizations) = organizations {
        query = query.filter(parts::organization_id.eq_any(organizations.to_vec()));
        urged = urged.filter(urgings::organization_id.eq_any(organizations.to_vec()));
    }
    let rows: Vec<Row> = query
        .select((
            parts::organization_id,
            parts::role,
            parts::form,
            parts::state,
            parts::due_sort,
            parts::done_on,
            parts::on_time,
            (occurrences::state, occurrences::ended_on, occurrences::updated_at),
        ))
        .load(conn)?;
    let urged: Vec<Id> = urged.select(urgings::organization_id).load(conn)?;
    let mut all: BTreeMap<Id, AgencyProgress> = organizations.unwrap_or_default().iter().map(|id| (*id, AgencyProgress::default())).collect();
    for (organization, role, form, state, due, done_on, on_time, (of_occurrence, ended_on, changed)) in rows {
        let ended_on = over_on(of_occurrence, ended_on, changed);
        all.entry(organization).or_default().count(&PartFacts { role, form, state, due, done_on, on_time, of_occurrence, ended_on }, to);
    }
    for organization in urged {
        all.entry(organization).or_default().urged += 1;
    }
    Ok(all
        .into_iter()
        .map(|(organization, mut row)| {
            row.organization_id = Some(organization);
            let decided = row.on_time + row.late;
            row.on_time_percent = (decided > 0).then(|| row.on_time * 100 / decided);
            row
        })
        .collect())
}
