use super::{
    super::{
        deliveries::{
            self,
            send::{self, Dispatch},
        },
        entry::{self, Entry, Trust},
        forms::NewDocument,
        kinds::Purpose,
        model::{Document, KIND as DOCUMENT},
        store as documents, workflow as documents_workflow,
    },
    model::{Arrival, ArrivalAction as Act, ArrivalPatch, ArrivalRegister, ArrivalView, Assignment, KIND, NewArrival, SecretStub},
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    db::{self, Conn},
    error::{Error, Fault, Result, all_well, gathered, under},
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations, people,
};
use chrono::{Datelike, NaiveDate};

fn standing(ask: &Ask, arrival: &Arrival, relations: Relations) -> Standing {
    Standing { relations, audience: Audience::Related, same_province: ask.actor.provinces.contains(&arrival.province_id) }
}

/// The record as this caller sees it, with the document that it is about.
pub fn view(ask: &Ask, a: Arrival, relations: Relations, document: Option<&Document>) -> ArrivalView {
    let standing = standing(ask, &a, relations);
    ArrivalView {
        allowed_actions: [Act::Assign].into_iter().filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
        id: a.id,
        receiver_id: a.receiver_id,
        register: a.register,
        year: a.year,
        number: a.number,
        arrived_on: a.arrived_on,
        document_id: a.document_id,
        delivery_id: a.delivery_id,
        issuer_id: a.issuer_id.or(document.and_then(|d| d.issuer_id)),
        issuer_text: a.issuer_text.or_else(|| document.and_then(|d| d.issuer_text.clone())),
        notation_text: document.and_then(Document::notation_text),
        issued_on: document.and_then(|d| d.issued_on),
        summary: document.and_then(|d| d.summary.clone()),
        handling_unit_id: a.handling_unit_id,
        handling_text: a.handling_text,
        officer_id: a.officer_id,
        instruction: a.instruction,
        due_on: a.due_on,
        assigned_by: a.assigned_by,
        assigned_at: a.assigned_at,
        version: a.version,
        created_at: a.created_at,
        created_by: a.created_by,
        updated_at: a.updated_at,
    }
}

fn whole(conn: &mut Conn, ask: &Ask, arrival: Arrival) -> Result<ArrivalView> {
    let relations = authz::relations(conn, KIND, arrival.id, ask.actor.organization)?;
    let document = arrival.document_id.map(|id| documents::find(conn, id)).transpose()?;
    Ok(view(ask, arrival, relations, document.as_ref()))
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<ArrivalView> {
    let arrival = store::find(conn, id)?;
    let relations = authz::relations(conn, KIND, id, ask.actor.organization)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing(ask, &arrival, relations))?;
    whole(conn, ask, arrival)
}

/// The receiver's clerk registers what has arrived.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewArrival>) -> Result<ArrivalView> {
    if !authz::may(RULES, &ask.actor, Act::Register, Standing::NEW) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let (own, province) = (ask.actor.organization()?, ask.actor.province()?);
    let mut faults = Vec::new();
    let assignment = new.assignment.unwrap_or_default();
    gathered(&mut faults, check_assignment(conn, ask, own, province, &assignment, "/assignment"))?;
    let mut arrival = blank(ask, own, province, new.arrived_on);
    assign(ask, &mut arrival, assignment);
    let issued = new.document.as_ref().and_then(|d| d.issued_on);
    let about = match (new.delivery_id, new.document_id, new.document, new.secret_stub) {
        (Some(delivery), None, None, None) => of_delivery(conn, &mut arrival, delivery),
        (None, Some(document), None, None) => of_own_copy(conn, &mut arrival, document),
        (None, None, Some(document), None) => under(received(conn, ask, &mut arrival, document), "/document"),
        (None, None, None, Some(stub)) => fill_stub(conn, ask, province, &mut arrival, stub),
        _ => Err(Error::fault(
            "",
            "exactly_one",
            "Nêu đúng một: delivery_id, document_id, document hoặc secret_stub.",
            "Give exactly one of delivery_id, document_id, document and secret_stub.",
        )),
    };
    // Of a copy that could not be made register knows no day.
    if gathered(&mut faults, about)?.is_none() && arrival.arrived_on <= ask.today && issued.is_some_and(|day| arrival.arrived_on < day) {
        faults.push(too_early());
    }
    let arrival = register(conn, ask, arrival, new.number, faults)?;
    whole(conn, ask, arrival)
}

