use super::{
    model::{NewOrganization, OrganizationFilter, OrganizationPatch, OrganizationTransition, OrganizationView},
    policy::RULES,
    store, workflow,
};
use crate::{
    authz,
    error::Result,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    page::Paging,
};
use actix_web::{HttpResponse, get, patch, post, web::Path};

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_organizations).service(create_organization).service(get_organization).service(update_organization).service(transition_organization);
}

/// Organisations of the province
#[utoipa::path(tag = "organizations", params(OrganizationFilter, Paging), responses((status = 200, description = "A page", body = Vec<OrganizationView>)))]
#[get("/organizations")]
async fn list_organizations(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (OrganizationFilter, Paging) = (call.query()?, call.query()?);
    call.read(move |conn, ask| {
        let scope = authz::scope(RULES, &ask.actor, super::OrganizationAction::View)?;
        let page = store::list(conn, &scope, &filter, &paging)?;
        let ids: Vec<Id> = page.items.iter().map(|o| o.id).collect();
        let mut around = store::around(conn, &ids)?;
        Answer::page(&page.map(|o| {
            let around = around.remove(&o.id).unwrap_or_default();
            workflow::view(ask, o, around)
        }))
    })
    .await
}

/// Create an organisation, or propose one
#[utoipa::path(tag = "organizations", request_body = NewOrganization, responses((status = 201, description = "Created", body = OrganizationView)))]
#[post("/organizations")]
async fn create_organization(call: Call, body: Body<NewOrganization>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/organizations/{}", view.id), &view, view.version)
    })
    .await
}

/// One organisation
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), responses((status = 200, description = "The organisation", body = OrganizationView)))]
#[get("/organizations/{id}")]
async fn get_organization(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let view = workflow::show(conn, ask, *id)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Change an organisation's names or its place in the tree
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), request_body(content = OrganizationPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The organisation", body = OrganizationView)))]
#[patch("/organizations/{id}")]
async fn update_organization(call: Call, id: Path<Id>, body: Body<OrganizationPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Confirm or reject a proposed organisation, or archive one
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), request_body = OrganizationTransition, responses((status = 200, description = "The organisation", body = OrganizationView)))]
#[post("/organizations/{id}/transitions")]
async fn transition_organization(call: Call, id: Path<Id>, body: Body<OrganizationTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
