//! The door of lists and reports: one page as JSON, or all of it as a file. A file is read page by page inside one
//! read transaction on a connection of its own, and leaves while it is made.

use super::{
    answer::{self, Answer},
    call::{Call, Seen},
    sheet::{Dated, DaysOf, Leaf, Sheet},
    stream::{self, Pipe},
};
use crate::{
    ask::Ask,
    db::Conn,
    error::{Error, Refusal, Result},
    export::{self, Format, Style, Table},
    journal::{self, Sighting},
    page::{Page, Paging},
    time::Stamp,
};
use actix_web::{
    HttpResponse,
    http::header::{self, ContentEncoding},
};
use chrono::NaiveDate;
use serde::Serialize;
use std::{
    sync::{
        Arc, OnceLock,
        mpsc::{Receiver, sync_channel},
    },
    time::Duration,
};
use utoipa::ToSchema;

/// Files that are made at one time; each holds a connection and a thread.
pub(super) const AT_ONCE: usize = 2;
/// How long a file waits for a place: whoever has read the one before to its end may come before its maker has put all away.
const TURN: Duration = Duration::from_secs(1);
/// Rows of a file's first page, small so that it soon begins, and of the others: three pages are in memory at one time.
const FIRST: i64 = 100;
const NEXT: i64 = 250;
/// How long a client waits for the head while nothing is ready; a workbook may take longer than that.
const PATIENCE: Duration = Duration::from_secs(20);
/// Seconds after which a place for a further file may be free.
const RETRY_AFTER: u32 = 10;

/// A report that comes page by page: a register.
pub trait PagedReport: Serialize + Send + 'static {
    /// One row.
    type Row: Serialize + ToSchema + Send + 'static;
    /// Which state of the data it shows, and the moment that a file of it bears.
    fn shown(&self) -> (String, Stamp);
    /// Its rows, and where the next page begins.
    fn into_page(self) -> Page<Self::Row>;
}

/// What a file of a report says of itself, once its first page is read; nothing where it is a file of a list.
type Shown = Arc<OnceLock<(String, Stamp)>>;

impl Call {
    /// A list. `work` makes one page; for a file it is asked for page after page.
    pub async fn list<T, F>(self, paging: Paging, work: F) -> Result<HttpResponse>
    where
        T: Serialize + ToSchema + Send + 'static,
        F: Fn(&mut Conn, &Ask, &Paging) -> Result<Page<T>> + Send + 'static,
    {
        self.listed(paging, false, None, |_| vec![], work).await
    }

    /// A list of what falls due on days: as a calendar, too.
    pub async fn dated_list<T, F>(self, paging: Paging, days: DaysOf<T>, work: F) -> Result<HttpResponse>
    where
        T: Serialize + ToSchema + Send + 'static,
        F: Fn(&mut Conn, &Ask, &Paging) -> Result<Page<T>> + Send + 'static,
    {
        self.listed(paging, false, Some(days), |_| vec![], work).await
    }

    /// A list of people or their doings: nobody on the way may keep a copy.
    pub async fn private_list<T, F>(self, paging: Paging, work: F) -> Result<HttpResponse>
    where
        T: Serialize + ToSchema + Send + 'static,
        F: Fn(&mut Conn, &Ask, &Paging) -> Result<Page<T>> + Send + 'static,
    {
        self.listed(paging, true, None, |_| vec![], work).await
    }

    /// A sensitive list: that it was looked at is in the access log before the first row leaves the house.
    pub async fn witnessed_list<T, F, S>(self, paging: Paging, sighting: S, work: F) -> Result<HttpResponse>
    where
        T: Serialize + ToSchema + Send + 'static,
        F: Fn(&mut Conn, &Ask, &Paging) -> Result<Page<T>> + Send + 'static,
        S: Fn(&Ask) -> Sighting + Send + 'static,
    {
        self.listed(paging, true, None, move |ask| vec![sighting(ask)], work).await
    }

    /// A report in pages, one of them or all as a file. `work` makes one page, as it does for a list.
    pub async fn paged_report<R, F>(self, paging: Paging, work: F) -> Result<HttpResponse>
    where
        R: PagedReport,
        F: Fn(&mut Conn, &Ask, &Paging) -> Result<R> + Send + 'static,
    {
        let format = self.0.format;
        if format.is_table() && paging.limit.is_none() {
            let shown = Shown::default();
            let told = shown.clone();
            let rows = move |conn: &mut Conn, ask: &Ask, paging: &Paging| {
                let report = work(conn, ask, paging)?;
                told.get_or_init(|| report.shown());
                Ok(report.into_page())
            };
            return self.whole(paging, None, |_| vec![], shown, rows).await;
        }
        let seen = self.0.clone();
        self.snapshot(move |conn, ask| {
            let report = work(conn, ask, &paging)?;
            let (snapshot, moment) = report.shown();
            if !format.is_table() {
                let answer = Answer::report(&report)?;
                return Ok(Answer { next: report.into_page().next, is_page: true, ..answer });
            }
            let page = report.into_page();
            let file = Answer::file(format, seen.file_name(moment.day())?, table(seen.style(moment)?, &page.items)?);
            Ok(Answer { next: page.next, is_page: true, ..file.of_snapshot(snapshot) })
        })
        .await
    }

