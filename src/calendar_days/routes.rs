use super::{
    model::{CalendarFilter, CalendarView, Deadline, DeadlineQuestion, NewCalendar, WorkingDays, WorkingDaysQuestion},
    workflow,
};
use crate::{
    error::Result,
    http::{Answer, Body, Call, ServiceConfig},
};
use actix_web::{HttpResponse, get, post};

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config.service(get_calendar).service(count_working_days).service(find_deadline).service(install_calendar);
}

/// The calendar in force: holidays, days in lieu, swapped days
#[utoipa::path(tag = "calendar", params(CalendarFilter), responses((status = 200, description = "The calendar", body = CalendarView)))]
#[get("/calendar")]
async fn get_calendar(call: Call) -> Result<HttpResponse> {
    let filter: CalendarFilter = call.query()?;
    call.read(move |conn, ask| Answer::value(&workflow::show(conn, ask, &filter)?)).await
}

/// How many working days there are between two days
#[utoipa::path(tag = "calendar", params(WorkingDaysQuestion), responses((status = 200, description = "The number", body = WorkingDays)))]
#[get("/calendar/working-days")]
async fn count_working_days(call: Call) -> Result<HttpResponse> {
    let question: WorkingDaysQuestion = call.query()?;
    call.read(move |conn, _| Answer::value(&workflow::count(conn, &question)?)).await
}

/// The last day of a term of days or working days
#[utoipa::path(tag = "calendar", params(DeadlineQuestion), responses((status = 200, description = "The day", body = Deadline)))]
#[get("/calendar/deadline")]
async fn find_deadline(call: Call) -> Result<HttpResponse> {
    let question: DeadlineQuestion = call.query()?;
    call.read(move |conn, _| Answer::value(&workflow::deadline(conn, &question)?)).await
}

/// Install a new calendar, in force at once
#[utoipa::path(tag = "calendar", request_body = NewCalendar, responses((status = 201, description = "Installed", body = CalendarView)))]
#[post("/calendars")]
async fn install_calendar(call: Call, body: Body<NewCalendar>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::install(conn, ask, body)?;
        Answer::created("/api/v1/calendar".to_owned(), &view, 1)
    })
    .await
}
