use super::{
    super::store as documents,
    model::{Arrival, ArrivalAction, ArrivalFilter, ArrivalPatch, ArrivalView, NewArrival},
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
    page::{Page, Paging},
};
use actix_web::{HttpResponse, get, patch, post, web::Path};

impl Includes for ArrivalView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &crate::documents::INCLUDED, by: &["document_id"] },
        Relation { to: &organizations::INCLUDED, by: &["issuer_id", "receiver_id", "handling_unit_id"] },
    ];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_arrivals).service(create_arrival).service(get_arrival).service(update_arrival);
}

/// The arrival register of the caller's organisation
#[utoipa::path(tag = "documents", params(ArrivalFilter, By<ArrivalView>, Include<ArrivalView>, Paging), responses((status = 200, description = "A page", body = Vec<ArrivalView>)))]
#[get("/arrivals")]
async fn list_arrivals(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (ArrivalFilter, Paging) = (call.query()?, call.query()?);
    call.including::<ArrivalView>()
        .list(paging, move |conn, ask, paging| {
            let scope = authz::scope(RULES, &ask.actor, ArrivalAction::View)?;
            let Page { items, next, total } = store::list(conn, &scope, &filter, paging)?;
            let ids: Vec<Id> = items.iter().map(|a: &Arrival| a.id).collect();
            let about: Vec<Id> = items.iter().filter_map(|a| a.document_id).collect();
            let standings = store::standings(conn, &ids, ask.actor.organization)?;
            let about = documents::find_many(conn, &about)?;
            let items = items.into_iter().map(|a| {
                let document = about.iter().find(|d| Some(d.id) == a.document_id);
                let relations = standings.get(&a.id).copied().unwrap_or_default();
                workflow::view(ask, a, relations, document)
            });
            Ok(Page::<ArrivalView> { items: items.collect(), next, total })
        })
        .await
}

/// Register what has arrived: a delivery, a document from outside the system, or a stub of a secret one
#[utoipa::path(tag = "documents", request_body = NewArrival, responses((status = 201, description = "Registered", body = ArrivalView)))]
#[post("/arrivals")]
async fn create_arrival(call: Call, body: Body<NewArrival>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/arrivals/{}", view.id), &view, view.version)
    })
    .await
}

/// One arrival
#[utoipa::path(tag = "documents", params(("id" = Id, Path), Include<ArrivalView>), responses((status = 200, description = "The arrival", body = ArrivalView)))]
#[get("/arrivals/{id}")]
async fn get_arrival(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<ArrivalView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Say who handles an arrival (bút phê)
#[utoipa::path(tag = "documents", params(("id" = Id, Path)), request_body(content = ArrivalPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The arrival", body = ArrivalView)))]
#[patch("/arrivals/{id}")]
async fn update_arrival(call: Call, id: Path<Id>, body: Body<ArrivalPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
