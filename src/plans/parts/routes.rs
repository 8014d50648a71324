use super::{
    model::{NewPart, PartFilter, PartTransition, PartView},
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
    plans,
    plans::tasks::{self, model::TaskAction, policy::RULES},
};
use actix_web::{HttpResponse, get, post, web::Path};
use std::collections::HashMap;

impl Includes for PartView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &tasks::INCLUDED, by: &["task_id"] },
        Relation { to: &plans::INCLUDED, by: &["plan_id"] },
        Relation { to: &organizations::INCLUDED, by: &["organization_id", "unit_id"] },
    ];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_task_parts).service(create_task_part).service(get_task_part).service(transition_task_part);
}

/// What agencies owe of tasks
#[utoipa::path(tag = "plans", params(PartFilter, By<PartView>, Include<PartView>, Paging), responses((status = 200, description = "A page", body = Vec<PartView>)))]
#[get("/task-parts")]
async fn list_task_parts(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (PartFilter, Paging) = (call.query()?, call.query()?);
    call.including::<PartView>()
        .list(paging, move |conn, ask, paging| {
            let scope = authz::scope(RULES, &ask.actor, TaskAction::View)?;
            let page = store::list(conn, &ask.actor, &scope, &filter, paging, ask.today)?;
            let ids: Vec<Id> = page.items.iter().map(|p| p.task_id).collect();
            let about: HashMap<Id, _> = tasks::store::find_many_as(conn, &ask.actor, &ids)?.into_iter().map(|(t, s)| (t.id, (t, s))).collect();
            let (next, total) = (page.next, page.total);
            let mut items = Vec::new();
            for part in &page.items {
                if let Some((task, standing)) = about.get(&part.task_id) {
                    items.extend(workflow::views(ask, task, *standing, std::slice::from_ref(part))?);
                }
            }
            Ok(Page { items, next, total })
        })
        .await
}

/// Give a further agency a part of a task in force
#[utoipa::path(tag = "plans", request_body = NewPart, responses((status = 201, description = "Assigned", body = PartView)))]
#[post("/task-parts")]
async fn create_task_part(call: Call, body: Body<NewPart>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/task-parts/{}", view.id), &view, view.version)
    })
    .await
}

/// One part
#[utoipa::path(tag = "plans", params(("id" = Id, Path), Include<PartView>), responses((status = 200, description = "The part", body = PartView)))]
#[get("/task-parts/{id}")]
async fn get_task_part(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<PartView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Report a part done, waive it, name who handles it, enter or confirm its result
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), request_body = PartTransition, responses((status = 200, description = "The part", body = PartView)))]
#[post("/task-parts/{id}/transitions")]
async fn transition_task_part(call: Call, id: Path<Id>, body: Body<PartTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
