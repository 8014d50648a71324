//! The calendar that is in force: the newest installed one, else the one that comes with the program.
//!
//! A calendar's content never changes once installed; a correction is a new version beside it. So what was read once may
//! be remembered in the process, and a stored due date can always be computed again with the version that made it.

use crate::{
    ask::Ask,
    calendar::{Calendar, CalendarDay, CalendarError, CalendarSeed},
    db::{Conn, Json},
    error::{Error, Fault, Result, all_well},
    id::Id,
    journal::{self, Change, NOTHING},
    schema::{calendars, journal as journal_entries},
    time::Stamp,
};
use chrono::{Datelike, NaiveDate, Weekday};
use diesel::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock, Mutex},
};

/// The kind of record, as the journal names it.
pub const KIND: &str = "calendar";

/// Versions remembered in the process; installing one is a yearly affair.
const REMEMBERED: usize = 32;

/// A calendar with the rows that it was made of.
#[derive(Debug)]
pub struct Installed {
    /// The rows.
    pub seed: CalendarSeed,
    /// What counts in them.
    pub calendar: Calendar,
    /// When it was installed; none for the one that comes with the program.
    pub created_at: Option<Stamp>,
}

impl Installed {
    fn of(seed: CalendarSeed, created_at: Option<Stamp>) -> Result<Self> {
        let calendar = Calendar::from_seed(&seed).map_err(Error::internal)?;
        Ok(Self { seed, calendar, created_at })
    }
}

/// What names a remembered calendar: two databases opened by one process may call different calendars the same.
type Key = (String, i64, i32, i32);

static READ: LazyLock<Mutex<BTreeMap<Key, Arc<Installed>>>> = LazyLock::new(Mutex::default);

/// The calendar in force.
pub fn current(conn: &mut Conn) -> Result<Calendar> {
    Ok(in_force(conn)?.calendar.clone())
}

/// The calendar in force with its rows.
pub fn in_force(conn: &mut Conn) -> Result<Arc<Installed>> {
    let row = calendars::table
        .filter(calendars::is_current.eq(true))
        .order(calendars::created_at.desc())
        .select((calendars::version, calendars::created_at, calendars::first_year, calendars::last_year))
        .first::<(String, Stamp, i32, i32)>(conn)
        .optional()?;
    match row {
        Some(row) => read(conn, row),
        None => embedded(),
    }
}

/// The calendar that was in force at a place in the feed: the one that was installed, or put in force again, last by then.
pub fn at(conn: &mut Conn, seq: i64) -> Result<Arc<Installed>> {
    let rows: Vec<(String, Stamp, i32, i32)> =
        calendars::table.select((calendars::version, calendars::created_at, calendars::first_year, calendars::last_year)).load(conn)?;
    let mut of_record: BTreeMap<Id, (String, Stamp, i32, i32)> = rows.into_iter().map(|row| (record_id(&row.0, row.1), row)).collect();
    if of_record.is_empty() {
        return embedded();
    }
    let last: Option<Id> = journal_entries::table
        .filter(journal_entries::record_id.eq_any(of_record.keys().copied().collect::<Vec<_>>()))
        .filter(journal_entries::kind.eq(KIND))
        .filter(journal_entries::seq.le(seq))
        .order(journal_entries::seq.desc())
        .select(journal_entries::record_id)
        .first(conn)
        .optional()?;
    match last.and_then(|id| of_record.remove(&id)) {
        Some(row) => read(conn, row),
        None => embedded(),
    }
}

/// The calendar of a version, as a stored due date names it.
pub fn of_version(conn: &mut Conn, version: &str) -> Result<Arc<Installed>> {
    let row = calendars::table
        .find(version)
        .select((calendars::version, calendars::created_at, calendars::first_year, calendars::last_year))
        .first::<(String, Stamp, i32, i32)>(conn)
        .optional()?;
    match row {
        Some(row) => read(conn, row),
        None => embedded().and_then(|own| if own.seed.version == version { Ok(own) } else { Err(Error::not_found()) }),
    }
}

