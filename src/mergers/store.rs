use super::model::{Merger, MergerView};
use crate::{
    authz::{Relations, Scope},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    id::Id,
    page::{OldestFirst, Page, Paging, Sort},
    schema::{access, mergers},
    sorted,
    time::Stamp,
};
use diesel::prelude::*;

pub fn find(conn: &mut Conn, id: Id) -> Result<Merger> {
    mergers::table.find(id).select(Merger::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn insert(conn: &mut Conn, merger: &Merger) -> Result<()> {
    diesel::insert_into(mergers::table).values(merger).execute(conn)?;
    Ok(())
}

pub fn list(conn: &mut Conn, scope: &Scope, by: &By<MergerView>, sort: &Sort<OldestFirst>, paging: &Paging) -> Result<Page<Merger>> {
    let query = || {
        let mut query = mergers::table.into_boxed::<MultiBackend>();
        if scope.organization.is_some() {
            query = query.filter(mergers::province_id.eq_any(scope.provinces.clone()));
        }
        by.narrow(query)
    };
    let rows = query().select(Merger::as_select());
    let page = sorted!(conn, rows, paging, sort, mergers::created_at => Stamp, mergers::id, |m: &Merger| (m.created_at, m.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

/// What an organisation may read, by kind.
pub fn readable(conn: &mut Conn, organization: Id) -> Result<Vec<(String, Id)>> {
    Ok(access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::relations.ne(Relations::NONE.0))
        .order((access::kind, access::record_id))
        .select((access::kind, access::record_id))
        .load(conn)?)
}
