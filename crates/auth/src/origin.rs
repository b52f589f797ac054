//! Form posts from other sites. A browser says where a request comes from; one that changes something and carries our cookie
//! is refused unless it comes from our own pages. There is no token to thread through every form.

/// What a request says about where it comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestOrigin<'a> {
    /// The `Sec-Fetch-Site` header.
    pub sec_fetch_site: Option<&'a str>,
    /// The `Origin` header.
    pub origin: Option<&'a str>,
    /// The host and port that was asked for: the `Host` header or the authority of the request.
    pub host: Option<&'a str>,
}

impl RequestOrigin<'_> {
    /// Whether a request that changes something may be served with the credentials of a cookie. `trusted` are the origins of
    /// the portal itself (`app.baseUrl`, `backend.baseUrl`), for a proxy in front that changes the host.
    ///
    /// A request that says neither comes from no browser of the last years, and then nobody's cookie is at stake.
    pub fn is_ours(&self, trusted: &[&str]) -> bool {
        if self.origin.is_some_and(|origin| trusted.iter().any(|base| same_origin(base, origin))) {
            return true;
        }
        if let Some(site) = self.sec_fetch_site {
            return matches!(site, "same-origin" | "none");
        }
        match self.origin {
            None => true,
            Some(origin) => match (origin.split_once("://"), self.host) {
                (Some((_, origin_host)), Some(host)) => origin_host.eq_ignore_ascii_case(host),
                _ => false,
            },
        }
    }
}

/// Whether a base URL has this origin. An origin has no path, and default ports are left out of it.
fn same_origin(base: &str, origin: &str) -> bool {
    let Some((scheme, rest)) = base.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let default_port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default_port).unwrap_or(authority);
    format!("{scheme}://{authority}").eq_ignore_ascii_case(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_post() {
        let trusted = ["https://portal.example.com:443/app", "http://localhost:7007"];
        let ours = |sec_fetch_site, origin, host| RequestOrigin { sec_fetch_site, origin, host }.is_ours(&trusted);
        let cases = [
            (Some("same-origin"), Some("https://other"), Some("inner:7007"), true),
            (Some("none"), None, None, true),
            (Some("same-site"), Some("https://evil.example.com"), Some("portal.example.com"), false),
            (Some("cross-site"), Some("https://portal.example.com"), Some("inner:7007"), true),
            (Some("cross-site"), Some("null"), Some("localhost:7007"), false),
            (Some("cross-site"), None, Some("localhost:7007"), false),
            (None, Some("http://localhost:7007"), Some("inner"), true),
            (None, Some("http://10.0.0.1:7007"), Some("10.0.0.1:7007"), true),
            (None, Some("http://10.0.0.1:7008"), Some("10.0.0.1:7007"), false),
            (None, Some("https://portal.example.com.evil.org"), Some("inner"), false),
            (None, Some("null"), Some("null"), false),
            (None, Some("http://a"), None, false),
            (None, None, Some("localhost:7007"), true),
        ];
        for (site, origin, host, expected) in cases {
            assert_eq!(ours(site, origin, host), expected, "{site:?} {origin:?} {host:?}");
        }
    }
}
