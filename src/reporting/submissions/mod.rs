//! What an agency hands in for an obligation: drafts, immutable versions, acceptance.

pub mod model;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes.
pub fn mount(_: &mut ServiceConfig) {}
