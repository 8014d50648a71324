use super::{
    model::{AccessEvent, AuditEvent, AuditVerification, LatestFirst, VerificationRange},
    workflow,
};
use crate::{
    error::Result,
    filters::By,
    http::{Answer, Call, ServiceConfig},
    id::Id,
    page::{Paging, Sort},
};
use actix_web::{HttpResponse, get, web::Path};

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_audit_events).service(verify_audit_events).service(get_audit_event).service(list_access_events);
}

/// What was done, newest first
#[utoipa::path(tag = "audit", params(By<AuditEvent>, Sort<LatestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<AuditEvent>)))]
#[get("/audit-events")]
async fn list_audit_events(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<AuditEvent>, Sort<LatestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    let about = by.clone();
    call.witnessed_list(paging, move |ask| workflow::sighting(ask, &about), move |conn, ask, paging| workflow::list(conn, ask, &by, &sort, paging)).await
}

/// Whether the chain of entries is as it was sealed
#[utoipa::path(tag = "audit", params(VerificationRange), responses((status = 200, description = "What was found", body = AuditVerification)))]
#[get("/audit-events/verification")]
async fn verify_audit_events(call: Call) -> Result<HttpResponse> {
    let range: VerificationRange = call.query()?;
    call.snapshot(move |conn, ask| Answer::value(&workflow::verify(conn, ask, &range)?)).await
}

/// One entry of the trail
#[utoipa::path(tag = "audit", params(("id" = Id, Path)), responses((status = 200, description = "The entry", body = AuditEvent)))]
#[get("/audit-events/{id}")]
async fn get_audit_event(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.witnessed(move |conn, ask| {
        let (event, sighting) = workflow::show(conn, ask, *id)?;
        Ok((Answer::value(&event)?.secret(), vec![sighting]))
    })
    .await
}

/// Who has looked at what is sensitive, newest first
#[utoipa::path(tag = "audit", params(By<AccessEvent>, Sort<LatestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<AccessEvent>)))]
#[get("/access-events")]
async fn list_access_events(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<AccessEvent>, Sort<LatestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.private_list(paging, move |conn, ask, paging| workflow::reads(conn, ask, &by, &sort, paging)).await
}
