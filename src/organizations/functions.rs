//! Functions (chức năng): who holds which responsibility, from when until when, for the province, a plan or a regime.

use crate::{
    ask::Ask,
    authz::{self, Audience, Function, Position, READERS, Reach, Rule, Standing, Who},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    http::{Answer, Call, ServiceConfig},
    id::Id,
    includes::{Include, Includes, Relation},
    journal::{self, Change, NOTHING},
    page::{OldestFirst, Paging, Sort},
    schema::organization_functions as functions,
    sorted,
    time::Stamp,
    words,
};
use actix_web::{HttpResponse, get, web::Path};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What can be done with a grant.
    GrantAction {
        View = "view", "Xem", "View";
        Create = "create", "Giao", "Grant";
        Edit = "edit", "Sửa", "Edit";
    }
}
use GrantAction as Act;

/// The kind of record, as the journal names it.
pub const KIND: &str = "organization_function";

/// "Everyone in the province looks; a system administrator grants and ends."
pub const RULES: &[Rule<GrantAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Open(Audience::Province), may: &[Act::View] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[Act::View, Act::Create, Act::Edit] },
];

/// A function held by an organisation, as it is stored and shown.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = functions, treat_none_as_default_value = false)]
pub struct Grant {
    pub id: Id,
    pub organization_id: Id,
    pub province_id: Id,
    pub function: Function,
    /// Only for this plan; else for the province.
    pub plan_id: Option<Id>,
    /// Only for this reporting regime.
    pub regime_id: Option<Id>,
    /// Where it is said: place in a text, or `judgement`.
    pub basis: Option<String>,
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is held.
    pub valid_to: Option<NaiveDate>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

crate::filtered_by! {
    Grant: organization_functions;
    province_id, organization_id, function: Function, plan_id, regime_id, valid_from, valid_to, created_at, updated_at
}

impl Grant {
    /// Whether it is held on a day.
    pub fn is_held(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| to >= day)
    }
}

/// A new grant.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    pub organization_id: Id,
    pub function: Function,
    pub plan_id: Option<Id>,
    pub regime_id: Option<Id>,
    #[schema(max_length = 300)]
    pub basis: Option<String>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
}

/// Changes to a grant: its end.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct GrantPatch {
    /// The last day on which the function is held; null lets it run on.
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = NaiveDate, example = "2025-06-30")]
    pub valid_to: Option<Option<NaiveDate>>,
}

/// Filters of the list of functions.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GrantFilter {
    pub valid_on: Option<NaiveDate>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<Grant>,
}

