mod deciding;
mod handing_on;

pub use deciding::waive_open;
pub use handing_on::{move_due, moved_part};

use deciding::{accept, answers, give_back, must_be_done, propose};
use handing_on::{decline, reassign, receiver, redate};

use super::{
    model::{KIND, NewOccurrence, Occurrence, OccurrenceView, TaskState as State, TaskTransition},
    opening, store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well, gathered},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change},
    plans::{
        extensions, named,
        parts::{
            self,
            model::{Part, PartEntry, PartState},
        },
        tasks::{
            self, assignees,
            model::{Task, TaskAction as Act, TaskView, rule_words},
            policy::RULES,
        },
    },
};
use chrono::NaiveDate;

/// How a task, or one occurrence of a recurring one, lives.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Assigned, Act::Start, State::InProgress),
    (State::Assigned, Act::Decline, State::Declined),
    (State::Assigned, Act::Redate, State::Assigned),
    (State::Assigned, Act::Cancel, State::Cancelled),
    (State::InProgress, Act::Propose, State::CompletionProposed),
    (State::InProgress, Act::Redate, State::InProgress),
    (State::InProgress, Act::Cancel, State::Cancelled),
    (State::CompletionProposed, Act::Accept, State::Completed),
    (State::CompletionProposed, Act::Return, State::Returned),
    (State::CompletionProposed, Act::Cancel, State::Cancelled),
    (State::Returned, Act::Start, State::InProgress),
    (State::Returned, Act::Redate, State::Returned),
    (State::Returned, Act::Cancel, State::Cancelled),
    (State::Declined, Act::Reassign, State::Assigned),
    (State::Declined, Act::Cancel, State::Cancelled),
]);

/// What this caller may do with an occurrence now: what policy allows and the flow has room for.
pub fn allowed(ask: &Ask, task: &Task, standing: Standing, state: State) -> Result<Vec<Act>> {
    // Where nobody leads, completion follows from the parts.
    let has_lead = assignees::has_lead(&task.assignees()?);
    let beside: &[Act] = if state.is_open() { &[Act::Progress, Act::AskExtension, Act::GrantExtension, Act::Urge] } else { &[] };
    Ok(FLOW
        .actions(state)
        .filter(|act| has_lead || *act != Act::Propose)
        .chain(beside.iter().copied())
        .filter(|act| authz::may(RULES, &ask.actor, *act, standing))
        .collect())
}

/// Steps of those who answer for the occurrence: leading another one of the task gives no say in this.
const OF_WHO_ANSWERS: [Act; 3] = [Act::Start, Act::Propose, Act::Decline];

/// Occurrences of a task as this caller sees them: one statement, and none where nothing hangs on their parts.
pub fn views(conn: &mut Conn, ask: &Ask, task: &Task, standing: Standing, all: &[Occurrence]) -> Result<Vec<OccurrenceView>> {
    let ids: Vec<Id> = all.iter().map(|o| o.id).collect();
    let leads = OF_WHO_ANSWERS.iter().any(|act| authz::may(RULES, &ask.actor, *act, standing));
    let owed = if leads { parts::store::deciding(conn, &ids, ask.actor.organization)? } else { vec![] };
    all.iter().map(|occurrence| shown(ask, task, standing, occurrence, &owed)).collect()
}

/// An occurrence as this caller sees it; its own are among these parts.
pub fn shown(ask: &Ask, task: &Task, standing: Standing, occurrence: &Occurrence, owed: &[Part]) -> Result<OccurrenceView> {
    let has_lead = assignees::has_lead(&task.assignees()?);
    let mut allowed = allowed(ask, task, standing, occurrence.state)?;
    if !answers(owed.iter().filter(|p| p.occurrence_id == occurrence.id), has_lead, ask.actor.organization) {
        allowed.retain(|act| !OF_WHO_ANSWERS.contains(act));
    }
    OccurrenceView::of(occurrence, rule_words(task.rule()?.as_ref()), ask.today, allowed)
}

/// One occurrence as this caller sees it.
pub fn view(conn: &mut Conn, ask: &Ask, task: &Task, standing: Standing, occurrence: &Occurrence) -> Result<OccurrenceView> {
    views(conn, ask, task, standing, std::slice::from_ref(occurrence))?.pop().ok_or_else(|| Error::internal("an occurrence is not shown"))
}

