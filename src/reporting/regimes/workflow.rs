use super::{
    model::{
        CutOff, IndicatorRow, KIND, NewRegime, Regime, RegimeAction as Act, RegimePatch, RegimeState as State, RegimeTransition, RegimeView, Step, StepRow,
        data_window, stored, typed,
    },
    policy::RULES,
    store::{self, Parts},
};
use crate::{
    ask::Ask,
    authz::{self, Audience, DRAFTERS, Function, Relations, RoleGroup, Standing},
    calendars,
    db::{Conn, add_to_counter},
    error::{Error, Fault, Result, all_well, gathered},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations::{self, provinces},
    plans, text,
};
use chrono::NaiveDate;
use std::collections::HashSet;

mod checks;
mod warnings;

pub use checks::QUERIES;
use checks::{check, check_plan};
pub use warnings::applies;

/// How a regime lives.
pub const FLOW: Flow<State, Act> = Flow(&[(State::Active, Act::Archive, State::Archived)]);

/// Days before the first due date on which a period opens, unless the regime says otherwise.
const OPEN_DAYS_BEFORE: i32 = 30;

/// How the caller stands to a regime whose parts are known: its relations are those that the access table holds.
fn standing(ask: &Ask, regime: &Regime, parts: &Parts) -> Standing {
    let own = ask.actor.organization;
    let mut relations = Relations::NONE;
    if own.is_some() && regime.focal_point_id == own {
        relations = relations.and(Relations::FOCAL);
    }
    if own.is_some() && parts.steps.iter().any(|s| s.receiver_id == own) {
        relations = relations.and(Relations::RECEIVER);
    }
    Standing { relations, audience: Audience::Province, same_province: ask.actor.provinces.contains(&regime.province_id) }
}

/// The record as this caller sees it.
pub fn view(ask: &Ask, regime: Regime, parts: &Parts, warnings: Vec<super::model::RegimeWarning>) -> Result<RegimeView> {
    let stands = standing(ask, &regime, parts);
    let edit = (regime.state == State::Active).then_some(Act::Edit);
    let allowed_actions = edit.into_iter().chain(FLOW.actions(regime.state)).filter(|act| authz::may(RULES, &ask.actor, *act, stands)).collect();
    Ok(RegimeView {
        allowed_actions,
        id: regime.id,
        province_id: regime.province_id,
        plan_id: regime.plan_id,
        copy_to: typed(&regime.copy_to)?,
        cut_off: regime.cut_off.as_ref().map(typed).transpose()?,
        reminders: regime.reminders()?,
        sections: regime.sections()?,
        checks: regime.checks()?,
        code: regime.code,
        name: regime.name,
        name_en: regime.name_en,
        legal_basis: regime.legal_basis,
        legal_clause: regime.legal_clause,
        focal_point_id: regime.focal_point_id,
        frequency: regime.frequency,
        cadence_words: regime.cadence_words,
        embedded_in: regime.embedded_in,
        final_recipient_id: regime.final_recipient_id,
        open_days_before: regime.open_days_before,
        tracked_from: regime.tracked_from,
        steps: parts.steps.iter().map(StepRow::step).collect::<Result<_>>()?,
        indicators: parts.indicators.iter().map(IndicatorRow::indicator).collect(),
        state: regime.state,
        warnings,
        version: regime.version,
        created_at: regime.created_at,
        updated_at: regime.updated_at,
    })
}

/// Many records as this caller sees them, with a fixed number of statements.
pub fn views(conn: &mut Conn, ask: &Ask, regimes: &[Regime]) -> Result<Vec<RegimeView>> {
    let ids: Vec<Id> = regimes.iter().map(|r| r.id).collect();
    let mut parts = store::parts(conn, &ids)?;
    let calendar = calendars::current(conn)?;
    regimes
        .iter()
        .map(|regime| {
            let parts = parts.remove(&regime.id).unwrap_or_default();
            let warnings = warnings::of(regime, &parts, ask.today, ask.lang, &calendar)?;
            view(ask, regime.clone(), &parts, warnings)
        })
        .collect()
}

