//! `callboard validate <file|dir|glob>…`: checks descriptors as far as that is possible without asking any host: the files
//! themselves, the files that they name, and what is defined twice.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use catalog::offline::{self, OfflineFile};
use clap::Args;
use model::descriptor::{FileReport, check_file};
use model::kind::{DEFINITION_KIND, Kind, KindRegistry};
use model::{EntityRef, LocationRef, Place, Problem, Severity, yaml};
use serde::Serialize;

use super::descriptors::{self, Found};
use super::{Outcome, Status, count};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files, directories (searched for descriptors) or globs
    #[arg(required = true, value_name = "FILE|DIR|GLOB")]
    paths: Vec<String>,
    /// Print a JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// What was found; also the shape of `--json`.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// Files checked.
    files: usize,
    /// Entities nothing is wrong with.
    entities: usize,
    errors: usize,
    warnings: usize,
    /// Skeletons of templates that were met in directories and left out.
    skipped: usize,
    problems: Vec<Problem>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let found: Vec<(&String, Vec<Found>)> =
        arguments.paths.iter().map(|argument| Ok((argument, descriptors::find(argument)?))).collect::<Result<_>>()?;
    let kinds = kinds_of(found.iter().flat_map(|(_, files)| files))?;
    let mut report = Report::default();
    let mut seen = HashMap::new();
    for (argument, files) in found {
        let before = (report.files, report.skipped);
        for file in files {
            check(&file, &kinds, &mut seen, &mut report)?;
        }
        // A folder without any is a mistyped one, and a check that passes must have checked something.
        if before == (report.files, report.skipped) {
            bail!("{argument}: no descriptor is there");
        }
    }
    report.errors = report.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    report.warnings = report.problems.len() - report.errors;
    let status = if report.errors == 0 { Status::Ok } else { Status::Problems };
    let output = if arguments.json { serde_json::to_string_pretty(&report)? + "\n" } else { text(&report) };
    Ok(Outcome { output, status })
}

fn read(found: &Found) -> Result<Vec<u8>> {
    descriptors::read(&found.path, yaml::Limits::default().max_bytes)
        .with_context(|| format!("{} could not be read", display(&found.path)))
}

/// The built-in kinds with those that some of the files define; of two definitions of one kind the first counts.
fn kinds_of<'a>(files: impl Iterator<Item = &'a Found>) -> Result<KindRegistry> {
    let builtin = KindRegistry::builtin();
    let mut own: BTreeMap<String, Arc<Kind>> = BTreeMap::new();
    for found in files {
        let bytes = read(found)?;
        // Most files define no kind and are not worth a closer look.
        let Some(text) = std::str::from_utf8(&bytes).ok().filter(|text| text.contains(DEFINITION_KIND)) else {
            continue;
        };
        let file = offline_file(&found.path, text)?;
        for sound in check_file(&display(&found.path), &bytes, &builtin).entities {
            if let Some(kind) = offline::definition(&sound, &file, &builtin) {
                own.entry(kind.definition.kind.to_lowercase()).or_insert_with(|| Arc::new(kind));
            }
        }
    }
    Ok(builtin.with(own.into_values()))
}

fn check(found: &Found, kinds: &KindRegistry, seen: &mut HashMap<EntityRef, Place>, report: &mut Report) -> Result<()> {
    let name = display(&found.path);
    let bytes = read(found)?;
    if !found.named {
        let text = String::from_utf8_lossy(&bytes);
        if !descriptors::is_descriptor(&found.path, &text, kinds) {
            return Ok(());
        }
        if descriptors::is_skeleton(&text) {
            report.skipped += 1;
            return Ok(());
        }
    }
    let mut checked = check_file(&name, &bytes, kinds);
    // Text that cannot be decoded has no entities.
    check_named_files(&mut checked, &found.path, std::str::from_utf8(&bytes).unwrap_or_default(), kinds)?;
    for sound in &checked.entities {
        let place = Place { source: name.clone(), line: sound.line, column: 1 };
        let entity_ref = sound.entity.entity_ref();
        if let Some(first) = seen.get(&entity_ref).filter(|first| first.source != name) {
            let text = format!("{entity_ref} is defined at {first} too; the first one a catalog reads keeps it");
            checked.problems.push(Problem::warning("ConflictError", text).at(place));
        } else {
            seen.insert(entity_ref, place);
        }
    }
    report.files += 1;
    report.entities += checked.entities.len();
    report.problems.extend(checked.problems);
    Ok(())
}

/// Checks what placeholders and locations name on this disk.
fn check_named_files(checked: &mut FileReport, path: &Path, text: &str, kinds: &KindRegistry) -> Result<()> {
    let file = offline_file(path, text)?;
    let entities = std::mem::take(&mut checked.entities);
    for sound in entities {
        let mut problems = offline::check(&sound, &file, kinds);
        for place in problems.iter_mut().filter_map(|problem| problem.place.as_mut()) {
            place.source = display(path);
        }
        if problems.iter().all(|problem| problem.severity == Severity::Warning) {
            checked.entities.push(sound);
        }
        checked.problems.extend(problems);
    }
    checked.problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.line));
    Ok(())
}

