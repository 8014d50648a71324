use super::model::EventAction::{self, View};
use crate::authz::{READERS, Reach, Rule, Who};

/// "Everyone reads the feed; each event is there for whoever may read its record."
pub const RULES: &[Rule<EventAction>] = &[Rule { who: Who::Anyone, at: READERS, with: Reach::Any, may: &[View] }];
