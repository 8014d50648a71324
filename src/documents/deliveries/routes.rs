use super::{
    model::{Delivery, DeliveryFilter, DeliveryTransition, DeliveryView, Forwarding, NewForwarding, TreeFilter},
    policy::RULES,
    store, workflow,
};
use crate::{
    ask::Ask,
    authz::{self, Scope},
    db::Conn,
    documents,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::{Id, Key},
    includes::{Include, Includes, Relation},
    organizations,
    page::{Page, Paging},
};
use actix_web::{HttpResponse, get, post, web::Path};

impl Includes for DeliveryView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &documents::INCLUDED, by: &["document_id", "by_document_id"] },
        Relation { to: &organizations::INCLUDED, by: &["sender_id", "receiver_id"] },
    ];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_document_deliveries).service(list_deliveries).service(get_delivery).service(transition_delivery).service(forward_delivery);
}

fn page(conn: &mut Conn, ask: &Ask, scope: &Scope, of: Option<Id>, filter: &DeliveryFilter, paging: &Paging) -> Result<Page<DeliveryView>> {
    let Page { items, next, total } = store::list(conn, scope, of, filter, paging)?;
    let ids: Vec<Id> = items.iter().map(|d: &Delivery| d.id).collect();
    let standings = store::standings(conn, &ids, ask.actor.organization)?;
    let items = items.iter().map(|d| workflow::view(ask, d, standings.get(&d.id).copied().unwrap_or_default())).collect::<Result<_>>()?;
    Ok(Page { items, next, total })
}

/// Who was sent a document: the whole tree for its issuer, the own branch for a recipient
#[utoipa::path(tag = "documents", params(("id" = Key, Path), TreeFilter, By<DeliveryView>, Paging), responses((status = 200, description = "A page", body = Vec<DeliveryView>)))]
#[get("/documents/{id}/deliveries")]
async fn list_document_deliveries(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let (filter, paging): (TreeFilter, Paging) = (call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| {
        // Not to be seen is 404, as for the document itself.
        super::super::workflow::find_visible(conn, ask, *id)?;
        let scope = authz::scope(RULES, &ask.actor, super::model::DeliveryAction::View)?;
        let filter = DeliveryFilter { is_answered: filter.is_answered, by: filter.by.clone(), side: None, sort: filter.sort };
        page(conn, ask, &scope, Some(*id), &filter, paging)
    })
    .await
}

/// Deliveries that the caller's organisation has sent, received or looks after
#[utoipa::path(tag = "documents", params(DeliveryFilter, By<DeliveryView>, Include<DeliveryView>, Paging), responses((status = 200, description = "A page", body = Vec<DeliveryView>)))]
#[get("/deliveries")]
async fn list_deliveries(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (DeliveryFilter, Paging) = (call.query()?, call.query()?);
    call.including::<DeliveryView>()
        .list(paging, move |conn, ask, paging| {
            let scope = authz::scope(RULES, &ask.actor, super::model::DeliveryAction::View)?;
            page(conn, ask, &scope, None, &filter, paging)
        })
        .await
}

/// One delivery
#[utoipa::path(tag = "documents", params(("id" = Id, Path), Include<DeliveryView>), responses((status = 200, description = "The delivery", body = DeliveryView)))]
#[get("/deliveries/{id}")]
async fn get_delivery(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<DeliveryView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Deliver, acknowledge or disseminate
#[utoipa::path(tag = "documents", params(("id" = Id, Path)), request_body = DeliveryTransition, responses((status = 200, description = "The delivery", body = DeliveryView)))]
#[post("/deliveries/{id}/transitions")]
async fn transition_delivery(call: Call, id: Path<Id>, body: Body<DeliveryTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Pass a received document on to the own units
#[utoipa::path(tag = "documents", params(("id" = Id, Path)), request_body = NewForwarding, responses((status = 201, description = "Passed on", body = Forwarding)))]
#[post("/deliveries/{id}/forwardings")]
async fn forward_delivery(call: Call, id: Path<Id>, body: Body<NewForwarding>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let (made, version) = workflow::forward(conn, ask, *id, body)?;
        Answer::created(format!("/api/v1/deliveries/{}", made.delivery_id), &made, version)
    })
    .await
}
