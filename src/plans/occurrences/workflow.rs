use super::{
    model::{Decision, KIND, NewOccurrence, Occurrence, OccurrenceView, TaskState as State, TaskTransition, lays},
    opening, store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Standing},
    calendar::Calendar,
    calendars,
    db::Conn,
    error::{Error, Fault, Result, all_well},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change},
    ontime,
    plans::{
        model::{NEVER, calendar_error, from_json, to_json},
        parts::{
            self,
            model::{LayView, OldDue, Part, PartState, PartView, TaskRole},
        },
        store::Grants,
        tasks::{
            self,
            assignees::{self, Share},
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

/// The occurrence as this caller sees it.
pub fn view(ask: &Ask, task: &Task, standing: Standing, occurrence: &Occurrence) -> Result<OccurrenceView> {
    let allowed = allowed(ask, task, standing, occurrence.state)?;
    OccurrenceView::of(occurrence, rule_words(task.rule()?.as_ref()), ask.today, allowed)
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
    view(ask, &task, standing, &occurrence)
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
    view(ask, &task, standing, &occurrence)
}

/// The step itself: policy, flow, what stands in the way, the change, the journal.
pub fn step(conn: &mut Conn, ask: &Ask, task: Task, standing: Standing, before: Occurrence, step: TaskTransition) -> Result<(Task, Occurrence)> {
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    let mut after = before.clone();
    after.state = FLOW.next(before.state, step.action)?;
    check(&step)?;
    let mut task_after = task.clone();
    match step.action {
        Act::Propose => propose(conn, ask, &task, &mut after, &step)?,
        Act::Accept => accept(conn, ask, &mut after)?,
        Act::Return => give_back(conn, ask, &mut after, &step)?,
        Act::Decline => decline(conn, &task, &mut after, &step)?,
        Act::Reassign => reassign(conn, ask, &mut task_after, &after, &step)?,
        Act::Redate => redate(conn, ask, &task, &mut after, &step)?,
        Act::Cancel => {
            after.ended_on = Some(ask.today);
            after.reason = step.reason.clone();
            parts::store::waive_open(conn, &[before.id], step.reason.as_deref().unwrap_or_default(), ask.now, ask.actor.user)?;
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

fn propose(conn: &mut Conn, ask: &Ask, task: &Task, after: &mut Occurrence, step: &TaskTransition) -> Result<()> {
    let owed = parts::store::of_occurrence(conn, after.id)?;
    if !assignees::has_lead(&task.assignees()?) {
        return Err(Error::conflict(
            "no_lead",
            "Nhiệm vụ không có cơ quan chủ trì: mỗi cơ quan báo phần của mình, đủ phần thì nhiệm vụ tự chuyển chờ chấp nhận.",
            "Nobody leads this task: each agency reports its own part, and with the last one completion is proposed.",
        ));
    }
    let own = owed.iter().find(|p| Some(p.organization_id) == ask.actor.organization && p.role == TaskRole::Lead).ok_or_else(Error::forbidden)?;
    missing(&owed, Some(own.id), step.reason.as_deref())?;
    if own.is_open() {
        let mut done = own.clone();
        done.state = PartState::Done;
        done.done_on = Some(ask.today);
        done.result = step.result.clone().or(done.result);
        if let Some(links) = &step.links {
            done.links = to_json(links)?;
        }
        save_part(conn, ask, task, own, done, "done", step.reason.as_deref())?;
    }
    after.proposed_on = Some(ask.today);
    after.proposal_reason = step.reason.clone();
    Ok(())
}

/// Decides on time, once, and freezes it with all that explains it (RULES 12); each part by the day it was done.
fn accept(conn: &mut Conn, ask: &Ask, after: &mut Occurrence) -> Result<()> {
    let calendar = calendars::current(conn)?;
    // Continuous tasks and those on occasion have no deadline, whatever day the text names.
    let due = after.due_on.filter(|_| after.due_sort < NEVER);
    let submitted = after.proposed_on.unwrap_or(ask.today);
    let made = ontime::decide(due, &after.lays()?, submitted, &calendar).map_err(calendar_error)?;
    after.on_time = made.on_time;
    after.decision = Some(to_json(&Decision {
        on_time: made.on_time,
        due: made.due,
        effective_due: made.effective_due,
        submitted_on: made.submitted_on,
        returns: made.returns,
        receiver_days: made.receiver_days,
        working_days_late: made.working_days_late,
        rule: made.rule.to_owned(),
        calendar_version: made.calendar_version,
    })?);
    after.ended_on = Some(ask.today);
    let (mut well, mut late) = (Vec::new(), Vec::new());
    for part in parts::store::of_occurrence(conn, after.id)? {
        let (PartState::Done, Some(done_on)) = (part.state, part.done_on) else { continue };
        let due = part.due_on.or(due).filter(|_| part.due_sort < NEVER);
        match ontime::decide(due, &lays(&part.lays)?, done_on, &calendar).map_err(calendar_error)?.on_time {
            Some(true) => well.push(part.id),
            Some(false) => late.push(part.id),
            None => {}
        }
    }
    parts::store::freeze(conn, &well, true)?;
    parts::store::freeze(conn, &late, false)
}

/// The last day in force once versions have been returned: moved on by the days they lay, at least three working days.
fn in_force(due: Option<NaiveDate>, returned: &[ontime::Lay], calendar: &Calendar) -> Result<NaiveDate> {
    let Some(due) = due else { return Ok(NEVER) };
    let until = returned.iter().filter_map(|l| l.returned_on).max().unwrap_or(due);
    Ok(ontime::decide(Some(due), returned, until, calendar).map_err(calendar_error)?.effective_due.unwrap_or(due))
}

fn give_back(conn: &mut Conn, ask: &Ask, after: &mut Occurrence, step: &TaskTransition) -> Result<()> {
    let calendar = calendars::current(conn)?;
    let mut returns: Vec<LayView> = from_json(&after.lays)?;
    returns.push(LayView { submitted_on: after.proposed_on.unwrap_or(ask.today), returned_on: ask.today, reason: step.reason.clone() });
    after.lays = to_json(&returns)?;
    after.proposed_on = None;
    after.proposal_reason = None;
    after.reason = step.reason.clone();
    let timeless = after.due_sort == NEVER;
    if !timeless {
        after.due_sort = in_force(after.due_on, &after.lays()?, &calendar)?;
    }
    let owed = parts::store::of_occurrence(conn, after.id)?;
    let has_lead = owed.iter().any(|p| p.role == TaskRole::Lead);
    if let Some(unknown) = step.part_ids.iter().flatten().find(|id| !owed.iter().any(|p| p.id == **id && p.state == PartState::Done)) {
        return Err(Error::fault(
            "/part_ids",
            "unknown_reference",
            format!("Phần việc {unknown} không thuộc lần này hoặc chưa xong."),
            format!("Part {unknown} is not of this occurrence, or not done."),
        ));
    }
    for part in &owed {
        let named = step.part_ids.as_ref().map(|ids| ids.contains(&part.id));
        // Unless said, a lead does its own part again; where nobody leads, everybody who reported does.
        let again = part.state == PartState::Done && (named.unwrap_or(!has_lead) || (has_lead && part.role == TaskRole::Lead));
        if !again {
            continue;
        }
        let mut open = part.clone();
        let mut lay: Vec<LayView> = from_json(&part.lays)?;
        lay.push(LayView { submitted_on: part.done_on.unwrap_or(ask.today), returned_on: ask.today, reason: step.reason.clone() });
        open.lays = to_json(&lay)?;
        open.state = PartState::Assigned;
        open.done_on = None;
        open.reason = step.reason.clone();
        if !timeless {
            open.due_sort = in_force(part.due_on.or(after.due_on), &lays(&open.lays)?, &calendar)?;
        }
        let task = tasks::store::find(conn, part.task_id)?;
        save_part(conn, ask, &task, part, open, "return", step.reason.as_deref())?;
    }
    Ok(())
}

fn decline(conn: &mut Conn, task: &Task, after: &mut Occurrence, step: &TaskTransition) -> Result<()> {
    let owed = parts::store::of_occurrence(conn, after.id)?;
    let leads = assignees::has_lead(&task.assignees()?);
    let answerable = owed.iter().filter(|p| p.state != PartState::Waived && (!leads || p.role == TaskRole::Lead)).count();
    if answerable > 1 {
        return Err(Error::conflict(
            "not_alone",
            "Nhiều cơ quan cùng thực hiện: một cơ quan không từ chối thay cả nhiệm vụ; hãy đề nghị cơ quan giao miễn phần của mình.",
            "Several agencies do this task: none declines it for all; ask the owner to waive your part.",
        ));
    }
    after.reason = step.reason.clone();
    Ok(())
}

/// Back with the owner, the task goes to another lead; the one that declined is waived.
fn reassign(conn: &mut Conn, ask: &Ask, task: &mut Task, after: &Occurrence, step: &TaskTransition) -> Result<()> {
    let wrong = || Error::fault("/organization_id", "unknown_reference", "Cơ quan không thuộc tỉnh này.", "The organisation is not of this province.");
    let next = step.organization_id.ok_or_else(wrong)?;
    if !crate::organizations::find_many(conn, &[next])?.iter().any(|o| o.province_id == task.province_id || ask.actor.provinces.contains(&o.province_id)) {
        return Err(wrong());
    }
    let owed = parts::store::of_occurrence(conn, after.id)?;
    let mut given = task.assignees()?;
    let leads = assignees::has_lead(&given);
    let Some(old) = owed.iter().find(|p| p.is_open() && (!leads || p.role == TaskRole::Lead)) else { return Ok(()) };
    if old.organization_id == next {
        return Ok(());
    }
    let waived = Part { state: PartState::Waived, reason: after.reason.clone(), required: false, ..old.clone() };
    save_part(conn, ask, task, old, waived, "waive", after.reason.as_deref())?;
    match owed.iter().find(|p| p.organization_id == next) {
        Some(held) => {
            save_part(conn, ask, task, held, Part { role: old.role, required: old.required, state: PartState::Assigned, ..held.clone() }, "reassign", None)?
        }
        None => {
            let share = Share { organization: next, group: None, role: old.role, required: old.required, due_on: old.due_on };
            parts::store::insert(conn, &opening::part(ask, task, after, &share))?;
        }
    }
    for assignee in &mut given {
        if assignee.organization_id == Some(old.organization_id) {
            assignee.organization_id = Some(next);
        }
        assignee.members.retain(|m| *m != old.organization_id);
    }
    task.assignees = to_json(&given)?;
    let share = Share { organization: next, group: None, role: old.role, required: old.required, due_on: None };
    let mut grants = Grants::default();
    opening::relate_shares(conn, task, &[share], leads, &mut grants)?;
    grants.write(conn)
}

fn redate(conn: &mut Conn, ask: &Ask, task: &Task, after: &mut Occurrence, step: &TaskTransition) -> Result<()> {
    let old = OldDue { due_on: after.due_on, moved_on: ask.today, extension_id: None, document_id: step.document_id, reason: step.reason.clone() };
    move_due(conn, task, after, step.due_on, old)
}

/// Moves a due date; the old one stays visible.
pub fn move_due(conn: &mut Conn, task: &Task, after: &mut Occurrence, due: Option<NaiveDate>, old: OldDue) -> Result<()> {
    let calendar = calendars::current(conn)?;
    let mut history: Vec<OldDue> = from_json(&after.due_history)?;
    history.push(old);
    after.due_history = to_json(&history)?;
    after.due_on = due;
    after.due_sort = if task.is_timeless() { NEVER } else { in_force(due, &after.lays()?, &calendar)? };
    parts::store::follow(conn, after.id, after.due_sort)
}

/// Where nobody leads, the parts carry the task: with the first it is begun, with the last completion is proposed.
pub fn follow_parts(conn: &mut Conn, ask: &Ask, task: &Task, before: &Occurrence, entered: Option<NaiveDate>) -> Result<()> {
    let owed = parts::store::of_occurrence(conn, before.id)?;
    let mut after = before.clone();
    if matches!(after.state, State::Assigned | State::Returned) {
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
    journal::record(conn, ask, change, Some(&PartView::of(before, ask.today, vec![])?), Some(&PartView::of(&after, ask.today, vec![])?))
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
