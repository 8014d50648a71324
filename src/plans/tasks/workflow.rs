use super::{
    assignees,
    model::{Cadence, KIND, NewTask, Task, TaskAction as Act, TaskDetail, TaskPatch, TaskView},
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, DRAFTERS, Relations, Standing},
    calendar::{DueRule, DueRuleKind},
    calendars,
    db::{Conn, add_to_counter},
    error::{Error, Fault, Result, all_well},
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations::{self, named::Named},
    plans::{
        model::{KIND as PLAN, NEVER, Origin, Plan, PlanAction, PlanState, calendar_fault, to_json},
        occurrences::{self, model::TaskTransition, opening, workflow::may_step},
        parts::{self, model::TaskForm},
        policy::RULES as PLAN_RULES,
    },
    text,
};
use chrono::{Datelike, NaiveDate};
use serde::de::DeserializeOwned;

/// What this caller may do with a task now.
pub fn allowed(ask: &Ask, task: &Task, standing: Standing) -> Result<Vec<Act>> {
    let mut acts = Vec::new();
    let in_force = task.audience == Audience::Overseers as i32;
    let mut beside = vec![Act::Edit];
    if !in_force {
        beside.push(Act::Delete);
    } else if task.is_open() || task.is_recurring() {
        beside.push(Act::Assign);
    }
    if in_force && task.cadence == Some(Cadence::OnOccasion) {
        beside.push(Act::OpenOccurrence);
    }
    acts.extend(beside.into_iter().filter(|act| authz::may(RULES, &ask.actor, *act, standing)));
    if let Some(state) = task.state {
        acts.extend(occurrences::workflow::allowed(ask, task, standing, state)?);
    }
    Ok(acts)
}

/// The task as a list shows it to this caller.
pub fn view(ask: &Ask, task: &Task, standing: Standing) -> Result<TaskView> {
    TaskView::of(task, ask.today, allowed(ask, task, standing)?)
}

/// The task, if this caller may look at it: two statements.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<TaskDetail> {
    let (task, occurrence, standing) = store::find_whole(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    let owed = match &occurrence {
        Some(occurrence) => parts::store::of_occurrence(conn, occurrence.id)?,
        None => vec![],
    };
    Ok(TaskDetail {
        occurrence: occurrence.map(|o| occurrences::workflow::shown(ask, &task, standing, &o, &owed)).transpose()?,
        parts: parts::workflow::views(ask, &task, standing, &owed)?,
        source: task.source.as_ref().map(|s| s.0.clone()),
        task: view(ask, &task, standing)?,
    })
}

/// The task that a body names: 422 where the caller may not see it, so that nothing is given away. For verbs whose right
/// hangs on it, before a repeated call is answered (RULES 21).
pub fn named<T: DeserializeOwned>(conn: &mut Conn, ask: &Ask, body: &Body<T>) -> Result<(Task, Standing)> {
    let found = match body.id("task_id").map(|id| store::find_as(conn, &ask.actor, id)) {
        None | Some(Err(Error::Refused(_))) => None,
        Some(found) => Some(found?).filter(|(_, standing)| authz::may(RULES, &ask.actor, Act::View, *standing)),
    };
    match found {
        Some(found) => Ok(found),
        // What else is wrong with the body is told first, with all that is missing.
        None => body.open().and_then(|_| {
            let (vi, en) = ("Không có nhiệm vụ này, hoặc người gọi không được xem.", "There is no such task to be seen.");
            Err(Error::fault("/task_id", "unknown_reference", vi, en))
        }),
    }
}

/// The plan that a new task's body names, likewise.
fn plan_named(conn: &mut Conn, ask: &Ask, body: &Body<NewTask>) -> Result<(Plan, Standing)> {
    let found = match body.id("plan_id").map(|id| crate::plans::store::find_as(conn, &ask.actor, id)) {
        None | Some(Err(Error::Refused(_))) => None,
        Some(found) => Some(found?).filter(|(_, standing)| authz::may(PLAN_RULES, &ask.actor, PlanAction::View, *standing)),
    };
    match found {
        Some(found) => Ok(found),
        None => body.open().and_then(|_| {
            let (vi, en) = ("Không có kế hoạch này, hoặc người gọi không được xem.", "There is no such plan to be seen.");
            Err(Error::fault("/plan_id", "unknown_reference", vi, en))
        }),
    }
}

