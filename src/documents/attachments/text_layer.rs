//! The text in a file, read for secrecy levels and forgotten: plain text, DOCX and its kin, PDF. All of it bounded, for a
//! small archive may unfold to terabytes and a crafted PDF may never end.

use super::model::TextLayer;
use crate::secrecy;
use quick_xml::{Reader, events::Event};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::mpsc,
    time::Duration,
};

/// Bytes of unpacked XML in an archive, at most.
const UNPACKED_LIMIT: u64 = 64 << 20;
/// Parts of an archive, at most.
const PARTS_LIMIT: usize = 4_000;
/// Bytes of a PDF that is read, at most.
const PDF_LIMIT: u64 = 50 << 20;
/// How long a PDF may take.
const PDF_TIME: Duration = Duration::from_secs(10);
/// Readers of broken PDFs recurse deeply.
const PDF_STACK: usize = 64 << 20;

/// What reading has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub layer: TextLayer,
    /// A secrecy level stands in it as a mark.
    pub is_secret: bool,
}

const NOTHING: Found = Found { layer: TextLayer::None, is_secret: false };
const UNREADABLE: Found = Found { layer: TextLayer::Unreadable, is_secret: false };

fn judged(text: &str) -> Found {
    if text.trim().is_empty() { NOTHING } else { Found { layer: TextLayer::Read, is_secret: secrecy::scan_text(text) } }
}

/// Reads a file by what it is, not by what it is called.
pub fn read(path: &Path) -> std::io::Result<Found> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    file.by_ref().take(1024).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    if head.windows(5).any(|w| w == b"%PDF-") {
        return if size > PDF_LIMIT { Ok(UNREADABLE) } else { pdf(file) };
    }
    if head.starts_with(b"PK\x03\x04") {
        return Ok(archive(file).unwrap_or(UNREADABLE));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(plain(bytes))
}

fn plain(bytes: Vec<u8>) -> Found {
    let wide = |bytes: &[u8], of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => judged(&wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => judged(&wide(rest, u16::from_be_bytes)),
        all if all.contains(&0) => NOTHING,
        _ => String::from_utf8(bytes).map_or(NOTHING, |text| judged(&text)),
    }
}

/// Office files are archives of XML; `None` where one cannot be read within bounds.
fn archive(file: File) -> Option<Found> {
    let mut archive = zip::ZipArchive::new(file).ok()?;
    if archive.len() > PARTS_LIMIT {
        return None;
    }
    let mut left = UNPACKED_LIMIT;
    let mut any = false;
    for at in 0..archive.len() {
        let part = archive.by_index(at).ok()?;
        if !part.name().ok()?.to_lowercase().ends_with(".xml") {
            continue;
        }
        let mut bytes = Vec::new();
        part.take(left + 1).read_to_end(&mut bytes).ok()?;
        left = left.checked_sub(u64::try_from(bytes.len()).ok()?)?;
        let text = words(&String::from_utf8_lossy(&bytes))?;
        if secrecy::scan_text(&text) {
            return Some(Found { layer: TextLayer::Read, is_secret: true });
        }
        any |= !text.trim().is_empty();
    }
    Some(if any { Found { layer: TextLayer::Read, is_secret: false } } else { NOTHING })
}

/// The words of one XML part: runs joined, paragraphs as lines, cells as cells.
fn words(xml: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    reader.config_mut().check_end_names = false;
    let mut text = String::new();
    let breaks = |name: &str| match name {
        "p" | "br" | "cr" | "tr" | "row" | "si" | "h" | "line-break" => Some('\n'),
        "tc" | "c" | "tab" | "table-cell" => Some('\t'),
        _ => None,
    };
    loop {
        match reader.read_event().ok()? {
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok()? {
                Some(c) => text.push(c),
                None => text.push(match &*name {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    _ => '\'',
                }),
            },
            Event::End(tag) => text.extend(breaks(tag.local_name().into_inner())),
            Event::Empty(tag) => text.extend(breaks(tag.local_name().into_inner())),
            Event::Eof => return Some(text),
            _ => {}
        }
    }
}

