//! A passage of cleaned text with the way back to the source, and its words.

use super::{model::Span, vocabulary::Vocabulary};
use std::{
    cell::{Cell, RefCell},
    ops::Deref,
};

/// A passage: the text, the same in lower case and with the tone marks where the tables have them (byte for byte as
/// long), and for each byte the character of the source that it came from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Passage {
    pub text: String,
    pub low: String,
    pub at: Vec<u32>,
}

impl Passage {
    /// Appends a character that came from there.
    pub fn push(&mut self, c: char, from: u32) {
        self.text.push(c);
        for _ in 0..c.len_utf8() {
            self.at.push(from);
        }
    }

    /// Appends another passage behind a space.
    pub fn join(&mut self, other: &Passage) {
        // With a space between them each keeps its small letters.
        let finished = self.low.len() == self.text.len() && other.low.len() == other.text.len();
        if !self.text.is_empty() && !other.text.is_empty() {
            let from = self.at.last().copied().unwrap_or(0);
            self.push(' ', from);
        }
        if finished {
            self.low.extend((self.low.len() < self.text.len()).then_some(' '));
            self.low.push_str(&other.low);
        } else {
            self.low.clear();
        }
        self.text.push_str(&other.text);
        self.at.extend_from_slice(&other.at);
    }

    /// To be called when the text is complete.
    pub fn finish(&mut self) {
        // What was joined from finished passages is finished.
        if self.low.len() != self.text.len() {
            self.low = lower(&self.text);
        }
    }

    /// The part between two bytes, without white space at its ends.
    pub fn part(&self, from: usize, to: usize) -> Passage {
        let (from, to) = self.trimmed(from, to);
        Passage {
            text: self.text.get(from..to).unwrap_or_default().to_owned(),
            low: self.low.get(from..to).unwrap_or_default().to_owned(),
            at: self.at.get(from..to).unwrap_or_default().to_vec(),
        }
    }

    /// The bounds without the white space at the ends.
    pub fn trimmed(&self, from: usize, to: usize) -> (usize, usize) {
        let inner = self.text.get(from..to).unwrap_or_default();
        let start = from + inner.len() - inner.trim_start().len();
        (start, start + inner.trim().len())
    }

    /// Where these bytes stand in the source; several spans where something was cut out of the middle.
    pub fn spans(&self, from: usize, to: usize, source: &[char]) -> Vec<Span> {
        let (from, to) = self.trimmed(from, to);
        let mut all: Vec<Span> = Vec::new();
        let bytes = self.at.get(from..to).unwrap_or_default();
        let Some(first) = bytes.first() else { return all };
        let mut last = Span { start: *first, end: first + 1 };
        for at in bytes {
            let at = *at;
            if at == last.end || at > last.end && bridged(source, last.end, at) {
                last.end = at + 1;
            } else if at > last.end || at < last.start {
                all.push(std::mem::replace(&mut last, Span { start: at, end: at + 1 }));
            }
        }
        all.push(last);
        all
    }
}

/// Whether nothing but white space and marks of markup stands between.
fn bridged(source: &[char], from: u32, to: u32) -> bool {
    if to.saturating_sub(from) > 400 {
        return false;
    }
    source.get(from as usize..to as usize).is_some_and(|between| between.iter().all(|c| c.is_whitespace() || "*_`#>|\\<br/>".contains(*c)))
}

/// Whether a text has more characters than that; however long it is, no more are counted.
pub fn longer(text: &str, than: usize) -> bool {
    text.len() > than && text.chars().nth(than).is_some()
}

/// Whether it is a letter; asked for every character, so the letters of Vietnamese are told without the tables of Unicode.
pub fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphabetic(),
        'À'..='\u{24f}' => c != '×' && c != '÷',
        'Ạ'..='ỹ' => true,
        '\u{2010}'..='\u{205f}' => false,
        _ => c.is_alphabetic(),
    }
}

/// Whether it is a letter or a digit.
pub fn is_word(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        '\u{2010}'..='\u{205f}' => false,
        _ => is_letter(c) || c.is_alphanumeric(),
    }
}

