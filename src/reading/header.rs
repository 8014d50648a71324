//! The head of a document: issuer, number and symbol, place and date, kind, summary, salutation, stamp.

mod issuer;
mod letter;
mod number;

pub use issuer::full;

use super::{
    Context,
    lines::Line,
    model::{Header, Kind, Proposal, Span},
    parts::{is_capitals, is_national},
    tokens::{Passage, longer, tokens},
    words::Words,
};
use std::ops::Range;

/// How many lines a head may have.
const REACH: usize = 90;

/// What has been found, and where the body begins.
pub struct Head {
    pub header: Header,
    pub body: usize,
    /// Lines that belong to no sentence: the date, the stamp.
    pub taken: Vec<usize>,
    /// The summary is in capitals, so that its words do not tell names from others.
    pub garbled: bool,
}

/// What a body begins with.
const OPENINGS: &[&str] = &[
    "căn cứ ",
    "thực hiện ",
    "để ",
    "nhằm ",
    "sau ",
    "ngày ",
    "trên cơ sở",
    "xét ",
    "trong thời gian",
    "theo ",
    "ủy ban nhân dân",
    "ubnd ",
    "trong những năm",
    "thời gian qua",
    "kính gửi",
    "thi hành ",
    "tiếp tục thực hiện",
    "triển khai thực hiện",
    "hiện nay",
    "thường trực",
    "ban thường vụ",
    "bộ ",
    "sở ",
    "phúc đáp",
    "qua ",
    "vừa qua",
    "trong năm",
    "chủ tịch",
    "hội đồng nhân dân",
    "luật ",
    "tiếp theo",
];

struct Lead<'a> {
    context: &'a Context<'a>,
    lines: &'a [Line],
    header: Header,
    taken: Vec<usize>,
}

/// Reads the head of the document in `whole`, whose foot begins at `foot`.
pub fn read(context: &Context<'_>, lines: &[Line], whole: Range<usize>, foot: usize) -> Head {
    let mut lead = Lead { context, lines, header: Header::default(), taken: Vec::new() };
    let end = foot.min(whole.start + REACH).max(whole.start);
    let zone = whole.start..end;
    lead.stamp(zone.clone());
    lead.number_and_date(zone.clone(), foot);
    let body = lead.kind_and_summary(zone.clone(), foot);
    lead.metadata(whole.start..body.min(end));
    lead.issuer(whole.start..body.min(end));
    lead.urgency(whole.start..body.min(end));
    let garbled = lead.header.number.as_ref().is_some_and(|n| n.rule == "number beside a stamp");
    Head { header: lead.header, body, taken: lead.taken, garbled }
}