fn seen(conn: &mut Conn, ask: &Ask, regime: &Regime) -> Result<RegimeView> {
    views(conn, ask, std::slice::from_ref(regime))?.pop().ok_or_else(Error::not_found)
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<RegimeView> {
    let regime = store::find(conn, id)?;
    permit(conn, ask, &regime, Act::View)?;
    seen(conn, ask, &regime)
}

fn permit(conn: &mut Conn, ask: &Ask, regime: &Regime, act: Act) -> Result<()> {
    let standing = authz::standing(conn, &ask.actor, KIND, regime.id, regime.province_id, regime.audience)?;
    authz::permit(RULES, &ask.actor, Act::View, act, standing)
}

/// The focal point or UBND draws up a regime.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewRegime>) -> Result<RegimeView> {
    // A focal point of one plan draws up that plan's regimes.
    let plan = body.value().get("plan_id").and_then(|id| id.as_str()).and_then(Id::parse);
    let for_plan = plan.is_some_and(|plan| ask.actor.holds_for(Function::FocalPoint, plan)) && DRAFTERS.contains(&ask.actor.position);
    if !for_plan && !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    let province = ask.actor.province()?;
    ask.proceed(conn, None)?;
    let mut new = body.open()?;
    let own = ask.actor.organization()?;
    let focal = new.focal_point_id.unwrap_or(own);
    let mut faults = Vec::new();
    let others = focal != own && !ask.actor.is(RoleGroup::Ubnd);
    if others {
        faults.push(Fault::at(
            "/focal_point_id",
            "not_own",
            "Chỉ UBND lập chế độ cho cơ quan đầu mối khác.",
            "Only UBND draws up a regime for another focal point.",
        ));
    }
    // One fault for each member: what was found once is not looked at again.
    new.focal_point_id = (!others).then_some(focal);
    let plan = gathered(&mut faults, plans::named::must_be_seen(conn, ask, new.plan_id, None))?.and(new.plan_id);
    check_new(conn, province, plan, &new, &mut faults)?;
    all_well(faults)?;
    let regime = keep(conn, ask, province, new, None)?;
    seen(conn, ask, &regime)
}

/// All that is wrong with a new regime under this plan.
fn check_new(conn: &mut Conn, province: Id, plan: Option<Id>, new: &NewRegime, faults: &mut Vec<Fault>) -> Result<()> {
    gathered(faults, check_plan(conn, province, plan))?;
    let named = [new.focal_point_id, new.final_recipient_id];
    gathered(faults, check(conn, province, &named, &new.steps, &new.indicators, &new.sections, &new.checks))?;
    Ok(())
}

/// Adds a regime; also the door of the seed loader, which finds its records by seed key.
pub fn add(conn: &mut Conn, ask: &Ask, province: Id, new: NewRegime, seed_key: Option<&str>) -> Result<Regime> {
    let mut faults = Vec::new();
    check_new(conn, province, new.plan_id, &new, &mut faults)?;
    all_well(faults)?;
    keep(conn, ask, province, new, seed_key)
}

