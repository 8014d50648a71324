use super::{
    files,
    model::{Job, JobTransition, NewReportJob, ReportJobPatch, ReportJobTransition, ReportJobView, ReportRunView, RunVerification},
    workflow::{self, verifying},
};
use crate::{
    error::{Error, Problem, Result},
    export::FileContent,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    page::{NewestFirst, Paging, Sort},
};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, ContentEncoding},
    patch, post,
    web::Path,
};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_report_jobs)
        .service(create_report_job)
        .service(get_report_job)
        .service(update_report_job)
        .service(transition_report_job)
        .service(list_report_job_runs)
        .service(run_report_job)
        .service(get_report_job_run)
        .service(get_report_job_run_content)
        .service(verify_report_job_run)
        .service(get_job)
        .service(transition_job);
}

/// Saved reports of the own organisation
#[utoipa::path(tag = "statistics", params(By<ReportJobView>, Sort<NewestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<ReportJobView>)))]
#[get("/report-jobs")]
async fn list_report_jobs(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<ReportJobView>, Sort<NewestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| workflow::list(conn, ask, &by, &sort, paging)).await
}

/// Save a report that runs on a schedule, or when asked
#[utoipa::path(tag = "statistics", request_body = NewReportJob, responses((status = 201, description = "Saved", body = ReportJobView)))]
#[post("/report-jobs")]
async fn create_report_job(call: Call, body: Body<NewReportJob>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/report-jobs/{}", view.id), &view, view.version)
    })
    .await
}

/// One saved report
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), responses((status = 200, description = "The saved report", body = ReportJobView)))]
#[get("/report-jobs/{id}")]
async fn get_report_job(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let view = workflow::show(conn, ask, *id)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Change a saved report
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), request_body(content = ReportJobPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The saved report", body = ReportJobView)))]
#[patch("/report-jobs/{id}")]
async fn update_report_job(call: Call, id: Path<Id>, body: Body<ReportJobPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Pause, resume or archive a saved report
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), request_body = ReportJobTransition, responses((status = 200, description = "The saved report", body = ReportJobView)))]
#[post("/report-jobs/{id}/transitions")]
async fn transition_report_job(call: Call, id: Path<Id>, body: Body<ReportJobTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// The runs of a saved report, newest first
#[utoipa::path(tag = "statistics", params(("id" = Id, Path), By<ReportRunView>, Sort<NewestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<ReportRunView>)))]
#[get("/report-jobs/{id}/runs")]
async fn list_report_job_runs(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let (by, sort, paging): (By<ReportRunView>, Sort<NewestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| workflow::list_runs(conn, ask, *id, &by, &sort, paging)).await
}

/// Run a saved report now, in the background
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), responses((status = 202, description = "Queued; look at Location", body = Job)))]
#[post("/report-jobs/{id}/runs")]
async fn run_report_job(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        let job = workflow::ask_for_run(conn, ask, *id)?;
        Answer::accepted(format!("/api/v1/jobs/{}", job.id), &job, job.version)
    })
    .await
}

/// One run of a saved report
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), responses((status = 200, description = "The run", body = ReportRunView)))]
#[get("/report-job-runs/{id}")]
async fn get_report_job_run(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let view = workflow::show_run(conn, ask, *id)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// The file that a run has made
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), responses(
    (status = 200, description = "The file", content_type = "application/octet-stream", body = FileContent),
    (status = 409, description = "The run has no result yet, or none at all", body = Problem, content_type = "application/problem+json"),
    (status = 410, description = "The file is gone; a verification makes it again", body = Problem, content_type = "application/problem+json")
))]
#[get("/report-job-runs/{id}/content")]
async fn get_report_job_run_content(call: Call, id: Path<Id>, request: HttpRequest) -> Result<HttpResponse> {
    let id = *id;
    let run = call.look(move |conn, ask| workflow::content(conn, ask, id)).await?;
    let sha256 = run.sha256.unwrap_or_default();
    let tag = format!("\"{sha256}\"");
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if known.trim() == "*" || known.split(',').any(|k| k.trim().trim_start_matches("W/") == tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let bytes = match tokio::fs::read(files::place(&call.house().settings.data, &sha256)).await {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::refuse(
                410,
                "file_gone",
                "Tệp không còn trong kho; hãy tính lại (verification) để dựng lại.",
                "The file is no longer in the store; make it again (verification).",
            ));
        }
        Err(e) => return Err(Error::internal(e)),
    };
    let name = format!("{}-{}.{}", run.report, run.snapshot.unwrap_or_default().replace('@', "-"), run.format);
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, tag))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        // Its tag is that of the bytes themselves.
        .insert_header(ContentEncoding::Identity)
        .content_type("application/octet-stream")
        .body(bytes))
}

/// Make a run again from the records, as of its snapshot, and compare every byte
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), responses((status = 200, description = "Whether it is the same", body = RunVerification)))]
#[post("/report-job-runs/{id}/verification")]
async fn verify_report_job_run(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let data = call.house().settings.data.clone();
    call.write((), move |conn, ask, ()| Answer::value(&verifying::verify(conn, ask, *id, &data)?)).await
}

/// A piece of long work: how far it is, and where its result is
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), responses((status = 200, description = "The work", body = Job)))]
#[get("/jobs/{id}")]
async fn get_job(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let job = workflow::show_job(conn, ask, *id)?;
        Answer::one(&job, job.version)
    })
    .await
}

/// Cancel a piece of long work
#[utoipa::path(tag = "statistics", params(("id" = Id, Path)), request_body = JobTransition, responses((status = 200, description = "The work", body = Job)))]
#[post("/jobs/{id}/transitions")]
async fn transition_job(call: Call, id: Path<Id>, body: Body<JobTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let job = workflow::cancel(conn, ask, *id, body)?;
        Answer::one(&job, job.version)
    })
    .await
}
