use super::MOST;
use crate::{
    db::Conn,
    error::Result,
    notices::model::{Desk, Found, NoticeKind},
    recommendations::{RecommendationState as State, waiting_for},
};

/// Days before a reply is due at which it is near.
const NEAR: u64 = 7;

/// To leaders, and in the organisation's calendar: what was put to the organisation and has no answer, and what it raised and was answered.
pub fn gather(conn: &mut Conn, desk: &Desk, found: &mut Vec<Found>) -> Result<()> {
    if !desk.leads() && !desk.everybody {
        return Ok(());
    }
    for r in waiting_for(conn, desk.organization, MOST)? {
        let to_close = r.state == State::Answered;
        let actions = match r.state {
            State::Answered => vec!["close"],
            // The focal point cannot answer itself; it puts its own matters before UBND.
            State::Raised if r.raiser_id == desk.organization => vec!["forward"],
            State::Raised => vec!["answer", "forward"],
            _ => vec!["answer"],
        };
        found.push(Found {
            kind: if to_close { NoticeKind::RecommendationToClose } else { NoticeKind::RecommendationToAnswer },
            record_kind: "recommendation",
            record_id: r.id,
            record_code: Some(r.code),
            title: r.title,
            due_on: r.respond_by.filter(|_| !to_close),
            near: NEAR,
            reminded_on: None,
            since: if to_close { r.answered_on } else { r.forwarded_on.or(r.raised_on) }.unwrap_or(desk.today),
            waits_for_me: true,
            actions,
        });
    }
    Ok(())
}
