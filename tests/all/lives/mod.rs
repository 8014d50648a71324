//! Stories: what people of a province do, lived through HTTP.

mod attachments;
mod audit;
mod calendar;
mod calendar_feeds;
mod codes;
mod consolidated_figures;
mod consolidation;
mod deliveries;
mod documents;
mod feed;
mod figures;
mod followers;
mod mergers;
mod notices;
mod people;
mod plans;
mod provinces;
mod readings;
mod receivers;
mod recommendations;
mod references;
mod reminders;
mod report_formats;
mod report_jobs;
mod reporting;
mod services;
pub mod statistics;
