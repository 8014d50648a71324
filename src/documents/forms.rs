//! What callers send and see of a document.

use super::{
    kinds::{DatePrecision, DocumentAction, DocumentKind, DocumentState, Notation, Urgency},
    model::{DocumentRelation, DocumentSource, Recipient, RecipientView, Signer},
};
use crate::{filters::By, id::Id, time::Stamp};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A document, as it is shown. What the source leaves blank is null.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DocumentView {
    pub id: Id,
    pub province_id: Id,
    #[schema(example = "VB-BDI-2021-0001")]
    pub code: String,
    pub kind: DocumentKind,
    pub notation: Notation,
    pub state: DocumentState,
    pub issuer_id: Option<Id>,
    /// An issuer that is not recorded as an organisation.
    pub issuer_text: Option<String>,
    /// On an organisation's own copy of what reached it from outside: that organisation.
    pub receiver_id: Option<Id>,
    /// The issuer's record of which this copy is one.
    pub original_id: Option<Id>,
    /// As written, leading zeros included.
    pub number: Option<String>,
    pub symbol: Option<String>,
    /// Number and symbol in their notation; a blank number stays blank.
    #[schema(example = "217/KH-UBND")]
    pub notation_text: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub date_precision: DatePrecision,
    pub year: Option<i32>,
    pub month: Option<u32>,
    pub effective_on: Option<NaiveDate>,
    pub place: Option<String>,
    /// Trích yếu.
    pub summary: Option<String>,
    pub urgency: Urgency,
    pub field: Option<String>,
    /// Lưu hành nội bộ: only those related to it read it.
    pub is_limited: bool,
    pub signer: Option<Signer>,
    /// The full text; null in lists and where there is none.
    #[schema(max_length = 400000)]
    pub text: Option<String>,
    pub source: Option<DocumentSource>,
    pub relations: Vec<DocumentRelation>,
    pub recipients: Vec<RecipientView>,
    pub signed_at: Option<Stamp>,
    pub signed_by: Option<Id>,
    pub dispatched_at: Option<Stamp>,
    pub dispatched_by: Option<Id>,
    /// The document that took its place.
    pub superseded_by: Option<Id>,
    /// Why it was recalled or superseded.
    pub ended_reason: Option<String>,
    /// Signs of a secrecy level that were not enough to refuse it.
    pub warnings: Vec<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<DocumentAction>,
}

crate::filtered_by! {
    DocumentView: documents;
    province_id, issuer_id, receiver_id, original_id, code, kind: DocumentKind, notation: Notation, state: DocumentState, urgency: Urgency, number,
    symbol, issuer_text, place, field, summary, issued_on, date_precision: DatePrecision, year, is_limited, created_at, updated_at
}

/// A new document: a draft by an officer of the issuing organisation, or an existing text that a clerk registers.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    pub kind: DocumentKind,
    /// Default `state`.
    pub notation: Option<Notation>,
    /// Default: the caller's organisation. Another one makes it the caller's own copy of a received text.
    pub issuer_id: Option<Id>,
    /// An issuer that is not recorded as an organisation.
    #[schema(min_length = 1, max_length = 300, example = "Bộ Ngoại giao Lào")]
    pub issuer_text: Option<String>,
    /// Only of an existing text; a draft gets its number when it is issued.
    #[schema(pattern = "^[0-9]{1,7}[a-z]?$", example = "217")]
    pub number: Option<String>,
    #[schema(min_length = 1, max_length = 80, example = "KH-UBND")]
    pub symbol: Option<String>,
    /// Only of an existing text; leave it out where the source leaves it blank.
    pub issued_on: Option<NaiveDate>,
    /// Where the source gives no day.
    #[schema(minimum = 1900, maximum = 2200)]
    pub year: Option<i32>,
    #[schema(minimum = 1, maximum = 12)]
    pub month: Option<u32>,
    pub effective_on: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 200, example = "Bình Định")]
    pub place: Option<String>,
    #[schema(min_length = 1, max_length = 2000, example = "Triển khai thực hiện Chỉ thị số 38-CT/TW")]
    pub summary: Option<String>,
    pub urgency: Option<Urgency>,
    #[schema(min_length = 1, max_length = 200, example = "Đối ngoại nhân dân")]
    pub field: Option<String>,
    /// Lưu hành nội bộ. Default false.
    pub is_limited: Option<bool>,
    /// Only "thường" is accepted: texts with a secrecy level do not belong here.
    #[schema(max_length = 40, example = "thường")]
    pub secrecy_level: Option<String>,
    pub signer: Option<Signer>,
    #[schema(max_length = 400000)]
    pub text: Option<String>,
    pub source: Option<DocumentSource>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub relations: Vec<DocumentRelation>,
    #[serde(default)]
    #[schema(max_items = 200)]
    pub recipients: Vec<Recipient>,
}

