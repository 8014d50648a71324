//! Progress entries: what was done until now, written once and never changed.

use super::{
    model::{from_json, to_json},
    occurrences::{self, workflow::not_active},
    parts::model::Link,
    tasks::{self, model::TaskAction, policy::RULES},
};
use crate::{
    ask::Ask,
    authz::{self, Relations},
    db::{Conn, Json},
    error::{Error, Result},
    filters::By,
    http::{Answer, Body, Call, ServiceConfig},
    id::{Id, Key},
    journal::{self, Change, NOTHING},
    page::{NewestFirst, Page, Paging, Sort},
    schema::task_progress as entries,
    sorted,
    time::Stamp,
};
use actix_web::{HttpResponse, get, post, web::Path};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A progress entry, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = entries, treat_none_as_default_value = false)]
pub struct Entry {
    pub id: Id,
    pub task_id: Id,
    pub occurrence_id: Id,
    pub organization_id: Id,
    pub percent: Option<i32>,
    pub text: String,
    pub evidence: Json,
    pub links: Json,
    pub entered_by: Option<Id>,
    pub document_id: Option<Id>,
    pub created_at: Stamp,
    pub created_by: Id,
}

/// A progress entry, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProgressView {
    pub id: Id,
    pub task_id: Id,
    pub occurrence_id: Id,
    /// Whose progress it is.
    pub organization_id: Id,
    pub percent: Option<i32>,
    pub text: String,
    /// Documents that prove it.
    pub evidence: Vec<Id>,
    /// Records of what was done.
    pub links: Vec<Link>,
    /// Whoever entered it for an agency outside the system (RULES 4).
    pub entered_by: Option<Id>,
    pub document_id: Option<Id>,
    /// Entries never change.
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Id,
}

crate::filtered_by! {
    ProgressView: task_progress;
    occurrence_id, organization_id, document_id, percent, text, created_by, created_at
}

/// A new progress entry.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProgress {
    /// Which occurrence; the one that the task shows unless said.
    pub occurrence_id: Option<Id>,
    #[schema(minimum = 0, maximum = 100, example = 40)]
    pub percent: Option<i32>,
    #[schema(min_length = 1, max_length = 20000, example = "Đã ban hành kế hoạch cụ thể")]
    pub text: String,
    /// Documents that prove it.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub evidence: Vec<Id>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub links: Vec<Link>,
    /// By the owner for an agency outside the system: whose progress it is, with `document_id`.
    pub organization_id: Option<Id>,
    /// The registered document in which that agency reported.
    pub document_id: Option<Id>,
}

fn view(e: Entry) -> Result<ProgressView> {
    Ok(ProgressView {
        id: e.id,
        task_id: e.task_id,
        occurrence_id: e.occurrence_id,
        organization_id: e.organization_id,
        percent: e.percent,
        text: e.text,
        evidence: from_json(&e.evidence)?,
        links: from_json(&e.links)?,
        entered_by: e.entered_by,
        document_id: e.document_id,
        version: 1,
        created_at: e.created_at,
        created_by: e.created_by,
    })
}

