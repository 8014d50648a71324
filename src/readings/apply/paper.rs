//! The document of a reading: a draft where the organisation issues it, else its own copy with the arrival (RULES 6).

use super::{
    super::{
        kinds::ReadingProposalKind as Kind,
        model::{Content, Proposal},
        store, terms,
        values::ReadRecipient,
    },
    Made, Part, clip,
};
use crate::{
    ask::Ask,
    db::Conn,
    documents::{
        self, Citation, Document, DocumentKind, DocumentRelation, DocumentSource, NewDocument, Notation, Purpose, Recipient, RelationKind, Signer,
        attachments::{self, NewFile},
        notation, workflow as documents_workflow,
    },
    error::{Error, Fault, Result, under},
    id::Id,
    organizations::groups::Resolution,
};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

/// The highest number in a register of arrivals.
const HIGHEST_ARRIVAL: i32 = 9_999_999;
/// Characters of a document's text, at most.
const LONGEST_TEXT: usize = 400_000;

/// The document of a part, as plan and regime need it.
#[derive(Debug)]
pub struct Paper {
    pub id: Id,
    /// Whether the organisation issues it.
    pub is_own: bool,
    /// Its summary, else its kind and number.
    pub title: String,
    /// "Kế hoạch 217/KH-UBND", or its kind with the summary.
    pub name: String,
}

impl Paper {
    fn of(document: &Document, owner: Id) -> Self {
        let kind = document.kind.label(crate::words::Lang::Vi);
        let title = document.summary.clone().unwrap_or_else(|| kind.to_owned());
        let numbered = document.number.as_ref().and_then(|_| document.notation_text());
        let name = format!("{kind} {}", numbered.unwrap_or_else(|| title.clone()));
        Self { id: document.id, is_own: document.issuer_id == Some(owner), title: clip(&title, 2_000), name }
    }
}

/// A document that is a record already.
pub fn known(conn: &mut Conn, ask: &Ask, part: &Part<'_>, at: usize, id: Id) -> Result<Paper> {
    documents::named::must_be_seen(conn, ask, &format!("/known/{at}/document_id"), Some(id))?;
    Ok(Paper::of(&documents::find(conn, id)?, part.reading.owner_id))
}

/// Makes the document, with its file, and its arrival where it came from others.
pub fn make(conn: &mut Conn, ask: &Ask, part: &Part<'_>, all: &[Proposal], arrived_on: Option<NaiveDate>, made: &mut Made) -> Result<Paper> {
    let (reading, owner) = (part.reading, part.reading.owner_id);
    let issuer = part.one(Kind::Issuer).and_then(|h| h.value.agency.clone());
    let issuer = issuer.filter(|a| a.organization_id.is_some() || a.name.as_deref().is_some_and(|n| !n.trim().is_empty()));
    let Some(issuer) = issuer else {
        let at = all.iter().find(|p| p.kind == Kind::Issuer && p.document == part.number).map_or_else(String::new, Proposal::pointer);
        return Err(Error::fault(at, "issuer_required", "Hãy chấp nhận hoặc nêu cơ quan ban hành.", "Accept or name the issuer."));
    };
    let is_own = issuer.organization_id == Some(owner);
    let mut new = blank(part, text_of(conn, part)?)?;
    new.issuer_id = issuer.organization_id;
    new.issuer_text = issuer.name.as_deref().filter(|_| issuer.organization_id.is_none()).map(|name| clip(name.trim(), 300));
    if let Some(source) = &mut new.source {
        source.issuer_as_written = issuer.name.map(|name| clip(&name, 500));
    }
    let here = format!("/documents/{}", part.number);
    let document = if is_own {
        // A draft gets number and day when it is issued; what the text says of them stays in its source.
        (new.number, new.issued_on, new.year, new.month) = (None, None, None, None);
        under(documents::add(conn, ask, reading.province_id, new, None), &here)?
    } else {
        under(documents_workflow::copy(conn, ask, owner, reading.province_id, new), &here)?
    };
    made.note(&part.of(&HEAD), documents::model::KIND, "documents", document.id);
    let file = NewFile {
        file_name: reading.file_name.clone(),
        media_type: reading.media_type.clone(),
        size: reading.size,
        sha256: reading.sha256.clone(),
        text_layer: reading.text_layer,
    };
    let file = attachments::add(conn, ask, &document, file)?;
    made.note(&part.of(&[Kind::Issuer]), attachments::model::KIND, "attachments", file.id);
    if !is_own {
        arrive(conn, ask, part, &document, arrived_on, made)?;
    }
    Ok(Paper::of(&document, owner))
}

