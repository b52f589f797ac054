//! `backend`: where the server listens, who may talk to it, and what it may read.
//! Contract: platform-services section 1.1.

use std::time::Duration;

use base::http::HostRule;
use serde_json::Value;
use url::Url;

use super::cors::Cors;
use super::database::Database;
use super::{http_url, sendable};
use crate::keys::Key;
use crate::problems::Problems;
use crate::{ConfigError, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new("backend.baseUrl", "Where clients reach the API; default `http://localhost:<port>`."),
    Key::new("backend.listen", "Port, `:port` or `host:port` to listen on; default `:7007` on every address."),
    Key::new("backend.listen.host", "Address to listen on; every address when absent."),
    Key::new("backend.listen.port", "Port to listen on; 0 picks a free one."),
    Key::new(
        "backend.role",
        "What this process does of several on one database: `serve` looks at no sources, `worker` answers nobody, `read-only` changes nothing; default all.",
    ),
    Key::new("backend.https", "`true` serves HTTPS with a certificate made at start."),
    Key::new("backend.https.certificate.cert", "The certificate chain in PEM; usually `$file`."),
    Key::secret("backend.https.certificate.key", "The private key in PEM; usually `$file`."),
    Key::new("backend.csp.*", "Sources of a Content-Security-Policy directive, or `false` to leave it out."),
    Key::new("backend.referrer.policy", "The Referrer-Policy of answers; default `no-referrer`."),
    Key::new(
        "backend.server.requestTimeout",
        "Milliseconds until the answer to a request must begin, 0 for any time; default 60000.",
    ),
    Key::new(
        "backend.server.headersTimeout",
        "Milliseconds a connection may be idle or take to send the head of a request; default 60000.",
    ),
    Key::new("backend.reading.allow[].host", "A host that may be read: `host`, `*.host` or `host:port`."),
    Key::new("backend.reading.allow[].paths", "Path prefixes that may be read on the host; all when absent."),
    Key::new("backend.lifecycle.startupRequestPauseTimeout", "How long a request waits for start-up; default 5 s."),
    Key::new(
        "backend.lifecycle.serverShutdownDelay",
        "How long to keep serving after the signal to stop; default 0 s.",
    ),
    Key::new(
        "backend.logger.level",
        "Least severe level that is logged (error, warn, info, debug, trace), or a filter.",
    ),
];

const DEFAULT_PORT: u16 = 7007;
const TIMEOUT: Duration = Duration::from_secs(60);
/// What 0 means, as in Node.js: longer than any process lives.
const NO_TIMEOUT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

#[derive(Clone, Debug)]
pub struct Backend {
    pub base_url: Url,
    pub listen: Listen,
    /// `None` serves plain HTTP.
    pub https: Option<Https>,
    /// `None` sends no CORS headers, the default.
    pub cors: Option<Cors>,
    /// Changes to the default Content-Security-Policy, in the order written.
    pub csp: Vec<CspDirective>,
    /// `no-referrer` when empty.
    pub referrer_policy: Vec<String>,
    /// How long a request may take until its answer begins.
    pub request_timeout: Duration,
    /// How long a connection may be idle, or take to send the head of a request.
    pub headers_timeout: Duration,
    pub database: Database,
    pub role: Role,
    pub reading: Vec<AllowedHost>,
    pub lifecycle: Lifecycle,
    /// A level, or a filter such as `info,catalog=debug`.
    pub log_level: Option<String>,
}

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Every address when `None`.
    pub host: Option<String>,
    pub port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Https {
    /// A certificate made at start, for trying things out.
    SelfSigned,
    Certificate(Certificate),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// PEM text of the chain.
    pub cert: String,
    /// PEM text of the private key.
    pub key: crate::Secret,
}

/// One directive of `backend.csp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CspDirective {
    /// As written, `img-src` or `imgSrc`.
    pub name: String,
    /// `None` leaves the directive out; a directive without sources stands alone.
    pub sources: Option<Vec<String>>,
}

/// A host that may be read though no integration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    pub host: HostRule,
    /// Path prefixes that end at a segment boundary; `None` allows every path.
    pub paths: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    pub startup_request_pause_timeout: Duration,
    pub server_shutdown_delay: Duration,
}

/// What a process does of several on one database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    #[default]
    All,
    /// Answers, and leaves the sources to others.
    Serve,
    /// Looks at the sources while it leads, and answers nobody.
    Worker,
    /// As [`Role::Serve`], and refuses changes.
    ReadOnly,
}

const ROLES: &[(&str, Role)] = &[("serve", Role::Serve), ("worker", Role::Worker), ("read-only", Role::ReadOnly)];

