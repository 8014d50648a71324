use super::model::SubmissionAction::{self, *};
use crate::authz::{Audience, DRAFTERS, LEADERS, Position, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// Who reads: the author; from submission on receiver, appraiser and later receivers (RULES 1); who enters it for another.
const LOOKERS: Relations =
    Relations::OWNER.and(Relations::RECEIVER).and(Relations::APPRAISER).and(Relations::LATER).and(Relations::LEAD).and(Relations::PREDECESSOR);
/// Those who may enter what came on paper (RULES 4): officers and leaders of the receiver, and its clerk.
const ENTERERS: &[Position] = &[Position::Leader, Position::Officer, Position::Clerk];

/// "The author drafts, its leader hands in; the receiver's leader accepts or returns; UBND reads what was handed in.
/// The receiver holds the pen (`lead`) of what it enters for an agency outside the system."
pub const RULES: &[Rule<SubmissionAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(LOOKERS), may: &[View] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::OWNER), may: &[Edit, Delete] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::OWNER), may: &[Submit, Confirm] },
    Rule { who: Who::Anyone, at: ENTERERS, with: Reach::Related(Relations::LEAD), may: &[Edit, Delete, Submit] },
    Rule { who: Who::Anyone, at: LEADERS, with: Reach::Related(Relations::RECEIVER), may: &[Accept, Return] },
];