/// What a document is made of.
const HEAD: [Kind; 15] = [
    Kind::Issuer,
    Kind::Parent,
    Kind::Number,
    Kind::Symbol,
    Kind::Place,
    Kind::Date,
    Kind::DocumentKind,
    Kind::Summary,
    Kind::Urgency,
    Kind::Signer,
    Kind::SignerPosition,
    Kind::AuthorityLine,
    Kind::Addressee,
    Kind::Recipient,
    Kind::LegalBasis,
];

/// The part of the text that is this document.
fn text_of(conn: &mut Conn, part: &Part<'_>) -> Result<Option<String>> {
    let content: Content = Deserialize::deserialize(&part.reading.content.0)?;
    let start = content.documents.iter().find(|d| d.document == part.number).map_or(0, |d| d.start);
    let end = content.documents.iter().filter(|d| d.document > part.number).map(|d| d.start).min();
    let whole: Vec<char> = store::text_of(conn, part.reading.id)?.chars().collect();
    // A document begins with the line of what was first read of it.
    let line = |at: u32| {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(whole.len());
        whole.iter().take(at).rposition(|c| *c == '\n').map_or(0, |before| before + 1)
    };
    let own: String = whole.get(line(start)..end.map_or(whole.len(), line)).unwrap_or_default().iter().collect();
    // A longer text is in the file alone.
    Ok((own.chars().count() <= LONGEST_TEXT).then(|| own.trim().to_owned()))
}

fn blank(part: &Part<'_>, text: Option<String>) -> Result<NewDocument> {
    let symbol = part.text(Kind::Symbol).map(|s| clip(s, 80));
    let date = part.one(Kind::Date).and_then(|h| h.value.date.clone()).unwrap_or_default();
    let number = part.text(Kind::Number).map(str::to_owned);
    let notation = symbol.as_deref().map_or(Notation::State, terms::notation);
    let written = notation::write(notation, number.as_deref(), symbol.as_deref());
    let kind = part.one(Kind::DocumentKind).and_then(|h| h.value.document_kind);
    let lines: Vec<String> = part.all(Kind::AuthorityLine).filter_map(|h| h.value.text.clone()).take(6).collect();
    let signer = Signer {
        name: part.text(Kind::Signer).map(|t| clip(t, 200)),
        position: part.text(Kind::SignerPosition).map(|t| clip(t, 200)),
        authority_lines: lines,
        ..Signer::default()
    };
    let part_of_date = |n: Option<u32>| n.map_or_else(|| "…".to_owned(), |n| format!("{n:02}"));
    let recipients = part.all(Kind::Addressee).map(|h| (h, true)).chain(part.all(Kind::Recipient).map(|h| (h, false)));
    Ok(NewDocument {
        kind: kind.unwrap_or(DocumentKind::Other),
        notation: Some(notation),
        issuer_id: None,
        issuer_text: None,
        number: number.filter(|n| is_number(n)),
        symbol,
        issued_on: date.whole(),
        year: date.year,
        month: date.month.filter(|_| date.year.is_some()),
        effective_on: None,
        place: part.text(Kind::Place).map(|t| clip(t, 200)),
        summary: part.text(Kind::Summary).map(|t| clip(t, 2_000)),
        urgency: part.one(Kind::Urgency).and_then(|h| h.value.urgency),
        field: None,
        is_limited: None,
        secrecy_level: None,
        signer: (signer != Signer::default()).then_some(signer),
        text,
        source: Some(DocumentSource {
            number_as_written: written.map(|w| clip(&w, 500)),
            date_as_written: date.year.map(|y| format!("{}/{}/{y}", part_of_date(date.day), part_of_date(date.month))),
            parent_as_written: part.text(Kind::Parent).map(|t| clip(t, 500)),
            text_file: Some(clip(&part.reading.file_name, 300)),
            position_in_file: Some(part.number),
            ..DocumentSource::default()
        }),
        relations: part.all(Kind::LegalBasis).filter_map(|h| Some(relation(h.value.citation.as_ref()?, part.meant.get(&h.at).copied()))).collect(),
        recipients: recipients.filter_map(|(h, addressed)| Some(line(h.value.recipient.as_ref()?, addressed))).collect(),
    })
}

