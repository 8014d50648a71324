//! Whom a task is given to, as its text says: organisations, groups, and words that nobody has resolved (RULES 9, 10).

use crate::{
    ask::Ask,
    db::Conn,
    error::{Fault, Result},
    id::Id,
    organizations::{self, named::Named},
    plans::parts::model::{TaskForm, TaskRole},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One assignee as given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssignee {
    /// A named agency; or else `group_id`, or else only the words in `raw`.
    pub organization_id: Option<Id>,
    pub group_id: Option<Id>,
    /// The words of the text.
    #[schema(min_length = 1, max_length = 1000, example = "các sở, ban, ngành")]
    pub raw: Option<String>,
    #[schema(example = "joint")]
    pub role: TaskRole,
    /// Whether completion waits for the part; default true, false in form `request`.
    pub required: Option<bool>,
    /// A due date of its own.
    pub due_on: Option<NaiveDate>,
    /// Members of the group that are not meant.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub exclude: Vec<Id>,
    /// Whether the text names it or somebody judged it.
    pub resolution: Option<organizations::groups::Resolution>,
}

/// One assignee as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Assignee {
    pub organization_id: Option<Id>,
    pub group_id: Option<Id>,
    /// The words of the text.
    pub raw: Option<String>,
    pub role: TaskRole,
    pub required: bool,
    pub due_on: Option<NaiveDate>,
    pub exclude: Vec<Id>,
    #[schema(inline)]
    pub resolution: organizations::groups::Resolution,
    /// The day its members were determined; null for open groups, which owe no part until the owner names members.
    pub expanded_on: Option<NaiveDate>,
    /// Its members on that day.
    pub members: Vec<Id>,
}

impl Assignee {
    /// An agency that the owner names beside those of the text.
    pub fn named(share: &Share) -> Self {
        Self {
            organization_id: Some(share.organization),
            group_id: None,
            raw: None,
            role: share.role,
            required: share.required,
            due_on: share.due_on,
            exclude: vec![],
            resolution: organizations::groups::Resolution::Judgement,
            expanded_on: None,
            members: vec![],
        }
    }
    /// The agencies that owe a part of it.
    pub fn agencies(&self) -> Vec<Id> {
        self.organization_id.into_iter().chain(self.members.iter().copied()).collect()
    }
}

/// One agency's share in a task, once every assignee is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub organization: Id,
    pub group: Option<Id>,
    pub role: TaskRole,
    pub required: bool,
    pub due_on: Option<NaiveDate>,
}

/// Checks assignees and fills in what is by default. They may be of the province that has taken over from the task's.
pub fn accept(conn: &mut Conn, ask: &Ask, province: Id, form: TaskForm, given: Vec<NewAssignee>, faults: &mut Vec<Fault>) -> Result<Vec<Assignee>> {
    let mut ids: Vec<Id> = given.iter().flat_map(|a| a.organization_id.into_iter().chain(a.exclude.iter().copied())).collect();
    ids.sort_unstable();
    ids.dedup();
    let named = Named::read(conn, ask, province, &ids)?;
    let groups = organizations::groups::provinces_of(conn, &given.iter().filter_map(|a| a.group_id).collect::<Vec<_>>())?;
    let group_is_here = |id: Id| groups.get(&id).is_some_and(|province| named.is_here(*province));
    let mut seen: Vec<Id> = Vec::new();
    let mut all = Vec::new();
    for (at, a) in given.into_iter().enumerate() {
        let place = format!("/assignees/{at}");
        if a.organization_id.is_some() && a.group_id.is_some() {
            faults.push(Fault::at(&place, "one_of", "Chọn cơ quan hoặc nhóm, không cả hai.", "Name an organisation or a group, not both."));
        }
        if a.organization_id.is_none() && a.group_id.is_none() && a.raw.is_none() {
            faults.push(Fault::at(
                &place,
                "required",
                "Hãy nêu cơ quan, nhóm hoặc chữ của văn bản.",
                "Name an organisation, a group or the words of the text.",
            ));
        }
        faults.extend(a.organization_id.and_then(|id| named.fault(&place, id)));
        // Who has ended may well be left out: its successors are not meant then either.
        if a.exclude.iter().any(|id| named.find(*id).is_none()) || a.group_id.is_some_and(|id| !group_is_here(id)) {
            faults.push(Fault::at(
                &place,
                "unknown_reference",
                "Cơ quan hoặc nhóm không thuộc tỉnh này.",
                "The organisation or group is not of this province.",
            ));
        }
        if let Some(id) = a.organization_id {
            if seen.contains(&id) {
                faults.push(Fault::at(&place, "twice", "Cơ quan này đã được nêu.", "This organisation is named already."));
            }
            seen.push(id);
        }
        all.push(Assignee {
            organization_id: a.organization_id,
            group_id: a.group_id,
            raw: a.raw,
            role: a.role,
            required: a.required.unwrap_or(form != TaskForm::Request),
            due_on: a.due_on,
            exclude: a.exclude,
            resolution: a.resolution.unwrap_or(organizations::groups::Resolution::Text),
            expanded_on: None,
            members: vec![],
        });
    }
    Ok(all)
}

/// Determines the members of every group on a day. `known` keeps what was looked up, for the next task of the plan.
pub fn expand(conn: &mut Conn, assignees: &mut [Assignee], day: NaiveDate, known: &mut BTreeMap<Id, Option<Vec<Id>>>) -> Result<()> {
    for assignee in assignees {
        let Some(group) = assignee.group_id else { continue };
        let members = match known.get(&group) {
            Some(members) => members.clone(),
            None => known.entry(group).or_insert(organizations::groups::resolve(conn, group, day)?).clone(),
        };
        if let Some(members) = members {
            // Who took over from one that is not meant is not meant either.
            let mut exclude = assignee.exclude.clone();
            if !exclude.is_empty() {
                exclude.extend(organizations::store::around(conn, &assignee.exclude)?.into_values().flat_map(|a| a.successors));
            }
            assignee.expanded_on = Some(day);
            assignee.members = members.into_iter().filter(|m| !exclude.contains(m)).collect();
        }
    }
    Ok(())
}

/// One entry an agency: of two that have come to name the same, the weightier stays, required if either is.
pub fn once(all: &mut Vec<Assignee>) {
    let mut kept: Vec<Assignee> = Vec::with_capacity(all.len());
    for a in all.drain(..) {
        let Some(held) = kept.iter_mut().find(|k| a.organization_id.is_some() && k.organization_id == a.organization_id) else {
            kept.push(a);
            continue;
        };
        let required = held.required || a.required;
        if a.role < held.role {
            *held = a;
        }
        held.required = required;
    }
    *all = kept;
}

/// One share an agency: named itself it has the role it is named for, whatever group it is also in; else the strongest.
pub fn shares(assignees: &[Assignee]) -> Vec<Share> {
    let mut shares: BTreeMap<Id, Share> = BTreeMap::new();
    let named = assignees.iter().filter(|a| a.organization_id.is_some());
    let grouped = assignees.iter().filter(|a| a.organization_id.is_none());
    for a in named.chain(grouped) {
        for organization in a.agencies() {
            let share = Share { organization, group: a.group_id, role: a.role, required: a.required, due_on: a.due_on };
            let held = shares.entry(organization).or_insert_with(|| share.clone());
            if held.group.is_some() && share.role < held.role {
                *held = share;
            }
        }
    }
    shares.into_values().collect()
}

/// Whether anybody leads; a lead is never made up.
pub fn has_lead(assignees: &[Assignee]) -> bool {
    assignees.iter().any(|a| a.role == TaskRole::Lead && !a.agencies().is_empty())
}
