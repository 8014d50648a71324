//! The running service: the API listener, the listener for health and metrics, background work.

use crate::{
    api, by_code,
    config::Settings,
    contract,
    db::{self, Db},
    documents,
    error::{Error, Result},
    exchange,
    http::{
        Contract, House, ServiceConfig,
        compression::negotiated,
        gate, outside,
        token::{Source, Tokens},
    },
    mandates, plans, readings, reporting, statistics,
    time::Clock,
    worker::{self, Job},
};
use actix_cors::Cors;
use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Server,
    http::header,
    middleware::{Compress, from_fn},
    web::{self, Data, PayloadConfig},
};
use std::{net::TcpListener, sync::Arc, time::Duration};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Seconds that running requests are given after SIGTERM.
const DRAIN_SECONDS: u64 = 30;

/// Opens the database, brings it up to date, loads the keys.
pub fn open(settings: Settings, clock: Clock) -> Result<House> {
    let contract = Contract::read(&contract()?).map_err(Error::internal)?;
    open_under(Arc::new(contract), settings, clock)
}

/// [`open`] with a contract that has been read before.
pub fn open_under(contract: Arc<Contract>, settings: Settings, clock: Clock) -> Result<House> {
    std::fs::create_dir_all(&settings.data).map_err(|e| Error::internal(format!("{}: {e}", settings.data.display())))?;
    for done in db::migrate(&settings.database)? {
        log::info!("migrated: {done}");
    }
    let db = Db::open(&settings.database, settings.pool)?;
    let source = key_source(&settings);
    let tokens = Tokens::open(&db, source, clock.now())?;
    let mut house = House::new(db, contract, tokens, clock, settings, by_code);
    house.kinds = exchange::KINDS;
    Ok(house)
}

/// Where the signing keys are kept (RULES 28).
pub fn key_source(settings: &Settings) -> Source {
    match (&settings.secret, settings.database.is_shared()) {
        (Some(secret), true) => Source::Sealed(secret.clone()),
        _ => Source::File(settings.data.join("signing-keys.json")),
    }
}

