//! Overseers named later read what has been issued, as those named before do; who is no overseer any more does not.

use crate::{
    authz::{self, Relations},
    db::Conn,
    error::Result,
    id::Id,
    organizations::{
        functions::{self, Grant},
        provinces,
    },
    reporting::{
        consolidation::{model::KIND, store},
        regimes,
    },
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Sets anew who reads issued reports as an overseer, where a grant of that function began or ended.
pub fn refresh_overseers(conn: &mut Conn, grant: &Grant, day: NaiveDate) -> Result<()> {
    let provinces = provinces::with_predecessors(conn, grant.province_id)?;
    let grants = functions::ever(conn, grant.province_id, grant.function)?;
    let reports = store::issued_in(conn, &provinces)?;
    let regimes: Vec<Id> = reports.iter().map(|(_, regime)| *regime).collect::<BTreeSet<_>>().into_iter().collect();
    let scopes: BTreeMap<Id, Id> = regimes::find_many(conn, &regimes)?.into_iter().map(|r| (r.id, r.plan_id.unwrap_or(r.id))).collect();
    for organization in grants.iter().map(|g| g.organization_id).collect::<BTreeSet<Id>>() {
        let sees = |regime: &Id| scopes.get(regime).is_some_and(|scope| functions::for_scope(&grants, *scope, day).contains(&organization));
        let (open, closed): (Vec<_>, Vec<_>) = reports.iter().partition(|(_, regime)| sees(regime));
        let ids = |some: Vec<&(Id, Id)>| some.into_iter().map(|(report, _)| *report).collect::<Vec<Id>>();
        authz::relate_many(conn, KIND, &ids(open), organization, Relations::OVERSEER, Relations::NONE)?;
        authz::relate_many(conn, KIND, &ids(closed), organization, Relations::NONE, Relations::OVERSEER)?;
    }
    Ok(())
}
