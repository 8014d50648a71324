//! Verifying: everything is worked out again from the pinned versions, and every difference is told.

use super::{
    super::{
        model::{
            Line, Report, ReportSourceKind, Source,
            shown::{ConsolidatedVerification, VerificationDifference},
            sums,
        },
        store,
    },
    gather, issue, views,
};
use crate::{ask::Ask, db::Conn, error::Result, id::Id};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Recomputes the hash of the snapshot, the hashes of the pinned versions, each value and each total.
pub fn verify(conn: &mut Conn, ask: &Ask, id: Id) -> Result<ConsolidatedVerification> {
    let report = views::visible(conn, ask, id)?;
    proof(conn, &report)
}

/// The proofs of the next reports, by id; for the program itself.
pub fn proofs_after(conn: &mut Conn, last: Option<Id>, limit: i64) -> Result<Vec<(Id, ConsolidatedVerification)>> {
    store::after(conn, last, limit)?.iter().map(|report| Ok((report.id, proof(conn, report)?))).collect()
}

fn proof(conn: &mut Conn, report: &Report) -> Result<ConsolidatedVerification> {
    let content = store::content(conn, report.id)?.content()?;
    let sources = store::sources(conn, &[report.id])?;
    let lines = store::lines(conn, report.id, None)?;
    let frozen = store::frozen(conn, &sources)?;
    let mut differences = Vec::new();
    let mut differs = |what: &str, place: String, stored: Option<String>, recomputed: Option<String>| {
        if stored != recomputed {
            differences.push(VerificationDifference { what: what.to_owned(), place, stored, recomputed });
        }
    };
    let mut recomputed_sha256 = None;
    if report.sha256.is_some() {
        recomputed_sha256 = content.snapshot.as_deref().map(issue::hash);
        differs("snapshot", report.code.clone(), report.sha256.clone(), recomputed_sha256.clone());
        let again = issue::snapshot(report, &content, &sources)?;
        differs("content", report.code.clone(), recomputed_sha256.clone(), Some(issue::hash(&again)));
    }
    let mut pinned: Vec<Line> = Vec::new();
    for source in &sources {
        let place = source.source_id.to_string();
        let (text, carried) = frozen.get(&source.source_id).cloned().unwrap_or_default();
        differs("source", place.clone(), Some(source.sha256.clone()), text.as_deref().map(issue::hash));
        differs("source", place, Some(source.sha256.clone()), carried);
        pinned.extend(given(source, text.as_deref(), &content.frame.indicators.iter().map(|i| i.code.as_str()).collect::<Vec<_>>())?);
    }
    // Every value that the totals were made from, against what the pinned version says.
    let mut both: BTreeMap<(String, Id), [Option<&Line>; 2]> = BTreeMap::new();
    for (at, line) in lines.iter().map(|l| (0, l)).chain(pinned.iter().map(|l| (1, l))) {
        both.entry((line.indicator.clone(), line.obligation_id)).or_default()[at] = Some(line);
    }
    let told = |line: Option<&Line>| line.map(|l| format!("{}{}", l.value.as_deref().unwrap_or("null"), if l.estimated { " (estimated)" } else { "" }));
    for ((indicator, obligation), [is, was]) in both {
        differs("lineage", format!("{indicator}/{obligation}"), told(is), told(was));
    }
    let counted = gather::counted(&sources);
    let again = sums::figures(&content.frame.indicators, &pinned, &counted, report.expected, &gather::adjusted(&content.figures))?;
    let again: HashMap<&str, _> = again.iter().map(|f| (f.indicator.as_str(), f)).collect();
    for figure in &content.figures {
        let sum = again.get(figure.indicator.as_str());
        differs("figure", figure.indicator.clone(), figure.total.clone(), sum.and_then(|s| s.total.clone()));
        differs("figure", format!("{}/reporting", figure.indicator), Some(figure.reporting.to_string()), sum.map(|s| s.reporting.to_string()));
        differs("figure", format!("{}/estimated", figure.indicator), Some(figure.estimated.to_string()), sum.map(|s| s.estimated.to_string()));
    }
    Ok(ConsolidatedVerification {
        ok: differences.is_empty(),
        sha256: report.sha256.clone(),
        recomputed_sha256,
        sources_checked: sources.len(),
        figures_checked: content.figures.len(),
        differences,
    })
}

/// The values that a frozen version gives, read from its snapshot.
pub(super) fn given(source: &Source, text: Option<&str>, indicators: &[&str]) -> Result<Vec<Line>> {
    let snapshot: Value = text.map(serde_json::from_str).transpose()?.unwrap_or_default();
    let figures = snapshot.get("figures").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let word = |figure: &Value, member: &str| figure.get(member).and_then(Value::as_str).filter(|v| !v.trim().is_empty()).map(str::to_owned);
    let by_code: HashMap<&str, &Value> = figures.iter().filter_map(|f| Some((f.get("indicator")?.as_str()?, f))).collect();
    let line = |code: &&str| {
        let figure = by_code.get(code);
        let value = figure.and_then(|f| match source.kind {
            ReportSourceKind::ReportSubmission => word(f, "value"),
            ReportSourceKind::ConsolidatedReport => word(f, "adjusted_total").or_else(|| word(f, "total")),
        });
        Line {
            report_id: source.report_id,
            indicator: (*code).to_owned(),
            obligation_id: source.obligation_id,
            estimated: figure.and_then(|f| f.get("estimated")).and_then(Value::as_bool).unwrap_or_default(),
            value,
        }
    };
    Ok(indicators.iter().map(line).collect())
}
