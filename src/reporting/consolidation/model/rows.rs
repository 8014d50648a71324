//! A consolidated report as a table: a row for each indicator.

use super::{
    ConsolidatedFigure, ReportAgency,
    shown::{ConsolidatedReportView, ReportLineage},
};
use crate::id::Id;
use serde::Serialize;
use utoipa::ToSchema;

/// One indicator of a consolidated report, as a file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsolidatedFigureRow {
    /// Code of the report.
    pub report: String,
    pub version_no: i32,
    pub indicator: String,
    pub name: String,
    pub unit: Option<String>,
    /// What counts: the adjusted total where there is one.
    #[schema(value_type = Option<String>, format = "decimal")]
    pub value: Option<String>,
    /// Agencies that gave a value, and those asked (n of N).
    pub reporting: i32,
    pub expected: i32,
    pub estimated: bool,
    pub adjusted: bool,
    /// What the sources give.
    #[schema(value_type = Option<String>, format = "decimal")]
    pub total: Option<String>,
    pub adjustment_reason: Option<String>,
    pub previous_period: Option<String>,
    #[schema(value_type = Option<String>, format = "decimal")]
    pub previous_total: Option<String>,
    #[schema(value_type = Option<String>, format = "decimal")]
    pub previous_difference: Option<String>,
    #[schema(value_type = Option<String>, format = "decimal")]
    pub previous_percent: Option<String>,
    pub last_year_period: Option<String>,
    #[schema(value_type = Option<String>, format = "decimal")]
    pub last_year_total: Option<String>,
    #[schema(value_type = Option<String>, format = "decimal")]
    pub last_year_difference: Option<String>,
    #[schema(value_type = Option<String>, format = "decimal")]
    pub last_year_percent: Option<String>,
    /// The submissions (or reports of an earlier step) whose values are in the total.
    pub contributions: Vec<Id>,
    /// The agencies that handed them in.
    pub contributors: Vec<String>,
}

/// The rows of a report, in the order of its indicators.
pub fn rows(view: &ConsolidatedReportView, lineage: &ReportLineage) -> Vec<ConsolidatedFigureRow> {
    let says = &view.says;
    says.figures
        .iter()
        .map(|figure| {
            let lines = lineage.figures.iter().filter(|f| f.indicator == figure.indicator).flat_map(|f| &f.lines);
            let counted = lines.filter(|line| line.counted && line.value.is_some()).map(|line| (line.source_id, line.organization_id));
            row(&view.row.code, view.row.version_no, figure, &says.agencies, counted)
        })
        .collect()
}

/// The row of an indicator; `counted` are the versions in its total and the agencies that they are from.
pub fn row(
    report: &str,
    version_no: i32,
    figure: &ConsolidatedFigure,
    agencies: &[ReportAgency],
    counted: impl Iterator<Item = (Id, Id)>,
) -> ConsolidatedFigureRow {
    let named = |id: Id| agencies.iter().find(|a| a.organization_id == id).map_or_else(|| id.to_string(), |a| a.code.clone());
    let (contributions, contributors) = counted.map(|(source, agency)| (source, named(agency))).unzip();
    let (previous, last_year) = (figure.previous.as_ref(), figure.same_period_last_year.as_ref());
    ConsolidatedFigureRow {
        report: report.to_owned(),
        version_no,
        indicator: figure.indicator.clone(),
        name: figure.name.clone(),
        unit: figure.unit.clone(),
        value: figure.effective().map(str::to_owned),
        reporting: figure.reporting,
        expected: figure.expected,
        estimated: figure.estimated,
        adjusted: figure.adjusted_total.is_some(),
        total: figure.total.clone(),
        adjustment_reason: figure.adjustment_reason.clone(),
        previous_period: previous.map(|c| c.period.clone()),
        previous_total: previous.and_then(|c| c.total.clone()),
        previous_difference: previous.and_then(|c| c.difference.clone()),
        previous_percent: previous.and_then(|c| c.percent.clone()),
        last_year_period: last_year.map(|c| c.period.clone()),
        last_year_total: last_year.and_then(|c| c.total.clone()),
        last_year_difference: last_year.and_then(|c| c.difference.clone()),
        last_year_percent: last_year.and_then(|c| c.percent.clone()),
        contributions,
        contributors,
    }
}
