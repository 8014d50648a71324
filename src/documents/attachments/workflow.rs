use super::{
    super::{kinds::DocumentAction, model::Document, policy::RULES, workflow as documents},
    model::{Attachment, KIND, TextLayer},
    store,
    upload::Upload,
};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::{Error, Result},
    id::Id,
    journal::{self, Change, NOTHING, Sighting},
    secrecy,
};
use std::path::Path;

/// The document, if this caller may attach files to it now: 404, 403, 409.
pub fn ready(conn: &mut Conn, ask: &Ask, document: Id) -> Result<Document> {
    let (document, standing) = documents::seen(conn, ask, document)?;
    authz::permit(RULES, &ask.actor, DocumentAction::View, DocumentAction::Attach, standing)?;
    Ok(document)
}

fn open(ask: &Ask, document: &Document) -> Result<()> {
    if documents::takes_files(ask, document) {
        return Ok(());
    }
    Err(Error::conflict(
        "closed",
        "Tệp của dự thảo do người soạn sửa; sau khi ký chỉ văn thư đính kèm; văn bản đã hết hiệu lực giữ nguyên.",
        "A draft's files are its writer's; once signed only the clerk attaches; what has ended stays as it is.",
    ))
}

/// Attaches a file that has come in.
pub fn attach(conn: &mut Conn, ask: &Ask, document: Id, upload: &Upload, data: &Path) -> Result<Attachment> {
    let document = ready(conn, ask, document)?;
    ask.proceed(conn, None)?;
    open(ask, &document)?;
    if upload.is_secret || secrecy::scan_text(&upload.file_name) {
        return Err(Error::state_secret(["/file"], &[]));
    }
    let file = NewFile {
        file_name: upload.file_name.clone(),
        media_type: upload.media_type.clone(),
        size: upload.size,
        sha256: upload.sha256.clone(),
        text_layer: upload.text_layer,
    };
    let attachment = add(conn, ask, &document, file)?;
    if !ask.conditions.validate_only {
        upload.keep(data)?;
    }
    Ok(attachment)
}

/// A file of the store that is to belong to a document.
#[derive(Debug, Clone)]
pub struct NewFile {
    pub file_name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub text_layer: TextLayer,
}

/// Attaches a file that the store has; rights, state and secrecy are the caller's to check.
pub fn add(conn: &mut Conn, ask: &Ask, document: &Document, file: NewFile) -> Result<Attachment> {
    let attachment = Attachment {
        id: Id::fresh(),
        document_id: document.id,
        file_name: file.file_name,
        media_type: file.media_type,
        size: file.size,
        sha256: file.sha256,
        text_layer: file.text_layer,
        version: 1,
        created_at: ask.now,
        created_by: Some(ask.actor.user),
    };
    store::insert(conn, &attachment)?;
    journal::record(conn, ask, change(document, &attachment, "attach"), NOTHING, Some(&attachment))?;
    Ok(attachment)
}

/// The attachment, if this caller sees its document.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Attachment> {
    let attachment = store::find(conn, id)?;
    documents::find_visible(conn, ask, attachment.document_id)?;
    Ok(attachment)
}

/// The attachment whose bytes are wanted, and what the access log is to say: reading another organisation's file is a
/// sensitive read, the own one's is not.
pub fn download(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(Attachment, Option<Sighting>)> {
    let attachment = store::find(conn, id)?;
    let document = documents::find_visible(conn, ask, attachment.document_id)?;
    let foreign = document.owner() != ask.actor.organization;
    let sighting = foreign.then(|| Sighting::of(ask, KIND, Some(id), Some(document.province_id), "download"));
    Ok((attachment, sighting))
}

/// Takes a file off a document again. The bytes stay for a while ([`super::sweep`]): another document may hold the same.
pub fn detach(conn: &mut Conn, ask: &Ask, id: Id) -> Result<()> {
    let attachment = store::find(conn, id)?;
    let document = ready(conn, ask, attachment.document_id)?;
    ask.proceed(conn, Some(attachment.version))?;
    if document.state != super::super::kinds::DocumentState::Draft {
        return Err(Error::conflict("not_a_draft", "Chỉ gỡ được tệp của dự thảo.", "Files are taken off drafts only."));
    }
    store::remove(conn, id)?;
    journal::record(conn, ask, change(&document, &attachment, "detach"), Some(&attachment), NOTHING)
}

fn change<'a>(document: &Document, attachment: &Attachment, action: &'a str) -> Change<'a> {
    Change {
        kind: KIND,
        id: attachment.id,
        version: Some(attachment.version),
        owner: document.owner(),
        province: Some(document.province_id),
        action,
        reason: None,
    }
}
