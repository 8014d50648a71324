//! Provinces: one installation serves one or all of them.

use crate::{
    ask::Ask,
    authz::{self, Position, READERS, Reach, Rule, Standing, Who},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    journal::{self, Change, NOTHING},
    page::{Order, Paging, Sort},
    schema::provinces,
    sorted,
    time::Stamp,
    words,
};
use actix_web::{HttpResponse, get, patch, post, web::Path};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// What labels a province's bodies carry.
    ProvinceKind {
        Province = "province", "Tỉnh", "Province";
        City = "city", "Thành phố trực thuộc trung ương", "Centrally run city";
    }
}
words! {
    /// Where a province stands.
    ProvinceState {
        Active = "active", "Đang hoạt động", "Active";
        Merged = "merged", "Đã sáp nhập", "Merged";
    }
}
words! {
    /// What can be done with a province.
    ProvinceAction {
        View = "view", "Xem", "View";
        Create = "create", "Tạo", "Create";
        Edit = "edit", "Sửa", "Edit";
    }
}
use ProvinceAction as Act;

/// "Everyone looks at the own province; a system administrator manages them all."
pub const RULES: &[Rule<ProvinceAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Open(authz::Audience::Province), may: &[Act::View] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[Act::View, Act::Create, Act::Edit] },
];

/// A province, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = provinces, treat_none_as_default_value = false)]
pub struct Province {
    pub id: Id,
    pub code: String,
    pub name: String,
    pub short_name: String,
    pub kind: ProvinceKind,
    pub state: ProvinceState,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub successor_id: Option<Id>,
    pub seed_key: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

/// A province, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProvinceView {
    pub id: Id,
    #[schema(example = "BDI")]
    pub code: String,
    pub name: String,
    pub short_name: String,
    pub kind: ProvinceKind,
    pub state: ProvinceState,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    /// The province that took over from it.
    pub successor_id: Option<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<ProvinceAction>,
}

crate::filtered_by! {
    ProvinceView: provinces;
    code, name, short_name, kind: ProvinceKind, state: ProvinceState, successor_id, valid_from, valid_to, created_at, updated_at
}

/// A new province.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProvince {
    #[schema(pattern = "^[A-Z]{2,8}$", example = "BDI")]
    pub code: String,
    #[schema(min_length = 1, max_length = 200, example = "Tỉnh Bình Định")]
    pub name: String,
    #[schema(min_length = 1, max_length = 120, example = "Bình Định")]
    pub short_name: String,
    pub kind: ProvinceKind,
    pub valid_from: Option<NaiveDate>,
}

/// Changes to a province.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct ProvincePatch {
    #[schema(min_length = 1, max_length = 200, example = "Tỉnh Bình Định")]
    pub name: Option<String>,
    #[schema(min_length = 1, max_length = 120)]
    pub short_name: Option<String>,
}

impl Province {
    fn standing(&self, ask: &Ask) -> Standing {
        Standing { audience: authz::Audience::Province, same_province: ask.actor.provinces.contains(&self.id), ..Standing::NEW }
    }
    fn view(self, ask: &Ask) -> ProvinceView {
        let edit = authz::may(RULES, &ask.actor, Act::Edit, self.standing(ask));
        ProvinceView {
            id: self.id,
            code: self.code,
            name: self.name,
            short_name: self.short_name,
            kind: self.kind,
            state: self.state,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            successor_id: self.successor_id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            allowed_actions: if edit { vec![Act::Edit] } else { vec![] },
        }
    }
}

