use super::{
    model::{KIND, NewPart, Part, PartAction as Act, PartState as State, PartTransition, PartView, TaskForm, TaskRole},
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, LEADERS, Relations, Standing},
    db::Conn,
    documents::arrivals,
    error::{Error, Fault, Result, all_well, gathered},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations::{self, named::Named},
    people,
    plans::{
        model::{KIND as PLAN, to_json},
        named,
        occurrences::{
            self, opening,
            workflow::{follow_parts, missing, save_part},
        },
        store::Grants,
        tasks::{
            self,
            assignees::{self, Assignee, Share},
            model::{KIND as TASK, Task, TaskAction, TaskView},
            policy::RULES as TASK_RULES,
        },
    },
};
use chrono::NaiveDate;

/// How a part lives. Naming who handles it and confirming leave the state; returning the task opens it again.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Assigned, Act::Done, State::Done),
    (State::Assigned, Act::Enter, State::Done),
    (State::Assigned, Act::Waive, State::Waived),
    (State::Assigned, Act::Handle, State::Assigned),
    (State::Done, Act::Confirm, State::Done),
]);

/// How the caller stands to a part: by the task, and as the agency that owes it.
pub fn standing_to(ask: &Ask, task: Standing, part: &Part, has_lead: bool) -> Standing {
    // Where nobody leads, every joint agency has the relation of a lead; waiving another's part is the owner's then.
    let mut bits = if has_lead { task.relations } else { Relations(task.relations.0 & !Relations::LEAD.0) };
    if Some(part.organization_id) == ask.actor.organization {
        bits = bits.and(Relations::ADDRESSEE);
    }
    Standing { relations: bits, ..task }
}

/// What this caller may do with it now.
pub fn allowed(ask: &Ask, task: Standing, part: &Part, has_lead: bool) -> Vec<Act> {
    let standing = standing_to(ask, task, part, has_lead);
    let there = |act: &Act| *act != Act::Confirm || (part.entered_by.is_some() && part.confirmed_at.is_none());
    FLOW.actions(part.state).filter(there).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect()
}

/// Parts of one task as this caller sees them.
pub fn views(ask: &Ask, task: &Task, standing: Standing, parts: &[Part]) -> Result<Vec<PartView>> {
    let has_lead = assignees::has_lead(&task.assignees()?);
    parts.iter().map(|p| PartView::of(p, ask.today, allowed(ask, standing, p, has_lead))).collect()
}

fn find_as(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(Part, Task, Standing)> {
    let part = store::find(conn, id)?;
    let (task, standing) = tasks::store::find_as(conn, &ask.actor, part.task_id)?;
    authz::permit(TASK_RULES, &ask.actor, TaskAction::View, TaskAction::View, standing)?;
    Ok((part, task, standing))
}

fn view(ask: &Ask, task: &Task, standing: Standing, part: &Part) -> Result<PartView> {
    let has_lead = assignees::has_lead(&task.assignees()?);
    PartView::of(part, ask.today, allowed(ask, standing, part, has_lead))
}

/// The part, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<PartView> {
    let (part, task, standing) = find_as(conn, ask, id)?;
    view(ask, &task, standing, &part)
}

