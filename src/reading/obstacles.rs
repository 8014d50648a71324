//! The line of obstacles: "nếu có khó khăn, vướng mắc, các sở phản ánh về …".

use super::{
    agencies::Mention,
    duties::{Scope, Spot, Walk},
    model::{Agency, Channel, Confidence, Duty, Proposal},
    reporting::{TOWARDS, agency_after, next_after, purpose, same},
    words::Words,
};

/// "Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, các sở … báo cáo …": true when the clause is that.
#[allow(clippy::too_many_arguments)]
pub fn obstacles(walk: &mut Walk<'_>, words: &Words<'_>, from: usize, end: usize, spot: Spot<'_>, scope: &Scope, item: Option<&str>) -> bool {
    let trouble = (from..end).find(|t| {
        words
            .says_any(
                *t,
                &[&["khó", "khăn"], &["vướng", "mắc"], &["bất", "cập"], &["vấn", "đề", "phát", "sinh"], &["có", "phát", "sinh"], &["những", "vấn", "đề"]],
            )
            .is_some()
    });
    let Some(trouble) = trouble else { return false };
    let conditional = (from..trouble).any(|t| ["nếu", "trường", "mọi", "khi"].contains(&words.low(t)))
        || words.says(from, &["trong", "quá", "trình"]).is_some()
        || words.says(from, &["quá", "trình"]).is_some();
    if !conditional {
        return false;
    }
    let verbs: &[&[&str]] = &[
        &["báo", "cáo"],
        &["phản", "ánh"],
        &["thông", "tin"],
        &["gửi"],
        &["trao", "đổi"],
        &["liên", "hệ"],
        &["kiến", "nghị"],
        &["đề", "xuất"],
        &["thông", "báo"],
        &["tổng", "hợp"],
    ];
    let Some(verb) = (trouble..end).find(|t| words.says_any(*t, verbs).is_some()) else { return false };
    let starts = |t: usize| {
        t > 0 && (words.sign(t - 1) == ',' || words.low(t - 1) == "thì" || words.sign(t - 1) == ':')
            || (t >= 2 && words.vocabulary.assigning.at(words.tokens, t - 2).is_some_and(|(_, next)| next == t))
            || t > 0 && words.vocabulary.assigning.at(words.tokens, t - 1).is_some_and(|(_, next)| next == t)
    };
    let list = (from..verb).filter(|t| starts(*t)).find_map(|t| words.list(t, false).filter(|(_, e)| *e <= verb + 1));
    let (senders, form) = match &list {
        Some((mentions, _)) => {
            let at = mentions[0].s;
            let asked = at >= 2 && words.says(at - 2, &["đề", "nghị"]).is_some();
            (walk.agencies(words, mentions), if asked { "đề nghị" } else { "giao" })
        }
        None if !scope.subjects.is_empty() => (scope.subjects.clone(), "giao"),
        None => (walk.addressees.clone(), "đề nghị"),
    };
    let mut to: Option<Mention> = None;
    let mut at = verb;
    while to.is_none() && at < end {
        if purpose(words, at) {
            break;
        }
        let next = words.says_any(at, verbs);
        if let Some(next) = next.or_else(|| TOWARDS.contains(&words.low(at)).then_some(at)) {
            to = agency_after(words, next).filter(|m| m.e <= end);
        }
        at += 1;
    }
    let own_end = to.as_ref().map_or(end, |to| (to.e..end).find(|t| purpose(words, *t)).unwrap_or(end));
    let via = to
        .as_ref()
        .and_then(|to| (to.e..own_end.min(to.e + 6)).find_map(|t| words.says_any(t, &[&["thông", "qua"], &["qua"]])).and_then(|t| words.mention(t, false)));
    let next = next_after(words, own_end, end);
    let (a, b) = words.bytes(from, end);
    let spans = words.passage.spans(a, b, walk.context.source);
    let agency = |m: &Mention| walk.agency(words, m);
    let (via, target) = match (&via, &to, &next) {
        (Some(via), Some(to), _) => (Some(agency(via)), Some(agency(to))),
        (None, Some(to), Some(next)) => (Some(agency(to)), Some(agency(next))),
        (None, Some(to), None) => (None, Some(agency(to))),
        _ => (None, None),
    };
    let (a, b) = words.bytes(trouble.saturating_sub(2).max(from), trouble + 2);
    let phrase = words.passage.spans(a, b, walk.context.source);
    let content = words.text(from, end).trim().to_owned();
    let receiver = via.clone().or_else(|| target.clone());
    let channel = Channel { from: senders.clone(), via: via.clone(), to: target.clone() };
    if walk.found.channel.is_none() && target.is_some() {
        walk.found.channel = Some(Proposal::sure(channel, spans.clone(), "obstacles"));
    }
    let make = |agencies: Vec<Agency>, role: &str, place: &str, alt: Option<&str>, cadence: bool, form: &str| Duty {
        place: place.to_owned(),
        place_alt: alt.map(str::to_owned),
        content: content.clone(),
        agencies,
        role: role.into(),
        role_word: Some(words.text(verb, verb + 2).to_owned()),
        form: form.into(),
        through: None,
        partners: Vec::new(),
        product: None,
        approver: None,
        cadence: cadence.then(|| Proposal::check("khi phát sinh".to_owned(), phrase.clone(), "obstacles")),
        deadline: None,
        receiver: receiver.clone().filter(|_| cadence).map(|r| Proposal::sure(r, spans.clone(), "obstacles")),
    };
    let mut duties = Vec::new();
    if !senders.is_empty() {
        duties.push((make(senders, "báo cáo", spot.place, spot.alt, true, form), Confidence::Sure));
    }
    // The item above belongs to the one who receives: consolidating is part of it.
    if let (Some(item), Some(via), Some(target)) = (item, &via, &target)
        && walk.found.duties.iter().any(|d| d.value.place == item && d.value.agencies.iter().any(|a| same(walk, a, via)))
    {
        let mut duty = make(vec![via.clone()], "tổng hợp", item, None, false, "giao");
        duty.approver = Some(Proposal::check(target.name.clone(), spans.clone(), "obstacles"));
        duties.push((duty, Confidence::Check));
    }
    for (duty, confidence) in duties {
        walk.found.duties.push(Proposal { value: duty, spans: spans.clone(), confidence, rule: "obstacles".into() });
    }
    true
}
