use super::model::{Occurrence, OccurrenceView, TaskState};
use crate::{
    authz::{Actor, Standing},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    id::Id,
    insert_all,
    page::{NewestFirst, Page, Paging, Sort},
    plans::{parts::model::Part, tasks},
    schema::{task_occurrences as occurrences, task_parts},
    sorted,
};
use diesel::prelude::*;

pub fn find(conn: &mut Conn, id: Id) -> Result<Occurrence> {
    occurrences::table.find(id).select(Occurrence::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// An occurrence with its task and how the caller stands to that.
pub fn find_as(conn: &mut Conn, actor: &Actor, id: Id) -> Result<(Occurrence, tasks::model::Task, Standing)> {
    let occurrence = find(conn, id)?;
    let (task, standing) = tasks::store::find_as(conn, actor, occurrence.task_id)?;
    Ok((occurrence, task, standing))
}

/// Occurrences of one task.
pub fn list(conn: &mut Conn, task: Id, by: &By<OccurrenceView>, sort: &Sort<NewestFirst>, paging: &Paging) -> Result<Page<Occurrence>> {
    let query = || by.narrow(occurrences::table.filter(occurrences::task_id.eq(task)).into_boxed::<MultiBackend>());
    let rows = query().select(Occurrence::as_select());
    let page = sorted!(conn, rows, paging, sort, occurrences::id => Id, occurrences::id, |o: &Occurrence| (o.id, o.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

/// The periods of these tasks that have been opened.
pub fn opened(conn: &mut Conn, tasks: &[Id]) -> Result<Vec<(Id, Option<String>)>> {
    Ok(occurrences::table.filter(occurrences::task_id.eq_any(tasks.to_vec())).select((occurrences::task_id, occurrences::period)).load(conn)?)
}

/// Occurrences of a plan on which something may still happen.
pub fn unended(conn: &mut Conn, plan: Id) -> Result<Vec<Occurrence>> {
    Ok(occurrences::table
        .filter(occurrences::plan_id.eq(plan))
        .filter(occurrences::state.ne_all(TaskState::ENDED))
        .order(occurrences::id)
        .select(Occurrence::as_select())
        .load(conn)?)
}

/// The same of some tasks.
pub fn unended_of(conn: &mut Conn, tasks: &[Id]) -> Result<Vec<Occurrence>> {
    Ok(occurrences::table
        .filter(occurrences::task_id.eq_any(tasks.to_vec()))
        .filter(occurrences::state.ne_all(TaskState::ENDED))
        .order(occurrences::id)
        .select(Occurrence::as_select())
        .load(conn)?)
}

pub fn insert(conn: &mut Conn, fresh: &[Occurrence], parts: &[Part]) -> Result<()> {
    insert_all!(conn, occurrences::table, fresh)?;
    insert_all!(conn, task_parts::table, parts)
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Occurrence, after: &Occurrence) -> Result<()> {
    let moved = diesel::update(occurrences::table.find(before.id).filter(occurrences::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// The percentage that the last progress entry names.
pub fn set_percent(conn: &mut Conn, occurrence: Id, percent: i32) -> Result<()> {
    diesel::update(occurrences::table.find(occurrence)).set(occurrences::percent.eq(percent)).execute(conn)?;
    Ok(())
}
