use super::MOST;
use crate::{
    authz::{Position, Relations},
    db::Conn,
    error::Result,
    id::Id,
    notices::model::{Desk, Found, NoticeKind},
    schema::{access, extensions, plans, task_occurrences, task_parts, tasks, urgings},
    time::Stamp,
};
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

/// Days before a task is due at which it is near.
const NEAR: u64 = 7;
/// Who accepts what the lead proposes, and decides on more time.
const ACCEPTS: Relations = Relations::OWNER.and(Relations::MONITOR);

/// Parts that fall due, urgings to answer; for leaders, completions and requests that wait for them.
pub fn gather(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    owed(conn, desk, found)?;
    urged(conn, desk, found)?;
    if desk.leads() {
        proposed(conn, desk, found)?;
        asked(conn, desk, found)?;
    }
    Ok(())
}

/// The first words of a task.
fn called(content: &str) -> String {
    const WORDS: usize = 200;
    if content.chars().count() <= WORDS { content.to_owned() } else { content.chars().take(WORDS).collect::<String>() + "…" }
}

/// Where there is no due date the sort day lies beyond every calendar.
fn real(day: NaiveDate) -> Option<NaiveDate> {
    (day.year() < 9000).then_some(day)
}

fn owed(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    type Row = (Id, NaiveDate, Option<Id>, String, String, Stamp, String, Stamp, String, String);
    let rows: Vec<Row> = task_parts::table
        .inner_join(task_occurrences::table)
        .inner_join(tasks::table)
        .inner_join(plans::table.on(plans::id.eq(task_parts::plan_id)))
        .filter(task_parts::organization_id.eq(desk.organization))
        .filter(task_parts::state.eq("assigned"))
        .filter(task_occurrences::state.eq_any(["assigned", "in_progress", "returned"]))
        .filter(plans::state.eq("active"))
        .filter(task_parts::due_sort.le(desk.horizon(NEAR)).or(task_occurrences::state.eq("returned")))
        .order((task_parts::due_sort, task_parts::id))
        .limit(MOST)
        .select((
            task_parts::id,
            task_parts::due_sort,
            task_parts::officer_id,
            task_parts::form,
            task_parts::role,
            task_parts::created_at,
            task_occurrences::state,
            task_occurrences::updated_at,
            tasks::code,
            tasks::content,
        ))
        .load(conn)?;
    for (id, due, officer, form, role, created, state, moved, code, content) in rows {
        let (due_on, leads) = (real(due), role != "coordinate");
        if !desk.concerns(officer, due_on) || (state == "returned" && !leads && due > desk.horizon(NEAR)) {
            continue;
        }
        let mine = desk.drafts() || officer == Some(desk.user);
        let kind = match (state == "returned" && leads, form == "request") {
            (true, _) => NoticeKind::TaskReturned,
            // What was requested is never urged (RULES 9): the notice says so.
            (false, true) => NoticeKind::RequestDue,
            (false, false) => NoticeKind::TaskDue,
        };
        found.push(Found {
            kind,
            record_kind: "task_part",
            record_id: id,
            record_code: Some(code),
            title: called(&content),
            due_on,
            near: NEAR,
            since: if state == "returned" { moved } else { created }.day(),
            waits_for_me: mine,
            actions: match (mine, leads) {
                (false, _) => vec![],
                (true, true) => vec!["record_progress", "propose_completion", "ask_extension"],
                (true, false) => vec!["done", "ask_extension"],
            },
        });
    }
    Ok(())
}

fn proposed(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    let rows: Vec<(Id, Option<NaiveDate>, Stamp, String, String, i32)> = access::table
        .inner_join(tasks::table.on(tasks::id.eq(access::record_id)))
        .inner_join(task_occurrences::table.on(task_occurrences::task_id.eq(tasks::id)))
        .filter(access::organization_id.eq(desk.organization))
        .filter(access::kind.eq("task"))
        .filter(task_occurrences::state.eq("completion_proposed"))
        .order((task_occurrences::proposed_on, task_occurrences::id))
        .limit(MOST)
        .select((task_occurrences::id, task_occurrences::proposed_on, task_occurrences::updated_at, tasks::code, tasks::content, access::relations))
        .load(conn)?;
    for (occurrence, proposed, moved, code, content, relations) in rows {
        if !Relations(relations).any(ACCEPTS) {
            continue;
        }
        found.push(Found {
            kind: NoticeKind::CompletionToAccept,
            record_kind: "task_occurrence",
            record_id: occurrence,
            record_code: Some(code),
            title: called(&content),
            // Waiting for acceptance makes nobody late (RULES 12).
            due_on: None,
            near: NEAR,
            since: proposed.unwrap_or(moved.day()),
            waits_for_me: true,
            actions: vec!["accept", "return"],
        });
    }
    Ok(())
}

fn asked(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    let rows: Vec<(Id, NaiveDate, NaiveDate, String, String, i32)> = extensions::table
        .inner_join(tasks::table)
        .inner_join(access::table.on(access::record_id.eq(tasks::id)))
        .filter(access::organization_id.eq(desk.organization))
        .filter(access::kind.eq("task"))
        .filter(extensions::state.eq("asked"))
        .order((extensions::due_before, extensions::id))
        .limit(MOST)
        .select((extensions::id, extensions::asked_on, extensions::due_before, tasks::code, tasks::content, access::relations))
        .load(conn)?;
    for (id, asked, due, code, content, relations) in rows {
        if !Relations(relations).any(ACCEPTS) {
            continue;
        }
        found.push(Found {
            kind: NoticeKind::ExtensionToDecide,
            record_kind: "extension",
            record_id: id,
            record_code: Some(code),
            title: called(&content),
            due_on: Some(due),
            near: NEAR,
            since: asked,
            waits_for_me: true,
            actions: vec!["grant", "refuse"],
        });
    }
    Ok(())
}

/// Officers answer, the clerk acknowledges, the leader should know.
fn urged(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    let states: &[&str] = match desk.position {
        Position::Leader | Position::Officer => &["sent", "acknowledged"],
        Position::Clerk => &["sent"],
        _ => return Ok(()),
    };
    let rows: Vec<(Id, i64, String, Option<NaiveDate>, String, NaiveDate)> = urgings::table
        .filter(urgings::organization_id.eq(desk.organization))
        .filter(urgings::state.eq_any(states.to_vec()))
        .order((urgings::sent_on, urgings::id))
        .limit(MOST)
        .select((urgings::id, urgings::number, urgings::text, urgings::respond_by, urgings::state, urgings::sent_on))
        .load(conn)?;
    for (id, number, text, respond_by, state, sent) in rows {
        // The clerk acknowledges, officers and leader answer what is acknowledged.
        let actions = match (state == "sent", desk.position == Position::Clerk) {
            (true, true) => vec!["acknowledge"],
            (false, false) => vec!["answer"],
            _ => vec![],
        };
        found.push(Found {
            kind: NoticeKind::UrgingToAnswer,
            record_kind: "urging",
            record_id: id,
            record_code: Some(number.to_string()),
            title: called(&text),
            due_on: respond_by,
            near: NEAR,
            since: sent,
            waits_for_me: true,
            actions,
        });
    }
    Ok(())
}