/// A further agency for a task in force: also how the owner names the members of an open group.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewPart>) -> Result<PartView> {
    // Whose task it is stands in the body; who could assign nothing is refused before.
    if !LEADERS.contains(&ask.actor.position) {
        return Err(Error::forbidden());
    }
    let (task, standing) = tasks::workflow::named(conn, ask, body)?;
    if !authz::may(TASK_RULES, &ask.actor, TaskAction::Assign, standing) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let open = occurrences::store::unended_of(conn, &[task.id])?;
    let Some(occurrence) = open.iter().rev().find(|o| Some(o.id) == task.occurrence_id).or(open.last()) else {
        return Err(Error::conflict("not_open", "Nhiệm vụ không còn lần thực hiện nào đang mở.", "The task has no open occurrence."));
    };
    let named = Named::read(conn, ask, task.province_id, &[new.organization_id])?;
    let mut faults: Vec<Fault> = named.fault("/organization_id", new.organization_id).into_iter().collect();
    let mut given = task.assignees()?;
    let held = store::of_occurrence(conn, occurrence.id)?.into_iter().find(|p| p.organization_id == new.organization_id);
    if given.iter().any(|a| a.agencies().contains(&new.organization_id)) || held.as_ref().is_some_and(|p| p.state != State::Waived) {
        return Err(Error::conflict("duplicate", "Cơ quan này đã có phần trong nhiệm vụ.", "This organisation has a part in the task already."));
    }
    if new.group_id.is_some_and(|g| !given.iter().any(|a| a.group_id == Some(g))) {
        faults.push(Fault::at("/group_id", "unknown_reference", "Nhiệm vụ không nêu nhóm này.", "The task does not name this group."));
    }
    all_well(faults)?;
    let required = new.required.unwrap_or(task.form != TaskForm::Request);
    let share = Share { organization: new.organization_id, group: new.group_id, role: new.role, required, due_on: new.due_on };
    match new.group_id.and_then(|g| given.iter_mut().find(|a| a.group_id == Some(g))) {
        // A member that the owner names: an open group is expanded by that.
        Some(group) => {
            group.members.push(new.organization_id);
            group.expanded_on = Some(ask.today);
        }
        None => given.push(Assignee::named(&share)),
    }
    let part = match &held {
        // It had a part once, which was waived.
        Some(held) => {
            save_part(conn, ask, &task, held, opening::again(&task, held, &share), TaskAction::Assign.word(), None)?;
            store::find(conn, held.id)?
        }
        None => {
            let part = opening::part(ask, &task, occurrence, &share);
            store::insert(conn, &part)?;
            part
        }
    };
    let mut after = Task { assignees: to_json(&given)?, version: task.version + 1, updated_at: ask.now, updated_by: Some(ask.actor.user), ..task.clone() };
    after.occurrence_id = task.occurrence_id;
    tasks::store::update(conn, &task, &after)?;
    let mut grants = Grants::default();
    opening::relate_shares(conn, &after, &[share], assignees::has_lead(&given), &mut grants)?;
    grants.write(conn)?;
    let change = |kind, id, version| Change {
        kind,
        id,
        version: Some(version),
        owner: Some(task.owner_id),
        province: Some(task.province_id),
        action: "assign",
        reason: None,
    };
    let shown = view(ask, &after, standing, &part)?;
    if held.is_none() {
        journal::record(conn, ask, change(KIND, part.id, 1), NOTHING, Some(&shown))?;
    }
    let (was, is) = (TaskView::of(&task, ask.today, vec![])?, TaskView::of(&after, ask.today, vec![])?);
    journal::record(conn, ask, change(TASK, after.id, after.version), Some(&was), Some(&is))?;
    Ok(shown)
}

/// Takes a step with a part.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<PartTransition>) -> Result<PartView> {
    let (before, task, to_task) = find_as(conn, ask, id)?;
    let has_lead = assignees::has_lead(&task.assignees()?);
    let standing = standing_to(ask, to_task, &before, has_lead);
    if !FLOW.0.iter().any(|(_, act, _)| authz::may(RULES, &ask.actor, *act, standing)) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    let mut after = before.clone();
    after.state = FLOW.next(before.state, step.action)?;
    let occurrence = occurrences::store::find(conn, before.occurrence_id)?;
    let working = occurrence.state.is_open() || occurrence.state == occurrences::model::TaskState::CompletionProposed;
    if !working && step.action != Act::Confirm {
        return Err(Error::conflict("occurrence_not_open", "Nhiệm vụ không còn ở trạng thái thực hiện.", "The task is not being carried out any more."));
    }
    let mut faults = Vec::new();
    gathered(&mut faults, check(ask, &step, &before))?;
    let papers: Vec<(String, Id)> = step.document_id.map(|id| ("/document_id".to_owned(), id)).into_iter().collect();
    gathered(&mut faults, named::evidence(conn, ask, &papers, step.links.as_deref().unwrap_or_default()))?;
    if step.action == Act::Handle {
        check_handlers(conn, ask, &step, before.organization_id, &mut faults)?;
    }
    all_well(faults)?;
    let mut entered = None;
    match step.action {
        Act::Done => {
            after.result = step.result.clone();
            after.done_on = Some(ask.today);
        }
        Act::Enter => {
            after.result = step.result.clone();
            after.done_on = arrived(conn, ask, &step)?;
            after.entered_by = ask.actor.organization;
            after.document_id = step.document_id;
            after.confirmed_at = None;
            entered = after.done_on;
        }
        Act::Confirm => {
            after.result = step.result.clone().or(after.result);
            after.confirmed_at = Some(ask.now);
        }
        Act::Waive => after.reason = step.reason.clone(),
        Act::Handle => {
            after.unit_id = step.unit_id;
            after.officer_id = step.officer_id;
            after.instruction = step.instruction.clone();
        }
        Act::View => {}
    }
    if let Some(links) = &step.links {
        after.links = to_json(links)?;
    }
    let unit = after.unit_id;
    save_part(conn, ask, &task, &before, after, step.action.word(), step.reason.as_deref())?;
    follow_unit(conn, &before, unit)?;
    if matches!(step.action, Act::Done | Act::Enter | Act::Waive) {
        if !has_lead {
            follow_parts(conn, ask, &task, &occurrence, None)?;
        } else if let (Some(day), TaskRole::Lead) = (entered, before.role) {
            // The lead reported outside the system: that is its proposal, on the day the document arrived.
            let owed = store::of_occurrence(conn, occurrence.id)?;
            missing(&owed, Some(before.id), step.reason.as_deref())?;
            let mut proposed = occurrence.clone();
            if occurrence.state != occurrences::model::TaskState::InProgress {
                proposed.state = occurrences::workflow::FLOW.next(proposed.state, TaskAction::Start)?;
            }
            proposed.state = occurrences::workflow::FLOW.next(proposed.state, TaskAction::Propose)?;
            proposed.proposed_on = Some(day);
            proposed.proposal_reason = step.reason.clone();
            occurrences::workflow::save(conn, ask, &task, task.clone(), &occurrence, proposed, TaskAction::Propose.word(), step.reason.as_deref())?;
        }
    }
    show(conn, ask, id)
}

