use super::model::{
    ObligationAction::{self, AskExtension, Assign, Enter, GrantExtension, RecordSending, RefuseExtension, Submit, Urge, WithdrawExtension},
    PeriodAction::{self, Close, Create, Expand, Open},
};
use crate::authz::{Audience, CLERKS, DRAFTERS, LEADERS, Position, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// Those who open periods: the receivers of the chain, and the focal point (for receivers without users).
const OPENERS: Relations = Relations::RECEIVER.and(Relations::FOCAL);
/// Those who name handlers inside an agency (RULES 3).
const NAMERS: &[Position] = &[Position::Leader, Position::Clerk];
/// Those who may enter what came on paper.
const ENTERERS: &[Position] = &[Position::Leader, Position::Officer, Position::Clerk];

/// "Everyone in the province sees that a period runs; leaders of the receivers and the focal point open and close it."
/// `create` is read against the caller's standing to the regime.
pub const RULES: &[Rule<PeriodAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Open(Audience::Province), may: &[PeriodAction::View] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(OPENERS), may: &[PeriodAction::View, Create, Open, Expand, Close] },
];

/// "Sender, its unit that handles it (`ADDRESSEE`), receiver, focal point and UBND look; the sender's people work on it; the receiver's leader grants time;
/// leaders of the receiver and the focal point urge, and those of UBND and its Office."
pub const OBLIGATION_RULES: &[Rule<ObligationAction>] = &[
    Rule {
        who: Who::Anyone,
        at: READERS,
        with: Reach::Related(Relations::OWNER.and(Relations::RECEIVER).and(Relations::FOCAL).and(Relations::ADDRESSEE).and(Relations::PREDECESSOR)),
        may: &[ObligationAction::View],
    },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Open(Audience::Overseers), may: &[ObligationAction::View] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::OWNER), may: &[Submit, AskExtension, WithdrawExtension] },
    Rule { who: Who::Anyone, at: NAMERS, with: Reach::Related(Relations::OWNER), may: &[Assign] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::OWNER), may: &[RecordSending] },
    Rule { who: Who::Anyone, at: CLERKS, with: Reach::Related(Relations::OWNER), may: &[RecordSending] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::RECEIVER), may: &[GrantExtension, RefuseExtension] },
    Rule { who: Who::Anyone, at: ENTERERS, with: Reach::Related(Relations::RECEIVER), may: &[Enter] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(OPENERS), may: &[Urge] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: LEADERS, with: Reach::Open(Audience::Overseers), may: &[Urge] },
];
