//! What a program may be allowed to do: scopes, and which of them each operation takes. One table, shown in the OpenAPI
//! document and read from there by the gate.

use crate::words;

words! {
    /// What a service account may be allowed.
    ServiceScope {
        OrganizationsRead = "organizations:read", "Đọc tỉnh, cơ quan, nhóm, chức năng", "Read provinces, organisations, groups and functions";
        DocumentsRead = "documents:read", "Đọc văn bản, đến và đi", "Read documents, arrivals and deliveries";
        DocumentsExchange = "documents:exchange", "Trao đổi văn bản với quyền của văn thư", "Exchange documents with a clerk's rights";
        PlansRead = "plans:read", "Đọc kế hoạch, nhiệm vụ, đôn đốc", "Read plans, tasks and urgings";
        ReportsRead = "reports:read", "Đọc chế độ, kỳ, báo cáo, số liệu thống kê", "Read regimes, periods, reports and statistics";
        RecommendationsRead = "recommendations:read", "Đọc kiến nghị, vướng mắc", "Read recommendations and obstacles";
        EventsRead = "events:read", "Đọc dòng sự kiện", "Read the event feed";
    }
}

/// Operations of one tag, and what suffices for them.
#[derive(Debug)]
pub struct Needed {
    /// Tag in the OpenAPI document.
    pub tag: &'static str,
    /// Methods.
    pub methods: &'static [&'static str],
    /// One of these suffices; none at all: any account may.
    pub one_of: &'static [ServiceScope],
}

const READ: &[&str] = &["get"];
const WRITE: &[&str] = &["post", "patch", "delete"];

/// What no line names is for people alone.
pub const NEEDED: &[Needed] = &[
    Needed { tag: "auth", methods: READ, one_of: &[] },
    Needed { tag: "meta", methods: READ, one_of: &[] },
    Needed { tag: "calendar", methods: READ, one_of: &[] },
    Needed { tag: "organizations", methods: READ, one_of: &[ServiceScope::OrganizationsRead] },
    Needed { tag: "documents", methods: READ, one_of: &[ServiceScope::DocumentsRead, ServiceScope::DocumentsExchange] },
    Needed { tag: "documents", methods: WRITE, one_of: &[ServiceScope::DocumentsExchange] },
    Needed { tag: "plans", methods: READ, one_of: &[ServiceScope::PlansRead] },
    Needed { tag: "reporting", methods: READ, one_of: &[ServiceScope::ReportsRead] },
    Needed { tag: "statistics", methods: READ, one_of: &[ServiceScope::ReportsRead] },
    Needed { tag: "recommendations", methods: READ, one_of: &[ServiceScope::RecommendationsRead] },
    Needed { tag: "events", methods: READ, one_of: &[ServiceScope::EventsRead] },
];

/// What an operation takes: none where it is for people alone.
pub fn needed(tag: &str, method: &str) -> Option<&'static [ServiceScope]> {
    NEEDED.iter().find(|n| n.tag == tag && n.methods.contains(&method)).map(|n| n.one_of)
}
