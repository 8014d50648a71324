use super::model::{KIND, Plan, PlanFilter};
use crate::{
    authz::{self, Actor, Relations, Scope, Standing},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    insert_all, keyset,
    page::{Page, Paging},
    schema::{access, plans},
    text,
};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A plan with the relations of the caller's organisation to it: one statement.
pub fn find_as(conn: &mut Conn, actor: &Actor, id: Id) -> Result<(Plan, Standing)> {
    let organization = actor.organization.unwrap_or(actor.user);
    let (plan, held): (Plan, Option<i32>) = plans::table
        .left_join(access::table.on(access::record_id.eq(plans::id).and(access::kind.eq(KIND)).and(access::organization_id.eq(organization))))
        .filter(plans::id.eq(id))
        .select((Plan::as_select(), access::relations.nullable()))
        .first(conn)
        .optional()?
        .ok_or_else(Error::not_found)?;
    let standing = standing(actor, plan.province_id, plan.audience, held);
    Ok((plan, standing))
}

/// How a caller stands to a record whose access row has been read with it.
pub fn standing(actor: &Actor, province: Id, audience: i32, held: Option<i32>) -> Standing {
    let audience = match audience {
        2 => authz::Audience::Province,
        1 => authz::Audience::Overseers,
        _ => authz::Audience::Related,
    };
    Standing { relations: Relations(held.unwrap_or(0)), audience, same_province: actor.provinces.contains(&province) }
}

pub fn find(conn: &mut Conn, id: Id) -> Result<Plan> {
    plans::table.find(id).select(Plan::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Plan>> {
    Ok(plans::table.filter(plans::id.eq_any(ids.to_vec())).order(plans::id).select(Plan::as_select()).load(conn)?)
}

pub fn of_document(conn: &mut Conn, document: Id) -> Result<Vec<Plan>> {
    Ok(plans::table.filter(plans::document_id.eq(document)).order(plans::id).select(Plan::as_select()).load(conn)?)
}

pub fn by_seed_key(conn: &mut Conn, province: Id, key: &str) -> Result<Option<Plan>> {
    Ok(plans::table.filter(plans::province_id.eq(province)).filter(plans::seed_key.eq(key)).select(Plan::as_select()).first(conn).optional()?)
}

pub fn owned_by(conn: &mut Conn, organization: Id) -> Result<Vec<Plan>> {
    Ok(plans::table.filter(plans::owner_id.eq(organization)).order(plans::id).select(Plan::as_select()).load(conn)?)
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, actor: &Actor, scope: &Scope, filter: &PlanFilter, paging: &Paging) -> Result<Page<(Plan, Standing)>> {
    let organization = actor.organization.unwrap_or(actor.user);
    let (provinces, audience) = (scope.provinces.clone(), scope.audience.map_or(i32::MAX, |a| a as i32));
    let query = || {
        let open = plans::province_id.eq_any(provinces.clone()).and(plans::audience.ge(audience));
        let mut query = plans::table
            .left_join(access::table.on(access::record_id.eq(plans::id).and(access::kind.eq(KIND)).and(access::organization_id.eq(organization))))
            .filter(open.nullable().or(access::relations.nullable().gt(0)))
            .into_boxed::<MultiBackend>();
        if let Some(state) = filter.state {
            query = query.filter(plans::state.eq(state));
        }
        if let Some(owner) = filter.owner_id {
            query = query.filter(plans::owner_id.eq(owner));
        }
        if let Some(document) = filter.document_id {
            query = query.filter(plans::document_id.eq(document));
        }
        if let Some(code) = &filter.code {
            query = query.filter(plans::code.eq(code.clone()));
        }
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            query = query.filter(plans::title_fold.like(pattern(&term)).escape('\\'));
        }
        query
    };
    let rows = query().select((Plan::as_select(), access::relations.nullable()));
    let rows: Vec<(Plan, Option<i32>)> = keyset!(rows, paging, "-created_at", plans::id => Id, plans::id, desc).load(conn)?;
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    let page = Page::of(rows, paging.limit(), "-created_at", |(p, _): &(Plan, _)| (p.id, p.id))?;
    Ok(page
        .map(|(plan, held)| {
            let standing = standing(actor, plan.province_id, plan.audience, held);
            (plan, standing)
        })
        .counted(total))
}

/// A LIKE pattern that finds a folded word anywhere.
pub fn pattern(term: &str) -> String {
    format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

pub fn insert(conn: &mut Conn, plan: &Plan) -> Result<()> {
    diesel::insert_into(plans::table).values(plan).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Plan, after: &Plan) -> Result<()> {
    let moved = diesel::update(plans::table.find(before.id).filter(plans::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

pub fn remove(conn: &mut Conn, id: Id) -> Result<()> {
    diesel::delete(access::table.filter(access::record_id.eq(id)).filter(access::kind.eq(KIND))).execute(conn)?;
    diesel::delete(plans::table.find(id)).execute(conn)?;
    Ok(())
}

/// Relations to be written together: (organisation, kind, record) → bits.
#[derive(Debug, Default)]
pub struct Grants(BTreeMap<(Id, &'static str, Id), i32>);

#[derive(Insertable)]
#[diesel(table_name = access)]
struct AccessRow {
    organization_id: Id,
    kind: String,
    record_id: Id,
    relations: i32,
}

impl Grants {
    /// Adds relations to what there is to write.
    pub fn add(&mut self, organization: Id, kind: &'static str, record: Id, relations: Relations) {
        *self.0.entry((organization, kind, record)).or_default() |= relations.0;
    }
    /// Writes them in few statements: most of the rows are new when a plan becomes active.
    pub fn write(self, conn: &mut Conn) -> Result<()> {
        let mut records: Vec<Id> = self.0.keys().map(|(_, _, record)| *record).collect();
        records.sort_unstable();
        records.dedup();
        let mut held: BTreeMap<(Id, String, Id), i32> = BTreeMap::new();
        for some in records.chunks(200) {
            let rows: Vec<(Id, String, Id, i32)> = access::table.filter(access::record_id.eq_any(some.to_vec())).load(conn)?;
            held.extend(rows.into_iter().map(|(o, k, r, bits)| ((o, k, r), bits)));
        }
        let mut fresh = Vec::new();
        for ((organization, kind, record), bits) in self.0 {
            match held.get(&(organization, kind.to_owned(), record)) {
                None => fresh.push(AccessRow { organization_id: organization, kind: kind.to_owned(), record_id: record, relations: bits }),
                Some(old) if old & bits == bits => {}
                Some(_) => authz::relate(conn, kind, record, organization, Relations(bits))?,
            }
        }
        insert_all!(conn, access::table, &fresh)
    }
}

/// Records of these kinds to which an organisation is related, and how.
pub fn relations_of(conn: &mut Conn, organization: Id, kinds: &[&'static str]) -> Result<Vec<(&'static str, Id, Relations)>> {
    let rows: Vec<(String, Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq_any(kinds.to_vec()))
        .order((access::kind, access::record_id))
        .select((access::kind, access::record_id, access::relations))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(kind, record, held)| Some((*kinds.iter().find(|k| **k == kind)?, record, Relations(held)))).collect())
}
