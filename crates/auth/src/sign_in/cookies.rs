//! The cookies of sign-in (contract auth.md section 1.2). Values that browsers would not take in one cookie are spread over
//! several.

use std::collections::BTreeMap;
use std::time::Duration;

/// The longest value of one cookie, in characters.
const CHUNK: usize = 4000;
/// The most cookies one value is spread over.
const MAX_CHUNKS: usize = 10;

/// The cookie in which the way back from a provider says to our own sign-in page why nobody came.
pub const FAILED: &str = "callboard-sign-in-failed";

/// Where cookies of a provider are valid, and how they are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CookieScope {
    pub(super) path: String,
    pub(super) secure: bool,
    /// The portal and its frontend are on different hosts.
    pub(super) cross_site: bool,
}

/// What a request brought.
#[derive(Debug, Default)]
pub struct Cookies(BTreeMap<String, String>);

impl Cookies {
    /// Reads a `Cookie` header. Of several values of one name the first counts: it is of the longest path.
    pub fn parse(header: &str) -> Self {
        let mut all = BTreeMap::new();
        for (name, value) in header.split(';').take(200).filter_map(|pair| pair.trim().split_once('=')) {
            all.entry(name.to_owned()).or_insert_with(|| decoded(value));
        }
        Self(all)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A value that may be spread over several cookies.
    pub(super) fn whole(&self, name: &str) -> Option<String> {
        if let Some(value) = self.get(name) {
            return Some(value.to_owned());
        }
        let chunks = (0..MAX_CHUNKS).map_while(|at| self.get(&format!("{name}-{at}")));
        Some(chunks.collect::<String>()).filter(|value| !value.is_empty())
    }
}

impl CookieScope {
    /// The `Set-Cookie` values that keep a value, and take away what kept an older one.
    pub(super) fn keep(&self, name: &str, value: &str, age: Duration, present: &Cookies) -> Vec<String> {
        if value.len() <= CHUNK {
            let mut all = vec![self.one(name, value, age.as_secs())];
            all.extend(self.chunks_after(name, 0, present));
            return all;
        }
        let pieces: Vec<&str> = chunks(value);
        let mut all: Vec<String> = pieces
            .iter()
            .enumerate()
            .map(|(at, piece)| self.one(&format!("{name}-{at}"), piece, age.as_secs()))
            .collect();
        all.extend(present.get(name).map(|_| self.one(name, "", 0)));
        all.extend(self.chunks_after(name, pieces.len(), present));
        all
    }

    /// The `Set-Cookie` values that take a value away.
    pub(super) fn forget(&self, name: &str, present: &Cookies) -> Vec<String> {
        let mut all = vec![self.one(name, "", 0)];
        all.extend(self.chunks_after(name, 0, present));
        all
    }

    fn chunks_after(&self, name: &str, first: usize, present: &Cookies) -> Vec<String> {
        let names = (first..MAX_CHUNKS).map(|at| format!("{name}-{at}"));
        names.filter(|name| present.0.contains_key(name)).map(|name| self.one(&name, "", 0)).collect()
    }

    fn one(&self, name: &str, value: &str, age: u64) -> String {
        let same_site = if self.cross_site && self.secure { "None" } else { "Lax" };
        let secure = if self.secure { "; Secure" } else { "" };
        let value = encoded(value);
        format!("{name}={value}; Max-Age={age}; Path={}; HttpOnly{secure}; SameSite={same_site}", self.path)
    }
}

/// Pieces of a text; those of tokens are ASCII, so that a cut is at a letter.
fn chunks(value: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let mut cut = rest.len().min(CHUNK);
        while !rest.is_char_boundary(cut) {
            cut -= 1;
        }
        let (piece, behind) = rest.split_at(cut);
        all.push(piece);
        rest = behind;
    }
    all
}

fn encoded(value: &str) -> String {
    let keep = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')')
    };
    value.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn decoded(value: &str) -> String {
    // A form's pair decodes as a cookie does, but for the plus sign, which stands for itself here.
    let pair = format!("v={}", value.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn scope() -> CookieScope {
        CookieScope { path: "/api/auth/github".to_owned(), secure: true, cross_site: true }
    }

    #[test]
    fn a_value_comes_back_whole_whatever_its_length() {
        for value in ["short", &"a+b/=&%".repeat(1500)] {
            let kept = scope().keep("t", value, Duration::from_secs(60), &Cookies::default());
            let header: Vec<&str> = kept.iter().map(|cookie| cookie.split(';').next().unwrap()).collect();
            assert!(
                kept.iter().all(|cookie| cookie.ends_with("Path=/api/auth/github; HttpOnly; Secure; SameSite=None"))
            );
            assert_eq!(Cookies::parse(&header.join("; ")).whole("t").as_deref(), Some(value));
        }
    }

    #[test]
    fn what_kept_an_older_value_is_taken_away() {
        let present = Cookies::parse("t=old; t-0=x; t-1=y; t-2=z");
        let short = scope().keep("t", "new", Duration::from_secs(60), &present);
        assert_eq!(short.iter().filter(|cookie| cookie.contains("Max-Age=0")).count(), 3);
        let long = scope().keep("t", &"x".repeat(5000), Duration::from_secs(60), &present);
        let gone: Vec<_> =
            long.iter().filter(|cookie| cookie.contains("Max-Age=0")).map(|c| c.split('=').next().unwrap()).collect();
        assert_eq!(gone, ["t", "t-2"]);
        assert_eq!(scope().forget("t", &present).len(), 4);
    }
}
