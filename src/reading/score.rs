//! Compares readings with fact files and says, field by field, what was found, missed and invented.

mod work;

use super::{
    Agencies,
    model::{Agency, Document},
    resolve::{Resolver, squashed},
};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What became of one field.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Count {
    pub found: usize,
    pub missed: Vec<String>,
    /// Values of the reading that the facts do not have.
    pub invented: Vec<String>,
}

impl Count {
    /// Of what was read, the share that is right.
    pub fn precision(&self) -> f64 {
        share(self.found, self.invented.len())
    }
    /// Of what is there, the share that was read.
    pub fn recall(&self) -> f64 {
        share(self.found, self.missed.len())
    }
    /// The harmonic mean of both.
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }
    fn add(&mut self, other: Count) {
        self.found += other.found;
        self.missed.extend(other.missed);
        self.invented.extend(other.invented);
    }
}

fn share(right: usize, wrong: usize) -> f64 {
    if right + wrong == 0 { 1.0 } else { right as f64 / (right + wrong) as f64 }
}

/// The counts of each field.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Score {
    pub fields: BTreeMap<String, Count>,
}

impl Score {
    /// Adds the counts of another document.
    pub fn add(&mut self, other: Score) {
        for (field, count) in other.fields {
            self.fields.entry(field).or_default().add(count);
        }
    }

    fn sets(&mut self, field: &str, place: &str, facts: &BTreeSet<String>, read: &BTreeSet<String>) {
        let count = self.fields.entry(field.to_owned()).or_default();
        count.found += facts.intersection(read).count();
        count.missed.extend(facts.difference(read).map(|v| format!("{place}: {v}")));
        count.invented.extend(read.difference(facts).map(|v| format!("{place}: {v}")));
    }

    fn value(&mut self, field: &str, name: &str, place: &str, fact: Option<String>, read: Option<String>, same: impl Fn(&str, &str) -> bool) {
        let count = self.fields.entry(field.to_owned()).or_default();
        match (fact, read) {
            (Some(f), Some(r)) if same(&f, &r) => count.found += 1,
            (Some(f), Some(r)) => {
                count.missed.push(format!("{place}: {name} {f}"));
                count.invented.push(format!("{place}: {name} {r}"));
            }
            (Some(f), None) => count.missed.push(format!("{place}: {name} {f}")),
            (None, Some(r)) => count.invented.push(format!("{place}: {name} {r}")),
            (None, None) => {}
        }
    }

    /// As a table with what was missed and invented.
    pub fn print(&self) -> String {
        let mut out = String::new();
        for (field, count) in &self.fields {
            out.push_str(&format!(
                "{field:<14} found {:>4}  precision {:>6.2} %  recall {:>6.2} %  F1 {:>6.2} %\n",
                count.found,
                count.precision() * 100.0,
                count.recall() * 100.0,
                count.f1() * 100.0
            ));
        }
        for (field, count) in &self.fields {
            for missed in &count.missed {
                out.push_str(&format!("missed   {field}: {missed}\n"));
            }
            for invented in &count.invented {
                out.push_str(&format!("invented {field}: {invented}\n"));
            }
        }
        out
    }
}

/// Text as it is compared: one kind of space, no emphasis, small letters.
fn folded(text: &str) -> String {
    let text = super::normalised(text).replace("<br>", " ").replace('*', "").to_lowercase().replace('–', "-");
    let words: Vec<&str> = text.split_whitespace().collect();
    super::tokens::lower(&words.join(" ")).trim_matches([' ', '.', ';', ',', '"', '“', '”']).replace("hàng ", "hằng ")
}

fn loosely(a: &str, b: &str) -> bool {
    let (a, b) = (folded(a), folded(b));
    a == b || (!a.is_empty() && !b.is_empty() && (a.contains(&b) || b.contains(&a)))
}

struct Names<'a> {
    resolver: &'a Resolver,
    place: Option<&'a str>,
}

