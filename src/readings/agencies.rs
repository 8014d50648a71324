//! The organisations and groups of a province as the reader of texts knows them, by their ids: five statements.

use crate::{
    db::Conn,
    error::Result,
    id::Id,
    organizations::{self, OrganizationState, groups, provinces},
    reading::{Agencies, Known},
};
use chrono::NaiveDate;

/// Those that are there on a day.
pub fn of_province(conn: &mut Conn, province: Id, today: NaiveDate) -> Result<Agencies> {
    let place = provinces::find(conn, province)?.short_name;
    let mut all = organizations::of_province(conn, province)?;
    all.retain(|o| o.state == OrganizationState::Active && o.archived_at.is_none() && o.valid_to.is_none_or(|last| last >= today));
    let ids: Vec<Id> = all.iter().map(|o| o.id).collect();
    let mut names = organizations::store::around(conn, &ids)?;
    let organizations = all.into_iter().map(|o| {
        let aliases = names.remove(&o.id).unwrap_or_default().aliases;
        Known { key: o.id.to_string(), name: o.name, aliases: aliases.into_iter().chain(o.short_name).collect() }
    });
    let organizations = organizations.collect();
    let groups = groups::of_province(conn, province)?.into_iter().map(|(g, _)| Known { key: g.id.to_string(), aliases: g.aliases(), name: g.name });
    Ok(Agencies { place: Some(place), organizations, groups: groups.collect() })
}
