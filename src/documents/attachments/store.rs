use super::model::Attachment;
use crate::{
    db::Conn,
    error::{Error, Result},
    id::Id,
    keyset,
    page::{Page, Paging},
    schema::attachments,
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

pub fn list(conn: &mut Conn, document: Id, paging: &Paging) -> Result<Page<Attachment>> {
    let query = || attachments::table.filter(attachments::document_id.eq(document)).into_boxed::<crate::db::MultiBackend>();
    let rows = keyset!(query().select(Attachment::as_select()), paging, "created_at", attachments::created_at => Stamp, attachments::id, asc).load(conn)?;
    let page = Page::of(rows, paging.limit(), "created_at", |a: &Attachment| (a.created_at, a.id))?;
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}
