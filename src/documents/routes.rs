use super::{
    attachments,
    forms::{DocumentFilter, DocumentPatch, DocumentTransition, DocumentView, NewDocument},
    kinds::DocumentAction,
    policy::RULES,
    store, workflow,
};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::Result,
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::{Id, Key},
    includes::{Collection, Include, Includes, Relation, rows},
    organizations,
    page::{Page, Paging},
};
use actix_web::{HttpResponse, delete, get, patch, post, web::Path};

/// Documents beside what names them.
pub const INCLUDED: Collection = Collection {
    name: "documents",
    row: "DocumentView",
    tag: "documents",
    load: |conn, ask, ids| rows(&page(conn, ask, &DocumentFilter::default(), &Paging::among(ids))?),
};

impl Includes for DocumentView {
    const RELATIONS: &'static [Relation] = &[
        Relation { to: &INCLUDED, by: &["original_id", "superseded_by", "relations.document_id"] },
        Relation { to: &attachments::INCLUDED, by: &["id"] },
        Relation { to: &organizations::INCLUDED, by: &["issuer_id", "receiver_id", "recipients.organization_id"] },
    ];
}

/// Mounts the routes of documents themselves.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(list_documents)
        .service(create_document)
        .service(get_document)
        .service(update_document)
        .service(delete_document)
        .service(transition_document);
}

/// One page of the list.
fn page(conn: &mut Conn, ask: &Ask, filter: &DocumentFilter, paging: &Paging) -> Result<Page<DocumentView>> {
    let scope = authz::scope(RULES, &ask.actor, DocumentAction::View)?;
    let Page { items, next, total } = store::list(conn, &scope, filter, paging)?;
    let ids: Vec<Id> = items.iter().map(|d| d.id).collect();
    let mut around = store::around(conn, &ids, ask.actor.organization)?;
    let items = items
        .into_iter()
        .map(|d| {
            let around = around.remove(&d.id).unwrap_or_default();
            workflow::view(ask, d, around, None)
        })
        .collect::<Result<_>>()?;
    Ok(Page::<DocumentView> { items, next, total })
}

/// Documents that the caller may see
#[utoipa::path(tag = "documents", params(DocumentFilter, By<DocumentView>, Include<DocumentView>, Paging), responses((status = 200, description = "A page", body = Vec<DocumentView>)))]
#[get("/documents")]
async fn list_documents(call: Call) -> Result<HttpResponse> {
    let (filter, paging): (DocumentFilter, Paging) = (call.query()?, call.query()?);
    call.including::<DocumentView>().list(paging, move |conn, ask, paging| page(conn, ask, &filter, paging)).await
}

/// Draft a document, or register a text that exists already
#[utoipa::path(tag = "documents", request_body = NewDocument, responses((status = 201, description = "Created", body = DocumentView)))]
#[post("/documents")]
async fn create_document(call: Call, body: Body<NewDocument>) -> Result<HttpResponse> {
    call.write(body, |conn, ask, body| {
        let view = workflow::create(conn, ask, body)?;
        Answer::created(format!("/api/v1/documents/{}", view.id), &view, view.version)
    })
    .await
}

/// One document with its text
#[utoipa::path(tag = "documents", params(("id" = Key, Path), Include<DocumentView>), responses((status = 200, description = "The document", body = DocumentView)))]
#[get("/documents/{id}")]
async fn get_document(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.including::<DocumentView>()
        .read(move |conn, ask| {
            let document = workflow::find_visible(conn, ask, *id)?;
            let view = workflow::whole(conn, ask, document)?;
            Answer::one(&view, view.version)
        })
        .await
}

/// Change a draft or an own copy; fill in a blank number or day of an issued document
#[utoipa::path(tag = "documents", params(("id" = Key, Path)), request_body(content = DocumentPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The document", body = DocumentView)))]
#[patch("/documents/{id}")]
async fn update_document(call: Call, id: Path<Id>, body: Body<DocumentPatch>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::edit(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}

/// Delete a draft
#[utoipa::path(tag = "documents", params(("id" = Key, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/documents/{id}")]
async fn delete_document(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.write((), move |conn, ask, ()| {
        workflow::remove(conn, ask, *id)?;
        Ok(Answer::none())
    })
    .await
}

/// Sign, issue, recall or supersede a document
#[utoipa::path(tag = "documents", params(("id" = Key, Path)), request_body = DocumentTransition, responses((status = 200, description = "The document", body = DocumentView)))]
#[post("/documents/{id}/transitions")]
async fn transition_document(call: Call, id: Path<Id>, body: Body<DocumentTransition>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = workflow::take(conn, ask, *id, body)?;
        Answer::one(&view, view.version)
    })
    .await
}
