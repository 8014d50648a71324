use crate::{
    calendar::DueRule,
    db::Json,
    error::Result,
    flow::Worded,
    id::Id,
    organizations::groups::Resolution,
    period,
    schema::{reporting_indicators, reporting_regimes, reporting_steps},
    time::Stamp,
    words,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

words! {
    /// How often the regime asks.
    ReportFrequency {
        Month = "month", "Hằng tháng", "Monthly";
        Quarter = "quarter", "Hằng quý", "Quarterly";
        HalfYear = "half_year", "6 tháng", "Half-yearly";
        HalfYearAndYear = "half_year_and_year", "6 tháng và cả năm", "Half year and year";
        NineMonths = "nine_months", "9 tháng", "Nine months";
        Year = "year", "Hằng năm", "Yearly";
        OnRequest = "on_request", "Khi được yêu cầu", "On request";
    }
}
impl ReportFrequency {
    /// The same, as the ground counts with it.
    pub fn counted(self) -> period::Frequency {
        match self {
            Self::Month => period::Frequency::Month,
            Self::Quarter => period::Frequency::Quarter,
            Self::HalfYear => period::Frequency::HalfYear,
            Self::HalfYearAndYear => period::Frequency::HalfYearAndYear,
            Self::NineMonths => period::Frequency::NineMonths,
            Self::Year => period::Frequency::Year,
            Self::OnRequest => period::Frequency::OnRequest,
        }
    }
}

words! {
    /// Kind of one period; a step may be asked for only some kinds.
    PeriodKind {
        Month = "month", "Tháng", "Month";
        Quarter = "quarter", "Quý", "Quarter";
        HalfYear = "half_year", "6 tháng", "Half year";
        NineMonths = "nine_months", "9 tháng", "Nine months";
        Year = "year", "Năm", "Year";
        OnRequest = "on_request", "Theo yêu cầu", "On request";
    }
}
impl PeriodKind {
    /// The kind of a counted period; none is one that the receiver opened by title.
    pub fn of(period: Option<period::Period>) -> Self {
        match period.map(period::Period::part) {
            None => Self::OnRequest,
            Some(period::Part::Year) => Self::Year,
            Some(period::Part::Half(_)) => Self::HalfYear,
            Some(period::Part::Quarter(_)) => Self::Quarter,
            Some(period::Part::Month(_)) => Self::Month,
            Some(period::Part::NineMonths) => Self::NineMonths,
        }
    }
}

words! {
    /// Whose report a step's report is (RULES 7).
    ReportOf {
        Consolidator = "consolidator", "Cơ quan tổng hợp", "The consolidator's own";
        Receiver = "receiver", "Cơ quan nhận ký", "The receiver's, for its signature";
    }
}
words! {
    /// What an indicator's values are.
    ValueType {
        Integer = "integer", "Số nguyên", "Whole number";
        Decimal = "decimal", "Số thập phân", "Decimal number";
        Text = "text", "Chữ", "Text";
    }
}
words! {
    /// How values of several agencies become one (RULES 15).
    AcrossAgencies {
        Sum = "sum", "Cộng", "Sum";
        Max = "max", "Lớn nhất", "Largest";
        Ratio = "ratio", "Tỷ lệ của hai chỉ tiêu", "Ratio of two indicators";
        None = "none", "Không gộp", "Not aggregated";
    }
}
words! {
    /// How values of several periods become one (RULES 15).
    OverTime {
        Sum = "sum", "Cộng", "Sum";
        Last = "last", "Cuối kỳ", "Last";
        None = "none", "Không gộp", "Not aggregated";
    }
}
words! {
    /// Where an indicator's values come from.
    IndicatorSource {
        Typed = "typed", "Nhập tay", "Typed in";
        Computed = "computed", "Tính từ sổ", "Computed from a register by a named query";
    }
}
words! {
    /// How two sides of a check compare.
    Comparison {
        LessOrEqual = "le", "không lớn hơn", "at most";
        Equal = "eq", "bằng", "equal to";
        GreaterOrEqual = "ge", "không nhỏ hơn", "at least";
    }
}
words! {
    /// Where a regime stands.
    RegimeState {
        Active = "active", "Đang áp dụng", "Active";
        Archived = "archived", "Lưu trữ", "Archived";
    }
}
words! {
    /// What can be done with a regime.
    RegimeAction {
        View = "view", "Xem", "View";
        Create = "create", "Tạo", "Create";
        Edit = "edit", "Sửa", "Edit";
        Archive = "archive", "Lưu trữ", "Archive";
    }
}
impl Worded for RegimeState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for RegimeAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "reporting_regime";

/// Reads a JSON column that this program wrote.
pub fn typed<T: DeserializeOwned>(json: &Json) -> Result<T> {
    Ok(T::deserialize(&json.0)?)
}
/// Writes a JSON column.
pub fn stored(value: &impl Serialize) -> Result<Json> {
    Ok(Json(serde_json::to_value(value)?))
}

/// A regime, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = reporting_regimes, treat_none_as_default_value = false)]
pub struct Regime {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub plan_id: Option<Id>,
    pub code: String,
    pub name: String,
    pub name_en: Option<String>,
    pub name_fold: String,
    pub legal_basis: Option<String>,
    pub legal_clause: Option<String>,
    pub focal_point_id: Option<Id>,
    pub frequency: ReportFrequency,
    pub cadence_words: Option<String>,
    pub embedded_in: Option<String>,
    pub final_recipient_id: Option<Id>,
    /// `Vec<String>`
    pub copy_to: Json,
    /// [`CutOff`]; none for the Decree's.
    pub cut_off: Option<Json>,
    /// [`Reminders`]
    pub reminders: Json,
    pub open_days_before: i32,
    pub tracked_from: NaiveDate,
    /// `Vec<Section>`
    pub sections: Json,
    /// `Vec<Check>`
    pub checks: Json,
    pub state: RegimeState,
    pub seed_key: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    pub updated_by: Option<Id>,
}

impl Regime {
    /// The outline.
    pub fn sections(&self) -> Result<Vec<Section>> {
        typed(&self.sections)
    }
    /// Checks between indicators.
    pub fn checks(&self) -> Result<Vec<Check>> {
        typed(&self.checks)
    }
    /// Days of reminding.
    pub fn reminders(&self) -> Result<Reminders> {
        typed(&self.reminders)
    }
}

/// A step of the chain, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = reporting_steps, treat_none_as_default_value = false)]
pub struct StepRow {
    pub id: Id,
    pub regime_id: Id,
    pub step_no: i32,
    /// `Vec<Sender>`
    pub senders: Json,
    pub receiver_id: Option<Id>,
    pub receiver_words: Option<String>,
    pub consolidates: bool,
    pub appraiser_id: Option<Id>,
    /// [`DueRule`]
    pub due_rule: Option<Json>,
    pub embedded_in: Option<String>,
    pub report_of: ReportOf,
    pub resolution: Resolution,
    /// `Vec<PeriodKind>`
    pub applies_to: Option<Json>,
    pub parallel: bool,
    pub same_report_as: Option<i32>,
    pub note: Option<String>,
    pub remark: Option<String>,
}

/// An indicator, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = reporting_indicators, treat_none_as_default_value = false)]
pub struct IndicatorRow {
    pub id: Id,
    pub regime_id: Id,
    pub place: i32,
    pub code: String,
    pub name: String,
    pub name_en: Option<String>,
    pub unit: Option<String>,
    pub value_type: ValueType,
    pub across_agencies: AcrossAgencies,
    pub numerator: Option<String>,
    pub denominator: Option<String>,
    pub over_time: OverTime,
    pub source: IndicatorSource,
    pub named_query: Option<String>,
    pub in_text: bool,
}

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
