//! What was consolidated and issued, figure by figure.

use super::report;
use crate::{
    id::Id,
    reporting::consolidation::model::{rows::ConsolidatedFigureRow, shown::side_by_side},
};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// An issued version: whose it is, of which regime and period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IssuedReport {
    pub report_id: Id,
    pub title: String,
    pub issued_on: Option<NaiveDate>,
    /// SHA-256 of the frozen snapshot.
    pub sha256: Option<String>,
    /// Who consolidated it, by its name on the day.
    pub organization_id: Id,
    pub organization_code: Option<String>,
    pub organization_name: Option<String>,
    pub regime_id: Id,
    pub regime_code: String,
    pub regime_name: String,
    pub period_id: Id,
    pub period_code: String,
    /// Absent for a period that the receiver opened by title.
    #[schema(example = "2026-H1")]
    pub period: Option<String>,
    pub step_no: i32,
}

/// One indicator of an issued version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuedFigureRow {
    #[serde(flatten)]
    pub of: IssuedReport,
    #[serde(flatten)]
    pub figure: ConsolidatedFigureRow,
}

impl PartialSchema for IssuedFigureRow {
    fn schema() -> RefOr<Schema> {
        side_by_side::<IssuedReport, ConsolidatedFigureRow>("One indicator of an issued version of a consolidated report")
    }
}
impl ToSchema for IssuedFigureRow {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        IssuedReport::schemas(schemas);
        ConsolidatedFigureRow::schemas(schemas);
    }
}

report! {
    /// Issued consolidated reports, of each the newest version by then: a row for each indicator.
    IssuedFiguresReport of IssuedFigureRow
}
