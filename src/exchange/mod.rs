//! Exchange with programs that pull: the event feed, and which lists can be pulled by it.

pub mod kinds;
pub mod model;
pub mod policy;
mod routes;
mod store;
mod workflow;

pub use kinds::KINDS;
pub use model::EventAction;
pub use routes::mount;