/// The small letter, when it is one letter as long in UTF-8.
fn small(c: char) -> char {
    match c {
        '\0'..='\u{7f}' => c.to_ascii_lowercase(),
        'Ạ'..='ỹ' => char::from_u32(c as u32 | 1).unwrap_or(c),
        'à'..='ÿ' | 'ă' | 'đ' | 'ĩ' | 'ũ' | 'ơ' | 'ư' => c,
        'À'..='Ö' | 'Ø'..='Þ' => char::from_u32(c as u32 + 0x20).unwrap_or(c),
        _ => {
            let mut small = c.to_lowercase();
            match (small.next(), small.next()) {
                (Some(one), None) if one.len_utf8() == c.len_utf8() => one,
                _ => c,
            }
        }
    }
}

/// Lower case, byte for byte as long as the text, with the tone mark on the letter where the tables write it: `hoà` as `hòa`.
pub fn lower(text: &str) -> String {
    let mut low = String::with_capacity(text.len());
    let (mut earlier, mut before) = (' ', ' ');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut c = small(c);
        if matches!(c, '–' | '—' | '−' | '‐' | '‑') {
            low.push(c);
            (earlier, before) = (before, c);
            continue;
        }
        let ends = chars.peek().is_none_or(|next| !is_letter(*next));
        if ends
            && !(before == 'u' && earlier == 'q')
            && let Some((vowel, plain)) = moved(before, c)
        {
            low.pop();
            low.push(vowel);
            c = plain;
        }
        low.push(c);
        (earlier, before) = (before, c);
    }
    low
}

/// `o` and `à` become `ò` and `a` (hoà, khoẻ, uỷ); not after `qu`.
fn moved(before: char, c: char) -> Option<(char, char)> {
    const O: &[(char, char, char)] = &[
        ('à', 'ò', 'a'),
        ('á', 'ó', 'a'),
        ('ả', 'ỏ', 'a'),
        ('ã', 'õ', 'a'),
        ('ạ', 'ọ', 'a'),
        ('è', 'ò', 'e'),
        ('é', 'ó', 'e'),
        ('ẻ', 'ỏ', 'e'),
        ('ẽ', 'õ', 'e'),
        ('ẹ', 'ọ', 'e'),
    ];
    const U: &[(char, char, char)] = &[('ỳ', 'ù', 'y'), ('ý', 'ú', 'y'), ('ỷ', 'ủ', 'y'), ('ỹ', 'ũ', 'y'), ('ỵ', 'ụ', 'y')];
    let table = match before {
        'o' => O,
        'u' => U,
        _ => return None,
    };
    table.iter().find(|(from, _, _)| *from == c).map(|(_, vowel, plain)| (*vowel, *plain))
}

/// A word, a number or a sign of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// First byte.
    pub s: u32,
    /// Byte behind it.
    pub e: u32,
    /// Its number in the tables, 0 when they do not have it.
    pub word: u32,
    /// The sign, or `a` for a word in small letters, `A` for one that starts with a capital, `Z` for capitals alone, `0` for a number.
    pub sign: char,
}

impl Token {
    /// A sign that may stand inside a phrase.
    pub fn is_soft(&self) -> bool {
        matches!(self.sign, ',' | '-' | '–' | '.' | '&')
    }
    pub fn is_word(&self) -> bool {
        matches!(self.sign, 'a' | 'A' | 'Z' | '0')
    }
    pub fn is_capital(&self) -> bool {
        matches!(self.sign, 'A' | 'Z')
    }
}

/// How deep a name may hold other names: "Trưởng phòng của Văn phòng Sở …"; more is no name.
const NESTED: u8 = 8;

/// The tokens of a passage, and what has been looked up in them.
#[derive(Debug, Default)]
pub struct Tokens {
    all: Vec<Token>,
    /// The name that begins at a token, when it was looked for: strictly and loosely.
    seen: RefCell<Vec<[Seen; 2]>>,
    depth: Cell<u8>,
}

/// The name that begins at a token: whether it was looked for, its end (0 for none), whether it is a named agency.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    known: bool,
    named: bool,
    end: u32,
}

