//! Calendars as RFC 5545 writes them: lines folded at 75 octets, texts escaped, days without hours.

use crate::{time::Stamp, words::Lang};
use chrono::{Days, NaiveDate};
use std::fmt::Write;

/// Octets of a line, at most.
const LINE: usize = 75;

/// A day in somebody's calendar.
#[derive(Debug)]
pub struct Day {
    /// The same as long as the matter is the same.
    pub uid: String,
    /// Which day.
    pub on: NaiveDate,
    /// The language of what follows.
    pub lang: Lang,
    /// What it is called.
    pub summary: String,
    /// More about it.
    pub description: String,
    /// Where it is read.
    pub url: String,
    /// Grows with each change of the record.
    pub sequence: i64,
    /// When the record was changed last.
    pub modified: Stamp,
}

/// A calendar of days that last all day, with a reminder on the morning before each.
pub fn calendar(name: &str, days: &[Day]) -> String {
    days.iter().fold(begin(name), |out, day| out + &event(day)) + END
}

/// How a calendar ends.
pub const END: &str = "END:VCALENDAR\r\n";

/// How a calendar begins, for one that is written day by day.
pub fn begin(name: &str) -> String {
    let mut out = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Nhip Cau//Nhip Cau//VI", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"] {
        fold(&mut out, line);
    }
    fold(&mut out, &format!("X-WR-CALNAME:{}", escape(name)));
    fold(&mut out, "X-WR-TIMEZONE:Asia/Ho_Chi_Minh");
    out
}

/// One day of it.
pub fn event(day: &Day) -> String {
    let mut out = String::new();
    let next = day.on.checked_add_days(Days::new(1)).unwrap_or(day.on);
    let modified = day.modified.utc().format("%Y%m%dT%H%M%SZ");
    for line in [
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", day.uid),
        format!("DTSTAMP:{modified}"),
        format!("LAST-MODIFIED:{modified}"),
        format!("SEQUENCE:{}", day.sequence),
        format!("DTSTART;VALUE=DATE:{}", day.on.format("%Y%m%d")),
        format!("DTEND;VALUE=DATE:{}", next.format("%Y%m%d")),
        format!("SUMMARY;LANGUAGE={}:{}", day.lang.tag(), escape(&day.summary)),
        format!("DESCRIPTION;LANGUAGE={}:{}", day.lang.tag(), escape(&day.description)),
        format!("URL:{}", day.url),
        "TRANSP:TRANSPARENT".to_owned(),
        "BEGIN:VALARM".to_owned(),
        "ACTION:DISPLAY".to_owned(),
        format!("DESCRIPTION:{}", escape(&day.summary)),
        // The day begins at midnight: 16 hours before it is 8 in the morning of the day before.
        "TRIGGER:-PT16H".to_owned(),
        "END:VALARM".to_owned(),
        "END:VEVENT".to_owned(),
    ] {
        fold(&mut out, &line);
    }
    out
}

/// A text value: backslash, semicolon, comma and line break are escaped, other control characters left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                let _ = write!(out, "\\{c}");
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a line with its end, folded so that no character is split.
fn fold(out: &mut String, line: &str) {
    let mut room = LINE;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE - 1;
        }
        room -= c.len_utf8();
        out.push(c);
    }
    out.push_str("\r\n");
}
