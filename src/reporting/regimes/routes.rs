use super::{
    model::{NewRegime, RegimeAction, RegimeFilter, RegimePatch, RegimeTransition, RegimeView},
    policy::RULES,
    store, workflow,
};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::{Id, Key},
    includes::{Collection, Include, Includes, Relation, rows},
    organizations,
    page::{Page, Paging},
    plans,
};
use actix_web::{HttpResponse, get, patch, post, web::Path};

/// Regimes beside what names them.
pub const INCLUDED: Collection = Collection {
    name: "reporting_regimes",
    row: "RegimeView",
    tag: "reporting",
    load: |conn, ask, ids| rows(&page(conn, ask, &RegimeFilter::default(), &Paging::among(ids))?),
};

impl Includes for RegimeView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &plans::INCLUDED, by: &["plan_id"] },
        Relation {
            to: &organizations::INCLUDED,
            by: &["focal_point_id", "final_recipient_id", "steps.receiver_id", "steps.appraiser_id", "steps.senders.organization_id"],
        },
    ];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_reporting_regimes)
        .service(create_reporting_regime)
        .service(get_reporting_regime)
        .service(update_reporting_regime)
        .service(transition_reporting_regime);
}

/// One page of the list.
fn page(conn: &mut Conn, ask: &Ask, filter: &RegimeFilter, paging: &Paging) -> Result<Page<RegimeView>> {
    let scope = authz::scope(RULES, &ask.actor, RegimeAction::View)?;
    let page = store::list(conn, &scope, filter, paging)?;
    let views = workflow::views(conn, ask, &page.items)?;
    Ok(Page { items: views, next: page.next, total: page.total })
}

/// Reporting regimes of the province
#[utoipa::path(tag = "reporting", params(RegimeFilter, By<RegimeView>, Include<RegimeView>, Paging), responses((status = 200, description = "A page", body = Vec<RegimeView>)))]
#[get("/reporting-regimes")]
async fn list_reporting_regimes(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (RegimeFilter, Paging) = (call.query()?, call.query()?);
    call.including::<RegimeView>().list(paging, move |conn, ask, paging| page(conn, ask, &filter, paging)).await
}

/// Draw up a reporting regime
#[utoipa::path(tag = "reporting", request_body = NewRegime, responses((status = 201, description = "Created", body = RegimeView)))]
#[post("/reporting-regimes")]
async fn create_reporting_regime(call: Call, body: Body<NewRegime>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/reporting-regimes/{}", view.id), &view, view.version)
    })
    .await
}

/// One reporting regime
#[utoipa::path(tag = "reporting", params(("id" = Key, Path), Include<RegimeView>), responses((status = 200, description = "The regime", body = RegimeView)))]
#[get("/reporting-regimes/{id}")]
async fn get_reporting_regime(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<RegimeView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Change a reporting regime; open periods keep the chain that they opened with
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), request_body(content = RegimePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The regime", body = RegimeView)))]
#[patch("/reporting-regimes/{id}")]
async fn update_reporting_regime(call: Call, id: Path<Id>, body: Body<RegimePatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Archive a reporting regime
#[utoipa::path(tag = "reporting", params(("id" = Key, Path)), request_body = RegimeTransition, responses((status = 200, description = "The regime", body = RegimeView)))]
#[post("/reporting-regimes/{id}/transitions")]
async fn transition_reporting_regime(call: Call, id: Path<Id>, body: Body<RegimeTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
