//! What reports read: whole tables of facts in few statements, however many agencies and periods there are.

use super::rewind::{Rewind, Was};
use crate::{
    authz::Relations,
    db::{Conn, Json, MultiBackend},
    error::Result,
    id::Id,
    plans::{
        PlanState,
        occurrences::model::TaskState,
        parts::model::{PartState, TaskForm, TaskRole},
    },
    reporting::periods::{ObligationState, PeriodState},
    schema::{
        access, organization_successions, organizations, plans, report_submissions, reporting_obligations as obligations, reporting_periods as periods,
        reporting_regimes as regimes, task_occurrences as occurrences, task_parts as parts, urgings,
    },
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

pub mod agenda;
pub mod consolidated;
pub mod papers;
pub mod since;

/// Whose figures somebody sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// Everything in these provinces (one, and those that it succeeded).
    Provinces(Vec<Id>),
    /// These organisations', and of everybody in the plans and regimes that the caller follows.
    Organizations { own: Vec<Id>, plans: Vec<Id>, regimes: Vec<Id> },
}

/// What a report is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub organization: Option<Id>,
    pub plan: Option<Id>,
    pub regime: Option<Id>,
}

/// Narrows a boxed query to what somebody sees, and to an organisation. `$follows` gives from plans and regimes followed
/// the condition that a row is in one of them.
macro_rules! seen {
    ($query:expr, $sight:expr, $narrow:expr, $province:expr, $organization:expr, $follows:expr) => {{
        let mut query = match $sight {
            Sight::Provinces(all) => $query.filter($province.eq_any(all.clone())),
            Sight::Organizations { own, plans, regimes } => $query.filter($organization.eq_any(own.clone()).or($follows(plans, regimes))),
        };
        if let Some(organization) = $narrow.organization {
            query = query.filter($organization.eq(organization));
        }
        query
    }};
}
pub(super) use seen;

/// The organisation with its units and those that it took over from (RULES 18): two statements.
pub fn own(conn: &mut Conn, organization: Id) -> Result<Vec<Id>> {
    let mut all: BTreeSet<Id> =
        organizations::table.filter(organizations::parent_id.eq(organization)).select(organizations::id).load(conn)?.into_iter().collect();
    let before: Vec<Id> = organization_successions::table
        .filter(organization_successions::successor_id.eq(organization))
        .select(organization_successions::predecessor_id)
        .load(conn)?;
    all.extend(before);
    all.insert(organization);
    Ok(all.into_iter().collect())
}

/// Plans and regimes to which an organisation is related in one of these ways.
pub fn followed(conn: &mut Conn, organization: Id, relations: Relations) -> Result<(Vec<Id>, Vec<Id>)> {
    let rows: Vec<(String, Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq_any(["plan", "reporting_regime"]))
        .select((access::kind, access::record_id, access::relations))
        .load(conn)?;
    let held = |kind: &str| rows.iter().filter(|(k, _, held)| k == kind && Relations(*held).any(relations)).map(|(_, id, _)| *id).collect();
    Ok((held("plan"), held("reporting_regime")))
}

/// The People's Committee of a province and its Office: the Office prepares what the Committee's leaders decide.
pub fn committee(conn: &mut Conn, province: Id) -> Result<Vec<Id>> {
    Ok(organizations::table
        .filter(organizations::province_id.eq(province))
        .filter(organizations::level.eq("province"))
        .filter(organizations::kind.eq_any(["people_committee", "office"]))
        .select(organizations::id)
        .load(conn)?)
}

/// What organisations are called.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Called {
    pub code: String,
    pub name: String,
}

/// Names by organisation.
#[derive(Debug, Default)]
pub struct Names(HashMap<Id, Called>);

