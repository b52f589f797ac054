//! One service behind the portal: what of a request goes on, where to, and what of the answer comes back.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use base::http::{Egress, Forward, HostRule, HttpClient, HttpError, HttpOptions};
use config::{Proxy, ProxyCredentials, ProxyEndpoint};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use regex::Regex;
use url::Url;

use crate::error::ApiError;

/// What may pass both ways whatever the configuration says.
const SAFE: &[HeaderName] = &[
    header::CACHE_CONTROL,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::EXPIRES,
    header::LAST_MODIFIED,
    header::PRAGMA,
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::USER_AGENT,
];

/// Never passed on, whatever the configuration says: they are about one connection.
const HOP_BY_HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// All services.
#[derive(Default)]
pub struct Proxies(Vec<Endpoint>);

/// A service that cannot be reached by what the configuration says.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    #[error("proxy.endpoints.{path}: \"{pattern}\" is no regular expression: {reason}")]
    Pattern { path: String, pattern: String, reason: String },
    #[error("proxy.endpoints.{path}: header \"{name}\" cannot be sent")]
    Header { path: String, name: String },
    #[error(transparent)]
    Client(#[from] HttpError),
}

/// One service.
pub struct Endpoint {
    configured: ProxyEndpoint,
    rewrite: Vec<(Regex, String)>,
    headers: HeaderMap,
    http: HttpClient,
}

impl Proxies {
    /// # Errors
    /// Something in the configuration cannot be used.
    pub fn new(configured: &Proxy) -> Result<Self, ProxyError> {
        configured.endpoints.iter().map(Endpoint::new).collect::<Result<_, _>>().map(Self)
    }

    /// The service of a path below `/api/proxy`.
    pub fn find(&self, path: &str) -> Option<&Endpoint> {
        self.0.iter().find(|endpoint| {
            let rest = path.strip_prefix(endpoint.configured.path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || endpoint.configured.path == "/")
        })
    }
}

impl Endpoint {
    fn new(configured: &ProxyEndpoint) -> Result<Self, ProxyError> {
        let path = &configured.path;
        let usual = || vec![(format!("^/api/proxy{}/?", regex::escape(path)), "/".to_owned())];
        let rules = configured.path_rewrite.clone().unwrap_or_else(usual);
        let compile = |(pattern, replacement): (String, String)| match Regex::new(&pattern) {
            Ok(regex) => Ok((regex, replacement)),
            Err(error) => Err(ProxyError::Pattern { path: path.clone(), pattern, reason: error.to_string() }),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &configured.headers {
            let refuse = || ProxyError::Header { path: path.clone(), name: name.clone() };
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| refuse())?;
            value.set_sensitive(true);
            headers.insert(HeaderName::try_from(name).map_err(|_| refuse())?, value);
        }
        let trusted = Egress::trusting(HostRule::of(&configured.target));
        Ok(Self {
            rewrite: rules.into_iter().map(compile).collect::<Result<_, _>>()?,
            configured: configured.clone(),
            headers,
            http: HttpClient::new(HttpOptions::default(), trusted)?,
        })
    }

    pub fn credentials(&self) -> ProxyCredentials {
        self.configured.credentials
    }

    pub fn takes(&self, method: &Method) -> bool {
        self.configured.allowed_methods.as_ref().is_none_or(|all| all.iter().any(|one| one == method.as_str()))
    }

    /// Passes a request on.
    ///
    /// # Errors
    /// Its path leads out of the service, or the service does not answer.
    pub async fn forward(&self, request: Request) -> Result<Response, ApiError> {
        let url = self.address(request.uri())?;
        let (parts, body) = request.into_parts();
        let asked = url.clone();
        let forward = Forward {
            headers: self.outgoing(&parts.headers),
            method: parts.method,
            url,
            body: body.into_data_stream(),
        };
        let answer = self.http.forward(forward).await.map_err(|error| {
            tracing::warn!(path = self.configured.path, %error, "a service behind the portal does not answer");
            let host = asked.host_str().unwrap_or_default();
            match error {
                HttpError::Timeout { .. } => ApiError::Unavailable(format!("{host} did not answer in time")),
                _ => ApiError::Unavailable(format!("Error occurred while trying to proxy to: {host}")),
            }
        })?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status;
        for (name, value) in &answer.headers {
            if self.passes(name) {
                response.headers_mut().append(name.clone(), value.clone());
            }
        }
        *response.body_mut() = Body::from_stream(answer.body());
        Ok(response)
    }