/// Changes to a draft or to an own copy; on an issued document only a number or day that is blank, once.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct DocumentPatch {
    pub kind: Option<DocumentKind>,
    pub notation: Option<Notation>,
    #[schema(pattern = "^[0-9]{1,7}[a-z]?$", example = "217")]
    pub number: Option<String>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, min_length = 1, max_length = 80)]
    pub symbol: Option<Option<String>>,
    pub issued_on: Option<NaiveDate>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = NaiveDate)]
    pub effective_on: Option<Option<NaiveDate>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub place: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, min_length = 1, max_length = 2000, example = "Triển khai thực hiện Chỉ thị số 38-CT/TW")]
    pub summary: Option<Option<String>>,
    pub urgency: Option<Urgency>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub field: Option<Option<String>>,
    pub is_limited: Option<bool>,
    #[schema(max_length = 40, example = "thường")]
    pub secrecy_level: Option<String>,
    /// Merged into the signer that there is.
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Signer)]
    pub signer: Option<Option<Signer>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 400000)]
    pub text: Option<Option<String>>,
    #[schema(max_items = 100)]
    pub relations: Option<Vec<DocumentRelation>>,
    #[schema(max_items = 200)]
    pub recipients: Option<Vec<Recipient>>,
}

/// A step in the life of a document.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentTransition {
    #[schema(example = "sign")]
    pub action: DocumentAction,
    /// Required to recall and to supersede.
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// `issue`: the date it bears; default today.
    pub issued_on: Option<NaiveDate>,
    /// `issue`: the series of numbers; default that of the kind's last number, at first one for each kind.
    #[schema(pattern = "^[a-z0-9_]{1,40}$", example = "plan")]
    pub series: Option<String>,
    /// `issue`, Party notation: the first year of the term (nhiệm kỳ) by which numbers run.
    #[schema(minimum = 1930, maximum = 2200)]
    pub term: Option<i32>,
    /// `sign`: who signs; default the caller.
    pub signer: Option<Signer>,
    /// `supersede`: the document that takes its place.
    pub by_document_id: Option<Id>,
}

/// Which side of a document the caller's organisation is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentBox {
    /// Issued by it, drafts included.
    Issued,
    /// Received by it.
    Received,
}

/// Filters of the list of documents.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DocumentFilter {
    /// Searches number, symbol, summary, issuer, field and code without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    /// Number and symbol as people write them, state or Party: `217/KH-UBND`, `38-CT/TU`.
    #[param(min_length = 1, max_length = 120)]
    pub notation_text: Option<String>,
    /// On which side of it the caller's organisation is.
    #[serde(rename = "box")]
    #[param(inline)]
    pub side: Option<DocumentBox>,
    /// Documents that say they have something to do with this one.
    pub related_to: Option<Id>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<DocumentView>,
    #[param(inline)]
    pub sort: Option<DocumentSort>,
}

/// Orders of the list of documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum DocumentSort {
    /// Latest date first.
    #[default]
    #[serde(rename = "-issued_on")]
    Latest,
    /// Earliest date first.
    #[serde(rename = "issued_on")]
    Earliest,
    /// Newest record first.
    #[serde(rename = "-created_at")]
    Newest,
}
