//! Token → Actor: one statement a request reads session, user, post, organisation and functions.

use super::token::Claims;
use crate::{
    authz::{Actor, Function, Position, RoleGroup},
    db::Conn,
    error::{Error, Result},
    id::Id,
    schema::{organization_functions, organizations, posts, provinces, sessions, users},
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;

/// An organisation as a caller's place: id, province, parent, kind, level, since when it is archived.
pub(super) type Seat = (Id, Id, Option<Id>, String, String, Option<Stamp>);
/// A function as granted: which, for which plan or regime, from when to when.
pub(super) type Held = (Function, Option<Id>, Option<Id>, Option<NaiveDate>, Option<NaiveDate>);

type Row =
    ((Id, Option<Stamp>, Stamp, Option<Stamp>, bool, String), Option<(Position, Option<NaiveDate>, Option<NaiveDate>)>, Option<Seat>, Option<Held>, Option<Id>);

/// Reads who is behind the claims; 401 where the session, the user, the post or its organisation is no longer good.
pub fn load(conn: &mut Conn, claims: &Claims, now: Stamp) -> Result<Actor> {
    let predecessors = diesel::alias!(provinces as predecessors);
    let rows: Vec<Row> = sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .left_join(posts::table.on(sessions::post_id.eq(posts::id.nullable())))
        .left_join(organizations::table.on(organizations::id.eq(posts::organization_id)))
        .left_join(organization_functions::table.on(organization_functions::organization_id.eq(organizations::id)))
        .left_join(predecessors.on(predecessors.field(provinces::successor_id).eq(organizations::province_id.nullable())))
        .filter(sessions::id.eq(claims.sid))
        .select((
            (users::id, sessions::revoked_at, sessions::expires_at, users::disabled_at, users::is_system_admin, users::username),
            (posts::position, posts::valid_from, posts::valid_to).nullable(),
            (organizations::id, organizations::province_id, organizations::parent_id, organizations::kind, organizations::level, organizations::archived_at)
                .nullable(),
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
    let Some(((user, revoked, expires, disabled, is_admin, username), post, organization, _, _)) = rows.first().cloned() else {
        return Err(Error::unauthenticated());
    };
    if revoked.is_some() || disabled.is_some() || expires <= now || user != claims.sub {
        return Err(Error::unauthenticated());
    }
    let (position, organization) = match (post, organization) {
        (Some((position, from, to)), Some(organization)) if valid(from, to, now) && organization.5.is_none() => (position, Some(organization)),
        (None, _) if is_admin => (Position::SystemAdmin, None),
        _ => return Err(Error::unauthenticated()),
    };
    let mut actor = seated(organization, rows.iter().filter_map(|r| r.3), rows.iter().filter_map(|r| r.4), now);
    actor.user = user;
    actor.session = claims.sid;
    actor.username = username;
    actor.position = position;
    Ok(actor)
}

fn valid(from: Option<NaiveDate>, to: Option<NaiveDate>, now: Stamp) -> bool {
    let today = now.day();
    from.is_none_or(|f| f <= today) && to.is_none_or(|t| today <= t)
}

/// A viewer in an organisation's place, with the functions that it holds today; who it is, the caller fills in.
pub(super) fn seated(seat: Option<Seat>, held: impl Iterator<Item = Held>, predecessors: impl Iterator<Item = Id>, now: Stamp) -> Actor {
    let mut functions: Vec<(Function, Option<Id>)> = Vec::new();
    for (function, plan, regime, from, to) in held {
        let held = (function, plan.or(regime));
        if valid(from, to, now) && !functions.contains(&held) {
            functions.push(held);
        }
    }
    let mut provinces: Vec<Id> = seat.iter().map(|o| o.1).collect();
    for predecessor in predecessors {
        if !provinces.contains(&predecessor) {
            provinces.push(predecessor);
        }
    }
    let nobody = Id(uuid::Uuid::nil());
    Actor {
        user: nobody,
        session: nobody,
        username: String::new(),
        groups: seat.as_ref().map(|o| groups(&o.3, &o.4, &functions)).unwrap_or_default(),
        organization: seat.as_ref().map(|o| o.0),
        parent: seat.as_ref().and_then(|o| o.2),
        province: seat.as_ref().map(|o| o.1),
        provinces,
        position: Position::Viewer,
        functions,
        scopes: None,
    }
}

/// Role groups follow from functions (RULES 2); UBND and its Office are known by what they are.
pub fn groups(kind: &str, level: &str, functions: &[(Function, Option<Id>)]) -> Vec<RoleGroup> {
    let holds = |function: Function| functions.iter().any(|(f, scope)| *f == function && scope.is_none());
    let mut groups = Vec::new();
    if level == "province" && matches!(kind, "people_committee" | "office") {
        groups.push(RoleGroup::Ubnd);
    }
    if holds(Function::ForeignAffairs) {
        groups.push(RoleGroup::SoNgoaiVu);
    }
    if holds(Function::FriendshipUnion) {
        groups.push(RoleGroup::LienHiep);
    }
    if groups.is_empty() {
        groups.push(RoleGroup::CoQuan);
    }
    groups
}
