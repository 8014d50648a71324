//! When a report runs: by the working days of Việt Nam, at a time of day there.

use crate::{
    calendar::{Calendar, CalendarError, Roll},
    error::Fault,
    time::Stamp,
    words,
};
use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

words! {
    /// On which days.
    ScheduleKind {
        WorkingDay = "working_day", "Mỗi ngày làm việc", "Every working day";
        Weekly = "weekly", "Hằng tuần", "Weekly, on a weekday";
        MonthlyWorkingDay = "monthly_working_day", "Ngày làm việc thứ n trong tháng", "Monthly, on the n-th working day";
        LastWorkingDay = "last_working_day", "Ngày làm việc cuối tháng", "Monthly, on the last working day";
    }
}

/// Days of a week that are looked through around a rolled day: Tết and a weekend on either side take nine days or so.
const FAR: u64 = 21;
/// Days ahead in which every schedule has a day.
const AHEAD: u64 = 75;
/// Việt Nam is seven hours before UTC.
const OFFSET_SECONDS: i64 = 7 * 3600;

/// When a report runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    pub kind: ScheduleKind,
    /// `weekly`: 1 is Monday (thứ Hai), 7 is Sunday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 7)]
    pub weekday: Option<u32>,
    /// `monthly_working_day`: the how-manieth; the last where the month has fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 27)]
    pub nth: Option<u32>,
    /// `weekly`: where a day that is not worked is moved; it stays unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<Roll>,
    /// Time of day in Việt Nam.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:30")]
    pub at: String,
}

impl Schedule {
    /// What is wrong, by place in the schedule.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (member, needed, given) in [
            ("weekday", self.kind == ScheduleKind::Weekly, self.weekday.is_some()),
            ("nth", self.kind == ScheduleKind::MonthlyWorkingDay, self.nth.is_some()),
            ("roll", false, self.roll.is_some() && self.kind != ScheduleKind::Weekly),
        ] {
            let place = format!("/schedule/{member}");
            if needed && !given {
                faults.push(Fault::at(place, "required", "Loại lịch này cần trường này.", "This kind of schedule needs this member."));
            } else if !needed && given {
                faults.push(Fault::at(place, "not_applicable", "Loại lịch này không dùng trường này.", "This kind of schedule does not take this member."));
            }
        }
        faults
    }

    /// The first moment after `now` at which it runs. Refused where the calendar lacks a year that has to be counted in.
    pub fn next_after(&self, now: Stamp, calendar: &Calendar) -> Result<Stamp, CalendarError> {
        let time = NaiveTime::parse_from_str(&self.at, "%H:%M").map_err(|_| CalendarError::InvalidRule)?;
        let today = now.day();
        let mut day = today;
        let (days, refused) = self.bases(today, calendar);
        for base in days {
            day = base;
            let moment = moment(day, time);
            if moment > now {
                return Ok(moment);
            }
        }
        // Days further on lie in years that the calendar lacks, or beyond every calendar.
        Err(refused.unwrap_or_else(|| CalendarError::YearNotLoaded { year: day.year(), version: calendar.version().to_owned() }))
    }

    /// Days on which it runs, from today on, and why there are no more of them where the calendar ends.
    fn bases(&self, today: NaiveDate, calendar: &Calendar) -> (BTreeSet<NaiveDate>, Option<CalendarError>) {
        let first = today.checked_sub_days(Days::new(FAR)).unwrap_or(today);
        let mut days = BTreeSet::new();
        let mut refused = None;
        for day in first.iter_days().take(usize::try_from(FAR + AHEAD).unwrap_or(96)) {
            // Days before today matter only where they may roll to today or later.
            if day < today && self.kind != ScheduleKind::Weekly {
                continue;
            }
            match self.on(day, calendar) {
                Ok(Some(on)) if on >= today => {
                    days.insert(on);
                }
                Ok(_) => {}
                Err(e) if day >= today => {
                    refused = Some(e);
                    break;
                }
                Err(_) => {}
            }
        }
        (days, refused)
    }

    /// The day on which it runs for a day of the calendar, where it does.
    fn on(&self, day: NaiveDate, calendar: &Calendar) -> Result<Option<NaiveDate>, CalendarError> {
        match self.kind {
            ScheduleKind::WorkingDay => Ok(calendar.is_working_day(day)?.then_some(day)),
            ScheduleKind::Weekly if self.weekday == Some(day.weekday().number_from_monday()) => calendar.roll(day, self.roll.unwrap_or_default()).map(Some),
            ScheduleKind::Weekly => Ok(None),
            ScheduleKind::MonthlyWorkingDay | ScheduleKind::LastWorkingDay => {
                let mut worked = Vec::new();
                for other in month_of(day) {
                    if calendar.is_working_day(other)? {
                        worked.push(other);
                    }
                }
                let nth = match self.kind {
                    ScheduleKind::LastWorkingDay => usize::MAX,
                    _ => usize::try_from(self.nth.unwrap_or(1)).unwrap_or(usize::MAX),
                };
                let meant = worked.get(nth.min(worked.len()).saturating_sub(1));
                Ok((meant == Some(&day)).then_some(day))
            }
        }
    }
}

