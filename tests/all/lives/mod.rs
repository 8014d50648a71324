//! Stories: what people of a province do, lived through HTTP.

mod documents;
mod people;