fn offline_file<'a>(path: &Path, text: &'a str) -> Result<OfflineFile<'a>> {
    let absolute = std::path::absolute(path).with_context(|| format!("{} has no absolute path", path.display()))?;
    let location = LocationRef::new("file", absolute.to_string_lossy());
    Ok(OfflineFile { location, text, root: root_of(&absolute) })
}

/// The folder that files may lead to: the one the command runs in, or for a file outside of it the file's own.
fn root_of(absolute: &Path) -> PathBuf {
    let here = std::env::current_dir().ok().filter(|here| absolute.starts_with(here));
    here.or_else(|| absolute.parent().map(Path::to_path_buf)).unwrap_or_default()
}

fn display(path: &Path) -> String {
    path.strip_prefix("./").unwrap_or(path).display().to_string()
}

fn text(report: &Report) -> String {
    let mut output = String::new();
    for problem in &report.problems {
        let place = problem.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let severity = if problem.severity == Severity::Warning { "warning: " } else { "" };
        output += &format!("{place}{severity}{}\n", problem.message);
    }
    let entities = match report.entities {
        1 => "1 valid entity".to_owned(),
        number => format!("{number} valid entities"),
    };
    output += &format!(
        "{} checked: {entities}, {}, {}",
        count(report.files, "file"),
        count(report.errors, "error"),
        count(report.warnings, "warning")
    );
    if report.skipped > 0 {
        output += &format!(" ({} skipped)", count(report.skipped, "template skeleton"));
    }
    output + "\n"
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    const GOOD: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: good\n\
                        spec: {type: service, lifecycle: x, owner: y}\n";
    const BAD: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: bad\n\
                       spec: {type: service, lifecycle: x}\n";

    fn files(files: &[(&str, &str)]) -> TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    /// The output with the directory taken out of it.
    fn validate(directory: &TempDir, paths: &[&str], json: bool) -> (String, Status) {
        let root = directory.path().display().to_string();
        let paths = paths.iter().map(|path| format!("{root}/{path}")).collect();
        let outcome = run(&Arguments { paths, json }).unwrap();
        (outcome.output.replace(&format!("{root}/"), ""), outcome.status)
    }

    #[test]
    fn good_files_pass() {
        let directory = files(&[("a.yaml", GOOD)]);
        let (output, status) = validate(&directory, &["a.yaml"], false);
        assert_eq!((output.as_str(), status), ("1 file checked: 1 valid entity, 0 errors, 0 warnings\n", Status::Ok));
    }

    #[test]
    fn every_problem_has_its_place() {
        let directory = files(&[("a.yaml", GOOD), ("b.yaml", BAD), ("c.yaml", "a: [}\n")]);
        let (output, status) = validate(&directory, &["a.yaml", "b.yaml", "c.yaml"], false);
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(status, Status::Problems);
        assert!(lines[0].starts_with("b.yaml:5:") && lines[0].contains("'owner'"), "{output}");
        assert!(lines[1].starts_with("c.yaml:1:"), "{output}");
        assert_eq!(lines[2], "3 files checked: 1 valid entity, 2 errors, 0 warnings");
    }

    #[test]
    fn directories_are_searched_for_descriptors() {
        let directory = files(&[
            ("catalog-info.yml", BAD),
            ("deep/er/team.yaml", GOOD),
            ("deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n"),
            ("mkdocs.yml", "site_name: x\n"),
            (".git/catalog-info.yaml", "["),
            ("node_modules/x/catalog-info.yaml", "["),
            ("skeleton/catalog-info.yaml", &GOOD.replace("name: good", "name: ${{ values.name | dump }}")),
            ("notes.txt", GOOD),
        ]);
        let (output, status) = validate(&directory, &[""], false);
        assert_eq!(status, Status::Problems);
        let lines: Vec<&str> = output.lines().collect();
        assert!(lines[0].starts_with("catalog-info.yml:5:"), "{output}");
        assert_eq!(lines[1], "2 files checked: 1 valid entity, 1 error, 0 warnings (1 template skeleton skipped)");
    }

    #[test]
    fn globs_match_files() {
        let directory = files(&[("a/x.yaml", GOOD), ("b/c/y.yaml", GOOD), ("b/z.txt", "[")]);
        for (glob, checked) in [("*/*.yaml", "1 file "), ("**/*.yaml", "2 files "), ("{a,b/c}/?.yaml", "2 files ")] {
            let output = validate(&directory, &[glob], false).0;
            assert!(output.lines().last().unwrap().starts_with(&format!("{checked}checked")), "{glob}: {output}");
        }
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let directory = files(&[("deployment.yaml", "kind: Deployment\n")]);
        for path in ["/no/such/file.yaml", "/no/such/*.yaml", &directory.path().display().to_string()] {
            let error = run(&Arguments { paths: vec![path.into()], json: false }).unwrap_err();
            assert!(error.to_string().starts_with(path), "{error}");
        }
    }

    #[test]
    fn files_that_are_named_are_looked_at() {
        let api = |definition: &str| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: api}}\nspec:\n  type: x\n  \
                 lifecycle: y\n  owner: z\n  definition: {definition}\n"
            )
        };
        let all = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: all}\nspec:\n  \
                   targets: [./a.yaml, ./none.yaml, './none/*.yaml']\n";
        let optional = all.replace("name: all", "name: optional").replace("spec:\n", "spec:\n  presence: optional\n");
        let directory = files(&[
            ("a.yaml", GOOD),
            ("all.yaml", all),
            ("b.yaml", GOOD),
            ("broken.json", "{"),
            ("escape.yaml", &api("{$text: ../../etc/passwd}").replace("name: api", "name: escape")),
            ("host.yaml", &api("{$text: 'https://git.example/x'}").replace("name: api", "name: host")),
            ("json.yaml", &api("{$json: ./broken.json}").replace("name: api", "name: json")),
            ("list.yaml", &api("{$yaml: ./some.yaml}").replace("name: api", "name: list")),
            ("missing.yaml", &api("{$text: ./gone.txt}").replace("name: api", "name: missing")),
            ("optional.yaml", &optional),
            ("scheme.yaml", &api("{$text: 'file:///etc/passwd'}").replace("name: api", "name: scheme")),
            ("some.yaml.txt", ""),
            ("some.yaml", "[1]"),
        ]);
        let names = ["a", "all", "b", "escape", "host", "json", "list", "missing", "optional", "scheme"];
        let names: Vec<String> = names.iter().map(|name| format!("{name}.yaml")).collect();
        let (output, status) = validate(&directory, &names.iter().map(String::as_str).collect::<Vec<_>>(), false);
        assert_eq!(status, Status::Problems);
        let expected = [
            "all.yaml:1:1: file none.yaml does not exist",
            "all.yaml:1:1: warning: file none/*.yaml matches no file",
            "b.yaml:1:1: warning: component:default/good is defined at a.yaml:1:1 too",
            "escape.yaml:8:15: Processor PlaceholderProcessor threw",
            "json.yaml:8:15: Processor PlaceholderProcessor threw",
            "list.yaml:8:15: Processor BuiltinKindsEntityProcessor threw",
            "missing.yaml:8:15: Processor PlaceholderProcessor threw",
            "scheme.yaml:8:15: Processor PlaceholderProcessor threw",
        ];
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines.len(), expected.len() + 1, "{output}");
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.starts_with(expected), "{line}, expected {expected}");
        }
        assert_eq!(lines[expected.len()], "10 files checked: 4 valid entities, 6 errors, 2 warnings");
    }

    #[test]
    fn kinds_that_the_files_define_are_known() {
        let definition = |schema: &str| {
            format!(
                "apiVersion: callboard.io/v1alpha1\nkind: KindDefinition\nmetadata: {{name: environment}}\nspec:\n  \
                 kind: Environment\n  apiVersions: [acme.example/v1]\n  schema: {schema}\n"
            )
        };
        let environment = |name: &str, spec: &str| {
            format!("apiVersion: acme.example/v1\nkind: Environment\nmetadata: {{name: {name}}}\nspec: {spec}\n")
        };
        let directory = files(&[
            ("a/good.yaml", &environment("good", "{region: eu}")),
            ("b/bad.yaml", &environment("bad", "{zone: eu}")),
            ("z/kinds.yaml", &definition("{$yaml: ./schema.yml}")),
            ("z/schema.yml", "required: [region]\n"),
            ("z/broken.yaml", &definition("{$ref: '#'}").replace("name: env", "name: other-env")),
        ]);
        let (output, status) = validate(&directory, &[""], false);
        assert_eq!(status, Status::Problems);
        let lines: Vec<&str> = output.lines().collect();
        assert!(lines[0].starts_with("b/bad.yaml:4:") && lines[0].contains("'region'"), "{output}");
        assert!(lines[1].starts_with("z/broken.yaml:3:18: A definition has the name of its kind"), "{output}");
        assert!(lines[2].starts_with("z/broken.yaml:7:18: The schema cannot be used"), "{output}");
        assert_eq!(lines[3], "4 files checked: 2 valid entities, 3 errors, 0 warnings");
        let (output, _) = validate(&directory, &["a/good.yaml"], false);
        assert!(output.contains("No processor recognized the entity environment:default/good"), "{output}");
    }

    #[test]
    fn machines_get_json() {
        let directory = files(&[("b.yaml", BAD)]);
        let (output, status) = validate(&directory, &["b.yaml"], true);
        assert_eq!(status, Status::Problems);
        let report: serde_json::Value = serde_json::from_str(&output).unwrap();
        assert_eq!((&report["files"], &report["errors"]), (&1.into(), &1.into()));
        assert_eq!(report["problems"][0]["place"]["line"], 5);
        assert_eq!(report["problems"][0]["severity"], "error");
    }
}
