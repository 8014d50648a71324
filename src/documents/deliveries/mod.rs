//! Distribution: who was sent a document, who has received, acknowledged and disseminated it, and whom it was passed on to.

pub mod model;
pub mod policy;
pub mod routes;
pub mod send;
pub mod store;
pub mod workflow;

pub use model::{Delivery, DeliveryState};
