use super::{
    model::{KIND, Message, NewUrging, Target, TargetKind, Urging, UrgingAction as Act, UrgingState as State, UrgingTransition, UrgingView},
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Function, LEADERS, Relations, RoleGroup, Standing},
    db::{Conn, add_to_counter},
    documents,
    error::{Error, Fault, Result, all_well},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations,
    plans::{
        occurrences,
        parts::{
            self,
            model::{Part, TaskForm},
        },
        store::Grants,
        tasks::{
            self,
            model::{Task, TaskAction},
            policy::RULES as TASK_RULES,
        },
    },
};
use chrono::Datelike;

/// How an urging lives.
pub const FLOW: Flow<State, Act> = Flow(&[(State::Sent, Act::Acknowledge, State::Acknowledged), (State::Acknowledged, Act::Answer, State::Answered)]);

/// The urging as this caller sees it.
pub fn view(ask: &Ask, u: &Urging, standing: Standing) -> UrgingView {
    UrgingView {
        id: u.id,
        province_id: u.province_id,
        number: u.number,
        counted_in: u.counted_in.clone(),
        target_kind: u.target_kind,
        target_id: u.target_id,
        plan_id: u.plan_id,
        organization_id: u.organization_id,
        sender_id: u.sender_id,
        level: u.level,
        basis: u.basis.clone(),
        text: u.text.clone(),
        document_id: u.document_id,
        due_on: u.due_on,
        respond_by: u.respond_by,
        state: u.state,
        sent_on: u.sent_on,
        acknowledged_at: u.acknowledged_at,
        answered_at: u.answered_at,
        answer: u.answer.clone(),
        overdue: u.state != State::Answered && u.respond_by.is_some_and(|day| day < ask.today),
        entered_by: u.entered_by,
        answer_document_id: u.answer_document_id,
        version: u.version,
        created_at: u.created_at,
        updated_at: u.updated_at,
        allowed_actions: FLOW.actions(u.state).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
    }
}

/// The urging, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<UrgingView> {
    let (urging, standing) = store::find_as(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    Ok(view(ask, &urging, standing))
}

/// Urges an agency for its part of a task.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewUrging>) -> Result<UrgingView> {
    if !LEADERS.contains(&ask.actor.position) {
        return Err(Error::forbidden());
    }
    // What is urged for stands in the body: looked at before a repeated call is answered (RULES 21).
    let (task, standing, occurrence, part) = aimed_at(conn, ask, body)?;
    if !authz::may(TASK_RULES, &ask.actor, TaskAction::Urge, standing) {
        return Err(Error::forbidden());
    }
    let whole = Relations::OWNER.and(Relations::MONITOR).and(Relations::FOCAL);
    let oversees = standing.relations.any(whole) || ask.actor.is(RoleGroup::Ubnd) || ask.actor.holds(Function::FocalPoint);
    // An agency urges its own units, and nobody else's.
    let is_own_unit = |o: &organizations::Organization| o.parent_id.is_some() && o.parent_id == ask.actor.organization;
    let urged = part.as_ref().map(|part| part.organization_id).or(body.id("organization_id"));
    if !oversees
        && let Some(urged) = urged
        && !organizations::find_many(conn, &[urged])?.iter().any(is_own_unit)
    {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let owed = owed(conn, &task, occurrence, part, new.organization_id)?;
    if !owed.is_open() {
        return Err(Error::conflict("part_not_open", "Phần việc này không còn phải làm.", "This part is not owed any more."));
    }
    documents::named::must_be_seen(conn, ask, "/document_id", new.document_id)?;
    let occurrence = occurrences::store::find(conn, owed.occurrence_id)?;
    let target = Target {
        kind: new.target_kind,
        id: new.target_id,
        province: task.province_id,
        plan: Some(task.plan_id),
        organization: owed.organization_id,
        due_on: owed.due_on.or(occurrence.due_on),
        period: occurrence.period,
        requested: task.form == TaskForm::Request || owed.form == TaskForm::Request,
        followers: store::followers(conn, task.id)?,
    };
    let message = Message { level: new.level, basis: new.basis, text: new.text, respond_by: new.respond_by, document_id: new.document_id };
    let urging = send(conn, ask, target, message)?;
    show(conn, ask, urging.id)
}

