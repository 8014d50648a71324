//! Organisations: who there is in a province, with names, tree, groups, functions and succession.

pub mod functions;
pub mod groups;
mod letterhead;
pub mod model;
pub mod named;
pub mod policy;
pub mod provinces;
mod routes;
pub mod store;
pub mod workflow;

pub use letterhead::{Letterhead, letterhead, local_name};
pub use model::{Level, NewOrganization, Organization, OrganizationAction, OrganizationKind, OrganizationPatch, OrganizationState, OrganizationView};
pub use routes::INCLUDED;
pub use store::{find, find_many, of_province, units};
pub use workflow::add;

use crate::http::ServiceConfig;

/// Mounts the routes of this slice, the fixed paths before the ones with an id.
pub fn mount(config: &mut ServiceConfig) {
    provinces::mount(config);
    groups::mount(config);
    functions::mount(config);
    routes::mount(config);
}
