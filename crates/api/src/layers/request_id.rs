//! Every request has an id: in the log, in the answer, and from a proxy in front where it sends a usable one.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::Instrument;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The most bytes an id from outside may have.
const MAX_LENGTH: usize = 128;

/// The id of a request, found in its extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Middleware: takes or makes the id and runs the request in a span that carries it.
pub async fn assign(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&HEADER).and_then(|value| value.to_str().ok()).filter(|id| usable(id));
    let id = given.map_or_else(|| base::ids::new_id().to_string(), str::to_owned);
    let span =
        tracing::info_span!("request", request_id = %id, method = %request.method(), path = request.uri().path());
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn usable(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_LENGTH && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:+/=".contains(&b))
}
