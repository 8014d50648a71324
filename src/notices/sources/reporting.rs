use super::MOST;
use crate::{
    db::Conn,
    error::Result,
    id::Id,
    notices::model::{Desk, Found, NoticeKind},
    schema::{consolidated_reports, report_submissions, reporting_extensions, reporting_obligations, reporting_periods, reporting_regimes},
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;

/// Days before a report is due at which the first reminder goes out (PRODUCT, reporting regime).
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

/// What the period is called: its own title, else the regime's name.
fn called(title: Option<String>, regime: String, period: &str) -> String {
    title.unwrap_or_else(|| format!("{regime} ({period})"))
}

fn owed(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    type Row = (Id, String, Option<NaiveDate>, Option<Id>, Stamp, Stamp, String, Option<String>, String);
    let rows: Vec<Row> = reporting_obligations::table
        .inner_join(reporting_periods::table)
        .inner_join(reporting_regimes::table.on(reporting_regimes::id.eq(reporting_obligations::regime_id)))
        .filter(reporting_obligations::sender_id.eq(desk.organization))
        .filter(reporting_obligations::state.eq_any(["not_submitted", "returned"]))
        .filter(reporting_obligations::due_sort.le(desk.horizon(NEAR)).or(reporting_obligations::state.eq("returned")))
        .order((reporting_obligations::due_sort, reporting_obligations::id))
        .limit(MOST)
        .select((
            reporting_obligations::id,
            reporting_obligations::state,
            reporting_obligations::effective_due_on,
            reporting_obligations::handling_user_id,
            reporting_obligations::created_at,
            reporting_obligations::updated_at,
            reporting_periods::code,
            reporting_periods::title,
            reporting_regimes::name,
        ))
        .load(conn)?;
    for (id, state, due_on, handler, created, updated, code, title, regime) in rows {
        let returned = state == "returned";
        if !desk.concerns(handler, due_on) {
            continue;
        }
        found.push(Found {
            kind: if returned { NoticeKind::ReportReturned } else { NoticeKind::ReportDue },
            record_kind: "reporting_obligation",
            record_id: id,
            title: called(title, regime, &code),
            record_code: Some(code),
            due_on,
            near: NEAR,
            since: if returned { updated } else { created }.day(),
            waits_for_me: desk.drafts() || handler == Some(desk.user),
            actions: if desk.drafts() { vec!["submit", "ask_extension"] } else { vec![] },
        });
    }
    Ok(())
}

fn submissions(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    type Row = (Id, String, i32, Stamp, Option<NaiveDate>, Option<NaiveDate>, String, Option<String>, String);
    let to_accept = report_submissions::receiver_id.eq(desk.organization).assume_not_null().and(report_submissions::state.eq("submitted"));
    let to_submit = report_submissions::author_id.eq(desk.organization).and(report_submissions::state.eq("draft"));
    let rows: Vec<Row> = report_submissions::table
        .inner_join(reporting_obligations::table)
        .inner_join(reporting_periods::table.on(reporting_periods::id.eq(report_submissions::period_id)))
        .inner_join(reporting_regimes::table.on(reporting_regimes::id.eq(reporting_periods::regime_id)))
        .filter(to_accept.or(to_submit))
        .order((reporting_obligations::due_sort, report_submissions::id))
        .limit(MOST)
        .select((
            report_submissions::id,
            report_submissions::state,
            report_submissions::version_no,
            report_submissions::created_at,
            report_submissions::submitted_on,
            reporting_obligations::effective_due_on,
            reporting_periods::code,
            reporting_periods::title,
            reporting_regimes::name,
        ))
        .load(conn)?;
    for (id, state, version, created, submitted, due_on, code, title, regime) in rows {
        let draft = state == "draft";
        found.push(Found {
            kind: if draft { NoticeKind::ReportToSubmit } else { NoticeKind::ReportToAccept },
            record_kind: "report_submission",
            record_id: id,
            title: called(title, regime, &code),
            record_code: Some(format!("{code}/{version}")),
            // Waiting for acceptance makes nobody late (RULES 12): no due date of the receiver's.
            due_on: due_on.filter(|_| draft),
            near: NEAR,
            since: submitted.unwrap_or(created.day()),
            waits_for_me: true,
            actions: if draft { vec!["submit"] } else { vec!["accept", "return"] },
        });
    }
    Ok(())
}

fn extensions(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    type Row = (Id, NaiveDate, Option<NaiveDate>, String, Option<String>, String);
    let rows: Vec<Row> = reporting_extensions::table
        .inner_join(reporting_obligations::table)
        .inner_join(reporting_periods::table.on(reporting_periods::id.eq(reporting_obligations::period_id)))
        .inner_join(reporting_regimes::table.on(reporting_regimes::id.eq(reporting_obligations::regime_id)))
        .filter(reporting_obligations::receiver_id.eq(desk.organization))
        .filter(reporting_extensions::state.eq("asked"))
        .order((reporting_obligations::due_sort, reporting_extensions::id))
        .limit(MOST)
        .select((
            reporting_obligations::id,
            reporting_extensions::asked_on,
            reporting_obligations::effective_due_on,
            reporting_periods::code,
            reporting_periods::title,
            reporting_regimes::name,
        ))
        .load(conn)?;
    for (id, asked, due_on, code, title, regime) in rows {
        found.push(Found {
            kind: NoticeKind::ReportExtensionToDecide,
            record_kind: "reporting_obligation",
            record_id: id,
            title: called(title, regime, &code),
            record_code: Some(code),
            due_on,
            near: NEAR,
            since: asked,
            waits_for_me: true,
            actions: vec!["grant_extension", "refuse_extension"],
        });
    }
    Ok(())
}

/// Appraisal and issue for leaders, what came back for officers.
fn consolidated(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    type Row = (Id, String, String, i32, String, Stamp);
    let query = consolidated_reports::table.order((consolidated_reports::created_at, consolidated_reports::id)).limit(MOST).select((
        consolidated_reports::id,
        consolidated_reports::code,
        consolidated_reports::title,
        consolidated_reports::version_no,
        consolidated_reports::state,
        consolidated_reports::updated_at,
    ));
    let own = consolidated_reports::consolidator_id.eq(desk.organization);
    let rows: Vec<Row> = if desk.leads() {
        let appraise = consolidated_reports::appraiser_id.eq(desk.organization).assume_not_null().and(consolidated_reports::state.eq("in_appraisal"));
        query.filter(appraise.or(own.and(consolidated_reports::state.eq("appraised")))).load(conn)?
    } else {
        query.filter(own.and(consolidated_reports::state.eq("sent_back"))).load(conn)?
    };
    for (id, code, title, version, state, since) in rows {
        let (kind, actions) = match state.as_str() {
            "in_appraisal" => (NoticeKind::ReportToAppraise, vec!["appraise", "send_back"]),
            "appraised" => (NoticeKind::ReportToIssue, vec!["issue"]),
            _ => (NoticeKind::ReportToRework, vec!["edit", "refresh"]),
        };
        found.push(Found {
            kind,
            record_kind: "consolidated_report",
            record_id: id,
            record_code: Some(format!("{code}/{version}")),
            title,
            // The consolidator's own due date is that of its obligation, which has a notice of its own.
            due_on: None,
            near: NEAR,
            since: since.day(),
            waits_for_me: true,
            actions,
        });
    }
    Ok(())
}
