//! Compressed answers, for who accepts them.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, header};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, NotForContentType, Predicate, SizeAbove};

type Worthwhile = And<And<SizeAbove, NotForContentType>, NotForContentType>;

/// Compresses answers that gain from it: neither small ones nor images, and no event streams, which must not be held back.
pub fn layer() -> CompressionLayer<Worthwhile> {
    CompressionLayer::new()
        .compress_when(SizeAbove::new(1024).and(NotForContentType::IMAGES).and(NotForContentType::SSE))
}

/// Middleware: a strong `ETag` stands for certain bytes, so on a compressed answer it becomes a weak one.
pub async fn weaken_etag(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.headers().contains_key(header::CONTENT_ENCODING)
        && let Some(etag) = response.headers().get(header::ETAG)
        && etag.as_bytes().starts_with(b"\"")
        && let Ok(weak) = HeaderValue::from_bytes(&[b"W/", etag.as_bytes()].concat())
    {
        response.headers_mut().insert(header::ETAG, weak);
    }
    response
}
