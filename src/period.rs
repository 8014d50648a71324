//! Reporting periods: `2026`, `2026-H1`, `2026-Q3`, `2026-07`, `2026-9M`.
//!
//! A period names a stretch of the calendar. The days whose *figures* belong in its report are others:
//! Decree 09/2019/NĐ-CP Art. 12 closes the books on the 14th, see [`Period::data_window`].

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// First year a period may lie in.
pub const MIN_YEAR: i32 = 1900;
/// Last year a period may lie in.
pub const MAX_YEAR: i32 = 2199;
/// What [`Period::from_str`] accepts, as a JSON Schema pattern.
pub const PERIOD_PATTERN: &str = "^(19|20|21)[0-9]{2}(-(H[12]|Q[1-4]|9M|0[1-9]|1[0-2]))?$";

/// Which part of its year a period covers. Numbers count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The whole year: `2026`.
    Year,
    /// 6 tháng đầu năm (1) or cuối năm (2): `2026-H1`.
    Half(u8),
    /// Quarter 1 to 4: `2026-Q3`.
    Quarter(u8),
    /// Month 1 to 12: `2026-07`.
    Month(u8),
    /// January to September: `2026-9M`.
    NineMonths,
}

impl Part {
    /// First and last month of the part.
    fn months(self) -> (u8, u8) {
        match self {
            Part::Year => (1, 12),
            Part::Half(half) => (half * 6 - 5, half * 6),
            Part::Quarter(quarter) => (quarter * 3 - 2, quarter * 3),
            Part::Month(month) => (month, month),
            Part::NineMonths => (1, 9),
        }
    }

    /// How many such parts a year has, and which one this is.
    fn place(self) -> (u8, u8) {
        match self {
            Part::Year | Part::NineMonths => (1, 1),
            Part::Half(half) => (2, half),
            Part::Quarter(quarter) => (4, quarter),
            Part::Month(month) => (12, month),
        }
    }

    fn with_number(self, number: u8) -> Part {
        match self {
            Part::Half(_) => Part::Half(number),
            Part::Quarter(_) => Part::Quarter(number),
            Part::Month(_) => Part::Month(number),
            whole => whole,
        }
    }
}

/// One reporting period. It can only be made valid: year and number are in range. The order is by
/// year, then by kind and number; compare [`Period::last_day`] to order periods of several kinds in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    year: i32,
    part: Part,
}

impl Period {
    /// As Vietnamese says it: `năm 2026`, `6 tháng đầu năm 2026`, `quý 3 năm 2026`.
    pub fn in_words(self) -> String {
        let year = self.year;
        match self.part {
            Part::Year => format!("năm {year}"),
            Part::Half(1) => format!("6 tháng đầu năm {year}"),
            Part::Half(_) => format!("6 tháng cuối năm {year}"),
            Part::Quarter(n) => format!("quý {n} năm {year}"),
            Part::Month(n) => format!("tháng {n} năm {year}"),
            Part::NineMonths => format!("9 tháng năm {year}"),
        }
    }

    /// `None` when the year is outside [`MIN_YEAR`]..=[`MAX_YEAR`] or the part's number is impossible.
    pub fn new(year: i32, part: Part) -> Option<Period> {
        let (count, number) = part.place();
        let valid = (MIN_YEAR..=MAX_YEAR).contains(&year) && (1..=count).contains(&number);
        valid.then_some(Period { year, part })
    }

    /// The calendar year the period lies in.
    pub fn year(self) -> i32 {
        self.year
    }

    /// Which part of the year.
    pub fn part(self) -> Part {
        self.part
    }

    /// First calendar day.
    pub fn first_day(self) -> NaiveDate {
        day(self.year, self.part.months().0, 1)
    }

    /// Last calendar day.
    pub fn last_day(self) -> NaiveDate {
        last_of_month(self.year, self.part.months().1)
    }

    /// First and last day (both included) whose figures belong in the report, by Decree
    /// 09/2019/NĐ-CP Art. 12: from the 15th of the month before the period to the 14th of its last
    /// month; the second half of the year, too, begins on 15 June, a day after the first half ends.
    pub fn data_window(self) -> (NaiveDate, NaiveDate) {
        let (first, last) = self.part.months();
        let from = match first {
            1 => day(self.year - 1, 12, 15),
            month => day(self.year, month - 1, 15),
        };
        (from, day(self.year, last, 14))
    }

    /// The period of the same kind just before; for a year or nine months that of the year before.
    /// `None` before [`MIN_YEAR`].
    pub fn previous(self) -> Option<Period> {
        match self.part.place() {
            (count, 1) => Period::new(self.year - 1, self.part.with_number(count)),
            (_, number) => Period::new(self.year, self.part.with_number(number - 1)),
        }
    }

    /// The period of the same kind just after. `None` after [`MAX_YEAR`]. What comes next in a
    /// regime that mixes kinds is [`Frequency::next_after`].
    pub fn next(self) -> Option<Period> {
        match self.part.place() {
            (count, number) if number == count => Period::new(self.year + 1, self.part.with_number(1)),
            (_, number) => Period::new(self.year, self.part.with_number(number + 1)),
        }
    }

