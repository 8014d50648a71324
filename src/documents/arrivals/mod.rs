//! The arrival register: number, day and handling of what reaches an organisation.

mod entered;
pub mod model;
pub mod policy;
pub mod routes;
pub mod store;
pub mod workflow;

pub use entered::day_of_arrival;
pub use model::Arrival;
pub use store::bears;
pub use workflow::register_arrival;
