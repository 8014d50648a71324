//! Nhịp Cầu: the service with which a Vietnamese province runs its people-to-people diplomacy.
//!
//! The order of the mounts in [`api`] is the map of the house: lowest floor first.

// ground
pub mod calendar;
pub mod config;
pub mod error;
pub mod id;
pub mod ontime;
pub mod page;
pub mod period;
pub mod schema;
pub mod secrecy;
pub mod text;
pub mod time;
pub mod words;
// tools
pub mod ask;
pub mod authz;
pub mod db;
pub mod flow;
pub mod http;
pub mod journal;
// slices
pub mod organizations;

use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_actix_web::{AppExt, scope, service_config::ServiceConfig};

/// What no slice says for itself.
#[derive(OpenApi)]
#[openapi(
    info(title = "Nhịp Cầu", description = "Theo dõi, tổng hợp, phối hợp, trao đổi thông tin đối ngoại nhân dân. Follows, consolidates, coordinates and exchanges information on people-to-people diplomacy."),
    components(schemas(error::Problem, error::ProblemFault)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Base;

struct Bearer;
impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// The slices, mounted in floor order.
pub fn api(config: &mut ServiceConfig) {
    organizations::mount(config);
}

/// The finished OpenAPI document.
pub fn document() -> Result<serde_json::Value, serde_json::Error> {
    let (_, document) = actix_web::App::new().into_utoipa_app().openapi(Base::openapi()).service(scope::scope("/api/v1").configure(api)).split_for_parts();
    Ok(http::openapi::finish(serde_json::to_value(document)?))
}
