//! The organisations and groups of the provinces that come with the program, as the reader of texts knows them.

use super::load::FILES;
use crate::{
    error::{Error, Result},
    reading::{Agencies, Known},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    province: Province,
    organizations: Vec<Organization>,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Province {
    code: String,
    short_name: String,
}

#[derive(Deserialize)]
struct Organization {
    code: String,
    name: String,
    short_name: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
}

/// The agencies of the province with that code or short name; `None` when the program does not bring it.
pub fn agencies(province: &str) -> Result<Option<Agencies>> {
    for text in FILES {
        let file: File = serde_json::from_str(text).map_err(|e| Error::internal(format!("a province file cannot be read: {e}")))?;
        if !file.province.code.eq_ignore_ascii_case(province) && file.province.short_name != province {
            continue;
        }
        let known = |key: String, name: String, aliases: Vec<String>| Known { key, name, aliases };
        let organizations = file.organizations.into_iter().map(|o| known(o.code, o.name, o.aliases.into_iter().chain(o.short_name).collect()));
        let groups = file.groups.into_iter().map(|g| known(g.name.clone(), g.name, g.aliases));
        return Ok(Some(Agencies { place: Some(file.province.short_name), organizations: organizations.collect(), groups: groups.collect() }));
    }
    Ok(None)
}
