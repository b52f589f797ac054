//! Small choices a person makes that travel in cookies: theme, language, sidebar, stars. None of them is a secret.

use std::collections::BTreeSet;

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};
use model::EntityRef;
use model::js::COMPONENT;
use percent_encoding::{AsciiSet, percent_decode_str, utf8_percent_encode};

/// A cookie has room for about 4 kB; beyond this many bytes the oldest kinds of browser drop it whole.
const MAX_STARS_BYTES: usize = 3500;
const YEAR: time::Duration = time::Duration::days(365);

pub const LANG: &str = "lang";
pub const THEME: &str = "theme";
pub const STARS: &str = "starred";
pub const SIDEBAR: &str = "sidebar";

/// The value of a cookie the browser sent.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .and_then(|cookie| Some(percent_decode_str(cookie.value()).decode_utf8().ok()?.into_owned()))
}

/// A `Set-Cookie` value that keeps a choice for a year. Scripts may read it: the palette and the theme switch do.
pub fn keep(name: &'static str, value: &str) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, encode(value))).path("/").same_site(SameSite::Lax).max_age(YEAR).build();
    HeaderValue::from_str(&cookie.to_string()).ok()
}

/// A value as cookies can hold it (RFC 6265 section 4.1.1). `:` and `/` of references may stay, which saves room.
fn encode(value: &str) -> String {
    const KEPT: &AsciiSet = &COMPONENT.remove(b':').remove(b'/');
    utf8_percent_encode(value, KEPT).to_string()
}

/// Light, dark, or what the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.code() == code)
    }
}

/// The entities a person starred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stars(BTreeSet<EntityRef>);

impl Stars {
    pub fn parse(text: &str) -> Self {
        Self(text.split(',').filter_map(|one| EntityRef::parse_full(one.trim()).ok()).take(500).collect())
    }

    pub fn contains(&self, entity_ref: &EntityRef) -> bool {
        self.0.contains(entity_ref)
    }

    pub fn iter(&self) -> impl Iterator<Item = &EntityRef> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds or removes a star. A star for which there is no room is not kept; answers whether all is as asked.
    pub fn set(&mut self, entity_ref: &EntityRef, starred: bool) -> bool {
        if !starred {
            self.0.remove(entity_ref);
            return true;
        }
        self.0.insert(entity_ref.clone());
        let fits = encode(&self.to_value()).len() <= MAX_STARS_BYTES;
        if !fits {
            self.0.remove(entity_ref);
        }
        fits
    }

    pub fn to_value(&self) -> String {
        self.0.iter().map(EntityRef::as_str).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn stars_survive_the_cookie() {
        let mut stars = Stars::default();
        for name in ["a", "b", "ünï"] {
            assert!(stars.set(&EntityRef::new("component", "default", name), true));
        }
        let set = keep(STARS, &stars.to_value()).unwrap();
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, format!("other=1; {pair}").parse().unwrap());
        assert_eq!(Stars::parse(&read(&headers, STARS).unwrap()), stars);
    }

    #[test]
    fn a_star_without_room_is_refused() {
        let mut stars = Stars::default();
        let refused =
            (0..500).find(|n| !stars.set(&EntityRef::new("component", "default", &format!("name-{n}")), true));
        assert!(refused.is_some());
        assert!(encode(&stars.to_value()).len() <= MAX_STARS_BYTES);
    }
}
