//! HTTP, once for all slices: token → actor, conditional requests, idempotency, problems, limits, the OpenAPI document.

mod answer;
mod body;
mod call;
pub mod compression;
mod contract;
mod format;
mod gate;
pub mod key;
mod links;
mod list;
mod marks;
pub mod meter;
mod mount;
pub mod openapi;
mod pace;
pub mod session;
mod sheet;
mod stale;
mod stream;
mod strict;
pub mod token;

pub use answer::Answer;
pub use body::{Body, Sent, clearable, hex};
pub use call::{Call, House, Seen};
pub use contract::Contract;
pub use gate::{UPLOAD_LIMIT, gate, outside};
pub use list::{PagedReport, TableFile};
pub use mount::ServiceConfig;
