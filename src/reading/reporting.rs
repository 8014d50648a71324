//! Who reports to whom: receivers, those who consolidate and appraise, and the line of obstacles.

use super::{
    agencies::Mention,
    duties::Walk,
    model::{Agency, Duty, Line, Proposal, Span},
    roles::Role,
    words::Words,
};

/// Who receives, and what follows from there.
#[derive(Debug, Clone)]
pub struct Receiver {
    pub to: Agency,
    pub spans: Vec<Span>,
    /// Where the sender's own part of the clause ends ("để tổng hợp …" is the receiver's).
    pub own_end: usize,
    pub next: Option<Agency>,
    /// Who receives it beside.
    pub also: Vec<Agency>,
    pub consolidates: bool,
}

pub(super) const TOWARDS: &[&str] = &["về", "cho", "với", "gửi", "tới", "đến", "lên"];

/// What the receiver does with it: "để tổng hợp", "để theo dõi, chỉ đạo".
pub(super) fn purpose(words: &Words<'_>, at: usize) -> bool {
    let next = if words.low(at + 1) == "sở" || words.low(at + 1) == "kịp" { at + 3 } else { at + 1 };
    (words.low(at) == "để" || words.low(at) == "nhằm")
        && ["tổng", "theo", "báo", "trình", "chỉ", "xem", "tham", "giải", "xử", "phối", "được", "hướng", "kịp"].contains(&words.low(next).trim())
        || words.low(at) == "tổng" && words.low(at + 1) == "hợp" && at > 0 && words.sign(at - 1) == ','
}

pub(super) fn agency_after(words: &Words<'_>, at: usize) -> Option<Mention> {
    let mut here = at;
    while TOWARDS.contains(&words.low(here)) {
        here += 1;
    }
    words.mention(here, false)
}

/// Where a clause goes on to something that is a duty of its own: to report, to propose, to plan.
pub fn segments(words: &Words<'_>, role: &Role, verb: usize, end: usize) -> Vec<(usize, Role)> {
    let mut all = Vec::new();
    let v = words.vocabulary;
    let mut reports = role.role == "báo cáo";
    let mut at = role.e.max(verb);
    while at < end {
        if purpose(words, at) && reports {
            break;
        }
        let before = words.low(at.saturating_sub(1));
        let joined = before == "và" || before == ",";
        if !reports && let Some((row, next)) = v.roles.at(words.tokens, at).filter(|(row, next)| row.value == "báo cáo" && *next <= end) {
            let time =
                (at.saturating_sub(10)..at).find(|t| words.time(*t, false).is_some_and(|time| time.cadence.is_some() && (time.e == at || time.e + 1 == at)));
            let noun = words.tokens[at].is_capital() || ["tin", "định"].contains(&words.low(at.saturating_sub(2))) && before == ",";
            let follows = agency_after(words, next).is_some()
                || [
                    "kết", "về", "định", "gửi", "theo", "cho", "với", "tình", "bằng", "trước", "hằng", "hàng", "kịp", "đầy", "khi", "ubnd", "đến", "đột", "các",
                ]
                .contains(&words.low(next))
                || next >= end
                || words.sign(next) == '(';
            let helped = words.low(at.saturating_sub(1)) == "để";
            // "tham mưu Ban Thường vụ sơ kết, báo cáo …": the one who is advised reports.
            let advised = time.is_none()
                && (role.s..at).rev().take(14).find(|t| words.says(*t, &["tham", "mưu"]).is_some()).is_some_and(|t| {
                    agency_after(words, t + 2).is_some_and(|m| m.e < at && (m.e..at).all(|t| words.sign(t) != ';' && words.low(t) != "và") && at - m.e < 6)
                });
            if (joined || time.is_some() || before == ")" || before == "thời") && !noun && !advised && follows && !helped && row.value == "báo cáo" {
                let mut s = time.unwrap_or(at);
                // "tổng hợp kết quả, báo cáo": from its first word.
                if let Some(sum) = (at.saturating_sub(8)..at).find(|t| words.says(*t, &["tổng", "hợp"]).is_some() && joined_before(words, *t)) {
                    s = s.min(sum);
                }
                all.push((
                    s.max(role.e),
                    Role {
                        role: "báo cáo".into(),
                        word: Some(words.text(at, next).to_owned()),
                        s: at,
                        e: next,
                        guessed: role.role == "chủ trì" && time.is_none(),
                    },
                ));
                reports = true;
                at = next;
                continue;
            }
        }
        if !reports && joined && words.low(at) == "gửi" && words.says_any(at + 1, &[&["báo", "cáo"], &["kết", "quả"]]).is_some() {
            all.push((at, Role { role: "báo cáo".into(), word: Some(words.text(at, at + 3).to_owned()), s: at, e: at + 3, guessed: false }));
            reports = true;
            at += 3;
            continue;
        }
        if joined
            && !["tham mưu", "đề xuất", "chủ trì", "báo cáo"].contains(&role.role.as_str())
            && let Some(next) = words.says_any(at, &[&["kiến", "nghị", ",", "đề", "xuất"], &["đề", "xuất", ",", "kiến", "nghị"]])
        {
            all.push((at, Role { role: "đề xuất".into(), word: Some(words.text(at, next).to_owned()), s: at, e: next, guessed: false }));
            at = next;
            continue;
        }
        if joined
            && role.role == "phối hợp"
            && words.says_any(at, &[&["nghiên", "cứu", ",", "xây", "dựng"], &["xây", "dựng", "kế", "hoạch"], &["nghiên", "cứu", "xây", "dựng"]]).is_some()
        {
            all.push((at, Role { role: "thực hiện".into(), word: None, s: at, e: at + 2, guessed: false }));
            at += 2;
            continue;
        }
        at += 1;
    }
    all
}

