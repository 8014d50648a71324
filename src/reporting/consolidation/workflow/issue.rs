//! Issuing: the report is frozen, read by those whom it concerns, and fulfils the consolidator's own obligation.

use super::{
    super::{
        model::{Content, ContentRow, KIND, Report, ReportAppraisal, ReportAppraisalEnd, Source, typed},
        store,
    },
    document,
    gather::Basis,
    none_outdated, overseers,
};
use crate::{
    ask::Ask,
    authz::{Audience, Relations},
    db::Conn,
    documents::Signer,
    error::{Error, Result},
    http::hex,
    id::Id,
    ontime::Lay,
    organizations,
    reporting::periods,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

pub(super) fn issue(conn: &mut Conn, ask: &Ask, report: &mut Report, signer: Option<Signer>) -> Result<()> {
    let mut content = store::content(conn, report.id)?.content()?;
    none_outdated(&content)?;
    let sources = store::sources(conn, &[report.id])?;
    let basis = Basis::find(conn, report)?;
    report.audience = Audience::Overseers as i32;
    report.issued_on = Some(ask.today);
    report.issued_by = Some(ask.actor.user);
    let snapshot = snapshot(report, &content, &sources)?;
    report.sha256 = Some(hash(&snapshot));
    content.snapshot = Some(snapshot);
    store::put_content(conn, &ContentRow::of(report.id, &content)?, false)?;
    report.document_id = document::make(conn, ask, &basis, report, &content, &sources, signer)?;
    open_to(conn, ask, &basis, report, &sources)?;
    fulfil(conn, ask, &basis, report)
}

/// SHA-256 in hexadecimal.
pub(super) fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// All that the report says as RFC 8785 text. The sources' hashes cover their attachments.
pub(super) fn snapshot(report: &Report, content: &Content, sources: &[Source]) -> Result<String> {
    let counted = super::gather::counted(sources);
    let contributions: Vec<_> = content.contributions.iter().filter(|c| counted.contains(&c.obligation_id)).collect();
    let value: Value = json!({
        "schema": "nhipcau/consolidated-report/1",
        "code": report.code,
        "version_no": report.version_no,
        "correction_reason": report.correction_reason,
        "title": report.title,
        "province_id": report.province_id,
        "regime_id": report.regime_id,
        "period_id": report.period_id,
        "obligation_id": report.obligation_id,
        "step_no": report.step_no,
        "consolidator_id": report.consolidator_id,
        "receiver_id": report.receiver_id,
        "appraiser_id": report.appraiser_id,
        "expected": report.expected,
        "reporting": report.reporting,
        "gathered_at": report.gathered_at,
        "appraisals": report.appraisals,
        "issued_on": report.issued_on,
        "issued_by": report.issued_by,
        "frame": content.frame,
        "figures": content.figures,
        "texts": content.texts,
        "contributions": contributions,
        "missing": content.missing,
        "late": content.late,
        "sources": sources,
    });
    serde_json_canonicalizer::to_string(&value).map_err(Error::internal)
}

/// Who receives it: at its own step, at later steps that send on the same report, and the regime's final recipient.
pub(super) fn receivers(basis: &Basis, report: &Report) -> Result<Vec<Id>> {
    let same: Vec<i32> = basis.period.chain()?.into_iter().filter(|s| s.same_report_as == Some(report.step_no)).map(|s| s.step_no).collect();
    let own = basis.all.iter().filter(|o| o.id == report.obligation_id || (o.sender_id == basis.own.sender_id && same.contains(&o.step_no)));
    Ok(own.filter_map(|o| o.receiver_id).chain(basis.regime.final_recipient_id).collect())
}

/// The bodies of a province that stand for these: themselves, or their successors where a merger has ended them.
pub(super) fn heirs(conn: &mut Conn, province: Id, bodies: impl Iterator<Item = Id>) -> Result<HashMap<Id, Vec<Id>>> {
    let ids: Vec<Id> = bodies.collect();
    let (here, away): (Vec<_>, Vec<_>) = organizations::find_many(conn, &ids)?.into_iter().partition(|o| o.province_id == province);
    let mut all: HashMap<Id, Vec<Id>> = here.into_iter().map(|o| (o.id, vec![o.id])).collect();
    if away.is_empty() {
        return Ok(all);
    }
    let around = organizations::store::around(conn, &away.iter().map(|o| o.id).collect::<Vec<Id>>())?;
    let after: Vec<Id> = around.values().flat_map(|a| a.successors.iter().copied()).collect();
    let known: Vec<Id> = organizations::find_many(conn, &after)?.into_iter().filter(|o| o.province_id == province).map(|o| o.id).collect();
    for old in away {
        let successors = around.get(&old.id).into_iter().flat_map(|a| a.successors.iter().copied());
        all.insert(old.id, successors.filter(|id| known.contains(id)).collect());
    }
    Ok(all)
}

/// Receivers, overseers and every agency that reported may read it from now on; UBND by the audience.
fn open_to(conn: &mut Conn, ask: &Ask, basis: &Basis, report: &Report, sources: &[Source]) -> Result<()> {
    let mut all: HashMap<Id, i32> = HashMap::new();
    let mut add = |organization: Id, relation: Relations| *all.entry(organization).or_default() |= relation.0;
    for receiver in receivers(basis, report)? {
        add(receiver, Relations::RECEIVER);
    }
    let province = organizations::provinces::today_of(conn, report.province_id)?;
    for overseer in overseers::of(conn, &basis.regime, province, ask.today)? {
        add(overseer, Relations::OVERSEER);
    }
    for source in sources {
        add(source.organization_id, Relations::REPORTER);
    }
    for successor in heirs(conn, province, sources.iter().map(|s| s.organization_id))?.into_values().flatten() {
        add(successor, Relations::REPORTER);
    }
    store::relate_all(conn, report.id, &all)
}

/// RULES 12 and 14: issuing fulfils the consolidator's own obligation and those of later steps that send on the same
/// report; on time is decided once, by the day of the first issue against the due date moved on by the working days that
/// the report lay with the appraiser, whichever way a stay ended; only one that was sent back leaves three working days.
/// The period closes with the last step.
fn fulfil(conn: &mut Conn, ask: &Ask, basis: &Basis, report: &Report) -> Result<()> {
    let appraisals: Vec<ReportAppraisal> = typed(&report.appraisals)?;
    let agreed = |a: &ReportAppraisal| a.end == Some(ReportAppraisalEnd::Appraised);
    let stays: Vec<Lay> = appraisals.iter().map(|a| Lay { submitted_on: a.handed_over_on, returned_on: a.ended_on, agreed: agreed(a) }).collect();
    periods::fulfil(conn, ask, &basis.own, (KIND, report.id), ask.today, &stays)?;
    Ok(())
}
