//! Tasks: what a plan gives to whom, how often and until when.

pub mod assignees;
pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use routes::{INCLUDED, mount};
