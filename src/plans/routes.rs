use super::{
    model::{NewPlan, PlanAction, PlanFilter, PlanPatch, PlanTransition, PlanView},
    policy::RULES,
    store,
    survey::{self, AgencyProgress, SurveyFilter},
    workflow,
};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    documents,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::{Id, Key},
    includes::{Collection, Include, Includes, Relation, rows},
    organizations,
    page::{Page, Paging},
};
use actix_web::{HttpResponse, delete, get, patch, post, web::Path};

/// Plans beside what names them.
pub const INCLUDED: Collection =
    Collection { name: "plans", row: "PlanView", tag: "plans", load: |conn, ask, ids| rows(&page(conn, ask, &PlanFilter::default(), &Paging::among(ids))?) };

impl Includes for PlanView {
    const RELATIONS: &'static [Relation] =
        &[Relation { to: &documents::INCLUDED, by: &["document_id"] }, Relation { to: &organizations::INCLUDED, by: &["owner_id", "issuer_id"] }];
}

/// Mounts the routes of plans themselves.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_plans)
        .service(create_plan)
        .service(get_plan)
        .service(update_plan)
        .service(delete_plan)
        .service(transition_plan)
        .service(list_plan_progress);
}

/// One page of the list.
fn page(conn: &mut Conn, ask: &Ask, filter: &PlanFilter, paging: &Paging) -> Result<Page<PlanView>> {
    let scope = authz::scope(RULES, &ask.actor, PlanAction::View)?;
    let page = store::list(conn, &ask.actor, &scope, filter, paging)?;
    Ok(page.map(|(plan, standing)| workflow::view(ask, &plan, standing)))
}

/// Plans that the caller may see
#[utoipa::path(tag = "plans", params(PlanFilter, By<PlanView>, Include<PlanView>, Paging), responses((status = 200, description = "A page", body = Vec<PlanView>)))]
#[get("/plans")]
async fn list_plans(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (PlanFilter, Paging) = (call.query()?, call.query()?);
    call.including::<PlanView>().list(paging, move |conn, ask, paging| page(conn, ask, &filter, paging)).await
}

/// Draft a plan
#[utoipa::path(tag = "plans", request_body = NewPlan, responses((status = 201, description = "Drafted", body = PlanView)))]
#[post("/plans")]
async fn create_plan(call: Call, body: Body<NewPlan>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/plans/{}", view.id), &view, view.version)
    })
    .await
}

/// One plan
#[utoipa::path(tag = "plans", params(("id" = Key, Path), Include<PlanView>), responses((status = 200, description = "The plan", body = PlanView)))]
#[get("/plans/{id}")]
async fn get_plan(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<PlanView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Change a plan
#[utoipa::path(tag = "plans", params(("id" = Key, Path)), request_body(content = PlanPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The plan", body = PlanView)))]
#[patch("/plans/{id}")]
async fn update_plan(call: Call, id: Path<Id>, body: Body<PlanPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Delete a draft with its tasks
#[utoipa::path(tag = "plans", params(("id" = Key, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/plans/{id}")]
async fn delete_plan(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        workflow::delete(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// Activate, expand groups again, close or supersede
#[utoipa::path(tag = "plans", params(("id" = Key, Path)), request_body = PlanTransition, responses((status = 200, description = "The plan", body = PlanView)))]
#[post("/plans/{id}/transitions")]
async fn transition_plan(call: Call, id: Path<Id>, body: Body<PlanTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// How each agency stands: on time, late, running, overdue, urged
#[utoipa::path(tag = "plans", params(("id" = Key, Path), SurveyFilter), responses((status = 200, description = "One row an agency", body = Vec<AgencyProgress>)))]
#[get("/plans/{id}/progress")]
async fn list_plan_progress(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let filter: SurveyFilter = call.query()?;
    call.list(Paging::default(), move |conn, ask, _| {
        let (plan, standing) = store::find_as(conn, &ask.actor, *id)?;
        authz::permit(RULES, &ask.actor, PlanAction::View, PlanAction::Survey, standing)?;
        let items = survey::progress_of(conn, Some(plan.id), plan.province_id, None, filter.from, filter.to.unwrap_or(ask.today))?;
        Ok(Page { items, next: None, total: None })
    })
    .await
}
