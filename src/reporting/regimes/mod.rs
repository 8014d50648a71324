//! Reporting regimes: which report is owed, by whom to whom along which chain, when, and with which indicators.

pub mod model;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes.
pub fn mount(_: &mut ServiceConfig) {}
