//! Reads an official text: its header, legal bases, structure, duties and reporting lines, each as a proposal with the
//! place it was read from. Deterministic and offline; it knows tables of words ([`vocabulary`]) and no slice. What is not
//! in the text is absent; what needs judgement says `check`. Time and memory are linear in the length of the text.

mod agencies;
mod bodies;
mod citations;
mod clauses;
mod dates;
mod duties;
mod duty;
pub mod files;
mod foot;
mod groups;
mod header;
mod labels;
mod lines;
#[allow(missing_docs, reason = "the members are what their names say, in the words of the fact files")]
pub mod model;
mod names;
mod numbering;
mod obstacles;
mod parts;
mod reporting;
mod resolve;
mod roles;
pub mod score;
mod structure;
mod tables;
mod times;
mod tokens;
mod vocabulary;
mod words;

pub use model::Reading;
pub use resolve::{Agencies, Known, Resolver};

use crate::{secrecy, text};
use citations::Ground;
use model::{Confidence, Document, Proposal, Warning};
use tokens::tokens;
use vocabulary::Vocabulary;
use words::Words;

/// Why a text is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It bears a secrecy level.
    Secret,
    /// It is longer than [`LONGEST`].
    TooLong,
}

/// Bytes of text that are read, at most.
pub const LONGEST: usize = 32 << 20;

/// Kinds that give nobody work: invitations, contracts, slips.
const SILENT: &[&str] = &["GM", "GGT", "GNP", "GUQ", "HĐ", "BGN", "BTT", "PG", "PC", "PB"];

/// What every rule needs.
pub(crate) struct Context<'a> {
    pub source: &'a [char],
    pub vocabulary: &'a Vocabulary,
    pub resolver: &'a Resolver,
    /// Code in symbols and name of each kind.
    pub kinds: &'a [(String, String)],
    pub place: Option<String>,
}

/// A reader that knows the agencies of a province.
pub struct Reader {
    vocabulary: Vocabulary,
    resolver: Resolver,
    kinds: Vec<(String, String)>,
    place: Option<String>,
}

