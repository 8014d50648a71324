//! Which kinds of record are pulled, and which are told of through the record that they belong to.

use crate::{
    authz::{self, Actor, Scope, scopes::ServiceScope},
    db::{Conn, MultiBackend},
    documents::{self, arrivals, deliveries},
    error::Result,
    feed::{self, Belong, Kind, Whole},
    id::Id,
    organizations::{self, OrganizationAction},
    plans::{self, extensions, parts, tasks, urgings},
    pulled, readings, recommendations,
    reporting::{consolidation, periods, regimes, submissions},
    schema::{
        access, attachments, changes, consolidated_reports, documents as document_rows, extensions as extension_rows, plans as plan_rows, reading_proposals,
        recommendations as recommendation_rows, report_runs, reporting_extensions, reporting_periods, reporting_regimes, task_occurrences, task_parts,
        task_progress, tasks as task_rows,
    },
    statistics::jobs,
};
use diesel::{dsl::exists, prelude::*};

/// Writes a kind whose records are seen by whoever is related to the task that they belong to. They are of tasks in force
/// alone, so whoever oversees the province sees all of them.
macro_rules! of_tasks {
    ($kind:expr, $list:literal, $table:ident) => {
        Kind {
            kind: $kind,
            list: $list,
            needs: ServiceScope::PlansRead,
            scope: |actor| authz::scope(tasks::policy::RULES, actor, tasks::model::TaskAction::View),
            open_among: |conn, scope, ids| {
                if scope.audience.is_none() {
                    return Ok(vec![]);
                }
                let rows = $table::table.filter($table::id.eq_any(ids.to_vec())).filter($table::province_id.eq_any(scope.provinces.clone()));
                Ok(rows.select($table::id).load(conn)?)
            },
            reached: |conn, scopes, organizations, after, limit| {
                let provinces: Vec<Id> = scopes.iter().filter(|s| s.audience.is_some()).flat_map(|s| s.provinces.clone()).collect();
                let held = access::table.filter(access::kind.eq(tasks::model::KIND)).filter(access::organization_id.eq_any(organizations.to_vec()));
                let reach = $table::province_id.eq_any(provinces).or($table::task_id.eq_any(held.select(access::record_id)));
                let mut query = $table::table.filter(reach).into_boxed::<MultiBackend>();
                if let Some(after) = after {
                    query = query.filter($table::id.gt(after));
                }
                Ok(query.order($table::id).limit(limit).select($table::id).load(conn)?)
            },
            related: |organizations| {
                let held = access::table.filter(access::kind.eq(tasks::model::KIND)).filter(access::organization_id.eq_any(organizations.to_vec()));
                let held = exists(held.filter(access::record_id.eq($table::task_id)));
                Box::new(exists($table::table.filter($table::id.eq(changes::record_id)).filter(held)))
            },
            whole: Some(Whole {
                kind: tasks::model::KIND,
                counts: |conn, ids| {
                    let rows = $table::table.filter($table::task_id.eq_any(ids.to_vec())).group_by($table::task_id);
                    Ok(rows.select(($table::task_id, diesel::dsl::count_star())).load(conn)?)
                },
                parts: |conn, ids| {
                    let rows = $table::table.filter($table::task_id.eq_any(ids.to_vec())).order($table::id);
                    Ok(rows.select(($table::id, $table::task_id)).load(conn)?)
                },
            }),
        }
    };
}

