//! Consolidated reports: what a consolidator makes of the accepted submissions of a period, appraised where the regime
//! says so, issued and frozen, every figure traceable to the versions that it came from.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use model::{ConsolidatedFigure, ConsolidatedState, KIND, Report};
pub use store::{by_code, find, issued_of};
pub use workflow::{Again, again, proofs_after, reassign, refresh_overseers, sheet, verify};

use crate::http::ServiceConfig;

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    routes::mount(config);
}
