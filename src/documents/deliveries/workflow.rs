use super::{
    super::{
        kinds::{DocumentState, Purpose},
        model::{Document, Recipient},
        policy::RULES as DOCUMENT_RULES,
        recipients, store as documents,
    },
    model::{
        Delivery, DeliveryAction, DeliveryAction as Act, DeliveryState as State, DeliveryTransition, DeliveryView, Dissemination, Forwarding, KIND,
        NewForwarding,
    },
    policy::RULES,
    send::{self, Dispatch},
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    db::{Conn, Json},
    error::{Error, Fault, Result, all_well, gathered},
    flow::Flow,
    http::Body,
    id::Id,
    journal, organizations,
};
use chrono::NaiveDate;

/// How a delivery goes: an acknowledgement says as well that it has arrived.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Sent, Act::Deliver, State::Delivered),
    (State::Sent, Act::Acknowledge, State::Acknowledged),
    (State::Delivered, Act::Acknowledge, State::Acknowledged),
    (State::Acknowledged, Act::Disseminate, State::Disseminated),
]);

fn standing(ask: &Ask, delivery: &Delivery, relations: Relations) -> Standing {
    Standing { relations, audience: Audience::Related, same_province: ask.actor.provinces.contains(&delivery.province_id) }
}

/// What this caller may do with it now.
fn allowed(ask: &Ask, delivery: &Delivery, relations: Relations) -> Vec<DeliveryAction> {
    let standing = standing(ask, delivery, relations);
    FLOW.actions(delivery.state).chain([Act::Forward]).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect()
}

/// The record without what depends on the caller, for the journal.
pub fn bare(delivery: &Delivery) -> Result<DeliveryView> {
    let dissemination = delivery.dissemination.clone().map(|d| serde_json::from_value::<Dissemination>(d.0)).transpose()?;
    Ok(DeliveryView {
        id: delivery.id,
        document_id: delivery.document_id,
        parent_id: delivery.parent_id,
        sender_id: delivery.sender_id,
        receiver_id: delivery.receiver_id,
        purpose: delivery.purpose,
        state: delivery.state,
        is_answered: delivery.is_answered(),
        sent_on: delivery.sent_on,
        delivered_on: delivery.delivered_on,
        acknowledged_on: delivery.acknowledged_on,
        disseminated_on: delivery.disseminated_on,
        dissemination,
        by_document_id: delivery.by_document_id,
        instruction: delivery.instruction.clone(),
        entered_by_id: delivery.entered_by_id,
        evidence_document_id: delivery.evidence_document_id,
        version: delivery.version,
        created_at: delivery.created_at,
        updated_at: delivery.updated_at,
        allowed_actions: vec![],
    })
}

/// The record as this caller sees it.
pub fn view(ask: &Ask, delivery: &Delivery, relations: Relations) -> Result<DeliveryView> {
    Ok(DeliveryView { allowed_actions: allowed(ask, delivery, relations), ..bare(delivery)? })
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<DeliveryView> {
    let (delivery, relations) = seen(conn, ask, id)?;
    view(ask, &delivery, relations)
}

fn seen(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(Delivery, Relations)> {
    let delivery = store::find(conn, id)?;
    let relations = authz::relations(conn, KIND, id, ask.actor.organization)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing(ask, &delivery, relations))?;
    Ok((delivery, relations))
}

/// Takes a step: delivered, acknowledged, disseminated; by the receiver, or by the sender for one without users.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<DeliveryTransition>) -> Result<DeliveryView> {
    let (before, relations) = seen(conn, ask, id)?;
    let standing = standing(ask, &before, relations);
    if !FLOW.0.iter().any(|(_, act, _)| authz::may(RULES, &ask.actor, *act, standing)) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    if step.action == Act::Forward {
        // Passing on changes nothing of this record; it has an address of its own.
        return Err(Error::fault("/action", "not_a_step", "Chuyển tiếp bằng POST …/forwardings.", "Pass on with POST …/forwardings."));
    }
    let next = FLOW.next(before.state, step.action)?;
    let on_behalf = ask.actor.organization != Some(before.receiver_id);
    check(conn, ask, &before, &step, on_behalf)?;
    let mut after = before.clone();
    after.state = next;
    let day = step.on.unwrap_or(ask.today);
    match next {
        State::Disseminated => {
            after.disseminated_on = Some(day);
            after.dissemination = Some(Json(serde_json::to_value(step.dissemination.unwrap_or_default())?));
        }
        State::Acknowledged => {
            after.acknowledged_on = Some(day);
            after.delivered_on = after.delivered_on.or(Some(day));
        }
        State::Delivered => after.delivered_on = Some(day),
        State::Sent => {}
    }
    if on_behalf {
        after.entered_by_id = ask.actor.organization;
        after.evidence_document_id = step.evidence_document_id;
    }
    save(conn, ask, &before, &mut after, step.action.word(), step.reason.as_deref())?;
    view(ask, &after, relations)
}

