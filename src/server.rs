//! The running service: the API listener, the listener for health and metrics, background work.

use crate::{
    api,
    config::Settings,
    db::{self, Db},
    document,
    error::{Error, Result},
    http::{
        Contract, House, ServiceConfig, gate,
        token::{Source, Tokens},
    },
    plans, reporting,
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
use std::{net::TcpListener, time::Duration};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Seconds that running requests are given after SIGTERM.
const DRAIN_SECONDS: u64 = 30;

/// Opens the database, brings it up to date, loads the keys.
pub fn open(settings: Settings, clock: Clock) -> Result<House> {
    std::fs::create_dir_all(&settings.data).map_err(|e| Error::internal(format!("{}: {e}", settings.data.display())))?;
    for done in db::migrate(&settings.database)? {
        log::info!("migrated: {done}");
    }
    let db = Db::open(&settings.database, settings.pool)?;
    let source = key_source(&settings);
    let tokens = Tokens::open(&db, source, clock.now())?;
    let contract = Contract::read(&document()?).map_err(Error::internal)?;
    Ok(House::new(db, contract, tokens, clock, settings))
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
            .wrap(cors(&shared.settings.cors_origins))
    })
    .workers(workers)
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
    all.push(Job {
        name: "open_periods",
        every: Duration::from_secs(300),
        due: Some(reporting::periods::anything_due),
        run: reporting::periods::open_due,
        batch: 0,
    });
    all
}

/// Serves until SIGTERM or SIGINT.
pub async fn run(house: House, listener: TcpListener, admin: TcpListener) -> std::io::Result<()> {
    let (db, clock) = (house.db.clone(), house.clock.clone());
    let (service, health) = serve(Data::new(house), listener, admin)?;
    let health_handle = health.handle();
    actix_web::rt::spawn(health);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let background = actix_web::rt::spawn(worker::run(db.clone(), clock.clone(), jobs(), stopped));
    let served = service.await;
    // The last requests have been answered; what they wrote is sealed before the process ends.
    stop.send_replace(true);
    if let Err(e) = background.await {
        log::error!("the worker ended badly: {e}");
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
        ])
        .max_age(3600)
}

async fn jwks(house: Data<House>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(serde_json::json!({ "keys": house.tokens.jwks() }))
}

async fn ready(house: Data<House>) -> HttpResponse {
    match house.db.read(db::is_migrated).await {
        Ok(true) => HttpResponse::Ok().content_type("text/plain").body("ready\n"),
        Ok(false) => HttpResponse::ServiceUnavailable().content_type("text/plain").body("migrations are pending\n"),
        Err(e) => {
            log::warn!("not ready: {e}");
            HttpResponse::ServiceUnavailable().content_type("text/plain").body("the database does not answer\n")
        }
    }
}

async fn metrics(house: Data<House>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(house.meter.page(house.db.statements()))
}
