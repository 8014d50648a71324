//! Opening a period: one obligation per step and sender, groups resolved on the day (RULES 10, 14).

use super::{change, relate, save, views};
use crate::{
    ask::Ask,
    authz::{Audience, Relations},
    calendar::{Calendar, CalendarError},
    calendars,
    db::{Conn, add_to_counter},
    error::{Error, Fault, Result},
    id::Id,
    journal::{self, NOTHING},
    organizations::{self, groups, provinces},
    people,
    period::Period,
    reporting::{
        periods::{
            model::{NO_DUE_DATE, OBLIGATION, Obligation, ObligationState, PeriodAction as Act, PeriodState as State, ReportingPeriod, Unresolved},
            store::{self, AccessRow},
        },
        regimes::{self, PeriodKind, Regime, Step, applies, model::stored},
    },
    text,
    time::Stamp,
};
use chrono::{Datelike, Days, NaiveDate};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A period about to be made.
#[derive(Debug)]
pub struct Draft {
    pub period: Option<Period>,
    pub title: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub opens_on: NaiveDate,
    pub steps: Vec<Step>,
}

/// The steps of a regime that a period asks for; those named by the receiver for one on request.
pub fn chain(conn: &mut Conn, regime: &Regime, period: Option<Period>, asked: Option<&[i32]>) -> Result<Vec<Step>> {
    let rows = regimes::parts(conn, &[regime.id])?.remove(&regime.id).unwrap_or_default().steps;
    let all = rows.iter().map(|row| row.step()).collect::<Result<Vec<_>>>()?;
    if let Some(asked) = asked {
        let unknown: Vec<Fault> = asked
            .iter()
            .enumerate()
            .filter(|(_, no)| !all.iter().any(|s| s.step_no == **no))
            .map(|(at, no)| Fault::at(format!("/steps/{at}"), "unknown_step", format!("Chế độ không có bước {no}."), format!("The regime has no step {no}.")))
            .collect();
        crate::error::all_well(unknown)?;
        return Ok(all.into_iter().filter(|s| asked.contains(&s.step_no)).collect());
    }
    let kind = PeriodKind::of(period);
    Ok(all.into_iter().filter(|s| applies(s.applies_to.as_deref(), kind)).collect())
}

