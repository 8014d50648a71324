use super::{
    model::{
        Brief, BriefFilter, Cut, DistributionFilter, DistributionReport, IncomingReport, IssuedFiguresReport, IssuedFilter, ObstacleFilter, ObstacleReport,
        OutgoingReport, RatesFilter, RatesReport, RegisterFilter, ReportFilter, ReportKind, Reported, TaskProgressFilter, TaskProgressReport,
    },
    workflow,
};
use crate::{
    ask::Ask,
    error::Result,
    export::{FileContent, Format, docx},
    http::{Answer, Call, ServiceConfig, TableFile},
    page::Paging,
};
use actix_web::{HttpResponse, get};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(get_task_progress)
        .service(get_reporting_rates)
        .service(get_incoming_documents)
        .service(get_outgoing_documents)
        .service(get_document_distribution)
        .service(get_open_obstacles)
        .service(get_issued_figures)
        .service(get_leaders_brief);
}

/// The report as JSON, or its rows as a table with the same figures; a file bears the day of its data.
fn shown<R: Reported>(file: &TableFile, ask: &Ask, kind: ReportKind, report: &R) -> Result<Answer> {
    if !file.format().is_table() {
        return Answer::report(report);
    }
    Ok(file.rows(kind.label(ask.lang), Cut::begin_of(report.as_of()), report.rows())?.of_snapshot(report.snapshot().to_owned()))
}

/// Progress of tasks by agency and plan: on time, late, running, overdue, urged
#[utoipa::path(tag = "statistics", params(TaskProgressFilter), responses((status = 200, description = "One row for each agency and plan", content((TaskProgressReport = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/reports/task-progress")]
async fn get_task_progress(call: Call) -> Result<HttpResponse> {
    let filter = ReportFilter::from(call.query::<TaskProgressFilter>()?);
    let file = call.file();
    call.snapshot(move |conn, ask| {
        let sight = workflow::sight(conn, &ask.actor)?;
        let cut = workflow::cut(conn, ask, &filter)?;
        shown(&file, ask, ReportKind::TaskProgress, &workflow::progress::report(conn, &sight, &ask.actor.provinces, &filter, &cut)?)
    })
    .await
}

/// Reports by agency and period: expected, on time, late, missing, returned, working days late
#[utoipa::path(tag = "statistics", params(RatesFilter), responses((status = 200, description = "One row for each agency and period", content((RatesReport = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/reports/reporting-rates")]
async fn get_reporting_rates(call: Call) -> Result<HttpResponse> {
    let filter = ReportFilter::from(call.query::<RatesFilter>()?);
    let file = call.file();
    call.snapshot(move |conn, ask| {
        let sight = workflow::sight(conn, &ask.actor)?;
        let cut = workflow::cut(conn, ask, &filter)?;
        let calendar = workflow::calendar(conn, &cut)?;
        shown(&file, ask, ReportKind::ReportingRates, &workflow::rates::report(conn, &sight, &ask.actor.provinces, &filter, &cut, &calendar)?)
    })
    .await
}

/// The register of incoming documents
#[utoipa::path(tag = "statistics", params(RegisterFilter, Paging), responses((status = 200, description = "A page of the register", content((IncomingReport = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/reports/incoming-documents")]
async fn get_incoming_documents(call: Call) -> Result<HttpResponse> {
    let (filter, paging) = (ReportFilter::from(call.query::<RegisterFilter>()?), call.query::<Paging>()?);
    call.paged_report(paging, move |conn, ask, paging| {
        let cut = workflow::cut(conn, ask, &filter)?;
        workflow::registers::incoming(conn, ask, &filter, paging, &cut)
    })
    .await
}

/// The register of outgoing documents
#[utoipa::path(tag = "statistics", params(RegisterFilter, Paging), responses((status = 200, description = "A page of the register", content((OutgoingReport = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/reports/outgoing-documents")]
async fn get_outgoing_documents(call: Call) -> Result<HttpResponse> {
    let (filter, paging) = (ReportFilter::from(call.query::<RegisterFilter>()?), call.query::<Paging>()?);
    call.paged_report(paging, move |conn, ask, paging| {
        let cut = workflow::cut(conn, ask, &filter)?;
        workflow::registers::outgoing(conn, ask, &filter, paging, &cut)
    })
    .await
}

