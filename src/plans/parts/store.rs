use super::model::{Part, PartFilter, PartSort, PartState, TaskRole};
use crate::{
    authz::{Actor, Scope},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    keyset,
    page::{Page, Paging},
    plans::tasks,
    schema::{access, task_parts as parts, tasks as task_table},
};
use chrono::NaiveDate;
use diesel::prelude::*;

pub fn find(conn: &mut Conn, id: Id) -> Result<Part> {
    parts::table.find(id).select(Part::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn of_occurrence(conn: &mut Conn, occurrence: Id) -> Result<Vec<Part>> {
    Ok(parts::table.filter(parts::occurrence_id.eq(occurrence)).order(parts::id).select(Part::as_select()).load(conn)?)
}

/// Of occurrences the parts that decide whether an organisation answers for them: its own, and those that lead.
pub fn deciding(conn: &mut Conn, occurrences: &[Id], organization: Option<Id>) -> Result<Vec<Part>> {
    let own = parts::organization_id.nullable().eq(organization).assume_not_null();
    let of_them = parts::table.filter(parts::occurrence_id.eq_any(occurrences.to_vec()));
    Ok(of_them.filter(own.or(parts::role.eq(TaskRole::Lead))).select(Part::as_select()).load(conn)?)
}

/// Parts exist only where a plan has been in force, so whoever oversees the province sees all of them; others those of the
/// tasks to which they are related.
pub fn list(conn: &mut Conn, actor: &Actor, scope: &Scope, filter: &PartFilter, paging: &Paging, today: NaiveDate) -> Result<Page<Part>> {
    let organization = actor.organization.unwrap_or(actor.user);
    let query = || {
        let mut query = parts::table.into_boxed::<MultiBackend>();
        let related = access::table.filter(access::organization_id.eq(organization)).filter(access::kind.eq(tasks::model::KIND)).select(access::record_id);
        query = match scope.audience {
            Some(_) => query.filter(parts::province_id.eq_any(scope.provinces.clone()).or(parts::task_id.eq_any(related))),
            None => query.filter(parts::task_id.eq_any(related)),
        };
        query = filter.by.narrow(query);
        match filter.overdue {
            Some(true) => query = query.filter(parts::state.eq(PartState::Assigned)).filter(parts::due_sort.lt(today)),
            Some(false) => query = query.filter(parts::state.ne(PartState::Assigned).or(parts::due_sort.ge(today))),
            None => {}
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Part::as_select()));
    let page = match filter.sort.unwrap_or_default() {
        PartSort::Newest => {
            let rows = keyset!(rows, paging, "-created_at", parts::id => Id, parts::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", |p: &Part| (p.id, p.id))?
        }
        PartSort::Due => {
            let rows = keyset!(rows, paging, "due_on", parts::due_sort => NaiveDate, parts::id, asc).load(conn)?;
            Page::of(rows, limit, "due_on", |p: &Part| (p.due_sort, p.id))?
        }
        PartSort::DueLast => {
            let rows = keyset!(rows, paging, "-due_on", parts::due_sort => NaiveDate, parts::id, desc).load(conn)?;
            Page::of(rows, limit, "-due_on", |p: &Part| (p.due_sort, p.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, part: &Part) -> Result<()> {
    diesel::insert_into(parts::table).values(part).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Part, after: &Part) -> Result<()> {
    let moved = diesel::update(parts::table.find(before.id).filter(parts::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// Freezes on-time of accepted parts, with the occurrence's decision: one statement however many they are.
pub fn freeze(conn: &mut Conn, ids: &[Id], on_time: bool, now: crate::time::Stamp, by: Id) -> Result<()> {
    if !ids.is_empty() {
        diesel::update(parts::table.filter(parts::id.eq_any(ids.to_vec())))
            .set((parts::on_time.eq(on_time), parts::version.eq(parts::version + 1), parts::updated_at.eq(now), parts::updated_by.eq(by)))
            .execute(conn)?;
    }
    Ok(())
}

/// What is still owed of these occurrences.
pub fn open_in(conn: &mut Conn, occurrences: &[Id]) -> Result<Vec<Part>> {
    let query = parts::table.filter(parts::occurrence_id.eq_any(occurrences.to_vec())).filter(parts::state.eq(PartState::Assigned));
    Ok(query.order(parts::id).select(Part::as_select()).load(conn)?)
}

/// Moves the last day in force of these parts.
pub fn follow(conn: &mut Conn, ids: &[Id], due_sort: NaiveDate, now: crate::time::Stamp, by: Id) -> Result<()> {
    diesel::update(parts::table.filter(parts::id.eq_any(ids.to_vec())))
        .set((parts::due_sort.eq(due_sort), parts::version.eq(parts::version + 1), parts::updated_at.eq(now), parts::updated_by.eq(by)))
        .execute(conn)?;
    Ok(())
}

/// Waives what is still owed of occurrences that come to nothing.
pub fn waive_open(conn: &mut Conn, occurrences: &[Id], reason: &str, now: crate::time::Stamp, by: Id) -> Result<()> {
    diesel::update(parts::table.filter(parts::occurrence_id.eq_any(occurrences.to_vec())).filter(parts::state.eq(PartState::Assigned)))
        .set((
            parts::state.eq(PartState::Waived),
            parts::reason.eq(reason),
            parts::version.eq(parts::version + 1),
            parts::updated_at.eq(now),
            parts::updated_by.eq(by),
        ))
        .execute(conn)?;
    Ok(())
}

/// Tasks of a plan that an organisation handles a part of as a unit, or through which they are given.
pub fn tasks_with(conn: &mut Conn, plan: Id, organization: Id) -> Result<Vec<Id>> {
    let mut all: Vec<Id> = parts::table.filter(parts::plan_id.eq(plan)).filter(parts::unit_id.eq(organization)).select(parts::task_id).distinct().load(conn)?;
    let through = task_table::table.filter(task_table::plan_id.eq(plan)).filter(task_table::through_id.eq(organization)).select(task_table::id);
    all.extend(through.load::<Id>(conn)?);
    Ok(all)
}

/// Open parts of an agency, for the merger.
pub fn open_of(conn: &mut Conn, organization: Id) -> Result<Vec<Part>> {
    Ok(parts::table
        .filter(parts::organization_id.eq(organization))
        .filter(parts::state.eq(PartState::Assigned))
        .order(parts::id)
        .select(Part::as_select())
        .load(conn)?)
}