/// The province with this id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Province> {
    provinces::table.find(id).select(Province::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The province with this code.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Province>> {
    Ok(provinces::table.filter(provinces::code.eq(code)).select(Province::as_select()).first(conn).optional()?)
}

/// The province that a seed file made.
pub fn by_seed_key(conn: &mut Conn, key: &str) -> Result<Option<Province>> {
    Ok(provinces::table.filter(provinces::seed_key.eq(key)).select(Province::as_select()).first(conn).optional()?)
}

/// The province that a record's province has become: itself, or the one that took over from it (RULES 18).
pub fn today_of(conn: &mut Conn, id: Id) -> Result<Id> {
    let successor: Option<Option<Id>> = provinces::table.find(id).select(provinces::successor_id).first(conn).optional()?;
    Ok(successor.flatten().unwrap_or(id))
}

/// A province with those that it took over from.
pub fn with_predecessors(conn: &mut Conn, id: Id) -> Result<Vec<Id>> {
    let mut all: Vec<Id> = provinces::table.filter(provinces::successor_id.eq(id)).order(provinces::id).select(provinces::id).load(conn)?;
    all.push(id);
    Ok(all)
}

/// Those whose organisations a record of a province may name: that one, the one that has taken over from it, the caller's.
pub fn nameable(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Vec<Id>> {
    let mut all = ask.actor.provinces.clone();
    all.extend([id, today_of(conn, id)?]);
    Ok(all)
}

/// 422 where a body names a province that does not exist.
pub fn must_exist(conn: &mut Conn, id: Id) -> Result<()> {
    let known: Option<Id> = provinces::table.find(id).select(provinces::id).first(conn).optional()?;
    known.map(drop).ok_or_else(|| Error::fault("/province_id", "unknown_reference", "Không có tỉnh này.", "There is no such province."))
}

/// Adds a province; also the door of the seed loader and of the merger.
pub fn add(conn: &mut Conn, ask: &Ask, new: NewProvince, seed_key: Option<&str>) -> Result<Province> {
    let province = Province {
        id: Id::fresh(),
        code: new.code,
        name: new.name,
        short_name: new.short_name,
        kind: new.kind,
        state: ProvinceState::Active,
        valid_from: new.valid_from,
        valid_to: None,
        successor_id: None,
        seed_key: seed_key.map(str::to_owned),
        version: 1,
        created_at: ask.now,
        updated_at: ask.now,
    };
    diesel::insert_into(provinces::table).values(&province).execute(conn)?;
    journal::record(conn, ask, change(&province, "create"), NOTHING, Some(&province.clone().view(ask)))?;
    Ok(province)
}

fn change<'a>(province: &Province, action: &'a str) -> Change<'a> {
    Change { kind: "province", id: province.id, version: Some(province.version), owner: None, province: Some(province.id), action, reason: None }
}

/// Ends a province on a day in favour of its successor (RULES 18).
pub fn end(conn: &mut Conn, ask: &Ask, id: Id, last_day: NaiveDate, successor: Id) -> Result<()> {
    let before = find(conn, id)?;
    let mut after = before.clone();
    after.state = ProvinceState::Merged;
    after.valid_to = Some(last_day);
    after.successor_id = Some(successor);
    after.version += 1;
    after.updated_at = ask.now;
    diesel::update(provinces::table.find(id))
        .set((
            provinces::state.eq(after.state),
            provinces::valid_to.eq(after.valid_to),
            provinces::successor_id.eq(after.successor_id),
            provinces::version.eq(after.version),
            provinces::updated_at.eq(ask.now),
        ))
        .execute(conn)?;
    journal::record(conn, ask, change(&after, "merge"), Some(&before.view(ask)), Some(&after.clone().view(ask)))?;
    pass_on(conn, ask, id, successor)
}