fn read(conn: &mut Conn, (version, created_at, first, last): (String, Stamp, i32, i32)) -> Result<Arc<Installed>> {
    let key = (version, created_at.micros(), first, last);
    let poisoned = |_| Error::internal("a lock is poisoned");
    if let Some(known) = READ.lock().map_err(poisoned)?.get(&key) {
        return Ok(known.clone());
    }
    let data: Json = calendars::table.find(&key.0).select(calendars::data).first(conn)?;
    let installed = Arc::new(Installed::of(serde_json::from_value(data.0)?, Some(created_at))?);
    let mut all = READ.lock().map_err(|_| Error::internal("a lock is poisoned"))?;
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(key, installed.clone());
    Ok(installed)
}

fn embedded() -> Result<Arc<Installed>> {
    static OWN: Mutex<Option<Arc<Installed>>> = Mutex::new(None);
    let mut own = OWN.lock().map_err(|_| Error::internal("a lock is poisoned"))?;
    if let Some(known) = own.as_ref() {
        return Ok(known.clone());
    }
    let read = Arc::new(Installed::of(CalendarSeed::embedded().map_err(Error::internal)?, None)?);
    *own = Some(read.clone());
    Ok(read)
}

/// Makes a calendar the one in force, in the transaction of the caller. 422 lists every fault of the rows; 409 where the
/// version exists with other content. Installing the very same again changes nothing but which one is in force.
pub fn install(conn: &mut Conn, ask: &Ask, mut seed: CalendarSeed) -> Result<Arc<Installed>> {
    all_well(faults(&seed))?;
    seed.years.sort_unstable();
    seed.days_off.sort_by_key(|day| day.date);
    seed.extra_working_days.sort_by_key(|day| day.date);
    seed.unconfirmed = seed.days_off.iter().chain(&seed.extra_working_days).any(|day| day.unconfirmed);
    let installed = Installed::of(seed, Some(ask.now))?;
    let seed = &installed.seed;
    let (first, last) = (seed.years.first().copied().unwrap_or_default(), seed.years.last().copied().unwrap_or_default());
    let data = Json(serde_json::to_value(seed)?);

    let known: Option<(Json, bool, Stamp)> =
        calendars::table.find(&seed.version).select((calendars::data, calendars::is_current, calendars::created_at)).first(conn).optional()?;
    match &known {
        Some((stored, ..)) if *stored != data => {
            return Err(Error::conflict(
                "version_exists",
                format!("Lịch '{}' đã có với nội dung khác; hãy đặt tên phiên bản mới.", seed.version),
                format!("Calendar '{}' exists with other content; name a new version.", seed.version),
            ));
        }
        Some((_, true, created_at)) => return Ok(Arc::new(Installed { created_at: Some(*created_at), ..installed })),
        _ => {}
    }
    diesel::update(calendars::table.filter(calendars::is_current.eq(true))).set(calendars::is_current.eq(false)).execute(conn)?;
    let created_at = match &known {
        Some((_, _, created_at)) => {
            diesel::update(calendars::table.find(&seed.version)).set(calendars::is_current.eq(true)).execute(conn)?;
            *created_at
        }
        None => {
            diesel::insert_into(calendars::table)
                .values((
                    calendars::version.eq(&seed.version),
                    calendars::first_year.eq(first),
                    calendars::last_year.eq(last),
                    calendars::unconfirmed.eq(seed.unconfirmed),
                    calendars::data.eq(&data),
                    calendars::is_current.eq(true),
                    calendars::created_at.eq(ask.now),
                ))
                .execute(conn)?;
            ask.now
        }
    };
    let action = if known.is_some() { "reinstate" } else { "install" };
    let change = Change { kind: KIND, id: record_id(&seed.version, created_at), version: None, owner: None, province: None, action, reason: None };
    journal::record(conn, ask, change, NOTHING, Some(seed))?;
    Ok(Arc::new(Installed { created_at: Some(created_at), ..installed }))
}

