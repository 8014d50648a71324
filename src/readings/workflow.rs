use super::{
    agencies, apply,
    forms::{ByPlace, ReadingCounts, ReadingFilter, ReadingProposal, ReadingRow, ReadingText, ReadingTransition, ReadingView},
    intake::Incoming,
    kinds::{ReadingAction as Act, ReadingProposalAction as On, ReadingProposalState as Stand, ReadingState as State},
    model::{Content, KIND, Proposal, Reading},
    policy::{PROPOSAL_RULES, RULES},
    store,
    values::ReadingValue,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    db::{Conn, Json},
    error::{Error, Fault, Result, all_well},
    filters::By,
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    page::{NewestFirst, Page, Paging, Sort},
    reading::Agencies,
    text,
};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

mod deciding;

pub use deciding::{edit_proposal, show_proposal, take_proposal};

/// How a reading lives.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Open, Act::Accept, State::Open),
    (State::Open, Act::Reject, State::Open),
    (State::Open, Act::Apply, State::Applied),
    (State::Open, Act::Discard, State::Discarded),
]);

/// How a proposal lives.
pub const PROPOSAL_FLOW: Flow<Stand, On> = Flow(&[
    (Stand::Proposed, On::Accept, Stand::Accepted),
    (Stand::Proposed, On::Reject, Stand::Rejected),
    (Stand::Proposed, On::Edit, Stand::Edited),
    (Stand::Accepted, On::Edit, Stand::Edited),
    (Stand::Accepted, On::Reject, Stand::Rejected),
    (Stand::Accepted, On::Reopen, Stand::Proposed),
    (Stand::Edited, On::Edit, Stand::Edited),
    (Stand::Edited, On::Reject, Stand::Rejected),
    (Stand::Edited, On::Reopen, Stand::Proposed),
    (Stand::Rejected, On::Edit, Stand::Edited),
    (Stand::Rejected, On::Reopen, Stand::Proposed),
]);

fn standing(conn: &mut Conn, ask: &Ask, r: &Reading) -> Result<Standing> {
    authz::standing(conn, &ask.actor, KIND, r.id, r.province_id, r.audience)
}

fn row(ask: &Ask, r: Reading, counts: ReadingCounts, standing: Standing) -> ReadingRow {
    let delete = (r.state == State::Open).then_some(Act::Delete);
    ReadingRow {
        allowed_actions: FLOW.actions(r.state).chain(delete).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
        id: r.id,
        province_id: r.province_id,
        owner_id: r.owner_id,
        title: r.title,
        state: r.state,
        reason: r.reason,
        file_name: r.file_name,
        media_type: r.media_type,
        size: r.size,
        sha256: r.sha256,
        characters: r.characters,
        counts,
        version: r.version,
        created_at: r.created_at,
        created_by: r.created_by,
        updated_at: r.updated_at,
        updated_by: r.updated_by,
    }
}

fn shown(ask: &Ask, p: Proposal, open: bool, standing: Standing) -> Result<ReadingProposal> {
    let acts = PROPOSAL_FLOW.actions(p.state).filter(|act| open && authz::may(PROPOSAL_RULES, &ask.actor, *act, standing));
    Ok(ReadingProposal {
        allowed_actions: acts.collect(),
        id: p.id,
        reading_id: p.reading_id,
        place: p.place,
        document: p.document,
        kind: p.kind,
        value: p.value()?,
        value_as_read: (p.value != p.value_as_read).then(|| ReadingValue::of(&p.value_as_read.0)).transpose()?,
        spans: Deserialize::deserialize(&p.spans.0)?,
        confidence: p.confidence,
        doubtful: Deserialize::deserialize(&p.doubtful.0)?,
        rule: p.rule,
        state: p.state,
        made: Deserialize::deserialize(&p.made.0)?,
        version: p.version,
        updated_at: p.updated_at,
        updated_by: p.updated_by,
    })
}

fn whole(ask: &Ask, r: Reading, all: Vec<Proposal>, standing: Standing) -> Result<ReadingView> {
    let content: Content = Deserialize::deserialize(&r.content.0)?;
    let open = r.state == State::Open;
    let counts = store::counted(&all);
    Ok(ReadingView {
        reading: row(ask, r, counts, standing),
        documents: content.documents,
        warnings: content.warnings,
        proposals: all.into_iter().map(|p| shown(ask, p, open, standing)).collect::<Result<_>>()?,
    })
}

