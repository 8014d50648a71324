use super::model::{Delivery, DeliveryBox, DeliveryFilter, DeliverySort, DeliveryState, KIND};
use crate::{
    authz::{Relations, Scope},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    insert_all, keyset,
    page::{Page, Paging},
    schema::{access, deliveries},
    time::Stamp,
    visible,
};
use diesel::prelude::*;
use std::collections::HashMap;

pub fn find(conn: &mut Conn, id: Id) -> Result<Delivery> {
    deliveries::table.find(id).select(Delivery::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// All deliveries of a document, in the order in which they were made.
pub fn of_document(conn: &mut Conn, document: Id) -> Result<Vec<Delivery>> {
    let query = deliveries::table.filter(deliveries::document_id.eq(document)).order((deliveries::created_at, deliveries::id));
    Ok(query.select(Delivery::as_select()).load(conn)?)
}

/// The delivery of a document to an organisation.
pub fn to(conn: &mut Conn, document: Id, receiver: Id) -> Result<Option<Delivery>> {
    let query = deliveries::table.filter(deliveries::document_id.eq(document)).filter(deliveries::receiver_id.eq(receiver));
    Ok(query.select(Delivery::as_select()).first(conn).optional()?)
}

pub fn insert_many(conn: &mut Conn, rows: &[Delivery]) -> Result<()> {
    insert_all!(conn, deliveries::table, rows)
}

/// Writes the record back if nobody has changed it meanwhile.
pub fn update(conn: &mut Conn, before: &Delivery, after: &Delivery) -> Result<()> {
    let record = deliveries::table.filter(deliveries::id.eq(before.id)).filter(deliveries::version.eq(before.version));
    let moved = diesel::update(record).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// The caller's relations to many deliveries.
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
pub fn list(conn: &mut Conn, scope: &Scope, of: Option<Id>, filter: &DeliveryFilter, paging: &Paging) -> Result<Page<Delivery>> {
    let query = || {
        let mut query = deliveries::table.filter(visible!(deliveries, scope, KIND)).into_boxed::<MultiBackend>();
        if let Some(document) = of {
            query = query.filter(deliveries::document_id.eq(document));
        }
        query = filter.by.narrow(query);
        match filter.is_answered {
            Some(true) => query = query.filter(deliveries::acknowledged_on.is_not_null()),
            Some(false) => query = query.filter(deliveries::acknowledged_on.is_null()),
            None => {}
        }
        match (filter.side, scope.organization) {
            (Some(DeliveryBox::Sent), Some(own)) => query = query.filter(deliveries::sender_id.eq(own)),
            (Some(DeliveryBox::Received), Some(own)) => query = query.filter(deliveries::receiver_id.eq(own)),
            _ => {}
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Delivery::as_select()));
    let key = |d: &Delivery| (d.created_at, d.id);
    let page = match filter.sort.unwrap_or_default() {
        DeliverySort::Oldest => {
            let rows = keyset!(rows, paging, "created_at", deliveries::created_at => Stamp, deliveries::id, asc).load(conn)?;
            Page::of(rows, limit, "created_at", key)?
        }
        DeliverySort::Newest => {
            let rows = keyset!(rows, paging, "-created_at", deliveries::created_at => Stamp, deliveries::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", key)?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

impl Delivery {
    /// Whether the receiver has acknowledged it.
    pub fn is_answered(&self) -> bool {
        matches!(self.state, DeliveryState::Acknowledged | DeliveryState::Disseminated)
    }
}
