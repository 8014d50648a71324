use super::model::{KIND, Task, TaskFilter, TaskSort};
use crate::{
    authz::{Actor, Audience, Relations, Scope, Standing},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    keyset,
    page::{Page, Paging},
    plans::{
        model::NEVER,
        occurrences::model::{Occurrence, TaskState},
        parts::model::Part,
        store::{pattern, standing},
    },
    schema::{access, task_occurrences, task_parts, tasks},
    text,
};
use chrono::NaiveDate;
use diesel::{
    dsl::{exists, sql},
    prelude::*,
    sql_types::Bool,
};
use std::collections::HashMap;

/// A task with the relations of the caller's organisation to it: one statement.
pub fn find_as(conn: &mut Conn, actor: &Actor, id: Id) -> Result<(Task, Standing)> {
    let (task, _, standing) = find_whole(conn, actor, id)?;
    Ok((task, standing))
}

/// A task, the occurrence whose state it shows, and the relations of the caller's organisation: one statement.
pub fn find_whole(conn: &mut Conn, actor: &Actor, id: Id) -> Result<(Task, Option<Occurrence>, Standing)> {
    let organization = actor.organization.unwrap_or(actor.user);
    let (task, occurrence, held): (Task, Option<Occurrence>, Option<i32>) = tasks::table
        .left_join(task_occurrences::table.on(tasks::occurrence_id.eq(task_occurrences::id.nullable())))
        .left_join(access::table.on(access::record_id.eq(tasks::id).and(access::kind.eq(KIND)).and(access::organization_id.eq(organization))))
        .filter(tasks::id.eq(id))
        .select((Task::as_select(), Option::<Occurrence>::as_select(), access::relations.nullable()))
        .first(conn)
        .optional()?
        .ok_or_else(Error::not_found)?;
    let standing = standing(actor, task.province_id, task.audience, held);
    Ok((task, occurrence, standing))
}

