use super::{
    model::{NewRecommendation, RecommendationAction, RecommendationFilter, RecommendationPatch, RecommendationTransition, RecommendationView},
    policy::RULES,
    store, workflow,
};
use crate::{
    ask::Ask,
    authz::{self, Relations},
    db::Conn,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    ics::Day,
    id::{Id, Key},
    includes::{Include, Includes, Relation},
    organizations,
    page::Paging,
    plans, text,
};
use actix_web::{HttpResponse, delete, get, patch, post, web::Path};

impl Includes for RecommendationView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &plans::INCLUDED, by: &["plan_id"] },
        Relation { to: &plans::tasks::INCLUDED, by: &["task_id"] },
        Relation { to: &organizations::INCLUDED, by: &["raiser_id", "focal_id", "addressed_id"] },
    ];
}

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_recommendations)
        .service(create_recommendation)
        .service(get_recommendation)
        .service(update_recommendation)
        .service(delete_recommendation)
        .service(transition_recommendation);
}

/// Recommendations in a calendar.
fn days(_: &mut Conn, ask: &Ask, all: &[RecommendationView]) -> Result<Vec<Day>> {
    let day = |r: &RecommendationView| {
        Some(Day {
            uid: format!("recommendation-{}@nhipcau", r.id),
            on: r.respond_by?,
            lang: ask.lang,
            summary: format!("{} {} · {}", ask.lang.pick("Hạn trả lời", "Answer due"), r.code, text::brief(&r.title)),
            description: r.content.clone(),
            url: format!("/api/v1/recommendations/{}", r.id),
            sequence: i64::from(r.version) - 1,
            modified: r.updated_at,
        })
    };
    Ok(all.iter().filter_map(day).collect())
}

/// Difficulties, obstacles and proposals
#[utoipa::path(tag = "recommendations", params(RecommendationFilter, By<RecommendationView>, Include<RecommendationView>, Paging), responses((status = 200, description = "A page; as a calendar, the days by which an answer is hoped for", content((Vec<RecommendationView> = "application/json"), (String = "text/calendar")))))]
#[get("/recommendations")]
async fn list_recommendations(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (RecommendationFilter, Paging) = (call.query()?, call.query()?);
    call.including::<RecommendationView>()
        .dated_list(paging, days, move |conn, ask, paging| {
            let scope = authz::scope(RULES, &ask.actor, RecommendationAction::View)?;
            let page = store::list(conn, &scope, &filter, paging, ask.today)?;
            let ids: Vec<Id> = page.items.iter().map(|r| r.id).collect();
            let mut answers = store::answers(conn, &ids)?;
            let relations = store::relations(conn, ask.actor.organization, &ids)?;
            Ok(page.map(|r| {
                let answers = answers.remove(&r.id).unwrap_or_default();
                let relations = Relations(relations.get(&r.id).copied().unwrap_or_default());
                workflow::view(ask, r, relations, answers)
            }))
        })
        .await
}

/// Raise a difficulty, an obstacle or a proposal, or draft one
#[utoipa::path(tag = "recommendations", request_body = NewRecommendation, responses((status = 201, description = "Raised or drafted", body = RecommendationView)))]
#[post("/recommendations")]
async fn create_recommendation(call: Call, body: Body<NewRecommendation>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/recommendations/{}", view.id), &view, view.version)
    })
    .await
}

/// One recommendation with its answers
#[utoipa::path(tag = "recommendations", params(("id" = Key, Path), Include<RecommendationView>), responses((status = 200, description = "The recommendation", body = RecommendationView)))]
#[get("/recommendations/{id}")]
async fn get_recommendation(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<RecommendationView>()
        .read(move |conn, ask| {
            let view = workflow::show(conn, ask, *id)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Change a draft
#[utoipa::path(tag = "recommendations", params(("id" = Key, Path)), request_body(content = RecommendationPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The recommendation", body = RecommendationView)))]
#[patch("/recommendations/{id}")]
async fn update_recommendation(call: Call, id: Path<Id>, body: Body<RecommendationPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Delete a draft
#[utoipa::path(tag = "recommendations", params(("id" = Key, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/recommendations/{id}")]
async fn delete_recommendation(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        workflow::delete(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// Send, forward, answer or close a recommendation
#[utoipa::path(tag = "recommendations", params(("id" = Key, Path)), request_body = RecommendationTransition, responses((status = 200, description = "The recommendation", body = RecommendationView)))]
#[post("/recommendations/{id}/transitions")]
async fn transition_recommendation(call: Call, id: Path<Id>, body: Body<RecommendationTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