/// The text as it is read: NFC, line feeds alone. Spans count the characters of this.
pub fn normalised(text: &str) -> String {
    let text = text::nfc(text.trim_start_matches('\u{feff}'));
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

impl Reader {
    /// A reader for a province; without agencies it proposes all of them as new.
    pub fn new(agencies: &Agencies) -> Self {
        let mut vocabulary = Vocabulary::base().clone();
        agencies.teach(&mut vocabulary);
        let kinds = include_str!("vocabulary/kinds.tsv")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| l.split_once('\t'))
            .filter(|(_, code)| !code.trim().is_empty())
            .map(|(name, code)| (code.trim().to_owned(), name.split('|').next().unwrap_or_default().to_owned()))
            .collect();
        Reader { vocabulary, resolver: Resolver::new(agencies), kinds, place: agencies.place.clone() }
    }

    /// Reads a text.
    pub fn read(&self, text: &str) -> Result<Reading, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::TooLong);
        }
        let text = normalised(text);
        if secrecy::scan_text(&text) {
            return Err(Refused::Secret);
        }
        let source: Vec<char> = text.chars().collect();
        let context = Context { source: &source, vocabulary: &self.vocabulary, resolver: &self.resolver, kinds: &self.kinds, place: self.place.clone() };
        let lines = lines::lines(&source);
        let parts = parts::parts(&lines, &self.vocabulary);
        let mut documents = Vec::new();
        for part in &parts {
            let position = u32::try_from(documents.len() + 1).unwrap_or(u32::MAX);
            documents.push(self.document(&context, &lines, part, position));
        }
        let mut warnings = Vec::new();
        if let Some(at) = text.find("[...]").or_else(|| text.find("[…]")) {
            let start = u32::try_from(text[..at].chars().count()).unwrap_or(u32::MAX);
            warnings.push(warning(
                "cut_off",
                "Văn bản bị cắt: phần sau dấu […] không có.",
                "The text is cut off where […] stands.",
                vec![model::Span { start, end: start + 3 }],
            ));
        }
        if documents.len() > 1 {
            warnings.push(warning("several_documents", "Tệp có nhiều văn bản.", "The file holds several documents.", Vec::new()));
        }
        Ok(Reading { characters: u32::try_from(source.len()).unwrap_or(u32::MAX), documents, warnings })
    }

    fn document(&self, context: &Context<'_>, lines: &[lines::Line], part: &parts::Parts, position: u32) -> Document {
        let head = header::read(context, lines, part.whole.clone(), part.foot.start);
        let mut header = head.header;
        let from_page = header.signer.take();
        foot::read(context, lines, part.foot.clone(), &mut header);
        header.signer = header.signer.take().or(from_page);
        let body = head.body.min(part.foot.start)..part.foot.start;
        let mut paragraphs = structure::paragraphs(lines, body, &head.taken);
        paragraphs.retain(|p| !(p.row.is_none() && p.passage.text.trim().trim_matches(['[', ']', '.', '…', ' ']).is_empty()));
        let tree = structure::tree(paragraphs, "", context.vocabulary);
        issuer_in_text(context, &tree, &mut header);
        // Documents named, first in the summary, then in the order of the text.
        let mut legal_basis: Vec<Proposal<model::Citation>> = Vec::new();
        if let Some(summary) = &header.summary {
            let passage = passage_of(context, summary);
            citations::read(context, &passage, Ground::Summary, &mut legal_basis);
        }
        for passage in &tree.nodes[0].paragraphs {
            citations::read(context, passage, Ground::Preamble, &mut legal_basis);
        }
        for (at, node) in tree.nodes.iter().enumerate().skip(1) {
            let ground = if bases(&tree, at) { Ground::Bases } else { Ground::Body };
            for passage in &node.paragraphs {
                citations::read(context, passage, ground, &mut legal_basis);
            }
            for cell in node.rows.iter().flatten() {
                citations::read(context, cell, Ground::Body, &mut legal_basis);
            }
        }
        for (passage, _, _) in &tree.closing {
            citations::read(context, passage, Ground::Body, &mut legal_basis);
        }
        let own = own_number(&header);
        legal_basis.retain(|c| c.value.number.is_none() || c.value.number.as_ref().map(|n| n.to_lowercase()) != own);
        let addressees: Vec<model::Agency> = header.addressees.iter().flat_map(|a| self.named(context, a)).collect();
        let issuer = header.issuer.as_ref().map(|i| context.resolver.resolve(&i.value, true));
        let letter = header.kind.as_ref().is_some_and(|k| k.value.name == "Công văn");
        let place = context.place.clone().or_else(|| header.place.as_ref().map(|p| p.value.clone()));
        let mut walk = duties::Walk { context, found: duties::Found::default(), addressees, issuer, place, letter };
        let speaks = !header.kind.as_ref().and_then(|k| k.value.code.as_deref()).is_some_and(|code| SILENT.contains(&code));
        if speaks {
            walk.tree(&tree);
        }
        let mut structure = tree.shown(context);
        // Annexes are read as parts of the document.
        let mut annexes = 0;
        let mut from = part.annex.start;
        while from < part.annex.end {
            let next = (from + 1..part.annex.end)
                .find(|at| lines[*at].passage.low.starts_with("phụ lục") && parts::is_capitals(&lines[*at].passage.text))
                .unwrap_or(part.annex.end);
            let kind = lines[from].row.is_none() && !["phụ lục", "danh mục", "bảng", "biểu", "(kèm"].iter().any(|s| lines[from].passage.low.starts_with(s));
            annexes += usize::from(!kind);
            let prefix = match (kind, annexes) {
                (true, _) => String::new(),
                (false, 1) => "PL".to_owned(),
                (false, n) => format!("PL{n}"),
            };
            let annex = structure::tree(structure::paragraphs(lines, from..next, &head.taken), &prefix, context.vocabulary);
            for node in &annex.nodes {
                for passage in node.paragraphs.iter().chain(node.rows.iter().flatten()) {
                    citations::read(context, passage, Ground::Body, &mut legal_basis);
                }
            }
            walk.letter = true;
            if speaks {
                walk.tree(&annex);
            }
            structure.extend(annex.shown(context));
            from = next;
        }
        legal_basis.retain(|c| c.value.number.is_none() || c.value.number.as_ref().map(|n| n.to_lowercase()) != own);
        reporting::finish(&mut walk);
        let warnings = warnings(&header, &legal_basis, head.garbled);
        Document {
            position_in_file: position,
            header,
            legal_basis,
            structure,
            assignments: walk.found.duties,
            general_tasks: walk.found.general,
            reporting: walk.found.reporting,
            issue_channel: walk.found.channel,
            warnings,
        }
    }

    /// The agencies in a line such as a salutation.
    fn named(&self, context: &Context<'_>, line: &Proposal<String>) -> Vec<model::Agency> {
        let passage = passage_of(context, line);
        let own = tokens(&passage, context.vocabulary);
        let words = Words { passage: &passage, tokens: &own, vocabulary: context.vocabulary };
        match words.list(0, true) {
            Some((mentions, _)) => mentions.iter().map(|m| context.resolver.resolve(&words.name(m), m.named)).collect(),
            None => vec![context.resolver.resolve(&line.value, false)],
        }
    }
}

/// A passage made of a proposal's text again.
fn passage_of(context: &Context<'_>, proposal: &Proposal<String>) -> tokens::Passage {
    let mut passage = tokens::Passage::default();
    let source: Vec<u32> = proposal.spans.iter().flat_map(|s| s.start..s.end).collect();
    let mut at = 0;
    for c in proposal.value.chars() {
        // The source has marks and breaks that the value has not.
        let found = (at..source.len().min(at + 40)).find(|n| {
            context.source.get(source[*n] as usize).is_some_and(|s| *s == c || s.to_lowercase().eq(c.to_lowercase()) || (c == ' ' && s.is_whitespace()))
        });
        if let Some(found) = found {
            at = found + 1;
        }
        passage.push(c, source.get(at.saturating_sub(1)).copied().unwrap_or(0));
    }
    passage.finish();
    passage
}

