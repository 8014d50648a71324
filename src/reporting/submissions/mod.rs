//! What an agency hands in for an obligation: drafts, immutable versions, acceptance.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use model::{Figure, Narrative, NewSubmission, Submission, SubmissionState};
pub use routes::mount;
pub use store::{accepted, by_seed_key, find, versions};
pub use workflow::{
    add,
    merger::reassign,
    prefill::prefill,
    snapshot::{hash, text as snapshot_text},
};
