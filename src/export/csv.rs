//! CSV (RFC 4180): CRLF, quotes where needed, one header line; text that a spreadsheet would take for a formula is disarmed.

use super::{
    columns::{Columns, Kind},
    row::{Cell, Row},
};
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// Puts an apostrophe before a text that a spreadsheet would compute.
pub(super) fn disarmed(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Whether a text in a column of numbers is one.
pub(super) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().next().is_some_and(|b| b.is_ascii_digit()) && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

pub(super) fn head<W: Write>(out: &mut csv::Writer<W>, columns: &Columns) -> io::Result<()> {
    out.write_record(columns.all.iter().map(|c| c.name.as_str())).map_err(io::Error::other)
}

pub(super) fn row<W: Write>(out: &mut csv::Writer<W>, columns: &Columns, row: &Row) -> io::Result<()> {
    let mut number = String::new();
    for (column, cell) in columns.all.iter().zip(row.cells()) {
        let written = match cell {
            Cell::Empty => out.write_field(b""),
            Cell::Text(text) if column.kind == Kind::Number && is_decimal(text) => out.write_field(text),
            Cell::Text(text) => out.write_field(disarmed(text).as_bytes()),
            Cell::Truth(value) => out.write_field(if value { "true" } else { "false" }),
            Cell::Whole(value) => {
                use std::fmt::Write as _;
                number.clear();
                write!(number, "{value}").map_err(io::Error::other)?;
                out.write_field(&number)
            }
            Cell::Number(value) => out.write_field(serde_json::to_string(&value).map_err(io::Error::other)?),
        };
        written.map_err(io::Error::other)?;
    }
    // Ends the line.
    out.write_record(None::<&[u8]>).map_err(io::Error::other)
}
