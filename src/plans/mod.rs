//! Plans: the follow-up of documents that give duties; their tasks, what each agency owes of them, and urging.

pub mod extensions;
pub mod followers;
pub mod merger;
pub mod model;
pub mod named;
pub mod occurrences;
pub mod parents;
pub mod parts;
pub mod policy;
pub mod progress;
mod routes;
pub mod store;
pub mod survey;
pub mod tasks;
pub mod urgings;
pub mod verify;
pub mod waiting;
pub mod work;
pub mod workflow;

pub use followers::{entrusting, refresh as refresh_followers};
pub use merger::{Moved, open_items, reassign};
pub use model::{NewPlan, Origin, Plan, PlanState};
pub use occurrences::opening::{is_due, open_due};
pub use parents::refresh as refresh_parents;
pub use routes::INCLUDED;
pub use store::{by_seed_key, find, find_as, find_many, of_document};
pub use survey::{AgencyProgress, PartFacts, progress_of};
pub use tasks::{
    model::{NewTask, Task},
    store::{by_seed_key as task_by_seed_key, of_plan as tasks_of},
    workflow::add as add_task,
};
pub use verify::{Difference, rebuild_access, verify_access};
pub use work::{Work, work_of};
pub use workflow::{activate, add as add_plan, is_active};

use crate::http::ServiceConfig;

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    routes::mount(config);
    tasks::mount(config);
    occurrences::mount(config);
    parts::mount(config);
    progress::mount(config);
    extensions::mount(config);
    urgings::mount(config);
}
