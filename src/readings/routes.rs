use super::{
    forms::{
        ByPlace, ReadingFilter, ReadingForm, ReadingProposal, ReadingProposalPatch, ReadingProposalTransition, ReadingRow, ReadingText, ReadingTransition,
        ReadingView,
    },
    intake, workflow,
};
use crate::{
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    page::{NewestFirst, Paging, Sort},
};
use actix_web::{
    HttpRequest, HttpResponse, delete, get, patch, post,
    web::{Path, Payload},
};

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_readings)
        .service(create_reading)
        .service(get_reading)
        .service(delete_reading)
        .service(transition_reading)
        .service(get_reading_text)
        .service(list_reading_proposals)
        .service(get_reading_proposal)
        .service(update_reading_proposal)
        .service(transition_reading_proposal);
}

/// Texts that the own organisation has had read
#[utoipa::path(tag = "readings", params(ReadingFilter, By<ReadingRow>, Sort<NewestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<ReadingRow>)))]
#[get("/readings")]
async fn list_readings(call: Call) -> Result<HttpResponse> {
    let (filter, sort, paging): (ReadingFilter, Sort<NewestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| workflow::list(conn, ask, &filter, &sort, paging)).await
}

/// Have a text read: UTF-8 text, DOCX or PDF of 20 MiB at most (more is 413); nothing of a text with a secrecy level is kept
#[utoipa::path(tag = "readings", request_body(content = ReadingForm, content_type = "multipart/form-data"), responses((status = 201, description = "Read", body = ReadingView)))]
#[post("/readings")]
async fn create_reading(call: Call, request: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let agencies = call.look(workflow::ready).await?;
    let data = call.house().settings.data.clone();
    let incoming = intake::read(request.headers(), body, &data, agencies).await?;
    call.write(incoming, move |conn, ask, incoming| {
        let view = workflow::create(conn, ask, incoming, &data)?;
        Answer::created(format!("/api/v1/readings/{}", view.reading.id), &view, view.reading.version)
    })
    .await
}

/// One reading with all that it proposes
#[utoipa::path(tag = "readings", params(("id" = Id, Path)), responses((status = 200, description = "The reading", body = ReadingView)))]
#[get("/readings/{id}")]
async fn get_reading(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let view = workflow::show(conn, ask, *id)?;
        Answer::one(&view, view.reading.version)
    })
    .await
}

/// Delete a reading that is under review
#[utoipa::path(tag = "readings", params(("id" = Id, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/readings/{id}")]
async fn delete_reading(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        workflow::remove(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// Accept or reject many proposals, make the records of those accepted (`apply`), or discard the reading
#[utoipa::path(tag = "readings", params(("id" = Id, Path)), request_body = ReadingTransition, responses((status = 200, description = "The reading", body = ReadingView)))]
#[post("/readings/{id}/transitions")]
async fn transition_reading(call: Call, id: Path<Id>, body: Body<ReadingTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.reading.version)
    })
    .await
}

/// The text that was read; spans count its characters
#[utoipa::path(tag = "readings", params(("id" = Id, Path)), responses((status = 200, description = "The text", body = ReadingText)))]
#[get("/readings/{id}/text")]
async fn get_reading_text(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let (text, version) = workflow::text(conn, ask, *id)?;
        Answer::one(&text, version)
    })
    .await
}

/// The proposals of a reading, in the order of the text
#[utoipa::path(tag = "readings", params(("id" = Id, Path), By<ReadingProposal>, Sort<ByPlace>, Paging), responses((status = 200, description = "A page", body = Vec<ReadingProposal>)))]
#[get("/readings/{id}/proposals")]
async fn list_reading_proposals(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let (by, sort, paging): (By<ReadingProposal>, Sort<ByPlace>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| workflow::list_proposals(conn, ask, *id, &by, &sort, paging)).await
}

/// One proposal
#[utoipa::path(tag = "readings", params(("id" = Id, Path)), responses((status = 200, description = "The proposal", body = ReadingProposal)))]
#[get("/reading-proposals/{id}")]
async fn get_reading_proposal(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let view = workflow::show_proposal(conn, ask, *id)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Give a proposal another value, which accepts it
#[utoipa::path(tag = "readings", params(("id" = Id, Path)), request_body(content = ReadingProposalPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The proposal", body = ReadingProposal)))]
#[patch("/reading-proposals/{id}")]
async fn update_reading_proposal(call: Call, id: Path<Id>, body: Body<ReadingProposalPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit_proposal(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Accept or reject a proposal, or put it back as it was read
#[utoipa::path(tag = "readings", params(("id" = Id, Path)), request_body = ReadingProposalTransition, responses((status = 200, description = "The proposal", body = ReadingProposal)))]
#[post("/reading-proposals/{id}/transitions")]
async fn transition_reading_proposal(call: Call, id: Path<Id>, body: Body<ReadingProposalTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take_proposal(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
