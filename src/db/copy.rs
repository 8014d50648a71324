//! The whole database in one file, consistent while the service runs: SQLite copies itself, PostgreSQL's own programs do it.

use super::{Conn, Opener, Url};
use crate::error::{Error, Result};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};
use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

/// What a copy of a database is called in an archive.
pub fn copy_name(url: &Url) -> &'static str {
    match url {
        Url::Sqlite(_) => "database.sqlite",
        Url::Postgres(_) => "database.pgdump",
    }
}

/// Writes a copy of the database as it is at this moment; nobody has to stop.
pub fn copy_out(url: &Url, to: &Path) -> Result<()> {
    match url {
        Url::Sqlite(_) => {
            let mut conn = Opener { url: url.clone(), statements: Arc::default(), patient: true }.establish().map_err(|e| Error::Unavailable(e.to_string()))?;
            if let Conn::Sqlite(c) = &mut conn {
                diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to.to_string_lossy().into_owned()).execute(c)?;
            }
            Ok(())
        }
        Url::Postgres(address) => run(client("pg_dump", address).args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(to), "pg_dump"),
    }
}

/// Fills an empty database from a copy.
pub fn copy_in(url: &Url, from: &Path) -> Result<()> {
    match url {
        Url::Sqlite(path) => {
            let placed = std::fs::copy(from, path).and_then(|_| std::fs::File::open(path)?.sync_all());
            placed.map_err(|e| Error::internal(format!("{path}: {e}")))
        }
        Url::Postgres(address) => {
            let name = address.rsplit('/').next().unwrap_or_default().split('?').next().unwrap_or_default();
            run(
                client("pg_restore", address).args(["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--dbname", name]).arg(from),
                "pg_restore",
            )
        }
    }
}

#[derive(QueryableByName)]
struct Tables {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether nothing is there yet that a restoring could overwrite.
pub fn is_untouched(url: &Url) -> Result<bool> {
    if let Url::Sqlite(path) = url
        && !Path::new(path).exists()
    {
        return Ok(true);
    }
    let mut conn = Opener { url: url.clone(), statements: Arc::default(), patient: true }.establish().map_err(|e| Error::Unavailable(e.to_string()))?;
    let tables: Tables = match &mut conn {
        Conn::Postgres(c) => diesel::sql_query("SELECT count(*) AS count FROM information_schema.tables WHERE table_schema = 'public'").get_result(c)?,
        // An empty file is in the way of the copy as much as a full one.
        Conn::Sqlite(_) => return Ok(false),
    };
    Ok(tables.count == 0)
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Whether an SQLite file is whole, by SQLite's own check; PostgreSQL checks its pages as it reads them.
pub fn is_sound(conn: &mut Conn) -> Result<bool> {
    let Conn::Sqlite(c) = conn else { return Ok(true) };
    let said: Vec<Said> = diesel::sql_query("PRAGMA integrity_check").load(c)?;
    Ok(said.iter().all(|s| s.integrity_check == "ok"))
}

/// A client program told by its environment where to go: other users of the machine see arguments, not environments.
fn client(program: &str, address: &str) -> Command {
    let mut command = Command::new(program);
    let (rest, query) = address.split_once('?').unwrap_or((address, ""));
    let rest = rest.split_once("://").map_or(rest, |(_, r)| r);
    let (place, name) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, server) = place.rsplit_once('@').unwrap_or(("", place));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        _ => (server, ""),
    };
    let option = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default().to_owned();
    for (name, value) in [
        ("PGUSER", plain(user)),
        ("PGPASSWORD", plain(password)),
        ("PGHOST", plain(host.trim_matches(['[', ']']))),
        ("PGPORT", port.to_owned()),
        ("PGDATABASE", plain(name)),
        ("PGSSLMODE", option("sslmode")),
        ("PGSSLROOTCERT", plain(&option("sslrootcert"))),
    ] {
        if !value.is_empty() {
            command.env(name, value);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Without percent-encoding.
fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|h| u8::from_str_radix(std::str::from_utf8(h).unwrap_or_default(), 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn run(command: &mut Command, name: &str) -> Result<()> {
    let output = command.output().map_err(|e| {
        Error::internal(format!(
            "{name} cannot be run ({e}); install PostgreSQL's client programs, of the server's version or later (Debian: postgresql-client)"
        ))
    })?;
    if output.status.success() { Ok(()) } else { Err(Error::internal(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_programs_are_told_where_to_go_by_their_environment() {
        let told = |address: &str| {
            let command = client("pg_dump", address);
            let mut all: Vec<String> =
                command.get_envs().map(|(k, v)| format!("{}={}", k.to_string_lossy(), v.unwrap_or_default().to_string_lossy())).collect();
            all.sort();
            assert_eq!(command.get_args().count(), 0);
            all.join(" ")
        };
        assert_eq!(
            told("postgres://nhip:m%40t%20khau@db.tinh.vn:5433/nhipcau?sslmode=verify-full&connect_timeout=3"),
            "PGDATABASE=nhipcau PGHOST=db.tinh.vn PGPASSWORD=m@t khau PGPORT=5433 PGSSLMODE=verify-full PGUSER=nhip"
        );
        assert_eq!(told("postgresql://postgres@127.0.0.1/postgres"), "PGDATABASE=postgres PGHOST=127.0.0.1 PGUSER=postgres");
        assert_eq!(told("postgres://u@[::1]:5432/d"), "PGDATABASE=d PGHOST=::1 PGPORT=5432 PGUSER=u");
    }
}
