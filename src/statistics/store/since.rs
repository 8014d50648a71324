//! Where the records are that somebody saw before a merger: what was open has passed to successors, and may bear their
//! province (RULES 18).

use super::Sight;
use crate::{
    db::Conn,
    error::Result,
    id::Id,
    schema::{organization_successions as successions, organizations, provinces},
};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// Where to look now for what somebody saw then.
#[derive(Debug)]
pub struct Moved {
    /// Wider than what was seen: with all who have taken over.
    pub sight: Sight,
    /// Provinces whose journal tells of it.
    pub provinces: Vec<Id>,
    /// Whose rows were seen.
    organizations: BTreeSet<Id>,
    /// Plans and regimes of which every row was seen.
    followed: BTreeSet<Id>,
}

impl Moved {
    /// Whether a row of an organisation of then, in a plan or under a regime, was seen.
    pub fn was_seen(&self, organization: Id, plan_or_regime: Id) -> bool {
        self.organizations.contains(&organization) || self.followed.contains(&plan_or_regime)
    }
}

/// Nothing where no province of then has a successor that is not among them: one statement.
pub fn moved(conn: &mut Conn, sight: &Sight, then: &[Id]) -> Result<Option<Moved>> {
    let mut all: BTreeSet<Id> = then.iter().copied().collect();
    let next = |conn: &mut Conn, of: &BTreeSet<Id>| -> Result<BTreeSet<Id>> {
        let ids: Vec<Id> = of.iter().copied().collect();
        let found: Vec<Option<Id>> =
            provinces::table.filter(provinces::id.eq_any(ids)).filter(provinces::successor_id.is_not_null()).select(provinces::successor_id).load(conn)?;
        Ok(found.into_iter().flatten().collect())
    };
    if !widened(conn, &mut all, next)? {
        return Ok(None);
    }
    let (sight, organizations, followed) = match sight {
        Sight::Provinces(seen) => {
            let theirs: Vec<Id> = organizations::table.filter(organizations::province_id.eq_any(seen.clone())).select(organizations::id).load(conn)?;
            let wide = seen.iter().copied().chain(all.iter().copied()).collect::<BTreeSet<Id>>();
            (Sight::Provinces(wide.into_iter().collect()), theirs.into_iter().collect(), BTreeSet::new())
        }
        Sight::Organizations { own, plans, regimes } => {
            let mut wide: BTreeSet<Id> = own.iter().copied().collect();
            widened(conn, &mut wide, |conn, of| {
                let ids: Vec<Id> = of.iter().copied().collect();
                let found: Vec<Id> = successions::table.filter(successions::predecessor_id.eq_any(ids)).select(successions::successor_id).load(conn)?;
                Ok(found.into_iter().collect())
            })?;
            let sight = Sight::Organizations { own: wide.into_iter().collect(), plans: plans.clone(), regimes: regimes.clone() };
            (sight, own.iter().copied().collect(), plans.iter().chain(regimes).copied().collect())
        }
    };
    Ok(Some(Moved { sight, provinces: all.into_iter().collect(), organizations, followed }))
}

/// Adds all that follow, and what follows them, until there is nothing new; says whether there was anything.
fn widened(conn: &mut Conn, all: &mut BTreeSet<Id>, next: impl Fn(&mut Conn, &BTreeSet<Id>) -> Result<BTreeSet<Id>>) -> Result<bool> {
    let mut is_wider = false;
    loop {
        let before = all.len();
        let found = next(conn, all)?;
        all.extend(found);
        if all.len() == before {
            return Ok(is_wider);
        }
        is_wider = true;
    }
}
