mod again;
mod body;
mod document;
mod edit;
mod gather;
mod issue;
mod merger;
mod overseers;
mod paper;
mod verify;
mod views;

pub use again::{Again, again};
pub use edit::edit;
pub use merger::reassign;
pub use overseers::refresh_overseers;
pub use paper::{paper, sheet};
pub use verify::{proofs_after, verify};
pub use views::{lineage, row, seen, show, staleness};

use super::{
    model::{
        ConsolidatedAction as Act, ConsolidatedState as State, Content, ContentRow, KIND, Report, ReportAppraisal, ReportAppraisalEnd,
        asked::{ConsolidatedReportTransition, NewConsolidatedReport, NewConsolidatedVersion},
        searchable,
        shown::ConsolidatedReportView,
        stored, typed,
    },
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    db::{Conn, add_to_counter},
    error::{Error, Fault, Result},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations,
    reporting::periods::{self, Obligation, PeriodState, ReportingPeriod},
};
use chrono::Datelike;
use gather::{Basis, Kept};

/// How a report lives that is appraised.
pub const APPRAISED: Flow<State, Act> = Flow(&[
    (State::Draft, Act::Refresh, State::Draft),
    (State::Draft, Act::HandOver, State::InAppraisal),
    (State::InAppraisal, Act::SendBack, State::SentBack),
    (State::InAppraisal, Act::Appraise, State::Appraised),
    (State::SentBack, Act::Refresh, State::SentBack),
    (State::SentBack, Act::HandOver, State::InAppraisal),
    (State::Appraised, Act::Issue, State::Issued),
]);
/// How a report lives without an appraiser.
pub const PLAIN: Flow<State, Act> = Flow(&[(State::Draft, Act::Refresh, State::Draft), (State::Draft, Act::Issue, State::Issued)]);

/// Which of the two it is.
pub fn flow(report: &Report) -> &'static Flow<State, Act> {
    if report.appraiser_id.is_some() { &APPRAISED } else { &PLAIN }
}

fn stands(conn: &mut Conn, ask: &Ask, report: &Report) -> Result<Standing> {
    authz::standing(conn, &ask.actor, KIND, report.id, report.province_id, report.audience)
}

fn change<'a>(report: &Report, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: report.id, version: Some(report.version), owner: Some(report.consolidator_id), province: Some(report.province_id), action, reason }
}

/// The consolidator gathers what was accepted for the period.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewConsolidatedReport>) -> Result<ConsolidatedReportView> {
    if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    let consolidator = ask.actor.organization()?;
    // Whether the caller may depends on the step named: looked at before a repeated call is answered (RULES 21).
    let named: Vec<Id> = body.id("period_id").into_iter().collect();
    let Some(period) = periods::find_many(conn, &named)?.pop().filter(|p| ask.actor.provinces.contains(&p.province_id)) else {
        body.open()?;
        return Err(Error::fault("/period_id", "unknown_reference", "Không có kỳ báo cáo này.", "There is no such reporting period."));
    };
    let all = periods::obligations_of(conn, period.id)?;
    if let Some(step) = body.value().get("step").and_then(|step| step.as_i64()) {
        let mut senders = all.iter().filter(|o| i64::from(o.step_no) == step).map(|o| o.sender_id).peekable();
        if senders.peek().is_some() && !senders.any(|sender| sender == consolidator) {
            return Err(Error::forbidden());
        }
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let own = own_obligation(&period, &all, new.step, consolidator)?.clone();
    if period.state != PeriodState::Open {
        return Err(Error::conflict(
            "period_not_open",
            "Kỳ báo cáo chưa mở hoặc đã đóng; kỳ đã đóng chỉ đổi bằng bản đính chính.",
            "The period is not open yet, or closed; a closed period changes only by a new version.",
        ));
    }
    if let Some(there) = store::versions(conn, own.id)?.pop() {
        return Err(Error::conflict(
            "already_consolidated",
            format!("Đã có báo cáo tổng hợp {} cho bước này; hãy sửa bản đó hoặc lập bản đính chính.", there.code),
            format!("There is the consolidated report {} for this step; change it, or make its next version.", there.code),
        ));
    }
    let basis = Basis::of(conn, period, all, own)?;
    let year = ask.today.year();
    let number = add_to_counter(conn, &format!("consolidated_report/{}/{year}", basis.period.province_id), 1)?;
    let province = organizations::provinces::find(conn, basis.period.province_id)?;
    let code = format!("BCTH-{}-{year}-{number:04}", province.code);
    let title = new.title.unwrap_or_else(|| basis.title());
    let report = fresh(ask, &basis, code, title, 1, None);
    begin(conn, ask, &basis, report, Kept::default(), "create")
}

