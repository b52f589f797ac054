//! Entity references: `[<kind>:][<namespace>/]<name>` (contract catalog.md section 2).

use std::fmt;
use std::sync::Arc;

/// The namespace of an entity that names none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// A complete reference in canonical form: kind, namespace and name, all lower case.
///
/// References compare, sort and hash in this form; entity bodies keep the casing their author wrote. Copies share the text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityRef {
    text: Arc<str>,
    kind_end: u32,
    namespace_end: u32,
}

/// What fills the parts a short reference leaves out.
#[derive(Clone, Copy, Debug, Default)]
pub struct RefDefaults<'a> {
    pub kind: Option<&'a str>,
    /// [`DEFAULT_NAMESPACE`] when `None`.
    pub namespace: Option<&'a str>,
}

/// Why a reference could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefError {
    #[error("Entity reference \"{0}\" was not on the form [<kind>:][<namespace>/]<name>")]
    Malformed(String),
    #[error("Entity reference \"{0}\" had missing or empty kind (e.g. did not start with \"component:\" or similar)")]
    MissingKind(String),
}

impl EntityRef {
    /// Builds a reference from its three parts, lower-casing them.
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        let kind = kind.to_lowercase();
        let namespace = namespace.to_lowercase();
        let kind_end = kind.len();
        let namespace_end = kind_end + 1 + namespace.len();
        let text = format!("{kind}:{namespace}/{}", name.to_lowercase());
        Self { text: text.into(), kind_end: kind_end as u32, namespace_end: namespace_end as u32 }
    }

    /// Reads a possibly short reference. A colon after the first slash belongs to the name.
    pub fn parse(text: &str, defaults: RefDefaults<'_>) -> Result<Self, RefError> {
        let malformed = || RefError::Malformed(text.to_owned());
        let slash = text.find('/');
        let colon = text.find(':').filter(|colon| slash.is_none_or(|slash| *colon < slash));
        let (kind, rest) = match colon {
            Some(at) => (Some(&text[..at]), &text[at + 1..]),
            None => (None, text),
        };
        let (namespace, name) = match rest.find('/') {
            Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
            None => (None, rest),
        };
        if kind == Some("") || namespace == Some("") || name.is_empty() {
            return Err(malformed());
        }
        if let (Some(kind), Some(namespace)) = (kind, namespace)
            && text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
        {
            // As they are kept: most references that are read were written by us.
            let (kind_end, namespace_end) = (kind.len(), kind.len() + 1 + namespace.len());
            return Ok(Self { text: text.into(), kind_end: kind_end as u32, namespace_end: namespace_end as u32 });
        }
        let kind =
            kind.or(defaults.kind).filter(|k| !k.is_empty()).ok_or_else(|| RefError::MissingKind(text.to_owned()))?;
        let namespace = namespace.or(defaults.namespace).filter(|n| !n.is_empty()).unwrap_or(DEFAULT_NAMESPACE);
        Ok(Self::new(kind, namespace, name))
    }

    /// Reads a reference that names its kind, such as `component:default/payments` or `component:payments`.
    pub fn parse_full(text: &str) -> Result<Self, RefError> {
        Self::parse(text, RefDefaults::default())
    }

    /// The canonical text `kind:namespace/name`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn kind(&self) -> &str {
        &self.text[..self.kind_end as usize]
    }

    pub fn namespace(&self) -> &str {
        &self.text[self.kind_end as usize + 1..self.namespace_end as usize]
    }

    pub fn name(&self) -> &str {
        &self.text[self.namespace_end as usize + 1..]
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntityRef({})", self.text)
    }
}

impl serde::Serialize for EntityRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> serde::Deserialize<'de> for EntityRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse_full(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, RefError> {
        EntityRef::parse(text, RefDefaults { kind: Some("Group"), namespace: Some("Team-Space") })
            .map(|r| r.as_str().to_owned())
    }

    #[test]
    fn short_forms_take_the_defaults_and_lower_case() {
        assert_eq!(parse("A").as_deref(), Ok("group:team-space/a"));
        assert_eq!(parse("other/A").as_deref(), Ok("group:other/a"));
        assert_eq!(parse("User:A").as_deref(), Ok("user:team-space/a"));
        assert_eq!(parse("User:x/A").as_deref(), Ok("user:x/a"));
    }

    #[test]
    fn a_colon_after_the_first_slash_belongs_to_the_name() {
        assert_eq!(parse("space/a:b").as_deref(), Ok("group:space/a:b"));
        let r = EntityRef::parse_full("api:space/a:b/c").unwrap();
        assert_eq!((r.kind(), r.namespace(), r.name()), ("api", "space", "a:b/c"));
    }

    #[test]
    fn empty_parts_are_errors() {
        for bad in ["", ":a", "/a", "k:", "k:/a", "k:n/", "n/"] {
            assert!(matches!(parse(bad), Err(RefError::Malformed(_))), "{bad}");
        }
        assert!(matches!(EntityRef::parse_full("a"), Err(RefError::MissingKind(_))));
    }
}
