use super::super::{kinds::Purpose, model::Recipient};
use crate::{db::Json, filters::By, flow::Worded, id::Id, schema::deliveries, time::Stamp, words};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// Where a delivery stands.
    DeliveryState {
        Sent = "sent", "Đã gửi", "Sent";
        Delivered = "delivered", "Đã đến", "Delivered";
        Acknowledged = "acknowledged", "Đã xác nhận", "Acknowledged";
        Disseminated = "disseminated", "Đã quán triệt", "Disseminated";
    }
}

words! {
    /// What can be done with a delivery.
    DeliveryAction {
        View = "view", "Xem", "View";
        Deliver = "deliver", "Ghi nhận đã đến", "Deliver";
        Acknowledge = "acknowledge", "Xác nhận", "Acknowledge";
        Disseminate = "disseminate", "Quán triệt", "Disseminate";
        Forward = "forward", "Chuyển cho đơn vị trực thuộc", "Pass on to own units";
    }
}

impl Worded for DeliveryState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for DeliveryAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "delivery";

/// A document on its way to one organisation, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Delivery {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub document_id: Id,
    pub parent_id: Option<Id>,
    pub sender_id: Option<Id>,
    pub receiver_id: Id,
    pub purpose: Purpose,
    pub state: DeliveryState,
    pub sent_on: NaiveDate,
    pub delivered_on: Option<NaiveDate>,
    pub acknowledged_on: Option<NaiveDate>,
    pub disseminated_on: Option<NaiveDate>,
    pub dissemination: Option<Json>,
    pub by_document_id: Option<Id>,
    pub instruction: Option<String>,
    pub entered_by_id: Option<Id>,
    pub evidence_document_id: Option<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
}

/// How a document was made known (quán triệt).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dissemination {
    /// Conference, meeting, in writing…
    #[schema(max_length = 500, example = "Hội nghị toàn đơn vị")]
    pub form: Option<String>,
    #[schema(minimum = 0, maximum = 100000000)]
    pub people_count: Option<i32>,
    #[schema(max_length = 2000)]
    pub evidence: Option<String>,
}

/// A document on its way to one organisation, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryView {
    pub id: Id,
    pub document_id: Id,
    /// The delivery whose receiver passed it on; none at the top of the tree.
    pub parent_id: Option<Id>,
    /// Who sent it; none where the document came outside the system.
    pub sender_id: Option<Id>,
    pub receiver_id: Id,
    pub purpose: Purpose,
    pub state: DeliveryState,
    /// Whether the receiver has acknowledged it.
    pub is_answered: bool,
    pub sent_on: NaiveDate,
    pub delivered_on: Option<NaiveDate>,
    pub acknowledged_on: Option<NaiveDate>,
    pub disseminated_on: Option<NaiveDate>,
    pub dissemination: Option<Dissemination>,
    /// The letter by which it was passed on.
    pub by_document_id: Option<Id>,
    pub instruction: Option<String>,
    /// The organisation that entered the receiver's answer for it (RULES 4).
    pub entered_by_id: Option<Id>,
    /// The registered document that this answer was read from.
    pub evidence_document_id: Option<Id>,
    pub version: i32,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<DeliveryAction>,
}

crate::filtered_by! {
    DeliveryView: deliveries;
    document_id, parent_id, sender_id, receiver_id, purpose: Purpose, state: DeliveryState, sent_on, delivered_on, acknowledged_on, disseminated_on,
    created_at, updated_at
}

/// A step of a delivery.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryTransition {
    #[schema(example = "acknowledge")]
    pub action: DeliveryAction,
    /// The day on which it happened; default today.
    pub on: Option<NaiveDate>,
    /// `disseminate`: how, to how many people, with what evidence.
    pub dissemination: Option<Dissemination>,
    /// For an organisation without users: the registered document that says so.
    pub evidence_document_id: Option<Id>,
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// Passing a received document on to the own units.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewForwarding {
    #[schema(min_items = 1, max_items = 200)]
    pub recipients: Vec<Recipient>,
    /// The letter by which it is passed on, such as 2076/SYT-VP.
    pub by_document_id: Option<Id>,
    #[schema(min_length = 1, max_length = 2000, example = "Tổ chức quán triệt và báo cáo kết quả")]
    pub instruction: Option<String>,
}

/// What passing on has made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Forwarding {
    /// The delivery that was passed on.
    pub delivery_id: Id,
    pub document_id: Id,
    pub by_document_id: Option<Id>,
    pub instruction: Option<String>,
    /// The new deliveries, one for each unit.
    pub deliveries: Vec<DeliveryView>,
    /// Units that had it already.
    pub already_sent: Vec<Id>,
}

/// Which side of a delivery the caller's organisation is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryBox {
    /// Sent by it.
    Sent,
    /// Received by it.
    Received,
}

/// Orders of the list of deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum DeliverySort {
    /// In the order in which they were made.
    #[default]
    #[serde(rename = "created_at")]
    Oldest,
    /// Newest first.
    #[serde(rename = "-created_at")]
    Newest,
}

/// Filters of the list of deliveries.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveryFilter {
    /// Only those that have not been acknowledged, or only those that have.
    pub is_answered: Option<bool>,
    /// On which side of it the caller's organisation is.
    #[serde(rename = "box")]
    #[param(inline)]
    pub side: Option<DeliveryBox>,
    #[param(inline)]
    pub sort: Option<DeliverySort>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<DeliveryView>,
}

/// Filters of the deliveries of one document.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TreeFilter {
    /// Only those that have not been acknowledged, or only those that have.
    pub is_answered: Option<bool>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<DeliveryView>,
    #[param(inline)]
    pub sort: Option<DeliverySort>,
}
