//! Working days in Vietnam, and the rules from which due dates come.
//!
//! A working day is Monday to Friday, except public holidays, days off in lieu of holidays that fell
//! on a weekend (nghỉ bù) and days swapped away (hoán đổi); a Saturday to which a day was swapped is
//! a working day. Which days these are is announced year by year, so they are data; a calendar knows
//! its years and refuses every other, it never guesses. Due dates store the version that made them.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod due;

pub use due::{DueRule, DueRuleKind, Fault};

/// Why a day differs from what its weekday says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A holiday by law, wherever in the week it falls (Labour Code Art. 112).
    PublicHoliday,
    /// The day off for a holiday that fell on a Saturday or Sunday (nghỉ bù).
    Compensatory,
    /// A working day given up for a Saturday (hoán đổi).
    SwappedOff,
    /// A Saturday that is worked (làm bù).
    SwappedWorking,
}

/// One row of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDay {
    /// The day.
    pub date: NaiveDate,
    /// Why it is listed.
    pub kind: DayKind,
    /// What it is called in Vietnamese.
    #[schema(max_length = 200)]
    pub name_vi: String,
    /// What it is called in English.
    #[schema(max_length = 200)]
    pub name_en: String,
    /// True until somebody has compared the day with the announcement.
    pub unconfirmed: bool,
}

/// The calendar that comes with the service, as rows for the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSeed {
    /// Name of this state of the data, e.g. `vn-2019-2026/1`.
    pub version: String,
    /// True while any day is unconfirmed.
    pub unconfirmed: bool,
    /// The years that the rows cover completely.
    pub years: Vec<i32>,
    /// Days that are not worked.
    pub days_off: Vec<CalendarDay>,
    /// Saturdays that are.
    pub extra_working_days: Vec<CalendarDay>,
}

impl CalendarSeed {
    /// Reads the calendar compiled into the program.
    pub fn embedded() -> Result<CalendarSeed, CalendarError> {
        serde_json::from_str(include_str!("seed/calendar.json")).map_err(|error| CalendarError::BadData(error.to_string()))
    }
}

/// Which way a day that is not worked is moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// The day stays, worked or not.
    #[default]
    None,
    /// On to the next working day.
    Next,
    /// Back to the working day before.
    Previous,
}

/// Why a day could not be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarError {
    /// The sum touches a year of which the calendar has no holidays.
    YearNotLoaded {
        /// That year.
        year: i32,
        /// The calendar that lacks it.
        version: String,
    },
    /// The rows contradict each other or cannot be read; for the log, not for callers.
    BadData(String),
    /// The rule counts within a period and none was given.
    PeriodRequired,
    /// The rule cannot be applied to a period of this kind (a quarterly rule to a month).
    PeriodMismatch,
    /// The rule counts from a day and none was given.
    BaseRequired,
    /// The rule itself is at fault; see [`DueRule::validate`].
    InvalidRule,
    /// The result lies beyond the dates that can be written.
    OutOfRange,
    /// A return is dated before the submission that it returns.
    ReturnBeforeSubmission,
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CalendarError::YearNotLoaded { year, version } => {
                write!(f, "calendar {version} has no holidays for {year}")
            }
            CalendarError::BadData(what) => write!(f, "calendar data: {what}"),
            CalendarError::PeriodRequired => f.write_str("the due rule needs a period"),
            CalendarError::PeriodMismatch => f.write_str("the due rule does not fit the period"),
            CalendarError::BaseRequired => f.write_str("the due rule needs a day to count from"),
            CalendarError::InvalidRule => f.write_str("the due rule is invalid"),
            CalendarError::OutOfRange => f.write_str("the day is out of range"),
            CalendarError::ReturnBeforeSubmission => f.write_str("a version was returned before it was submitted"),
        }
    }
}

impl std::error::Error for CalendarError {}

