//! What callers send and get: views, bodies and filters of periods and obligations.

use super::{ObligationAction, ObligationState, PeriodAction, PeriodState, ReportExtensionState, Unresolved};
use crate::{calendar::DueRule, filters::By, id::Id, period::Period, plans::urgings::UrgingLevel, reporting::regimes::Step, time::Stamp};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A period, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PeriodView {
    pub id: Id,
    pub province_id: Id,
    pub regime_id: Id,
    pub regime_name: String,
    #[schema(example = "KBC-BDI-2021-0001")]
    pub code: String,
    /// Absent for a period that the receiver opened by title.
    pub period: Option<Period>,
    pub title: Option<String>,
    pub state: PeriodState,
    pub first_day: Option<NaiveDate>,
    pub last_day: Option<NaiveDate>,
    /// First day whose figures belong in the report (Decree 09/2019 Art. 12 unless the regime has its own cut-off).
    pub data_from: Option<NaiveDate>,
    /// Last day whose figures belong in the report.
    pub data_to: Option<NaiveDate>,
    /// Something is due before the figures' last day, so that its figures are estimates.
    pub estimated_figures: bool,
    pub opens_on: NaiveDate,
    pub opened_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    /// The chain as it was when the period opened.
    pub chain: Vec<Step>,
    /// Senders and receivers that opened nothing, and why.
    pub unresolved: Vec<Unresolved>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<PeriodAction>,
}

crate::filtered_by! {
    PeriodView: reporting_periods;
    province_id, regime_id, code, period: Period, title, state: PeriodState, first_day, last_day, data_from, data_to, opens_on, opened_on, closed_on,
    created_at, updated_at
}

/// A period to open: one of the regime's calendar, or one on request with a title.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPeriod {
    pub regime_id: Id,
    /// One of the regime's calendar.
    pub period: Option<Period>,
    /// For a period on request (đột xuất, chuyên đề): what the report is about.
    #[schema(min_length = 1, max_length = 500)]
    pub title: Option<String>,
    /// On request: the steps asked for; absent for all that are asked for on request.
    #[schema(min_items = 1, max_items = 50)]
    pub steps: Option<Vec<i32>>,
    /// On request: the last day.
    pub due_on: Option<NaiveDate>,
    /// Later than today: scheduled, opens by itself on that day.
    pub opens_on: Option<NaiveDate>,
}

/// A step in the life of a period.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodTransition {
    pub action: PeriodAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// Filters of the list of periods.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodFilter {
    /// Searches titles without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<PeriodView>,
    #[param(inline)]
    pub sort: Option<PeriodSort>,
}

/// Orders of the list of periods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum PeriodSort {
    /// Latest period first.
    #[default]
    #[serde(rename = "-last_day")]
    Latest,
    /// Earliest period first.
    #[serde(rename = "last_day")]
    Earliest,
}

/// An obligation, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ObligationView {
    pub id: Id,
    pub province_id: Id,
    pub period_id: Id,
    pub regime_id: Id,
    pub step_no: i32,
    /// The organisation that owes the report.
    pub sender_id: Id,
    /// Predecessors whose obligation this one also is.
    pub also_for: Vec<Id>,
    pub receiver_id: Option<Id>,
    /// The text's words for the receiver.
    pub receiver_words: Option<String>,
    pub appraiser_id: Option<Id>,
    /// Fulfilled by issuing the consolidated report, not by a submission.
    pub consolidates: bool,
    /// Beside the chain: the period closes without it.
    pub parallel: bool,
    /// The text's words for the sender.
    pub sender_words: Option<String>,
    /// The group as whose member it owes the report; members are those of the day on which the period opened.
    pub group_id: Option<Id>,
    /// The due date, after granted extensions; absent where the text gives none.
    pub due_on: Option<NaiveDate>,
    /// The last day that counts as on time, moved on by returns (RULES 12); not later than the period's closing (RULES 14).
    pub effective_due_on: Option<NaiveDate>,
    pub due_rule: Option<DueRule>,
    /// The calendar that computed the due date.
    pub calendar_version: Option<String>,
    pub state: ObligationState,
    /// Owed, not handed in, and the last day is past.
    pub overdue: bool,
    /// The day that counts: of submission, of arrival, of sending, of issue.
    pub fulfilled_on: Option<NaiveDate>,
    /// `report_submission`, `consolidated_report` or `document`.
    pub fulfilled_by_kind: Option<String>,
    pub fulfilled_by_id: Option<Id>,
    /// Decided once, at acceptance; null before, and where there is no due date.
    pub on_time: Option<bool>,
    pub judgement: Option<Judgement>,
    pub handling_unit_id: Option<Id>,
    pub handling_user_id: Option<Id>,
    /// The instruction (bút phê).
    pub handling_instruction: Option<String>,
    /// Requests for more time, oldest first, with the due dates that they replaced.
    pub extensions: Vec<ReportExtensionView>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<ObligationAction>,
}

