use super::model::UserAction::{self, *};
use crate::authz::{Position, READERS, Reach, Relations, Rule, Who};

/// "Colleagues see each other; an organisation's administrator manages its users; a system administrator manages all."
/// The relation OWNER stands for: the user holds or held a post in the caller's organisation, and for all but View: belongs to it alone.
pub const RULES: &[Rule<UserAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(Relations::OWNER), may: &[View] },
    Rule { who: Who::Anyone, at: &[Position::OrgAdmin], with: Reach::Related(Relations::OWNER), may: &[Create, Edit, Disable, Enable, Unlock, ResetPassword] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[View, Create, Edit, Disable, Enable, Unlock, ResetPassword] },
];
