//! `proxy`: other services behind the portal's address. Contract: platform-services section 8.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::{http_url, sendable};
use crate::keys::Key;
use crate::problems::Problems;
use crate::{ConfigError, Secret, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new(
        "proxy.endpoints.**",
        "Below `/api/proxy`, by path: `target`, `headers`, `pathRewrite`, `allowedMethods`, `allowedHeaders`, `credentials`.",
    ),
    Key::secret("proxy.endpoints.*.headers.*", "A header that goes on with each request."),
    Key::new(
        "proxy.skipInvalidProxies",
        "Whether an endpoint that cannot be used is left out rather than ending the start.",
    ),
    Key::new("proxy.reviveConsumedRequestBodies", "Without effect: bodies are passed on as they come."),
];

/// Members of `proxy` that are no endpoints of the old form.
const SETTINGS: &[&str] = &["endpoints", "skipInvalidProxies", "reviveConsumedRequestBodies"];

/// Services behind the portal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxy {
    pub endpoints: Vec<ProxyEndpoint>,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyEndpoint {
    /// Below `/api/proxy`, with its slash: `/jenkins`.
    pub path: String,
    pub target: Url,
    /// Sent with each request; they may hold secrets.
    pub headers: BTreeMap<String, Secret>,
    /// Whether `Host` names the target.
    pub change_origin: bool,
    /// Regular expressions with what takes the place of their first match; the usual one when `None`.
    pub path_rewrite: Option<Vec<(String, String)>>,
    /// Upper case; all when `None`.
    pub allowed_methods: Option<Vec<String>>,
    /// Lower case, both ways.
    pub allowed_headers: Vec<String>,
    pub credentials: ProxyCredentials,
}

/// Who may call an endpoint, and what of it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyCredentials {
    /// A caller with credentials; they stay here.
    Require,
    /// The same, and they go on.
    Forward,
    /// Anybody.
    AllowUnauthenticated,
}

impl Proxy {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        let Some(section) = problems.optional(root.object("proxy")) else { return Self::default() };
        let skip = problems.optional(section.bool("skipInvalidProxies")).unwrap_or(false);
        let mut found = Vec::new();
        if let Some(endpoints) = problems.optional(section.object("endpoints")) {
            found.extend(problems.kept(endpoints.members()).unwrap_or_default());
        }
        // The old form: endpoints directly below `proxy`.
        let old = problems.kept(section.members()).unwrap_or_default();
        found.extend(old.into_iter().filter(|(name, _)| !SETTINGS.contains(name)));
        let mut endpoints: Vec<ProxyEndpoint> = Vec::new();
        for (path, entry) in found {
            match endpoint(path, &entry) {
                Ok(endpoint) => endpoints.push(endpoint),
                Err(_) if skip => {}
                Err(error) => {
                    problems.kept::<()>(Err(error));
                }
            }
        }
        // Of two paths the longer one is meant.
        endpoints.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.path.len()));
        Self { endpoints }
    }
}

fn endpoint(path: &str, entry: &View<'_>) -> Result<ProxyEndpoint, ConfigError> {
    let path = format!("/{}", path.trim_matches('/'));
    if entry.value().is_string() {
        let text = entry.as_str()?;
        let target = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let target = target.ok_or_else(|| entry.invalid(format!("expected a URL, got {}", entry.shown())))?;
        return Ok(ProxyEndpoint {
            path,
            target,
            headers: BTreeMap::new(),
            change_origin: true,
            path_rewrite: None,
            allowed_methods: None,
            allowed_headers: Vec::new(),
            credentials: ProxyCredentials::Require,
        });
    }
    let target = http_url(entry, "target")?.ok_or_else(|| entry.missing("target"))?;
    let words = [
        ("require", ProxyCredentials::Require),
        ("forward", ProxyCredentials::Forward),
        ("dangerously-allow-unauthenticated", ProxyCredentials::AllowUnauthenticated),
    ];
    let rewrite = match entry.object("pathRewrite")? {
        None => None,
        Some(rules) => Some(rules.members()?.into_iter().map(rule).collect::<Result<_, _>>()?),
    };
    Ok(ProxyEndpoint {
        path,
        target,
        headers: match entry.object("headers")? {
            None => BTreeMap::new(),
            Some(headers) => headers.members()?.into_iter().map(header).collect::<Result<_, _>>()?,
        },
        change_origin: entry.bool("changeOrigin")?.unwrap_or(true),
        path_rewrite: rewrite,
        allowed_methods: entry.strings("allowedMethods")?.map(|all| all.iter().map(|one| one.to_uppercase()).collect()),
        allowed_headers: entry
            .strings("allowedHeaders")?
            .unwrap_or_default()
            .iter()
            .map(|one| one.to_lowercase())
            .collect(),
        credentials: entry.word("credentials", &words)?.unwrap_or(ProxyCredentials::Require),
    })
}

fn rule((pattern, replacement): (&str, View<'_>)) -> Result<(String, String), ConfigError> {
    Ok((pattern.to_owned(), replacement.as_str()?.to_owned()))
}

fn header((name, value): (&str, View<'_>)) -> Result<(String, Secret), ConfigError> {
    let text = match value.value() {
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => value.as_str()?.to_owned(),
    };
    sendable(&value, [name, text.as_str()])?;
    Ok((name.to_lowercase(), Secret::new(text)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Config, Settings};

    fn read(proxy: &str) -> Result<Proxy, String> {
        let config = Config::from_yaml(&format!("proxy: {proxy}")).unwrap();
        let told = |errors: Vec<ConfigError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Settings::read(&config).map(|settings| settings.proxy).map_err(told)
    }

    #[test]
    fn endpoints_are_read_in_both_forms_and_the_longest_path_first() {
        let proxy = read(
            "{endpoints: {/a: 'https://a.example/x', /a/b: {target: 'https://b.example', credentials: forward, allowedMethods: [get], \
             allowedHeaders: [X-One], headers: {Authorization: 'Bearer x', X-N: 7}}}, '/old': {target: 'http://o'}, skipInvalidProxies: false}",
        );
        let proxy = proxy.unwrap();
        let paths: Vec<&str> = proxy.endpoints.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["/a/b", "/old", "/a"]);
        let longest = &proxy.endpoints[0];
        assert_eq!(longest.credentials, ProxyCredentials::Forward);
        assert_eq!(longest.allowed_methods.as_deref(), Some(&["GET".to_owned()][..]));
        assert_eq!(longest.headers["x-n"].expose(), "7");
        assert!(!format!("{longest:?}").contains("Bearer x"));
    }

    #[test]
    fn what_cannot_be_used_ends_the_start_unless_it_is_to_be_skipped() {
        assert!(read("{endpoints: {/a: 7}}").is_err());
        assert!(read("{endpoints: {/a: {}}}").unwrap_err().contains("target"));
        assert!(
            read("{endpoints: {/a: {target: 'https://x', credentials: none}}}").unwrap_err().contains("credentials")
        );
        assert_eq!(read("{skipInvalidProxies: true, endpoints: {/a: 7, /b: 'https://b'}}").unwrap().endpoints.len(), 1);
    }
}
