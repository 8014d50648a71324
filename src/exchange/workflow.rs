use super::{
    kinds::{self, CODED, COMMON, KINDS, OWN, PARTS},
    model::{Event, EventAction, EventFeed, Stretch},
    policy::RULES,
    store::{self, Line},
};
use crate::{
    ask::Ask,
    authz::{self, Actor, scopes::ServiceScope},
    db::Conn,
    error::Result,
    feed::{self, Cursor},
    id::Id,
    page::DEFAULT_LIMIT,
};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// Places of the feed that one call looks at, at most.
const WINDOW: i64 = 2_000;

/// Acts after which the record is there no more.
const ENDS: [&str; 2] = ["delete", "detach"];

/// A stretch of the feed, as far as this caller may see it.
pub fn read(conn: &mut Conn, ask: &Ask, stretch: &Stretch) -> Result<EventFeed> {
    authz::scope(RULES, &ask.actor, EventAction::View)?;
    let organization = ask.actor.organization()?;
    let secret = feed::secret(conn)?;
    let head = feed::head(conn)?;
    let after = match stretch.after.as_deref() {
        None | Some("0") => 0,
        Some("latest") => head,
        Some(text) => Cursor::open(text, &secret, "after")?.seq,
    };
    let limit = usize::try_from(stretch.limit.unwrap_or(DEFAULT_LIMIT)).unwrap_or(usize::MAX);
    let upto = head.min(after.saturating_add(WINDOW)).max(after);
    let lines = store::window(conn, organization, after, upto)?;
    let seen = visible(conn, &ask.actor, organization, &lines)?;
    let mut shown: Vec<Line> = lines.into_iter().filter(|line| shows(&ask.actor, organization, line, &seen)).collect();
    let reached = match shown.get(limit) {
        Some(_) => shown[limit - 1].0.1,
        None => upto,
    };
    shown.truncate(limit);
    let codes = codes(conn, &shown)?;
    let items = shown.into_iter().filter_map(|line| event(line, &codes)).collect();
    Ok(EventFeed { items, cursor: Cursor::at(&ask.actor, reached).seal(&secret)?, more: reached < head })
}

/// The codes of what some lines tell of, by entry: as the entry says it, else as the record does.
fn codes(conn: &mut Conn, lines: &[Line]) -> Result<HashMap<Id, String>> {
    let told: Vec<(&str, Id, Id)> = lines.iter().filter_map(|((_, _, _, kind, record, ..), told)| Some((kind.as_str(), *record, told.as_ref()?.0))).collect();
    let mut codes = store::codes(conn, told.iter().map(|(.., entry)| *entry).collect())?;
    for (kind, read) in CODED {
        let bare: Vec<(Id, Id)> =
            told.iter().filter(|(k, _, entry)| k == kind && !codes.contains_key(entry)).map(|(_, record, entry)| (*record, *entry)).collect();
        if bare.is_empty() {
            continue;
        }
        let known: HashMap<Id, String> = read(conn, &bare.iter().map(|(record, _)| *record).collect::<Vec<Id>>())?.into_iter().collect();
        codes.extend(bare.into_iter().filter_map(|(record, entry)| Some((entry, known.get(&record)?.clone()))));
    }
    Ok(codes)
}

/// Whether a service account's scopes open a kind of record; a person's are no matter. What needs no scope is for people.
fn opens(actor: &Actor, needs: Option<ServiceScope>) -> bool {
    let exchanged = needs == Some(ServiceScope::DocumentsRead);
    actor.scopes.as_ref().is_none_or(|held| held.iter().any(|scope| Some(*scope) == needs || (exchanged && *scope == ServiceScope::DocumentsExchange)))
}

