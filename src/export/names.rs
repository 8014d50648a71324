//! What files are called: the list's name in the language asked for, and the day.

use crate::{text, words::Lang};
use chrono::NaiveDate;

/// Names of what can be taken as a file, by operation.
const NAMES: &[(&str, &str, &str)] = &[
    ("list_access_events", "Nhật ký truy cập", "Access log"),
    ("list_arrivals", "Sổ văn bản đến", "Arrivals"),
    ("list_attachments", "Tệp đính kèm", "Attachments"),
    ("list_audit_events", "Nhật ký", "Journal"),
    ("list_calendar_feeds", "Lịch hạn", "Calendars of due dates"),
    ("list_consolidated_reports", "Báo cáo tổng hợp", "Consolidated reports"),
    ("get_consolidated_report", "Báo cáo tổng hợp", "Consolidated report"),
    ("list_deliveries", "Gửi nhận văn bản", "Deliveries"),
    ("list_document_deliveries", "Nơi nhận văn bản", "Deliveries of a document"),
    ("list_document_numbers", "Sổ số văn bản", "Document numbers"),
    ("list_documents", "Văn bản", "Documents"),
    ("list_extensions", "Xin gia hạn", "Extensions"),
    ("list_mergers", "Hợp nhất", "Mergers"),
    ("list_notifications", "Hộp việc", "Inbox"),
    ("list_organization_functions", "Chức năng của cơ quan", "Functions"),
    ("list_organization_groups", "Nhóm cơ quan", "Groups of organisations"),
    ("list_organizations", "Cơ quan, tổ chức", "Organisations"),
    ("list_plan_progress", "Tiến độ của các cơ quan", "Progress by agency"),
    ("list_plans", "Kế hoạch", "Plans"),
    ("list_provinces", "Tỉnh, thành phố", "Provinces"),
    ("list_readings", "Văn bản đã đọc", "Readings"),
    ("list_reading_proposals", "Đề xuất của bản đọc", "Proposals of a reading"),
    ("list_recommendations", "Khó khăn, vướng mắc, kiến nghị", "Recommendations"),
    ("list_report_submissions", "Báo cáo đã nộp", "Submissions"),
    ("list_reporting_obligations", "Nghĩa vụ báo cáo", "Reporting obligations"),
    ("list_reporting_periods", "Kỳ báo cáo", "Reporting periods"),
    ("list_reporting_regimes", "Chế độ báo cáo", "Reporting regimes"),
    ("list_service_accounts", "Tài khoản dịch vụ", "Service accounts"),
    ("list_task_occurrences", "Các lần thực hiện", "Occurrences of a task"),
    ("list_task_parts", "Phần việc", "Parts of tasks"),
    ("list_task_progress", "Tiến độ nhiệm vụ", "Progress of a task"),
    ("get_task_progress", "Tiến độ thực hiện nhiệm vụ", "Progress of tasks"),
    ("get_reporting_rates", "Chấp hành chế độ báo cáo", "Reports handed in"),
    ("get_incoming_documents", "Sổ văn bản đến", "Register of incoming documents"),
    ("get_outgoing_documents", "Sổ văn bản đi", "Register of outgoing documents"),
    ("get_document_distribution", "Gửi, nhận, quán triệt văn bản", "Distribution of a document"),
    ("get_open_obstacles", "Khó khăn, vướng mắc chưa giải quyết", "Open obstacles"),
    ("get_issued_figures", "Báo cáo tổng hợp đã ban hành", "Issued consolidated reports"),
    ("get_leaders_brief", "Báo cáo nhanh phục vụ lãnh đạo", "Brief for leaders"),
    ("list_report_jobs", "Báo cáo định kỳ", "Saved reports"),
    ("list_report_job_runs", "Các lần chạy báo cáo", "Runs of a saved report"),
    ("list_tasks", "Nhiệm vụ", "Tasks"),
    ("list_urgings", "Đôn đốc", "Urgings"),
    ("list_users", "Người dùng", "Users"),
];

/// What the answer of an operation is called as a file; none where it has no name yet.
pub fn title(operation: &str, lang: Lang) -> Option<&'static str> {
    NAMES.iter().find(|(id, ..)| *id == operation).map(|(_, vi, en)| lang.pick(vi, en))
}

/// `Nhiệm vụ 2026-11-22.csv`
pub(crate) fn file_name(title: &str, day: NaiveDate, ending: &str) -> String {
    format!("{title} {day}.{ending}")
}

/// RFC 6266 with the name in both forms: letters for old readers, RFC 8187 for Vietnamese.
pub fn disposition(name: &str) -> String {
    let plain: String = text::fold(name).chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let mut full = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            full.push(char::from(byte));
        } else {
            full.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}
