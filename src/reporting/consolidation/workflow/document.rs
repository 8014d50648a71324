//! The official document that a report is issued as (RULES 7): number, recipients and distribution are the consolidator's.

use super::{
    super::{
        model::{ConsolidatedState, Report, Source, typed},
        store,
    },
    gather::{self, Basis},
    issue::receivers,
};
use crate::{
    ask::Ask,
    db::Conn,
    documents::{self, DocumentKind, DocumentRelation, DocumentSource, NewDocument, Notation, Purpose, Recipient, RelationKind, Signer},
    error::Result,
    id::Id,
    organizations::{self, OrganizationKind, groups::Resolution},
    people,
    reporting::regimes::model::ReportOf,
};

/// Numbers, dates and sends the document. None where the report is the receiver's for its signature: nobody but the
/// receiver signs and numbers that one.
pub(super) fn make(conn: &mut Conn, ask: &Ask, basis: &Basis, report: &Report, sources: &[Source]) -> Result<Option<Id>> {
    let chain = basis.period.chain()?;
    if chain.iter().any(|s| s.step_no == report.step_no && s.report_of == ReportOf::Receiver) {
        return Ok(None);
    }
    let issuer = organizations::find(conn, report.consolidator_id)?;
    let notation = if issuer.kind == OrganizationKind::PartyBody { Notation::Party } else { Notation::State };
    let between = if notation == Notation::Party { '/' } else { '-' };
    let signer = people::find(conn, ask.actor.user)?.full_name;
    let before = store::versions(conn, report.obligation_id)?.into_iter().filter(|v| v.state == ConsolidatedState::Issued && v.version_no < report.version_no);
    let replaced = before.filter_map(|v| v.document_id).next_back();
    let new = NewDocument {
        kind: DocumentKind::Report,
        notation: Some(notation),
        issuer_id: Some(issuer.id),
        issuer_text: None,
        number: None,
        symbol: DocumentKind::Report.letters(notation).map(|letters| format!("{letters}{between}{}", issuer.code)),
        issued_on: None,
        year: None,
        month: None,
        effective_on: None,
        place: Some(organizations::provinces::find(conn, report.province_id)?.short_name),
        summary: Some(report.title.clone()),
        urgency: None,
        field: None,
        is_limited: None,
        secrecy_level: None,
        signer: None,
        text: None,
        source: Some(DocumentSource { source_key: Some(format!("{}/{}", report.code, report.version_no)), ..DocumentSource::default() }),
        relations: replaced.map(|id| DocumentRelation { kind: RelationKind::Replaces, document_id: Some(id), citation: None }).into_iter().collect(),
        recipients: recipients(conn, basis, report, sources)?,
    };
    let signer = Signer { name: Some(signer), ..Signer::default() };
    Ok(Some(documents::issue_report(conn, ask, report.province_id, new, Some(signer), ask.today)?.id))
}

/// To report: the receivers; to know: the agencies whose reports are in it, and whom the regime wants to have a copy.
fn recipients(conn: &mut Conn, basis: &Basis, report: &Report, sources: &[Source]) -> Result<Vec<Recipient>> {
    let counted = gather::counted(sources);
    let above = receivers(basis, report)?.into_iter().map(|id| (id, Purpose::Report));
    let agencies = sources.iter().filter(|s| counted.contains(&s.obligation_id)).map(|s| (s.organization_id, Purpose::Inform));
    let mut all: Vec<(Id, Purpose)> = Vec::new();
    for (id, purpose) in above.chain(agencies) {
        if id != report.consolidator_id && !all.iter().any(|(known, _)| *known == id) {
            all.push((id, purpose));
        }
    }
    // Agencies of a province that has been merged receive nothing any more.
    let ids: Vec<Id> = all.iter().map(|(id, _)| *id).collect();
    let here: Vec<Id> = organizations::find_many(conn, &ids)?.into_iter().filter(|o| o.province_id == report.province_id).map(|o| o.id).collect();
    let line = |organization_id: Option<Id>, text: Option<String>, purpose: Purpose| Recipient {
        organization_id,
        group_id: None,
        text,
        purpose,
        purpose_resolution: Some(Resolution::Judgement),
        resolution: Some(Resolution::Text),
        archive_units: vec![],
        is_addressee: false,
    };
    let mut lines: Vec<Recipient> = all.into_iter().filter(|(id, _)| here.contains(id)).map(|(id, purpose)| line(Some(id), None, purpose)).collect();
    lines.extend(
        typed::<Vec<String>>(&basis.regime.copy_to)?.into_iter().filter(|words| !words.trim().is_empty()).map(|words| line(None, Some(words), Purpose::Inform)),
    );
    Ok(lines)
}
