//! Text as it is stored (NFC) and as it is searched (folded).
//!
//! Vietnamese reaches the service in both Unicode forms: Windows keyboards send NFC, macOS files and
//! some PDF text layers NFD. Everything is kept in NFC, so that equal texts have equal bytes; what is
//! searched is folded, so that an official who types `doi ngoai` finds `Đối ngoại`.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The most words one search may hold; what follows is ignored, so that a query stays cheap.
pub const MAX_SEARCH_TERMS: usize = 16;

/// JSON Schema pattern (ECMA 262) of a text without forbidden controls; the schema's half of
/// [`has_forbidden_control`].
pub const TEXT_PATTERN: &str = r"^[^\u0000-\u0008\u000B-\u001F]*$";

/// The text in Unicode NFC, otherwise unchanged.
pub fn nfc(text: &str) -> String {
    // Most text already is, and to see that costs less than to make it; what Vietnamese is written in needs no tables.
    if text.chars().all(is_composed) || is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

/// Whether the character neither comes apart in NFC nor joins another: Latin letters with their marks, and the signs of
/// printed text (U+2000 and U+2001 do come apart).
fn is_composed(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{1e00}'..='\u{1eff}' | '\u{2002}'..='\u{2038}')
}

/// The beginning of a text, for a heading.
pub fn brief(text: &str) -> String {
    const MOST: usize = 120;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MOST { line.to_owned() } else { line.chars().take(MOST - 1).chain(['…']).collect() }
}

/// As much of a text as orders a list: its first 160 characters, so that a cursor, which holds it, stays short. The
/// database has the same.
pub fn beginning(text: &str) -> String {
    text.chars().take(160).collect()
}

/// The text for searching without diacritics: NFD, combining marks U+0300 to U+036F dropped, `đ`
/// as `d` (it has no decomposition), lower case, white space runs as one space, none at the ends.
///
/// Folding is idempotent and gives the same for NFC and NFD input.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut space_due = false;
    for c in text.nfd() {
        if ('\u{300}'..='\u{36f}').contains(&c) {
            continue;
        }
        if c.is_whitespace() {
            space_due = !folded.is_empty();
            continue;
        }
        if space_due {
            folded.push(' ');
            space_due = false;
        }
        match c {
            'đ' | 'Đ' => folded.push('d'),
            _ => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// True when the text holds a C0 control other than tab and newline. Carriage return counts as
/// forbidden: a text has one kind of line end. DEL and C1 are not C0 and pass.
pub fn has_forbidden_control(text: &str) -> bool {
    text.chars().any(|c| c < '\u{20}' && c != '\t' && c != '\n')
}

/// The folded words of a query in order, each once, at most [`MAX_SEARCH_TERMS`]. A word is a run
/// of letters and digits, so `38-CT/TW` gives `38`, `ct`, `tw`; there is nothing in a term that a
/// query language could take for an operator.
pub fn search_terms(query: &str) -> Vec<String> {
    let folded = fold(query);
    let mut terms: Vec<String> = Vec::new();
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if terms.len() == MAX_SEARCH_TERMS {
            break;
        }
        if !terms.iter().any(|term| term == word) {
            terms.push(word.to_owned());
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nfd(text: &str) -> String {
        text.nfd().collect()
    }

    #[test]
    fn nfd_comes_back_as_nfc() {
        let text = "Liên hiệp các tổ chức hữu nghị tỉnh Bình Định";
        assert_ne!(nfd(text), text);
        assert_eq!(nfc(&nfd(text)), text);
        assert_eq!(nfc(text), text);
        // White space and line ends are not the business of NFC.
        assert_eq!(nfc(" a\t\n b "), " a\t\n b ");
    }

    #[test]
    fn folding_drops_every_vietnamese_mark() {
        let all = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ";
        let plain = "a".repeat(18) + &"e".repeat(12) + "iiiiii" + &"o".repeat(18) + &"u".repeat(12) + "yyyyyyd";
        assert_eq!(fold(all), plain);
        assert_eq!(fold(&all.to_uppercase()), plain);
        assert_eq!(fold(&nfd(all)), plain);
    }

    #[test]
    fn folding_collapses_white_space_and_is_idempotent() {
        let folded = fold("  Đối\u{a0}ngoại \n\t NHÂN   dân ");
        assert_eq!(folded, "doi ngoai nhan dan");
        assert_eq!(fold(&folded), folded);
        assert_eq!(fold(" \n "), "");
        assert_eq!(fold("\u{301}"), "");
    }

    #[test]
    fn only_tab_and_newline_are_allowed_controls() {
        assert!(!has_forbidden_control("một\thai\nba\u{7f}\u{85}"));
        for code in (0u8..0x20).filter(|c| *c != b'\t' && *c != b'\n') {
            assert!(has_forbidden_control(&format!("a{}b", char::from(code))), "U+{code:04X}");
        }
    }

    #[test]
    fn terms_are_words_each_once_and_bounded() {
        assert_eq!(search_terms("Chỉ thị 38-CT/TW, chỉ THỊ \"AND\" *"), ["chi", "thi", "38", "ct", "tw", "and"]);
        assert!(search_terms(" -- ** ").is_empty());
        let many: Vec<String> = (0..40).map(|n| format!("tu{n}")).collect();
        assert_eq!(search_terms(&many.join(" ")), many[..16]);
    }
}
