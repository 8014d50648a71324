pub mod asked;
pub mod decimal;
pub mod paper;
pub mod rows;
pub mod shown;
pub mod sums;

use crate::{
    db::Json,
    flow::Worded,
    id::Id,
    reporting::regimes::model::{AcrossAgencies, Indicator},
    schema::{consolidated_contents, consolidated_lineage, consolidated_reports, consolidated_sources},
    text,
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::reporting::regimes::model::{stored, typed};

words! {
    /// Where a consolidated report stands.
    ConsolidatedState {
        Draft = "draft", "Dự thảo", "Draft";
        InAppraisal = "in_appraisal", "Đang thẩm định", "In appraisal";
        SentBack = "sent_back", "Trả lại để hoàn thiện", "Sent back";
        Appraised = "appraised", "Đã thẩm định", "Appraised";
        Issued = "issued", "Đã ban hành", "Issued";
    }
}
words! {
    /// What can be done with a consolidated report.
    ConsolidatedAction {
        View = "view", "Xem", "View";
        Create = "create", "Tổng hợp", "Consolidate";
        Edit = "edit", "Sửa", "Edit";
        Delete = "delete", "Xóa dự thảo", "Delete the draft";
        Refresh = "refresh", "Tổng hợp lại", "Gather again";
        HandOver = "hand_over", "Trình thẩm định", "Hand over for appraisal";
        SendBack = "send_back", "Trả lại", "Send back";
        Appraise = "appraise", "Thẩm định xong", "Appraise";
        Issue = "issue", "Ban hành", "Issue";
        Correct = "correct", "Lập bản đính chính", "Make the next version";
    }
}
words! {
    /// What a consolidated report rests on.
    ReportSourceKind {
        ReportSubmission = "report_submission", "Báo cáo của cơ quan", "An agency's submission";
        ConsolidatedReport = "consolidated_report", "Báo cáo tổng hợp cấp trước", "The consolidated report of an earlier step";
    }
}
words! {
    /// Why an agency's report is not in the sums.
    ReportMissingWhy {
        NotSubmitted = "not_submitted", "Chưa nộp", "Not submitted";
        Returned = "returned", "Đã trả lại, chưa nộp lại", "Returned and not handed in again";
        NotAccepted = "not_accepted", "Đã nộp, chưa được nhận", "Submitted, not accepted yet";
    }
}
words! {
    /// How an agency is late.
    ReportLateness {
        Late = "late", "Nộp muộn", "Handed in late";
        Overdue = "overdue", "Quá hạn chưa nộp", "Overdue, not handed in";
    }
}
words! {
    /// How an appraisal ended.
    ReportAppraisalEnd {
        SentBack = "sent_back", "Trả lại", "Sent back";
        Appraised = "appraised", "Đồng ý", "Appraised";
    }
}

impl Worded for ConsolidatedState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ConsolidatedAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "consolidated_report";

/// A version of a consolidated report, as it is stored; what it says is a [`Content`].
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = consolidated_reports, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Report {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub code: String,
    pub title: String,
    pub search_fold: String,
    pub regime_id: Id,
    pub period_id: Id,
    /// The consolidator's own obligation, which issuing fulfils.
    pub obligation_id: Id,
    pub step_no: i32,
    pub consolidator_id: Id,
    pub receiver_id: Option<Id>,
    pub appraiser_id: Option<Id>,
    pub version_no: i32,
    pub state: ConsolidatedState,
    /// Agencies that owe a report to the consolidator.
    pub expected: i32,
    /// Agencies whose report is in the sums.
    pub reporting: i32,
    pub gathered_at: Stamp,
    /// `Vec<ReportAppraisal>`
    pub appraisals: Json,
    pub correction_reason: Option<String>,
    pub document_id: Option<Id>,
    pub sha256: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub issued_by: Option<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
    pub updated_at: Stamp,
    pub updated_by: Id,
}

/// What a report says, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = consolidated_contents, primary_key(report_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct ContentRow {
    pub report_id: Id,
    /// [`Frame`]
    pub frame: Json,
    /// `Vec<ConsolidatedFigure>`
    pub figures: Json,
    /// `Vec<ConsolidatedText>`
    pub texts: Json,
    /// `Vec<ReportContribution>`
    pub contributions: Json,
    /// `Vec<MissingReport>`
    pub missing: Json,
    /// `Vec<LateReport>`
    pub late: Json,
    /// RFC 8785 text, once issued.
    pub snapshot: Option<String>,
}

/// What a report says.
#[derive(Debug, Clone)]
pub struct Content {
    pub frame: Frame,
    pub figures: Vec<ConsolidatedFigure>,
    pub texts: Vec<ConsolidatedText>,
    pub contributions: Vec<ReportContribution>,
    pub missing: Vec<MissingReport>,
    pub late: Vec<LateReport>,
    pub snapshot: Option<String>,
}

impl ContentRow {
    /// As the program works with it.
    pub fn content(self) -> crate::error::Result<Content> {
        Ok(Content {
            frame: typed(&self.frame)?,
            figures: typed(&self.figures)?,
            texts: typed(&self.texts)?,
            contributions: typed(&self.contributions)?,
            missing: typed(&self.missing)?,
            late: typed(&self.late)?,
            snapshot: self.snapshot,
        })
    }
    /// As it is stored.
    pub fn of(report: Id, content: &Content) -> crate::error::Result<Self> {
        Ok(Self {
            report_id: report,
            frame: stored(&content.frame)?,
            figures: stored(&content.figures)?,
            texts: stored(&content.texts)?,
            contributions: stored(&content.contributions)?,
            missing: stored(&content.missing)?,
            late: stored(&content.late)?,
            snapshot: content.snapshot.clone(),
        })
    }
}

