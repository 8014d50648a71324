//! Recommendations: difficulties, obstacles and proposals (khó khăn, vướng mắc, kiến nghị) that an agency raises with
//! the focal point, which answers them or puts them before UBND.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
mod waiting;
pub mod workflow;

pub use model::{Recommendation, RecommendationKind, RecommendationState};
pub use store::{by_code, open_of, raised_by};
pub use waiting::waiting_for;
pub use workflow::{open_items, reassign};

use crate::http::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    routes::mount(config);
}
