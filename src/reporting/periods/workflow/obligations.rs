//! What is owed: who sees it, who handles it, and how it is fulfilled.

use super::last_day::{judge, last_day};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    calendars,
    db::Conn,
    documents,
    error::{Error, Fault, Result, all_well},
    http::Body,
    id::Id,
    journal::{self, Change},
    ontime::Lay,
    organizations,
    page::{Page, Paging},
    people,
    reporting::{
        periods::{
            model::{
                Extension, HandlingPatch, OBLIGATION, Obligation, ObligationAction as Act, ObligationFilter, ObligationState as State, ObligationView,
                ReportExtensionState, ReportExtensionView, ReportingPeriod, Sending,
            },
            policy::OBLIGATION_RULES as RULES,
            store,
        },
        regimes::model::{stored, typed},
    },
};
use chrono::NaiveDate;

/// How the caller stands to an obligation.
pub fn standing(conn: &mut Conn, ask: &Ask, obligation: &Obligation) -> Result<Standing> {
    authz::standing(conn, &ask.actor, OBLIGATION, obligation.id, obligation.province_id, obligation.audience)
}

/// Many records as this caller sees them, with a fixed number of statements.
pub fn views(conn: &mut Conn, ask: &Ask, obligations: &[Obligation]) -> Result<Vec<ObligationView>> {
    let ids: Vec<Id> = obligations.iter().map(|o| o.id).collect();
    let receivers: Vec<Id> = obligations.iter().filter_map(|o| o.receiver_id).collect();
    let relations = store::relations(conn, OBLIGATION, ask.actor.organization, &ids)?;
    let with_users: Vec<Id> = organizations::find_many(conn, &receivers)?.into_iter().filter(|o| o.has_users).map(|o| o.id).collect();
    let mut extensions = store::extensions(conn, &ids)?;
    obligations
        .iter()
        .map(|obligation| {
            let standing = Standing {
                relations: relations.get(&obligation.id).copied().unwrap_or(Relations::NONE),
                audience: if obligation.audience >= Audience::Overseers as i32 { Audience::Overseers } else { Audience::Related },
                same_province: ask.actor.provinces.contains(&obligation.province_id),
            };
            let asked = extensions.remove(&obligation.id).unwrap_or_default();
            let served = obligation.receiver_id.is_some_and(|id| with_users.contains(&id));
            view(ask, obligation.clone(), asked, standing, served)
        })
        .collect()
}

fn view(ask: &Ask, o: Obligation, extensions: Vec<Extension>, standing: Standing, served: bool) -> Result<ObligationView> {
    let pending = extensions.iter().any(|e| e.state == ReportExtensionState::Asked);
    let owed = matches!(o.state, State::NotSubmitted | State::Returned);
    let drafts = !matches!(o.state, State::Submitted | State::Merged) && served && !o.consolidates;
    let possible = [
        (Act::Assign, !o.is_done()),
        (Act::AskExtension, !pending && o.may_ask_for_time(ask.today)),
        (Act::WithdrawExtension, pending),
        (Act::GrantExtension, pending && !o.is_done()),
        (Act::RefuseExtension, pending),
        (Act::RecordSending, owed && !served && !o.consolidates),
        (Act::Submit, drafts),
        (Act::Urge, owed && ask.actor.organization != Some(o.sender_id)),
        (Act::Enter, drafts),
    ];
    Ok(ObligationView {
        allowed_actions: possible.into_iter().filter(|(act, can)| *can && authz::may(RULES, &ask.actor, *act, standing)).map(|(act, _)| act).collect(),
        overdue: o.is_overdue(ask.today),
        also_for: typed(&o.also_for)?,
        due_rule: o.due_rule.as_ref().map(typed).transpose()?,
        judgement: o.judgement.as_ref().map(typed).transpose()?,
        extensions: extensions.into_iter().map(extension_view).collect(),
        id: o.id,
        province_id: o.province_id,
        period_id: o.period_id,
        regime_id: o.regime_id,
        step_no: o.step_no,
        sender_id: o.sender_id,
        receiver_id: o.receiver_id,
        receiver_words: o.receiver_words,
        appraiser_id: o.appraiser_id,
        consolidates: o.consolidates,
        parallel: o.parallel,
        sender_words: o.sender_words,
        group_id: o.group_id,
        due_on: o.due_on,
        effective_due_on: o.effective_due_on,
        calendar_version: o.calendar_version,
        state: o.state,
        fulfilled_on: o.fulfilled_on,
        fulfilled_by_kind: o.fulfilled_by_kind,
        fulfilled_by_id: o.fulfilled_by_id,
        on_time: o.on_time,
        handling_unit_id: o.handling_unit_id,
        handling_user_id: o.handling_user_id,
        handling_instruction: o.handling_instruction,
        version: o.version,
        created_at: o.created_at,
        updated_at: o.updated_at,
    })
}