    /// The same part of the year before ("so với cùng kỳ"). `None` before [`MIN_YEAR`].
    pub fn same_last_year(self) -> Option<Period> {
        Period::new(self.year - 1, self.part)
    }

    /// The period of this frequency that the calendar day lies in. Half-year-and-year: H1 until
    /// 30 June, then the whole year (its second report). `None` for October to December of a
    /// nine-month regime, for regimes on request, and outside the years.
    pub fn containing(date: NaiveDate, frequency: Frequency) -> Option<Period> {
        let periods = frequency.periods_of(date.year());
        periods.into_iter().find(|period| (period.first_day()..=period.last_day()).contains(&date))
    }
}

/// The day, for numbers that are known to be a date. The fall-back is unreachable by construction.
fn day(year: i32, month: u8, day: u8) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day)).unwrap_or_default()
}

fn last_of_month(year: i32, month: u8) -> NaiveDate {
    let next = match month {
        12 => day(year + 1, 1, 1),
        month => day(year, month + 1, 1),
    };
    next.checked_sub_days(Days::new(1)).unwrap_or_default()
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year;
        match self.part {
            Part::Year => write!(f, "{year}"),
            Part::Half(half) => write!(f, "{year}-H{half}"),
            Part::Quarter(quarter) => write!(f, "{year}-Q{quarter}"),
            Part::Month(month) => write!(f, "{year}-{month:02}"),
            Part::NineMonths => write!(f, "{year}-9M"),
        }
    }
}

/// The text is not a period as in [`PERIOD_PATTERN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPeriod;

impl fmt::Display for NotAPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected 2026, 2026-H1, 2026-Q3, 2026-07 or 2026-9M")
    }
}

impl std::error::Error for NotAPeriod {}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Period, NotAPeriod> {
        let (year, part) = match text.split_once('-') {
            None => (text, None),
            Some((year, part)) => (year, Some(part)),
        };
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAPeriod);
        }
        let year: i32 = year.parse().map_err(|_| NotAPeriod)?;
        let part = match part.map(str::as_bytes) {
            None => Part::Year,
            Some(b"9M") => Part::NineMonths,
            Some([b'H', n @ b'1'..=b'2']) => Part::Half(n - b'0'),
            Some([b'Q', n @ b'1'..=b'4']) => Part::Quarter(n - b'0'),
            Some([b'0', n @ b'1'..=b'9']) => Part::Month(n - b'0'),
            Some([b'1', n @ b'0'..=b'2']) => Part::Month(10 + n - b'0'),
            Some(_) => return Err(NotAPeriod),
        };
        Period::new(year, part).ok_or(NotAPeriod)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Period {
    fn schema() -> utoipa::openapi::RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(PERIOD_PATTERN))
            .description(Some("Kỳ báo cáo: 2026, 2026-H1, 2026-H2, 2026-Q3, 2026-07, 2026-9M"))
            .examples(["2026-H1"])
            .into()
    }
}

impl ToSchema for Period {}

/// How often a reporting regime asks for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Twelve periods a year.
    Month,
    /// Four periods a year.
    Quarter,
    /// H1 and H2.
    HalfYear,
    /// H1, then the whole year ("6 tháng và cuối năm").
    HalfYearAndYear,
    /// January to September, once a year.
    NineMonths,
    /// The whole year.
    Year,
    /// The receiver opens a titled period (đột xuất, chuyên đề); the calendar knows none.
    OnRequest,
}

impl Frequency {
    /// The regime's periods of one year, in the order they end; empty when on request.
    pub fn periods_of(self, year: i32) -> Vec<Period> {
        let parts: Vec<Part> = match self {
            Frequency::Month => (1..=12).map(Part::Month).collect(),
            Frequency::Quarter => (1..=4).map(Part::Quarter).collect(),
            Frequency::HalfYear => vec![Part::Half(1), Part::Half(2)],
            Frequency::HalfYearAndYear => vec![Part::Half(1), Part::Year],
            Frequency::NineMonths => vec![Part::NineMonths],
            Frequency::Year => vec![Part::Year],
            Frequency::OnRequest => vec![],
        };
        let made = parts.into_iter().map(|part| Period::new(year, part));
        made.flatten().collect()
    }

    /// True when a regime of this frequency has the period. On request takes any.
    pub fn admits(self, period: Period) -> bool {
        self == Frequency::OnRequest || self.periods_of(period.year).contains(&period)
    }

    /// The regime's period after this one (`2026-H1`, `2026`, `2027-H1` … for half-year-and-year).
    /// `None` on request, for a period the regime does not have, and after [`MAX_YEAR`].
    pub fn next_after(self, period: Period) -> Option<Period> {
        let here = self.periods_of(period.year);
        let at = here.iter().position(|p| *p == period)?;
        let following = here.get(at + 1).copied();
        following.or_else(|| self.periods_of(period.year + 1).first().copied())
    }
}

#[cfg(test)]
mod tests;