/// The id under which the journal names a calendar, whose key is its version: made from day of installation and version,
/// so that it is always the same.
fn record_id(version: &str, created_at: Stamp) -> Id {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(version.as_bytes());
    let mut tail = [0; 10];
    tail.copy_from_slice(&digest[..10]);
    let millis = u64::try_from(created_at.micros() / 1000).unwrap_or_default();
    Id(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
}

/// Everything that is wrong with the rows, by place.
fn faults(seed: &CalendarSeed) -> Vec<Fault> {
    let mut faults = Vec::new();
    let years: BTreeSet<i32> = seed.years.iter().copied().collect();
    if years.len() != seed.years.len() {
        faults.push(Fault::at("/years", "duplicate", "Mỗi năm chỉ ghi một lần.", "Name each year once."));
    }
    if years.is_empty() {
        faults.push(Fault::at("/years", "required", "Hãy ghi các năm của lịch.", "Name the calendar's years."));
    }
    let mut seen: BTreeSet<NaiveDate> = BTreeSet::new();
    for (list, days) in [("days_off", &seed.days_off), ("extra_working_days", &seed.extra_working_days)] {
        for (at, day) in days.iter().enumerate() {
            faults.extend(day_fault(list, at, day, &years, seen.insert(day.date)));
        }
    }
    faults
}

fn day_fault(list: &str, at: usize, day: &CalendarDay, years: &BTreeSet<i32>, first: bool) -> Option<Fault> {
    use crate::calendar::DayKind;
    let weekend = matches!(day.date.weekday(), Weekday::Sat | Weekday::Sun);
    let worked = list == "extra_working_days";
    let place = |member: &str| format!("/{list}/{at}/{member}");
    if !first {
        return Some(Fault::at(place("date"), "duplicate", "Mỗi ngày chỉ ghi một lần.", "Name each day once."));
    }
    if !years.contains(&day.date.year()) {
        return Some(Fault::at(place("date"), "outside_years", "Ngày không thuộc các năm của lịch.", "The day lies outside the calendar's years."));
    }
    if worked != (day.kind == DayKind::SwappedWorking) {
        return Some(Fault::at(
            place("kind"),
            "wrong_kind",
            "Ngày làm bù ghi trong extra_working_days với swapped_working, ngày nghỉ ghi trong days_off.",
            "Days worked in exchange belong in extra_working_days as swapped_working, days off in days_off.",
        ));
    }
    if worked && !weekend {
        return Some(Fault::at(place("date"), "not_weekend", "Chỉ thứ Bảy, Chủ nhật mới làm bù.", "Only a Saturday or Sunday can be worked in exchange."));
    }
    None
}

/// A calendar's refusal as the caller reads it: 422 at a place of the request.
pub fn refused(pointer: &str, error: CalendarError) -> Error {
    match error {
        CalendarError::YearNotLoaded { year, version } => Error::fault(
            pointer,
            "year_not_loaded",
            format!("Lịch '{version}' chưa có ngày nghỉ của năm {year}; hãy cài lịch mới rồi thử lại."),
            format!("Calendar '{version}' has no holidays of {year}; install a newer calendar, then try again."),
        ),
        CalendarError::BadData(why) => Error::internal(why),
        CalendarError::PeriodRequired => Error::fault(pointer, "period_required", "Quy tắc hạn cần một kỳ.", "The due rule needs a period."),
        CalendarError::PeriodMismatch => {
            Error::fault(pointer, "period_mismatch", "Quy tắc hạn không dùng được cho loại kỳ này.", "The due rule does not fit this kind of period.")
        }
        CalendarError::BaseRequired => Error::fault(pointer, "base_required", "Quy tắc hạn cần ngày bắt đầu đếm.", "The due rule needs a day to count from."),
        CalendarError::InvalidRule => Error::fault(pointer, "invalid_rule", "Quy tắc hạn không hợp lệ.", "The due rule is invalid."),
        CalendarError::OutOfRange => Error::fault(pointer, "out_of_range", "Ngày vượt quá phạm vi.", "The day is out of range."),
        CalendarError::ReturnBeforeSubmission => {
            Error::fault(pointer, "return_before_submission", "Ngày trả lại trước ngày gửi.", "A version was returned before it was submitted.")
        }
    }
}