impl Deref for Tokens {
    type Target = [Token];
    fn deref(&self) -> &[Token] {
        &self.all
    }
}

impl Tokens {
    /// What `find` answers for this token, which is asked once: end and whether the agency is named.
    pub fn once(&self, at: usize, loose: bool, find: impl FnOnce() -> Option<(usize, bool)>) -> Option<(usize, bool)> {
        let way = usize::from(loose);
        if at >= self.all.len() || self.depth.get() > NESTED {
            return None;
        }
        if let Some(seen) = self.seen.borrow().get(at).map(|s| s[way]).filter(|s| s.known) {
            return (seen.end > 0).then_some((seen.end as usize, seen.named));
        }
        self.depth.set(self.depth.get() + 1);
        let found = find();
        self.depth.set(self.depth.get() - 1);
        let mut seen = self.seen.borrow_mut();
        if seen.is_empty() {
            seen.resize(self.all.len(), [Seen::default(); 2]);
        }
        let (end, named) = found.unwrap_or_default();
        seen[at][way] = Seen { known: true, named, end: u32::try_from(end).unwrap_or(0) };
        found
    }
}

/// The tokens of a passage.
pub fn tokens(passage: &Passage, vocabulary: &Vocabulary) -> Tokens {
    let mut all = Vec::with_capacity(passage.text.len() / 4);
    let mut chars = passage.text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut end = start + c.len_utf8();
        if !is_word(c) {
            let sign = if matches!(c, '–' | '—' | '−' | '‐' | '‑') { '-' } else { c };
            all.push(Token { s: start as u32, e: end as u32, word: 0, sign });
            continue;
        }
        let digit = c.is_ascii_digit();
        let mut capitals = c.is_uppercase();
        while let Some((at, c)) = chars.peek().copied() {
            if !is_word(c) && !is_mark(c) {
                break;
            }
            capitals = capitals && (c.is_uppercase() || c.is_ascii_digit());
            end = at + c.len_utf8();
            chars.next();
        }
        let word = passage.low.get(start..end).map_or(0, |word| vocabulary.number_of(word));
        let sign = match (digit, c.is_uppercase(), capitals) {
            (true, _, _) => '0',
            (_, true, true) if end - start > c.len_utf8() => 'Z',
            (_, true, _) => 'A',
            _ => 'a',
        };
        all.push(Token { s: start as u32, e: end as u32, word, sign });
    }
    Tokens { all, ..Tokens::default() }
}

fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// The words of a phrase in lower case, signs left out.
pub fn words_of(text: &str) -> Vec<String> {
    let low = lower(text);
    low.split(|c: char| !is_word(c) && !is_mark(c)).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Passage {
        let mut passage = Passage::default();
        text.chars().zip(0..).for_each(|(c, at)| passage.push(c, at));
        passage.finish();
        passage
    }

    #[test]
    fn joined_passages_are_in_small_letters_as_if_written_in_one() {
        for (left, right) in [("VĂN HOÁ", "Thể thao"), ("", "Uỷ ban"), ("Sở Y tế", ""), ("quý", "II"), ("Khoẻ", "Ỵ"), ("", "")] {
            let mut joined = written(left);
            joined.join(&written(right));
            joined.finish();
            let whole = written(&[left, right].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" "));
            assert_eq!((joined.text, joined.low), (whole.text, whole.low), "{left} + {right}");
        }
        let mut open = Passage::default();
        open.push('Á', 0);
        open.join(&written("Ô"));
        open.finish();
        assert_eq!(open.low, "á ô");
    }

    #[test]
    fn spans_go_on_over_markup_and_break_at_what_was_cut_out() {
        let source: Vec<char> = "một **hai** (bỏ) ba".chars().collect();
        let mut passage = Passage::default();
        for at in [0, 1, 2, 3, 6, 7, 8, 16, 17, 18] {
            passage.push(source[at as usize], at);
        }
        // "hai" ends at 8; "(bỏ)" is text, so what is behind it is a span of its own.
        assert_eq!(passage.spans(0, passage.text.len(), &source), [Span { start: 0, end: 9 }, Span { start: 16, end: 19 }]);
    }
}
