//! Sign-in: argon2id, a lock-out ladder, refresh tokens that rotate and betray their own theft.

use super::{
    model::{Login, Logout, Me, PasswordChange, Refresh, Session, Switch, User},
    password, store, workflow,
};
use crate::{
    ask::Ask,
    db::Conn,
    error::{Error, Refusal, Result},
    http::{
        Answer, Body, Call, House, Seen, ServiceConfig, hex, session,
        token::{ACCESS_SECONDS, Claims},
    },
    id::Id,
    journal::{self, Change, NOTHING},
    organizations,
    time::Stamp,
};
use actix_web::{HttpResponse, get, post};
use rand::RngCore;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Days that a session lives, refreshed or not.
const SESSION_DAYS: i64 = 30;
/// Seconds in which a rotated refresh token still gives a successor: a lost answer is no theft (RULES 21).
const REUSE_GRACE_SECONDS: i64 = 30;
/// Failed sign-ins in a row, and for how many seconds they close the door.
const LADDER: &[(i32, i64)] = &[(20, 3600), (15, 900), (10, 300), (5, 60)];

/// Names that nobody has and whose failures are remembered, at most; then they are forgotten.
const STRANGERS: usize = 10_000;

/// Mounts the routes of sign-in.
pub fn mount(config: &mut ServiceConfig) {
    config.service(login).service(refresh).service(logout).service(get_me).service(switch_organization).service(change_password);
}

