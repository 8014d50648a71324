//! Doors for others: texts that exist already, and reports that become documents.

use super::{
    entry::{self, Entry, Trust},
    forms::NewDocument,
    kinds::DocumentState,
    model::{Document, Signer},
    store, workflow,
};
use crate::{
    ask::Ask,
    db::Conn,
    error::Result,
    id::Id,
    journal::{self, NOTHING},
};
use chrono::NaiveDate;

/// A text that exists already, as the seed files hold it: number and date as written, blanks stay blank, its groups are
/// expanded and its recipients receive it. Found again by its seed key.
pub fn import_issued(conn: &mut Conn, ask: &Ask, province: Id, new: NewDocument, seed_key: &str) -> Result<Document> {
    match store::by_seed_key(conn, province, seed_key)? {
        Some(known) => Ok(known),
        None => workflow::existing(conn, ask, province, new, Some(seed_key), Trust::Program),
    }
}

/// A report that another organisation is to sign, put before it as its own draft: its leader signs, its clerk numbers and
/// sends (RULES 7). `new.issuer_id` says whose it is.
pub fn draft_report(conn: &mut Conn, ask: &Ask, province: Id, new: NewDocument) -> Result<Document> {
    let document = entry::enter(conn, ask, province, Entry::Draft, new, None, Trust::Program)?;
    let shown = workflow::journaled(conn, ask, &document)?;
    journal::record(conn, ask, workflow::change(&document, "create", None), NOTHING, Some(&shown))?;
    Ok(document)
}

/// A consolidated report as a document: signed, numbered, dated and sent in one act. Rights are the caller's to check;
/// `new.issuer_id` says whose report it is (RULES 7).
pub fn issue_report(conn: &mut Conn, ask: &Ask, province: Id, new: NewDocument, signer: Option<Signer>, day: NaiveDate) -> Result<Document> {
    let mut document = entry::enter(conn, ask, province, Entry::Draft, new, None, Trust::Program)?;
    let mut details = document.details()?;
    details.signer = signer.or(details.signer);
    details.signed_at = Some(ask.now);
    details.signed_by = Some(ask.actor.user);
    details.dispatched_at = Some(ask.now);
    details.dispatched_by = Some(ask.actor.user);
    entry::relate_offices(conn, &document)?;
    let before = document.clone();
    document.state = DocumentState::Issued;
    workflow::number_and_date(conn, ask, &mut document, None, None, day)?;
    document.set_details(&details)?;
    document.derive(details.month, ask.today);
    document.audience = entry::audience(conn, &document)? as i32;
    store::update(conn, &before, &document)?;
    let shown = workflow::journaled(conn, ask, &document)?;
    journal::record(conn, ask, workflow::change(&document, "issue", None), NOTHING, Some(&shown))?;
    entry::distribute(conn, ask, &document, day)?;
    Ok(document)
}
