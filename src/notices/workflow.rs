use super::{
    model::{Desk, Found, KIND, MostPressing, Notice, NoticeAction as Act, NoticeFilter, NoticeLevel},
    policy::RULES,
    sources, store,
};
use crate::{
    ask::Ask,
    authz::{self, Standing},
    db::Conn,
    error::{Error, Result},
    exchange::kinds,
    ics::Day,
    id::Id,
    journal::{self, Change, NOTHING},
    notices::calendar,
    page::{Page, Paging, Sort},
    text,
    words::Lang,
};
use std::cmp::Ordering;

/// What a notice says, and where it stands in the inbox.
type Placed = (String, Notice);

fn shown(desk: &Desk, found: Found, lang: Lang) -> Placed {
    let level = found.level(desk);
    let place = found.place(level);
    let notice = Notice {
        id: found.id(level),
        kind: found.kind,
        level,
        label: found.kind.label(lang).to_owned(),
        title: found.title,
        record_kind: found.record_kind.to_owned(),
        record_id: found.record_id,
        record_code: found.record_code,
        due_on: found.due_on,
        days_left: found.due_on.map(|due| (due - desk.today).num_days()),
        reminded_on: found.reminded_on,
        since: found.since,
        waits_for_me: found.waits_for_me,
        read_at: None,
        allowed_actions: found.actions.into_iter().map(str::to_owned).collect(),
    };
    (place, notice)
}

/// Everything in the caller's inbox, what is most pressing first.
fn inbox(conn: &mut Conn, ask: &Ask) -> Result<Vec<Placed>> {
    if !authz::may(RULES, &ask.actor, Act::View, Standing::NEW) {
        return Err(Error::forbidden());
    }
    let desk = Desk::of(&ask.actor, ask.today, ask.now)?;
    let mut all: Vec<Placed> = sources::gather(conn, &desk)?.into_iter().map(|found| shown(&desk, found, ask.lang)).collect();
    let ids: Vec<Id> = all.iter().map(|(_, notice)| notice.id).collect();
    let marks = store::marks(conn, ask.actor.user, &ids)?;
    for (_, notice) in &mut all {
        notice.read_at = marks.get(&notice.id).copied();
    }
    all.sort_by(|a, b| (&a.0, a.1.id).cmp(&(&b.0, b.1.id)));
    Ok(all)
}

/// One page of the inbox. It is derived as a whole each time, so a page begins after a place, not after a row.
pub fn list(conn: &mut Conn, ask: &Ask, filter: &NoticeFilter, sort: &Sort<MostPressing>, paging: &Paging) -> Result<Page<Notice>> {
    let after: Option<(String, Id)> = paging.after(sort.word())?;
    let mut all = inbox(conn, ask)?;
    all.retain(|(_, n)| filter.unread.is_none_or(|unread| n.read_at.is_none() == unread));
    all = all.into_iter().filter_map(|row| filter.by.keeps(&row.1).map(|keeps| keeps.then_some(row)).transpose()).collect::<Result<_>>()?;
    let total = paging.count.map(|_| i64::try_from(all.len())).transpose().map_err(Error::internal)?;
    let turned = sort.descends();
    if turned {
        all.reverse();
    }
    if let Some(after) = after {
        let at = |(place, n): &Placed| (place, n.id).cmp(&(&after.0, after.1));
        all.retain(|row| at(row) == if turned { Ordering::Less } else { Ordering::Greater });
    }
    let page = Page::of(all, paging.limit(), sort.word(), |(place, n): &Placed| (place.clone(), n.id))?;
    Ok(page.map(|(_, notice)| notice).counted(total))
}

/// What of a page of the inbox falls due, for a calendar; a matter keeps its UID, as in the calendars by address.
pub fn days(conn: &mut Conn, ask: &Ask, notices: &[Notice]) -> Result<Vec<Day>> {
    let changed = calendar::changed(conn, notices.iter().map(|n| n.record_id).collect())?;
    let day = |n: &Notice| {
        let (times, modified) = changed.get(&n.record_id).copied().unwrap_or((1, ask.now));
        let code = n.record_code.as_ref().map(|code| format!("{code} · ")).unwrap_or_default();
        Some(Day {
            uid: format!("{}-{}@nhipcau", n.record_kind, n.record_id),
            on: n.due_on?,
            lang: ask.lang,
            summary: format!("{}: {code}{}", n.label, text::brief(&n.title)),
            description: format!("{code}{}", n.title),
            url: kinds::link(&n.record_kind, n.record_id).unwrap_or_default(),
            sequence: times - 1,
            modified,
        })
    };
    Ok(notices.iter().filter_map(day).collect())
}

/// Marks a notice as read by this person; again changes nothing.
pub fn mark(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Notice> {
    let found = inbox(conn, ask)?.into_iter().map(|(_, notice)| notice).find(|notice| notice.id == id);
    let mut notice = found.ok_or_else(Error::not_found)?;
    ask.proceed(conn, None)?;
    if notice.read_at.is_none() {
        store::mark(conn, ask.actor.user, id, ask.now)?;
        notice.read_at = Some(ask.now);
        let change =
            Change { kind: KIND, id, version: None, owner: ask.actor.organization, province: ask.actor.province, action: Act::Read.word(), reason: None };
        journal::record(conn, ask, change, NOTHING, Some(&notice))?;
    }
    Ok(notice)
}

/// How many notices of each level there are, for the bell of a front end.
pub fn counts(conn: &mut Conn, ask: &Ask) -> Result<[i64; 4]> {
    let all = inbox(conn, ask)?;
    let count = |test: &dyn Fn(&Notice) -> bool| i64::try_from(all.iter().filter(|(_, n)| test(n)).count()).map_err(Error::internal);
    Ok([
        count(&|n| n.read_at.is_none())?,
        count(&|n| n.level == NoticeLevel::Overdue)?,
        count(&|n| n.level == NoticeLevel::DueSoon)?,
        count(&|n| n.waits_for_me)?,
    ])
}
