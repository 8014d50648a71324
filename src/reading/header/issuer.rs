//! Who issues, and how urgent it is.

use super::Lead;
use crate::reading::{
    model::{self, Proposal},
    names::capitalised,
    parts::{is_authority, is_capitals, is_national},
    tokens::{Passage, longer, tokens},
    words::Words,
};
use std::ops::Range;

/// Abbreviations at the start of an issuer's name written out.
pub fn full(name: &str) -> String {
    let name = name.replace("UBND", "Ủy ban nhân dân").replace("HĐND", "Hội đồng nhân dân").replace("MTTQ", "Mặt trận Tổ quốc");
    capitalised(&name)
}

/// A department carries the place of the body above it: "Sở Y tế" under "UBND tỉnh Đồng Nai" is "Sở Y tế tỉnh Đồng Nai".
fn under(name: &str, parent: &str) -> String {
    let own = name.split_whitespace().next().unwrap_or_default();
    let place = ["tỉnh ", "thành phố ", "huyện ", "quận ", "thị xã "].iter().find_map(|scope| parent.find(scope).map(|at| &parent[at..]));
    let party = ["Tỉnh ủy", "Thành ủy", "Huyện ủy"].iter().find_map(|p| parent.find(p).map(|at| &parent[at..]));
    if name == "Văn phòng" {
        return format!("{name} {parent}");
    }
    match (place, party) {
        (_, Some(party)) if own == "Ban" && !name.contains(party) => format!("{name} {party}"),
        (Some(place), _) if ["Sở", "Ban", "Phòng", "Thanh", "Văn", "Công"].contains(&own) && !name.contains(place) => {
            format!("{} {place}", name.trim_end_matches(" tỉnh").trim_end_matches(" huyện"))
        }
        _ => name.to_owned(),
    }
}

