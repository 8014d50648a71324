use super::model::{ByUsername, Post, PostView, User, UserFilter};
use crate::{
    authz::{Position, Scope},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    page::{Page, Paging, Sort},
    schema::{organizations, posts, provinces, refresh_tokens, sessions, users},
    sorted, text,
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

pub fn find(conn: &mut Conn, id: Id) -> Result<User> {
    users::table.find(id).select(User::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The user with this sign-in name.
pub fn by_username(conn: &mut Conn, username: &str) -> Result<Option<User>> {
    Ok(users::table.filter(users::username.eq(username)).select(User::as_select()).first(conn).optional()?)
}

/// Whether somebody holds a post in one of these organisations on a day.
pub fn works_for_any(conn: &mut Conn, user: Id, organizations: &[Option<Id>], day: NaiveDate) -> Result<bool> {
    let ids: Vec<Id> = organizations.iter().flatten().copied().collect();
    let post: Option<Id> = posts::table
        .filter(posts::user_id.eq(user))
        .filter(posts::organization_id.eq_any(ids))
        .filter(posts::valid_from.is_null().or(posts::valid_from.le(day)))
        .filter(posts::valid_to.is_null().or(posts::valid_to.ge(day)))
        .select(posts::id)
        .first(conn)
        .optional()?;
    Ok(post.is_some())
}

/// Posts of several users, with the names around them.
pub fn posts_of(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, Vec<PostView>>> {
    type Row = (Id, Id, Id, String, String, Position, bool, Option<NaiveDate>, Option<NaiveDate>);
    let rows: Vec<Row> = posts::table
        .inner_join(organizations::table.inner_join(provinces::table.on(provinces::id.eq(organizations::province_id))))
        .filter(posts::user_id.eq_any(ids.to_vec()))
        .order(posts::id)
        .select((
            posts::user_id,
            posts::id,
            organizations::id,
            organizations::name,
            provinces::code,
            posts::position,
            posts::is_default,
            posts::valid_from,
            posts::valid_to,
        ))
        .load(conn)?;
    let mut all: HashMap<Id, Vec<PostView>> = HashMap::new();
    for (user, id, organization_id, organization_name, province_code, position, is_default, valid_from, valid_to) in rows {
        all.entry(user).or_default().push(PostView { id, organization_id, organization_name, province_code, position, is_default, valid_from, valid_to });
    }
    Ok(all)
}

/// Only users that hold a post in the caller's organisation; all for a system administrator.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &UserFilter, sort: &Sort<ByUsername>, paging: &Paging) -> Result<Page<User>> {
    let query = || {
        let mut query = filter.by.narrow(users::table.into_boxed::<MultiBackend>());
        if let Some(organization) = scope.organization {
            query = query.filter(users::id.eq_any(posts::table.filter(posts::organization_id.eq(organization)).select(posts::user_id)));
        }
        if let Some(organization) = filter.organization_id {
            query = query.filter(users::id.eq_any(posts::table.filter(posts::organization_id.eq(organization)).select(posts::user_id)));
        }
        if let Some(position) = filter.position {
            query = query.filter(users::id.eq_any(posts::table.filter(posts::position.eq(position)).select(posts::user_id)));
        }
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            query = query.filter(users::full_name_fold.like(pattern).escape('\\'));
        }
        query
    };
    let rows = query().select(User::as_select());
    let page = sorted!(conn, rows, paging, sort, users::username => String, users::id, |u: &User| (u.username.clone(), u.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, user: &User) -> Result<()> {
    diesel::insert_into(users::table).values(user).execute(conn)?;
    Ok(())
}

pub fn insert_post(conn: &mut Conn, post: &Post) -> Result<()> {
    diesel::insert_into(posts::table).values(post).execute(conn)?;
    Ok(())
}

/// Writes the user back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &User, after: &User) -> Result<()> {
    let moved = diesel::update(users::table.find(before.id).filter(users::version.eq(before.version)))
        .set((
            users::full_name.eq(&after.full_name),
            users::full_name_fold.eq(&after.full_name_fold),
            users::email.eq(&after.email),
            users::language.eq(&after.language),
            users::password_hash.eq(&after.password_hash),
            users::must_change_password.eq(after.must_change_password),
            users::failed_logins.eq(after.failed_logins),
            users::locked_until.eq(after.locked_until),
            users::disabled_at.eq(after.disabled_at),
            users::last_login_at.eq(after.last_login_at),
            users::version.eq(after.version),
            users::updated_at.eq(after.updated_at),
            users::updated_by.eq(after.updated_by),
        ))
        .execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// What a sign-in leaves behind; it is no change of the record, so the version stays.
pub fn note_login(conn: &mut Conn, user: Id, failed: i32, locked_until: Option<Stamp>, at: Option<Stamp>) -> Result<()> {
    let row = diesel::update(users::table.find(user));
    match at {
        Some(at) => row.set((users::failed_logins.eq(failed), users::locked_until.eq(locked_until), users::last_login_at.eq(at))).execute(conn)?,
        None => row.set((users::failed_logins.eq(failed), users::locked_until.eq(locked_until))).execute(conn)?,
    };
    Ok(())
}

pub fn open_session(conn: &mut Conn, id: Id, user: Id, post: Option<Id>, now: Stamp, until: Stamp) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::user_id.eq(user),
            sessions::post_id.eq(post),
            sessions::created_at.eq(now),
            sessions::last_used_at.eq(now),
            sessions::expires_at.eq(until),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends sessions of a user: one, all, or all but one.
pub fn revoke(conn: &mut Conn, user: Id, only: Option<Id>, except: Option<Id>, why: &str, now: Stamp) -> Result<()> {
    let mut query = diesel::update(sessions::table).filter(sessions::user_id.eq(user)).filter(sessions::revoked_at.is_null()).into_boxed::<MultiBackend>();
    if let Some(only) = only {
        query = query.filter(sessions::id.eq(only));
    }
    if let Some(except) = except {
        query = query.filter(sessions::id.ne(except));
    }
    query.set((sessions::revoked_at.eq(now), sessions::revoked_why.eq(why))).execute(conn)?;
    Ok(())
}

pub fn add_refresh(conn: &mut Conn, session: Id, hash: &str, now: Stamp, until: Stamp) -> Result<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::id.eq(Id::fresh()),
            refresh_tokens::session_id.eq(session),
            refresh_tokens::token_hash.eq(hash),
            refresh_tokens::created_at.eq(now),
            refresh_tokens::expires_at.eq(until),
        ))
        .execute(conn)?;
    Ok(())
}

/// A refresh token with its session: (token, session, user, post, rotated, token's end, session's end, session revoked).
pub type Refreshed = (Id, Id, Id, Option<Id>, Option<Stamp>, Stamp, Stamp, Option<Stamp>);

pub fn find_refresh(conn: &mut Conn, hash: &str) -> Result<Option<Refreshed>> {
    Ok(refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::token_hash.eq(hash))
        .select((
            refresh_tokens::id,
            sessions::id,
            sessions::user_id,
            sessions::post_id,
            refresh_tokens::rotated_at,
            refresh_tokens::expires_at,
            sessions::expires_at,
            sessions::revoked_at,
        ))
        .first(conn)
        .optional()?)
}

