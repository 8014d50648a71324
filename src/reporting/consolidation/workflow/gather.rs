//! Gathering: the accepted versions of a period become totals, narratives and lists.

use super::super::{
    model::{
        ConsolidatedFigure, ConsolidatedText, Content, Frame, LateReport, Line, MissingReport, Report, ReportAgency, ReportContribution, ReportLateness,
        ReportMissingWhy, ReportOutlineSection, ReportSourceKind, Source,
        sums::{self, Adjusted, Totals},
        typed,
    },
    store::{self, Accepted},
};
use crate::{
    ask::Ask,
    db::Conn,
    error::{Error, Result},
    id::Id,
    organizations,
    reporting::{
        periods::{self, Obligation, ObligationState, ReportingPeriod, workflow::obligations},
        regimes::{self, Indicator, Regime},
        submissions::model::{Figure, Narrative},
    },
};
use std::collections::{HashMap, HashSet};

/// What a report stands on.
pub(super) struct Basis {
    pub period: ReportingPeriod,
    pub regime: Regime,
    /// All obligations of the period.
    pub all: Vec<Obligation>,
    /// The consolidator's own.
    pub own: Obligation,
    /// The consolidator, and those whom it succeeded in this period: what they had accepted by then is theirs on record.
    receivers: Vec<Id>,
}

impl Basis {
    pub(super) fn of(conn: &mut Conn, period: ReportingPeriod, all: Vec<Obligation>, own: Obligation) -> Result<Self> {
        obligations::refuse_merged(&own)?;
        let regime = regimes::find(conn, period.regime_id)?;
        let mut receivers: Vec<Id> = typed(&own.also_for)?;
        receivers.push(own.sender_id);
        Ok(Self { period, regime, all, own, receivers })
    }
    pub(super) fn find(conn: &mut Conn, report: &Report) -> Result<Self> {
        let period = periods::find(conn, report.period_id)?;
        let all = periods::obligations_of(conn, period.id)?;
        let own = all.iter().find(|o| o.id == report.obligation_id).cloned().ok_or_else(Error::not_found)?;
        Self::of(conn, period, all, own)
    }
    /// What was to be sent to the consolidator at earlier steps; what a successor's obligation stands for is not owed beside it.
    fn gathered(&self) -> impl Iterator<Item = &Obligation> {
        let to_us = |o: &&Obligation| o.receiver_id.is_some_and(|id| self.receivers.contains(&id));
        self.all.iter().filter(to_us).filter(|o| o.step_no < self.own.step_no && o.state != ObligationState::Merged)
    }
    /// The name that a report has unless it is given another.
    pub(super) fn title(&self) -> String {
        let period = self.period.title.as_deref().or(self.period.period.as_deref()).unwrap_or(&self.period.code);
        format!("Báo cáo tổng hợp: {} ({period})", self.regime.name).chars().take(300).collect()
    }
}

/// What the consolidator did by hand, which gathering again keeps.
#[derive(Default)]
pub(super) struct Kept {
    pub texts: Vec<ConsolidatedText>,
    /// Reasons by obligation.
    pub left_out: HashMap<Id, String>,
    pub adjusted: HashMap<String, Adjusted>,
}

/// What gathering gives.
pub(super) struct Gathered {
    pub content: Content,
    pub sources: Vec<Source>,
    pub lines: Vec<Line>,
    expected: i32,
}

