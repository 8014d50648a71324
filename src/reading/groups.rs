//! Groups of agencies and lists: "các sở, ban, ngành", "các Sở: Nội vụ, Tài chính", "Sở Nội vụ, Tài chính".

use super::{agencies::Mention, names::capitalised, tokens::Token, words::Words};

impl Words<'_> {
    /// The nouns of a group after the determiner: "sở, ban, ngành, đoàn thể cấp tỉnh".
    pub(super) fn group(&self, at: usize) -> Option<usize> {
        let noun = |here: usize| self.vocabulary.generic.at(self.tokens, here).map(|(_, next)| next);
        let mut here = noun(at)?;
        for _ in 0..40 {
            // What is said about the noun before.
            while let Some((_, next)) = self.vocabulary.attributes.at(self.tokens, here).filter(|_| self.low(here + 1) != "ủy") {
                // "trực thuộc tỉnh", but "trực thuộc Tỉnh ủy"
                let next = next - usize::from(self.low(next) == "ủy");
                // "các cơ quan, đơn vị chủ trì tham mưu" and "chủ trì, phối hợp": the verb, not an attribute.
                let goes_on =
                    ["nêu", "trong", "và", "để", "theo", "của", "tại"].contains(&self.low(next)) || !self.tokens.get(next).is_some_and(Token::is_word);
                if ["chủ", "phối"].contains(&self.low(here)) && !goes_on
                    || ["chủ", "phối"].contains(&self.low(here)) && (self.sign(next) == ',' || self.is_verb(next) || self.says(next, &["với"]).is_some())
                {
                    break;
                }
                here = next;
                if let Some((_, behind)) = self.vocabulary.provinces.at(self.tokens, here) {
                    here = behind;
                } else if ["thuộc", "tỉnh", "bàn"].contains(&self.low(here - 1)) {
                    let end = self.scope(here);
                    if end > here {
                        here = end;
                    } else if self.tokens.get(here).is_some_and(Token::is_capital)
                        && let Some(mention) = self.mention(here, false)
                    {
                        here = mention.e;
                    }
                }
            }
            if self.low(here) == "thuộc" {
                match self.mention(here + 1, true) {
                    Some(mention) => here = mention.e,
                    // "các đơn vị thuộc Bộ"
                    None if self.tokens.get(here + 1).is_some_and(Token::is_capital) && self.head(here + 1).is_some() => here += 2,
                    None => {}
                }
            }
            here = self.named_in(here);
            let next = match self.sign(here) {
                ',' | '/' => here + 1,
                '-' if self.vocabulary.generic.at(self.tokens, here + 1).is_some() => here + 1,
                'a' if self.low(here) == "và" || self.low(here) == "hoặc" => here + 1,
                'A' | 'Z' | 'a' if noun(here).is_some() && !self.is_verb(here) => here,
                _ => break,
            };
            let next = if self.low(next) == "và" { next + 1 } else { next };
            match noun(next) {
                Some(end)
                    if self.tokens.get(next).is_some_and(|t| t.sign == 'a')
                        || self.head(next).is_none()
                        || self.vocabulary.fields.at(self.tokens, end).is_none() =>
                {
                    // "các sở, ngành, Sở Nội vụ": a capital that begins a name ends the group.
                    if self.tokens.get(next).is_some_and(Token::is_capital) && self.mention(next, false).is_some_and(|m| m.named) {
                        break;
                    }
                    here = end;
                }
                _ => break,
            }
        }
        Some(here)
    }

    /// "các đơn vị được phân công tại Phụ lục kèm theo": where they are named.
    pub(super) fn named_in(&self, at: usize) -> usize {
        let said = at > 0 && ["giao", "công", "vụ", "tên", "nêu"].contains(&self.low(at - 1));
        if !said || !["tại", "trong"].contains(&self.low(at)) {
            return at;
        }
        let place = self.vocabulary.kinds.at(self.tokens, at + 1).map(|(_, next)| next);
        let place = place.or_else(|| self.says_any(at + 1, &[&["phụ", "lục"], &["danh", "mục"], &["mục"], &["điều"], &["khoản"]]));
        let Some(mut here) = place else { return at };
        while here < at + 8
            && (self.sign(here) == '0' || ["này", "kèm", "theo", "số"].contains(&self.low(here)) || self.tokens.get(here).is_some_and(|t| t.sign == 'Z'))
        {
            here += 1;
        }
        here
    }

    /// The list of agencies that begins here and the place behind it. `semicolons`: a list may go on behind one.
    pub fn list(&self, at: usize, semicolons: bool) -> Option<(Vec<Mention>, usize)> {
        let mut all: Vec<Mention> = Vec::new();
        let mut here = at;
        while all.len() < 80 {
            let Some(mention) = self.mention(here, true).or_else(|| self.implied(here, all.last())) else { break };
            let mut end = mention.e;
            let single = self.text(mention.s, mention.e).split_whitespace().count();
            // "các Sở: Nội vụ, Tài chính": the head is handed on.
            let head = self.low(end.saturating_sub(1)).to_owned();
            let spread = ["sở", "bộ", "ban", "phòng"].contains(&head.as_str()) && !mention.named && single <= 2;
            let mut from = end;
            if spread && self.sign(from) == ':' {
                from += 1;
            }
            if spread && self.vocabulary.fields.at(self.tokens, from).is_some() {
                let word = capitalised(&head);
                let mut at = from;
                while let Some((_, next)) = self.vocabulary.fields.at(self.tokens, at) {
                    let stop = self.scope(next);
                    all.push(Mention { s: at, e: stop, named: true, head: Some(word.clone()) });
                    end = stop;
                    at = match self.sign(stop) {
                        ',' | ';' => stop + 1,
                        _ if self.low(stop) == "và" => stop + 1,
                        _ => break,
                    };
                    if self.low(at) == "và" {
                        at += 1;
                    }
                }
                here = end;
            } else {
                here = end;
                all.push(mention);
            }
            // "(cơ quan thường trực)" behind a name.
            if self.sign(here) == '('
                && let Some(close) = (here..(here + 24).min(self.len())).find(|at| self.sign(*at) == ')')
                && !self.has_role(here, close)
            {
                here = close + 1;
                if let Some(last) = all.last_mut() {
                    last.e = last.e.max(here.min(last.e));
                }
            }
            let mut next = here;
            let mut parted = false;
            if self.sign(next) == ',' || self.sign(next) == '/' || (semicolons && self.sign(next) == ';') {
                next += 1;
                parted = true;
            }
            if let Some(behind) = self.says_any(next, &[&["và"], &["cùng", "với"], &["cùng"], &["hoặc"], &["đồng", "thời"]]) {
                next = behind;
                parted = true;
            }
            if !parted {
                break;
            }
            here = next;
            if self.mention(here, true).is_none() && self.implied(here, all.last()).is_none() {
                // The separator does not belong to the list.
                here = all.last().map_or(at, |m| m.e);
                return (!all.is_empty()).then_some((all, here));
            }
        }
        let end = all.last().map_or(at, |m| m.e.max(here));
        (!all.is_empty()).then_some((all, end))
    }

    pub(super) fn has_role(&self, s: usize, e: usize) -> bool {
        (s..e).any(|at| self.says(at, &["chủ", "trì"]).is_some() || self.says(at, &["phối", "hợp"]).is_some())
    }

    /// "Sở Nội vụ, Tài chính": the second without its head.
    pub(super) fn implied(&self, at: usize, before: Option<&Mention>) -> Option<Mention> {
        let before = before?;
        // "các ông (bà) có tên tại Điều 1" goes on to its verb.
        if self.says_any(at, &[&["các", "ông"], &["các", "đồng", "chí"], &["ông"]]).is_some() {
            let e = (at + 2..(at + 16).min(self.len())).find(|t| self.vocabulary.roles.at(self.tokens, *t).is_some() || self.low(*t) == "căn")?;
            return Some(Mention { s: at, e, named: false, head: None });
        }
        let head = match &before.head {
            Some(head) => head.clone(),
            None => {
                let (row, next) = self.head(before.s)?;
                if row.value != "field" || next >= before.e {
                    return None;
                }
                row.name.clone()
            }
        };
        let (_, next) = self.vocabulary.fields.at(self.tokens, at)?;
        self.tokens.get(at).is_some_and(Token::is_capital).then(|| Mention { s: at, e: self.scope(next), named: true, head: Some(head) })
    }
}
