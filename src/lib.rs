//! Nhịp Cầu: the service with which a Vietnamese province runs its people-to-people diplomacy.
//!
//! The order of the mounts in [`api`] is the map of the house: lowest floor first.

// ground
pub mod calendar;
pub mod config;
pub mod error;
pub mod id;
pub mod ontime;
pub mod page;
pub mod period;
pub mod schema;
pub mod secrecy;
pub mod text;
pub mod time;
pub mod words;
// tools
pub mod ask;
pub mod authz;
pub mod calendars;
pub mod db;
pub mod export;
pub mod feed;
pub mod filters;
pub mod flow;
pub mod http;
pub mod ics;
pub mod includes;
pub mod journal;
pub mod reading;
pub mod sequencer;
pub mod worker;
// slices, lowest first
pub mod audit;
pub mod calendar_days;
pub mod documents;
pub mod drafting;
pub mod exchange;
pub mod mandates;
pub mod mergers;
pub mod meta;
pub mod notices;
pub mod organizations;
pub mod people;
pub mod plans;
pub mod readings;
pub mod recommendations;
pub mod reporting;
pub mod statistics;
// assembly
pub mod seed;
pub mod server;
pub mod terminal;

pub use error::{Error, Result};

use actix_web::get;
use http::ServiceConfig;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_actix_web::{AppExt, scope};

/// What no slice says for itself.
#[derive(OpenApi)]
#[openapi(
    info(title = "Nhịp Cầu", description = "Theo dõi, tổng hợp, phối hợp, trao đổi thông tin đối ngoại nhân dân. Follows, consolidates, coordinates and exchanges information on people-to-people diplomacy.", contact(name = "Nhịp Cầu")),
    components(schemas(error::Problem, error::ProblemFault, id::Key, feed::Tombstone, feed::TombstoneReason)),
    servers((url = "/", description = "This installation")),
    tags(
        (name = "auth", description = "Đăng nhập · Signing in"),
        (name = "organizations", description = "Tỉnh, cơ quan, nhóm, chức năng · Provinces, organisations, groups, functions"),
        (name = "people", description = "Người dùng, chức danh · Users and posts"),
        (name = "documents", description = "Văn bản · Documents and their distribution"),
        (name = "plans", description = "Kế hoạch, nhiệm vụ, đôn đốc · Plans, tasks, urgings"),
        (name = "reporting", description = "Chế độ, kỳ, báo cáo, tổng hợp · Regimes, periods, submissions, consolidated reports"),
        (name = "readings", description = "Đọc văn bản, đề xuất hồ sơ · Texts read by machine, and the records made of them"),
        (name = "recommendations", description = "Khó khăn, vướng mắc, kiến nghị · Obstacles and recommendations"),
        (name = "statistics", description = "Báo cáo thống kê · Figures and reports"),
        (name = "events", description = "Dòng sự kiện · Event feed"),
        (name = "notifications", description = "Hộp việc · Inbox"),
        (name = "audit", description = "Nhật ký · Journal"),
        (name = "calendar", description = "Lịch làm việc · Working days"),
        (name = "meta", description = "Danh mục, tài liệu API · Code lists and this document")
    ),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Base;

struct Bearer;
impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
        let mut key = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("nhipcau_key_…").build();
        key.description = Some(format!(
            "Khóa của tài khoản dịch vụ, gửi như `Authorization: Bearer <khóa>`. Key of a service account, sent as `Authorization: Bearer <key>`. Scopes: {}.",
            authz::scopes::ServiceScope::ALL.iter().map(|s| format!("`{s}`")).collect::<Vec<_>>().join(", ")
        ));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", scheme);
        components.add_security_scheme(http::openapi::SERVICE_KEY, SecurityScheme::Http(key));
    }
}

