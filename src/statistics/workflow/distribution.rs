//! Where a document went, and what became of it there: the tree as far as the caller sees it.

use super::provinces;
use crate::{
    ask::Ask,
    authz,
    db::{Conn, Json},
    documents::{
        self,
        deliveries::{
            self, Delivery, DeliveryState,
            model::{DeliveryAction, Dissemination, KIND},
        },
    },
    error::{Error, Result},
    id::Id,
    statistics::{
        model::{Cut, DistributionReport, DistributionRow, ReportFilter},
        rewind::{Rewind, Was},
        store::{Names, papers},
    },
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};

/// A delivery as the journal shows it.
#[derive(Debug, Deserialize)]
struct DeliveryThen {
    sender_id: Option<Id>,
    delivered_on: Option<NaiveDate>,
    acknowledged_on: Option<NaiveDate>,
    disseminated_on: Option<NaiveDate>,
    dissemination: Option<Json>,
}

/// What a delivery was: none where there was none. A day may be named later than it was, so the days alone do not tell.
fn then(delivery: Delivery, rewind: &Rewind) -> Result<Option<Delivery>> {
    Ok(match rewind.of::<DeliveryThen>(KIND, delivery.id)? {
        Was::Nothing => None,
        Was::Same => Some(delivery),
        Was::Changed(was) => Some(Delivery {
            sender_id: was.sender_id,
            delivered_on: was.delivered_on,
            acknowledged_on: was.acknowledged_on,
            disseminated_on: was.disseminated_on,
            dissemination: was.dissemination,
            ..delivery
        }),
    })
}

/// The rows of the tree, each below the one that passed it on: eight statements or so.
pub fn report(conn: &mut Conn, ask: &Ask, filter: &ReportFilter, cut: &Cut) -> Result<DistributionReport> {
    let document = filter.document_id.ok_or_else(|| Error::fault("document_id", "required", "Hãy nêu văn bản.", "Name the document."))?;
    documents::find_visible(conn, ask, document)?;
    let scope = authz::scope(deliveries::policy::RULES, &ask.actor, DeliveryAction::View)?;
    let now = papers::deliveries(conn, &scope, document, filter.organization_id, cut.as_of)?;
    let ids: Vec<Id> = now.iter().map(|d| d.id).collect();
    let rewind = Rewind::of_records(conn, KIND, &ids, cut.seq)?.and(Rewind::read(conn, &provinces(&ask.actor), &["organization"], cut.seq)?);
    let mut all = Vec::with_capacity(now.len());
    for delivery in now {
        all.extend(then(delivery, &rewind)?);
    }
    let names = Names::read(conn, all.iter().flat_map(|d| [d.sender_id, Some(d.receiver_id)]).flatten(), &rewind)?;
    let shown: HashSet<Id> = all.iter().map(|d| d.id).collect();
    let mut below: BTreeMap<Option<Id>, Vec<Delivery>> = BTreeMap::new();
    for delivery in all {
        below.entry(delivery.parent_id.filter(|id| shown.contains(id))).or_default().push(delivery);
    }
    for children in below.values_mut() {
        children.sort_by_key(|d| (names.of(d.receiver_id).code, d.id));
        children.reverse();
    }
    let mut items = Vec::with_capacity(shown.len());
    let mut open: Vec<(i64, Delivery)> = below.remove(&None).into_iter().flatten().map(|d| (1, d)).collect();
    while let Some((depth, delivery)) = open.pop() {
        open.extend(below.remove(&Some(delivery.id)).into_iter().flatten().map(|d| (depth + 1, d)));
        items.push(row(depth, delivery, &names, cut.as_of)?);
    }
    Ok(DistributionReport::new(cut, filter, items))
}

fn row(depth: i64, d: Delivery, names: &Names, as_of: NaiveDate) -> Result<DistributionRow> {
    let by = |day: Option<NaiveDate>| day.filter(|day| *day <= as_of);
    let (delivered, acknowledged, disseminated) = (by(d.delivered_on), by(d.acknowledged_on), by(d.disseminated_on));
    let how: Option<Dissemination> = d.dissemination.filter(|_| disseminated.is_some()).map(|how| serde_json::from_value(how.0)).transpose()?;
    let taken = |day: NaiveDate| (day - d.sent_on).num_days();
    let state = match (disseminated, acknowledged, delivered) {
        (Some(_), ..) => DeliveryState::Disseminated,
        (_, Some(_), _) => DeliveryState::Acknowledged,
        (.., Some(_)) => DeliveryState::Delivered,
        _ => DeliveryState::Sent,
    };
    let is_answered = matches!(state, DeliveryState::Acknowledged | DeliveryState::Disseminated);
    let receiver = names.of(d.receiver_id);
    Ok(DistributionRow {
        delivery_id: d.id,
        parent_id: d.parent_id,
        depth,
        sender_id: d.sender_id,
        sender_name: names.name(d.sender_id),
        receiver_id: d.receiver_id,
        receiver_code: receiver.code,
        receiver_name: receiver.name,
        purpose: d.purpose,
        state,
        sent_on: d.sent_on,
        delivered_on: delivered,
        acknowledged_on: acknowledged,
        days_to_acknowledge: acknowledged.map(taken),
        is_answered,
        days_waiting: (!is_answered).then(|| taken(as_of)),
        disseminated_on: disseminated,
        days_to_disseminate: disseminated.map(taken),
        dissemination_form: how.as_ref().and_then(|h| h.form.clone()),
        people_count: how.and_then(|h| h.people_count),
    })
}
