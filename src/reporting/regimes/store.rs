use super::model::{IndicatorRow, KIND, Regime, RegimeFilter, RegimeSort, StepRow};
use crate::{
    authz::{self, Relations, Scope},
    db::{Conn, MultiBackend, beginning},
    error::{Error, Result},
    id::Id,
    insert_all, keyset,
    page::{Page, Paging},
    reporting::periods::model::{KIND as PERIOD, OBLIGATION},
    schema::{access, reporting_indicators, reporting_obligations, reporting_periods, reporting_regimes, reporting_steps},
    text,
    time::Stamp,
    visible,
};
use diesel::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// What hangs on a regime.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    pub steps: Vec<StepRow>,
    pub indicators: Vec<IndicatorRow>,
}

pub fn find(conn: &mut Conn, id: Id) -> Result<Regime> {
    reporting_regimes::table.find(id).select(Regime::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Regime>> {
    Ok(reporting_regimes::table.filter(reporting_regimes::id.eq_any(ids.to_vec())).select(Regime::as_select()).load(conn)?)
}

/// The regime of one of these provinces with this code.
pub fn by_code(conn: &mut Conn, provinces: &[Id], code: &str) -> Result<Option<Id>> {
    let query = reporting_regimes::table.filter(reporting_regimes::province_id.eq_any(provinces.to_vec())).filter(reporting_regimes::code.eq(code));
    Ok(query.select(reporting_regimes::id).first(conn).optional()?)
}

pub fn by_seed_key(conn: &mut Conn, province: Id, key: &str) -> Result<Option<Regime>> {
    Ok(reporting_regimes::table
        .filter(reporting_regimes::province_id.eq(province))
        .filter(reporting_regimes::seed_key.eq(key))
        .select(Regime::as_select())
        .first(conn)
        .optional()?)
}

/// Regimes in force that the calendar opens periods of, in the order of their ids.
pub fn running(conn: &mut Conn) -> Result<Vec<Regime>> {
    Ok(reporting_regimes::table
        .filter(reporting_regimes::state.eq(super::model::RegimeState::Active))
        .filter(reporting_regimes::frequency.ne(super::model::ReportFrequency::OnRequest))
        .order(reporting_regimes::id)
        .select(Regime::as_select())
        .load(conn)?)
}

/// Regimes in force that name this organisation as focal point or final recipient, or at a step.
pub fn naming(conn: &mut Conn, organization: Id) -> Result<Vec<Regime>> {
    let rows = reporting_regimes::table.filter(reporting_regimes::state.eq(super::model::RegimeState::Active)).order(reporting_regimes::id);
    let all: Vec<Regime> = rows.select(Regime::as_select()).load(conn)?;
    let ids: Vec<Id> = all.iter().map(|r| r.id).collect();
    let parts = parts(conn, &ids)?;
    let word = serde_json::Value::String(organization.to_string());
    Ok(all
        .into_iter()
        .filter(|r| {
            let at_step = parts.get(&r.id).is_some_and(|p| {
                p.steps.iter().any(|s| {
                    s.receiver_id == Some(organization)
                        || s.appraiser_id == Some(organization)
                        || s.senders.0.as_array().is_some_and(|all| all.iter().any(|sender| sender.get("organization_id") == Some(&word)))
                })
            });
            at_step || r.focal_point_id == Some(organization) || r.final_recipient_id == Some(organization)
        })
        .collect())
}

/// Steps and indicators of regimes, each in their order.
pub fn parts(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, Parts>> {
    let mut all: HashMap<Id, Parts> = HashMap::new();
    let steps: Vec<StepRow> = reporting_steps::table
        .filter(reporting_steps::regime_id.eq_any(ids.to_vec()))
        .order((reporting_steps::regime_id, reporting_steps::step_no))
        .select(StepRow::as_select())
        .load(conn)?;
    for step in steps {
        all.entry(step.regime_id).or_default().steps.push(step);
    }
    let indicators: Vec<IndicatorRow> = reporting_indicators::table
        .filter(reporting_indicators::regime_id.eq_any(ids.to_vec()))
        .order((reporting_indicators::regime_id, reporting_indicators::place))
        .select(IndicatorRow::as_select())
        .load(conn)?;
    for indicator in indicators {
        all.entry(indicator.regime_id).or_default().indicators.push(indicator);
    }
    Ok(all)
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &RegimeFilter, paging: &Paging) -> Result<Page<Regime>> {
    let query = || {
        let mut query = reporting_regimes::table.into_boxed::<MultiBackend>().filter(visible!(reporting_regimes, scope, KIND));
        query = filter.by.narrow(query);
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            query = query.filter(reporting_regimes::name_fold.like(pattern).escape('\\'));
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Regime::as_select()));
    let page = match filter.sort.unwrap_or_default() {
        RegimeSort::Name => {
            let rows = keyset!(rows, paging, "name", beginning(reporting_regimes::name_fold) => String, reporting_regimes::id, asc).load(conn)?;
            Page::of(rows, limit, "name", |r: &Regime| (text::beginning(&r.name_fold), r.id))?
        }
        RegimeSort::Newest => {
            let rows = keyset!(rows, paging, "-created_at", reporting_regimes::created_at => Stamp, reporting_regimes::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", |r: &Regime| (r.created_at, r.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, regime: &Regime, parts: &Parts) -> Result<()> {
    diesel::insert_into(reporting_regimes::table).values(regime).execute(conn)?;
    insert_parts(conn, parts)?;
    relate(conn, regime, parts)
}

fn insert_parts(conn: &mut Conn, parts: &Parts) -> Result<()> {
    insert_all!(conn, reporting_steps::table, &parts.steps)?;
    insert_all!(conn, reporting_indicators::table, &parts.indicators)
}

/// What an organisation is to a regime by what the regime itself says.
const SAID: Relations = Relations::FOCAL.and(Relations::RECEIVER);

/// The focal point keeps the regime; receivers of its steps open its periods. Only what differs is written: whoever keeps
/// its access is told of none.
fn relate(conn: &mut Conn, regime: &Regime, parts: &Parts) -> Result<()> {
    let rows = access::table.filter(access::kind.eq(KIND)).filter(access::record_id.eq(regime.id));
    let held: Vec<(Id, i32)> = rows.select((access::organization_id, access::relations)).load(conn)?;
    let mut wanted: BTreeMap<Id, Relations> = held.iter().map(|(organization, _)| (*organization, Relations::NONE)).collect();
    let focal = regime.focal_point_id.map(|id| (id, Relations::FOCAL));
    for (organization, relation) in focal.into_iter().chain(parts.steps.iter().filter_map(|s| Some((s.receiver_id?, Relations::RECEIVER)))) {
        let all = wanted.entry(organization).or_insert(Relations::NONE);
        *all = all.and(relation);
    }
    for (organization, is) in wanted {
        let was = held.iter().find(|(id, _)| *id == organization).map_or(0, |(_, relations)| relations & SAID.0);
        if was != is.0 {
            authz::relate_many(conn, KIND, &[regime.id], organization, is, Relations(was & !is.0))?;
        }
    }
    Ok(())
}

/// Writes the record and its parts back if nobody has changed it meanwhile; `updated` carries the next version.
pub fn update(conn: &mut Conn, before: &Regime, updated: &Regime, parts: &Parts) -> Result<()> {
    use reporting_regimes as r;
    let moved = diesel::update(r::table.find(before.id).filter(r::version.eq(before.version)))
        .set((
            (
                r::province_id.eq(updated.province_id),
                r::seed_key.eq(&updated.seed_key),
                r::plan_id.eq(updated.plan_id),
                r::name.eq(&updated.name),
                r::name_en.eq(&updated.name_en),
                r::name_fold.eq(&updated.name_fold),
                r::legal_basis.eq(&updated.legal_basis),
                r::legal_clause.eq(&updated.legal_clause),
                r::focal_point_id.eq(updated.focal_point_id),
                r::cadence_words.eq(&updated.cadence_words),
                r::embedded_in.eq(&updated.embedded_in),
                r::final_recipient_id.eq(updated.final_recipient_id),
                r::copy_to.eq(&updated.copy_to),
                r::cut_off.eq(updated.cut_off.clone()),
                r::reminders.eq(&updated.reminders),
            ),
            (
                r::open_days_before.eq(updated.open_days_before),
                r::tracked_from.eq(updated.tracked_from),
                r::sections.eq(&updated.sections),
                r::checks.eq(&updated.checks),
                r::state.eq(updated.state),
                r::version.eq(updated.version),
                r::updated_at.eq(updated.updated_at),
                r::updated_by.eq(updated.updated_by),
            ),
        ))
        .execute(conn)?;
    if moved != 1 {
        return Err(Error::Clash);
    }
    diesel::delete(reporting_steps::table.filter(reporting_steps::regime_id.eq(before.id))).execute(conn)?;
    diesel::delete(reporting_indicators::table.filter(reporting_indicators::regime_id.eq(before.id))).execute(conn)?;
    insert_parts(conn, parts)?;
    if before.focal_point_id != updated.focal_point_id {
        move_focal(conn, updated.id, before.focal_point_id, updated.focal_point_id)?;
    }
    relate(conn, updated, parts)
}

/// Another focal point keeps the regime's periods and what is owed in them.
fn move_focal(conn: &mut Conn, regime: Id, from: Option<Id>, to: Option<Id>) -> Result<()> {
    let periods: Vec<Id> = reporting_periods::table.filter(reporting_periods::regime_id.eq(regime)).select(reporting_periods::id).load(conn)?;
    let owed: Vec<Id> = reporting_obligations::table.filter(reporting_obligations::regime_id.eq(regime)).select(reporting_obligations::id).load(conn)?;
    for (kind, records) in [(PERIOD, periods), (OBLIGATION, owed)] {
        if let Some(from) = from {
            authz::relate_many(conn, kind, &records, from, Relations::NONE, Relations::FOCAL)?;
        }
        if let Some(to) = to {
            authz::relate_many(conn, kind, &records, to, Relations::FOCAL, Relations::NONE)?;
        }
    }
    Ok(())
}
