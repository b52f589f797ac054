//! `catalog`: what is ingested from where, and what may come in. Contract: catalog section 8.

use std::path::PathBuf;
use std::time::Duration;

use globset::Glob;
use serde_json::Value;

use crate::keys::Key;
use crate::problems::Problems;
use crate::{ConfigError, Origin, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new("catalog.locations[].type", "`file` or `url`."),
    Key::new("catalog.locations[].target", "The path (globs allowed) or the URL."),
    Key::new(
        "catalog.locations[].rules[].allow[].**",
        "Kinds this location may bring besides those of `catalog.rules`.",
    ),
    Key::new("catalog.rules[].allow[].**", "Kinds that may come in, as a name or as `{kind, spec.type}`."),
    Key::new("catalog.rules[].locations[].type", "The type of the locations the rule is for."),
    Key::new("catalog.rules[].locations[].exact", "The target of the location the rule is for."),
    Key::new("catalog.rules[].locations[].pattern", "A glob over the targets the rule is for."),
    Key::new("catalog.readonly", "`true` refuses to register, change, remove and push through the API."),
    Key::new("catalog.orphanStrategy", "What happens to entities nothing refers to any more: `delete` or `keep`."),
    Key::new("catalog.orphanProviderStrategy", "The same, at the start, for what providers have left that are gone."),
    Key::new(
        "catalog.defaultLocationConflictStrategy",
        "What registering a known location does, `reject` or `refresh`, unless the request says.",
    ),
    Key::new(
        "catalog.sets.rejectRemovalsAbovePercentage",
        "How much of a pushed set one push may remove, in percent, unless it says that this is meant; 100 is all of it.",
    ),
    Key::new("catalog.history.retention", "How long what an entity was before is kept: a year, unless said otherwise."),
    Key::new("catalog.history.maxVersions", "How many versions of one entity are kept beside the newest; 200."),
    Key::new("catalog.processingInterval", "How often sources are read again, or `false` for never."),
    Key::new("catalog.stitchingStrategy.pollingInterval", "Without effect: changes show at once."),
    Key::new("catalog.stitchingStrategy.stitchTimeout", "Without effect: changes show at once."),
];

#[derive(Clone, Debug)]
pub struct Catalog {
    pub locations: Vec<StaticLocation>,
    /// `catalog.rules`, or the default: Component, API and Location from anywhere.
    pub rules: Vec<Rule>,
    pub readonly: bool,
    pub orphan_strategy: OrphanStrategy,
    pub orphan_provider_strategy: OrphanStrategy,
    pub location_conflict_strategy: ConflictStrategy,
    pub processing_interval: ProcessingInterval,
    /// `catalog.sets.rejectRemovalsAbovePercentage`.
    pub most_removals: u8,
    pub history: History,
}

/// `catalog.history`: how much of the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// How long after it was replaced.
    pub retention: Duration,
    /// Of one entity, beside what it is now.
    pub max_versions: u32,
}

impl Default for History {
    fn default() -> Self {
        Self { retention: Duration::from_secs(365 * 24 * 3600), max_versions: 200 }
    }
}

impl History {
    fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        let default = Self::default();
        Self {
            retention: problems.optional(root.duration("catalog.history.retention")).unwrap_or(default.retention),
            max_versions: problems
                .optional(root.integer("catalog.history.maxVersions"))
                .unwrap_or(default.max_versions),
        }
    }
}

/// A location that configuration alone adds and removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticLocation {
    pub kind: String,
    /// As written: a path or a URL.
    pub target: String,
    /// The folder of the file that names the location: where a relative path starts.
    pub folder: PathBuf,
    /// What this location may bring besides what the general rules allow.
    pub rules: Vec<Vec<AllowedKind>>,
    /// Where the location is configured, for messages about it.
    pub origin: Option<Origin>,
}

/// Lets kinds in, from anywhere or from some locations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub allow: Vec<AllowedKind>,
    /// From anywhere when `None`.
    pub locations: Option<Vec<LocationMatch>>,
}

