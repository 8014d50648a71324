use super::model::{KIND, Submission, SubmissionFilter, SubmissionSort, SubmissionState};
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    keyset,
    page::{Page, Paging},
    schema::{access, report_submissions},
    time::Stamp,
    visible,
};
use diesel::prelude::*;
use report_submissions as s;

pub fn find(conn: &mut Conn, id: Id) -> Result<Submission> {
    s::table.find(id).select(Submission::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn by_seed_key(conn: &mut Conn, province: Id, key: &str) -> Result<Option<Submission>> {
    Ok(s::table.filter(s::province_id.eq(province)).filter(s::seed_key.eq(key)).select(Submission::as_select()).first(conn).optional()?)
}

/// All versions for an obligation, oldest first.
pub fn versions(conn: &mut Conn, obligation: Id) -> Result<Vec<Submission>> {
    Ok(s::table.filter(s::obligation_id.eq(obligation)).order(s::version_no).select(Submission::as_select()).load(conn)?)
}

/// The accepted versions of a period, by obligation, oldest first.
pub fn accepted(conn: &mut Conn, period: Id) -> Result<Vec<Submission>> {
    Ok(s::table
        .filter(s::period_id.eq(period))
        .filter(s::state.eq(SubmissionState::Accepted))
        .order((s::obligation_id, s::version_no))
        .select(Submission::as_select())
        .load(conn)?)
}

/// Every version for these obligations.
pub fn of_obligations(conn: &mut Conn, obligations: &[Id]) -> Result<Vec<Submission>> {
    Ok(s::table.filter(s::obligation_id.eq_any(obligations.to_vec())).order(s::id).select(Submission::as_select()).load(conn)?)
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &SubmissionFilter, paging: &Paging) -> Result<Page<Submission>> {
    let query = || {
        let mut query = s::table.into_boxed::<MultiBackend>().filter(visible!(report_submissions, scope, KIND));
        query = filter.by.narrow(query);
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Submission::as_select()));
    let page = match filter.sort.unwrap_or_default() {
        SubmissionSort::Newest => {
            let rows = keyset!(rows, paging, "-created_at", s::created_at => Stamp, s::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", |x: &Submission| (x.created_at, x.id))?
        }
        SubmissionSort::Oldest => {
            let rows = keyset!(rows, paging, "created_at", s::created_at => Stamp, s::id, asc).load(conn)?;
            Page::of(rows, limit, "created_at", |x: &Submission| (x.created_at, x.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

/// Whether a version that was handed in names a file of this hash; its snapshot is proved with it.
pub fn names_file(conn: &mut Conn, sha256: &str) -> Result<bool> {
    let named = report_submissions::table.filter(report_submissions::snapshot.like(format!("%{sha256}%")));
    Ok(diesel::select(diesel::dsl::exists(named)).get_result(conn)?)
}

pub fn insert(conn: &mut Conn, submission: &Submission) -> Result<()> {
    diesel::insert_into(s::table).values(submission).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `updated` carries the next version.
pub fn update(conn: &mut Conn, before: &Submission, updated: &Submission) -> Result<()> {
    let moved = diesel::update(s::table.find(before.id).filter(s::version.eq(before.version)).filter(s::state.eq(before.state)))
        .set((
            (
                s::province_id.eq(updated.province_id),
                s::audience.eq(updated.audience),
                s::author_id.eq(updated.author_id),
                s::receiver_id.eq(updated.receiver_id),
                s::state.eq(updated.state),
                s::narratives.eq(&updated.narratives),
                s::figures.eq(&updated.figures),
                s::attachments.eq(&updated.attachments),
                s::correction_reason.eq(&updated.correction_reason),
                s::paper.eq(updated.paper.clone()),
                s::submitted_at.eq(updated.submitted_at),
                s::submitted_by.eq(updated.submitted_by),
                s::submitted_on.eq(updated.submitted_on),
            ),
            (
                s::snapshot.eq(&updated.snapshot),
                s::sha256.eq(&updated.sha256),
                s::decided_at.eq(updated.decided_at),
                s::decided_by.eq(updated.decided_by),
                s::decided_on.eq(updated.decided_on),
                s::decision_reason.eq(&updated.decision_reason),
                s::on_time.eq(updated.on_time),
                s::judgement.eq(updated.judgement.clone()),
                s::version.eq(updated.version),
                s::updated_at.eq(updated.updated_at),
                s::updated_by.eq(updated.updated_by),
            ),
        ))
        .execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// Takes a draft away.
pub fn remove(conn: &mut Conn, submission: &Submission) -> Result<()> {
    diesel::delete(access::table.filter(access::kind.eq(KIND)).filter(access::record_id.eq(submission.id))).execute(conn)?;
    diesel::delete(s::table.find(submission.id)).execute(conn)?;
    Ok(())
}

/// The next versions that have been handed in, by id.
pub fn handed_in_after(conn: &mut Conn, last: Option<Id>, limit: i64) -> Result<Vec<Submission>> {
    let mut query = s::table.filter(s::sha256.is_not_null()).into_boxed::<MultiBackend>();
    if let Some(last) = last {
        query = query.filter(s::id.gt(last));
    }
    Ok(query.order(s::id).limit(limit).select(Submission::as_select()).load(conn)?)
}
