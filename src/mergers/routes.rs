use super::{
    model::{MergerAction, MergerView, NewMerger},
    policy::RULES,
    store, workflow,
};
use crate::{
    ask::Ask,
    authz::{self, Standing},
    db::Conn,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    page::{OldestFirst, Page, Paging, Sort},
};
use actix_web::{HttpResponse, get, post, web::Path};

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_mergers).service(create_merger).service(get_merger);
}

/// Mergers
#[utoipa::path(tag = "organizations", params(By<MergerView>, Sort<OldestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<MergerView>)))]
#[get("/mergers")]
async fn list_mergers(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<MergerView>, Sort<OldestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| {
        let scope = authz::scope(RULES, &ask.actor, MergerAction::View)?;
        let page = store::list(conn, &scope, &by, &sort, paging)?;
        let items = page.items.into_iter().map(super::model::Merger::view).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, next: page.next, total: page.total })
    })
    .await
}

/// Merge provinces into a new one; `validate_only=true` is the preview
#[utoipa::path(tag = "organizations", request_body = NewMerger, responses((status = 201, description = "Merged", body = MergerView)))]
#[post("/mergers")]
async fn create_merger(call: Call, body: Body<NewMerger>) -> Result<HttpResponse> {
    // Neither a preview nor somebody who may not merge keeps others waiting.
    let merges = |_: &mut Conn, ask: &Ask| Ok(!ask.conditions.validate_only && authz::may(RULES, &ask.actor, MergerAction::Create, Standing::NEW));
    let alone = call.look(merges).await?;
    let work = |conn: &mut Conn, ask: &Ask, body: &Body<NewMerger>| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/mergers/{}", view.id), &view, view.version)
    };
    if alone { call.write_alone(body, work).await } else { call.write(body, work).await }
}

/// One merger
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), responses((status = 200, description = "The merger", body = MergerView)))]
#[get("/mergers/{id}")]
async fn get_merger(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let view = workflow::show(conn, ask, *id)?;
        Answer::one(&view, view.version)
    })
    .await
}
