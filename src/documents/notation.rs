//! Number and symbol as people write them: state `217/KH-UBND`, Party `38-CT/TU`, and the many ways in between.

use super::kinds::Notation;
use crate::text;

/// A number and symbol as read from one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub notation: Notation,
    pub number: Option<String>,
    pub symbol: Option<String>,
}

/// Reads `217/KH-UBND`, `38-CT/TU`, `Số: 2076 /SYT-VP`, `*3935* /KH-UBND`, `15486 BTC-QLN`, `/KH-UBND`.
pub fn read(text: &str) -> Option<Written> {
    let tidy: String = text::nfc(text).chars().filter(|c| !matches!(c, '*' | '_')).map(plain).collect();
    let mut rest = tidy.trim();
    for prefix in ["số", "Số", "SỐ"] {
        rest = rest.strip_prefix(prefix).map_or(rest, |r| r.trim_start().trim_start_matches(':').trim_start());
    }
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, mut tail) = rest.split_at(digits);
    let mut number = number.to_owned();
    // 15a/KH-UBND: a letter right before the separator belongs to the number.
    let mut next = tail.chars();
    if let (false, Some(letter @ 'a'..='z'), Some('/' | '-')) = (number.is_empty(), next.next(), next.next()) {
        number.push(letter);
        tail = &tail[1..];
    }
    let tail = tail.trim_start();
    let (notation, symbol) = match tail.chars().next() {
        Some('/') => (Notation::State, &tail[1..]),
        Some('-') if tail.contains('/') => (Notation::Party, &tail[1..]),
        Some('-') => (Notation::State, &tail[1..]),
        _ => (Notation::State, tail),
    };
    let symbol: String = symbol.split_whitespace().collect();
    let some = |text: String| (!text.is_empty()).then_some(text);
    let written = Written { notation, number: some(number), symbol: some(symbol) };
    (written.number.is_some() || written.symbol.is_some()).then_some(written)
}

/// The number and symbol in their notation; a blank number stays blank (`/KH-UBND`).
pub fn write(notation: Notation, number: Option<&str>, symbol: Option<&str>) -> Option<String> {
    let between = if notation == Notation::Party { "-" } else { "/" };
    match (number, symbol) {
        (None, None) => None,
        (Some(number), None) => Some(number.to_owned()),
        (number, Some(symbol)) => Some(format!("{}{between}{symbol}", number.unwrap_or_default())),
    }
}

/// What number and symbol are found and compared by: `05` equals `5`, and neither case, spaces nor the separators inside
/// the symbol matter (texts write `04/CT-TW` for `04-CT/TW`); diacritics do (HD is not HĐ).
pub fn key(number: Option<&str>, symbol: Option<&str>) -> Option<String> {
    if number.is_none() && symbol.is_none() {
        return None;
    }
    let squash = |text: &str| -> String {
        let nfc = text::nfc(text);
        let kept = nfc.chars().filter(|c| !c.is_whitespace()).map(plain).map(|c| if matches!(c, '/' | '.') { '-' } else { c });
        kept.flat_map(char::to_lowercase).collect()
    };
    let number = squash(number.unwrap_or_default());
    let stripped = number.trim_start_matches('0');
    Some(format!("{stripped}|{}", squash(symbol.unwrap_or_default())))
}

/// The count in a number, where it is one: `05` is 5, `15a` is none.
pub fn count(number: &str) -> Option<i32> {
    number.trim().parse().ok().filter(|n| *n > 0)
}

fn plain(c: char) -> char {
    match c {
        '‐' | '‑' | '–' | '—' | '−' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_parts(text: &str) -> (Notation, String, String) {
        let written = read(text).map(|w| (w.notation, w.number.unwrap_or_default(), w.symbol.unwrap_or_default()));
        written.unwrap_or((Notation::State, String::new(), String::new()))
    }

    #[test]
    fn both_notations_are_read_and_written() {
        for (text, notation, number, symbol) in [
            ("217/KH-UBND", Notation::State, "217", "KH-UBND"),
            ("38-CT/TU", Notation::Party, "38", "CT/TU"),
            ("Số: 2076 /SYT-VP", Notation::State, "2076", "SYT-VP"),
            ("Số: *3935* /KH-UBND", Notation::State, "3935", "KH-UBND"),
            ("12/2023/QĐ-UBND", Notation::State, "12", "2023/QĐ-UBND"),
            ("15486 BTC-QLN", Notation::State, "15486", "BTC-QLN"),
            ("01-HD/BĐNTW", Notation::Party, "01", "HD/BĐNTW"),
            ("499/SNgV-LS&HTQT", Notation::State, "499", "SNgV-LS&HTQT"),
            ("Số: /KH-UBND", Notation::State, "", "KH-UBND"),
            ("15a/KH-UBND", Notation::State, "15a", "KH-UBND"),
        ] {
            assert_eq!(read_parts(text), (notation, number.into(), symbol.into()), "{text}");
        }
        assert_eq!(write(Notation::State, Some("217"), Some("KH-UBND")).as_deref(), Some("217/KH-UBND"));
        assert_eq!(write(Notation::Party, Some("38"), Some("CT/TU")).as_deref(), Some("38-CT/TU"));
        assert_eq!(write(Notation::State, None, Some("KH-UBND")).as_deref(), Some("/KH-UBND"));
        assert_eq!(write(Notation::State, None, None), None);
        assert_eq!(read("  "), None);
    }

    #[test]
    fn numbers_and_symbols_are_compared_as_people_do() {
        let same = |a: &str, b: &str| {
            let of = |t: &str| read(t).and_then(|w| key(w.number.as_deref(), w.symbol.as_deref()));
            of(a) == of(b)
        };
        assert!(same("05/KH-UBND", "5/KH-UBND"));
        assert!(same("04/CT-TW", "04-CT/TW"));
        assert!(same("2076 /SYT-VP", "2076/syt-vp"));
        assert!(!same("38-CT/TU", "38-CT/TW"));
        assert!(!same("1/HD-UBND", "1/HĐ-UBND"));
        assert!(!same("12/QĐ-UBND", "12/2023/QĐ-UBND"));
        assert!(!same("50/KH-UBND", "5/KH-UBND"));
        assert_eq!((count("05"), count("15a"), count("0")), (Some(5), None, None));
    }
}
