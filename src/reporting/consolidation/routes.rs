use super::{
    model::{
        ConsolidatedAction,
        asked::{ConsolidatedFilter, ConsolidatedReportPatch, ConsolidatedReportTransition, LineageFilter, NewConsolidatedReport, NewConsolidatedVersion},
        rows::rows,
        shown::{ConsolidatedReportRow, ConsolidatedReportView, ConsolidatedVerification, ReportLineage},
    },
    policy::RULES,
    store, workflow,
};
use crate::{
    authz::{self, Relations},
    documents,
    error::{Problem, Result},
    export::{FileContent, Format, docx},
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::{Id, Key},
    includes::{Include, Includes, Relation},
    organizations,
    page::Paging,
    reporting::{periods, regimes},
};
use actix_web::{HttpResponse, delete, get, patch, post, web::Path};

impl Includes for ConsolidatedReportRow {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &periods::INCLUDED, by: &["period_id"] },
        Relation { to: &regimes::INCLUDED, by: &["regime_id"] },
        Relation { to: &documents::INCLUDED, by: &["document_id"] },
        Relation { to: &organizations::INCLUDED, by: &["consolidator_id", "receiver_id", "appraiser_id"] },
    ];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_consolidated_reports)
        .service(create_consolidated_report)
        .service(get_consolidated_report)
        .service(update_consolidated_report)
        .service(delete_consolidated_report)
        .service(transition_consolidated_report)
        .service(create_consolidated_report_version)
        .service(get_consolidated_report_lineage)
        .service(verify_consolidated_report);
}

fn created(view: &ConsolidatedReportView) -> Result<Answer> {
    Answer::created(format!("/api/v1/consolidated-reports/{}", view.row.id), view, view.row.version)
}

/// Consolidated reports, each version by itself
#[utoipa::path(tag = "reporting", params(ConsolidatedFilter, By<ConsolidatedReportRow>, Include<ConsolidatedReportRow>, Paging), responses((status = 200, description = "A page", body = Vec<ConsolidatedReportRow>)))]
#[get("/consolidated-reports")]
async fn list_consolidated_reports(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (ConsolidatedFilter, Paging) = (call.query()?, call.query()?);
    call.including::<ConsolidatedReportRow>()
        .list(paging, move |conn, ask, paging| {
            let scope = authz::scope(RULES, &ask.actor, ConsolidatedAction::View)?;
            let page = store::list(conn, &scope, &filter, paging)?;
            let (known, _) = workflow::staleness(conn, &page.items, &[])?;
            let ids: Vec<Id> = page.items.iter().map(|r| r.id).collect();
            let relations = store::relations(conn, ask.actor.organization, &ids)?;
            Ok(page.map(|r| {
                let relations = Relations(relations.get(&r.id).copied().unwrap_or_default());
                workflow::row(ask, r, relations, &known)
            }))
        })
        .await
}

/// Consolidate what was accepted for a period
#[utoipa::path(tag = "reporting", request_body = NewConsolidatedReport, responses((status = 201, description = "A draft", body = ConsolidatedReportView)))]
#[post("/consolidated-reports")]
async fn create_consolidated_report(call: Call, body: Body<NewConsolidatedReport>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| created(&workflow::create(conn, ask, body)?)).await
}

/// One version of a consolidated report
#[utoipa::path(tag = "reporting", params(("id" = Key, Path), Include<ConsolidatedReportRow>), responses((status = 200, description = "The report; as a table, a row for each indicator; as DOCX, the paper to be signed",
    content((ConsolidatedReportView = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (FileContent = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (FileContent = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/consolidated-reports/{id}")]
async fn get_consolidated_report(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let file = call.file();
    call.including::<ConsolidatedReportRow>()
        .read(move |conn, ask| {
            if file.format() == Format::Docx {
                let (paper, view) = workflow::paper(conn, ask, *id)?;
                return Ok(file.bytes(&format!("{} {}", view.row.code, view.row.version_no), docx::render(&paper)?).of_version(view.row.version));
            }
            let view = workflow::show(conn, ask, *id)?;
            if !file.format().is_table() {
                return Answer::one(&view, view.row.version);
            }
            let lineage = workflow::lineage(conn, ask, *id, None)?;
            // The file bears the moment of the figures: made again from the same ones it is the same.
            let answer = file.rows(&view.row.code, view.row.gathered_at, &rows(&view, &lineage))?;
            Ok(answer.of_version(view.row.version))
        })
        .await
}

/// Write narratives, adjust totals, leave sources out
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), request_body(content = ConsolidatedReportPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The report", body = ConsolidatedReportView)))]
#[patch("/consolidated-reports/{id}")]
async fn update_consolidated_report(call: Call, id: Path<Id>, body: Body<ConsolidatedReportPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.row.version)
    })
    .await
}

/// Delete a draft
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/consolidated-reports/{id}")]
async fn delete_consolidated_report(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        workflow::delete(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// Gather again, hand over for appraisal, send back, appraise or issue
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), request_body = ConsolidatedReportTransition, responses((status = 200, description = "The report", body = ConsolidatedReportView)))]
#[post("/consolidated-reports/{id}/transitions")]
async fn transition_consolidated_report(call: Call, id: Path<Id>, body: Body<ConsolidatedReportTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.row.version)
    })
    .await
}

/// Make the next version of an issued report
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), request_body = NewConsolidatedVersion, responses((status = 201, description = "A draft beside the issued version", body = ConsolidatedReportView)))]
#[post("/consolidated-reports/{id}/versions")]
async fn create_consolidated_report_version(call: Call, id: Path<Id>, body: Body<NewConsolidatedVersion>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| created(&workflow::correct(conn, ask, *id, body)?)).await
}

/// Where the figures come from
#[utoipa::path(tag = "reporting", params(("id" = Key, Path), LineageFilter), responses((status = 200, description = "Each figure with the versions that it was made from", body = ReportLineage)))]
#[get("/consolidated-reports/{id}/lineage")]
async fn get_consolidated_report_lineage(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let filter: LineageFilter = call.query()?;
    call.read(move |conn, ask| Answer::value(&workflow::lineage(conn, ask, *id, filter.indicator.as_deref())?)).await
}

/// Work everything out again from the pinned versions
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), responses(
    (status = 200, description = "Whether all is as it was", body = ConsolidatedVerification),
    (status = 409, description = "A pinned value is no readable number", body = Problem, content_type = "application/problem+json")
))]
#[get("/consolidated-reports/{id}/verify")]
async fn verify_consolidated_report(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| Answer::value(&workflow::verify(conn, ask, *id)?)).await
}
