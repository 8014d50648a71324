use super::{
    model::{NewOccurrence, OccurrenceView, TaskTransition},
    store, workflow,
};
use crate::{
    authz,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::{Id, Key},
    page::{NewestFirst, Paging, Sort},
    plans::tasks::{self, model::TaskAction, policy::RULES},
};
use actix_web::{HttpResponse, get, post, web::Path};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_task_occurrences).service(open_task_occurrence).service(get_task_occurrence).service(transition_task_occurrence);
}

/// Occurrences of a task, newest first
#[utoipa::path(tag = "plans", params(("id" = Key, Path), By<OccurrenceView>, Sort<NewestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<OccurrenceView>)))]
#[get("/tasks/{id}/occurrences")]
async fn list_task_occurrences(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let (by, sort, paging): (By<OccurrenceView>, Sort<NewestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| {
        let (task, standing) = tasks::store::find_as(conn, &ask.actor, *id)?;
        authz::permit(RULES, &ask.actor, TaskAction::View, TaskAction::View, standing)?;
        let page = store::list(conn, task.id, &by, &sort, paging)?;
        let (next, total) = (page.next, page.total);
        let items = workflow::views(conn, ask, &task, standing, &page.items)?;
        Ok(crate::page::Page { items, next, total })
    })
    .await
}

/// Open an occurrence of a task on occasion
#[utoipa::path(tag = "plans", params(("id" = Key, Path)), request_body = NewOccurrence, responses((status = 201, description = "Opened", body = OccurrenceView)))]
#[post("/tasks/{id}/occurrences")]
async fn open_task_occurrence(call: Call, id: Path<Id>, body: Body<NewOccurrence>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::open(conn, ask, *id, body)?;
        Answer::created(format!("/api/v1/task-occurrences/{}", view.id), &view, view.version)
    })
    .await
}

/// One occurrence
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), responses((status = 200, description = "The occurrence", body = OccurrenceView)))]
#[get("/task-occurrences/{id}")]
async fn get_task_occurrence(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let (occurrence, task, standing) = store::find_as(conn, &ask.actor, *id)?;
        authz::permit(RULES, &ask.actor, TaskAction::View, TaskAction::View, standing)?;
        let view = workflow::view(conn, ask, &task, standing, &occurrence)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Start, propose completion, accept, return, decline, reassign, move the due date or cancel
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), request_body = TaskTransition, responses((status = 200, description = "The occurrence", body = OccurrenceView)))]
#[post("/task-occurrences/{id}/transitions")]
async fn transition_task_occurrence(call: Call, id: Path<Id>, body: Body<TaskTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
