//! What callers send and get: the submission's view, bodies and filters.

use super::{Figure, Narrative, Paper, ReportAttachment, SubmissionAction, SubmissionState};
use crate::{filters::By, id::Id, reporting::periods::model::Judgement, time::Stamp};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A version of a submission, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubmissionView {
    pub id: Id,
    pub province_id: Id,
    pub obligation_id: Id,
    pub period_id: Id,
    /// The agency whose report it is, also where somebody else entered it.
    pub author_id: Id,
    pub receiver_id: Option<Id>,
    /// Corrections are new versions beside the old ones.
    pub version_no: i32,
    pub state: SubmissionState,
    pub narratives: Vec<Narrative>,
    pub figures: Vec<Figure>,
    pub attachments: Vec<ReportAttachment>,
    /// Why it was corrected after acceptance.
    pub correction_reason: Option<String>,
    /// How it came, if the receiver entered it for the agency.
    pub paper: Option<Paper>,
    pub submitted_at: Option<Stamp>,
    pub submitted_by: Option<Id>,
    /// The day that counts: of submission, or of arrival on paper.
    pub submitted_on: Option<NaiveDate>,
    /// SHA-256 over the RFC 8785 JSON of the snapshot, in hexadecimal.
    pub sha256: Option<String>,
    pub decided_at: Option<Stamp>,
    pub decided_by: Option<Id>,
    pub decided_on: Option<NaiveDate>,
    /// Why it was returned.
    pub decision_reason: Option<String>,
    /// Decided once, at acceptance; null before, without a due date, and on corrections of an accepted version.
    pub on_time: Option<bool>,
    pub judgement: Option<Judgement>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<SubmissionAction>,
}

crate::filtered_by! {
    SubmissionView: report_submissions;
    province_id, obligation_id, period_id, author_id, receiver_id, version_no, state: SubmissionState, on_time, submitted_on, submitted_at,
    decided_on, created_at, updated_at
}

/// A value as the author gives it.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFigure {
    /// Code of the indicator.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "delegations_out")]
    pub indicator: String,
    /// The exact number as text (or the words of a text indicator); null for blank, which is not 0.
    #[schema(max_length = 2000, example = "3")]
    pub value: Option<String>,
    /// An estimate; set by itself for what is handed in before the figures' last day.
    #[serde(default)]
    pub estimated: bool,
    /// Required where the value differs from the computed one.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason_if_differs: Option<String>,
}

/// What arrived outside the system.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPaper {
    /// The day on which it arrived, which counts; as the receiver's arrival register says, where the document is in it.
    pub arrived_on: NaiveDate,
    /// The registered document.
    pub document_id: Option<Id>,
    /// Number and symbol as written on the paper, where it is not in the register here.
    #[schema(min_length = 1, max_length = 300, example = "215/BC-SYT")]
    pub document_words: Option<String>,
}

/// A draft for an obligation. What is left out is taken from the version before, else blank.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubmission {
    pub obligation_id: Id,
    #[schema(max_items = 100)]
    pub narratives: Option<Vec<Narrative>>,
    #[schema(max_items = 300)]
    pub figures: Option<Vec<NewFigure>>,
    /// Files of registered documents that the caller may read.
    #[schema(max_items = 50)]
    pub attachments: Option<Vec<Id>>,
    /// Required for a correction after acceptance.
    #[schema(min_length = 1, max_length = 2000)]
    pub correction_reason: Option<String>,
    /// Given by the receiver that enters it for an agency outside the system.
    pub paper: Option<NewPaper>,
}

/// Changes to a draft; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct SubmissionPatch {
    /// All sections anew.
    #[schema(max_items = 100)]
    pub narratives: Option<Vec<Narrative>>,
    /// All values anew.
    #[schema(max_items = 300)]
    pub figures: Option<Vec<NewFigure>>,
    /// Files of registered documents that the caller may read.
    #[schema(max_items = 50)]
    pub attachments: Option<Vec<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 2000)]
    pub correction_reason: Option<Option<String>>,
}

/// A step in the life of a version.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionTransition {
    pub action: SubmissionAction,
    /// Required when returning.
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// Filters of the list of submissions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SubmissionFilter {
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<SubmissionView>,
    #[param(inline)]
    pub sort: Option<SubmissionSort>,
}

/// Orders of the list of submissions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum SubmissionSort {
    /// Newest first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
    /// Oldest first.
    #[serde(rename = "created_at")]
    Oldest,
}

/// What is known before the author writes: the last period's values, and what the service can compute. Nothing is made up.
#[derive(Debug, Clone)]
pub struct Prefill {
    pub obligation_id: Id,
    /// The period before, if there is an accepted report of the same agency for it.
    pub previous_period: Option<String>,
    pub previous_submission_id: Option<Id>,
    pub figures: Vec<PrefilledFigure>,
    pub narratives: Vec<PrefilledNarrative>,
}

/// What is known of one indicator.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PrefilledFigure {
    pub indicator: String,
    /// The value of the period before.
    pub previous: Option<String>,
    pub previous_estimated: bool,
    /// Computed from records here; null where the indicator is typed in.
    pub computed: Option<String>,
    /// The named query that computed it.
    pub query: Option<String>,
    /// The accepted report that the previous value stands in, and the records that the computed one is counted from (at
    /// most 500 of them).
    pub sources: Vec<FigureSource>,
}

/// A record that a value or sentence comes from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FigureSource {
    /// Kind of record.
    #[schema(example = "task_part")]
    pub kind: String,
    pub id: Id,
    /// What people cite it by.
    #[schema(example = "NV-BDI-2026-0001")]
    pub code: Option<String>,
    /// What it is called.
    pub title: String,
}

impl FigureSource {
    /// A record as a source.
    pub fn record(kind: &str, id: Id, code: Option<&str>, title: &str) -> Self {
        Self { kind: kind.to_owned(), id, code: code.map(str::to_owned), title: title.to_owned() }
    }
}

/// What is known of one section.
#[derive(Debug, Clone, PartialEq)]
pub struct PrefilledNarrative {
    pub section: String,
    pub title: String,
    /// The text of the period before.
    pub previous: Option<String>,
}

/// Whether a snapshot is what it was when it was handed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SubmissionVerification)]
pub struct Verification {
    pub submission_id: Id,
    /// The hash stored when it was handed in.
    pub sha256: String,
    /// The hash of the stored snapshot's text, computed now.
    pub snapshot_sha256: String,
    /// The hash of the record as it is, computed now.
    pub record_sha256: String,
    /// The files named still have the hashes that were stored.
    pub attachments_match: bool,
    /// All hashes are the same.
    pub matches: bool,
    /// The snapshot: RFC 8785 JSON as it was hashed.
    pub snapshot: String,
}