fn joined_before(words: &Words<'_>, at: usize) -> bool {
    at > 0 && (words.sign(at - 1) == ',' || words.low(at - 1) == "và")
}

/// Who receives what this part of the clause sends.
pub fn receiver(walk: &Walk<'_>, words: &Words<'_>, role: &Role, s: usize, _stop: usize, end: usize) -> Option<Receiver> {
    let reports = role.role == "báo cáo";
    let mut to: Option<Mention> = None;
    let mut at = if reports { role.e } else { s };
    if reports && let Some(mention) = words.mention(at, false).filter(|m| m.e <= end) {
        to = Some(mention);
    }
    let mut sending = reports;
    while to.is_none() && at < end {
        if purpose(words, at) && reports && at > role.e {
            break;
        }
        sending |= words.low(at) == "gửi";
        if sending
            && TOWARDS.contains(&words.low(at))
            && let Some(mention) = agency_after(words, at).filter(|m| m.e <= end)
        {
            to = Some(mention);
            break;
        }
        // "…, báo cáo UBND tỉnh": the second word for reporting in the same part.
        if reports
            && let Some(next) = words.says(at, &["báo", "cáo"])
            && let Some(mention) = words.mention(next, false).filter(|m| m.e <= end)
        {
            to = Some(mention);
            break;
        }
        at += 1;
    }
    let to = to?;
    // "gửi Sở Nội vụ tổng hợp, báo cáo UBND tỉnh": what stands right behind the receiver is the receiver's.
    let sums = |t: usize| words.says(t, &["tổng", "hợp"]).is_some();
    let own_end = if sums(to.e) { to.e } else { (to.e..end).find(|t| purpose(words, *t)).unwrap_or(end) };
    if !reports && own_end == end && !(s..to.s).any(|t| words.low(t) == "gửi") {
        return None;
    }
    let via = (to.e..own_end.min(to.e + 8)).find_map(|t| words.says_any(t, &[&["thông", "qua"], &["qua"]])).and_then(|t| words.mention(t, false));
    let next = next_after(words, own_end, end);
    // A department of the receiver, or a receiver who passes it on, is only the way that the letter takes.
    let inner = ["sở", "bộ", "ban"].contains(&words.low(to.s)) && via.as_ref().is_some_and(|v| ["phòng", "vụ", "cục", "văn", "đơn"].contains(&words.low(v.s)));
    let via = via.filter(|_| reports && next.is_none() && !inner);
    let also = others(words, &to, own_end);
    let also: Vec<Agency> = also.iter().map(|m| walk.agency(words, m)).collect();
    let consolidates = (own_end..end.min(own_end + 6)).any(|t| words.says(t, &["tổng", "hợp"]).is_some());
    let spans = |m: &Mention| {
        let (a, b) = words.bytes(m.s, m.e);
        words.passage.spans(a, b, walk.context.source)
    };
    Some(match via {
        Some(via) => Receiver { to: walk.agency(words, &via), spans: spans(&via), own_end, next: Some(walk.agency(words, &to)), consolidates: true, also },
        None => Receiver { to: walk.agency(words, &to), spans: spans(&to), own_end, next: next.map(|m| walk.agency(words, &m)), consolidates, also },
    })
}

