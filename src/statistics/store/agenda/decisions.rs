//! What waits for a decision of an organisation's leaders.

use super::Narrow;
use crate::{
    authz::holds,
    db::{Conn, MultiBackend},
    documents,
    error::Result,
    id::Id,
    plans::{tasks::model::KIND as TASK, waiting::ACCEPTS},
    schema::{
        access, consolidated_reports as consolidated, extensions, recommendations, report_submissions as submissions, reporting_extensions,
        reporting_obligations as obligations, reporting_periods as periods, reporting_regimes as regimes, task_occurrences as occurrences, task_parts as parts,
        tasks,
    },
    statistics::model::DecisionKind,
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashSet;

/// Something that waits for a decision, before names are added.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub kind: DecisionKind,
    pub record: Id,
    pub code: String,
    pub title: String,
    pub organization: Option<Id>,
    pub decider: Id,
    pub since: NaiveDate,
    pub due_on: Option<NaiveDate>,
}

/// Who decides a task's matter, of several: its owner before whoever monitors it.
fn once<T>(mut rows: Vec<T>, of: impl Fn(&T) -> (Id, Id, Id)) -> Vec<T> {
    rows.sort_by_key(|row| {
        let (_, owner, decider) = of(row);
        owner != decider
    });
    let mut known = HashSet::new();
    rows.retain(|row| known.insert(of(row).0));
    rows
}

