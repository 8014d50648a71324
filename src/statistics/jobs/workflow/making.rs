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
    organizations::{
        self, Level, Organization, OrganizationKind, OrganizationState,
        functions::{self, Grant},
    },
    people,
    statistics::{
        jobs::{
            model::{Pin, ReportFormat},
            store,
        },
        model::{Cut, RatesReport, ReportFilter, ReportKind, Reported, TaskProgressReport},
        rewind::{Rewind, Was},
        store::{Sight, since},
        workflow::{brief, consolidated, distribution, obstacles, progress, rates, registers},
    },
    time::Stamp,
    words::Lang,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::path::Path;
use utoipa::ToSchema;

/// An organisation as the journal shows it.
#[derive(Debug, Deserialize)]
struct OrganizationThen {
    parent_id: Option<Id>,
    kind: OrganizationKind,
    level: Level,
    state: OrganizationState,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
}

/// A grant as the journal shows it: what ends it alone may change.
#[derive(Debug, Deserialize)]
struct GrantThen {
    valid_to: Option<NaiveDate>,
}

/// Somebody who looks with the rights that the organisation has on the day; none where it has ended.
pub fn owner(conn: &mut Conn, organization: Id, now: Stamp) -> Result<Option<Actor>> {
    let owner = organizations::find(conn, organization)?;
    let held = functions::of_organization(conn, organization, now.day())?;
    seated(conn, owner, held, now.day())
}

/// Somebody who looks with the rights that the organisation had at a state of the data, whatever became of it and of its
/// functions since; none where it was not active then.
pub fn owner_then(conn: &mut Conn, organization: Id, cut: &Cut) -> Result<Option<Actor>> {
    let now = organizations::find(conn, organization)?;
    let rewind = Rewind::of_records(conn, organizations::model::KIND, &[organization], cut.seq)?;
    let owner = match rewind.of::<OrganizationThen>(organizations::model::KIND, organization)? {
        Was::Nothing => return Ok(None),
        Was::Same => now,
        Was::Changed(was) => Organization {
            parent_id: was.parent_id,
            kind: was.kind,
            level: was.level,
            state: was.state,
            valid_from: was.valid_from,
            valid_to: was.valid_to,
            ..now
        },
    };
    let grants = functions::ever_of(conn, organization)?;
    let ids: Vec<Id> = grants.iter().map(|grant| grant.id).collect();
    let rewind = Rewind::of_records(conn, functions::KIND, &ids, cut.seq)?;
    let mut held = Vec::new();
    for grant in grants {
        let was = match rewind.of::<GrantThen>(functions::KIND, grant.id)? {
            Was::Nothing => continue,
            Was::Same => grant,
            Was::Changed(was) => Grant { valid_to: was.valid_to, ..grant },
        };
        held.extend(Some(was).filter(|grant| grant.is_held(cut.as_of)));
    }
    seated(conn, owner, held, cut.as_of)
}

/// A viewer in an organisation's place; none where it is not active on the day.
fn seated(conn: &mut Conn, owner: Organization, held: Vec<Grant>, day: NaiveDate) -> Result<Option<Actor>> {
    let valid = owner.valid_from.is_none_or(|from| from <= day) && owner.valid_to.is_none_or(|to| day <= to);
    if owner.state != OrganizationState::Active || !valid {
        return Ok(None);
    }
    let held: Vec<_> = held.into_iter().map(|grant| (grant.function, grant.plan_id.or(grant.regime_id))).collect();
    let nobody = people::system_actor();
    Ok(Some(Actor {
        organization: Some(owner.id),
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
            all.extend(["task", "extension", "reporting_extension", "consolidated_report", "recommendation", "document"]);
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
        ReportKind::TaskProgress => written(&way, &task_progress(conn, sight, provinces, filter, cut)?),
        ReportKind::ReportingRates => written(&way, &reporting_rates(conn, sight, provinces, filter, cut, calendar)?),
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

/// The progress of tasks. Where a merger has moved records on since, they are looked for where they are now, shown as what
/// they were, and only what was seen then is kept.
fn task_progress(conn: &mut Conn, sight: &Sight, provinces: &[Id], filter: &ReportFilter, cut: &Cut) -> Result<TaskProgressReport> {
    let Some(moved) = since::moved(conn, sight, provinces)? else { return progress::report(conn, sight, provinces, filter, cut) };
    let anybody = ReportFilter { organization_id: None, ..filter.clone() };
    let mut report = progress::report(conn, &moved.sight, &moved.provinces, &anybody, cut)?;
    report.items.retain(|row| moved.was_seen(row.organization_id, row.plan_id) && filter.organization_id.is_none_or(|id| row.organization_id == id));
    Ok(TaskProgressReport { filter: filter.clone(), ..report })
}

/// The report on reports, found again in the same way.
fn reporting_rates(conn: &mut Conn, sight: &Sight, provinces: &[Id], filter: &ReportFilter, cut: &Cut, calendar: &Calendar) -> Result<RatesReport> {
    let Some(moved) = since::moved(conn, sight, provinces)? else { return rates::report(conn, sight, provinces, filter, cut, calendar) };
    let anybody = ReportFilter { organization_id: None, ..filter.clone() };
    let mut report = rates::report(conn, &moved.sight, &moved.provinces, &anybody, cut, calendar)?;
    report.items.retain(|row| moved.was_seen(row.organization_id, row.regime_id) && filter.organization_id.is_none_or(|id| row.organization_id == id));
    Ok(RatesReport { filter: filter.clone(), ..report })
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
