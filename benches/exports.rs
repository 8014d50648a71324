//! How fast a list becomes a file, and what that costs in memory: `cargo bench --bench exports`.
//!
//! The release binary serves tasks of one province from a database of its own. On PostgreSQL (NHIPCAU_TEST_POSTGRES_URL, else
//! 127.0.0.1) `psql` copies the same columns out of the same table beside it. `-- --full` or NHIPCAU_BENCH_FULL=1 adds files of
//! 1,000,000 rows; a figure beyond its bound ends it with 1; NHIPCAU_BENCH_ONLY=sqlite or postgres takes one database.

mod common;

use common::{PASSWORD, Service, begin, hire, is_full, on_each};
use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};
use nhipcau::{
    authz::Position,
    db::{Db, Url},
    id::Id,
    time::Clock,
};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// The stored members of a task, for the database's own copy.
const COLUMNS: &str = "id, province_id, plan_id, parent_id, owner_id, code, place, reference, content, source_text, form, role_word, product, approver_id, \
    through_id, cadence, due_rule, assignees, state, occurrence_id, due_on, due_sort, version, created_at, updated_at";
/// Ten plain members.
const TEN: &str = "id,code,place,content,form,cadence,state,due_on,version,created_at";

fn main() {
    let full = is_full();
    on_each("bench_exports", |title, postgres| measure(title, postgres, full));
    if MISSED.load(Ordering::Relaxed) {
        std::process::exit(1);
    }
}

/// Whether a figure lay beyond its bound.
static MISSED: AtomicBool = AtomicBool::new(false);

fn measure(title: &str, postgres: Option<&str>, full: bool) {
    let (scratch, url) = begin("bench-exports", title, postgres);
    let world = prepare(&Db::open(&url, 2).expect("a database"));
    fill(&url, &world, 1, 100_000);
    let (service, _) = Service::start(&scratch.0, postgres);
    let token = sign_in(service.api);
    let csv = middle(&service, &token, "/api/v1/tasks?format=csv");
    told("first byte of CSV of 100,000 tasks", csv.first.as_secs_f64() * 1e3, "ms", Some(50.0));
    told("CSV of 100,000 tasks, every member", csv.whole.as_secs_f64(), "s", None);
    println!("{:<58}{:>10.1} MB", "  its size", mebi(csv.bytes));
    if let Some(url) = postgres {
        let mut times: Vec<Duration> = (0..5).map(|_| copy(url)).collect();
        times.sort();
        told("COPY of the stored columns", times[2].as_secs_f64(), "s", None);
        told("  CSV to COPY", csv.whole.as_secs_f64() / times[2].as_secs_f64(), "×", Some(3.0));
    }
    let narrow = middle(&service, &token, &format!("/api/v1/tasks?format=csv&fields={TEN}"));
    told("CSV of 100,000 tasks, ten members", narrow.whole.as_secs_f64(), "s", None);
    told("NDJSON of 100,000 tasks", middle(&service, &token, "/api/v1/tasks?format=ndjson").whole.as_secs_f64(), "s", None);
    told("XLSX of 100,000 tasks × 10 cells", middle(&service, &token, &format!("/api/v1/tasks?format=xlsx&fields={TEN}")).whole.as_secs_f64(), "s", Some(2.0));
    told("XLSX of 100,000 tasks, every member", fetch(&service, &token, "/api/v1/tasks?format=xlsx").whole.as_secs_f64(), "s", None);
    drop(service);
    if !full {
        return;
    }
    for from in (100_001..=1_000_000).step_by(100_000) {
        fill(&url, &world, from, from + 99_999);
    }
    for format in ["csv", "xlsx"] {
        let (service, _) = Service::start(&scratch.0, postgres);
        let token = sign_in(service.api);
        fetch(&service, &token, "/api/v1/tasks?limit=200");
        // The peak of the start does not count: from here on it is measured anew.
        service.forget_peak();
        let before = service.memory("VmHWM:");
        let got = fetch(&service, &token, &format!("/api/v1/tasks?format={format}"));
        println!("{:<58}{:>10.1} s, {:.0} MB", format!("{format} of 1,000,000 tasks, every member"), got.whole.as_secs_f64(), mebi(got.bytes));
        told("  memory that it adds (VmHWM)", service.memory("VmHWM:") - before, "MB", Some(64.0));
    }
}

fn mebi(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes >> 10).expect("less than 4 TB")) / 1024.0
}

/// One figure beside its bound.
fn told(what: &str, value: f64, unit: &str, bound: Option<f64>) {
    MISSED.fetch_or(bound.is_some_and(|b| value > b), Ordering::Relaxed);
    let verdict = bound.map_or(String::new(), |b| format!("   target ≤ {b} {unit}: {}", if value <= b { "kept" } else { "MISSED" }));
    println!("{what:<58}{value:>10.2} {unit}{verdict}");
}

/// The database's own copy of the stored columns.
fn copy(url: &str) -> Duration {
    let started = Instant::now();
    let copy = format!("COPY (SELECT {COLUMNS} FROM tasks ORDER BY id DESC) TO STDOUT CSV HEADER");
    let status = Command::new("psql").args(["-q", url, "-c", &copy]).stdout(Stdio::null()).status().expect("psql runs");
    assert!(status.success());
    started.elapsed()
}

// ---- the client

struct Fetched {
    first: Duration,
    whole: Duration,
    bytes: usize,
}

/// The middle of five by its whole time.
fn middle(service: &Service, token: &str, path: &str) -> Fetched {
    let mut all: Vec<Fetched> = (0..5).map(|_| fetch(service, token, path)).collect();
    all.sort_by_key(|f| f.whole);
    all.swap_remove(2)
}

