use super::{
    forms::{DocumentBox, DocumentFilter, DocumentSort},
    kinds::DocumentState,
    model::{Document, DocumentRelation, Identity, KIND, Recipient, RecipientDetails, RecipientRow, RecipientView, RelationRow},
    notation,
};
use crate::{
    authz::{Relations, Scope},
    db::{self, Conn, Json, MultiBackend, Register},
    error::{Error, Result},
    id::Id,
    insert_all, keyset,
    page::{Page, Paging},
    schema::{access, deliveries, document_recipients, document_relations, document_texts, documents},
    text, visible,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

/// What stands around a document.
#[derive(Debug, Clone, Default)]
pub struct Around {
    pub relations: Vec<DocumentRelation>,
    pub recipients: Vec<RecipientView>,
    pub standing: Relations,
}

pub fn find(conn: &mut Conn, id: Id) -> Result<Document> {
    documents::table.find(id).select(Document::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Document>> {
    Ok(documents::table.filter(documents::id.eq_any(ids.to_vec())).select(Document::as_select()).load(conn)?)
}

/// The record with this code.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Id>> {
    Ok(documents::table.filter(documents::code.eq(code)).select(documents::id).first(conn).optional()?)
}

pub fn by_seed_key(conn: &mut Conn, province: Id, key: &str) -> Result<Option<Document>> {
    let query = documents::table.filter(documents::province_id.eq(province)).filter(documents::seed_key.eq(key));
    Ok(query.select(Document::as_select()).first(conn).optional()?)
}

/// Those of the documents that the scope shows.
pub fn visible_among(conn: &mut Conn, scope: &Scope, ids: &[Id]) -> Result<Vec<Id>> {
    let query = documents::table.filter(documents::id.eq_any(ids.to_vec())).filter(visible!(documents, scope, KIND));
    Ok(query.select(documents::id).load(conn)?)
}

/// Those that the scope shows of the documents with one of these numbers and symbols.
pub fn visible_by_notation(conn: &mut Conn, scope: &Scope, keys: &[String]) -> Result<Vec<Identity>> {
    let keys: Vec<Option<String>> = keys.iter().cloned().map(Some).collect();
    let query = documents::table.filter(documents::notation_key.eq_any(keys)).filter(visible!(documents, scope, KIND));
    Ok(query.select(Identity::as_select()).load(conn)?)
}

pub fn text_of(conn: &mut Conn, id: Id) -> Result<Option<String>> {
    Ok(document_texts::table.find(id).select(document_texts::text).first(conn).optional()?)
}

/// Relations, recipients and the caller's standing of many documents, in three statements.
pub fn around(conn: &mut Conn, ids: &[Id], organization: Option<Id>) -> Result<HashMap<Id, Around>> {
    let mut all: HashMap<Id, Around> = HashMap::new();
    let relations: Vec<RelationRow> = document_relations::table
        .filter(document_relations::document_id.eq_any(ids.to_vec()))
        .order((document_relations::document_id, document_relations::position))
        .select(RelationRow::as_select())
        .load(conn)?;
    for row in relations {
        let citation = row.citation.map(|c| serde_json::from_value(c.0)).transpose()?;
        all.entry(row.document_id).or_default().relations.push(DocumentRelation { kind: row.kind, document_id: row.target_id, citation });
    }
    for row in lines(conn, ids)? {
        let document = row.document_id;
        all.entry(document).or_default().recipients.push(shown(row)?);
    }
    if let Some(organization) = organization {
        let held: Vec<(Id, i32)> = access::table
            .filter(access::organization_id.eq(organization))
            .filter(access::kind.eq(KIND))
            .filter(access::record_id.eq_any(ids.to_vec()))
            .select((access::record_id, access::relations))
            .load(conn)?;
        for (document, relations) in held {
            all.entry(document).or_default().standing = Relations(relations);
        }
    }
    Ok(all)
}

/// The lines of recipients in their order.
pub fn lines(conn: &mut Conn, ids: &[Id]) -> Result<Vec<RecipientRow>> {
    Ok(document_recipients::table
        .filter(document_recipients::document_id.eq_any(ids.to_vec()))
        .order((document_recipients::document_id, document_recipients::position))
        .select(RecipientRow::as_select())
        .load(conn)?)
}

fn shown(row: RecipientRow) -> Result<RecipientView> {
    let details: RecipientDetails = serde_json::from_value(row.details.0)?;
    Ok(RecipientView {
        organization_id: row.organization_id,
        group_id: row.group_id,
        text: row.text,
        purpose: row.purpose,
        purpose_resolution: details.purpose_resolution,
        resolution: details.resolution,
        archive_units: details.archive_units,
        is_addressee: details.is_addressee,
        resolved_on: row.resolved_on,
        members: details.members,
    })
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &DocumentFilter, paging: &Paging) -> Result<Page<Document>> {
    let notation = filter.notation_text.as_deref().map(|text| {
        let written = notation::read(text).and_then(|w| notation::key(w.number.as_deref(), w.symbol.as_deref()));
        written.ok_or_else(|| {
            Error::fault("notation_text", "bad_notation", "Hãy ghi số, ký hiệu như 217/KH-UBND hoặc 38-CT/TU.", "Write it as 217/KH-UBND or 38-CT/TU.")
        })
    });
    let notation = notation.transpose()?;
    let few = db::candidates(conn, Register::Documents, filter.q.as_deref(), db::FEW)?;
    let query = || {
        let mut query = documents::table.filter(visible!(documents, scope, KIND)).into_boxed::<MultiBackend>();
        query = filter.by.narrow(query);
        if let Some(key) = &notation {
            query = query.filter(documents::notation_key.eq(key.clone()));
        }
        match (filter.side, scope.organization) {
            (Some(DocumentBox::Issued), Some(own)) => {
                query = query.filter(documents::issuer_id.eq(own)).filter(documents::receiver_id.is_null());
            }
            (Some(DocumentBox::Received), Some(own)) => {
                let sent = deliveries::table.filter(deliveries::receiver_id.eq(own)).select(deliveries::document_id);
                query = query.filter(documents::receiver_id.eq(own).assume_not_null().or(documents::id.eq_any(sent)));
            }
            _ => {}
        }
        if let Some(other) = filter.related_to {
            let citing = document_relations::table.filter(document_relations::target_id.eq(other)).select(document_relations::document_id);
            query = query.filter(documents::id.eq_any(citing));
        }
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            // Added to nothing, the column is not looked up in its index: that was done above, where it pays.
            query = query.filter(documents::search_fold.concat("").like(pattern).escape('\\'));
        }
        if let Some(few) = &few {
            query = query.filter(documents::id.eq_any(few.clone()));
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Document::as_select()));
    let page = match filter.sort.unwrap_or_default() {
        DocumentSort::Latest => {
            let rows = keyset!(rows, paging, "-issued_on", documents::sorted_on => NaiveDate, documents::id, desc).load(conn)?;
            Page::of(rows, limit, "-issued_on", |d: &Document| (d.sorted_on, d.id))?
        }
        DocumentSort::Earliest => {
            let rows = keyset!(rows, paging, "issued_on", documents::sorted_on => NaiveDate, documents::id, asc).load(conn)?;
            Page::of(rows, limit, "issued_on", |d: &Document| (d.sorted_on, d.id))?
        }
        DocumentSort::Newest => {
            let rows = keyset!(rows, paging, "-created_at", documents::created_at => crate::time::Stamp, documents::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", |d: &Document| (d.created_at, d.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, document: &Document) -> Result<()> {
    diesel::insert_into(documents::table).values(document).execute(conn).map(drop).map_err(taken)
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Document, after: &Document) -> Result<()> {
    let record = documents::table.filter(documents::id.eq(before.id)).filter(documents::version.eq(before.version));
    let moved = diesel::update(record).set(after).execute(conn).map_err(taken)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// A document with this issuer, number, symbol and year is there: 409, in words that help.
fn taken(e: diesel::result::Error) -> Error {
    match e {
        diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, info) if info.message().contains("identity") => {
            Error::conflict(
                "duplicate_identity",
                "Cơ quan ban hành này đã có văn bản cùng số, ký hiệu trong năm.",
                "This issuer already has a document with this number and symbol in that year.",
            )
        }
        e => e.into(),
    }
}

pub fn set_text(conn: &mut Conn, id: Id, text: Option<&str>) -> Result<()> {
    diesel::delete(document_texts::table.find(id)).execute(conn)?;
    if let Some(text) = text {
        diesel::insert_into(document_texts::table).values((document_texts::document_id.eq(id), document_texts::text.eq(text))).execute(conn)?;
    }
    Ok(())
}

pub fn set_relations(conn: &mut Conn, id: Id, relations: &[DocumentRelation]) -> Result<()> {
    diesel::delete(document_relations::table.filter(document_relations::document_id.eq(id))).execute(conn)?;
    let mut rows = Vec::new();
    for (position, relation) in (0..).zip(relations) {
        let citation = relation.citation.as_ref().map(|c| serde_json::to_value(c).map(Json)).transpose()?;
        rows.push(RelationRow { id: Id::fresh(), document_id: id, position, kind: relation.kind, target_id: relation.document_id, citation });
    }
    insert_all!(conn, document_relations::table, &rows)
}

pub fn set_recipients(conn: &mut Conn, id: Id, recipients: &[Recipient]) -> Result<()> {
    diesel::delete(document_recipients::table.filter(document_recipients::document_id.eq(id))).execute(conn)?;
    let mut rows = Vec::new();
    for (position, line) in (0..).zip(recipients) {
        let details = RecipientDetails {
            purpose_resolution: line.purpose_resolution,
            resolution: line.resolution,
            archive_units: line.archive_units.clone(),
            is_addressee: line.is_addressee,
            members: vec![],
        };
        rows.push(RecipientRow {
            id: Id::fresh(),
            document_id: id,
            position,
            organization_id: line.organization_id,
            group_id: line.group_id,
            text: line.text.clone(),
            purpose: line.purpose,
            details: Json(serde_json::to_value(details)?),
            resolved_on: None,
        });
    }
    insert_all!(conn, document_recipients::table, &rows)
}

/// Writes down whom a line stood for on the day of dispatch.
pub fn set_members(conn: &mut Conn, line: &RecipientRow, members: &[Id], day: NaiveDate) -> Result<()> {
    let mut details: RecipientDetails = serde_json::from_value(line.details.0.clone())?;
    details.members = members.to_vec();
    diesel::update(document_recipients::table.find(line.id))
        .set((document_recipients::resolved_on.eq(day), document_recipients::details.eq(Json(serde_json::to_value(details)?))))
        .execute(conn)?;
    Ok(())
}

/// Takes a draft away with all that hangs on it.
pub fn remove(conn: &mut Conn, document: &Document) -> Result<()> {
    use crate::schema::attachments;
    diesel::delete(attachments::table.filter(attachments::document_id.eq(document.id))).execute(conn)?;
    set_text(conn, document.id, None)?;
    set_relations(conn, document.id, &[])?;
    set_recipients(conn, document.id, &[])?;
    diesel::delete(access::table.filter(access::kind.eq(KIND)).filter(access::record_id.eq(document.id))).execute(conn)?;
    diesel::delete(documents::table.find(document.id)).execute(conn)?;
    Ok(())
}

/// Makes many organisations related to one record in a constant number of statements.
pub fn relate_all(conn: &mut Conn, kind: &str, record: Id, all: &[(Id, Relations)]) -> Result<()> {
    let mut wanted: HashMap<Id, i32> = HashMap::new();
    for (organization, relations) in all {
        *wanted.entry(*organization).or_default() |= relations.0;
    }
    let held: Vec<(Id, i32)> =
        access::table.filter(access::kind.eq(kind)).filter(access::record_id.eq(record)).select((access::organization_id, access::relations)).load(conn)?;
    for (organization, relations) in held {
        if let Some(more) = wanted.remove(&organization).filter(|more| more & !relations != 0) {
            crate::authz::relate(conn, kind, record, organization, Relations(more))?;
        }
    }
    let rows: Vec<AccessRow<'_>> =
        wanted.into_iter().map(|(organization_id, relations)| AccessRow { organization_id, kind, record_id: record, relations }).collect();
    add_access(conn, &rows)
}

/// A row of the access table.
#[derive(Debug, Insertable)]
#[diesel(table_name = access, treat_none_as_default_value = false)]
pub struct AccessRow<'a> {
    pub organization_id: Id,
    pub kind: &'a str,
    pub record_id: Id,
    pub relations: i32,
}

pub fn add_access(conn: &mut Conn, rows: &[AccessRow<'_>]) -> Result<()> {
    insert_all!(conn, access::table, rows)
}

/// Own copies of a document that these organisations hold and that no original claims yet.
pub fn copies(conn: &mut Conn, document: &Document, receivers: &[Id]) -> Result<Vec<Document>> {
    let (Some(issuer), Some(key), Some(year)) = (document.issuer_id, &document.notation_key, document.year) else { return Ok(vec![]) };
    if document.identity.is_none() {
        return Ok(vec![]);
    }
    Ok(documents::table
        .filter(documents::receiver_id.eq_any(receivers.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(documents::issuer_id.eq(issuer))
        .filter(documents::notation_key.eq(key.clone()))
        .filter(documents::year.eq(year))
        .filter(documents::original_id.is_null())
        .filter(documents::state.eq(DocumentState::Issued))
        .select(Document::as_select())
        .load(conn)?)
}

/// The delivery by which the issuer's record of this very document was sent to an organisation.
pub fn sent_to(conn: &mut Conn, copy: &Document, receiver: Id) -> Result<Option<Id>> {
    let (Some(issuer), Some(key), Some(year), Some(_)) = (copy.issuer_id, &copy.notation_key, copy.year, &copy.number) else { return Ok(None) };
    Ok(deliveries::table
        .inner_join(documents::table.on(documents::id.eq(deliveries::document_id)))
        .filter(deliveries::receiver_id.eq(receiver))
        .filter(documents::issuer_id.eq(issuer))
        .filter(documents::receiver_id.is_null())
        .filter(documents::notation_key.eq(key.clone()))
        .filter(documents::year.eq(year))
        .select(deliveries::id)
        .first(conn)
        .optional()?)
}

/// Whether another document says that it has something to do with this one.
pub fn is_cited(conn: &mut Conn, id: Id) -> Result<bool> {
    let citing: Option<Id> = document_relations::table.filter(document_relations::target_id.eq(id)).select(document_relations::id).first(conn).optional()?;
    Ok(citing.is_some())
}
