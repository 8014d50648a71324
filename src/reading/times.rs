//! Deadlines and cadences: "trước ngày 20/11 hằng năm", "trong tháng 4/2020", "chậm nhất 10 ngày làm việc kể từ …", "quý II".

mod cycles;

use super::{model::Deadline, words::Words};
use std::collections::BTreeMap;

/// A time between two tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    pub deadline: Option<Deadline>,
    /// The cadence as the text says it, and its code.
    pub cadence: Option<(String, String)>,
    pub s: usize,
    pub e: usize,
    /// Its words say that it is an end ("trước", "chậm nhất"), not only a day.
    pub strong: bool,
}

fn deadline(kind: &str, parts: &[(&str, String)], phrase: &str, before: Option<bool>) -> Deadline {
    let parts: BTreeMap<String, String> = parts.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Deadline { kind: kind.into(), parts, phrase_vi: phrase.trim().to_owned(), strictly_before: before, send_to: None }
}

fn roman(low: &str) -> Option<u32> {
    Some(match low {
        "i" | "1" | "01" => 1,
        "ii" | "2" | "02" => 2,
        "iii" | "3" | "03" => 3,
        "iv" | "4" | "04" => 4,
        _ => return None,
    })
}

impl Words<'_> {
    fn year(&self, at: usize) -> Option<u32> {
        self.number(at).filter(|y| (1990..=2100).contains(y) && self.low(at).len() == 4)
    }

    /// "quý II/2023", "quý II năm 2023", "quý II", "các quý": quarter, year and what is behind.
    fn quarter(&self, at: usize) -> Option<(u32, Option<u32>, usize)> {
        if self.low(at) != "quý" {
            return None;
        }
        let quarter = roman(self.low(at + 1))?;
        let (year, e) =
            if (self.sign(at + 2) == '/' || self.low(at + 2) == "năm") && self.year(at + 3).is_some() { (self.year(at + 3), at + 4) } else { (None, at + 2) };
        Some((quarter, year, e))
    }

    /// A cadence that begins here.
    pub fn cadence(&self, at: usize) -> Option<(String, String, usize)> {
        if self.low(at) == "định" && self.low(at + 1) == "kỳ" {
            let behind = if self.sign(at + 2) == ',' { at + 3 } else { at + 2 };
            let whole = self.vocabulary.cadences.at(self.tokens, at).map(|(_, next)| next);
            if let Some((row, next)) = self.vocabulary.cadences.at(self.tokens, behind).filter(|(_, next)| whole <= Some(*next)) {
                return Some((self.text(behind, next).to_owned(), row.value.clone(), next));
            }
        }
        let (row, next) = self.vocabulary.cadences.at(self.tokens, at)?;
        // "năm mới" is an occasion where somebody is wished well, not in "tình hình năm mới".
        if row.value == "occasion" && self.low(at) == "năm" && !["mừng", "chúc", "dịp", "đón"].contains(&self.low(at.saturating_sub(1))) {
            return None;
        }
        if row.value == "request" && self.low(at) == "theo" && self.sign(next) == 'a' && self.low(next) != "của" {
            return None;
        }
        if row.value == "semiannual" && self.low(at + 2) == "đầu" && self.low(at + 3) == "năm" && next <= at + 4 {
            return None;
        }
        Some((self.text(at, next).to_owned(), row.value.clone(), next))
    }

    /// Whether a time may begin with this token; asked of every one, so that few are looked at closely.
    fn may_begin(&self, at: usize) -> bool {
        const FIRST: &[&str] = &[
            "chậm", "giai", "hoàn", "hạn", "hết", "không", "muộn", "mồng", "ngay", "ngày", "năm", "quý", "sau", "sáu", "tháng", "thời", "trong", "trước", "từ",
            "vào", "xong", "đến", "định",
        ];
        let Some(token) = self.tokens.get(at) else { return false };
        token.sign == '0' || token.is_word() && (self.vocabulary.cadences.starts_with(token.word) || FIRST.contains(&self.low(at)))
    }

    /// The time that begins at this token. `bare`: in a cell or behind a label, where a time needs no preposition.
    pub fn time(&self, at: usize, bare: bool) -> Option<Time> {
        if !self.may_begin(at) {
            return None;
        }
        if let Some(time) = self.halves(at).or_else(|| self.with_day(at)) {
            return Some(time);
        }
        // "định kỳ trước ngày 15 tháng 12 hằng năm"
        if self.says(at, &["định", "kỳ"]).is_some()
            && ["trước", "vào", "chậm"].contains(&self.low(at + 2))
            && let Some(time) = self.time(at + 2, bare).filter(|t| t.deadline.is_some())
        {
            return Some(Time { s: at, ..time });
        }
        let cadence = |text: String, code: String, e: usize| Some(Time { deadline: None, cadence: Some((text, code)), s: at, e, strong: false });
        let mut here = at;
        let mut before = None;
        // Words that introduce an end.
        loop {
            let (next, strict) = if let Some(next) = self
                .says_any(here, &[&["chậm", "nhất", "là"], &["chậm", "nhất"], &["muộn", "nhất", "là"], &["muộn", "nhất"], &["hạn", "cuối"], &["không", "quá"]])
            {
                (next, Some(false))
            } else if let Some(next) = self.says_any(here, &[&["trước", "thời", "điểm"], &["trước"], &["xong", "trước"]]) {
                (next, Some(true))
            } else if let Some(next) = self.says_any(
                here,
                &[
                    &["đến", "hết"],
                    &["hết"],
                    &["đến"],
                    &["vào"],
                    &["xong"],
                    &["hoàn", "thành"],
                    &["trong", "vòng"],
                    &["trong", "thời", "hạn"],
                    &["trong", "thời", "gian"],
                    &["trong"],
                    &["thời", "hạn"],
                ],
            ) {
                if here == at && self.says(here, &["hoàn", "thành"]).is_some() && !bare {
                    return None;
                }
                (next, before.or(Some(false)).filter(|_| before != Some(true)))
            } else {
                break;
            };
            if self.sign(next) == ',' {
                break;
            }
            before = if before == Some(true) { Some(true) } else { strict };
            here = next;
            if here - at > 8 {
                break;
            }
        }
        let strong = here > at && self.low(at) != "vào" || self.says_any(at, &[&["vào"]]).is_some();
        if let Some(time) = self.relative(at, here) {
            return Some(time);
        }
        if here == at
            && let Some((text, code, e)) = self.cadence(at)
        {
            return cadence(text, code, e);
        }
        // An hour before the day: "17h00 ngày", "10 giờ 00 ngày", "16 giờ, ngày".
        let mut day = here;
        for skip in 0..6 {
            if self.low(here + skip) == "ngày" && (skip == 0 || self.sign(here) == '0') {
                day = here + skip;
                break;
            }
        }
        if here == at && self.low(at) == "từ" {
            return self.range(at);
        }
        // "ngày 20 hằng tháng", "ngày 20 của tháng cuối quý"
        if self.low(day) == "ngày"
            && let Some(number) = self.number(day + 1).filter(|d| (1..=31).contains(d))
            && !['/', '-', '.'].contains(&self.sign(day + 2))
        {
            let behind = if self.low(day + 2) == "của" { day + 3 } else { day + 2 };
            if let Some(e) = self.says_any(behind, &[&["hằng", "tháng"], &["hàng", "tháng"], &["mỗi", "tháng"]]) {
                let d = deadline("recurring_monthly", &[("day", number.to_string())], self.text(at, e), before);
                return Some(Time { deadline: Some(d), cadence: Some(("hằng tháng".into(), "monthly".into())), s: at, e, strong: true });
            }
            if let Some(e) = self.says_any(
                behind,
                &[&["tháng", "cuối", "quý"], &["tháng", "cuối", "của", "quý"], &["tháng", "cuối", "cùng", "của", "quý"], &["tháng", "cuối", "mỗi", "quý"]],
            ) {
                let d = deadline("recurring_quarterly", &[("day", number.to_string())], self.text(at, e), before);
                return Some(Time { deadline: Some(d), cadence: Some(("hằng quý".into(), "quarterly".into())), s: at, e, strong: true });
            }
        }
        if let Some(found) = self.date(day)
            && (strong || bare || self.low(day) == "ngày")
            && (found.parts.day.is_some() || found.parts.month.is_some() && (strong || bare))
        {
            return Some(self.dated(at, found, before, strong));
        }
        if let Some((quarter, year, e)) = self.quarter(here)
            && (strong || bare || here == at)
        {
            let e = self.recurs(e).map_or(e, |(_, _, e)| e);
            let mut parts = vec![("quarter", year.map_or(format!("Q{quarter}"), |y| format!("{y}-Q{quarter}")))];
            if year.is_none() {
                parts.push(("quarter_of_year", quarter.to_string()));
            }
            return Some(Time { deadline: Some(deadline("once", &parts, self.text(at, e), before)), cadence: None, s: at, e, strong: strong || bare });
        }
        // "trong năm 2023", "năm 2023" in a cell; a span of years is a range.
        let word = usize::from(["năm", "giai"].contains(&self.low(here))) + usize::from(self.low(here) == "giai");
        if let Some(first) = self.year(here + word)
            && (word > 0 || bare)
        {
            let behind = here + word + 1;
            if ['-', '–'].contains(&self.sign(behind))
                && let Some(last) = self.year(behind + 1)
            {
                if bare {
                    let d = deadline("range", &[("from", first.to_string()), ("to", last.to_string())], self.text(at, behind + 2), None);
                    return Some(Time { deadline: Some(d), cadence: None, s: at, e: behind + 2, strong: true });
                }
                return None;
            }
            if bare || self.low(here) == "năm" && strong && self.low(at) != "đến" {
                let d = deadline("once", &[("year", first.to_string())], self.text(at, behind), before);
                return Some(Time { deadline: Some(d), cadence: None, s: at, e: behind, strong: true });
            }
        }
        if here > at && self.says_any(here, &[&["hằng", "năm"], &["hàng", "năm"]]).is_some() {
            return None;
        }
        if let Some(e) = self.says_any(at, &[&["ngay", "sau", "khi"], &["ngay", "khi"], &["ngay", "sau"]]) {
            let stop = (e..self.len().min(e + 14)).find(|t| [',', ';', '.', ')'].contains(&self.sign(*t))).unwrap_or(self.len().min(e + 14));
            let d = deadline("immediate", &[], self.text(at, stop), None);
            return Some(Time { deadline: Some(d), cadence: None, s: at, e: stop, strong: true });
        }
        None
    }

    fn dated(&self, at: usize, found: super::dates::Found, before: Option<bool>, strong: bool) -> Time {
        let mut e = found.e;
        let parts = &found.parts;
        let month_day = |p: &super::model::DateParts| p.month.zip(p.day).map(|(m, d)| format!("{m:02}-{d:02}"));
        let mut cadence = None;
        if parts.year.is_none() {
            // "15/6 và 15/12 hằng năm"
            let mut second = None;
            let mut next = e;
            if self.low(next) == "và" || self.sign(next) == ',' {
                next += 1;
                while self.low(next) == "trước" || self.low(next) == "và" {
                    next += 1;
                }
                if let Some(two) = self.date(next).filter(|d| d.parts.day.is_some() && d.parts.year.is_none()) {
                    e = two.e;
                    second = month_day(&two.parts);
                }
            }
            let recurs = self.recurs(e);
            if let Some((text, code, end)) = &recurs {
                cadence = Some((text.clone(), (*code).to_owned()));
                e = *end;
            }
            let first = month_day(parts);
            let phrase = self.text(at, e).to_owned();
            let made = match (first, second, &recurs) {
                (Some(first), Some(second), _) => {
                    cadence = cadence.or(None);
                    deadline("recurring_semiannual", &[("month_days", format!("{first},{second}"))], &phrase, before)
                }
                (Some(first), None, Some(_)) => deadline("recurring_annual", &[("month_day", first)], &phrase, before),
                (Some(first), None, None) => deadline("once", &[("month_day", first)], &phrase, before),
                (None, _, Some(_)) => deadline("recurring_annual", &[("month", format!("{:02}", parts.month.unwrap_or(0)))], &phrase, before),
                (None, _, None) => deadline("once", &[("month", format!("{:02}", parts.month.unwrap_or(0)))], &phrase, before),
            };
            return Time { deadline: Some(made), cadence, s: at, e, strong };
        }
        let value = match (&parts.date, parts.month) {
            (Some(date), _) => ("date", date.clone()),
            (None, Some(month)) => ("month", format!("{:04}-{month:02}", parts.year.unwrap_or(0))),
            (None, None) => ("year", parts.year.unwrap_or(0).to_string()),
        };
        // "từ … đến …" is seen from its first word; here "đến" has come alone.
        Time { deadline: Some(deadline("once", &[value], self.text(at, e), before)), cadence, s: at, e, strong }
    }

    /// The times between two tokens. Dates of documents that the text names are none.
    pub fn times(&self, s: usize, e: usize, bare: bool) -> Vec<Time> {
        let mut all = Vec::new();
        let mut at = s;
        while at < e {
            if let Some(time) = self.time(at, bare).filter(|t| t.e <= e.max(t.s + 1) && t.e > at) {
                let cited = time.deadline.is_some() && self.is_cited(time.s);
                if !cited && (time.strong || time.cadence.is_some() || bare) {
                    at = time.e;
                    all.push(time);
                    continue;
                }
                at = time.e.max(at + 1);
                continue;
            }
            at += 1;
        }
        all
    }

    /// A date right behind a number or a kind of document.
    fn is_cited(&self, at: usize) -> bool {
        if at == 0 || self.low(at) != "ngày" {
            return false;
        }
        let mut back = at - 1;
        if [',', '('].contains(&self.sign(back)) && back > 0 {
            back -= 1;
        }
        // A symbol ends in capitals glued to a dash or stroke; a law's name ends in a word, but then no preposition stands before.
        self.tokens[back].is_capital() || self.sign(back) == '0' || self.sign(back) == 'a'
    }
}
