//! How a document enters the system: as a draft, as an existing text of its issuer, or as a receiver's own copy.

use super::{
    deliveries::{
        self,
        send::{self, Dispatch},
    },
    forms::NewDocument,
    guard,
    kinds::{DatePrecision, DocumentAction, DocumentState, Notation, Urgency},
    model::{Details, Document, DocumentRelation, KIND},
    numbers,
    policy::RULES,
    recipients, store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations},
    db::{self, Conn, Json},
    error::{Error, Fault, Result, all_well, gathered},
    id::Id,
    journal::{self, Change},
    organizations::{self, OrganizationKind},
};
use chrono::{Datelike, NaiveDate};

/// In which way a document enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// To be signed, numbered and sent.
    Draft,
    /// A text of the issuer that exists already: keeps what it says, blanks stay blank.
    Existing,
    /// What reached this organisation from outside the system.
    Copy(Id),
}

/// Whether references are looked up with the caller's eyes, or the program itself vouches for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    Caller,
    Program,
}

/// All that is wrong with a new document.
pub fn faults(conn: &mut Conn, ask: &Ask, province: Id, entry: Entry, new: &NewDocument, trust: Trust) -> Result<Vec<Fault>> {
    guard::inspect(new)?;
    let mut faults = dates(ask, entry, new);
    faults.extend(issuer(conn, province, new)?);
    faults.extend(targets(conn, ask, &new.relations, trust)?);
    if new.summary.as_deref().is_some_and(|s| s.trim().is_empty()) {
        faults.push(Fault::at("/summary", "blank", "Trích yếu trống; hãy bỏ trường này.", "The summary is blank; leave it out."));
    }
    gathered(&mut faults, recipients::check(conn, province, &new.recipients, "/recipients"))?;
    Ok(faults)
}

