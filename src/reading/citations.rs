//! Documents that a text names: number, kind, date, issuer, and what it has to do with them.

mod relation;
mod symbols;

use relation::relation;
use symbols::{by_code, code, corrected, v_kind};

use super::{
    Context,
    model::{Citation, Confidence, Proposal, Span},
    tokens::{Passage, tokens},
    words::Words,
};

/// Where a passage stands; the same words mean different things in a summary, a preamble and an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Summary,
    Preamble,
    /// A section that lists legal bases.
    Bases,
    Body,
}

struct Found {
    s: usize,
    /// Behind number and date.
    e: usize,
    /// Behind the issuer.
    end: usize,
    citation: Citation,
    spans: Vec<Span>,
    sure: bool,
}

/// How many documents one text may name.
const MOST: usize = 2_000;

/// The documents named in a passage, added to those found before.
pub fn read(context: &Context<'_>, passage: &Passage, ground: Ground, all: &mut Vec<Proposal<Citation>>) {
    let v = context.vocabulary;
    let own = tokens(passage, v);
    let words = Words { passage, tokens: &own, vocabulary: v };
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match one(context, &words, at, found.last(), ground) {
            Some(next) => {
                at = next.e.max(at + 1);
                found.push(next);
            }
            None => at += 1,
        }
    }
    // "Nghị quyết …, Chỉ thị … và Kết luận … của Bộ Chính trị": the last names the issuer of all.
    for at in (1..found.len()).rev() {
        let between = found[at].s.saturating_sub(found[at - 1].end);
        let joined =
            between == 1 && (words.sign(found[at].s - 1) == ',' || words.low(found[at].s - 1) == "và") || between == 2 && words.low(found[at].s - 1) == "và";
        if joined
            && found[at - 1].citation.issuer.is_none()
            && found[at].citation.issuer.is_some()
            && found[at].citation.notation == found[at - 1].citation.notation
        {
            found[at - 1].citation.issuer = found[at].citation.issuer.clone();
        }
    }
    let mut before = "";
    for at in 0..found.len() {
        let mut relation = relation(&words, &found, at, ground);
        // "Căn cứ Nghị định …; Quyết định …": what begins behind the semicolon is named for the same.
        let s = found[at].s;
        if ground == Ground::Preamble && relation == "viện dẫn" && s > 0 && words.sign(s - 1) == ';' && ["căn cứ", "thực hiện"].contains(&before) {
            relation = before;
        }
        if relation != "viện dẫn" {
            before = relation;
        }
        let one = &found[at];
        let mut citation = one.citation.clone();
        citation.relation = relation.to_owned();
        add(all, citation, one.spans.clone(), one.sure, ground);
    }
}

/// Adds or completes: the first mention gives place and span, later ones what it leaves out.
fn add(all: &mut Vec<Proposal<Citation>>, new: Citation, spans: Vec<Span>, sure: bool, ground: Ground) {
    let same = |a: &Citation| match (&a.number, &new.number) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (None, None) => a.name == new.name,
        _ => false,
    };
    let rank = |r: &str| match r {
        "thay thế" | "sửa đổi" | "bãi bỏ" => 3,
        "căn cứ" | "thực hiện" | "theo đề nghị" => 2,
        _ => 1,
    };
    match all.iter_mut().find(|p| same(&p.value)) {
        Some(known) => {
            let old = &mut known.value;
            old.date = old.date.take().or(new.date);
            old.kind = old.kind.take().or(new.kind);
            old.issuer = match (old.issuer.take(), new.issuer) {
                (Some(a), Some(b)) if b.starts_with(&a) && b.len() > a.len() => Some(b),
                (a, b) => a.or(b),
            };
            if rank(&new.relation) > rank(&old.relation) {
                old.relation = new.relation;
            }
        }
        None => {
            if all.len() >= MOST {
                return;
            }
            let rule = match ground {
                Ground::Summary => "named in the summary",
                Ground::Preamble => "named in the preamble",
                Ground::Bases => "named among the legal bases",
                Ground::Body => "named in the text",
            };
            let confidence = if sure { Confidence::Sure } else { Confidence::Check };
            all.push(Proposal { value: new, spans, confidence, rule: rule.into() });
        }
    }
}