/// The reading, if this caller may do this with it.
fn open_for(conn: &mut Conn, ask: &Ask, id: Id, act: Act) -> Result<(Reading, Standing)> {
    let reading = store::find(conn, id)?;
    let standing = standing(conn, ask, &reading)?;
    authz::permit(RULES, &ask.actor, Act::View, act, standing)?;
    Ok((reading, standing))
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<ReadingView> {
    let (reading, standing) = open_for(conn, ask, id, Act::View)?;
    let all = store::proposals_of(conn, id)?;
    whole(ask, reading, all, standing)
}

/// The text, if this caller may look at the reading.
pub fn text(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(ReadingText, i32)> {
    let (reading, _) = open_for(conn, ask, id, Act::View)?;
    Ok((ReadingText { characters: reading.characters, text: store::text_of(conn, id)? }, reading.version))
}

/// A page of readings.
pub fn list(conn: &mut Conn, ask: &Ask, filter: &ReadingFilter, sort: &Sort<NewestFirst>, paging: &Paging) -> Result<Page<ReadingRow>> {
    let scope = authz::scope(RULES, &ask.actor, Act::View)?;
    let page = store::list(conn, &scope, filter, sort, paging)?;
    let ids: Vec<Id> = page.items.iter().map(|r| r.id).collect();
    let mut counts = store::counts(conn, &ids)?;
    let held = authz::relations_to(conn, KIND, &ids, ask.actor.organization()?)?;
    Ok(page.map(|r| {
        let standing = Standing { relations: held.get(&r.id).copied().unwrap_or_default(), ..Standing::NEW };
        let counted = counts.remove(&r.id).unwrap_or_default();
        row(ask, r, counted, standing)
    }))
}

/// A page of the proposals of a reading.
pub fn list_proposals(conn: &mut Conn, ask: &Ask, id: Id, by: &By<ReadingProposal>, sort: &Sort<ByPlace>, paging: &Paging) -> Result<Page<ReadingProposal>> {
    let (reading, standing) = open_for(conn, ask, id, Act::View)?;
    let page = store::list_proposals(conn, id, by, sort, paging)?;
    let items = page.items.into_iter().map(|p| shown(ask, p, reading.state == State::Open, standing)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next, total: page.total })
}

/// 403 for those who may have no text read; else what the reader is to know of their province.
pub fn ready(conn: &mut Conn, ask: &Ask) -> Result<Agencies> {
    if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    let province = ask.actor.province()?;
    agencies::of_province(conn, province, ask.today)
}

/// Keeps a text that has been read, with what it proposes.
pub fn create(conn: &mut Conn, ask: &Ask, incoming: &Incoming, data: &Path) -> Result<ReadingView> {
    if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let (owner, province) = (ask.actor.organization()?, ask.actor.province()?);
    let upload = &incoming.upload;
    let title = incoming.told.title.clone().unwrap_or_else(|| upload.file_name.clone());
    let id = Id::fresh();
    let reading = Reading {
        id,
        province_id: province,
        audience: Audience::Related as i32,
        owner_id: owner,
        title_fold: text::fold(&format!("{title} | {}", upload.file_name)),
        title,
        file_name: upload.file_name.clone(),
        media_type: upload.media_type.clone(),
        size: upload.size,
        sha256: upload.sha256.clone(),
        text_layer: upload.text_layer,
        characters: incoming.characters,
        content: json(&incoming.told.content)?,
        state: State::Open,
        reason: None,
        version: 1,
        created_at: ask.now,
        created_by: ask.actor.user,
        updated_at: ask.now,
        updated_by: ask.actor.user,
    };
    let mut all = Vec::new();
    for (place, found) in (1..).zip(&incoming.told.found) {
        let value = json(&found.value)?;
        all.push(Proposal {
            id: Id::fresh(),
            reading_id: id,
            place,
            document: found.document,
            kind: found.kind,
            value_as_read: value.clone(),
            value,
            spans: json(&found.spans)?,
            confidence: found.confidence,
            doubtful: json(&found.doubtful)?,
            rule: found.rule.clone(),
            state: Stand::Proposed,
            made: json(&Value::Array(vec![]))?,
            version: 1,
            updated_at: ask.now,
            updated_by: ask.actor.user,
        });
    }
    store::insert(conn, &reading, &incoming.text, &all)?;
    authz::relate(conn, KIND, id, owner, Relations::OWNER)?;
    let standing = Standing { relations: Relations::OWNER, ..Standing::NEW };
    journal::record(conn, ask, change(&reading, "create", None), NOTHING, Some(&row(ask, reading.clone(), store::counted(&all), standing)))?;
    if !ask.conditions.validate_only {
        upload.keep(data)?;
    }
    whole(ask, reading, all, standing)
}

fn json(value: &impl serde::Serialize) -> Result<Json> {
    Ok(Json(serde_json::to_value(value)?))
}

fn change<'a>(r: &Reading, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: r.id, version: Some(r.version), owner: Some(r.owner_id), province: Some(r.province_id), action, reason }
}

