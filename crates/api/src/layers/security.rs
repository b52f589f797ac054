//! Headers that tell browsers what our answers may do. Whoever answers may set stricter ones.

use axum::response::Response;
use config::CspDirective;
use http::{HeaderName, HeaderValue, header};

use super::LayerError;
use super::options::HttpOptions;

/// The policy where the configuration changes nothing. Scripts come from us alone and none is made from text:
/// whoever serves a front end that needs more says so in `backend.csp`.
const DEFAULT_POLICY: &str = "default-src 'self';base-uri 'self';font-src 'self' https: data:;frame-ancestors 'self';\
     img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline';\
     upgrade-insecure-requests";

/// The other headers, as Backstage sends them.
const FIXED: &[(&str, &str)] = &[
    ("strict-transport-security", "max-age=15552000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-dns-prefetch-control", "off"),
    ("x-download-options", "noopen"),
    ("x-frame-options", "SAMEORIGIN"),
    ("x-permitted-cross-domain-policies", "none"),
    ("x-xss-protection", "0"),
];

/// The headers, made once.
pub struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    pub fn new(options: &HttpOptions) -> Result<Self, LayerError> {
        let referrer = options.referrer_policy.join(",");
        let referrer = if referrer.is_empty() { "no-referrer".to_owned() } else { referrer };
        let mut headers: Vec<_> = FIXED
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        headers.push((header::CONTENT_SECURITY_POLICY, content_security_policy(DEFAULT_POLICY, &options.csp)?));
        headers.push((header::REFERRER_POLICY, sendable("referrer.policy", referrer)?));
        Ok(Self(headers))
    }
}

fn sendable(key: &'static str, value: String) -> Result<HeaderValue, LayerError> {
    HeaderValue::from_str(&value).map_err(|_| LayerError::Header { key, value })
}

/// The policy of whoever has `default`, changed by `backend.csp`: a directive there replaces ours, `false` removes it.
///
/// # Errors
/// What is configured cannot be sent in a header.
pub fn content_security_policy(default: &str, changes: &[CspDirective]) -> Result<HeaderValue, LayerError> {
    let directives = default.split(';').map(str::trim).filter(|directive| !directive.is_empty());
    let mut policy: Vec<(String, String)> = directives
        .map(|directive| directive.split_once(' ').unwrap_or((directive, "")))
        .map(|(name, sources)| (name.to_owned(), sources.to_owned()))
        .collect();
    for change in changes {
        let name = kebab_case(&change.name);
        let place = policy.iter().position(|(known, _)| *known == name);
        match (&change.sources, place) {
            (Some(sources), Some(at)) => policy[at].1 = sources.join(" "),
            (Some(sources), None) => policy.push((name, sources.join(" "))),
            (None, _) => policy.retain(|(known, _)| *known != name),
        }
    }
    let directive = |(name, sources): &(String, String)| match sources.as_str() {
        "" => name.clone(),
        sources => format!("{name} {sources}"),
    };
    sendable("csp", policy.iter().map(directive).collect::<Vec<_>>().join(";"))
}

/// `scriptSrc` is accepted for `script-src`.
fn kebab_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Adds the headers that the answer does not have.
pub async fn add(headers: &Headers, next: impl Future<Output = Response>) -> Response {
    let mut response = next.await;
    for (name, value) in &headers.0 {
        response.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn directive(name: &str, sources: Option<&[&str]>) -> CspDirective {
        let sources = sources.map(|sources| sources.iter().map(|&source| source.to_owned()).collect());
        CspDirective { name: name.to_owned(), sources }
    }

    #[test]
    fn the_configuration_changes_the_policy_by_directive() {
        let changes = [
            directive("connect-src", Some(&["'self'", "http:", "https:"])),
            directive("upgrade-insecure-requests", None),
            directive("scriptSrc", Some(&["'self'", "'unsafe-eval'"])),
            directive("sandbox", Some(&[])),
        ];
        assert_eq!(
            content_security_policy(DEFAULT_POLICY, &changes).unwrap(),
            "default-src 'self';base-uri 'self';font-src 'self' https: data:;frame-ancestors 'self';img-src 'self' data:;\
             object-src 'none';script-src 'self' 'unsafe-eval';script-src-attr 'none';style-src 'self' https: 'unsafe-inline';\
             connect-src 'self' http: https:;sandbox"
        );
        assert_eq!(content_security_policy(DEFAULT_POLICY, &[]).unwrap(), DEFAULT_POLICY);
        assert_eq!(
            content_security_policy("default-src 'none'; img-src 'self'; ", &changes[..2]).unwrap(),
            "default-src 'none';img-src 'self';connect-src 'self' http: https:"
        );
    }

    #[test]
    fn a_policy_that_is_no_header_names_its_key() {
        let options = HttpOptions { csp: vec![directive("default-src", Some(&["a\nb"]))], ..HttpOptions::default() };
        let error = Headers::new(&options).err().unwrap().to_string();
        assert!(error.starts_with("backend.csp: "), "{error}");
    }
}