/// "báo cáo UBND tỉnh, Bộ Ngoại giao": those beside the first.
fn others(words: &Words<'_>, to: &Mention, end: usize) -> Vec<Mention> {
    let list = words.list(to.s, false).filter(|(_, e)| *e <= end);
    list.map(|(all, _)| all.into_iter().skip(1).filter(|m| m.named).collect()).unwrap_or_default()
}

/// "… để tổng hợp, báo cáo UBND tỉnh": who receives it in the end.
pub(super) fn next_after(words: &Words<'_>, from: usize, end: usize) -> Option<Mention> {
    (from..end).find_map(|t| {
        let next = words.says_any(t, &[&["báo", "cáo"], &["trình"], &["tham", "mưu"], &["tham", "mưu", "cho"]])?;
        agency_after(words, next).filter(|m| m.e <= end)
    })
}

/// Enters the reporting line that a duty describes.
pub fn line(walk: &mut Walk<'_>, words: &Words<'_>, duty: &Duty, receiver: Option<&Receiver>, s: usize, stop: usize, end: usize) {
    let source = walk.context.source;
    let (a, b) = words.bytes(s, stop);
    let spans = words.passage.spans(a, b, source);
    let appraised = (duty.role == "thẩm định" && words.text(s, end).to_lowercase().contains("báo cáo")).then(|| appraisal(walk, words, s, end)).flatten();
    if let Some((by, to)) = appraised {
        let appraiser = duty.agencies.first().cloned();
        if let Some(appraiser) = appraiser {
            push(walk, vec![by.clone()], appraiser.clone(), None, duty, &spans, Some("thẩm định"));
            walk.found.reporting.appraiser = Some(Proposal::sure(appraiser, spans.clone(), "appraises the report"));
        }
        if let Some(to) = to {
            push(walk, vec![by.clone()], to.clone(), None, duty, &spans, None);
            walk.found.reporting.final_recipient = Some(Proposal::sure(to, spans.clone(), "receives the appraised report"));
        }
        walk.found.reporting.consolidator = Some(Proposal::sure(by, spans.clone(), "consolidates the report"));
        let cadence = duty.cadence.clone();
        let known = &mut walk.found.reporting.cadence;
        *known = known.take().or(cadence);
        return;
    }
    let Some(receiver) = receiver else { return };
    let sums = duty.role_word.as_ref().is_some_and(|w| w.to_lowercase().contains("tổng hợp"))
        || words.text(s, stop).to_lowercase().contains("tổng hợp") && duty.role == "báo cáo";
    if duty.role != "báo cáo" && !(receiver.consolidates && receiver.next.is_some()) {
        return;
    }
    for to in std::iter::once(&receiver.to).chain(&receiver.also) {
        // The receiver's own bureau does not report to it.
        let from = duty.agencies.iter().filter(|a| !a.name.to_lowercase().contains(&to.name.to_lowercase())).cloned().collect();
        push(walk, from, to.clone(), duty.deadline.as_ref().map(|d| d.value.clone()), duty, &spans, None);
    }
    // "Chủ tịch UBND tỉnh" receives for the body.
    let body = Agency { name: receiver.to.name.trim_start_matches("Chủ tịch ").to_owned(), ..receiver.to.clone() };
    let to_issuer = walk.issuer.as_ref().is_some_and(|i| same(walk, i, &body));
    // Who watches over the document reports on it.
    let watches = duty.role == "báo cáo" && {
        let before = words.text(0, s).to_lowercase();
        (before.contains("theo dõi") || before.contains("đôn đốc")) && (before.contains("này") || before.contains("tổng hợp"))
    };
    let sums = sums || watches;
    let report = &mut walk.found.reporting;
    if let Some(next) = &receiver.next {
        let next = next.clone();
        let by = receiver.to.clone();
        report.consolidator = report.consolidator.take().or_else(|| Some(Proposal::sure(by.clone(), receiver.spans.clone(), "receives to consolidate")));
        report.final_recipient =
            report.final_recipient.take().or_else(|| Some(Proposal::sure(next.clone(), spans.clone(), "receives the consolidated report")));
        let cadence = duty.cadence.clone();
        report.cadence = report.cadence.take().or(cadence);
        push(walk, vec![by], next, None, duty, &spans, None);
    } else if receiver.consolidates {
        report.consolidator =
            report.consolidator.take().or_else(|| Some(Proposal::sure(receiver.to.clone(), receiver.spans.clone(), "receives to consolidate")));
        let cadence = duty.cadence.clone();
        report.cadence = report.cadence.take().or(cadence);
    } else if sums && to_issuer && duty.agencies.len() == 1 {
        let own = duty.agencies[0].clone();
        report.consolidator = report.consolidator.take().or_else(|| Some(Proposal::sure(own, spans.clone(), "consolidates and reports")));
        report.final_recipient = Some(Proposal::sure(receiver.to.clone(), receiver.spans.clone(), "receives the consolidated report"));
        if duty.cadence.is_some() {
            report.cadence = duty.cadence.clone();
        }
    }
    embedded(walk, words, s, end);
}

