//! Reporting periods and the obligations that opening one makes.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use model::{NewPeriod, Obligation, ObligationState, PeriodState, ReportingPeriod, percentage};
pub use routes::{INCLUDED, OBLIGATIONS, mount};
pub use store::{by_code, find, find_many, find_obligation, find_obligations, obligations_of};
pub use workflow::{
    add as open, close_if_done,
    merger::reassign,
    obligations::{fulfil, handed_in, returned},
    opening::{anything_due, open_due},
};
