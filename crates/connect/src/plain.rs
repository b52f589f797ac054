//! Plain web servers: what `backend.reading.allow` admits (contract platform-services.md section 3.2).

use base::http::HostRule;
use config::AllowedHost;
use url::Url;

use crate::place::{decode, safe};

/// The allow list, applied to an address and to everything it redirects to.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowList {
    entries: Vec<AllowedHost>,
}

impl AllowList {
    pub(crate) fn new(entries: &[AllowedHost]) -> Self {
        Self { entries: entries.to_vec() }
    }

    pub(crate) fn hosts(&self) -> impl Iterator<Item = HostRule> {
        self.entries.iter().map(|entry| entry.host.clone())
    }

    pub(crate) fn admits(&self, url: &Url) -> bool {
        self.entries.iter().any(|entry| {
            entry.host.matches(url)
                && entry.paths.as_ref().is_none_or(|paths| paths.iter().any(|prefix| covers(prefix, url)))
        })
    }
}

/// Whether a path prefix covers an address: `/api` covers `/api` and `/api/x` but not `/apis`. A path that steps back when it
/// is decoded once more is covered by none.
fn covers(prefix: &str, url: &Url) -> bool {
    let path = decode(url.path());
    if safe(&path).is_err() {
        return false;
    }
    let mut path = path.split('/').filter(|segment| !segment.is_empty());
    prefix.split('/').filter(|segment| !segment.is_empty()).all(|segment| path.next() == Some(segment))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn paths_are_prefixes_at_segment_boundaries() {
        let entry = |host: &str, paths: Option<&[&str]>| AllowedHost {
            host: host.parse().unwrap(),
            paths: paths.map(|paths| paths.iter().map(|&path| path.to_owned()).collect()),
        };
        let list = AllowList::new(&[
            entry("example.com", Some(&["/api", "/docs/"])),
            entry("*.open.org", None),
            entry("port.org:8000-8010", None),
            entry("none.org", Some(&[])),
        ]);
        for (url, expected) in [
            ("https://example.com/api", true),
            ("https://example.com/api/x.yaml?y=1", true),
            ("https://example.com//api//x.yaml", true),
            ("https://example.com/apis/x.yaml", false),
            ("https://example.com/docs/x", true),
            ("https://example.com/", false),
            ("https://example.com/api/../secret", false),
            ("https://example.com/api/%2e%2e/secret", false),
            ("https://example.com/api/..%2fsecret", false),
            ("https://example.com/api/..%252fsecret", false),
            ("https://example.com/api/%5c..%5csecret", false),
            ("https://example.com:8443/api", false),
            ("https://a.open.org/x", true),
            ("https://open.org/x", false),
            ("http://port.org:8010/x", true),
            ("http://port.org/x", false),
            ("https://none.org/x", false),
        ] {
            assert_eq!(list.admits(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
