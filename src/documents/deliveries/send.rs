//! Making deliveries, with the rights that go with them.

use super::{
    super::{
        kinds::Purpose,
        model::{Document, KIND as DOCUMENT},
        store as documents,
    },
    model::{Delivery, DeliveryState, KIND},
    store,
};
use crate::{
    ask::Ask,
    authz::{Audience, Relations},
    db::Conn,
    error::Result,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations,
};
use chrono::NaiveDate;
use std::collections::HashMap;

/// What is sent to whom.
#[derive(Debug, Clone)]
pub struct Dispatch<'a> {
    pub document: &'a Document,
    /// None where the document came outside the system: the receiver's own copy.
    pub sender: Option<Id>,
    /// The delivery that is passed on.
    pub parent: Option<&'a Delivery>,
    /// Each organisation with why it receives it.
    pub receivers: Vec<(Id, Purpose)>,
    pub on: NaiveDate,
    pub by_document: Option<Id>,
    pub instruction: Option<String>,
}

/// Sends: one delivery for each organisation that has none yet. Answers the new ones.
pub fn dispatch(conn: &mut Conn, ask: &Ask, dispatch: Dispatch<'_>) -> Result<Vec<Delivery>> {
    let document = dispatch.document;
    let there = store::of_document(conn, document.id)?;
    let mut rows: Vec<Delivery> = Vec::new();
    for (receiver, purpose) in &dispatch.receivers {
        let has = |all: &[Delivery]| all.iter().any(|d| d.receiver_id == *receiver);
        if has(&there) || has(&rows) {
            continue;
        }
        let on_arrival = dispatch.sender.is_none();
        rows.push(Delivery {
            id: Id::fresh(),
            province_id: document.province_id,
            audience: Audience::Related as i32,
            document_id: document.id,
            parent_id: dispatch.parent.map(|p| p.id),
            sender_id: dispatch.sender,
            receiver_id: *receiver,
            purpose: *purpose,
            state: if on_arrival { DeliveryState::Delivered } else { DeliveryState::Sent },
            sent_on: dispatch.on,
            delivered_on: on_arrival.then_some(dispatch.on),
            acknowledged_on: None,
            disseminated_on: None,
            dissemination: None,
            by_document_id: dispatch.by_document,
            instruction: dispatch.instruction.clone(),
            entered_by_id: None,
            evidence_document_id: None,
            version: 1,
            created_at: ask.now,
            updated_at: ask.now,
        });
    }
    if rows.is_empty() {
        return Ok(rows);
    }
    store::insert_many(conn, &rows)?;
    let receivers: Vec<Id> = rows.iter().map(|d| d.receiver_id).collect();
    grant(conn, document, &rows, &there)?;
    if !document.is_copy() || dispatch.parent.is_some() {
        let related: Vec<(Id, Relations)> = receivers.iter().map(|r| (*r, Relations::RECIPIENT)).collect();
        documents::relate_all(conn, DOCUMENT, document.id, &related)?;
        if let Some(letter) = dispatch.by_document {
            documents::relate_all(conn, DOCUMENT, letter, &related)?;
        }
    }
    for delivery in &rows {
        journal::record(conn, ask, change(delivery, "send", None), NOTHING, Some(&super::workflow::bare(delivery)?))?;
    }
    Ok(rows)
}

/// Who may see and do what with new deliveries: the issuer looks on, those above see their branch, the sender of one to an
/// organisation without users enters its answers.
pub fn grant(conn: &mut Conn, document: &Document, new: &[Delivery], there: &[Delivery]) -> Result<()> {
    let receivers: Vec<Id> = new.iter().map(|d| d.receiver_id).collect();
    let without_users: Vec<Id> = organizations::find_many(conn, &receivers)?.into_iter().filter(|o| !o.has_users).map(|o| o.id).collect();
    let mut rows = Vec::new();
    for delivery in new {
        let mut held: HashMap<Id, Relations> = HashMap::new();
        let mut give = |organization: Id, relations: Relations| {
            let all = held.entry(organization).or_default();
            *all = all.and(relations);
        };
        give(delivery.receiver_id, Relations::RECIPIENT);
        if let Some(sender) = delivery.sender_id {
            give(sender, Relations::OWNER);
            if without_users.contains(&delivery.receiver_id) {
                give(sender, Relations::RECEIVER);
            }
        }
        if let Some(owner) = document.owner() {
            give(owner, Relations::MONITOR);
        }
        let mut above = delivery.parent_id;
        while let Some(parent) = above.and_then(|id| there.iter().chain(new).find(|d| d.id == id)) {
            give(parent.receiver_id, Relations::PARENT);
            above = parent.parent_id;
        }
        rows.extend(held.into_iter().map(|(organization_id, relations)| documents::AccessRow {
            organization_id,
            kind: KIND,
            record_id: delivery.id,
            relations: relations.0,
        }));
    }
    documents::add_access(conn, &rows)
}

/// What the journal says of a delivery.
pub fn change<'a>(delivery: &Delivery, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change {
        kind: KIND,
        id: delivery.id,
        version: Some(delivery.version),
        owner: delivery.sender_id.or(Some(delivery.receiver_id)),
        province: Some(delivery.province_id),
        action,
        reason,
    }
}
