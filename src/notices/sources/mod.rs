//! Where notices come from: one small query for each sort of matter, scoped to the desk's organisation, and asked only for
//! positions that the matter concerns. How many are asked depends on the position alone, never on how much there is.

mod documents;
mod plans;
mod recommendations;
mod reporting;

use super::model::{Desk, Found};
use crate::{db::Conn, error::Result};

/// Rows that one source gives at most; who has more open matters of one sort sees the most pressing.
const MOST: i64 = 500;

/// Everything that this desk should see today.
pub fn gather(conn: &mut Conn, desk: &Desk) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    documents::gather(conn, desk, &mut found)?;
    plans::gather(conn, desk, &mut found)?;
    reporting::gather(conn, desk, &mut found)?;
    recommendations::gather(conn, desk, &mut found)?;
    Ok(found)
}
