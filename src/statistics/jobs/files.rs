//! Results as files, kept under their SHA-256 in the same store as attachments.

use crate::{
    error::{Error, Result},
    http::hex,
    id::Id,
};
use sha2::{Digest, Sha256};
use std::{fs, io::Write, path::Path};

pub use crate::documents::attachments::place;

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Keeps a file; a second time is no harm. Says whether it was not there yet.
pub fn keep(data: &Path, sha256: &str, bytes: &[u8]) -> Result<bool> {
    let place = place(data, sha256);
    if place.try_exists().map_err(Error::internal)? {
        return Ok(false);
    }
    let folder = data.join("files").join("incoming");
    fs::create_dir_all(&folder).map_err(Error::internal)?;
    let temporary = folder.join(Id::fresh().to_string());
    let written = fs::File::create(&temporary).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    // A file that was not written whole must not stay under any name.
    if let Err(e) = written.and_then(|()| fs::rename(&temporary, &place)) {
        if let Err(left) = fs::remove_file(&temporary) {
            log::error!("a temporary file stays: {left}");
        }
        return Err(Error::internal(e));
    }
    // The name is only as durable as the directory that holds it.
    fs::File::open(data.join("files")).and_then(|folder| folder.sync_all()).map_err(Error::internal)?;
    Ok(true)
}
