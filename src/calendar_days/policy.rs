use super::model::CalendarAction::{self, *};
use crate::authz::{Position, READERS, Reach, Rule, Who};

/// "Everyone counts with it; a system administrator installs a new one."
pub const RULES: &[Rule<CalendarAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Any, may: &[View] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[View, Install] },
];
