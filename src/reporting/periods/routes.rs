use super::{
    model::{
        HandlingPatch, NewPeriod, NewReportExtension, NewReportUrging, ObligationFilter, ObligationView, PeriodFilter, PeriodRates, PeriodTransition,
        PeriodView, ReportExtensionTransition, ReportExtensionView, Sending,
    },
    workflow::{self, extensions, obligations, rates, urging},
};
use crate::{
    ask::Ask,
    db::Conn,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    ics::Day,
    id::{Id, Key},
    includes::{Collection, Include, Includes, Relation, rows},
    organizations,
    page::Paging,
    plans::urgings::UrgingView,
    reporting::regimes,
    text,
};
use actix_web::{HttpResponse, get, patch, post, web::Path};
use std::collections::BTreeSet;

/// Periods beside what names them.
pub const INCLUDED: Collection = Collection {
    name: "reporting_periods",
    row: "PeriodView",
    tag: "reporting",
    load: |conn, ask, ids| rows(&workflow::list(conn, ask, &PeriodFilter::default(), &Paging::among(ids))?),
};

/// Obligations beside what names them.
pub const OBLIGATIONS: Collection = Collection {
    name: "reporting_obligations",
    row: "ObligationView",
    tag: "reporting",
    load: |conn, ask, ids| rows(&obligations::list(conn, ask, &ObligationFilter::default(), &Paging::among(ids))?),
};

impl Includes for PeriodView {
    const RELATIONS: &'static [Relation] = &[Relation { to: &regimes::INCLUDED, by: &["regime_id"] }];
}

impl Includes for ObligationView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &INCLUDED, by: &["period_id"] },
        Relation { to: &regimes::INCLUDED, by: &["regime_id"] },
        Relation { to: &organizations::INCLUDED, by: &["sender_id", "receiver_id", "appraiser_id", "handling_unit_id"] },
    ];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_reporting_periods)
        .service(create_reporting_period)
        .service(get_reporting_period)
        .service(transition_reporting_period)
        .service(get_reporting_period_rates)
        .service(list_reporting_obligations)
        .service(get_reporting_obligation)
        .service(assign_reporting_obligation)
        .service(record_report_sending)
        .service(urge_reporting_obligation)
        .service(ask_obligation_extension)
        .service(get_obligation_extension)
        .service(transition_obligation_extension);
}

/// Reporting periods of the province
#[utoipa::path(tag = "reporting", params(PeriodFilter, By<PeriodView>, Include<PeriodView>, Paging), responses((status = 200, description = "A page", body = Vec<PeriodView>)))]
#[get("/reporting-periods")]
async fn list_reporting_periods(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (PeriodFilter, Paging) = (call.query()?, call.query()?);
    call.including::<PeriodView>().list(paging, move |conn, ask, paging| workflow::list(conn, ask, &filter, paging)).await
}

/// Open a reporting period, or schedule it; each sender of each step gets an obligation on the day it opens
#[utoipa::path(tag = "reporting", request_body = NewPeriod, responses((status = 201, description = "Created", body = PeriodView)))]
#[post("/reporting-periods")]
async fn create_reporting_period(call: Call, body: Body<NewPeriod>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/reporting-periods/{}", view.id), &view, view.version)
    })
    .await
}

/// One reporting period
#[utoipa::path(tag = "reporting", params(("id" = Key, Path), Include<PeriodView>), responses((status = 200, description = "The period", body = PeriodView)))]
#[get("/reporting-periods/{id}")]
async fn get_reporting_period(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<PeriodView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Open a scheduled period, expand its groups again, or close it with a reason
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), request_body = PeriodTransition, responses((status = 200, description = "The period", body = PeriodView)))]
#[post("/reporting-periods/{id}/transitions")]
async fn transition_reporting_period(call: Call, id: Path<Id>, body: Body<PeriodTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Expected, actual and on-time reports of a period, per agency and in all, over the obligations that the caller may read
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), responses((status = 200, description = "The rates", body = PeriodRates)))]
#[get("/reporting-periods/{id}/rates")]
async fn get_reporting_period_rates(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.snapshot(move |conn, ask| Answer::value(&rates::rates(conn, ask, *id)?)).await
}

