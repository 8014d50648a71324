use super::model::{ServiceAccount, ServiceAccountView, ServiceKey};
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    id::Id,
    page::{OldestFirst, Page, Paging, Sort},
    schema::{service_accounts as accounts, service_keys as keys},
    sorted,
    time::Stamp,
};
use diesel::prelude::*;
use std::collections::HashMap;

pub fn find(conn: &mut Conn, id: Id) -> Result<ServiceAccount> {
    accounts::table.find(id).select(ServiceAccount::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// Keys of several accounts, newest first.
pub fn keys_of(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, Vec<ServiceKey>>> {
    let rows: Vec<ServiceKey> = keys::table.filter(keys::account_id.eq_any(ids.to_vec())).order(keys::id.desc()).select(ServiceKey::as_select()).load(conn)?;
    let mut all: HashMap<Id, Vec<ServiceKey>> = HashMap::new();
    for key in rows {
        all.entry(key.account_id).or_default().push(key);
    }
    Ok(all)
}

/// Those of the caller's organisation; all for a system administrator.
pub fn list(conn: &mut Conn, scope: &Scope, by: &By<ServiceAccountView>, sort: &Sort<OldestFirst>, paging: &Paging) -> Result<Page<ServiceAccount>> {
    let query = || {
        let mut query = accounts::table.into_boxed::<MultiBackend>();
        if let Some(organization) = scope.organization {
            query = query.filter(accounts::organization_id.eq(organization));
        }
        by.narrow(query)
    };
    let rows = query().select(ServiceAccount::as_select());
    let page = sorted!(conn, rows, paging, sort, accounts::created_at => Stamp, accounts::id, |a: &ServiceAccount| (a.created_at, a.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn of_organization(conn: &mut Conn, organization: Id) -> Result<Vec<ServiceAccount>> {
    Ok(accounts::table
        .filter(accounts::organization_id.eq(organization))
        .filter(accounts::revoked_at.is_null())
        .order(accounts::id)
        .select(ServiceAccount::as_select())
        .load(conn)?)
}

pub fn insert(conn: &mut Conn, account: &ServiceAccount) -> Result<()> {
    diesel::insert_into(accounts::table).values(account).execute(conn)?;
    Ok(())
}

pub fn insert_key(conn: &mut Conn, key: &ServiceKey) -> Result<()> {
    diesel::insert_into(keys::table).values(key).execute(conn)?;
    Ok(())
}

/// Ends an account's keys at a moment; those that end earlier keep their end.
pub fn end_keys(conn: &mut Conn, account: Id, at: Stamp) -> Result<()> {
    diesel::update(keys::table.filter(keys::account_id.eq(account)).filter(keys::ends_at.is_null().or(keys::ends_at.gt(at))))
        .set(keys::ends_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Writes the account back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &ServiceAccount, after: &ServiceAccount) -> Result<()> {
    let moved = diesel::update(accounts::table.find(before.id).filter(accounts::version.eq(before.version)))
        .set((
            accounts::organization_id.eq(after.organization_id),
            accounts::name.eq(&after.name),
            accounts::description.eq(&after.description),
            accounts::scopes.eq(&after.scopes),
            accounts::expires_on.eq(after.expires_on),
            accounts::revoked_at.eq(after.revoked_at),
            accounts::version.eq(after.version),
            accounts::updated_at.eq(after.updated_at),
            accounts::updated_by.eq(after.updated_by),
        ))
        .execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}
