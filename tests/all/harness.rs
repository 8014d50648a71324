//! A running service for one test: a fresh database, a clock moved by hand, people who sign in, and an HTTP client.

#![allow(dead_code)] // each story uses the parts that it needs

use crate::witness::Witness;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection};
use nhipcau::{
    authz::Position,
    config::Settings,
    db::{Db, Url},
    http::Contract,
    organizations::{self, Organization, provinces},
    people::{self, NewUser, password},
    seed, server, terminal,
    time::{Clock, Stamp},
};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::HashMap,
    net::TcpListener,
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

pub const PASSWORD: &str = "mot-mat-khau-thu";

/// The contract, read once for all houses: what they check against is the same.
fn contract() -> Arc<Contract> {
    static READ: OnceLock<Arc<Contract>> = OnceLock::new();
    READ.get_or_init(|| Arc::new(Contract::read(&nhipcau::contract().expect("a document")).expect("a contract"))).clone()
}

/// Runs a test on SQLite and, where it is configured, on PostgreSQL. The clock begins at `local` (Việt Nam time).
pub fn each(local: &str, test: impl Fn(&House)) {
    let lived = |postgres: bool| {
        let house = House::start(local, postgres);
        test(&house);
        // Whatever was done: what is repeated for speed still says what it repeats.
        let differences = house.db.read_now(nhipcau::plans::verify_access).expect("a comparison");
        assert!(differences.is_empty(), "{differences:?}");
    };
    lived(false);
    if std::env::var("NHIPCAU_TEST_POSTGRES_URL").is_ok() {
        lived(true);
    }
}

/// The service on PostgreSQL, where that is configured.
pub fn on_postgres(local: &str) -> Option<House> {
    std::env::var("NHIPCAU_TEST_POSTGRES_URL").is_ok().then(|| House::start(local, true))
}

/// A name that a statement of a test answers.
#[derive(diesel::QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// The service under test.
pub struct House {
    pub base: String,
    pub admin: String,
    pub db: Db,
    pub url: Url,
    pub postgres: bool,
    pub data: PathBuf,
    witness: Witness,
    clock: Arc<AtomicI64>,
    agent: ureq::Agent,
    tokens: RefCell<HashMap<String, (String, i64)>>,
    handle: Option<actix_web::dev::ServerHandle>,
    thread: Option<std::thread::JoinHandle<()>>,
    scratch: Option<String>,
}

fn micros(local: &str) -> i64 {
    let format = if local.len() > 16 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M" };
    let local = NaiveDateTime::parse_from_str(local, format).expect("a local time such as 2021-11-19T09:00");
    (local - TimeDelta::hours(7)).and_utc().timestamp_micros()
}

static COUNT: AtomicU64 = AtomicU64::new(0);

