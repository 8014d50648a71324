//! Service accounts: programs that act for an organisation within the scopes that it gave them.

pub mod model;
pub mod policy;
mod routes;
mod store;
mod workflow;

pub use model::{KIND, ServiceAccountAction, ServiceAccountState};
pub use routes::mount;
pub use workflow::{FLOW, reassign};
