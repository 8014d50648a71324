use super::{
    model::{
        KIND, NewSubmission, Paper, Submission, SubmissionAction as Act, SubmissionFilter, SubmissionPatch, SubmissionState as State, SubmissionTransition,
        SubmissionView,
    },
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    db::Conn,
    error::{Error, Result},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    page::{Page, Paging},
    reporting::{
        periods::{
            self,
            model::{OBLIGATION, ObligationAction},
            policy::OBLIGATION_RULES,
            store::{merged_among, relations},
            workflow::obligations::refuse_merged,
        },
        regimes::model::{stored, typed},
    },
};

pub mod content;
pub mod decide;
pub mod merger;
pub mod prefill;
pub mod snapshot;

use content::Content;

/// How a version of a submission lives. What follows a return, and a correction, is the next version.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Draft, Act::Submit, State::Submitted),
    (State::Submitted, Act::Accept, State::Accepted),
    (State::Submitted, Act::Return, State::Returned),
    (State::Submitted, Act::Confirm, State::Submitted),
    (State::Accepted, Act::Confirm, State::Accepted),
]);

/// Whether this caller may: what the table allows, but for the draft that the receiver is entering for the agency, which
/// only the one who holds the pen writes.
fn may(ask: &Ask, submission: &Submission, act: Act, standing: Standing) -> bool {
    let others_pen = submission.state == State::Draft && submission.paper.is_some() && !standing.relations.any(Relations::LEAD);
    authz::may(RULES, &ask.actor, act, standing) && !(others_pen && act != Act::View)
}

fn stands(conn: &mut Conn, ask: &Ask, submission: &Submission) -> Result<Standing> {
    authz::standing(conn, &ask.actor, KIND, submission.id, submission.province_id, submission.audience)
}

/// 404 for who may not see it, 403 for who may not do this.
fn permit(conn: &mut Conn, ask: &Ask, submission: &Submission, act: Act) -> Result<Standing> {
    let standing = stands(conn, ask, submission)?;
    if !authz::may(RULES, &ask.actor, Act::View, standing) {
        return Err(Error::not_found());
    }
    if may(ask, submission, act, standing) { Ok(standing) } else { Err(Error::forbidden()) }
}

/// Many records as this caller sees them, with a fixed number of statements.
pub fn views(conn: &mut Conn, ask: &Ask, submissions: &[Submission]) -> Result<Vec<SubmissionView>> {
    let ids: Vec<Id> = submissions.iter().map(|s| s.id).collect();
    let held = relations(conn, KIND, ask.actor.organization, &ids)?;
    let owed: Vec<Id> = submissions.iter().map(|s| s.obligation_id).collect();
    let merged = merged_among(conn, &owed)?;
    submissions
        .iter()
        .map(|submission| {
            let standing = Standing {
                relations: held.get(&submission.id).copied().unwrap_or_default(),
                audience: if submission.audience >= Audience::Overseers as i32 { Audience::Overseers } else { Audience::Related },
                same_province: ask.actor.provinces.contains(&submission.province_id),
            };
            view(ask, submission, standing, merged.contains(&submission.obligation_id))
        })
        .collect()
}

fn view(ask: &Ask, s: &Submission, standing: Standing, merged: bool) -> Result<SubmissionView> {
    let paper = s.paper()?;
    // Nobody goes on with a draft for what a successor owes.
    let goes_on = [Act::Edit, Act::Submit];
    let draft = [Act::Edit, Act::Delete].into_iter().filter(|_| s.state == State::Draft);
    let unconfirmed = paper.as_ref().is_some_and(|p| p.confirmed_at.is_none());
    let steps = FLOW.actions(s.state).filter(|act| *act != Act::Confirm || unconfirmed);
    Ok(SubmissionView {
        allowed_actions: draft.chain(steps).filter(|act| may(ask, s, *act, standing) && !(merged && goes_on.contains(act))).collect(),
        id: s.id,
        province_id: s.province_id,
        obligation_id: s.obligation_id,
        period_id: s.period_id,
        author_id: s.author_id,
        receiver_id: s.receiver_id,
        version_no: s.version_no,
        state: s.state,
        narratives: s.narratives()?,
        figures: s.figures()?,
        attachments: s.attachments()?,
        correction_reason: s.correction_reason.clone(),
        paper,
        submitted_at: s.submitted_at,
        submitted_by: s.submitted_by,
        submitted_on: s.submitted_on,
        sha256: s.sha256.clone(),
        decided_at: s.decided_at,
        decided_by: s.decided_by,
        decided_on: s.decided_on,
        decision_reason: s.decision_reason.clone(),
        on_time: s.on_time,
        judgement: s.judgement.as_ref().map(typed).transpose()?,
        version: s.version,
        created_at: s.created_at,
        updated_at: s.updated_at,
    })
}

