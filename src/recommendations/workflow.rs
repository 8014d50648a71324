use super::{
    model::{
        Answered, KIND, NewRecommendation, Recommendation, RecommendationAction, RecommendationAction as Act, RecommendationAnswer, RecommendationPatch,
        RecommendationState as State, RecommendationTransition, RecommendationView, check_texts, searchable,
    },
    policy::RULES,
    store,
};
use crate::{
    ask::Ask,
    authz::{self, Audience, Function, Relations, Standing},
    db::{Conn, add_to_counter},
    documents,
    error::{Error, Fault, Result, all_well, gathered},
    flow::Flow,
    http::Body,
    id::Id,
    journal::{self, Change, NOTHING},
    organizations, plans,
    reporting::{periods, regimes},
};
use chrono::Datelike;

mod merger;

pub use merger::{open_items, reassign};

/// How a recommendation lives. An answer may be added to: answers are never changed.
pub const FLOW: Flow<State, Act> = Flow(&[
    (State::Draft, Act::Send, State::Raised),
    (State::Raised, Act::Forward, State::Forwarded),
    (State::Raised, Act::Answer, State::Answered),
    (State::Forwarded, Act::Answer, State::Answered),
    (State::Answered, Act::Answer, State::Answered),
    (State::Answered, Act::Close, State::Closed),
]);

fn standing(ask: &Ask, r: &Recommendation, relations: Relations) -> Standing {
    let audience = if r.audience >= Audience::Overseers as i32 { Audience::Overseers } else { Audience::Related };
    Standing { relations, audience, same_province: ask.actor.provinces.contains(&r.province_id) }
}

fn stands(conn: &mut Conn, ask: &Ask, r: &Recommendation) -> Result<Standing> {
    Ok(standing(ask, r, authz::relations(conn, KIND, r.id, ask.actor.organization)?))
}

/// What this caller may do with it now: what policy allows and the flow has room for.
fn allowed(ask: &Ask, r: &Recommendation, standing: Standing) -> Vec<RecommendationAction> {
    let draft: &[Act] = if r.state == State::Draft { &[Act::Edit, Act::Delete] } else { &[] };
    draft.iter().copied().chain(FLOW.actions(r.state)).filter(|act| authz::may(RULES, &ask.actor, *act, standing)).collect()
}

/// The record as this caller sees it.
pub fn view(ask: &Ask, r: Recommendation, relations: Relations, answers: Vec<Answered>) -> RecommendationView {
    let awaiting = matches!(r.state, State::Raised | State::Forwarded);
    RecommendationView {
        allowed_actions: allowed(ask, &r, standing(ask, &r, relations)),
        overdue: awaiting && r.respond_by.is_some_and(|day| day < ask.today),
        id: r.id,
        province_id: r.province_id,
        code: r.code,
        kind: r.kind,
        title: r.title,
        content: r.content,
        state: r.state,
        raiser_id: r.raiser_id,
        plan_id: r.plan_id,
        task_id: r.task_id,
        period_id: r.period_id,
        focal_id: r.focal_id,
        addressed_id: r.addressed_id,
        respond_by: r.respond_by,
        raised_on: r.raised_on,
        forwarded_on: r.forwarded_on,
        forward_note: r.forward_note,
        answered_on: r.answered_on,
        closed_on: r.closed_on,
        answers: answers
            .into_iter()
            .map(|a| RecommendationAnswer {
                id: a.id,
                organization_id: a.organization_id,
                answered_by: a.answered_by,
                answered_at: a.answered_at,
                text: a.text,
                document_id: a.document_id,
            })
            .collect(),
        version: r.version,
        created_at: r.created_at,
        created_by: r.created_by,
        updated_at: r.updated_at,
        updated_by: r.updated_by,
    }
}

fn seen(conn: &mut Conn, ask: &Ask, r: Recommendation) -> Result<RecommendationView> {
    let answers = store::answers(conn, &[r.id])?.remove(&r.id).unwrap_or_default();
    let relations = authz::relations(conn, KIND, r.id, ask.actor.organization)?;
    Ok(view(ask, r, relations, answers))
}

