//! Drafting: what is known before a report is written, from tasks, documents, obstacles and the last period, each with the
//! records that it comes from (RULES 15).

pub mod model;
mod routes;
mod workflow;
mod writing;

pub use routes::mount;
