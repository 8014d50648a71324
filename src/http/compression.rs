//! Which answers are compressed. actix's `Compress` asks for the media type alone, and refuses a coding that it does not
//! have in words of its own.

use crate::error::{Error, Result};
use actix_web::{
    HttpMessage,
    body::{BodySize, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, AcceptEncoding, ContentEncoding, Encoding, HeaderValue},
    middleware::Next,
};

/// Bytes. What is smaller goes in one packet either way.
const WORTH_IT: u64 = 1024;

/// What the client excludes of the codings that there are.
enum Excluded {
    All,
    /// An answer as it is.
    Identity,
}

/// Stands around `Compress`: what that would refuse goes on to the gate, which says it as a Problem.
pub async fn negotiated(mut request: ServiceRequest, next: Next<impl MessageBody>) -> std::result::Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(asked) = request.get_header::<AcceptEncoding>() {
        let all = [Encoding::identity(), Encoding::brotli(), Encoding::gzip(), Encoding::deflate()];
        if asked.negotiate(all.iter()).is_none() {
            request.headers_mut().remove(header::ACCEPT_ENCODING);
            request.extensions_mut().insert(Excluded::All);
        } else if asked.negotiate([Encoding::identity()].iter()).is_none() {
            request.extensions_mut().insert(Excluded::Identity);
        }
    }
    let mut response = next.call(request).await?;
    // It has told `Compress` to leave the answer alone; as a content coding the word is not to be sent (RFC 9110, 8.4).
    if response.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding == ContentEncoding::Identity.as_str()) {
        response.headers_mut().remove(header::CONTENT_ENCODING);
    }
    Ok(response)
}

/// 406 for a client that takes none of the codings that there are.
pub(super) fn acceptable(request: &ServiceRequest) -> Result<()> {
    if matches!(request.extensions().get(), Some(Excluded::All)) {
        return Err(Error::refuse(406, "not_acceptable", "Chỉ có mã hóa: identity, gzip, deflate, br.", "Available codings: identity, gzip, deflate, br."));
    }
    Ok(())
}

/// Keeps `Compress` from a small answer, unless the client excludes one that is not compressed.
pub(super) fn leave_small<B: MessageBody>(response: &mut ServiceResponse<B>) {
    let small = matches!(response.response().body().size(), BodySize::Sized(..WORTH_IT));
    if small && !response.headers().contains_key(header::CONTENT_ENCODING) && response.request().extensions().get::<Excluded>().is_none() {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(ContentEncoding::Identity.as_str()));
    }
}