    /// Where a request goes on to. The path is taken as it was sent, so that nothing encoded becomes a separator.
    fn address(&self, uri: &http::Uri) -> Result<Url, ApiError> {
        let path = uri.path();
        if path.split(['/', '\\']).any(climbs) {
            return Err(ApiError::Input("The path of the request leads out of the service".to_owned()));
        }
        let mut rewritten = format!("/api/proxy{path}");
        for (pattern, replacement) in &self.rewrite {
            if pattern.is_match(&rewritten) {
                rewritten = pattern.replace(&rewritten, replacement.as_str()).into_owned();
                break;
            }
        }
        let mut url = self.configured.target.clone();
        let joined = format!("{}/{}", url.path().trim_end_matches('/'), rewritten.trim_start_matches('/'));
        url.set_path(&joined);
        let query = [self.configured.target.query(), uri.query()].into_iter().flatten().collect::<Vec<_>>().join("&");
        url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
        Ok(url)
    }

    fn outgoing(&self, sent: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let forwards = self.configured.credentials == ProxyCredentials::Forward;
        for (name, value) in sent {
            let own = forwards && name == header::AUTHORIZATION;
            if own || (self.passes(name) && name != header::HOST) {
                headers.append(name.clone(), value.clone());
            }
        }
        if !self.configured.change_origin
            && let Some(host) = sent.get(header::HOST)
        {
            headers.insert(header::HOST, host.clone());
        }
        // The portal's own come last: nobody replaces them.
        headers.extend(self.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        headers
    }

    fn passes(&self, name: &HeaderName) -> bool {
        let named = || self.configured.allowed_headers.iter().any(|one| one == name.as_str());
        !HOP_BY_HOP.contains(&name.as_str()) && (SAFE.contains(name) || named())
    }
}

/// Whether a segment is `..`, however it is written.
fn climbs(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == ".." || plain.replace("%2f", "/").replace("%5c", "/").split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use config::{Config, Settings};

    use super::*;

    fn proxies(text: &str) -> Proxies {
        let config = Config::from_yaml(&format!("proxy: {{endpoints: {text}}}")).unwrap();
        Proxies::new(&Settings::read(&config).unwrap().proxy).unwrap()
    }

    #[test]
    fn a_path_leads_to_its_service() {
        let all = proxies(
            "{/a: 'https://a.example/base?k=1', /a/b: 'https://b.example/', /r: {target: 'https://r.example', pathRewrite: {'^/api/proxy/r/v(\\d+)/': '/version-$1/'}}}",
        );
        for (path, expected) in [
            ("/a", "https://a.example/base/?k=1"),
            ("/a/x%2Fy?q=1&k=2", "https://a.example/base/x%2Fy?k=1&q=1&k=2"),
            ("/a/b/c", "https://b.example/c"),
            ("/a/bc", "https://a.example/base/bc?k=1"),
            ("/r/v2/x", "https://r.example/version-2/x"),
            ("/r/other", "https://r.example/api/proxy/r/other"),
        ] {
            let uri: http::Uri = path.parse().unwrap();
            assert_eq!(all.find(uri.path()).unwrap().address(&uri).unwrap().as_str(), expected, "{path}");
        }
        assert!(all.find("/ab").is_none() && all.find("/").is_none());
    }

    #[test]
    fn no_path_leads_out() {
        let all = proxies("{/a: 'https://a.example/base'}");
        for path in ["/a/../x", "/a/%2e%2E/x", "/a/x/..%2fy", "/a/..%5cy"] {
            let uri: http::Uri = path.parse().unwrap();
            assert!(all.find("/a").unwrap().address(&uri).is_err(), "{path}");
        }
    }

    #[test]
    fn only_safe_and_named_headers_go_on() {
        let all = proxies(
            "{/a: {target: 'https://a', allowedHeaders: [x-one, connection], headers: {Authorization: 'Basic own', X-Own: y}}}",
        );
        let mut sent = HeaderMap::new();
        for (name, value) in [
            ("accept", "a/b"),
            ("authorization", "Bearer user"),
            ("cookie", "secret"),
            ("connection", "x"),
            ("x-one", "1"),
            ("x-two", "2"),
            ("x-own", "theirs"),
            ("x-forwarded-for", "spoofed"),
            ("host", "portal"),
        ] {
            sent.insert(name, HeaderValue::from_static(value));
        }
        let out = all.find("/a").unwrap().outgoing(&sent);
        let mut names: Vec<_> = out.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        names.sort_unstable();
        assert_eq!(names, [("accept", "a/b"), ("authorization", "Basic own"), ("x-one", "1"), ("x-own", "y")]);
        let forward = proxies("{/a: {target: 'https://a', credentials: forward}}");
        assert_eq!(forward.find("/a").unwrap().outgoing(&sent)["authorization"], "Bearer user");
    }

    #[test]
    fn methods_are_those_that_are_allowed() {
        let all = proxies("{/a: {target: 'https://a', allowedMethods: [get]}, /b: 'https://b'}");
        assert!(all.find("/a").unwrap().takes(&Method::GET) && !all.find("/a").unwrap().takes(&Method::POST));
        assert!(all.find("/b").unwrap().takes(&Method::DELETE));
    }
}
