use super::MOST;
use crate::{
    authz::Position,
    db::Conn,
    error::Result,
    id::Id,
    notices::model::{Desk, Found, NoticeKind},
    schema::{arrivals, deliveries, documents},
    time::Stamp,
};
use chrono::{Days, NaiveDate};
use diesel::prelude::*;

/// Days before an arrival is to be handled at which it is near.
const NEAR: u64 = 7;
/// Days that an arrival without a day stays in the inbox of the officer it was given to; the register does not say when
/// it has been handled.
const FRESH: u64 = 14;

/// Distribution for the clerk, drafts for the leader, arrivals for the officer who is named.
pub fn gather(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    match desk.position {
        Position::Clerk => {
            unanswered(conn, desk, found)?;
            outgoing(conn, desk, found, "signed")?;
        }
        Position::Leader => outgoing(conn, desk, found, "draft")?,
        _ => {}
    }
    given(conn, desk, found)
}

fn called(summary: Option<String>, code: &str) -> String {
    summary.unwrap_or_else(|| code.to_owned())
}

/// What was sent here and nobody has acknowledged.
fn unanswered(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    let rows: Vec<(Id, String, NaiveDate, String, Option<String>)> = deliveries::table
        .inner_join(documents::table.on(documents::id.eq(deliveries::document_id)))
        .filter(deliveries::receiver_id.eq(desk.organization))
        .filter(deliveries::state.eq_any(["sent", "delivered"]))
        .order((deliveries::sent_on, deliveries::id))
        .limit(MOST)
        .select((deliveries::id, deliveries::state, deliveries::sent_on, documents::code, documents::summary))
        .load(conn)?;
    for (id, state, since, code, summary) in rows {
        found.push(Found {
            kind: NoticeKind::DeliveryToAcknowledge,
            record_kind: "delivery",
            record_id: id,
            title: called(summary, &code),
            record_code: Some(code),
            due_on: None,
            near: NEAR,
            since,
            waits_for_me: true,
            actions: if state == "sent" { vec!["deliver", "acknowledge"] } else { vec!["acknowledge"] },
        });
    }
    Ok(())
}

/// The organisation's own documents that wait for a signature, or for a number.
fn outgoing(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>, state: &'static str) -> Result<()> {
    let rows: Vec<(Id, Stamp, String, Option<String>)> = documents::table
        .filter(documents::issuer_id.eq(desk.organization))
        .filter(documents::state.eq(state))
        .order((documents::sorted_on, documents::id))
        .limit(MOST)
        .select((documents::id, documents::updated_at, documents::code, documents::summary))
        .load(conn)?;
    let to_sign = state == "draft";
    for (id, since, code, summary) in rows {
        found.push(Found {
            kind: if to_sign { NoticeKind::DocumentToSign } else { NoticeKind::DocumentToIssue },
            record_kind: "document",
            record_id: id,
            title: called(summary, &code),
            record_code: Some(code),
            due_on: None,
            near: NEAR,
            since: since.day(),
            waits_for_me: true,
            actions: vec![if to_sign { "sign" } else { "issue" }],
        });
    }
    Ok(())
}

/// Arrivals that were given to this very person (bút phê).
fn given(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    type Row = (Id, i32, NaiveDate, Option<NaiveDate>, Option<Stamp>, Option<String>, Option<String>);
    let fresh = desk.today.checked_sub_days(Days::new(FRESH)).unwrap_or(desk.today);
    let rows: Vec<Row> = arrivals::table
        .left_join(documents::table.on(arrivals::document_id.eq(documents::id.nullable())))
        .filter(arrivals::officer_id.eq(desk.user))
        // Somebody with posts in several organisations has an inbox in each.
        .filter(arrivals::receiver_id.eq(desk.organization).or(arrivals::handling_unit_id.eq(desk.organization).assume_not_null()))
        .filter(arrivals::due_on.ge(fresh).assume_not_null().or(
            arrivals::due_on.is_null().and(arrivals::assigned_at.ge(desk.now.plus_seconds(-86_400 * i64::try_from(FRESH).unwrap_or(14))).assume_not_null()),
        ))
        .order((arrivals::arrived_on, arrivals::id))
        .limit(MOST)
        .select((
            arrivals::id,
            arrivals::number,
            arrivals::arrived_on,
            arrivals::due_on,
            arrivals::assigned_at,
            documents::summary.nullable(),
            arrivals::instruction,
        ))
        .load(conn)?;
    for (id, number, arrived, due_on, assigned, summary, instruction) in rows {
        found.push(Found {
            kind: NoticeKind::ArrivalToHandle,
            record_kind: "arrival",
            record_id: id,
            record_code: Some(number.to_string()),
            title: summary.or(instruction).unwrap_or_else(|| format!("Số đến {number}")),
            due_on,
            near: NEAR,
            since: assigned.map_or(arrived, Stamp::day),
            waits_for_me: true,
            actions: vec![],
        });
    }
    Ok(())
}
