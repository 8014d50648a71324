//! The text as a tree: I / 1 / 1.1 / a) / đ) / - / +, Điều, khoản, điểm, annexes and rows of tables; sentences that page or
//! line breaks have cut are made whole again.

use super::{
    Context,
    lines::Line,
    model::Section,
    numbering::{Label, label},
    parts::is_capitals,
    tokens::{Passage, longer, tokens},
    vocabulary::Vocabulary,
    words::Words,
};
use std::ops::Range;

/// A paragraph made whole, or a row of a table.
#[derive(Debug, Clone)]
pub struct Paragraph {
    pub passage: Passage,
    pub label: Option<Label>,
    pub row: Option<Vec<Passage>>,
}

/// Words that a dash joins when a line ends before it: "Lao động / - Thương binh".
const AFTER_DASH: &[&str] = &["thương binh", "xã hội", "truyền hình", "vũng tàu", "tài chính", "kế hoạch", "thể thao", "du lịch", "thông tin"];

/// The paragraphs of some lines.
pub fn paragraphs(lines: &[Line], range: Range<usize>, taken: &[usize]) -> Vec<Paragraph> {
    let mut all: Vec<Paragraph> = Vec::new();
    let mut last_length = 0;
    let mut cut = false;
    for at in range {
        let line = &lines[at];
        if taken.contains(&at) {
            cut = true;
            continue;
        }
        if let Some(row) = &line.row {
            all.push(Paragraph { passage: Passage::default(), label: None, row: Some(row.clone()) });
            last_length = 0;
            continue;
        }
        let label = label(&line.passage);
        let length = usize::from(longer(&line.passage.text, 44)) * 45;
        let joins = all.last().is_some_and(|last| last.row.is_none() && goes_on(last, last_length, line, label.as_ref(), cut));
        cut = false;
        if joins && let Some(last) = all.last_mut() {
            last.passage.join(&line.passage);
        } else {
            all.push(Paragraph { passage: line.passage.clone(), label, row: None });
        }
        last_length = length;
    }
    for paragraph in &mut all {
        paragraph.passage.finish();
    }
    all
}

fn goes_on(last: &Paragraph, last_length: usize, line: &Line, label: Option<&Label>, cut: bool) -> bool {
    let before = last.passage.text.trim_end();
    let text = line.passage.text.as_str();
    let Some(first) = text.chars().next() else { return false };
    if let Some(label) = label {
        // "Sở Lao động / - Thương binh và Xã hội", "giai đoạn 2021 / - 2025"
        let rest = line.passage.low[label.end..].trim_start();
        let year = rest.len() >= 4 && rest.bytes().take(4).all(|b| b.is_ascii_digit()) && before.ends_with(|c: char| c.is_ascii_digit());
        return label.rank == 10 && !line.after_gap && (year || AFTER_DASH.iter().any(|w| rest.starts_with(w)) && !before.ends_with([';', '.', ':', ',']));
    }
    let ends = before.ends_with(['.', ';', ':', '!', '?', '…']) && !before.ends_with("TP.") && !before.ends_with("tp.");
    if ends && !(before.ends_with('.') && first.is_lowercase() && !line.after_gap) {
        return false;
    }
    if longer(before, 3) && is_capitals(before) {
        // A heading goes on in capitals only.
        return is_capitals(text) && !line.after_gap;
    }
    if first.is_lowercase() || (first.is_ascii_digit() && !line.after_gap) || ",;.)”\"".contains(first) {
        return true;
    }
    if cut {
        return !ends && first.is_lowercase();
    }
    if !line.after_gap {
        return first == '(' || last_length >= 45 || dangles(&last.passage) || leads(&last.passage, line);
    }
    // "2. Văn phòng UBND tỉnh" is a whole heading, though in a sentence "tỉnh" would go on.
    let heading = last.label.is_some() && !longer(before, 60) && !before.ends_with(',') && !before.to_lowercase().ends_with(" và");
    dangles(&last.passage) && !heading || (line.after_noise && last_length >= 45)
}

fn dangles(passage: &Passage) -> bool {
    passage.low_ends()
}

