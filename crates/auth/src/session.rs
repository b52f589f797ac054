//! The session cookie of our own pages. It holds a signed token and nothing is kept on the server, so a restart or another
//! replica knows the session as well; signing out takes the cookie away.

use std::time::Duration;

/// Name of the cookie.
pub const SESSION_COOKIE: &str = "callboard-session";

/// How long a browser may stay idle before it has to sign in again: a working day. A session in use is renewed.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(12 * 3600);

/// Cookies of one request that are looked at, and more than any browser sends.
const MAX_COOKIES: usize = 200;

/// The `Set-Cookie` value that starts or renews a session. `secure` when the portal is reached by https.
pub fn session_cookie(token: &str, secure: bool) -> String {
    cookie(token, SESSION_LIFETIME.as_secs(), secure)
}

/// The `Set-Cookie` value that ends a session.
pub fn clear_cookie(secure: bool) -> String {
    cookie("", 0, secure)
}

fn cookie(value: &str, max_age: u64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}")
}

/// The values of our cookie in a `Cookie` header. There is one as a rule; a second portal on the same host, or somebody who
/// can set cookies for a parent domain, may have added others, so each is tried.
pub(crate) fn session_tokens(cookie_header: &str) -> impl Iterator<Item = &str> {
    cookie_header
        .split(';')
        .take(MAX_COOKIES)
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| (name == SESSION_COOKIE && !value.is_empty()).then_some(value))
        .take(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        assert_eq!(
            session_cookie("a.b.c", true),
            "callboard-session=a.b.c; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(clear_cookie(false), "callboard-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn our_cookie_is_found_among_others() {
        let tokens = |header| session_tokens(header).collect::<Vec<_>>();
        assert_eq!(tokens("a=b; callboard-session=x.y.z;c=d"), ["x.y.z"]);
        assert_eq!(tokens("callboard-session=1; callboard-session=2"), ["1", "2"]);
        for none in ["", ";;;", "xcallboard-session=1", "callboard-session", "callboard-session="] {
            assert!(tokens(none).is_empty(), "{none}");
        }
    }
}