fn check(conn: &mut Conn, ask: &Ask, delivery: &Delivery, step: &DeliveryTransition, on_behalf: bool) -> Result<()> {
    let dissemination = step.dissemination.clone().unwrap_or_default();
    let mut faults = Vec::new();
    let day = step.on.unwrap_or(ask.today);
    // An agency may make a text known and acknowledge it afterwards; it cannot before the text has arrived. The day of
    // arrival is known where somebody recorded it; else the acknowledgement stands for it, and says nothing of when.
    let arrived = delivery.delivered_on.filter(|_| delivery.delivered_on != delivery.acknowledged_on);
    let earliest = match step.action {
        Act::Disseminate => arrived.unwrap_or(delivery.sent_on),
        _ => delivery.sent_on,
    };
    if day > ask.today {
        faults.push(Fault::at("/on", "in_future", "Ngày chưa tới.", "The day has not come yet."));
    } else if day < earliest {
        faults.push(Fault::at("/on", "too_early", "Ngày trước khi văn bản được gửi hoặc đến.", "The day is before the document was sent or arrived."));
    }
    if step.action == Act::Disseminate && dissemination.form.as_deref().is_none_or(|f| f.trim().is_empty()) {
        faults.push(Fault::at("/dissemination/form", "required", "Hãy nêu hình thức quán triệt.", "Say in which form it was disseminated."));
    }
    if step.action != Act::Disseminate && step.dissemination.is_some() {
        faults.push(Fault::at("/dissemination", "not_here", "Chỉ dùng khi quán triệt.", "Only with disseminate."));
    }
    match (on_behalf, step.evidence_document_id) {
        (true, None) => faults.push(Fault::at(
            "/evidence_document_id",
            "required",
            "Nhập thay thì phải nêu văn bản đã đăng ký.",
            "Entering it for another organisation needs the registered document.",
        )),
        (true, Some(document)) => {
            let scope = authz::scope(DOCUMENT_RULES, &ask.actor, super::super::kinds::DocumentAction::View)?;
            if documents::visible_among(conn, &scope, &[document])?.is_empty() {
                faults.push(Fault::at("/evidence_document_id", "unknown_reference", "Không có văn bản này.", "There is no such document."));
            }
        }
        (false, Some(_)) => {
            faults.push(Fault::at("/evidence_document_id", "not_here", "Chỉ dùng khi nhập thay.", "Only when entering for another organisation."))
        }
        (false, None) => {}
    }
    all_well(faults)
}

fn save(conn: &mut Conn, ask: &Ask, before: &Delivery, after: &mut Delivery, action: &str, reason: Option<&str>) -> Result<()> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    store::update(conn, before, after)?;
    journal::record(conn, ask, send::change(after, action, reason), Some(&bare(before)?), Some(&bare(after)?))
}

/// The arrival has been registered: the delivery is there.
pub fn arrived(conn: &mut Conn, ask: &Ask, before: &Delivery, on: NaiveDate) -> Result<Delivery> {
    let mut after = before.clone();
    if before.state == State::Sent {
        after.state = State::Delivered;
    }
    if before.delivered_on == Some(on) || (before.delivered_on.is_some() && before.state != State::Sent) {
        return Ok(after);
    }
    after.delivered_on = Some(on);
    save(conn, ask, before, &mut after, Act::Deliver.word(), None)?;
    Ok(after)
}

/// Passes a received document on to the receiver's own units.
pub fn forward(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<NewForwarding>) -> Result<(Forwarding, i32)> {
    let (delivery, relations) = seen(conn, ask, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Forward, standing(ask, &delivery, relations))?;
    ask.proceed(conn, None)?;
    let new = body.open()?;
    pass_on(conn, ask, &delivery, new)
}

