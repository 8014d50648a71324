//! Registers, deliveries and obstacles, each under the policy of its own records.

use super::Narrow;
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend},
    documents::{Document, arrivals::Arrival, deliveries::Delivery},
    error::Result,
    id::Id,
    keyset,
    page::{Page, Paging},
    recommendations::Recommendation,
    schema::{arrivals, deliveries, documents, plans, recommendations},
    visible,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

/// A page of an organisation's arrival register, earliest first, as far as the caller sees it.
pub fn arrivals(conn: &mut Conn, scope: &Scope, receiver: Id, narrow: &Narrow, paging: &Paging) -> Result<Page<Arrival>> {
    let query = || {
        let mut query =
            arrivals::table.filter(visible!(arrivals, scope, documents_kind::ARRIVAL)).filter(arrivals::receiver_id.eq(receiver)).into_boxed::<MultiBackend>();
        if let Some(from) = narrow.from {
            query = query.filter(arrivals::arrived_on.ge(from));
        }
        if let Some(to) = narrow.to {
            query = query.filter(arrivals::arrived_on.le(to));
        }
        query
    };
    let rows = keyset!(query().select(Arrival::as_select()), paging, "arrived_on", arrivals::arrived_on => NaiveDate, arrivals::id, asc).load(conn)?;
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(Page::of(rows, paging.limit(), "arrived_on", |a: &Arrival| (a.arrived_on, a.id))?.counted(total))
}

/// A page of what an organisation has issued, earliest first, as far as the caller sees it.
pub fn issued(conn: &mut Conn, scope: &Scope, issuer: Id, narrow: &Narrow, paging: &Paging) -> Result<Page<Document>> {
    let query = || {
        let mut query = documents::table
            .filter(visible!(documents, scope, documents_kind::DOCUMENT))
            .filter(documents::issuer_id.eq(issuer))
            .filter(documents::receiver_id.is_null())
            .filter(documents::state.eq_any(["issued", "recalled", "superseded"]))
            .into_boxed::<MultiBackend>();
        // What has no day is sorted by its year and belongs to no stretch of days.
        if let Some(from) = narrow.from {
            query = query.filter(documents::issued_on.ge(from));
        }
        if let Some(to) = narrow.to {
            query = query.filter(documents::issued_on.le(to));
        }
        query
    };
    let rows = keyset!(query().select(Document::as_select()), paging, "issued_on", documents::sorted_on => NaiveDate, documents::id, asc).load(conn)?;
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(Page::of(rows, paging.limit(), "issued_on", |d: &Document| (d.sorted_on, d.id))?.counted(total))
}

/// How many organisations an issuer sent each document to, and how many of them have acknowledged it, as far as the caller
/// sees it.
pub fn sent(conn: &mut Conn, scope: &Scope, ids: &[Id], issuer: Id) -> Result<HashMap<Id, (i64, i64)>> {
    let rows: Vec<(Id, i64, i64)> = deliveries::table
        .filter(visible!(deliveries, scope, documents_kind::DELIVERY))
        .filter(deliveries::document_id.eq_any(ids.to_vec()))
        .filter(deliveries::sender_id.eq(issuer))
        .filter(deliveries::parent_id.is_null())
        .group_by(deliveries::document_id)
        .select((deliveries::document_id, diesel::dsl::count(deliveries::id), diesel::dsl::count(deliveries::acknowledged_on)))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, sent, acknowledged)| (id, (sent, acknowledged))).collect())
}

/// The deliveries of a document that the caller sees, in the order in which they were made.
pub fn deliveries(conn: &mut Conn, scope: &Scope, document: Id, receiver: Option<Id>, by: NaiveDate) -> Result<Vec<Delivery>> {
    let mut query = deliveries::table
        .filter(visible!(deliveries, scope, documents_kind::DELIVERY))
        .filter(deliveries::document_id.eq(document))
        .filter(deliveries::sent_on.le(by))
        .into_boxed::<MultiBackend>();
    if let Some(receiver) = receiver {
        query = query.filter(deliveries::receiver_id.eq(receiver));
    }
    Ok(query.order((deliveries::created_at, deliveries::id)).select(Delivery::as_select()).load(conn)?)
}

/// What was raised by a day and had no answer before it, oldest first, with the plan's code. What ended on the day itself may
/// have done so after the snapshot.
pub fn obstacles(conn: &mut Conn, scope: &Scope, narrow: &Narrow, by: NaiveDate) -> Result<Vec<(Recommendation, Option<String>)>> {
    let mut query = recommendations::table
        .filter(visible!(recommendations, scope, crate::recommendations::model::KIND))
        .filter(recommendations::raised_on.le(by))
        .filter(recommendations::answered_on.is_null().or(recommendations::answered_on.ge(by).assume_not_null()))
        .filter(recommendations::closed_on.is_null().or(recommendations::closed_on.ge(by).assume_not_null()))
        .into_boxed::<MultiBackend>();
    if let Some(from) = narrow.from {
        query = query.filter(recommendations::raised_on.ge(from));
    }
    if let Some(to) = narrow.to {
        query = query.filter(recommendations::raised_on.le(to));
    }
    if let Some(plan) = narrow.plan {
        query = query.filter(recommendations::plan_id.eq(plan));
    }
    let rows: Vec<Recommendation> = query.order((recommendations::raised_on, recommendations::id)).select(Recommendation::as_select()).load(conn)?;
    let mut named: Vec<Id> = rows.iter().filter_map(|r| r.plan_id).collect();
    named.sort_unstable();
    named.dedup();
    let codes: HashMap<Id, String> =
        plans::table.filter(plans::id.eq_any(named)).select((plans::id, plans::code)).load::<(Id, String)>(conn)?.into_iter().collect();
    Ok(rows
        .into_iter()
        .map(|r| {
            let code = r.plan_id.and_then(|id| codes.get(&id).cloned());
            (r, code)
        })
        .collect())
}

/// Kinds of record as the access table names them.
mod documents_kind {
    use crate::documents;
    pub const ARRIVAL: &str = documents::arrivals::model::KIND;
    pub const DELIVERY: &str = documents::deliveries::model::KIND;
    pub const DOCUMENT: &str = documents::model::KIND;
}