/// Those that an ended province had succeeded are now succeeded by the newest.
fn pass_on(conn: &mut Conn, ask: &Ask, from: Id, to: Id) -> Result<()> {
    let earlier = provinces::table.filter(provinces::successor_id.eq(from)).order(provinces::id);
    let earlier: Vec<Province> = earlier.select(Province::as_select()).load(conn)?;
    if earlier.is_empty() {
        return Ok(());
    }
    diesel::update(provinces::table.filter(provinces::successor_id.eq(from)))
        .set((provinces::successor_id.eq(to), provinces::version.eq(provinces::version + 1), provinces::updated_at.eq(ask.now)))
        .execute(conn)?;
    let mut entries = Vec::with_capacity(earlier.len());
    for before in earlier {
        let after = Province { successor_id: Some(to), version: before.version + 1, updated_at: ask.now, ..before.clone() };
        entries.push(journal::entry(ask, change(&after, "reassign"), Some(&before.view(ask)), Some(&after.clone().view(ask)))?);
    }
    journal::record_all(conn, &entries)
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_provinces).service(create_province).service(get_province).service(update_province);
}

/// The order of the list of provinces.
#[derive(Debug, Clone)]
enum ByCode {}
impl Order for ByCode {
    const USUAL: &'static str = "code";
}

/// Provinces
#[utoipa::path(tag = "organizations", params(By<ProvinceView>, Sort<ByCode>, Paging), responses((status = 200, description = "A page", body = Vec<ProvinceView>)))]
#[get("/provinces")]
async fn list_provinces(call: Call) -> Result<HttpResponse> {
    let (by, sort, paging): (By<ProvinceView>, Sort<ByCode>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| {
        let scope = authz::scope(RULES, &ask.actor, Act::View)?;
        let query = || {
            let mut query = provinces::table.into_boxed::<MultiBackend>();
            if scope.organization.is_some() {
                query = query.filter(provinces::id.eq_any(scope.provinces.clone()));
            }
            by.narrow(query)
        };
        let rows = query().select(Province::as_select());
        let page = sorted!(conn, rows, paging, sort, provinces::code => String, provinces::id, |p: &Province| (p.code.clone(), p.id));
        let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
        Ok(page.map(|p| p.view(ask)).counted(total))
    })
    .await
}

/// Create a province
#[utoipa::path(tag = "organizations", request_body = NewProvince, responses((status = 201, description = "Created", body = ProvinceView)))]
#[post("/provinces")]
async fn create_province(call: Call, body: Body<NewProvince>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
            return Err(Error::forbidden());
        }
        ask.proceed(conn, None)?;
        let view = add(conn, ask, body.open()?, None)?.view(ask);
        Answer::created(format!("/api/v1/provinces/{}", view.id), &view, view.version)
    })
    .await
}

/// One province
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), responses((status = 200, description = "The province", body = ProvinceView)))]
#[get("/provinces/{id}")]
async fn get_province(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let province = find(conn, *id)?;
        authz::permit(RULES, &ask.actor, Act::View, Act::View, province.standing(ask))?;
        let view = province.view(ask);
        Answer::one(&view, view.version)
    })
    .await
}

/// Change a province's names
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), request_body(content = ProvincePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The province", body = ProvinceView)))]
#[patch("/provinces/{id}")]
async fn update_province(call: Call, id: Path<Id>, body: Body<ProvincePatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let before = find(conn, *id)?;
        authz::permit(RULES, &ask.actor, Act::View, Act::Edit, before.standing(ask))?;
        ask.proceed(conn, Some(before.version))?;
        let patch = body.open()?;
        let mut after = before.clone();
        after.name = patch.name.unwrap_or(after.name);
        after.short_name = patch.short_name.unwrap_or(after.short_name);
        after.version += 1;
        after.updated_at = ask.now;
        let moved = diesel::update(provinces::table.find(before.id).filter(provinces::version.eq(before.version)))
            .set((
                provinces::name.eq(&after.name),
                provinces::short_name.eq(&after.short_name),
                provinces::version.eq(after.version),
                provinces::updated_at.eq(after.updated_at),
            ))
            .execute(conn)?;
        if moved != 1 {
            return Err(Error::Clash);
        }
        journal::record(conn, ask, change(&after, "edit"), Some(&before.view(ask)), Some(&after.clone().view(ask)))?;
        let view = after.view(ask);
        Answer::one(&view, view.version)
    })
    .await
}
