//! Real catalogs and hostile files: what the sample corpus says about each must come true. Skips where it is absent.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::descriptor::{self, FileReport, check_file};
use model::yaml::Limits;
use model::{Entity, KindRegistry, validate};
use serde_json::Value;

/// Files whose entities are in a public repository and wrong all the same: the beginning of each problem, in order.
const REAL_PROBLEMS: [(&str, &[&str]); 12] = [
    (
        "backstage__backstage-2021-06/packages/catalog-model/examples/components/wayback-search-component.yaml",
        // A second entity without `---` before it.
        &["17:1: Error: YAML error at "],
    ),
    // Templates of a version that is no more.
    (
        "backstage__backstage-2021-06/plugins/scaffolder-backend/fixtures/test-nested-template/template.yaml",
        &["1:13: InputError: No processor recognized the entity template:default/react-ssr-template"],
    ),
    (
        "backstage__backstage-2021-06/plugins/scaffolder-backend/fixtures/test-simple-template/template.yaml",
        &["1:13: InputError: No processor recognized the entity template:default/react-ssr-template"],
    ),
    (
        "backstage__backstage-recent/packages/catalog-model/examples/components/invalid-component.yaml",
        &["4:9: Error: \"metadata.name\" is not valid", "11:7: Error: \"tags.1\" is not valid"],
    ),
    (
        "backstage__backstage-recent/packages/catalog-model/examples/environments/prod.yaml",
        &["2:7: InputError: No processor recognized the entity environment:default/prod"],
    ),
    (
        "backstage__community-plugins/workspaces/announcements/examples/entities.yaml",
        &["22:1: TypeError: /spec must have required property 'lifecycle'"],
    ),
    // Names of more than 63 characters.
    (
        "backstage__community-plugins/workspaces/azure-devops/plugins/azure-devops-backend/catalog-info.yaml",
        &["4:9: Error: \"metadata.name\" is not valid"],
    ),
    (
        "backstage__community-plugins/workspaces/pingidentity/plugins/auth-backend-module-pingfederate-provider/catalog-info.yaml",
        &["4:9: Error: \"metadata.name\" is not valid"],
    ),
    (
        "backstage__community-plugins/workspaces/manage/examples/org.yaml",
        &["65:9: ConflictError: The entity group:default/sub-guests is already defined in this file, at line 19"],
    ),
    (
        "backstage__community-plugins/workspaces/nexus-repository-manager/plugins/nexus-repository-manager/catalog-info.yaml",
        &["31:9: ConflictError: The entity component:default/backstage-community-nexus-repository-manager is already"],
    ),
    (
        "backstage__community-plugins/workspaces/scaffolder-backend-module-annotator/plugins/scaffolder-backend-module-annotator/src/actions/annotator/mocks/catalog-info.yaml",
        &[
            "15:1: TypeError: /spec must have required property 'type'",
            "15:1: TypeError: /spec must have required property 'lifecycle'",
            "15:1: TypeError: /spec must have required property 'owner'",
        ],
    ),
    (
        "backstage__community-plugins/workspaces/topology/plugins/topology/catalog-info.yaml",
        &["42:47: Error: \"annotations.githubworkspaces/topology/.com/team-slug\" is not valid"],
    ),
];

/// Entities that can be read, by kind: the corpus's own count, and what its reconstructed folder and its load test add.
/// One component less than counted there, for the file that lacks a `---`.
const KINDS: [(&str, usize); 11] = [
    ("API", 47 + 6),
    ("AiResource", 6),
    ("Component", 574 - 1 + 2 + 1000),
    ("Domain", 9 + 1),
    ("Environment", 1),
    ("Group", 148 + 1),
    ("Location", 19 + 2),
    ("Resource", 26 + 1),
    ("System", 48 + 1),
    ("Template", 48),
    ("User", 112 + 1),
];

#[allow(clippy::disallowed_methods, reason = "a test is told by the environment where its samples are")]
fn catalogs() -> Option<PathBuf> {
    let corpus = std::env::var_os("CALLBOARD_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let catalogs = corpus.join("catalogs");
    if catalogs.is_dir() {
        return Some(catalogs);
    }
    println!("skipped: no sample corpus at {} (set CALLBOARD_CORPUS)", corpus.display());
    None
}

/// The YAML files below a folder, in a stable order.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if path.file_name().unwrap() != "_broken" {
                files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(path);
        }
    }
}

/// Problems as `line:column: Name: message`.
fn told(name: &str, report: &FileReport) -> Vec<String> {
    let text = |problem: &model::Problem| problem.to_string().replacen(&format!("{name}:"), "", 1);
    report.problems.iter().map(text).collect()
}

fn assert_told(name: &str, told: &[String], expected: &[&str]) {
    let fits = told.len() == expected.len() && told.iter().zip(expected).all(|(told, start)| told.starts_with(start));
    assert!(fits, "{name}: expected {expected:#?}, found {told:#?}");
}

