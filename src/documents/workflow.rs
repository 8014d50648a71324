mod editing;

pub use editing::edit;

use super::{
    entry::{self, Entry, Trust},
    forms::{DocumentTransition, DocumentView, NewDocument},
    kinds::{DocumentAction as Act, DocumentState as State},
    model::{Document, KIND},
    numbers,
    policy::RULES,
    store::{self, Around},
};
use crate::{
    ask::Ask,
    authz::{self, Position, Relations, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well, gathered},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
};
use chrono::NaiveDate;

/// How a document lives.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Draft, Act::Sign, State::Signed),
    (State::Signed, Act::Issue, State::Issued),
    (State::Issued, Act::Recall, State::Recalled),
    (State::Issued, Act::Supersede, State::Superseded),
]);

fn standing(ask: &Ask, document: &Document, relations: Relations) -> Standing {
    let audience = if document.audience >= authz::Audience::Overseers as i32 { authz::Audience::Overseers } else { authz::Audience::Related };
    Standing { relations, audience, same_province: ask.actor.provinces.contains(&document.province_id) }
}

/// Whether its files may change now: a draft's by those who write it, later by the clerk alone.
pub fn takes_files(ask: &Ask, document: &Document) -> bool {
    match document.state {
        State::Draft => true,
        State::Signed | State::Issued => ask.actor.position == Position::Clerk,
        State::Recalled | State::Superseded => false,
    }
}

/// What this caller may do with it now: what policy allows and the state has room for.
fn allowed(ask: &Ask, document: &Document, relations: Relations) -> Vec<Act> {
    let standing = standing(ask, document, relations);
    let is_blank = document.number.is_none() || document.issued_on.is_none();
    let writable = document.state == State::Draft || document.is_copy();
    let mut acts: Vec<Act> = Vec::new();
    if writable {
        acts.push(Act::Edit);
    } else if document.state == State::Issued && is_blank {
        acts.push(Act::FillIn);
    }
    if takes_files(ask, document) {
        acts.push(Act::Attach);
    }
    if document.state == State::Draft {
        acts.push(Act::Delete);
    }
    acts.extend(FLOW.actions(document.state));
    acts.retain(|act| authz::may(RULES, &ask.actor, *act, standing));
    acts
}

/// The record as this caller sees it.
pub fn view(ask: &Ask, d: Document, around: Around, text: Option<String>) -> Result<DocumentView> {
    let details = d.details()?;
    Ok(DocumentView {
        allowed_actions: allowed(ask, &d, around.standing),
        notation_text: d.notation_text(),
        warnings: d.warnings().into_iter().map(str::to_owned).collect(),
        id: d.id,
        province_id: d.province_id,
        code: d.code,
        kind: d.kind,
        notation: d.notation,
        state: d.state,
        issuer_id: d.issuer_id,
        issuer_text: d.issuer_text,
        receiver_id: d.receiver_id,
        // Whose original it is, is known to the copy's holder, who was sent it.
        original_id: d.original_id,
        number: d.number,
        symbol: d.symbol,
        issued_on: d.issued_on,
        date_precision: d.date_precision,
        year: d.year,
        month: details.month,
        effective_on: details.effective_on,
        place: d.place,
        summary: d.summary,
        urgency: d.urgency,
        field: d.field,
        is_limited: d.is_limited,
        signer: details.signer,
        text,
        source: details.source,
        relations: around.relations,
        recipients: around.recipients,
        signed_at: details.signed_at,
        signed_by: details.signed_by,
        dispatched_at: details.dispatched_at,
        dispatched_by: details.dispatched_by,
        superseded_by: details.superseded_by,
        ended_reason: details.ended_reason,
        version: d.version,
        created_at: d.created_at,
        created_by: d.created_by,
        updated_at: d.updated_at,
    })
}

