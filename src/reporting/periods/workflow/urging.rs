//! Urging (đôn đốc) an agency for a report that it owes, counted per agency and period beside the urgings for tasks.

use super::obligations::{refuse_merged, standing};
use crate::{
    ask::Ask,
    authz::{self, Relations},
    db::Conn,
    documents,
    error::{Error, Result},
    http::Body,
    id::Id,
    plans::urgings::{self, Message, Target, TargetKind, UrgingView},
    reporting::{
        periods::{
            model::{NewReportUrging, ObligationAction as Act, ObligationState as State},
            policy::OBLIGATION_RULES as RULES,
            store,
        },
        regimes,
    },
};

/// A leader of the receiver or of the focal point urges.
pub fn urge(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<NewReportUrging>) -> Result<UrgingView> {
    let obligation = store::find_obligation(conn, id)?;
    let standing = standing(conn, ask, &obligation)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Urge, standing)?;
    ask.proceed(conn, None)?;
    refuse_merged(&obligation)?;
    if !matches!(obligation.state, State::NotSubmitted | State::Returned) {
        return Err(Error::conflict("not_owed", "Báo cáo đã được nộp.", "The report has been handed in."));
    }
    let new = body.open()?;
    documents::named::must_be_seen(conn, ask, "/document_id", new.document_id)?;
    let period = store::find(conn, obligation.period_id)?;
    let regime = regimes::find(conn, obligation.regime_id)?;
    let followers = [(obligation.receiver_id, Relations::MONITOR), (regime.focal_point_id, Relations::FOCAL)];
    let target = Target {
        kind: TargetKind::Obligation,
        id: obligation.id,
        province: obligation.province_id,
        plan: regime.plan_id,
        organization: obligation.sender_id,
        due_on: obligation.effective_due_on.or(obligation.due_on),
        period: Some(period.period.unwrap_or(period.code)),
        requested: false,
        followers: followers.into_iter().filter_map(|(organization, relations)| Some((organization?, relations))).collect(),
    };
    let message =
        Message { level: new.level, basis: new.basis.or(regime.legal_clause), text: new.text, respond_by: new.respond_by, document_id: new.document_id };
    let urging = urgings::send(conn, ask, target, message)?;
    urgings::show(conn, ask, urging.id)
}
