//! How figures are worked out: who sees whose, from which state of the data, counted how.

use super::{
    model::{Cut, ReportFilter, StatisticsAction as Act},
    policy::{FOLLOW, RULES},
    store::{self, Narrow, Sight},
};
use crate::{
    ask::Ask,
    authz::{self, Actor, Standing},
    calendar::Calendar,
    calendars,
    db::Conn,
    error::{Error, Result},
    id::Id,
    reporting::periods::percentage,
};

pub mod brief;
pub mod consolidated;
pub mod distribution;
pub mod obstacles;
pub mod progress;
pub mod rates;
pub mod registers;

/// Whose figures the caller sees.
pub fn sight(conn: &mut Conn, actor: &Actor) -> Result<Sight> {
    if authz::may(RULES, actor, Act::ViewProvince, Standing::NEW) {
        Ok(Sight::Provinces(actor.provinces.clone()))
    } else if authz::may(RULES, actor, Act::ViewOwn, Standing::NEW) {
        let organization = actor.organization()?;
        let (plans, regimes) = if authz::may(RULES, actor, Act::ViewFollowed, Standing { relations: FOLLOW, ..Standing::NEW }) {
            store::followed(conn, organization, FOLLOW)?
        } else {
            (vec![], vec![])
        };
        Ok(Sight::Organizations { own: store::own(conn, organization)?, plans, regimes })
    } else {
        Err(Error::forbidden())
    }
}

/// What the filter narrows the figures to.
fn narrow(filter: &ReportFilter) -> Result<Narrow> {
    let (from, to) = filter.days()?;
    Ok(Narrow { from, to, organization: filter.organization_id, plan: filter.plan_id, regime: filter.regime_id })
}

/// The state of the data that the caller asks for.
pub fn cut(conn: &mut Conn, ask: &Ask, filter: &ReportFilter) -> Result<Cut> {
    super::rewind::cut(conn, ask.now, filter.as_of)
}

/// The calendar by which a state of the data counts working days: a correction that was installed later touches no past day.
pub fn calendar(conn: &mut Conn, cut: &Cut) -> Result<Calendar> {
    Ok(calendars::at(conn, cut.seq)?.calendar.clone())
}

/// Provinces whose journal tells of what the caller sees.
fn provinces(actor: &Actor) -> Vec<Id> {
    actor.provinces.clone()
}

/// Percent with one decimal; null where there is nothing to divide by.
fn rate(part: i64, whole: i64) -> Result<Option<String>> {
    Ok(percentage(u32::try_from(part).map_err(Error::internal)?, u32::try_from(whole).map_err(Error::internal)?))
}