/// Digits and at most one letter, as numbers of documents are.
fn is_number(number: &str) -> bool {
    let digits = number.trim_end_matches(|c: char| c.is_ascii_lowercase());
    number.len() - digits.len() <= 1 && (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn relation(c: &super::super::values::ReadCitation, meant: Option<Id>) -> DocumentRelation {
    let citation = Citation {
        kind_vi: c.kind_vi.clone(),
        number: c.number.clone(),
        issuer: c.issuer.clone(),
        issuer_organization_id: None,
        date: c.date,
        raw: c.raw.clone(),
        summary: c.name.clone(),
        note: c.number_in_text.as_ref().map(|n| format!("Văn bản viết: {n}")),
    };
    DocumentRelation { kind: c.relation.unwrap_or(RelationKind::Cites), document_id: meant, citation: Some(citation) }
}

fn line(r: &ReadRecipient, is_addressee: bool) -> Recipient {
    let resolution = if r.purpose_in_text == Some(true) { Resolution::Text } else { Resolution::Judgement };
    Recipient {
        organization_id: r.organization_id,
        group_id: r.group_id,
        text: r.text.clone(),
        purpose: r.purpose.unwrap_or(Purpose::Inform),
        purpose_resolution: Some(resolution),
        resolution: (r.organization_id.is_some() || r.group_id.is_some()).then_some(Resolution::Text),
        archive_units: r.archive_units.clone().unwrap_or_default(),
        is_addressee,
    }
}

/// The copy is entered in the organisation's register of arrivals: with the number and day of its own stamp, else with
/// the next number.
fn arrive(conn: &mut Conn, ask: &Ask, part: &Part<'_>, document: &Document, day: Option<NaiveDate>, made: &mut Made) -> Result<()> {
    let owner = part.reading.owner_id;
    let held = part.one(Kind::ArrivalStamp);
    let stamp = match held.and_then(|h| h.value.arrival.clone()) {
        // Only its own: "Văn phòng UBND tỉnh" is not "UBND tỉnh", though one name holds the other.
        Some(stamp) if stamp.organization.as_deref().is_some_and(|name| part.names.resolve(name, false).organization == Some(owner.to_string())) => stamp,
        _ => Default::default(),
    };
    let day = day.or(stamp.arrived_on).unwrap_or(ask.today);
    // A number belongs to the register of its stamp's year, and must not carry another year's register away.
    let of_year = stamp.arrived_on.is_some_and(|on| on.year() == day.year());
    let number = stamp.number.as_deref().and_then(|n| n.trim().parse::<i32>().ok()).filter(|n| of_year && (1..=HIGHEST_ARRIVAL).contains(n));
    let pointer = held.map_or_else(|| "/arrived_on".to_owned(), |h| h.pointer.clone());
    let arrival = documents::register_arrival(conn, ask, owner, document, number, day);
    let arrival = arrival.map_err(|e| match e {
        Error::Refused(mut refusal) if refusal.status == 422 => {
            refusal.faults = vec![Fault::at(pointer.clone(), "arrival", refusal.vi.clone(), refusal.en.clone())];
            Error::Refused(refusal)
        }
        e => e,
    })?;
    let of = held.map_or_else(|| part.of(&[Kind::Issuer]), |h| vec![h]);
    made.note(&of, documents::arrivals::model::KIND, "arrivals", arrival.id);
    Ok(())
}
