//! Duties: which agency shall do what, in which role, with whom, until when.

use super::{
    Context,
    agencies::Mention,
    clauses::Opening,
    labels,
    model::{Agency, Channel, Duty, General, Proposal, Reporting},
    parts::is_capitals,
    roles::Role,
    structure::Tree,
    tokens::{Passage, longer, tokens},
    words::Words,
};

/// What an item takes over from what stands above it.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub subjects: Vec<Agency>,
    pub form: Option<String>,
    pub through: Option<String>,
    /// "Sở X chủ trì, phối hợp với Y:" hands its role to the items below.
    pub role: Option<String>,
    /// "Là cơ quan chủ trì thực hiện hoạt động …": what it leads.
    pub led: Vec<String>,
    /// With whom the items below are done.
    pub partners: Vec<Agency>,
    /// The agencies come from the preamble, not from a heading of their own.
    pub general: bool,
}

/// Everything that the body gives.
#[derive(Debug, Default)]
pub struct Found {
    pub duties: Vec<Proposal<Duty>>,
    pub general: Vec<Proposal<General>>,
    pub reporting: Reporting,
    pub channel: Option<Proposal<Channel>>,
}

/// The walk through the tree.
pub struct Walk<'a> {
    pub context: &'a Context<'a>,
    pub found: Found,
    /// Those a letter is addressed to.
    pub addressees: Vec<Agency>,
    /// The issuer, who receives what has no other receiver.
    pub issuer: Option<Agency>,
    /// The place whose name agencies of the province carry.
    pub place: Option<String>,
    /// Only what is addressed to somebody counts: the paragraphs of a letter without items.
    pub letter: bool,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    pub place: &'a str,
    pub alt: Option<&'a str>,
    pub means: bool,
    pub kind: Option<&'static str>,
}

