mod around;
mod pinned;

pub use around::*;
pub use pinned::*;

use super::{
    model::{
        ConsolidatedAction, ConsolidatedState as State, ContentRow, KIND, Report,
        asked::{ConsolidatedFilter, ConsolidatedSort},
    },
    policy::RULES,
};
use crate::{
    authz::{self, Actor, Scope},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    insert_all, keyset,
    page::{Page, Paging},
    schema::{access, consolidated_contents as contents, consolidated_lineage as lineage, consolidated_reports as reports, consolidated_sources as sources},
    text,
    time::Stamp,
    visible,
};
use diesel::prelude::*;
use std::collections::HashMap;

pub fn find(conn: &mut Conn, id: Id) -> Result<Report> {
    reports::table.find(id).select(Report::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The newest version with this code that the caller may see.
pub fn by_code(conn: &mut Conn, actor: &Actor, code: &str) -> Result<Option<Id>> {
    // A position that may never read them knows no code either.
    let Ok(scope) = authz::scope(RULES, actor, ConsolidatedAction::View) else { return Ok(None) };
    let query = reports::table.filter(visible!(consolidated_reports, &scope, KIND)).filter(reports::code.eq(code)).order(reports::version_no.desc());
    Ok(query.select(reports::id).first(conn).optional()?)
}

/// The next reports by id.
pub fn after(conn: &mut Conn, last: Option<Id>, limit: i64) -> Result<Vec<Report>> {
    let mut query = reports::table.into_boxed::<MultiBackend>();
    if let Some(last) = last {
        query = query.filter(reports::id.gt(last));
    }
    Ok(query.order(reports::id).limit(limit).select(Report::as_select()).load(conn)?)
}

pub fn content(conn: &mut Conn, id: Id) -> Result<ContentRow> {
    contents::table.find(id).select(ContentRow::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// What several versions say, as it is stored.
pub fn contents(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, ContentRow>> {
    let rows: Vec<ContentRow> = contents::table.filter(contents::report_id.eq_any(ids.to_vec())).select(ContentRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.report_id, row)).collect())
}

/// All versions of the report of an obligation, oldest first.
pub fn versions(conn: &mut Conn, obligation: Id) -> Result<Vec<Report>> {
    Ok(reports::table.filter(reports::obligation_id.eq(obligation)).order(reports::version_no).select(Report::as_select()).load(conn)?)
}

/// The issued reports of a period, every version.
pub fn issued_of(conn: &mut Conn, period: Id) -> Result<Vec<Report>> {
    Ok(reports::table
        .filter(reports::period_id.eq(period))
        .filter(reports::state.eq(State::Issued))
        .order((reports::step_no, reports::version_no))
        .select(Report::as_select())
        .load(conn)?)
}

/// Issued reports of these provinces, each with its regime.
pub fn issued_in(conn: &mut Conn, provinces: &[Id]) -> Result<Vec<(Id, Id)>> {
    Ok(reports::table
        .filter(reports::province_id.eq_any(provinces.to_vec()))
        .filter(reports::state.eq(State::Issued))
        .order(reports::id)
        .select((reports::id, reports::regime_id))
        .load(conn)?)
}

/// Reports that are not issued yet and have to do with an organisation.
pub fn unissued_of(conn: &mut Conn, organization: Id) -> Result<Vec<Report>> {
    Ok(reports::table
        .filter(reports::state.ne(State::Issued))
        .filter(reports::consolidator_id.eq(organization).or(reports::receiver_id.eq(organization)).or(reports::appraiser_id.eq(organization)))
        .order(reports::id)
        .select(Report::as_select())
        .load(conn)?)
}

/// How the caller's organisation is related to each of several records.
pub fn relations(conn: &mut Conn, organization: Option<Id>, ids: &[Id]) -> Result<HashMap<Id, i32>> {
    let Some(organization) = organization else { return Ok(HashMap::new()) };
    let rows: Vec<(Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(KIND))
        .filter(access::record_id.eq_any(ids.to_vec()))
        .select((access::record_id, access::relations))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &ConsolidatedFilter, paging: &Paging) -> Result<Page<Report>> {
    let query = || {
        let mut query = reports::table.filter(visible!(consolidated_reports, scope, KIND)).into_boxed::<MultiBackend>();
        query = filter.by.narrow(query);
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            query = query.filter(reports::search_fold.like(pattern).escape('\\'));
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Report::as_select()));
    let key = |r: &Report| (r.created_at, r.id);
    let page = match filter.sort.unwrap_or_default() {
        ConsolidatedSort::Newest => {
            let rows = keyset!(rows, paging, "-created_at", reports::created_at => Stamp, reports::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", key)?
        }
        ConsolidatedSort::Oldest => {
            let rows = keyset!(rows, paging, "created_at", reports::created_at => Stamp, reports::id, asc).load(conn)?;
            Page::of(rows, limit, "created_at", key)?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, report: &Report) -> Result<()> {
    diesel::insert_into(reports::table).values(report).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Report, after: &Report) -> Result<()> {
    let moved = diesel::update(reports::table.find(before.id).filter(reports::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// Writes what the report says, new or again.
pub fn put_content(conn: &mut Conn, row: &ContentRow, is_new: bool) -> Result<()> {
    if is_new {
        diesel::insert_into(contents::table).values(row).execute(conn)?;
    } else {
        diesel::update(contents::table.find(row.report_id)).set(row).execute(conn)?;
    }
    Ok(())
}

/// Removes a draft with all that it rests on.
pub fn remove(conn: &mut Conn, draft: &Report) -> Result<()> {
    clear_pinned(conn, draft.id)?;
    diesel::delete(contents::table.find(draft.id)).execute(conn)?;
    diesel::delete(access::table.filter(access::kind.eq(KIND)).filter(access::record_id.eq(draft.id))).execute(conn)?;
    diesel::delete(reports::table.find(draft.id)).execute(conn)?;
    Ok(())
}

/// Forgets the pinned versions, before they are gathered again.
pub fn clear_pinned(conn: &mut Conn, report: Id) -> Result<()> {
    diesel::delete(lineage::table.filter(lineage::report_id.eq(report))).execute(conn)?;
    diesel::delete(sources::table.filter(sources::report_id.eq(report))).execute(conn)?;
    Ok(())
}

#[derive(Debug, Insertable)]
#[diesel(table_name = access, treat_none_as_default_value = false)]
struct AccessRow {
    organization_id: Id,
    kind: &'static str,
    record_id: Id,
    relations: i32,
}

/// Relates many organisations to a report in a constant number of statements (and one for each that was related already).
pub fn relate_all(conn: &mut Conn, report: Id, all: &HashMap<Id, i32>) -> Result<()> {
    let held: Vec<Id> = access::table.filter(access::kind.eq(KIND)).filter(access::record_id.eq(report)).select(access::organization_id).load(conn)?;
    let mut fresh = Vec::new();
    for (organization, relations) in all {
        if held.contains(organization) {
            crate::authz::relate(conn, KIND, report, *organization, crate::authz::Relations(*relations))?;
        } else {
            fresh.push(AccessRow { organization_id: *organization, kind: KIND, record_id: report, relations: *relations });
        }
    }
    insert_all!(conn, access::table, &fresh)
}

/// Number of the newest version of each report, by the consolidator's obligation.
pub fn last_versions(conn: &mut Conn, obligations: &[Id]) -> Result<HashMap<Id, i32>> {
    let rows: Vec<(Id, Option<i32>)> = reports::table
        .filter(reports::obligation_id.eq_any(obligations.to_vec()))
        .group_by(reports::obligation_id)
        .select((reports::obligation_id, diesel::dsl::max(reports::version_no)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, version)| Some((id, version?))).collect())
}
