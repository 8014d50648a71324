//! A request for an extension: as it is stored, shown and asked for.

use crate::{flow::Worded, id::Id, schema::extensions, time::Stamp, words};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Where a request for an extension stands.
    ExtensionState {
        Asked = "asked", "Đã xin", "Asked";
        Granted = "granted", "Đồng ý", "Granted";
        Refused = "refused", "Không đồng ý", "Refused";
        Withdrawn = "withdrawn", "Đã rút", "Withdrawn";
    }
}
words! {
    /// What can be done with a request for an extension.
    ExtensionAction {
        View = "view", "Xem", "View";
        Grant = "grant", "Đồng ý", "Grant";
        Refuse = "refuse", "Không đồng ý", "Refuse";
        Withdraw = "withdraw", "Rút", "Withdraw";
    }
}
impl Worded for ExtensionState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ExtensionAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "extension";

/// A request for an extension, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = extensions, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Extension {
    pub id: Id,
    pub province_id: Id,
    pub task_id: Id,
    pub occurrence_id: Id,
    pub part_id: Option<Id>,
    pub organization_id: Id,
    pub reason: String,
    pub asked_on: NaiveDate,
    pub due_before: NaiveDate,
    pub due_asked: NaiveDate,
    pub due_granted: Option<NaiveDate>,
    pub state: ExtensionState,
    pub answer: Option<String>,
    pub decided_on: Option<NaiveDate>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

/// A request for an extension, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExtensionView {
    pub id: Id,
    pub task_id: Id,
    pub occurrence_id: Id,
    /// Where only one agency's part is meant.
    pub part_id: Option<Id>,
    /// Who asked.
    pub organization_id: Id,
    pub reason: String,
    pub asked_on: NaiveDate,
    /// The due date when it was asked; stays visible after it has moved.
    pub due_before: NaiveDate,
    pub due_asked: NaiveDate,
    pub due_granted: Option<NaiveDate>,
    pub state: ExtensionState,
    /// What was said with the decision.
    pub answer: Option<String>,
    pub decided_on: Option<NaiveDate>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub allowed_actions: Vec<ExtensionAction>,
}

crate::filtered_by! {
    ExtensionView: extensions;
    task_id, occurrence_id, part_id, organization_id, state: ExtensionState, asked_on, due_before, due_asked, due_granted, decided_on, created_at,
    updated_at
}

/// A request for an extension.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExtension {
    pub task_id: Id,
    /// Which occurrence; the one that the task shows unless said.
    pub occurrence_id: Option<Id>,
    /// Only the caller's own part.
    pub part_id: Option<Id>,
    #[schema(example = "2026-12-31")]
    pub due_on: NaiveDate,
    #[schema(min_length = 1, max_length = 4000, example = "Đối tác hoãn chuyến thăm sang tháng 12")]
    pub reason: String,
}

/// A step with a request for an extension.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionTransition {
    #[schema(example = "grant")]
    pub action: ExtensionAction,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
    /// With `grant`: another day than the one asked for.
    pub due_on: Option<NaiveDate>,
}