fn secret() -> (String, String) {
    let mut bytes = [0_u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    let token = hex(&bytes);
    let hash = hex(&Sha256::digest(token.as_bytes()));
    (token, hash)
}

fn bad_credentials() -> Error {
    Error::refuse(401, "bad_credentials", "Tên đăng nhập hoặc mật khẩu không đúng.", "The sign-in name or the password is wrong.")
}

fn locked(until: Stamp, now: Stamp) -> Error {
    let seconds = (until.micros() - now.micros()) / 1_000_000;
    let mut refusal = Refusal::new(429, "locked", "Đăng nhập sai nhiều lần; hãy chờ rồi thử lại.", "Too many failed sign-ins; wait, then try again.");
    refusal.retry_after = Some(u32::try_from(seconds.max(1)).unwrap_or(3600));
    Error::Refused(Box::new(refusal))
}

/// Until when the door is closed after so many failures in a row, if it is.
fn closed_until(failed: i32, now: Stamp) -> Option<Stamp> {
    LADDER.iter().find(|(times, _)| failed >= *times && failed % 5 == 0).map(|(_, seconds)| now.plus_seconds(*seconds))
}

/// A name that nobody has is refused as a wrong password is, closed door included: who tries names learns none. Kept in this
/// process alone.
fn stranger(house: &House, name: &str, now: Stamp) -> Error {
    let Ok(mut all) = house.strangers.lock() else { return bad_credentials() };
    if all.len() >= STRANGERS && !all.contains_key(name) {
        all.clear();
    }
    let (failed, until) = all.entry(name.to_owned()).or_default();
    *failed = failed.saturating_add(1);
    *until = closed_until(*failed, now);
    bad_credentials()
}

/// The ask of somebody who has just proved who they are.
fn as_user(seen: &Seen, user: &User, session: Id) -> Ask {
    let mut actor = workflow::system_actor();
    actor.user = user.id;
    actor.session = session;
    actor.username.clone_from(&user.username);
    let mut ask = Ask::internal(actor, seen.now());
    ask.request = seen.request().to_owned();
    ask.address = seen.peer().map(str::to_owned);
    ask
}

/// Opens a session for a post and answers its tokens.
fn open(conn: &mut Conn, seen: &Seen, user: &User, organization: Option<Id>) -> Result<Result<Session>> {
    let now = seen.now();
    let today = now.day();
    let posts = store::posts_of(conn, &[user.id])?.remove(&user.id).unwrap_or_default();
    let employers: Vec<Id> = posts.iter().map(|p| p.organization_id).collect();
    let archived: HashSet<Id> = organizations::find_many(conn, &employers)?.into_iter().filter(|o| o.archived_at.is_some()).map(|o| o.id).collect();
    let valid = |p: &&super::model::PostView| {
        p.valid_from.is_none_or(|f| f <= today) && p.valid_to.is_none_or(|t| today <= t) && !archived.contains(&p.organization_id)
    };
    let post = match organization {
        Some(wanted) => posts.iter().filter(valid).find(|p| p.organization_id == wanted),
        None => posts.iter().filter(valid).max_by_key(|p| p.is_default),
    };
    if post.is_none() && !(user.is_system_admin && organization.is_none()) {
        return Ok(Err(Error::fault("/organization_id", "no_post", "Không có chức danh còn hiệu lực ở cơ quan này.", "No valid post in this organisation.")));
    }
    let id = Id::fresh();
    store::open_session(conn, id, user.id, post.map(|p| p.id), now, now.plus_seconds(SESSION_DAYS * 86_400))?;
    tokens(conn, seen, user, id).map(Ok)
}

/// Tokens for a session that is open.
fn tokens(conn: &mut Conn, seen: &Seen, user: &User, session_id: Id) -> Result<Session> {
    let now = seen.now();
    let claims = Claims {
        iss: String::new(),
        sub: user.id,
        sid: session_id,
        province: None,
        organization: None,
        role_groups: vec![],
        position: String::new(),
        iat: 0,
        exp: 0,
    };
    let actor = session::load(conn, &claims, now)?;
    let mut ask = as_user(seen, user, session_id);
    ask.actor = actor;
    let me = who(conn, &ask)?;
    let claims = Claims {
        province: me.province_code.clone(),
        organization: me.organization_id,
        role_groups: me.role_groups.iter().map(|g| g.word().to_owned()).collect(),
        position: me.position.word().to_owned(),
        ..claims
    };
    let (refresh_token, hash) = secret();
    store::add_refresh(conn, session_id, &hash, now, now.plus_seconds(SESSION_DAYS * 86_400))?;
    let access_token = seen.house().tokens.issue(claims, now)?;
    Ok(Session { access_token, token_type: "Bearer".into(), expires_in: ACCESS_SECONDS, refresh_token, me })
}

/// A service account is described as a person is, without posts.
fn which_service(conn: &mut Conn, ask: &Ask) -> Result<Me> {
    let organization = organizations::find(conn, ask.actor.organization()?)?;
    let province = organizations::provinces::find(conn, organization.province_id)?;
    Ok(Me {
        user_id: ask.actor.user,
        username: ask.actor.username.clone(),
        full_name: ask.actor.username.clone(),
        language: "vi".into(),
        must_change_password: false,
        organization_id: Some(organization.id),
        organization_name: Some(organization.name),
        province_id: Some(province.id),
        province_code: Some(province.code),
        position: ask.actor.position,
        role_groups: ask.actor.groups.clone(),
        functions: functions(ask),
        scopes: ask.actor.scopes.clone(),
        posts: vec![],
    })
}

fn functions(ask: &Ask) -> Vec<crate::authz::Function> {
    let mut functions: Vec<_> = ask.actor.functions.iter().map(|(f, _)| *f).collect();
    functions.sort_unstable();
    functions.dedup();
    functions
}

fn who(conn: &mut Conn, ask: &Ask) -> Result<Me> {
    if ask.actor.scopes.is_some() {
        return which_service(conn, ask);
    }
    let user = store::find(conn, ask.actor.user)?;
    let posts = store::posts_of(conn, &[user.id])?.remove(&user.id).unwrap_or_default();
    let organization = ask.actor.organization.map(|id| organizations::find(conn, id)).transpose()?;
    let post = posts.iter().find(|p| Some(p.organization_id) == ask.actor.organization);
    Ok(Me {
        user_id: user.id,
        username: user.username,
        full_name: user.full_name,
        language: user.language,
        must_change_password: user.must_change_password,
        organization_id: ask.actor.organization,
        organization_name: organization.map(|o| o.name),
        province_id: ask.actor.province,
        province_code: post.map(|p| p.province_code.clone()),
        position: ask.actor.position,
        role_groups: ask.actor.groups.clone(),
        functions: functions(ask),
        scopes: None,
        posts,
    })
}

/// Sign in
#[utoipa::path(tag = "auth", security(()), request_body = Login, responses((status = 200, description = "Tokens", body = Session)))]
#[post("/auth/login")]
async fn login(call: Call, body: Body<Login>) -> Result<HttpResponse> {
    let login = body.open()?;
    let username = login.username.trim().to_lowercase();
    let house = call.house();
    let asked = username.clone();
    let found = house.db.read(move |conn| store::by_username(conn, &asked)).await?;
    let now = call.now();
    // Behind a closed door the password is not even looked at.
    let closed = match &found {
        Some(user) => user.locked_until,
        None => house.strangers.lock().ok().and_then(|all| all.get(&username).and_then(|(_, until)| *until)),
    };
    if let Some(until) = closed.filter(|until| *until > now) {
        return Err(locked(until, now));
    }
    let right = password::verify(login.password, found.map(|u| u.password_hash)).await?;
    let wanted = login.organization_id;
    call.anonymous(move |conn, seen| {
        let Some(user) = store::by_username(conn, &username)? else { return Ok(Err(stranger(seen.house(), &username, seen.now()))) };
        if let Some(until) = user.locked_until.filter(|until| *until > seen.now()) {
            return Ok(Err(locked(until, seen.now())));
        }
        if !right || user.disabled_at.is_some() {
            let failed = user.failed_logins.saturating_add(1);
            store::note_login(conn, user.id, failed, closed_until(failed, seen.now()), None)?;
            return Ok(Err(bad_credentials()));
        }
        store::note_login(conn, user.id, 0, None, Some(seen.now()))?;
        let session = match open(conn, seen, &user, wanted)? {
            Ok(session) => session,
            Err(refused) => return Ok(Err(refused)),
        };
        let ask = as_user(seen, &user, session.me.user_id);
        journal::record(conn, &ask, signed(&user, &session.me, "sign_in"), NOTHING, NOTHING)?;
        Answer::value(&session).map(Ok)
    })
    .await
}

fn signed<'a>(user: &User, me: &Me, action: &'a str) -> Change<'a> {
    Change { kind: "user", id: user.id, version: None, owner: me.organization_id, province: me.province_id, action, reason: None }
}