/// Writes a scheduled period.
pub fn insert(conn: &mut Conn, ask: &Ask, regime: &Regime, draft: Draft) -> Result<ReportingPeriod> {
    let year = draft.period.map_or(draft.opens_on.year(), Period::year);
    let number = add_to_counter(conn, &format!("period/{}/{year}", regime.province_id), 1)?;
    let province = provinces::find(conn, regime.province_id)?;
    let window = draft.period.map(|p| regimes::window(regime, p)).transpose()?;
    let name = draft.period.map(|p| p.to_string());
    let shown = draft.title.clone().or_else(|| name.clone()).unwrap_or_default();
    let period = ReportingPeriod {
        id: Id::fresh(),
        province_id: regime.province_id,
        audience: Audience::Province as i32,
        regime_id: regime.id,
        code: format!("KBC-{}-{year}-{number:04}", province.code),
        title_fold: text::fold(&format!("{shown} | {}", regime.name)),
        period: name,
        title: draft.title,
        state: State::Scheduled,
        first_day: draft.period.map(Period::first_day),
        last_day: draft.period.map(Period::last_day),
        sort_day: draft.period.map_or(draft.opens_on, Period::last_day),
        data_from: window.map(|(from, _)| from),
        data_to: window.map(|(_, to)| to),
        opens_on: draft.opens_on,
        asked_due_on: draft.due_on,
        opened_on: None,
        opened_by: None,
        closed_on: None,
        chain: stored(&draft.steps)?,
        unresolved: super::empty(),
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    store::insert(conn, &period)?;
    relate(conn, &period, regime, &draft.steps)?;
    Ok(period)
}

/// Opens the period, or expands its groups again: senders that have no obligation yet get one.
pub fn open(conn: &mut Conn, ask: &Ask, before: &ReportingPeriod, act: Act, reason: Option<&str>) -> Result<ReportingPeriod> {
    let regime = regimes::find(conn, before.regime_id)?;
    let steps = before.chain()?;
    let existing: HashSet<(i32, Id)> = store::obligations_of(conn, before.id)?.into_iter().map(|o| (o.step_no, o.sender_id)).collect();
    let day = ask.today;
    let members = resolve(conn, &steps, day)?;
    let calendar = calendars::current(conn)?;
    let mut plan = Plan { ask, regime: &regime, period: before, steps: &steps, calendar: &calendar, made: vec![], access: vec![], unresolved: vec![] };
    for step in &steps {
        plan.step(step, &members, &existing)?;
    }
    let Plan { made, access, unresolved, .. } = plan;
    store::insert_obligations(conn, &made, &access)?;
    let mut after = before.clone();
    after.state = State::Open;
    after.opened_on = after.opened_on.or(Some(day));
    after.opened_by = after.opened_by.or(Some(ask.actor.user));
    after.unresolved = stored(&unresolved)?;
    let after = save(conn, ask, before, after, act.word(), reason)?;
    for view in super::obligations::views(conn, ask, &made)? {
        let entry = journal::Change {
            kind: OBLIGATION,
            id: view.id,
            version: Some(view.version),
            owner: Some(view.sender_id),
            province: Some(view.province_id),
            action: "create",
            reason: None,
        };
        journal::record(conn, ask, entry, NOTHING, Some(&view))?;
    }
    Ok(after)
}

/// Who is meant, resolved on the day: members by group (none for an open group), and organisations that exist then.
struct Members {
    groups: HashMap<Id, Option<Vec<Id>>>,
    valid: HashSet<Id>,
}

fn resolve(conn: &mut Conn, steps: &[Step], day: NaiveDate) -> Result<Members> {
    let senders = || steps.iter().flat_map(|s| &s.senders);
    let mut groups = HashMap::new();
    for id in senders().filter_map(|s| s.group_id).collect::<HashSet<Id>>() {
        groups.insert(id, groups::resolve(conn, id, day)?);
    }
    let named: Vec<Id> = senders().filter_map(|s| s.organization_id).collect();
    let exists = |o: &organizations::Organization| o.archived_at.is_none() && o.valid_from.is_none_or(|d| d <= day) && o.valid_to.is_none_or(|d| d >= day);
    let valid = organizations::find_many(conn, &named)?.into_iter().filter(exists).map(|o| o.id).collect();
    Ok(Members { groups, valid })
}

struct Plan<'a> {
    ask: &'a Ask,
    regime: &'a Regime,
    period: &'a ReportingPeriod,
    steps: &'a [Step],
    calendar: &'a Calendar,
    made: Vec<Obligation>,
    access: Vec<AccessRow>,
    unresolved: Vec<Unresolved>,
}

