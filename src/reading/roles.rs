//! The role that the words of a clause give.

use super::words::Words;

/// A role and where its words stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub role: String,
    pub word: Option<String>,
    pub s: usize,
    pub e: usize,
    /// No word of the tables said it.
    pub guessed: bool,
}

impl Words<'_> {
    /// The role that the words at the verb say.
    pub fn role(&self, verb: usize, limit: usize) -> Role {
        let v = self.vocabulary;
        let t = self.tokens;
        let mut at = verb;
        let mut guessed = true;
        for _ in 0..8 {
            if at >= limit {
                break;
            }
            // "tổng hợp báo cáo của các đơn vị": here the report is a thing.
            let thing = self.says(at, &["tổng", "hợp", "báo", "cáo", "của"]).map(|e| e - 3);
            if let Some(e) = thing.filter(|e| *e <= limit) {
                // "…, tham mưu UBND tỉnh báo cáo …": summing up is only the way to it.
                let advises = (e..limit).find(|t| self.sign(t.saturating_sub(1)) == ',' && self.says(*t, &["tham", "mưu"]).is_some());
                if let Some(s) = advises {
                    return Role { role: "tham mưu".into(), word: Some(self.text(s, s + 2).to_owned()), s, e: s + 2, guessed: false };
                }
                return Role { role: "tổng hợp".into(), word: Some(self.text(at, e).to_owned()), s: at, e, guessed: false };
            }
            if let Some((row, next)) = v.roles.at(t, at).filter(|(_, next)| *next <= limit) {
                let modifier = v.modifiers.at(t, at).filter(|(_, behind)| *behind > next);
                if modifier.is_none() {
                    return self.series(row.value.clone(), at, next, limit);
                }
            }
            if let Some((_, next)) = v.modifiers.at(t, at) {
                guessed = false;
                at = next;
                // "nghiên cứu, phối hợp", "giúp Ban Thường vụ Tỉnh ủy theo dõi"
                if self.low(at - 1) == "giúp"
                    && let Some(mention) = self.mention(at, true)
                {
                    at = mention.e;
                }
                if self.sign(at) == ',' || self.low(at) == "và" || self.low(at) == "việc" || self.says(at, &["có", "hiệu", "quả"]).is_some() {
                    at += if self.low(at) == "có" { 3 } else { 1 };
                }
                if self.low(at) == "tốt" || self.low(at) == "nhiệm" && self.low(at + 1) == "vụ" && v.roles.at(t, at + 2).is_some() {
                    at += if self.low(at) == "tốt" { 1 } else { 2 };
                }
                continue;
            }
            if let Some(time) = self.time(at, false).filter(|time| time.e > at && time.cadence.is_some()) {
                at = time.e;
                if self.sign(at) == ',' {
                    at += 1;
                }
                continue;
            }
            break;
        }
        // "là cơ quan chuyên trách … và chủ trì …"
        if self.low(verb) == "là" {
            let found = (verb..limit).find_map(|p| {
                v.roles.at(t, p).filter(|(row, _)| row.value == "chủ trì" || row.value == "đầu mối").map(|(row, next)| (row.value.clone(), p, next))
            });
            if let Some((role, s, e)) = found {
                return Role { role, word: Some(self.text(s, e).to_owned()), s, e, guessed: false };
            }
        }
        // "các nội dung được phân công chủ trì": they lead.
        let led = (verb..limit).find_map(|p| self.says_any(p, &[&["được", "phân", "công", "chủ", "trì"], &["được", "giao", "chủ", "trì"]]));
        if let Some(e) = led {
            return Role { role: "chủ trì".into(), word: Some(self.text(e - 2, e).to_owned()), s: e - 2, e, guessed: true };
        }
        let known = v.verbs.at(t, verb).map(|(_, next)| next);
        let e = known.unwrap_or((verb + 1).min(limit));
        Role { role: "thực hiện".into(), word: None, s: verb, e, guessed: guessed && known.is_none() }
    }

    /// "tổng hợp, báo cáo", "theo dõi, hướng dẫn, kiểm tra": which of the words in a row is the role.
    fn series(&self, role: String, s: usize, e: usize, limit: usize) -> Role {
        let v = self.vocabulary;
        let t = self.tokens;
        let mut roles = vec![(role, s, e)];
        let mut at = e;
        while roles.len() < 5 && at < limit {
            let mut next = at;
            if self.sign(next) == ',' || self.low(next) == "và" || self.low(next) == "kết" && self.low(next + 1) == "quả" {
                next += if self.low(next) == "kết" { 2 } else { 1 };
            }
            if self.sign(next) == ',' || self.low(next) == "và" {
                next += 1;
            }
            if let Some((row, end)) = v.roles.at(t, next).filter(|(_, end)| next > at && *end <= limit) {
                roles.push((row.value.clone(), next, end));
                at = end;
            } else if let Some((_, end)) = v.verbs.at(t, next).filter(|(_, end)| {
                next > at
                    && *end <= limit
                    && v.roles.at(t, if [","].contains(&self.low(*end)) { end + 1 } else { *end }).is_some()
                    && [",", "và"].contains(&self.low(*end))
            }) {
                at = end;
            } else {
                break;
            }
        }
        let first = roles[0].0.as_str();
        let pick = if let Some(lead) = roles.iter().position(|r| r.0 == "chủ trì") {
            lead
        } else if first == "tổng hợp" {
            let of = |role: &str| roles.iter().position(|r| r.0 == role);
            of("báo cáo").or(of("tham mưu")).unwrap_or(0)
        } else {
            0
        };
        let (mut role, s, e) = roles[pick].clone();
        // "chỉ đạo tổ chức tuyên truyền": they do it in their own house.
        if role == "chỉ đạo" && roles.len() == 1 && self.verb_at(e) && v.roles.at(t, e).is_none() && self.mention(e, true).is_none() {
            role = "thực hiện".into();
        }
        Role { role, word: Some(self.text(s, e).to_owned()), s, e, guessed: false }
    }
}