fn push(walk: &mut Walk<'_>, from: Vec<Agency>, to: Agency, deadline: Option<super::model::Deadline>, duty: &Duty, spans: &[Span], note: Option<&str>) {
    let known = walk.found.reporting.chain.iter_mut().find(|l| l.value.to.name == to.name && l.value.from == from);
    // What another's line only implied ("qua Sở X") may be told with its time later.
    if let Some(line) = known.filter(|l| l.value.deadline.is_none() && l.value.note.is_none() && deadline.is_some()) {
        (line.value.deadline, line.value.place) = (deadline, duty.place.clone());
        line.spans = spans.to_vec();
        return;
    }
    let known = walk.found.reporting.chain.iter().any(|l| l.value.to.name == to.name && l.value.from == from);
    if walk.found.reporting.chain.len() < 400 && !known && !from.is_empty() && !from.contains(&to) {
        let line = Line { from, to, deadline, place: duty.place.clone(), note: note.map(str::to_owned) };
        walk.found.reporting.chain.push(Proposal::sure(line, spans.to_vec(), "report and receiver"));
    }
}

/// "thẩm định báo cáo … do Sở X chủ trì tổng hợp trình UBND tỉnh": who consolidates, who receives.
fn appraisal(walk: &Walk<'_>, words: &Words<'_>, s: usize, end: usize) -> Option<(Agency, Option<Agency>)> {
    let by = (s..end).find(|t| words.low(*t) == "do").and_then(|t| words.mention(t + 1, false))?;
    let to = (by.e..end).find(|t| words.low(*t) == "trình" || words.says(*t, &["báo", "cáo"]).is_some());
    let to = to.and_then(|t| (t..t + 3).find_map(|t| words.mention(t, false)));
    Some((walk.agency(words, &by), to.map(|m| walk.agency(words, &m))))
}

