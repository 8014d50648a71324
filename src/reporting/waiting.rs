//! What waits for somebody of an organisation: the face that the inbox reads, so that states are named here alone.

use super::{
    consolidation::ConsolidatedState,
    periods::{ObligationState, model::ReportExtensionState},
    regimes::model::{Reminders, typed},
    submissions::SubmissionState,
};
use crate::{
    db::{Conn, Json},
    error::Result,
    id::Id,
    schema::{consolidated_reports, report_submissions, reporting_extensions, reporting_obligations, reporting_periods, reporting_regimes},
    time::Stamp,
};
use chrono::{Days, NaiveDate};
use diesel::prelude::*;

/// Days ahead within which due dates are looked at; no reminder goes out earlier.
const AHEAD: u64 = 400;

/// What a report's period is called: its own title, else the regime's name.
fn called(title: Option<String>, regime: String, period: &str) -> String {
    title.unwrap_or_else(|| format!("{regime} ({period})"))
}

/// A report that an agency owes.
#[derive(Debug, Clone)]
pub struct Owed {
    pub obligation_id: Id,
    pub returned: bool,
    pub due_on: Option<NaiveDate>,
    pub handler: Option<Id>,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub period_code: String,
    pub title: String,
    pub sender_id: Id,
    unit_id: Option<Id>,
    reminders: Reminders,
}

impl Owed {
    /// It waits with this organisation: the unit that was named to handle it, else the agency that owes it (RULES 3).
    pub fn is_with(&self, organization: Id) -> bool {
        self.unit_id.unwrap_or(self.sender_id) == organization
    }
    /// The last reminder day of the regime that has come by `today`; none before the first one.
    pub fn reminded_on(&self, today: NaiveDate) -> Option<NaiveDate> {
        let due = self.due_on?;
        let before = self.reminders.before.iter().filter_map(|n| due.checked_sub_days(Days::new(u64::from(*n))));
        let after = self.reminders.after.iter().filter_map(|n| due.checked_add_days(Days::new(u64::from(*n))));
        before.chain(after).filter(|day| *day <= today).max()
    }
    /// Days before the due date on which the first reminder goes out.
    pub fn first_reminder(&self) -> u64 {
        u64::from(self.reminders.before.iter().copied().max().unwrap_or(0))
    }
}

/// What is read of an obligation: itself, its period and its regime, and whose it is.
type Row = ((Id, ObligationState, Option<NaiveDate>, Option<Id>, Stamp, Stamp), (String, Option<String>, String, Json), (Id, Option<Id>));

/// Reports that an organisation owes, or handles for the agency above it, and is reminded of by `today` (the regime's days),
/// was given back, or has let pass, and those that fall due by a further day where one is named; the most pressing first.
/// Two ranges, because no index holds both.
pub fn owed_by(conn: &mut Conn, organization: Id, today: NaiveDate, by: Option<NaiveDate>, limit: i64) -> Result<Vec<Owed>> {
    let ahead = today.checked_add_days(Days::new(AHEAD)).unwrap_or(today);
    let open = || {
        reporting_obligations::table
            .inner_join(reporting_periods::table)
            .inner_join(reporting_regimes::table.on(reporting_regimes::id.eq(reporting_obligations::regime_id)))
            .filter(reporting_obligations::state.eq_any([ObligationState::NotSubmitted, ObligationState::Returned]))
            .filter(reporting_obligations::due_sort.le(ahead).or(reporting_obligations::state.eq(ObligationState::Returned)))
            .order((reporting_obligations::due_sort, reporting_obligations::id))
            .limit(limit)
            .select((
                (
                    reporting_obligations::id,
                    reporting_obligations::state,
                    reporting_obligations::effective_due_on,
                    reporting_obligations::handling_user_id,
                    reporting_obligations::created_at,
                    reporting_obligations::updated_at,
                ),
                (reporting_periods::code, reporting_periods::title, reporting_regimes::name, reporting_regimes::reminders),
                (reporting_obligations::sender_id, reporting_obligations::handling_unit_id),
            ))
    };
    let mut rows: Vec<Row> = open().filter(reporting_obligations::sender_id.eq(organization)).load(conn)?;
    let handled = open().filter(reporting_obligations::handling_unit_id.eq(organization)).filter(reporting_obligations::sender_id.ne(organization));
    rows.extend(handled.load::<Row>(conn)?);
    let mut owed = Vec::new();
    for ((obligation_id, state, due_on, handler, created_at, updated_at), (period_code, title, regime, reminders), (sender_id, unit_id)) in rows {
        let title = called(title, regime, &period_code);
        let returned = state == ObligationState::Returned;
        let reminders = typed(&reminders)?;
        let one = Owed { obligation_id, returned, due_on, handler, created_at, updated_at, period_code, title, sender_id, unit_id, reminders };
        let is_due = one.due_on.is_some_and(|due| due < today || by.is_some_and(|by| due <= by));
        if returned || is_due || one.reminded_on(today).is_some() {
            owed.push(one);
        }
    }
    owed.sort_by_key(|one| (one.due_on.unwrap_or(NaiveDate::MAX), one.obligation_id));
    owed.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(owed)
}

