//! The access table: how organisations are related to records, written in the transaction that makes it true.

use super::Relations;
use crate::{
    db::{self, Conn, upsert_access},
    error::Result,
    id::Id,
    insert_all,
    schema::access,
};
use chrono::NaiveDate;
use diesel::{dsl::sql, expression::SqlLiteral, prelude::*, sql_types::Bool};
use std::collections::{BTreeMap, HashMap};

/// Makes an organisation related to a record, in the transaction that makes it true.
pub fn relate(conn: &mut Conn, kind: &str, record: Id, organization: Id, relations: Relations) -> Result<()> {
    upsert_access(conn, organization, kind, record, relations.0)
}

/// Repeats on the access rows of a record what lists of its kind filter and sort by. Whoever changes these on the record
/// calls this; rows that are added later take it over.
pub fn repeat(conn: &mut Conn, kind: &str, record: Id, state: Option<&str>, due_sort: NaiveDate) -> Result<()> {
    let rows = access::record_id.eq(record).and(access::kind.eq(kind));
    db::update("access", rows, (access::state.eq(state), access::due_sort.eq(due_sort))).execute(conn)?;
    Ok(())
}

/// Takes relations away; the row goes when none is left.
pub fn unrelate(conn: &mut Conn, kind: &str, record: Id, organization: Id, relations: Relations) -> Result<()> {
    let row = access::table.find((organization, kind, record));
    let Some(held) = row.select(access::relations).first::<i32>(conn).optional()? else { return Ok(()) };
    let left = held & !relations.0;
    if left == 0 {
        diesel::delete(row).execute(conn)?;
    } else {
        diesel::update(row).set(access::relations.eq(left)).execute(conn)?;
    }
    Ok(())
}

/// The condition that a row of the access table, wherever it is joined, holds one of these relations.
pub fn holds(one_of: Relations) -> SqlLiteral<Bool> {
    sql(&format!("(access.relations & {}) <> 0", one_of.0))
}

#[derive(Insertable)]
#[diesel(table_name = access)]
struct AccessRow<'a> {
    organization_id: Id,
    kind: &'a str,
    record_id: Id,
    relations: i32,
    state: Option<String>,
    due_sort: Option<NaiveDate>,
}

/// Gives an organisation relations to many records of a kind and takes others away: a few statements, however many they
/// are. Answers how many records stand differently now.
pub fn relate_many(conn: &mut Conn, kind: &str, records: &[Id], organization: Id, add: Relations, remove: Relations) -> Result<usize> {
    let mut changed = 0;
    for some in records.chunks(500) {
        let held = relations_to(conn, kind, some, organization)?;
        let mut moves: BTreeMap<(i32, i32), Vec<Id>> = BTreeMap::new();
        for id in some {
            let was = held.get(id).map_or(0, |r| r.0);
            let is = (was & !remove.0) | add.0;
            if was != is {
                moves.entry((was, is)).or_default().push(*id);
            }
        }
        for ((was, is), ids) in moves {
            changed += ids.len();
            if was == 0 {
                let repeated = repeated(conn, kind, &ids)?;
                let fresh = ids.iter().map(|id| {
                    let (state, due_sort) = repeated.get(id).cloned().unwrap_or_default();
                    AccessRow { organization_id: organization, kind, record_id: *id, relations: is, state, due_sort }
                });
                let fresh: Vec<AccessRow<'_>> = fresh.collect();
                insert_all!(conn, access::table, &fresh)?;
                continue;
            }
            let theirs = access::table.filter(access::organization_id.eq(organization)).filter(access::kind.eq(kind)).filter(access::record_id.eq_any(ids));
            if is == 0 {
                diesel::delete(theirs).execute(conn)?;
            } else {
                diesel::update(theirs).set(access::relations.eq(is)).execute(conn)?;
            }
        }
    }
    Ok(changed)
}

/// State and due date as access rows repeat them.
type Repeated = (Option<String>, Option<NaiveDate>);

/// What the rows of records say of their state and due date.
fn repeated(conn: &mut Conn, kind: &str, records: &[Id]) -> Result<HashMap<Id, Repeated>> {
    let rows: Vec<(Id, Option<String>, Option<NaiveDate>)> = access::table
        .filter(access::kind.eq(kind))
        .filter(access::record_id.eq_any(records.to_vec()))
        .filter(access::due_sort.is_not_null())
        .select((access::record_id, access::state, access::due_sort))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, state, due_sort)| (id, (state, due_sort))).collect())
}

/// The relations of an organisation to many records of a kind: one statement.
pub fn relations_to(conn: &mut Conn, kind: &str, records: &[Id], organization: Id) -> Result<HashMap<Id, Relations>> {
    let rows: Vec<(Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(kind))
        .filter(access::record_id.eq_any(records.to_vec()))
        .select((access::record_id, access::relations))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, held)| (id, Relations(held))).collect())
}

/// The relations of an organisation to a record.
pub fn relations(conn: &mut Conn, kind: &str, record: Id, organization: Option<Id>) -> Result<Relations> {
    let Some(organization) = organization else { return Ok(Relations::NONE) };
    let held = access::table.find((organization, kind, record)).select(access::relations).first::<i32>(conn).optional()?;
    Ok(Relations(held.unwrap_or(0)))
}
