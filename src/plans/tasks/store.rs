use super::model::{KIND, Task, TaskFilter, TaskSort};
use crate::{
    authz::{self, Actor, Audience, Relations, Scope, Standing},
    db::{self, Conn, MultiBackend, Register, Together, is_zero},
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
use diesel::{dsl::exists, prelude::*};

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
/// the list, and beside it, in the same statement, the few drafts of the own organisation; an ordinary agency reads one
/// range of the access table, which repeats state and due date. Never both in one WHERE, and never a join that may find
/// nothing: either makes the database read every row.
pub fn list(conn: &mut Conn, actor: &Actor, scope: &Scope, filter: &TaskFilter, paging: &Paging, today: NaiveDate) -> Result<Page<(Task, Standing)>> {
    let organization = actor.organization.unwrap_or(actor.user);
    let holder = filter.organization_id.or(actor.organization.filter(|_| filter.role.is_some()));
    let few = db::candidates(conn, Register::Tasks, filter.q.as_deref(), db::FEW)?;
    let sort = filter.sort.unwrap_or_default();
    let word = match sort {
        TaskSort::Newest => "-created_at",
        TaskSort::Oldest => "created_at",
        TaskSort::Due => "due_on",
        TaskSort::DueLast => "-due_on",
        TaskSort::Code => "code",
        TaskSort::CodeLast => "-code",
    };
    // One text for two types of query: tasks alone, and tasks that are reached from the access table.
    macro_rules! filtered {
        ($query:expr, $by:expr, $state:expr, $due:expr) => {{
            let mut query = $by.narrow($query);
            if let Some(holder) = holder {
                let held = task_parts::table.filter(task_parts::organization_id.eq(holder));
                query = match filter.role {
                    Some(role) => query.filter(tasks::id.eq_any(held.filter(task_parts::role.eq(role)).select(task_parts::task_id))),
                    None => query.filter(tasks::id.eq_any(held.select(task_parts::task_id))),
                };
            }
            // The same as `Task::is_open` and a last day that has passed.
            match filter.overdue {
                Some(true) => query = query.filter($due.lt(today)).filter($state.is_null().or($state.eq_any(TaskState::OPEN))),
                Some(false) => query = query.filter($due.ge(today).or($state.is_not_null().and($state.ne_all(TaskState::OPEN)).assume_not_null())),
                None => {}
            }
            for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
                // Added to nothing, the column is not looked up in its index: that was done above, where it pays.
                query = query.filter(tasks::content_fold.concat("").like(pattern(&term)).escape('\\'));
            }
            if let Some(few) = &few {
                query = query.filter(tasks::id.eq_any(few.clone()));
            }
            query
        }};
    }
    macro_rules! sorted {
        ($query:expr, $id:expr, $due:expr) => {{
            let query = $query;
            match sort {
                // A task's id is in the order of creation.
                TaskSort::Newest => keyset!(query, paging, word, $id => Id, $id, desc),
                TaskSort::Oldest => keyset!(query, paging, word, $id => Id, $id, asc),
                TaskSort::Due => keyset!(query, paging, word, $due => NaiveDate, $id, asc),
                TaskSort::DueLast => keyset!(query, paging, word, $due => NaiveDate, $id, desc),
                TaskSort::Code => keyset!(query, paging, word, tasks::code => String, $id, asc),
                TaskSort::CodeLast => keyset!(query, paging, word, tasks::code => String, $id, desc),
            }
        }};
    }
    let own = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(KIND))
        .filter(access::record_id.eq(tasks::id))
        .filter(access::relations.gt(0));
    let open = || {
        let query = tasks::table.filter(tasks::audience.eq(Audience::Overseers as i32)).into_boxed::<MultiBackend>();
        let query = match scope.provinces.as_slice() {
            [only] => query.filter(tasks::province_id.eq(*only)),
            all => query.filter(tasks::province_id.eq_any(all.to_vec())),
        };
        filtered!(query, filter.by, tasks::state, tasks::due_sort)
    };
    let drafts = || {
        let query = tasks::table.filter(is_zero(tasks::audience)).filter(exists(own)).into_boxed::<MultiBackend>();
        filtered!(query, filter.by, tasks::state, tasks::due_sort)
    };
    // The state is repeated there too, beside the key of the range.
    let repeated = filter.by.asking("state", &access::state);
    let related = || {
        let query = access::table
            .inner_join(tasks::table.on(access::record_id.eq(tasks::id)))
            .filter(access::organization_id.eq(organization))
            .filter(access::kind.eq(KIND))
            .filter(access::relations.gt(0))
            .filter(access::due_sort.is_not_null())
            .into_boxed::<MultiBackend>();
        filtered!(query, repeated, access::state, access::due_sort.assume_not_null())
    };
    let mut rows: Vec<(Task, Option<i32>)>;
    let mut total = None;
    if scope.audience.is_some() {
        // Looked up for the rows of the page alone.
        let shown = || (Task::as_select(), own.select(access::relations).single_value());
        let (open_rows, draft_rows) =
            (sorted!(open().select(shown()), tasks::id, tasks::due_sort), sorted!(drafts().select(shown()), tasks::id, tasks::due_sort));
        rows = Together(open_rows, draft_rows).load(conn)?;
        match sort {
            TaskSort::Newest | TaskSort::Oldest => rows.sort_by_key(|(t, _)| t.id),
            TaskSort::Due | TaskSort::DueLast => rows.sort_by_key(|(t, _)| (t.due_sort, t.id)),
            TaskSort::Code | TaskSort::CodeLast => rows.sort_by(|(a, _), (b, _)| (&a.code, a.id).cmp(&(&b.code, b.id))),
        }
        if matches!(sort, TaskSort::Newest | TaskSort::DueLast | TaskSort::CodeLast) {
            rows.reverse();
        }
        rows.truncate(usize::try_from(paging.limit()).unwrap_or(usize::MAX).saturating_add(1));
        if paging.count.is_some() {
            total = Some(open().count().get_result::<i64>(conn)? + drafts().count().get_result::<i64>(conn)?);
        }
    } else {
        let some = related().select((Task::as_select(), access::relations.nullable()));
        rows = sorted!(some, access::record_id, access::due_sort.assume_not_null()).load(conn)?;
        if paging.count.is_some() {
            total = Some(related().count().get_result(conn)?);
        }
    }
    let limit = paging.limit();
    let page = match sort {
        TaskSort::Newest | TaskSort::Oldest => Page::of(rows, limit, word, |(t, _): &(Task, _)| (t.id, t.id))?,
        TaskSort::Due | TaskSort::DueLast => Page::of(rows, limit, word, |(t, _): &(Task, _)| (t.due_sort, t.id))?,
        TaskSort::Code | TaskSort::CodeLast => Page::of(rows, limit, word, |(t, _): &(Task, _)| (t.code.clone(), t.id))?,
    };
    Ok(page
        .map(|(task, held)| {
            let standing = standing(actor, task.province_id, task.audience, held);
            (task, standing)
        })
        .counted(total))
}