impl Lead<'_> {
    /// The names above the number, or what the text says of itself.
    pub(super) fn issuer(&mut self, zone: Range<usize>) {
        let mut block = Passage::default();
        let first = |spans: Option<&Vec<model::Span>>| spans.and_then(|s| s.first()).map_or(u32::MAX, |s| s.start);
        let above = self.header.kind.as_ref().is_some_and(|k| k.rule == "kind before the articles");
        let kind_at = first(self.header.kind.as_ref().map(|k| &k.spans));
        let kind_at = if above { kind_at.min(first(self.header.summary.as_ref().map(|s| &s.spans))) } else { kind_at };
        let letter = self.header.kind.as_ref().is_some_and(|k| k.value.name == "Công văn");
        for at in zone.clone() {
            let line = self.line(at);
            let from = line.passage.at.first().copied().unwrap_or(0);
            if from >= kind_at && !letter {
                break;
            }
            let low = line.passage.low.as_str();
            if !self.free(at)
                || is_national(low)
                || low.starts_with("số")
                || low.starts_with("v/v")
                || low.starts_with("kính gửi")
                || is_authority(&line.passage.text)
            {
                continue;
            }
            let taken_number = self.header.number.as_ref().is_some_and(|n| n.spans.iter().any(|s| line.passage.at.contains(&s.start)));
            if !is_capitals(&line.passage.text) || taken_number || longer(&line.passage.text, 140) {
                continue;
            }
            block.join(&line.passage);
        }
        block.finish();
        let v = self.context.vocabulary;
        let own = tokens(&block, v);
        let words = Words { passage: &block, tokens: &own, vocabulary: v };
        let mut found: Vec<(String, usize, usize)> = Vec::new();
        let mut at = 0;
        while at < words.len() && found.len() < 4 {
            match words.mention(at, false) {
                Some(m) if m.named && m.e > at => {
                    found.push((words.proper(m.s, m.e, false), m.s, m.e));
                    at = m.e;
                }
                _ => at += 1,
            }
        }
        let (bare, of) = ("Ủy ban nhân dân", "Tỉnh ủy");
        if let Some((name, s, e)) = found.last().cloned() {
            let above = found.len().checked_sub(2).map(|at| found[at].clone());
            let mut name = full(&name);
            if let Some((parent, ps, pe)) = &above {
                let parent = full(parent);
                name = under(&name, &parent);
                // Nobody stands above himself: the same name twice is letterhead and authority.
                if parent != name {
                    let (from, to) = words.bytes(*ps, *pe);
                    self.header.parent = Some(Proposal::sure(parent, self.spans(&block, from, to), "name above the issuer"));
                }
            }
            let (from, to) = words.bytes(s, e);
            let alone = name == bare || name == of;
            let spans = self.spans(&block, from, to);
            self.header.issuer = Some(Proposal {
                value: name,
                spans,
                confidence: if alone { model::Confidence::Check } else { model::Confidence::Sure },
                rule: "letterhead".into(),
            });
        }
        self.issuer_in_full(zone.clone());
        if self.header.issuer.is_none() {
            self.issuer_in_title(zone);
        }
    }

    /// A letterhead that was cut ("ỦY BAN NHÂN DÂN", "BỘ KHOA HỌC VÀ") under which the authority has its whole name.
    fn issuer_in_full(&mut self, zone: Range<usize>) {
        let Some((cut, from)) = self.header.issuer.as_ref().and_then(|i| i.spans.first().map(|s| (i.value.clone(), s.start))) else { return };
        let v = self.context.vocabulary;
        for at in zone {
            let passage = self.line(at).passage.clone();
            let behind = passage.at.first().is_some_and(|first| *first > from);
            if !behind || !self.free(at) || !is_capitals(&passage.text) || !super::is_authority_head(&passage.low) {
                continue;
            }
            let own = tokens(&passage, v);
            let words = Words { passage: &passage, tokens: &own, vocabulary: v };
            let named = |s: &usize| words.head(*s).is_some() && v.leaders.at(&own, *s).is_none();
            let Some(m) = (0..words.len()).find(named).and_then(|s| words.mention(s, false)).filter(|m| m.named && m.e == words.len()) else { continue };
            let whole = full(&words.proper(m.s, m.e, false));
            let longer = whole.chars().count() > cut.chars().count();
            if longer && whole.to_lowercase().starts_with(&format!("{} ", cut.to_lowercase())) {
                let (a, b) = words.bytes(m.s, m.e);
                let spans = self.spans(&passage, a, b);
                self.header.issuer = Some(Proposal::sure(whole, spans, "authority under the letterhead"));
            }
            return;
        }
    }

    /// "CHỈ THỊ / CỦA BAN THƯỜNG VỤ TỈNH ỦY", completed with the place of the date line.
    pub(super) fn issuer_in_title(&mut self, zone: Range<usize>) {
        let v = self.context.vocabulary;
        for at in zone {
            let passage = self.line(at).passage.clone();
            if !is_capitals(&passage.text) || !passage.low.contains("của ") {
                continue;
            }
            let own = tokens(&passage, v);
            let words = Words { passage: &passage, tokens: &own, vocabulary: v };
            let Some(of) = (0..words.len()).find(|at| words.low(*at) == "của") else { continue };
            let Some(m) = words.mention(of + 1, false) else { continue };
            let name = words.proper(m.s, m.e, false);
            let (from, to) = words.bytes(m.s, m.e);
            let mut spans = self.spans(&passage, from, to);
            let value = match &self.header.place {
                Some(place) if !name.contains(&place.value) => {
                    spans.extend(place.spans.clone());
                    format!("{name} {}", place.value)
                }
                _ => name,
            };
            self.header.issuer = Some(Proposal::check(value, spans, "issuer in the title"));
            return;
        }
    }

    pub(super) fn urgency(&mut self, zone: Range<usize>) {
        for at in zone {
            let passage = &self.line(at).passage;
            let bare = passage.low.trim().trim_matches(['(', ')', '*']).trim();
            let value = match bare {
                "khẩn" => "khẩn",
                "thượng khẩn" => "thượng khẩn",
                "hỏa tốc" | "hoả tốc" => "hỏa tốc",
                _ => continue,
            };
            if is_capitals(&passage.text) {
                let spans = self.all_of(passage);
                self.header.urgency = Some(Proposal::sure(value.to_owned(), spans, "urgency on its line"));
                return;
            }
        }
    }
}
