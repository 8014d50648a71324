//! What a handler answers: a status, a record or a page, and the entity tag that goes with it.

use super::{body::hex, call::Seen};
use crate::{
    error::{Error, Replay, Result},
    page::Page,
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

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
}

impl Answer {
    fn of(status: u16, body: &impl Serialize) -> Result<Self> {
        Ok(Self { status, version: None, location: None, next: None, is_page: false, body: serde_json::to_vec(body)?, secret: false, kept: None })
    }
    /// 200 with a record.
    pub fn one(record: &impl Serialize, version: i32) -> Result<Self> {
        Ok(Self { version: Some(version), ..Self::of(200, record)? })
    }
    /// 200 with something that has no version of its own.
    pub fn value(value: &impl Serialize) -> Result<Self> {
        Self::of(200, value)
    }
    /// 200 with JSON that is written already.
    pub fn text(json: String) -> Self {
        Self { body: json.into_bytes(), status: 200, ..Self::none() }
    }
    /// 201 with the new record and where it is.
    pub fn created(location: String, record: &impl Serialize, version: i32) -> Result<Self> {
        Ok(Self { version: Some(version), location: Some(location), ..Self::of(201, record)? })
    }
    /// 204.
    pub fn none() -> Self {
        Self { status: 204, version: None, location: None, next: None, is_page: false, body: vec![], secret: false, kept: None }
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
        Ok(Self { next: page.next.clone(), is_page: true, ..Self::of(200, &wire)? })
    }
    /// What a repeated call is answered instead, where this answer holds a secret shown once (RULES 21).
    pub fn keeping(mut self, kept: &impl Serialize) -> Result<Self> {
        self.kept = Some(serde_json::to_string(kept)?);
        Ok(self)
    }
    /// Marks personal or secret content: nobody may keep a copy.
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// Keeps only the members asked for.
fn narrow(body: Vec<u8>, fields: &[String], is_page: bool) -> Result<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(&body)?;
    let keep = |record: &mut Value| {
        if let Some(members) = record.as_object_mut() {
            members.retain(|name, _| fields.iter().any(|f| f == name));
        }
    };
    match value.get_mut("items").and_then(Value::as_array_mut) {
        Some(items) if is_page => items.iter_mut().for_each(keep),
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
    if let Some(fields) = seen.fields().filter(|_| answer.status == 200 && seen.is_get) {
        answer.body = narrow(answer.body, &fields, answer.is_page)?;
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
    Ok(response.content_type("application/json").body(answer.body))
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
    if let Some(location) = replay.location {
        response.insert_header((header::LOCATION, location));
    }
    if replay.status == 204 {
        return Ok(response.finish());
    }
    Ok(response.content_type("application/json").body(replay.body))
}
