//! What a handler answers: a status, a record or a page, and the entity tag that goes with it.

use super::{body::hex, call::Seen};
use crate::{
    ask::Ask,
    db::Conn,
    error::{Error, Replay, Result},
    export::{Format, disposition},
    feed::{Pull, Tombstone},
    id::Id,
    includes::{self, Relation},
    page::Page,
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// An answer before it has met the request's conditions.
#[derive(Debug)]
pub struct Answer {
    pub(super) status: u16,
    pub(super) version: Option<i32>,
    pub(super) location: Option<String>,
    pub(super) next: Option<String>,
    pub(super) is_page: bool,
    pub(super) body: Vec<u8>,
    pub(super) secret: bool,
    pub(super) kept: Option<String>,
    pub(super) format: Format,
    pub(super) rows: bool,
    pub(super) file: Option<String>,
    pub(super) snapshot: Option<String>,
}

impl Answer {
    fn of(status: u16, body: &impl Serialize) -> Result<Self> {
        Ok(Self { status, body: serde_json::to_vec(body)?, ..Self::none() })
    }
    /// 200 with a record.
    pub fn one(record: &impl Serialize, version: i32) -> Result<Self> {
        Ok(Self { version: Some(version), ..Self::of(200, record)? })
    }
    /// 200 with something that has no version of its own.
    pub fn value(value: &impl Serialize) -> Result<Self> {
        Self::of(200, value)
    }
    /// 200 with a report: `fields` chooses members of its rows.
    pub fn report(report: &impl Serialize) -> Result<Self> {
        Ok(Self { rows: true, ..Self::of(200, report)? })
    }
    /// 200 with JSON that is written already.
    pub fn text(json: String) -> Self {
        Self { body: json.into_bytes(), status: 200, ..Self::none() }
    }
    /// 201 with the new record and where it is.
    pub fn created(location: String, record: &impl Serialize, version: i32) -> Result<Self> {
        Ok(Self { version: Some(version), location: Some(location), ..Self::of(201, record)? })
    }
    /// Says which state of the data it shows.
    pub fn of_snapshot(self, snapshot: String) -> Self {
        Self { snapshot: Some(snapshot), ..self }
    }
    /// 202 with work that goes on in the background, and where to look at it.
    pub fn accepted(location: String, job: &impl Serialize, version: i32) -> Result<Self> {
        Ok(Self { version: Some(version), location: Some(location), ..Self::of(202, job)? })
    }
    /// 204.
    pub fn none() -> Self {
        Self {
            status: 204,
            version: None,
            location: None,
            next: None,
            is_page: false,
            body: vec![],
            secret: false,
            kept: None,
            format: Format::Json,
            rows: false,
            file: None,
            snapshot: None,
        }
    }
    /// 200 with a page of a list.
    pub fn page<T: Serialize>(page: &Page<T>) -> Result<Self> {
        #[derive(Serialize)]
        struct Wire<'a, T> {
            items: &'a [T],
            #[serde(skip_serializing_if = "Option::is_none")]
            next_cursor: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            total: Option<i64>,
        }
        let wire = Wire { items: &page.items, next_cursor: page.next.as_deref(), total: page.total };
        Ok(Self { next: page.next.clone(), is_page: true, rows: true, ..Self::of(200, &wire)? })
    }
    /// 200 with a file of another format than JSON.
    pub(super) fn file(format: Format, name: String, body: Vec<u8>) -> Self {
        Self { status: 200, body, format, file: Some(name), ..Self::none() }
    }
    /// The version of the record that the answer shows.
    pub fn of_version(mut self, version: i32) -> Self {
        self.version = Some(version);
        self
    }
    /// 200 with a stretch of the feed; the cursor is there also when the stretch is empty.
    pub fn stretch(items: &[impl Serialize], cursor: &str, more: bool) -> Result<Self> {
        Ok(Self { is_page: true, rows: true, ..Self::of(200, &json!({ "items": items, "cursor": cursor, "more": more }))? })
    }
    /// What a repeated call or a rehearsal is answered instead, where this answer holds a secret shown once (RULES 21).
    pub fn keeping(mut self, kept: &impl Serialize) -> Result<Self> {
        self.kept = Some(serde_json::to_string(kept)?);
        Ok(self)
    }
    /// Puts beside a record or a page what it names in these relations.
    pub(super) fn beside(mut self, conn: &mut Conn, ask: &Ask, relations: &[&Relation]) -> Result<Self> {
        if relations.is_empty() || self.format != Format::Json {
            return Ok(self);
        }
        let mut body: Value = serde_json::from_slice(&self.body)?;
        body["included"] = Value::Object(includes::beside(conn, ask, relations, &body)?);
        self.body = serde_json::to_vec(&body)?;
        Ok(self)
    }
    /// Marks personal or secret content: nobody may keep a copy.
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// The rows of a page as a pull shows them: in the order of the feed, with tombstones for those that are gone.
fn pulled(body: &[u8], pull: &Pull) -> Result<Vec<u8>> {
    let mut page: Value = serde_json::from_slice(body)?;
    let mut rows: HashMap<Id, Value> = HashMap::new();
    for row in page.get_mut("items").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default() {
        if let Some(id) = row.get("id").and_then(Value::as_str).and_then(Id::parse) {
            rows.insert(id, row);
        }
    }
    let (mut items, mut tombstones) = (Vec::new(), Vec::new());
    for (id, _) in &pull.changed {
        match (rows.remove(id), pull.lost.get(id)) {
            (Some(row), _) => items.push(row),
            (None, Some((reason, seq))) => tombstones.push(Tombstone { id: *id, kind: pull.kind.to_owned(), reason: *reason, seq: *seq }),
            (None, None) => {}
        }
    }
    Ok(serde_json::to_vec(&json!({ "items": items, "tombstones": tombstones, "cursor": pull.cursor, "more": pull.more }))?)
}

/// Keeps only the members asked for.
fn narrow(body: Vec<u8>, fields: &[String], rows: bool) -> Result<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(&body)?;
    let keep = |record: &mut Value| {
        if let Some(members) = record.as_object_mut() {
            members.retain(|name, _| name == "included" || fields.iter().any(|f| f == name));
        }
    };
    match value.get_mut("items").and_then(Value::as_array_mut) {
        Some(items) if rows => items.iter_mut().for_each(keep),
        _ => keep(&mut value),
    }
    Ok(serde_json::to_vec(&value)?)
}

