use super::{
    model::{NewTask, TaskAction, TaskDetail, TaskFilter, TaskPatch, TaskView},
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
    ics::Day,
    id::{Id, Key},
    includes::{Collection, Include, Includes, Relation, rows},
    organizations,
    page::{Page, Paging},
    plans,
    plans::occurrences::model::TaskTransition,
    text,
};
use actix_web::{HttpResponse, delete, get, patch, post, web::Path};

/// Tasks beside what names them.
pub const INCLUDED: Collection =
    Collection { name: "tasks", row: "TaskView", tag: "plans", load: |conn, ask, ids| rows(&page(conn, ask, &TaskFilter::default(), &Paging::among(ids))?) };

impl Includes for TaskView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &plans::INCLUDED, by: &["plan_id"] },
        Relation { to: &organizations::INCLUDED, by: &["owner_id", "approver_id", "through_id", "assignees.organization_id", "parts.organization_id"] },
    ];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_tasks).service(create_task).service(get_task).service(update_task).service(delete_task).service(transition_task);
}

/// One page of the list.
fn page(conn: &mut Conn, ask: &Ask, filter: &TaskFilter, paging: &Paging) -> Result<Page<TaskView>> {
    let scope = authz::scope(RULES, &ask.actor, TaskAction::View)?;
    let page = store::list(conn, &ask.actor, &scope, filter, paging, ask.today)?;
    let (next, total) = (page.next, page.total);
    let items = page.items.iter().map(|(task, standing)| workflow::view(ask, task, *standing)).collect::<Result<Vec<_>>>()?;
    Ok(Page { items, next, total })
}

/// Tasks in a calendar.
fn days(_: &mut Conn, ask: &Ask, tasks: &[TaskView]) -> Result<Vec<Day>> {
    let day = |t: &TaskView| {
        Some(Day {
            uid: format!("task-{}@nhipcau", t.id),
            on: t.due_on?,
            lang: ask.lang,
            summary: format!("{} {} · {}", ask.lang.pick("Hạn nhiệm vụ", "Task due"), t.code, text::brief(&t.content)),
            description: t.content.clone(),
            url: format!("/api/v1/tasks/{}", t.id),
            sequence: i64::from(t.version) - 1,
            modified: t.updated_at,
        })
    };
    Ok(tasks.iter().filter_map(day).collect())
}

/// Tasks that the caller may see
#[utoipa::path(tag = "plans", params(TaskFilter, By<TaskView>, Include<TaskView>, Paging), responses((status = 200, description = "A page; as a calendar, the days on which they fall due", content((Vec<TaskView> = "application/json"), (String = "text/calendar")))))]
#[get("/tasks")]
async fn list_tasks(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (TaskFilter, Paging) = (call.query()?, call.query()?);
    call.including::<TaskView>().dated_list(paging, days, move |conn, ask, paging| page(conn, ask, &filter, paging)).await
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
#[utoipa::path(tag = "plans", params(("id" = Key, Path), Include<TaskView>), responses((status = 200, description = "The task", body = TaskDetail)))]
#[get("/tasks/{id}")]
async fn get_task(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<TaskView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.task.version)
        })
        .await
}

/// Change a task
#[utoipa::path(tag = "plans", params(("id" = Key, Path)), request_body(content = TaskPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The task", body = TaskDetail)))]
#[patch("/tasks/{id}")]
async fn update_task(call: Call, id: Path<Id>, body: Body<TaskPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.task.version)
    })
    .await
}

/// Delete a task of a draft plan
#[utoipa::path(tag = "plans", params(("id" = Key, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/tasks/{id}")]
async fn delete_task(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        workflow::delete(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// Start, propose completion, accept, return, decline, reassign, move the due date or cancel
#[utoipa::path(tag = "plans", params(("id" = Key, Path)), request_body = TaskTransition, responses((status = 200, description = "The task", body = TaskDetail)))]
#[post("/tasks/{id}/transitions")]
async fn transition_task(call: Call, id: Path<Id>, body: Body<TaskTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.task.version)
    })
    .await
}