pub fn find(conn: &mut Conn, id: Id) -> Result<Task> {
    tasks::table.find(id).select(Task::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Task>> {
    Ok(tasks::table.filter(tasks::id.eq_any(ids.to_vec())).order(tasks::id).select(Task::as_select()).load(conn)?)
}

/// Tasks with the relations of the caller's organisation to them: one statement.
pub fn find_many_as(conn: &mut Conn, actor: &Actor, ids: &[Id]) -> Result<Vec<(Task, Standing)>> {
    let organization = actor.organization.unwrap_or(actor.user);
    let rows: Vec<(Task, Option<i32>)> = tasks::table
        .left_join(access::table.on(access::record_id.eq(tasks::id).and(access::kind.eq(KIND)).and(access::organization_id.eq(organization))))
        .filter(tasks::id.eq_any(ids.to_vec()))
        .select((Task::as_select(), access::relations.nullable()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(task, held)| {
            let standing = standing(actor, task.province_id, task.audience, held);
            (task, standing)
        })
        .collect())
}

pub fn of_plan(conn: &mut Conn, plan: Id) -> Result<Vec<Task>> {
    Ok(tasks::table.filter(tasks::plan_id.eq(plan)).order(tasks::id).select(Task::as_select()).load(conn)?)
}

pub fn by_seed_key(conn: &mut Conn, plan: Id, key: &str) -> Result<Option<Task>> {
    Ok(tasks::table.filter(tasks::plan_id.eq(plan)).filter(tasks::seed_key.eq(key)).select(Task::as_select()).first(conn).optional()?)
}

pub fn parts_of_occurrences(conn: &mut Conn, occurrences: &[Id]) -> Result<Vec<Part>> {
    Ok(task_parts::table
        .filter(task_parts::occurrence_id.eq_any(occurrences.to_vec()))
        .order((task_parts::occurrence_id, task_parts::id))
        .select(Part::as_select())
        .load(conn)?)
}

/// Recurring tasks of plans in force of which an occurrence is to open by a day.
pub fn to_open(conn: &mut Conn, today: NaiveDate, limit: i64) -> Result<Vec<Task>> {
    Ok(tasks::table.filter(tasks::opens_on.le(today)).order((tasks::opens_on, tasks::id)).limit(limit).select(Task::as_select()).load(conn)?)
}

/// Only what the caller may see: the scope is part of the query. Who oversees the province reads one index in the order of
/// the list, and beside it the few drafts of the own organisation; an ordinary agency begins at the access table. Never
/// both in one WHERE, and never a join that may find nothing: either makes the database read every row.
pub fn list(conn: &mut Conn, actor: &Actor, scope: &Scope, filter: &TaskFilter, paging: &Paging, today: NaiveDate) -> Result<Page<(Task, Standing)>> {
    let organization = actor.organization.unwrap_or(actor.user);
    let holder = filter.organization_id.or(actor.organization.filter(|_| filter.role.is_some()));
    // One text for two types of query: tasks alone, and tasks that are reached from the access table.
    macro_rules! filtered {
        ($query:expr) => {{
            let mut query = $query;
            if let Some(plan) = filter.plan_id {
                query = query.filter(tasks::plan_id.eq(plan));
            }
            if let Some(parent) = filter.parent_id {
                query = query.filter(tasks::parent_id.eq(parent));
            }
            if let Some(holder) = holder {
                let held = task_parts::table.filter(task_parts::organization_id.eq(holder));
                query = match filter.role {
                    Some(role) => query.filter(tasks::id.eq_any(held.filter(task_parts::role.eq(role)).select(task_parts::task_id))),
                    None => query.filter(tasks::id.eq_any(held.select(task_parts::task_id))),
                };
            }
            if let Some(state) = filter.state {
                query = query.filter(tasks::state.eq(state));
            }
            if let Some(form) = filter.form {
                query = query.filter(tasks::form.eq(form));
            }
            if let Some(cadence) = filter.cadence {
                query = query.filter(tasks::cadence.eq(cadence));
            }
            if let Some(code) = &filter.code {
                query = query.filter(tasks::code.eq(code.clone()));
            }
            if let Some(day) = filter.due_from {
                query = query.filter(tasks::due_on.ge(day));
            }
            if let Some(day) = filter.due_to {
                query = query.filter(tasks::due_on.le(day));
            }
            // The same as `Task::is_open` and a last day that has passed.
            match filter.overdue {
                Some(true) => {
                    query = query.filter(tasks::due_sort.lt(today)).filter(tasks::state.is_null().or(tasks::state.eq_any(TaskState::OPEN)));
                }
                Some(false) => {
                    query = query.filter(tasks::due_sort.ge(today).or(tasks::state.is_not_null().and(tasks::state.ne_all(TaskState::OPEN)).assume_not_null()));
                }
                None => {}
            }
            for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
                query = query.filter(tasks::content_fold.like(pattern(&term)).escape('\\'));
            }
            query
        }};
    }
    let open = || {
        let query = tasks::table.filter(tasks::audience.eq(Audience::Overseers as i32)).into_boxed::<MultiBackend>();
        filtered!(match scope.provinces.as_slice() {
            [only] => query.filter(tasks::province_id.eq(*only)),
            all => query.filter(tasks::province_id.eq_any(all.to_vec())),
        })
    };
    let drafts = || {
        let own = access::table
            .filter(access::organization_id.eq(organization))
            .filter(access::kind.eq(KIND))
            .filter(access::record_id.eq(tasks::id))
            .filter(access::relations.gt(0));
        // The number is written out and not bound: only so is the index of the drafts used.
        filtered!(tasks::table.filter(sql::<Bool>("tasks.audience = 0")).filter(exists(own)).into_boxed::<MultiBackend>())
    };
    let related = || {
        filtered!(
            access::table
                .inner_join(tasks::table.on(access::record_id.eq(tasks::id)))
                .filter(access::organization_id.eq(organization))
                .filter(access::kind.eq(KIND))
                .filter(access::relations.gt(0))
                .into_boxed::<MultiBackend>()
        )
    };
    let sort = filter.sort.unwrap_or_default();
    let word = match sort {
        TaskSort::Newest => "-created_at",
        TaskSort::Due => "due_on",
        TaskSort::Code => "code",
    };
    let rows: Vec<(Task, i32)>;
    let mut total = None;
    if scope.audience.is_some() {
        let mut all: Vec<Task> = Vec::new();
        for some in [open(), drafts()] {
            let some = some.select(Task::as_select());
            all.extend(match sort {
                // A task's id is in the order of creation.
                TaskSort::Newest => keyset!(some, paging, word, tasks::id => Id, tasks::id, desc).load(conn)?,
                TaskSort::Due => keyset!(some, paging, word, tasks::due_sort => NaiveDate, tasks::id, asc).load(conn)?,
                TaskSort::Code => keyset!(some, paging, word, tasks::code => String, tasks::id, asc).load(conn)?,
            });
        }
        if paging.count.is_some() {
            total = Some(open().count().get_result::<i64>(conn)? + drafts().count().get_result::<i64>(conn)?);
        }
        match sort {
            TaskSort::Newest => all.sort_by_key(|t| std::cmp::Reverse(t.id)),
            TaskSort::Due => all.sort_by_key(|t| (t.due_sort, t.id)),
            TaskSort::Code => all.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id))),
        }
        all.truncate(usize::try_from(paging.limit()).unwrap_or(usize::MAX).saturating_add(1));
        let held = relations_to(conn, organization, &all)?;
        rows = all.into_iter().map(|task| (held.get(&task.id).copied().unwrap_or(0), task)).map(|(held, task)| (task, held)).collect();
    } else {
        let some = related().select((Task::as_select(), access::relations));
        rows = match sort {
            // And so is the key of the access table.
            TaskSort::Newest => keyset!(some, paging, word, access::record_id => Id, access::record_id, desc).load(conn)?,
            TaskSort::Due => keyset!(some, paging, word, tasks::due_sort => NaiveDate, tasks::id, asc).load(conn)?,
            TaskSort::Code => keyset!(some, paging, word, tasks::code => String, tasks::id, asc).load(conn)?,
        };
        if paging.count.is_some() {
            total = Some(related().count().get_result(conn)?);
        }
    }
    let limit = paging.limit();
    let page = match sort {
        TaskSort::Newest => Page::of(rows, limit, word, |(t, _): &(Task, _)| (t.id, t.id))?,
        TaskSort::Due => Page::of(rows, limit, word, |(t, _): &(Task, _)| (t.due_sort, t.id))?,
        TaskSort::Code => Page::of(rows, limit, word, |(t, _): &(Task, _)| (t.code.clone(), t.id))?,
    };
    Ok(page
        .map(|(task, held)| {
            let standing = standing(actor, task.province_id, task.audience, Some(held));
            (task, standing)
        })
        .counted(total))
}

