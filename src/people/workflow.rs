use super::{
    model::{KIND, NewPost, NewUser, Post, PostView, User, UserAction, UserAction as Act, UserPatch, UserState as State, UserTransition, UserView},
    password,
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Actor, Position, Relations, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations::{self, Organization},
    text,
};
use chrono::NaiveDate;
use std::collections::HashSet;

/// How an account lives.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Enabled, Act::Disable, State::Disabled),
    (State::Disabled, Act::Enable, State::Enabled),
    (State::Enabled, Act::Unlock, State::Enabled),
    (State::Enabled, Act::ResetPassword, State::Enabled),
]);

/// Colleagues see each other. An organisation manages those who are its own alone: whoever also serves another one, or the
/// whole system, would lend it rights there (a password that it resets opens every post).
fn standing(ask: &Ask, act: Act, is_system_admin: bool, posts: &[PostView]) -> Standing {
    let ours = |post: &PostView| ask.actor.organization == Some(post.organization_id);
    let mut held = posts.iter().filter(|p| p.valid_to.is_none_or(|last| ask.today <= last)).peekable();
    let related = match act {
        Act::View => posts.iter().any(ours),
        _ => !is_system_admin && held.peek().is_some() && held.all(ours),
    };
    Standing { relations: if related { Relations::OWNER } else { Relations::NONE }, ..Standing::NEW }
}

/// Whether the caller may do this with the user.
fn may(ask: &Ask, act: Act, is_system_admin: bool, posts: &[PostView]) -> bool {
    authz::may(RULES, &ask.actor, act, standing(ask, act, is_system_admin, posts))
}

/// The user as this caller sees it.
pub fn view(ask: &Ask, user: User, posts: Vec<PostView>) -> UserView {
    let acts = std::iter::once(Act::Edit).chain(FLOW.actions(user.state()));
    let allowed_actions = acts.filter(|act| may(ask, *act, user.is_system_admin, &posts)).collect();
    UserView {
        state: user.state(),
        id: user.id,
        username: user.username,
        full_name: user.full_name,
        email: user.email,
        language: user.language,
        is_system_admin: user.is_system_admin,
        must_change_password: user.must_change_password,
        locked_until: user.locked_until.filter(|until| *until > ask.now),
        last_login_at: user.last_login_at,
        posts,
        initial_password: None,
        version: user.version,
        created_at: user.created_at,
        updated_at: user.updated_at,
        allowed_actions,
    }
}

fn seen(conn: &mut Conn, ask: &Ask, user: User) -> Result<UserView> {
    let posts = store::posts_of(conn, &[user.id])?.remove(&user.id).unwrap_or_default();
    Ok(view(ask, user, posts))
}

/// The user, if this caller may do this with it.
pub fn find(conn: &mut Conn, ask: &Ask, id: Id, act: UserAction) -> Result<(User, UserView)> {
    let user = store::find(conn, id)?;
    let view = seen(conn, ask, user.clone())?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing(ask, Act::View, user.is_system_admin, &view.posts))?;
    if !may(ask, act, user.is_system_admin, &view.posts) {
        return Err(Error::forbidden());
    }
    Ok((user, view))
}

/// Belongs to the organisation and its province, whoever did it: a system administrator has neither.
fn change<'a>(user: &User, owner: Option<&Organization>, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    let (owner, province) = (owner.map(|o| o.id), owner.map(|o| o.province_id));
    Change { kind: KIND, id: user.id, version: Some(user.version), owner, province, action, reason }
}

/// 403 for whoever adds no users.
pub fn may_create(ask: &Ask) -> Result<()> {
    let own = Standing { relations: Relations::OWNER, ..Standing::NEW };
    if authz::may(RULES, &ask.actor, Act::Create, own) { Ok(()) } else { Err(Error::forbidden()) }
}

/// An administrator adds a user; the password is invented and shown once.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewUser>, secret: &str, hash: &str) -> Result<UserView> {
    may_create(ask)?;
    ask.proceed(conn, None)?;
    let new = body.open()?;
    if !ask.actor.is_system_admin() && ask.actor.organization != Some(new.organization_id) {
        return Err(Error::fault(
            "/organization_id",
            "other_organization",
            "Chỉ thêm được người của cơ quan mình.",
            "Users are added to the own organisation.",
        ));
    }
    let user = add(conn, ask, new, hash, true)?;
    let mut view = seen(conn, ask, user)?;
    view.initial_password = Some(secret.to_owned());
    Ok(view)
}

