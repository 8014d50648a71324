//! Due rules: how a text's words about time become a last day.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Calendar, CalendarError, Roll};
use crate::period::{MAX_YEAR, MIN_YEAR, Part, Period};
use crate::text::has_forbidden_control;

/// The most characters of a rule's words.
const MAX_PHRASE: usize = 500;
/// The most days a rule may count ("trong n ngày"): ten years.
const MAX_DAYS: u32 = 3660;

/// What a due rule counts by. Beside it stand the members it needs; any other must be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueRuleKind {
    /// `date`: once ("trước ngày 30/6/2026").
    Fixed,
    /// `month`, `day` in the period's year ("trước ngày 20/11 hằng năm").
    Yearly,
    /// `month`, `day` for H1; `second_month`, `second_day` for H2 and for the whole year.
    HalfYearly,
    /// `day` of the `month_of_quarter`-th month of the quarter.
    Quarterly,
    /// `day` of the month.
    Monthly,
    /// `year`, `month`: the whole month ("trong tháng 4/2020").
    MonthOf,
    /// `days`, `working`, counted from a day given with the case ("trong 05 ngày làm việc").
    DaysAfter,
    /// "Theo quy định": words only, no date; `phrase` is required.
    AsRegulated,
}

/// How a due date is found. The named time itself counts when `inclusive` ("chậm nhất ngày 20/11":
/// 20/11) and does not when not ("trước ngày 20/11": 19/11; "trước tháng 4": 31/3). Then the day is
/// rolled. Where the month is shorter than the day, its last day is meant: a monthly 31 is 30 June,
/// a yearly 29 February is the 28th in a common year (a yearly 31 June is refused).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DueRule {
    /// What the rule counts by.
    pub kind: DueRuleKind,
    /// The day of a `fixed` rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// The year of a `month_of` rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1900, maximum = 2199)]
    pub year: Option<i32>,
    /// The month of a `yearly`, `half_yearly` (first half) or `month_of` rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 12)]
    pub month: Option<u8>,
    /// The month within the quarter of a `quarterly` rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3)]
    pub month_of_quarter: Option<u8>,
    /// The day of the month of a `yearly`, `half_yearly` (first half), `quarterly` or `monthly` rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 31)]
    pub day: Option<u8>,
    /// The month of a `half_yearly` rule for the second half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 12)]
    pub second_month: Option<u8>,
    /// The day of a `half_yearly` rule for the second half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 31)]
    pub second_day: Option<u8>,
    /// The number of days of a `days_after` rule; the day counted from is day 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3660)]
    pub days: Option<u32>,
    /// Whether a `days_after` rule counts working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working: Option<bool>,
    /// True when the day lies in what follows the period: the next year, quarter or month, or for
    /// the second half the next year ("trước ngày 05 của tháng sau"). Absent means false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub following: Option<bool>,
    /// Whether the named day or month itself still counts.
    pub inclusive: bool,
    /// Where a day that is not worked is moved.
    pub roll: Roll,
    /// The words of the text, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500, pattern = r"^[^\u0000-\u0008\u000B-\u001F]*$")]
    pub phrase: Option<String>,
}

/// One fault of a rule: JSON pointer from the rule, and code (`required`, `not_applicable`,
/// `out_of_range`, `not_a_date`, `must_be_true`, `blank`, `too_long`, `control_character`).
pub type Fault = (&'static str, &'static str);

impl DueRule {
    /// A rule of this kind with every optional member absent, inclusive and not rolled.
    pub fn of(kind: DueRuleKind) -> DueRule {
        DueRule {
            kind,
            date: None,
            year: None,
            month: None,
            month_of_quarter: None,
            day: None,
            second_month: None,
            second_day: None,
            days: None,
            working: None,
            following: None,
            inclusive: true,
            roll: Roll::None,
            phrase: None,
        }
    }

