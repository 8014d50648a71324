use super::{
    model::{KIND, NewPeriod, PeriodAction as Act, PeriodFilter, PeriodState as State, PeriodTransition, PeriodView, ReportingPeriod},
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Position, Relations, Standing},
    calendar::Calendar,
    calendars,
    db::{Conn, Json},
    error::{Error, Fault, Result, all_well},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    page::{Page, Paging},
    reporting::regimes::{self, Regime},
};
use std::collections::HashMap;

pub mod extensions;
pub mod last_day;
pub mod merger;
pub mod obligations;
pub mod opening;
pub mod rates;
pub mod urging;

/// How a period lives; closing also comes by itself when the last step is issued.
pub const FLOW: Flow<State, Act> =
    Flow(&[(State::Scheduled, Act::Open, State::Open), (State::Open, Act::Expand, State::Open), (State::Open, Act::Close, State::Closed)]);

fn standing(conn: &mut Conn, ask: &Ask, period: &ReportingPeriod) -> Result<Standing> {
    authz::standing(conn, &ask.actor, KIND, period.id, period.province_id, period.audience)
}

/// Many records as this caller sees them, with a fixed number of statements.
pub fn views(conn: &mut Conn, ask: &Ask, periods: &[ReportingPeriod]) -> Result<Vec<PeriodView>> {
    let ids: Vec<Id> = periods.iter().map(|p| p.id).collect();
    let regime_ids: Vec<Id> = periods.iter().map(|p| p.regime_id).collect();
    let relations = store::relations(conn, KIND, ask.actor.organization, &ids)?;
    let names: HashMap<Id, String> = regimes::find_many(conn, &regime_ids)?.into_iter().map(|r| (r.id, r.name)).collect();
    let calendar = calendars::current(conn)?;
    periods
        .iter()
        .map(|period| {
            let standing = Standing {
                relations: relations.get(&period.id).copied().unwrap_or_default(),
                audience: authz::Audience::Province,
                same_province: ask.actor.provinces.contains(&period.province_id),
            };
            let name = names.get(&period.regime_id).cloned().unwrap_or_default();
            view(ask, period.clone(), name, standing, &calendar)
        })
        .collect()
}

fn view(ask: &Ask, period: ReportingPeriod, regime_name: String, standing: Standing, calendar: &Calendar) -> Result<PeriodView> {
    let chain = period.chain()?;
    let counted = period.counted();
    let estimated_figures = period.data_to.is_some_and(|to| {
        // A rule that does not fit or a year without calendar gives no date, so nothing is known to be early.
        let due = |step: &regimes::Step| step.due_rule.as_ref().and_then(|rule| rule.last_day(counted.as_ref(), period.opened_on, calendar).unwrap_or(None));
        period.asked_due_on.is_some_and(|due| due < to) || chain.iter().filter_map(due).any(|due| due < to)
    });
    Ok(PeriodView {
        allowed_actions: FLOW.actions(period.state).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
        id: period.id,
        province_id: period.province_id,
        regime_id: period.regime_id,
        regime_name,
        period: counted,
        unresolved: period.unresolved()?,
        code: period.code,
        title: period.title,
        state: period.state,
        first_day: period.first_day,
        last_day: period.last_day,
        data_from: period.data_from,
        data_to: period.data_to,
        estimated_figures,
        opens_on: period.opens_on,
        opened_on: period.opened_on,
        closed_on: period.closed_on,
        chain,
        version: period.version,
        created_at: period.created_at,
        updated_at: period.updated_at,
    })
}