/// Exchange a refresh token for fresh tokens
#[utoipa::path(tag = "auth", security(()), request_body = Refresh, responses((status = 200, description = "Tokens", body = Session)))]
#[post("/auth/refresh")]
async fn refresh(call: Call, body: Body<Refresh>) -> Result<HttpResponse> {
    let hash = hex(&Sha256::digest(body.open()?.refresh_token.as_bytes()));
    call.anonymous(move |conn, seen| {
        let now = seen.now();
        let bad = || {
            Error::refuse(401, "bad_refresh_token", "Mã làm mới không còn dùng được; hãy đăng nhập lại.", "The refresh token is no longer good; sign in again.")
        };
        let Some((token, session_id, user_id, _, rotated, token_ends, session_ends, revoked)) = store::find_refresh(conn, &hash)? else {
            return Ok(Err(bad()));
        };
        if revoked.is_some() || token_ends <= now || session_ends <= now {
            return Ok(Err(bad()));
        }
        match rotated {
            // Presented again long after its successor was handed out: one of the two holders is a thief.
            Some(at) if at.plus_seconds(REUSE_GRACE_SECONDS) < now => {
                store::revoke(conn, user_id, Some(session_id), None, "refresh token reused", now)?;
                let user = store::find(conn, user_id)?;
                let ask = as_user(seen, &user, session_id);
                let change = Change { kind: "user", id: user_id, version: None, owner: None, province: None, action: "refresh_reuse", reason: None };
                journal::record(conn, &ask, change, NOTHING, NOTHING)?;
                return Ok(Err(bad()));
            }
            Some(_) => {}
            None => store::mark_rotated(conn, token, now)?,
        }
        let user = store::find(conn, user_id)?;
        match tokens(conn, seen, &user, session_id) {
            Ok(session) => Answer::value(&session).map(Ok),
            Err(Error::Refused(_)) => Ok(Err(bad())),
            Err(e) => Err(e),
        }
    })
    .await
}

