//! What a saved report may be asked for.

use super::{ReportFormat, ReportWindow};
use crate::{
    error::{Error, Fault},
    statistics::{
        jobs::schedule::Schedule,
        model::{ReportFilter, ReportKind},
    },
};

/// What is wrong with what a saved report is to show.
pub fn faults(report: ReportKind, filter: &ReportFilter, window: Option<ReportWindow>, format: ReportFormat, schedule: Option<&Schedule>) -> Vec<Fault> {
    let mut faults = schedule.map(Schedule::faults).unwrap_or_default();
    let (days, agency, plan, regime, document) = match report {
        ReportKind::TaskProgress | ReportKind::OpenObstacles | ReportKind::LeadersBrief => (true, true, true, false, false),
        ReportKind::ReportingRates | ReportKind::ConsolidatedReport => (true, true, true, true, false),
        ReportKind::IncomingDocuments | ReportKind::OutgoingDocuments => (true, true, false, false, false),
        ReportKind::DocumentDistribution => (false, true, false, false, true),
    };
    for (member, takes, given) in [
        ("period", days, filter.period.is_some()),
        ("from", days, filter.from.is_some()),
        ("to", days, filter.to.is_some()),
        // A run is as of its own day.
        ("as_of", false, filter.as_of.is_some()),
        ("organization_id", agency, filter.organization_id.is_some()),
        ("plan_id", plan, filter.plan_id.is_some()),
        ("regime_id", regime, filter.regime_id.is_some()),
        ("document_id", document, filter.document_id.is_some()),
    ] {
        if given && !takes {
            let place = format!("/filter/{member}");
            faults.push(Fault::at(place, "not_applicable", "Báo cáo này không dùng trường này.", "This report does not take this member."));
        }
    }
    if format == ReportFormat::Docx && !matches!(report, ReportKind::LeadersBrief | ReportKind::ConsolidatedReport) {
        faults.push(Fault::at("/format", "not_applicable", "Báo cáo này là bảng, không có bản DOCX.", "This report is a table and no paper."));
    }
    if document && filter.document_id.is_none() {
        faults.push(Fault::at("/filter/document_id", "required", "Hãy nêu văn bản.", "Name the document."));
    }
    if window.is_some() && !days {
        faults.push(Fault::at("/window", "not_applicable", "Báo cáo này không theo kỳ.", "This report is of no stretch of days."));
    }
    if window.is_some() && (filter.period.is_some() || filter.from.is_some() || filter.to.is_some()) {
        faults.push(Fault::at("/window", "one_of", "Chỉ ghi khoảng chuyển dịch hoặc kỳ cố định.", "Name a moving stretch or a fixed one."));
    }
    if let Err(Error::Refused(refusal)) = filter.days() {
        faults.extend(refusal.faults.into_iter().map(|f| Fault { pointer: format!("/filter/{}", f.pointer), ..f }));
    }
    faults
}
