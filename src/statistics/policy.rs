use super::model::StatisticsAction::{self, *};
use crate::authz::{Function, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// Those who follow a plan or a regime as a whole.
pub const FOLLOW: Relations = Relations::OWNER.and(Relations::MONITOR).and(Relations::FOCAL).and(Relations::OVERSEER);

/// "UBND, the department of foreign affairs and the focal point see the figures of the whole province; an agency its own
/// and those of its units, and those of plans and regimes that it follows." Reports that show records, not figures, follow the policies of these records.
pub const RULES: &[Rule<StatisticsAction>] = &[
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Any, may: &[ViewProvince] },
    Rule { who: Who::Group(RoleGroup::SoNgoaiVu), at: READERS, with: Reach::Any, may: &[ViewProvince] },
    Rule { who: Who::Holder(Function::FocalPoint), at: READERS, with: Reach::Any, may: &[ViewProvince] },
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(FOLLOW), may: &[ViewFollowed] },
    Rule { who: Who::Anyone, at: READERS, with: Reach::Any, may: &[ViewOwn] },
];
