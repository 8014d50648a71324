//! The two databases behind one connection type. Nothing else in the house may name either of them.
//!
//! `Db::read` and `Db::write` are the only doors. One write = one closure = one transaction: `BEGIN IMMEDIATE` on
//! SQLite (a deferred one fails at once when it upgrades), `SERIALIZABLE` with bounded retries on PostgreSQL.

mod dialect;
mod types;

pub use dialect::{Both, add_to_counter, claim, locked, try_lock, upsert_access};
pub use types::{Document, Json, Moment, Uid};

use crate::error::{Error, Result};
use actix_web::web;
use diesel::{
    connection::{AnsiTransactionManager, Instrumentation, InstrumentationEvent, SimpleConnection, TransactionManager},
    prelude::*,
    r2d2::{self, ManageConnection, Pool, R2D2Connection},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::{
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

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Serialises the migrations of replicas that start together.
const MIGRATION_LOCK: i64 = 0x6e68_6970_6361_7501;
/// How often a write is tried again after a clash.
const CLASH_RETRIES: u32 = 12;

/// The database as the rest of the house sees it.
#[derive(Clone)]
pub struct Db {
    reads: Pool<Opener>,
    writes: Pool<Opener>,
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
        let pool = |size: u32| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(Duration::from_secs(3))
                .test_on_check_out(false)
                .build(Opener { url: url.clone(), statements: statements.clone() })
                .map_err(|e| Error::Unavailable(e.to_string()))
        };
        let reads = pool(size)?;
        // One writer on SQLite: writers that queue here cost less than writers that poll a lock.
        let writes = if url.is_shared() { reads.clone() } else { pool(1)? };
        Ok(Self { reads, writes, shared: url.is_shared(), statements })
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
        blocking(move || {
            let mut held = db.reads.get()?;
            let outcome = begin(&mut held.conn, true).and_then(|()| {
                let outcome = work(&mut held.conn);
                end(&mut held.conn, outcome)
            });
            held.judge(outcome)
        })
        .await
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
        let mut tries = 0;
        loop {
            let mut held = self.writes.get()?;
            let outcome = begin(&mut held.conn, false).and_then(|()| {
                let outcome = work(&mut held.conn);
                end(&mut held.conn, outcome)
            });
            let outcome = held.judge(outcome);
            drop(held);
            match outcome {
                Err(Error::Clash) if tries < CLASH_RETRIES => {
                    tries += 1;
                    // Spread by the clock's low bits, so that two losers do not meet again.
                    let jitter = u64::from(std::time::Instant::now().elapsed().subsec_nanos()) % 3;
                    std::thread::sleep(Duration::from_millis((1 << tries.min(6)) + jitter));
                }
                outcome => return outcome,
            }
        }
    }
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

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    web::block(work).await.map_err(Error::internal)?
}

fn begin(conn: &mut Conn, read_only: bool) -> Result<()> {
    match conn {
        Conn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(
            c,
            if read_only { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN ISOLATION LEVEL SERIALIZABLE" },
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
    let mut conn = Opener { url: url.clone(), statements: Arc::default() }.establish().map_err(|e| Error::Unavailable(e.to_string()))?;
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
    let mut conn = Opener { url: url.clone(), statements: Arc::default() }.establish().map_err(|e| Error::Unavailable(e.to_string()))?;
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
        conn.set_instrumentation(Counter(self.statements.clone()));
        Ok(conn)
    }
}

struct Counter(Arc<AtomicU64>);
impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::FinishQuery { .. } = event {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}
