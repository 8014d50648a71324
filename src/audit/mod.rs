//! The audit trail: who did what, when, from where, before and after; it only reads what the journal holds.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use routes::mount;
