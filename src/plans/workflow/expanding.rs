//! Who belongs to a plan's groups, determined anew when its owner asks (RULES 10).

use crate::{
    ask::Ask,
    db::Conn,
    error::Result,
    id::Id,
    journal::{self, Change},
    plans::{
        model::{Plan, PlanAction as Act, to_json},
        occurrences::{self, opening},
        parts::model::{Part, PartState},
        store::Grants,
        tasks::{
            self, assignees,
            model::{Task, TaskView},
        },
    },
};
use std::collections::BTreeMap;

/// Determines the members of every group anew: new members get parts of what is open, former ones are waived.
pub(super) fn re_expand(conn: &mut Conn, ask: &Ask, plan: &Plan) -> Result<()> {
    let all = tasks::store::of_plan(conn, plan.id)?;
    let open = occurrences::store::unended(conn, plan.id)?;
    let ids: Vec<Id> = open.iter().map(|o| o.id).collect();
    let owed = tasks::store::parts_of_occurrences(conn, &ids)?;
    let (mut groups, mut grants, mut joined, mut carried) = (BTreeMap::new(), Grants::default(), Vec::new(), Vec::new());
    for task in &all {
        let mut given = task.assignees()?;
        let were = assignees::shares(&given);
        assignees::expand(conn, &mut given, ask.today, &mut groups)?;
        let fresh = to_json(&given)?;
        if fresh == task.assignees {
            continue;
        }
        let (shares, has_lead) = (assignees::shares(&given), assignees::has_lead(&given));
        let after = Task { assignees: fresh, version: task.version + 1, updated_at: ask.now, updated_by: Some(ask.actor.user), ..task.clone() };
        tasks::store::update(conn, task, &after)?;
        let entry = Change {
            kind: tasks::model::KIND,
            id: task.id,
            version: Some(after.version),
            owner: Some(task.owner_id),
            province: Some(task.province_id),
            action: Act::ReExpand.word(),
            reason: None,
        };
        let shown = |t: &Task| TaskView::of(t, ask.today, vec![]);
        journal::record(conn, ask, entry, Some(&shown(task)?), Some(&shown(&after)?))?;
        opening::relate_shares(conn, &after, &shares, has_lead, &mut grants)?;
        for occurrence in open.iter().filter(|o| o.task_id == task.id) {
            let held: Vec<_> = owed.iter().filter(|p| p.occurrence_id == occurrence.id).collect();
            for share in &shares {
                let is_new = !were.iter().any(|s| s.organization == share.organization);
                match held.iter().find(|p| p.organization_id == share.organization) {
                    None => joined.push(opening::part(ask, &after, occurrence, share)),
                    Some(part) if is_new && part.state == PartState::Waived => {
                        let again = opening::again(&after, part, share);
                        occurrences::workflow::save_part(conn, ask, &after, part, again, "assign", None)?;
                    }
                    Some(_) => {}
                }
            }
            let gone = |p: &&&Part| p.is_open() && p.group_id.is_some() && !shares.iter().any(|s| s.organization == p.organization_id);
            let gone: Vec<_> = held.iter().filter(gone).collect();
            if !gone.is_empty() && !has_lead {
                carried.push((after.clone(), occurrence));
            }
            for part in gone {
                let reason = "Không còn thuộc nhóm (xác định lại thành viên)";
                let waived = Part { state: PartState::Waived, reason: Some(reason.to_owned()), ..(*part).clone() };
                occurrences::workflow::save_part(conn, ask, &after, part, waived, "waive", Some(reason))?;
            }
        }
    }
    occurrences::store::insert(conn, &[], &joined)?;
    journal::record_all(conn, &opening::told(ask, plan.owner_id, &[], &joined)?)?;
    grants.write(conn)?;
    // Where nobody leads, those who have left may have been the last that were waited for.
    for (task, occurrence) in carried {
        occurrences::workflow::follow_parts(conn, ask, &task, occurrence, None)?;
    }
    Ok(())
}
