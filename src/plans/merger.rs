//! What a merger moves: open tasks, parts and plans pass from an organisation to its successor (RULES 18).

use super::{
    model::{KIND as PLAN, Plan, PlanState, to_json},
    occurrences::{self, workflow::save_part},
    parts::{
        self,
        model::{Part, PartState},
    },
    store::{self, Grants},
    tasks::{
        self, assignees,
        model::{KIND as TASK, Task, TaskView},
    },
};
use crate::{
    ask::Ask,
    authz::{Function, Relations, Standing},
    db::Conn,
    error::Result,
    id::Id,
    journal::{self, Change},
    organizations,
};
use std::collections::{BTreeMap, HashSet};

/// How much has passed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Plans that it owned and that are not over.
    pub plans: usize,
    /// Tasks to which it was related and that are not over.
    pub tasks: usize,
    /// Parts that it still owed.
    pub parts: usize,
}

/// Open items of an organisation: plans that it owns and tasks of which it has a share, each with what people call it.
pub type OpenItems = (Vec<(Id, String)>, Vec<(Id, String)>);

fn called(code: &str, words: &str) -> String {
    format!("{code} {}", words.chars().take(120).collect::<String>())
}

/// What is open and has to go somewhere when the organisation ends.
pub fn open_items(conn: &mut Conn, organization: Id) -> Result<OpenItems> {
    let plans = open_plans(conn, organization)?.iter().map(|p| (p.id, called(&p.code, &p.title))).collect();
    let tasks = open_tasks(conn, organization)?.iter().map(|t| (t.id, called(&t.code, &t.content))).collect();
    Ok((plans, tasks))
}

fn open_plans(conn: &mut Conn, organization: Id) -> Result<Vec<Plan>> {
    Ok(store::owned_by(conn, organization)?.into_iter().filter(|p| matches!(p.state, PlanState::Draft | PlanState::Active)).collect())
}

/// Tasks of which it has a share, and that are not over; drafts in other hands go with their plan.
fn open_tasks(conn: &mut Conn, organization: Id) -> Result<Vec<Task>> {
    let shared = tasks::store::related_to(conn, organization, Relations::LEAD.and(Relations::COORDINATOR).and(Relations::APPROVER).and(Relations::RECIPIENT))?;
    let ids: Vec<Id> = shared.iter().map(|t| t.id).collect();
    let unended = occurrences::store::unended_of(conn, &ids)?;
    let goes_on = |task: &Task| {
        if task.is_recurring() { task.opens_on.is_some() || unended.iter().any(|o| o.task_id == task.id) } else { task.state.is_none_or(|s| !s.is_ended()) }
    };
    Ok(shared.into_iter().filter(goes_on).collect())
}

