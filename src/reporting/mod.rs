//! Reporting: which reports are owed (regimes), when by whom (periods with obligations), and what was handed in.

pub mod consolidation;
pub mod periods;
pub mod regimes;
pub mod submissions;
pub mod waiting;

use crate::{ask::Ask, db::Conn, error::Result, http::ServiceConfig, id::Id, organizations};
use std::collections::HashSet;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    regimes::mount(config);
    periods::mount(config);
    submissions::mount(config);
    consolidation::mount(config);
}

/// What is open and has to go somewhere when the organisation ends: regimes that it keeps, obligations that it owes or
/// receives.
pub fn open_items(conn: &mut Conn, organization: Id) -> Result<(Vec<Titled>, Vec<Titled>)> {
    let regimes = regimes::store::naming(conn, organization)?.into_iter().map(|r| (r.id, format!("{} {}", r.code, r.name))).collect();
    let owed = periods::store::open_of(conn, organization)?;
    let titled = owed.into_iter().map(|o| (o.id, o.sender_words.unwrap_or_else(|| format!("bước {}", o.step_no)))).collect();
    Ok((regimes, titled))
}

/// An open item with what people call it.
pub type Titled = (Id, String);

/// Puts a successor in an organisation's place (RULES 18): regimes in force, open periods and obligations, unfinished
/// submissions and consolidated reports; everything, or only some regimes and obligations where there are several
/// successors. What was closed by then keeps its organisation. Says how many there were.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id, only: Option<&HashSet<Id>>) -> Result<usize> {
    let province = organizations::find(conn, to)?.province_id;
    let regimes = regimes::reassign(conn, ask, from, to, province, only)?;
    let moved = periods::reassign(conn, ask, from, to, province, only)?;
    submissions::reassign(conn, ask, &moved, from, to)?;
    // A consolidated report goes with the regime that it belongs to.
    let reports = consolidation::reassign(conn, ask, from, to, only)?;
    Ok(regimes + moved.len() + reports)
}
