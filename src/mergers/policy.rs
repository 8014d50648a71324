use super::model::MergerAction::{self, *};
use crate::authz::{Audience, Position, READERS, Reach, Rule, Who};

/// "A system administrator merges; everyone of the new province may read how it came about."
pub const RULES: &[Rule<MergerAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Open(Audience::Province), may: &[View] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[View, Create] },
];
