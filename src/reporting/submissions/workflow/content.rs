//! What a submission may hold: sections and indicators of its regime, exact values, checks between them.

use super::prefill::{Counted, Ground, computed};
use crate::{
    ask::Ask,
    db::Conn,
    documents::{self, arrivals, attachments, notation},
    error::{Error, Fault, Result, all_well},
    id::Id,
    reporting::{
        periods::{self, Obligation, ReportingPeriod, workflow::obligations},
        regimes::{
            self,
            model::{AcrossAgencies, Check, Comparison, Indicator, Section, ValueType},
        },
        submissions::model::{Figure, Narrative, NewFigure, NewSubmission, ReportAttachment, Submission, SubmissionState as State, number},
    },
};
use chrono::NaiveDate;
use std::collections::HashMap;

/// What the regime asks for, and what the service computes for this agency.
pub struct Content {
    pub period: ReportingPeriod,
    pub sections: Vec<Section>,
    pub indicators: Vec<Indicator>,
    checks: Vec<Check>,
    pub computed: HashMap<String, String>,
    /// The same with the records that they are counted from.
    pub counted: HashMap<String, Counted>,
    pub ground: Ground,
}

/// 409 unless a draft may be made for the obligation now.
pub fn can_draft(conn: &mut Conn, obligation: &Obligation, versions: &[Submission]) -> Result<()> {
    obligations::refuse_merged(obligation)?;
    if obligation.consolidates {
        return Err(obligations::by_consolidated_report());
    }
    if !obligations::served(conn, obligation)? {
        return Err(Error::conflict(
            "receiver_without_users",
            "Cơ quan nhận không dùng hệ thống này; hãy ghi nhận việc đã gửi, kèm văn bản.",
            "The receiver does not work in this system; record the sending, with the document.",
        ));
    }
    match versions.last().map(|v| v.state) {
        Some(State::Draft) => Err(Error::conflict("draft_exists", "Đã có một bản dự thảo; hãy sửa bản đó.", "There is a draft already; change that one.")),
        Some(State::Submitted) => {
            Err(Error::conflict("awaiting_decision", "Bản trước đang chờ cơ quan nhận trả lời.", "The version before is waiting for the receiver's decision."))
        }
        _ => Ok(()),
    }
}

/// Faults of what stands around the content.
pub fn check_frame(conn: &mut Conn, ask: &Ask, new: &NewSubmission, author: Id, corrects: bool) -> Result<()> {
    let mut faults = Vec::new();
    if corrects && new.correction_reason.as_deref().is_none_or(|r| r.trim().is_empty()) {
        faults.push(Fault::at("/correction_reason", "required", "Nêu lý do đính chính bản đã được nhận.", "Say why the accepted version is corrected."));
    }
    if let Some(paper) = &new.paper {
        if paper.arrived_on > ask.today {
            faults.push(Fault::at("/paper/arrived_on", "future", "Ngày đến ở tương lai.", "The day of arrival is in the future."));
        }
        let named: Vec<(String, Id)> = paper.document_id.map(|id| ("/paper/document_id".to_owned(), id)).into_iter().collect();
        let unknown = documents::named::faults(conn, ask, &named)?;
        match (paper.document_id, &paper.document_words) {
            (Some(document), _) if unknown.is_empty() => {
                let (_, fault) = arrivals::day_of_arrival(conn, ask.actor.organization, document, Some(paper.arrived_on), "/paper/arrived_on")?;
                faults.extend(fault);
            }
            (Some(_), _) => faults.extend(unknown),
            (None, Some(words)) => faults.extend(registered(conn, ask, author, words)?),
            (None, None) => faults.push(Fault::at(
                "/paper/document_id",
                "required",
                "Nêu văn bản đã đến, hoặc số ký hiệu của nó.",
                "Name the document that arrived, or its number and symbol.",
            )),
        }
    }
    all_well(faults)
}

/// Number and symbol in words are for what is not in the register here: what is, is named, so that its day of arrival counts.
fn registered(conn: &mut Conn, ask: &Ask, author: Id, words: &str) -> Result<Option<Fault>> {
    let key = notation::read(words).and_then(|w| notation::key(w.number.as_deref(), w.symbol.as_deref()));
    let (Some(own), Some(key)) = (ask.actor.organization, key) else { return Ok(None) };
    let held = arrivals::bears(conn, own, author, &key)?;
    Ok(held.then(|| {
        Fault::at(
            "/paper/document_id",
            "registered",
            "Văn bản này đã có trong sổ đến; hãy nêu bằng document_id.",
            "This document is in the arrival register; name it by document_id.",
        )
    }))
}