/// "lồng ghép trong Báo cáo …", "kèm theo … trong báo cáo …".
fn embedded(walk: &mut Walk<'_>, words: &Words<'_>, s: usize, end: usize) {
    if walk.found.reporting.embedded_in.is_some() {
        return;
    }
    let start = (s..end).find(|t| words.says_any(*t, &[&["lồng", "ghép"], &["kèm", "theo"], &["tích", "hợp"], &["chung", "trong"]]).is_some());
    let Some(start) = start else { return };
    let Some(at) = (start..end.min(start + 12))
        .find(|t| words.says(*t, &["báo", "cáo"]).is_some() && ["trong", "vào", "cùng", "với", "các"].contains(&words.low(t.saturating_sub(1))))
    else {
        return;
    };
    let stop =
        (at + 2..end).find(|t| [',', ';', '.', '(', ')'].contains(&words.sign(*t)) || ["gửi", "và", "trước", "để"].contains(&words.low(*t))).unwrap_or(end);
    let (a, b) = words.bytes(at, stop);
    let spans = words.passage.spans(a, b, walk.context.source);
    walk.found.reporting.embedded_in = Some(Proposal::sure(words.text(at, stop).trim().to_owned(), spans, "embedded in another report"));
}

pub(super) fn same(walk: &Walk<'_>, a: &Agency, b: &Agency) -> bool {
    let place = walk.place.as_deref();
    a.organization.is_some() && a.organization == b.organization || super::resolve::squashed(&a.name, place) == super::resolve::squashed(&b.name, place)
}

/// What is left open when all is read: a single line names consolidator and final recipient.
pub fn finish(walk: &mut Walk<'_>) {
    let report = &mut walk.found.reporting;
    let lines = report.chain.len();
    if lines == 0 {
        return;
    }
    let last = report.chain[lines - 1].clone();
    let low = last.value.to.name.to_lowercase();
    let above = [
        "ubnd",
        "ủy ban nhân dân",
        "chủ tịch",
        "hđnd",
        "hội đồng nhân dân",
        "thường trực",
        "ban thường vụ",
        "tỉnh ủy",
        "thành ủy",
        "huyện ủy",
        "thủ tướng",
        "chính phủ",
        "bộ ",
    ];
    let above = above.iter().any(|w| low.starts_with(w));
    let group = |a: &Agency| a.name.to_lowercase().starts_with("các ") || a.name.contains(" các ") && !a.name.contains("Liên hiệp các");
    if report.consolidator.is_none() && lines == 1 && last.value.from.len() == 1 && above && !group(&last.value.from[0]) {
        report.consolidator = Some(Proposal::check(last.value.from[0].clone(), last.spans.clone(), "the only reporting line"));
    }
    // An agency that receives and has to sum up itself is not where the line ends.
    let sums = |d: &Proposal<Duty>| {
        let content = d.value.content.to_lowercase();
        content.contains("tổng hợp") && d.value.agencies.iter().any(|a| a.name == last.value.to.name)
    };
    let passes_on = !above && walk.found.duties.iter().any(sums);
    if passes_on && report.consolidator.is_none() {
        report.consolidator = Some(Proposal::check(last.value.to.clone(), last.spans.clone(), "receives, and sums up"));
    }
    if report.final_recipient.is_none() && !passes_on {
        report.final_recipient = Some(Proposal::check(last.value.to.clone(), last.spans.clone(), "end of the reporting line"));
    }
    if report.cadence.is_none() {
        let reports = walk.found.duties.iter().filter(|d| d.value.role == "báo cáo" && d.value.receiver.is_some());
        report.cadence = reports.filter_map(|d| d.value.cadence.clone()).find(|c| c.rule != "obstacles");
    }
}
