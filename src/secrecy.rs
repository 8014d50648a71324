//! State secrets do not belong on a networked system (Law on the Protection of State Secrets, Art. 5).
//!
//! A text that bears a secrecy level as a *mark* is refused; a summary or symbol that merely looks
//! like one draws a warning. The levels are Mật, Tối mật and Tuyệt mật. The word `mật` is common in
//! harmless company (`bí mật`, `thân mật`, `mật độ`, `mật ong`), so what counts is where it stands.
//! Nothing here keeps or logs what it read.

use crate::text::nfc;

/// A level word in a summary that is no harmless compound.
pub const LEVEL_WORD: &str = "secrecy_level_word";
/// `(M)`, `(TM)` or the like in a summary or symbol.
pub const BRACKETED_LETTER: &str = "secrecy_bracketed_letter";
/// A symbol that ends in `-m`, by custom the sign of a secret letter.
pub const SYMBOL_SUFFIX: &str = "secrecy_symbol_suffix";

/// What a document's words say about its secrecy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secrecy {
    /// Nothing found.
    Clear,
    /// Accepted, with these warning codes, each once.
    Warned(Vec<&'static str>),
    /// Bears a level as a mark: 422, and nothing of the body is kept.
    Refused,
}

/// Judges symbol, summary and further texts (body, text layers of attachments) of one document.
pub fn assess<'a>(symbol: &str, summary: &str, texts: impl IntoIterator<Item = &'a str>) -> Secrecy {
    if scan_text(symbol) || scan_text(summary) || texts.into_iter().any(scan_text) {
        return Secrecy::Refused;
    }
    let mut codes = scan_symbol(symbol);
    for code in scan_summary(summary) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    if codes.is_empty() { Secrecy::Clear } else { Secrecy::Warned(codes) }
}

/// True when a secrecy level chosen as a field is to be refused: anything but blank, `thường`,
/// `không` and their like. A field is a choice, so what is not understood is refused.
pub fn level_refused(level: &str) -> bool {
    let squashed = squash(&tidy(level));
    !(squashed.is_empty() || CLEAR_LEVELS.contains(&squashed.as_str()))
}

/// True when the text bears a secrecy level as a mark: alone on its line or in its table cell, in
/// square brackets or in capitals in round ones, in a stamp-like line (`VĂN BẢN MẬT`), or as the
/// value of `Độ mật:`. Read in any Unicode form, with letters spaced out, in Markdown or HTML.
/// A `mật` that a line break cut off from `bí` or from `độ` is no mark.
pub fn scan_text(text: &str) -> bool {
    // Every level and every field has an m, which no form of Unicode writes otherwise: codes, days and ids end here.
    if !text.bytes().any(|byte| byte | 0x20 == b'm') {
        return false;
    }
    let text = tidy(text);
    let mut cells = Vec::new();
    text.split('\n').for_each(|line| add_cells(line, &mut cells));
    let alone = cells.iter().enumerate().any(|(at, cell)| {
        let before = at.checked_sub(1).and_then(|at| cells.get(at));
        let after = cells.get(at + 1);
        is_level_alone(cell, before.copied(), after.copied()) || is_stamp(cell)
    });
    alone || text.split(['\n', '|']).any(|part| has_box(part) || has_level_field(part))
}

/// Warnings for a summary (trích yếu): a level word outside harmless compounds, `(M)`.
pub fn scan_summary(summary: &str) -> Vec<&'static str> {
    let summary = tidy(summary);
    let mut codes = Vec::new();
    if levels(&words(&summary)).next().is_some() {
        codes.push(LEVEL_WORD);
    }
    if bracketed(&summary, '(', ')').any(|inner| inner.trim() == "M") {
        codes.push(BRACKETED_LETTER);
    }
    codes
}

/// Warnings for a symbol (ký hiệu): suffix `-m` (`462/BNG-CNV-m`), `(M)`, `(TM)`, a level word.
pub fn scan_symbol(symbol: &str) -> Vec<&'static str> {
    let symbol = tidy(symbol);
    let mut codes = Vec::new();
    if levels(&words(&symbol)).next().is_some() {
        codes.push(LEVEL_WORD);
    }
    let letters = |inner: &str| ["m", "tm", "tum"].contains(&squash(inner).as_str());
    if bracketed(&symbol, '(', ')').any(letters) {
        codes.push(BRACKETED_LETTER);
    }
    let dashes = ['-', '‐', '‑', '–', '—', '−'];
    let suffix = symbol.rsplit_once(dashes).map(|(_, suffix)| suffix.trim());
    if suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("m")) {
        codes.push(SYMBOL_SUFFIX);
    }
    codes
}

