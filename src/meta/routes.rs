use super::vocabulary::VOCABULARY;
use crate::{
    error::Result,
    http::{Answer, Call, ServiceConfig},
    words::Word,
};
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_enums).service(get_version);
}

/// One enumeration.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VocabularyList {
    /// Its name in the OpenAPI document (`components/schemas`).
    #[schema(value_type = String, example = "OrganizationKind")]
    pub name: &'static str,
    /// Its values, in the order in which people list them.
    pub values: &'static [Word],
}

/// Every enumeration.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Vocabulary {
    enums: Vec<VocabularyList>,
}

/// Which program answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ProgramVersion {
    #[schema(value_type = String, example = "nhipcau")]
    name: &'static str,
    /// Version of the program.
    #[schema(value_type = String, example = "0.1.0")]
    version: &'static str,
    /// Version of the contract, as in the path.
    #[schema(value_type = String, example = "v1")]
    api: &'static str,
}

/// Every enumeration with its Vietnamese and English labels
#[utoipa::path(tag = "meta", responses((status = 200, description = "The enumerations", body = Vocabulary)))]
#[get("/meta/enums")]
async fn list_enums(call: Call) -> Result<HttpResponse> {
    call.read(|_, _| {
        let enums = VOCABULARY.iter().map(|(name, values)| VocabularyList { name, values }).collect();
        Answer::value(&Vocabulary { enums })
    })
    .await
}

/// Which version answers
#[utoipa::path(tag = "meta", responses((status = 200, description = "The version", body = ProgramVersion)))]
#[get("/meta/version")]
async fn get_version(call: Call) -> Result<HttpResponse> {
    call.read(|_, _| Answer::value(&ProgramVersion { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), api: "v1" })).await
}
