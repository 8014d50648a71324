use crate::{
    authz::{Audience, Standing},
    error::{Fault, Result, all_well},
    filters::By,
    flow::Worded,
    id::Id,
    schema::organizations,
    text,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What sort of body it is.
    OrganizationKind {
        PeopleCommittee = "people_committee", "Ủy ban nhân dân tỉnh", "Provincial People's Committee";
        Office = "office", "Văn phòng UBND", "Office of the People's Committee";
        Department = "department", "Sở, ban, ngành", "Department";
        DistrictPeopleCommittee = "district_people_committee", "UBND cấp huyện, xã", "District or commune People's Committee";
        PeopleCouncil = "people_council", "Hội đồng nhân dân", "People's Council";
        PartyBody = "party_body", "Cơ quan Đảng", "Party body";
        FatherlandFront = "fatherland_front", "Mặt trận Tổ quốc", "Fatherland Front";
        MassOrganization = "mass_organization", "Đoàn thể", "Mass organisation";
        Union = "union", "Liên hiệp các tổ chức hữu nghị", "Union of Friendship Organisations";
        Press = "press", "Báo, đài", "Press and broadcaster";
        FriendshipAssociation = "friendship_association", "Hội hữu nghị", "Friendship association";
        SubordinateUnit = "subordinate_unit", "Đơn vị trực thuộc", "Subordinate unit";
        Outside = "outside", "Cơ quan ngoài tỉnh", "Outside body";
        Other = "other", "Khác", "Other";
    }
}

words! {
    /// Level of government.
    Level {
        Central = "central", "Trung ương", "Central";
        Province = "province", "Cấp tỉnh", "Province";
        District = "district", "Cấp huyện", "District";
        Commune = "commune", "Cấp xã", "Commune";
        Unit = "unit", "Đơn vị", "Unit";
    }
}

words! {
    /// Where an organisation stands.
    OrganizationState {
        Proposed = "proposed", "Đề nghị", "Proposed";
        Active = "active", "Đang hoạt động", "Active";
        Merged = "merged", "Đã sáp nhập", "Merged";
        Archived = "archived", "Lưu trữ", "Archived";
    }
}

words! {
    /// What can be done with an organisation.
    OrganizationAction {
        View = "view", "Xem", "View";
        Create = "create", "Tạo", "Create";
        Propose = "propose", "Đề nghị", "Propose";
        Edit = "edit", "Sửa", "Edit";
        Confirm = "confirm", "Xác nhận", "Confirm";
        Reject = "reject", "Bác", "Reject";
        Archive = "archive", "Lưu trữ", "Archive";
    }
}

impl Worded for OrganizationState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for OrganizationAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "organization";

/// An organisation, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
pub struct Organization {
    pub id: Id,
    pub province_id: Id,
    pub parent_id: Option<Id>,
    pub code: String,
    pub electronic_identifier: Option<String>,
    pub name: String,
    pub name_en: Option<String>,
    pub short_name: Option<String>,
    pub name_fold: String,
    pub kind: OrganizationKind,
    pub level: Level,
    pub has_users: bool,
    pub state: OrganizationState,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub archived_at: Option<Stamp>,
    pub seed_key: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

impl Organization {
    /// Everyone in the province may look at it.
    pub fn standing(&self, provinces: &[Id]) -> Standing {
        Standing { audience: Audience::Province, same_province: provinces.contains(&self.province_id), ..Standing::NEW }
    }
    /// Whether it has ended, or does so by a merger that is recorded: nothing new is given to it.
    pub fn is_over(&self, day: NaiveDate) -> bool {
        matches!(self.state, OrganizationState::Merged | OrganizationState::Archived) || self.valid_to.is_some_and(|last| last < day)
    }
}

/// An organisation, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrganizationView {
    pub id: Id,
    pub province_id: Id,
    /// The organisation that it is a unit of.
    pub parent_id: Option<Id>,
    /// Short code, unique in the province.
    pub code: String,
    /// Mã định danh điện tử, such as `H08.12`.
    pub electronic_identifier: Option<String>,
    pub name: String,
    pub name_en: Option<String>,
    pub short_name: Option<String>,
    /// Other names that texts use.
    pub aliases: Vec<String>,
    pub kind: OrganizationKind,
    pub level: Level,
    /// Whether its people work in this system; others are served by the receiver (RULES 4).
    pub has_users: bool,
    pub state: OrganizationState,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    /// Organisations that it took over from.
    pub predecessors: Vec<Id>,
    /// Organisations that took over from it.
    pub successors: Vec<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<OrganizationAction>,
}

