//! Extensions: the way in which a due date moves; asked before it has come, decided by those who accept.

pub mod model;

pub use model::{Extension, ExtensionAction, ExtensionState, ExtensionTransition, ExtensionView, KIND, NewExtension};

use super::{
    model::NEVER,
    occurrences::{
        self,
        workflow::{move_due, moved_part, not_active, save, save_part},
    },
    parts::{
        self,
        model::{OldDue, PartState},
    },
    tasks::{
        self,
        model::{Task, TaskAction},
        policy::RULES as TASK_RULES,
    },
};
use crate::{
    ask::Ask,
    authz::{self, DRAFTERS, LEADERS, Reach, Relations, Rule, Scope, Standing, Who},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    flow::Flow,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    includes::{Include, Includes, Relation},
    journal::{self, Change, NOTHING},
    organizations,
    page::{NewestFirst, Page, Paging, Sort},
    schema::{access, extensions},
    sorted,
};
use actix_web::{HttpResponse, get, post, web::Path};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

use ExtensionAction as Act;
use ExtensionState as State;

/// "A leader of the plan's owner or of the monitoring office decides; whoever asked withdraws." Who reads the task reads
/// its extensions. `ADDRESSEE` is the agency that asked.
pub const RULES: &[Rule<ExtensionAction>] = &[
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::OWNER.and(Relations::MONITOR)), may: &[Act::Grant, Act::Refuse] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::ADDRESSEE), may: &[Act::Withdraw] },
];

/// How a request lives.
pub const FLOW: Flow<State, Act> =
    Flow(&[(State::Asked, Act::Grant, State::Granted), (State::Asked, Act::Refuse, State::Refused), (State::Asked, Act::Withdraw, State::Withdrawn)]);

fn standing_to(ask: &Ask, task: Standing, extension: &Extension) -> Standing {
    let own = Some(extension.organization_id) == ask.actor.organization;
    Standing { relations: if own { task.relations.and(Relations::ADDRESSEE) } else { task.relations }, ..task }
}

fn view(ask: &Ask, e: &Extension, task: Standing) -> ExtensionView {
    let standing = standing_to(ask, task, e);
    ExtensionView {
        id: e.id,
        task_id: e.task_id,
        occurrence_id: e.occurrence_id,
        part_id: e.part_id,
        organization_id: e.organization_id,
        reason: e.reason.clone(),
        asked_on: e.asked_on,
        due_before: e.due_before,
        due_asked: e.due_asked,
        due_granted: e.due_granted,
        state: e.state,
        answer: e.answer.clone(),
        decided_on: e.decided_on,
        version: e.version,
        created_at: e.created_at,
        updated_at: e.updated_at,
        allowed_actions: FLOW.actions(e.state).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
    }
}

fn find_as(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(Extension, Task, Standing)> {
    let extension: Extension = extensions::table.find(id).select(Extension::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)?;
    let (task, standing) = tasks::store::find_as(conn, &ask.actor, extension.task_id)?;
    authz::permit(TASK_RULES, &ask.actor, TaskAction::View, TaskAction::View, standing)?;
    Ok((extension, task, standing))
}

fn change<'a>(e: &Extension, task: &Task, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: e.id, version: Some(e.version), owner: Some(task.owner_id), province: Some(e.province_id), action, reason }
}