impl Walk<'_> {
    pub fn agency(&self, words: &Words<'_>, mention: &Mention) -> Agency {
        self.context.resolver.resolve(&words.name(mention), mention.named)
    }

    pub fn agencies(&self, words: &Words<'_>, mentions: &[Mention]) -> Vec<Agency> {
        mentions.iter().map(|m| self.agency(words, m)).collect()
    }

    /// Reads a tree from its root.
    pub fn tree(&mut self, tree: &Tree) {
        let mut scope = Scope::default();
        let root = &tree.nodes[0];
        let alone = tree.nodes.len() == 1;
        for passage in &root.paragraphs {
            let spot = Spot { place: "thân", alt: None, means: true, kind: None };
            if let Some(handed) = self.preamble(passage, alone, spot) {
                scope = handed;
            }
        }
        if !root.rows.is_empty() {
            super::tables::read(self, &root.rows, &root.place);
        }
        for child in &root.children {
            self.node(tree, *child, &scope);
        }
        for (passage, place, alt) in &tree.closing {
            let spot = Spot { place, alt: alt.as_deref(), means: true, kind: None };
            let item = place.strip_suffix(".cuối").and_then(|p| tree.nodes.iter().find(|n| n.place == p)).map(|n| n.place.clone());
            self.text(passage, spot, &Scope { general: true, ..scope.clone() }, false, item.as_deref());
        }
    }

    /// A paragraph before the first item. It hands agencies on when it ends in a colon; alone it is the whole letter.
    fn preamble(&mut self, passage: &Passage, alone: bool, spot: Spot<'_>) -> Option<Scope> {
        let own = tokens(passage, self.context.vocabulary);
        let words = Words { passage, tokens: &own, vocabulary: self.context.vocabulary };
        let colon = passage.text.trim_end().ends_with(':');
        if alone {
            let scope = Scope { subjects: self.addressees.clone(), general: true, ..Scope::default() };
            return self.text(passage, spot, &scope, true, None);
        }
        if !colon {
            // A paragraph of a letter or directive that already asks for something.
            return None;
        }
        // The last sentence says who is to do "the following".
        let mut from = 0;
        let mut found = None;
        while from < words.len() {
            let end = words.clause_end(from, words.len());
            for at in from..end {
                let starts = at == from || [',', ';'].contains(&words.sign(at - 1)) || words.vocabulary.assigning.at(words.tokens, at).is_some();
                if !starts {
                    continue;
                }
                let assigned = words.vocabulary.assigning.at(words.tokens, at).filter(|(row, _)| row.name != "chỉ đạo");
                if let Some((row, next)) = assigned {
                    if let Some((mentions, e)) = words.list(next, true)
                        && e <= words.len()
                    {
                        found = Some((self.agencies(&words, &mentions), row.value.clone()));
                    } else if !self.addressees.is_empty() && row.name.starts_with("đề nghị") {
                        found = Some((self.addressees.clone(), row.value.clone()));
                    }
                }
            }
            from = end + 1;
        }
        found.map(|(subjects, form)| Scope { subjects, form: Some(form), general: true, ..Scope::default() })
    }

    fn node(&mut self, tree: &Tree, at: usize, scope: &Scope) {
        let node = &tree.nodes[at];
        let kind = tree.kind_of(at, self.context.vocabulary);
        if kind == Some("aims") {
            return;
        }
        let spot = Spot { place: &node.place, alt: None, means: kind == Some("means"), kind };
        let mut inner = scope.clone();
        // "Đơn vị chủ trì: …" in the item, its paragraphs or its dashes makes one duty of the whole.
        let labelled = labels::of(self, tree, at);
        let has_parts = !node.children.is_empty();
        if let Some(first) = node.paragraphs.first() {
            let title = node.rank <= 2 || (node.rank == 3 && has_parts && !longer(&first.text, 89));
            let label = labels::is_label(self.context, first);
            if label {
                // Read with the item above.
            } else if title {
                if let Some(handed) = self.heading(first) {
                    inner = handed;
                } else if node.rank == 3 && !has_parts {
                    inner = self.text(first, spot, scope, has_parts, None).unwrap_or(inner);
                }
            } else if labelled.is_none() {
                if let Some(handed) = self.text(first, spot, scope, has_parts || node.paragraphs.len() > 1, None) {
                    inner = handed;
                } else if scope.through.is_none() && has_parts && !inner.general {
                    inner.role = None;
                }
            }
        }
        if let Some(found) = labelled {
            labels::duty(self, found, spot, node);
        } else {
            for passage in node.paragraphs.iter().skip(1) {
                if !labels::is_label(self.context, passage)
                    && let Some(handed) = self.text(passage, spot, &inner.clone(), true, None)
                {
                    inner = handed;
                }
            }
        }
        if !node.rows.is_empty() {
            super::tables::read(self, &node.rows, &node.place);
        }
        for child in &node.children {
            let skip = tree.nodes[*child].paragraphs.first().is_some_and(|p| labels::is_label(self.context, p));
            if !skip || !tree.nodes[*child].children.is_empty() {
                self.node(tree, *child, &inner);
            }
        }
    }

    /// A heading that is nothing but agencies ("Điều 5. Trách nhiệm của Sở Y tế").
    fn heading(&mut self, passage: &Passage) -> Option<Scope> {
        let own = tokens(passage, self.context.vocabulary);
        let words = Words { passage, tokens: &own, vocabulary: self.context.vocabulary };
        let opening = words.opening(0, words.len(), true)?;
        let subjects = opening.subjects.clone()?;
        let title = is_title(passage, &opening, &subjects);
        (opening.heading && !title).then(|| Scope { subjects: self.agencies(&words, &subjects), form: opening.form, ..Scope::default() })
    }

    /// A text of an item: duties for each clause. Answers what it hands on to what follows below it.
    pub fn text(&mut self, passage: &Passage, spot: Spot<'_>, scope: &Scope, opens: bool, item: Option<&str>) -> Option<Scope> {
        let own = tokens(passage, self.context.vocabulary);
        let words = Words { passage, tokens: &own, vocabulary: self.context.vocabulary };
        let limit = words.len();
        let colon = passage.text.trim_end().ends_with(':');
        if let Some((opening, role)) = self.in_brackets(&words) {
            let subjects = opening.subjects.clone().unwrap_or_default();
            self.clause(&words, 0, opening.verb, limit, &role, self.agencies(&words, &subjects), opening.form.clone(), spot, scope);
            return None;
        }
        let mut scope = scope.clone();
        let mut handed: Option<Scope> = None;
        let mut from = 0;
        let mut first = true;
        let mut any = false;
        while from < limit {
            let sentence = words.clause_end(from, limit);
            if super::obstacles::obstacles(self, &words, from, sentence, spot, &scope, item) {
                any = true;
                first = false;
                from = sentence + 1;
                continue;
            }
            if words.tells(from, sentence) {
                from = sentence + 1;
                first = false;
                continue;
            }
            let party = first && words.low(from) == "lãnh" && scope.subjects.iter().any(|a| is_party(&a.name));
            let topic = if first { words.topic(from, limit) } else { None };
            from = topic.unwrap_or(from);
            let opening = match topic {
                Some(at) => words.opening(at, limit, false),
                None if party => Some(Opening { verb: from, ..Opening::default() }),
                None => words.opening(from, limit, first),
            };
            let verb = opening.as_ref().map_or(from, |o| o.verb.max(from));
            let end = words.clause_end(verb, limit).max(from + 1);
            let Some(opening) = opening else {
                // Under a heading of an agency every item is its duty, whatever word it begins with.
                let noun = words.tokens.get(from).is_some_and(|t| t.is_capital() || t.sign == 'a');
                if first && !scope.subjects.is_empty() && noun && !colon && (!scope.general || !self.letter && spot.place != "kết") && words.len() > 2 {
                    let role =
                        Role {
                            role: scope.role.clone().unwrap_or_else(|| "thực hiện".into()), word: None, s: from, e: (from + 1).min(limit), guessed: true
                        };
                    let (subjects, form) = (scope.subjects.clone(), scope.form.clone());
                    self.clause(&words, from, from, end, &role, subjects, form, spot, &scope);
                    any = true;
                }
                from = end + 1;
                first = false;
                continue;
            };
            if let Some(mentions) = &opening.subjects {
                let subjects = self.agencies(&words, mentions);
                if opening.heading && is_title(passage, &opening, mentions) {
                    return None;
                }
                if opening.heading {
                    return Some(Scope { subjects, form: opening.form, ..Scope::default() });
                }
                let form = opening
                    .form
                    .clone()
                    .or_else(|| (!first || scope.general).then(|| scope.form.clone()).flatten().filter(|_| !scope.general || !opening.firm));
                let through = scope.through.clone();
                scope = Scope { subjects, form, through, ..Scope::default() };
            } else if let Some(form) = &opening.form {
                scope.form = Some(form.clone());
                if scope.subjects.is_empty() {
                    scope.subjects = self.addressees.clone();
                }
            }
            let addressed = opening.subjects.is_some() || opening.form.is_some();
            if scope.subjects.is_empty() || (self.letter && spot.place == "thân" && !addressed && !any) {
                from = end + 1;
                first = false;
                continue;
            }
            let mut role = words.role(opening.verb, end);
            // "Phối hợp với Y: a) Quản lý …; b) Kiểm tra …": all of it is done with Y.
            let own = ["chủ trì", "phối hợp", "báo cáo"].contains(&role.role.as_str()) && role.word.is_some();
            if let Some(carried) = scope.role.as_ref().filter(|carried| role.word.is_none() || *carried == "phối hợp" && !own) {
                role.role = carried.clone();
                role.guessed = true;
            }
            if role.word.is_none() && !scope.led.is_empty() && speaks_of(&words, from, end, &scope.led) {
                role.role = "chủ trì".into();
                role.guessed = true;
            }
            // What ends in a colon before its items is their heading, not a duty.
            if colon && opens && (end + 1 >= limit || limit - end <= 8) {
                let led = led(&words, opening.verb, &role);
                // "Ban cán sự đảng UBND tỉnh chỉ đạo Sở Ngoại vụ:" gives what follows to Sở Ngoại vụ.
                if ["chỉ đạo", "lãnh đạo"].contains(&role.role.as_str())
                    && let Some((mentions, e)) = words.list(role.e, true)
                    && words.sign(e) == ':'
                    && e + 1 >= limit
                {
                    let through = scope.subjects.first().map(|a| a.name.clone());
                    handed = Some(Scope { subjects: self.agencies(&words, &mentions), through, ..Scope::default() });
                    from = end + 1;
                    continue;
                }
                let partners = self.partners(&words, &role, from, end, &scope.subjects);
                let carried = role.word.is_some().then(|| role.role.clone()).filter(|r| r == "chủ trì" || r == "phối hợp").filter(|_| led.is_empty());
                let partners = if carried.as_deref() == Some("phối hợp") { partners } else { Vec::new() };
                handed = Some(Scope { role: carried, led, partners, ..scope.clone() });
                from = end + 1;
                continue;
            }
            // "…; thực hiện thường xuyên", "…, hoàn thành trước ngày …" says when, not what.
            if any && self.only_time(&words, opening.verb, end, spot) {
                from = end + 1;
                continue;
            }
            if any && !addressed && role.word.is_none() && from > 0 && words.sign(from - 1) == '.' && self.goes_on(&words, from, end, spot) {
                from = end + 1;
                continue;
            }
            any = true;
            let (subjects, form) = (scope.subjects.clone(), scope.form.clone());
            self.clause(&words, from, opening.verb, end, &role, subjects, form, spot, &scope);
            first = false;
            from = end + 1;
        }
        if opens && handed.is_none() && !scope.subjects.is_empty() {
            // "Ban cán sự đảng lãnh đạo UBND tỉnh chỉ đạo" with items of others below.
            let last = words.low(limit.saturating_sub(1)).to_owned();
            if passage.text.trim_end().ends_with(|c: char| c.is_alphabetic()) && (last == "đạo" || last == "hiện" || last == "sau") {
                let name = scope.subjects.first().map(|a| a.name.clone());
                return Some(Scope { through: name, role: None, ..scope });
            }
            return Some(Scope { role: None, led: Vec::new(), general: scope.general, ..scope });
        }
        if !any && handed.is_none() && spot.kind.is_some() && scope.subjects.is_empty() && words.len() > 6 && !opens {
            let spans = passage.spans(0, passage.text.len(), self.context.source);
            self.found.general.push(Proposal::check(
                General { place: spot.place.into(), content: passage.text.trim().to_owned() },
                spans,
                "item without an agency",
            ));
        }
        handed
    }
}

