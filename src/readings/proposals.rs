//! What the reader has found, as proposals one by one: each with its place, its value in this system's words, and what
//! rests on a judgement.

use super::{
    kinds::{ReadingConfidence as Sure, ReadingProposalKind as Kind},
    model::{Content, ReadingDocument, ReadingSection, ReadingSpan, spans, warning},
    terms,
    values::{ReadAgency, ReadArrival, ReadCadence, ReadChannel, ReadCitation, ReadDate, ReadDuty, ReadGeneral, ReadLine, ReadRecipient, ReadingValue},
};
use crate::{
    documents::{Notation, Purpose},
    id::Id,
    reading::{
        Resolver,
        model::{Agency, Confidence, Document, Proposal, Reading, Section, Span},
    },
    text,
};
use std::collections::HashSet;

/// Sections that are kept of a document.
const SECTIONS: usize = 20_000;

/// A proposal before it is stored.
#[derive(Debug, Clone)]
pub struct Found {
    pub document: i32,
    pub kind: Kind,
    pub value: ReadingValue,
    pub spans: Vec<ReadingSpan>,
    pub confidence: Sure,
    pub doubtful: Vec<String>,
    pub rule: String,
}

/// What a text says: proposals in the order of the documents, and what is no proposal.
#[derive(Debug, Clone)]
pub struct Told {
    pub found: Vec<Found>,
    pub content: Content,
    /// Summary of the first document that has one.
    pub title: Option<String>,
}

/// Takes a reading apart.
pub fn told(reading: &Reading, resolver: &Resolver) -> Told {
    let mut content = Content { documents: vec![], warnings: reading.warnings.iter().map(warning).collect() };
    let mut found = Vec::new();
    for d in &reading.documents {
        let number = i32::try_from(d.position_in_file).unwrap_or(i32::MAX);
        let mut walk = Walk { resolver, document: number, found: vec![] };
        walk.document(d);
        let starts = walk.found.iter().flat_map(|f| f.spans.iter().map(|s| s.start)).chain(d.structure.iter().flat_map(|s| s.spans.iter().map(|s| s.start)));
        let start = if number == 1 { 0 } else { starts.min().unwrap_or(0) };
        let mut structure = Vec::new();
        d.structure.iter().for_each(|s| flat(s, 0, &mut structure));
        structure.truncate(SECTIONS);
        content.documents.push(ReadingDocument { document: number, start, structure, warnings: d.warnings.iter().map(warning).collect() });
        found.extend(walk.found);
    }
    found.extend(unknown(&found));
    found.sort_by_key(|f| f.document);
    let title = reading.documents.iter().find_map(|d| d.header.summary.as_ref()).map(|s| clip(&s.value, 2_000));
    Told { found, content, title }
}

fn flat(section: &Section, depth: u32, all: &mut Vec<ReadingSection>) {
    all.push(ReadingSection {
        place: clip(&section.place, 200),
        depth,
        label: clip(&section.label, 200),
        title: clip(&section.title, 2_000),
        spans: spans(&section.spans),
    });
    section.parts.iter().for_each(|part| flat(part, depth + 1, all));
}

/// One proposal for each agency with a name of its own that the province does not know.
fn unknown(found: &[Found]) -> Vec<Found> {
    let mut names = HashSet::new();
    let mut all = Vec::new();
    for f in found {
        for agency in f.value.agencies().into_iter().filter(|a| a.is_new == Some(true)) {
            if names.insert(text::fold(agency.name.as_deref().unwrap_or_default())) {
                all.push(Found {
                    document: f.document,
                    kind: Kind::Agency,
                    value: ReadingValue { agency: Some(agency.clone()), ..ReadingValue::default() },
                    spans: f.spans.clone(),
                    confidence: Sure::Check,
                    doubtful: vec![],
                    rule: "name not known in the province".into(),
                });
            }
        }
    }
    all
}

