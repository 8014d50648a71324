//! The brief on one sheet of paper: of each list its first lines, as many as a page holds, under a heading that counts all.

use super::{Brief, BriefAgency, BriefDecision, BriefDuty, DecisionKind};
use crate::export::paper::{Block, Column, Table, clipped, short_date, value};

/// Lines of all tables together that a page holds.
const ROOM: usize = 15;
/// Characters of a title or agency, and of a code, that stand on one line of their columns.
const WORDS: usize = 26;
const CODE: usize = 19;
/// Characters of what the figures are narrowed to.
const ONLY: usize = 80;
/// What a list holds at most; there may be more to come.
const MOST: usize = 50;

/// What the sheet is about: its summary (trích yếu).
pub fn summary(brief: &Brief) -> String {
    format!("Tình hình nhiệm vụ và chế độ báo cáo đến ngày {}", short_date(brief.as_of))
}

/// Whose figures, until when, of which days; what they are narrowed to is told by `only`.
fn opening(brief: &Brief, scope: &str, only: &[String]) -> String {
    let filter = &brief.filter;
    let days = match (filter.period, filter.from, filter.to) {
        (Some(period), ..) => period.in_words(),
        (None, from, to) => {
            let part = |word: &str, day: Option<chrono::NaiveDate>| day.map(|day| format!("{word} ngày {}", short_date(day)));
            [part("từ", from), part("đến", to)].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    };
    let only: String = only.iter().map(|what| format!("; chỉ tính {}", clipped(what, ONLY))).collect();
    format!("Số liệu của {scope} đến hết ngày {}; tỷ lệ đúng hạn tính trong {days}{only}.", short_date(brief.as_of))
}

/// How many lines each list gets: one after the other in turn, so that a short list leaves its room to the others.
fn shares(lengths: [usize; 4]) -> [usize; 4] {
    let mut given = [0; 4];
    let mut left = ROOM;
    while left > 0 && given != lengths {
        for (given, length) in given.iter_mut().zip(lengths) {
            if *given < length && left > 0 {
                *given += 1;
                left -= 1;
            }
        }
    }
    given
}

/// Everything between summary and signature. `local` is an agency's name as lists of one province have it.
pub fn body(brief: &Brief, scope: &str, only: &[String], local: &dyn Fn(&str) -> String) -> Vec<Block> {
    let [overdue, below, upcoming, decisions] = shares([brief.overdue.len(), brief.below_target.len(), brief.upcoming.len(), brief.decisions.len()]);
    let mut all = vec![Block::Text(opening(brief, scope, only))];
    let heading = |title: &str, count: String, shown: usize, of: usize, which: &str| {
        let part = if shown < of { format!(" ({shown} {which})") } else { String::new() };
        Block::Heading(2, format!("{title}: {count}{part}"))
    };
    let at_most = |n: usize| if n < MOST { n.to_string() } else { format!("từ {n} trở lên") };
    let total = usize::try_from(brief.overdue_count).unwrap_or(usize::MAX);

    all.push(heading("Quá hạn", brief.overdue_count.to_string(), overdue, total, "việc quá hạn lâu nhất"));
    table(&mut all, duty_columns("Trễ"), brief.overdue.iter().take(overdue).map(|d| duty(d, d.working_days_late, local)));
    all.push(heading("Cơ quan đúng hạn dưới 80%", brief.below_target.len().to_string(), below, brief.below_target.len(), "cơ quan thấp nhất"));
    table(&mut all, agency_columns(), brief.below_target.iter().take(below).map(|a| agency(a, local)));
    all.push(heading("Đến hạn trong 14 ngày tới", at_most(brief.upcoming.len()), upcoming, brief.upcoming.len(), "việc đến hạn sớm nhất"));
    table(&mut all, duty_columns("Còn"), brief.upcoming.iter().take(upcoming).map(|d| duty(d, Some(d.days_left), local)));
    all.push(heading("Chờ quyết định", at_most(brief.decisions.len()), decisions, brief.decisions.len(), "việc chờ lâu nhất"));
    table(&mut all, decision_columns(), brief.decisions.iter().take(decisions).map(decision));
    all.push(Block::Remark("Ghi chú: trễ tính theo ngày làm việc, còn theo ngày; NV: nhiệm vụ, BC: báo cáo; “…” là chưa có số liệu.".to_owned()));
    all
}

fn table(all: &mut Vec<Block>, columns: Vec<Column>, rows: impl Iterator<Item = Vec<String>>) {
    let rows: Vec<Vec<String>> = rows.collect();
    all.push(if rows.is_empty() { Block::Item(None, "Không có.".to_owned()) } else { Block::Table(Table { columns, rows }) });
}

fn duty_columns(days: &str) -> Vec<Column> {
    vec![Column::left("Mã", 37), Column::left("Nội dung", 47), Column::left("Cơ quan", 47), Column::centre("Hạn", 20), Column::right(days, 14)]
}

fn agency_columns() -> Vec<Column> {
    let mut all = vec![Column::left("Cơ quan", 47)];
    for of in ["NV", "BC"] {
        all.extend([Column::right(&format!("{of} đúng hạn"), 18), Column::right(&format!("{of} muộn"), 16), Column::right(&format!("% {of}"), 17)]);
    }
    all.push(Column::right("Đôn đốc", 16));
    all
}

fn decision_columns() -> Vec<Column> {
    vec![Column::left("Việc", 37), Column::left("Mã", 37), Column::left("Nội dung", 54), Column::centre("Chờ từ", 20), Column::right("Số ngày", 17)]
}

fn duty(d: &BriefDuty, days: Option<i64>, local: &dyn Fn(&str) -> String) -> Vec<String> {
    vec![clipped(&d.code, CODE), clipped(&d.title, WORDS), called(&d.organization_name, local), short_date(d.due_on), number(days)]
}

fn agency(a: &BriefAgency, local: &dyn Fn(&str) -> String) -> Vec<String> {
    let counted = |n: i64| number(Some(n));
    vec![
        called(&a.organization_name, local),
        counted(a.tasks_on_time),
        counted(a.tasks_late),
        value(a.tasks_rate.as_deref(), false),
        counted(a.reports_on_time),
        counted(a.reports_late),
        value(a.reports_rate.as_deref(), false),
        counted(a.urged),
    ]
}

fn decision(d: &BriefDecision) -> Vec<String> {
    let what = match d.kind {
        DecisionKind::Completion => "Nhận hoàn thành",
        DecisionKind::TaskExtension => "Gia hạn nhiệm vụ",
        DecisionKind::ReportExtension => "Gia hạn báo cáo",
        DecisionKind::Submission => "Nhận báo cáo",
        DecisionKind::Appraisal => "Thẩm định",
        DecisionKind::Issue => "Ban hành",
        DecisionKind::Recommendation => "Trả lời kiến nghị",
        DecisionKind::DraftDocument => "Ký văn bản",
        DecisionKind::DraftReport => "Nộp báo cáo",
    };
    vec![what.to_owned(), clipped(&d.code, CODE), clipped(&d.title, WORDS), short_date(d.since), number(Some(d.days_waiting))]
}

/// An agency as a narrow column has it.
fn called(name: &str, local: &dyn Fn(&str) -> String) -> String {
    clipped(&local(name).replace("Ủy ban nhân dân", "UBND"), WORDS)
}

fn number(n: Option<i64>) -> String {
    value(n.map(|n| n.to_string()).as_deref(), false)
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_short_list_leaves_its_room_to_the_others() {
        assert_eq!(shares([20, 20, 20, 20]), [4, 4, 4, 3]);
        assert_eq!(shares([20, 2, 50, 1]), [6, 2, 6, 1]);
        assert_eq!(shares([3, 0, 0, 0]), [3, 0, 0, 0]);
        assert_eq!(shares([20, 0, 0, 0]), [15, 0, 0, 0]);
    }
}
