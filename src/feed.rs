//! The feed: every committed change of a business record, and of who may see one, in one gapless sequence. Triggers write
//! the changes in their transaction; here they get their numbers, and pullers their cursors and what has changed since.

mod kind;

pub use kind::{Belong, Counts, Kind, Whole, related};

use crate::{
    authz::{Actor, Function, Position, RoleGroup, Scope},
    db::{Conn, MultiBackend, Predicate, claim, fold_changes, number_changes},
    error::{Error, Result},
    id::Id,
    schema::{changes, feed_secret},
    time::Stamp,
    words,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{
    dsl::{max, min},
    prelude::*,
};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::{HashMap, HashSet};

/// Changes numbered in one transaction.
pub const BATCH: i64 = 5_000;
/// Seconds for which every change is kept.
const KEPT: i64 = 30 * 24 * 3600;
/// Rows of the feed that one pull looks at, at most.
const WINDOW: i64 = 2_000;
/// Records gained or lost whose parts one pull looks at, at most.
const WHOLES: i64 = 200;

words! {
    /// Why a row that a puller may hold is no longer there for it.
    TombstoneReason {
        Deleted = "deleted", "Đã xóa", "Deleted";
        AccessLost = "access_lost", "Không còn được xem", "No longer to be seen by the caller";
    }
}

/// A row that a puller is to take away.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Tombstone {
    /// The record.
    pub id: Id,
    /// What kind of record.
    pub kind: String,
    /// Why.
    pub reason: TombstoneReason,
    /// Its place in the feed.
    pub seq: i64,
}

/// Serialises those who number in several processes.
const FEED_LOCK: i64 = 0x6e68_6970_6361_7505;

/// Gives waiting changes their numbers; says how many. An entry of the journal waits until it is sealed. Must be the first
/// thing in its transaction: the claim decides how it reads.
pub fn number(conn: &mut Conn, now: Stamp) -> Result<usize> {
    if !claim(conn, FEED_LOCK)? {
        return Ok(0);
    }
    let head = head(conn)?;
    number_changes(conn, head, BATCH, now)
}

/// Takes away changes that a later one of the same record makes needless, once both are old; says at how many it looked.
/// Must be the first thing in its transaction.
pub fn fold(conn: &mut Conn, now: Stamp) -> Result<usize> {
    if !claim(conn, FEED_LOCK)? {
        return Ok(0);
    }
    fold_changes(conn, now.plus_seconds(-KEPT), BATCH)
}

/// Whether a change waits for its number.
pub fn waiting(conn: &mut Conn) -> Result<bool> {
    let first: Option<i64> = changes::table.filter(changes::seq.is_null()).order(changes::ordinal).select(changes::ordinal).first(conn).optional()?;
    Ok(first.is_some())
}

/// The last number given.
pub fn head(conn: &mut Conn) -> Result<i64> {
    Ok(changes::table.select(max(changes::seq)).first::<Option<i64>>(conn)?.unwrap_or(0))
}

/// What seals cursors; made when the database was.
pub fn secret(conn: &mut Conn) -> Result<String> {
    Ok(feed_secret::table.find("cursors").select(feed_secret::secret).first(conn)?)
}

/// What a caller could see without a relation at some moment: what decides about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rights {
    #[serde(rename = "o")]
    organization: Option<Id>,
    #[serde(rename = "p")]
    provinces: Vec<Id>,
    #[serde(rename = "g")]
    groups: Vec<RoleGroup>,
    #[serde(rename = "f")]
    functions: Vec<Function>,
    #[serde(rename = "t")]
    position: Position,
}

impl Rights {
    fn of(actor: &Actor) -> Self {
        let mut functions: Vec<Function> = actor.functions.iter().filter(|(_, scope)| scope.is_none()).map(|(f, _)| *f).collect();
        functions.sort_unstable();
        functions.dedup();
        let (mut provinces, mut groups) = (actor.provinces.clone(), actor.groups.clone());
        provinces.sort_unstable();
        groups.sort_unstable();
        Self { organization: actor.organization, provinces, groups, functions, position: actor.position }
    }
    /// The caller as it was.
    fn actor(&self, now: &Actor) -> Actor {
        Actor {
            organization: self.organization,
            provinces: self.provinces.clone(),
            groups: self.groups.clone(),
            functions: self.functions.iter().map(|f| (*f, None)).collect(),
            position: self.position,
            ..now.clone()
        }
    }
}