fn one(context: &Context<'_>, words: &Words<'_>, at: usize, before: Option<&Found>, ground: Ground) -> Option<Found> {
    let v = context.vocabulary;
    let token = words.tokens.get(at)?;
    let text = words.passage.text.as_str();
    let kind = v.kinds.at(words.tokens, at).filter(|_| token.is_capital() || words.low(at) == "văn" || words.low(at) == "công");
    let mut here = kind.map_or(at, |(_, next)| next);
    if kind.is_some() {
        // "Nghị quyết Trung ương số …", "Chỉ thị (số) …"
        if words.low(here) == "số" {
            here += 1;
            if words.sign(here) == ':' {
                here += 1;
            }
        }
    } else if token.sign != '0' {
        return None;
    } else {
        // A number alone: after "số", or in a list behind another.
        let listed = before.is_some_and(|b| {
            (b.end..b.end + 3).contains(&at) && at > 0 && (words.sign(at - 1) == ',' || words.low(at - 1) == "và" || words.low(at - 1) == "số")
        });
        let numbered = at > 0 && words.low(at - 1) == "số" || listed;
        if !numbered && !text[token.s as usize..].starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
    }
    let start = words.tokens.get(here)?;
    let coded = (start.sign == '0').then(|| code(text, start.s as usize)).flatten();
    let Some((raw, behind)) = coded else {
        return law(context, words, at, ground);
    };
    let behind = behind + start.s as usize;
    // Without a kind only what carries a known kind in its symbol counts: not "6 tháng/lần", not "2019-2025".
    let by_symbol = v_kind(context, &raw);
    if kind.is_none() && by_symbol.is_none() {
        return None;
    }
    let mut e = (here..words.len()).find(|t| words.tokens[*t].s as usize >= behind).unwrap_or(words.len());
    let mut date = None;
    let mut next = e;
    if [',', '('].contains(&words.sign(next)) {
        next += 1;
    }
    if (words.low(next) == "ngày" || words.low(next) == "tháng")
        && let Some(found) = words.date(next)
    {
        date = found.parts.date.clone();
        e = found.e;
        if words.sign(e) == ')' {
            e += 1;
        }
    }
    let (issuer, end) = issuer_behind(words, e);
    let issuer = issuer.or_else(|| issuer_before(words, at));
    let (number, differs) = corrected(&raw, issuer.as_deref());
    let party = {
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        number[digits..].starts_with('-') && number[digits..].contains('/')
    };
    let named =
        kind.map(|(row, _)| row.canonical.clone()).filter(|name| name != "Công văn").or(by_symbol.clone()).or(kind.map(|(row, _)| row.canonical.clone()));
    let derived = issuer.is_none().then(|| by_code(&number)).flatten();
    let (from, to) = words.bytes(at, e);
    let spans = words.passage.spans(from, to, context.source);
    let citation = Citation {
        number_in_text: differs.then(|| raw.clone()),
        number: Some(number),
        kind: named,
        name: None,
        issuer: issuer.clone().or(derived),
        date,
        notation: if party { "party" } else { "state" }.into(),
        relation: String::new(),
        raw_in_text: words.text(at, e).to_owned(),
    };
    Some(Found { s: at, e, end, citation, spans, sure: !differs && kind.is_some() })
}

fn issuer_behind(words: &Words<'_>, e: usize) -> (Option<String>, usize) {
    let mut here = e;
    if words.sign(here) == ',' && words.low(here + 1) == "của" {
        here += 1;
    }
    if !["của", "do"].contains(&words.low(here)) {
        return (None, e);
    }
    let Some(mention) = words.mention(here + 1, false) else { return (None, e) };
    let mut end = mention.e;
    if words.sign(end) == '(' && words.low(end + 1) == "khóa" {
        end = (end..end + 5).find(|at| words.sign(*at) == ')').map_or(end, |at| at + 1);
    } else if words.low(end) == "khóa" {
        end = (end + 2).min(words.len());
    }
    (Some(words.proper_if_capitals(mention.s, end)), end)
}

