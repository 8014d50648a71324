//! Agencies in running text: where a name begins, how far it goes, and how a list of them is written.

use super::{tokens::Token, words::Words};

/// A name of an agency or of a group between two tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub s: usize,
    pub e: usize,
    /// It is named, not a group such as "các sở, ban, ngành".
    pub named: bool,
    /// A word that the text leaves out: the second of "Sở Nội vụ, Tài chính" has "Sở".
    pub head: Option<String>,
}

pub const DETERMINERS: &[&str] = &["các", "những", "mọi", "mỗi", "từng"];
pub const SCOPES: &[&str] = &["tỉnh", "huyện", "quận", "xã", "phường", "tp"];
/// Words at which a name ends although no verb of the tables follows.
const STOPS: &[&str] = &[
    "trong",
    "với",
    "về",
    "cho",
    "của",
    "tại",
    "theo",
    "để",
    "từ",
    "đến",
    "là",
    "có",
    "được",
    "phải",
    "cần",
    "đã",
    "sẽ",
    "đang",
    "như",
    "căn",
    "trên",
    "nhằm",
    "khi",
    "nếu",
    "do",
    "bằng",
    "vào",
    "ở",
    "này",
    "nêu",
    "trước",
    "sau",
    "định",
    "hằng",
    "hàng",
    "chủ",
    "khẩn",
    "phụ",
    "chịu",
    "đồng",
    "thông",
    "qua",
    "nghiêm",
    "tích",
    "tiếp",
    "tăng",
    "cùng",
    "không",
    "ngoài",
    "thường",
    "hoặc",
    "thuộc",
    "bị",
    "gửi",
    "chậm",
    "kịp",
    "trực",
    "xem",
    "trình",
    "ban",
    "giao",
    "giúp",
    "đề",
];

