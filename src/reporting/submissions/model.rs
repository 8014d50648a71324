use crate::{
    db::Json,
    error::Result,
    flow::Worded,
    id::Id,
    reporting::regimes::model::typed,
    schema::report_submissions,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Where a version of a submission stands.
    SubmissionState {
        Draft = "draft", "Dự thảo", "Draft";
        Submitted = "submitted", "Đã nộp", "Submitted";
        Accepted = "accepted", "Đã nhận", "Accepted";
        Returned = "returned", "Bị trả lại", "Returned";
    }
}
words! {
    /// What can be done with a submission.
    SubmissionAction {
        View = "view", "Xem", "View";
        Edit = "edit", "Sửa", "Edit";
        Delete = "delete", "Xóa dự thảo", "Delete the draft";
        Submit = "submit", "Nộp", "Submit";
        Accept = "accept", "Nhận", "Accept";
        Return = "return", "Trả lại", "Return";
        Confirm = "confirm", "Xác nhận bản nhập thay", "Confirm what was entered for the agency";
        Correct = "correct", "Lập bản đính chính", "Make the next version";
    }
}
impl Worded for SubmissionState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for SubmissionAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "report_submission";

/// One version of what an agency handed in for an obligation, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = report_submissions, treat_none_as_default_value = false)]
pub struct Submission {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub obligation_id: Id,
    pub period_id: Id,
    pub author_id: Id,
    pub receiver_id: Option<Id>,
    pub version_no: i32,
    pub state: SubmissionState,
    /// `Vec<Narrative>`
    pub narratives: Json,
    /// `Vec<Figure>`
    pub figures: Json,
    /// `Vec<Attachment>`
    pub attachments: Json,
    pub correction_reason: Option<String>,
    /// [`Paper`]: entered by the receiver for an agency that sent it otherwise (RULES 4).
    pub paper: Option<Json>,
    pub submitted_at: Option<Stamp>,
    pub submitted_by: Option<Id>,
    /// The day that counts: of submission, or of arrival for what came on paper.
    pub submitted_on: Option<NaiveDate>,
    /// The RFC 8785 text of the snapshot.
    pub snapshot: Option<String>,
    pub sha256: Option<String>,
    pub decided_at: Option<Stamp>,
    pub decided_by: Option<Id>,
    pub decided_on: Option<NaiveDate>,
    pub decision_reason: Option<String>,
    pub on_time: Option<bool>,
    /// [`crate::ontime::OnTime`], frozen at acceptance.
    pub judgement: Option<Json>,
    pub seed_key: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

impl Submission {
    /// Narrative by section.
    pub fn narratives(&self) -> Result<Vec<Narrative>> {
        typed(&self.narratives)
    }
    /// Values by indicator.
    pub fn figures(&self) -> Result<Vec<Figure>> {
        typed(&self.figures)
    }
    /// What is attached.
    pub fn attachments(&self) -> Result<Vec<Attachment>> {
        typed(&self.attachments)
    }
    /// How it came, if not from the agency itself.
    pub fn paper(&self) -> Result<Option<Paper>> {
        self.paper.as_ref().map(typed).transpose()
    }
}

/// What the agency writes under a section of the outline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Narrative {
    /// Key of the section.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "ket_qua")]
    pub section: String,
    #[schema(max_length = 50000)]
    pub text: String,
}

/// The value of an indicator. Blank is not 0 (RULES 15).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Code of the indicator.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "delegations_out")]
    pub indicator: String,
    /// The exact number as text (or the words of a text indicator); null for blank.
    #[schema(max_length = 2000, example = "3")]
    pub value: Option<String>,
    /// Estimated, because the books are not closed yet (Decree 09/2019 Art. 12).
    #[serde(default)]
    pub estimated: bool,
    /// What the service computed from its records when the draft was made; absent where it has none.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub computed: Option<String>,
    /// Why the value differs from the computed one.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000)]
    pub reason_if_differs: Option<String>,
}

/// Something attached, with the hash that the snapshot's hash covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The registered document or attachment.
    pub id: Id,
    /// SHA-256 of its bytes, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$", example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub sha256: String,
}

/// How a submission came that the receiver entered for the agency (RULES 4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Paper {
    /// The receiver's user who entered it.
    pub entered_by: Id,
    pub entered_by_organization_id: Id,
    /// The day on which it arrived, which counts.
    pub arrived_on: NaiveDate,
    /// The registered document.
    pub document_id: Option<Id>,
    /// Number and symbol as written on the paper.
    pub document_words: Option<String>,
    /// When the agency confirmed it.
    pub confirmed_at: Option<Stamp>,
    pub confirmed_by: Option<Id>,
}