/// A version of a submission that waits for a leader: the author's to hand in, or the receiver's to accept.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub submission_id: Id,
    /// A draft of the author's own; else one to accept.
    pub is_draft: bool,
    pub since: NaiveDate,
    pub due_on: Option<NaiveDate>,
    /// Code of the period and number of the version.
    pub code: String,
    pub title: String,
}

/// Drafts of an organisation that wait to be handed in, and submissions that wait for it to accept them.
pub fn submissions(conn: &mut Conn, organization: Id, limit: i64) -> Result<Vec<Waiting>> {
    type Row = (Id, SubmissionState, i32, Stamp, Option<NaiveDate>, Option<NaiveDate>, String, Option<String>, String);
    let to_accept = report_submissions::receiver_id.eq(organization).assume_not_null().and(report_submissions::state.eq(SubmissionState::Submitted));
    let to_submit = report_submissions::author_id.eq(organization).and(report_submissions::state.eq(SubmissionState::Draft));
    let rows: Vec<Row> = report_submissions::table
        .inner_join(reporting_obligations::table)
        .inner_join(reporting_periods::table.on(reporting_periods::id.eq(report_submissions::period_id)))
        .inner_join(reporting_regimes::table.on(reporting_regimes::id.eq(reporting_periods::regime_id)))
        .filter(to_accept.or(to_submit))
        .order((reporting_obligations::due_sort, report_submissions::id))
        .limit(limit)
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
    let one = |(submission_id, state, version, created, submitted, due_on, code, title, regime): Row| Waiting {
        submission_id,
        is_draft: state == SubmissionState::Draft,
        since: submitted.unwrap_or(created.day()),
        due_on,
        title: called(title, regime, &code),
        code: format!("{code}/{version}"),
    };
    Ok(rows.into_iter().map(one).collect())
}

/// A request for more time that waits for the receiver.
#[derive(Debug, Clone)]
pub struct Asked {
    pub obligation_id: Id,
    pub asked_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub period_code: String,
    pub title: String,
}

/// Requests for more time that wait for an organisation to decide, the most pressing first.
pub fn extensions(conn: &mut Conn, organization: Id, limit: i64) -> Result<Vec<Asked>> {
    type Row = (Id, NaiveDate, Option<NaiveDate>, String, Option<String>, String);
    let rows: Vec<Row> = reporting_extensions::table
        .inner_join(reporting_obligations::table)
        .inner_join(reporting_periods::table.on(reporting_periods::id.eq(reporting_obligations::period_id)))
        .inner_join(reporting_regimes::table.on(reporting_regimes::id.eq(reporting_obligations::regime_id)))
        .filter(reporting_obligations::receiver_id.eq(organization))
        .filter(reporting_extensions::state.eq(ReportExtensionState::Asked))
        .order((reporting_obligations::due_sort, reporting_extensions::id))
        .limit(limit)
        .select((
            reporting_obligations::id,
            reporting_extensions::asked_on,
            reporting_obligations::effective_due_on,
            reporting_periods::code,
            reporting_periods::title,
            reporting_regimes::name,
        ))
        .load(conn)?;
    let one = |(obligation_id, asked_on, due_on, period_code, title, regime): Row| Asked {
        obligation_id,
        asked_on,
        due_on,
        title: called(title, regime, &period_code),
        period_code,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// A consolidated report that waits for somebody.
#[derive(Debug, Clone, Queryable)]
pub struct Consolidated {
    pub report_id: Id,
    pub code: String,
    pub title: String,
    pub version_no: i32,
    pub state: ConsolidatedState,
    pub updated_at: Stamp,
}

/// For leaders, reports to appraise or to issue; for officers, those that came back.
pub fn consolidated(conn: &mut Conn, organization: Id, leads: bool, limit: i64) -> Result<Vec<Consolidated>> {
    let query = consolidated_reports::table.order((consolidated_reports::created_at, consolidated_reports::id)).limit(limit).select((
        consolidated_reports::id,
        consolidated_reports::code,
        consolidated_reports::title,
        consolidated_reports::version_no,
        consolidated_reports::state,
        consolidated_reports::updated_at,
    ));
    let own = consolidated_reports::consolidator_id.eq(organization);
    if leads {
        let state = consolidated_reports::state;
        let appraise = consolidated_reports::appraiser_id.eq(organization).assume_not_null().and(state.eq(ConsolidatedState::InAppraisal));
        Ok(query.filter(appraise.or(own.and(state.eq(ConsolidatedState::Appraised)))).load(conn)?)
    } else {
        Ok(query.filter(own.and(consolidated_reports::state.eq(ConsolidatedState::SentBack))).load(conn)?)
    }
}
