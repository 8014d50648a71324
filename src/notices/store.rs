use crate::{db::Conn, error::Result, id::Id, schema::notice_marks, time::Stamp};
use diesel::prelude::*;
use std::collections::HashMap;

/// When this person marked which of these notices as read.
pub fn marks(conn: &mut Conn, user: Id, notices: &[Id]) -> Result<HashMap<Id, Stamp>> {
    let keys: Vec<String> = notices.iter().map(Id::to_string).collect();
    let rows: Vec<(String, Stamp)> = notice_marks::table
        .filter(notice_marks::user_id.eq(user))
        .filter(notice_marks::notice_key.eq_any(keys))
        .select((notice_marks::notice_key, notice_marks::read_at))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(key, at)| Id::parse(&key).map(|id| (id, at))).collect())
}

pub fn mark(conn: &mut Conn, user: Id, notice: Id, at: Stamp) -> Result<()> {
    diesel::insert_into(notice_marks::table)
        .values((notice_marks::user_id.eq(user), notice_marks::notice_key.eq(notice.to_string()), notice_marks::read_at.eq(at)))
        .execute(conn)?;
    Ok(())
}
