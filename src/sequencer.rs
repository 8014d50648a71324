//! Gives committed journal entries their place: a gapless `seq`, and a hash that seals each to the one before.
//!
//! The order of `seq` is the order of sequencing, not that of `id`: on PostgreSQL an entry with a smaller id may be
//! committed later, and a reader that has passed its place must still meet it. One sequencer works at a time. Who
//! changes, drops or inserts a sealed entry breaks the chain from there on, and [`verify`] says where; who keeps the
//! head (`seq` and `hash`) elsewhere also notices entries cut off at the end.

use crate::{
    db::{self, Conn, Json, claim},
    error::Result,
    id::Id,
    journal::Entry,
    schema::journal,
    time::Stamp,
};
use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Serialises the sequencers of replicas.
const SEQUENCER_LOCK: i64 = 0x6e68_6970_6361_7502;
/// Entries sealed in one transaction.
pub const BATCH: i64 = 500;
/// What the first entry is sealed to.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What an entry's hash covers: everything that it says, and its place.
#[derive(Serialize)]
struct Sealed<'a> {
    seq: i64,
    id: Id,
    act_id: Id,
    at: Stamp,
    user_id: Option<Id>,
    organization_id: Option<Id>,
    province_id: Option<Id>,
    owner_organization_id: Option<Id>,
    kind: &'a str,
    record_id: Id,
    record_version: Option<i32>,
    action: &'a str,
    reason: Option<&'a str>,
    before: Option<&'a Json>,
    after: Option<&'a Json>,
    request_id: &'a str,
    address: Option<&'a str>,
}

/// SHA-256 over the hash before and the RFC 8785 JSON of the entry, in hexadecimal.
fn seal(previous: &str, seq: i64, entry: &Entry) -> Result<String> {
    let sealed = Sealed {
        seq,
        id: entry.id,
        act_id: entry.act_id,
        at: entry.at,
        user_id: entry.user_id,
        organization_id: entry.organization_id,
        province_id: entry.province_id,
        owner_organization_id: entry.owner_organization_id,
        kind: &entry.kind,
        record_id: entry.record_id,
        record_version: entry.record_version,
        action: &entry.action,
        reason: entry.reason.as_deref(),
        before: entry.before.as_ref(),
        after: entry.after.as_ref(),
        request_id: &entry.request_id,
        address: entry.address.as_deref(),
    };
    let mut digest = Sha256::new();
    digest.update(previous.as_bytes());
    digest.update(serde_json_canonicalizer::to_vec(&sealed)?);
    Ok(crate::http::hex(&digest.finalize()))
}

/// Whether an entry waits for its place: one look at an index that is empty when there is nothing to do.
pub fn waiting(conn: &mut Conn) -> Result<bool> {
    let first: Option<Id> = journal::table.filter(journal::seq.is_null()).order(journal::id).select(journal::id).first(conn).optional()?;
    Ok(first.is_some())
}

/// Seals up to `limit` waiting entries; says how many. 0 also where another process is at it.
///
/// Must be the first thing in its transaction: the claim decides how it reads.
pub fn sequence(conn: &mut Conn, limit: i64) -> Result<usize> {
    if !claim(conn, SEQUENCER_LOCK)? {
        return Ok(0);
    }
    let entries: Vec<Entry> = journal::table.filter(journal::seq.is_null()).order(journal::id).limit(limit).select(Entry::as_select()).load(conn)?;
    if entries.is_empty() {
        return Ok(0);
    }
    let (mut seq, mut hash) = head(conn)?.unwrap_or((0, GENESIS.to_owned()));
    for entry in &entries {
        seq += 1;
        hash = seal(&hash, seq, entry)?;
        db::update("journal", journal::id.eq(entry.id), (journal::seq.eq(seq), journal::hash.eq(&hash))).execute(conn)?;
    }
    Ok(entries.len())
}

/// The last sealed entry's place and hash; none where nothing is sealed yet.
pub fn head(conn: &mut Conn) -> Result<Option<(i64, String)>> {
    let last: Option<(Option<i64>, Option<String>)> =
        journal::table.filter(journal::seq.is_not_null()).order(journal::seq.desc()).select((journal::seq, journal::hash)).first(conn).optional()?;
    Ok(last.and_then(|(seq, hash)| seq.map(|seq| (seq, hash.unwrap_or_default()))))
}

/// What came of checking a stretch of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that were recomputed and found right.
    pub checked: i64,
    /// The first place where the chain is broken: an entry changed, missing or sealed to another predecessor.
    pub broken_at: Option<i64>,
    /// Hash of the last entry found right.
    pub hash: String,
}

/// Recomputes the chain from `from` to `to`, both included. The hash before `from` is taken as it stands.
pub fn verify(conn: &mut Conn, from: i64, to: i64) -> Result<Verdict> {
    let from = from.max(1);
    let mut verdict = Verdict { checked: 0, broken_at: None, hash: GENESIS.to_owned() };
    if from > 1 {
        let before: Option<Option<String>> = journal::table.filter(journal::seq.eq(from - 1)).select(journal::hash).first(conn).optional()?;
        match before.flatten() {
            Some(hash) => verdict.hash = hash,
            None => return Ok(Verdict { broken_at: Some(from - 1), ..verdict }),
        }
    }
    let mut next = from;
    while next <= to {
        let rows: Vec<Entry> = journal::table
            .filter(journal::seq.ge(next))
            .filter(journal::seq.le(to))
            .order(journal::seq.asc())
            .limit(BATCH)
            .select(Entry::as_select())
            .load(conn)?;
        if rows.is_empty() {
            // Entries are missing at the end of the stretch that was asked for.
            verdict.broken_at = Some(next);
            return Ok(verdict);
        }
        for entry in &rows {
            let hash = seal(&verdict.hash, next, entry)?;
            if entry.seq != Some(next) || entry.hash.as_deref() != Some(hash.as_str()) {
                verdict.broken_at = Some(next);
                return Ok(verdict);
            }
            verdict.hash = hash;
            verdict.checked += 1;
            next += 1;
        }
    }
    Ok(verdict)
}

#[cfg(test)]
mod tests;
