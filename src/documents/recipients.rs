//! Lines of recipients: what they may name, and whom they stand for on the day of dispatch.

use super::{
    kinds::Purpose,
    model::{Document, Recipient},
    store,
};
use crate::{
    db::Conn,
    error::{Fault, Result, all_well},
    id::Id,
    organizations,
};
use chrono::NaiveDate;

/// Every line names an organisation or a group of the province, or holds words alone.
pub fn check(conn: &mut Conn, province: Id, lines: &[Recipient], pointer: &str) -> Result<()> {
    let ids: Vec<Id> = lines.iter().filter_map(|l| l.organization_id).collect();
    let known = if ids.is_empty() { vec![] } else { organizations::find_many(conn, &ids)? };
    let homes = organizations::groups::provinces_of(conn, &lines.iter().filter_map(|l| l.group_id).collect::<Vec<_>>())?;
    let mut faults = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.organization_id.is_some() && line.group_id.is_some() {
            faults.push(Fault::at(
                format!("{pointer}/{at}"),
                "ambiguous",
                "Nêu cơ quan hoặc nhóm, không nêu cả hai.",
                "Name an organisation or a group, not both.",
            ));
        }
        if line.organization_id.is_none() && line.group_id.is_none() && line.text.as_deref().is_none_or(|t| t.trim().is_empty()) {
            faults.push(Fault::at(format!("{pointer}/{at}"), "empty", "Dòng nơi nhận trống.", "The line names nobody."));
        }
        if line.organization_id.is_some_and(|id| !known.iter().any(|o| o.id == id && o.province_id == province)) {
            let pointer = format!("{pointer}/{at}/organization_id");
            faults.push(Fault::at(pointer, "unknown_reference", "Không có cơ quan này trong tỉnh.", "There is no such organisation in the province."));
        }
        if line.group_id.is_some_and(|id| homes.get(&id) != Some(&province)) {
            let pointer = format!("{pointer}/{at}/group_id");
            faults.push(Fault::at(pointer, "unknown_reference", "Không có nhóm này trong tỉnh.", "There is no such group in the province."));
        }
    }
    all_well(faults)
}

/// Whom the lines of a document stand for on a day, each once, the issuer itself left out; written down beside the lines.
pub fn resolve(conn: &mut Conn, document: &Document, day: NaiveDate) -> Result<Vec<(Id, Purpose)>> {
    let lines = store::lines(conn, &[document.id])?;
    let mut all: Vec<(Id, Purpose)> = Vec::new();
    // Those named themselves come first: their line says why they in particular receive it.
    for line in &lines {
        if let Some(organization) = line.organization_id {
            all.push((organization, line.purpose));
        }
    }
    for line in &lines {
        let Some(group) = line.group_id else { continue };
        let members = organizations::groups::resolve(conn, group, day)?.unwrap_or_default();
        store::set_members(conn, line, &members, day)?;
        all.extend(members.into_iter().map(|m| (m, line.purpose)));
    }
    let mut once: Vec<(Id, Purpose)> = Vec::new();
    for (organization, purpose) in all {
        if Some(organization) != document.issuer_id && purpose != Purpose::Archive && !once.iter().any(|(o, _)| *o == organization) {
            once.push((organization, purpose));
        }
    }
    Ok(once)
}
