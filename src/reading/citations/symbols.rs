//! Numbers and symbols of documents: how they are read, how they should be written, what they tell.

use crate::reading::Context;

/// Party bodies as symbols write them.
const PARTY: &[&str] = &[
    "TW", "TƯ", "TU", "ThU", "HU", "QU", "ĐU", "ĐUK", "BTGTW", "BTCTW", "BDVTW", "BĐNTW", "VPTW", "UBKTTW", "BTGTU", "BTCTU", "BDVTU", "VPTU", "UBKTTU",
    "BCSĐ", "BCS",
];

/// A number with its symbol from a byte on: `38-CT/TW`, `41/2013/QĐ-TTg`, `2076 /SYT-VP`; the byte behind it.
pub(super) fn code(text: &str, from: usize) -> Option<(String, usize)> {
    let rest = &text[from..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 6 {
        return None;
    }
    let mut end = digits;
    let mut separators = 0;
    let mut raw = rest[..digits].to_owned();
    let mut chars = rest[digits..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let here = digits + offset;
        if c == '/' || c == '-' || c == '–' {
            separators += 1;
            raw.push(if c == '–' { '-' } else { c });
            end = here + c.len_utf8();
        } else if c.is_alphanumeric() || c == '&' || c == '.' {
            raw.push(c);
            end = here + c.len_utf8();
        } else if c == ' ' {
            let last = raw.ends_with(['/', '-']);
            let next = chars.peek().map(|(_, c)| *c)?;
            let joins = (next == '/' || next == '-') && !rest[here..].starts_with(" - ") || (last && next.is_uppercase());
            if !joins {
                break;
            }
        } else {
            break;
        }
        if raw.len() > 48 {
            return None;
        }
    }
    while raw.ends_with(['.', '-', '/']) {
        raw.pop();
        end -= 1;
    }
    let letters = raw.chars().filter(|c| c.is_alphabetic()).count();
    let upper = raw.chars().filter(|c| c.is_uppercase()).count();
    (separators > 0 && letters >= 2 && upper * 2 >= letters && upper >= 2).then_some((raw, end))
}

/// How it should be written, and whether that is another way than in the text. `capitals`: the text is in capitals.
pub(super) fn corrected(raw: &str, issuer: Option<&str>) -> (String, bool) {
    let mut code =
        raw.replace("QĐ-TTG", "QĐ-TTg").replace("CT-TTG", "CT-TTg").replace("NQ-TTG", "NQ-TTg").replace("QĐ-Ttg", "QĐ-TTg").replace("CT-Ttg", "CT-TTg");
    let capitals = code != raw && raw.ends_with("TTG");
    for (glued, right) in
        [("NĐCP", "NĐ-CP"), ("NQCP", "NQ-CP"), ("QĐTTg", "QĐ-TTg"), ("CTTTg", "CT-TTg"), ("QĐUBND", "QĐ-UBND"), ("KHUBND", "KH-UBND"), ("CTUBND", "CT-UBND")]
    {
        if code.ends_with(&format!("/{glued}")) {
            code = code.replace(glued, right);
        }
    }
    code = code
        .replace("/KH/UBND", "/KH-UBND")
        .replace("/QĐ/UBND", "/QĐ-UBND")
        .replace("/NĐ/CP", "/NĐ-CP")
        .replace("/ND-CP", "/NĐ-CP")
        .replace("/QD-TTg", "/QĐ-TTg")
        .replace("/QD-UBND", "/QĐ-UBND");
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    let (number, symbol) = code.split_at(digits);
    if let Some(body) = symbol.strip_prefix(['/', '-'])
        && let Some((kind, party)) = body.split_once(['/', '-'])
        && PARTY.contains(&party)
        && !kind.is_empty()
        && !kind.contains('/')
        && !kind.bytes().all(|b| b.is_ascii_digit())
    {
        let centre = issuer.is_some_and(|i| i.contains("Trung ương") || i.contains("Bộ Chính trị") || i.contains("Ban Bí thư"));
        let local = issuer.is_some_and(|i| i.contains("Tỉnh ủy") || i.contains("Thành ủy") || i.contains("tỉnh"));
        let party = match party {
            "TƯ" if centre => "TW",
            "TƯ" if local => "TU",
            other => other,
        };
        code = format!("{number}-{kind}/{party}");
    }
    let differs = code != raw && !capitals;
    (code, differs)
}

/// The kind that the symbol says: "CT" in `38-CT/TW`.
pub(super) fn v_kind(context: &Context<'_>, raw: &str) -> Option<String> {
    let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    let mut parts = raw[digits..].split(['/', '-']).filter(|p| !p.is_empty());
    let first = parts.next()?;
    let code = if first.bytes().all(|b| b.is_ascii_digit()) { parts.next()? } else { first };
    if code.starts_with("QH") && code.len() > 2 {
        return Some("Luật".into());
    }
    context.kinds.iter().find(|(c, _)| *c == code).map(|(_, name)| name.clone())
}

/// Who issues such numbers, whatever the text says.
pub(super) fn by_code(number: &str) -> Option<String> {
    let name = match number {
        n if n.ends_with("-TTg") => "Thủ tướng Chính phủ",
        n if n.ends_with("-CP") => "Chính phủ",
        n if n.contains("/QH") => "Quốc hội",
        _ => return None,
    };
    Some(name.into())
}
