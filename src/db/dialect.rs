//! What the shared connection lacks, once for each database: upserts, many-row inserts, row locks.

use super::{Conn, Moment, MultiBackend, Uid};
use crate::{error::Result, id::Id, time::Stamp};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Bool, Integer, Nullable, Text},
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

/// An UPDATE whose text never varies, so that each connection prepares it once: diesel takes every UPDATE for one of very
/// many, and has the database parse and plan it at each call.
pub struct Update<V, W> {
    table: &'static str,
    changes: V,
    rows: W,
}
/// Changes the rows of a table that a condition finds.
pub fn update<V: AsChangeset, W>(table: &'static str, rows: W, changes: V) -> Update<V::Changeset, W> {
    Update { table, changes: changes.as_changeset(), rows }
}
impl<V: QueryFragment<MultiBackend>, W: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Update<V, W> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_identifier(self.table)?;
        out.push_sql(" SET ");
        self.changes.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        self.rows.walk_ast(out.reborrow())
    }
}
impl<V, W> QueryId for Update<V, W> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<V, W> RunQueryDsl<Conn> for Update<V, W> {}

// Written out and not bound, so that an index of such rows alone is used.
diesel::postfix_operator!(IsZero, " = 0", Bool);

/// Whether a column is 0, as a partial index says it.
pub fn is_zero<T: Expression>(column: T) -> IsZero<T> {
    IsZero::new(column)
}

// Written out and not bound, so that an index of the same beginnings is used.
diesel::prefix_operator!(Cut, "substr(", Text);
diesel::postfix_operator!(Beginning, ", 1, 160)", Text);

/// The beginning of a text column, by which lists are ordered; in Rust it is [`crate::text::beginning`].
pub fn beginning<T: Expression<SqlType = Text>>(column: T) -> Beginning<Cut<T>> {
    Beginning::new(Cut::new(column))
}

/// The rows of two queries in one statement, the first's before the second's. Each keeps its own order and limit, and is
/// planned by itself: a WHERE that says the same with OR would read every row.
pub struct Together<A, B>(pub A, pub B);
impl<A, B> QueryFragment<MultiBackend> for Together<A, B>
where
    A: QueryFragment<MultiBackend>,
    B: QueryFragment<MultiBackend>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("SELECT * FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS a UNION ALL SELECT * FROM (");
        self.1.walk_ast(out.reborrow())?;
        out.push_sql(") AS b");
        Ok(())
    }
}
impl<A, B> QueryId for Together<A, B> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<A: Query, B: Query<SqlType = A::SqlType>> Query for Together<A, B> {
    type SqlType = A::SqlType;
}
impl<A, B> RunQueryDsl<Conn> for Together<A, B> {}

/// Adds relations of an organisation to a record, keeping those that it has. A new row takes over what the record's other
/// rows say of its state and due date.
pub fn upsert_access(conn: &mut Conn, organization: Id, kind: &str, record: Id, relations: i32) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO access (organization_id, kind, record_id, relations, state, due_sort) \
         SELECT $1, $2, $3, $4, b.state, b.due_sort FROM (SELECT 1 AS one) AS n \
         LEFT JOIN (SELECT state, due_sort FROM access WHERE record_id = $3 AND kind = $2 LIMIT 1) AS b ON n.one = 1 WHERE n.one = 1 \
         ON CONFLICT (organization_id, kind, record_id) DO UPDATE SET relations = access.relations | excluded.relations",
    )
    .bind::<Uid, _>(organization)
    .bind::<Text, _>(kind)
    .bind::<Uid, _>(record)
    .bind::<Integer, _>(relations)
    .execute(conn)?;
    Ok(())
}

