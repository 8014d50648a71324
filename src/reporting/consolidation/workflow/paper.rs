//! The report as a paper in the layout of whoever issues it: ready to sign, or as it was signed.

use super::{
    super::model::{
        Report,
        paper::{Names, body, summary},
        shown::ConsolidatedReportView,
        typed,
    },
    gather::Basis,
    views,
};
use crate::{
    ask::Ask,
    db::Conn,
    documents::{self, Document, Purpose},
    error::Result,
    export::paper::{Paper, Signature, closed},
    id::Id,
    organizations::{self, Organization, letterhead, local_name},
    reporting::regimes::model::ReportOf,
};
use chrono::Datelike;
use std::collections::HashMap;

/// More agencies than these are named together in the list of recipients.
const NAMED: usize = 12;

/// What is signed, for those who may see the report.
pub fn paper(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(Paper, ConsolidatedReportView)> {
    let report = views::visible(conn, ask, id)?;
    sheet(conn, ask, report)
}

/// The sheet of a report that the caller may see.
pub fn sheet(conn: &mut Conn, ask: &Ask, report: Report) -> Result<(Paper, ConsolidatedReportView)> {
    let basis = Basis::find(conn, &report)?;
    let is_receivers = basis.period.chain()?.iter().any(|s| s.step_no == report.step_no && s.report_of == ReportOf::Receiver);
    let signs = report.receiver_id.filter(|_| is_receivers).unwrap_or(report.consolidator_id);
    let above = if is_receivers { None } else { report.receiver_id }.or(basis.regime.final_recipient_id).filter(|r| *r != signs);
    let view = views::seen(conn, ask, report.clone())?;
    // The same again is the same sheet: whom the report names is called as on the day when it was gathered.
    let as_then = |o: Organization| match view.says.agencies.iter().find(|a| a.organization_id == o.id) {
        Some(then) => Organization { code: then.code.clone(), name: then.name.clone(), ..o },
        None => o,
    };
    let receiver = above.map(|id| organizations::find(conn, id)).transpose()?.map(&as_then);
    let issuer = as_then(organizations::find(conn, signs)?);
    let head = letterhead(conn, &issuer)?;
    let document = report.document_id.map(|id| documents::find(conn, id)).transpose()?;
    let recipients = match &document {
        Some(document) => of_document(conn, document, &head.province, &as_then)?,
        None => expected(&basis, &report, receiver.as_ref(), &head.province)?,
    };
    let details = document.as_ref().map(Document::details).transpose()?.unwrap_or_default();
    let signer = details.signer.unwrap_or_default();
    let agencies = view.says.agencies.iter().map(|a| (a.organization_id, local_name(&a.name, &head.province))).collect();
    let names = Names { issuer: &issuer.name, receiver: receiver.as_ref().map(|o| o.name.as_str()), agencies: &agencies };
    let as_of = view.row.issued_on.unwrap_or(view.says.as_of);
    let authority = if signer.authority_lines.is_empty() { head.on_behalf_of.into_iter().collect() } else { signer.authority_lines };
    let paper = Paper {
        layout: head.layout,
        superior: head.superior,
        agency: head.agency,
        number: document.as_ref().and_then(|d| d.number.clone()),
        symbol: document.as_ref().and_then(|d| d.symbol.clone()).or_else(|| documents::report_symbol(head.layout, &issuer.code)),
        place: Some(document.as_ref().and_then(|d| d.place.clone()).unwrap_or(head.place)),
        day: document.as_ref().and_then(|d| d.issued_on),
        year: as_of.year(),
        kind: "Báo cáo".to_owned(),
        summary: summary(&view.row.title),
        addressees: vec![],
        body: body(&view, &names),
        signature: Signature { authority, position: signer.position, name: signer.name },
        recipients: closed(recipients, head.layout),
        is_compact: false,
        as_of,
    };
    Ok((paper, view))
}

/// The lines of the issued document: who it was reported to first.
fn of_document(conn: &mut Conn, document: &Document, province: &str, as_then: &dyn Fn(Organization) -> Organization) -> Result<Vec<String>> {
    let lines = documents::lines(conn, &[document.id])?;
    let ids: Vec<Id> = lines.iter().filter_map(|l| l.organization_id).collect();
    let known: HashMap<Id, Organization> = organizations::find_many(conn, &ids)?.into_iter().map(|o| (o.id, as_then(o))).collect();
    let mut all = Vec::new();
    let informed = lines.iter().filter(|l| l.purpose == Purpose::Inform && l.organization_id.is_some()).count();
    for line in lines {
        let is_one_of_many = informed > NAMED && line.purpose == Purpose::Inform && line.organization_id.is_some();
        let name = match (line.text, line.organization_id.and_then(|id| known.get(&id))) {
            (Some(text), _) => text,
            (None, Some(organization)) => local_name(&organization.name, province),
            (None, None) => continue,
        };
        match line.purpose {
            Purpose::Report => all.push(format!("{name} (b/c)")),
            _ if is_one_of_many => {}
            _ => all.push(name),
        }
    }
    if informed > NAMED {
        all.push("Các cơ quan có báo cáo được tổng hợp".to_owned());
    }
    Ok(all)
}

/// Before it is issued: whom the regime names.
fn expected(basis: &Basis, report: &Report, above: Option<&Organization>, province: &str) -> Result<Vec<String>> {
    let mut all: Vec<String> = above.map(|o| format!("{} (b/c)", local_name(&o.name, province))).into_iter().collect();
    if report.reporting > 0 {
        all.push("Các cơ quan có báo cáo được tổng hợp".to_owned());
    }
    all.extend(typed::<Vec<String>>(&basis.regime.copy_to)?.into_iter().filter(|words| !words.trim().is_empty()));
    Ok(all)
}
