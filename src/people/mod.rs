//! People: users, the posts they hold in organisations, and how they sign in.

pub mod auth;
mod model;
pub mod password;
pub mod policy;
mod routes;
pub mod service_accounts;
mod store;
mod workflow;

pub use model::{KIND, NewPost, NewUser, User, UserAction, UserState};
pub use store::{by_username, find, of_organization, position_in, works_for_any};
pub use workflow::{FLOW, add, add_system_admin, reassign, set_password, system_actor};

use crate::http::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    auth::mount(config);
    routes::mount(config);
    service_accounts::mount(config);
}
