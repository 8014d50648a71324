//! What a change that comes too late is told beside 412: the tag that GET gives this caller now. The tag covers the whole
//! answer (RULES 20), so the record is read as GET reads it, by the handler of GET.

use super::call::Seen;
use crate::export::Format;
use actix_web::{
    HttpMessage,
    body::MessageBody,
    http::{
        Method,
        header::{self, HeaderValue},
    },
    middleware::Next,
    test::TestRequest,
};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

/// The current tag of the record that a change was meant for; none where it can no longer be read. `path` is that of the
/// change, with the record's id in the place of its code.
pub(super) async fn current_tag(next: &Next<impl MessageBody + 'static>, seen: &Seen, path: &str) -> Option<HeaderValue> {
    let contract = &seen.house.contract;
    let reading = |path: &str| contract.path(path).and_then(|(found, _)| found.operation(&Method::GET).map(|o| o.id.clone()));
    let above = path.rsplit_once('/').map_or(path, |(above, _)| above);
    let (path, operation_id) = reading(path).map(|id| (path, id)).or_else(|| reading(above).map(|id| (above, id)))?;
    let as_read = Seen {
        house: seen.house.clone(),
        operation_id,
        pass: seen.pass.clone(),
        now: seen.now,
        lang: seen.lang,
        request: seen.request.clone(),
        peer: seen.peer.clone(),
        method: Method::GET.as_str().to_owned(),
        path: path.to_owned(),
        query: vec![],
        raw_query: String::new(),
        coding: seen.coding.clone(),
        format: Format::Json,
        is_get: true,
        if_match: None,
        if_match_required: false,
        if_none_match: None,
        idempotency_key: None,
        session_checked: AtomicBool::new(seen.session_checked.load(Ordering::Relaxed)),
        use_due: AtomicBool::new(false),
        pull: OnceLock::new(),
    };
    // Only there can a request be made that nobody sent.
    let request = TestRequest::get().uri(path).to_srv_request();
    request.extensions_mut().insert(Arc::new(as_read));
    let answer = next.call(request).await.ok()?;
    answer.headers().get(header::ETAG).filter(|_| answer.status().is_success()).cloned()
}