/// What waits for a decision of these organisations, longest first: eight statements. An organisation narrows it to what it
/// asked for or wrote. Drafts are the business of `own` alone.
pub fn waiting(conn: &mut Conn, own: Id, deciders: &[Id], narrow: &Narrow, limit: i64) -> Result<Vec<Waiting>> {
    let deciders = deciders.to_vec();
    // A task may be owned by one of them and monitored by another.
    let rows = limit * i64::try_from(deciders.len()).unwrap_or(1);
    let some: Vec<Option<Id>> = deciders.iter().copied().map(Some).collect();
    let mut all = Vec::new();

    type Proposed = (Id, String, String, Id, Id, Option<NaiveDate>, Stamp, Option<NaiveDate>);
    let mut query = occurrences::table
        .inner_join(tasks::table)
        .inner_join(access::table.on(access::record_id.eq(tasks::id)))
        .filter(occurrences::state.eq("completion_proposed"))
        .filter(access::kind.eq(TASK))
        .filter(access::organization_id.eq_any(deciders.clone()))
        .filter(holds(ACCEPTS))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(tasks::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        // Whoever leads proposes; where nobody leads, those who do it together.
        let answers = parts::table
            .filter(parts::organization_id.eq(organization))
            .filter(parts::role.ne("coordinate"))
            .filter(parts::state.ne("waived"))
            .select(parts::occurrence_id);
        query = query.filter(occurrences::id.eq_any(answers));
    }
    let proposed: Vec<Proposed> = query
        .order((occurrences::proposed_on, occurrences::id))
        .limit(rows)
        .select((
            occurrences::id,
            tasks::code,
            tasks::content,
            tasks::owner_id,
            access::organization_id,
            occurrences::proposed_on,
            occurrences::updated_at,
            occurrences::due_on,
        ))
        .load(conn)?;
    let proposed = once(proposed, |row| (row.0, row.3, row.4));
    all.extend(proposed.into_iter().map(|(record, code, title, _, decider, on, moved, due_on)| Waiting {
        kind: DecisionKind::Completion,
        record,
        code,
        title,
        organization: None,
        decider,
        since: on.unwrap_or(moved.day()),
        due_on,
    }));

    type Asked = (Id, String, String, Id, Id, Id, NaiveDate, NaiveDate);
    let mut query = extensions::table
        .inner_join(tasks::table)
        .inner_join(access::table.on(access::record_id.eq(tasks::id)))
        .filter(extensions::state.eq("asked"))
        .filter(access::kind.eq(TASK))
        .filter(access::organization_id.eq_any(deciders.clone()))
        .filter(holds(ACCEPTS))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(tasks::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(extensions::organization_id.eq(organization));
    }
    let asked: Vec<Asked> = query
        .order((extensions::asked_on, extensions::id))
        .limit(rows)
        .select((
            extensions::id,
            tasks::code,
            tasks::content,
            extensions::organization_id,
            tasks::owner_id,
            access::organization_id,
            extensions::asked_on,
            extensions::due_before,
        ))
        .load(conn)?;
    let asked = once(asked, |row| (row.0, row.4, row.5));
    all.extend(asked.into_iter().map(|(record, code, title, organization, _, decider, since, due)| Waiting {
        kind: DecisionKind::TaskExtension,
        record,
        code,
        title,
        organization: Some(organization),
        decider,
        since,
        due_on: Some(due),
    }));

    type More = (Id, String, Option<String>, String, Id, Option<Id>, NaiveDate, NaiveDate);
    let mut query = reporting_extensions::table
        .inner_join(obligations::table)
        .inner_join(periods::table.on(periods::id.eq(obligations::period_id)))
        .inner_join(regimes::table.on(regimes::id.eq(obligations::regime_id)))
        .filter(reporting_extensions::state.eq("asked"))
        .filter(obligations::receiver_id.eq_any(some.clone()))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(regimes::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(obligations::sender_id.eq(organization));
    }
    let more: Vec<More> = query
        .order((reporting_extensions::asked_on, reporting_extensions::id))
        .limit(limit)
        .select((
            obligations::id,
            periods::code,
            periods::title,
            regimes::name,
            obligations::sender_id,
            obligations::receiver_id,
            reporting_extensions::asked_on,
            reporting_extensions::old_due_on,
        ))
        .load(conn)?;
    all.extend(more.into_iter().filter_map(|(record, code, title, regime, organization, decider, since, due)| {
        Some(Waiting {
            kind: DecisionKind::ReportExtension,
            record,
            code,
            title: title.unwrap_or(regime),
            organization: Some(organization),
            decider: decider?,
            since,
            due_on: Some(due),
        })
    }));

    type Handed = (Id, String, Option<String>, String, Id, Option<Id>, Option<NaiveDate>, Stamp);
    let mut query = submissions::table
        .inner_join(periods::table.on(periods::id.eq(submissions::period_id)))
        .inner_join(regimes::table.on(regimes::id.eq(periods::regime_id)))
        .filter(submissions::state.eq("submitted"))
        .filter(submissions::receiver_id.eq_any(some.clone()))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(regimes::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(submissions::author_id.eq(organization));
    }
    let handed: Vec<Handed> = query
        .order((submissions::submitted_on, submissions::id))
        .limit(limit)
        .select((
            submissions::id,
            periods::code,
            periods::title,
            regimes::name,
            submissions::author_id,
            submissions::receiver_id,
            submissions::submitted_on,
            submissions::updated_at,
        ))
        .load(conn)?;
    all.extend(handed.into_iter().filter_map(|(record, code, title, regime, organization, decider, on, moved)| {
        Some(Waiting {
            kind: DecisionKind::Submission,
            record,
            code,
            title: title.unwrap_or(regime),
            organization: Some(organization),
            decider: decider?,
            since: on.unwrap_or(moved.day()),
            due_on: None,
        })
    }));

    // The consolidator's own unfinished work is nobody else's business (RULES 1): only who acts next sees it.
    let appraise = consolidated::appraiser_id.eq_any(some.clone()).assume_not_null().and(consolidated::state.eq("in_appraisal"));
    let issue = consolidated::consolidator_id.eq_any(deciders.clone()).and(consolidated::state.eq("appraised"));
    type Consolidated = (Id, String, String, Id, Option<Id>, String, Stamp);
    let mut query = consolidated::table.filter(appraise.or(issue)).into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(consolidated::regime_id.eq_any(regimes::table.filter(regimes::plan_id.eq(plan)).select(regimes::id)));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(consolidated::consolidator_id.eq(organization));
    }
    let reports: Vec<Consolidated> = query
        .order((consolidated::updated_at, consolidated::id))
        .limit(limit)
        .select((
            consolidated::id,
            consolidated::code,
            consolidated::title,
            consolidated::consolidator_id,
            consolidated::appraiser_id,
            consolidated::state,
            consolidated::updated_at,
        ))
        .load(conn)?;
    all.extend(reports.into_iter().map(|(record, code, title, consolidator, appraiser, state, since)| {
        let appraises = state == "in_appraisal";
        Waiting {
            kind: if appraises { DecisionKind::Appraisal } else { DecisionKind::Issue },
            record,
            code,
            title,
            organization: Some(consolidator),
            decider: appraiser.filter(|_| appraises).unwrap_or(consolidator),
            since: since.day(),
            due_on: None,
        }
    }));

    type Raised = (Id, String, String, Id, Option<Id>, Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>, Stamp);
    let mut query = recommendations::table
        .filter(recommendations::state.eq_any(["raised", "forwarded"]))
        .filter(recommendations::addressed_id.eq_any(some))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = narrow.plan {
        query = query.filter(recommendations::plan_id.eq(plan));
    }
    if let Some(organization) = narrow.organization {
        query = query.filter(recommendations::raiser_id.eq(organization));
    }
    let raised: Vec<Raised> = query
        .order((recommendations::raised_on, recommendations::id))
        .limit(limit)
        .select((
            recommendations::id,
            recommendations::code,
            recommendations::title,
            recommendations::raiser_id,
            recommendations::addressed_id,
            recommendations::raised_on,
            recommendations::forwarded_on,
            recommendations::respond_by,
            recommendations::updated_at,
        ))
        .load(conn)?;
    all.extend(raised.into_iter().filter_map(|(record, code, title, organization, decider, raised, forwarded, due_on, moved)| {
        Some(Waiting {
            kind: DecisionKind::Recommendation,
            record,
            code,
            title,
            organization: Some(organization),
            decider: decider?,
            since: forwarded.or(raised).unwrap_or(moved.day()),
            due_on,
        })
    }));

    // Its own organisation has written a draft.
    if narrow.organization.is_none_or(|id| id == own) {
        all.extend(draft_reports(conn, own, narrow.plan, limit)?);
        // A document belongs to no plan.
        if narrow.plan.is_none() {
            all.extend(draft_documents(conn, own, limit)?);
        }
    }

    all.sort_by_key(|a| (a.since, a.record));
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}

