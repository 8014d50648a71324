//! The field's rates: expected, actual and on-time reports (completeness and timeliness).

use crate::id::Id;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// The rates of a period, over the obligations that the caller may read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PeriodRates {
    pub period_id: Id,
    /// The day on which overdue was derived.
    pub as_of: NaiveDate,
    pub total: Rate,
    /// By agency, in the order of their ids.
    pub agencies: Vec<AgencyRate>,
    /// What was late, and what is overdue.
    pub late: Vec<LateReport>,
}

/// The rates of one agency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgencyRate {
    pub organization_id: Id,
    pub rate: Rate,
}

/// Reports expected, received and on time. Rates are percentages with one decimal, null where nothing was expected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Rate {
    pub expected: u32,
    /// Handed in: submitted or accepted; what was returned is owed again.
    pub actual: u32,
    pub accepted: u32,
    /// Handed in and not decided yet.
    pub awaiting: u32,
    /// Not handed in, and the last day is past.
    pub overdue: u32,
    /// Expected with a due date; the others stay outside timeliness.
    pub with_deadline: u32,
    /// Accepted as on time.
    pub on_time: u32,
    /// Accepted as late.
    pub late: u32,
    /// actual / expected
    #[schema(example = "75.0")]
    pub completeness: Option<String>,
    /// on_time / with_deadline
    #[schema(example = "50.0")]
    pub timeliness: Option<String>,
}

/// A report that came late, or is overdue.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LateReport {
    pub obligation_id: Id,
    pub organization_id: Id,
    pub step_no: i32,
    pub due_on: Option<NaiveDate>,
    /// The last day that counted as on time.
    pub effective_due_on: Option<NaiveDate>,
    /// The day on which it came; null while it is overdue.
    pub submitted_on: Option<NaiveDate>,
    /// Working days after the last day; null where the calendar lacks the year.
    pub working_days_late: Option<i64>,
}

impl Rate {
    /// Works out the percentages.
    pub fn worked_out(mut self) -> Self {
        self.completeness = percentage(self.actual, self.expected);
        self.timeliness = percentage(self.on_time, self.with_deadline);
        self
    }
    /// Adds another's counts.
    pub fn add(&mut self, other: &Rate) {
        self.expected += other.expected;
        self.actual += other.actual;
        self.accepted += other.accepted;
        self.awaiting += other.awaiting;
        self.overdue += other.overdue;
        self.with_deadline += other.with_deadline;
        self.on_time += other.on_time;
        self.late += other.late;
    }
}

/// Percent with one decimal, half up; exact integer arithmetic.
pub fn percentage(part: u32, whole: u32) -> Option<String> {
    let (part, whole) = (u64::from(part), u64::from(whole));
    let tenths = (part * 2000 + whole).checked_div(2 * whole)?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::percentage;

    /// 2/3 = 66.666… → 66.7; 1/8 = 12.5; 1/16 = 6.25 → 6.3; nothing expected → none.
    #[test]
    fn percentages_are_half_up() {
        let p = |part, whole| percentage(part, whole).unwrap_or_default();
        assert_eq!(
            (p(2, 3), p(1, 8), p(1, 16), p(4, 4), p(0, 4), p(0, 0)),
            ("66.7".into(), "12.5".into(), "6.3".into(), "100.0".into(), "0.0".into(), String::new())
        );
    }
}