/// Keeps a new task, and whose it is.
pub fn insert(conn: &mut Conn, task: &Task, owners: &[Id]) -> Result<()> {
    diesel::insert_into(tasks::table).values(task).execute(conn)?;
    for owner in owners {
        authz::relate(conn, KIND, task.id, *owner, Relations::OWNER)?;
    }
    repeat(conn, task.id, task.state, task.due_sort)
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Task, after: &Task) -> Result<()> {
    let moved = db::update("tasks", tasks::id.eq(before.id).and(tasks::version.eq(before.version)), after).execute(conn)?;
    if moved != 1 {
        return Err(Error::Clash);
    }
    if (before.state, before.due_sort) == (after.state, after.due_sort) {
        return Ok(());
    }
    repeat(conn, after.id, after.state, after.due_sort)
}

/// Repeats state and due date on the access rows: an agency's list filters and sorts by them there.
pub fn repeat(conn: &mut Conn, task: Id, state: Option<TaskState>, due_sort: NaiveDate) -> Result<()> {
    authz::repeat(conn, KIND, task, state.map(TaskState::word), due_sort)
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
    let (due, sort) = earliest.map_or((None, NEVER), |(_, due, sort)| (due, sort));
    let row = diesel::update(tasks::table.find(task));
    match earliest {
        Some((id, ..)) => row.set((tasks::occurrence_id.eq(id), tasks::due_on.eq(due), tasks::due_sort.eq(sort))).execute(conn)?,
        None => row.set((tasks::due_on.eq(due), tasks::due_sort.eq(sort))).execute(conn)?,
    };
    // A recurring task has no state of its own (RULES 11).
    repeat(conn, task, None, sort)
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

/// Whether an organisation approves a task of the plan.
pub fn is_approved_by(conn: &mut Conn, plan: Id, approver: Id) -> Result<bool> {
    Ok(diesel::select(exists(tasks::table.filter(tasks::plan_id.eq(plan)).filter(tasks::approver_id.eq(approver)))).get_result(conn)?)
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
