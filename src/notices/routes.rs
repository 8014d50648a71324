use super::{
    model::{MostPressing, Notice, NoticeFilter},
    workflow,
};
use crate::{
    error::Result,
    filters::By,
    http::{Answer, Call, ServiceConfig},
    id::Id,
    page::{Paging, Sort},
};
use actix_web::{HttpResponse, get, post, web::Path};
use serde::Serialize;
use utoipa::ToSchema;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_notifications).service(count_notifications).service(read_notification);
}

/// How many notices there are.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct NoticeCounts {
    #[schema(minimum = 0)]
    unread: i64,
    #[schema(minimum = 0)]
    overdue: i64,
    #[schema(minimum = 0)]
    due_soon: i64,
    #[schema(minimum = 0)]
    waits_for_me: i64,
}

/// The caller's inbox: what is overdue, what falls due, what waits for a step of theirs; most pressing first
#[utoipa::path(tag = "notifications", params(NoticeFilter, By<Notice>, Sort<MostPressing>, Paging), responses((status = 200, description = "A page; as a calendar, what falls due", content((Vec<Notice> = "application/json"), (String = "text/calendar")))))]
#[get("/notifications")]
async fn list_notifications(call: Call) -> Result<HttpResponse> {
    let (filter, sort, paging): (NoticeFilter, Sort<MostPressing>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.dated_list(paging, workflow::days, move |conn, ask, paging| workflow::list(conn, ask, &filter, &sort, paging)).await
}

/// How many notices there are
#[utoipa::path(tag = "notifications", responses((status = 200, description = "The numbers", body = NoticeCounts)))]
#[get("/notifications/counts")]
async fn count_notifications(call: Call) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let [unread, overdue, due_soon, waits_for_me] = workflow::counts(conn, ask)?;
        Answer::value(&NoticeCounts { unread, overdue, due_soon, waits_for_me })
    })
    .await
}

/// Mark a notice as read
#[utoipa::path(tag = "notifications", params(("id" = Id, Path)), responses((status = 200, description = "The notice", body = Notice)))]
#[post("/notifications/{id}/read")]
async fn read_notification(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| Answer::value(&workflow::mark(conn, ask, *id)?)).await
}