/// Adds a user with a first post; also the door of the seed loader and of `admin user`.
pub fn add(conn: &mut Conn, ask: &Ask, new: NewUser, hash: &str, must_change: bool) -> Result<User> {
    let mut faults = Vec::new();
    if store::by_username(conn, &new.username)?.is_some() {
        faults.push(Fault::at("/username", "taken", "Tên đăng nhập đã có người dùng.", "The sign-in name is taken."));
    }
    let organization = organizations::find_many(conn, &[new.organization_id])?.pop();
    if organization.as_ref().is_none_or(|o| !o.has_users) {
        faults.push(Fault::at(
            "/organization_id",
            "unknown_reference",
            "Không có cơ quan này, hoặc cơ quan không có người dùng.",
            "There is no such organisation, or it has no users.",
        ));
    }
    if new.position == Position::SystemAdmin {
        faults.push(Fault::at(
            "/position",
            "not_a_post",
            "Quản trị hệ thống không phải chức danh của cơ quan.",
            "System administrator is not a post in an organisation.",
        ));
    }
    all_well(faults)?;
    let user = fresh(ask, new.username, new.full_name, new.email, new.language, hash, must_change, false);
    store::insert(conn, &user)?;
    let post = NewPost { organization_id: new.organization_id, position: new.position, valid_from: None, valid_to: None };
    store::insert_post(conn, &post_of(ask, user.id, &post, true))?;
    let shown = seen(conn, ask, user.clone())?;
    journal::record(conn, ask, change(&user, organization.as_ref(), "create", None), NOTHING, Some(&shown))?;
    Ok(user)
}

#[allow(clippy::too_many_arguments)] // one line a column
fn fresh(ask: &Ask, username: String, full_name: String, email: Option<String>, language: Option<String>, hash: &str, must_change: bool, admin: bool) -> User {
    User {
        id: Id::fresh(),
        username,
        full_name_fold: text::fold(&full_name),
        full_name,
        email,
        language: language.unwrap_or_else(|| "vi".into()),
        password_hash: hash.to_owned(),
        must_change_password: must_change,
        is_system_admin: admin,
        failed_logins: 0,
        locked_until: None,
        disabled_at: None,
        last_login_at: None,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    }
}

fn post_of(ask: &Ask, user: Id, new: &NewPost, is_default: bool) -> Post {
    Post {
        id: Id::fresh(),
        user_id: user,
        organization_id: new.organization_id,
        position: new.position,
        is_default,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        created_at: ask.now,
    }
}

/// Adds a system administrator.
pub fn add_system_admin(conn: &mut Conn, ask: &Ask, username: &str, full_name: &str, hash: &str) -> Result<User> {
    if store::by_username(conn, username)?.is_some() {
        return Err(Error::fault("/username", "taken", "Tên đăng nhập đã có người dùng.", "The sign-in name is taken."));
    }
    let user = fresh(ask, username.to_owned(), full_name.to_owned(), None, None, hash, false, true);
    store::insert(conn, &user)?;
    let shown = seen(conn, ask, user.clone())?;
    journal::record(conn, ask, change(&user, None, "create", None), NOTHING, Some(&shown))?;
    Ok(user)
}

/// Adds a further post to a user.
pub fn add_post(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<NewPost>) -> Result<UserView> {
    let (user, before) = find(conn, ask, id, Act::Edit)?;
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let mut faults = Vec::new();
    if organizations::find_many(conn, &[new.organization_id])?.pop().is_none_or(|o| !o.has_users) {
        faults.push(Fault::at(
            "/organization_id",
            "unknown_reference",
            "Không có cơ quan này, hoặc cơ quan không có người dùng.",
            "There is no such organisation, or it has no users.",
        ));
    } else if !ask.actor.is_system_admin() && ask.actor.organization != Some(new.organization_id) {
        faults.push(Fault::at("/organization_id", "other_organization", "Chỉ giao được chức danh ở cơ quan mình.", "Posts are given in the own organisation."));
    }
    if new.position == Position::SystemAdmin {
        faults.push(Fault::at(
            "/position",
            "not_a_post",
            "Quản trị hệ thống không phải chức danh của cơ quan.",
            "System administrator is not a post in an organisation.",
        ));
    }
    if new.valid_from.zip(new.valid_to).is_some_and(|(from, to)| to < from) {
        faults.push(Fault::at("/valid_to", "before_start", "Ngày kết thúc trước ngày bắt đầu.", "The end is before the start."));
    }
    all_well(faults)?;
    store::insert_post(conn, &post_of(ask, user.id, &new, before.posts.is_empty()))?;
    save(conn, ask, &user, user.clone(), &before, "add_post", None)
}

