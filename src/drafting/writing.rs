//! Records as the plain sentences with which an official would begin a report.

use crate::{
    documents::Received,
    plans::{AgencyProgress, Work},
    recommendations::{Recommendation, model::KIND as RECOMMENDATION},
    reporting::submissions::model::FigureSource,
    words::Lang,
};
use chrono::NaiveDate;

/// Characters of one record's words, at most.
const WORDS: usize = 300;

/// A beginning, and the records that it is made of.
#[derive(Debug, Clone, Default)]
pub struct Written {
    pub text: String,
    pub sources: Vec<FigureSource>,
}

fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= WORDS { text } else { text.chars().take(WORDS).collect::<String>() + "…" }
}

fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// "2 nhiệm vụ: 1 hoàn thành đúng hạn, 1 quá hạn", then a line for each.
pub fn tasks(progress: Option<&AgencyProgress>, work: &[Work], to: NaiveDate) -> Written {
    let mut lines = Vec::new();
    if let Some(p) = progress.filter(|p| p.assigned > 0) {
        let counts = [
            (p.on_time, "hoàn thành đúng hạn"),
            (p.late, "hoàn thành chậm"),
            (p.no_deadline, "hoàn thành, không có hạn"),
            (p.awaiting, "đã báo cáo hoàn thành, chờ chấp nhận"),
            (p.running, "đang thực hiện"),
            (p.overdue, "quá hạn"),
            (p.waived, "được miễn hoặc đã hủy"),
        ];
        let said = counts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect::<Vec<_>>().join(", ");
        lines.push(format!("Được giao {} nhiệm vụ: {said}.", p.assigned));
    }
    if let Some(p) = progress.filter(|p| p.requested > 0) {
        lines.push(format!("Được đề nghị {} việc: {} việc đã làm.", p.requested, p.requested_done));
    }
    lines.extend(work.iter().filter(|w| !w.is_gone(to)).map(|w| line(w, to)));
    let sources = work.iter().filter(|w| !w.is_gone(to)).map(|w| FigureSource::record("task_part", w.part_id, Some(&w.task_code), &short(&w.content)));
    Written { text: lines.join("\n"), sources: sources.collect() }
}

fn line(w: &Work, to: NaiveDate) -> String {
    let place = w.place.as_ref().map(|p| format!("{p}. ")).unwrap_or_default();
    let called = w.called.as_ref().map(|c| format!(" ({c})")).unwrap_or_default();
    let stands = match (w.is_done(to), w.done_on) {
        (true, Some(done)) => {
            let verdict = match w.on_time {
                Some(true) => ", đúng hạn",
                Some(false) => ", chậm so với hạn",
                None => "",
            };
            let result = w.result.as_ref().map(|r| format!(" {}", short(r))).unwrap_or_default();
            format!("đã làm ngày {}{verdict}.{result}", day(done))
        }
        _ if w.is_overdue(to) => format!("quá hạn từ ngày {}.", w.last_day.map(day).unwrap_or_default()),
        _ => match w.percent {
            Some(percent) => format!("đang thực hiện, đạt {percent}%."),
            None => "đang thực hiện.".to_owned(),
        },
    };
    format!("- {place}{}{called}: {stands}", short(&w.content))
}

/// What was made known, to how many people.
pub fn papers(received: &[Received]) -> Written {
    let (mut lines, mut sources) = (Vec::new(), Vec::new());
    let known: Vec<&Received> = received.iter().filter(|r| r.disseminated_on.is_some()).collect();
    if !received.is_empty() {
        lines.push(format!("Tiếp nhận {} văn bản, đã quán triệt {} văn bản.", received.len(), known.len()));
    }
    for r in &known {
        let spread = r.dissemination.clone().unwrap_or_default();
        let form = spread.form.map(|f| format!(", hình thức: {}", short(&f))).unwrap_or_default();
        let people = spread.people_count.map(|n| format!(", {n} người")).unwrap_or_default();
        lines.push(format!("- {}: quán triệt ngày {}{form}{people}.", called(r), r.disseminated_on.map(day).unwrap_or_default()));
    }
    for r in received {
        sources.push(FigureSource::record("delivery", r.delivery_id, Some(&r.document_code), &called(r)));
    }
    Written { text: lines.join("\n"), sources }
}

fn called(r: &Received) -> String {
    let number = r.notation_text.clone().unwrap_or_else(|| r.document_code.clone());
    let issued = r.issued_on.map(|d| format!(" ngày {}", day(d))).unwrap_or_default();
    let summary = r.summary.as_ref().map(|s| format!(" ({})", short(s))).unwrap_or_default();
    format!("{number}{issued}{summary}")
}

/// Difficulties, obstacles or proposals, each with where it stands.
pub fn raised<'a>(all: impl Iterator<Item = &'a Recommendation>) -> Written {
    let (mut lines, mut sources) = (Vec::new(), Vec::new());
    for r in all {
        lines.push(format!("- {}: {} ({}; {}).", short(&r.title), short(&r.content), r.code, r.state.label(Lang::Vi).to_lowercase()));
        sources.push(FigureSource::record(RECOMMENDATION, r.id, Some(&r.code), &short(&r.title)));
    }
    Written { text: lines.join("\n"), sources }
}
