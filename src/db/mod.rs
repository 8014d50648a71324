//! The two databases behind one connection type. Nothing else in the house may name either of them.
//!
//! `Db::read` and `Db::write` are the only doors. One write = one closure = one transaction: `BEGIN IMMEDIATE` on
//! SQLite (a deferred one fails at once when it upgrades), `SERIALIZABLE` with bounded retries on PostgreSQL.

mod copy;
mod dialect;
mod search;
mod types;

pub use copy::{copy_in, copy_name, copy_out, is_sound, is_untouched};
pub use dialect::{
    Both, Together, Update, add_to_counter, alone, beginning, claim, fold_changes, is_zero, locked, number_changes, try_lock, update, upsert_access,
};
pub use search::{FEW, Register, candidates};
pub use types::{Document, Json, Moment, Uid};

use crate::error::{Error, Result};
use actix_web::web;
use diesel::{
    connection::{AnsiTransactionManager, Instrumentation, InstrumentationEvent, SimpleConnection, TransactionManager},
    prelude::*,
    r2d2::{self, ManageConnection, Pool, R2D2Connection},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use rand::Rng;
use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// One connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL 15 or later.
    Postgres(PgConnection),
    /// Embedded SQLite.
    Sqlite(SqliteConnection),
}

/// A row filter as a value, for `.filter(scope)`.
pub type Predicate<Table> = Box<dyn BoxableExpression<Table, MultiBackend, SqlType = diesel::sql_types::Bool>>;

/// A column as a value, whatever its table and type.
pub type Column = dyn diesel::query_builder::QueryFragment<MultiBackend> + Send + Sync;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Serialises the migrations of replicas that start together.
const MIGRATION_LOCK: i64 = 0x6e68_6970_6361_7501;
/// Connections for files, opened when one is asked for and closed when none has been for a while.
const EXPORTS: u32 = 2;
/// How often a write is tried again after a clash.
const CLASH_RETRIES: u32 = 12;
/// How often a write may lose before it waits in a queue with the other losers, who would only clash with each other again.
const LOSSES_BEFORE_QUEUEING: u32 = 2;

/// The database as the rest of the house sees it.
#[derive(Clone)]
pub struct Db {
    reads: Pool<Opener>,
    writes: Pool<Opener>,
    exports: Pool<Opener>,
    shared: bool,
    statements: Arc<AtomicU64>,
}

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Url {
    /// A `postgres://` address.
    Postgres(String),
    /// A file.
    Sqlite(String),
}

impl Url {
    /// Reads a database address; `None` names neither kind.
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Some(Url::Postgres(text.to_owned()))
        } else {
            text.strip_prefix("sqlite://").filter(|path| !path.is_empty()).map(|path| Url::Sqlite(path.to_owned()))
        }
    }
    /// Whether other processes may work on the same data.
    pub fn is_shared(&self) -> bool {
        matches!(self, Url::Postgres(_))
    }
}

