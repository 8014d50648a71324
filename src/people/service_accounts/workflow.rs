use super::{
    model::{
        KIND, MOST_DAYS, NewServiceAccount, ServiceAccount, ServiceAccountAction as Act, ServiceAccountPatch, ServiceAccountState as State,
        ServiceAccountTransition, ServiceAccountView, ServiceKey, ServiceKeyView, USUAL_DAYS, USUAL_GRACE_HOURS,
    },
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Relations, Standing, scopes::ServiceScope},
    db::{Conn, Json},
    error::{Error, Fault, Result, all_well},
    flow::Flow,
    http::{Body, key},
    id::Id,
    journal::{self, Change, NOTHING},
    organizations::{self, OrganizationState},
};
use chrono::{Days, NaiveDate};

/// How an account lives; it expires by itself, and a later day brings it back.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Active, Act::Edit, State::Active),
    (State::Active, Act::Rotate, State::Active),
    (State::Active, Act::Revoke, State::Revoked),
    (State::Expired, Act::Edit, State::Active),
    (State::Expired, Act::Revoke, State::Revoked),
]);

fn standing(ask: &Ask, organization: Id) -> Standing {
    let own = ask.actor.organization == Some(organization);
    Standing { relations: if own { Relations::OWNER } else { Relations::NONE }, ..Standing::NEW }
}

/// The account as this caller sees it.
pub fn view(ask: &Ask, account: ServiceAccount, keys: Vec<ServiceKey>) -> Result<ServiceAccountView> {
    let state = account.state(ask.today);
    let standing = standing(ask, account.organization_id);
    Ok(ServiceAccountView {
        scopes: key::read_scopes(&account.scopes)?,
        state,
        last_used_at: keys.iter().filter_map(|k| k.last_used_at).max(),
        keys: keys
            .into_iter()
            .filter(|k| k.ends_at.is_none_or(|end| end > ask.now))
            .map(|k| ServiceKeyView { id: k.id, created_at: k.created_at, ends_at: k.ends_at, last_used_at: k.last_used_at })
            .collect(),
        key: None,
        id: account.id,
        organization_id: account.organization_id,
        name: account.name,
        description: account.description,
        expires_on: account.expires_on,
        revoked_at: account.revoked_at,
        version: account.version,
        created_at: account.created_at,
        updated_at: account.updated_at,
        allowed_actions: FLOW.actions(state).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect(),
    })
}

fn seen(conn: &mut Conn, ask: &Ask, account: ServiceAccount) -> Result<ServiceAccountView> {
    let keys = store::keys_of(conn, &[account.id])?.remove(&account.id).unwrap_or_default();
    view(ask, account, keys)
}

/// The account, if this caller may do this with it.
pub fn find(conn: &mut Conn, ask: &Ask, id: Id, act: Act) -> Result<(ServiceAccount, ServiceAccountView)> {
    let account = store::find(conn, id)?;
    authz::permit(RULES, &ask.actor, Act::View, act, standing(ask, account.organization_id))?;
    let view = seen(conn, ask, account.clone())?;
    Ok((account, view))
}

/// Belongs to the organisation and its province, whoever did it: a system administrator has neither.
fn change<'a>(account: &ServiceAccount, province: Id, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    let (owner, province) = (Some(account.organization_id), Some(province));
    Change { kind: KIND, id: account.id, version: Some(account.version), owner, province, action, reason }
}

fn check_expiry(ask: &Ask, day: NaiveDate, faults: &mut Vec<Fault>) {
    if day < ask.today || day > later(ask, MOST_DAYS) {
        faults.push(Fault::at(
            "/expires_on",
            "out_of_range",
            "Ngày hết hạn từ hôm nay đến hai năm tới.",
            "The last day lies between today and two years ahead.",
        ));
    }
}

fn later(ask: &Ask, days: u64) -> NaiveDate {
    ask.today.checked_add_days(Days::new(days)).unwrap_or(ask.today)
}

fn scopes(mut wanted: Vec<ServiceScope>) -> Result<Json> {
    wanted.sort_unstable();
    wanted.dedup();
    Ok(Json(serde_json::to_value(wanted)?))
}

fn add_key(conn: &mut Conn, ask: &Ask, account: Id, fresh: &key::Fresh) -> Result<()> {
    let key = ServiceKey { id: fresh.id, account_id: account, hash: fresh.hash.clone(), created_at: ask.now, ends_at: None, last_used_at: None };
    store::insert_key(conn, &key)
}