/// Records that the lines speak of and the caller may see: by a relation, or because they are open to it. Two statements,
/// and one a kind that is open to the caller.
fn visible(conn: &mut Conn, actor: &Actor, organization: Id, lines: &[Line]) -> Result<HashSet<(String, Id)>> {
    let mut wanted: HashMap<&str, HashSet<Id>> = HashMap::new();
    for ((_, _, what, kind, record, ..), _) in lines {
        if what == "entry" {
            wanted.entry(kind.as_str()).or_default().insert(*record);
        }
    }
    let mut belong = Vec::new();
    for part in PARTS {
        let Some(ids) = wanted.remove(part.kind) else { continue };
        let ids: Vec<Id> = ids.into_iter().collect();
        for (id, of) in (part.belong)(conn, &ids)? {
            wanted.entry(part.of).or_default().insert(of);
            belong.push((part, id, of));
        }
    }
    let kinds = KINDS.iter().map(|k| k.kind).chain(OWN.iter().map(|k| k.kind));
    let records: Vec<Id> = kinds.filter_map(|kind| wanted.get(kind)).flatten().copied().collect();
    let related = store::related(conn, organization, records)?;
    let mut seen = HashSet::new();
    for kind in KINDS.iter().filter(|k| opens(actor, Some(k.needs))) {
        let (Some(ids), Ok(scope)) = (wanted.get(kind.kind), (kind.scope)(actor)) else { continue };
        let (own, others): (Vec<Id>, Vec<Id>) = ids.iter().partition(|id| !scope.relations.is_empty() && related.contains(&(kind.kind.to_owned(), **id)));
        let open = if others.is_empty() || scope.audience.is_none() { vec![] } else { (kind.open_among)(conn, &scope, &others)? };
        seen.extend(own.into_iter().chain(open).map(|id| (kind.kind.to_owned(), id)));
    }
    for kind in OWN.iter().filter(|k| opens(actor, k.needs) && (k.scope)(actor).is_ok()) {
        let own = wanted.get(kind.kind).into_iter().flatten().map(|id| (kind.kind.to_owned(), *id));
        seen.extend(own.filter(|record| related.contains(record)));
    }
    for (part, id, of) in belong {
        if seen.contains(&(part.of.to_owned(), of)) {
            seen.insert((part.kind.to_owned(), id));
        }
    }
    Ok(seen)
}

fn shows(actor: &Actor, organization: Id, line: &Line, seen: &HashSet<(String, Id)>) -> bool {
    let ((_, _, what, kind, record, _, province, _), told) = line;
    let is_open = || kinds::opened_by(kind).is_some_and(|needs| opens(actor, needs));
    if what != "entry" {
        // A part goes with what it is part of, which tells it.
        return is_open() && !PARTS.iter().any(|part| part.kind == kind);
    }
    if COMMON.iter().any(|(common, _)| common == kind) {
        return opens(actor, Some(ServiceScope::OrganizationsRead)) && province.is_some_and(|p| actor.provinces.contains(&p));
    }
    // Of what is deleted only those whose it was are told.
    let own_end = told.as_ref().is_some_and(|t| ENDS.contains(&t.6.as_str()) && (t.4 == Some(organization) || t.3 == Some(organization)));
    seen.contains(&(kind.clone(), *record)) || (own_end && is_open())
}

fn event(line: Line, codes: &HashMap<Id, String>) -> Option<Event> {
    let ((ordinal, seq, what, kind, record, whose, _, told_at), told) = line;
    let link = kinds::link(&kind, record);
    Some(match told {
        Some((id, act, at, organization, _, version, action)) => Event {
            id,
            seq,
            event: format!("{kind}.{action}"),
            record_id: record,
            record_version: version,
            code: codes.get(&id).cloned(),
            link: link.filter(|_| !ENDS.contains(&action.as_str())),
            at,
            organization_id: organization,
            act_id: Some(act),
            kind,
        },
        None => Event {
            id: access_event(ordinal),
            seq,
            event: format!("{kind}.access_{what}"),
            record_id: record,
            record_version: None,
            code: None,
            link: link.filter(|_| what == "gained"),
            at: told_at?,
            organization_id: whose,
            act_id: None,
            kind,
        },
    })
}

/// The stable id of a change of access: made from its place in the order of changes, which it never leaves.
fn access_event(ordinal: i64) -> Id {
    let digest = Sha256::digest(format!("nhipcau access event {ordinal}").as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    Id(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
