use super::{
    model::{
        KIND, NewOrganization, Organization, OrganizationAction, OrganizationAction as Act, OrganizationPatch, OrganizationState as State,
        OrganizationTransition, OrganizationView, check_names, searchable,
    },
    policy::RULES,
    store::{self, Around},
};
use crate::{
    ask::Ask,
    authz::{self, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well, gathered},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
};

/// How an organisation's record lives.
pub const FLOW: Flow<State, Act> =
    Flow(&[(State::Proposed, Act::Confirm, State::Active), (State::Proposed, Act::Reject, State::Archived), (State::Active, Act::Archive, State::Archived)]);

/// What this caller may do with it now: what policy allows and the flow has room for.
pub fn allowed(ask: &Ask, organization: &Organization) -> Vec<OrganizationAction> {
    let standing = organization.standing(&ask.actor.provinces);
    let edit = (organization.state != State::Archived).then_some(Act::Edit);
    edit.into_iter().chain(FLOW.actions(organization.state)).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect()
}

/// The record as this caller sees it.
pub fn view(ask: &Ask, o: Organization, around: Around) -> OrganizationView {
    OrganizationView {
        allowed_actions: allowed(ask, &o),
        id: o.id,
        province_id: o.province_id,
        parent_id: o.parent_id,
        code: o.code,
        electronic_identifier: o.electronic_identifier,
        name: o.name,
        name_en: o.name_en,
        short_name: o.short_name,
        aliases: around.aliases,
        kind: o.kind,
        level: o.level,
        has_users: o.has_users,
        state: o.state,
        valid_from: o.valid_from,
        valid_to: o.valid_to,
        predecessors: around.predecessors,
        successors: around.successors,
        version: o.version,
        created_at: o.created_at,
        updated_at: o.updated_at,
    }
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<OrganizationView> {
    let organization = store::find(conn, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, organization.standing(&ask.actor.provinces))?;
    seen(conn, ask, organization)
}

fn seen(conn: &mut Conn, ask: &Ask, organization: Organization) -> Result<OrganizationView> {
    let around = store::around(conn, &[organization.id])?.remove(&organization.id).unwrap_or_default();
    Ok(view(ask, organization, around))
}

/// A system administrator creates; an officer of UBND proposes in the own province.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewOrganization>) -> Result<OrganizationView> {
    let creates = authz::may(RULES, &ask.actor, Act::Create, Standing::NEW);
    if !creates && !authz::may(RULES, &ask.actor, Act::Propose, Standing::NEW) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let mut faults = Vec::new();
    let province = if creates { new.province_id } else { Some(ask.actor.province()?) };
    if province.is_none() {
        faults.push(Fault::at("/province_id", "required", "Hãy nêu tỉnh.", "Name the province."));
    } else if new.province_id.is_some_and(|named| Some(named) != province) {
        faults.push(Fault::at("/province_id", "other_province", "Chỉ đề nghị được trong tỉnh mình.", "Proposals are for the own province."));
    }
    check(conn, province, &new, &mut faults)?;
    let Some(province) = province.filter(|_| faults.is_empty()) else { return Err(Error::invalid(faults)) };
    let state = if creates { State::Active } else { State::Proposed };
    let organization = keep(conn, ask, province, new, state, None)?;
    seen(conn, ask, organization)
}

/// All that is wrong with a new organisation. Whose unit it may be cannot be said before its province is known.
fn check(conn: &mut Conn, province: Option<Id>, new: &NewOrganization, faults: &mut Vec<Fault>) -> Result<()> {
    gathered(faults, check_names(Some(&new.name), &new.aliases))?;
    let Some(province) = province else { return Ok(()) };
    if gathered(faults, super::provinces::must_exist(conn, province))?.is_some() {
        gathered(faults, check_parent(conn, province, new.parent_id, None))?;
    }
    Ok(())
}

/// Adds an organisation; also the door of the seed loader, which finds its records by seed key.
pub fn add(conn: &mut Conn, ask: &Ask, province: Id, new: NewOrganization, state: State, seed_key: Option<&str>) -> Result<Organization> {
    let mut faults = Vec::new();
    check(conn, Some(province), &new, &mut faults)?;
    all_well(faults)?;
    keep(conn, ask, province, new, state, seed_key)
}

