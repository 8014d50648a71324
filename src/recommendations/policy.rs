use super::model::RecommendationAction::{self, *};
use crate::authz::{Audience, DRAFTERS, LEADERS, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// "Any organisation raises: its officers draft, its leader sends and in the end closes. The focal point reads, and its
/// leader answers or forwards; UBND reads what was sent, and its leader answers."
pub const RULES: &[Rule<RecommendationAction>] = &[
    Rule {
        who: Who::Anyone,
        at: READERS,
        with: Reach::Related(Relations::OWNER.and(Relations::FOCAL).and(Relations::ADDRESSEE).and(Relations::PREDECESSOR)),
        may: &[View],
    },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Any, may: &[Create] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::OWNER), may: &[Edit, Delete] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::OWNER), may: &[Send, Close] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::FOCAL), may: &[Forward] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::ADDRESSEE), may: &[Answer] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: LEADERS, with: Reach::Open(Audience::Overseers), may: &[Answer] },
];
