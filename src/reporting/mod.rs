//! Reporting: which reports are owed (regimes), when by whom (periods with obligations), and what was handed in.

pub mod consolidation;
pub mod periods;
pub mod regimes;
pub mod submissions;

use crate::{ask::Ask, db::Conn, error::Result, id::Id, organizations};

use crate::http::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    regimes::mount(config);
    periods::mount(config);
    submissions::mount(config);
    consolidation::mount(config);
}

/// Puts a successor in an organisation's place (RULES 18): regimes in force, open periods and obligations, unfinished
/// submissions and consolidated reports. What was closed by then keeps its organisation.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id) -> Result<()> {
    let province = organizations::find(conn, to)?.province_id;
    regimes::reassign(conn, ask, from, to, province)?;
    let moved = periods::reassign(conn, ask, from, to, province)?;
    submissions::reassign(conn, ask, &moved, from, to)?;
    consolidation::reassign(conn, ask, from, to)?;
    Ok(())
}