    async fn listed<T, F, S>(self, paging: Paging, private: bool, days: Option<DaysOf<T>>, sightings: S, work: F) -> Result<HttpResponse>
    where
        T: Serialize + ToSchema + Send + 'static,
        F: Fn(&mut Conn, &Ask, &Paging) -> Result<Page<T>> + Send + 'static,
        S: Fn(&Ask) -> Vec<Sighting> + Send + 'static,
    {
        let format = self.0.format;
        if (format.is_table() || format == Format::Ics) && paging.limit.is_none() {
            return self.whole(paging, days, sightings, Shown::default(), work).await;
        }
        let (seen, relations, base) = (self.0.clone(), self.1.clone(), self.2.clone());
        let (answer, sightings) = self
            .look(move |conn, ask| {
                let page = work(conn, ask, &paging)?;
                let answer = if format == Format::Json {
                    Answer::page(&page)?.beside(conn, ask, &relations)?
                } else {
                    let mut sheet = Sheet::begin::<T>(seen.style(ask.now)?, Vec::new())?;
                    sheet.add(Leaf::of(conn, ask, page.items, Dated::of(format, days, &base))?)?;
                    let bytes = sheet.finish()?;
                    Answer { next: page.next, is_page: true, ..Answer::file(format, seen.file_name(ask.today)?, bytes) }
                };
                Ok((if private { answer.secret() } else { answer }, sightings(ask)))
            })
            .await?;
        self.0.house.witness(sightings).await?;
        answer::respond(answer, &self.0)
    }

    /// The whole list as a file.
    async fn whole<T, F, S>(self, paging: Paging, days: Option<DaysOf<T>>, sightings: S, shown: Shown, work: F) -> Result<HttpResponse>
    where
        T: Serialize + ToSchema + Send + 'static,
        F: Fn(&mut Conn, &Ask, &Paging) -> Result<Page<T>> + Send + 'static,
        S: Fn(&Ask) -> Vec<Sighting> + Send + 'static,
    {
        let seen = self.0.clone();
        let mut response = HttpResponse::Ok();
        response
            .content_type(seen.format.content_type())
            .insert_header((header::CONTENT_DISPOSITION, export::disposition(&seen.file_name(seen.now.day())?)))
            .insert_header((header::CACHE_CONTROL, "no-store"));
        if seen.format.is_packed() {
            response.insert_header(ContentEncoding::Identity);
        }
        if seen.method == "HEAD" {
            self.look(|_, _| Ok(())).await?;
            return Ok(response.streaming(futures_util::stream::empty::<std::io::Result<bytes::Bytes>>()));
        }
        let base = self.2;
        let waited = tokio::time::timeout(TURN, seen.house.exports.clone().acquire_owned()).await;
        let place = waited.map_err(|_| busy())?.map_err(Error::internal)?;
        let (pipe, mut outlet) = stream::pipe();
        let told = shown.clone();
        let writer = move || {
            let request = seen.request.clone();
            if let Err(e) = write_whole(&seen, paging, Dated::of(seen.format, days, &base), &sightings, &told, &work, pipe) {
                log::info!("{request}: an export broke off: {e}");
            }
            drop(place);
        };
        std::thread::Builder::new().name("export".into()).spawn(writer).map_err(|e| Error::Unavailable(e.to_string()))?;
        outlet.begin(PATIENCE).await?;
        if let Some((snapshot, _)) = shown.get() {
            response.insert_header(("X-Snapshot", snapshot.clone()));
        }
        Ok(response.streaming(outlet))
    }
}

/// What a handler needs to answer with a file: which format is wanted, and how it is to look.
#[derive(Debug, Clone)]
pub struct TableFile(Arc<Seen>);

impl Call {
    /// For handlers of one record that have other formats than JSON (their 200 names them).
    pub fn file(&self) -> TableFile {
        TableFile(self.0.clone())
    }
}

