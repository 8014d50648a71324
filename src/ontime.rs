//! Whether something was handed in on time (RULES 12), decided once, when a version is accepted.
//!
//! What counts is the day the *accepted* version was submitted, never the day of acceptance: the
//! receiver's own slowness makes nobody late. Earlier versions lay with the receiver too, between
//! their submission and their return; that time is given back:
//!
//! ```text
//! last     = the due date, or the day on which the period closed where that came before both
//!            the due date and the submission (RULES 14)
//! lay      = working days after a submission up to and including its return, over all returns
//!            (a working day on which two versions lay at once counts once)
//! moved    = last + lay working days              (the last day itself when lay is 0)
//! minimum  = latest return + 3 working days       (only when something was returned)
//! effective due date = the later of the two
//! on time  = accepted version submitted on or before the effective due date
//! ```
//!
//! A stay with an appraiser that ended in agreement gives its days back like a return, but is none: nothing had to
//! be done again, so it leaves no minimum.
//!
//! Example: due Friday 19/11/2021, submitted Wednesday 17/11, returned Monday 22/11. It lay Thursday,
//! Friday, Monday = 3 working days, so 19/11 moves to Wednesday 24/11; three working days after the
//! return is Thursday 25/11, which is later. A next version is on time until 25/11/2021.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::calendar::{Calendar, CalendarError};

/// Working days that are always left after a return.
pub const DAYS_AFTER_RETURN: u32 = 3;

/// Nothing was due on a day: `on_time` stays null, outside every rate.
pub const RULE_NO_DEADLINE: &str = "no_deadline";
/// Nothing was returned: the due date as it stood.
pub const RULE_DUE_DATE: &str = "due_date";
/// The due date, moved on by the days that earlier versions lay with the receiver.
pub const RULE_MOVED_ON: &str = "moved_on_by_receiver_days";
/// The period had closed before the due date: what came later counts as late.
pub const RULE_PERIOD_CLOSED: &str = "period_closed";
/// The least time after a return was the later day.
pub const RULE_AFTER_RETURN: &str = "three_working_days_after_return";

/// How long one version lay with the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lay {
    /// The day it was submitted (for a task: completion proposed).
    pub submitted_on: NaiveDate,
    /// The day it was returned; `None` for the accepted version and for one that was replaced
    /// without a return, neither of which moves anything.
    pub returned_on: Option<NaiveDate>,
    /// It came back because it was agreed to (an appraiser's opinion), not to be done again.
    pub agreed: bool,
}

/// The decision, with all that is stored to explain it later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnTime {
    /// `None` without a due date.
    pub on_time: Option<bool>,
    /// The due date before it was moved.
    pub due: Option<NaiveDate>,
    /// The day on which the period closed, where that counted instead of the due date.
    pub closed_on: Option<NaiveDate>,
    /// The last day that counted as on time.
    pub effective_due: Option<NaiveDate>,
    /// The day the accepted version was submitted.
    pub submitted_on: NaiveDate,
    /// How many versions were returned before.
    pub returns: u32,
    /// Working days given back for the time with the receiver; 0 without a due date.
    pub receiver_days: u32,
    /// Working days after the effective due date up to and including the submission: 0 when on time,
    /// and 0 when late by a weekend only. `None` without a due date, and when the submission falls in
    /// a year that the calendar does not have (being late needs no calendar, counting it does).
    pub working_days_late: Option<i64>,
    /// Which rule gave the effective due date (one of the `RULE_` words).
    pub rule: &'static str,
    /// The calendar that counted.
    pub calendar_version: String,
}

/// Decides for the version submitted on `accepted_version_submitted_on`.
///
/// `versions` are the versions so far, in any order; the accepted one may be among them. A return
/// dated after the accepted submission gives back the days up to that submission. An error
/// means that the days of an earlier version cannot be counted in this calendar's years, or that a
/// version was returned before it was submitted; without returns there is none.
pub fn decide(due: Option<NaiveDate>, versions: &[Lay], accepted_version_submitted_on: NaiveDate, calendar: &Calendar) -> Result<OnTime, CalendarError> {
    decide_in(due, None, versions, accepted_version_submitted_on, calendar)
}