/// `"<version>.<digest>"`: the version of the stored record and a digest of the whole answer with all that it depends on.
pub(super) fn etag(version: Option<i32>, body: &[u8], seen: &Seen) -> String {
    let mut digest = Sha256::new();
    digest.update(body);
    digest.update(seen.lang.tag());
    digest.update(&seen.coding);
    format!("\"{}.{}\"", version.unwrap_or(0), hex(&digest.finalize()[..12]))
}

/// Turns an answer into a response under the request's conditions.
pub(super) fn respond(mut answer: Answer, seen: &Seen) -> Result<HttpResponse> {
    if answer.status == 200 && seen.is_get && answer.format != seen.format {
        return Err(Error::internal(format!("{} does not answer in {}", seen.operation_id, seen.format)));
    }
    if let Some(pull) = seen.pull.get().filter(|_| answer.is_page) {
        answer.body = pulled(&answer.body, pull)?;
        answer.next = None;
    }
    if let Some(fields) = seen.fields().filter(|_| answer.status == 200 && seen.is_get && answer.format == Format::Json) {
        answer.body = narrow(answer.body, &fields, answer.rows)?;
    }
    let tag = (answer.status != 204).then(|| etag(answer.version, &answer.body, seen));
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).map_err(Error::internal)?);
    if let Some(tag) = &tag {
        response.insert_header((header::ETAG, tag.clone()));
    }
    if answer.secret {
        response.insert_header((header::CACHE_CONTROL, "no-store"));
    }
    if seen.is_get
        && let (Some(tag), Some(known)) = (&tag, &seen.if_none_match)
        && (known.trim() == "*" || known.split(',').any(|k| k.trim().trim_start_matches("W/") == tag))
    {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    if let Some(location) = &answer.location {
        response.insert_header((header::LOCATION, location.clone()));
    }
    if answer.is_page {
        let mut links = vec![format!("<{}>; rel=\"first\"", seen.address_with(None))];
        if let Some(next) = &answer.next {
            links.insert(0, format!("<{}>; rel=\"next\"", seen.address_with(Some(next))));
        }
        response.insert_header((header::LINK, links.join(", ")));
    }
    if answer.status == 204 {
        return Ok(response.finish());
    }
    if let Some(snapshot) = &answer.snapshot {
        response.insert_header(("X-Snapshot", snapshot.clone()));
    }
    if let Some(name) = &answer.file {
        response.insert_header((header::CONTENT_DISPOSITION, disposition(name)));
    }
    if answer.format.is_packed() {
        response.insert_header(header::ContentEncoding::Identity);
    }
    Ok(response.content_type(answer.format.content_type()).body(answer.body))
}

/// The first answer of an idempotent call again, or the would-be answer of a rehearsal.
pub(super) fn replay(replay: Replay) -> Result<HttpResponse> {
    let mut response = HttpResponse::build(StatusCode::from_u16(replay.status).map_err(Error::internal)?);
    if replay.replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    if let Some(tag) = replay.etag {
        response.insert_header((header::ETAG, tag));
    }
    if replay.secret {
        response.insert_header((header::CACHE_CONTROL, "no-store"));
    }
    if let Some(location) = replay.location {
        response.insert_header((header::LOCATION, location));
    }
    if replay.status == 204 {
        return Ok(response.finish());
    }
    Ok(response.content_type("application/json").body(replay.body))
}
