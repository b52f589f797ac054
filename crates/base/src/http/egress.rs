//! Which hosts the configuration trusts, and which addresses may be asked because of it.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use url::{Host, Url};

use super::address::AddressClass;

/// A host as configuration names it: `host`, `*.host` (its subdomains), `host:port` or `host:port-port`. Without a port only
/// the scheme's own port matches, as in `backend.reading.allow` (contract platform-services.md section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRule {
    host: String,
    subdomains: bool,
    ports: Option<RangeInclusive<u16>>,
}

/// Why a text is no [`HostRule`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a host: {reason}")]
pub struct InvalidHostRule {
    text: String,
    reason: &'static str,
}

impl HostRule {
    /// The rule that admits exactly the host and port of this address.
    pub fn of(url: &Url) -> Option<Self> {
        let port = url.port_or_known_default()?;
        Some(Self { host: url.host_str()?.to_owned(), subdomains: false, ports: Some(port..=port) })
    }

    /// Whether the rule names the host and port of this address.
    pub fn matches(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let host_matches = if self.subdomains {
            host.strip_suffix(self.host.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            host == self.host
        };
        host_matches
            && match &self.ports {
                None => url.port().is_none(),
                Some(ports) => url.port_or_known_default().is_some_and(|port| ports.contains(&port)),
            }
    }
}

impl FromStr for HostRule {
    type Err = InvalidHostRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason| InvalidHostRule { text: text.to_owned(), reason };
        let (host, ports) = match text.rsplit_once(':') {
            Some((host, ports)) if !ports.ends_with(']') => (host, Some(ports)),
            _ => (text, None),
        };
        let (name, subdomains) = host.strip_prefix("*.").map_or((host, false), |name| (name, true));
        if name.contains('*') {
            return Err(invalid("a '*' may only stand first, as in '*.example.com'"));
        }
        let name =
            Host::parse(name).map_err(|_| invalid("give a host name without scheme or path, as in 'example.com'"))?;
        let ports =
            ports.map(|ports| parse_ports(ports).ok_or_else(|| invalid("its port is not valid"))).transpose()?;
        Ok(Self { host: name.to_string(), subdomains, ports })
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", if self.subdomains { "*." } else { "" }, self.host)?;
        match &self.ports {
            None => Ok(()),
            Some(ports) if ports.start() == ports.end() => write!(out, ":{}", ports.start()),
            Some(ports) => write!(out, ":{}-{}", ports.start(), ports.end()),
        }
    }
}

fn parse_ports(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first > 0 && first <= last).then_some(first..=last)
}

/// The hosts that the configuration names. All others may be asked too, but only on public addresses: what to read at all is
/// decided by the caller, per request.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    trusted: Vec<HostRule>,
}

/// Which name resolution an address gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    PublicOnly,
    Internal,
}

impl Egress {
    /// Trusts these hosts with internal addresses.
    pub fn trusting(hosts: impl IntoIterator<Item = HostRule>) -> Self {
        Self { trusted: hosts.into_iter().collect() }
    }

    /// Judges an address before it is asked. What a name resolves to is judged again at connection time.
    pub(super) fn check(&self, url: &Url) -> Result<Reach, &'static str> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err("only http and https addresses are read");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "the address contains a user name or password; configure an integration with credentials instead",
            );
        }
        let trusted = self.trusted.iter().any(|rule| rule.matches(url));
        let literal = match url.host() {
            None => return Err("the address has no host"),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
            Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
        };
        if !trusted && literal.is_some_and(|address| AddressClass::of(address) != AddressClass::Public) {
            return Err("it is an internal address that the configuration does not name");
        }
        Ok(if trusted { Reach::Internal } else { Reach::PublicOnly })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn matches(rule: &str, url: &str) -> bool {
        rule.parse::<HostRule>().unwrap().matches(&Url::parse(url).unwrap())
    }

    #[test]
    fn host_rules() {
        for (rule, url, expected) in [
            ("example.com", "https://example.com/x", true),
            ("example.com", "http://EXAMPLE.com:80/x", true),
            ("example.com", "https://example.com:8443/x", false),
            ("example.com", "https://sub.example.com/", false),
            ("example.com", "https://example.com.evil.org/", false),
            ("*.example.com", "https://a.b.example.com/", true),
            ("*.example.com", "https://example.com/", false),
            ("*.example.com", "https://evilexample.com/", false),
            ("example.com:8080", "http://example.com:8080/", true),
            ("example.com:443", "https://example.com/", true),
            ("example.com:443", "http://example.com/", false),
            ("example.com:8000-8100", "http://example.com:8050/", true),
            ("example.com:8000-8100", "http://example.com:8101/", false),
            ("[::1]:7098", "http://[::1]:7098/", true),
            ("[::1]", "http://[::1]/", true),
            ("127.0.0.1:7098", "http://2130706433:7098/", true),
            ("Example.COM", "https://example.com/", true),
        ] {
            assert_eq!(matches(rule, url), expected, "{rule} {url}");
        }
    }

    #[test]
    fn host_rules_that_are_none() {
        for text in [
            "",
            "a.*.com",
            "https://example.com",
            "example.com/x",
            "example.com:0",
            "example.com:9-8",
            "example.com:x",
            "a b",
        ] {
            assert!(text.parse::<HostRule>().is_err(), "{text}");
        }
    }

    #[test]
    fn internal_addresses_however_written() {
        let egress = Egress::trusting(["127.0.0.1:7098".parse().unwrap(), "git.corp".parse().unwrap()]);
        for (url, expected) in [
            ("https://github.com/x", Ok(Reach::PublicOnly)),
            ("https://git.corp/x", Ok(Reach::Internal)),
            ("http://127.0.0.1:7098/x", Ok(Reach::Internal)),
            ("http://2130706433:7098/x", Ok(Reach::Internal)),
            ("http://8.8.8.8/", Ok(Reach::PublicOnly)),
        ] {
            assert_eq!(egress.check(&Url::parse(url).unwrap()), expected, "{url}");
        }
        for url in [
            "http://127.0.0.1:7097/",
            "http://127.0.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://2852039166/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://127.1/",
            "http://0/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://10.0.0.1/",
            "http://github.com@169.254.169.254/",
            "https://user:secret@github.com/",
            "ftp://github.com/",
            "file:///etc/passwd",
            "http://１２７.0.0.1/",
        ] {
            assert!(egress.check(&Url::parse(url).unwrap()).is_err(), "{url}");
        }
    }
}
