//! The little of WordprocessingML (ECMA-376) that official papers need, members in the schema's order: Word and archives
//! that validate both read it.

use quick_xml::escape::escape;
use std::fmt::Write;

/// Twentieths of a point in a length.
pub fn twips(millimetres: u32) -> u32 {
    (millimetres * 14_400 + 127) / 254
}

/// Where a paragraph stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
    Justified,
}

/// Letters in one style.
#[derive(Debug, Clone)]
pub struct Run {
    text: String,
    half_points: u32,
    is_bold: bool,
    is_italic: bool,
    is_underlined: bool,
}

/// Upright letters of a size in points.
pub fn run(text: impl Into<String>, points: u32) -> Run {
    Run { text: text.into(), half_points: points * 2, is_bold: false, is_italic: false, is_underlined: false }
}

impl Run {
    pub fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }
    pub fn italic(self) -> Self {
        Self { is_italic: true, ..self }
    }
    pub fn underlined(self) -> Self {
        Self { is_underlined: true, ..self }
    }
    fn write(&self, out: &mut String) {
        out.push_str("<w:r>");
        style(out, self.half_points, self.is_bold, self.is_italic, self.is_underlined);
        for (at, line) in self.text.split('\n').enumerate() {
            if at > 0 {
                out.push_str("<w:br/>");
            }
            put(out, format_args!("<w:t xml:space=\"preserve\">{}</w:t>", escape(clean(line).as_str())));
        }
        out.push_str("</w:r>");
    }
}

fn style(out: &mut String, half_points: u32, is_bold: bool, is_italic: bool, is_underlined: bool) {
    out.push_str("<w:rPr>");
    out.push_str(if is_bold { "<w:b/><w:bCs/>" } else { "" });
    out.push_str(if is_italic { "<w:i/><w:iCs/>" } else { "" });
    put(out, format_args!("<w:sz w:val=\"{half_points}\"/><w:szCs w:val=\"{half_points}\"/>"));
    out.push_str(if is_underlined { "<w:u w:val=\"single\"/>" } else { "" });
    out.push_str("</w:rPr>");
}

/// A paragraph; lengths are in twips.
#[derive(Debug, Clone)]
pub struct Para {
    runs: Vec<Run>,
    align: Align,
    before: u32,
    after: u32,
    /// 240ths of a line; exact twips where `is_exact`.
    line: u32,
    is_exact: bool,
    left: u32,
    right: u32,
    first_line: u32,
    keeps_next: bool,
    has_rule: bool,
    outline: Option<u8>,
}

/// A paragraph of runs, single spaced.
pub fn para(align: Align, runs: impl IntoIterator<Item = Run>) -> Para {
    Para {
        runs: runs.into_iter().collect(),
        align,
        before: 0,
        after: 0,
        line: 240,
        is_exact: false,
        left: 0,
        right: 0,
        first_line: 0,
        keeps_next: false,
        has_rule: false,
        outline: None,
    }
}

/// A solid line across the middle of a width, shorter than that by what is left out on both sides.
pub fn rule(width: u32, length: u32, gap_after: u32) -> Para {
    let side = width.saturating_sub(length) / 2;
    Para { has_rule: true, left: side, right: side, line: 40, is_exact: true, after: gap_after, ..para(Align::Centre, [run("", 1)]) }
}

impl Para {
    pub fn spaced(self, before: u32, after: u32) -> Self {
        Self { before, after, ..self }
    }
    pub fn line(self, line: u32) -> Self {
        Self { line, ..self }
    }
    pub fn first_line(self, first_line: u32) -> Self {
        Self { first_line, ..self }
    }
    pub fn keep_next(self) -> Self {
        Self { keeps_next: true, ..self }
    }
    pub fn outline(self, level: u8) -> Self {
        Self { outline: Some(level), keeps_next: true, ..self }
    }
    /// As XML.
    pub fn write(&self, out: &mut String) {
        out.push_str("<w:p><w:pPr>");
        out.push_str(if self.keeps_next { "<w:keepNext/>" } else { "" });
        out.push_str(if self.has_rule { r#"<w:pBdr><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>"# } else { "" });
        let rule = if self.is_exact { "exact" } else { "auto" };
        put(out, format_args!("<w:spacing w:before=\"{}\" w:after=\"{}\" w:line=\"{}\" w:lineRule=\"{rule}\"/>", self.before, self.after, self.line));
        put(out, format_args!("<w:ind w:left=\"{}\" w:right=\"{}\" w:firstLine=\"{}\"/>", self.left, self.right, self.first_line));
        let align = match self.align {
            Align::Left => "left",
            Align::Centre => "center",
            Align::Right => "right",
            Align::Justified => "both",
        };
        put(out, format_args!("<w:jc w:val=\"{align}\"/>"));
        if let Some(level) = self.outline {
            put(out, format_args!("<w:outlineLvl w:val=\"{}\"/>", level.saturating_sub(1)));
        }
        // The mark at the end is as high as the text, so that an empty paragraph is too.
        if let Some(last) = self.runs.last() {
            style(out, last.half_points, false, false, false);
        }
        out.push_str("</w:pPr>");
        self.runs.iter().filter(|r| !r.text.is_empty()).for_each(|r| r.write(out));
        out.push_str("</w:p>");
    }
}

/// A row of cells.
#[derive(Debug, Clone)]
pub struct Row {
    pub cells: Vec<Vec<Para>>,
    /// Repeated at the top of every page.
    pub is_head: bool,
}

/// A table with columns of given widths in twips.
pub fn table(out: &mut String, widths: &[u32], has_lines: bool, rows: &[Row]) {
    out.push_str("<w:tbl><w:tblPr>");
    put(out, format_args!("<w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/>", widths.iter().sum::<u32>()));
    if has_lines {
        out.push_str("<w:tblBorders>");
        for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
            put(out, format_args!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>"));
        }
        out.push_str("</w:tblBorders>");
    }
    let inside = if has_lines { 57 } else { 0 };
    put(
        out,
        format_args!(
            "<w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"{inside}\" w:type=\"dxa\"/><w:right w:w=\"{inside}\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>"
        ),
    );
    widths.iter().for_each(|w| put(out, format_args!("<w:gridCol w:w=\"{w}\"/>")));
    out.push_str("</w:tblGrid>");
    for row in rows {
        out.push_str(if row.is_head { "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" } else { "<w:tr><w:trPr><w:cantSplit/></w:trPr>" });
        for (width, cell) in widths.iter().zip(&row.cells) {
            put(out, format_args!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>"));
            out.push_str(if has_lines { "<w:vAlign w:val=\"center\"/></w:tcPr>" } else { "</w:tcPr>" });
            cell.iter().for_each(|p| p.write(out));
            out.push_str("</w:tc>");
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
}

/// Without what XML cannot hold.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

/// Writing to a string does not fail.
fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(arguments);
}
