//! Decisions on proposals, one by one or many together.

use super::{
    super::{
        forms::{ReadingProposal, ReadingProposalPatch, ReadingProposalTransition, ReadingTransition},
        kinds::{ReadingProposalAction as On, ReadingProposalState as Stand, ReadingState as State},
        model::{Proposal, Reading, change_of, told},
        policy::PROPOSAL_RULES,
        store,
        values::ReadingValue,
    },
    PROPOSAL_FLOW, json, only_open, shown, standing,
};
use crate::{
    ask::Ask,
    authz::{self, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well},
    http::Body,
    id::Id,
    journal,
    organizations::{self, groups},
};

/// The proposal with its reading, if this caller may do this with it.
fn proposal_for(conn: &mut Conn, ask: &Ask, id: Id, act: On) -> Result<(Reading, Proposal, Standing)> {
    let proposal = store::find_proposal(conn, id)?;
    let reading = store::find(conn, proposal.reading_id)?;
    let standing = standing(conn, ask, &reading)?;
    authz::permit(PROPOSAL_RULES, &ask.actor, On::View, act, standing)?;
    Ok((reading, proposal, standing))
}

/// One proposal, if this caller may look at its reading.
pub fn show_proposal(conn: &mut Conn, ask: &Ask, id: Id) -> Result<ReadingProposal> {
    let (reading, proposal, standing) = proposal_for(conn, ask, id, On::View)?;
    shown(ask, proposal, reading.state == State::Open, standing)
}

/// Gives a proposal another value; thereby it is accepted.
pub fn edit_proposal(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ReadingProposalPatch>) -> Result<ReadingProposal> {
    let (reading, before, standing) = proposal_for(conn, ask, id, On::Edit)?;
    ask.proceed(conn, Some(before.version))?;
    only_open(&reading)?;
    let state = PROPOSAL_FLOW.next(before.state, On::Edit)?;
    body.open()?;
    let merged = body.merged("value", Some(before.value.0.clone()))?.unwrap_or_default();
    let mut value = ReadingValue::of(&merged)?;
    // Whoever has been named is new no more.
    if let Some(agency) = value.agency.as_mut().filter(|a| a.organization_id.is_some() || a.group_id.is_some()) {
        agency.is_new = None;
    }
    let mut faults = value.faults(before.kind, &merged);
    faults.extend(unknown(conn, reading.province_id, &value)?);
    all_well(faults)?;
    let after = Proposal { value: json(&value)?, state, ..before.clone() };
    save_proposal(conn, ask, &reading, (&before, after), (On::Edit, None), standing)
}

/// A fault where a value names an organisation or a group that the province has not.
fn unknown(conn: &mut Conn, province: Id, value: &ReadingValue) -> Result<Vec<Fault>> {
    let (organizations, named_groups) = value.ids();
    let known = if organizations.is_empty() { vec![] } else { organizations::find_many(conn, &organizations)? };
    let known_groups = if named_groups.is_empty() { vec![] } else { groups::of_province(conn, province)? };
    let strange = organizations.iter().filter(|id| !known.iter().any(|o| o.id == **id && o.province_id == province));
    let strange = strange.chain(named_groups.iter().filter(|id| !known_groups.iter().any(|(g, _)| g.id == **id)));
    let fault = |id: &Id| Fault::at("/value", "unknown_reference", format!("Tỉnh không có cơ quan, nhóm {id}."), format!("The province has no {id}."));
    Ok(strange.map(fault).collect())
}

/// Decides on one proposal, or takes the decision back.
pub fn take_proposal(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ReadingProposalTransition>) -> Result<ReadingProposal> {
    // Who may decide one way may decide the others.
    let (reading, before, standing) = proposal_for(conn, ask, id, On::Accept)?;
    ask.proceed(conn, Some(before.version))?;
    only_open(&reading)?;
    let step = body.open()?;
    if step.action == On::Edit {
        return Err(Error::fault("/action", "use_patch", "Sửa giá trị bằng PATCH.", "A value is edited by PATCH."));
    }
    let state = PROPOSAL_FLOW.next(before.state, step.action)?;
    let mut after = Proposal { state, ..before.clone() };
    if step.action == On::Reopen {
        after.value = before.value_as_read.clone();
    }
    save_proposal(conn, ask, &reading, (&before, after), (step.action, step.reason.as_deref()), standing)
}

fn save_proposal(
    conn: &mut Conn,
    ask: &Ask,
    reading: &Reading,
    (before, after): (&Proposal, Proposal),
    (act, reason): (On, Option<&str>),
    standing: Standing,
) -> Result<ReadingProposal> {
    let after = Proposal { version: before.version + 1, updated_at: ask.now, updated_by: ask.actor.user, ..after };
    store::update_proposal(conn, before, &after)?;
    let was = shown(ask, before.clone(), true, standing)?;
    let is = shown(ask, after.clone(), true, standing)?;
    journal::record(conn, ask, change_of(reading, &after, act.word(), reason), Some(&was), Some(&is))?;
    Ok(is)
}

/// Decides on those that nobody has decided on and that the step chooses: one entry in the journal each.
pub fn decide(conn: &mut Conn, ask: &Ask, reading: &Reading, all: &mut [Proposal], step: &ReadingTransition, act: On) -> Result<()> {
    let strange = step.proposal_ids.iter().flatten().enumerate().filter(|(_, id)| !all.iter().any(|p| p.id == **id));
    let fault = |at: usize| Fault::at(format!("/proposal_ids/{at}"), "unknown_reference", "Bản đọc không có đề xuất này.", "The reading has no such proposal.");
    all_well(strange.map(|(at, _)| fault(at)).collect())?;
    let (mut chosen, mut entries) = (Vec::new(), Vec::new());
    for p in all.iter_mut() {
        let wanted = p.state == Stand::Proposed
            && step.proposal_ids.as_ref().is_none_or(|ids| ids.contains(&p.id))
            && step.kind.is_none_or(|kind| p.kind == kind)
            && step.confidence.is_none_or(|confidence| p.confidence == confidence)
            && step.document.is_none_or(|document| p.document == document);
        if !wanted {
            continue;
        }
        let before = p.clone();
        p.state = PROPOSAL_FLOW.next(p.state, act)?;
        p.version += 1;
        p.updated_at = ask.now;
        p.updated_by = ask.actor.user;
        chosen.push(p.id);
        entries.push(told(ask, reading, &before, p, act.word(), step.reason.as_deref())?);
    }
    let to = if act == On::Accept { Stand::Accepted } else { Stand::Rejected };
    store::decide(conn, &chosen, to, ask.now, ask.actor.user)?;
    journal::record_all(conn, &entries)
}