/// This API as OpenAPI 3.1
#[utoipa::path(tag = "meta", security(()), responses((status = 200, description = "The document", body = db::Json)))]
#[get("/openapi.json")]
async fn get_openapi(call: http::Call) -> error::Result<actix_web::HttpResponse> {
    let document = call.house().contract.document.clone();
    call.answer(http::Answer::text(document))
}

/// The slices, mounted in floor order.
pub fn api(config: &mut ServiceConfig) {
    config.service(get_openapi);
    calendar_days::mount(config);
    organizations::mount(config);
    people::mount(config);
    documents::mount(config);
    plans::mount(config);
    reporting::mount(config);
    readings::mount(config);
    recommendations::mount(config);
    statistics::mount(config);
    drafting::mount(config);
    mandates::mount(config);
    mergers::mount(config);
    exchange::mount(config);
    notices::mount(config);
    audit::mount(config);
    meta::mount(config);
}

/// The finished OpenAPI document.
pub fn document() -> Result<serde_json::Value, serde_json::Error> {
    let (_, document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .service(scope::scope("/api/v1").configure(|c| api(&mut ServiceConfig::Describe(c))))
        .split_for_parts();
    let lists: Vec<&str> = exchange::KINDS.iter().map(|k| k.list).collect();
    Ok(http::openapi::finish(serde_json::to_value(document)?, &lists))
}

/// The document as it is committed; the test `the_committed_document_is_the_one_that_is_served` holds it against [`document`].
const PUBLISHED: &str = include_str!("../openapi/openapi.json");

/// The document that requests are checked against. A program under development describes itself; a release takes what was
/// committed, because to write it costs memory that no request ever needs again.
pub fn contract() -> Result<serde_json::Value, serde_json::Error> {
    if cfg!(debug_assertions) { document() } else { serde_json::from_str(PUBLISHED) }
}

/// The record of a collection that bears a code, for a path that names it so. Whether the caller may see it is for the
/// handler to say, as with an id.
pub fn by_code(conn: &mut db::Conn, actor: &authz::Actor, collection: &str, code: &str) -> Result<Option<id::Id>> {
    match collection {
        "plans" => plans::store::by_code(conn, code),
        "tasks" => plans::store::task_by_code(conn, code),
        "documents" => documents::store::by_code(conn, code),
        "recommendations" => recommendations::by_code(conn, code),
        "reporting-regimes" => reporting::regimes::by_code(conn, &actor.provinces, code),
        "reporting-periods" => reporting::periods::by_code(conn, code),
        "consolidated-reports" => reporting::consolidation::by_code(conn, actor, code),
        _ => Ok(None),
    }
}

/// The policy of every slice, one line a rule and act: slice, who, position, standing, act.
pub fn policy_matrix() -> String {
    let mut lines = Vec::new();
    policy_lines("provinces", organizations::provinces::RULES, |a| a.word(), &mut lines);
    policy_lines("organizations", organizations::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("organization_groups", organizations::groups::RULES, |a| a.word(), &mut lines);
    policy_lines("organization_functions", organizations::functions::RULES, |a| a.word(), &mut lines);
    policy_lines("calendar", calendar_days::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("calendar_feeds", notices::calendar::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("notifications", notices::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("audit_events", audit::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("users", people::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("service_accounts", people::service_accounts::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("documents", documents::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("deliveries", documents::deliveries::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("arrivals", documents::arrivals::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("reporting_regimes", reporting::regimes::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("reporting_periods", reporting::periods::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("reporting_obligations", reporting::periods::policy::OBLIGATION_RULES, |a| a.word(), &mut lines);
    policy_lines("report_submissions", reporting::submissions::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("consolidated_reports", reporting::consolidation::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("readings", readings::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("reading_proposals", readings::policy::PROPOSAL_RULES, |a| a.word(), &mut lines);
    policy_lines("recommendations", recommendations::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("statistics", statistics::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("report_jobs", statistics::jobs::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("plans", plans::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("tasks", plans::tasks::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("parts", plans::parts::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("extensions", plans::extensions::RULES, |a| a.word(), &mut lines);
    policy_lines("urgings", plans::urgings::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("events", exchange::policy::RULES, |a| a.word(), &mut lines);
    policy_lines("mergers", mergers::policy::RULES, |a| a.word(), &mut lines);
    for needed in authz::scopes::NEEDED {
        let scopes: Vec<&str> = if needed.one_of.is_empty() { vec!["any_scope"] } else { needed.one_of.iter().map(|s| s.word()).collect() };
        for (scope, method) in scopes.iter().flat_map(|s| needed.methods.iter().map(move |m| (s, m))) {
            lines.push(format!("scopes\tservice_account\t{scope}\t{}\t{method}", needed.tag));
        }
    }
    lines.sort();
    lines.dedup();
    lines.join("\n") + "\n"
}

fn policy_lines<A: Copy>(slice: &str, rules: &[authz::Rule<A>], word: impl Fn(A) -> &'static str, lines: &mut Vec<String>) {
    for rule in rules {
        let who = match rule.who {
            authz::Who::Anyone => "anyone".to_owned(),
            authz::Who::Group(group) => group.word().to_owned(),
            authz::Who::Holder(function) => format!("holder:{}", function.word()),
            authz::Who::SystemAdmin => "system_admin".to_owned(),
        };
        let standings: Vec<&str> = match rule.with {
            authz::Reach::Any => vec!["any"],
            authz::Reach::Open(authz::Audience::Related) => vec!["open:related"],
            authz::Reach::Open(authz::Audience::Overseers) => vec!["open:overseers"],
            authz::Reach::Open(authz::Audience::Province) => vec!["open:province"],
            authz::Reach::Related(bits) if bits.0 == i32::MAX => vec!["related"],
            authz::Reach::Related(bits) => authz::Relations::NAMES.iter().filter(|(_, bit)| bits.any(*bit)).map(|(name, _)| *name).collect(),
        };
        for position in rule.at {
            for standing in &standings {
                for act in rule.may {
                    lines.push(format!("{slice}\t{who}\t{position}\t{standing}\t{}", word(*act)));
                }
            }
        }
    }
}

/// Every life cycle by name, drawn as Mermaid.
pub fn flows() -> Vec<(&'static str, String)> {
    vec![
        ("documents", documents::workflow::FLOW.drawing()),
        ("deliveries", documents::deliveries::workflow::FLOW.drawing()),
        ("plans", plans::workflow::FLOW.drawing()),
        ("tasks", plans::occurrences::workflow::FLOW.drawing()),
        ("task-parts", plans::parts::workflow::FLOW.drawing()),
        ("extensions", plans::extensions::FLOW.drawing()),
        ("urgings", plans::urgings::workflow::FLOW.drawing()),
        ("reporting-regimes", reporting::regimes::workflow::FLOW.drawing()),
        ("reporting-periods", reporting::periods::workflow::FLOW.drawing()),
        ("obligation-extensions", reporting::periods::workflow::extensions::FLOW.drawing()),
        ("report-submissions", reporting::submissions::workflow::FLOW.drawing()),
        ("consolidated-reports", reporting::consolidation::workflow::APPRAISED.drawing()),
        ("consolidated-reports, no appraiser", reporting::consolidation::workflow::PLAIN.drawing()),
        ("readings", readings::workflow::FLOW.drawing()),
        ("reading-proposals", readings::workflow::PROPOSAL_FLOW.drawing()),
        ("recommendations", recommendations::workflow::FLOW.drawing()),
        ("calendar-feeds", notices::calendar::workflow::FLOW.drawing()),
        ("report-jobs", statistics::jobs::workflow::FLOW.drawing()),
        ("organizations", organizations::workflow::FLOW.drawing()),
        ("users", people::FLOW.drawing()),
        ("service-accounts", people::service_accounts::FLOW.drawing()),
    ]
}
