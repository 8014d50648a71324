use crate::{flow::Worded, id::Id, schema::calendar_feeds, time::Stamp, words};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Whose due dates a calendar shows.
    CalendarFeedKind {
        Person = "person", "Của tôi", "What concerns this person";
        Organization = "organization", "Của cơ quan", "What concerns the organisation";
    }
}
words! {
    /// Where a calendar's address stands.
    CalendarFeedState {
        Active = "active", "Đang dùng", "Active";
        Revoked = "revoked", "Đã thu hồi", "Revoked";
    }
}
words! {
    /// What can be done with a calendar's address.
    CalendarFeedAction {
        View = "view", "Xem", "View";
        Create = "create", "Tạo", "Create";
        Rotate = "rotate", "Đổi địa chỉ", "Give a new address in place of the old one";
        Revoke = "revoke", "Thu hồi", "Revoke";
    }
}
impl Worded for CalendarFeedState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for CalendarFeedAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "calendar_feed";
/// How every secret begins.
pub const PREFIX: &str = "nhipcau_cal_";

/// A calendar's address, as stored: the hash of its secret alone.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = calendar_feeds, treat_none_as_default_value = false)]
pub struct CalendarFeed {
    pub id: Id,
    pub hash: String,
    pub kind: CalendarFeedKind,
    pub name: String,
    pub user_id: Id,
    pub organization_id: Id,
    pub revoked_at: Option<Stamp>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

/// A calendar's address, as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarFeedView {
    pub id: Id,
    pub kind: CalendarFeedKind,
    pub name: String,
    /// Whose it is; who loses the post there loses the calendar.
    pub user_id: Id,
    pub organization_id: Id,
    pub state: CalendarFeedState,
    pub revoked_at: Option<Stamp>,
    /// The address just made: shown once, in the answer that made it; null ever after.
    #[schema(example = "/api/v1/calendar-feeds/nhipcau_cal_….ics")]
    pub address: Option<String>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub allowed_actions: Vec<CalendarFeedAction>,
}

crate::filtered_by! {
    CalendarFeedView: calendar_feeds;
    kind: CalendarFeedKind, name, revoked_at, created_at, updated_at
}

/// A new calendar.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCalendarFeed {
    pub kind: CalendarFeedKind,
    /// What a calendar program calls it; 'Nhịp Cầu' unless said.
    #[schema(min_length = 1, max_length = 200, example = "Hạn công tác đối ngoại")]
    pub name: Option<String>,
}

/// A step in the life of a calendar's address.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarFeedTransition {
    pub action: CalendarFeedAction,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}
