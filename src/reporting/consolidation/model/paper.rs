//! A consolidated report in the words and tables of the paper that is signed.

use super::{
    super::super::regimes::model::AcrossAgencies,
    ConsolidatedFigure, FigureComparison, ReportLateness, ReportMissingWhy,
    shown::{ConsolidatedReportSays, ConsolidatedReportView},
};
use crate::{
    export::paper::{Block, Column, MISSING, Table, capital, figure, short_date, value},
    id::Id,
    period::Period,
    words::Lang,
};
use chrono::NaiveDate;
use std::collections::HashMap;

/// Names that the paper uses.
#[derive(Debug)]
pub struct Names<'a> {
    /// Whose report it is.
    pub issuer: &'a str,
    /// To whom it reports.
    pub receiver: Option<&'a str>,
    /// Agencies by id, as lists have them.
    pub agencies: &'a HashMap<Id, String>,
}

impl Names<'_> {
    fn of(&self, id: Id) -> String {
        self.agencies.get(&id).cloned().unwrap_or_else(|| MISSING.to_owned())
    }
}

/// The summary (trích yếu): the title without the words that the kind above it says already.
pub fn summary(title: &str) -> String {
    let rest = title.strip_prefix("Báo cáo tổng hợp:").unwrap_or(title).trim();
    capital(rest.strip_prefix("Báo cáo ").unwrap_or(rest))
}

/// The period in words; what is no period stays as it is.
fn period_words(code: &str) -> String {
    code.parse::<Period>().map_or_else(|_| code.to_owned(), Period::in_words)
}

/// Everything between summary and signature.
pub fn body(view: &ConsolidatedReportView, names: &Names<'_>) -> Vec<Block> {
    let mut all = vec![Block::Text(opening(view, names))];
    sections(&mut all, &view.says, names);
    figures(&mut all, &view.says);
    comparison(&mut all, &view.says);
    reporting(&mut all, view, names);
    all.push(Block::Text(match names.receiver {
        Some(receiver) => format!("Trên đây là báo cáo tổng hợp, {} kính báo cáo {receiver} xem xét, chỉ đạo./.", names.issuer),
        None => format!("Trên đây là báo cáo tổng hợp của {}./.", names.issuer),
    }));
    all
}

fn opening(view: &ConsolidatedReportView, names: &Names<'_>) -> String {
    let says = &view.says;
    let period = says.period.as_deref().map(|p| format!(", kỳ báo cáo {}", period_words(p))).unwrap_or_default();
    let window = match (says.data_from, says.data_to) {
        (Some(from), Some(to)) => format!(" (số liệu từ ngày {} đến ngày {})", short_date(from), short_date(to)),
        _ => String::new(),
    };
    let gathered = match view.row.expected {
        0 => String::new(),
        expected => format!(" tổng hợp báo cáo của {}/{expected} cơ quan,", view.row.reporting),
    };
    let to = names.receiver.map(|r| format!(" báo cáo {r}")).unwrap_or_else(|| " báo cáo".to_owned());
    format!("Thực hiện chế độ báo cáo “{}”{period}{window}, {}{gathered}{to} như sau:", says.regime_name, names.issuer)
}

/// What the consolidator writes, and what the agencies wrote.
fn sections(all: &mut Vec<Block>, says: &ConsolidatedReportSays, names: &Names<'_>) {
    for section in &says.sections {
        all.push(Block::Heading(1, section.title.clone()));
        let has_both = section.text.is_some() && !section.contributions.is_empty();
        if has_both {
            all.push(Block::Heading(2, "Đánh giá chung".to_owned()));
        }
        all.extend(section.text.clone().map(Block::Text));
        if has_both {
            all.push(Block::Heading(2, "Báo cáo của các cơ quan".to_owned()));
        }
        all.extend(section.contributions.iter().map(|c| Block::Item(Some(names.of(c.organization_id)), c.text.clone())));
        if section.text.is_none() && section.contributions.is_empty() {
            all.push(Block::Remark("Chưa có nội dung.".to_owned()));
        }
    }
}

fn figures(all: &mut Vec<Block>, says: &ConsolidatedReportSays) {
    if says.figures.is_empty() {
        return;
    }
    let columns = vec![
        Column::centre("TT", 10),
        Column::left("Chỉ tiêu", 72),
        Column::centre("Đơn vị tính", 24),
        Column::right("Kết quả", 35),
        Column::centre("Số cơ quan có số liệu", 24),
    ];
    let row = |(at, f): (usize, &ConsolidatedFigure)| {
        let result = match f.across_agencies {
            AcrossAgencies::None => "không cộng".to_owned(),
            _ => format!("{}{}", value(f.effective(), f.estimated), if f.adjusted_total.is_some() { " (*)" } else { "" }),
        };
        vec![(at + 1).to_string(), f.name.clone(), f.unit.clone().unwrap_or_default(), result, format!("{}/{}", f.reporting, f.expected)]
    };
    all.push(Block::Heading(1, "Số liệu tổng hợp".to_owned()));
    all.push(Block::Table(Table { columns, rows: says.figures.iter().enumerate().map(row).collect() }));
    all.push(Block::Remark(
        "Ghi chú: “…” là chưa cơ quan nào có số liệu, không phải bằng 0; “(ước)” là số có phần ước thực hiện; n/N là số cơ quan có số liệu trên số cơ quan phải báo cáo.".to_owned(),
    ));
    for f in says.figures.iter().filter(|f| f.adjusted_total.is_some()) {
        let why = f.adjustment_reason.as_deref().unwrap_or(MISSING);
        all.push(Block::Remark(format!("(*) {}: cộng từ các báo cáo là {}; điều chỉnh do: {why}.", f.name, value(f.total.as_deref(), false))));
    }
}

