//! Compressed answers, for who accepts them.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, header};
use tower::{ServiceExt, service_fn};
use tower_http::compression::Compression;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// Compresses answers that gain from it: neither small ones nor images, and no event streams, which must not be held back.
pub async fn compress<F: Future<Output = Response>>(request: Request, next: impl Fn(Request) -> F) -> Response {
    let next = service_fn(async |request| Ok::<_, Infallible>(next(request).await));
    let worthwhile = SizeAbove::new(1024).and(NotForContentType::IMAGES).and(NotForContentType::SSE);
    let answered = Compression::new(next).compress_when(worthwhile).oneshot(request).await;
    let mut response = answered.unwrap_or_else(|never| match never {}).map(Body::new);
    weaken_etag(&mut response);
    response
}

/// A strong `ETag` stands for certain bytes, so on a compressed answer it becomes a weak one.
fn weaken_etag(response: &mut Response) {
    if response.headers().contains_key(header::CONTENT_ENCODING)
        && let Some(etag) = response.headers().get(header::ETAG)
        && etag.as_bytes().starts_with(b"\"")
        && let Ok(weak) = HeaderValue::from_bytes(&[b"W/", etag.as_bytes()].concat())
    {
        response.headers_mut().insert(header::ETAG, weak);
    }
}