/// The record, if this caller may look at it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<RecommendationView> {
    let r = store::find(conn, id)?;
    let standing = stands(conn, ask, &r)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    seen(conn, ask, r)
}

/// An officer drafts; a leader raises at once unless told to keep a draft.
pub fn create(conn: &mut Conn, ask: &Ask, body: &Body<NewRecommendation>) -> Result<RecommendationView> {
    if !authz::may(RULES, &ask.actor, Act::Create, Standing::NEW) {
        return Err(Error::forbidden());
    }
    let (raiser, province) = (ask.actor.organization()?, ask.actor.province()?);
    ask.proceed(conn, None)?;
    let new = body.open()?;
    let mut faults = Vec::new();
    gathered(&mut faults, check_texts(&[("/title", Some(&new.title)), ("/content", Some(&new.content))]))?;
    gathered(&mut faults, check_period(conn, ask, new.period_id))?;
    gathered(&mut faults, plans::named::must_be_seen(conn, ask, new.plan_id, new.task_id))?;
    let owner = Standing { relations: Relations::OWNER, ..Standing::NEW };
    let may_send = authz::may(RULES, &ask.actor, Act::Send, owner);
    if new.send == Some(true) && !may_send {
        faults.push(Fault::at("/send", "leader_sends", "Chỉ lãnh đạo gửi được; hãy lưu dự thảo.", "Only a leader sends; keep a draft."));
    }
    all_well(faults)?;
    let code = fresh_code(conn, ask, province)?;
    let mut r = Recommendation {
        id: Id::fresh(),
        province_id: province,
        audience: Audience::Related as i32,
        search_fold: searchable(&code, &new.title, &new.content),
        code,
        kind: new.kind,
        title: new.title,
        content: new.content,
        state: State::Draft,
        raiser_id: raiser,
        plan_id: new.plan_id,
        task_id: new.task_id,
        period_id: new.period_id,
        focal_id: None,
        addressed_id: None,
        respond_by: new.respond_by,
        raised_on: None,
        forwarded_on: None,
        forward_note: None,
        answered_on: None,
        closed_on: None,
        version: 1,
        created_at: ask.now,
        created_by: ask.actor.user,
        updated_at: ask.now,
        updated_by: ask.actor.user,
    };
    let sends = may_send && new.send != Some(false);
    if sends {
        address(conn, ask, &mut r)?;
    }
    store::insert(conn, &r)?;
    authz::relate(conn, KIND, r.id, raiser, Relations::OWNER)?;
    if sends {
        relate_focal(conn, &r)?;
    }
    let is = seen(conn, ask, r.clone())?;
    journal::record(conn, ask, change(&r, if sends { "raise" } else { "create" }, None), NOTHING, Some(&is))?;
    Ok(is)
}

fn fresh_code(conn: &mut Conn, ask: &Ask, province: Id) -> Result<String> {
    let year = ask.today.year();
    let number = add_to_counter(conn, &format!("recommendation/{province}/{year}"), 1)?;
    let province = organizations::provinces::find(conn, province)?;
    Ok(format!("KN-{}-{year}-{number:04}", province.code))
}

/// Puts it before the focal point of its plan or regime, else of the province (RULES 1).
fn address(conn: &mut Conn, ask: &Ask, r: &mut Recommendation) -> Result<()> {
    let focal = focal_point(conn, ask, r)?;
    let focal = focal.ok_or_else(|| {
        Error::conflict(
            "no_focal_point",
            "Tỉnh chưa có cơ quan đầu mối để nhận kiến nghị; quản trị hệ thống cần giao chức năng focal_point.",
            "The province has no focal point to put this to; a system administrator grants the function focal_point.",
        )
    })?;
    r.state = State::Raised;
    r.audience = Audience::Overseers as i32;
    r.focal_id = Some(focal);
    r.addressed_id = Some(focal);
    r.raised_on = Some(ask.today);
    Ok(())
}

