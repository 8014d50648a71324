//! The immutable snapshot: RFC 8785 JSON and its SHA-256, and the proof that nothing has changed since.

use super::permit;
use crate::{
    ask::Ask,
    db::Conn,
    documents::attachments,
    error::{Error, Result},
    http::hex,
    id::Id,
    reporting::submissions::{
        model::{Snapshot, Submission, SubmissionAction as Act, Verification},
        store,
    },
};
use sha2::{Digest, Sha256};

/// The canonical text of what was handed in.
pub fn text(submission: &Submission) -> Result<String> {
    let paper = submission.paper()?;
    let snapshot = Snapshot {
        kind: super::super::model::KIND,
        id: submission.id,
        obligation_id: submission.obligation_id,
        period_id: submission.period_id,
        author_id: submission.author_id,
        receiver_id: submission.receiver_id,
        version_no: submission.version_no,
        submitted_at: submission.submitted_at,
        submitted_by: submission.submitted_by,
        submitted_on: submission.submitted_on,
        narratives: &submission.narratives.0,
        figures: &submission.figures.0,
        attachments: &submission.attachments.0,
        correction_reason: submission.correction_reason.as_deref(),
        entered_by: paper.as_ref().map(|p| p.entered_by),
        entered_by_organization_id: paper.as_ref().map(|p| p.entered_by_organization_id),
        arrived_on: paper.as_ref().map(|p| p.arrived_on),
        document_id: paper.as_ref().and_then(|p| p.document_id),
        document_words: paper.and_then(|p| p.document_words),
    };
    serde_json_canonicalizer::to_string(&snapshot).map_err(Error::internal)
}

/// SHA-256 in hexadecimal.
pub fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Recomputes everything: the hash of the stored text, and that of the record as it is.
pub fn verify(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Verification> {
    let submission = store::find(conn, id)?;
    permit(conn, ask, &submission, Act::View)?;
    match proofs(conn, vec![submission])?.pop() {
        Some(proof) => Ok(proof),
        None => Err(Error::conflict("draft", "Bản dự thảo chưa có dấu băm.", "A draft has no hash yet.")),
    }
}

/// The proofs of the next versions that have been handed in, by id; for the program itself.
pub fn proofs_after(conn: &mut Conn, last: Option<Id>, limit: i64) -> Result<Vec<Verification>> {
    let page = store::handed_in_after(conn, last, limit)?;
    proofs(conn, page)
}

/// One for each that has a hash.
fn proofs(conn: &mut Conn, all: Vec<Submission>) -> Result<Vec<Verification>> {
    let mut named = Vec::new();
    for submission in &all {
        named.extend(submission.attachments()?.into_iter().map(|a| a.attachment_id));
    }
    let files = if named.is_empty() { vec![] } else { attachments::store::find_many(conn, &named)? };
    let mut proofs = Vec::new();
    for submission in all {
        let record_sha256 = hash(&text(&submission)?);
        let attachments_match = submission.attachments()?.iter().all(|a| files.iter().any(|f| f.id == a.attachment_id && f.sha256 == a.sha256));
        let (Some(sha256), Some(snapshot)) = (submission.sha256, submission.snapshot) else { continue };
        let snapshot_sha256 = hash(&snapshot);
        let matches = attachments_match && sha256 == snapshot_sha256 && sha256 == record_sha256;
        proofs.push(Verification { submission_id: submission.id, sha256, snapshot_sha256, record_sha256, attachments_match, matches, snapshot });
    }
    Ok(proofs)
}
