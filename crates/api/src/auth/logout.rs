//! `POST /{provider}/logout`: forget a sign-in (contract auth.md section 1.3).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::json;

use super::provider::{Sent, cookies, with_cookies};
use super::refresh::from_script;
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
    if !state.sign_in.has(&provider) {
        return Err(state.sign_in.unknown(&provider).into());
    }
    from_script(&headers)?;
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let sent = Sent::of_uri(&uri);
    let (forget, elsewhere) = state.sign_in.log_out(&provider, sent.get("env"), origin, &cookies(&headers)).await?;
    let response = match elsewhere {
        Some(address) => respond::json(&json!({ "logoutUrl": address })),
        None => StatusCode::OK.into_response(),
    };
    Ok(with_cookies(response, &forget))
}
