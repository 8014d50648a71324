//! A life cycle as a table: (from, action, to). What the table does not list cannot happen.

use crate::error::{Error, Refusal, Result};

/// A life cycle. `S` is the state, `A` the action; both name themselves on the wire.
#[derive(Debug)]
pub struct Flow<S: 'static, A: 'static>(pub &'static [(S, A, S)]);

/// What a state or an action is called on the wire.
pub trait Worded: Copy + PartialEq {
    /// The spelling on the wire.
    fn worded(self) -> &'static str;
}

impl<S: Worded, A: Worded> Flow<S, A> {
    /// Where the action leads from here, or 409 with the actions that there are.
    pub fn next(&self, from: S, action: A) -> Result<S> {
        self.0.iter().find(|(f, a, _)| *f == from && *a == action).map(|(_, _, to)| *to).ok_or_else(|| {
            let mut refusal = Refusal::new(
                409,
                "wrong_state",
                format!("Trạng thái '{}' không cho phép '{}'.", from.worded(), action.worded()),
                format!("State '{}' does not allow '{}'.", from.worded(), action.worded()),
            );
            refusal.allowed = Some(self.actions(from).map(Worded::worded).collect());
            Error::Refused(Box::new(refusal))
        })
    }
    /// The actions that this state allows.
    pub fn actions(&self, from: S) -> impl Iterator<Item = A> + '_ {
        self.0.iter().filter(move |(f, _, _)| *f == from).map(|(_, a, _)| *a)
    }
    /// The drawing, as a Mermaid state diagram.
    pub fn drawing(&self) -> String {
        self.0.iter().fold("stateDiagram-v2\n".to_owned(), |mut out, (f, a, t)| {
            out.push_str(&format!("    {} --> {}: {}\n", f.worded(), t.worded(), a.worded()));
            out
        })
    }
}
