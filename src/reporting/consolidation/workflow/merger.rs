//! A successor goes on with reports that its predecessor was consolidating, appraising or waiting for (RULES 18).

use super::{super::store, KIND, change, save};
use crate::{
    ask::Ask,
    authz::{self, Relations},
    db::Conn,
    error::Result,
    id::Id,
    journal,
};
use serde_json::json;
use std::collections::HashSet;

/// Passes on what is not issued yet; issued reports keep the organisations of their day. Says how many there were.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id, only: Option<&HashSet<Id>>) -> Result<usize> {
    let mut open = store::unissued_of(conn, from)?;
    open.retain(|r| only.is_none_or(|ids| ids.contains(&r.regime_id)));
    for before in &open {
        let pass = |id: Id| if id == from { to } else { id };
        let mut after = before.clone();
        after.consolidator_id = pass(before.consolidator_id);
        after.receiver_id = before.receiver_id.map(pass);
        after.appraiser_id = before.appraiser_id.map(pass);
        save(conn, ask, before, &mut after)?;
        let held = authz::relations(conn, KIND, before.id, Some(from))?;
        if !held.is_empty() {
            authz::relate(conn, KIND, before.id, to, held)?;
            authz::unrelate(conn, KIND, before.id, from, held)?;
            authz::relate(conn, KIND, before.id, from, Relations::PREDECESSOR)?;
        }
        let told = |r: &super::Report| json!({ "consolidator_id": r.consolidator_id, "receiver_id": r.receiver_id, "appraiser_id": r.appraiser_id });
        journal::record(conn, ask, change(&after, "reassign", None), Some(&told(before)), Some(&told(&after)))?;
    }
    Ok(open.len())
}
