//! What a merger moves: open tasks, parts and plans pass from an organisation to its successor (RULES 18).

use super::{
    model::{KIND as PLAN, Plan, PlanState, to_json},
    occurrences::{self, workflow::save_part},
    parts::{
        self,
        model::{Part, PartState},
    },
    policy::READ,
    store::{self, Grants},
    tasks::{
        self,
        model::{KIND as TASK, Task, TaskView},
    },
};
use crate::{
    ask::Ask,
    authz::Relations,
    db::Conn,
    error::Result,
    id::Id,
    journal::{self, Change},
};
use std::collections::BTreeMap;

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

/// Passes everything open from one organisation to another. Two predecessors that owed the same part owe one after it:
/// the successor keeps the first, the other is waived. What is closed stays with the predecessor.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id) -> Result<Moved> {
    let mut moved = Moved::default();
    let mut grants = Grants::default();
    let related = tasks::store::related_to(conn, from, READ)?;
    let ids: Vec<Id> = related.iter().map(|t| t.id).collect();
    let unended = occurrences::store::unended_of(conn, &ids)?;
    let over = |task: &Task| {
        task.state.is_some_and(|s| s.is_ended()) || (task.is_recurring() && task.opens_on.is_none() && !unended.iter().any(|o| o.task_id == task.id))
    };
    let mut by_id: BTreeMap<Id, Task> = BTreeMap::new();
    for task in related.iter().filter(|t| !over(t)) {
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
        let swap = |id: Option<Id>| id.map(|id| if id == from { to } else { id });
        let after = Task {
            owner_id: swap(Some(task.owner_id)).unwrap_or(task.owner_id),
            approver_id: swap(task.approver_id),
            through_id: swap(task.through_id),
            assignees: to_json(&given)?,
            version: task.version + 1,
            updated_at: ask.now,
            updated_by: Some(ask.actor.user),
            ..task.clone()
        };
        tasks::store::update(conn, task, &after)?;
        let entry = Change {
            kind: TASK,
            id: task.id,
            version: Some(after.version),
            owner: Some(after.owner_id),
            province: Some(task.province_id),
            action: "reassign",
            reason: None,
        };
        journal::record(conn, ask, entry, Some(&TaskView::of(task, ask.today, vec![])?), Some(&TaskView::of(&after, ask.today, vec![])?))?;
        moved.tasks += 1;
        by_id.insert(task.id, after);
    }
    for (kind, record, held) in store::relations_of(conn, from, &[PLAN, TASK])? {
        // Also what is over may still be read, as the predecessor could (RULES 18).
        let bits = if kind == TASK && by_id.contains_key(&record) { held } else { Relations::PREDECESSOR };
        grants.add(to, kind, record, bits);
    }
    for part in parts::store::open_of(conn, from)? {
        let Some(task) = by_id.get(&part.task_id) else { continue };
        let twin = parts::store::of_occurrence(conn, part.occurrence_id)?.iter().any(|p| p.organization_id == to);
        let after = if twin {
            Part { state: PartState::Waived, reason: Some("Sáp nhập: cơ quan kế thừa đã có phần này".to_owned()), ..part.clone() }
        } else {
            Part { organization_id: to, unit_id: None, officer_id: None, ..part.clone() }
        };
        save_part(conn, ask, task, &part, after, "reassign", None)?;
        moved.parts += 1;
    }
    for plan in store::owned_by(conn, from)?.into_iter().filter(|p| matches!(p.state, PlanState::Draft | PlanState::Active)) {
        let after = Plan { owner_id: to, version: plan.version + 1, updated_at: ask.now, updated_by: Some(ask.actor.user), ..plan.clone() };
        store::update(conn, &plan, &after)?;
        grants.add(to, PLAN, plan.id, Relations::OWNER);
        let entry = Change {
            kind: PLAN,
            id: plan.id,
            version: Some(after.version),
            owner: Some(to),
            province: Some(plan.province_id),
            action: "reassign",
            reason: None,
        };
        let shown = |p: &Plan| super::workflow::view(ask, p, crate::authz::Standing::NEW);
        journal::record(conn, ask, entry, Some(&shown(&plan)), Some(&shown(&after)))?;
        moved.plans += 1;
    }
    grants.write(conn)?;
    Ok(moved)
}