#[test]
fn real_catalogs_are_understood() {
    let Some(catalogs) = catalogs() else { return };
    let mut paths = Vec::new();
    files(&catalogs, &mut paths);
    let kinds = KindRegistry::builtin();
    let problems = BTreeMap::from(REAL_PROBLEMS);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in &paths {
        let name = path.strip_prefix(&catalogs).unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).unwrap();
        let documents = descriptor::parse(&name, &bytes, &Limits::default());
        let entities: Vec<_> = documents.iter().filter_map(|d| d.entity.as_ref().ok()).collect();
        if !entities.is_empty() && entities.iter().all(|entity| entity.kind().is_empty()) {
            // An API definition or another file that descriptors refer to.
            continue;
        }
        for entity in entities {
            *counts.entry(entity.kind().to_owned()).or_default() += 1;
        }
        let expected = problems.get(name.as_str()).copied().unwrap_or_default();
        assert_told(&name, &told(&name, &check_file(&name, &bytes, &kinds)), expected);
    }
    assert_eq!(counts, KINDS.map(|(kind, count)| (kind.to_owned(), count)).into());
}

/// What comes of each broken file without reading anything else: entities nothing is wrong with, and the beginnings of
/// the problems.
const BROKEN: &[(&str, usize, &[&str])] = &[
    ("01-name-with-space", 0, &["4:9: Error: \"metadata.name\" is not valid", "6:7: Error: \"tags.0\" is not valid"]),
    ("02-name-64-chars", 0, &["4:9: Error: \"metadata.name\" is not valid; expected a string"]),
    ("03-name-63-chars", 1, &[]),
    ("04-name-number", 0, &["4:9: Error: Malformed envelope, /metadata/name must be string"]),
    ("05-tabs", 0, &["4:2: Error: YAML error at 05-tabs.yaml, YAMLParseError: tabs"]),
    ("06-duplicate-key", 0, &["5:3: Error: YAML error at 06-duplicate-key.yaml, YAMLParseError: the key 'name'"]),
    ("07-trailing-separator", 1, &[]),
    ("08-second-document-broken", 1, &["11:7: Error: YAML error at "]),
    ("09-root-is-string", 0, &["1:1: Error: Expected object at root, got string"]),
    ("10-root-is-list", 0, &["1:1: Error: Expected object at root, got object"]),
    ("11-empty", 0, &["1:1: InputError: There are no entities in this file"]),
    ("12-only-comments", 0, &["1:1: InputError: There are no entities in this file"]),
    ("13-bom", 1, &[]),
    ("14-crlf", 1, &[]),
    ("15-latin1", 0, &["5:20: Error: YAML error at 15-latin1.yaml, YAMLParseError: the byte 0xE8 is not valid UTF-8"]),
    ("16-missing-kind", 0, &["1:1: Error: Malformed envelope, <root> must have required property 'kind'"]),
    ("17-unknown-kind", 0, &["2:7: InputError: No processor recognized the entity environment:default/prod"]),
    ("18-unknown-api-version", 0, &["1:13: InputError: No processor recognized the entity component:default/future"]),
    ("19-missing-owner", 0, &["5:1: TypeError: /spec must have required property 'owner'"]),
    ("20-owner-list", 0, &["8:10: TypeError: /spec/owner must be string"]),
    (
        "21-annotation-number",
        0,
        &["6:31: Error: Malformed envelope, /metadata/annotations/pagerduty.com~1", "7:33: Error: "],
    ),
    ("22-annotation-key-bad", 0, &["6:18: Error: \"annotations.-bad/key-\" is not valid; expected a valid prefix"]),
    ("23-label-too-long", 0, &["6:11: Error: \"labels.team\" is not valid"]),
    ("24-tag-uppercase", 0, &["6:7: Error: \"tags.0\" is not valid", "7:7: Error: \"tags.1\" is not valid"]),
    (
        "25-link-without-url",
        0,
        &["6:7: Error: Malformed envelope, /metadata/links/0 must have required property 'url'"],
    ),
    (
        "26-forbidden-root-field",
        0,
        &[
            "9:1: Error: Unknown field relations",
            "12:8: Error: Malformed envelope, <root> must NOT have additional properties",
            "12:8: Error: Unknown field extra",
        ],
    ),
    // What a placeholder reads is known when it is read.
    ("27-text-target-missing", 1, &[]),
    ("28-text-escape", 1, &[]),
    ("29-text-file-url", 1, &[]),
    ("30-text-metadata-url", 1, &[]),
    ("31-two-placeholders", 0, &["9:3: TypeError: /spec/definition must be string"]),
    ("32-json-broken", 1, &[]),
    ("33-yaml-multidoc-target", 1, &[]),
    // What a location refers to is known when it is read.
    ("34-location-loop-a", 1, &[]),
    ("34-location-loop-b", 1, &[]),
    ("35-location-glob-nothing", 1, &[]),
    ("36-location-missing-target", 1, &[]),
    ("37-location-optional-target", 1, &[]),
    // Conflicts between files are known when both are read.
    ("38-same-entity-a", 1, &[]),
    ("38-same-entity-b", 1, &[]),
    ("39-alias-bomb", 0, &["6:8: Error: YAML error at 39-alias-bomb.yaml, YAMLParseError: anchors and aliases expand"]),
    ("40-anchors-and-merge", 1, &["8:9: Error: Malformed envelope, /metadata/labels/<< must be string"]),
    ("41-yes-no-on", 1, &[]),
    ("42-timestamp", 1, &[]),
    ("43-folded-scalars", 1, &[]),
    (
        "44-ref-forms",
        0,
        &[
            "13:7: Error: Entity reference \"artists-lookup\" had missing",
            "14:7: TypeError: Entity reference \":x\" was not",
        ],
    ),
    ("45-group-without-children", 0, &["5:1: TypeError: /spec must have required property 'children'"]),
    ("46-user-without-memberof", 0, &["5:1: TypeError: /spec must have required property 'memberOf'"]),
    ("47-group-cycle", 2, &[]),
    ("48-unquoted-template-expression", 0, &["16:18: Error: YAML error at "]),
    (
        "49-deep-nesting",
        0,
        &["6:263: Error: YAML error at 49-deep-nesting.yaml, YAMLParseError: lists and mappings are"],
    ),
    (
        "50-null-values",
        0,
        &[
            "5:8: Error: Malformed envelope, /metadata/title must be string",
            "6:7: Error: Malformed envelope, /metadata/tags must be array",
            "7:14: Error: Malformed envelope, /metadata/annotations must be object",
            "8:8: Error: Malformed envelope, /metadata/links must be array",
        ],
    ),
    ("51-casing-duplicate", 0, &["9:10: InputError: Entity has duplicate keys that vary only in casing, 'spec.owner'"]),
];