/// "Ban Bí thư ban hành Chỉ thị số …", "kết luận của Thường trực Tỉnh ủy tại Thông báo số …".
fn issuer_before(words: &Words<'_>, at: usize) -> Option<String> {
    let back = if at >= 2 && words.says(at - 2, &["ban", "hành"]).is_some() {
        at - 2
    } else if at >= 1 && (words.low(at - 1) == "tại" || words.low(at - 1) == "có") {
        at - 1
    } else {
        return None;
    };
    let from = back.saturating_sub(12);
    (from..back)
        .find_map(|s| {
            words.mention(s, false).filter(|m| m.named && m.e == back && (["ban", "có"].contains(&words.low(back)) || words.low(s.saturating_sub(1)) == "của"))
        })
        .map(|m| words.text(m.s, m.e).to_owned())
}

/// A law by its name: "Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015".
fn law(context: &Context<'_>, words: &Words<'_>, at: usize, ground: Ground) -> Option<Found> {
    let low = words.low(at);
    let two = low == "bộ" && words.low(at + 1) == "luật" || low == "pháp" && words.low(at + 1) == "lệnh";
    if !(low == "luật" || two) || !words.tokens[at].is_capital() {
        return None;
    }
    let start = at + 1 + usize::from(two);
    let mut e = start;
    while e < words.len() && e - start < 40 {
        let sign = words.sign(e);
        let dated = words.low(e) == "ngày" || words.low(e) == "năm" && words.sign(e + 1) == '0' || words.low(e) == "số" && words.sign(e + 1) == '0';
        let listed = sign == ',' && (words.tokens.get(e + 1).is_some_and(|t| t.is_capital()) && words.low(e + 1) == "luật");
        if [';', '.', '(', ')', '"'].contains(&sign) || dated || listed {
            break;
        }
        e += 1;
    }
    let name = words.text(at, e).to_owned();
    // "Luật sửa đổi, bổ sung một số điều của Luật này" has no name.
    if words.low(e - 1) == "này" {
        return None;
    }
    if e == start || !(words.tokens[start].is_capital() || ["sửa", "ban", "xử"].contains(&words.low(start))) {
        return None;
    }
    let mut end = e;
    let mut number = None;
    let mut date = None;
    if words.low(end) == "số"
        && let Some(token) = words.tokens.get(end + 1)
        && let Some((raw, behind)) = code(&words.passage.text, token.s as usize)
    {
        number = Some(raw);
        let behind = behind + token.s as usize;
        end = (end..words.len()).find(|t| words.tokens[*t].s as usize >= behind).unwrap_or(words.len());
    }
    let mut year = false;
    if words.low(end) == "ngày"
        && let Some(found) = words.date(end)
    {
        date = found.parts.date;
        end = found.e;
    } else if words.low(end) == "năm" && words.sign(end + 1) == '0' {
        year = true;
        end += 2;
    }
    // Without number and date it is a legal basis only where bases are named, not wherever a law is spoken of.
    if number.is_none() && date.is_none() && !(year && ground != Ground::Body) && !matches!(ground, Ground::Preamble | Ground::Bases)
        || name.chars().count() > 220
    {
        return None;
    }
    let (from, to) = words.bytes(at, end);
    let citation = Citation {
        number_in_text: None,
        issuer: number.as_deref().and_then(by_code),
        number,
        kind: Some(if two { words.text(at, at + 2).to_owned() } else { "Luật".into() }),
        name: Some(name),
        date,
        notation: "state".into(),
        relation: String::new(),
        raw_in_text: words.text(at, end).to_owned(),
    };
    Some(Found { s: at, e: end, end, citation, spans: words.passage.spans(from, to, context.source), sure: true })
}
