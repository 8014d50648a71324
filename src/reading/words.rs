//! A passage as words: what stands where, in which letters.

use super::{
    tokens::{Passage, Tokens},
    vocabulary::{Row, Vocabulary},
};

/// A passage with its tokens, to look for agencies in.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub passage: &'a Passage,
    pub tokens: &'a Tokens,
    pub vocabulary: &'a Vocabulary,
}

impl Words<'_> {
    /// The word at a place, in lower case.
    pub fn low(&self, at: usize) -> &str {
        self.tokens.get(at).and_then(|t| self.passage.low.get(t.s as usize..t.e as usize)).unwrap_or_default()
    }

    /// The text between two tokens.
    pub fn text(&self, s: usize, e: usize) -> &str {
        let (from, to) = self.bytes(s, e);
        self.passage.text.get(from..to).unwrap_or_default()
    }

    /// The bytes between two tokens.
    pub fn bytes(&self, s: usize, e: usize) -> (usize, usize) {
        let from = self.tokens.get(s).map_or(self.passage.text.len(), |t| t.s as usize);
        let to = if e == 0 { 0 } else { self.tokens.get(e - 1).map_or(self.passage.text.len(), |t| t.e as usize) };
        (from, to.max(from))
    }

    pub fn sign(&self, at: usize) -> char {
        self.tokens.get(at).map_or('\0', |t| t.sign)
    }

    /// Whether these words stand here; the place behind them.
    pub fn says(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().enumerate().all(|(n, word)| self.low(at + n) == *word).then_some(at + words.len())
    }

    /// Whether any of these phrases stands here.
    pub fn says_any(&self, at: usize, phrases: &[&[&str]]) -> Option<usize> {
        let first = self.low(at);
        phrases.iter().filter(|words| words.first() == Some(&first)).find_map(|words| self.says(at, words))
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn is_verb(&self, at: usize) -> bool {
        let v = self.vocabulary;
        v.roles.at(self.tokens, at).is_some() || v.verbs.at(self.tokens, at).is_some() || v.modifiers.at(self.tokens, at).is_some()
    }

    /// "Vận động hội viên": a verb of two words with a capital only at its start begins a sentence, not a name.
    pub(super) fn begins_sentence(&self, at: usize) -> bool {
        let (v, t) = (self.vocabulary, self.tokens);
        let two = v.roles.at(t, at).or_else(|| v.verbs.at(t, at)).is_some_and(|(_, next)| next > at + 1);
        two && self.sign(at) == 'A' && self.sign(at + 1) == 'a'
    }

    pub(super) fn head(&self, at: usize) -> Option<(&Row, usize)> {
        if self.vocabulary.not_agencies.at(self.tokens, at).is_some() {
            return None;
        }
        self.vocabulary.heads.at(self.tokens, at)
    }
}