/// Opens an occurrence of a task on occasion by hand.
pub fn open(conn: &mut Conn, ask: &Ask, task: Id, body: &Body<NewOccurrence>) -> Result<OccurrenceView> {
    let (task, standing) = tasks::store::find_as(conn, &ask.actor, task)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::OpenOccurrence, standing)?;
    ask.proceed(conn, None)?;
    if task.cadence != Some(tasks::model::Cadence::OnOccasion) {
        return Err(Error::conflict(
            "not_on_occasion",
            "Chỉ nhiệm vụ khi phát sinh mới mở từng lần bằng tay; nhiệm vụ định kỳ tự mở theo kỳ.",
            "Only tasks on occasion are opened by hand; recurring ones open with their period.",
        ));
    }
    if task.audience != Audience::Overseers as i32 || !crate::plans::is_active(conn, task.plan_id)? {
        return Err(not_active());
    }
    let new = body.open()?;
    let occurrence = opening::open_by_hand(conn, ask, &task, new.title, new.due_on)?;
    view(conn, ask, &task, standing, &occurrence)
}

/// 409: nothing is done yet, or any more, under this plan.
pub fn not_active() -> Error {
    Error::conflict("plan_not_active", "Kế hoạch chưa hoặc không còn hiệu lực thực hiện.", "The plan is not, or no longer, in force.")
}

/// Who may take no step at all is refused before the body is looked at.
pub fn may_step(ask: &Ask, standing: Standing) -> Result<()> {
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    if FLOW.0.iter().any(|(_, act, _)| authz::may(RULES, &ask.actor, *act, standing)) { Ok(()) } else { Err(Error::forbidden()) }
}

/// Takes a step with one occurrence.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<TaskTransition>) -> Result<OccurrenceView> {
    let (occurrence, task, standing) = store::find_as(conn, &ask.actor, id)?;
    may_step(ask, standing)?;
    ask.proceed(conn, Some(occurrence.version))?;
    let (task, occurrence) = step(conn, ask, task, standing, occurrence, body.open()?)?;
    view(conn, ask, &task, standing, &occurrence)
}

/// The step itself: policy, flow, what stands in the way, the change, the journal.
pub fn step(conn: &mut Conn, ask: &Ask, task: Task, standing: Standing, before: Occurrence, step: TaskTransition) -> Result<(Task, Occurrence)> {
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    if OF_WHO_ANSWERS.contains(&step.action) {
        let owed = parts::store::deciding(conn, &[before.id], ask.actor.organization)?;
        if !answers(owed.iter(), assignees::has_lead(&task.assignees()?), ask.actor.organization) {
            return Err(Error::forbidden());
        }
    }
    let mut after = before.clone();
    after.state = FLOW.next(before.state, step.action)?;
    let mut faults = Vec::new();
    gathered(&mut faults, check(&step))?;
    let papers: Vec<(String, Id)> = step.document_id.map(|id| ("/document_id".to_owned(), id)).into_iter().collect();
    gathered(&mut faults, named::evidence(conn, ask, &papers, step.links.as_deref().unwrap_or_default()))?;
    if let Some(ids) = step.part_ids.as_ref().filter(|_| step.action == Act::Return) {
        gathered(&mut faults, must_be_done(conn, before.id, ids))?;
    }
    let next = match step.organization_id.filter(|_| step.action == Act::Reassign) {
        Some(id) => gathered(&mut faults, receiver(conn, ask, &task, id))?,
        None => None,
    };
    all_well(faults)?;
    let mut task_after = task.clone();
    match step.action {
        Act::Propose => propose(conn, ask, &task, &mut after, &step)?,
        Act::Accept => accept(conn, ask, &task, &mut after)?,
        Act::Return => give_back(conn, ask, &task, &mut after, &step)?,
        Act::Decline => decline(conn, &task, &mut after, &step)?,
        Act::Reassign => {
            if let Some(next) = next {
                reassign(conn, ask, &mut task_after, &after, next)?;
            }
        }
        Act::Redate => redate(conn, ask, &task, &mut after, &step)?,
        Act::Cancel => {
            after.ended_on = Some(ask.today);
            after.reason = step.reason.clone();
            waive_open(conn, ask, task.owner_id, &[before.id], step.reason.as_deref())?;
        }
        _ => {}
    }
    save(conn, ask, &task, task_after, &before, after, step.action.word(), step.reason.as_deref())
}

fn check(step: &TaskTransition) -> Result<()> {
    let mut faults = Vec::new();
    let mut need = |there: bool, place: &str| {
        if !there {
            faults.push(Fault::at(place, "required", "Bước này cần trường này.", "This step needs this member."));
        }
    };
    match step.action {
        Act::Return | Act::Decline | Act::Cancel => need(step.reason.is_some(), "/reason"),
        Act::Reassign => need(step.organization_id.is_some(), "/organization_id"),
        Act::Redate => {
            need(step.reason.is_some(), "/reason");
            need(step.due_on.is_some(), "/due_on");
            need(step.document_id.is_some(), "/document_id");
        }
        _ => {}
    }
    all_well(faults)
}

