//! Bodies of answers: JSON that is made here, and entities that are passed on as they are kept.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::error::ApiError;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Bodies up to this size are sent as one buffer; larger ones are streamed in pieces of it.
const PIECE: usize = 256 * 1024;

/// A body that is JSON already.
pub fn json_bytes(body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, JSON)], body.into()).into_response()
}

/// A value as JSON.
pub fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => json_bytes(body),
        Err(error) => ApiError::internal(&error).into_response(),
    }
}

/// A body with its strong `ETag`, or 304 where the client has it already (an addition to the contract).
pub fn json_with_etag(request: &HeaderMap, etag: &str, body: Bytes) -> Response {
    let quoted = format!("\"{etag}\"");
    let known = is_known(request.get_all(header::IF_NONE_MATCH), &quoted);
    with_etag(&quoted, if known { StatusCode::NOT_MODIFIED.into_response() } else { json_bytes(body) })
}

/// The answer with its tag, to be kept by the caller alone and asked for again.
pub fn with_etag(quoted: &str, mut response: Response) -> Response {
    // An etag is a hash in hex; should a source ever bring anything else, the answer goes without.
    if let Ok(value) = HeaderValue::from_str(quoted) {
        response.headers_mut().insert(header::ETAG, value);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    response
}

/// Whether values of `If-None-Match` name this tag; compared weakly, as RFC 9110 section 13.1.2 has it.
pub fn is_known<'a>(given: impl IntoIterator<Item = &'a HeaderValue>, quoted: &str) -> bool {
    given.into_iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == quoted)
    })
}

/// JSON texts between a head and a tail, separated by commas: each text is copied once, into the buffer that is sent.
pub fn json_list(head: &'static str, items: Vec<Bytes>, tail: String) -> Response {
    let size = head.len() + tail.len() + items.iter().map(|item| item.len() + 1).sum::<usize>();
    if size <= PIECE {
        let mut body = BytesMut::with_capacity(size);
        body.extend_from_slice(head.as_bytes());
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                body.extend_from_slice(b",");
            }
            body.extend_from_slice(item);
        }
        body.extend_from_slice(tail.as_bytes());
        return json_bytes(body.freeze());
    }
    let pieces = Pieces { head, items: items.into_iter(), tail: Some(tail), first: true };
    json_bytes(Body::from_stream(futures::stream::iter(pieces.map(Ok::<_, std::convert::Infallible>))))
}

/// The pieces of a large list, each made when the connection is ready for it.
struct Pieces {
    head: &'static str,
    items: std::vec::IntoIter<Bytes>,
    tail: Option<String>,
    first: bool,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        self.tail.as_ref()?;
        let mut piece = BytesMut::with_capacity(PIECE + PIECE / 4);
        piece.extend_from_slice(std::mem::take(&mut self.head).as_bytes());
        while piece.len() < PIECE {
            let Some(item) = self.items.next() else {
                piece.extend_from_slice(self.tail.take().unwrap_or_default().as_bytes());
                break;
            };
            if !std::mem::take(&mut self.first) {
                piece.extend_from_slice(b",");
            }
            piece.extend_from_slice(&item);
        }
        Some(piece.freeze())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn text(response: Response) -> String {
        String::from_utf8(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_list_is_the_same_in_one_buffer_and_in_pieces() {
        for count in [0, 1, 2, 5000] {
            let item = format!("{{\"name\":\"{}\"}}", "x".repeat(200));
            let items: Vec<Bytes> = (0..count).map(|_| Bytes::from(item.clone())).collect();
            let whole = format!("[{}]", vec![item; count].join(","));
            assert_eq!(text(json_list("[", items, "]".to_owned())).await, whole, "{count}");
        }
    }

    #[test]
    fn a_known_etag_is_not_sent_again() {
        for (header, status) in [
            (None, 200),
            (Some("\"abc\""), 304),
            (Some("W/\"abc\""), 304),
            (Some("\"x\", \"abc\""), 304),
            (Some("*"), 304),
            (Some("abc"), 200),
            (Some("\"abcd\""), 200),
        ] {
            let mut request = HeaderMap::new();
            if let Some(value) = header {
                request.insert(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            }
            let response = json_with_etag(&request, "abc", Bytes::from_static(b"{}"));
            assert_eq!(
                (response.status().as_u16(), &response.headers()["etag"]),
                (status, &HeaderValue::from_static("\"abc\""))
            );
        }
    }
}
