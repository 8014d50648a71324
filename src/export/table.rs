//! A table under way in one of the three formats, row by row, to wherever its bytes go.

use super::{Format, columns::Columns, csv, row::Row, xlsx::Sheets};
use crate::{
    error::{Error, Result},
    time::Stamp,
};
use serde::Serialize;
use std::{
    io::{Seek, Write},
    path::PathBuf,
};
use utoipa::ToSchema;

/// How a table is to look.
#[derive(Debug, Clone)]
pub struct Style {
    /// csv, ndjson or xlsx.
    pub format: Format,
    /// Only these members.
    pub fields: Option<Vec<String>>,
    /// A byte order mark before CSV, for Excel.
    pub bom: bool,
    /// The sheet's name.
    pub title: String,
    /// The day and hour that an XLSX file bears: that of the data.
    pub dated: Stamp,
    /// Where temporary files may lie.
    pub scratch: PathBuf,
}

/// Bytes gathered before a line of NDJSON goes on.
const LINES: usize = 16 << 10;

/// A table that is being written.
#[allow(missing_debug_implementations)] // the libraries' writers have none
pub struct Table<W: Write + Send> {
    columns: Columns,
    row: Row,
    narrow: bool,
    scratch: PathBuf,
    sink: Sink<W>,
}

#[allow(clippy::large_enum_variant)] // there is one of them an export
enum Sink<W: Write + Send> {
    Csv(::csv::Writer<W>),
    Lines(Vec<u8>, W),
    Sheets(Sheets, W),
}

impl<W: Write + Send> Table<W> {
    /// Begins a table of records of kind `T`.
    pub fn begin<T: ToSchema>(style: Style, mut out: W) -> Result<Self> {
        let columns = Columns::of::<T>(style.fields.as_deref());
        let sink = match style.format {
            Format::Csv => {
                if style.bom {
                    out.write_all("\u{feff}".as_bytes()).map_err(Error::internal)?;
                }
                let mut out = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).buffer_capacity(LINES).from_writer(out);
                csv::head(&mut out, &columns).map_err(Error::internal)?;
                Sink::Csv(out)
            }
            Format::Ndjson => Sink::Lines(Vec::with_capacity(2 * LINES), out),
            Format::Xlsx => Sink::Sheets(Sheets::begin(&style)?, out),
            other => return Err(Error::internal(format!("{other} is no table"))),
        };
        Ok(Self { columns, row: Row::default(), narrow: style.fields.is_some(), scratch: style.scratch, sink })
    }

    /// Adds a record.
    pub fn add<T: Serialize>(&mut self, record: &T) -> Result<()> {
        match &mut self.sink {
            Sink::Csv(out) => {
                self.row.fill(&self.columns, record).map_err(Error::internal)?;
                csv::row(out, &self.columns, &self.row).map_err(Error::internal)
            }
            Sink::Sheets(sheets, _) => {
                self.row.fill(&self.columns, record).map_err(Error::internal)?;
                sheets.row(&self.columns, &self.row)
            }
            Sink::Lines(lines, out) => {
                if self.narrow {
                    let mut value = serde_json::to_value(record)?;
                    if let (Some(members), super::columns::Node::Members(kept)) = (value.as_object_mut(), &self.columns.root) {
                        members.retain(|name, _| kept.iter().any(|(known, _)| known == name));
                    }
                    serde_json::to_writer(&mut *lines, &value)?;
                } else {
                    serde_json::to_writer(&mut *lines, record)?;
                }
                lines.push(b'\n');
                if lines.len() >= LINES {
                    out.write_all(lines).map_err(Error::internal)?;
                    lines.clear();
                }
                Ok(())
            }
        }
    }

    #[cfg(test)]
    pub(super) fn at_most(&mut self, rows: u32) {
        if let Sink::Sheets(sheets, _) = &mut self.sink {
            sheets.at_most(rows);
        }
    }

    /// Where its bytes go.
    pub fn sink(&self) -> &W {
        match &self.sink {
            Sink::Csv(out) => out.get_ref(),
            Sink::Lines(_, out) | Sink::Sheets(_, out) => out,
        }
    }

    /// Sends on what is ready; a workbook is ready only at its end.
    pub fn flush(&mut self) -> Result<()> {
        match &mut self.sink {
            Sink::Csv(out) => out.flush().map_err(Error::internal),
            Sink::Lines(lines, out) => {
                out.write_all(lines).and_then(|()| out.flush()).map_err(Error::internal)?;
                lines.clear();
                Ok(())
            }
            Sink::Sheets(..) => Ok(()),
        }
    }

    /// Writes the end and gives back where it went.
    pub fn finish(mut self) -> Result<W> {
        self.flush()?;
        match self.sink {
            Sink::Csv(out) => out.into_inner().map_err(|e| Error::internal(e.to_string())),
            Sink::Lines(_, out) => Ok(out),
            Sink::Sheets(sheets, mut out) => {
                // Whole before the first byte leaves: a file that breaks off would open as a broken one.
                let mut file = tempfile::tempfile_in(&self.scratch).map_err(Error::internal)?;
                sheets.save(&self.columns, std::io::BufWriter::new(&file))?;
                file.rewind().map_err(Error::internal)?;
                std::io::copy(&mut file, &mut out).map_err(Error::internal)?;
                out.flush().map_err(Error::internal)?;
                Ok(out)
            }
        }
    }
}
