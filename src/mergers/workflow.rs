use super::{
    model::{Choice, ItemKind, MadeOrganization, Merger, MergerAction as Act, MergerView, Moved, NewMerger},
    moving::{self, Move},
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Relations, Standing},
    db::{Conn, Json},
    error::{Error, Fault, Result, all_well},
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations::{self, NewOrganization, Organization, OrganizationState, provinces},
    words::Lang,
};
use chrono::Days;
use std::collections::{HashMap, HashSet};

/// The merger, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<MergerView> {
    let merger = store::find(conn, id)?;
    let standing = Standing { audience: Audience::Province, same_province: ask.actor.provinces.contains(&merger.province_id), ..Standing::NEW };
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    merger.view()
}

/// Carries out a merger as one operation: all of it, or nothing.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewMerger>) -> Result<MergerView> {
    if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    new.check()?;
    let before = old_organizations(conn, &new)?;
    let eve = new
        .effective_on
        .checked_sub_days(Days::new(1))
        .ok_or_else(|| Error::fault("/effective_on", "out_of_range", "Ngày không hợp lệ.", "Not a usable day."))?;

    let province = provinces::NewProvince {
        code: new.province.code.clone(),
        name: new.province.name.clone(),
        short_name: new.province.short_name.clone(),
        kind: new.province.kind,
        valid_from: Some(new.effective_on),
    };
    let province = provinces::add(conn, ask, province, None)?.id;
    let made = make_organizations(conn, ask, province, &new)?;
    let successors = successors(&new, &made);

    // Which item goes where; what has several successors needs a choice for each (422 with the list).
    let mut moves: Vec<Move> = Vec::new();
    let mut missing = Vec::new();
    let choices: HashMap<(Id, ItemKind, Id), &Choice> = new.choices.iter().map(|c| ((c.organization_id, c.kind, c.item_id), c)).collect();
    for old in &before {
        let several = match successors.get(&old.id).map(Vec::as_slice) {
            Some([only]) => {
                moves.push(Move { from: old.id, to: *only, only: None });
                continue;
            }
            Some(several) => several,
            None => continue,
        };
        let mut chosen: HashMap<Id, HashMap<ItemKind, HashSet<Id>>> = HashMap::new();
        for item in moving::items(conn, old, eve)? {
            let to = choices.get(&(old.id, item.kind, item.id)).and_then(|c| made.get(&c.successor)).map(|m| m.id).filter(|id| several.contains(id));
            match to {
                Some(to) => drop(chosen.entry(to).or_default().entry(item.kind).or_default().insert(item.id)),
                None => missing.push(Fault::at(
                    "/choices",
                    "choice_missing",
                    format!("{}: {} “{}” ({}) cần chọn cơ quan kế thừa.", old.name, item.kind.label(Lang::Vi), item.title, item.id),
                    format!("{}: {} “{}” ({}) needs a successor.", old.name, item.kind.word(), item.title, item.id),
                )),
            }
        }
        moves.extend(chosen.into_iter().map(|(to, only)| Move { from: old.id, to, only: Some(only) }));
    }
    all_well(missing)?;

    let mut moved = Moved { readable: pass_on_reading(conn, &before, &successors)?, ..Moved::default() };
    for old in &before {
        organizations::workflow::end(conn, ask, old, eve)?;
    }
    for o in &made_in_order(&new, &made) {
        for old in &o.predecessors {
            organizations::store::add_succession(conn, *old, o.id, new.effective_on, &new.basis)?;
        }
    }
    moved.groups = moving::groups(conn, ask, &new.predecessors, province, &successors)?;
    for old in &new.predecessors {
        provinces::end(conn, ask, *old, eve, province)?;
    }
    moving::carry(conn, ask, &moves, new.effective_on, eve, &mut moved)?;
    moving::saved_reports(conn, ask, &before, &successors, eve, &mut moved)?;

    let merger = Merger {
        id: Id::fresh(),
        province_id: province,
        effective_on: new.effective_on,
        basis: new.basis.clone(),
        predecessors: Json(serde_json::to_value(&new.predecessors)?),
        organizations: Json(serde_json::to_value(made_in_order(&new, &made))?),
        moved: Json(serde_json::to_value(&moved)?),
        version: 1,
        created_at: ask.now,
        created_by: ask.actor.user,
    };
    store::insert(conn, &merger)?;
    let view = merger.clone().view()?;
    let change = Change { kind: "merger", id: merger.id, version: Some(1), owner: None, province: Some(province), action: "merge", reason: Some(&new.basis) };
    journal::record(conn, ask, change, NOTHING, Some(&view))?;
    Ok(view)
}

