//! Notices: what falls due, what is overdue, and what waits for this person; read from the records each time it is asked.

pub mod calendar;
pub mod model;
pub mod policy;
mod routes;
mod sources;
mod store;
pub mod workflow;

use crate::http::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    routes::mount(config);
    calendar::mount(config);
}