/// Every list of business records.
pub const KINDS: &[Kind] = &[
    pulled!(documents::model::KIND, "/documents", DocumentsRead, documents, documents::policy::RULES, documents::kinds::DocumentAction::View),
    pulled!(deliveries::model::KIND, "/deliveries", DocumentsRead, deliveries, deliveries::policy::RULES, deliveries::model::DeliveryAction::View),
    pulled!(arrivals::model::KIND, "/arrivals", DocumentsRead, arrivals, arrivals::policy::RULES, arrivals::model::ArrivalAction::View),
    pulled!(plans::model::KIND, "/plans", PlansRead, plans, plans::policy::RULES, plans::model::PlanAction::View),
    pulled!(tasks::model::KIND, "/tasks", PlansRead, tasks, tasks::policy::RULES, tasks::model::TaskAction::View),
    of_tasks!(parts::model::KIND, "/task-parts", task_parts),
    of_tasks!(extensions::KIND, "/extensions", extension_rows),
    pulled!(urgings::model::KIND, "/urgings", PlansRead, urgings, urgings::policy::RULES, urgings::model::UrgingAction::View),
    pulled!(regimes::model::KIND, "/reporting-regimes", ReportsRead, reporting_regimes, regimes::policy::RULES, regimes::model::RegimeAction::View),
    pulled!(periods::model::KIND, "/reporting-periods", ReportsRead, reporting_periods, periods::policy::RULES, periods::model::PeriodAction::View),
    pulled!(
        periods::model::OBLIGATION,
        "/reporting-obligations",
        ReportsRead,
        reporting_obligations,
        periods::policy::OBLIGATION_RULES,
        periods::model::ObligationAction::View
    ),
    pulled!(
        submissions::model::KIND,
        "/report-submissions",
        ReportsRead,
        report_submissions,
        submissions::policy::RULES,
        submissions::model::SubmissionAction::View
    ),
    pulled!(
        consolidation::model::KIND,
        "/consolidated-reports",
        ReportsRead,
        consolidated_reports,
        consolidation::policy::RULES,
        consolidation::model::ConsolidatedAction::View
    ),
    pulled!(
        recommendations::model::KIND,
        "/recommendations",
        RecommendationsRead,
        recommendations,
        recommendations::policy::RULES,
        recommendations::model::RecommendationAction::View
    ),
    // Everyone in the province sees its organisations.
    Kind {
        kind: organizations::model::KIND,
        list: "/organizations",
        needs: ServiceScope::OrganizationsRead,
        scope: |actor| authz::scope(organizations::policy::RULES, actor, OrganizationAction::View),
        open_among: |conn, scope, ids| {
            use crate::schema::organizations;
            Ok(organizations::table
                .filter(organizations::id.eq_any(ids.to_vec()))
                .filter(organizations::province_id.eq_any(scope.provinces.clone()))
                .select(organizations::id)
                .load(conn)?)
        },
        reached: |conn, scopes, _, after, limit| {
            use crate::schema::organizations;
            let provinces: Vec<Id> = scopes.iter().flat_map(|s| s.provinces.clone()).collect();
            let mut query = organizations::table.filter(organizations::province_id.eq_any(provinces)).into_boxed::<crate::db::MultiBackend>();
            if let Some(after) = after {
                query = query.filter(organizations::id.gt(after));
            }
            Ok(query.order(organizations::id).limit(limit).select(organizations::id).load(conn)?)
        },
        related: feed::related,
        whole: None,
    },
];

/// A kind whose records are seen by whoever sees the record that they belong to.
#[derive(Debug)]
pub struct Part {
    /// As the journal names it.
    pub kind: &'static str,
    /// The kind that it belongs to.
    pub of: &'static str,
    /// Where one is read under `/api/v1`.
    pub path: Option<&'static str>,
    /// Which record each of some belongs to.
    pub belong: Belong,
}

macro_rules! part {
    ($kind:expr, $of:expr, $path:expr, $table:ident, $column:ident) => {
        Part {
            kind: $kind,
            of: $of,
            path: $path,
            belong: |conn, ids| Ok($table::table.filter($table::id.eq_any(ids.to_vec())).select(($table::id, $table::$column)).load(conn)?),
        }
    };
}

/// A kind that is told of in events and not pulled: its records are their organisation's own, seen by a relation alone.
#[derive(Debug)]
pub struct Own {
    /// As the journal and the access table name it.
    pub kind: &'static str,
    /// Where one is read under `/api/v1`.
    pub path: &'static str,
    /// The scope with which a service account reads it; none where it is for people alone.
    pub needs: Option<ServiceScope>,
    /// What a caller's list shows.
    pub scope: fn(&Actor) -> Result<Scope>,
}

