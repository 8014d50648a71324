use crate::{
    db::Json,
    error::Result,
    flow::Worded,
    id::Id,
    ontime::Lay,
    plans::{
        model::from_json,
        parts::model::{LayView, OldDue},
    },
    schema::task_occurrences,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Where a task, or one occurrence of a recurring one, stands.
    TaskState {
        Assigned = "assigned", "Đã giao", "Assigned";
        InProgress = "in_progress", "Đang thực hiện", "In progress";
        CompletionProposed = "completion_proposed", "Đã báo cáo hoàn thành", "Completion proposed";
        Completed = "completed", "Hoàn thành", "Completed";
        Returned = "returned", "Trả lại", "Returned";
        Declined = "declined", "Từ chối (không thuộc chức năng)", "Declined: not ours";
        Cancelled = "cancelled", "Đã hủy", "Cancelled";
    }
}

impl Worded for TaskState {
    fn worded(self) -> &'static str {
        self.word()
    }
}

impl TaskState {
    /// Work is still owed.
    pub const OPEN: &'static [TaskState] = &[TaskState::Assigned, TaskState::InProgress, TaskState::Returned];
    /// Nothing more happens.
    pub const ENDED: &'static [TaskState] = &[TaskState::Completed, TaskState::Cancelled];
    /// Work is still owed.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
    /// Nothing more happens.
    pub fn is_ended(self) -> bool {
        Self::ENDED.contains(&self)
    }
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "task_occurrence";

/// Days before a due date from which it is soon.
pub const SOON: i64 = 7;

/// One carrying-out of a task: the only one, or that of a period.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = task_occurrences, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Occurrence {
    pub id: Id,
    pub task_id: Id,
    pub plan_id: Id,
    pub province_id: Id,
    pub period: Option<String>,
    pub title: Option<String>,
    pub opened_on: NaiveDate,
    pub state: TaskState,
    pub due_on: Option<NaiveDate>,
    pub due_sort: NaiveDate,
    pub due_history: Json,
    pub calendar_version: String,
    pub percent: Option<i32>,
    pub proposed_on: Option<NaiveDate>,
    pub proposal_reason: Option<String>,
    pub lays: Json,
    pub ended_on: Option<NaiveDate>,
    pub on_time: Option<bool>,
    pub decision: Option<Json>,
    pub reason: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

/// What follows from dates and today; never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    pub overdue: bool,
    pub due_soon: bool,
    pub late: bool,
}

impl Occurrence {
    /// Waiting for acceptance makes nobody late: what counts then is the day it was proposed.
    pub fn timing(&self, today: NaiveDate) -> Timing {
        let open = self.state.is_open();
        let left = (self.due_sort - today).num_days();
        let late = match self.state {
            TaskState::CompletionProposed => self.proposed_on.is_some_and(|day| day > self.due_sort),
            TaskState::Completed => self.on_time == Some(false),
            _ => false,
        };
        Timing { overdue: open && left < 0, due_soon: open && (0..=SOON).contains(&left), late }
    }
    /// The returned versions, as the on-time rule reads them.
    pub fn lays(&self) -> Result<Vec<Lay>> {
        lays(&self.lays)
    }
}

/// Returned versions, as the on-time rule reads them.
pub fn lays(json: &Json) -> Result<Vec<Lay>> {
    let all: Vec<LayView> = from_json(json)?;
    Ok(all.into_iter().map(|l| Lay { submitted_on: l.submitted_on, returned_on: Some(l.returned_on), agreed: false }).collect())
}

/// The decision on time, as it was frozen at acceptance (RULES 12).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Null without a due date: shown as "no deadline", outside every rate.
    pub on_time: Option<bool>,
    /// The due date in force at acceptance.
    pub due: Option<NaiveDate>,
    /// The last day that counted as on time, moved on by the days that earlier versions lay with the receiver.
    pub effective_due: Option<NaiveDate>,
    /// The day completion was proposed.
    pub submitted_on: NaiveDate,
    /// How many versions were returned before.
    pub returns: u32,
    /// Working days given back.
    pub receiver_days: u32,
    pub working_days_late: Option<i64>,
    /// `no_deadline`, `due_date`, `moved_on_by_receiver_days` or `three_working_days_after_return`.
    pub rule: String,
    pub calendar_version: String,
}