/// Words after which `mật` is no level: bí mật, bảo mật, thân mật, đường mật, túi mật …
const BEFORE: &[&str] = &[
    "bí",
    "bảo",
    "cơ",
    "thân",
    "nồng",
    "cẩn",
    "kín",
    "nghiêm",
    "chu",
    "tường",
    "trăng",
    "đường",
    "ong",
    "hoa",
    "lấy",
    "rỉ",
    "rỷ",
    "gỉ",
    "túi",
    "sỏi",
    "ống",
    "gan",
    "dịch",
    "nang",
    "tụy",
    "tuỵ",
    "viêm",
];

/// Words before which `mật` is no level: mật độ, mật thiết, mật ong, mật khẩu, mật vụ …
const AFTER: &[&str] =
    &["độ", "thiết", "khẩu", "mã", "ong", "mía", "rỉ", "gấu", "ngọt", "hoa", "tông", "giáo", "vụ", "thám", "báo", "danh", "hiệu", "nghị", "ước", "lệnh", "thư"];

/// The levels as letters alone. Without diacritics only the two that mean nothing else.
const LEVELS: &[&str] = &["mật", "tốimật", "tuyệtmật", "toimat", "tuyetmat"];

/// How `mậ` goes on behind its first letter, in small letters and capitals: every level written with diacritics has it.
const IN_LEVELS: [&str; 2] = ["ậ", "Ậ"];
/// How `mứ` goes on: "mức độ".
const IN_FIELDS: [&str; 2] = ["ứ", "Ứ"];

/// Letters by which registers abbreviate a level.
const LEVEL_LETTERS: &[&str] = &["a", "b", "c", "m", "tm", "tum"];

const CLEAR_LEVELS: &[&str] = &["thường", "bìnhthường", "không", "khôngmật", "khôngcó", "normal", "none"];

/// What may stand beside a level in a stamp.
const STAMP_WORDS: &[&str] = &[
    "tối",
    "tuyệt",
    "mật",
    "dấu",
    "đóng",
    "độ",
    "mức",
    "cấp",
    "văn",
    "bản",
    "tài",
    "liệu",
    "hồ",
    "sơ",
    "công",
    "điện",
    "khẩn",
    "thượng",
    "hỏa",
    "hoả",
    "tốc",
    "hẹn",
    "giờ",
    "số",
    "chỉ",
    "người",
    "có",
    "tên",
    "mới",
    "được",
    "bóc",
    "bì",
];

/// What else stands on the line when a PDF text layer joins the stamp with the column beside it.
const LETTERHEADS: &[&str] = &["cộng hòa xã hội chủ nghĩa", "cộng hoà xã hội chủ nghĩa", "độc lập - tự do", "đảng cộng sản việt nam"];

/// What stands before the colon of a level field; the last is also used for other things.
const LEVEL_FIELDS: &[&str] = &["độ mật", "độ bảo mật", "mức mật", "cấp mật", "mức độ"];

/// Tags that may stand inside a word group without parting it.
const INLINE_TAGS: &[&str] = &["b", "strong", "i", "em", "u", "span", "font", "small", "mark", "sub", "sup"];

/// How many bytes at the beginning stay as they are: nearly all of a text, so they are passed over together.
fn plain(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'<' | b'>' | b'*' | b'_' | b'`' | b'~' => return at,
            b'\n' | b' '..=b'~' => 1,
            // Latin letters with marks; among what begins with E1 only those of U+1E80 to U+1EFF.
            0xc3..=0xc6 => 2,
            0xe1 if matches!(bytes.get(at + 1), Some(0xba | 0xbb)) => 3,
            _ => return at,
        };
    }
    at
}