/// "TRÁCH NHIỆM CỦA CÁC CƠ QUAN" over a chapter is a title and speaks to nobody.
fn is_title(passage: &Passage, opening: &Opening, subjects: &[Mention]) -> bool {
    is_capitals(&passage.text) && opening.form.is_some() && subjects.iter().all(|m| !m.named)
}

/// Bodies of the Party, which lead others: "Lãnh đạo UBND tỉnh …" is what they do, not whom it is said to.
fn is_party(name: &str) -> bool {
    let low = name.to_lowercase();
    ["cán sự", "đảng đoàn", "đảng ủy", "ban thường vụ", "tỉnh ủy", "thành ủy", "huyện ủy", "thị ủy", "cấp ủy", "đảng bộ", "chi bộ"]
        .iter()
        .any(|w| low.contains(w))
}

/// What the intro says that the agency leads: the words behind "chủ trì thực hiện".
fn led(words: &Words<'_>, verb: usize, role: &Role) -> Vec<String> {
    if role.role != "chủ trì" || words.low(verb) != "là" {
        return Vec::new();
    }
    let at = words.says_any(role.e, &[&["thực", "hiện"], &["tổ", "chức", "thực", "hiện"], &["triển", "khai"], &["về"]]).unwrap_or(role.e);
    (at..at + 4).map(|t| words.low(t).to_owned()).filter(|w| !w.is_empty()).collect()
}

fn speaks_of(words: &Words<'_>, s: usize, e: usize, led: &[String]) -> bool {
    let led: Vec<&str> = led.iter().map(String::as_str).collect();
    (s..e).any(|at| words.says(at, &led).is_some())
}
