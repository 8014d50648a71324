//! A successor takes over what its predecessor still owes or is to receive (RULES 18).

use super::obligations::save;
use crate::{
    ask::Ask,
    authz::{self, Relations},
    db::Conn,
    error::Result,
    id::Id,
    reporting::{
        periods::{
            model::{KIND, OBLIGATION, Obligation, ObligationState as State, PeriodState, ReportingPeriod},
            store,
        },
        regimes::model::{Step, stored, typed},
    },
};
use std::collections::{HashMap, HashSet};

/// Moves open obligations; two predecessors owing one period become one obligation naming both, and the other one stays as
/// merged into it. Obligations fulfilled by then keep their organisation, and the predecessor's relations stay as history. Answers the obligations moved.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id, province: Id, only: Option<&HashSet<Id>>) -> Result<Vec<Id>> {
    let mut open = store::open_of(conn, from)?;
    open.retain(|o| only.is_none_or(|ids| ids.contains(&o.id)));
    let periods: Vec<Id> = open.iter().map(|o| o.period_id).collect::<HashSet<_>>().into_iter().collect();
    for period in store::find_many(conn, &periods)? {
        move_period(conn, ask, &period, from, to)?;
    }
    let mut taken: HashMap<(Id, i32), Obligation> =
        store::open_of(conn, to)?.into_iter().filter(|o| o.sender_id == to).map(|o| ((o.period_id, o.step_no), o)).collect();
    let mut moved = Vec::new();
    for before in open {
        let twin = taken.get(&(before.period_id, before.step_no)).cloned().filter(|_| before.sender_id == from);
        if let Some(twin) = twin {
            let named = merge(conn, ask, &before, twin, from)?;
            taken.insert((named.period_id, named.step_no), named);
            continue;
        }
        let mut after = before.clone();
        if before.sender_id == from {
            let mut all: Vec<Id> = typed(&before.also_for)?;
            all.push(from);
            after.also_for = stored(&all)?;
            after.sender_id = to;
            after.province_id = province;
            // People and units of the predecessor handle it no longer.
            after.handling_unit_id = None;
            after.handling_user_id = None;
            authz::relate(conn, OBLIGATION, before.id, to, Relations::OWNER)?;
        }
        if before.receiver_id == Some(from) {
            after.receiver_id = Some(to);
            authz::relate(conn, OBLIGATION, before.id, to, Relations::RECEIVER)?;
        }
        if before.appraiser_id == Some(from) {
            after.appraiser_id = Some(to);
        }
        let after = save(conn, ask, &before, after, "reassign", None)?;
        moved.push(after.id);
        if after.sender_id == to {
            taken.insert((after.period_id, after.step_no), after);
        }
    }
    Ok(moved)
}

/// The successor's obligation names the predecessor too. What was handed in for the other one may still be accepted.
fn merge(conn: &mut Conn, ask: &Ask, before: &Obligation, twin: Obligation, from: Id) -> Result<Obligation> {
    let mut all: Vec<Id> = typed(&twin.also_for)?;
    all.extend(typed::<Vec<Id>>(&before.also_for)?);
    all.push(from);
    all.sort_unstable();
    all.dedup();
    let mut after = twin.clone();
    after.also_for = stored(&all)?;
    let named = save(conn, ask, &twin, after, "reassign", None)?;
    if before.state != State::Submitted {
        into_twin(conn, ask, before, before.clone(), "reassign", None)?;
    }
    Ok(named)
}

/// The successor's obligation stands for this one: it is owed no more, and stays for what was so before.
pub(super) fn into_twin(conn: &mut Conn, ask: &Ask, before: &Obligation, mut after: Obligation, action: &str, reason: Option<&str>) -> Result<Obligation> {
    super::extensions::withdraw(conn, ask, before)?;
    after.state = State::Merged;
    after.handling_unit_id = None;
    after.handling_user_id = None;
    save(conn, ask, before, after, action, reason)
}

/// Whether another obligation of the period names the sender of this one, so that a successor owes it.
pub(super) fn has_twin(conn: &mut Conn, obligation: &Obligation) -> Result<bool> {
    for other in store::obligations_of(conn, obligation.period_id)? {
        let stands = other.id != obligation.id && other.step_no == obligation.step_no && other.state != State::Merged;
        if stands && typed::<Vec<Id>>(&other.also_for)?.contains(&obligation.sender_id) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The open period's chain names the successor, and the successor keeps it.
fn move_period(conn: &mut Conn, ask: &Ask, period: &ReportingPeriod, from: Id, to: Id) -> Result<()> {
    if period.state == PeriodState::Closed {
        return Ok(());
    }
    let swap = |id: &mut Option<Id>| {
        let hit = *id == Some(from);
        if hit {
            *id = Some(to);
        }
        hit
    };
    let mut hit = false;
    let mut steps: Vec<Step> = period.chain()?;
    for step in &mut steps {
        hit |= swap(&mut step.receiver_id) | swap(&mut step.appraiser_id);
        for sender in &mut step.senders {
            hit |= swap(&mut sender.organization_id);
        }
    }
    let held = authz::relations(conn, KIND, period.id, Some(from))?;
    if !held.is_empty() {
        authz::relate(conn, KIND, period.id, to, held)?;
    }
    if hit {
        let mut after = period.clone();
        after.chain = stored(&steps)?;
        super::save(conn, ask, period, after, "reassign", None)?;
    }
    Ok(())
}
