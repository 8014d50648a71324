use super::{
    entry::{self, Entry, Trust},
    forms::{DocumentPatch, DocumentTransition, DocumentView, NewDocument},
    guard,
    kinds::{DocumentAction as Act, DocumentState as State},
    model::{Document, KIND},
    numbers,
    policy::RULES,
    recipients,
    store::{self, Around},
};
use crate::{
    ask::Ask,
    authz::{self, Position, Relations, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well},
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
            return Err(Error::fault(
                "/issuer_id",
                "not_own",
                "Chỉ soạn thảo văn bản của cơ quan mình; văn bản đến do văn thư đăng ký.",
                "Drafts are for the own organisation; a clerk registers what came from others.",
            ));
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

/// Changes a draft or an own copy; fills in what is blank on an issued document, once.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<DocumentPatch>) -> Result<DocumentView> {
    let (before, standing) = seen(conn, ask, id)?;
    let edits = authz::may(RULES, &ask.actor, Act::Edit, standing);
    let fills = authz::may(RULES, &ask.actor, Act::FillIn, standing);
    let writable = before.state == State::Draft || before.is_copy();
    if !edits && (writable || !fills) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let fills = !writable && fills && matches!(before.state, State::Issued | State::Superseded);
    if !writable && !fills {
        return Err(Error::conflict(
            "not_editable",
            "Chỉ sửa được dự thảo; văn bản đã ký hoặc ban hành giữ nguyên.",
            "Only a draft can be changed; what is signed or issued stays as it is.",
        ));
    }
    let patch = body.open()?;
    let checked = patched(&patch);
    guard::inspect(&checked)?;
    let mut after = before.clone();
    if fills {
        fill_in(ask, body, &patch, &before, &mut after)?;
    } else {
        rewrite(conn, ask, &patch, &before, &mut after)?;
    }
    let month = after.details()?.month;
    after.derive(month, before.created_at.day());
    after.audience = entry::audience(conn, &after)? as i32;
    // The view before the change is read first: relations and recipients are part of it.
    let was = journaled(conn, ask, &before)?;
    if let Some(text) = &patch.text {
        store::set_text(conn, id, text.as_deref())?;
    }
    if let Some(relations) = &patch.relations {
        store::set_relations(conn, id, relations)?;
    }
    if let Some(lines) = &patch.recipients {
        store::set_recipients(conn, id, lines)?;
    }
    let after = save(conn, ask, &before, after)?;
    if fills && !after.is_copy() {
        numbers::take_given(conn, ask, &after)?;
        let sent: Vec<Id> = super::deliveries::store::of_document(conn, id)?.iter().map(|d| d.receiver_id).collect();
        entry::meet_copies(conn, ask, &after, &sent)?;
    }
    let is = journaled(conn, ask, &after)?;
    journal::record(conn, ask, change(&after, if fills { "fill_in" } else { "edit" }, None), Some(&was), Some(&is))?;
    whole(conn, ask, after)
}

/// The texts of a patch in the form in which they are inspected.
fn patched(patch: &DocumentPatch) -> NewDocument {
    NewDocument {
        kind: patch.kind.unwrap_or(super::kinds::DocumentKind::Other),
        notation: patch.notation,
        issuer_id: None,
        issuer_text: None,
        number: patch.number.clone(),
        symbol: patch.symbol.clone().flatten(),
        issued_on: patch.issued_on,
        year: None,
        month: None,
        effective_on: None,
        place: patch.place.clone().flatten(),
        summary: patch.summary.clone(),
        urgency: patch.urgency,
        field: patch.field.clone().flatten(),
        is_limited: patch.is_limited,
        secrecy_level: patch.secrecy_level.clone(),
        signer: patch.signer.clone(),
        text: patch.text.clone().flatten(),
        source: None,
        relations: patch.relations.clone().unwrap_or_default(),
        recipients: patch.recipients.clone().unwrap_or_default(),
    }
}