fn record(conn: &mut Conn, ask: &Ask, id: Id, body: &Body<NewProgress>) -> Result<ProgressView> {
    let (task, standing) = tasks::store::find_as(conn, &ask.actor, id)?;
    authz::permit(RULES, &ask.actor, TaskAction::View, TaskAction::Progress, standing)?;
    let own = ask.actor.organization()?;
    ask.proceed(conn, None)?;
    let Some(shown) = task.occurrence_id else { return Err(not_active()) };
    let new = body.open()?;
    let occurrence = match new.occurrence_id {
        None => occurrences::store::find(conn, shown)?,
        Some(id) => match occurrences::store::find(conn, id) {
            Ok(o) if o.task_id == task.id => o,
            Ok(_) | Err(Error::Refused(_)) => {
                return Err(Error::fault(
                    "/occurrence_id",
                    "unknown_reference",
                    "Không phải lần thực hiện của nhiệm vụ này.",
                    "It is not an occurrence of this task.",
                ));
            }
            Err(e) => return Err(e),
        },
    };
    if !occurrence.state.is_open() {
        return Err(Error::conflict("occurrence_not_open", "Nhiệm vụ không còn ở trạng thái thực hiện.", "The task is not being carried out any more."));
    }
    // Whoever leads speaks for itself; the owner only for an agency that reported to it on paper.
    let organization = new.organization_id.unwrap_or(own);
    if organization != own || !standing.relations.any(Relations::LEAD) {
        if !standing.relations.any(Relations::OWNER) {
            return Err(Error::forbidden());
        }
        if new.document_id.is_none() || new.organization_id.is_none() {
            return Err(Error::fault(
                "/document_id",
                "required",
                "Ghi hộ thì nêu cơ quan và văn bản đã đăng ký.",
                "To enter for another agency, name it and the registered document.",
            ));
        }
        let owed = super::parts::store::of_occurrence(conn, occurrence.id)?;
        if !owed.iter().any(|p| p.organization_id == organization) {
            return Err(Error::fault(
                "/organization_id",
                "unknown_reference",
                "Cơ quan này không có phần trong nhiệm vụ.",
                "This agency has no part in the task.",
            ));
        }
    }
    let mut papers: Vec<(String, Id)> = new.evidence.iter().enumerate().map(|(at, id)| (format!("/evidence/{at}"), *id)).collect();
    papers.extend(new.document_id.map(|id| ("/document_id".to_owned(), id)));
    super::named::evidence(conn, ask, &papers, &new.links)?;
    let entry = Entry {
        id: Id::fresh(),
        task_id: task.id,
        occurrence_id: occurrence.id,
        organization_id: organization,
        percent: new.percent,
        text: new.text,
        evidence: to_json(&new.evidence)?,
        links: to_json(&new.links)?,
        entered_by: (organization != own).then_some(own),
        document_id: new.document_id,
        created_at: ask.now,
        created_by: ask.actor.user,
    };
    diesel::insert_into(entries::table).values(&entry).execute(conn)?;
    if let Some(percent) = entry.percent {
        occurrences::store::set_percent(conn, occurrence.id, percent)?;
    }
    let shown = view(entry)?;
    let change = Change {
        kind: "task_progress",
        id: shown.id,
        version: Some(1),
        owner: Some(organization),
        province: Some(task.province_id),
        action: TaskAction::Progress.word(),
        reason: None,
    };
    journal::record(conn, ask, change, NOTHING, Some(&shown))?;
    Ok(shown)
}

/// Mounts the routes.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_task_progress).service(record_task_progress).service(get_task_progress_entry);
}

/// Progress of a task, newest first
#[utoipa::path(tag = "plans", params(("id" = Key, Path), By<ProgressView>, Sort<NewestFirst>, Paging), responses((status = 200, description = "A page", body = Vec<ProgressView>)))]
#[get("/tasks/{id}/progress")]
async fn list_task_progress(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    let (by, sort, paging): (By<ProgressView>, Sort<NewestFirst>, Paging) = (call.query()?, call.query()?, call.query()?);
    call.list(paging, move |conn, ask, paging| {
        let (task, standing) = tasks::store::find_as(conn, &ask.actor, *id)?;
        authz::permit(RULES, &ask.actor, TaskAction::View, TaskAction::View, standing)?;
        let query = || by.narrow(entries::table.filter(entries::task_id.eq(task.id)).into_boxed::<crate::db::MultiBackend>());
        let rows = query().select(Entry::as_select());
        let page = sorted!(conn, rows, paging, sort, entries::created_at => Stamp, entries::id, |e: &Entry| (e.created_at, e.id));
        let total = paging.count.map(|_| query().count().get_result(conn)).transpose()?;
        let next = page.next;
        let items = page.items.into_iter().map(view).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, next, total })
    })
    .await
}

/// Record progress
#[utoipa::path(tag = "plans", params(("id" = Key, Path)), request_body = NewProgress, responses((status = 201, description = "Recorded", body = ProgressView)))]
#[post("/tasks/{id}/progress")]
async fn record_task_progress(call: Call, id: Path<Id>, body: Body<NewProgress>) -> Result<HttpResponse> {
    call.write(body, move |conn, ask, body| {
        let view = record(conn, ask, *id, body)?;
        Answer::created(format!("/api/v1/task-progress/{}", view.id), &view, view.version)
    })
    .await
}

/// One progress entry
#[utoipa::path(tag = "plans", params(("id" = Id, Path)), responses((status = 200, description = "The entry", body = ProgressView)))]
#[get("/task-progress/{id}")]
async fn get_task_progress_entry(call: Call, id: Path<Id>) -> Result<HttpResponse> {
    call.read(move |conn, ask| {
        let entry: Entry = entries::table.find(*id).select(Entry::as_select()).first(conn).optional()?.ok_or_else(Error::not_found)?;
        let (_, standing) = tasks::store::find_as(conn, &ask.actor, entry.task_id)?;
        authz::permit(RULES, &ask.actor, TaskAction::View, TaskAction::View, standing)?;
        let view = view(entry)?;
        Answer::one(&view, view.version)
    })
    .await
}