impl Plan<'_> {
    fn step(&mut self, step: &Step, members: &Members, existing: &HashSet<(i32, Id)>) -> Result<()> {
        let mut miss = |words: &Option<String>, group_id: Option<Id>, code: &str| {
            self.unresolved.push(Unresolved { step_no: step.step_no, words: words.clone(), group_id, code: code.to_owned() });
        };
        let Some(receiver) = step.receiver_id else {
            miss(&step.receiver_words, None, "no_receiver");
            return Ok(());
        };
        let mut found: Vec<(Id, &regimes::model::Sender)> = Vec::new();
        for sender in &step.senders {
            match (sender.organization_id, sender.group_id) {
                (Some(id), _) if members.valid.contains(&id) => found.push((id, sender)),
                (Some(_), _) => miss(&sender.words, None, "sender_not_valid"),
                (None, None) => miss(&sender.words, None, "no_sender"),
                (None, Some(group)) => match members.groups.get(&group) {
                    Some(Some(all)) if all.is_empty() => miss(&sender.words, Some(group), "empty_group"),
                    // Nobody reports to themselves, so the receiver drops out of its own group.
                    Some(Some(all)) => found.extend(all.iter().filter(|id| **id != receiver && !sender.exclude.contains(id)).map(|id| (*id, sender))),
                    _ => miss(&sender.words, Some(group), "open_group"),
                },
            }
        }
        let due = self.due(step)?;
        let mut seen = HashSet::new();
        for (id, sender) in found {
            if seen.insert(id) && !existing.contains(&(step.step_no, id)) {
                self.obligation(step, receiver, id, sender, due)?;
            }
        }
        Ok(())
    }

    fn due(&self, step: &Step) -> Result<Option<NaiveDate>> {
        let counted = self.period.counted();
        let Some(rule) = step.due_rule.as_ref().filter(|_| self.period.asked_due_on.is_none()) else { return Ok(self.period.asked_due_on) };
        match rule.last_day(counted.as_ref(), Some(self.ask.today), self.calendar) {
            // A rule of the calendar says nothing about a report on request.
            Err(CalendarError::PeriodRequired) if counted.is_none() => Ok(None),
            due => due.map_err(|e| calendars::refused("", e)),
        }
    }

    fn obligation(&mut self, step: &Step, receiver: Id, id: Id, sender: &regimes::model::Sender, due: Option<NaiveDate>) -> Result<()> {
        // Who received an earlier step fulfils its own by issuing the consolidated report (RULES 14).
        let received = self.steps.iter().any(|s| s.step_no < step.step_no && s.receiver_id == Some(id));
        let obligation = Obligation {
            id: Id::fresh(),
            province_id: self.period.province_id,
            audience: Obligation::AUDIENCE,
            period_id: self.period.id,
            regime_id: self.regime.id,
            step_no: step.step_no,
            sender_id: id,
            also_for: super::empty(),
            receiver_id: Some(receiver),
            receiver_words: step.receiver_words.clone(),
            appraiser_id: step.appraiser_id,
            consolidates: step.consolidates || received,
            parallel: step.parallel,
            sender_words: sender.words.clone(),
            group_id: sender.group_id,
            due_on: due,
            effective_due_on: due,
            due_sort: due.unwrap_or(NO_DUE_DATE),
            due_rule: step.due_rule.as_ref().map(stored).transpose()?,
            calendar_version: due.map(|_| self.calendar.version().to_owned()),
            state: ObligationState::NotSubmitted,
            fulfilled_on: None,
            fulfilled_by_kind: None,
            fulfilled_by_id: None,
            on_time: None,
            judgement: None,
            handling_unit_id: None,
            handling_user_id: None,
            handling_instruction: None,
            version: 1,
            created_at: self.ask.now,
            updated_at: self.ask.now,
        };
        let mut held: BTreeMap<Id, Relations> = BTreeMap::new();
        let sides = [(Some(id), Relations::OWNER), (Some(receiver), Relations::RECEIVER), (self.regime.focal_point_id, Relations::FOCAL)];
        for (organization, relations) in sides.into_iter().filter_map(|(o, r)| Some((o?, r))) {
            let all = held.entry(organization).or_default();
            *all = all.and(relations);
        }
        let row = |(organization_id, relations): (Id, Relations)| AccessRow {
            organization_id,
            kind: OBLIGATION.to_owned(),
            record_id: obligation.id,
            relations: relations.0,
        };
        self.access.extend(held.into_iter().map(row));
        self.made.push(obligation);
        Ok(())
    }
}

