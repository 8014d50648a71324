//! Records that the body of a plan's record names as evidence: what the caller may not see reads the same as what is not
//! there.

use super::{
    model::{KIND as PLAN, PlanAction},
    parts::model::Link,
    policy::RULES,
    store,
    tasks::{
        self,
        model::{KIND as TASK, TaskAction},
        policy::RULES as TASK_RULES,
    },
};
use crate::{
    ask::Ask,
    authz::{self, Standing},
    db::Conn,
    documents,
    error::{Error, Fault, Result},
    id::Id,
};

/// Plans among these that the caller may read, in two statements.
pub fn readable(conn: &mut Conn, ask: &Ask, ids: &[Id]) -> Result<Vec<Id>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let held = match ask.actor.organization {
        Some(organization) => authz::relations_to(conn, PLAN, ids, organization)?,
        None => Default::default(),
    };
    let plans = store::find_many(conn, ids)?;
    let stands = |p: &super::Plan| -> Standing { store::standing(&ask.actor, p.province_id, p.audience, held.get(&p.id).map(|r| r.0)) };
    Ok(plans.into_iter().filter(|p| authz::may(RULES, &ask.actor, PlanAction::View, stands(p))).map(|p| p.id).collect())
}

/// Tasks among these that the caller may read, in one statement.
pub fn readable_tasks(conn: &mut Conn, ask: &Ask, ids: &[Id]) -> Result<Vec<Id>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let tasks = tasks::store::find_many_as(conn, &ask.actor, ids)?;
    Ok(tasks.into_iter().filter(|(_, standing)| authz::may(TASK_RULES, &ask.actor, TaskAction::View, *standing)).map(|(t, _)| t.id).collect())
}

fn unknown(at: impl Into<String>) -> Fault {
    Fault::at(at.into(), "unknown_reference", "Không có bản ghi này.", "There is no such record.")
}

/// 422 where a member names a plan or a task that is unknown or not to be seen.
pub fn must_be_seen(conn: &mut Conn, ask: &Ask, plan: Option<Id>, task: Option<Id>) -> Result<()> {
    let mut faults = Vec::new();
    let plans: Vec<Id> = plan.into_iter().collect();
    if readable(conn, ask, &plans)?.len() != plans.len() {
        faults.push(unknown("/plan_id"));
    }
    let tasks: Vec<Id> = task.into_iter().collect();
    if readable_tasks(conn, ask, &tasks)?.len() != tasks.len() {
        faults.push(unknown("/task_id"));
    }
    crate::error::all_well(faults)
}

/// 422 where documents or linked records are unknown or not to be seen: all of them at once.
pub fn evidence(conn: &mut Conn, ask: &Ask, documents: &[(String, Id)], links: &[Link]) -> Result<()> {
    let of = |kind: &str| links.iter().enumerate().filter(|(_, l)| l.kind == kind).map(|(at, l)| (format!("/links/{at}/id"), l.id)).collect::<Vec<_>>();
    let mut papers = documents.to_vec();
    papers.extend(of("document"));
    let mut faults = documents::named::faults(conn, ask, &papers)?;
    let ids = |named: &[(String, Id)]| named.iter().map(|(_, id)| *id).collect::<Vec<Id>>();
    let (plans, tasks) = (of(PLAN), of(TASK));
    let (seen_plans, seen_tasks) = (readable(conn, ask, &ids(&plans))?, readable_tasks(conn, ask, &ids(&tasks))?);
    faults.extend(plans.into_iter().filter(|(_, id)| !seen_plans.contains(id)).map(|(at, _)| unknown(at)));
    faults.extend(tasks.into_iter().filter(|(_, id)| !seen_tasks.contains(id)).map(|(at, _)| unknown(at)));
    for (at, link) in links.iter().enumerate().filter(|(_, l)| !["document", PLAN, TASK].contains(&l.kind.as_str())) {
        let kind = &link.kind;
        faults.push(Fault::at(
            format!("/links/{at}/kind"),
            "unknown_kind",
            format!("Chưa liên kết được loại bản ghi '{kind}'."),
            format!("Records of kind '{kind}' cannot be linked."),
        ));
    }
    crate::error::all_well(faults)
}

/// 422 where a plan that takes another's place is unknown or not to be seen.
pub fn successor(conn: &mut Conn, ask: &Ask, of: &super::Plan, named: Option<Id>) -> Result<Id> {
    let wrong = || Error::fault("/superseded_by", "unknown_reference", "Hãy nêu kế hoạch thay thế.", "Name the plan that takes its place.");
    let next = named.filter(|next| *next != of.id).ok_or_else(wrong)?;
    let seen = readable(conn, ask, &[next])?;
    store::find_many(conn, &seen)?.pop().filter(|p| p.province_id == of.province_id).map(|p| p.id).ok_or_else(wrong)
}
