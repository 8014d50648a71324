//! Every setting, read from the environment once, at start. What cannot be read is refused there and then.

use crate::db::Url;
use ipnet::IpNet;
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// The settings of one process.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `DATABASE_URL`: `postgres://…` or `sqlite://FILE`; default `sqlite://<NHIPCAU_DATA>/nhipcau.db`.
    pub database: Url,
    /// `NHIPCAU_LISTEN`: where the API listens; default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// `NHIPCAU_ADMIN_LISTEN`: where health and metrics are told; default `127.0.0.1:9090`.
    pub admin_listen: SocketAddr,
    /// `NHIPCAU_DATA`: directory of the embedded database, keys and files; default `./data`.
    pub data: PathBuf,
    /// `NHIPCAU_SECRET`: seals the signing keys on PostgreSQL, the same on all replicas; at least 32 characters.
    pub secret: Option<String>,
    /// `NHIPCAU_DEMO_PASSWORD`: password of the demo accounts; invented where it is not set.
    pub demo_password: Option<String>,
    /// `NHIPCAU_CORS_ORIGINS`: origins that browsers may call from, separated by commas; none by default.
    pub cors_origins: Vec<String>,
    /// `NHIPCAU_TRUSTED_PROXIES`: addresses or networks (CIDR) of the proxies and load balancers in front, separated by commas;
    /// from them alone `X-Forwarded-For` is believed. None by default: a request comes from whoever connects.
    pub trusted_proxies: Vec<IpNet>,
    /// `NHIPCAU_RATE_PER_MINUTE`: requests that one session or address may make a minute; default 6000, 0 for no limit.
    pub requests_per_minute: u32,
    /// `NHIPCAU_POOL`: database connections for reads; default 8. On PostgreSQL half as many more are for writes.
    pub pool: u32,
    /// `NHIPCAU_WORKERS`: HTTP worker threads; default one a core, 8 at most.
    pub workers: usize,
}

impl Settings {
    /// Reads the process's environment.
    pub fn from_environment() -> Result<Self, String> {
        Self::from(&std::env::vars().collect())
    }

    /// Reads settings by name; the error names the setting and the way out.
    pub fn from(given: &HashMap<String, String>) -> Result<Self, String> {
        let get = |name: &str| given.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
        let address = |name: &str, default: &str| {
            let text = get(name).unwrap_or(default);
            text.parse::<SocketAddr>().map_err(|_| format!("{name}={text}: expected ADDRESS:PORT, such as {default}"))
        };
        let number = |name: &str, default: u32, least: u32, most: u32| {
            let text = get(name).map_or_else(|| default.to_string(), str::to_owned);
            text.parse::<u32>()
                .ok()
                .filter(|n| (least..=most).contains(n))
                .ok_or_else(|| format!("{name}={text}: expected a whole number from {least} to {most}"))
        };
        let data = PathBuf::from(get("NHIPCAU_DATA").unwrap_or("./data"));
        let database = match get("DATABASE_URL") {
            Some(url) => Url::parse(url).ok_or("DATABASE_URL: expected postgres://USER@HOST/DATABASE or sqlite://FILE")?,
            None => Url::Sqlite(data.join("nhipcau.db").to_string_lossy().into_owned()),
        };
        let secret = get("NHIPCAU_SECRET").map(str::to_owned);
        if let Some(secret) = &secret
            && secret.chars().count() < 32
        {
            return Err("NHIPCAU_SECRET: at least 32 characters, such as the output of `openssl rand -hex 32`".into());
        }
        if database.is_shared() && secret.is_none() {
            return Err("NHIPCAU_SECRET is required with PostgreSQL: it seals the signing keys; give every replica the same, such as the output of `openssl rand -hex 32`".into());
        }
        let network = |text: &str| {
            let one = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            one.ok_or_else(|| format!("NHIPCAU_TRUSTED_PROXIES={text}: expected addresses or networks, such as 10.0.0.5,172.16.0.0/12"))
        };
        let cores = std::thread::available_parallelism().map_or(2, usize::from).min(8);
        Ok(Self {
            database,
            listen: address("NHIPCAU_LISTEN", "127.0.0.1:8080")?,
            admin_listen: address("NHIPCAU_ADMIN_LISTEN", "127.0.0.1:9090")?,
            data,
            secret,
            demo_password: match get("NHIPCAU_DEMO_PASSWORD") {
                Some(password) if password.chars().count() < 12 => return Err("NHIPCAU_DEMO_PASSWORD: at least 12 characters".into()),
                password => password.map(str::to_owned),
            },
            cors_origins: get("NHIPCAU_CORS_ORIGINS").map(|all| all.split(',').map(|o| o.trim().to_owned()).collect()).unwrap_or_default(),
            trusted_proxies: get("NHIPCAU_TRUSTED_PROXIES").map(|all| all.split(',').map(|one| network(one.trim())).collect()).transpose()?.unwrap_or_default(),
            requests_per_minute: number("NHIPCAU_RATE_PER_MINUTE", 6_000, 0, 10_000_000)?,
            pool: number("NHIPCAU_POOL", 8, 1, 200)?,
            workers: usize::try_from(number("NHIPCAU_WORKERS", u32::try_from(cores).unwrap_or(2), 1, 64)?).unwrap_or(2),
        })
    }
}
