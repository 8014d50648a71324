//! Tables of work: a row is a duty, the columns say who, with whom, until when and what comes of it.

use super::{
    duties::Walk,
    labels::{self, Labelled},
    tokens::{Passage, longer, tokens},
    words::Words,
};

/// Reads the rows of a table that stands at `place`.
pub fn read(walk: &mut Walk<'_>, rows: &[Vec<Passage>], place: &str) {
    let vocabulary = walk.context.vocabulary;
    let mut columns: Vec<Option<&'static str>> = Vec::new();
    let mut group: Option<String> = None;
    let mut counted = 0;
    for row in rows {
        let named: Vec<Option<&'static str>> = row.iter().map(|cell| column(cell, vocabulary)).collect();
        if named.iter().flatten().count() >= 2 && named.iter().flatten().any(|c| ["lead", "doer", "content", "time", "partner"].contains(c)) {
            columns = named;
            group = None;
            continue;
        }
        if columns.is_empty() {
            continue;
        }
        let cell = |what: &str| columns.iter().position(|c| *c == Some(what)).and_then(|at| row.get(at));
        let number = cell("row").or(row.first()).map(|c| c.text.trim().trim_end_matches(['.', ')']).to_owned()).unwrap_or_default();
        let filled = row.iter().filter(|c| !c.text.trim().is_empty()).count();
        let roman = !number.is_empty() && number.chars().all(|c| "IVXABCDEGH".contains(c));
        if filled <= 2 && (roman || filled == 1) {
            if roman {
                group = Some(number);
            }
            continue;
        }
        let mut found = Labelled::default();
        for (at, passage) in row.iter().enumerate() {
            let Some(Some(what)) = columns.get(at) else { continue };
            let own = tokens(passage, vocabulary);
            let words = Words { passage, tokens: &own, vocabulary };
            let spans = passage.spans(0, passage.text.len(), walk.context.source);
            labels::fill(walk, &words, what, 0, words.len(), spans, &mut found);
        }
        counted += 1;
        let label = if number.is_empty() || longer(&number, 8) || !number.chars().any(|c| c.is_ascii_digit()) { counted.to_string() } else { number };
        let label = match &group {
            Some(group) if !label.contains('.') => format!("{group}.{label}"),
            _ => label,
        };
        let here = if place.is_empty() { label } else { format!("{place}.{label}") };
        let content = cell("content").cloned().unwrap_or_default();
        let spans = content.spans(0, content.text.len(), walk.context.source);
        labels::make(walk, found, &here, content.text.trim().to_owned(), spans, "row of a table");
    }
}

fn column(cell: &Passage, vocabulary: &super::vocabulary::Vocabulary) -> Option<&'static str> {
    if longer(&cell.text, 70) {
        return None;
    }
    let own = tokens(cell, vocabulary);
    let (row, next) = vocabulary.labels.at(&own, 0)?;
    // "Cơ quan chủ trì" and "Cơ quan chủ trì (theo phân công)" are columns, "Thực hiện công khai …" is not.
    let rest = own.get(next).map(|t| t.sign);
    if !matches!(rest, None | Some('(' | '/' | ',' | '-' | ':')) && own.len() > next + 3 {
        return None;
    }
    Some(match row.value.as_str() {
        "lead" => "lead",
        "doer" => "doer",
        "partner" => "partner",
        "time" => "time",
        "product" => "product",
        "approver" => "approver",
        "row" => "row",
        "content" => "content",
        _ => "other",
    })
}
