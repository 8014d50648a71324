use super::{
    model::{NewOrganization, OrganizationFilter, OrganizationTransition, OrganizationView},
    policy::RULES,
    store, workflow,
};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    includes::{Collection, Include, Includes, Relation, rows},
    page::{Page, Paging},
};
use actix_web::{HttpResponse, get, post, web::Path};

/// Organisations beside what names them.
pub const INCLUDED: Collection = Collection {
    name: "organizations",
    row: "OrganizationView",
    tag: "organizations",
    load: |conn, ask, ids| rows(&page(conn, ask, &OrganizationFilter::default(), &Paging::among(ids))?),
};

impl Includes for OrganizationView {
    const RELATIONS: &'static [Relation] = &[Relation { to: &INCLUDED, by: &["parent_id", "predecessors", "successors"] }];
}

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_organizations).service(create_organization).service(get_organization).service(transition_organization);
}

/// One page of the list.
fn page(conn: &mut Conn, ask: &Ask, filter: &OrganizationFilter, paging: &Paging) -> Result<Page<OrganizationView>> {
    let scope = authz::scope(RULES, &ask.actor, super::OrganizationAction::View)?;
    let page = store::list(conn, &scope, filter, paging)?;
    let ids: Vec<Id> = page.items.iter().map(|o| o.id).collect();
    let mut around = store::around(conn, &ids)?;
    Ok(page.map(|o| {
        let around = around.remove(&o.id).unwrap_or_default();
        workflow::view(ask, o, around)
    }))
}

/// Organisations of the province
#[utoipa::path(tag = "organizations", params(OrganizationFilter, By<OrganizationView>, Include<OrganizationView>, Paging), responses((status = 200, description = "A page", body = Vec<OrganizationView>)))]
#[get("/organizations")]
async fn list_organizations(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (OrganizationFilter, Paging) = (call.query()?, call.query()?);
    call.including::<OrganizationView>().list(paging, move |conn, ask, paging| page(conn, ask, &filter, paging)).await
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
#[utoipa::path(tag = "organizations", params(("id" = Id, Path), Include<OrganizationView>), responses((status = 200, description = "The organisation", body = OrganizationView)))]
#[get("/organizations/{id}")]
async fn get_organization(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<OrganizationView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
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
