//! Backup and restore: one archive with the database, the files and the keys, every part with its hash.

use crate::{
    config::Settings,
    db::{self, Url},
    error::{Error, Result},
    http::hex,
    id::Id,
    time::Stamp,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// What an archive says of itself.
const MANIFEST: &str = "manifest.json";
/// Form of the archive.
const FORMAT: u32 = 1;
/// The signing keys of an installation on SQLite; on PostgreSQL they are rows, sealed with `NHIPCAU_SECRET`.
const KEYS: &str = "signing-keys.json";

/// The table of contents.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    program: String,
    made_at: Stamp,
    database: String,
    parts: Vec<Part>,
}

/// One file of the archive.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    name: String,
    size: u64,
    sha256: String,
}

/// What was put into or taken out of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Files of documents.
    pub files: usize,
    /// Bytes of all parts.
    pub bytes: u64,
}

/// A directory that only we may look into, gone again when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn beside(place: &Path) -> Result<Self> {
        let path = place.join(format!(".nhipcau-{}", Id::fresh()));
        fs::DirBuilder::new().mode(0o700).create(&path).map_err(|e| said(&path, &e))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(e) = fs::remove_dir_all(&self.0) {
            log::error!("{} stays: {e}", self.0.display());
        }
    }
}

fn said(path: &Path, e: &dyn std::fmt::Display) -> Error {
    Error::internal(format!("{}: {e}", path.display()))
}

fn bar(parts: usize, what: &'static str) -> ProgressBar {
    // Draws on a terminal only.
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(parts as u64).with_style(style).with_message(what)
}

/// Writes the archive; it is not there before it is whole, and nobody else may read it. Runs beside the service.
pub fn backup(settings: &Settings, file: &Path, now: Stamp) -> Result<Tally> {
    if file.exists() {
        return Err(Error::internal(format!("{} exists already; name another file", file.display())));
    }
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = Scratch::beside(folder)?;
    let database = db::copy_name(&settings.database);
    db::copy_out(&settings.database, &scratch.0.join(database))?;
    // Files come after the database: each that it names is there by then, and none is ever changed or removed.
    let mut sources: Vec<(String, PathBuf)> = vec![(database.to_owned(), scratch.0.join(database))];
    let keys = settings.data.join(KEYS);
    if keys.exists() {
        sources.push((KEYS.to_owned(), keys));
    }
    let mut names: Vec<String> = stored_files(&settings.data)?;
    names.sort();
    let files = names.len();
    sources.extend(names.into_iter().map(|name| (format!("files/{name}"), settings.data.join("files").join(&name))));

    let unfinished = scratch.0.join("archive");
    let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished).map_err(|e| said(&unfinished, &e))?;
    let mut zip = ZipWriter::new(out);
    // What is packed already is not packed again.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true).unix_permissions(0o600);
    let packed = stored.compression_method(CompressionMethod::Deflated);
    let mut manifest = Manifest { format: FORMAT, program: env!("CARGO_PKG_VERSION").to_owned(), made_at: now, database: database.to_owned(), parts: vec![] };
    let progress = bar(sources.len(), "backup");
    for (name, path) in sources {
        zip.start_file(&name, if name.ends_with(".sqlite") { packed } else { stored }).map_err(Error::internal)?;
        let mut from = File::open(&path).map_err(|e| said(&path, &e))?;
        let (size, sha256) = hashed(&mut from, &mut zip).map_err(|e| said(&path, &e))?;
        if name.strip_prefix("files/").is_some_and(|named| named != sha256) {
            log::warn!("{name}: the content is not what its name says; run `verify`");
        }
        manifest.parts.push(Part { name, size, sha256 });
        progress.inc(1);
    }
    zip.start_file(MANIFEST, packed).map_err(Error::internal)?;
    zip.write_all(&serde_json::to_vec_pretty(&manifest)?).map_err(Error::internal)?;
    zip.finish().map_err(Error::internal)?.sync_all().map_err(Error::internal)?;
    // A link does not replace what somebody has put there meanwhile.
    fs::hard_link(&unfinished, file).map_err(|e| said(file, &e))?;
    File::open(folder).and_then(|d| d.sync_all()).map_err(|e| said(folder, &e))?;
    progress.finish_and_clear();
    Ok(Tally { files, bytes: manifest.parts.iter().map(|p| p.size).sum() })
}

/// The names of stored files: SHA-256 in hexadecimal.
pub fn stored_files(data: &Path) -> Result<Vec<String>> {
    let folder = data.join("files");
    if !folder.exists() {
        return Ok(vec![]);
    }
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|e| said(&folder, &e))? {
        let entry = entry.map_err(|e| said(&folder, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
            all.push(name);
        }
    }
    Ok(all)
}

