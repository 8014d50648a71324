//! The plan of a reading: the issuer's with every duty, or a receiver's own with those duties that are its own.

use super::{
    super::{
        kinds::ReadingProposalKind as Kind,
        values::{ReadAgency, ReadDuty},
    },
    Answers, Held, Made, Part, Settled,
    paper::Paper,
};
use crate::{
    ask::Ask,
    db::Conn,
    error::{Fault, Result, all_well, under},
    id::Id,
    organizations::{
        self,
        groups::{self, Resolution},
    },
    plans::{
        self, NewPlan, NewTask, Origin,
        parts::model::{TaskForm, TaskRole},
        tasks::{self, assignees::NewAssignee},
    },
};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The organisation with its units, and the members of the province's groups.
struct Ourselves {
    own: Vec<Id>,
    members: HashMap<Id, Vec<Id>>,
}

impl Ourselves {
    fn find(conn: &mut Conn, owner: Id, province: Id) -> Result<Self> {
        let mut own = vec![owner];
        own.extend(organizations::units(conn, owner)?);
        Ok(Self { own, members: groups::of_province(conn, province)?.into_iter().map(|(g, members)| (g.id, members)).collect() })
    }

    /// Of an agency that has a duty: what of it we are. A group of our units alone stays one; of others we are a member.
    fn of(&self, agency: &ReadAgency) -> Vec<Settled> {
        let settled = |organization: Option<Id>, group: Option<Id>| Settled { organization, group, words: agency.name.clone() };
        if let Some(id) = agency.organization_id {
            return self.own.contains(&id).then(|| settled(Some(id), None)).into_iter().collect();
        }
        let Some((group, members)) = agency.group_id.and_then(|id| Some((id, self.members.get(&id)?))) else { return vec![] };
        if !members.is_empty() && members.iter().all(|m| self.own.contains(m)) {
            return vec![settled(None, Some(group))];
        }
        match self.own.first().filter(|own| members.contains(own)) {
            Some(own) => vec![settled(Some(*own), None)],
            None => members.iter().filter(|m| self.own.contains(m)).map(|m| settled(Some(*m), None)).collect(),
        }
    }
}

/// Makes the plan, where there is anything to do.
pub fn make(conn: &mut Conn, ask: &Ask, part: &Part<'_>, answers: &Answers, paper: &Paper, made: &mut Made) -> Result<Option<Id>> {
    let (owner, province) = (part.reading.owner_id, part.reading.province_id);
    let ourselves = if paper.is_own { None } else { Some(Ourselves::find(conn, owner, province)?) };
    let mut faults = Vec::new();
    let mut duties: Vec<(&Held, &ReadDuty, Vec<Settled>)> = Vec::new();
    for held in part.all(Kind::Duty) {
        let Some(duty) = &held.value.duty else { continue };
        let named = duty.agencies.as_deref().unwrap_or_default();
        let who: Vec<Settled> = match &ourselves {
            None => named.iter().map(|a| answers.settle(a, held, &mut faults)).collect(),
            Some(ourselves) => {
                let ours: Vec<Settled> = named.iter().map(|a| answers.settle_quietly(a)).flat_map(|a| ourselves.of(&a)).collect();
                // Somebody else's duty is none of ours.
                if ours.is_empty() {
                    continue;
                }
                ours
            }
        };
        duties.push((held, duty, who));
    }
    // In the plan of a receiver other bodies stay words: it is not theirs to see.
    let through = if paper.is_own { through(&duties, answers, &mut faults) } else { vec![None; duties.len()] };
    all_well(faults)?;
    if duties.is_empty() {
        return Ok(None);
    }
    let new = NewPlan { title: paper.title.clone(), document_id: Some(paper.id), owner_id: None, owner_basis: None, tracked_from: None };
    let origin = Origin { seed_key: None, source: Some(source(part, paper)) };
    let plan = under(plans::add_plan(conn, ask, province, owner, new, origin), &format!("/documents/{}", part.number))?;
    let whole = [Kind::Summary, Kind::GeneralTask, Kind::IssueChannel];
    let beside = if paper.is_own { part.of(&whole) } else { part.of(&whole[..1]) };
    made.note(&beside, plans::model::KIND, "plans", plan.id);
    for ((held, duty, who), through) in duties.into_iter().zip(through) {
        let mut new = task(plan.id, duty, who, through);
        if !paper.is_own {
            new.approver_id = new.approver_id.filter(|id| new.assignees.iter().any(|a| a.organization_id == Some(*id)) || *id == owner);
            if new.form == TaskForm::Through {
                new.form = TaskForm::Assign;
            }
        }
        let origin = Origin { seed_key: None, source: Some(came_from(part, held, duty)) };
        let task = under(plans::add_task(conn, ask, &plan, new, origin), &held.pointer)?;
        made.note(&[held], tasks::model::KIND, "tasks", task.id);
    }
    Ok(Some(plan.id))
}

