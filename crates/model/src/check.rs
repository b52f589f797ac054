//! What can be said about a descriptor file without reading anything else: the offline check of `callboard validate`.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::descriptor::{self, Descriptor};
use crate::entity::Entity;
use crate::flatten::Rows;
use crate::kind::KindRegistry;
use crate::problem::{Place, Problem};
use crate::reference::EntityRef;
use crate::schema::child;
use crate::validate;
use crate::yaml::{Limits, Locator};

/// Problems kept per file; nobody reads more.
const MAX_PROBLEMS: usize = 500;

/// How much text may be read again to find the places of problems. When it is spent, problems are placed at the start
/// of their document.
const MAX_REREAD: usize = 256 * 1024 * 1024;

/// Placeholders whose content is text.
const TEXT_PLACEHOLDERS: [&str; 3] = ["$text", "$openapi", "$asyncapi"];
/// Placeholders whose content can be anything.
const DATA_PLACEHOLDERS: [&str; 2] = ["$json", "$yaml"];

/// An entity nothing is wrong with by itself, as written.
#[derive(Clone, Debug)]
pub struct Sound {
    /// The number of its document, from 0.
    pub document: usize,
    /// The first line of its document.
    pub line: u32,
    pub entity: Entity,
}

/// What a file holds and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// The entities nothing is wrong with by themselves.
    pub entities: Vec<Sound>,
    /// Problems in the order of the file, with their places.
    pub problems: Vec<Problem>,
}

/// Checks a file: syntax, shape and formats of each entity, its kind, its references, and entities given twice.
///
/// Placeholders are not resolved. Where one stands the field is taken for what the placeholder promises, so that only
/// problems that hold whatever the file says are reported.
pub fn check_file(source_name: &str, bytes: &[u8], kinds: &KindRegistry) -> FileReport {
    let mut report = FileReport::default();
    let mut seen: HashMap<EntityRef, u32> = HashMap::new();
    let descriptors = descriptor::parse(source_name, bytes, &Limits::default());
    if descriptors.is_empty() {
        let place = Place { source: source_name.to_owned(), line: 1, column: 1 };
        report.problems.push(Problem::warning("InputError", "There are no entities in this file").at(place));
    }
    // Text that could not be decoded has no documents to look into.
    let locator = Locator::new(std::str::from_utf8(bytes).unwrap_or_default());
    let mut reread = 0;
    for Descriptor { document, line, entity } in descriptors {
        if report.problems.len() >= MAX_PROBLEMS {
            let place = Place { source: source_name.to_owned(), line, column: 1 };
            report.problems.push(Problem::warning("InputError", "The rest of the file is not shown").at(place));
            break;
        }
        let entity = match entity {
            Ok(entity) => entity,
            Err(problem) => {
                report.problems.push(problem);
                continue;
            }
        };
        let mut problems = check_entity(&entity, kinds);
        if validate::envelope_shape(&entity.0).is_ok() {
            problems.extend(duplicate(&entity, line, &mut seen));
        }
        if problems.is_empty() {
            report.entities.push(Sound { document, line, entity });
            continue;
        }
        problems.truncate(MAX_PROBLEMS);
        for problem in &mut problems {
            reread += locator.size(document);
            if reread <= MAX_REREAD {
                descriptor::place_with(&locator, source_name, document, problem);
            }
            let start = || Place { source: source_name.to_owned(), line, column: 1 };
            problem.place.get_or_insert_with(start);
        }
        problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.line));
        report.problems.extend(problems);
    }
    report
}

/// Everything that is wrong with one entity by itself.
fn check_entity(entity: &Entity, kinds: &KindRegistry) -> Vec<Problem> {
    let mut resolved = entity.clone();
    let mut open = Vec::new();
    fill_placeholders(&mut resolved.0, String::new(), &mut open);

    let mut problems = validate::entity(&resolved).err().unwrap_or_default();
    // Without these two no kind can be looked for, and the check above has said so.
    if !resolved.kind().is_empty() && !resolved.api_version().is_empty() && resolved.0["metadata"].is_object() {
        validate::fill_namespace(&mut resolved);
        let told: HashSet<_> = problems.iter().filter_map(|problem| problem.pointer.clone()).collect();
        let of_kind = kinds.validate(&resolved).err().unwrap_or_default();
        let of_references = kinds.relations(&resolved).1;
        problems.extend(of_kind.into_iter().filter(|p| p.pointer.as_ref().is_none_or(|p| !told.contains(p))));
        let told: HashSet<_> = problems.iter().filter_map(|problem| problem.pointer.clone()).collect();
        problems.extend(of_references.into_iter().filter(|p| p.pointer.as_ref().is_none_or(|p| !told.contains(p))));
    }
    problems.extend(casing(entity));
    problems.retain(|problem| {
        let pointer = problem.pointer.as_deref().unwrap_or_default();
        !open.iter().any(|place: &String| pointer.starts_with(place.as_str()))
    });
    problems
}

