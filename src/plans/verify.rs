//! What tasks and their access rows repeat for speed, worked out again from what it repeats, compared and put right; and
//! what organisations read because a unit of theirs is concerned.

use super::{
    model::{KIND as PLAN, NEVER},
    occurrences::model::TaskState,
    parents,
    tasks::{
        self,
        model::{KIND, Task},
    },
    urgings::model::KIND as URGING,
};
use crate::{
    authz::{self, Relations},
    db::Conn,
    error::Result,
    id::Id,
    schema::{access, plans, task_occurrences as occurrences, task_parts as parts, tasks as table, urgings},
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// Tasks compared at a time.
const CHUNK: i64 = 500;
/// Differences told, at most: more of them say no more.
const MOST: usize = 1_000;

/// Something that does not say what it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What kind of record: a task, or a plan or urging that the organisation above a unit reads.
    pub kind: &'static str,
    /// The record.
    pub record: Id,
    /// The organisation whose access row it is; none where the task itself differs.
    pub organization: Option<Id>,
    /// `shown`: the task's own state and due date; `repeated`: those of an access row; `relation`: one that is missing, or
    /// that of an organisation above none of those concerned; `stray`: an access row without a task.
    pub what: &'static str,
    /// What is stored.
    pub stored: String,
    /// What it should be.
    pub expected: String,
}

impl Difference {
    /// An organisation is related to a record otherwise than it should be.
    pub(super) fn of(kind: &'static str, record: Id, organization: Id, stored: Relations, expected: Relations) -> Self {
        Self { kind, record, organization: Some(organization), what: "relation", stored: names(stored.0), expected: names(expected.0) }
    }
}

/// State, due date and sort day of a task.
type Shown = (Option<TaskState>, Option<NaiveDate>, NaiveDate);
type Opened = (Id, Id, TaskState, Option<NaiveDate>, NaiveDate);
type Held = (Id, Id, i32, Option<String>, Option<NaiveDate>);

/// Compares every task with its occurrences and parts, its access rows with the task, and what is read of units' work with
/// the tree: at most 1,000 differences.
pub fn verify_access(conn: &mut Conn) -> Result<Vec<Difference>> {
    walk(conn, false).map(|(found, _)| found)
}

/// Puts right what [`verify_access`] finds, and says how much that was. It adds relations that are missing; the only ones
/// that it takes away are those to tasks that do not exist, and those of an organisation above to what none of its units has
/// a share in.
pub fn rebuild_access(conn: &mut Conn) -> Result<usize> {
    walk(conn, true).map(|(_, count)| count)
}

fn walk(conn: &mut Conn, mend: bool) -> Result<(Vec<Difference>, usize)> {
    let mut told = strays(conn, mend)?;
    let mut count = told.len();
    while mend && told.len() == MOST {
        told = strays(conn, mend)?;
        count += told.len();
    }
    let mut after: Option<Id> = None;
    while mend || told.len() < MOST {
        let chunk = chunk(conn, after)?;
        let Some(last) = chunk.last() else { break };
        after = Some(last.id);
        let mut found = compare(conn, &chunk, mend)?;
        let ids: Vec<Id> = chunk.iter().map(|t| t.id).collect();
        found.extend(parents::compare(conn, KIND, &ids, mend)?);
        count += found.len();
        told.extend(found);
        told.truncate(MOST);
    }
    let plans: Vec<Id> = plans::table.order(plans::id).select(plans::id).load(conn)?;
    let urgings: Vec<Id> = urgings::table.order(urgings::id).select(urgings::id).load(conn)?;
    for (kind, ids) in [(PLAN, plans), (URGING, urgings)] {
        for some in ids.chunks(MOST) {
            let found = parents::compare(conn, kind, some, mend)?;
            count += found.len();
            told.extend(found);
            told.truncate(MOST);
        }
    }
    Ok((told, count))
}

fn chunk(conn: &mut Conn, after: Option<Id>) -> Result<Vec<Task>> {
    let query = table::table.order(table::id).limit(CHUNK).select(Task::as_select());
    Ok(match after {
        Some(after) => query.filter(table::id.gt(after)).load(conn)?,
        None => query.load(conn)?,
    })
}

/// Access rows of tasks that do not exist.
fn strays(conn: &mut Conn, mend: bool) -> Result<Vec<Difference>> {
    let rows: Vec<(Id, Id, i32)> = access::table
        .left_join(table::table.on(table::id.eq(access::record_id)))
        .filter(access::kind.eq(KIND))
        .filter(table::id.nullable().is_null())
        .order((access::record_id, access::organization_id))
        .limit(i64::try_from(MOST).unwrap_or(i64::MAX))
        .select((access::record_id, access::organization_id, access::relations))
        .load(conn)?;
    let mut found = Vec::new();
    for (task, organization, relations) in rows {
        if mend {
            diesel::delete(access::table.find((organization, KIND, task))).execute(conn)?;
        }
        found.push(Difference { kind: KIND, record: task, organization: Some(organization), what: "stray", stored: names(relations), expected: String::new() });
    }
    Ok(found)
}