/// A task, how the caller stands to it, and the occurrence and part of it that are urged for, where they are named.
type Aim = (Task, Standing, Option<Id>, Option<Part>);

/// What is urged for: 422 where the caller may not see it, so that nothing is given away.
fn aimed_at(conn: &mut Conn, ask: &Ask, body: &Body<NewUrging>) -> Result<Aim> {
    let found = match find_aim(conn, ask, body) {
        Err(Error::Refused(_)) => None,
        found => found?.filter(|(_, standing, ..)| authz::may(TASK_RULES, &ask.actor, TaskAction::View, *standing)),
    };
    match found {
        Some(found) => Ok(found),
        // What else is wrong with the body is told first, with all that is missing.
        None => body.open().and_then(|new| {
            if new.target_kind == TargetKind::Obligation {
                return Err(Error::fault(
                    "/target_kind",
                    "not_here",
                    "Nghĩa vụ báo cáo được đôn đốc tại chính nghĩa vụ đó.",
                    "Reporting obligations are urged at the obligation itself.",
                ));
            }
            let (vi, en) = ("Không có bản ghi này, hoặc người gọi không được xem.", "There is no such record to be seen.");
            Err(Error::fault("/target_id", "unknown_reference", vi, en))
        }),
    }
}

fn find_aim(conn: &mut Conn, ask: &Ask, body: &Body<NewUrging>) -> Result<Option<Aim>> {
    let kind = body.value().get("target_kind").and_then(|kind| kind.as_str()).and_then(TargetKind::parse);
    let Some((kind, id)) = kind.zip(body.id("target_id")) else { return Ok(None) };
    let (task, occurrence, part) = match kind {
        TargetKind::Task => (id, None, None),
        TargetKind::Occurrence => {
            let occurrence = occurrences::store::find(conn, id)?;
            (occurrence.task_id, Some(occurrence.id), None)
        }
        TargetKind::Part => {
            let part = parts::store::find(conn, id)?;
            (part.task_id, Some(part.occurrence_id), Some(part))
        }
        TargetKind::Obligation => return Ok(None),
    };
    let (task, standing) = tasks::store::find_as(conn, &ask.actor, task)?;
    Ok(Some((task, standing, occurrence, part)))
}

/// The part that is urged for.
fn owed(conn: &mut Conn, task: &Task, occurrence: Option<Id>, part: Option<Part>, organization: Option<Id>) -> Result<Part> {
    if let Some(part) = part {
        if organization.is_some_and(|o| o != part.organization_id) {
            return Err(Error::fault("/organization_id", "other_organization", "Phần việc này của cơ quan khác.", "This part is another agency's."));
        }
        return Ok(part);
    }
    let needed = || Error::fault("/organization_id", "required", "Hãy nêu cơ quan có phần trong nhiệm vụ.", "Name an agency that has a part in the task.");
    let (Some(organization), Some(occurrence)) = (organization, occurrence.or(task.occurrence_id)) else { return Err(needed()) };
    let part = parts::store::of_occurrence(conn, occurrence)?.into_iter().find(|p| p.organization_id == organization);
    part.ok_or_else(needed)
}

