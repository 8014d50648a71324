use super::kinds::{ReadingAction as Act, ReadingProposalAction as On};
use crate::authz::{DRAFTERS, Position, READERS, Reach, Relations, Rule, Who};

/// Those who work on a reading: drafters, and the clerk whose mail it may have come with.
const HANDLERS: &[Position] = &[Position::Leader, Position::Officer, Position::Clerk];
/// The organisation that had the text read.
const OWN: Reach = Reach::Related(Relations::OWNER);

/// "A reading is its organisation's own: everybody there looks, leader, officer and clerk have texts read and decide on
/// what they propose; who drafts documents and plans makes the records."
pub const RULES: &[Rule<Act>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(Relations::OWNER.and(Relations::PREDECESSOR)), may: &[Act::View] },
    Rule { who: Who::Anyone, at: HANDLERS, with: Reach::Any, may: &[Act::Create] },
    Rule { who: Who::Anyone, at: HANDLERS, with: OWN, may: &[Act::Accept, Act::Reject, Act::Discard, Act::Delete] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: OWN, may: &[Act::Apply] },
];

/// "A proposal goes with its reading."
pub const PROPOSAL_RULES: &[Rule<On>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(Relations::OWNER.and(Relations::PREDECESSOR)), may: &[On::View] },
    Rule { who: Who::Anyone, at: HANDLERS, with: OWN, may: &[On::Edit, On::Accept, On::Reject, On::Reopen] },
];
