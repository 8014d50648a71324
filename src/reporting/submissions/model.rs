use crate::{db::Json, error::Result, flow::Worded, id::Id, reporting::regimes::model::typed, schema::report_submissions, time::Stamp, words};
use chrono::NaiveDate;
use diesel::prelude::*;

mod bodies;
pub mod number;
mod parts;

pub use bodies::{
    FigureSource, NewFigure, NewPaper, NewSubmission, Prefill, PrefilledFigure, PrefilledNarrative, SubmissionFilter, SubmissionPatch, SubmissionSort,
    SubmissionTransition, SubmissionView, Verification,
};
pub use parts::{Figure, Narrative, Paper, ReportAttachment, Snapshot};

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
    /// `Vec<ReportAttachment>`
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
    pub fn attachments(&self) -> Result<Vec<ReportAttachment>> {
        typed(&self.attachments)
    }
    /// How it came, if not from the agency itself.
    pub fn paper(&self) -> Result<Option<Paper>> {
        self.paper.as_ref().map(typed).transpose()
    }
}
