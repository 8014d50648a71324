use crate::{
    authz::Audience,
    db::Json,
    error::Result,
    flow::Worded,
    id::Id,
    period,
    reporting::regimes::model::{Step, typed},
    schema::{reporting_extensions, reporting_obligations, reporting_periods},
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod bodies;
mod rates;

pub use bodies::{
    HandlingPatch, Judgement, NewPeriod, NewReportExtension, NewReportUrging, ObligationFilter, ObligationSort, ObligationView, PeriodFilter, PeriodSort,
    PeriodTransition, PeriodView, ReportExtensionTransition, ReportExtensionView, Sending,
};
pub use rates::{AgencyRate, LateReport, PeriodRates, Rate, percentage};

words! {
    /// Where a period stands.
    PeriodState {
        Scheduled = "scheduled", "Chờ mở", "Scheduled";
        Open = "open", "Đang mở", "Open";
        Closed = "closed", "Đã đóng", "Closed";
    }
}
words! {
    /// What can be done with a period.
    PeriodAction {
        View = "view", "Xem", "View";
        Create = "create", "Lập kỳ", "Create";
        Open = "open", "Mở", "Open";
        Expand = "expand", "Bổ sung cơ quan", "Expand its groups again";
        Close = "close", "Đóng", "Close";
    }
}
words! {
    /// How far the report owed has come; overdue is derived from dates beside it.
    ObligationState {
        NotSubmitted = "not_submitted", "Chưa nộp", "Not submitted";
        Submitted = "submitted", "Đã nộp", "Submitted";
        Returned = "returned", "Bị trả lại", "Returned";
        Accepted = "accepted", "Đã nhận", "Accepted";
        Merged = "merged", "Đã nhập vào nghĩa vụ của cơ quan kế thừa", "Merged into the successor's";
    }
}
words! {
    /// What can be done with an obligation.
    ObligationAction {
        View = "view", "Xem", "View";
        Assign = "assign", "Giao xử lý", "Name the handling unit or officer";
        AskExtension = "ask_extension", "Xin gia hạn", "Ask for an extension";
        WithdrawExtension = "withdraw_extension", "Rút đề nghị gia hạn", "Withdraw the extension request";
        GrantExtension = "grant_extension", "Cho gia hạn", "Grant the extension";
        RefuseExtension = "refuse_extension", "Không cho gia hạn", "Refuse the extension";
        RecordSending = "record_sending", "Ghi nhận đã gửi", "Record that it was sent, with the document";
        Submit = "submit", "Lập báo cáo", "Draft a submission";
        Enter = "enter", "Nhập thay", "Enter a submission for an agency outside the system";
        Urge = "urge", "Đôn đốc", "Urge";
    }
}
words! {
    /// Where an extension request stands.
    ReportExtensionState {
        Asked = "asked", "Đã xin", "Asked";
        Granted = "granted", "Đã cho", "Granted";
        Refused = "refused", "Không cho", "Refused";
        Withdrawn = "withdrawn", "Đã rút", "Withdrawn";
    }
}
impl Worded for PeriodState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for PeriodAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ObligationState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ObligationAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ReportExtensionState {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of a period's record, as the journal and the access table name it.
pub const KIND: &str = "reporting_period";
/// The kind of an obligation's record.
pub const OBLIGATION: &str = "reporting_obligation";
/// Sorts what has no due date behind everything that has one.
pub const NO_DUE_DATE: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// A period, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = reporting_periods, treat_none_as_default_value = false)]
pub struct ReportingPeriod {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub regime_id: Id,
    pub code: String,
    /// `2026`, `2026-H1`, …; none for one opened on request.
    pub period: Option<String>,
    pub title: Option<String>,
    pub title_fold: String,
    pub state: PeriodState,
    pub first_day: Option<NaiveDate>,
    pub last_day: Option<NaiveDate>,
    /// Last day of the period, or the day of opening for one on request: the order in time.
    pub sort_day: NaiveDate,
    pub data_from: Option<NaiveDate>,
    pub data_to: Option<NaiveDate>,
    pub opens_on: NaiveDate,
    /// For one on request: the day asked for.
    pub asked_due_on: Option<NaiveDate>,
    pub opened_on: Option<NaiveDate>,
    pub opened_by: Option<Id>,
    pub closed_on: Option<NaiveDate>,
    /// `Vec<Step>`: the chain as it was when the period opened.
    pub chain: Json,
    /// `Vec<Unresolved>`
    pub unresolved: Json,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

impl ReportingPeriod {
    /// The counted period; none for one on request.
    pub fn counted(&self) -> Option<period::Period> {
        self.period.as_deref().and_then(|p| p.parse().ok())
    }
    /// The chain as it was when the period opened.
    pub fn chain(&self) -> Result<Vec<Step>> {
        typed(&self.chain)
    }
    /// What opened nothing.
    pub fn unresolved(&self) -> Result<Vec<Unresolved>> {
        typed(&self.unresolved)
    }
}

/// A sender or receiver that opened nothing, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Unresolved {
    pub step_no: i32,
    /// The words of the text.
    pub words: Option<String>,
    pub group_id: Option<Id>,
    /// `open_group`, `empty_group`, `no_sender`, `no_receiver`, `sender_not_valid`.
    pub code: String,
}

/// What one organisation owes at one step of a period, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = reporting_obligations, treat_none_as_default_value = false)]
pub struct Obligation {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub period_id: Id,
    pub regime_id: Id,
    pub step_no: i32,
    pub sender_id: Id,
    /// `Vec<Id>`: predecessors whose obligation this one also is (RULES 18).
    pub also_for: Json,
    pub receiver_id: Option<Id>,
    pub receiver_words: Option<String>,
    pub appraiser_id: Option<Id>,
    /// Fulfilled by issuing a consolidated report, not by a submission.
    pub consolidates: bool,
    pub parallel: bool,
    pub sender_words: Option<String>,
    /// The group that it came from.
    pub group_id: Option<Id>,
    /// The due date after granted extensions.
    pub due_on: Option<NaiveDate>,
    /// The last day that counts as on time, moved on by returns (RULES 12).
    pub effective_due_on: Option<NaiveDate>,
    pub due_sort: NaiveDate,
    /// [`crate::calendar::DueRule`]
    pub due_rule: Option<Json>,
    pub calendar_version: Option<String>,
    pub state: ObligationState,
    /// The day that counts: of submission, arrival, issue.
    pub fulfilled_on: Option<NaiveDate>,
    /// `report_submission`, `consolidated_report` or `document`.
    pub fulfilled_by_kind: Option<String>,
    pub fulfilled_by_id: Option<Id>,
    pub on_time: Option<bool>,
    /// [`crate::ontime::OnTime`], frozen at acceptance.
    pub judgement: Option<Json>,
    pub handling_unit_id: Option<Id>,
    pub handling_user_id: Option<Id>,
    pub handling_instruction: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

impl Obligation {
    /// Owed, not handed in, and its last day is past.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        matches!(self.state, ObligationState::NotSubmitted | ObligationState::Returned) && self.effective_due_on.is_some_and(|due| due < today)
    }
    /// Nothing is owed any more: it was fulfilled, or a successor's stands for it.
    pub fn is_done(&self) -> bool {
        matches!(self.state, ObligationState::Accepted | ObligationState::Merged)
    }
    /// More time is asked for strictly before the last day in force, as for tasks, and while the report is still to be
    /// handed in.
    pub fn may_ask_for_time(&self, today: NaiveDate) -> bool {
        matches!(self.state, ObligationState::NotSubmitted | ObligationState::Returned) && self.effective_due_on.is_some_and(|last| today < last)
    }
    /// Visible to UBND from the start (RULES 1: obligations are read by sender, receiver, UBND and the focal point).
    pub const AUDIENCE: i32 = Audience::Overseers as i32;
}

/// A request for more time, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = reporting_extensions, treat_none_as_default_value = false)]
pub struct Extension {
    pub id: Id,
    pub obligation_id: Id,
    pub state: ReportExtensionState,
    pub reason: String,
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
