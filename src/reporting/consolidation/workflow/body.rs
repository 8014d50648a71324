//! What a consolidated report says, as the plain text of its document: sections, figures, who is missing.

use super::super::model::{ConsolidatedFigure, Content, Report, shown::own_text};
use crate::{id::Id, words::Lang};
use chrono::NaiveDate;
use std::collections::HashSet;

/// The text of the report; `counted` are the obligations whose reports are in it.
pub(super) fn write(report: &Report, content: &Content, counted: &HashSet<Id>) -> String {
    let mut lines = vec![report.title.clone()];
    lines.extend(frame(report, content));
    for (at, section) in content.frame.outline.iter().enumerate() {
        lines.push(String::new());
        lines.push(format!("{}. {}", roman(at + 1), section.title));
        lines.extend(own_text(&content.texts, &section.key).map(str::to_owned));
        let said = content.contributions.iter().filter(|c| c.section == section.key && counted.contains(&c.obligation_id));
        lines.extend(said.map(|c| format!("- {}: {}", name(content, c.organization_id), c.text.trim())));
    }
    if !content.figures.is_empty() {
        lines.push(String::new());
        lines.push(format!("{}. Số liệu", roman(content.frame.outline.len() + 1)));
        lines.extend(content.figures.iter().map(figure));
    }
    if !content.missing.is_empty() {
        let names: Vec<String> =
            content.missing.iter().map(|m| format!("{} ({})", name(content, m.organization_id), m.why.label(Lang::Vi).to_lowercase())).collect();
        lines.push(String::new());
        lines.push(format!("Cơ quan chưa có báo cáo trong số liệu này: {}.", names.join("; ")));
    }
    lines.join("\n")
}

fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// Period, days of the figures, how many agencies report.
fn frame(report: &Report, content: &Content) -> Vec<String> {
    let frame = &content.frame;
    let period = frame.period.as_ref().unwrap_or(&frame.period_code);
    let window = frame.data_from.zip(frame.data_to).map(|(from, to)| format!(", số liệu từ ngày {} đến ngày {}", day(from), day(to))).unwrap_or_default();
    let mut lines = vec![format!("Kỳ báo cáo: {period}{window}.")];
    if report.expected > 0 {
        lines.push(format!("Số cơ quan có báo cáo: {}/{}.", report.reporting, report.expected));
    }
    lines
}

/// "- Số đoàn vào: 12 đoàn (3/5 cơ quan; số ước tính)", with the adjustment where there is one.
fn figure(f: &ConsolidatedFigure) -> String {
    let unit = f.unit.as_ref().map(|u| format!(" {u}")).unwrap_or_default();
    let value = f.effective().map_or_else(|| "không có số liệu".to_owned(), |value| format!("{value}{unit}"));
    let mut notes = vec![format!("{}/{} cơ quan", f.reporting, f.expected)];
    if f.estimated {
        notes.push("số ước tính".to_owned());
    }
    if let (Some(_), Some(total)) = (&f.adjusted_total, &f.total) {
        let why = f.adjustment_reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        notes.push(format!("tổng cộng {total}, đã điều chỉnh{why}"));
    }
    format!("- {}: {value} ({})", f.name, notes.join("; "))
}

fn name(content: &Content, organization: Id) -> String {
    content.frame.agencies.iter().find(|a| a.organization_id == organization).map_or_else(|| organization.to_string(), |a| a.name.clone())
}

/// Sections are numbered as official texts are.
fn roman(mut n: usize) -> String {
    let mut text = String::new();
    for (value, letters) in [(100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while n >= value {
            text.push_str(letters);
            n -= value;
        }
    }
    text
}