crate::filtered_by! {
    OrganizationView: organizations;
    province_id, parent_id, code, electronic_identifier, name, short_name, kind: OrganizationKind, level: Level, state: OrganizationState, has_users,
    valid_from, valid_to, created_at, updated_at
}

/// A new organisation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// The province; a UBND officer proposes in their own and may leave it out.
    pub province_id: Option<Id>,
    pub parent_id: Option<Id>,
    #[schema(pattern = "^[A-Z0-9_.-]{1,40}$", example = "SNGV")]
    pub code: String,
    #[schema(pattern = "^[A-Z][0-9]{2}(\\.[0-9]{1,4}){0,4}$", example = "H08.12")]
    pub electronic_identifier: Option<String>,
    #[schema(min_length = 1, max_length = 300, example = "Sở Ngoại vụ")]
    pub name: String,
    #[schema(max_length = 300)]
    pub name_en: Option<String>,
    #[schema(max_length = 120)]
    pub short_name: Option<String>,
    /// Other names that texts use.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub aliases: Vec<String>,
    pub kind: OrganizationKind,
    pub level: Level,
    /// Default true.
    pub has_users: Option<bool>,
    pub valid_from: Option<NaiveDate>,
}

/// Changes to an organisation; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct OrganizationPatch {
    #[schema(min_length = 1, max_length = 300, example = "Sở Ngoại vụ")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 300)]
    pub name_en: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 120)]
    pub short_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, pattern = "^[A-Z][0-9]{2}(\\.[0-9]{1,4}){0,4}$")]
    pub electronic_identifier: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub parent_id: Option<Option<Id>>,
    #[schema(max_items = 50)]
    pub aliases: Option<Vec<String>>,
}

/// A step in the life of an organisation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationTransition {
    pub action: OrganizationAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// Filters of the list of organisations.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrganizationFilter {
    /// Searches names and aliases without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    /// Valid on this day.
    pub valid_on: Option<NaiveDate>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<OrganizationView>,
    #[param(inline)]
    pub sort: Option<OrganizationSort>,
}

/// Orders of the list of organisations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum OrganizationSort {
    /// By name without diacritics.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// Newest first.
    #[serde(rename = "-created_at")]
    Newest,
}

/// What names are searched by.
pub fn searchable(name: &str, short_name: Option<&str>, code: &str, aliases: &[String]) -> String {
    let mut all = vec![name.to_owned(), code.to_owned()];
    all.extend(short_name.map(str::to_owned));
    all.extend(aliases.iter().cloned());
    text::fold(&all.join(" | "))
}

/// Faults of names and aliases that the schema cannot tell.
pub fn check_names(name: Option<&str>, aliases: &[String]) -> Result<()> {
    let mut faults = Vec::new();
    if name.is_some_and(|n| n.trim().is_empty()) {
        faults.push(Fault::at("/name", "blank", "Hãy ghi tên cơ quan.", "Give the organisation's name."));
    }
    for (at, alias) in aliases.iter().enumerate() {
        if alias.trim().is_empty() || alias.chars().count() > 300 {
            faults.push(Fault::at(format!("/aliases/{at}"), "bad_alias", "Bí danh gồm 1–300 ký tự.", "An alias takes 1 to 300 characters."));
        }
    }
    all_well(faults)
}
