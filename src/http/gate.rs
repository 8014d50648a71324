//! The gate: every request passes it before a handler and every answer after. Checks in the order of RULES 19.

use super::{
    body::{BODY_LIMIT, too_large},
    call::{House, Pass, Seen},
    compression,
    contract::{Operation, Path},
    format,
    key::{self, Key},
    pace::Turn,
    stale,
};
use crate::{
    error::{Error, Refusal, Result},
    export::Format,
    id::Id,
    words::Lang,
};
use actix_web::{
    HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode, Uri,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use ipnet::IpNet;
use std::{
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// Bytes of an address (path and query), at most.
const ADDRESS_LIMIT: usize = 4 << 10;
/// Bytes of all header lines, at most.
const HEADER_LIMIT: usize = 16 << 10;
/// Bytes of an upload, at most, with room for the form around it.
pub const UPLOAD_LIMIT: usize = (50 << 20) + (64 << 10);

/// A request that is not answered by then is given up (the work of its transaction ends by itself).
const REQUEST_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// Passes a request through the gate.
pub async fn gate(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let Some(house) = request.app_data::<Data<House>>().map(|d| d.clone().into_inner()) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let id = request_id(request.headers());
    let lang = language(request.headers());
    let instance = discreet(request.path());
    let trace = request.headers().get("traceparent").cloned();
    // Routing reads the decoded address, so that `/%61pi/` leads in too.
    let in_api = request.path().starts_with("/api/") || request.match_info().as_str().starts_with("/api/");
    let mut turn = None;

    if !in_api && request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let outcome = if in_api { admit(&mut request, &house, &id, lang, &mut turn).await } else { Ok(None) };
    let mut response = match outcome {
        Ok(None) => {
            let seen = request.extensions().get::<Arc<Seen>>().cloned();
            let answering = tokio::time::timeout(REQUEST_TIME, next.call(request));
            let response = match answering.await {
                Ok(response) => response?.map_into_boxed_body(),
                Err(_) => {
                    // The request went with the handler that is given up; only an error can still carry an answer.
                    let late = Error::refuse(408, "too_slow", "Yêu cầu quá 30 giây.", "The request took longer than 30 seconds.");
                    let mut response = render(&late, lang, &instance, &id);
                    set(response.headers_mut(), HeaderName::from_static("x-request-id"), &id);
                    guard(response.headers_mut(), in_api);
                    house.meter.count(408, started.elapsed());
                    return Err(InternalError::from_response(late, response).into());
                }
            };
            if let Some(used) = seen.clone().filter(|seen| seen.use_due.load(Ordering::Relaxed)) {
                // Beside the answer: a read does not wait for a turn among the writers.
                actix_web::rt::spawn(note_use(used));
            }
            let mut response = settle(response, seen.clone(), &house, lang, &instance, &id).await;
            if let Some(seen) = seen.filter(|_| response.status() == StatusCode::PRECONDITION_FAILED) {
                let path = response.request().path().to_owned();
                if let Some(tag) = stale::current_tag(&next, &seen, &path).await {
                    response.headers_mut().insert(header::ETAG, tag);
                }
            }
            response
        }
        Ok(Some(response)) => request.into_response(response).map_into_boxed_body(),
        Err(e) => {
            let response = render(&e, lang, &instance, &id);
            request.into_response(response).map_into_boxed_body()
        }
    };
    let headers = response.headers_mut();
    set(headers, HeaderName::from_static("x-request-id"), &id);
    if let Some(trace) = trace {
        headers.insert(HeaderName::from_static("traceparent"), trace);
    }
    if let Some(Turn { limit, left, resets_in, .. }) = turn {
        set(headers, HeaderName::from_static("ratelimit-policy"), &format!("\"minute\";q={limit};w=60"));
        set(headers, HeaderName::from_static("ratelimit"), &format!("\"minute\";r={left};t={resets_in}"));
    }
    guard(headers, in_api);
    compression::leave_small(&mut response);
    let took = started.elapsed();
    house.meter.count(response.status().as_u16(), took);
    log::info!(target: "nhipcau::access", "{id} {} {instance} {} {}us", response.request().method(), response.status().as_u16(), took.as_micros());
    Ok(response)
}

/// What is refused before the gate (a browser's preliminary question about another origin) is told as all else is.
pub async fn outside(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (id, lang, instance) = (request_id(request.headers()), language(request.headers()), discreet(request.path()));
    let response = next.call(request).await?.map_into_boxed_body();
    let passed = response.headers().contains_key("x-request-id");
    if passed || !response.status().is_client_error() {
        return Ok(response);
    }
    let refused = Error::refuse(
        response.status().as_u16(),
        "cors_refused",
        "Trình duyệt không được gọi như vậy từ nguồn này (CORS); người vận hành khai nguồn trong NHIPCAU_CORS_ORIGINS.",
        "A browser may not call this way from this origin (CORS); the operator names origins in NHIPCAU_CORS_ORIGINS.",
    );
    let rendered = render(&refused, lang, &instance, &id);
    let mut response = response.into_response(rendered);
    set(response.headers_mut(), HeaderName::from_static("x-request-id"), &id);
    guard(response.headers_mut(), true);
    log::info!(target: "nhipcau::access", "{id} {} {instance} {} cors", response.request().method(), response.status().as_u16());
    Ok(response)
}

/// An address as it may be logged and told: the secret of a calendar's address is left out.
fn discreet(path: &str) -> String {
    match path.strip_prefix("/api/v1/calendar-feeds/") {
        // However it is written: with a percent sign a secret is one too.
        Some(rest) if rest.starts_with("nhipcau_cal_") || rest.contains('%') || rest.ends_with(".ics") => "/api/v1/calendar-feeds/-.ics".to_owned(),
        _ => path.to_owned(),
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Security headers and what caches need to know.
fn guard(headers: &mut HeaderMap, in_api: bool) {
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    if in_api {
        set(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
        set(headers, header::VARY, "Authorization, Accept, Accept-Language, Accept-Encoding");
        if !headers.contains_key(header::CACHE_CONTROL) {
            set(headers, header::CACHE_CONTROL, "private, no-cache");
        }
    }
}

/// Where a request comes from: whoever connects, and where that is a proxy of ours, the nearest hop before it that is none.
fn origin(request: &ServiceRequest, proxies: &[IpNet]) -> Option<String> {
    let mut from = request.peer_addr()?.ip().to_canonical();
    let hops: Vec<&str> = request.headers().get_all("x-forwarded-for").flat_map(|v| v.to_str().unwrap_or_default().split(',')).collect();
    for hop in hops.into_iter().rev() {
        if !proxies.iter().any(|network| network.contains(&from)) {
            break;
        }
        let Ok(before) = hop.trim().parse::<IpAddr>() else { break };
        from = before.to_canonical();
    }
    Some(from.to_string())
}

/// Everything before the record: who, how large, which route, which format, which parameters.
async fn admit(request: &mut ServiceRequest, house: &Arc<House>, id: &str, lang: Lang, turn: &mut Option<Turn>) -> Result<Option<HttpResponse>> {
    let now = house.clock.now();
    let peer = origin(request, &house.settings.trusted_proxies);
    let asked_path = request.path().to_owned();
    let found = house.contract.path(&asked_path);
    let method = request.method().clone();
    let operation = found.as_ref().and_then(|(path, _)| path.operation(&method));
    // A method that is not there says so where nobody need sign in.
    let public = operation.map_or_else(|| found.as_ref().is_some_and(|(path, _)| path.is_public()), |o| o.public);

    let token = bearer(request.headers());
    let key = token.filter(|t| Key::is_one(t)).map(Key::read);
    if key.is_some()
        && let Some(wait) = house.guesses.spent(peer.as_deref().unwrap_or_default(), now)
    {
        return Err(too_many(wait));
    }
    let token = token.filter(|_| key.is_none());
    let key = key.flatten();
    let mut claims = token.and_then(|t| house.tokens.read(t, now));
    // Who a request says it is from counts once that is shown, and until then its address: a made-up name is no new minute.
    // Only where a key is looked up does it speak for itself; a wrong one is a guess besides.
    let shown = claims.as_ref().map(|c| c.sid.to_string()).or_else(|| key.as_ref().filter(|_| !public).map(|k| k.id.to_string()));
    *turn = house.pace.turn(shown.as_deref().or(peer.as_deref()).unwrap_or_default(), now);
    if let Some(refused) = turn.filter(|t| t.refused && shown.is_none()) {
        return Err(too_many(refused.resets_in));
    }
    if let (None, Some(token)) = (&claims, token)
        && !house.tokens.knows_key_of(token)
    {
        // Another process may have rotated the keys since we read them.
        let again = house.clone();
        let reloaded = actix_web::web::block(move || again.tokens.reload(&again.db)).await.map_err(Error::internal)?;
        reloaded?;
        claims = house.tokens.read(token, now);
    }
    let pass = claims.map(Pass::Token).or_else(|| key.map(Pass::Key));
    if !public && pass.is_none() {
        return Err(Error::unauthenticated());
    }

    let mut seen = Seen {
        house: house.clone(),
        operation_id: operation.map(|o| o.id.clone()).unwrap_or_default(),
        pass,
        now,
        lang,
        request: id.to_owned(),
        peer,
        method: method.as_str().to_owned(),
        path: asked_path.clone(),
        query: vec![],
        raw_query: request.query_string().to_owned(),
        coding: request.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned(),
        format: Format::Json,
        is_get: method == Method::GET || method == Method::HEAD,
        if_match: None,
        if_match_required: operation.is_some_and(|o| o.if_match_required),
        if_none_match: request.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).map(str::to_owned),
        idempotency_key: None,
        session_checked: AtomicBool::new(public),
        use_due: AtomicBool::new(false),
        pull: OnceLock::new(),
    };
    let checked = check(request, &mut seen, found.as_ref().map(|(p, v)| (*p, v.as_slice())), operation, *turn);
    let seen = Arc::new(seen);
    match checked {
        Ok(None) => {
            if method == Method::HEAD {
                request.head_mut().method = Method::GET;
            }
            let code = found.as_ref().zip(operation).and_then(|((_, values), operation)| operation.code_in(values));
            if let Some(code) = code {
                resolve(request, &seen, &asked_path, code).await?;
            }
            if seen.parameter("updated_after").is_some() {
                let asked = seen.clone();
                let pull = house.db.read(move |conn| asked.look_since(conn)).await?;
                seen.pull.get_or_init(|| pull);
            }
            request.extensions_mut().insert(seen);
            Ok(None)
        }
        refused_or_answered => {
            // A token of a session that has ended is 401 before anything else is said of the request.
            alive(&seen).await?;
            refused_or_answered
        }
    }
}

/// Notes that a key was used, at most once in some minutes; an answer does not fail for it.
async fn note_use(seen: Arc<Seen>) {
    let Some(Pass::Key(used)) = &seen.pass else { return };
    let (id, now) = (used.id, seen.now);
    if let Err(e) = seen.house.db.write(move |conn| key::note_use(conn, id, now)).await {
        log::warn!("the use of a key is not noted: {e}");
    }
}

/// Puts the id of the record in the place of its code. Where nothing that the caller may see bears it, an id that nothing
/// bears: the handler then says what it says of any record that is not there, in its own order.
async fn resolve(request: &mut ServiceRequest, seen: &Arc<Seen>, asked_path: &str, code: &str) -> Result<()> {
    let collection = asked_path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default().to_owned();
    let (asking, named) = (seen.clone(), code.to_owned());
    let found = seen.house.db.read(move |conn| {
        let ask = asking.ask(conn, "")?;
        (asking.house.by_code)(conn, &ask.actor, &collection, &named)
    });
    let id = found.await?.unwrap_or_else(Id::fresh);
    let path = asked_path.split('/').map(|part| if part == code { id.to_string() } else { part.to_owned() }).collect::<Vec<_>>().join("/");
    let query = request.query_string();
    let address = if query.is_empty() { path } else { format!("{path}?{query}") };
    let uri: Uri = address.parse().map_err(Error::internal)?;
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
    Ok(())
}

/// 401 where the token's session has ended.
async fn alive(seen: &Arc<Seen>) -> Result<()> {
    if seen.session_checked.load(Ordering::Relaxed) || seen.pass.is_none() {
        return Ok(());
    }
    let asked = seen.clone();
    seen.house.db.read(move |conn| asked.actor(conn).map(drop)).await
}

fn check(
    request: &ServiceRequest,
    seen: &mut Seen,
    found: Option<(&Path, &[(&str, &str)])>,
    operation: Option<&Operation>,
    turn: Option<Turn>,
) -> Result<Option<HttpResponse>> {
    let headers = request.headers();
    if let Some(turn) = turn.filter(|t| t.refused) {
        return Err(too_many(turn.resets_in));
    }
    if request.uri().path_and_query().map_or(0, |p| p.as_str().len()) > ADDRESS_LIMIT {
        return Err(Error::refuse(414, "address_too_long", "Địa chỉ dài quá 4 KiB.", "The address is longer than 4 KiB."));
    }
    if headers.iter().map(|(n, v)| n.as_str().len() + v.len() + 4).sum::<usize>() > HEADER_LIMIT {
        return Err(Error::refuse(431, "header_too_large", "Phần đầu lớn quá 16 KiB.", "The header is larger than 16 KiB."));
    }
    let limit = if operation.is_some_and(Operation::takes_upload) { UPLOAD_LIMIT } else { BODY_LIMIT };
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    if length.is_some_and(|l| l > limit) {
        return Err(too_large());
    }
    let Some((path, values)) = found else {
        return Err(Error::refuse(404, "no_such_route", "Không có địa chỉ này.", "There is no such address."));
    };
    if request.method() == Method::OPTIONS {
        return Ok(Some(HttpResponse::NoContent().insert_header((header::ALLOW, path.allow.clone())).finish()));
    }
    let Some(operation) = operation else {
        let mut refusal = Refusal::new(405, "method_not_allowed", format!("Ở đây dùng được: {}.", path.allow), format!("Allowed here: {}.", path.allow));
        refusal.allow = Some(path.allow.clone());
        return Err(Error::Refused(Box::new(refusal)));
    };
    // What cannot be read is told below; the format comes before it (RULES 19).
    let query = serde_urlencoded::from_str::<Vec<(String, String)>>(request.query_string());
    let named = query.iter().flatten().find(|(name, _)| name == "format").map(|(_, word)| word.as_str());
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).map(|v| v.to_str().unwrap_or_default()).collect();
    seen.format = format::choose(operation, named, (!accept.is_empty()).then(|| accept.join(",")).as_deref())?;
    compression::acceptable(request)?;
    let media = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).map(|v| v.split(';').next().unwrap_or_default().trim().to_owned());
    let has_body = length.is_some_and(|l| l > 0) || headers.contains_key(header::TRANSFER_ENCODING);
    if operation.takes_body() {
        match &media {
            Some(media) if operation.accepts(media) => {}
            None if !operation.body_required && !has_body => {}
            _ => {
                let accepted = operation.accepted().join(", ");
                return Err(Error::refuse(415, "media_type", format!("Hãy gửi Content-Type: {accepted}."), format!("Send Content-Type: {accepted}.")));
            }
        }
    } else if has_body {
        return Err(Error::refuse(415, "no_body_expected", "Thao tác này không nhận nội dung.", "This operation takes no body."));
    }
    let query = query.map_err(|_| Error::malformed("bad_query", "Chuỗi truy vấn không đọc được.", "The query cannot be read."))?;
    if query.iter().any(|(n, v)| n.contains('\u{fffd}') || v.contains('\u{fffd}')) {
        return Err(Error::malformed("bad_query", "Chuỗi truy vấn không phải UTF-8.", "The query is not UTF-8."));
    }
    operation.check_query(&query)?;
    format::fitting(operation, seen.format, &query)?;
    seen.query = query;
    if let Some(tag) = headers.get(header::IF_MATCH).filter(|_| operation.if_match_required) {
        if headers.get_all(header::IF_MATCH).count() > 1 {
            return Err(bad_tag());
        }
        seen.if_match = Some(tag.to_str().ok().and_then(version_of).ok_or_else(bad_tag)?);
    }
    if let Some(key) = headers.get("idempotency-key").filter(|_| request.method() == Method::POST && !seen.path.starts_with("/api/v1/auth/")) {
        let key = key.to_str().unwrap_or_default();
        if key.is_empty() || key.len() > 128 || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::malformed(
                "bad_key",
                "Idempotency-Key gồm 1–128 ký tự ASCII in được.",
                "Idempotency-Key takes 1 to 128 printable ASCII characters.",
            ));
        }
        seen.idempotency_key = Some(key.to_owned());
    }
    operation.check_path(values)?;
    Ok(None)
}

