//! Which kinds may come from where (contract catalog.md section 8.1). Rules look at the origin of an entity, the location
//! somebody configured or registered, so that a file cannot widen what it may bring in by pointing elsewhere.

use config::{AllowedKind, LocationMatch, Rule, TargetMatch};
use globset::{GlobBuilder, GlobMatcher};
use model::{Entity, LocationRef};

/// A rule whose pattern cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("catalog.rules: the location pattern '{pattern}' is not a glob: {reason}")]
pub struct RuleError {
    pattern: String,
    reason: String,
}

/// Rules ready to be asked.
#[derive(Debug)]
pub struct Rules(Vec<CompiledRule>);

#[derive(Debug)]
struct CompiledRule {
    allow: Vec<AllowedKind>,
    /// From anywhere when `None`.
    locations: Option<Vec<CompiledLocation>>,
}

#[derive(Debug)]
struct CompiledLocation {
    kind: String,
    target: CompiledTarget,
}

#[derive(Debug)]
enum CompiledTarget {
    Any,
    Exact(String),
    Pattern(GlobMatcher),
}

impl Rules {
    /// Compiles rules.
    ///
    /// # Errors
    /// A pattern is no glob.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, RuleError> {
        rules.into_iter().map(compile).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an entity may come from a place with this origin.
    pub fn allow(&self, entity: &Entity, origin: &LocationRef) -> bool {
        self.0.iter().any(|rule| rule.covers(origin) && rule.allow.iter().any(|allowed| matches(allowed, entity)))
    }
}

fn compile(rule: Rule) -> Result<CompiledRule, RuleError> {
    let compiled = |locations: Vec<LocationMatch>| locations.into_iter().map(compile_location).collect();
    Ok(CompiledRule { allow: rule.allow, locations: rule.locations.map(compiled).transpose()? })
}

fn compile_location(location: LocationMatch) -> Result<CompiledLocation, RuleError> {
    let target = match location.target {
        TargetMatch::Any => CompiledTarget::Any,
        TargetMatch::Exact(exact) => CompiledTarget::Exact(exact),
        TargetMatch::Pattern(pattern) => {
            let glob = GlobBuilder::new(&pattern).literal_separator(true).case_insensitive(true).build();
            let glob = glob.map_err(|error| RuleError { reason: error.kind().to_string(), pattern })?;
            CompiledTarget::Pattern(glob.compile_matcher())
        }
    };
    Ok(CompiledLocation { kind: location.kind, target })
}

impl CompiledRule {
    fn covers(&self, origin: &LocationRef) -> bool {
        self.locations.as_ref().is_none_or(|locations| locations.iter().any(|location| location.covers(origin)))
    }
}

impl CompiledLocation {
    fn covers(&self, origin: &LocationRef) -> bool {
        self.kind == origin.kind
            && match &self.target {
                CompiledTarget::Any => true,
                CompiledTarget::Exact(exact) => *exact == origin.target,
                CompiledTarget::Pattern(pattern) => pattern.is_match(&origin.target),
            }
    }
}

/// Both parts compare without regard to case.
fn matches(allowed: &AllowedKind, entity: &Entity) -> bool {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    same(&allowed.kind, entity.kind())
        && allowed
            .spec_type
            .as_deref()
            .is_none_or(|wanted| entity.spec_text("type").is_some_and(|found| same(wanted, found)))
}

#[cfg(test)]
mod tests {
    use config::{Config, Settings};
    use serde_json::json;

    use super::*;

    fn entity(kind: &str, spec_type: &str) -> Entity {
        Entity(json!({ "kind": kind, "metadata": { "name": "x" }, "spec": { "type": spec_type } }))
    }

    fn rules(value: serde_json::Value) -> Rules {
        let written = json!({ "catalog": { "rules": value } });
        let settings = Settings::read(&Config::from_yaml(&written.to_string()).unwrap()).unwrap();
        Rules::new(settings.catalog.rules).unwrap()
    }

    #[test]
    fn kinds_types_and_places() {
        let rules = rules(json!([
            { "allow": ["component", { "kind": "Resource", "spec.type": "Database" }] },
            { "allow": ["Template"], "locations": [{ "type": "url", "pattern": "https://git.example/ORG/**" }] },
            { "allow": ["User"], "locations": [{ "type": "file", "exact": "/org.yaml" }] },
        ]));
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
    fn a_rule_for_no_location_lets_nothing_in() {
        let origin = LocationRef::new("url", "https://git.example/x");
        assert!(!rules(json!([{ "allow": ["User"], "locations": [] }])).allow(&entity("User", "x"), &origin));
    }
}
