use super::{
    kinds::{DatePrecision, DocumentAction, DocumentKind, DocumentState, Notation, Purpose, RelationKind, Urgency},
    notation,
};
use crate::{
    db::Json,
    error::Result,
    flow::Worded,
    id::Id,
    organizations::groups::Resolution,
    schema::{document_recipients, document_relations, documents},
    secrecy::{self, Secrecy},
    text,
    time::Stamp,
};
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

impl Worded for DocumentState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for DocumentAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "document";

/// A document, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = documents, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Document {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub code: String,
    pub kind: DocumentKind,
    pub notation: Notation,
    pub state: DocumentState,
    pub issuer_id: Option<Id>,
    pub issuer_text: Option<String>,
    /// Set on an organisation's own copy of what reached it from outside.
    pub receiver_id: Option<Id>,
    /// The issuer's record of which this copy is one, once its distribution has named the receiver.
    pub original_id: Option<Id>,
    pub number: Option<String>,
    pub symbol: Option<String>,
    pub notation_key: Option<String>,
    pub identity: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub date_precision: DatePrecision,
    pub year: Option<i32>,
    /// Where it stands in lists: its date, else the last day of its year, else the day it was entered.
    pub sorted_on: NaiveDate,
    pub place: Option<String>,
    pub summary: Option<String>,
    pub search_fold: String,
    pub urgency: Urgency,
    pub field: Option<String>,
    pub is_limited: bool,
    pub details: Json,
    pub seed_key: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

/// What is never filtered on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub month: Option<u32>,
    pub effective_on: Option<NaiveDate>,
    pub signer: Option<Signer>,
    pub source: Option<DocumentSource>,
    pub signed_at: Option<Stamp>,
    pub signed_by: Option<Id>,
    pub dispatched_at: Option<Stamp>,
    pub dispatched_by: Option<Id>,
    pub superseded_by: Option<Id>,
    pub ended_reason: Option<String>,
}

impl Document {
    /// The part of the record that is never filtered on.
    pub fn details(&self) -> Result<Details> {
        Ok(serde_json::from_value(self.details.0.clone())?)
    }
    /// Puts it back.
    pub fn set_details(&mut self, details: &Details) -> Result<()> {
        self.details = Json(serde_json::to_value(details)?);
        Ok(())
    }
    /// Whether it is a receiver's own copy.
    pub fn is_copy(&self) -> bool {
        self.receiver_id.is_some()
    }
    /// Whose record it is: the receiver's where it is a copy, else the issuer's.
    pub fn owner(&self) -> Option<Id> {
        self.receiver_id.or(self.issuer_id)
    }
    /// `217/KH-UBND`, `38-CT/TU`, or `/KH-UBND` where the number is blank.
    pub fn notation_text(&self) -> Option<String> {
        notation::write(self.notation, self.number.as_deref(), self.symbol.as_deref())
    }
    /// Writes the members that follow from others: date precision, keys, place in lists, search text.
    pub fn derive(&mut self, month: Option<u32>, entered: NaiveDate) {
        if let Some(day) = self.issued_on {
            self.year = Some(day.year());
        }
        self.date_precision = match (self.issued_on, month, self.year) {
            (Some(_), ..) => DatePrecision::Day,
            (None, Some(_), Some(_)) => DatePrecision::Month,
            (None, _, Some(_)) => DatePrecision::Year,
            (None, ..) => DatePrecision::None,
        };
        let last_of_year = self.year.and_then(|y| NaiveDate::from_ymd_opt(y, 12, 31));
        self.sorted_on = self.issued_on.or(last_of_year).unwrap_or(entered);
        self.notation_key = notation::key(self.number.as_deref(), self.symbol.as_deref());
        self.identity = self.identify();
        let words = [Some(self.code.clone()), self.notation_text(), self.summary.clone(), self.issuer_text.clone(), self.field.clone(), self.place.clone()];
        self.search_fold = text::fold(&words.into_iter().flatten().collect::<Vec<_>>().join(" | "));
    }
    /// Issuer, number, symbol and year, unique among issued documents; a received copy's is the receiver's alone (RULES 6).
    fn identify(&self) -> Option<String> {
        if matches!(self.state, DocumentState::Draft | DocumentState::Signed) {
            return None;
        }
        let (Some(_), Some(day), Some(key)) = (&self.number, self.issued_on, &self.notation_key) else { return None };
        let issuer = match (self.issuer_id, &self.issuer_text) {
            (Some(id), _) => id.to_string(),
            (None, Some(text)) => text::fold(text),
            (None, None) => return None,
        };
        let place = self.receiver_id.map_or_else(|| self.province_id.to_string(), |r| format!("copy/{r}"));
        Some(format!("{place}|{issuer}|{key}|{}", day.year()))
    }
    /// Codes of what merely looks secret.
    pub fn warnings(&self) -> Vec<&'static str> {
        match secrecy::assess(self.symbol.as_deref().unwrap_or_default(), self.summary.as_deref().unwrap_or_default(), []) {
            Secrecy::Warned(codes) => codes,
            Secrecy::Clear | Secrecy::Refused => vec![],
        }
    }
}

