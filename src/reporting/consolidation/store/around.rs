//! What a consolidated report is set beside: the event feed, and the issued reports of other periods.

use super::super::model::{ConsolidatedFigure, ConsolidatedState, sums::Totals, typed};
use crate::{
    db::{Conn, Json},
    error::Result,
    id::Id,
    reporting::regimes::Regime,
    schema::{
        consolidated_contents as contents, consolidated_reports as reports, journal, organization_successions as successions, reporting_periods as periods,
        reporting_regimes as regimes,
    },
};
use diesel::{dsl::max, prelude::*};
use std::collections::{BTreeMap, HashMap};

/// The last number that the event feed has given out.
pub fn last_seq(conn: &mut Conn) -> Result<Option<i64>> {
    Ok(journal::table.select(max(journal::seq)).first(conn)?)
}

/// Totals of the issued reports of other periods (by their names), as predecessors' parts where the organisation itself
/// issued none: the newest version that `consolidator` issued at the step, else one of each predecessor.
pub fn totals_of(conn: &mut Conn, regime: &Regime, consolidator: Id, step: i32, names: &[String]) -> Result<HashMap<String, Vec<Totals>>> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let before: Vec<Id> = successions::table.filter(successions::successor_id.eq(consolidator)).select(successions::predecessor_id).load(conn)?;
    let mut makers = before;
    makers.push(consolidator);
    type Row = (Option<String>, Id, i32, i32, Json);
    let rows: Vec<Row> = reports::table
        .inner_join(periods::table)
        .inner_join(regimes::table)
        .inner_join(contents::table)
        .filter(reports::consolidator_id.eq_any(makers))
        .filter(reports::state.eq(ConsolidatedState::Issued))
        .filter(periods::period.eq_any(names.to_vec()))
        .filter(regimes::id.eq(regime.id).or(regimes::seed_key.eq(regime.seed_key.clone())))
        .order((reports::consolidator_id, reports::step_no, reports::version_no.desc()))
        .select((periods::period, reports::consolidator_id, reports::step_no, reports::version_no, contents::figures))
        .load(conn)?;
    let mut all = HashMap::new();
    for name in names {
        let of = || rows.iter().filter(|r| r.0.as_ref() == Some(name));
        let own = of().find(|r| r.1 == consolidator && r.2 == step);
        let parts: Vec<&Row> = match own {
            Some(own) => vec![own],
            None => {
                let mut first: BTreeMap<Id, &Row> = BTreeMap::new();
                for row in of().filter(|r| r.1 != consolidator) {
                    first.entry(row.1).or_insert(row);
                }
                first.into_values().collect()
            }
        };
        let mut totals = Vec::new();
        for part in parts {
            let figures: Vec<ConsolidatedFigure> = typed(&part.4)?;
            totals.push(figures.iter().filter_map(|f| Some((f.indicator.clone(), f.effective()?.to_owned()))).collect());
        }
        all.insert(name.clone(), totals);
    }
    Ok(all)
}
