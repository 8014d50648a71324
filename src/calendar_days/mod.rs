//! Working days: which calendar is in force, what it says, and how a new one is installed.

pub mod model;
pub mod policy;
mod routes;
pub mod workflow;

pub use routes::mount;
