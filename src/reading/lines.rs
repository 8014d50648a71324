//! The source as lines without markup: Markdown and HTML marks, page numbers and invisible characters go, tables and
//! columns come apart; every character that stays knows where it came from.

use super::{
    parts::is_capitals,
    tokens::{Passage, is_word, longer},
};

/// A line, or a row of a table.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub passage: Passage,
    /// An empty line, a rule or another cell stands before it.
    pub after_gap: bool,
    /// Something that is no part of the text was taken out before it.
    pub after_noise: bool,
    /// The column in which it stands.
    pub column: usize,
    /// The cells, when it is a row of a table of data.
    pub row: Option<Vec<Passage>>,
}

/// How many cells of a row are read.
const CELLS: usize = 24;

/// The lines of a text.
pub fn lines(source: &[char]) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    let mut table: Vec<Vec<Vec<Passage>>> = Vec::new();
    let (mut gap, mut noise) = (true, false);
    let mut start = 0;
    while start <= source.len() {
        let end = source[start..].iter().position(|c| *c == '\n').map_or(source.len(), |length| start + length);
        let line = &source[start..end];
        if line.contains(&'|') && line.iter().any(|c| !"| \t:-".contains(*c)) {
            table.push(cells(source, start, end));
        } else if !line.contains(&'|') || table.is_empty() {
            flush(&mut table, &mut all, &mut gap);
            for (column, passage) in pieces(source, start, end).into_iter().flat_map(beside).enumerate() {
                if passage.text.is_empty() {
                    gap = true;
                } else if is_page_number(&passage.text) {
                    noise = true;
                } else {
                    all.push(Line { passage, after_gap: gap, after_noise: noise, column, row: None });
                    (gap, noise) = (false, false);
                }
            }
        }
        start = end + 1;
    }
    flush(&mut table, &mut all, &mut gap);
    for line in &mut all {
        line.passage.finish();
        for cell in line.row.iter_mut().flatten() {
            cell.finish();
        }
    }
    all
}

/// Rows that belong together: a table of data stays one, a table that only lays out comes apart into its cells.
fn flush(table: &mut Vec<Vec<Vec<Passage>>>, all: &mut Vec<Line>, gap: &mut bool) {
    if table.is_empty() {
        return;
    }
    let rows = std::mem::take(table);
    let wide = rows.iter().filter(|cells| cells.iter().filter(|cell| !cell.is_empty()).count() >= 3).count();
    let data = wide >= 2;
    for cells in rows {
        if data {
            let row = cells.into_iter().map(|lines| {
                let mut whole = Passage::default();
                for line in &lines {
                    whole.join(line);
                }
                whole
            });
            all.push(Line { row: Some(row.collect()), after_gap: true, ..Line::default() });
        } else {
            for (column, lines) in cells.into_iter().enumerate() {
                *gap = true;
                for passage in lines {
                    all.push(Line { passage, after_gap: *gap, column, ..Line::default() });
                    *gap = false;
                }
            }
        }
        *gap = true;
    }
}

fn cells(source: &[char], start: usize, end: usize) -> Vec<Vec<Passage>> {
    let mut all = Vec::new();
    let mut from = start;
    let line = &source[start..end];
    let opens = line.iter().find(|c| !c.is_whitespace()) == Some(&'|');
    for at in start..=end {
        if (at == end || (source[at] == '|' && (at == 0 || source[at - 1] != '\\'))) && all.len() < CELLS {
            all.push(pieces(source, from, at).into_iter().filter(|p| !p.text.is_empty()).collect::<Vec<_>>());
            from = at + 1;
        }
    }
    if opens && !all.is_empty() {
        all.remove(0);
    }
    if all.last().is_some_and(Vec::is_empty) {
        all.pop();
    }
    all
}

/// "TỈNH HÀ GIANG CỘNG HÒA XÃ HỘI …" on one line, as text layers of PDFs have it, are two columns.
fn beside(passage: Passage) -> Vec<Passage> {
    const NATIONAL: &[&str] = &["CỘNG HÒA XÃ HỘI", "CỘNG HOÀ XÃ HỘI", "Độc lập - Tự do", "Độc lập – Tự do", "ĐẢNG CỘNG SẢN VIỆT NAM"];
    if passage.text.len() > 240 {
        return vec![passage];
    }
    // Asked of every line: to compare where one of them may begin costs less than to look for each of them.
    let begins = |(at, c): (usize, char)| (matches!(c, 'C' | 'Đ') && NATIONAL.iter().any(|words| passage.text[at..].starts_with(words))).then_some(at);
    let at = passage.text.char_indices().find_map(begins).filter(|at| longer(&passage.text[..*at], 4) && is_capitals(&passage.text[..*at]));
    match at {
        Some(at) => vec![passage.part(0, at), passage.part(at, passage.text.len())],
        None => vec![passage],
    }
}

fn is_page_number(text: &str) -> bool {
    if longer(text, 60) {
        return false;
    }
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let low = bare.to_lowercase();
    let bare = low.strip_prefix("trang").unwrap_or(&low).trim_matches(['-', '–', '—']);
    let (page, of) = bare.split_once('/').unwrap_or((bare, "1"));
    let digits = |s: &str| !s.is_empty() && s.len() <= 3 && s.bytes().all(|b| b.is_ascii_digit());
    digits(page) && digits(of)
}