/// A kind that may come in; both parts compare without case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedKind {
    pub kind: String,
    /// Any type when `None`.
    pub spec_type: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationMatch {
    pub kind: String,
    /// The folder of the file that names the location: where a relative path starts.
    pub folder: PathBuf,
    pub target: TargetMatch,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetMatch {
    Any,
    Exact(String),
    /// A glob, compared without case, `*` matching leading dots.
    Pattern(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrphanStrategy {
    #[default]
    Delete,
    Keep,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ConflictStrategy {
    #[default]
    Reject,
    Refresh,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProcessingInterval {
    /// 100 to 150 seconds.
    #[default]
    Default,
    Every(Duration),
    Never,
}

/// Most of a set does not go by mistake.
const MOST_REMOVALS: u8 = 50;

const ORPHAN: &[(&str, OrphanStrategy)] = &[("delete", OrphanStrategy::Delete), ("keep", OrphanStrategy::Keep)];
const CONFLICT: &[(&str, ConflictStrategy)] =
    &[("reject", ConflictStrategy::Reject), ("refresh", ConflictStrategy::Refresh)];

impl Catalog {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        problems.kept(root.duration("catalog.stitchingStrategy.pollingInterval"));
        problems.kept(root.duration("catalog.stitchingStrategy.stitchTimeout"));
        let conflicts = problems.optional(root.word("catalog.defaultLocationConflictStrategy", CONFLICT));
        Self {
            locations: problems.each(root.objects("catalog.locations"), read_location),
            rules: match root.find("catalog.rules") {
                Some(_) => problems.each(root.objects("catalog.rules"), read_rule),
                None => default_rules(),
            },
            readonly: problems.optional(root.bool("catalog.readonly")).unwrap_or(false),
            orphan_strategy: problems.optional(root.word("catalog.orphanStrategy", ORPHAN)).unwrap_or_default(),
            orphan_provider_strategy: problems
                .optional(root.word("catalog.orphanProviderStrategy", ORPHAN))
                .unwrap_or_default(),
            location_conflict_strategy: conflicts.unwrap_or_default(),
            processing_interval: match root.find("catalog.processingInterval").map(|view| view.value()) {
                Some(Value::Bool(false)) => ProcessingInterval::Never,
                _ => problems
                    .optional(root.duration("catalog.processingInterval"))
                    .map_or(ProcessingInterval::Default, ProcessingInterval::Every),
            },
            most_removals: problems.optional(read_most_removals(root)).unwrap_or(MOST_REMOVALS),
            history: History::read(root, problems),
        }
    }
}

impl Default for Catalog {
    /// What an empty configuration says.
    fn default() -> Self {
        Self {
            locations: Vec::new(),
            rules: default_rules(),
            readonly: false,
            orphan_strategy: OrphanStrategy::default(),
            orphan_provider_strategy: OrphanStrategy::default(),
            location_conflict_strategy: ConflictStrategy::default(),
            processing_interval: ProcessingInterval::default(),
            most_removals: MOST_REMOVALS,
            history: History::default(),
        }
    }
}

fn read_most_removals(root: &View<'_>) -> Result<Option<u8>, ConfigError> {
    let key = "catalog.sets.rejectRemovalsAbovePercentage";
    match root.integer::<u8>(key)? {
        Some(percent) if percent > 100 => {
            let at = root.find(key).unwrap_or_else(|| root.clone());
            Err(at.invalid(format!("expected a percentage from 0 to 100, got {percent}")))
        }
        percent => Ok(percent),
    }
}

fn default_rules() -> Vec<Rule> {
    let allow = ["Component", "API", "Location"]
        .into_iter()
        .map(|kind| AllowedKind { kind: kind.to_owned(), spec_type: None })
        .collect();
    vec![Rule { allow, locations: None }]
}

fn read_location(location: &View<'_>) -> Result<StaticLocation, ConfigError> {
    Ok(StaticLocation {
        kind: location.required_string("type")?,
        target: location.required_string("target")?,
        folder: location.folder(),
        rules: location.objects("rules")?.iter().map(read_allow).collect::<Result<_, _>>()?,
        origin: location.origin(),
    })
}

fn read_rule(rule: &View<'_>) -> Result<Rule, ConfigError> {
    let allow = read_allow(rule)?;
    let locations = match rule.find("locations") {
        Some(_) => Some(rule.objects("locations")?.iter().map(read_match).collect::<Result<_, _>>()?),
        None => None,
    };
    Ok(Rule { allow, locations })
}

fn read_allow(rule: &View<'_>) -> Result<Vec<AllowedKind>, ConfigError> {
    let allow = rule.find("allow").ok_or_else(|| rule.missing("allow"))?;
    allow
        .elements("string-array")?
        .iter()
        .map(|item| match item.value() {
            Value::Object(_) => Ok(AllowedKind {
                kind: item.required_string("kind")?,
                spec_type: item.member("spec.type").map(|view| view.as_str().map(str::to_owned)).transpose()?,
            }),
            _ => match item.as_str() {
                Ok(kind) => Ok(AllowedKind { kind: kind.to_owned(), spec_type: None }),
                Err(_) => Err(item.wanted("string-array")),
            },
        })
        .collect()
}

fn read_match(location: &View<'_>) -> Result<LocationMatch, ConfigError> {
    let kind = location.required_string("type")?;
    let target = match (location.string("exact")?, location.string("pattern")?) {
        (Some(_), Some(_)) => {
            return Err(location.invalid("A catalog rule location cannot have both exact and pattern values"));
        }
        (Some(exact), None) => TargetMatch::Exact(exact),
        (None, Some(pattern)) => {
            if let Err(error) = Glob::new(&pattern) {
                let at = location.find("pattern").unwrap_or_else(|| location.clone());
                return Err(at.invalid(format!("\"{pattern}\" is no pattern: {}", error.kind())));
            }
            TargetMatch::Pattern(pattern)
        }
        (None, None) => TargetMatch::Any,
    };
    Ok(LocationMatch { kind, folder: location.folder(), target })
}
