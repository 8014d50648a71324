use super::model::{KIND, Plan, PlanFilter, PlanSort};
use crate::{
    authz::{self, Actor, Audience, Relations, Scope, Standing},
    db::{Conn, MultiBackend, beginning},
    error::{Error, Result},
    id::Id,
    insert_all, keyset,
    page::{Page, Paging},
    schema::{access, plans, tasks},
    text,
};
use chrono::NaiveDate;
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

/// The record with this code.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Id>> {
    Ok(plans::table.filter(plans::code.eq(code)).select(plans::id).first(conn).optional()?)
}

/// The task with this code.
pub fn task_by_code(conn: &mut Conn, code: &str) -> Result<Option<Id>> {
    Ok(tasks::table.filter(tasks::code.eq(code)).select(tasks::id).first(conn).optional()?)
}

pub fn by_seed_key(conn: &mut Conn, province: Id, key: &str) -> Result<Option<Plan>> {
    Ok(plans::table.filter(plans::province_id.eq(province)).filter(plans::seed_key.eq(key)).select(Plan::as_select()).first(conn).optional()?)
}

pub fn owned_by(conn: &mut Conn, organization: Id) -> Result<Vec<Plan>> {
    Ok(plans::table.filter(plans::owner_id.eq(organization)).order(plans::id).select(Plan::as_select()).load(conn)?)
}

/// Plans that are or have been in force: one, or all of these provinces.
pub fn followed(conn: &mut Conn, provinces: &[Id], only: Option<Id>) -> Result<Vec<Plan>> {
    let query = plans::table.filter(plans::audience.ge(Audience::Overseers as i32)).order(plans::id).select(Plan::as_select());
    Ok(match only {
        Some(id) => query.filter(plans::id.eq(id)).load(conn)?,
        None => query.filter(plans::province_id.eq_any(provinces.to_vec())).load(conn)?,
    })
}

/// Tasks of these plans that are or have been in force, each with its plan.
pub fn tasks_in_force(conn: &mut Conn, plans: &[Id]) -> Result<Vec<(Id, Id)>> {
    let query = tasks::table.filter(tasks::plan_id.eq_any(plans.to_vec())).filter(tasks::audience.ge(Audience::Overseers as i32));
    Ok(query.order(tasks::id).select((tasks::id, tasks::plan_id)).load(conn)?)
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
        query = filter.by.narrow(query);
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            query = query.filter(plans::title_fold.like(pattern(&term)).escape('\\'));
        }
        query
    };
    let rows = query().select((Plan::as_select(), access::relations.nullable()));
    let limit = paging.limit();
    type Row = (Plan, Option<i32>);
    let page = match filter.sort.unwrap_or_default() {
        // A plan's id is in the order of creation.
        PlanSort::Newest => {
            let rows: Vec<Row> = keyset!(rows, paging, "-created_at", plans::id => Id, plans::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", |(p, _): &Row| (p.id, p.id))?
        }
        PlanSort::Oldest => {
            let rows: Vec<Row> = keyset!(rows, paging, "created_at", plans::id => Id, plans::id, asc).load(conn)?;
            Page::of(rows, limit, "created_at", |(p, _): &Row| (p.id, p.id))?
        }
        PlanSort::Code => {
            let rows: Vec<Row> = keyset!(rows, paging, "code", plans::code => String, plans::id, asc).load(conn)?;
            Page::of(rows, limit, "code", |(p, _): &Row| (p.code.clone(), p.id))?
        }
        PlanSort::Title => {
            let rows: Vec<Row> = keyset!(rows, paging, "title", beginning(plans::title_fold) => String, plans::id, asc).load(conn)?;
            Page::of(rows, limit, "title", |(p, _): &Row| (text::beginning(&p.title_fold), p.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
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

/// A row of the access table as it is stored: organisation, kind, record, relations, state, sort day.
type AccessLine = (Id, String, Id, i32, Option<String>, Option<NaiveDate>);

#[derive(Insertable)]
#[diesel(table_name = access)]
struct AccessRow {
    organization_id: Id,
    kind: String,
    record_id: Id,
    relations: i32,
    state: Option<String>,
    due_sort: Option<NaiveDate>,
}

/// What an access row says beside whose and which it is.
type Held = (i32, Option<String>, Option<NaiveDate>);

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
        // By record first, so that a new row finds those that there are.
        let mut held: BTreeMap<(Id, String), BTreeMap<Id, Held>> = BTreeMap::new();
        for some in records.chunks(200) {
            let rows: Vec<AccessLine> = access::table.filter(access::record_id.eq_any(some.to_vec())).load(conn)?;
            for (organization, kind, record, bits, state, due_sort) in rows {
                held.entry((record, kind)).or_default().insert(organization, (bits, state, due_sort));
            }
        }
        let mut fresh = Vec::new();
        for ((organization, kind, record), bits) in self.0 {
            let others = held.get(&(record, kind.to_owned()));
            match others.and_then(|rows| rows.get(&organization)) {
                None => {
                    let (_, state, due_sort) = others.and_then(|rows| rows.values().next()).cloned().unwrap_or_default();
                    fresh.push(AccessRow { organization_id: organization, kind: kind.to_owned(), record_id: record, relations: bits, state, due_sort });
                }
                Some((old, ..)) if old & bits == bits => {}
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
