//! The brief as a table: a line for each thing that it names, of all its lists.

use super::{Brief, BriefAgency, BriefDecision, BriefDuty};
use crate::id::Id;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// A line of the brief; members that its list does not have are blank.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct BriefRow {
    /// The member of the brief that it stands in: `overdue`, `below_target`, `upcoming`, `decisions`.
    pub section: &'static str,
    pub kind: Option<&'static str>,
    pub record_id: Option<Id>,
    pub code: Option<String>,
    pub title: Option<String>,
    pub organization_id: Option<Id>,
    pub organization_code: Option<String>,
    pub organization_name: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub days_left: Option<i64>,
    pub working_days_late: Option<i64>,
    pub tasks_on_time: Option<i64>,
    pub tasks_late: Option<i64>,
    #[schema(value_type = Option<String>, format = "decimal")]
    pub tasks_rate: Option<String>,
    pub reports_on_time: Option<i64>,
    pub reports_late: Option<i64>,
    #[schema(value_type = Option<String>, format = "decimal")]
    pub reports_rate: Option<String>,
    pub urged: Option<i64>,
    pub decider_id: Option<Id>,
    pub since: Option<NaiveDate>,
    pub days_waiting: Option<i64>,
}

impl Brief {
    /// All that it names, list after list.
    pub fn rows(&self) -> Vec<BriefRow> {
        let duties = |section, all: &[BriefDuty]| all.iter().map(|d| duty(section, d.clone())).collect::<Vec<_>>();
        let mut rows = duties("overdue", &self.overdue);
        rows.extend(self.below_target.iter().cloned().map(agency));
        rows.extend(duties("upcoming", &self.upcoming));
        rows.extend(self.decisions.iter().cloned().map(decision));
        rows
    }
}

fn duty(section: &'static str, d: BriefDuty) -> BriefRow {
    BriefRow {
        section,
        kind: Some(d.kind.word()),
        record_id: Some(d.record_id),
        code: Some(d.code),
        title: Some(d.title),
        organization_id: Some(d.organization_id),
        organization_code: Some(d.organization_code),
        organization_name: Some(d.organization_name),
        due_on: Some(d.due_on),
        days_left: Some(d.days_left),
        working_days_late: d.working_days_late,
        ..BriefRow::default()
    }
}

fn agency(a: BriefAgency) -> BriefRow {
    BriefRow {
        section: "below_target",
        organization_id: Some(a.organization_id),
        organization_code: Some(a.organization_code),
        organization_name: Some(a.organization_name),
        tasks_on_time: Some(a.tasks_on_time),
        tasks_late: Some(a.tasks_late),
        tasks_rate: a.tasks_rate,
        reports_on_time: Some(a.reports_on_time),
        reports_late: Some(a.reports_late),
        reports_rate: a.reports_rate,
        urged: Some(a.urged),
        ..BriefRow::default()
    }
}

fn decision(d: BriefDecision) -> BriefRow {
    BriefRow {
        section: "decisions",
        kind: Some(d.kind.word()),
        record_id: Some(d.record_id),
        code: Some(d.code),
        title: Some(d.title),
        organization_id: d.organization_id,
        organization_name: d.organization_name,
        due_on: d.due_on,
        decider_id: Some(d.decider_id),
        since: Some(d.since),
        days_waiting: Some(d.days_waiting),
        ..BriefRow::default()
    }
}