impl TableFile {
    /// The format wanted.
    pub fn format(&self) -> Format {
        self.0.format
    }
    /// Rows as csv, ndjson or xlsx, whichever is wanted; the file bears the moment `dated`, never that of the call.
    pub fn rows<T: Serialize + ToSchema>(&self, title: &str, dated: Stamp, rows: &[T]) -> Result<Answer> {
        let style = Style { title: title.to_owned(), ..self.0.style(dated)? };
        Ok(Answer::file(self.0.format, export::file_name(title, dated.day(), self.0.format.word()), table(style, rows)?))
    }
    /// Bytes of the format wanted, made by the caller; `name` is the file's, without its ending.
    pub fn bytes(&self, name: &str, bytes: Vec<u8>) -> Answer {
        Answer::file(self.0.format, format!("{name}.{}", self.0.format.word()), bytes)
    }
}

/// Few rows as a file in memory.
pub(super) fn table<T: Serialize + ToSchema>(style: Style, rows: &[T]) -> Result<Vec<u8>> {
    let mut table = Table::begin::<T>(style, Vec::new())?;
    rows.iter().try_for_each(|row| table.add(row))?;
    table.finish()
}

/// Reads one page of a list.
type PageOf<'a, T> = &'a dyn Fn(&mut Conn, &Ask, &Paging) -> Result<Page<T>>;

fn write_whole<T: Serialize + ToSchema + Send>(
    seen: &Arc<Seen>,
    paging: Paging,
    dated: Option<Dated<'_, T>>,
    sightings: &dyn Fn(&Ask) -> Vec<Sighting>,
    shown: &Shown,
    work: PageOf<'_, T>,
    pipe: Pipe,
) -> Result<()> {
    let mut pipe = Some(pipe);
    let outcome = seen.house.db.export_now(|conn| {
        let ask = seen.ask(conn, "")?;
        let mut paging = Paging { limit: Some(FIRST), ..paging };
        let mut page = work(conn, &ask, &paging)?;
        let looked = sightings(&ask);
        if !looked.is_empty() {
            seen.house.db.write_now(|conn| journal::witness(conn, &looked))?;
        }
        let style = seen.style(shown.get().map_or(seen.now, |(_, moment)| *moment))?;
        let Some(out) = pipe.take() else { return Err(Error::internal("an export is written once")) };
        let sheet = Sheet::begin::<T>(style, out)?;
        // One page is written while the next is read; the writer alone sends, because the client wakes it.
        std::thread::scope(|scope| {
            let (leaves, read) = sync_channel(1);
            let writer = scope.spawn(move || write_leaves(sheet, &read));
            loop {
                if leaves.send(Some(Leaf::of(conn, &ask, page.items, dated)?)).is_err() {
                    break;
                }
                let Some(next) = page.next else {
                    // A writer that has given up says why itself.
                    drop(leaves.send(None));
                    break;
                };
                paging = Paging { limit: Some(NEXT), cursor: Some(next), ..Paging::default() };
                page = work(conn, &ask, &paging)?;
            }
            drop(leaves);
            writer.join().map_err(|_| Error::internal("the writer of an export died"))?
        })
    });
    match (outcome, pipe) {
        // Nothing has been sent yet: the caller is told.
        (Err(e), Some(pipe)) => pipe.fail(e).map_err(Error::internal),
        (outcome, _) => outcome,
    }
}

/// Writes pages as they come; what ends without saying so is left broken off.
fn write_leaves<T: Serialize>(mut sheet: Sheet<Pipe>, read: &Receiver<Option<Leaf<T>>>) -> Result<()> {
    let mut is_first = true;
    loop {
        let leaf = read.recv().map_err(|_| Error::Unavailable("the reading of an export broke off".into()))?;
        let Some(leaf) = leaf else { return sheet.finish()?.end().map_err(Error::internal) };
        sheet.add(leaf)?;
        if sheet.sink().is_closed() {
            return Err(Error::Unavailable("the client has gone".into()));
        }
        if std::mem::take(&mut is_first) {
            sheet.flush()?;
        }
    }
}

fn busy() -> Error {
    let mut refusal = Refusal::new(
        503,
        "exports_busy",
        "Đang có đủ số tệp được kết xuất cùng lúc; hãy thử lại sau ít giây.",
        "As many files as go at one time are being made; try again in a few seconds.",
    );
    refusal.retry_after = Some(RETRY_AFTER);
    Error::Refused(Box::new(refusal))
}

impl Seen {
    pub(super) fn style(&self, dated: Stamp) -> Result<Style> {
        Ok(Style {
            format: self.format,
            fields: self.fields(),
            bom: self.parameter("bom") == Some("true"),
            title: export::title(&self.operation_id, self.lang).unwrap_or("Nhịp Cầu").to_owned(),
            dated,
            scratch: self.house.settings.data.clone(),
        })
    }
    fn title(&self) -> Result<&'static str> {
        export::title(&self.operation_id, self.lang).ok_or_else(|| Error::internal(format!("{} has no name as a file", self.operation_id)))
    }
    pub(super) fn file_name(&self, day: NaiveDate) -> Result<String> {
        Ok(export::file_name(self.title()?, day, self.format.word()))
    }
}
