use crate::{
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
use serde::{Serialize, de::DeserializeOwned};

mod bodies;
mod parts;

pub use bodies::{NewRegime, RegimeFilter, RegimePatch, RegimeSort, RegimeTransition, RegimeView, RegimeWarning};
pub use parts::{Check, CutOff, Indicator, Reminders, RemindersPatch, Section, Sender, Step, data_window};

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
    /// Records that a section of a report is prefilled from.
    FillSource {
        Tasks = "tasks", "Nhiệm vụ", "Tasks";
        Documents = "documents", "Văn bản đến", "Documents received";
        Obstacles = "obstacles", "Khó khăn, vướng mắc", "Difficulties and obstacles";
        Proposals = "proposals", "Kiến nghị, đề xuất", "Proposals";
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
    /// [`crate::calendar::DueRule`]
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
