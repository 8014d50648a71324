//! Reporting periods and the obligations that opening one makes.

pub mod model;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes.
pub fn mount(_: &mut ServiceConfig) {}