/// The files named, if the caller may read their documents.
pub fn attached(conn: &mut Conn, ask: &Ask, ids: &[Id]) -> Result<Vec<ReportAttachment>> {
    let files = attachments::store::find_many(conn, ids)?;
    let documents: Vec<Id> = files.iter().map(|f| f.document_id).collect();
    let readable = if documents.is_empty() { vec![] } else { documents::named::seen(conn, ask, &documents)? };
    let mut faults = Vec::new();
    let mut found = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        match files.iter().find(|f| f.id == *id && readable.contains(&f.document_id)) {
            Some(f) => {
                found.push(ReportAttachment { attachment_id: f.id, document_id: f.document_id, file_name: f.file_name.clone(), sha256: f.sha256.clone() })
            }
            None => faults.push(Fault::at(format!("/attachments/{at}"), "unknown_reference", "Không có tệp này.", "There is no such file.")),
        }
    }
    all_well(faults)?;
    Ok(found)
}

impl Content {
    /// What the obligation's regime asks for.
    pub fn read(conn: &mut Conn, obligation: &Obligation, today: NaiveDate) -> Result<Self> {
        let period = periods::find(conn, obligation.period_id)?;
        let regime = regimes::find(conn, obligation.regime_id)?;
        let parts = regimes::parts(conn, &[regime.id])?.remove(&regime.id).unwrap_or_default();
        let indicators: Vec<Indicator> = parts.indicators.iter().map(|row| row.indicator()).collect();
        let ground = Ground::of(obligation, &period, &regime, today)?;
        let counted = computed(conn, &ground, &indicators)?;
        let computed = counted.iter().map(|(code, c)| (code.clone(), c.value.clone())).collect();
        Ok(Self { sections: regime.sections()?, checks: regime.checks()?, period, indicators, computed, counted, ground })
    }

    /// The draft's beginning: what was given, else the version before, else blanks.
    pub fn begin(
        &self,
        conn: &mut Conn,
        ask: &Ask,
        new: &NewSubmission,
        last: Option<&Submission>,
    ) -> Result<(Vec<Narrative>, Vec<Figure>, Vec<ReportAttachment>)> {
        let narratives = match (&new.narratives, last) {
            (Some(given), _) => given.clone(),
            (None, Some(last)) => last.narratives()?,
            (None, None) => vec![],
        };
        let figures = match (&new.figures, last) {
            (Some(given), _) => self.completed(given.clone()),
            (None, Some(last)) => last.figures()?,
            (None, None) => vec![],
        };
        let attachments = match (&new.attachments, last) {
            (Some(ids), _) => attached(conn, ask, ids)?,
            (None, Some(last)) => last.attachments()?,
            (None, None) => vec![],
        };
        Ok((narratives, figures, attachments))
    }

    /// Values with what the service computed beside them.
    pub fn completed(&self, given: Vec<NewFigure>) -> Vec<Figure> {
        given
            .into_iter()
            .map(|f| Figure {
                computed: self.computed.get(&f.indicator).cloned(),
                indicator: f.indicator,
                value: f.value,
                estimated: f.estimated,
                reason_if_differs: f.reason_if_differs,
            })
            .collect()
    }

    /// Every fault of sections and values.
    pub fn check(&self, narratives: &[Narrative], figures: &[Figure]) -> Result<()> {
        all_well(self.faults(narratives, figures))
    }

    fn faults(&self, narratives: &[Narrative], figures: &[Figure]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (at, narrative) in narratives.iter().enumerate() {
            let here = format!("/narratives/{at}/section");
            if !self.sections.iter().any(|s| s.key == narrative.section) {
                faults.push(Fault::at(here, "unknown_section", "Đề cương không có phần này.", "The outline has no such section."));
            } else if narratives[..at].iter().any(|n| n.section == narrative.section) {
                faults.push(Fault::at(here, "duplicate", "Phần này đã ghi ở trên.", "This section stands above already."));
            }
        }
        for (at, figure) in figures.iter().enumerate() {
            let here = |member: &str| format!("/figures/{at}/{member}");
            let Some(indicator) = self.indicators.iter().find(|i| i.code == figure.indicator) else {
                faults.push(Fault::at(here("indicator"), "unknown_indicator", "Chế độ không có chỉ tiêu này.", "The regime has no such indicator."));
                continue;
            };
            if figures[..at].iter().any(|f| f.indicator == figure.indicator) {
                faults.push(Fault::at(here("indicator"), "duplicate", "Chỉ tiêu này đã ghi ở trên.", "This indicator stands above already."));
            }
            if indicator.across_agencies == AcrossAgencies::Ratio && figure.value.is_some() {
                faults.push(Fault::at(here("value"), "derived", "Tỷ lệ được tính, không nhập.", "A ratio is worked out, not typed in."));
            }
            faults.extend(value_fault(indicator, figure).map(|(code, vi, en)| Fault::at(here("value"), code, vi, en)));
            let differs = figure.computed.is_some() && !same(figure.computed.as_deref(), figure.value.as_deref());
            if differs && figure.reason_if_differs.as_deref().is_none_or(|r| r.trim().is_empty()) {
                let known = figure.computed.as_deref().unwrap_or_default();
                faults.push(Fault::at(
                    here("reason_if_differs"),
                    "differs",
                    format!("Khác số hệ thống tính ({known}); hãy nêu lý do."),
                    format!("Differs from the computed value ({known}); say why."),
                ));
            }
        }
        faults
    }

