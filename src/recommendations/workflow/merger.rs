//! What becomes of recommendations when provinces merge.

use super::{change, save, view};
use crate::{
    ask::Ask,
    authz::{self, Relations},
    db::Conn,
    error::Result,
    id::Id,
    journal,
    recommendations::{model::KIND, store},
};
use std::collections::HashSet;

/// What is open and has to go somewhere when the organisation ends.
pub fn open_items(conn: &mut Conn, organization: Id) -> Result<Vec<(Id, String)>> {
    Ok(store::unclosed_of(conn, organization)?.into_iter().map(|r| (r.id, format!("{} {}", r.code, r.title))).collect())
}

/// A merger passes what is not closed on to the successor, in whatever part the predecessor had (RULES 18); answers
/// keep the name of who gave them. Says how many there were.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id, only: Option<&HashSet<Id>>) -> Result<usize> {
    let mut all = store::unclosed_of(conn, from)?;
    all.retain(|r| only.is_none_or(|ids| ids.contains(&r.id)));
    let ids: Vec<Id> = all.iter().map(|r| r.id).collect();
    let held = store::relations(conn, Some(from), &ids)?;
    let pass = |id: Id| if id == from { to } else { id };
    for before in &all {
        let mut after = before.clone();
        after.raiser_id = pass(before.raiser_id);
        after.focal_id = before.focal_id.map(pass);
        after.addressed_id = before.addressed_id.map(pass);
        save(conn, ask, before, &mut after)?;
        if let Some(relations) = held.get(&before.id) {
            authz::relate(conn, KIND, before.id, to, Relations(*relations))?;
        }
        let was = view(ask, before.clone(), Relations::NONE, vec![]);
        let is = view(ask, after.clone(), Relations::NONE, vec![]);
        journal::record(conn, ask, change(&after, "reassign", None), Some(&was), Some(&is))?;
    }
    Ok(all.len())
}