/// Reads an answer to its end; it must be whole.
fn fetch(service: &Service, token: &str, path: &str) -> Fetched {
    let mut line = TcpStream::connect(service.api).expect("a connection");
    let started = Instant::now();
    write!(line, "GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n").expect("a request");
    let mut buffer = vec![0; 256 << 10];
    let mut tail = Vec::new();
    let (mut bytes, mut first, mut head) = (0, Duration::ZERO, Vec::new());
    loop {
        let read = line.read(&mut buffer).expect("an answer");
        if read == 0 {
            break;
        }
        if bytes == 0 {
            first = started.elapsed();
            head = buffer[..read.min(64)].to_vec();
        }
        bytes += read;
        tail.extend_from_slice(&buffer[read.saturating_sub(5)..read]);
        let keep = tail.len().saturating_sub(5);
        tail.drain(..keep);
    }
    assert!(head.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&head));
    assert!(path.contains("limit=") || tail == b"0\r\n\r\n", "{path} broke off");
    Fetched { first, whole: started.elapsed(), bytes }
}

fn sign_in(api: SocketAddr) -> String {
    let body = json!({ "username": "leader", "password": PASSWORD }).to_string();
    let mut line = TcpStream::connect(api).expect("a connection");
    write!(
        line,
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: bench\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("a request");
    let mut answer = String::new();
    line.read_to_string(&mut answer).expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let answer: Value = serde_json::from_str(body).expect("JSON");
    answer["access_token"].as_str().expect("a token").to_owned()
}

// ---- what is measured on

struct World {
    province: Id,
    ubnd: Id,
    agencies: Vec<Id>,
    plan: Id,
}

fn prepare(db: &Db) -> World {
    let all = hire(db, &[("leader", "UBND", Position::Leader)]);
    let ubnd = all.iter().find(|o| o.code == "UBND").expect("UBND");
    World { province: ubnd.province_id, ubnd: ubnd.id, agencies: all.iter().map(|o| o.id).filter(|id| *id != ubnd.id).collect(), plan: Id::fresh() }
}

/// Tasks in force, each led by one agency, with two more in its text.
fn fill(url: &Url, world: &World, from: u64, to: u64) {
    let mut conn: Box<dyn FnMut(&str)> = match url {
        Url::Postgres(url) => {
            let mut conn = PgConnection::establish(url).expect("PostgreSQL answers");
            Box::new(move |sql| conn.batch_execute(sql).unwrap_or_else(|e| panic!("{e}: {sql}")))
        }
        Url::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(path).expect("the file opens");
            conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF").expect("settings");
            Box::new(move |sql| conn.batch_execute(sql).unwrap_or_else(|e| panic!("{e}: {sql}")))
        }
    };
    let pg = url.is_shared();
    let id = |id: Id| if pg { format!("'{id}'::uuid") } else { format!("X'{}'", id.to_string().replace('-', "")) };
    let numbered = |tag: &str| {
        if pg {
            format!("('01990000-0000-7000-80{tag}-' || lpad(to_hex(i), 12, '0'))::uuid")
        } else {
            format!("unhex('019900000000700080{tag}' || printf('%012x', i))")
        }
    };
    let today = Clock::System.now().day();
    let now = if pg { "now()".into() } else { today.and_hms_opt(8, 0, 0).expect("a morning").and_utc().timestamp_micros().to_string() };
    let day = if pg { format!("(DATE '{today}' + ((i * 7919) % 400)::int - 100)") } else { format!("date('{today}', ((i * 7919) % 400 - 100) || ' days')") };
    let series = if pg {
        format!("s(i) AS (SELECT generate_series({from}::bigint, {to}::bigint))")
    } else {
        format!("s(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM s WHERE i < {to})")
    };
    let (province, ubnd, plan) = (id(world.province), id(world.ubnd), id(world.plan));
    let (task, occurrence) = (numbered("00"), numbered("01"));
    if from == 1 {
        conn(&format!(
            "INSERT INTO plans (id, province_id, audience, code, title, title_fold, owner_id, issuer_id, state, activated_on, version, created_at, updated_at) \
             VALUES ({plan}, {province}, 1, 'KH-DO', 'Kế hoạch để đo', 'ke hoach de do', {ubnd}, {ubnd}, 'active', '{today}', 1, {now}, {now})"
        ));
    }
    let assignee = |at: usize, role: &str| json!({ "organization_id": world.agencies[at], "role": role, "required": true, "exclude": [], "members": [], "resolution": "text" });
    let assignees = json!([assignee(0, "lead"), assignee(1, "coordinate")]).to_string();
    let assignees = if pg { format!("'{assignees}'::jsonb") } else { format!("'{assignees}'") };
    let content = "Tuyên truyền, phổ biến chủ trương của Đảng, chính sách của Nhà nước về công tác đối ngoại nhân dân; nhiệm vụ ";
    conn(&format!(
        "WITH RECURSIVE {series} INSERT INTO tasks (id, province_id, audience, plan_id, owner_id, code, place, content, content_fold, form, cadence, assignees, \
         state, occurrence_id, due_on, due_sort, version, created_at, updated_at) \
         SELECT {task}, {province}, 1, {plan}, {ubnd}, 'NV-BDI-D-' || i, 'II.' || (i % 9), '{content}' || i, 'tuyen truyen ' || i, 'assign', 'once', {assignees}, \
         'in_progress', {occurrence}, {day}, {day}, 1, {now}, {now} FROM s"
    ));
    conn(&format!("WITH RECURSIVE {series} INSERT INTO access (organization_id, kind, record_id, relations) SELECT {ubnd}, 'task', {task}, 1 FROM s"));
    // What the triggers have told of the filling would be numbered while exports are measured.
    conn("DELETE FROM changes WHERE seq IS NULL");
    // What autovacuum does by itself within minutes.
    conn(if pg { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" });
}