    /// Every fault that forbids handing in: the content's, its emptiness, and the checks between indicators.
    pub fn check_whole(&self, narratives: &[Narrative], figures: &[Figure], attachments: &[ReportAttachment]) -> Result<()> {
        let mut faults = self.faults(narratives, figures);
        let said = narratives.iter().any(|n| !n.text.trim().is_empty()) || figures.iter().any(|f| f.value.is_some()) || !attachments.is_empty();
        if !said {
            faults.push(Fault::at("", "empty", "Báo cáo chưa có nội dung.", "The report says nothing yet."));
        }
        let missing = self.computed.keys().filter(|code| !figures.iter().any(|f| f.indicator == **code));
        faults.extend(missing.map(|code| {
            Fault::at(
                "/figures",
                "differs",
                format!("Hệ thống tính được '{code}' mà báo cáo để trống; hãy ghi số, hoặc để trống với lý do."),
                format!("The service computes '{code}', which the report leaves out; give it, or leave it blank with a reason."),
            )
        }));
        for check in self.checks.iter().filter(|check| !holds(check, figures)) {
            faults.push(Fault::at("/figures", "check_failed", check.message.clone(), check.message.clone()));
        }
        all_well(faults)
    }

    /// Whether what is handed in on this day comes before the books close, so that its figures are estimates.
    pub fn is_early(&self, day: NaiveDate) -> bool {
        self.period.data_to.is_some_and(|to| day < to)
    }

    /// Marks figures handed in before the books close as estimated (Decree 09/2019 Art. 12).
    pub fn marked(&self, mut figures: Vec<Figure>, day: NaiveDate) -> Vec<Figure> {
        if self.is_early(day) {
            let counts = |code: &str| self.indicators.iter().any(|i| i.code == code && i.value_type != ValueType::Text);
            figures.iter_mut().filter(|f| f.value.is_some() && counts(&f.indicator)).for_each(|f| f.estimated = true);
        }
        figures
    }
}

fn value_fault(indicator: &Indicator, figure: &Figure) -> Option<(&'static str, &'static str, &'static str)> {
    let value = figure.value.as_deref()?;
    match indicator.value_type {
        ValueType::Integer if !number::is_whole(value) => {
            Some(("not_whole", "Ghi số nguyên, không dấu ngăn cách.", "Give a whole number, without separators."))
        }
        ValueType::Decimal if number::millionths(value).is_none() => {
            Some(("not_a_number", "Ghi số thập phân với dấu chấm, tối đa 6 chữ số lẻ.", "Give a decimal number with a point and at most 6 decimals."))
        }
        ValueType::Text if value.trim().is_empty() => Some(("blank", "Ghi nội dung, hoặc để null.", "Give words, or null.")),
        _ => None,
    }
}

/// Equal as numbers where both are, else as text.
fn same(a: Option<&str>, b: Option<&str>) -> bool {
    match (a.and_then(number::millionths), b.and_then(number::millionths)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// Whether the check holds; a blank on either side leaves it unchecked.
fn holds(check: &Check, figures: &[Figure]) -> bool {
    let side = |codes: &[String]| {
        codes.iter().try_fold(0_i128, |sum, code| {
            let value = figures.iter().find(|f| f.indicator == *code)?.value.as_deref()?;
            sum.checked_add(number::millionths(value)?)
        })
    };
    let (Some(left), Some(right)) = (side(&check.left), side(&check.right)) else { return true };
    match check.is {
        Comparison::LessOrEqual => left <= right,
        Comparison::Equal => left == right,
        Comparison::GreaterOrEqual => left >= right,
    }
}
