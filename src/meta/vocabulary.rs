//! Every enumeration of the API with its labels, from every slice: what `GET /meta/enums` tells. A test compares it with
//! the OpenAPI document, so that none is forgotten.

use crate::{
    audit::model as audit,
    authz::{self, scopes},
    calendar_days::model as calendar_days,
    documents::{arrivals::model as arrivals, attachments::model as attachments, deliveries::model as deliveries, kinds as documents, numbers},
    exchange, feed, mergers,
    notices::{calendar::model as calendar_feeds, model as notices},
    organizations::{groups, model as organizations, provinces},
    people::{self, service_accounts},
    plans::{extensions, model as plans, occurrences::model as occurrences, parts::model as parts, tasks::model as tasks, urgings::model as urgings},
    readings::kinds as readings,
    recommendations::model as recommendations,
    reporting::consolidation::model as consolidation,
    reporting::{periods::model as periods, regimes::model as regimes, submissions::model as submissions},
    statistics::jobs::{model as report_jobs, schedule as schedules},
    statistics::model as statistics,
    words::Word,
};

const fn word(value: &'static str, vi: &'static str, en: &'static str) -> Word {
    Word { value, vi, en }
}

macro_rules! vocabulary {
    ($($module:ident: $($name:ident),+;)+) => {
        /// Name in the OpenAPI document, and values.
        pub const VOCABULARY: &[(&str, &[Word])] = &[
            $($((stringify!($name), $module::$name::WORDS),)+)+
            ("DayKind", DAY_KIND),
            ("DueRuleKind", DUE_RULE_KIND),
            ("Frequency", FREQUENCY),
            ("Roll", ROLL),
        ];
    };
}

vocabulary! {
    authz: RoleGroup, Position, Function;
    provinces: ProvinceKind, ProvinceState, ProvinceAction;
    organizations: OrganizationKind, Level, OrganizationState, OrganizationAction;
    groups: Resolution, GroupAction;
    people: UserAction, UserState;
    scopes: ServiceScope;
    feed: TombstoneReason;
    exchange: EventAction;
    service_accounts: ServiceAccountAction, ServiceAccountState;
    plans: PlanState, PlanAction;
    tasks: Cadence, TaskAction;
    parts: TaskRole, TaskForm, PartState, PartAction;
    occurrences: TaskState;
    extensions: ExtensionState, ExtensionAction;
    urgings: UrgingLevel, TargetKind, UrgingState, UrgingAction;
    documents: DocumentKind, DocumentState, DocumentAction, DatePrecision, Notation, Purpose, RelationKind, Urgency;
    deliveries: DeliveryAction, DeliveryState;
    arrivals: ArrivalAction, ArrivalRegister;
    numbers: NumberState;
    attachments: TextLayer;
    readings: ReadingState, ReadingAction, ReadingProposalState, ReadingProposalAction, ReadingConfidence, ReadingProposalKind;
    recommendations: RecommendationKind, RecommendationState, RecommendationAction;
    consolidation: ConsolidatedState, ConsolidatedAction, ReportSourceKind, ReportMissingWhy, ReportLateness, ReportAppraisalEnd;
    report_jobs: ReportJobState, ReportJobAction, JobState, JobAction, ReportWindow, ReportFormat;
    schedules: ScheduleKind;
    statistics: ReportKind, StatisticsAction, DutyKind, DecisionKind;
    mergers: ItemKind, MergerAction;
    calendar_days: CalendarAction;
    calendar_feeds: CalendarFeedKind, CalendarFeedState, CalendarFeedAction;
    notices: NoticeKind, NoticeLevel, NoticeAction;
    audit: AuditAction, AuditContent;
    regimes: FillSource, ReportFrequency, PeriodKind, ReportOf, ValueType, AcrossAgencies, OverTime, IndicatorSource, Comparison, RegimeState, RegimeAction;
    periods: PeriodState, PeriodAction, ObligationState, ObligationAction, ReportExtensionState;
    submissions: SubmissionState, SubmissionAction;
}

// The ground knows no labels: its words are named here.
const DAY_KIND: &[Word] = &[
    word("public_holiday", "Ngày lễ, tết", "Public holiday"),
    word("compensatory", "Nghỉ bù", "Day off in lieu"),
    word("swapped_off", "Nghỉ hoán đổi", "Day off swapped with a Saturday"),
    word("swapped_working", "Làm bù", "Saturday worked in exchange"),
];
const DUE_RULE_KIND: &[Word] = &[
    word("fixed", "Ngày ấn định", "Fixed day"),
    word("yearly", "Hằng năm", "Yearly"),
    word("half_yearly", "6 tháng", "Half-yearly"),
    word("quarterly", "Hằng quý", "Quarterly"),
    word("monthly", "Hằng tháng", "Monthly"),
    word("month_of", "Trong tháng", "Within a month"),
    word("days_after", "Trong số ngày", "Within a number of days"),
    word("as_regulated", "Theo quy định", "As regulated"),
];
const FREQUENCY: &[Word] = &[
    word("month", "Hằng tháng", "Monthly"),
    word("quarter", "Hằng quý", "Quarterly"),
    word("half_year", "6 tháng", "Half-yearly"),
    word("half_year_and_year", "6 tháng và cả năm", "Half-year and year"),
    word("nine_months", "9 tháng", "Nine months"),
    word("year", "Hằng năm", "Yearly"),
    word("on_request", "Đột xuất, chuyên đề", "On request"),
];
const ROLL: &[Word] = &[
    word("none", "Giữ nguyên", "Stays"),
    word("next", "Ngày làm việc tiếp theo", "Next working day"),
    word("previous", "Ngày làm việc trước đó", "Previous working day"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_once() {
        let mut names: Vec<&str> = VOCABULARY.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), VOCABULARY.len());
    }
}
