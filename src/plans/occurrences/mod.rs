//! Occurrences: each carrying-out of a task, the only one or that of a period; state, returns and on-time hang here.

pub mod model;
pub mod opening;
mod routes;
pub mod store;
pub mod workflow;

pub use routes::mount;
