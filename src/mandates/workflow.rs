use crate::{
    ask::Ask,
    authz::{self, Function, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well},
    http::Body,
    id::Id,
    organizations::{
        self, OrganizationPatch, OrganizationView,
        functions::{self, Grant, GrantAction as Act, GrantPatch, NewGrant, RULES},
        provinces,
    },
    people, plans, reporting,
    time::Stamp,
};

/// Grants that one run of [`follow_due`] takes, at most, of each sort.
pub const BATCH: i64 = 50;

/// Changes an organisation's names or its place in the tree; what its former parent read of its work goes to the new one.
pub fn edit_organization(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<OrganizationPatch>) -> Result<OrganizationView> {
    let former = organizations::find(conn, id)?.parent_id;
    let view = organizations::workflow::edit(conn, ask, id, body)?;
    plans::refresh_parents(conn, id, former, view.parent_id)?;
    Ok(view)
}

/// Gives a function.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewGrant>) -> Result<Grant> {
    if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, None)?;
    let new = body.open()?;
    check_scope(conn, &new)?;
    let grant = functions::add(conn, ask, new)?;
    follow(conn, ask, &grant)?;
    Ok(grant)
}

/// A function for one plan or regime names one of the organisation's province, or of those that it took over from.
fn check_scope(conn: &mut Conn, new: &NewGrant) -> Result<()> {
    let unknown = |at: &str| Fault::at(at, "unknown_reference", "Không có bản ghi này trong tỉnh.", "The province has no such record.");
    let mut faults = Vec::new();
    if new.plan_id.is_some() && new.regime_id.is_some() {
        faults.push(Fault::at("/regime_id", "one_of", "Chọn kế hoạch hoặc chế độ báo cáo, không cả hai.", "Name a plan or a regime, not both."));
    }
    let province = organizations::find_many(conn, &[new.organization_id])?.pop().map(|o| o.province_id);
    // An unknown organisation is a fault of its own, told by the slice that grants.
    let Some(province) = province else { return all_well(faults) };
    let here = provinces::with_predecessors(conn, province)?;
    if let Some(plan) = new.plan_id
        && !plans::find_many(conn, &[plan])?.iter().any(|p| here.contains(&p.province_id))
    {
        faults.push(unknown("/plan_id"));
    }
    if let Some(regime) = new.regime_id
        && !reporting::regimes::find_many(conn, &[regime])?.iter().any(|r| here.contains(&r.province_id))
    {
        faults.push(unknown("/regime_id"));
    }
    all_well(faults)
}

/// Ends a function on its last day, or lets it run on.
pub fn end(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<GrantPatch>) -> Result<Grant> {
    let before = functions::find(conn, ask, id, Act::Edit)?;
    ask.proceed(conn, Some(before.version))?;
    let valid_to = body.open()?.valid_to.unwrap_or(before.valid_to);
    if before.valid_from.zip(valid_to).is_some_and(|(from, to)| to < from) {
        return Err(Error::fault("/valid_to", "before_start", "Ngày kết thúc trước ngày bắt đầu.", "The end is before the start."));
    }
    let after = functions::end(conn, ask, &before, valid_to)?;
    follow(conn, ask, &after)?;
    Ok(after)
}

/// What follows from a function on the day: who follows which plan, reads which report, keeps which regime.
fn follow(conn: &mut Conn, ask: &Ask, grant: &Grant) -> Result<()> {
    let held = grant.is_held(ask.today);
    plans::refresh_followers(conn, ask, grant)?;
    if grant.function == Function::Overseer {
        reporting::consolidation::refresh_overseers(conn, grant, ask.today)?;
    }
    if let (Function::FocalPoint, Some(regime)) = (grant.function, grant.regime_id) {
        reporting::regimes::name_focal_point(conn, ask, regime, grant.organization_id, held)?;
    }
    functions::mark_followed(conn, grant.id, held)
}

/// Whether a function has begun or ended by its dates: one cheap look.
pub fn is_due(conn: &mut Conn, now: Stamp) -> Result<bool> {
    Ok(!functions::unfollowed(conn, now.day(), 1)?.is_empty())
}

/// Follows the functions that have begun or ended by their dates, a function of `now` (RULES 30).
pub fn follow_due(conn: &mut Conn, now: Stamp) -> Result<usize> {
    let ask = &Ask::internal(people::system_actor(), now);
    let waiting = functions::unfollowed(conn, ask.today, BATCH)?;
    for grant in &waiting {
        follow(conn, ask, grant)?;
    }
    Ok(waiting.len())
}
