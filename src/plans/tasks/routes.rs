use super::{
    model::{NewTask, TaskAction, TaskDetail, TaskFilter, TaskPatch, TaskView},
    policy::RULES,
    store, workflow,
};
use crate::{
    authz,
    error::Result,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    page::{Page, Paging},
    plans::occurrences::model::TaskTransition,
};
use actix_web::{HttpResponse, delete, get, patch, post, web::Path};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_tasks).service(create_task).service(get_task).service(update_task).service(delete_task).service(transition_task);
}

/// Tasks that the caller may see
#[utoipa::path(tag = "plans", params(TaskFilter, Paging), responses((status = 200, description = "A page", body = Vec<TaskView>)))]
#[get("/tasks")]
async fn list_tasks(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (TaskFilter, Paging) = (call.query()?, call.query()?);
    call.read(move |conn, ask| {
        let scope = authz::scope(RULES, &ask.actor, TaskAction::View)?;
        let page = store::list(conn, &ask.actor, &scope, &filter, &paging, ask.today)?;
        let (next, total) = (page.next, page.total);
        let items = page.items.iter().map(|(task, standing)| workflow::view(ask, task, *standing)).collect::<Result<Vec<_>>>()?;
        Answer::page(&Page { items, next, total })
    })
    .await
}

/// Add a task to a plan
#[utoipa::path(tag = "plans", request_body = NewTask, responses((status = 201, description = "Added", body = TaskDetail)))]
#[post("/tasks")]
async fn create_task(call: Call, body: Body<NewTask>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/tasks/{}", view.task.id), &view, view.task.version)
    })
    .await
}

/// One task with its occurrence and what each agency owes
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), responses((status = 200, description = "The task", body = TaskDetail)))]
#[get("/tasks/{id}")]
async fn get_task(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let view = workflow::show(conn, ask, *id)?;
        Answer::one(&view, view.task.version)
    })
    .await
}

/// Change a task
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), request_body(content = TaskPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The task", body = TaskDetail)))]
#[patch("/tasks/{id}")]
async fn update_task(call: Call, id: Path<Id>, body: Body<TaskPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.task.version)
    })
    .await
}

/// Delete a task of a draft plan
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/tasks/{id}")]
async fn delete_task(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        workflow::delete(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// Start, propose completion, accept, return, decline, reassign, move the due date or cancel
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), request_body = TaskTransition, responses((status = 200, description = "The task", body = TaskDetail)))]
#[post("/tasks/{id}/transitions")]
async fn transition_task(call: Call, id: Path<Id>, body: Body<TaskTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.task.version)
    })
    .await
}