/// Where a puller stands, and what it could see without a relation when it stood there: where that has changed since, rows
/// have come or gone that no change tells of. Sealed, because it says what may be answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// Everything up to here is known to the holder.
    #[serde(rename = "q")]
    pub seq: i64,
    #[serde(rename = "r")]
    rights: Rights,
    /// While rows are gone through because the rights have changed: up to which id, and for which rights.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none", default)]
    sweep: Option<(Id, Rights)>,
    /// The rights before these, until all is pulled that was written while they counted.
    #[serde(rename = "b", skip_serializing_if = "Option::is_none", default)]
    former: Option<Former>,
    /// While the parts of a record that was gained or lost are gone through: its place, and the last part that is known.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none", default)]
    within: Option<(i64, Id)>,
}

/// Rights that a puller had when it took in rows: of those that are gone by now only changes tell, which speak to the
/// organisation that it pulled for, or to those to whom the row was open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Former {
    #[serde(rename = "r")]
    rights: Rights,
    /// The last change that had no number yet when the rows had been gone through.
    #[serde(rename = "w")]
    waiting: Option<i64>,
}

impl Cursor {
    /// The caller as of now, standing at a place.
    pub fn at(actor: &Actor, seq: i64) -> Self {
        Self { seq, rights: Rights::of(actor), sweep: None, former: None, within: None }
    }
    /// The text that a puller keeps.
    pub fn seal(&self, secret: &str) -> Result<String> {
        let plain = serde_json::to_vec(self)?;
        let tag = mac(secret, &plain)?.finalize().into_bytes();
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(&plain), URL_SAFE_NO_PAD.encode(&tag[..16])))
    }
    /// Reads what [`Cursor::seal`] wrote; 422 for anything else.
    pub fn open(text: &str, secret: &str, name: &str) -> Result<Self> {
        let bad = || {
            Error::fault(
                name,
                "bad_cursor",
                "Con trỏ không phải của dòng sự kiện này; hãy bắt đầu lại từ đầu.",
                "The cursor is not one of this feed; start again at the beginning.",
            )
        };
        let (plain, tag) = text.split_once('.').ok_or_else(bad)?;
        let (plain, tag) = (URL_SAFE_NO_PAD.decode(plain).map_err(|_| bad())?, URL_SAFE_NO_PAD.decode(tag).map_err(|_| bad())?);
        if tag.len() != 16 || mac(secret, &plain)?.verify_truncated_left(&tag).is_err() {
            return Err(bad());
        }
        serde_json::from_slice(&plain).map_err(|_| bad())
    }
}

fn mac(secret: &str, plain: &[u8]) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|e| Error::internal(e.to_string()))?;
    mac.update(plain);
    Ok(mac)
}

/// What has changed of one kind since a cursor.
#[derive(Debug)]
pub struct Pull {
    /// What kind of record.
    pub kind: &'static str,
    /// Records to show where the caller may see them, in the order of the feed.
    pub changed: Vec<(Id, i64)>,
    /// Records that are tombstones where the caller may not.
    pub lost: HashMap<Id, (TombstoneReason, i64)>,
    /// Where to go on.
    pub cursor: String,
    /// Whether there is more to pull now.
    pub more: bool,
}

type Line = (i64, String, Id, Option<Id>, Option<Id>, Option<i32>);

