//! How agencies perform: their parts of tasks, and the reports that they owe.

use super::report;
use crate::{id::Id, plans::PlanState, reporting::periods::PeriodState};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// One agency's parts in one plan. Parts in form `request` stand apart: they belong in no ranking (RULES 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskProgressRow {
    pub organization_id: Id,
    #[schema(example = "SYT")]
    pub organization_code: String,
    pub organization_name: String,
    pub plan_id: Id,
    pub plan_code: String,
    pub plan_title: String,
    pub plan_state: PlanState,
    /// Parts that it was given: the sum of the seven that follow.
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
    /// Of those given, how many it leads.
    pub leading: i64,
    /// Parts that it was requested to do.
    pub requested: i64,
    /// Of those, done.
    pub requested_done: i64,
    /// How often it was urged for the plan's tasks.
    pub urged: i64,
    /// On time of all that were accepted and had a deadline, percent with one decimal; null where there were none.
    #[schema(value_type = Option<String>, format = "decimal", example = "66.7")]
    pub on_time_rate: Option<String>,
    /// Whether that is under 80 %; null where there is no rate.
    pub below_target: Option<bool>,
}
report! {
    /// The progress of tasks by agency and plan.
    TaskProgressReport of TaskProgressRow
}

/// One agency's reports of one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RatesRow {
    pub organization_id: Id,
    #[schema(example = "SYT")]
    pub organization_code: String,
    pub organization_name: String,
    pub regime_id: Id,
    pub regime_code: String,
    pub regime_name: String,
    pub period_id: Id,
    pub period_code: String,
    /// Absent for a period that the receiver opened by title.
    #[schema(example = "2026-H1")]
    pub period: Option<String>,
    pub period_title: Option<String>,
    pub period_state: PeriodState,
    /// The earliest last day of those reports; null without a deadline.
    pub due_on: Option<NaiveDate>,
    /// Reports that it owes: the sum of `accepted`, `awaiting`, `missing` and `not_due`.
    pub expected: i64,
    /// Handed in: accepted or awaiting.
    pub actual: i64,
    pub accepted: i64,
    /// Handed in, not accepted yet.
    pub awaiting: i64,
    /// Owed, and the last day has passed.
    pub missing: i64,
    /// Owed, and the last day has not passed or there is none.
    pub not_due: i64,
    /// Expected with a deadline; the others stay outside timeliness.
    pub with_deadline: i64,
    /// Accepted as on time.
    pub on_time: i64,
    /// Accepted as late.
    pub late: i64,
    /// Versions that were returned.
    pub returned: i64,
    /// How often it was urged for these reports.
    pub urged: i64,
    /// Working days after the last day, of what came late and of what is missing; null where the calendar lacks a year.
    pub working_days_late: Option<i64>,
    /// actual / expected, percent with one decimal.
    #[schema(value_type = Option<String>, format = "decimal", example = "75.0")]
    pub completeness: Option<String>,
    /// on_time / with_deadline, percent with one decimal.
    #[schema(value_type = Option<String>, format = "decimal", example = "50.0")]
    pub timeliness: Option<String>,
}
report! {
    /// Reports expected, received and on time, by agency and period.
    RatesReport of RatesRow
}
