//! What is known before the author writes. Nothing is made up: an indicator without a register stays blank.

use super::content::Content;
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::Result,
    id::Id,
    organizations::{self, OrganizationKind},
    reporting::{
        periods::{
            self, Obligation, ReportingPeriod,
            model::{OBLIGATION, ObligationAction},
            policy::OBLIGATION_RULES,
        },
        regimes::{
            self,
            model::{Indicator, IndicatorSource},
        },
        submissions::{
            model::{Prefill, PrefilledFigure, PrefilledNarrative, Submission, SubmissionState as State},
            store,
        },
    },
};
use std::collections::HashMap;

/// The computed values of an obligation, by indicator: those that a named query counts.
pub fn computed(conn: &mut Conn, obligation: &Obligation, period: &ReportingPeriod, indicators: &[Indicator]) -> Result<HashMap<String, String>> {
    let mut known = HashMap::new();
    for indicator in indicators.iter().filter(|i| i.source == IndicatorSource::Computed) {
        let value = match indicator.query.as_deref() {
            Some("organizations.associations") => Some(associations(conn, obligation, period)?.to_string()),
            // A regime names only queries of `regimes::QUERIES`; one that is gone counts nothing.
            _ => None,
        };
        known.extend(value.map(|value| (indicator.code.clone(), value)));
    }
    Ok(known)
}

/// Friendship associations that are units of the sender and exist on the last day of the figures.
fn associations(conn: &mut Conn, obligation: &Obligation, period: &ReportingPeriod) -> Result<usize> {
    let day = period.data_to.or(period.opened_on);
    let units = organizations::units(conn, obligation.sender_id)?;
    let all = organizations::find_many(conn, &units)?;
    let exists = |o: &&organizations::Organization| {
        o.kind == OrganizationKind::FriendshipAssociation
            && o.archived_at.is_none()
            && day.is_none_or(|day| o.valid_from.is_none_or(|d| d <= day) && o.valid_to.is_none_or(|d| d >= day))
    };
    Ok(all.iter().filter(exists).count())
}

/// The accepted report of the same agency (or of one that it took over from) for the period before.
fn previous(conn: &mut Conn, obligation: &Obligation, period: &ReportingPeriod) -> Result<Option<(String, Submission)>> {
    let Some(before) = period.counted().and_then(|p| p.previous()) else { return Ok(None) };
    let Some(before) = periods::store::of_regime(conn, obligation.regime_id, &before.to_string())? else { return Ok(None) };
    let mut agencies: Vec<Id> = regimes::model::typed(&obligation.also_for)?;
    agencies.push(obligation.sender_id);
    let owed = periods::obligations_of(conn, before.id)?;
    let Some(same) = owed.iter().find(|o| o.step_no == obligation.step_no && agencies.contains(&o.sender_id)) else { return Ok(None) };
    let last = store::versions(conn, same.id)?.into_iter().rfind(|v| v.state == State::Accepted);
    Ok(last.map(|submission| (before.period.unwrap_or_default(), submission)))
}

/// What is known for an obligation: the last period's values, and what the service computes.
pub fn prefill(conn: &mut Conn, obligation: &Obligation) -> Result<Prefill> {
    let content = Content::read(conn, obligation)?;
    let before = previous(conn, obligation, &content.period)?;
    let (old_figures, old_narratives) = match &before {
        Some((_, submission)) => (submission.figures()?, submission.narratives()?),
        None => (vec![], vec![]),
    };
    let figures = content
        .indicators
        .iter()
        .map(|i| {
            let old = old_figures.iter().find(|f| f.indicator == i.code);
            PrefilledFigure {
                indicator: i.code.clone(),
                previous: old.and_then(|f| f.value.clone()),
                previous_estimated: old.is_some_and(|f| f.estimated),
                computed: content.computed.get(&i.code).cloned(),
                query: i.query.clone(),
            }
        })
        .collect();
    let narratives = content
        .sections
        .iter()
        .map(|s| PrefilledNarrative {
            section: s.key.clone(),
            title: s.title.clone(),
            previous: old_narratives.iter().find(|n| n.section == s.key).map(|n| n.text.clone()),
        })
        .collect();
    Ok(Prefill {
        obligation_id: obligation.id,
        previous_period: before.as_ref().map(|(name, _)| name.clone()),
        previous_submission_id: before.as_ref().map(|(_, s)| s.id),
        figures,
        narratives,
    })
}

/// The same for a caller who drafts for it: the author's people, and the receiver's who enter it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Prefill> {
    let obligation = periods::find_obligation(conn, id)?;
    let standing = authz::standing(conn, &ask.actor, OBLIGATION, obligation.id, obligation.province_id, obligation.audience)?;
    let drafts = [ObligationAction::Submit, ObligationAction::Enter].into_iter().find(|act| authz::may(OBLIGATION_RULES, &ask.actor, *act, standing));
    authz::permit(OBLIGATION_RULES, &ask.actor, ObligationAction::View, drafts.unwrap_or(ObligationAction::Submit), standing)?;
    prefill(conn, &obligation)
}
