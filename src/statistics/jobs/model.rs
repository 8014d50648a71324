mod checks;

pub use checks::faults;

use super::schedule::Schedule;
use crate::{
    db::Json,
    error::Result,
    flow::Worded,
    id::Id,
    period::{Part, Period},
    schema::{report_jobs, report_runs},
    statistics::{
        model::{Cut, ReportFilter, ReportKind},
        store::Sight,
    },
    time::Stamp,
    words,
};
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

words! {
    /// Where a saved report stands.
    ReportJobState {
        Active = "active", "Đang chạy theo lịch", "Active";
        Paused = "paused", "Tạm dừng", "Paused";
        Archived = "archived", "Lưu trữ", "Archived";
    }
}
words! {
    /// What can be done with a saved report.
    ReportJobAction {
        View = "view", "Xem", "View";
        Create = "create", "Lập", "Create";
        Edit = "edit", "Sửa", "Edit";
        Run = "run", "Chạy ngay", "Run now";
        Cancel = "cancel", "Hủy lần chạy", "Cancel a run";
        Verify = "verify", "Tính lại để đối chiếu", "Make a run again and compare";
        Pause = "pause", "Tạm dừng", "Pause";
        Resume = "resume", "Chạy tiếp", "Resume";
        Archive = "archive", "Lưu trữ", "Archive";
    }
}
words! {
    /// Where a piece of long work stands.
    JobState {
        Queued = "queued", "Đang chờ", "Queued";
        Running = "running", "Đang chạy", "Running";
        Succeeded = "succeeded", "Đã xong", "Succeeded";
        Failed = "failed", "Không thành", "Failed";
        Cancelled = "cancelled", "Đã hủy", "Cancelled";
    }
}
words! {
    /// What can be done with a piece of long work.
    JobAction {
        Cancel = "cancel", "Hủy", "Cancel";
    }
}
words! {
    /// A stretch of the calendar that moves with the day for which a run is planned.
    ReportWindow {
        ThisMonth = "this_month", "Tháng này", "This month";
        LastMonth = "last_month", "Tháng trước", "Last month";
        ThisQuarter = "this_quarter", "Quý này", "This quarter";
        LastQuarter = "last_quarter", "Quý trước", "Last quarter";
        ThisYear = "this_year", "Năm nay", "This year";
        LastYear = "last_year", "Năm trước", "Last year";
    }
}
words! {
    /// Formats of a saved report.
    ReportFormat {
        Json = "json", "JSON", "JSON";
        Csv = "csv", "CSV (bảng chữ)", "CSV";
        Xlsx = "xlsx", "Bảng tính Excel", "Excel workbook";
        Docx = "docx", "Văn bản Word", "Word document";
    }
}

impl Worded for ReportJobState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ReportJobAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

impl ReportWindow {
    /// The period that it is on a day.
    pub fn on(self, day: NaiveDate) -> Option<Period> {
        let number = |n: u32| u8::try_from(n).ok();
        let month = Period::new(day.year(), Part::Month(number(day.month())?));
        let quarter = Period::new(day.year(), Part::Quarter(number(day.month().div_ceil(3))?));
        let year = Period::new(day.year(), Part::Year);
        match self {
            Self::ThisMonth => month,
            Self::LastMonth => month?.previous(),
            Self::ThisQuarter => quarter,
            Self::LastQuarter => quarter?.previous(),
            Self::ThisYear => year,
            Self::LastYear => year?.previous(),
        }
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "report_job";
/// The kind of a run's record.
pub const RUN: &str = "report_run";

/// Reads a JSON column.
pub fn typed<T: DeserializeOwned>(json: &Json) -> Result<T> {
    Ok(T::deserialize(&json.0)?)
}
/// Makes a JSON column.
pub fn stored<T: Serialize>(value: &T) -> Result<Json> {
    Ok(Json(serde_json::to_value(value)?))
}

/// A saved report, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = report_jobs, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct ReportJob {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub owner_id: Id,
    pub title: String,
    pub report: ReportKind,
    /// [`ReportFilter`]
    pub filter: Json,
    pub report_window: Option<ReportWindow>,
    pub format: ReportFormat,
    /// [`Schedule`]
    pub schedule: Option<Json>,
    pub whole_province: bool,
    pub state: ReportJobState,
    pub next_run_at: Option<Stamp>,
    /// The next moment is only a look whether the calendar has the year by then.
    pub waiting: bool,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
    pub updated_at: Stamp,
    pub updated_by: Id,
}

/// One run, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = report_runs, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Run {
    pub id: Id,
    pub province_id: Id,
    pub job_id: Id,
    pub owner_id: Id,
    pub report: ReportKind,
    /// [`ReportFilter`]
    pub filter: Json,
    pub format: ReportFormat,
    pub state: JobState,
    pub planned_for: Option<Stamp>,
    pub asked_by: Option<Id>,
    pub progress: i32,
    pub started_at: Option<Stamp>,
    pub finished_at: Option<Stamp>,
    pub snapshot: Option<String>,
    /// [`Pin`]
    pub pin: Option<Json>,
    pub sha256: Option<String>,
    pub size: Option<i64>,
    /// [`RunFailure`]
    pub failure: Option<Json>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

/// What a run rested on, so that it can be made again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pin {
    pub cut: Cut,
    /// Whose figures its owner saw.
    pub sight: Sight,
    pub calendar_version: String,
    /// Issued versions that it shows, where it is of consolidated reports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Id>,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunFailure {
    /// Stable machine word.
    #[schema(example = "right_lost")]
    pub code: String,
    /// What went wrong, in Vietnamese.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

/// A saved report, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportJobView {
    pub id: Id,
    /// Whose it is; it runs with this organisation's rights.
    pub owner_id: Id,
    pub title: String,
    pub report: ReportKind,
    pub filter: ReportFilter,
    /// The stretch of the calendar, moving with the day for which the run is planned or asked.
    pub window: Option<ReportWindow>,
    pub format: ReportFormat,
    /// Null: only when asked.
    pub schedule: Option<Schedule>,
    /// Whether its owner saw the whole province when it was saved; a run fails once that is no longer so.
    pub whole_province: bool,
    pub state: ReportJobState,
    /// When it runs next; null without a schedule, and while the calendar lacks the year.
    pub next_run_at: Option<Stamp>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
    pub updated_at: Stamp,
    pub updated_by: Id,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<ReportJobAction>,
}

