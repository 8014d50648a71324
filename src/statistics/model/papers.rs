//! Documents as they come, go and are made known; obstacles and where they lie.

use super::{Cut, report, reported};
use crate::{
    documents::{DocumentKind, DocumentState, Purpose, arrivals::model::ArrivalRegister, deliveries::DeliveryState},
    http::PagedReport,
    id::Id,
    page::Page,
    recommendations::{RecommendationKind, RecommendationState},
    time::Stamp,
};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// One line of the arrival register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncomingRow {
    pub arrival_id: Id,
    pub register: ArrivalRegister,
    pub year: i32,
    /// Số đến.
    pub number: i32,
    pub arrived_on: NaiveDate,
    pub organization_id: Id,
    pub organization_code: String,
    pub organization_name: String,
    pub document_id: Option<Id>,
    pub document_kind: Option<DocumentKind>,
    #[schema(example = "217/KH-UBND")]
    pub notation_text: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub issuer_id: Option<Id>,
    /// The issuer's name, or the words of the register.
    pub issuer: Option<String>,
    pub summary: Option<String>,
    pub handling_unit_id: Option<Id>,
    /// The handling unit's name, or its words.
    pub handling_unit: Option<String>,
    pub instruction: Option<String>,
    pub due_on: Option<NaiveDate>,
}

/// One document that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutgoingRow {
    pub document_id: Id,
    pub document_kind: DocumentKind,
    pub number: Option<String>,
    pub symbol: Option<String>,
    #[schema(example = "217/KH-UBND")]
    pub notation_text: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub issuer_id: Option<Id>,
    pub issuer_code: Option<String>,
    pub issuer: Option<String>,
    pub signer: Option<String>,
    pub signer_position: Option<String>,
    pub summary: Option<String>,
    pub state: DocumentState,
    /// Organisations that it was sent to, as far as the caller sees its deliveries.
    pub sent: i64,
    /// Of those, how many have acknowledged it.
    pub acknowledged: i64,
}

macro_rules! register {
    ($(#[$meta:meta])* $name:ident of $row:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $name {
            /// Which state of the data it shows: the feed's last place and the as-of day.
            #[schema(example = "1024@2026-11-20")]
            pub snapshot: String,
            pub as_of: NaiveDate,
            pub filter: super::ReportFilter,
            #[schema(max_items = 200)]
            pub items: Vec<$row>,
            /// Where the next page begins; absent on the last.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub next_cursor: Option<String>,
            /// All lines that the filter finds, with `count=exact`.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub total: Option<i64>,
        }
        reported!($name of $row);

        impl PagedReport for $name {
            type Row = $row;
            fn shown(&self) -> (String, Stamp) {
                (self.snapshot.clone(), Cut::begin_of(self.as_of))
            }
            fn into_page(self) -> Page<$row> {
                Page { items: self.items, next: self.next_cursor, total: self.total }
            }
        }
    };
}
register! {
    /// A page of the register of incoming documents.
    IncomingReport of IncomingRow
}
register! {
    /// A page of the register of outgoing documents.
    OutgoingReport of OutgoingRow
}

/// One organisation that a document went to; rows are in the order of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DistributionRow {
    pub delivery_id: Id,
    /// The delivery whose receiver passed it on.
    pub parent_id: Option<Id>,
    /// 1 at the top of the tree that the caller sees.
    pub depth: i64,
    pub sender_id: Option<Id>,
    pub sender_name: Option<String>,
    pub receiver_id: Id,
    pub receiver_code: String,
    pub receiver_name: String,
    pub purpose: Purpose,
    pub state: DeliveryState,
    pub sent_on: NaiveDate,
    pub delivered_on: Option<NaiveDate>,
    pub acknowledged_on: Option<NaiveDate>,
    /// Days from sending to acknowledgement.
    pub days_to_acknowledge: Option<i64>,
    pub is_answered: bool,
    /// Days since it was sent, where it is not acknowledged.
    pub days_waiting: Option<i64>,
    pub disseminated_on: Option<NaiveDate>,
    /// Days from sending to dissemination.
    pub days_to_disseminate: Option<i64>,
    pub dissemination_form: Option<String>,
    pub people_count: Option<i32>,
}
report! {
    /// Where a document went, and what became of it there.
    DistributionReport of DistributionRow
}

/// Something raised that has no answer yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ObstacleRow {
    pub recommendation_id: Id,
    #[schema(example = "KN-BRV-2026-0001")]
    pub code: String,
    pub kind: RecommendationKind,
    pub title: String,
    pub state: RecommendationState,
    pub organization_id: Id,
    pub organization_code: String,
    pub organization_name: String,
    pub plan_id: Option<Id>,
    pub plan_code: Option<String>,
    /// Who is to answer.
    pub lies_with_id: Option<Id>,
    pub lies_with_code: Option<String>,
    pub lies_with_name: Option<String>,
    pub raised_on: Option<NaiveDate>,
    pub forwarded_on: Option<NaiveDate>,
    /// Days since it was raised.
    pub age_days: i64,
    pub respond_by: Option<NaiveDate>,
    pub overdue: bool,
    /// Days after the day by which an answer was hoped for.
    pub days_overdue: i64,
}
report! {
    /// Obstacles that wait for an answer, oldest first.
    ObstacleReport of ObstacleRow
}
