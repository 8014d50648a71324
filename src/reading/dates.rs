//! Dates as they are written: "ngày 21 tháng 10 năm 2022", "21/10/2022", "tháng 4/2020".

use super::{model::DateParts, words::Words};
use chrono::NaiveDate;

/// A date between two tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub parts: DateParts,
    pub s: usize,
    pub e: usize,
}

fn made(year: Option<i32>, month: Option<u32>, day: Option<u32>) -> Option<DateParts> {
    let month_ok = month.is_none_or(|m| (1..=12).contains(&m));
    let day_ok = day.is_none_or(|d| (1..=31).contains(&d));
    let year_ok = year.is_none_or(|y| (1930..=2100).contains(&y));
    if !(month_ok && day_ok && year_ok) {
        return None;
    }
    let date = match (year, month, day) {
        (Some(y), Some(m), Some(d)) => Some(NaiveDate::from_ymd_opt(y, m, d)?.to_string()),
        _ => None,
    };
    Some(DateParts { year, month, day, date })
}

impl Words<'_> {
    /// The number at a token.
    pub fn number(&self, at: usize) -> Option<u32> {
        (self.sign(at) == '0').then(|| self.low(at).parse().ok()).flatten()
    }

    fn year_at(&self, at: usize) -> Option<i32> {
        let year = self.number(at).filter(|_| self.low(at).len() == 4)?;
        i32::try_from(year).ok()
    }

    /// A date that begins with "ngày", "tháng" or its digits. Missing parts stay open ("ngày tháng năm 2021").
    pub fn date(&self, at: usize) -> Option<Found> {
        let mut here = at;
        let found = |parts: Option<DateParts>, e: usize| parts.map(|parts| Found { parts, s: at, e });
        let dots = |mut here: usize| {
            while ['.', '…', '-'].contains(&self.sign(here)) {
                here += 1;
            }
            here
        };
        if self.low(here) == "ngày" || self.low(here) == "mồng" {
            here = dots(here + 1);
        }
        if here > at || self.sign(here) == '0' {
            // 19/9/2019, 19-9-2019, 19.9.2019, 20/11
            if let Some(day) = self.number(here) {
                let sep = self.sign(here + 1);
                if ['/', '-', '.'].contains(&sep) && self.number(here + 2).is_some() && self.glued(here, here + 2) {
                    let month = self.number(here + 2);
                    if self.sign(here + 3) == sep
                        && self.glued(here + 2, here + 4)
                        && let Some(year) = self.year_at(here + 4)
                    {
                        return found(made(Some(year), month, Some(day)), here + 5);
                    }
                    if sep == '/' && self.low(here + 2).len() <= 2 && self.low(here).len() <= 2 {
                        let year = (self.low(here + 3) == "năm").then(|| self.year_at(here + 4)).flatten();
                        return found(made(year, month, Some(day)), here + if year.is_some() { 5 } else { 3 });
                    }
                }
            }
            let day = self.number(here);
            let after = dots(if day.is_some() { here + 1 } else { here });
            if self.low(after) == "tháng" {
                let at = dots(after + 1);
                let month = self.number(at);
                let mut behind = dots(if month.is_some() { at + 1 } else { at });
                if self.sign(behind) == '/' && self.year_at(behind + 1).is_some() {
                    return found(made(self.year_at(behind + 1), month, day), behind + 2);
                }
                if self.sign(behind) == ',' && self.low(behind + 1) == "năm" {
                    behind += 1;
                }
                if self.low(behind) == "năm" {
                    let behind = dots(behind + 1);
                    let year = self.year_at(behind);
                    return found(made(year, month, day), if year.is_some() { behind + 1 } else { behind });
                }
                if month.is_some() {
                    return found(made(None, month, day), at + 1);
                }
            }
            return None;
        }
        if self.low(here) == "tháng" {
            let month = self.number(here + 1).filter(|m| (1..=12).contains(m))?;
            let (year, e) = match self.sign(here + 2) {
                '/' => (self.year_at(here + 3), here + 4),
                _ if self.low(here + 2) == "năm" => (self.year_at(here + 3), here + 4),
                _ => (None, here + 2),
            };
            return found(made(year, Some(month), None), if year.is_some() { e } else { here + 2 });
        }
        None
    }

    /// Whether nothing stands between the tokens from one to the other.
    pub fn glued(&self, from: usize, to: usize) -> bool {
        (from..to).all(|at| self.tokens.get(at).zip(self.tokens.get(at + 1)).is_some_and(|(a, b)| b.s <= a.e + 1))
    }
}
