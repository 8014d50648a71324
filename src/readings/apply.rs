//! Makes the records of the proposals that people have accepted: of each document of the file the document, the plan with
//! its tasks and the reporting regime, through the functions of their own slices, in the transaction of the step.

mod cited;
mod paper;
mod plan;
mod regime;

use super::{
    agencies,
    forms::ReadingTransition,
    kinds::{ReadingAction as Act, ReadingProposalKind as Kind, ReadingProposalState as Stand},
    model::{Proposal, Reading, ReadingLink, ReadingSpan, told},
    store,
    values::{ReadAgency, ReadingValue},
};
use crate::{
    ask::Ask,
    db::{Conn, Json},
    error::{Error, Fault, Result, all_well},
    id::Id,
    journal,
    reading::Resolver,
    text,
};
use serde::Deserialize;
use std::collections::HashMap;

/// A proposal that holds.
#[derive(Debug)]
pub struct Held {
    /// Its place among all.
    at: usize,
    id: Id,
    kind: Kind,
    document: i32,
    value: ReadingValue,
    spans: Vec<ReadingSpan>,
    pointer: String,
}

/// What an agency of the text is: an organisation, a group, or words alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    organization: Option<Id>,
    group: Option<Id>,
    words: Option<String>,
}

/// What people have said of agencies that the province did not know, by their folded names.
#[derive(Debug, Default)]
pub struct Answers(HashMap<String, (Option<Settled>, String)>);

/// The records that were made, each with the proposal that it was made of.
#[derive(Debug, Default)]
pub struct Made(Vec<(usize, ReadingLink)>);

impl Made {
    fn note(&mut self, of: &[&Held], kind: &str, collection: &str, id: Id) {
        let link = ReadingLink { kind: kind.to_owned(), id, link: format!("/api/v1/{collection}/{id}") };
        self.0.extend(of.iter().map(|held| (held.at, link.clone())));
    }
}

/// One document of the file with what holds of it.
#[derive(Debug)]
pub struct Part<'a> {
    reading: &'a Reading,
    number: i32,
    held: Vec<&'a Held>,
    /// What the province calls its organisations.
    names: &'a Resolver,
    /// The records that its citations mean.
    meant: &'a cited::Meant,
}

impl<'a> Part<'a> {
    fn all(&self, kind: Kind) -> impl Iterator<Item = &'a Held> + '_ {
        self.held.iter().copied().filter(move |h| h.kind == kind)
    }
    fn one(&self, kind: Kind) -> Option<&'a Held> {
        self.held.iter().copied().find(|h| h.kind == kind)
    }
    fn text(&self, kind: Kind) -> Option<&'a str> {
        self.one(kind).and_then(|h| h.value.text.as_deref()).map(str::trim).filter(|t| !t.is_empty())
    }
    fn of(&self, kinds: &[Kind]) -> Vec<&'a Held> {
        self.held.iter().copied().filter(|h| kinds.contains(&h.kind)).collect()
    }
}

impl Answers {
    fn of(all: &[Proposal]) -> Result<Self> {
        let mut answers = HashMap::new();
        for p in all.iter().filter(|p| p.kind == Kind::Agency) {
            let as_read = ReadingValue::of(&p.value_as_read.0)?.agency.unwrap_or_default();
            let agency = p.value()?.agency.unwrap_or_default();
            let words = || Settled { words: as_read.name.clone(), ..Settled::default() };
            let settled = match p.state {
                // Nobody here: the words stay.
                Stand::Rejected => Some(words()),
                Stand::Accepted | Stand::Edited if agency.organization_id.is_some() || agency.group_id.is_some() => {
                    Some(Settled { organization: agency.organization_id, group: agency.group_id, ..words() })
                }
                Stand::Edited if agency.is_new != Some(true) => Some(words()),
                _ => None,
            };
            answers.insert(text::fold(as_read.name.as_deref().unwrap_or_default()), (settled, p.pointer()));
        }
        Ok(Self(answers))
    }

