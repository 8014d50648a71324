use crate::{
    error::{Fault, Result, all_well},
    filters::By,
    flow::Worded,
    id::Id,
    schema::{recommendation_answers, recommendations},
    text,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What is raised.
    RecommendationKind {
        Difficulty = "difficulty", "Khó khăn", "Difficulty";
        Obstacle = "obstacle", "Vướng mắc", "Obstacle";
        Proposal = "proposal", "Kiến nghị, đề xuất", "Proposal";
    }
}
words! {
    /// Where a recommendation stands.
    RecommendationState {
        Draft = "draft", "Dự thảo", "Draft";
        Raised = "raised", "Đã phản ánh", "Raised";
        Forwarded = "forwarded", "Đã trình cấp trên", "Forwarded";
        Answered = "answered", "Đã trả lời", "Answered";
        Closed = "closed", "Đã khép lại", "Closed";
    }
}
words! {
    /// What can be done with a recommendation.
    RecommendationAction {
        View = "view", "Xem", "View";
        Create = "create", "Tạo", "Create";
        Edit = "edit", "Sửa", "Edit";
        Delete = "delete", "Xóa", "Delete";
        Send = "send", "Gửi", "Send";
        Forward = "forward", "Trình cấp trên", "Forward";
        Answer = "answer", "Trả lời", "Answer";
        Close = "close", "Khép lại", "Close";
    }
}

impl Worded for RecommendationState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for RecommendationAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "recommendation";

/// A recommendation, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = recommendations, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Recommendation {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub code: String,
    pub kind: RecommendationKind,
    pub title: String,
    pub content: String,
    pub search_fold: String,
    pub state: RecommendationState,
    pub raiser_id: Id,
    pub plan_id: Option<Id>,
    pub task_id: Option<Id>,
    pub period_id: Option<Id>,
    pub focal_id: Option<Id>,
    pub addressed_id: Option<Id>,
    pub respond_by: Option<NaiveDate>,
    pub raised_on: Option<NaiveDate>,
    pub forwarded_on: Option<NaiveDate>,
    pub forward_note: Option<String>,
    pub answered_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
    pub updated_at: Stamp,
    pub updated_by: Id,
}

/// One answer; answers are only ever added.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = recommendation_answers, treat_none_as_default_value = false)]
pub struct Answered {
    pub id: Id,
    pub recommendation_id: Id,
    pub organization_id: Id,
    pub answered_by: Id,
    pub answered_at: Stamp,
    pub text: String,
    pub document_id: Option<Id>,
}

/// One answer, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecommendationAnswer {
    pub id: Id,
    /// Whose answer it is.
    pub organization_id: Id,
    /// The user who gave it.
    pub answered_by: Id,
    pub answered_at: Stamp,
    pub text: String,
    /// The document that holds the answer, where there is one.
    pub document_id: Option<Id>,
}

/// A recommendation, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecommendationView {
    pub id: Id,
    pub province_id: Id,
    #[schema(example = "KN-BRV-2026-0001")]
    pub code: String,
    pub kind: RecommendationKind,
    pub title: String,
    pub content: String,
    pub state: RecommendationState,
    /// The organisation that raised it.
    pub raiser_id: Id,
    pub plan_id: Option<Id>,
    pub task_id: Option<Id>,
    /// The reporting period that it came up in.
    pub period_id: Option<Id>,
    /// The focal point that it was put to: of the plan or regime, else of the province. Absent while it is a draft.
    pub focal_id: Option<Id>,
    /// Who is to answer now.
    pub addressed_id: Option<Id>,
    /// The day by which an answer is hoped for.
    pub respond_by: Option<NaiveDate>,
    /// Whether that day has passed without an answer.
    pub overdue: bool,
    pub raised_on: Option<NaiveDate>,
    pub forwarded_on: Option<NaiveDate>,
    /// What the focal point said when it put the matter before UBND.
    pub forward_note: Option<String>,
    /// The day of the first answer.
    pub answered_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    /// The answers, oldest first.
    pub answers: Vec<RecommendationAnswer>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
    pub updated_at: Stamp,
    pub updated_by: Id,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<RecommendationAction>,
}

crate::filtered_by! {
    RecommendationView: recommendations;
    province_id, raiser_id, focal_id, addressed_id, plan_id, task_id, period_id, code, kind: RecommendationKind, state: RecommendationState, title,
    content, respond_by, raised_on, forwarded_on, answered_on, closed_on, created_at, updated_at
}

/// Something to raise.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecommendation {
    pub kind: RecommendationKind,
    #[schema(min_length = 1, max_length = 300, example = "Chưa bố trí được kinh phí đoàn ra")]
    pub title: String,
    #[schema(min_length = 1, max_length = 20000)]
    pub content: String,
    pub plan_id: Option<Id>,
    pub task_id: Option<Id>,
    pub period_id: Option<Id>,
    /// The day by which an answer is hoped for.
    pub respond_by: Option<NaiveDate>,
    /// False keeps it as a draft. What a leader raises is sent at once unless this says otherwise; what an officer writes
    /// is a draft until a leader sends it.
    pub send: Option<bool>,
}

/// Changes to a draft; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct RecommendationPatch {
    pub kind: Option<RecommendationKind>,
    #[schema(min_length = 1, max_length = 300, example = "Chưa bố trí được kinh phí đoàn ra")]
    pub title: Option<String>,
    #[schema(min_length = 1, max_length = 20000)]
    pub content: Option<String>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub plan_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub task_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub period_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = NaiveDate)]
    pub respond_by: Option<Option<NaiveDate>>,
}

/// A step in the life of a recommendation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecommendationTransition {
    /// `send`, `forward`, `answer` or `close`.
    pub action: RecommendationAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// The answer (required to answer), or what goes with the matter when it is forwarded.
    #[schema(min_length = 1, max_length = 20000)]
    pub text: Option<String>,
    /// The document that holds the answer.
    pub document_id: Option<Id>,
    /// When forwarding: a new day by which an answer is hoped for.
    pub respond_by: Option<NaiveDate>,
}

/// Filters of the list of recommendations.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecommendationFilter {
    /// Searches code, title and content without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    /// Only those whose day has passed without an answer, or only the others.
    pub overdue: Option<bool>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<RecommendationView>,
    #[param(inline)]
    pub sort: Option<RecommendationSort>,
}

/// Orders of the list of recommendations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum RecommendationSort {
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
}

/// What a recommendation is searched by.
pub fn searchable(code: &str, title: &str, content: &str) -> String {
    text::fold(&[code, title, content].join(" | "))
}

/// Faults of texts that the schema cannot tell: blank ones.
pub fn check_texts(texts: &[(&str, Option<&str>)]) -> Result<()> {
    let mut faults = Vec::new();
    for (pointer, text) in texts {
        let Some(text) = text else { continue };
        if text.trim().is_empty() {
            faults.push(Fault::at(*pointer, "blank", "Hãy ghi nội dung.", "Say something here."));
        }
    }
    all_well(faults)
}
