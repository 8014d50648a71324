use super::model::{KIND, TargetKind, Urging, UrgingFilter, UrgingState};
use crate::{
    authz::{Actor, Relations, Scope, Standing},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    page::{NewestFirst, Page, Paging, Sort},
    plans::{store::standing, tasks},
    schema::{access, urgings},
    sorted,
};
use chrono::NaiveDate;
use diesel::prelude::*;

/// An urging with the relations of the caller's organisation to it: one statement.
pub fn find_as(conn: &mut Conn, actor: &Actor, id: Id) -> Result<(Urging, Standing)> {
    let organization = actor.organization.unwrap_or(actor.user);
    let (urging, held): (Urging, Option<i32>) = urgings::table
        .left_join(access::table.on(access::record_id.eq(urgings::id).and(access::kind.eq(KIND)).and(access::organization_id.eq(organization))))
        .filter(urgings::id.eq(id))
        .select((Urging::as_select(), access::relations.nullable()))
        .first(conn)
        .optional()?
        .ok_or_else(Error::not_found)?;
    let standing = standing(actor, urging.province_id, urging.audience, held);
    Ok((urging, standing))
}

/// Urgings for these records, oldest first.
pub fn of_target(conn: &mut Conn, targets: &[Id]) -> Result<Vec<Urging>> {
    Ok(urgings::table.filter(urgings::target_id.eq_any(targets.to_vec())).order(urgings::id).select(Urging::as_select()).load(conn)?)
}

/// Who owns, monitors or is focal point of a task, to read its urgings.
pub fn followers(conn: &mut Conn, task: Id) -> Result<Vec<(Id, Relations)>> {
    let rows: Vec<(Id, i32)> = access::table
        .filter(access::record_id.eq(task))
        .filter(access::kind.eq(tasks::model::KIND))
        .order(access::organization_id)
        .select((access::organization_id, access::relations))
        .load(conn)?;
    let follow = Relations::OWNER.and(Relations::MONITOR).and(Relations::FOCAL);
    let as_reader = |held: Relations| if held.any(Relations::OWNER.and(Relations::MONITOR)) { Relations::MONITOR } else { Relations::FOCAL };
    Ok(rows.into_iter().map(|(id, held)| (id, Relations(held))).filter(|(_, held)| held.any(follow)).map(|(id, held)| (id, as_reader(held))).collect())
}

/// Urgings for tasks of these plans, each with its plan.
pub fn of_plans(conn: &mut Conn, plans: &[Id]) -> Result<Vec<(Id, Option<Id>)>> {
    Ok(urgings::table
        .filter(urgings::plan_id.eq_any(plans.to_vec()))
        .filter(urgings::target_kind.ne(TargetKind::Obligation))
        .select((urgings::id, urgings::plan_id))
        .load(conn)?)
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(
    conn: &mut Conn,
    actor: &Actor,
    scope: &Scope,
    filter: &UrgingFilter,
    sort: &Sort<NewestFirst>,
    paging: &Paging,
    today: NaiveDate,
) -> Result<Page<(Urging, Standing)>> {
    let organization = actor.organization.unwrap_or(actor.user);
    let query = || {
        let mut query = urgings::table
            .left_join(access::table.on(access::record_id.eq(urgings::id).and(access::kind.eq(KIND)).and(access::organization_id.eq(organization))))
            .into_boxed::<MultiBackend>();
        query = match scope.audience {
            // Every urging is open to those who oversee the province.
            Some(_) => match scope.provinces.as_slice() {
                [only] => query.filter(urgings::province_id.eq(*only)),
                all => query.filter(urgings::province_id.eq_any(all.to_vec())),
            },
            None => query.filter(access::relations.nullable().gt(0)),
        };
        query = filter.by.narrow(query);
        match filter.overdue {
            Some(true) => query = query.filter(urgings::state.ne(UrgingState::Answered)).filter(urgings::respond_by.lt(today)),
            Some(false) => {
                query = query
                    .filter(urgings::state.eq(UrgingState::Answered).or(urgings::respond_by.is_null()).or(urgings::respond_by.ge(today).assume_not_null()));
            }
            None => {}
        }
        query
    };
    let rows = query().select((Urging::as_select(), access::relations.nullable()));
    let page = sorted!(conn, rows, paging, sort, urgings::id => Id, urgings::id, |(u, _): &(Urging, Option<i32>)| (u.id, u.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page
        .map(|(urging, held)| {
            let standing = standing(actor, urging.province_id, urging.audience, held);
            (urging, standing)
        })
        .counted(total))
}

pub fn insert(conn: &mut Conn, urging: &Urging) -> Result<()> {
    diesel::insert_into(urgings::table).values(urging).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Urging, after: &Urging) -> Result<()> {
    let moved = diesel::update(urgings::table.find(before.id).filter(urgings::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}
