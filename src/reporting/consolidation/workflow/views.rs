//! Reports as the caller sees them.

use super::{
    super::{
        model::{
            ConsolidatedAction as Act, ConsolidatedState as State, Report, Source,
            shown::{
                ConsolidatedReportRow, ConsolidatedReportSays, ConsolidatedReportView, ConsolidatedSection, ConsolidatedVersion, FigureLineage, LineageLine,
                ReportLineage, own_text,
            },
            typed,
        },
        policy::RULES,
        store,
    },
    flow, gather, stands,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    db::Conn,
    error::{Error, Result},
    id::Id,
};
use std::collections::{HashMap, HashSet};

/// What has happened to the versions that reports rest on.
#[derive(Debug, Default)]
pub struct Staleness {
    /// Reports that pin a version with a newer accepted one.
    pub stale: HashSet<Id>,
    /// The newest accepted version of each obligation asked about.
    newest: HashMap<Id, i32>,
    /// The newest version of each report, by the consolidator's obligation.
    last: HashMap<Id, i32>,
}

/// Looks for newer versions in a constant number of statements.
pub fn staleness(conn: &mut Conn, reports: &[Report], also: &[Id]) -> Result<(Staleness, Vec<Source>)> {
    let ids: Vec<Id> = reports.iter().map(|r| r.id).collect();
    let sources = store::sources(conn, &ids)?;
    let mut obligations: Vec<Id> = sources.iter().map(|s| s.obligation_id).chain(also.iter().copied()).collect();
    obligations.sort_unstable();
    obligations.dedup();
    let newest = store::newest_versions(conn, &obligations)?;
    let is_old = |s: &&Source| newest.get(&s.obligation_id).is_some_and(|n| *n > s.version_no);
    let stale = sources.iter().filter(is_old).map(|s| s.report_id).collect();
    let own: Vec<Id> = reports.iter().map(|r| r.obligation_id).collect();
    let last = store::last_versions(conn, &own)?;
    Ok((Staleness { stale, newest, last }, sources))
}

fn allowed(ask: &Ask, report: &Report, relations: Relations, is_last: bool) -> Vec<Act> {
    let audience = if report.audience >= Audience::Overseers as i32 { Audience::Overseers } else { Audience::Related };
    let standing = Standing { relations, audience, same_province: ask.actor.provinces.contains(&report.province_id) };
    let beside: &[Act] = match report.state {
        State::Draft => &[Act::Edit, Act::Delete],
        State::SentBack => &[Act::Edit],
        State::Issued if is_last => &[Act::Correct],
        _ => &[],
    };
    beside.iter().copied().chain(flow(report).actions(report.state)).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect()
}

