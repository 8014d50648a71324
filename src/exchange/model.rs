use crate::{id::Id, time::Stamp, words};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What can be done with the event feed.
    EventAction {
        View = "view", "Xem", "View";
    }
}

/// One thing that happened to a record that the caller may see. It says that, never what.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Event {
    /// Stable: the same event has the same id whenever it is read.
    pub id: Id,
    /// Place in the feed; grows from event to event.
    pub seq: i64,
    /// `<kind>.<action>`, as `task.accept`; `<kind>.access_gained` and `<kind>.access_lost` tell of the caller's own access.
    #[serde(rename = "type")]
    #[schema(example = "task.accept")]
    pub event: String,
    /// What kind of record.
    #[schema(example = "task")]
    pub kind: String,
    pub record_id: Id,
    /// The record's version after the act.
    pub record_version: Option<i32>,
    /// The code by which people cite the record, where it has one.
    pub code: Option<String>,
    /// Where the record is read, where it can be.
    #[schema(example = "/api/v1/tasks/01990000-0000-7000-8000-000000000000")]
    pub link: Option<String>,
    pub at: Stamp,
    /// The organisation that acted; of a change of access, the one whose access it is.
    pub organization_id: Option<Id>,
    /// The request that it belongs to; null for a change of access.
    pub act_id: Option<Id>,
}

/// A stretch of the feed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventFeed {
    #[schema(max_items = 200)]
    pub items: Vec<Event>,
    /// Where to go on; there also when there is no event.
    pub cursor: String,
    /// Whether there is more to read now.
    pub more: bool,
}

/// Which stretch of the feed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Stretch {
    /// Where the last stretch ended (`cursor`); `0`, or nothing, for the beginning, `latest` for the end as it is now.
    #[param(min_length = 1, max_length = 2048)]
    pub after: Option<String>,
    /// Events, at most; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}