/// Sends an urging; whether the caller may is for the record that is urged for to say. Also the door of reporting.
pub fn send(conn: &mut Conn, ask: &Ask, target: Target, message: Message) -> Result<Urging> {
    if target.requested {
        return Err(Error::conflict(
            "requested_not_urged",
            "Việc này ở hình thức đề nghị: chỉ đề nghị, không đôn đốc.",
            "This is in form `request`: agencies are requested, never urged.",
        ));
    }
    let sender = ask.actor.organization()?;
    let mut faults = Vec::new();
    if message.text.trim().is_empty() {
        faults.push(Fault::at("/text", "blank", "Hãy ghi nội dung đôn đốc.", "Say what is urged."));
    }
    if message.respond_by.is_some_and(|day| day < ask.today) {
        faults.push(Fault::at("/respond_by", "in_past", "Hạn trả lời đã qua.", "The day for the answer has passed."));
    }
    if target.organization == sender {
        faults.push(Fault::at("/organization_id", "own", "Không đôn đốc chính cơ quan mình.", "An agency does not urge itself."));
    }
    all_well(faults)?;
    let counted_in = target.period.unwrap_or_else(|| ask.today.year().to_string());
    let urging = Urging {
        id: Id::fresh(),
        province_id: target.province,
        audience: Audience::Overseers as i32,
        number: add_to_counter(conn, &format!("urging/{}/{counted_in}", target.organization), 1)?,
        counted_in,
        target_kind: target.kind,
        target_id: target.id,
        plan_id: target.plan,
        organization_id: target.organization,
        sender_id: sender,
        level: message.level,
        basis: message.basis,
        text: message.text,
        document_id: message.document_id,
        due_on: target.due_on,
        respond_by: message.respond_by,
        state: State::Sent,
        sent_on: ask.today,
        acknowledged_at: None,
        answered_at: None,
        answer: None,
        entered_by: None,
        answer_document_id: None,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    store::insert(conn, &urging)?;
    let mut grants = Grants::default();
    grants.add(sender, KIND, urging.id, Relations::OWNER);
    grants.add(target.organization, KIND, urging.id, Relations::ADDRESSEE);
    for (organization, bits) in target.followers {
        grants.add(organization, KIND, urging.id, bits);
    }
    if let Some(parent) = organizations::find_many(conn, &[target.organization])?.pop().and_then(|o| o.parent_id) {
        grants.add(parent, KIND, urging.id, Relations::PARENT);
    }
    grants.write(conn)?;
    journal::record(conn, ask, change(&urging, "urge", None), NOTHING, Some(&view(ask, &urging, Standing::NEW)))?;
    Ok(urging)
}

/// Belongs to the agency that is urged.
fn change<'a>(u: &Urging, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: u.id, version: Some(u.version), owner: Some(u.organization_id), province: Some(u.province_id), action, reason }
}

/// Acknowledges or answers; by the sender only for an agency outside the system, with its document.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<UrgingTransition>) -> Result<UrgingView> {
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
    let mut faults = Vec::new();
    let for_it = Some(before.organization_id) != ask.actor.organization;
    if for_it && step.document_id.is_none() {
        faults.push(Fault::at("/document_id", "required", "Ghi hộ thì nêu văn bản đã đăng ký.", "To enter it for the agency, name the registered document."));
    }
    if step.action == Act::Answer && step.answer.is_none() {
        faults.push(Fault::at("/answer", "required", "Hãy ghi nội dung trả lời.", "Give the answer."));
    }
    let paper = step.document_id.map(|id| ("/document_id".to_owned(), id)).into_iter().collect::<Vec<_>>();
    faults.extend(documents::named::faults(conn, ask, &paper)?);
    all_well(faults)?;
    if for_it {
        after.entered_by = ask.actor.organization;
    }
    after.answer_document_id = step.document_id.or(after.answer_document_id);
    match step.action {
        Act::Acknowledge => after.acknowledged_at = Some(ask.now),
        _ => {
            after.answered_at = Some(ask.now);
            after.answer = step.answer.clone();
        }
    }
    after.version += 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, &before, &after)?;
    let (was, is) = (view(ask, &before, standing), view(ask, &after, standing));
    journal::record(conn, ask, change(&after, step.action.word(), step.reason.as_deref()), Some(&was), Some(&is))?;
    Ok(is)
}