/// Stores a new regime that was found well.
fn keep(conn: &mut Conn, ask: &Ask, province: Id, new: NewRegime, seed_key: Option<&str>) -> Result<Regime> {
    let number = add_to_counter(conn, &format!("regime/{province}"), 1)?;
    let id = Id::fresh();
    let regime = Regime {
        id,
        province_id: province,
        audience: Audience::Province as i32,
        plan_id: new.plan_id,
        code: format!("CDBC-{}-{number:04}", provinces::find(conn, province)?.code),
        name_fold: text::fold(&new.name),
        name: new.name,
        name_en: new.name_en,
        legal_basis: new.legal_basis,
        legal_clause: new.legal_clause,
        focal_point_id: new.focal_point_id,
        frequency: new.frequency,
        cadence_words: new.cadence_words,
        embedded_in: new.embedded_in,
        final_recipient_id: new.final_recipient_id,
        copy_to: stored(&new.copy_to)?,
        cut_off: new.cut_off.as_ref().map(stored).transpose()?,
        reminders: stored(&new.reminders.unwrap_or_default())?,
        open_days_before: new.open_days_before.unwrap_or(OPEN_DAYS_BEFORE),
        tracked_from: new.tracked_from.unwrap_or(ask.today),
        sections: stored(&new.sections)?,
        checks: stored(&new.checks)?,
        state: State::Active,
        seed_key: seed_key.map(str::to_owned),
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    let parts = Parts {
        steps: new.steps.iter().map(|s| StepRow::of(id, s)).collect::<Result<_>>()?,
        indicators: (1..).zip(&new.indicators).map(|(place, i)| IndicatorRow::of(id, place, i)).collect(),
    };
    store::insert(conn, &regime, &parts)?;
    let shown = seen(conn, ask, &regime)?;
    journal::record(conn, ask, change(&regime, "create", None), NOTHING, Some(&shown))?;
    Ok(regime)
}

fn change<'a>(regime: &Regime, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: regime.id, version: Some(regime.version), owner: regime.focal_point_id, province: Some(regime.province_id), action, reason }
}

/// Changes a regime; periods that are open keep the chain that they opened with.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<RegimePatch>) -> Result<RegimeView> {
    let before = store::find(conn, id)?;
    permit(conn, ask, &before, Act::Edit)?;
    ask.proceed(conn, Some(before.version))?;
    if before.state == State::Archived {
        return Err(Error::conflict("archived", "Chế độ báo cáo đã lưu trữ, không sửa được.", "The regime is archived and cannot be changed."));
    }
    let patch = body.open()?;
    let parts = store::parts(conn, &[id])?.remove(&id).unwrap_or_default();
    let was = seen(conn, ask, &before)?;
    let steps = patch.steps.clone().unwrap_or_else(|| was.steps.clone());
    let indicators = patch.indicators.clone().unwrap_or_else(|| was.indicators.clone());
    let mut after = before.clone();
    if let Some(name) = patch.name {
        after.name_fold = text::fold(&name);
        after.name = name;
    }
    after.name_en = patch.name_en.unwrap_or(after.name_en);
    let mut faults = Vec::new();
    after.plan_id = patch.plan_id.unwrap_or(after.plan_id);
    if gathered(&mut faults, plans::named::must_be_seen(conn, ask, patch.plan_id.flatten(), None))?.is_some() {
        gathered(&mut faults, check_plan(conn, before.province_id, after.plan_id))?;
    }
    after.legal_basis = patch.legal_basis.unwrap_or(after.legal_basis);
    after.legal_clause = patch.legal_clause.unwrap_or(after.legal_clause);
    after.focal_point_id = patch.focal_point_id.or(after.focal_point_id);
    after.cadence_words = patch.cadence_words.unwrap_or(after.cadence_words);
    after.embedded_in = patch.embedded_in.unwrap_or(after.embedded_in);
    after.final_recipient_id = patch.final_recipient_id.unwrap_or(after.final_recipient_id);
    if let Some(copy_to) = &patch.copy_to {
        after.copy_to = stored(copy_to)?;
    }
    if let Some(cut_off) = &patch.cut_off {
        after.cut_off = cut_off.as_ref().map(stored).transpose()?;
    }
    after.reminders = stored(&body.merged("reminders", Some(before.reminders()?))?.unwrap_or_default())?;
    after.open_days_before = patch.open_days_before.unwrap_or(after.open_days_before);
    after.tracked_from = patch.tracked_from.unwrap_or(after.tracked_from);
    if let Some(sections) = &patch.sections {
        after.sections = stored(sections)?;
    }
    if let Some(checks) = &patch.checks {
        after.checks = stored(checks)?;
    }
    let named = [after.focal_point_id, after.final_recipient_id];
    gathered(&mut faults, check(conn, before.province_id, &named, &steps, &indicators, &after.sections()?, &after.checks()?))?;
    all_well(faults)?;
    let parts = Parts {
        steps: if patch.steps.is_some() { steps.iter().map(|s| StepRow::of(id, s)).collect::<Result<_>>()? } else { parts.steps },
        indicators: if patch.indicators.is_some() {
            (1..).zip(&indicators).map(|(place, i)| IndicatorRow::of(id, place, i)).collect()
        } else {
            parts.indicators
        },
    };
    save(conn, ask, &before, after, &parts, Act::Edit.word(), None)
}

