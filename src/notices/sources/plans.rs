use super::MOST;
use crate::{
    authz::Position,
    db::Conn,
    error::Result,
    notices::model::{Desk, Found, NoticeKind},
    plans::{
        parts::model::{TaskForm, TaskRole},
        urgings::model::UrgingState,
        waiting,
    },
};

/// Days before a task is due at which it is near.
const NEAR: u64 = 7;

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

fn owed(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    for owed in waiting::owed_by(conn, desk.organization, desk.horizon(NEAR), MOST)? {
        let (due_on, leads, returned) = (owed.last_day(), owed.role != TaskRole::Coordinate, owed.is_returned());
        if !desk.concerns(owed.officer_id, owed.is_with(desk.organization), due_on) || (returned && !leads && owed.due_sort > desk.horizon(NEAR)) {
            continue;
        }
        let mine = desk.drafts() || owed.officer_id == Some(desk.user);
        let kind = match (returned && leads, owed.form == TaskForm::Request) {
            (true, _) => NoticeKind::TaskReturned,
            // What was requested is never urged (RULES 9): the notice says so.
            (false, true) => NoticeKind::RequestDue,
            (false, false) => NoticeKind::TaskDue,
        };
        found.push(Found {
            kind,
            record_kind: "task_part",
            record_id: owed.part_id,
            record_code: Some(owed.task_code),
            title: called(&owed.content),
            due_on,
            near: NEAR,
            reminded_on: None,
            since: if returned { owed.occurrence_updated_at } else { owed.created_at }.day(),
            waits_for_me: mine,
            // A unit that handles it reads; the agency reports.
            actions: match (mine && owed.organization_id == desk.organization, leads) {
                (false, _) => vec![],
                (true, true) => vec!["record_progress", "propose_completion", "ask_extension"],
                (true, false) => vec!["done", "ask_extension"],
            },
        });
    }
    Ok(())
}

fn proposed(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    for proposed in waiting::to_accept(conn, desk.organization, MOST)? {
        found.push(Found {
            kind: NoticeKind::CompletionToAccept,
            record_kind: "task_occurrence",
            record_id: proposed.occurrence_id,
            record_code: Some(proposed.task_code),
            title: called(&proposed.content),
            // Waiting for acceptance makes nobody late (RULES 12).
            due_on: None,
            near: NEAR,
            reminded_on: None,
            since: proposed.since,
            waits_for_me: true,
            actions: vec!["accept", "return"],
        });
    }
    Ok(())
}

fn asked(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    for asked in waiting::to_decide(conn, desk.organization, MOST)? {
        found.push(Found {
            kind: NoticeKind::ExtensionToDecide,
            record_kind: "extension",
            record_id: asked.extension_id,
            record_code: Some(asked.task_code),
            title: called(&asked.content),
            due_on: Some(asked.due_before),
            near: NEAR,
            reminded_on: None,
            since: asked.asked_on,
            waits_for_me: true,
            actions: vec!["grant", "refuse"],
        });
    }
    Ok(())
}

/// Officers answer, the clerk acknowledges, the leader should know.
fn urged(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    let clerk = match desk.position {
        Position::Leader | Position::Officer => false,
        Position::Clerk => true,
        _ if desk.everybody => false,
        _ => return Ok(()),
    };
    for urged in waiting::urged(conn, desk.organization, clerk, MOST)? {
        // The clerk acknowledges, officers and leader answer what is acknowledged.
        let actions = match (urged.state == UrgingState::Sent, clerk) {
            (true, true) => vec!["acknowledge"],
            (false, false) => vec!["answer"],
            _ => vec![],
        };
        found.push(Found {
            kind: NoticeKind::UrgingToAnswer,
            record_kind: "urging",
            record_id: urged.urging_id,
            record_code: Some(urged.number.to_string()),
            title: called(&urged.text),
            due_on: urged.respond_by,
            near: NEAR,
            reminded_on: None,
            since: urged.sent_on,
            waits_for_me: true,
            actions,
        });
    }
    Ok(())
}
