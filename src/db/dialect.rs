//! What the shared connection lacks, once for each database: upserts, many-row inserts, row locks.

use super::{Conn, MultiBackend, Uid};
use crate::{error::Result, id::Id};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Bool, Integer, Text},
    sqlite::Sqlite,
};

/// A statement that both databases understand but the shared backend does not expose.
#[derive(Debug)]
pub struct Both<T>(pub T);
impl<T: QueryFragment<Pg> + QueryFragment<Sqlite>> QueryFragment<MultiBackend> for Both<T> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, out)
    }
}
impl<T> QueryId for Both<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<T: Query> Query for Both<T> {
    type SqlType = T::SqlType;
}
impl<T> RunQueryDsl<Conn> for Both<T> {}

/// Text that only PostgreSQL sees.
struct PgOnly(&'static str);
impl QueryFragment<Pg> for PgOnly {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}
impl QueryFragment<Sqlite> for PgOnly {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        Ok(())
    }
}

/// A query whose rows stay locked until the transaction ends; SQLite has one writer and needs no lock.
pub struct Locked<T> {
    query: T,
    tail: PgOnly,
}
/// Locks the rows that a query returns.
pub fn locked<T>(query: T) -> Locked<T> {
    Locked { query, tail: PgOnly(" FOR UPDATE") }
}
impl<T: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Locked<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        MultiBackend::walk_variant_ast(&self.tail, out)
    }
}
impl<T> QueryId for Locked<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<T: Query> Query for Locked<T> {
    type SqlType = T::SqlType;
}
impl<T> RunQueryDsl<Conn> for Locked<T> {}

/// Adds relations of an organisation to a record, keeping those that it has.
pub fn upsert_access(conn: &mut Conn, organization: Id, kind: &str, record: Id, relations: i32) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO access (organization_id, kind, record_id, relations) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (organization_id, kind, record_id) DO UPDATE SET relations = access.relations | excluded.relations",
    )
    .bind::<Uid, _>(organization)
    .bind::<Text, _>(kind)
    .bind::<Uid, _>(record)
    .bind::<Integer, _>(relations)
    .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct CounterValue {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// Adds to a gapless counter and returns its new value; the row stays locked until the transaction ends.
pub fn add_to_counter(conn: &mut Conn, scope: &str, by: i64) -> Result<i64> {
    let row: CounterValue = diesel::sql_query(
        "INSERT INTO counters (scope, value) VALUES ($1, $2) \
         ON CONFLICT (scope) DO UPDATE SET value = counters.value + excluded.value RETURNING value",
    )
    .bind::<Text, _>(scope)
    .bind::<BigInt, _>(by)
    .get_result(conn)?;
    Ok(row.value)
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Takes a lock that dies with the transaction, without waiting. On SQLite the one writer is the lock: always taken.
pub fn try_lock(conn: &mut Conn, key: i64) -> Result<bool> {
    match conn {
        Conn::Postgres(c) => Ok(diesel::sql_query("SELECT pg_try_advisory_xact_lock($1) AS taken").bind::<BigInt, _>(key).get_result::<Taken>(c)?.taken),
        Conn::Sqlite(_) => Ok(true),
    }
}

/// Claims a piece of background work until the transaction ends; false where another process is at it. Must be the first
/// statement of its transaction: from here on that reads what is committed at each statement. A serialisable one would
/// keep a picture taken before the lock was had (and so not see what the last holder did), and would make writers of
/// the rows that it looks at start over.
pub fn claim(conn: &mut Conn, key: i64) -> Result<bool> {
    if let Conn::Postgres(c) = conn {
        diesel::connection::SimpleConnection::batch_execute(c, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")?;
    }
    try_lock(conn, key)
}

/// Inserts many rows in as few statements as each database allows: `insert_all!(conn, table, &rows)?`.
#[macro_export]
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        use diesel::RunQueryDsl as _;
        let rows = $rows;
        (|| -> $crate::error::Result<()> {
            match $conn {
                $crate::db::Conn::Postgres(c) => {
                    for chunk in rows.chunks(500) {
                        diesel::insert_into($table).values(chunk).execute(c)?;
                    }
                }
                // One prepared statement run many times: inside a transaction as fast as one long statement.
                $crate::db::Conn::Sqlite(c) => {
                    for row in rows.iter() {
                        diesel::insert_into($table).values(row).execute(c)?;
                    }
                }
            }
            Ok(())
        })()
    }};
}