/// The organisation's own reports that wait for its leader to hand them in.
fn draft_reports(conn: &mut Conn, own: Id, plan: Option<Id>, limit: i64) -> Result<Vec<Waiting>> {
    type Draft = (Id, String, Option<String>, String, Stamp, Option<NaiveDate>);
    let mut query = submissions::table
        .inner_join(obligations::table)
        .inner_join(periods::table.on(periods::id.eq(submissions::period_id)))
        .inner_join(regimes::table.on(regimes::id.eq(periods::regime_id)))
        .filter(submissions::state.eq("draft"))
        .filter(submissions::author_id.eq(own))
        .into_boxed::<MultiBackend>();
    if let Some(plan) = plan {
        query = query.filter(regimes::plan_id.eq(plan));
    }
    let drafts: Vec<Draft> = query
        .order((submissions::created_at, submissions::id))
        .limit(limit)
        .select((submissions::id, periods::code, periods::title, regimes::name, submissions::created_at, obligations::effective_due_on))
        .load(conn)?;
    let one = |(record, code, title, regime, made, due_on): Draft| Waiting {
        kind: DecisionKind::DraftReport,
        record,
        code,
        title: title.unwrap_or(regime),
        organization: Some(own),
        decider: own,
        since: made.day(),
        due_on,
    };
    Ok(drafts.into_iter().map(one).collect())
}

/// The organisation's own documents that wait for its leader's signature.
fn draft_documents(conn: &mut Conn, own: Id, limit: i64) -> Result<Vec<Waiting>> {
    let drafts = documents::waiting::to_sign(conn, own, limit)?;
    let one = |draft: documents::waiting::Outgoing| Waiting {
        kind: DecisionKind::DraftDocument,
        record: draft.document_id,
        title: draft.summary.unwrap_or_else(|| draft.code.clone()),
        code: draft.code,
        organization: Some(own),
        decider: own,
        since: draft.updated_at.day(),
        due_on: None,
    };
    Ok(drafts.into_iter().map(one).collect())
}
