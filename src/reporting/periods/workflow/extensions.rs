//! More time: asked before the due date with a reason, granted by the receiver's leader; old due dates stay visible.

use super::{
    last_day::last_day,
    obligations::{extension_view, refuse_merged, save, standing},
};
use crate::{
    ask::Ask,
    authz, calendars,
    db::Conn,
    error::{Error, Result},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    plans::extensions::later_than,
    reporting::periods::{
        model::{
            Extension, NewReportExtension, Obligation, ObligationAction as Act, ObligationState as State, PeriodState, ReportExtensionState as Wanted,
            ReportExtensionTransition, ReportExtensionView, ReportingPeriod,
        },
        policy::OBLIGATION_RULES as RULES,
        store,
    },
};
use chrono::NaiveDate;

/// The kind of record, as the journal names it.
pub const EXTENSION: &str = "reporting_extension";

/// How a request for more time lives.
pub const FLOW: Flow<Wanted, Act> = Flow(&[
    (Wanted::Asked, Act::GrantExtension, Wanted::Granted),
    (Wanted::Asked, Act::RefuseExtension, Wanted::Refused),
    (Wanted::Asked, Act::WithdrawExtension, Wanted::Withdrawn),
]);

/// One request, if this caller may look at the obligation.
pub fn show(conn: &mut Conn, ask: &Ask, obligation: Id, id: Id) -> Result<ReportExtensionView> {
    let obligation = store::find_obligation(conn, obligation)?;
    let standing = standing(conn, ask, &obligation)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    Ok(extension_view(store::find_extension(conn, obligation.id, id)?))
}

/// The sender asks for more time.
pub fn request(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<NewReportExtension>) -> Result<ReportExtensionView> {
    let obligation = store::find_obligation(conn, id)?;
    let standing = standing(conn, ask, &obligation)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::AskExtension, standing)?;
    ask.proceed(conn, None)?;
    refuse_merged(&obligation)?;
    if !matches!(obligation.state, State::NotSubmitted | State::Returned) {
        return Err(Error::conflict("handed_in", "Báo cáo đã nộp.", "The report has been handed in."));
    }
    let Some(due) = obligation.due_on else {
        return Err(Error::conflict("no_due_date", "Nghĩa vụ này không có hạn.", "This obligation has no due date."));
    };
    if !obligation.may_ask_for_time(ask.today) {
        let last = obligation.effective_due_on.unwrap_or(due);
        return Err(Error::conflict(
            "past_due",
            format!("Gia hạn phải xin trước ngày đến hạn ({last})."),
            format!("More time is asked for before the due date ({last})."),
        ));
    }
    if store::extensions(conn, &[id])?.remove(&id).unwrap_or_default().iter().any(|e| e.state == Wanted::Asked) {
        return Err(Error::conflict("already_asked", "Đang có một đề nghị gia hạn chờ trả lời.", "A request is waiting for its answer already."));
    }
    let new = body.open()?;
    if new.due_on <= due {
        return Err(Error::fault("/due_on", "not_later", "Hạn mới phải sau hạn đang có.", "The new due date must be later than the present one."));
    }
    let extension = Extension {
        id: Id::fresh(),
        obligation_id: id,
        state: Wanted::Asked,
        reason: new.reason,
        old_due_on: due,
        asked_due_on: new.due_on,
        granted_due_on: None,
        asked_on: ask.today,
        asked_by: ask.actor.user,
        decided_on: None,
        decided_by: None,
        decision_reason: None,
        version: 1,
        created_at: ask.now,
        updated_at: ask.now,
    };
    store::insert_extension(conn, &extension)?;
    let view = extension_view(extension.clone());
    journal::record(conn, ask, change(&obligation, &extension, "create", Some(&extension.reason)), NOTHING, Some(&view))?;
    Ok(view)
}

fn change<'a>(obligation: &Obligation, extension: &Extension, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change {
        kind: EXTENSION,
        id: extension.id,
        version: Some(extension.version),
        owner: Some(obligation.sender_id),
        province: Some(obligation.province_id),
        action,
        reason,
    }
}

