//! The foot of a document: the distribution list and the signature.

use super::{
    Context,
    lines::Line,
    model::{Header, Proposal, Recipient},
    names::capitalised,
    parts::{is_authority, is_capitals, is_distribution, is_position},
    tokens::{Passage, longer, tokens},
};
use std::ops::Range;

/// Reads distribution list and signature into the header.
pub fn read(context: &Context<'_>, lines: &[Line], foot: Range<usize>, header: &mut Header) {
    let mut items: Vec<(Passage, usize)> = Vec::new();
    let mut listing = false;
    let mut ended = false;
    let mut name: Option<Proposal<String>> = None;
    let mut authority: Vec<Proposal<String>> = Vec::new();
    let mut signed_at = 0;
    for at in foot {
        let line = &lines[at];
        let text = line.passage.text.trim();
        if line.row.is_some() {
            break;
        }
        if is_distribution(&line.passage.low) {
            listing = true;
            let cut = line.passage.text.find(':').map(|c| c + 1).unwrap_or(line.passage.text.len());
            let rest = line.passage.part(cut, line.passage.text.len());
            if rest.text.chars().any(char::is_alphabetic) {
                items.push((rest, line.column));
            }
            continue;
        }
        let authorised = is_authority(text);
        if authorised
            || is_position(line, context.vocabulary)
            || (!authority.is_empty() && name.is_none() && is_capitals(text) && !text.starts_with('-') && at <= signed_at + 2)
        {
            if name.is_none() {
                authority.extend(split_authority(line, context));
                signed_at = at;
            }
            continue;
        }
        if !authority.is_empty()
            && name.is_none()
            && !text.starts_with(['-', '–', '+'])
            && let Some((from, value)) = person(&line.passage.text)
        {
            let spans = line.passage.spans(from, from + value.len(), context.source);
            name = Some(Proposal::sure(value, spans, "name under the position"));
            continue;
        }
        if listing && !ended {
            let dash = text.starts_with(['-', '–', '—', '+', '•', '*']);
            let bare = line.passage.text.find(text).unwrap_or(0);
            if dash {
                let sign = text.chars().next().map_or(1, char::len_utf8);
                items.push((line.passage.part(bare + sign, line.passage.text.len()), line.column));
            } else if let Some((last, column)) = items.last_mut()
                && *column == line.column
                && !archived(&last.low)
                && (!last.text.trim_end().ends_with([';', '.']) || text.chars().next().is_some_and(char::is_lowercase))
            {
                last.join(&line.passage);
                last.finish();
            } else if items.last().is_none_or(|(last, _)| !archived(&last.low)) && authority.is_empty() && !longer(text, 99) {
                items.push((line.passage.clone(), line.column));
            }
            ended = items.last().is_some_and(|(last, _)| archived(&last.low) && last.text.trim_end().ends_with('.'));
        }
    }
    for (passage, _) in items {
        if let Some(recipient) = recipient(&passage, context) {
            header.recipients.push(recipient);
        }
    }
    if let Some(name) = name {
        header.signer = Some(name);
    }
    if let Some(last) = authority.iter().rev().find(|a| !is_authority(&a.value)).or_else(|| authority.last()) {
        let stripped = last.value.split_once(['.']).filter(|(p, _)| ["Q", "TL", "KT", "TM"].contains(p)).map_or(last.value.as_str(), |(_, rest)| rest);
        let stripped = stripped.trim().trim_start_matches("T/M ").trim();
        if is_authority(&last.value) && (last.value.starts_with("TM") || last.value.starts_with("T/M")) {
            // Only the body signs, no position is written.
        } else {
            let value = position_name(stripped, context);
            header.position = Some(Proposal { value, ..last.clone() });
        }
    }
    header.authority_lines = authority;
}

