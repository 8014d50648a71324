use super::model::{Answered, KIND, Recommendation, RecommendationFilter, RecommendationSort, RecommendationState as State};
use crate::{
    authz::Scope,
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    keyset,
    page::{Page, Paging},
    schema::{access, recommendation_answers as answers, recommendations},
    text,
    time::Stamp,
    visible,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

/// States in which an answer is still awaited.
pub const AWAITING: [State; 2] = [State::Raised, State::Forwarded];

/// The record with this code.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Id>> {
    Ok(recommendations::table.filter(recommendations::code.eq(code)).select(recommendations::id).first(conn).optional()?)
}

pub fn find(conn: &mut Conn, id: Id) -> Result<Recommendation> {
    recommendations::table.find(id).select(Recommendation::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// What was raised in a province and awaits an answer, for the obstacles section of a report; of one plan or one
/// reporting period where named. Drafts are nobody's business yet.
pub fn open_of(conn: &mut Conn, province: Id, plan: Option<Id>, period: Option<Id>) -> Result<Vec<Recommendation>> {
    let mut query = recommendations::table
        .filter(recommendations::province_id.eq(province))
        .filter(recommendations::state.eq_any(AWAITING.to_vec()))
        .order(recommendations::id)
        .into_boxed::<MultiBackend>();
    if let Some(plan) = plan {
        query = query.filter(recommendations::plan_id.eq(plan));
    }
    if let Some(period) = period {
        query = query.filter(recommendations::period_id.eq(period));
    }
    Ok(query.select(Recommendation::as_select()).load(conn)?)
}

/// What an organisation raised in `from..=to`, or had raised before and is not closed, oldest first; at most `limit`.
pub fn raised_by(conn: &mut Conn, organization: Id, from: Option<NaiveDate>, to: NaiveDate, limit: i64) -> Result<Vec<Recommendation>> {
    let mut query = recommendations::table
        .filter(recommendations::raiser_id.eq(organization))
        .filter(recommendations::raised_on.le(to))
        .order(recommendations::id)
        .limit(limit)
        .into_boxed::<MultiBackend>();
    if let Some(from) = from {
        query = query.filter(recommendations::state.ne(State::Closed).or(recommendations::raised_on.ge(from).assume_not_null()));
    }
    Ok(query.select(Recommendation::as_select()).load(conn)?)
}

/// What is not closed and has to do with an organisation.
pub fn unclosed_of(conn: &mut Conn, organization: Id) -> Result<Vec<Recommendation>> {
    Ok(recommendations::table
        .filter(recommendations::state.ne(State::Closed))
        .filter(recommendations::raiser_id.eq(organization).or(recommendations::focal_id.eq(organization)).or(recommendations::addressed_id.eq(organization)))
        .order(recommendations::id)
        .select(Recommendation::as_select())
        .load(conn)?)
}

/// The answers of several recommendations, oldest first.
pub fn answers(conn: &mut Conn, ids: &[Id]) -> Result<HashMap<Id, Vec<Answered>>> {
    let rows: Vec<Answered> =
        answers::table.filter(answers::recommendation_id.eq_any(ids.to_vec())).order(answers::id).select(Answered::as_select()).load(conn)?;
    let mut all: HashMap<Id, Vec<Answered>> = HashMap::new();
    for row in rows {
        all.entry(row.recommendation_id).or_default().push(row);
    }
    Ok(all)
}

/// How the caller's organisation is related to each of several records.
pub fn relations(conn: &mut Conn, organization: Option<Id>, ids: &[Id]) -> Result<HashMap<Id, i32>> {
    let Some(organization) = organization else { return Ok(HashMap::new()) };
    let rows: Vec<(Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(KIND))
        .filter(access::record_id.eq_any(ids.to_vec()))
        .select((access::record_id, access::relations))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &RecommendationFilter, paging: &Paging, today: NaiveDate) -> Result<Page<Recommendation>> {
    let query = || {
        let mut query = recommendations::table.filter(visible!(recommendations, scope, KIND)).into_boxed::<MultiBackend>();
        query = filter.by.narrow(query);
        match filter.overdue {
            Some(true) => query = query.filter(recommendations::respond_by.lt(today)).filter(recommendations::state.eq_any(AWAITING.to_vec())),
            Some(false) => {
                query = query.filter(
                    recommendations::respond_by
                        .is_null()
                        .or(recommendations::respond_by.assume_not_null().ge(today))
                        .or(recommendations::state.ne_all(AWAITING.to_vec())),
                );
            }
            None => {}
        }
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            query = query.filter(recommendations::search_fold.like(pattern).escape('\\'));
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Recommendation::as_select()));
    let stamp = |r: &Recommendation| (r.created_at, r.id);
    let page = match filter.sort.unwrap_or_default() {
        RecommendationSort::Newest => {
            let rows = keyset!(rows, paging, "-created_at", recommendations::created_at => Stamp, recommendations::id, desc).load(conn)?;
            Page::of(rows, limit, "-created_at", stamp)?
        }
        RecommendationSort::Oldest => {
            let rows = keyset!(rows, paging, "created_at", recommendations::created_at => Stamp, recommendations::id, asc).load(conn)?;
            Page::of(rows, limit, "created_at", stamp)?
        }
        RecommendationSort::Code => {
            let rows = keyset!(rows, paging, "code", recommendations::code => String, recommendations::id, asc).load(conn)?;
            Page::of(rows, limit, "code", |r: &Recommendation| (r.code.clone(), r.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, recommendation: &Recommendation) -> Result<()> {
    diesel::insert_into(recommendations::table).values(recommendation).execute(conn)?;
    Ok(())
}

pub fn add_answer(conn: &mut Conn, answer: &Answered) -> Result<()> {
    diesel::insert_into(answers::table).values(answer).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `after` carries the next version.
pub fn update(conn: &mut Conn, before: &Recommendation, after: &Recommendation) -> Result<()> {
    let moved = diesel::update(recommendations::table.find(before.id).filter(recommendations::version.eq(before.version))).set(after).execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// Removes a draft, which nobody has answered.
pub fn remove(conn: &mut Conn, draft: &Recommendation) -> Result<()> {
    diesel::delete(access::table.filter(access::kind.eq(KIND)).filter(access::record_id.eq(draft.id))).execute(conn)?;
    diesel::delete(recommendations::table.find(draft.id)).execute(conn)?;
    Ok(())
}
