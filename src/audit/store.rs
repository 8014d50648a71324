use super::model::{AccessEvent, AuditEvent, LatestFirst};
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend, Predicate},
    error::{Error, Result},
    filters::By,
    id::Id,
    journal::{Entry, Sighting},
    page::{Page, Paging, Sort},
    schema::{access, access_log, journal, provinces},
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

/// Entries that the caller may see for one and the same reason; each reason has an index of its own, and no entry has two.
/// Whoever sees the whole province also sees what others of its organisation do: what is its own, or is related to it, and
/// is of no province (a system administrator's act) or of another one.
fn reasons(scope: &Scope, system_admin: bool) -> Vec<Option<Rows>> {
    if system_admin {
        return vec![None];
    }
    let mut all: Vec<Option<Rows>> = Vec::new();
    if scope.audience.is_some() {
        all.push(Some(Box::new(journal::province_id.eq_any(scope.provinces.clone()).assume_not_null())));
    }
    let Some(organization) = scope.organization else { return all };
    let related = || access::table.filter(access::organization_id.eq(organization)).filter(access::kind.eq(journal::kind)).select(access::record_id);
    let own = || journal::owner_organization_id.eq(organization).assume_not_null();
    let others = || journal::owner_organization_id.is_null().or(journal::owner_organization_id.ne(organization).assume_not_null());
    if scope.audience.is_none() {
        all.push(Some(Box::new(own())));
        all.push(Some(Box::new(journal::record_id.eq_any(related()).and(others()))));
        return all;
    }
    // Found by their provinces, so that the own province's many entries are not gone through for few others.
    let elsewhere = || provinces::table.filter(provinces::id.ne_all(scope.provinces.clone())).select(provinces::id.nullable());
    let nowhere = || journal::province_id.is_null();
    all.push(Some(Box::new(nowhere().and(own()))));
    all.push(Some(Box::new(nowhere().and(others()).and(journal::record_id.eq_any(related())))));
    all.push(Some(Box::new(journal::province_id.eq_any(elsewhere()).assume_not_null().and(own()))));
    all.push(Some(Box::new(journal::province_id.eq_any(elsewhere()).assume_not_null().and(others()).and(journal::record_id.eq_any(related())))));
    all
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
