//! How far the names of committees, forces, districts and centres go.

use super::{
    agencies::{DETERMINERS, SCOPES},
    tokens::Token,
    words::Words,
};

/// Districts and communes, whose names may follow in a row.
const UNITS: &[&str] = &["huyện", "xã", "phường", "quận", "phố", "trấn", "khu"];

impl Words<'_> {
    /// After UBND, HĐND, Ban Thường vụ, Công an …: of which place or body.
    pub(super) fn committee(&self, at: usize) -> usize {
        let mut here = at;
        if let Some(next) = self.says_any(here, &[&["việt", "nam"], &["vn"]]) {
            here = next;
        }
        if DETERMINERS.contains(&self.low(here))
            || self.low(here) == "cấp"
            || (["quận", "huyện", "xã", "phường"].contains(&self.low(here)) && [',', '-', '/'].contains(&self.sign(here + 1)))
        {
            let noun = here + usize::from(DETERMINERS.contains(&self.low(here)));
            if self.says(here, &["các", "cấp"]).is_some() {
                return here + 2;
            }
            if self.low(noun) == "cấp" {
                let mut end = noun + 2;
                while [",", "và"].contains(&self.low(end)) && self.low(end + 1) == "cấp"
                    || self.sign(end) == ',' && (self.low(end + 1) == "cấp" || self.low(end + 1) == "xã")
                {
                    end += if self.low(end + 1) == "cấp" { 3 } else { 2 };
                }
                return end;
            }
            return self.group(noun).map_or(here, |end| self.places(end));
        }
        let end = self.scope(here);
        if end > here {
            // "UBND thành phố Thủ Đức và các quận, huyện" is left to the list.
            return end;
        }
        // "Ban Thường vụ Tỉnh ủy", "Thường trực HĐND tỉnh", "Công an tỉnh", "Đài … Bình Định".
        if self.tokens.get(here).is_some_and(Token::is_capital) {
            if let Some(mention) = self.mention(here, false).filter(|m| m.named && m.s == here) {
                return if self.is_below(here) { mention.e } else { here };
            }
            return self.scope(self.capitals(here, false));
        }
        here
    }

    /// "các huyện Hướng Hóa, Đakrông", "các xã: A, B và C": the names in a row.
    pub(super) fn places(&self, at: usize) -> usize {
        if !UNITS.contains(&self.low(at - 1)) {
            return at;
        }
        let name = |here: usize| {
            let fits = self.tokens.get(here).is_some_and(Token::is_capital) && self.mention(here, true).is_none() && !self.is_verb(here);
            fits.then(|| self.capitals(here, false)).filter(|end| *end > here)
        };
        let Some(mut end) = name(at + usize::from(self.sign(at) == ':')) else { return at };
        while let Some(next) = (self.sign(end) == ',' || self.low(end) == "và").then(|| name(end + 1)).flatten() {
            end = next;
        }
        end
    }

    /// Whether the body that begins here may stand above the one before it: Tỉnh ủy, HĐND, UBND, Liên hiệp.
    pub(super) fn is_below(&self, at: usize) -> bool {
        let low = self.low(at);
        let forces: &[&[&str]] = &[&["bộ", "đội"], &["bộ", "chỉ", "huy"], &["mặt", "trận"], &["công", "an"], &["quân", "sự"], &["khối"]];
        if self.says_any(at, forces).is_some() {
            return true;
        }
        ["tỉnh", "thành", "huyện", "thị", "quận", "đảng", "hđnd", "hội", "ubnd", "ủy", "liên", "trung", "ubmttq", "mttq", "đoàn"].contains(&low)
    }

    /// The rest of a long name in small letters, up to a verb or a sign.
    pub(super) fn long(&self, at: usize) -> usize {
        let mut here = at;
        while here < self.len() && here - at < 14 {
            let token = &self.tokens[here];
            if !(token.is_word() || token.sign == '-' && self.tokens.get(here + 1).is_some_and(Token::is_word)) || self.is_verb(here) {
                break;
            }
            let low = self.low(here);
            if self.stops(here)
                || SCOPES.contains(&low)
                || (low == "và" && self.mention(here + 1, true).is_some())
                || self.says(here, &["thành", "phố"]).is_some()
            {
                break;
            }
            here += 1;
        }
        here
    }
}