crate::filtered_by! {
    ReportJobView: report_jobs;
    owner_id, title, report: ReportKind, "window" = report_window: ReportWindow, state: ReportJobState, whole_province,
    next_run_at, created_at, updated_at
}

/// One run, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportRunView {
    pub id: Id,
    pub job_id: Id,
    /// With whose rights it is made, or was; a successor takes over the saved report, not what had been made before.
    pub owner_id: Id,
    pub report: ReportKind,
    /// The filter as it was at the run, with the period that the window stood for.
    pub filter: ReportFilter,
    pub format: ReportFormat,
    pub state: JobState,
    /// When the schedule wanted it; null where somebody asked for it.
    pub planned_for: Option<Stamp>,
    pub asked_by: Option<Id>,
    pub started_at: Option<Stamp>,
    pub finished_at: Option<Stamp>,
    /// Which state of the data it shows.
    #[schema(example = "1024@2026-11-20")]
    pub snapshot: Option<String>,
    pub sha256: Option<String>,
    pub size: Option<i64>,
    /// Where the file is.
    pub content: Option<String>,
    /// Whether it can be made again exactly however the data have changed since.
    pub repeatable: bool,
    pub failure: Option<RunFailure>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<ReportJobAction>,
}

crate::filtered_by! {
    ReportRunView: report_runs;
    state: JobState, asked_by, planned_for, started_at, finished_at, size, created_at, updated_at
}

/// A piece of long work (RULES 24).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Job {
    pub id: Id,
    /// What it makes.
    #[schema(example = "report_run")]
    pub kind: String,
    pub state: JobState,
    #[schema(minimum = 0, maximum = 100)]
    pub progress: i32,
    /// Where the result is, once there is one.
    #[schema(example = "/api/v1/report-job-runs/01990000-0000-7000-8000-000000000000")]
    pub result: Option<String>,
    pub failure: Option<RunFailure>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<JobAction>,
}

/// What making a run again has shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunVerification {
    pub run_id: Id,
    pub snapshot: String,
    /// Of the file as it was made.
    pub sha256: String,
    /// Of what was made again, from the records.
    pub recomputed_sha256: String,
    /// Every byte is the same.
    pub identical: bool,
    /// The stored file was gone and is there again.
    pub restored: bool,
}

/// A report to save.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReportJob {
    #[schema(min_length = 1, max_length = 300, example = "Tiến độ hằng tháng")]
    pub title: String,
    #[schema(example = "reporting_rates")]
    pub report: ReportKind,
    #[serde(default)]
    pub filter: ReportFilter,
    /// The stretch of the calendar, moving with the day for which the run is planned or asked; instead of `period`, `from` and `to`.
    pub window: Option<ReportWindow>,
    #[schema(example = "json")]
    pub format: ReportFormat,
    /// Without one it runs only when asked.
    pub schedule: Option<Schedule>,
}

/// Changes to a saved report; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct ReportJobPatch {
    #[schema(min_length = 1, max_length = 300, example = "Tiến độ hằng tháng")]
    pub title: Option<String>,
    /// Merged into the filter that there is; null takes all of it away.
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = ReportFilter)]
    pub filter: Option<Option<ReportFilter>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = ReportWindow)]
    pub window: Option<Option<ReportWindow>>,
    pub format: Option<ReportFormat>,
    /// As a whole: which members one has depends on its kind.
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Schedule)]
    pub schedule: Option<Option<Schedule>>,
}

/// A step in the life of a saved report.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportJobTransition {
    /// `pause`, `resume` or `archive`.
    #[schema(example = "pause")]
    pub action: ReportJobAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// A step of a piece of long work.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobTransition {
    pub action: JobAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}
