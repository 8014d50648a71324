//! Mandates: giving and ending functions, and an organisation's place in the tree, with what follows from them for plans,
//! regimes and reports in one act.

mod routes;
pub mod workflow;

pub use routes::mount;
pub use workflow::{follow_due, is_due};
