//! A text on its way in: received, taken out of its file, read. Reading is work for a thread of its own, and few at once.

use super::{
    model::{LONGEST, MOST},
    proposals::{self, Told},
};
use crate::{
    documents::attachments::{self, model::TextLayer},
    error::{Error, Result},
    http::Sent,
    reading::{
        Agencies, Reader, Refused, Resolver,
        files::{self, NoText},
        normalised,
    },
    secrecy,
};
use actix_web::{
    http::header::HeaderMap,
    web::{self, Payload},
};
use std::path::Path;
use tokio::sync::Semaphore;

/// Mebibytes of a file, at most.
const FILE_LIMIT: u64 = 20;
/// Documents in one file, at most; as many as may be named as known.
const MOST_DOCUMENTS: usize = 50;
/// Texts that are read at one time; the place is held by the thread that reads, also when nobody waits any more.
static READERS: Semaphore = Semaphore::const_new(2);

/// A text that has come in and has been read; its file goes again unless it is kept.
#[derive(Debug)]
pub struct Incoming {
    pub upload: attachments::Upload,
    pub text: String,
    pub characters: i32,
    pub told: Told,
}

impl Sent for Incoming {
    fn hash(&self) -> &str {
        self.upload.hash()
    }
}

/// Receives a file and reads it. Nothing of a text with a secrecy level is kept: its file is dropped here.
pub async fn read(headers: &HeaderMap, body: Payload, data: &Path, agencies: Agencies) -> Result<Incoming> {
    let upload = attachments::receive(headers, body, data, FILE_LIMIT).await?;
    if upload.is_secret || secrecy::scan_text(&upload.file_name) {
        return Err(Error::state_secret(["/file"], &[]));
    }
    let turn = READERS.acquire().await.map_err(Error::internal)?;
    let work = move || {
        let incoming = take(upload, &agencies);
        drop(turn);
        incoming
    };
    web::block(work).await.map_err(Error::internal)?
}

fn take(upload: attachments::Upload, agencies: &Agencies) -> Result<Incoming> {
    let bytes = upload.bytes().map_err(Error::internal)?;
    let known_form = bytes.starts_with(b"PK") || bytes.get(..1024.min(bytes.len())).is_some_and(|head| head.windows(5).any(|w| w == b"%PDF-"));
    // What could not be searched to its end may hide a secrecy level; a PDF is read whole below.
    if upload.text_layer == TextLayer::Unreadable && bytes.starts_with(b"PK") {
        return Err(no_text(files::text(bytes).err().unwrap_or(NoText::Unreadable), true));
    }
    let text = files::text(bytes).map_err(|why| no_text(why, known_form))?;
    // What no answer may hold is a space in the text too, so that spans count alike.
    let text: String = normalised(&text).chars().map(|c| if c < ' ' && c != '\n' && c != '\t' { ' ' } else { c }).collect();
    let length = text.chars().count();
    if length > LONGEST {
        return Err(too_long());
    }
    let reading = Reader::new(agencies).read(&text).map_err(|why| match why {
        Refused::Secret => Error::state_secret(["/file"], &[]),
        Refused::TooLong => too_long(),
    })?;
    let told = proposals::told(&reading, &Resolver::new(agencies));
    if told.content.documents.len() > MOST_DOCUMENTS {
        return Err(Error::fault(
            "/file",
            "too_many_documents",
            format!("Tệp có hơn {MOST_DOCUMENTS} văn bản; hãy tách thành nhiều tệp."),
            format!("The file holds more than {MOST_DOCUMENTS} documents; split it."),
        ));
    }
    if told.found.len() > MOST {
        return Err(Error::fault(
            "/file",
            "too_many_proposals",
            format!("Văn bản cho hơn {MOST} đề xuất; hãy tách thành nhiều tệp."),
            format!("The text gives more than {MOST} proposals; split it into several files."),
        ));
    }
    Ok(Incoming { upload, text, characters: i32::try_from(length).map_err(Error::internal)?, told })
}

fn too_long() -> Error {
    Error::fault("/file", "too_long", "Văn bản dài quá 2 triệu ký tự; hãy tách thành nhiều tệp.", "The text is longer than 2 million characters; split it.")
}

fn no_text(why: NoText, known_form: bool) -> Error {
    match why {
        NoText::TooLarge => Error::fault("/file", "unfolds_too_far", "Tệp nén bung ra quá lớn.", "The archive unfolds too far."),
        NoText::Empty => Error::fault(
            "/file",
            "no_text",
            "Tệp không có chữ; bản quét phải qua nhận dạng chữ trước.",
            "There is no text in the file; a scan needs character recognition first.",
        ),
        NoText::Unreadable if known_form => {
            Error::fault("/file", "unreadable", "Tệp hỏng, đặt mật khẩu, hoặc không phải DOCX, PDF.", "The file is broken, encrypted, or neither DOCX nor PDF.")
        }
        // Not 415: the call's media type is right, what the file holds is a matter of data.
        NoText::Unreadable => Error::fault(
            "/file",
            "unsupported_file",
            "Chỉ nhận văn bản UTF-8, DOCX và PDF có lớp chữ.",
            "Only UTF-8 text, DOCX and PDF with a text layer are taken.",
        ),
    }
}
