//! Mergers: provinces become a new one, and what is open goes on under the successors (RULES 18).

mod model;
mod moving;
pub mod policy;
mod routes;
mod store;
mod workflow;

pub use model::{ItemKind, MergerAction};
pub use routes::mount;
