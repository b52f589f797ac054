//! What of the `catalog` section of the configuration the engine needs (contract catalog.md section 8).

use std::path::Path;
use std::time::Duration;

use model::LocationRef;
use serde::Deserialize;
use serde_json::Value;

use crate::ingest::targets::normalise;
use crate::process::rules::{AllowedKind, Rule, RuleError, RuleLocation, Rules, default_rules};

/// A statically configured location.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ConfigLocation {
    #[serde(flatten)]
    pub location: LocationRef,
    /// Rules for this very location, on top of the general ones.
    #[serde(default)]
    pub rules: Vec<LocationRule>,
}

/// A rule that is bound to the location it stands at.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LocationRule {
    pub allow: Vec<AllowedKind>,
}

/// What happens to an entity that nothing emits any longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrphanStrategy {
    #[default]
    Delete,
    /// It stays, marked with `backstage.io/orphan`.
    Keep,
}

/// Options of the catalog; [`CatalogOptions::from_config`] reads them from a configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CatalogOptions {
    pub locations: Vec<ConfigLocation>,
    pub rules: Vec<Rule>,
    pub orphan_strategy: OrphanStrategy,
    /// How often a URL is read again, conditionally. Each read is spread over this and half as much again. `None` never.
    #[serde(skip)]
    pub processing_interval: Option<Duration>,
    /// How often orphans are removed.
    #[serde(skip)]
    pub orphan_interval: Duration,
    /// Whether changes of files are picked up as they happen.
    #[serde(skip)]
    pub watch: bool,
}

impl Default for CatalogOptions {
    fn default() -> Self {
        Self {
            locations: Vec::new(),
            rules: default_rules(),
            orphan_strategy: OrphanStrategy::default(),
            processing_interval: Some(Duration::from_secs(100)),
            orphan_interval: Duration::from_secs(30),
            watch: true,
        }
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    #[error("catalog: {0}")]
    Shape(String),
    #[error(transparent)]
    Rules(#[from] RuleError),
    #[error("catalog.processingInterval: {0}")]
    Interval(String),
}

impl CatalogOptions {
    /// Reads the `catalog` section. Relative `file` targets start at `base`, the folder of the configuration.
    pub fn from_config(section: &Value, base: &Path) -> Result<Self, OptionsError> {
        if section.is_null() {
            return Ok(Self::default());
        }
        let mut options: Self =
            serde_json::from_value(section.clone()).map_err(|e| OptionsError::Shape(e.to_string()))?;
        for configured in &mut options.locations {
            if configured.location.kind == "file" {
                let target = normalise(&base.join(&configured.location.target));
                configured.location.target = target.to_string_lossy().into_owned();
            }
        }
        for rule in &mut options.rules {
            for location in rule.locations.iter_mut().filter(|location| location.kind == "file") {
                for target in [&mut location.exact, &mut location.pattern].into_iter().flatten() {
                    *target = normalise(&base.join(&*target)).to_string_lossy().into_owned();
                }
            }
        }
        if let Some(interval) = section.get("processingInterval") {
            options.processing_interval = duration(interval).map_err(OptionsError::Interval)?;
        }
        options.compile_rules()?;
        Ok(options)
    }

    /// The rules of the section and of each location.
    pub fn compile_rules(&self) -> Result<Rules, RuleError> {
        let bound = self.locations.iter().flat_map(|configured| {
            let place = RuleLocation {
                kind: configured.location.kind.clone(),
                exact: Some(configured.location.target.clone()),
                pattern: None,
            };
            configured.rules.iter().map(move |rule| Rule { allow: rule.allow.clone(), locations: vec![place.clone()] })
        });
        Rules::new(self.rules.iter().cloned().chain(bound))
    }
}

/// Reads `false`, `{minutes: 1, …}`, `"90s"` or an ISO-8601 duration such as `PT1M30S`.
fn duration(value: &Value) -> Result<Option<Duration>, String> {
    let seconds = match value {
        Value::Bool(false) => return Ok(None),
        Value::Object(parts) => {
            let mut seconds = 0.0;
            for (unit, amount) in parts {
                let scale = unit_seconds(unit).ok_or_else(|| format!("'{unit}' is no unit of time"))?;
                let amount = amount.as_f64().ok_or_else(|| format!("'{unit}' is no number"))?;
                seconds += amount * scale;
            }
            seconds
        }
        Value::String(text) => text_seconds(text).ok_or_else(|| format!("'{text}' is no duration, write e.g. 90s"))?,
        other => return Err(format!("{other} is no duration, write e.g. {{minutes: 2}}, '90s' or false")),
    };
    let least = 1.0;
    Duration::try_from_secs_f64(seconds.max(least)).map(Some).map_err(|e| e.to_string())
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit.trim_end_matches('s') {
        "year" => 31_536_000.0,
        "month" => 2_592_000.0,
        "week" => 604_800.0,
        "day" | "d" => 86_400.0,
        "hour" | "h" => 3600.0,
        "minute" | "m" => 60.0,
        "second" | "" => 1.0,
        "millisecond" => 0.001,
        _ => return None,
    })
}

fn text_seconds(text: &str) -> Option<f64> {
    if let Some(amount) = text.strip_suffix("ms") {
        return Some(amount.trim().parse::<f64>().ok()? / 1000.0);
    }
    if let Some(time) = text.strip_prefix("PT") {
        let mut seconds = 0.0;
        let mut number = String::new();
        for c in time.chars() {
            match c {
                '0'..='9' | '.' => number.push(c),
                'H' | 'M' | 'S' => {
                    seconds += std::mem::take(&mut number).parse::<f64>().ok()?
                        * match c {
                            'H' => 3600.0,
                            'M' => 60.0,
                            _ => 1.0,
                        };
                }
                _ => return None,
            }
        }
        return number.is_empty().then_some(seconds);
    }
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let amount: f64 = text[..text.len() - unit.len()].parse().ok()?;
    Some(amount * unit_seconds(unit.trim())?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn relative_files_start_at_the_configuration() {
        let section = json!({
            "locations": [{ "type": "file", "target": "../x/all.yaml", "rules": [{ "allow": ["User"] }] }],
            "providers": { "other": 1 },
        });
        let options = CatalogOptions::from_config(&section, Path::new("/etc/portal")).unwrap();
        assert_eq!(options.locations[0].location, LocationRef::new("file", "/etc/x/all.yaml"));
        let user = model::Entity(json!({ "kind": "User", "metadata": { "name": "x" } }));
        let rules = options.compile_rules().unwrap();
        assert!(rules.allow(&user, &LocationRef::new("file", "/etc/x/all.yaml")));
        assert!(!rules.allow(&user, &LocationRef::new("file", "/etc/x/other.yaml")));
    }

    #[test]
    fn intervals() {
        let read = |value: Value| {
            CatalogOptions::from_config(&json!({ "processingInterval": value }), Path::new("/"))
                .map(|o| o.processing_interval.map(|d| d.as_secs()))
        };
        for (value, seconds) in [
            (json!({ "minutes": 1, "seconds": 30 }), Some(90)),
            (json!("30s"), Some(30)),
            (json!("2h"), Some(7200)),
            (json!("PT1M30S"), Some(90)),
            (json!(false), None),
        ] {
            assert_eq!(read(value.clone()).unwrap(), seconds, "{value}");
        }
        assert!(read(json!("soon")).is_err());
    }
}
