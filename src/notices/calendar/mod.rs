//! Calendar feeds: the inbox's due dates as a calendar behind a secret, revocable address.

pub mod model;
pub mod policy;
mod routes;
mod store;
pub mod workflow;

pub use routes::mount;
pub use store::changed;
