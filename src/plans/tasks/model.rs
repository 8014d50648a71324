use super::assignees::{Assignee, NewAssignee};
use crate::{
    calendar::DueRule,
    db::Json,
    error::Result,
    filters::By,
    flow::Worded,
    id::Id,
    period::Frequency,
    plans::{
        model::{NEVER, from_json},
        occurrences::model::{Deadline, OccurrenceView, SOON, TaskState},
        parts::model::{PartView, TaskForm, TaskRole},
    },
    schema::tasks,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// How often a task is done.
    Cadence {
        Once = "once", "Một lần", "Once";
        Continuous = "continuous", "Thường xuyên", "Continuous";
        OnOccasion = "on_occasion", "Khi phát sinh", "On occasion";
        Monthly = "monthly", "Hằng tháng", "Monthly";
        Quarterly = "quarterly", "Hằng quý", "Quarterly";
        HalfYearly = "half_yearly", "6 tháng", "Six-monthly";
        Yearly = "yearly", "Hằng năm", "Yearly";
        HalfYearAndYear = "half_year_and_year", "6 tháng và cuối năm", "Six months and year end";
    }
}

impl Cadence {
    /// The periods of a task that recurs by the calendar.
    pub fn frequency(self) -> Option<Frequency> {
        match self {
            Cadence::Once | Cadence::Continuous | Cadence::OnOccasion => None,
            Cadence::Monthly => Some(Frequency::Month),
            Cadence::Quarterly => Some(Frequency::Quarter),
            Cadence::HalfYearly => Some(Frequency::HalfYear),
            Cadence::Yearly => Some(Frequency::Year),
            Cadence::HalfYearAndYear => Some(Frequency::HalfYearAndYear),
        }
    }
    /// Continuous tasks and those on occasion are never overdue (RULES 11).
    pub fn is_timeless(self) -> bool {
        matches!(self, Cadence::Continuous | Cadence::OnOccasion)
    }
}

words! {
    /// What can be done with a task or an occurrence of it.
    TaskAction {
        View = "view", "Xem", "View";
        Edit = "edit", "Sửa", "Edit";
        Delete = "delete", "Xóa", "Delete";
        Assign = "assign", "Giao thêm cơ quan", "Assign further agencies";
        OpenOccurrence = "open_occurrence", "Mở một lần thực hiện", "Open an occurrence";
        Progress = "record_progress", "Ghi tiến độ", "Record progress";
        AskExtension = "ask_extension", "Xin gia hạn", "Ask for an extension";
        GrantExtension = "grant_extension", "Quyết định gia hạn", "Decide on an extension";
        Urge = "urge", "Đôn đốc", "Urge";
        Start = "start", "Bắt đầu", "Start";
        Propose = "propose_completion", "Báo cáo hoàn thành", "Propose completion";
        Accept = "accept", "Chấp nhận hoàn thành", "Accept";
        Return = "return", "Trả lại", "Return";
        Decline = "decline", "Từ chối (không thuộc chức năng)", "Decline: not ours";
        Reassign = "reassign", "Giao lại", "Reassign";
        Redate = "redate", "Đổi hạn theo văn bản mới", "Move the due date by a later document";
        Cancel = "cancel", "Hủy", "Cancel";
    }
}
impl Worded for TaskAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "task";