/// Passes what is open from one organisation to another: everything, or only some plans and tasks where there are several
/// successors. Two predecessors that owed the same part owe one after it: the successor keeps its own, the other is
/// waived. What is over stays with the predecessor, and the successor reads it.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id, only: Option<&HashSet<Id>>) -> Result<Moved> {
    let goes = |id: Id| only.is_none_or(|ids| ids.contains(&id));
    let mut moved = Moved::default();
    let mut grants = Grants::default();
    for plan in open_plans(conn, from)?.into_iter().filter(|p| goes(p.id)) {
        let after = Plan { owner_id: to, version: plan.version + 1, updated_at: ask.now, updated_by: Some(ask.actor.user), ..plan.clone() };
        store::update(conn, &plan, &after)?;
        grants.add(to, PLAN, plan.id, Relations::OWNER);
        let shown = |p: &Plan| super::workflow::view(ask, p, Standing::NEW);
        journal::record(conn, ask, change(PLAN, plan.id, after.version, to, plan.province_id), Some(&shown(&plan)), Some(&shown(&after)))?;
        for task in tasks::store::of_plan(conn, plan.id)? {
            let after = Task { owner_id: to, ..task.clone() };
            save_task(conn, ask, &task, after)?;
            grants.add(to, TASK, task.id, Relations::OWNER);
        }
        moved.plans += 1;
    }
    let mut by_id: BTreeMap<Id, Task> = BTreeMap::new();
    for task in open_tasks(conn, from)?.into_iter().filter(|t| goes(t.id)) {
        let mut given = task.assignees()?;
        for assignee in &mut given {
            if assignee.organization_id == Some(from) {
                assignee.organization_id = Some(to);
            }
            if assignee.members.contains(&from) {
                assignee.members.retain(|m| *m != from && *m != to);
                assignee.members.push(to);
            }
        }
        assignees::once(&mut given);
        let swap = |id: Option<Id>| id.map(|id| if id == from { to } else { id });
        let after = Task { approver_id: swap(task.approver_id), through_id: swap(task.through_id), assignees: to_json(&given)?, ..task.clone() };
        let after = save_task(conn, ask, &task, after)?;
        moved.tasks += 1;
        by_id.insert(task.id, after);
    }
    let share = Relations::LEAD.and(Relations::COORDINATOR).and(Relations::APPROVER).and(Relations::RECIPIENT);
    let follow = Relations::MONITOR.and(Relations::FOCAL).and(Relations::OVERSEER).and(Relations::PARENT);
    let held_now: Vec<Function> = organizations::functions::of_organization(conn, to, ask.today)?.into_iter().map(|g| g.function).collect();
    let follows = |bit: Relations, function: Function| if only.is_none() || held_now.contains(&function) { bit } else { Relations::NONE };
    let passes = follows(Relations::MONITOR, Function::MonitoringOffice)
        .and(follows(Relations::FOCAL, Function::FocalPoint))
        .and(follows(Relations::OVERSEER, Function::Overseer))
        .and(if only.is_none() { Relations::PARENT } else { Relations::NONE });
    let above = organizations::find(conn, to)?.parent_id;
    for (kind, record, held) in store::relations_of(conn, from, &[PLAN, TASK])? {
        // What is over, or went to another successor, may still be read, as the predecessor could (RULES 18).
        grants.add(to, kind, record, Relations::PREDECESSOR.and(Relations(held.0 & follow.0 & passes.0)));
        if by_id.contains_key(&record) || (kind == PLAN && by_id.values().any(|t| t.plan_id == record)) {
            grants.add(to, kind, record, Relations(held.0 & share.0));
            // The new province's tree may be another one.
            if let Some(above) = above.filter(|_| held.any(Relations::LEAD.and(Relations::COORDINATOR))) {
                grants.add(above, kind, record, Relations::PARENT);
            }
        }
    }
    for part in parts::store::open_of(conn, from)? {
        let Some(task) = by_id.get(&part.task_id) else { continue };
        let twin = parts::store::of_occurrence(conn, part.occurrence_id)?.into_iter().find(|p| p.organization_id == to);
        let after = if twin.is_some() {
            Part { state: PartState::Waived, reason: Some("Sáp nhập: cơ quan kế thừa đã có phần này".to_owned()), ..part.clone() }
        } else {
            Part { organization_id: to, unit_id: None, officer_id: None, ..part.clone() }
        };
        save_part(conn, ask, task, &part, after, "reassign", None)?;
        moved.parts += 1;
        let Some(twin) = twin else { continue };
        if let Some(heavier) = heavier(&twin, &part) {
            save_part(conn, ask, task, &twin, heavier, "reassign", None)?;
        }
        if !assignees::has_lead(&task.assignees()?) {
            let occurrence = occurrences::store::find(conn, part.occurrence_id)?;
            occurrences::workflow::follow_parts(conn, ask, task, &occurrence, None)?;
        }
    }
    grants.write(conn)?;
    Ok(moved)
}

/// The successor's part, where the one that passes on to it weighs more: it leads, is required, or is still owed while the
/// successor's was waived.
fn heavier(twin: &Part, other: &Part) -> Option<Part> {
    let is_owed = other.role < twin.role || twin.state == PartState::Waived;
    let after = Part { required: other.required || (twin.required && twin.state != PartState::Waived), ..twin.clone() };
    if !is_owed {
        return (after.required != twin.required).then_some(after);
    }
    Some(Part {
        role: other.role,
        group_id: other.group_id,
        state: PartState::Assigned,
        due_on: other.due_on,
        due_sort: other.due_sort,
        due_history: other.due_history.clone(),
        lays: other.lays.clone(),
        done_on: None,
        reason: None,
        ..after
    })
}

fn change(kind: &'static str, id: Id, version: i32, owner: Id, province: Id) -> Change<'static> {
    Change { kind, id, version: Some(version), owner: Some(owner), province: Some(province), action: "reassign", reason: None }
}

fn save_task(conn: &mut Conn, ask: &Ask, before: &Task, mut after: Task) -> Result<Task> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    tasks::store::update(conn, before, &after)?;
    let (was, is) = (TaskView::of(before, ask.today, vec![])?, TaskView::of(&after, ask.today, vec![])?);
    journal::record(conn, ask, change(TASK, after.id, after.version, after.owner_id, after.province_id), Some(&was), Some(&is))?;
    Ok(after)
}
