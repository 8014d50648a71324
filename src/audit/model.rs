use crate::{db::Json, id::Id, page::Order, time::Stamp, words};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What can be done with the audit trail.
    AuditAction {
        View = "view", "Xem", "View";
        ViewContent = "view_content", "Xem nội dung", "View the content";
        ViewReads = "view_reads", "Xem nhật ký truy cập", "View the access log";
        Verify = "verify", "Kiểm tra chuỗi", "Verify the chain";
    }
}

words! {
    /// How much of an entry is shown to this caller.
    AuditContent {
        Shown = "shown", "Có nội dung", "Content is shown";
        Withheld = "withheld", "Không hiện nội dung", "Who, when, kind and id only";
    }
}

/// The kind of record, as the access log names it.
pub const KIND: &str = "audit_event";

/// One record changed by one act.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEvent {
    pub id: Id,
    /// Place in the sealed sequence; null for less than a second after the act.
    pub seq: Option<i64>,
    /// SHA-256 over this entry and the hash before it.
    pub hash: Option<String>,
    /// The request that changed it; one request may change several records.
    pub act_id: Id,
    pub at: Stamp,
    pub user_id: Option<Id>,
    /// The organisation that the user acted for.
    pub organization_id: Option<Id>,
    pub province_id: Option<Id>,
    /// Whose record it is.
    pub owner_organization_id: Option<Id>,
    /// What kind of record.
    #[schema(example = "organization")]
    pub kind: String,
    pub record_id: Id,
    /// The record's version after the act.
    pub record_version: Option<i32>,
    /// What was done, in one word.
    #[schema(example = "create")]
    pub action: String,
    /// Whether reason, before, after and address are shown to this caller.
    pub content: AuditContent,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// The record before.
    #[schema(value_type = Json)]
    pub before: Option<Json>,
    /// The record after.
    #[schema(value_type = Json)]
    pub after: Option<Json>,
    /// `X-Request-Id` of the request.
    pub request_id: String,
    /// From where.
    pub address: Option<String>,
}

crate::filtered_by! {
    AuditEvent: journal;
    act_id, at, user_id, organization_id, kind, record_id, record_version, action, request_id
}

/// The order of the trail and of the access log.
#[derive(Debug, Clone)]
pub enum LatestFirst {}
impl Order for LatestFirst {
    const USUAL: &'static str = "-at";
}

/// A sensitive read: somebody has looked at the audit trail, or taken another organisation's attachment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccessEvent {
    pub id: Id,
    pub at: Stamp,
    pub user_id: Option<Id>,
    /// The organisation that the user acted for.
    pub organization_id: Option<Id>,
    pub province_id: Option<Id>,
    /// What kind of record.
    #[schema(example = "audit_event")]
    pub kind: String,
    /// Which record; null for a list.
    pub record_id: Option<Id>,
    /// What was asked for, in one word.
    #[schema(example = "list_audit_events")]
    pub what: String,
    /// `X-Request-Id` of the request.
    pub request_id: String,
    /// From where.
    pub address: Option<String>,
}

crate::filtered_by! {
    AccessEvent: access_log;
    at, user_id, organization_id, kind, record_id, what, request_id
}

/// Which stretch of the chain to check.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerificationRange {
    /// First place; 1 unless said.
    #[param(minimum = 1)]
    pub from: Option<i64>,
    /// Last place; the head of the chain unless said.
    #[param(minimum = 1)]
    pub to: Option<i64>,
}

/// What came of checking the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditVerification {
    /// True where every entry of the stretch is as it was sealed.
    pub verified: bool,
    /// First place of the stretch.
    pub from: i64,
    /// Last place that was checked.
    pub to: i64,
    /// Entries found right.
    pub checked: i64,
    /// The first place where the chain is broken.
    pub broken_at: Option<i64>,
    /// Where to go on: a call checks 100,000 entries at most.
    pub next_from: Option<i64>,
    /// Hash of the last entry found right.
    pub hash: String,
    /// Last place of the whole chain now. Keep it with its hash elsewhere: that shows entries cut off at the end.
    pub head_seq: i64,
    /// Hash at the head.
    pub head_hash: String,
}
