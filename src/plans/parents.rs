//! Who reads the work of its units (`PARENT`): the organisation above, by the place that a unit has in the tree today.

use super::{model::KIND as PLAN, tasks::model::KIND as TASK, urgings::model::KIND as URGING, verify::Difference};
use crate::{
    authz::{self, Relations},
    db::Conn,
    error::Result,
    id::Id,
    organizations,
    schema::{access, organizations as table},
};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Records looked at by one statement.
const CHUNK: usize = 500;
/// A share in a plan or a task.
const SHARE: Relations = Relations::LEAD.and(Relations::COORDINATOR);
/// What the organisation above reads, and which relation of its unit makes it do so.
const BELOW: [(&str, Relations); 3] = [(PLAN, SHARE), (TASK, SHARE), (URGING, Relations::ADDRESSEE)];

/// A unit has another place in the tree: whoever was above it reads its work no more, except where another of its units has
/// a share in the same record; whoever is above it now does.
pub fn refresh(conn: &mut Conn, unit: Id, former: Option<Id>, parent: Option<Id>) -> Result<()> {
    if former == parent {
        return Ok(());
    }
    for (kind, share) in BELOW {
        let rows: Vec<(Id, i32)> = access::table
            .filter(access::organization_id.eq(unit))
            .filter(access::kind.eq(kind))
            .order(access::record_id)
            .select((access::record_id, access::relations))
            .load(conn)?;
        let own: Vec<Id> = rows.into_iter().filter(|(_, held)| Relations(*held).any(share)).map(|(record, _)| record).collect();
        for some in own.chunks(CHUNK) {
            if let Some(former) = former {
                let kept = below(conn, kind, some, former, share)?;
                let lost: Vec<Id> = some.iter().filter(|record| !kept.contains(record)).copied().collect();
                authz::relate_many(conn, kind, &lost, former, Relations::NONE, Relations::PARENT)?;
            }
            if let Some(parent) = parent {
                authz::relate_many(conn, kind, some, parent, Relations::PARENT, Relations::NONE)?;
            }
        }
    }
    Ok(())
}

/// Which of these records some unit of an organisation has a share in.
fn below(conn: &mut Conn, kind: &str, records: &[Id], parent: Id, share: Relations) -> Result<BTreeSet<Id>> {
    let rows: Vec<(Id, i32)> = access::table
        .inner_join(table::table.on(table::id.eq(access::organization_id)))
        .filter(table::parent_id.eq(parent))
        .filter(access::kind.eq(kind))
        .filter(access::record_id.eq_any(records.to_vec()))
        .select((access::record_id, access::relations))
        .load(conn)?;
    Ok(rows.into_iter().filter(|(_, held)| Relations(*held).any(share)).map(|(record, _)| record).collect())
}

/// Compares what organisations read of their units' work with the tree, and puts it right where asked. A successor goes on
/// reading what its predecessor's units did (RULES 18), wherever these are now.
pub fn compare(conn: &mut Conn, kind: &'static str, records: &[Id], mend: bool) -> Result<Vec<Difference>> {
    let mut found = Vec::new();
    let Some((_, share)) = BELOW.into_iter().find(|(k, _)| *k == kind) else { return Ok(found) };
    let rows: Vec<(Id, Id, i32)> = access::table
        .filter(access::kind.eq(kind))
        .filter(access::record_id.eq_any(records.to_vec()))
        .order((access::record_id, access::organization_id))
        .select((access::record_id, access::organization_id, access::relations))
        .load(conn)?;
    let mut units: Vec<Id> = rows.iter().filter(|(.., held)| Relations(*held).any(share)).map(|(_, organization, _)| *organization).collect();
    units.sort_unstable();
    units.dedup();
    let above: BTreeMap<Id, Id> = organizations::find_many(conn, &units)?.into_iter().filter_map(|o| Some((o.id, o.parent_id?))).collect();
    let mut held: BTreeMap<(Id, Id), Relations> = BTreeMap::new();
    let mut due: BTreeSet<(Id, Id)> = BTreeSet::new();
    for (record, organization, bits) in rows {
        held.insert((record, organization), Relations(bits));
        if let Some(parent) = above.get(&organization).filter(|_| Relations(bits).any(share)) {
            due.insert((record, *parent));
        }
    }
    for (record, organization) in &due {
        let bits = held.get(&(*record, *organization)).copied().unwrap_or_default();
        if !bits.any(Relations::PARENT) {
            found.push(Difference::of(kind, *record, *organization, bits, bits.and(Relations::PARENT)));
            if mend {
                authz::relate(conn, kind, *record, *organization, Relations::PARENT)?;
            }
        }
    }
    for ((record, organization), bits) in &held {
        if bits.any(Relations::PARENT) && !bits.any(Relations::PREDECESSOR) && !due.contains(&(*record, *organization)) {
            found.push(Difference::of(kind, *record, *organization, *bits, Relations(bits.0 & !Relations::PARENT.0)));
            if mend {
                authz::unrelate(conn, kind, *record, *organization, Relations::PARENT)?;
            }
        }
    }
    Ok(found)
}