/// Adds a task to a plan: by a drafter of the owner while the plan is a draft, by its leader once it is in force.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewTask>) -> Result<TaskDetail> {
    if !DRAFTERS.contains(&ask.actor.position) {
        return Err(Error::forbidden());
    }
    let (plan, standing) = plan_named(conn, ask, body)?;
    let act = if plan.state == PlanState::Draft { PlanAction::Draft } else { PlanAction::Assign };
    if !authz::may(PLAN_RULES, &ask.actor, act, standing) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let task = add(conn, ask, &plan, body.open()?, Origin::default())?;
    show(conn, ask, task.id)
}

/// Adds a task; also the door of the seed loader, which finds its records by seed key.
pub fn add(conn: &mut Conn, ask: &Ask, plan: &Plan, new: NewTask, origin: Origin) -> Result<Task> {
    if !matches!(plan.state, PlanState::Draft | PlanState::Active) {
        return Err(occurrences::workflow::not_active());
    }
    let mut faults = Vec::new();
    if new.content.trim().is_empty() {
        faults.push(Fault::at("/content", "blank", "Hãy ghi nội dung nhiệm vụ.", "Say what the task is."));
    }
    if new.due_on.is_some() && new.due_rule.is_some() {
        faults.push(Fault::at("/due_rule", "one_of", "Chọn ngày hạn hoặc quy tắc hạn, không cả hai.", "Give a due date or a due rule, not both."));
    }
    let rule = new.due_rule.or(new.due_on.map(|day| DueRule { date: Some(day), ..DueRule::of(DueRuleKind::Fixed) }));
    check_rule(conn, rule.as_ref(), new.cadence, ask.today, &mut faults)?;
    check_through(new.form, new.through_id, &mut faults);
    check_bodies(conn, ask, plan.province_id, &[("/approver_id", new.approver_id), ("/through_id", new.through_id)], &mut faults)?;
    check_parent(conn, plan.id, new.parent_id, None, &mut faults)?;
    let given = assignees::accept(conn, ask, plan.province_id, new.form, new.assignees, &mut faults)?;
    all_well(faults)?;
    let mut source = origin.source;
    if !new.partners_raw.is_empty() {
        let members = source.get_or_insert_with(|| serde_json::json!({}));
        if let Some(members) = members.as_object_mut() {
            members.insert("partners_raw".into(), serde_json::json!(new.partners_raw));
        }
    }
    let province = organizations::provinces::find(conn, plan.province_id)?;
    let year = ask.today.year();
    let number = add_to_counter(conn, &format!("task/{}/{year}", province.id), 1)?;
    let task = Task {
        id: Id::fresh(),
        province_id: plan.province_id,
        audience: Audience::Related as i32,
        plan_id: plan.id,
        parent_id: new.parent_id,
        owner_id: plan.owner_id,
        code: format!("NV-{}-{year}-{number:04}", province.code),
        place: new.place,
        reference: new.reference,
        content_fold: text::fold(&new.content),
        content: new.content,
        source_text: new.source_text,
        form: new.form,
        role_word: new.role_word,
        product: new.product,
        approver_id: new.approver_id,
        through_id: new.through_id,
        cadence: new.cadence,
        due_rule: rule.as_ref().map(to_json).transpose()?,
        assignees: to_json(&given)?,
        source: source.map(crate::db::Json),
        state: None,
        occurrence_id: None,
        due_on: None,
        due_sort: NEVER,
        opens_on: None,
        seed_key: origin.seed_key,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    // Whoever issued the plan drafts it too; once in force it only oversees.
    let drafted_by_another = plan.state == PlanState::Draft && plan.owner_id != plan.issuer_id;
    let owners = [plan.owner_id, plan.issuer_id];
    store::insert(conn, &task, if drafted_by_another { &owners } else { &owners[..1] })?;
    journal::record(conn, ask, change(&task, "create", None), NOTHING, Some(&TaskView::of(&task, ask.today, vec![])?))?;
    if plan.state == PlanState::Active {
        let (opened, owed) = opening::put_in_force(conn, ask, plan, std::slice::from_ref(&task))?;
        journal::record_all(conn, &opening::told(ask, plan.owner_id, &opened, &owed)?)?;
    }
    Ok(task)
}

fn change<'a>(task: &Task, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: task.id, version: Some(task.version), owner: Some(task.owner_id), province: Some(task.province_id), action, reason }
}

