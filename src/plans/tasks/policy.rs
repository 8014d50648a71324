use super::model::TaskAction::{self, *};
use crate::{
    authz::{Audience, DRAFTERS, Function, LEADERS, READERS, Reach, Relations, RoleGroup, Rule, Who},
    plans::policy::READ,
};

const ACCEPTS: Relations = Relations::OWNER.and(Relations::MONITOR);
const URGES: Relations = Relations::OWNER.and(Relations::MONITOR).and(Relations::FOCAL).and(Relations::PARENT);

/// "UBND, the department of foreign affairs and the focal point read all; others what they or their units lead or
/// coordinate. The owner assigns; the lead records and proposes; the owner or the monitoring office accepts; UBND, the
/// focal point, the owner, the monitoring office and an agency towards its own units urge."
///
/// `LEAD` is held by whoever leads, and by those who do a joint part of a task that nobody leads.
pub const RULES: &[Rule<TaskAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(READ), may: &[View] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Group(RoleGroup::SoNgoaiVu), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Holder(Function::FocalPoint), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::OWNER), may: &[Edit, Delete, OpenOccurrence, Progress] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::OWNER), may: &[Assign, Reassign, Redate, Cancel] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(ACCEPTS), may: &[Accept, Return, GrantExtension] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::LEAD), may: &[Start, Propose, Progress, AskExtension, OpenOccurrence] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::COORDINATOR), may: &[AskExtension] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::LEAD), may: &[Decline] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(URGES), may: &[Urge] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: LEADERS, with: Reach::Open(Audience::Overseers), may: &[Urge] },
    Rule { who: Who::Holder(Function::FocalPoint), at: LEADERS, with: Reach::Open(Audience::Overseers), may: &[Urge] },
];
