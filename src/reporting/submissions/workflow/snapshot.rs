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
    let (Some(sha256), Some(snapshot)) = (submission.sha256.clone(), submission.snapshot.clone()) else {
        return Err(Error::conflict("draft", "Bản dự thảo chưa có dấu băm.", "A draft has no hash yet."));
    };
    let (snapshot_sha256, record_sha256) = (hash(&snapshot), hash(&text(&submission)?));
    let named = submission.attachments()?;
    let ids: Vec<Id> = named.iter().map(|a| a.attachment_id).collect();
    let files = attachments::store::find_many(conn, &ids)?;
    let attachments_match = named.iter().all(|a| files.iter().any(|f| f.id == a.attachment_id && f.sha256 == a.sha256));
    let matches = attachments_match && sha256 == snapshot_sha256 && sha256 == record_sha256;
    Ok(Verification { submission_id: id, sha256, snapshot_sha256, record_sha256, attachments_match, matches, snapshot })
}
