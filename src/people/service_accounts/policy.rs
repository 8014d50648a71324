use super::model::ServiceAccountAction::{self, *};
use crate::authz::{Position, Reach, Relations, Rule, Who};

/// "An organisation's administrator manages its programs; a system administrator manages all." OWNER stands for: the
/// account belongs to the caller's organisation.
pub const RULES: &[Rule<ServiceAccountAction>] = &[
    Rule { who: Who::Anyone, at: &[Position::OrgAdmin], with: Reach::Related(Relations::OWNER), may: &[View, Create, Edit, Rotate, Revoke] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[View, Create, Edit, Rotate, Revoke] },
];
