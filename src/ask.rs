//! One request, as a workflow sees it: who asks, when, in which language, and under which conditions.

use crate::{
    authz::Actor,
    db::{Conn, try_lock},
    error::{Error, Replay, Result},
    id::Id,
    schema::idempotency,
    time::Stamp,
    words::Lang,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What every verb is handed beside the connection.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who asks.
    pub actor: Actor,
    /// The moment of the request.
    pub now: Stamp,
    /// The legal date of the request (Asia/Ho_Chi_Minh).
    pub today: NaiveDate,
    /// Language of the answer.
    pub lang: Lang,
    /// One id for all journal entries of this request.
    pub act: Id,
    /// `X-Request-Id`.
    pub request: String,
    /// Where the request came from.
    pub address: Option<String>,
    /// `If-Match`, `Idempotency-Key`, `validate_only`.
    pub conditions: Conditions,
}

/// The conditions under which the caller wants a change made.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// The version that `If-Match` names.
    pub if_match: Option<i32>,
    /// Whether the operation requires `If-Match` (PATCH, DELETE, workflow steps).
    pub if_match_required: bool,
    /// `Idempotency-Key` with the fingerprint of the request.
    pub idempotency: Option<(String, String)>,
    /// Run every rule, commit nothing.
    pub validate_only: bool,
    /// Set by [`Ask::proceed`]; a write that never asked is a mistake of ours.
    pub proceeded: Arc<AtomicBool>,
    /// Set by the first entry in the journal: only from then on can a record have one already.
    pub journaled: Arc<AtomicBool>,
}

impl Ask {
    /// An ask of the program itself (seeding, background work), on behalf of an actor.
    pub fn internal(actor: Actor, now: Stamp) -> Self {
        let act = Id::fresh();
        Self { actor, now, today: now.day(), lang: Lang::Vi, act, request: format!("internal-{act}"), address: None, conditions: Conditions::default() }
    }
}

/// A kept answer: fingerprint, status, entity tag, location, body, when.
type FirstAnswer = (String, i32, Option<String>, Option<String>, String, Stamp);

/// Hours that the answer to an idempotent call is kept.
pub const IDEMPOTENCY_HOURS: i64 = 24;

impl Ask {
    /// The caller may; now: is this call a repetition, and is it meant for the version that there is?
    ///
    /// Every verb calls this once, after 404 and 403 and before it looks at state and body (RULES 19). `current` is the
    /// record's version, `None` for a creation. Ends the request early with the first answer of a repeated call.
    pub fn proceed(&self, conn: &mut Conn, current: Option<i32>) -> Result<()> {
        self.conditions.proceeded.store(true, Ordering::Relaxed);
        if let Some((key, fingerprint)) = self.conditions.idempotency.as_ref().filter(|_| !self.conditions.validate_only) {
            let caller = self.caller();
            if !try_lock(conn, lock_number(&caller, key))? {
                return Err(still_running());
            }
            let first: Option<FirstAnswer> = idempotency::table
                .find((&caller, key))
                .select((idempotency::fingerprint, idempotency::status, idempotency::etag, idempotency::location, idempotency::body, idempotency::created_at))
                .first(conn)
                .optional()?;
            match first {
                Some((.., at)) if at.plus_seconds(IDEMPOTENCY_HOURS * 3600) <= self.now => {
                    diesel::delete(idempotency::table.find((&caller, key))).execute(conn)?;
                }
                Some((first, ..)) if first != *fingerprint => {
                    return Err(Error::fault(
                        "Idempotency-Key",
                        "key_reused",
                        "Khóa này đã dùng cho một yêu cầu khác; hãy dùng khóa mới.",
                        "This key was used for another request; use a fresh key.",
                    ));
                }
                Some((_, status, etag, location, body, _)) => {
                    // Whether the first answer was personal is not kept with it; no copy is needed of one that is given again.
                    let status = u16::try_from(status).unwrap_or(200);
                    return Err(Error::Replay(Box::new(Replay { status, etag, location, body, replayed: true, secret: true })));
                }
                None => {}
            }
        }
        let Some(current) = current.filter(|_| self.conditions.if_match_required) else { return Ok(()) };
        match self.conditions.if_match {
            None => Err(Error::refuse(428, "if_match_required", "Hãy gửi If-Match với ETag của bản đang có.", "Send If-Match with the ETag of your copy.")),
            Some(version) if version == current => Ok(()),
            Some(_) => Err(Error::refuse(412, "stale", "Bản ghi đã thay đổi; hãy đọc lại rồi sửa.", "The record has changed; read it again, then change it.")),
        }
    }

    /// Keeps the answer of an idempotent call, in the transaction of the change.
    pub fn keep(&self, conn: &mut Conn, status: u16, etag: Option<&str>, location: Option<&str>, body: &str) -> Result<()> {
        let Some((key, fingerprint)) = &self.conditions.idempotency else { return Ok(()) };
        diesel::insert_into(idempotency::table)
            .values((
                idempotency::caller.eq(self.caller()),
                idempotency::key.eq(key),
                idempotency::fingerprint.eq(fingerprint),
                idempotency::status.eq(i32::from(status)),
                idempotency::etag.eq(etag),
                idempotency::location.eq(location),
                idempotency::body.eq(body),
                idempotency::created_at.eq(self.now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Whose key it is: the user acting for the organisation.
    fn caller(&self) -> String {
        match self.actor.organization {
            Some(organization) => format!("{}@{organization}", self.actor.user),
            None => self.actor.user.to_string(),
        }
    }
}

/// Kept answers that nobody can ask for any more, oldest first.
pub fn stale_answers(conn: &mut Conn, now: Stamp, limit: i64) -> Result<Vec<(String, String)>> {
    Ok(idempotency::table
        .filter(idempotency::created_at.le(now.plus_seconds(-IDEMPOTENCY_HOURS * 3600)))
        .order(idempotency::created_at)
        .limit(limit)
        .select((idempotency::caller, idempotency::key))
        .load(conn)?)
}

/// Takes kept answers away.
pub fn forget_answers(conn: &mut Conn, keys: &[(String, String)]) -> Result<usize> {
    let mut gone = 0;
    for (caller, key) in keys {
        gone += diesel::delete(idempotency::table.find((caller, key))).execute(conn)?;
    }
    Ok(gone)
}

/// 409: the first call with this key has not ended yet.
pub fn still_running() -> Error {
    Error::conflict(
        "still_running",
        "Yêu cầu đầu tiên với khóa này còn đang chạy; hãy thử lại sau.",
        "The first call with this key is still running; try again shortly.",
    )
}

fn lock_number(caller: &str, key: &str) -> i64 {
    let digest = Sha256::digest(format!("{caller}\n{key}").as_bytes());
    let mut number = [0; 8];
    number.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(number)
}
