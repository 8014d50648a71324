//! The official document that a report is issued as (RULES 7): the consolidator's own is signed, numbered and sent in the
//! same act; one that is the receiver's lies before it as a draft, for its leader to sign and its clerk to number.

use super::{
    super::{
        model::{ConsolidatedState, Content, Report, Source, typed},
        store,
    },
    body,
    gather::{self, Basis},
    issue::{heirs, receivers},
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
    words::Lang,
};

/// Makes the document. None where the report is that of a receiver that does not work in the system: nobody signs it here.
pub(super) fn make(
    conn: &mut Conn,
    ask: &Ask,
    basis: &Basis,
    report: &Report,
    content: &Content,
    sources: &[Source],
    signer: Option<Signer>,
) -> Result<Option<Id>> {
    let chain = basis.period.chain()?;
    let is_receivers = chain.iter().any(|s| s.step_no == report.step_no && s.report_of == ReportOf::Receiver);
    let issuer = match (is_receivers, report.receiver_id) {
        (false, _) => organizations::find(conn, report.consolidator_id)?,
        (true, None) => return Ok(None),
        (true, Some(receiver)) => organizations::find(conn, receiver)?,
    };
    if is_receivers && !issuer.has_users {
        return Ok(None);
    }
    // The province may have been merged since the period was opened: its bodies write as those of the one that took over.
    let province = organizations::provinces::today_of(conn, report.province_id)?;
    let notation = if issuer.kind == OrganizationKind::PartyBody { Notation::Party } else { Notation::State };
    let between = if notation == Notation::Party { '/' } else { '-' };
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
        place: Some(organizations::provinces::find(conn, province)?.short_name),
        summary: Some(report.title.clone()),
        urgency: None,
        field: None,
        is_limited: None,
        secrecy_level: None,
        signer: None,
        text: Some(body::write(report, content, &gather::counted(sources))),
        source: Some(DocumentSource { source_key: Some(format!("{}/{}", report.code, report.version_no)), ..DocumentSource::default() }),
        relations: replaced.map(|id| DocumentRelation { kind: RelationKind::Replaces, document_id: Some(id), citation: None }).into_iter().collect(),
        recipients: recipients(conn, basis, report, (province, issuer.id), sources)?,
    };
    if is_receivers {
        // Who signs for the receiver is the receiver's to say.
        return Ok(Some(documents::draft_report(conn, ask, province, NewDocument { signer, ..new })?.id));
    }
    let signer = match signer {
        Some(signer) => signer,
        // The register of users knows no titles; "leader" of the body is what is known.
        None => Signer {
            name: Some(people::find(conn, ask.actor.user)?.full_name),
            position: Some(format!("{} {}", ask.actor.position.label(Lang::Vi), issuer.short_name.as_ref().unwrap_or(&issuer.name))),
            ..Signer::default()
        },
    };
    Ok(Some(documents::issue_report(conn, ask, province, new, Some(signer), ask.today)?.id))
}

/// To report: the receivers; to know: the agencies whose reports are in it, the consolidator of a report that another
/// issues, and whom the regime wants to have a copy.
fn recipients(conn: &mut Conn, basis: &Basis, report: &Report, (province, issuer): (Id, Id), sources: &[Source]) -> Result<Vec<Recipient>> {
    let counted = gather::counted(sources);
    let above = receivers(basis, report)?.into_iter().map(|id| (id, Purpose::Report));
    let agencies = sources.iter().filter(|s| counted.contains(&s.obligation_id)).map(|s| (s.organization_id, Purpose::Inform));
    let named: Vec<(Id, Purpose)> = above.chain([(report.consolidator_id, Purpose::Inform)]).chain(agencies).collect();
    // Agencies of a province that has been merged receive nothing any more: their successors do.
    let here = heirs(conn, province, named.iter().map(|(id, _)| *id))?;
    let mut all: Vec<(Id, Purpose)> = Vec::new();
    for (id, purpose) in named.into_iter().flat_map(|(id, purpose)| here.get(&id).into_iter().flatten().map(move |heir| (*heir, purpose))) {
        if id != issuer && !all.iter().any(|(known, _)| *known == id) {
            all.push((id, purpose));
        }
    }
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
    let mut lines: Vec<Recipient> = all.into_iter().map(|(id, purpose)| line(Some(id), None, purpose)).collect();
    lines.extend(
        typed::<Vec<String>>(&basis.regime.copy_to)?.into_iter().filter(|words| !words.trim().is_empty()).map(|words| line(None, Some(words), Purpose::Inform)),
    );
    Ok(lines)
}
