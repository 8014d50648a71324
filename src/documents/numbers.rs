//! The register of numbers given (sổ đi): gapless in organisation, series and year; voided ones stay.

use super::{
    kinds::{DocumentKind, Notation},
    model::Document,
    notation,
};
use crate::{
    ask::Ask,
    db::{self, Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    http::{Call, ServiceConfig},
    id::Id,
    includes::{Include, Includes, Relation},
    journal::{self, Change, NOTHING},
    organizations,
    page::{OldestFirst, Paging, Sort},
    schema::document_numbers as numbers,
    sorted,
    time::Stamp,
    words,
};
use actix_web::{HttpResponse, get};
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

words! {
    /// What became of a number.
    NumberState {
        Used = "used", "Đã dùng", "Used";
        Voided = "voided", "Đã hủy", "Voided";
    }
}

/// One number that an organisation has given.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = numbers, treat_none_as_default_value = false)]
pub struct DocumentNumber {
    pub id: Id,
    pub organization_id: Id,
    pub series: String,
    /// The year, or in Party notation the first year of the term.
    pub period: i32,
    pub number: i32,
    pub kind: DocumentKind,
    pub state: NumberState,
    pub document_id: Option<Id>,
    /// Why it was voided.
    pub reason: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

crate::filtered_by! {
    DocumentNumber: document_numbers;
    series, period, number, kind: DocumentKind, state: NumberState, document_id, created_at, updated_at
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "document_number";

/// Years of a Party term.
const TERM_YEARS: i32 = 5;

fn scope_of(organization: Id, series: &str, period: i32) -> String {
    format!("number/{organization}/{series}/{period}")
}

/// Series and period: as asked, else those of the kind's last number, else a series of the kind's own.
fn place(conn: &mut Conn, document: &Document, organization: Id, series: Option<&str>, term: Option<i32>, day: NaiveDate) -> Result<(String, i32)> {
    let last: Option<(String, i32)> = numbers::table
        .filter(numbers::organization_id.eq(organization))
        .filter(numbers::kind.eq(document.kind))
        .order((numbers::created_at.desc(), numbers::id.desc()))
        .select((numbers::series, numbers::period))
        .first(conn)
        .optional()?;
    let series = series.map(str::to_owned).or_else(|| last.as_ref().map(|(s, _)| s.clone())).unwrap_or_else(|| document.kind.word().to_owned());
    let period = match document.notation {
        Notation::State => day.year(),
        // A new term begins when its congress has met, which only the clerk knows.
        Notation::Party => term.or(last.map(|(_, p)| p)).unwrap_or(day.year() - day.year().rem_euclid(TERM_YEARS)),
    };
    Ok((series, period))
}

/// Gives the next number and writes it into the register.
pub fn give_next(conn: &mut Conn, ask: &Ask, document: &Document, series: Option<&str>, term: Option<i32>, day: NaiveDate) -> Result<String> {
    let organization = document.issuer_id.ok_or_else(|| Error::internal("a document without issuer cannot be numbered"))?;
    let (series, period) = place(conn, document, organization, series, term, day)?;
    let next = db::add_to_counter(conn, &scope_of(organization, &series, period), 1)?;
    let number = i32::try_from(next).map_err(Error::internal)?;
    enter(conn, ask, document, "give", (series, period, number))?;
    Ok(format!("{number:02}"))
}

/// Writes the number of a text that existed before into the register; later numbers follow the highest.
pub fn take_given(conn: &mut Conn, ask: &Ask, document: &Document) -> Result<()> {
    let (Some(organization), Some(day)) = (document.issuer_id, document.issued_on) else { return Ok(()) };
    // 15a and the like are outside the count.
    let Some(number) = document.number.as_deref().and_then(notation::count) else { return Ok(()) };
    let (series, period) = place(conn, document, organization, None, None, day)?;
    let scope = scope_of(organization, &series, period);
    let last = db::add_to_counter(conn, &scope, 0)?;
    if i64::from(number) > last {
        db::add_to_counter(conn, &scope, i64::from(number) - last)?;
    }
    enter(conn, ask, document, "enter", (series, period, number))
}

fn change<'a>(row: &DocumentNumber, document: &Document, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    let (owner, province) = (Some(row.organization_id), Some(document.province_id));
    Change { kind: KIND, id: row.id, version: Some(row.version), owner, province, action, reason }
}

fn enter(conn: &mut Conn, ask: &Ask, document: &Document, action: &str, (series, period, number): (String, i32, i32)) -> Result<()> {
    let organization = document.issuer_id.ok_or_else(|| Error::internal("a document without issuer cannot be numbered"))?;
    let row = DocumentNumber {
        id: Id::fresh(),
        organization_id: organization,
        series,
        period,
        number,
        kind: document.kind,
        state: NumberState::Used,
        document_id: Some(document.id),
        reason: None,
        version: 1,
        created_at: ask.now,
        updated_at: ask.now,
    };
    let entered = diesel::insert_into(numbers::table).values(&row).execute(conn);
    match entered {
        Ok(_) => journal::record(conn, ask, change(&row, document, action, None), NOTHING, Some(&row)),
        Err(diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _)) => {
            Err(Error::conflict("number_used", "Số này đã cấp trong cùng hệ thống số.", "This number has been given in the same series."))
        }
        Err(e) => Err(e.into()),
    }
}

/// Voids the number of a recalled document; it stays in the register and is never given again.
pub fn void(conn: &mut Conn, ask: &Ask, document: &Document, reason: Option<&str>) -> Result<()> {
    let used = || numbers::table.filter(numbers::document_id.eq(document.id)).filter(numbers::state.eq(NumberState::Used));
    let mut entries = Vec::new();
    for before in used().order(numbers::id).select(DocumentNumber::as_select()).load::<DocumentNumber>(conn)? {
        let after = DocumentNumber {
            state: NumberState::Voided,
            reason: reason.map(str::to_owned),
            version: before.version + 1,
            updated_at: ask.now,
            ..before.clone()
        };
        entries.push(journal::entry(ask, change(&after, document, "void", reason), Some(&before), Some(&after))?);
    }
    diesel::update(used())
        .set((numbers::state.eq(NumberState::Voided), numbers::reason.eq(reason), numbers::version.eq(numbers::version + 1), numbers::updated_at.eq(ask.now)))
        .execute(conn)?;
    journal::record_all(conn, &entries)
}

impl Includes for DocumentNumber {
    const RELATIONS: &'static [Relation] =
        &[Relation { to: &super::INCLUDED, by: &["document_id"] }, Relation { to: &organizations::INCLUDED, by: &["organization_id"] }];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_document_numbers);
}

/// Numbers that the caller's organisation has given, voided ones included
#[utoipa::path(tag = "documents", params(By<DocumentNumber>, Sort<OldestFirst>, Include<DocumentNumber>, Paging), responses((status = 200, description = "A page", body = Vec<DocumentNumber>)))]
#[get("/document-numbers")]
async fn list_document_numbers(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<DocumentNumber>, Sort<OldestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.including::<DocumentNumber>()
        .list(paging, move |conn, ask, paging| {
            let own = ask.actor.organization()?;
            let query = || by.narrow(numbers::table.filter(numbers::organization_id.eq(own)).into_boxed::<MultiBackend>());
            let rows = query().select(DocumentNumber::as_select());
            let page = sorted!(conn, rows, paging, sort, numbers::created_at => Stamp, numbers::id, |n: &DocumentNumber| (n.created_at, n.id));
            let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
            Ok(page.counted(total))
        })
        .await
}
