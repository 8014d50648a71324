use super::MOST;
use crate::{
    db::Conn,
    error::Result,
    id::Id,
    notices::model::{Desk, Found, NoticeKind},
    schema::recommendations,
};
use chrono::NaiveDate;
use diesel::prelude::*;

/// Days before a reply is due at which it is near.
const NEAR: u64 = 7;

/// To leaders: what was put to the organisation and has no answer, and what it raised and was answered.
pub fn gather(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    if !desk.leads() {
        return Ok(());
    }
    type Row = (Id, String, String, String, Id, Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>);
    let waiting = recommendations::addressed_id.eq(desk.organization).assume_not_null().and(recommendations::state.eq_any(["raised", "forwarded"]));
    let answered = recommendations::raiser_id.eq(desk.organization).and(recommendations::state.eq("answered"));
    let rows: Vec<Row> = recommendations::table
        .filter(waiting.or(answered))
        .order((recommendations::respond_by, recommendations::id))
        .limit(MOST)
        .select((
            recommendations::id,
            recommendations::code,
            recommendations::title,
            recommendations::state,
            recommendations::raiser_id,
            recommendations::respond_by,
            recommendations::raised_on,
            recommendations::forwarded_on,
            recommendations::answered_on,
        ))
        .load(conn)?;
    for (id, code, title, state, raiser, respond_by, raised, forwarded, answered) in rows {
        let to_close = state == "answered";
        let actions = match state.as_str() {
            "answered" => vec!["close"],
            // The focal point cannot answer itself; it puts its own matters before UBND.
            "raised" if raiser == desk.organization => vec!["forward"],
            "raised" => vec!["answer", "forward"],
            _ => vec!["answer"],
        };
        found.push(Found {
            kind: if to_close { NoticeKind::RecommendationToClose } else { NoticeKind::RecommendationToAnswer },
            record_kind: "recommendation",
            record_id: id,
            record_code: Some(code),
            title,
            due_on: respond_by.filter(|_| !to_close),
            near: NEAR,
            since: if to_close { answered } else { forwarded.or(raised) }.unwrap_or(desk.today),
            waits_for_me: true,
            actions,
        });
    }
    Ok(())
}
