//! Editing a draft: the consolidator's own texts, adjusted totals, and what is left out with the reason.

use super::{
    super::{
        model::{
            ConsolidatedAction as Act, ConsolidatedState as State, Content, ContentRow, Report, Source,
            asked::{ConsolidatedReportPatch, LeftOutSource, TotalAdjustment},
            decimal, searchable,
            shown::ConsolidatedReportView,
            sums::Adjusted,
        },
        policy::RULES,
        store,
    },
    change, gather, save, seen, stands,
};
use crate::{
    ask::Ask,
    authz,
    db::Conn,
    error::{Error, Fault, Result, all_well},
    http::Body,
    id::Id,
    journal,
    reporting::regimes::model::ValueType,
};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// What an edit can change, for the journal.
#[derive(Serialize)]
struct Trace<'a> {
    title: &'a str,
    texts: &'a [super::super::model::ConsolidatedText],
    adjustments: Vec<(&'a str, Option<&'a str>, Option<&'a str>)>,
    left_out: Vec<(Id, &'a str)>,
}

fn trace<'a>(report: &'a Report, content: &'a Content, sources: &'a [Source]) -> Trace<'a> {
    let adjusted = content.figures.iter().filter(|f| f.adjusted_total.is_some());
    Trace {
        title: &report.title,
        texts: &content.texts,
        adjustments: adjusted.map(|f| (f.indicator.as_str(), f.adjusted_total.as_deref(), f.adjustment_reason.as_deref())).collect(),
        left_out: sources.iter().filter_map(|s| Some((s.source_id, s.left_out_reason.as_deref()?))).collect(),
    }
}

/// Changes a draft, or one that was sent back.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<ConsolidatedReportPatch>) -> Result<ConsolidatedReportView> {
    let before = store::find(conn, id)?;
    let standing = stands(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Edit, standing)?;
    ask.proceed(conn, Some(before.version))?;
    if !matches!(before.state, State::Draft | State::SentBack) {
        return Err(Error::conflict(
            "not_editable",
            "Báo cáo đang thẩm định hoặc đã ban hành, không sửa được.",
            "The report is in appraisal or issued and cannot be changed.",
        ));
    }
    let patch = body.open()?;
    let was = store::content(conn, id)?.content()?;
    let were = store::sources(conn, &[id])?;
    check(&patch, &was, &were)?;
    let (mut after, mut content, mut sources) = (before.clone(), was.clone(), were.clone());
    if let Some(title) = patch.title {
        after.search_fold = searchable(&after.code, &title);
        after.title = title;
    }
    content.texts = patch.narratives.unwrap_or(content.texts);
    if let Some(left_out) = &patch.left_out {
        let reasons: HashMap<Id, String> = left_out.iter().map(|l| (l.source_id, l.reason.clone())).collect();
        store::leave_out(conn, id, &reasons)?;
        for source in &mut sources {
            source.left_out_reason = reasons.get(&source.source_id).cloned();
        }
        after.reporting = i32::try_from(gather::counted(&sources).len()).unwrap_or(i32::MAX);
    }
    if patch.left_out.is_some() || patch.adjustments.is_some() {
        let lines = store::lines(conn, id, None)?;
        let mut adjusted = match &patch.adjustments {
            Some(all) => all.iter().map(|a| (a.indicator.clone(), Adjusted { total: a.total.clone(), reason: a.reason.clone(), from: None })).collect(),
            None => gather::adjusted(&content.figures),
        };
        gather::resum(&mut content, &sources, &lines, before.expected, &adjusted)?;
        if patch.adjustments.is_some() {
            // Which total each adjustment was made for is known only now.
            for figure in &content.figures {
                if let Some(one) = adjusted.get_mut(&figure.indicator) {
                    one.from.clone_from(&figure.total);
                }
            }
            gather::resum(&mut content, &sources, &lines, before.expected, &adjusted)?;
        }
    }
    store::put_content(conn, &ContentRow::of(id, &content)?, false)?;
    save(conn, ask, &before, &mut after)?;
    journal::record(conn, ask, change(&after, "edit", None), Some(&trace(&before, &was, &were)), Some(&trace(&after, &content, &sources)))?;
    seen(conn, ask, after)
}

