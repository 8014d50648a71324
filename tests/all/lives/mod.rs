//! Stories: what people of a province do, lived through HTTP.

mod audit;
mod calendar;
mod consolidation;
mod documents;
mod notices;
mod people;
mod plans;
mod provinces;
mod recommendations;
mod reporting;