/// What arrived was sent through the system.
fn of_delivery(conn: &mut Conn, arrival: &mut Arrival, delivery: Id) -> Result<()> {
    let delivery = match deliveries::store::find(conn, delivery) {
        Ok(delivery) if delivery.receiver_id == arrival.receiver_id => delivery,
        Ok(_) | Err(Error::Refused(_)) => {
            return Err(Error::fault("/delivery_id", "unknown_reference", "Không có lượt gửi này.", "There is no such delivery."));
        }
        Err(e) => return Err(e),
    };
    arrival.document_id = Some(delivery.document_id);
    arrival.delivery_id = Some(delivery.id);
    Ok(())
}

/// What arrived is the receiver's own copy, which is there already.
fn of_own_copy(conn: &mut Conn, arrival: &mut Arrival, document: Id) -> Result<()> {
    let copy = documents::find_many(conn, &[document])?.pop().filter(|d| d.receiver_id == Some(arrival.receiver_id));
    let copy = copy.ok_or_else(|| Error::fault("/document_id", "unknown_reference", "Không có bản của cơ quan mình.", "There is no such copy of yours."))?;
    arrival.document_id = Some(copy.id);
    Ok(())
}

/// What arrived came from outside the system: the receiver's own copy is made with it.
fn received(conn: &mut Conn, ask: &Ask, arrival: &mut Arrival, new: NewDocument) -> Result<()> {
    let (own, province) = (arrival.receiver_id, arrival.province_id);
    if new.issuer_id == Some(own) || (new.issuer_id.is_none() && new.issuer_text.is_none()) {
        let mut faults = entry::faults(conn, ask, province, Entry::Copy(own), &new, Trust::Caller)?;
        faults.retain(|f| f.pointer != "/issuer_id");
        let (vi, en) = ("Nêu cơ quan khác đã ban hành văn bản.", "Name the other organisation that issued it.");
        faults.push(Fault::at("/issuer_id", "not_received", vi, en));
        return Err(Error::invalid(faults));
    }
    arrival.document_id = Some(documents_workflow::copy(conn, ask, own, province, new)?.id);
    Ok(())
}

fn blank(ask: &Ask, receiver: Id, province: Id, arrived_on: NaiveDate) -> Arrival {
    Arrival {
        id: Id::fresh(),
        province_id: province,
        audience: Audience::Related as i32,
        receiver_id: receiver,
        register: ArrivalRegister::Open,
        year: arrived_on.year(),
        number: 0,
        arrived_on,
        document_id: None,
        delivery_id: None,
        issuer_id: None,
        issuer_text: None,
        handling_unit_id: None,
        handling_text: None,
        officer_id: None,
        instruction: None,
        due_on: None,
        assigned_by: None,
        assigned_at: None,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
    }
}

/// Registers the arrival of a document at an organisation, by its delivery or as its own copy; the door of the seed loader.
pub fn register_arrival(conn: &mut Conn, ask: &Ask, receiver: Id, document: &Document, number: Option<i32>, arrived_on: NaiveDate) -> Result<Arrival> {
    let mut arrival = blank(ask, receiver, document.province_id, arrived_on);
    arrival.document_id = Some(document.id);
    arrival.delivery_id = deliveries::store::to(conn, document.id, receiver)?.map(|d| d.id);
    if arrival.delivery_id.is_none() && document.receiver_id != Some(receiver) {
        let (vi, en) = ("Văn bản không được gửi đến cơ quan này.", "The document was not sent to this organisation.");
        return Err(Error::fault("/document_id", "not_sent", vi, en));
    }
    register(conn, ask, arrival, number, vec![])
}

