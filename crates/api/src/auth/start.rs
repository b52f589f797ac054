//! `GET /{provider}/start`: off to the provider (contract auth.md section 1.1).

use ::auth::sign_in::Start;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri, header};

use super::provider::{Sent, with_cookies};
use crate::error::ApiError;
use crate::extract::Segments;
use crate::state::ApiState;

pub async fn handler(
    State(state): State<ApiState>,
    Segments(provider): Segments<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    if state.sign_in.has_proxy(&provider) {
        return Err(ApiError::NotImplemented("Not implemented".to_owned()));
    }
    let sent = Sent::of_uri(&uri);
    let start = Start {
        environment: sent.get("env"),
        scope: sent.get("scope"),
        origin: sent.get("origin").filter(|origin| !origin.is_empty()),
        flow: sent.get("flow"),
        redirect_url: sent.get("redirectUrl"),
    };
    let started = state.sign_in.start(&provider, start).await?;
    let headers = [(header::LOCATION, started.location), (header::CONTENT_LENGTH, "0".to_owned())];
    Ok(with_cookies((StatusCode::FOUND, headers).into_response(), &started.cookies))
}
