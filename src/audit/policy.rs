use super::model::AuditAction::{self, *};
use crate::authz::{Audience, LEADERS, Position, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// Relations of those who may read a record now, and so its history.
const ANY: Relations = Relations(i32::MAX);

/// "A leader of UBND sees the whole province; a system administrator sees that something was done, never the content of
/// business; each organisation sees the history of what it may read, and the content of what is its own."
pub const RULES: &[Rule<AuditAction>] = &[
    Rule { who: Who::Group(RoleGroup::Ubnd), at: LEADERS, with: Reach::Open(Audience::Related), may: &[View, ViewContent, ViewReads, Verify] },
    Rule { who: Who::SystemAdmin, at: &[Position::SystemAdmin], with: Reach::Any, may: &[View, ViewReads, Verify] },
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(ANY), may: &[View] },
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(Relations::OWNER), may: &[ViewContent] },
];

/// Kinds of record that are the system administrator's own business: their content is shown to that position.
pub const ADMINISTRATION: &[&str] = &[
    "province",
    "organization",
    "organization_group",
    "organization_function",
    "user",
    "post",
    "session",
    "service_account",
    "signing_key",
    "calendar",
    "merger",
];