/// On a thread of its own: readers of PDFs panic, recurse and loop on what is broken.
fn pdf(mut file: File) -> std::io::Result<Found> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let (send, receive) = mpsc::channel();
    std::thread::Builder::new().name("pdf".into()).stack_size(PDF_STACK).spawn(move || {
        let found = catch_unwind(AssertUnwindSafe(|| pdf_extract::extract_text_from_mem(&bytes).map_or(UNREADABLE, |text| judged(&text))));
        if send.send(found.unwrap_or(UNREADABLE)).is_err() {
            log::warn!("a PDF was read too slowly");
        }
    })?;
    Ok(receive.recv_timeout(PDF_TIME).unwrap_or(UNREADABLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_joined_and_paragraphs_parted() {
        let xml = "<w:document><w:p><w:r><w:t>TUYỆT </w:t></w:r><w:r><w:t>MẬT</w:t></w:r></w:p><w:p><w:t>a&amp;b&#7853;</w:t></w:p></w:document>";
        assert_eq!(words(xml).as_deref(), Some("TUYỆT MẬT\na&bậ\n"));
        assert!(judged(&words(xml).unwrap_or_default()).is_secret);
        assert!(words("<a><b").is_none());
    }

    #[test]
    fn plain_text_is_read_in_both_widths() {
        assert!(plain("Số: 1\nMẬT\n".into()).is_secret);
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("MẬT".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(plain(wide).is_secret);
        assert_eq!(plain("giữ gìn bí mật quốc gia".into()), Found { layer: TextLayer::Read, is_secret: false });
        assert_eq!(plain(vec![1, 0, 2]), NOTHING);
    }

    fn file_of(bytes: &[u8]) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("nhipcau-text-{}", crate::id::Id::fresh()));
        std::fs::write(&path, bytes).expect("a temporary file");
        path
    }

    fn found(bytes: &[u8]) -> Found {
        let path = file_of(bytes);
        let found = read(&path).expect("the file is read");
        std::fs::remove_file(path).expect("the file goes");
        found
    }

    fn office(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
        use std::io::Write;
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
            archive.write_all(bytes).expect("its bytes");
        }
        archive.finish().expect("an archive").into_inner()
    }

    #[test]
    fn stamps_in_headers_and_text_boxes_of_a_docx_are_found() {
        let body = |text: &str| format!("<w:document xmlns:w='x'><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:document>").into_bytes();
        let clear = office(&[("word/document.xml", body("Kế hoạch đối ngoại nhân dân, giữ gìn bí mật quốc gia"))]);
        assert_eq!(found(&clear), Found { layer: TextLayer::Read, is_secret: false });
        let stamped = office(&[("word/document.xml", body("Kế hoạch")), ("word/header1.xml", body("TUYỆT MẬT"))]);
        assert!(found(&stamped).is_secret);
        assert_eq!(found(&office(&[("image.png", vec![0, 1, 2])])), NOTHING);
        assert_eq!(found(b"PK\x03\x04 and no archive"), UNREADABLE);
    }

    #[test]
    fn an_archive_that_unfolds_too_far_is_left_alone() {
        let folded = office(&[("word/document.xml", vec![b' '; 65 << 20])]);
        assert!(folded.len() < 1 << 20);
        assert_eq!(found(&folded), UNREADABLE);
    }

    /// A PDF of one page with one line of text.
    fn pdf_of(line: &str) -> Vec<u8> {
        let stream = format!("BT /F1 24 Tf 100 700 Td ({line}) Tj ET");
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        ];
        let mut out = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (at, object) in objects.iter().enumerate() {
            places.push(out.len());
            out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
        }
        let table = out.len();
        out.push_str("xref\n0 6\n0000000000 65535 f \n");
        for place in places {
            out.push_str(&format!("{place:010} 00000 n \n"));
        }
        out.push_str(&format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        out.into_bytes()
    }

    #[test]
    fn a_pdf_is_read_and_a_broken_one_harms_nobody() {
        assert_eq!(found(&pdf_of("Ke hoach doi ngoai")), Found { layer: TextLayer::Read, is_secret: false });
        assert!(found(&pdf_of("TOI MAT")).is_secret);
        assert_eq!(found(b"%PDF-1.4\nnothing"), UNREADABLE);
    }
}