/// A task, as it is stored. State and due date repeat those of the occurrence at `occurrence_id`, so that a list needs
/// one table: of the only one, or of the earliest that is open where the task recurs (then without its state).
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Task {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub plan_id: Id,
    pub parent_id: Option<Id>,
    pub owner_id: Id,
    pub code: String,
    pub place: Option<String>,
    pub reference: Option<String>,
    pub content: String,
    pub content_fold: String,
    pub source_text: Option<String>,
    pub form: TaskForm,
    pub role_word: Option<String>,
    pub product: Option<String>,
    pub approver_id: Option<Id>,
    pub through_id: Option<Id>,
    pub cadence: Option<Cadence>,
    pub due_rule: Option<Json>,
    pub assignees: Json,
    pub source: Option<Json>,
    pub state: Option<TaskState>,
    pub occurrence_id: Option<Id>,
    pub due_on: Option<NaiveDate>,
    pub due_sort: NaiveDate,
    pub opens_on: Option<NaiveDate>,
    pub seed_key: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

impl Task {
    /// Has occurrences and no state of its own (RULES 11).
    pub fn is_recurring(&self) -> bool {
        self.cadence.is_some_and(|c| c.frequency().is_some() || c == Cadence::OnOccasion)
    }
    /// Never overdue.
    pub fn is_timeless(&self) -> bool {
        self.cadence.is_some_and(Cadence::is_timeless)
    }
    /// The due rule as it was given.
    pub fn rule(&self) -> Result<Option<DueRule>> {
        self.due_rule.as_ref().map(from_json).transpose()
    }
    /// The assignees as they were given.
    pub fn assignees(&self) -> Result<Vec<Assignee>> {
        from_json(&self.assignees)
    }
    /// Work is owed now: by the state, or by an open occurrence of a recurring task.
    pub fn is_open(&self) -> bool {
        self.state.map_or(self.due_sort < NEVER, TaskState::is_open)
    }
}

/// The words of a rule: the text's own, else what kind it is.
pub fn rule_words(rule: Option<&DueRule>) -> Option<String> {
    rule.map(|r| r.phrase.clone().unwrap_or_else(|| serde_json::to_value(r.kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()))
}

/// A task, as a list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskView {
    pub id: Id,
    pub province_id: Id,
    pub plan_id: Id,
    pub parent_id: Option<Id>,
    /// Who assigned it, accepts and urges: the plan's owner.
    pub owner_id: Id,
    #[schema(example = "NV-BDI-2021-0007")]
    pub code: String,
    /// Its place in the text.
    #[schema(example = "III.2.a")]
    pub place: Option<String>,
    /// How the text is cited.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub content: String,
    /// The text itself.
    pub source_text: Option<String>,
    pub form: TaskForm,
    /// The word that the text uses for the role.
    pub role_word: Option<String>,
    /// What is to come of it.
    pub product: Option<String>,
    /// Who approves the product.
    pub approver_id: Option<Id>,
    /// The body through which it is given.
    pub through_id: Option<Id>,
    pub cadence: Option<Cadence>,
    pub recurring: bool,
    pub due_rule: Option<DueRule>,
    pub assignees: Vec<Assignee>,
    /// Null in a draft plan, and where the task recurs: its occurrences have states.
    pub state: Option<TaskState>,
    /// The occurrence whose due date stands here.
    pub occurrence_id: Option<Id>,
    pub due_on: Option<NaiveDate>,
    pub deadline: Deadline,
    pub overdue: bool,
    /// Due within 7 days.
    pub due_soon: bool,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<TaskAction>,
}

crate::filtered_by! {
    TaskView: tasks;
    province_id, plan_id, parent_id, owner_id, approver_id, through_id, code, place, "ref" = reference, content, product, form: TaskForm,
    cadence: Cadence, state: TaskState, due_on, created_at, updated_at
}

impl TaskView {
    /// The task as it is shown.
    pub fn of(t: &Task, today: NaiveDate, allowed_actions: Vec<TaskAction>) -> Result<Self> {
        let rule = t.rule()?;
        let (open, left) = (t.is_open(), (t.due_sort - today).num_days());
        Ok(Self {
            id: t.id,
            province_id: t.province_id,
            plan_id: t.plan_id,
            parent_id: t.parent_id,
            owner_id: t.owner_id,
            code: t.code.clone(),
            place: t.place.clone(),
            reference: t.reference.clone(),
            content: t.content.clone(),
            source_text: t.source_text.clone(),
            form: t.form,
            role_word: t.role_word.clone(),
            product: t.product.clone(),
            approver_id: t.approver_id,
            through_id: t.through_id,
            cadence: t.cadence,
            recurring: t.is_recurring(),
            assignees: t.assignees()?,
            state: t.state,
            occurrence_id: t.occurrence_id,
            due_on: t.due_on,
            deadline: Deadline {
                last_day: t.due_on,
                effective_day: t.due_on.filter(|due| *due < t.due_sort && t.due_sort < NEVER).map(|_| t.due_sort),
                rule: rule_words(rule.as_ref()),
                calendar_version: None,
            },
            due_rule: rule,
            overdue: open && left < 0,
            due_soon: open && (0..=SOON).contains(&left),
            version: t.version,
            created_at: t.created_at,
            updated_at: t.updated_at,
            allowed_actions,
        })
    }
}

/// A task with its occurrence and the parts that are owed of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskDetail {
    #[serde(flatten)]
    pub task: TaskView,
    /// The occurrence at `occurrence_id`: progress, completion, returns, old due dates.
    pub occurrence: Option<OccurrenceView>,
    /// What each agency owes of that occurrence.
    pub parts: Vec<PartView>,
    /// What the source says beyond, verbatim.
    #[schema(value_type = Option<Object>)]
    pub source: Option<serde_json::Value>,
}

