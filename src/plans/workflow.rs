use super::{
    model::{KIND, NewPlan, Origin, Plan, PlanAction as Act, PlanPatch, PlanState as State, PlanTransition, PlanView},
    named,
    occurrences::{self, opening},
    policy::RULES,
    store::{self, Grants},
    tasks::{
        self,
        model::{Task, TaskAction},
    },
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Function, Relations, RoleGroup, Standing},
    db::{Conn, Json, add_to_counter},
    documents,
    error::{Error, Fault, Result, all_well, gathered},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations::{self, named::Named},
    text,
};
use chrono::Datelike;
use std::collections::BTreeMap;

mod expanding;

/// How a plan lives.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Draft, Act::Activate, State::Active),
    (State::Active, Act::ReExpand, State::Active),
    (State::Active, Act::Close, State::Closed),
    (State::Active, Act::Supersede, State::Superseded),
]);

/// What this caller may do with a plan now.
pub fn allowed(ask: &Ask, plan: &Plan, standing: Standing) -> Vec<Act> {
    let beside: &[Act] = match plan.state {
        State::Draft => &[Act::Edit, Act::Draft, Act::Delete],
        State::Active => &[Act::Edit, Act::Assign, Act::Survey],
        State::Closed | State::Superseded => &[Act::Survey],
    };
    beside.iter().copied().chain(FLOW.actions(plan.state)).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect()
}

/// The plan as this caller sees it.
pub fn view(ask: &Ask, plan: &Plan, standing: Standing) -> PlanView {
    PlanView {
        id: plan.id,
        province_id: plan.province_id,
        code: plan.code.clone(),
        title: plan.title.clone(),
        document_id: plan.document_id,
        owner_id: plan.owner_id,
        issuer_id: plan.issuer_id,
        owner_basis: plan.owner_basis.clone(),
        tracked_from: plan.tracked_from,
        state: plan.state,
        activated_on: plan.activated_on,
        ended_on: plan.ended_on,
        superseded_by: plan.superseded_by,
        source: plan.source.as_ref().map(|s| s.0.clone()),
        version: plan.version,
        created_at: plan.created_at,
        updated_at: plan.updated_at,
        allowed_actions: allowed(ask, plan, standing),
    }
}

/// The plan, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<PlanView> {
    let (plan, standing) = store::find_as(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    Ok(view(ask, &plan, standing))
}

/// Whether a plan is in force.
pub fn is_active(conn: &mut Conn, id: Id) -> Result<bool> {
    Ok(store::find(conn, id)?.state == State::Active)
}

/// Drafts a plan of the caller's organisation.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewPlan>) -> Result<PlanView> {
    if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    let (issuer, province) = (ask.actor.organization()?, ask.actor.province()?);
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let mut faults = Vec::new();
    gathered(&mut faults, check_title(&new.title))?;
    gathered(&mut faults, check_owner(conn, ask, issuer, province, new.owner_id))?;
    gathered(&mut faults, documents::named::must_be_seen(conn, ask, "/document_id", new.document_id))?;
    all_well(faults)?;
    let plan = add(conn, ask, province, issuer, new, Origin::default())?;
    show(conn, ask, plan.id)
}

/// A text entrusts its follow-up to another body where it directs that body: UBND, a Party committee, or a parent.
fn check_owner(conn: &mut Conn, ask: &Ask, issuer: Id, province: Id, owner: Option<Id>) -> Result<()> {
    let Some(owner) = owner.filter(|o| *o != issuer) else { return Ok(()) };
    let named = Named::read(conn, ask, province, &[owner])?;
    all_well(named.fault("/owner_id", owner).into_iter().collect())?;
    let is_unit = named.find(owner).is_some_and(|o| o.parent_id == Some(issuer));
    let directs = ask.actor.is(RoleGroup::Ubnd) || ask.actor.holds(Function::Overseer) || is_unit;
    if directs {
        return Ok(());
    }
    Err(Error::fault(
        "/owner_id",
        "cannot_entrust",
        "Chỉ UBND, cấp ủy chỉ đạo hoặc cơ quan cấp trên giao được việc theo dõi cho cơ quan khác.",
        "Only UBND, an overseeing Party committee or a parent entrusts the follow-up to another body.",
    ))
}

