//! What a reading is: proposals, each with the place that it was read from.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Characters (Unicode scalar values) of the text that was read, in NFC with line feeds; the end is behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

/// How much a proposal may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The text says it in so many words.
    Sure,
    /// It rests on a judgement that an official should look at.
    Check,
}

/// A value, where it was read, how sure it is and by which rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal<T> {
    pub value: T,
    pub spans: Vec<Span>,
    pub confidence: Confidence,
    pub rule: String,
}

impl<T> Proposal<T> {
    /// A value that the text says in so many words.
    pub fn sure(value: T, spans: Vec<Span>, rule: &str) -> Self {
        Proposal { value, spans, confidence: Confidence::Sure, rule: rule.to_owned() }
    }
    /// A value that needs a look.
    pub fn check(value: T, spans: Vec<Span>, rule: &str) -> Self {
        Proposal { value, spans, confidence: Confidence::Check, rule: rule.to_owned() }
    }
}

/// Something that the official should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable name of the warning.
    pub code: String,
    /// In Vietnamese.
    pub message: String,
    /// In English.
    pub message_en: String,
    pub spans: Vec<Span>,
}

/// Everything read from one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// How many characters were read.
    pub characters: u32,
    /// The documents in the file, in order.
    pub documents: Vec<Document>,
    pub warnings: Vec<Warning>,
}

/// One document of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// First, second … in the file.
    pub position_in_file: u32,
    pub header: Header,
    /// Documents that it rests on, carries out, names, changes or replaces.
    pub legal_basis: Vec<Proposal<Citation>>,
    /// The text as a tree.
    pub structure: Vec<Section>,
    pub assignments: Vec<Proposal<Duty>>,
    /// Tasks for which the text names no agency.
    pub general_tasks: Vec<Proposal<General>>,
    pub reporting: Reporting,
    /// To whom obstacles are reported.
    pub issue_channel: Option<Proposal<Channel>>,
    pub warnings: Vec<Warning>,
}

/// What stands at the head and the foot of a document. What the text does not have is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub issuer: Option<Proposal<String>>,
    /// The body above the issuer.
    pub parent: Option<Proposal<String>>,
    pub number: Option<Proposal<String>>,
    pub symbol: Option<Proposal<String>>,
    pub place: Option<Proposal<String>>,
    pub date: Option<Proposal<DateParts>>,
    pub kind: Option<Proposal<Kind>>,
    pub summary: Option<Proposal<String>>,
    pub urgency: Option<Proposal<String>>,
    pub signer: Option<Proposal<String>>,
    pub position: Option<Proposal<String>>,
    pub authority_lines: Vec<Proposal<String>>,
    /// The salutation of a letter (Kính gửi).
    pub addressees: Vec<Proposal<String>>,
    pub recipients: Vec<Proposal<Recipient>>,
    pub arrival_stamp: Option<Proposal<Stamp>>,
}

/// A date of which parts may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateParts {
    pub year: Option<i32>,
    pub month: Option<u32>,
    pub day: Option<u32>,
    /// ISO form when all parts are there.
    pub date: Option<String>,
}

/// The kind of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    pub code: Option<String>,
    pub name: String,
}

/// A line of the distribution list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub raw: String,
    /// What it is sent for, as in "(b/c)".
    pub purpose: Option<String>,
    pub archive: bool,
    /// Units that keep a copy.
    pub units: Vec<String>,
}

/// The stamp of the agency that a document arrived at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub organization: Option<String>,
    pub arrival_number: Option<String>,
    pub arrival_date: Option<String>,
    pub forwarded_to: Option<String>,
}

/// A document that the text names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// As it should be written: `38-CT/TW`, `41/2013/QĐ-TTg`; absent for a law that is named without its number.
    pub number: Option<String>,
    /// As it stands in the text, when that differs.
    pub number_in_text: Option<String>,
    pub kind: Option<String>,
    /// Name of a law, when it has one.
    pub name: Option<String>,
    pub issuer: Option<String>,
    pub date: Option<String>,
    /// `party` or `state`.
    pub notation: String,
    pub relation: String,
    pub raw_in_text: String,
}

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its place, as in `III.2.a`.
    pub place: String,
    pub label: String,
    /// Its first words.
    pub title: String,
    pub spans: Vec<Span>,
    pub parts: Vec<Section>,
}

/// An agency as the text names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    pub name: String,
    /// Code of the organisation or the name of the group that it is in the province; none when it is new or left open.
    pub organization: Option<String>,
    pub group: Option<String>,
    /// An agency with a name of its own that the province does not know yet.
    pub proposed_new: bool,
}

/// A duty: one place in the text, one role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    pub place: String,
    /// Another way to name the same place.
    pub place_alt: Option<String>,
    pub content: String,
    pub agencies: Vec<Agency>,
    pub role: String,
    /// The word of the text that says the role.
    pub role_word: Option<String>,
    /// giao, đề nghị, khuyến khích, chung, qua.
    pub form: String,
    /// The body through which it is given.
    pub through: Option<String>,
    pub partners: Vec<Agency>,
    pub product: Option<Proposal<String>>,
    pub approver: Option<Proposal<String>>,
    pub cadence: Option<Proposal<String>>,
    pub deadline: Option<Proposal<Deadline>>,
    /// Who receives the report or product.
    pub receiver: Option<Proposal<Agency>>,
}

/// By when, in the terms of the fact files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    pub kind: String,
    #[serde(flatten)]
    pub parts: BTreeMap<String, String>,
    pub phrase_vi: String,
    pub strictly_before: Option<bool>,
    pub send_to: Option<String>,
}

/// A task without an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct General {
    pub place: String,
    pub content: String,
}

/// Who reports to whom.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reporting {
    pub cadence: Option<Proposal<String>>,
    pub consolidator: Option<Proposal<Agency>>,
    pub appraiser: Option<Proposal<Agency>>,
    pub final_recipient: Option<Proposal<Agency>>,
    pub embedded_in: Option<Proposal<String>>,
    pub chain: Vec<Proposal<Line>>,
}

/// A reporting line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub from: Vec<Agency>,
    pub to: Agency,
    pub deadline: Option<Deadline>,
    pub place: String,
    pub note: Option<String>,
}

/// The line of obstacles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub from: Vec<Agency>,
    pub via: Option<Agency>,
    pub to: Option<Agency>,
}
