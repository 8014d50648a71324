//! What an agency hands in for an obligation: drafts, immutable versions, acceptance.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use model::{Figure, Narrative, NewSubmission, Submission, SubmissionState};
pub use routes::mount;
pub use store::{accepted, by_seed_key, find, names_file, versions};
pub use workflow::{
    add,
    merger::reassign,
    prefill::{Ground, MOST_SOURCES, known},
    snapshot::{hash, proofs_after, text as snapshot_text},
};
