//! Who may do what. Policy is data: each slice owns a table of rules, this file only reads it.
//!
//! Two facts decide: what the caller is (role groups, functions, position) and how the caller's organisation is related
//! to the record. Relations are rows of the `access` table, written in the transaction that makes them true, so that the
//! gate of an item and the WHERE of a list read the same thing.

mod access;
pub mod scopes;

pub use access::{holds, relate, relate_many, relations, relations_to, repeat, unrelate};

use crate::{
    db::Conn,
    error::{Error, Result},
    id::Id,
    words,
};

words! {
    /// The four groups that the customer named (RULES 2).
    RoleGroup {
        Ubnd = "ubnd", "UBND tỉnh và Văn phòng UBND", "Provincial People's Committee and its Office";
        SoNgoaiVu = "so_ngoai_vu", "Sở Ngoại vụ", "Department of Foreign Affairs";
        LienHiep = "lien_hiep", "Liên hiệp các tổ chức hữu nghị", "Union of Friendship Organisations";
        CoQuan = "co_quan", "Cơ quan khác", "Other agency";
    }
}

words! {
    /// What a person may do inside an organisation.
    Position {
        Leader = "leader", "Lãnh đạo", "Leader: signs, approves";
        Officer = "officer", "Chuyên viên", "Officer: drafts";
        Clerk = "clerk", "Văn thư", "Clerk: registers and sends documents";
        Viewer = "viewer", "Người xem", "Viewer: reads";
        OrgAdmin = "org_admin", "Quản trị cơ quan", "Organisation administrator: manages its users";
        SystemAdmin = "system_admin", "Quản trị hệ thống", "System administrator: manages provinces, organisations and users";
    }
}

words! {
    /// A responsibility given to an organisation, with dates (chức năng).
    Function {
        ForeignAffairs = "foreign_affairs", "Quản lý nhà nước về đối ngoại", "State management of foreign affairs";
        Approver = "approver", "Phê duyệt", "Approver";
        MonitoringOffice = "monitoring_office", "Theo dõi, đôn đốc, thẩm định", "Monitoring office";
        FocalPoint = "focal_point", "Đầu mối tổng hợp", "Focal point";
        FriendshipUnion = "friendship_union", "Liên hiệp các tổ chức hữu nghị", "Union of Friendship Organisations";
        AidAppraiser = "aid_appraiser", "Thẩm định viện trợ", "Aid appraiser";
        BudgetReviewer = "budget_reviewer", "Rà soát kinh phí", "Budget reviewer";
        PersonnelGuide = "personnel_guide", "Hướng dẫn tổ chức, cán bộ", "Personnel guide";
        CommendationAdviser = "commendation_adviser", "Tham mưu khen thưởng", "Commendation adviser";
        Media = "media", "Thông tin, truyền thông", "Media";
        Overseer = "overseer", "Cấp ủy chỉ đạo", "Overseeing Party committee";
    }
}

/// How an organisation is related to a record; a set of bits in the `access` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relations(pub i32);

impl Relations {
    /// Related in no way.
    pub const NONE: Relations = Relations(0);
    /// Owns, issued, raised or authored it.
    pub const OWNER: Relations = Relations(1);
    /// Leads it or does a joint part of it.
    pub const LEAD: Relations = Relations(1 << 1);
    /// Coordinates.
    pub const COORDINATOR: Relations = Relations(1 << 2);
    /// Received it.
    pub const RECIPIENT: Relations = Relations(1 << 3);
    /// Receives the report.
    pub const RECEIVER: Relations = Relations(1 << 4);
    /// Appraises it.
    pub const APPRAISER: Relations = Relations(1 << 5);
    /// Approves it.
    pub const APPROVER: Relations = Relations(1 << 6);
    /// Directed it (a Party committee).
    pub const OVERSEER: Relations = Relations(1 << 7);
    /// Focal point of the plan or regime.
    pub const FOCAL: Relations = Relations(1 << 8);
    /// Monitors and urges.
    pub const MONITOR: Relations = Relations(1 << 9);
    /// A unit below it is related to the record.
    pub const PARENT: Relations = Relations(1 << 10);
    /// Receives at a later step of the chain.
    pub const LATER: Relations = Relations(1 << 11);
    /// A predecessor could read it; read-only (RULES 18).
    pub const PREDECESSOR: Relations = Relations(1 << 12);
    /// Addressed by it (an urging, a question).
    pub const ADDRESSEE: Relations = Relations(1 << 13);
    /// Reported for it (a consolidated report's authors).
    pub const REPORTER: Relations = Relations(1 << 14);
    /// Is the issuer's own office, whose clerk numbers and sends for it.
    pub const OFFICE: Relations = Relations(1 << 15);

