//! What callers send about consolidated reports.

use super::{ConsolidatedAction, ConsolidatedText, shown::ConsolidatedReportRow};
use crate::{documents::Signer, filters::By, id::Id};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Which report to consolidate.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsolidatedReport {
    pub period_id: Id,
    /// The step at which the consolidated report is sent on; what was sent to its sender at earlier steps is gathered.
    #[schema(minimum = 1, maximum = 50, example = 2)]
    pub step: i32,
    /// Default: the regime's name with the period.
    #[schema(min_length = 1, max_length = 300, example = "Báo cáo tổng hợp năm 2026")]
    pub title: Option<String>,
}

/// Why there is to be a next version.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsolidatedVersion {
    #[schema(min_length = 1, max_length = 2000, example = "Sở Y tế đính chính số đoàn ra")]
    pub reason: String,
}

/// Changes to a draft; a list that is given replaces the one that there is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct ConsolidatedReportPatch {
    #[schema(min_length = 1, max_length = 300, example = "Báo cáo tổng hợp năm 2026")]
    pub title: Option<String>,
    /// The consolidator's texts by section.
    #[schema(max_items = 100)]
    pub narratives: Option<Vec<ConsolidatedText>>,
    /// Totals that the consolidator says instead, such as without double counting.
    #[schema(max_items = 500)]
    pub adjustments: Option<Vec<TotalAdjustment>>,
    /// Sources that are not to be in the sums.
    #[schema(max_items = 1000)]
    pub left_out: Option<Vec<LeftOutSource>>,
}

/// A total that the consolidator says instead.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotalAdjustment {
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "delegations_out")]
    pub indicator: String,
    /// The exact number as text.
    #[schema(pattern = "^-?[0-9]{1,20}(\\.[0-9]{1,6})?$", example = "9")]
    pub total: String,
    #[schema(min_length = 1, max_length = 2000, example = "Hai cơ quan cùng chủ trì một đoàn")]
    pub reason: String,
}

/// A source that is not to be in the sums.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOutSource {
    /// The submission (or the consolidated report of an earlier step).
    pub source_id: Id,
    #[schema(min_length = 1, max_length = 2000, example = "Số liệu đã nằm trong báo cáo của cơ quan cấp trên")]
    pub reason: String,
}

/// A step in the life of a consolidated report.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsolidatedReportTransition {
    /// `refresh`, `hand_over`, `send_back`, `appraise` or `issue`.
    pub action: ConsolidatedAction,
    /// Required to send back; the appraiser's opinion when appraising.
    #[schema(min_length = 1, max_length = 5000)]
    pub reason: Option<String>,
    /// With `issue`: who signs the document, with position and authority lines; the leader who issues unless said.
    pub signer: Option<Signer>,
}

/// Filters of the list of consolidated reports.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConsolidatedFilter {
    /// Searches code and title without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<ConsolidatedReportRow>,
    #[param(inline)]
    pub sort: Option<ConsolidatedSort>,
}

/// Orders of the list of consolidated reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum ConsolidatedSort {
    /// Newest first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
    /// Oldest first.
    #[serde(rename = "created_at")]
    Oldest,
}

/// Which figure's lineage.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LineageFilter {
    /// Code of the indicator; all without it.
    #[param(pattern = "^[a-z][a-z0-9_]{0,59}$")]
    pub indicator: Option<String>,
}
