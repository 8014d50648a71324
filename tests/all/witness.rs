//! Looks over the shoulder of every test: whatever is asked over HTTP, a write is one act in the journal and anything else
//! none (RULES 22). So the rule is tried on every operation that any story uses, by no list of our own.

use crate::harness::Reply;
use diesel::{Connection, prelude::*};
use nhipcau::{
    db::{Conn, Url},
    id::Id,
    schema::journal,
};
use serde_json::Value;
use std::{cell::RefCell, collections::HashMap};

/// Journaled only when a stolen token comes to light, and then refused.
const REFRESH: &str = "/auth/refresh";

/// A connection beside the service's own, so that its statements are not counted with theirs.
pub struct Witness {
    conn: RefCell<Conn>,
    /// Calendars put in force and notices read, as they were last answered: the same answer again has changed nothing.
    answers: RefCell<HashMap<String, Value>>,
}

impl Witness {
    pub fn of(url: &Url) -> Self {
        let conn = match url {
            Url::Postgres(address) => Conn::Postgres(diesel::PgConnection::establish(address).expect("PostgreSQL answers")),
            Url::Sqlite(path) => Conn::Sqlite(diesel::SqliteConnection::establish(path).expect("the file opens")),
        };
        Self { conn: RefCell::new(conn), answers: RefCell::default() }
    }

    /// A call that asks for what is so already: passed on to those who have it, a calendar in force, a notice that was read.
    fn changes_nothing(&self, path: &str, reply: &Reply) -> bool {
        if path.ends_with("/calendars") || path.ends_with("/read") {
            return self.answers.borrow_mut().insert(path.to_owned(), reply.json.clone()).as_ref() == Some(&reply.json);
        }
        path.ends_with("/forwardings") && reply["deliveries"].as_array().is_some_and(Vec::is_empty)
    }

    /// Fails where the journal does not say what the answer says.
    pub fn check(&self, method: &str, path: &str, reply: &Reply) {
        let Some(request) = reply.headers.get("x-request-id").filter(|_| !path.contains(REFRESH)) else { return };
        let entries: Vec<(Id, Id, String)> = journal::table
            .filter(journal::request_id.eq(request))
            .select((journal::act_id, journal::record_id, journal::kind))
            .load(&mut *self.conn.borrow_mut())
            .expect("the journal is read");
        let mut acts: Vec<Id> = entries.iter().map(|(act, ..)| *act).collect();
        acts.sort();
        acts.dedup();
        let silent = matches!(method, "GET" | "HEAD" | "OPTIONS")
            || !(200..300).contains(&reply.status)
            || path.contains("validate_only=true")
            || reply.headers.contains_key("idempotent-replayed")
            || self.changes_nothing(path, reply);
        assert_eq!(acts.len(), usize::from(!silent), "{method} {path} ({}) is {} acts in the journal: {entries:?}", reply.status, acts.len());
        let mut records: Vec<(Id, &str)> = entries.iter().map(|(_, id, kind)| (*id, kind.as_str())).collect();
        records.sort();
        let all = records.len();
        records.dedup();
        assert_eq!(records.len(), all, "{method} {path} has written a record twice in one act: {entries:?}");
    }
}
