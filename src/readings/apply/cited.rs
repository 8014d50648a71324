//! Documents that the text names and that are records already.

use super::{
    super::{
        kinds::ReadingProposalKind as Kind,
        values::{ReadCitation, ReadDate},
    },
    Held,
};
use crate::{
    ask::Ask,
    db::Conn,
    documents::{self, DocumentKind, Identity, notation},
    error::Result,
    id::Id,
    reading::Resolver,
    text,
};
use chrono::Datelike;
use std::collections::HashMap;

/// The records that citations mean, by the place of their proposals.
pub type Meant = HashMap<usize, Id>;

/// Of each citation the one record that the caller sees and that alone bears its number, symbol and issuer; where there
/// is none, or several, the words stay. One statement.
pub fn meant(conn: &mut Conn, ask: &Ask, names: &Resolver, held: &[Held]) -> Result<Meant> {
    let citations = held.iter().filter(|h| h.kind == Kind::LegalBasis).filter_map(|h| h.value.citation.as_ref().map(|c| (h, c)));
    let named: Vec<(&Held, &ReadCitation, String)> = citations.filter_map(|(h, c)| Some((h, c, key(c)?))).collect();
    let mut keys: Vec<String> = named.iter().map(|(.., key)| key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    let records = documents::named::by_notation(conn, ask, &keys)?;
    let who = |name: &str| issuer(names, name);
    let mut bearers: HashMap<&str, Vec<(&Identity, Option<String>)>> = HashMap::new();
    for record in &records {
        let by = record.issuer_id.map(|id| id.to_string()).or_else(|| record.issuer_text.as_deref().map(who));
        bearers.entry(record.notation_key.as_deref().unwrap_or_default()).or_default().push((record, by));
    }
    let mut meant = Meant::new();
    for (h, citation, key) in &named {
        let citing = held.iter().find(|d| d.kind == Kind::Date && d.document == h.document).and_then(|d| d.value.date.as_ref());
        let by = citation.issuer.as_deref().map(who);
        let all = bearers.get(key.as_str()).into_iter().flatten();
        let all: Vec<&Identity> = all.filter(|(r, of)| is_it(citation, r, by.as_ref().map(|by| of.as_ref() == Some(by)), citing)).map(|(r, _)| *r).collect();
        // A copy that has met its original is the same document.
        let mut own = all.iter().filter(|r| !r.original_id.is_some_and(|original| all.iter().any(|o| o.id == original)));
        if let (Some(record), None) = (own.next(), own.next()) {
            meant.insert(h.at, record.id);
        }
    }
    Ok(meant)
}

/// Of each citation the document of the same file that it means: the letter that passes a plan on names the plan behind it.
pub fn within(names: &Resolver, held: &[Held]) -> HashMap<usize, i32> {
    let told = |kind: Kind, document: i32| held.iter().find(|h| h.kind == kind && h.document == document);
    let mut numbers: Vec<i32> = held.iter().map(|h| h.document).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let documents: Vec<(i32, Identity, Option<String>)> = numbers
        .into_iter()
        .filter_map(|document| {
            let text = |kind| told(kind, document).and_then(|h| h.value.text.as_deref());
            let date = told(Kind::Date, document).and_then(|h| h.value.date.clone()).unwrap_or_default();
            let issuer = told(Kind::Issuer, document).and_then(|h| h.value.agency.as_ref());
            let by = issuer.and_then(|a| a.organization_id.map(|id| id.to_string()).or_else(|| a.name.as_deref().map(|name| self::issuer(names, name))));
            let identity = Identity {
                id: Id::fresh(),
                kind: told(Kind::DocumentKind, document)?.value.document_kind?,
                issuer_id: None,
                issuer_text: None,
                original_id: None,
                notation_key: Some(notation::key(Some(text(Kind::Number)?), Some(text(Kind::Symbol)?))?),
                issued_on: date.whole(),
                year: date.year,
            };
            Some((document, identity, by))
        })
        .collect();
    let citations = held.iter().filter(|h| h.kind == Kind::LegalBasis).filter_map(|h| Some((h, h.value.citation.as_ref()?)));
    citations
        .filter_map(|(h, citation)| {
            let key = key(citation)?;
            let by = citation.issuer.as_deref().map(|name| issuer(names, name));
            let citing = told(Kind::Date, h.document).and_then(|d| d.value.date.as_ref());
            let is_meant = |(document, identity, of): &&(i32, Identity, Option<String>)| {
                *document != h.document
                    && identity.notation_key.as_ref() == Some(&key)
                    && is_it(citation, identity, by.as_ref().map(|by| of.as_ref() == Some(by)), citing)
            };
            let mut all = documents.iter().filter(is_meant);
            match (all.next(), all.next()) {
                (Some((document, ..)), None) => Some((h.at, *document)),
                _ => None,
            }
        })
        .collect()
}

/// Number and symbol as documents are compared by them; one alone identifies nothing.
fn key(citation: &ReadCitation) -> Option<String> {
    let written = notation::read(citation.number.as_deref()?)?;
    if written.number.is_none() || written.symbol.is_none() {
        return None;
    }
    notation::key(written.number.as_deref(), written.symbol.as_deref())
}

/// An issuer as the province knows it, else by its name; "Ban Bí thư (khóa X)" is Ban Bí thư.
fn issuer(names: &Resolver, name: &str) -> String {
    let bare = name.split('(').next().unwrap_or(name).trim();
    names.resolve(bare, false).organization.unwrap_or_else(|| text::fold(bare))
}

/// Whether a record with the citation's number and symbol is what it names: nothing contradicts, and the issuer or, where
/// the text names none, the day says so. What is later than the citing text cannot be named in it.
fn is_it(citation: &ReadCitation, record: &Identity, same_issuer: Option<bool>, citing: Option<&ReadDate>) -> bool {
    let kind = citation.kind_vi.as_deref().and_then(DocumentKind::called);
    let same_day = citation.date.is_some() && citation.date == record.issued_on;
    let day_fits = match (citation.date, record.issued_on) {
        (Some(_), Some(_)) => same_day,
        (Some(day), None) => record.year.is_none_or(|year| year == day.year()),
        (None, _) => true,
    };
    let is_later = citing.is_some_and(|citing| match (citing.whole(), record.issued_on) {
        (Some(on), Some(day)) => day > on,
        _ => citing.year.zip(record.year).is_some_and(|(citing, year)| year > citing),
    });
    kind.is_none_or(|kind| kind.may_be(record.kind)) && day_fits && !is_later && same_issuer.unwrap_or(same_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: DocumentKind, day: &str, year: Option<i32>) -> Identity {
        let issued_on: Option<chrono::NaiveDate> = day.parse().ok();
        let year = issued_on.map(|day| day.year()).or(year);
        Identity { id: Id::fresh(), kind, issuer_id: None, issuer_text: None, original_id: None, notation_key: None, issued_on, year }
    }

    fn named(kind: &str, day: &str) -> ReadCitation {
        ReadCitation { kind_vi: (!kind.is_empty()).then(|| kind.into()), date: day.parse().ok(), ..ReadCitation::default() }
    }

    #[test]
    fn what_contradicts_is_another_document() {
        use DocumentKind as K;
        let plan_of_2021 = ReadDate { year: Some(2021), month: None, day: None };
        for (citation, record, same_issuer, expected) in [
            (named("Chỉ thị", "2019-09-19"), record(K::Directive, "2019-09-19", None), Some(true), true),
            (named("Chỉ thị", "2019-09-19"), record(K::Directive, "2019-09-20", None), Some(true), false),
            (named("Chỉ thị", "2019-09-19"), record(K::Directive, "", Some(2019)), Some(true), true),
            (named("Chỉ thị", "2019-09-19"), record(K::Directive, "", Some(2018)), Some(true), false),
            (named("Chỉ thị", "2019-09-19"), record(K::Directive, "", None), Some(true), true),
            (named("Chỉ thị", ""), record(K::Directive, "2019-09-19", None), Some(true), true),
            // Issued after the citing text.
            (named("Chỉ thị", ""), record(K::Directive, "2022-01-05", None), Some(true), false),
            // Quyết định 281-QĐ/TU and Quy định 281-QĐ/TU are two; a normative decision is a decision.
            (named("Quyết định", "2016-10-17"), record(K::Regulation, "2016-10-17", None), Some(true), false),
            (named("Quyết định", "2013-07-15"), record(K::LegalDecision, "2013-07-15", None), Some(true), true),
            (named("Bộ luật", "2015-11-24"), record(K::Law, "2015-11-24", None), Some(true), true),
            (named("Văn bản", "2020-02-17"), record(K::OfficialLetter, "2020-02-17", None), Some(true), true),
            // Two bodies may give one number on one day; without a name the day decides.
            (named("Kế hoạch", "2020-02-17"), record(K::Plan, "2020-02-17", None), Some(false), false),
            (named("Kế hoạch", "2020-02-17"), record(K::Plan, "2020-02-17", None), None, true),
            (named("Kế hoạch", "2020-02-17"), record(K::Plan, "", Some(2020)), None, false),
            (named("Kế hoạch", ""), record(K::Plan, "2020-02-17", None), None, false),
        ] {
            assert_eq!(is_it(&citation, &record, same_issuer, Some(&plan_of_2021)), expected, "{citation:?} {record:?} {same_issuer:?}");
        }
    }

    #[test]
    fn a_number_without_its_symbol_identifies_nothing() {
        let of = |number: &str| key(&ReadCitation { number: Some(number.into()), ..ReadCitation::default() });
        assert_eq!((of("1109"), of("/KH-UBND"), of("")), (None, None, None));
        assert_eq!(of("04-CT/TW"), of("4/CT-TW"));
        assert_ne!(of("38-CT/TW"), of("38-CT/TU"));
    }
}
