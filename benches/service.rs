//! What the service does a second, and how long one waits for it: `cargo bench --bench service`.
//!
//! The release binary runs as it would in a province, with a data directory and a database of its own, and 16 clients on
//! kept-alive connections ask it. On PostgreSQL (NHIPCAU_TEST_POSTGRES_URL, else 127.0.0.1) `pgbench` then runs the same
//! statements with as many clients, so that the price of the service itself can be told from that of the machine.
//! `-- --full` or NHIPCAU_BENCH_FULL=1 fills in 1,000,000 tasks in place of 100,000; NHIPCAU_BENCH_SECONDS says how long a cell
//! lasts, and NHIPCAU_BENCH_ONLY=sqlite or postgres takes one database.

mod common;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use common::{PASSWORD, Service, begin, hire, is_full, on_each, set};
use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};
use nhipcau::{
    authz::Position,
    db::{Db, Json, Url},
    id::Id,
    plans,
    reporting::{periods, submissions::model::Submission},
    schema::report_submissions,
    terminal,
    time::Clock,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

const CLIENTS: usize = 16;
/// An ordinary agency, which leads one task in a hundred.
const AGENCY: &str = "SYT";

fn main() {
    let tasks: u64 = if is_full() { 1_000_000 } else { 100_000 };
    let seconds: u64 = set("NHIPCAU_BENCH_SECONDS").and_then(|s| s.parse().ok()).unwrap_or(4);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{tasks} tasks, {CLIENTS} clients, {seconds} s a cell, {cores} cores shared by service, clients and database");
    on_each("bench", |title, postgres| measure(title, postgres, tasks, seconds));
}

fn measure(title: &str, postgres: Option<&str>, tasks: u64, seconds: u64) {
    let (scratch, url) = begin("bench", title, postgres);
    let db = Db::open(&url, 2).expect("a database");
    let started = Instant::now();
    let world = prepare(&db);
    fill(&url, &db, &world, tasks);
    println!("{:<58}{:>10.1} s", "filled", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let differences = db.read_now(plans::verify_access).expect("a comparison");
    assert!(differences.is_empty(), "not what the service would write: {:?}", &differences[..differences.len().min(3)]);
    println!("{:<58}{:>10.1} s", "compared with what the service would write", started.elapsed().as_secs_f64());
    let at_full = tasks >= 1_000_000;

    let mut times: Vec<Duration> = (0..5).map(|_| Service::start(&scratch.0, postgres).1).collect();
    times.sort();
    told("ready on an existing database (middle of 5)", times[2].as_secs_f64() * 1e3, "ms", Some(("≤", 500.0)));
    let filtered = "/api/v1/tasks?state=in_progress&sort=due_on&limit=20".to_owned();
    let scripts = postgres.map(|url| Scripts::listen(&scratch.0, url, &world, &filtered, tasks));
    let (service, _) = Service::start(&scratch.0, postgres);
    std::thread::sleep(Duration::from_secs(2));
    told("memory, idle", service.memory("VmRSS:"), "MB", Some(("≤", 30.0)));

    let leader = Who::sign_in(service.api, "leader");
    let agency = Who::sign_in(service.api, "agency");
    consolidation(&db, &world, service.api);

    let run = |label: &str, ask: &(dyn Fn(&mut Line, u64) -> Vec<u8> + Sync)| {
        let cell = Cell::run(service.api, seconds, ask);
        println!("{label:<58}{:>10.0} /s   p50 {:>7.2} ms   p99 {:>7.2} ms", cell.rate, cell.p50, cell.p99);
        cell
    };
    let beside = |label: &str, share: f64, cell: &Cell, script: fn(&Scripts) -> &str| {
        let (Some(url), Some(scripts)) = (postgres, &scripts) else { return };
        match pgbench(url, &scratch.0, script(scripts), tasks, seconds) {
            Ok(rate) => {
                println!("{:<58}{rate:>10.0} /s", format!("  pgbench, the same statements ({label})"));
                let target = (!at_full).then_some(("≥", share));
                told(&format!("  {label}: share of pgbench's rate"), 100.0 * cell.rate / rate, "%", target);
            }
            Err(why) => println!("  pgbench: {why}"),
        }
    };
    let path = |query: &str| format!("/api/v1/tasks?{query}");

    let get = |line: &mut Line, _: u64| {
        let id = task(1 + line.random() % tasks);
        request("GET", &format!("/api/v1/tasks/{id}"), &leader.token, "", "")
    };
    let one = run("GET one task", &get);
    beside("GET one", 50.0, &one, |s| &s.get);
    let page = run("filtered page of 20 by due date, UBND", &|_, _| request("GET", &filtered, &leader.token, "", ""));
    told("  p99 of that page", page.p99, "ms", at_full.then_some(("≤", 20.0)));
    beside("filtered page", 40.0, &page, |s| &s.page);
    let versions: Vec<AtomicU64> = (0..tasks.min(32_000)).map(|_| AtomicU64::new(1)).collect();
    let each = versions.len() as u64 / CLIENTS as u64;
    let patch = |line: &mut Line, turn: u64| {
        // Every client has tasks of its own, so that nobody is told that a record has changed.
        let at = line.number as u64 * each + turn % each;
        let version = versions[usize::try_from(at).expect("small")].fetch_add(1, Ordering::Relaxed);
        let body = format!("{{\"content\":\"Triển khai Chỉ thị về công tác đối ngoại nhân dân, lần {turn}\"}}");
        request("PATCH", &format!("/api/v1/tasks/{}", task(at + 1)), &leader.token, &format!("if-match: \"{version}\"\r\n"), &body)
    };
    let patched = run("PATCH one task, with If-Match and journal", &patch);
    beside("PATCH", 55.0, &patched, |s| &s.patch);

    let first = path("limit=20");
    let ubnd = run("first page of 20, UBND", &|_, _| request("GET", &first, &leader.token, "", ""));
    told("  p99 of that page", ubnd.p99, "ms", at_full.then_some(("≤", 20.0)));
    let packed = run("first page of 20, UBND, gzip", &|_, _| request("GET", &first, &leader.token, "accept-encoding: gzip\r\n", ""));
    told("  compressed page to the plain one (p50)", packed.p50 / ubnd.p50, "×", None);
    let own = run("first page of 20, ordinary agency (1 % of the tasks)", &|_, _| request("GET", &first, &agency.token, "", ""));
    told("  agency's page to UBND's (p50)", own.p50 / ubnd.p50, "×", at_full.then_some(("≤", 1.3)));
    let deep = task(tasks / 20).to_string();
    let cursor = URL_SAFE_NO_PAD.encode(json!({ "s": "-created_at", "k": deep, "i": deep }).to_string());
    let deep = path(&format!("limit=20&cursor={cursor}"));
    let deep = run("page of 20 at 95 % of the list, UBND", &|_, _| request("GET", &deep, &leader.token, "", ""));
    told("  deep page to the first (p50)", deep.p50 / ubnd.p50, "×", at_full.then_some(("≤", 1.2)));
    let own = run("filtered page of 20 by due date, ordinary agency", &|_, _| request("GET", &filtered, &agency.token, "", ""));
    told("  agency's filtered page to UBND's (p50)", own.p50 / page.p50, "×", at_full.then_some(("≤", 1.3)));
    told("memory, after all that", service.memory("VmRSS:"), "MB", None);
}

/// One figure beside its target.
fn told(what: &str, value: f64, unit: &str, target: Option<(&str, f64)>) {
    let verdict = match target {
        Some((sign, bound)) => {
            let reached = if sign == "≤" { value <= bound } else { value >= bound };
            format!("   target {sign} {bound} {unit}: {}", if reached { "reached" } else { "MISSED" })
        }
        None => String::new(),
    };
    println!("{what:<58}{value:>10.1} {unit}{verdict}");
}

// ---- the clients

/// One kept-alive connection.
struct Line {
    stream: TcpStream,
    held: Vec<u8>,
    number: usize,
    seed: u64,
}

impl Line {
    fn open(to: SocketAddr, number: usize) -> std::io::Result<Self> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, held: Vec::with_capacity(64 << 10), number, seed: 0x9e37_79b9_7f4a_7c15 ^ ((number as u64 + 1) << 20) })
    }

    fn random(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed >> 8
    }

    /// Sends a request and reads the whole answer: status and body.
    fn send(&mut self, request: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
        self.stream.write_all(request)?;
        self.held.clear();
        let mut piece = [0; 16 << 10];
        let (mut body_at, mut length, mut chunked) = (None, 0, false);
        loop {
            if let Some(at) = body_at
                && if chunked { self.held.ends_with(b"\r\n0\r\n\r\n") } else { self.held.len() >= at + length }
            {
                let status = std::str::from_utf8(self.held.get(9..12).unwrap_or_default()).ok().and_then(|s| s.parse().ok()).unwrap_or(0);
                return Ok((status, self.held.split_off(at)));
            }
            let got = self.stream.read(&mut piece)?;
            if got == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.held.extend_from_slice(&piece[..got]);
            if body_at.is_none()
                && let Some(at) = self.held.windows(4).position(|w| w == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&self.held[..at]).to_lowercase();
                length = head.lines().find_map(|l| l.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
                chunked = head.lines().any(|l| l == "transfer-encoding: chunked");
                body_at = Some(at + 4);
            }
        }
    }
}