/// Numbers waiting changes of the feed on from `head`, those that came first first; entries of the journal once they are
/// sealed. The outer statement names rows by their key alone: told again that they have no number, SQLite goes through all
/// that wait for each one of them.
pub fn number_changes(conn: &mut Conn, head: i64, limit: i64, now: Stamp) -> Result<usize> {
    Ok(diesel::sql_query(
        "UPDATE changes SET seq = waiting.place, told_at = $1 FROM ( \
         SELECT ordinal, $2 + row_number() OVER (ORDER BY ordinal) AS place FROM changes WHERE seq IS NULL \
         AND (entry_id IS NULL OR EXISTS (SELECT 1 FROM journal WHERE journal.id = changes.entry_id AND journal.seq IS NOT NULL)) \
         ORDER BY ordinal LIMIT $3) AS waiting WHERE changes.ordinal = waiting.ordinal",
    )
    .bind::<Moment, _>(now)
    .bind::<BigInt, _>(head)
    .bind::<BigInt, _>(limit)
    .execute(conn)?)
}

/// How far the feed has been folded: the number of the last change that was looked at.
const FOLDED: &str = "feed_folded";

#[derive(QueryableByName)]
struct Stretch {
    #[diesel(sql_type = Nullable<BigInt>)]
    up_to: Option<i64>,
    #[diesel(sql_type = BigInt)]
    length: i64,
}

/// Looks at the next told changes from before a moment, each of them once, and takes away what says no more beside them:
/// earlier touches of the record that was touched, earlier alterations of the relation that was altered. What an
/// organisation gained or lost, what was narrowed or deleted, and the journal's entries stay. The newest of each record
/// stays, so whoever has not heard of it yet still does. Says at how many it looked.
pub fn fold_changes(conn: &mut Conn, before: Stamp, limit: i64) -> Result<usize> {
    let from = add_to_counter(conn, FOLDED, 0)?;
    let stretch: Stretch = diesel::sql_query(
        "SELECT max(seq) AS up_to, count(*) AS length \
         FROM (SELECT seq, told_at FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2) AS next WHERE told_at < $3",
    )
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(limit)
    .bind::<Moment, _>(before)
    .get_result(conn)?;
    let Some(up_to) = stretch.up_to else { return Ok(0) };
    diesel::sql_query(
        "DELETE FROM changes WHERE ordinal IN (SELECT o.ordinal FROM changes n JOIN changes o ON o.record_id = n.record_id AND o.kind = n.kind \
         AND o.what IN ('touched', 'altered') AND o.seq < n.seq \
         AND (o.organization_id = n.organization_id OR (o.organization_id IS NULL AND n.organization_id IS NULL)) \
         WHERE n.seq > $1 AND n.seq <= $2 AND n.what <> 'entry')",
    )
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(up_to)
    .execute(conn)?;
    add_to_counter(conn, FOLDED, up_to - from)?;
    usize::try_from(stretch.length).map_err(crate::error::Error::internal)
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

/// Of the queue of writes that have lost.
const LOSERS_LOCK: i64 = 0x6e68_6970_6361_7503;

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

/// Waits for one's turn among the writes that have lost to others; [`leave_queue`] gives it on. Taken before a transaction
/// begins, whose picture of the data is then younger than all that went before it. SQLite has one writer anyway.
pub(super) fn queue(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(c) = conn {
        diesel::sql_query("SELECT pg_advisory_lock($1)").bind::<BigInt, _>(LOSERS_LOCK).execute(c)?;
    }
    Ok(())
}

/// Ends one's turn; one that a lost connection held ends with it.
pub(super) fn leave_queue(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(c) = conn {
        diesel::sql_query("SELECT pg_advisory_unlock($1)").bind::<BigInt, _>(LOSERS_LOCK).execute(c)?;
    }
    Ok(())
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

/// Waits until no other writer is at work, and lets none begin until the transaction ends; readers need not wait. Must be the first
/// statement of its transaction, so that it sees all that the others did. On SQLite the one writer is alone already.
pub fn alone(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(c) = conn {
        diesel::connection::SimpleConnection::batch_execute(c, "LOCK TABLE mergers IN EXCLUSIVE MODE")?;
    }
    Ok(())
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