/// The record, if this caller may look at it; 404 else.
pub fn find_visible(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Document> {
    seen(conn, ask, id).map(|(document, _)| document)
}

/// The record and how the caller stands to it, if it may be seen.
pub fn seen(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(Document, Standing)> {
    let document = store::find(conn, id)?;
    let relations = authz::relations(conn, KIND, id, ask.actor.organization)?;
    let standing = standing(ask, &document, relations);
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    Ok((document, standing))
}

/// The whole record, text included.
pub fn whole(conn: &mut Conn, ask: &Ask, document: Document) -> Result<DocumentView> {
    let text = store::text_of(conn, document.id)?;
    let around = store::around(conn, &[document.id], ask.actor.organization)?.remove(&document.id).unwrap_or_default();
    view(ask, document, around, text)
}

/// The record without its text, for the journal: the text may be long, and attachments are not there either.
pub fn journaled(conn: &mut Conn, ask: &Ask, document: &Document) -> Result<DocumentView> {
    let around = store::around(conn, &[document.id], ask.actor.organization)?.remove(&document.id).unwrap_or_default();
    view(ask, document.clone(), around, None)
}

/// What the journal says of a document.
pub fn change<'a>(document: &Document, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: document.id, version: Some(document.version), owner: document.owner(), province: Some(document.province_id), action, reason }
}

/// An officer or leader drafts for the own organisation; a clerk registers a text that exists already.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewDocument>) -> Result<DocumentView> {
    let drafts = authz::may(RULES, &ask.actor, Act::Draft, Standing::NEW);
    if !drafts && !authz::may(RULES, &ask.actor, Act::Register, Standing::NEW) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let mut new = body.open()?;
    let (own, province) = (ask.actor.organization()?, ask.actor.province()?);
    if new.issuer_id.is_none() && new.issuer_text.is_none() {
        new.issuer_id = Some(own);
    }
    let is_own = new.issuer_id == Some(own) && new.issuer_text.is_none();
    let document = if drafts {
        if !is_own {
            let mut faults = entry::faults(conn, ask, province, Entry::Draft, &new, Trust::Caller)?;
            faults.retain(|f| f.pointer != "/issuer_id");
            faults.push(Fault::at(
                "/issuer_id",
                "not_own",
                "Chỉ soạn thảo văn bản của cơ quan mình; văn bản đến do văn thư đăng ký.",
                "Drafts are for the own organisation; a clerk registers what came from others.",
            ));
            return Err(Error::invalid(faults));
        }
        add(conn, ask, province, new, None)?
    } else if is_own {
        existing(conn, ask, province, new, None, Trust::Caller)?
    } else {
        copy(conn, ask, own, province, new)?
    };
    whole(conn, ask, document)
}

/// A draft; also the door of the program itself.
pub fn add(conn: &mut Conn, ask: &Ask, province: Id, new: NewDocument, seed_key: Option<&str>) -> Result<Document> {
    let trust = if seed_key.is_some() { Trust::Program } else { Trust::Caller };
    let document = entry::enter(conn, ask, province, Entry::Draft, new, seed_key, trust)?;
    let shown = journaled(conn, ask, &document)?;
    journal::record(conn, ask, change(&document, "create", None), NOTHING, Some(&shown))?;
    Ok(document)
}

/// A text of its issuer that exists already, with number and date as written; sent to its recipients.
pub fn existing(conn: &mut Conn, ask: &Ask, province: Id, new: NewDocument, seed_key: Option<&str>, trust: Trust) -> Result<Document> {
    let document = entry::enter(conn, ask, province, Entry::Existing, new, seed_key, trust)?;
    let on = document.issued_on.unwrap_or(ask.today);
    let shown = journaled(conn, ask, &document)?;
    journal::record(conn, ask, change(&document, "register", None), NOTHING, Some(&shown))?;
    entry::distribute(conn, ask, &document, on)?;
    Ok(document)
}

/// What reached an organisation from outside the system: its own record, which nobody else sees.
pub fn copy(conn: &mut Conn, ask: &Ask, receiver: Id, province: Id, new: NewDocument) -> Result<Document> {
    let document = entry::enter(conn, ask, province, Entry::Copy(receiver), new, None, Trust::Caller)?;
    let shown = journaled(conn, ask, &document)?;
    journal::record(conn, ask, change(&document, "register", None), NOTHING, Some(&shown))?;
    Ok(document)
}

fn save(conn: &mut Conn, ask: &Ask, before: &Document, mut after: Document) -> Result<Document> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, before, &after)?;
    Ok(after)
}

/// Takes a draft away.
pub fn remove(conn: &mut Conn, ask: &Ask, id: Id) -> Result<()> {
    let (before, standing) = seen(conn, ask, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Delete, standing)?;
    ask.proceed(conn, Some(before.version))?;
    if before.state != State::Draft {
        return Err(Error::conflict("not_a_draft", "Chỉ xóa được dự thảo.", "Only a draft can be deleted."));
    }
    if store::is_cited(conn, id)? {
        return Err(Error::conflict("cited", "Có văn bản khác đang nhắc tới dự thảo này.", "Another document refers to this draft."));
    }
    let was = journaled(conn, ask, &before)?;
    store::remove(conn, &before)?;
    journal::record(conn, ask, change(&before, "delete", None), Some(&was), NOTHING)
}

