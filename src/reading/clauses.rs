//! One clause: who is spoken to, which verb, which role.

use super::{agencies::Mention, words::Words};

/// How a clause begins.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    pub subjects: Option<Vec<Mention>>,
    pub form: Option<String>,
    /// Where the verb stands; behind the end when nothing follows the agencies.
    pub verb: usize,
    /// Nothing but agencies (and a colon) was there.
    pub heading: bool,
    /// The subject was found at the very start or after a verb that gives work.
    pub firm: bool,
}

const NOT_YET: &[&str] = &["được", "đã", "đang", "gồm", "bao", "vẫn", "còn", "có", "bị"];

impl Words<'_> {
    pub(super) fn verb_at(&self, at: usize) -> bool {
        let v = self.vocabulary;
        let t = self.tokens;
        if at > 0 && self.low(at - 1) == "được" {
            return false;
        }
        t.get(at).is_some_and(|t| t.is_word()) && (v.roles.at(t, at).is_some() || v.modifiers.at(t, at).is_some() || v.verbs.at(t, at).is_some())
    }

    fn opener_at(&self, at: usize) -> bool {
        self.vocabulary.openers.at(self.tokens, at).is_some()
    }

    /// Where the sentence or the part up to the semicolon ends.
    pub fn clause_end(&self, from: usize, limit: usize) -> usize {
        let mut depth = 0;
        for at in from..limit {
            match self.sign(at) {
                '(' => depth += 1,
                ')' => depth -= 1,
                ';' if depth <= 0 => return at,
                '.' if depth <= 0 && self.ends_sentence(at) => return at,
                _ => {}
            }
        }
        limit
    }

    fn ends_sentence(&self, at: usize) -> bool {
        let Some(next) = self.tokens.get(at + 1) else { return true };
        let before = self.low(at.saturating_sub(1));
        if ["tp", "tm", "ts", "ttr", "th", "kt", "tl"].contains(&before) {
            return false;
        }
        if self.sign(at + 1) == '/' {
            return true;
        }
        // The text between: a space and a capital.
        self.tokens[at].e < next.s && (next.is_capital() || next.sign == '-' || next.sign == '"' || next.sign == '“')
    }

    /// Reads the start of the clause at `from`. `first`: it is the start of the item, where anything may be the verb.
    pub fn opening(&self, from: usize, limit: usize, first: bool) -> Option<Opening> {
        let mut at = from;
        loop {
            if [',', '-', '"', '“', '\'', '+', ':', '*'].contains(&self.sign(at)) {
                at += 1;
            } else if let Some(next) = self.says_any(
                at,
                &[
                    &["đồng", "thời"],
                    &["ngoài", "ra"],
                    &["cụ", "thể"],
                    &["trong", "đó"],
                    &["bên", "cạnh", "đó"],
                    &["riêng"],
                    &["và"],
                    &["qua", "đó"],
                    &["mặt", "khác"],
                ],
            ) {
                if self.says(at, &["trong", "đó"]).is_some() || self.says(at, &["qua", "đó"]).is_some() {
                    return None;
                }
                at = next;
            } else if let Some(time) = self
                .time(at, false)
                .filter(|t| t.cadence.as_ref().is_none_or(|(_, code)| code != "continuous") && (t.strong || t.cadence.is_some()) && t.e < limit)
            {
                at = time.e;
            } else {
                break;
            }
            if at >= limit {
                return None;
            }
        }
        let end = self.clause_end(at, limit);
        // Every comma before the end of the clause may end a circumstance.
        // "Theo dõi" is no circumstance although "theo" opens one.
        let opener = self.vocabulary.openers.at(self.tokens, at).map(|(_, next)| next);
        let verb = self.vocabulary.roles.at(self.tokens, at).or_else(|| self.vocabulary.verbs.at(self.tokens, at)).map(|(_, next)| next);
        let circumstance = (opener.is_some() || self.low(at) == "định") && !(verb > opener && opener.is_some());
        if let Some(found) = self.subject(at, limit, first) {
            return Some(Opening { firm: true, ..found });
        }
        let commas: Vec<usize> = (at..end).filter(|c| self.sign(*c) == ',' || self.sign(*c) == ':').map(|c| c + 1).take(40).collect();
        if circumstance {
            for c in &commas {
                let mut c = *c;
                // "…, Ủy ban nhân dân tỉnh yêu cầu …", "…, nếu có vướng mắc, đề nghị các đơn vị …"
                while let Some(next) = self.says_any(c, &[&["đồng", "thời"], &["thì"]]) {
                    c = next;
                }
                if self.opener_at(c) && self.low(c) != "theo" && self.vocabulary.known.at(self.tokens, c).is_none() {
                    continue;
                }
                if let Some(found) = self.subject(c, limit, false) {
                    return Some(found);
                }
            }
        }
        if let Some((row, next)) = self.vocabulary.assigning.at(self.tokens, at)
            && self.verb_at(next)
            && (self.tokens[at].is_capital() || first)
        {
            return Some(Opening { form: Some(row.value.clone()), verb: next, ..Opening::default() });
        }
        if circumstance && !(self.verb_at(at) && self.low(at) == "thực") {
            for c in commas {
                if let Some((row, next)) = self.vocabulary.assigning.at(self.tokens, c)
                    && self.verb_at(next)
                {
                    return Some(Opening { form: Some(row.value.clone()), verb: next, ..Opening::default() });
                }
                if self.verb_at(c) && !self.opener_at(c) {
                    return Some(Opening { verb: c, ..Opening::default() });
                }
            }
            // "Căn cứ nhiệm vụ được giao tại Kế hoạch này khẩn trương xây dựng …"
            let verb = (at + 3..end.min(at + 40))
                .find(|p| self.verb_at(*p) && ["này", "mình", "giao", "định", "tế", "quyền", "công", "vị"].contains(&self.low(p - 1)));
            return verb.map(|verb| Opening { verb, ..Opening::default() });
        }
        if self.verb_at(at) {
            return Some(Opening { verb: at, ..Opening::default() });
        }
        None
    }

    /// Agencies at `at`, perhaps behind "Giao" or "Đề nghị", with the verb that they are the subject of.
    fn subject(&self, at: usize, limit: usize, first: bool) -> Option<Opening> {
        let mut here = at;
        let mut form: Option<String> = None;
        for _ in 0..3 {
            if let Some((row, next)) = self.vocabulary.assigning.at(self.tokens, here) {
                let next = if self.low(next) == "cho" || self.sign(next) == ':' { next + 1 } else { next };
                if self.mention(next, true).is_some() {
                    form = Some(row.value.clone());
                    here = next;
                }
            }
            let (mut mentions, mut end) = self.list(here, true)?;
            // "Các đơn vị: Sở A, Sở B theo chức năng …": those behind the colon are meant.
            if let [group] = mentions.as_slice()
                && !group.named
                && self.sign(end) == ':'
                && let Some((named, e)) = self.list(end + 1, true).filter(|(all, _)| all[0].named && all.len() > 1)
            {
                (mentions, end) = (named, e);
            }
            if end > limit {
                return None;
            }
            let made = |verb: usize, heading: bool| Opening { subjects: Some(mentions.clone()), form: form.clone(), verb, heading, firm: false };
            let mut verb = end;
            if self.sign(verb) == '(' {
                verb = (verb..limit).find(|t| self.sign(*t) == ')').map_or(verb, |t| t + 1);
            }
            if self.sign(verb) == '-' && self.tokens.get(verb + 1).is_some_and(|t| t.is_word()) && first {
                return None;
            }
            if verb >= limit || (self.sign(verb) == '.' || self.sign(verb) == ';') && verb + 1 >= limit {
                return Some(made(limit, true));
            }
            if self.sign(verb) == ':' {
                return Some(made(self.past_circumstance(verb + 1, limit), verb + 1 >= limit));
            }
            // The issuer speaks: "UBND tỉnh yêu cầu các sở …".
            let speaks = self.skip_adverbs(verb);
            if let Some((row, next)) = self.vocabulary.assigning.at(self.tokens, speaks) {
                let next = if self.low(next) == "cho" { next + 1 } else { next };
                if self.mention(next, true).is_some() && row.name != "chỉ đạo" {
                    form = Some(row.value.clone());
                    here = next;
                    continue;
                }
                // "Sở X đề nghị phối hợp …" has no agency; it is the addressees' duty.
                if self.verb_at(next) && row.value != "giao" {
                    return Some(Opening { subjects: None, form: Some(row.value.clone()), verb: next, heading: false, firm: false });
                }
            }
            // "các tổ chức có liên quan đến hoạt động này chịu trách nhiệm thi hành": what they have to do with stands before the verb.
            if verb > 0 && self.low(verb) == "đến" && self.low(verb - 1) == "quan" {
                let stop = self.clause_end(verb, limit).min(verb + 40);
                let duty = |t: &usize| self.says_any(*t, &[&["chịu", "trách", "nhiệm"], &["có", "trách", "nhiệm"]]).is_some();
                return (verb + 2..stop).find(duty).map(|verb| made(verb, false));
            }
            let mut next = verb;
            if self.sign(next) == ',' {
                next += 1;
            }
            // A circumstance between subject and verb.
            if self.opener_at(next) && !self.verb_at(next)
                || self.says(next, &["căn", "cứ"]).is_some()
                || (self.low(next) == "theo" && self.vocabulary.roles.at(self.tokens, next).is_none())
                || self.low(next) == "trong"
            {
                let stop = self.clause_end(next, limit);
                if let Some((_, behind)) = self.vocabulary.modifiers.at(self.tokens, next).filter(|(_, behind)| self.verb_at(*behind)) {
                    return Some(made(behind, false));
                }
                let found = (next + 2..stop.min(next + 60)).find(|p| {
                    self.verb_at(*p)
                        && self.low(p - 1) != "và"
                        && (self.sign(p - 1) == ','
                            || self.low(p - 1) == "để"
                            || ["mình", "giao", "quyền", "tế", "này", "định", "công", "vị", "phương", "trách"].contains(&self.low(p - 1)))
                });
                return found.map(|verb| made(verb, false));
            }
            let low = self.low(verb);
            if NOT_YET.contains(&low)
                && self.vocabulary.modifiers.at(self.tokens, verb).is_none()
                && self.vocabulary.roles.at(self.tokens, verb).is_none()
                && self.vocabulary.verbs.at(self.tokens, verb).is_none()
            {
                return None;
            }
            if low == "là" {
                return ["cơ", "đơn", "đầu", "thành"].contains(&self.low(verb + 1)).then(|| made(verb, false)).filter(|_| self.low(verb + 1) != "thành");
            }
            if self.verb_at(verb) {
                return Some(made(verb, false));
            }
            if form.is_some() && self.tokens[verb].is_word() {
                return Some(made(verb, false));
            }
            let unknown = first
                && self.sign(verb) == 'a'
                && !["của", "và", "về", "cho", "tại", "do", "trên", "từ", "với", "như", "để", "này", "nêu", "khác", "thuộc", "phê", "ban"].contains(&low);
            return unknown.then(|| made(verb, false));
        }
        None
    }

    /// "Sở Tài chính: Trên cơ sở dự toán của các đơn vị, tham mưu …": the verb behind the circumstance.
    fn past_circumstance(&self, at: usize, limit: usize) -> usize {
        let time = self.time(at, false).filter(|t| t.cadence.is_some() && self.sign(t.e) == ',');
        let at = time.map_or(at, |t| t.e + 1);
        if !["trên", "trong", "theo", "tùy", "căn"].contains(&self.low(at)) || !self.opener_at(at) || self.vocabulary.roles.at(self.tokens, at).is_some() {
            return at;
        }
        let end = self.clause_end(at, limit);
        (at..end.min(at + 60)).find(|t| self.sign(*t) == ',' && self.verb_at(t + 1) && !self.opener_at(t + 1)).map_or(at, |t| t + 1)
    }

    /// "Về kinh phí: Giao Sở Tài chính …", "Báo cáo định kỳ: Các hội …": behind a topic stands who is spoken to.
    pub fn topic(&self, from: usize, limit: usize) -> Option<usize> {
        let colon = (from + 1..limit.min(from + 18))
            .find(|at| self.sign(*at) == ':' || self.sign(*at) == ';' || self.sign(*at) == ',')
            .filter(|at| self.sign(*at) == ':')?;
        let plain = colon + 2 < limit && self.mention(from, true).is_none() && self.vocabulary.assigning.at(self.tokens, from).is_none();
        let opening = plain.then(|| self.opening(colon + 1, limit, false)).flatten()?;
        (opening.subjects.is_some() && !opening.heading).then_some(colon + 1)
    }

    /// "Văn phòng UBND tỉnh thông báo để các cơ quan biết và thực hiện" only tells.
    pub fn tells(&self, from: usize, end: usize) -> bool {
        let told = (from..end.min(from + 24)).find(|at| self.says(*at, &["thông", "báo"]).is_some());
        told.is_some_and(|at| (at..end).any(|t| self.low(t) == "biết" && [",", "và", "./", ".", ""].contains(&self.low(t + 1))))
    }

    fn skip_adverbs(&self, at: usize) -> usize {
        self.says_any(at, &[&["kính"], &["trân", "trọng"], &["cũng"], &["tiếp", "tục"], &["thống", "nhất"]]).unwrap_or(at)
    }
}