/// Asks for a later due date: for the task by whoever leads, for a part by whoever owes it.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewExtension>) -> Result<ExtensionView> {
    // Whose task it is stands in the body; who could ask for nothing is refused before.
    if !DRAFTERS.contains(&ask.actor.position) {
        return Err(Error::forbidden());
    }
    let own = ask.actor.organization()?;
    let (task, standing) = tasks::workflow::named(conn, ask, body)?;
    // Only who leads asks for all; for a part, only who owes it.
    let may_ask = match body.id("part_id").map(|id| parts::store::find(conn, id)) {
        Some(Ok(part)) => part.task_id != task.id || part.organization_id == own,
        Some(Err(Error::Refused(_))) => true,
        Some(Err(e)) => return Err(e),
        None => standing.relations.any(Relations::LEAD),
    };
    if !may_ask || !authz::may(TASK_RULES, &ask.actor, TaskAction::AskExtension, standing) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let unknown = |place: &str| Error::fault(place, "unknown_reference", "Không thuộc nhiệm vụ này.", "It is not of this task.");
    let Some(id) = new.occurrence_id.or(task.occurrence_id) else { return Err(not_active()) };
    let occurrence = match occurrences::store::find(conn, id) {
        Ok(o) if o.task_id == task.id => o,
        Ok(_) | Err(Error::Refused(_)) => return Err(unknown("/occurrence_id")),
        Err(e) => return Err(e),
    };
    let owed = parts::store::of_occurrence(conn, occurrence.id)?;
    let part = new.part_id.map(|id| owed.iter().find(|p| p.id == id).ok_or_else(|| unknown("/part_id"))).transpose()?;
    let (open, due, in_force) = match part {
        Some(part) => (part.is_open(), part.due_on.or(occurrence.due_on), part.due_sort),
        None => (occurrence.state.is_open(), occurrence.due_on, occurrence.due_sort),
    };
    if !open || !occurrence.state.is_open() {
        return Err(Error::conflict("occurrence_not_open", "Nhiệm vụ không còn ở trạng thái thực hiện.", "The task is not being carried out any more."));
    }
    let Some(due) = due.filter(|_| in_force < NEVER) else {
        return Err(Error::conflict("no_deadline", "Nhiệm vụ không có hạn nên không cần gia hạn.", "There is no due date to be moved."));
    };
    if ask.today >= in_force {
        return Err(Error::conflict(
            "too_late",
            format!("Gia hạn phải xin trước ngày đến hạn ({in_force})."),
            format!("An extension is asked for before the due date ({in_force})."),
        ));
    }
    let pending = extensions::table
        .filter(extensions::occurrence_id.eq(occurrence.id))
        .filter(extensions::organization_id.eq(own))
        .filter(extensions::state.eq(State::Asked));
    if diesel::select(diesel::dsl::exists(pending)).get_result(conn)? {
        return Err(Error::conflict("pending", "Đã có một yêu cầu gia hạn đang chờ.", "A request for an extension is waiting already."));
    }
    if new.due_on <= due {
        return Err(not_later());
    }
    let extension = Extension {
        id: Id::fresh(),
        province_id: task.province_id,
        task_id: task.id,
        occurrence_id: occurrence.id,
        part_id: new.part_id,
        organization_id: own,
        reason: new.reason,
        asked_on: ask.today,
        due_before: due,
        due_asked: new.due_on,
        due_granted: None,
        state: State::Asked,
        answer: None,
        decided_on: None,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    diesel::insert_into(extensions::table).values(&extension).execute(conn)?;
    let shown = view(ask, &extension, standing);
    journal::record(conn, ask, change(&extension, &task, "ask_extension", None), NOTHING, Some(&shown))?;
    Ok(shown)
}

/// Grants, refuses or withdraws. Granted, the due date moves and the old one stays visible.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ExtensionTransition>) -> Result<ExtensionView> {
    let (before, task, to_task) = find_as(conn, ask, id)?;
    let standing = standing_to(ask, to_task, &before);
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
    after.answer = step.reason.clone();
    after.decided_on = Some(ask.today);
    after.version += 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    match step.action {
        Act::Refuse if step.reason.is_none() => {
            return Err(Error::fault("/reason", "required", "Không đồng ý thì nêu lý do.", "Say why it is refused."));
        }
        Act::Grant => {
            after.due_granted = Some(grant(conn, ask, &task, &before, step.due_on)?);
        }
        _ => {}
    }
    update(conn, &before, &after)?;
    let shown = view(ask, &after, to_task);
    journal::record(conn, ask, change(&after, &task, step.action.word(), step.reason.as_deref()), Some(&view(ask, &before, to_task)), Some(&shown))?;
    Ok(shown)
}