fn fill_in(ask: &Ask, body: &Body<DocumentPatch>, patch: &DocumentPatch, before: &Document, after: &mut Document) -> Result<()> {
    let mut faults = Vec::new();
    for member in body.value().as_object().into_iter().flat_map(|m| m.keys()).filter(|m| !matches!(m.as_str(), "number" | "issued_on")) {
        faults.push(Fault::at(
            format!("/{member}"),
            "only_blanks",
            "Văn bản đã ban hành: chỉ điền số và ngày còn trống.",
            "On an issued document only a blank number or day is filled in.",
        ));
    }
    if patch.number.is_some() && before.number.is_some() {
        faults.push(Fault::at("/number", "not_blank", "Số đã có, không đổi được.", "The number is there and stays."));
    }
    if let Some(day) = patch.issued_on {
        if before.issued_on.is_some() {
            faults.push(Fault::at("/issued_on", "not_blank", "Ngày đã có, không đổi được.", "The date is there and stays."));
        } else if day > ask.today || before.year.is_some_and(|y| chrono::Datelike::year(&day) != y) {
            faults.push(Fault::at("/issued_on", "contradicts", "Ngày chưa tới hoặc khác năm đã ghi.", "The date is to come, or not in the year on record."));
        }
    }
    all_well(faults)?;
    after.number = before.number.clone().or_else(|| patch.number.clone());
    after.issued_on = before.issued_on.or(patch.issued_on);
    Ok(())
}

fn rewrite(conn: &mut Conn, ask: &Ask, patch: &DocumentPatch, before: &Document, after: &mut Document) -> Result<()> {
    let mut faults = Vec::new();
    if !before.is_copy() {
        for (member, _) in [("number", patch.number.is_some()), ("issued_on", patch.issued_on.is_some())].into_iter().filter(|(_, given)| *given) {
            let vi = "Dự thảo chưa có số và ngày; văn thư cấp khi phát hành.";
            let en = "A draft has no number and date yet; the clerk gives them when it is issued.";
            faults.push(Fault::at(format!("/{member}"), "given_too_early", vi, en));
        }
    }
    if patch.issued_on.is_some_and(|day| day > ask.today) {
        faults.push(Fault::at("/issued_on", "in_future", "Ngày ban hành chưa tới.", "The date has not come yet."));
    }
    if let Some(relations) = &patch.relations {
        faults.extend(entry::targets(conn, ask, relations, Trust::Caller)?);
    }
    all_well(faults)?;
    if let Some(lines) = &patch.recipients {
        recipients::check(conn, before.province_id, lines, "/recipients")?;
    }
    let mut details = before.details()?;
    after.kind = patch.kind.unwrap_or(after.kind);
    after.notation = patch.notation.unwrap_or(after.notation);
    after.number = patch.number.clone().or(after.number.take());
    after.symbol = patch.symbol.clone().unwrap_or(after.symbol.take());
    after.issued_on = patch.issued_on.or(after.issued_on);
    after.place = patch.place.clone().unwrap_or(after.place.take());
    after.summary = patch.summary.clone().or(after.summary.take());
    after.urgency = patch.urgency.unwrap_or(after.urgency);
    after.field = patch.field.clone().unwrap_or(after.field.take());
    after.is_limited = patch.is_limited.unwrap_or(after.is_limited);
    details.effective_on = patch.effective_on.unwrap_or(details.effective_on);
    details.signer = patch.signer.clone().or(details.signer);
    if let Some(day) = patch.issued_on {
        details.month = details.month.map(|_| chrono::Datelike::month(&day));
    }
    after.set_details(&details)
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
    guard::refuse_secrets(step.reason.as_deref())?;
    let mut details = before.details()?;
    let mut sent_on: Option<NaiveDate> = None;
    match step.action {
        Act::Sign => {
            details.signer = step.signer.clone().or(details.signer);
            ready_to_sign(&before, details.signer.is_some())?;
            details.signed_at = Some(ask.now);
            details.signed_by = Some(ask.actor.user);
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
            numbers::void(conn, ask, id, step.reason.as_deref())?;
        }
        Act::Supersede => {
            details.ended_reason = Some(reason(&step)?);
            details.superseded_by = Some(successor(conn, ask, id, &step)?);
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
