//! Official papers as DOCX, laid out as Decree 30/2020/NĐ-CP (Annex I) has it, or as the Party does.
//!
//! Written without a DOCX library: the one at hand neither repeats a table's head on each page nor keeps the members of a
//! paragraph in the schema's order.

mod package;
mod word;

use super::paper::{Block, Layout, Paper, Side, Table};
use crate::error::Result;
use package::Sheet;
use word::{Align, Para, Row, Run, para, rule, run, twips};

/// Margins in millimetres, within the Decree's 20–25 (top, bottom), 30–35 (left) and 15–20 (right).
const TOP: u32 = 20;
const BOTTOM: u32 = 20;
const LEFT: u32 = 30;
const RIGHT: u32 = 15;
/// What they leave of the sheet's 210.
const WIDTH: u32 = 210 - LEFT - RIGHT;
/// The columns of the head in tenths of a millimetre: issuer and number; national title (87.7 mm at 12 points), place and
/// date. They reach 1.5 mm into both margins, so that `Liên hiệp các tổ chức hữu nghị` stands on one line; letters do not.
const HEAD: [u32; 2] = [775, 905];
/// The left column of the foot: recipients.
const RECIPIENTS: u32 = 80;
/// Twips between paragraphs: six points, the least that the Decree allows.
const GAP: u32 = 120;
/// The first line begins one centimetre in.
const INDENT: u32 = 567;

/// The paper as a file.
pub fn render(paper: &Paper) -> Result<Vec<u8>> {
    let mut out = String::with_capacity(16_384);
    head(&mut out, paper);
    title(&mut out, paper);
    body(&mut out, paper);
    // A sheet for the desk has neither recipients nor signature.
    if !paper.recipients.is_empty() {
        foot(&mut out, paper);
    }
    // A document ends with a paragraph, not with a table.
    para(Align::Left, [run("", 1)]).write(&mut out);
    package::pack(&Sheet {
        top: twips(TOP),
        bottom: twips(BOTTOM),
        left: twips(LEFT),
        right: twips(RIGHT),
        body: &out,
        title: &paper.summary,
        creator: &paper.agency,
        day: paper.as_of,
    })
}

