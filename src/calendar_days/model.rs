use crate::{
    calendar::{CalendarDay, CalendarSeed, Roll},
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What can be done with the calendar.
    CalendarAction {
        View = "view", "Xem", "View";
        Install = "install", "Cài lịch mới", "Install a new calendar";
    }
}

/// The calendar in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarView {
    /// Name of this state of the data; stored with every due date that it computed.
    #[schema(example = "vn-2019-2026/1")]
    pub calendar_version: String,
    /// True while any day has not been compared with the announcement.
    pub unconfirmed: bool,
    /// The years that it covers completely; sums outside them are refused.
    pub years: Vec<i32>,
    /// Days that are not worked, Saturdays and Sundays aside.
    pub days_off: Vec<CalendarDay>,
    /// Saturdays and Sundays that are.
    pub extra_working_days: Vec<CalendarDay>,
    /// When it was installed; null for the one that comes with the program.
    pub installed_at: Option<Stamp>,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<CalendarAction>,
}

/// A new calendar. It replaces the one in force as a whole; what older ones computed stays as it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCalendar {
    /// A name that no other calendar has.
    #[schema(pattern = "^[a-z0-9][a-z0-9._/-]{0,59}$", example = "vn-2019-2027/1")]
    pub calendar_version: String,
    /// The years that the rows cover completely.
    #[schema(min_items = 1, max_items = 100)]
    pub years: Vec<i32>,
    /// Days that are not worked.
    #[schema(max_items = 2000)]
    pub days_off: Vec<CalendarDay>,
    /// Saturdays and Sundays that are.
    #[schema(max_items = 500)]
    pub extra_working_days: Vec<CalendarDay>,
}

impl From<NewCalendar> for CalendarSeed {
    fn from(new: NewCalendar) -> Self {
        Self { version: new.calendar_version, unconfirmed: true, years: new.years, days_off: new.days_off, extra_working_days: new.extra_working_days }
    }
}

/// Which part of the calendar to show.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CalendarFilter {
    /// Only the days of this year.
    #[param(minimum = 1900, maximum = 2199)]
    pub year: Option<i32>,
}

/// Between which days to count.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WorkingDaysQuestion {
    /// Day 0, itself not counted.
    pub from: NaiveDate,
    /// The last day counted.
    pub to: NaiveDate,
}

/// How many working days there are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkingDays {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Working days after `from` up to and including `to`; 0 where `to` is not after `from`.
    pub working_days: u32,
    pub calendar_version: String,
}

/// From when and how far to count.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeadlineQuestion {
    /// Day 0, itself not counted.
    pub from: NaiveDate,
    #[param(minimum = 1, maximum = 3660)]
    pub days: u32,
    /// Whether working days are counted; true unless said.
    pub working: Option<bool>,
    /// Where a last day that is not worked moves; `next` unless said.
    #[param(inline)]
    pub roll: Option<Roll>,
}

/// The last day of a term.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CountedDeadline)]
pub struct Deadline {
    pub from: NaiveDate,
    pub days: u32,
    pub working: bool,
    pub roll: Roll,
    /// The last day on which it is done in time.
    pub last_day: NaiveDate,
    pub calendar_version: String,
}
