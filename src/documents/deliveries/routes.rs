use super::{
    model::{Delivery, DeliveryFilter, DeliveryTransition, DeliveryView, Forwarding, NewForwarding, TreeFilter},
    policy::RULES,
    store, workflow,
};
use crate::{
    ask::Ask,
    authz::{self, Scope},
    db::Conn,
    error::Result,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    page::{Page, Paging},
};
use actix_web::{HttpResponse, get, post, web::Path};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_document_deliveries).service(list_deliveries).service(get_delivery).service(transition_delivery).service(forward_delivery);
}

fn page(conn: &mut Conn, ask: &Ask, scope: &Scope, filter: &DeliveryFilter, paging: &Paging) -> Result<Answer> {
    let Page { items, next, total } = store::list(conn, scope, filter, paging)?;
    let ids: Vec<Id> = items.iter().map(|d: &Delivery| d.id).collect();
    let standings = store::standings(conn, &ids, ask.actor.organization)?;
    let items = items.iter().map(|d| workflow::view(ask, d, standings.get(&d.id).copied().unwrap_or_default())).collect::<Result<_>>()?;
    Answer::page(&Page::<DeliveryView> { items, next, total })
}

/// Who was sent a document: the whole tree for its issuer, the own branch for a recipient
#[utoipa::path(tag = "documents", params(("id" = Id, Path), TreeFilter, Paging), responses((status = 200, description = "A page", body = Vec<DeliveryView>)))]
#[get("/documents/{id}/deliveries")]
async fn list_document_deliveries(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let (filter, paging): (TreeFilter, Paging) = (call.query()?, call.query()?);
    call.read(move |conn, ask| {
        // Not to be seen is 404, as for the document itself.
        super::super::workflow::find_visible(conn, ask, *id)?;
        let scope = authz::scope(RULES, &ask.actor, super::model::DeliveryAction::View)?;
        let filter = DeliveryFilter {
            document_id: Some(*id),
            state: filter.state,
            receiver_id: filter.receiver_id,
            parent_id: filter.parent_id,
            is_answered: filter.is_answered,
            side: None,
        };
        page(conn, ask, &scope, &filter, &paging)
    })
    .await
}

/// Deliveries that the caller's organisation has sent, received or looks after
#[utoipa::path(tag = "documents", params(DeliveryFilter, Paging), responses((status = 200, description = "A page", body = Vec<DeliveryView>)))]
#[get("/deliveries")]
async fn list_deliveries(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (DeliveryFilter, Paging) = (call.query()?, call.query()?);
    call.read(move |conn, ask| {
        let scope = authz::scope(RULES, &ask.actor, super::model::DeliveryAction::View)?;
        page(conn, ask, &scope, &filter, &paging)
    })
    .await
}

/// One delivery
#[utoipa::path(tag = "documents", params(("id" = Id, Path)), responses((status = 200, description = "The delivery", body = DeliveryView)))]
#[get("/deliveries/{id}")]
async fn get_delivery(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
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
