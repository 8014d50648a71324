//! The versions that a report rests on, and the values that they gave.

use super::super::model::{ConsolidatedState, Line, ReportSourceKind, Source};
use crate::{
    db::{Conn, Json},
    error::Result,
    id::Id,
    insert_all,
    reporting::submissions::model::SubmissionState,
    schema::{
        consolidated_contents as contents, consolidated_lineage as lineage, consolidated_reports as reports, consolidated_sources as sources,
        report_submissions as submissions,
    },
};
use diesel::{dsl::max, prelude::*};
use std::collections::HashMap;

/// An accepted version that can be pinned.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub obligation_id: Id,
    pub source_id: Id,
    pub kind: ReportSourceKind,
    pub version_no: i32,
    pub sha256: Option<String>,
    /// `Vec<Narrative>`, or `Vec<ConsolidatedText>` of a consolidated report
    pub narratives: Json,
    /// `Vec<Figure>`, or `Vec<ConsolidatedFigure>`
    pub figures: Json,
}

/// The newest accepted submission of each obligation.
pub fn accepted_submissions(conn: &mut Conn, obligations: &[Id]) -> Result<Vec<Accepted>> {
    type Row = (Id, Id, i32, Option<String>, Json, Json);
    let rows: Vec<Row> = submissions::table
        .filter(submissions::obligation_id.eq_any(obligations.to_vec()))
        .filter(submissions::state.eq(SubmissionState::Accepted))
        .order((submissions::obligation_id, submissions::version_no.desc()))
        .select((submissions::obligation_id, submissions::id, submissions::version_no, submissions::sha256, submissions::narratives, submissions::figures))
        .load(conn)?;
    Ok(newest(rows, ReportSourceKind::ReportSubmission))
}

/// The newest issued consolidated report of each obligation of an earlier step.
pub fn issued_reports(conn: &mut Conn, obligations: &[Id]) -> Result<Vec<Accepted>> {
    if obligations.is_empty() {
        return Ok(vec![]);
    }
    let rows = reports::table
        .inner_join(contents::table)
        .filter(reports::obligation_id.eq_any(obligations.to_vec()))
        .filter(reports::state.eq(ConsolidatedState::Issued))
        .order((reports::obligation_id, reports::version_no.desc()))
        .select((reports::obligation_id, reports::id, reports::version_no, reports::sha256, contents::texts, contents::figures))
        .load(conn)?;
    Ok(newest(rows, ReportSourceKind::ConsolidatedReport))
}

fn newest(rows: Vec<(Id, Id, i32, Option<String>, Json, Json)>, kind: ReportSourceKind) -> Vec<Accepted> {
    let mut all: Vec<Accepted> = Vec::with_capacity(rows.len());
    for (obligation_id, source_id, version_no, sha256, narratives, figures) in rows {
        if all.last().is_none_or(|a| a.obligation_id != obligation_id) {
            all.push(Accepted { obligation_id, source_id, kind, version_no, sha256, narratives, figures });
        }
    }
    all
}

/// Number of the newest accepted or issued version by obligation, whichever kind fulfils it.
pub fn newest_versions(conn: &mut Conn, obligations: &[Id]) -> Result<HashMap<Id, i32>> {
    let submitted: Vec<(Id, Option<i32>)> = submissions::table
        .filter(submissions::obligation_id.eq_any(obligations.to_vec()))
        .filter(submissions::state.eq(SubmissionState::Accepted))
        .group_by(submissions::obligation_id)
        .select((submissions::obligation_id, max(submissions::version_no)))
        .load(conn)?;
    let issued: Vec<(Id, Option<i32>)> = reports::table
        .filter(reports::obligation_id.eq_any(obligations.to_vec()))
        .filter(reports::state.eq(ConsolidatedState::Issued))
        .group_by(reports::obligation_id)
        .select((reports::obligation_id, max(reports::version_no)))
        .load(conn)?;
    Ok(submitted.into_iter().chain(issued).filter_map(|(id, version)| Some((id, version?))).collect())
}

/// The text that a version was frozen as, and the hash that it carries now.
pub type Frozen = (Option<String>, Option<String>);

/// What the pinned versions were frozen as.
pub fn frozen(conn: &mut Conn, sources: &[Source]) -> Result<HashMap<Id, Frozen>> {
    let ids = |kind: ReportSourceKind| -> Vec<Id> { sources.iter().filter(|s| s.kind == kind).map(|s| s.source_id).collect() };
    type Row = (Id, Frozen);
    let mut all: Vec<Row> = submissions::table
        .filter(submissions::id.eq_any(ids(ReportSourceKind::ReportSubmission)))
        .select((submissions::id, (submissions::snapshot, submissions::sha256)))
        .load(conn)?;
    let below = ids(ReportSourceKind::ConsolidatedReport);
    if !below.is_empty() {
        let rows: Vec<Row> = reports::table
            .inner_join(contents::table)
            .filter(reports::id.eq_any(below))
            .select((reports::id, (contents::snapshot, reports::sha256)))
            .load(conn)?;
        all.extend(rows);
    }
    Ok(all.into_iter().collect())
}

/// The pinned versions of several reports, in the order of their obligations.
pub fn sources(conn: &mut Conn, reports: &[Id]) -> Result<Vec<Source>> {
    Ok(sources::table
        .filter(sources::report_id.eq_any(reports.to_vec()))
        .order((sources::report_id, sources::obligation_id))
        .select(Source::as_select())
        .load(conn)?)
}

/// The values that a report's totals were made from; of one indicator where named.
pub fn lines(conn: &mut Conn, report: Id, indicator: Option<&str>) -> Result<Vec<Line>> {
    let query = lineage::table.filter(lineage::report_id.eq(report)).order((lineage::indicator, lineage::obligation_id)).select(Line::as_select());
    Ok(match indicator {
        Some(code) => query.filter(lineage::indicator.eq(code)).load(conn)?,
        None => query.load(conn)?,
    })
}

/// Pins versions and their values.
pub fn pin(conn: &mut Conn, all: &[Source], lines: &[Line]) -> Result<()> {
    insert_all!(&mut *conn, sources::table, all)?;
    insert_all!(conn, lineage::table, lines)
}

/// Says of each pinned version whether it is left out, and why.
pub fn leave_out(conn: &mut Conn, report: Id, reasons: &HashMap<Id, String>) -> Result<()> {
    diesel::update(sources::table.filter(sources::report_id.eq(report))).set(sources::left_out_reason.eq(None::<String>)).execute(conn)?;
    for (source, reason) in reasons {
        diesel::update(sources::table.filter(sources::report_id.eq(report)).filter(sources::source_id.eq(*source)))
            .set(sources::left_out_reason.eq(reason))
            .execute(conn)?;
    }
    Ok(())
}