impl Lead<'_> {
    fn line(&self, at: usize) -> &Line {
        &self.lines[at]
    }
    fn spans(&self, passage: &Passage, from: usize, to: usize) -> Vec<Span> {
        passage.spans(from, to, self.context.source)
    }
    fn all_of(&self, passage: &Passage) -> Vec<Span> {
        self.spans(passage, 0, passage.text.len())
    }
    fn free(&self, at: usize) -> bool {
        !self.taken.contains(&at) && self.line(at).row.is_none()
    }

    /// Kind, summary and salutation; answers where the body begins.
    fn kind_and_summary(&mut self, zone: Range<usize>, foot: usize) -> usize {
        let v = self.context.vocabulary;
        let mut at = zone.start;
        while at < zone.end {
            let line = self.line(at).clone();
            let low = line.passage.low.as_str();
            if !self.free(at) || is_national(low) {
                at += 1;
                continue;
            }
            if (low.starts_with("v/v") || low.starts_with("về việc") || low.starts_with("v/v:")) && self.header.kind.is_none() {
                return self.letter(at, zone, foot);
            }
            if low.starts_with("kính gửi") {
                return self.letter(at, zone, foot);
            }
            let own = tokens(&line.passage, v);
            let row = v.kinds.at(&own, 0).map(|(row, next)| (row.canonical.clone(), row.value.clone(), next));
            let Some((name, code, next)) = row else {
                // A body without a kind: sections begin.
                if super::numbering::label(&line.passage).is_some_and(|l| l.is_section()) && self.header.symbol.is_some() {
                    return at;
                }
                at += 1;
                continue;
            };
            let capitals = is_capitals(&line.passage.text);
            let whole = next >= own.len() || own[next].sign == ':';
            let titled = capitals && !longer(&line.passage.text, 399) && !own.iter().take(next + 3).any(|t| t.sign == '0');
            if !(whole && (capitals || line.after_gap) || titled && self.ranks_as_title(at)) {
                at += 1;
                continue;
            }
            let end = own.get(next - 1).map_or(0, |t| t.e as usize);
            if own.get(next).is_some_and(|t| t.sign == ':')
                && let Some(grounds) = self.grounds(zone.start..at)
            {
                let code = Some(code).filter(|c| !c.is_empty());
                self.header.kind = Some(Proposal::sure(Kind { code, name }, self.spans(&line.passage, 0, end), "kind before the articles"));
                self.summary_above(zone.start..grounds);
                return grounds;
            }
            let code = Some(code).filter(|c| !c.is_empty() && c != "CV");
            self.header.kind = Some(Proposal::sure(Kind { code, name }, self.spans(&line.passage, 0, end), "kind on its line"));
            return self.summary(at, end, zone, foot);
        }
        // No kind was written; the body begins behind what is in capitals or has been taken.
        let mut body = zone.start;
        for at in zone.clone() {
            let line = self.line(at);
            let head = !self.free(at) || is_national(&line.passage.low) || is_capitals(&line.passage.text) || line.passage.low.starts_with("số");
            if head && at < zone.start + 30 {
                body = at + 1;
            } else if longer(&line.passage.text, 60) {
                break;
            }
        }
        body
    }

    /// "QUYẾT ĐỊNH:" behind the grounds opens the articles: the title stood above them. Answers where the grounds begin.
    fn grounds(&self, above: Range<usize>) -> Option<usize> {
        let number = self.header.symbol.as_ref().and_then(|p| p.spans.first())?.start;
        above.into_iter().find(|at| {
            let passage = &self.line(*at).passage;
            self.free(*at) && passage.low.starts_with("căn cứ ") && !is_capitals(&passage.text) && passage.at.first().is_some_and(|from| *from > number)
        })
    }

    /// The summary between number and grounds, where no kind stands above it.
    fn summary_above(&mut self, above: Range<usize>) {
        let start = |spans: Option<&Vec<Span>>| spans.and_then(|s| s.first()).map_or(0, |s| s.start);
        let behind = start(self.header.symbol.as_ref().map(|p| &p.spans)).max(start(self.header.date.as_ref().map(|p| &p.spans)));
        let mut summary = Passage::default();
        for at in above {
            let passage = self.line(at).passage.clone();
            if !self.free(at) || passage.at.first().is_none_or(|from| *from < behind) || is_national(&passage.low) || passage.low.starts_with("số") {
                continue;
            }
            if !is_capitals(&passage.text) || is_authority_head(&passage.low) {
                break;
            }
            summary.join(&passage);
        }
        if !summary.text.is_empty() {
            self.set_summary(summary);
        }
    }

    /// Not a title of a web page above the head, but the title itself: number or date stand above it.
    fn ranks_as_title(&self, at: usize) -> bool {
        let seen =
            |spans: Option<&Vec<Span>>| spans.and_then(|s| s.first()).is_some_and(|s| self.line(at).passage.at.first().is_some_and(|from| s.start < *from));
        seen(self.header.symbol.as_ref().map(|p| &p.spans))
            || seen(self.header.date.as_ref().map(|p| &p.spans))
            || (self.header.symbol.is_none() && self.header.date.is_none())
    }

    fn summary(&mut self, kind: usize, end: usize, zone: Range<usize>, foot: usize) -> usize {
        let mut summary = Passage::default();
        let title = self.line(kind).passage.clone();
        let rest = title.part(end, title.text.len());
        let mut at = kind + 1;
        if rest.text.chars().any(char::is_alphabetic) {
            summary.join(&rest);
        }
        let mut capitals = false;
        while at < zone.end.max(kind + 1).min(foot) {
            let line = self.line(at).clone();
            let low = line.passage.low.clone();
            if !self.free(at) || low.starts_with("(ban hành kèm") || low.starts_with("(kèm theo") {
                at += 1;
                continue;
            }
            if line.passage.low.starts_with("số") && low.contains('/') && low.len() < 60 {
                at += 1;
                continue;
            }
            let upper = is_capitals(&line.passage.text);
            if summary.text.is_empty() {
                let labelled = super::numbering::label(&line.passage).is_some_and(|l| l.is_section());
                // "CHỈ THỊ / CỦA BAN THƯỜNG VỤ TỈNH ỦY"
                if upper && low.starts_with("của ") {
                    at += 1;
                    continue;
                }
                let long = longer(&line.passage.text, 260) && !upper;
                let body = OPENINGS.iter().any(|o| low.starts_with(o))
                    && !upper
                    && (low.starts_with("căn cứ") || low.starts_with("sau ") || low.starts_with("để ") || low.starts_with("kính"));
                if labelled || long || body {
                    break;
                }
                capitals = upper;
            } else {
                let opening = OPENINGS.iter().any(|o| low.starts_with(o));
                let dangling = summary.low_ends() && !(line.after_gap && opening);
                let labelled = super::numbering::label(&line.passage).is_some_and(|l| l.is_section());
                if labelled
                    || (capitals && !upper)
                    || (upper && !capitals)
                    || (line.after_gap && !(dangling || capitals && upper && !is_authority_head(&low)))
                    || (opening && !capitals && !dangling)
                    || (capitals && upper && is_authority_head(&low))
                {
                    break;
                }
            }
            summary.join(&line.passage);
            at += 1;
        }
        // A summary that a scan has put before the kind.
        if summary.text.is_empty() {
            let mut above = kind;
            while above > zone.start
                && self.free(above - 1)
                && !is_capitals(&self.line(above - 1).passage.text)
                && !self.line(above - 1).passage.low.starts_with("số")
            {
                above -= 1;
                if self.line(above).after_gap {
                    break;
                }
            }
            for line in above..kind {
                summary.join(&self.line(line).passage.clone());
            }
            if !summary.text.is_empty() {
                summary.finish();
                let spans = self.all_of(&summary);
                self.header.summary = Some(Proposal::check(summary.text.clone(), spans, "summary before the kind"));
            }
        } else {
            self.set_summary(summary);
        }
        // The authority that decides, and the second "QUYẾT ĐỊNH:".
        while at < foot.min(kind + 60) {
            let line = self.line(at);
            let low = &line.passage.low;
            if !self.free(at)
                || is_national(low)
                || (is_capitals(&line.passage.text) && super::numbering::label(&line.passage).is_none())
                || low.starts_with("(ban hành kèm")
            {
                at += 1;
            } else {
                break;
            }
        }
        if self.line(at.min(self.lines.len() - 1)).passage.low.starts_with("kính gửi") && at < foot {
            return self.addressees(at, foot);
        }
        at
    }

    fn set_summary(&mut self, mut summary: Passage) {
        summary.finish();
        let spans = self.all_of(&summary);
        let trimmed = summary.text.trim().trim_end_matches('.').trim_end();
        let text = match is_capitals(trimmed) {
            true => {
                let own = tokens(&summary, self.context.vocabulary);
                let words = Words { passage: &summary, tokens: &own, vocabulary: self.context.vocabulary };
                words.proper(0, words.len(), true).trim_end_matches('.').to_owned()
            }
            false => trimmed.to_owned(),
        };
        self.header.summary = Some(Proposal::sure(text, spans, "summary under the kind"));
    }
}

/// "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH", which decides and is no summary.
fn is_authority_head(low: &str) -> bool {
    [
        "chủ tịch ủy ban",
        "ủy ban nhân dân",
        "giám đốc sở",
        "bộ trưởng",
        "hội đồng nhân dân",
        "thủ tướng",
        "chủ tịch ubnd",
        "thống đốc",
        "tổng giám đốc",
        "chủ nhiệm",
    ]
    .iter()
    .any(|s| low.starts_with(s))
}

impl Passage {
    /// Whether the text ends so that it must go on.
    pub fn low_ends(&self) -> bool {
        let last = self.text.split_whitespace().last().unwrap_or_default().to_lowercase();
        let dangling = [
            "và", "của", "các", "với", "về", "số", "cho", "theo", "tại", "ngày", "trong", "thực", "tỉnh", "từ", "đến", "-", "–", "năm", "tháng", "ban", "sở",
            "bộ", "thành", "ủy", "thị", "bí", "trung", "chính",
        ];
        dangling.contains(&last.as_str()) || last.ends_with(',')
    }
}
