use super::{
    model::{
        CalendarFeed, CalendarFeedAction as Act, CalendarFeedKind, CalendarFeedState as State, CalendarFeedTransition, CalendarFeedView, KIND, NewCalendarFeed,
        PREFIX,
    },
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Position, Relations, Standing},
    db::Conn,
    error::{Error, Result},
    exchange::kinds,
    flow::Flow,
    http::{Body, hex},
    ics::{self, Day},
    id::Id,
    journal::{self, Change, NOTHING},
    notices::{model::Desk, sources},
    people,
    time::Stamp,
};
use rand::RngCore;
use sha2::{Digest, Sha256};

/// How a calendar's address lives.
pub const FLOW: Flow<State, Act> = Flow(&[(State::Active, Act::Rotate, State::Active), (State::Active, Act::Revoke, State::Revoked)]);

/// Days ahead that a calendar shows.
const AHEAD: u64 = 366;

/// A secret, and the hash that is kept of it.
pub fn fresh() -> (String, String) {
    let mut bytes = [0_u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    let secret = format!("{PREFIX}{}", hex(&bytes));
    let hash = hex(&Sha256::digest(secret.as_bytes()));
    (secret, hash)
}

fn address(secret: &str) -> String {
    format!("/api/v1/calendar-feeds/{secret}.ics")
}

fn standing(ask: &Ask, feed: &CalendarFeed) -> Standing {
    let own = feed.user_id == ask.actor.user && ask.actor.organization == Some(feed.organization_id);
    Standing { relations: if own { Relations::OWNER } else { Relations::NONE }, ..Standing::NEW }
}

/// The calendar's address as its owner sees it.
pub fn view(ask: &Ask, feed: CalendarFeed) -> CalendarFeedView {
    let state = if feed.revoked_at.is_some() { State::Revoked } else { State::Active };
    let standing = standing(ask, &feed);
    CalendarFeedView {
        id: feed.id,
        kind: feed.kind,
        name: feed.name,
        user_id: feed.user_id,
        organization_id: feed.organization_id,
        state,
        revoked_at: feed.revoked_at,
        address: None,
        version: feed.version,
        created_at: feed.created_at,
        updated_at: feed.updated_at,
        allowed_actions: FLOW.actions(state).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
    }
}

/// The calendar's address, if it is this caller's.
pub fn find(conn: &mut Conn, ask: &Ask, id: Id, act: Act) -> Result<CalendarFeed> {
    let feed = store::find(conn, id)?;
    authz::permit(RULES, &ask.actor, Act::View, act, standing(ask, &feed))?;
    Ok(feed)
}

fn change<'a>(ask: &Ask, feed: &CalendarFeed, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: feed.id, version: Some(feed.version), owner: Some(feed.organization_id), province: ask.actor.province, action, reason }
}

/// Makes a calendar; its address is shown once.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewCalendarFeed>, secret: &(String, String)) -> Result<CalendarFeedView> {
    let own = Standing { relations: Relations::OWNER, ..Standing::NEW };
    if !authz::may(RULES, &ask.actor, Act::Create, own) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let feed = CalendarFeed {
        id: Id::fresh(),
        hash: secret.1.clone(),
        kind: new.kind,
        name: new.name.unwrap_or_else(|| "Nhịp Cầu".into()),
        user_id: ask.actor.user,
        organization_id: ask.actor.organization()?,
        revoked_at: None,
        version: 1,
        created_at: ask.now,
        updated_at: ask.now,
    };
    store::insert(conn, &feed)?;
    let mut shown = view(ask, feed.clone());
    journal::record(conn, ask, change(ask, &feed, "create", None), NOTHING, Some(&shown))?;
    shown.address = Some(address(&secret.0));
    Ok(shown)
}

/// Gives a new address in place of the old one, or revokes it.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<CalendarFeedTransition>, secret: &(String, String)) -> Result<CalendarFeedView> {
    let before = find(conn, ask, id, Act::Revoke)?;
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !matches!(step.action, Act::Rotate | Act::Revoke) {
        return Err(Error::fault("/action", "not_a_step", "Chọn 'rotate' hoặc 'revoke'.", "Choose 'rotate' or 'revoke'."));
    }
    let was = view(ask, before.clone());
    FLOW.next(was.state, step.action)?;
    let mut after = CalendarFeed { version: before.version + 1, updated_at: ask.now, ..before.clone() };
    if step.action == Act::Rotate {
        after.hash.clone_from(&secret.1);
    } else {
        after.revoked_at = Some(ask.now);
    }
    store::update(conn, &before, &after)?;
    let mut shown = view(ask, after.clone());
    journal::record(conn, ask, change(ask, &after, step.action.word(), step.reason.as_deref()), Some(&was), Some(&shown))?;
    shown.address = (step.action == Act::Rotate).then(|| address(&secret.0));
    Ok(shown)
}

/// The calendar behind a secret, as its owner's inbox is now: 404 where there is none, 410 where it was revoked or its owner
/// no longer holds a post there.
pub fn calendar(conn: &mut Conn, secret: &str, now: Stamp, base: &str) -> Result<String> {
    let gone = || Error::refuse(410, "gone", "Lịch này không còn; hãy tạo địa chỉ mới.", "This calendar is no more; make a new address.");
    let feed = store::by_hash(conn, &hex(&Sha256::digest(secret.as_bytes())))?;
    let today = now.day();
    let held = people::position_in(conn, feed.user_id, feed.organization_id, today)?;
    let Some(position) = held.filter(|_| feed.revoked_at.is_none()) else { return Err(gone()) };
    // Of the organisation's matters its readers see all that fall due; a person's inbox is that of the position.
    let everybody = feed.kind == CalendarFeedKind::Organization;
    let position = if everybody { Position::Viewer } else { position };
    let desk = Desk { user: feed.user_id, organization: feed.organization_id, position, today, now, ahead: AHEAD, everybody };
    let mut found = sources::gather(conn, &desk)?;
    found.retain(|f| f.due_on.is_some());
    let changed = store::changed(conn, found.iter().map(|f| f.record_id).collect())?;
    let days: Vec<Day> = found
        .into_iter()
        .filter_map(|f| {
            let (times, modified) = changed.get(&f.record_id).copied().unwrap_or((1, feed.created_at));
            let code = f.record_code.as_ref().map(|code| format!("{code} · ")).unwrap_or_default();
            Some(Day {
                uid: format!("{}-{}@nhipcau", f.record_kind, f.record_id),
                on: f.due_on?,
                lang: crate::words::Lang::Vi,
                summary: format!("{}: {code}{}", f.kind.label(crate::words::Lang::Vi), f.title),
                description: format!("{code}{}", f.title),
                url: format!("{base}{}", kinds::link(f.record_kind, f.record_id).unwrap_or_default()),
                sequence: times - 1,
                modified,
            })
        })
        .collect();
    Ok(ics::calendar(&feed.name, &days))
}
