use super::{
    model::{NewSubmission, SubmissionFilter, SubmissionPatch, SubmissionTransition, SubmissionView, Verification},
    workflow::{self, snapshot},
};
use crate::{
    error::{Problem, Result},
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    includes::{Include, Includes, Relation},
    organizations,
    page::Paging,
    reporting::periods,
};
use actix_web::{HttpResponse, delete, get, patch, post, web::Path};

impl Includes for SubmissionView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &periods::INCLUDED, by: &["period_id"] },
        Relation { to: &periods::OBLIGATIONS, by: &["obligation_id"] },
        Relation { to: &organizations::INCLUDED, by: &["author_id", "receiver_id"] },
    ];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_report_submissions)
        .service(create_report_submission)
        .service(get_report_submission)
        .service(update_report_submission)
        .service(delete_report_submission)
        .service(transition_report_submission)
        .service(verify_report_submission);
}

/// Submissions that the caller may read
#[utoipa::path(tag = "reporting", params(SubmissionFilter, By<SubmissionView>, Include<SubmissionView>, Paging), responses((status = 200, description = "A page", body = Vec<SubmissionView>)))]
#[get("/report-submissions")]
async fn list_report_submissions(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (SubmissionFilter, Paging) = (call.query()?, call.query()?);
    call.including::<SubmissionView>().list(paging, move |conn, ask, paging| workflow::list(conn, ask, &filter, paging)).await
}

/// Draft a submission for an obligation, or enter one that came on paper
#[utoipa::path(tag = "reporting", request_body = NewSubmission, responses((status = 201, description = "Created", body = SubmissionView)))]
#[post("/report-submissions")]
async fn create_report_submission(call: Call, body: Body<NewSubmission>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/report-submissions/{}", view.id), &view, view.version)
    })
    .await
}

/// One version of a submission
#[utoipa::path(tag = "reporting", params(("id" = Id, Path), Include<SubmissionView>), responses((status = 200, description = "The submission", body = SubmissionView)))]
#[get("/report-submissions/{id}")]
async fn get_report_submission(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<SubmissionView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Change a draft
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), request_body(content = SubmissionPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The submission", body = SubmissionView)))]
#[patch("/report-submissions/{id}")]
async fn update_report_submission(call: Call, id: Path<Id>, body: Body<SubmissionPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Delete a draft
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), responses((status = 204, description = "Gone")))]
#[delete("/report-submissions/{id}")]
async fn delete_report_submission(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, _| {
        workflow::remove(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// Hand in, accept, return with a reason, or confirm what was entered for the agency
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), request_body = SubmissionTransition, responses((status = 200, description = "The submission", body = SubmissionView)))]
#[post("/report-submissions/{id}/transitions")]
async fn transition_report_submission(call: Call, id: Path<Id>, body: Body<SubmissionTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Recompute a snapshot's hash
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), responses(
    (status = 200, description = "The proof", body = Verification),
    (status = 409, description = "A draft has no hash yet", body = Problem, content_type = "application/problem+json")
))]
#[get("/report-submissions/{id}/verify")]
async fn verify_report_submission(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| Answer::value(&snapshot::verify(conn, ask, *id)?)).await
}
