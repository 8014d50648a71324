use super::{model::Known, workflow};
use crate::{
    error::Result,
    http::{Answer, Call, ServiceConfig},
    id::Id,
};
use actix_web::{HttpResponse, get, web::Path};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(get_obligation_prefill);
}

/// What is known before the author writes: from tasks, documents, obstacles and the last period, each with its source
#[utoipa::path(tag = "reporting", params(("id" = Id, Path)), responses((status = 200, description = "What is known", body = Known)))]
#[get("/reporting-obligations/{id}/prefill")]
async fn get_obligation_prefill(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| Answer::value(&workflow::show(conn, ask, *id)?)).await
}
