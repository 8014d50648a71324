use crate::{
    calendar::CalendarError,
    db::Json,
    error::{Error, Fault, Result},
    filters::By,
    flow::Worded,
    id::Id,
    schema::plans,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

words! {
    /// Where a plan stands.
    PlanState {
        Draft = "draft", "Dự thảo", "Draft";
        Active = "active", "Đang thực hiện", "Active";
        Closed = "closed", "Đã kết thúc", "Closed";
        Superseded = "superseded", "Đã được thay thế", "Superseded";
    }
}

words! {
    /// What can be done with a plan.
    PlanAction {
        View = "view", "Xem", "View";
        Create = "create", "Lập", "Create";
        Edit = "edit", "Sửa", "Edit";
        Delete = "delete", "Xóa", "Delete";
        Draft = "draft", "Soạn nhiệm vụ", "Draft its tasks";
        Assign = "assign", "Giao nhiệm vụ", "Assign tasks";
        Activate = "activate", "Đưa vào thực hiện", "Activate";
        ReExpand = "re_expand", "Xác định lại thành viên nhóm", "Expand its groups again";
        Close = "close", "Kết thúc", "Close";
        Supersede = "supersede", "Thay thế", "Supersede";
        Survey = "survey", "Xem tiến độ các cơ quan", "See how each agency stands";
    }
}

impl Worded for PlanState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for PlanAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "plan";

/// The sort key of what has no due date: after everything that has one.
pub const NEVER: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// A plan, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = plans, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Plan {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub code: String,
    pub title: String,
    pub title_fold: String,
    pub document_id: Option<Id>,
    pub owner_id: Id,
    pub issuer_id: Id,
    pub owner_basis: Option<String>,
    pub tracked_from: Option<NaiveDate>,
    pub state: PlanState,
    pub activated_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub superseded_by: Option<Id>,
    pub source: Option<Json>,
    pub seed_key: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

/// A plan, as it is shown: the follow-up of a document that gives duties.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanView {
    pub id: Id,
    pub province_id: Id,
    #[schema(example = "KH-BDI-2021-0001")]
    pub code: String,
    pub title: String,
    /// The document that gives the duties; absent until it is registered.
    pub document_id: Option<Id>,
    /// Who follows it up, accepts and urges.
    pub owner_id: Id,
    /// Who issued it; another than the owner where the text entrusts somebody.
    pub issuer_id: Id,
    /// Where the text says who the owner is.
    pub owner_basis: Option<String>,
    /// Occurrences of recurring tasks begin here; the day of activation unless said otherwise (RULES 11).
    pub tracked_from: Option<NaiveDate>,
    pub state: PlanState,
    pub activated_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub superseded_by: Option<Id>,
    /// What the source says beyond, verbatim: who leads and approves, general tasks, what was cut off.
    #[schema(value_type = Option<Object>)]
    pub source: Option<serde_json::Value>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<PlanAction>,
}

crate::filtered_by! {
    PlanView: plans;
    province_id, owner_id, issuer_id, document_id, superseded_by, code, title, state: PlanState, tracked_from, activated_on, ended_on, created_at,
    updated_at
}

/// A new plan, in draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    #[schema(min_length = 1, max_length = 2000, example = "Triển khai thực hiện Chỉ thị số 38-CT/TW")]
    pub title: String,
    pub document_id: Option<Id>,
    /// Who follows it up; the caller's organisation unless the text entrusts another.
    pub owner_id: Option<Id>,
    #[schema(max_length = 300)]
    pub owner_basis: Option<String>,
    pub tracked_from: Option<NaiveDate>,
}

/// Changes to a draft; in force, a plan takes its document and title corrections only.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct PlanPatch {
    #[schema(min_length = 1, max_length = 2000, example = "Triển khai thực hiện Chỉ thị số 38-CT/TW")]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub document_id: Option<Option<Id>>,
    pub owner_id: Option<Id>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 300)]
    pub owner_basis: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = NaiveDate)]
    pub tracked_from: Option<Option<NaiveDate>>,
}

/// A step in the life of a plan.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanTransition {
    #[schema(example = "activate")]
    pub action: PlanAction,
    /// Why; needed to close or supersede while something is open (what is open is cancelled).
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// With `supersede`: the plan that takes its place.
    pub superseded_by: Option<Id>,
}

/// Filters of the list of plans.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlanFilter {
    /// Searches titles without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<PlanView>,
    #[param(inline)]
    pub sort: Option<PlanSort>,
}

/// Orders of the list of plans.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum PlanSort {
    /// Newest first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
    /// Oldest first.
    #[serde(rename = "created_at")]
    Oldest,
    /// By code.
    #[serde(rename = "code")]
    Code,
    /// By title without diacritics.
    #[serde(rename = "title")]
    Title,
}

/// Who entered a plan's data and under which keys, where it does not come from a person.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Key by which a seed finds its record again.
    pub seed_key: Option<String>,
    /// What the source says beyond what the record has a member for, verbatim.
    pub source: Option<serde_json::Value>,
}

/// What a column keeps of a value.
pub fn to_json(value: &impl Serialize) -> Result<Json> {
    Ok(Json(serde_json::to_value(value)?))
}

/// The value that a column keeps.
pub fn from_json<T: DeserializeOwned>(json: &Json) -> Result<T> {
    Ok(T::deserialize(&json.0)?)
}

/// A fault of a day that the calendar cannot find.
pub fn calendar_fault(pointer: &str, error: &CalendarError) -> Fault {
    match error {
        CalendarError::YearNotLoaded { year, .. } => Fault::at(
            pointer,
            "year_not_loaded",
            format!("Lịch ngày nghỉ chưa có năm {year}; không đoán ngày làm việc."),
            format!("The calendar has no holidays of {year}; working days are not guessed."),
        ),
        CalendarError::PeriodRequired | CalendarError::PeriodMismatch => {
            Fault::at(pointer, "rule_does_not_fit", "Quy tắc hạn không hợp với kỳ của nhiệm vụ.", "The due rule does not fit the task's cadence.")
        }
        other => Fault::at(pointer, "bad_due_rule", "Quy tắc hạn không tính được ngày.", format!("The due rule gives no day: {other}.")),
    }
}

/// 422: a calendar that cannot count is the caller's concern where the caller chose the day.
pub fn calendar_error(error: CalendarError) -> Error {
    match error {
        CalendarError::BadData(_) => Error::internal(error),
        other => Error::invalid(vec![calendar_fault("", &other)]),
    }
}