/// Words of names that [`STOPS`] would cut.
const COMPOUNDS: &[(&str, &str)] = &[
    ("truyền", "thông"),
    ("viễn", "thông"),
    ("giao", "thông"),
    ("ngoại", "giao"),
    ("chuyển", "giao"),
    ("dân", "chủ"),
    ("tự", "chủ"),
    ("quy", "định"),
    ("thường", "trực"),
];
impl Words<'_> {
    pub(super) fn stops(&self, at: usize) -> bool {
        STOPS.contains(&self.low(at)) && !COMPOUNDS.contains(&(self.low(at.saturating_sub(1)), self.low(at)))
    }

    /// Words of a place: "tỉnh Bình Định", "thành phố", "huyện Phú Ninh", "Trung ương".
    pub(super) fn scope(&self, at: usize) -> usize {
        let mut here = at;
        if let Some((_, next)) = self.vocabulary.provinces.at(self.tokens, here) {
            return next;
        }
        if let Some(next) = self.says_any(here, &[&["trung", "ương"], &["cấp", "tỉnh"], &["cấp", "huyện"], &["cấp", "xã"], &["các", "cấp"], &["địa", "phương"]])
        {
            return next;
        }
        if let Some(next) = self.says_any(here, &[&["thành", "phố"], &["thị", "xã"], &["thị", "trấn"], &["đặc", "khu"]]) {
            here = next;
        } else if SCOPES.contains(&self.low(here)) && self.low(here + 1) != "ủy" && self.low(here + 1) != "đoàn" {
            here += 1;
            // "TP. Thủ Đức", but the sentence that ends in "UBND tỉnh." ends there.
            if self.sign(here) == '.' && self.low(here - 1) == "tp" {
                here += 1;
            }
        }
        if here == at {
            return at;
        }
        if let Some((_, next)) = self.vocabulary.provinces.at(self.tokens, here) {
            return next;
        }
        // A proper name of a district or commune.
        if self.tokens.get(here).is_some_and(Token::is_capital)
            && self.head(here).is_none()
            && self.vocabulary.leaders.at(self.tokens, here).is_none()
            && self.sign(here - 1) != '.'
            && !self.begins_sentence(here)
        {
            return self.capitals(here, false);
        }
        here
    }

    /// A run of words with capitals, with the small ones between that belong to the name.
    pub(super) fn capitals(&self, at: usize, conjunction: bool) -> usize {
        self.run(at, conjunction, 3)
    }

    /// The same with at most so many words in small letters behind each other.
    fn run(&self, at: usize, conjunction: bool, most: usize) -> usize {
        let mut here = at;
        let mut small = 0;
        while here < self.len() && here - at < 32 {
            let token = &self.tokens[here];
            // What the tables know as an agency, a position or a kind of document begins something else.
            if here > at
                && token.is_capital()
                && (self.head(here).is_some()
                    || self.vocabulary.names.at(self.tokens, here).is_some()
                    || self.vocabulary.leaders.at(self.tokens, here).is_some())
            {
                break;
            }
            if here > at && self.vocabulary.kinds.at(self.tokens, here).is_some() {
                break;
            }
            match token.sign {
                'A' | 'Z' | '0' => {
                    small = 0;
                    here += 1;
                }
                'a' => {
                    let low = self.low(here);
                    let next_capital = self.tokens.get(here + 1).is_some_and(Token::is_capital);
                    if low == "và" {
                        if !(conjunction && next_capital) || self.head(here + 1).is_some() {
                            break;
                        }
                        here += 1;
                        continue;
                    }
                    if small >= most
                        || self.is_verb(here)
                        || self.stops(here)
                        || SCOPES.contains(&low)
                        || DETERMINERS.contains(&low)
                        || self.says(here, &["thành", "phố"]).is_some()
                    {
                        break;
                    }
                    if self.vocabulary.attributes.at(self.tokens, here).is_some() {
                        break;
                    }
                    small += 1;
                    here += 1;
                }
                '-' | '&' if self.tokens.get(here + 1).is_some_and(Token::is_capital) && self.head(here + 1).is_none() => here += 1,
                // "Vụ Thị trường châu Âu - châu Mỹ"
                '-' if most > 3 && self.sign(here + 1) == 'a' && self.low(here + 1) == self.low(here.saturating_sub(2)) => here += 1,
                '/' if self.tokens.get(here + 1).is_some_and(Token::is_word) => here += 1,
                _ => break,
            }
        }
        here
    }

    /// The agency or group that begins here. `loose`: a group may come without "các".
    pub fn mention(&self, at: usize, loose: bool) -> Option<Mention> {
        let find = || self.find(at, loose).map(|m| (m.e, m.named));
        self.tokens.once(at, loose, find).map(|(e, named)| Mention { s: at, e, named, head: None })
    }

    fn find(&self, at: usize, loose: bool) -> Option<Mention> {
        let v = self.vocabulary;
        let mut here = at;
        let mut leads = false;
        // A row of positions is short; a text of nothing else must not cost more than any other.
        for _ in 0..5 {
            let Some((_, next)) = v.leaders.at(self.tokens, here) else { break };
            // "Chủ tịch, các Phó Chủ tịch UBND": the leaders of one body.
            leads = true;
            here = next;
            let behind = match self.sign(here) {
                ',' | '(' | '/' => here + 1,
                _ if self.low(here) == "và" => here + 1,
                _ => break,
            };
            if v.leaders.at(self.tokens, behind).is_none() {
                break;
            }
            here = behind;
        }
        // "Thủ trưởng" alone is nobody.
        let named = |e: usize| Some(Mention { s: at, e, named: true, head: None });
        if let Some((row, next)) = v.known.at(self.tokens, here)
            && self.tokens[here].sign != '0'
        {
            let group = row.value.starts_with("group:");
            if (!group || self.vocabulary.attributes.at(self.tokens, next).is_none())
                && (!group || leads || loose || DETERMINERS.contains(&self.low(here)) || self.tokens[here].is_capital())
            {
                let own = self.mention_by_grammar(here, at, leads, loose);
                let end = if group { next } else { self.scope(next) };
                return match own {
                    Some(own) if own.e > end => Some(own),
                    _ => Some(Mention { s: at, e: end, named: !group, head: None }),
                };
            }
        }
        if let Some((_, next)) = v.names.at(self.tokens, here)
            && (self.tokens[here].is_capital() || self.low(here) == "cơ" || self.low(here) == "cấp")
        {
            return named(self.scope(next));
        }
        // "báo cáo Bộ trưởng", "báo cáo Lãnh đạo Bộ": in a ministry there is no doubt which.
        let alone = self.says_any(at, &[&["bộ", "trưởng"], &["lãnh", "đạo", "bộ"], &["lãnh", "đạo", "sở"], &["lãnh", "đạo", "ban"]]);
        let found = self.mention_by_grammar(here, at, leads, loose);
        match alone {
            Some(e) if found.is_none() && leads && self.tokens[at].is_capital() => named(e),
            _ => found.map(|m| self.belonging(m)),
        }
    }

    /// "Trung tâm X thuộc Sở Y": whose it is belongs to its name.
    fn belonging(&self, found: Mention) -> Mention {
        let whose = (found.named && self.low(found.e) == "thuộc").then(|| self.mention(found.e + 1, false).filter(|m| m.named)).flatten();
        Mention { e: whose.map_or(found.e, |m| m.e), ..found }
    }

    fn mention_by_grammar(&self, here: usize, at: usize, leads: bool, loose: bool) -> Option<Mention> {
        let v = self.vocabulary;
        let named = |e: usize| Some(Mention { s: at, e, named: true, head: None });
        let plural = DETERMINERS.contains(&self.low(here)) || self.says_any(here, &[&["tất", "cả"], &["toàn", "thể"], &["một", "số"]]).is_some();
        if plural {
            let mut noun = here + if DETERMINERS.contains(&self.low(here)) { 1 } else { 2 };
            if DETERMINERS.contains(&self.low(noun)) {
                noun += 1;
            }
            // "các Hội hữu nghị", "các Sở: …" and "các Ban Quản lý" as groups.
            let group = self.group(noun);
            if let Some((row, next)) = self.head(noun)
                && group.is_none_or(|end| next > end)
                && (row.value == "long" || row.value == "committee")
            {
                let end = self.capitals(next, false);
                return Some(Mention { s: at, e: self.scope(end), named: false, head: None });
            }
            return group.map(|e| Mention { s: at, e, named: false, head: None });
        }
        if let Some((row, next)) = self.head(here)
            && (self.tokens[here].is_capital() || leads)
        {
            match row.value.as_str() {
                "field" => {
                    if let Some((_, end)) = v.fields.at(self.tokens, next) {
                        // "Sở Công Thương các tỉnh, thành phố"
                        let everywhere = ["tỉnh", "huyện", "quận", "xã", "thành"].contains(&self.low(end + 1)) && DETERMINERS.contains(&self.low(end));
                        let end = if everywhere { self.group(end + 1).unwrap_or(end) } else { self.scope(end) };
                        return named(end);
                    }
                    if self.tokens.get(next).is_some_and(Token::is_capital) && self.head(next).is_none() {
                        // Departments of ministries have long names in small letters.
                        let most = if self.low(here) == "vụ" { 6 } else { 3 };
                        return named(self.scope(self.run(next, true, most)));
                    }
                    // "Sở, ban, ngành": a group without "các".
                    if let Some(end) = self.group(here).filter(|end| *end > next) {
                        return Some(Mention { s: at, e: end, named: false, head: None });
                    }
                    return None;
                }
                "committee" => return named(self.committee(next)),
                "caps" => {
                    // "Báo Tuyên Quang" ends with the province where a sentence begins behind it.
                    if let Some((_, end)) = v.provinces.at(self.tokens, next)
                        && self.begins_sentence(end)
                    {
                        return named(end);
                    }
                    let end = if self.tokens.get(next).is_some_and(Token::is_capital) && self.head(next).is_none() { self.capitals(next, false) } else { next };
                    if let Some(group) = self.group(here).filter(|group| *group > end) {
                        return Some(Mention { s: at, e: group, named: false, head: None });
                    }
                    if end == next && row.name == "Ban" {
                        return None;
                    }
                    return named(self.committee(end));
                }
                _ => {
                    let field = v.fields.at(self.tokens, next).map(|(_, end)| end);
                    let body = self.mention(next, false).filter(|m| m.named && m.s == next && self.tokens[next].is_capital()).map(|m| m.e);
                    let most = if ["cục", "chi", "trung", "viện", "ban", "đồn"].contains(&self.low(here)) { 6 } else { 3 };
                    let mut end = field.or(body).unwrap_or_else(|| self.run(next, false, most));
                    // "Văn phòng UBND tỉnh", "Cơ quan Tỉnh đoàn", "Trung tâm Y tế huyện".
                    if let Some(inner) = self.mention(end, false).filter(|m| m.named && self.tokens[end].is_capital() && !self.tokens[end].is_soft()) {
                        end = inner.e;
                    } else if end == next {
                        end = self.long(next);
                    }
                    // "phối hợp với Văn phòng theo dõi"
                    let office = row.name == "Văn phòng" && (end >= self.len() || !self.tokens[end].is_word() || self.is_verb(end));
                    if end == next && !leads && !office && self.tokens[here].sign != 'Z' && (self.scope(end) <= end) {
                        return None;
                    }
                    return named(self.scope(end));
                }
            }
        }
        if leads || loose {
            if let Some(end) = self.group(here) {
                // A lone common noun without "các" is a group only with something said about it or in a row.
                let words = end - here;
                if leads || words > 1 && (self.text(here, end).contains(',') || self.has_attribute(here, end) || self.text(here, end).contains(" và ")) {
                    return Some(Mention { s: at, e: end, named: false, head: None });
                }
            }
            if loose && (self.low(here) == "chính" && self.low(here + 1) == "quyền" || self.low(here) == "cấp" && self.low(here + 1) == "ủy") {
                return self.group(here).map(|e| Mention { s: at, e, named: false, head: None });
            }
        }
        None
    }

    pub(super) fn has_attribute(&self, s: usize, e: usize) -> bool {
        (s + 1..e).any(|at| self.vocabulary.attributes.at(self.tokens, at).is_some_and(|(_, next)| next <= e))
    }
}
