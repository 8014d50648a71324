//! One clause made a duty: its partners, cadence, deadline, product, and who approves and receives.

use super::{
    agencies::Mention,
    clauses::Opening,
    duties::{Scope, Spot, Walk},
    model::{Agency, Confidence, Deadline, Duty, Proposal},
    roles::Role,
    words::Words,
};

impl Walk<'_> {
    /// A clause that says nothing but a time belongs to the duty before it.
    pub(super) fn only_time(&mut self, words: &Words<'_>, verb: usize, end: usize, spot: Spot<'_>) -> bool {
        let Some(at) =
            words.says_any(verb, &[&["thực", "hiện"], &["hoàn", "thành"], &["xong"], &["thời", "gian", "hoàn", "thành"], &["thời", "gian", "thực", "hiện"]])
        else {
            return false;
        };
        let Some(time) = words.time(at, true).filter(|t| t.e + 1 >= end) else { return false };
        let (a, b) = words.bytes(time.s, time.e);
        let spans = words.passage.spans(a, b, self.context.source);
        let Some(last) = self.found.duties.last_mut().filter(|d| d.value.place == spot.place) else { return false };
        if let Some(deadline) = time.deadline {
            last.value.deadline = last.value.deadline.take().or(Some(Proposal::sure(deadline, spans.clone(), "time of the clause before")));
        }
        if let Some((text, _)) = time.cadence {
            last.value.cadence = last.value.cadence.take().or(Some(Proposal::sure(text, spans, "time of the clause before")));
        }
        true
    }

    /// "Phối hợp với A tổ chức …. Tổ chức đoàn …": a sentence without a role of its own says more about the duty before it.
    pub(super) fn goes_on(&mut self, words: &Words<'_>, s: usize, e: usize, spot: Spot<'_>) -> bool {
        let (a, b) = words.bytes(s, e);
        let spans = words.passage.spans(a, b, self.context.source);
        let times = words.times(s, e, false);
        // "Là cơ quan chuyên trách …" says what it is; the sentence behind it is the first that says what it does.
        let same = |d: &&mut Proposal<Duty>| d.value.place == spot.place && d.value.role_word.is_some() && !d.value.content.starts_with("Là ");
        let Some(last) = self.found.duties.last_mut().filter(same) else { return false };
        if times.iter().any(|t| t.deadline.is_some()) {
            return false;
        }
        last.spans.extend(spans.clone());
        if let Some((text, code)) = times.into_iter().find_map(|t| t.cadence).filter(|(_, code)| code != "continuous") {
            let cadence = match &last.value.cadence {
                None => text,
                // "các ngày lễ", then "năm mới": both are its occasions.
                Some(known) if code == "occasion" => format!("{}; {text}", known.value),
                Some(known) => known.value.clone(),
            };
            last.value.cadence = Some(Proposal::check(cadence, spans, "cadence of the next sentence"));
        }
        true
    }

    /// "… (Sở Y tế chủ trì, phối hợp với …)" at the end of an item.
    pub(super) fn in_brackets(&self, words: &Words<'_>) -> Option<(Opening, Role)> {
        let close = (0..words.len()).rev().take(4).find(|at| words.sign(*at) == ')')?;
        let open = (0..close).rev().find(|at| words.sign(*at) == '(')?;
        let (mentions, e) = words.list(open + 1, true)?;
        let role = words.role(e, close);
        let fits = role.word.is_some() && ["chủ trì", "phối hợp"].contains(&role.role.as_str()) || words.says(e, &["thực", "hiện"]).is_some();
        fits.then_some((Opening { subjects: Some(mentions), form: None, verb: e, heading: false, firm: true }, role))
    }

    /// One clause becomes one duty, and another where it goes on to report or to propose.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn clause(
        &mut self,
        words: &Words<'_>,
        from: usize,
        verb: usize,
        end: usize,
        role: &Role,
        subjects: Vec<Agency>,
        form: Option<String>,
        spot: Spot<'_>,
        scope: &Scope,
    ) {
        let mut cuts = super::reporting::segments(words, role, verb, end);
        // "Tổng hợp tình hình, báo cáo UBND tỉnh" is one duty: to report.
        let review = role.word.is_none() && words.low(verb + 1) == "kết" && cuts.first().is_some_and(|(s, _)| *s <= verb + 7);
        let sums =
            (role.role == "tổng hợp" || review) && cuts.first().is_some_and(|(s, next)| next.role == "báo cáo" && words.sign(s.saturating_sub(1)) == ',');
        match cuts.first_mut().filter(|_| sums) {
            Some(first) => first.0 = from,
            None => cuts.insert(0, (from, role.clone())),
        }
        for (n, (s, role)) in cuts.iter().enumerate() {
            let stop = cuts.get(n + 1).map_or(end, |(next, _)| *next);
            self.duty(words, *s, stop, end, role, &subjects, form.clone(), spot, scope);
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn duty(
        &mut self,
        words: &Words<'_>,
        s: usize,
        stop: usize,
        end: usize,
        role: &Role,
        subjects: &[Agency],
        form: Option<String>,
        spot: Spot<'_>,
        scope: &Scope,
    ) {
        let source = self.context.source;
        let spans = |s: usize, e: usize| {
            let (from, to) = words.bytes(s, e);
            words.passage.spans(from, to, source)
        };
        let (from, to) = words.bytes(s, stop);
        let content = words.passage.text[from..to].trim().trim_start_matches([',', ' ']).to_owned();
        let mut times = words.times(s, stop, false);
        let receiver = super::reporting::receiver(self, words, role, s, stop, end);
        let own_end = receiver.as_ref().map_or(stop, |r| r.own_end).min(stop);
        times.retain(|t| t.s < own_end || t.deadline.is_some());
        let cadence = cadence(&times, words, s, role).map(|(text, a, b)| Proposal::sure(text, spans(a, b), "cadence"));
        let mut deadline = deadline(&times, words, role, own_end, s).map(|(d, a, b, sure)| {
            let spans = spans(a, b);
            if sure { Proposal::sure(d, spans, "deadline") } else { Proposal::check(d, spans, "deadline by cadence") }
        });
        if let (Some(deadline), Some(receiver)) = (&mut deadline, &receiver) {
            deadline.value.send_to = Some(receiver.to.name.clone());
        }
        let form = form.unwrap_or_else(|| match (&scope.through, spot.kind) {
            (Some(_), _) => "qua".into(),
            (None, Some("tasks")) if subjects.len() > 1 && !spot.means => "chung".into(),
            _ => "giao".into(),
        });
        let mut partners = self.partners(words, role, s, stop, subjects);
        if role.role == "phối hợp" && partners.is_empty() {
            partners = scope.partners.clone();
        }
        let approver = approver(words, role.e, stop).map(|m| Proposal::sure(words.name(&m), spans(m.s, m.e), "who approves"));
        let product = product(words, role.s, stop).map(|(a, b)| Proposal::check(words.text(a, b).to_owned(), spans(a, b), "product"));
        let duty = Duty {
            place: spot.place.to_owned(),
            place_alt: spot.alt.map(str::to_owned),
            content,
            agencies: subjects.to_vec(),
            role: role.role.clone(),
            role_word: role.word.clone(),
            form,
            through: scope.through.clone(),
            partners,
            product,
            approver,
            cadence,
            deadline,
            receiver: receiver.as_ref().map(|r| Proposal::sure(r.to.clone(), r.spans.clone(), "receiver")),
        };
        super::reporting::line(self, words, &duty, receiver.as_ref(), s, stop, end);
        let rule = match (role.guessed, &role.word) {
            (true, None) => "no role word",
            (true, Some(_)) => "role handed on",
            (false, Some(_)) => "role word",
            (false, None) => "leading verb",
        };
        let confidence = if role.guessed || scope.general && subjects.is_empty() { Confidence::Check } else { Confidence::Sure };
        self.found.duties.push(Proposal { value: duty, spans: spans(s, stop), confidence, rule: rule.into() });
    }

    /// With whom: behind "phối hợp (với)", or the one that is guided or helped.
    pub(super) fn partners(&self, words: &Words<'_>, role: &Role, s: usize, stop: usize, subjects: &[Agency]) -> Vec<Agency> {
        let mut all: Vec<Agency> = Vec::new();
        let mut add = |agency: Agency| {
            if !subjects.iter().any(|s| s.name == agency.name) && !all.iter().any(|a| a.name == agency.name) {
                all.push(agency);
            }
        };
        let mut at = s;
        let mut with = false;
        while at < stop {
            let Some(next) = words.says_any(at, &[&["phối", "hợp"], &["phối", "kết", "hợp"]]) else {
                at += 1;
                continue;
            };
            at = next;
            let mut here = next;
            while let Some(next) = words.says_any(here, &[&["chặt", "chẽ"], &["cùng"], &["với"], &["tốt"], &["thực", "hiện", "với"], &["thường", "xuyên"]])
            {
                with |= words.low(next - 1) == "với";
                here = next;
            }
            if words.low(here) == "giữa" {
                if let Some((_, e)) = words.list(here + 1, false)
                    && words.low(e) == "với"
                    && let Some((mentions, _)) = words.list(e + 1, false)
                {
                    mentions.iter().for_each(|m| add(self.agency(words, m)));
                }
                continue;
            }
            if let Some((mentions, e)) = words.list(here, false).filter(|(_, e)| *e <= stop) {
                mentions.iter().for_each(|m| add(self.agency(words, m)));
                with = true;
                at = e;
            }
        }
        if !with {
            // Directly helped, guided or led; or whose means are meant.
            let mut found = None;
            // Whom another is told to guide is no partner: "chỉ đạo Sở Nội vụ hướng dẫn …".
            let reach = if role.role == "chỉ đạo" { role.s } else { stop.min(role.s + 14) };
            for at in role.s..reach {
                if words.says_any(at, &[&["hướng", "dẫn"], &["hỗ", "trợ"], &["lãnh", "đạo"], &["giúp", "đỡ"], &["đôn", "đốc"]]).is_some()
                    && let Some(m) = words.mention(at + 2, false).filter(|m| m.named && m.e <= stop)
                {
                    found = Some(m);
                    break;
                }
            }
            if found.is_none() && (role.role == "phối hợp") {
                let money = (role.s..stop).find(|at| words.says(*at, &["kinh", "phí"]).is_some());
                found = money
                    .and_then(|at| (at..stop.min(at + 8)).find(|t| ["cho", "của"].contains(&words.low(*t))))
                    .and_then(|t| words.mention(t + 1, false).filter(|m| m.named));
            }
            if found.is_none() && role.role == "thẩm định" {
                found = (role.e..stop).find(|t| words.low(*t) == "do").and_then(|t| words.mention(t + 1, false).filter(|m| m.named));
            }
            if let Some(m) = found {
                add(self.agency(words, &m));
            }
        }
        all
    }
}

fn cadence(times: &[super::times::Time], words: &Words<'_>, s: usize, role: &Role) -> Option<(String, usize, usize)> {
    let of = |t: &super::times::Time| t.cadence.as_ref().map(|(text, _)| (text.clone(), t.s, t.e));
    // What stands in the deadline or behind "định kỳ" counts before what only describes a noun.
    let deadline = times.iter().find(|t| t.deadline.is_some() && t.cadence.is_some()).and_then(of);
    let regular = times.iter().find(|t| t.cadence.is_some() && words.low(t.s) == "định").and_then(of);
    let leading = times.iter().find(|t| t.cadence.is_some() && (t.s <= s + 1 || t.e <= role.s + 1)).and_then(of);
    let strict = |t: &&super::times::Time| t.cadence.as_ref().is_some_and(|(_, code)| code != "continuous" || t.s <= s + 1);
    let noun =
        |t: &&super::times::Time| !(role.role == "báo cáo" && words.low(t.s.saturating_sub(1)) == "ngoại" && words.text(role.s, t.s).contains("Báo cáo"));
    deadline.or(regular).or(leading).or_else(|| times.iter().filter(|t| t.cadence.is_some()).filter(strict).find(noun).and_then(of))
}

fn deadline(times: &[super::times::Time], words: &Words<'_>, role: &Role, own_end: usize, s: usize) -> Option<(Deadline, usize, usize, bool)> {
    if let Some(time) = times.iter().find(|t| t.deadline.is_some() && t.s < own_end.max(t.s + 1)) {
        let mut deadline = time.deadline.clone()?;
        if deadline.kind == "once"
            && (deadline.parts.contains_key("month_day") || deadline.parts.contains_key("quarter_of_year"))
            && times.iter().any(|t| t.cadence.as_ref().is_some_and(|(_, code)| code == "annual"))
        {
            deadline.kind = "recurring_annual".into();
        }
        return Some((deadline, time.s, time.e, true));
    }
    if role.role != "báo cáo" {
        return None;
    }
    let regular = times.iter().find(|t| {
        t.cadence.is_some()
            && t.s < own_end
            && (words.low(t.s) == "định" || t.s <= s + 1 || t.e <= role.e || t.cadence.as_ref().is_some_and(|(_, c)| c.starts_with("request")))
    });
    if let Some(time) = regular {
        let (_, code) = time.cadence.as_ref()?;
        let kind = match code.as_str() {
            "annual" => "recurring_annual",
            "semiannual" => "recurring_semiannual",
            "quarterly" => "recurring_quarterly",
            "monthly" => "recurring_monthly",
            "request_annual" => "on_request_and_annual",
            _ => return None,
        };
        let d = Deadline { kind: kind.into(), phrase_vi: words.text(time.s, time.e).to_owned(), ..Deadline::default() };
        return Some((d, time.s, time.e, false));
    }
    let at = (role.e..own_end).rev().find(|at| words.says(*at, &["theo", "quy", "định"]).is_some())?;
    let d = Deadline { kind: "as_regulated".into(), phrase_vi: words.text(at, at + 3).to_owned(), ..Deadline::default() };
    Some((d, at, at + 3, false))
}

/// "trình UBND tỉnh phê duyệt", "đề xuất UBND tỉnh xem xét, quyết định".
fn approver(words: &Words<'_>, s: usize, e: usize) -> Option<Mention> {
    for at in s.saturating_sub(2)..e {
        let starts = words.says_any(at, &[&["trình"], &["đề", "xuất"], &["tham", "mưu"], &["báo", "cáo"]]);
        let Some(next) = starts else { continue };
        let next = if words.low(next) == "cho" || words.low(next) == "với" { next + 1 } else { next };
        let Some(mention) = words.mention(next, false) else { continue };
        let mut here = mention.e;
        if words.sign(here) == ',' {
            here += 1;
        }
        if words.says(here, &["xem", "xét"]).is_some() {
            return Some(mention);
        }
        if words
            .says_any(here, &[&["phê", "duyệt"], &["quyết", "định"], &["ban", "hành"], &["khen", "thưởng"], &["cho", "ý", "kiến"], &["thông", "qua"]])
            .is_some()
            || words.low(at) == "trình"
        {
            return Some(mention);
        }
    }
    None
}

/// The document that a duty makes: behind "xây dựng", "ban hành", "lập".
fn product(words: &Words<'_>, s: usize, e: usize) -> Option<(usize, usize)> {
    for at in s..e {
        let Some(next) = words.says_any(at, &[&["xây", "dựng"], &["ban", "hành"], &["lập"], &["soạn", "thảo"], &["hoàn", "thiện"]]) else {
            continue;
        };
        let is_document = |at: usize| {
            words.vocabulary.kinds.at(words.tokens, at).is_some()
                || words.says_any(at, &[&["các", "văn", "bản"], &["dự", "toán"], &["dự", "thảo"], &["đề", "cương"], &["văn", "bản"]]).is_some()
        };
        let from = next;
        if from < e && is_document(from) && !["này", "số"].contains(&words.low(from + 2)) {
            // "chương trình", "quyết định", "tờ trình" are one word each.
            let name = words.vocabulary.kinds.at(words.tokens, from).map_or(from + 1, |(_, next)| next);
            let compound = |t: usize| {
                words.low(t) == "trình" && ["chương", "quy", "công", "lộ", "tờ"].contains(&words.low(t - 1))
                    || words.low(t) == "định" && ["quy", "quyết", "nghị"].contains(&words.low(t - 1))
            };
            let stop = (name..e.min(from + 16)).filter(|t| !compound(*t)).find(|t| {
                [',', ';', '.', '(', ':'].contains(&words.sign(*t))
                    || ["để", "trình", "theo", "trên", "và", "định", "gắn", "nhằm", "gửi", "phù", "do", "hằng", "hàng", "với", "đảm", "bảo", "tổ", "triển"]
                        .contains(&words.low(*t))
            });
            return Some((from, stop.unwrap_or(e.min(from + 16))));
        }
    }
    None
}