/// An administrator adds a program; its first key is shown once.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewServiceAccount>, fresh: &key::Fresh) -> Result<ServiceAccountView> {
    let own = Standing { relations: Relations::OWNER, ..Standing::NEW };
    if !authz::may(RULES, &ask.actor, Act::Create, own) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let mut faults = Vec::new();
    let expires_on = new.expires_on.unwrap_or_else(|| later(ask, USUAL_DAYS));
    check_expiry(ask, expires_on, &mut faults);
    if new.name.trim().is_empty() {
        faults.push(Fault::at("/name", "blank", "Hãy đặt tên cho tài khoản.", "Give the account a name."));
    }
    let organization = match (new.organization_id, ask.actor.organization) {
        (Some(named), Some(own)) if named != own => {
            let said = Fault::at("/organization_id", "other_organization", "Chỉ tạo được cho cơ quan mình.", "Accounts are made for the own organisation.");
            faults.push(said);
            None
        }
        (named, own) => named.or(own),
    };
    let usable = organization.map(|id| organizations::find_many(conn, &[id])).transpose()?.and_then(|mut found| found.pop());
    let usable = usable.filter(|o| o.has_users && o.state == OrganizationState::Active && o.valid_to.is_none_or(|last| ask.today <= last));
    if usable.is_none() && faults.iter().all(|f| f.pointer != "/organization_id") {
        faults.push(Fault::at(
            "/organization_id",
            "unknown_reference",
            "Hãy nêu một cơ quan đang hoạt động, có người dùng.",
            "Name an organisation that is active and has users.",
        ));
    }
    all_well(faults)?;
    let Some(organization) = usable else { return Err(Error::not_found()) };
    let account = ServiceAccount {
        id: Id::fresh(),
        organization_id: organization.id,
        name: new.name,
        description: new.description,
        scopes: scopes(new.scopes)?,
        expires_on,
        revoked_at: None,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
        updated_at: ask.now,
        updated_by: Some(ask.actor.user),
    };
    store::insert(conn, &account)?;
    add_key(conn, ask, account.id, fresh)?;
    let mut view = seen(conn, ask, account.clone())?;
    journal::record(conn, ask, change(&account, organization.province_id, "create", None), NOTHING, Some(&view))?;
    view.key = Some(fresh.text.clone());
    Ok(view)
}

/// Changes name, description, scopes or last day; keys stay.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ServiceAccountPatch>) -> Result<ServiceAccountView> {
    let (account, before) = find(conn, ask, id, Act::Edit)?;
    ask.proceed(conn, Some(account.version))?;
    FLOW.next(before.state, Act::Edit)?;
    let patch = body.open()?;
    let mut faults = Vec::new();
    if let Some(day) = patch.expires_on {
        check_expiry(ask, day, &mut faults);
    }
    if patch.name.as_deref().is_some_and(|n| n.trim().is_empty()) {
        faults.push(Fault::at("/name", "blank", "Hãy đặt tên cho tài khoản.", "Give the account a name."));
    }
    all_well(faults)?;
    let mut after = account.clone();
    after.name = patch.name.unwrap_or(after.name);
    after.description = patch.description.unwrap_or(after.description);
    after.expires_on = patch.expires_on.unwrap_or(after.expires_on);
    if let Some(wanted) = patch.scopes {
        after.scopes = scopes(wanted)?;
    }
    save(conn, ask, &account, after, &before, "edit", None)
}

/// Gives a new key beside the old one, or revokes the account with all its keys.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ServiceAccountTransition>, fresh: &key::Fresh) -> Result<ServiceAccountView> {
    let (account, before) = find(conn, ask, id, Act::Edit)?;
    ask.proceed(conn, Some(account.version))?;
    let step = body.open()?;
    if !matches!(step.action, Act::Rotate | Act::Revoke) {
        return Err(Error::fault("/action", "not_a_step", "Chọn 'rotate' hoặc 'revoke'.", "Choose 'rotate' or 'revoke'."));
    }
    FLOW.next(before.state, step.action)?;
    let mut after = account.clone();
    if step.action == Act::Rotate {
        let grace = step.grace_hours.unwrap_or(USUAL_GRACE_HOURS);
        store::end_keys(conn, account.id, ask.now.plus_seconds(grace * 3600))?;
        add_key(conn, ask, account.id, fresh)?;
    } else {
        after.revoked_at = Some(ask.now);
        store::end_keys(conn, account.id, ask.now)?;
    }
    let mut view = save(conn, ask, &account, after, &before, step.action.word(), step.reason.as_deref())?;
    view.key = (step.action == Act::Rotate).then(|| fresh.text.clone());
    Ok(view)
}

fn save(
    conn: &mut Conn,
    ask: &Ask,
    account: &ServiceAccount,
    mut after: ServiceAccount,
    before: &ServiceAccountView,
    action: &str,
    reason: Option<&str>,
) -> Result<ServiceAccountView> {
    after.version = account.version + 1;
    after.updated_at = ask.now;
    after.updated_by = Some(ask.actor.user);
    store::update(conn, account, &after)?;
    let is = seen(conn, ask, after.clone())?;
    let province = organizations::find(conn, after.organization_id)?.province_id;
    journal::record(conn, ask, change(&after, province, action, reason), Some(before), Some(&is))?;
    Ok(is)
}

/// Moves the programs of an organisation to its only successor; their keys stay good (RULES 18).
pub fn reassign(conn: &mut Conn, ask: &Ask, from: Id, to: Id) -> Result<usize> {
    let accounts = store::of_organization(conn, from)?;
    for account in &accounts {
        let before = seen(conn, ask, account.clone())?;
        save(conn, ask, account, ServiceAccount { organization_id: to, ..account.clone() }, &before, "reassign", None)?;
    }
    Ok(accounts.len())
}
