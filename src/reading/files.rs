//! The text of a file: UTF-8 text, DOCX, PDF with a text layer. All of it bounded, for a small archive may unfold to
//! terabytes and a crafted PDF may never end.

use quick_xml::{Reader, events::Event};
use std::{
    io::{Cursor, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    time::Duration,
};

/// Bytes of a file, at most.
pub const FILE_LIMIT: usize = 20 << 20;
/// Bytes of unpacked XML, at most.
const UNPACKED_LIMIT: u64 = 64 << 20;
/// Parts of an archive, at most.
const PARTS_LIMIT: usize = 4_000;
/// How long a PDF may take.
const PDF_TIME: Duration = Duration::from_secs(20);
/// Readers of broken PDFs recurse deeply.
const PDF_STACK: usize = 64 << 20;

/// Why a file gives no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoText {
    /// Larger than [`FILE_LIMIT`], or it unfolds too far.
    TooLarge,
    /// Broken, encrypted, or of another kind.
    Unreadable,
    /// Nothing in it is text; a scan, perhaps.
    Empty,
}

/// The text of a file, told by what it is, not by what it is called.
pub fn text(bytes: Vec<u8>) -> Result<String, NoText> {
    if bytes.len() > FILE_LIMIT {
        return Err(NoText::TooLarge);
    }
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let text = if head.windows(5).any(|w| w == b"%PDF-") {
        pdf(bytes)?
    } else if head.starts_with(b"PK\x03\x04") {
        docx(bytes)?
    } else if bytes.contains(&0) {
        return Err(NoText::Unreadable);
    } else {
        String::from_utf8(bytes).map_err(|_| NoText::Unreadable)?
    };
    if text.trim().is_empty() { Err(NoText::Empty) } else { Ok(text) }
}

fn docx(bytes: Vec<u8>) -> Result<String, NoText> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| NoText::Unreadable)?;
    if archive.len() > PARTS_LIMIT {
        return Err(NoText::TooLarge);
    }
    let part = archive.by_name("word/document.xml").map_err(|_| NoText::Unreadable)?;
    let mut xml = Vec::new();
    part.take(UNPACKED_LIMIT + 1).read_to_end(&mut xml).map_err(|_| NoText::Unreadable)?;
    if u64::try_from(xml.len()).is_ok_and(|length| length > UNPACKED_LIMIT) {
        return Err(NoText::TooLarge);
    }
    paragraphs(&String::from_utf8_lossy(&xml)).ok_or(NoText::Unreadable)
}

/// Paragraphs as lines with an empty one between, rows of tables as `| a | b |` with `<br>` inside a cell. Entities other
/// than the five of XML are left out, so that none can be made to unfold.
fn paragraphs(xml: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    reader.config_mut().check_end_names = false;
    let mut text = String::new();
    let mut cells = 0_u32;
    let mut inside = false;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => match tag.local_name().into_inner() {
                "t" => inside = true,
                "tr" if cells == 0 => text.push_str("| "),
                "tc" => cells += 1,
                _ => {}
            },
            Event::Text(part) if inside => text.push_str(&part),
            Event::CData(part) if inside => text.push_str(&part),
            Event::GeneralRef(name) if inside => match name.resolve_char_ref().ok()? {
                Some(c) => text.push(c),
                None => match &*name {
                    "lt" => text.push('<'),
                    "gt" => text.push('>'),
                    "amp" => text.push('&'),
                    "quot" => text.push('"'),
                    "apos" => text.push('\''),
                    _ => {}
                },
            },
            Event::End(tag) => match tag.local_name().into_inner() {
                "t" => inside = false,
                "p" => text.push_str(if cells > 0 { "<br>" } else { "\n\n" }),
                "tc" => {
                    cells = cells.saturating_sub(1);
                    while text.ends_with("<br>") {
                        text.truncate(text.len() - 4);
                    }
                    text.push_str(" | ");
                }
                "tr" if cells == 0 => text.push('\n'),
                _ => {}
            },
            Event::Empty(tag) => match tag.local_name().into_inner() {
                "br" | "cr" => text.push_str(if cells > 0 { "<br>" } else { "\n" }),
                "tab" => text.push('\t'),
                "p" if cells == 0 => text.push('\n'),
                _ => {}
            },
            Event::Eof => return Some(text),
            _ => {}
        }
    }
}

/// On a thread of its own: readers of PDFs panic, recurse and loop on what is broken.
fn pdf(bytes: Vec<u8>) -> Result<String, NoText> {
    let (send, receive) = mpsc::channel();
    let started = std::thread::Builder::new().name("pdf".into()).stack_size(PDF_STACK).spawn(move || {
        let text = catch_unwind(AssertUnwindSafe(|| pdf_extract::extract_text_from_mem(&bytes).ok()));
        if send.send(text.ok().flatten()).is_err() {
            log::warn!("a PDF was read too slowly");
        }
    });
    started.map_err(|_| NoText::Unreadable)?;
    receive.recv_timeout(PDF_TIME).ok().flatten().ok_or(NoText::Unreadable)
}
