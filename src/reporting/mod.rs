//! Reporting: which reports are owed (regimes), when by whom (periods with obligations), and what was handed in.

pub mod periods;
pub mod regimes;
pub mod submissions;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    regimes::mount(config);
    periods::mount(config);
    submissions::mount(config);
}