    /// Every fault at once, in the order of the members; empty when the rule is sound.
    pub fn validate(&self) -> Vec<Fault> {
        use DueRuleKind::*;
        let mut faults = Vec::new();
        let kind = self.kind;
        let mut member = |pointer: &'static str, needed: bool, present: bool, in_range: bool| match (needed, present) {
            (true, false) => faults.push((pointer, "required")),
            (false, true) => faults.push((pointer, "not_applicable")),
            (true, true) if !in_range => faults.push((pointer, "out_of_range")),
            _ => {}
        };
        let years = MIN_YEAR..=MAX_YEAR;
        let within = |n: Option<u8>, max: u8| n.is_none_or(|n| (1..=max).contains(&n));
        let by_month = matches!(kind, Yearly | HalfYearly | MonthOf);
        let by_day = matches!(kind, Yearly | HalfYearly | Quarterly | Monthly);
        let fixed_ok = self.date.is_none_or(|date| years.contains(&date.year()));
        let year_ok = self.year.is_none_or(|year| years.contains(&year));
        let days_ok = self.days.is_none_or(|days| (1..=MAX_DAYS).contains(&days));
        member("/date", kind == Fixed, self.date.is_some(), fixed_ok);
        member("/year", kind == MonthOf, self.year.is_some(), year_ok);
        member("/month", by_month, self.month.is_some(), within(self.month, 12));
        let mq = self.month_of_quarter;
        member("/month_of_quarter", kind == Quarterly, mq.is_some(), within(mq, 3));
        member("/day", by_day, self.day.is_some(), within(self.day, 31));
        let (sm, sd) = (self.second_month, self.second_day);
        member("/second_month", kind == HalfYearly, sm.is_some(), within(sm, 12));
        member("/second_day", kind == HalfYearly, sd.is_some(), within(sd, 31));
        member("/days", kind == DaysAfter, self.days.is_some(), days_ok);
        member("/working", kind == DaysAfter, self.working.is_some(), true);
        if self.following.is_some() && !by_day {
            faults.push(("/following", "not_applicable"));
        }
        if by_day && by_month && !is_month_day(self.month, self.day) {
            faults.push(("/day", "not_a_date"));
        }
        if kind == HalfYearly && !is_month_day(sm, sd) {
            faults.push(("/second_day", "not_a_date"));
        }
        if kind == DaysAfter && !self.inclusive {
            faults.push(("/inclusive", "must_be_true"));
        }
        match self.phrase.as_deref() {
            None if kind == AsRegulated => faults.push(("/phrase", "required")),
            Some(phrase) if phrase.trim().is_empty() => faults.push(("/phrase", "blank")),
            Some(phrase) if phrase.chars().count() > MAX_PHRASE => {
                faults.push(("/phrase", "too_long"));
            }
            Some(phrase) if has_forbidden_control(phrase) => {
                faults.push(("/phrase", "control_character"));
            }
            _ => {}
        }
        faults
    }

    /// The last day on which the duty is done in time; `None` for "theo quy định".
    ///
    /// `period` is what a recurring rule counts in: the yearly rule takes any period's year, the
    /// others their own kind, and the half-yearly rule uses its second day for the whole year too.
    /// `base` is day 0 of a `days_after` rule. The calendar is asked only for working days and for
    /// rolling, so a rule that does neither works in any year.
    pub fn last_day(&self, period: Option<&Period>, base: Option<NaiveDate>, calendar: &Calendar) -> Result<Option<NaiveDate>, CalendarError> {
        if !self.validate().is_empty() {
            return Err(CalendarError::InvalidRule);
        }
        let required = || period.copied().ok_or(CalendarError::PeriodRequired);
        let following = self.following.unwrap_or(false);
        let day = match self.kind {
            DueRuleKind::AsRegulated => return Ok(None),
            DueRuleKind::Fixed => self.date.ok_or(CalendarError::InvalidRule)?,
            DueRuleKind::Yearly => {
                let year = required()?.year() + i32::from(following);
                month_day(year, self.month, self.day)?
            }
            DueRuleKind::HalfYearly => {
                let period = required()?;
                match period.part() {
                    Part::Half(1) => month_day(period.year(), self.month, self.day)?,
                    Part::Half(_) | Part::Year => {
                        let year = period.year() + i32::from(following);
                        month_day(year, self.second_month, self.second_day)?
                    }
                    _ => return Err(CalendarError::PeriodMismatch),
                }
            }
            DueRuleKind::Quarterly => {
                let period = shifted(required()?, following)?;
                let Part::Quarter(quarter) = period.part() else {
                    return Err(CalendarError::PeriodMismatch);
                };
                let month = self.month_of_quarter.map(|month| quarter * 3 - 3 + month);
                month_day(period.year(), month, self.day)?
            }
            DueRuleKind::Monthly => {
                let period = shifted(required()?, following)?;
                let Part::Month(month) = period.part() else {
                    return Err(CalendarError::PeriodMismatch);
                };
                month_day(period.year(), Some(month), self.day)?
            }
            DueRuleKind::MonthOf => {
                let (year, month) = (self.year.unwrap_or_default(), self.month.unwrap_or_default());
                let month = Period::new(year, Part::Month(month)).ok_or(CalendarError::InvalidRule)?;
                // "Trước tháng 4" ends with March: one day before 1 April, taken off below.
                if self.inclusive { month.last_day() } else { month.first_day() }
            }
            DueRuleKind::DaysAfter => {
                let base = base.ok_or(CalendarError::BaseRequired)?;
                let days = self.days.ok_or(CalendarError::InvalidRule)?;
                if self.working == Some(true) {
                    calendar.add_working_days(base, days)?
                } else {
                    let end = base.checked_add_days(Days::new(u64::from(days)));
                    end.ok_or(CalendarError::OutOfRange)?
                }
            }
        };
        let last = if self.inclusive { Some(day) } else { day.pred_opt() };
        let last = last.ok_or(CalendarError::OutOfRange)?;
        calendar.roll(last, self.roll).map(Some)
    }
}

