//! The progress of tasks by agency and plan.

use super::{narrow, rate};
use crate::{
    db::Conn,
    error::Result,
    id::Id,
    plans::{
        AgencyProgress, PartFacts, PlanState,
        model::NEVER,
        occurrences::model::TaskState,
        parts::model::{PartState, TaskRole},
    },
    statistics::{
        model::{Cut, ReportFilter, TARGET, TaskProgressReport, TaskProgressRow},
        rewind::{Rewind, Was},
        store::{self, Names, PartRow, Sight},
    },
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, btree_map::Entry};

/// Records that these figures rest on, as the journal names them.
pub const KINDS: &[&str] = &["task_part", "task_occurrence", "urging", "plan", "organization"];

/// A part as the journal shows it.
#[derive(Debug, Deserialize)]
struct PartThen {
    organization_id: Id,
    role: TaskRole,
    state: PartState,
    due_on: Option<NaiveDate>,
    /// The last day in force; entries from before 29/11/2026 do not name it.
    #[serde(default, deserialize_with = "crate::http::clearable")]
    effective_day: Option<Option<NaiveDate>>,
    done_on: Option<NaiveDate>,
    on_time: Option<bool>,
}

/// An occurrence as the journal shows it.
#[derive(Debug, Deserialize)]
struct OccurrenceThen {
    state: TaskState,
}

/// A plan as the journal shows it.
#[derive(Debug, Deserialize)]
struct PlanThen {
    code: String,
    title: String,
    state: PlanState,
}

/// What a part was: none where it did not exist. Whatever is done to its occurrence, the part's own entry says what became
/// of the part. Whether it was there yet is told by the entry with which it came into being, or by that of its plan; the
/// moment of its making only stands for parts that have neither, made before 29/11/2026.
fn then(row: &PartRow, rewind: &Rewind, cut: &Cut) -> Result<Option<(Id, PartFacts)>> {
    if row.created_at > cut.moment {
        return Ok(None);
    }
    let of_occurrence = match rewind.of::<OccurrenceThen>("task_occurrence", row.occurrence)? {
        Was::Nothing => return Ok(None),
        Was::Same => row.of_occurrence,
        Was::Changed(was) => was.state,
    };
    let facts = PartFacts {
        role: row.role,
        form: row.form,
        state: row.state,
        due: row.due_sort,
        done_on: row.done_on,
        on_time: row.on_time,
        of_occurrence,
        // The state is that of the day itself.
        ended_on: None,
    };
    Ok(match rewind.of::<PartThen>("task_part", row.part)? {
        Was::Nothing => None,
        Was::Same => Some((row.organization, facts)),
        Was::Changed(was) => {
            let due = was.effective_day.map_or(was.due_on.unwrap_or(row.due_sort), |day| day.unwrap_or(NEVER));
            Some((was.organization_id, PartFacts { role: was.role, state: was.state, due, done_on: was.done_on, on_time: was.on_time, ..facts }))
        }
    })
}

/// Figures by agency and plan.
#[derive(Debug, Default)]
pub struct Tally(BTreeMap<(Id, Id), AgencyProgress>);

impl Tally {
    /// Figures by agency, over all plans.
    pub fn by_agency(&self) -> BTreeMap<Id, (i64, i64, i64)> {
        let mut all: BTreeMap<Id, (i64, i64, i64)> = BTreeMap::new();
        for ((organization, _), row) in &self.0 {
            let sum = all.entry(*organization).or_default();
            *sum = (sum.0 + row.on_time, sum.1 + row.late, sum.2 + row.urged);
        }
        all
    }
}

/// Plans by id: code, title, state; none where it was not in force yet.
type Plans = BTreeMap<Id, Option<(String, String, PlanState)>>;

/// Counts parts and urgings: two statements.
pub fn tally(conn: &mut Conn, sight: &Sight, filter: &ReportFilter, cut: &Cut, rewind: &Rewind) -> Result<(Tally, Plans)> {
    let narrow = narrow(filter)?;
    let last = narrow.to.map_or(cut.as_of, |to| to.min(cut.as_of));
    let mut all: BTreeMap<(Id, Id), AgencyProgress> = BTreeMap::new();
    let mut plans = Plans::new();
    // Of days that lie ahead nothing is known but what was still open.
    let ahead = narrow.from.is_some_and(|from| from > cut.as_of);
    for row in store::parts_open(conn, sight, &narrow, last, cut.as_of)? {
        let Some((organization, facts)) = then(&row, rewind, cut)?.filter(|(_, facts)| !ahead || !facts.of_occurrence.is_ended()) else { continue };
        let plan = match plans.entry(row.plan.0) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(match rewind.of::<PlanThen>("plan", row.plan.0)? {
                // Occurrences and parts that a plan opens when it is put in force have no entries of their own.
                Was::Nothing => None,
                Was::Changed(was) => Some((was.code, was.title, was.state)).filter(|(.., state)| *state != PlanState::Draft),
                Was::Same => Some((row.plan.1.clone(), row.plan.2.clone(), row.plan.3)),
            }),
        };
        if plan.is_some() {
            all.entry((organization, row.plan.0)).or_default().count(&facts, cut.as_of);
        }
    }
    for (urging, organization, plan) in store::urged_for_tasks(conn, sight, &narrow, last)? {
        if let Some(row) = all.get_mut(&(organization, plan)).filter(|_| rewind.existed("urging", urging)) {
            row.urged += 1;
        }
    }
    Ok((Tally(all), plans))
}

/// The report: a row for each agency and plan, by agency's code and plan's code.
pub fn report(conn: &mut Conn, sight: &Sight, provinces: &[Id], filter: &ReportFilter, cut: &Cut) -> Result<TaskProgressReport> {
    let rewind = Rewind::read(conn, provinces, KINDS, cut.seq)?;
    let (Tally(all), plans) = tally(conn, sight, filter, cut, &rewind)?;
    let names = Names::read(conn, all.keys().map(|(organization, _)| *organization), &rewind)?;
    let mut items = Vec::with_capacity(all.len());
    for ((organization, plan), p) in all {
        let called = names.of(organization);
        let (plan_code, plan_title, plan_state) = plans.get(&plan).cloned().flatten().unwrap_or((String::new(), String::new(), PlanState::Active));
        let decided = p.on_time + p.late;
        items.push(TaskProgressRow {
            organization_id: organization,
            organization_code: called.code,
            organization_name: called.name,
            plan_id: plan,
            plan_code,
            plan_title,
            plan_state,
            assigned: p.assigned,
            on_time: p.on_time,
            late: p.late,
            no_deadline: p.no_deadline,
            awaiting: p.awaiting,
            running: p.running,
            overdue: p.overdue,
            waived: p.waived,
            leading: p.leading,
            requested: p.requested,
            requested_done: p.requested_done,
            urged: p.urged,
            on_time_rate: rate(p.on_time, decided)?,
            below_target: (decided > 0).then_some(p.on_time * 100 < decided * TARGET),
        });
    }
    items.sort_by(|a, b| {
        (&a.organization_code, a.organization_id, &a.plan_code, a.plan_id).cmp(&(&b.organization_code, b.organization_id, &b.plan_code, b.plan_id))
    });
    Ok(TaskProgressReport::new(cut, filter, items))
}
