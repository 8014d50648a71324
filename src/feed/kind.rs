//! What is pulled: one kind of record for each list.

use crate::{
    authz::{Actor, Scope, scopes::ServiceScope},
    db::{Conn, Predicate},
    error::Result,
    id::Id,
    schema::{access, changes},
};
use diesel::{dsl::exists, prelude::*};

/// Finds records that are open to one of some scopes or related to one of some organisations, behind an id.
pub type Reached = fn(&mut Conn, &[Scope], &[Id], Option<Id>, i64) -> Result<Vec<Id>>;

/// Pairs records with the one that each belongs to.
pub type Belong = fn(&mut Conn, &[Id]) -> Result<Vec<(Id, Id)>>;

/// How many records belong to each of some others.
pub type Counts = fn(&mut Conn, &[Id]) -> Result<Vec<(Id, i64)>>;

/// One kind of record that is pulled: where its list is, who may read it, and which of its rows are open to a scope.
#[derive(Debug)]
pub struct Kind {
    /// As the journal and the access table name it.
    pub kind: &'static str,
    /// Address of its list under `/api/v1`.
    pub list: &'static str,
    /// The scope with which a service account reads it.
    pub needs: ServiceScope,
    /// What a caller's list shows.
    pub scope: fn(&Actor) -> Result<Scope>,
    /// Which of some records are open to a scope without a relation.
    pub open_among: fn(&mut Conn, &Scope, &[Id]) -> Result<Vec<Id>>,
    /// Records in the order of their ids that are open to one of some scopes, or related to one of some organisations.
    pub reached: Reached,
    /// Changes of records to which one of some organisations is related.
    pub related: fn(&[Id]) -> Predicate<changes::table>,
    /// Where its records are seen by whoever is related to another record: which that is.
    pub whole: Option<Whole>,
}

/// A kind of record to whose relations those of its parts go.
#[derive(Debug)]
pub struct Whole {
    /// As the journal and the access table name it.
    pub kind: &'static str,
    /// How many parts each of some records has.
    pub counts: Counts,
    /// The parts of some records, each with the record that it is of.
    pub parts: Belong,
}

/// Changes of records that have relations of their own, where one of some organisations has one.
pub fn related(organizations: &[Id]) -> Predicate<changes::table> {
    let rows = access::table.filter(access::kind.eq(changes::kind)).filter(access::record_id.eq(changes::record_id));
    match organizations {
        [only] => Box::new(exists(rows.filter(access::organization_id.eq(*only)))),
        all => Box::new(exists(rows.filter(access::organization_id.eq_any(all.to_vec())))),
    }
}

/// Writes a kind of record that has the columns `id`, `province_id` and `audience`.
#[macro_export]
macro_rules! pulled {
    ($kind:expr, $list:literal, $needs:ident, $table:ident, $rules:expr, $view:expr) => {
        $crate::feed::Kind {
            kind: $kind,
            list: $list,
            needs: $crate::authz::scopes::ServiceScope::$needs,
            scope: |actor| $crate::authz::scope($rules, actor, $view),
            open_among: |conn, scope, ids| {
                use diesel::prelude::*;
                use $crate::schema::$table as rows;
                let Some(audience) = scope.audience else { return Ok(vec![]) };
                Ok(rows::table
                    .filter(rows::id.eq_any(ids.to_vec()))
                    .filter(rows::province_id.eq_any(scope.provinces.clone()))
                    .filter(rows::audience.ge(audience as i32))
                    .select(rows::id)
                    .load(conn)?)
            },
            reached: |conn, scopes, organizations, after, limit| {
                use diesel::prelude::*;
                use $crate::schema::{access, $table as rows};
                let mut reach: $crate::db::Predicate<rows::table> = Box::new(rows::id.eq_any(
                    access::table.filter(access::kind.eq($kind)).filter(access::organization_id.eq_any(organizations.to_vec())).select(access::record_id),
                ));
                for scope in scopes {
                    let Some(audience) = scope.audience else { continue };
                    reach = Box::new(reach.or(rows::province_id.eq_any(scope.provinces.clone()).and(rows::audience.ge(audience as i32))));
                }
                let mut query = rows::table.filter(reach).into_boxed::<$crate::db::MultiBackend>();
                if let Some(after) = after {
                    query = query.filter(rows::id.gt(after));
                }
                Ok(query.order(rows::id).limit(limit).select(rows::id).load(conn)?)
            },
            related: $crate::feed::related,
            whole: None,
        }
    };
}