impl Names {
    /// The names of these organisations, as they were.
    pub fn read(conn: &mut Conn, ids: impl IntoIterator<Item = Id>, rewind: &Rewind) -> Result<Self> {
        let ids: Vec<Id> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let mut all = HashMap::new();
        // SQLite takes 32,766 values; a province has hundreds of organisations.
        let rows: Vec<(Id, String, String)> =
            organizations::table.filter(organizations::id.eq_any(ids)).select((organizations::id, organizations::code, organizations::name)).load(conn)?;
        for (id, code, name) in rows {
            let called = match rewind.of::<Called>("organization", id)? {
                Was::Changed(was) => was,
                Was::Same | Was::Nothing => Called { code, name },
            };
            all.insert(id, called);
        }
        Ok(Self(all))
    }
    /// What an organisation is called; its id where it cannot be found.
    pub fn of(&self, id: Id) -> Called {
        self.0.get(&id).cloned().unwrap_or_else(|| Called { code: id.to_string(), name: id.to_string() })
    }
    /// Its name, where there is an organisation.
    pub fn name(&self, id: Option<Id>) -> Option<String> {
        id.map(|id| self.of(id).name)
    }
}

/// One part of a task with its occurrence and its plan, as they stand now.
#[derive(Debug, Queryable)]
pub struct PartRow {
    pub part: Id,
    pub occurrence: Id,
    pub organization: Id,
    pub plan: (Id, String, String, PlanState),
    pub role: TaskRole,
    pub form: TaskForm,
    pub state: PartState,
    pub due_sort: NaiveDate,
    pub done_on: Option<NaiveDate>,
    pub on_time: Option<bool>,
    pub created_at: Stamp,
    pub of_occurrence: TaskState,
}

/// Parts whose occurrence was open in the days asked for, as far as it can be known on a day: of what ends after it nobody
/// knows that yet, so that days which lie ahead are asked for as that day is.
pub fn parts_open(conn: &mut Conn, sight: &Sight, narrow: &Narrow, last: NaiveDate, as_of: NaiveDate) -> Result<Vec<PartRow>> {
    let query = parts::table
        .inner_join(occurrences::table.on(occurrences::id.eq(parts::occurrence_id)))
        .inner_join(plans::table.on(plans::id.eq(parts::plan_id)))
        .filter(occurrences::opened_on.le(last))
        .into_boxed::<MultiBackend>();
    let mut query = seen!(query, sight, narrow, parts::province_id, parts::organization_id, |plans: &[Id], _: &[Id]| parts::plan_id.eq_any(plans.to_vec()));
    if let Some(plan) = narrow.plan {
        query = query.filter(parts::plan_id.eq(plan));
    }
    if let Some(from) = narrow.from {
        query = query.filter(occurrences::ended_on.is_null().or(occurrences::ended_on.ge(from.min(as_of)).assume_not_null()));
    }
    Ok(query
        .select((
            parts::id,
            parts::occurrence_id,
            parts::organization_id,
            (plans::id, plans::code, plans::title, plans::state),
            parts::role,
            parts::form,
            parts::state,
            parts::due_sort,
            parts::done_on,
            parts::on_time,
            parts::created_at,
            occurrences::state,
        ))
        .load(conn)?)
}

/// Urgings for tasks: id, the agency urged, the plan.
pub fn urged_for_tasks(conn: &mut Conn, sight: &Sight, narrow: &Narrow, last: NaiveDate) -> Result<Vec<(Id, Id, Id)>> {
    let query = urgings::table
        .filter(urgings::sent_on.le(last))
        .filter(urgings::target_kind.ne("obligation"))
        .filter(urgings::plan_id.is_not_null())
        .into_boxed::<MultiBackend>();
    let mut query = seen!(query, sight, narrow, urgings::province_id, urgings::organization_id, |plans: &[Id], _: &[Id]| urgings::plan_id
        .eq_any(plans.iter().copied().map(Some).collect::<Vec<_>>())
        .assume_not_null());
    if let Some(plan) = narrow.plan {
        query = query.filter(urgings::plan_id.eq(plan));
    }
    if let Some(from) = narrow.from {
        query = query.filter(urgings::sent_on.ge(from));
    }
    Ok(query.select((urgings::id, urgings::organization_id, urgings::plan_id.assume_not_null())).load(conn)?)
}

