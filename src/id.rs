//! Identifiers: UUID version 7, so that a record's id also says in which order it came.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use uuid::Uuid;

/// The id of any record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub Uuid);

impl Id {
    /// A fresh, time-ordered identifier.
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }
    /// Reads the canonical text form.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text).ok().map(Self)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Id {
    type Err = uuid::Error;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Uuid::from_str(s).map(Self)
    }
}

/// What a path names a record by: its id, or the code that people cite. The gate puts the id in the code's place, so that
/// handlers see ids only.
#[derive(Debug)]
pub struct Key;

/// An id, or a code such as `NV-BDI-2026-0001`.
const KEY: &str = "^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[A-Z]{2,8}-[A-Z]{2,8}(-[0-9]{4})?-[0-9]{4,9})$";

impl utoipa::PartialSchema for Key {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(KEY))
            .max_length(Some(40))
            .description(Some("The record's id, or its code (such as NV-BDI-2026-0001), which resolves among what the caller may see"))
            .examples([serde_json::json!("NV-BDI-2026-0001")])
            .into()
    }
}
impl utoipa::ToSchema for Key {}

impl utoipa::PartialSchema for Id {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).description(Some("UUID version 7")).into()
    }
}
impl utoipa::ToSchema for Id {}
