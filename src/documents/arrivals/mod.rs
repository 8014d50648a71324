//! The arrival register: number, day and handling of what reaches an organisation.

pub mod model;
pub mod policy;
pub mod routes;
pub mod store;
pub mod workflow;

pub use model::Arrival;
pub use workflow::register_arrival;
