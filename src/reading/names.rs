//! How agencies are named in proposals: abbreviated heads completed, names in capitals written the way names are.

use super::{
    agencies::{Mention, SCOPES},
    words::Words,
};

/// With a capital at the start.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

impl Words<'_> {
    /// How a mention is named.
    pub fn name(&self, mention: &Mention) -> String {
        let text = self.text(mention.s, mention.e);
        match &mention.head {
            Some(head) => format!("{head} {text}"),
            None => capitalised(text),
        }
    }

    /// The text; in capitals, the way names are written.
    pub fn proper_if_capitals(&self, s: usize, e: usize) -> String {
        let text = self.text(s, e);
        if super::parts::is_capitals(text) && text.contains(' ') { self.proper(s, e, false) } else { text.to_owned() }
    }

    /// A text in capitals the way names are written.
    pub fn proper(&self, s: usize, e: usize, sentence: bool) -> String {
        let v = self.vocabulary;
        let mut out = String::new();
        let mut here = s;
        while here < e.min(self.len()) {
            let token = self.tokens[here];
            if here > s {
                let gap = self.tokens[here - 1].e < token.s;
                if gap {
                    out.push(' ');
                }
            }
            let mut table = [&v.known, &v.names, &v.heads, &v.provinces, &v.fields]
                .into_iter()
                .filter_map(|t| t.at(self.tokens, here))
                .filter(|(_, next)| *next <= e)
                .collect::<Vec<_>>();
            table.retain(|(row, next)| !sentence || next - here > 1 && row.name.split_whitespace().count() > 1 && row.value != "long" && row.value != "caps");
            let kind = if sentence { v.kinds.at(self.tokens, here).filter(|(_, next)| self.low(*next) == "số" || self.sign(*next) == '0') } else { None };
            if sentence && here > s && self.low(here - 1) == "phi" {
                table.clear();
            }
            let best = table.into_iter().chain(kind).max_by_key(|(_, next)| *next);
            if let Some((row, next)) =
                best.filter(|(row, next)| row.name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).count() <= next - here)
            {
                out.push_str(&row.name);
                here = next;
                continue;
            }
            let low = self.low(here);
            // In a sentence: the country, "khóa XIII", and "phi chính phủ".
            let numeral = sentence && here > s && ["khóa", "thứ", "lần", "quý"].contains(&self.low(here - 1)) && low.chars().all(|c| "ivx".contains(c));
            let country = sentence && (low == "việt" && self.low(here + 1) == "nam" || low == "nam" && here > s && self.low(here - 1) == "việt");
            if numeral {
                out.push_str(&low.to_uppercase());
                here += 1;
                continue;
            }
            if country {
                out.push_str(&capitalised(low));
                here += 1;
                continue;
            }
            let scope = SCOPES.contains(&low) || ["thành", "phố", "thị", "và", "các", "của"].contains(&low);
            // A symbol such as 12-CT/TW stays as it is.
            let symbol = token.sign == '0' || (token.is_capital() && self.neighbour_is_symbol(here));
            if symbol {
                out.push_str(self.text(here, here + 1));
            } else if sentence || scope || !token.is_word() {
                out.push_str(low);
            } else {
                out.push_str(&capitalised(low));
            }
            here += 1;
        }
        capitalised(&out)
    }

    fn neighbour_is_symbol(&self, at: usize) -> bool {
        let glued = |one: usize, two: usize| self.tokens.get(one).zip(self.tokens.get(two)).is_some_and(|(a, b)| a.e == b.s);
        (glued(at, at + 1) && ['-', '/'].contains(&self.sign(at + 1))) || (at > 0 && glued(at - 1, at) && ['-', '/'].contains(&self.sign(at - 1)))
    }
}
