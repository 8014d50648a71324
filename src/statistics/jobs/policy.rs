use super::model::ReportJobAction::{self, *};
use crate::authz::{DRAFTERS, READERS, Reach, Relations, Rule, Who};

/// "A saved report is its organisation's own: everybody there looks, officers and leaders save, run and end it. What a
/// predecessor has left, its successors look at and have made again to compare."
pub const RULES: &[Rule<ReportJobAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(Relations::OWNER.and(Relations::PREDECESSOR)), may: &[View] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Any, may: &[Create] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::OWNER), may: &[Edit, Run, Cancel, Verify, Pause, Resume, Archive] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Related(Relations::PREDECESSOR), may: &[Verify] },
];