/// "…; Chủ tịch / Ủy ban nhân dân các huyện": a row of positions goes on to the body that the last one leads.
fn leads(last: &Passage, line: &Line) -> bool {
    if !["ủy ban", "ubnd ", "sở ", "các ", "hội đồng", "công an"].iter().any(|word| line.passage.low.starts_with(word)) {
        return false;
    }
    // Its last words tell, however long it has grown.
    let tail = last.text.char_indices().rev().nth(30).map_or(0, |(at, _)| at);
    let low = last.text[tail..].to_lowercase();
    let leader = ["chủ tịch", "giám đốc", "thủ trưởng"].iter().find_map(|word| low.trim_end().strip_suffix(word));
    leader.is_some_and(|before| before.trim_end().ends_with([',', ';']) || before.trim_end().ends_with(" và"))
}

/// A node of the tree.
#[derive(Debug, Clone)]
pub struct Node {
    pub rank: u8,
    pub label: String,
    pub place: String,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    /// Its own paragraphs, the first with the label cut off.
    pub paragraphs: Vec<Passage>,
    /// Rows of tables in it.
    pub rows: Vec<Vec<Passage>>,
    /// How many dashes and how many pluses stand directly below.
    pub marks: [usize; 2],
}

/// The tree; node 0 is the root and holds what stands before the first label.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub nodes: Vec<Node>,
    /// Closing paragraphs, with their place and another name of it.
    pub closing: Vec<(Passage, String, Option<String>)>,
}

/// Builds the tree of some paragraphs. `prefix` is the place that all others stand under ("PL").
pub fn tree(paragraphs: Vec<Paragraph>, prefix: &str, vocabulary: &Vocabulary) -> Tree {
    let root = Node {
        rank: 0,
        label: String::new(),
        place: prefix.to_owned(),
        parent: None,
        children: Vec::new(),
        paragraphs: Vec::new(),
        rows: Vec::new(),
        marks: [0; 2],
    };
    let mut nodes = vec![root];
    let mut stack: Vec<usize> = vec![0];
    for paragraph in paragraphs {
        if let Some(row) = paragraph.row {
            let top = stack.last().copied().unwrap_or(0);
            nodes[top].rows.push(row);
            continue;
        }
        let Some(label) = paragraph.label else {
            let top = stack.last().copied().unwrap_or(0);
            nodes[top].paragraphs.push(paragraph.passage);
            continue;
        };
        while stack.len() > 1 && stack.last().is_some_and(|top| nodes[*top].rank >= label.rank) {
            stack.pop();
        }
        let parent = stack.last().copied().unwrap_or(0);
        let rest = paragraph.passage.part(label.end, paragraph.passage.text.len());
        let place = match label.rank {
            0 => nodes[parent].place.clone(),
            10 | 11 => {
                let (word, mark) = if label.rank == 10 { ("gạch", 0) } else { ("cộng", 1) };
                nodes[parent].marks[mark] += 1;
                dotted(&nodes[parent].place, &format!("{word} {}", nodes[parent].marks[mark]))
            }
            5..=8 => {
                let above = stack.iter().rev().find(|n| nodes[**n].rank <= 3).copied().unwrap_or(0);
                dotted(&nodes[above].place, &label.text)
            }
            _ => dotted(&nodes[parent].place, &label.text),
        };
        let node = Node {
            rank: label.rank,
            label: label.text,
            place,
            parent: Some(parent),
            children: Vec::new(),
            paragraphs: vec![rest],
            rows: Vec::new(),
            marks: [0; 2],
        };
        let new = nodes.len();
        nodes.push(node);
        nodes[parent].children.push(new);
        stack.push(new);
    }
    let mut tree = Tree { nodes, closing: Vec::new() };
    if prefix.is_empty() {
        tree.close(vocabulary);
    }
    tree
}

fn dotted(prefix: &str, label: &str) -> String {
    if prefix.is_empty() { label.to_owned() } else { format!("{prefix}.{label}") }
}

