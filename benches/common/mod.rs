//! What both benches stand on: databases of their own, the release binary as a service, a province with people in it.

#![allow(dead_code)] // each bench uses the parts that it needs

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use nhipcau::{
    authz::Position,
    db::{self, Db, Url},
    organizations::{self, Organization, provinces},
    people::{self, NewUser, password},
    seed, terminal,
    time::Clock,
};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub const PASSWORD: &str = "mot-mat-khau-do-toc-do";
pub const SECRET: &str = "bi mat chi dung cho phep do toc do, du dai";

/// A setting of the environment that says something.
pub fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// Whether the large amounts are asked for.
pub fn is_full() -> bool {
    std::env::args().any(|a| a == "--full") || set("NHIPCAU_BENCH_FULL").is_some_and(|v| v != "0")
}

/// Measures on SQLite, and on a database of its own on the PostgreSQL server where one answers.
pub fn on_each(name: &str, measure: impl Fn(&str, Option<&str>)) {
    let only = set("NHIPCAU_BENCH_ONLY");
    if only.as_deref() != Some("postgres") {
        measure("SQLite", None);
    }
    if only.as_deref() == Some("sqlite") {
        return;
    }
    let server = set("NHIPCAU_TEST_POSTGRES_URL").unwrap_or_else(|| "postgres://postgres@127.0.0.1/postgres".into());
    match PgConnection::establish(&server) {
        Ok(mut conn) => {
            let (base, _) = server.rsplit_once('/').expect("a URL with a database");
            let name = format!("nhipcau_{name}_{}", std::process::id());
            conn.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database");
            let dropped = Dropped { server: server.clone(), name: name.clone() };
            measure("PostgreSQL", Some(&format!("{base}/{name}")));
            drop(dropped);
        }
        Err(e) => println!("\nPostgreSQL does not answer: {e}"),
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

/// A data directory that goes when the measuring ends.
pub struct Scratch(pub PathBuf);
impl Drop for Scratch {
    fn drop(&mut self) {
        if std::fs::remove_dir_all(&self.0).is_err() {
            eprintln!("{} stays", self.0.display());
        }
    }
}

/// A data directory and a migrated database.
pub fn begin(name: &str, title: &str, postgres: Option<&str>) -> (Scratch, Url) {
    println!("\n== {title}");
    let scratch = Scratch(std::env::temp_dir().join(format!("nhipcau-{name}-{}-{}", std::process::id(), title.to_lowercase())));
    std::fs::create_dir_all(&scratch.0).expect("a data directory");
    let file = scratch.0.join("nhipcau.db");
    let url = postgres.map_or_else(|| Url::Sqlite(file.to_string_lossy().into_owned()), |url| Url::Postgres(url.to_owned()));
    db::migrate(&url).expect("migrations run");
    (scratch, url)
}

/// The release binary at work.
pub struct Service {
    pub child: Child,
    pub api: SocketAddr,
}

impl Service {
    /// Starts the binary; answers it with the time until `/readyz` was good.
    pub fn start(data: &Path, postgres: Option<&str>) -> (Self, Duration) {
        Self::start_saying(data, postgres, "warn", Stdio::inherit())
    }

    pub fn start_saying(data: &Path, postgres: Option<&str>, level: &str, log: Stdio) -> (Self, Duration) {
        let free = || TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
        let (api, admin) = (free(), free());
        let mut command = Command::new(env!("CARGO_BIN_EXE_nhipcau"));
        command.arg("serve").env("NHIPCAU_DATA", data).env("NHIPCAU_LISTEN", api.to_string()).env("NHIPCAU_ADMIN_LISTEN", admin.to_string());
        command.env("NHIPCAU_RATE_PER_MINUTE", "0").env("RUST_LOG", level).env_remove("DATABASE_URL").stdout(Stdio::null()).stderr(log);
        if let Some(url) = postgres {
            command.env("DATABASE_URL", url).env("NHIPCAU_SECRET", SECRET);
        }
        let started = Instant::now();
        let service = Self { child: command.spawn().expect("the service starts"), api };
        while !is_ready(admin) {
            assert!(started.elapsed() < Duration::from_secs(20), "the service is not ready after 20 s");
            std::thread::sleep(Duration::from_millis(2));
        }
        (service, started.elapsed())
    }

    /// Has the system measure the most memory anew, from what is held now (proc(5), `clear_refs`).
    pub fn forget_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("a peak of our own child can be forgotten");
    }

    /// Memory in MB: `VmRSS:` now, `VmHWM:` at most.
    pub fn memory(&self, line: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kib: f64 = status.lines().find_map(|l| l.strip_prefix(line)?.split_whitespace().next()?.parse().ok()).unwrap_or(f64::NAN);
        kib / 1024.0
    }
}

fn is_ready(admin: SocketAddr) -> bool {
    let Ok(mut line) = TcpStream::connect(admin) else { return false };
    let mut answer = String::new();
    let asked = line.write_all(b"GET /readyz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n");
    asked.and_then(|()| line.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200")
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

/// Loads the agencies of Bình Định and hires some: name, organisation, position. Their tasks and reports are not loaded, for
/// those that are measured are filled in.
pub fn hire(db: &Db, hired: &[(&str, &str, Position)]) -> Vec<Organization> {
    let now = Clock::System.now();
    let text = seed::FILES.iter().find(|f| f.contains("\"seed\": \"binh_dinh\"") || f.contains("\"seed\":\"binh_dinh\"")).expect("the file");
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
        let province = provinces::by_code(conn, "BDI")?.expect("the province");
        let all = organizations::of_province(conn, province.id)?;
        for (username, code, position) in hired {
            let new = NewUser {
                username: (*username).into(),
                full_name: "Người Thí Dụ".into(),
                email: None,
                language: None,
                organization_id: all.iter().find(|o| o.code == *code).map(|o| o.id).expect("an organisation"),
                position: *position,
            };
            people::add(conn, &terminal::ask(now), new, &hash, false)?;
        }
        Ok(all)
    })
    .expect("people are hired")
}
