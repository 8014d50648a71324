//! What documents an organisation was given in some days, and what it made of them: for its reports.

use super::{
    deliveries::model::{DeliveryState, Dissemination},
    notation,
};
use crate::{
    db::{Conn, Json},
    documents::Notation,
    error::Result,
    id::Id,
    schema::{deliveries, documents},
};
use chrono::NaiveDate;
use diesel::prelude::*;

/// A document that came in.
#[derive(Debug, Clone)]
pub struct Received {
    pub delivery_id: Id,
    pub document_code: String,
    /// Number and symbol, where the text has them.
    pub notation_text: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub summary: Option<String>,
    pub state: DeliveryState,
    pub disseminated_on: Option<NaiveDate>,
    pub dissemination: Option<Dissemination>,
}

type Row = ((Id, DeliveryState, Option<NaiveDate>, Option<Json>), (String, Notation, Option<String>, Option<String>, Option<NaiveDate>, Option<String>));

/// What was sent to an organisation or made known there in `from..=to`, oldest first; at most `limit`.
pub fn received_by(conn: &mut Conn, organization: Id, from: Option<NaiveDate>, to: NaiveDate, limit: i64) -> Result<Vec<Received>> {
    let from = from.unwrap_or(NaiveDate::MIN).max(chrono::DateTime::<chrono::Utc>::UNIX_EPOCH.date_naive());
    let rows: Vec<Row> = deliveries::table
        .inner_join(documents::table.on(documents::id.eq(deliveries::document_id)))
        .filter(deliveries::receiver_id.eq(organization))
        .filter(deliveries::sent_on.between(from, to).or(deliveries::disseminated_on.between(from, to).assume_not_null()))
        .order((deliveries::sent_on, deliveries::id))
        .limit(limit)
        .select((
            (deliveries::id, deliveries::state, deliveries::disseminated_on, deliveries::dissemination),
            (documents::code, documents::notation, documents::number, documents::symbol, documents::issued_on, documents::summary),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|((delivery_id, state, disseminated_on, dissemination), (document_code, kind, number, symbol, issued_on, summary))| {
            Ok(Received {
                delivery_id,
                document_code,
                notation_text: notation::write(kind, number.as_deref(), symbol.as_deref()),
                issued_on,
                summary,
                state,
                disseminated_on: disseminated_on.filter(|day| (from..=to).contains(day)),
                dissemination: dissemination.map(|d| serde_json::from_value(d.0)).transpose()?,
            })
        })
        .collect()
}
