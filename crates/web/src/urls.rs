//! Addresses of our own pages. The address is the state of a page, so building one is the only way to link to it.

use model::EntityRef;
use model::js::COMPONENT;
use percent_encoding::utf8_percent_encode;

/// Encodes one path segment or query value.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// An entity's page: `/catalog/:namespace/:kind/:name`.
pub fn entity(entity_ref: &EntityRef) -> String {
    format!("/catalog/{}/{}/{}", encode(entity_ref.namespace()), encode(entity_ref.kind()), encode(entity_ref.name()))
}

/// A tab of an entity's page.
pub fn entity_tab(entity_ref: &EntityRef, tab: &str) -> String {
    format!("{}/{tab}", entity(entity_ref))
}

/// The sign-in page, which comes back to `next`.
pub fn sign_in(next: &str) -> String {
    if next == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", encode(next)) }
}

/// A place on this portal to go to after a form, or the start page. Never an address elsewhere.
pub fn local(next: Option<&str>) -> &str {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//"))
        .filter(|next| !next.contains('\\') && !next.contains(|c: char| c.is_control()))
        .unwrap_or("/")
}

/// The address when it is one a page may link to: `http`, `https` or `mailto`.
pub fn external(address: &str) -> Option<&str> {
    let address = address.trim();
    let scheme = address.split_once(':')?.0;
    ["http", "https", "mailto"].iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed)).then_some(address)
}

/// A query string of pairs, without the question mark; pairs with an empty value are left out.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (key, value) in pairs {
        if !value.is_empty() {
            out.append_pair(key, value);
        }
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_reference_cannot_leave_their_segment() {
        let odd = EntityRef::new("Component", "a b", "x/../y?z#ü");
        assert_eq!(entity(&odd), "/catalog/a%20b/component/x%2F..%2Fy%3Fz%23%C3%BC");
    }

    #[test]
    fn after_a_form_we_stay_here() {
        for (next, expected) in [
            (Some("/catalog?kind=api"), "/catalog?kind=api"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("https://evil.example"), "/"),
            (Some("/a\r\nSet-Cookie: x"), "/"),
            (None, "/"),
        ] {
            assert_eq!(local(next), expected);
        }
    }

    #[test]
    fn only_addresses_of_the_web_and_mail_are_linked() {
        assert_eq!(external("https://a.example/x"), Some("https://a.example/x"));
        assert_eq!(external(" HTTP://a.example"), Some("HTTP://a.example"));
        assert_eq!(external("mailto:a@b.example"), Some("mailto:a@b.example"));
        for bad in ["javascript:alert(1)", "data:text/html,x", " java\nscript:x", "/relative", "x"] {
            assert_eq!(external(bad), None, "{bad}");
        }
    }
}
