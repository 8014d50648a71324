//! Parts: what each agency owes of a task, with its own state, due date and result.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use routes::mount;