/// The obligation that the report fulfils: the caller's own, at a step whose report is a consolidated one.
fn own_obligation<'a>(period: &ReportingPeriod, all: &'a [Obligation], step: i32, consolidator: Id) -> Result<&'a Obligation> {
    let at_step: Vec<&Obligation> = all.iter().filter(|o| o.step_no == step).collect();
    let fault = |code, vi: String, en: String| Err(Error::fault("/step", code, vi, en));
    if at_step.is_empty() {
        return fault("unknown_step", "Kỳ này không có bước đó.".into(), "The period has no such step.".into());
    }
    let Some(own) = at_step.iter().find(|o| o.sender_id == consolidator) else { return Err(Error::forbidden()) };
    if !own.consolidates {
        return fault("not_consolidating", "Bước này nộp bằng báo cáo của cơ quan.".into(), "This step is fulfilled by a submission.".into());
    }
    if let Some(other) = period.chain()?.iter().find(|s| s.step_no == step).and_then(|s| s.same_report_as) {
        return fault(
            "same_report",
            format!("Bước này gửi tiếp báo cáo của bước {other}; hãy tổng hợp ở bước {other}."),
            format!("This step sends on the report of step {other}; consolidate at step {other}."),
        );
    }
    Ok(own)
}

fn fresh(ask: &Ask, basis: &Basis, code: String, title: String, version_no: i32, correction_reason: Option<String>) -> Report {
    Report {
        id: Id::fresh(),
        province_id: basis.period.province_id,
        audience: Audience::Related as i32,
        search_fold: searchable(&code, &title),
        code,
        title,
        regime_id: basis.regime.id,
        period_id: basis.period.id,
        obligation_id: basis.own.id,
        step_no: basis.own.step_no,
        consolidator_id: basis.own.sender_id,
        receiver_id: basis.own.receiver_id,
        appraiser_id: basis.own.appraiser_id,
        version_no,
        state: State::Draft,
        expected: 0,
        reporting: 0,
        gathered_at: ask.now,
        appraisals: crate::db::Json(serde_json::json!([])),
        correction_reason,
        document_id: None,
        sha256: None,
        issued_on: None,
        issued_by: None,
        version: 1,
        created_at: ask.now,
        created_by: ask.actor.user,
        updated_at: ask.now,
        updated_by: ask.actor.user,
    }
}

fn begin(conn: &mut Conn, ask: &Ask, basis: &Basis, mut report: Report, kept: Kept, action: &str) -> Result<ConsolidatedReportView> {
    let gathered = gather::gather(conn, ask, basis, report.id, kept)?;
    gathered.count_into(&mut report);
    store::insert(conn, &report)?;
    store::put_content(conn, &ContentRow::of(report.id, &gathered.content)?, true)?;
    store::pin(conn, &gathered.sources, &gathered.lines)?;
    authz::relate(conn, KIND, report.id, report.consolidator_id, Relations::OWNER)?;
    let is = seen(conn, ask, report.clone())?;
    journal::record(conn, ask, change(&report, action, report.correction_reason.as_deref()), NOTHING, Some(&is.row))?;
    Ok(is)
}

/// The next version beside an issued one, gathered anew; the consolidator's texts and what it left out go along,
/// adjusted totals do not: they were made for other sums.
pub fn correct(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<NewConsolidatedVersion>) -> Result<ConsolidatedReportView> {
    let issued = store::find(conn, id)?;
    let standing = stands(conn, ask, &issued)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Correct, standing)?;
    ask.proceed(conn, None)?;
    if issued.state != State::Issued {
        return Err(Error::conflict("not_issued", "Báo cáo chưa ban hành; hãy sửa bản này.", "The report is not issued; change this version."));
    }
    if store::versions(conn, issued.obligation_id)?.last().is_some_and(|last| last.id != issued.id) {
        return Err(Error::conflict("not_the_last_version", "Đã có phiên bản sau của báo cáo này.", "There is a later version of this report already."));
    }
    let new = body.open()?;
    let content = store::content(conn, id)?.content()?;
    let left_out = store::sources(conn, &[id])?.into_iter().filter_map(|s| Some((s.obligation_id, s.left_out_reason?))).collect();
    let basis = Basis::find(conn, &issued)?;
    let report = fresh(ask, &basis, issued.code.clone(), issued.title.clone(), issued.version_no + 1, Some(new.reason));
    begin(conn, ask, &basis, report, Kept { texts: content.texts, left_out, ..Kept::default() }, "correct")
}

/// Deletes a draft.
pub fn delete(conn: &mut Conn, ask: &Ask, id: Id) -> Result<()> {
    let before = store::find(conn, id)?;
    let standing = stands(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Delete, standing)?;
    ask.proceed(conn, Some(before.version))?;
    if before.state != State::Draft {
        return Err(Error::conflict("not_a_draft", "Chỉ xóa được dự thảo.", "Only a draft can be deleted."));
    }
    let was = seen(conn, ask, before.clone())?;
    store::remove(conn, &before)?;
    journal::record(conn, ask, change(&before, "delete", None), Some(&was.row), NOTHING)
}