fn too_many(wait: u32) -> Error {
    let mut refusal = Refusal::new(429, "too_many_requests", "Quá nhiều yêu cầu; hãy chờ rồi thử lại.", "Too many requests; wait, then try again.");
    refusal.retry_after = Some(wait);
    Error::Refused(Box::new(refusal))
}

fn bad_tag() -> Error {
    Error::malformed(
        "bad_if_match",
        "If-Match phải là đúng một ETag mạnh, như \"3.0a1b2c\".",
        "If-Match must be exactly one strong ETag, such as \"3.0a1b2c\".",
    )
}

/// The version part of one strong tag.
fn version_of(tag: &str) -> Option<i32> {
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let (version, digest) = inner.split_once('.').unwrap_or((inner, "0"));
    let fits = !version.is_empty() && version.len() <= 9 && version.bytes().all(|b| b.is_ascii_digit());
    let digest_fits = !digest.is_empty() && digest.len() <= 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    if fits && digest_fits { version.parse().ok() } else { None }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Ours where the caller sent none, or none that is well formed.
fn request_id(headers: &HeaderMap) -> String {
    let sent = headers.get("x-request-id").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if (8..=128).contains(&sent.len()) && sent.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        sent.to_owned()
    } else {
        Id::fresh().to_string()
    }
}

