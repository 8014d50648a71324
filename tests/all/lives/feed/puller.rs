//! A program that pulls, is killed now and then before it has stored what it was sent, and is compared with fresh lists.

use crate::harness::{House, Person, Reply};
use nhipcau::{error::Error, exchange::KINDS, feed, sequencer, time::Stamp};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// What the worker does each beat: entries are sealed, changes get their numbers. Where the database is taken for the
/// moment, it tries again later.
pub fn beat(db: &nhipcau::db::Db, now: Stamp) {
    while did(db.write_now(|conn| sequencer::sequence(conn, 500))) > 0 {}
    while did(db.write_now(|conn| feed::number(conn, now))) > 0 {}
}

fn did(outcome: Result<usize, Error>) -> usize {
    match outcome {
        Ok(count) => count,
        Err(Error::Unavailable(_) | Error::Clash) => 0,
        Err(e) => panic!("a batch: {e}"),
    }
}

/// Somebody who pulls: a person, or a program with its key.
#[derive(Clone)]
pub enum Caller<'a> {
    Person(Person<'a>),
    Program(&'a House, String),
}

impl Caller<'_> {
    pub fn get(&self, path: &str) -> Reply {
        match self {
            Caller::Person(person) => person.get(path),
            Caller::Program(house, key) => house.send("GET", &format!("/api/v1{path}"), &[("authorization", &format!("Bearer {key}"))], None),
        }
    }
    /// All events from the beginning.
    pub fn events(&self) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), "0".to_owned());
        loop {
            let page = self.get(&format!("/events?after={after}&limit=200")).expect(200);
            all.extend(page.items().to_vec());
            after = page["cursor"].as_str().expect("a cursor").to_owned();
            if page["more"] == false {
                return all;
            }
        }
    }
}

/// A row without what follows from the clock and from who asks.
pub fn stored(row: &Value) -> Value {
    let mut row = row.clone();
    for derived in ["allowed_actions", "is_overdue", "overdue"] {
        row.as_object_mut().expect("a row").remove(derived);
    }
    row
}

/// Chance that is the same on every run.
pub struct Chance(u64);
impl Chance {
    pub fn one_in(&mut self, n: u64) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).is_multiple_of(n)
    }
}

/// What a puller keeps of one list: cursor and rows, stored together.
#[derive(Clone)]
pub struct Kept {
    pub cursor: String,
    pub rows: BTreeMap<String, Value>,
}

pub struct Puller<'a> {
    pub name: &'static str,
    pub caller: Caller<'a>,
    pub lists: BTreeMap<&'static str, Kept>,
    pub events: (String, Vec<(String, i64)>),
    pub chance: Chance,
    pub killed: u32,
    pub tombstones: u32,
    /// Its session has ended: it is to sign in anew.
    pub ended: bool,
}

impl<'a> Puller<'a> {
    pub fn new(name: &'static str, caller: Caller<'a>, seed: u64) -> Self {
        let kept = Kept { cursor: "0".into(), rows: BTreeMap::new() };
        let lists = KINDS.iter().map(|k| (k.list, kept.clone())).collect();
        Self { name, caller, lists, events: ("0".into(), vec![]), chance: Chance(seed), killed: 0, tombstones: 0, ended: false }
    }

    /// One page of one list; killed before it has stored the page one time in four. Says whether there is more.
    pub fn pull_page(&mut self, list: &'static str, limit: u32) -> bool {
        let kept = &self.lists[list];
        let page = self.caller.get(&format!("{list}?updated_after={}&limit={limit}", kept.cursor));
        match page.status {
            401 => {
                self.ended = true;
                return false;
            }
            // It is asked to come again.
            503 => return true,
            _ => {}
        }
        let page = page.expect(200);
        if self.chance.one_in(4) {
            self.killed += 1;
            return true;
        }
        let mut after = kept.clone();
        for gone in page["tombstones"].as_array().expect("tombstones") {
            assert!(gone["kind"].is_string() && gone["seq"].is_i64() && ["deleted", "access_lost"].iter().any(|r| gone["reason"] == *r), "{gone}");
            after.rows.remove(gone["id"].as_str().expect("an id"));
            self.tombstones += 1;
        }
        for row in page.items() {
            after.rows.insert(row["id"].as_str().expect("an id").to_owned(), stored(row));
        }
        after.cursor = page["cursor"].as_str().expect("a cursor").to_owned();
        self.lists.insert(list, after);
        page["more"].as_bool().expect("more")
    }

    pub fn pull_events(&mut self, limit: u32) -> bool {
        let page = self.caller.get(&format!("/events?after={}&limit={limit}", self.events.0));
        match page.status {
            401 => {
                self.ended = true;
                return false;
            }
            // It is asked to come again.
            503 => return true,
            _ => {}
        }
        let page = page.expect(200);
        if self.chance.one_in(4) {
            self.killed += 1;
            return true;
        }
        self.events.0 = page["cursor"].as_str().expect("a cursor").to_owned();
        let told = page.items().iter().map(|e| (e["id"].as_str().expect("an id").to_owned(), e["seq"].as_i64().expect("a place")));
        self.events.1.extend(told);
        page["more"].as_bool().expect("more")
    }

    /// A little of everything, as a program does that runs now and then.
    pub fn pull_some(&mut self) {
        for kind in KINDS {
            self.pull_page(kind.list, 7);
        }
        self.pull_events(5);
    }

    /// Until there is nothing left.
    pub fn pull_all(&mut self) {
        for kind in KINDS {
            while self.pull_page(kind.list, 50) {}
        }
        while self.pull_events(200) {}
    }

    /// What is kept is what a fresh full list shows; events are told once, in their order.
    pub fn compare(&self) {
        for kind in KINDS {
            let mut fresh = BTreeMap::new();
            let mut path = format!("{}?limit=200", kind.list);
            loop {
                let page = self.caller.get(&path).expect(200);
                fresh.extend(page.items().iter().map(|r| (r["id"].as_str().expect("an id").to_owned(), stored(r))));
                let Some(next) = page["next_cursor"].as_str() else { break };
                path = format!("{}?limit=200&cursor={next}", kind.list);
            }
            let kept = &self.lists[kind.list].rows;
            let missing: Vec<_> = fresh.keys().filter(|id| !kept.contains_key(*id)).collect();
            let too_many: Vec<_> = kept.keys().filter(|id| !fresh.contains_key(*id)).collect();
            assert!(missing.is_empty() && too_many.is_empty(), "{} {}: missing {missing:?}, too many {too_many:?}", self.name, kind.list);
            for (id, row) in &fresh {
                assert_eq!(&kept[id], row, "{} {}", self.name, kind.list);
            }
        }
        let events = &self.events.1;
        assert!(events.windows(2).all(|pair| pair[0].1 < pair[1].1), "{}: the places grow", self.name);
        assert_eq!(events.iter().map(|e| &e.0).collect::<HashSet<_>>().len(), events.len(), "{}: each event once", self.name);
    }

    /// Of what it could see all the while, none was passed over: all that is told from the beginning was told on the way.
    pub fn has_heard_all(&self, kind: &str) -> usize {
        let fresh = self.caller.events();
        let fresh: Vec<&str> = fresh.iter().filter(|e| e["kind"] == kind).map(|e| e["id"].as_str().expect("an id")).collect();
        let missed: Vec<&&str> = fresh.iter().filter(|id| !self.events.1.iter().any(|(heard, _)| heard == **id)).collect();
        assert!(missed.is_empty(), "{}: events passed over: {missed:?}", self.name);
        fresh.len()
    }
}
