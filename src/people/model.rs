use crate::{
    authz::{Position, RoleGroup},
    filters::By,
    flow::Worded,
    id::Id,
    page::Order,
    schema::{posts, users},
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What can be done with a user.
    UserAction {
        View = "view", "Xem", "View";
        Create = "create", "Tạo", "Create";
        Edit = "edit", "Sửa", "Edit";
        Disable = "disable", "Khóa tài khoản", "Disable";
        Enable = "enable", "Mở tài khoản", "Enable";
        Unlock = "unlock", "Gỡ khóa đăng nhập", "Lift the sign-in lock";
        ResetPassword = "reset_password", "Đặt lại mật khẩu", "Reset the password";
    }
}
words! {
    /// Where an account stands.
    UserState {
        Enabled = "enabled", "Đang dùng", "Enabled";
        Disabled = "disabled", "Đã khóa", "Disabled";
    }
}
impl Worded for UserState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for UserAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "user";

/// A user, as stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct User {
    pub id: Id,
    pub username: String,
    pub full_name: String,
    pub full_name_fold: String,
    pub email: Option<String>,
    pub language: String,
    pub password_hash: String,
    pub must_change_password: bool,
    pub is_system_admin: bool,
    pub failed_logins: i32,
    pub locked_until: Option<Stamp>,
    pub disabled_at: Option<Stamp>,
    pub last_login_at: Option<Stamp>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({})", self.username)
    }
}

impl User {
    /// Where the account stands.
    pub fn state(&self) -> UserState {
        if self.disabled_at.is_some() { UserState::Disabled } else { UserState::Enabled }
    }
}

/// A post that a user holds.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = posts, treat_none_as_default_value = false)]
pub struct Post {
    pub id: Id,
    pub user_id: Id,
    pub organization_id: Id,
    pub position: Position,
    pub is_default: bool,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub created_at: Stamp,
}

/// A post, as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostView {
    pub id: Id,
    pub organization_id: Id,
    pub organization_name: String,
    pub province_code: String,
    pub position: Position,
    pub is_default: bool,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
}

/// A user, as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserView {
    pub id: Id,
    pub username: String,
    pub full_name: String,
    pub email: Option<String>,
    /// `vi` or `en`.
    pub language: String,
    pub is_system_admin: bool,
    pub must_change_password: bool,
    pub state: UserState,
    pub locked_until: Option<Stamp>,
    pub last_login_at: Option<Stamp>,
    pub posts: Vec<PostView>,
    /// Shown once, in the answer that made it; null ever after.
    pub initial_password: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub allowed_actions: Vec<UserAction>,
}

crate::filtered_by! {
    UserView: users;
    username, full_name, email, language, is_system_admin, must_change_password, last_login_at, created_at, updated_at
}

/// A new user with a first post.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    #[schema(pattern = "^[a-z0-9][a-z0-9._-]{2,63}$", example = "chuyenvien.sngv")]
    pub username: String,
    #[schema(min_length = 1, max_length = 200, example = "Nguyễn Văn Thí Dụ")]
    pub full_name: String,
    #[schema(format = Email, max_length = 254)]
    pub email: Option<String>,
    /// `vi` (default) or `en`.
    #[schema(pattern = "^(vi|en)$", example = "vi")]
    pub language: Option<String>,
    /// The organisation of the first post.
    pub organization_id: Id,
    pub position: Position,
}

/// A further post.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPost {
    pub organization_id: Id,
    pub position: Position,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
}

/// Changes to a user.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct UserPatch {
    #[schema(min_length = 1, max_length = 200, example = "Nguyễn Văn Thí Dụ")]
    pub full_name: Option<String>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, format = Email, max_length = 254)]
    pub email: Option<Option<String>>,
    #[schema(pattern = "^(vi|en)$", example = "vi")]
    pub language: Option<String>,
}

/// A step in the life of an account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserTransition {
    pub action: UserAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// Filters of the list of users.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserFilter {
    /// Searches names without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    pub organization_id: Option<Id>,
    pub position: Option<Position>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<UserView>,
}

/// The order of the list of users.
#[derive(Debug, Clone)]
pub enum ByUsername {}
impl Order for ByUsername {
    const USUAL: &'static str = "username";
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    pub user_id: Id,
    pub username: String,
    pub full_name: String,
    pub language: String,
    pub must_change_password: bool,
    /// The organisation that the token is for; null for a system administrator.
    pub organization_id: Option<Id>,
    pub organization_name: Option<String>,
    pub province_id: Option<Id>,
    pub province_code: Option<String>,
    pub position: Position,
    pub role_groups: Vec<RoleGroup>,
    pub functions: Vec<crate::authz::Function>,
    /// What a service account is allowed; null for a person. `user_id` is then the account's id.
    pub scopes: Option<Vec<crate::authz::scopes::ServiceScope>>,
    /// All posts of the user; `POST /auth/switch` changes to another.
    pub posts: Vec<PostView>,
}

/// Tokens and who they are for.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// Send as `Authorization: Bearer …`.
    pub access_token: String,
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
    /// For `POST /auth/refresh`; good once.
    pub refresh_token: String,
    pub me: Me,
}

/// Sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    #[schema(min_length = 1, max_length = 100, example = "bdi.lhhn.leader")]
    pub username: String,
    #[schema(min_length = 1, max_length = 200, example = "mat-khau-thi-du")]
    pub password: String,
    /// For users with several posts: which organisation to act for.
    pub organization_id: Option<Id>,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    #[schema(min_length = 20, max_length = 200)]
    pub refresh_token: String,
}

/// Sign-out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Logout {
    /// End every session of this user, not only this one.
    #[serde(default)]
    pub everywhere: bool,
}

/// Change of organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    pub organization_id: Id,
}

/// Change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[schema(min_length = 1, max_length = 200)]
    pub current_password: String,
    #[schema(min_length = 12, max_length = 200, example = "mat-khau-moi-thi-du")]
    pub new_password: String,
}