/// 409 where more time would change nothing. A report that is handed in may still be given more, as a task may: it is
/// judged at acceptance.
fn may_be_moved(conn: &mut Conn, owed: &Obligation) -> Result<ReportingPeriod> {
    if owed.state == State::Accepted {
        return Err(Error::conflict("fulfilled", "Nghĩa vụ báo cáo đã hoàn thành.", "The obligation is fulfilled."));
    }
    let period = store::find(conn, owed.period_id)?;
    if period.state == PeriodState::Closed && !owed.parallel {
        return Err(Error::conflict("period_closed", "Kỳ báo cáo đã đóng nên không gia hạn được nữa.", "The period is closed; no more time can be given."));
    }
    Ok(period)
}

/// The obligation with its granted due date; what was returned keeps the days that it lay.
fn moved(conn: &mut Conn, owed: &Obligation, period: &ReportingPeriod, due: NaiveDate) -> Result<Obligation> {
    later_than(owed.due_on, due)?;
    let mut after = owed.clone();
    after.due_on = Some(due);
    after.due_sort = due;
    let versions = store::returned_versions(conn, &[owed.id])?.remove(&owed.id).unwrap_or_default();
    after.effective_due_on = last_day(&after, period, &versions, &calendars::current(conn)?)?;
    Ok(after)
}

/// The receiver's leader grants or refuses; the sender may withdraw.
pub fn take(conn: &mut Conn, ask: &Ask, obligation: Id, id: Id, body: &Body<ReportExtensionTransition>) -> Result<ReportExtensionView> {
    let owed = store::find_obligation(conn, obligation)?;
    let standing = standing(conn, ask, &owed)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    let before = store::find_extension(conn, obligation, id)?;
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
    match step.action {
        Act::GrantExtension => {
            let period = may_be_moved(conn, &owed)?;
            let granted = step.due_on.unwrap_or(before.asked_due_on);
            if granted <= before.old_due_on {
                return Err(Error::fault("/due_on", "not_later", "Hạn mới phải sau hạn đang có.", "The new due date must be later than the present one."));
            }
            after.granted_due_on = Some(granted);
            let moved = moved(conn, &owed, &period, granted)?;
            save(conn, ask, &owed, moved, step.action.word(), step.reason.as_deref())?;
        }
        Act::RefuseExtension if step.reason.is_none() => {
            return Err(Error::fault("/reason", "required", "Nêu lý do không cho gia hạn.", "Say why it is refused."));
        }
        _ => {}
    }
    after.decided_on = Some(ask.today);
    after.decided_by = Some(ask.actor.user);
    after.decision_reason = step.reason;
    after.version += 1;
    after.updated_at = ask.now;
    store::update_extension(conn, &before, &after)?;
    let (was, is) = (extension_view(before), extension_view(after.clone()));
    journal::record(conn, ask, change(&owed, &after, step.action.word(), after.decision_reason.as_deref()), Some(&was), Some(&is))?;
    Ok(is)
}

/// Nobody waits any more for an answer to what was asked of an obligation that a successor's stands for.
pub fn withdraw(conn: &mut Conn, ask: &Ask, obligation: &Obligation) -> Result<()> {
    let asked = store::extensions(conn, &[obligation.id])?.remove(&obligation.id).unwrap_or_default();
    for before in asked.into_iter().filter(|e| e.state == Wanted::Asked) {
        let after = Extension {
            state: Wanted::Withdrawn,
            decided_on: Some(ask.today),
            decided_by: Some(ask.actor.user),
            decision_reason: Some("Sáp nhập: cơ quan kế thừa đã có nghĩa vụ này".to_owned()),
            version: before.version + 1,
            updated_at: ask.now,
            ..before.clone()
        };
        store::update_extension(conn, &before, &after)?;
        let entry = change(obligation, &after, Act::WithdrawExtension.word(), after.decision_reason.as_deref());
        journal::record(conn, ask, entry, Some(&extension_view(before)), Some(&extension_view(after.clone())))?;
    }
    Ok(())
}
