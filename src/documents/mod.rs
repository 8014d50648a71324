//! Documents: drafted, signed, numbered, sent, received, acknowledged, disseminated and passed on.

pub mod arrivals;
pub mod attachments;
pub mod deliveries;
pub mod entry;
pub mod forms;
pub mod guard;
mod issue;
pub mod kinds;
pub mod model;
pub mod named;
pub mod notation;
pub mod numbers;
pub mod policy;
pub mod received;
pub mod recipients;
mod routes;
pub mod store;
pub mod waiting;
pub mod workflow;

pub use arrivals::{Arrival, register_arrival};
pub use forms::NewDocument;
pub use issue::{draft_report, import_issued, issue_report};
pub use kinds::{DocumentKind, DocumentState, Notation, Purpose, RelationKind, Urgency, report_symbol};
pub use model::{Citation, Document, DocumentRelation, DocumentSource, Identity, Recipient, RecipientRow, Signer};
pub use received::{Received, received_by};
pub use routes::INCLUDED;
pub use store::{by_seed_key, find, find_many, lines};
pub use workflow::{add, find_visible};

use crate::http::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    numbers::mount(config);
    deliveries::routes::mount(config);
    arrivals::routes::mount(config);
    attachments::routes::mount(config);
    routes::mount(config);
}
