//! Calls from pages of other origins, for the origins that `backend.cors` allows.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use config::Cors;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::LayerError;

const DEFAULT_METHODS: &str = "GET,HEAD,PUT,PATCH,POST,DELETE";

/// Who may call and how, made once.
pub struct Policy {
    origins: GlobSet,
    methods: HeaderValue,
    allowed_headers: Option<HeaderValue>,
    exposed_headers: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    credentials: bool,
    preflight_status: StatusCode,
}

impl Policy {
    pub fn new(cors: &Cors) -> Result<Self, LayerError> {
        let mut origins = GlobSetBuilder::new();
        for pattern in &cors.origins {
            let glob = GlobBuilder::new(pattern).case_insensitive(true).literal_separator(true).build();
            let fail = |error: globset::Error| LayerError::Origin {
                pattern: pattern.clone(),
                reason: error.kind().to_string(),
            };
            origins.add(glob.map_err(fail)?);
        }
        let fail =
            |error: globset::Error| LayerError::Origin { pattern: String::new(), reason: error.kind().to_string() };
        let list = |key: &'static str, texts: &Option<Vec<String>>| {
            let Some(texts) = texts.as_deref().filter(|texts| !texts.is_empty()) else { return Ok(None) };
            let value = texts.join(",");
            HeaderValue::from_str(&value).map(Some).map_err(|_| LayerError::Header { key, value })
        };
        let methods = list("cors.methods", &cors.methods)?;
        Ok(Self {
            origins: origins.build().map_err(fail)?,
            methods: methods.unwrap_or(HeaderValue::from_static(DEFAULT_METHODS)),
            allowed_headers: list("cors.allowedHeaders", &cors.allowed_headers)?,
            exposed_headers: list("cors.exposedHeaders", &cors.exposed_headers)?,
            max_age: cors.max_age.map(|age| HeaderValue::from(age.as_secs())),
            credentials: cors.credentials,
            preflight_status: StatusCode::from_u16(cors.options_success_status).unwrap_or(StatusCode::NO_CONTENT),
        })
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        origin.to_str().is_ok_and(|origin| self.origins.is_match(origin))
    }

    /// What every answer to an allowed origin carries.
    fn mark(&self, headers: &mut HeaderMap, origin: HeaderValue) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        if let Some(exposed) = &self.exposed_headers {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
    }

    fn preflight(&self, origin: HeaderValue, asked: Option<HeaderValue>) -> Response {
        let mut response = self.preflight_status.into_response();
        let headers = response.headers_mut();
        self.mark(headers, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        let varies = if self.allowed_headers.is_some() { "Origin" } else { "Origin, Access-Control-Request-Headers" };
        headers.insert(header::VARY, HeaderValue::from_static(varies));
        if let Some(allowed) = self.allowed_headers.clone().or(asked) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        }
        if let Some(max_age) = &self.max_age {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, max_age.clone());
        }
        response
    }
}

/// Answers preflights of allowed origins and marks the answers to them.
pub async fn answer<F: Future<Output = Response>>(
    policy: Option<&Policy>,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let (Some(policy), Some(origin)) = (policy, origin) else { return next(request).await };
    if !policy.allows(&origin) {
        return next(request).await;
    }
    if request.method() == Method::OPTIONS {
        let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        return policy.preflight(origin, asked);
    }
    let mut response = next(request).await;
    policy.mark(response.headers_mut(), origin);
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::Cors;
    use crate::layers::{HttpOptions, apply_layers};

    async fn ask(method: &str, origin: &str) -> axum::response::Response {
        let texts = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        let cors = Cors {
            origins: texts(["http://localhost:3000", "https://*.example.com"]),
            methods: Some(texts(["GET", "HEAD"])),
            credentials: true,
            ..Cors::default()
        };
        let options = HttpOptions { cors: Some(cors), ..HttpOptions::default() };
        let router = Router::new().route("/", get(async || "hello"));
        let router = apply_layers(router, &options).unwrap();
        let request = http::Request::builder().method(method).uri("/").header("origin", origin);
        let request = request.header("access-control-request-headers", "authorization");
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_preflight_of_an_allowed_origin_is_answered() {
        let answer = ask("OPTIONS", "http://localhost:3000").await;
        assert_eq!(answer.status(), 204);
        for (name, value) in [
            ("access-control-allow-origin", "http://localhost:3000"),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "GET,HEAD"),
            ("access-control-allow-headers", "authorization"),
            ("vary", "Origin, Access-Control-Request-Headers"),
        ] {
            assert_eq!(answer.headers()[name], value);
        }
    }

    #[tokio::test]
    async fn only_allowed_origins_are_marked() {
        for (origin, allowed) in [
            ("http://localhost:3000", true),
            ("https://a.EXAMPLE.com", true),
            ("https://a.b.example.com", true),
            ("https://example.com", false),
            ("https://a.example.com.evil.org", false),
            ("https://evil.org/.example.com", false),
            ("null", false),
        ] {
            let answer = ask("GET", origin).await;
            assert_eq!(answer.status(), 200);
            let found = answer.headers().contains_key("access-control-allow-origin");
            assert_eq!(found, allowed, "{origin}");
        }
    }
}