/// Where a document went: sent, delivered, acknowledged, disseminated, who has not answered
#[utoipa::path(tag = "statistics", params(DistributionFilter), responses((status = 200, description = "One row for each receiver, in the order of the tree", content((DistributionReport = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/reports/document-distribution")]
async fn get_document_distribution(call: Call) -> Result<HttpResponse> {
    let given: DistributionFilter = call.query()?;
    let filter = ReportFilter { document_id: Some(given.document_id), as_of: given.as_of, organization_id: given.organization_id, ..ReportFilter::default() };
    let file = call.file();
    call.snapshot(move |conn, ask| {
        let cut = workflow::cut(conn, ask, &filter)?;
        shown(&file, ask, ReportKind::DocumentDistribution, &workflow::distribution::report(conn, ask, &filter, &cut)?)
    })
    .await
}

/// Obstacles without an answer: how old, where they lie, by when an answer was hoped for
#[utoipa::path(tag = "statistics", params(ObstacleFilter), responses((status = 200, description = "Oldest first", content((ObstacleReport = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/reports/open-obstacles")]
async fn get_open_obstacles(call: Call) -> Result<HttpResponse> {
    let filter = ReportFilter::from(call.query::<ObstacleFilter>()?);
    let file = call.file();
    call.snapshot(move |conn, ask| {
        let cut = workflow::cut(conn, ask, &filter)?;
        shown(&file, ask, ReportKind::OpenObstacles, &workflow::obstacles::report(conn, ask, &filter, &cut)?)
    })
    .await
}

/// Issued consolidated reports: a row for each indicator; as DOCX, the paper of the one that is found
#[utoipa::path(tag = "statistics", params(IssuedFilter), responses((status = 200, description = "Of each report the newest version by then, its totals worked out again from the versions that it pins",
    content((IssuedFiguresReport = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (FileContent = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/reports/consolidated-report")]
async fn get_issued_figures(call: Call) -> Result<HttpResponse> {
    let filter = ReportFilter::from(call.query::<IssuedFilter>()?);
    let file = call.file();
    call.snapshot(move |conn, ask| {
        let cut = workflow::cut(conn, ask, &filter)?;
        let versions = workflow::consolidated::found(conn, ask, &filter, &cut)?;
        if file.format() == Format::Docx {
            let (name, bytes) = workflow::consolidated::sheet(conn, ask, versions)?;
            return Ok(file.bytes(&name, bytes).of_snapshot(cut.to_string()));
        }
        shown(&file, ask, ReportKind::ConsolidatedReport, &workflow::consolidated::report(conn, &filter, &cut, versions)?)
    })
    .await
}

/// One page for leaders: worst overdue, agencies under 80 %, the next 14 days, what waits for a decision
#[utoipa::path(tag = "statistics", params(BriefFilter), responses((status = 200, description = "The brief; as a table, a row for each thing that it names; as DOCX, one sheet to be signed with the first lines of each list",
    content((Brief = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (FileContent = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/reports/leaders-brief")]
async fn get_leaders_brief(call: Call) -> Result<HttpResponse> {
    let filter = ReportFilter::from(call.query::<BriefFilter>()?);
    let file = call.file();
    call.snapshot(move |conn, ask| {
        let brief = workflow::brief::now(conn, ask, &filter)?;
        let (title, dated) = (ReportKind::LeadersBrief.label(ask.lang), Cut::begin_of(brief.as_of));
        let answer = match file.format() {
            Format::Docx => file.bytes(&format!("{title} {}", brief.as_of), docx::render(&workflow::brief::paper(conn, ask, &brief)?)?),
            format if format.is_table() => file.rows(title, dated, &brief.rows())?,
            _ => return Answer::value(&brief),
        };
        Ok(answer.of_snapshot(brief.snapshot))
    })
    .await
}
