//! Reads a province file and hands each part to the slice that owns it.

use super::plans::PlanFunction;
use crate::{
    ask::Ask,
    authz::Function,
    calendar::DueRule,
    db::{Conn, Db},
    error::{Error, Result},
    id::Id,
    organizations::{self, Level, NewOrganization, OrganizationKind, OrganizationState, functions, groups, provinces},
    people,
    time::Stamp,
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::HashMap;

/// The five provinces that come with the program.
pub const FILES: [&str; 5] = [
    include_str!("binh_dinh.json"),
    include_str!("can_tho.json"),
    include_str!("gia_lai.json"),
    include_str!("ba_ria_vung_tau.json"),
    include_str!("dong_nai.json"),
];

/// A province file. Unknown members are mistakes: nothing of a source may fall by the wayside.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Stable name of the file's content.
    pub seed: String,
    province: Province,
    organizations: Vec<Organization>,
    functions: Vec<Grant>,
    groups: Vec<Group>,
    documents: Vec<super::documents::Document>,
    #[serde(default)]
    plans: Vec<super::plans::FollowUp>,
    #[serde(default)]
    regimes: Vec<super::regimes::Regime>,
}

#[derive(Debug, Deserialize)]
struct Province {
    code: String,
    name: String,
    short_name: String,
    kind: provinces::ProvinceKind,
}

#[derive(Debug, Deserialize)]
struct Organization {
    key: String,
    code: String,
    name: String,
    name_en: Option<String>,
    short_name: Option<String>,
    kind: OrganizationKind,
    level: Level,
    parent: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    has_users: bool,
}

#[derive(Debug, Deserialize)]
struct Grant {
    function: Function,
    organization: String,
    plan: Option<String>,
    basis: Option<String>,
    valid_from: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
struct Group {
    key: String,
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    members: Option<Vec<String>>,
    resolution: groups::Resolution,
}

/// The organisations of a province by the file's keys.
pub type Keys = HashMap<String, Id>;

/// Loads a file; what is there already stays as it is. Answers one line that says what was loaded.
pub fn load_text(db: &Db, text: &str, now: Stamp) -> Result<String> {
    let file: File = serde_json::from_str(text).map_err(|e| Error::internal(format!("the province file cannot be read: {e}")))?;
    let (province, organizations) = db.write_now(|conn| {
        let ask = Ask::internal(people::system_actor(), now);
        let province = load_province(conn, &ask, &file)?;
        let keys = load_organizations(conn, &ask, province, &file)?;
        load_functions(conn, &ask, &keys, &file)?;
        load_groups(conn, &ask, province, &keys, &file)?;
        let texts = super::documents::load_documents(conn, &ask, province, &keys, &file.documents)?;
        let granted: Vec<PlanFunction<'_>> = file
            .functions
            .iter()
            .filter_map(|f| f.plan.as_deref().map(|plan| PlanFunction { plan, organization: &f.organization, function: f.function, basis: f.basis.as_deref() }))
            .collect();
        let plans = super::plans::load(conn, &ask, province, &keys, &texts, &granted, &file.plans)?;
        super::regimes::load(conn, &ask, province, &keys, None, &plans, &file.regimes)?;
        Ok((province, keys.len()))
    })?;
    Ok(format!(
        "{} ({province}): {organizations} organisations, {} documents, {} plans, {} reporting regimes",
        file.province.name,
        file.documents.len(),
        file.plans.len(),
        file.regimes.len()
    ))
}

fn load_province(conn: &mut Conn, ask: &Ask, file: &File) -> Result<Id> {
    if let Some(known) = provinces::by_seed_key(conn, &file.seed)? {
        return Ok(known.id);
    }
    let p = &file.province;
    let new = provinces::NewProvince { code: p.code.clone(), name: p.name.clone(), short_name: p.short_name.clone(), kind: p.kind, valid_from: None };
    Ok(provinces::add(conn, ask, new, Some(&file.seed))?.id)
}

fn load_organizations(conn: &mut Conn, ask: &Ask, province: Id, file: &File) -> Result<Keys> {
    let mut keys = Keys::new();
    // Parents first: a unit's parent may stand further down in the file.
    let mut waiting: Vec<&Organization> = file.organizations.iter().collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut still = Vec::new();
        for o in waiting {
            if let Some(known) = organizations::store::by_seed_key(conn, province, &o.key)? {
                keys.insert(o.key.clone(), known.id);
                continue;
            }
            let parent = match &o.parent {
                Some(key) => match keys.get(key) {
                    Some(id) => Some(*id),
                    None => {
                        still.push(o);
                        continue;
                    }
                },
                None => None,
            };
            let new = NewOrganization {
                province_id: Some(province),
                parent_id: parent,
                code: o.code.clone(),
                electronic_identifier: None,
                name: o.name.clone(),
                name_en: o.name_en.clone(),
                short_name: o.short_name.clone(),
                aliases: o.aliases.clone(),
                kind: o.kind,
                level: o.level,
                has_users: Some(o.has_users),
                valid_from: None,
            };
            keys.insert(o.key.clone(), organizations::add(conn, ask, province, new, OrganizationState::Active, Some(&o.key))?.id);
        }
        if still.len() == before {
            return Err(Error::internal(format!("{}: a parent is missing", file.seed)));
        }
        waiting = still;
    }
    Ok(keys)
}

/// The organisation that a key of the file names.
pub fn named(keys: &Keys, key: &str) -> Result<Id> {
    keys.get(key).copied().ok_or_else(|| Error::internal(format!("the province file names an unknown organisation: {key}")))
}

fn load_functions(conn: &mut Conn, ask: &Ask, keys: &Keys, file: &File) -> Result<()> {
    // Functions for one plan are granted when the plan is loaded.
    for f in file.functions.iter().filter(|f| f.plan.is_none()) {
        let organization = named(keys, &f.organization)?;
        let held = functions::of_organization(conn, organization, ask.today)?;
        if held.iter().any(|h| h.function == f.function && h.plan_id.is_none() && h.regime_id.is_none()) {
            continue;
        }
        let new = functions::NewGrant {
            organization_id: organization,
            function: f.function,
            plan_id: None,
            regime_id: None,
            basis: f.basis.clone(),
            valid_from: f.valid_from,
            valid_to: None,
        };
        functions::add(conn, ask, new)?;
    }
    Ok(())
}

fn load_groups(conn: &mut Conn, ask: &Ask, province: Id, keys: &Keys, file: &File) -> Result<()> {
    for g in &file.groups {
        if groups::by_code(conn, province, &g.key)?.is_some() {
            continue;
        }
        let members = g.members.as_ref().map(|all| all.iter().map(|key| named(keys, key)).collect::<Result<Vec<_>>>()).transpose()?;
        let new = groups::NewGroup {
            province_id: province,
            code: g.key.clone(),
            name: g.name.clone(),
            aliases: g.aliases.clone(),
            members,
            resolution: g.resolution,
        };
        groups::add(conn, ask, new)?;
    }
    Ok(())
}

/// A rule of the file; "theo quy định" says neither inclusive nor roll there.
pub fn due(mut rule: serde_json::Value) -> Result<DueRule> {
    if let Some(members) = rule.as_object_mut() {
        members.entry("inclusive").or_insert(serde_json::Value::Bool(true));
        members.entry("roll").or_insert(serde_json::Value::String("none".into()));
    }
    Ok(serde_json::from_value(rule)?)
}
