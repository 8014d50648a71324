//! What the service does a second, and how long one waits for it: `cargo bench --bench service`.
//!
//! The release binary runs as it would in a province, with a data directory and a database of its own, and 16 clients on
//! kept-alive connections ask it. On PostgreSQL (NHIPCAU_TEST_POSTGRES_URL, else 127.0.0.1) `pgbench` then runs the same
//! statements with as many clients, so that the price of the service itself can be told from that of the machine.
//! `-- --full` or NHIPCAU_BENCH_FULL=1 fills in 1,000,000 tasks in place of 100,000; NHIPCAU_BENCH_SECONDS says how long a cell
//! lasts, and NHIPCAU_BENCH_ONLY=sqlite or postgres takes one database.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};
use nhipcau::{
    authz::Position,
    db::{self, Db, Json, Url},
    id::Id,
    organizations::{self, provinces},
    people::{self, NewUser, password},
    reporting::{periods, submissions::model::Submission},
    schema::report_submissions,
    seed, terminal,
    time::Clock,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

const CLIENTS: usize = 16;
const PASSWORD: &str = "mot-mat-khau-do-toc-do";
const SECRET: &str = "bi mat chi dung cho phep do toc do, du dai";
/// An ordinary agency, which leads one task in a hundred.
const AGENCY: &str = "SYT";

fn main() {
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let full = std::env::args().any(|a| a == "--full") || set("NHIPCAU_BENCH_FULL").is_some_and(|v| v != "0");
    let tasks: u64 = if full { 1_000_000 } else { 100_000 };
    let seconds: u64 = set("NHIPCAU_BENCH_SECONDS").and_then(|s| s.parse().ok()).unwrap_or(4);
    let only = set("NHIPCAU_BENCH_ONLY");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{tasks} tasks, {CLIENTS} clients, {seconds} s a cell, {cores} cores shared by service, clients and database");
    if only.as_deref() != Some("postgres") {
        measure("SQLite", None, tasks, seconds);
    }
    if only.as_deref() != Some("sqlite") {
        let server = set("NHIPCAU_TEST_POSTGRES_URL").unwrap_or_else(|| "postgres://postgres@127.0.0.1/postgres".into());
        match PgConnection::establish(&server) {
            Ok(mut conn) => {
                let (base, _) = server.rsplit_once('/').expect("a URL with a database");
                let name = format!("nhipcau_bench_{}", std::process::id());
                conn.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database");
                let dropped = Dropped { server: server.clone(), name: name.clone() };
                measure("PostgreSQL", Some(format!("{base}/{name}")), tasks, seconds);
                drop(dropped);
            }
            Err(e) => println!("\nPostgreSQL does not answer: {e}"),
        }
    }
}

/// The database goes when the measuring ends, whichever way.
struct Dropped {
    server: String,
    name: String,
}
impl Drop for Dropped {
    fn drop(&mut self) {
        if let Ok(mut conn) = PgConnection::establish(&self.server)
            && let Err(e) = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
        {
            eprintln!("{} stays: {e}", self.name);
        }
    }
}

struct Scratch(PathBuf);
impl Drop for Scratch {
    fn drop(&mut self) {
        if std::fs::remove_dir_all(&self.0).is_err() {
            eprintln!("{} stays", self.0.display());
        }
    }
}

fn measure(title: &str, postgres: Option<String>, tasks: u64, seconds: u64) {
    println!("\n== {title}");
    let scratch = Scratch(std::env::temp_dir().join(format!("nhipcau-bench-{}-{}", std::process::id(), title.to_lowercase())));
    std::fs::create_dir_all(&scratch.0).expect("a data directory");
    let file = scratch.0.join("nhipcau.db");
    let url = postgres.as_ref().map_or_else(|| Url::Sqlite(file.to_string_lossy().into_owned()), |url| Url::Postgres(url.clone()));
    db::migrate(&url).expect("migrations run");
    let db = Db::open(&url, 2).expect("a database");
    let started = Instant::now();
    let world = prepare(&db);
    fill(&url, &world, tasks);
    println!("{:<58}{:>10.1} s", "filled", started.elapsed().as_secs_f64());
    let at_full = tasks >= 1_000_000;

    let mut times: Vec<Duration> = (0..5).map(|_| Service::start(&scratch.0, postgres.as_deref()).1).collect();
    times.sort();
    told("ready on an existing database (middle of 5)", times[2].as_secs_f64() * 1e3, "ms", Some(("≤", 500.0)));
    let (service, _) = Service::start(&scratch.0, postgres.as_deref());
    std::thread::sleep(Duration::from_secs(2));
    told("memory, idle", service.memory(), "MB", Some(("≤", 30.0)));

    let leader = Who::sign_in(service.api, "leader");
    let agency = Who::sign_in(service.api, "agency");
    consolidation(&db, &world, service.api);

    let run = |label: &str, ask: &(dyn Fn(&mut Line, u64) -> Vec<u8> + Sync)| {
        let cell = Cell::run(service.api, seconds, ask);
        println!("{label:<58}{:>10.0} /s   p50 {:>7.2} ms   p99 {:>7.2} ms", cell.rate, cell.p50, cell.p99);
        cell
    };
    let beside = |label: &str, share: f64, cell: &Cell, script: String| {
        let Some(url) = &postgres else { return };
        match pgbench(url, &scratch.0, &script, tasks, seconds) {
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
    beside("GET one", 50.0, &one, sql_get(&world, &leader));
    let filtered = path("state=in_progress&sort=due_on&limit=20");
    let page = run("filtered page of 20 by due date, UBND", &|_, _| request("GET", &filtered, &leader.token, "", ""));
    told("  p99 of that page", page.p99, "ms", at_full.then_some(("≤", 20.0)));
    beside("filtered page", 40.0, &page, sql_page(&world, &leader));
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
    beside("PATCH", 55.0, &patched, sql_patch(&world, &leader));

    let first = path("limit=20");
    let ubnd = run("first page of 20, UBND", &|_, _| request("GET", &first, &leader.token, "", ""));
    told("  p99 of that page", ubnd.p99, "ms", at_full.then_some(("≤", 20.0)));
    let own = run("first page of 20, ordinary agency (1 % of the tasks)", &|_, _| request("GET", &first, &agency.token, "", ""));
    told("  agency's page to UBND's (p50)", own.p50 / ubnd.p50, "×", at_full.then_some(("≤", 1.3)));
    let deep = task(tasks / 20).to_string();
    let cursor = URL_SAFE_NO_PAD.encode(json!({ "s": "-created_at", "k": deep, "i": deep }).to_string());
    let deep = path(&format!("limit=20&cursor={cursor}"));
    let deep = run("page of 20 at 95 % of the list, UBND", &|_, _| request("GET", &deep, &leader.token, "", ""));
    told("  deep page to the first (p50)", deep.p50 / ubnd.p50, "×", at_full.then_some(("≤", 1.2)));
    let own = run("filtered page of 20 by due date, ordinary agency", &|_, _| request("GET", &filtered, &agency.token, "", ""));
    told("  agency's filtered page to UBND's (p50)", own.p50 / page.p50, "×", at_full.then_some(("≤", 1.3)));
    told("memory, after all that", service.memory(), "MB", None);
}

/// One figure beside its target.
fn told(what: &str, value: f64, unit: &str, target: Option<(&str, f64)>) {
    let verdict = match target {
        Some((sign, bound)) => {
            let kept = if sign == "≤" { value <= bound } else { value >= bound };
            format!("   target {sign} {bound} {unit}: {}", if kept { "kept" } else { "MISSED" })
        }
        None => String::new(),
    };
    println!("{what:<58}{value:>10.1} {unit}{verdict}");
}

// ---- the service

struct Service {
    child: Child,
    api: SocketAddr,
}

impl Service {
    /// Starts the binary; answers it with the time until `/readyz` was good.
    fn start(data: &Path, postgres: Option<&str>) -> (Self, Duration) {
        let free = || TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
        let (api, admin) = (free(), free());
        let mut command = Command::new(env!("CARGO_BIN_EXE_nhipcau"));
        command.arg("serve").env("NHIPCAU_DATA", data).env("NHIPCAU_LISTEN", api.to_string()).env("NHIPCAU_ADMIN_LISTEN", admin.to_string());
        command.env("NHIPCAU_RATE_PER_MINUTE", "0").env("RUST_LOG", "warn").env_remove("DATABASE_URL").stdout(Stdio::null());
        if let Some(url) = postgres {
            command.env("DATABASE_URL", url).env("NHIPCAU_SECRET", SECRET);
        }
        let started = Instant::now();
        let child = command.spawn().expect("the service starts");
        let service = Self { child, api };
        let deadline = started + Duration::from_secs(20);
        loop {
            if let Ok(mut line) = Line::open(admin, 0)
                && let Ok((200, _)) = line.send(b"GET /readyz HTTP/1.1\r\nhost: bench\r\n\r\n")
            {
                return (service, started.elapsed());
            }
            assert!(Instant::now() < deadline, "the service is not ready after 20 s");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Resident memory in MB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kib: f64 = status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok()).unwrap_or(f64::NAN);
        kib / 1024.0
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        if told.is_err() && self.child.kill().is_err() {
            eprintln!("process {} stays", self.child.id());
        }
        drop(self.child.wait());
    }
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
        let (mut body_at, mut length) = (None, 0);
        loop {
            if let Some(at) = body_at
                && self.held.len() >= at + length
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
                assert!(!head.contains("transfer-encoding"), "an answer of unknown length");
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
    plan: Id,
}

/// Loads the agencies of Bình Định and hires those who ask.
fn prepare(db: &Db) -> World {
    let now = Clock::System.now();
    let text = seed::FILES.iter().find(|f| f.contains("\"seed\": \"binh_dinh\"") || f.contains("\"seed\":\"binh_dinh\"")).expect("the file");
    // Only who is who: the tasks and reports that are measured are filled in below.
    let mut file: Value = serde_json::from_str(text).expect("JSON");
    for texts in ["documents", "plans", "regimes"] {
        file[texts] = json!([]);
    }
    if let Some(functions) = file["functions"].as_array_mut() {
        functions.retain(|f| f["plan"].is_null() && f["regime"].is_null());
    }
    seed::load_text(db, &file.to_string(), now).expect("the province loads");
    let hash = password::hash(PASSWORD).expect("a hash");
    db.write_now(|conn| {
        let ask = terminal::ask(now);
        let province = provinces::by_code(conn, "BDI")?.expect("the province");
        let all = organizations::of_province(conn, province.id)?;
        let of = |code: &str| all.iter().find(|o| o.code == code).map(|o| o.id).expect("an organisation");
        let hired = [
            ("leader", "UBND", Position::Leader),
            ("agency", AGENCY, Position::Officer),
            ("office", "VPUBND", Position::Officer),
            ("focal", "SNGV", Position::Leader),
            ("focal.officer", "SNGV", Position::Officer),
        ];
        for (username, code, position) in hired {
            let new =
                NewUser { username: username.into(), full_name: "Người Thí Dụ".into(), email: None, language: None, organization_id: of(code), position };
            people::add(conn, &ask, new, &hash, false)?;
        }
        let others = all.iter().filter(|o| o.has_users && !["UBND", AGENCY].contains(&o.code.as_str())).map(|o| o.id).collect();
        Ok(World { province: province.id, ubnd: of("UBND"), office: of("VPUBND"), focal: of("SNGV"), agency: of(AGENCY), others, plan: Id::fresh() })
    })
    .expect("people are hired")
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
    fn json(&self, text: &str) -> String {
        if self.0 { format!("'{text}'::jsonb") } else { format!("'{text}'") }
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

/// Fills in a plan in force with its tasks, what is owed of them, and who may see them; and a hundred agencies.
fn fill(url: &Url, world: &World, tasks: u64) {
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
    let d = Dialect(url.is_shared());
    let (now, day, today) = (d.moment(), d.day(), Clock::System.now().day());
    let (province, ubnd, plan) = (d.id(world.province), d.id(world.ubnd), d.id(world.plan));
    let (id, occurrence, part) = (d.numbered("00"), d.numbered("01"), d.numbered("02"));
    let (list, moments) = (d.json("[]"), format!("1, {now}, {now}"));
    conn(&format!(
        "INSERT INTO plans (id, province_id, audience, code, title, title_fold, owner_id, issuer_id, state, activated_on, version, created_at, updated_at) \
         VALUES ({plan}, {province}, 1, 'KH-DO', 'Kế hoạch để đo', 'ke hoach de do', {ubnd}, {ubnd}, 'active', '{today}', {moments})"
    ));
    conn(&format!(
        "WITH RECURSIVE {} INSERT INTO organizations (id, province_id, code, name, name_fold, kind, level, has_users, state, version, created_at, updated_at) \
         SELECT {}, o.province_id, 'DO' || i, 'Cơ quan đo ' || i, 'co quan do ' || i, o.kind, o.level, o.has_users, o.state, {moments} \
         FROM organizations o CROSS JOIN s WHERE o.id = {}",
        d.series(1, 100),
        d.numbered("03"),
        d.id(world.agency)
    ));
    let slots: Vec<String> =
        (0..100_usize).map(|slot| format!("({slot}, {})", d.id(if slot == 0 { world.agency } else { world.others[slot % world.others.len()] }))).collect();
    let slots = slots.join(", ");
    let state = "CASE i % 4 WHEN 0 THEN 'assigned' WHEN 1 THEN 'in_progress' WHEN 2 THEN 'completed' ELSE 'in_progress' END";
    let content = "Tuyên truyền, phổ biến chủ trương của Đảng, chính sách của Nhà nước về công tác đối ngoại nhân dân; nhiệm vụ ";
    let fold = "tuyen truyen, pho bien chu truong cua dang, chinh sach cua nha nuoc ve cong tac doi ngoai nhan dan; nhiem vu ";
    for from in (1..=tasks).step_by(100_000) {
        let with = format!("WITH RECURSIVE a(k, agency) AS (VALUES {slots}), {}", d.series(from, tasks.min(from + 99_999)));
        let rows = "FROM s JOIN a ON a.k = i % 100";
        conn(&format!(
            "{with} INSERT INTO tasks (id, province_id, audience, plan_id, owner_id, code, place, content, content_fold, form, cadence, assignees, state, \
             occurrence_id, due_on, due_sort, version, created_at, updated_at) \
             SELECT {id}, {province}, 1, {plan}, {ubnd}, 'NV-BDI-D-' || i, 'II.' || (i % 9), '{content}' || i, '{fold}' || i, 'assign', 'once', {list}, {state}, \
             {occurrence}, {day}, {day}, {moments} {rows}"
        ));
        conn(&format!(
            "{with} INSERT INTO task_occurrences (id, task_id, plan_id, province_id, opened_on, state, due_on, due_sort, due_history, calendar_version, lays, \
             version, created_at, updated_at) SELECT {occurrence}, {id}, {plan}, {province}, '{today}', {state}, {day}, {day}, {list}, '1', {list}, {moments} {rows}"
        ));
        conn(&format!(
            "{with} INSERT INTO task_parts (id, task_id, occurrence_id, plan_id, province_id, organization_id, role, required, form, state, due_on, due_sort, \
             due_history, links, lays, version, created_at, updated_at) SELECT {part}, {id}, {occurrence}, {plan}, {province}, agency, 'lead', TRUE, 'assign', \
             'assigned', {day}, {day}, {list}, {list}, {list}, {moments} {rows}"
        ));
        conn(&format!("{with} INSERT INTO access (organization_id, kind, record_id, relations) SELECT {ubnd}, 'task', {id}, 1 {rows}"));
        conn(&format!("{with} INSERT INTO access (organization_id, kind, record_id, relations) SELECT agency, 'task', {id}, 2 {rows}"));
    }
    // What autovacuum does by itself within minutes.
    conn(if url.is_shared() { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" });
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

fn sql_session(who: &Who) -> String {
    format!(
        "SELECT u.id, s.revoked_at, s.expires_at, u.disabled_at, u.is_system_admin, u.username, p.position, p.valid_from, p.valid_to, o.id, o.province_id, \
         o.parent_id, o.kind, o.level, f.function, f.plan_id, f.regime_id, f.valid_from, f.valid_to, b.id FROM sessions s JOIN users u ON u.id = s.user_id \
         LEFT JOIN posts p ON s.post_id = p.id LEFT JOIN organizations o ON o.id = p.organization_id \
         LEFT JOIN organization_functions f ON f.organization_id = o.id LEFT JOIN provinces b ON b.successor_id = o.province_id WHERE s.id = '{}';\n",
        who.session
    )
}

const PICK: &str = "('01990000-0000-7000-8000-' || lpad(to_hex(:i::bigint), 12, '0'))::uuid";
const PICK_OCCURRENCE: &str = "('01990000-0000-7000-8001-' || lpad(to_hex(:i::bigint), 12, '0'))::uuid";

fn sql_show(world: &World) -> String {
    format!(
        "SELECT t.*, c.*, a.relations FROM tasks t LEFT JOIN task_occurrences c ON t.occurrence_id = c.id \
         LEFT JOIN access a ON a.record_id = t.id AND a.kind = 'task' AND a.organization_id = '{}' WHERE t.id = {PICK} LIMIT 1;\n\
         SELECT p.* FROM task_parts p WHERE p.occurrence_id = {PICK_OCCURRENCE} ORDER BY p.id;\n",
        world.ubnd
    )
}

fn sql_get(world: &World, who: &Who) -> String {
    format!("\\set i random(1, :n)\n{}{}", sql_session(who), sql_show(world))
}

fn sql_page(world: &World, who: &Who) -> String {
    let half = |open: &str| {
        format!(
            "SELECT t.*, a.relations FROM tasks t LEFT JOIN access a ON a.record_id = t.id AND a.kind = 'task' AND a.organization_id = '{}' \
             WHERE {open} AND t.state = 'in_progress' ORDER BY t.due_sort, t.id LIMIT 21;\n",
            world.ubnd
        )
    };
    let open = format!("t.audience = 1 AND t.province_id = '{}'", world.province);
    format!("{}{}{}", sql_session(who), half(&open), half("a.relations > 0 AND t.audience = 0"))
}

fn sql_patch(world: &World, who: &Who) -> String {
    let record = json!({ "code": "NV-BDI-D-1", "content": "Tuyên truyền, phổ biến chủ trương của Đảng. ".repeat(6), "ids": [world.plan, world.ubnd, world.province, world.agency], "state": "in_progress", "assignees": [], "form": "assign", "cadence": "once", "version": 1 });
    format!(
        "\\set i random(1, :n)\nBEGIN ISOLATION LEVEL SERIALIZABLE;\n{session}\
         SELECT t.*, a.relations FROM tasks t LEFT JOIN access a ON a.record_id = t.id AND a.kind = 'task' AND a.organization_id = '{ubnd}' WHERE t.id = {PICK} LIMIT 1;\n\
         SELECT state FROM plans WHERE id = '{plan}';\n\
         UPDATE tasks SET content = 'Triển khai Chỉ thị về công tác đối ngoại nhân dân, lần ' || :i::bigint, content_fold = 'trien khai chi thi ve cong tac, lan ' || :i::bigint, \
         place = place, reference = reference, source_text = source_text, product = product, version = version + 1, updated_at = now(), updated_by = '{ubnd}' WHERE id = {PICK};\n\
         INSERT INTO journal (id, act_id, at, user_id, organization_id, province_id, owner_organization_id, kind, record_id, record_version, action, before, after, request_id) \
         VALUES (gen_random_uuid(), gen_random_uuid(), now(), '{ubnd}', '{ubnd}', '{province}', '{ubnd}', 'task', {PICK}, 2, 'edit', '{record}', '{record}', 'bench');\n\
         {show}COMMIT;\n",
        session = sql_session(who),
        ubnd = world.ubnd,
        plan = world.plan,
        province = world.province,
        show = sql_show(world),
    )
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
        .output()
        .map_err(|e| format!("not run: {e}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines()
        .find_map(|l| l.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| format!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}