/// The same for what is owed in a period, which may have closed before the due date.
pub fn decide_in(
    due: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    versions: &[Lay],
    accepted_version_submitted_on: NaiveDate,
    calendar: &Calendar,
) -> Result<OnTime, CalendarError> {
    let submitted_on = accepted_version_submitted_on;
    let mut returned: Vec<(NaiveDate, NaiveDate)> = versions.iter().filter_map(|lay| Some((lay.submitted_on, lay.returned_on?))).collect();
    if returned.iter().any(|(from, to)| to < from) {
        return Err(CalendarError::ReturnBeforeSubmission);
    }
    returned.sort_unstable();
    let again: Vec<NaiveDate> = versions.iter().filter(|lay| !lay.agreed).filter_map(|lay| lay.returned_on).collect();
    let mut decision = OnTime {
        on_time: None,
        due,
        closed_on: None,
        effective_due: None,
        submitted_on,
        returns: u32::try_from(again.len()).unwrap_or(u32::MAX),
        receiver_days: 0,
        working_days_late: None,
        rule: RULE_NO_DEADLINE,
        calendar_version: calendar.version().to_owned(),
    };
    let Some(due) = due else {
        return Ok(decision);
    };

    decision.closed_on = closed_on.filter(|day| *day < due && *day < submitted_on);
    decision.rule = if decision.closed_on.is_some() { RULE_PERIOD_CLOSED } else { RULE_DUE_DATE };
    let last = decision.closed_on.unwrap_or(due);
    let mut effective = last;
    decision.receiver_days = receiver_days(&returned, submitted_on, calendar)?;
    if decision.receiver_days > 0 {
        effective = calendar.add_working_days(last, decision.receiver_days)?;
        decision.rule = RULE_MOVED_ON;
    }
    if let Some(latest_return) = again.into_iter().max() {
        let minimum = calendar.add_working_days(latest_return, DAYS_AFTER_RETURN)?;
        if minimum > effective {
            effective = minimum;
            decision.rule = RULE_AFTER_RETURN;
        }
    }
    decision.effective_due = Some(effective);
    decision.on_time = Some(submitted_on <= effective);
    decision.working_days_late = match calendar.working_days_between(effective, submitted_on) {
        Ok(days) => Some(i64::from(days)),
        Err(_) if submitted_on <= effective => Some(0),
        Err(_) => None,
    };
    Ok(decision)
}

