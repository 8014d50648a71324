use super::model::{
    Extension, KIND, OBLIGATION, Obligation, ObligationFilter, ObligationSort, ObligationState, PeriodFilter, PeriodSort, PeriodState, ReportingPeriod,
};
use crate::{
    authz::{Relations, Scope},
    db::{Conn, MultiBackend},
    error::{Error, Result},
    id::Id,
    insert_all, keyset,
    ontime::Lay,
    page::{Page, Paging},
    reporting::submissions::SubmissionState,
    schema::{access, report_submissions, reporting_extensions, reporting_obligations, reporting_periods},
    text,
    time::Stamp,
    visible,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

/// One row of the access table, for records that are made many at a time.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = access, treat_none_as_default_value = false)]
pub struct AccessRow {
    pub organization_id: Id,
    pub kind: String,
    pub record_id: Id,
    pub relations: i32,
}

pub fn find(conn: &mut Conn, id: Id) -> Result<ReportingPeriod> {
    reporting_periods::table.find(id).select(ReportingPeriod::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

/// The record with this code.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Id>> {
    Ok(reporting_periods::table.filter(reporting_periods::code.eq(code)).select(reporting_periods::id).first(conn).optional()?)
}

pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<ReportingPeriod>> {
    Ok(reporting_periods::table.filter(reporting_periods::id.eq_any(ids.to_vec())).select(ReportingPeriod::as_select()).load(conn)?)
}

/// The regime's period of the calendar.
pub fn of_regime(conn: &mut Conn, regime: Id, period: &str) -> Result<Option<ReportingPeriod>> {
    Ok(reporting_periods::table
        .filter(reporting_periods::regime_id.eq(regime))
        .filter(reporting_periods::period.eq(period))
        .select(ReportingPeriod::as_select())
        .first(conn)
        .optional()?)
}

/// Which periods of the calendar these regimes have already.
pub fn known(conn: &mut Conn, regimes: &[Id]) -> Result<Vec<(Id, Option<String>)>> {
    Ok(reporting_periods::table
        .filter(reporting_periods::regime_id.eq_any(regimes.to_vec()))
        .select((reporting_periods::regime_id, reporting_periods::period))
        .load(conn)?)
}

/// Scheduled periods whose day has come.
pub fn to_open(conn: &mut Conn, today: NaiveDate) -> Result<Vec<ReportingPeriod>> {
    Ok(reporting_periods::table
        .filter(reporting_periods::state.eq(PeriodState::Scheduled))
        .filter(reporting_periods::opens_on.le(today))
        .order(reporting_periods::id)
        .select(ReportingPeriod::as_select())
        .load(conn)?)
}

/// Only what the caller may see: the scope is part of the query.
pub fn list(conn: &mut Conn, scope: &Scope, filter: &PeriodFilter, paging: &Paging) -> Result<Page<ReportingPeriod>> {
    let query = || {
        let mut query = reporting_periods::table.into_boxed::<MultiBackend>().filter(visible!(reporting_periods, scope, KIND));
        query = filter.by.narrow(query);
        for term in filter.q.iter().flat_map(|q| text::search_terms(q)) {
            let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            query = query.filter(reporting_periods::title_fold.like(pattern).escape('\\'));
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(ReportingPeriod::as_select()));
    let page = match filter.sort.unwrap_or_default() {
        PeriodSort::Latest => {
            let rows = keyset!(rows, paging, "-last_day", reporting_periods::sort_day => NaiveDate, reporting_periods::id, desc).load(conn)?;
            Page::of(rows, limit, "-last_day", |p: &ReportingPeriod| (p.sort_day, p.id))?
        }
        PeriodSort::Earliest => {
            let rows = keyset!(rows, paging, "last_day", reporting_periods::sort_day => NaiveDate, reporting_periods::id, asc).load(conn)?;
            Page::of(rows, limit, "last_day", |p: &ReportingPeriod| (p.sort_day, p.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

pub fn insert(conn: &mut Conn, period: &ReportingPeriod) -> Result<()> {
    diesel::insert_into(reporting_periods::table).values(period).execute(conn)?;
    Ok(())
}

/// Writes the record back if nobody has changed it meanwhile; `updated` carries the next version.
pub fn update(conn: &mut Conn, before: &ReportingPeriod, updated: &ReportingPeriod) -> Result<()> {
    use reporting_periods as p;
    let moved = diesel::update(p::table.find(before.id).filter(p::version.eq(before.version)).filter(p::state.eq(before.state)))
        .set((
            p::province_id.eq(updated.province_id),
            p::state.eq(updated.state),
            p::opened_on.eq(updated.opened_on),
            p::opened_by.eq(updated.opened_by),
            p::closed_on.eq(updated.closed_on),
            p::chain.eq(&updated.chain),
            p::unresolved.eq(&updated.unresolved),
            p::version.eq(updated.version),
            p::updated_at.eq(updated.updated_at),
            p::updated_by.eq(updated.updated_by),
        ))
        .execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

pub fn find_obligation(conn: &mut Conn, id: Id) -> Result<Obligation> {
    reporting_obligations::table.find(id).select(Obligation::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)
}

pub fn find_obligations(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Obligation>> {
    Ok(reporting_obligations::table.filter(reporting_obligations::id.eq_any(ids.to_vec())).select(Obligation::as_select()).load(conn)?)
}

/// All obligations of a period by step and sender.
pub fn obligations_of(conn: &mut Conn, period: Id) -> Result<Vec<Obligation>> {
    Ok(reporting_obligations::table
        .filter(reporting_obligations::period_id.eq(period))
        .order((reporting_obligations::step_no, reporting_obligations::sender_id))
        .select(Obligation::as_select())
        .load(conn)?)
}

/// The obligations of a period that the caller may read.
pub fn visible_obligations(conn: &mut Conn, scope: &Scope, period: Id) -> Result<Vec<Obligation>> {
    Ok(reporting_obligations::table
        .into_boxed::<MultiBackend>()
        .filter(visible!(reporting_obligations, scope, OBLIGATION))
        .filter(reporting_obligations::period_id.eq(period))
        .order((reporting_obligations::sender_id, reporting_obligations::step_no))
        .select(Obligation::as_select())
        .load(conn)?)
}

/// What an organisation still owes or is to receive.
pub fn open_of(conn: &mut Conn, organization: Id) -> Result<Vec<Obligation>> {
    use reporting_obligations as o;
    Ok(o::table
        .filter(o::sender_id.eq(organization).or(o::receiver_id.eq(organization)).or(o::appraiser_id.eq(organization)))
        .filter(o::state.ne_all([ObligationState::Accepted, ObligationState::Merged]))
        .order(o::id)
        .select(Obligation::as_select())
        .load(conn)?)
}

pub fn list_obligations(conn: &mut Conn, scope: &Scope, filter: &ObligationFilter, today: NaiveDate, paging: &Paging) -> Result<Page<Obligation>> {
    use reporting_obligations as o;
    let query = || {
        let mut query = o::table.into_boxed::<MultiBackend>().filter(visible!(reporting_obligations, scope, OBLIGATION));
        query = filter.by.narrow(query);
        let owed = [ObligationState::NotSubmitted, ObligationState::Returned];
        match filter.overdue {
            Some(true) => query = query.filter(o::state.eq_any(owed)).filter(o::effective_due_on.lt(today)),
            Some(false) => query = query.filter(o::state.ne_all(owed).or(o::effective_due_on.is_null()).or(o::effective_due_on.ge(today).assume_not_null())),
            None => {}
        }
        query
    };
    let (limit, rows) = (paging.limit(), query().select(Obligation::as_select()));
    let page = match filter.sort.unwrap_or_default() {
        ObligationSort::Due => {
            let rows = keyset!(rows, paging, "due_on", o::due_sort => NaiveDate, o::id, asc).load(conn)?;
            Page::of(rows, limit, "due_on", |x: &Obligation| (x.due_sort, x.id))?
        }
        ObligationSort::DueLast => {
            let rows = keyset!(rows, paging, "-due_on", o::due_sort => NaiveDate, o::id, desc).load(conn)?;
            Page::of(rows, limit, "-due_on", |x: &Obligation| (x.due_sort, x.id))?
        }
    };
    let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
    Ok(page.counted(total))
}

/// Inserts obligations with their access rows.
pub fn insert_obligations(conn: &mut Conn, obligations: &[Obligation], rows: &[AccessRow]) -> Result<()> {
    insert_all!(conn, reporting_obligations::table, obligations)?;
    insert_all!(conn, access::table, rows)
}

/// Writes the record back if nobody has changed it meanwhile; `updated` carries the next version.
pub fn update_obligation(conn: &mut Conn, before: &Obligation, updated: &Obligation) -> Result<()> {
    use reporting_obligations as o;
    let moved = diesel::update(o::table.find(before.id).filter(o::version.eq(before.version)).filter(o::state.eq(before.state)))
        .set((
            (
                o::province_id.eq(updated.province_id),
                o::sender_id.eq(updated.sender_id),
                o::also_for.eq(&updated.also_for),
                o::receiver_id.eq(updated.receiver_id),
                o::appraiser_id.eq(updated.appraiser_id),
                o::due_on.eq(updated.due_on),
                o::effective_due_on.eq(updated.effective_due_on),
                o::due_sort.eq(updated.due_sort),
                o::state.eq(updated.state),
                o::fulfilled_on.eq(updated.fulfilled_on),
                o::fulfilled_by_kind.eq(&updated.fulfilled_by_kind),
                o::fulfilled_by_id.eq(updated.fulfilled_by_id),
            ),
            (
                o::on_time.eq(updated.on_time),
                o::judgement.eq(updated.judgement.clone()),
                o::handling_unit_id.eq(updated.handling_unit_id),
                o::handling_user_id.eq(updated.handling_user_id),
                o::handling_instruction.eq(&updated.handling_instruction),
                o::version.eq(updated.version),
                o::updated_at.eq(updated.updated_at),
            ),
        ))
        .execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// Which of these a successor's obligation stands for.
pub fn merged_among(conn: &mut Conn, ids: &[Id]) -> Result<HashSet<Id>> {
    use reporting_obligations as o;
    let merged = o::table.filter(o::id.eq_any(ids.to_vec())).filter(o::state.eq(ObligationState::Merged));
    Ok(merged.select(o::id).load::<Id>(conn)?.into_iter().collect())
}

/// Writes one last day for several obligations.
pub fn move_last_day(conn: &mut Conn, ids: &[Id], day: NaiveDate, now: Stamp) -> Result<()> {
    use reporting_obligations as o;
    diesel::update(o::table.filter(o::id.eq_any(ids.to_vec())))
        .set((o::effective_due_on.eq(day), o::version.eq(o::version + 1), o::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// How long versions that were returned lay with the receiver, by obligation.
pub fn returned_versions(conn: &mut Conn, obligations: &[Id]) -> Result<HashMap<Id, Vec<Lay>>> {
    use report_submissions as v;
    let rows: Vec<(Id, Option<NaiveDate>, Option<NaiveDate>)> = v::table
        .filter(v::obligation_id.eq_any(obligations.to_vec()))
        .filter(v::state.eq(SubmissionState::Returned))
        .order(v::id)
        .select((v::obligation_id, v::submitted_on, v::decided_on))
        .load(conn)?;
    let mut all: HashMap<Id, Vec<Lay>> = HashMap::new();
    for (obligation, submitted_on, returned_on) in rows {
        let lay = submitted_on.map(|submitted_on| Lay { submitted_on, returned_on, agreed: false });
        all.entry(obligation).or_default().extend(lay);
    }
    Ok(all)
}

pub fn find_extension(conn: &mut Conn, obligation: Id, id: Id) -> Result<Extension> {
    reporting_extensions::table
        .find(id)
        .filter(reporting_extensions::obligation_id.eq(obligation))
        .select(Extension::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Error::not_found)
}

/// Requests for more time by obligation, oldest first.
pub fn extensions(conn: &mut Conn, obligations: &[Id]) -> Result<HashMap<Id, Vec<Extension>>> {
    let rows: Vec<Extension> = reporting_extensions::table
        .filter(reporting_extensions::obligation_id.eq_any(obligations.to_vec()))
        .order(reporting_extensions::id)
        .select(Extension::as_select())
        .load(conn)?;
    let mut all: HashMap<Id, Vec<Extension>> = HashMap::new();
    for row in rows {
        all.entry(row.obligation_id).or_default().push(row);
    }
    Ok(all)
}

pub fn insert_extension(conn: &mut Conn, extension: &Extension) -> Result<()> {
    diesel::insert_into(reporting_extensions::table).values(extension).execute(conn)?;
    Ok(())
}

pub fn update_extension(conn: &mut Conn, before: &Extension, updated: &Extension) -> Result<()> {
    use reporting_extensions as e;
    let moved = diesel::update(e::table.find(before.id).filter(e::version.eq(before.version)))
        .set((
            e::state.eq(updated.state),
            e::granted_due_on.eq(updated.granted_due_on),
            e::decided_on.eq(updated.decided_on),
            e::decided_by.eq(updated.decided_by),
            e::decision_reason.eq(&updated.decision_reason),
            e::version.eq(updated.version),
            e::updated_at.eq(updated.updated_at),
        ))
        .execute(conn)?;
    if moved == 1 { Ok(()) } else { Err(Error::Clash) }
}

/// How an organisation is related to each of these records, in one statement.
pub fn relations(conn: &mut Conn, kind: &str, organization: Option<Id>, ids: &[Id]) -> Result<HashMap<Id, Relations>> {
    let Some(organization) = organization else { return Ok(HashMap::new()) };
    let rows: Vec<(Id, i32)> = access::table
        .filter(access::organization_id.eq(organization))
        .filter(access::kind.eq(kind))
        .filter(access::record_id.eq_any(ids.to_vec()))
        .select((access::record_id, access::relations))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, held)| (id, Relations(held))).collect())
}
