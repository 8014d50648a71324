//! Makes the file of a run: the first time and again, by the same path, from the same state of the data.

use crate::{
    ask::Ask,
    authz::{Actor, Position},
    calendar::Calendar,
    db::Conn,
    error::Result,
    export::{Format, Style, Table, docx},
    http::session,
    id::Id,
    organizations::{self, OrganizationState, functions},
    people,
    statistics::{
        jobs::{
            model::{Pin, ReportFormat},
            store,
        },
        model::{Cut, ReportFilter, ReportKind, Reported},
        workflow::{brief, consolidated, distribution, obstacles, progress, rates, registers},
    },
    time::Stamp,
    words::Lang,
};
use chrono::NaiveDate;
use serde::Serialize;
use std::path::Path;
use utoipa::ToSchema;

/// Somebody who looks with the rights that the organisation has on the day; none where it has ended.
pub fn owner(conn: &mut Conn, organization: Id, now: Stamp) -> Result<Option<Actor>> {
    let owner = organizations::find(conn, organization)?;
    let today = now.day();
    let valid = owner.valid_from.is_none_or(|day| day <= today) && owner.valid_to.is_none_or(|day| today <= day);
    if owner.state != OrganizationState::Active || !valid {
        return Ok(None);
    }
    let held: Vec<_> = functions::of_organization(conn, organization, today)?.into_iter().map(|f| (f.function, f.plan_id.or(f.regime_id))).collect();
    let nobody = people::system_actor();
    Ok(Some(Actor {
        organization: Some(organization),
        parent: owner.parent_id,
        province: Some(owner.province_id),
        provinces: store::provinces_of(conn, owner.province_id)?,
        position: Position::Viewer,
        groups: session::groups(owner.kind.word(), owner.level.word(), &held),
        functions: held,
        username: "report-job".into(),
        ..nobody
    }))
}

/// Records that a report rests on, as the journal names them.
pub fn kinds(report: ReportKind) -> Vec<&'static str> {
    match report {
        ReportKind::TaskProgress => progress::KINDS.to_vec(),
        ReportKind::ReportingRates => rates::KINDS.to_vec(),
        ReportKind::IncomingDocuments => vec!["arrival", "document", "organization"],
        ReportKind::OutgoingDocuments => vec!["document", "delivery", "organization"],
        ReportKind::DocumentDistribution => vec!["document", "delivery", "organization"],
        ReportKind::OpenObstacles => vec!["recommendation", "plan", "organization"],
        ReportKind::ConsolidatedReport => {
            vec!["consolidated_report", "report_submission", "reporting_period", "reporting_regime", "document", "organization", "province"]
        }
        ReportKind::LeadersBrief => {
            let mut all = [progress::KINDS, rates::KINDS].concat();
            all.extend(["task", "extension", "reporting_extension", "consolidated_report", "recommendation"]);
            all
        }
    }
}

/// What is to be written: which report, narrowed how, in which format.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub report: ReportKind,
    pub filter: &'a ReportFilter,
    pub format: ReportFormat,
}

/// The issued versions that a run shows, where it is of consolidated reports.
pub fn versions(conn: &mut Conn, ask: &Ask, wanted: &Wanted<'_>, cut: &Cut) -> Result<Vec<Id>> {
    if wanted.report != ReportKind::ConsolidatedReport {
        return Ok(vec![]);
    }
    Ok(consolidated::found(conn, ask, wanted.filter, cut)?.into_iter().map(|r| r.id).collect())
}

/// What a run shows, as bytes. The filter is fixed by now, and so is whose figures these are.
pub fn bytes(conn: &mut Conn, ask: &Ask, wanted: &Wanted<'_>, pin: &Pin, calendar: &Calendar, scratch: &Path) -> Result<Vec<u8>> {
    let (provinces, filter, Pin { cut, sight, versions, .. }) = (&ask.actor.provinces, wanted.filter, pin);
    let way = Way { report: wanted.report, format: wanted.format, scratch };
    match wanted.report {
        ReportKind::TaskProgress => written(&way, &progress::report(conn, sight, provinces, filter, cut)?),
        ReportKind::ReportingRates => written(&way, &rates::report(conn, sight, provinces, filter, cut, calendar)?),
        ReportKind::DocumentDistribution => written(&way, &distribution::report(conn, ask, filter, cut)?),
        ReportKind::OpenObstacles => written(&way, &obstacles::report(conn, ask, filter, cut)?),
        ReportKind::IncomingDocuments => written(&way, &registers::all_incoming(conn, ask, filter, cut)?),
        ReportKind::OutgoingDocuments => written(&way, &registers::all_outgoing(conn, ask, filter, cut)?),
        ReportKind::ConsolidatedReport => {
            let versions = consolidated::pinned(conn, versions)?;
            match wanted.format {
                ReportFormat::Docx => Ok(consolidated::sheet(conn, ask, versions)?.1),
                _ => written(&way, &consolidated::report(conn, filter, cut, versions)?),
            }
        }
        ReportKind::LeadersBrief => {
            let brief = brief::brief(conn, ask, sight, filter, cut, calendar)?;
            match wanted.format {
                ReportFormat::Docx => docx::render(&brief::paper(conn, ask, &brief)?),
                ReportFormat::Json => Ok(serde_json::to_vec(&brief)?),
                ReportFormat::Csv | ReportFormat::Xlsx => table(&way, brief.as_of, &brief.rows()),
            }
        }
    }
}

/// How a file is written.
struct Way<'a> {
    report: ReportKind,
    format: ReportFormat,
    scratch: &'a Path,
}

/// The same rows in each format.
fn written<R: Reported>(way: &Way<'_>, report: &R) -> Result<Vec<u8>> {
    match way.format {
        ReportFormat::Json => Ok(serde_json::to_vec(report)?),
        _ => table(way, report.as_of(), report.rows()),
    }
}

/// A table bears the day of its data, so that made again it is the same.
fn table<T: Serialize + ToSchema>(way: &Way<'_>, as_of: NaiveDate, rows: &[T]) -> Result<Vec<u8>> {
    let style = Style {
        format: if way.format == ReportFormat::Csv { Format::Csv } else { Format::Xlsx },
        fields: None,
        bom: false,
        title: way.report.label(Lang::Vi).to_owned(),
        dated: Cut::begin_of(as_of),
        scratch: way.scratch.to_owned(),
    };
    let mut table = Table::begin::<T>(style, Vec::new())?;
    rows.iter().try_for_each(|row| table.add(row))?;
    table.finish()
}