/// The previous period, and the same one a year before where it is another.
fn comparison(all: &mut Vec<Block>, says: &ConsolidatedReportSays) {
    let previous = says.figures.iter().find_map(|f| f.previous.as_ref()).map(|c| c.period.as_str());
    let last_year = says.figures.iter().find_map(|f| f.same_period_last_year.as_ref()).map(|c| c.period.as_str());
    let shown: Vec<&str> = previous.into_iter().chain(last_year.filter(|p| Some(*p) != previous)).collect();
    if shown.is_empty() {
        return;
    }
    let of = |f: &ConsolidatedFigure, period: &str| [&f.previous, &f.same_period_last_year].into_iter().flatten().find(|c| c.period == period).cloned();
    let signed = |text: Option<&str>| match text {
        Some(text) if is_above_nought(text) => format!("+{}", figure(text)),
        text => value(text, false),
    };
    let mut columns = vec![Column::centre("TT", 9), Column::left("Chỉ tiêu", if shown.len() == 1 { 76 } else { 38 }), Column::right("Kỳ này", 22)];
    for period in &shown {
        columns.extend([Column::right(&capital(&period_words(period)), 22), Column::right("Tăng, giảm", 20), Column::right("%", 16)]);
    }
    let rows = says.figures.iter().enumerate().map(|(at, f)| {
        let mut row = vec![(at + 1).to_string(), f.name.clone(), value(f.effective(), false)];
        for period in &shown {
            let then: Option<FigureComparison> = of(f, period);
            let part = |of: fn(&FigureComparison) -> &Option<String>| then.as_ref().and_then(|c| of(c).as_deref());
            row.extend([value(part(|c| &c.total), false), signed(part(|c| &c.difference)), signed(part(|c| &c.percent))]);
        }
        row
    });
    let rows = rows.collect();
    all.push(Block::Heading(1, "So sánh với các kỳ trước".to_owned()));
    all.push(Block::Table(Table { columns, rows }));
}

fn is_above_nought(text: &str) -> bool {
    !text.starts_with('-') && text.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

/// n of N, who is missing and why, who came late, what was left out.
fn reporting(all: &mut Vec<Block>, view: &ConsolidatedReportView, names: &Names<'_>) {
    let says = &view.says;
    if view.row.expected == 0 {
        return;
    }
    let day = |day: Option<NaiveDate>| day.map_or_else(|| MISSING.to_owned(), short_date);
    all.push(Block::Heading(1, "Tình hình gửi báo cáo".to_owned()));
    all.push(Block::Text(format!("Đến ngày {}, {}/{} cơ quan báo cáo.", short_date(says.as_of), view.row.reporting, view.row.expected)));
    let is_overdue = |id: Id| says.late.iter().any(|l| l.obligation_id == id && l.how == ReportLateness::Overdue);
    if !says.missing.is_empty() {
        let columns =
            vec![Column::centre("TT", 10), Column::left("Cơ quan chưa có báo cáo", 85), Column::centre("Hạn gửi", 25), Column::left("Tình trạng", 45)];
        let rows = says.missing.iter().enumerate().map(|(at, m)| {
            let why = match m.why {
                ReportMissingWhy::NotSubmitted if is_overdue(m.obligation_id) => "Chưa gửi, quá hạn",
                why => why.label(Lang::Vi),
            };
            vec![(at + 1).to_string(), names.of(m.organization_id), day(m.due_on), why.to_owned()]
        });
        all.push(Block::Table(Table { columns, rows: rows.collect() }));
    }
    let late: Vec<_> = says.late.iter().filter(|l| l.how == ReportLateness::Late).collect();
    if !late.is_empty() {
        let columns = vec![Column::centre("TT", 10), Column::left("Cơ quan gửi muộn", 85), Column::centre("Hạn gửi", 25), Column::centre("Ngày gửi", 45)];
        let rows = late.iter().enumerate().map(|(at, l)| vec![(at + 1).to_string(), names.of(l.organization_id), day(l.due_on), day(l.handed_in_on)]);
        all.push(Block::Table(Table { columns, rows: rows.collect() }));
    }
    for source in &says.sources {
        if let Some(reason) = &source.left_out_reason {
            all.push(Block::Item(None, format!("Không tổng hợp báo cáo của {}: {reason}.", names.of(source.organization_id))));
        }
    }
}
