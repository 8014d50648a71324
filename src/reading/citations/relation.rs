//! What a document has to do with one that it names.

use super::{Found, Ground};
use crate::reading::words::Words;

/// How many words of a sentence say what it has to do with a document.
const SENTENCE: usize = 400;

/// What the document has to do with the one that it names.
pub(super) fn relation(words: &Words<'_>, found: &[Found], at: usize, ground: Ground) -> &'static str {
    let one = &found[at];
    // The sentence, as far back as any sentence goes.
    let reach = one.s.saturating_sub(SENTENCE);
    let start = (reach..one.s).rev().find(|t| words.sign(*t) == ';' || words.sign(*t) == '.' && !words.glued(*t, *t + 1)).map_or(reach, |t| t + 1);
    let near = |phrases: &[&[&str]], reach: usize| (one.s.saturating_sub(reach)..one.s).find(|t| words.says_any(*t, phrases).is_some());
    let this = (start..one.s).any(|t| words.low(t) == "này") || (start..one.s).any(|t| words.says_any(t, &[&["hiệu", "lực"]]).is_some());
    let first_between = at == 0 || (found[at - 1].s < start);
    if this && near(&[&["thay", "thế"]], 12).is_some() {
        return "thay thế";
    }
    if this && near(&[&["bãi", "bỏ"]], 12).is_some() {
        return "thay thế";
    }
    let changes = near(&[&["sửa", "đổi"], &["bổ", "sung"], &["điều", "chỉnh"]], 14);
    if let Some(word) = changes
        && (ground == Ground::Summary || ground == Ground::Body && word <= start + 3)
        && first_between
        && ground != Ground::Preamble
    {
        return "sửa đổi";
    }
    if ground == Ground::Summary && near(&[&["thay", "thế"]], 12).is_some() {
        return "thay thế";
    }
    if ground == Ground::Bases {
        return if nested(words, one, start) { "viện dẫn" } else { "căn cứ" };
    }
    if ground == Ground::Summary {
        let carries = (reach..one.s).any(|t| words.says_any(t, &[&["thực", "hiện"], &["triển", "khai"], &["thi", "hành"]]).is_some());
        return if carries { "thực hiện" } else { "viện dẫn" };
    }
    if ground != Ground::Preamble {
        return "viện dẫn";
    }
    if words.says_any(start, &[&["theo", "đề", "nghị"], &["xét"], &["đề", "nghị"]]).is_some() {
        return "theo đề nghị";
    }
    let mut opening = start;
    while [",", "-", "và"].contains(&words.low(opening)) {
        opening += 1;
    }
    // "Để tiếp tục thực hiện hiệu quả Chỉ thị …"
    let purpose: &[&[&str]] = &[&["để", "tiếp", "tục"], &["nhằm", "tiếp", "tục"], &["để", "tổ", "chức"], &["tiếp", "tục"], &["để"], &["nhằm"]];
    if let Some(next) = words.says_any(opening, purpose).filter(|next| words.says_any(*next, &[&["thực", "hiện"], &["triển", "khai"]]).is_some()) {
        opening = next;
    }
    // "…; thực hiện kết luận của … tại Thông báo số …" and "Ngày …, thực hiện …".
    let opens = |t: usize| {
        if words.low(t) == "căn" && words.low(t + 1) == "cứ" {
            Some("căn cứ")
        } else if words
            .says_any(
                t,
                &[
                    &["thực", "hiện"],
                    &["triển", "khai"],
                    &["thi", "hành"],
                    &["tiếp", "tục", "thực", "hiện"],
                    &["để", "thực", "hiện"],
                    &["để", "triển", "khai"],
                    &["nhằm", "thực", "hiện"],
                ],
            )
            .is_some()
        {
            Some("thực hiện")
        } else if words.says_any(t, &[&["trên", "cơ", "sở"], &["theo"]]).is_some() {
            Some("căn cứ")
        } else {
            None
        }
    };
    let relation = opens(opening).or_else(|| {
        (opening..one.s)
            .filter(|t| words.sign(*t) == ',')
            .rev()
            .find_map(|t| opens(t + 1).filter(|_| found[at.saturating_sub(SENTENCE)..at].iter().all(|f| f.s <= t)))
    });
    match relation {
        Some(relation) if !nested(words, one, start) || first_between && one.s <= opening + 5 => relation,
        Some(relation) if first_between && (opening..one.s).any(|t| words.low(t) == "tại") => relation,
        _ => "viện dẫn",
    }
}

/// Named inside the name of another: "… về triển khai Chỉ thị số …".
fn nested(words: &Words<'_>, one: &Found, start: usize) -> bool {
    if one.s == start {
        return false;
    }
    let before = words.low(one.s - 1);
    !([",", "và", ";", "cứ", "-"].contains(&before) || one.s <= start + 3 || words.sign(one.s - 1) == ',')
}