/// A request for more time, as it is shown.
pub fn extension_view(e: Extension) -> ReportExtensionView {
    ReportExtensionView {
        id: e.id,
        obligation_id: e.obligation_id,
        state: e.state,
        reason: e.reason,
        old_due_on: e.old_due_on,
        asked_due_on: e.asked_due_on,
        granted_due_on: e.granted_due_on,
        asked_on: e.asked_on,
        asked_by: e.asked_by,
        decided_on: e.decided_on,
        decided_by: e.decided_by,
        decision_reason: e.decision_reason,
        version: e.version,
        created_at: e.created_at,
        updated_at: e.updated_at,
    }
}

fn seen(conn: &mut Conn, ask: &Ask, obligation: &Obligation) -> Result<ObligationView> {
    views(conn, ask, std::slice::from_ref(obligation))?.pop().ok_or_else(Error::not_found)
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<ObligationView> {
    let obligation = store::find_obligation(conn, id)?;
    let standing = standing(conn, ask, &obligation)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    seen(conn, ask, &obligation)
}

/// The page that this caller may see.
pub fn list(conn: &mut Conn, ask: &Ask, filter: &ObligationFilter, paging: &Paging) -> Result<Page<ObligationView>> {
    let scope = authz::scope(RULES, &ask.actor, Act::View)?;
    let page = store::list_obligations(conn, &scope, filter, ask.today, paging)?;
    Ok(Page { items: views(conn, ask, &page.items)?, next: page.next, total: page.total })
}

/// The agency's leader or clerk names the handling unit and officer, with an instruction (RULES 3).
pub fn assign(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<HandlingPatch>) -> Result<ObligationView> {
    let before = store::find_obligation(conn, id)?;
    let standing = standing(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Assign, standing)?;
    ask.proceed(conn, Some(before.version))?;
    refuse_merged(&before)?;
    if before.state == State::Accepted {
        return Err(Error::conflict("fulfilled", "Nghĩa vụ báo cáo đã hoàn thành.", "The obligation is fulfilled."));
    }
    let patch = body.open()?;
    let mut after = before.clone();
    after.handling_unit_id = patch.handling_unit_id.unwrap_or(after.handling_unit_id);
    after.handling_user_id = patch.handling_user_id.unwrap_or(after.handling_user_id);
    after.handling_instruction = patch.handling_instruction.unwrap_or(after.handling_instruction);
    if let Some(unit) = after.handling_unit_id.filter(|unit| *unit != before.sender_id)
        && !organizations::units(conn, before.sender_id)?.contains(&unit)
    {
        return Err(Error::fault(
            "/handling_unit_id",
            "not_a_unit",
            "Không phải đơn vị trực thuộc của cơ quan này.",
            "This is not a unit of the organisation.",
        ));
    }
    if let Some(user) = after.handling_user_id.filter(|user| Some(*user) != before.handling_user_id)
        && !people::works_for_any(conn, user, &[after.handling_unit_id, Some(before.sender_id)], ask.today)?
    {
        return Err(Error::fault(
            "/handling_user_id",
            "not_of_organization",
            "Người này không thuộc cơ quan.",
            "This person does not work in the organisation.",
        ));
    }
    let after = save(conn, ask, &before, after, Act::Assign.word(), None)?;
    seen(conn, ask, &after)
}

/// 409: a successor's obligation stands for this one, so nothing can be done with it any more.
pub fn refuse_merged(obligation: &Obligation) -> Result<()> {
    if obligation.state != State::Merged {
        return Ok(());
    }
    Err(Error::conflict(
        "merged",
        "Nghĩa vụ này đã nhập vào nghĩa vụ của cơ quan kế thừa; hãy làm tiếp ở đó.",
        "This obligation was merged into that of the successor; go on there.",
    ))
}

/// Writes an obligation back with its journal entry.
pub fn save(conn: &mut Conn, ask: &Ask, before: &Obligation, mut after: Obligation, action: &str, reason: Option<&str>) -> Result<Obligation> {
    let was = seen(conn, ask, before)?;
    after.version = before.version + 1;
    after.updated_at = ask.now;
    store::update_obligation(conn, before, &after)?;
    follow_unit(conn, before, &after)?;
    let is = seen(conn, ask, &after)?;
    let change = Change {
        kind: OBLIGATION,
        id: after.id,
        version: Some(after.version),
        owner: Some(after.sender_id),
        province: Some(after.province_id),
        action,
        reason,
    };
    journal::record(conn, ask, change, Some(&was), Some(&is))?;
    Ok(after)
}

/// The handling unit reads the obligation for as long as it is named (RULES 3).
fn follow_unit(conn: &mut Conn, before: &Obligation, after: &Obligation) -> Result<()> {
    let unit = |o: &Obligation| o.handling_unit_id.filter(|unit| *unit != o.sender_id);
    let (old, new) = (unit(before), unit(after));
    if old == new {
        return Ok(());
    }
    if let Some(old) = old {
        authz::unrelate(conn, OBLIGATION, before.id, old, Relations::ADDRESSEE)?;
    }
    match new {
        Some(new) => authz::relate(conn, OBLIGATION, after.id, new, Relations::ADDRESSEE),
        None => Ok(()),
    }
}

/// A submission was handed in. What is accepted already stays so: a correction stands beside it.
pub fn handed_in(conn: &mut Conn, ask: &Ask, before: &Obligation, submission: Id, on: NaiveDate) -> Result<Obligation> {
    refuse_merged(before)?;
    if before.state == State::Accepted {
        return Ok(before.clone());
    }
    let mut after = before.clone();
    after.state = State::Submitted;
    after.fulfilled_on = Some(on);
    after.fulfilled_by_kind = Some("report_submission".to_owned());
    after.fulfilled_by_id = Some(submission);
    save(conn, ask, before, after, "submit", None)
}

/// A submission was returned: it is owed again, until the last day moved on by the time that it lay with the receiver; by
/// the successor, where a merger has made the successor's obligation name this sender (RULES 18).
pub fn returned(conn: &mut Conn, ask: &Ask, before: &Obligation, versions: &[Lay], reason: &str) -> Result<Obligation> {
    if before.state == State::Accepted {
        return Ok(before.clone());
    }
    let mut after = before.clone();
    let period = store::find(conn, before.period_id)?;
    after.effective_due_on = last_day(before, &period, versions, &calendars::current(conn)?)?;
    after.fulfilled_on = None;
    after.fulfilled_by_kind = None;
    after.fulfilled_by_id = None;
    if super::merger::has_twin(conn, before)? {
        let after = super::merger::into_twin(conn, ask, before, after, "return", Some(reason))?;
        super::close_if_done(conn, ask, before.period_id)?;
        return Ok(after);
    }
    after.state = State::Returned;
    save(conn, ask, before, after, "return", Some(reason))
}

/// Fulfils an obligation, and those of the same report at later steps: on time is decided here, once, and frozen.
pub fn fulfil(conn: &mut Conn, ask: &Ask, before: &Obligation, by: (&str, Id), on: NaiveDate, versions: &[Lay]) -> Result<Obligation> {
    let period = store::find(conn, before.period_id)?;
    let same: Vec<i32> = period.chain()?.iter().filter(|s| s.same_report_as == Some(before.step_no)).map(|s| s.step_no).collect();
    let owed = store::obligations_of(conn, before.period_id)?;
    let after = fulfil_one(conn, ask, &period, before, by, on, versions)?;
    for twin in owed.iter().filter(|o| o.sender_id == before.sender_id && same.contains(&o.step_no)) {
        fulfil_one(conn, ask, &period, twin, by, on, versions)?;
    }
    super::close_if_done(conn, ask, before.period_id)?;
    Ok(after)
}

fn fulfil_one(
    conn: &mut Conn,
    ask: &Ask,
    period: &ReportingPeriod,
    before: &Obligation,
    (kind, record): (&str, Id),
    on: NaiveDate,
    versions: &[Lay],
) -> Result<Obligation> {
    if before.is_done() {
        return Ok(before.clone());
    }
    let judgement = judge(conn, before, period, versions, on)?;
    let mut after = before.clone();
    after.state = State::Accepted;
    after.fulfilled_on = Some(on);
    after.fulfilled_by_kind = Some(kind.to_owned());
    after.fulfilled_by_id = Some(record);
    after.effective_due_on = judgement.effective_due;
    after.on_time = judgement.on_time;
    after.judgement = Some(stored(&judgement)?);
    save(conn, ask, before, after, "fulfil", None)
}

/// The sender records that it sent its report to a receiver without users, with the document (RULES 14).
pub fn record_sending(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<Sending>) -> Result<ObligationView> {
    let before = store::find_obligation(conn, id)?;
    let standing = standing(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::RecordSending, standing)?;
    ask.proceed(conn, Some(before.version))?;
    refuse_merged(&before)?;
    if let Some(refused) = not_to_be_sent(conn, &before)? {
        let steps = seen(conn, ask, &before)?.allowed_actions;
        return Err(refused.allowing(steps.into_iter().map(Act::word).collect()));
    }
    let sending = body.open()?;
    let mut faults = Vec::new();
    if sending.sent_on > ask.today {
        faults.push(Fault::at("/sent_on", "future", "Ngày gửi ở tương lai.", "The day of sending is in the future."));
    }
    faults.extend(documents::named::faults(conn, ask, &[("/document_id".to_owned(), sending.document_id)])?);
    all_well(faults)?;
    let after = fulfil(conn, ask, &before, ("document", sending.document_id), sending.sent_on, &[])?;
    seen(conn, ask, &after)
}

/// 409 where sending is no step of this obligation now.
fn not_to_be_sent(conn: &mut Conn, obligation: &Obligation) -> Result<Option<Error>> {
    if obligation.consolidates {
        return Ok(Some(by_consolidated_report()));
    }
    if !matches!(obligation.state, State::NotSubmitted | State::Returned) {
        return Ok(Some(Error::conflict("fulfilled", "Nghĩa vụ báo cáo đã hoàn thành.", "The obligation is fulfilled.")));
    }
    let told = || {
        Error::conflict(
            "receiver_has_users",
            "Cơ quan nhận dùng hệ thống này; hãy nộp báo cáo để họ tiếp nhận.",
            "The receiver works in this system; hand in a submission for it to accept.",
        )
    };
    Ok(served(conn, obligation)?.then(told))
}

/// Whether the receiver's people work in this system.
pub fn served(conn: &mut Conn, obligation: &Obligation) -> Result<bool> {
    let Some(receiver) = obligation.receiver_id else { return Ok(false) };
    Ok(organizations::find_many(conn, &[receiver])?.iter().any(|o| o.has_users))
}

/// 409: a sender that received an earlier step reports by issuing the consolidated report.
pub fn by_consolidated_report() -> Error {
    Error::conflict(
        "by_consolidated_report",
        "Cơ quan này nhận báo cáo của bước trước, nên hoàn thành nghĩa vụ bằng việc phát hành báo cáo tổng hợp, không bằng báo cáo riêng.",
        "This organisation received an earlier step, so it fulfils its own by issuing the consolidated report, not by a submission.",
    )
}