/// A part is handled by a unit and a person of the agency that owes it.
fn check_handlers(conn: &mut Conn, ask: &Ask, step: &PartTransition, organization: Id, faults: &mut Vec<Fault>) -> Result<()> {
    if let Some(unit) = step.unit_id
        && !organizations::units(conn, organization)?.contains(&unit)
    {
        faults.push(Fault::at("/unit_id", "not_a_unit", "Đơn vị không trực thuộc cơ quan này.", "It is not a unit of this organisation."));
    }
    if let Some(officer) = step.officer_id
        && !people::works_for_any(conn, officer, &[Some(organization), step.unit_id], ask.today)?
    {
        faults.push(Fault::at("/officer_id", "unknown_reference", "Không phải người của cơ quan này.", "Nobody of this organisation."));
    }
    Ok(())
}

/// The handling unit reads the task and its plan, as long as some part names it (RULES 3).
fn follow_unit(conn: &mut Conn, before: &Part, unit: Option<Id>) -> Result<()> {
    if before.unit_id == unit {
        return Ok(());
    }
    if let Some(old) = before.unit_id {
        let still = store::tasks_with(conn, before.plan_id, old)?;
        if !still.contains(&before.task_id) {
            authz::unrelate(conn, TASK, before.task_id, old, Relations::RECIPIENT)?;
        }
        if still.is_empty() {
            authz::unrelate(conn, PLAN, before.plan_id, old, Relations::RECIPIENT)?;
        }
    }
    if let Some(new) = unit {
        authz::relate(conn, TASK, before.task_id, new, Relations::RECIPIENT)?;
        authz::relate(conn, PLAN, before.plan_id, new, Relations::RECIPIENT)?;
    }
    Ok(())
}

/// The day on which the named document arrived, which counts (RULES 4).
fn arrived(conn: &mut Conn, ask: &Ask, step: &PartTransition) -> Result<Option<NaiveDate>> {
    let Some(document) = step.document_id else { return Ok(step.received_on) };
    let (day, fault) = arrivals::day_of_arrival(conn, ask.actor.organization, document, step.received_on, "/received_on")?;
    all_well(fault.into_iter().collect())?;
    Ok(day.or(Some(ask.today)))
}

fn check(ask: &Ask, step: &PartTransition, before: &Part) -> Result<()> {
    let mut faults = Vec::new();
    let mut need = |there: bool, place: &str| {
        if !there {
            faults.push(Fault::at(place, "required", "Bước này cần trường này.", "This step needs this member."));
        }
    };
    match step.action {
        Act::Done => need(step.result.is_some(), "/result"),
        Act::Waive => need(step.reason.is_some(), "/reason"),
        Act::Enter => {
            need(step.result.is_some(), "/result");
            need(step.document_id.is_some(), "/document_id");
        }
        Act::Handle => need(step.unit_id.is_some() || step.officer_id.is_some(), "/unit_id"),
        Act::Confirm | Act::View => {}
    }
    if step.action == Act::Confirm && (before.entered_by.is_none() || before.confirmed_at.is_some()) {
        return Err(Error::conflict("nothing_to_confirm", "Không có kết quả ghi hộ chờ xác nhận.", "Nothing was entered that waits for confirmation."));
    }
    if step.received_on.is_some_and(|day| day > ask.today) {
        faults.push(Fault::at("/received_on", "in_future", "Ngày đến không thể ở tương lai.", "The day of arrival cannot lie ahead."));
    }
    all_well(faults)
}
