use super::{
    model::{NewUrging, UrgingAction, UrgingFilter, UrgingTransition, UrgingView},
    policy::RULES,
    store, workflow,
};
use crate::{
    authz,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    includes::{Include, Includes, Relation},
    organizations,
    page::{NewestFirst, Paging, Sort},
    plans,
};
use actix_web::{HttpResponse, get, post, web::Path};

impl Includes for UrgingView {
    const RELATIONS: &'static [Relation] =
        &[Relation { to: &plans::INCLUDED, by: &["plan_id"] }, Relation { to: &organizations::INCLUDED, by: &["organization_id", "sender_id"] }];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_urgings).service(create_urging).service(get_urging).service(transition_urging);
}

/// Urgings that the caller may see
#[utoipa::path(tag = "plans", params(UrgingFilter, By<UrgingView>, Sort<NewestFirst>, Include<UrgingView>, Paging), responses((status = 200, description = "A page", body = Vec<UrgingView>)))]
#[get("/urgings")]
async fn list_urgings(call: Call) -> Result<HttpResponse> {
    let (filter, sort, paging): (UrgingFilter, Sort<NewestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.including::<UrgingView>()
        .list(paging, move |conn, ask, paging| {
            let scope = authz::scope(RULES, &ask.actor, UrgingAction::View)?;
            let page = store::list(conn, &ask.actor, &scope, &filter, &sort, paging, ask.today)?;
            Ok(page.map(|(urging, standing)| workflow::view(ask, &urging, standing)))
        })
        .await
}

/// Urge an agency for its part of a task
#[utoipa::path(tag = "plans", request_body = NewUrging, responses((status = 201, description = "Sent", body = UrgingView)))]
#[post("/urgings")]
async fn create_urging(call: Call, body: Body<NewUrging>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/urgings/{}", view.id), &view, view.version)
    })
    .await
}

/// One urging
#[utoipa::path(tag = "plans", params(("id" = Id, Path), Include<UrgingView>), responses((status = 200, description = "The urging", body = UrgingView)))]
#[get("/urgings/{id}")]
async fn get_urging(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<UrgingView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Acknowledge or answer an urging
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), request_body = UrgingTransition, responses((status = 200, description = "The urging", body = UrgingView)))]
#[post("/urgings/{id}/transitions")]
async fn transition_urging(call: Call, id: Path<Id>, body: Body<UrgingTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
