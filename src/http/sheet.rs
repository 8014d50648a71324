//! What a list is written into: a table of its rows, or a calendar of the days on which they fall due.

use crate::{
    ask::Ask,
    db::Conn,
    error::{Error, Result},
    export::{Format, Style, Table},
    ics::{self, Day},
};
use serde::Serialize;
use std::io::Write;
use utoipa::ToSchema;

/// The days on which rows fall due. Their `url` begins with a slash; where the service is, is put before it.
pub type DaysOf<T> = fn(&mut Conn, &Ask, &[T]) -> Result<Vec<Day>>;

/// That days are wanted in the place of rows, and where the service is.
pub(super) struct Dated<'a, T> {
    days: DaysOf<T>,
    base: &'a str,
}

impl<T> Clone for Dated<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Dated<'_, T> {}

impl<'a, T> Dated<'a, T> {
    pub(super) fn of(format: Format, days: Option<DaysOf<T>>, base: &'a str) -> Option<Self> {
        days.filter(|_| format == Format::Ics).map(|days| Self { days, base })
    }
}

/// A page, ready to be written.
pub(super) enum Leaf<T> {
    Rows(Vec<T>),
    Days(Vec<Day>),
}

impl<T> Leaf<T> {
    pub(super) fn of(conn: &mut Conn, ask: &Ask, rows: Vec<T>, dated: Option<Dated<'_, T>>) -> Result<Self> {
        let Some(Dated { days, base }) = dated else { return Ok(Self::Rows(rows)) };
        let days = days(conn, ask, &rows)?;
        Ok(Self::Days(days.into_iter().map(|day| Day { url: format!("{base}{}", day.url), ..day }).collect()))
    }
}

/// A table or a calendar that is being written.
pub(super) enum Sheet<W: Write + Send> {
    Table(Box<Table<W>>),
    Calendar(W),
}

impl<W: Write + Send> Sheet<W> {
    pub(super) fn begin<T: Serialize + ToSchema>(style: Style, mut out: W) -> Result<Self> {
        if style.format != Format::Ics {
            return Ok(Self::Table(Box::new(Table::begin::<T>(style, out)?)));
        }
        out.write_all(ics::begin(&style.title).as_bytes()).map_err(Error::internal)?;
        Ok(Self::Calendar(out))
    }
    pub(super) fn add<T: Serialize>(&mut self, leaf: Leaf<T>) -> Result<()> {
        match (self, leaf) {
            (Self::Table(table), Leaf::Rows(rows)) => rows.iter().try_for_each(|row| table.add(row)),
            (Self::Calendar(out), Leaf::Days(days)) => days.iter().try_for_each(|day| out.write_all(ics::event(day).as_bytes()).map_err(Error::internal)),
            _ => Err(Error::internal("rows are no days, and days no rows")),
        }
    }
    pub(super) fn sink(&self) -> &W {
        match self {
            Self::Table(table) => table.sink(),
            Self::Calendar(out) => out,
        }
    }
    pub(super) fn flush(&mut self) -> Result<()> {
        match self {
            Self::Table(table) => table.flush(),
            Self::Calendar(out) => out.flush().map_err(Error::internal),
        }
    }
    pub(super) fn finish(self) -> Result<W> {
        match self {
            Self::Table(table) => table.finish(),
            Self::Calendar(mut out) => {
                out.write_all(ics::END.as_bytes()).map_err(Error::internal)?;
                Ok(out)
            }
        }
    }
}
