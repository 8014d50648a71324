use super::MOST;
use crate::{
    authz::Position,
    db::Conn,
    documents::{
        deliveries::model::DeliveryState,
        waiting::{self, Outgoing},
    },
    error::Result,
    notices::model::{Desk, Found, NoticeKind},
    time::Stamp,
};
use chrono::Days;

/// Days before an arrival is to be handled at which it is near.
const NEAR: u64 = 7;
/// Days that an arrival without a day stays in the inbox of the officer it was given to.
const FRESH: u64 = 14;

/// Distribution for the clerk, drafts for the leader, arrivals for the officer who is named.
pub fn gather(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    match desk.position {
        Position::Clerk => {
            unanswered(conn, desk, found)?;
            let signed = waiting::to_issue(conn, desk.organization, MOST)?;
            found.extend(signed.into_iter().map(|o| outgoing(o, NoticeKind::DocumentToIssue, "issue")));
        }
        Position::Leader => {
            let drafts = waiting::to_sign(conn, desk.organization, MOST)?;
            found.extend(drafts.into_iter().map(|o| outgoing(o, NoticeKind::DocumentToSign, "sign")));
        }
        _ => {}
    }
    if desk.everybody { Ok(()) } else { given(conn, desk, found) }
}

fn called(summary: Option<String>, code: &str) -> String {
    summary.unwrap_or_else(|| code.to_owned())
}

/// What was sent here and nobody has acknowledged.
fn unanswered(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    for u in waiting::unanswered(conn, desk.organization, MOST)? {
        found.push(Found {
            kind: NoticeKind::DeliveryToAcknowledge,
            record_kind: "delivery",
            record_id: u.delivery_id,
            title: called(u.summary, &u.document_code),
            record_code: Some(u.document_code),
            due_on: None,
            near: NEAR,
            reminded_on: None,
            since: u.sent_on,
            waits_for_me: true,
            actions: if u.state == DeliveryState::Sent { vec!["deliver", "acknowledge"] } else { vec!["acknowledge"] },
        });
    }
    Ok(())
}

/// The organisation's own documents that wait for a signature, or for a number.
fn outgoing(o: Outgoing, kind: NoticeKind, action: &'static str) -> Found {
    Found {
        kind,
        record_kind: "document",
        record_id: o.document_id,
        title: called(o.summary, &o.code),
        record_code: Some(o.code),
        due_on: None,
        near: NEAR,
        reminded_on: None,
        since: o.updated_at.day(),
        waits_for_me: true,
        actions: vec![action],
    }
}

/// Arrivals that were given to this very person (bút phê).
fn given(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    let due_since = desk.today.checked_sub_days(Days::new(FRESH)).unwrap_or(desk.today);
    let given_since = desk.now.plus_seconds(-86_400 * i64::try_from(FRESH).unwrap_or(14));
    for g in waiting::given_to(conn, desk.user, desk.organization, due_since, given_since, MOST)? {
        found.push(Found {
            kind: NoticeKind::ArrivalToHandle,
            record_kind: "arrival",
            record_id: g.arrival_id,
            record_code: Some(g.number.to_string()),
            title: g.summary.or(g.instruction).unwrap_or_else(|| format!("Số đến {}", g.number)),
            due_on: g.due_on,
            near: NEAR,
            reminded_on: None,
            since: g.assigned_at.map_or(g.arrived_on, Stamp::day),
            waits_for_me: true,
            actions: vec![],
        });
    }
    Ok(())
}