fn seen(conn: &mut Conn, ask: &Ask, period: &ReportingPeriod) -> Result<PeriodView> {
    views(conn, ask, std::slice::from_ref(period))?.pop().ok_or_else(Error::not_found)
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<PeriodView> {
    let period = store::find(conn, id)?;
    let standing = standing(conn, ask, &period)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    seen(conn, ask, &period)
}

/// The page that this caller may see.
pub fn list(conn: &mut Conn, ask: &Ask, filter: &PeriodFilter, paging: &Paging) -> Result<Page<PeriodView>> {
    let scope = authz::scope(RULES, &ask.actor, Act::View)?;
    let page = store::list(conn, &scope, filter, paging)?;
    Ok(Page { items: views(conn, ask, &page.items)?, next: page.next, total: page.total })
}

/// A receiver of the regime opens a period, or schedules it.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewPeriod>) -> Result<PeriodView> {
    if ask.actor.position != Position::Leader {
        return Err(Error::forbidden());
    }
    // Whether the caller may depends on the regime named: looked at before the body is opened, so that 403 comes first.
    if let Some(id) = body.id("regime_id") {
        match regimes::find(conn, id) {
            Ok(regime) => gate(conn, ask, &regime)?,
            Err(Error::Refused(_)) => {}
            Err(e) => return Err(e),
        }
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let regime = regimes::find_many(conn, &[new.regime_id])?.pop().filter(|r| ask.actor.provinces.contains(&r.province_id));
    let regime = regime.ok_or_else(|| Error::fault("/regime_id", "unknown_reference", "Không có chế độ báo cáo này.", "There is no such reporting regime."))?;
    gate(conn, ask, &regime)?;
    let period = add(conn, ask, &regime, new)?;
    seen(conn, ask, &period)
}

/// 403 unless the caller's organisation receives at a step of the regime or is its focal point.
fn gate(conn: &mut Conn, ask: &Ask, regime: &Regime) -> Result<()> {
    if !ask.actor.provinces.contains(&regime.province_id) {
        return Ok(());
    }
    let standing = authz::standing(conn, &ask.actor, regimes::model::KIND, regime.id, regime.province_id, regime.audience)?;
    if authz::may(RULES, &ask.actor, Act::Create, standing) { Ok(()) } else { Err(Error::forbidden()) }
}

/// Adds a period and opens it if its day has come; also the door of the seed loader.
pub fn add(conn: &mut Conn, ask: &Ask, regime: &Regime, new: NewPeriod) -> Result<ReportingPeriod> {
    let mut faults = Vec::new();
    let wrong = |at: &str, code: &'static str, vi: &str, en: &str| Fault::at(at.to_owned(), code, vi, en);
    match (new.period, &new.title) {
        (None, None) => {
            faults.push(wrong("/period", "required", "Nêu kỳ, hoặc tên báo cáo theo yêu cầu.", "Name the period, or the title of a report on request."))
        }
        (Some(_), Some(_)) => faults.push(wrong("/title", "one_of", "Kỳ theo lịch không có tên riêng.", "A period of the calendar has no title of its own.")),
        (Some(period), None) => {
            if !regime.frequency.counted().admits(period) {
                faults.push(wrong("/period", "not_of_regime", "Chế độ này không có kỳ như vậy.", "The regime has no such period."));
            }
            if new.steps.is_some() {
                faults.push(wrong("/steps", "not_applicable", "Chỉ chọn bước cho báo cáo theo yêu cầu.", "Steps are chosen for a report on request only."));
            }
            if new.due_on.is_some() {
                faults.push(wrong(
                    "/due_on",
                    "not_applicable",
                    "Hạn của kỳ theo lịch lấy từ chế độ.",
                    "The due date of a calendar period comes from the regime.",
                ));
            }
        }
        (None, Some(title)) if title.trim().is_empty() => faults.push(wrong("/title", "blank", "Hãy ghi tên báo cáo.", "Give the report a title.")),
        (None, Some(_)) => {}
    }
    if new.due_on.is_some_and(|due| due < ask.today) {
        faults.push(wrong("/due_on", "past", "Hạn đã qua.", "The due date is past."));
    }
    all_well(faults)?;
    if regime.state != regimes::model::RegimeState::Active {
        return Err(Error::conflict("archived", "Chế độ báo cáo đã lưu trữ.", "The regime is archived."));
    }
    if let Some(period) = new.period
        && store::of_regime(conn, regime.id, &period.to_string())?.is_some()
    {
        return Err(Error::conflict("duplicate", format!("Kỳ {period} đã có."), format!("Period {period} exists already.")));
    }
    let steps = opening::chain(conn, regime, new.period, new.steps.as_deref())?;
    let opens_on = new.opens_on.unwrap_or(ask.today);
    let period = opening::insert(conn, ask, regime, opening::Draft { period: new.period, title: new.title, due_on: new.due_on, opens_on, steps })?;
    let shown = seen(conn, ask, &period)?;
    journal::record(conn, ask, change(&period, "create", None), NOTHING, Some(&shown))?;
    if period.opens_on > ask.today { Ok(period) } else { opening::open(conn, ask, &period, Act::Open, None) }
}

/// What an entry says of a period.
pub fn change<'a>(period: &ReportingPeriod, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: period.id, version: Some(period.version), owner: None, province: Some(period.province_id), action, reason }
}

