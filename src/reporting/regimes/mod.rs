//! Reporting regimes: which report is owed, by whom to whom along which chain, when, and with which indicators.

pub mod model;
pub mod policy;
mod routes;
pub mod store;
pub mod workflow;

pub use model::{FillSource, Indicator, NewRegime, PeriodKind, Regime, Section, Step};
pub use routes::{INCLUDED, mount};
pub use store::{by_code, by_seed_key, find, find_many, parts, running};
pub use workflow::{QUERIES, add, applies, name_focal_point, reassign, window};
