use super::model::PlanAction::{self, *};
use crate::authz::{Audience, DRAFTERS, Function, LEADERS, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// Relations that let an organisation read a plan or a task; `RECIPIENT` is the body through which a task is given, and a
/// unit that handles a part of it.
pub const READ: Relations = Relations::OWNER
    .and(Relations::LEAD)
    .and(Relations::COORDINATOR)
    .and(Relations::RECIPIENT)
    .and(Relations::APPROVER)
    .and(Relations::OVERSEER)
    .and(Relations::FOCAL)
    .and(Relations::MONITOR)
    .and(Relations::PARENT)
    .and(Relations::PREDECESSOR);

/// Those who follow the whole plan.
const FOLLOW: Relations = Relations::OWNER.and(Relations::MONITOR).and(Relations::FOCAL).and(Relations::OVERSEER);

/// "UBND, the department of foreign affairs and the focal point read all; others what they lead or coordinate. The owner
/// drafts; its leader assigns, activates and ends."
pub const RULES: &[Rule<PlanAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(READ), may: &[View] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View, Survey] },
    Rule { who: Who::Group(RoleGroup::SoNgoaiVu), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View, Survey] },
    Rule { who: Who::Holder(Function::FocalPoint), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View, Survey] },
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(FOLLOW), may: &[Survey] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Any, may: &[Create] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::OWNER), may: &[Edit, Delete, Draft] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::OWNER), may: &[Assign, Activate, ReExpand, Close, Supersede] },
];
