//! What a client is given to read its own writes on another process (an addition to the contract): every answer of the catalog
//! says how far this process is in the change feed, and a request that sends that back is answered by one that is as far.
//! `docs/replicas.md` tells how to use it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::ApiError;
use crate::state::ApiState;

/// The header that carries it, both ways.
pub const CONSISTENCY: HeaderName = HeaderName::from_static("callboard-consistency");

/// Waits until readers see what the request asks for, and tells with the answer how far they see.
pub async fn consistent(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let waited = match wanted(request.headers()) {
        Ok(None) => Ok(()),
        Ok(Some(position)) => state.engine.wait_for(position).await.map_err(ApiError::from),
        Err(error) => Err(error),
    };
    let mut response = match waited {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    response.headers_mut().insert(CONSISTENCY, HeaderValue::from(state.engine.position()));
    response
}

fn wanted(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(token) = headers.get(&CONSISTENCY) else { return Ok(None) };
    let position = token.to_str().ok().and_then(|text| text.parse().ok());
    let refused = || ApiError::Input(format!("{CONSISTENCY}: send what an answer said, as it was"));
    position.map(Some).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    const URL: &str = "/entities/by-query?limit=0";

    #[tokio::test]
    async fn an_answer_says_how_far_it_sees_and_takes_that_back() {
        let fixture = Fixture::with_components(2).await;
        let answer = fixture.call("GET", URL, &[], "").await;
        let token = answer.headers["callboard-consistency"].to_str().unwrap().to_owned();
        assert!(token.parse::<i64>().is_ok());
        let again = fixture.call("GET", URL, &[("callboard-consistency", &token)], "").await;
        assert_eq!((again.status, &again.text), (200, &answer.text));
        let strange = fixture.call("GET", URL, &[("callboard-consistency", "soon")], "").await;
        let message = "callboard-consistency: send what an answer said, as it was";
        assert_eq!(strange.json(), error(400, "InputError", message, "GET", URL));
    }
}
