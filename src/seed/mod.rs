//! Provinces as data: one file a province, loaded through the slices' own functions. Loading again changes nothing.

mod agencies;
mod demo;
mod documents;
mod load;
mod plans;
mod regimes;

pub use agencies::agencies;
pub use demo::demo;
pub use load::{FILES, load_text};