fn request(method: &str, path: &str, token: &str, headers: &str, body: &str) -> Vec<u8> {
    let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n{headers}");
    if !token.is_empty() {
        let _ = write!(text, "authorization: Bearer {token}\r\n");
    }
    if method != "GET" {
        let _ = write!(text, "content-type: {kind}\r\ncontent-length: {}\r\n", body.len());
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// One call outside the measured cells.
fn call(api: SocketAddr, method: &str, path: &str, token: &str, headers: &str, body: &Value) -> Value {
    let body = if method == "GET" { String::new() } else { body.to_string() };
    let (status, bytes) = Line::open(api, 0).and_then(|mut l| l.send(&request(method, path, token, headers, &body))).expect("an answer");
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    answer
}

/// Somebody who is signed in.
struct Who {
    token: String,
    session: String,
}

impl Who {
    fn sign_in(api: SocketAddr, username: &str) -> Self {
        let answer = call(api, "POST", "/api/v1/auth/login", "", "", &json!({ "username": username, "password": PASSWORD }));
        let token = answer["access_token"].as_str().expect("a token").to_owned();
        let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).expect("claims");
        let claims: Value = serde_json::from_slice(&claims).expect("claims");
        Self { token, session: claims["sid"].as_str().expect("a session").to_owned() }
    }
}

/// What one kind of request came to.
struct Cell {
    rate: f64,
    p50: f64,
    p99: f64,
}

impl Cell {
    fn run(api: SocketAddr, seconds: u64, ask: &(dyn Fn(&mut Line, u64) -> Vec<u8> + Sync)) -> Self {
        let begin = Arc::new(std::sync::Barrier::new(CLIENTS));
        let all: Vec<(Vec<u32>, Duration)> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..CLIENTS)
                .map(|number| {
                    let begin = begin.clone();
                    scope.spawn(move || {
                        let mut line = Line::open(api, number).expect("a connection");
                        let mut took = Vec::with_capacity(1 << 16);
                        begin.wait();
                        let started = Instant::now();
                        // Half a second to warm up is not counted.
                        let (warm, end) = (started + Duration::from_millis(500), started + Duration::from_millis(500 + seconds * 1000));
                        let mut turn = 0;
                        loop {
                            let request = ask(&mut line, turn);
                            let sent = Instant::now();
                            let (status, body) = line.send(&request).expect("an answer");
                            assert!(status == 200, "{}: {status} {}", String::from_utf8_lossy(&request), String::from_utf8_lossy(&body));
                            let now = Instant::now();
                            if sent >= warm {
                                took.push(u32::try_from((now - sent).as_micros()).unwrap_or(u32::MAX));
                            }
                            if now >= end {
                                return (took, now - warm);
                            }
                            turn += 1;
                        }
                    })
                })
                .collect();
            running.into_iter().map(|t| t.join().expect("a client")).collect()
        });
        let longest = all.iter().map(|(_, d)| *d).max().unwrap_or_default().as_secs_f64();
        let mut took: Vec<u32> = all.into_iter().flat_map(|(t, _)| t).collect();
        took.sort_unstable();
        let at = |share: usize| took.get((took.len().saturating_sub(1)) * share / 100).map_or(f64::NAN, |us| f64::from(*us) / 1e3);
        Self { rate: took.len() as f64 / longest, p50: at(50), p99: at(99) }
    }
}

