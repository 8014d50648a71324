use super::model::ConsolidatedAction::{self, *};
use crate::authz::{Audience, DRAFTERS, LEADERS, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// "The consolidator reads always; the appraiser from hand-over; receiver, overseer and every agency that reported once
/// it is issued (that is when they become related), and UBND then too. The consolidator's officers gather and edit; its
/// leader hands over and issues; the appraiser's leader sends back or appraises."
pub const RULES: &[Rule<ConsolidatedAction>] = &[
    Rule {
        who: Who::Anyone,
        at: READERS,
        with: Reach::Related(
            Relations::OWNER.and(Relations::APPRAISER).and(Relations::RECEIVER).and(Relations::OVERSEER).and(Relations::REPORTER).and(Relations::PREDECESSOR),
        ),
        may: &[View],
    },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Any, may: &[Create] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::OWNER), may: &[Edit, Delete, Refresh, Correct] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::OWNER), may: &[HandOver, Issue] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::APPRAISER), may: &[SendBack, Appraise] },
];
