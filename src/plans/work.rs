//! What one agency did of its tasks in some days: the lines that its report begins with, and the records that its figures
//! are counted from.

use super::{
    model::NEVER,
    occurrences::model::TaskState,
    parts::model::{PartState, TaskForm, TaskRole},
    survey,
};
use crate::{
    db::{Conn, MultiBackend},
    error::Result,
    id::Id,
    schema::{task_occurrences as occurrences, task_parts as parts, tasks},
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;

/// An agency's part in one carrying-out of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub part_id: Id,
    pub task_code: String,
    /// Place in the text of the plan.
    pub place: Option<String>,
    pub content: String,
    pub role: TaskRole,
    pub form: TaskForm,
    pub state: PartState,
    pub of_occurrence: TaskState,
    /// The day on which the occurrence ended.
    pub ended_on: Option<NaiveDate>,
    /// The period or title of the occurrence, where the task recurs.
    pub called: Option<String>,
    pub percent: Option<i32>,
    pub result: Option<String>,
    pub done_on: Option<NaiveDate>,
    /// The last day in force; none where nothing is due.
    pub last_day: Option<NaiveDate>,
    pub on_time: Option<bool>,
}

impl Work {
    /// Done, and not after that day.
    pub fn is_done(&self, by: NaiveDate) -> bool {
        self.state == PartState::Done && self.done_on.is_some_and(|day| day <= by)
    }
    /// Still owed although the last day has passed.
    pub fn is_overdue(&self, on: NaiveDate) -> bool {
        self.is_running(on) && self.last_day.is_some_and(|last| last < on)
    }
    /// Still owed on that day.
    pub fn is_running(&self, on: NaiveDate) -> bool {
        !self.is_done(on) && !self.is_gone(on)
    }
    /// Not asked for any more on that day, as the survey counts it.
    pub fn is_gone(&self, on: NaiveDate) -> bool {
        survey::is_gone(self.state, self.of_occurrence, self.ended_on, on)
    }
}

type Row = (
    (Id, TaskRole, TaskForm, PartState, Option<String>, Option<NaiveDate>, NaiveDate, Option<bool>),
    (TaskState, Option<NaiveDate>, Stamp, Option<String>, Option<String>, Option<i32>),
    (String, Option<String>, String),
);

/// The parts of an agency that were open in `from..=to`, in the order of the tasks: the same that
/// [`super::progress_of`] counts. At most `limit` of them.
pub fn work_of(conn: &mut Conn, plan: Option<Id>, province: Id, organization: Id, from: Option<NaiveDate>, to: NaiveDate, limit: i64) -> Result<Vec<Work>> {
    let mut query = parts::table
        .inner_join(occurrences::table.on(occurrences::id.eq(parts::occurrence_id)))
        .inner_join(tasks::table.on(tasks::id.eq(parts::task_id)))
        .filter(parts::organization_id.eq(organization))
        .filter(occurrences::opened_on.le(to))
        .order((tasks::code, parts::id))
        .limit(limit)
        .into_boxed::<MultiBackend>();
    query = match plan {
        Some(plan) => query.filter(parts::plan_id.eq(plan)),
        None => query.filter(parts::province_id.eq(province)),
    };
    if let Some(from) = from {
        query = query.filter(occurrences::ended_on.is_null().or(occurrences::ended_on.ge(from).assume_not_null()));
    }
    let rows: Vec<Row> = query
        .select((
            (parts::id, parts::role, parts::form, parts::state, parts::result, parts::done_on, parts::due_sort, parts::on_time),
            (occurrences::state, occurrences::ended_on, occurrences::updated_at, occurrences::period, occurrences::title, occurrences::percent),
            (tasks::code, tasks::place, tasks::content),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(part, (of_occurrence, ended_on, changed, period, title, percent), (task_code, place, content))| {
            let (part_id, role, form, state, result, done_on, due, on_time) = part;
            Work {
                part_id,
                task_code,
                place,
                content,
                role,
                form,
                state,
                of_occurrence,
                ended_on: survey::over_on(of_occurrence, ended_on, changed),
                called: period.or(title),
                percent,
                result,
                done_on,
                last_day: Some(due).filter(|day| *day < NEVER),
                on_time,
            }
        })
        .collect())
}