// ---- the data

/// The province and who works in it.
struct World {
    province: Id,
    ubnd: Id,
    office: Id,
    focal: Id,
    agency: Id,
    /// Who else tasks are given to.
    others: Vec<Id>,
}

/// The agencies of Bình Định with those who ask.
fn prepare(db: &Db) -> World {
    let all = hire(
        db,
        &[
            ("leader", "UBND", Position::Leader),
            ("agency", AGENCY, Position::Officer),
            ("office", "VPUBND", Position::Officer),
            ("focal", "SNGV", Position::Leader),
            ("focal.officer", "SNGV", Position::Officer),
        ],
    );
    let of = |code: &str| all.iter().find(|o| o.code == code).expect("an organisation");
    let others = all.iter().filter(|o| o.has_users && !["UBND", AGENCY].contains(&o.code.as_str())).map(|o| o.id).collect();
    World { province: of("UBND").province_id, ubnd: of("UBND").id, office: of("VPUBND").id, focal: of("SNGV").id, agency: of(AGENCY).id, others }
}

/// The id of the task of a number; ids rise with age as real ones do.
fn task(number: u64) -> Id {
    Id::parse(&format!("01990000-0000-7000-8000-{number:012x}")).expect("an id")
}

/// How one database writes what the other writes otherwise.
struct Dialect(bool);
impl Dialect {
    fn id(&self, id: Id) -> String {
        if self.0 { format!("'{id}'::uuid") } else { format!("X'{}'", id.to_string().replace('-', "")) }
    }
    fn numbered(&self, tag: &str) -> String {
        if self.0 {
            format!("('01990000-0000-7000-80{tag}-' || lpad(to_hex(i), 12, '0'))::uuid")
        } else {
            format!("unhex('019900000000700080{tag}' || printf('%012x', i))")
        }
    }
    fn moment(&self) -> String {
        if self.0 { "now()".into() } else { (Clock::System.now().day().and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp_micros()).to_string() }
    }
    fn day(&self) -> String {
        let today = Clock::System.now().day();
        if self.0 { format!("(DATE '{today}' + ((i * 7919) % 400)::int - 100)") } else { format!("date('{today}', ((i * 7919) % 400 - 100) || ' days')") }
    }
    fn series(&self, from: u64, to: u64) -> String {
        if self.0 {
            format!("s(i) AS (SELECT generate_series({from}::bigint, {to}::bigint))")
        } else {
            format!("s(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM s WHERE i < {to})")
        }
    }
}