/// Stores a new organisation that was found well.
fn keep(conn: &mut Conn, ask: &Ask, province: Id, new: NewOrganization, state: State, seed_key: Option<&str>) -> Result<Organization> {
    let organization = Organization {
        id: Id::fresh(),
        province_id: province,
        parent_id: new.parent_id,
        name_fold: searchable(&new.name, new.short_name.as_deref(), &new.code, &new.aliases),
        code: new.code,
        electronic_identifier: new.electronic_identifier,
        name: new.name,
        name_en: new.name_en,
        short_name: new.short_name,
        kind: new.kind,
        level: new.level,
        has_users: new.has_users.unwrap_or(true),
        state,
        valid_from: new.valid_from,
        valid_to: None,
        archived_at: None,
        seed_key: seed_key.map(str::to_owned),
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    store::insert(conn, &organization)?;
    store::replace_aliases(conn, organization.id, &new.aliases)?;
    let shown = view(ask, organization.clone(), Around { aliases: new.aliases, ..Around::default() });
    journal::record(conn, ask, change(&organization, "create", None), NOTHING, Some(&shown))?;
    Ok(organization)
}

fn change<'a>(organization: &Organization, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change {
        kind: KIND,
        id: organization.id,
        version: Some(organization.version),
        owner: Some(organization.id),
        province: Some(organization.province_id),
        action,
        reason,
    }
}

/// A parent is of the same province, and nobody is a unit of its own unit.
fn check_parent(conn: &mut Conn, province: Id, parent: Option<Id>, child: Option<Id>) -> Result<()> {
    let wrong = || {
        Error::fault(
            "/parent_id",
            "bad_parent",
            "Cơ quan cấp trên không thuộc tỉnh này hoặc là đơn vị của chính nó.",
            "The parent is not of this province, or is a unit of the organisation itself.",
        )
    };
    let mut next = parent;
    for _ in 0..16 {
        let Some(id) = next else { return Ok(()) };
        if Some(id) == child {
            return Err(wrong());
        }
        let Some(above) = store::find_many(conn, &[id])?.pop().filter(|o| o.province_id == province) else { return Err(wrong()) };
        next = above.parent_id;
    }
    Err(wrong())
}

/// Changes names and place in the tree.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<OrganizationPatch>) -> Result<OrganizationView> {
    let before = store::find(conn, id)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Edit, before.standing(&ask.actor.provinces))?;
    ask.proceed(conn, Some(before.version))?;
    if before.state == State::Archived {
        return Err(Error::conflict("archived", "Cơ quan đã lưu trữ, không sửa được.", "The organisation is archived and cannot be changed."));
    }
    let patch = body.open()?;
    let aliases = match patch.aliases {
        Some(aliases) => aliases,
        None => store::around(conn, &[id])?.remove(&id).unwrap_or_default().aliases,
    };
    let mut faults = Vec::new();
    gathered(&mut faults, check_names(patch.name.as_deref(), &aliases))?;
    gathered(&mut faults, check_parent(conn, before.province_id, patch.parent_id.flatten(), Some(id)))?;
    all_well(faults)?;
    let mut after = before.clone();
    after.parent_id = patch.parent_id.unwrap_or(after.parent_id);
    after.name = patch.name.unwrap_or(after.name);
    after.name_en = patch.name_en.unwrap_or(after.name_en);
    after.short_name = patch.short_name.unwrap_or(after.short_name);
    after.electronic_identifier = patch.electronic_identifier.unwrap_or(after.electronic_identifier);
    after.name_fold = searchable(&after.name, after.short_name.as_deref(), &after.code, &aliases);
    save(conn, ask, &before, after, Some(&aliases), "edit", None)
}

/// Takes a step: confirm or reject a proposal, archive.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<OrganizationTransition>) -> Result<OrganizationView> {
    let before = store::find(conn, id)?;
    let standing = before.standing(&ask.actor.provinces);
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    // Which step it is stands in the body; a caller who may take none is refused before the body is looked at.
    if !FLOW.0.iter().any(|(_, act, _)| authz::may(RULES, &ask.actor, *act, standing)) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    let mut after = before.clone();
    after.state = FLOW.next(before.state, step.action)?;
    if after.state == State::Archived {
        after.archived_at = Some(ask.now);
    }
    save(conn, ask, &before, after, None, step.action.word(), step.reason.as_deref())
}

/// Ends an organisation on its last day; its record and its history stay under its name (RULES 18).
pub fn end(conn: &mut Conn, ask: &Ask, before: &Organization, last_day: chrono::NaiveDate) -> Result<()> {
    let after = Organization { state: State::Merged, valid_to: Some(last_day), ..before.clone() };
    save(conn, ask, before, after, None, "merge", None).map(drop)
}

fn save(
    conn: &mut Conn,
    ask: &Ask,
    before: &Organization,
    mut after: Organization,
    aliases: Option<&[String]>,
    action: &str,
    reason: Option<&str>,
) -> Result<OrganizationView> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    let was = seen(conn, ask, before.clone())?;
    store::update(conn, before, &after)?;
    if let Some(aliases) = aliases {
        store::replace_aliases(conn, after.id, aliases)?;
    }
    let is = seen(conn, ask, after.clone())?;
    journal::record(conn, ask, change(&after, action, reason), Some(&was), Some(&is))?;
    Ok(is)
}