/// The relations of an organisation to the tasks of one page.
fn relations_to(conn: &mut Conn, organization: Id, page: &[Task]) -> Result<HashMap<Id, i32>> {
    let ids: Vec<Id> = page.iter().map(|t| t.id).collect();
    let rows: Vec<(Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(KIND))
        .filter(access::record_id.eq_any(ids))
        .select((access::record_id, access::relations))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

pub fn insert(conn: &mut Conn, task: &Task) -> Result<()> {
    diesel::insert_into(tasks::table).values(task).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Task, after: &Task) -> Result<()> {
    let moved = diesel::update(tasks::table.find(before.id).filter(tasks::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// Repeats on a recurring task the due date of its earliest open occurrence; its version is left alone (RULES 20).
pub fn repeat_earliest(conn: &mut Conn, task: Id) -> Result<()> {
    let earliest: Option<(Id, Option<NaiveDate>, NaiveDate)> = task_occurrences::table
        .filter(task_occurrences::task_id.eq(task))
        .filter(task_occurrences::state.ne_all(TaskState::ENDED))
        .order((task_occurrences::due_sort, task_occurrences::id))
        .select((task_occurrences::id, task_occurrences::due_on, task_occurrences::due_sort))
        .first(conn)
        .optional()?;
    match earliest {
        Some((id, due, sort)) => {
            diesel::update(tasks::table.find(task)).set((tasks::occurrence_id.eq(id), tasks::due_on.eq(due), tasks::due_sort.eq(sort))).execute(conn)?
        }
        None => diesel::update(tasks::table.find(task)).set((tasks::due_on.eq(None::<NaiveDate>), tasks::due_sort.eq(NEVER))).execute(conn)?,
    };
    Ok(())
}

/// Says when the next occurrence of a recurring task is to open.
pub fn set_opening(conn: &mut Conn, task: Id, opens_on: Option<NaiveDate>) -> Result<()> {
    diesel::update(tasks::table.find(task)).set(tasks::opens_on.eq(opens_on)).execute(conn)?;
    Ok(())
}

pub fn remove(conn: &mut Conn, ids: &[Id]) -> Result<()> {
    diesel::delete(access::table.filter(access::record_id.eq_any(ids.to_vec())).filter(access::kind.eq(KIND))).execute(conn)?;
    diesel::delete(tasks::table.filter(tasks::id.eq_any(ids.to_vec()))).execute(conn)?;
    Ok(())
}

pub fn has_children(conn: &mut Conn, task: Id) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(tasks::table.filter(tasks::parent_id.eq(task)))).get_result(conn)?)
}

/// Tasks to which an organisation is related in one of these ways.
pub fn related_to(conn: &mut Conn, organization: Id, relations: Relations) -> Result<Vec<Task>> {
    let rows: Vec<(Task, i32)> = access::table
        .inner_join(tasks::table.on(access::record_id.eq(tasks::id)))
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(KIND))
        .order(tasks::id)
        .select((Task::as_select(), access::relations))
        .load(conn)?;
    Ok(rows.into_iter().filter(|(_, held)| Relations(*held).any(relations)).map(|(t, _)| t).collect())
}