/// A rule is sound, and gives a day for the periods of the cadence.
fn check_rule(conn: &mut Conn, rule: Option<&DueRule>, cadence: Option<Cadence>, today: NaiveDate, faults: &mut Vec<Fault>) -> Result<()> {
    let Some(rule) = rule else { return Ok(()) };
    let found = rule.validate();
    if !found.is_empty() {
        faults.extend(found.into_iter().map(|(place, code)| {
            Fault::at(format!("/due_rule{place}"), code, "Quy tắc hạn chưa đúng ở trường này.", "The due rule is not right at this member.")
        }));
        return Ok(());
    }
    let sample = cadence.and_then(Cadence::frequency).map(|f| f.periods_of(today.year())).unwrap_or_default();
    let calendar = calendars::current(conn)?;
    let tried = if sample.is_empty() {
        rule.last_day(None, Some(today), &calendar).map(drop)
    } else {
        sample.iter().try_for_each(|period| rule.last_day(Some(period), Some(today), &calendar).map(drop))
    };
    if let Err(e) = tried {
        faults.push(calendar_fault("/due_rule", &e));
    }
    Ok(())
}

fn check_through(form: TaskForm, through: Option<Id>, faults: &mut Vec<Fault>) {
    if (form == TaskForm::Through) != through.is_some() {
        faults.push(Fault::at(
            "/through_id",
            "through",
            "Hình thức 'qua' cần nêu cơ quan mà nhiệm vụ đi qua, và chỉ hình thức này.",
            "Form `through` names the body through which the task is given, and no other form does.",
        ));
    }
}