/// A report in a list.
pub fn row(ask: &Ask, r: Report, relations: Relations, known: &Staleness) -> ConsolidatedReportRow {
    let is_last = known.last.get(&r.obligation_id).is_none_or(|last| *last == r.version_no);
    ConsolidatedReportRow {
        allowed_actions: allowed(ask, &r, relations, is_last),
        stale: known.stale.contains(&r.id),
        id: r.id,
        province_id: r.province_id,
        code: r.code,
        title: r.title,
        regime_id: r.regime_id,
        period_id: r.period_id,
        step_no: r.step_no,
        obligation_id: r.obligation_id,
        consolidator_id: r.consolidator_id,
        receiver_id: r.receiver_id,
        appraiser_id: r.appraiser_id,
        version_no: r.version_no,
        state: r.state,
        expected: r.expected,
        reporting: r.reporting,
        gathered_at: r.gathered_at,
        correction_reason: r.correction_reason,
        document_id: r.document_id,
        sha256: r.sha256,
        issued_on: r.issued_on,
        issued_by: r.issued_by,
        version: r.version,
        created_at: r.created_at,
        created_by: r.created_by,
        updated_at: r.updated_at,
        updated_by: r.updated_by,
    }
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<ConsolidatedReportView> {
    let report = visible(conn, ask, id)?;
    seen(conn, ask, report)
}

pub(super) fn visible(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Report> {
    let report = store::find(conn, id)?;
    let standing = stands(conn, ask, &report)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    Ok(report)
}

/// The whole report as this caller sees it.
pub fn seen(conn: &mut Conn, ask: &Ask, report: Report) -> Result<ConsolidatedReportView> {
    let content = store::content(conn, report.id)?.content()?;
    let missing: Vec<Id> = content.missing.iter().map(|m| m.obligation_id).collect();
    let (known, sources) = staleness(conn, std::slice::from_ref(&report), &missing)?;
    let relations = authz::relations(conn, super::KIND, report.id, ask.actor.organization)?;
    let counted = gather::counted(&sources);
    let sections = content.frame.outline.iter().map(|section| ConsolidatedSection {
        text: own_text(&content.texts, &section.key).map(str::to_owned),
        contributions: content.contributions.iter().filter(|c| c.section == section.key && counted.contains(&c.obligation_id)).cloned().collect(),
        key: section.key.clone(),
        title: section.title.clone(),
        title_en: section.title_en.clone(),
    });
    // A version that is still being made is for those who make it.
    let versions = store::versions(conn, report.obligation_id)?
        .into_iter()
        .filter(|v| v.state == State::Issued || v.id == report.id || ask.actor.organization == Some(v.consolidator_id))
        .map(|v| ConsolidatedVersion { id: v.id, version_no: v.version_no, state: v.state, issued_on: v.issued_on, correction_reason: v.correction_reason })
        .collect();
    let says = ConsolidatedReportSays {
        sections: sections.collect(),
        regime_name: content.frame.regime_name,
        period_code: content.frame.period_code,
        period: content.frame.period,
        data_from: content.frame.data_from,
        data_to: content.frame.data_to,
        as_of: content.frame.as_of,
        outdated_adjustments: content.figures.iter().filter(|f| f.is_outdated()).map(|f| f.indicator.clone()).collect(),
        figures: content.figures,
        sources,
        arrived_since: content.missing.iter().filter(|m| known.newest.contains_key(&m.obligation_id)).map(|m| m.organization_id).collect(),
        missing: content.missing,
        late: content.late,
        appraisals: typed(&report.appraisals)?,
        versions,
        agencies: content.frame.agencies,
    };
    Ok(ConsolidatedReportView { row: row(ask, report, relations, &known), says })
}

/// Where the figures come from: one, or all.
pub fn lineage(conn: &mut Conn, ask: &Ask, id: Id, indicator: Option<&str>) -> Result<ReportLineage> {
    let report = visible(conn, ask, id)?;
    let content = store::content(conn, id)?.content()?;
    if indicator.is_some_and(|code| content.figures.iter().all(|f| f.indicator != code)) {
        return Err(Error::fault("indicator", "unknown_indicator", "Báo cáo không có chỉ tiêu này.", "The report has no such indicator."));
    }
    let sources: HashMap<Id, Source> = store::sources(conn, &[id])?.into_iter().map(|s| (s.obligation_id, s)).collect();
    let mut lines: HashMap<String, Vec<LineageLine>> = HashMap::new();
    for line in store::lines(conn, id, indicator)? {
        let Some(source) = sources.get(&line.obligation_id) else { continue };
        lines.entry(line.indicator).or_default().push(LineageLine {
            organization_id: source.organization_id,
            obligation_id: source.obligation_id,
            kind: source.kind,
            source_id: source.source_id,
            version_no: source.version_no,
            sha256: source.sha256.clone(),
            counted: source.left_out_reason.is_none() && line.value.is_some(),
            value: line.value,
            estimated: line.estimated,
        });
    }
    let figures = content.figures.into_iter().filter(|f| indicator.is_none_or(|code| f.indicator == code)).map(|f| FigureLineage {
        lines: lines.remove(&f.indicator).unwrap_or_default(),
        indicator: f.indicator,
        total: f.total,
        adjusted_total: f.adjusted_total,
        adjustment_reason: f.adjustment_reason,
        estimated: f.estimated,
    });
    Ok(ReportLineage { report_id: id, version_no: report.version_no, figures: figures.collect() })
}
