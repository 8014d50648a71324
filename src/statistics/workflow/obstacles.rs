//! Obstacles that wait for an answer: how old they are and where they lie.

use super::narrow;
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::Result,
    recommendations::{RecommendationState, model::RecommendationAction, policy::RULES},
    statistics::{
        model::{Cut, ObstacleReport, ObstacleRow, ReportFilter},
        rewind::Rewind,
        store::{Names, papers},
    },
};

/// The report, oldest first: three statements.
pub fn report(conn: &mut Conn, ask: &Ask, filter: &ReportFilter, cut: &Cut) -> Result<ObstacleReport> {
    let scope = authz::scope(RULES, &ask.actor, RecommendationAction::View)?;
    let all = papers::obstacles(conn, &scope, &narrow(filter)?, cut.as_of)?;
    let named = all.iter().flat_map(|(r, _)| [Some(r.raiser_id), r.addressed_id, r.focal_id]).flatten();
    let names = Names::read(conn, named, &Rewind::default())?;
    let items = all.into_iter().map(|(r, plan_code)| {
        let raiser = names.of(r.raiser_id);
        // Before it was put before UBND it lay with the focal point.
        let forwarded_on = r.forwarded_on.filter(|day| *day <= cut.as_of);
        let lies_with_id = if forwarded_on.is_some() { r.addressed_id } else { r.focal_id.or(r.addressed_id) };
        let lies_with = lies_with_id.map(|id| names.of(id));
        let late = r.respond_by.map_or(0, |day| (cut.as_of - day).num_days().max(0));
        ObstacleRow {
            recommendation_id: r.id,
            code: r.code,
            kind: r.kind,
            title: r.title,
            state: if forwarded_on.is_some() { RecommendationState::Forwarded } else { RecommendationState::Raised },
            organization_id: r.raiser_id,
            organization_code: raiser.code,
            organization_name: raiser.name,
            plan_id: r.plan_id,
            plan_code,
            lies_with_id,
            lies_with_code: lies_with.as_ref().map(|l| l.code.clone()),
            lies_with_name: lies_with.map(|l| l.name),
            raised_on: r.raised_on,
            forwarded_on,
            age_days: r.raised_on.map_or(0, |day| (cut.as_of - day).num_days()),
            respond_by: r.respond_by,
            overdue: late > 0,
            days_overdue: late,
        }
    });
    Ok(ObstacleReport::new(cut, filter, items.collect()))
}
