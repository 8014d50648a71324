use super::model::UrgingAction::{self, *};
use crate::authz::{Audience, CLERKS, DRAFTERS, Function, READERS, Reach, Relations, RoleGroup, Rule, Who};

const READ: Relations =
    Relations::OWNER.and(Relations::ADDRESSEE).and(Relations::PARENT).and(Relations::MONITOR).and(Relations::FOCAL).and(Relations::PREDECESSOR);
/// The agency itself, and the sender for agencies outside the system (RULES 4).
const ANSWERS: Relations = Relations::ADDRESSEE.and(Relations::OWNER);

/// "Sender, addressee and whoever follows the duty read; the addressee's clerk acknowledges, its officers and leader
/// answer." Who may send is said by the record that is urged for.
pub const RULES: &[Rule<UrgingAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(READ), may: &[View] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Group(RoleGroup::SoNgoaiVu), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Holder(Function::FocalPoint), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Anyone, at: CLERKS, with: Reach::Related(ANSWERS), may: &[Acknowledge] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(ANSWERS), may: &[Answer] },
];