/// The API on one listener, health and metrics on another. Ends on SIGTERM, after running requests have been answered.
pub fn serve(house: Data<House>, listener: TcpListener, admin: TcpListener) -> std::io::Result<(Server, Server)> {
    let workers = house.settings.workers;
    let shared = house.clone();
    let service = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(PayloadConfig::new(1 << 20))
            .service(web::scope("/api/v1").configure(|config| api(&mut ServiceConfig::Serve(config))))
            .service(SwaggerUi::new("/docs/{_:.*}").config(Config::new(["/api/v1/openapi.json"]).persist_authorization(true).try_it_out_enabled(true)))
            .service(web::resource("/docs").to(|| async { HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/docs/")).finish() }))
            .service(web::resource("/").to(|| async { HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/docs/")).finish() }))
            .service(web::resource("/.well-known/jwks.json").to(jwks))
            .wrap(from_fn(gate))
            .wrap(Compress::default())
            .wrap(from_fn(negotiated))
            .wrap(cors(&shared.settings.cors_origins))
            .wrap(from_fn(outside))
    })
    .workers(workers)
    // A compressed answer ends in a small packet of its own, which would wait some 40 ms for the client's ACK.
    .tcp_nodelay(true)
    .worker_max_blocking_threads(32)
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(DRAIN_SECONDS)
    .listen(listener)?
    .run();
    let shared = house;
    let health = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .service(web::resource("/livez").to(|| async { HttpResponse::Ok().content_type("text/plain").body("ok\n") }))
            .service(web::resource("/readyz").to(ready))
            .service(web::resource("/metrics").to(metrics))
    })
    .workers(1)
    .disable_signals()
    .listen(admin)?
    .run();
    Ok((service, health))
}

/// What runs in the background.
pub fn jobs() -> Vec<Job> {
    let mut all = worker::standing_jobs();
    // Periods begin at midnight; a minute later is soon enough.
    all.push(Job { name: "open_occurrences", every: Duration::from_secs(60), due: Some(plans::is_due), run: plans::open_due, batch: 1 });
    all.push(Job { name: "follow_functions", every: Duration::from_secs(60), due: Some(mandates::is_due), run: mandates::follow_due, batch: 1 });
    all.push(Job {
        name: "open_periods",
        every: Duration::from_secs(300),
        due: Some(reporting::periods::anything_due),
        run: reporting::periods::open_due,
        batch: 0,
    });
    all
}

/// How long a file that nothing names is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How often such files are looked for.
const SWEEP: Duration = Duration::from_secs(3600);

/// Whether a record other than an attachment names a file: a report that was handed in, a saved report's result, a text that
/// was read.
pub fn names_file(conn: &mut db::Conn, sha256: &str) -> Result<bool> {
    Ok(reporting::submissions::names_file(conn, sha256)? || statistics::jobs::names_file(conn, sha256)? || readings::names_file(conn, sha256)?)
}

/// Takes away files that nothing names any more, now and then, until the service stops.
async fn tidy(db: Db, data: std::path::PathBuf, mut stop: tokio::sync::watch::Receiver<bool>) {
    loop {
        if let Some(before) = std::time::SystemTime::now().checked_sub(KEPT) {
            match documents::attachments::sweep::sweep(&db, &data, before, names_file).await {
                Ok(0) => {}
                Ok(gone) => log::info!("{gone} files that nothing names any more are gone"),
                Err(e) => log::error!("files could not be swept: {e}"),
            }
        }
        if let Ok(told) = tokio::time::timeout(SWEEP, stop.changed()).await
            && (told.is_err() || *stop.borrow())
        {
            return;
        }
    }
}

/// Serves until SIGTERM or SIGINT.
pub async fn run(house: House, listener: TcpListener, admin: TcpListener) -> std::io::Result<()> {
    let (db, clock, data) = (house.db.clone(), house.clock.clone(), house.settings.data.clone());
    let (service, health) = serve(Data::new(house), listener, admin)?;
    let health_handle = health.handle();
    actix_web::rt::spawn(health);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let swept = actix_web::rt::spawn(tidy(db.clone(), data.clone(), stopped.clone()));
    let reports = actix_web::rt::spawn(statistics::jobs::run(db.clone(), clock.clone(), data, stopped.clone()));
    let background = actix_web::rt::spawn(worker::run(db.clone(), clock.clone(), jobs(), stopped));
    let served = service.await;
    // The last requests have been answered; what they wrote is sealed before the process ends.
    stop.send_replace(true);
    for work in [background, reports] {
        if let Err(e) = work.await {
            log::error!("the worker ended badly: {e}");
        }
    }
    if let Err(e) = swept.await {
        log::error!("the sweep ended badly: {e}");
    }
    if let Err(e) = worker::tick(&db, &jobs(), clock.now()).await {
        log::warn!("the last round of the worker: {e}");
    }
    health_handle.stop(false).await;
    served
}

fn cors(origins: &[String]) -> Cors {
    let allowed = origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    allowed
        .allowed_methods(["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"])
        .allowed_headers([
            "authorization",
            "accept",
            "accept-language",
            "content-type",
            "if-match",
            "if-none-match",
            "idempotency-key",
            "x-request-id",
            "traceparent",
        ])
        .expose_headers([
            "etag",
            "location",
            "link",
            "retry-after",
            "x-request-id",
            "idempotent-replayed",
            "ratelimit",
            "ratelimit-policy",
            "content-disposition",
            "x-snapshot",
            "allow",
            "www-authenticate",
        ])
        .max_age(3600)
}

async fn jwks(house: Data<House>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(serde_json::json!({ "keys": house.tokens.jwks() }))
}

async fn ready(house: Data<House>) -> HttpResponse {
    let not_ready = |why: &'static str| HttpResponse::ServiceUnavailable().content_type("text/plain").body(why);
    let data = house.settings.data.clone();
    let writable = web::block(move || files_are_writable(&data)).await;
    if !matches!(writable, Ok(Ok(()))) {
        log::warn!("not ready: the files directory: {writable:?}");
        return not_ready("the files directory cannot be written\n");
    }
    let state = house.db.read(|conn| Ok(if db::is_migrated(conn)? { Some(documents::attachments::newest_file(conn)?) } else { None })).await;
    match state {
        Ok(None) => not_ready("migrations are pending\n"),
        // Another process keeps its files elsewhere: downloads here would fail for half of them (RULES 28).
        Ok(Some(Some(sha256))) if !documents::attachments::place(&house.settings.data, &sha256).exists() => {
            log::warn!("not ready: file {sha256} is not in the files directory");
            not_ready("the files of this installation are not here; all processes must share one volume\n")
        }
        Ok(Some(_)) => HttpResponse::Ok().content_type("text/plain").body("ready\n"),
        Err(e) => {
            log::warn!("not ready: {e}");
            not_ready("the database does not answer\n")
        }
    }
}

/// Tries it: rights, a full disk and a volume that is gone all show in no other way.
fn files_are_writable(data: &std::path::Path) -> std::io::Result<()> {
    let folder = data.join("files").join("incoming");
    std::fs::create_dir_all(&folder)?;
    let probe = folder.join(crate::id::Id::fresh().to_string());
    std::fs::write(&probe, b"ready")?;
    std::fs::remove_file(probe)
}

async fn metrics(house: Data<House>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(house.meter.page(house.db.statements()))
}