/// A database of its own on the server that the environment names, made from a migrated template.
fn postgres_database() -> (String, String) {
    static TEMPLATE: OnceLock<(String, String)> = OnceLock::new();
    let server = std::env::var("NHIPCAU_TEST_POSTGRES_URL").expect("NHIPCAU_TEST_POSTGRES_URL");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    let execute = |sql: &str| PgConnection::establish(&server).expect("PostgreSQL answers").batch_execute(sql).expect(sql);
    let (template, _) = TEMPLATE.get_or_init(|| {
        let name = format!("nhipcau_template_{}", std::process::id());
        execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        execute(&format!("CREATE DATABASE {name}"));
        nhipcau::db::migrate(&Url::Postgres(format!("{base}/{name}"))).expect("migrations run");
        (name, server.clone())
    });
    let name = format!("nhipcau_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    // Two tests may not copy the template at one moment.
    let mut conn = PgConnection::establish(&server).expect("PostgreSQL answers");
    conn.batch_execute(&format!("SELECT pg_advisory_lock(77001); CREATE DATABASE {name} TEMPLATE {template}"))
        .or_else(|_| conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")))
        .expect("a test database");
    (format!("{base}/{name}"), name)
}

impl House {
    pub fn start(local: &str, postgres: bool) -> Self {
        Self::start_with(local, postgres, &[])
    }

    pub fn start_with(local: &str, postgres: bool, settings: &[(&str, &str)]) -> Self {
        let data = std::env::temp_dir().join(format!("nhipcau-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&data).expect("a data directory");
        let mut given: HashMap<String, String> = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        given.insert("NHIPCAU_DATA".into(), data.to_string_lossy().into_owned());
        given.insert("NHIPCAU_WORKERS".into(), "1".into());
        given.insert("NHIPCAU_POOL".into(), "4".into());
        given.entry("NHIPCAU_RATE_PER_MINUTE".into()).or_insert_with(|| "0".into());
        let mut scratch = None;
        if postgres {
            let (url, name) = postgres_database();
            given.insert("DATABASE_URL".into(), url);
            given.insert("NHIPCAU_SECRET".into(), "bi mat chi dung cho kiem thu, du dai".into());
            scratch = Some(name);
        }
        let settings = Settings::from(&given).expect("settings");
        let url = settings.database.clone();
        let clock = Arc::new(AtomicI64::new(micros(local)));
        let house = server::open_under(contract(), settings, Clock::Manual(clock.clone())).expect("the service opens");
        let db = house.db.clone();
        let api = TcpListener::bind("127.0.0.1:0").expect("a port");
        let admin = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", api.local_addr().expect("an address"));
        let admin_base = format!("http://{}", admin.local_addr().expect("an address"));
        let (send, receive) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (service, health) = server::serve(actix_web::web::Data::new(house), api, admin).expect("it serves");
                send.send(service.handle()).expect("the test waits");
                let health_handle = health.handle();
                actix_web::rt::spawn(health);
                service.await.expect("it ends well");
                health_handle.stop(false).await;
            });
        });
        let handle = receive.recv().expect("the service starts");
        let agent = ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).max_redirects(0).build().new_agent();
        let witness = Witness::of(&url);
        Self {
            base,
            admin: admin_base,
            url,
            witness,
            db,
            postgres,
            data,
            clock,
            agent,
            tokens: RefCell::default(),
            handle: Some(handle),
            thread: Some(thread),
            scratch,
        }
    }

    /// Sets the clock, Việt Nam time: `2021-11-19T09:00`.
    pub fn at(&self, local: &str) -> &Self {
        self.clock.store(micros(local), Ordering::Relaxed);
        self
    }
    /// Moves the clock on.
    pub fn wait(&self, seconds: i64) -> &Self {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        self
    }
    /// The clock's moment.
    pub fn now(&self) -> Stamp {
        Stamp::from(DateTime::<Utc>::from_timestamp_micros(self.clock.load(Ordering::Relaxed)).expect("a moment"))
    }

    /// Loads one of the five provinces (`binh_dinh`, …) at the clock's moment and answers its code.
    pub fn load(&self, seed_key: &str) -> String {
        let text = seed::FILES
            .iter()
            .find(|f| f.contains(&format!("\"seed\": \"{seed_key}\"")) || f.contains(&format!("\"seed\":\"{seed_key}\"")))
            .expect("such a file");
        seed::load_text(&self.db, text, self.now()).expect("the province loads");
        let file: Value = serde_json::from_str(text).expect("JSON");
        file["province"]["code"].as_str().expect("a code").to_owned()
    }

    /// Loads a province without its texts: agencies, functions and groups, for stories that write plans of their own.
    pub fn load_agencies(&self, seed_key: &str) {
        let text = seed::FILES
            .iter()
            .find(|f| f.contains(&format!("\"seed\": \"{seed_key}\"")) || f.contains(&format!("\"seed\":\"{seed_key}\"")))
            .expect("such a file");
        let mut file: Value = serde_json::from_str(text).expect("JSON");
        for part in ["documents", "plans", "regimes"] {
            file[part] = json!([]);
        }
        seed::load_text(&self.db, &file.to_string(), self.now()).expect("the agencies load");
    }

    /// Organisations of a province by their code.
    pub fn organization(&self, province: &str, code: &str) -> Organization {
        self.db
            .read_now(|conn| {
                let province = provinces::by_code(conn, province)?.expect("the province");
                Ok(organizations::of_province(conn, province.id)?.into_iter().find(|o| o.code == code || o.seed_key.as_deref() == Some(code)))
            })
            .expect("a read")
            .unwrap_or_else(|| panic!("no organisation {code} in {province}"))
    }

    /// Somebody in a position of an organisation, who is hired if need be. `code` is the organisation's code or seed key.
    pub fn person(&self, province: &str, code: &str, position: &str) -> Person<'_> {
        static HASH: OnceLock<String> = OnceLock::new();
        let hash = HASH.get_or_init(|| password::hash(PASSWORD).expect("a hash"));
        let organization = self.organization(province, code);
        let username = format!("{}.{}.{}", province.to_lowercase(), organization.code.to_lowercase().replace('_', "-"), position.replace('_', "-"));
        let now = self.now();
        self.db
            .write_now(|conn| {
                if people::by_username(conn, &username)?.is_none() {
                    let new = NewUser {
                        username: username.clone(),
                        full_name: format!("Người Thí Dụ {position}"),
                        email: None,
                        language: None,
                        organization_id: organization.id,
                        position: Position::parse(position).expect("a position"),
                    };
                    people::add(conn, &terminal::ask(now), new, hash, false)?;
                }
                Ok(())
            })
            .expect("hired");
        Person { house: self, username }
    }

    /// A system administrator.
    pub fn administrator(&self) -> Person<'_> {
        static HASH: OnceLock<String> = OnceLock::new();
        let hash = HASH.get_or_init(|| password::hash(PASSWORD).expect("a hash"));
        let now = self.now();
        self.db
            .write_now(|conn| {
                if people::by_username(conn, "admin")?.is_none() {
                    people::add_system_admin(conn, &terminal::ask(now), "admin", "Quản trị Thí dụ", hash)?;
                }
                Ok(())
            })
            .expect("an administrator");
        Person { house: self, username: "admin".into() }
    }

    /// A request as it stands, without a token.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Reply {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match body {
            Some(body) => self.agent.run(request.body(body.to_vec()).expect("a request")),
            // An empty body, not one of unknown length.
            None if method == "POST" => self.agent.run(request.body(Vec::new()).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut answer = sent.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let headers = answer.headers().iter().map(|(n, v)| (n.as_str().to_owned(), v.to_str().unwrap_or_default().to_owned())).collect();
        let bytes = answer.body_mut().with_config().limit(64 << 20).read_to_vec().expect("a body");
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let reply = Reply { asked: format!("{method} {path}"), status: answer.status().as_u16(), headers, bytes, json };
        crate::document::hold(method, path, &reply);
        self.witness.check(method, path, &reply);
        reply
    }

    /// Whether anything that is kept, in a file or in any column of the database, holds this text as it stands.
    pub fn keeps(&self, text: &str) -> bool {
        let mut folders = vec![self.data.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if std::fs::read(&path).expect("a file").windows(text.len()).any(|part| part == text.as_bytes()) {
                    return true;
                }
            }
        }
        let Url::Postgres(url) = &self.url else { return false };
        let mut conn = PgConnection::establish(url).expect("PostgreSQL answers");
        let tables = "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'";
        let tables: Vec<Named> = diesel::sql_query(tables).load(&mut conn).expect("tables");
        tables.iter().any(|table| {
            let holding = format!("SELECT '{0}' AS name FROM {0} t WHERE position($1 in t::text) > 0 LIMIT 1", table.name);
            let found: Vec<Named> = diesel::sql_query(holding).bind::<diesel::sql_types::Text, _>(text).load(&mut conn).expect("a search");
            !found.is_empty()
        })
    }

    /// Statements sent to the database since start.
    pub fn statements(&self) -> u64 {
        self.db.statements()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            actix_web::rt::System::new().block_on(handle.stop(false));
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            eprintln!("the service ended badly");
        }
        if std::fs::remove_dir_all(&self.data).is_err() {
            eprintln!("{} stays", self.data.display());
        }
        if let Some(name) = &self.scratch {
            let server = std::env::var("NHIPCAU_TEST_POSTGRES_URL").expect("set");
            if let Ok(mut conn) = PgConnection::establish(&server) {
                drop(diesel::sql_query(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).execute(&mut conn));
            }
        }
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person<'a> {
    pub house: &'a House,
    pub username: String,
}

