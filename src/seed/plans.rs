//! The plans of a province file: every duty a task, a lead never made up, the verbatim facts kept beside it.

use super::load::{Keys, due, named};
use crate::{
    ask::Ask,
    authz::Function,
    db::Conn,
    error::{Error, Result},
    id::Id,
    organizations::{
        functions,
        groups::{self, Resolution},
    },
    plans::{
        self, NewPlan, NewTask, Origin, PlanState,
        parts::model::{TaskForm, TaskRole},
        tasks::{assignees::NewAssignee, model::Cadence},
    },
};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A plan of the file.
#[derive(Debug, Deserialize)]
pub struct FollowUp {
    key: String,
    document: Option<String>,
    title: String,
    owner: String,
    owner_basis: Option<String>,
    tracked_from: Option<NaiveDate>,
    tasks: Vec<Duty>,
    /// What the file says beyond that: general tasks, roles, what was cut off.
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Duty {
    duty_id: String,
    place: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    content: String,
    source_text: Option<String>,
    form: TaskForm,
    role_word: Option<String>,
    through: Option<String>,
    #[serde(default)]
    assignees: Vec<Assignee>,
    #[serde(default)]
    partners_raw: Vec<String>,
    cadence: Option<Cadence>,
    due: Option<Value>,
    product: Option<String>,
    approver: Option<String>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Assignee {
    organization: Option<String>,
    group: Option<String>,
    raw: Option<String>,
    role: TaskRole,
    resolution: Option<Resolution>,
    #[serde(default)]
    exclude: Vec<String>,
}

/// A function that is given for one plan of the file.
#[derive(Debug)]
pub struct PlanFunction<'a> {
    /// The plan's key.
    pub plan: &'a str,
    /// Key of the organisation.
    pub organization: &'a str,
    /// The function.
    pub function: Function,
    /// Place in the text, or `judgement`.
    pub basis: Option<&'a str>,
}

/// Loads the plans, grants their functions and puts them in force; what is there already stays as it is.
pub fn load(conn: &mut Conn, ask: &Ask, province: Id, keys: &Keys, texts: &Keys, granted: &[PlanFunction<'_>], all: &[FollowUp]) -> Result<Keys> {
    let mut loaded = Keys::new();
    for p in all {
        // A text that is not issued yet on the day of loading gives no duties yet.
        if p.document.as_ref().is_some_and(|key| !texts.contains_key(key)) {
            continue;
        }
        let plan = match plans::by_seed_key(conn, province, &p.key)? {
            Some(known) => known,
            None => {
                let document = p.document.as_ref().and_then(|key| texts.get(key)).copied();
                let issuer = match document {
                    Some(id) => crate::documents::find(conn, id)?.issuer_id,
                    None => None,
                };
                let owner = named(keys, &p.owner)?;
                let new = NewPlan {
                    title: p.title.clone(),
                    document_id: document,
                    owner_id: Some(owner),
                    owner_basis: p.owner_basis.clone(),
                    tracked_from: p.tracked_from,
                };
                let origin = Origin { seed_key: Some(p.key.clone()), source: Some(Value::Object(p.more.clone())) };
                plans::add_plan(conn, ask, province, issuer.unwrap_or(owner), new, origin)?
            }
        };
        loaded.insert(p.key.clone(), plan.id);
        if plan.state != PlanState::Draft {
            continue;
        }
        for f in granted.iter().filter(|f| f.plan == p.key) {
            let new = functions::NewGrant {
                organization_id: named(keys, f.organization)?,
                function: f.function,
                plan_id: Some(plan.id),
                regime_id: None,
                basis: f.basis.map(str::to_owned),
                valid_from: None,
                valid_to: None,
            };
            functions::add(conn, ask, new)?;
        }
        for duty in &p.tasks {
            if plans::task_by_seed_key(conn, plan.id, &duty.duty_id)?.is_none() {
                let new = task(conn, province, keys, plan.id, duty)?;
                let origin = Origin { seed_key: Some(duty.duty_id.clone()), source: Some(Value::Object(duty.more.clone())) };
                plans::add_task(conn, ask, &plan, new, origin)?;
            }
        }
        let plan = plans::find(conn, plan.id)?;
        plans::activate(conn, ask, &plan)?;
    }
    Ok(loaded)
}

/// The group that a code of the file names.
fn group(conn: &mut Conn, province: Id, code: Option<&str>) -> Result<Option<Id>> {
    let Some(code) = code else { return Ok(None) };
    let group = groups::by_code(conn, province, code)?;
    group.map(|g| Some(g.id)).ok_or_else(|| Error::internal(format!("the province file names an unknown group: {code}")))
}

fn task(conn: &mut Conn, province: Id, keys: &Keys, plan: Id, duty: &Duty) -> Result<NewTask> {
    let find = |key: &Option<String>| key.as_deref().map(|k| named(keys, k)).transpose();
    let mut assignees = Vec::new();
    for a in &duty.assignees {
        assignees.push(NewAssignee {
            organization_id: find(&a.organization)?,
            group_id: group(conn, province, a.group.as_deref())?,
            raw: a.raw.clone(),
            role: a.role,
            required: None,
            due_on: None,
            exclude: a.exclude.iter().map(|key| named(keys, key)).collect::<Result<_>>()?,
            resolution: a.resolution,
        });
    }
    Ok(NewTask {
        plan_id: plan,
        parent_id: None,
        place: duty.place.clone(),
        reference: duty.reference.clone(),
        content: duty.content.clone(),
        source_text: duty.source_text.clone(),
        form: duty.form,
        role_word: duty.role_word.clone(),
        product: duty.product.clone(),
        approver_id: find(&duty.approver)?,
        through_id: find(&duty.through)?,
        cadence: duty.cadence,
        due_on: None,
        due_rule: duty.due.clone().map(due).transpose()?,
        assignees,
        partners_raw: duty.partners_raw.clone(),
    })
}