/// Reports owed in a calendar, called after their periods.
fn days(conn: &mut Conn, ask: &Ask, owed: &[ObligationView]) -> Result<Vec<Day>> {
    let ids: BTreeSet<Id> = owed.iter().map(|o| o.period_id).collect();
    let periods = workflow::list(conn, ask, &PeriodFilter::default(), &Paging::among(&Vec::from_iter(ids)))?.items;
    let day = |o: &ObligationView| {
        let period = periods.iter().find(|p| p.id == o.period_id);
        let called = period.map(|p| format!("{} · {}", p.code, p.title.as_ref().unwrap_or(&p.regime_name))).unwrap_or_default();
        Some(Day {
            uid: format!("reporting_obligation-{}@nhipcau", o.id),
            on: o.due_on?,
            lang: ask.lang,
            summary: format!("{} {}", ask.lang.pick("Hạn báo cáo", "Report due"), text::brief(&called)),
            description: called,
            url: format!("/api/v1/reporting-obligations/{}", o.id),
            sequence: i64::from(o.version) - 1,
            modified: o.updated_at,
        })
    };
    Ok(owed.iter().filter_map(day).collect())
}

/// Obligations: who owes which report, to whom, until when
#[utoipa::path(tag = "reporting", params(ObligationFilter, By<ObligationView>, Include<ObligationView>, Paging), responses((status = 200, description = "A page; as a calendar, the days on which the reports are due", content((Vec<ObligationView> = "application/json"), (String = "text/calendar")))))]
#[get("/reporting-obligations")]
async fn list_reporting_obligations(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (ObligationFilter, Paging) = (call.query()?, call.query()?);
    call.including::<ObligationView>().dated_list(paging, days, move |conn, ask, paging| obligations::list(conn, ask, &filter, paging)).await
}

/// One obligation
#[utoipa::path(tag = "reporting", params(("id" = Id, Path), Include<ObligationView>), responses((status = 200, description = "The obligation", body = ObligationView)))]
#[get("/reporting-obligations/{id}")]
async fn get_reporting_obligation(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<ObligationView>()
        .read(move |conn, ask| {
            let view = obligations::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Name the handling unit and officer inside the agency, with an instruction (bút phê)
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), request_body(content = HandlingPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The obligation", body = ObligationView)))]
#[patch("/reporting-obligations/{id}")]
async fn assign_reporting_obligation(call: Call, id: Path<Id>, body: Body<HandlingPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = obligations::assign(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Record that the report was sent to a receiver without users here, with the document
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), request_body = Sending, responses((status = 200, description = "The obligation", body = ObligationView)))]
#[post("/reporting-obligations/{id}/sending")]
async fn record_report_sending(call: Call, id: Path<Id>, body: Body<Sending>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = obligations::record_sending(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Urge the agency for the report that it owes (đôn đốc)
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), request_body = NewReportUrging, responses((status = 201, description = "Sent", body = UrgingView)))]
#[post("/reporting-obligations/{id}/urgings")]
async fn urge_reporting_obligation(call: Call, id: Path<Id>, body: Body<NewReportUrging>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = urging::urge(conn, ask, *id, body)?;
        Answer::created(format!("/api/v1/urgings/{}", view.id), &view, view.version)
    })
    .await
}

/// Ask for more time, before the due date
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), request_body = NewReportExtension, responses((status = 201, description = "Asked", body = ReportExtensionView)))]
#[post("/reporting-obligations/{id}/extensions")]
async fn ask_obligation_extension(call: Call, id: Path<Id>, body: Body<NewReportExtension>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = extensions::request(conn, ask, *id, body)?;
        Answer::created(format!("/api/v1/reporting-obligations/{}/extensions/{}", view.obligation_id, view.id), &view, view.version)
    })
    .await
}

/// One request for more time
#[utoipa::path(tag = "reporting", params(("id" = Id, Path), ("extension_id" = Id, Path)), responses((status = 200, description = "The request", body = ReportExtensionView)))]
#[get("/reporting-obligations/{id}/extensions/{extension_id}")]
async fn get_obligation_extension(call: Call, path: Path<(Id, Id)>) -> Result<HttpResponse> {
    let (id, extension) = path.into_inner();
    call.read(move |conn, ask| {
        let view = extensions::show(conn, ask, id, extension)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Grant, refuse or withdraw a request for more time
#[utoipa::path(tag = "reporting", params(("id" = Id, Path), ("extension_id" = Id, Path)), request_body = ReportExtensionTransition, responses((status = 200, description = "The request", body = ReportExtensionView)))]
#[post("/reporting-obligations/{id}/extensions/{extension_id}/transitions")]
async fn transition_obligation_extension(call: Call, path: Path<(Id, Id)>, body: Body<ReportExtensionTransition>) -> Result<HttpResponse> {
    let (id, extension) = path.into_inner();
    call.write(body, move |conn, ask, body| {
        let view = extensions::take(conn, ask, id, extension, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
