//! State secrets are refused at the door; nothing of a refused body is kept or logged (RULES 8).

use super::forms::NewDocument;
use crate::{
    error::{Error, Result},
    secrecy,
};

/// 422: the words bear a secrecy level. Says nothing of where or what, for even that would be kept in logs.
pub fn state_secret() -> Error {
    Error::refuse(
        422,
        "state_secret",
        "Nội dung mang độ mật; hệ thống nối mạng không nhận văn bản bí mật nhà nước. Chỉ đăng ký số đến, ngày đến, nơi gửi và đơn vị xử lý.",
        "The content bears a secrecy level; a networked system takes no state secrets. Register arrival number, day, issuer and handling unit only.",
    )
}

/// Refuses texts that bear a secrecy level as a mark.
pub fn refuse_secrets<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<()> {
    if texts.into_iter().any(secrecy::scan_text) { Err(state_secret()) } else { Ok(()) }
}

/// Refuses a level chosen as a field.
pub fn refuse_level(level: Option<&str>) -> Result<()> {
    if level.is_some_and(secrecy::level_refused) { Err(state_secret()) } else { Ok(()) }
}

/// Reads every text of a new document.
pub fn inspect(new: &NewDocument) -> Result<()> {
    refuse_level(new.secrecy_level.as_deref())?;
    let mut texts: Vec<&str> = Vec::new();
    for text in [&new.issuer_text, &new.number, &new.symbol, &new.place, &new.summary, &new.field, &new.text] {
        texts.extend(text.as_deref());
    }
    if let Some(signer) = &new.signer {
        texts.extend([&signer.name, &signer.position, &signer.source, &signer.note].into_iter().filter_map(|t| t.as_deref()));
        texts.extend(signer.authority_lines.iter().map(String::as_str));
    }
    if let Some(s) = &new.source {
        let members = [
            &s.completeness,
            &s.number_as_written,
            &s.number_status,
            &s.date_as_written,
            &s.issuer_as_written,
            &s.parent_as_written,
            &s.kind_as_written,
            &s.truncation_marker,
            &s.truncated_after,
            &s.text_file,
            &s.source_key,
            &s.recipients_status,
        ];
        texts.extend(members.into_iter().filter_map(|t| t.as_deref()));
        texts.extend(s.notes.iter().map(String::as_str));
    }
    for citation in new.relations.iter().filter_map(|r| r.citation.as_ref()) {
        let members = [&citation.kind_vi, &citation.number, &citation.issuer, &citation.raw, &citation.summary, &citation.note];
        texts.extend(members.into_iter().filter_map(|t| t.as_deref()));
    }
    for line in &new.recipients {
        texts.extend(line.text.as_deref());
        texts.extend(line.archive_units.iter().map(String::as_str));
    }
    refuse_secrets(texts)
}
