//! The demo: five provinces, and for each a few people who are plainly invented.

use super::{FILES, load_text};
use crate::{
    ask::Ask,
    authz::Position,
    db::Conn,
    error::{Error, Result},
    http::{House, token::write_secret_file},
    organizations::{self, Organization, OrganizationKind, provinces},
    people::{self, NewUser, password},
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

/// One demo account, as `demo-accounts.json` lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Sign-in name.
    pub username: String,
    /// Code of the province; null for the system administrator.
    pub province: Option<String>,
    /// Name of the organisation; null for the system administrator.
    pub organization: Option<String>,
    /// The organisation's role group.
    pub role_group: String,
    /// Position there.
    pub position: String,
}

const POSITIONS: [Position; 3] = [Position::Leader, Position::Officer, Position::Clerk];
/// Which organisations of a province get people, by code; the rest are filled up to six from its departments.
const ALWAYS: [&str; 3] = ["UBND", "SNGV", "LHHN"];

/// Loads the five provinces and the demo accounts, and prints how to sign in.
pub fn demo(house: &House) -> Result<()> {
    let bar = ProgressBar::new(FILES.len() as u64 + 1).with_style(ProgressStyle::with_template("{bar:24} {msg}").map_err(Error::internal)?);
    for file in FILES {
        bar.set_message(load_text(&house.db, file, house.clock.now())?);
        bar.inc(1);
    }
    let (accounts, secret) = accounts(house)?;
    bar.inc(1);
    bar.finish_and_clear();
    let path = house.settings.data.join("demo-accounts.json");
    write_secret_file(&path, &serde_json::to_vec_pretty(&accounts)?)?;
    println!("{:<28} {:<8} {:<12} {:<8} organization", "username", "province", "role_group", "position");
    for a in &accounts {
        let (province, organization) = (a.province.as_deref().unwrap_or("-"), a.organization.as_deref().unwrap_or("-"));
        println!("{:<28} {province:<8} {:<12} {:<8} {organization}", a.username, a.role_group, a.position);
    }
    match secret {
        Some(secret) => println!("\npassword of every demo account: {secret}\n"),
        None => println!("\nthe demo accounts keep the password they were made with\n"),
    }
    println!("accounts: {}", path.display());
    Ok(())
}

/// Makes the accounts that are missing; the password is told only when it was set just now.
fn accounts(house: &House) -> Result<(Vec<Account>, Option<String>)> {
    let now = house.clock.now();
    let secret = house.settings.demo_password.clone().unwrap_or_else(password::invent);
    // One hash for all: they share the password anyway.
    let hash = password::hash(&secret)?;
    house.db.write_now(|conn| {
        let ask = Ask::internal(people::system_actor(), now);
        let mut all = vec![Account {
            username: "admin".into(),
            province: None,
            organization: None,
            role_group: "system".into(),
            position: Position::SystemAdmin.word().into(),
        }];
        let mut fresh = false;
        let known = people::by_username(conn, "admin")?;
        match (known, &house.settings.demo_password) {
            (None, _) => {
                people::add_system_admin(conn, &ask, "admin", "Quản trị Thí dụ", &hash)?;
                fresh = true;
            }
            (Some(user), Some(_)) => {
                people::set_password(conn, &ask, &user, &hash, false, None)?;
                fresh = true;
            }
            (Some(_), None) => {}
        }
        for file in FILES {
            let code = serde_json::from_str::<serde_json::Value>(file)?["province"]["code"].as_str().unwrap_or_default().to_owned();
            let Some(province) = provinces::by_code(conn, &code)? else { continue };
            for organization in chosen(organizations::of_province(conn, province.id)?) {
                let functions: Vec<_> = organizations::functions::of_organization(conn, organization.id, ask.today)?
                    .into_iter()
                    .map(|f| (f.function, f.plan_id.or(f.regime_id)))
                    .collect();
                let groups = crate::http::session::groups(organization.kind.word(), organization.level.word(), &functions);
                let group = groups.first().map_or("co_quan", |g| g.word());
                for position in POSITIONS {
                    let username = format!("{}.{}.{}", code.to_lowercase(), organization.code.to_lowercase().replace('_', "-"), position.word());
                    fresh |= person(conn, &ask, &username, &organization, position, &hash, house.settings.demo_password.is_some())?;
                    all.push(Account {
                        username,
                        province: Some(code.clone()),
                        organization: Some(organization.name.clone()),
                        role_group: group.to_owned(),
                        position: position.word().to_owned(),
                    });
                }
            }
        }
        Ok((all, fresh.then(|| secret.clone())))
    })
}

/// UBND, Sở Ngoại vụ, Liên hiệp and three others, the Office first.
fn chosen(all: Vec<Organization>) -> Vec<Organization> {
    let mut picked: Vec<Organization> = ALWAYS.iter().filter_map(|code| all.iter().find(|o| o.code == *code).cloned()).collect();
    let rank = |o: &Organization| match o.kind {
        OrganizationKind::Office => 0,
        OrganizationKind::PartyBody => 1,
        OrganizationKind::Department => 2,
        OrganizationKind::DistrictPeopleCommittee => 3,
        OrganizationKind::SubordinateUnit => 4,
        _ => 5,
    };
    let mut others: Vec<Organization> = all.into_iter().filter(|o| o.has_users && !ALWAYS.contains(&o.code.as_str())).collect();
    others.sort_by_key(|o| (rank(o), o.seed_key.clone()));
    // One of each sort before a second of any: the demo should show the whole house.
    let mut sorts: Vec<u8> = Vec::new();
    for o in &others {
        if picked.len() < 6 && !sorts.contains(&rank(o)) {
            sorts.push(rank(o));
            picked.push(o.clone());
        }
    }
    for o in others {
        if picked.len() < 6 && !picked.iter().any(|p| p.id == o.id) {
            picked.push(o);
        }
    }
    picked
}

const FAMILY: [&str; 3] = ["Nguyễn Thí Dụ", "Trần Ví Dụ", "Lê Minh Họa"];

fn person(conn: &mut Conn, ask: &Ask, username: &str, organization: &Organization, position: Position, hash: &str, reset: bool) -> Result<bool> {
    if let Some(user) = people::by_username(conn, username)? {
        if reset {
            people::set_password(conn, ask, &user, hash, false, None)?;
        }
        return Ok(reset);
    }
    let at = POSITIONS.iter().position(|p| *p == position).unwrap_or(0);
    let new = NewUser {
        username: username.to_owned(),
        full_name: format!("{} ({} {})", FAMILY[at], position.label(ask.lang), organization.code),
        email: None,
        language: None,
        organization_id: organization.id,
        position,
    };
    people::add(conn, ask, new, hash, false)?;
    Ok(true)
}