impl Answers {
    /// The agency with what people have said of it, without a fault where they have not.
    fn settle_quietly(&self, agency: &ReadAgency) -> ReadAgency {
        let known = self.0.get(&crate::text::fold(agency.name.as_deref().unwrap_or_default())).and_then(|(settled, _)| settled.as_ref());
        let open = agency.is_new == Some(true) && agency.organization_id.is_none() && agency.group_id.is_none();
        match known.filter(|_| open) {
            Some(s) => ReadAgency { organization_id: s.organization, group_id: s.group, ..agency.clone() },
            None => agency.clone(),
        }
    }
}

/// The bodies through which duties are given; what is given through nobody known cannot be made so.
fn through(duties: &[(&Held, &ReadDuty, Vec<Settled>)], answers: &Answers, faults: &mut Vec<Fault>) -> Vec<Option<Id>> {
    let mut all = Vec::new();
    for (held, duty, _) in duties {
        let wanted = duty.through.as_ref().filter(|_| duty.form == Some(TaskForm::Through));
        let before = faults.len();
        let body = wanted.and_then(|a| answers.settle(a, held, faults).organization);
        if duty.form == Some(TaskForm::Through) && body.is_none() && faults.len() == before && !faults.iter().any(|f| f.code == "unresolved_agency") {
            let at = format!("{}/value/duty/through", held.pointer);
            faults.push(Fault::at(at, "unresolved_agency", "Nêu cơ quan mà nhiệm vụ đi qua.", "Name the body through which the duty is given."));
        }
        all.push(body);
    }
    all
}

fn task(plan: Id, duty: &ReadDuty, who: Vec<Settled>, through_id: Option<Id>) -> NewTask {
    let mut assignees: Vec<NewAssignee> = Vec::new();
    for settled in who {
        // Two names of one agency are one assignee.
        let twice =
            |a: &NewAssignee| (a.organization_id.is_some() || a.group_id.is_some()) && (a.organization_id, a.group_id) == (settled.organization, settled.group);
        if assignees.iter().any(twice) {
            continue;
        }
        assignees.push(NewAssignee {
            organization_id: settled.organization,
            group_id: settled.group,
            raw: settled.words,
            role: duty.role.unwrap_or(TaskRole::Joint),
            required: None,
            due_on: None,
            exclude: vec![],
            resolution: Some(Resolution::Text),
        });
    }
    NewTask {
        plan_id: plan,
        parent_id: None,
        place: duty.place.clone(),
        reference: duty.place_alt.clone(),
        content: duty.content.clone().unwrap_or_default(),
        source_text: None,
        form: duty.form.unwrap_or(TaskForm::Assign),
        role_word: duty.role_word.clone(),
        product: duty.product.clone(),
        approver_id: duty.approver.as_ref().and_then(|a| a.organization_id),
        through_id,
        cadence: duty.cadence,
        due_on: None,
        due_rule: duty.due_rule.clone(),
        assignees,
        partners_raw: duty.partners.iter().flatten().filter_map(|a| a.name.clone()).collect(),
    }
}

/// Where a task comes from, to be read with the task.
fn came_from(part: &Part<'_>, held: &Held, duty: &ReadDuty) -> Value {
    let name = |a: &Option<ReadAgency>| a.as_ref().and_then(|a| a.name.clone());
    json!({
        "reading": { "reading_id": part.reading.id, "proposal_id": held.id, "document": part.number, "spans": held.spans },
        "cadence_vi": duty.cadence_words,
        "approver_raw": name(&duty.approver),
        "through_raw": name(&duty.through),
        "send_to_raw": name(&duty.receiver),
    })
}

/// Where a plan comes from, and what the text says beyond its duties.
fn source(part: &Part<'_>, paper: &Paper) -> Value {
    let mut source = json!({ "reading": { "reading_id": part.reading.id, "document": part.number } });
    if paper.is_own {
        let general: Vec<_> = part.all(Kind::GeneralTask).filter_map(|h| h.value.general.as_ref()).collect();
        source["general_tasks"] = json!(general);
        source["issue_channel"] = json!(part.one(Kind::IssueChannel).and_then(|h| h.value.channel.as_ref()));
    }
    source
}
