//! The members of a regime: steps, indicators, checks, outline, reminders, cut-off.

use super::{AcrossAgencies, Comparison, FillSource, IndicatorRow, IndicatorSource, OverTime, PeriodKind, ReportOf, StepRow, ValueType, stored, typed};
use crate::{calendar::DueRule, error::Result, id::Id, organizations::groups::Resolution, period::Period};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who sends at a step: an organisation, or a group resolved on the day the period opens; the text's words beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    #[serde(default)]
    pub organization_id: Option<Id>,
    #[serde(default)]
    pub group_id: Option<Id>,
    /// The words of the text.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, example = "Các sở, ban, ngành, đoàn thể tỉnh")]
    pub words: Option<String>,
    /// Whether the text says so or somebody judged it.
    pub resolution: Resolution,
    /// Members of the group that do not send at this step.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub exclude: Vec<Id>,
}

/// A step of the chain: senders to receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    #[schema(minimum = 1, maximum = 50)]
    pub step_no: i32,
    #[schema(min_items = 1, max_items = 100)]
    pub senders: Vec<Sender>,
    #[serde(default)]
    pub receiver_id: Option<Id>,
    /// The words of the text.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, example = "Liên hiệp tỉnh")]
    pub receiver_words: Option<String>,
    /// Whether what is sent is a consolidated report.
    #[serde(default)]
    pub consolidates: bool,
    /// Who appraises the report of this step.
    #[serde(default)]
    pub appraiser_id: Option<Id>,
    /// When it is due; absent where the text says nothing.
    #[serde(default)]
    pub due_rule: Option<DueRule>,
    /// The report that this one is embedded in.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    pub embedded_in: Option<String>,
    pub report_of: ReportOf,
    /// Whether the receiver is as the text says or judged.
    pub resolution: Resolution,
    /// Kinds of periods with this step; absent for all.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 6)]
    pub applies_to: Option<Vec<PeriodKind>>,
    /// Beside the chain: the period closes without it.
    #[serde(default)]
    pub parallel: bool,
    /// The step whose report goes on to this receiver too.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 50)]
    pub same_report_as: Option<i32>,
    /// What the text adds.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    /// What the reader of the text adds.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub remark: Option<String>,
}

impl StepRow {
    /// As it is shown.
    pub fn step(&self) -> Result<Step> {
        Ok(Step {
            step_no: self.step_no,
            senders: typed(&self.senders)?,
            receiver_id: self.receiver_id,
            receiver_words: self.receiver_words.clone(),
            consolidates: self.consolidates,
            appraiser_id: self.appraiser_id,
            due_rule: self.due_rule.as_ref().map(typed).transpose()?,
            embedded_in: self.embedded_in.clone(),
            report_of: self.report_of,
            resolution: self.resolution,
            applies_to: self.applies_to.as_ref().map(typed).transpose()?,
            parallel: self.parallel,
            same_report_as: self.same_report_as,
            note: self.note.clone(),
            remark: self.remark.clone(),
        })
    }
    /// As it is stored.
    pub fn of(regime: Id, step: &Step) -> Result<Self> {
        Ok(Self {
            id: Id::fresh(),
            regime_id: regime,
            step_no: step.step_no,
            senders: stored(&step.senders)?,
            receiver_id: step.receiver_id,
            receiver_words: step.receiver_words.clone(),
            consolidates: step.consolidates,
            appraiser_id: step.appraiser_id,
            due_rule: step.due_rule.as_ref().map(stored).transpose()?,
            embedded_in: step.embedded_in.clone(),
            report_of: step.report_of,
            resolution: step.resolution,
            applies_to: step.applies_to.as_ref().map(stored).transpose()?,
            parallel: step.parallel,
            same_report_as: step.same_report_as,
            note: step.note.clone(),
            remark: step.remark.clone(),
        })
    }
}

/// An indicator: what is counted, and how values become one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "delegations_out")]
    pub code: String,
    #[schema(min_length = 1, max_length = 300, example = "Số đoàn ra")]
    pub name: String,
    #[serde(default)]
    #[schema(max_length = 300)]
    pub name_en: Option<String>,
    #[serde(default)]
    #[schema(max_length = 60, example = "đoàn")]
    pub unit: Option<String>,
    #[serde(rename = "type")]
    pub value_type: ValueType,
    pub across_agencies: AcrossAgencies,
    /// Code of the upper indicator of a `ratio`.
    #[serde(default)]
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$")]
    pub numerator: Option<String>,
    /// Code of the lower indicator of a `ratio`.
    #[serde(default)]
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$")]
    pub denominator: Option<String>,
    pub over_time: OverTime,
    pub source: IndicatorSource,
    /// The named query of a `computed` indicator.
    #[serde(default)]
    #[schema(pattern = "^[a-z][a-z0-9_.]{0,99}$")]
    pub query: Option<String>,
    /// False where the source text does not ask for it.
    pub in_text: bool,
}