fn names(relations: i32) -> String {
    Relations::NAMES.iter().filter(|(_, bit)| Relations(relations).any(*bit)).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// What a task shows: its only occurrence, or the due date of the earliest open one where it recurs.
fn shown(task: &Task, opened: &[&Opened]) -> Shown {
    if task.is_recurring() {
        let earliest = opened.iter().filter(|(_, _, state, ..)| !state.is_ended()).min_by_key(|(_, id, .., sort)| (*sort, *id));
        earliest.map_or((None, None, NEVER), |(_, _, _, due, sort)| (None, *due, *sort))
    } else {
        let only = opened.iter().find(|(_, id, ..)| task.occurrence_id == Some(*id));
        only.map_or((None, None, NEVER), |(_, _, state, due, sort)| (Some(*state), *due, *sort))
    }
}

fn compare(conn: &mut Conn, chunk: &[Task], mend: bool) -> Result<Vec<Difference>> {
    let mut found = Vec::new();
    let ids: Vec<Id> = chunk.iter().map(|t| t.id).collect();
    let opened: Vec<Opened> = occurrences::table
        .filter(occurrences::task_id.eq_any(ids.clone()))
        .select((occurrences::task_id, occurrences::id, occurrences::state, occurrences::due_on, occurrences::due_sort))
        .load(conn)?;
    let owing: Vec<(Id, Id)> = parts::table.filter(parts::task_id.eq_any(ids.clone())).select((parts::task_id, parts::organization_id)).load(conn)?;
    let rows: Vec<Held> = access::table
        .filter(access::kind.eq(KIND))
        .filter(access::record_id.eq_any(ids))
        .select((access::record_id, access::organization_id, access::relations, access::state, access::due_sort))
        .load(conn)?;
    let opened = by_task(&opened, |o| o.0);
    let owing = by_task(&owing, |p| p.0);
    let rows = by_task(&rows, |r| r.0);
    for task in chunk {
        let of = |what, organization, stored, expected| Difference { kind: KIND, record: task.id, organization, what, stored, expected };
        let (stored, expected) = ((task.state, task.due_on, task.due_sort), shown(task, opened.get(&task.id).map_or(&[], Vec::as_slice)));
        if stored != expected {
            found.push(of("shown", None, said(stored.0.map(TaskState::word), Some(stored.2)), said(expected.0.map(TaskState::word), Some(expected.2))));
            if mend {
                diesel::update(table::table.find(task.id))
                    .set((table::state.eq(expected.0), table::due_on.eq(expected.1), table::due_sort.eq(expected.2)))
                    .execute(conn)?;
            }
        }
        let held: BTreeMap<Id, &Held> = rows.get(&task.id).into_iter().flatten().map(|row| (row.1, *row)).collect();
        // What follows from the record itself; other relations rest on who held which function on which day.
        let share = Relations::LEAD.and(Relations::COORDINATOR);
        let needed = owing.get(&task.id).into_iter().flatten().map(|(_, organization)| (*organization, share));
        for (organization, relations) in needed.chain([(task.owner_id, Relations::OWNER)]) {
            let bits = held.get(&organization).map_or(0, |row| row.2);
            if !Relations(bits).any(relations) {
                found.push(of("relation", Some(organization), names(bits), names(relations.0)));
                if mend {
                    // Which of the two the share was is not known; the lesser one lets it read.
                    let bit = if relations == Relations::OWNER { relations } else { Relations::COORDINATOR };
                    authz::relate(conn, KIND, task.id, organization, bit)?;
                }
            }
        }
        let key = (expected.0.map(TaskState::word), Some(expected.2));
        for (_, organization, _, state, due_sort) in held.values() {
            if (state.as_deref(), *due_sort) != key {
                found.push(of("repeated", Some(*organization), said(state.as_deref(), *due_sort), said(key.0, key.1)));
            }
        }
        if mend && found.iter().any(|d| d.record == task.id) {
            tasks::store::repeat(conn, task.id, expected.0, expected.2)?;
        }
    }
    Ok(found)
}

fn said(state: Option<&str>, due_sort: Option<NaiveDate>) -> String {
    format!("{} {}", state.unwrap_or("-"), due_sort.map_or_else(|| "-".to_owned(), |day| day.to_string()))
}

fn by_task<T>(all: &[T], task: impl Fn(&T) -> Id) -> BTreeMap<Id, Vec<&T>> {
    let mut sorted: BTreeMap<Id, Vec<&T>> = BTreeMap::new();
    for one in all {
        sorted.entry(task(one)).or_default().push(one);
    }
    sorted
}
