use super::model::{AccessEvent, AuditEvent, LatestFirst};
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend, Predicate},
    error::{Error, Result},
    filters::By,
    id::Id,
    journal::{Entry, Sighting},
    page::{Page, Paging, Sort},
    schema::{access, access_log, journal},
    sorted,
};
use diesel::prelude::*;
use std::collections::{BTreeMap, HashMap};

pub fn find(conn: &mut Conn, id: Id) -> Result<Entry> {
    journal::table.find(id).select(Entry::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The caller's relations to the records that these entries are about.
pub fn relations(conn: &mut Conn, organization: Option<Id>, entries: &[Entry]) -> Result<HashMap<(String, Id), i32>> {
    let Some(organization) = organization else { return Ok(HashMap::new()) };
    let records: Vec<Id> = entries.iter().map(|e| e.record_id).collect();
    let rows: Vec<(String, Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::record_id.eq_any(records))
        .select((access::kind, access::record_id, access::relations))
        .load(conn)?;
    Ok(rows.into_iter().map(|(kind, record, relations)| ((kind, record), relations)).collect())
}

type Rows = Predicate<journal::table>;

/// Entries that the caller may see for one and the same reason; each reason has an index of its own.
fn reasons(scope: &Scope, system_admin: bool) -> Vec<Option<Rows>> {
    if system_admin {
        return vec![None];
    }
    if scope.audience.is_some() {
        return vec![Some(Box::new(journal::province_id.eq_any(scope.provinces.clone()).assume_not_null()))];
    }
    let Some(organization) = scope.organization else { return vec![] };
    let related = access::table.filter(access::organization_id.eq(organization)).filter(access::kind.eq(journal::kind)).select(access::record_id);
    vec![
        Some(Box::new(journal::owner_organization_id.eq(organization).assume_not_null())),
        Some(Box::new(
            journal::record_id
                .eq_any(related)
                .and(journal::owner_organization_id.is_null().or(journal::owner_organization_id.ne(organization).assume_not_null())),
        )),
    ]
}

/// By time. One query a reason to see, each of them a page long at most.
pub fn list(conn: &mut Conn, scope: &Scope, system_admin: bool, by: &By<AuditEvent>, sort: &Sort<LatestFirst>, paging: &Paging) -> Result<Page<Entry>> {
    let after: Option<(Id, Id)> = paging.after(sort.word())?;
    let limit = paging.limit();
    let (mut rows, mut total) = (BTreeMap::new(), 0_i64);
    for at in 0..reasons(scope, system_admin).len() {
        let query = || {
            let mut query = journal::table.into_boxed::<MultiBackend>();
            if let Some(Some(reason)) = reasons(scope, system_admin).into_iter().nth(at) {
                query = query.filter(reason);
            }
            by.narrow(query)
        };
        let mut page = query();
        page = match (after, sort.descends()) {
            (Some((_, id)), true) => page.filter(journal::id.lt(id)),
            (Some((_, id)), false) => page.filter(journal::id.gt(id)),
            (None, _) => page,
        };
        page = if sort.descends() { page.order(journal::id.desc()) } else { page.order(journal::id.asc()) };
        let found: Vec<Entry> = page.limit(limit + 1).select(Entry::as_select()).load(conn)?;
        rows.extend(found.into_iter().map(|entry| (entry.id, entry)));
        if paging.count.is_some() {
            total += query().count().get_result::<i64>(conn)?;
        }
    }
    let mut rows: Vec<Entry> = rows.into_values().collect();
    if sort.descends() {
        rows.reverse();
    }
    rows.truncate(usize::try_from(limit + 1).unwrap_or(usize::MAX));
    let page = Page::of(rows, limit, sort.word(), |e: &Entry| (e.id, e.id))?;
    Ok(page.counted(paging.count.map(|_| total)))
}

/// Sensitive reads.
pub fn reads(conn: &mut Conn, provinces: Option<&[Id]>, by: &By<AccessEvent>, sort: &Sort<LatestFirst>, paging: &Paging) -> Result<Page<Sighting>> {
    let query = || {
        let mut query = access_log::table.into_boxed::<MultiBackend>();
        if let Some(provinces) = provinces {
            query = query.filter(access_log::province_id.eq_any(provinces.to_vec()));
        }
        by.narrow(query)
    };
    let page = sorted!(conn, query().select(Sighting::as_select()), paging, sort, access_log::id => Id, access_log::id, |s: &Sighting| (s.id, s.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}