/// A new task.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    pub plan_id: Id,
    pub parent_id: Option<Id>,
    #[schema(max_length = 100, example = "III.2.a")]
    pub place: Option<String>,
    #[serde(rename = "ref")]
    #[schema(max_length = 200)]
    pub reference: Option<String>,
    #[schema(min_length = 1, max_length = 4000, example = "Quán triệt, triển khai Chỉ thị 38")]
    pub content: String,
    #[schema(max_length = 20000)]
    pub source_text: Option<String>,
    #[schema(example = "assign")]
    pub form: TaskForm,
    #[schema(max_length = 200)]
    pub role_word: Option<String>,
    #[schema(max_length = 1000)]
    pub product: Option<String>,
    pub approver_id: Option<Id>,
    /// Needed with form `through`.
    pub through_id: Option<Id>,
    pub cadence: Option<Cadence>,
    /// The last day, where the text names one; or else `due_rule`.
    pub due_on: Option<NaiveDate>,
    pub due_rule: Option<DueRule>,
    /// Who does it; empty where the text names nobody.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub assignees: Vec<NewAssignee>,
    /// Bodies with which the assignees are to work, in the words of the text.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub partners_raw: Vec<String>,
}

/// Changes to a task: all of it in a draft plan; in force only what assigns nothing.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct TaskPatch {
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub parent_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 100)]
    pub place: Option<Option<String>>,
    #[serde(default, rename = "ref", deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 200)]
    pub reference: Option<Option<String>>,
    #[schema(min_length = 1, max_length = 4000, example = "Quán triệt, triển khai Chỉ thị 38")]
    pub content: Option<String>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 20000)]
    pub source_text: Option<Option<String>>,
    pub form: Option<TaskForm>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 200)]
    pub role_word: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 1000)]
    pub product: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub approver_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub through_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Cadence)]
    pub cadence: Option<Option<Cadence>>,
    /// As a whole: which members one has depends on its kind.
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = DueRule)]
    pub due_rule: Option<Option<DueRule>>,
    #[schema(max_items = 200)]
    pub assignees: Option<Vec<NewAssignee>>,
}

/// Filters of the list of tasks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TaskFilter {
    /// Searches contents without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    /// Tasks of which this agency owes a part.
    pub organization_id: Option<Id>,
    /// In this role: that agency, or else the caller's own.
    pub role: Option<TaskRole>,
    /// Only tasks whose last day has passed while work is owed, or only others.
    pub overdue: Option<bool>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<TaskView>,
    #[param(inline)]
    pub sort: Option<TaskSort>,
}

/// Orders of the list of tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum TaskSort {
    /// Newest first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
    /// Oldest first.
    #[serde(rename = "created_at")]
    Oldest,
    /// By due date; those without one last.
    #[serde(rename = "due_on")]
    Due,
    /// By due date, the latest first; those without one before them.
    #[serde(rename = "-due_on")]
    DueLast,
    /// By code.
    #[serde(rename = "code")]
    Code,
    /// By code, the last first.
    #[serde(rename = "-code")]
    CodeLast,
}
