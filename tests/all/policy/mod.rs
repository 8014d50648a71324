//! Who may do what: the hand-written table against what the code prints and against what HTTP answers (RULES 5).

mod matrix;
mod reach;
mod strangers;
mod world;