/// Takes a step: gather again, hand over, send back, appraise, issue.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ConsolidatedReportTransition>) -> Result<ConsolidatedReportView> {
    let before = store::find(conn, id)?;
    let standing = stands(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    let flow = flow(&before);
    // Which step it is stands in the body; a caller who may take none is refused before the body is looked at.
    if !flow.0.iter().any(|(_, act, _)| authz::may(RULES, &ask.actor, *act, standing)) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    let mut after = before.clone();
    after.state = flow.next(before.state, step.action)?;
    if step.signer.is_some() && step.action != Act::Issue {
        return Err(Error::fault("/signer", "not_here", "Chỉ nêu người ký khi ban hành.", "Name the signer only when issuing."));
    }
    let was = seen(conn, ask, before.clone())?;
    match step.action {
        Act::Refresh => refresh(conn, ask, &mut after)?,
        Act::HandOver => hand_over(conn, ask, &mut after)?,
        Act::SendBack | Act::Appraise => end_appraisal(ask, &mut after, &step)?,
        _ => issue::issue(conn, ask, &mut after, step.signer.clone())?,
    }
    save(conn, ask, &before, &mut after)?;
    let is = seen(conn, ask, after.clone())?;
    journal::record(conn, ask, change(&after, step.action.word(), step.reason.as_deref()), Some(&was.row), Some(&is.row))?;
    Ok(is)
}

fn save(conn: &mut Conn, ask: &Ask, before: &Report, after: &mut Report) -> Result<()> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = ask.actor.user;
    store::update(conn, before, after)
}

/// Pins the newest accepted versions; what the consolidator wrote, left out and adjusted stays.
fn refresh(conn: &mut Conn, ask: &Ask, report: &mut Report) -> Result<()> {
    let content = store::content(conn, report.id)?.content()?;
    let left_out = store::sources(conn, &[report.id])?.into_iter().filter_map(|s| Some((s.obligation_id, s.left_out_reason?))).collect();
    let basis = Basis::find(conn, report)?;
    let kept = Kept { adjusted: gather::adjusted(&content.figures), texts: content.texts, left_out };
    let gathered = gather::gather(conn, ask, &basis, report.id, kept)?;
    gathered.count_into(report);
    report.gathered_at = ask.now;
    store::clear_pinned(conn, report.id)?;
    store::put_content(conn, &ContentRow::of(report.id, &gathered.content)?, false)?;
    store::pin(conn, &gathered.sources, &gathered.lines)
}

fn hand_over(conn: &mut Conn, ask: &Ask, report: &mut Report) -> Result<()> {
    none_outdated(&store::content(conn, report.id)?.content()?)?;
    let mut all: Vec<ReportAppraisal> = typed(&report.appraisals)?;
    all.push(ReportAppraisal { handed_over_on: ask.today, handed_over_by: ask.actor.user, ended_on: None, ended_by: None, end: None, opinion: None });
    report.appraisals = stored(&all)?;
    let appraiser = report.appraiser_id.ok_or_else(|| Error::internal("handed over to nobody"))?;
    authz::relate(conn, KIND, report.id, appraiser, Relations::APPRAISER)
}

fn end_appraisal(ask: &Ask, report: &mut Report, step: &ConsolidatedReportTransition) -> Result<()> {
    let blank = step.reason.as_deref().is_none_or(|r| r.trim().is_empty());
    let end = if step.action == Act::SendBack { ReportAppraisalEnd::SentBack } else { ReportAppraisalEnd::Appraised };
    if end == ReportAppraisalEnd::SentBack && blank {
        return Err(Error::fault("/reason", "required", "Hãy ghi lý do trả lại.", "Say why it is sent back."));
    }
    let mut all: Vec<ReportAppraisal> = typed(&report.appraisals)?;
    if let Some(last) = all.last_mut() {
        last.ended_on = Some(ask.today);
        last.ended_by = Some(ask.actor.user);
        last.end = Some(end);
        last.opinion = step.reason.clone();
    }
    report.appraisals = stored(&all)?;
    Ok(())
}

/// A total that was adjusted for another sum must be looked at before the report goes on.
fn none_outdated(content: &Content) -> Result<()> {
    let outdated: Vec<Fault> = content
        .figures
        .iter()
        .filter(|f| f.is_outdated())
        .map(|f| {
            Fault::at(
                format!("/adjustments/{}", f.indicator),
                "adjustment_outdated",
                format!("Số điều chỉnh của '{}' lập cho tổng {}, nay tổng đã khác.", f.name, f.adjusted_from.as_deref().unwrap_or("trống")),
                format!("The adjusted total of '{}' was made for {}; the total has changed.", f.name, f.adjusted_from.as_deref().unwrap_or("a blank")),
            )
        })
        .collect();
    if outdated.is_empty() {
        return Ok(());
    }
    Err(Error::blocked(
        "adjustment_outdated",
        "Có số điều chỉnh lập cho tổng cũ; hãy xem lại rồi sửa adjustments.",
        "Some totals were adjusted for other sums; look at them and change adjustments.",
        outdated,
    ))
}