/// A plan in force with one task for each agency, made by the service's own verbs: what the measured tasks are copies of.
fn templates(db: &Db, world: &World) -> Vec<(Id, Id)> {
    let now = Clock::System.now();
    let mut agencies = world.others.clone();
    agencies.push(world.agency);
    db.write_now(|conn| {
        let ask = terminal::ask(now);
        let new = serde_json::from_value(json!({ "title": "Kế hoạch để đo" }))?;
        let plan = plans::add_plan(conn, &ask, world.province, world.ubnd, new, plans::Origin::default())?;
        let mut made = Vec::new();
        for agency in &agencies {
            let new = serde_json::from_value(json!({
                "plan_id": plan.id, "place": "II.1", "content": "Nhiệm vụ mẫu", "form": "assign", "cadence": "once", "due_on": now.day(),
                "assignees": [{ "organization_id": agency, "role": "lead" }],
            }))?;
            made.push((*agency, plans::add_task(conn, &ask, &plan, new, plans::Origin::default())?.id));
        }
        let plan = plans::find(conn, plan.id)?;
        plans::activate(conn, &ask, &plan)?;
        Ok(made)
    })
    .expect("templates")
}

/// Sends a statement and gives back what it answers, two columns a row.
type Asking = Box<dyn FnMut(&str) -> Vec<(String, String)>>;