/// Archives a regime: no period of it opens any more.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<RegimeTransition>) -> Result<RegimeView> {
    let before = store::find(conn, id)?;
    // Archiving is the only step that there is.
    permit(conn, ask, &before, Act::Archive)?;
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    let mut after = before.clone();
    after.state = FLOW.next(before.state, step.action)?;
    let parts = store::parts(conn, &[id])?.remove(&id).unwrap_or_default();
    save(conn, ask, &before, after, &parts, step.action.word(), step.reason.as_deref())
}

fn save(conn: &mut Conn, ask: &Ask, before: &Regime, mut after: Regime, parts: &Parts, action: &str, reason: Option<&str>) -> Result<RegimeView> {
    let was = seen(conn, ask, before)?;
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, before, &after, parts)?;
    let is = seen(conn, ask, &after)?;
    journal::record(conn, ask, change(&after, action, reason), Some(&was), Some(&is))?;
    Ok(is)
}

/// The function of a focal point was given or taken for one regime: the regime names it, or it no more (RULES 1).
pub fn name_focal_point(conn: &mut Conn, ask: &Ask, id: Id, organization: Id, held: bool) -> Result<()> {
    let Some(before) = store::find_many(conn, &[id])?.pop() else { return Ok(()) };
    if (before.focal_point_id == Some(organization)) == held {
        return Ok(());
    }
    let parts = store::parts(conn, &[id])?.remove(&id).unwrap_or_default();
    let after = Regime { focal_point_id: held.then_some(organization), ..before.clone() };
    save(conn, ask, &before, after, &parts, Act::Edit.word(), None).map(drop)
}

/// Puts a successor in an organisation's place in every regime in force (RULES 18); answers how many there were.
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id, province: Id, only: Option<&HashSet<Id>>) -> Result<usize> {
    let mut regimes = store::naming(conn, from)?;
    regimes.retain(|r| only.is_none_or(|ids| ids.contains(&r.id)));
    let ids: Vec<Id> = regimes.iter().map(|r| r.id).collect();
    let mut all = store::parts(conn, &ids)?;
    let swap = |id: &mut Option<Id>| {
        if *id == Some(from) {
            *id = Some(to);
        }
    };
    for before in &regimes {
        let mut parts = all.remove(&before.id).unwrap_or_default();
        let mut after = before.clone();
        if after.focal_point_id == Some(from) {
            // The regime runs on in the province of the organisation that keeps it, where another may bear its seed's key.
            after.province_id = province;
            after.seed_key = before.seed_key.as_ref().map(|key| if key.contains('/') { key.clone() } else { format!("{}/{key}", before.province_id) });
        }
        swap(&mut after.focal_point_id);
        swap(&mut after.final_recipient_id);
        for row in &mut parts.steps {
            let mut step: Step = row.step()?;
            swap(&mut step.receiver_id);
            swap(&mut step.appraiser_id);
            for sender in &mut step.senders {
                swap(&mut sender.organization_id);
                // The new province's group of the same name; the old one has no member left.
                if let Some(group) = sender.group_id {
                    let code = organizations::groups::find(conn, group)?.code;
                    sender.group_id = organizations::groups::by_code(conn, province, &code)?.map(|g| g.id).or(sender.group_id);
                }
            }
            *row = StepRow::of(before.id, &step)?;
        }
        save(conn, ask, before, after, &parts, "reassign", None)?;
    }
    Ok(regimes.len())
}

/// First and last day of a period's figures under a regime.
pub fn window(regime: &Regime, period: crate::period::Period) -> Result<(NaiveDate, NaiveDate)> {
    let own: Option<CutOff> = regime.cut_off.as_ref().map(typed).transpose()?;
    Ok(data_window(own, period))
}