fn language(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut best = (0.0_f32, Lang::Vi);
    for range in wanted.split(',') {
        let mut parts = range.split(';');
        let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight = parts.find_map(|p| p.trim().strip_prefix("q=").and_then(|q| q.parse().ok())).unwrap_or(1.0);
        let lang = match tag.split('-').next() {
            Some("en") => Lang::En,
            Some("vi") => Lang::Vi,
            _ => continue,
        };
        if weight > best.0 {
            best = (weight, lang);
        }
    }
    best.1
}

/// Turns whatever failed into a problem; a session that has ended comes first.
async fn settle(response: ServiceResponse<BoxBody>, seen: Option<Arc<Seen>>, house: &House, lang: Lang, instance: &str, id: &str) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if status.is_success() || status.is_redirection() || status == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t == "application/problem+json");
    if is_problem {
        return response;
    }
    let _ = house;
    if let Some(seen) = &seen
        && let Err(ended) = alive(seen).await
    {
        let rendered = render(&ended, lang, instance, id);
        return response.into_response(rendered);
    }
    let rendered = match response.response().error() {
        Some(e) => match e.as_error::<Error>() {
            Some(ours) => render(ours, lang, instance, id),
            None => render(&foreign(status, &e.to_string()), lang, instance, id),
        },
        None => render(&foreign(status, ""), lang, instance, id),
    };
    response.into_response(rendered)
}

