//! Letters: "V/v …", "Kính gửi: …"; and the fields of a web page around a document.

use super::Lead;
use crate::reading::{
    model::{Kind, Proposal},
    parts::{is_capitals, is_national},
    tokens::{Passage, longer},
};
use std::ops::Range;

/// How many lines a salutation may have.
const ADDRESSEES: usize = 120;

fn split_at_semicolons(text: &str) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if c == ';' {
            all.push((from, at));
            from = at + 1;
        }
    }
    all.push((from, text.len()));
    all
}

impl Lead<'_> {
    /// A letter: "V/v …", "Kính gửi: …".
    pub(super) fn letter(&mut self, from: usize, zone: Range<usize>, foot: usize) -> usize {
        let mut at = from;
        let line = self.line(at).clone();
        if !line.passage.low.starts_with("kính gửi") {
            let mut summary = line.passage.clone();
            at += 1;
            while at < zone.end {
                let next = self.line(at).clone();
                let low = next.passage.low.as_str();
                if low.starts_with("kính gửi") || is_national(low) {
                    break;
                }
                if !self.free(at) || next.column != line.column {
                    at += 1;
                    continue;
                }
                if next.after_gap && !summary.low_ends() || is_capitals(&next.passage.text) {
                    break;
                }
                summary.join(&next.passage);
                at += 1;
            }
            self.header.kind = Some(Proposal::sure(Kind { code: None, name: "Công văn".into() }, self.spans(&line.passage, 0, 3), "letter with V/v"));
            self.set_summary(summary);
        }
        while at < zone.end && !self.line(at).passage.low.starts_with("kính gửi") {
            at += 1;
        }
        if at >= zone.end {
            return at.min(from + 2).max(from + 1);
        }
        if self.header.kind.is_none() {
            self.header.kind =
                Some(Proposal::check(Kind { code: None, name: "Công văn".into() }, self.all_of(&self.line(at).passage), "letter by its salutation"));
        }
        self.addressees(at, foot)
    }

    pub(super) fn addressees(&mut self, from: usize, foot: usize) -> usize {
        let first = self.line(from).passage.clone();
        let cut = first.text.find(':').map_or("Kính gửi".len(), |at| at + 1);
        let mut items: Vec<Passage> = vec![first.part(cut, first.text.len())];
        let mut at = from + 1;
        while at < foot.min(from + ADDRESSEES) {
            let line = self.line(at);
            let text = line.passage.text.trim_start();
            let dash = text.starts_with(['-', '–', '+', '•']);
            let last = items.last().map(|p| p.text.trim_end().to_owned()).unwrap_or_default();
            let small = text.chars().next().is_some_and(char::is_lowercase);
            let open = last.is_empty() || last.ends_with([',', ';']);
            if dash {
                let inner = line.passage.part(line.passage.text.find(text).unwrap_or(0) + 1, line.passage.text.len());
                items.push(inner);
            } else if (small && !line.after_gap && !last.ends_with('.')) || (open && !line.after_gap) || (open && last.is_empty() && !longer(text, 119)) {
                if let Some(last) = items.last_mut() {
                    last.join(&line.passage);
                }
            } else {
                break;
            }
            at += 1;
        }
        for mut item in items {
            item.finish();
            for (from, to) in split_at_semicolons(&item.text) {
                let text = item.text[from..to].trim().trim_end_matches(['.', ';', ',']).trim();
                if text.chars().any(char::is_alphabetic) {
                    let spans = self.spans(&item, from, to);
                    self.header.addressees.push(Proposal::sure(text.to_owned(), spans, "salutation"));
                }
            }
        }
        at
    }

    /// Fields of a web page: "Số hiệu 217/KH-UBND", "Người ký: …". They fill what the document itself does not show.
    pub(super) fn metadata(&mut self, zone: Range<usize>) {
        for at in zone {
            let passage = self.line(at).passage.clone();
            let field = |names: &[&str]| {
                names.iter().find_map(|name| {
                    let rest = passage.low.strip_prefix(name)?;
                    let from = passage.text.len() - rest.len();
                    let inner = passage.text[from..].trim_start_matches([':', ' ', '\t']);
                    (!inner.is_empty()).then(|| (passage.text.len() - inner.len(), inner.to_owned()))
                })
            };
            if let Some((from, name)) = field(&["người ký"]) {
                let words = name.split_whitespace().count();
                if self.header.signer.is_none() && (2..=5).contains(&words) && name.split_whitespace().all(|w| w.chars().next().is_some_and(char::is_uppercase))
                {
                    self.header.signer = Some(Proposal::check(name.clone(), self.spans(&passage, from, passage.text.len()), "page metadata"));
                }
            }
            if self.header.symbol.is_none()
                && let Some((from, value)) = field(&["số hiệu", "số ký hiệu", "số, ký hiệu", "số/ký hiệu"])
            {
                let prefixed = format!("Số {value}");
                let mut shifted = Passage::default();
                for (offset, c) in prefixed.char_indices() {
                    let back = from + offset.saturating_sub("Số ".len());
                    shifted.push(c, passage.at.get(back).copied().unwrap_or(0));
                }
                shifted.finish();
                self.number(&shifted, "page metadata");
            }
        }
    }
}