/// The organisations that end; each must have a successor, and each predecessor must be one of them.
fn old_organizations(conn: &mut Conn, new: &NewMerger) -> Result<Vec<Organization>> {
    let mut faults = Vec::new();
    let mut all = Vec::new();
    for (at, id) in new.predecessors.iter().enumerate() {
        match provinces::find(conn, *id) {
            Ok(p) if p.state == provinces::ProvinceState::Active => all.extend(organizations::of_province(conn, *id)?),
            Ok(_) => faults.push(Fault::at(format!("/predecessors/{at}"), "already_merged", "Tỉnh đã sáp nhập.", "The province has been merged already.")),
            Err(Error::Refused(_)) => {
                faults.push(Fault::at(format!("/predecessors/{at}"), "unknown_reference", "Không có tỉnh này.", "There is no such province."))
            }
            Err(e) => return Err(e),
        }
    }
    all.retain(|o: &Organization| matches!(o.state, OrganizationState::Active | OrganizationState::Proposed));
    let known: HashSet<Id> = all.iter().map(|o| o.id).collect();
    let mut taken = HashSet::new();
    for (at, o) in new.organizations.iter().enumerate() {
        for (j, id) in o.predecessors.iter().enumerate() {
            if known.contains(id) {
                taken.insert(*id);
            } else {
                faults.push(Fault::at(
                    format!("/organizations/{at}/predecessors/{j}"),
                    "unknown_reference",
                    "Không phải cơ quan đang hoạt động của các tỉnh sáp nhập.",
                    "Not an active organisation of the merged provinces.",
                ));
            }
        }
    }
    for o in all.iter().filter(|o| !taken.contains(&o.id)) {
        faults.push(Fault::at(
            "/organizations",
            "successor_missing",
            format!("{} ({}) chưa có cơ quan kế thừa.", o.name, o.id),
            format!("{} ({}) has no successor.", o.name, o.id),
        ));
    }
    all_well(faults)?;
    Ok(all)
}

/// Makes the new organisations, parents first.
fn make_organizations(conn: &mut Conn, ask: &Ask, province: Id, new: &NewMerger) -> Result<HashMap<String, MadeOrganization>> {
    let mut made: HashMap<String, MadeOrganization> = HashMap::new();
    let mut waiting: Vec<_> = new.organizations.iter().collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut still = Vec::new();
        for o in waiting {
            let parent = match &o.parent {
                Some(key) => match made.get(key) {
                    Some(above) => Some(above.id),
                    None => {
                        still.push(o);
                        continue;
                    }
                },
                None => None,
            };
            let organization = NewOrganization {
                province_id: Some(province),
                parent_id: parent,
                code: o.code.clone(),
                electronic_identifier: None,
                name: o.name.clone(),
                name_en: None,
                short_name: o.short_name.clone(),
                aliases: o.aliases.clone(),
                kind: o.kind,
                level: o.level,
                has_users: o.has_users,
                valid_from: Some(new.effective_on),
            };
            let id = organizations::add(conn, ask, province, organization, OrganizationState::Active, Some(&o.key))?.id;
            made.insert(o.key.clone(), MadeOrganization { key: o.key.clone(), id, name: o.name.clone(), predecessors: o.predecessors.clone() });
        }
        if still.len() == before {
            return Err(Error::fault("/organizations", "circle", "Cơ quan cấp trên tạo thành vòng.", "The parents go in a circle."));
        }
        waiting = still;
    }
    Ok(made)
}

fn made_in_order(new: &NewMerger, made: &HashMap<String, MadeOrganization>) -> Vec<MadeOrganization> {
    new.organizations.iter().filter_map(|o| made.get(&o.key).cloned()).collect()
}

fn successors(new: &NewMerger, made: &HashMap<String, MadeOrganization>) -> HashMap<Id, Vec<Id>> {
    let mut all: HashMap<Id, Vec<Id>> = HashMap::new();
    for o in made_in_order(new, made) {
        for old in &o.predecessors {
            all.entry(*old).or_default().push(o.id);
        }
    }
    all
}

/// A successor reads, and only reads, what its predecessors could.
fn pass_on_reading(conn: &mut Conn, before: &[Organization], successors: &HashMap<Id, Vec<Id>>) -> Result<i64> {
    let mut count = 0;
    for old in before {
        let records = store::readable(conn, old.id)?;
        for successor in successors.get(&old.id).into_iter().flatten() {
            for (kind, record) in &records {
                authz::relate(conn, kind, *record, *successor, Relations::PREDECESSOR)?;
                count += 1;
            }
        }
    }
    Ok(count)
}
