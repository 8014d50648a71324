use super::model::Attachment;
use crate::{
    db::{Conn, MultiBackend},
    error::{Error, Result},
    filters::By,
    id::Id,
    page::{OldestFirst, Page, Paging, Sort},
    schema::attachments,
    sorted,
    time::Stamp,
};
use diesel::prelude::*;

pub fn find(conn: &mut Conn, id: Id) -> Result<Attachment> {
    attachments::table.find(id).select(Attachment::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// Several at once, in the order of their ids.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Attachment>> {
    Ok(attachments::table.filter(attachments::id.eq_any(ids.to_vec())).order(attachments::id).select(Attachment::as_select()).load(conn)?)
}

/// Those of the hashes that some attachment names.
pub fn named_among(conn: &mut Conn, hashes: &[String]) -> Result<Vec<String>> {
    Ok(attachments::table.filter(attachments::sha256.eq_any(hashes.to_vec())).select(attachments::sha256).distinct().load(conn)?)
}

pub fn insert(conn: &mut Conn, attachment: &Attachment) -> Result<()> {
    use diesel::result::{DatabaseErrorKind, Error as Sql};
    match diesel::insert_into(attachments::table).values(attachment).execute(conn) {
        Ok(_) => Ok(()),
        Err(Sql::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(Error::conflict("attached", "Tệp này đã đính kèm vào văn bản.", "This very file is attached to the document already."))
        }
        Err(e) => Err(e.into()),
    }
}

pub fn remove(conn: &mut Conn, id: Id) -> Result<()> {
    diesel::delete(attachments::table.find(id)).execute(conn)?;
    Ok(())
}

/// Files of several documents, oldest first.
pub fn of_documents(conn: &mut Conn, documents: &[Id]) -> Result<Vec<Attachment>> {
    Ok(attachments::table
        .filter(attachments::document_id.eq_any(documents.to_vec()))
        .order((attachments::created_at, attachments::id))
        .select(Attachment::as_select())
        .load(conn)?)
}

pub fn list(conn: &mut Conn, document: Id, by: &By<Attachment>, sort: &Sort<OldestFirst>, paging: &Paging) -> Result<Page<Attachment>> {
    let query = || by.narrow(attachments::table.filter(attachments::document_id.eq(document)).into_boxed::<crate::db::MultiBackend>());
    let rows = query().select(Attachment::as_select());
    let page = sorted!(conn, rows, paging, sort, attachments::created_at => Stamp, attachments::id, |a: &Attachment| (a.created_at, a.id));
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

/// The next attachments by id.
pub fn after(conn: &mut Conn, last: Option<Id>, limit: i64) -> Result<Vec<Attachment>> {
    let mut query = attachments::table.into_boxed::<MultiBackend>();
    if let Some(last) = last {
        query = query.filter(attachments::id.gt(last));
    }
    Ok(query.order(attachments::id).limit(limit).select(Attachment::as_select()).load(conn)?)
}

/// The file that was attached last.
pub fn newest_file(conn: &mut Conn) -> Result<Option<String>> {
    Ok(attachments::table.order(attachments::id.desc()).select(attachments::sha256).first(conn).optional()?)
}