/// Checks and stores a new document with all that hangs on it; sends nothing.
pub fn enter(conn: &mut Conn, ask: &Ask, province: Id, entry: Entry, new: NewDocument, seed_key: Option<&str>, trust: Trust) -> Result<Document> {
    all_well(faults(conn, ask, province, entry, &new, trust)?)?;
    let code = organizations::provinces::find(conn, province)?.code;
    let year = ask.today.year();
    let count = db::add_to_counter(conn, &format!("document/{province}/{year}"), 1)?;
    let details = Details { month: new.month, effective_on: new.effective_on, signer: new.signer, source: new.source, ..Details::default() };
    let mut document = Document {
        id: Id::fresh(),
        province_id: province,
        audience: Audience::Related as i32,
        code: format!("VB-{code}-{year}-{count:04}"),
        kind: new.kind,
        notation: new.notation.unwrap_or(Notation::State),
        state: if entry == Entry::Draft { DocumentState::Draft } else { DocumentState::Issued },
        issuer_id: new.issuer_id,
        issuer_text: new.issuer_text,
        receiver_id: match entry {
            Entry::Copy(receiver) => Some(receiver),
            Entry::Draft | Entry::Existing => None,
        },
        original_id: None,
        number: new.number,
        symbol: new.symbol,
        notation_key: None,
        identity: None,
        issued_on: new.issued_on,
        date_precision: DatePrecision::None,
        year: new.year,
        sorted_on: ask.today,
        place: new.place,
        summary: new.summary,
        search_fold: String::new(),
        urgency: new.urgency.unwrap_or(Urgency::Normal),
        field: new.field,
        is_limited: new.is_limited.unwrap_or(false),
        details: Json(serde_json::to_value(&details)?),
        seed_key: seed_key.map(str::to_owned),
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    document.derive(details.month, ask.today);
    document.audience = audience(conn, &document)? as i32;
    if let Entry::Copy(receiver) = entry {
        refuse_what_was_sent(conn, &document, receiver)?;
    }
    store::insert(conn, &document)?;
    store::set_text(conn, document.id, new.text.as_deref())?;
    store::set_relations(conn, document.id, &new.relations)?;
    store::set_recipients(conn, document.id, &new.recipients)?;
    match entry {
        Entry::Copy(receiver) => authz::relate(conn, KIND, document.id, receiver, Relations::RECEIVER)?,
        Entry::Draft | Entry::Existing => {
            if let Some(issuer) = document.issuer_id {
                authz::relate(conn, KIND, document.id, issuer, Relations::OWNER)?;
            }
        }
    }
    if entry == Entry::Existing {
        relate_offices(conn, &document)?;
        numbers::take_given(conn, ask, &document)?;
    }
    Ok(document)
}

/// An office (Văn phòng) keeps the registers of the body that it is a unit of: from signing on it sees what that body
/// issues, and its clerk numbers and sends it.
pub fn relate_offices(conn: &mut Conn, document: &Document) -> Result<()> {
    let Some(issuer) = document.issuer_id else { return Ok(()) };
    let units = organizations::units(conn, issuer)?;
    for office in organizations::find_many(conn, &units)?.into_iter().filter(|o| o.kind == OrganizationKind::Office && o.archived_at.is_none()) {
        authz::relate(conn, KIND, document.id, office.id, Relations::OFFICE)?;
    }
    Ok(())
}

/// A draft has no number and no date yet; an existing text has what it has, without contradiction.
fn dates(ask: &Ask, entry: Entry, new: &NewDocument) -> Vec<Fault> {
    let mut faults = Vec::new();
    if entry == Entry::Draft {
        let given = [("number", new.number.is_some()), ("issued_on", new.issued_on.is_some()), ("year", new.year.is_some()), ("month", new.month.is_some())];
        for (member, _) in given.into_iter().filter(|(_, given)| *given) {
            faults.push(Fault::at(
                format!("/{member}"),
                "given_too_early",
                "Dự thảo chưa có số và ngày; văn thư cấp khi phát hành.",
                "A draft has no number and date yet; the clerk gives them when it is issued.",
            ));
        }
        return faults;
    }
    if new.issued_on.is_some_and(|day| day > ask.today) {
        faults.push(Fault::at("/issued_on", "in_future", "Ngày ban hành chưa tới.", "The date has not come yet."));
    }
    if new.issued_on.zip(new.year).is_some_and(|(day, year)| day.year() != year) {
        faults.push(Fault::at("/year", "contradicts", "Năm khác với ngày ban hành.", "The year differs from that of the date."));
    }
    if new.issued_on.zip(new.month).is_some_and(|(day, month)| day.month() != month) {
        faults.push(Fault::at("/month", "contradicts", "Tháng khác với ngày ban hành.", "The month differs from that of the date."));
    }
    if new.month.is_some() && new.year.is_none() && new.issued_on.is_none() {
        faults.push(Fault::at("/year", "required", "Có tháng thì phải có năm.", "A month needs its year."));
    }
    faults
}

fn issuer(conn: &mut Conn, province: Id, new: &NewDocument) -> Result<Vec<Fault>> {
    Ok(match (new.issuer_id, &new.issuer_text) {
        (Some(_), Some(_)) => {
            vec![Fault::at("/issuer_text", "ambiguous", "Nêu cơ quan hoặc ghi tên, không cả hai.", "Name an organisation or write a name, not both.")]
        }
        (None, None) => vec![Fault::at("/issuer_id", "required", "Hãy nêu cơ quan ban hành.", "Name the issuer.")],
        (Some(id), None) => {
            let known = organizations::find_many(conn, &[id])?.iter().any(|o| o.province_id == province);
            let fault = || Fault::at("/issuer_id", "unknown_reference", "Không có cơ quan này trong tỉnh.", "There is no such organisation in the province.");
            if known { vec![] } else { vec![fault()] }
        }
        (None, Some(_)) => vec![],
    })
}

/// A relation names a document that the caller sees, or cites one.
pub fn targets(conn: &mut Conn, ask: &Ask, relations: &[DocumentRelation], trust: Trust) -> Result<Vec<Fault>> {
    let ids: Vec<Id> = relations.iter().filter_map(|r| r.document_id).collect();
    let seen = match trust {
        _ if ids.is_empty() => vec![],
        Trust::Program => ids.clone(),
        Trust::Caller => {
            let scope = authz::scope(RULES, &ask.actor, DocumentAction::View)?;
            store::visible_among(conn, &scope, &ids)?
        }
    };
    let mut faults = Vec::new();
    for (at, relation) in relations.iter().enumerate() {
        if relation.document_id.is_none() && relation.citation.is_none() {
            faults.push(Fault::at(format!("/relations/{at}"), "empty", "Nêu văn bản hoặc viện dẫn.", "Name a document or cite one."));
        }
        if relation.document_id.is_some_and(|id| !seen.contains(&id)) {
            let pointer = format!("/relations/{at}/document_id");
            faults.push(Fault::at(pointer, "unknown_reference", "Không có văn bản này.", "There is no such document."));
        }
    }
    Ok(faults)
}

/// Issued by a state body and not limited: UBND and Sở Ngoại vụ read it. The Party's stay with those related (RULES 1).
pub fn audience(conn: &mut Conn, document: &Document) -> Result<Audience> {
    let open = !document.is_limited
        && !document.is_copy()
        && document.notation == Notation::State
        && !matches!(document.state, DocumentState::Draft | DocumentState::Signed);
    let Some(issuer) = document.issuer_id.filter(|_| open) else { return Ok(Audience::Related) };
    let of_party = organizations::find_many(conn, &[issuer])?.iter().any(|o| o.kind == OrganizationKind::PartyBody);
    Ok(if of_party { Audience::Related } else { Audience::Overseers })
}

/// What was sent to this organisation through the system is no copy: its delivery is to be registered.
fn refuse_what_was_sent(conn: &mut Conn, copy: &Document, receiver: Id) -> Result<()> {
    let Some(delivery) = store::sent_to(conn, copy, receiver)? else { return Ok(()) };
    Err(Error::blocked(
        "was_sent",
        "Văn bản này đã được gửi đến qua hệ thống; hãy đăng ký theo lượt gửi đó.",
        "This document was sent to you through the system; register that delivery.",
        vec![Fault::at("/delivery_id", "was_sent", format!("Lượt gửi {delivery}."), format!("Delivery {delivery}."))],
    ))
}

/// Sends an issued document to those whom its lines stand for on that day, after own copies have met their original.
pub fn distribute(conn: &mut Conn, ask: &Ask, document: &Document, on: NaiveDate) -> Result<()> {
    let receivers = recipients::resolve(conn, document, on)?;
    let ids: Vec<Id> = receivers.iter().map(|(id, _)| *id).collect();
    meet_copies(conn, ask, document, &ids)?;
    if document.issuer_id.is_none() {
        return Ok(());
    }
    let dispatch = Dispatch { document, sender: document.issuer_id, parent: None, receivers, on, by_document: None, instruction: None };
    send::dispatch(conn, ask, dispatch)?;
    Ok(())
}

/// Own copies that these receivers hold are linked to the original that names them (RULES 6).
pub fn meet_copies(conn: &mut Conn, ask: &Ask, document: &Document, receivers: &[Id]) -> Result<()> {
    for copy in store::copies(conn, document, receivers)? {
        adopt(conn, ask, document, &copy)?;
    }
    Ok(())
}

/// A receiver's own copy is linked to the original, and its deliveries take their place in the issuer's tree.
fn adopt(conn: &mut Conn, ask: &Ask, original: &Document, copy: &Document) -> Result<()> {
    let linked = Document { original_id: Some(original.id), version: copy.version + 1, updated_at: ask.now, ..copy.clone() };
    store::update(conn, copy, &linked)?;
    let link = |d: &Document| serde_json::json!({ "id": d.id, "original_id": d.original_id, "version": d.version });
    journal::record(
        conn,
        ask,
        Change {
            kind: KIND,
            id: copy.id,
            version: Some(linked.version),
            owner: copy.receiver_id,
            province: Some(copy.province_id),
            action: "link",
            reason: None,
        },
        Some(&link(copy)),
        Some(&link(&linked)),
    )?;
    let there = deliveries::store::of_document(conn, original.id)?;
    let tree = deliveries::store::of_document(conn, copy.id)?;
    if tree.is_empty() || tree.iter().any(|d| there.iter().any(|t| t.receiver_id == d.receiver_id)) {
        return Ok(());
    }
    let mut relations: Vec<(Id, Relations)> = Vec::new();
    for before in &tree {
        relations.push((before.receiver_id, Relations::RECIPIENT));
        let is_top = before.parent_id.is_none();
        if let Some(issuer) = original.issuer_id {
            let seen = if is_top { Relations::MONITOR.and(Relations::OWNER) } else { Relations::MONITOR };
            authz::relate(conn, deliveries::model::KIND, before.id, issuer, seen)?;
        }
        let sender_id = if is_top { original.issuer_id } else { before.sender_id };
        let after = deliveries::Delivery { document_id: original.id, sender_id, version: before.version + 1, updated_at: ask.now, ..before.clone() };
        deliveries::store::update(conn, before, &after)?;
        let (was, is) = (deliveries::workflow::bare(before)?, deliveries::workflow::bare(&after)?);
        journal::record(conn, ask, send::change(&after, "link", None), Some(&was), Some(&is))?;
    }
    store::relate_all(conn, KIND, original.id, &relations)
}
