use super::{
    model::{NewServiceAccount, ServiceAccountAction, ServiceAccountPatch, ServiceAccountTransition, ServiceAccountView},
    policy::RULES,
    store, workflow,
};
use crate::{
    authz,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig, key},
    id::Id,
    page::{OldestFirst, Page, Paging, Sort},
};
use actix_web::{HttpResponse, get, patch, post, web::Path};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_service_accounts)
        .service(create_service_account)
        .service(get_service_account)
        .service(update_service_account)
        .service(transition_service_account);
}

fn shown_once(view: ServiceAccountView, created: bool) -> Result<Answer> {
    let mut kept = view.clone();
    kept.key = None;
    let answer =
        if created { Answer::created(format!("/api/v1/service-accounts/{}", view.id), &view, view.version)? } else { Answer::one(&view, view.version)? };
    answer.secret().keeping(&kept)
}

/// Service accounts of the caller's organisation; all of them for a system administrator
#[utoipa::path(tag = "people", params(By<ServiceAccountView>, Sort<OldestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<ServiceAccountView>)))]
#[get("/service-accounts")]
async fn list_service_accounts(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<ServiceAccountView>, Sort<OldestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.private_list(paging, move |conn, ask, paging| {
        let scope = authz::scope(RULES, &ask.actor, ServiceAccountAction::View)?;
        let page = store::list(conn, &scope, &by, &sort, paging)?;
        let ids: Vec<Id> = page.items.iter().map(|a| a.id).collect();
        let mut keys = store::keys_of(conn, &ids)?;
        let (next, total) = (page.next, page.total);
        let views = page.items.into_iter().map(|a| {
            let keys = keys.remove(&a.id).unwrap_or_default();
            workflow::view(ask, a, keys)
        });
        Ok(Page { items: views.collect::<Result<Vec<_>>>()?, next, total })
    })
    .await
}

/// Add a service account; its key is shown once
#[utoipa::path(tag = "people", request_body = NewServiceAccount, responses((status = 201, description = "Created", body = ServiceAccountView)))]
#[post("/service-accounts")]
async fn create_service_account(call: Call, body: Body<NewServiceAccount>) -> Result<HttpResponse> {
    let fresh = key::fresh();
    call.write(body, move |conn, ask, body| shown_once(workflow::create(conn, ask, body, &fresh)?, true)).await
}

/// One service account
#[utoipa::path(tag = "people", params(("id" = Id, Path)), responses((status = 200, description = "The account", body = ServiceAccountView)))]
#[get("/service-accounts/{id}")]
async fn get_service_account(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let (_, view) = workflow::find(conn, ask, *id, ServiceAccountAction::View)?;
        Ok(Answer::one(&view, view.version)?.secret())
    })
    .await
}

/// Change a service account's name, scopes or last day
#[utoipa::path(tag = "people", params(("id" = Id, Path)), request_body(content = ServiceAccountPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The account", body = ServiceAccountView)))]
#[patch("/service-accounts/{id}")]
async fn update_service_account(call: Call, id: Path<Id>, body: Body<ServiceAccountPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Ok(Answer::one(&view, view.version)?.secret())
    })
    .await
}

/// Give a service account a new key beside the old one, or revoke it
#[utoipa::path(tag = "people", params(("id" = Id, Path)), request_body = ServiceAccountTransition, responses((status = 200, description = "The account", body = ServiceAccountView)))]
#[post("/service-accounts/{id}/transitions")]
async fn transition_service_account(call: Call, id: Path<Id>, body: Body<ServiceAccountTransition>) -> Result<HttpResponse> {
    let fresh = key::fresh();
    call.write(body, move |conn, ask, body| shown_once(workflow::take(conn, ask, *id, body, &fresh)?, false)).await
}
