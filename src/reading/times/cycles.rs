//! Times that come again, last, or count from something.

use super::{Time, deadline};
use crate::reading::words::Words;

impl Words<'_> {
    /// "hằng năm (trước ngày 05/12)", "hằng tháng (trước ngày 20)": the cadence with its day in brackets.
    pub(super) fn with_day(&self, at: usize) -> Option<Time> {
        let (text, code, open) = self.cadence(at)?;
        let close = (self.sign(open) == '(').then(|| (open..open + 14).find(|t| self.sign(*t) == ')')).flatten()?;
        let time = self.time(open + 1, true).filter(|t| t.e == close)?;
        let mut d = time.deadline?;
        match code.as_str() {
            "annual" if d.kind == "once" && d.parts.contains_key("month_day") => d.kind = "recurring_annual".into(),
            "annual" | "quarterly" | "monthly" if d.kind.starts_with("recurring") => {}
            _ => return None,
        }
        d.phrase_vi = self.text(at, close + 1).to_owned();
        Some(Time { deadline: Some(d), cadence: Some((text, code)), s: at, e: close + 1, strong: true })
    }

    /// "6 tháng (trước ngày 15/6), năm (trước ngày 15/12)": the half year and the year, each with its day.
    pub(super) fn halves(&self, at: usize) -> Option<Time> {
        let start = self.says_any(at, &[&["định", "kỳ"]]).unwrap_or(at);
        let half =
            self.says_any(start, &[&["6", "tháng", "đầu", "năm"], &["06", "tháng", "đầu", "năm"], &["6", "tháng"], &["06", "tháng"], &["sáu", "tháng"]])?;
        let inner = |open: usize| -> Option<(String, usize)> {
            let close = (self.sign(open) == '(').then(|| (open..open + 14).find(|t| self.sign(*t) == ')')).flatten()?;
            let found = (open + 1..close).find_map(|t| self.date(t).filter(|d| d.e == close && d.parts.year.is_none()))?;
            Some((format!("{:02}-{:02}", found.parts.month?, found.parts.day?), close + 1))
        };
        let (first, behind) = inner(half)?;
        let sep = if self.low(behind) == "và" { " và" } else { "," };
        let year = behind + usize::from(self.sign(behind) == ',' || self.low(behind) == "và");
        let end = self.says_any(year, &[&["hằng", "năm"], &["hàng", "năm"], &["cuối", "năm"], &["cả", "năm"], &["một", "năm"], &["năm"]])?;
        let (second, e) = inner(end)?;
        let d = deadline("recurring_semiannual", &[("month_days", format!("{first},{second}"))], self.text(at, e), Some(self.low(half + 1) == "trước"));
        let text = format!("{}{sep} {}", self.text(start, half), self.text(year, end));
        Some(Time { deadline: Some(d), cadence: Some((text, "semiannual".into())), s: at, e, strong: true })
    }

    /// "hằng năm" and its like behind a day.
    pub(super) fn recurs(&self, at: usize) -> Option<(String, &'static str, usize)> {
        let from = if self.sign(at) == ',' || self.low(at) == "của" { at + 1 } else { at };
        let (text, code, e) = self.cadence(from)?;
        let code = match code.as_str() {
            "annual" => "annual",
            "semiannual" => "semiannual",
            "quarterly" => "quarterly",
            "monthly" => "monthly",
            _ => return None,
        };
        Some((text, code, e))
    }

    /// "trong thời hạn 10 ngày làm việc kể từ ngày …", "sau 05 ngày".
    pub(super) fn relative(&self, at: usize, here: usize) -> Option<Time> {
        if here == at && !["sau", "trong"].contains(&self.low(at)) {
            return None;
        }
        let from = if self.low(here) == "sau" { here + 1 } else { here };
        let mut unit = from + 1;
        self.number(from)?;
        // "05 (năm) ngày"
        if self.sign(unit) == '(' {
            unit = (unit..unit + 4).find(|t| self.sign(*t) == ')')? + 1;
        }
        let (key, mut e) = if let Some(e) = self.says(unit, &["ngày", "làm", "việc"]) {
            ("working_days", e)
        } else if self.low(unit) == "ngày" && self.sign(unit + 1) != '0' && self.low(unit + 1) != "tháng" {
            ("days", unit + 1)
        } else if self.low(unit) == "tháng" && self.says_any(unit + 1, &[&["kể", "từ"], &["từ"], &["sau"]]).is_some() {
            ("months", unit + 1)
        } else if self.low(unit) == "giờ" && self.says_any(unit + 1, &[&["kể", "từ"], &["sau"]]).is_some() {
            ("hours", unit + 1)
        } else {
            return None;
        };
        let number = self.number(from)?;
        let mut parts = vec![(key, number.to_string())];
        if let Some(after) =
            self.says_any(e, &[&["kể", "từ", "khi"], &["kể", "từ", "ngày"], &["kể", "từ"], &["từ", "ngày"], &["từ", "khi"], &["sau", "khi"], &["tính", "từ"]])
        {
            let stop = (after..self.len().min(after + 16)).find(|t| [',', ';', '.', ')'].contains(&self.sign(*t))).unwrap_or(self.len().min(after + 16));
            parts.push(("after", self.text(e, stop).to_owned()));
            e = stop;
        }
        Some(Time { deadline: Some(deadline("relative", &parts, self.text(at, e), Some(false))), cadence: None, s: at, e, strong: true })
    }

    /// "từ ngày … đến (hết) ngày …", "từ quý I/2023", "từ năm 2023".
    pub(super) fn range(&self, at: usize) -> Option<Time> {
        let value = |from: usize| -> Option<(String, usize)> {
            if let Some(found) = self.date(from) {
                let p = &found.parts;
                let text = p.date.clone().or_else(|| match (p.year, p.month, p.day) {
                    (Some(y), Some(m), _) => Some(format!("{y:04}-{m:02}")),
                    (None, Some(m), Some(d)) => Some(format!("{m:02}-{d:02}")),
                    (None, Some(m), None) => Some(format!("{m:02}")),
                    _ => None,
                })?;
                return Some((text, found.e));
            }
            if let Some((q, y, e)) = self.quarter(from) {
                return Some((y.map_or(format!("Q{q}"), |y| format!("{y}-Q{q}")), e));
            }
            let from = if self.low(from) == "năm" { from + 1 } else { from };
            self.year(from).map(|y| (y.to_string(), from + 1))
        };
        let (first, mut e) = value(at + 1)?;
        if self.low(e) == "đến" || self.sign(e) == '-' {
            let mut to = e + 1;
            if self.low(to) == "hết" {
                to += 1;
            }
            if let Some((last, end)) = value(to) {
                let d = deadline("range", &[("from", first), ("to", last)], self.text(at, end), None);
                return Some(Time { deadline: Some(d), cadence: None, s: at, e: end, strong: true });
            }
        }
        if self.says_any(e, &[&["trở", "đi"]]).is_some() {
            e += 2;
        }
        let d = deadline("from", &[("from", first)], self.text(at, e), None);
        Some(Time { deadline: Some(d), cadence: None, s: at, e, strong: true })
    }
}
