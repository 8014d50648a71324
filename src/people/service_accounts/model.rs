use crate::{
    authz::scopes::ServiceScope,
    db::Json,
    flow::Worded,
    id::Id,
    schema::{service_accounts, service_keys},
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// What can be done with a service account.
    ServiceAccountAction {
        View = "view", "Xem", "View";
        Create = "create", "Tạo", "Create";
        Edit = "edit", "Sửa", "Edit";
        Rotate = "rotate", "Đổi khóa", "Give a new key beside the old one";
        Revoke = "revoke", "Thu hồi", "Revoke";
    }
}
words! {
    /// Where a service account stands.
    ServiceAccountState {
        Active = "active", "Đang dùng", "Active";
        Expired = "expired", "Hết hạn", "Expired";
        Revoked = "revoked", "Đã thu hồi", "Revoked";
    }
}
impl Worded for ServiceAccountState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ServiceAccountAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "service_account";
/// Days that an account lives unless said, and at most.
pub const USUAL_DAYS: u64 = 365;
/// Days ahead that an account may be given, at most.
pub const MOST_DAYS: u64 = 731;
/// Hours that the old key stays good beside a new one unless said.
pub const USUAL_GRACE_HOURS: i64 = 24;

/// An account, as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_accounts, treat_none_as_default_value = false)]
pub struct ServiceAccount {
    pub id: Id,
    pub organization_id: Id,
    pub name: String,
    pub description: Option<String>,
    pub scopes: Json,
    pub expires_on: NaiveDate,
    pub revoked_at: Option<Stamp>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

impl ServiceAccount {
    /// Where it stands on a day.
    pub fn state(&self, today: NaiveDate) -> ServiceAccountState {
        if self.revoked_at.is_some() {
            ServiceAccountState::Revoked
        } else if self.expires_on < today {
            ServiceAccountState::Expired
        } else {
            ServiceAccountState::Active
        }
    }
}

/// A key, as stored: its hash alone.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_keys, treat_none_as_default_value = false)]
pub struct ServiceKey {
    pub id: Id,
    pub account_id: Id,
    pub hash: String,
    pub created_at: Stamp,
    pub ends_at: Option<Stamp>,
    pub last_used_at: Option<Stamp>,
}

/// A key, as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceKeyView {
    /// Part of the key itself, so that one can tell which it is.
    pub id: Id,
    pub created_at: Stamp,
    /// When it stops being good; null for the account's newest key, which lives as long as the account.
    pub ends_at: Option<Stamp>,
    /// To within five minutes.
    pub last_used_at: Option<Stamp>,
}

/// A service account, as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceAccountView {
    pub id: Id,
    pub organization_id: Id,
    pub name: String,
    pub description: Option<String>,
    pub scopes: Vec<ServiceScope>,
    /// Last day on which its keys are good.
    pub expires_on: NaiveDate,
    pub state: ServiceAccountState,
    pub revoked_at: Option<Stamp>,
    /// To within five minutes.
    pub last_used_at: Option<Stamp>,
    /// Keys that are good now, newest first.
    pub keys: Vec<ServiceKeyView>,
    /// The key just made: shown once, in the answer that made it; null ever after.
    pub key: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub allowed_actions: Vec<ServiceAccountAction>,
}

crate::filtered_by! {
    ServiceAccountView: service_accounts;
    organization_id, name, description, expires_on, revoked_at, created_at, updated_at
}

/// A new service account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewServiceAccount {
    /// The organisation that it acts for; the own one unless said.
    pub organization_id: Option<Id>,
    #[schema(min_length = 1, max_length = 200, example = "Bảng điều hành của tỉnh")]
    pub name: String,
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    #[schema(min_items = 1, max_items = 20)]
    pub scopes: Vec<ServiceScope>,
    /// Last day on which its keys are good: a year ahead unless said, two years at most.
    pub expires_on: Option<NaiveDate>,
}

/// Changes to a service account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct ServiceAccountPatch {
    #[schema(min_length = 1, max_length = 200, example = "Bảng điều hành của tỉnh")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 2000)]
    pub description: Option<Option<String>>,
    #[schema(min_items = 1, max_items = 20)]
    pub scopes: Option<Vec<ServiceScope>>,
    pub expires_on: Option<NaiveDate>,
}

/// A step in the life of a service account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccountTransition {
    pub action: ServiceAccountAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// With `rotate`: hours that the old key stays good beside the new one; 24 unless said.
    #[schema(minimum = 0, maximum = 168)]
    pub grace_hours: Option<i64>,
}