fn on(query: functions::BoxedQuery<'static, MultiBackend>, day: NaiveDate) -> functions::BoxedQuery<'static, MultiBackend> {
    query.filter(functions::valid_from.is_null().or(functions::valid_from.le(day))).filter(functions::valid_to.is_null().or(functions::valid_to.ge(day)))
}

/// Who holds a function on a day: for the plan or regime where somebody does, else for the province.
pub fn holders(conn: &mut Conn, province: Id, function: Function, plan_or_regime: Option<Id>, day: NaiveDate) -> Result<Vec<Id>> {
    let base =
        || on(functions::table.filter(functions::province_id.eq(province)).filter(functions::function.eq(function)).order(functions::id).into_boxed(), day);
    if let Some(scope) = plan_or_regime {
        let special: Vec<Id> = base().filter(functions::plan_id.eq(scope).or(functions::regime_id.eq(scope))).select(functions::organization_id).load(conn)?;
        if !special.is_empty() {
            return Ok(special);
        }
    }
    Ok(base().filter(functions::plan_id.is_null()).filter(functions::regime_id.is_null()).select(functions::organization_id).load(conn)?)
}

/// Every grant of a function in a province, whenever it is held.
pub fn ever(conn: &mut Conn, province: Id, function: Function) -> Result<Vec<Grant>> {
    let query = functions::table.filter(functions::province_id.eq(province)).filter(functions::function.eq(function)).order(functions::id);
    Ok(query.select(Grant::as_select()).load(conn)?)
}

/// Which of these grants of one function count for a plan or regime on a day, or for a regime and its plan: their own where
/// there are any, else the province's.
pub fn for_scope(grants: &[Grant], plan_or_regime: &[Id], day: NaiveDate) -> Vec<Id> {
    let of = |own: bool| {
        let counts = move |g: &&Grant| match own {
            true => g.plan_id.or(g.regime_id).is_some_and(|scope| plan_or_regime.contains(&scope)),
            false => g.plan_id.is_none() && g.regime_id.is_none(),
        };
        grants.iter().filter(|g| g.is_held(day)).filter(counts).map(|g| g.organization_id).collect::<Vec<_>>()
    };
    let special = of(true);
    if special.is_empty() { of(false) } else { special }
}

/// Grants that have begun or ended by a day while what follows from them still stands as before.
pub fn unfollowed(conn: &mut Conn, day: NaiveDate, limit: i64) -> Result<Vec<Grant>> {
    let begun = on(functions::table.filter(functions::followed.eq(false)).order(functions::id).limit(limit).into_boxed(), day);
    let mut all: Vec<Grant> = begun.select(Grant::as_select()).load(conn)?;
    let ended = functions::table.filter(functions::followed.eq(true)).filter(functions::valid_to.lt(day)).order(functions::id).limit(limit);
    all.extend(ended.select(Grant::as_select()).load(conn)?);
    Ok(all)
}

/// Notes whether what follows from a grant stands.
pub fn mark_followed(conn: &mut Conn, grant: Id, followed: bool) -> Result<()> {
    diesel::update(functions::table.find(grant)).set(functions::followed.eq(followed)).execute(conn)?;
    Ok(())
}

/// Functions of an organisation on a day.
pub fn of_organization(conn: &mut Conn, organization: Id, day: NaiveDate) -> Result<Vec<Grant>> {
    let query = functions::table.filter(functions::organization_id.eq(organization)).order(functions::id).into_boxed();
    Ok(on(query, day).select(Grant::as_select()).load(conn)?)
}

/// Every grant to an organisation, whenever it is held.
pub fn ever_of(conn: &mut Conn, organization: Id) -> Result<Vec<Grant>> {
    let query = functions::table.filter(functions::organization_id.eq(organization)).order(functions::id);
    Ok(query.select(Grant::as_select()).load(conn)?)
}

/// Grants a function; also the door of the seed loader and of the merger. The same grant twice is one.
pub fn add(conn: &mut Conn, ask: &Ask, new: NewGrant) -> Result<Grant> {
    let organization = super::store::find_many(conn, &[new.organization_id])?.pop();
    let organization =
        organization.ok_or_else(|| Error::fault("/organization_id", "unknown_reference", "Không có cơ quan này.", "There is no such organisation."))?;
    if new.valid_from.zip(new.valid_to).is_some_and(|(from, to)| to < from) {
        return Err(Error::fault("/valid_to", "before_start", "Ngày kết thúc trước ngày bắt đầu.", "The end is before the start."));
    }
    let grant = Grant {
        id: Id::fresh(),
        organization_id: organization.id,
        province_id: organization.province_id,
        function: new.function,
        plan_id: new.plan_id,
        regime_id: new.regime_id,
        basis: new.basis,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        version: 1,
        created_at: ask.now,
        updated_at: ask.now,
    };
    diesel::insert_into(functions::table).values(&grant).execute(conn)?;
    journal::record(conn, ask, change(&grant, "grant"), NOTHING, Some(&grant))?;
    Ok(grant)
}

/// Ends a grant on its last day.
pub fn end(conn: &mut Conn, ask: &Ask, before: &Grant, last_day: Option<NaiveDate>) -> Result<Grant> {
    let after = Grant { valid_to: last_day, version: before.version + 1, updated_at: ask.now, ..before.clone() };
    let moved = diesel::update(functions::table.find(before.id).filter(functions::version.eq(before.version)))
        .set((functions::valid_to.eq(after.valid_to), functions::version.eq(after.version), functions::updated_at.eq(after.updated_at)))
        .execute(conn)?;
    if moved != 1 {
        return Err(Error::Clash);
    }
    journal::record(conn, ask, change(&after, "edit"), Some(before), Some(&after))?;
    Ok(after)
}

fn change<'a>(grant: &Grant, action: &'a str) -> Change<'a> {
    Change {
        kind: KIND,
        id: grant.id,
        version: Some(grant.version),
        owner: Some(grant.organization_id),
        province: Some(grant.province_id),
        action,
        reason: None,
    }
}

/// The grant, if this caller may do that with it.
pub fn find(conn: &mut Conn, ask: &Ask, id: Id, act: GrantAction) -> Result<Grant> {
    let grant: Grant = functions::table.find(id).select(Grant::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)?;
    let standing = Standing { audience: Audience::Province, same_province: ask.actor.provinces.contains(&grant.province_id), ..Standing::NEW };
    authz::permit(RULES, &ask.actor, Act::View, act, standing)?;
    Ok(grant)
}

impl Includes for Grant {
    const RELATIONS: &'static [Relation] = &[Relation { to: &super::INCLUDED, by: &["organization_id"] }];
}

/// Mounts the routes that read; those that write stand where what follows from a function is known (`mandates`).
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_organization_functions).service(get_organization_function);
}

/// Who holds which function
#[utoipa::path(tag = "organizations", params(GrantFilter, By<Grant>, Sort<OldestFirst>, Include<Grant>, Paging), responses((status = 200, description = "A page", body = Vec<Grant>)))]
#[get("/organization-functions")]
async fn list_organization_functions(call: Call) -> Result<HttpResponse> {
    let (filter, sort, paging): (GrantFilter, Sort<OldestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.including::<Grant>()
        .list(paging, move |conn, ask, paging| {
            let scope = authz::scope(RULES, &ask.actor, Act::View)?;
            let query = || {
                let mut query = functions::table.into_boxed::<MultiBackend>();
                if scope.organization.is_some() {
                    query = query.filter(functions::province_id.eq_any(scope.provinces.clone()));
                }
                query = filter.by.narrow(query);
                if let Some(day) = filter.valid_on {
                    query = on(query, day);
                }
                query
            };
            let rows = query().select(Grant::as_select());
            let page = sorted!(conn, rows, paging, sort, functions::created_at => Stamp, functions::id, |g: &Grant| (g.created_at, g.id));
            let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
            Ok(page.counted(total))
        })
        .await
}

/// One grant of a function
#[utoipa::path(tag = "organizations", params(("id" = Id, Path), Include<Grant>), responses((status = 200, description = "The grant", body = Grant)))]
#[get("/organization-functions/{id}")]
async fn get_organization_function(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<Grant>()
        .read(move |conn, ask| {
            let grant = find(conn, ask, *id, Act::View)?;
            Answer::one(&grant, grant.version)
        })
        .await
}
