//! What passes on: functions, people, groups, and everything open in the slices below.

use super::model::{ItemKind, Moved};
use crate::{
    ask::Ask,
    db::Conn,
    error::Result,
    id::Id,
    organizations::{Organization, functions, groups},
    people, plans, recommendations, reporting,
    statistics::jobs,
};
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};

/// One thing that an organisation with several successors passes to one of them.
#[derive(Debug, Clone)]
pub struct Item {
    pub kind: ItemKind,
    pub id: Id,
    pub title: String,
}

/// From whom to whom, and what: everything, or only some items.
#[derive(Debug)]
pub struct Move {
    pub from: Id,
    pub to: Id,
    pub only: Option<HashMap<ItemKind, HashSet<Id>>>,
}

impl Move {
    fn of(&self, kind: ItemKind) -> Option<HashSet<Id>> {
        self.only.as_ref().map(|all| all.get(&kind).cloned().unwrap_or_default())
    }
}

/// Everything of an organisation that has to go somewhere.
pub fn items(conn: &mut Conn, organization: &Organization, eve: NaiveDate) -> Result<Vec<Item>> {
    let mut all = Vec::new();
    let mut add = |kind: ItemKind, rows: Vec<(Id, String)>| all.extend(rows.into_iter().map(|(id, title)| Item { kind, id, title }));
    let held = functions::of_organization(conn, organization.id, eve)?;
    add(ItemKind::Function, held.into_iter().map(|g| (g.id, g.function.word().to_owned())).collect());
    add(ItemKind::User, people::of_organization(conn, organization.id, eve)?);
    let (plans, tasks) = plans::open_items(conn, organization.id)?;
    add(ItemKind::Plan, plans);
    add(ItemKind::Task, tasks);
    let (regimes, obligations) = reporting::open_items(conn, organization.id)?;
    add(ItemKind::Regime, regimes);
    add(ItemKind::Obligation, obligations);
    add(ItemKind::Recommendation, recommendations::open_items(conn, organization.id)?);
    Ok(all)
}

/// Makes the new province's groups of those of the old ones; groups with one code become one.
pub fn groups(conn: &mut Conn, ask: &Ask, provinces: &[Id], province: Id, successors: &HashMap<Id, Vec<Id>>) -> Result<i64> {
    let mut made: HashMap<String, groups::NewGroup> = HashMap::new();
    let mut order = Vec::new();
    for old in provinces {
        for (group, members) in groups::of_province(conn, *old)? {
            let new = made.entry(group.code.clone()).or_insert_with(|| {
                order.push(group.code.clone());
                groups::NewGroup {
                    province_id: province,
                    code: group.code.clone(),
                    name: group.name.clone(),
                    aliases: vec![],
                    members: None,
                    resolution: group.resolution,
                }
            });
            new.aliases.extend(group.aliases());
            new.aliases.sort();
            new.aliases.dedup();
            if group.named {
                let all = new.members.get_or_insert_default();
                all.extend(members.iter().flat_map(|m| successors.get(m).cloned().unwrap_or_default()));
                all.sort_unstable();
                all.dedup();
            }
        }
    }
    let mut count = 0;
    for code in order {
        if let Some(new) = made.remove(&code) {
            groups::add(conn, ask, new)?;
            count += 1;
        }
    }
    Ok(count)
}

/// Carries the moves out.
pub fn carry(conn: &mut Conn, ask: &Ask, moves: &[Move], day: NaiveDate, eve: NaiveDate, moved: &mut Moved) -> Result<()> {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    // Functions first: who is focal point or monitors decides who sees the rest.
    for m in moves {
        let only = m.of(ItemKind::Function);
        let there = functions::of_organization(conn, m.to, day)?;
        for grant in functions::of_organization(conn, m.from, eve)? {
            if only.as_ref().is_some_and(|ids| !ids.contains(&grant.id)) {
                continue;
            }
            functions::end(conn, ask, &grant, Some(eve))?;
            // Two predecessors with one function are one holder of it.
            if !there.iter().any(|t| t.function == grant.function && t.plan_id == grant.plan_id && t.regime_id == grant.regime_id) {
                let new = functions::NewGrant {
                    organization_id: m.to,
                    function: grant.function,
                    plan_id: grant.plan_id,
                    regime_id: grant.regime_id,
                    basis: grant.basis,
                    valid_from: Some(day),
                    valid_to: None,
                };
                functions::add(conn, ask, new)?;
            }
            moved.functions += 1;
        }
    }
    for m in moves {
        if m.only.is_none() {
            people::service_accounts::reassign(conn, ask, m.from, m.to)?;
        }
        moved.users += count(people::reassign(conn, ask, m.from, m.to, m.of(ItemKind::User).as_ref(), day, eve)?);
    }
    for m in moves {
        let chosen = m.only.as_ref().map(|_| {
            let mut ids = m.of(ItemKind::Plan).unwrap_or_default();
            ids.extend(m.of(ItemKind::Task).unwrap_or_default());
            ids
        });
        let done = plans::reassign(conn, ask, m.from, m.to, chosen.as_ref())?;
        moved.plans_and_tasks += count(done.plans + done.tasks);
    }
    for m in moves {
        let chosen = m.only.as_ref().map(|_| {
            let mut ids = m.of(ItemKind::Regime).unwrap_or_default();
            ids.extend(m.of(ItemKind::Obligation).unwrap_or_default());
            ids
        });
        moved.reporting += count(reporting::reassign(conn, ask, m.from, m.to, chosen.as_ref())?);
    }
    for m in moves {
        moved.recommendations += count(recommendations::reassign(conn, ask, m.from, m.to, m.of(ItemKind::Recommendation).as_ref())?);
    }
    Ok(())
}

/// Saved reports go with an only successor; of an organisation with several they end.
pub fn saved_reports(conn: &mut Conn, ask: &Ask, before: &[Organization], successors: &HashMap<Id, Vec<Id>>, eve: NaiveDate, moved: &mut Moved) -> Result<()> {
    let only = |(old, all): (&Id, &Vec<Id>)| if let [to] = all.as_slice() { Some((*old, *to)) } else { None };
    let heirs: HashMap<Id, Id> = successors.iter().filter_map(only).collect();
    for old in before {
        match heirs.get(&old.id) {
            Some(to) => moved.report_jobs += i64::try_from(jobs::reassign(conn, ask, old.id, *to, &heirs, eve)?).unwrap_or(i64::MAX),
            None => jobs::end(conn, ask, old.id)?,
        }
    }
    Ok(())
}