impl Names<'_> {
    /// What a name stands for: an organisation by its code, a group by its nouns.
    fn atoms(&self, name: &str) -> BTreeSet<String> {
        let agency = self.resolver.resolve(name, true);
        if let Some(code) = agency.organization {
            return [code].into();
        }
        let low = folded(name);
        let grouped = low.contains("các ")
            || low.contains(';')
            || [
                "thủ trưởng",
                "giám đốc",
                "chủ tịch",
                "lãnh đạo",
                "cấp ủy",
                "mặt trận",
                "chính quyền",
                "sở, ",
                "cơ quan",
                "đơn vị",
                "tổ chức",
                "đoàn thể",
                "hội ",
                "trường ",
            ]
            .iter()
            .any(|s| low.starts_with(s));
        if !grouped {
            return [squashed(name, self.place)].into();
        }
        let mut all = BTreeSet::new();
        for part in low.replace(" và ", ",").replace([';', '/'], ",").split(',') {
            let key = squashed(part, self.place);
            let mut key = key.as_str();
            for lead in ["thủ trưởng", "giám đốc", "chủ tịch", "lãnh đạo", "người đứng đầu"] {
                key = key.strip_prefix(lead).unwrap_or(key).trim();
            }
            for tail in [" nêu trên", " có liên quan", " liên quan", " cấp tỉnh", " tỉnh", " trên địa bàn"] {
                key = key.strip_suffix(tail).unwrap_or(key);
            }
            let agency = self.resolver.resolve(key, true);
            let atom = agency.organization.unwrap_or_else(|| key.to_owned());
            if !atom.is_empty() {
                all.insert(atom);
            }
        }
        all
    }

    fn of(&self, agencies: &[Agency]) -> BTreeSet<String> {
        agencies.iter().flat_map(|a| self.atoms(&a.name)).collect()
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn list(value: &Value) -> Vec<String> {
    value.as_array().map(|all| all.iter().filter_map(text).collect()).unwrap_or_default()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The documents of a fact file, which holds one or many.
pub fn documents(facts: &Value) -> Vec<&Value> {
    match facts.get("documents").and_then(Value::as_array) {
        Some(all) => all.iter().collect(),
        None => vec![facts],
    }
}

/// Scores one document. Without a reading everything is missed.
pub fn score(facts: &Value, read: Option<&Document>, agencies: &Agencies) -> Score {
    let resolver = Resolver::new(agencies);
    let names = Names { resolver: &resolver, place: agencies.place.as_deref() };
    let name = text(&facts["doc_key"]).or_else(|| text(&facts["file"])).unwrap_or_default();
    let mut score = Score::default();
    head(&mut score, facts, read, &name, &names);
    bases(&mut score, facts, read, &name);
    work::duties(&mut score, facts, read, &name, &names);
    work::reporting(&mut score, facts, read, &name, &names);
    score
}

fn head(score: &mut Score, facts: &Value, read: Option<&Document>, name: &str, names: &Names<'_>) {
    let d = &facts["document"];
    let h = read.map(|r| &r.header);
    let exact = |a: &str, b: &str| folded(a) == folded(b);
    let same_name = |a: &str, b: &str| squashed(a, names.place) == squashed(b, names.place) || loosely(a, b);
    score.value("header", "kind", name, text(&d["type_vi"]), h.and_then(|h| h.kind.as_ref()).map(|k| k.value.name.clone()), exact);
    score.value("header", "number", name, text(&d["number"]), h.and_then(|h| h.number.as_ref()).map(|v| v.value.clone()), |a, b| {
        a.trim_start_matches('0') == b.trim_start_matches('0')
    });
    score.value("header", "symbol", name, text(&d["symbol"]), h.and_then(|h| h.symbol.as_ref()).map(|v| v.value.clone()), exact);
    let year = d["year"].as_i64().map(|y| y.to_string());
    let fact = text(&d["date"]).or(year);
    let date = h.and_then(|h| h.date.as_ref()).map(|v| match (&v.value.date, v.value.year, v.value.month) {
        (Some(date), _, _) => date.clone(),
        (None, Some(y), Some(m)) => format!("{y:04}-{m:02}"),
        (None, Some(y), None) => y.to_string(),
        _ => String::new(),
    });
    score.value("header", "date", name, fact, date, |a, b| a == b);
    score.value("header", "place", name, text(&d["place"]), h.and_then(|h| h.place.as_ref()).map(|v| v.value.clone()), exact);
    score.value("header", "issuer", name, text(&d["issuer"]), h.and_then(|h| h.issuer.as_ref()).map(|v| v.value.clone()), same_name);
    score.value("header", "summary", name, text(&d["subject_vi"]), h.and_then(|h| h.summary.as_ref()).map(|v| v.value.clone()), |a, b| {
        let bare = |s: &str| folded(s).trim_start_matches("v/v ").trim_start_matches("về việc ").trim_start_matches("về ").to_owned();
        bare(a) == bare(b)
    });
    score.value("header", "signer", name, text(&d["signer"]["name"]), h.and_then(|h| h.signer.as_ref()).map(|v| v.value.clone()), exact);
    score.value("header", "position", name, text(&d["signer"]["position"]), h.and_then(|h| h.position.as_ref()).map(|v| v.value.clone()), exact);
    let set = |all: Vec<String>| all.iter().map(|v| folded(v)).collect::<BTreeSet<_>>();
    let lines = h.map(|h| h.authority_lines.iter().map(|v| v.value.clone()).collect()).unwrap_or_default();
    score.sets("header", &format!("{name} authority"), &set(list(&d["signer"]["authority_lines"])), &set(lines));
    let addressees: Vec<String> = h.map(|h| h.addressees.iter().map(|v| v.value.clone()).collect()).unwrap_or_default();
    score.sets("header", &format!("{name} addressee"), &set(list(&d["addressees"])), &set(addressees));
    let stamp = &facts["incoming_stamp"];
    let own = h.and_then(|h| h.arrival_stamp.as_ref()).map(|s| s.value.clone()).unwrap_or_default();
    score.value("header", "stamp number", name, text(&stamp["arrival_number"]), own.arrival_number, exact);
    score.value("header", "stamp date", name, text(&stamp["arrival_date"]), own.arrival_date, exact);
    score.value("header", "stamp organisation", name, text(&stamp["org"]), own.organization, same_name);
    let recipients: Vec<String> = h.map(|h| h.recipients.iter().map(|r| r.value.raw.clone()).collect()).unwrap_or_default();
    score.sets("recipients", name, &set(items(&facts["recipients"]).iter().filter_map(|r| text(&r["raw"])).collect()), &set(recipients));
}

fn bases(score: &mut Score, facts: &Value, read: Option<&Document>, name: &str) {
    let empty = Vec::new();
    let own = read.map_or(&empty, |r| &r.legal_basis);
    let key = |number: Option<String>, fallback: Option<String>| number.or(fallback).map(|v| folded(&v)).unwrap_or_default();
    let facts: Vec<(String, &Value)> =
        items(&facts["legal_basis"]).iter().map(|f| (key(text(&f["number"]), text(&f["name"]).or_else(|| text(&f["raw_in_text"]))), f)).collect();
    let mut used = BTreeSet::new();
    for (fact_key, fact) in &facts {
        let found = own.iter().enumerate().find(|(at, c)| {
            let numbered = key(c.value.number.clone(), None);
            !used.contains(at)
                && (numbered == *fact_key
                    || c.value.number.is_none() && fact["number"].is_null() && c.value.name.as_ref().is_some_and(|n| loosely(n, fact_key)))
        });
        let Some((at, citation)) = found else {
            score.fields.entry("bases".into()).or_default().missed.push(format!("{name}: {fact_key}"));
            continue;
        };
        used.insert(at);
        score.fields.entry("bases".into()).or_default().found += 1;
        let c = &citation.value;
        let place = format!("{name} {fact_key}");
        score.value("bases details", "date", &place, text(&fact["date"]), c.date.clone(), |a, b| a == b);
        score.value("bases details", "relation", &place, text(&fact["relation"]), Some(c.relation.clone()), |a, b| a == b);
        score.value("bases details", "kind", &place, text(&fact["type_vi"]), c.kind.clone(), loosely);
        score.value("bases details", "issuer", &place, text(&fact["issuer"]), c.issuer.clone(), |a, b| {
            loosely(a, b) || loosely(&squashed(a, None), &squashed(b, None))
        });
    }
    for (_, c) in own.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        score.fields.entry("bases".into()).or_default().invented.push(format!("{name}: {}", c.value.raw_in_text));
    }
}