fn seen(conn: &mut Conn, ask: &Ask, submission: &Submission) -> Result<SubmissionView> {
    views(conn, ask, std::slice::from_ref(submission))?.pop().ok_or_else(Error::not_found)
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<SubmissionView> {
    let submission = store::find(conn, id)?;
    permit(conn, ask, &submission, Act::View)?;
    seen(conn, ask, &submission)
}

/// The page that this caller may see.
pub fn list(conn: &mut Conn, ask: &Ask, filter: &SubmissionFilter, paging: &Paging) -> Result<Page<SubmissionView>> {
    let scope = authz::scope(RULES, &ask.actor, Act::View)?;
    let page = store::list(conn, &scope, filter, paging)?;
    Ok(Page { items: views(conn, ask, &page.items)?, next: page.next, total: page.total })
}

/// The author drafts; or the receiver enters what an agency sent otherwise (RULES 4).
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewSubmission>) -> Result<SubmissionView> {
    let act = if body.names("paper") && !body.value()["paper"].is_null() { ObligationAction::Enter } else { ObligationAction::Submit };
    // Whether the caller may depends on the obligation named: looked at before the body is opened, so that 403 comes first.
    if let Some(id) = body.id("obligation_id") {
        if !gate(conn, ask, id, act)? {
            body.open()?;
            return Err(Error::fault("/obligation_id", "unknown_reference", "Không có nghĩa vụ báo cáo này.", "There is no such obligation."));
        }
    } else if !authz::DRAFTERS.contains(&ask.actor.position) && act == ObligationAction::Submit {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let submission = add(conn, ask, body.open()?, None)?;
    seen(conn, ask, &submission)
}

/// Whether the caller sees the obligation; 403 if it does but may not draft for it.
fn gate(conn: &mut Conn, ask: &Ask, obligation: Id, act: ObligationAction) -> Result<bool> {
    let Some(obligation) = periods::find_obligations(conn, &[obligation])?.pop() else { return Ok(false) };
    let standing = authz::standing(conn, &ask.actor, OBLIGATION, obligation.id, obligation.province_id, obligation.audience)?;
    if !authz::may(OBLIGATION_RULES, &ask.actor, ObligationAction::View, standing) {
        return Ok(false);
    }
    if authz::may(OBLIGATION_RULES, &ask.actor, act, standing) { Ok(true) } else { Err(Error::forbidden()) }
}

/// Adds a draft; also the door of the seed loader, which finds its records by seed key.
pub fn add(conn: &mut Conn, ask: &Ask, new: NewSubmission, seed_key: Option<&str>) -> Result<Submission> {
    let obligation = periods::find_obligation(conn, new.obligation_id)?;
    let versions = store::versions(conn, obligation.id)?;
    content::can_draft(conn, &obligation, &versions)?;
    let content = Content::read(conn, &obligation, ask.today)?;
    let corrects = versions.iter().any(|v| v.state == State::Accepted);
    let (narratives, figures, attachments) = content.begin(conn, ask, &new, versions.last())?;
    content.check(&narratives, &figures)?;
    let author = obligation.sender_id;
    content::check_frame(conn, ask, &new, author, corrects)?;
    let paper = new.paper.map(|p| Paper {
        entered_by: ask.actor.user,
        entered_by_organization_id: ask.actor.organization.unwrap_or(author),
        arrived_on: p.arrived_on,
        document_id: p.document_id,
        document_words: p.document_words,
        confirmed_at: None,
        confirmed_by: None,
    });
    let submission = Submission {
        id: Id::fresh(),
        province_id: obligation.province_id,
        audience: Audience::Related as i32,
        obligation_id: obligation.id,
        period_id: obligation.period_id,
        author_id: author,
        receiver_id: obligation.receiver_id,
        version_no: versions.last().map_or(1, |v| v.version_no + 1),
        state: State::Draft,
        narratives: stored(&narratives)?,
        figures: stored(&figures)?,
        attachments: stored(&attachments)?,
        correction_reason: new.correction_reason,
        paper: paper.as_ref().map(stored).transpose()?,
        submitted_at: None,
        submitted_by: None,
        submitted_on: None,
        snapshot: None,
        sha256: None,
        decided_at: None,
        decided_by: None,
        decided_on: None,
        decision_reason: None,
        on_time: None,
        judgement: None,
        seed_key: seed_key.map(str::to_owned),
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    store::insert(conn, &submission)?;
    authz::relate(conn, KIND, submission.id, author, Relations::OWNER)?;
    if let Some(paper) = &paper {
        authz::relate(conn, KIND, submission.id, paper.entered_by_organization_id, Relations::LEAD)?;
    }
    let shown = seen(conn, ask, &submission)?;
    journal::record(conn, ask, change(&submission, "create", None), NOTHING, Some(&shown))?;
    Ok(submission)
}

fn change<'a>(submission: &Submission, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change {
        kind: KIND,
        id: submission.id,
        version: Some(submission.version),
        owner: Some(submission.author_id),
        province: Some(submission.province_id),
        action,
        reason,
    }
}

