//! Groups such as "các sở, ban, ngành": resolved to their members on the day they are needed (RULES 10).

use super::store as organizations_store;
use crate::{
    ask::Ask,
    authz::{self, Audience, Position, READERS, Reach, Rule, Standing, Who},
    db::{Conn, MultiBackend, beginning},
    error::{Error, Result},
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::Id,
    journal::{self, Change, NOTHING},
    page::{Order, Paging, Sort},
    schema::{organization_group_members as members, organization_groups as groups, organizations},
    sorted, text,
    time::Stamp,
    words,
};
use actix_web::{HttpResponse, get, patch, post, web::Path};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};

words! {
    /// Whether the text says it or somebody judged it.
    Resolution {
        Text = "text", "Theo văn bản", "As the text says";
        Judgement = "judgement", "Suy xét", "A judgement";
    }
}
words! {
    /// What can be done with a group.
    GroupAction {
        View = "view", "Xem", "View";
        Create = "create", "Tạo", "Create";
        Edit = "edit", "Sửa", "Edit";
    }
}
use GroupAction as Act;

/// "Everyone in the province looks; a system administrator manages."
pub const RULES: &[Rule<GroupAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Open(Audience::Province), may: &[Act::View] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[Act::View, Act::Create, Act::Edit] },
];

/// A group, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = groups, treat_none_as_default_value = false)]
pub struct Group {
    pub id: Id,
    pub province_id: Id,
    pub code: String,
    pub name: String,
    pub name_fold: String,
    pub aliases: String,
    pub named: bool,
    pub resolution: Resolution,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

/// A group, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupView {
    pub id: Id,
    pub province_id: Id,
    pub code: String,
    #[schema(example = "Các sở, ban, ngành")]
    pub name: String,
    /// Spellings that texts use.
    pub aliases: Vec<String>,
    /// False for open groups ("các cơ quan liên quan"), which stay text until the owner names members.
    pub named: bool,
    pub resolution: Resolution,
    pub members: Vec<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub allowed_actions: Vec<GroupAction>,
}

crate::filtered_by! {
    GroupView: organization_groups;
    province_id, code, name, named, resolution: Resolution, created_at, updated_at
}

/// A new group.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    pub province_id: Id,
    #[schema(pattern = "^[a-z0-9_]{1,60}$", example = "so_ban_nganh")]
    pub code: String,
    #[schema(min_length = 1, max_length = 300, example = "Các sở, ban, ngành")]
    pub name: String,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub aliases: Vec<String>,
    /// Members; absent for an open group that stays text.
    #[schema(max_items = 500)]
    pub members: Option<Vec<Id>>,
    pub resolution: Resolution,
}

/// Changes to a group.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct GroupPatch {
    #[schema(min_length = 1, max_length = 300, example = "Các sở, ban, ngành")]
    pub name: Option<String>,
    #[schema(max_items = 50)]
    pub aliases: Option<Vec<String>>,
    #[schema(max_items = 500)]
    pub members: Option<Vec<Id>>,
}

const ALIAS_SEPARATOR: &str = "\n";

fn view(ask: &Ask, group: Group, members: Vec<Id>) -> GroupView {
    let may = authz::may(RULES, &ask.actor, Act::Edit, Standing::NEW);
    GroupView {
        id: group.id,
        province_id: group.province_id,
        aliases: group.aliases(),
        code: group.code,
        name: group.name,
        named: group.named,
        resolution: group.resolution,
        members,
        version: group.version,
        created_at: group.created_at,
        updated_at: group.updated_at,
        allowed_actions: if may { vec![Act::Edit] } else { vec![] },
    }
}

