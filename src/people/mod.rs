//! People: users, the posts they hold in organisations, and how they sign in.

pub mod auth;
mod model;
pub mod password;
pub mod policy;
mod routes;
mod store;
mod workflow;

pub use model::{KIND, NewPost, NewUser, User, UserAction, UserState};
pub use store::{by_username, find, works_at};
pub use workflow::{add, add_system_admin, set_password, system_actor};

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    auth::mount(config);
    routes::mount(config);
}
