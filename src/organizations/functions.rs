//! Functions (chức năng): who holds which responsibility, from when until when, for the province, a plan or a regime.

use crate::{
    ask::Ask,
    authz::{self, Audience, Function, Position, READERS, Reach, Rule, Standing, Who},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    journal::{self, Change, NOTHING},
    keyset,
    page::{Page, Paging},
    schema::organization_functions as functions,
    time::Stamp,
    words,
};
use actix_web::{HttpResponse, get, patch, post, web::Path};
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
    /// The last day on which the function is held.
    #[schema(example = "2025-06-30")]
    pub valid_to: Option<NaiveDate>,
}

/// Filters of the list of functions.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GrantFilter {
    pub organization_id: Option<Id>,
    pub function: Option<Function>,
    pub plan_id: Option<Id>,
    pub valid_on: Option<NaiveDate>,
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

/// Functions of an organisation on a day.
pub fn of_organization(conn: &mut Conn, organization: Id, day: NaiveDate) -> Result<Vec<Grant>> {
    let query = functions::table.filter(functions::organization_id.eq(organization)).order(functions::id).into_boxed();
    Ok(on(query, day).select(Grant::as_select()).load(conn)?)
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
        kind: "organization_function",
        id: grant.id,
        version: Some(grant.version),
        owner: Some(grant.organization_id),
        province: Some(grant.province_id),
        action,
        reason: None,
    }
}

fn find(conn: &mut Conn, ask: &Ask, id: Id, act: GrantAction) -> Result<Grant> {
    let grant: Grant = functions::table.find(id).select(Grant::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)?;
    let standing = Standing { audience: Audience::Province, same_province: ask.actor.provinces.contains(&grant.province_id), ..Standing::NEW };
    authz::permit(RULES, &ask.actor, Act::View, act, standing)?;
    Ok(grant)
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_organization_functions).service(create_organization_function).service(get_organization_function).service(update_organization_function);
}

/// Who holds which function
#[utoipa::path(tag = "organizations", params(GrantFilter, Paging), responses((status = 200, description = "A page", body = Vec<Grant>)))]
#[get("/organization-functions")]
async fn list_organization_functions(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (GrantFilter, Paging) = (call.query()?, call.query()?);
    call.read(move |conn, ask| {
        let scope = authz::scope(RULES, &ask.actor, Act::View)?;
        let query = || {
            let mut query = functions::table.into_boxed::<MultiBackend>();
            if scope.organization.is_some() {
                query = query.filter(functions::province_id.eq_any(scope.provinces.clone()));
            }
            if let Some(organization) = filter.organization_id {
                query = query.filter(functions::organization_id.eq(organization));
            }
            if let Some(function) = filter.function {
                query = query.filter(functions::function.eq(function));
            }
            if let Some(plan) = filter.plan_id {
                query = query.filter(functions::plan_id.eq(plan));
            }
            if let Some(day) = filter.valid_on {
                query = on(query, day);
            }
            query
        };
        let rows = keyset!(query().select(Grant::as_select()), paging, "created_at", functions::created_at => Stamp, functions::id, asc).load(conn)?;
        let page = Page::of(rows, paging.limit(), "created_at", |g: &Grant| (g.created_at, g.id))?;
        let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
        Answer::page(&page.counted(total))
    })
    .await
}

/// Grant a function
#[utoipa::path(tag = "organizations", request_body = NewGrant, responses((status = 201, description = "Granted", body = Grant)))]
#[post("/organization-functions")]
async fn create_organization_function(call: Call, body: Body<NewGrant>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
            return Err(Error::forbidden());
        }
        ask.proceed(conn, None)?;
        let grant = add(conn, ask, body.open()?)?;
        Answer::created(format!("/api/v1/organization-functions/{}", grant.id), &grant, grant.version)
    })
    .await
}

/// One grant of a function
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), responses((status = 200, description = "The grant", body = Grant)))]
#[get("/organization-functions/{id}")]
async fn get_organization_function(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let grant = find(conn, ask, *id, Act::View)?;
        Answer::one(&grant, grant.version)
    })
    .await
}

/// End a grant of a function
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), request_body(content = GrantPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The grant", body = Grant)))]
#[patch("/organization-functions/{id}")]
async fn update_organization_function(call: Call, id: Path<Id>, body: Body<GrantPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let before = find(conn, ask, *id, Act::Edit)?;
        ask.proceed(conn, Some(before.version))?;
        let patch = body.open()?;
        if before.valid_from.zip(patch.valid_to).is_some_and(|(from, to)| to < from) {
            return Err(Error::fault("/valid_to", "before_start", "Ngày kết thúc trước ngày bắt đầu.", "The end is before the start."));
        }
        let after = end(conn, ask, &before, patch.valid_to)?;
        Answer::one(&after, after.version)
    })
    .await
}
