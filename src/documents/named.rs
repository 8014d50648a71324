//! Documents that the body of another record names: what the caller may not see reads the same as what is not there.

use super::{kinds::DocumentAction, model::Identity, policy::RULES, store};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::{Fault, Result, all_well},
    id::Id,
};

/// Those of the documents that the caller may see.
pub fn seen(conn: &mut Conn, ask: &Ask, ids: &[Id]) -> Result<Vec<Id>> {
    let scope = authz::scope(RULES, &ask.actor, DocumentAction::View)?;
    store::visible_among(conn, &scope, ids)
}

/// Those that the caller may see of the documents with one of these numbers and symbols (`notation::key`): one statement.
pub fn by_notation(conn: &mut Conn, ask: &Ask, keys: &[String]) -> Result<Vec<Identity>> {
    if keys.is_empty() {
        return Ok(vec![]);
    }
    let scope = authz::scope(RULES, &ask.actor, DocumentAction::View)?;
    store::visible_by_notation(conn, &scope, keys)
}

/// A fault for each document that is unknown or not to be seen, at the place that names it.
pub fn faults(conn: &mut Conn, ask: &Ask, named: &[(String, Id)]) -> Result<Vec<Fault>> {
    if named.is_empty() {
        return Ok(vec![]);
    }
    let seen = seen(conn, ask, &named.iter().map(|(_, id)| *id).collect::<Vec<_>>())?;
    let unknown = |at: &String| Fault::at(at.clone(), "unknown_reference", "Không có văn bản này.", "There is no such document.");
    Ok(named.iter().filter(|(_, id)| !seen.contains(id)).map(|(at, _)| unknown(at)).collect())
}

/// 422 where the member names a document that is unknown or not to be seen.
pub fn must_be_seen(conn: &mut Conn, ask: &Ask, pointer: &str, named: Option<Id>) -> Result<()> {
    let named: Vec<(String, Id)> = named.map(|id| (pointer.to_owned(), id)).into_iter().collect();
    all_well(faults(conn, ask, &named)?)
}