    /// Names in the order of the bits, for the printed matrix.
    pub const NAMES: &'static [(&'static str, Relations)] = &[
        ("owner", Self::OWNER),
        ("lead", Self::LEAD),
        ("coordinator", Self::COORDINATOR),
        ("recipient", Self::RECIPIENT),
        ("receiver", Self::RECEIVER),
        ("appraiser", Self::APPRAISER),
        ("approver", Self::APPROVER),
        ("overseer", Self::OVERSEER),
        ("focal", Self::FOCAL),
        ("monitor", Self::MONITOR),
        ("parent", Self::PARENT),
        ("later", Self::LATER),
        ("predecessor", Self::PREDECESSOR),
        ("addressee", Self::ADDRESSEE),
        ("reporter", Self::REPORTER),
        ("office", Self::OFFICE),
    ];

    /// Both sets together.
    pub const fn and(self, other: Relations) -> Relations {
        Relations(self.0 | other.0)
    }
    /// Whether the sets share a relation.
    pub const fn any(self, of: Relations) -> bool {
        self.0 & of.0 != 0
    }
    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Who may read a record without being related to it. Stored beside the record, written by its workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Audience {
    /// Only those related to it.
    Related = 0,
    /// Also those who oversee the whole province (UBND, and Sở Ngoại vụ where the slice says so).
    Overseers = 1,
    /// Everyone in the province.
    Province = 2,
}

/// The person behind a request, read from the database on each request; the token only says which session.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user.
    pub user: Id,
    /// The session that the token names.
    pub session: Id,
    /// Sign-in name.
    pub username: String,
    /// The organisation that the token is for; none for a system administrator.
    pub organization: Option<Id>,
    /// Its parent organisation.
    pub parent: Option<Id>,
    /// Its province; none for a system administrator.
    pub province: Option<Id>,
    /// That province and those that it succeeded.
    pub provinces: Vec<Id>,
    /// What the person may do there.
    pub position: Position,
    /// Role groups of the organisation (RULES 2: it may have several).
    pub groups: Vec<RoleGroup>,
    /// Functions of the organisation that are valid today, with the plan or regime they are limited to.
    pub functions: Vec<(Function, Option<Id>)>,
    /// What a service account is allowed; none for a person.
    pub scopes: Option<Vec<scopes::ServiceScope>>,
}

impl Actor {
    /// Whether the organisation belongs to the group.
    pub fn is(&self, group: RoleGroup) -> bool {
        self.groups.contains(&group)
    }
    /// Whether the organisation holds the function for the whole province.
    pub fn holds(&self, function: Function) -> bool {
        self.functions.iter().any(|(f, scope)| *f == function && scope.is_none())
    }
    /// Whether it holds the function for the province or for this plan or regime.
    pub fn holds_for(&self, function: Function, scope: Id) -> bool {
        self.functions.iter().any(|(f, s)| *f == function && (s.is_none() || *s == Some(scope)))
    }
    /// Whether this is a system administrator, who reads no business record.
    pub fn is_system_admin(&self) -> bool {
        self.position == Position::SystemAdmin
    }
    /// The organisation, or 403 for a caller without one.
    pub fn organization(&self) -> Result<Id> {
        self.organization.ok_or_else(Error::forbidden)
    }
    /// The province, or 403 for a caller without one.
    pub fn province(&self) -> Result<Id> {
        self.province.ok_or_else(Error::forbidden)
    }
}

/// Whom a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Whoever has the relation.
    Anyone,
    /// Organisations of a role group.
    Group(RoleGroup),
    /// Holders of a function for the whole province.
    Holder(Function),
    /// System administrators.
    SystemAdmin,
}

/// How the caller must stand to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Related in one of these ways.
    Related(Relations),
    /// The record is open to this audience, in the caller's province.
    Open(Audience),
    /// No record yet, or any record at all.
    Any,
}

/// "This one, in these positions, standing so to the record, may do that."
#[derive(Debug)]
pub struct Rule<A: 'static> {
    /// Whom it is about.
    pub who: Who,
    /// In which positions.
    pub at: &'static [Position],
    /// How they stand to the record.
    pub with: Reach,
    /// What they may do.
    pub may: &'static [A],
}

/// All positions that read (every one except the system administrator's).
pub const READERS: &[Position] = &[Position::Leader, Position::Officer, Position::Clerk, Position::Viewer, Position::OrgAdmin];
/// Those who draft: an officer, and the leader, who does what an officer does.
pub const DRAFTERS: &[Position] = &[Position::Leader, Position::Officer];
/// Those who sign, assign, submit, accept, decide.
pub const LEADERS: &[Position] = &[Position::Leader];
/// Those who register, number, send, acknowledge.
pub const CLERKS: &[Position] = &[Position::Clerk];

/// How the caller stands to one record.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// The caller's organisation's relations.
    pub relations: Relations,
    /// Whom the record is open to, where it is of the caller's province; else nobody.
    pub audience: Audience,
    /// Whether the record belongs to the caller's province or one that it succeeded.
    pub same_province: bool,
}