fn month_of(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let first = day.with_day(1).unwrap_or(day);
    first.iter_days().take_while(move |other| other.month() == first.month() && other.year() == first.year())
}

fn moment(day: NaiveDate, time: NaiveTime) -> Stamp {
    Stamp::from(day.and_time(time).and_utc()).plus_seconds(-OFFSET_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(kind: ScheduleKind) -> Schedule {
        Schedule { kind, weekday: None, nth: None, roll: None, at: "07:30".into() }
    }

    /// The local day and time after a local moment.
    fn next(schedule: &Schedule, local: &str) -> String {
        let calendar = Calendar::embedded().expect("calendar");
        let now = chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").expect(local);
        let now = Stamp::from(now.and_utc()).plus_seconds(-OFFSET_SECONDS);
        schedule.next_after(now, &calendar).expect("a day").plus_seconds(OFFSET_SECONDS).utc().format("%Y-%m-%dT%H:%M").to_string()
    }

    /// Tết 2026: New Year's Day of the lunar year is Tue 17/2; Sat 14/2 to Sun 22/2 are off (14 and 15, 21 and 22 weekends).
    #[test]
    fn working_days_jump_over_tet_and_weekends() {
        let daily = schedule(ScheduleKind::WorkingDay);
        assert_eq!(next(&daily, "2026-02-12T07:29"), "2026-02-12T07:30");
        assert_eq!(next(&daily, "2026-02-12T07:30"), "2026-02-13T07:30");
        assert_eq!(next(&daily, "2026-02-13T08:00"), "2026-02-23T07:30");
        // A weekend in autumn: Fri 6/11, Mon 9/11.
        assert_eq!(next(&daily, "2026-11-06T12:00"), "2026-11-09T07:30");
    }

    #[test]
    fn a_weekday_that_is_not_worked_stays_or_is_moved() {
        let weekly = |roll: Option<Roll>| Schedule { weekday: Some(2), roll, ..schedule(ScheduleKind::Weekly) };
        // Tue 17/2 is Tết.
        assert_eq!(next(&weekly(None), "2026-02-13T08:00"), "2026-02-17T07:30");
        assert_eq!(next(&weekly(Some(Roll::Next)), "2026-02-13T08:00"), "2026-02-23T07:30");
        assert_eq!(next(&weekly(Some(Roll::Previous)), "2026-02-12T08:00"), "2026-02-13T07:30");
        // Tue 24/2 is worked.
        assert_eq!(next(&weekly(Some(Roll::Next)), "2026-02-23T08:00"), "2026-02-24T07:30");
        // Inside Tết the day of the week before still comes.
        assert_eq!(next(&weekly(Some(Roll::Next)), "2026-02-19T08:00"), "2026-02-23T07:30");
    }

    /// March 2026 has 22 working days from Mon 2/3 to Tue 31/3; February's last is Fri 27/2.
    #[test]
    fn the_nth_and_the_last_working_day_of_a_month() {
        let nth = |n: u32| Schedule { nth: Some(n), ..schedule(ScheduleKind::MonthlyWorkingDay) };
        assert_eq!(next(&nth(1), "2026-02-23T08:00"), "2026-03-02T07:30");
        assert_eq!(next(&nth(5), "2026-03-01T08:00"), "2026-03-06T07:30");
        assert_eq!(next(&nth(27), "2026-03-01T08:00"), "2026-03-31T07:30");
        assert_eq!(next(&schedule(ScheduleKind::LastWorkingDay), "2026-02-23T08:00"), "2026-02-27T07:30");
        assert_eq!(next(&schedule(ScheduleKind::LastWorkingDay), "2026-02-27T07:30"), "2026-03-31T07:30");
    }

    /// A Saturday to which a day was swapped is worked.
    #[test]
    fn swapped_saturdays_count() {
        let calendar = Calendar::embedded().expect("calendar");
        let seed = crate::calendar::CalendarSeed::embedded().expect("rows");
        let worked = seed.extra_working_days.first().expect("a Saturday that is worked").date;
        let eve = worked.pred_opt().expect("a day");
        let daily = schedule(ScheduleKind::WorkingDay);
        assert_eq!(next(&daily, &format!("{worked}T00:01")), format!("{worked}T07:30"));
        assert!(calendar.is_working_day(worked).expect("a year") && eve < worked);
    }

    #[test]
    fn years_without_holidays_are_refused_not_guessed() {
        let calendar = Calendar::embedded().expect("calendar");
        let late = Stamp::from(NaiveDate::from_ymd_opt(2026, 12, 31).expect("a day").and_hms_opt(10, 0, 0).expect("a time").and_utc());
        assert!(matches!(schedule(ScheduleKind::WorkingDay).next_after(late, &calendar), Err(CalendarError::YearNotLoaded { year: 2027, .. })));
        let weekly = Schedule { weekday: Some(1), ..schedule(ScheduleKind::Weekly) };
        assert!(weekly.next_after(late, &calendar).is_ok());
    }
}