/// Adds a plan in draft; also the door of the seed loader, which finds its records by seed key.
pub fn add(conn: &mut Conn, ask: &Ask, province: Id, issuer: Id, new: NewPlan, origin: Origin) -> Result<Plan> {
    check_title(&new.title)?;
    let code = organizations::provinces::find(conn, province)?.code;
    let year = ask.today.year();
    let number = add_to_counter(conn, &format!("plan/{province}/{year}"), 1)?;
    let plan = Plan {
        id: Id::fresh(),
        province_id: province,
        audience: Audience::Related as i32,
        code: format!("KH-{code}-{year}-{number:04}"),
        title_fold: text::fold(&new.title),
        title: new.title,
        document_id: new.document_id,
        owner_id: new.owner_id.unwrap_or(issuer),
        issuer_id: issuer,
        owner_basis: new.owner_basis,
        tracked_from: new.tracked_from,
        state: State::Draft,
        activated_on: None,
        ended_on: None,
        superseded_by: None,
        source: origin.source.map(Json),
        seed_key: origin.seed_key,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    store::insert(conn, &plan)?;
    relate_owners(conn, &plan, &[])?;
    journal::record(conn, ask, change(&plan, "create", None), NOTHING, Some(&view(ask, &plan, Standing::NEW)))?;
    Ok(plan)
}

fn check_title(title: &str) -> Result<()> {
    if title.trim().is_empty() { Err(Error::fault("/title", "blank", "Hãy ghi tên kế hoạch.", "Give the plan's title.")) } else { Ok(()) }
}

/// While it is a draft, issuer and owner both work on it.
fn relate_owners(conn: &mut Conn, plan: &Plan, tasks: &[Task]) -> Result<()> {
    let mut grants = Grants::default();
    for organization in [plan.owner_id, plan.issuer_id] {
        grants.add(organization, KIND, plan.id, Relations::OWNER);
        for task in tasks {
            grants.add(organization, tasks::model::KIND, task.id, Relations::OWNER);
        }
    }
    grants.write(conn)
}

fn change<'a>(plan: &Plan, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: plan.id, version: Some(plan.version), owner: Some(plan.owner_id), province: Some(plan.province_id), action, reason }
}

/// Changes a draft; a plan in force takes corrections of its title and its document.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<PlanPatch>) -> Result<PlanView> {
    let (before, standing) = store::find_as(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Edit, standing)?;
    ask.proceed(conn, Some(before.version))?;
    if !matches!(before.state, State::Draft | State::Active) {
        return Err(occurrences::workflow::not_active());
    }
    let patch = body.open()?;
    let mut faults = Vec::new();
    if before.state == State::Active {
        let fixed = ["owner_id", "tracked_from"];
        let in_force = |member: &str| {
            Fault::at(format!("/{member}"), "in_force", "Kế hoạch đang thực hiện, không đổi được.", "The plan is in force; this cannot be changed.")
        };
        faults.extend(fixed.iter().filter(|m| body.names(m)).map(|m| in_force(m)));
    }
    // Of what stays as it is, nothing more is to be said.
    let owner = patch.owner_id.filter(|o| *o != before.owner_id && before.state == State::Draft);
    if let Some(title) = &patch.title {
        gathered(&mut faults, check_title(title))?;
    }
    gathered(&mut faults, documents::named::must_be_seen(conn, ask, "/document_id", patch.document_id.flatten()))?;
    gathered(&mut faults, check_owner(conn, ask, before.issuer_id, before.province_id, owner))?;
    all_well(faults)?;
    let mut after = before.clone();
    if let Some(title) = patch.title {
        after.title_fold = text::fold(&title);
        after.title = title;
    }
    after.document_id = patch.document_id.unwrap_or(after.document_id);
    after.owner_basis = patch.owner_basis.unwrap_or(after.owner_basis);
    after.tracked_from = patch.tracked_from.unwrap_or(after.tracked_from);
    if let Some(owner) = owner {
        after.owner_id = owner;
        hand_over(conn, ask, &before, &after)?;
    }
    save(conn, ask, &before, after, "edit", None)?;
    show(conn, ask, id)
}