impl Gathered {
    pub(super) fn count_into(&self, report: &mut Report) {
        report.expected = self.expected;
        report.reporting = count(self.sources.iter().filter(|s| s.left_out_reason.is_none()).count());
    }
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Obligations whose sources are in the sums.
pub(super) fn counted(sources: &[Source]) -> HashSet<Id> {
    sources.iter().filter(|s| s.left_out_reason.is_none()).map(|s| s.obligation_id).collect()
}

/// The adjustments that figures carry.
pub(super) fn adjusted(figures: &[ConsolidatedFigure]) -> HashMap<String, Adjusted> {
    let one = |f: &ConsolidatedFigure| {
        let total = f.adjusted_total.clone()?;
        Some((f.indicator.clone(), Adjusted { total, reason: f.adjustment_reason.clone().unwrap_or_default(), from: f.adjusted_from.clone() }))
    };
    figures.iter().filter_map(one).collect()
}

/// Gathers in a number of statements that does not grow with agencies or indicators.
pub(super) fn gather(conn: &mut Conn, ask: &Ask, basis: &Basis, report: Id, kept: Kept) -> Result<Gathered> {
    let rows = regimes::parts(conn, &[basis.regime.id])?.remove(&basis.regime.id).unwrap_or_default().indicators;
    let indicators: Vec<Indicator> = rows.iter().map(|row| row.indicator()).collect();
    let gathered: Vec<&Obligation> = basis.gathered().collect();
    let (below, plain): (Vec<&Obligation>, Vec<&Obligation>) = gathered.iter().copied().partition(|o| o.consolidates);
    let ids = |all: &[&Obligation]| all.iter().map(|o| o.id).collect::<Vec<Id>>();
    let mut accepted: HashMap<Id, Accepted> = HashMap::new();
    for one in store::accepted_submissions(conn, &ids(&plain))?.into_iter().chain(store::issued_reports(conn, &ids(&below))?) {
        accepted.insert(one.obligation_id, one);
    }
    let (mut sources, mut lines, mut contributions, mut missing, mut late) = (vec![], vec![], vec![], vec![], vec![]);
    for obligation in &gathered {
        late.extend(lateness(obligation, ask));
        let Some(one) = accepted.get(&obligation.id) else {
            missing.push(absence(obligation)?);
            continue;
        };
        let sha256 = one.sha256.clone().ok_or_else(|| Error::internal(format!("accepted version {} has no hash", one.source_id)))?;
        sources.push(Source {
            report_id: report,
            obligation_id: obligation.id,
            organization_id: obligation.sender_id,
            kind: one.kind,
            source_id: one.source_id,
            version_no: one.version_no,
            sha256,
            left_out_reason: kept.left_out.get(&obligation.id).cloned(),
        });
        let values = values(one)?;
        for indicator in &indicators {
            let (value, estimated) = values.get(&indicator.code).cloned().unwrap_or_default();
            lines.push(Line { report_id: report, indicator: indicator.code.clone(), obligation_id: obligation.id, value, estimated });
        }
        contributions.extend(narratives(one)?.into_iter().map(|(section, text)| ReportContribution {
            section,
            obligation_id: obligation.id,
            organization_id: obligation.sender_id,
            text,
        }));
    }
    let expected = count(gathered.len());
    let mut figures = sums::figures(&indicators, &lines, &counted(&sources), expected, &kept.adjusted)?;
    set_beside(conn, basis, &indicators, &mut figures)?;
    let frame = frame(conn, ask, basis, indicators)?;
    let content = Content { frame, figures, texts: kept.texts, contributions, missing, late, snapshot: None };
    Ok(Gathered { content, sources, lines, expected })
}

/// Value and mark of estimate by indicator; white space is a blank.
fn values(one: &Accepted) -> Result<HashMap<String, (Option<String>, bool)>> {
    let given = |value: Option<String>| value.filter(|v| !v.trim().is_empty());
    Ok(match one.kind {
        ReportSourceKind::ReportSubmission => typed::<Vec<Figure>>(&one.figures)?.into_iter().map(|f| (f.indicator, (given(f.value), f.estimated))).collect(),
        ReportSourceKind::ConsolidatedReport => {
            let figures: Vec<ConsolidatedFigure> = typed(&one.figures)?;
            figures.into_iter().map(|f| (f.indicator.clone(), (f.effective().map(str::to_owned), f.estimated))).collect()
        }
    })
}

fn narratives(one: &Accepted) -> Result<Vec<(String, String)>> {
    let all: Vec<(String, String)> = match one.kind {
        ReportSourceKind::ReportSubmission => typed::<Vec<Narrative>>(&one.narratives)?.into_iter().map(|n| (n.section, n.text)).collect(),
        ReportSourceKind::ConsolidatedReport => typed::<Vec<ConsolidatedText>>(&one.narratives)?.into_iter().map(|n| (n.section, n.text)).collect(),
    };
    Ok(all.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect())
}

fn absence(o: &Obligation) -> Result<MissingReport> {
    let why = match o.state {
        ObligationState::Submitted => ReportMissingWhy::NotAccepted,
        ObligationState::Returned => ReportMissingWhy::Returned,
        ObligationState::NotSubmitted | ObligationState::Accepted | ObligationState::Merged => ReportMissingWhy::NotSubmitted,
    };
    Ok(MissingReport { obligation_id: o.id, organization_id: o.sender_id, also_for: typed(&o.also_for)?, why, due_on: o.effective_due_on.or(o.due_on) })
}

fn lateness(o: &Obligation, ask: &Ask) -> Option<LateReport> {
    let how = match o.on_time {
        Some(false) => ReportLateness::Late,
        None if o.is_overdue(ask.today) => ReportLateness::Overdue,
        _ => return None,
    };
    Some(LateReport { obligation_id: o.id, organization_id: o.sender_id, how, due_on: o.effective_due_on.or(o.due_on), handed_in_on: o.fulfilled_on })
}

/// The previous period of the regime and the same one a year before, as their issued reports have them.
fn set_beside(conn: &mut Conn, basis: &Basis, indicators: &[Indicator], figures: &mut [ConsolidatedFigure]) -> Result<()> {
    let Some(period) = basis.period.counted() else { return Ok(()) };
    let frequency = basis.regime.frequency.counted();
    let previous = period.previous().filter(|p| frequency.admits(*p)).map(|p| p.to_string());
    let last_year = period.same_last_year().map(|p| p.to_string());
    let names: Vec<String> = previous.iter().chain(&last_year).cloned().collect();
    let mut parts = store::totals_of(conn, &basis.regime, basis.own.sender_id, basis.own.step_no, &names)?;
    let mut totals: HashMap<String, Totals> = HashMap::new();
    for (name, parts) in parts.drain().filter(|(_, parts)| !parts.is_empty()) {
        totals.insert(name, sums::together(indicators, parts)?);
    }
    for figure in figures {
        let beside =
            |name: &Option<String>| name.as_ref().and_then(|n| Some((n, totals.get(n)?))).map(|(name, then)| sums::compare(figure, name, then)).transpose();
        let (previous, same) = (beside(&previous)?, beside(&last_year)?);
        figure.previous = previous;
        figure.same_period_last_year = same;
    }
    Ok(())
}

/// The totals again after an edit; other periods stay as they were when it was gathered.
pub(super) fn resum(content: &mut Content, sources: &[Source], lines: &[Line], expected: i32, adjusted: &HashMap<String, Adjusted>) -> Result<()> {
    let mut figures = sums::figures(&content.frame.indicators, lines, &counted(sources), expected, adjusted)?;
    for figure in &mut figures {
        let Some(was) = content.figures.iter().find(|f| f.indicator == figure.indicator) else { continue };
        let again = |was: &Option<super::super::model::FigureComparison>| {
            was.as_ref()
                .map(|w| {
                    let then: Totals = w.total.iter().map(|t| (figure.indicator.clone(), t.clone())).collect();
                    sums::compare(figure, &w.period, &then)
                })
                .transpose()
        };
        let (previous, same) = (again(&was.previous)?, again(&was.same_period_last_year)?);
        figure.previous = previous;
        figure.same_period_last_year = same;
    }
    content.figures = figures;
    Ok(())
}

fn frame(conn: &mut Conn, ask: &Ask, basis: &Basis, indicators: Vec<Indicator>) -> Result<Frame> {
    let mut ids: Vec<Id> = vec![basis.own.sender_id];
    ids.extend(basis.own.receiver_id);
    ids.extend(basis.own.appraiser_id);
    for obligation in basis.gathered() {
        ids.push(obligation.sender_id);
        ids.extend(typed::<Vec<Id>>(&obligation.also_for)?);
    }
    let known: HashMap<Id, organizations::Organization> = organizations::find_many(conn, &ids)?.into_iter().map(|o| (o.id, o)).collect();
    let mut agencies: Vec<ReportAgency> = Vec::new();
    let mut once = HashSet::new();
    for id in ids {
        if let Some(o) = known.get(&id).filter(|_| once.insert(id)) {
            agencies.push(ReportAgency { organization_id: o.id, code: o.code.clone(), name: o.name.clone() });
        }
    }
    let sections = basis.regime.sections()?;
    Ok(Frame {
        regime_code: basis.regime.code.clone(),
        regime_name: basis.regime.name.clone(),
        period_code: basis.period.code.clone(),
        period: basis.period.period.clone(),
        data_from: basis.period.data_from,
        data_to: basis.period.data_to,
        as_of: ask.today,
        seq: store::last_seq(conn)?,
        outline: sections.into_iter().map(|s| ReportOutlineSection { key: s.key, title: s.title, title_en: s.title_en }).collect(),
        agencies,
        indicators,
    })
}