/// Takes a step: sign, issue, recall, supersede.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<DocumentTransition>) -> Result<DocumentView> {
    let (before, standing) = seen(conn, ask, id)?;
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
    let mut details = before.details()?;
    let mut sent_on: Option<NaiveDate> = None;
    match step.action {
        Act::Sign => {
            details.signer = step.signer.clone().or(details.signer);
            ready_to_sign(&before, details.signer.is_some())?;
            details.signed_at = Some(ask.now);
            details.signed_by = Some(ask.actor.user);
            entry::relate_offices(conn, &before)?;
        }
        Act::Issue => {
            let day = step.issued_on.unwrap_or(ask.today);
            let signed = details.signed_at.map(crate::time::Stamp::day);
            if day > ask.today || signed.is_some_and(|s| day < s) {
                return Err(Error::fault("/issued_on", "bad_date", "Ngày phải từ ngày ký đến hôm nay.", "The date lies between signing and today."));
            }
            number_and_date(conn, ask, &mut after, step.series.as_deref(), step.term, day)?;
            details.dispatched_at = Some(ask.now);
            details.dispatched_by = Some(ask.actor.user);
            sent_on = Some(day);
        }
        Act::Recall => {
            details.ended_reason = Some(reason(&step)?);
            numbers::void(conn, ask, &before, step.reason.as_deref())?;
        }
        Act::Supersede => {
            let mut faults = Vec::new();
            details.ended_reason = gathered(&mut faults, reason(&step))?;
            details.superseded_by = gathered(&mut faults, successor(conn, ask, id, &step))?;
            all_well(faults)?;
        }
        _ => return Err(Error::internal("the flow has a step that is not carried out")),
    }
    after.set_details(&details)?;
    after.derive(details.month, before.created_at.day());
    after.audience = entry::audience(conn, &after)? as i32;
    let was = journaled(conn, ask, &before)?;
    let after = save(conn, ask, &before, after)?;
    if let Some(day) = sent_on {
        entry::distribute(conn, ask, &after, day)?;
    }
    let is = journaled(conn, ask, &after)?;
    journal::record(conn, ask, change(&after, step.action.word(), step.reason.as_deref()), Some(&was), Some(&is))?;
    whole(conn, ask, after)
}

/// Gives the next number and the date.
pub fn number_and_date(conn: &mut Conn, ask: &Ask, after: &mut Document, series: Option<&str>, term: Option<i32>, day: NaiveDate) -> Result<()> {
    after.number = Some(numbers::give_next(conn, ask, after, series, term, day)?);
    after.issued_on = Some(day);
    Ok(())
}

fn ready_to_sign(document: &Document, has_signer: bool) -> Result<()> {
    let mut faults = Vec::new();
    if document.summary.is_none() {
        faults.push(Fault::at("/summary", "required", "Văn bản chưa có trích yếu.", "The document has no summary yet."));
    }
    if document.symbol.is_none() {
        faults.push(Fault::at("/symbol", "required", "Văn bản chưa có ký hiệu.", "The document has no symbol yet."));
    }
    if !has_signer {
        faults.push(Fault::at("/signer", "required", "Hãy nêu người ký.", "Say who signs."));
    }
    all_well(faults)
}

fn reason(step: &DocumentTransition) -> Result<String> {
    let reason = step.reason.as_deref().map(str::trim).filter(|r| !r.is_empty());
    reason.map(str::to_owned).ok_or_else(|| Error::fault("/reason", "required", "Hãy nêu lý do.", "Give the reason."))
}

fn successor(conn: &mut Conn, ask: &Ask, id: Id, step: &DocumentTransition) -> Result<Id> {
    let wrong = || Error::fault("/by_document_id", "unknown_reference", "Hãy nêu văn bản thay thế đã ban hành.", "Name the issued document that replaces it.");
    let by = step.by_document_id.filter(|by| *by != id).ok_or_else(wrong)?;
    let scope = authz::scope(RULES, &ask.actor, Act::View)?;
    let seen = store::visible_among(conn, &scope, &[by])?;
    let found = store::find_many(conn, &seen)?.pop().filter(|d| d.state == State::Issued);
    found.map(|d| d.id).ok_or_else(wrong)
}