/// Of the plan where one is named, else of the regime of the period, else of the province (RULES 1).
fn focal_point(conn: &mut Conn, ask: &Ask, r: &Recommendation) -> Result<Option<Id>> {
    let mut scope = r.plan_id;
    if let Some(period) = r.period_id.filter(|_| r.plan_id.is_none()) {
        let regime = periods::find(conn, period)?.regime_id;
        let regime = regimes::find(conn, regime)?;
        if regime.focal_point_id.is_some() {
            return Ok(regime.focal_point_id);
        }
        scope = Some(regime.id);
    }
    let province = organizations::provinces::today_of(conn, r.province_id)?;
    // Where focal points are named for single plans only, what belongs to none of them goes to Sở Ngoại vụ.
    for function in [Function::FocalPoint, Function::ForeignAffairs] {
        if let Some(focal) = organizations::functions::holders(conn, province, function, scope, ask.today)?.first() {
            return Ok(Some(*focal));
        }
    }
    Ok(None)
}

/// A reporting period that is named is one of the own province.
fn check_period(conn: &mut Conn, ask: &Ask, period: Option<Id>) -> Result<()> {
    let Some(id) = period else { return Ok(()) };
    if periods::find_many(conn, &[id])?.iter().any(|p| ask.actor.provinces.contains(&p.province_id)) {
        return Ok(());
    }
    Err(Error::fault("/period_id", "unknown_reference", "Không có kỳ báo cáo này.", "There is no such reporting period."))
}

/// The focal point answers what others raise; its own matters it can only forward.
fn relate_focal(conn: &mut Conn, r: &Recommendation) -> Result<()> {
    let Some(focal) = r.focal_id else { return Ok(()) };
    let relations = if focal == r.raiser_id { Relations::FOCAL } else { Relations::FOCAL.and(Relations::ADDRESSEE) };
    authz::relate(conn, KIND, r.id, focal, relations)
}

fn change<'a>(r: &Recommendation, action: &'a str, reason: Option<&'a str>) -> Change<'a> {
    Change { kind: KIND, id: r.id, version: Some(r.version), owner: Some(r.raiser_id), province: Some(r.province_id), action, reason }
}

fn only_drafts(r: &Recommendation) -> Result<()> {
    if r.state == State::Draft {
        return Ok(());
    }
    Err(Error::conflict(
        "not_a_draft",
        "Đã gửi đi thì không sửa, không xóa được; hãy phản ánh thêm bằng một kiến nghị mới.",
        "What was sent can be neither changed nor deleted; raise a further one instead.",
    ))
}

/// Changes a draft.
pub fn edit(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<RecommendationPatch>) -> Result<RecommendationView> {
    let before = store::find(conn, id)?;
    let standing = stands(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Edit, standing)?;
    ask.proceed(conn, Some(before.version))?;
    only_drafts(&before)?;
    let patch = body.open()?;
    let mut faults = Vec::new();
    gathered(&mut faults, check_texts(&[("/title", patch.title.as_deref()), ("/content", patch.content.as_deref())]))?;
    gathered(&mut faults, check_period(conn, ask, patch.period_id.flatten()))?;
    gathered(&mut faults, plans::named::must_be_seen(conn, ask, patch.plan_id.flatten(), patch.task_id.flatten()))?;
    all_well(faults)?;
    let mut after = before.clone();
    after.kind = patch.kind.unwrap_or(after.kind);
    after.title = patch.title.unwrap_or(after.title);
    after.content = patch.content.unwrap_or(after.content);
    after.plan_id = patch.plan_id.unwrap_or(after.plan_id);
    after.task_id = patch.task_id.unwrap_or(after.task_id);
    after.period_id = patch.period_id.unwrap_or(after.period_id);
    after.respond_by = patch.respond_by.unwrap_or(after.respond_by);
    after.search_fold = searchable(&after.code, &after.title, &after.content);
    let was = seen(conn, ask, before.clone())?;
    save(conn, ask, &before, &mut after)?;
    let is = seen(conn, ask, after.clone())?;
    journal::record(conn, ask, change(&after, "edit", None), Some(&was), Some(&is))?;
    Ok(is)
}

/// Deletes a draft.
pub fn delete(conn: &mut Conn, ask: &Ask, id: Id) -> Result<()> {
    let before = store::find(conn, id)?;
    let standing = stands(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::Delete, standing)?;
    ask.proceed(conn, Some(before.version))?;
    only_drafts(&before)?;
    let was = seen(conn, ask, before.clone())?;
    store::remove(conn, &before)?;
    journal::record(conn, ask, change(&before, "delete", None), Some(&was), NOTHING)
}

