//! Statistics: what the records of a province add up to, for reports and for the brief of its leaders. Nothing is stored
//! here that could be computed; every figure says which state of the data it shows.

pub mod jobs;
pub mod model;
pub mod policy;
mod rewind;
mod routes;
mod store;
mod workflow;

pub use model::ReportKind;

use crate::http::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    routes::mount(config);
    jobs::mount(config);
}