/// The last day and where it comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Deadline {
    /// The last day on which it is done in time; null where none is given.
    pub last_day: Option<NaiveDate>,
    /// The last day in force, where returns have moved it on.
    pub effective_day: Option<NaiveDate>,
    /// The words of the text, or what kind of rule it is.
    pub rule: Option<String>,
    /// The calendar that counted.
    pub calendar_version: Option<String>,
}

/// One occurrence, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OccurrenceView {
    pub id: Id,
    pub task_id: Id,
    pub plan_id: Id,
    /// The period that it is for; null where the task does not recur.
    #[schema(example = "2026-H1")]
    pub period: Option<String>,
    /// What occasioned it, for tasks on occasion.
    pub title: Option<String>,
    pub opened_on: NaiveDate,
    pub state: TaskState,
    pub due_on: Option<NaiveDate>,
    /// Due dates that no longer count.
    pub due_history: Vec<OldDue>,
    pub deadline: Deadline,
    pub overdue: bool,
    /// Due within 7 days.
    pub due_soon: bool,
    /// Completion was proposed after the last day in force.
    pub late: bool,
    /// Null before acceptance, and without a due date.
    pub on_time: Option<bool>,
    /// How that was decided, frozen.
    pub decision: Option<Decision>,
    /// As the last progress entry says.
    pub percent: Option<i32>,
    pub proposed_on: Option<NaiveDate>,
    /// Why completion was proposed while required parts were missing.
    pub proposal_reason: Option<String>,
    /// Versions that were returned.
    pub returns: Vec<LayView>,
    pub ended_on: Option<NaiveDate>,
    /// Why it was returned, declined or cancelled.
    pub reason: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<super::super::tasks::model::TaskAction>,
}

crate::filtered_by! {
    OccurrenceView: task_occurrences;
    period, title, state: TaskState, opened_on, due_on, proposed_on, ended_on, percent, on_time, created_at, updated_at
}

impl OccurrenceView {
    /// The occurrence as it is shown; `rule` are the words of the due rule.
    pub fn of(o: &Occurrence, rule: Option<String>, today: NaiveDate, allowed_actions: Vec<super::super::tasks::model::TaskAction>) -> Result<Self> {
        let timing = o.timing(today);
        Ok(Self {
            id: o.id,
            task_id: o.task_id,
            plan_id: o.plan_id,
            period: o.period.clone(),
            title: o.title.clone(),
            opened_on: o.opened_on,
            state: o.state,
            due_on: o.due_on,
            due_history: from_json(&o.due_history)?,
            deadline: Deadline {
                last_day: o.due_on,
                effective_day: o.due_on.filter(|due| *due < o.due_sort && o.due_sort < super::super::model::NEVER).map(|_| o.due_sort),
                rule,
                calendar_version: o.due_on.map(|_| o.calendar_version.clone()),
            },
            overdue: timing.overdue,
            due_soon: timing.due_soon,
            late: timing.late,
            on_time: o.on_time,
            decision: o.decision.as_ref().map(from_json).transpose()?,
            percent: o.percent,
            proposed_on: o.proposed_on,
            proposal_reason: o.proposal_reason.clone(),
            returns: from_json(&o.lays)?,
            ended_on: o.ended_on,
            reason: o.reason.clone(),
            version: o.version,
            created_at: o.created_at,
            updated_at: o.updated_at,
            allowed_actions,
        })
    }
}

/// An occurrence opened by hand, for a task on occasion.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOccurrence {
    /// What occasioned it.
    #[schema(min_length = 1, max_length = 500, example = "Tết Nguyên đán 2027")]
    pub title: String,
    /// A due date for information: tasks on occasion are never overdue (RULES 11).
    pub due_on: Option<NaiveDate>,
}

/// A step in the life of a task or of one of its occurrences.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskTransition {
    #[schema(example = "start")]
    pub action: super::super::tasks::model::TaskAction,
    /// Why; needed with `return`, `decline`, `cancel`, `redate`, and with `propose_completion` while a required part is missing.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
    /// With `propose_completion`: what was done.
    #[schema(min_length = 1, max_length = 20000)]
    pub result: Option<String>,
    #[schema(max_items = 50)]
    pub links: Option<Vec<super::super::parts::model::Link>>,
    /// With `return`: the parts to be done again; all that were done, unless said.
    #[schema(max_items = 200)]
    pub part_ids: Option<Vec<Id>>,
    /// With `reassign`: who leads now.
    pub organization_id: Option<Id>,
    /// With `redate`: the new due date.
    pub due_on: Option<NaiveDate>,
    /// With `redate`: the later document that moves it.
    pub document_id: Option<Id>,
}
