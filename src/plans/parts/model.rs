use crate::{
    db::Json,
    error::Result,
    filters::By,
    flow::Worded,
    id::Id,
    plans::model::{NEVER, from_json},
    schema::task_parts,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What an assignee is to a task (RULES 9).
    TaskRole {
        Lead = "lead", "Chủ trì", "Lead";
        Joint = "joint", "Cùng thực hiện", "Joint: each does it itself";
        Coordinate = "coordinate", "Phối hợp", "Coordinate";
    }
}

words! {
    /// How the text asks.
    TaskForm {
        Assign = "assign", "Giao", "Assigned";
        Request = "request", "Đề nghị", "Requested";
        General = "general", "Chung", "General";
        Encourage = "encourage", "Khuyến khích", "Encouraged";
        Through = "through", "Qua cơ quan khác", "Through another body";
    }
}

words! {
    /// Where an assignee's part stands.
    PartState {
        Assigned = "assigned", "Đã giao", "Assigned";
        Done = "done", "Đã làm", "Done";
        Waived = "waived", "Được miễn", "Waived";
    }
}

words! {
    /// What can be done with a part.
    PartAction {
        View = "view", "Xem", "View";
        Done = "done", "Báo đã làm", "Report it done";
        Waive = "waive", "Miễn", "Waive";
        Handle = "handle", "Giao đơn vị, người xử lý", "Name who handles it";
        Enter = "enter", "Ghi hộ kết quả", "Enter the result for the agency";
        Confirm = "confirm", "Xác nhận kết quả ghi hộ", "Confirm what was entered";
    }
}

impl Worded for PartState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for PartAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "task_part";

/// A record elsewhere that shows what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Kind of record, such as `document` or `activity`.
    #[schema(pattern = "^[a-z][a-z_]{0,39}$", example = "document")]
    pub kind: String,
    pub id: Id,
}

/// A due date that no longer counts, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OldDue {
    /// The due date until then; null where there was none.
    pub due_on: Option<NaiveDate>,
    /// When it was moved.
    pub moved_on: NaiveDate,
    /// The granted extension that moved it.
    pub extension_id: Option<Id>,
    /// The later document that moved it.
    pub document_id: Option<Id>,
    pub reason: Option<String>,
}

/// One time that a version lay with those who accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LayView {
    pub submitted_on: NaiveDate,
    pub returned_on: NaiveDate,
    pub reason: Option<String>,
}

/// What one agency owes of one occurrence, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = task_parts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Part {
    pub id: Id,
    pub task_id: Id,
    pub occurrence_id: Id,
    pub plan_id: Id,
    pub province_id: Id,
    pub organization_id: Id,
    pub group_id: Option<Id>,
    pub role: TaskRole,
    pub required: bool,
    pub form: TaskForm,
    pub state: PartState,
    pub due_on: Option<NaiveDate>,
    pub due_sort: NaiveDate,
    pub due_history: Json,
    pub result: Option<String>,
    pub links: Json,
    pub done_on: Option<NaiveDate>,
    pub on_time: Option<bool>,
    pub lays: Json,
    pub entered_by: Option<Id>,
    pub document_id: Option<Id>,
    pub confirmed_at: Option<Stamp>,
    pub unit_id: Option<Id>,
    pub officer_id: Option<Id>,
    pub instruction: Option<String>,
    pub reason: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

impl Part {
    /// Still owed.
    pub fn is_open(&self) -> bool {
        self.state == PartState::Assigned
    }
    /// The last day in force has passed and it is still owed.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.is_open() && self.due_sort < today
    }
}

/// What one agency owes of one occurrence of a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartView {
    pub id: Id,
    pub task_id: Id,
    pub occurrence_id: Id,
    pub plan_id: Id,
    pub organization_id: Id,
    /// The group that the agency was a member of on the day of expansion.
    pub group_id: Option<Id>,
    pub role: TaskRole,
    /// Whether completion waits for it.
    pub required: bool,
    /// Parts in form `request` are requested: never urged, outside every ranking.
    pub form: TaskForm,
    pub state: PartState,
    /// The agency's own due date; null where that of the occurrence counts or there is none.
    pub due_on: Option<NaiveDate>,
    pub due_history: Vec<OldDue>,
    /// What was done.
    pub result: Option<String>,
    pub links: Vec<Link>,
    pub done_on: Option<NaiveDate>,
    /// Decided when the occurrence was accepted; null before, and without a due date.
    pub on_time: Option<bool>,
    pub overdue: bool,
    /// Whoever entered the result for an agency outside the system (RULES 4).
    pub entered_by: Option<Id>,
    /// The registered document in which the agency sent it.
    pub document_id: Option<Id>,
    /// When the agency confirmed what was entered for it.
    pub confirmed_at: Option<Stamp>,
    /// The unit of the agency that handles it.
    pub unit_id: Option<Id>,
    /// The officer who handles it.
    pub officer_id: Option<Id>,
    /// Bút phê.
    pub instruction: Option<String>,
    /// Why it was waived or given back.
    pub reason: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<PartAction>,
}

