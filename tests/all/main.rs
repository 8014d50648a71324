//! Every test that goes through HTTP, on SQLite and, where NHIPCAU_TEST_POSTGRES_URL is set, on PostgreSQL too.

mod contract;
mod harness;
mod lives;
mod policy;
mod schema;
mod seed;
mod terminal;
