use super::model::PartAction::{self, *};
use crate::authz::{DRAFTERS, LEADERS, Position, Reach, Relations, Rule, Who};

/// Leader and clerk name who handles it.
const DESK: &[Position] = &[Position::Leader, Position::Clerk];

/// "The agency reports its part; its leader or clerk names who handles it; the task's lead waives; the owner enters for
/// agencies outside the system." `ADDRESSEE` is the agency that owes the part, `LEAD` the agency that leads the task,
/// `OWNER` the plan's owner. Who reads the task reads its parts.
pub const RULES: &[Rule<PartAction>] = &[
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::ADDRESSEE), may: &[Done, Confirm] },
    Rule { who: Who::Anyone, at: DESK, with: Reach::Related(Relations::ADDRESSEE), may: &[Handle] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::LEAD.and(Relations::OWNER)), may: &[Waive] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::OWNER), may: &[Enter] },
];