/// Looks what of one kind has changed for this caller since `after`, for `limit` records at most.
pub fn pull(conn: &mut Conn, actor: &Actor, kind: &'static Kind, after: &str, limit: i64) -> Result<Pull> {
    let organization = actor.organization()?;
    let scope = (kind.scope)(actor)?;
    let secret = secret(conn)?;
    let now = Rights::of(actor);
    let cursor = match after {
        "0" => Cursor::at(actor, 0),
        text => Cursor::open(text, &secret, "updated_after")?,
    };
    if cursor.sweep.is_some() || (cursor.former.is_none() && cursor.rights != now) {
        let before = (kind.scope)(&cursor.rights.actor(actor)).ok();
        let openness = |s: &Scope| s.audience.map(|a| (a, s.provinces.iter().copied().collect::<HashSet<Id>>()));
        let moved = cursor.rights.organization != actor.organization;
        if cursor.sweep.is_some() || moved || before.as_ref().and_then(openness) != openness(&scope) {
            let scopes: Vec<Scope> = [Some(scope), before].into_iter().flatten().filter(|s| s.audience.is_some()).collect();
            // Relations have changes of their own, unless the caller acts for another organisation than before.
            let organizations: Vec<Id> = if moved { cursor.rights.organization.into_iter().chain([organization]).collect() } else { vec![] };
            return sweep(conn, kind, cursor, now, (&scopes, &organizations), &secret, limit);
        }
    }
    let mut views = vec![(organization, scope)];
    if let Some(former) = &cursor.former {
        let then = |rights: &Rights| -> Option<(Id, Scope)> { Some((rights.organization?, (kind.scope)(&rights.actor(actor)).ok()?)) };
        views.extend([&cursor.rights, &former.rights].into_iter().filter(|rights| **rights != now).filter_map(then));
    }
    // Looked at before the head: what gets its number in between is pulled the next time.
    let is_behind = match &cursor.former {
        Some(Former { waiting: Some(last), .. }) => waiting_of(conn, kind)?.is_some_and(|(first, _)| first <= *last),
        _ => false,
    };
    let head = head(conn)?;
    let (lines, end) = since(conn, kind, &views, &cursor, (head, limit))?;
    let (mut changed, mut lost, mut seq, mut within) = (Vec::new(), HashMap::new(), cursor.seq, None);
    let (mut known, mut last, mut cut) = (HashMap::new(), None, false);
    for (place, what, record, whose, province, audience) in lines {
        if !known.contains_key(&record) && i64::try_from(known.len()).unwrap_or(i64::MAX) >= limit {
            // In the midst of the parts of a record the place itself is not known yet.
            within = last.filter(|(at, _)| *at == place);
            cut = true;
            break;
        }
        known.insert(record, place);
        last = Some((place, record));
        seq = place;
        let own = views.iter().any(|(organization, _)| whose == Some(*organization));
        let was_open = views.iter().any(|(_, scope)| {
            scope.audience.is_some_and(|least| audience.is_some_and(|a| a >= least as i32)) && province.is_some_and(|p| scope.provinces.contains(&p))
        });
        match what.as_str() {
            "lost" if own => drop(lost.entry(record).or_insert((TombstoneReason::AccessLost, place))),
            "narrowed" if was_open => drop(lost.insert(record, (TombstoneReason::AccessLost, place))),
            // Whoever could see it by a relation has lost that in the same act.
            "deleted" if was_open || lost.contains_key(&record) => drop(lost.insert(record, (TombstoneReason::Deleted, place))),
            _ => {}
        }
    }
    let mut more = cut || end.is_some();
    seq = match (cut, end) {
        (true, _) => seq - i64::from(within.is_some()),
        (false, Some(end)) => end,
        (false, None) => head.max(seq),
    };
    changed.extend(known);
    changed.sort_unstable_by_key(|(_, place)| *place);
    let next = match cursor.former {
        Some(former) if more || is_behind => Cursor { seq, rights: cursor.rights, sweep: None, former: Some(former), within },
        Some(_) => {
            // Rights that changed again meanwhile are seen to next.
            more = cursor.rights != now;
            Cursor { seq, rights: cursor.rights, sweep: None, former: None, within }
        }
        None => Cursor { seq, rights: now, sweep: None, former: None, within },
    };
    Ok(Pull { kind: kind.kind, changed, lost, cursor: next.seal(&secret)?, more })
}

/// The first and the last change of a kind, or of what its relations go by, that wait for their numbers.
fn waiting_of(conn: &mut Conn, kind: &Kind) -> Result<Option<(i64, i64)>> {
    let kinds: Vec<&'static str> = kind.whole.iter().map(|whole| whole.kind).chain([kind.kind]).collect();
    let ends: (Option<i64>, Option<i64>) = changes::table
        .filter(changes::seq.is_null())
        .filter(changes::kind.eq_any(kinds))
        .filter(changes::what.ne("entry"))
        .select((min(changes::ordinal), max(changes::ordinal)))
        .first(conn)?;
    Ok(ends.0.zip(ends.1))
}

/// Changes of a kind that concern this caller, in the order of the feed, up to its head: what gets its number between two
/// looks is seen by neither. And, where there may be more of them, the place up to which they are these.
fn since(conn: &mut Conn, kind: &Kind, views: &[(Id, Scope)], cursor: &Cursor, (head, limit): (i64, i64)) -> Result<(Vec<Line>, Option<i64>)> {
    let mut lines = own(conn, kind, views, (cursor.seq, head))?;
    let is_full = |lines: usize, most: i64| i64::try_from(lines).unwrap_or(i64::MAX) >= most;
    let mut end = lines.last().map(|line| line.0).filter(|_| is_full(lines.len(), WINDOW));
    let Some(whole) = &kind.whole else { return Ok((lines, end)) };
    let mut moves = moved(conn, whole.kind, views, (cursor.seq, head))?;
    let mut last = moves.last().map(|line| line.0).filter(|_| is_full(moves.len(), WHOLES));
    if !moves.is_empty() {
        // No more records than this page has room for their parts, and one at least.
        let counts: HashMap<Id, i64> = (whole.counts)(conn, &moves.iter().map(|line| line.2).collect::<Vec<Id>>())?.into_iter().collect();
        let mut parts = 0;
        let room = moves.iter().take_while(|line| {
            let is_room = parts <= limit;
            parts += counts.get(&line.2).unwrap_or(&0);
            is_room
        });
        let room = room.count();
        if room < moves.len() {
            moves.truncate(room);
            last = moves.last().map(|line| line.0);
        }
    }
    if let Some(last) = last {
        end = Some(end.map_or(last, |end| end.min(last)));
    }
    let mut parts: HashMap<Id, Vec<Id>> = HashMap::new();
    if !moves.is_empty() {
        for (part, of) in (whole.parts)(conn, &moves.iter().map(|line| line.2).collect::<Vec<Id>>())? {
            parts.entry(of).or_default().push(part);
        }
    }
    for (place, what, record, whose, ..) in moves {
        lines.extend(parts.get(&record).into_iter().flatten().map(|part| (place, what.clone(), *part, whose, None, None)));
    }
    lines.retain(|line| end.is_none_or(|end| line.0 <= end) && cursor.within.is_none_or(|known| (line.0, line.2) > known));
    lines.sort_by_key(|line| (line.0, line.2));
    Ok((lines, end))
}

