//! The members of a submission, and the snapshot that is hashed.

use crate::{id::Id, time::Stamp};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// What the service computed from its records; absent where it has none.
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
#[schema(as = SubmissionAttachment)]
pub struct Attachment {
    /// The registered document.
    pub document_id: Id,
    /// SHA-256 of its bytes, in hexadecimal, as the author states it.
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

/// What is hashed: everything that the author handed in, and in which place; nothing that changes afterwards.
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot<'a> {
    pub kind: &'static str,
    pub id: Id,
    pub obligation_id: Id,
    pub period_id: Id,
    pub author_id: Id,
    pub receiver_id: Option<Id>,
    pub version_no: i32,
    pub submitted_at: Option<Stamp>,
    pub submitted_by: Option<Id>,
    pub submitted_on: Option<NaiveDate>,
    pub narratives: &'a serde_json::Value,
    pub figures: &'a serde_json::Value,
    pub attachments: &'a serde_json::Value,
    pub correction_reason: Option<&'a str>,
    /// Who entered it, and what arrived when; the agency's later confirmation is no part of it.
    pub entered_by: Option<Id>,
    pub entered_by_organization_id: Option<Id>,
    pub arrived_on: Option<NaiveDate>,
    pub document_id: Option<Id>,
    pub document_words: Option<String>,
}
