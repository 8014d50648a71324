//! Changing a draft or an own copy, and filling in what an issued document left blank.

use super::{change, journaled, save, seen, whole};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    documents::{
        deliveries,
        entry::{self, Trust},
        forms::{DocumentPatch, DocumentView},
        guard,
        kinds::{DocumentAction as Act, DocumentState as State},
        model::Document,
        numbers,
        policy::RULES,
        recipients, store,
    },
    error::{Error, Fault, Result, all_well, gathered},
    http::Body,
    id::Id,
    journal,
};

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
    guard::refuse_level(patch.secrecy_level.as_deref())?;
    let mut after = before.clone();
    if fills {
        fill_in(ask, body, &patch, &before, &mut after)?;
    } else {
        rewrite(conn, ask, body, &patch, &before, &mut after)?;
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
        let sent: Vec<Id> = deliveries::store::of_document(conn, id)?.iter().map(|d| d.receiver_id).collect();
        entry::meet_copies(conn, ask, &after, &sent)?;
    }
    let is = journaled(conn, ask, &after)?;
    journal::record(conn, ask, change(&after, if fills { "fill_in" } else { "edit" }, None), Some(&was), Some(&is))?;
    whole(conn, ask, after)
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

fn rewrite(conn: &mut Conn, ask: &Ask, body: &Body<DocumentPatch>, patch: &DocumentPatch, before: &Document, after: &mut Document) -> Result<()> {
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
    if let Some(lines) = &patch.recipients {
        gathered(&mut faults, recipients::check(conn, before.province_id, lines, "/recipients"))?;
    }
    all_well(faults)?;
    let mut details = before.details()?;
    after.kind = patch.kind.unwrap_or(after.kind);
    after.notation = patch.notation.unwrap_or(after.notation);
    after.number = patch.number.clone().or(after.number.take());
    after.symbol = patch.symbol.clone().unwrap_or(after.symbol.take());
    after.issued_on = patch.issued_on.or(after.issued_on);
    after.place = patch.place.clone().unwrap_or(after.place.take());
    after.summary = patch.summary.clone().unwrap_or(after.summary.take());
    after.urgency = patch.urgency.unwrap_or(after.urgency);
    after.field = patch.field.clone().unwrap_or(after.field.take());
    after.is_limited = patch.is_limited.unwrap_or(after.is_limited);
    details.effective_on = patch.effective_on.unwrap_or(details.effective_on);
    details.signer = body.merged("signer", details.signer.take())?;
    if let Some(day) = patch.issued_on {
        details.month = details.month.map(|_| chrono::Datelike::month(&day));
    }
    after.set_details(&details)
}
