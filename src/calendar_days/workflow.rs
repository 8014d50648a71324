use super::{
    model::{CalendarAction as Act, CalendarFilter, CalendarView, Deadline, DeadlineQuestion, NewCalendar, WorkingDays, WorkingDaysQuestion},
    policy::RULES,
};
use crate::{
    ask::Ask,
    authz::{self, Standing},
    calendar::{CalendarDay, CalendarError, DueRule, DueRuleKind, Roll},
    calendars::{self, Installed},
    db::Conn,
    error::{Error, Result},
    http::Body,
    statistics,
};
use chrono::{Datelike, NaiveDate};

fn view(ask: &Ask, installed: &Installed, year: Option<i32>) -> CalendarView {
    let of_year = |days: &[CalendarDay]| days.iter().filter(|day| year.is_none_or(|y| day.date.year() == y)).cloned().collect::<Vec<_>>();
    let seed = &installed.seed;
    CalendarView {
        calendar_version: seed.version.clone(),
        unconfirmed: seed.unconfirmed,
        years: seed.years.clone(),
        days_off: of_year(&seed.days_off),
        extra_working_days: of_year(&seed.extra_working_days),
        installed_at: installed.created_at,
        allowed_actions: [Act::Install].into_iter().filter(|act| authz::may(RULES, &ask.actor, *act, Standing::NEW)).collect(),
    }
}

/// The calendar in force, or one year of it.
pub fn show(conn: &mut Conn, ask: &Ask, filter: &CalendarFilter) -> Result<CalendarView> {
    let installed = calendars::in_force(conn)?;
    if let Some(year) = filter.year.filter(|year| !installed.seed.years.contains(year)) {
        return Err(calendars::refused("year", CalendarError::YearNotLoaded { year, version: installed.seed.version.clone() }));
    }
    Ok(view(ask, &installed, filter.year))
}

/// Counts working days.
pub fn count(conn: &mut Conn, question: &WorkingDaysQuestion) -> Result<WorkingDays> {
    let calendar = calendars::current(conn)?;
    let day = |name: &str, day: NaiveDate| calendar.is_working_day(day).map(drop).map_err(|e| calendars::refused(name, e));
    day("from", question.from)?;
    day("to", question.to)?;
    let working_days = calendar.working_days_between(question.from, question.to).map_err(|e| calendars::refused("to", e))?;
    Ok(WorkingDays { from: question.from, to: question.to, working_days, calendar_version: calendar.version().to_owned() })
}

/// Finds the last day of a term ("trong n ngày (làm việc)").
pub fn deadline(conn: &mut Conn, question: &DeadlineQuestion) -> Result<Deadline> {
    let calendar = calendars::current(conn)?;
    let (working, roll) = (question.working.unwrap_or(true), question.roll.unwrap_or(Roll::Next));
    let rule = DueRule { days: Some(question.days), working: Some(working), roll, ..DueRule::of(DueRuleKind::DaysAfter) };
    let last_day = rule.last_day(None, Some(question.from), &calendar).map_err(|e| calendars::refused("from", e))?;
    let last_day = last_day.ok_or_else(|| Error::internal("a counted term has no last day"))?;
    Ok(Deadline { from: question.from, days: question.days, working, roll, last_day, calendar_version: calendar.version().to_owned() })
}

/// Installs a calendar; it is in force at once, and saved reports run by it.
pub fn install(conn: &mut Conn, ask: &Ask, body: &Body<NewCalendar>) -> Result<CalendarView> {
    if !authz::may(RULES, &ask.actor, Act::Install, Standing::NEW) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let installed = calendars::install(conn, ask, body.open()?.into())?;
    statistics::jobs::replan(conn, ask.now)?;
    Ok(view(ask, &installed, None))
}
