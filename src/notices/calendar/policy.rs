use super::model::CalendarFeedAction::{self, *};
use crate::authz::{READERS, Reach, Relations, Rule, Who};

/// "Everyone has calendars of their own, and nobody those of others." OWNER stands for: made by this person for this
/// organisation.
pub const RULES: &[Rule<CalendarFeedAction>] =
    &[Rule { who: Who::Anyone, at: READERS, with: Reach::Related(Relations::OWNER), may: &[View, Create, Rotate, Revoke] }];
