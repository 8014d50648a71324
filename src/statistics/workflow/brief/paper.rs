//! The brief as a paper of the organisation that asks: number, day and signer stay open until it is numbered and signed.

use crate::{
    ask::Ask,
    authz,
    db::Conn,
    documents,
    error::{Error, Result},
    export::paper::{Paper, Signature, closed},
    organizations::{self, letterhead, local_name},
    plans::{self, model::PlanAction},
    statistics::model::{
        Brief,
        brief_paper::{body, summary},
    },
};
use chrono::Datelike;

/// A name without the province's, which the head of the sheet says; UBND of the province keeps its "tỉnh".
fn within(name: &str, province: &str) -> String {
    let rest = local_name(name, province);
    match rest.strip_suffix(province).map(str::trim_end) {
        Some(short) if !short.ends_with("Ủy ban nhân dân") => short.to_owned(),
        Some(short) => format!("{short} {}", if province.starts_with("tỉnh") { "tỉnh" } else { "thành phố" }),
        None => rest,
    }
}

/// The sheet, ready to be numbered and signed.
pub fn paper(conn: &mut Conn, ask: &Ask, brief: &Brief) -> Result<Paper> {
    let issuer = organizations::find(conn, brief.organization_id)?;
    let head = letterhead(conn, &issuer)?;
    let scope = if brief.whole_province {
        head.province.clone()
    } else {
        format!("{}, đơn vị trực thuộc và kế hoạch, chế độ báo cáo do cơ quan theo dõi", brief.organization_name)
    };
    let mut only = Vec::new();
    // What the caller may not see is not named either.
    if let Some(plan) = brief.filter.plan_id {
        only.push(match plans::find_as(conn, &ask.actor, plan) {
            Ok((plan, standing)) if authz::may(plans::policy::RULES, &ask.actor, PlanAction::View, standing) => format!("kế hoạch {}", plan.code),
            Ok(_) | Err(Error::Refused(_)) => "kế hoạch được chọn".to_owned(),
            Err(e) => return Err(e),
        });
    }
    if let Some(agency) = brief.filter.organization_id {
        let known = organizations::find_many(conn, &[agency])?.pop().filter(|o| ask.actor.provinces.contains(&o.province_id));
        only.push(known.map_or_else(|| "cơ quan được chọn".to_owned(), |o| o.name));
    }
    Ok(Paper {
        number: None,
        symbol: documents::report_symbol(head.layout, &issuer.code),
        place: Some(head.place),
        day: None,
        year: brief.as_of.year(),
        kind: "Báo cáo".to_owned(),
        summary: summary(brief),
        addressees: vec![],
        body: body(brief, &scope, &only, &|name| within(name, &head.province)),
        signature: Signature { authority: head.on_behalf_of.into_iter().collect(), ..Signature::default() },
        recipients: closed(vec![format!("Lãnh đạo {} (b/c)", brief.organization_name)], head.layout),
        layout: head.layout,
        superior: head.superior,
        agency: head.agency,
        is_compact: true,
        as_of: brief.as_of,
    })
}
