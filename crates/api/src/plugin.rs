//! What every plugin has in common: credentials are required, unknown paths are empty 404s, errors come in the envelope,
//! and under `/.backstage/auth/v1` there are its keys and the cookie for what a browser loads without a header
//! (contract auth.md sections 3.3 and 3.5).

use axum::Router;
use axum::extract::State;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::format_description;
use url::Url;

use crate::audit::record::record;
use crate::error::{ApiError, enveloped, not_found};
use crate::extract::{Caller, Plugin, authenticate, optional_bearer};
use crate::respond;
use crate::state::ApiState;

const COOKIE: &str = "backstage-auth";
const COOKIE_PATH: &str = "/.backstage/auth/v1/cookie";

/// A cookie that is valid longer than this, in milliseconds, is not issued anew.
const RENEW_BEFORE: i64 = 5 * 60 * 1000;

/// The routes of a plugin behind its door.
pub fn mount(plugin: Plugin, routes: Router<ApiState>, state: &ApiState) -> Router<ApiState> {
    routes
        .route(COOKIE_PATH, get(issue_cookie))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(from_fn_with_state((state.clone(), plugin), record))
        .layer(from_fn_with_state((state.clone(), plugin), authenticate))
        .route(COOKIE_PATH, delete(clear_cookie))
        // Plugins run in this process: they have no keys of their own to sign calls to each other with.
        .route("/.backstage/auth/v1/jwks.json", get(async || respond::json(&json!({ "keys": [] }))))
        .method_not_allowed_fallback(not_found)
        .layer(from_fn(enveloped))
}

async fn issue_cookie(State(state): State<ApiState>, caller: Caller, headers: HeaderMap) -> Result<Response, ApiError> {
    let user = caller.principal.require_user()?;
    if let Some(present) = cookie_value(&headers)
        && let Ok(auth::Principal::User(known)) = state.auth.authenticate_limited(present).await
        && known.entity_ref == user.entity_ref
        && known.expires_at - base::clock::now_millis() > RENEW_BEFORE
    {
        return Ok(respond::json(&json!({ "expiresAt": iso(at(known.expires_at)?)? })));
    }
    let limited = state.auth.limit(optional_bearer(&headers).unwrap_or_default()).await?;
    let expires = at(limited.expires_at)?;
    let mut response = respond::json(&json!({ "expiresAt": iso(expires)? }));
    response.headers_mut().insert(header::SET_COOKIE, cookie(&state, &limited.token, expires)?);
    Ok(response)
}

async fn clear_cookie(State(state): State<ApiState>) -> Result<Response, ApiError> {
    let cookie = cookie(&state, "", OffsetDateTime::UNIX_EPOCH)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// The cookie for what a browser loads without a header.
pub fn cookie_value(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE && !value.is_empty()).then_some(value))
}

/// The cookie for the host of `backend.baseUrl`, which is also that of the token issuer.
fn cookie(state: &ApiState, value: &str, expires: OffsetDateTime) -> Result<HeaderValue, ApiError> {
    let issuer = Url::parse(state.auth.issuer()).map_err(|error| ApiError::internal(&error))?;
    let host = issuer.host_str().unwrap_or("localhost");
    let cross_site = if issuer.scheme() == "https" || host == "localhost" {
        "Secure; Priority=High; SameSite=None"
    } else {
        "Priority=High; SameSite=Lax"
    };
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let expires = expires.format(format).map_err(|error| ApiError::internal(&error))?;
    let text = format!("{COOKIE}={value}; Domain={host}; Path=/; Expires={expires}; HttpOnly; {cross_site}");
    HeaderValue::from_str(&text).map_err(|error| ApiError::internal(&error))
}

fn at(millis: i64) -> Result<OffsetDateTime, ApiError> {
    OffsetDateTime::from_unix_timestamp(millis / 1000).map_err(|error| ApiError::internal(&error))
}

fn iso(time: OffsetDateTime) -> Result<String, ApiError> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
    time.format(format).map_err(|error| ApiError::internal(&error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::testing::Fixture;

    const PATH: &str = "/api/app/.backstage/auth/v1/cookie";

    #[tokio::test]
    async fn a_user_gets_a_cookie_and_keeps_it() {
        let fixture = Fixture::with_components(0).await;
        let bearer = format!("Bearer {}", fixture.user_token().await);
        let first = fixture.root("GET", PATH, &[("authorization", &bearer)], "").await;
        let expires = first.json()["expiresAt"].as_str().unwrap().to_owned();
        assert!(expires.ends_with(".000Z") && expires.len() == 24, "{expires}");
        let cookie = first.header("set-cookie");
        assert!(cookie.ends_with(" GMT; HttpOnly; Secure; Priority=High; SameSite=None"), "{cookie}");
        assert!(cookie.contains("; Domain=localhost; Path=/; Expires="), "{cookie}");
        let pair = cookie.split(';').next().unwrap();
        let again = fixture.root("GET", PATH, &[("authorization", &bearer), ("cookie", pair)], "").await;
        assert_eq!((again.header("set-cookie"), &again.json()["expiresAt"]), ("", &expires.into()));
    }

    #[tokio::test]
    async fn anybody_may_give_it_back_but_only_users_get_one() {
        let fixture = Fixture::with_components(0).await;
        let cleared = fixture.root("DELETE", PATH, &[], "").await;
        assert_eq!(cleared.status, 204);
        assert_eq!(
            cleared.header("set-cookie"),
            "backstage-auth=; Domain=localhost; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; Priority=High; SameSite=None"
        );
        assert_eq!(fixture.root("GET", PATH, &[], "").await.status, 401);
        let service = fixture.root("GET", PATH, &[("authorization", &fixture.service())], "").await;
        assert_eq!(service.json()["error"]["message"], "This endpoint does not allow 'service' credentials");
    }

    #[tokio::test]
    async fn unknown_plugins_are_empty_404s() {
        let fixture = Fixture::with_components(0).await;
        let nothing = fixture.root("GET", "/api/nope/thing", &[], "").await;
        assert_eq!((nothing.status, nothing.text.as_str()), (404, ""));
        let keys = fixture.root("GET", "/api/app/.backstage/auth/v1/jwks.json", &[], "").await;
        assert_eq!(keys.text, r#"{"keys":[]}"#);
    }
}