impl Backend {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Option<Self> {
        let listen = problems.kept(read_listen(root)).unwrap_or(Listen { host: None, port: DEFAULT_PORT });
        let https = problems.optional(read_https(root));
        let default_url = problems.kept(default_base_url(root, &listen, https.is_some()))?;
        let mut timeout = |key| match problems.optional(root.integer(key)) {
            Some(0) => NO_TIMEOUT,
            millis => millis.map_or(TIMEOUT, Duration::from_millis),
        };
        let request_timeout = timeout("backend.server.requestTimeout");
        let headers_timeout = timeout("backend.server.headersTimeout");
        Some(Self {
            base_url: problems.optional(http_url(root, "backend.baseUrl")).unwrap_or(default_url),
            listen,
            https,
            cors: problems.optional(root.object("backend.cors")).map(|cors| Cors::read(&cors, problems)),
            csp: problems.optional(root.object("backend.csp")).map(|csp| read_csp(&csp, problems)).unwrap_or_default(),
            referrer_policy: problems.optional(read_referrer(root)).unwrap_or_default(),
            request_timeout,
            headers_timeout,
            database: Database::read(root, problems).unwrap_or(Database::Memory),
            role: problems.optional(root.word("backend.role", ROLES)).unwrap_or_default(),
            reading: problems.each(root.objects("backend.reading.allow"), read_allowed),
            lifecycle: Lifecycle {
                startup_request_pause_timeout: problems
                    .optional(root.duration("backend.lifecycle.startupRequestPauseTimeout"))
                    .unwrap_or(Duration::from_secs(5)),
                server_shutdown_delay: problems
                    .optional(root.duration("backend.lifecycle.serverShutdownDelay"))
                    .unwrap_or_default(),
            },
            log_level: problems.optional(root.string("backend.logger.level")).map(log_level),
        })
    }
}

/// What Backstage's levels are called here; anything else is a level or filter already.
fn log_level(written: String) -> String {
    match written.as_str() {
        "http" => "info".to_owned(),
        "verbose" => "debug".to_owned(),
        "silly" => "trace".to_owned(),
        _ => written,
    }
}

fn default_base_url(root: &View<'_>, listen: &Listen, https: bool) -> Result<Url, ConfigError> {
    let scheme = if https { "https" } else { "http" };
    Url::parse(&format!("{scheme}://localhost:{}", listen.port)).map_err(|_| root.missing("backend.baseUrl"))
}

fn read_listen(root: &View<'_>) -> Result<Listen, ConfigError> {
    let Some(listen) = root.find("backend.listen") else { return Ok(Listen { host: None, port: DEFAULT_PORT }) };
    match listen.value() {
        Value::Object(_) => {
            let port = match listen.find("port") {
                None => DEFAULT_PORT,
                Some(port) => {
                    port_of(&port).ok_or_else(|| port.invalid(format!("expected a port, got {}", port.shown())))?
                }
            };
            Ok(Listen { host: listen.string("host")?, port })
        }
        Value::String(_) | Value::Number(_) => parse_listen(&listen)
            .ok_or_else(|| listen.invalid(format!("expected a port or host:port, got {}", listen.shown()))),
        _ => Err(listen.wanted("string")),
    }
}

fn port_of(view: &View<'_>) -> Option<u16> {
    match view.value() {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn parse_listen(view: &View<'_>) -> Option<Listen> {
    if let Some(port) = port_of(view) {
        return Some(Listen { host: None, port });
    }
    let (host, port) = view.value().as_str()?.trim().rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let known =
        !host.contains(char::is_whitespace) && (!host.contains(':') || host.parse::<std::net::Ipv6Addr>().is_ok());
    known.then_some(())?;
    Some(Listen { host: (!host.is_empty()).then(|| host.to_owned()), port: port.parse().ok()? })
}

fn read_https(root: &View<'_>) -> Result<Option<Https>, ConfigError> {
    let Some(https) = root.find("backend.https") else { return Ok(None) };
    match https.value() {
        Value::Bool(on) => Ok(on.then_some(Https::SelfSigned)),
        Value::Object(members) if members.is_empty() => Ok(Some(Https::SelfSigned)),
        _ => {
            let certificate = https.object("certificate")?.ok_or_else(|| https.missing("certificate"))?;
            Ok(Some(Https::Certificate(Certificate {
                cert: certificate.required_string("cert")?,
                key: certificate.secret("key")?.ok_or_else(|| certificate.missing("key"))?,
            })))
        }
    }
}

fn read_csp(csp: &View<'_>, problems: &mut Problems) -> Vec<CspDirective> {
    let members = problems.kept(csp.members()).unwrap_or_default();
    members.iter().filter_map(|(name, view)| problems.kept(read_directive(name, view))).collect()
}

fn read_directive(name: &str, view: &View<'_>) -> Result<CspDirective, ConfigError> {
    let sources = match view.value() {
        Value::Bool(on) => on.then(Vec::new),
        _ => Some(view.as_string_or_strings()?),
    };
    sendable(view, sources.iter().flatten().map(String::as_str).chain([name]))?;
    Ok(CspDirective { name: name.to_owned(), sources })
}

fn read_referrer(root: &View<'_>) -> Result<Option<Vec<String>>, ConfigError> {
    let Some(policy) = root.find("backend.referrer.policy") else { return Ok(None) };
    let policies = policy.as_string_or_strings()?;
    sendable(&policy, policies.iter().map(String::as_str))?;
    Ok(Some(policies))
}

fn read_allowed(allow: &View<'_>) -> Result<AllowedHost, ConfigError> {
    let host = allow.required_string("host")?.parse().map_err(|error| {
        let at = allow.find("host").unwrap_or_else(|| allow.clone());
        at.invalid(format!("expected a host such as example.com, *.example.com or example.com:8080; {error}"))
    })?;
    Ok(AllowedHost { host, paths: allow.strings("paths")? })
}
