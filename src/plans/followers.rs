//! Who follows a plan by function (monitoring office, focal point, overseer), from the day on which the function is held
//! until the day on which it is not (RULES 1), also where that day comes after the plan's activation.

use super::{
    model::{KIND as PLAN, Plan},
    store,
    tasks::model::KIND as TASK,
    urgings::{self, model::KIND as URGING},
};
use crate::{
    ask::Ask,
    authz::{self, Function, Relations},
    db::Conn,
    error::Result,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations::{
        self,
        functions::{self, Grant},
        provinces,
    },
};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the journal calls it when a plan's followers change; such an entry tells nothing of the plan itself.
pub const FOLLOWED: &str = "follow";

/// What a function makes its holder to a plan and its tasks.
const FOLLOWS: [(Function, Relations); 3] =
    [(Function::MonitoringOffice, Relations::MONITOR), (Function::FocalPoint, Relations::FOCAL), (Function::Overseer, Relations::OVERSEER)];

/// Who follows a plan on a day, and as what: its owner, an issuer who entrusted it, and the holders of functions.
pub fn of(conn: &mut Conn, plan: &Plan, day: NaiveDate) -> Result<Vec<(Id, Relations)>> {
    let mut all = vec![(plan.owner_id, Relations::OWNER)];
    if plan.issuer_id != plan.owner_id {
        all.push((plan.issuer_id, Relations::OVERSEER));
    }
    let province = provinces::today_of(conn, plan.province_id)?;
    for (function, bits) in FOLLOWS {
        let holders = functions::holders(conn, province, function, Some(plan.id), day)?;
        all.extend(holders.into_iter().map(|holder| (holder, bits)));
    }
    Ok(all)
}

/// Who oversees plans because it entrusted them to another body: the issuer, and who has taken over from it since. A plan
/// that went to the issuer's successor was entrusted to nobody.
pub fn entrusting(conn: &mut Conn, plans: &[Id]) -> Result<BTreeMap<Id, Vec<Id>>> {
    let plans: Vec<Plan> = store::find_many(conn, plans)?.into_iter().filter(|p| p.issuer_id != p.owner_id).collect();
    let issuers: Vec<Id> = plans.iter().map(|p| p.issuer_id).collect();
    let lines = organizations::store::around(conn, &issuers)?;
    let mut all = BTreeMap::new();
    for plan in plans {
        let mut issuers = lines.get(&plan.issuer_id).map(|line| line.successors.clone()).unwrap_or_default();
        if !issuers.contains(&plan.owner_id) {
            issuers.push(plan.issuer_id);
            all.insert(plan.id, issuers);
        }
    }
    Ok(all)
}

/// What the journal says of a plan whose followers change.
#[derive(Serialize)]
struct Following {
    function: Function,
    followers: Vec<Follower>,
}

#[derive(Serialize)]
struct Follower {
    organization_id: Id,
    follows: bool,
}

/// What stands under a plan and is seen with it.
#[derive(Default)]
struct Under {
    tasks: Vec<Id>,
    urgings: Vec<Id>,
}

/// Sets anew who follows plans by the function of a grant: the plan that it names, else every plan of the province that
/// has been in force. Whoever never held the function keeps what it is to the plan for another reason.
pub fn refresh(conn: &mut Conn, ask: &Ask, grant: &Grant) -> Result<()> {
    let Some((function, bit)) = FOLLOWS.into_iter().find(|(f, _)| *f == grant.function) else { return Ok(()) };
    if grant.regime_id.is_some() {
        return Ok(());
    }
    let provinces = provinces::with_predecessors(conn, grant.province_id)?;
    let plans = store::followed(conn, &provinces, grant.plan_id)?;
    let ids: Vec<Id> = plans.iter().map(|p| p.id).collect();
    let grants = functions::ever(conn, grant.province_id, function)?;
    let mut records: BTreeMap<Id, Under> = BTreeMap::new();
    for (task, plan) in store::tasks_in_force(conn, &ids)? {
        records.entry(plan).or_default().tasks.push(task);
    }
    for (urging, plan) in urgings::store::of_plans(conn, &ids)? {
        if let Some(plan) = plan {
            records.entry(plan).or_default().urgings.push(urging);
        }
    }
    let issuers: Vec<Id> = plans.iter().map(|p| p.issuer_id).collect();
    let lines = organizations::store::around(conn, &issuers)?;
    let former: BTreeSet<Id> = grants.iter().map(|g| g.organization_id).collect();
    let mut changed: BTreeMap<Id, Vec<Follower>> = BTreeMap::new();
    for organization in former {
        let mut moves: BTreeMap<bool, Vec<&Plan>> = BTreeMap::new();
        for plan in &plans {
            let holds = functions::for_scope(&grants, &[plan.id], ask.today).contains(&organization);
            let after_issuer = || lines.get(&plan.issuer_id).is_some_and(|l| l.successors.contains(&organization));
            let entrusted = function == Function::Overseer && plan.issuer_id != plan.owner_id && (plan.issuer_id == organization || after_issuer());
            moves.entry(holds || entrusted).or_default().push(plan);
        }
        for (follows, plans) in moves {
            let (add, remove) = if follows { (bit, Relations::NONE) } else { (Relations::NONE, bit) };
            let of = |pick: fn(&Under) -> &Vec<Id>| plans.iter().filter_map(|p| records.get(&p.id)).flat_map(pick).copied().collect::<Vec<_>>();
            let (tasks, urgings) = (of(|under| &under.tasks), of(|under| &under.urgings));
            let own: Vec<Id> = plans.iter().map(|p| p.id).collect();
            let held = authz::relations_to(conn, PLAN, &own, organization)?;
            authz::relate_many(conn, PLAN, &own, organization, add, remove)?;
            authz::relate_many(conn, TASK, &tasks, organization, add, remove)?;
            // Who owns the plan reads its urgings as who monitors does; an overseer reads none.
            if bit != Relations::OVERSEER && !plans.iter().any(|p| p.owner_id == organization && !follows) {
                authz::relate_many(conn, URGING, &urgings, organization, add, remove)?;
            }
            for plan in plans.iter().filter(|p| held.get(&p.id).is_some_and(|h| h.any(bit)) != follows) {
                changed.entry(plan.id).or_default().push(Follower { organization_id: organization, follows });
            }
        }
    }
    for plan in &plans {
        let Some(followers) = changed.remove(&plan.id) else { continue };
        let change = Change {
            kind: PLAN,
            id: plan.id,
            version: Some(plan.version),
            owner: Some(plan.owner_id),
            province: Some(plan.province_id),
            action: FOLLOWED,
            reason: grant.basis.as_deref(),
        };
        journal::record(conn, ask, change, NOTHING, Some(&Following { function, followers }))?;
    }
    Ok(())
}
