//! Urging (đôn đốc): a numbered record that an agency was reminded of what it owes. Also used for obligations of reporting.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use model::{Message, Target, TargetKind, Urging, UrgingLevel, UrgingView};
pub use routes::mount;
pub use store::of_target;
pub use workflow::{send, show};