    /// What an agency is; a fault at its own proposal where nobody has said it yet.
    fn settle(&self, agency: &ReadAgency, by: &Held, faults: &mut Vec<Fault>) -> Settled {
        let plain = Settled { organization: agency.organization_id, group: agency.group_id, words: agency.name.clone() };
        if agency.is_new != Some(true) || plain.organization.is_some() || plain.group.is_some() {
            return plain;
        }
        let name = agency.name.clone().unwrap_or_default();
        match self.0.get(&text::fold(&name)) {
            Some((Some(settled), _)) => Settled { words: Some(name), ..settled.clone() },
            open => {
                let at = open.map_or(&by.pointer, |(_, pointer)| pointer);
                let (vi, en) = (
                    format!("Chưa rõ '{name}' là cơ quan nào: sửa đề xuất này (nêu cơ quan hoặc nhóm), hoặc bác nó để giữ nguyên chữ."),
                    format!("Nobody has said who '{name}' is: edit this proposal (name an organisation or group), or reject it to keep the words."),
                );
                if !faults.iter().any(|f| f.pointer == *at) {
                    faults.push(Fault::at(at.clone(), "unresolved_agency", vi, en));
                }
                plain
            }
        }
    }
}

/// Makes everything and writes on each proposal what was made of it.
pub fn apply(conn: &mut Conn, ask: &Ask, reading: &Reading, all: &mut [Proposal], step: &ReadingTransition) -> Result<()> {
    let mut held = Vec::new();
    for (at, p) in all.iter().enumerate().filter(|(_, p)| p.state.holds() && p.kind != Kind::Agency) {
        let spans = Deserialize::deserialize(&p.spans.0)?;
        held.push(Held { at, id: p.id, kind: p.kind, document: p.document, value: p.value()?, spans, pointer: p.pointer() });
    }
    if held.is_empty() {
        return Err(Error::fault("", "nothing_accepted", "Chưa có đề xuất nào được chấp nhận.", "No proposal has been accepted."));
    }
    let answers = Answers::of(all)?;
    let mut numbers: Vec<i32> = held.iter().map(|h| h.document).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let known = step.known.as_deref().unwrap_or_default();
    let strange = known.iter().enumerate().filter(|(_, k)| !numbers.contains(&k.document));
    let fault = |at: usize| {
        Fault::at(
            format!("/known/{at}/document"),
            "unknown_reference",
            "Không có gì của văn bản này được chấp nhận.",
            "Nothing of this document has been accepted.",
        )
    };
    all_well(strange.map(|(at, _)| fault(at)).collect())?;
    let names = Resolver::new(&agencies::of_province(conn, reading.province_id, ask.today)?);
    let mut meant = cited::meant(conn, ask, &names, &held)?;
    let mut within = cited::within(&names, &held);
    within.retain(|at, _| !meant.contains_key(at));
    let mut made = Made::default();
    let mut papers: HashMap<i32, Id> = HashMap::new();
    for number in cited_first(&numbers, &held, &within) {
        meant.extend(within.iter().filter_map(|(at, document)| Some((*at, *papers.get(document)?))));
        let part = Part { reading, number, held: held.iter().filter(|h| h.document == number).collect(), names: &names, meant: &meant };
        let given = known.iter().enumerate().find(|(_, k)| k.document == number);
        let paper = match given {
            Some((at, k)) => paper::known(conn, ask, &part, at, k.document_id)?,
            None => paper::make(conn, ask, &part, all, step.arrived_on, &mut made)?,
        };
        papers.insert(number, paper.id);
        let plan = plan::make(conn, ask, &part, &answers, &paper, &mut made)?;
        if paper.is_own {
            regime::make(conn, ask, &part, &answers, &paper, plan, &mut made)?;
        }
    }
    let mut entries = Vec::new();
    for (at, p) in all.iter_mut().enumerate() {
        let links: Vec<&ReadingLink> = made.0.iter().filter(|(of, _)| *of == at).map(|(_, link)| link).collect();
        if links.is_empty() {
            continue;
        }
        let before = p.clone();
        p.made = Json(serde_json::to_value(links)?);
        p.version += 1;
        p.updated_at = ask.now;
        p.updated_by = ask.actor.user;
        store::update_proposal(conn, &before, p)?;
        entries.push(told(ask, reading, &before, p, Act::Apply.word(), step.reason.as_deref())?);
    }
    journal::record_all(conn, &entries)
}

/// The documents of the file, each behind those of them that it names, so that it can link to their records; otherwise as
/// they stand. Where two name each other the first waits for none.
fn cited_first(numbers: &[i32], held: &[Held], within: &HashMap<usize, i32>) -> Vec<i32> {
    let mut order: Vec<i32> = Vec::with_capacity(numbers.len());
    let names = |document: i32| held.iter().filter(move |h| h.document == document).filter_map(|h| within.get(&h.at));
    let mut left = numbers.to_vec();
    while !left.is_empty() {
        let free = left.iter().position(|document| names(*document).all(|named| !left.contains(named))).unwrap_or(0);
        order.push(left.remove(free));
    }
    order
}

/// At most so many characters.
fn clip(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
