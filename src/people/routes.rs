use super::{
    model::{ByUsername, NewPost, NewUser, UserAction, UserFilter, UserPatch, UserTransition, UserView},
    password,
    policy::RULES,
    store, workflow,
};
use crate::{
    authz,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    page::{Paging, Sort},
};
use actix_web::{HttpResponse, get, patch, post, web::Path};

/// Mounts the routes of users.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_users).service(create_user).service(get_user).service(update_user).service(transition_user).service(create_user_post);
}

/// A password nobody has seen, with its hash: made outside the transaction, where it holds nobody up, and only for those who
/// may have it, because it is dear.
async fn invented() -> Result<(String, String)> {
    let secret = password::invent();
    let hash = password::hashed(secret.clone()).await?;
    Ok((secret, hash))
}

fn shown_once(view: UserView, created: bool) -> Result<Answer> {
    let mut kept = view.clone();
    kept.initial_password = None;
    let answer = if created { Answer::created(format!("/api/v1/users/{}", view.id), &view, view.version)? } else { Answer::one(&view, view.version)? };
    answer.secret().keeping(&kept)
}

/// Users of the caller's organisation; all of them for a system administrator
#[utoipa::path(tag = "people", params(UserFilter, By<UserView>, Sort<ByUsername>, Paging), responses((status = 200, description = "A page", body = Vec<UserView>)))]
#[get("/users")]
async fn list_users(call: Call) -> Result<HttpResponse> {
    let (filter, sort, paging): (UserFilter, Sort<ByUsername>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.private_list(paging, move |conn, ask, paging| {
        let scope = authz::scope(RULES, &ask.actor, UserAction::View)?;
        let page = store::list(conn, &scope, &filter, &sort, paging)?;
        let ids: Vec<Id> = page.items.iter().map(|u| u.id).collect();
        let mut posts = store::posts_of(conn, &ids)?;
        let page = page.map(|u| {
            let posts = posts.remove(&u.id).unwrap_or_default();
            workflow::view(ask, u, posts)
        });
        Ok(page)
    })
    .await
}

/// Add a user with a first post; the password is shown once
#[utoipa::path(tag = "people", request_body = NewUser, responses((status = 201, description = "Created", body = UserView)))]
#[post("/users")]
async fn create_user(call: Call, body: Body<NewUser>) -> Result<HttpResponse> {
    call.look(|_, ask| workflow::may_create(ask)).await?;
    let (secret, hash) = invented().await?;
    call.write(body, move |conn, ask, body| shown_once(workflow::create(conn, ask, body, &secret, &hash)?, true)).await
}

/// One user
#[utoipa::path(tag = "people", params(("id" = Id, Path)), responses((status = 200, description = "The user", body = UserView)))]
#[get("/users/{id}")]
async fn get_user(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let (_, view) = workflow::find(conn, ask, *id, UserAction::View)?;
        Ok(Answer::one(&view, view.version)?.secret())
    })
    .await
}

/// Change a user's name, e-mail or language
#[utoipa::path(tag = "people", params(("id" = Id, Path)), request_body(content = UserPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The user", body = UserView)))]
#[patch("/users/{id}")]
async fn update_user(call: Call, id: Path<Id>, body: Body<UserPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Ok(Answer::one(&view, view.version)?.secret())
    })
    .await
}

/// Disable, enable, unlock a user or reset the password
#[utoipa::path(tag = "people", params(("id" = Id, Path)), request_body = UserTransition, responses((status = 200, description = "The user", body = UserView)))]
#[post("/users/{id}/transitions")]
async fn transition_user(call: Call, id: Path<Id>, body: Body<UserTransition>) -> Result<HttpResponse> {
    let user = *id;
    call.look(move |conn, ask| workflow::find(conn, ask, user, UserAction::Edit).map(drop)).await?;
    let resets = body.value().get("action").is_some_and(|action| action == UserAction::ResetPassword.word());
    let invented = if resets { Some(invented().await?) } else { None };
    call.write(body, move |conn, ask, body| shown_once(workflow::take(conn, ask, user, body, invented.as_ref())?, false)).await
}

/// Give a user a further post
#[utoipa::path(tag = "people", params(("id" = Id, Path)), request_body = NewPost, responses((status = 201, description = "The user with the post", body = UserView)))]
#[post("/users/{id}/posts")]
async fn create_user_post(call: Call, id: Path<Id>, body: Body<NewPost>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::add_post(conn, ask, *id, body)?;
        Ok(Answer::created(format!("/api/v1/users/{}", view.id), &view, view.version)?.secret())
    })
    .await
}
