//! The documents in a file, and in each its head, body, foot and annexes.

use super::{
    lines::Line,
    tokens::{is_letter, longer, tokens},
    vocabulary::Vocabulary,
};
use std::ops::Range;

/// Line numbers of the parts of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    pub whole: Range<usize>,
    /// Where distribution list and signature stand.
    pub foot: Range<usize>,
    /// What follows the signature: annexes.
    pub annex: Range<usize>,
}

/// "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "ĐẢNG CỘNG SẢN VIỆT NAM" and their motto.
pub fn is_national(low: &str) -> bool {
    if longer(low, 109) {
        return false;
    }
    (low.contains("xã hội chủ nghĩa việt") || low.starts_with("cộng h") && low.contains("việt nam") || low.contains("chủ nghĩa việt nam"))
        || low.starts_with("độc lập") && low.contains("hạnh phúc")
        || low.trim() == "đảng cộng sản việt nam"
        || low.trim() == "cộng hòa xã hội"
}

/// Whether the letters are capitals, but for a few.
pub fn is_capitals(text: &str) -> bool {
    let (mut upper, mut small) = (0, 0);
    // What is longer than any title in capitals is told by its beginning.
    for c in text.chars().take(600).filter(|c| is_letter(*c)) {
        if c.is_lowercase() {
            small += 1;
        } else {
            upper += 1;
        }
    }
    upper > 1 && small * 8 <= upper
}

fn is_head(low: &str) -> bool {
    if longer(low, 109) {
        return false;
    }
    low.contains("xã hội chủ nghĩa việt nam") || low.trim() == "đảng cộng sản việt nam" || low.ends_with("đảng cộng sản việt nam") && !longer(low, 79)
}

pub fn is_distribution(low: &str) -> bool {
    let low = low.trim_start();
    low.starts_with("nơi nhận") || low.starts_with("nơi nhân:") || low.starts_with("nơinhận")
}

/// "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "T/M BAN THƯỜNG VỤ" …
pub fn is_authority(text: &str) -> bool {
    if longer(text, 89) || !text.trim_start().starts_with(['T', 'K', 'Q']) {
        return false;
    }
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    ["TM.", "KT.", "TL.", "TUQ.", "Q.", "T/M", "K/T", "T/L", "TUQ", "TM", "KT"].iter().any(|p| {
        bare.strip_prefix(p).is_some_and(|rest| {
            rest.chars().next().is_some_and(|c| c.is_uppercase() || c == 'Đ') && is_capitals(rest) && (p.len() > 2 || text.starts_with(&format!("{p} ")))
        })
    })
}

/// A line that says a position and nothing else, in capitals.
pub fn is_position(line: &Line, vocabulary: &Vocabulary) -> bool {
    if longer(&line.passage.text, 60) || !is_capitals(&line.passage.text) {
        return false;
    }
    let tokens = tokens(&line.passage, vocabulary);
    let from = usize::from(tokens.len() > 2 && matches!(tokens[1].sign, '.' | '/')) * 2;
    vocabulary.positions.at(&tokens, from).is_some_and(|(_, next)| next >= tokens.len() || !longer(&line.passage.text, 31))
}

fn is_number_line(low: &str) -> bool {
    low.strip_prefix("số").is_some_and(|rest| !longer(rest, 89) && rest.contains('/'))
}

/// What begins behind a signature and is no part of it.
fn opens_annex(line: &Line, vocabulary: &Vocabulary) -> bool {
    let low = line.passage.low.as_str();
    if line.row.is_some() {
        return true;
    }
    let starts = ["phụ lục", "danh mục", "bảng phân công", "biểu mẫu", "(kèm theo", "(ban hành kèm", "mẫu số", "mẫu báo cáo", "đề cương", "bảng tổng hợp"];
    if starts.iter().any(|s| low.starts_with(s)) {
        return true;
    }
    let tokens = tokens(&line.passage, vocabulary);
    is_capitals(&line.passage.text) && vocabulary.kinds.at(&tokens, 0).is_some_and(|(_, next)| next >= tokens.len())
}

/// Parts a file into its documents.
pub fn parts(lines: &[Line], vocabulary: &Vocabulary) -> Vec<Parts> {
    let mut starts = vec![0];
    let mut numbered = false;
    let mut signed = false;
    let mut template = false;
    for (at, line) in lines.iter().enumerate() {
        let low = line.passage.low.as_str();
        numbered |= is_number_line(low);
        if is_distribution(low) || is_authority(&line.passage.text) {
            signed = true;
        }
        if signed && (low.starts_with("phụ lục") || low.starts_with("mẫu") || low.starts_with("biểu mẫu") || low.starts_with("đề cương")) {
            template = true;
        }
        if !is_head(low) || !signed || template {
            continue;
        }
        let near = lines[at..].iter().take(16);
        let opens = near.clone().any(|l| is_number_line(&l.passage.low)) || near.clone().any(|l| opens_annex(l, vocabulary));
        if !(opens && (numbered || signed)) {
            continue;
        }
        let mut from = at;
        for back in (at.saturating_sub(6)..at).rev() {
            let l = &lines[back];
            if is_capitals(&l.passage.text) && !is_authority(&l.passage.text) && !is_position(l, vocabulary) && l.row.is_none() {
                from = back;
            } else {
                break;
            }
        }
        starts.push(from);
        (numbered, signed) = (false, false);
    }
    starts.push(lines.len());
    starts.windows(2).filter(|w| w[0] < w[1]).map(|w| zones(lines, w[0]..w[1], vocabulary)).collect()
}

fn zones(lines: &[Line], whole: Range<usize>, vocabulary: &Vocabulary) -> Parts {
    let inside = &lines[whole.clone()];
    let distribution = inside.iter().position(|l| is_distribution(&l.passage.low));
    let authority = inside.iter().enumerate().position(|(at, l)| at > 3 && l.row.is_none() && is_authority(&l.passage.text));
    let position = || {
        let from = inside.len().saturating_sub(14).max(4);
        inside.iter().enumerate().skip(from).position(|(_, l)| l.row.is_none() && is_position(l, vocabulary)).map(|at| at + from)
    };
    let mut start = match (distribution, authority) {
        (Some(d), Some(a)) => d.min(a),
        (Some(d), None) => d,
        (None, Some(a)) => a,
        (None, None) => position().unwrap_or(inside.len()),
    };
    // A position above the list: "GIÁM ĐỐC", then "Nơi nhận".
    if let Some(above) = (start.saturating_sub(6)..start).find(|at| *at > 6 && inside[*at].row.is_none() && is_position(&inside[*at], vocabulary)) {
        start = above;
    }
    let mut end = start;
    while end < inside.len() {
        if end > start + 1 && opens_annex(&inside[end], vocabulary) {
            break;
        }
        end += 1;
    }
    let base = whole.start;
    Parts { foot: base + start..base + end, annex: base + end..whole.end, whole }
}