/// Issuer and number on the left; national title (or the Party's), place and date on the right.
fn head(out: &mut String, paper: &Paper) {
    let [left, right] = HEAD.map(|tenths| twips(tenths) / 10);
    let centred = |run: Run| para(Align::Centre, [run]);
    let is_state = paper.layout == Layout::State;
    // The Party's sizes are 14 and 15 (guideline 36-HD/VPTW of 2018; unconfirmed against the one of 2026).
    let size = if is_state { 12 } else { 14 };
    let mut issuer: Vec<Para> = Vec::new();
    issuer.extend(paper.superior.as_deref().map(|above| centred(run(broken(&above.to_uppercase(), left, size, false), size))));
    let agency = broken(&paper.agency.to_uppercase(), left, size, true);
    let longest = agency.lines().map(|line| width(line, size, true)).max().unwrap_or_default();
    issuer.push(centred(run(agency, size).bold()));
    if is_state {
        // A line below, a third to a half as long as the name.
        issuer.push(rule(left, longest * 2 / 5, 60));
    } else {
        // The Party sets an asterisk (unconfirmed).
        issuer.push(centred(run("*", size)));
    }
    let nation = if is_state {
        let motto = "Độc lập - Tự do - Hạnh phúc";
        // The line below is as long as the motto: 56 mm at 13 points.
        vec![centred(run("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12).bold()), centred(run(motto, 13).bold()), rule(right, twips(56), 60)]
    } else {
        vec![centred(run("ĐẢNG CỘNG SẢN VIỆT NAM", 15).bold()), rule(right, twips(73), 60)]
    };
    let number = paper.number_line().map(|line| centred(run(line, if is_state { 13 } else { 14 }))).unwrap_or_else(|| centred(run("", 13)));
    let date = centred(run(paper.date_line(), if is_state { 13 } else { 14 }).italic());
    let rows = [vec![issuer, nation], vec![vec![number.spaced(60, 0)], vec![date.spaced(60, 0)]]].map(|cells| Row { cells, is_head: false });
    word::table(out, &[left, right], false, &rows);
}

/// Kind and summary, a line below; then whom it is addressed to.
fn title(out: &mut String, paper: &Paper) {
    let is_state = paper.layout == Layout::State;
    let (kind, summary) = if is_state { (14, 14) } else { (16, 14) };
    let before = if paper.is_compact { 120 } else { 240 };
    para(Align::Centre, [run(paper.kind.to_uppercase(), kind).bold()]).spaced(before, 0).keep_next().write(out);
    para(Align::Centre, [run(&paper.summary, summary).bold()]).keep_next().write(out);
    let after = if paper.is_compact { 60 } else { 160 };
    if is_state {
        let length = width(&paper.summary, summary, true).min(twips(WIDTH)) * 2 / 5;
        rule(twips(WIDTH), length, after).write(out);
    } else {
        // Five hyphens (unconfirmed).
        para(Align::Centre, [run("-----", 14)]).spaced(0, after).write(out);
    }
    match paper.addressees.as_slice() {
        [] => {}
        [one] => para(Align::Centre, [run(format!("Kính gửi: {one}"), 14)]).spaced(GAP, GAP).write(out),
        several => {
            para(Align::Centre, [run("Kính gửi:", 14)]).spaced(GAP, 0).write(out);
            for (at, line) in several.iter().enumerate() {
                let stop = if at + 1 == several.len() { "." } else { ";" };
                para(Align::Left, [run(format!("- {line}{stop}"), 14)]).first_line(twips(50)).write(out);
            }
        }
    }
}

fn body(out: &mut String, paper: &Paper) {
    let points = if paper.is_compact { 13 } else { 14 };
    let line = if paper.is_compact { 240 } else { 264 };
    let text = |runs: Vec<Run>| para(Align::Justified, runs).spaced(0, GAP).line(line).first_line(INDENT);
    let mut counts = [0_usize; 3];
    for block in &paper.body {
        match block {
            Block::Heading(level, words) => {
                let mark = mark(&mut counts, *level);
                let heading = match level {
                    1 => run(format!("{mark} {}", words.to_uppercase()), points).bold(),
                    2 => run(format!("{mark} {words}"), points).bold(),
                    _ => run(format!("{mark} {words}"), points),
                };
                text(vec![heading]).spaced(if *level == 1 { 60 } else { 0 }, GAP).outline(*level).write(out);
            }
            Block::Text(words) => words.lines().filter(|l| !l.trim().is_empty()).for_each(|l| text(vec![run(l.trim(), points)]).write(out)),
            Block::Item(head, words) => {
                let mut lines = words.lines().map(str::trim).filter(|l| !l.is_empty());
                let first = lines.next().unwrap_or_default();
                let runs = match head {
                    Some(head) => vec![run(format!("- {head}: "), points).bold(), run(first, points)],
                    None => vec![run(format!("- {first}"), points)],
                };
                text(runs).write(out);
                lines.for_each(|l| text(vec![run(l, points)]).write(out));
            }
            Block::Remark(words) => {
                para(Align::Justified, [run(words, 11).italic()]).spaced(60, GAP).write(out);
            }
            Block::Table(table) => figures(out, table, if paper.is_compact { 11 } else { 12 }),
        }
    }
}

/// A table of figures; small letters, its head on every page.
fn figures(out: &mut String, table: &Table, points: u32) {
    let widths: Vec<u32> = table.columns.iter().map(|c| twips(c.width)).collect();
    let head = table.columns.iter().map(|c| vec![para(Align::Centre, [run(&c.title, points).bold()]).spaced(20, 20)]);
    let mut rows = vec![Row { cells: head.collect(), is_head: true }];
    for row in &table.rows {
        let cells = row.iter().zip(&table.columns).map(|(text, column)| {
            let align = match column.side {
                Side::Left => Align::Left,
                Side::Centre => Align::Centre,
                Side::Right => Align::Right,
            };
            vec![para(align, [run(text, points)]).spaced(20, 20)]
        });
        rows.push(Row { cells: cells.collect(), is_head: false });
    }
    word::table(out, &widths, true, &rows);
    // Two tables in a row would become one.
    para(Align::Left, [run("", 4)]).write(out);
}

/// Recipients on the left, signature on the right; kept together, at the end.
fn foot(out: &mut String, paper: &Paper) {
    let is_state = paper.layout == Layout::State;
    let (size, list) = if is_state { (12, 11) } else { (14, 12) };
    let title = run("Nơi nhận:", size);
    // The Party underlines (unconfirmed); the Decree has bold italics.
    let mut recipients = vec![para(Align::Left, [if is_state { title.bold().italic() } else { title.underlined() }]).spaced(if is_state { 40 } else { 0 }, 0)];
    for (at, line) in paper.recipients.iter().enumerate() {
        let stop = match (at + 1 == paper.recipients.len(), is_state) {
            (true, _) => ".",
            (false, true) => ";",
            (false, false) => ",",
        };
        recipients.push(para(Align::Left, [run(format!("- {line}{stop}"), list)]));
    }
    let strong = |text: &str| para(Align::Centre, [run(text.to_uppercase(), 14).bold()]);
    let mut signature: Vec<Para> = paper.signature.authority.iter().map(|line| strong(line)).collect();
    signature.push(match &paper.signature.position {
        Some(position) => strong(position),
        None => para(Align::Centre, [run("…".repeat(10), 14)]),
    });
    let room = if paper.is_compact { 3 } else { 4 };
    signature.extend((0..room).map(|_| para(Align::Centre, [run("", 14)])));
    signature.push(para(Align::Centre, [run(paper.signature.name.as_deref().unwrap_or("…………………………"), 14).bold()]));
    para(Align::Left, [run("", if paper.is_compact { 4 } else { 8 })]).keep_next().write(out);
    let (left, right) = (twips(RECIPIENTS), twips(WIDTH - RECIPIENTS));
    word::table(out, &[left, right], false, &[Row { cells: vec![recipients, signature], is_head: false }]);
}

/// The mark of the next heading of a level: `II.`, `3.`, `đ)`. Lower levels begin anew.
fn mark(counts: &mut [usize; 3], level: u8) -> String {
    let at = usize::from(level.clamp(1, 3)) - 1;
    counts[at] += 1;
    counts[at + 1..].fill(0);
    match at {
        0 => format!("{}.", roman(counts[0])),
        1 => format!("{}.", counts[1]),
        _ => {
            // The Vietnamese alphabet without letters that carry a mark, but for đ.
            let letters = "abcdđeghiklmnopqrstuvxy";
            letters.chars().nth((counts[2] - 1) % letters.chars().count()).map(|c| format!("{c})")).unwrap_or_default()
        }
    }
}

fn roman(mut n: usize) -> String {
    let mut text = String::new();
    for (value, sign) in [(100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while n >= value {
            text.push_str(sign);
            n -= value;
        }
    }
    text
}

/// About how wide a text is in Times, in twips.
fn width(text: &str, points: u32, is_bold: bool) -> u32 {
    let hundredths = |c: char| match c {
        ' ' | '.' | ',' | '-' => 28,
        'I' | 'Ì' | 'Í' | 'Ỉ' | 'Ĩ' | 'Ị' => 37,
        'M' | 'W' => 92,
        'G' | 'H' | 'K' | 'O' | 'Ò' | 'Ó' | 'Ô' | 'Ơ' | 'Q' => 76,
        'P' | 'S' => 58,
        c if c.is_uppercase() => 70,
        _ if is_bold => 48,
        _ => 44,
    };
    text.chars().map(hundredths).sum::<u32>() * points * 20 / 100
}

/// A name that is too long for its column is broken where people break it: before `tỉnh …`, `thành phố …` or `Ủy ban …`,
/// else in the middle.
fn broken(name: &str, column: u32, points: u32, is_bold: bool) -> String {
    let fits = |text: &str| width(text, points, is_bold) <= column;
    if fits(name) {
        return name.to_owned();
    }
    let usual = [" TỈNH ", " THÀNH PHỐ ", " ỦY BAN "].into_iter().filter_map(|word| name.rfind(word).filter(|at| *at > 0));
    let spaces = || name.match_indices(' ').map(|(at, _)| at);
    let middle = spaces().min_by_key(|at| (2 * at).abs_diff(name.len()));
    let at = usual.clone().find(|at| fits(&name[..*at]) && fits(&name[*at + 1..])).or_else(|| usual.clone().next()).or(middle);
    match at {
        Some(at) => format!("{}\n{}", broken(&name[..at], column, points, is_bold), broken(&name[at + 1..], column, points, is_bold)),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