/// The lines within a line: at `<br>` and its like, and where a wide gap parts two columns.
fn pieces(source: &[char], start: usize, end: usize) -> Vec<Passage> {
    let mut all = vec![Passage::default()];
    let mut at = start;
    let mut seen = false;
    // How many spaces stand before the next character; a tab counts for many.
    let mut space = 0;
    while at < end {
        let c = source[at];
        // Most of a text is words with the signs between them.
        if space < 3
            && (is_word(c) || matches!(c, ',' | '.' | ';' | ':' | '(' | ')' | '/' | '-'))
            && let Some(last) = all.last_mut()
        {
            let from = u32::try_from(at).unwrap_or(u32::MAX);
            if space > 0 && !last.text.is_empty() {
                last.push(' ', from.saturating_sub(1));
            }
            last.push(c, from);
            space = 0;
            seen = true;
            at += 1;
            continue;
        }
        let next = source.get(at + 1).copied().filter(|_| at + 1 < end).unwrap_or(' ');
        if !seen && (c == '#' || c == '>') {
            at += 1;
            continue;
        }
        let put = |c: char, all: &mut Vec<Passage>, space: &mut usize| {
            let Some(last) = all.last_mut() else { return };
            let from = u32::try_from(at).unwrap_or(u32::MAX);
            if *space >= 3 && parts_columns(&last.text, &source[at..end]) {
                all.push(Passage::default());
            } else if *space > 0 && !last.text.is_empty() {
                last.push(' ', from.saturating_sub(1));
            }
            *space = 0;
            if let Some(last) = all.last_mut() {
                last.push(c, from);
            }
        };
        match c {
            '*' if !seen && next.is_whitespace() && source[at + 1..end].iter().any(|c| c.is_alphanumeric()) => put('-', &mut all, &mut space),
            '*' | '`' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            '_' => {}
            '\\' if next.is_ascii_punctuation() => {}
            '\u{c}' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                all.push(Passage::default());
                space = 0;
            }
            '<' if next.is_alphabetic() || next == '/' || next == '!' => match tag(&source[at..end]) {
                Some((name, length)) => {
                    at += length - 1;
                    if ["br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4"].contains(&name.as_str()) {
                        all.push(Passage::default());
                        space = 0;
                    } else if ["td", "th"].contains(&name.as_str()) {
                        space += 4;
                    }
                }
                None => put(c, &mut all, &mut space),
            },
            '&' => match entity(&source[at..end]) {
                Some((c, length)) => {
                    if c.is_whitespace() {
                        space += 1;
                    } else {
                        put(c, &mut all, &mut space);
                    }
                    at += length - 1;
                }
                None => put(c, &mut all, &mut space),
            },
            '!' if next == '[' => match link(&source[at + 1..end]) {
                Some((_, length)) => at += length,
                None => put(c, &mut all, &mut space),
            },
            '[' if link(&source[at..end]).is_some() => {}
            ']' if next == '(' => match source[at..end].iter().take(400).position(|c| *c == ')') {
                Some(length) => at += length,
                None => put(c, &mut all, &mut space),
            },
            '\t' => space += 4,
            c if c.is_whitespace() => space += 1,
            c if (c as u32) < 32 => {}
            c => put(c, &mut all, &mut space),
        }
        seen |= !c.is_whitespace();
        at += 1;
    }
    for piece in &mut all {
        let rule = piece.text.chars().all(|c| "-–—=_.~+ ".contains(c)) && (piece.text.is_empty() || longer(&piece.text, 1));
        if rule || piece.text == "-" {
            *piece = Passage::default();
        }
    }
    all
}

/// Whether a wide gap parts columns and is not a blank to be filled in (`Số:      /KH-UBND`, `ngày    tháng    năm`).
fn parts_columns(left: &str, rest: &[char]) -> bool {
    if !rest.first().is_some_and(|c| c.is_uppercase()) {
        return false;
    }
    let right: String = rest.iter().take(40).collect();
    // What stands right before the gap tells; a long line has many gaps.
    let tail = left.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
    let low = left[tail..].to_lowercase();
    let blank = (low.trim_end().ends_with(':') && !low.contains("nhận")) || low.ends_with("ngày") || low.ends_with("tháng");
    let label = !longer(left, 4) && !left.contains(char::is_alphabetic);
    !low.trim().is_empty() && longer(right.trim(), 3) && !blank && !label
}

fn tag(source: &[char]) -> Option<(String, usize)> {
    let end = source.iter().take(300).skip(1).position(|c| *c == '>' || *c == '<')? + 1;
    if source.get(end) != Some(&'>') {
        return None;
    }
    let inner: String = source.get(1..end)?.iter().collect();
    let name: String = inner.trim_start_matches('/').chars().take_while(|c| c.is_alphanumeric()).collect();
    Some((name.to_lowercase(), end + 1))
}

fn entity(source: &[char]) -> Option<(char, usize)> {
    let end = source.iter().take(8).position(|c| *c == ';')?;
    let name: String = source.get(1..end)?.iter().collect();
    let c = match name.as_str() {
        "nbsp" | "ensp" | "emsp" => ' ',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "ndash" | "mdash" => '-',
        other => char::from_u32(other.strip_prefix('#')?.parse().ok()?).filter(|c| !c.is_control())?,
    };
    Some((c, end + 1))
}

/// `[text](address)`: length of the text part and of the whole.
fn link(source: &[char]) -> Option<(usize, usize)> {
    let close = source.iter().take(300).position(|c| *c == ']')?;
    if source.get(close + 1) != Some(&'(') {
        return None;
    }
    let end = source.iter().skip(close).take(400).position(|c| *c == ')')?;
    Some((close, close + end + 1))
}
