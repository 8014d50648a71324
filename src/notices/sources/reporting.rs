use super::MOST;
use crate::{
    db::Conn,
    error::Result,
    notices::model::{Desk, Found, NoticeKind},
    reporting::{consolidation::ConsolidatedState, waiting},
};

/// Days before a due date at which a draft or a request is near.
const NEAR: u64 = 21;

/// Reports that the organisation owes, reports and requests that wait for its leader.
pub fn gather(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    owed(conn, desk, found)?;
    if desk.leads() || desk.drafts() {
        consolidated(conn, desk, found)?;
    }
    if desk.leads() {
        submissions(conn, desk, found)?;
        extensions(conn, desk, found)?;
    }
    Ok(())
}

/// From the regime's first reminder day on, and anew on each further one; in a calendar from the period's opening on.
fn owed(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    for owed in waiting::owed_by(conn, desk.organization, desk.today, desk.last_day(), MOST)? {
        if !desk.concerns(owed.handler, owed.is_with(desk.organization), owed.due_on) {
            continue;
        }
        let (near, reminded_on) = (owed.first_reminder(), owed.reminded_on(desk.today));
        found.push(Found {
            kind: if owed.returned { NoticeKind::ReportReturned } else { NoticeKind::ReportDue },
            record_kind: "reporting_obligation",
            record_id: owed.obligation_id,
            title: owed.title,
            record_code: Some(owed.period_code),
            due_on: owed.due_on,
            near,
            reminded_on,
            since: if owed.returned { owed.updated_at } else { owed.created_at }.day(),
            waits_for_me: desk.drafts() || owed.handler == Some(desk.user),
            // A unit that handles it reads; the agency reports.
            actions: if desk.drafts() && owed.sender_id == desk.organization { vec!["submit", "ask_extension"] } else { vec![] },
        });
    }
    Ok(())
}

fn submissions(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    for w in waiting::submissions(conn, desk.organization, MOST)? {
        found.push(Found {
            kind: if w.is_draft { NoticeKind::ReportToSubmit } else { NoticeKind::ReportToAccept },
            record_kind: "report_submission",
            record_id: w.submission_id,
            title: w.title,
            record_code: Some(w.code),
            // Waiting for acceptance makes nobody late (RULES 12): no due date of the receiver's.
            due_on: w.due_on.filter(|_| w.is_draft),
            near: NEAR,
            reminded_on: None,
            since: w.since,
            waits_for_me: true,
            actions: if w.is_draft { vec!["submit"] } else { vec!["accept", "return"] },
        });
    }
    Ok(())
}

fn extensions(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    for asked in waiting::extensions(conn, desk.organization, MOST)? {
        found.push(Found {
            kind: NoticeKind::ReportExtensionToDecide,
            record_kind: "reporting_obligation",
            record_id: asked.obligation_id,
            title: asked.title,
            record_code: Some(asked.period_code),
            due_on: asked.due_on,
            near: NEAR,
            reminded_on: None,
            since: asked.asked_on,
            waits_for_me: true,
            actions: vec!["grant_extension", "refuse_extension"],
        });
    }
    Ok(())
}

/// Appraisal and issue for leaders, what came back for officers.
fn consolidated(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    for report in waiting::consolidated(conn, desk.organization, desk.leads(), MOST)? {
        let (kind, actions) = match report.state {
            ConsolidatedState::InAppraisal => (NoticeKind::ReportToAppraise, vec!["appraise", "send_back"]),
            ConsolidatedState::Appraised => (NoticeKind::ReportToIssue, vec!["issue"]),
            _ => (NoticeKind::ReportToRework, vec!["edit", "refresh"]),
        };
        found.push(Found {
            kind,
            record_kind: "consolidated_report",
            record_id: report.report_id,
            record_code: Some(format!("{}/{}", report.code, report.version_no)),
            title: report.title,
            // The consolidator's own due date is that of its obligation, which has a notice of its own.
            due_on: None,
            near: NEAR,
            reminded_on: None,
            since: report.updated_at.day(),
            waits_for_me: true,
            actions,
        });
    }
    Ok(())
}