impl Person<'_> {
    /// An access token; signs in again when the last one has grown old.
    pub fn token(&self) -> String {
        let now = self.house.clock.load(Ordering::Relaxed);
        if let Some((token, at)) = self.house.tokens.borrow().get(&self.username)
            && (0..600_000_000).contains(&(now - at))
        {
            return token.clone();
        }
        let body = json!({ "username": self.username, "password": PASSWORD }).to_string();
        let reply = self.house.send("POST", "/api/v1/auth/login", &[("content-type", "application/json")], Some(body.as_bytes()));
        assert_eq!(reply.status, 200, "{} signs in: {}", self.username, reply.json);
        let token = reply.json["access_token"].as_str().expect("a token").to_owned();
        self.house.tokens.borrow_mut().insert(self.username.clone(), (token.clone(), now));
        token
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let bearer = format!("Bearer {}", self.token());
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend(headers);
        let bytes = body.map(|b| b.to_string().into_bytes());
        if bytes.is_some() && !headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type")) {
            all.push(("content-type", if method == "PATCH" { "application/merge-patch+json" } else { "application/json" }));
        }
        let path = if path.starts_with("/api") { path.to_owned() } else { format!("/api/v1{path}") };
        self.house.send(method, &path, &all, bytes.as_deref())
    }

    /// GET under `/api/v1`.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }
    /// POST under `/api/v1`.
    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, &[], Some(&body))
    }
    /// PATCH of the version that an earlier answer showed.
    pub fn patch(&self, path: &str, of: &Reply, body: Value) -> Reply {
        self.send("PATCH", path, &[("if-match", &of.etag())], Some(&body))
    }
    /// A transition of the version that an earlier answer showed. What was done is asked for once more with the same key: the
    /// state has moved on, and the first answer comes again, but for whoever may not any more, and for what is told once.
    pub fn take(&self, path: &str, of: &Reply, body: Value) -> Reply {
        let (etag, key) = (of.etag(), nhipcau::id::Id::fresh().to_string());
        let call = || self.send("POST", &format!("{path}/transitions"), &[("if-match", &etag), ("idempotency-key", &key)], Some(&body));
        let first = call();
        if first.status == 200 {
            let again = call();
            if !matches!(again.status, 401 | 403 | 404) {
                assert_eq!(
                    (again.status, again.headers.get("idempotent-replayed").map(String::as_str)),
                    (200, Some("true")),
                    "{}: {}",
                    again.asked,
                    again.json
                );
                let told = |member: &String| again.json.get(member).is_some_and(|value| value.is_null() || *value == first.json[member]);
                assert!(first.json.as_object().is_some_and(|all| all.keys().all(told)), "{}: {} is answered again as {}", first.asked, first.json, again.json);
                assert_eq!(again.headers.get("etag"), first.headers.get("etag"), "{}", first.asked);
            }
        }
        first
    }
    /// A transition of the version that there is now.
    pub fn step(&self, path: &str, body: Value) -> Reply {
        let now = self.get(path);
        assert_eq!(now.status, 200, "{} reads {path}: {}", self.username, now.json);
        self.take(path, &now, body)
    }
    /// DELETE of the version that an earlier answer showed.
    pub fn delete(&self, path: &str, of: &Reply) -> Reply {
        self.send("DELETE", path, &[("if-match", &of.etag())], None)
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub asked: String,
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Reply {
    /// Fails with the whole answer where the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.json);
        self
    }
    pub fn etag(&self) -> String {
        self.headers.get("etag").cloned().unwrap_or_else(|| panic!("{} has no ETag: {} {}", self.asked, self.status, self.json))
    }
    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("{} has no id: {}", self.asked, self.json)).to_owned()
    }
    /// The machine word of a problem.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }
    /// Items of a page.
    pub fn items(&self) -> &[Value] {
        self.json["items"].as_array().map_or(&[], Vec::as_slice)
    }
    /// The fault at a place, if there is one.
    pub fn fault(&self, pointer: &str) -> Option<&str> {
        self.json["errors"].as_array()?.iter().find(|e| e["pointer"] == pointer)?["code"].as_str()
    }
}

impl std::ops::Index<&str> for Reply {
    type Output = Value;
    fn index(&self, member: &str) -> &Value {
        &self.json[member]
    }
}