impl Db {
    /// Opens the pools; the schema must be up to date (see [`migrate`]).
    pub fn open(url: &Url, size: u32) -> Result<Self> {
        let statements = Arc::new(AtomicU64::new(0));
        let pool = |size: u32, patient: bool| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(u32::from(!patient)))
                .idle_timeout(Some(Duration::from_secs(if patient { 60 } else { 600 })))
                .connection_timeout(Duration::from_secs(3))
                .test_on_check_out(false)
                .build(Opener { url: url.clone(), statements: statements.clone(), patient })
                .map_err(|e| Error::Unavailable(e.to_string()))
        };
        let reads = pool(size, false)?;
        // Writes wait for each other with a connection in hand, so they have their own: reads never wait for them. One on
        // SQLite, where writers that queue here cost less than writers that poll a lock.
        let writes = pool(if url.is_shared() { size.div_ceil(2) } else { 1 }, false)?;
        Ok(Self { reads, writes, exports: pool(EXPORTS, true)?, shared: url.is_shared(), statements })
    }

    /// Whether other processes may work on the same data.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Statements sent since start, transaction control aside.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Looks, and may not touch.
    pub async fn read<T: Send + 'static>(&self, work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        let db = self.clone();
        blocking(move || db.read_now(work)).await
    }

    /// Looks several times at one state of the data.
    pub async fn snapshot<T: Send + 'static>(&self, work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        let db = self.clone();
        blocking(move || looked(&db.reads, work)).await
    }

    /// Reads as long as it takes, at one state of the data, on a connection kept for that; for a thread that may block.
    pub fn export_now<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        looked(&self.exports, work)
    }

    /// One unit of work: all of it is kept, or none of it. Tried again after a clash, so `work` may run more than once.
    pub async fn write<T: Send + 'static>(&self, work: impl FnMut(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        let db = self.clone();
        blocking(move || db.write_now(work)).await
    }

    /// [`Db::read`] for a thread that may block.
    pub fn read_now<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut held = self.reads.get()?;
        let outcome = work(&mut held.conn);
        held.judge(outcome)
    }

    /// [`Db::write`] for a thread that may block.
    pub fn write_now<T>(&self, mut work: impl FnMut(&mut Conn) -> Result<T>) -> Result<T> {
        let mut found = None;
        self.unit(&mut |conn| {
            found = Some(work(conn)?);
            Ok(())
        })?;
        found.ok_or_else(|| Error::internal("a unit of work ended without being done"))
    }

    /// [`Db::write_now`] without a type of its own, so that it is compiled once for the house.
    fn unit(&self, work: &mut dyn FnMut(&mut Conn) -> Result<()>) -> Result<()> {
        let mut tries = 0;
        loop {
            let mut held = self.writes.get()?;
            let queues = tries >= LOSSES_BEFORE_QUEUEING;
            let turn = if queues { dialect::queue(&mut held.conn) } else { Ok(()) };
            let begun = turn.and_then(|()| begin(&mut held.conn, false));
            // Half of a begin may have been done, and nobody takes it back.
            held.dead |= begun.is_err();
            let outcome = begun.and_then(|()| {
                let outcome = work(&mut held.conn);
                end(&mut held.conn, outcome)
            });
            let outcome = held.judge(outcome);
            if queues && let Err(e) = dialect::leave_queue(&mut held.conn) {
                log::debug!("a place in the queue goes with its connection: {e}");
                held.dead = true;
            }
            drop(held);
            match outcome {
                Err(Error::Clash) if tries < CLASH_RETRIES => {
                    tries += 1;
                    // Anywhere in a growing span, so that those who lost together do not meet again.
                    std::thread::sleep(Duration::from_micros(rand::thread_rng().gen_range(500..1_000 << tries.min(7))));
                }
                outcome => return outcome,
            }
        }
    }
}

/// One read transaction.
fn looked<T>(pool: &Pool<Opener>, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    let mut held = pool.get()?;
    let outcome = begin(&mut held.conn, true).and_then(|()| {
        let outcome = work(&mut held.conn);
        end(&mut held.conn, outcome)
    });
    held.judge(outcome)
}

/// A pooled connection; one that failed with the database away is not handed out again.
struct Held {
    conn: Conn,
    dead: bool,
}

impl Held {
    fn judge<T>(&mut self, outcome: Result<T>) -> Result<T> {
        self.dead |= matches!(outcome, Err(Error::Unavailable(_)));
        outcome
    }
}

/// On a thread that may block. The runtime sees one type for all work, or its task would be compiled for each closure.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let work: Box<dyn FnOnce() -> Result<Box<dyn Any + Send>> + Send> = Box::new(move || Ok(Box::new(work()?)));
    let found = web::block(work).await.map_err(Error::internal)??;
    found.downcast().map(|found| *found).map_err(|_| Error::internal("work gave what it was not asked for"))
}

fn begin(conn: &mut Conn, read_only: bool) -> Result<()> {
    match conn {
        Conn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(
            c,
            // Every writer passes the gate that `alone` shuts; a lock of this kind takes no picture of the data yet.
            if read_only {
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            } else {
                "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE mergers IN ROW SHARE MODE"
            },
        )?,
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, if read_only { "BEGIN" } else { "BEGIN IMMEDIATE" })?,
    }
    Ok(())
}

fn end<T>(conn: &mut Conn, outcome: Result<T>) -> Result<T> {
    match outcome {
        Ok(value) => match <Conn as diesel::Connection>::TransactionManager::commit_transaction(conn) {
            Ok(()) => Ok(value),
            Err(e) => Err(e.into()),
        },
        Err(e) => {
            // The work's own error says more than a rollback that failed on a dead connection.
            if let Err(rollback) = <Conn as diesel::Connection>::TransactionManager::rollback_transaction(conn) {
                log::debug!("rollback: {rollback}");
            }
            Err(e)
        }
    }
}

