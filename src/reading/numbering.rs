//! What a paragraph begins with: I, 1., 1.1, a), đ), -, +, Điều, Chương.

use super::{
    parts::is_capitals,
    tokens::{Passage, longer},
};

/// What a paragraph begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// 0 part or chapter, 1 A, 2 I, 3 Điều, 4 to 8 numbers by depth, 9 a), 10 -, 11 +.
    pub rank: u8,
    pub text: String,
    /// Byte behind it.
    pub end: usize,
}

impl Label {
    /// It begins a section or a numbered item.
    pub fn is_section(&self) -> bool {
        (1..=8).contains(&self.rank)
    }
}

/// The label that a line begins with.
pub fn label(passage: &Passage) -> Option<Label> {
    let text = passage.text.as_str();
    let low = passage.low.as_str();
    let first = text.chars().next()?;
    let found = |rank: u8, text: String, end: usize| Some(Label { rank, text, end });
    let spaced = |at: usize| text[at..].chars().next().is_none_or(char::is_whitespace);
    match first {
        '-' | '–' | '—' | '•' | '●' | '▪' | '■' | '◦' | '·' | '○' | '❖' | '➢' => {
            let end = first.len_utf8();
            let next = text[end..].trim_start().chars().next()?;
            return (next.is_alphabetic() || "(\"“0123456789".contains(next)).then(|| Label { rank: 10, text: "-".into(), end });
        }
        '+' => return found(11, "+".into(), 1),
        _ => {}
    }
    for (word, rank) in [("điều ", 3u8), ("chương ", 0), ("phần ", 0), ("mục ", 0)] {
        let Some(rest) = low.strip_prefix(word) else { continue };
        let number: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
        let end = word.len() + number.len();
        let numeral = number.bytes().all(|b| b.is_ascii_digit()) || number.bytes().all(|b| b"ivxlc".contains(&b)) || rest.starts_with("thứ ");
        let behind = text.get(end..).and_then(|t| t.chars().next());
        if number.is_empty()
            || !numeral
            || !(matches!(behind, None | Some('.' | ':')) || rank == 0)
            || (rank == 0 && !first.is_uppercase())
            || (rank == 3 && !first.is_uppercase())
        {
            continue;
        }
        if rank == 0 && !(is_capitals(text) || behind.is_none() || matches!(behind, Some('.' | ':'))) {
            continue;
        }
        let end = end + usize::from(matches!(behind, Some('.' | ':')));
        return found(rank, if rank == 3 { format!("Đ{number}") } else { number }, end);
    }
    if first.is_ascii_digit() {
        let mut end = 0;
        let mut numbers: Vec<&str> = Vec::new();
        loop {
            let digits = text[end..].bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 2 {
                break;
            }
            numbers.push(&text[end..end + digits]);
            end += digits;
            if text[end..].starts_with('.') && text[end + 1..].starts_with(|c: char| c.is_ascii_digit()) && numbers.len() < 5 {
                end += 1;
            } else {
                break;
            }
        }
        if numbers.is_empty() || text[end..].starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let sign = text[end..].chars().next();
        let behind = match sign {
            Some('.' | ')') => end + 1,
            Some('/' | '-' | '–') if spaced(end + sign.map_or(0, char::len_utf8)) => end + sign.map_or(0, char::len_utf8),
            Some(' ') if numbers.len() > 1 => end,
            Some(':') if numbers.len() > 1 => end + 1,
            _ => return None,
        };
        let next = text[behind..].trim_start().chars().next()?;
        if next.is_ascii_digit() && numbers.len() == 1 || next.is_lowercase() && spaced(behind) && numbers.len() == 1 && sign == Some('.') {
            return None;
        }
        if !(next.is_alphabetic() || "\"“(*".contains(next)) {
            return None;
        }
        let numbers: Vec<&str> = numbers.iter().map(|n| n.trim_start_matches('0')).collect();
        return found(3 + u8::try_from(numbers.len()).unwrap_or(5), numbers.join("."), behind);
    }
    let roman = text.bytes().take_while(|b| b"IVX".contains(b)).count();
    if roman > 0 {
        let sign = text[roman..].chars().next()?;
        let behind = roman + sign.len_utf8();
        let ok = match sign {
            '.' | ')' => text[behind..].trim_start().chars().next().is_some_and(char::is_alphabetic),
            '-' | '–' | '/' | ':' => spaced(behind) || is_capitals(&text[behind..]),
            _ => false,
        };
        if ok && longer(text[behind..].trim(), 1) {
            return found(2, text[..roman].to_owned(), behind);
        }
    }
    let second = text.chars().nth(1)?;
    let behind = first.len_utf8() + second.len_utf8();
    if matches!(second, ')' | '.' | '/') && (second == ')' || spaced(behind)) && text[behind..].chars().any(char::is_alphabetic) {
        if first.is_lowercase() {
            return found(9, first.to_string(), behind);
        }
        if ('A'..='H').contains(&first) && second != '/' && is_capitals(&text[behind..]) {
            return found(1, first.to_string(), behind);
        }
    }
    None
}