impl Tree {
    /// Takes the closing paragraphs from the last node.
    fn close(&mut self, vocabulary: &Vocabulary) {
        let last = self.nodes.len() - 1;
        if last == 0 {
            return;
        }
        let node = &self.nodes[last];
        let opens = |passage: &Passage| {
            let own = tokens(passage, vocabulary);
            vocabulary.closings.at(&own, 0).is_some() || passage.text.trim_end().ends_with("./.")
        };
        let Some(from) = node.paragraphs.iter().enumerate().skip(1).position(|(_, p)| opens(p)).map(|at| at + 1) else { return };
        // "Giao Sở X theo dõi, đôn đốc …" between the last item, which is complete, and the closing sentence.
        let complete = node.paragraphs.first().is_some_and(|p| p.text.trim_end().ends_with('.'));
        let assigns = |p: &Passage| vocabulary.assigning.at(&tokens(p, vocabulary), 0).is_some();
        let from = (1..from).rev().take_while(|at| complete && assigns(&node.paragraphs[*at])).last().unwrap_or(from);
        let taken: Vec<Passage> = self.nodes[last].paragraphs.split_off(from);
        let node = &self.nodes[last];
        let formal = taken.iter().any(|p| !(p.low.starts_with("trong quá trình") || p.low.starts_with("quá trình")));
        let deep = node.rank > 8;
        // Under a mere heading ("Điều 7. Tổ chức thực hiện") it is the text of the item.
        let heading = node.paragraphs.first().is_some_and(|p| !longer(&p.text, 60) && !p.text.trim_end().ends_with(['.', ';', ':']));
        if heading && !formal && from == 1 {
            self.nodes[last].paragraphs.extend(taken);
            return;
        }
        for passage in taken {
            let (place, alt) = match formal || deep {
                true => ("kết".to_owned(), None),
                false => (format!("{}.cuối", node.place), Some("kết".to_owned())),
            };
            self.closing.push((passage, place, alt));
        }
    }

    /// The tree as it is shown.
    pub fn shown(&self, context: &Context<'_>) -> Vec<Section> {
        self.nodes[0].children.iter().map(|child| self.section(*child, context)).collect()
    }

    fn section(&self, at: usize, context: &Context<'_>) -> Section {
        let node = &self.nodes[at];
        let first = node.paragraphs.first();
        let title: String = first.map(|p| p.text.chars().take(80).collect()).unwrap_or_default();
        let spans = first.map(|p| p.spans(0, p.text.len(), context.source)).unwrap_or_default();
        Section {
            place: node.place.clone(),
            label: node.label.clone(),
            title,
            spans,
            parts: node.children.iter().map(|child| self.section(*child, context)).collect(),
        }
    }

    /// What the title of the section above says of its parts: `aims`, `means`, `tasks`.
    pub fn kind_of(&self, at: usize, vocabulary: &Vocabulary) -> Option<&'static str> {
        let mut here = Some(at);
        let mut found = None;
        while let Some(node) = here {
            let n = &self.nodes[node];
            if node > 0
                && n.rank <= 8
                && let Some(title) = n.paragraphs.first()
                && (n.rank <= 3 || !longer(&title.text, 59) || is_capitals(&title.text))
            {
                let own = tokens(title, vocabulary);
                let words = Words { passage: title, tokens: &own, vocabulary };
                let mut all: Vec<&str> = Vec::new();
                for at in 0..words.len().min(24) {
                    if let Some((row, _)) = vocabulary.sections.at(&own, at) {
                        all.push(match row.value.as_str() {
                            "aims" => "aims",
                            "means" => "means",
                            _ => "tasks",
                        });
                    }
                }
                let heading = n.rank <= 2 || is_capitals(&title.text) || !longer(&title.text, 59) && !title.text.trim_end().ends_with('.');
                if heading && !all.is_empty() {
                    let kind = if all.contains(&"means") {
                        "means"
                    } else if all[0] == "aims" && (!all.contains(&"tasks")) {
                        "aims"
                    } else {
                        "tasks"
                    };
                    if kind == "aims" {
                        return Some("aims");
                    }
                    found = found.or(Some(kind));
                }
            }
            here = n.parent;
        }
        found
    }
}