/// Passes on; also the door of the seed loader. Answers what was made and the version of the delivery passed on.
pub fn pass_on(conn: &mut Conn, ask: &Ask, delivery: &Delivery, new: NewForwarding) -> Result<(Forwarding, i32)> {
    let document = documents::find(conn, delivery.document_id)?;
    if !matches!(document.state, DocumentState::Issued | DocumentState::Superseded) {
        return Err(Error::conflict("recalled", "Văn bản đã bị thu hồi, không chuyển tiếp được.", "The document was recalled and cannot be passed on."));
    }
    let mut faults = Vec::new();
    gathered(&mut faults, recipients::check(conn, document.province_id, &new.recipients, "/recipients"))?;
    let sound: Vec<(usize, &Recipient)> = new.recipients.iter().enumerate().filter(|(at, _)| !is_at_fault(&faults, *at)).collect();
    // It is passed on on the day of the letter that does so.
    let letter = new.by_document_id.map(|letter| letter_of(conn, delivery.receiver_id, letter)).transpose();
    let letter = gathered(&mut faults, letter)?.flatten();
    let on = letter.and_then(|l| l.issued_on).unwrap_or(ask.today);
    let wanted = expand(conn, ask, &sound)?;
    let units = organizations::units(conn, delivery.receiver_id)?;
    for (at, unit, _) in &wanted {
        if !units.contains(unit) {
            faults.push(Fault::at(
                format!("/recipients/{at}"),
                "not_own_unit",
                "Chỉ chuyển cho đơn vị trực thuộc của mình.",
                "A document is passed on to one's own units only.",
            ));
        }
    }
    faults.dedup();
    all_well(faults)?;
    let receivers: Vec<(Id, Purpose)> = wanted.iter().map(|(_, unit, purpose)| (*unit, *purpose)).collect();
    let made = send::dispatch(
        conn,
        ask,
        Dispatch {
            document: &document,
            sender: Some(delivery.receiver_id),
            parent: Some(delivery),
            receivers: receivers.clone(),
            on,
            by_document: new.by_document_id,
            instruction: new.instruction.clone(),
        },
    )?;
    let own = Relations::OWNER;
    let mut already_sent: Vec<Id> = receivers.iter().map(|(unit, _)| *unit).filter(|unit| !made.iter().any(|d| d.receiver_id == *unit)).collect();
    already_sent.dedup();
    let deliveries = made.iter().map(|d| view(ask, d, own)).collect::<Result<_>>()?;
    let forwarding = Forwarding {
        delivery_id: delivery.id,
        document_id: delivery.document_id,
        by_document_id: new.by_document_id,
        instruction: new.instruction,
        deliveries,
        already_sent,
    };
    Ok((forwarding, delivery.version))
}

/// The letter by which a document is passed on is the sender's own, and issued.
fn letter_of(conn: &mut Conn, sender: Id, letter: Id) -> Result<Document> {
    let found = documents::find_many(conn, &[letter])?.pop().filter(|d| d.issuer_id == Some(sender) && !d.is_copy() && d.state == DocumentState::Issued);
    found.ok_or_else(|| {
        Error::fault(
            "/by_document_id",
            "not_own_letter",
            "Hãy nêu một văn bản đã ban hành của cơ quan mình.",
            "Name a document that your own organisation has issued.",
        )
    })
}

/// Whether something is wrong with this line of recipients.
fn is_at_fault(faults: &[Fault], at: usize) -> bool {
    let line = format!("/recipients/{at}");
    faults.iter().any(|f| f.pointer.strip_prefix(&line).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Each line's organisations on this day, with the place of the line.
fn expand(conn: &mut Conn, ask: &Ask, lines: &[(usize, &Recipient)]) -> Result<Vec<(usize, Id, Purpose)>> {
    let mut wanted = Vec::new();
    for (at, line) in lines.iter().copied() {
        if let Some(organization) = line.organization_id {
            wanted.push((at, organization, line.purpose));
        }
        if let Some(group) = line.group_id {
            let members = organizations::groups::resolve(conn, group, ask.today)?.unwrap_or_default();
            wanted.extend(members.into_iter().map(|m| (at, m, line.purpose)));
        }
    }
    Ok(wanted)
}
