use super::model::{Arrival, ArrivalFilter, ArrivalSort, KIND};
use crate::{
    authz::{Relations, Scope},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    keyset,
    page::{Page, Paging},
    schema::{access, arrivals, documents},
    text, visible,
};
use chrono::NaiveDate;
use diesel::{dsl::exists, prelude::*};
use std::collections::HashMap;

pub fn find(conn: &mut Conn, id: Id) -> Result<Arrival> {
    arrivals::table.find(id).select(Arrival::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The line of a document in an organisation's register.
pub fn of_document(conn: &mut Conn, receiver: Id, document: Id) -> Result<Option<Arrival>> {
    let query = arrivals::table.filter(arrivals::receiver_id.eq(receiver)).filter(arrivals::document_id.eq(document));
    Ok(query.select(Arrival::as_select()).first(conn).optional()?)
}

/// The day on which a document, or the organisation's own copy of it, entered the organisation's register.
pub fn day_of(conn: &mut Conn, receiver: Id, document: Id) -> Result<Option<NaiveDate>> {
    let copies = documents::table.filter(documents::original_id.eq(document)).select(documents::id.nullable());
    let query = arrivals::table.filter(arrivals::receiver_id.eq(receiver)).order((arrivals::arrived_on, arrivals::id));
    let query = query.filter(arrivals::document_id.eq(document).or(arrivals::document_id.eq_any(copies)));
    Ok(query.select(arrivals::arrived_on).first(conn).optional()?)
}

/// Whether the organisation's register holds a document of this issuer with this number and symbol (`notation::key`).
pub fn bears(conn: &mut Conn, receiver: Id, issuer: Id, key: &str) -> Result<bool> {
    let query = arrivals::table
        .inner_join(documents::table.on(arrivals::document_id.eq(documents::id.nullable())))
        .filter(arrivals::receiver_id.eq(receiver))
        .filter(documents::issuer_id.eq(issuer))
        .filter(documents::notation_key.eq(key));
    let first: Option<Id> = query.select(arrivals::id).first(conn).optional()?;
    Ok(first.is_some())
}

pub fn insert(conn: &mut Conn, arrival: &Arrival) -> Result<()> {
    diesel::insert_into(arrivals::table).values(arrival).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile.
pub fn update(conn: &mut Conn, before: &Arrival, after: &Arrival) -> Result<()> {
    let record = arrivals::table.filter(arrivals::id.eq(before.id)).filter(arrivals::version.eq(before.version));
    let moved = diesel::update(record).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// The caller's relations to many arrivals.
pub fn standings(conn: &mut Conn, ids: &[Id], organization: Option<Id>) -> Result<HashMap<Id, Relations>> {
    let Some(organization) = organization else { return Ok(HashMap::new()) };
    let held: Vec<(Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(KIND))
        .filter(access::record_id.eq_any(ids.to_vec()))
        .select((access::record_id, access::relations))
        .load(conn)?;
    Ok(held.into_iter().map(|(id, relations)| (id, Relations(relations))).collect())
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &ArrivalFilter, paging: &Paging) -> Result<Page<Arrival>> {
    let query = || {
        let mut query = arrivals::table.filter(visible!(arrivals, scope, KIND)).into_boxed::<MultiBackend>();
        query = filter.by.narrow(query);
        match filter.is_assigned {
            Some(true) => query = query.filter(arrivals::assigned_at.is_not_null()),
            Some(false) => query = query.filter(arrivals::assigned_at.is_null()),
            None => {}
        }
        // A line is found by what names its document; a stub has none.
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            let named = documents::table.filter(documents::id.nullable().eq(arrivals::document_id));
            query = query.filter(exists(named.filter(documents::search_fold.concat("").like(pattern).escape('\\'))));
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Arrival::as_select()));
    let page = match filter.sort.unwrap_or_default() {
        ArrivalSort::Latest => {
            let rows = keyset!(rows, paging, "-arrived_on", arrivals::arrived_on => NaiveDate, arrivals::id, desc).load(conn)?;
            Page::of(rows, limit, "-arrived_on", |a: &Arrival| (a.arrived_on, a.id))?
        }
        ArrivalSort::Earliest => {
            let rows = keyset!(rows, paging, "arrived_on", arrivals::arrived_on => NaiveDate, arrivals::id, asc).load(conn)?;
            Page::of(rows, limit, "arrived_on", |a: &Arrival| (a.arrived_on, a.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}