/// The working days of some years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    version: String,
    years: BTreeSet<i32>,
    days_off: BTreeSet<NaiveDate>,
    extra_working_days: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// A calendar from rows. Refused when it has no version or no years, when a day lies outside the
    /// years, when an extra working day is not on a weekend, or when a day is both off and worked.
    pub fn new(
        version: impl Into<String>,
        years: impl IntoIterator<Item = i32>,
        days_off: impl IntoIterator<Item = NaiveDate>,
        extra_working_days: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Calendar, CalendarError> {
        let calendar = Calendar {
            version: version.into(),
            years: years.into_iter().collect(),
            days_off: days_off.into_iter().collect(),
            extra_working_days: extra_working_days.into_iter().collect(),
        };
        let bad = |what: String| Err(CalendarError::BadData(what));
        if calendar.version.trim().is_empty() || calendar.years.is_empty() {
            return bad("a calendar needs a version and years".to_owned());
        }
        let listed = calendar.days_off.union(&calendar.extra_working_days);
        for day in listed {
            if !calendar.years.contains(&day.year()) {
                return bad(format!("{day} lies outside the calendar's years"));
            }
        }
        for day in &calendar.extra_working_days {
            if !is_weekend(*day) || calendar.days_off.contains(day) {
                return bad(format!("{day} cannot be an extra working day"));
            }
        }
        Ok(calendar)
    }

    /// The calendar of these rows.
    pub fn from_seed(seed: &CalendarSeed) -> Result<Calendar, CalendarError> {
        let dates = |days: &[CalendarDay]| days.iter().map(|day| day.date).collect::<Vec<_>>();
        Calendar::new(seed.version.clone(), seed.years.iter().copied(), dates(&seed.days_off), dates(&seed.extra_working_days))
    }

    /// The calendar compiled into the program (see [`CalendarSeed::embedded`]).
    pub fn embedded() -> Result<Calendar, CalendarError> {
        Calendar::from_seed(&CalendarSeed::embedded()?)
    }

    /// Name of this state of the data; stored with whatever it computed.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The years it can count in, ascending.
    pub fn years(&self) -> impl Iterator<Item = i32> + '_ {
        self.years.iter().copied()
    }

    /// Whether the day is worked. Refused outside the years.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        self.require(date)?;
        let weekday = !is_weekend(date) || self.extra_working_days.contains(&date);
        Ok(weekday && !self.days_off.contains(&date))
    }

    /// The `count`-th working day after the date, which itself is not counted whether worked or not.
    /// Zero gives the date back unmoved; it must lie in the years all the same.
    pub fn add_working_days(&self, date: NaiveDate, count: u32) -> Result<NaiveDate, CalendarError> {
        self.require(date)?;
        let mut day = date;
        let mut left = count;
        while left > 0 {
            day = day.succ_opt().ok_or(CalendarError::OutOfRange)?;
            if self.is_working_day(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// How many working days there are after `from` up to and including `to`; 0 when `to` is not
    /// after `from`. So Monday to Tuesday is 1, and Friday to Sunday is 0. Every day between must
    /// lie in the years.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<u32, CalendarError> {
        self.require(from)?;
        self.require(to)?;
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = day.succ_opt().ok_or(CalendarError::OutOfRange)?;
            count += u32::from(self.is_working_day(day)?);
        }
        Ok(count)
    }

    /// The date if it is worked, else the nearest working day in the direction. [`Roll::None`] gives
    /// the date back without asking the calendar, so it works in any year.
    pub fn roll(&self, date: NaiveDate, roll: Roll) -> Result<NaiveDate, CalendarError> {
        let mut day = date;
        while roll != Roll::None && !self.is_working_day(day)? {
            let moved = match roll {
                Roll::Previous => day.pred_opt(),
                Roll::Next | Roll::None => day.succ_opt(),
            };
            day = moved.ok_or(CalendarError::OutOfRange)?;
        }
        Ok(day)
    }

    fn require(&self, date: NaiveDate) -> Result<(), CalendarError> {
        if self.years.contains(&date.year()) {
            return Ok(());
        }
        Err(CalendarError::YearNotLoaded { year: date.year(), version: self.version.clone() })
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests;