fn members_of(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, Vec<Id>>> {
    let rows: Vec<(Id, Id)> = members::table.filter(members::group_id.eq_any(ids.to_vec())).order((members::group_id, members::organization_id)).load(conn)?;
    let mut all: HashMap<Id, Vec<Id>> = HashMap::new();
    for (group, organization) in rows {
        all.entry(group).or_default().push(organization);
    }
    Ok(all)
}

/// The group with this id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Group> {
    groups::table.find(id).select(Group::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The province of each of these groups, as far as they are there.
pub fn provinces_of(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, Id>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(groups::table.filter(groups::id.eq_any(ids.to_vec())).select((groups::id, groups::province_id)).load::<(Id, Id)>(conn)?.into_iter().collect())
}

/// The group with this code.
pub fn by_code(conn: &mut Conn, province: Id, code: &str) -> Result<Option<Group>> {
    Ok(groups::table.filter(groups::province_id.eq(province)).filter(groups::code.eq(code)).select(Group::as_select()).first(conn).optional()?)
}

impl Group {
    /// Spellings that texts use.
    pub fn aliases(&self) -> Vec<String> {
        self.aliases.split(ALIAS_SEPARATOR).filter(|a| !a.is_empty()).map(str::to_owned).collect()
    }
}

/// Groups of a province with their members, in the order of their codes.
pub fn of_province(conn: &mut Conn, province: Id) -> Result<Vec<(Group, Vec<Id>)>> {
    let all: Vec<Group> = groups::table.filter(groups::province_id.eq(province)).order(groups::code).select(Group::as_select()).load(conn)?;
    let ids: Vec<Id> = all.iter().map(|g| g.id).collect();
    let mut members = members_of(conn, &ids)?;
    Ok(all
        .into_iter()
        .map(|g| {
            let of_group = members.remove(&g.id).unwrap_or_default();
            (g, of_group)
        })
        .collect())
}

/// The group, or where its province has been merged the one of the same code in the province that took over (RULES 18).
fn today_of(conn: &mut Conn, group: Id) -> Result<Group> {
    let group = find(conn, group)?;
    let province = super::provinces::today_of(conn, group.province_id)?;
    if province == group.province_id {
        return Ok(group);
    }
    Ok(by_code(conn, province, &group.code)?.unwrap_or(group))
}

/// The members that exist on a day, in the order of their ids; `None` for an open group, which owes no part. A group of a
/// merged province has the members of its successor.
pub fn resolve(conn: &mut Conn, group: Id, day: NaiveDate) -> Result<Option<Vec<Id>>> {
    let group = today_of(conn, group)?;
    if !group.named {
        return Ok(None);
    }
    let group = group.id;
    let rows = members::table
        .inner_join(organizations::table.on(organizations::id.eq(members::organization_id)))
        .filter(members::group_id.eq(group))
        .filter(organizations::valid_from.is_null().or(organizations::valid_from.le(day)))
        .filter(organizations::valid_to.is_null().or(organizations::valid_to.ge(day)))
        .filter(organizations::archived_at.is_null())
        .order(organizations::id)
        .select(organizations::id)
        .load(conn)?;
    Ok(Some(rows))
}

fn set_members(conn: &mut Conn, group: &Group, all: &[Id]) -> Result<()> {
    let known = organizations_store::find_many(conn, all)?;
    if known.iter().any(|o| o.province_id != group.province_id) || all.iter().any(|id| !known.iter().any(|o| o.id == *id)) {
        return Err(Error::fault("/members", "unknown_reference", "Có thành viên không thuộc tỉnh này.", "Some members are not of this province."));
    }
    diesel::delete(members::table.filter(members::group_id.eq(group.id))).execute(conn)?;
    let mut once = all.to_vec();
    once.sort_unstable();
    once.dedup();
    for organization in once {
        diesel::insert_into(members::table).values((members::group_id.eq(group.id), members::organization_id.eq(organization))).execute(conn)?;
    }
    Ok(())
}

/// Adds a group; also the door of the seed loader.
pub fn add(conn: &mut Conn, ask: &Ask, new: NewGroup) -> Result<Group> {
    super::provinces::must_exist(conn, new.province_id)?;
    super::model::check_names(Some(&new.name), &new.aliases)?;
    let group = Group {
        id: Id::fresh(),
        province_id: new.province_id,
        code: new.code,
        name_fold: text::fold(&new.name),
        name: new.name,
        aliases: new.aliases.join(ALIAS_SEPARATOR),
        named: new.members.is_some(),
        resolution: new.resolution,
        version: 1,
        created_at: ask.now,
        updated_at: ask.now,
    };
    diesel::insert_into(groups::table).values(&group).execute(conn)?;
    let all = new.members.unwrap_or_default();
    set_members(conn, &group, &all)?;
    journal::record(conn, ask, change(&group, "create"), NOTHING, Some(&view(ask, group.clone(), all)))?;
    Ok(group)
}

fn change<'a>(group: &Group, action: &'a str) -> Change<'a> {
    Change { kind: "organization_group", id: group.id, version: Some(group.version), owner: None, province: Some(group.province_id), action, reason: None }
}

fn visible(ask: &Ask, group: &Group) -> Standing {
    Standing { audience: Audience::Province, same_province: ask.actor.provinces.contains(&group.province_id), ..Standing::NEW }
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_organization_groups).service(create_organization_group).service(get_organization_group).service(update_organization_group);
}

/// Filters of the list of groups.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct GroupFilter {
    /// Searches names without diacritics.
    #[param(min_length = 1, max_length = 200)]
    q: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    by: By<GroupView>,
}

