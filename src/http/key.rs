//! Keys of service accounts: what they look like, and who is behind one.

use super::{body::hex, session};
use crate::{
    authz::{Actor, Position, scopes::ServiceScope},
    db::{Conn, Json},
    error::{Error, Result},
    id::Id,
    schema::{organization_functions, organizations, provinces, service_accounts, service_keys},
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use rand::RngCore;
use sha2::{Digest, Sha256};

/// How every key begins, so that it is known for what it is where it does not belong.
pub const PREFIX: &str = "nhipcau_key_";
/// Seconds between two notes of a key's use.
const NOTE_SECONDS: i64 = 300;

/// A key as presented: which one, and the hash of the whole.
#[derive(Clone)]
pub struct Key {
    /// Which key.
    pub id: Id,
    hash: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// A key that has just been made. The text is shown once, the hash is kept.
pub struct Fresh {
    /// Which key.
    pub id: Id,
    /// The key itself.
    pub text: String,
    /// SHA-256 of the text, in hexadecimal; 256 random bits need no slower hash.
    pub hash: String,
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fresh({})", self.id)
    }
}

/// Makes a key: prefix, its id, 256 random bits.
pub fn fresh() -> Fresh {
    let id = Id::fresh();
    let mut bytes = [0_u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    let text = format!("{PREFIX}{}_{}", id.0.simple(), hex(&bytes));
    let hash = hex(&Sha256::digest(text.as_bytes()));
    Fresh { id, text, hash }
}

impl Key {
    /// Whether a bearer token means to be a key.
    pub fn is_one(token: &str) -> bool {
        token.starts_with(PREFIX)
    }
    /// Reads a key as presented; none where it is not of the form.
    pub fn read(token: &str) -> Option<Self> {
        let (id, secret) = token.strip_prefix(PREFIX)?.split_once('_')?;
        let of_form = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !of_form(id, 32) || !of_form(secret, 64) {
            return None;
        }
        Some(Self { id: Id::parse(id)?, hash: hex(&Sha256::digest(token.as_bytes())) })
    }
}

/// Compares without telling by its time where the two differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differences, (x, y)| differences | (x ^ y)) == 0
}

type Row = (
    (String, Option<Stamp>, Option<Stamp>),
    (Id, String, Json, NaiveDate, Option<Stamp>),
    (session::Seat, Option<NaiveDate>),
    Option<session::Held>,
    Option<Id>,
);

/// Reads who is behind a key, and whether its use is to be noted; 401 where key, account or organisation is no longer good.
/// The account acts as viewer, and as clerk where it exchanges documents (RULES 3). One statement.
pub fn load(conn: &mut Conn, key: &Key, on_documents: bool, now: Stamp) -> Result<(Actor, bool)> {
    let predecessors = diesel::alias!(provinces as predecessors);
    let rows: Vec<Row> = service_keys::table
        .inner_join(service_accounts::table)
        .inner_join(organizations::table.on(organizations::id.eq(service_accounts::organization_id)))
        .left_join(organization_functions::table.on(organization_functions::organization_id.eq(organizations::id)))
        .left_join(predecessors.on(predecessors.field(provinces::successor_id).eq(organizations::province_id.nullable())))
        .filter(service_keys::id.eq(key.id))
        .select((
            (service_keys::hash, service_keys::ends_at, service_keys::last_used_at),
            (service_accounts::id, service_accounts::name, service_accounts::scopes, service_accounts::expires_on, service_accounts::revoked_at),
            (
                (
                    organizations::id,
                    organizations::province_id,
                    organizations::parent_id,
                    organizations::kind,
                    organizations::level,
                    organizations::archived_at,
                ),
                organizations::valid_to,
            ),
            (
                organization_functions::function,
                organization_functions::plan_id,
                organization_functions::regime_id,
                organization_functions::valid_from,
                organization_functions::valid_to,
            )
                .nullable(),
            predecessors.field(provinces::id).nullable(),
        ))
        .load(conn)?;
    let Some(((hash, ends, used), (account, name, scopes, expires_on, revoked), (seat, organization_ended), ..)) = rows.first().cloned() else {
        return Err(Error::unauthenticated());
    };
    let ended = seat.5.is_some() || organization_ended.is_some_and(|last| last < now.day());
    let over = ends.is_some_and(|end| end <= now) || revoked.is_some() || expires_on < now.day() || ended;
    if !same(&hash, &key.hash) || over {
        return Err(Error::unauthenticated());
    }
    let scopes = read_scopes(&scopes)?;
    let position = if on_documents && scopes.contains(&ServiceScope::DocumentsExchange) { Position::Clerk } else { Position::Viewer };
    let mut actor = session::seated(Some(seat), rows.iter().filter_map(|r| r.3), rows.iter().filter_map(|r| r.4), now);
    actor.user = account;
    actor.session = key.id;
    actor.username = name;
    actor.position = position;
    actor.scopes = Some(scopes);
    Ok((actor, used.is_none_or(|at| at.plus_seconds(NOTE_SECONDS) <= now)))
}

/// The scopes of an account, as stored.
pub fn read_scopes(stored: &Json) -> Result<Vec<ServiceScope>> {
    Ok(serde_json::from_value(stored.0.clone())?)
}

/// Notes that a key was used; written sparsely, never with every request.
pub fn note_use(conn: &mut Conn, key: Id, now: Stamp) -> Result<()> {
    diesel::update(service_keys::table.find(key)).set(service_keys::last_used_at.eq(now)).execute(conn)?;
    Ok(())
}
