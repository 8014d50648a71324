//! The documents of a province file: texts that exist already, with whom they went to and when they arrived.

use super::load::{Keys, named};
use crate::{
    ask::Ask,
    db::Conn,
    documents::{
        self, Citation, DocumentKind, DocumentRelation, DocumentSource, NewDocument, Notation, Purpose, Recipient, RelationKind, Signer,
        deliveries::{self, model::NewForwarding},
    },
    error::{Error, Result},
    id::Id,
    organizations::groups::{self, Resolution},
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::HashMap;

/// A document of the file. Unknown members are mistakes: nothing of a source may fall by the wayside.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
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
    #[serde(rename = "date_precision")]
    _date_precision: Option<String>,
    year: Option<i32>,
    effective_date: Option<NaiveDate>,
    place: Option<String>,
    issuer: String,
    issuer_raw: Option<String>,
    issuer_in_header: Option<bool>,
    summary: Option<String>,
    signer: Option<Signer>,
    completeness: Option<String>,
    truncation_marker: Option<String>,
    truncated_after: Option<String>,
    text_file: Option<String>,
    position_in_file: Option<i32>,
    /// The line with which the document begins, where its file holds another before it.
    text_begins: Option<String>,
    arrival: Option<Arrival>,
    relations: Vec<Relation>,
    recipients: Vec<Line>,
    recipients_status: Option<String>,
    addressees: Vec<Addressee>,
    #[serde(default)]
    quirks: Vec<String>,
    /// Said again by a relation `forwards`.
    #[serde(rename = "attachments")]
    _attachments: Option<Vec<String>>,
    parent_org_raw: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrival {
    receiver: String,
    receiver_raw: Option<String>,
    arrival_number: Option<i32>,
    arrived_on: NaiveDate,
    #[serde(rename = "forwarded_to")]
    _forwarded_to: Option<String>,
    #[serde(rename = "label")]
    _label: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Relation {
    relation: RelationKind,
    /// The label of `relation`.
    #[serde(rename = "relation_vi")]
    _relation_vi: Option<String>,
    number: Option<String>,
    kind_vi: Option<String>,
    issuer: Option<String>,
    issuer_organization: Option<String>,
    date: Option<NaiveDate>,
    raw: Option<String>,
    summary: Option<String>,
    note: Option<String>,
    document: Option<String>,
    #[serde(rename = "from_attachments")]
    _from_attachments: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
struct Addressee {
    raw: String,
    organization: Option<String>,
    group: Option<String>,
    resolution: Option<Resolution>,
}

/// What is looked up once for all documents of a file.
struct Known {
    /// Groups by their code.
    groups: HashMap<String, Id>,
    /// Texts by the document's key.
    texts: HashMap<String, String>,
}

/// Loads the documents that there are by that day; what is there already stays as it is. Answers them by the file's keys.
pub fn load_documents(conn: &mut Conn, ask: &Ask, province: Id, keys: &Keys, all: &[Document]) -> Result<Keys> {
    let mut known = Known { groups: group_ids(conn, province, all)?, texts: HashMap::new() };
    for document in all {
        known.texts.extend(text_of(document, all)?.map(|text| (document.key.clone(), text)));
    }
    let mut made = Keys::new();
    // What is not issued yet on the day of loading is left for a later one. Those that others refer to come first.
    let mut waiting: Vec<&Document> = all.iter().filter(|d| d.date.is_none_or(|day| day <= ask.today)).collect();
    while !waiting.is_empty() {
        let awaited = |key: &String| !made.contains_key(key) && waiting.iter().any(|d| d.key == *key);
        let (ready, later): (Vec<_>, Vec<_>) = waiting.iter().copied().partition(|d| !d.relations.iter().filter_map(|r| r.document.as_ref()).any(awaited));
        if ready.is_empty() {
            return Err(Error::internal("documents of a province file refer to one another in a circle"));
        }
        for document in ready {
            let id = load(conn, ask, province, keys, &known, &made, document)?;
            made.insert(document.key.clone(), id);
        }
        waiting = later;
    }
    Ok(made)
}

fn group_ids(conn: &mut Conn, province: Id, all: &[Document]) -> Result<HashMap<String, Id>> {
    let mut ids = HashMap::new();
    let lines = all.iter().flat_map(|d| d.recipients.iter().filter_map(|r| r.group.clone()));
    for code in lines.chain(all.iter().flat_map(|d| d.addressees.iter().filter_map(|a| a.group.clone()))) {
        let group = groups::by_code(conn, province, &code)?;
        let group = group.ok_or_else(|| Error::internal(format!("the province file names an unknown group: {code}")))?;
        ids.insert(code, group.id);
    }
    Ok(ids)
}

/// The texts that the files of the provinces were read from.
const TEXTS: [(&str, &str); 5] = [
    ("ba_ria_vung_tau_2019.txt", include_str!("texts/ba_ria_vung_tau_2019.txt")),
    ("binh_dinh_2021.txt", include_str!("texts/binh_dinh_2021.txt")),
    ("can_tho_2022.txt", include_str!("texts/can_tho_2022.txt")),
    ("dong_nai_2020.txt", include_str!("texts/dong_nai_2020.txt")),
    ("gia_lai_2019.txt", include_str!("texts/gia_lai_2019.txt")),
];

/// A document's own part of its text file, word for word: from its first line to that of the next document.
fn text_of(d: &Document, all: &[Document]) -> Result<Option<String>> {
    let Some(file) = d.text_file.as_deref() else { return Ok(None) };
    let (_, whole) = TEXTS.iter().find(|(name, _)| *name == file).ok_or_else(|| Error::internal(format!("the text {file} is not there")))?;
    let begins = |d: &Document| -> Result<usize> {
        let Some(line) = &d.text_begins else { return Ok(0) };
        whole.find(line.as_str()).ok_or_else(|| Error::internal(format!("{file} has no line {line}")))
    };
    let from = begins(d)?;
    let mut until = whole.len();
    for other in all.iter().filter(|o| o.text_file == d.text_file && o.position_in_file > d.position_in_file) {
        until = until.min(begins(other)?);
    }
    Ok(whole.get(from..until).map(|text| text.trim().to_owned()))
}

fn load(conn: &mut Conn, ask: &Ask, province: Id, keys: &Keys, known: &Known, made: &Keys, d: &Document) -> Result<Id> {
    if let Some(known) = documents::by_seed_key(conn, province, &d.key)? {
        return Ok(known.id);
    }
    let (groups, text) = (&known.groups, known.texts.get(&d.key).cloned());
    let organization = |key: &Option<String>| key.as_deref().map(|key| named(keys, key)).transpose();
    let mut relations = Vec::new();
    for r in &d.relations {
        let citation = Citation {
            kind_vi: r.kind_vi.clone(),
            number: r.number.clone(),
            issuer: r.issuer.clone(),
            issuer_organization_id: organization(&r.issuer_organization)?,
            date: r.date,
            raw: r.raw.clone(),
            summary: r.summary.clone(),
            note: r.note.clone(),
        };
        let document_id = r.document.as_ref().and_then(|key| made.get(key)).copied();
        relations.push(DocumentRelation { kind: r.relation, document_id, citation: Some(citation) });
    }
    let mut recipients = Vec::new();
    for a in &d.addressees {
        recipients.push(Recipient {
            organization_id: organization(&a.organization)?,
            group_id: a.group.as_ref().and_then(|code| groups.get(code)).copied(),
            text: Some(a.raw.clone()),
            purpose: Purpose::CarryOut,
            // To whom a letter is addressed is who is to act on it.
            purpose_resolution: Some(Resolution::Judgement),
            resolution: a.resolution,
            archive_units: vec![],
            is_addressee: true,
        });
    }
    for r in &d.recipients {
        recipients.push(Recipient {
            organization_id: organization(&r.organization)?,
            group_id: r.group.as_ref().and_then(|code| groups.get(code)).copied(),
            text: Some(r.raw.clone()),
            purpose: r.purpose,
            purpose_resolution: r.purpose_resolution,
            resolution: r.resolution,
            archive_units: r.archive_units.clone().unwrap_or_default(),
            is_addressee: false,
        });
    }
    let kind = DocumentKind::of_letters(&d.kind, d.notation);
    let new = NewDocument {
        kind: kind.ok_or_else(|| Error::internal(format!("the province file names an unknown kind: {}", d.kind)))?,
        notation: Some(d.notation),
        issuer_id: Some(named(keys, &d.issuer)?),
        issuer_text: None,
        number: d.number.clone(),
        symbol: d.symbol.clone(),
        issued_on: d.date,
        year: d.year,
        month: None,
        effective_on: d.effective_date,
        place: d.place.clone(),
        summary: d.summary.clone(),
        urgency: None,
        field: None,
        is_limited: None,
        secrecy_level: None,
        signer: d.signer.clone(),
        text,
        source: Some(DocumentSource {
            completeness: d.completeness.clone(),
            number_as_written: d.number_raw.clone(),
            number_status: d.number_status.clone(),
            date_as_written: d.date_raw.clone(),
            issuer_as_written: d.issuer_raw.clone(),
            issuer_in_header: d.issuer_in_header,
            parent_as_written: d.parent_org_raw.clone(),
            kind_as_written: d.kind_vi.clone(),
            truncation_marker: d.truncation_marker.clone(),
            truncated_after: d.truncated_after.clone(),
            text_file: d.text_file.clone(),
            position_in_file: d.position_in_file,
            source_key: d.doc_key.clone(),
            recipients_status: d.recipients_status.clone(),
            notes: d.quirks.iter().cloned().chain(d.arrival.as_ref().and_then(|a| a.receiver_raw.clone()).map(|raw| format!("Dấu đến: {raw}"))).collect(),
        }),
        relations,
        recipients,
    };
    let document = documents::import_issued(conn, ask, province, new, &d.key)?;
    if let Some(arrival) = d.arrival.as_ref().filter(|a| a.arrived_on <= ask.today) {
        let receiver = named(keys, &arrival.receiver)?;
        documents::register_arrival(conn, ask, receiver, &document, arrival.arrival_number, arrival.arrived_on)?;
    }
    pass_on(conn, ask, groups, made, d, &document)?;
    Ok(document.id)
}

/// A letter that forwards a document sent to its issuer passes it on to those whom the letter addresses.
fn pass_on(conn: &mut Conn, ask: &Ask, groups: &HashMap<String, Id>, made: &Keys, d: &Document, letter: &documents::Document) -> Result<()> {
    let forwarded = d.relations.iter().find(|r| r.relation == RelationKind::Forwards).and_then(|r| r.document.as_ref()).and_then(|key| made.get(key));
    let (Some(forwarded), Some(issuer)) = (forwarded, letter.issuer_id) else { return Ok(()) };
    let Some(delivery) = deliveries::store::to(conn, *forwarded, issuer)? else { return Ok(()) };
    let recipients = d.addressees.iter().map(|a| Recipient {
        organization_id: None,
        group_id: a.group.as_ref().and_then(|code| groups.get(code)).copied(),
        text: Some(a.raw.clone()),
        purpose: Purpose::CarryOut,
        purpose_resolution: None,
        resolution: a.resolution,
        archive_units: vec![],
        is_addressee: true,
    });
    let forwarding = NewForwarding { recipients: recipients.collect(), by_document_id: Some(letter.id), instruction: letter.summary.clone() };
    deliveries::workflow::pass_on(conn, ask, &delivery, forwarding)?;
    Ok(())
}
