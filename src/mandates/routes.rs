use super::workflow;
use crate::{
    error::Result,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    organizations::{
        OrganizationPatch, OrganizationView,
        functions::{Grant, GrantPatch, NewGrant},
    },
};
use actix_web::{HttpResponse, patch, post, web::Path};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(update_organization).service(create_organization_function).service(update_organization_function);
}

/// Change an organisation's names or its place in the tree; whoever is above it then reads its work
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), request_body(content = OrganizationPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The organisation", body = OrganizationView)))]
#[patch("/organizations/{id}")]
async fn update_organization(call: Call, id: Path<Id>, body: Body<OrganizationPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit_organization(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Grant a function; from its first day the holder sees what the function lets it see
#[utoipa::path(tag = "organizations", request_body = NewGrant, responses((status = 201, description = "Granted", body = Grant)))]
#[post("/organization-functions")]
async fn create_organization_function(call: Call, body: Body<NewGrant>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let grant = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/organization-functions/{}", grant.id), &grant, grant.version)
    })
    .await
}

/// End a grant of a function; after its last day the holder sees no more what it saw by it
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), request_body(content = GrantPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The grant", body = Grant)))]
#[patch("/organization-functions/{id}")]
async fn update_organization_function(call: Call, id: Path<Id>, body: Body<GrantPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let grant = workflow::end(conn, ask, *id, body)?;
        Answer::one(&grant, grant.version)
    })
    .await
}
