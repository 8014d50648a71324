use super::model::NoticeAction::{self, *};
use crate::authz::{READERS, Reach, Rule, Who};

/// "Everyone with a desk has an inbox."
pub const RULES: &[Rule<NoticeAction>] = &[Rule { who: Who::Anyone, at: READERS, with: Reach::Any, may: &[View, Read] }];
