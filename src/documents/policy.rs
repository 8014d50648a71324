use super::kinds::DocumentAction::{self, *};
use crate::authz::{Audience, CLERKS, DRAFTERS, LEADERS, READERS, Reach, Relations, RoleGroup, Rule, Who};

/// Those who read a document because of what they have to do with it.
const READ: Relations = Relations::OWNER.and(Relations::RECIPIENT).and(Relations::RECEIVER).and(Relations::PREDECESSOR).and(Relations::OFFICE);
/// The issuing organisation.
const ISSUER: Reach = Reach::Related(Relations::OWNER);
/// The organisation whose own copy it is.
const COPYHOLDER: Reach = Reach::Related(Relations::RECEIVER);

/// "The issuer drafts, its leader signs, its clerk numbers and sends; a clerk registers what came from outside; issuer and
/// recipients read, UBND and Sở Ngoại vụ read what state bodies have issued without limit. From signing on the clerk of
/// the issuer's own office (Văn phòng) numbers and sends for it."
pub const RULES: &[Rule<DocumentAction>] = &[
    Rule { who: Who::Anyone, at: READERS, with: Reach::Related(READ), may: &[View] },
    Rule { who: Who::Group(RoleGroup::Ubnd), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Group(RoleGroup::SoNgoaiVu), at: READERS, with: Reach::Open(Audience::Overseers), may: &[View] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: Reach::Any, may: &[Draft] },
    Rule { who: Who::Anyone, at: CLERKS, with: Reach::Any, may: &[Register] },
    Rule { who: Who::Anyone, at: DRAFTERS, with: ISSUER, may: &[Edit, Delete, Attach] },
    Rule { who: Who::Anyone, at: LEADERS, with: ISSUER, may: &[Sign, Recall, Supersede] },
    Rule { who: Who::Anyone, at: CLERKS, with: ISSUER, may: &[Issue, FillIn, Attach] },
    Rule { who: Who::Anyone, at: CLERKS, with: Reach::Related(Relations::OFFICE), may: &[Issue, FillIn, Attach] },
    Rule { who: Who::Anyone, at: CLERKS, with: COPYHOLDER, may: &[Edit, FillIn, Attach] },
];
