use super::model::{CalendarFeed, CalendarFeedView};
use crate::{
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    id::Id,
    page::{OldestFirst, Page, Paging, Sort},
    schema::{calendar_feeds as feeds, journal},
    sorted,
    time::Stamp,
};
use diesel::prelude::*;
use std::collections::HashMap;

pub fn find(conn: &mut Conn, id: Id) -> Result<CalendarFeed> {
    feeds::table.find(id).select(CalendarFeed::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The calendar behind a secret; a hash tells nothing by the time that looking for it takes.
pub fn by_hash(conn: &mut Conn, hash: &str) -> Result<CalendarFeed> {
    feeds::table.filter(feeds::hash.eq(hash)).select(CalendarFeed::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// Those that a person has made for an organisation.
pub fn list(conn: &mut Conn, user: Id, organization: Id, by: &By<CalendarFeedView>, sort: &Sort<OldestFirst>, paging: &Paging) -> Result<Page<CalendarFeed>> {
    let query = || by.narrow(feeds::table.filter(feeds::user_id.eq(user)).filter(feeds::organization_id.eq(organization)).into_boxed::<MultiBackend>());
    let rows = query().select(CalendarFeed::as_select());
    let page = sorted!(conn, rows, paging, sort, feeds::created_at => Stamp, feeds::id, |f: &CalendarFeed| (f.created_at, f.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, feed: &CalendarFeed) -> Result<()> {
    diesel::insert_into(feeds::table).values(feed).execute(conn)?;
    Ok(())
}

/// Writes the row back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &CalendarFeed, after: &CalendarFeed) -> Result<()> {
    let moved = diesel::update(feeds::table.find(before.id).filter(feeds::version.eq(before.version)))
        .set((feeds::hash.eq(&after.hash), feeds::revoked_at.eq(after.revoked_at), feeds::version.eq(after.version), feeds::updated_at.eq(after.updated_at)))
        .execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// How often each record was changed, and when last.
pub fn changed(conn: &mut Conn, records: Vec<Id>) -> Result<HashMap<Id, (i64, Stamp)>> {
    let rows: Vec<(Id, Stamp)> = journal::table
        .filter(journal::record_id.eq_any(records))
        .order((journal::record_id, journal::id))
        .select((journal::record_id, journal::at))
        .load(conn)?;
    let mut all: HashMap<Id, (i64, Stamp)> = HashMap::new();
    for (record, at) in rows {
        all.entry(record).and_modify(|known| *known = (known.0 + 1, at)).or_insert((1, at));
    }
    Ok(all)
}
