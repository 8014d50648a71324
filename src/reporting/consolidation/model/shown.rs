//! Consolidated reports as they are shown.

use super::{
    ConsolidatedAction, ConsolidatedFigure, ConsolidatedState, ConsolidatedText, LateReport, MissingReport, ReportAgency, ReportAppraisal, ReportContribution,
    ReportSourceKind, Source,
};
use crate::{id::Id, time::Stamp};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// A version of a consolidated report in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsolidatedReportRow {
    pub id: Id,
    pub province_id: Id,
    /// The same for all versions of a report.
    #[schema(example = "BCTH-DNA-2020-0001")]
    pub code: String,
    pub title: String,
    pub regime_id: Id,
    pub period_id: Id,
    /// The step at which the report is sent.
    pub step_no: i32,
    /// The consolidator's own obligation, which issuing fulfils.
    pub obligation_id: Id,
    pub consolidator_id: Id,
    pub receiver_id: Option<Id>,
    pub appraiser_id: Option<Id>,
    pub version_no: i32,
    pub state: ConsolidatedState,
    /// Agencies that owe a report to the consolidator (N).
    pub expected: i32,
    /// Agencies whose report is in the sums (n).
    pub reporting: i32,
    pub gathered_at: Stamp,
    /// A pinned version has a newer accepted one: gather again, or correct what was issued.
    pub stale: bool,
    /// Why there is a version after the first.
    pub correction_reason: Option<String>,
    /// The official document that it was issued as.
    pub document_id: Option<Id>,
    /// SHA-256 of the frozen snapshot, once issued.
    pub sha256: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub issued_by: Option<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
    pub updated_at: Stamp,
    pub updated_by: Id,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<ConsolidatedAction>,
}

crate::filtered_by! {
    ConsolidatedReportRow: consolidated_reports;
    province_id, regime_id, period_id, obligation_id, consolidator_id, receiver_id, appraiser_id, document_id, code, title, step_no, version_no,
    state: ConsolidatedState, issued_on, issued_by, gathered_at, created_at, updated_at
}

/// A version of a consolidated report with all that it says: the members of the row, and those of what it says, side by
/// side.
#[derive(Debug, Clone, Serialize)]
pub struct ConsolidatedReportView {
    #[serde(flatten)]
    pub row: ConsolidatedReportRow,
    #[serde(flatten)]
    pub says: ConsolidatedReportSays,
}

/// The schema of an object that shows the members of two, side by side. Derived it would be an allOf, whose members neither
/// `fields` nor every client generator finds.
pub fn side_by_side<A: ToSchema, B: ToSchema>(description: &str) -> RefOr<Schema> {
    match (A::schema(), B::schema()) {
        (RefOr::T(Schema::Object(mut one)), RefOr::T(Schema::Object(other))) => {
            one.properties.extend(other.properties);
            one.required.extend(other.required);
            one.description = Some(description.to_owned());
            RefOr::T(Schema::Object(one))
        }
        (one, _) => one,
    }
}

impl PartialSchema for ConsolidatedReportView {
    fn schema() -> RefOr<Schema> {
        side_by_side::<ConsolidatedReportRow, ConsolidatedReportSays>("A version of a consolidated report with all that it says")
    }
}
impl ToSchema for ConsolidatedReportView {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ConsolidatedReportRow::schemas(schemas);
        ConsolidatedReportSays::schemas(schemas);
    }
}

/// What a version says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsolidatedReportSays {
    pub regime_name: String,
    pub period_code: String,
    /// `2026`, `2026-H1`, …; absent for a period opened on request.
    pub period: Option<String>,
    pub data_from: Option<NaiveDate>,
    pub data_to: Option<NaiveDate>,
    /// The day as of which it was gathered.
    pub as_of: NaiveDate,
    /// Each section with the consolidator's text and what the agencies wrote.
    pub sections: Vec<ConsolidatedSection>,
    pub figures: Vec<ConsolidatedFigure>,
    /// Indicators whose adjusted total was made for a total that has changed since; they stand in the way of going on.
    pub outdated_adjustments: Vec<String>,
    /// The versions that it rests on, those left out with the reason.
    pub sources: Vec<Source>,
    /// Agencies whose report is not in the sums, with why.
    pub missing: Vec<MissingReport>,
    /// Agencies missing here whose report has been accepted since.
    pub arrived_since: Vec<Id>,
    pub late: Vec<LateReport>,
    /// Its stays with the appraiser.
    pub appraisals: Vec<ReportAppraisal>,
    /// All versions of this report.
    pub versions: Vec<ConsolidatedVersion>,
    /// Agencies named above, by their names on the day.
    pub agencies: Vec<ReportAgency>,
}

/// A section of the report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsolidatedSection {
    #[schema(example = "ket_qua")]
    pub key: String,
    pub title: String,
    pub title_en: Option<String>,
    /// What the consolidator writes.
    #[schema(max_length = 50000)]
    pub text: Option<String>,
    /// What the agencies wrote, in the order of the sources; not of those left out.
    pub contributions: Vec<ReportContribution>,
}

/// One version beside the others.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsolidatedVersion {
    pub id: Id,
    pub version_no: i32,
    pub state: ConsolidatedState,
    pub issued_on: Option<NaiveDate>,
    pub correction_reason: Option<String>,
}

/// Where one figure comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FigureLineage {
    #[schema(example = "delegations_out")]
    pub indicator: String,
    /// The total as the report has it.
    pub total: Option<String>,
    pub adjusted_total: Option<String>,
    pub adjustment_reason: Option<String>,
    pub estimated: bool,
    /// One line for each source, also those that gave no value and those left out.
    pub lines: Vec<LineageLine>,
}

/// The value that one source gave.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineageLine {
    pub organization_id: Id,
    pub obligation_id: Id,
    pub kind: ReportSourceKind,
    /// The submission, or the consolidated report of an earlier step.
    pub source_id: Id,
    pub version_no: i32,
    /// SHA-256 of its snapshot when it was gathered.
    pub sha256: String,
    /// Null for a blank, which is not 0.
    pub value: Option<String>,
    pub estimated: bool,
    /// Whether it is in the total.
    pub counted: bool,
}

/// Lineage of a report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportLineage {
    pub report_id: Id,
    pub version_no: i32,
    pub figures: Vec<FigureLineage>,
}

/// What recomputing from the pinned versions shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsolidatedVerification {
    /// Nothing differs.
    pub ok: bool,
    /// The stored hash of the snapshot; none before it is issued.
    pub sha256: Option<String>,
    /// The hash worked out again.
    pub recomputed_sha256: Option<String>,
    /// Pinned versions whose hash was worked out again.
    pub sources_checked: usize,
    /// Figures that were summed again.
    pub figures_checked: usize,
    /// What differs, each by place.
    pub differences: Vec<VerificationDifference>,
}

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VerificationDifference {
    /// `snapshot`, `content`, `source`, `lineage` or `figure`.
    #[schema(example = "lineage")]
    pub what: String,
    /// Which one: the source's id, the indicator's code.
    pub place: String,
    pub stored: Option<String>,
    pub recomputed: Option<String>,
}

/// The consolidator's text under a section.
pub fn own_text<'a>(texts: &'a [ConsolidatedText], section: &str) -> Option<&'a str> {
    texts.iter().find(|t| t.section == section).map(|t| t.text.as_str())
}
