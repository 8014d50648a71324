//! Who may do what: the hand-written table against what the code prints and against what HTTP answers.

mod matrix;
