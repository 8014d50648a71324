use super::{
    model::{AccessEvent, AuditAction as Act, AuditContent, AuditEvent, AuditVerification, KIND, LatestFirst, VerificationRange},
    policy::{ADMINISTRATION, RULES},
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Actor, Audience, Relations, Standing},
    db::Conn,
    error::{Error, Result},
    filters::By,
    id::Id,
    journal::{Entry, Sighting},
    page::{Page, Paging, Sort},
    sequencer,
};

/// Entries that one call recomputes at most.
const STRETCH: i64 = 100_000;

/// How the caller stands to the record that an entry is about.
fn standing(actor: &Actor, entry: &Entry, related: Relations) -> Standing {
    let owns = entry.owner_organization_id.is_some() && entry.owner_organization_id == actor.organization;
    let relations = if owns { related.and(Relations::OWNER) } else { related };
    Standing { relations, audience: Audience::Related, same_province: entry.province_id.is_some_and(|p| actor.provinces.contains(&p)) }
}

/// The entry as this caller sees it. What the caller's own organisation did is no secret to it.
fn view(actor: &Actor, entry: Entry, standing: Standing) -> AuditEvent {
    let own_act = entry.organization_id.is_some() && entry.organization_id == actor.organization;
    let administration = actor.is_system_admin() && ADMINISTRATION.contains(&entry.kind.as_str());
    let shown = own_act || administration || authz::may(RULES, actor, Act::ViewContent, standing);
    AuditEvent {
        id: entry.id,
        seq: entry.seq,
        hash: entry.hash,
        act_id: entry.act_id,
        at: entry.at,
        user_id: entry.user_id,
        organization_id: entry.organization_id,
        province_id: entry.province_id,
        owner_organization_id: entry.owner_organization_id,
        kind: entry.kind,
        record_id: entry.record_id,
        record_version: entry.record_version,
        action: entry.action,
        content: if shown { AuditContent::Shown } else { AuditContent::Withheld },
        reason: entry.reason.filter(|_| shown),
        before: entry.before.filter(|_| shown),
        after: entry.after.filter(|_| shown),
        request_id: entry.request_id,
        address: entry.address.filter(|_| shown),
    }
}

/// The trail as far as this caller may see it, and the note that it was looked at.
pub fn list(conn: &mut Conn, ask: &Ask, by: &By<AuditEvent>, sort: &Sort<LatestFirst>, paging: &Paging) -> Result<Page<AuditEvent>> {
    let scope = authz::scope(RULES, &ask.actor, Act::View)?;
    let page = store::list(conn, &scope, ask.actor.is_system_admin(), by, sort, paging)?;
    let related = store::relations(conn, ask.actor.organization, &page.items)?;
    Ok(page.map(|entry| {
        let relations = related.get(&(entry.kind.clone(), entry.record_id)).map_or(Relations::NONE, |r| Relations(*r));
        let standing = standing(&ask.actor, &entry, relations);
        view(&ask.actor, entry, standing)
    }))
}

/// The note that the list was looked at.
pub fn sighting(ask: &Ask, by: &By<AuditEvent>) -> Sighting {
    let record = by.named("record_id").and_then(|id| Id::parse(&id));
    Sighting::of(ask, by.named("kind").as_deref().unwrap_or(KIND), record, None, "list_audit_events")
}

/// One entry, and the note that it was looked at.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<(AuditEvent, Sighting)> {
    let entry = store::find(conn, id)?;
    let related = authz::relations(conn, &entry.kind, entry.record_id, ask.actor.organization)?;
    let standing = standing(&ask.actor, &entry, related);
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    let sighting = Sighting::of(ask, &entry.kind, Some(entry.record_id), entry.province_id, "get_audit_event");
    Ok((view(&ask.actor, entry, standing), sighting))
}

/// Recomputes the chain. It is one for all provinces, and says nothing about what the entries hold.
pub fn verify(conn: &mut Conn, ask: &Ask, range: &VerificationRange) -> Result<AuditVerification> {
    if !authz::may(RULES, &ask.actor, Act::Verify, Standing::NEW) {
        return Err(Error::forbidden());
    }
    let (head_seq, head_hash) = sequencer::head(conn)?.unwrap_or((0, sequencer::GENESIS.to_owned()));
    let from = range.from.unwrap_or(1);
    let asked = range.to.unwrap_or(head_seq);
    let bad_from = from > 1 && from > head_seq;
    if bad_from || asked > head_seq || (range.to.is_some() && asked < from) {
        return Err(Error::fault(
            if bad_from { "from" } else { "to" },
            "out_of_range",
            format!("Chuỗi có các mục từ 1 đến {head_seq}; hãy chọn from và to trong đó."),
            format!("The chain has entries 1 to {head_seq}; choose from and to among them."),
        ));
    }
    let to = asked.min(from.saturating_add(STRETCH - 1));
    let verdict = sequencer::verify(conn, from, to)?;
    Ok(AuditVerification {
        verified: verdict.broken_at.is_none(),
        from,
        to: from + verdict.checked - 1,
        checked: verdict.checked,
        broken_at: verdict.broken_at,
        next_from: (verdict.broken_at.is_none() && to < asked).then_some(to + 1),
        hash: verdict.hash,
        head_seq,
        head_hash,
    })
}

/// Who has looked at what is sensitive: in the own province, or everywhere for a system administrator.
pub fn reads(conn: &mut Conn, ask: &Ask, by: &By<AccessEvent>, sort: &Sort<LatestFirst>, paging: &Paging) -> Result<Page<AccessEvent>> {
    let scope = authz::scope(RULES, &ask.actor, Act::ViewReads)?;
    let provinces = (!ask.actor.is_system_admin()).then_some(scope.provinces.as_slice());
    let page = store::reads(conn, provinces, by, sort, paging)?;
    Ok(page.map(|s| AccessEvent {
        id: s.id,
        at: s.at,
        user_id: s.user_id,
        organization_id: s.organization_id,
        province_id: s.province_id,
        kind: s.kind,
        record_id: s.record_id,
        what: s.what,
        request_id: s.request_id,
        address: s.address,
    }))
}
