//! What waits for an organisation: the face that the inbox reads, so that states are named here alone.

use super::{
    model::{Recommendation, RecommendationState as State},
    store::AWAITING,
};
use crate::{db::Conn, error::Result, id::Id, schema::recommendations};
use diesel::prelude::*;

/// What was put to an organisation and has no answer, and what it raised and was answered.
pub fn waiting_for(conn: &mut Conn, organization: Id, limit: i64) -> Result<Vec<Recommendation>> {
    let waiting = recommendations::addressed_id.eq(organization).assume_not_null().and(recommendations::state.eq_any(AWAITING.to_vec()));
    let answered = recommendations::raiser_id.eq(organization).and(recommendations::state.eq(State::Answered));
    Ok(recommendations::table
        .filter(waiting.or(answered))
        .order((recommendations::respond_by, recommendations::id))
        .limit(limit)
        .select(Recommendation::as_select())
        .load(conn)?)
}
