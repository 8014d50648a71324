use super::{
    kinds::{ReadingConfidence, ReadingProposalKind, ReadingProposalState, ReadingState},
    values::ReadingValue,
};
use crate::{
    ask::Ask,
    db::Json,
    documents::attachments::model::TextLayer,
    error::Result,
    id::Id,
    journal::{self, Change},
    reading::model as read,
    schema::{reading_proposals, readings},
    time::Stamp,
};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kinds of record, as the journal and the access table name them.
pub const KIND: &str = "reading";
pub const PROPOSAL: &str = "reading_proposal";
/// Characters of a text that is read, at most.
pub const LONGEST: usize = 2_000_000;
/// Proposals of a reading, at most.
pub const MOST: usize = 2_000;

/// A reading, as it is stored; its text lies beside it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = readings, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Reading {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub owner_id: Id,
    pub title: String,
    pub title_fold: String,
    pub file_name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub text_layer: TextLayer,
    pub characters: i32,
    /// [`Content`]
    pub content: Json,
    pub state: ReadingState,
    pub reason: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
    pub updated_at: Stamp,
    pub updated_by: Id,
}

/// What of a reading is no proposal.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Content {
    pub documents: Vec<ReadingDocument>,
    pub warnings: Vec<ReadingWarning>,
}

/// A proposal, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = reading_proposals)]
pub struct Proposal {
    pub id: Id,
    pub reading_id: Id,
    pub place: i32,
    pub document: i32,
    pub kind: ReadingProposalKind,
    /// [`ReadingValue`]
    pub value: Json,
    pub value_as_read: Json,
    /// `Vec<ReadingSpan>`
    pub spans: Json,
    pub confidence: ReadingConfidence,
    /// `Vec<String>`
    pub doubtful: Json,
    pub rule: String,
    pub state: ReadingProposalState,
    /// `Vec<ReadingLink>`
    pub made: Json,
    pub version: i32,
    pub updated_at: Stamp,
    pub updated_by: Id,
}

impl Proposal {
    /// Its value.
    pub fn value(&self) -> Result<ReadingValue> {
        ReadingValue::of(&self.value.0)
    }
    /// Where a problem points to it.
    pub fn pointer(&self) -> String {
        format!("/reading-proposals/{}", self.id)
    }
}

/// A change of a proposal.
pub fn change_of<'a>(r: &Reading, p: &Proposal, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: PROPOSAL, id: p.id, version: Some(p.version), owner: Some(r.owner_id), province: Some(r.province_id), action, reason }
}

/// What the journal says of a proposal that is changed with others.
pub fn told(ask: &Ask, r: &Reading, before: &Proposal, after: &Proposal, action: &str, reason: Option<&str>) -> Result<journal::Entry> {
    let brief = |p: &Proposal| {
        let made = &p.made.0;
        serde_json::json!({ "id": p.id, "reading_id": p.reading_id, "place": p.place, "kind": p.kind, "state": p.state, "made": made, "version": p.version })
    };
    journal::entry(ask, change_of(r, after, action, reason), Some(&brief(before)), Some(&brief(after)))
}

/// Characters of the text, from the first to behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadingSpan {
    #[schema(minimum = 0)]
    pub start: u32,
    #[schema(minimum = 0)]
    pub end: u32,
}

/// Something that the official should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadingWarning {
    /// Stable name of the warning.
    #[schema(example = "no_number")]
    pub code: String,
    pub message: String,
    pub message_en: String,
    pub spans: Vec<ReadingSpan>,
}

/// A part of a document: the tree in the order of the text, `depth` saying the level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadingSection {
    /// As in `III.2.a`.
    pub place: String,
    /// 0 at the top.
    #[schema(minimum = 0)]
    pub depth: u32,
    pub label: String,
    /// Its first words.
    pub title: String,
    pub spans: Vec<ReadingSpan>,
}

/// A document of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadingDocument {
    /// First, second … in the file.
    #[schema(minimum = 1)]
    pub document: i32,
    /// Where it begins in the text.
    #[schema(minimum = 0)]
    pub start: u32,
    #[schema(max_items = 20000)]
    pub structure: Vec<ReadingSection>,
    pub warnings: Vec<ReadingWarning>,
}

/// A record that was made of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadingLink {
    #[schema(example = "task")]
    pub kind: String,
    pub id: Id,
    #[schema(example = "/api/v1/tasks/01990000-0000-7000-8000-000000000000")]
    pub link: String,
}

/// Spans as they are kept.
pub fn spans(all: &[read::Span]) -> Vec<ReadingSpan> {
    all.iter().take(1_000).map(|s| ReadingSpan { start: s.start, end: s.end }).collect()
}

/// A warning as it is kept.
pub fn warning(w: &read::Warning) -> ReadingWarning {
    ReadingWarning { code: w.code.clone(), message: w.message.clone(), message_en: w.message_en.clone(), spans: spans(&w.spans) }
}