/// Gives the number, stores the line and moves the delivery, unless something is wrong with what was said of it.
fn register(conn: &mut Conn, ask: &Ask, mut arrival: Arrival, given: Option<i32>, mut faults: Vec<Fault>) -> Result<Arrival> {
    let document = arrival.document_id.map(|id| documents::find(conn, id)).transpose()?;
    let issued = document.as_ref().and_then(|d| d.issued_on);
    if let Some(document) = &document
        && store::of_document(conn, arrival.receiver_id, document.id)?.is_some()
    {
        return Err(Error::conflict("registered", "Văn bản này đã vào sổ đến.", "This document is in the register already."));
    }
    arrival.number = number(conn, &arrival, given)?;
    if arrival.arrived_on > ask.today {
        faults.push(Fault::at("/arrived_on", "in_future", "Ngày đến chưa tới.", "The day of arrival has not come yet."));
    } else if issued.is_some_and(|day| arrival.arrived_on < day) {
        faults.push(too_early());
    }
    all_well(faults)?;
    let known_delivery = match (arrival.delivery_id, &document) {
        (Some(id), _) => Some(deliveries::store::find(conn, id)?),
        (None, Some(document)) => deliveries::store::to(conn, document.id, arrival.receiver_id)?,
        (None, None) => None,
    };
    match (known_delivery, &document) {
        (Some(delivery), _) => {
            deliveries::workflow::arrived(conn, ask, &delivery, arrival.arrived_on)?;
            arrival.delivery_id = Some(delivery.id);
        }
        // From outside the system: a delivery without sender, so that it can be acknowledged and passed on like any other.
        (None, Some(document)) => {
            let receivers = vec![(arrival.receiver_id, Purpose::CarryOut)];
            let dispatch = Dispatch { document, sender: None, parent: None, receivers, on: arrival.arrived_on, by_document: None, instruction: None };
            arrival.delivery_id = send::dispatch(conn, ask, dispatch)?.first().map(|d| d.id);
        }
        (None, None) => {}
    }
    store::insert(conn, &arrival)?;
    authz::relate(conn, KIND, arrival.id, arrival.receiver_id, Relations::OWNER)?;
    let_unit_see(conn, &arrival)?;
    let shown = view(ask, arrival.clone(), Relations::NONE, None);
    journal::record(conn, ask, change(&arrival, "register"), NOTHING, Some(&shown))?;
    Ok(arrival)
}

fn too_early() -> Fault {
    Fault::at("/arrived_on", "too_early", "Ngày đến trước ngày ban hành.", "It cannot arrive before it was issued.")
}

/// The next number, or a given one that carries a running register on.
fn number(conn: &mut Conn, arrival: &Arrival, given: Option<i32>) -> Result<i32> {
    let scope = format!("arrival/{}/{}/{}", arrival.receiver_id, arrival.register, arrival.year);
    let Some(given) = given else { return i32::try_from(db::add_to_counter(conn, &scope, 1)?).map_err(Error::internal) };
    let last = db::add_to_counter(conn, &scope, 0)?;
    if i64::from(given) <= last {
        return Err(Error::conflict(
            "number_used",
            format!("Số đến đã dùng hoặc nhỏ hơn số cuối ({last})."),
            format!("The number is used, or below the last one ({last})."),
        ));
    }
    db::add_to_counter(conn, &scope, i64::from(given) - last)?;
    Ok(given)
}

/// The handling unit sees the line and the document.
fn let_unit_see(conn: &mut Conn, arrival: &Arrival) -> Result<()> {
    let Some(unit) = arrival.handling_unit_id.filter(|unit| *unit != arrival.receiver_id) else { return Ok(()) };
    authz::relate(conn, KIND, arrival.id, unit, Relations::ADDRESSEE)?;
    match arrival.document_id {
        Some(document) => authz::relate(conn, DOCUMENT, document, unit, Relations::RECIPIENT),
        None => Ok(()),
    }
}

/// Of a secret document the register holds nothing but who deals with it (RULES 8).
fn stub_is_full(pointer: &str) -> Fault {
    let (vi, en) = ("Văn bản mật: không ghi gì thêm ngoài đơn vị xử lý.", "Of a secret document nothing but the handling unit is kept.");
    Fault::at(pointer, "stub_holds_nothing_else", vi, en)
}

fn fill_stub(conn: &mut Conn, ask: &Ask, province: Id, arrival: &mut Arrival, stub: SecretStub) -> Result<()> {
    // It counts in a register of its own, also where it is refused.
    arrival.register = ArrivalRegister::Secret;
    let mut faults = Vec::new();
    if stub.issuer_id.is_some() == stub.issuer_text.is_some() {
        faults.push(Fault::at("/secret_stub/issuer_id", "exactly_one", "Nêu cơ quan gửi hoặc ghi tên.", "Name the issuer or write its name."));
    }
    if let Some(issuer) = stub.issuer_id
        && !organizations::find_many(conn, &[issuer])?.iter().any(|o| o.province_id == province)
    {
        faults.push(Fault::at("/secret_stub/issuer_id", "unknown_reference", "Không có cơ quan này.", "There is no such organisation."));
    }
    if arrival.assigned_at.is_some() {
        faults.push(stub_is_full("/assignment"));
    }
    let assignment = Assignment { handling_unit_id: stub.handling_unit_id, handling_text: stub.handling_text, ..Assignment::default() };
    gathered(&mut faults, check_assignment(conn, ask, arrival.receiver_id, province, &assignment, "/secret_stub"))?;
    all_well(faults)?;
    assign(ask, arrival, assignment);
    arrival.issuer_id = stub.issuer_id;
    arrival.issuer_text = stub.issuer_text;
    Ok(())
}

