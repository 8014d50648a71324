//! Issued consolidated reports, under the policy of these records.

use super::Narrow;
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend},
    error::Result,
    id::Id,
    reporting::consolidation::{self, Report},
    schema::{consolidated_reports as reports, reporting_periods as periods, reporting_regimes as regimes},
    visible,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

/// Versions issued by a day that the caller sees, of periods that end in the days asked for: by the period's last day,
/// then by code, the newest version of each report first. Two statements.
pub fn issued(conn: &mut Conn, scope: &Scope, narrow: &Narrow, by: NaiveDate, limit: i64) -> Result<Vec<Report>> {
    let mut query = reports::table
        .filter(visible!(consolidated_reports, scope, consolidation::KIND))
        .filter(reports::state.eq("issued"))
        .filter(reports::issued_on.le(by))
        .into_boxed::<MultiBackend>();
    if let Some(consolidator) = narrow.organization {
        query = query.filter(reports::consolidator_id.eq(consolidator));
    }
    if let Some(plan) = narrow.plan {
        query = query.filter(reports::regime_id.eq_any(regimes::table.filter(regimes::plan_id.eq(plan)).select(regimes::id)));
    }
    if let Some(regime) = narrow.regime {
        query = query.filter(reports::regime_id.eq(regime));
    }
    if let Some(from) = narrow.from {
        query = query.filter(reports::period_id.eq_any(periods::table.filter(periods::sort_day.ge(from)).select(periods::id)));
    }
    if let Some(to) = narrow.to {
        query = query.filter(reports::period_id.eq_any(periods::table.filter(periods::sort_day.le(to)).select(periods::id)));
    }
    let mut all: Vec<Report> = query.order((reports::obligation_id, reports::version_no.desc())).limit(limit).select(Report::as_select()).load(conn)?;
    let of: Vec<Id> = all.iter().map(|r| r.period_id).collect();
    let days: Vec<(Id, NaiveDate)> = periods::table.filter(periods::id.eq_any(of)).select((periods::id, periods::sort_day)).load(conn)?;
    let days: HashMap<Id, NaiveDate> = days.into_iter().collect();
    all.sort_by(|a, b| {
        let key = |r: &Report| (days.get(&r.period_id).copied(), r.code.clone(), r.obligation_id, std::cmp::Reverse(r.version_no));
        key(a).cmp(&key(b))
    });
    Ok(all)
}

/// Versions that a run has pinned, in the order in which it did.
pub fn pinned(conn: &mut Conn, versions: &[Id]) -> Result<Vec<Report>> {
    let mut all: Vec<Report> = reports::table.filter(reports::id.eq_any(versions.to_vec())).select(Report::as_select()).load(conn)?;
    all.sort_by_key(|report| versions.iter().position(|id| *id == report.id));
    Ok(all)
}