pub fn mark_rotated(conn: &mut Conn, token: Id, now: Stamp) -> Result<()> {
    diesel::update(refresh_tokens::table.find(token)).set(refresh_tokens::rotated_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Posts in an organisation that are held on a day.
pub fn posts_in(conn: &mut Conn, organization: Id, day: NaiveDate) -> Result<Vec<Post>> {
    Ok(posts::table
        .filter(posts::organization_id.eq(organization))
        .filter(posts::valid_from.is_null().or(posts::valid_from.le(day)))
        .filter(posts::valid_to.is_null().or(posts::valid_to.ge(day)))
        .order(posts::id)
        .select(Post::as_select())
        .load(conn)?)
}

/// The position that a user who may sign in holds in an organisation on a day.
pub fn position_in(conn: &mut Conn, user: Id, organization: Id, day: NaiveDate) -> Result<Option<Position>> {
    Ok(posts::table
        .inner_join(users::table)
        .inner_join(organizations::table)
        .filter(users::id.eq(user))
        .filter(users::disabled_at.is_null())
        .filter(organizations::archived_at.is_null())
        .filter(posts::organization_id.eq(organization))
        .filter(posts::valid_from.is_null().or(posts::valid_from.le(day)))
        .filter(posts::valid_to.is_null().or(posts::valid_to.ge(day)))
        .order(posts::id)
        .select(posts::position)
        .first(conn)
        .optional()?)
}

/// The last day of a post.
pub fn end_post(conn: &mut Conn, post: Id, last_day: NaiveDate) -> Result<()> {
    diesel::update(posts::table.find(post)).set((posts::valid_to.eq(last_day), posts::is_default.eq(false))).execute(conn)?;
    Ok(())
}

/// People of an organisation on a day: id and name.
pub fn of_organization(conn: &mut Conn, organization: Id, day: NaiveDate) -> Result<Vec<(Id, String)>> {
    let ids: Vec<Id> = posts_in(conn, organization, day)?.into_iter().map(|p| p.user_id).collect();
    Ok(users::table.filter(users::id.eq_any(ids)).order(users::id).select((users::id, users::full_name)).load(conn)?)
}
