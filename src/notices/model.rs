use crate::{
    authz::{Actor, Position},
    error::Result,
    filters::{By, Field, Filtered, Kind},
    id::Id,
    page::Order,
    time::Stamp,
    words,
};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What a notice is about.
    NoticeKind {
        ReportDue = "report_due", "Báo cáo sắp đến hạn nộp", "A report falls due";
        ReportReturned = "report_returned", "Báo cáo bị trả lại, cần nộp lại", "A report was returned";
        ReportToSubmit = "report_to_submit", "Dự thảo báo cáo chờ lãnh đạo nộp", "A draft report waits to be submitted";
        ReportToAccept = "report_to_accept", "Báo cáo chờ tiếp nhận", "A report waits for acceptance";
        ReportExtensionToDecide = "report_extension_to_decide", "Đề nghị gia hạn báo cáo chờ quyết định", "More time for a report is asked for";
        ReportToAppraise = "report_to_appraise", "Báo cáo tổng hợp chờ thẩm định", "A consolidated report waits for appraisal";
        ReportToRework = "report_to_rework", "Báo cáo tổng hợp bị trả lại để hoàn thiện", "A consolidated report was sent back";
        ReportToIssue = "report_to_issue", "Báo cáo tổng hợp đã thẩm định, chờ ban hành", "An appraised consolidated report waits to be issued";
        TaskDue = "task_due", "Nhiệm vụ sắp đến hạn", "A task falls due";
        RequestDue = "request_due", "Việc được đề nghị sắp đến ngày", "Something that was requested falls due";
        TaskReturned = "task_returned", "Nhiệm vụ bị trả lại", "A task was returned";
        CompletionToAccept = "completion_to_accept", "Báo cáo hoàn thành chờ chấp nhận", "A completion waits for acceptance";
        ExtensionToDecide = "extension_to_decide", "Đề nghị gia hạn chờ quyết định", "More time for a task is asked for";
        UrgingToAnswer = "urging_to_answer", "Đôn đốc chờ trả lời", "An urging waits for an answer";
        DeliveryToAcknowledge = "delivery_to_acknowledge", "Văn bản đến chờ xác nhận", "A document that was sent waits to be acknowledged";
        DocumentToSign = "document_to_sign", "Dự thảo văn bản chờ ký", "A draft document waits for a signature";
        DocumentToIssue = "document_to_issue", "Văn bản đã ký chờ cấp số, phát hành", "A signed document waits for its number";
        ArrivalToHandle = "arrival_to_handle", "Văn bản đến được giao xử lý", "An arrival was given to this officer";
        RecommendationToAnswer = "recommendation_to_answer", "Kiến nghị chờ trả lời", "A recommendation waits for an answer";
        RecommendationToClose = "recommendation_to_close", "Kiến nghị đã được trả lời", "A recommendation was answered";
    }
}

words! {
    /// How pressing it is.
    NoticeLevel {
        Overdue = "overdue", "Quá hạn", "Overdue";
        DueSoon = "due_soon", "Sắp đến hạn", "Due soon";
        Info = "info", "Thông tin", "For information";
    }
}

words! {
    /// What can be done with a notice.
    NoticeAction {
        View = "view", "Xem", "View";
        Read = "read", "Đánh dấu đã xem", "Mark as read";
    }
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "notice";

/// A notice, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Notice {
    /// Stays the same until the matter becomes more pressing or the next reminder day comes; then it is a new notice.
    pub id: Id,
    pub kind: NoticeKind,
    pub level: NoticeLevel,
    /// What it says, in the language asked for.
    #[schema(example = "Báo cáo chờ tiếp nhận")]
    pub label: String,
    /// What the record is called.
    pub title: String,
    /// Which kind of record it is about.
    #[schema(example = "report_submission")]
    pub record_kind: String,
    pub record_id: Id,
    /// The record's code, where it has one.
    pub record_code: Option<String>,
    pub due_on: Option<NaiveDate>,
    /// Days to the due date; negative once it is overdue.
    pub days_left: Option<i64>,
    /// The last reminder day that has come, where the regime has reminder days; with each the notice is a new one.
    pub reminded_on: Option<NaiveDate>,
    /// Since when it waits.
    pub since: NaiveDate,
    /// Whether somebody waits for this person; else it only falls due.
    pub waits_for_me: bool,
    /// When this person marked it as read.
    pub read_at: Option<Stamp>,
    /// What the caller will probably want to do with the record; the record itself has the last word.
    pub allowed_actions: Vec<String>,
}

/// Filters of the inbox.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeFilter {
    /// Only what is not marked as read, or only what is.
    pub unread: Option<bool>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<Notice>,
}

