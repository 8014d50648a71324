//! A file on its way in: streamed to a temporary place, counted and hashed as it comes, gone again unless it is kept.

use super::{
    model::TextLayer,
    text_layer::{self, Found},
};
use crate::{
    error::{Error, Fault, Result},
    http::{Sent, hex},
    id::Id,
    text,
};
use actix_multipart::{Field, Multipart};
use actix_web::{
    http::header::HeaderMap,
    web::{self, Payload},
};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tokio::{io::AsyncWriteExt, sync::Semaphore};

/// Mebibytes of an attachment, at most.
pub const ATTACHMENT_LIMIT: u64 = 50;
/// Files that are read for their text at one time: reading takes memory.
static READERS: Semaphore = Semaphore::const_new(2);

/// A file that has come in whole and has been read; removed when dropped, unless it was kept.
#[derive(Debug)]
pub struct Upload {
    temporary: PathBuf,
    pub file_name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub text_layer: TextLayer,
    pub is_secret: bool,
    hash: String,
}

impl Sent for Upload {
    fn hash(&self) -> &str {
        &self.hash
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        discard(&self.temporary);
    }
}

fn discard(path: &Path) {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => log::error!("a temporary file stays: {e}"),
        _ => {}
    }
}

/// Where a file of this content is kept.
pub fn place(data: &Path, sha256: &str) -> PathBuf {
    data.join("files").join(sha256)
}

impl Upload {
    /// The bytes that have come in.
    pub fn bytes(&self) -> std::io::Result<Vec<u8>> {
        std::fs::read(&self.temporary)
    }
    /// Puts the file where it stays; a second time is no harm.
    pub fn keep(&self, data: &Path) -> Result<()> {
        let place = place(data, &self.sha256);
        if place.try_exists().map_err(Error::internal)? {
            // Wanted again: the sweep leaves alone what is young.
            let file = std::fs::File::options().append(true).open(&place).map_err(Error::internal)?;
            return file.set_modified(std::time::SystemTime::now()).map_err(Error::internal);
        }
        std::fs::rename(&self.temporary, &place).map_err(Error::internal)?;
        // The name is only as durable as the directory that holds it.
        std::fs::File::open(data.join("files")).and_then(|dir| dir.sync_all()).map_err(Error::internal)
    }
}

/// Takes the one part `file` of a form, of so many mebibytes at most.
pub async fn receive(headers: &HeaderMap, payload: Payload, data: &Path, limit: u64) -> Result<Upload> {
    let folder = data.join("files").join("incoming");
    tokio::fs::create_dir_all(&folder).await.map_err(Error::internal)?;
    let mut form = Multipart::new(headers, payload);
    let mut upload: Option<Upload> = None;
    while let Some(field) = form.try_next().await.map_err(broken)? {
        if field.name() != Some("file") || upload.is_some() {
            return Err(Error::fault("/file", "one_file", "Gửi đúng một phần tên file.", "Send exactly one part, named file."));
        }
        upload = Some(take(field, folder.join(Id::fresh().to_string()), limit).await?);
    }
    let mut upload = upload.ok_or_else(|| Error::fault("/file", "required", "Thiếu phần file.", "The part named file is missing."))?;
    let path = upload.temporary.clone();
    let _turn = READERS.acquire().await.map_err(Error::internal)?;
    let Found { layer, is_secret } = web::block(move || text_layer::read(&path)).await.map_err(Error::internal)?.map_err(Error::internal)?;
    upload.text_layer = layer;
    upload.is_secret = is_secret;
    Ok(upload)
}

fn broken(e: actix_multipart::MultipartError) -> Error {
    log::debug!("a form cannot be read: {e}");
    Error::malformed("multipart", "Biểu mẫu multipart/form-data không đọc được.", "The multipart/form-data body cannot be read.")
}

async fn take(mut field: Field, temporary: PathBuf, limit: u64) -> Result<Upload> {
    let file_name = name(&field)?;
    let media_type = field.content_type().map_or_else(|| "application/octet-stream".to_owned(), |m| m.essence_str().chars().take(120).collect());
    let mut file = tokio::fs::File::create(&temporary).await.map_err(Error::internal)?;
    // From here on whatever ends early takes the file away.
    let mut upload =
        Upload { temporary, file_name, media_type, size: 0, sha256: String::new(), text_layer: TextLayer::None, is_secret: false, hash: String::new() };
    let mut digest = Sha256::new();
    let mut size: u64 = 0;
    while let Some(chunk) = field.try_next().await.map_err(broken)? {
        size += u64::try_from(chunk.len()).map_err(Error::internal)?;
        if size > limit << 20 {
            return Err(Error::refuse(413, "too_large", format!("Tệp lớn quá {limit} MiB."), format!("The file is larger than {limit} MiB.")));
        }
        digest.update(&chunk);
        file.write_all(&chunk).await.map_err(Error::internal)?;
    }
    file.flush().await.map_err(Error::internal)?;
    file.sync_all().await.map_err(Error::internal)?;
    if size == 0 {
        return Err(Error::fault("/file", "empty", "Tệp rỗng.", "The file is empty."));
    }
    upload.size = i64::try_from(size).map_err(Error::internal)?;
    upload.sha256 = hex(&digest.finalize());
    // The form's boundary differs from call to call; name and content do not.
    upload.hash = hex(&Sha256::digest(format!("{}\n{}\n{}", upload.sha256, upload.file_name, upload.media_type)));
    Ok(upload)
}

/// The file's own name, without the folders that some programs send along.
fn name(field: &Field) -> Result<String> {
    let disposition = field.content_disposition();
    let extended = disposition.and_then(|d| d.get_filename_ext()).and_then(|e| String::from_utf8(e.value.clone()).ok());
    let given = extended.or_else(|| disposition.and_then(|d| d.get_filename()).map(str::to_owned)).unwrap_or_default();
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = text::nfc(last).chars().filter(|c| !c.is_control()).collect();
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 255 || name.starts_with('.') {
        let fault = Fault::at(
            "/file",
            "bad_file_name",
            "Tên tệp gồm 1–255 ký tự và không bắt đầu bằng dấu chấm.",
            "A file name takes 1 to 255 characters and begins with no dot.",
        );
        return Err(Error::invalid(vec![fault]));
    }
    Ok(name)
}