/// Changes name, e-mail, language.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<UserPatch>) -> Result<UserView> {
    let (user, before) = find(conn, ask, id, Act::Edit)?;
    ask.proceed(conn, Some(user.version))?;
    let patch = body.open()?;
    let mut after = user.clone();
    if let Some(name) = patch.full_name {
        after.full_name_fold = text::fold(&name);
        after.full_name = name;
    }
    after.email = patch.email.unwrap_or(after.email);
    after.language = patch.language.unwrap_or(after.language);
    save(conn, ask, &user, after, &before, "edit", None)
}

/// Disables, enables, unlocks, resets the password (`invented`: the new one and its hash, where the body asks for it).
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<UserTransition>, invented: Option<&(String, String)>) -> Result<UserView> {
    let (user, before) = find(conn, ask, id, Act::Edit)?;
    ask.proceed(conn, Some(user.version))?;
    let step = body.open()?;
    FLOW.next(user.state(), step.action)?;
    let mut after = user.clone();
    let mut secret = None;
    match step.action {
        Act::Disable => {
            after.disabled_at = Some(ask.now);
            store::revoke(conn, user.id, None, None, "disabled", ask.now)?;
        }
        Act::Enable => after.disabled_at = None,
        Act::Unlock => {
            after.failed_logins = 0;
            after.locked_until = None;
        }
        Act::ResetPassword => {
            let (password, hash) = invented.ok_or_else(|| Error::internal("no password was invented"))?;
            after.password_hash.clone_from(hash);
            after.must_change_password = true;
            after.failed_logins = 0;
            after.locked_until = None;
            store::revoke(conn, user.id, None, None, "password reset", ask.now)?;
            secret = Some(password.clone());
        }
        Act::View | Act::Create | Act::Edit => {}
    }
    let mut view = save(conn, ask, &user, after, &before, step.action.word(), step.reason.as_deref())?;
    view.initial_password = secret;
    Ok(view)
}

fn save(conn: &mut Conn, ask: &Ask, user: &User, mut after: User, before: &UserView, action: &str, reason: Option<&str>) -> Result<UserView> {
    after.version = user.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, user, &after)?;
    let is = seen(conn, ask, after.clone())?;
    let owner: Vec<Id> = is.posts.first().map(|p| p.organization_id).into_iter().collect();
    let owner = organizations::find_many(conn, &owner)?.pop();
    journal::record(conn, ask, change(&after, owner.as_ref(), action, reason), Some(before), Some(&is))?;
    Ok(is)
}

/// Sets a password and ends every session but this one; also the door of `admin reset-password`.
pub fn set_password(conn: &mut Conn, ask: &Ask, user: &User, hash: &str, must_change: bool, keep: Option<Id>) -> Result<()> {
    let before = seen(conn, ask, user.clone())?;
    let mut after = user.clone();
    after.password_hash = hash.to_owned();
    after.must_change_password = must_change;
    after.failed_logins = 0;
    after.locked_until = None;
    store::revoke(conn, user.id, None, keep, "password changed", ask.now)?;
    save(conn, ask, user, after, &before, "set_password", None).map(drop)
}

/// Faults of a password that somebody chose.
pub fn check_password(pointer: &str, chosen: &str, username: &str) -> Result<()> {
    all_well(password::faults(pointer, chosen, username))
}

/// The program itself as an actor: for seeding, administration at the terminal and background work.
pub fn system_actor() -> Actor {
    let nobody = Id(uuid::Uuid::nil());
    Actor {
        user: nobody,
        session: nobody,
        username: "system".into(),
        organization: None,
        parent: None,
        province: None,
        provinces: vec![],
        position: Position::SystemAdmin,
        groups: vec![],
        functions: vec![],
        scopes: None,
    }
}

/// Moves the people of an organisation to its successor: the old post ends, a new one begins, sessions end (RULES 18).
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id, only: Option<&HashSet<Id>>, day: NaiveDate, eve: NaiveDate) -> Result<usize> {
    let mut count = 0;
    for post in store::posts_in(conn, from, eve)? {
        if only.is_some_and(|ids| !ids.contains(&post.user_id)) {
            continue;
        }
        let user = store::find(conn, post.user_id)?;
        let before = seen(conn, ask, user.clone())?;
        store::end_post(conn, post.id, eve)?;
        let held = before.posts.iter().any(|p| p.organization_id == to && p.position == post.position);
        if !held {
            let new = NewPost { organization_id: to, position: post.position, valid_from: Some(day), valid_to: None };
            store::insert_post(conn, &post_of(ask, user.id, &new, post.is_default))?;
        }
        store::revoke(conn, user.id, None, None, "merger", ask.now)?;
        save(conn, ask, &user, user.clone(), &before, "reassign", None)?;
        count += 1;
    }
    Ok(count)
}