/// The period, or the one after it.
fn shifted(period: Period, following: bool) -> Result<Period, CalendarError> {
    if following { period.next().ok_or(CalendarError::OutOfRange) } else { Ok(period) }
}

/// True unless both are in range and no year has such a day (31 June, 30 February).
fn is_month_day(month: Option<u8>, day: Option<u8>) -> bool {
    let longest = match month {
        Some(2) => 29,
        Some(4 | 6 | 9 | 11) => 30,
        _ => return true,
    };
    day.is_none_or(|day| day > 31 || day <= longest)
}

/// The day of the month, or the month's last day where it is shorter.
fn month_day(year: i32, month: Option<u8>, day: Option<u8>) -> Result<NaiveDate, CalendarError> {
    let (Some(month), Some(day)) = (month, day) else {
        return Err(CalendarError::InvalidRule);
    };
    let last_days = (28..=u32::from(day)).rev();
    let candidates = std::iter::once(u32::from(day)).chain(last_days);
    candidates.filter_map(|day| NaiveDate::from_ymd_opt(year, u32::from(month), day)).next().ok_or(CalendarError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> DueRule {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn json_is_flat_and_strict() {
        let text = r#"{"kind":"yearly","month":11,"day":20,"inclusive":false,"roll":"none","phrase":"trước ngày 20/11 hằng năm"}"#;
        assert_eq!(serde_json::to_string(&rule(text)).expect("json"), text);
        for bad in [
            r#"{"kind":"yearly","month":11,"day":20,"roll":"none"}"#,
            r#"{"kind":"weekly","inclusive":true,"roll":"none"}"#,
            r#"{"kind":"monthly","day":20,"inclusive":true,"roll":"none","tag":1}"#,
        ] {
            assert!(serde_json::from_str::<DueRule>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn all_faults_at_once() {
        let found = rule(r#"{"kind":"fixed","month":13,"days":0,"inclusive":true,"roll":"none","phrase":" "}"#).validate();
        let expected = [("/date", "required"), ("/month", "not_applicable"), ("/days", "not_applicable"), ("/phrase", "blank")];
        assert_eq!(found, expected);
        for (json, fault) in [
            (r#"{"kind":"yearly","month":13,"day":1,"inclusive":true,"roll":"none"}"#, ("/month", "out_of_range")),
            (r#"{"kind":"yearly","month":6,"day":31,"inclusive":true,"roll":"none"}"#, ("/day", "not_a_date")),
            (r#"{"kind":"monthly","day":32,"inclusive":true,"roll":"none"}"#, ("/day", "out_of_range")),
            (r#"{"kind":"days_after","days":5,"working":true,"inclusive":false,"roll":"next"}"#, ("/inclusive", "must_be_true")),
            (r#"{"kind":"days_after","days":4000,"working":true,"inclusive":true,"roll":"next"}"#, ("/days", "out_of_range")),
            (r#"{"kind":"as_regulated","inclusive":true,"roll":"none"}"#, ("/phrase", "required")),
            (r#"{"kind":"as_regulated","inclusive":true,"roll":"none","phrase":"a\u0007"}"#, ("/phrase", "control_character")),
            (r#"{"kind":"month_of","year":26,"month":4,"inclusive":true,"roll":"none"}"#, ("/year", "out_of_range")),
            (r#"{"kind":"fixed","date":"0001-01-01","inclusive":true,"roll":"none"}"#, ("/date", "out_of_range")),
        ] {
            assert_eq!(rule(json).validate(), [fault], "{json}");
        }
        let leap = rule(r#"{"kind":"yearly","month":2,"day":29,"inclusive":true,"roll":"none"}"#);
        assert_eq!(leap.validate(), []);
    }

    #[test]
    fn the_schema_says_the_same() {
        let schema = serde_json::to_value(<DueRule as utoipa::PartialSchema>::schema()).expect("schema");
        assert_eq!(schema["required"], serde_json::json!(["kind", "inclusive", "roll"]));
        assert_eq!(schema["additionalProperties"], false);
        let members = &schema["properties"];
        assert_eq!(members["phrase"]["pattern"], crate::text::TEXT_PATTERN);
        assert_eq!(members["phrase"]["maxLength"], MAX_PHRASE);
        assert_eq!(members["days"]["maximum"], MAX_DAYS);
        assert_eq!(members["year"]["minimum"], MIN_YEAR);
        assert_eq!(members["year"]["maximum"], MAX_YEAR);
    }
}