/// Brings the schema up to date; replicas that start together take turns.
pub fn migrate(url: &Url) -> Result<Vec<String>> {
    let mut conn = Opener { url: url.clone(), statements: Arc::default(), patient: false }.establish().map_err(|e| Error::Unavailable(e.to_string()))?;
    let done = match &mut conn {
        Conn::Postgres(c) => {
            c.batch_execute(&format!("SET statement_timeout = 0; SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
            let done = c.run_pending_migrations(POSTGRES).map(|all| all.iter().map(ToString::to_string).collect());
            c.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
            done
        }
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|all| all.iter().map(ToString::to_string).collect()),
    };
    done.map_err(Error::Internal)
}

/// Takes every migration back, newest first; for the test that they go up, down and up.
pub fn revert_all(url: &Url) -> Result<()> {
    let mut conn = Opener { url: url.clone(), statements: Arc::default(), patient: false }.establish().map_err(|e| Error::Unavailable(e.to_string()))?;
    match &mut conn {
        Conn::Postgres(c) => c.revert_all_migrations(POSTGRES).map(drop),
        Conn::Sqlite(c) => c.revert_all_migrations(SQLITE).map(drop),
    }
    .map_err(Error::Internal)
}

/// Whether the schema is the one that this program was built with.
pub fn is_migrated(conn: &mut Conn) -> Result<bool> {
    match conn {
        Conn::Postgres(c) => c.has_pending_migration(POSTGRES),
        Conn::Sqlite(c) => c.has_pending_migration(SQLITE),
    }
    .map(|pending| !pending)
    .map_err(Error::Internal)
}

struct Opener {
    url: Url,
    statements: Arc<AtomicU64>,
    /// Statements may take as long as they need.
    patient: bool,
}

impl ManageConnection for Opener {
    type Connection = Held;
    type Error = r2d2::Error;
    fn connect(&self) -> std::result::Result<Held, r2d2::Error> {
        self.establish().map(|conn| Held { conn, dead: false })
    }
    fn is_valid(&self, held: &mut Held) -> std::result::Result<(), r2d2::Error> {
        held.conn.ping().map_err(r2d2::Error::QueryError)
    }
    fn has_broken(&self, held: &mut Held) -> bool {
        held.dead || held.conn.is_broken()
    }
}

impl Opener {
    fn establish(&self) -> std::result::Result<Conn, r2d2::Error> {
        let mut conn = match &self.url {
            Url::Postgres(url) => Conn::Postgres(PgConnection::establish(url).map_err(r2d2::Error::ConnectionError)?),
            Url::Sqlite(path) => Conn::Sqlite(SqliteConnection::establish(path).map_err(r2d2::Error::ConnectionError)?),
        };
        let settings = match &conn {
            // diesel binds LIMIT, so a custom plan would be made anew on every call. A generic plan knows neither who asks
            // nor how few rows a page has: what only pays over many rows (merge joins, parallel workers, JIT) is off.
            Conn::Postgres(_) => {
                "SET plan_cache_mode = force_generic_plan; SET enable_mergejoin = off; SET max_parallel_workers_per_gather = 0; \
                 SET jit = off; SET random_page_cost = 1.1; SET statement_timeout = '25s'; SET TIME ZONE 'UTC'"
            }
            Conn::Sqlite(_) => {
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; \
                 PRAGMA cache_size = -8000; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY"
            }
        };
        conn.batch_execute(settings).map_err(r2d2::Error::QueryError)?;
        if self.patient {
            let settings = match &conn {
                Conn::Postgres(_) => "SET statement_timeout = 0",
                // Whoever goes through a whole table touches every mapped page once, and each stays resident.
                Conn::Sqlite(_) => "PRAGMA mmap_size = 0",
            };
            conn.batch_execute(settings).map_err(r2d2::Error::QueryError)?;
        }
        conn.set_instrumentation(Counter(self.statements.clone()));
        Ok(conn)
    }
}

struct Counter(Arc<AtomicU64>);
impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::FinishQuery { query, .. } = event {
            self.0.fetch_add(1, Ordering::Relaxed);
            if log::log_enabled!(target: "nhipcau::sql", log::Level::Trace) {
                // The text as it is sent; values stay out of the log.
                let told = query.to_string();
                log::trace!(target: "nhipcau::sql", "{}", told.split(" -- binds").next().unwrap_or_default());
            }
        }
    }
}
