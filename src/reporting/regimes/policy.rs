use super::model::RegimeAction::{self, *};
use crate::authz::{Audience, DRAFTERS, Function, LEADERS, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// "Everyone in the province looks; the focal point and UBND draw regimes up and change them; their leaders archive."
pub const RULES: &[Rule<RegimeAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Open(Audience::Province), may: &[View] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: DRAFTERS, with: Reach::Any, may: &[Create] },
    Rule { who: Who::Holder(Function::FocalPoint), at: DRAFTERS, with: Reach::Any, may: &[Create] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: DRAFTERS, with: Reach::Open(Audience::Province), may: &[Edit] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: LEADERS, with: Reach::Open(Audience::Province), may: &[Archive] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::FOCAL), may: &[View, Edit] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::FOCAL), may: &[Archive] },
];
