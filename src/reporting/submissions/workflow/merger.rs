//! A successor goes on with what its predecessor was writing or had to decide (RULES 18).

use super::save;
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::Result,
    id::Id,
    reporting::submissions::{
        model::{KIND, SubmissionState as State},
        store,
    },
};

/// Versions of obligations that moved: drafts become the successor's, what waits is decided by the successor, and the
/// successor stands to every version as its predecessor did. Authors of what was handed in stay.
pub fn reassign(conn: &mut Conn, ask: &Ask, obligations: &[Id], from: Id, to: Id) -> Result<()> {
    for before in store::of_obligations(conn, obligations)? {
        let held = authz::relations(conn, KIND, before.id, Some(from))?;
        if !held.is_empty() {
            authz::relate(conn, KIND, before.id, to, held)?;
        }
        let mut after = before.clone();
        if before.state == State::Draft {
            after.author_id = if before.author_id == from { to } else { before.author_id };
            after.receiver_id = if before.receiver_id == Some(from) { Some(to) } else { before.receiver_id };
        }
        if after.author_id != before.author_id || after.receiver_id != before.receiver_id {
            save(conn, ask, &before, after, "reassign", None)?;
        }
    }
    Ok(())
}
