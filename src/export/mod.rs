//! Rows as files: CSV for machines and spreadsheets, NDJSON for programs, XLSX for people. One path for all: a row is
//! serialised once, straight into the cells that its schema names. Papers to be signed are DOCX.

mod columns;
mod csv;
pub mod docx;
mod names;
pub mod paper;
mod row;
mod table;
#[cfg(test)]
mod tests;
mod xlsx;

pub use columns::{Column, Columns, Kind};
pub(crate) use names::file_name;
pub use names::{disposition, title};
pub use row::Row;
pub use table::{Style, Table};

use crate::words;
use utoipa::ToSchema;

words! {
    /// Formats of an answer.
    Format {
        Json = "json", "JSON", "JSON";
        Csv = "csv", "CSV (bảng chữ)", "CSV";
        Ndjson = "ndjson", "NDJSON (mỗi dòng một bản ghi)", "NDJSON (a record a line)";
        Xlsx = "xlsx", "Bảng tính Excel", "Excel workbook";
        Docx = "docx", "Văn bản Word", "Word document";
        Ics = "ics", "Lịch (iCalendar)", "Calendar (iCalendar)";
    }
}

/// The bytes of a file.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code)] // streamed, never held as a whole; here for the document alone
pub struct FileContent(Vec<u8>);

impl Format {
    /// What every list has beside JSON.
    pub const TABLES: &'static [Format] = &[Format::Csv, Format::Ndjson, Format::Xlsx];

    /// Its media type, as the OpenAPI document names it.
    pub const fn media(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Csv => "text/csv",
            Format::Ndjson => "application/x-ndjson",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Format::Ics => "text/calendar",
        }
    }
    /// `Content-Type` of an answer in it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::Ics => "text/calendar; charset=utf-8",
            other => other.media(),
        }
    }
    /// The format of a media type.
    pub fn of_media(media: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.media() == media)
    }
    /// A table of rows.
    pub fn is_table(self) -> bool {
        Self::TABLES.contains(&self)
    }
    /// Packed already: compressing it again costs time and gains nothing.
    pub fn is_packed(self) -> bool {
        matches!(self, Format::Xlsx | Format::Docx)
    }
}