/// NFC, one kind of line end, plain spaces, no invisible characters, no Markdown or HTML emphasis.
/// Other tags end a line, and a tab ends a cell.
fn tidy(text: &str) -> String {
    let text = nfc(text);
    let mut tidied = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let (plain, behind) = rest.split_at(plain(rest));
        if !plain.is_empty() {
            tidied.push_str(plain);
            rest = behind;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '<' => match inline_tag(rest) {
                Some(after) => rest = after,
                None => tidied.push('\n'),
            },
            '>' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => tidied.push('\n'),
            '*' | '_' | '`' | '~' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            '\t' | '\u{2500}'..='\u{257f}' => tidied.push('|'),
            '\n' => tidied.push('\n'),
            c if c.is_whitespace() => tidied.push(' '),
            c => tidied.push(c),
        }
    }
    tidied
}

/// What follows an inline tag whose `<` has just been read; `None` when it is none.
fn inline_tag(rest: &str) -> Option<&str> {
    let end = rest.bytes().take(800).position(|b| b == b'>')?;
    let head = rest.get(..end).filter(|head| head.chars().nth(200).is_none())?;
    let name = head.trim_start_matches('/').split([' ', '/']).next()?;
    let known = INLINE_TAGS.iter().any(|tag| name.eq_ignore_ascii_case(tag));
    let after = rest.get(head.len()..)?.strip_prefix('>')?;
    known.then_some(after)
}

/// The letters and digits alone, in lower case.
fn squash(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// The words (runs of letters and digits) as written.
fn words(text: &str) -> Vec<&str> {
    runs(text).collect()
}

fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The parts of a line that stand for themselves: cells, and what wide gaps part. A line whose
/// letters are spaced out is one part.
fn add_cells<'a>(line: &'a str, all: &mut Vec<&'a str>) {
    let has_text = |cell: &&str| cell.contains(char::is_alphanumeric);
    // Most lines are one cell.
    if !line.contains('|') && !line.as_bytes().windows(2).any(|pair| pair == b"  ") {
        all.extend(Some(line).filter(has_text));
        return;
    }
    let spaced = runs(line).all(|word| word.chars().nth(1).is_none());
    let gap = if spaced { "|" } else { "  " };
    all.extend(line.split('|').flat_map(|cell| cell.split(gap)).filter(has_text));
}

/// Positions of `mật` where it is, or ends, a level.
fn levels<'a>(words: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    let lower = |at: Option<usize>| at.and_then(|at| words.get(at)).map(|word| word.to_lowercase());
    let is = |word: Option<String>, list: &[&str]| word.is_some_and(|w| list.contains(&w.as_str()));
    (0..words.len()).filter(move |at| is(lower(Some(*at)), &["mật"]) && !is(lower(at.checked_sub(1)), BEFORE) && !is(lower(Some(at + 1)), AFTER))
}

/// A level and nothing else, and no half of a compound that the line break cut through.
fn is_level_alone(cell: &str, before: Option<&str>, after: Option<&str>) -> bool {
    // A level has few letters; to lay a long line out costs more than to see that it is long.
    if cell.chars().filter(|c| c.is_alphanumeric()).nth(16).is_some() {
        return false;
    }
    let squashed = squash(cell);
    if squashed != "mật" {
        return LEVELS.contains(&squashed.as_str());
    }
    let capital = cell.chars().any(char::is_uppercase);
    // Under a name or above a title a capital Mật is a mark; only these halves still explain it.
    let (starts, ends): (&[&str], &[&str]) = match capital {
        true => (&["bí", "bảo"], &["độ"]),
        false => (BEFORE, &["độ", "thiết", "khẩu", "mã", "ong"]),
    };
    let before = before.and_then(|text| words(text).last().map(|word| word.to_lowercase()));
    let after = words(after.unwrap_or_default());
    let after: Vec<String> = after.iter().take(2).map(|word| word.to_lowercase()).collect();
    let field = after.get(1).is_some_and(|word| ["khẩn", "mật", "bảo"].contains(&word.as_str()));
    let cut_before = before.is_some_and(|word| starts.contains(&word.as_str()));
    let cut_after = after.first().is_some_and(|word| ends.contains(&word.as_str())) && !field;
    !(cut_before || cut_after)
}

/// Whether an `m` stands before one of these; asked of every line, so bytes are compared.
fn has_behind_m(text: &str, letters: [&str; 2]) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(2).enumerate().any(|(at, pair)| {
        pair[0] | 0x20 == b'm' && pair[1] > 0x7f && bytes.get(at + 1..).is_some_and(|rest| letters.iter().any(|letter| rest.starts_with(letter.as_bytes())))
    })
}

