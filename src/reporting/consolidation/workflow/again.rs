//! Issued versions made again: their totals from what the pinned versions say, not from what was stored.

use super::{
    super::{
        model::{Content, Line, Report, Source, sums},
        store,
    },
    gather,
    verify::given,
};
use crate::{
    db::Conn,
    error::{Error, Result},
    id::Id,
};
use std::collections::HashMap;

/// A version with all that it says, its figures worked out again.
#[derive(Debug)]
pub struct Again {
    pub report: Report,
    pub content: Content,
    pub sources: Vec<Source>,
    /// The value that each source gave for each indicator.
    pub lines: Vec<Line>,
}

/// Makes versions again, in their order: four statements, however many there are.
pub fn again(conn: &mut Conn, reports: Vec<Report>) -> Result<Vec<Again>> {
    let ids: Vec<Id> = reports.iter().map(|r| r.id).collect();
    let mut contents = store::contents(conn, &ids)?;
    let all = store::sources(conn, &ids)?;
    let frozen = store::frozen(conn, &all)?;
    let mut by_report: HashMap<Id, Vec<Source>> = HashMap::new();
    for source in all {
        by_report.entry(source.report_id).or_default().push(source);
    }
    let mut made = Vec::with_capacity(reports.len());
    for report in reports {
        let mut content = contents.remove(&report.id).ok_or_else(|| Error::internal("a report without content"))?.content()?;
        let sources = by_report.remove(&report.id).unwrap_or_default();
        let codes: Vec<&str> = content.frame.indicators.iter().map(|i| i.code.as_str()).collect();
        let mut lines = Vec::new();
        for source in &sources {
            let text = frozen.get(&source.source_id).and_then(|(text, _)| text.as_deref());
            lines.extend(given(source, text, &codes)?);
        }
        let counted = gather::counted(&sources);
        let mut figures = sums::figures(&content.frame.indicators, &lines, &counted, report.expected, &gather::adjusted(&content.figures))?;
        // What it was compared with was issued before and is no matter of the pinned versions.
        for figure in &mut figures {
            if let Some(was) = content.figures.iter().find(|f| f.indicator == figure.indicator) {
                (figure.previous, figure.same_period_last_year) = (was.previous.clone(), was.same_period_last_year.clone());
            }
        }
        content.figures = figures;
        made.push(Again { report, content, sources, lines });
    }
    Ok(made)
}
