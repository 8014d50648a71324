//! What callers send and see of a reading.

use super::{
    kinds::{ReadingAction, ReadingConfidence, ReadingProposalAction, ReadingProposalKind, ReadingProposalState, ReadingState},
    model::{ReadingDocument, ReadingLink, ReadingSpan, ReadingWarning},
    values::ReadingValue,
};
use crate::{filters::By, id::Id, page::Order, time::Stamp};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many proposals stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadingCounts {
    pub proposed: i64,
    pub accepted: i64,
    pub edited: i64,
    pub rejected: i64,
    /// Of those proposed: that rest on a judgement.
    pub to_check: i64,
}

/// A reading, as a list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadingRow {
    pub id: Id,
    pub province_id: Id,
    /// The organisation that had the text read; nobody else sees it.
    pub owner_id: Id,
    /// Summary of the first document, else the file's name.
    pub title: String,
    pub state: ReadingState,
    /// Why it was discarded.
    pub reason: Option<String>,
    pub file_name: String,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub sha256: String,
    /// Characters of the text; spans count them.
    pub characters: i32,
    pub counts: ReadingCounts,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
    pub updated_at: Stamp,
    pub updated_by: Id,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<ReadingAction>,
}

crate::filtered_by! {
    ReadingRow: readings;
    owner_id, title, state: ReadingState, reason, file_name, media_type, size, sha256, characters, created_by, created_at, updated_at
}

/// A reading with all that it proposes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadingView {
    #[serde(flatten)]
    pub reading: ReadingRow,
    /// The documents in the file, in order.
    pub documents: Vec<ReadingDocument>,
    pub warnings: Vec<ReadingWarning>,
    #[schema(max_items = 2000)]
    pub proposals: Vec<ReadingProposal>,
}

/// The order of the proposals of a reading: that of the text.
#[derive(Debug, Clone)]
pub enum ByPlace {}
impl Order for ByPlace {
    const USUAL: &'static str = "place";
}

/// A proposal: a value with the place that it was read from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadingProposal {
    pub id: Id,
    pub reading_id: Id,
    /// Its place in the reading.
    #[schema(minimum = 1)]
    pub place: i32,
    /// The document of the file that it belongs to.
    #[schema(minimum = 1)]
    pub document: i32,
    #[schema(example = "symbol")]
    pub kind: ReadingProposalKind,
    pub value: ReadingValue,
    /// The value before it was edited.
    pub value_as_read: Option<ReadingValue>,
    /// Where it was read; empty where nothing was.
    pub spans: Vec<ReadingSpan>,
    pub confidence: ReadingConfidence,
    /// Members of the value that rest on a judgement.
    pub doubtful: Vec<String>,
    /// By which rule it was read.
    pub rule: String,
    pub state: ReadingProposalState,
    /// The records that were made of it.
    pub made: Vec<ReadingLink>,
    pub version: i32,
    pub updated_at: Stamp,
    pub updated_by: Id,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<ReadingProposalAction>,
}

crate::filtered_by! {
    ReadingProposal: reading_proposals;
    place, document, kind: ReadingProposalKind, state: ReadingProposalState, confidence: ReadingConfidence, rule, updated_by, updated_at
}

/// The text that was read; spans count its characters.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadingText {
    pub characters: i32,
    #[schema(max_length = 2000000)]
    pub text: String,
}

/// The form by which a text is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[allow(dead_code)] // read by stream, never as a whole; here for the document alone
pub struct ReadingForm {
    /// UTF-8 text, DOCX, or PDF with a text layer; 20 MiB at most.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    pub file: Vec<u8>,
}

/// A new value of a proposal: what is left out stays, null clears, lists and due rules are replaced as a whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct ReadingProposalPatch {
    pub value: Option<ReadingValue>,
}

/// A decision on a proposal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingProposalTransition {
    /// `accept`, `reject` or `reopen`.
    #[schema(example = "accept")]
    pub action: ReadingProposalAction,
    /// Why; kept in the journal.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// A step of a reading: decisions on many proposals at once, or its end.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingTransition {
    /// `accept` and `reject` decide on those proposals that nobody has decided on and that the members below choose;
    /// `apply` makes the records; `discard` ends it without any.
    #[schema(example = "accept")]
    pub action: ReadingAction,
    /// Why; needed to discard.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// With `accept` and `reject`: only these.
    #[schema(min_items = 1, max_items = 2000)]
    pub proposal_ids: Option<Vec<Id>>,
    /// With `accept` and `reject`: only of this kind.
    pub kind: Option<ReadingProposalKind>,
    /// With `accept` and `reject`: only as sure as this.
    #[schema(example = "sure")]
    pub confidence: Option<ReadingConfidence>,
    /// With `accept` and `reject`: only of this document of the file.
    #[schema(minimum = 1)]
    pub document: Option<i32>,
    /// With `apply`: documents of the file that the organisation has as records already.
    #[schema(max_items = 50)]
    pub known: Option<Vec<KnownDocument>>,
    /// With `apply`, where the text came from others: the day of its arrival; else that of its stamp, else today.
    pub arrived_on: Option<NaiveDate>,
}

/// A document of the file that is a record already.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownDocument {
    #[schema(minimum = 1)]
    pub document: i32,
    pub document_id: Id,
}

/// Filters of the list of readings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadingFilter {
    /// Searches titles and file names without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<ReadingRow>,
}
