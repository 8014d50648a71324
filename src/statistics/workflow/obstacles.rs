//! Obstacles that wait for an answer: how old they are and where they lie.

use super::{narrow, provinces};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::Result,
    id::Id,
    recommendations::{
        Recommendation, RecommendationState,
        model::{KIND, RecommendationAction, RecommendationKind},
        policy::RULES,
    },
    statistics::{
        model::{Cut, ObstacleReport, ObstacleRow, ReportFilter},
        rewind::{Rewind, Was},
        store::{Names, papers},
    },
};
use chrono::NaiveDate;
use serde::Deserialize;

/// A recommendation as the journal shows it.
#[derive(Debug, Deserialize)]
struct RaisedThen {
    kind: RecommendationKind,
    title: String,
    raiser_id: Id,
    plan_id: Option<Id>,
    focal_id: Option<Id>,
    addressed_id: Option<Id>,
    respond_by: Option<NaiveDate>,
    raised_on: Option<NaiveDate>,
    forwarded_on: Option<NaiveDate>,
    answered_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
}

/// What was raised and had no answer yet, as it was; none where there was no such thing.
fn then(r: Recommendation, rewind: &Rewind, by: NaiveDate) -> Result<Option<Recommendation>> {
    let was = match rewind.of::<RaisedThen>(KIND, r.id)? {
        Was::Nothing => return Ok(None),
        Was::Same => r,
        Was::Changed(was) => Recommendation {
            kind: was.kind,
            title: was.title,
            raiser_id: was.raiser_id,
            plan_id: was.plan_id,
            focal_id: was.focal_id,
            addressed_id: was.addressed_id,
            respond_by: was.respond_by,
            raised_on: was.raised_on,
            forwarded_on: was.forwarded_on,
            answered_on: was.answered_on,
            closed_on: was.closed_on,
            ..r
        },
    };
    let ended = |day: Option<NaiveDate>| day.is_some_and(|day| day <= by);
    Ok(Some(was).filter(|r| r.raised_on.is_some_and(|day| day <= by) && !ended(r.answered_on) && !ended(r.closed_on)))
}

/// The report, oldest first: five statements.
pub fn report(conn: &mut Conn, ask: &Ask, filter: &ReportFilter, cut: &Cut) -> Result<ObstacleReport> {
    let scope = authz::scope(RULES, &ask.actor, RecommendationAction::View)?;
    let rewind = Rewind::read(conn, &provinces(&ask.actor), &[KIND, "organization"], cut.seq)?;
    let mut all = Vec::new();
    for (r, plan_code) in papers::obstacles(conn, &scope, &narrow(filter)?, cut.as_of)? {
        // Whoever raised it then: a merger may have moved it since.
        let then = then(r, &rewind, cut.as_of)?.filter(|r| filter.organization_id.is_none_or(|raiser| r.raiser_id == raiser));
        all.extend(then.map(|r| (r, plan_code)));
    }
    let named = all.iter().flat_map(|(r, _)| [Some(r.raiser_id), r.addressed_id, r.focal_id]).flatten();
    let names = Names::read(conn, named, &rewind)?;
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
