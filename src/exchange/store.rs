use crate::{
    db::{Conn, Json},
    error::Result,
    id::Id,
    schema::{access, changes, journal},
    time::Stamp,
};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

/// What the journal says of an event: id, act, when, who acted, whose record, version, action.
pub type Told = (Id, Id, Stamp, Option<Id>, Option<Id>, Option<i32>, String);
/// Order and place in the feed, what, kind, record, whose access, province, when told, the journal's entry.
pub type Line = ((i64, i64, String, String, Id, Option<Id>, Option<Id>, Option<Stamp>), Option<Told>);

/// A stretch of the feed: entries of the journal, and changes of this organisation's access.
pub fn window(conn: &mut Conn, organization: Id, after: i64, upto: i64) -> Result<Vec<Line>> {
    Ok(changes::table
        .left_join(journal::table.on(changes::entry_id.eq(journal::id.nullable())))
        .filter(changes::seq.gt(after))
        .filter(changes::seq.le(upto))
        .filter(changes::what.eq("entry").or(changes::what.eq_any(["gained", "lost"]).and(changes::organization_id.eq(organization)).assume_not_null()))
        .order(changes::seq)
        .select((
            (
                changes::ordinal,
                changes::seq.assume_not_null(),
                changes::what,
                changes::kind,
                changes::record_id,
                changes::organization_id,
                changes::province_id,
                changes::told_at,
            ),
            (journal::id, journal::act_id, journal::at, journal::organization_id, journal::owner_organization_id, journal::record_version, journal::action)
                .nullable(),
        ))
        .load(conn)?)
}

/// Those of some records that an organisation is related to, with their kinds.
pub fn related(conn: &mut Conn, organization: Id, records: Vec<Id>) -> Result<HashSet<(String, Id)>> {
    let rows: Vec<(String, Id)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::record_id.eq_any(records))
        .filter(access::relations.gt(0))
        .select((access::kind, access::record_id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The codes of the records of some entries, as they were after the act; of what is gone by it, before.
pub fn codes(conn: &mut Conn, entries: Vec<Id>) -> Result<HashMap<Id, String>> {
    type Row = (Id, Option<Json>, Option<Json>);
    let columns = (journal::id, journal::after, journal::before);
    let rows: Vec<Row> = journal::table.filter(journal::id.eq_any(entries)).select(columns).load(conn)?;
    let code = |shown: Option<Json>| shown.and_then(|s| s.0.get("code").and_then(serde_json::Value::as_str).map(str::to_owned));
    Ok(rows.into_iter().filter_map(|(id, after, before)| Some((id, code(after).or_else(|| code(before))?))).collect())
}
