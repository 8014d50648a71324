//! Files that nothing names any more: those taken off a draft, and what an upload that broke off left behind.

use super::store;
use crate::{
    db::{Conn, Db},
    error::{Error, Result},
};
use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Files looked up in one statement.
const BATCH: usize = 500;

/// Whether something other than an attachment still names a file of this hash.
pub type Named = fn(&mut Conn, &str) -> Result<bool>;

/// Takes away the files that were last wanted before a moment and that nothing names; answers how many. A file that comes
/// again meanwhile is young again and stays.
pub async fn sweep(db: &Db, data: &Path, before: SystemTime, also_named: Named) -> Result<usize> {
    let folder = data.join("files");
    let mut gone = 0;
    for (path, _) in old(&folder.join("incoming"), before)? {
        gone += remove(&path)?;
    }
    let files = old(&folder, before)?;
    for some in files.chunks(BATCH) {
        let names: Vec<String> = some.iter().map(|(_, name)| name.clone()).collect();
        let orphans = db.read(move |conn| orphans(conn, names, also_named)).await?;
        for (path, _) in some.iter().filter(|(_, name)| orphans.contains(name)) {
            if is_old(path, before)? {
                gone += remove(path)?;
            }
        }
    }
    Ok(gone)
}

fn orphans(conn: &mut Conn, names: Vec<String>, also_named: Named) -> Result<Vec<String>> {
    let known = store::named_among(conn, &names)?;
    let mut left = Vec::new();
    for name in names.into_iter().filter(|name| !known.contains(name)) {
        if !also_named(conn, &name)? {
            left.push(name);
        }
    }
    Ok(left)
}

/// Files of a folder that were last changed before a moment, with their names.
fn old(folder: &Path, before: SystemTime) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(e) => return Err(Error::internal(e)),
    };
    for entry in entries {
        let path = entry.map_err(Error::internal)?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name().and_then(|n| n.to_str()))
            && is_old(&path, before)?
        {
            let name = name.to_owned();
            found.push((path, name));
        }
    }
    Ok(found)
}

fn is_old(path: &Path, before: SystemTime) -> Result<bool> {
    match path.metadata().and_then(|m| m.modified()) {
        Ok(changed) => Ok(changed < before),
        // Somebody else has taken it away.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::internal(e)),
    }
}

fn remove(path: &Path) -> Result<usize> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(1),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(e) => Err(Error::internal(e)),
    }
}
