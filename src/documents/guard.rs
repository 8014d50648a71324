//! State secrets are refused at the door; nothing of a refused body is kept or logged (RULES 8).

use super::forms::NewDocument;
use crate::{
    error::{Error, Result},
    secrecy,
};

/// Refuses a level chosen as a field.
pub fn refuse_level(level: Option<&str>) -> Result<()> {
    if level.is_some_and(secrecy::level_refused) { Err(Error::state_secret(["/secrecy_level"], &[])) } else { Ok(()) }
}

/// Reads every text of a new document: what is sent has been searched where it came in, what is cut from a text or made of a
/// report has not.
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
    if texts.into_iter().any(secrecy::scan_text) { Err(Error::state_secret([], &[])) } else { Ok(()) }
}