/// The day on which a period of the calendar opens by itself, and the last day that matters to it.
fn opening_day(regime: &Regime, period: Period, steps: &[Step], calendar: &Calendar) -> Result<(NaiveDate, NaiveDate)> {
    let (_, data_to) = regimes::window(regime, period)?;
    let kind = PeriodKind::of(Some(period));
    let mut days = vec![data_to];
    for rule in steps.iter().filter(|s| applies(s.applies_to.as_deref(), kind)).filter_map(|s| s.due_rule.as_ref()) {
        // Days counted from the opening cannot say when to open; a rule that cannot be counted refuses later, by hand.
        if let Ok(Some(due)) = rule.last_day(Some(&period), None, calendar) {
            days.push(due);
        }
    }
    let first = days.iter().min().copied().unwrap_or(data_to);
    let last = days.iter().max().copied().unwrap_or(data_to).max(period.last_day());
    let lead = u64::try_from(regime.open_days_before).unwrap_or(0);
    Ok((first.checked_sub_days(Days::new(lead)).unwrap_or(first), last))
}

/// The calendar's periods of a regime that are to be open on a day and are not known yet: what was over before the day, or
/// ended before the regime was tracked, is not made up for.
fn wanted(regime: &Regime, steps: &[Step], known: &HashSet<(Id, Option<String>)>, today: NaiveDate, calendar: &Calendar) -> Result<Vec<(Period, NaiveDate)>> {
    let mut found = Vec::new();
    for year in today.year() - 1..=today.year() + 1 {
        for period in regime.frequency.counted().periods_of(year) {
            let (opens_on, last) = opening_day(regime, period, steps, calendar)?;
            let due = opens_on <= today && last >= today && period.last_day() >= regime.tracked_from;
            if due && !known.contains(&(regime.id, Some(period.to_string()))) {
                found.push((period, opens_on));
            }
        }
    }
    Ok(found)
}

/// A regime in force with its chain and the periods of it that are to be opened now, each with its day of opening.
type Pending = (Regime, Vec<Step>, Vec<(Period, NaiveDate)>);

fn pending(conn: &mut Conn, today: NaiveDate) -> Result<Vec<Pending>> {
    let running = regimes::running(conn)?;
    let ids: Vec<Id> = running.iter().map(|r| r.id).collect();
    let known: HashSet<(Id, Option<String>)> = store::known(conn, &ids)?.into_iter().collect();
    let mut parts = regimes::parts(conn, &ids)?;
    let calendar = calendars::current(conn)?;
    running
        .into_iter()
        .map(|regime| {
            let steps = parts.remove(&regime.id).unwrap_or_default().steps.iter().map(|row| row.step()).collect::<Result<Vec<_>>>()?;
            let periods = wanted(&regime, &steps, &known, today, &calendar)?;
            Ok((regime, steps, periods))
        })
        .collect()
}

/// Whether there is anything to open: a look that writes nothing.
pub fn anything_due(conn: &mut Conn, now: Stamp) -> Result<bool> {
    Ok(!store::to_open(conn, now.day())?.is_empty() || pending(conn, now.day())?.iter().any(|(_, _, periods)| !periods.is_empty()))
}

/// Opens what is due, a function of now (RULES 30): scheduled periods whose day has come, and the calendar's next ones of
/// every regime in force. Answers how many.
pub fn open_due(conn: &mut Conn, now: Stamp) -> Result<usize> {
    let ask = &Ask::internal(people::system_actor(), now);
    let mut opened = 0;
    for period in store::to_open(conn, ask.today)? {
        open(conn, ask, &period, Act::Open, None)?;
        opened += 1;
    }
    for (regime, steps, periods) in pending(conn, ask.today)? {
        for (period, opens_on) in periods {
            let kind = PeriodKind::of(Some(period));
            let steps = steps.iter().filter(|s| applies(s.applies_to.as_deref(), kind)).cloned().collect();
            let made = insert(conn, ask, &regime, Draft { period: Some(period), title: None, due_on: None, opens_on, steps })?;
            let shown = views(conn, ask, std::slice::from_ref(&made))?.pop().ok_or_else(Error::not_found)?;
            journal::record(conn, ask, change(&made, "create", None), NOTHING, Some(&shown))?;
            open(conn, ask, &made, Act::Open, None)?;
            opened += 1;
        }
    }
    Ok(opened)
}