fn bases(tree: &structure::Tree, at: usize) -> bool {
    let mut here = Some(at);
    while let Some(node) = here.filter(|node| *node > 0) {
        let n = &tree.nodes[node];
        if n.rank <= 8 && node != at || n.rank <= 3 {
            let title = n.paragraphs.first().map(|p| p.low.as_str()).unwrap_or_default();
            if !tokens::longer(title, 69) && (title.contains("căn cứ") || title.contains("cơ sở pháp lý") || title.contains("cơ sở xây dựng")) {
                return true;
            }
        }
        here = n.parent;
    }
    false
}

fn own_number(header: &model::Header) -> Option<String> {
    let (number, symbol) = (header.number.as_ref()?, header.symbol.as_ref()?);
    let party = symbol.value.contains('/') && !symbol.value.starts_with(|c: char| c.is_ascii_digit());
    Some(format!("{}{}{}", number.value, if party { "-" } else { "/" }, symbol.value).to_lowercase())
}

/// Without a letterhead the text says who issues: "UBND tỉnh ban hành Kế hoạch …".
fn issuer_in_text(context: &Context<'_>, tree: &structure::Tree, header: &mut model::Header) {
    if header.issuer.is_some() {
        return;
    }
    for passage in &tree.nodes[0].paragraphs {
        let own = tokens(passage, context.vocabulary);
        let words = Words { passage, tokens: &own, vocabulary: context.vocabulary };
        for at in 0..words.len() {
            if !words.tokens[at].is_capital() {
                continue;
            }
            let Some(m) = words.mention(at, false).filter(|m| m.named) else { continue };
            let issues = words.says_any(m.e, &[&["ban", "hành"], &["xây", "dựng", "kế", "hoạch"], &["yêu", "cầu"], &["chỉ", "thị"]]).is_some();
            // "Ban Bí thư … ban hành Chỉ thị số …" is somebody else's.
            let other = (m.e..m.e + 6).any(|t| words.low(t) == "số");
            if issues && !other {
                let name = header::full(words.text(m.s, m.e));
                let (a, b) = words.bytes(m.s, m.e);
                let mut spans = passage.spans(a, b, context.source);
                let value = match &header.place {
                    Some(place) if !name.contains(&place.value) => {
                        spans.extend(place.spans.clone());
                        format!("{name} {}", place.value)
                    }
                    _ => name,
                };
                header.issuer = Some(Proposal { value, spans, confidence: Confidence::Check, rule: "issuer named in the text".into() });
                return;
            }
        }
    }
}

fn warning(code: &str, message: &str, message_en: &str, spans: Vec<model::Span>) -> Warning {
    Warning { code: code.into(), message: message.into(), message_en: message_en.into(), spans }
}

fn warnings(header: &model::Header, bases: &[Proposal<model::Citation>], garbled: bool) -> Vec<Warning> {
    let mut all = Vec::new();
    if header.number.is_none() {
        all.push(warning(
            "no_number",
            "Không đọc được số văn bản; nguồn để trống hoặc thiếu.",
            "No document number was read; it is blank or missing.",
            Vec::new(),
        ));
    }
    if header.date.as_ref().is_none_or(|d| d.value.date.is_none()) {
        all.push(warning("no_full_date", "Ngày ban hành thiếu hoặc chưa đủ.", "The date of issue is missing or not complete.", Vec::new()));
    }
    if header.issuer.is_none() {
        all.push(warning("no_issuer", "Không đọc được cơ quan ban hành.", "No issuer was read.", Vec::new()));
    }
    if header.signer.is_none() {
        all.push(warning("no_signer", "Không có tên người ký.", "There is no name of a signer.", Vec::new()));
    }
    if header.recipients.is_empty() {
        all.push(warning("no_recipients", "Không có nơi nhận.", "There is no distribution list.", Vec::new()));
    }
    if garbled && let Some(number) = &header.number {
        all.push(warning(
            "garbled_number",
            "Số, ký hiệu bị dấu đóng chồng; cần kiểm tra.",
            "Number and symbol are under a stamp; please check.",
            number.spans.clone(),
        ));
    }
    for base in bases.iter().filter(|b| b.value.number_in_text.is_some()) {
        let (as_is, right) = (base.value.number_in_text.clone().unwrap_or_default(), base.value.number.clone().unwrap_or_default());
        let message = format!("Ký hiệu “{as_is}” viết không đúng thể thức; hiểu là “{right}”.");
        let message_en = format!("The symbol “{as_is}” is not written in due form; read as “{right}”.");
        all.push(Warning { code: "misspelt_symbol".into(), message, message_en, spans: base.spans.clone() });
    }
    all
}
