use super::{
    super::workflow as documents,
    model::{Attachment, AttachmentForm},
    store, upload, workflow,
};
use crate::{
    error::{Error, Result},
    export::{FileContent, disposition},
    filters::By,
    http::{Answer, Call, ServiceConfig},
    id::{Id, Key},
    includes::Collection,
    page::{OldestFirst, Paging, Sort},
};
use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::header::{self, ContentEncoding},
    post,
    web::{Bytes, Path, Payload},
};
use tokio::io::AsyncReadExt;

/// Bytes that are read from a file at a time.
const CHUNK: usize = 64 << 10;

/// Files beside the documents that the caller sees: the ids are the documents' own.
pub const INCLUDED: Collection = Collection {
    name: "attachments",
    row: "Attachment",
    tag: "documents",
    load: |conn, _, ids| store::of_documents(conn, ids)?.iter().map(|a| Ok(serde_json::to_value(a)?)).collect(),
};

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_attachments).service(create_attachment).service(get_attachment).service(delete_attachment).service(get_attachment_content);
}

/// Files of a document
#[utoipa::path(tag = "documents", params(("id" = Key, Path), By<Attachment>, Sort<OldestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<Attachment>)))]
#[get("/documents/{id}/attachments")]
async fn list_attachments(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let (by, sort, paging): (By<Attachment>, Sort<OldestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| {
        documents::find_visible(conn, ask, *id)?;
        store::list(conn, *id, &by, &sort, paging)
    })
    .await
}

/// Attach a file; its text layer is read for secrecy levels before anything is kept
#[utoipa::path(tag = "documents", params(("id" = Key, Path)), request_body(content = AttachmentForm, content_type = "multipart/form-data"), responses((status = 201, description = "Attached", body = Attachment)))]
#[post("/documents/{id}/attachments")]
async fn create_attachment(call: Call, id: Path<Id>, request: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let id = *id;
    // Who may not attach need not send fifty megabytes to learn it.
    call.look(move |conn, ask| workflow::ready(conn, ask, id).map(drop)).await?;
    let data = call.house().settings.data.clone();
    let upload = upload::receive(request.headers(), body, &data, upload::ATTACHMENT_LIMIT).await?;
    call.write(upload, move |conn, ask, upload| {
        let attachment = workflow::attach(conn, ask, id, upload, &data)?;
        Answer::created(format!("/api/v1/attachments/{}", attachment.id), &attachment, attachment.version)
    })
    .await
}

/// One attachment, without its content
#[utoipa::path(tag = "documents", params(("id" = Id, Path)), responses((status = 200, description = "The attachment", body = Attachment)))]
#[get("/attachments/{id}")]
async fn get_attachment(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let attachment = workflow::show(conn, ask, *id)?;
        Answer::one(&attachment, attachment.version)
    })
    .await
}

/// Take a file off a draft
#[utoipa::path(tag = "documents", params(("id" = Id, Path)), responses((status = 204, description = "Taken off")))]
#[delete("/attachments/{id}")]
async fn delete_attachment(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        workflow::detach(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// The content of an attachment
#[utoipa::path(tag = "documents", params(("id" = Id, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream", body = FileContent)))]
#[get("/attachments/{id}/content")]
async fn get_attachment_content(call: Call, id: Path<Id>, request: HttpRequest) -> Result<HttpResponse> {
    let id = *id;
    let (attachment, sighting) = call.look(move |conn, ask| workflow::download(conn, ask, id)).await?;
    let tag = format!("\"{}\"", attachment.sha256);
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if known.trim() == "*" || known.split(',').any(|k| k.trim().trim_start_matches("W/") == tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    // Another organisation's file is in the access log before the first byte leaves.
    call.house().witness(sighting.into_iter().collect()).await?;
    let file = tokio::fs::File::open(upload::place(&call.house().settings.data, &attachment.sha256)).await.map_err(Error::internal)?;
    let size = u64::try_from(attachment.size).map_err(Error::internal)?;
    // An error in the middle ends the stream short of its length, never as a seemingly complete file.
    let stream = futures_util::stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(chunk), file)))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, tag))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&attachment.file_name)))
        // Its tag is that of the bytes themselves.
        .insert_header(ContentEncoding::Identity)
        .content_type("application/octet-stream")
        .no_chunking(size)
        .streaming(stream))
}