/// The order of the list of groups.
#[derive(Debug, Clone)]
enum ByName {}
impl Order for ByName {
    const USUAL: &'static str = "name";
}

/// Groups of organisations
#[utoipa::path(tag = "organizations", params(GroupFilter, By<GroupView>, Sort<ByName>, Paging), responses((status = 200, description = "A page", body = Vec<GroupView>)))]
#[get("/organization-groups")]
async fn list_organization_groups(call: Call) -> Result<HttpResponse> {
    let (filter, sort, paging): (GroupFilter, Sort<ByName>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| {
        let scope = authz::scope(RULES, &ask.actor, Act::View)?;
        let query = || {
            let mut query = groups::table.into_boxed::<MultiBackend>();
            if scope.organization.is_some() {
                query = query.filter(groups::province_id.eq_any(scope.provinces.clone()));
            }
            query = filter.by.narrow(query);
            for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
                let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
                query = query.filter(groups::name_fold.like(pattern).escape('\\'));
            }
            query
        };
        let rows = query().select(Group::as_select());
        let page = sorted!(conn, rows, paging, sort, beginning(groups::name_fold) => String, groups::id, |g: &Group| (text::beginning(&g.name_fold), g.id));
        let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
        let ids: Vec<Id> = page.items.iter().map(|g| g.id).collect();
        let mut all = members_of(conn, &ids)?;
        Ok(page
            .map(|g| {
                let members = all.remove(&g.id).unwrap_or_default();
                view(ask, g, members)
            })
            .counted(total))
    })
    .await
}

/// Create a group
#[utoipa::path(tag = "organizations", request_body = NewGroup, responses((status = 201, description = "Created", body = GroupView)))]
#[post("/organization-groups")]
async fn create_organization_group(call: Call, body: Body<NewGroup>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
            return Err(Error::forbidden());
        }
        ask.proceed(conn, None)?;
        let group = add(conn, ask, body.open()?)?;
        let all = members_of(conn, &[group.id])?.remove(&group.id).unwrap_or_default();
        let view = view(ask, group, all);
        Answer::created(format!("/api/v1/organization-groups/{}", view.id), &view, view.version)
    })
    .await
}

/// One group
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), responses((status = 200, description = "The group", body = GroupView)))]
#[get("/organization-groups/{id}")]
async fn get_organization_group(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let group = find(conn, *id)?;
        authz::permit(RULES, &ask.actor, Act::View, Act::View, visible(ask, &group))?;
        let all = members_of(conn, &[group.id])?.remove(&group.id).unwrap_or_default();
        let view = view(ask, group, all);
        Answer::one(&view, view.version)
    })
    .await
}

/// Change a group's names or members; records that expanded it earlier keep the members of their day
#[utoipa::path(tag = "organizations", params(("id" = Id, Path)), request_body(content = GroupPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The group", body = GroupView)))]
#[patch("/organization-groups/{id}")]
async fn update_organization_group(call: Call, id: Path<Id>, body: Body<GroupPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let before = find(conn, *id)?;
        authz::permit(RULES, &ask.actor, Act::View, Act::Edit, visible(ask, &before))?;
        ask.proceed(conn, Some(before.version))?;
        let patch = body.open()?;
        let was = members_of(conn, &[before.id])?.remove(&before.id).unwrap_or_default();
        super::model::check_names(patch.name.as_deref(), patch.aliases.as_deref().unwrap_or_default())?;
        let mut after = before.clone();
        if let Some(name) = patch.name {
            after.name_fold = text::fold(&name);
            after.name = name;
        }
        if let Some(aliases) = patch.aliases {
            after.aliases = aliases.join(ALIAS_SEPARATOR);
        }
        after.named |= patch.members.is_some();
        after.version += 1;
        after.updated_at = ask.now;
        let moved = diesel::update(groups::table.find(before.id).filter(groups::version.eq(before.version)))
            .set((
                groups::name.eq(&after.name),
                groups::name_fold.eq(&after.name_fold),
                groups::aliases.eq(&after.aliases),
                groups::named.eq(after.named),
                groups::version.eq(after.version),
                groups::updated_at.eq(after.updated_at),
            ))
            .execute(conn)?;
        if moved != 1 {
            return Err(Error::Clash);
        }
        if let Some(all) = &patch.members {
            set_members(conn, &after, all)?;
        }
        let is = members_of(conn, &[after.id])?.remove(&after.id).unwrap_or_default();
        let shown = view(ask, after.clone(), is);
        journal::record(conn, ask, change(&after, "edit"), Some(&view(ask, before, was)), Some(&shown))?;
        Answer::one(&shown, shown.version)
    })
    .await
}
