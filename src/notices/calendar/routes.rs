use super::{
    model::{CalendarFeedAction, CalendarFeedTransition, CalendarFeedView, NewCalendarFeed},
    policy::RULES,
    store, workflow,
};
use crate::{
    authz,
    error::{Problem, Result},
    filters::By,
    http::{Answer, Body, Call, ServiceConfig, hex},
    id::Id,
    page::{OldestFirst, Paging, Sort},
};
use actix_web::{HttpRequest, HttpResponse, get, http::header, post, web::Path};
use sha2::{Digest, Sha256};

/// Mounts the routes, the calendar itself before the ones with an id.
pub fn mount(config: &mut ServiceConfig) {
    config.service(read_calendar_feed).service(list_calendar_feeds).service(create_calendar_feed).service(get_calendar_feed).service(transition_calendar_feed);
}

fn shown_once(view: CalendarFeedView, created: bool) -> Result<Answer> {
    let mut kept = view.clone();
    kept.address = None;
    let answer = if created { Answer::created(format!("/api/v1/calendar-feeds/{}", view.id), &view, view.version)? } else { Answer::one(&view, view.version)? };
    answer.secret().keeping(&kept)
}

/// A calendar by its secret address, for calendar programs: due dates of tasks, reports, urgings and recommendations
#[utoipa::path(tag = "notifications", security(()), params(("token" = String, Path, max_length = 100, description = "The secret of the address")), responses(
    (status = 200, description = "The calendar (RFC 5545)", body = String, content_type = "text/calendar"),
    (status = 304, description = "The caller's copy is current"),
    (status = 404, description = "There is no such calendar", body = Problem, content_type = "application/problem+json"),
    (status = 410, description = "Revoked, or its owner has left", body = Problem, content_type = "application/problem+json")
))]
#[get("/calendar-feeds/{token}.ics")]
async fn read_calendar_feed(call: Call, request: HttpRequest, token: Path<String>) -> Result<HttpResponse> {
    let base = {
        let info = request.connection_info();
        format!("{}://{}", info.scheme(), info.host())
    };
    let (now, token) = (call.now(), token.into_inner());
    let text = call.house().db.read(move |conn| workflow::calendar(conn, &token, now, &base)).await?;
    let tag = format!("\"0.{}\"", hex(&Sha256::digest(text.as_bytes())[..12]));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag.clone()));
    if known.split(',').any(|k| k.trim().trim_start_matches("W/") == tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    Ok(response.content_type("text/calendar; charset=utf-8").body(text))
}

/// Calendars that the caller has made
#[utoipa::path(tag = "notifications", params(By<CalendarFeedView>, Sort<OldestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<CalendarFeedView>)))]
#[get("/calendar-feeds")]
async fn list_calendar_feeds(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<CalendarFeedView>, Sort<OldestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.private_list(paging, move |conn, ask, paging| {
        authz::scope(RULES, &ask.actor, CalendarFeedAction::View)?;
        let page = store::list(conn, ask.actor.user, ask.actor.organization()?, &by, &sort, paging)?;
        Ok(page.map(|f| workflow::view(ask, f)))
    })
    .await
}

/// Make a calendar of due dates; its secret address is shown once
#[utoipa::path(tag = "notifications", request_body = NewCalendarFeed, responses((status = 201, description = "Made", body = CalendarFeedView)))]
#[post("/calendar-feeds")]
async fn create_calendar_feed(call: Call, body: Body<NewCalendarFeed>) -> Result<HttpResponse> {
    let secret = workflow::fresh();
    call.write(body, move |conn, ask, body| shown_once(workflow::create(conn, ask, body, &secret)?, true)).await
}

/// One calendar
#[utoipa::path(tag = "notifications", params(("id" = Id, Path)), responses((status = 200, description = "The calendar's address, without its secret", body = CalendarFeedView)))]
#[get("/calendar-feeds/{id}")]
async fn get_calendar_feed(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let view = workflow::view(ask, workflow::find(conn, ask, *id, CalendarFeedAction::View)?);
        Ok(Answer::one(&view, view.version)?.secret())
    })
    .await
}

/// Give a calendar a new address in place of the old one, or revoke it
#[utoipa::path(tag = "notifications", params(("id" = Id, Path)), request_body = CalendarFeedTransition, responses((status = 200, description = "The calendar's address", body = CalendarFeedView)))]
#[post("/calendar-feeds/{id}/transitions")]
async fn transition_calendar_feed(call: Call, id: Path<Id>, body: Body<CalendarFeedTransition>) -> Result<HttpResponse> {
    let secret = workflow::fresh();
    call.write(body, move |conn, ask, body| shown_once(workflow::take(conn, ask, *id, body, &secret)?, false)).await
}
