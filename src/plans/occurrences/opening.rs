//! How occurrences come to be: when a plan becomes active, when a period begins, and by hand.

use super::{
    model::{KIND, Occurrence, OccurrenceView, TaskState},
    store,
};
use crate::{
    ask::Ask,
    authz::{Audience, Relations},
    calendar::{Calendar, CalendarError, DueRule},
    calendars,
    db::{Conn, Json},
    error::{Error, Result},
    id::Id,
    journal::{self, Change, NOTHING},
    organizations, people,
    period::{Frequency, Part as PeriodPart, Period},
    plans::{
        followers,
        model::{KIND as PLAN, NEVER, Plan, calendar_error, to_json},
        parts::model::{KIND as PART, Part, PartEntry, PartState, TaskRole},
        store::Grants,
        tasks::{
            self,
            assignees::{self, Share},
            model::{KIND as TASK, Task, TaskView},
        },
    },
    time::Stamp,
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Occurrences opened by one run of [`open_due`], at most (as tasks).
const BATCH: i64 = 200;

/// The day on which a period's occurrence opens: its first; that of the whole year after a first half opens in July.
fn opens_on(period: Period, frequency: Frequency) -> NaiveDate {
    match (frequency, period.part()) {
        (Frequency::HalfYearAndYear, PeriodPart::Year) => Period::new(period.year(), PeriodPart::Half(2)).map_or(period.first_day(), Period::first_day),
        _ => period.first_day(),
    }
}

/// The last day of one carrying-out: of the period, counted from `base`, or none.
fn due_day(rule: Option<&DueRule>, period: Option<&Period>, base: NaiveDate, calendar: &Calendar) -> Result<Option<NaiveDate>, CalendarError> {
    rule.map_or(Ok(None), |rule| rule.last_day(period, Some(base), calendar))
}

/// Periods to open, each with its last day; and the day when the next one opens.
type Opening = (Vec<(Period, Option<NaiveDate>)>, Option<NaiveDate>);

/// The periods to open by `today`, and the day when the next one opens. Nothing is back-filled (RULES 11): the first is
/// the earliest whose last day does not lie before `from`.
fn periods(frequency: Frequency, rule: Option<&DueRule>, from: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Result<Opening, CalendarError> {
    use chrono::Datelike;
    let mut due = Vec::new();
    // A rule may name a day of the year that follows the period.
    let mut next = frequency.periods_of(from.year() - 1).first().copied();
    while let Some(period) = next {
        if opens_on(period, frequency) > today {
            return Ok((due, Some(opens_on(period, frequency))));
        }
        let last = due_day(rule, Some(&period), from, calendar)?;
        if last.unwrap_or(period.last_day()) >= from {
            due.push((period, last));
        }
        next = frequency.next_after(period);
    }
    Ok((due, None))
}

/// An occurrence and the parts that are owed of it.
fn build(
    ask: &Ask,
    task: &Task,
    period: Option<&Period>,
    title: Option<String>,
    due: Option<NaiveDate>,
    version: &str,
    shares: &[Share],
) -> (Occurrence, Vec<Part>) {
    let sort = if task.is_timeless() { NEVER } else { due.unwrap_or(NEVER) };
    let occurrence = Occurrence {
        id: Id::fresh(),
        task_id: task.id,
        plan_id: task.plan_id,
        province_id: task.province_id,
        period: period.map(ToString::to_string),
        title,
        opened_on: ask.today,
        state: TaskState::Assigned,
        due_on: due,
        due_sort: sort,
        due_history: Json(serde_json::json!([])),
        calendar_version: version.to_owned(),
        percent: None,
        proposed_on: None,
        proposal_reason: None,
        lays: Json(serde_json::json!([])),
        ended_on: None,
        on_time: None,
        decision: None,
        reason: None,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    let parts = shares.iter().map(|share| part(ask, task, &occurrence, share)).collect();
    (occurrence, parts)
}

/// What one agency owes of an occurrence.
pub fn part(ask: &Ask, task: &Task, occurrence: &Occurrence, share: &Share) -> Part {
    // The days that came with a return are for whom it was returned to.
    let due = share.due_on.or(occurrence.due_on).filter(|_| !task.is_timeless());
    Part {
        id: Id::fresh(),
        task_id: task.id,
        occurrence_id: occurrence.id,
        plan_id: task.plan_id,
        province_id: task.province_id,
        organization_id: share.organization,
        group_id: share.group,
        role: share.role,
        required: share.required,
        form: task.form,
        state: PartState::Assigned,
        due_on: share.due_on,
        due_sort: due.unwrap_or(NEVER),
        due_history: Json(serde_json::json!([])),
        result: None,
        links: Json(serde_json::json!([])),
        done_on: None,
        on_time: None,
        lays: Json(serde_json::json!([])),
        entered_by: None,
        document_id: None,
        confirmed_at: None,
        unit_id: None,
        officer_id: None,
        instruction: None,
        reason: None,
        version: 1,
        created_at: ask.now,
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    }
}

/// A part that is owed again, in this share: by an agency that comes back, or that takes over.
pub fn again(task: &Task, held: &Part, share: &Share) -> Part {
    let due_sort = share.due_on.filter(|_| !task.is_timeless()).unwrap_or(held.due_sort);
    Part {
        group_id: share.group,
        role: share.role,
        required: share.required,
        state: PartState::Assigned,
        due_on: share.due_on.or(held.due_on),
        due_sort,
        done_on: None,
        reason: None,
        ..held.clone()
    }
}

/// What a share makes the agency to the task: a joint part leads only where nobody else does.
pub fn relation(role: TaskRole, has_lead: bool) -> Relations {
    match role {
        TaskRole::Lead => Relations::LEAD,
        TaskRole::Joint if !has_lead => Relations::LEAD,
        TaskRole::Joint | TaskRole::Coordinate => Relations::COORDINATOR,
    }
}

/// Relates the agencies of shares, and the bodies above them, to a task and its plan.
pub fn relate_shares(conn: &mut Conn, task: &Task, shares: &[Share], has_lead: bool, grants: &mut Grants) -> Result<()> {
    let ids: Vec<Id> = shares.iter().map(|s| s.organization).collect();
    let parents: BTreeMap<Id, Id> = organizations::find_many(conn, &ids)?.into_iter().filter_map(|o| Some((o.id, o.parent_id?))).collect();
    relate(task, shares, has_lead, &parents, grants);
    Ok(())
}

fn relate(task: &Task, shares: &[Share], has_lead: bool, parents: &BTreeMap<Id, Id>, grants: &mut Grants) {
    for share in shares {
        let bits = relation(share.role, has_lead);
        grants.add(share.organization, TASK, task.id, bits);
        grants.add(share.organization, PLAN, task.plan_id, bits);
        if let Some(parent) = parents.get(&share.organization) {
            grants.add(*parent, TASK, task.id, Relations::PARENT);
            grants.add(*parent, PLAN, task.plan_id, Relations::PARENT);
        }
    }
}

/// Puts tasks of a plan in force: groups become their members of the day, everyone concerned is related, occurrences open.
/// Answers what has been opened: of a plan that is put in force its own entry tells that, of a later task [`told`] does.
pub fn put_in_force(conn: &mut Conn, ask: &Ask, plan: &Plan, before: &[Task]) -> Result<(Vec<Occurrence>, Vec<Part>)> {
    let calendar = calendars::current(conn)?;
    let from = plan.tracked_from.unwrap_or(ask.today);
    let mut groups = BTreeMap::new();
    let mut whole: Vec<(&Task, Task, Vec<Share>, bool)> = Vec::new();
    for task in before {
        let mut after = task.clone();
        let mut given = task.assignees()?;
        assignees::expand(conn, &mut given, ask.today, &mut groups)?;
        let (shares, has_lead) = (assignees::shares(&given), assignees::has_lead(&given));
        after.assignees = to_json(&given)?;
        whole.push((task, after, shares, has_lead));
    }
    let mut agencies: Vec<Id> = whole.iter().flat_map(|(_, _, shares, _)| shares.iter().map(|s| s.organization)).collect();
    agencies.sort_unstable();
    agencies.dedup();
    let parents: BTreeMap<Id, Id> = organizations::find_many(conn, &agencies)?.into_iter().filter_map(|o| Some((o.id, o.parent_id?))).collect();
    let followers = followers::of(conn, plan, ask.today)?;
    let mut grants = Grants::default();
    for (organization, bits) in &followers {
        grants.add(*organization, PLAN, plan.id, *bits);
    }
    let (mut occurrences, mut parts) = (Vec::new(), Vec::new());
    for (old, mut task, shares, has_lead) in whole {
        for (organization, bits) in &followers {
            grants.add(*organization, TASK, task.id, *bits);
        }
        for (body, bits) in [(task.approver_id, Relations::APPROVER), (task.through_id, Relations::RECIPIENT)] {
            if let Some(body) = body {
                grants.add(body, TASK, task.id, bits);
                grants.add(body, PLAN, plan.id, bits);
            }
        }
        relate(&task, &shares, has_lead, &parents, &mut grants);
        let rule = task.rule()?;
        let mut fresh = Vec::new();
        match task.cadence.and_then(|c| c.frequency()) {
            Some(frequency) => {
                let (due, next) = periods(frequency, rule.as_ref(), from, ask.today, &calendar).map_err(calendar_error)?;
                task.opens_on = next;
                fresh.extend(due.iter().map(|(period, day)| build(ask, &task, Some(period), None, *day, calendar.version(), &shares)));
            }
            None if task.is_recurring() => {}
            None => {
                let day = due_day(rule.as_ref(), None, ask.today, &calendar).map_err(calendar_error)?;
                task.state = Some(TaskState::Assigned);
                fresh.push(build(ask, &task, None, None, day, calendar.version(), &shares));
            }
        }
        if let Some((shown, _)) = fresh.iter().min_by_key(|(o, _)| (o.due_sort, o.id)) {
            task.occurrence_id = Some(shown.id);
            task.due_on = shown.due_on;
            task.due_sort = shown.due_sort;
        }
        task.audience = Audience::Overseers as i32;
        task.version = old.version + 1;
        task.updated_at = ask.now;
        task.updated_by = Some(ask.actor.user);
        tasks::store::update(conn, old, &task)?;
        journal::record(
            conn,
            ask,
            Change {
                kind: TASK,
                id: task.id,
                version: Some(task.version),
                owner: Some(task.owner_id),
                province: Some(task.province_id),
                action: "assign",
                reason: None,
            },
            Some(&TaskView::of(old, ask.today, vec![])?),
            Some(&TaskView::of(&task, ask.today, vec![])?),
        )?;
        for (occurrence, owed) in fresh {
            occurrences.push(occurrence);
            parts.extend(owed);
        }
    }
    store::insert(conn, &occurrences, &parts)?;
    grants.write(conn)?;
    Ok((occurrences, parts))
}

/// What the journal says of occurrences and parts that come into being under a plan in force: each has its own entry.
pub fn told(ask: &Ask, owner: Id, occurrences: &[Occurrence], parts: &[Part]) -> Result<Vec<journal::Entry>> {
    let change = |kind: &'static str, id: Id, province: Id, action: &'static str| Change {
        kind,
        id,
        version: Some(1),
        owner: Some(owner),
        province: Some(province),
        action,
        reason: None,
    };
    let mut entries = Vec::with_capacity(occurrences.len() + parts.len());
    for occurrence in occurrences {
        let shown = OccurrenceView::of(occurrence, None, ask.today, vec![])?;
        entries.push(journal::entry(ask, change(KIND, occurrence.id, occurrence.province_id, "open_occurrence"), NOTHING, Some(&shown))?);
    }
    for part in parts {
        let shown = PartEntry::of(part, ask.today)?;
        entries.push(journal::entry(ask, change(PART, part.id, part.province_id, "assign"), NOTHING, Some(&shown))?);
    }
    Ok(entries)
}

/// Opens the occurrences whose period has begun: a function of `now`, meant for the worker to call again until it answers
/// 0. Calling it twice opens nothing twice.
pub fn open_due(conn: &mut Conn, now: Stamp) -> Result<usize> {
    let ask = &Ask::internal(people::system_actor(), now);
    let calendar = calendars::current(conn)?;
    let waiting = tasks::store::to_open(conn, ask.today, BATCH)?;
    let ids: Vec<Id> = waiting.iter().map(|t| t.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let mut plans: Vec<Id> = waiting.iter().map(|t| t.plan_id).collect();
    plans.sort_unstable();
    plans.dedup();
    let plans: BTreeMap<Id, Plan> = crate::plans::store::find_many(conn, &plans)?.into_iter().map(|p| (p.id, p)).collect();
    let opened = store::opened(conn, &ids)?;
    let (mut occurrences, mut parts, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for task in &waiting {
        let plan = plans.get(&task.plan_id).ok_or_else(Error::not_found)?;
        let from = plan.tracked_from.or(plan.activated_on).unwrap_or(ask.today);
        let Some(frequency) = task.cadence.and_then(|c| c.frequency()) else { continue };
        let rule = task.rule()?;
        let counted = periods(frequency, rule.as_ref(), from, ask.today, &calendar);
        let (due, next) = match counted {
            Ok(counted) => counted,
            // A year without holidays is not guessed; the task waits for the calendar, and the others go on.
            Err(e) => {
                log::warn!("occurrences of {} cannot be opened: {e}", task.code);
                continue;
            }
        };
        let shares = assignees::shares(&task.assignees()?);
        for (period, day) in due {
            let word = period.to_string();
            if !opened.iter().any(|(t, p)| *t == task.id && p.as_deref() == Some(&word)) {
                let (occurrence, owed) = build(ask, task, Some(&period), None, day, calendar.version(), &shares);
                entries.extend(told(ask, task.owner_id, std::slice::from_ref(&occurrence), &owed)?);
                occurrences.push(occurrence);
                parts.extend(owed);
            }
        }
        tasks::store::set_opening(conn, task.id, next)?;
    }
    store::insert(conn, &occurrences, &parts)?;
    journal::record_all(conn, &entries)?;
    let mut touched: Vec<Id> = occurrences.iter().map(|o| o.task_id).collect();
    touched.dedup();
    for task in touched {
        tasks::store::repeat_earliest(conn, task)?;
    }
    Ok(occurrences.len())
}

/// Whether some occurrence is to open: one cheap look, for a worker that finds nothing most of the time.
pub fn is_due(conn: &mut Conn, now: Stamp) -> Result<bool> {
    Ok(!tasks::store::to_open(conn, now.day(), 1)?.is_empty())
}

/// Opens one occurrence of a task on occasion.
pub fn open_by_hand(conn: &mut Conn, ask: &Ask, task: &Task, title: String, due: Option<NaiveDate>) -> Result<Occurrence> {
    let calendar = calendars::current(conn)?;
    let shares = assignees::shares(&task.assignees()?);
    let (occurrence, parts) = build(ask, task, None, Some(title), due, calendar.version(), &shares);
    let opened = std::slice::from_ref(&occurrence);
    store::insert(conn, opened, &parts)?;
    journal::record_all(conn, &told(ask, task.owner_id, opened, &parts)?)?;
    tasks::store::repeat_earliest(conn, task.id)?;
    Ok(occurrence)
}
