//! What is known before the author writes. Nothing is made up: an indicator without a register stays blank.

use super::content::Content;
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    documents,
    error::Result,
    id::Id,
    organizations::{self, OrganizationKind},
    plans::{self, AgencyProgress},
    reporting::{
        periods::{
            self, Obligation, ObligationState, ReportingPeriod,
            model::{OBLIGATION, ObligationAction},
            policy::OBLIGATION_RULES,
        },
        regimes::{
            self, Section,
            model::{Indicator, IndicatorSource},
        },
        submissions::{
            model::{FigureSource, KIND, Prefill, PrefilledFigure, PrefilledNarrative, Submission, SubmissionState as State},
            store,
        },
    },
};
use chrono::NaiveDate;
use std::collections::HashMap;

/// Records shown as the source of one value or section, at most.
pub const MOST_SOURCES: i64 = 500;
/// Documents counted for one report, at most.
const MOST_DOCUMENTS: i64 = 20_000;

/// A computed value, and the records that it is counted from.
#[derive(Debug, Clone)]
pub struct Counted {
    pub value: String,
    pub sources: Vec<FigureSource>,
}

/// What a report is about: whose, of which days, under which plan.
#[derive(Debug, Clone)]
pub struct Ground {
    pub sender: Id,
    pub province: Id,
    /// The plan that the regime follows; without one every plan of the province.
    pub plan: Option<Id>,
    pub from: Option<NaiveDate>,
    /// The last day of the figures, or today where that lies ahead.
    pub to: NaiveDate,
    pub sections: Vec<Section>,
}

impl Ground {
    /// The ground of an obligation on a day.
    pub fn of(obligation: &Obligation, period: &ReportingPeriod, regime: &regimes::Regime, today: NaiveDate) -> Result<Self> {
        let to = period.data_to.map_or(today, |to| to.min(today));
        let (sender, province) = (obligation.sender_id, obligation.province_id);
        Ok(Self { sender, province, plan: regime.plan_id, from: period.data_from, to, sections: regime.sections()? })
    }
}

/// What the queries of one report have looked up already.
#[derive(Default)]
struct Looked {
    progress: Option<AgencyProgress>,
    work: Option<Vec<plans::Work>>,
    received: Option<Vec<documents::Received>>,
}

/// The computed values of a report, by indicator: those that a named query counts.
pub fn computed(conn: &mut Conn, ground: &Ground, indicators: &[Indicator]) -> Result<HashMap<String, Counted>> {
    let mut known = HashMap::new();
    let mut looked = Looked::default();
    for indicator in indicators.iter().filter(|i| i.source == IndicatorSource::Computed) {
        // A regime names only queries of `regimes::QUERIES`; one that is gone counts nothing.
        let Some(query) = indicator.query.as_deref() else { continue };
        let counted = match query.split_once('.') {
            Some(("organizations", "associations")) => Some(associations(conn, ground)?),
            Some(("tasks", what)) => tasks(conn, ground, what, &mut looked)?,
            Some(("documents", what)) => papers(conn, ground, what, &mut looked)?,
            _ => None,
        };
        known.extend(counted.map(|counted| (indicator.code.clone(), counted)));
    }
    Ok(known)
}

/// Friendship associations that are units of the sender and exist on the last day of the figures.
fn associations(conn: &mut Conn, ground: &Ground) -> Result<Counted> {
    let units = organizations::units(conn, ground.sender)?;
    let all = organizations::find_many(conn, &units)?;
    let exists = |o: &&organizations::Organization| {
        o.kind == OrganizationKind::FriendshipAssociation
            && o.archived_at.is_none()
            && o.valid_from.is_none_or(|d| d <= ground.to)
            && o.valid_to.is_none_or(|d| d >= ground.to)
    };
    let found: Vec<FigureSource> = all.iter().filter(exists).map(|o| FigureSource::record("organization", o.id, Some(&o.code), &o.name)).collect();
    Ok(Counted { value: found.len().to_string(), sources: found })
}

/// Parts of tasks, as the survey of a plan counts them.
fn tasks(conn: &mut Conn, ground: &Ground, what: &str, looked: &mut Looked) -> Result<Option<Counted>> {
    if looked.progress.is_none() {
        let rows = plans::progress_of(conn, ground.plan, ground.province, Some(&[ground.sender]), ground.from, ground.to)?;
        looked.progress = Some(rows.into_iter().next().unwrap_or_default());
        looked.work = Some(plans::work_of(conn, ground.plan, ground.province, ground.sender, ground.from, ground.to, MOST_SOURCES)?);
    }
    let (Some(p), Some(work)) = (&looked.progress, &looked.work) else { return Ok(None) };
    let given = |w: &&plans::Work| w.form != plans::parts::model::TaskForm::Request;
    let to = ground.to;
    let (count, counts): (i64, &dyn Fn(&plans::Work) -> bool) = match what {
        "assigned" => (p.assigned, &|_| true),
        "done" => (p.on_time + p.late + p.no_deadline + p.awaiting, &|w| w.is_done(to) && !w.is_gone(to)),
        "on_time" => (p.on_time, &|w| w.is_done(to) && w.on_time == Some(true)),
        "late" => (p.late, &|w| w.is_done(to) && w.on_time == Some(false)),
        "overdue" => (p.overdue, &|w| w.is_overdue(to)),
        _ => return Ok(None),
    };
    let sources = work.iter().filter(given).filter(|w| counts(w)).map(|w| FigureSource::record("task_part", w.part_id, Some(&w.task_code), &w.content));
    Ok(Some(Counted { value: count.to_string(), sources: sources.collect() }))
}

