//! Provinces as data: one file a province, loaded through the slices' own functions. Loading again changes nothing.

mod demo;
mod documents;
mod load;
mod regimes;

pub use demo::demo;
pub use load::{FILES, load_text};