/// "TM. BAN THƯỜNG VỤ PHÓ BÍ THƯ" on one line is two.
fn split_authority(line: &Line, context: &Context<'_>) -> Vec<Proposal<String>> {
    let passage = &line.passage;
    let own = tokens(passage, context.vocabulary);
    let make = |from: usize, to: usize| {
        let (from, to) = passage.trimmed(from, to);
        Proposal::sure(passage.text[from..to].to_owned(), passage.spans(from, to, context.source), "signature block")
    };
    if is_authority(&passage.text) {
        for (at, token) in own.iter().enumerate().skip(4) {
            if let Some((_, next)) = context.vocabulary.positions.at(&own, at)
                && next >= own.len()
                && !matches!(own[at - 1].sign, '.' | '/')
            {
                let cut = token.s as usize;
                return vec![make(0, cut), make(cut, passage.text.len())];
            }
        }
    }
    vec![make(0, passage.text.len())]
}

fn position_name(text: &str, context: &Context<'_>) -> String {
    let mut passage = Passage::default();
    for c in text.chars() {
        passage.push(c, 0);
    }
    passage.finish();
    let own = tokens(&passage, context.vocabulary);
    match context.vocabulary.positions.at(&own, 0) {
        Some((row, next)) if next >= own.len() => row.name.clone(),
        Some((row, next)) => {
            let words = super::words::Words { passage: &passage, tokens: &own, vocabulary: context.vocabulary };
            format!("{} {}", row.name, words.proper(next, own.len(), false))
        }
        None => capitalised(&text.to_lowercase()),
    }
}

/// A name of a person: two to six words, each with a capital; ranks and degrees before it are left out.
fn person(text: &str) -> Option<(usize, String)> {
    let mut from = 0;
    let mut rest = text.trim();
    for rank in [
        "PGS.TS.",
        "GS.TS.",
        "TS.",
        "ThS.",
        "BS.",
        "CKII.",
        "BSCKII.",
        "Đại tá",
        "Thượng tá",
        "Trung tá",
        "Thiếu tướng",
        "Trung tướng",
        "Đại tướng",
        "Thượng tướng",
        "Luật sư",
    ] {
        if let Some(inner) = rest.strip_prefix(rank) {
            rest = inner.trim_start();
        }
    }
    from += text.find(rest).unwrap_or(0);
    let rest = rest.trim_end_matches(['.', ' ']);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let capital = |word: &&str| {
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_uppercase) && word.chars().any(char::is_lowercase) && chars.all(|c| c.is_alphabetic() || "'’-".contains(c))
    };
    let person = (2..=6).contains(&words.len()) && words.iter().all(capital) && !["Đã", "Chữ"].contains(&words[0]);
    person.then(|| (from, rest.to_owned()))
}

fn archived(low: &str) -> bool {
    low.trim_start().starts_with("lưu")
}

fn recipient(passage: &Passage, context: &Context<'_>) -> Option<Proposal<Recipient>> {
    let raw = passage.text.trim().trim_end_matches(['.', ';', ',', ' ']).trim();
    if !raw.chars().any(char::is_alphabetic) {
        return None;
    }
    let archive = archived(&passage.low);
    let mut units = Vec::new();
    if archive {
        let rest = raw.split_once(':').map_or(raw.trim_start_matches("Lưu").trim_start_matches("lưu"), |(_, rest)| rest);
        units = rest.split([',', ';']).map(|u| u.trim().trim_matches('.').to_owned()).filter(|u| !u.is_empty()).collect();
    }
    let purpose = raw.rfind('(').and_then(|at| raw[at + 1..].split_once(')')).map(|(inner, _)| inner.trim().trim_start_matches("để").trim().to_owned());
    let purpose = purpose.filter(|p| p.len() <= 40 && !p.is_empty() && !archive);
    let from = passage.text.find(raw).unwrap_or(0);
    let spans = passage.spans(from, from + raw.len(), context.source);
    Some(Proposal::sure(Recipient { raw: raw.to_owned(), purpose, archive, units }, spans, "distribution list"))
}
