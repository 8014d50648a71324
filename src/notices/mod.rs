//! Notices: what falls due, what is overdue, and what waits for this person; read from the records each time it is asked.

pub mod model;
pub mod policy;
mod routes;
mod sources;
mod store;
pub mod workflow;

pub use routes::mount;