fn check_bodies(conn: &mut Conn, ask: &Ask, province: Id, bodies: &[(&'static str, Option<Id>)], faults: &mut Vec<Fault>) -> Result<()> {
    let ids: Vec<Id> = bodies.iter().filter_map(|(_, id)| *id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let named = Named::read(conn, ask, province, &ids)?;
    faults.extend(bodies.iter().filter_map(|(place, id)| named.fault(place, (*id)?)));
    Ok(())
}

/// A parent is a task of the same plan, and nothing is part of itself.
fn check_parent(conn: &mut Conn, plan: Id, parent: Option<Id>, child: Option<Id>, faults: &mut Vec<Fault>) -> Result<()> {
    let mut next = parent;
    for _ in 0..8 {
        let Some(id) = next else { return Ok(()) };
        match store::find_many(conn, &[id])?.pop().filter(|t| t.plan_id == plan && Some(t.id) != child) {
            Some(above) => next = above.parent_id,
            None => break,
        }
    }
    faults.push(Fault::at("/parent_id", "bad_parent", "Nhiệm vụ cha không thuộc kế hoạch này.", "The parent task is not of this plan."));
    Ok(())
}

/// Changes a task: all of it in a draft; in force only what assigns nothing.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<TaskPatch>) -> Result<TaskDetail> {
    let (before, standing) = store::find_as(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Edit, standing)?;
    ask.proceed(conn, Some(before.version))?;
    let in_force = before.audience == Audience::Overseers as i32;
    if in_force && !crate::plans::is_active(conn, before.plan_id)? {
        return Err(occurrences::workflow::not_active());
    }
    let mut patch = body.open()?;
    let mut faults = Vec::new();
    if in_force {
        let fixed = ["form", "cadence", "due_rule", "assignees", "through_id"];
        faults.extend(fixed.iter().filter(|member| body.names(member)).map(|member| {
            Fault::at(
                format!("/{member}"),
                "in_force",
                "Nhiệm vụ đã giao: hạn chỉ đổi bằng gia hạn hoặc văn bản mới, cơ quan bằng phần việc.",
                "The task is in force: due dates move by extension or a later document, agencies by parts.",
            )
        }));
        // Of what stays as it is, nothing more is to be said.
        patch = TaskPatch { form: None, cadence: None, due_rule: None, assignees: None, through_id: None, ..patch };
    }
    let mut after = before.clone();
    if let Some(content) = patch.content {
        if content.trim().is_empty() {
            faults.push(Fault::at("/content", "blank", "Hãy ghi nội dung nhiệm vụ.", "Say what the task is."));
        }
        after.content_fold = text::fold(&content);
        after.content = content;
    }
    after.parent_id = patch.parent_id.unwrap_or(after.parent_id);
    after.place = patch.place.unwrap_or(after.place);
    after.reference = patch.reference.unwrap_or(after.reference);
    after.source_text = patch.source_text.unwrap_or(after.source_text);
    after.role_word = patch.role_word.unwrap_or(after.role_word);
    after.product = patch.product.unwrap_or(after.product);
    after.approver_id = patch.approver_id.unwrap_or(after.approver_id);
    after.through_id = patch.through_id.unwrap_or(after.through_id);
    after.form = patch.form.unwrap_or(after.form);
    after.cadence = patch.cadence.unwrap_or(after.cadence);
    if let Some(rule) = patch.due_rule {
        after.due_rule = rule.as_ref().map(to_json).transpose()?;
    }
    check_rule(conn, after.rule()?.as_ref(), after.cadence, ask.today, &mut faults)?;
    check_through(after.form, after.through_id, &mut faults);
    // Whoever stands there already may have ended since.
    let fresh = |is: Option<Id>, was: Option<Id>| is.filter(|_| is != was);
    let bodies = [("/approver_id", fresh(after.approver_id, before.approver_id)), ("/through_id", fresh(after.through_id, before.through_id))];
    check_bodies(conn, ask, after.province_id, &bodies, &mut faults)?;
    check_parent(conn, after.plan_id, after.parent_id, Some(after.id), &mut faults)?;
    if let Some(given) = patch.assignees {
        after.assignees = to_json(&assignees::accept(conn, ask, after.province_id, after.form, given, &mut faults)?)?;
    }
    all_well(faults)?;
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, &before, &after)?;
    if in_force && after.approver_id != before.approver_id {
        // As when the task was put in force: who approves it reads its plan too.
        if let Some(old) = before.approver_id {
            authz::unrelate(conn, KIND, id, old, Relations::APPROVER)?;
            if !store::is_approved_by(conn, after.plan_id, old)? {
                authz::unrelate(conn, PLAN, after.plan_id, old, Relations::APPROVER)?;
            }
        }
        if let Some(new) = after.approver_id {
            authz::relate(conn, KIND, id, new, Relations::APPROVER)?;
            authz::relate(conn, PLAN, after.plan_id, new, Relations::APPROVER)?;
        }
    }
    let (was, is) = (TaskView::of(&before, ask.today, vec![])?, TaskView::of(&after, ask.today, vec![])?);
    journal::record(conn, ask, change(&after, "edit", None), Some(&was), Some(&is))?;
    show(conn, ask, id)
}

/// Deletes a task of a draft plan.
pub fn delete(conn: &mut Conn, ask: &Ask, id: Id) -> Result<()> {
    let (task, standing) = store::find_as(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Delete, standing)?;
    ask.proceed(conn, Some(task.version))?;
    if task.audience != Audience::Related as i32 {
        return Err(Error::conflict("in_force", "Nhiệm vụ đã giao thì hủy, không xóa.", "A task in force is cancelled, not deleted."));
    }
    if store::has_children(conn, id)? {
        return Err(Error::conflict("has_children", "Nhiệm vụ còn nhiệm vụ con.", "The task has tasks below it."));
    }
    store::remove(conn, &[id])?;
    journal::record(conn, ask, change(&task, "delete", None), Some(&TaskView::of(&task, ask.today, vec![])?), NOTHING)
}

/// What the journal says of tasks that go with their plan, a draft.
pub fn gone(ask: &Ask, tasks: &[Task]) -> Result<Vec<journal::Entry>> {
    tasks.iter().map(|task| journal::entry(ask, change(task, "delete", None), Some(&TaskView::of(task, ask.today, vec![])?), NOTHING)).collect()
}

/// What the journal says of a task that is changed with its plan, a draft.
pub fn edited(ask: &Ask, before: &Task, after: &Task) -> Result<journal::Entry> {
    journal::entry(ask, change(after, "edit", None), Some(&TaskView::of(before, ask.today, vec![])?), Some(&TaskView::of(after, ask.today, vec![])?))
}

/// Takes a step with a task that has one occurrence.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<TaskTransition>) -> Result<TaskDetail> {
    let (task, occurrence, standing) = store::find_whole(conn, &ask.actor, id)?;
    may_step(ask, standing)?;
    ask.proceed(conn, Some(task.version))?;
    let step = body.open()?;
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    if task.is_recurring() {
        return Err(Error::conflict(
            "recurring",
            "Nhiệm vụ định kỳ không có trạng thái riêng; hãy thao tác trên từng lần thực hiện.",
            "A recurring task has no state of its own; act on its occurrences.",
        ));
    }
    let Some(occurrence) = occurrence else { return Err(occurrences::workflow::not_active()) };
    occurrences::workflow::step(conn, ask, task, standing, occurrence, step)?;
    show(conn, ask, id)
}