/// At most so many characters.
fn clip(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn clipped(text: &Option<String>, most: usize) -> Option<String> {
    text.as_deref().map(|t| clip(t, most)).filter(|t| !t.is_empty())
}

fn agency(a: &Agency) -> ReadAgency {
    let id = |key: &Option<String>| key.as_deref().and_then(Id::parse);
    ReadAgency { name: Some(clip(&a.name, 500)), organization_id: id(&a.organization), group_id: id(&a.group), is_new: a.proposed_new.then_some(true) }
}

/// An agency that need not be known for the record to be made.
fn beside(a: &Agency) -> ReadAgency {
    ReadAgency { is_new: None, ..agency(a) }
}

struct Walk<'a> {
    resolver: &'a Resolver,
    document: i32,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn add(&mut self, kind: Kind, value: ReadingValue, at: &[Span], confidence: Confidence, rule: &str) {
        let confidence = if confidence == Confidence::Sure { Sure::Sure } else { Sure::Check };
        self.found.push(Found { document: self.document, kind, value, spans: spans(at), confidence, doubtful: vec![], rule: clip(rule, 200) });
    }

    fn text(&mut self, kind: Kind, read: &Proposal<String>) {
        let value = ReadingValue { text: Some(clip(&read.value, 20_000)), ..ReadingValue::default() };
        self.add(kind, value, &read.spans, read.confidence, &read.rule);
    }

    fn named(&mut self, kind: Kind, read: &Option<Proposal<Agency>>) {
        if let Some(p) = read {
            self.add(kind, ReadingValue { agency: Some(agency(&p.value)), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
    }

    fn document(&mut self, d: &Document) {
        self.header(d);
        for p in &d.legal_basis {
            let c = &p.value;
            let citation = ReadCitation {
                relation: Some(terms::relation(&c.relation)),
                number: clipped(&c.number, 100),
                number_in_text: clipped(&c.number_in_text, 100),
                kind_vi: clipped(&c.kind, 200),
                name: clipped(&c.name, 500),
                issuer: clipped(&c.issuer, 300),
                date: c.date.as_deref().and_then(|day| day.parse().ok()),
                raw: Some(clip(&c.raw_in_text, 1_000)),
            };
            self.add(Kind::LegalBasis, ReadingValue { citation: Some(citation), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
        for p in &d.assignments {
            self.duty(p);
        }
        for p in &d.general_tasks {
            let general = ReadGeneral { place: Some(clip(&p.value.place, 100)), content: Some(clip(&p.value.content, 4_000)) };
            self.add(Kind::GeneralTask, ReadingValue { general: Some(general), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
        self.reporting(d);
    }

    fn header(&mut self, d: &Document) {
        let h = &d.header;
        match &h.issuer {
            Some(p) => {
                let issuer = beside(&self.resolver.resolve(&p.value, true));
                self.add(Kind::Issuer, ReadingValue { agency: Some(issuer), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
            }
            // Somebody has to say it: without an issuer there is no document.
            None => {
                let value = ReadingValue { agency: Some(ReadAgency::default()), ..ReadingValue::default() };
                self.add(Kind::Issuer, value, &[], Confidence::Check, "not read");
            }
        }
        for (kind, read) in [(Kind::Parent, &h.parent), (Kind::Number, &h.number), (Kind::Symbol, &h.symbol), (Kind::Place, &h.place)] {
            read.iter().for_each(|p| self.text(kind, p));
        }
        if let Some(p) = &h.date {
            let date = ReadDate { year: p.value.year, month: p.value.month, day: p.value.day };
            self.add(Kind::Date, ReadingValue { date: Some(date), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
        if let Some(p) = &h.kind {
            let notation = h.symbol.as_ref().map_or(Notation::State, |s| terms::notation(&s.value));
            let kind = terms::document_kind(&p.value, notation);
            self.add(Kind::DocumentKind, ReadingValue { document_kind: Some(kind), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
        h.summary.iter().for_each(|p| self.text(Kind::Summary, p));
        if let Some((p, urgency)) = h.urgency.as_ref().and_then(|p| Some((p, terms::urgency(&p.value)?))) {
            self.add(Kind::Urgency, ReadingValue { urgency: Some(urgency), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
        h.signer.iter().for_each(|p| self.text(Kind::Signer, p));
        h.position.iter().for_each(|p| self.text(Kind::SignerPosition, p));
        h.authority_lines.iter().for_each(|p| self.text(Kind::AuthorityLine, p));
        for p in &h.addressees {
            let to = self.resolver.resolve(&p.value, false);
            // To whom a letter is addressed is who is to act on it.
            let line = recipient(&to, &p.value, Purpose::CarryOut, false);
            self.add(Kind::Addressee, ReadingValue { recipient: Some(line), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
        let at_work: HashSet<&String> =
            d.assignments.iter().flat_map(|a| a.value.agencies.iter()).filter_map(|a| a.organization.as_ref().or(a.group.as_ref())).collect();
        for p in &h.recipients {
            let r = &p.value;
            let to = self.resolver.resolve(&r.raw, false);
            let works = to.organization.as_ref().or(to.group.as_ref()).is_some_and(|key| at_work.contains(key));
            let (purpose, in_text) = purpose(r.purpose.as_deref(), r.archive, works);
            let mut line = recipient(&to, &r.raw, purpose, in_text);
            line.archive_units = (!r.units.is_empty()).then(|| r.units.iter().take(20).map(|u| clip(u, 200)).collect());
            self.add(Kind::Recipient, ReadingValue { recipient: Some(line), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
            if let Some(last) = self.found.last_mut().filter(|_| !in_text) {
                last.doubtful.push("purpose".into());
            }
        }
        if let Some(p) = &h.arrival_stamp {
            let s = &p.value;
            let arrival = ReadArrival {
                organization: clipped(&s.organization, 500),
                number: clipped(&s.arrival_number, 40),
                arrived_on: s.arrival_date.as_deref().and_then(|day| day.parse().ok()),
                forwarded_to: clipped(&s.forwarded_to, 500),
            };
            self.add(Kind::ArrivalStamp, ReadingValue { arrival: Some(arrival), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
    }

    fn duty(&mut self, p: &Proposal<crate::reading::model::Duty>) {
        let d = &p.value;
        let cadence_words = d.cadence.as_ref().map(|c| clip(&c.value, 200));
        let due_rule = d.deadline.as_ref().and_then(|p| terms::due(&p.value));
        let mut doubtful: Vec<&str> = Vec::new();
        let mut doubt = |name: &'static str, at: Option<Confidence>| doubtful.extend((at == Some(Confidence::Check)).then_some(name));
        doubt("product", d.product.as_ref().map(|p| p.confidence));
        doubt("approver", d.approver.as_ref().map(|p| p.confidence));
        doubt("cadence", d.cadence.as_ref().map(|p| p.confidence));
        doubt("due_rule", d.deadline.as_ref().map(|p| p.confidence));
        doubt("receiver", d.receiver.as_ref().map(|p| p.confidence));
        let duty = ReadDuty {
            place: Some(clip(&d.place, 100)),
            place_alt: clipped(&d.place_alt, 100),
            content: Some(clip(&d.content, 4_000)),
            agencies: Some(d.agencies.iter().take(200).map(agency).collect()),
            role: Some(terms::role(&d.role)),
            role_word: Some(clip(d.role_word.as_ref().unwrap_or(&d.role), 200)),
            form: Some(terms::form(&d.form)),
            through: d.through.as_ref().map(|name| agency(&self.resolver.resolve(name, true))),
            partners: Some(d.partners.iter().take(100).map(beside).collect()),
            product: d.product.as_ref().map(|p| clip(&p.value, 1_000)),
            approver: d.approver.as_ref().map(|p| beside(&self.resolver.resolve(&p.value, true))),
            cadence: cadence_words.as_deref().and_then(terms::cadence).or_else(|| due_rule.as_ref().and_then(terms::cadence_of)),
            cadence_words,
            due_rule,
            receiver: d.receiver.as_ref().map(|p| beside(&p.value)),
        };
        let doubtful = doubtful.into_iter().map(str::to_owned).collect();
        self.add(Kind::Duty, ReadingValue { duty: Some(duty), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        if let Some(last) = self.found.last_mut() {
            last.doubtful = doubtful;
        }
    }

    fn reporting(&mut self, d: &Document) {
        let r = &d.reporting;
        if let Some(p) = &r.cadence {
            let cadence = ReadCadence { frequency: terms::frequency(&p.value), words: Some(clip(&p.value, 200)) };
            self.add(Kind::ReportingCadence, ReadingValue { cadence: Some(cadence), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
        self.named(Kind::Consolidator, &r.consolidator);
        self.named(Kind::Appraiser, &r.appraiser);
        self.named(Kind::FinalRecipient, &r.final_recipient);
        r.embedded_in.iter().for_each(|p| self.text(Kind::EmbeddedIn, p));
        for p in &r.chain {
            let line = ReadLine {
                from: Some(p.value.from.iter().take(100).map(agency).collect()),
                to: Some(agency(&p.value.to)),
                due_rule: p.value.deadline.as_ref().and_then(terms::due),
                place: Some(clip(&p.value.place, 100)),
                note: clipped(&p.value.note, 2_000),
            };
            self.add(Kind::ReportingLine, ReadingValue { line: Some(line), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
        if let Some(p) = &d.issue_channel {
            let c = &p.value;
            let from = Some(c.from.iter().take(100).map(beside).collect());
            let channel = ReadChannel { from, via: c.via.as_ref().map(beside), to: c.to.as_ref().map(beside) };
            self.add(Kind::IssueChannel, ReadingValue { channel: Some(channel), ..ReadingValue::default() }, &p.spans, p.confidence, &p.rule);
        }
    }
}

fn recipient(to: &Agency, raw: &str, purpose: Purpose, purpose_in_text: bool) -> ReadRecipient {
    let known = agency(to);
    ReadRecipient {
        text: Some(clip(raw, 500)),
        organization_id: known.organization_id,
        group_id: known.group_id,
        purpose: Some(purpose),
        purpose_in_text: Some(purpose_in_text),
        archive_units: None,
    }
}

/// What a line says it is sent for; else whoever has a duty is to carry it out, and others are to know.
fn purpose(words: Option<&str>, archive: bool, works: bool) -> (Purpose, bool) {
    let low = text::fold(words.unwrap_or_default());
    let says = |all: &[&str]| all.iter().any(|w| low.contains(w));
    if archive {
        (Purpose::Archive, true)
    } else if says(&["b/c", "bao cao"]) {
        (Purpose::Report, true)
    } else if says(&["p/h", "phoi hop"]) {
        (Purpose::Coordinate, true)
    } else if says(&["t/h", "thuc hien"]) {
        (Purpose::CarryOut, true)
    } else if says(&["biet", "theo doi"]) {
        (Purpose::Inform, true)
    } else {
        (if works { Purpose::CarryOut } else { Purpose::Inform }, false)
    }
}