crate::filtered_by! {
    PartView: task_parts;
    organization_id, task_id, occurrence_id, plan_id, group_id, unit_id, officer_id, document_id, role: TaskRole, form: TaskForm, state: PartState,
    required, on_time, due_on, done_on, created_at, updated_at
}

impl PartView {
    /// The part as it is shown.
    pub fn of(part: &Part, today: NaiveDate, allowed_actions: Vec<PartAction>) -> Result<Self> {
        Ok(Self {
            id: part.id,
            task_id: part.task_id,
            occurrence_id: part.occurrence_id,
            plan_id: part.plan_id,
            organization_id: part.organization_id,
            group_id: part.group_id,
            role: part.role,
            required: part.required,
            form: part.form,
            state: part.state,
            due_on: part.due_on,
            due_history: from_json(&part.due_history)?,
            result: part.result.clone(),
            links: from_json(&part.links)?,
            done_on: part.done_on,
            on_time: part.on_time,
            overdue: part.is_overdue(today),
            entered_by: part.entered_by,
            document_id: part.document_id,
            confirmed_at: part.confirmed_at,
            unit_id: part.unit_id,
            officer_id: part.officer_id,
            instruction: part.instruction.clone(),
            reason: part.reason.clone(),
            version: part.version,
            created_at: part.created_at,
            updated_at: part.updated_at,
            allowed_actions,
        })
    }
}

/// A part as the journal keeps it: with the last day in force, which figures of a past day need and `due_on` does not say.
#[derive(Debug, Clone, Serialize)]
pub struct PartEntry {
    #[serde(flatten)]
    pub part: PartView,
    /// Null where nothing is due on a day.
    pub effective_day: Option<NaiveDate>,
}

impl PartEntry {
    /// The part as it is written down.
    pub fn of(part: &Part, today: NaiveDate) -> Result<Self> {
        Ok(Self { part: PartView::of(part, today, vec![])?, effective_day: Some(part.due_sort).filter(|day| *day < NEVER) })
    }
}

/// A further assignee of a task in force: also how the owner names the members of an open group.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPart {
    pub task_id: Id,
    pub organization_id: Id,
    #[schema(example = "coordinate")]
    pub role: TaskRole,
    /// Whether completion waits for it; default true, false in form `request`.
    pub required: Option<bool>,
    pub due_on: Option<NaiveDate>,
    /// The group of the text that it is named for.
    pub group_id: Option<Id>,
}

/// A step in the life of a part.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartTransition {
    #[schema(example = "done")]
    pub action: PartAction,
    /// Why; needed with `waive`.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// What was done; needed with `done` and `enter`.
    #[schema(min_length = 1, max_length = 20000, example = "Đã tổ chức quán triệt cho 120 cán bộ")]
    pub result: Option<String>,
    #[schema(max_items = 50)]
    pub links: Option<Vec<Link>>,
    /// With `enter`: the registered document in which the agency sent it.
    pub document_id: Option<Id>,
    /// With `enter`: the day that document arrived, which counts for on-time; as the arrival register of whoever enters it
    /// says, where the document is in it, else today unless given.
    pub received_on: Option<NaiveDate>,
    /// With `handle`: the unit.
    pub unit_id: Option<Id>,
    /// With `handle`: the officer.
    pub officer_id: Option<Id>,
    /// With `handle`: the instruction (bút phê).
    #[schema(max_length = 4000)]
    pub instruction: Option<String>,
}

/// Filters of the list of parts.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PartFilter {
    /// Only parts whose last day has passed, or only others.
    pub overdue: Option<bool>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<PartView>,
    #[param(inline)]
    pub sort: Option<PartSort>,
}

/// Orders of the list of parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum PartSort {
    /// Newest first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
    /// By due date; those without one last.
    #[serde(rename = "due_on")]
    Due,
    /// By due date, the latest first; those without one before them.
    #[serde(rename = "-due_on")]
    DueLast,
}
