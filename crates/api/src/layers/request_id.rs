//! Every request has an id: in the log, in the answer, and from a proxy in front where it sends a usable one.

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The most bytes an id from outside may have.
const MAX_LENGTH: usize = 128;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The id of a request, found in its extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id of the request this task answers, for what is logged far from it.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }
}

/// Takes or makes the id.
pub async fn assign<F: Future<Output = Response>>(mut request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let given = request.headers().get(&HEADER).and_then(|value| value.to_str().ok()).filter(|id| usable(id));
    let id = RequestId(given.map_or_else(|| base::ids::new_id().to_string(), str::to_owned));
    let header = HeaderValue::from_str(&id.0);
    request.extensions_mut().insert(id.clone());
    let mut response = CURRENT.scope(id, next(request)).await;
    if let Ok(value) = header {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn usable(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_LENGTH && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:+/=".contains(&b))
}
