//! Stories: what people of a province do, lived through HTTP.

mod audit;
mod calendar;
mod documents;
mod people;
mod reporting;