/// What a document is identified by.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = documents)]
pub struct Identity {
    pub id: Id,
    pub kind: DocumentKind,
    pub issuer_id: Option<Id>,
    pub issuer_text: Option<String>,
    pub original_id: Option<Id>,
    pub notation_key: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub year: Option<i32>,
}

/// Who signed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    #[schema(max_length = 200, example = "Trần Văn Tuấn")]
    pub name: Option<String>,
    #[schema(max_length = 200, example = "Phó Chủ tịch")]
    pub position: Option<String>,
    /// TM., KT., TL., TUQ., Q. and what follows, line by line.
    #[serde(default)]
    #[schema(max_items = 6)]
    pub authority_lines: Vec<String>,
    /// Where the name was read, for texts that existed before.
    #[schema(max_length = 100)]
    pub source: Option<String>,
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// What the source of an existing text looked like; nothing in it is filled in by us.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentSource {
    /// How complete it is: `full`, `truncated`, `cited_only`…
    #[schema(max_length = 100, example = "truncated")]
    pub completeness: Option<String>,
    #[schema(max_length = 500, example = "Số: /KH-UBND")]
    pub number_as_written: Option<String>,
    #[schema(max_length = 100, example = "blank_in_source")]
    pub number_status: Option<String>,
    #[schema(max_length = 500, example = "Bình Định, ngày tháng năm 2021")]
    pub date_as_written: Option<String>,
    #[schema(max_length = 500)]
    pub issuer_as_written: Option<String>,
    pub issuer_in_header: Option<bool>,
    #[schema(max_length = 500)]
    pub parent_as_written: Option<String>,
    #[schema(max_length = 200)]
    pub kind_as_written: Option<String>,
    #[schema(max_length = 100)]
    pub truncation_marker: Option<String>,
    /// The last place that is there.
    #[schema(max_length = 100, example = "III.2.b")]
    pub truncated_after: Option<String>,
    #[schema(max_length = 300)]
    pub text_file: Option<String>,
    pub position_in_file: Option<i32>,
    #[schema(max_length = 100)]
    pub source_key: Option<String>,
    /// Whether the list of recipients is there.
    #[schema(max_length = 100, example = "missing_truncated")]
    pub recipients_status: Option<String>,
    /// Oddities of the source, kept for the reader.
    #[schema(max_items = 50)]
    pub notes: Vec<String>,
}

/// A document that is not, or not yet, a record here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Citation {
    #[schema(max_length = 200, example = "Chỉ thị")]
    pub kind_vi: Option<String>,
    /// Number and symbol as cited.
    #[schema(max_length = 100, example = "38-CT/TW")]
    pub number: Option<String>,
    #[schema(max_length = 300, example = "Ban Bí thư")]
    pub issuer: Option<String>,
    pub issuer_organization_id: Option<Id>,
    pub date: Option<NaiveDate>,
    /// The words of the text.
    #[schema(max_length = 1000)]
    pub raw: Option<String>,
    #[schema(max_length = 2000)]
    pub summary: Option<String>,
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// What it has to do with another document: one of this system, or a citation; both where the citing words matter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentRelation {
    pub kind: RelationKind,
    pub document_id: Option<Id>,
    pub citation: Option<Citation>,
}

/// One line of "Nơi nhận" or "Kính gửi": an organisation, a group, or words alone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    pub organization_id: Option<Id>,
    pub group_id: Option<Id>,
    /// The line as it is written.
    #[schema(max_length = 500, example = "Lưu: VT, K12")]
    pub text: Option<String>,
    pub purpose: Purpose,
    /// Whether the text says the purpose or somebody judged it.
    pub purpose_resolution: Option<Resolution>,
    /// Whether the text names the receiver or somebody judged it.
    pub resolution: Option<Resolution>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub archive_units: Vec<String>,
    /// Addressed at the head ("Kính gửi") and not in the list at the end.
    #[serde(default)]
    pub is_addressee: bool,
}

/// A line of recipients, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecipientView {
    pub organization_id: Option<Id>,
    pub group_id: Option<Id>,
    pub text: Option<String>,
    pub purpose: Purpose,
    pub purpose_resolution: Option<Resolution>,
    pub resolution: Option<Resolution>,
    pub archive_units: Vec<String>,
    pub is_addressee: bool,
    /// The day on which the group was expanded.
    pub resolved_on: Option<NaiveDate>,
    /// The organisations that the line stood for on that day.
    pub members: Vec<Id>,
}

/// A line of recipients, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = document_recipients, treat_none_as_default_value = false)]
pub struct RecipientRow {
    pub id: Id,
    pub document_id: Id,
    pub position: i32,
    pub organization_id: Option<Id>,
    pub group_id: Option<Id>,
    pub text: Option<String>,
    pub purpose: Purpose,
    pub details: Json,
    pub resolved_on: Option<NaiveDate>,
}

/// What of a line is never filtered on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecipientDetails {
    pub purpose_resolution: Option<Resolution>,
    pub resolution: Option<Resolution>,
    pub archive_units: Vec<String>,
    pub is_addressee: bool,
    pub members: Vec<Id>,
}

/// A relation, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = document_relations, treat_none_as_default_value = false)]
pub struct RelationRow {
    pub id: Id,
    pub document_id: Id,
    pub position: i32,
    pub kind: RelationKind,
    pub target_id: Option<Id>,
    pub citation: Option<Json>,
}