impl IndicatorRow {
    /// As it is shown.
    pub fn indicator(&self) -> Indicator {
        Indicator {
            code: self.code.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            unit: self.unit.clone(),
            value_type: self.value_type,
            across_agencies: self.across_agencies,
            numerator: self.numerator.clone(),
            denominator: self.denominator.clone(),
            over_time: self.over_time,
            source: self.source,
            query: self.named_query.clone(),
            in_text: self.in_text,
        }
    }
    /// As it is stored, at its place in the list.
    pub fn of(regime: Id, place: i32, indicator: &Indicator) -> Self {
        let i = indicator.clone();
        Self {
            id: Id::fresh(),
            regime_id: regime,
            place,
            code: i.code,
            name: i.name,
            name_en: i.name_en,
            unit: i.unit,
            value_type: i.value_type,
            across_agencies: i.across_agencies,
            numerator: i.numerator,
            denominator: i.denominator,
            over_time: i.over_time,
            source: i.source,
            named_query: i.query,
            in_text: i.in_text,
        }
    }
}

/// A check between indicators: the sum of the left side against the sum of the right side. Blanks are not checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Codes whose values are added up.
    #[schema(min_items = 1, max_items = 20)]
    pub left: Vec<String>,
    pub is: Comparison,
    /// Codes whose values are added up.
    #[schema(min_items = 1, max_items = 20)]
    pub right: Vec<String>,
    /// What to tell the author.
    #[schema(min_length = 1, max_length = 500)]
    pub message: String,
}

/// A section of the report's outline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "ket_qua")]
    pub key: String,
    #[schema(min_length = 1, max_length = 300, example = "Kết quả thực hiện")]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 300)]
    pub title_en: Option<String>,
    /// False where the source text does not prescribe it.
    pub in_text: bool,
    /// What its beginning is made of, in this order.
    #[serde(default)]
    #[schema(max_items = 4, example = json!(["tasks", "documents"]))]
    pub filled_from: Vec<FillSource>,
}

/// Days before and after the due date on which the agency is reminded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    #[schema(max_items = 20, example = json!([21, 14, 7, 1]))]
    pub before: Vec<u16>,
    #[schema(max_items = 20, example = json!([1, 3, 7]))]
    pub after: Vec<u16>,
}

/// Changes to the days on which the agency is reminded.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct RemindersPatch {
    #[schema(max_items = 20, nullable = false, example = json!([21, 14, 7, 1]))]
    pub before: Option<Vec<u16>>,
    #[schema(max_items = 20, nullable = false, example = json!([1, 3, 7]))]
    pub after: Option<Vec<u16>>,
}

impl Default for Reminders {
    /// PRODUCT: 21, 14, 7, 1 before; 1, 3, 7 after.
    fn default() -> Self {
        Self { before: vec![21, 14, 7, 1], after: vec![1, 3, 7] }
    }
}

/// A cut-off of its own: figures from a day of the month before the period to a day of its last month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CutOff {
    /// Last day of the figures in the period's last month (the Decree's is the 14th); 31 is the month's end.
    #[schema(minimum = 1, maximum = 31)]
    pub day: u8,
}

impl CutOff {
    /// First and last day of the figures: from the day after the cut-off of the month before, to the cut-off.
    pub fn window(self, period: Period) -> (NaiveDate, NaiveDate) {
        let before = period.first_day().checked_sub_days(Days::new(1)).unwrap_or(period.first_day());
        let from = self.in_month_of(before).checked_add_days(Days::new(1)).unwrap_or(period.first_day());
        (from, self.in_month_of(period.last_day()))
    }
    fn in_month_of(self, day: NaiveDate) -> NaiveDate {
        // A month that is shorter than the cut-off day ends it.
        (28..=u32::from(self.day)).rev().chain([u32::from(self.day)]).find_map(|d| day.with_day(d)).unwrap_or(day)
    }
}

/// First and last day whose figures belong in the period's report; the Decree's unless the regime has its own.
pub fn data_window(cut_off: Option<CutOff>, period: Period) -> (NaiveDate, NaiveDate) {
    cut_off.map_or_else(|| period.data_window(), |own| own.window(period))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Month's end as cut-off gives the calendar year; the 14th gives the Decree's window.
    #[test]
    fn windows() {
        let (year, february) = ("2021".parse::<Period>().expect("year"), "2024-02".parse::<Period>().expect("month"));
        let d = |text: &str| text.parse::<NaiveDate>().expect(text);
        assert_eq!(CutOff { day: 31 }.window(year), (d("2021-01-01"), d("2021-12-31")));
        assert_eq!(CutOff { day: 31 }.window(february), (d("2024-02-01"), d("2024-02-29")));
        assert_eq!(CutOff { day: 14 }.window(year), year.data_window());
        assert_eq!(CutOff { day: 30 }.window(february), (d("2024-01-31"), d("2024-02-29")));
    }
}
