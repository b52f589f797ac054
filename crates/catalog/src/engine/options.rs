//! What the engine is told by the configuration (contract catalog.md section 8).

use std::path::Path;
use std::time::Duration;

use config::{AllowedKind, ConflictStrategy, LocationMatch, OrphanStrategy, ProcessingInterval, Rule, TargetMatch};
use model::LocationRef;

use crate::ingest::targets::{glob_base, normalise};
use crate::process::rules::{RuleError, Rules};
use crate::process::stable::content_hash;

/// Where Backstage's own backend runs, below the folder of its configuration: relative targets of a configuration that
/// was written for it start there.
const BACKSTAGE_BACKEND: &str = "packages/backend";

/// How often a URL is read again unless configured.
const PROCESSING_INTERVAL: Duration = Duration::from_secs(100);
/// Nothing is read more often than this.
const LEAST_INTERVAL: Duration = Duration::from_secs(1);

/// A statically configured location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigLocation {
    pub location: LocationRef,
    /// What this very location may bring, on top of the general rules.
    pub rules: Vec<Vec<AllowedKind>>,
}

/// Options of the catalog; [`CatalogOptions::new`] makes them of a configuration.
#[derive(Clone, Debug)]
pub struct CatalogOptions {
    pub locations: Vec<ConfigLocation>,
    pub rules: Vec<Rule>,
    /// What happens to an entity that nothing emits any longer; one that is kept is marked with `backstage.io/orphan`.
    pub orphan_strategy: OrphanStrategy,
    /// What happens at the start to what a provider that no longer exists has left.
    pub orphan_provider_strategy: OrphanStrategy,
    /// How often a URL is read again, conditionally. Each read is spread over this and half as much again. `None` never.
    pub processing_interval: Option<Duration>,
    /// How often orphans are removed.
    pub orphan_interval: Duration,
    /// Whether changes of files are picked up as they happen.
    pub watch: bool,
    /// Nothing can be changed through the API.
    pub readonly: bool,
    /// What registering a location does that is registered already, unless the request says.
    pub on_conflict: ConflictStrategy,
    /// How much of a pushed set one push may remove without being told that this is meant, in percent.
    pub most_removals: u8,
    /// How much of the past is kept.
    pub history: config::History,
    /// How often what is no longer to be kept is forgotten.
    pub forget_interval: Duration,
}

impl Default for CatalogOptions {
    fn default() -> Self {
        Self::new(&config::Catalog::default())
    }
}

impl CatalogOptions {
    /// The options that the section `catalog` gives. Relative paths start at the folder of the file that names them; what
    /// is not there but exists where Backstage's own backend would look is taken from there.
    pub fn new(section: &config::Catalog) -> Self {
        let locations = section.locations.iter().map(|written| {
            let target = match written.kind.as_str() {
                "file" => absolute(&written.folder, &written.target),
                _ => written.target.clone(),
            };
            ConfigLocation { location: LocationRef::new(&written.kind, target), rules: written.rules.clone() }
        });
        let rules = section.rules.iter().map(|rule| Rule {
            locations: rule.locations.as_ref().map(|matches| matches.iter().map(absolute_match).collect()),
            ..rule.clone()
        });
        Self {
            locations: locations.collect(),
            rules: rules.collect(),
            orphan_strategy: section.orphan_strategy,
            orphan_provider_strategy: section.orphan_provider_strategy,
            processing_interval: match section.processing_interval {
                ProcessingInterval::Default => Some(PROCESSING_INTERVAL),
                ProcessingInterval::Every(interval) => Some(interval.max(LEAST_INTERVAL)),
                ProcessingInterval::Never => None,
            },
            orphan_interval: Duration::from_secs(30),
            watch: true,
            readonly: section.readonly,
            on_conflict: section.location_conflict_strategy,
            most_removals: section.most_removals,
            history: section.history,
            forget_interval: Duration::from_secs(3600),
        }
    }

    /// Tells apart what sources were judged by when they were read: rules, and the release.
    pub fn judgement(&self, release: &str) -> String {
        let bound: Vec<&ConfigLocation> = self.locations.iter().filter(|location| !location.rules.is_empty()).collect();
        let hash = content_hash(format!("{release}{:?}{bound:?}", self.rules).as_bytes());
        format!("{}:", &hex::encode(hash)[..12])
    }

    /// The rules of the section and of each location, ready to be asked.
    ///
    /// # Errors
    /// A pattern is no glob.
    pub fn compile_rules(&self) -> Result<Rules, RuleError> {
        let bound = self.locations.iter().flat_map(|configured| {
            let place = LocationMatch {
                kind: configured.location.kind.clone(),
                folder: Default::default(),
                target: TargetMatch::Exact(configured.location.target.clone()),
            };
            configured
                .rules
                .iter()
                .map(move |allow| Rule { allow: allow.clone(), locations: Some(vec![place.clone()]) })
        });
        Rules::new(self.rules.iter().cloned().chain(bound))
    }
}

