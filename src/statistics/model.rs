//! What a report is asked for, and what every report says of itself.

use crate::{
    error::{Error, Result},
    id::Id,
    period::Period,
    time::Stamp,
    words,
};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::{IntoParams, ToSchema};

mod briefing;
mod consolidated;
mod papers;
mod performance;

pub use briefing::{Brief, BriefAgency, BriefDecision, BriefDuty, BriefRow, DecisionKind, DutyKind, paper as brief_paper};
pub use consolidated::{IssuedFigureRow, IssuedFiguresReport, IssuedReport};
pub use papers::{DistributionReport, DistributionRow, IncomingReport, IncomingRow, ObstacleReport, ObstacleRow, OutgoingReport, OutgoingRow};
pub use performance::{RatesReport, RatesRow, TaskProgressReport, TaskProgressRow};

words! {
    /// Which report.
    ReportKind {
        TaskProgress = "task_progress", "Tiến độ thực hiện nhiệm vụ", "Progress of tasks";
        ReportingRates = "reporting_rates", "Chấp hành chế độ báo cáo", "Reports handed in by agency and period";
        IncomingDocuments = "incoming_documents", "Sổ văn bản đến", "Register of incoming documents";
        OutgoingDocuments = "outgoing_documents", "Sổ văn bản đi", "Register of outgoing documents";
        DocumentDistribution = "document_distribution", "Gửi, nhận, quán triệt văn bản", "Distribution and dissemination of a document";
        OpenObstacles = "open_obstacles", "Khó khăn, vướng mắc chưa giải quyết", "Open obstacles";
        ConsolidatedReport = "consolidated_report", "Báo cáo tổng hợp", "Consolidated report";
        LeadersBrief = "leaders_brief", "Báo cáo nhanh phục vụ lãnh đạo", "Brief for leaders";
    }
}
words! {
    /// How far somebody's figures reach.
    StatisticsAction {
        ViewProvince = "view_province", "Xem số liệu toàn tỉnh", "See the figures of the province";
        ViewFollowed = "view_followed", "Xem số liệu của kế hoạch, chế độ mình theo dõi", "See the figures of plans and regimes that it follows";
        ViewOwn = "view_own", "Xem số liệu của mình", "See the own figures";
    }
}

/// Below this many percent on time an agency stands out.
pub const TARGET: i64 = 80;

/// What a report is about. Which members a report takes, its parameters say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReportFilter {
    /// The days of this stretch of the calendar; instead of `from` and `to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// As everything stood at the end of this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regime_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<Id>,
}

impl ReportFilter {
    /// First and last day; 422 where they contradict each other.
    pub fn days(&self) -> Result<(Option<NaiveDate>, Option<NaiveDate>)> {
        let Some(period) = self.period else {
            if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
                return Err(Error::fault("to", "before_start", "Ngày cuối trước ngày đầu.", "The last day is before the first."));
            }
            return Ok((self.from, self.to));
        };
        if self.from.is_some() || self.to.is_some() {
            return Err(Error::fault("period", "one_of", "Chỉ ghi kỳ, hoặc ghi ngày đầu và ngày cuối.", "Name a period, or the first and last day."));
        }
        Ok((Some(period.first_day()), Some(period.last_day())))
    }
}

macro_rules! parameters {
    ($(#[$meta:meta])* $name:ident { $($(#[$field:meta])* $member:ident: $kind:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        pub struct $name { $($(#[$field])* pub $member: Option<$kind>),+ }

        impl From<$name> for ReportFilter {
            fn from(given: $name) -> Self {
                ReportFilter { $($member: given.$member,)+ ..ReportFilter::default() }
            }
        }
    };
}

parameters! {
    /// Parameters of the progress of tasks.
    TaskProgressFilter {
        /// Tasks that were open in this stretch of the calendar; instead of `from` and `to`.
        period: Period,
        /// Tasks that were still open on this day.
        from: NaiveDate,
        /// Tasks that were open by this day.
        to: NaiveDate,
        /// As everything stood at the end of this day; today unless said.
        as_of: NaiveDate,
        organization_id: Id,
        plan_id: Id,
    }
}
parameters! {
    /// Parameters of the report on reports.
    RatesFilter {
        /// Reporting periods that end in this stretch of the calendar; instead of `from` and `to`.
        period: Period,
        /// Reporting periods that end on this day or later.
        from: NaiveDate,
        /// Reporting periods that end by this day.
        to: NaiveDate,
        /// As everything stood at the end of this day; today unless said.
        as_of: NaiveDate,
        organization_id: Id,
        plan_id: Id,
        regime_id: Id,
    }
}
parameters! {
    /// Parameters of issued consolidated reports.
    IssuedFilter {
        /// Reports of periods that end in this stretch of the calendar; instead of `from` and `to`.
        period: Period,
        /// Reports of periods that end on this day or later.
        from: NaiveDate,
        /// Reports of periods that end by this day.
        to: NaiveDate,
        /// What had been issued by the end of this day; today unless said.
        as_of: NaiveDate,
        /// Who consolidated it.
        organization_id: Id,
        plan_id: Id,
        regime_id: Id,
    }
}
parameters! {
    /// Parameters of the registers of documents.
    RegisterFilter {
        /// Arrived, or issued, in this stretch of the calendar; instead of `from` and `to`.
        period: Period,
        from: NaiveDate,
        to: NaiveDate,
        /// Whose register; the caller's unless said.
        organization_id: Id,
    }
}
parameters! {
    /// Parameters of open obstacles.
    ObstacleFilter {
        /// Raised in this stretch of the calendar; instead of `from` and `to`.
        period: Period,
        from: NaiveDate,
        to: NaiveDate,
        /// As everything stood at the end of this day; today unless said.
        as_of: NaiveDate,
        /// Who raised it.
        organization_id: Id,
        plan_id: Id,
    }
}
parameters! {
    /// Parameters of the brief.
    BriefFilter {
        /// The stretch of the calendar that the on-time rates are of; instead of `from` and `to`. This year unless said.
        period: Period,
        from: NaiveDate,
        to: NaiveDate,
        organization_id: Id,
        plan_id: Id,
    }
}

/// Parameters of the distribution of a document.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DistributionFilter {
    pub document_id: Id,
    /// As everything stood at the end of this day; today unless said.
    pub as_of: Option<NaiveDate>,
    /// Only what went to this organisation.
    pub organization_id: Option<Id>,
}

