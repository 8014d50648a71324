//! Names of the text resolved to the organisations and groups of a province.

use super::{model::Agency, vocabulary::Vocabulary};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What a reader is told about a province: its organisations and groups, each with what texts call them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Agencies {
    /// "Bình Định"
    pub place: Option<String>,
    pub organizations: Vec<Known>,
    pub groups: Vec<Known>,
}

/// An organisation (by its code) or a group (by its name).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Known {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// Looks names up.
#[derive(Debug, Clone, Default)]
pub struct Resolver {
    organizations: HashMap<String, String>,
    groups: HashMap<String, String>,
    place: Option<String>,
}

/// What is the same in the many ways of writing a name: abbreviations written out, small letters, no signs.
pub fn squashed(name: &str, place: Option<&str>) -> String {
    let mut low = format!(" {} ", super::tokens::words_of(name).join(" "));
    for (short, long) in [
        (" ubnd ", " ủy ban nhân dân "),
        (" hđnd ", " hội đồng nhân dân "),
        (" ubmttq ", " ủy ban mặt trận tổ quốc "),
        (" mttq ", " mặt trận tổ quốc "),
        (" mttqvn ", " mặt trận tổ quốc việt nam "),
        (" vn ", " việt nam "),
        (" ttr ", " thường trực "),
        (" vp ", " văn phòng "),
        (" ptth ", " phát thanh truyền hình "),
        (" lđlđ ", " liên đoàn lao động "),
        (" lhpn ", " liên hiệp phụ nữ "),
        (" tp ", " thành phố "),
        (" pct ", " phó chủ tịch "),
        (" bch ", " ban chấp hành "),
        (" btv ", " ban thường vụ "),
        (" và ", " "),
        (" tx ", " thị xã "),
        (" có liên quan ", " liên quan "),
        (" hàng ", " hằng "),
        (" lđ tbxh ", " lao động thương binh xã hội "),
        (" lđtbxh ", " lao động thương binh xã hội "),
        (" lđ tb xh ", " lao động thương binh xã hội "),
        (" gd đt ", " giáo dục đào tạo "),
        (" tt tt ", " thông tin truyền thông "),
        (" kh đt ", " kế hoạch đầu tư "),
        (" tn mt ", " tài nguyên môi trường "),
        (" nn ptnt ", " nông nghiệp phát triển nông thôn "),
        (" ptnt ", " phát triển nông thôn "),
        (" kh cn ", " khoa học công nghệ "),
        (" gtvt ", " giao thông vận tải "),
        (" vhttdl ", " văn hóa thể thao du lịch "),
        (" vhtt dl ", " văn hóa thể thao du lịch "),
        (" bđbp ", " bộ đội biên phòng "),
        (" qs ", " quân sự "),
        (" chqs ", " chỉ huy quân sự "),
    ] {
        while low.contains(short) {
            low = low.replacen(short, long, 1);
        }
    }
    if let Some(place) = place {
        let place = format!(" {} ", super::tokens::words_of(place).join(" "));
        low = low.replace(&place, " ");
    }
    let mut words: Vec<&str> = low.split_whitespace().collect();
    while words.len() > 1 && ["các", "những", "tất", "cả"].contains(&words[0]) {
        words.remove(0);
    }
    for tail in [["cấp", "tỉnh"].as_slice(), &["thành", "phố"], &["tỉnh"], &["huyện"], &["cấp"]] {
        if words.len() > tail.len() + 1 && words.ends_with(tail) && !(tail.len() == 1 && words.len() <= 2) {
            // "UBND các huyện, thị xã, thành phố" keeps its last word.
            if tail == ["thành", "phố"] && (words.contains(&"huyện") || words.contains(&"quận") || words.contains(&"thị"))
                || tail == ["huyện"] && words.contains(&"quận")
            {
                continue;
            }
            words.truncate(words.len() - tail.len());
            break;
        }
    }
    words.retain(|w| *w != "các");
    words.join(" ")
}

impl Resolver {
    pub fn new(agencies: &Agencies) -> Self {
        let place = agencies.place.clone();
        let mut made = Resolver { place: place.clone(), ..Resolver::default() };
        for org in &agencies.organizations {
            for name in std::iter::once(&org.name).chain(&org.aliases) {
                made.organizations.entry(squashed(name, place.as_deref())).or_insert_with(|| org.key.clone());
            }
        }
        for group in &agencies.groups {
            for name in std::iter::once(&group.name).chain(&group.aliases) {
                made.groups.entry(squashed(name, place.as_deref())).or_insert_with(|| group.key.clone());
            }
        }
        made
    }

    /// The organisation or group of that name; a named agency that is not known is proposed as new.
    pub fn resolve(&self, name: &str, named: bool) -> Agency {
        let key = squashed(name, self.place.as_deref());
        let bare = key
            .trim_start_matches("giám đốc ")
            .trim_start_matches("thủ trưởng ")
            .trim_start_matches("chủ tịch ")
            .trim_start_matches("chánh ")
            .trim_start_matches("lãnh đạo ");
        let organization = self.organizations.get(&key).or_else(|| self.organizations.get(bare)).cloned();
        let group = if organization.is_some() { None } else { self.groups.get(&key).or_else(|| self.groups.get(bare)).cloned() };
        let proposed_new = named && organization.is_none() && group.is_none();
        Agency { name: name.to_owned(), organization, group, proposed_new }
    }
}

impl Agencies {
    /// Teaches the names to the words of the reader.
    pub fn teach(&self, vocabulary: &mut Vocabulary) {
        for org in &self.organizations {
            for name in std::iter::once(&org.name).chain(&org.aliases) {
                // A single short word would be found everywhere.
                if name.chars().count() >= 6 && !name.contains(';') {
                    vocabulary.learn(name, &format!("org:{}", org.key));
                }
            }
        }
    }
}