/// Urgings for reports: id and obligation.
pub fn urged_for_reports(conn: &mut Conn, sight: &Sight, narrow: &Narrow, last: NaiveDate) -> Result<Vec<(Id, Id)>> {
    let query = urgings::table.filter(urgings::sent_on.le(last)).filter(urgings::target_kind.eq("obligation")).into_boxed::<MultiBackend>();
    let query = seen!(query, sight, narrow, urgings::province_id, urgings::organization_id, |_: &[Id], regimes: &[Id]| {
        urgings::target_id.eq_any(obligations::table.filter(obligations::regime_id.eq_any(regimes.to_vec())).select(obligations::id))
    });
    Ok(query.select((urgings::id, urgings::target_id)).load(conn)?)
}

/// One obligation with its period and regime, as they stand now.
#[derive(Debug, Queryable)]
pub struct OwedRow {
    pub obligation: Id,
    pub organization: Id,
    pub state: ObligationState,
    pub due_on: Option<NaiveDate>,
    pub effective_due_on: Option<NaiveDate>,
    pub on_time: Option<bool>,
    pub judgement: Option<Json>,
    pub period: PeriodRow,
    /// With its plan.
    pub regime: (Id, String, String, Option<Id>),
}

/// A reporting period in a report.
#[derive(Debug, Clone, Queryable)]
pub struct PeriodRow {
    pub id: Id,
    pub code: String,
    pub period: Option<String>,
    pub title: Option<String>,
    pub state: PeriodState,
    pub sort_day: NaiveDate,
}

/// Obligations of periods that end in the days asked for, of every plan: to which one a regime belongs may change.
pub fn owed(conn: &mut Conn, sight: &Sight, narrow: &Narrow) -> Result<Vec<OwedRow>> {
    let query =
        obligations::table.inner_join(periods::table).inner_join(regimes::table.on(regimes::id.eq(obligations::regime_id))).into_boxed::<MultiBackend>();
    let mut query = seen!(query, sight, narrow, obligations::province_id, obligations::sender_id, |_: &[Id], regimes: &[Id]| obligations::regime_id
        .eq_any(regimes.to_vec()));
    if let Some(regime) = narrow.regime {
        query = query.filter(obligations::regime_id.eq(regime));
    }
    if let Some(from) = narrow.from {
        query = query.filter(periods::sort_day.ge(from));
    }
    if let Some(to) = narrow.to {
        query = query.filter(periods::sort_day.le(to));
    }
    Ok(query
        .select((
            obligations::id,
            obligations::sender_id,
            obligations::state,
            obligations::due_on,
            obligations::effective_due_on,
            obligations::on_time,
            obligations::judgement,
            (periods::id, periods::code, periods::period, periods::title, periods::state, periods::sort_day),
            (regimes::id, regimes::code, regimes::name, regimes::plan_id),
        ))
        .load(conn)?)
}

/// Versions that were handed in for obligations of these periods and then decided: version and obligation.
pub fn returned(conn: &mut Conn, sight: &Sight, narrow: &Narrow) -> Result<Vec<(Id, Id)>> {
    let query = report_submissions::table
        .inner_join(obligations::table)
        .inner_join(periods::table.on(periods::id.eq(obligations::period_id)))
        .filter(report_submissions::state.eq("returned"))
        .into_boxed::<MultiBackend>();
    let mut query = seen!(query, sight, narrow, obligations::province_id, obligations::sender_id, |_: &[Id], regimes: &[Id]| obligations::regime_id
        .eq_any(regimes.to_vec()));
    if let Some(regime) = narrow.regime {
        query = query.filter(obligations::regime_id.eq(regime));
    }
    if let Some(from) = narrow.from {
        query = query.filter(periods::sort_day.ge(from));
    }
    if let Some(to) = narrow.to {
        query = query.filter(periods::sort_day.le(to));
    }
    Ok(query.select((report_submissions::id, report_submissions::obligation_id)).load(conn)?)
}
