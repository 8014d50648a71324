use super::model::OrganizationAction::{self, *};
use crate::authz::{Audience, DRAFTERS, Position, READERS, Reach, RoleGroup, Rule, Who};

/// "Everyone in the province looks; a system administrator manages; an officer of UBND proposes."
pub const RULES: &[Rule<OrganizationAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Open(Audience::Province), may: &[View] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[View, Create, Edit, Confirm, Reject, Archive] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: DRAFTERS, with: Reach::Any, may: &[Propose] },
];