/// Relations of these organisations to records of a kind that have come or gone.
fn moved(conn: &mut Conn, kind: &'static str, views: &[(Id, Scope)], (after, head): (i64, i64)) -> Result<Vec<Line>> {
    let organizations: Vec<Id> = views.iter().map(|(organization, _)| *organization).collect();
    Ok(changes::table
        .filter(changes::kind.eq(kind))
        .filter(changes::what.eq_any(["gained", "lost"]))
        .filter(changes::organization_id.eq_any(organizations).assume_not_null())
        .filter(changes::seq.gt(after))
        .filter(changes::seq.le(head))
        .order(changes::seq)
        .limit(WHOLES)
        .select((changes::seq.assume_not_null(), changes::what, changes::record_id, changes::organization_id, changes::province_id, changes::audience))
        .load(conn)?)
}

/// Changes of the kind itself: of what is open to the caller, of what it is related to, and of its own relations; also as it
/// stood before, where that differs.
fn own(conn: &mut Conn, kind: &Kind, views: &[(Id, Scope)], (after, head): (i64, i64)) -> Result<Vec<Line>> {
    let numbered = changes::table.filter(changes::seq.gt(after)).filter(changes::seq.le(head));
    let mut query = numbered.filter(changes::kind.eq(kind.kind)).filter(changes::what.ne("entry")).into_boxed::<MultiBackend>();
    let [(organization, _), before @ ..] = views else { return Ok(vec![]) };
    let own = |organization: Id| -> Predicate<changes::table> { Box::new(changes::organization_id.eq(organization).assume_not_null()) };
    let own = before.iter().fold(own(*organization), |all, (organization, _)| -> Predicate<changes::table> { Box::new(all.or(own(*organization))) });
    let shared = changes::organization_id.is_null();
    query = if views.iter().any(|(_, scope)| scope.audience.is_some()) {
        query.filter(own.or(shared))
    } else {
        let organizations: Vec<Id> = views.iter().map(|(organization, _)| *organization).collect();
        query.filter(own.or(shared.and(changes::what.eq("deleted").or((kind.related)(&organizations)))))
    };
    Ok(query
        .order(changes::seq)
        .limit(WINDOW)
        .select((changes::seq.assume_not_null(), changes::what, changes::record_id, changes::organization_id, changes::province_id, changes::audience))
        .load(conn)?)
}

/// Goes through all that the caller can see now or could see before its rights changed; then the pull goes on from where it
/// stood, for a while with an eye on both.
fn sweep(conn: &mut Conn, kind: &'static Kind, cursor: Cursor, now: Rights, reach: (&[Scope], &[Id]), secret: &str, limit: i64) -> Result<Pull> {
    let (swept, target) = match cursor.sweep {
        Some((id, target)) => (Some(id), target),
        None => (None, now),
    };
    let ids = (kind.reached)(conn, reach.0, reach.1, swept, limit)?;
    let next = match ids.last() {
        Some(last) if i64::try_from(ids.len()).unwrap_or(i64::MAX) >= limit => {
            Cursor { seq: cursor.seq, rights: cursor.rights, sweep: Some((*last, target)), former: None, within: cursor.within }
        }
        // Rights that changed again meanwhile are not the target's: a later pull sweeps once more.
        _ => {
            let waiting = waiting_of(conn, kind)?.map(|(_, last)| last);
            let former = Some(Former { rights: cursor.rights, waiting });
            Cursor { seq: cursor.seq, rights: target, sweep: None, former, within: cursor.within }
        }
    };
    Ok(Pull {
        kind: kind.kind,
        changed: ids.iter().map(|id| (*id, cursor.seq)).collect(),
        lost: ids.iter().map(|id| (*id, (TombstoneReason::AccessLost, cursor.seq))).collect(),
        cursor: next.seal(secret)?,
        // What has changed since the cursor is pulled next.
        more: true,
    })
}