impl ReportKind {
    /// Whether it shows the rows as they are now, instead of taking them back to the feed's last place.
    pub fn shows_present_rows(self) -> bool {
        matches!(self, Self::IncomingDocuments | Self::OutgoingDocuments | Self::LeadersBrief)
    }
}

/// Which state of the data figures show: everything that the feed had by `seq`, seen on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The feed's last place.
    pub seq: i64,
    /// The day from which what is late and what is overdue are seen.
    pub as_of: NaiveDate,
    /// The moment up to which records count that the feed does not tell of one by one.
    pub moment: Stamp,
    /// Entries that have no place in the feed yet, though what they tell of is there already.
    #[serde(default)]
    pub waiting: i64,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.seq, self.as_of)
    }
}

impl Cut {
    /// The state that present rows are in, which show also what has no place in the feed yet: the place that the last of it
    /// will have, because places have no gaps.
    pub fn present(&self) -> Self {
        Self { seq: self.seq + self.waiting, waiting: 0, ..*self }
    }
    /// The moment at which a day begins, as files bear it.
    pub fn begin_of(day: NaiveDate) -> Stamp {
        Stamp::from(day.and_time(chrono::NaiveTime::MIN).and_utc())
    }
    /// The moment at which a day is over in Việt Nam.
    pub fn end_of(day: NaiveDate) -> Stamp {
        let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
        Stamp::from(next.and_time(chrono::NaiveTime::MIN).and_utc()).plus_seconds(-7 * 3600)
    }
}

/// A report as a table: its rows, and which state of the data they show.
pub trait Reported: Serialize {
    /// One row.
    type Row: Serialize + ToSchema;
    /// The rows.
    fn rows(&self) -> &[Self::Row];
    /// The day that a file of it bears.
    fn as_of(&self) -> NaiveDate;
    /// Which state of the data it shows.
    fn snapshot(&self) -> &str;
}

macro_rules! reported {
    ($name:ident of $row:ident) => {
        impl $crate::statistics::model::Reported for $name {
            type Row = $row;
            fn rows(&self) -> &[$row] {
                &self.items
            }
            fn as_of(&self) -> chrono::NaiveDate {
                self.as_of
            }
            fn snapshot(&self) -> &str {
                &self.snapshot
            }
        }
    };
}
pub(crate) use reported;

/// Declares a report: what it shows, which state of the data, as of which day, filtered how.
macro_rules! report {
    ($(#[$meta:meta])* $name:ident of $row:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// Which state of the data it shows: the feed's last place and the as-of day.
            #[schema(example = "1024@2026-11-20")]
            pub snapshot: String,
            /// The day from which what is late and what is overdue are seen.
            pub as_of: chrono::NaiveDate,
            pub filter: $crate::statistics::model::ReportFilter,
            #[schema(max_items = 1000000)]
            pub items: Vec<$row>,
        }

        $crate::statistics::model::reported!($name of $row);

        impl $name {
            /// The report of these rows.
            pub fn new(cut: &$crate::statistics::model::Cut, filter: &$crate::statistics::model::ReportFilter, items: Vec<$row>) -> Self {
                Self { snapshot: cut.to_string(), as_of: cut.as_of, filter: filter.clone(), items }
            }
        }
    };
}
pub(crate) use report;
