use crate::{authz::Relations, filters::By, flow::Worded, id::Id, schema::urgings, time::Stamp, words};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// How strongly an agency is urged.
    UrgingLevel {
        Reminder = "reminder", "Nhắc việc", "Reminder";
        Urging = "urging", "Đôn đốc", "Urging";
        Escalated = "escalated", "Đôn đốc và báo cáo cấp trên", "Urging, and reported upwards";
    }
}
words! {
    /// What is urged for.
    TargetKind {
        Task = "task", "Nhiệm vụ", "Task";
        Occurrence = "occurrence", "Lần thực hiện", "Occurrence of a task";
        Part = "part", "Phần việc", "Part of a task";
        Obligation = "obligation", "Nghĩa vụ báo cáo", "Reporting obligation";
    }
}
words! {
    /// Where an urging stands.
    UrgingState {
        Sent = "sent", "Đã gửi", "Sent";
        Acknowledged = "acknowledged", "Đã nhận", "Acknowledged";
        Answered = "answered", "Đã trả lời", "Answered";
    }
}
words! {
    /// What can be done with an urging.
    UrgingAction {
        View = "view", "Xem", "View";
        Create = "create", "Gửi", "Send";
        Acknowledge = "acknowledge", "Xác nhận đã nhận", "Acknowledge";
        Answer = "answer", "Trả lời", "Answer";
    }
}
impl Worded for UrgingState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for UrgingAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "urging";

/// An urging, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = urgings, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Urging {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub number: i64,
    pub counted_in: String,
    pub target_kind: TargetKind,
    pub target_id: Id,
    pub plan_id: Option<Id>,
    pub organization_id: Id,
    pub sender_id: Id,
    pub level: UrgingLevel,
    pub basis: Option<String>,
    pub text: String,
    pub document_id: Option<Id>,
    pub due_on: Option<NaiveDate>,
    pub respond_by: Option<NaiveDate>,
    pub state: UrgingState,
    pub sent_on: NaiveDate,
    pub acknowledged_at: Option<Stamp>,
    pub answered_at: Option<Stamp>,
    pub answer: Option<String>,
    pub entered_by: Option<Id>,
    pub answer_document_id: Option<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

/// An urging, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UrgingView {
    pub id: Id,
    pub province_id: Id,
    /// The how-manieth of this agency in `counted_in`.
    #[schema(minimum = 1)]
    pub number: i64,
    /// The period, or the year of sending.
    #[schema(example = "2026-H1")]
    pub counted_in: String,
    pub target_kind: TargetKind,
    pub target_id: Id,
    pub plan_id: Option<Id>,
    /// The agency that is urged.
    pub organization_id: Id,
    pub sender_id: Id,
    pub level: UrgingLevel,
    /// Where the duty comes from.
    pub basis: Option<String>,
    pub text: String,
    /// The letter that carries it.
    pub document_id: Option<Id>,
    /// The due date as it stood.
    pub due_on: Option<NaiveDate>,
    pub respond_by: Option<NaiveDate>,
    pub state: UrgingState,
    pub sent_on: NaiveDate,
    pub acknowledged_at: Option<Stamp>,
    pub answered_at: Option<Stamp>,
    pub answer: Option<String>,
    /// Whether the day for the answer has passed without one.
    pub overdue: bool,
    /// Whoever entered the answer for an agency outside the system (RULES 4).
    pub entered_by: Option<Id>,
    pub answer_document_id: Option<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<UrgingAction>,
}

crate::filtered_by! {
    UrgingView: urgings;
    province_id, organization_id, sender_id, target_kind: TargetKind, target_id, plan_id, document_id, level: UrgingLevel, state: UrgingState,
    counted_in, number, text, due_on, respond_by, sent_on, acknowledged_at, answered_at, created_at, updated_at
}

/// What an agency is told.
#[derive(Debug, Clone)]
pub struct Message {
    pub level: UrgingLevel,
    pub basis: Option<String>,
    pub text: String,
    pub respond_by: Option<NaiveDate>,
    /// The letter that carries it.
    pub document_id: Option<Id>,
}

/// What an agency is urged for; also the door of reporting, for its obligations.
#[derive(Debug, Clone)]
pub struct Target {
    pub kind: TargetKind,
    pub id: Id,
    pub province: Id,
    pub plan: Option<Id>,
    /// The agency that owes it.
    pub organization: Id,
    pub due_on: Option<NaiveDate>,
    /// The period in which urgings are counted; the year of sending where there is none.
    pub period: Option<String>,
    /// Form đề nghị: requested, never urged (RULES 9).
    pub requested: bool,
    /// Others who follow it and may read the urging.
    pub followers: Vec<(Id, Relations)>,
}

/// A new urging about a task.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUrging {
    /// `task`, `occurrence` or `part`; obligations are urged at the obligation.
    #[schema(example = "part")]
    pub target_kind: TargetKind,
    pub target_id: Id,
    /// Which agency; needed unless a part is named.
    pub organization_id: Option<Id>,
    #[schema(example = "urging")]
    pub level: UrgingLevel,
    #[schema(max_length = 1000, example = "Mục III.2 Kế hoạch 164/KH-UBND")]
    pub basis: Option<String>,
    #[schema(min_length = 1, max_length = 10000, example = "Đề nghị quý cơ quan khẩn trương hoàn thành phần việc được giao")]
    pub text: String,
    pub respond_by: Option<NaiveDate>,
    pub document_id: Option<Id>,
}

/// A step with an urging.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UrgingTransition {
    #[schema(example = "acknowledge")]
    pub action: UrgingAction,
    /// The answer; needed with `answer`.
    #[schema(min_length = 1, max_length = 10000)]
    pub answer: Option<String>,
    /// The document that answers; needed where the sender enters it for the agency.
    pub document_id: Option<Id>,
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// Filters of the list of urgings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UrgingFilter {
    /// Only those whose day for the answer has passed without one, or only others.
    pub overdue: Option<bool>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<UrgingView>,
}
