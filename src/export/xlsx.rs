//! XLSX with typed cells, row by row into a temporary file; a full sheet is followed by the next.

use super::{
    columns::{Columns, Kind},
    csv::{disarmed, is_decimal},
    row::{Cell, Row},
    table::Style,
};
use crate::error::{Error, Result};
use chrono::{DateTime, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::Write;

/// Rows of a sheet below its header.
pub(super) const ROWS: u32 = 1_048_575;
/// UTF-16 units of a cell, at most.
const CELL: usize = 32_767;
/// The day that Excel counts from.
const EPOCH: i64 = 25_569;

/// A workbook under way.
pub(super) struct Sheets {
    book: Workbook,
    sheet: Option<Worksheet>,
    count: u32,
    title: String,
    next: u32,
    rows: u32,
    /// What the cells take as XML, at most.
    bytes: u64,
    bold: Format,
    day: Format,
    moment: Format,
}

fn wrong(e: XlsxError) -> Error {
    Error::internal(e)
}

impl Sheets {
    pub(super) fn begin(style: &Style) -> Result<Self> {
        let mut book = Workbook::new();
        book.set_tempdir(&style.scratch).map_err(wrong)?;
        book.set_zip_compression_level(1);
        let dated = ExcelDateTime::from_timestamp(style.dated.utc().timestamp()).map_err(wrong)?;
        book.set_properties(&DocProperties::new().set_title(&style.title).set_author("Nhịp Cầu").set_creation_datetime(&dated));
        let title: String = style.title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(25).collect();
        Ok(Self {
            book,
            sheet: None,
            count: 0,
            title: if title.is_empty() { "Nhịp Cầu".into() } else { title },
            next: 0,
            rows: ROWS,
            bytes: 0,
            bold: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            // The letter says that it is UTC, as everywhere in this API.
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss\"Z\""),
        })
    }

    #[cfg(test)]
    pub(super) fn at_most(&mut self, rows: u32) {
        self.rows = rows;
    }

    /// The sheet that the next row goes to.
    fn sheet(&mut self, columns: &Columns) -> Result<&mut Worksheet> {
        if self.sheet.is_none() || self.next > self.rows {
            if let Some(full) = self.sheet.take() {
                self.book.push_worksheet(full);
            }
            self.count += 1;
            let mut sheet = self.book.new_worksheet_with_constant_memory().map_err(wrong)?;
            let name = if self.count == 1 { self.title.clone() } else { format!("{} {}", self.title, self.count) };
            sheet.set_name(name).map_err(wrong)?;
            sheet.set_freeze_panes(1, 0).map_err(wrong)?;
            for (at, column) in (0..).zip(&columns.all) {
                let width = match column.kind {
                    Kind::Moment => 21.0,
                    Kind::Date | Kind::Number | Kind::Truth => 12.0,
                    Kind::Text => 24.0,
                };
                sheet.set_column_width(at, width).map_err(wrong)?;
            }
            for (at, column) in (0..).zip(&columns.all) {
                sheet.write_string_with_format(0, at, &column.name, &self.bold).map_err(wrong)?;
            }
            self.next = 1;
            self.sheet = Some(sheet);
        }
        self.sheet.as_mut().ok_or_else(|| Error::internal("there is no sheet"))
    }

    pub(super) fn row(&mut self, columns: &Columns, row: &Row) -> Result<()> {
        self.sheet(columns)?;
        let (at, day, moment) = (self.next, &self.day, &self.moment);
        self.next += 1;
        let Some(sheet) = self.sheet.as_mut() else { return Ok(()) };
        for ((col, column), cell) in (0..).zip(&columns.all).zip(row.cells()) {
            // The longest escape takes six times its character.
            self.bytes += 64 + if let Cell::Text(text) = cell { u64::try_from(text.len()).unwrap_or(u64::MAX / 8) * 6 } else { 0 };
            match cell {
                Cell::Empty => continue,
                Cell::Truth(value) => sheet.write_boolean(at, col, value),
                // A number that a cell would round stays text.
                Cell::Whole(value) if value.unsigned_abs() > 1 << 53 => sheet.write_string(at, col, value.to_string()),
                #[allow(clippy::cast_precision_loss)] // just looked at
                Cell::Whole(value) => sheet.write_number(at, col, value as f64),
                Cell::Number(value) => sheet.write_number(at, col, value),
                Cell::Text(text) => match (column.kind, typed(column.kind, text)) {
                    (Kind::Date, Some(value)) => sheet.write_number_with_format(at, col, value, day),
                    (Kind::Moment, Some(value)) => sheet.write_number_with_format(at, col, value, moment),
                    (Kind::Number, Some(value)) => sheet.write_number(at, col, value),
                    (Kind::Number, None) if is_decimal(text) => sheet.write_string(at, col, text),
                    _ => sheet.write_string(at, col, fitting(&disarmed(text))),
                },
            }
            .map_err(wrong)?;
        }
        Ok(())
    }

    pub(super) fn save(mut self, columns: &Columns, out: impl Write + Send) -> Result<()> {
        self.sheet(columns)?;
        if let Some(last) = self.sheet.take() {
            self.book.push_worksheet(last);
        }
        // A sheet of a million wide rows is longer than 4 GiB. LibreOffice reads such a file no more, so others do without.
        self.book.use_zip_large_file(self.bytes > u64::from(u32::MAX));
        self.book.save_to_writer(out).map_err(wrong)
    }
}

/// The number that stands for a value in a cell.
fn typed(kind: Kind, text: &str) -> Option<f64> {
    match kind {
        Kind::Date => {
            let days = text.parse::<NaiveDate>().ok()?.signed_duration_since(NaiveDate::default()).num_days() + EPOCH;
            (days > 60).then(|| i32::try_from(days).map(f64::from).ok()).flatten()
        }
        Kind::Moment => {
            let seconds = DateTime::parse_from_rfc3339(text).ok()?.timestamp();
            let (days, rest) = (seconds.div_euclid(86_400) + EPOCH, seconds.rem_euclid(86_400));
            Some(f64::from(i32::try_from(days).ok().filter(|d| *d > 60)?) + f64::from(i32::try_from(rest).ok()?) / 86_400.0)
        }
        // Fifteen digits are what a cell keeps.
        Kind::Number => (is_decimal(text) && text.bytes().filter(u8::is_ascii_digit).count() <= 15).then(|| text.parse().ok()).flatten(),
        Kind::Text | Kind::Truth => None,
    }
}

/// What fits into a cell.
fn fitting(text: &str) -> &str {
    if text.len() <= CELL {
        return text;
    }
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > CELL {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}
