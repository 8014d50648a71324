//! Every test that goes through HTTP, on SQLite and, where NHIPCAU_TEST_POSTGRES_URL is set, on PostgreSQL too.

mod contract;
mod document;
mod drawings;
mod exports;
mod filters;
mod harness;
mod keeping;
mod lists;
mod lives;
mod pages;
mod papers;
mod patches;
mod policy;
mod reading;
mod schema;
mod search;
mod seed;
mod shape;
mod terminal;
mod witness;
