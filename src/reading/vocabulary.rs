//! The words that the reader knows, from the tables beside this file; none of them stands in the code.

use super::tokens::{Token, words_of};
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::OnceLock,
};

/// FNV-1a: the words are short and come from tables or are looked up only.
#[derive(Clone)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

type Map<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

/// A table of phrases; each phrase has the text of its second column and the way it is written in the table.
#[derive(Clone, Default)]
pub struct Table {
    /// By the number of the first word: the numbers of the others, and the row; the longest first.
    by_first: Vec<Vec<(Vec<u32>, usize)>>,
    rows: Vec<Row>,
}

/// One way of writing in a table.
#[derive(Clone)]
pub struct Row {
    /// As the table writes it.
    pub name: String,
    /// The first way of writing in its line.
    pub canonical: String,
    /// The second column.
    pub value: String,
}

impl Table {
    fn insert(&mut self, words: Vec<u32>, row: Row) {
        let Some((first, rest)) = words.split_first() else { return };
        let first = *first as usize;
        if self.by_first.len() <= first {
            self.by_first.resize_with(first + 1, Vec::new);
        }
        let at = self.rows.len();
        self.rows.push(row);
        let list = &mut self.by_first[first];
        let place = list.iter().position(|(other, _)| other.len() < rest.len()).unwrap_or(list.len());
        list.insert(place, (rest.to_vec(), at));
    }

    /// Whether a phrase may start with this word.
    pub fn starts_with(&self, word: u32) -> bool {
        word > 0 && self.by_first.get(word as usize).is_some_and(|phrases| !phrases.is_empty())
    }

    /// The longest phrase that starts at the token, with the token behind it. Commas, hyphens and full stops inside a
    /// phrase are passed over on both sides.
    pub fn at(&self, tokens: &[Token], at: usize) -> Option<(&Row, usize)> {
        let first = tokens.get(at)?.word as usize;
        if first == 0 {
            return None;
        }
        for (rest, row) in self.by_first.get(first)? {
            let mut here = at + 1;
            let all = rest.iter().all(|word| {
                let mut gap = here;
                while tokens.get(gap).is_some_and(|t| t.is_soft()) {
                    gap += 1;
                }
                let same = tokens.get(gap).is_some_and(|t| t.word == *word);
                here = gap + 1;
                same
            });
            if all {
                return Some((&self.rows[*row], here));
            }
        }
        None
    }
}

/// All tables, and the numbers of their words.
#[derive(Clone)]
pub struct Vocabulary {
    words: Map<String, u32>,
    pub kinds: Table,
    pub provinces: Table,
    pub fields: Table,
    pub heads: Table,
    pub names: Table,
    pub generic: Table,
    pub attributes: Table,
    pub leaders: Table,
    pub roles: Table,
    pub verbs: Table,
    pub modifiers: Table,
    pub openers: Table,
    pub assigning: Table,
    pub sections: Table,
    pub labels: Table,
    pub closings: Table,
    pub positions: Table,
    pub cadences: Table,
    pub not_agencies: Table,
    /// Names and aliases of the province's own agencies and groups; filled by the reader.
    pub known: Table,
}

impl Vocabulary {
    fn load() -> Self {
        let mut words: Map<String, u32> = Map::default();
        let mut table = |text: &str| {
            let mut table = Table::default();
            for line in text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
                let (names, value) = line.split_once('\t').unwrap_or((line, ""));
                let canonical = names.split('|').next().unwrap_or_default();
                for name in names.split('|') {
                    let ids = number(&mut words, name);
                    table.insert(ids, Row { name: name.to_owned(), canonical: canonical.to_owned(), value: value.trim().to_owned() });
                }
            }
            table
        };
        let kinds = table(include_str!("vocabulary/kinds.tsv"));
        let provinces = table(include_str!("vocabulary/provinces.tsv"));
        let fields = table(include_str!("vocabulary/fields.tsv"));
        let heads = table(include_str!("vocabulary/heads.tsv"));
        let names = table(include_str!("vocabulary/names.tsv"));
        let generic = table(include_str!("vocabulary/generic.tsv"));
        let attributes = table(include_str!("vocabulary/attributes.tsv"));
        let leaders = table(include_str!("vocabulary/leaders.tsv"));
        let roles = table(include_str!("vocabulary/roles.tsv"));
        let verbs = table(include_str!("vocabulary/verbs.tsv"));
        let modifiers = table(include_str!("vocabulary/modifiers.tsv"));
        let openers = table(include_str!("vocabulary/openers.tsv"));
        let assigning = table(include_str!("vocabulary/assigning.tsv"));
        let sections = table(include_str!("vocabulary/sections.tsv"));
        let labels = table(include_str!("vocabulary/labels.tsv"));
        let closings = table(include_str!("vocabulary/closings.tsv"));
        let positions = table(include_str!("vocabulary/positions.tsv"));
        let cadences = table(include_str!("vocabulary/cadences.tsv"));
        let not_agencies = table(include_str!("vocabulary/not_agencies.tsv"));
        let known = Table::default();
        Vocabulary {
            words,
            kinds,
            provinces,
            fields,
            heads,
            names,
            generic,
            attributes,
            leaders,
            roles,
            verbs,
            modifiers,
            openers,
            assigning,
            sections,
            labels,
            closings,
            positions,
            cadences,
            not_agencies,
            known,
        }
    }

    /// The tables as they come with the program.
    pub fn base() -> &'static Vocabulary {
        static BASE: OnceLock<Vocabulary> = OnceLock::new();
        BASE.get_or_init(Vocabulary::load)
    }

    /// The number of a word in lower case; 0 when no table has it.
    pub fn number_of(&self, word: &str) -> u32 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// Teaches the name or alias of an agency or a group.
    pub fn learn(&mut self, name: &str, key: &str) {
        let ids = number(&mut self.words, name);
        self.known.insert(ids, Row { name: name.to_owned(), canonical: name.to_owned(), value: key.to_owned() });
    }
}

fn number(words: &mut Map<String, u32>, name: &str) -> Vec<u32> {
    let mut ids = Vec::new();
    for word in words_of(name) {
        let next = u32::try_from(words.len()).unwrap_or(u32::MAX - 1) + 1;
        ids.push(*words.entry(word).or_insert(next));
    }
    ids
}
