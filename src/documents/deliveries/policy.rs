use super::model::DeliveryAction::{self, *};
use crate::authz::{CLERKS, Position, READERS, Reach, Relations, Rule, Who};

/// The issuer (monitor) sees the whole tree, whoever passed it on sees the branch below (parent).
const READ: Relations = Relations::OWNER.and(Relations::RECIPIENT).and(Relations::MONITOR).and(Relations::PARENT).and(Relations::PREDECESSOR);

/// "The receiver's clerk acknowledges, disseminates and passes on, its leader passes on; the sender's clerk enters the
/// answer of an organisation without users; issuer, sender and those above look."
pub const RULES: &[Rule<DeliveryAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(READ), may: &[View] },
    Rule { who: Who::Anyone, at: CLERKS, with: Reach::Related(Relations::RECIPIENT), may: &[Deliver, Acknowledge, Disseminate] },
    Rule { who: Who::Anyone, at: &[Position::Clerk, Position::Leader], with: Reach::Related(Relations::RECIPIENT), may: &[Forward] },
    // Only where the receiver has no users (RULES 4): the relation is given for those deliveries alone.
    Rule { who: Who::Anyone, at: CLERKS, with: Reach::Related(Relations::RECEIVER), may: &[Deliver, Acknowledge, Disseminate] },
];
