//! What waits for somebody of an organisation: the face that the inbox reads, so that states are named here alone.

use super::{deliveries::model::DeliveryState, kinds::DocumentState, model::KIND};
use crate::{
    authz::Relations,
    db::Conn,
    error::Result,
    id::Id,
    schema::{access, arrivals, deliveries, documents},
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;

/// A document that was sent here and that nobody has acknowledged.
#[derive(Debug, Clone, Queryable)]
pub struct Unanswered {
    pub delivery_id: Id,
    pub state: DeliveryState,
    pub sent_on: NaiveDate,
    pub document_code: String,
    pub summary: Option<String>,
}

/// What was sent to an organisation and nobody there has acknowledged, oldest first.
pub fn unanswered(conn: &mut Conn, organization: Id, limit: i64) -> Result<Vec<Unanswered>> {
    Ok(deliveries::table
        .inner_join(documents::table.on(documents::id.eq(deliveries::document_id)))
        .filter(deliveries::receiver_id.eq(organization))
        .filter(deliveries::state.eq_any([DeliveryState::Sent, DeliveryState::Delivered]))
        .order((deliveries::sent_on, deliveries::id))
        .limit(limit)
        .select((deliveries::id, deliveries::state, deliveries::sent_on, documents::code, documents::summary))
        .load(conn)?)
}

/// A document of the organisation's own on its way out.
#[derive(Debug, Clone, Queryable)]
pub struct Outgoing {
    pub document_id: Id,
    pub updated_at: Stamp,
    pub code: String,
    pub summary: Option<String>,
}

/// An organisation's own documents that wait for a signature.
pub fn to_sign(conn: &mut Conn, organization: Id, limit: i64) -> Result<Vec<Outgoing>> {
    outgoing(conn, organization, DocumentState::Draft, limit)
}

/// Documents that wait for a number: the organisation's own, and those of the body whose office it is.
pub fn to_issue(conn: &mut Conn, organization: Id, limit: i64) -> Result<Vec<Outgoing>> {
    outgoing(conn, organization, DocumentState::Signed, limit)
}

fn outgoing(conn: &mut Conn, organization: Id, state: DocumentState, limit: i64) -> Result<Vec<Outgoing>> {
    // The bit of an office is the highest there is, so that a row with it is not below it.
    let as_office = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(KIND))
        .filter(access::relations.ge(Relations::OFFICE.0))
        .select(access::record_id);
    Ok(documents::table
        .filter(documents::issuer_id.eq(organization).assume_not_null().or(documents::id.eq_any(as_office)))
        .filter(documents::state.eq(state))
        .order((documents::sorted_on, documents::id))
        .limit(limit)
        .select((documents::id, documents::updated_at, documents::code, documents::summary))
        .load(conn)?)
}

/// An arrival that was given to one person (bút phê).
#[derive(Debug, Clone, Queryable)]
pub struct Given {
    pub arrival_id: Id,
    pub number: i32,
    pub arrived_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub assigned_at: Option<Stamp>,
    pub summary: Option<String>,
    pub instruction: Option<String>,
}

/// Arrivals that were given to a person in one of the person's organisations: due since a day, or without a day and
/// given since a moment; the register does not say when one has been handled.
pub fn given_to(conn: &mut Conn, user: Id, organization: Id, due_since: NaiveDate, given_since: Stamp, limit: i64) -> Result<Vec<Given>> {
    let fresh = arrivals::due_on.is_null().and(arrivals::assigned_at.ge(given_since).assume_not_null());
    Ok(arrivals::table
        .left_join(documents::table.on(arrivals::document_id.eq(documents::id.nullable())))
        .filter(arrivals::officer_id.eq(user))
        // Somebody with posts in several organisations has an inbox in each.
        .filter(arrivals::receiver_id.eq(organization).or(arrivals::handling_unit_id.eq(organization).assume_not_null()))
        .filter(arrivals::due_on.ge(due_since).assume_not_null().or(fresh))
        .order((arrivals::arrived_on, arrivals::id))
        .limit(limit)
        .select((
            arrivals::id,
            arrivals::number,
            arrivals::arrived_on,
            arrivals::due_on,
            arrivals::assigned_at,
            documents::summary.nullable(),
            arrivals::instruction,
        ))
        .load(conn)?)
}
