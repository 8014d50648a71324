//! An official paper before it is laid out: what a clerk puts on the sheet, in words and in order, without any format.

use chrono::{Datelike, NaiveDate};

/// Whose rules the sheet follows (RULES 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Decree 30/2020/NĐ-CP, Annex I.
    State,
    /// The Party's own: no national title, `T/M`, `Số …-BC/…`.
    Party,
}

/// A paper to be signed, or a record of one that was.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Whose rules it follows.
    pub layout: Layout,
    /// The organisation above the issuer.
    pub superior: Option<String>,
    /// The issuer.
    pub agency: String,
    /// None before numbering.
    pub number: Option<String>,
    /// `BC-LHHN`, Party `BC/BCSĐ`; none for papers that get no number at all.
    pub symbol: Option<String>,
    /// `Bình Định`
    pub place: Option<String>,
    /// None before numbering.
    pub day: Option<NaiveDate>,
    /// Shown beside a blank day and month.
    pub year: i32,
    /// `Báo cáo`
    pub kind: String,
    /// Trích yếu.
    pub summary: String,
    /// "Kính gửi", one line each.
    pub addressees: Vec<String>,
    /// What it says.
    pub body: Vec<Block>,
    /// Who signs.
    pub signature: Signature,
    /// "Nơi nhận", one line each, without dash and stop; the last is the archive's.
    pub recipients: Vec<String>,
    /// A single sheet: the smallest letters and spacing that the Decree allows.
    pub is_compact: bool,
    /// The day that the file carries, so that equal content has equal bytes (RULES 17).
    pub as_of: NaiveDate,
}

/// The signature block.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// `TM. Ủy ban nhân dân`, `KT. Chủ tịch`, line by line; in the Party `T/M Ban Thường vụ`.
    pub authority: Vec<String>,
    /// Left open for the clerk where it is not known.
    pub position: Option<String>,
    /// Left open where nobody has signed.
    pub name: Option<String>,
}

/// A piece of the body.
#[derive(Debug, Clone)]
pub enum Block {
    /// `I.`, `1.` or `a)`: level 1, 2 or 3, numbered by the layout.
    Heading(u8, String),
    /// Paragraphs; a line end begins the next one.
    Text(String),
    /// A dash and a text, the words before it in bold where given.
    Item(Option<String>, String),
    /// A note in small italics under a table.
    Remark(String),
    /// Figures.
    Table(Table),
}

/// A table with a head that is repeated on every page.
#[derive(Debug, Clone)]
pub struct Table {
    /// Title and share of the width, in millimetres.
    pub columns: Vec<Column>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<String>>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands in the head.
    pub title: String,
    /// Millimetres.
    pub width: u32,
    /// Where its texts stand.
    pub side: Side,
}

/// Where texts stand in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Counts such as n/N.
    Centre,
    /// Figures.
    Right,
}

impl Column {
    /// A column of words.
    pub fn left(title: &str, width: u32) -> Self {
        Self { title: title.to_owned(), width, side: Side::Left }
    }
    /// A column of short marks.
    pub fn centre(title: &str, width: u32) -> Self {
        Self { title: title.to_owned(), width, side: Side::Centre }
    }
    /// A column of figures.
    pub fn right(title: &str, width: u32) -> Self {
        Self { title: title.to_owned(), width, side: Side::Right }
    }
}

/// What stands where a value is missing: statistics write three dots; a dash would say that nothing occurred.
pub const MISSING: &str = "…";

impl Paper {
    /// `Số: 05/BC-LHHN`, Party `Số 05-BC/TU`; blank before numbering; none for a paper without symbol.
    pub fn number_line(&self) -> Option<String> {
        let symbol = self.symbol.as_deref()?;
        let number = match self.number.as_deref() {
            Some(number) => padded(number),
            None => " ".repeat(6),
        };
        Some(match self.layout {
            Layout::State => format!("Số: {number}/{symbol}"),
            Layout::Party => format!("Số {number}-{symbol}"),
        })
    }
    /// `Bình Định, ngày 05 tháng 11 năm 2026`; day and month stay open before numbering.
    pub fn date_line(&self) -> String {
        let place = self.place.as_deref().map(|p| format!("{p}, ")).unwrap_or_default();
        match self.day {
            Some(day) => format!("{place}{}", long_date(day)),
            None => format!("{place}ngày       tháng       năm {}", self.year),
        }
    }
}