/// Another owner before the plan is in force.
fn hand_over(conn: &mut Conn, ask: &Ask, before: &Plan, after: &Plan) -> Result<()> {
    let all = tasks::store::of_plan(conn, before.id)?;
    let mut entries = Vec::with_capacity(all.len());
    if before.owner_id != before.issuer_id {
        authz::unrelate(conn, KIND, before.id, before.owner_id, Relations::OWNER)?;
    }
    for task in &all {
        if before.owner_id != before.issuer_id {
            authz::unrelate(conn, tasks::model::KIND, task.id, before.owner_id, Relations::OWNER)?;
        }
        let moved = Task { owner_id: after.owner_id, version: task.version + 1, updated_at: ask.now, updated_by: Some(ask.actor.user), ..task.clone() };
        tasks::store::update(conn, task, &moved)?;
        entries.push(tasks::workflow::edited(ask, task, &moved)?);
    }
    journal::record_all(conn, &entries)?;
    relate_owners(conn, after, &all)
}

/// Deletes a draft with its tasks.
pub fn delete(conn: &mut Conn, ask: &Ask, id: Id) -> Result<()> {
    let (plan, standing) = store::find_as(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Delete, standing)?;
    ask.proceed(conn, Some(plan.version))?;
    if plan.state != State::Draft {
        return Err(Error::conflict("in_force", "Chỉ xóa được kế hoạch dự thảo.", "Only a draft can be deleted."));
    }
    let all = tasks::store::of_plan(conn, id)?;
    let entries = tasks::workflow::gone(ask, &all)?;
    // All in one statement, because any of them may be below another.
    tasks::store::remove(conn, &all.iter().map(|t| t.id).collect::<Vec<Id>>())?;
    store::remove(conn, id)?;
    journal::record_all(conn, &entries)?;
    journal::record(conn, ask, change(&plan, "delete", None), Some(&view(ask, &plan, standing)), NOTHING)
}

/// Takes a step: activate, expand groups again, close, supersede.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<PlanTransition>) -> Result<PlanView> {
    let (before, standing) = store::find_as(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
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
    match step.action {
        Act::Activate => {
            activate(conn, ask, &before)?;
            return show(conn, ask, id);
        }
        Act::ReExpand => expanding::re_expand(conn, ask, &before)?,
        Act::Supersede => {
            after.superseded_by = Some(named::successor(conn, ask, &before, step.superseded_by)?);
            end(conn, ask, &mut after, step.reason.as_deref())?;
        }
        _ => end(conn, ask, &mut after, step.reason.as_deref())?,
    }
    save(conn, ask, &before, after, step.action.word(), step.reason.as_deref())?;
    show(conn, ask, id)
}

/// Puts a draft in force: groups become their members of the day, agencies see their tasks, occurrences open.
pub fn activate(conn: &mut Conn, ask: &Ask, before: &Plan) -> Result<Plan> {
    let all = tasks::store::of_plan(conn, before.id)?;
    if all.is_empty() {
        return Err(Error::conflict("no_tasks", "Kế hoạch chưa có nhiệm vụ.", "The plan has no task yet."));
    }
    none_ended(conn, ask, &all)?;
    let mut after = before.clone();
    after.state = FLOW.next(before.state, Act::Activate)?;
    after.audience = Audience::Overseers as i32;
    after.activated_on = Some(ask.today);
    after.tracked_from = before.tracked_from.or(Some(ask.today));
    if before.issuer_id != before.owner_id {
        authz::unrelate(conn, KIND, before.id, before.issuer_id, Relations::OWNER)?;
        for task in &all {
            authz::unrelate(conn, tasks::model::KIND, task.id, before.issuer_id, Relations::OWNER)?;
        }
    }
    save(conn, ask, before, after.clone(), Act::Activate.word(), None)?;
    after.version += 1;
    opening::put_in_force(conn, ask, &after, &all)?;
    Ok(after)
}

