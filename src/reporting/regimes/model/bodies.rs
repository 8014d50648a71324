//! What callers send and get: the regime's view, bodies and filters.

use super::{Check, CutOff, Indicator, RegimeAction, RegimeState, Reminders, RemindersPatch, ReportFrequency, Section, Step};
use crate::{filters::By, id::Id, time::Stamp};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A regime, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RegimeView {
    pub id: Id,
    pub province_id: Id,
    /// The plan that asks for the report.
    pub plan_id: Option<Id>,
    #[schema(example = "CDBC-BDI-0001")]
    pub code: String,
    pub name: String,
    pub name_en: Option<String>,
    /// The text that asks for it, as cited.
    pub legal_basis: Option<String>,
    /// Place in that text.
    pub legal_clause: Option<String>,
    pub focal_point_id: Option<Id>,
    pub frequency: ReportFrequency,
    /// The text's words on how often.
    pub cadence_words: Option<String>,
    /// The report that the whole is embedded in.
    pub embedded_in: Option<String>,
    pub final_recipient_id: Option<Id>,
    /// Who gets a copy, in the text's words.
    pub copy_to: Vec<String>,
    /// A cut-off of its own; absent for Decree 09/2019 Art. 12.
    pub cut_off: Option<CutOff>,
    pub reminders: Reminders,
    /// Days before the first due date (or before the figures' last day, if that is earlier) on which a period opens.
    pub open_days_before: i32,
    /// Periods that ended before this day are not opened.
    pub tracked_from: NaiveDate,
    pub steps: Vec<Step>,
    pub sections: Vec<Section>,
    pub indicators: Vec<Indicator>,
    pub checks: Vec<Check>,
    pub state: RegimeState,
    /// What to know before using it, such as figures that can only be estimated.
    pub warnings: Vec<RegimeWarning>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<RegimeAction>,
}

crate::filtered_by! {
    RegimeView: reporting_regimes;
    province_id, plan_id, focal_point_id, final_recipient_id, code, name, name_en, frequency: ReportFrequency, state: RegimeState, tracked_from,
    created_at, updated_at
}

/// Something to know that is not a fault.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RegimeWarning {
    /// Stable machine word: `estimated_figures`, `open_group`, `no_due_date`.
    pub code: String,
    pub step_no: i32,
    pub message: String,
}

/// A new regime.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegime {
    #[schema(min_length = 1, max_length = 500, example = "Báo cáo hằng năm kết quả thực hiện Kế hoạch triển khai Chỉ thị 38-CT/TW")]
    pub name: String,
    #[schema(max_length = 500)]
    pub name_en: Option<String>,
    pub plan_id: Option<Id>,
    #[schema(max_length = 500)]
    pub legal_basis: Option<String>,
    #[schema(max_length = 200)]
    pub legal_clause: Option<String>,
    /// Absent: the caller's own organisation.
    pub focal_point_id: Option<Id>,
    pub frequency: ReportFrequency,
    #[schema(max_length = 200)]
    pub cadence_words: Option<String>,
    #[schema(max_length = 500)]
    pub embedded_in: Option<String>,
    pub final_recipient_id: Option<Id>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub copy_to: Vec<String>,
    /// Absent: Decree 09/2019 Art. 12.
    pub cut_off: Option<CutOff>,
    /// Absent: 21, 14, 7, 1 days before and 1, 3, 7 after.
    pub reminders: Option<Reminders>,
    /// Absent: 30.
    #[schema(minimum = 0, maximum = 366)]
    pub open_days_before: Option<i32>,
    /// Absent: today.
    pub tracked_from: Option<NaiveDate>,
    #[schema(min_items = 1, max_items = 50)]
    pub steps: Vec<Step>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub sections: Vec<Section>,
    #[serde(default)]
    #[schema(max_items = 300)]
    pub indicators: Vec<Indicator>,
    #[serde(default)]
    #[schema(max_items = 200)]
    pub checks: Vec<Check>,
}

/// Changes to a regime; what is absent stays. Open periods keep the chain that they opened with.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct RegimePatch {
    #[schema(min_length = 1, max_length = 500, example = "Báo cáo hằng năm")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 500)]
    pub name_en: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub plan_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 500)]
    pub legal_basis: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 200)]
    pub legal_clause: Option<Option<String>>,
    pub focal_point_id: Option<Id>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 200)]
    pub cadence_words: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, max_length = 500)]
    pub embedded_in: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub final_recipient_id: Option<Option<Id>>,
    #[schema(max_items = 50)]
    pub copy_to: Option<Vec<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = CutOff)]
    pub cut_off: Option<Option<CutOff>>,
    /// Merged into those that there are.
    pub reminders: Option<RemindersPatch>,
    #[schema(minimum = 0, maximum = 366)]
    pub open_days_before: Option<i32>,
    pub tracked_from: Option<NaiveDate>,
    /// The whole chain anew.
    #[schema(min_items = 1, max_items = 50)]
    pub steps: Option<Vec<Step>>,
    #[schema(max_items = 100)]
    pub sections: Option<Vec<Section>>,
    /// All indicators anew.
    #[schema(max_items = 300)]
    pub indicators: Option<Vec<Indicator>>,
    #[schema(max_items = 200)]
    pub checks: Option<Vec<Check>>,
}

/// A step in the life of a regime.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegimeTransition {
    pub action: RegimeAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// Filters of the list of regimes.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegimeFilter {
    /// Searches names without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<RegimeView>,
    #[param(inline)]
    pub sort: Option<RegimeSort>,
}

/// Orders of the list of regimes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum RegimeSort {
    /// By name without diacritics.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// Newest first.
    #[serde(rename = "-created_at")]
    Newest,
}
