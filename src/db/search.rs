//! Searching the large registers. What a list finds is always decided by its own `LIKE` on the folded text; this only
//! says beforehand, from an index of trigrams, whether few records can match, and which.
//!
//! A rare word would else be looked for in every row, and a common one is found at once on the way along the list: an
//! index alone is as slow for the one as no index for the other.

use super::{Conn, Uid};
use crate::{error::Result, id::Id, text};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};

/// Records that are named beforehand, at most.
pub const FEW: usize = 500;

/// A register that is searched by trigrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Register {
    /// Tasks, by their content.
    Tasks,
    /// Documents, by what names them.
    Documents,
}

impl Register {
    fn table(self) -> (&'static str, &'static str) {
        match self {
            Register::Tasks => ("tasks", "content_fold"),
            Register::Documents => ("documents", "search_fold"),
        }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uid)]
    record_id: Id,
}

/// All records whose folded text may hold every term of `q`, where these are `most` at most; none where there are more, or
/// where no term is long enough to say.
pub fn candidates(conn: &mut Conn, register: Register, q: Option<&str>, most: usize) -> Result<Option<Vec<Id>>> {
    let terms: Vec<String> = q.map(text::search_terms).unwrap_or_default().into_iter().filter(|t| t.chars().count() >= 3).collect();
    if terms.is_empty() {
        return Ok(None);
    }
    let limit = i64::try_from(most).map_err(crate::error::Error::internal)? + 1;
    let (table, column) = register.table();
    let found: Vec<Found> = match conn {
        Conn::Postgres(c) => {
            let held: Vec<String> = (1..=terms.len()).map(|at| format!("{column} LIKE ${at}")).collect();
            let sql = format!("SELECT id AS record_id FROM {table} WHERE {} LIMIT ${}", held.join(" AND "), terms.len() + 1);
            let mut query = diesel::sql_query(sql).into_boxed();
            for term in &terms {
                // A term is letters and digits: nothing in it is a wildcard.
                query = query.bind::<Text, _>(format!("%{term}%"));
            }
            query.bind::<BigInt, _>(limit).load(c)?
        }
        Conn::Sqlite(c) => diesel::sql_query(format!(
            "SELECT i.record_id FROM {table}_fts JOIN {table}_fts_ids i ON i.n = {table}_fts.rowid WHERE {table}_fts MATCH ? LIMIT ?"
        ))
        .bind::<Text, _>(trigrams(&terms))
        .bind::<BigInt, _>(limit)
        .load(c)?,
    };
    Ok((found.len() <= most).then(|| found.into_iter().map(|f| f.record_id).collect()))
}

/// Every run of three letters of every term, each quoted: the index knows which records hold a run, not where.
fn trigrams(terms: &[String]) -> String {
    let mut all: Vec<String> = Vec::new();
    for term in terms {
        let letters: Vec<char> = term.chars().collect();
        for three in letters.windows(3) {
            let quoted = format!("\"{}\"", three.iter().collect::<String>());
            if !all.contains(&quoted) {
                all.push(quoted);
            }
        }
    }
    all.join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_asked_for_by_their_trigrams() {
        assert_eq!(trigrams(&["ngoai".into(), "goa".into(), "217".into()]), "\"ngo\" AND \"goa\" AND \"oai\" AND \"217\"");
    }
}
