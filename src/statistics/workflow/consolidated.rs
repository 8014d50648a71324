//! Issued consolidated reports, each made again from the versions that it pins.

use super::narrow;
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::{Error, Result},
    export::docx,
    id::Id,
    reporting::consolidation::{
        self, Again, KIND, Report,
        model::{ConsolidatedAction, rows},
        policy::RULES,
    },
    statistics::{
        model::{Cut, IssuedFigureRow, IssuedFiguresReport, IssuedReport, ReportFilter},
        rewind::{Rewind, Was},
        store::consolidated as store,
    },
};
use serde::Deserialize;
use std::collections::HashSet;

/// Versions that one answer is made from, at most.
const MOST: i64 = 1_000;

/// Versions whose submissions are held in memory together.
const AT_ONCE: usize = 25;

/// A report as the journal shows it. What an edit or a merger writes down names no state: neither touches an issued report.
#[derive(Debug, Deserialize)]
struct StateThen {
    state: Option<String>,
}

/// The issued versions that the caller sees at a state of the data: of each report the newest one of then.
pub fn found(conn: &mut Conn, ask: &Ask, filter: &ReportFilter, cut: &Cut) -> Result<Vec<Report>> {
    let scope = authz::scope(RULES, &ask.actor, ConsolidatedAction::View)?;
    let all = store::issued(conn, &scope, &narrow(filter)?, cut.as_of, MOST + 1)?;
    if i64::try_from(all.len()).unwrap_or(i64::MAX) > MOST {
        return Err(Error::refuse(
            422,
            "too_many",
            format!("Có hơn {MOST} bản báo cáo; hãy thu hẹp kỳ, chế độ hoặc cơ quan."),
            format!("There are more than {MOST} versions; narrow the period, regime or organisation."),
        ));
    }
    let rewind = Rewind::read(conn, &ask.actor.provinces, &[KIND], cut.seq)?;
    let mut known = HashSet::new();
    let mut newest = Vec::new();
    for report in all {
        let was_issued = match rewind.of::<StateThen>(KIND, report.id)? {
            Was::Same => true,
            Was::Changed(was) => was.state.as_deref() == Some("issued"),
            Was::Nothing => false,
        };
        if was_issued && known.insert(report.obligation_id) {
            newest.push(report);
        }
    }
    Ok(newest)
}

/// The versions that a run has pinned.
pub fn pinned(conn: &mut Conn, versions: &[Id]) -> Result<Vec<Report>> {
    store::pinned(conn, versions)
}

/// Their figures, worked out again: four statements for each [`AT_ONCE`] versions.
pub fn report(conn: &mut Conn, filter: &ReportFilter, cut: &Cut, versions: Vec<Report>) -> Result<IssuedFiguresReport> {
    let mut versions = versions.into_iter();
    let mut items = Vec::new();
    loop {
        let some: Vec<Report> = versions.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            break;
        }
        items.extend(consolidation::again(conn, some)?.iter().flat_map(figures));
    }
    Ok(IssuedFiguresReport::new(cut, filter, items))
}

fn figures(made: &Again) -> Vec<IssuedFigureRow> {
    let (report, frame) = (&made.report, &made.content.frame);
    let consolidator = frame.agencies.iter().find(|a| a.organization_id == report.consolidator_id);
    let of = IssuedReport {
        report_id: report.id,
        title: report.title.clone(),
        issued_on: report.issued_on,
        sha256: report.sha256.clone(),
        organization_id: report.consolidator_id,
        organization_code: consolidator.map(|a| a.code.clone()),
        organization_name: consolidator.map(|a| a.name.clone()),
        regime_id: report.regime_id,
        regime_code: frame.regime_code.clone(),
        regime_name: frame.regime_name.clone(),
        period_id: report.period_id,
        period_code: frame.period_code.clone(),
        period: frame.period.clone(),
        step_no: report.step_no,
    };
    let rows = made.content.figures.iter().map(|figure| {
        let gave = |obligation: Id| made.lines.iter().any(|l| l.indicator == figure.indicator && l.obligation_id == obligation && l.value.is_some());
        let counted = made.sources.iter().filter(|s| s.left_out_reason.is_none() && gave(s.obligation_id));
        let counted = counted.map(|s| (s.source_id, s.organization_id));
        IssuedFigureRow { of: of.clone(), figure: rows::row(&report.code, report.version_no, figure, &frame.agencies, counted) }
    });
    rows.collect()
}

/// The sheet of the one version that there is; a file holds one report.
pub fn sheet(conn: &mut Conn, ask: &Ask, mut versions: Vec<Report>) -> Result<(String, Vec<u8>)> {
    let count = versions.len();
    let (1, Some(report)) = (count, versions.pop()) else {
        return Err(Error::refuse(
            422,
            "not_one_report",
            format!("Bộ lọc tìm được {count} báo cáo; bản DOCX là của đúng một báo cáo, hãy nêu chế độ và kỳ."),
            format!("The filter finds {count} reports; a DOCX file is of exactly one, name regime and period."),
        ));
    };
    let name = format!("{} {}", report.code, report.version_no);
    let (paper, _) = consolidation::sheet(conn, ask, report)?;
    Ok((name, docx::render(&paper)?))
}