/// A level, in capitals or at the start, among nothing but the words of stamps or of a letterhead.
fn is_stamp(cell: &str) -> bool {
    // Nearly every line ends here.
    if !has_behind_m(cell, IN_LEVELS) {
        return false;
    }
    let words: Vec<&str> = runs(cell).take(25).collect();
    if words.len() > 24 || !words.iter().any(|word| word.len() <= 8 && word.to_lowercase() == "mật") {
        return false;
    }
    let lower = cell.to_lowercase();
    let numbered = words.len() <= 8 && lower.trim_start().starts_with("số:");
    let headed = numbered || LETTERHEADS.iter().any(|head| lower.contains(head));
    let alone = LEVELS.contains(&squash(cell).as_str());
    if alone || !levels(&words).any(|at| is_marked(&words, at)) {
        return false;
    }
    let number = |word: &str| word.chars().all(|c| c.is_ascii_digit());
    headed || {
        let has_number = words.iter().any(|word| number(word));
        let known = |word: &&str| number(word) || STAMP_WORDS.contains(&word.to_lowercase().as_str());
        words.iter().all(known) && (!has_number || lower.contains("số"))
    }
}

/// Whether the level that ends at `at` is written as a mark; `ĐỘ MẬT` names the field, not a level.
fn is_marked(words: &[&str], at: usize) -> bool {
    let word_at = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or_default();
    let before = word_at(at.checked_sub(1)).to_lowercase();
    if ["độ", "mức", "cấp"].contains(&before.as_str()) {
        return false;
    }
    let first = at - usize::from(["tối", "tuyệt"].contains(&before.as_str()));
    let capitals = !word_at(Some(at)).chars().any(char::is_lowercase);
    capitals || (first == 0 && word_at(Some(0)).starts_with(char::is_uppercase))
}

/// What stands between two brackets.
fn bracketed(text: &str, open: char, close: char) -> impl Iterator<Item = &str> {
    let parts = text.split(open).skip(1);
    parts.filter_map(move |part| part.split_once(close).map(|(inner, _)| inner))
}

/// A level in square brackets, or in capitals in round ones.
fn has_box(line: &str) -> bool {
    if !line.contains(['[', '【', '〔', '［', '(']) {
        return false;
    }
    // No level has more than eight letters.
    let level = |inner: &str| inner.chars().filter(|c| c.is_alphanumeric()).nth(8).is_none() && LEVELS.contains(&squash(inner).as_str());
    let square = [('[', ']'), ('【', '】'), ('〔', '〕'), ('［', '］')];
    square.iter().any(|(open, close)| bracketed(line, *open, *close).any(level))
        || bracketed(line, '(', ')').any(|inner| !inner.contains(char::is_lowercase) && level(inner))
}

/// "Độ mật: Tối mật": a level as the value of its field. "Thường" and "không" are none.
fn has_level_field(line: &str) -> bool {
    // Each of the fields has one of these pairs of letters.
    if !has_behind_m(line, IN_LEVELS) && !has_behind_m(line, IN_FIELDS) {
        return false;
    }
    let lower = line.to_lowercase();
    LEVEL_FIELDS.iter().any(|field| {
        let found = lower.match_indices(field);
        found.into_iter().any(|(at, _)| is_level_value(&lower[at + field.len()..], field.contains("mật")))
    })
}

fn is_level_value(rest: &str, about_secrecy: bool) -> bool {
    // Bounded, so that a long line of field names is still read in linear time.
    let end = rest.char_indices().nth(100).map_or(rest.len(), |(end, _)| end);
    let rest = rest[..end].trim_start();
    let separators = [':', '：', '=', '-', '–', '—'];
    let Some(value) = rest.strip_prefix(separators) else {
        return about_secrecy && LEVELS.contains(&squash(rest).as_str());
    };
    let value = value.split([';', ',']).next().unwrap_or_default();
    let whole = squash(value);
    let letters = about_secrecy && LEVEL_LETTERS.contains(&whole.as_str());
    let mut words = words(value);
    words.truncate(4);
    let clear = words.first().is_some_and(|word| CLEAR_LEVELS.contains(word) || *word == "bình");
    letters || LEVELS.contains(&whole.as_str()) || (!clear && levels(&words).next().is_some())
}

#[cfg(test)]
mod tests;
