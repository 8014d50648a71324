//! One page for leaders.

mod paper;

pub use paper::paper;

use super::{cut, narrow, progress, rate, rates, sight};
use crate::{
    ask::Ask,
    authz::RoleGroup,
    calendar::Calendar,
    calendars,
    db::Conn,
    error::Result,
    id::Id,
    period::{Part, Period},
    statistics::{
        model::{Brief, BriefAgency, BriefDecision, BriefDuty, Cut, ReportFilter, TARGET},
        rewind::Rewind,
        store::{
            self, Names, Sight,
            agenda::{self, Due, Duty},
        },
    },
};
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeMap;

/// Nothing is owed from before.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MAX,
};
/// How many of the worst are shown.
const WORST: i64 = 20;
/// How many days ahead leaders look.
const AHEAD: u64 = 14;
/// How many duties to come and decisions are shown.
const MOST: i64 = 50;

/// The brief for the leaders of the caller's organisation, of this moment.
pub fn now(conn: &mut Conn, ask: &Ask, filter: &ReportFilter) -> Result<Brief> {
    let sight = sight(conn, &ask.actor)?;
    let cut = cut(conn, ask, filter)?;
    let calendar = calendars::current(conn)?;
    brief(conn, ask, &sight, filter, &cut, &calendar)
}

/// The brief of a state of the data. All its lists show present rows, and it names the state that these are in.
pub fn brief(conn: &mut Conn, ask: &Ask, sight: &Sight, filter: &ReportFilter, cut: &Cut, calendar: &Calendar) -> Result<Brief> {
    let organization = ask.actor.organization()?;
    let mut filter = filter.clone();
    if filter.period.is_none() && filter.from.is_none() && filter.to.is_none() {
        filter.period = Period::new(cut.as_of.year(), Part::Year);
    }
    let narrowed = narrow(&filter)?;
    let past = Due { from: FIRST, to: cut.as_of.pred_opt().unwrap_or(cut.as_of) };
    let ahead = Due { from: cut.as_of, to: cut.as_of.checked_add_days(Days::new(AHEAD)).unwrap_or(cut.as_of) };
    let overdue_count = agenda::count(conn, sight, &narrowed, past)?;
    let overdue = agenda::duties(conn, sight, &narrowed, past, WORST)?;
    let upcoming = agenda::duties(conn, sight, &narrowed, ahead, MOST)?;
    let deciders = match ask.actor.province.filter(|_| ask.actor.is(RoleGroup::Ubnd)) {
        Some(province) => store::committee(conn, province)?,
        None => vec![organization],
    };
    let decisions = agenda::waiting(conn, organization, &deciders, &narrowed, MOST)?;
    let agencies = below_target(conn, sight, &filter, cut, calendar)?;
    let named = overdue
        .iter()
        .chain(&upcoming)
        .map(|d| d.organization)
        .chain(decisions.iter().filter_map(|d| d.organization))
        .chain(agencies.iter().map(|a| a.organization_id))
        .chain([organization]);
    let names = Names::read(conn, named, &Rewind::default())?;
    let duty = |d: Duty| shown(d, &names, cut, calendar);
    Ok(Brief {
        snapshot: cut.present().to_string(),
        as_of: cut.as_of,
        filter,
        organization_id: organization,
        organization_name: names.of(organization).name,
        whole_province: matches!(sight, Sight::Provinces(_)),
        overdue_count,
        overdue: overdue.into_iter().map(duty).collect(),
        below_target: agencies
            .into_iter()
            .map(|a| {
                let called = names.of(a.organization_id);
                BriefAgency { organization_code: called.code, organization_name: called.name, ..a }
            })
            .collect(),
        upcoming: upcoming.into_iter().map(duty).collect(),
        decisions: decisions
            .into_iter()
            .map(|d| BriefDecision {
                kind: d.kind,
                record_id: d.record,
                code: d.code,
                title: d.title,
                organization_id: d.organization,
                organization_name: names.name(d.organization),
                decider_id: d.decider,
                since: d.since,
                days_waiting: (cut.as_of - d.since).num_days(),
                due_on: d.due_on,
            })
            .collect(),
    })
}

fn shown(d: Duty, names: &Names, cut: &Cut, calendar: &Calendar) -> BriefDuty {
    let called = names.of(d.organization);
    BriefDuty {
        kind: d.kind,
        record_id: d.record,
        code: d.code,
        title: d.title,
        organization_id: d.organization,
        organization_code: called.code,
        organization_name: called.name,
        due_on: d.due_on,
        days_left: (d.due_on - cut.as_of).num_days(),
        // A year that the calendar lacks leaves the count out; that it is overdue needs no calendar.
        working_days_late: calendar.working_days_between(d.due_on, cut.as_of).map_or(None, |days| Some(i64::from(days))),
    }
}

/// What was decided of an agency's tasks and reports.
#[derive(Debug, Default)]
struct Decided {
    tasks: (i64, i64),
    reports: (i64, i64),
    urged: i64,
}

/// The share that was on time, in ten-thousandths; 1 above all where nothing was decided.
fn share((on_time, late): (i64, i64)) -> i64 {
    (on_time * 10_000).checked_div(on_time + late).unwrap_or(10_001)
}

/// Agencies whose tasks or whose reports are under 80 % on time, the lowest first.
fn below_target(conn: &mut Conn, sight: &Sight, filter: &ReportFilter, cut: &Cut, calendar: &Calendar) -> Result<Vec<BriefAgency>> {
    // As they stand now, like what is owed and what waits beside them.
    let rewind = Rewind::default();
    let mut all: BTreeMap<Id, Decided> = BTreeMap::new();
    let (tally, _) = progress::tally(conn, sight, filter, cut, &rewind)?;
    for (organization, (on_time, late, urged)) in tally.by_agency() {
        let of = all.entry(organization).or_default();
        of.tasks = (on_time, late);
        of.urged += urged;
    }
    for row in rates::rows(conn, sight, filter, cut, &rewind, calendar)?.into_values() {
        let of = all.entry(row.organization_id).or_default();
        of.reports = (of.reports.0 + row.on_time, of.reports.1 + row.late);
        of.urged += row.urged;
    }
    let mut low: Vec<(i64, Id, Decided)> = all
        .into_iter()
        .map(|(organization, of)| (share(of.tasks).min(share(of.reports)), organization, of))
        .filter(|(share, ..)| *share < TARGET * 100)
        .collect();
    low.sort_by_key(|(share, organization, _)| (*share, *organization));
    low.into_iter()
        .map(|(_, organization, of)| {
            Ok(BriefAgency {
                organization_id: organization,
                organization_code: String::new(),
                organization_name: String::new(),
                tasks_on_time: of.tasks.0,
                tasks_late: of.tasks.1,
                tasks_rate: rate(of.tasks.0, of.tasks.0 + of.tasks.1)?,
                reports_on_time: of.reports.0,
                reports_late: of.reports.1,
                reports_rate: rate(of.reports.0, of.reports.0 + of.reports.1)?,
                urged: of.urged,
            })
        })
        .collect()
}