/// Sign out, here or everywhere
#[utoipa::path(tag = "auth", request_body = Logout, responses((status = 204, description = "Signed out")))]
#[post("/auth/logout")]
async fn logout(call: Call, body: Body<Logout>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        ask.proceed(conn, None)?;
        let everywhere = body.open()?.everywhere;
        let only = (!everywhere).then_some(ask.actor.session);
        store::revoke(conn, ask.actor.user, only, None, "signed out", ask.now)?;
        let action = if everywhere { "sign_out_everywhere" } else { "sign_out" };
        let change =
            Change { kind: "user", id: ask.actor.user, version: None, owner: ask.actor.organization, province: ask.actor.province, action, reason: None };
        journal::record(conn, ask, change, NOTHING, NOTHING)?;
        Ok(Answer::none())
    })
    .await
}

/// Who is signed in
#[utoipa::path(tag = "auth", responses((status = 200, description = "The caller", body = Me)))]
#[get("/auth/me")]
async fn get_me(call: Call) -> Result<HttpResponse> {
    call.read(|conn, ask| Ok(Answer::value(&who(conn, ask)?)?.secret())).await
}

/// Act for another organisation in which the caller holds a post
#[utoipa::path(tag = "auth", request_body = Switch, responses((status = 200, description = "Tokens", body = Session)))]
#[post("/auth/switch")]
async fn switch_organization(call: Call, body: Body<Switch>) -> Result<HttpResponse> {
    let again = call.clone();
    call.write(body, move |conn, ask, body| {
        ask.proceed(conn, None)?;
        let wanted = body.open()?.organization_id;
        let user = store::find(conn, ask.actor.user)?;
        let session = open(conn, again.seen(), &user, Some(wanted))??;
        store::revoke(conn, user.id, Some(ask.actor.session), None, "switched", ask.now)?;
        journal::record(conn, ask, signed(&user, &session.me, "switch"), NOTHING, NOTHING)?;
        Ok(Answer::value(&session)?.secret())
    })
    .await
}

/// Change one's own password; every other session ends
#[utoipa::path(tag = "auth", request_body = PasswordChange, responses((status = 204, description = "Changed")))]
#[post("/auth/password")]
async fn change_password(call: Call, body: Body<PasswordChange>) -> Result<HttpResponse> {
    let change = body.open()?;
    let house = call.house();
    let asked = call.clone();
    let user = house.db.read(move |conn| asked.whoami(conn)).await?;
    let known = {
        let id = user;
        house.db.read(move |conn| store::find(conn, id)).await?
    };
    workflow::check_password("/new_password", &change.new_password, &known.username)?;
    if !password::verify(change.current_password, Some(known.password_hash)).await? {
        return Err(Error::fault("/current_password", "wrong", "Mật khẩu hiện tại không đúng.", "The current password is wrong."));
    }
    let chosen = change.new_password;
    let hash = password::hashed(chosen).await?;
    call.write(body, move |conn, ask, _| {
        ask.proceed(conn, None)?;
        let user = store::find(conn, ask.actor.user)?;
        workflow::set_password(conn, ask, &user, &hash, false, Some(ask.actor.session))?;
        Ok(Answer::none())
    })
    .await
}