impl Standing {
    /// Standing to what does not exist yet.
    pub const NEW: Standing = Standing { relations: Relations::NONE, audience: Audience::Related, same_province: true };
}

/// Whether some rule allows it.
pub fn may<A: PartialEq>(rules: &[Rule<A>], actor: &Actor, act: A, standing: Standing) -> bool {
    rules.iter().any(|rule| {
        rule.may.contains(&act)
            && rule.at.contains(&actor.position)
            && match rule.who {
                Who::Anyone => !actor.is_system_admin(),
                Who::Group(group) => actor.is(group),
                Who::Holder(function) => actor.holds(function),
                Who::SystemAdmin => actor.is_system_admin(),
            }
            && match rule.with {
                Reach::Related(relations) => standing.relations.any(relations),
                Reach::Open(audience) => standing.same_province && standing.audience >= audience,
                Reach::Any => true,
            }
    })
}

/// The gate: 404 for those who may not see it, 403 for those who may see but not do this.
pub fn permit<A: PartialEq + Copy>(rules: &[Rule<A>], actor: &Actor, view: A, act: A, standing: Standing) -> Result<()> {
    if !may(rules, actor, view, standing) {
        Err(Error::not_found())
    } else if may(rules, actor, act, standing) {
        Ok(())
    } else {
        Err(Error::forbidden())
    }
}

/// What a list shows to this caller: the same table read as a WHERE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The caller's organisation, whose relations make records visible.
    pub organization: Option<Id>,
    /// The caller's provinces.
    pub provinces: Vec<Id>,
    /// Records open to at least this audience are visible without a relation.
    pub audience: Option<Audience>,
    /// Whether records with one of these relations are visible.
    pub relations: Relations,
}

/// The scope of lists for this caller, or 403 where the position may never read them.
pub fn scope<A: PartialEq + Copy>(rules: &[Rule<A>], actor: &Actor, view: A) -> Result<Scope> {
    let mut scope = Scope { organization: actor.organization, provinces: actor.provinces.clone(), audience: None, relations: Relations::NONE };
    let mut any = false;
    for rule in rules.iter().filter(|r| r.may.contains(&view) && r.at.contains(&actor.position)) {
        let concerns = match rule.who {
            Who::Anyone => !actor.is_system_admin(),
            Who::Group(group) => actor.is(group),
            Who::Holder(function) => actor.holds(function),
            Who::SystemAdmin => actor.is_system_admin(),
        };
        if !concerns {
            continue;
        }
        any = true;
        match rule.with {
            Reach::Related(relations) => scope.relations = scope.relations.and(relations),
            Reach::Open(audience) => scope.audience = Some(scope.audience.map_or(audience, |a| a.min(audience))),
            Reach::Any => scope.audience = Some(Audience::Related),
        }
    }
    if any { Ok(scope) } else { Err(Error::forbidden()) }
}

/// How the caller stands to a record of a province that is open to an audience.
pub fn standing(conn: &mut Conn, actor: &Actor, kind: &str, record: Id, province: Id, audience: i32) -> Result<Standing> {
    let relations = relations(conn, kind, record, actor.organization)?;
    let audience = match audience {
        2 => Audience::Province,
        1 => Audience::Overseers,
        _ => Audience::Related,
    };
    Ok(Standing { relations, audience, same_province: actor.provinces.contains(&province) })
}

/// Writes the WHERE of a list: `visible!(tasks, scope, "task")` gives a boxed predicate over the table, which must have
/// the columns `id`, `province_id` and `audience`.
#[macro_export]
macro_rules! visible {
    ($table:ident, $scope:expr, $kind:expr) => {{
        use diesel::prelude::*;
        use $crate::schema::{access, $table};
        let scope: &$crate::authz::Scope = $scope;
        let related: Option<$crate::db::Predicate<$table::table>> = match (scope.organization, scope.relations.is_empty()) {
            (Some(organization), false) => Some(Box::new(
                $table::id.eq_any(access::table.filter(access::organization_id.eq(organization)).filter(access::kind.eq($kind)).select(access::record_id)),
            )),
            _ => None,
        };
        let open: Option<$crate::db::Predicate<$table::table>> = scope.audience.map(|audience| -> $crate::db::Predicate<$table::table> {
            match scope.provinces.as_slice() {
                [only] => Box::new($table::province_id.eq(*only).and($table::audience.ge(audience as i32))),
                all => Box::new($table::province_id.eq_any(all.to_vec()).and($table::audience.ge(audience as i32))),
            }
        });
        let predicate: $crate::db::Predicate<$table::table> = match (open, related) {
            (Some(open), Some(related)) => Box::new(open.or(related)),
            (Some(open), None) => open,
            (None, Some(related)) => related,
            (None, None) => Box::new(diesel::dsl::sql::<diesel::sql_types::Bool>("1 = 0")),
        };
        predicate
    }};
}