/// Puts text where placeholders stand, and takes note of those that may stand for anything else.
fn fill_placeholders(value: &mut Value, pointer: String, open: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                fill_placeholders(item, format!("{pointer}/{index}"), open);
            }
        }
        Value::Object(entries) => {
            let only = if entries.len() == 1 { entries.iter().next() } else { None };
            if let Some((key, Value::String(_))) = only {
                let is_data = DATA_PLACEHOLDERS.contains(&key.as_str());
                if is_data || TEXT_PLACEHOLDERS.contains(&key.as_str()) {
                    if is_data {
                        open.push(pointer);
                    }
                    *value = Value::String("placeholder".to_owned());
                    return;
                }
            }
            // An object with a `$` key is either a placeholder or left alone as a whole.
            if entries.keys().any(|key| key.starts_with('$')) {
                return;
            }
            for (key, item) in entries {
                fill_placeholders(item, child(&pointer, key), open);
            }
        }
        _ => {}
    }
}

/// The problem that keys differ only in case: they cannot be told apart in filters, so indexing refuses the entity.
fn casing(entity: &Entity) -> Option<Problem> {
    let error = Rows::of(&entity.0).err()?;
    let problem = Problem::error("InputError", error.to_string());
    Some(match same_but_for_case(&entity.0, String::new()) {
        Some(pointer) => problem.pointing_to(pointer),
        None => problem,
    })
}

/// The second of two keys of a mapping that differ only in case.
fn same_but_for_case(value: &Value, pointer: String) -> Option<String> {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| same_but_for_case(item, format!("{pointer}/{index}")))
        }
        Value::Object(entries) => {
            let mut seen = HashSet::with_capacity(entries.len());
            entries.iter().find_map(|(key, item)| {
                let path = child(&pointer, key);
                if seen.insert(key.to_lowercase()) { same_but_for_case(item, path) } else { Some(path) }
            })
        }
        _ => None,
    }
}

/// The problem that the entity was in the file before.
fn duplicate(entity: &Entity, line: u32, seen: &mut HashMap<EntityRef, u32>) -> Option<Problem> {
    let reference = entity.entity_ref();
    if let Some(first) = seen.get(&reference) {
        let message = format!("The entity {reference} is already defined in this file, at line {first}");
        return Some(Problem::error("ConflictError", message).pointing_to("/metadata/name"));
    }
    seen.insert(reference, line);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\n";

    fn problems(text: &str) -> Vec<String> {
        let report = check_file("f.yaml", text.as_bytes(), &KindRegistry::builtin());
        report.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn problems_come_with_their_places() {
        assert_eq!(
            problems(&format!("{HEAD}  tags: [Java]\nspec:\n  type: service\n  lifecycle: ''\n  dependsOn: [x]\n"))
                .iter()
                .map(|problem| problem.chars().take(70).collect())
                .collect::<Vec<String>>(),
            [
                "f.yaml:5:10: Error: \"tags.0\" is not valid; expected a string that is s",
                "f.yaml:6:1: TypeError: /spec must have required property 'owner' - mis",
                "f.yaml:8:14: TypeError: /spec/lifecycle must NOT have fewer than 1 cha",
                "f.yaml:9:15: Error: Entity reference \"x\" had missing or empty kind (e.",
            ]
        );
    }

    #[test]
    fn placeholders_are_taken_for_what_they_promise() {
        let spec = "spec:\n  type: {$text: ./t}\n  lifecycle: x\n  owner: y\n  providesApis: {$yaml: ./a.yaml}\n";
        assert!(problems(&format!("{HEAD}{spec}")).is_empty());
        let two = "spec:\n  type: {$text: ./t, $json: ./j}\n  lifecycle: x\n  owner: y\n";
        assert_eq!(
            problems(&format!("{HEAD}{two}")),
            ["f.yaml:6:9: TypeError: /spec/type must be string - type: string"]
        );
    }

    #[test]
    fn keys_that_differ_in_case_and_entities_given_twice_are_told() {
        let spec = "spec:\n  type: x\n  lifecycle: x\n  owner: y\n  Owner: z\n";
        let found = problems(&format!("{HEAD}{spec}---\n{HEAD}spec: {{type: x, lifecycle: x, owner: y}}\n"));
        assert!(
            found[0].starts_with(
                "f.yaml:9:10: InputError: Entity has duplicate keys that vary only in casing, 'spec.owner'"
            )
        );
        assert_eq!(
            found[1],
            "f.yaml:14:9: ConflictError: The entity component:default/a is already defined in this file, at line 1"
        );
    }

    #[test]
    fn an_empty_file_is_a_warning() {
        assert_eq!(problems("# nothing\n"), ["f.yaml:1:1: InputError: There are no entities in this file"]);
    }
}
