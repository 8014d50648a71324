//! Where handlers are mounted: for serving, or for writing the document. A worker that serves writes no document, which
//! would cost it megabytes and a moment at start for something that is thrown away.

use actix_web::{dev::HttpServiceFactory, web};
use utoipa_actix_web::{OpenApiFactory, service_config::ServiceConfig as Described};

/// What a slice mounts its handlers on.
#[allow(missing_debug_implementations)] // what it borrows has none
pub enum ServiceConfig<'a, 's> {
    /// Handlers answer requests.
    Serve(&'a mut web::ServiceConfig),
    /// Handlers tell what they take and answer.
    Describe(&'a mut Described<'s>),
}

impl ServiceConfig<'_, '_> {
    /// Mounts one handler.
    pub fn service(&mut self, handler: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        match self {
            Self::Serve(config) => {
                config.service(handler);
            }
            Self::Describe(config) => {
                config.service(handler);
            }
        }
        self
    }
}
