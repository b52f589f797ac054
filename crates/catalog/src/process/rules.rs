//! Which kinds may come from where (contract catalog.md section 8.1). Rules look at the origin of an entity, the location
//! somebody configured or registered, so that a file cannot widen what it may bring in by pointing elsewhere.

use globset::{GlobBuilder, GlobMatcher};
use model::{Entity, LocationRef};
use serde::Deserialize;

/// One rule as configured: what is allowed, and from where (anywhere, when no location is named).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    pub allow: Vec<AllowedKind>,
    #[serde(default)]
    pub locations: Vec<RuleLocation>,
}

/// `Kind`, or `{kind, 'spec.type'}`. Both compare without regard to case.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum AllowedKind {
    Kind(String),
    Typed {
        kind: String,
        #[serde(rename = "spec.type", default)]
        spec_type: Option<String>,
    },
}

/// Locations a rule is limited to: by type, and by exact target or glob.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RuleLocation {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub exact: Option<String>,
    #[serde(default)]
    pub pattern: Option<String>,
}

/// Why the rules of a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("catalog.rules: a location has both 'exact' and 'pattern'; keep one of them")]
    ExactAndPattern,
    #[error("catalog.rules: the location pattern '{pattern}' is not a glob: {reason}")]
    Pattern { pattern: String, reason: String },
}

/// Rules ready to be asked.
#[derive(Debug)]
pub struct Rules(Vec<CompiledRule>);

#[derive(Debug)]
struct CompiledRule {
    allow: Vec<AllowedKind>,
    locations: Vec<CompiledLocation>,
}

#[derive(Debug)]
struct CompiledLocation {
    kind: String,
    exact: Option<String>,
    pattern: Option<GlobMatcher>,
}

/// What is allowed when nothing is configured: Component, API and Location, from anywhere.
pub fn default_rules() -> Vec<Rule> {
    let allow = ["Component", "API", "Location"].map(|kind| AllowedKind::Kind(kind.to_owned())).to_vec();
    vec![Rule { allow, locations: Vec::new() }]
}

impl Rules {
    /// Checks and compiles rules.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, RuleError> {
        rules.into_iter().map(compile).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an entity may come from a place with this origin.
    pub fn allow(&self, entity: &Entity, origin: &LocationRef) -> bool {
        self.0.iter().any(|rule| rule.covers(origin) && rule.allow.iter().any(|allowed| allowed.matches(entity)))
    }
}

fn compile(rule: Rule) -> Result<CompiledRule, RuleError> {
    let locations = rule.locations.into_iter().map(compile_location).collect::<Result<_, _>>()?;
    Ok(CompiledRule { allow: rule.allow, locations })
}

fn compile_location(location: RuleLocation) -> Result<CompiledLocation, RuleError> {
    if location.exact.is_some() && location.pattern.is_some() {
        return Err(RuleError::ExactAndPattern);
    }
    let pattern = location.pattern.map(|pattern| {
        let glob = GlobBuilder::new(&pattern).literal_separator(true).case_insensitive(true).build();
        glob.map(|glob| glob.compile_matcher()).map_err(|e| RuleError::Pattern { pattern, reason: e.to_string() })
    });
    Ok(CompiledLocation { kind: location.kind, exact: location.exact, pattern: pattern.transpose()? })
}

impl CompiledRule {
    fn covers(&self, origin: &LocationRef) -> bool {
        self.locations.is_empty() || self.locations.iter().any(|location| location.covers(origin))
    }
}

impl CompiledLocation {
    fn covers(&self, origin: &LocationRef) -> bool {
        self.kind == origin.kind
            && self.exact.as_ref().is_none_or(|exact| *exact == origin.target)
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&origin.target))
    }
}

impl AllowedKind {
    fn matches(&self, entity: &Entity) -> bool {
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        match self {
            Self::Kind(kind) => same(kind, entity.kind()),
            Self::Typed { kind, spec_type } => {
                same(kind, entity.kind())
                    && spec_type
                        .as_deref()
                        .is_none_or(|wanted| entity.spec_text("type").is_some_and(|found| same(wanted, found)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entity(kind: &str, spec_type: &str) -> Entity {
        Entity(json!({ "kind": kind, "metadata": { "name": "x" }, "spec": { "type": spec_type } }))
    }

    fn rules(value: serde_json::Value) -> Result<Rules, RuleError> {
        Rules::new(serde_json::from_value::<Vec<Rule>>(value).unwrap())
    }

    #[test]
    fn kinds_types_and_places() {
        let rules = rules(json!([
            { "allow": ["component", { "kind": "Resource", "spec.type": "Database" }] },
            { "allow": ["Template"], "locations": [{ "type": "url", "pattern": "https://git.example/ORG/**" }] },
            { "allow": ["User"], "locations": [{ "type": "file", "exact": "/org.yaml" }] },
        ]))
        .unwrap();
        let url = LocationRef::new("url", "https://git.example/org/.hidden/t.yaml");
        let file = LocationRef::new("file", "/org.yaml");
        for (kind, spec_type, origin, allowed) in [
            ("Component", "x", &url, true),
            ("Resource", "database", &url, true),
            ("Resource", "queue", &url, false),
            ("Template", "x", &url, true),
            ("Template", "x", &file, false),
            ("User", "x", &file, true),
            ("User", "x", &url, false),
        ] {
            assert_eq!(rules.allow(&entity(kind, spec_type), origin), allowed, "{kind} {spec_type} {origin}");
        }
    }

    #[test]
    fn exact_and_pattern_exclude_each_other() {
        let both = json!([{ "allow": [], "locations": [{ "type": "url", "exact": "a", "pattern": "b" }] }]);
        assert!(matches!(rules(both), Err(RuleError::ExactAndPattern)));
    }
}
