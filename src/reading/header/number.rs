//! Number, symbol, place and date of a document, and the stamp of its arrival.

use super::Lead;
use crate::reading::{
    dates,
    model::{DateParts, Proposal, Stamp},
    parts::{is_capitals, is_national},
    tokens::{Passage, tokens},
    words::Words,
};
use std::ops::Range;

/// How a date line is cut: place, date.
fn place_and_date(words: &Words<'_>) -> Option<(usize, dates::Found)> {
    let at = (0..words.len().min(14))
        .find(|at| words.low(*at) == "ngày" && (words.low(at + 1) == "tháng" || words.sign(at + 1) == '0' || ['.', '…', '-'].contains(&words.sign(at + 1))))?;
    let found = words.date(at)?;
    (found.parts.year.is_some() || words.low(found.e.saturating_sub(1)) == "năm").then_some((at, found))
}

impl Lead<'_> {
    /// "ĐẾN / Số: 6488 / Ngày: 12/12/2019 / Chuyển:" and the name above.
    pub(super) fn stamp(&mut self, zone: Range<usize>) {
        let label = |low: &str| {
            let low = low.trim().trim_end_matches(':');
            low == "đến" || low == "công văn đến" || low == "văn bản đến"
        };
        let Some(at) = zone.clone().find(|at| self.free(*at) && label(&self.line(*at).passage.low)) else {
            return;
        };
        let mut stamp = Stamp::default();
        let mut spans = self.all_of(&self.line(at).passage);
        let mut took = vec![at];
        for next in at + 1..zone.end.min(at + 7) {
            let passage = self.line(next).passage.clone();
            let low = passage.low.trim();
            let value = passage.text.split_once(':').map(|(_, v)| v.trim().trim_matches('.').to_owned()).filter(|v| !v.is_empty());
            if (low.starts_with("số") || low.starts_with("đến số")) && stamp.arrival_number.is_none() && !low.contains('/') {
                stamp.arrival_number = value;
            } else if low.starts_with("ngày") && stamp.arrival_date.is_none() && low.chars().count() < 30 {
                let tokens = tokens(&passage, self.context.vocabulary);
                let words = Words { passage: &passage, tokens: &tokens, vocabulary: self.context.vocabulary };
                let date = (0..words.len()).filter(|at| words.sign(*at) == '0').find_map(|at| words.date(at));
                stamp.arrival_date = date.and_then(|d| d.parts.date);
            } else if low.starts_with("chuyển") || low.starts_with("lưu hồ sơ") || low.starts_with("kính chuyển") {
                if low.starts_with("chuyển") || low.starts_with("kính") {
                    stamp.forwarded_to = value;
                }
            } else {
                break;
            }
            spans.extend(self.all_of(&passage));
            took.push(next);
        }
        if stamp.arrival_number.is_none() && stamp.arrival_date.is_none() {
            return;
        }
        // The agency above: capitals that do not belong to the number, which a stamp may have run into.
        let above: Vec<usize> =
            (zone.start..at).rev().take(4).take_while(|l| is_capitals(&self.line(*l).passage.text) && !is_national(&self.line(*l).passage.low)).collect();
        let mut joined = Passage::default();
        for line in above.iter().rev() {
            let passage = &self.line(*line).passage;
            let text = passage.text.as_str();
            let end = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
            joined.join(&passage.part(0, end));
        }
        joined.finish();
        let own = tokens(&joined, self.context.vocabulary);
        let words = Words { passage: &joined, tokens: &own, vocabulary: self.context.vocabulary };
        if let Some(mention) = words.mention(0, false) {
            let name = words.proper(mention.s, mention.e, false).replace("Thông tin và Truyền sóng", "Thông tin và Truyền thông");
            let (from, to) = words.bytes(mention.s, mention.e);
            spans.extend(self.spans(&joined, from, to));
            stamp.organization = Some(name);
            // The lines above that hold nothing else are the stamp's.
            took.extend(above.iter().filter(|l| !self.line(**l).passage.text.contains(|c: char| c.is_ascii_digit())));
        }
        self.header.arrival_stamp = Some(Proposal::check(stamp, spans, "arrival stamp"));
        self.taken.extend(took);
    }

    pub(super) fn number_and_date(&mut self, zone: Range<usize>, foot: usize) {
        for at in zone.clone() {
            if !self.free(at) {
                continue;
            }
            let mut passage = self.line(at).passage.clone();
            if self.header.number.is_none() && self.header.symbol.is_none() && passage.low.starts_with("số") {
                // "Số:" alone goes on in the next line.
                if passage.text.trim_end().ends_with(':') && at + 1 < zone.end {
                    passage.join(&self.line(at + 1).passage.clone());
                    passage.finish();
                }
                self.number(&passage, "number line");
            }
        }
        // The date stands on a line of its own, which wrapping may have cut and a stamp moved into the text.
        for at in zone.start..foot {
            if self.header.date.is_some() || !self.free(at) {
                continue;
            }
            let mut passage = self.line(at).passage.clone();
            let low = passage.low.clone();
            if is_national(&low) && !low.contains("ngày")
                || !(low.contains("ngày") || low.len() < 40 && at + 1 < foot && self.line(at + 1).passage.low.contains("ngày"))
            {
                continue;
            }
            let cut = !low.contains("năm") || !low.contains("ngày");
            let mut last = at;
            if cut && at + 1 < foot && !self.line(at + 1).after_gap && self.line(at + 1).column == self.line(at).column && !low.starts_with("số") {
                passage.join(&self.line(at + 1).passage.clone());
                passage.finish();
                last = at + 1;
            }
            let own = tokens(&passage, self.context.vocabulary);
            let words = Words { passage: &passage, tokens: &own, vocabulary: self.context.vocabulary };
            let Some((day, found)) = place_and_date(&words) else { continue };
            // Another column may stand before it: "Số: 12/KH-UBND Hà Nội, ngày …".
            let comma = day > 0 && words.sign(day - 1) == ',';
            let mut from = day.saturating_sub(usize::from(comma));
            while from > 0
                && (words.tokens[from - 1].is_capital()
                    || words.sign(from - 1) == '-'
                    || (words.sign(from - 1) == '.' && words.low(from.saturating_sub(2)) == "tp"))
                && day - from < 8
                && !words.low(from - 1).contains("ubnd")
            {
                from -= 1;
            }
            let place = words.text(from, day - usize::from(comma)).to_owned();
            let weekday = words.low(0) == "chủ" || words.low(0) == "thứ";
            let rest = words.len().saturating_sub(found.e);
            if weekday || rest > 2 || (place.is_empty() && day > 0) || (from > 0 && words.low(0) != "số" && last == at) || words.sign(found.e) == ',' {
                continue;
            }
            if place.is_empty() && found.parts.date.is_none() {
                continue;
            }
            if !place.is_empty() {
                let (s, e) = words.bytes(from, day - usize::from(comma));
                self.header.place = Some(Proposal::sure(place, self.spans(&passage, s, e), "place before the date"));
            }
            let (s, e) = words.bytes(day, found.e);
            let spans = self.spans(&passage, s, e);
            let outside = at > zone.start + 40;
            let date: DateParts = found.parts;
            self.header.date = Some(match date.date.is_some() && !outside {
                true => Proposal::sure(date, spans, "date line"),
                false => Proposal::check(date, spans, "date line"),
            });
            if words.low(0) != "số" {
                self.taken.push(at);
            }
            if last > at {
                self.taken.push(last);
            }
        }
        if self.header.number.is_none() && self.header.symbol.is_none() {
            self.garbled_number(zone);
        }
    }

    /// A Party number that a stamp has run into: "SỞ … TRUYỀN SÓNG 38-CT/TU".
    pub(super) fn garbled_number(&mut self, zone: Range<usize>) {
        for at in zone {
            let passage = self.line(at).passage.clone();
            if !is_capitals(&passage.text) || self.line(at).row.is_some() {
                continue;
            }
            let Some(last) = passage.text.split_whitespace().last() else { continue };
            let from = passage.text.len() - last.len();
            let bare = last.trim_end_matches(['.', ',']);
            let Some((number, symbol)) = bare.split_once(['-', '/']) else { continue };
            let party = bare.contains('-') && symbol.contains('/');
            let state = bare.contains('/') && symbol.contains('-');
            if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) || !(party || state) {
                continue;
            }
            self.header.number = Some(Proposal::check(number.to_owned(), self.spans(&passage, from, from + number.len()), "number beside a stamp"));
            let s = from + number.len() + 1;
            self.header.symbol = Some(Proposal::check(symbol.to_owned(), self.spans(&passage, s, from + bare.len()), "number beside a stamp"));
            return;
        }
    }

    /// "Số: 217/KH-UBND", "Số 38-CT/TU", "Số: 2076 /SYT-VP", "Số: /KH-UBND".
    pub(super) fn number(&mut self, passage: &Passage, rule: &str) {
        let text = passage.text.as_str();
        let mut at = match text.char_indices().nth(2) {
            Some((at, _)) => at,
            None => return,
        };
        let bytes = text.as_bytes();
        let skip = |mut at: usize| {
            while at < bytes.len() && (bytes[at] == b' ' || bytes[at] == b':' || bytes[at] == b'.') {
                at += 1;
            }
            at
        };
        at = skip(at);
        while text[at..].starts_with('…') {
            at = skip(at + '…'.len_utf8());
        }
        let from = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        if at > from && at < bytes.len() && bytes[at].is_ascii_lowercase() && matches!(bytes.get(at + 1), Some(b'/' | b'-')) {
            at += 1;
        }
        let number = &text[from..at];
        let mut next = at;
        while next < bytes.len() && bytes[next] == b' ' {
            next += 1;
        }
        let Some(sep) = text[next..].chars().next() else { return };
        if !['/', '-', '–'].contains(&sep) {
            return;
        }
        let mut s = next + sep.len_utf8();
        while s < bytes.len() && bytes[s] == b' ' {
            s += 1;
        }
        // The symbol: up to a space, which may stand about its own dashes.
        let mut e = s;
        for (offset, c) in text[s..].char_indices() {
            let here = s + offset;
            if c.is_alphanumeric() || "&./,".contains(c) || "-–".contains(c) {
                e = here + c.len_utf8();
            } else if c == ' ' {
                let before = text[s..here].ends_with(['-', '–', '/']);
                let after = text[here..].trim_start().starts_with(['-', '–', '/']);
                if !(before || after) {
                    break;
                }
            } else {
                break;
            }
        }
        let raw = text[s..e].trim_end_matches([',', '.', '/']);
        let symbol: String = raw.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '–' { '-' } else { c }).collect();
        if !symbol.contains(char::is_alphabetic) || symbol.chars().filter(|c| c.is_alphabetic()).all(char::is_lowercase) {
            return;
        }
        if !number.is_empty() {
            self.header.number = Some(Proposal::sure(number.to_owned(), self.spans(passage, from, at), rule));
        }
        self.header.symbol = Some(Proposal::sure(symbol, self.spans(passage, s, s + raw.len()), rule));
    }
}