/// A number below ten carries a nought (Decree 30/2020).
fn padded(number: &str) -> String {
    match number.parse::<u32>() {
        Ok(n @ 1..=9) => format!("0{n}"),
        _ => number.to_owned(),
    }
}

/// `ngày 05 tháng 11 năm 2026`: days below ten and the months 1 and 2 carry a nought (Decree 30/2020).
pub fn long_date(day: NaiveDate) -> String {
    let month = if day.month() < 3 { format!("0{}", day.month()) } else { day.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", day.day(), day.year())
}

/// `05/11/2026`
pub fn short_date(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// An exact decimal as Vietnamese writes it: `1234.5` is `1.234,5`. What is no number stays as it is.
pub fn figure(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut grouped = String::with_capacity(text.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    match part {
        "" => format!("{sign}{grouped}"),
        part => format!("{sign}{grouped},{part}"),
    }
}

/// A value in a table: missing is three dots and never 0, an estimate says so.
pub fn value(text: Option<&str>, is_estimated: bool) -> String {
    match text {
        None => MISSING.to_owned(),
        Some(text) if is_estimated => format!("{} (ước)", figure(text)),
        Some(text) => figure(text),
    }
}

/// As much of a text as stands on one line, by its number of characters; three dots say that it is cut.
pub fn clipped(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let cut: String = line.chars().take(most.saturating_sub(1)).collect();
    let whole = cut.rfind(' ').map_or(cut.as_str(), |at| &cut[..at]);
    format!("{}{MISSING}", whole.trim_end_matches([',', ';', '.', ' ']))
}

/// A list of recipients ends with the archive's line.
pub fn closed(mut lines: Vec<String>, layout: Layout) -> Vec<String> {
    if !lines.iter().any(|l| l.starts_with("Lưu")) {
        lines.push(if layout == Layout::Party { "Lưu Văn phòng" } else { "Lưu: VT" }.to_owned());
    }
    lines
}

/// The first letter large, as at the head of a line.
pub fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn figures_are_written_as_vietnamese_does() {
        for (exact, written) in [
            ("0", "0"),
            ("7", "7"),
            ("128", "128"),
            ("1234", "1.234"),
            ("1234.5", "1.234,5"),
            ("-1234567.05", "-1.234.567,05"),
            ("123456", "123.456"),
            ("0.50", "0,50"),
            ("không rõ", "không rõ"),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(figure(exact), written, "{exact}");
        }
        assert_eq!(value(None, false), "…");
        assert_eq!(value(None, true), "…");
        assert_eq!(value(Some("0"), false), "0");
        assert_eq!(value(Some("1500"), true), "1.500 (ước)");
        assert_eq!((clipped("Một  hai\nba", 10), clipped("Một hai, ba bốn", 12)), ("Một hai ba".to_owned(), "Một hai…".to_owned()));
    }

    #[test]
    fn days_carry_a_nought_where_the_decree_wants_one() {
        assert_eq!(long_date(day("2026-01-05")), "ngày 05 tháng 01 năm 2026");
        assert_eq!(long_date(day("2026-02-15")), "ngày 15 tháng 02 năm 2026");
        assert_eq!(long_date(day("2026-03-09")), "ngày 09 tháng 3 năm 2026");
        assert_eq!(long_date(day("2021-11-19")), "ngày 19 tháng 11 năm 2021");
        assert_eq!(short_date(day("2026-03-09")), "09/03/2026");
        assert_eq!((padded("5"), padded("05"), padded("15a"), padded("217")), ("05".into(), "05".into(), "15a".into(), "217".into()));
    }
}
