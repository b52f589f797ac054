//! `/{provider}/handler/frame`: back from the provider, by redirect or by a form it posts (contract auth.md section 1.1).

use std::net::SocketAddr;

use ::auth::AuthError;
use ::auth::audit::{Done, Severity, actor};
use ::auth::sign_in::{Answer, Ended, FAILED};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::audit::Actor;

use super::provider::{Sent, cookies, with_cookies};
use crate::error::ApiError;
use crate::extract::Segments;
use crate::state::ApiState;

/// What JavaScript decodes; an apostrophe would end the text it stands in.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'!').remove(b'~').remove(b'*');

pub async fn handler(
    State(state): State<ApiState>,
    Segments(provider): Segments<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let sent = if method == Method::POST { Sent::of_bytes(&body) } else { Sent::of_uri(&uri) };
    if state.sign_in.has_proxy(&provider) {
        return Err(ApiError::NotImplemented("Not implemented".to_owned()));
    }
    if !state.sign_in.has(&provider) {
        return Err(state.sign_in.unknown(&provider).into());
    }
    let answer = Answer {
        state: sent.get("state"),
        code: sent.get("code"),
        error: sent.get("error"),
        error_description: sent.get("error_description"),
    };
    let ended = state.sign_in.end(&provider, answer, &cookies(&headers)).await;
    let actor = actor(&headers, peer.map(|Extension(ConnectInfo(address))| address));
    state.audit.record(signed_in(&provider, &ended, actor)).await;
    match ended {
        Ended::Refused(error) => Err(error.into()),
        Ended::Popup { origin, result, cookies } => {
            let message = match result {
                Ok(response) => json!({ "type": "authorization_response", "response": response }),
                Err(error) => {
                    tracing::info!(provider, %error, "a sign-in failed");
                    json!({ "type": "authorization_response", "error": { "name": error.name(), "message": error.to_string() } })
                }
            };
            Ok(with_cookies(frame(&origin, &message), &cookies))
        }
        Ended::Redirect { location, cookies, .. } => {
            Ok(with_cookies((StatusCode::FOUND, [(header::LOCATION, location)]).into_response(), &cookies))
        }
        Ended::Session { token, next, mut cookies, .. } => {
            cookies.push(::auth::session_cookie(&token.token, is_secure(&state)));
            Ok(with_cookies((StatusCode::FOUND, [(header::LOCATION, next)]).into_response(), &cookies))
        }
        Ended::NoSession(error) => {
            tracing::info!(provider, %error, "a sign-in failed");
            let secure = if is_secure(&state) { "; Secure" } else { "" };
            let reason = utf8_percent_encode(&error.to_string(), ESCAPED).to_string();
            // The page says it once. In an address, anybody could put words there.
            let reason: String = reason.chars().take(3000).collect();
            let cookie = format!("{FAILED}={reason}; Path=/sign-in; Max-Age=60; HttpOnly; SameSite=Lax{secure}");
            let location = [(header::LOCATION, "/sign-in")];
            Ok(with_cookies((StatusCode::FOUND, location).into_response(), &[cookie]))
        }
    }
}

/// What became of it, for the record.
fn signed_in<'a>(provider: &str, ended: &Ended, actor: Actor) -> Done<'a> {
    let told = |result: &Result<Value, AuthError>| match result {
        Ok(body) => (body.pointer("/backstageIdentity/identity/userEntityRef").cloned(), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let (user, error) = match ended {
        Ended::Popup { result, .. } => told(result),
        Ended::Session { user, .. } => (Some(user.as_str().into()), None),
        Ended::Redirect { error, .. } => (None, error.clone()),
        Ended::NoSession(error) | Ended::Refused(error) => (None, Some(error.to_string())),
    };
    let actor_id = user.and_then(|user| user.as_str().map(str::to_owned));
    Done {
        plugin: "auth",
        event: "sign-in",
        severity: Severity::Medium,
        actor: Actor { actor_id, ..actor },
        request: None,
        meta: json!({ "provider": provider }),
        error,
    }
}

fn is_secure(state: &ApiState) -> bool {
    state.auth.issuer().starts_with("https:")
}

/// The page that tells its opener: first for whom the message is, so that it can complain, then the message, to nobody else.
fn frame(origin: &str, message: &Value) -> Response {
    let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
    let script = format!(
        "var message = decodeURIComponent('{}');\nvar target = decodeURIComponent('{}');\nvar opener = window.opener || \
         window.parent;\nopener.postMessage({{ type: 'config_info', targetOrigin: target }}, '*');\n\
         opener.postMessage(JSON.parse(message), target);\nsetTimeout(function () {{ window.close(); }}, 100);",
        escaped(&message.to_string()),
        escaped(origin),
    );
    let hash = STANDARD.encode(Sha256::digest(&script));
    let page = format!(
        "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>…</title></head>\n<body>\n<script>{script}</script>\n</body>\n</html>\n"
    );
    let policy = format!("script-src 'sha256-{hash}'");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("sameorigin")),
        // Base64 and a word, which headers can hold.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("script-src 'none'")),
        ),
    ];
    (StatusCode::OK, headers, page).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn nothing_a_provider_says_ends_the_script() {
        let hostile = "</script><script>alert('x')//";
        let response = frame("http://localhost:3000", &json!({ "error": { "message": hostile } }));
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let page = String::from_utf8(body.to_vec()).unwrap();
        let script = page.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
        assert_eq!(page.matches("<script>").count(), 1);
        assert!(!script.contains("alert('"));
        assert_eq!(policy, format!("script-src 'sha256-{}'", STANDARD.encode(Sha256::digest(script))));
    }
}