/// Documents that came in, and what was made of them.
fn papers(conn: &mut Conn, ground: &Ground, what: &str, looked: &mut Looked) -> Result<Option<Counted>> {
    if looked.received.is_none() {
        looked.received = Some(documents::received_by(conn, ground.sender, ground.from, ground.to, MOST_DOCUMENTS)?);
    }
    let Some(all) = &looked.received else { return Ok(None) };
    let known = || all.iter().filter(|r| r.disseminated_on.is_some());
    let (value, counted): (i64, Vec<&documents::Received>) = match what {
        "received" => (i64::try_from(all.len()).unwrap_or(i64::MAX), all.iter().collect()),
        "disseminated" => (i64::try_from(known().count()).unwrap_or(i64::MAX), known().collect()),
        "people_reached" => (known().filter_map(|r| r.dissemination.as_ref()?.people_count).map(i64::from).sum(), known().collect()),
        _ => return Ok(None),
    };
    let most = usize::try_from(MOST_SOURCES).unwrap_or(usize::MAX);
    let source = |r: &documents::Received| {
        FigureSource::record("delivery", r.delivery_id, Some(&r.document_code), r.summary.as_deref().or(r.notation_text.as_deref()).unwrap_or_default())
    };
    Ok(Some(Counted { value: value.to_string(), sources: counted.into_iter().take(most).map(source).collect() }))
}

/// The accepted report of the same agency (or of one that it took over from) for the period before.
fn previous(conn: &mut Conn, obligation: &Obligation, period: &ReportingPeriod) -> Result<Option<(ReportingPeriod, Submission)>> {
    let Some(before) = period.counted().and_then(|p| p.previous()) else { return Ok(None) };
    let Some(before) = periods::store::of_regime(conn, obligation.regime_id, &before.to_string())? else { return Ok(None) };
    let mut agencies: Vec<Id> = regimes::model::typed(&obligation.also_for)?;
    agencies.push(obligation.sender_id);
    let owed = periods::obligations_of(conn, before.id)?;
    let is_same = |o: &&Obligation| o.step_no == obligation.step_no && o.state != ObligationState::Merged && agencies.contains(&o.sender_id);
    let Some(same) = owed.iter().find(is_same) else { return Ok(None) };
    let last = store::versions(conn, same.id)?.into_iter().rfind(|v| v.state == State::Accepted);
    Ok(last.map(|submission| (before, submission)))
}

/// What is known for an obligation: the last period's values, and what the service computes, each with its source.
fn prefill(conn: &mut Conn, obligation: &Obligation, content: &Content) -> Result<Prefill> {
    let before = previous(conn, obligation, &content.period)?;
    let (old_figures, old_narratives) = match &before {
        Some((_, submission)) => (submission.figures()?, submission.narratives()?),
        None => (vec![], vec![]),
    };
    let old_source = before.as_ref().map(|(period, s)| {
        let called = period.period.clone().or_else(|| period.title.clone()).unwrap_or_default();
        FigureSource::record(KIND, s.id, Some(&format!("{}/{}", period.code, s.version_no)), &called)
    });
    let figures = content
        .indicators
        .iter()
        .map(|i| {
            let old = old_figures.iter().find(|f| f.indicator == i.code);
            let previous = old.and_then(|f| f.value.clone());
            let counted = content.counted.get(&i.code);
            let from_before = old_source.iter().filter(|_| previous.is_some()).cloned();
            PrefilledFigure {
                indicator: i.code.clone(),
                previous_estimated: old.is_some_and(|f| f.estimated),
                computed: counted.map(|c| c.value.clone()),
                query: i.query.clone(),
                sources: from_before.chain(counted.iter().flat_map(|c| c.sources.iter().cloned())).collect(),
                previous,
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
        previous_period: before.as_ref().and_then(|(period, _)| period.period.clone()),
        previous_submission_id: before.as_ref().map(|(_, s)| s.id),
        figures,
        narratives,
    })
}

/// The same for a caller who drafts for it (the author's people, and the receiver's who enter it), and what it is about.
pub fn known(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(Ground, Prefill)> {
    let obligation = periods::find_obligation(conn, id)?;
    let standing = authz::standing(conn, &ask.actor, OBLIGATION, obligation.id, obligation.province_id, obligation.audience)?;
    let drafts = [ObligationAction::Submit, ObligationAction::Enter].into_iter().find(|act| authz::may(OBLIGATION_RULES, &ask.actor, *act, standing));
    authz::permit(OBLIGATION_RULES, &ask.actor, ObligationAction::View, drafts.unwrap_or(ObligationAction::Submit), standing)?;
    let content = Content::read(conn, &obligation, ask.today)?;
    let prefill = prefill(conn, &obligation, &content)?;
    Ok((content.ground, prefill))
}
