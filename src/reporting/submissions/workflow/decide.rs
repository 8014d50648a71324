//! The steps of a version: handed in, accepted, returned, confirmed.

use super::{content::Content, save, snapshot};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations},
    db::Conn,
    documents::arrivals,
    error::{Error, Result},
    id::Id,
    ontime::Lay,
    reporting::{
        periods::{self, Obligation, ObligationState, workflow::obligations::refuse_merged},
        regimes::{Step, model::stored},
        submissions::{
            model::{KIND, Paper, Submission, SubmissionAction as Act, SubmissionState as State},
            store,
        },
    },
};

/// Hands a draft in: from now on it is a snapshot, and receiver, appraisers and later receivers read it.
pub fn submit(conn: &mut Conn, ask: &Ask, before: &Submission, to: State) -> Result<Submission> {
    let obligation = periods::find_obligation(conn, before.obligation_id)?;
    refuse_merged(&obligation)?;
    let content = Content::read(conn, &obligation, ask.today)?;
    let paper = registered(conn, before.paper()?)?;
    let day = paper.as_ref().map_or(ask.today, |p| p.arrived_on);
    let narratives = before.narratives()?;
    // What the service computes may have changed since the draft was written.
    let figures = before.figures()?.into_iter().map(|f| super::super::model::Figure { computed: content.computed.get(&f.indicator).cloned(), ..f }).collect();
    let figures = content.marked(figures, day);
    content.check_whole(&narratives, &figures, &before.attachments()?)?;
    let mut after = before.clone();
    after.paper = paper.as_ref().map(stored).transpose()?;
    after.figures = stored(&figures)?;
    after.state = to;
    after.audience = Audience::Overseers as i32;
    after.submitted_at = Some(ask.now);
    after.submitted_by = Some(ask.actor.user);
    after.submitted_on = Some(day);
    let text = snapshot::text(&after)?;
    after.sha256 = Some(snapshot::hash(&text));
    after.snapshot = Some(text);
    open_to_chain(conn, &after, &obligation, &content.period.chain()?)?;
    let after = save(conn, ask, before, after, Act::Submit.word(), None)?;
    periods::handed_in(conn, ask, &obligation, after.id, day)?;
    Ok(after)
}

/// The paper with the day in the register, where the document has been entered in it since the draft was written.
fn registered(conn: &mut Conn, paper: Option<Paper>) -> Result<Option<Paper>> {
    let Some(mut paper) = paper else { return Ok(None) };
    if let Some(document) = paper.document_id {
        let (day, _) = arrivals::day_of_arrival(conn, Some(paper.entered_by_organization_id), document, Some(paper.arrived_on), "")?;
        paper.arrived_on = day.unwrap_or(paper.arrived_on);
    }
    Ok(Some(paper))
}

/// From submission on: the receiver, the appraisers and the later receivers of the chain (RULES 1).
fn open_to_chain(conn: &mut Conn, submission: &Submission, obligation: &Obligation, chain: &[Step]) -> Result<()> {
    let mut open = |organization: Option<Id>, relations: Relations| match organization {
        Some(organization) => authz::relate(conn, KIND, submission.id, organization, relations),
        None => Ok(()),
    };
    open(obligation.receiver_id, Relations::RECEIVER)?;
    open(obligation.appraiser_id, Relations::APPRAISER)?;
    for step in chain.iter().filter(|s| s.step_no > obligation.step_no && !s.parallel && !obligation.parallel) {
        open(step.receiver_id, Relations::LATER)?;
        open(step.appraiser_id, Relations::APPRAISER)?;
    }
    Ok(())
}

/// How long each version lay with the receiver.
fn lays(versions: &[Submission]) -> Vec<Lay> {
    let lay = |v: &Submission| Some(Lay { submitted_on: v.submitted_on?, returned_on: v.decided_on.filter(|_| v.state == State::Returned), agreed: false });
    versions.iter().filter_map(lay).collect()
}

fn decided(ask: &Ask, before: &Submission, to: State, reason: Option<String>) -> Submission {
    let mut after = before.clone();
    after.state = to;
    after.decided_at = Some(ask.now);
    after.decided_by = Some(ask.actor.user);
    after.decided_on = Some(ask.today);
    after.decision_reason = reason;
    after
}

/// Accepts: on time is decided now, once, for this version over all (RULES 12); a correction changes nothing of that.
pub fn accept(conn: &mut Conn, ask: &Ask, before: &Submission, to: State, reason: Option<String>) -> Result<Submission> {
    let obligation = periods::find_obligation(conn, before.obligation_id)?;
    let versions = store::versions(conn, before.obligation_id)?;
    let mut after = decided(ask, before, to, reason.clone());
    let day = before.submitted_on.unwrap_or(ask.today);
    if obligation.state != ObligationState::Accepted {
        let obligation = periods::fulfil(conn, ask, &obligation, (KIND, before.id), day, &lays(&versions))?;
        after.on_time = obligation.on_time;
        after.judgement = obligation.judgement;
    }
    save(conn, ask, before, after, Act::Accept.word(), reason.as_deref())
}

/// Returns with a reason: the author makes the next version.
pub fn send_back(conn: &mut Conn, ask: &Ask, before: &Submission, to: State, reason: Option<String>) -> Result<Submission> {
    let Some(reason) = reason.filter(|r| !r.trim().is_empty()) else {
        return Err(Error::fault("/reason", "required", "Nêu lý do trả lại.", "Say why it is returned."));
    };
    let obligation = periods::find_obligation(conn, before.obligation_id)?;
    let after = decided(ask, before, to, Some(reason.clone()));
    let after = save(conn, ask, before, after, Act::Return.word(), Some(&reason))?;
    let versions = store::versions(conn, before.obligation_id)?;
    periods::returned(conn, ask, &obligation, &lays(&versions), &reason)?;
    Ok(after)
}

/// The agency confirms what the receiver entered for it (RULES 4).
pub fn confirm(conn: &mut Conn, ask: &Ask, before: &Submission) -> Result<Submission> {
    let Some(mut paper) = before.paper()?.filter(|p| p.confirmed_at.is_none()) else {
        return Err(Error::conflict(
            "nothing_to_confirm",
            "Bản này không phải bản nhập thay chờ xác nhận.",
            "This is not a version entered for the agency that waits for its confirmation.",
        ));
    };
    paper.confirmed_at = Some(ask.now);
    paper.confirmed_by = Some(ask.actor.user);
    let mut after = before.clone();
    after.paper = Some(stored(&paper)?);
    save(conn, ask, before, after, Act::Confirm.word(), None)
}
