//! The documents of a province file: as written, blanks blank, found again by their key.

use super::load::{Keys, named};
use crate::{
    ask::Ask,
    db::Conn,
    documents::{self, Citation, Document, DocumentKind, DocumentRelation, DocumentSource, NewDocument, Notation, Purpose, Recipient, RelationKind, Signer},
    error::{Error, Result},
    id::Id,
    organizations::groups::{self, Resolution},
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::HashMap;

/// A document of the file.
#[derive(Debug, Deserialize)]
pub struct Text {
    key: String,
    doc_key: Option<String>,
    kind: String,
    kind_vi: Option<String>,
    number: Option<String>,
    symbol: Option<String>,
    notation: Notation,
    number_raw: Option<String>,
    number_status: Option<String>,
    date: Option<NaiveDate>,
    date_raw: Option<String>,
    year: Option<i32>,
    month: Option<u32>,
    effective_date: Option<NaiveDate>,
    place: Option<String>,
    issuer: String,
    issuer_raw: Option<String>,
    issuer_in_header: Option<bool>,
    parent_org_raw: Option<String>,
    summary: Option<String>,
    signer: Option<Signature>,
    completeness: Option<String>,
    truncation_marker: Option<String>,
    truncated_after: Option<String>,
    text_file: Option<String>,
    position_in_file: Option<i32>,
    arrival: Option<Stamp>,
    #[serde(default)]
    relations: Vec<Mention>,
    #[serde(default)]
    recipients: Vec<Line>,
    recipients_status: Option<String>,
    #[serde(default)]
    addressees: Vec<Addressee>,
    #[serde(default)]
    quirks: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Signature {
    name: Option<String>,
    position: Option<String>,
    #[serde(default)]
    authority_lines: Vec<String>,
    source: Option<String>,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Stamp {
    receiver: String,
    arrival_number: Option<i32>,
    arrived_on: NaiveDate,
}

#[derive(Debug, Deserialize)]
struct Mention {
    relation: RelationKind,
    number: Option<String>,
    kind_vi: Option<String>,
    issuer: Option<String>,
    issuer_organization: Option<String>,
    date: Option<NaiveDate>,
    raw: Option<String>,
    summary: Option<String>,
    note: Option<String>,
    /// Key of the document in this file, where it is one.
    document: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Line {
    raw: String,
    organization: Option<String>,
    group: Option<String>,
    purpose: Purpose,
    purpose_resolution: Option<Resolution>,
    archive_units: Option<Vec<String>>,
    resolution: Option<Resolution>,
}

#[derive(Debug, Deserialize)]
struct Addressee {
    raw: String,
    organization: Option<String>,
    group: Option<String>,
    resolution: Option<Resolution>,
}

/// Documents of the file by their key.
pub type Texts = HashMap<String, Id>;

/// Loads the documents, those that others name first; what is there already stays as it is.
pub fn load(conn: &mut Conn, ask: &Ask, province: Id, keys: &Keys, all: &[Text]) -> Result<Texts> {
    let mut loaded = Texts::new();
    let mut waiting: Vec<&Text> = all.iter().collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let (ready, still): (Vec<&Text>, Vec<&Text>) =
            waiting.into_iter().partition(|t| t.relations.iter().filter_map(|r| r.document.as_ref()).all(|key| *key == t.key || loaded.contains_key(key)));
        for text in ready {
            if let Some(known) = documents::by_seed_key(conn, province, &text.key)? {
                loaded.insert(text.key.clone(), known.id);
                continue;
            }
            let new = new_document(conn, province, keys, &loaded, text)?;
            let document = documents::import_issued(conn, ask, province, new, &text.key)?;
            arrive(conn, ask, keys, text, &document)?;
            loaded.insert(text.key.clone(), document.id);
        }
        if still.len() == before {
            return Err(Error::internal("the documents of the province file name each other in a circle"));
        }
        waiting = still;
    }
    Ok(loaded)
}

fn arrive(conn: &mut Conn, ask: &Ask, keys: &Keys, text: &Text, document: &Document) -> Result<()> {
    let Some(stamp) = &text.arrival else { return Ok(()) };
    documents::register_arrival(conn, ask, named(keys, &stamp.receiver)?, document, stamp.arrival_number, stamp.arrived_on)?;
    Ok(())
}

/// The kind by its letters (Decree 30/2020, appendix III); a letter (công văn) has none and is written CV here.
fn kind(letters: &str, notation: Notation) -> Result<DocumentKind> {
    if letters == "CV" {
        return Ok(DocumentKind::OfficialLetter);
    }
    DocumentKind::of_letters(letters, notation).ok_or_else(|| Error::internal(format!("the province file names an unknown kind of document: {letters}")))
}

/// The group that a code of the file names.
pub fn group(conn: &mut Conn, province: Id, code: Option<&str>) -> Result<Option<Id>> {
    let Some(code) = code else { return Ok(None) };
    let group = groups::by_code(conn, province, code)?.ok_or_else(|| Error::internal(format!("the province file names an unknown group: {code}")))?;
    Ok(Some(group.id))
}

fn new_document(conn: &mut Conn, province: Id, keys: &Keys, loaded: &Texts, t: &Text) -> Result<NewDocument> {
    let find = |key: &Option<String>| key.as_deref().map(|k| named(keys, k)).transpose();
    let mut relations = Vec::new();
    for r in &t.relations {
        relations.push(DocumentRelation {
            kind: r.relation,
            document_id: r.document.as_ref().and_then(|key| loaded.get(key)).copied(),
            citation: Some(Citation {
                kind_vi: r.kind_vi.clone(),
                number: r.number.clone(),
                issuer: r.issuer.clone(),
                issuer_organization_id: find(&r.issuer_organization)?,
                date: r.date,
                raw: r.raw.clone(),
                summary: r.summary.clone(),
                note: r.note.clone(),
            }),
        });
    }
    let mut recipients = Vec::new();
    for a in &t.addressees {
        recipients.push(Recipient {
            organization_id: find(&a.organization)?,
            group_id: group(conn, province, a.group.as_deref())?,
            text: Some(a.raw.clone()),
            purpose: Purpose::CarryOut,
            purpose_resolution: Some(Resolution::Judgement),
            resolution: a.resolution,
            archive_units: vec![],
            is_addressee: true,
        });
    }
    for line in &t.recipients {
        recipients.push(Recipient {
            organization_id: find(&line.organization)?,
            group_id: group(conn, province, line.group.as_deref())?,
            text: Some(line.raw.clone()),
            purpose: line.purpose,
            purpose_resolution: line.purpose_resolution,
            resolution: line.resolution,
            archive_units: line.archive_units.clone().unwrap_or_default(),
            is_addressee: false,
        });
    }
    Ok(NewDocument {
        kind: kind(&t.kind, t.notation)?,
        notation: Some(t.notation),
        issuer_id: Some(named(keys, &t.issuer)?),
        issuer_text: None,
        number: t.number.clone(),
        symbol: t.symbol.clone(),
        issued_on: t.date,
        year: t.year,
        month: t.month,
        effective_on: t.effective_date,
        place: t.place.clone(),
        summary: t.summary.clone(),
        urgency: None,
        field: None,
        is_limited: None,
        secrecy_level: None,
        signer: t.signer.as_ref().map(|s| Signer {
            name: s.name.clone(),
            position: s.position.clone(),
            authority_lines: s.authority_lines.clone(),
            source: s.source.clone(),
            note: s.note.clone(),
        }),
        text: None,
        source: Some(DocumentSource {
            completeness: t.completeness.clone(),
            number_as_written: t.number_raw.clone(),
            number_status: t.number_status.clone(),
            date_as_written: t.date_raw.clone(),
            issuer_as_written: t.issuer_raw.clone(),
            issuer_in_header: t.issuer_in_header,
            parent_as_written: t.parent_org_raw.clone(),
            kind_as_written: t.kind_vi.clone(),
            truncation_marker: t.truncation_marker.clone(),
            truncated_after: t.truncated_after.clone(),
            text_file: t.text_file.clone(),
            position_in_file: t.position_in_file,
            source_key: t.doc_key.clone(),
            recipients_status: t.recipients_status.clone(),
            notes: t.quirks.clone(),
        }),
        relations,
        recipients,
    })
}
