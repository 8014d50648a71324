//! What an administrator does at the terminal before there is anybody who could sign in.

pub mod archive;
pub mod verify;

use crate::{
    ask::Ask,
    authz::Position,
    db::Db,
    error::{Error, Result},
    organizations::{self, provinces},
    people::{self, password},
    reading::{
        Agencies, Reader, Reading, files,
        score::{self, Score},
    },
    time::Stamp,
};

/// A user to create.
#[derive(Debug)]
pub struct Person {
    /// Sign-in name.
    pub username: String,
    /// Full name.
    pub full_name: String,
    /// Code of the province.
    pub province: String,
    /// Code of the organisation.
    pub organization: String,
    /// Position there.
    pub position: String,
}

/// An ask of the program itself.
pub fn ask(now: Stamp) -> Ask {
    Ask::internal(people::system_actor(), now)
}

/// Creates a system administrator and prints the invented password.
pub fn create_admin(db: &Db, username: &str, now: Stamp) -> Result<()> {
    let secret = password::invent();
    let hash = password::hash(&secret)?;
    db.write_now(|conn| people::add_system_admin(conn, &ask(now), username, "Quản trị hệ thống", &hash).map(drop))?;
    println!("username {username}\npassword {secret}");
    Ok(())
}

/// Creates a province.
pub fn create_province(db: &Db, code: &str, name: &str, city: bool, now: Stamp) -> Result<()> {
    if !(2..=8).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(Error::fault("code", "bad_pattern", "Mã tỉnh gồm 2–8 chữ cái hoa.", "A province's code takes 2 to 8 capital letters."));
    }
    let short_name = name.trim_start_matches("Tỉnh ").trim_start_matches("Thành phố ").to_owned();
    let kind = if city { provinces::ProvinceKind::City } else { provinces::ProvinceKind::Province };
    let new = provinces::NewProvince { code: code.to_owned(), name: name.to_owned(), short_name, kind, valid_from: None };
    let province = db.write_now(|conn| provinces::add(conn, &ask(now), new.clone(), None))?;
    println!("province {} {}", province.code, province.id);
    Ok(())
}

/// Creates a user with a post and prints the invented password.
pub fn create_user(db: &Db, person: Person, now: Stamp) -> Result<()> {
    let position =
        Position::parse(&person.position).ok_or_else(|| Error::fault("position", "not_listed", "Chức danh không có trong danh mục.", "No such position."))?;
    let secret = password::invent();
    let hash = password::hash(&secret)?;
    db.write_now(|conn| {
        let unknown = |pointer: &str| Error::fault(pointer, "unknown_reference", "Không tìm thấy mã này.", "No such code.");
        let province = provinces::by_code(conn, &person.province)?.ok_or_else(|| unknown("province"))?;
        let all = organizations::of_province(conn, province.id)?;
        let organization = all.iter().find(|o| o.code == person.organization).ok_or_else(|| unknown("organization"))?;
        let new = people::NewUser {
            username: person.username.clone(),
            full_name: person.full_name.clone(),
            email: None,
            language: None,
            organization_id: organization.id,
            position,
        };
        people::add(conn, &ask(now), new, &hash, true).map(drop)
    })?;
    println!("username {}\npassword {secret}", person.username);
    Ok(())
}

/// Gives a user a fresh password and prints it; every session of the user ends.
pub fn reset_password(db: &Db, username: &str, now: Stamp) -> Result<()> {
    let secret = password::invent();
    let hash = password::hash(&secret)?;
    db.write_now(|conn| {
        let user = people::by_username(conn, username)?.ok_or_else(Error::not_found)?;
        people::set_password(conn, &ask(now), &user, &hash, true, None)
    })?;
    println!("username {username}\npassword {secret}");
    Ok(())
}

/// Reads texts and prints what they say as JSON; with `score`, compares them with the fact files of a folder.
pub fn read_texts(files: &[std::path::PathBuf], score: Option<&std::path::Path>, province: Option<&str>) -> Result<()> {
    if let Some(folder) = score {
        print!("{}", score_folder(folder, province)?.print());
    }
    let agencies = known_agencies(province)?;
    let reader = Reader::new(&agencies);
    for file in files {
        println!("{}", serde_json::to_string_pretty(&read_text(&reader, file)?)?);
    }
    Ok(())
}

fn known_agencies(province: Option<&str>) -> Result<Agencies> {
    match province {
        None => Ok(Agencies::default()),
        Some(code) => crate::seed::agencies(code)?.ok_or_else(|| Error::internal(format!("no province {code} comes with the program"))),
    }
}

fn read_text(reader: &Reader, file: &std::path::Path) -> Result<Reading> {
    let named = |what: String| Error::internal(format!("{}: {what}", file.display()));
    let bytes = std::fs::read(file).map_err(|e| named(e.to_string()))?;
    let text = files::text(bytes).map_err(|e| named(format!("{e:?}")))?;
    reader.read(&text).map_err(|e| named(format!("{e:?}")))
}

/// Scores the texts of a folder against its fact files. Without a province each text is read with the agencies of the
/// province that its facts name, when the program brings them.
pub fn score_folder(folder: &std::path::Path, province: Option<&str>) -> Result<Score> {
    let named = |what: String| Error::internal(format!("{}: {what}", folder.display()));
    let mut total = Score::default();
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| named(e.to_string()))? {
        let path = entry.map_err(|e| named(e.to_string()))?.path();
        if path.extension().is_some_and(|e| e == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(|e| named(e.to_string()))?;
        let facts: serde_json::Value = serde_json::from_str(&text)?;
        for document in score::documents(&facts) {
            let Some(file) = document["file"].as_str() else { continue };
            let agencies = match province {
                Some(code) => known_agencies(Some(code))?,
                None => crate::seed::agencies(document["document"]["place"].as_str().unwrap_or_default())?.unwrap_or_default(),
            };
            let reading = read_text(&Reader::new(&agencies), &folder.join(file))?;
            let position = document["position_in_file"].as_u64().unwrap_or(1);
            let read = reading.documents.iter().find(|d| u64::from(d.position_in_file) == position);
            total.add(score::score(document, read, &agencies));
        }
    }
    Ok(total)
}