/// Takes a step: send, forward, answer, close.
pub fn take(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<RecommendationTransition>) -> Result<RecommendationView> {
    let before = store::find(conn, id)?;
    let standing = stands(conn, ask, &before)?;
    authz::permit(RULES, &ask.actor, Act::View, Act::View, standing)?;
    // Which step it is stands in the body; a caller who may take none is refused before the body is looked at.
    if !FLOW.0.iter().any(|(_, act, _)| authz::may(RULES, &ask.actor, *act, standing)) {
        return Err(Error::forbidden());
    }
    ask.proceed(conn, Some(before.version))?;
    let step = body.open()?;
    if !authz::may(RULES, &ask.actor, step.action, standing) {
        return Err(Error::forbidden());
    }
    let mut after = before.clone();
    after.state = FLOW.next(before.state, step.action)?;
    check_step(conn, ask, &step)?;
    let was = seen(conn, ask, before.clone())?;
    match step.action {
        Act::Send => {
            address(conn, ask, &mut after)?;
            relate_focal(conn, &after)?;
        }
        Act::Forward => forward(conn, ask, &mut after, &step)?,
        Act::Answer => answer(conn, ask, &mut after, &step)?,
        _ => after.closed_on = Some(ask.today),
    }
    save(conn, ask, &before, &mut after)?;
    let is = seen(conn, ask, after.clone())?;
    journal::record(conn, ask, change(&after, step.action.word(), step.reason.as_deref()), Some(&was), Some(&is))?;
    Ok(is)
}

/// All that is wrong with a step.
fn check_step(conn: &mut Conn, ask: &Ask, step: &RecommendationTransition) -> Result<()> {
    let mut faults = Vec::new();
    gathered(&mut faults, check_texts(&[("/text", step.text.as_deref())]))?;
    if step.action == Act::Answer {
        if step.text.is_none() {
            faults.push(Fault::at("/text", "required", "Hãy ghi nội dung trả lời.", "Give the answer."));
        }
        gathered(&mut faults, documents::named::must_be_seen(conn, ask, "/document_id", step.document_id))?;
    }
    all_well(faults)
}

/// The focal point puts it before UBND, which then is the one to answer.
fn forward(conn: &mut Conn, ask: &Ask, r: &mut Recommendation, step: &RecommendationTransition) -> Result<()> {
    let province = organizations::provinces::today_of(conn, r.province_id)?;
    let above = organizations::functions::holders(conn, province, Function::Approver, r.plan_id, ask.today)?.first().copied();
    let above = above.ok_or_else(|| {
        Error::conflict(
            "no_approver",
            "Tỉnh chưa có cơ quan giữ chức năng approver để trình lên; quản trị hệ thống cần giao chức năng này.",
            "The province has no holder of the function approver to forward this to; a system administrator grants it.",
        )
    })?;
    if let Some(focal) = r.focal_id {
        authz::unrelate(conn, KIND, r.id, focal, Relations::ADDRESSEE)?;
    }
    authz::relate(conn, KIND, r.id, above, Relations::ADDRESSEE)?;
    r.addressed_id = Some(above);
    r.forwarded_on = Some(ask.today);
    r.forward_note = step.text.clone();
    r.respond_by = step.respond_by.or(r.respond_by);
    Ok(())
}

fn answer(conn: &mut Conn, ask: &Ask, r: &mut Recommendation, step: &RecommendationTransition) -> Result<()> {
    r.answered_on = r.answered_on.or(Some(ask.today));
    store::add_answer(
        conn,
        &Answered {
            id: Id::fresh(),
            recommendation_id: r.id,
            organization_id: ask.actor.organization()?,
            answered_by: ask.actor.user,
            answered_at: ask.now,
            text: step.text.clone().unwrap_or_default(),
            document_id: step.document_id,
        },
    )
}

fn save(conn: &mut Conn, ask: &Ask, before: &Recommendation, after: &mut Recommendation) -> Result<()> {
    after.version = before.version + 1;
    after.updated_at = ask.now;
    after.updated_by = ask.actor.user;
    store::update(conn, before, after)
}