/// A version that the report rests on, pinned when it was gathered.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = consolidated_sources, treat_none_as_default_value = false)]
#[schema(as = ConsolidatedSource)]
pub struct Source {
    #[serde(skip)]
    pub report_id: Id,
    pub obligation_id: Id,
    /// The agency that reported.
    pub organization_id: Id,
    pub kind: ReportSourceKind,
    /// The submission, or the consolidated report of an earlier step.
    pub source_id: Id,
    pub version_no: i32,
    /// SHA-256 of its snapshot.
    pub sha256: String,
    /// Why it is not in the sums; absent where it is.
    pub left_out_reason: Option<String>,
}

/// The value that one source gave for one indicator; no value is a blank, which is not 0.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = consolidated_lineage, treat_none_as_default_value = false)]
pub struct Line {
    pub report_id: Id,
    pub indicator: String,
    pub obligation_id: Id,
    pub value: Option<String>,
    pub estimated: bool,
}

/// What stood around the report when it was gathered; names are kept as they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Frame {
    pub regime_code: String,
    pub regime_name: String,
    pub period_code: String,
    /// `2026`, `2026-H1`, …; absent for a period opened on request.
    pub period: Option<String>,
    /// First and last day of the figures.
    pub data_from: Option<NaiveDate>,
    pub data_to: Option<NaiveDate>,
    /// The day as of which it was gathered.
    pub as_of: NaiveDate,
    /// The last number of the event feed that the gathering saw.
    pub seq: Option<i64>,
    /// The outline.
    pub outline: Vec<ReportOutlineSection>,
    /// Agencies named in the report.
    pub agencies: Vec<ReportAgency>,
    /// The indicators as they were defined.
    pub indicators: Vec<Indicator>,
}

/// A section of the outline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportOutlineSection {
    #[schema(example = "ket_qua")]
    pub key: String,
    pub title: String,
    pub title_en: Option<String>,
}

/// An agency by its name on the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportAgency {
    pub organization_id: Id,
    pub code: String,
    pub name: String,
}

/// What the consolidator itself writes under a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsolidatedText {
    /// Key of the section.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "ket_qua")]
    pub section: String,
    #[schema(min_length = 1, max_length = 50000)]
    pub text: String,
}

/// What an agency wrote under a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportContribution {
    pub section: String,
    pub obligation_id: Id,
    pub organization_id: Id,
    #[schema(max_length = 50000)]
    pub text: String,
}

/// An agency whose report is not in the sums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MissingReport {
    pub obligation_id: Id,
    pub organization_id: Id,
    /// Predecessors whose report it also owes.
    pub also_for: Vec<Id>,
    pub why: ReportMissingWhy,
    pub due_on: Option<NaiveDate>,
}

/// An agency that is late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConsolidatedLateReport)]
pub struct LateReport {
    pub obligation_id: Id,
    pub organization_id: Id,
    pub how: ReportLateness,
    pub due_on: Option<NaiveDate>,
    pub handed_in_on: Option<NaiveDate>,
}

/// One stay with the appraiser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportAppraisal {
    pub handed_over_on: NaiveDate,
    pub handed_over_by: Id,
    pub ended_on: Option<NaiveDate>,
    pub ended_by: Option<Id>,
    pub end: Option<ReportAppraisalEnd>,
    /// What the appraiser said.
    pub opinion: Option<String>,
}

/// An indicator's value for all agencies together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsolidatedFigure {
    #[schema(example = "delegations_out")]
    pub indicator: String,
    pub name: String,
    pub name_en: Option<String>,
    pub unit: Option<String>,
    pub across_agencies: AcrossAgencies,
    /// What the sources give: exact, as text; null where nobody gave a value, or where nothing is worked out.
    #[schema(example = "128")]
    pub total: Option<String>,
    /// At least one part is an estimate.
    pub estimated: bool,
    /// Agencies that gave a value (n of N).
    pub reporting: i32,
    /// Agencies asked (N).
    pub expected: i32,
    /// What the consolidator says instead, such as without what two hosts both counted; the total stays beside it.
    pub adjusted_total: Option<String>,
    pub adjustment_reason: Option<String>,
    /// The total that the adjustment was made for; where it differs from the total, the adjustment is out of date.
    pub adjusted_from: Option<String>,
    pub previous: Option<FigureComparison>,
    pub same_period_last_year: Option<FigureComparison>,
}

impl ConsolidatedFigure {
    /// What counts: the adjusted total where there is one.
    pub fn effective(&self) -> Option<&str> {
        self.adjusted_total.as_deref().or(self.total.as_deref())
    }
    /// Adjusted for a total that has changed since.
    pub fn is_outdated(&self) -> bool {
        self.adjusted_total.is_some() && self.adjusted_from != self.total
    }
}

/// The same indicator in another period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureComparison {
    #[schema(example = "2025")]
    pub period: String,
    /// What that period's issued report says; of predecessors together where they reported apart.
    pub total: Option<String>,
    /// This period less that one.
    pub difference: Option<String>,
    /// The difference in percent of that period, rounded to two digits.
    pub percent: Option<String>,
}

/// What a report is searched by.
pub fn searchable(code: &str, title: &str) -> String {
    text::fold(&[code, title].join(" | "))
}
