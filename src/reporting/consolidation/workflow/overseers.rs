//! Who oversees what a regime's reports are about, and reads them once they are issued (RULES 1): overseers of the regime
//! and of its plan, else the province's, and whoever entrusted the plan. Overseers named later read what has been issued, as
//! those named before do; who is no overseer any more does not.

use crate::{
    authz::{self, Function, Relations},
    db::Conn,
    error::Result,
    id::Id,
    organizations::{
        functions::{self, Grant},
        provinces,
    },
    plans,
    reporting::{
        consolidation::{model::KIND, store},
        regimes::{self, Regime},
    },
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The regime, and its plan where it has one.
fn scope(regime: &Regime) -> Vec<Id> {
    [Some(regime.id), regime.plan_id].into_iter().flatten().collect()
}

/// Who oversees a regime of a province on a day.
pub(super) fn of(conn: &mut Conn, regime: &Regime, province: Id, day: NaiveDate) -> Result<BTreeSet<Id>> {
    let grants = functions::ever(conn, province, Function::Overseer)?;
    let mut all: BTreeSet<Id> = functions::for_scope(&grants, &scope(regime), day).into_iter().collect();
    let plan: Vec<Id> = regime.plan_id.into_iter().collect();
    all.extend(plans::entrusting(conn, &plan)?.into_values().flatten());
    Ok(all)
}

/// Sets anew who reads issued reports as an overseer, where a grant of that function began or ended.
pub fn refresh_overseers(conn: &mut Conn, grant: &Grant, day: NaiveDate) -> Result<()> {
    let provinces = provinces::with_predecessors(conn, grant.province_id)?;
    let grants = functions::ever(conn, grant.province_id, grant.function)?;
    let reports = store::issued_in(conn, &provinces)?;
    let ids: Vec<Id> = reports.iter().map(|(_, regime)| *regime).collect::<BTreeSet<_>>().into_iter().collect();
    let regimes: BTreeMap<Id, Regime> = regimes::find_many(conn, &ids)?.into_iter().map(|r| (r.id, r)).collect();
    let plans: Vec<Id> = regimes.values().filter_map(|r| r.plan_id).collect();
    let entrusting = plans::entrusting(conn, &plans)?;
    let sees = |regime: &Id, organization: Id| {
        regimes.get(regime).is_some_and(|regime| {
            functions::for_scope(&grants, &scope(regime), day).contains(&organization)
                || regime.plan_id.and_then(|plan| entrusting.get(&plan)).is_some_and(|issuers| issuers.contains(&organization))
        })
    };
    for organization in grants.iter().map(|g| g.organization_id).collect::<BTreeSet<Id>>() {
        let (open, closed): (Vec<_>, Vec<_>) = reports.iter().partition(|(_, regime)| sees(regime, organization));
        let ids = |some: Vec<&(Id, Id)>| some.into_iter().map(|(report, _)| *report).collect::<Vec<Id>>();
        authz::relate_many(conn, KIND, &ids(open), organization, Relations::OVERSEER, Relations::NONE)?;
        authz::relate_many(conn, KIND, &ids(closed), organization, Relations::NONE, Relations::OVERSEER)?;
    }
    Ok(())
}