/// Opens a scheduled period, expands its groups again, or closes it.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<PeriodTransition>) -> Result<PeriodView> {
    let before = store::find(conn, id)?;
    let standing = standing(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    if !FLOW.0.iter().any(|(_, act, _)| authz::may(RULES, &ask.actor, *act, standing)) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    FLOW.next(before.state, step.action)?;
    let after = match step.action {
        Act::Close => {
            let reason = step.reason.as_deref().filter(|r| !r.trim().is_empty());
            let reason = reason
                .ok_or_else(|| Error::fault("/reason", "required", "Nêu lý do đóng kỳ trước khi đủ báo cáo.", "Say why the period closes before all is in."))?;
            close(conn, ask, &before, Some(reason))?
        }
        act => opening::open(conn, ask, &before, act, step.reason.as_deref())?,
    };
    seen(conn, ask, &after)
}

fn close(conn: &mut Conn, ask: &Ask, before: &ReportingPeriod, reason: Option<&str>) -> Result<ReportingPeriod> {
    let mut after = before.clone();
    after.state = State::Closed;
    after.closed_on = Some(ask.today);
    let after = save(conn, ask, before, after, Act::Close.word(), reason)?;
    last_day::cut_off(conn, ask, &after)?;
    Ok(after)
}

/// Writes a period back with its journal entry.
pub fn save(conn: &mut Conn, ask: &Ask, before: &ReportingPeriod, mut after: ReportingPeriod, action: &str, reason: Option<&str>) -> Result<ReportingPeriod> {
    let was = seen(conn, ask, before)?;
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, before, &after)?;
    let is = seen(conn, ask, &after)?;
    journal::record(conn, ask, change(&after, action, reason), Some(&was), Some(&is))?;
    Ok(after)
}

/// Closes the period if all that is owed at its last step (beside parallel ones) is done; answers whether it is closed.
pub fn close_if_done(conn: &mut Conn, ask: &Ask, id: Id) -> Result<bool> {
    let period = store::find(conn, id)?;
    if period.state != State::Open {
        return Ok(period.state == State::Closed);
    }
    let owed = store::obligations_of(conn, id)?;
    let Some(last) = owed.iter().filter(|o| !o.parallel).map(|o| o.step_no).max() else { return Ok(false) };
    if owed.iter().any(|o| o.step_no == last && !o.parallel && !o.is_done()) {
        return Ok(false);
    }
    close(conn, ask, &period, None)?;
    Ok(true)
}

/// Makes receivers and the focal point keepers of the period.
pub(super) fn relate(conn: &mut Conn, period: &ReportingPeriod, regime: &Regime, steps: &[regimes::Step]) -> Result<()> {
    if let Some(focal) = regime.focal_point_id {
        authz::relate(conn, KIND, period.id, focal, Relations::FOCAL)?;
    }
    for receiver in steps.iter().filter_map(|s| s.receiver_id) {
        authz::relate(conn, KIND, period.id, receiver, Relations::RECEIVER)?;
    }
    Ok(())
}

/// An empty JSON list.
pub(super) fn empty() -> Json {
    Json(serde_json::Value::Array(vec![]))
}