/// 409 with the parts that are missing, unless a reason says why (RULES 9).
pub fn missing(owed: &[Part], own: Option<Id>, reason: Option<&str>) -> Result<()> {
    let by: Vec<Fault> = owed
        .iter()
        .filter(|p| p.required && p.is_open() && Some(p.id) != own)
        .map(|p| {
            let who = p.organization_id;
            Fault::at(
                format!("/parts/{}", p.id),
                "part_missing",
                format!("Còn thiếu phần của cơ quan {who}."),
                format!("The part of organisation {who} is missing."),
            )
        })
        .collect();
    if by.is_empty() || reason.is_some() {
        return Ok(());
    }
    Err(Error::blocked(
        "parts_missing",
        "Còn phần việc bắt buộc của cơ quan khác chưa xong; hãy chờ, miễn phần đó, hoặc nêu lý do.",
        "Required parts of other agencies are missing; wait, waive them, or say why in `reason`.",
        by,
    ))
}

/// Where nobody leads, the parts carry the task: with the first it is begun, with the last completion is proposed.
pub fn follow_parts(conn: &mut Conn, ask: &Ask, task: &Task, before: &Occurrence, entered: Option<NaiveDate>) -> Result<()> {
    let owed = parts::store::of_occurrence(conn, before.id)?;
    let mut after = before.clone();
    let is_begun = owed.iter().any(|p| p.state == PartState::Done);
    if is_begun && matches!(after.state, State::Assigned | State::Returned) {
        after.state = FLOW.next(after.state, Act::Start)?;
    }
    let any_required = owed.iter().any(|p| p.required);
    let waits = owed.iter().any(|p| p.is_open() && (p.required || !any_required));
    let last = owed.iter().filter(|p| p.state == PartState::Done).filter_map(|p| p.done_on).max();
    if let (false, Some(last), State::InProgress) = (waits, last, after.state) {
        after.state = FLOW.next(after.state, Act::Propose)?;
        after.proposed_on = Some(entered.unwrap_or(last));
    }
    if after.state != before.state {
        let action = if after.state == State::CompletionProposed { Act::Propose } else { Act::Start };
        save(conn, ask, task, task.clone(), before, after, action.word(), None)?;
    }
    Ok(())
}

/// Writes a part with its journal entry.
pub fn save_part(conn: &mut Conn, ask: &Ask, task: &Task, before: &Part, mut after: Part, action: &str, reason: Option<&str>) -> Result<()> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    parts::store::update(conn, before, &after)?;
    let change = Change {
        kind: parts::model::KIND,
        id: after.id,
        version: Some(after.version),
        owner: Some(task.owner_id),
        province: Some(task.province_id),
        action,
        reason,
    };
    journal::record(conn, ask, change, Some(&PartEntry::of(before, ask.today)?), Some(&PartEntry::of(&after, ask.today)?))
}

/// The one place that writes a state: of the occurrence, and where there is only one, of its task.
#[allow(clippy::too_many_arguments)] // before and after of both records, and why
pub fn save(
    conn: &mut Conn,
    ask: &Ask,
    task: &Task,
    mut task_after: Task,
    before: &Occurrence,
    mut after: Occurrence,
    action: &str,
    reason: Option<&str>,
) -> Result<(Task, Occurrence)> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, before, &after)?;
    let change = |kind: &'static str, id: Id, version: i32| Change {
        kind,
        id,
        version: Some(version),
        owner: Some(task.owner_id),
        province: Some(task.province_id),
        action: "",
        reason: None,
    };
    let entry = Change { action, reason, ..change(KIND, after.id, after.version) };
    let shown = |o: &Occurrence| OccurrenceView::of(o, None, ask.today, vec![]);
    journal::record(conn, ask, entry, Some(&shown(before)?), Some(&shown(&after)?))?;
    if after.state.is_ended() && !before.state.is_ended() {
        extensions::end_with(conn, ask, task, after.id)?;
    }
    let alone = !task.is_recurring();
    if alone || task_after.assignees != task.assignees {
        if alone {
            task_after.state = Some(after.state);
            task_after.due_on = after.due_on;
            task_after.due_sort = after.due_sort;
        }
        task_after.version = task.version + 1;
        task_after.updated_at = ask.now;
        task_after.updated_by = Some(ask.actor.user);
        tasks::store::update(conn, task, &task_after)?;
        let entry = Change { action, reason, ..change(tasks::model::KIND, task_after.id, task_after.version) };
        journal::record(conn, ask, entry, Some(&TaskView::of(task, ask.today, vec![])?), Some(&TaskView::of(&task_after, ask.today, vec![])?))?;
    }
    if !alone {
        tasks::store::repeat_earliest(conn, task.id)?;
    }
    Ok((task_after, after))
}
