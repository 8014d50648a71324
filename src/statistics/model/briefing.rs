//! One page for leaders.

pub mod paper;
mod rows;

pub use rows::BriefRow;

use super::ReportFilter;
use crate::{id::Id, words};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

words! {
    /// What is owed.
    DutyKind {
        Task = "task", "Nhiệm vụ", "Task";
        Report = "report", "Báo cáo", "Report";
    }
}
words! {
    /// What waits for a decision.
    DecisionKind {
        Completion = "completion", "Báo cáo hoàn thành nhiệm vụ chờ chấp nhận", "A completion waits for acceptance";
        TaskExtension = "task_extension", "Đề nghị gia hạn nhiệm vụ", "More time for a task is asked for";
        ReportExtension = "report_extension", "Đề nghị gia hạn báo cáo", "More time for a report is asked for";
        Submission = "submission", "Báo cáo chờ tiếp nhận", "A report waits for acceptance";
        Appraisal = "appraisal", "Báo cáo tổng hợp chờ thẩm định", "A consolidated report waits for appraisal";
        Issue = "issue", "Báo cáo tổng hợp chờ ban hành", "A consolidated report waits to be issued";
        Recommendation = "recommendation", "Kiến nghị chờ trả lời", "A recommendation waits for an answer";
        DraftDocument = "draft_document", "Dự thảo văn bản chờ ký", "A draft document waits for a signature";
        DraftReport = "draft_report", "Dự thảo báo cáo chờ nộp", "A draft report waits to be submitted";
    }
}

/// One page for leaders: what is worst, who stands out, what comes, what waits for them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Brief {
    /// Which state of the data it shows: the feed's last place and the as-of day.
    #[schema(example = "1024@2026-11-20")]
    pub snapshot: String,
    pub as_of: NaiveDate,
    pub filter: ReportFilter,
    /// For whose leaders it is.
    pub organization_id: Id,
    pub organization_name: String,
    /// Whether it is about the whole province; else about the organisation and its units.
    pub whole_province: bool,
    /// All duties that are owed and whose last day has passed; `overdue` shows the worst of them.
    pub overdue_count: i64,
    /// The 20 that have been overdue longest.
    #[schema(max_items = 20)]
    pub overdue: Vec<BriefDuty>,
    /// Agencies under 80 % on time, the lowest first.
    #[schema(max_items = 1000)]
    pub below_target: Vec<BriefAgency>,
    /// What falls due in the next 14 days, at most 50.
    #[schema(max_items = 50)]
    pub upcoming: Vec<BriefDuty>,
    /// What waits for a decision of this organisation, longest first, at most 50.
    #[schema(max_items = 50)]
    pub decisions: Vec<BriefDecision>,
}

/// A part of a task, or a report, that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BriefDuty {
    pub kind: DutyKind,
    /// The part of the task, or the obligation.
    pub record_id: Id,
    /// Code of the task or of the reporting period.
    pub code: String,
    pub title: String,
    pub organization_id: Id,
    pub organization_code: String,
    pub organization_name: String,
    /// The last day in force.
    pub due_on: NaiveDate,
    /// Days to the last day; negative once it has passed.
    pub days_left: i64,
    /// Working days after the last day; null where the calendar lacks the year.
    pub working_days_late: Option<i64>,
}

/// An agency that stands out, with what was accepted of its parts and its reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BriefAgency {
    pub organization_id: Id,
    pub organization_code: String,
    pub organization_name: String,
    pub tasks_on_time: i64,
    pub tasks_late: i64,
    /// Percent with one decimal; null where nothing was decided.
    #[schema(example = "66.7")]
    pub tasks_rate: Option<String>,
    pub reports_on_time: i64,
    pub reports_late: i64,
    #[schema(example = "66.7")]
    pub reports_rate: Option<String>,
    /// How often it was urged.
    pub urged: i64,
}

/// Something that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BriefDecision {
    pub kind: DecisionKind,
    pub record_id: Id,
    pub code: String,
    pub title: String,
    /// Who asked, reported or raised it.
    pub organization_id: Option<Id>,
    pub organization_name: Option<String>,
    /// Who decides.
    pub decider_id: Id,
    pub since: NaiveDate,
    /// Days that it has waited.
    pub days_waiting: i64,
    /// The day that it is about: the last day to be moved, or that of a draft report, or the day by which an answer is hoped for.
    pub due_on: Option<NaiveDate>,
}