/// 409 while a draft names bodies that have ended since it was written, as after a merger: who does their part is its
/// owner's to say.
fn none_ended(conn: &mut Conn, ask: &Ask, all: &[Task]) -> Result<()> {
    let mut named: Vec<(&Task, Id)> = Vec::new();
    for task in all {
        let assignees = task.assignees()?;
        let bodies = assignees.iter().filter_map(|a| a.organization_id).chain(task.approver_id).chain(task.through_id);
        named.extend(bodies.map(|id| (task, id)));
    }
    let mut ids: Vec<Id> = named.iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let over: Vec<organizations::Organization> = organizations::find_many(conn, &ids)?.into_iter().filter(|o| o.is_over(ask.today)).collect();
    let one = |(task, id): (&Task, Id)| {
        let body = over.iter().find(|o| o.id == id)?;
        let (vi, en) = (format!("{}: {} không còn hoạt động.", task.code, body.name), format!("{}: {} has ended.", task.code, body.name));
        Some(Fault::at(format!("/tasks/{}", task.id), "ended", vi, en))
    };
    let faults: Vec<Fault> = named.into_iter().filter_map(one).collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(Error::blocked(
        "body_ended",
        "Có nhiệm vụ nêu cơ quan không còn hoạt động; hãy nêu cơ quan kế thừa rồi mới kích hoạt.",
        "Some tasks name bodies that have ended; name their successors before activating.",
        faults,
    ))
}

/// What is still open when a plan ends is cancelled, and only with a reason.
fn end(conn: &mut Conn, ask: &Ask, after: &mut Plan, reason: Option<&str>) -> Result<()> {
    let open = occurrences::store::unended(conn, after.id)?;
    if let (false, None) = (open.is_empty(), reason) {
        let by = open
            .iter()
            .take(50)
            .map(|o| {
                let state = o.state;
                Fault::at(format!("/task-occurrences/{}", o.id), "open", format!("Còn ở trạng thái '{state}'."), format!("Still in state '{state}'."))
            })
            .collect();
        return Err(Error::blocked(
            "tasks_open",
            "Còn nhiệm vụ đang mở; hãy kết thúc chúng hoặc nêu lý do để hủy.",
            "Some tasks are open; end them, or give a reason to cancel them.",
            by,
        ));
    }
    let ids: Vec<Id> = open.iter().map(|o| o.id).collect();
    let all: BTreeMap<Id, Task> = tasks::store::of_plan(conn, after.id)?.into_iter().map(|t| (t.id, t)).collect();
    occurrences::workflow::waive_open(conn, ask, after.owner_id, &ids, reason)?;
    for occurrence in &open {
        let Some(task) = all.get(&occurrence.task_id) else { continue };
        let mut ended = occurrence.clone();
        ended.state = occurrences::workflow::FLOW.next(occurrence.state, TaskAction::Cancel)?;
        ended.ended_on = Some(ask.today);
        ended.reason = reason.map(str::to_owned);
        occurrences::workflow::save(conn, ask, task, task.clone(), occurrence, ended, TaskAction::Cancel.word(), reason)?;
    }
    for task in all.values().filter(|t| t.opens_on.is_some()) {
        tasks::store::set_opening(conn, task.id, None)?;
    }
    after.ended_on = Some(ask.today);
    Ok(())
}

fn save(conn: &mut Conn, ask: &Ask, before: &Plan, mut after: Plan, action: &str, reason: Option<&str>) -> Result<()> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, before, &after)?;
    let (was, is) = (view(ask, before, Standing::NEW), view(ask, &after, Standing::NEW));
    journal::record(conn, ask, change(&after, action, reason), Some(&was), Some(&is))
}
