//! Readings: texts that were read by machine, what they propose, what people decide on each proposal, and the document,
//! plan, tasks and reporting regime that are made of it in one act.

mod agencies;
mod apply;
pub mod forms;
mod intake;
pub mod kinds;
pub mod model;
pub mod policy;
mod proposals;
mod routes;
pub mod store;
mod terms;
pub mod values;
pub mod workflow;

pub use store::names_file;

use crate::http::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    routes::mount(config);
}
