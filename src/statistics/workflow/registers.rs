//! The registers of documents that came and that went out. A register shows records, so who sees a line is for the
//! policies of arrivals and documents to say. Its lines are as they stand now, and so is the state that it names.

use super::narrow;
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    documents::{
        self, Document,
        arrivals::{self, model::ArrivalAction},
        deliveries::{self, model::DeliveryAction},
        kinds::DocumentAction,
    },
    error::Result,
    id::Id,
    page::Paging,
    statistics::{
        model::{Cut, IncomingReport, IncomingRow, OutgoingReport, OutgoingRow, ReportFilter},
        rewind::Rewind,
        store::{Names, papers},
    },
};
use std::collections::HashMap;

/// A page of the register of what came: five statements.
pub fn incoming(conn: &mut Conn, ask: &Ask, filter: &ReportFilter, paging: &Paging, cut: &Cut) -> Result<IncomingReport> {
    let scope = authz::scope(arrivals::policy::RULES, &ask.actor, ArrivalAction::View)?;
    let narrow = narrow(filter)?;
    let receiver = filter.organization_id.map_or_else(|| ask.actor.organization(), Ok)?;
    let page = papers::arrivals(conn, &scope, receiver, &narrow, paging)?;
    let ids: Vec<Id> = page.items.iter().filter_map(|a| a.document_id).collect();
    let documents: HashMap<Id, Document> = documents::find_many(conn, &ids)?.into_iter().map(|d| (d.id, d)).collect();
    let mut named: Vec<Id> = vec![receiver];
    named.extend(page.items.iter().flat_map(|a| [a.issuer_id, a.handling_unit_id]).flatten());
    named.extend(documents.values().filter_map(|d| d.issuer_id));
    let names = Names::read(conn, named, &Rewind::default())?;
    let items = page.items.into_iter().map(|a| {
        let document = a.document_id.and_then(|id| documents.get(&id));
        let issuer = a.issuer_id.or(document.and_then(|d| d.issuer_id));
        let receiver = names.of(a.receiver_id);
        IncomingRow {
            arrival_id: a.id,
            register: a.register,
            year: a.year,
            number: a.number,
            arrived_on: a.arrived_on,
            organization_id: a.receiver_id,
            organization_code: receiver.code,
            organization_name: receiver.name,
            document_id: a.document_id,
            document_kind: document.map(|d| d.kind),
            notation_text: document.and_then(Document::notation_text),
            issued_on: document.and_then(|d| d.issued_on),
            issuer_id: issuer,
            issuer: names.name(issuer).or(a.issuer_text).or_else(|| document.and_then(|d| d.issuer_text.clone())),
            summary: document.and_then(|d| d.summary.clone()),
            handling_unit_id: a.handling_unit_id,
            handling_unit: names.name(a.handling_unit_id).or(a.handling_text),
            instruction: a.instruction,
            due_on: a.due_on,
        }
    });
    Ok(IncomingReport {
        snapshot: cut.present().to_string(),
        as_of: cut.as_of,
        filter: filter.clone(),
        items: items.collect(),
        next_cursor: page.next,
        total: page.total,
    })
}

/// A page of the register of what went out: four statements.
pub fn outgoing(conn: &mut Conn, ask: &Ask, filter: &ReportFilter, paging: &Paging, cut: &Cut) -> Result<OutgoingReport> {
    let scope = authz::scope(documents::policy::RULES, &ask.actor, DocumentAction::View)?;
    // Whoever reads a document need not see to whom else it went.
    let on_the_way = authz::scope(deliveries::policy::RULES, &ask.actor, DeliveryAction::View)?;
    let narrow = narrow(filter)?;
    let issuer = filter.organization_id.map_or_else(|| ask.actor.organization(), Ok)?;
    let page = papers::issued(conn, &scope, issuer, &narrow, paging)?;
    let ids: Vec<Id> = page.items.iter().map(|d| d.id).collect();
    let sent = papers::sent(conn, &on_the_way, &ids, issuer)?;
    let names = Names::read(conn, [issuer], &Rewind::default())?;
    let mut items = Vec::with_capacity(page.items.len());
    for d in page.items {
        let signer = d.details()?.signer;
        let (sent, acknowledged) = sent.get(&d.id).copied().unwrap_or_default();
        let called = d.issuer_id.map(|id| names.of(id));
        items.push(OutgoingRow {
            document_id: d.id,
            document_kind: d.kind,
            notation_text: d.notation_text(),
            issued_on: d.issued_on,
            issuer_id: d.issuer_id,
            issuer_code: called.as_ref().map(|c| c.code.clone()),
            issuer: called.map(|c| c.name).or(d.issuer_text),
            signer: signer.as_ref().and_then(|s| s.name.clone()),
            signer_position: signer.and_then(|s| s.position),
            number: d.number,
            symbol: d.symbol,
            summary: d.summary,
            state: d.state,
            sent,
            acknowledged,
        });
    }
    Ok(OutgoingReport { snapshot: cut.present().to_string(), as_of: cut.as_of, filter: filter.clone(), items, next_cursor: page.next, total: page.total })
}

/// Lines that are read at a time for a whole register.
const PAGE: i64 = 1_000;

fn page(cursor: Option<String>) -> Paging {
    Paging { limit: Some(PAGE), cursor, ..Paging::default() }
}

/// The whole register of what came.
pub fn all_incoming(conn: &mut Conn, ask: &Ask, filter: &ReportFilter, cut: &Cut) -> Result<IncomingReport> {
    let mut whole = incoming(conn, ask, filter, &page(None), cut)?;
    while let Some(cursor) = whole.next_cursor.take() {
        let next = incoming(conn, ask, filter, &page(Some(cursor)), cut)?;
        whole.items.extend(next.items);
        whole.next_cursor = next.next_cursor;
    }
    Ok(whole)
}

/// The whole register of what went out.
pub fn all_outgoing(conn: &mut Conn, ask: &Ask, filter: &ReportFilter, cut: &Cut) -> Result<OutgoingReport> {
    let mut whole = outgoing(conn, ask, filter, &page(None), cut)?;
    while let Some(cursor) = whole.next_cursor.take() {
        let next = outgoing(conn, ask, filter, &page(Some(cursor)), cut)?;
        whole.items.extend(next.items);
        whole.next_cursor = next.next_cursor;
    }
    Ok(whole)
}
