//! What happened, written in the transaction of the change. The audit trail, notices and the feed only read it.

use crate::{
    ask::Ask,
    db::{Conn, Json},
    error::Result,
    id::Id,
    schema::{access_log, journal},
    time::Stamp,
};
use diesel::prelude::*;
use serde::Serialize;
use std::sync::atomic::Ordering;

/// One record changed by one act.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = journal, treat_none_as_default_value = false)]
pub struct Entry {
    /// Stable id of the event.
    pub id: Id,
    /// The request that it belongs to.
    pub act_id: Id,
    /// Place in the gapless sequence; none until the sequencer has seen it.
    pub seq: Option<i64>,
    /// SHA-256 over this entry and the hash before it.
    pub hash: Option<String>,
    /// When.
    pub at: Stamp,
    /// Who.
    pub user_id: Option<Id>,
    /// For which organisation.
    pub organization_id: Option<Id>,
    /// In which province.
    pub province_id: Option<Id>,
    /// Whose record it is.
    pub owner_organization_id: Option<Id>,
    /// What kind of record.
    pub kind: String,
    /// Which record.
    pub record_id: Id,
    /// Its version after the act.
    pub record_version: Option<i32>,
    /// What was done.
    pub action: String,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// The record before.
    pub before: Option<Json>,
    /// The record after.
    pub after: Option<Json>,
    /// `X-Request-Id`.
    pub request_id: String,
    /// From where.
    pub address: Option<String>,
}

/// What an entry says of the record.
#[derive(Debug)]
pub struct Change<'a> {
    /// Kind of record, as in [`crate::schema::access`].
    pub kind: &'a str,
    /// The record.
    pub id: Id,
    /// Its version after the act.
    pub version: Option<i32>,
    /// Whose it is.
    pub owner: Option<Id>,
    /// The province it belongs to.
    pub province: Option<Id>,
    /// What was done, in one word.
    pub action: &'a str,
    /// Why, in the caller's words.
    pub reason: Option<&'a str>,
}

/// Says that a record was changed. A record that one act changes several times has one entry: as it was before the first
/// change and as it is after the last (RULES 22). Never pass secrets or refused text in `before` or `after`.
pub fn record(conn: &mut Conn, ask: &Ask, change: Change<'_>, before: Option<&impl Serialize>, after: Option<&impl Serialize>) -> Result<()> {
    let again = ask.conditions.journaled.load(Ordering::Relaxed);
    let entry = entry(ask, change, before, after)?;
    if again && amend(conn, &entry)? {
        return Ok(());
    }
    diesel::insert_into(journal::table).values(&entry).execute(conn)?;
    Ok(())
}

/// Writes the entries of an act that changes many records, each once: few statements, however many they are.
pub fn record_all(conn: &mut Conn, entries: &[Entry]) -> Result<()> {
    crate::insert_all!(conn, journal::table, entries)
}

/// One entry, to be written with others.
pub fn entry(ask: &Ask, change: Change<'_>, before: Option<&impl Serialize>, after: Option<&impl Serialize>) -> Result<Entry> {
    ask.conditions.journaled.store(true, Ordering::Relaxed);
    Ok(Entry {
        id: Id::fresh(),
        act_id: ask.act,
        seq: None,
        hash: None,
        at: ask.now,
        user_id: Some(ask.actor.user),
        organization_id: ask.actor.organization,
        province_id: change.province.or(ask.actor.province),
        owner_organization_id: change.owner,
        kind: change.kind.to_owned(),
        record_id: change.id,
        record_version: change.version,
        action: change.action.to_owned(),
        reason: change.reason.map(str::to_owned),
        before: before.map(|b| serde_json::to_value(b).map(Json)).transpose()?,
        after: after.map(|a| serde_json::to_value(a).map(Json)).transpose()?,
        request_id: ask.request.clone(),
        address: ask.address.clone(),
    })
}

/// Brings this act's own entry of the record up to date, where there is one that is not sealed yet.
fn amend(conn: &mut Conn, new: &Entry) -> Result<bool> {
    let latest: Option<(Id, Id, String)> = journal::table
        .filter(journal::record_id.eq(new.record_id))
        .order(journal::id.desc())
        .select((journal::id, journal::act_id, journal::kind))
        .first(conn)
        .optional()?;
    let Some((id, ..)) = latest.filter(|(_, act, kind)| *act == new.act_id && *kind == new.kind) else { return Ok(false) };
    let own = journal::table.find(id).filter(journal::seq.is_null());
    let amended = diesel::update(own).set((journal::record_version.eq(new.record_version), journal::after.eq(&new.after))).execute(conn)?;
    if let Some(reason) = &new.reason {
        diesel::update(own).set(journal::reason.eq(reason)).execute(conn)?;
    }
    if let Some(owner) = new.owner_organization_id {
        diesel::update(own).set(journal::owner_organization_id.eq(owner)).execute(conn)?;
    }
    Ok(amended == 1)
}

/// No record to show: for `before` of a creation and `after` of a deletion.
pub const NOTHING: Option<&()> = None;

/// A sensitive read: content of the journal, another organisation's attachment. It goes to the access log, never to the
/// journal, and is written before the answer leaves the house ([`crate::http::Call::witnessed`]).
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = access_log, treat_none_as_default_value = false)]
pub struct Sighting {
    /// Its id.
    pub id: Id,
    /// When.
    pub at: Stamp,
    /// Who.
    pub user_id: Option<Id>,
    /// For which organisation.
    pub organization_id: Option<Id>,
    /// Of which province the record is.
    pub province_id: Option<Id>,
    /// What kind of record.
    pub kind: String,
    /// Which record; none for a list.
    pub record_id: Option<Id>,
    /// What was looked at, in one word (`list`, `read`, `download`).
    pub what: String,
    /// `X-Request-Id`.
    pub request_id: String,
    /// From where.
    pub address: Option<String>,
}

impl Sighting {
    /// That this caller has looked at a record of a province (the caller's own where none is named), or at a list.
    pub fn of(ask: &Ask, kind: &str, record: Option<Id>, province: Option<Id>, what: &str) -> Self {
        Self {
            id: Id::fresh(),
            at: ask.now,
            user_id: Some(ask.actor.user),
            organization_id: ask.actor.organization,
            province_id: province.or(ask.actor.province),
            kind: kind.to_owned(),
            record_id: record,
            what: what.to_owned(),
            request_id: ask.request.clone(),
            address: ask.address.clone(),
        }
    }
}

/// Writes sensitive reads to the access log.
pub fn witness(conn: &mut Conn, sightings: &[Sighting]) -> Result<()> {
    crate::insert_all!(conn, access_log::table, sightings)
}