/// Copies, counts and hashes in one go.
pub fn hashed(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<(u64, String)> {
    let mut digest = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hex(&digest.finalize())));
        }
        digest.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        size += read as u64;
    }
}

/// Sets up an empty installation from an archive. Everything is unpacked and checked before anything is put in its place.
pub fn restore(settings: &Settings, file: &Path) -> Result<Tally> {
    let refused = |why: String| Error::internal(format!("not restored: {why}"));
    let mut archive = ZipArchive::new(File::open(file).map_err(|e| said(file, &e))?).map_err(|e| refused(format!("no archive of ours ({e})")))?;
    let manifest = manifest(&mut archive).map_err(|e| refused(format!("the table of contents cannot be read ({e})")))?;
    if manifest.format != FORMAT {
        return Err(refused(format!("the archive has form {}, this program reads {FORMAT}", manifest.format)));
    }
    let database = db::copy_name(&settings.database);
    if manifest.database != database {
        let (held, set) = if settings.database.is_shared() { ("SQLite", "PostgreSQL") } else { ("PostgreSQL", "SQLite") };
        return Err(refused(format!("the archive holds an {held} database, DATABASE_URL names {set}")));
    }
    if !db::is_untouched(&settings.database)? {
        return Err(refused("the database is not empty; restore into an empty installation".to_owned()));
    }
    if settings.data.join(KEYS).exists() || !stored_files(&settings.data)?.is_empty() {
        return Err(refused(format!("{} holds keys or files already; restore into an empty installation", settings.data.display())));
    }
    let scratch = Scratch::beside(&settings.data)?;
    let mut named = HashSet::from([MANIFEST.to_owned()]);
    let progress = bar(manifest.parts.len(), "restore");
    for part in &manifest.parts {
        let place = place(&scratch.0, &part.name, database).ok_or_else(|| refused(format!("{} has no place here", part.name)))?;
        let mut from = archive.by_name(&part.name).map_err(|e| refused(format!("{}: {e}", part.name)))?;
        let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place).map_err(|e| said(&place, &e))?;
        let (size, sha256) = hashed(&mut from, &mut to).map_err(|e| refused(format!("{}: {e}", part.name)))?;
        to.sync_all().map_err(|e| said(&place, &e))?;
        if size != part.size || sha256 != part.sha256 {
            return Err(refused(format!("{} is damaged: its hash is not the one that was written down", part.name)));
        }
        named.insert(part.name.clone());
        progress.inc(1);
    }
    if archive.len() != named.len() {
        return Err(refused(format!("the archive has {} parts, its table of contents names {}", archive.len() - 1, named.len() - 1)));
    }
    if !named.contains(database) {
        return Err(refused("the archive has no database".to_owned()));
    }
    let files = put_in_place(settings, &scratch.0, database)?;
    progress.finish_and_clear();
    Ok(Tally { files, bytes: manifest.parts.iter().map(|p| p.size).sum() })
}

fn manifest<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<Manifest, Box<dyn std::error::Error>> {
    let mut text = String::new();
    // A table of contents of a million files is smaller than this.
    archive.by_name(MANIFEST)?.take(256 << 20).read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

/// Where a part is unpacked; none for a name that an archive of ours does not have.
fn place(scratch: &Path, name: &str, database: &str) -> Option<PathBuf> {
    match name.strip_prefix("files/") {
        Some(hash) if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => Some(scratch.join(hash)),
        None if name == database || name == KEYS => Some(scratch.join(name)),
        _ => None,
    }
}

/// The database first: what fails there leaves the installation empty.
fn put_in_place(settings: &Settings, scratch: &Path, database: &str) -> Result<usize> {
    let copied = db::copy_in(&settings.database, &scratch.join(database));
    if let Url::Sqlite(path) = &settings.database {
        let path = Path::new(path);
        if let (Err(_), true) = (&copied, path.exists()) {
            fs::remove_file(path).map_err(|e| said(path, &e))?;
        } else {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(|e| said(path, &e))?;
        }
    }
    copied?;
    let folder = settings.data.join("files");
    fs::create_dir_all(&folder).map_err(|e| said(&folder, &e))?;
    let mut files = 0;
    for entry in fs::read_dir(scratch).map_err(|e| said(scratch, &e))? {
        let entry = entry.map_err(|e| said(scratch, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let to = match name.as_str() {
            name if name == database => continue,
            KEYS => settings.data.join(KEYS),
            name => {
                files += 1;
                folder.join(name)
            }
        };
        fs::rename(entry.path(), &to).map_err(|e| said(&to, &e))?;
    }
    for folder in [&folder, &settings.data] {
        File::open(folder).and_then(|d| d.sync_all()).map_err(|e| said(folder, &e))?;
    }
    Ok(files)
}