/// Records with which an organisation works for itself.
pub const OWN: &[Own] = &[
    Own {
        kind: jobs::model::KIND,
        path: "/report-jobs",
        needs: Some(ServiceScope::ReportsRead),
        scope: |actor| authz::scope(jobs::policy::RULES, actor, jobs::model::ReportJobAction::View),
    },
    Own {
        kind: readings::model::KIND,
        path: "/readings",
        needs: None,
        scope: |actor| authz::scope(readings::policy::RULES, actor, readings::kinds::ReadingAction::View),
    },
];

/// What belongs to records that are pulled, or told of.
pub const PARTS: &[Part] = &[
    part!("task_occurrence", tasks::model::KIND, Some("/task-occurrences"), task_occurrences, task_id),
    part!(parts::model::KIND, tasks::model::KIND, Some("/task-parts"), task_parts, task_id),
    part!("task_progress", tasks::model::KIND, Some("/task-progress"), task_progress, task_id),
    part!(extensions::KIND, tasks::model::KIND, Some("/extensions"), extension_rows, task_id),
    part!("attachment", documents::model::KIND, Some("/attachments"), attachments, document_id),
    part!("reporting_extension", periods::model::OBLIGATION, None, reporting_extensions, obligation_id),
    part!(jobs::model::RUN, jobs::model::KIND, Some("/report-job-runs"), report_runs, job_id),
    part!(readings::model::PROPOSAL, readings::model::KIND, Some("/reading-proposals"), reading_proposals, reading_id),
];

/// Kinds that everyone in the province sees, and where one is read.
pub const COMMON: &[(&str, &str)] =
    &[("province", "/provinces"), ("organization_group", "/organization-groups"), ("organization_function", "/organization-functions"), ("merger", "/mergers")];

/// Reads the codes by which people cite records.
pub type Codes = fn(&mut Conn, &[Id]) -> Result<Vec<(Id, String)>>;

macro_rules! coded {
    ($kind:expr, $table:ident) => {
        ($kind, |conn, ids| Ok($table::table.filter($table::id.eq_any(ids.to_vec())).select(($table::id, $table::code)).load(conn)?))
    };
}

/// Kinds with a code of which some entries tell only what has changed.
pub const CODED: &[(&str, Codes)] = &[
    coded!(documents::model::KIND, document_rows),
    coded!(plans::model::KIND, plan_rows),
    coded!(tasks::model::KIND, task_rows),
    coded!(regimes::model::KIND, reporting_regimes),
    coded!(periods::model::KIND, reporting_periods),
    coded!(consolidation::model::KIND, consolidated_reports),
    coded!(recommendations::model::KIND, recommendation_rows),
];

/// What opens the kind of a record, or the one that it belongs to, to a service account: a scope, or nothing. None of a kind
/// that is not told of.
pub fn opened_by(kind: &str) -> Option<Option<ServiceScope>> {
    let of = PARTS.iter().find(|p| p.kind == kind).map_or(kind, |p| p.of);
    let pulled = KINDS.iter().find(|k| k.kind == of).map(|k| Some(k.needs));
    pulled.or_else(|| OWN.iter().find(|own| own.kind == of).map(|own| own.needs))
}

/// Where a record of a kind is read.
pub fn link(kind: &str, id: Id) -> Option<String> {
    let lists = KINDS.iter().find(|k| k.kind == kind).map(|k| k.list);
    let path = lists
        .or_else(|| OWN.iter().find(|own| own.kind == kind).map(|own| own.path))
        .or_else(|| PARTS.iter().find(|p| p.kind == kind).and_then(|p| p.path))
        .or_else(|| COMMON.iter().find(|(k, _)| *k == kind).map(|(_, path)| *path))?;
    Some(format!("/api/v1{path}/{id}"))
}