/// All faults of a patch that the schema cannot tell.
fn check(patch: &ConsolidatedReportPatch, content: &Content, sources: &[Source]) -> Result<()> {
    let mut faults = Vec::new();
    if patch.title.as_deref().is_some_and(|t| t.trim().is_empty()) {
        faults.push(Fault::at("/title", "blank", "Hãy ghi tên báo cáo.", "Give the report a title."));
    }
    let mut once = HashSet::new();
    for (at, own) in patch.narratives.iter().flatten().enumerate() {
        let pointer = format!("/narratives/{at}/section");
        if !content.frame.outline.iter().any(|s| s.key == own.section) {
            faults.push(Fault::at(pointer, "unknown_section", "Đề cương không có mục này.", "The outline has no such section."));
        } else if !once.insert(own.section.as_str()) {
            faults.push(Fault::at(pointer, "twice", "Mục này ghi hai lần.", "This section stands twice."));
        }
    }
    check_adjustments(patch.adjustments.as_deref().unwrap_or_default(), content, &mut faults);
    check_left_out(patch.left_out.as_deref().unwrap_or_default(), sources, &mut faults);
    all_well(faults)
}

fn check_adjustments(all: &[TotalAdjustment], content: &Content, faults: &mut Vec<Fault>) {
    let mut once = HashSet::new();
    for (at, one) in all.iter().enumerate() {
        let pointer = |member: &str| format!("/adjustments/{at}/{member}");
        let Some(indicator) = content.frame.indicators.iter().find(|i| i.code == one.indicator) else {
            faults.push(Fault::at(pointer("indicator"), "unknown_indicator", "Chế độ báo cáo không có chỉ tiêu này.", "The regime has no such indicator."));
            continue;
        };
        if !once.insert(one.indicator.as_str()) {
            faults.push(Fault::at(pointer("indicator"), "twice", "Chỉ tiêu này ghi hai lần.", "This indicator stands twice."));
        }
        match indicator.value_type {
            ValueType::Text => {
                faults.push(Fault::at(
                    pointer("indicator"),
                    "not_a_number",
                    "Chỉ tiêu chữ không có tổng để điều chỉnh.",
                    "A text indicator has no total to adjust.",
                ));
            }
            ValueType::Integer if one.total.contains('.') => {
                faults.push(Fault::at(pointer("total"), "not_whole", "Chỉ tiêu này là số nguyên.", "This indicator takes whole numbers."));
            }
            _ if decimal::read(&one.total).is_err() => {
                faults.push(Fault::at(pointer("total"), "not_a_number", "Không phải số thập phân.", "Not a decimal number."));
            }
            _ => {}
        }
        if one.reason.trim().is_empty() {
            faults.push(Fault::at(pointer("reason"), "blank", "Hãy ghi lý do điều chỉnh.", "Say why it is adjusted."));
        }
    }
}

fn check_left_out(all: &[LeftOutSource], sources: &[Source], faults: &mut Vec<Fault>) {
    let mut once = HashSet::new();
    for (at, one) in all.iter().enumerate() {
        let pointer = |member: &str| format!("/left_out/{at}/{member}");
        if !sources.iter().any(|s| s.source_id == one.source_id) {
            faults.push(Fault::at(pointer("source_id"), "unknown_source", "Báo cáo này không dựa trên bản đó.", "The report does not rest on that version."));
        } else if !once.insert(one.source_id) {
            faults.push(Fault::at(pointer("source_id"), "twice", "Bản này ghi hai lần.", "This version stands twice."));
        }
        if one.reason.trim().is_empty() {
            faults.push(Fault::at(pointer("reason"), "blank", "Hãy ghi lý do không tính.", "Say why it is left out."));
        }
    }
}