/// Working days on which at least one returned version lay with the receiver, up to `until`. The
/// versions are sorted by submission; what an earlier one already covered is not counted again.
fn receiver_days(returned: &[(NaiveDate, NaiveDate)], until: NaiveDate, calendar: &Calendar) -> Result<u32, CalendarError> {
    let mut days = 0;
    let mut covered = NaiveDate::MIN;
    for (from, to) in returned {
        let (from, to) = ((*from).max(covered), (*to).min(until));
        if from < to {
            days += calendar.working_days_between(from, to)?;
            covered = to;
        }
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    fn lay(submitted: &str, returned: &str) -> Lay {
        let returned_on = (!returned.is_empty()).then(|| d(returned));
        Lay { submitted_on: d(submitted), returned_on, agreed: false }
    }

    fn agreed(submitted: &str, agreed_on: &str) -> Lay {
        Lay { agreed: true, ..lay(submitted, agreed_on) }
    }

    fn run(due: &str, versions: &[Lay], submitted: &str) -> OnTime {
        let calendar = Calendar::embedded().expect("calendar");
        decide(Some(d(due)), versions, d(submitted), &calendar).expect("decision")
    }

    /// (on time, effective due date, working days late, rule)
    fn short(o: &OnTime) -> (Option<bool>, String, Option<i64>, &'static str) {
        let due = o.effective_due.map(|day| day.to_string());
        (o.on_time, due.unwrap_or_default(), o.working_days_late, o.rule)
    }

    /// Due Friday 19/11/2021; no return, so nothing moves.
    #[test]
    fn without_returns_the_due_date_decides() {
        for (submitted, on_time, late) in [
            ("2021-11-18", true, 0),
            ("2021-11-19", true, 0),
            ("2021-11-20", false, 0), // Saturday: late, but by no working day
            ("2021-11-22", false, 1), // Monday
            ("2021-11-26", false, 5), // Mon 22, Tue 23, Wed 24, Thu 25, Fri 26
        ] {
            let o = run("2021-11-19", &[lay(submitted, "")], submitted);
            let expected = (Some(on_time), "2021-11-19".into(), Some(late), RULE_DUE_DATE);
            assert_eq!(short(&o), expected, "{submitted}");
            assert_eq!((o.returns, o.receiver_days), (0, 0));
            assert_eq!(o.calendar_version, "vn-2019-2026/1");
        }
    }

    /// The example of the module: lay Thu 18, Fri 19, Mon 22 = 3; 19/11 + 3 = Mon 22, Tue 23, Wed 24;
    /// return Mon 22 + 3 = Tue 23, Wed 24, Thu 25, the later one.
    #[test]
    fn three_working_days_are_left_after_a_return() {
        let first = lay("2021-11-17", "2021-11-22");
        let o = run("2021-11-19", &[first, lay("2021-11-25", "")], "2021-11-25");
        assert_eq!(short(&o), (Some(true), "2021-11-25".into(), Some(0), RULE_AFTER_RETURN));
        assert_eq!((o.returns, o.receiver_days, o.due), (1, 3, Some(d("2021-11-19"))));
        // Fri 26 is one working day after Thu 25.
        let o = run("2021-11-19", &[first], "2021-11-26");
        assert_eq!(short(&o), (Some(false), "2021-11-25".into(), Some(1), RULE_AFTER_RETURN));
    }

    /// Handed in early, Mon 1/11, and left lying until Mon 15/11: Tue 2 … Fri 5 is 4, Mon 8 … Fri 12
    /// is 5, Mon 15 is 1, together 10. Due Fri 19/11 + 10 working days = Fri 3/12. The return + 3 is
    /// Thu 18/11, earlier, so the moved date holds.
    #[test]
    fn a_slow_receiver_gives_the_days_back() {
        let first = lay("2021-11-01", "2021-11-15");
        let o = run("2021-11-19", &[first], "2021-12-03");
        assert_eq!(o.receiver_days, 10);
        assert_eq!(short(&o), (Some(true), "2021-12-03".into(), Some(0), RULE_MOVED_ON));
        let o = run("2021-11-19", &[first], "2021-12-06");
        assert_eq!(short(&o), (Some(false), "2021-12-03".into(), Some(1), RULE_MOVED_ON));
    }

    /// Two returns: Mon 8 → Wed 10 lay 2 (Tue, Wed); Fri 12 → Tue 16 lay 2 (Mon, Tue); together 4.
    /// Due Fri 19 + 4 = Mon 22, Tue 23, Wed 24, Thu 25. Last return Tue 16 + 3 = Fri 19, earlier.
    #[test]
    fn returns_add_up_in_any_order() {
        let (one, two) = (lay("2021-11-08", "2021-11-10"), lay("2021-11-12", "2021-11-16"));
        let o = run("2021-11-19", &[two, lay("2021-11-25", ""), one], "2021-11-25");
        assert_eq!((o.returns, o.receiver_days), (2, 4));
        assert_eq!(short(&o), (Some(true), "2021-11-25".into(), Some(0), RULE_MOVED_ON));
    }

    /// The same Tue 9 and Wed 10 for two versions at once (Mon 8 → Wed 10, Tue 9 → Thu 11): 3 days,
    /// Tue, Wed, Thu, not 4.
    #[test]
    fn a_day_with_two_versions_counts_once() {
        let versions = [lay("2021-11-08", "2021-11-10"), lay("2021-11-09", "2021-11-11")];
        assert_eq!(run("2021-11-19", &versions, "2021-11-19").receiver_days, 3);
    }

    /// Returned the day it came (Thu 18): lay 0, so the due date does not move, not even off a
    /// Saturday; 18 + 3 = Fri 19, Mon 22, Tue 23.
    #[test]
    fn returned_the_same_day() {
        let o = run("2021-11-20", &[lay("2021-11-18", "2021-11-18")], "2021-11-23");
        assert_eq!(o.receiver_days, 0);
        assert_eq!(short(&o), (Some(true), "2021-11-23".into(), Some(0), RULE_AFTER_RETURN));
        // Far from the due date the minimum does not matter: 1/11 + 3 = Thu 4/11.
        let o = run("2021-11-20", &[lay("2021-11-01", "2021-11-01")], "2021-11-22");
        assert_eq!(short(&o), (Some(false), "2021-11-20".into(), Some(1), RULE_DUE_DATE));
    }

    /// Over Tết 2024 (8/2 to 14/2 off): returned Wed 7/2, + 3 = Thu 15, Fri 16, Mon 19. Lay from Tue
    /// 6/2 is 1; due Wed 7/2 + 1 = Thu 15/2.
    #[test]
    fn holidays_are_not_counted() {
        let o = run("2024-02-07", &[lay("2024-02-06", "2024-02-07")], "2024-02-20");
        assert_eq!(short(&o), (Some(false), "2024-02-19".into(), Some(1), RULE_AFTER_RETURN));
    }

    /// Due Tue 30/11/2021. Handed over late, Mon 6/12, agreed to on Mon 13/12: Tue 7 … Fri 10 is 4, Mon 13 is 1, together
    /// 5; 30/11 + 5 = Wed 1, Thu 2, Fri 3, Mon 6, Tue 7/12. Issued Tue 14/12, it is Wed 8, Thu 9, Fri 10, Mon 13, Tue 14 = 5
    /// working days late, for an agreement leaves no three days.
    #[test]
    fn an_agreement_gives_its_days_back_and_no_more() {
        let stay = agreed("2021-12-06", "2021-12-13");
        let o = run("2021-11-30", &[stay], "2021-12-14");
        assert_eq!(short(&o), (Some(false), "2021-12-07".into(), Some(5), RULE_MOVED_ON));
        assert_eq!((o.returns, o.receiver_days), (0, 5));
        // Sent back on Wed 1/12 after a stay from Mon 29/11 (Tue 30, Wed 1 = 2 days), agreed to as above: 7 days, so 30/11
        // moves to Thu 9/12; three days after the return, Mon 6/12, are earlier.
        let o = run("2021-11-30", &[stay, lay("2021-11-29", "2021-12-01")], "2021-12-14");
        assert_eq!(short(&o), (Some(false), "2021-12-09".into(), Some(3), RULE_MOVED_ON));
        assert_eq!((o.returns, o.receiver_days), (1, 7));
    }

    /// Due Fri 19/11/2021, the period closed on Fri 12/11. What came by then has the due date; what came on Mon 15/11 is
    /// one working day late; returned on Tue 16/11 after lying since Wed 10/11 (Thu, Fri, Mon, Tue = 4), 12/11 moves to Thu
    /// 18/11 and three days after the return to Fri 19/11.
    #[test]
    fn a_closed_period_ends_before_the_due_date() {
        let calendar = Calendar::embedded().expect("calendar");
        let run =
            |versions: &[Lay], submitted: &str| decide_in(Some(d("2021-11-19")), Some(d("2021-11-12")), versions, d(submitted), &calendar).expect("decision");
        let o = run(&[], "2021-11-12");
        assert_eq!((short(&o), o.closed_on), ((Some(true), "2021-11-19".into(), Some(0), RULE_DUE_DATE), None));
        let o = run(&[], "2021-11-15");
        assert_eq!((short(&o), o.closed_on), ((Some(false), "2021-11-12".into(), Some(1), RULE_PERIOD_CLOSED), Some(d("2021-11-12"))));
        assert_eq!(o.due, Some(d("2021-11-19")));
        let o = run(&[lay("2021-11-10", "2021-11-16")], "2021-11-19");
        assert_eq!(short(&o), (Some(true), "2021-11-19".into(), Some(0), RULE_AFTER_RETURN));
        // A period that closed after the due date changes nothing.
        let o = decide_in(Some(d("2021-11-12")), Some(d("2021-11-19")), &[], d("2021-11-15"), &calendar).expect("decision");
        assert_eq!((short(&o), o.closed_on), ((Some(false), "2021-11-12".into(), Some(1), RULE_DUE_DATE), None));
    }

    #[test]
    fn without_a_due_date_there_is_no_judgement() {
        let calendar = Calendar::embedded().expect("calendar");
        let versions = [lay("2031-01-02", "2031-01-09")];
        let o = decide(None, &versions, d("2031-01-10"), &calendar).expect("decision");
        assert_eq!(short(&o), (None, String::new(), None, RULE_NO_DEADLINE));
        assert_eq!(o.returns, 1);
    }

    #[test]
    fn unknown_years_are_refused_only_where_days_are_counted() {
        let calendar = Calendar::embedded().expect("calendar");
        let due = Some(d("2027-01-15"));
        let o = decide(due, &[], d("2027-01-15"), &calendar).expect("no sum needed");
        assert_eq!((o.on_time, o.working_days_late), (Some(true), Some(0)));
        let o = decide(due, &[], d("2027-01-18"), &calendar).expect("no sum needed");
        assert_eq!((o.on_time, o.working_days_late), (Some(false), None));
        let versions = [lay("2027-01-11", "2027-01-13")];
        let refused = decide(due, &versions, d("2027-01-15"), &calendar);
        assert!(matches!(refused, Err(CalendarError::YearNotLoaded { year: 2027, .. })));
    }

    #[test]
    fn a_return_before_its_submission_is_an_error() {
        let calendar = Calendar::embedded().expect("calendar");
        let versions = [lay("2021-11-10", "2021-11-09")];
        let refused = decide(Some(d("2021-11-19")), &versions, d("2021-11-18"), &calendar);
        assert_eq!(refused, Err(CalendarError::ReturnBeforeSubmission));
    }
}