#[test]
fn broken_files_give_clear_problems() {
    let Some(catalogs) = catalogs() else { return };
    let folder = catalogs.join("_broken");
    let kinds = KindRegistry::builtin();
    for (name, entities, expected) in BROKEN {
        let file = format!("{name}.yaml");
        let report = check_file(&file, &std::fs::read(folder.join(&file)).unwrap(), &kinds);
        assert_told(name, &told(&file, &report), expected);
        assert_eq!(report.entities.len(), *entities, "{name}");
    }
    let listed: BTreeSet<String> = BROKEN.iter().map(|(name, ..)| format!("{name}.yaml")).collect();
    let present: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    assert_eq!(listed, present, "every broken file has a row");
}

/// Fixtures of other validators: odd on purpose, by rules that are theirs. They only have to be answered.
#[test]
fn the_fixtures_of_other_validators_are_answered() {
    let Some(catalogs) = catalogs() else { return };
    let mut paths = Vec::new();
    for folder in ["im-open__validate-catalog-info", "RoadieHQ__backstage-entity-validator"] {
        files(&catalogs.join("_broken").join(folder), &mut paths);
    }
    assert!(!paths.is_empty());
    for path in paths {
        let report = check_file("f.yaml", &std::fs::read(&path).unwrap(), &KindRegistry::builtin());
        assert!(report.problems.iter().all(|problem| problem.place.is_some()), "{}", path.display());
    }
}

/// The recorded answers of a real Backstage to `validate-entity`: the innermost error of each.
#[test]
fn recorded_validations_are_answered_in_the_same_words() {
    let Some(catalogs) = catalogs() else { return };
    let recorded = std::fs::read_to_string(catalogs.join("../wire/catalog.jsonl")).unwrap();
    let kinds = KindRegistry::builtin();
    let mut compared = 0;
    for line in recorded.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let Some(id) = exchange["id"].as_str().filter(|id| id.starts_with("validate-")) else { continue };
        let mut entity = Entity(exchange["body"]["entity"].clone());
        let expected = exchange["response"].pointer("/errors/0").map(|error| {
            let innermost = error.get("cause").unwrap_or(error);
            (innermost["name"].as_str().unwrap().to_owned(), innermost["message"].as_str().unwrap().to_owned())
        });
        let found = validate::envelope_shape(&entity.0).map_err(|problem| vec![problem]).and_then(|()| {
            validate::entity(&entity)?;
            validate::fill_namespace(&mut entity);
            kinds.validate(&entity)
        });
        let first = found.err().map(|problems| (problems[0].name.clone(), problems[0].message.clone()));
        assert_eq!(first, expected, "{id}");
        compared += 1;
    }
    assert!(compared >= 5, "{compared}");
}