/// A rule's location as the locations themselves are written. A pattern that starts with `**` means any folder.
fn absolute_match(written: &LocationMatch) -> LocationMatch {
    let target = match &written.target {
        TargetMatch::Exact(path) if written.kind == "file" => TargetMatch::Exact(absolute(&written.folder, path)),
        TargetMatch::Pattern(path) if written.kind == "file" && !path.starts_with("**") => {
            TargetMatch::Pattern(absolute(&written.folder, path))
        }
        target => target.clone(),
    };
    LocationMatch { target, ..written.clone() }
}

/// The path that `written` names in a file in `folder`; of a glob, what stands before its first wildcard must exist.
fn absolute(folder: &Path, written: &str) -> String {
    let from = |folder: &Path| normalise(&folder.join(written)).to_string_lossy().into_owned();
    let exists = |path: &str| glob_base(path).exists();
    let here = from(folder);
    if exists(&here) {
        return here;
    }
    Some(from(&folder.join(BACKSTAGE_BACKEND))).filter(|there| exists(there)).unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use config::{LoadOptions, Settings};

    use super::*;

    /// The options of an `app-config.yaml` with this text in `folder`.
    fn options(folder: &Path, text: &str) -> CatalogOptions {
        fs::write(folder.join("app-config.yaml"), text).unwrap();
        let load = LoadOptions { directory: folder.to_owned(), ..LoadOptions::default() };
        CatalogOptions::new(&Settings::read(&load.load().unwrap()).unwrap().catalog)
    }

    #[test]
    fn relative_files_start_at_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let portal = folder.path().join("etc/portal");
        fs::create_dir_all(&portal).unwrap();
        let text =
            "catalog: {locations: [{type: file, target: ../x/all.yaml, rules: [{allow: [User]}]}], providers: {a: 1}}";
        let options = options(&portal, text);
        let all = folder.path().join("etc/x/all.yaml").to_string_lossy().into_owned();
        assert_eq!(options.locations[0].location, LocationRef::new("file", &all));
        let user = model::Entity(serde_json::json!({ "kind": "User", "metadata": { "name": "x" } }));
        let rules = options.compile_rules().unwrap();
        assert!(rules.allow(&user, &LocationRef::new("file", &all)));
        assert!(!rules.allow(&user, &LocationRef::new("file", format!("{all}.other"))));
    }

    #[test]
    fn a_configuration_written_for_backstage_finds_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("a/b/app");
        for file in ["examples/all.yaml", "examples/both.yaml", "both.yaml", "packages/backend/own.yaml"] {
            let file = root.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let targets = [
            ("../../examples/all.yaml", "examples/all.yaml"),
            ("./examples/all.yaml", "examples/all.yaml"),
            ("own.yaml", "packages/backend/own.yaml"),
            ("./both.yaml", "both.yaml"),
            ("../../examples/*.yaml", "examples/*.yaml"),
            ("./*.yaml", "*.yaml"),
            ("./nowhere.yaml", "nowhere.yaml"),
            ("../../nowhere.yaml", "../../nowhere.yaml"),
        ];
        for (written, expected) in targets {
            let text = format!(
                "catalog:\n  locations: [{{type: file, target: '{written}'}}]\n  \
                 rules: [{{allow: [X], locations: [{{type: file, exact: '{written}'}}]}}]\n"
            );
            let options = options(&root, &text);
            let expected = normalise(&root.join(expected)).to_string_lossy().into_owned();
            assert_eq!(options.locations[0].location.target, expected, "{written}");
            let matched = options.rules[0].locations.as_ref().unwrap();
            assert_eq!(matched[0].target, TargetMatch::Exact(expected), "{written}");
        }
    }

    #[test]
    fn patterns_over_files_start_at_the_configuration_unless_they_start_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let text = "catalog: {rules: [{allow: [X], locations: [{type: file, pattern: './*.yaml'}, \
                    {type: file, pattern: '**/x.yaml'}, {type: url, pattern: 'a/*'}]}]}";
        let options = options(folder.path(), text);
        let matched = options.rules[0].locations.as_ref().unwrap();
        let expected = [format!("{}/*.yaml", folder.path().display()), "**/x.yaml".to_owned(), "a/*".to_owned()];
        for (location, expected) in matched.iter().zip(expected) {
            assert_eq!(location.target, TargetMatch::Pattern(expected));
        }
    }

    #[test]
    fn intervals() {
        let folder = tempfile::tempdir().unwrap();
        for (written, seconds) in [("{minutes: 1, seconds: 30}", Some(90)), ("1ms", Some(1)), ("false", None)] {
            let options = options(folder.path(), &format!("catalog: {{processingInterval: {written}}}"));
            assert_eq!(options.processing_interval.map(|interval| interval.as_secs()), seconds, "{written}");
        }
        assert_eq!(CatalogOptions::default().processing_interval, Some(PROCESSING_INTERVAL));
    }
}
