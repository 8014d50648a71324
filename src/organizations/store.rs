use super::model::{Organization, OrganizationFilter, OrganizationSort};
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend, beginning},
    error::{Error, Result},
    id::Id,
    keyset,
    page::{Page, Paging},
    schema::{organization_aliases, organization_successions, organizations},
    text,
};
use diesel::prelude::*;
use std::collections::HashMap;

/// Names around an organisation: aliases, predecessors, successors.
#[derive(Debug, Clone, Default)]
pub struct Around {
    pub aliases: Vec<String>,
    pub predecessors: Vec<Id>,
    pub successors: Vec<Id>,
}

pub fn find(conn: &mut Conn, id: Id) -> Result<Organization> {
    organizations::table.find(id).select(Organization::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Organization>> {
    Ok(organizations::table.filter(organizations::id.eq_any(ids.to_vec())).select(Organization::as_select()).load(conn)?)
}

/// All organisations of a province that exist on a day.
pub fn of_province(conn: &mut Conn, province: Id) -> Result<Vec<Organization>> {
    Ok(organizations::table.filter(organizations::province_id.eq(province)).order(organizations::id).select(Organization::as_select()).load(conn)?)
}

pub fn by_seed_key(conn: &mut Conn, province: Id, key: &str) -> Result<Option<Organization>> {
    Ok(organizations::table
        .filter(organizations::province_id.eq(province))
        .filter(organizations::seed_key.eq(key))
        .select(Organization::as_select())
        .first(conn)
        .optional()?)
}

/// Units directly below.
pub fn units(conn: &mut Conn, parent: Id) -> Result<Vec<Id>> {
    Ok(organizations::table.filter(organizations::parent_id.eq(parent)).order(organizations::id).select(organizations::id).load(conn)?)
}

pub fn around(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, Around>> {
    let mut all: HashMap<Id, Around> = HashMap::new();
    let aliases: Vec<(Id, String)> = organization_aliases::table
        .filter(organization_aliases::organization_id.eq_any(ids.to_vec()))
        .order(organization_aliases::id)
        .select((organization_aliases::organization_id, organization_aliases::alias))
        .load(conn)?;
    for (id, alias) in aliases {
        all.entry(id).or_default().aliases.push(alias);
    }
    let lines: Vec<(Id, Id)> = organization_successions::table
        .filter(organization_successions::predecessor_id.eq_any(ids.to_vec()).or(organization_successions::successor_id.eq_any(ids.to_vec())))
        .order(organization_successions::id)
        .select((organization_successions::predecessor_id, organization_successions::successor_id))
        .load(conn)?;
    for (before, after) in lines {
        all.entry(before).or_default().successors.push(after);
        all.entry(after).or_default().predecessors.push(before);
    }
    Ok(all)
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &OrganizationFilter, paging: &Paging) -> Result<Page<Organization>> {
    let query = || {
        let mut query = organizations::table.into_boxed::<MultiBackend>();
        // Everyone sees the organisations of the own province; a system administrator (no province) sees all.
        if scope.organization.is_some() {
            query = query.filter(organizations::province_id.eq_any(scope.provinces.clone()));
        }
        query = filter.by.narrow(query);
        if let Some(day) = filter.valid_on {
            query = query
                .filter(organizations::valid_from.is_null().or(organizations::valid_from.le(day)))
                .filter(organizations::valid_to.is_null().or(organizations::valid_to.ge(day)));
        }
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            query = query.filter(organizations::name_fold.like(pattern).escape('\\'));
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Organization::as_select()));
    let page = match filter.sort.unwrap_or_default() {
        OrganizationSort::Name => {
            let rows = keyset!(rows, paging, "name", beginning(organizations::name_fold) => String, organizations::id, asc).load(conn)?;
            Page::of(rows, limit, "name", |o: &Organization| (text::beginning(&o.name_fold), o.id))?
        }
        OrganizationSort::Newest => {
            let rows = keyset!(rows, paging, "-created_at", organizations::created_at => crate::time::Stamp, organizations::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", |o: &Organization| (o.created_at, o.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, organization: &Organization) -> Result<()> {
    diesel::insert_into(organizations::table).values(organization).execute(conn)?;
    Ok(())
}

pub fn replace_aliases(conn: &mut Conn, organization: Id, aliases: &[String]) -> Result<()> {
    diesel::delete(organization_aliases::table.filter(organization_aliases::organization_id.eq(organization))).execute(conn)?;
    let mut seen = Vec::new();
    for alias in aliases {
        let fold = text::fold(alias);
        if seen.contains(&fold) {
            continue;
        }
        diesel::insert_into(organization_aliases::table)
            .values((
                organization_aliases::id.eq(Id::fresh()),
                organization_aliases::organization_id.eq(organization),
                organization_aliases::alias.eq(alias),
                organization_aliases::alias_fold.eq(&fold),
            ))
            .execute(conn)?;
        seen.push(fold);
    }
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `updated` carries the next version.
pub fn update(conn: &mut Conn, before: &Organization, updated: &Organization) -> Result<()> {
    let moved = diesel::update(organizations::table.find(before.id).filter(organizations::version.eq(before.version)))
        .set((
            organizations::parent_id.eq(updated.parent_id),
            organizations::electronic_identifier.eq(&updated.electronic_identifier),
            organizations::name.eq(&updated.name),
            organizations::name_en.eq(&updated.name_en),
            organizations::short_name.eq(&updated.short_name),
            organizations::name_fold.eq(&updated.name_fold),
            organizations::state.eq(updated.state),
            organizations::valid_to.eq(updated.valid_to),
            organizations::archived_at.eq(updated.archived_at),
            organizations::version.eq(updated.version),
            organizations::updated_at.eq(updated.updated_at),
            organizations::updated_by.eq(updated.updated_by),
        ))
        .execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

pub fn remove(conn: &mut Conn, organization: &Organization) -> Result<()> {
    diesel::delete(organization_aliases::table.filter(organization_aliases::organization_id.eq(organization.id))).execute(conn)?;
    diesel::delete(organizations::table.find(organization.id)).execute(conn)?;
    Ok(())
}

/// Notes that one organisation takes over from another.
pub fn add_succession(conn: &mut Conn, predecessor: Id, successor: Id, on: chrono::NaiveDate, basis: &str) -> Result<()> {
    diesel::insert_into(organization_successions::table)
        .values((
            organization_successions::id.eq(Id::fresh()),
            organization_successions::predecessor_id.eq(predecessor),
            organization_successions::successor_id.eq(successor),
            organization_successions::effective_on.eq(on),
            organization_successions::kind.eq("merger"),
            organization_successions::basis.eq(basis),
        ))
        .execute(conn)?;
    Ok(())
}
