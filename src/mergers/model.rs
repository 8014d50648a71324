use crate::{
    db::Json,
    error::{Fault, Result, all_well},
    id::Id,
    organizations::{Level, OrganizationKind, provinces::ProvinceKind},
    schema::mergers,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;

words! {
    /// What can be done with a merger.
    MergerAction {
        View = "view", "Xem", "View";
        Create = "create", "Sáp nhập", "Merge";
    }
}
words! {
    /// What of an organisation passes on, where it has several successors and each item needs a choice.
    ItemKind {
        Function = "function", "Chức năng", "Function";
        User = "user", "Người dùng", "User";
        Plan = "plan", "Kế hoạch", "Plan";
        Task = "task", "Nhiệm vụ", "Task";
        Regime = "regime", "Chế độ báo cáo", "Reporting regime";
        Obligation = "obligation", "Nghĩa vụ báo cáo", "Reporting obligation";
        Recommendation = "recommendation", "Kiến nghị", "Recommendation";
    }
}

/// A merger, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mergers, treat_none_as_default_value = false)]
pub struct Merger {
    pub id: Id,
    pub province_id: Id,
    pub effective_on: NaiveDate,
    pub basis: String,
    pub predecessors: Json,
    pub organizations: Json,
    pub moved: Json,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
}

/// The province that comes of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergedProvince {
    #[schema(pattern = "^[A-Z]{2,8}$", example = "GLM")]
    pub code: String,
    #[schema(min_length = 1, max_length = 200, example = "Tỉnh Gia Lai")]
    pub name: String,
    #[schema(min_length = 1, max_length = 120, example = "Gia Lai")]
    pub short_name: String,
    pub kind: ProvinceKind,
}

/// An organisation of the new province, with those that it takes over from.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergedOrganization {
    /// Name within this request, for `parent` and `choices`.
    #[schema(pattern = "^[a-z0-9_]{1,60}$", example = "stc")]
    pub key: String,
    #[schema(pattern = "^[A-Z0-9_.-]{1,40}$", example = "STC")]
    pub code: String,
    #[schema(min_length = 1, max_length = 300, example = "Sở Tài chính")]
    pub name: String,
    #[schema(max_length = 120)]
    pub short_name: Option<String>,
    pub kind: OrganizationKind,
    pub level: Level,
    /// Key of the organisation that it is a unit of.
    #[schema(pattern = "^[a-z0-9_]{1,60}$", example = "ubnd")]
    pub parent: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub aliases: Vec<String>,
    /// Default true.
    pub has_users: Option<bool>,
    /// Organisations of the merged provinces that pass on to it.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub predecessors: Vec<Id>,
}

/// Which successor takes one item of an organisation that has several.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub organization_id: Id,
    pub kind: ItemKind,
    pub item_id: Id,
    /// Key of the successor.
    #[schema(pattern = "^[a-z0-9_]{1,60}$", example = "stc")]
    pub successor: String,
}

/// A merger to carry out; with `validate_only=true` the answer is the preview.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerger {
    /// The provinces that end.
    #[schema(min_items = 1, max_items = 10)]
    pub predecessors: Vec<Id>,
    pub province: MergedProvince,
    /// The first day of the new province.
    pub effective_on: NaiveDate,
    /// The decision that says so.
    #[schema(min_length = 1, max_length = 500, example = "Nghị quyết 202/2025/QH15")]
    pub basis: String,
    #[schema(min_items = 1, max_items = 2000)]
    pub organizations: Vec<MergedOrganization>,
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub choices: Vec<Choice>,
}

impl NewMerger {
    /// Faults within the request itself: keys that are repeated or missing.
    pub fn check(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut keys = HashSet::new();
        let mut codes = HashSet::new();
        for (at, o) in self.organizations.iter().enumerate() {
            if !keys.insert(o.key.as_str()) {
                faults.push(Fault::at(format!("/organizations/{at}/key"), "repeated", "Khóa lặp lại.", "The key is repeated."));
            }
            if !codes.insert(o.code.as_str()) {
                faults.push(Fault::at(format!("/organizations/{at}/code"), "repeated", "Mã lặp lại.", "The code is repeated."));
            }
        }
        for (at, o) in self.organizations.iter().enumerate() {
            if o.parent.as_deref().is_some_and(|p| !keys.contains(p) || p == o.key) {
                faults.push(Fault::at(format!("/organizations/{at}/parent"), "unknown_reference", "Không có khóa này.", "There is no such key."));
            }
        }
        for (at, c) in self.choices.iter().enumerate() {
            if !keys.contains(c.successor.as_str()) {
                faults.push(Fault::at(format!("/choices/{at}/successor"), "unknown_reference", "Không có khóa này.", "There is no such key."));
            }
        }
        let once: HashSet<&Id> = self.predecessors.iter().collect();
        if once.len() != self.predecessors.len() {
            faults.push(Fault::at("/predecessors", "repeated", "Tỉnh lặp lại.", "A province is repeated."));
        }
        all_well(faults)
    }
}

/// An organisation of the new province, as the merger made it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MadeOrganization {
    pub key: String,
    pub id: Id,
    pub name: String,
    pub predecessors: Vec<Id>,
}

/// How much has passed on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    pub functions: i64,
    pub users: i64,
    pub groups: i64,
    pub plans_and_tasks: i64,
    pub reporting: i64,
    pub recommendations: i64,
    /// Saved reports that go on with an only successor; mergers from before 29/11/2026 moved none.
    #[serde(default)]
    pub report_jobs: i64,
    /// Records that successors may read because a predecessor could.
    pub readable: i64,
}

/// A merger, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MergerView {
    pub id: Id,
    /// The new province.
    pub province_id: Id,
    pub effective_on: NaiveDate,
    pub basis: String,
    pub predecessors: Vec<Id>,
    pub organizations: Vec<MadeOrganization>,
    pub moved: Moved,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
}

crate::filtered_by! {
    MergerView: mergers;
    province_id, effective_on, basis, created_by, created_at
}

impl Merger {
    /// The record as it is shown.
    pub fn view(self) -> Result<MergerView> {
        Ok(MergerView {
            id: self.id,
            province_id: self.province_id,
            effective_on: self.effective_on,
            basis: self.basis,
            predecessors: serde_json::from_value(self.predecessors.0)?,
            organizations: serde_json::from_value(self.organizations.0)?,
            moved: serde_json::from_value(self.moved.0)?,
            version: self.version,
            created_at: self.created_at,
            created_by: self.created_by,
        })
    }
}
