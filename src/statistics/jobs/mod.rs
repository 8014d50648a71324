//! Saved reports that run on a schedule: claimed once, made with the rights of their owner, kept as files, made again
//! exactly.

mod files;
pub mod model;
pub mod policy;
mod routes;
pub mod schedule;
pub mod store;
pub mod workflow;

pub use routes::mount;
pub use store::names_file;
pub use workflow::{
    planning::replan,
    running::{pass, run},
    succession::{end, reassign},
};