/// Fills in the tasks, what is owed of them, and who may see them, as copies of the templates; and a hundred agencies.
fn fill(url: &Url, db: &Db, world: &World, tasks: u64) {
    let made = templates(db, world);
    let mut conn: Asking = match url {
        Url::Postgres(url) => {
            let mut conn = PgConnection::establish(url).expect("PostgreSQL answers");
            // The rows are copies of rows that were checked.
            conn.batch_execute("SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'").expect("settings");
            Box::new(move |sql| run(&mut conn, sql))
        }
        Url::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(path).expect("the file opens");
            conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000").expect("settings");
            Box::new(move |sql| run(&mut conn, sql))
        }
    };
    let d = Dialect(url.is_shared());
    let now = d.moment();
    let (id, occurrence, part, day) = (d.numbered("00"), d.numbered("01"), d.numbered("02"), d.day());
    conn(&format!(
        "WITH RECURSIVE {} INSERT INTO organizations (id, province_id, code, name, name_fold, kind, level, has_users, state, version, created_at, updated_at) \
         SELECT {}, o.province_id, 'DO' || i, 'Cơ quan đo ' || i, 'co quan do ' || i, o.kind, o.level, o.has_users, o.state, 1, {now}, {now} \
         FROM organizations o CROSS JOIN s WHERE o.id = {}",
        d.series(1, 100),
        d.numbered("03"),
        d.id(world.agency)
    ));
    // What is copied stands apart, so that each copy finds it among few rows however many there are by then.
    for table in ["tasks", "task_occurrences", "task_parts", "access"] {
        conn(&format!("CREATE TEMPORARY TABLE first_{table} AS SELECT * FROM {table}"));
    }
    // Indexes are built once, over all rows.
    let copied = "('tasks', 'task_occurrences', 'task_parts', 'access')";
    let indexes = conn(&if url.is_shared() {
        format!(
            "SELECT c.relname::text AS name, pg_get_indexdef(c.oid) AS text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname IN {copied} AND NOT i.indisunique"
        )
    } else {
        format!("SELECT name, sql AS text FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN {copied}")
    });
    for (name, _) in &indexes {
        conn(&format!("DROP INDEX {name}"));
    }
    // One task in a hundred is the measured agency's.
    let others: Vec<Id> = made.iter().filter(|(agency, _)| *agency != world.agency).map(|(_, task)| *task).collect();
    let own = made.iter().find(|(agency, _)| *agency == world.agency).expect("its template").1;
    let slots: Vec<String> = (0..100_usize).map(|slot| format!("({slot}, {})", d.id(if slot == 0 { own } else { others[slot % others.len()] }))).collect();
    let slots = slots.join(", ");
    // By hundreds, so that every agency has tasks in every state.
    let state = "CASE (i / 100) % 4 WHEN 0 THEN 'assigned' WHEN 2 THEN 'completed' ELSE 'in_progress' END";
    let ended = format!("CASE (i / 100) % 4 WHEN 2 THEN {day} END");
    let content = "Tuyên truyền, phổ biến chủ trương của Đảng, chính sách của Nhà nước về công tác đối ngoại nhân dân; nhiệm vụ ";
    let fold = "tuyen truyen, pho bien chu truong cua dang, chinh sach cua nha nuoc ve cong tac doi ngoai nhan dan; nhiem vu ";
    for from in (1..=tasks).step_by(100_000) {
        let with = format!("WITH RECURSIVE a(k, task) AS (VALUES {slots}), {}", d.series(from, tasks.min(from + 99_999)));
        let rows = "FROM s JOIN a ON a.k = i % 100 JOIN first_tasks t ON t.id = a.task";
        conn(&format!(
            "{with} INSERT INTO tasks (id, province_id, audience, plan_id, owner_id, code, place, content, content_fold, form, cadence, due_rule, assignees, state, \
             occurrence_id, due_on, due_sort, version, created_at, updated_at) \
             SELECT {id}, t.province_id, t.audience, t.plan_id, t.owner_id, 'NV-BDI-D-' || i, 'II.' || (i % 9), '{content}' || i, '{fold}' || i, t.form, t.cadence, \
             t.due_rule, t.assignees, {state}, {occurrence}, {day}, {day}, 1, t.created_at, t.updated_at {rows}"
        ));
        conn(&format!(
            "{with} INSERT INTO task_occurrences (id, task_id, plan_id, province_id, opened_on, state, due_on, due_sort, due_history, calendar_version, lays, \
             proposed_on, ended_on, on_time, version, created_at, updated_at) SELECT {occurrence}, {id}, o.plan_id, o.province_id, o.opened_on, {state}, {day}, {day}, \
             o.due_history, o.calendar_version, o.lays, {ended}, {ended}, CASE (i / 100) % 4 WHEN 2 THEN TRUE END, 1, o.created_at, o.updated_at {rows} \
             JOIN first_task_occurrences o ON o.task_id = t.id"
        ));
        conn(&format!(
            "{with} INSERT INTO task_parts (id, task_id, occurrence_id, plan_id, province_id, organization_id, role, required, form, state, due_on, due_sort, \
             due_history, links, done_on, on_time, lays, version, created_at, updated_at) SELECT {part}, {id}, {occurrence}, p.plan_id, p.province_id, p.organization_id, \
             p.role, p.required, p.form, CASE (i / 100) % 4 WHEN 2 THEN 'done' ELSE 'assigned' END, {day}, {day}, p.due_history, p.links, {ended}, \
             CASE (i / 100) % 4 WHEN 2 THEN TRUE END, p.lays, 1, p.created_at, p.updated_at {rows} JOIN first_task_parts p ON p.task_id = t.id"
        ));
        conn(&format!(
            "{with} INSERT INTO access (organization_id, kind, record_id, relations, state, due_sort) \
             SELECT x.organization_id, x.kind, {id}, x.relations, {state}, {day} {rows} JOIN first_access x ON x.record_id = t.id AND x.kind = 'task'"
        ));
    }
    // PostgreSQL's triggers sleep in that role; what SQLite's have told of the copies would be numbered while others are measured.
    if !url.is_shared() {
        conn("DELETE FROM changes WHERE seq IS NULL");
    }
    for (_, text) in &indexes {
        conn(text);
    }
    // What autovacuum does by itself within minutes.
    conn(if url.is_shared() { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" });
}

/// Name and text of each row that a statement answers.
fn run<C: Connection + diesel::connection::LoadConnection>(conn: &mut C, sql: &str) -> Vec<(String, String)>
where
    Named: diesel::deserialize::QueryableByName<C::Backend>,
    diesel::query_builder::SqlQuery: diesel::query_dsl::LoadQuery<'static, C, Named>,
{
    use diesel::RunQueryDsl;
    if sql.starts_with("SELECT") {
        let rows: Vec<Named> = diesel::sql_query(sql).load(conn).unwrap_or_else(|e| panic!("{e}: {sql}"));
        rows.into_iter().map(|row| (row.name, row.text)).collect()
    } else {
        conn.batch_execute(sql).unwrap_or_else(|e| panic!("{e}: {sql}"));
        vec![]
    }
}

#[derive(diesel::QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// A hundred agencies report 60 indicators, and the department of foreign affairs draws them together.
fn consolidation(db: &Db, world: &World, api: SocketAddr) {
    use chrono::Datelike;
    let now = Clock::System.now();
    let year = now.day().year();
    let codes: Vec<String> = (1..=60).map(|n| format!("so_{n}")).collect();
    let senders: Vec<Value> = (1..=100).map(|n| json!({ "organization_id": format!("01990000-0000-7000-8003-{n:012x}"), "resolution": "text" })).collect();
    let step = |no: i32, senders: &[Value], receiver: Id| json!({ "step_no": no, "senders": senders, "receiver_id": receiver, "report_of": "consolidator", "resolution": "text" });
    let mut first = step(1, &senders, world.focal);
    first["due_rule"] = json!({ "kind": "yearly", "month": 12, "day": 15, "inclusive": true, "roll": "none" });
    let mut second = step(2, &[json!({ "organization_id": world.focal, "resolution": "text" })], world.office);
    second["consolidates"] = json!(true);
    second["appraiser_id"] = json!(world.office);
    let mut third = step(3, &[json!({ "organization_id": world.focal, "resolution": "text" })], world.ubnd);
    third["consolidates"] = json!(true);
    third["same_report_as"] = json!(2);
    let indicators: Vec<Value> = codes
        .iter()
        .map(|c| json!({ "code": c, "name": c, "type": "integer", "across_agencies": "sum", "over_time": "sum", "source": "typed", "in_text": false }))
        .collect();
    let regime = json!({
        "name": "Báo cáo để đo", "frequency": "year", "focal_point_id": world.focal, "final_recipient_id": world.ubnd, "tracked_from": format!("{year}-01-01"),
        "steps": [first, second, third], "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }], "indicators": indicators,
    });
    let (office, focal, officer) = (Who::sign_in(api, "office"), Who::sign_in(api, "focal"), Who::sign_in(api, "focal.officer"));
    let regime = call(api, "POST", "/api/v1/reporting-regimes", &office.token, "", &regime);
    let period = call(api, "POST", "/api/v1/reporting-periods", &focal.token, "", &json!({ "regime_id": regime["id"], "period": year.to_string() }));
    let period = Id::parse(period["id"].as_str().expect("an id")).expect("an id");
    db.write_now(|conn| {
        use diesel::RunQueryDsl;
        let ask = terminal::ask(now);
        for (n, obligation) in periods::obligations_of(conn, period)?.into_iter().filter(|o| o.step_no == 1).enumerate() {
            let figures: Vec<Value> = codes.iter().map(|c| json!({ "indicator": c, "value": (n + 1).to_string(), "estimated": false })).collect();
            let narratives = json!([{ "section": "ket_qua", "text": format!("Cơ quan {n} đã triển khai đầy đủ các nhiệm vụ được giao.") }]);
            let snapshot = json!({ "author_id": obligation.sender_id, "version_no": 1, "figures": figures, "narratives": narratives });
            let snapshot = serde_json_canonicalizer::to_string(&snapshot)?;
            let submission = Submission {
                id: Id::fresh(),
                province_id: obligation.province_id,
                audience: 0,
                obligation_id: obligation.id,
                period_id: period,
                author_id: obligation.sender_id,
                receiver_id: obligation.receiver_id,
                version_no: 1,
                state: serde_json::from_value(json!("accepted"))?,
                narratives: Json(narratives),
                figures: Json(json!(figures)),
                attachments: Json(json!([])),
                correction_reason: None,
                paper: None,
                submitted_at: Some(now),
                submitted_by: None,
                submitted_on: Some(ask.today),
                sha256: Some(Sha256::digest(snapshot.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()),
                snapshot: Some(snapshot),
                decided_at: Some(now),
                decided_by: None,
                decided_on: Some(ask.today),
                decision_reason: None,
                on_time: None,
                judgement: None,
                seed_key: None,
                version: 1,
                created_at: now,
                created_by: None,
                updated_at: now,
                updated_by: None,
            };
            diesel::insert_into(report_submissions::table).values(&submission).execute(conn)?;
            periods::fulfil(conn, &ask, &obligation, ("report_submission", submission.id), ask.today, &[])?;
        }
        Ok(())
    })
    .expect("handed in");
    let started = Instant::now();
    let report = call(api, "POST", "/api/v1/consolidated-reports", &officer.token, "", &json!({ "period_id": period, "step": 2 }));
    let made = started.elapsed();
    assert_eq!(report["figures"][0]["total"], "5050", "1 + 2 + … + 100");
    let path = format!("/api/v1/consolidated-reports/{}", report["id"].as_str().expect("an id"));
    let mut version = report["version"].as_i64().expect("a version");
    let mut again: Vec<Duration> = (0..5)
        .map(|_| {
            let started = Instant::now();
            let headers = format!("if-match: \"{version}\"\r\n");
            let report = call(api, "POST", &format!("{path}/transitions"), &officer.token, &headers, &json!({ "action": "refresh" }));
            version = report["version"].as_i64().expect("a version");
            started.elapsed()
        })
        .collect();
    again.sort();
    told("consolidating 100 agencies × 60 indicators", made.as_secs_f64() * 1e3, "ms", Some(("≤", 100.0)));
    told("  drawing them together again (middle of 5)", again[2].as_secs_f64() * 1e3, "ms", None);
}

// ---- the same statements without the service

const PICK: &str = "('01990000-0000-7000-8000-' || lpad(to_hex(:i::bigint), 12, '0'))::uuid";
const PICK_OCCURRENCE: &str = "('01990000-0000-7000-8001-' || lpad(to_hex(:i::bigint), 12, '0'))::uuid";

/// What the service sends for a request, text by text, as its log says at trace; transaction control aside. The worker's own
/// statements come between now and then: the shortest of several tries is the request's alone.
fn spoken(said: &Mutex<Vec<String>>, ask: &mut dyn FnMut()) -> Vec<String> {
    let control = ["BEGIN", "COMMIT", "ROLLBACK", "SET "];
    let tries = (0..8).map(|_| {
        said.lock().expect("a log").clear();
        ask();
        std::thread::sleep(Duration::from_millis(20));
        let all = said.lock().expect("a log").clone();
        all.into_iter().filter(|text| !control.iter().any(|word| text.starts_with(word))).collect::<Vec<_>>()
    });
    tries.min_by_key(Vec::len).unwrap_or_default()
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// A statement with its values in place of `$1`, `$2`, …
fn filled(text: &str, values: &[String]) -> String {
    let asked = (1..).take_while(|n| text.contains(&format!("${n}"))).count();
    assert_eq!(asked, values.len(), "the service asks otherwise than this measure knows: {text}");
    let whole = (1..=asked).rev().fold(text.to_owned(), |text, n| text.replace(&format!("${n}"), &values[n - 1]));
    format!("{whole};\n")
}

/// The service's own statements, with values of the measured data, as scripts for pgbench.
struct Scripts {
    get: String,
    page: String,
    patch: String,
}

impl Scripts {
    fn listen(data: &Path, postgres: &str, world: &World, filtered: &str, tasks: u64) -> Self {
        let said = Arc::new(Mutex::new(Vec::new()));
        let (mut service, _) = Service::start_saying(data, Some(postgres), "warn,nhipcau::sql=trace", Stdio::piped());
        let log = service.child.stderr.take().expect("a log");
        let heard = said.clone();
        std::thread::spawn(move || {
            for line in std::io::BufRead::lines(std::io::BufReader::new(log)).map_while(std::result::Result::ok) {
                if let Some((_, text)) = line.split_once("nhipcau::sql] ") {
                    heard.lock().expect("a log").push(text.to_owned());
                }
            }
        });
        let (api, leader) = (service.api, Who::sign_in(service.api, "leader"));
        // The last one, which no client changes.
        let path = format!("/api/v1/tasks/{}", task(tasks));
        let mut shown = json!({});
        let get = spoken(&said, &mut || shown = call(api, "GET", &path, &leader.token, "", &json!({})));
        let page = spoken(&said, &mut || drop(call(api, "GET", filtered, &leader.token, "", &json!({}))));
        let mut version = shown["version"].as_i64().expect("a version");
        let content = json!({ "content": shown["content"] });
        let patch = spoken(&said, &mut || {
            let headers = format!("if-match: \"{version}\"\r\n");
            version = call(api, "PATCH", &path, &leader.token, &headers, &content)["version"].as_i64().expect("a version");
        });
        for member in ["occurrence", "parts", "source"] {
            shown.as_object_mut().expect("a task").remove(member);
        }
        // pgbench takes `:null` for a variable; a space keeps it what it is.
        let record = format!("'{}'", serde_json::to_string_pretty(&shown).expect("JSON").replace('\'', "''"));
        let (ubnd, province) = (format!("'{}'::uuid", world.ubnd), format!("'{}'::uuid", world.province));
        let session = [format!("'{}'", leader.session)];
        let show = [text("'task'"), ubnd.clone(), text(PICK), text("1")];
        let parts = [text(PICK_OCCURRENCE)];
        let held = [ubnd.clone(), text("'task'"), text("0"), text("1")];
        let listed: Vec<String> =
            [held.as_slice(), &[text("1"), province.clone(), text("'in_progress'"), text("21")], &held, &held[..3], &[text("'in_progress'"), text("21")]]
                .concat();
        let plan = [format!("'{}'", shown["plan_id"].as_str().expect("a plan")), text("1")];
        let calendar = [text("TRUE"), text("1")];
        let written = |name: &str| match name {
            "content" => text("'Triển khai Chỉ thị về công tác đối ngoại nhân dân, lần ' || :i::bigint"),
            "content_fold" => text("'trien khai chi thi ve cong tac doi ngoai nhan dan, lan ' || :i::bigint"),
            "version" => text("version + 1"),
            "updated_at" => text("now()"),
            "updated_by" => ubnd.clone(),
            same => text(same),
        };
        let journaled = |name: &str| match name {
            "id" | "act_id" => text("gen_random_uuid()"),
            "at" => text("now()"),
            "user_id" | "organization_id" | "owner_organization_id" => ubnd.clone(),
            "province_id" => province.clone(),
            "kind" => text("'task'"),
            "record_id" => text(PICK),
            "record_version" => text("2"),
            "action" => text("'edit'"),
            "before" | "after" => record.clone(),
            "request_id" => text("'01990000-0000-7000-8000-000000000000'"),
            "address" => text("'127.0.0.1'"),
            _ => text("NULL"),
        };
        let quoted = |text: &str| text.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let fill = |sent: &String| {
            if let Some(update) = sent.strip_prefix("UPDATE \"tasks\"") {
                let names = quoted(update.split(" WHERE ").next().unwrap_or_default());
                let values: Vec<String> = names.iter().map(|name| written(name)).chain([text(PICK), text("tasks.version")]).collect();
                return filled(sent, &values);
            }
            if let Some(insert) = sent.strip_prefix("INSERT INTO \"journal\"") {
                let names = quoted(insert.split(" VALUES ").next().unwrap_or_default());
                return filled(sent, &names.iter().map(|name| journaled(name)).collect::<Vec<_>>());
            }
            let known: [(&str, &[String]); 6] = [
                ("FROM (((((\"sessions\"", &session),
                ("FROM ((\"tasks\"", &show),
                ("FROM \"task_parts\"", &parts),
                ("FROM \"plans\"", &plan),
                ("FROM \"calendars\"", &calendar),
                (" UNION ALL ", &listed),
            ];
            let values = known.iter().find(|(part, _)| sent.contains(part)).map(|(_, values)| *values);
            filled(sent, values.unwrap_or_else(|| panic!("the service asks otherwise than this measure knows: {sent}")))
        };
        let fill = |texts: &[String]| texts.iter().map(fill).collect::<String>();
        let pick = "\\set i random(1, :n)\n";
        Self { get: format!("{pick}{}", fill(&get)), page: fill(&page), patch: format!("{pick}BEGIN ISOLATION LEVEL SERIALIZABLE;\n{}COMMIT;\n", fill(&patch)) }
    }
}

/// Transactions a second of a script.
fn pgbench(url: &str, data: &Path, script: &str, tasks: u64, seconds: u64) -> Result<f64, String> {
    let file = data.join("script.sql");
    std::fs::write(&file, script).map_err(|e| e.to_string())?;
    let output = Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-j", "2", "--max-tries=20", "-c", &CLIENTS.to_string(), "-T", &seconds.to_string()])
        .args(["-D", &format!("n={tasks}"), "-f"])
        .arg(&file)
        .arg(url)
        // As the service's own sessions are.
        .env(
            "PGOPTIONS",
            "-c plan_cache_mode=force_generic_plan -c enable_mergejoin=off -c max_parallel_workers_per_gather=0 -c jit=off -c random_page_cost=1.1",
        )
        .output()
        .map_err(|e| format!("not run: {e}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines()
        .find_map(|l| l.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| format!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}