/// Writes the request back if nobody has changed it meanwhile; `after` carries the next version.
fn update(conn: &mut Conn, before: &Extension, after: &Extension) -> Result<()> {
    let moved = diesel::update(extensions::table.find(before.id).filter(extensions::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

fn grant(conn: &mut Conn, ask: &Ask, task: &Task, extension: &Extension, given: Option<NaiveDate>) -> Result<NaiveDate> {
    let occurrence = occurrences::store::find(conn, extension.occurrence_id)?;
    let part = extension.part_id.map(|id| parts::store::find(conn, id)).transpose()?;
    // What waits for acceptance may still be given more time: it is judged by the date in force then.
    if occurrence.state.is_ended() || part.as_ref().is_some_and(|p| p.state == PartState::Waived) {
        return Err(Error::conflict("occurrence_not_open", "Nhiệm vụ không còn ở trạng thái thực hiện.", "The task is not being carried out any more."));
    }
    let due = given.unwrap_or(extension.due_asked);
    if due <= extension.due_before {
        return Err(not_later());
    }
    let in_force = part.as_ref().and_then(|p| p.due_on).or(occurrence.due_on);
    later_than(in_force, due)?;
    let old = OldDue { due_on: in_force, moved_on: ask.today, extension_id: Some(extension.id), document_id: None, reason: Some(extension.reason.clone()) };
    let reason = Some(extension.reason.as_str());
    match part {
        None => {
            let mut after = occurrence.clone();
            move_due(conn, ask, task, &mut after, Some(due), old)?;
            save(conn, ask, task, task.clone(), &occurrence, after, "extend", reason)?;
        }
        Some(before) => {
            let after = moved_part(conn, &before, due, old)?;
            save_part(conn, ask, task, &before, after, "extend", reason)?;
        }
    }
    Ok(due)
}

/// What still waits for a decision when an occurrence ends has nothing left to be decided about.
pub fn end_with(conn: &mut Conn, ask: &Ask, task: &Task, occurrence: Id) -> Result<()> {
    let pending = extensions::table.filter(extensions::occurrence_id.eq(occurrence)).filter(extensions::state.eq(State::Asked));
    let pending: Vec<Extension> = pending.order(extensions::id).select(Extension::as_select()).load(conn)?;
    let mut entries = Vec::new();
    for before in &pending {
        let after = Extension {
            state: State::Withdrawn,
            decided_on: Some(ask.today),
            version: before.version + 1,
            updated_at: ask.now,
            updated_by: Some(ask.actor.user),
            ..before.clone()
        };
        update(conn, before, &after)?;
        let reason = Some("Lần thực hiện đã kết thúc.");
        let shown = |e: &Extension| view(ask, e, Standing::NEW);
        entries.push(journal::entry(ask, change(&after, task, Act::Withdraw.word(), reason), Some(&shown(before)), Some(&shown(&after)))?);
    }
    journal::record_all(conn, &entries)
}

fn not_later() -> Error {
    Error::fault("/due_on", "not_later", "Hạn mới phải sau hạn cũ.", "The new due date must be later than the old one.")
}

/// 409 where the due date has meanwhile come to lie on that day or after it: an extension never takes time away.
pub fn later_than(in_force: Option<NaiveDate>, due: NaiveDate) -> Result<()> {
    match in_force {
        Some(day) if due <= day => Err(Error::conflict(
            "due_date_moved",
            format!("Hạn đã được dời đến {day}, không sớm hơn ngày {due}; hãy cho ngày muộn hơn hoặc không đồng ý."),
            format!("The due date has moved to {day} already, which is not before {due}; give a later day, or refuse."),
        )),
        _ => Ok(()),
    }
}

fn list(conn: &mut Conn, ask: &Ask, scope: &Scope, by: &By<ExtensionView>, sort: &Sort<NewestFirst>, paging: &Paging) -> Result<Page<Extension>> {
    let organization = ask.actor.organization.unwrap_or(ask.actor.user);
    let query = || {
        let mut query = extensions::table.into_boxed::<MultiBackend>();
        let related = access::table.filter(access::organization_id.eq(organization)).filter(access::kind.eq(tasks::model::KIND)).select(access::record_id);
        query = match scope.audience {
            Some(_) => query.filter(extensions::province_id.eq_any(scope.provinces.clone()).or(extensions::task_id.eq_any(related))),
            None => query.filter(extensions::task_id.eq_any(related)),
        };
        by.narrow(query)
    };
    let page = sorted!(conn, query().select(Extension::as_select()), paging, sort, extensions::id => Id, extensions::id, |e: &Extension| (e.id, e.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

impl Includes for ExtensionView {
    const RELATIONS: &'static [Relation] =
        &[Relation { to: &tasks::INCLUDED, by: &["task_id"] }, Relation { to: &organizations::INCLUDED, by: &["organization_id"] }];
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_extensions).service(create_extension).service(get_extension).service(transition_extension);
}

/// Requests for extensions of tasks that the caller may see
#[utoipa::path(tag = "plans", params(By<ExtensionView>, Sort<NewestFirst>, Include<ExtensionView>, Paging), responses((status = 200, description = "A page", body = Vec<ExtensionView>)))]
#[get("/extensions")]
async fn list_extensions(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<ExtensionView>, Sort<NewestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.including::<ExtensionView>()
        .list(paging, move |conn, ask, paging| {
            let scope = authz::scope(TASK_RULES, &ask.actor, TaskAction::View)?;
            let page = list(conn, ask, &scope, &by, &sort, paging)?;
            let ids: Vec<Id> = page.items.iter().map(|e| e.task_id).collect();
            let about: HashMap<Id, Standing> = tasks::store::find_many_as(conn, &ask.actor, &ids)?.into_iter().map(|(t, s)| (t.id, s)).collect();
            Ok(page.map(|e| view(ask, &e, about.get(&e.task_id).copied().unwrap_or(Standing::NEW))))
        })
        .await
}

/// Ask for an extension
#[utoipa::path(tag = "plans", request_body = NewExtension, responses((status = 201, description = "Asked", body = ExtensionView)))]
#[post("/extensions")]
async fn create_extension(call: Call, body: Body<NewExtension>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = create(conn, ask, body)?;
        Answer::created(format!("/api/v1/extensions/{}", view.id), &view, view.version)
    })
    .await
}

/// One request for an extension
#[utoipa::path(tag = "plans", params(("id" = Id, Path), Include<ExtensionView>), responses((status = 200, description = "The request", body = ExtensionView)))]
#[get("/extensions/{id}")]
async fn get_extension(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<ExtensionView>()
        .read(move |conn, ask| {
            let (extension, _, standing) = find_as(conn, ask, *id)?;
            let view = view(ask, &extension, standing);
            Answer::one(&view, view.version)
        })
        .await
}

/// Grant, refuse or withdraw
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), request_body = ExtensionTransition, responses((status = 200, description = "The request", body = ExtensionView)))]
#[post("/extensions/{id}/transitions")]
async fn transition_extension(call: Call, id: Path<Id>, body: Body<ExtensionTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
