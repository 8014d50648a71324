use super::model::ArrivalAction::{self, *};
use crate::authz::{CLERKS, Position, READERS, Reach, Relations, Rule, Who};

/// The receiver, and the unit that handles it.
const READ: Relations = Relations::OWNER.and(Relations::ADDRESSEE).and(Relations::PREDECESSOR);

/// "The receiver's clerk registers; its leader or clerk says who handles it; the handling unit looks."
pub const RULES: &[Rule<ArrivalAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(READ), may: &[View] },
    Rule { who: Who::Anyone, at: CLERKS, with: Reach::Any, may: &[Register] },
    Rule { who: Who::Anyone, at: &[Position::Leader, Position::Clerk], with: Reach::Related(Relations::OWNER), may: &[Assign] },
];
