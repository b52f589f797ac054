//! `/{provider}/refresh`: fresh tokens for a browser that signed in before (contract auth.md section 1.3).

use ::auth::AuthError;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use super::provider::{Sent, cookies, with_cookies};
use crate::error::ApiError;
use crate::extract::Segments;
use crate::respond;
use crate::state::ApiState;

pub async fn handler(
    State(state): State<ApiState>,
    Segments(provider): Segments<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if state.sign_in.has_proxy(&provider) {
        return Ok(respond::json(&state.sign_in.refresh_by_proxy(&provider, &headers).await?));
    }
    if !state.sign_in.has(&provider) {
        return Err(state.sign_in.unknown(&provider).into());
    }
    from_script(&headers)?;
    let sent = Sent::of_uri(&uri);
    let refreshed = state.sign_in.refresh(&provider, sent.get("env"), sent.get("scope"), &cookies(&headers)).await?;
    Ok(with_cookies(respond::json(&refreshed.body), &refreshed.cookies))
}

/// A header that a form of another site cannot send.
pub(super) fn from_script(headers: &HeaderMap) -> Result<(), ApiError> {
    match headers.get("x-requested-with") {
        Some(value) if value == "XMLHttpRequest" => Ok(()),
        _ => Err(AuthError::NotFromScript.into()),
    }
}
