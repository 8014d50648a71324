//! Who may do what: the hand-written table against what the code prints and against what HTTP answers (RULES 5).

mod cost;
mod matrix;
mod reach;
mod secrets;
mod strangers;
pub mod world;
