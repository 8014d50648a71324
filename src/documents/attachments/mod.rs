//! Files that belong to documents: streamed in, read for secrecy levels, kept under their SHA-256.

pub mod model;
pub mod routes;
pub mod store;
pub mod sweep;
mod text_layer;
mod upload;
pub mod workflow;

pub use model::Attachment;
pub use routes::INCLUDED;
pub use store::{after, newest_file};
pub use upload::{Upload, place, receive};
pub use workflow::{NewFile, add};