crate::filtered_by! {
    ObligationView: reporting_obligations;
    province_id, period_id, regime_id, sender_id, receiver_id, appraiser_id, group_id, handling_unit_id, handling_user_id, step_no,
    state: ObligationState, consolidates, parallel, on_time, due_on, effective_due_on, fulfilled_on, created_at, updated_at
}

/// Whether something was on time, and all that explains it (RULES 12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Judgement {
    /// Null without a due date.
    pub on_time: Option<bool>,
    /// The due date before it was moved.
    pub due: Option<NaiveDate>,
    /// The day on which the period closed, where that came before the due date and counted instead (RULES 14).
    #[serde(default)]
    pub closed_on: Option<NaiveDate>,
    /// The last day that counted as on time.
    pub effective_due: Option<NaiveDate>,
    /// The day that counted.
    pub submitted_on: NaiveDate,
    /// Versions returned before.
    pub returns: u32,
    /// Working days given back for the time with the receiver.
    pub receiver_days: u32,
    pub working_days_late: Option<i64>,
    /// `no_deadline`, `due_date`, `period_closed`, `moved_on_by_receiver_days` or `three_working_days_after_return`.
    pub rule: String,
    /// The calendar that counted.
    pub calendar_version: String,
}

/// A request for more time, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportExtensionView {
    pub id: Id,
    pub obligation_id: Id,
    pub state: ReportExtensionState,
    pub reason: String,
    /// The due date that was asked to be moved.
    pub old_due_on: NaiveDate,
    pub asked_due_on: NaiveDate,
    pub granted_due_on: Option<NaiveDate>,
    pub asked_on: NaiveDate,
    pub asked_by: Id,
    pub decided_on: Option<NaiveDate>,
    pub decided_by: Option<Id>,
    pub decision_reason: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

/// A request for more time; made before the due date.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReportExtension {
    pub due_on: NaiveDate,
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// The answer to a request for more time, or its withdrawal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportExtensionTransition {
    pub action: ObligationAction,
    /// Another day than the one asked for, when granting.
    pub due_on: Option<NaiveDate>,
    /// Required when refusing.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// Who handles it inside the agency, with the instruction (bút phê).
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct HandlingPatch {
    /// The organisation itself or a unit below it.
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub handling_unit_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub handling_user_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 2000)]
    pub handling_instruction: Option<Option<String>>,
}

/// That the report was sent to a receiver without users here.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// The registered document with which it was sent.
    pub document_id: Id,
    /// The day of sending, which counts.
    pub sent_on: NaiveDate,
}

/// An urging for a report that is owed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReportUrging {
    #[schema(example = "urging")]
    pub level: UrgingLevel,
    /// Where the duty comes from.
    #[schema(max_length = 1000, example = "Phần kết Kế hoạch triển khai Chỉ thị 38-CT/TW")]
    pub basis: Option<String>,
    #[schema(min_length = 1, max_length = 10000, example = "Đề nghị quý cơ quan khẩn trương gửi báo cáo")]
    pub text: String,
    pub respond_by: Option<NaiveDate>,
    /// The letter that carries it.
    pub document_id: Option<Id>,
}

/// Filters of the list of obligations.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ObligationFilter {
    /// Owed, not handed in, and the last day is past; or not so.
    pub overdue: Option<bool>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<ObligationView>,
    #[param(inline)]
    pub sort: Option<ObligationSort>,
}

/// Orders of the list of obligations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum ObligationSort {
    /// Due first; without a due date last.
    #[default]
    #[serde(rename = "due_on")]
    Due,
    /// Due last first.
    #[serde(rename = "-due_on")]
    DueLast,
}