/// 409: what was handed in never changes; a correction is the next version.
fn must_be_draft(submission: &Submission) -> Result<()> {
    if submission.state == State::Draft {
        return Ok(());
    }
    Err(Error::conflict("immutable", "Bản đã nộp không sửa được; hãy lập bản tiếp theo.", "What was handed in does not change; make the next version."))
}

/// Changes a draft.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<SubmissionPatch>) -> Result<SubmissionView> {
    let before = store::find(conn, id)?;
    permit(conn, ask, &before, Act::Edit)?;
    ask.proceed(conn, Some(before.version))?;
    must_be_draft(&before)?;
    let obligation = periods::find_obligation(conn, before.obligation_id)?;
    refuse_merged(&obligation)?;
    let patch = body.open()?;
    let content = Content::read(conn, &obligation, ask.today)?;
    let narratives = patch.narratives.map_or_else(|| before.narratives(), Ok)?;
    let figures = patch.figures.map_or_else(|| before.figures(), |all| Ok(content.completed(all)))?;
    content.check(&narratives, &figures)?;
    let mut after = before.clone();
    after.narratives = stored(&narratives)?;
    after.figures = stored(&figures)?;
    if let Some(ids) = &patch.attachments {
        after.attachments = stored(&content::attached(conn, ask, ids)?)?;
    }
    after.correction_reason = patch.correction_reason.unwrap_or(after.correction_reason);
    let after = save(conn, ask, &before, after, Act::Edit.word(), None)?;
    seen(conn, ask, &after)
}

/// Takes a draft away.
pub fn remove(conn: &mut Conn, ask: &Ask, id: Id) -> Result<()> {
    let before = store::find(conn, id)?;
    permit(conn, ask, &before, Act::Delete)?;
    ask.proceed(conn, Some(before.version))?;
    must_be_draft(&before)?;
    let was = seen(conn, ask, &before)?;
    store::remove(conn, &before)?;
    journal::record(conn, ask, change(&before, Act::Delete.word(), None), Some(&was), NOTHING)
}

/// Hands in, accepts, returns, or confirms.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<SubmissionTransition>) -> Result<SubmissionView> {
    let before = store::find(conn, id)?;
    let standing = permit(conn, ask, &before, Act::View)?;
    if !FLOW.0.iter().any(|(_, act, _)| may(ask, &before, *act, standing)) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !may(ask, &before, step.action, standing) {
        return Err(Error::forbidden());
    }
    let to = FLOW.next(before.state, step.action)?;
    let after = match step.action {
        Act::Submit => decide::submit(conn, ask, &before, to)?,
        Act::Accept => decide::accept(conn, ask, &before, to, step.reason)?,
        Act::Return => decide::send_back(conn, ask, &before, to, step.reason)?,
        Act::Confirm => decide::confirm(conn, ask, &before)?,
        // The flow has no other step.
        Act::View | Act::Edit | Act::Delete => return Err(Error::forbidden()),
    };
    seen(conn, ask, &after)
}

/// Writes a submission back with its journal entry.
fn save(conn: &mut Conn, ask: &Ask, before: &Submission, mut after: Submission, action: &str, reason: Option<&str>) -> Result<Submission> {
    let was = seen(conn, ask, before)?;
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, before, &after)?;
    let is = seen(conn, ask, &after)?;
    journal::record(conn, ask, change(&after, action, reason), Some(&was), Some(&is))?;
    Ok(after)
}
