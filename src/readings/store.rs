use super::{
    forms::{ByPlace, ReadingCounts, ReadingFilter, ReadingProposal},
    kinds::{ReadingConfidence, ReadingProposalState as State},
    model::{KIND, Proposal, Reading},
};
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    id::Id,
    insert_all,
    page::{NewestFirst, Page, Paging, Sort},
    schema::{access, reading_proposals as proposals, reading_texts as texts, readings},
    sorted, text,
    time::Stamp,
    visible,
};
use diesel::prelude::*;
use std::collections::HashMap;

pub fn find(conn: &mut Conn, id: Id) -> Result<Reading> {
    readings::table.find(id).select(Reading::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn find_proposal(conn: &mut Conn, id: Id) -> Result<Proposal> {
    proposals::table.find(id).select(Proposal::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The proposals of a reading, in their order.
pub fn proposals_of(conn: &mut Conn, reading: Id) -> Result<Vec<Proposal>> {
    Ok(proposals::table.filter(proposals::reading_id.eq(reading)).order(proposals::place).select(Proposal::as_select()).load(conn)?)
}

pub fn text_of(conn: &mut Conn, reading: Id) -> Result<String> {
    Ok(texts::table.find(reading).select(texts::text).first(conn).optional()?.unwrap_or_default())
}

/// Whether a reading keeps this file.
pub fn names_file(conn: &mut Conn, sha256: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(readings::table.filter(readings::sha256.eq(sha256)))).get_result(conn)?)
}

/// How the proposals of several readings stand: one statement.
pub fn counts(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, ReadingCounts>> {
    let rows: Vec<(Id, State, ReadingConfidence, i64)> = proposals::table
        .filter(proposals::reading_id.eq_any(ids.to_vec()))
        .group_by((proposals::reading_id, proposals::state, proposals::confidence))
        .select((proposals::reading_id, proposals::state, proposals::confidence, diesel::dsl::count_star()))
        .load(conn)?;
    let mut all: HashMap<Id, ReadingCounts> = HashMap::new();
    for (id, state, confidence, n) in rows {
        add(all.entry(id).or_default(), state, confidence, n);
    }
    Ok(all)
}

/// The same of proposals that are known.
pub fn counted(all: &[Proposal]) -> ReadingCounts {
    let mut counts = ReadingCounts::default();
    all.iter().for_each(|p| add(&mut counts, p.state, p.confidence, 1));
    counts
}

fn add(counts: &mut ReadingCounts, state: State, confidence: ReadingConfidence, n: i64) {
    match state {
        State::Proposed => counts.proposed += n,
        State::Accepted => counts.accepted += n,
        State::Edited => counts.edited += n,
        State::Rejected => counts.rejected += n,
    }
    if state == State::Proposed && confidence == ReadingConfidence::Check {
        counts.to_check += n;
    }
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &ReadingFilter, sort: &Sort<NewestFirst>, paging: &Paging) -> Result<Page<Reading>> {
    let query = || {
        let mut query = readings::table.filter(visible!(readings, scope, KIND)).into_boxed::<MultiBackend>();
        query = filter.by.narrow(query);
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            query = query.filter(readings::title_fold.like(pattern).escape('\\'));
        }
        query
    };
    let page = sorted!(conn, query().select(Reading::as_select()), paging, sort, readings::id => Id, readings::id, |r: &Reading| (r.id, r.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

/// A page of the proposals of a reading.
pub fn list_proposals(conn: &mut Conn, reading: Id, by: &By<ReadingProposal>, sort: &Sort<ByPlace>, paging: &Paging) -> Result<Page<Proposal>> {
    let query = || by.narrow(proposals::table.filter(proposals::reading_id.eq(reading)).into_boxed::<MultiBackend>());
    let page = sorted!(conn, query().select(Proposal::as_select()), paging, sort, proposals::place => i32, proposals::id, |p: &Proposal| (p.place, p.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, reading: &Reading, text: &str, all: &[Proposal]) -> Result<()> {
    diesel::insert_into(readings::table).values(reading).execute(conn)?;
    diesel::insert_into(texts::table).values((texts::reading_id.eq(reading.id), texts::text.eq(text))).execute(conn)?;
    insert_all!(conn, proposals::table, all)
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Reading, after: &Reading) -> Result<()> {
    let moved = diesel::update(readings::table.find(before.id).filter(readings::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// Writes a proposal back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update_proposal(conn: &mut Conn, before: &Proposal, after: &Proposal) -> Result<()> {
    let moved = diesel::update(proposals::table.find(before.id).filter(proposals::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// Decides on proposals that nobody has decided on: one statement.
pub fn decide(conn: &mut Conn, ids: &[Id], to: State, now: Stamp, by: Id) -> Result<()> {
    let open = proposals::table.filter(proposals::id.eq_any(ids.to_vec())).filter(proposals::state.eq(State::Proposed));
    let change = (proposals::state.eq(to), proposals::version.eq(proposals::version + 1), proposals::updated_at.eq(now), proposals::updated_by.eq(by));
    let moved = diesel::update(open).set(change).execute(conn)?;
    if moved == ids.len() { Ok(()) } else { Err(Error::Clash) }
}

pub fn remove(conn: &mut Conn, reading: Id) -> Result<()> {
    diesel::delete(proposals::table.filter(proposals::reading_id.eq(reading))).execute(conn)?;
    diesel::delete(texts::table.find(reading)).execute(conn)?;
    diesel::delete(access::table.filter(access::kind.eq(KIND)).filter(access::record_id.eq(reading))).execute(conn)?;
    diesel::delete(readings::table.find(reading)).execute(conn)?;
    Ok(())
}
