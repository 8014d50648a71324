//! The data as it was: the present rows, taken back by what the journal tells after a place in the feed.
//!
//! Every change of a record is an entry with the record before and after (RULES 22). So what a record was at a place in
//! the feed is what the first entry behind that place says it was before; where there is none, it is as it stands now.
//! The same is done for figures of this very moment, because entries that have no place yet are not in the snapshot. Reports
//! that show present rows instead (registers, the brief) take nothing back: their snapshot counts those entries too.

use super::model::Cut;
use crate::{
    db::{Conn, Json},
    error::{Error, Result},
    id::Id,
    plans::followers::FOLLOWED,
    schema::journal,
    sequencer,
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::{dsl::min, prelude::*};
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// The state of the data that a report asked for now shows.
pub fn cut(conn: &mut Conn, now: Stamp, as_of: Option<NaiveDate>) -> Result<Cut> {
    let today = now.day();
    let as_of = as_of.unwrap_or(today);
    if as_of > today {
        return Err(Error::fault("as_of", "future", "Ngày chốt số liệu ở tương lai.", "The as-of day is in the future."));
    }
    if as_of == today {
        let seq = sequencer::head(conn)?.map_or(0, |(seq, _)| seq);
        let waiting = journal::table.filter(journal::seq.is_null()).count().get_result(conn)?;
        return Ok(Cut { seq, as_of, moment: now, waiting });
    }
    let end = Cut::end_of(as_of);
    let seq: Option<Option<i64>> = journal::table
        .filter(journal::at.lt(end))
        .filter(journal::seq.is_not_null())
        .order((journal::at.desc(), journal::seq.desc()))
        .select(journal::seq)
        .first(conn)
        .optional()?;
    Ok(Cut { seq: seq.flatten().unwrap_or(0), as_of, moment: end.plus_seconds(-1), waiting: 0 })
}

/// What is to be taken back, by kind and record: what it was, none where there was no such record yet.
#[derive(Debug, Default)]
pub struct Rewind(HashMap<(String, Id), Option<Json>>);

/// What a record was.
#[derive(Debug)]
pub enum Was<T> {
    /// As it stands now.
    Same,
    /// It has changed since.
    Changed(T),
    /// There was no such record.
    Nothing,
}

impl Rewind {
    /// Reads what has happened to records of these kinds since a place in the feed: two statements.
    pub fn read(conn: &mut Conn, provinces: &[Id], kinds: &[&'static str], seq: i64) -> Result<Self> {
        type Row = (String, Id, Option<Json>);
        let later = diesel::alias!(journal as later);
        let firsts = later
            .filter(later.field(journal::seq).gt(seq))
            // Nothing before it does not mean that there was no plan.
            .filter(later.field(journal::action).ne(FOLLOWED))
            .filter(later.field(journal::kind).eq_any(kinds.to_vec()))
            .filter(later.field(journal::province_id).eq_any(provinces.iter().copied().map(Some).collect::<Vec<_>>()))
            .group_by((later.field(journal::kind), later.field(journal::record_id)))
            .select(min(later.field(journal::seq)));
        let columns = (journal::kind, journal::record_id, journal::before);
        let sealed: Vec<Row> = journal::table.filter(journal::seq.eq_any(firsts)).select(columns).load(conn)?;
        let waiting: Vec<Row> = journal::table
            .filter(journal::seq.is_null())
            .filter(journal::action.ne(FOLLOWED))
            .filter(journal::kind.eq_any(kinds.to_vec()))
            .filter(journal::province_id.eq_any(provinces.iter().copied().map(Some).collect::<Vec<_>>()))
            .order(journal::id)
            .select(columns)
            .load(conn)?;
        let mut all = HashMap::new();
        for (kind, record, before) in sealed.into_iter().chain(waiting) {
            all.entry((kind, record)).or_insert(before);
        }
        Ok(Self(all))
    }

    /// The same of some records of one kind, whatever their province: one statement, which reads all that has happened to them.
    pub fn of_records(conn: &mut Conn, kind: &'static str, records: &[Id], seq: i64) -> Result<Self> {
        type Row = (Option<i64>, Id, Id, Option<Json>);
        let mut since: Vec<Row> = journal::table
            .filter(journal::seq.gt(seq).or(journal::seq.is_null()).assume_not_null())
            .filter(journal::kind.eq(kind))
            .filter(journal::record_id.eq_any(records.to_vec()))
            .select((journal::seq, journal::id, journal::record_id, journal::before))
            .load(conn)?;
        since.sort_by_key(|(seq, id, ..)| (seq.unwrap_or(i64::MAX), *id));
        let mut all = HashMap::new();
        for (_, _, record, before) in since {
            all.entry((kind.to_owned(), record)).or_insert(before);
        }
        Ok(Self(all))
    }

    /// What is to be taken back of these records and of those.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// What a record was; members that the journal's record lacks cannot be read and are an error of ours.
    pub fn of<T: DeserializeOwned>(&self, kind: &str, record: Id) -> Result<Was<T>> {
        match self.0.get(&(kind.to_owned(), record)) {
            None => Ok(Was::Same),
            Some(None) => Ok(Was::Nothing),
            Some(Some(before)) => Ok(Was::Changed(T::deserialize(&before.0)?)),
        }
    }

    /// Whether there was such a record.
    pub fn existed(&self, kind: &str, record: Id) -> bool {
        !matches!(self.0.get(&(kind.to_owned(), record)), Some(None))
    }
}
/// Whether anything has happened to records of these kinds since a place in the feed, sequenced or not.
pub fn changed_since(conn: &mut Conn, provinces: &[Id], kinds: &[&'static str], seq: i64) -> Result<bool> {
    let first: Option<Id> = journal::table
        .filter(journal::seq.gt(seq).or(journal::seq.is_null()).assume_not_null())
        .filter(journal::kind.eq_any(kinds.to_vec()))
        .filter(journal::province_id.eq_any(provinces.iter().copied().map(Some).collect::<Vec<_>>()))
        .select(journal::id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}