/// The order of the inbox: by level, and within one what is due or has waited longest.
#[derive(Debug, Clone)]
pub enum MostPressing {}
impl Order for MostPressing {
    const USUAL: &'static str = "level";
}

/// An inbox is put together anew each time, so it is filtered as it is shown.
impl Filtered for Notice {
    const FIELDS: &'static [Field] = &[
        Field::shown("kind", Kind::Word("NoticeKind")),
        Field::shown("level", Kind::Word("NoticeLevel")),
        Field::shown("record_kind", Kind::Text),
        Field::shown("record_id", Kind::Id),
        Field::shown("record_code", Kind::Text),
        Field::shown("title", Kind::Text),
        Field::shown("due_on", Kind::Day),
        Field::shown("days_left", Kind::Whole),
        Field::shown("since", Kind::Day),
        Field::shown("reminded_on", Kind::Day),
        Field::shown("waits_for_me", Kind::Truth),
    ];
}

/// Whose inbox it is.
#[derive(Debug)]
pub struct Desk {
    pub user: Id,
    pub organization: Id,
    pub position: Position,
    pub today: NaiveDate,
    pub now: Stamp,
    /// Days ahead that are looked at beyond what is near: none for an inbox, many for a calendar.
    pub ahead: u64,
    /// Of the whole organisation, whoever looks: what falls due for any of its people, and nothing that is one person's.
    pub everybody: bool,
}

impl Desk {
    /// The desk of a caller who has one.
    pub fn of(actor: &Actor, today: NaiveDate, now: Stamp) -> Result<Self> {
        Ok(Self { user: actor.user, organization: actor.organization()?, position: actor.position, today, now, ahead: 0, everybody: false })
    }
    /// Steps that only a leader takes.
    pub fn leads(&self) -> bool {
        self.position == Position::Leader
    }
    /// Steps of an officer.
    pub fn drafts(&self) -> bool {
        self.position == Position::Officer
    }
    /// The day up to which a due date is near.
    pub fn horizon(&self, days: u64) -> NaiveDate {
        self.today.checked_add_days(Days::new(days.max(self.ahead))).unwrap_or(self.today)
    }
    /// The day up to which a calendar shows what falls due; none for an inbox, which shows it once it is near.
    pub fn last_day(&self) -> Option<NaiveDate> {
        (self.ahead > 0).then(|| self.horizon(0))
    }
    /// Whether work that falls due is shown here: to the officer who is named, else to all of them where it waits (`here`: the
    /// unit that handles it, or the agency itself); to leaders once it is overdue; to those who only read, always (RULES 3).
    pub fn concerns(&self, named: Option<Id>, here: bool, due: Option<NaiveDate>) -> bool {
        if let Some(named) = named
            && named == self.user
        {
            return true;
        }
        match self.position {
            Position::Officer => here && named.is_none(),
            Position::Leader => due.is_some_and(|due| due < self.today),
            Position::Viewer | Position::OrgAdmin => true,
            Position::Clerk | Position::SystemAdmin => false,
        }
    }
}

/// A matter, as a source found it.
#[derive(Debug)]
pub struct Found {
    pub kind: NoticeKind,
    pub record_kind: &'static str,
    pub record_id: Id,
    pub record_code: Option<String>,
    pub title: String,
    pub due_on: Option<NaiveDate>,
    /// From how many days before the due date it is near.
    pub near: u64,
    /// The last reminder day that has come.
    pub reminded_on: Option<NaiveDate>,
    pub since: NaiveDate,
    pub waits_for_me: bool,
    pub actions: Vec<&'static str>,
}

impl Found {
    /// How pressing it is today.
    pub fn level(&self, desk: &Desk) -> NoticeLevel {
        match self.due_on {
            Some(due) if due < desk.today => NoticeLevel::Overdue,
            Some(due) if due <= desk.horizon(self.near) => NoticeLevel::DueSoon,
            _ => NoticeLevel::Info,
        }
    }
    /// The same for the same matter at the same level: made from the record's id, whose time it keeps.
    pub fn id(&self, level: NoticeLevel) -> Id {
        let reminder = self.reminded_on.map(|day| format!("/{day}")).unwrap_or_default();
        let digest = Sha256::digest(format!("{}/{}/{}{reminder}", self.kind, self.record_id, level).as_bytes());
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&self.record_id.0.as_bytes()[..6]);
        bytes[6..].copy_from_slice(&digest[..10]);
        Id(uuid::Builder::from_bytes(bytes).with_version(uuid::Version::SortRand).with_variant(uuid::Variant::RFC4122).into_uuid())
    }
    /// The place in the inbox: what is most pressing first, then what is due or has waited longest.
    pub fn place(&self, level: NoticeLevel) -> String {
        format!("{}/{}", level as u8, self.due_on.unwrap_or(self.since))
    }
}
