//! Labelled items: "Đơn vị chủ trì: …; đơn vị phối hợp: …; thời gian hoàn thành: …".

use super::{
    Context,
    duties::{Spot, Walk},
    model::{Agency, Confidence, Duty, Proposal, Span},
    structure::{Node, Tree},
    times::Time,
    tokens::{Passage, tokens},
    words::Words,
};

/// What the labels of one item hold.
#[derive(Debug, Default)]
pub struct Labelled {
    pub lead: Vec<Agency>,
    pub doer: Vec<Agency>,
    pub partners: Vec<Agency>,
    pub time: Option<(Time, Vec<Span>)>,
    pub product: Option<Proposal<String>>,
    pub approver: Option<Proposal<String>>,
    pub spans: Vec<Span>,
}

/// The label at a token, when a colon follows: what it holds, and the token behind the colon.
fn label_at<'a>(words: &Words<'a>, at: usize) -> Option<(&'a str, usize)> {
    let (row, next) = words.vocabulary.labels.at(words.tokens, at)?;
    (words.sign(next) == ':').then_some((row.value.as_str(), next + 1))
}

/// Whether a paragraph is nothing but labels.
pub fn is_label(context: &Context<'_>, passage: &Passage) -> bool {
    // The first words tell.
    let cut = passage.text.char_indices().nth(90).map_or(passage.text.len(), |(at, _)| at);
    let start = passage.part(0, cut);
    let own = tokens(&start, context.vocabulary);
    let words = Words { passage: &start, tokens: &own, vocabulary: context.vocabulary };
    let from = (0..words.len().min(3)).find(|at| words.tokens[*at].is_word()).unwrap_or(0);
    label_at(&words, from).is_some_and(|(what, _)| !["row", "content", "other"].contains(&what) || words.low(from) == "kinh")
}

/// The labels of an item: in its own text, its further paragraphs and its dashes.
pub fn of(walk: &Walk<'_>, tree: &Tree, at: usize) -> Option<Labelled> {
    let node = &tree.nodes[at];
    let mut found = Labelled::default();
    for passage in &node.paragraphs {
        scan(walk, passage, &mut found);
    }
    for child in &node.children {
        if let Some(first) = tree.nodes[*child].paragraphs.first()
            && is_label(walk.context, first)
        {
            tree.nodes[*child].paragraphs.iter().for_each(|p| scan(walk, p, &mut found));
        }
    }
    (!found.lead.is_empty() || !found.doer.is_empty()).then_some(found)
}

fn scan(walk: &Walk<'_>, passage: &Passage, found: &mut Labelled) {
    let own = tokens(passage, walk.context.vocabulary);
    let words = Words { passage, tokens: &own, vocabulary: walk.context.vocabulary };
    let mut marks: Vec<(usize, &str, usize)> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let starts = at == 0 || ['.', ';', ',', '(', '-', '*', '+', ':'].contains(&words.sign(at - 1)) || words.tokens[at].is_capital();
        match label_at(&words, at).filter(|_| starts) {
            Some((what, next)) => {
                marks.push((at, what, next));
                at = next;
            }
            None => at += 1,
        }
    }
    for (n, (start, what, from)) in marks.iter().enumerate() {
        let mut end = marks.get(n + 1).map_or(words.len(), |(next, _, _)| *next);
        if let Some(close) = (*from..end).find(|t| words.sign(*t) == ')').filter(|close| !(*from..*close).any(|t| words.sign(t) == '(')) {
            end = close;
        }
        // A value ends with its sentence.
        end = end.min(
            (*from..end).find(|t| words.sign(*t) == '.' && words.tokens.get(t + 1).is_some_and(|n| n.is_capital() && words.tokens[*t].e < n.s)).unwrap_or(end),
        );
        let (a, b) = words.bytes(*start, end);
        let spans = passage.spans(a, b, walk.context.source);
        fill(walk, &words, what, *from, end, spans, found);
    }
}