/// The unit is the receiver or below it, the officer works there or for the receiver.
fn check_assignment(conn: &mut Conn, ask: &Ask, receiver: Id, province: Id, a: &Assignment, pointer: &str) -> Result<()> {
    let mut faults = Vec::new();
    if let Some(unit) = a.handling_unit_id {
        let known = organizations::find_many(conn, &[unit])?;
        if !known.iter().any(|o| o.province_id == province && (o.id == receiver || o.parent_id == Some(receiver))) {
            let (vi, en) = ("Không phải đơn vị của cơ quan mình.", "It is no unit of the organisation.");
            faults.push(Fault::at(format!("{pointer}/handling_unit_id"), "unknown_reference", vi, en));
        }
    }
    if let Some(officer) = a.officer_id
        && !people::works_for_any(conn, officer, &[Some(receiver), a.handling_unit_id], ask.today)?
    {
        let (vi, en) = ("Không phải người của cơ quan mình.", "Nobody of the organisation.");
        faults.push(Fault::at(format!("{pointer}/officer_id"), "unknown_reference", vi, en));
    }
    all_well(faults)
}

fn assign(ask: &Ask, arrival: &mut Arrival, a: Assignment) {
    let says = a.handling_unit_id.is_some() || a.handling_text.is_some() || a.officer_id.is_some() || a.instruction.is_some() || a.due_on.is_some();
    arrival.handling_unit_id = a.handling_unit_id;
    arrival.handling_text = a.handling_text;
    arrival.officer_id = a.officer_id;
    arrival.instruction = a.instruction;
    arrival.due_on = a.due_on;
    arrival.assigned_by = says.then_some(ask.actor.user);
    arrival.assigned_at = says.then_some(ask.now);
}

/// Bút phê: a leader or the clerk says who handles it, and how.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ArrivalPatch>) -> Result<ArrivalView> {
    let before = store::find(conn, id)?;
    let relations = authz::relations(conn, KIND, id, ask.actor.organization)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Assign, standing(ask, &before, relations))?;
    ask.proceed(conn, Some(before.version))?;
    let patch = body.open()?;
    let mut faults = Vec::new();
    let is_secret = before.register == ArrivalRegister::Secret;
    if is_secret {
        let given = [("/officer_id", patch.officer_id.is_some()), ("/instruction", patch.instruction.is_some()), ("/due_on", patch.due_on.is_some())];
        faults.extend(given.into_iter().filter(|(_, given)| *given).map(|(at, _)| stub_is_full(at)));
    }
    let assignment = Assignment {
        handling_unit_id: patch.handling_unit_id.unwrap_or(before.handling_unit_id),
        handling_text: patch.handling_text.unwrap_or_else(|| before.handling_text.clone()),
        officer_id: patch.officer_id.filter(|_| !is_secret).unwrap_or(before.officer_id),
        instruction: patch.instruction.unwrap_or_else(|| before.instruction.clone()),
        due_on: patch.due_on.unwrap_or(before.due_on),
    };
    gathered(&mut faults, check_assignment(conn, ask, before.receiver_id, before.province_id, &assignment, ""))?;
    all_well(faults)?;
    let mut after = before.clone();
    assign(ask, &mut after, assignment);
    after.version = before.version + 1;
    after.updated_at = ask.now;
    store::update(conn, &before, &after)?;
    if before.handling_unit_id != after.handling_unit_id
        && let Some(unit) = before.handling_unit_id
    {
        // The document stays with the unit, which has read it; the line is no longer its own.
        authz::unrelate(conn, KIND, id, unit, Relations::ADDRESSEE)?;
    }
    let_unit_see(conn, &after)?;
    let (was, is) = (view(ask, before, relations, None), view(ask, after.clone(), relations, None));
    journal::record(conn, ask, change(&after, Act::Assign.word()), Some(&was), Some(&is))?;
    whole(conn, ask, after)
}

fn change<'a>(arrival: &Arrival, action: &'a str) -> Change<'a> {
    Change {
        kind: KIND,
        id: arrival.id,
        version: Some(arrival.version),
        owner: Some(arrival.receiver_id),
        province: Some(arrival.province_id),
        action,
        reason: None,
    }
}