fn only_open(r: &Reading) -> Result<()> {
    if r.state == State::Open {
        return Ok(());
    }
    Err(Error::conflict("reading_ended", "Bản đọc đã lập hồ sơ hoặc đã bỏ, giữ nguyên.", "The reading has been applied or discarded and stays as it is."))
}

/// Takes a step: decide on many, apply, discard.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ReadingTransition>) -> Result<ReadingView> {
    let (before, standing) = open_for(conn, ask, id, Act::View)?;
    if !FLOW.0.iter().any(|(_, act, _)| authz::may(RULES, &ask.actor, *act, standing)) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    let mut after = Reading { state: FLOW.next(before.state, step.action)?, version: before.version + 1, updated_at: ask.now, ..before.clone() };
    after.updated_by = ask.actor.user;
    all_well(misplaced(&step))?;
    let mut all = store::proposals_of(conn, id)?;
    let was = row(ask, before.clone(), store::counted(&all), standing);
    match step.action {
        Act::Accept => deciding::decide(conn, ask, &before, &mut all, &step, On::Accept)?,
        Act::Reject => deciding::decide(conn, ask, &before, &mut all, &step, On::Reject)?,
        Act::Apply => apply::apply(conn, ask, &before, &mut all, &step)?,
        _ => {
            let reason = step.reason.as_deref().map(str::trim).filter(|r| !r.is_empty());
            let missing = || Error::fault("/reason", "required", "Hãy nêu lý do bỏ.", "Say why it is discarded.");
            after.reason = Some(reason.ok_or_else(missing)?.to_owned());
        }
    }
    store::update(conn, &before, &after)?;
    let is = row(ask, after.clone(), store::counted(&all), standing);
    journal::record(conn, ask, change(&after, step.action.word(), step.reason.as_deref()), Some(&was), Some(&is))?;
    whole(ask, after, all, standing)
}

/// Members that do not go with the action.
fn misplaced(step: &ReadingTransition) -> Vec<Fault> {
    let decides = matches!(step.action, Act::Accept | Act::Reject);
    let given = [
        ("proposal_ids", step.proposal_ids.is_some(), decides),
        ("kind", step.kind.is_some(), decides),
        ("confidence", step.confidence.is_some(), decides),
        ("document", step.document.is_some(), decides),
        ("known", step.known.is_some(), step.action == Act::Apply),
        ("arrived_on", step.arrived_on.is_some(), step.action == Act::Apply),
    ];
    let wrong = given.into_iter().filter(|(_, given, fits)| *given && !fits);
    wrong.map(|(at, ..)| Fault::at(format!("/{at}"), "not_applicable", "Không dùng với thao tác này.", "Does not go with this action.")).collect()
}

/// Takes an open reading away, with its text.
pub fn remove(conn: &mut Conn, ask: &Ask, id: Id) -> Result<()> {
    let (before, standing) = open_for(conn, ask, id, Act::Delete)?;
    ask.proceed(conn, Some(before.version))?;
    only_open(&before)?;
    let all = store::proposals_of(conn, id)?;
    let was = row(ask, before.clone(), store::counted(&all), standing);
    store::remove(conn, id)?;
    journal::record(conn, ask, change(&before, "delete", None), Some(&was), NOTHING)
}