/// One labelled value, or one cell of a table.
pub fn fill(walk: &Walk<'_>, words: &Words<'_>, what: &str, from: usize, end: usize, spans: Vec<Span>, found: &mut Labelled) {
    let value = words.text(from, end).trim().trim_end_matches(['.', ';', ',']).trim().to_owned();
    if value.is_empty() {
        return;
    }
    match what {
        "lead" | "doer" | "partner" => {
            let (agencies, partners) = split(walk, words, from, end);
            match what {
                "lead" => found.lead.extend(agencies),
                "doer" => found.doer.extend(agencies),
                _ => found.partners.extend(agencies),
            }
            found.partners.extend(partners);
        }
        "time" => {
            let times = words.times(from, end, true);
            if let Some(time) = times.iter().find(|t| t.deadline.is_some()).or_else(|| times.first()) {
                let mut time = time.clone();
                // "Hằng năm (trước ngày 20/11)": the cadence beside the day.
                if time.cadence.is_none() {
                    time.cadence = times.iter().find_map(|t| t.cadence.clone());
                }
                if let (Some(deadline), Some((_, code))) = (&mut time.deadline, &time.cadence)
                    && deadline.kind == "once"
                    && code == "annual"
                    && deadline.parts.contains_key("month_day")
                {
                    deadline.kind = "recurring_annual".into();
                }
                found.time = found.time.take().or(Some((time, spans.clone())));
            }
        }
        "product" => found.product = found.product.take().or(Some(Proposal::sure(value, spans.clone(), "labelled product"))),
        "approver" => found.approver = found.approver.take().or(Some(Proposal::sure(value, spans.clone(), "labelled approver"))),
        _ => return,
    }
    found.spans.extend(spans);
}

/// The agencies of a value. "Sở A chủ trì, phối hợp với Sở B" in one cell names both.
fn split(walk: &Walk<'_>, words: &Words<'_>, from: usize, end: usize) -> (Vec<Agency>, Vec<Agency>) {
    let (mut own, mut partners) = (Vec::new(), Vec::new());
    let mut at = from;
    let mut with = false;
    while at < end {
        if words.says(at, &["phối", "hợp"]).is_some() && !own.is_empty() {
            with = true;
        }
        let fits = |list: &(Vec<super::agencies::Mention>, usize)| list.1 <= end && list.1 > at;
        match words.list(at, true).filter(fits).or_else(|| words.list(at, false).filter(fits)) {
            Some((mentions, e)) => {
                if with { &mut partners } else { &mut own }.extend(walk.agencies(words, &mentions));
                at = e;
            }
            None => at += 1,
        }
    }
    (own, partners)
}

/// The duty that the labels make of an item.
pub fn duty(walk: &mut Walk<'_>, found: Labelled, spot: Spot<'_>, node: &Node) {
    let first = node.paragraphs.first();
    let content = first.map(|p| p.text.trim().to_owned()).unwrap_or_default();
    let spans = first.map(|p| p.spans(0, p.text.len(), walk.context.source)).unwrap_or_default();
    make(walk, found, spot.place, content, spans, "labelled agencies");
}

/// Makes the duties of labels or cells.
pub fn make(walk: &mut Walk<'_>, found: Labelled, place: &str, content: String, mut spans: Vec<Span>, rule: &str) {
    spans.extend(found.spans.clone());
    let cadence = found.time.as_ref().and_then(|(t, spans)| t.cadence.as_ref().map(|(text, _)| Proposal::sure(text.clone(), spans.clone(), "labelled time")));
    let deadline = found.time.as_ref().and_then(|(t, spans)| t.deadline.clone().map(|d| Proposal::sure(d, spans.clone(), "labelled time")));
    for (agencies, role) in [(found.lead, "chủ trì"), (found.doer, "thực hiện")] {
        if agencies.is_empty() {
            continue;
        }
        let duty = Duty {
            place: place.to_owned(),
            place_alt: None,
            content: content.clone(),
            agencies,
            role: role.into(),
            role_word: Some(role.into()),
            form: "giao".into(),
            through: None,
            partners: found.partners.clone(),
            product: found.product.clone(),
            approver: found.approver.clone(),
            cadence: cadence.clone(),
            deadline: deadline.clone(),
            receiver: None,
        };
        walk.found.duties.push(Proposal { value: duty, spans: spans.clone(), confidence: Confidence::Sure, rule: rule.into() });
    }
}
