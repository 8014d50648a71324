//! Files that belong to documents: streamed in, read for secrecy levels, kept under their SHA-256.

pub mod model;
pub mod routes;
pub mod store;
mod text_layer;
mod upload;
pub mod workflow;

pub use model::Attachment;