fn foreign(status: StatusCode, text: &str) -> Error {
    match status.as_u16() {
        404 => Error::refuse(404, "no_such_route", "Không có địa chỉ này.", "There is no such address."),
        413 => too_large(),
        code @ 400..=499 => Error::refuse(code, "refused", "Yêu cầu không được nhận.", "The request was not accepted."),
        _ => Error::internal(text.to_owned()),
    }
}

/// A failure as the caller reads it; the whole of it goes to the log alone.
pub fn render(error: &Error, lang: Lang, instance: &str, id: &str) -> HttpResponse {
    match error {
        Error::Internal(e) => log::error!("{id} {instance}: {e}"),
        Error::Unavailable(why) => log::warn!("{id} {instance}: {why}"),
        other => log::debug!("{id} {instance}: {other}"),
    }
    let refusal = error.refusal();
    let problem = refusal.problem(lang, instance, id);
    let mut response = HttpResponse::build(StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if refusal.status == 401 {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"nhipcau\""));
    }
    if let Some(seconds) = refusal.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if let Some(allow) = refusal.allow {
        response.insert_header((header::ALLOW, allow));
    }
    response.insert_header((header::CONTENT_LANGUAGE, lang.tag()));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    match serde_json::to_vec(&problem) {
        Ok(body) => response.content_type("application/problem+json").body(body),
        Err(e) => {
            log::error!("{id}: a problem cannot be written: {e}");
            response.finish()
        }
    }
}

impl actix_web::ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.refusal().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
    fn error_response(&self) -> HttpResponse {
        // The gate writes the problem: it alone knows the language and the request's id.
        HttpResponse::new(self.status_code())
    }
}
